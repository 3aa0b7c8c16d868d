"""May these products leave, to this patient, on this ordonnance, today?

An aid built on public data: what the catalogue does not hold is not checked, and no finding replaces the pharmacist.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.money import ZERO, Money
from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural
from app.officine.catalog.model import ListClass
from app.officine.catalog.rules import needs_prescription
from app.officine.dispensing import (
    advancing,
    bearer,
    courses,
    exceptional,
    matching,
    on_account,
    owing,
    recalled,
    registered,
    restricted,
    validity,
)
from app.officine.dispensing.courses import GRACE_DAYS as FULL_QUANTITY_DAYS
from app.officine.dispensing.courses import LONGEST_DAYS as NARCOTIC_DAYS
from app.officine.dispensing.courses import Courses
from app.officine.dispensing.model import PaymentMethod
from app.officine.dispensing.recalled import RecallCase
from app.officine.dispensing.session import MAX_QUANTITY
from app.officine.dispensing.terms import months_after
from app.officine.patients import rules as patients
from app.officine.prescriptions.data import rule_on
from app.officine.prescriptions.model import PrescriptionKind
from app.officine.safety import rules as safety
from app.officine.safety.model import SafetyCase

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from app.officine.accounts.model import CustomerAccount
    from app.officine.advances.model import Advance
    from app.officine.billing.references import TfrRow
    from app.officine.catalog.model import Product, ProductDetail
    from app.officine.dispensing.model import Box, CounterSession, DraftLine, Payment, PrescriptionDraft
    from app.officine.patients.model import Patient
    from app.officine.prescriptions.model import Prescriber
    from app.officine.registers.model import Narcotic
    from app.officine.stock.model import OpenBox

SOON_EXPIRED_DAYS = 30
SHORT_STOCK = "GAL-CPT-26"

_SECURED = frozenset({ListClass.NARCOTIC, ListClass.ASSIMILATED})


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the checks and the price look at, read once.

    ``open_boxes`` are, by line, the opened boxes that give their units; ``tfr`` those of the products; ``priced_on``
    the day of the prices of the catalogue; ``safety`` what the checks of interactions, doubles and allergies look at.
    ``advances`` are those that the sale bills; ``past`` the products and generic groups that the patient is known for;
    ``account`` is the one that pays. ``bill_later``: the boxes owed are billed when they are handed over.
    """

    session: CounterSession
    today: dt.date
    products: Mapping[str, Product]
    details: Mapping[str, ProductDetail] = field(default_factory=dict)
    on_hand: Mapping[str, int] = field(default_factory=dict)
    patient: Patient | None = None
    prescriber: Prescriber | None = None
    delivered: frozenset[tuple[str, str]] = frozenset()
    open_boxes: Mapping[str, OpenBox] = field(default_factory=dict)
    tfr: Mapping[str, TfrRow] = field(default_factory=dict)
    priced_on: dt.date | None = None
    narcotics: Mapping[str, Narcotic] = field(default_factory=dict)
    balances: Mapping[str, int] = field(default_factory=dict)
    derived: frozenset[str] = frozenset()
    owed_boxes: Mapping[str, int] = field(default_factory=dict)
    safety: SafetyCase = field(default_factory=SafetyCase)
    courses: Courses = field(default_factory=Courses)
    beyond: exceptional.Beyond = field(default_factory=exceptional.Beyond)
    advances: Mapping[int, Advance] = field(default_factory=dict)
    past: frozenset[str] = frozenset()
    account: CustomerAccount | None = None
    recalls: RecallCase = field(default_factory=RecallCase)
    bill_later: bool = False

    @property
    def written_on(self) -> dt.date | None:
        """The date of the ordonnance, as far as it is known."""
        prescription = self.session.prescription
        return None if prescription is None else prescription.written_on


def check(situation: Situation) -> list[Finding]:
    """Return what there is to say before the delivery: errors forbid it, warnings ask for a confirmation."""
    session = situation.session
    if not session.lines:
        return [_error("GAL-CPT-10", "La vente est vide.", "Scannez ou cherchez un produit.")]
    findings = [
        *([] if situation.patient is None else patients.merged(situation.patient)),
        *_check_ordonnance(situation),
        *matching.check(session, situation.today),
        *_check_duplicates(session),
        *_check_stock(situation),
        *owing.check(session, situation.on_hand, situation.owed_boxes),
        *safety.check(situation.safety),
        *recalled.check(session, situation.recalls),
    ]
    for line in session.lines:
        findings += _check_line(line, situation)
    findings += [*bearer.check(situation), *registered.check(situation)]
    findings += [*exceptional.check(situation), *restricted.check(situation)]
    findings += [*advancing.check(situation), *on_account.check(situation)]
    return sorted(courses.told_once(findings), key=lambda finding: -finding.severity.rank)


def check_payments(due: Money, payments: Sequence[Payment], *, patient_known: bool) -> list[Finding]:
    """Return what is wrong with the payment of the patient's share; nothing due needs no payment."""
    findings: list[Finding] = []
    for payment in payments:
        if payment.amount.cents <= 0:
            findings.append(_error("GAL-CPT-40", "Un règlement est supérieur à zéro."))
        if payment.tendered is not None and payment.change < ZERO:
            findings.append(_error("GAL-CPT-41", "La somme remise ne couvre pas le règlement."))
        if payment.method in {PaymentMethod.DEFERRED, PaymentMethod.DEPOSIT} and not patient_known:
            text = f"« {payment.method.label} » : ce moyen demande un patient connu."
            findings.append(_error("GAL-CPT-42", text, "F2 : patient."))
    paid = Money.total(payment.amount for payment in payments)
    if paid < due:
        text = f"Il reste {french.amount(due - paid)} à régler."
        findings.append(_error("GAL-CPT-43", text, "Complétez le règlement."))
    if paid > due:
        findings.append(_error("GAL-CPT-44", f"Les règlements dépassent de {french.amount(paid - due)} la somme due."))
    return findings


def short_codes(situation: Situation) -> list[DraftLine]:
    """Return the lines that ask for more than the stock holds and were not confirmed."""
    wanted = Counter[str]()
    for line in situation.session.lines:
        # Units out of a box that stands open take no other box.
        wanted[line.code] += 0 if line.line_id in situation.open_boxes else line.leaving
    return [
        line
        for line in situation.session.lines
        if not line.forced_stock
        and line.leaving
        and line.line_id not in situation.open_boxes
        and wanted[line.code] > situation.on_hand.get(line.code, 0)
    ]


def boxes_gone(session: CounterSession, delivered: Collection[tuple[str, str]]) -> list[Finding]:
    """Return a refusal for each scanned box that is among those delivered (product code, serial number)."""
    return [_gone(line, box) for line in session.lines for box in line.boxes if (line.code, box.serial) in delivered]


def needs_register(product: Product | DraftLine) -> bool:
    """Return True where the delivery is entered in the ordonnancier (CSP R.5132-10)."""
    return product.list_class is not None


# --- The ordonnance ---------------------------------------------------------------------------------------------------


def _check_ordonnance(situation: Situation) -> Iterator[Finding]:
    prescription = situation.session.prescription
    if prescription is None:
        return
    missing = _missing(situation)
    if missing:
        text = f"Ordonnance incomplète : il manque {_enumerated(missing)}."
        yield _error("GAL-CPT-31", text, "F4 : ordonnance ; F2 : patient.", "prescription")
    if prescription.written_on is not None and prescription.written_on > situation.today:
        text = f"L’ordonnance est datée du {french.short_date(prescription.written_on)}, qui est à venir."
        yield _error("GAL-CPT-23", text, "Corrigez la date.", "prescription")


def _missing(situation: Situation) -> list[str]:
    """Return what an ordonnance can't be delivered without, as it is named on screen."""
    missing = []
    if situation.patient is None:
        missing.append("le patient")
    if situation.prescriber is None:
        missing.append("le prescripteur")
    if situation.written_on is None:
        missing.append("la date de l’ordonnance")
    return missing


# --- Each line --------------------------------------------------------------------------------------------------------


def _check_line(line: DraftLine, situation: Situation) -> Iterator[Finding]:
    product = situation.products.get(line.code)
    if product is None:
        text = f"{line.label} : produit inconnu du catalogue en vigueur."
        yield _error("GAL-CPT-11", text, "Retirez la ligne ou créez la fiche du produit.", line.line_id)
        return
    if not 1 <= line.quantity <= MAX_QUANTITY:
        yield _error("GAL-CPT-02", f"La quantité va de 1 à {MAX_QUANTITY} boîtes.", "", line.line_id)
    if line.unit_price is None and product.price is None:
        yield _error("GAL-CPT-13", f"{line.label} : prix inconnu.", "Tapez le prix, puis Entrée.", line.line_id)
    yield from _check_boxes(line, situation)
    yield from _check_supply(line, product, situation)
    if needs_register(product) and not advancing.needs_no_ordonnance(line, situation):
        yield from _check_listed(line, product, situation)
    if line.ald and (situation.patient is None or not situation.patient.coverage.ald):
        text = f"{line.label} : ligne en rapport avec une ALD, mais aucune ALD n’est connue pour ce patient."
        yield _warning("GAL-CPT-27", text, "Vérifiez les droits.", line.line_id)


def _check_boxes(line: DraftLine, situation: Situation) -> Iterator[Finding]:
    for box in line.boxes:
        if (line.code, box.serial) in situation.delivered:
            yield _gone(line, box)
        if box.expiry is None:
            continue
        date = french.short_date(box.expiry)
        if box.expiry < situation.today:
            text = f"{line.label} : boîte périmée depuis le {date}."
            yield _error("GAL-CPT-14", text, "Prenez une autre boîte.", line.line_id)
        elif (box.expiry - situation.today).days <= SOON_EXPIRED_DAYS:
            yield _warning("GAL-CPT-15", f"{line.label} : boîte à utiliser avant le {date}.", "", line.line_id)


def _gone(line: DraftLine, box: Box) -> Finding:
    text = f"{line.label} : la boîte de numéro de série {box.serial} a déjà été délivrée."
    return _error("GAL-CPT-16", text, "Écartez la boîte.", line.line_id)


def _check_supply(line: DraftLine, product: Product, situation: Situation) -> Iterator[Finding]:
    detail = situation.details.get(line.code)
    if detail is not None and detail.hospital_only:
        text = f"{line.label} : réservé à l’usage hospitalier, jamais délivré en officine."
        yield _error("GAL-CPT-17", text, "Retirez la ligne.", line.line_id)
    if product.archived:
        text = f"{line.label} : spécialité retirée de la base des médicaments, sa liste n’est pas connue."
        yield _warning("GAL-CPT-28", text, "Vérifiez la boîte et ses conditions de délivrance.", line.line_id)
    if detail is None:
        return
    for supply in detail.availability:
        since = "" if supply.since is None else f" depuis le {french.short_date(supply.since)}"
        yield _info("GAL-CPT-18", f"{line.label} : {supply.label.lower()}{since} (ANSM).", line.line_id)
    is_prescribed = line.prescribed and situation.session.prescription is not None
    is_prescribed |= advancing.needs_no_ordonnance(line, situation)
    if needs_prescription(detail.conditions) and not is_prescribed and not needs_register(product):
        text = f"{line.label} : hors liste, mais soumis à prescription médicale."
        yield _warning("GAL-CPT-29", text, "F4 : ordonnance, sauf dispense légale (vaccination…).", line.line_id)
    # Of a line that answers the ordonnance, the fraction itself is told.
    if detail.fraction_days is not None and not line.prescribed_line:
        yield _info(
            "GAL-CPT-30", f"{line.label} : délivrance fractionnée de {detail.fraction_days} jours.", line.line_id
        )


def _check_listed(line: DraftLine, product: Product, situation: Situation) -> Iterator[Finding]:
    list_class = product.list_class
    assert list_class is not None
    named = f"{line.label} ({list_class.label[0].lower() + list_class.label[1:]})"
    prescription = situation.session.prescription if line.prescribed else None
    if prescription is None:
        wanted = "l’ordonnance sécurisée" if list_class in _SECURED else "l’ordonnance"
        missing = _enumerated([wanted, *(["le patient"] if situation.patient is None else [])])
        text = f"{named} : il manque {missing}."
        yield _error("GAL-CPT-20", text, "F4 : ordonnance ; F2 : patient.", line.line_id)
        return
    missing_parts = _missing(situation)
    if missing_parts:
        text = f"{named} : il manque {_enumerated(missing_parts)}."
        yield _error("GAL-CPT-20", text, "F4 : ordonnance ; F2 : patient.", line.line_id)
    if list_class in _SECURED and prescription.kind is not PrescriptionKind.SECURED:
        text = f"{named} : une ordonnance sécurisée est exigée."
        yield _error("GAL-CPT-21", text, "F4 : indiquez une ordonnance sécurisée, ou ne délivrez pas.", line.line_id)
    yield from _check_address(line, named, list_class, situation)
    yield from _check_age_of_ordonnance(line, named, list_class, prescription, situation.today)
    yield from validity.check_line(line, prescription, situation.details.get(line.code))
    yield from courses.check_line(line, situation)


def _check_address(line: DraftLine, named: str, list_class: ListClass, situation: Situation) -> Iterator[Finding]:
    """The register asks for the addresses (CSP R.5132-10); a narcotic does not leave without the patient's."""
    patient, prescriber = situation.patient, situation.prescriber
    if patient is not None and not (patient.address_line and patient.city):
        text = f"{named} : l’ordonnancier demande l’adresse du patient."
        severity = Severity.ERROR if list_class is ListClass.NARCOTIC else Severity.WARNING
        yield Finding("GAL-CPT-22", severity, text, "F2 : complétez l’adresse.", line.line_id)
    if prescriber is not None and not (prescriber.city or prescriber.finess):
        text = f"{named} : l’ordonnancier demande l’adresse du prescripteur."
        yield _warning("GAL-CPT-22", text, "F4 : complétez l’adresse.", line.line_id)


def _check_age_of_ordonnance(
    line: DraftLine, named: str, list_class: ListClass, prescription: PrescriptionDraft, today: dt.date
) -> Iterator[Finding]:
    """Hold the ordonnance to its dates.

    First delivery within three months (R.5132-22), none past a year (R.5132-21); less for a narcotic.
    """
    written_on = prescription.written_on
    if written_on is None:
        return
    date = french.short_date(written_on)
    longest, first = rule_on("longest", today), rule_on("first_delivery", today)
    if prescription.supply is None and today > months_after(written_on, longest.value):
        text = f"{named} : ordonnance du {date}, de plus de {longest.value} mois ({longest.article})."
        yield _error("GAL-CPT-24", text, "Une nouvelle ordonnance est nécessaire.", line.line_id)
    elif prescription.renewal == 0 and today > months_after(written_on, first.value):
        text = f"{named} : première délivrance sur une ordonnance du {date}, de plus de {first.value} mois "
        text += f"({first.article})."
        yield _error(
            "GAL-CPT-24", text, "Nouvelle ordonnance ; ou indiquez le renouvellement s’il en est un.", line.line_id
        )
    if list_class is ListClass.NARCOTIC:
        yield from _check_age_of_narcotic(line, named, prescription.renewal, (today - written_on).days)


def _check_age_of_narcotic(line: DraftLine, named: str, renewal: int, late: int) -> Iterator[Finding]:
    """Say what of a narcotic may still leave ``late`` days after its ordonnance.

    Prescribed for 28 days at most (R.5132-30), which begin at the latest when those of the ordonnance before end
    (R.5132-33): past the two and the days of grace, nothing is left to deliver.
    """
    days = plural(late, "jour")
    if late > 2 * NARCOTIC_DAYS + FULL_QUANTITY_DAYS:
        text = f"{named} : ordonnance de {days}, le traitement est terminé (28 jours au plus, CSP R.5132-30)."
        yield _error("GAL-CPT-24", text, "Une nouvelle ordonnance est nécessaire.", line.line_id)
    elif renewal == 0 and late > FULL_QUANTITY_DAYS:
        text = f"{named} : présentée {days} après sa date, au-delà des 3 jours (CSP R.5132-33)."
        yield _warning("GAL-CPT-25", text, f"Ne délivrez que le traitement restant : {days} en moins.", line.line_id)
    elif late > NARCOTIC_DAYS:
        text = f"{named} : ordonnance de {days}, pour un traitement de 28 jours au plus (CSP R.5132-30)."
        yield _warning("GAL-CPT-25", text, "Vérifiez qu’il reste du traitement à délivrer.", line.line_id)


# --- The whole sale ---------------------------------------------------------------------------------------------------


def _check_duplicates(session: CounterSession) -> Iterator[Finding]:
    # Boxes that left in advance have a line of their own, which is no doubling of the others.
    lines_of = Counter(line.code for line in session.lines if line.advance is None)
    for line in session.lines:
        if lines_of[line.code] > 1 and line is next(item for item in session.lines if item.code == line.code):
            text = f"{line.label} : {plural(lines_of[line.code], 'ligne')} pour le même produit."
            yield _warning("GAL-CPT-19", text, "Vérifiez que ce n’est pas un doublon.", line.line_id)


def _check_stock(situation: Situation) -> Iterator[Finding]:
    for line in short_codes(situation):
        held = situation.on_hand.get(line.code, 0)
        text = f"{line.label} : {plural(line.leaving, 'boîte')} pour un stock de {held}."
        yield _warning(
            SHORT_STOCK, text, "F8 : promettez ce qui manque, ou confirmez que la boîte est bien là.", line.line_id
        )


def _enumerated(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}"


def _error(code: str, text: str, advice: str = "", subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, text, advice, subject)


def _warning(code: str, text: str, advice: str = "", subject: str = "") -> Finding:
    return Finding(code, Severity.WARNING, text, advice, subject)


def _info(code: str, text: str, subject: str = "") -> Finding:
    return Finding(code, Severity.INFO, text, subject=subject)
