"""Does a Vitale put in open the right file at the counter, and what is said where it can't?"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands
from PySide6.QtCore import Qt
from ui_keys import wait_for

from app.cards import imitations
from app.cards.desk import CardDesk
from app.cards.vitale import Identity
from app.officine.patients.card_desk import PatientCards
from app.officine.patients.cards import AID
from app.ui.counter.card_drawer import CardDrawer
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.demo_cards import DemoCardsDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.cards.virtual import VirtualTransport
    from app.ui.pictures import Stage

pytestmark = pytest.mark.req("OFF-CARD-03")

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person at the counter, the readers watched."""
    person = Hands(stage, scan_keys)
    person.wait(lambda: len(stage.services.cards.state.readers) == 2)
    return person


def put(hands: Hands, key: str) -> None:
    """Put a card of the demonstration in, as the panel does; again: pull it."""
    cards = hands.services.demo_cards
    assert cards is not None
    cards.toggle(key)
    hands.stage.settle()


def patient(hands: Hands) -> str:
    return hands.page.till.session.patient_name


def bar(hands: Hands) -> str:
    return hands.stage.window.state_bar.cards.words.text()


def card_drawer(hands: Hands) -> CardDrawer:
    drawer = hands.page.drawer
    assert isinstance(drawer, CardDrawer)
    return drawer


def test_a_card_of_one_person_with_one_file_takes_the_patient(hands: Hands) -> None:
    put(hands, "amandine")
    hands.wait(lambda: patient(hands) == "BOURRACHE-TESTUN Amandine")
    assert hands.page.drawer is None
    assert AID in hands.messages()
    assert hands.notices() == []
    assert bar(hands) == "Carte Vitale"
    put(hands, "amandine")
    hands.wait(lambda: bar(hands) == "2\u00a0lecteurs de cartes")
    assert patient(hands) == "BOURRACHE-TESTUN Amandine", "the sale keeps its patient"


def test_a_card_put_in_from_another_room_comes_to_the_counter(hands: Hands) -> None:
    hands.stage.window.enter("stock")
    put(hands, "amandine")
    hands.wait(lambda: patient(hands) == "BOURRACHE-TESTUN Amandine")
    assert hands.stage.window.room == "counter"


def test_of_several_beneficiaries_one_is_chosen_by_keyboard(hands: Hands) -> None:
    put(hands, "tilleul")
    hands.wait(lambda: isinstance(hands.page.drawer, CardDrawer))
    drawer = card_drawer(hands)
    assert [choice.name for choice in drawer.list.records] == [
        "TILLEUL ROSE", "TILLEUL ARTHUR", "TILLEUL JULES", "TILLEUL LÉONIE",
    ]  # fmt: skip
    assert all(choice.patient is not None for choice in drawer.list.records)
    assert drawer.mark.text() == AID
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    assert patient(hands) == "TILLEUL Jules"
    assert hands.page.drawer is None


def test_homonyms_born_the_same_day_are_told_apart_by_the_number(hands: Hands) -> None:
    put(hands, "dominique")
    hands.wait(lambda: patient(hands) == "PAT-TROIS Dominique")
    found = hands.aside(lambda: hands.services.patients.get(hands.page.till.session.patient_id or 0))
    assert found is not None
    assert found.matricule == "279035121518989"


def test_a_lunar_birth_date_finds_the_file_known_by_its_year(hands: Hands) -> None:
    put(hands, "yvonne")
    hands.wait(lambda: patient(hands) == "CAMOMILLE-TESTTROIS Yvonne")


def test_an_unknown_person_is_created_with_the_fields_filled_and_marked(hands: Hands) -> None:
    put(hands, "gabin")
    hands.wait(lambda: isinstance(hands.page.drawer, PatientDrawer))
    drawer = hands.page.drawer
    assert isinstance(drawer, PatientDrawer)
    draft = drawer.form.draft()
    assert (draft.family_name, draft.first_name, draft.sex) == ("OSEILLE-TESTCINQ", "GABIN", "M")
    assert str(draft.birth_date) == "1990-06-11"
    assert drawer.origin.text() == AID
    drawer.confirm()
    hands.wait(lambda: [one.code for one in drawer.findings.findings] == ["GAL-PAT-20"])
    assert drawer.form.birth_place.hasFocus(), "no card says where its holder was born"
    hands.type("63220")
    drawer.confirm()
    hands.wait(lambda: patient(hands) == "OSEILLE-TESTCINQ Gabin")
    created = hands.aside(lambda: hands.services.patients.get(hands.page.till.session.patient_id or 0))
    assert created is not None
    assert created.matricule is None, "a NIR read on a card is no INS, and is not kept"
    assert created.status == "provisoire"


def test_homonyms_without_a_number_are_compared_before_one_is_taken(hands: Hands) -> None:
    put(hands, "aicha")
    hands.wait(lambda: isinstance(hands.page.drawer, CardDrawer))
    records = card_drawer(hands).list.records
    assert [one.patient.birth_name for one in records if one.patient] == ["GENET Aicha", "GENET Aicha"]
    assert all("homonyme" in one.words for one in records)
    assert patient(hands) == ""
    hands.press(ENTER)
    assert patient(hands).startswith("GEN")


def test_a_vitale_that_names_nobody_says_what_to_do(hands: Hands) -> None:
    put(hands, "nobody")
    hands.wait(lambda: isinstance(hands.page.drawer, CardDrawer))
    assert card_drawer(hands).list.records == []
    assert "sans bénéficiaire" in card_drawer(hands).empty.title.text()
    put(hands, "nobody")
    hands.wait(lambda: hands.page.drawer is None)


def test_a_vitale_of_the_old_model_says_so_as_long_as_it_is_in(hands: Hands) -> None:
    put(hands, "vitale1")
    hands.wait(lambda: hands.notices() == ["GAL-CRT-09"])
    assert hands.page.drawer is None
    put(hands, "vitale1")
    hands.wait(lambda: hands.notices() == [])


@pytest.mark.parametrize(
    ("key", "words"), [("mute", "Carte muette"), ("unknown", "Carte inconnue"), ("cps", "Carte CPS")]
)
def test_another_card_is_told_at_the_bottom_and_changes_nothing(key: str, words: str, hands: Hands) -> None:
    put(hands, key)
    hands.wait(lambda: bar(hands) == words)
    assert hands.page.drawer is None
    assert hands.notices() == []
    assert ("ne répond pas" in hands.messages()) is (key == "mute")


def test_another_person_s_card_never_changes_a_sale_by_itself(hands: Hands) -> None:
    put(hands, "amandine")
    hands.wait(lambda: patient(hands) == "BOURRACHE-TESTUN Amandine")
    put(hands, "dominique")
    hands.wait(lambda: isinstance(hands.page.drawer, CardDrawer))
    assert patient(hands) == "BOURRACHE-TESTUN Amandine"
    assert "BOURRACHE-TESTUN Amandine" in card_drawer(hands).warning.text()
    hands.press(ENTER)
    assert patient(hands) == "PAT-TROIS Dominique"


def test_a_payment_under_way_is_not_disturbed(hands: Hands) -> None:
    hands.page.add(hands.product("doliprane 1000"))
    hands.stage.settle()
    hands.press(Qt.Key.Key_F10)
    if not isinstance(hands.page.drawer, PaymentDrawer):
        hands.page.open(PaymentDrawer.name)
    put(hands, "amandine")
    hands.wait(lambda: hands.notices() == ["GAL-CRT-22"])
    assert isinstance(hands.page.drawer, PaymentDrawer)
    assert patient(hands) == ""
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_F2, CTRL)
    hands.wait(lambda: patient(hands) == "BOURRACHE-TESTUN Amandine")


def test_a_card_pulled_takes_its_list_away(hands: Hands) -> None:
    put(hands, "tilleul")
    hands.wait(lambda: isinstance(hands.page.drawer, CardDrawer))
    put(hands, "tilleul")
    hands.wait(lambda: hands.page.drawer is None)
    hands.press(Qt.Key.Key_F2, CTRL)
    assert card_drawer(hands).list.records == []
    assert card_drawer(hands).empty.title.text() == "Aucune carte lue"


def test_a_locked_workstation_reads_no_card(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F12)
    put(hands, "amandine")
    hands.wait(lambda: bar(hands) == "Carte Vitale")
    hands.stage.window.unlock()
    hands.stage.settle()
    assert patient(hands) == ""
    hands.press(Qt.Key.Key_F2, CTRL)
    hands.wait(lambda: patient(hands) == "BOURRACHE-TESTUN Amandine")


def test_the_panel_puts_cards_in_and_pulls_them_by_keyboard(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F12, CTRL)
    panel = hands.stage.dialogs()[0]
    assert isinstance(panel, DemoCardsDialog)
    hands.press(ENTER)
    hands.wait(lambda: patient(hands) == "BOURRACHE-TESTUN Amandine")
    assert hands.stage.dialogs() == []
    hands.stage.window.activateWindow()
    hands.wait(hands.stage.window.isActiveWindow)
    hands.press(Qt.Key.Key_F12, CTRL)
    hands.press(ENTER)
    hands.wait(lambda: bar(hands) == "2\u00a0lecteurs de cartes")


def test_in_production_a_simulated_card_is_refused(hands: Hands) -> None:
    services = hands.services
    assert services.demo_cards is not None
    services.demo_cards.toggle("amandine")
    strict = PatientCards(services.db, CardDesk(services.demo_cards.transport), production=True)
    outcome = hands.aside(lambda: strict.read("Lecteur de démonstration 1"))
    assert [finding.code for finding in outcome.findings] == ["GAL-CRT-20"]  # type: ignore[union-attr]


class _Held(imitations.ImitationCard):
    """A card that waits before each answer until it is let go."""

    def __init__(self, card: imitations.ImitationCard) -> None:
        super().__init__(card.atr, card._master)
        self.asked, self.go = threading.Event(), threading.Event()

    def transmit(self, command: bytes) -> bytes:
        """Answer once let go."""
        self.asked.set()
        self.go.wait(10)
        return super().transmit(command)


def test_the_window_closes_at_once_while_a_card_is_read(hands: Hands) -> None:
    services = hands.services
    assert services.demo_cards is not None
    transport: VirtualTransport = services.demo_cards.transport
    card = _Held(imitations.vitale_card([Identity("TILLEUL", "ROSE", "19880702")]))
    transport.insert("Lecteur de démonstration 1", card)
    wait_for(card.asked.is_set, hands.stage.app)
    begun = time.monotonic()
    hands.stage.window.close()
    assert time.monotonic() - begun < 1
    card.go.set()
    wait_for(lambda: not any(thread.name.startswith("card ") for thread in threading.enumerate()), hands.stage.app)


def test_a_service_that_is_lost_is_told_at_the_bottom(hands: Hands) -> None:
    cards = hands.services.cards
    cards._state = replace(cards.state, service=False, readers=(), cards={})
    hands.stage.window.state_bar._show_cards()
    assert bar(hands) == "Lecteurs de cartes perdus"


class Endless:
    """A card that answers without end."""

    atr = imitations.ATR_VITALE_2

    def reset(self) -> None:
        """Do nothing."""

    def transmit(self, _command: bytes) -> bytes:
        """Say that there is more, always."""
        return b"\x41" * 64 + b"\x61\x40"


@pytest.mark.req("OFF-CARD-05")
def test_a_hostile_card_is_told_and_the_sale_goes_on(hands: Hands) -> None:
    demo = hands.services.demo_cards
    assert demo is not None
    reader = hands.services.cards.state.readers[0]
    demo.transport.insert(reader, Endless())
    hands.wait(lambda: hands.notices() == ["GAL-CRT-10"])
    assert hands.page.drawer is None
    demo.transport.pull(reader)
    hands.wait(lambda: hands.notices() == [])
    put(hands, "amandine")
    hands.wait(lambda: patient(hands) == "BOURRACHE-TESTUN Amandine")
