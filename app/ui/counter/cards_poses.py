"""Which states of the cards are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.dispensing import session as editing
from app.ui.counter.poses import counter_page
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.counter.page import TillPage
    from app.ui.pictures import Stage


def put(stage: Stage, key: str) -> TillPage:
    """Put a card of the demonstration in an empty counter, alone."""
    page = emptied(stage)
    cards = stage.services.demo_cards
    assert cards is not None
    cards.toggle(key)
    stage.settle()
    return page


def emptied(stage: Stage) -> TillPage:
    """Pull every card, and return the comptoir shown, empty."""
    cards = stage.services.demo_cards
    assert cards is not None
    for card in cards.cards():
        if card.reader:
            cards.toggle(card.key)
    stage.settle()
    return counter_page(stage)


def _found(stage: Stage) -> None:
    put(stage, "amandine")


def _family(stage: Stage) -> None:
    page = put(stage, "tilleul")
    drawer = page.drawer
    assert drawer is not None
    drawer.list.point(2)  # type: ignore[attr-defined] # the panel of the card has one


def _homonyms(stage: Stage) -> None:
    put(stage, "aicha")


def _other(stage: Stage) -> None:
    page = emptied(stage)
    patient = stage.services.patients.search("verveine")[0]
    page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
    stage.settle()
    cards = stage.services.demo_cards
    assert cards is not None
    cards.toggle("amandine")


def _new(stage: Stage) -> None:
    put(stage, "gabin")


def _none(stage: Stage) -> None:
    emptied(stage)
    stage.act("counter.card")


def _nobody(stage: Stage) -> None:
    put(stage, "nobody")


def _mute(stage: Stage) -> None:
    put(stage, "mute")


def _panel(stage: Stage) -> None:
    put(stage, "cps")
    stage.act("app.demo_cards")


def _gone(stage: Stage) -> None:
    """Leave the readers empty for the pictures that follow."""
    emptied(stage)


PICTURES = (
    Picture("cards-found", _found),
    Picture("cards-family", _family),
    Picture("cards-homonyms", _homonyms),
    Picture("cards-other-patient", _other),
    Picture("cards-new", _new),
    Picture("cards-no-card", _none),
    Picture("cards-nobody", _nobody),
    Picture("cards-mute", _mute),
    Picture("cards-demo-panel", _panel),
    Picture("cards-pulled", _gone),
)
