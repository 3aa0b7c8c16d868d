"""Which boxes stand open, with how many units left, of which lot, and how do units leave them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from app.kernel.clock import today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.officine.staff.model import Right
from app.officine.stock.model import OpenBox
from app.officine.stock.open_tables import OpenBoxMovementRow, OpenBoxRow
from app.officine.stock.rules import REASON_LIMIT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from app.kernel.outcome import Outcome
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork


class OpenBoxes:
    """The opened boxes of the officine; each change is one movement, kept for ever."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep them in ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff

    def of(self, codes: Iterable[str]) -> dict[str, list[OpenBox]]:
        """Return the opened boxes of each product that still hold units and are not expired, first to expire first."""
        wanted = sorted(set(codes))
        if not wanted:
            return {}
        row, day = OpenBoxRow, today(self._db.clock)
        query = select(row).where(row.code.in_(wanted), row.remaining > 0).order_by(row.expiry, row.id)
        found: dict[str, list[OpenBox]] = {}
        with self._db.read() as session:
            for held in session.scalars(query):
                if held.expiry is None or held.expiry >= day:
                    found.setdefault(held.code, []).append(_box_of(held))
        return found

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

    def discard(self, actor: Actor, box: OpenBox, reason: str) -> Outcome[OpenBox]:
        """Take what is left of an opened box out of use (expired, damaged); the reason is mandatory."""
        findings = self._staff.refusal(actor, Right.ADJUST_STOCK)
        if not reason.strip() or len(reason) > REASON_LIMIT or not reason.isprintable():
            text = f"Un motif d’une ligne, de 1 à {REASON_LIMIT} caractères, est attendu."
            findings.append(Finding("GAL-UNI-10", Severity.ERROR, text, "Indiquez le motif.", "reason"))
        if is_refused(findings):
            return Refused(tuple(findings))
        row = OpenBoxRow
        with self._db.write(actor) as work:
            held = work.session.execute(
                update(row).where(row.id == box.id, row.remaining == box.remaining).values(remaining=0).returning(row)
            ).scalar_one_or_none()
            if held is None:
                text = "Cette boîte ouverte a changé entre-temps à un autre poste."
                return Refused((Finding("GAL-UNI-11", Severity.ERROR, text, "Relisez-la, puis recommencez."),))
            _record(work, box.id, -box.remaining, 0, reference="", reason=reason.strip())
            work.audit("stock.open_box.discard", "open_box", str(box.id), details={"units": box.remaining})
            work.changed(f"stock:{box.code}")
            left = _box_of(held)
        return Done(left)


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


def _box_of(row: OpenBoxRow) -> OpenBox:
    return OpenBox(
        id=row.id,
        code=row.code,
        lot=row.lot,
        expiry=row.expiry,
        serial=row.serial,
        size=row.size,
        remaining=row.remaining,
        patient_id=row.patient_id,
        opened_at=row.opened_at,
    )
