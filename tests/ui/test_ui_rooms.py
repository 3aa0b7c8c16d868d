"""Do the rooms find, show, create and correct, by keyboard alone, and say why when they refuse?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from ui_keys import press, type_text

from app.kernel import french
from app.officine.patients.model import IdentityStatus, Sex
from app.ui.stock.discard_poses import opened_box

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.ui.patients.view import PatientsView
    from app.ui.pictures import Stage
    from app.ui.products.view import ProductsView
    from app.ui.stock.view import StockView


def words(widget: QWidget) -> str:
    """Return every text that the widget shows."""
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def products(stage: Stage) -> ProductsView:
    return stage.view("products")  # type: ignore[return-value]


def patients(stage: Stage) -> PatientsView:
    return stage.view("patients")  # type: ignore[return-value]


def stock(stage: Stage) -> StockView:
    return stage.view("stock")  # type: ignore[return-value]


# --- Products ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CAT-06")
def test_a_product_is_found_as_it_is_typed_and_its_sheet_shows_its_price_and_stock(shared_stage: Stage) -> None:
    view = products(shared_stage)
    type_text(view.pane.field, "doliprane 1000")
    shared_stage.settle()
    row = view.pane.list.current_record
    assert row is not None
    assert "DOLIPRANE 1000" in row.product.name
    assert row.product.price is not None
    said = words(view.sheet)
    assert french.amount(row.product.price) in said
    held = shared_stage.services.stock.on_hand([row.product.code]).get(row.product.code, 0)
    assert f"{held}\u00a0boîte" in said
    view.pane.field.clear()


def test_the_arrows_move_in_the_answers_without_leaving_the_field(shared_stage: Stage) -> None:
    view = products(shared_stage)
    type_text(view.pane.field, "amox")
    shared_stage.settle()
    first = view.pane.list.current_record
    press(view.pane.field, Qt.Key.Key_Down)
    shared_stage.settle()
    assert view.pane.list.current_record is not first
    assert view.pane.field.hasFocus()
    view.pane.field.clear()


def test_nothing_found_says_what_to_do_next(shared_stage: Stage) -> None:
    view = products(shared_stage)
    type_text(view.pane.field, "zzzyx ' % _ 🙂 OR NEAR(")
    shared_stage.settle()
    assert view.pane.list.empty.isVisible()
    assert "scannez" in words(view.pane.list.empty)
    view.pane.field.clear()
    shared_stage.settle()


def test_a_box_scanned_in_this_room_shows_its_sheet(stage: Stage, scan_keys: Callable[..., None]) -> None:
    view = products(stage)
    code = stage.services.catalog.search("doliprane", 1)[0].code
    scan_keys(view.pane.field, code)
    stage.settle()
    assert stage.window.room == "products"
    record = view.sheet.record
    assert record is not None
    assert record.product.code == code


# --- Patients ---------------------------------------------------------------------------------------------------------


def test_a_patient_is_found_by_birth_date_and_read(shared_stage: Stage) -> None:
    view = patients(shared_stage)
    known = shared_stage.services.patients.search("a", 1)[0]
    type_text(view.pane.field, french.short_date(known.birth_date))
    shared_stage.settle()
    assert known in view.pane.list.records
    assert known.display_name in {record.display_name for record in view.pane.list.records}
    view.pane.field.clear()
    shared_stage.settle()


@pytest.mark.req("INS-05")
def test_a_file_is_created_with_its_five_traits_and_the_names_as_the_national_identity_wants_them(
    stage: Stage,
) -> None:
    view = patients(stage)
    QTest.keyClick(stage.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    stage.settle()
    form = view.form
    type_text(form.editors["family_name"], "Lefèvre-d’Œuvre")
    type_text(form.editors["first_name"], "Zoé")
    assert "LEFEVRE-D'OEUVRE" in words(form)
    type_text(form.birth_date, "220580")
    form.sex.setCurrentIndex(form.sex.findData(Sex.FEMALE))
    type_text(form.editors["birth_place"], "75112")
    QTest.keyClick(stage.window, Qt.Key.Key_F10)
    stage.settle()
    found = stage.services.patients.search("lefevre 22/05/1980")
    assert [patient.family_name for patient in found] == ["LEFEVRE-D'OEUVRE"]
    assert found[0].first_name == "ZOE"
    assert found[0].status is IdentityStatus.PROVISIONAL
    assert view.pane.list.current_record == found[0]


@pytest.mark.req("OFF-UI-22")
def test_a_refusal_is_said_under_its_field_and_nothing_is_created(stage: Stage) -> None:
    before = stage.services.patients.count()
    view = patients(stage)
    stage.act("patients.create")
    type_text(view.form.editors["family_name"], "Durand")
    stage.act("patients.save")
    assert "prénom" in view.form.fields["first_name"].note_label.text()
    assert view.form.fields["birth_date"].note_label.isVisible()
    assert view.form.editors["first_name"].hasFocus()
    assert stage.services.patients.count() == before


def test_escape_leaves_the_form_without_creating_anything(stage: Stage) -> None:
    before = stage.services.patients.count()
    view = patients(stage)
    stage.act("patients.create")
    QTest.keyClick(stage.window, Qt.Key.Key_Escape)
    stage.settle()
    assert view.right.currentWidget() is view.sheet
    assert stage.services.patients.count() == before


@pytest.mark.req("OFF-FAC-02")
def test_rights_are_typed_by_keyboard_with_their_dates_and_refused_under_their_field(stage: Stage) -> None:
    view = patients(stage)
    QTest.keyClick(stage.window, Qt.Key.Key_F6)
    stage.settle()
    assert view.right.currentWidget() is view.sheet, "there is nobody whose rights could be typed"
    type_text(view.pane.field, "pat trois")
    stage.settle()
    known = view.pane.list.current_record
    assert known is not None
    QTest.keyClick(stage.window, Qt.Key.Key_F6)
    stage.settle()
    form = view.rights
    assert view.right.currentWidget() is form
    form.ald.setChecked(True)
    for name, text in (("ald_from", "010326"), ("ald_to", "xx")):
        form.dates[name].clear()
        type_text(form.dates[name], text)
    QTest.keyClick(stage.window, Qt.Key.Key_F10)
    stage.settle()
    assert form.fields["ald_to"].note_label.text() == "Ce n’est pas une date."
    for text, said in (("010226", "précède"), ("280227", "")):
        form.dates["ald_to"].clear()
        type_text(form.dates["ald_to"], text)
        QTest.keyClick(stage.window, Qt.Key.Key_F10)
        stage.settle()
        assert said in form.fields["ald_to"].note_label.text()
    assert view.right.currentWidget() is view.sheet
    after = stage.services.patients.get(known.id)
    assert after is not None
    assert (after.coverage.ald, after.coverage.ald_to) == (True, dt.date(2027, 2, 28))
    assert "28/02/2027" in words(view.sheet)


# --- Stock ------------------------------------------------------------------------------------------------------------


def test_an_entry_adds_boxes_and_its_movement_shows_at_once(stage: Stage) -> None:
    view = stock(stage)
    row = view.pane.list.current_record
    assert row is not None
    QTest.keyClick(stage.window, Qt.Key.Key_F6)
    view.sheet.receipt.boxes.setValue(4)
    type_text(view.sheet.receipt.lot, "A12B")
    type_text(view.sheet.receipt.expiry, "310328")
    QTest.keyClick(stage.window, Qt.Key.Key_F10)
    stage.settle()
    assert stage.services.stock.item(row.code).quantity == row.item.quantity + 4
    newest = view.sheet.movements.records[0]
    assert (newest.delta, newest.lot) == (4, "A12B")
    assert newest.actor_name == stage.ui.actor().name
    assert f"{row.item.quantity + 4}\u00a0boîtes" in view.sheet.quantity.text()


def test_a_count_without_its_reason_is_refused_beside_the_form(stage: Stage) -> None:
    view = stock(stage)
    row = view.pane.list.current_record
    assert row is not None
    stage.act("stock.adjust")
    view.sheet.count.boxes.setValue(row.item.quantity + 1)
    stage.act("stock.save")
    assert view.sheet.form_open
    assert "motif" in view.sheet.count.findings.findings[0].text
    assert stage.services.stock.item(row.code).quantity == row.item.quantity


@pytest.mark.req("OFF-UNI-02")
def test_the_rest_of_an_opened_box_is_thrown_away_by_keyboard_with_its_reason(stage: Stage) -> None:
    view = stock(stage)
    QTest.keyClick(stage.window, Qt.Key.Key_F8)
    stage.settle()
    assert not view.sheet.form_open, "no box of this product is open"
    opened_box(stage)
    form = view.sheet.thrown
    assert view.sheet.form_open
    assert form.boxes.currentText() == "3 sur 8 · lot B441"
    assert all(field.isHidden() for field in form.of_narcotics)
    QTest.keyClick(stage.window, Qt.Key.Key_F10)
    stage.settle()
    assert [finding.code for finding in form.findings.findings] == ["GAL-UNI-10"]
    type_text(form.reason, "traitement terminé")
    press(form.reason, Qt.Key.Key_Return, "\r")
    stage.settle()
    assert not view.sheet.form_open
    newest = view.sheet.movements.records[0]
    assert (newest.delta, newest.kind.label, newest.lot) == (0, "Destruction", "B441")
    assert "3 unités sur 8" in newest.reason


def test_a_change_made_elsewhere_refreshes_the_room(stage: Stage) -> None:
    view = stock(stage)
    row = view.pane.list.current_record
    assert row is not None
    stage.services.stock.adjust(stage.ui.actor(), row.code, 77, "inventaire")
    stage.settle()
    shown = view.pane.list.current_record
    assert shown is not None
    assert (shown.code, shown.item.quantity) == (row.code, 77)


def test_a_count_is_typed_and_written_by_enter_alone(stage: Stage) -> None:
    """The boxes, Entrée, the reason, Entrée."""
    view = stock(stage)
    type_text(view.pane.field, "amoxicilline biogaran 500")
    stage.settle()
    row = view.pane.list.current_record
    assert row is not None
    stage.act("stock.adjust")
    form = view.sheet.count
    type_text(form.boxes, "33")
    press(form.boxes, Qt.Key.Key_Return, "\r")
    assert form.reason.hasFocus()
    type_text(form.reason, "casse")
    press(form.reason, Qt.Key.Key_Return, "\r")
    stage.settle()
    assert stage.services.stock.item(row.code).quantity == 33
