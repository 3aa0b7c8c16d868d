"""What the site chose decides whether a document validates by itself; what a code says otherwise is to be reviewed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.kernel.clock import FixedClock
from app.kernel.outcome import Done, Refused
from app.officine.patients.evidence import DEFAULT_TYPES, EvidenceType, Trust
from app.officine.patients.identities import Identities, IdentityOptions
from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import Event, EvidenceDraft, InsiIdentity, Mode, ReviewKind
from app.officine.patients.ins_scan import InsScans
from app.officine.patients.model import Attribute, IdentityStatus, PatientDraft, Sex
from app.officine.patients.service import Patients
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store import facts
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from app.kernel.outcome import Outcome
    from app.officine.patients.identity_model import IdentityFile
    from app.store.audit import Actor
    from app.store.database import Database

PROVISIONAL, RETRIEVED = IdentityStatus.PROVISIONAL, IdentityStatus.RETRIEVED
VALIDATED, QUALIFIED = IdentityStatus.VALIDATED, IdentityStatus.QUALIFIED
NIR, OTHER_NIR = Ins("297022A02077878", "1.2.250.1.213.1.4.8"), Ins("192061305512310", "1.2.250.1.213.1.4.8")
TRAITS = Traits(
    family_name="ADRTROIS",
    birth_names="DOMINIQUE ANNE",
    first_name="DOMINIQUE",
    sex="F",
    birth_date="1997-02-26",
    birth_place="2A020",
)
DRAFT = PatientDraft(
    family_name="ADRTROIS",
    first_name="DOMINIQUE",
    birth_date=dt.date(1997, 2, 26),
    sex=Sex.FEMALE,
    birth_place="2A020",
)
PASSPORT = EvidenceDraft(code="PA", mode=Mode.FACE_TO_FACE, coherent=True)
BY_HAND = IdentityOptions(auto_validate=False)


@dataclass
class Desk:
    """A file of a site where a person validates, and who works on it."""

    db: Database
    patients: Patients
    identities: Identities
    scans: InsScans
    actor: Actor
    holder: Actor
    patient_id: int

    @property
    def file(self) -> IdentityFile:
        """The file as it is."""
        found = self.identities.of(self.patient_id)
        assert found is not None
        return found

    @property
    def version(self) -> int:
        """Its version."""
        return self.file.patient.version

    @property
    def status(self) -> IdentityStatus:
        """Its status."""
        return self.file.identity.status

    def prove(self, draft: EvidenceDraft = PASSPORT) -> Outcome[IdentityFile]:
        """Check a document."""
        return self.identities.prove(self.patient_id, self.version, draft, self.actor)

    def validate(self) -> Outcome[IdentityFile]:
        """Validate by hand."""
        return self.identities.validate(self.patient_id, self.version, self.actor)

    def accept(self) -> Outcome[IdentityFile]:
        """Take an answer of INSi over."""
        found = InsiIdentity(ins=NIR, traits=TRAITS)
        return self.identities.accept(self.patient_id, self.version, found, "appel-1", self.actor)

    def scanned(self, ins: Ins, read: Traits) -> Outcome[IdentityFile]:
        """Compare a datamatrix with the file."""
        return self.identities.scanned(self.patient_id, self.version, ins, read, self.actor)

    def traces(self, action: str) -> list[str]:
        """Return the details of the traces of an action, the oldest first."""
        with self.db.read() as session:
            found = select(AuditRow.details).where(AuditRow.action == action).order_by(AuditRow.seq)
            return list(session.execute(found).scalars())


@pytest.fixture
def desk(database: Database, actor: Actor) -> Desk:
    """A new file, provisoire."""
    staff = Staff(database)
    drafts = [
        MemberDraft(family_name="VALÉRIANE", given_name="Claire", role=Role.TECHNICIAN),
        MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.ASSISTANT, is_identity_super_user=True),
    ]
    added = staff.add_all(drafts, actor)
    assert isinstance(added, Done)
    claire, paul = (actor_of(member, "comptoir-1") for member in added.value)
    patients = Patients(database, staff)
    made = patients.create(DRAFT, claire)
    assert isinstance(made, Done)
    identities = Identities(database, staff, production=True)
    assert isinstance(identities.set_options(BY_HAND, paul), Done)
    scans = InsScans(database, staff, identities, production=True)
    return Desk(database, patients, identities, scans, claire, paul, made.value.id)


def codes(outcome: Outcome[IdentityFile] | Outcome[None]) -> list[str]:
    return [one.code for one in outcome.findings]


@pytest.mark.req("INS-19d")
def test_a_site_that_chose_before_the_switch_existed_validates_by_itself(desk: Desk) -> None:
    with desk.db.write(desk.holder) as work:
        facts.write(work, "identity.options", {"on_screen": ["used_name"], "on_paper": []})
    assert desk.identities.options() == IdentityOptions(on_screen=("used_name",), auto_validate=True)
    assert isinstance(desk.prove(), Done)
    assert desk.status is VALIDATED


@pytest.mark.req("INS-19c")
@pytest.mark.req("INS-19d")
@pytest.mark.parametrize("with_ins", [False, True])
def test_a_document_is_kept_and_a_person_validates(desk: Desk, *, with_ins: bool) -> None:
    if with_ins:
        assert isinstance(desk.accept(), Done)
    before = desk.status
    assert codes(desk.validate()) == ["GAL-IDN-93"], "no document yet"
    assert codes(desk.prove()) == ["GAL-IDN-90"]
    assert desk.status is before
    assert desk.file.evidence is not None
    assert desk.file.evidence.code == "PA"
    assert isinstance(desk.validate(), Done)
    assert desk.status is (QUALIFIED if with_ins else VALIDATED)
    assert desk.file.identity.evidence == "PA"
    last = desk.identities.history(desk.patient_id)[0]
    assert (last.event, last.before, last.after, last.by) == (Event.VALIDATE, before, desk.status, desk.actor.name)
    assert codes(desk.validate()) == ["GAL-IDN-92"]


@pytest.mark.req("INS-19d")
def test_an_incoherent_document_lowers_all_the_same(desk: Desk) -> None:
    desk.accept()
    desk.prove()
    desk.validate()
    assert isinstance(desk.prove(replace(PASSPORT, coherent=False)), Done)
    assert (desk.status, desk.file.identity.ins) == (PROVISIONAL, None)
    assert codes(desk.validate()) == ["GAL-IDN-93"], "the passport checked before says nothing any more"


@pytest.mark.req("INS-19c")
@pytest.mark.parametrize("what", ["edit", "withdrawn", "doubt", "verify", "trust", "over"])
def test_a_document_that_holds_no_more_validates_nothing(desk: Desk, what: str) -> None:
    if what == "over":
        desk.prove(replace(PASSPORT, expires=desk.db.clock.now().date()))
        assert isinstance(desk.db.clock, FixedClock)
        desk.db.clock.advance(dt.timedelta(days=2))
    else:
        desk.prove()
    identities, patient_id, by = desk.identities, desk.patient_id, desk.holder
    if what == "edit":
        identities.edit(patient_id, desk.version, {"sex": "M"}, by)
    elif what == "withdrawn":
        desk.validate()
        identities.withdraw_evidence(patient_id, desk.version, "Faux passeport", by)
    elif what == "doubt":
        identities.set_attribute(patient_id, desk.version, Attribute.DOUBTFUL, by)
        assert codes(desk.validate()) == ["GAL-IDN-91"]
        identities.unset_attribute(patient_id, desk.version, Attribute.DOUBTFUL, by)
    elif what == "verify":
        desk.accept()
        identities.verified(patient_id, desk.version, "appel-2", desk.actor, ok=False)
    elif what == "trust":
        kinds = (EvidenceType("PA", "Passeport", Trust.LOW), *DEFAULT_TYPES[1:])
        assert isinstance(identities.set_evidence_types(kinds, by), Done)
    assert codes(desk.validate()) == ["GAL-IDN-93"]
    assert desk.status is PROVISIONAL


@pytest.mark.req("INS-19c")
def test_a_used_name_a_quieter_document_and_a_homonym_leave_the_document_its_worth(desk: Desk) -> None:
    kinds = (*DEFAULT_TYPES, EvidenceType("PC", "Permis de conduire", Trust.LOW))
    desk.identities.set_evidence_types(kinds, desk.holder)
    desk.prove()
    desk.prove(replace(PASSPORT, code="PC", coherent=False))
    desk.identities.edit(desk.patient_id, desk.version, {"used_name": "DUPONT"}, desk.actor)
    desk.identities.set_attribute(desk.patient_id, desk.version, Attribute.HOMONYM, desk.actor)
    assert isinstance(desk.validate(), Done)
    assert (desk.status, desk.file.identity.evidence) == (VALIDATED, "PA")


@pytest.mark.req("INS-19c")
def test_who_read_an_older_file_validates_nothing(desk: Desk) -> None:
    desk.prove()
    old = desk.version
    desk.identities.edit(desk.patient_id, old, {"sex": "M"}, desk.actor)
    late = desk.identities.validate(desk.patient_id, old, desk.actor)
    assert codes(late) == ["GAL-PAT-13"]


@pytest.mark.req("S22")
def test_a_code_that_differs_puts_the_file_on_the_worklist_once(desk: Desk) -> None:
    desk.accept()
    assert codes(desk.scanned(OTHER_NIR, TRAITS)) == ["GAL-IDN-23"]
    assert codes(desk.scanned(NIR, replace(TRAITS, sex="M"))) == ["GAL-IDN-24"]
    (review,) = desk.identities.worklist()
    assert (review.patient_id, review.kind) == (desk.patient_id, ReviewKind.DIFFERENCE)
    assert OTHER_NIR.matricule not in review.words
    assert len(desk.traces("identity.review")) == 1
    assert isinstance(desk.identities.settle(review.id, desk.actor), Done)
    desk.scanned(NIR, replace(TRAITS, sex="M"))
    (again,) = desk.identities.worklist()
    assert again.id != review.id, "settled, then met again"
    assert again.words == "Sexe\u00a0: M sur le code, F au dossier."


@pytest.mark.req("S22")
def test_a_code_that_differs_from_a_file_without_ins_is_to_be_reviewed_too(desk: Desk) -> None:
    assert isinstance(desk.scanned(NIR, replace(TRAITS, birth_date="1997-02-27")), Done)
    (review,) = desk.identities.worklist()
    assert review.words == "Date de naissance\u00a0: 27/02/1997 sur le code, 26/02/1997 au dossier."


@pytest.mark.req("S22")
def test_a_code_met_by_its_traits_is_reported_by_who_may_write_only(desk: Desk) -> None:
    differs = replace(TRAITS, sex="M")
    desk.accept()
    assert not desk.scans.look_up(NIR, differs).is_sure
    assert desk.identities.worklist() == [], "nobody is at the screen"
    before = desk.version
    assert not desk.scans.look_up(NIR, differs, desk.actor).is_sure
    assert [one.kind for one in desk.identities.worklist()] == [ReviewKind.DIFFERENCE]
    assert desk.version == before, "the file itself is as it was"
    assert isinstance(desk.identities.differs(4711, NIR, differs, desk.actor), Refused)


@pytest.mark.req("INS-04a")
def test_the_matricule_seen_is_an_access_of_its_own(desk: Desk) -> None:
    def look(*, ins: bool) -> None:
        assert isinstance(desk.patients.open(desk.patient_id, desk.actor, "patients", ins=ins), Done)

    look(ins=False)
    look(ins=False)
    assert desk.traces("patient.open") == ['{"room":"patients"}']
    look(ins=True)
    look(ins=True)
    look(ins=False)
    assert desk.traces("patient.open")[1:] == ['{"ins":true,"room":"patients"}']
