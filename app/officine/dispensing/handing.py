"""How do the boxes of a promis leave, once they are there?

The delivery billed them: nothing is billed again (those that it did not bill: see ``settling``). What leaves now is
entered in the ordonnancier now, with a number of its own: CSP R.5132-10 asks for the date of the delivery and the
quantity delivered, and a box that was promised was not delivered yet. The prescriber and the date of the ordonnance are
those of the delivery that promised. Of a stupéfiant, who collects is asked anew: it is the bearer of that day who goes
into the register (CSP R.5132-35).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel import french
from app.kernel.clock import paris_date, today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import one_line, typographic
from app.officine.catalog.model import ListClass
from app.officine.dispensing import build, recalled, store
from app.officine.dispensing.applying import REGISTER_SERIES
from app.officine.dispensing.bearer import check_handed
from app.officine.dispensing.model import DeliveryState
from app.officine.owed import rules as owed_rules
from app.officine.owed.model import HandedOver
from app.officine.registers.model import EntryKind, Move, Who
from app.officine.staff.model import Right

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.dispensing.model import Box, Delivery, DeliveryLine
    from app.officine.owed.model import Promise
    from app.officine.owed.service import Owed
    from app.officine.patients.service import Patients
    from app.officine.prescriptions.service import Prescriptions
    from app.officine.recalls.service import Recalls
    from app.officine.staff.service import Staff
    from app.officine.stock.quarantine import Quarantine
    from app.officine.stock.service import Stock
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork


BEARER_LIMIT = 300


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be handed over, checked."""

    promise: Promise
    delivery: Delivery
    quantity: int
    boxes: tuple[Box, ...]
    bearer: str

    @property
    def line(self) -> DeliveryLine:
        """The line of the delivery that promised the boxes."""
        return next(line for line in self.delivery.lines if line.rank == self.promise.rank)


class Handing:
    """The hand-over of promised boxes, wholly there or not at all."""

    def __init__(
        self,
        db: Database,
        *,
        owed: Owed,
        patients: Patients,
        prescriptions: Prescriptions,
        stock: Stock,
        staff: Staff,
        recalls: Recalls | None = None,
        quarantine: Quarantine | None = None,
    ) -> None:
        """Work on ``db`` with the services below; ``recalls`` and ``quarantine`` None: none is known."""
        self._db = db
        self._quarantine = quarantine
        self._recalls = recalls
        self._owed = owed
        self._patients = patients
        self._prescriptions = prescriptions
        self._stock = stock
        self._staff = staff

    def hand_over(
        self, actor: Actor, number: int, quantity: int, boxes: Sequence[Box] = (), bearer: str = ""
    ) -> Outcome[HandedOver]:
        """Hand over ``quantity`` boxes of a promis, of which ``boxes`` were scanned; a part of what is owed may do.

        Promis, stock, lots, ordonnancier and audit in one transaction; nothing is billed. ``bearer`` is who collects,
        where not the patient (``Bearer.text``). Refused, and nothing written, where the promis is over, the stock is
        short, a box has expired or was delivered already, or the register of stupéfiants asks more of the bearer.
        """
        promise = self._owed.promise(number)
        findings = [*self._staff.refusal(actor, Right.DELIVER)]
        findings += owed_rules.check_hand_over(promise, quantity, len(boxes))
        if promise is not None and not promise.billed:
            findings.append(owed_rules.unbilled(promise))
        if is_refused(findings) or promise is None:
            return Refused(tuple(findings))
        with self._db.read() as reading:
            delivery = store.read_delivery(reading, promise.delivery)
        if delivery is None or delivery.state is not DeliveryState.DONE:
            return Refused((delivery_gone(promise),))
        findings += check_boxes(promise, boxes, today(self._db.clock))
        findings += self._check_sound(promise, boxes, quantity)
        wanted = _Wanted(promise, delivery, quantity, tuple(boxes), one_line(bearer, BEARER_LIMIT).strip())
        findings += check_handed(promise.label, wanted.line.list_class, wanted.bearer, promise.code)
        if is_refused(findings):
            return Refused(tuple(findings))
        try:
            handed = self._db.perform(actor, lambda work: self._apply(work, wanted))
        except _Undone as undone:
            return Refused((undone.finding,))
        return Done(handed, tuple(findings))

    def narcotics(self, promises: Sequence[Promise]) -> frozenset[int]:
        """Return the numbers of those of the promis that are of a stupéfiant: its register asks who collects them."""
        with self._db.read() as reading:
            classes = store.list_classes(reading, {(one.delivery, one.rank) for one in promises})
        return frozenset(one.number for one in promises if classes.get((one.delivery, one.rank)) is ListClass.NARCOTIC)

    def _apply(self, work: UnitOfWork, wanted: _Wanted) -> HandedOver:
        """Write the hand-over; locks in this order: promis, numbers, stock, register, audit."""
        promise, quantity, boxes = wanted.promise, wanted.quantity, wanted.boxes
        left = self._owed.hand(work, promise.number, quantity)
        if left is None:
            raise _Undone(owed_rules.gone(promise))
        entry = work.take_numbers(REGISTER_SERIES) if wanted.line.list_class is not None else None
        self._take(work, promise, quantity, boxes)
        # Looked at again: a recall may have come since, or the box been set aside.
        for finding in self._check_sound(promise, boxes, quantity):
            raise _Undone(finding)
        known = {(promise.code, box.serial) for box in boxes if box.serial}
        if store.delivered_boxes(work.session, known):
            raise _Undone(_box_gone(promise))
        store.add_boxes(work.session, promise.delivery, promise.rank, promise.code, boxes)
        if entry is not None:
            written = self._entry(work, wanted, entry)
            store.append_register(work, [written])
            self._record_narcotic(work, wanted, written)
        rank = self._owed.write_hand_over(work, promise.number, quantity, entry, bearer=wanted.bearer)
        details = {"code": promise.code, "boxes": quantity, "delivery": promise.delivery, "ordonnancier": entry}
        # The journal keeps no name: the registers do.
        details |= {"bearer": True} if wanted.bearer else {}
        work.audit("promise.hand", "promise", str(promise.number), patient_id=promise.patient_id, details=details)
        work.changed(f"delivery:{promise.delivery}", *(("ordonnancier",) if entry is not None else ()))
        return HandedOver(
            promise=promise.number,
            rank=rank,
            at=work.now,
            quantity=quantity,
            left=left,
            ordonnancier=entry,
            operator_name=work.actor.name,
            bearer=wanted.bearer,
        )

    def _check_sound(self, promise: Promise, boxes: Sequence[Box], quantity: int) -> list[Finding]:
        """Return a refusal for each box that a recall calls back, or that is in quarantine."""
        recalls = () if self._recalls is None else self._recalls.of([promise.code]).get(promise.code, ())
        findings = recalled.check_handed(promise.label, promise.code, boxes, quantity, recalls)
        known = {(promise.code, box.serial) for box in boxes if box.serial}
        aside = frozenset() if self._quarantine is None else self._quarantine.serials(known)
        held = [box for box in boxes if (promise.code, box.serial) in aside]
        return findings + [recalled.in_quarantine(promise.label, box, promise.code) for box in held]

    def _take(self, work: UnitOfWork, promise: Promise, quantity: int, boxes: tuple[Box, ...]) -> None:
        reference = str(promise.delivery)
        for box in boxes:
            if not self._stock.take(
                work,
                code=promise.code,
                quantity=1,
                reference=reference,
                lot=box.lot,
                expiry=box.expiry,
                serial=box.serial,
            ):
                raise _Undone(owed_rules.short(promise))
        loose = quantity - len(boxes)
        if loose and not self._stock.take(work, code=promise.code, quantity=loose, reference=reference):
            raise _Undone(owed_rules.short(promise))

    def _record_narcotic(self, work: UnitOfWork, wanted: _Wanted, entry: dict[str, Any]) -> None:
        """Write the exit of a stupéfiant into its register, in the act (the article: see ``registered``)."""
        registers, code = self._stock.registers, wanted.promise.code
        narcotic = None if registers is None else registers.narcotics([code]).get(code)
        if registers is None or narcotic is None:
            return
        move = Move(
            kind=EntryKind.DELIVERY,
            narcotic=narcotic,
            boxes=-wanted.quantity,
            held_before=self._stock.held(work, [code])[code] + wanted.quantity,
            lot=", ".join(dict.fromkeys(box.lot for box in wanted.boxes if box.lot))[:40],
            reference=str(wanted.delivery.number),
            ordonnancier=entry["number"],
            who=Who(
                patient_id=entry["patient_id"],
                patient_name=entry["patient_name"],
                patient_address=entry["patient_address"],
                prescriber_name=entry["prescriber_name"],
                prescriber_address=entry["prescriber_address"],
                bearer=wanted.bearer,
            ),
        )
        refused = registers.record(work, [move])
        if refused is not None:
            raise _Undone(refused)

    def _entry(self, work: UnitOfWork, wanted: _Wanted, number: int) -> dict[str, Any]:
        """Return the entry of what leaves now (CSP R.5132-10)."""
        delivery, line = wanted.delivery, wanted.line
        # A listed medicine was delivered to a patient, on the ordonnance of a prescriber, or not at all.
        assert delivery.patient_id is not None
        assert delivery.prescriber_id is not None
        patient = self._patients.current(delivery.patient_id)
        prescriber = self._prescriptions.get_prescriber(delivery.prescriber_id)
        assert patient is not None
        assert prescriber is not None
        return {
            "number": number,
            "at": work.now,
            "day": paris_date(work.now),
            "delivery_number": delivery.number,
            "code": line.code,
            "label": line.label,
            "list_class": str(line.list_class),
            "quantity": wanted.quantity,
            "patient_id": patient.id,
            "patient_name": patient.display_name,
            "patient_address": build.address(patient),
            "prescriber_name": prescriber.display_name,
            "prescriber_address": build.address(prescriber),
            "prescriber_rpps": prescriber.rpps,
            "specialty": prescriber.specialty,
            "establishment": prescriber.finess,
            "prescription_date": delivery.prescription_date,
            "bearer": wanted.bearer,
            "operator_name": work.actor.name,
        }


class _Undone(Exception):
    """Undoes the hand-over from within its transaction."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


def check_boxes(promise: Promise, boxes: Sequence[Box], day: dt.date) -> list[Finding]:
    """Return a refusal for each scanned box of a promis that has expired, or was scanned twice."""
    findings = []
    serials = [box.serial for box in boxes if box.serial]
    if len(set(serials)) < len(serials):
        findings.append(_box_gone(promise))
    for box in boxes:
        if box.expiry is not None and box.expiry < day:
            text = f"{promise.label} : boîte périmée depuis le {french.short_date(box.expiry)}."
            findings.append(_error("GAL-DU-11", text, "Écartez-la, prenez-en une autre.", promise.code))
    return findings


def _box_gone(promise: Promise) -> Finding:
    text = f"{promise.label} : cette boîte a déjà été scannée ou délivrée."
    return _error("GAL-DU-12", text, "Une boîte ne part qu’une fois : prenez-en une autre.", promise.code)


def delivery_gone(promise: Promise) -> Finding:
    """Return the refusal where the delivery that promised was taken back."""
    text = f"La délivrance n°\u00a0{promise.delivery} a été annulée : rien n’est plus dû sur ce promis."
    return _error("GAL-DU-13", text, "Annulez le promis.", promise.code)


def _error(code: str, text: str, advice: str, subject: str) -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)
