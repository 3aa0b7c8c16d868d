"""What do the components of the insurance answer in a simulation? Fictitious rights, marked, that go nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cards.fsv_failures import FsvFailure, failure_of
from app.officine.rights.ports import Context
from app.sandbox import rights as sandbox

if TYPE_CHECKING:
    import datetime as dt

    from app.demo_cards import DemoCards

_NO_VITALE, _UNREADABLE = 0xF011, 0xF014


class DemoFsv:
    """Stands in the place of the SESAM-Vitale library, over the cards of the demonstration. It never transmits."""

    is_simulated = True
    needs_code = False

    def __init__(self, cards: DemoCards) -> None:
        """Read what is put in among ``cards``."""
        self._cards = cards

    def config(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Return what names the simulation where a library names its version."""
        return ((60, ("SIMULATION", "", "")),)

    def rights(self, _code: bytearray, day: dt.date) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Return the groups of the Vitale that is in. Raises FsvFailure, as the library would say it."""
        inserted = self._cards.vitale_in()
        if not inserted:
            raise failure_of(_NO_VITALE)
        groups = sandbox.groups_of(inserted, day)
        if not groups:
            raise failure_of(_UNREADABLE)
        return groups

    def close(self) -> None:
        """Do nothing: nothing was opened."""


class DemoApcv:
    """Stands in the place of the component of the appli carte Vitale. It calls nobody."""

    is_simulated = True

    def context(self, phone: str, _shown_at: dt.datetime, now: dt.datetime) -> Context:
        """Return the context of a phone of the demonstration. Raises FsvFailure for another one."""
        known = next((one for one in sandbox.phones() if f"{one.number:02d}" == phone), None)
        if known is None:
            raise FsvFailure("Ce téléphone n’est pas de la démonstration.", advice="Choisissez-le par Ctrl+F12.")
        return Context(f"SIMULATION-{phone}", now, sandbox.groups_of(known.card, now.date()))
