"""Are changes, findings and failures told as they should be?"""

from __future__ import annotations

import pytest

from app.kernel.errors import DiskFull, GalienError
from app.kernel.events import Changed, Publisher
from app.kernel.mode import Mode
from app.kernel.outcome import Finding, Severity, is_refused


def test_a_topic_is_touched_by_its_kind() -> None:
    change = Changed.of("patient:12", "stock")
    assert change.touches("patient")
    assert change.touches("stock")
    assert change.touches("patient:12")
    assert not change.touches("pat")
    assert not change.touches("stock:3400935955838")


def test_a_subscriber_hears_until_it_leaves() -> None:
    heard: list[Changed] = []
    publisher = Publisher()
    leave = publisher.subscribe(heard.append)
    publisher.publish(Changed.of("a"))
    leave()
    leave()
    publisher.publish(Changed.of("b"))
    assert heard == [Changed.of("a")]


def test_only_an_error_refuses() -> None:
    note = Finding("GAL-TST-01", Severity.INFO, "note")
    warning = Finding("GAL-TST-02", Severity.WARNING, "attention", advice="faire", subject="l1")
    error = Finding("GAL-TST-03", Severity.ERROR, "non")
    assert not is_refused([note, warning])
    assert is_refused([note, error])
    assert warning.as_json() == {
        "code": "GAL-TST-02",
        "severity": "warning",
        "text": "attention",
        "advice": "faire",
        "subject": "l1",
    }
    assert [finding.severity.rank for finding in (note, warning, error)] == [0, 1, 2]


def test_every_failure_has_an_exit_code_of_the_contract_and_a_code() -> None:
    pending = [GalienError]
    while pending:
        kind = pending.pop()
        pending.extend(kind.__subclasses__())
        assert kind.exit_code in {2, 3, 4, 5, 70}
        assert kind.code.startswith("GAL-")
    assert DiskFull("plein").advice
    with pytest.raises(GalienError) as caught:
        raise DiskFull("plein", code="GAL-TST-09", advice="faire de la place")
    assert (caught.value.code, caught.value.advice, caught.value.text) == ("GAL-TST-09", "faire de la place", "plein")


def test_only_production_has_no_banner() -> None:
    assert {mode: mode.banner for mode in Mode} == {
        Mode.DEMO: "SIMULATION",
        Mode.TRAINING: "FORMATION",
        Mode.PRODUCTION: "",
    }
    assert [mode for mode in Mode if not mode.is_simulated] == [Mode.PRODUCTION]
