"""Do the forms of every room keep the same two ways out, and does Entrée go through all of their fields?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from app.officine.staff.model import Role
from app.officine.stock.quarantined import Cause
from app.ui.widgets.basics import ActButton
from app.ui.widgets.fields import AmountField, NumberField, TextField

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.ui.pictures import Stage
    from app.ui.stock.quarantine_page import QuarantinePage
    from app.ui.stock.view import StockView
    from app.ui.theme import Theme

FORMS = (
    ("stock", ("stock.receive",)),
    ("stock", ("stock.adjust",)),
    ("stock", ("stock.quarantine", "stock.set_aside")),
    ("stock", ("stock.recalls", "stock.recall_new")),
    ("registers", ("registers.narcotics", "registers.count")),
    ("registers", ("registers.narcotics", "registers.exit")),
    ("cash", ("cash.drawer", "cash.float")),
    ("cash", ("cash.accounts", "cash.account_new")),
    ("patients", ("patients.create",)),
)


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def holder(hands: Hands) -> None:
    """Serve as the titulaire, who may do all of it."""
    members = hands.aside(hands.services.staff.members)
    hands.stage.ui.set_operator(next(one for one in members if one.role is Role.HOLDER))


@pytest.mark.parametrize(("room", "acts"), FORMS)
def test_a_form_shows_its_key_on_its_way_out_and_the_button_does_the_same(
    hands: Hands, room: str, acts: Sequence[str]
) -> None:
    holder(hands)
    view = hands.stage.view(room)
    for act_id in acts:
        hands.stage.act(act_id)
    registry, back = hands.stage.ui.acts, f"{room}.back"
    shown = [one for one in view.findChildren(ActButton) if one.isVisible() and one.text() == "Annuler"]
    assert [one.key for one in shown] == ["Échap"]
    assert registry.is_enabled(back)
    shown[0].click()
    hands.stage.settle()
    assert not registry.is_enabled(back)
    assert not any(one.isVisible() and one.text() == "Annuler" for one in view.findChildren(ActButton))


def quarantine(hands: Hands) -> QuarantinePage:
    """Open the form of what is set aside."""
    holder(hands)
    view: StockView = hands.stage.view("stock")  # type: ignore[assignment]
    hands.press(Qt.Key.Key_F4)
    hands.press(Qt.Key.Key_F8)
    return view.quarantine


def test_enter_goes_through_every_field_of_a_quarantine_its_cause_too(hands: Hands) -> None:
    form = quarantine(hands).sheet.aside
    for field in (form.code, form.boxes, form.lot, form.expiry, form.cause, form.reason):
        assert field.hasFocus()
        hands.press(ENTER)
    hands.wait(lambda: bool(form.findings.findings))


def test_a_box_set_aside_by_enter_alone_keeps_the_cause_chosen(hands: Hands) -> None:
    product = hands.product("doliprane 1000")
    page = quarantine(hands)
    hands.scan(box_frame(product, serial="FQ1", lot="LQ"))
    hands.wait(lambda: page.sheet.aside.code.text() == product.code)
    form = page.sheet.aside
    while not form.cause.hasFocus():
        hands.press(ENTER)
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    hands.type("Blister percé")
    hands.press(ENTER)
    hands.wait(lambda: len(page.list.records) == 1)
    held = page.list.records[0].held
    assert (held.cause, held.lot, held.reason) == (Cause.EXPIRED, "LQ", "Blister percé")


@pytest.mark.usefixtures("lone_widgets")
@pytest.mark.parametrize("zoom", [80, 100, 125, 150, 200])
def test_the_fields_of_one_line_are_of_one_height(theme: Theme, zoom: int) -> None:
    theme.set_zoom(zoom)
    try:
        heights = set()
        for field in (TextField(), NumberField(0, 9), AmountField(), QComboBox()):
            theme.dress(field)
            field.show()
            heights.add(field.height())
            field.close()
        assert len(heights) == 1
    finally:
        theme.set_zoom(100)
