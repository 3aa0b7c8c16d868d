"""Do the rights of the card and of the phone reach the file at the counter, marked, and never by themselves?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from ui_keys import wait_for

from app.cards.apcv import NoApcv
from app.cards.fsv import FsvDesk
from app.officine.rights.model import Meanings
from app.officine.rights.service import PatientRights
from app.officine.scan import apcv
from app.ui.counter.rights_drawer import RightsDrawer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.patients.model import Patient
    from app.ui.pictures import Stage

pytestmark = pytest.mark.req("OFF-CARD-04")

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person at the counter, the readers watched."""
    person = Hands(stage, scan_keys)
    person.wait(lambda: len(stage.services.cards.state.readers) == 2)
    return person


def put(hands: Hands, key: str) -> None:
    cards = hands.services.demo_cards
    assert cards is not None
    cards.toggle(key)
    hands.stage.settle()


def drawer(hands: Hands) -> RightsDrawer:
    shown = hands.page.drawer
    assert isinstance(shown, RightsDrawer)
    return shown


def file(hands: Hands, text: str) -> Patient:
    return hands.aside(lambda: hands.services.patients.search(text)[0])


def read(hands: Hands, key: str) -> RightsDrawer:
    put(hands, key)
    hands.press(Qt.Key.Key_F3, CTRL)
    hands.wait(lambda: drawer(hands).reading is not None)
    return drawer(hands)


def codes(shown: RightsDrawer) -> list[str]:
    return [finding.code for finding in shown.findings.findings]


def test_two_keys_bring_the_file_up_to_date_and_say_from_where(hands: Hands) -> None:
    before = file(hands, "tilleul rose")
    assert before.coverage.exemption_to is None
    shown = read(hands, "tilleul")
    assert shown.mark.isVisible()
    assert shown.mark.text() == "SIMULÉ"
    assert shown.comparison is not None
    assert [one.label for one in shown.comparison.differences] == ["Exonération"]
    assert file(hands, "tilleul rose") == before, "nothing is taken over by itself"
    hands.press(ENTER)
    hands.wait(lambda: hands.page.drawer is None)
    after = file(hands, "tilleul rose")
    assert after.coverage.exemption == "maternity"
    assert after.coverage.exemption_to is not None
    assert hands.page.till.session.patient_name == "TILLEUL Rose"
    assert "carte Vitale (FSV), SIMULÉ" in hands.messages()
    kept = hands.aside(lambda: hands.services.rights.last(after.id))
    assert kept is not None
    assert kept.is_simulated
    hands.press(Qt.Key.Key_F3, CTRL)
    hands.wait(lambda: drawer(hands).comparison is not None)
    assert drawer(hands).changes_title.text() == "Rien à changer au dossier."


def test_the_beneficiary_of_the_sale_is_the_one_pointed_at(hands: Hands) -> None:
    hands.type("tilleul jules")
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.session.patient_name == "TILLEUL Jules")
    shown = read(hands, "tilleul")
    line = shown.list.current_record
    assert line is not None
    assert line.name == "TILLEUL JULES"
    assert codes(shown) == ["GAL-FSV-39"], "a code without a known meaning is told"
    assert not shown.warning.isVisible()
    hands.press(Qt.Key.Key_Up)
    assert shown.warning.isVisible(), "Entrée would change the patient of the sale"


def test_rights_that_are_over_are_told_before_anything_is_taken(hands: Hands) -> None:
    assert "GAL-FSV-34" in codes(read(hands, "yvonne"))


def test_nobody_s_file_is_written_where_there_is_none(hands: Hands) -> None:
    shown = read(hands, "gabin")
    assert not shown.take_button.isVisible()
    hands.press(ENTER)
    assert hands.page.drawer is shown


@pytest.mark.parametrize(("key", "code"), [("", "GAL-FSV-13"), ("vitale1", "GAL-FSV-14"), ("cps", "GAL-FSV-13")])
def test_a_card_that_gives_no_right_is_told(key: str, code: str, hands: Hands) -> None:
    if key:
        put(hands, key)
    hands.press(Qt.Key.Key_F3, CTRL)
    hands.wait(lambda: bool(codes(drawer(hands))))
    assert codes(drawer(hands)) == [code]


def test_a_card_pulled_takes_its_rights_away(hands: Hands) -> None:
    shown = read(hands, "amandine")
    put(hands, "amandine")
    hands.wait(lambda: shown.reading is None)
    assert shown.list.records == []


# --- The phone --------------------------------------------------------------------------------------------------------


def test_a_phone_scanned_from_another_room_opens_its_context_and_its_rights_are_taken(hands: Hands) -> None:
    cards = hands.services.demo_cards
    assert cards is not None
    hands.stage.window.enter("stock")
    hands.stage.settle()
    hands.scan(cards.code("phone1"))
    hands.wait(lambda: hands.page.drawer is not None and drawer(hands).reading is not None)
    shown = drawer(hands)
    assert shown.mark.isVisible()
    assert "à reprendre avant" in shown.source.text()
    hands.press(ENTER)
    hands.wait(lambda: hands.page.drawer is None)
    assert "appli carte Vitale (ApCV), SIMULÉ" in hands.messages()


def test_a_code_shown_too_long_ago_opens_nothing(hands: Hands) -> None:
    cards = hands.services.demo_cards
    assert cards is not None
    hands.scan(cards.code("phone2"))
    hands.wait(lambda: hands.page.drawer is not None and bool(codes(drawer(hands))))
    assert codes(drawer(hands)) == ["GAL-FSV-40"]
    assert drawer(hands).reading is None


def test_a_phone_is_scanned_from_the_panel_of_the_demonstration(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F12, CTRL)
    panel = hands.stage.app.activeModalWidget() or hands.stage.app.activeWindow()
    assert panel is not None
    wanted = next(place for place, one in enumerate(panel.list.records) if one.key == "phone1")  # type: ignore[attr-defined]
    panel.list.point(wanted)  # type: ignore[attr-defined]
    hands.press(ENTER)
    hands.wait(lambda: hands.page.drawer is not None and drawer(hands).reading is not None)


def test_an_expired_context_is_refused_in_clear(hands: Hands) -> None:
    cards = hands.services.demo_cards
    assert cards is not None
    hands.scan(cards.code("phone1"))
    hands.wait(lambda: hands.page.drawer is not None and drawer(hands).reading is not None)
    shown = drawer(hands)
    assert shown.reading is not None
    object.__setattr__(shown.reading, "expires_at", shown.reading.read_at - dt.timedelta(minutes=1))
    hands.press(ENTER)
    hands.wait(lambda: codes(shown) == ["GAL-FSV-41"])
    assert "expiré" in shown.findings.findings[0].text


def test_a_code_of_a_phone_that_is_none_is_refused(hands: Hands) -> None:
    hands.scan(apcv.build(77, hands.services.clock.now()))
    hands.wait(lambda: hands.page.drawer is not None and bool(codes(drawer(hands))))
    assert codes(drawer(hands)) == ["GAL-FSV-00"]


# --- With the publisher's library -------------------------------------------------------------------------------------


@pytest.fixture
def without_library(hands: Hands) -> Hands:
    """A workstation on which no library is installed."""
    services = hands.services
    services.rights = PatientRights(
        services.db,
        patients=services.patients,
        files=services.cards,
        staff=services.staff,
        fsv=FsvDesk([], resources=("CPS", "Log_SV")),
        apcv=NoApcv(),
        meanings=Meanings,
        production=True,
    )
    return hands


def test_without_the_library_the_counter_says_what_is_missing(without_library: Hands) -> None:
    hands = without_library
    hands.press(Qt.Key.Key_F3, CTRL)
    shown = drawer(hands)
    assert not shown.mark.isVisible()
    assert shown.code.echoMode() is QLineEdit.EchoMode.Password
    assert shown.code.hasFocus()
    hands.type("12")
    hands.press(ENTER)
    assert shown.findings.findings == ()
    assert "n’a pas été présenté" in shown.code_field.note_label.text()
    hands.type("34")
    hands.press(ENTER)
    hands.wait(lambda: codes(shown) == ["GAL-FSV-01"])
    assert shown.code.text() == "", "the code is not kept in sight"
    wait_for(shown.code.hasFocus, hands.stage.app)


def test_without_a_component_a_phone_is_refused_in_clear(without_library: Hands) -> None:
    hands = without_library
    hands.scan(apcv.build(1, hands.services.clock.now()))
    hands.wait(lambda: hands.page.drawer is not None and bool(codes(drawer(hands))))
    assert codes(drawer(hands)) == ["GAL-FSV-06"]


def test_the_patient_s_file_says_by_which_reading_its_rights_came(hands: Hands) -> None:
    read(hands, "tilleul")
    hands.press(ENTER)
    hands.wait(lambda: hands.page.drawer is None)
    hands.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    hands.type("tilleul rose")
    view = hands.stage.window.views["patients"]

    def told() -> str:
        return " | ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())

    hands.wait(lambda: "Droits repris" in told())
    assert "carte Vitale (FSV), lue le" in told()
    assert "SIMULÉ" in told()


def test_a_card_put_in_after_a_phone_is_the_one_that_is_read(hands: Hands) -> None:
    cards = hands.services.demo_cards
    assert cards is not None
    hands.scan(cards.code("phone1"))
    hands.wait(lambda: hands.page.drawer is not None and drawer(hands).reading is not None)
    phone = drawer(hands).reading
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_F3, CTRL)
    assert drawer(hands).reading is phone, "without a card, what the phone said is shown again"
    hands.press(Qt.Key.Key_Escape)
    shown = read(hands, "amandine")
    hands.wait(lambda: shown.reading is not None and shown.reading is not phone)
    assert [line.name for line in shown.list.records] == ["BOURRACHE-TESTUN AMANDINE"]
