"""Are the registers read, counted, closed and printed by keyboard, and do they keep what was written?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from counter_hands import Hands
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel
from ui_keys import press, type_text

from app.officine.registers.model import EntryKind
from app.ui.registers.balance import BalancePage
from app.ui.registers.narcotics import NarcoticsPage
from app.ui.registers.ordonnancier import OrdonnancierPage
from app.ui.registers.view import RegistersView

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.ui.pictures import Stage

PATCH = "3400936985155"  # DUROGESIC 12: 5 dispositifs a box


def view(stage: Stage) -> RegistersView:
    shown = stage.view("registers")
    assert isinstance(shown, RegistersView)
    return shown


def words(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def narcotics(stage: Stage) -> NarcoticsPage:
    page = view(stage).page("narcotics")
    assert isinstance(page, NarcoticsPage)
    return page


@pytest.mark.req("OFF-REG-03")
def test_one_box_missing_asks_for_its_reason_and_leaves_a_trace_for_ever(
    stage: Stage, scan_keys: Callable[..., None]
) -> None:
    """Scenario 13, by keyboard and scanner on the real window."""
    hands = Hands(stage, scan_keys)
    services = stage.services
    before = services.stock.on_hand([PATCH])[PATCH]
    hands.press(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    hands.press(Qt.Key.Key_F4)
    page = narcotics(stage)
    product = services.catalog.by_code(PATCH)
    assert product is not None
    scan_keys(hands.focus, f"01{'0' + PATCH}17281231{'10'}LOT7")
    stage.settle()
    current = page.list.current_record
    assert current is not None
    assert current.narcotic.code == PATCH
    written = len(services.registers.entries(code=PATCH))
    hands.press(Qt.Key.Key_F9)
    type_text(hands.focus, str(before - 1))
    hands.press(Qt.Key.Key_Return)
    hands.press(Qt.Key.Key_Return)
    type_text(hands.focus, "Léa Petit")
    hands.press(Qt.Key.Key_F10)
    assert "Motif de l’écart obligatoire" in words(page)
    assert len(services.registers.entries(code=PATCH)) == written
    assert hands.focus is page.sheet.count.reason
    type_text(hands.focus, "Boîte introuvable au comptage")
    hands.press(Qt.Key.Key_Return)
    entry = services.registers.entries(code=PATCH)[-1]
    assert (entry.kind, entry.boxes, entry.units) == (EntryKind.INVENTORY, -1, -5)
    assert (entry.reason, entry.second_person) == ("Boîte introuvable au comptage", "Léa Petit")
    assert services.stock.on_hand([PATCH]) == {PATCH: before - 1}
    assert not page.sheet.form_open
    assert page.sheet.entries.records[0].seq == entry.seq
    assert services.registers.verify("stupefiants").first_bad is None


@pytest.mark.req("OFF-REG-04")
def test_escape_leaves_a_form_and_writes_nothing(stage: Stage, scan_keys: Callable[..., None]) -> None:
    hands = Hands(stage, scan_keys)
    hands.press(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    hands.press(Qt.Key.Key_F4)
    before = len(stage.services.registers.entries())
    hands.press(Qt.Key.Key_F8)
    page = narcotics(stage)
    assert page.sheet.form_open
    hands.press(Qt.Key.Key_F10)
    assert "motif" in words(page).lower()
    hands.press(Qt.Key.Key_Escape)
    assert not page.sheet.form_open
    assert len(stage.services.registers.entries()) == before


@pytest.mark.req("OFF-REG-02")
def test_the_stock_room_sends_to_the_register(stage: Stage, scan_keys: Callable[..., None]) -> None:
    stock = stage.view("stock")
    stock.pane.field.setText(PATCH)  # type: ignore[attr-defined] # the stock's screen
    stock.pane.field.search_now()  # type: ignore[attr-defined] # the same
    stage.settle()
    stage.act("stock.adjust")
    type_text(stock.sheet.count.reason, "casse")  # type: ignore[attr-defined] # the same
    stage.act("stock.save")
    assert "que par son registre" in words(stock)


@pytest.mark.req("OFF-REG-05")
def test_the_month_in_course_is_not_closed_and_says_why(stage: Stage, scan_keys: Callable[..., None]) -> None:
    hands = Hands(stage, scan_keys)
    hands.press(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    hands.press(Qt.Key.Key_F5)
    page = view(stage).page("balance")
    assert isinstance(page, BalancePage)
    assert page.month.currentText() == "Novembre 2026"
    hands.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert "n’est pas terminé" in words(page)
    hands.press(Qt.Key.Key_Down)
    assert page.month.currentText() == "Octobre 2026"
    assert page.state.text().startswith("Arrêtée le")


@pytest.mark.req("OFF-REG-08")
def test_the_ordonnancier_is_found_by_patient_and_its_extract_printed(
    stage: Stage, scan_keys: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True)
    hands = Hands(stage, scan_keys)
    hands.press(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    page = view(stage).page("ordonnancier")
    assert isinstance(page, OrdonnancierPage)
    everything = len(page.list.records)
    press(page.field, Qt.Key.Key_F3)
    type_text(page.field, "badiane")
    stage.settle()
    assert 0 < len(page.list.records) < everything
    assert all("BADIANE" in one.entry.patient_name for one in page.list.records)
    hands.press(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    hands.press(Qt.Key.Key_F11)
    assert len(opened) == 2
    assert all(Path(file).read_bytes().startswith(b"%PDF") for file in opened)
    hands.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert (stage.services.folder.prints / "ordonnancier.csv").exists()


@pytest.mark.req("OFF-REG-07")
def test_a_lot_is_typed_where_no_scan_gave_it(stage: Stage, scan_keys: Callable[..., None]) -> None:
    hands = Hands(stage, scan_keys)
    product = stage.services.catalog.search("doliprane 1000", 1)[0]
    scan_keys(hands.page.omnibox.field, product.code)
    stage.settle()
    type_text(hands.page.omnibox.field, "lot P100542")
    hands.press(Qt.Key.Key_Return)
    (line,) = hands.page.till.session.lines
    assert line.lot == "P100542"
    assert hands.page.omnibox.field.text() == ""
