"""Which boxes stand open, with how many units left, of which lot, and how do units leave them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from app.kernel.clock import today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.officine.registers import rules as register_rules
from app.officine.registers.model import EntryKind, Move
from app.officine.staff.model import Right
from app.officine.stock import store
from app.officine.stock.model import MovementKind, OpenBox
from app.officine.stock.open_tables import OpenBoxMovementRow, OpenBoxRow
from app.officine.stock.rules import REASON_LIMIT
from app.store import merged

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from app.kernel.outcome import Outcome
    from app.officine.registers.model import Narcotic
    from app.officine.registers.service import Registers
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork


class OpenBoxes:
    """The opened boxes of the officine; each change is one movement, kept for ever."""

    def __init__(self, db: Database, staff: Staff, registers: Registers | None = None) -> None:
        """Keep them in ``db``; ask ``staff`` for the rights; write the units of stupéfiants into ``registers``."""
        self._db = db
        self._staff = staff
        self._registers = registers

    def of(self, codes: Iterable[str]) -> dict[str, list[OpenBox]]:
        """Return the opened boxes of each product that still hold units and are not expired, first to expire first."""
        wanted = sorted(set(codes))
        if not wanted:
            return {}
        row, day = OpenBoxRow, today(self._db.clock)
        query = select(row).where(row.code.in_(wanted), row.remaining > 0).order_by(row.expiry, row.id)
        found: dict[str, list[OpenBox]] = {}
        with self._db.read() as session:
            heads = merged.heads(session)
            for held in session.scalars(query):
                if held.expiry is None or held.expiry >= day:
                    found.setdefault(held.code, []).append(_box_of(held, heads))
        return found

    def held(self, code: str) -> list[OpenBox]:
        """Return the opened boxes of a product that still hold units, expired ones too, first to expire first."""
        row = OpenBoxRow
        query = select(row).where(row.code == code, row.remaining > 0).order_by(row.expiry, row.id)
        with self._db.read() as session:
            heads = merged.heads(session)
            return [_box_of(held, heads) for held in session.scalars(query)]

    # --- Within a delivery --------------------------------------------------------------------------------------

    def open(
        self,
        work: UnitOfWork,
        *,
        code: str,
        size: int,
        units: int,
        reference: str,
        lot: str = "",
        expiry: dt.date | None = None,
        serial: str = "",
        patient_id: int | None = None,
    ) -> int:
        """Open a box of ``size`` that was taken out of the stock, and give ``units`` of it; return its number."""
        if not 1 <= units <= size:
            raise ValueError("a box gives from one unit to all that it holds")
        box_id: int = work.session.execute(
            insert(OpenBoxRow)
            .values(
                code=code,
                lot=lot,
                expiry=expiry,
                serial=serial,
                size=size,
                remaining=size - units,
                patient_id=patient_id,
                opened_at=work.now,
            )
            .returning(OpenBoxRow.id)
        ).scalar_one()
        _record(work, box_id, -units, size - units, reference=reference)
        work.changed(f"stock:{code}")
        return box_id

    def take(self, work: UnitOfWork, box: OpenBox, units: int, reference: str) -> bool:
        """Take units out of an opened box; False, and nothing done, where it holds too few of them by now."""
        row = OpenBoxRow
        left = work.session.execute(
            update(row)
            .where(row.id == box.id, row.remaining >= units)
            .values(remaining=row.remaining - units)
            .returning(row.remaining)
        ).scalar_one_or_none()
        if left is None:
            return False
        _record(work, box.id, -units, left, reference=reference)
        work.changed(f"stock:{box.code}")
        return True

    # --- By hand ------------------------------------------------------------------------------------------------

    def discard(
        self, actor: Actor, box: OpenBox, reason: str, *, reference: str = "", second_person: str = ""
    ) -> Outcome[OpenBox]:
        """Take what is left of an opened box out of use (expired, damaged); the reason is mandatory.

        The stock counts whole boxes, and this one left it when it was opened: a movement of no box keeps the trace
        of the units destroyed, with their lot. Units of a stupéfiant leave its register in the same act, with the
        witness and the document of their destruction.
        """
        narcotic = None if self._registers is None else self._registers.narcotics([box.code]).get(box.code)
        findings = self._staff.refusal(actor, Right.ADJUST_STOCK)
        if not reason.strip() or len(reason) > REASON_LIMIT or not reason.isprintable():
            advice = "Écrivez pourquoi le reste est jeté." if not reason.strip() else f"{REASON_LIMIT} signes au plus."
            findings.append(Finding("GAL-UNI-10", Severity.ERROR, "Le motif manque.", advice, "reason"))
        if narcotic is not None:
            findings += self._staff.refusal(actor, Right.ANSWER_FOR_REGISTERS)
            findings += register_rules.check_person(second_person, "Le nom du pharmacien témoin")
            findings += register_rules.check_reference(reference, "Le document de destruction")
        if is_refused(findings):
            return Refused(tuple(findings))
        thrown = _Thrown(box, reason.strip(), reference.strip(), second_person.strip())
        try:
            return Done(self._db.perform(actor, lambda work: self._throw_away(work, thrown, narcotic)))
        except _Undone as undone:
            return Refused((undone.finding,))

    def _throw_away(self, work: UnitOfWork, thrown: _Thrown, narcotic: Narcotic | None) -> OpenBox:
        """Write the destruction in the act; raises _Undone, which undoes all. Stock first, then register."""
        row, box = OpenBoxRow, thrown.box
        held = work.session.execute(
            update(row).where(row.id == box.id, row.remaining == box.remaining).values(remaining=0).returning(row)
        ).scalar_one_or_none()
        if held is None:
            text = "Cette boîte ouverte a changé entre-temps à un autre poste."
            raise _Undone(Finding("GAL-UNI-11", Severity.ERROR, text, "Relisez-la, puis recommencez."))
        left = _box_of(held, merged.heads(work.session))
        _record(work, box.id, -box.remaining, 0, reference=thrown.reference, reason=thrown.reason)
        boxes = store.add(work.session, {box.code: 0})[box.code]
        movement = store.movement(
            code=box.code,
            delta=0,
            balance_after=boxes,
            kind=MovementKind.DESTRUCTION,
            reason=f"{box.remaining} unités sur {box.size} d’une boîte ouverte : {thrown.reason}"[:REASON_LIMIT],
            reference=thrown.reference,
            lot=box.lot,
            expiry=box.expiry,
            serial=box.serial,
        )
        author = {"actor_id": work.actor.staff_id, "actor_name": work.actor.name, "at": work.now}
        store.record(work.session, [movement | author])
        if narcotic is not None and self._registers is not None:
            move = Move(
                kind=EntryKind.DESTRUCTION,
                narcotic=narcotic,
                boxes=0,
                units=-box.remaining,
                held_before=boxes,
                lot=box.lot,
                reference=thrown.reference,
                second_person=thrown.second_person,
                reason=thrown.reason,
            )
            refused = self._registers.record(work, [move])
            if refused is not None:
                raise _Undone(refused)
        details = {"code": box.code, "units": box.remaining, "lot": box.lot, "reason": thrown.reason}
        work.audit("stock.open_box.discard", "open_box", str(box.id), details=details)
        work.changed(f"stock:{box.code}")
        return left


@dataclass(frozen=True, slots=True)
class _Thrown:
    """What is destroyed, why, on which document, before whom."""

    box: OpenBox
    reason: str
    reference: str
    second_person: str


class _Undone(Exception):
    """Undoes the act from within its transaction."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


def _record(work: UnitOfWork, box_id: int, delta: int, balance: int, *, reference: str, reason: str = "") -> None:
    work.session.execute(
        insert(OpenBoxMovementRow),
        [
            {
                "open_box_id": box_id,
                "delta": delta,
                "balance_after": balance,
                "reason": reason,
                "reference": reference,
                "actor_id": work.actor.staff_id,
                "actor_name": work.actor.name,
                "at": work.now,
            }
        ],
    )


def _box_of(row: OpenBoxRow, heads: Mapping[int, int]) -> OpenBox:
    """Return a box, for the treatment of the file in which its patient’s lives on."""
    meant_for = row.patient_id
    return OpenBox(
        id=row.id,
        code=row.code,
        lot=row.lot,
        expiry=row.expiry,
        serial=row.serial,
        size=row.size,
        remaining=row.remaining,
        patient_id=meant_for if meant_for is None else heads.get(meant_for, meant_for),
        opened_at=row.opened_at,
    )
