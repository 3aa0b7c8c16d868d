"""How are the interventions pharmaceutiques kept with their delivery, completed later, and read?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.kernel.clock import paris_date
from app.kernel.outcome import Done, Refused, is_refused
from app.officine.interventions import rules, store
from app.officine.interventions.data import coding
from app.officine.staff.model import Right
from app.store.integrity import verify_chain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.interventions.model import Intervention, Made
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork
    from app.store.register import ChainReport

UNKNOWN = "unknown"
"""The outcome of an intervention of which nobody has said it yet."""


class Interventions:
    """What pharmacists did about what was found; nothing of it is ever changed."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep them in ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff

    def record(
        self, work: UnitOfWork, made: Sequence[Made], *, delivery: int, patient_id: int | None, patient_name: str
    ) -> None:
        """Write, in the delivery's own act, what was done about each finding."""
        if not made:
            return
        rows = [
            {
                "completes": None,
                "at": work.now,
                "day": paris_date(work.now),
                "delivery_number": delivery,
                "patient_id": patient_id,
                "patient_name": patient_name,
                **_made_row(one, work.actor),
            }
            for one in made
        ]
        last = store.append(work, rows)
        details = {"first": last - len(rows) + 1, "entries": len(rows), "findings": [one.finding for one in made]}
        work.audit("intervention.record", "delivery", str(delivery), patient_id=patient_id, details=details)
        work.changed("interventions")

    def complete(self, actor: Actor, seq: int, outcome: str) -> Outcome[str]:
        """Say what became of an intervention: one more row, the first one stays as it was written."""
        findings = self._staff.refusal(actor, Right.DELIVER)
        if outcome not in coding().outcomes or outcome == UNKNOWN:
            findings.append(rules.no_such_outcome())
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            facts = store.facts_of(work.session, seq)
            if facts is None:
                return Refused((rules.no_such_intervention(),))
            author = {"author_id": actor.staff_id, "author_name": actor.name}
            moment = {"completes": seq, "at": work.now, "day": paris_date(work.now)}
            store.append(work, [{**facts, **moment, **author, "outcome": outcome}])
            work.audit(
                "intervention.complete",
                "intervention",
                str(seq),
                patient_id=facts["patient_id"],
                details={"outcome": outcome},
            )
            work.changed("interventions")
        return Done(outcome)

    def interventions(
        self,
        *,
        first: dt.date | None = None,
        last: dt.date | None = None,
        patient_id: int | None = None,
        limit: int | None = None,
        actor: Actor | None = None,
    ) -> list[Intervention]:
        """Return the interventions of a period or of a patient, each with its last outcome, the newest first.

        Raises InputDefect where ``actor`` may not read patients' files; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return store.interventions(session, first=first, last=last, patient_id=patient_id, limit=limit)

    def verify(self) -> ChainReport:
        """Verify that no intervention was changed, removed or added."""
        with self._db.read() as session:
            return verify_chain(session, store.CHAIN, store.table())


def _made_row(one: Made, actor: Actor) -> dict[str, Any]:
    """Return what was done as it is written; where nobody had come to the counter then, who delivers answers for it."""
    reason = coding().reason(one.reason_id)
    return {
        "code": one.code,
        "label": one.label,
        "finding": one.finding,
        "level": str(one.level),
        "text": one.text,
        "source": one.source,
        "reason": one.reason,
        "problem": rules.NEEDS_REASON.get(one.finding, ""),
        "kind": "" if reason is None else reason.kind,
        "outcome": UNKNOWN if reason is None else reason.outcome,
        "author_id": one.author_id if one.author_name else actor.staff_id,
        "author_name": one.author_name or actor.name,
    }
