"""Where is the ticket of a promis, which its customer shows on coming back?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.kernel.files import write_whole
from app.officine.dispensing import store
from app.officine.owed import rules
from app.officine.pharmacy.service import head_of
from app.officine.scan.promise import build
from app.officine.staff.model import Right
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.kernel.mode import Mode
    from app.kernel.money import Money
    from app.officine.owed.model import Promise
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

SUBJECT = "print"


class Slips:
    """The tickets of promis of this workstation: a second one says that it is a duplicata."""

    def __init__(self, db: Database, folder: Path, mode: Mode, staff: Staff | None = None) -> None:
        """Write into ``folder``; what ``mode`` simulates is marked; ask ``staff`` for the rights."""
        self._staff = staff
        self._db = db
        self._folder = folder
        self._mode = mode

    def values(self, promises: Sequence[Promise]) -> dict[int, Money]:
        """Return what the boxes still owed are worth, by number of promis: at the price at which they were sold."""
        lines = {(one.delivery, one.rank) for one in promises}
        with self._db.read() as session:
            prices = store.unit_prices(session, lines)
        worth = ((one, prices.get((one.delivery, one.rank))) for one in promises)
        return {one.number: price * one.left for one, price in worth if price is not None}

    def write(self, promises: Sequence[Promise], actor: Actor) -> Path:
        """Write the ticket of the promis of one delivery, traced, and return its file: a roll of 80 mm.

        Its code is that of the first: scanned at the counter it finds the customer, and all that is owed to them.
        Raises DiskFull, or DatabaseReadOnly where the folder can't be written; InputDefect for who may not deliver.
        """
        if self._staff is not None:
            self._staff.require(actor, Right.DELIVER)
        from app.docs.slip import Slip, slip_pdf  # noqa: PLC0415 -- heavy: at the first ticket printed

        promise = promises[0]
        said = [rules.slip(one) for one in promises]
        subject = f"promise:{promise.number}"
        with self._db.read() as session:
            traced = select(func.count()).where(AuditRow.subject == SUBJECT, AuditRow.subject_id == subject)
            copy = session.execute(traced).scalar_one()
        slip = Slip(
            pharmacy=head_of(self._db),
            number=", ".join(str(one.number) for one in said),
            at=promise.at,
            patient=promise.customer,
            lines=tuple((one.label, one.boxes) for one in said),
            code=build(promise.number),
            note="" if all(one.billed for one in said) else "À régler au retrait.",
            banner=self._mode.banner,
            duplicate=copy > 0,
        )
        suffix = f"-duplicata-{copy}" if copy else ""
        file = write_whole(
            self._folder / f"promis-{promise.number:06d}{suffix}.pdf",
            slip_pdf(slip),
            full="Le disque est plein : le ticket du promis n’a pas pu être écrit.",
            refused="Le dossier des impressions ne peut pas être modifié.",
        )
        with self._db.write(actor) as work:
            action = "print.duplicate" if copy else "print"
            work.audit(action, SUBJECT, subject, patient_id=promise.patient_id, details={"copy": copy})
        return file
