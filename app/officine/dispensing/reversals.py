"""How is a delivery undone after its validation? By an act of its own, never by an edit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.clock import paris_date, today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import one_line, typographic
from app.officine.accounts.service import Accounts
from app.officine.advances.service import Advances
from app.officine.cash.model import Account
from app.officine.dispensing import on_account, reversal, reversal_store, store
from app.officine.dispensing import returned as returned_boxes
from app.officine.dispensing.model import Box, DeliveryState, SaleKind
from app.officine.dispensing.reversal import Fate, Reversal, ReversalDraft, ReversalKind
from app.officine.interventions.model import Undoing
from app.officine.interventions.service import Interventions
from app.officine.owed.service import Owed
from app.officine.registers.model import NoteKind
from app.officine.staff.model import Right
from app.officine.stock.quarantined import Aside, Cause

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.cash.service import Cash
    from app.officine.dispensing.model import Delivery, DeliveryLine
    from app.officine.dispensing.reversal import ReturnedLine
    from app.officine.staff.service import Staff
    from app.officine.stock.quarantine import Quarantine
    from app.officine.stock.service import Stock
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

REVERSAL_SERIES = "reversal"


class Reversals:
    """Annulations and avoirs: compensating rows, the originals stay as they were."""

    def __init__(
        self,
        db: Database,
        *,
        cash: Cash,
        stock: Stock,
        staff: Staff,
        quarantine: Quarantine,
        owed: Owed | None = None,
        advances: Advances | None = None,
        accounts: Accounts | None = None,
        interventions: Interventions | None = None,
    ) -> None:
        """Undo the deliveries of ``db``; ask ``staff`` for the rights; the others None: those of ``db``."""
        self._quarantine = quarantine
        self._db = db
        self._cash = cash
        self._stock = stock
        self._staff = staff
        self._owed = Owed(db, stock, staff) if owed is None else owed
        self._advances = Advances(db, staff) if advances is None else advances
        self._accounts = Accounts(db, cash, staff) if accounts is None else accounts
        self._interventions = Interventions(db, staff) if interventions is None else interventions

    def of_delivery(self, number: int) -> list[Reversal]:
        """Return what was taken back of a delivery, in order."""
        with self._db.read() as session:
            return reversal_store.of_delivery(session, number)

    def of_day(self, day: dt.date | None = None) -> list[Reversal]:
        """Return the annulations and avoirs of a day (today's), newest first."""
        with self._db.read() as session:
            return reversal_store.of_day(session, day or today(self._db.clock))

    def proposal(self, number: int, kind: ReversalKind) -> ReversalDraft | None:
        """Return the act that takes back all that is left of a delivery, its reason to be written.

        None for an unknown delivery. Cheap: meant to be shown, then changed line by line.
        """
        with self._db.read() as session:
            delivery = store.read_delivery(session, number)
            before = reversal_store.of_delivery(session, number)
        if delivery is None:
            return None
        lines = reversal.whole_return(delivery, reversal.returned_boxes(before), kind)
        draft = ReversalDraft(delivery=number, kind=kind, reason="", lines=lines, refunds=())
        return self.with_refunds(draft)

    def with_refunds(self, draft: ReversalDraft) -> ReversalDraft:
        """Return the draft with the refunds that its lines come to, by the means of the payments."""
        with self._db.read() as session:
            delivery = store.read_delivery(session, draft.delivery)
            before = reversal_store.of_delivery(session, draft.delivery)
        if delivery is None:
            return draft
        returned = reversal.returned_boxes(before)
        if reversal.check_lines(draft.lines, delivery, returned):
            return replace(draft, refunds=())
        invoice = reversal.reversed_invoice(delivery, draft.lines, before)
        whole = reversal.is_whole(draft.lines, delivery, returned)
        totals = reversal.reversed_totals(delivery, invoice, whole=whole, before=before)
        patient = delivery.patient_id
        account = Account(0) if patient is None else self._cash.account(patient)
        return replace(
            draft, refunds=reversal.proposed_refunds(totals.patient, self._cash.paid(draft.delivery), account)
        )

    def reverse(self, draft: ReversalDraft, actor: Actor) -> Outcome[Reversal]:
        """Undo a delivery, whole or in part, in one transaction.

        State, negative invoice, boxes, refunds, till and audit are written together; the ordonnancier keeps its
        entries (CSP R.5132-10), which the rows of the act annotate. Refused to who may not, without a reason, twice,
        for more boxes than are left, and where a stupéfiant would go back to stock without a word.
        """
        findings = self._staff.refusal(actor, Right.REVERSE_DELIVERY)
        if is_refused(findings):
            return Refused(tuple(findings))
        try:
            return Done(self._db.perform(actor, lambda work: self._apply(work, draft)))
        except _Undone as undone:
            return Refused(undone.findings)

    def _apply(self, work: UnitOfWork, draft: ReversalDraft) -> Reversal:
        """Locks are taken as by a delivery: itself, number, stock by code, registers, account, till, audit."""
        session = work.session
        reversal_store.lock_delivery(session, draft.delivery)
        delivery = store.read_delivery(session, draft.delivery)
        if delivery is None:
            raise _Undone((_unknown(draft.delivery),))
        before = reversal_store.of_delivery(session, draft.delivery)
        returned = reversal.returned_boxes(before)
        left = returned_boxes.boxes_left(delivery, before)
        counts = {line.rank: line.quantity - returned.get(line.rank, 0) for line in delivery.lines}
        same_day = paris_date(delivery.at) == paris_date(work.now)
        findings = reversal.check(draft, delivery, returned, same_day=same_day, closed=False)
        findings = findings or returned_boxes.check_boxes(draft.lines, delivery, left, counts)
        if findings:
            raise _Undone(tuple(findings))
        draft = replace(draft, lines=returned_boxes.completed(draft.lines, left, counts))
        draft = replace(draft, lines=self._told_unleft(work, draft, delivery, before, counts))
        done = self._built(work, draft, delivery, before)
        self._take_back_advances(work, done, delivery)
        returned_stock = self._put_back(work, done, delivery)
        self._annotate(work, done, delivery)
        findings = on_account.check_refunds(self._accounts.charged(work, delivery.number), draft.refunds)
        if findings:
            raise _Undone(tuple(findings))
        self._accounts.credit(work, delivery.number, on_account.credit_of(done, delivery))
        if done.kind is ReversalKind.CANCEL and self._cash.is_closed(work, delivery.number):
            closed = reversal.check(draft, delivery, returned, same_day=same_day, closed=True)
            raise _Undone(tuple(closed))
        taken_back = reversal.till_sale(delivery, done.totals, done.invoice, draft.refunds)
        findings = self._cash.record_reversal(work, taken_back, done.number, done.reason)
        if findings:
            raise _Undone(tuple(findings))
        self._write(work, done, delivery, returned_stock)
        return done

    def _told_unleft(
        self,
        work: UnitOfWork,
        draft: ReversalDraft,
        delivery: Delivery,
        before: list[Reversal],
        counts: dict[int, int],
    ) -> tuple[ReturnedLine, ...]:
        """Say how many boxes of each line never left; one still promised comes back with the whole delivery only."""
        owed, given_up = self._owed.never_left(work, delivery.number)
        lines = draft.lines
        if not reversal.is_whole(lines, delivery, reversal.returned_boxes(before)):
            findings = reversal.check_promised(lines, delivery, counts, owed)
            if findings:
                raise _Undone(tuple(findings))
            return reversal.with_unleft(lines, given_up, before)
        self._owed.cancel_of_delivery(work, delivery.number, draft.reason)
        return reversal.with_unleft(lines, Counter(owed) + Counter(given_up), before)

    def _built(self, work: UnitOfWork, draft: ReversalDraft, delivery: Delivery, before: list[Reversal]) -> Reversal:
        returned = reversal.returned_boxes(before)
        invoice = reversal.reversed_invoice(delivery, draft.lines, before)
        whole = reversal.is_whole(draft.lines, delivery, returned)
        return Reversal(
            number=work.take_numbers(REVERSAL_SERIES),
            delivery=delivery.number,
            kind=draft.kind,
            whole=whole,
            at=work.now,
            author_name=work.actor.name,
            reason=one_line(draft.reason).strip(),
            totals=reversal.reversed_totals(delivery, invoice, whole=whole, before=before),
            lines=draft.lines,
            invoice=invoice,
        )

    def _take_back_advances(self, work: UnitOfWork, done: Reversal, delivery: Delivery) -> None:
        """Boxes of an avance come back, or wait again for their ordonnance once the sale that billed them is undone."""
        if delivery.sale is SaleKind.ADVANCE:
            back = {line.rank: line.quantity for line in done.lines}
            findings = self._advances.bring_back(work, delivery.number, back, done.number)
            if findings:
                raise _Undone(tuple(findings))
        sold = {line.rank: line.advance for line in delivery.lines}
        again: Counter[int] = Counter()
        for line in done.lines:
            advance = sold[line.rank]
            if advance is not None:
                again[advance] += line.quantity
        self._advances.reopen(work, again, done.number)

    def _put_back(self, work: UnitOfWork, done: Reversal, delivery: Delivery) -> Counter[str]:
        """Put back what left: boxes promised that never left are no longer owed, and stay where they are.

        The value counts, by product, the boxes that went back to stock.
        """
        back: Counter[str] = Counter()
        sold = {line.rank: line for line in delivery.lines}
        for line in sorted(done.lines, key=lambda one: sold[one.rank].code):
            quantity = line.quantity - line.unleft
            # Boxes that had left in advance are not those of this sale: they come back with the avance.
            if quantity <= 0 or sold[line.rank].advance is not None:
                continue
            code, reference = sold[line.rank].code, str(delivery.number)
            reason = one_line(f"{done.kind.label} n° {done.number}" + (f" — {line.note}" if line.note else ""), 200)
            if line.fate is Fate.STOCK:
                for box, count in _by_box(line, quantity):
                    self._stock.put_back(
                        work,
                        code=code,
                        quantity=count,
                        reference=reference,
                        reason=reason,
                        lot=box.lot,
                        expiry=box.expiry,
                        serial=box.serial,
                    )
                back[code] += quantity
            if line.fate is Fate.QUARANTINE:
                self._set_aside(work, sold[line.rank], _by_box(line, quantity), reference, reason)
        return back

    def _set_aside(
        self, work: UnitOfWork, sold: DeliveryLine, back: Sequence[tuple[Box, int]], reference: str, reason: str
    ) -> None:
        """Put boxes that came back into quarantine, each under its serial number where it is known.

        Units of an opened box are no box: they are noted with the act, and those of a stupéfiant in its register.
        """
        if sold.units is not None:
            before = self._stock.held(work, [sold.code])[sold.code]
            units = sum(count for _box, count in back)
            self._stock.back_in_register(work, sold.code, units, reference=reference, reason=reason, held_before=before)
            return
        for box, boxes in back:
            self._quarantine.put_in(
                work,
                Aside(
                    code=sold.code,
                    quantity=boxes,
                    lot=box.lot,
                    expiry=box.expiry,
                    serial=box.serial,
                    cause=Cause.RETURNED,
                    reason=reason,
                    reference=reference,
                ),
            )

    def _annotate(self, work: UnitOfWork, done: Reversal, delivery: Delivery) -> None:
        """Say in the registers, beside entries that nothing changes, that the whole delivery was taken back."""
        text = f"{done.kind.label} n° {done.number} : {done.reason}"
        self._annotate_registers(work, done, delivery, text)
        if done.whole:
            undoing = Undoing.CANCELLED if done.kind is ReversalKind.CANCEL else Undoing.CREDITED
            self._interventions.undo(work, delivery.number, undoing, typographic(text))

    def _annotate_registers(self, work: UnitOfWork, done: Reversal, delivery: Delivery, text: str) -> None:
        registers = self._stock.registers
        if registers is None:
            return
        if not done.whole:
            registers.cancel_derived(work, str(delivery.number), text, _lots(done, delivery))
            return
        registers.cancel_derived(work, str(delivery.number), text)
        registers.note(work, "ordonnancier", delivery.ordonnancier, NoteKind.CANCELLED, text)

    def _write(self, work: UnitOfWork, done: Reversal, delivery: Delivery, returned_stock: Counter[str]) -> None:
        reversal_store.write(work.session, done, delivery, work.actor)
        if done.whole:
            is_cancel = done.kind is ReversalKind.CANCEL
            state = DeliveryState.CANCELLED if is_cancel else DeliveryState.CREDITED
            reversal_store.set_state(work.session, delivery.number, state)
        details = {
            "reversal": done.number,
            "amount": done.totals.amount.cents,
            "patient": done.totals.patient.cents,
            "lines": [[line.rank, line.quantity, str(line.fate)] for line in done.lines],
            "ordonnancier": list(delivery.ordonnancier),
            "stock": sorted(returned_stock.items()),
            "serials": [[line.rank, [box.serial for box in line.boxes]] for line in done.lines if line.boxes],
            "reason": done.reason,
        }
        number = str(delivery.number)
        work.audit(f"delivery.{done.kind}", "delivery", number, patient_id=delivery.patient_id, details=details)
        work.changed("delivery", f"delivery:{number}")


def _by_box(line: ReturnedLine, quantity: int) -> list[tuple[Box, int]]:
    """Return what goes back to stock of a line, box by box as far as they are known; the rest bear no trace."""
    known = Counter(line.boxes[:quantity])
    loose = quantity - known.total()
    return [*known.items(), *([(Box(), loose)] if loose else [])]


def _lots(done: Reversal, delivery: Delivery) -> Counter[tuple[str, str]]:
    """Return how many boxes of each product and lot come back."""
    codes = {line.rank: line.code for line in delivery.lines}
    return Counter((codes[line.rank], box.lot) for line in done.lines for box in line.boxes)


class _Undone(Exception):
    """Undoes the act from within its transaction."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(findings[0].text)
        self.findings = findings


def _unknown(number: int) -> Finding:
    return Finding("GAL-ANN-01", Severity.ERROR, f"La délivrance n° {number} n’existe pas.", "Vérifiez le numéro.")
