"""Which states of the page of the cards are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.errors import EnvironmentFailure
from app.officine.staff.readers import ModuleState
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.pictures import Stage
    from app.ui.settings.cards import CardsPage


def _page(stage: Stage, *keys: str) -> CardsPage:
    """Show the page with these cards of the demonstration put in, alone."""
    cards = stage.services.demo_cards
    assert cards is not None
    for card in cards.cards():
        if bool(card.reader) is not (card.key in keys):
            cards.toggle(card.key)
    view = stage.view("settings")
    stage.act("settings.cards")
    page: CardsPage = view.page("cards")  # type: ignore[attr-defined] # the settings' screen
    page.tested.hide()
    stage.settle()
    return page


def _tested(stage: Stage, key: str, *others: str) -> None:
    page = _page(stage, key, *others)
    cards = stage.services.demo_cards
    assert cards is not None
    reader = next(card.reader for card in cards.cards() if card.key == key)
    page.list.point(next(place for place, one in enumerate(page.list.records) if one.reader == reader))
    page.test()
    stage.settle()
    # What the counter said of the card is not what this page is about.
    stage.window.toasts.clear()
    page.ensureWidgetVisible(page.findings)


def _empty(stage: Stage) -> None:
    """Show the readers empty, and leave them so for the pictures that follow."""
    _page(stage)


def _professional(stage: Stage) -> None:
    _tested(stage, "cps", "amandine")


def _vitale(stage: Stage) -> None:
    _tested(stage, "tilleul")


def _mute(stage: Stage) -> None:
    _tested(stage, "mute")


def _without(stage: Stage) -> None:
    """A workstation without reader service nor module, as a real one begins."""
    page = _page(stage)
    service = "Le service des lecteurs de cartes (PC/SC) ne répond pas."
    again = "Il est repris de lui-même dès son retour. Sous Linux\u00a0: démarrez pcscd."
    page._without_readers(EnvironmentFailure(service, code="GAL-CRT-02", advice=again))  # noqa: SLF001 -- posed
    tried = ", ".join(stage.services.card_bench.module_places())
    absent = ModuleState(
        found=False,
        code="GAL-CPS-01",
        text=f"La Cryptolib CPS est introuvable. Chemins essayés\u00a0: {tried}.",
        advice="Installez la Cryptolib CPS de l’Agence du numérique en santé, ou indiquez son chemin.",
    )
    page._show_module(absent, 0)  # noqa: SLF001 -- posed


PICTURES = (
    Picture("settings-cards-cps", _professional),
    Picture("settings-cards-vitale", _vitale),
    Picture("settings-cards-mute", _mute),
    Picture("settings-cards-without", _without),
    Picture("settings-cards", _empty),
)
