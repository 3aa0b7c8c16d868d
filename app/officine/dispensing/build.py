"""Which rows does a checked session become? Pure: nothing is read nor written here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.kernel.clock import paris_date
from app.kernel.money import ZERO, Money, Rate
from app.officine.billing import products as billing_products
from app.officine.billing.model import (
    ActLine,
    Beneficiary,
    DeviceLine,
    Exemption,
    InvoiceCase,
    MedicineLine,
    Scheme,
    Substitution,
    Zone,
)
from app.officine.billing.pricing import vat_shares
from app.officine.billing.products import CATALOG_SOURCE
from app.officine.cash.model import Sale, VatPart
from app.officine.dispensing import advancing, billing_later, courses, matching, on_account, rights, substitution, units
from app.officine.dispensing.model import (
    TO_COME,
    Delivery,
    DeliveryLine,
    DeliveryState,
    SaleKind,
)
from app.officine.prescriptions.model import Execution
from app.officine.stock.model import Taking

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from app.officine.billing.model import CaseLine, Invoice
    from app.officine.billing.tariffs import Tariffs
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import CounterSession, DraftLine, Payment
    from app.officine.dispensing.rules import Situation
    from app.officine.patients.model import Patient
    from app.officine.prescriptions.model import Prescriber
    from app.store.audit import Actor


_LEFT_BY_CONTRACT = {
    "full_but_15": (Rate.percent(15),),
    "full_but_15_30": (Rate.percent(15), Rate.percent(30)),
}
"""The rates of medicines that a contract of the complementary insurer leaves to the patient."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Boxes to take out of the stock, and the line of the sale that they are of."""

    taking: Taking
    line_id: str


def invoice_case(situation: Situation, tariffs: Tariffs, zone: Zone, generic_bases: Mapping[str, Money]) -> InvoiceCase:
    """Return the case to price: claimed only where patient and ordonnance are there.

    ``tariffs`` are those of the day; ``generic_bases`` the base price by code where a generic is refused.
    """
    session = situation.session
    lines = tuple(
        _completed(
            case_line(line, situation.products[line.code], zone, tariffs, generic_bases.get(line.code)), line, situation
        )
        for line in billing_later.billed_lines(situation)
        if line.code in situation.products
    )
    return InvoiceCase(
        date=situation.today,
        lines=lines,
        beneficiary=beneficiary(situation.patient, situation.today),
        zone=zone,
        guard=session.guard,
        has_prescription=session.prescription is not None and situation.patient is not None,
        partial=any(line.owed for line in session.lines),
    )


def _completed(priced: CaseLine, line: DraftLine, situation: Situation) -> CaseLine:
    """Add to a line what the whole situation says of it: rights, units, TFR, mention, day of the price."""
    if situation.session.sale is SaleKind.RETROCESSION:
        return on_account.priced(priced, line)
    if isinstance(priced, MedicineLine | DeviceLine) and rights.is_lapsed_ald(line, situation):
        priced = replace(priced, ald=False)
    if not isinstance(priced, MedicineLine):
        return priced
    product, tfr = situation.products[line.code], situation.tfr.get(line.code)
    advance = None if line.advance is None else situation.advances.get(line.advance)
    completed = replace(
        priced,
        label=units.label_of(line, product),
        opened=units.opened_box(line, situation),
        tfr=None if tfr is None else tfr.amount,
        tfr_source="" if tfr is None else tfr.source,
        substitution=Substitution() if product.group_id is None else substitution.decided(situation.session, line),
        priced_on=situation.priced_on if priced.source == CATALOG_SOURCE else None,
    )
    return completed if advance is None else advancing.priced(completed, advance)


def case_line(
    line: DraftLine, product: Product, zone: Zone, tariffs: Tariffs, generic_base: Money | None = None
) -> CaseLine:
    """Return a line of the session as billing prices it; a price that is not known counts as zero."""
    box = billing_products.box_price(product, zone, tariffs)
    typed = line.unit_price if line.unit_price is not None else ZERO
    if box is None or (product.rate is None and line.unit_price is not None):
        box = billing_products.BoxPrice(typed, typed)
    if product.is_reimbursed and not product.is_medicine:
        assert product.rate is not None
        return DeviceLine(
            lpp=product.code,
            label=line.label,
            quantity=line.quantity,
            price=box.unit_price,
            tariff=box.unit_price,
            rate=product.rate,
            vat=product.vat,
            ald=line.ald,
            prescribed=line.prescribed,
            line_id=line.line_id,
        )
    return MedicineLine(
        code=product.code,
        label=line.label,
        quantity=line.quantity,
        price=box.price,
        unit_price=box.unit_price,
        rate=product.rate,
        vat=product.vat,
        generic_base=generic_base,
        ald=line.ald,
        prescribed=line.prescribed,
        # Outside of a generic group there is nothing to refuse.
        substitution=Substitution() if product.group_id is None else line.substitution,
        line_id=line.line_id,
        source=CATALOG_SOURCE if product.is_medicine and product.rate is not None else "Prix de l’officine",
    )


def beneficiary(patient: Patient | None, day: dt.date) -> Beneficiary:
    """Return how a patient is covered on the day of the delivery; nobody known is covered by nothing."""
    if patient is None:
        return Beneficiary()
    coverage = patient.coverage
    return Beneficiary(
        birth_date=patient.birth_date,
        scheme=Scheme(coverage.scheme),
        exemption=None if coverage.exemption is None else Exemption(coverage.exemption),
        exemption_from=coverage.exemption_from,
        exemption_to=coverage.exemption_to,
        css=coverage.css_on(day),
        amc_full=coverage.amc is not None,
        amc_leaves=_LEFT_BY_CONTRACT.get(coverage.amc or "", ()),
    )


def delivery(
    situation: Situation,
    case: InvoiceCase,
    invoice: Invoice,
    payments: Sequence[Payment],
    *,
    number: int,
    first_entry: int,
    at: dt.datetime,
    actor: Actor,
) -> Delivery:
    """Return the delivery that a session becomes; ``first_entry`` is its first number in the ordonnancier."""
    session, prescription = situation.session, situation.session.prescription
    return Delivery(
        number=number,
        session_id=session.id,
        at=at,
        station=actor.station,
        operator_id=actor.staff_id,
        operator_name=actor.name,
        patient_id=None if situation.patient is None else situation.patient.id,
        patient_name=session.account_name if situation.patient is None else situation.patient.display_name,
        prescriber_id=None if situation.prescriber is None else situation.prescriber.id,
        prescriber_name="" if situation.prescriber is None else situation.prescriber.display_name,
        prescription_date=None if prescription is None else prescription.written_on,
        lines=_delivery_lines(situation, case, first_entry),
        invoice_lines=invoice.lines,
        totals=invoice.totals,
        third_party=invoice.third_party,
        franchise_info=invoice.franchise_info,
        payments=tuple(payments),
        state=DeliveryState.DONE,
        sale=session.sale,
    )


def execution(situation: Situation, done: Delivery) -> Execution | None:
    """Return what the delivery makes of the ordonnance; None without one."""
    session, prescription = situation.session, situation.session.prescription
    if prescription is None or situation.patient is None or situation.prescriber is None:
        return None
    if any(line.promise is not None for line in session.lines):
        # What was promised is of the delivery that promised it, which executed the ordonnance.
        return None
    if prescription.written_on is None:
        return None
    written = courses.split_lines(matching.written_lines(session, situation.products), situation)
    linked = {line.prescribed_line for line in session.lines if line.prescribed_line}
    fresh = {line.line_id for line in written} - {line.line_id for line in prescription.lines}
    return Execution(
        prescription_id=prescription.prescription_id,
        patient_id=situation.patient.id,
        prescriber_id=situation.prescriber.id,
        written_on=prescription.written_on,
        kind=prescription.kind,
        lines=written,
        delivered=frozenset(linked | fresh),
        delivery=done.number,
        day=paris_date(done.at),
    )


def register_count(situation: Situation) -> int:
    """Return how many entries of the ordonnancier the session asks for: one a listed medicine that leaves."""
    return sum(1 for line in situation.session.lines if _is_entered(line, situation))


def _is_entered(line: DraftLine, situation: Situation) -> bool:
    """Return True where something of a listed medicine leaves now: what is promised is entered when it leaves.

    What is given up to another officine is delivered to nobody: that officine enters it when it does.
    """
    ceded = situation.session.sale is SaleKind.RETROCESSION
    return situation.products[line.code].list_class is not None and line.leaving > 0 and not ceded


def withdrawals(session: CounterSession, opened: Collection[str] = ()) -> list[Withdrawal]:
    """Return what to take out of the stock, in ascending order of code: two deliveries never wait for each other.

    ``opened`` are the lines whose units come out of a box that stands open: they take none.
    """
    found: list[Withdrawal] = []
    whole = [line for line in session.lines if line.line_id not in opened]
    for line in sorted(whole, key=lambda line: (line.code, line.line_id)):
        lots: dict[tuple[str, dt.date | None, str], int] = {}
        for box in line.boxes:
            key = (box.lot, box.expiry, box.serial)
            lots[key] = lots.get(key, 0) + 1
        loose = line.leaving - len(line.boxes)
        if loose:
            lots["", None, ""] = lots.get(("", None, ""), 0) + loose
        found += [
            Withdrawal(
                Taking(code=line.code, quantity=count, lot=lot, expiry=expiry, serial=serial, forced=line.forced_stock),
                line.line_id,
            )
            for (lot, expiry, serial), count in lots.items()
        ]
    return found


def delivery_row(done: Delivery, situation: Situation) -> dict[str, Any]:
    """Return the row of the delivery itself."""
    prescription = situation.session.prescription
    totals = done.totals
    return {
        "number": done.number,
        "session_id": done.session_id,
        "at": done.at,
        "day": paris_date(done.at),
        "station": done.station,
        "operator_id": done.operator_id,
        "operator_name": done.operator_name,
        "patient_id": done.patient_id,
        "patient_name": done.patient_name,
        "prescriber_id": done.prescriber_id,
        "prescriber_name": done.prescriber_name,
        "prescription_date": done.prescription_date,
        "prescription_kind": "" if prescription is None else str(prescription.kind),
        "amount": totals.amount,
        "amo": totals.amo,
        "amc": totals.amc,
        "patient_share": totals.patient,
        "excess": totals.excess,
        "reimbursed": totals.reimbursed,
        "franchise": done.franchise_info,
        "third_party": done.third_party,
        "state": str(done.state),
        "sale": str(done.sale),
    }


def line_rows(done: Delivery) -> list[dict[str, Any]]:
    """Return the rows of the products delivered."""
    return [
        {
            "delivery_number": done.number,
            "rank": line.rank,
            "code": line.code,
            "label": line.label,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "list_class": None if line.list_class is None else str(line.list_class),
            "forced_stock": line.forced_stock,
            "author_id": line.author.id,
            "author_name": line.author.name,
            "note": line.note,
            "ordonnancier": line.ordonnancier,
            "posology": line.posology,
            "days": line.days,
            "prescribed": line.prescribed,
            "units": line.units,
            "replaces": line.replaces,
            "refused": line.refused,
            "mention": line.mention,
            "owed": line.owed,
            "promised": line.promised,
            "advance": line.advance,
        }
        for line in done.lines
    ]


def box_rows(done: Delivery) -> list[dict[str, Any]]:
    """Return the rows of the boxes that were scanned."""
    return [
        {
            "delivery_number": done.number,
            "line_rank": line.rank,
            "rank": rank,
            "code": line.code,
            "lot": box.lot,
            "expiry": box.expiry,
            "serial": box.serial,
        }
        for line in done.lines
        for rank, box in enumerate(line.boxes, start=1)
    ]


def invoice_rows(done: Delivery) -> list[dict[str, Any]]:
    """Return the rows of the priced lines."""
    return [
        {
            "delivery_number": done.number,
            "rank": rank,
            "code": line.code,
            "label": line.label,
            "line_id": line.line_id,
            "quantity": line.quantity,
            "amount": line.amount,
            "base": line.base,
            "rate": line.rate,
            "amo": line.amo,
            "tm": line.tm,
            "excess": line.excess,
            "vat": line.vat,
            "claimed": line.claimed,
            "exempted": line.exempted,
            "because": [reason.as_json() for reason in line.because],
            "units": line.units,
            "unit_price": line.unit_price,
            "fraction_of": line.fraction_of,
            "apart": line.apart,
            "complemented": line.complemented,
        }
        for rank, line in enumerate(done.invoice_lines, start=1)
    ]


def payment_rows(done: Delivery) -> list[dict[str, Any]]:
    """Return the rows of the payments."""
    return [
        {
            "delivery_number": done.number,
            "rank": rank,
            "at": done.at,
            "method": str(payment.method),
            "amount": payment.amount,
            "tendered": payment.tendered,
        }
        for rank, payment in enumerate(done.payments, start=1)
    ]


def till_sale(done: Delivery) -> Sale:
    """Return a delivery as the till records it."""
    totals = done.totals
    return Sale(
        number=done.number,
        patient_id=done.patient_id,
        amount=totals.amount,
        amo=totals.amo,
        amc=totals.amc,
        patient=totals.patient,
        vat=tuple(VatPart(share.rate, share.net, share.tax) for share in vat_shares(done.invoice_lines)),
        payments=done.payments,
    )


def register_rows(done: Delivery, situation: Situation) -> list[dict[str, Any]]:
    """Return the entries of the ordonnancier, without their place in the chain (CSP R.5132-10).

    Of an avance nobody has prescribed yet: the entry says so, and bears the day when the boxes leave.
    """
    patient = situation.patient
    listed = [line for line in done.lines if line.ordonnancier is not None]
    if not listed:
        return []
    assert patient is not None
    prescribed_by = _prescribed_by(done, situation)
    return [
        {
            "number": line.ordonnancier,
            "at": done.at,
            "day": paris_date(done.at),
            "delivery_number": done.number,
            "code": line.code,
            "label": line.label,
            "list_class": str(line.list_class),
            "quantity": line.quantity - line.owed,
            "patient_id": patient.id,
            "patient_name": patient.display_name,
            "patient_address": address(patient),
            **prescribed_by,
            "bearer": situation.session.bearer,
            "operator_name": done.operator_name,
        }
        for line in listed
    ]


def _prescribed_by(done: Delivery, situation: Situation) -> dict[str, Any]:
    prescriber = situation.prescriber
    if prescriber is None:
        nobody = dict.fromkeys(("prescriber_address", "prescriber_rpps", "specialty", "establishment"), "")
        return {"prescriber_name": TO_COME, "prescription_date": paris_date(done.at), **nobody}
    return {
        "prescriber_name": prescriber.display_name,
        "prescriber_address": address(prescriber),
        "prescriber_rpps": prescriber.rpps,
        "specialty": prescriber.specialty,
        "establishment": prescriber.finess,
        "prescription_date": done.prescription_date,
    }


def address(person: Patient | Prescriber) -> str:
    """Return an address on one line."""
    town = f"{person.postal_code} {person.city}".strip()
    return ", ".join(part for part in (person.address_line, town) if part)


def audit_details(done: Delivery, session: CounterSession) -> dict[str, Any]:
    """Return what the audit entry keeps of a delivery: amounts in cents, codes and quantities, no names."""
    return {
        "amount": done.totals.amount.cents,
        "amo": done.totals.amo.cents,
        "amc": done.totals.amc.cents,
        "patient": done.totals.patient.cents,
        "payments": [[str(payment.method), payment.amount.cents] for payment in done.payments],
        "lines": [[line.code, line.quantity] for line in done.lines],
        "ordonnancier": list(done.ordonnancier),
        "forced": [line.code for line in done.lines if line.forced_stock],
        "substituted": [[line.replaces, line.code] for line in done.lines if line.replaces],
        "mentions": [[line.code, line.refused, line.mention] for line in done.lines if line.refused or line.mention],
        "session": done.session_id,
        # Of several operators at one counter, each answers for what they added.
        "authors": [line.author.id for line in done.lines if line.author.id not in {None, done.operator_id}],
        "changed_by": [[line.code, one.id] for line in session.lines for one in line.others],
    }


def free_prices(situation: Situation) -> dict[str, Money]:
    """Return the price charged for each medicine whose price is free: it is proposed the next time."""
    products = situation.products
    return {
        line.code: line.unit_price
        for line in situation.session.lines
        if line.unit_price is not None and products[line.code].has_free_price
    }


def _delivery_lines(situation: Situation, case: InvoiceCase, first_entry: int) -> tuple[DeliveryLine, ...]:
    prices = {
        priced.line_id: priced.price if isinstance(priced, DeviceLine) else priced.unit_price
        for priced in case.lines
        if not isinstance(priced, ActLine)
    }
    entry = first_entry
    lines: list[DeliveryLine] = []
    for rank, line in enumerate(situation.session.lines, start=1):
        product = situation.products[line.code]
        choice = substitution.decided(situation.session, line)
        number = None
        if _is_entered(line, situation):
            number, entry = entry, entry + 1
        lines.append(
            DeliveryLine(
                rank=rank,
                code=line.code,
                label=units.label_of(line, product),
                quantity=billing_later.billed_boxes(line, situation),
                # What is billed later has no line in the invoice of today.
                unit_price=prices.get(line.line_id, line.unit_price or ZERO),
                list_class=product.list_class,
                boxes=line.boxes,
                forced_stock=line.forced_stock,
                author=line.signature,
                note=line.note,
                ordonnancier=number,
                posology=line.posology,
                days=courses.days_kept(line, situation),
                prescribed=situation.session.prescription is not None and line.prescribed,
                units=line.units,
                replaces=line.replaces,
                refused=choice.refused,
                mention="" if choice.justification is None else str(choice.justification),
                owed=0 if situation.bill_later else line.owed,
                advance=line.advance,
                promised=line.owed if situation.bill_later else 0,
            )
        )
    return tuple(lines)
