"""H1, H2: does parsing a document never read a file, call a server or take more than its share?"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path

import hostile_documents
import pytest
from hostile_traps import Listener
from lxml import etree

from app.docs import safe_xml
from app.docs.reading.read import read
from app.kernel.errors import InputDefect

Record = Callable[[str, object], None]
_CANARY = "CANARY-7F3A"
_PATIENCE = 5
"""How much slower than the reference machine the one of the tests may be."""


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that no document may read."""
    file = tmp_path / "canary.txt"
    file.write_text(_CANARY)
    safe_xml.parse(b"<warm/>")
    return file


def refused(content: bytes) -> tuple[InputDefect, float]:
    """Return a refusal and how many seconds it took."""
    start = time.perf_counter()
    with pytest.raises(InputDefect) as failure:
        safe_xml.parse(content)
    spent = time.perf_counter() - start
    assert failure.value.advice
    assert failure.value.code.startswith("GAL-DOC-5")
    return failure.value, spent


@pytest.mark.req("SC.DOC.07")
def test_what_asks_for_a_file_or_the_network_is_refused(canary: Path, record_property: Record) -> None:
    with Listener() as listener:
        cases = hostile_documents.reaching(listener.url, str(canary))
        told = {name: refused(content) for name, content in cases.items()}
        assert [name for name, (failure, _) in told.items() if _CANARY in str(failure)] == []
        assert listener.calls == 0
    assert len(cases) >= 30
    slowest = max(spent for _, spent in told.values())
    assert slowest < 0.05 * _PATIENCE
    record_property("files", len(cases))
    record_property("slowest_ms", round(1000 * slowest, 1))


@pytest.mark.req("SC.DOC.07")
def test_what_only_names_a_file_or_the_network_is_read_and_not_followed(canary: Path, record_property: Record) -> None:
    with Listener() as listener:
        cases = hostile_documents.inert(listener.url, str(canary))
        for name, content in cases.items():
            root = safe_xml.parse(content)
            assert _CANARY not in etree.tostring(root, encoding="unicode"), name
            assert _CANARY not in repr(read(content)), name
        assert listener.calls == 0
    record_property("files", len(cases))


@pytest.mark.req("SC.DOC.07")
def test_what_weighs_too_much_is_refused_before_it_is_held(record_property: Record) -> None:
    safe_xml.parse(b"<warm/>")
    slowest, heaviest = ("", 0.0), ("", 0)
    for name, make in hostile_documents.WEIGHTS.items():
        content = make()
        before = _peak(reset=True)
        _, spent = refused(content)
        rise = _peak() - before
        slowest, heaviest = max(slowest, (name, spent), key=_second), max(heaviest, (name, rise), key=_second)
        del content
        gc.collect()
    assert slowest[1] < 0.2 * _PATIENCE, slowest
    assert heaviest[1] < 20_000, heaviest
    record_property("files", len(hostile_documents.WEIGHTS))
    record_property("slowest_ms", round(1000 * slowest[1]))
    record_property("slowest", slowest[0])
    record_property("rss_rise_kib", heaviest[1])
    record_property("heaviest", heaviest[0])


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


def _peak(*, reset: bool = False) -> int:
    """Return the most memory that the process has held since the last reset, in KiB; 0 where no system tells it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
