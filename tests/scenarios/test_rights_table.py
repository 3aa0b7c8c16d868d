"""The table of rights is what is observed: every act of every service, called with every role on a real house.

The acts are found by looking at the services themselves: one that takes an actor and is not told of here fails the
test. Each is called with arguments that make sense, by one member of each role, and what is answered is compared with
the roles that hold its right.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from insi_line import Line

from app.bootstrap import Services, create_demo
from app.kernel.errors import GalienError
from app.kernel.mode import Mode
from app.kernel.money import Money
from app.kernel.outcome import Done, Refused
from app.officine.accounts.model import AccountDraft, AccountKind, CustomerAccount
from app.officine.care.model import CareDraft, DocumentKind, EntretienPart, SectionPart, VaccinationPart
from app.officine.cash.model import Count, Means, Payment, Period, RecordKind
from app.officine.catalog.model import ImportReport
from app.officine.copies.model import Source, Target
from app.officine.dispensing import session as edit
from app.officine.dispensing.papers import PaperKind, Printed
from app.officine.dispensing.reversal import ReversalDraft, ReversalKind
from app.officine.inbox.model import Origin
from app.officine.inbox.model import Query as Documents
from app.officine.owed.model import PromiseSettings
from app.officine.patients.evidence import DEFAULT_TYPES
from app.officine.patients.identities import IdentityOptions
from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import EvidenceDraft, InsiIdentity
from app.officine.patients.identity_model import Mode as EvidenceMode
from app.officine.patients.insi_model import CardKey, InsiSettings
from app.officine.patients.merge_model import MergeDraft
from app.officine.patients.model import Attribute
from app.officine.patients.rules import draft_of
from app.officine.patients.service import FictitiousFile
from app.officine.prescriptions.model import PrescriberDraft
from app.officine.recalls.model import RecallDraft
from app.officine.registers.model import EntryKind
from app.officine.rights.component import Component
from app.officine.safety.model import AllergyChoice, AllergyKind, Thesaurus
from app.officine.staff import rules
from app.officine.staff.locks import LockPolicy
from app.officine.staff.model import Member, MemberDraft, Right, Role
from app.officine.staff.ports import HolderCard
from app.officine.staff.service import actor_of
from app.officine.stock.model import OpenBox, ReceiptLine, StockItem
from app.officine.stock.quarantined import Aside, Exit
from app.officine.trace.model import Query, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.officine.dispensing.model import CounterSession
    from app.officine.patients.model import Patient
    from app.store.audit import Actor

DAY = dt.date(2026, 11, 23)
CARD = HolderCard(serial="80250000001234", rpps="", family_name="X", given_name="Y")
CASH = [Payment(Means.CASH, Money(1_00))]
DRAFT = MemberDraft(family_name="SUREAU", given_name="Noé", role=Role.STUDENT)
ACCOUNT = AccountDraft(kind=AccountKind.COMPANY, name="Atelier du Port")
SALE = Target(session_id="essai")
AGES = b"cible;age_min;age_max;gravite;texte;source;date;voie\n"
ATC = b"cible;atc;source;date\n"
TFR = b"cip13;tarif;debut;fin;source\n"
NO_FILE = Path("absent")
PASSPORT = EvidenceDraft(code="PA", mode=EvidenceMode.FACE_TO_FACE, coherent=True)
FOUND = InsiIdentity(
    ins=Ins("297022A02077878", "1.2.250.1.213.1.4.10"),
    traits=Traits(
        family_name="ADRTROIS",
        birth_names="DOMINIQUE",
        first_name="DOMINIQUE",
        sex="F",
        birth_date="1997-02-26",
        birth_place="2A020",
    ),
)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
NO_TRACE = Refused((rules.refusal(Right.READ_AUDIT),))
"""What an empty list of the trace stands for: it is shown to who lacks the right."""
REPORT = ImportReport("v", DAY, 0, 0, 0, (), 0, 0.0)


@dataclass
class House:
    """A demonstration, and what the acts are tried on."""

    services: Services
    patient: Patient
    target: Member
    code: str
    delivery: int
    members: dict[Role, Member]
    acts: dict[str, Any]

    def sale(self, actor: Actor) -> CounterSession:
        """Return a sale with one box, written in the base."""
        session = self.services.counter.new_session(actor)
        product = self.services.catalog.by_code(self.code)
        assert product is not None
        session = edit.add_product(session, product)[0]
        self.services.counter.save(session)
        return session


@dataclass(frozen=True)
class Case:
    """An act, the right that it asks, and how it is tried. ``right`` None: none, for the reason told."""

    right: Right | None
    call: Callable[[Any, House, Actor], object]
    reason: str = ""


def open_box(code: str) -> OpenBox:
    """Return a box that was opened, of which half is left."""
    return OpenBox(
        id=4711,
        code=code,
        lot="LOT1",
        expiry=None,
        serial="",
        size=10,
        remaining=5,
        patient_id=None,
        opened_at=NOON,
    )


def merging(house: House) -> MergeDraft:
    """Return the merge of a file into itself: whoever holds the right is told why not."""
    number = house.patient.id
    return MergeDraft(keep=number, keep_version=0, absorb=number, absorb_version=0, reason="essai")


def note(house: House) -> CareDraft:
    """Return an entretien as it is typed."""
    part = EntretienPart("AVK", (SectionPart("Observance", "Bonne."),))
    return CareDraft(DocumentKind.ENTRETIEN, house.patient.id, NOON, part)


def vaccination(house: House) -> CareDraft:
    """Return a vaccination whose box is not scanned yet."""
    return CareDraft(DocumentKind.VACCINATION, house.patient.id, NOON, VaccinationPart())


def avoir(delivery: int) -> ReversalDraft:
    """Return an avoir of nothing."""
    return ReversalDraft(delivery=delivery, kind=ReversalKind.CREDIT, reason="Erreur", lines=(), refunds=())


def nothing(_service: Any, _house: House, _actor: Actor) -> None:  # noqa: ANN401 -- any service
    """Try nothing: the act asks no right."""


CASES: dict[str, Case] = {
    # --- Free, each with its reason ---
    "card_settings.set_module": Case(Right.SET_CARDS, lambda s, _h, a: s.set_module("", a)),
    "card_settings.set_authorities": Case(Right.MANAGE_STAFF, lambda s, _h, a: s.set_authorities("", a)),
    "component_settings.test": Case(Right.SET_CARDS, lambda s, _h, a: s.test(Component(), a)),
    "component_settings.set": Case(Right.SET_CARDS, lambda s, _h, a: s.set(Component(), a)),
    "lock_settings.set": Case(Right.MANAGE_STAFF, lambda s, _h, a: s.set(LockPolicy(), a)),
    "db.write": Case(None, nothing, "how every act is written: the services ask before"),
    "db.perform": Case(None, nothing, "the same"),
    "outbox.retry": Case(None, nothing, "shows no content; sends what someone with the right left there; traced"),
    "outbox.cancel": Case(None, nothing, "shows no content; traced"),
    "staff.may": Case(None, nothing, "says what the right is"),
    "staff.refusal": Case(None, nothing, "the same"),
    "staff.require": Case(None, nothing, "the same"),
    "counter.new_session": Case(None, nothing, "an empty sale in memory: writes and reads nothing"),
    "counter.check": Case(None, nothing, "judges a sale that the caller holds"),
    "counter.examine": Case(None, nothing, "the same"),
    "prints.record": Case(
        None,
        lambda s, h, a: s.record(Printed(PaperKind.TICKET, h.delivery, NO_FILE, 1, 0), a),
        "a paper that came out is traced, whoever printed it",
    ),
    "staff_accounts.set_pin": Case(None, nothing, "one’s own only, whatever the role: refused by GAL-PER-23"),
    "vault.enrol": Case(None, lambda s, _h, a: s.enrol("x", a), "the code that the titulaire gave is the proof"),
    # --- Secrets ---
    "vault.rotate": Case(Right.MANAGE_SECRETS, lambda s, _h, a: s.rotate(a)),
    "vault.renew": Case(Right.MANAGE_SECRETS, lambda s, _h, a: s.renew(a)),
    "vault.transfer_code": Case(Right.MANAGE_SECRETS, lambda s, _h, a: s.transfer_code(a)),
    "vault.recovery_code": Case(Right.MANAGE_SECRETS, lambda s, _h, a: s.recovery_code(a)),
    "vault.revoke": Case(Right.MANAGE_SECRETS, lambda s, _h, a: s.revoke("none", a)),
    "certificates.import_p12": Case(Right.MANAGE_SECRETS, lambda s, _h, a: s.import_p12(b"", "x", "essai", a)),
    # --- The trace and its seals ---
    "trace.search": Case(Right.READ_AUDIT, lambda s, _h, a: s.search(Query(), a)),
    "trace.export": Case(Right.READ_AUDIT, lambda s, _h, a: s.export(Query(), NO_FILE / "x", a)),
    "trace.people": Case(Right.READ_AUDIT, lambda s, _h, a: s.people(a) or NO_TRACE),
    "trace.actions": Case(Right.READ_AUDIT, lambda s, _h, a: s.actions(a) or NO_TRACE),
    "seals.make": Case(Right.READ_AUDIT, lambda s, _h, a: s.make(a, Reason.HAND)),
    "seals.put_aside": Case(Right.READ_AUDIT, lambda s, h, a: s.put_aside(a, h.services.folder.root / "aside")),
    # --- The team ---
    "staff.add": Case(Right.MANAGE_STAFF, lambda s, _h, a: s.add(DRAFT, a)),
    "staff.add_all": Case(Right.MANAGE_STAFF, lambda s, _h, a: s.add_all([DRAFT], a)),
    "staff.edit": Case(Right.MANAGE_STAFF, lambda s, h, a: s.edit(h.target.id, DRAFT, a)),
    "staff.deactivate": Case(Right.MANAGE_STAFF, lambda s, h, a: s.deactivate(h.target.id, a)),
    "staff.set_student_until": Case(Right.MANAGE_STAFF, lambda s, h, a: s.set_student_until(h.target.id, DAY, a)),
    "staff_accounts.begin_totp": Case(Right.MANAGE_STAFF, lambda s, h, a: s.begin_totp(h.target.id, a)),
    "staff_accounts.confirm_totp": Case(Right.MANAGE_STAFF, lambda s, h, a: s.confirm_totp(h.target.id, "000000", a)),
    "staff_accounts.set_password": Case(Right.MANAGE_STAFF, lambda s, h, a: s.set_password(h.target.id, "x", a)),
    "staff_accounts.bind_card": Case(Right.MANAGE_STAFF, lambda s, h, a: s.bind_card(h.target.id, CARD, a)),
    "staff_accounts.unbind_card": Case(Right.MANAGE_STAFF, lambda s, h, a: s.unbind_card(h.target.id, "none", a)),
    "staff_accounts.reset": Case(Right.MANAGE_STAFF, lambda s, h, a: s.reset(h.target.id, "x", a)),
    "staff_accounts.unlock": Case(Right.MANAGE_STAFF, lambda s, h, a: s.unlock(h.target.id, a)),
    # --- Reference data ---
    "catalog.import_folder": Case(Right.MANAGE_CATALOG, lambda s, _h, a: s.import_folder(NO_FILE, a)),
    "catalog.install_snapshot": Case(Right.MANAGE_CATALOG, lambda s, _h, a: s.install_snapshot(NO_FILE, REPORT, a)),
    "catalog.put_cards": Case(Right.MANAGE_CATALOG, lambda s, _h, a: s.put_cards([], a)),
    "catalog.rollback": Case(Right.MANAGE_CATALOG, lambda s, _h, a: s.rollback(a)),
    "safety.import_folder": Case(Right.MANAGE_CATALOG, lambda s, _h, a: s.import_folder(NO_FILE, a)),
    "safety.install": Case(
        Right.MANAGE_CATALOG, lambda s, _h, a: s.install(Thesaurus("essai", "2026-11", "0" * 64, (), {}), a, "essai")
    ),
    "safety.tables.import_ages": Case(Right.MANAGE_CATALOG, lambda s, _h, a: s.import_ages(AGES, a)),
    "safety.tables.import_atc": Case(Right.MANAGE_CATALOG, lambda s, _h, a: s.import_atc(ATC, a)),
    "safety.switch.set": Case(Right.SET_CHECKS, lambda s, _h, a: s.set(a, enabled=True)),
    "tfr.load": Case(Right.MANAGE_CATALOG, lambda s, _h, a: s.load(TFR, a)),
    # --- Patients ---
    "patients.search": Case(Right.READ_PATIENT, lambda s, _h, a: s.search("pat", actor=a)),
    "patients.search_identity": Case(Right.READ_PATIENT, lambda s, _h, a: s.search_identity("1985", actor=a)),
    "patients.resembling": Case(Right.READ_PATIENT, lambda s, _h, a: s.resembling(None, Traits(), a)),
    "patients.get": Case(Right.READ_PATIENT, lambda s, h, a: s.get(h.patient.id, a)),
    "patients.open": Case(Right.READ_PATIENT, lambda s, h, a: s.open(h.patient.id, a)),
    "patients.create": Case(
        Right.EDIT_PATIENT, lambda s, h, a: s.create(draft_of(h.patient, h.patient.coverage), a, confirmed=True)
    ),
    "patients.update": Case(
        Right.EDIT_PATIENT, lambda s, h, a: s.update(h.patient.id, 0, draft_of(h.patient, h.patient.coverage), a)
    ),
    "patients.set_coverage": Case(
        Right.EDIT_PATIENT, lambda s, h, a: s.set_coverage(h.patient.id, 0, h.patient.coverage, a)
    ),
    "patients.load_fictitious": Case(
        Right.EDIT_PATIENT,
        lambda s, h, a: s.load_fictitious([FictitiousFile(draft=draft_of(h.patient, h.patient.coverage))], a),
    ),
    "patients.take_rights": Case(
        Right.EDIT_PATIENT, lambda s, h, a: s.take_rights(h.patient, h.patient.coverage, "patient.rights", {}, a)
    ),
    "places.load": Case(Right.MANAGE_IDENTITY, lambda s, _h, a: s.load([("v.csv", b"COM,LIBELLE\n01001,X\n")], a)),
    "merges.compare": Case(Right.MANAGE_IDENTITY, lambda s, h, a: s.compare(h.patient.id, h.patient.id, a)),
    "merges.of": Case(Right.READ_PATIENT, lambda s, h, a: s.of(h.patient.id, a)),
    "merges.duplicates": Case(Right.MANAGE_IDENTITY, lambda s, _h, a: s.duplicates(a)),
    "merges.alike": Case(Right.MANAGE_IDENTITY, lambda s, h, a: s.alike(h.patient.id, a)),
    "merges.merge": Case(Right.MANAGE_IDENTITY, lambda s, h, a: s.merge(merging(h), a)),
    "merges.undo": Case(Right.MANAGE_IDENTITY, lambda s, _h, a: s.undo(4711, "essai", a)),
    "merges.tell_apart": Case(Right.MANAGE_IDENTITY, lambda s, h, a: s.tell_apart(h.patient.id, 4711, "essai", a)),
    "merges.mark_twins": Case(Right.MANAGE_IDENTITY, lambda s, h, a: s.mark_twins(h.patient.id, 4711, a)),
    "identities.of": Case(Right.READ_PATIENT, lambda s, h, a: s.of(h.patient.id, a)),
    "identities.history": Case(Right.READ_PATIENT, lambda s, h, a: s.history(h.patient.id, a)),
    "identities.worklist": Case(Right.READ_PATIENT, lambda s, _h, a: s.worklist(a)),
    "identities.edit": Case(Right.EDIT_PATIENT, lambda s, h, a: s.edit(h.patient.id, 0, {"used_name": "X"}, a)),
    "identities.prove": Case(Right.EDIT_PATIENT, lambda s, h, a: s.prove(h.patient.id, 0, PASSPORT, a)),
    "identities.validate": Case(Right.EDIT_PATIENT, lambda s, h, a: s.validate(h.patient.id, 0, a)),
    "identities.differs": Case(Right.EDIT_PATIENT, lambda s, h, a: s.differs(h.patient.id, FOUND.ins, FOUND.traits, a)),
    "identities.withdraw_evidence": Case(
        Right.EDIT_PATIENT, lambda s, h, a: s.withdraw_evidence(h.patient.id, 0, "Erreur", a)
    ),
    "identities.set_attribute": Case(
        Right.EDIT_PATIENT, lambda s, h, a: s.set_attribute(h.patient.id, 0, Attribute.HOMONYM, a)
    ),
    "identities.unset_attribute": Case(
        Right.EDIT_PATIENT, lambda s, h, a: s.unset_attribute(h.patient.id, 0, Attribute.HOMONYM, a)
    ),
    "identities.accept": Case(Right.CALL_INSI, lambda s, h, a: s.accept(h.patient.id, 0, FOUND, "essai", a)),
    "identities.verified": Case(Right.CALL_INSI, lambda s, h, a: s.verified(h.patient.id, 0, "essai", a, ok=True)),
    "identities.scanned": Case(
        Right.EDIT_PATIENT, lambda s, h, a: s.scanned(h.patient.id, 0, FOUND.ins, FOUND.traits, a)
    ),
    "ins_scans.look_up": Case(Right.READ_PATIENT, lambda s, _h, a: s.look_up(FOUND.ins, FOUND.traits, a)),
    "ins_symbols.for_patient": Case(Right.SEE_INS, lambda s, h, a: s.for_patient(h.patient.id, a)),
    "ins_symbols.identified": Case(Right.READ_PATIENT, lambda s, h, a: s.identified(h.patient.id, a)),
    "ins_symbols.trace_print": Case(None, nothing, "a paper that came out is traced, whoever printed it"),
    "ins_symbols.write_sheet": Case(Right.READ_PATIENT, lambda s, h, a: s.write_sheet(h.patient.id, a)),
    "ins_symbols.write_label": Case(Right.READ_PATIENT, lambda s, h, a: s.write_label(h.patient.id, a)),
    "identities.settle": Case(Right.EDIT_PATIENT, lambda s, _h, a: s.settle(4711, a)),
    "identities.set_evidence_types": Case(
        Right.MANAGE_IDENTITY, lambda s, _h, a: s.set_evidence_types(DEFAULT_TYPES, a)
    ),
    "identities.set_options": Case(Right.MANAGE_IDENTITY, lambda s, _h, a: s.set_options(IdentityOptions(), a)),
    "insi_journal.calls": Case(Right.READ_AUDIT, lambda s, _h, a: s.calls(a)),
    "insi_journal.exchange": Case(Right.READ_AUDIT, lambda s, _h, a: s.exchange(4711, a)),
    "insi_journal.export": Case(Right.READ_AUDIT, lambda s, _h, a: s.export(NO_FILE / "x", NOON, a)),
    "insi_site.set": Case(Right.MANAGE_IDENTITY, lambda s, _h, a: s.set(InsiSettings(), a)),
    "insi.blocked": Case(
        Right.CALL_INSI, lambda s, h, a: Refused(tuple(s.blocked(h.services.identities.of(h.patient.id), a)))
    ),
    "insi.inject": Case(Right.CALL_INSI, lambda s, _h, a: s.inject(b"", a)),
    "insi.search": Case(Right.CALL_INSI, lambda s, h, a: s.search(h.patient.id, a)),
    "insi.by_card": Case(Right.CALL_INSI, lambda s, h, a: s.by_card(h.patient.id, CardKey(), a)),
    "insi.verify": Case(Right.CALL_INSI, lambda s, h, a: s.verify(h.patient.id, a)),
    "insi.accept": Case(Right.CALL_INSI, lambda s, _h, a: s.accept(4711, 0, a)),
    "insi.refuse": Case(Right.CALL_INSI, lambda s, _h, a: s.refuse(4711, "Essai", a)),
    "rights.read_card": Case(Right.DELIVER, lambda s, _h, a: s.read_card(bytearray(b"1234"), a)),
    "rights.read_phone": Case(Right.DELIVER, lambda s, _h, a: s.read_phone("x", NOON, a)),
    "rights.take": Case(Right.EDIT_PATIENT, lambda s, h, a: s.take(None, None, h.patient, a)),
    "safety.allergies.of": Case(Right.READ_PATIENT, lambda s, h, a: s.of(h.patient.id, a)),
    "safety.allergies.add": Case(
        Right.EDIT_PATIENT,
        lambda s, h, a: s.add(h.patient.id, AllergyChoice(AllergyKind.FAMILY, "iode", "Iode"), a),
    ),
    "safety.allergies.remove": Case(Right.EDIT_PATIENT, lambda s, h, a: s.remove(h.patient.id, 0, a)),
    "safety.allergies.state_none": Case(Right.EDIT_PATIENT, lambda s, h, a: s.state_none(h.patient.id, a)),
    "prescriptions.add_prescriber": Case(
        Right.EDIT_PRESCRIBER, lambda s, _h, a: s.add_prescriber(PrescriberDraft(family_name="MÉLILOT"), a)
    ),
    "prescriptions.add_prescribers": Case(
        Right.EDIT_PRESCRIBER, lambda s, _h, a: s.add_prescribers([PrescriberDraft(family_name="MÉLILOT")], a)
    ),
    # --- The counter ---
    "counter.suspend": Case(Right.DELIVER, lambda s, h, a: s.suspend(h.sale(a), a)),
    "counter.abandon": Case(Right.DELIVER, lambda s, h, a: s.abandon(h.sale(a), a)),
    "counter.resume": Case(Right.DELIVER, lambda s, h, a: s.resume(h.sale(a).id, a)),
    "counter.reopen": Case(Right.DELIVER, lambda s, h, a: s.reopen(h.sale(a).id, a)),
    "counter.validate": Case(Right.DELIVER, lambda s, h, a: s.validate(h.sale(a), a, CASH)),
    "counter.history": Case(Right.READ_PATIENT, lambda s, h, a: s.history(h.patient.id, actor=a)),
    "counter.delivery": Case(Right.READ_PATIENT, lambda s, h, a: s.delivery(h.delivery, a)),
    "counter.deliveries": Case(Right.READ_PATIENT, lambda s, _h, a: s.deliveries(actor=a)),
    "counter.ordonnancier": Case(Right.READ_PATIENT, lambda s, _h, a: s.ordonnancier(actor=a)),
    "reversals.reverse": Case(
        Right.REVERSE_DELIVERY,
        lambda s, h, a: s.reverse(avoir(h.delivery), a),
    ),
    "handing.hand_over": Case(Right.DELIVER, lambda s, _h, a: s.hand_over(a, 4711, 1)),
    "counter.hand_over": Case(Right.DELIVER, lambda s, _h, a: s.hand_over(a, 4711, 1)),
    "counter.quote_handed": Case(Right.DELIVER, lambda s, _h, a: s.quote_handed(a, 4711, 1)),
    "owed.open_promises": Case(Right.READ_PATIENT, lambda s, _h, a: s.open_promises(a)),
    "owed.of_patient": Case(Right.READ_PATIENT, lambda s, h, a: s.of_patient(h.patient.id, a)),
    "owed.promised_to": Case(Right.READ_PATIENT, lambda s, h, a: s.promised_to(h.patient.id, a)),
    "owed.hand_overs": Case(Right.READ_PATIENT, lambda s, _h, a: s.hand_overs(4711, a)),
    "advances.waiting": Case(Right.READ_PATIENT, lambda s, _h, a: s.waiting(None, a)),
    "owed.choose": Case(Right.SET_PROMISES, lambda s, _h, a: s.choose(a, PromiseSettings(late_days=5))),
    "owed.cancel": Case(Right.DELIVER, lambda s, _h, a: s.cancel(a, 4711, "Rupture")),
    "slips.write": Case(Right.DELIVER, lambda s, h, a: s.write(h.services.owed.open_promises()[:1], a)),
    "interventions.interventions": Case(Right.READ_PATIENT, lambda s, _h, a: s.interventions(actor=a)),
    "interventions.complete": Case(Right.DELIVER, lambda s, _h, a: s.complete(a, 4711, "accepted")),
    "advances.set_late_days": Case(Right.ADVANCE, lambda s, _h, a: s.set_late_days(a, 7)),
    "copies.add": Case(Right.DELIVER, lambda s, _h, a: s.add(b"", SALE, Source.FILE, a)),
    "copies.add_file": Case(Right.DELIVER, lambda s, _h, a: s.add_file(Path(__file__), SALE, Source.FILE, a)),
    "copies.of": Case(Right.READ_COPY, lambda s, _h, a: s.of(SALE, a)),
    "copies.thumbnail": Case(Right.READ_COPY, lambda s, _h, a: s.thumbnail(None, 100, a)),
    "copies.page": Case(Right.READ_COPY, lambda s, _h, a: s.page(None, 0, a)),
    "copies.look": Case(Right.READ_COPY, lambda s, _h, a: s.look(None, SALE, a)),
    "copies.remove": Case(Right.DELIVER, lambda s, _h, a: s.remove(4711, "Erreur", SALE, a)),
    "inbox.receive": Case(Right.FILE_DOCUMENTS, lambda s, _h, a: s.receive(b"<a/>", Origin.FILE, a)),
    "inbox.receive_file": Case(Right.FILE_DOCUMENTS, lambda s, _h, a: s.receive_file(NO_FILE, Origin.FILE, a)),
    "inbox.receive_all": Case(Right.FILE_DOCUMENTS, lambda s, _h, a: s.receive_all([NO_FILE], Origin.FILE, a)),
    "inbox.page": Case(Right.READ_DOCUMENTS, lambda s, _h, a: s.page(Documents(), a)),
    "inbox.get": Case(Right.READ_DOCUMENTS, lambda s, _h, a: s.get(1, a)),
    "inbox.of": Case(Right.READ_DOCUMENTS, lambda s, h, a: s.of(h.patient.id, a)),
    "inbox.unread": Case(Right.READ_DOCUMENTS, lambda s, _h, a: s.unread(a)),
    "inbox.versions": Case(Right.READ_DOCUMENTS, lambda s, _h, a: s.versions(1, a)),
    "inbox.history": Case(Right.READ_DOCUMENTS, lambda s, _h, a: s.history(1, a)),
    "inbox.printed": Case(Right.READ_DOCUMENTS, lambda s, _h, a: s.printed(1, a)),
    "inbox.match": Case(Right.READ_DOCUMENTS, lambda s, _h, a: s.match(1, a)),
    "inbox.compare": Case(Right.READ_DOCUMENTS, lambda s, h, a: s.compare(1, h.patient.id, a)),
    "inbox.look": Case(Right.READ_DOCUMENTS, lambda s, _h, a: s.look(1, a)),
    "inbox.mark_read": Case(Right.READ_DOCUMENTS, lambda s, _h, a: s.mark_read(1, a)),
    "inbox.mark_unread": Case(Right.READ_DOCUMENTS, lambda s, _h, a: s.mark_unread(1, a)),
    "inbox.file": Case(Right.FILE_DOCUMENTS, lambda s, h, a: s.file(4711, h.patient.id, a)),
    "inbox.unfile": Case(Right.FILE_DOCUMENTS, lambda s, _h, a: s.unfile(4711, "Erreur", a)),
    "inbox.refuse": Case(Right.FILE_DOCUMENTS, lambda s, _h, a: s.refuse(4711, "Erreur", a)),
    "inbox.retake": Case(Right.FILE_DOCUMENTS, lambda s, _h, a: s.retake(4711, a)),
    "care.begin": Case(Right.WRITE_CARE, lambda s, h, a: s.begin(DocumentKind.BILAN, h.patient.id, a)),
    "care.from_box": Case(Right.WRITE_CARE, lambda s, h, a: s.from_box(vaccination(h), h.code, a)),
    "care.check": Case(Right.WRITE_CARE, lambda s, h, a: Refused(tuple(s.check(note(h), a)))),
    "care.preview": Case(Right.WRITE_CARE, lambda s, h, a: s.preview(note(h), a)),
    "care.record": Case(Right.WRITE_CARE, lambda s, h, a: s.record(note(h), a)),
    "care.again": Case(Right.WRITE_CARE, lambda s, _h, a: s.again(4711, a)),
    "care.keep": Case(Right.WRITE_CARE, lambda s, h, a: s.keep(note(h), a)),
    "care.kept": Case(Right.WRITE_CARE, lambda s, _h, a: s.kept(a)),
    "care.drop": Case(Right.WRITE_CARE, lambda s, _h, a: s.drop(4711, a)),
    "care.delete": Case(Right.DELETE_CARE, lambda s, _h, a: s.delete(4711, "Erreur", a)),
    "care.of": Case(Right.READ_PATIENT, lambda s, h, a: s.of(h.patient.id, a)),
    "care.recent": Case(Right.READ_PATIENT, lambda s, _h, a: s.recent(a)),
    "care.get": Case(Right.READ_PATIENT, lambda s, _h, a: s.get(4711, a)),
    "care.shown": Case(Right.READ_PATIENT, lambda s, _h, a: s.shown(4711, a)),
    "care.write_pdf": Case(Right.READ_PATIENT, lambda s, _h, a: s.write_pdf(4711, a)),
    "care.write_cda": Case(Right.READ_PATIENT, lambda s, _h, a: s.write_cda(4711, a)),
    "care_site.set_rights_text": Case(Right.SET_CARE, lambda s, _h, a: s.set_rights_text("Vos droits.", a)),
    "pharmacy_site.set": Case(Right.SET_PHARMACY, lambda s, _h, a: s.set(s.values(), a)),
    "papers.set_enabled": Case(Right.MANAGE_IDENTITY, lambda s, _h, a: s.set_enabled(a, enabled=False)),
    "papers.of": Case(Right.READ_PATIENT, lambda s, h, a: s.of(h.patient.id, a)),
    "papers.every": Case(Right.DELETE_IDENTITY_COPY, lambda s, _h, a: s.every(a)),
    "papers.look": Case(Right.VIEW_IDENTITY_COPY, lambda s, _h, a: s.look(4711, "", a)),
    "papers.add": Case(Right.EDIT_PATIENT, lambda s, h, a: s.add(h.patient.id, None, b"", a)),
    "papers.add_file": Case(Right.EDIT_PATIENT, lambda s, h, a: s.add_file(NO_FILE, h.patient.id, a)),
    "papers.delete": Case(Right.DELETE_IDENTITY_COPY, lambda s, _h, a: s.delete(4711, "Erreur", a)),
    "papers.purge": Case(Right.DELETE_IDENTITY_COPY, lambda s, _h, a: s.purge(a)),
    # --- Till and accounts ---
    "cash.account": Case(Right.DELIVER, lambda s, h, a: s.account(h.patient.id, a)),
    "cash.accounts": Case(Right.DELIVER, lambda s, _h, a: s.accounts(a)),
    "cash.open_drawer": Case(Right.DELIVER, lambda s, _h, a: s.open_drawer(a, Money(100_00))),
    "cash.move": Case(Right.DELIVER, lambda s, _h, a: s.move(a, RecordKind.CASH_IN, Money(5_00), "Appoint")),
    "cash.open_without_sale": Case(Right.DELIVER, lambda s, _h, a: s.open_without_sale(a, "Monnaie")),
    "cash.count": Case(Right.DELIVER, lambda s, _h, a: s.count(a, Count(coins={}))),
    "cash.reprint": Case(Right.DELIVER, lambda s, h, a: s.reprint(a, h.delivery)),
    "cash.settle": Case(Right.DELIVER, lambda s, h, a: s.settle(a, h.patient.id, CASH)),
    "cash.receive_deposit": Case(Right.DELIVER, lambda s, h, a: s.receive_deposit(a, h.patient.id, CASH)),
    "cash.return_deposit": Case(Right.DELIVER, lambda s, h, a: s.return_deposit(a, h.patient.id, CASH)),
    "closings.close": Case(Right.CLOSE_CASH, lambda s, _h, a: s.close(a, Period.DAY)),
    "closings.archive": Case(Right.CLOSE_CASH, lambda s, _h, a: s.archive(a, Period.MONTH, DAY, NO_FILE / "x")),
    "accounts.summaries": Case(Right.DELIVER, lambda s, _h, a: s.summaries(a)),
    "accounts.entries": Case(Right.DELIVER, lambda s, _h, a: s.entries(4711, a)),
    "accounts.invoices": Case(Right.DELIVER, lambda s, _h, a: s.invoices(4711, a)),
    "accounts.add": Case(Right.KEEP_ACCOUNTS, lambda s, _h, a: s.add(a, ACCOUNT)),
    "accounts.edit": Case(
        Right.KEEP_ACCOUNTS, lambda s, _h, a: s.edit(a, CustomerAccount(**dataclasses.asdict(ACCOUNT), id=4711))
    ),
    "accounts.receive": Case(Right.DELIVER, lambda s, _h, a: s.receive(a, 4711, CASH)),
    "accounts.make_invoice": Case(Right.KEEP_ACCOUNTS, lambda s, _h, a: s.make_invoice(a, 4711, DAY)),
    "account_papers.write_invoice": Case(Right.KEEP_ACCOUNTS, lambda s, _h, a: s.write_invoice(4711, a)),
    # --- Stock, registers, recalls ---
    "stock.receive": Case(
        Right.RECEIVE_STOCK, lambda s, h, a: s.receive(a, [ReceiptLine(code=h.code, quantity=1)], "BL")
    ),
    "stock.adjust": Case(Right.ADJUST_STOCK, lambda s, h, a: s.adjust(a, h.code, 3, "Inventaire")),
    "stock.adjust_many": Case(Right.ADJUST_STOCK, lambda s, h, a: s.adjust_many(a, {h.code: 3}, "Inventaire")),
    "stock.edit": Case(Right.ADJUST_STOCK, lambda s, h, a: s.edit(a, StockItem(code=h.code))),
    "stock.relocate": Case(Right.ADJUST_STOCK, lambda s, _h, a: s.relocate(a, [])),
    "open_boxes.discard": Case(Right.ADJUST_STOCK, lambda s, h, a: s.discard(a, open_box(h.code), "Casse")),
    "registers.entries": Case(Right.READ_REGISTERS, lambda s, _h, a: s.entries(actor=a)),
    "registers.derived_entries": Case(Right.READ_PATIENT, lambda s, _h, a: s.derived_entries(actor=a)),
    "book.ordonnancier": Case(Right.READ_PATIENT, lambda s, _h, a: s.ordonnancier(actor=a)),
    "book.print_extract": Case(Right.READ_PATIENT, lambda s, h, a: s.print_extract(h.patient.id, a)),
    "book.print_ordonnancier": Case(Right.READ_PATIENT, lambda s, _h, a: s.print_ordonnancier(actor=a)),
    "book.print_narcotics": Case(Right.READ_REGISTERS, lambda s, _h, a: s.print_narcotics(actor=a)),
    "book.print_derived": Case(Right.READ_PATIENT, lambda s, _h, a: s.print_derived(actor=a)),
    "book.print_interventions": Case(Right.READ_PATIENT, lambda s, _h, a: s.print_interventions(actor=a)),
    "book.records": Case(Right.READ_PATIENT, lambda s, _h, a: s.records("derives", actor=a)),
    "book.export": Case(Right.READ_PATIENT, lambda s, _h, a: s.export("derives", NO_FILE / "x", actor=a)),
    "registers.close": Case(Right.ANSWER_FOR_REGISTERS, lambda s, _h, a: s.close(a, "2026-10")),
    "registers.set_derived": Case(Right.ANSWER_FOR_REGISTERS, lambda s, h, a: s.set_derived(a, h.code, derived=True)),
    "registers.set_units": Case(Right.KEEP_REGISTERS, lambda s, h, a: s.set_units(a, h.code, 10)),
    "narcotics.count": Case(
        Right.KEEP_REGISTERS, lambda s, h, a: s.count(a, {h.code: 1}, reason="Écart", second_person="Paul")
    ),
    "narcotics.take_out": Case(
        Right.ANSWER_FOR_REGISTERS, lambda s, h, a: s.take_out(a, EntryKind.LOSS, {h.code: 1}, reason="Perte")
    ),
    "recalls.record": Case(Right.KEEP_RECALLS, lambda s, h, a: s.record(a, RecallDraft(code=h.code, lots=("LOT1",)))),
    "recalls.import_file": Case(Right.KEEP_RECALLS, lambda s, _h, a: s.import_file(a, b"")),
    "recalls.acknowledge": Case(Right.HANDLE_RECALLS, lambda s, _h, a: s.acknowledge(a, 4711)),
    "recalls.lift": Case(Right.ANSWER_FOR_RECALLS, lambda s, _h, a: s.lift(a, 4711, "Levé par le laboratoire")),
    "quarantine.set_aside": Case(
        Right.HANDLE_RECALLS, lambda s, h, a: s.set_aside(a, Aside(code=h.code, reason="Casse"))
    ),
    "quarantine.take_out": Case(
        Right.ANSWER_FOR_RECALLS, lambda s, _h, a: s.take_out(a, 4711, 1, Exit.RELEASED, reason="Vérifié")
    ),
}


def acts_of(services: Services) -> dict[str, Any]:
    """Return every public method that takes an actor, of the services and of the parts that they show, by name."""
    found: dict[str, Any] = {}
    known = [getattr(services, field.name) for field in dataclasses.fields(Services)]

    def look(name: str, service: object, depth: int) -> None:
        if not type(service).__module__.startswith("app."):
            return
        for method, function in inspect.getmembers(type(service), inspect.isfunction):
            if not method.startswith("_") and "actor" in inspect.signature(function).parameters:
                found[f"{name}.{method}"] = service
        if depth:
            for part, value in vars(service).items() if hasattr(service, "__dict__") else ():
                is_service = type(value).__module__.startswith("app.officine.")
                if not part.startswith("_") and is_service and not any(value is one for one in known):
                    look(f"{name}.{part}", value, depth - 1)

    for field in dataclasses.fields(Services):
        if not field.name.startswith("_"):
            look(field.name, getattr(services, field.name), 1)
    return found


def is_refused_by_right(call: Callable[[], object]) -> bool:
    """Return True where the act is refused for want of a right; any other answer is that of someone who holds it."""
    try:
        outcome = call()
    except GalienError as failure:
        return failure.code == "GAL-PER-01"
    except (OSError, AttributeError, IndexError):
        # What was given is not there: it was looked for after the right.
        return False
    return isinstance(outcome, Refused) and any(finding.code == "GAL-PER-01" for finding in outcome.findings)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an act with its right writes goes to a folder of the test’s own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demonstration, with one member of each role and one more to try acts on."""
    services = create_demo(tmp_path_factory.mktemp("rights") / "démo", mode=Mode.DEMO)
    drafts = [MemberDraft(family_name=f"ESSAI {role}", given_name="Zoé", role=role) for role in Role]
    added = services.staff.add_all([*drafts, DRAFT], services.system_actor)
    assert isinstance(added, Done)
    *members, target = added.value
    # Nobody is asked over a line: what is tried here is who may ask.
    services.insi._line = Line(is_simulated=True)
    product = services.catalog.search("doliprane 1000", 1)[0]
    delivery = services.counter.deliveries()
    yield House(
        services,
        services.patients.search("pat t")[0],
        target,
        product.code,
        delivery[0].number if delivery else 1,
        dict(zip(Role, members, strict=True)),
        acts_of(services),
    )
    services.close()


def test_every_act_of_every_service_is_in_the_table(house: House) -> None:
    assert set(house.acts) == set(CASES)


@pytest.mark.req("INS-04")
@pytest.mark.req("OFF-SSI-02")
@pytest.mark.parametrize("name", sorted(CASES))
def test_who_is_refused_is_who_the_table_refuses(house: House, name: str) -> None:
    case, service = CASES[name], house.acts[name]
    observed = {
        role: not is_refused_by_right(lambda m=member: case.call(service, house, actor_of(m, "comptoir-1")))
        for role, member in house.members.items()
    }
    expected = {role: case.right is None or rules.may(role, case.right) for role in Role}
    assert observed == expected
    assert (case.right is None) == bool(case.reason)


@pytest.mark.req("INS-04")
@pytest.mark.parametrize("name", sorted(name for name, case in CASES.items() if case.right is not None))
def test_who_left_and_who_is_unknown_are_refused_everything(house: House, name: str) -> None:
    service, gone = (
        house.acts[name],
        Member(id=4711, family_name="PARTI", given_name="Guy", role=Role.HOLDER, rpps="", badge="", active=True),
    )
    assert is_refused_by_right(lambda: CASES[name].call(service, house, actor_of(gone, "comptoir-1")))


@pytest.mark.req("INS-04")
def test_the_technician_reads_and_writes_nothing_of_a_patient() -> None:
    allowed = {case.right for case in CASES.values() if case.right is not None and rules.may(Role.SUPPORT, case.right)}
    assert allowed == {Right.MANAGE_CATALOG, Right.SET_CARDS}
