"""What does the main job look like from one end to the other? Plays it with the fictitious people, without a screen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.kernel import french
from app.kernel.clock import today
from app.kernel.errors import Bug
from app.kernel.outcome import Done, is_refused
from app.kernel.text import plural
from app.officine.care.model import BilanPart, DocumentKind, VaccinationPart
from app.officine.dispensing import session as counter_session
from app.officine.dispensing.model import Author, Box, Payment, PaymentMethod, PrescriptionDraft
from app.officine.patients.model import IdentityStatus
from app.officine.scan.service import interpret
from app.officine.staff.service import actor_of
from app.sandbox import dataset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.bootstrap import Services
    from app.kernel.actor import Actor
    from app.officine.billing.model import Invoice
    from app.officine.care.model import CareDraft, WrittenDocument
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.officine.patients.model import Patient

STEPS = (
    "patient_card", "eprescription", "scan", "checks", "price", "delivery", "ordonnancier", "stock",
    "vaccination_note", "bilan", "dmp", "mssante",
)  # fmt: skip
"""The steps of the whole job, in order; those that this version does not hold yet are told as absent."""

_CARD, _PRESCRIBER = "amandine", "M1"
_BOXES = ("3400933857042", "3400933857042", "3400935955838")
_VACCINE = "3400936773875"
_REVIEWED = "PAT-TROIS"
"""Whose bilan is written: a patient of the demonstration with a qualified identity and several treatments."""
_GS = "\x1d"


@dataclass(slots=True)
class Played:
    """What the play did: the steps really done, the delivery and its ticket, the documents that were written."""

    done: list[str]
    delivery: Delivery | None = None
    ticket: Path | None = None
    documents: list[Path] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the shape of the last line of ``galien demo --headless``."""
        assert self.delivery is not None
        totals = self.delivery.totals
        return {
            "steps": [{"name": name, "status": "done" if name in self.done else "absent"} for name in STEPS],
            "delivery": self.delivery.number,
            "ordonnancier": list(self.delivery.ordonnancier),
            "amount": totals.amount.cents,
            "amo": totals.amo.cents,
            "amc": totals.amc.cents,
            "patient": totals.patient.cents,
            "ticket": None if self.ticket is None else str(self.ticket),
            "documents": [str(document) for document in self.documents],
            "sent": [],
        }


def play(services: Services, say: Callable[[str], None]) -> Played:
    """Deliver three boxes to a fictitious patient, vaccinate her, write a bilan; tell each step in French by ``say``.

    Raises Bug where the house refuses what its own demonstration asks.
    """
    played = Played([])
    actor = _pharmacist(services)
    session = _addressed(services, services.counter.new_session(actor), say)
    played.done.append("patient_card")
    session = _scan_boxes(services, session, actor, say)
    played.done.append("scan")
    _check(services, session, say)
    played.done.append("checks")
    invoice = services.counter.quote(session)
    _tell_price(invoice, say)
    played.done.append("price")
    before = services.stock.on_hand(_BOXES)
    played.delivery = _validate(services, session, actor, invoice)
    played.done.append("delivery")
    say(f"Délivrance n° {played.delivery.number} enregistrée.")
    _read_back(services, played, before, say)
    played.ticket = services.tickets.write(played.delivery)
    say(f"Ticket : {played.ticket}")
    _vaccinate(services, played, actor, say)
    _review(services, played, actor, say)
    return played


def box_text(cip13: str, serial: str, expiry: dt.date) -> str:
    """Return the text of the DataMatrix of a box, as a scanner sends it (GS1: 01, 17, 10, 21)."""
    return f"01{cip13:0>14}17{expiry:%y%m}0010DEMO{_GS}21{serial}"


def _pharmacist(services: Services) -> Actor:
    member = next((one for one in services.staff.members() if one.role.is_pharmacist), None)
    if member is None:
        raise Bug("L’équipe de la démonstration n’a pas de pharmacien.")
    return actor_of(member, services.settings.station)


def _addressed(services: Services, session: CounterSession, say: Callable[[str], None]) -> CounterSession:
    """Return the session with its patient and its ordonnance."""
    data = dataset.read()
    practitioner = next(one for one in data.prescribers if one.key == _PRESCRIBER)
    patient = _patient_by_card(services)
    prescriber = services.prescriptions.by_rpps(practitioner.rpps)
    if prescriber is None:
        raise Bug("Les données de démonstration ne sont pas au complet.")
    written_on = today(services.clock)
    say(f"Carte Vitale simulée lue ; dossier trouvé : {patient.display_name}, {plural(patient.age(written_on), 'an')}")
    say(f"Ordonnance du {french.short_date(written_on)}, Dr {prescriber.display_name}")
    session, _ = counter_session.set_patient(session, patient.id, patient.display_name)
    draft = PrescriptionDraft(
        prescriber_id=prescriber.id, prescriber_name=prescriber.display_name, written_on=written_on
    )
    return counter_session.set_prescription(session, draft)[0]


def _patient_by_card(services: Services) -> Patient:
    """Return the patient whose file the fictitious card finds, in a virtual reader; the card is pulled again."""
    if services.demo_cards is None:
        raise Bug("La démonstration n’a pas ses cartes.")
    services.demo_cards.toggle(_CARD)
    reader = next(card.reader for card in services.demo_cards.cards() if card.key == _CARD)
    outcome = services.cards.read(reader)
    services.demo_cards.toggle(_CARD)
    if not isinstance(outcome, Done) or outcome.value.only_match is None:
        raise Bug("La carte de la démonstration ne trouve pas son dossier.")
    return outcome.value.only_match


def _scan_boxes(
    services: Services, session: CounterSession, actor: Actor, say: Callable[[str], None]
) -> CounterSession:
    """Scan each box as at the counter: the text of its DataMatrix, the product of the catalogue, one more line."""
    day = today(services.clock)
    for rank, cip13 in enumerate(_BOXES, start=1):
        text = box_text(cip13, f"{session.id[:10].upper()}{rank}", day.replace(year=day.year + 2, day=1))
        scan = interpret(text, today=day)
        product = services.catalog.by_code(scan.fields.get("cip13") or "")
        if not scan.ok or product is None or product.price is None:
            raise Bug("Une boîte de la démonstration n’est pas reconnue.")
        expiry = scan.fields["expiry"]
        box = Box(
            scan.fields["lot"] or "", dt.date.fromisoformat(expiry) if expiry else None, scan.fields["serial"] or ""
        )
        author = Author(actor.staff_id, actor.name)
        session, _ = counter_session.add_product(session, product, box=box, author=author)
        say(f"Scan : {product.name}, lot {box.lot}, {french.amount(product.price)}")
    services.counter.save(session)
    return session


def _check(services: Services, session: CounterSession, say: Callable[[str], None]) -> None:
    findings = services.counter.check(session)
    for finding in findings:
        say(f"Contrôle : {finding.text}")
    if is_refused(findings):
        raise Bug("La délivrance de la démonstration est refusée.")
    say(f"Contrôle : {plural(len(findings), 'remarque')}, rien ne s’oppose à la délivrance.")


def _tell_price(invoice: Invoice, say: Callable[[str], None]) -> None:
    for line in invoice.lines:
        say(f"  {line.code:<4} × {line.quantity}  {french.amount(line.amount):>10}  {french.rate(line.rate)}")
    totals = invoice.totals
    say(
        f"Total {french.amount(totals.amount)} : AMO {french.amount(totals.amo)}, AMC {french.amount(totals.amc)}, "
        f"patient {french.amount(totals.patient)}"
    )


def _validate(services: Services, session: CounterSession, actor: Actor, invoice: Invoice) -> Delivery:
    due = invoice.totals.patient
    payments = [Payment(PaymentMethod.CASH, due)] if due else []
    outcome = services.counter.validate(session, actor, payments)
    if not isinstance(outcome, Done):
        raise Bug(f"La délivrance de la démonstration est refusée : {outcome.findings[0].text}")
    return outcome.value


def _read_back(services: Services, played: Played, before: dict[str, int], say: Callable[[str], None]) -> None:
    """Read the registers back: what the delivery says must be what they hold."""
    assert played.delivery is not None
    number = played.delivery.number
    kept = {entry.number for entry in services.counter.ordonnancier(last=None) if entry.delivery == number}
    if kept == set(played.delivery.ordonnancier):
        played.done.append("ordonnancier")
        say(f"Ordonnancier : n° {', '.join(str(entry) for entry in sorted(kept))}")
    after = services.stock.on_hand(_BOXES)
    if all(after[code] == before[code] - _BOXES.count(code) for code in set(_BOXES)):
        played.done.append("stock")
        say("Stock : " + ", ".join(f"{code} {before[code]} → {after[code]}" for code in sorted(set(_BOXES))))


# --- Care -------------------------------------------------------------------------------------------------------------


def _vaccinate(services: Services, played: Played, actor: Actor, say: Callable[[str], None]) -> None:
    """Write the note of a vaccination from the box that is scanned, for the patient who was served."""
    patient, day = _patient_by_card(services), today(services.clock)
    draft = services.care.begin(DocumentKind.VACCINATION, patient.id, actor)
    text = box_text(_VACCINE, "DEMOVACCIN", day.replace(year=day.year + 1, day=1))
    scanned = services.care.from_box(draft, text, actor)
    if not isinstance(scanned, Done) or not isinstance(scanned.value.part, VaccinationPart):
        raise Bug("Le vaccin de la démonstration n’est pas reconnu.")
    part = replace(scanned.value.part, site="LD", act="BOOSTER", reason="Rappel à l’âge adulte")
    say(f"Vaccin : {part.name.partition(',')[0]}, lot {part.lot}, deltoïde gauche")
    _record(services, replace(scanned.value, part=part), actor, played, say)
    played.done.append("vaccination_note")


def _review(services: Services, played: Played, actor: Actor, say: Callable[[str], None]) -> None:
    """Write the bilan of a patient from what was delivered in a year, and read it back."""
    found = [one for one in services.patients.search(_REVIEWED) if one.status is IdentityStatus.QUALIFIED]
    if not found:
        raise Bug("Les données de démonstration ne sont pas au complet.")
    draft = services.care.begin(DocumentKind.BILAN, found[0].id, actor)
    if not isinstance(draft.part, BilanPart):
        raise Bug("Le bilan de la démonstration n’en est pas un.")
    say(f"Bilan de {found[0].display_name} : {plural(len(draft.part.treatments), 'traitement')} de l’année")
    part = replace(
        draft.part,
        analysis="Observance bonne, aucun oubli sur la semaine. Kaliémie et créatinine à contrôler.",
        proposals="Au médecin : contrôle de la kaliémie et de la créatinine dans le mois.",
        follow_up="Nouvel entretien dans six mois.",
    )
    _record(services, replace(draft, part=part), actor, played, say)
    played.done.append("bilan")


def _record(
    services: Services, draft: CareDraft, actor: Actor, played: Played, say: Callable[[str], None]
) -> WrittenDocument:
    """Write a document, and keep its CDA where it can be read back."""
    outcome = services.care.record(draft, actor)
    if not isinstance(outcome, Done):
        raise Bug(f"Le document de la démonstration est refusé : {outcome.findings[0].text}")
    file = services.care.write_cda(outcome.value.id, actor)
    played.documents.append(file)
    say(f"{outcome.value.kind.label}, version {outcome.value.version} : {file}")
    return outcome.value
