"""By which module are professional cards read here, and which authorities are believed? Chosen by few, and traced.

Whoever chooses the authorities chooses whose card opens the workstation: that is the titulaire's, as the team is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Done, Refused
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.outcome import Outcome
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

MODULE, AUTHORITIES = "card_module", "card_authorities"


class CardSettings:
    """The settings of a workstation that decide how professional cards are read and believed."""

    def __init__(self, db: Database, staff: Staff, keep: Callable[[str, str], None]) -> None:
        """Write a setting by ``keep`` (its name, its value), which saves it on this workstation."""
        self._db = db
        self._staff = staff
        self._keep = keep

    def set_module(self, path: str, actor: Actor) -> Outcome[None]:
        """Load another PKCS#11 module from now on; empty for the usual places."""
        return self._set(MODULE, path, Right.SET_CARDS, actor)

    def set_authorities(self, folder: str, actor: Actor) -> Outcome[None]:
        """Believe the authorities whose certificates lie in another folder; empty for none."""
        return self._set(AUTHORITIES, folder, Right.MANAGE_STAFF, actor)

    def _set(self, name: str, value: str, right: Right, actor: Actor) -> Outcome[None]:
        findings = self._staff.refusal(actor, right)
        if findings:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            work.audit("cards.set", "setting", name, details={"after": value})
            self._keep(name, value)
        return Done(None)
