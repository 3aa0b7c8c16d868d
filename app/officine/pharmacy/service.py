"""How does the pharmacy become known, and how do its papers learn its name?"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Final

from app.kernel.outcome import Done, Refused, is_refused
from app.officine.pharmacy import rules
from app.officine.pharmacy.model import PharmacyFacts
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    from app.docs.ticket import Pharmacy
    from app.kernel.actor import Actor
    from app.kernel.outcome import Outcome
    from app.officine.staff.service import Staff
    from app.store.database import Database

FACT: Final = "officine"
_NAMES: Final = tuple(one.name for one in fields(PharmacyFacts))


class PharmacySite:
    """What the pharmacy says of itself, the same for every workstation."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep it in ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff

    def values(self) -> PharmacyFacts:
        """Return what is known; every field empty where nothing was ever said."""
        return known_in(self._db)

    def set(self, typed: PharmacyFacts, actor: Actor) -> Outcome[PharmacyFacts]:
        """Change it for every workstation, traced. Papers that were written keep the head that they bear."""
        wanted = rules.tidy(typed)
        findings = [*self._staff.refusal(actor, Right.SET_PHARMACY), *rules.check(wanted)]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            before = facts.get(work.session, FACT)
            kept = before if isinstance(before, dict) else {}
            changed = {name: value for name, value in asdict(wanted).items() if kept.get(name, "") != value}
            if changed:
                facts.write(work, FACT, {**kept, **asdict(wanted)})
                work.audit("pharmacy.set", "fact", FACT, details=changed)
                work.changed(FACT)
        return Done(wanted, tuple(findings))


def known_in(db: Database) -> PharmacyFacts:
    """Return what a base knows of its pharmacy."""
    told = facts.read(db, FACT)
    if not isinstance(told, dict):
        return PharmacyFacts()
    return PharmacyFacts(**{name: str(told.get(name) or "") for name in _NAMES})


def head_of(db: Database) -> Pharmacy:
    """Return the head of every paper of a pharmacy: what is unknown of it is left out."""
    from app.docs.ticket import Pharmacy  # noqa: PLC0415 -- heavy: at the first paper

    known = known_in(db)
    return Pharmacy(name=known.name, address=known.address, phone=known.phone, finess=known.finess)
