"""Which states of the rights read are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.officine.rights import rules
from app.ui.counter.cards_poses import emptied, put
from app.ui.counter.rights_drawer import RightsDrawer
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.pictures import Stage


def _read(stage: Stage, key: str, place: int = 0) -> RightsDrawer:
    """Read the rights of a card of the demonstration, and point at a beneficiary."""
    page = put(stage, key)
    stage.act("counter.rights")
    stage.window.toasts.clear()
    drawer = page.drawer
    assert isinstance(drawer, RightsDrawer)
    if place:
        drawer.list.point(place)
    return drawer


def _differing(stage: Stage) -> None:
    _read(stage, "tilleul")


def _unknown(stage: Stage) -> None:
    _read(stage, "tilleul", 2)


def _css(stage: Stage) -> None:
    _read(stage, "tilleul", 3)


def _same(stage: Stage) -> None:
    _read(stage, "amandine")


def _over(stage: Stage) -> None:
    _read(stage, "yvonne")


def _no_file(stage: Stage) -> None:
    _read(stage, "gabin")


def _homonyms(stage: Stage) -> None:
    _read(stage, "aicha")


def _no_card(stage: Stage) -> None:
    emptied(stage)
    stage.act("counter.rights")


def _refused(stage: Stage, finding: Finding, *, code: bool) -> None:
    """Show what a workstation with the publisher's library shows when it can't read: no library is here."""
    page = emptied(stage)
    drawer = page.open(RightsDrawer.name)
    stage.settle()
    assert isinstance(drawer, RightsDrawer)
    drawer.forget()
    drawer.mark.hide()
    drawer.code_field.setVisible(code)
    drawer.empty.say("Droits non lus", "")
    drawer.findings.set_findings((finding,))


def _no_library(stage: Stage) -> None:
    text = "La bibliothèque SESAM-Vitale n’a pas ce que Galien appelle\u00a0: SIS_LireDroitsVitale, SGD_LireChamp."
    advice = "Indiquez aussi les autres fichiers des fournitures (fsv_library, séparés par «\u00a0;\u00a0»)."
    _refused(stage, Finding("GAL-FSV-02", Severity.WARNING, text, advice), code=True)


def _phone(stage: Stage, key: str) -> RightsDrawer:
    page = emptied(stage)
    cards = stage.services.demo_cards
    assert cards is not None
    stage.ui.scanner.accept(cards.code(key))
    stage.settle()
    assert isinstance(page.drawer, RightsDrawer)
    return page.drawer


def _context(stage: Stage) -> None:
    _phone(stage, "phone1")


def _old_code(stage: Stage) -> None:
    _phone(stage, "phone2")


def _expired(stage: Stage) -> None:
    drawer = _phone(stage, "phone1")
    assert drawer.reading is not None
    assert drawer.reading.expires_at is not None
    drawer.findings.set_findings((rules.expired(drawer.reading.expires_at),))


def _gone(stage: Stage) -> None:
    """Leave the readers empty for the pictures that follow."""
    emptied(stage)


PICTURES = (
    Picture("rights-differ", _differing),
    Picture("rights-unknown-code", _unknown),
    Picture("rights-css", _css),
    Picture("rights-same", _same),
    Picture("rights-over", _over),
    Picture("rights-no-file", _no_file),
    Picture("rights-homonyms", _homonyms),
    Picture("rights-no-card", _no_card),
    Picture("rights-no-library", _no_library),
    Picture("rights-phone", _context),
    Picture("rights-phone-old", _old_code),
    Picture("rights-phone-expired", _expired),
    Picture("rights-pulled", _gone),
)
