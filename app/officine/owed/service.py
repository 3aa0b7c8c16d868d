"""Who is owed which boxes, whose are ready, and which promis is given up?"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.outcome import Done, Refused, is_refused
from app.kernel.text import one_line
from app.officine.owed import rules, store
from app.officine.owed.model import PromiseSettings, PromiseState
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from app.kernel.outcome import Outcome
    from app.officine.owed.model import HandedOver, NewPromise, Promise, Promised
    from app.officine.staff.service import Staff
    from app.officine.stock.service import Stock
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

PROMISE_SERIES = "promise"
_FACT = "promises"


class Owed:
    """The promis of the officine.

    Whether one is ready is never written: it is reckoned from the stock, first come, first served. A receipt, a sale
    and a correction of the stock thus need to know nothing of the promis.
    """

    def __init__(self, db: Database, stock: Stock, staff: Staff) -> None:
        """Keep the promis in ``db``; ask ``stock`` what is there, and ``staff`` for the rights."""
        self._db = db
        self._stock = stock
        self._staff = staff

    # --- Reading ------------------------------------------------------------------------------------------------

    def open_promises(self, actor: Actor | None = None) -> list[Promise]:
        """Return the promis that still owe something, the oldest first, each marked ready or not.

        Raises InputDefect where ``actor`` may not read patients' files; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            found = store.open_promises(session)
        return rules.with_turns(found, self._stock.on_hand({promise.code for promise in found}))

    def of_patient(self, patient_id: int, actor: Actor | None = None) -> list[Promise]:
        """Return what is owed to a patient, the oldest first. Raises as ``open_promises``."""
        return [promise for promise in self.open_promises(actor) if promise.patient_id == patient_id]

    def promised_to(self, patient_id: int, actor: Actor | None = None) -> Promised | None:
        """Return what is owed to a patient and for how long; None where nothing is. A short reading: each sale asks.

        Raises as ``open_promises``.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            found = store.owed_to(session, patient_id)
        return None if found is None else rules.promised(*found, today(self._db.clock), self.settings().late_days)

    def of_delivery(self, delivery: int) -> list[Promise]:
        """Return the promis of a delivery, whatever became of them."""
        with self._db.read() as session:
            return store.of_delivery(session, delivery)

    def promise(self, number: int) -> Promise | None:
        """Return a promis, whatever became of it; None for an unknown number."""
        with self._db.read() as session:
            return store.read(session, number)

    def kept_of(self, number: int) -> str:
        """Return what was kept of the line of a promis that is billed at its hand-over; empty for another."""
        with self._db.read() as session:
            return store.kept_of(session, number)

    def billed_since(self, delivery: int) -> list[int]:
        """Return the deliveries that billed boxes which a delivery had promised."""
        with self._db.read() as session:
            return store.billed_since(session, delivery)

    def hand_overs(self, number: int, actor: Actor | None = None) -> list[HandedOver]:
        """Return the hand-overs of a promis, in order. Raises as ``open_promises``."""
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return store.hand_overs(session, number)

    def owed_boxes(self, codes: Collection[str]) -> dict[str, int]:
        """Return how many boxes of each product are owed to somebody; none owed: absent."""
        with self._db.read() as session:
            return store.owed_boxes(session, codes)

    # --- The setting --------------------------------------------------------------------------------------------

    def settings(self) -> PromiseSettings:
        """Return what the titulaire chose; while nothing was chosen, all is billed with the delivery."""
        known = facts.read(self._db, _FACT)
        known = known if isinstance(known, dict) else {}
        days = known.get("late_days")
        return PromiseSettings(days if isinstance(days, int) else rules.OLD_DAYS, known.get("bill_later") is True)

    def choose(self, actor: Actor, settings: PromiseSettings) -> Outcome[PromiseSettings]:
        """Choose for the whole officine; audited. Promis made before stay as they are. Refused without the right."""
        findings = [*self._staff.refusal(actor, Right.SET_PROMISES), *rules.check_days(settings.late_days)]
        if is_refused(findings):
            return Refused(tuple(findings))
        before = self.settings()
        if before == settings:
            return Done(settings)
        with self._db.write(actor) as work:
            facts.write(work, _FACT, asdict(settings))
            work.audit("promise.setting", "fact", _FACT, details={"before": asdict(before), "after": asdict(settings)})
            work.changed("promise")
        return Done(settings)

    # --- Within a delivery, or a hand-over ----------------------------------------------------------------------

    def make(self, work: UnitOfWork, promises: Sequence[NewPromise]) -> None:
        """Write what a delivery promises, in its act; its number is taken here, after those of the delivery."""
        if not promises:
            return
        first = work.take_numbers(PROMISE_SERIES, len(promises))
        rows = [
            store.promise_row(
                number,
                work.now,
                work.actor.name,
                {
                    "delivery_number": one.delivery,
                    "line_rank": one.rank,
                    "code": one.code,
                    "label": one.label,
                    "quantity": one.quantity,
                    "patient_id": one.patient_id,
                    "customer": one.customer,
                    "phone": one.phone,
                    "billed": one.billed,
                    "kept": one.kept,
                },
            )
            for number, one in enumerate(promises, start=first)
        ]
        store.insert_promises(work.session, rows)
        work.changed("promise", *(f"promise:{row['number']}" for row in rows))

    def hand(self, work: UnitOfWork, number: int, quantity: int) -> int | None:
        """Count boxes as handed over, in the caller's act, and hold the promis until it ends.

        Return how many are left, None (nothing done) where the promis does not owe so many any more.
        """
        left = store.hand(work.session, number, quantity)
        if left is not None:
            work.changed("promise", f"promise:{number}")
        return left

    def write_hand_over(
        self,
        work: UnitOfWork,
        number: int,
        quantity: int,
        ordonnancier: int | None,
        *,
        bearer: str = "",
        delivery: int | None = None,
    ) -> int:
        """Write a hand-over in the caller's act, after ``hand``; return its rank.

        ``bearer`` empty: the patient. ``delivery`` is the one that bills the boxes now, None where one did before.
        """
        values = {
            "at": work.now,
            "quantity": quantity,
            "ordonnancier": ordonnancier,
            "operator_name": work.actor.name,
            "bearer": bearer,
            "delivery_number": delivery,
        }
        return store.insert_hand_over(work.session, number, values)

    def never_left(self, work: UnitOfWork, delivery: int) -> tuple[dict[int, int], dict[int, int]]:
        """Return the boxes billed by a delivery that never left, by rank of its lines: still owed, or given up."""
        owed: dict[int, int] = {}
        given_up: dict[int, int] = {}
        for promise in store.of_delivery(work.session, delivery):
            found = {PromiseState.OPEN: owed, PromiseState.CANCELLED: given_up}.get(promise.state)
            if found is not None and promise.billed:
                found[promise.rank] = found.get(promise.rank, 0) + promise.quantity - promise.handed
        return owed, given_up

    def cancel_of_delivery(self, work: UnitOfWork, delivery: int, reason: str) -> None:
        """Give up, in the caller's act, what a delivery that is being taken back still owes."""
        if store.cancel_of_delivery(work.session, delivery, one_line(reason, rules.REASON_LIMIT)):
            work.changed("promise")

    # --- Giving up ----------------------------------------------------------------------------------------------

    def cancel(self, actor: Actor, number: int, reason: str) -> Outcome[Promise]:
        """Give up what is left of a promis, for a reason; what was paid for it is given back by an avoir."""
        findings = [*self._staff.refusal(actor, Right.DELIVER), *rules.check_reason(reason)]
        known = self.promise(number)
        if known is None:
            findings += rules.check_hand_over(None, 1, 0)
        if is_refused(findings) or known is None:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            if not store.cancel(work.session, number, reason.strip()):
                return Refused((rules.gone(known),))
            details = {"code": known.code, "boxes": known.left, "reason": reason.strip()}
            work.audit("promise.cancel", "promise", str(number), patient_id=known.patient_id, details=details)
            work.changed("promise", f"promise:{number}")
        cancelled = self.promise(number)
        assert cancelled is not None
        return Done(cancelled, tuple(findings))
