"""What is answered of the appli carte Vitale where no component of it is installed?

The content of its QR, the context and their lifetimes are not public: no real one is read by Galien.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from app.cards.fsv_failures import FsvFailure

if TYPE_CHECKING:
    import datetime as dt

NO_APCV = "Galien ne lit pas l’appli carte Vitale : sa description n’est pas publique."
"""What is said wherever it is asked for."""


class NoApcv:
    """Says that there is no component."""

    is_simulated = False

    def context(self, phone: str, shown_at: dt.datetime, now: dt.datetime) -> NoReturn:  # noqa: ARG002 -- the port's
        """Raise FsvFailure: the phone can't be read here."""
        raise FsvFailure(
            NO_APCV,
            code="GAL-FSV-06",
            advice="Demandez la carte Vitale, ou servez d’après l’attestation.",
        )
