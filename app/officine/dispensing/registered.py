"""What does a delivery write into the registers of stupéfiants and of medicines derived from blood? Pure.

That each entry and each exit of a stupéfiant is written, in units, with a monthly balance, is read on Meddispar
(« Comptabilité »); R.5132-36 is the article known for it, which no source of ours quotes: to be read on Légifrance, as
the table of retentions says. Who carries it off where not the patient, and the identity of one who is not known, is
asked for by the register itself (R.5132-35: see ``bearer``).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from app.kernel.text import typographic
from app.officine.dispensing import on_account
from app.officine.dispensing.model import SaleKind
from app.officine.registers import rules as register_rules
from app.officine.registers.model import DerivedKind, DerivedMove, EntryKind, Move, Who

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.kernel.outcome import Finding
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.officine.dispensing.rules import Situation
    from app.officine.patients.model import Patient
    from app.officine.prescriptions.model import Prescriber


def check(situation: Situation) -> list[Finding]:
    """Return what the registers have against the delivery; subjects are line ids."""
    return [*_check_narcotics(situation), *_check_derived(situation)]


def moves(delivery: Delivery, situation: Situation, held_after: Mapping[str, int]) -> list[Move]:
    """Return the exits of stupéfiants of a delivery, in the order of its lines.

    ``held_after`` is what the stock holds of each once the boxes are taken.
    """
    before = Counter(held_after)
    ceded = delivery.sale is SaleKind.RETROCESSION
    pairs = [
        (line, done)
        for line, done in zip(situation.session.lines, delivery.lines, strict=True)
        if line.code in situation.narcotics and line.leaving
    ]
    for line, _done in pairs:
        before[line.code] += line.leaving
    return [
        Move(
            kind=EntryKind.CESSION if ceded else EntryKind.DELIVERY,
            narcotic=situation.narcotics[line.code],
            boxes=-line.leaving,
            units=None if line.units is None else -line.units,
            held_before=before[line.code],
            lot=", ".join(dict.fromkeys(box.lot for box in line.boxes if box.lot))[:40],
            reference=str(delivery.number),
            ordonnancier=done.ordonnancier,
            who=on_account.acquirer(situation) if ceded else _who(situation),
            reason=typographic(f"Bon de commande : {situation.session.sale_reason}") if ceded else "",
        )
        for line, done in pairs
    ]


def derived_moves(delivery: Delivery, situation: Situation) -> list[DerivedMove]:
    """Return the deliveries of medicines derived from blood: one entry a product and lot (CSP R.5121-186)."""
    return [
        DerivedMove(
            kind=DerivedKind.DELIVERY,
            reference=str(delivery.number),
            code=line.code,
            label=line.label,
            lot=lot,
            quantity=quantity,
            who=_who(situation),
            patient_birth_date=None if situation.patient is None else situation.patient.birth_date,
            prescription_date=delivery.prescription_date,
        )
        for line in situation.session.lines
        if line.code in situation.derived
        for lot, quantity in Counter(box.lot for box in line.boxes[: line.leaving]).items()
    ]


def _check_narcotics(situation: Situation) -> Iterator[Finding]:
    """Say where the register can't be kept: units unknown, or more than it holds."""
    left = {
        code: situation.balances.get(code, situation.on_hand.get(code, 0) * (narcotic.units.count or 0))
        for code, narcotic in situation.narcotics.items()
    }
    for line in situation.session.lines:
        narcotic = situation.narcotics.get(line.code)
        if narcotic is None or not line.leaving:
            continue
        count = narcotic.units.count
        if count is None and line.units is None:
            yield register_rules.unknown_units(narcotic, line.line_id)
            continue
        asked = line.units if line.units is not None else line.leaving * (count or 0)
        if asked > left[line.code]:
            yield register_rules.beyond_balance(narcotic.name, left[line.code], asked, line.line_id)
        left[line.code] -= asked


def _check_derived(situation: Situation) -> Iterator[Finding]:
    for line in situation.session.lines:
        if line.code not in situation.derived or not line.leaving:
            continue
        if sum(1 for box in line.boxes if box.lot) < line.leaving:
            yield register_rules.missing_lot(line.label, line.line_id)
        if situation.patient is None or situation.prescriber is None:
            yield register_rules.missing_patient(line.label, line.line_id)


def _who(situation: Situation) -> Who:
    patient, prescriber, session = situation.patient, situation.prescriber, situation.session
    return Who(
        patient_id=None if patient is None else patient.id,
        patient_name=_title(session) if patient is None else patient.display_name,
        patient_address="" if patient is None else _address(patient),
        prescriber_name="" if prescriber is None else prescriber.display_name,
        prescriber_address="" if prescriber is None else _address(prescriber),
        bearer=session.bearer,
    )


def _title(session: CounterSession) -> str:
    return session.patient_name or session.label


def _address(person: Patient | Prescriber) -> str:
    town = f"{person.postal_code} {person.city}".strip()
    return ", ".join(part for part in (person.address_line, town) if part)
