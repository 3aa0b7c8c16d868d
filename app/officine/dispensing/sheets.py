"""What do the papers of a delivery say, besides its ticket: labels, plan, back of the ordonnance, invoice?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.docs.invoice import InvoicePaper, PaperLine
from app.docs.labels import Label
from app.docs.plan import Plan, PlanLine
from app.docs.vitale import VitaleBlock, VitaleLine
from app.kernel.clock import paris_date
from app.kernel.money import ZERO, Money
from app.kernel.posology import read_posology
from app.kernel.text import plural
from app.officine.dispensing.paper import first_name
from app.officine.dispensing.papers import labelled, paired
from app.officine.patients.model import Scheme

if TYPE_CHECKING:
    from app.docs.ticket import Pharmacy
    from app.officine.billing.model import InvoiceLine
    from app.officine.dispensing.model import CounterSession, Delivery, DeliveryLine, DraftLine
    from app.officine.patients.model import Patient
    from app.officine.prescriptions.model import Prescriber


@dataclass(frozen=True, slots=True)
class Source:
    """All that the papers of a delivery are made of; ``draft`` is the session that it was.

    ``copy`` is the number of this duplicata, 0 for the first paper.
    """

    delivery: Delivery
    pharmacy: Pharmacy
    draft: CounterSession | None = None
    patient: Patient | None = None
    prescriber: Prescriber | None = None
    banner: str = ""
    copy: int = 0


def labels_of(source: Source) -> tuple[Label, ...]:
    """Return a label for each line that has one: its posology as read, its duration, and the traces of units."""
    delivery = source.delivery
    return tuple(
        Label(
            pharmacy=source.pharmacy,
            patient=delivery.patient_name,
            medicine=line.label,
            posology=read_posology(asked.posology),
            day=paris_date(delivery.at),
            duration=_duration(asked),
            traced=_traced(line, asked),
            banner=source.banner,
        )
        for line, asked in labelled(delivery, source.draft)
    )


def plan_of(source: Source) -> Plan:
    """Return the plan de posologie of the lines prescribed."""
    delivery = source.delivery
    return Plan(
        pharmacy=source.pharmacy,
        patient=delivery.patient_name,
        day=paris_date(delivery.at),
        lines=tuple(
            PlanLine(line.label, read_posology(asked.posology), _duration(asked))
            for line, asked in labelled(delivery, source.draft)
        ),
        prescription=_ordonnance(source),
        operator=first_name(delivery.operator_name),
        banner=source.banner,
        duplicate=source.copy > 0,
    )


def vitale_of(source: Source, mentions: tuple[str, ...] = ()) -> VitaleBlock:
    """Return what the back of the ordonnance says (CSS L.161-31); ``mentions`` are written below the totals."""
    delivery = source.delivery
    fees = [line for line in delivery.invoice_lines if not line.line_id]
    substituted = _substituted(source)
    return VitaleBlock(
        pharmacy=source.pharmacy,
        number=delivery.number,
        at=delivery.at,
        lines=tuple(
            _vitale_line(source, line, parts, substituted.get(line.rank, ""))
            for line, parts in zip(delivery.lines, _by_product(delivery), strict=True)
        ),
        amount=delivery.totals.amount,
        amo=delivery.totals.amo,
        amc=delivery.totals.amc,
        patient_share=delivery.totals.patient,
        fees=tuple((f"{fee.label} ({fee.code})", fee.amount) for fee in fees),
        mentions=mentions,
        franchise=delivery.franchise_info,
        banner=source.banner,
        duplicate=source.copy > 0,
    )


def invoice_of(source: Source) -> InvoicePaper:
    """Return the invoice of a delivery: subrogatoire where the third party pays, signed as no Vitale card was read."""
    delivery, patient, prescriber = source.delivery, source.patient, source.prescriber
    complemented = bool(delivery.totals.amc)
    return InvoicePaper(
        pharmacy=source.pharmacy,
        number=delivery.number,
        at=delivery.at,
        patient=delivery.patient_name,
        birth_date=None if patient is None else patient.birth_date,
        organism=_organism(patient),
        prescriber=delivery.prescriber_name,
        rpps="" if prescriber is None else prescriber.rpps,
        prescription_date=delivery.prescription_date,
        lines=tuple(
            _paper_line(line, third_party=delivery.third_party, complemented=complemented)
            for line in delivery.invoice_lines
        ),
        amount=delivery.totals.amount,
        amo=delivery.totals.amo,
        amc=delivery.totals.amc,
        patient_share=delivery.totals.patient,
        third_party=delivery.third_party,
        franchise=delivery.franchise_info,
        degraded=delivery.third_party,
        banner=source.banner,
        duplicate=source.copy > 0,
    )


def _paper_line(line: InvoiceLine, *, third_party: bool, complemented: bool) -> PaperLine:
    amo = line.amo if third_party else ZERO
    amc = line.tm if third_party and complemented and line.claimed else ZERO
    return PaperLine(
        code=line.code,
        label=line.label,
        quantity=line.quantity,
        amount=line.amount,
        base=line.base,
        rate=line.rate if line.claimed else None,
        amo=amo,
        amc=amc,
        patient=line.amount - amo - amc,
    )


def _vitale_line(source: Source, line: DeliveryLine, parts: list[InvoiceLine], substituted: str) -> VitaleLine:
    product, fees = parts[0], parts[1:]
    amo = Money.total(part.amo for part in parts) if source.delivery.third_party else ZERO
    amount = Money.total(part.amount for part in parts)
    return VitaleLine(
        label=line.label,
        quantity=line.quantity,
        unit_price=line.unit_price,
        base=Money.total(part.base for part in parts),
        rate=product.rate if product.claimed else None,
        amo=amo,
        rest=amount - amo,
        ordonnancier=line.ordonnancier,
        fees=tuple((fee.code, fee.amount) for fee in fees),
        notes=(f"Substitue {substituted}",) if substituted else (),
    )


def _by_product(delivery: Delivery) -> list[list[InvoiceLine]]:
    found: dict[str, list[InvoiceLine]] = {}
    for line in delivery.invoice_lines:
        if line.line_id:
            found.setdefault(line.line_id, []).append(line)
    return list(found.values())


def _substituted(source: Source) -> dict[int, str]:
    """Return what the ordonnance named, by rank of the line, where another product was delivered for it."""
    draft = source.draft
    if draft is None or draft.prescription is None:
        return {}
    written = {line.line_id: line for line in draft.prescription.lines}
    return {
        line.rank: written[asked.prescribed_line].label
        for line, asked in paired(source.delivery, draft)
        if asked.prescribed_line in written and written[asked.prescribed_line].code not in {"", line.code}
    }


def _traced(line: DeliveryLine, asked: DraftLine) -> tuple[str, ...]:
    """Return what follows units out of their box: lot, expiry, number of units, order number (CSP R.5132-13)."""
    if asked.units is None:
        return ()
    lots = dict.fromkeys(box.lot for box in line.boxes if box.lot)
    expiries = [box.expiry for box in line.boxes if box.expiry is not None]
    number = "" if line.ordonnancier is None else f"N° {line.ordonnancier}"
    found = (
        f"Lot {', '.join(lots)}" if lots else "",
        f"Pér. {min(expiries):%m/%Y}" if expiries else "",
        plural(asked.units, "unité"),
        number,
    )
    return tuple(filter(None, found))


def _duration(asked: DraftLine) -> str:
    return "" if asked.days is None else plural(asked.days, "jour")


def _ordonnance(source: Source) -> str:
    delivery = source.delivery
    if delivery.prescription_date is None:
        return ""
    return f"Ordonnance du {delivery.prescription_date:%d/%m/%Y}, {delivery.prescriber_name}"


def _organism(patient: Patient | None) -> str:
    if patient is None:
        return ""
    scheme = {Scheme.GENERAL: "Régime général", Scheme.ALSACE_MOSELLE: "Régime local d’Alsace-Moselle"}
    parts = [scheme[patient.coverage.scheme], "complémentaire santé solidaire" if patient.coverage.css else ""]
    return ", ".join(filter(None, parts))
