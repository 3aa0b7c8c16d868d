"""Does the counter follow real readers: cards, a service that dies and comes back, a workstation without any?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from card_readers import wait_until
from counter_hands import Hands

from app.cards import imitations, pcsc
from app.cards.desk import CardDesk
from app.cards.failures import CardLibraryAbsent
from app.cards.pcsc import PcscTransport
from app.cards.vitale import Identity
from app.officine.patients.card_desk import PatientCards
from app.ui.pictures import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from card_readers import Service, Slot
    from PySide6.QtWidgets import QApplication

    from app.bootstrap import Services

pytestmark = pytest.mark.req("OFF-CARD-03")

AMANDINE = Identity("BOURRACHE-TESTUN", "AMANDINE", "19920314", "", "FR")


@pytest.fixture
def real(services: Services) -> Services:
    """The demonstration with the readers of the workstation in place of its own."""
    services.cards = PatientCards(services.db, CardDesk(PcscTransport()), production=False)
    services.demo_cards = None
    return services


@pytest.fixture
def card_in(slots: tuple[Slot, Slot]) -> None:
    """A Vitale that is in its reader before the window opens."""
    slots[0].insert(imitations.vitale_card([AMANDINE]))
    wait_until(lambda: PcscTransport().slots()[0].present, 8)


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workstation on which the library of the readers was never installed."""

    def absent() -> None:
        raise CardLibraryAbsent("La bibliothèque des lecteurs de cartes n’est pas installée sur ce poste.")

    monkeypatch.setattr(pcsc, "library", absent)


@pytest.fixture
def hands(real: Services, qapp: QApplication, scan_keys: Callable[..., None]) -> Iterator[Hands]:
    """A person at the counter of a window just opened, after whatever was asked for before."""
    standing = Stage(real, "light", 100)
    yield Hands(standing, scan_keys)
    standing.close()


def bar(hands: Hands) -> str:
    return hands.stage.window.state_bar.cards.words.text()


def test_a_card_in_a_real_reader_is_followed_through_a_restart_of_the_service(
    pcscd: Service, slots: tuple[Slot, Slot], hands: Hands
) -> None:
    hands.wait(lambda: bar(hands) == "2\u00a0lecteurs de cartes")
    slots[0].insert(imitations.vitale_card([AMANDINE]))
    hands.wait(lambda: hands.page.till.session.patient_name == "BOURRACHE-TESTUN Amandine")
    assert bar(hands) == "Carte Vitale"
    hands.aside(pcscd.stop)
    hands.wait(lambda: bar(hands) == "Lecteurs de cartes perdus")
    slots[0].pull()
    hands.aside(pcscd.start)
    hands.wait(lambda: bar(hands) == "2\u00a0lecteurs de cartes")
    assert hands.page.till.session.patient_name == "BOURRACHE-TESTUN Amandine", "the sale is as it was"


def test_a_card_already_in_when_the_window_opens_is_read(card_in: None, hands: Hands) -> None:
    hands.wait(lambda: hands.page.till.session.patient_name == "BOURRACHE-TESTUN Amandine")


def test_a_workstation_without_the_library_is_told_so_quietly(no_library: None, hands: Hands) -> None:
    hands.wait(lambda: bar(hands) == "Sans lecteur de cartes")
    assert hands.messages() == ""
    assert hands.stage.dialogs() == []
    assert hands.notices() == []
