"""Which boxes left before their ordonnance, which of them wait for too long, and what became of each?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Done, Refused, is_refused
from app.kernel.text import one_line
from app.officine.advances import rules, store
from app.officine.advances.model import ClosingKind
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from app.kernel.outcome import Finding, Outcome
    from app.officine.advances.model import Advance, AdvanceClosing, NewAdvance
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

ADVANCE_SERIES = "advance"
_FACT = "advances"


class Advances:
    """The avances of the officine: rows that nothing changes, and rows that say what became of them."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep the avances in ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff

    # --- Reading ------------------------------------------------------------------------------------------------

    def waiting(self, patient_id: int | None = None, actor: Actor | None = None) -> list[Advance]:
        """Return the avances that wait for their ordonnance, the oldest first: of a patient, or of all.

        Raises InputDefect where ``actor`` may not read patients' files; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return store.waiting(session, patient_id)

    def by_numbers(self, numbers: Collection[int]) -> dict[int, Advance]:
        """Return avances by number, whatever became of them; unknown ones are absent."""
        with self._db.read() as session:
            return {one.number: one for one in store.read(session, numbers)}

    def closings(self, number: int) -> list[AdvanceClosing]:
        """Return what became of an avance, in order."""
        with self._db.read() as session:
            return store.closings(session, number)

    # --- The setting --------------------------------------------------------------------------------------------

    def late_days(self) -> int:
        """Return after how many days an avance is shown as late."""
        known = facts.read(self._db, _FACT)
        days = known.get("late_days") if isinstance(known, dict) else None
        return days if isinstance(days, int) else rules.LATE_DAYS

    def set_late_days(self, actor: Actor, days: int) -> Outcome[int]:
        """Choose after how many days an avance is shown as late."""
        findings = [*self._staff.refusal(actor, Right.ADVANCE), *rules.check_days(days)]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            facts.write(work, _FACT, {"late_days": days})
            work.audit("advance.setting", "fact", _FACT, details={"late_days": days})
            work.changed("advance")
        return Done(days)

    # --- Within a delivery, or what takes one back --------------------------------------------------------------

    def make(self, work: UnitOfWork, made: Sequence[NewAdvance]) -> None:
        """Write, in the caller's act, what a delivery hands over before the ordonnance; numbers are taken here."""
        if not made:
            return
        first = work.take_numbers(ADVANCE_SERIES, len(made))
        rows = [
            {
                "number": number,
                "at": work.now,
                "delivery_number": one.delivery,
                "line_rank": one.rank,
                "code": one.code,
                "label": one.label,
                "quantity": one.quantity,
                "patient_id": one.patient_id,
                "patient_name": one.patient_name,
                "price": one.price,
                "unit_price": one.unit_price,
                "reason": one_line(one.reason, rules.REASON_LIMIT),
                "ordonnancier": one.ordonnancier,
                "operator_name": work.actor.name,
            }
            for number, one in enumerate(made, start=first)
        ]
        store.insert_advances(work.session, rows)
        work.changed("advance")

    def hold(self, work: UnitOfWork, asked: Mapping[int, int]) -> list[Finding]:
        """Hold avances until the caller's act ends; return why ``asked`` boxes of each can't be billed any more."""
        if not asked:
            return []
        held = store.lock(work.session, asked)
        return [finding for number, boxes in asked.items() for finding in rules.check_left(held.get(number), boxes)]

    def close(self, work: UnitOfWork, boxes: Mapping[int, int], kind: ClosingKind, document: int) -> None:
        """Write what became of boxes of avances that the caller's act holds; below zero, they wait again."""
        for number, count in sorted(boxes.items()):
            values = {
                "at": work.now,
                "kind": str(kind),
                "quantity": count,
                "document": document,
                "operator_name": work.actor.name,
            }
            store.insert_closing(work.session, number, values)
        if boxes:
            work.changed("advance")

    def bring_back(self, work: UnitOfWork, delivery: int, boxes: Mapping[int, int], document: int) -> list[Finding]:
        """Write, in the caller's act, that boxes of a delivery made in advance came back, by rank of its lines.

        Return why they can't: those that were billed meanwhile are taken back with the sale that billed them.
        """
        made = {one.rank: one for one in store.of_delivery(work.session, delivery)}
        back = {made[rank].number: count for rank, count in boxes.items() if rank in made}
        findings = self.hold(work, back)
        if not findings:
            self.close(work, back, ClosingKind.RETURNED, document)
        return findings

    def reopen(self, work: UnitOfWork, boxes: Mapping[int, int], document: int) -> None:
        """Write, in the caller's act, that the sale that billed boxes of avances was taken back: they wait again."""
        if boxes:
            store.lock(work.session, boxes)
            self.close(work, {number: -count for number, count in boxes.items()}, ClosingKind.REOPENED, document)
