"""Is the trace searched, read, sealed, compared and handed over by keyboard, on the real window?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import Hands
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from sqlalchemy import text

from app.officine.staff.model import Role
from app.officine.trace import export
from app.ui.registers.view import RegistersView
from app.ui.trace.page import TracePage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from app.ui.pictures import Stage

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def words(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def page_of(stage: Stage) -> TracePage:
    view = stage.window.views["registers"]
    assert isinstance(view, RegistersView)
    page = view.current
    assert isinstance(page, TracePage)
    return page


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """Somebody at the trace, by Alt+5 and Ctrl+J."""
    found = Hands(stage, scan_keys)
    found.press(Qt.Key.Key_5, ALT)
    found.press(Qt.Key.Key_J, CONTROL)
    return found


@pytest.mark.req("OFF-SSI-04")
def test_the_trace_is_searched_as_one_types_and_read_with_the_arrows(hands: Hands) -> None:
    page = page_of(hands.stage)
    assert hands.focus is page.field
    assert len(page.list.records) == 100
    hands.type("délivrance")
    hands.stage.settle()
    assert {one.action for one in page.list.records} == {"delivery.validate"}
    hands.press(Qt.Key.Key_Down)
    pointed = page.list.current_record
    assert pointed is page.list.records[1]
    told = words(page.sheet)
    assert "Délivrance validée" in told
    assert pointed.actor_name in told
    assert f"N°\u00a0{pointed.seq}" in told


def test_older_traces_are_added_to_those_shown(hands: Hands) -> None:
    page = page_of(hands.stage)
    whole = hands.services.db.engine
    with whole.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM audit_entry")).scalar_one()
    assert count > 100
    hands.press(Qt.Key.Key_L, CONTROL)
    seqs = [one.seq for one in page.list.records]
    assert seqs == list(range(count, 0, -1))
    assert page.list.current_record is page.list.records[100]


@pytest.mark.req("OFF-SSI-04")
def test_who_opened_this_file_is_asked_from_the_patient(stage: Stage, scan_keys: Callable[..., None]) -> None:
    hands = Hands(stage, scan_keys)
    concerned = next(
        one.patient_id
        for one in stage.services.trace.search(_everything(), stage.ui.actor()).value.entries  # type: ignore[union-attr]
        if one.patient_id is not None
    )
    patient = stage.services.patients.get(concerned)
    assert patient is not None
    hands.press(Qt.Key.Key_2, ALT)
    hands.type(patient.display_name)
    stage.settle()
    hands.press(Qt.Key.Key_J, CONTROL)
    page = page_of(stage)
    assert page.list.records
    assert {one.patient_id for one in page.list.records} == {concerned}
    assert patient.display_name in words(page)
    hands.press(Qt.Key.Key_M, CONTROL)
    assert len(page.list.records) == 100
    assert hands.focus is page.field


@pytest.mark.req("OFF-DB-07")
def test_registers_are_sealed_and_compared_by_keyboard(hands: Hands) -> None:
    page = page_of(hands.stage)
    assert "Jamais scellés" in words(page)
    hands.press(Qt.Key.Key_S, CONTROL)
    assert "Registres scellés" in words(page)
    assert hands.services.seals.state().count == 1
    hands.press(Qt.Key.Key_G, CONTROL)
    assert page.findings.findings == ()
    with hands.services.db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER ordonnancier_entry_no_update"))
        connection.execute(text("UPDATE ordonnancier_entry SET quantity = 9 WHERE seq = 7"))
    hands.press(Qt.Key.Key_G, CONTROL)
    assert [finding.code for finding in page.findings.findings] == ["GAL-REG-01"]
    assert "l’écriture n° 7" in page.findings.findings[0].text.replace("\u00a0", " ").lower()
    # One more seal covers nothing up: the one before still names the entry.
    hands.press(Qt.Key.Key_S, CONTROL)
    hands.press(Qt.Key.Key_G, CONTROL)
    assert [finding.code for finding in page.findings.findings] == ["GAL-REG-01"]


def test_what_answers_is_exported_with_its_proof(hands: Hands) -> None:
    hands.press(Qt.Key.Key_S, CONTROL)
    hands.type("caisse clôturée")
    hands.stage.settle()
    shown = len(page_of(hands.stage).list.records)
    hands.press(Qt.Key.Key_E, CONTROL)
    proof = next(hands.services.folder.prints.glob("trace-*.preuve.json"))
    checked = export.check(proof.read_bytes())
    assert (checked.problem, checked.entries, checked.covered) == ("", shown, shown)


def test_the_copy_of_the_seals_is_kept_where_it_was_chosen(hands: Hands, tmp_path: Path) -> None:
    page = page_of(hands.stage)
    page.seals.keep_copy(str(tmp_path / "clé"))
    hands.stage.settle()
    assert hands.services.settings.seal_copy == str(tmp_path / "clé")
    assert len(list((tmp_path / "clé").glob("*.jsonl"))) == 1
    assert "Elle est à jour" in words(page.sheet)


@pytest.mark.req("OFF-SSI-02")
def test_who_may_not_read_the_trace_is_told_so(stage: Stage, scan_keys: Callable[..., None]) -> None:
    hands = Hands(stage, scan_keys)
    helper = next(one for one in stage.services.staff.members() if one.role is Role.TECHNICIAN)
    stage.ui.set_operator(helper)
    hands.press(Qt.Key.Key_5, ALT)
    hands.press(Qt.Key.Key_J, CONTROL)
    view = stage.window.views["registers"]
    assert isinstance(view, RegistersView)
    assert not isinstance(view.current, TracePage)
    view.tabs["trace"].click()
    stage.settle()
    page = page_of(stage)
    assert page.list.records == []
    assert [finding.code for finding in page.findings.findings] == ["GAL-PER-01"]


def _everything() -> object:
    from app.officine.trace.model import Query  # noqa: PLC0415 -- only here

    return Query()
