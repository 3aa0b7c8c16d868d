"""Does an INS datamatrix scanned lead to the right file, and is the symbol of a file drawn and printed as it must?"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from counter_hands import Hands
from PySide6.QtCore import QBuffer, QIODevice, Qt

from app.officine.scan.image import read_pages
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.patients.view import PatientsView
from app.ui.printing import print_desk
from app.ui.widgets.symbol import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from app.ui.pictures import Stage
    from app.ui.theme import Theme

HEADER = "IS010000000000000000000000"
ADRUN = f"{HEADER}S1275126322074974S21.2.250.1.213.1.4.10S3ZOE<GS>S4ADRUN<GS>S5FS631-12-1975S763220"
"""A file of the demonstration, qualifiée."""
OTHER_TRAITS = ADRUN.replace("31-12-1975", "30-12-1975")
NOBODY = f"{HEADER}S1192061305512310S21.2.250.1.213.1.4.10S3LOUIS NOE<GS>S4XYLOPHON<GS>S5MS612-06-1992S713055"
PROVISIONAL = f"{HEADER}S1297022A02077878S21.2.250.1.213.1.4.10S3DOMINIQUE<GS>S4ADRTROIS<GS>S5FS626-02-1997S72A020"


def frame(text: str) -> str:
    return text.replace("<GS>", "\x1d")


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def room(hands: Hands) -> PatientsView:
    """Enter the patients' room; the search has the focus."""
    view = hands.stage.view("patients")
    assert isinstance(view, PatientsView)
    view.pane.field.setFocus()
    return view


def grabbed(widget: QWidget) -> bytes:
    """Return the picture of a part of the screen."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    widget.grab().save(buffer, "PNG")
    return bytes(buffer.data().data())


# --- At the counter ---------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-INS-36")
def test_the_code_of_a_known_patient_brings_the_patient_to_the_counter(hands: Hands) -> None:
    hands.scan(frame(ADRUN))
    assert hands.page.till.session.patient_name.startswith("ADRUN")
    assert hands.notices() == []


@pytest.mark.req("OFF-INS-37")
def test_a_code_with_other_traits_alerts_and_brings_nobody(hands: Hands) -> None:
    """C37: the file is offered to be compared, not taken."""
    hands.scan(frame(OTHER_TRAITS))
    assert hands.page.till.session.patient_id is None
    assert isinstance(hands.page.drawer, PatientDrawer)
    assert not hands.page.drawer.is_creating
    assert hands.notices() == ["GAL-IDN-24"]
    assert "date de naissance" in hands.page.notice.findings[0].text


@pytest.mark.req("OFF-INS-36")
def test_the_code_of_nobody_is_the_draft_of_a_file_whatever_its_separators(hands: Hands) -> None:
    """C36: three ways in which a scanner sends it."""
    for text in (frame(NOBODY), NOBODY.replace("<GS>", ""), f"]d1{NOBODY}"):
        hands.scan(text)
        drawer = hands.page.drawer
        assert isinstance(drawer, PatientDrawer)
        assert drawer.is_creating
        draft = drawer.form.draft()
        assert (draft.family_name, draft.birth_names, draft.birth_place) == ("XYLOPHON", "LOUIS NOE", "13055")
        assert "INSi" in drawer.origin.text()
        hands.stage.act("counter.back")
        hands.stage.act("counter.back")


# --- In the patients' room --------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-INS-36")
def test_a_code_opens_its_file_in_the_room_with_its_symbol(hands: Hands) -> None:
    view = room(hands)
    hands.scan(frame(ADRUN))
    hands.wait(lambda: view.sheet.patient is not None)
    assert view.sheet.patient is not None
    assert view.sheet.patient.family_name == "ADRUN"
    assert [one.code for one in view.said.findings] == ["GAL-IDN-25"]
    hands.wait(lambda: bool(view.sheet.findChildren(Symbol)))
    (symbol,) = (one for one in view.sheet.findChildren(Symbol) if one.isVisible())
    assert symbol.caption.text() == "INS à scanner"
    assert read_pages(grabbed(symbol)) == [["]d1" + frame(ADRUN)]]


@pytest.mark.req("OFF-INS-37")
def test_in_the_room_too_other_traits_alert(hands: Hands) -> None:
    view = room(hands)
    hands.scan(frame(OTHER_TRAITS))
    assert [one.code for one in view.said.findings] == ["GAL-IDN-24"]
    assert view.said.isVisible()
    hands.stage.act("patients.search")
    hands.type("houilles")
    hands.wait(lambda: view.sheet.patient is not None and view.sheet.patient.family_name == "HOUILLES")
    assert not view.said.findings, "the alert is about a file that is no longer shown"


@pytest.mark.req("OFF-INS-36")
def test_in_the_room_a_code_of_nobody_fills_the_form_and_enters_no_ins(hands: Hands) -> None:
    view = room(hands)
    hands.scan(frame(NOBODY))
    assert view.right.currentWidget() is view.form
    assert [one.code for one in view.form.findings.findings] == ["GAL-DMX-02"]
    draft = view.form.draft
    assert (draft.family_name, draft.first_name, draft.birth_names) == ("XYLOPHON", "LOUIS", "LOUIS NOE")
    hands.stage.act("patients.save")
    hands.wait(lambda: view.sheet.patient is not None)
    assert view.sheet.patient is not None
    assert (view.sheet.patient.status, view.sheet.patient.matricule) == ("provisoire", None)


@pytest.mark.req("INS-S22")
def test_a_file_without_ins_is_opened_and_the_ins_read_stays_to_be_confirmed(hands: Hands) -> None:
    view = room(hands)
    hands.scan(frame(PROVISIONAL))
    hands.wait(lambda: view.sheet.patient is not None)
    assert view.sheet.patient is not None
    assert (view.sheet.patient.family_name, view.sheet.patient.matricule) == ("ADRTROIS", None)
    assert [one.code for one in view.said.findings] == ["GAL-IDN-26"]
    assert not view.sheet.findChildren(Symbol)


@pytest.mark.req("INS-D12")
def test_a_defective_code_is_told_in_the_room_and_a_box_goes_to_the_counter(hands: Hands) -> None:
    view = room(hands)
    hands.scan(frame(ADRUN.replace("74974S2", "74973S2")))
    assert [one.code for one in view.said.findings] == ["GAL-SCN-37"]
    product = hands.product("doliprane 1000")
    hands.scan(product.code)
    hands.wait(lambda: len(hands.page.till.session.lines) == 1)
    assert hands.stage.window.room == "counter"


# --- What is drawn ----------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-32c")
def test_the_sheet_and_the_label_are_printed_by_their_keys(hands: Hands) -> None:
    view = room(hands)
    shown: list[Path] = []
    print_desk(hands.stage.ui).open_file = lambda file: not shown.append(file)  # type: ignore[func-returns-value]
    hands.type("adrun")
    hands.wait(lambda: view.sheet.patient is not None)
    hands.press(Qt.Key.Key_F11)
    hands.wait(lambda: len(shown) == 1)
    hands.press(Qt.Key.Key_F11, Qt.KeyboardModifier.ShiftModifier)
    hands.wait(lambda: len(shown) == 2)
    assert [read_pages(file.read_bytes()) for file in shown] == [[["]d1" + frame(ADRUN)]]] * 2


def test_without_a_patient_nothing_is_printed(hands: Hands) -> None:
    room(hands)
    hands.press(Qt.Key.Key_F11)
    assert "Choisissez d’abord un patient" in hands.messages()


@pytest.mark.req("OFF-INS-DMX-05")
@pytest.mark.parametrize("look", [("light", 100), ("dark", 100), ("contrast", 150), ("dark", 80)])
def test_a_symbol_is_read_from_the_screen_in_every_theme_and_zoom(theme: Theme, look: tuple[str, int]) -> None:
    from PIL import Image  # noqa: PLC0415 -- heavy

    from app.docs import datamatrix  # noqa: PLC0415 -- the same

    theme.set_name(look[0])
    theme.set_zoom(look[1])
    symbol = Symbol("essai")
    symbol.show_symbol(datamatrix.modules_of(frame(ADRUN)), "INS à scanner")
    assert not symbol.isVisible(), "no window of its own, which would take the keys"
    picture = grabbed(symbol.square)
    assert read_pages(picture) == [["]d1" + frame(ADRUN)]]
    colours = Image.open(io.BytesIO(picture)).convert("RGB").getcolors()
    assert {colour for _count, colour in colours or ()} == {(0, 0, 0), (255, 255, 255)}
    symbol.clear()
    assert symbol.isHidden()
