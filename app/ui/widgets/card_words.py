"""In which words are the card readers told, on the line at the bottom of the window?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Severity
from app.kernel.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Finding
    from app.officine.patients.cards import ReadersState

_CARDS = {
    "vitale1": "Carte Vitale 1",
    "vitale2": "Carte Vitale",
    "cps3": "Carte CPS",
    "cps4": "Carte CPS",
    "cps": "Carte CPS",
    "mute": "Carte muette",
    "unknown": "Carte inconnue",
}
_DOUBTFUL = {"mute", "unknown"}


def card_words(state: ReadersState, *, lost: bool = False) -> tuple[str, str]:
    """Return what is said of the readers, and in which colour (a token); empty while nothing is known.

    ``lost`` where the service answered before. A workstation that never had one is told so quietly.
    """
    if state.service is None:
        return "", "muted"
    if not state.service:
        return ("Lecteurs de cartes perdus", "warning") if lost else ("Sans lecteur de cartes", "muted")
    if state.cards:
        kinds = [state.cards[reader] for reader in state.readers if reader in state.cards]
        words = " + ".join(_CARDS.get(kind, "Carte inconnue") for kind in kinds)
        return words, "warning" if _DOUBTFUL & set(kinds) else "success"
    if not state.readers:
        return "Aucun lecteur de cartes", "muted"
    return plural(len(state.readers), "lecteur de cartes", "lecteurs de cartes"), "muted"


def holder_words(told: Sequence[Finding]) -> tuple[str, str]:
    """Return what is said in short of the professional card that is in, and in which colour; empty for nothing.

    What is to be known in full stands in the tip, and was told at sign-in.
    """
    if not told:
        return "", "muted"
    if any(one.severity is Severity.ERROR for one in told):
        return "refusée", "danger"
    if any(one.severity is Severity.WARNING for one in told):
        return "à vérifier", "warning"
    return "à renouveler", "muted"
