"""Do the parts that every screen is made of behave: lists, fields, messages, findings?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from ui_keys import press, type_text, wait_for

from app.kernel.money import Money
from app.kernel.outcome import Finding, Severity
from app.ui.widgets.basics import Button, ElidedText, EmptyState, Text
from app.ui.widgets.fields import AmountField, DateField
from app.ui.widgets.findings import FindingCard, FindingList
from app.ui.widgets.lists import Column, ListTable
from app.ui.widgets.toast import Toasts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

    from app.ui.theme import Theme

pytestmark = pytest.mark.usefixtures("lone_widgets", "theme")


@pytest.fixture
def table(theme: Theme, qapp: QApplication) -> Iterator[ListTable[str]]:
    columns: list[Column[str]] = [
        Column("Nom", lambda name: name),
        Column("Longueur", lambda name: str(len(name)), width=10, right=True),
        Column("Détail", lambda name: name.upper(), width=20, spare=True),
    ]
    shown: ListTable[str] = ListTable("Noms", columns, EmptyState("search", "Rien ici", "Ajoutez un nom."))
    shown.resize(700, 300)
    shown.show()
    qapp.processEvents()
    yield shown
    shown.close()


def test_an_empty_list_says_what_to_do_and_a_full_one_points_at_its_first_record(table: ListTable[str]) -> None:
    assert table.empty.isVisible()
    table.set_records(["aspirine", "bétadine"])
    assert not table.empty.isVisible()
    assert table.current_record == "aspirine"
    table.set_records([])
    assert table.empty.isVisible()
    assert table.current_record is None


def test_letters_typed_at_a_list_move_nothing(table: ListTable[str]) -> None:
    """They may come from a scanner."""
    table.set_records(["aspirine", "bétadine"])
    type_text(table, "b")
    assert table.current_record == "aspirine"


def test_entree_chooses_the_record_pointed_at(table: ListTable[str]) -> None:
    chosen: list[str] = []
    table.chosen.connect(chosen.append)
    table.set_records(["aspirine", "bétadine"])
    table.step(1)
    press(table, Qt.Key.Key_Return, "\r")
    assert chosen == ["bétadine"]


def test_a_spare_column_goes_away_where_room_lacks_and_comes_back(table: ListTable[str], qapp: QApplication) -> None:
    assert not table.isColumnHidden(2)
    table.resize(260, 300)
    qapp.processEvents()
    assert table.isColumnHidden(2)
    assert not table.isColumnHidden(1)
    table.resize(700, 300)
    qapp.processEvents()
    assert not table.isColumnHidden(2)


@pytest.mark.parametrize("typed", ["220526", "22/5/26", "22.05.2026"])
def test_a_date_is_read_in_each_form_and_rewritten_in_full(typed: str, qapp: QApplication) -> None:
    holder = QWidget()
    field = DateField(lambda: dt.date(2026, 11, 23))
    field.setParent(holder)
    holder.show()
    holder.activateWindow()
    wait_for(holder.isActiveWindow, qapp)
    type_text(field, typed)
    field.clearFocus()
    assert field.date == dt.date(2026, 5, 22)
    assert field.text() == "22/05/2026"
    field.setText("demain")
    field.setFocus()
    field.clearFocus()
    assert field.property("invalid") is True
    holder.close()


def test_an_amount_is_read_with_a_comma_or_a_point() -> None:
    field = AmountField()
    for text in ("12,5", "12.50", "12,50 €"):
        field.setText(text)
        assert field.money == Money(1250)
    field.setText("douze")
    assert field.money is None


def test_no_enter_presses_a_button_by_default() -> None:
    assert not Button("Valider").autoDefault()


def test_a_text_that_gives_way_keeps_its_whole_in_its_tooltip(qapp: QApplication) -> None:
    text = ElidedText("AMOXICILLINE/ACIDE CLAVULANIQUE 500 mg/62,5 mg")
    text.resize(80, 20)
    text.show()
    qapp.processEvents()
    assert text.text().endswith("…")
    assert text.toolTip() == text.whole == text.accessibleName()
    text.close()


def test_findings_come_the_most_serious_first_with_word_code_and_advice() -> None:
    shown = FindingList()
    shown.set_findings(
        [
            Finding("GAL-A-01", Severity.INFO, "À savoir."),
            Finding("GAL-A-02", Severity.ERROR, "Non.", "Faites ceci."),
        ]
    )
    assert [finding.code for finding in shown.findings] == ["GAL-A-02", "GAL-A-01"]
    cards = shown.findChildren(FindingCard)
    assert cards[0].accessibleName() == "Bloquant\u00a0: Non."
    shown.set_findings([])
    assert shown.isHidden()
    shown.close()


def test_a_refused_scan_is_said_refused_and_blocks_nothing(qapp: QApplication) -> None:
    shown = FindingList(refusal="Refusé")
    shown.set_findings([Finding("GAL-T-01", Severity.ERROR, "Clé fausse.")])
    (card,) = shown.findChildren(FindingCard)
    assert card.accessibleName() == "Refusé\u00a0: Clé fausse."


@pytest.mark.parametrize(("width", "share"), [(300, 0.85), (900, 0.70)])
def test_text_of_a_finding_has_the_width_of_its_panel(qapp: QApplication, width: int, share: float) -> None:
    panel = QWidget()
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, 0, 0, 0)
    shown = FindingList()
    column.addWidget(shown)
    column.addStretch()
    panel.resize(width, 600)
    panel.show()
    for size in (1200 - width, width):
        panel.resize(size, 600)
        shown.set_findings([Finding("GAL-T-01", Severity.ERROR, "Une clé est fausse. " * 12, "Recommencez.")])
        wait_for(lambda size=size: shown.width() == size, qapp)
    card = shown.findChildren(FindingCard)[-1]
    texts = [label for label in card.findChildren(Text) if label.text().startswith("Une clé")]
    wait_for(lambda: texts[0].width() >= share * width, qapp)
    panel.close()


def test_messages_stand_on_the_left_of_what_acts(qapp: QApplication) -> None:
    window = QWidget()
    content = QWidget(window)
    window.resize(1366, 768)
    content.setGeometry(190, 40, 1176, 700)
    window.show()
    toasts = Toasts(window, content)
    toasts.say("Fond de caisse : 150,00 €")
    qapp.processEvents()
    (toast,) = toasts.shown
    assert 190 < toast.x() < 230
    toasts.clear()
    window.close()


def test_no_more_than_three_messages_at_once(qapp: QApplication) -> None:
    window = QWidget()
    window.resize(800, 600)
    window.show()
    toasts = Toasts(window, window)
    for number in range(5):
        toasts.say(f"Message {number}")
    qapp.processEvents()
    assert [toast.text for toast in toasts.shown] == ["Message 2", "Message 3", "Message 4"]
    toasts.clear()
    assert toasts.shown == ()
    window.close()
