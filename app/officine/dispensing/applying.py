"""How is a delivery written, whole or not at all: rows, stock, registers, money and trace in one transaction?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.kernel.outcome import Finding, Severity
from app.officine.advances.model import ClosingKind
from app.officine.dispensing import (
    acknowledging,
    advancing,
    build,
    exceptional_store,
    on_account,
    owing,
    recalled,
    registered,
    rules,
    seal,
    store,
    terms,
)
from app.officine.dispensing.model import SaleKind, SessionState
from app.officine.dispensing.session import serials
from app.officine.dispensing.units import unit_count
from app.officine.registers.model import NoteKind
from app.officine.stock.model import MovementKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.officine.billing.model import Invoice, InvoiceCase
    from app.officine.dispensing.model import CounterSession, Delivery, DraftLine, Payment
    from app.officine.dispensing.neighbours import Neighbours
    from app.officine.dispensing.recalled import RecallCase
    from app.officine.dispensing.rules import Situation
    from app.store.database import UnitOfWork

DELIVERY_SERIES = "delivery"
REGISTER_SERIES = "ordonnancier"


class Undone(Exception):
    """Undoes the act from within its transaction."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


def apply(
    near: Neighbours,
    work: UnitOfWork,
    situation: Situation,
    case: InvoiceCase,
    invoice: Invoice,
    *,
    payments: Sequence[Payment],
    findings: Sequence[Finding],
) -> Delivery:
    """Write the delivery in the act; raises Undone, which undoes all, where it can't be done after all.

    Locks are taken in one order by all: session, avances, numbers, stock by code, register, account, till, audit.
    """
    session = _taken_up(near, work, situation)
    delivery = _numbered(work, situation, case, invoice, () if session.sale is SaleKind.ADVANCE else payments)
    taken = _take_boxes(near, work, situation, delivery)
    _open_boxes_of(near, work, situation, delivery)
    _refuse_boxes_gone(work, situation)
    recalls = _recalls_now(near, situation)
    sealed = _write_rows(work, situation, delivery)
    _write_what_is_due(near, work, situation, case, delivery)
    near.catalog.count_uses(work, _quantities(delivery), build.free_prices(situation))
    store.append_register(work, build.register_rows(delivery, situation))
    _keep_ordonnance(near, work, situation, delivery)
    _write_registers(near, work, situation, delivery)
    near.interventions.record(
        work,
        acknowledging.made(session, findings),
        delivery=delivery.number,
        patient_id=delivery.patient_id,
        patient_name=delivery.patient_name,
    )
    _write_money(near, work, session, delivery, payments)
    _trace(work, session, delivery, taken | sealed | {"seen": acknowledging.seen(session, findings)}, recalls)
    work.changed("delivery", f"delivery:{delivery.number}", f"session:{session.id}", "ordonnancier")
    return delivery


def _taken_up(near: Neighbours, work: UnitOfWork, situation: Situation) -> CounterSession:
    """End the sale in progress and hold the avances that it settles; undo the act where another window has either."""
    session = replace(situation.session, revision=situation.session.revision + 1)
    if not store.write_session(work.session, session, work.now, SessionState.DONE):
        raise Undone(taken_over())
    gone = near.advances.hold(work, advancing.asked(session))
    if gone:
        raise Undone(gone[0])
    return session


def _numbered(
    work: UnitOfWork, situation: Situation, case: InvoiceCase, invoice: Invoice, payments: Sequence[Payment]
) -> Delivery:
    """Return the delivery under its numbers, its own and those of the ordonnancier."""
    listed = build.register_count(situation)
    return build.delivery(
        situation,
        case,
        invoice,
        payments,
        number=work.take_numbers(DELIVERY_SERIES),
        first_entry=work.take_numbers(REGISTER_SERIES, listed) if listed else 0,
        at=work.now,
        actor=work.actor,
    )


def _write_rows(work: UnitOfWork, situation: Situation, delivery: Delivery) -> dict[str, Any]:
    """Write the delivery with its lines, boxes, invoice and payments; return what seals them in the trace."""
    row, lines, boxes = build.delivery_row(delivery, situation), build.line_rows(delivery), build.box_rows(delivery)
    invoice_rows = build.invoice_rows(delivery)
    store.insert_delivery(
        work.session,
        delivery=row,
        lines=lines,
        boxes=boxes,
        invoice=invoice_rows,
        payments=build.payment_rows(delivery),
    )
    return seal.sealed(row, lines, invoice_rows, boxes)


def _write_what_is_due(
    near: Neighbours, work: UnitOfWork, situation: Situation, case: InvoiceCase, delivery: Delivery
) -> None:
    """Write what the patient is promised, the avances that are made and those that this ordonnance settles."""
    session = situation.session
    near.owed.make(work, owing.promises(session, delivery, situation.patient))
    near.advances.make(work, advancing.made_by(delivery, case, session.sale_reason))
    for kind, charged in ((ClosingKind.PRESCRIBED, False), (ClosingKind.CHARGED, True)):
        near.advances.close(work, advancing.asked(session, charged=charged), kind, delivery.number)


def _trace(
    work: UnitOfWork, session: CounterSession, delivery: Delivery, details: dict[str, Any], recalls: RecallCase
) -> None:
    """Trace the delivery, and each recall that was passed over."""
    work.audit(
        "delivery.validate",
        "delivery",
        str(delivery.number),
        patient_id=delivery.patient_id,
        details=build.audit_details(delivery, session) | details | terms.traces(session),
    )
    for recall, passed in recalled.passed_over(session, recalls, delivery.number):
        work.audit("recall.force", "recall", recall, patient_id=delivery.patient_id, details=passed)


def _keep_ordonnance(near: Neighbours, work: UnitOfWork, situation: Situation, delivery: Delivery) -> None:
    """Keep the ordonnance with what was made of it, and bind the copies of its paper to the delivery."""
    execution = build.execution(situation, delivery)
    kept = None if execution is None else near.prescriptions.execute(work, execution)
    if kept is not None:
        exceptional_store.record(work, situation, delivery, kept)
    if near.copies is not None:
        near.copies.bind(work, situation.session.id, delivery.number, kept)


def _write_money(
    near: Neighbours, work: UnitOfWork, session: CounterSession, delivery: Delivery, payments: Sequence[Payment]
) -> None:
    """Charge the account, where the sale is on one, and write the sale into the till."""
    if session.sale in on_account.ON_ACCOUNT:
        refused = near.accounts.charge(work, session.account_id, on_account.charge_of(delivery))
        if refused:
            raise Undone(refused[0])
    unpaid = near.cash.record_sale(work, build.till_sale(delivery))
    if unpaid:
        raise Undone(unpaid[0])
    if session.sale is SaleKind.ADVANCE and delivery.patient_id is not None:
        near.cash.take_deposit(work, delivery.patient_id, payments)


def _take_boxes(near: Neighbours, work: UnitOfWork, situation: Situation, delivery: Delivery) -> dict[str, Any]:
    """Take the boxes that leave out of the stock; return what the audit entry says of it, by product."""
    wanted = build.withdrawals(situation.session, situation.open_boxes)
    kind = MovementKind.CESSION if delivery.sale is SaleKind.RETROCESSION else MovementKind.SALE
    short = near.stock.take_all(work, [boxes.taking for boxes in wanted], reference=str(delivery.number), kind=kind)
    if short is not None:
        raise Undone(_short_stock(situation, next(boxes.line_id for boxes in wanted if boxes.taking is short)))
    gone: dict[str, int] = {}
    for boxes in wanted:
        gone[boxes.taking.code] = gone.get(boxes.taking.code, 0) + boxes.taking.quantity
    return {"stock": sorted(gone.items())}


def _open_boxes_of(near: Neighbours, work: UnitOfWork, situation: Situation, delivery: Delivery) -> None:
    """Take the units of the lines that leave so, out of a box that stands open or of the one just taken."""
    reference = str(delivery.number)
    for line in situation.session.lines:
        size = unit_count(situation.products[line.code])
        if line.units is None or size is None:
            continue
        box = situation.open_boxes.get(line.line_id)
        if box is None:
            near.open_boxes.open(
                work,
                code=line.code,
                size=size,
                units=line.units,
                reference=reference,
                lot=line.lot,
                expiry=line.expiry,
                serial=line.serial,
                patient_id=situation.session.patient_id,
            )
        elif not near.open_boxes.take(work, box, line.units, reference):
            raise Undone(_box_emptied(line))


def _write_registers(near: Neighbours, work: UnitOfWork, situation: Situation, delivery: Delivery) -> None:
    """Write the stupéfiants and the medicines derived from blood that leave into their registers, in the act."""
    registers = near.stock.registers
    if registers is None:
        return
    held = near.stock.held(work, situation.narcotics) if situation.narcotics else {}
    refused = registers.record(work, registered.moves(delivery, situation, held))
    if refused is not None:
        raise Undone(refused)
    registers.record_derived(work, registered.derived_moves(delivery, situation))
    remark = terms.remark(situation.session)
    if remark:
        registers.note(work, "ordonnancier", delivery.ordonnancier, NoteKind.REMARK, remark)
    billed = advancing.asked(situation.session, charged=False)
    entries = [situation.advances[number].ordonnancier for number in billed]
    numbers = [number for number in entries if number is not None]
    registers.note(work, REGISTER_SERIES, numbers, NoteKind.REMARK, advancing.note_beside(delivery))


def _refuse_boxes_gone(work: UnitOfWork, situation: Situation) -> None:
    """Undo the act where another counter has delivered one of the boxes since the check.

    Their products are locked by the stock taken just before: nobody delivers them at this moment.
    """
    opened = {(box.code, box.serial) for box in situation.open_boxes.values()}
    gone = store.delivered_boxes(work.session, set(serials(situation.session)) - opened)
    if gone:
        raise Undone(rules.boxes_gone(situation.session, gone)[0])


def _recalls_now(near: Neighbours, situation: Situation) -> RecallCase:
    """Return the recalls as they are in the act; undo it where one came, or a box was set aside, since the check."""
    session = situation.session
    case = replace(
        situation.recalls,
        recalls=near.recalls.of([line.code for line in session.lines]),
        aside=near.quarantine.serials(set(serials(session))),
    )
    told = list(recalled.check(session, case))
    against = [one for one in told if one.severity is Severity.ERROR] or acknowledging.check(session, told)
    if against:
        raise Undone(against[0])
    return case


def _box_emptied(line: DraftLine) -> Finding:
    text = f"{line.label} : la boîte ouverte a été entamée à un autre comptoir, rien n’a été délivré."
    return Finding(
        "GAL-UNI-04", Severity.ERROR, text, "Encaissez de nouveau : une autre boîte sera prise.", line.line_id
    )


def _quantities(delivery: Delivery) -> dict[str, int]:
    quantities: dict[str, int] = {}
    for line in delivery.lines:
        quantities[line.code] = quantities.get(line.code, 0) + line.quantity
    return quantities


def taken_over() -> Finding:
    """Refuse what another window does with the sale by now."""
    return Finding(
        "GAL-CPT-60",
        Severity.ERROR,
        "Cette vente a été reprise sur un autre poste, ou elle est terminée.",
        "Rouvrez-la depuis les ventes en attente (F7) : rien n’est perdu.",
    )


def _short_stock(situation: Situation, line_id: str) -> Finding:
    line = situation.session.line(line_id)
    label = "" if line is None else line.label
    return Finding(
        rules.SHORT_STOCK,
        Severity.ERROR,
        f"{label} : le stock ne suffit pas, rien n’a été délivré.",
        "Confirmez que la boîte est bien là, ou retirez la ligne.",
        line_id,
    )
