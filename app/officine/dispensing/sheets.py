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
from app.kernel.posology import Posology, Slot, read_posology, unit_text
from app.kernel.text import plural, typographic
from app.officine.dispensing.paper import APART, first_name, promised_words
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


def pillbox_of(source: Source) -> tuple[Label, ...]:
    """Return a label for each moment of the day at which something is taken: what, and how much of it.

    It is stuck on the compartments of a pilulier or on sachets. What is not taken at a moment that is understood is
    named on a last label, as it is written: nothing is left out without a word.
    """
    delivery = source.delivery
    read = [(line.label, read_posology(asked.posology)) for line, asked in labelled(delivery, source.draft)]
    moments = [
        (
            f"Pilulier : {slot.label}",
            [
                f"{medicine} : {unit_text(posology.doses[slot], posology.unit)}"
                + (f" ({posology.note})" if posology.note else "")
                for medicine, posology in read
                if slot in posology.doses
            ],
        )
        for slot in Slot
    ]
    apart = [
        f"{medicine} : {posology.text or 'selon l’ordonnance'}"
        for medicine, posology in read
        if not posology.is_understood
    ]
    return tuple(
        Label(
            pharmacy=source.pharmacy,
            patient=delivery.patient_name,
            medicine=typographic(title),
            posology=Posology(typographic(" · ".join(taken))),
            day=paris_date(delivery.at),
            banner=source.banner,
        )
        for title, taken in (*moments, ("Hors pilulier", apart))
        if taken
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
    claimed = third_party and not line.apart
    amo = line.amo if claimed else ZERO
    amc = line.tm if claimed and complemented and line.claimed and line.complemented else ZERO
    return PaperLine(
        code=line.code,
        label=f"{line.label} — {APART}" if line.apart else line.label,
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
    paid = source.delivery.third_party and not product.apart
    amo = Money.total(part.amo for part in parts) if paid else ZERO
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
        notes=tuple(
            filter(
                None,
                (
                    f"Substitue {substituted}" if substituted else "",
                    APART if product.apart else "",
                    promised_words(line) if line.promised else "",
                ),
            )
        ),
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
