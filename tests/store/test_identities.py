"""An identity in the base goes through its statuses as RNIV and the conformity list say, and leaves its history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.outcome import Done, Refused
from app.officine.patients.evidence import DEFAULT_TYPES, EvidenceType, Trust
from app.officine.patients.identities import Identities, IdentityOptions, visible
from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import Event, EvidenceDraft, InsiIdentity, Mode, ReviewKind
from app.officine.patients.model import Attribute, IdentityStatus, PatientDraft, Sex
from app.officine.patients.service import Patients
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of

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
FOUND = InsiIdentity(ins=NIR, traits=TRAITS)
DRAFT = PatientDraft(
    family_name="ADRTROIS",
    first_name="DOMINIQUE",
    birth_date=dt.date(1997, 2, 26),
    sex=Sex.FEMALE,
    birth_place="2A020",
)
PASSPORT = EvidenceDraft(code="PA", mode=Mode.FACE_TO_FACE, coherent=True)


@dataclass
class Desk:
    """A file, and who works on it."""

    db: Database
    patients: Patients
    identities: Identities
    actor: Actor
    super_user: Actor
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
        """Its status, which the column and the rule say alike."""
        found = self.file
        assert found.patient.status is found.identity.status
        return found.identity.status

    def accept(self, found: InsiIdentity = FOUND) -> Outcome[IdentityFile]:
        """Take an answer of INSi over."""
        return self.identities.accept(self.patient_id, self.version, found, "appel-1", self.actor)

    def prove(self, draft: EvidenceDraft = PASSPORT) -> Outcome[IdentityFile]:
        """Check a document."""
        return self.identities.prove(self.patient_id, self.version, draft, self.actor)

    def edit(self, *, by: Actor | None = None, **changes: str) -> Outcome[IdentityFile]:
        """Change traits by hand."""
        return self.identities.edit(self.patient_id, self.version, changes, by or self.actor)

    def mark(self, attribute: Attribute) -> Outcome[IdentityFile]:
        """Mark the identity."""
        return self.identities.set_attribute(self.patient_id, self.version, attribute, self.actor)

    def verify(self, *, ok: bool) -> Outcome[IdentityFile]:
        """Write what INSi said of the INS."""
        return self.identities.verified(self.patient_id, self.version, "appel-2", self.actor, ok=ok)


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
    return Desk(database, patients, Identities(database, staff, production=True), claire, paul, made.value.id)


def codes(outcome: Outcome[IdentityFile]) -> list[str]:
    return [one.code for one in outcome.findings]


@pytest.mark.req("INS.22")
@pytest.mark.req("INS.23")
@pytest.mark.req("INS.25")
def test_provisoire_then_recuperee_then_qualifiee(desk: Desk) -> None:
    assert desk.status is PROVISIONAL
    assert isinstance(desk.accept(), Done)
    assert desk.status is RETRIEVED
    assert desk.file.identity.ins == NIR
    assert desk.file.recovered_at == desk.db.clock.now()
    assert isinstance(desk.prove(), Done)
    assert desk.status is QUALIFIED
    assert desk.file.patient.birth_names == "DOMINIQUE ANNE"


@pytest.mark.req("INS.24")
@pytest.mark.req("INS.25")
def test_provisoire_then_validee_then_qualifiee(desk: Desk) -> None:
    assert isinstance(desk.prove(), Done)
    assert (desk.status, desk.file.identity.ins) == (VALIDATED, None)
    assert isinstance(desk.accept(), Done)
    assert desk.status is QUALIFIED


@pytest.mark.req("INS.18")
@pytest.mark.req("INS.26")
@pytest.mark.req("INS-16")
def test_each_event_is_in_the_history_with_both_statuses_its_moment_and_its_author(desk: Desk) -> None:
    desk.accept()
    desk.prove()
    desk.verify(ok=True)
    told = desk.identities.history(desk.patient_id)
    assert [(one.event, one.before, one.after) for one in reversed(told)] == [
        (Event.CREATE, None, PROVISIONAL),
        (Event.RECOVER, PROVISIONAL, RETRIEVED),
        (Event.EVIDENCE, RETRIEVED, QUALIFIED),
        (Event.VERIFY, QUALIFIED, QUALIFIED),
    ]
    assert {one.by for one in told} == {desk.actor.name}
    assert {one.at for one in told} == {desk.db.clock.now()}
    kept = desk.file.evidence
    assert kept is not None
    assert (kept.code, kept.trust, kept.mode, kept.by) == ("PA", Trust.HIGH, Mode.FACE_TO_FACE, desk.actor.name)
    for table in ("patient_identity_event", "patient_evidence"):
        with pytest.raises(DBAPIError), desk.db.engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {table}"))


@pytest.mark.req("INS.26")
@pytest.mark.parametrize("mark", [Attribute.DOUBTFUL, Attribute.FICTITIOUS])
@pytest.mark.parametrize("steps", ["accept", "prove", "accept prove"])
def test_doubtful_and_fictitious_force_provisoire_and_void_the_ins(desk: Desk, mark: Attribute, steps: str) -> None:
    for step in steps.split():
        assert isinstance(getattr(desk, step)(), Done)
    assert isinstance(desk.mark(mark), Done)
    assert (desk.status, desk.file.identity.ins, desk.file.identity.evidence) == (PROVISIONAL, None, "")
    assert desk.file.past == ((NIR,) if "accept" in steps else ())
    assert codes(desk.accept()) == ["GAL-IDN-02"], "INSi is not asked (INS.28)"
    assert isinstance(desk.identities.unset_attribute(desk.patient_id, desk.version, mark, desk.actor), Done)
    assert desk.status is PROVISIONAL


@pytest.mark.req("INS.29")
@pytest.mark.req("INS.31")
@pytest.mark.req("INS-27")
def test_several_strict_traits_corrected_at_once_lower_by_one_level(desk: Desk) -> None:
    desk.accept()
    desk.prove()
    assert desk.status is QUALIFIED
    changes = {"family_name": "ADRQUATRE", "birth_place": "63220", "birth_names": "ANNE MARIE", "first_name": "ANNE"}
    outcome = desk.edit(by=desk.super_user, **changes)
    assert isinstance(outcome, Done), outcome
    assert (desk.status, desk.file.identity.ins) == (VALIDATED, None)
    assert desk.file.patient.birth_names == "ANNE MARIE"
    wrong = desk.edit(by=desk.super_user, birth_names="JEANNE", first_name="ANNE")
    assert "GAL-IDN-31" in codes(wrong)


@pytest.mark.req("INS.32")
@pytest.mark.parametrize("is_qualified", [False, True])
def test_a_strict_trait_is_the_super_users_and_lowers_by_one_level(desk: Desk, *, is_qualified: bool) -> None:
    desk.accept()
    if is_qualified:
        desk.prove()
    for trait in ("family_name", "birth_names", "sex", "birth_date", "birth_place"):
        other = {"sex": "M", "birth_date": "1997-02-27", "birth_place": "2A004"}.get(trait, "AUTRE")
        assert isinstance(desk.edit(**{trait: other}), Refused), trait
    before = desk.status
    assert isinstance(desk.edit(used_name="DUPONT"), Done)
    assert desk.status is before
    assert isinstance(desk.edit(by=desk.super_user, family_name="ADRDEUX"), Done)
    assert (desk.status, desk.file.identity.ins) == (VALIDATED if is_qualified else PROVISIONAL, None)
    assert desk.file.past == (NIR,)
    assert [one.id for one in desk.patients.search("adrdeux")] == [desk.patient_id], "searched by its new name"
    assert desk.patients.search("adrtrois") == []


@pytest.mark.req("INS.42")
@pytest.mark.req("INS.43")
def test_a_failed_verification_gives_provisoire_and_puts_it_on_the_worklist(desk: Desk) -> None:
    desk.accept()
    desk.prove()
    assert isinstance(desk.verify(ok=False), Done)
    assert (desk.status, desk.file.identity.ins) == (PROVISIONAL, None)
    (review,) = desk.identities.worklist()
    assert (review.patient_id, review.kind) == (desk.patient_id, ReviewKind.VERIFICATION)
    assert isinstance(desk.identities.settle(review.id, desk.actor), Done)
    assert desk.identities.worklist() == []
    again = desk.identities.settle(review.id, desk.actor)
    assert [one.code for one in again.findings] == ["GAL-IDN-64"]


@pytest.mark.req("S21")
def test_the_same_ins_in_two_files_is_refused_and_both_are_to_be_reviewed(desk: Desk) -> None:
    desk.accept()
    other = desk.patients.create(replace(DRAFT, first_name="ANNE"), desk.actor, confirmed=True)
    assert isinstance(other, Done)
    first, desk.patient_id = desk.patient_id, other.value.id
    outcome = desk.accept()
    assert codes(outcome) == ["GAL-IDN-60"]
    assert outcome.findings[0].subject == str(first)
    assert desk.status is PROVISIONAL
    assert {one.patient_id for one in desk.identities.worklist()} == {first, desk.patient_id}
    desk.accept()
    assert len(desk.identities.worklist()) == 2, "said once"


@pytest.mark.req("INS.15")
@pytest.mark.req("INS.16")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"birth_date": "1997-00-26"}, "GAL-IDN-06"),
        ({"birth_date": "1997-02-00"}, "GAL-IDN-06"),
        ({"birth_date": "1997-02-31"}, "GAL-IDN-61"),
        ({"family_name": ""}, "GAL-IDN-05"),
        ({"birth_names": ""}, "GAL-IDN-05"),
        ({"sex": ""}, "GAL-IDN-05"),
    ],
)
def test_a_defective_answer_of_insi_changes_nothing(desk: Desk, changes: dict[str, str], code: str) -> None:
    before = desk.file
    outcome = desk.accept(replace(FOUND, traits=replace(TRAITS, **changes)))
    assert isinstance(outcome, Refused)
    assert code in codes(outcome)
    assert desk.file == before


@pytest.mark.req("C21")
@pytest.mark.req("C44")
@pytest.mark.parametrize(
    ("ins", "code"),
    [
        (Ins("297022A02077879", NIR.oid), "GAL-IDN-07"),
        (Ins(NIR.matricule, "1.2.250.1.213.1.4.11"), "GAL-IDN-09"),
        (Ins(NIR.matricule, "1.2.3"), "GAL-IDN-08"),
    ],
)
def test_a_wrong_matricule_an_unknown_authority_and_a_test_one_are_not_kept(desk: Desk, ins: Ins, code: str) -> None:
    assert codes(desk.accept(replace(FOUND, ins=ins))) == [code]
    assert desk.status is PROVISIONAL


@pytest.mark.req("S07")
def test_a_document_of_low_trust_changes_no_status(desk: Desk) -> None:
    types = (*DEFAULT_TYPES, EvidenceType("PC", "Permis de conduire", Trust.LOW))
    assert isinstance(desk.identities.set_evidence_types(types, desk.actor), Refused), "a préparateur sets no list"
    assert isinstance(desk.identities.set_evidence_types(types, desk.super_user), Done)
    assert isinstance(desk.prove(replace(PASSPORT, code="PC")), Done)
    assert desk.status is PROVISIONAL
    kept = desk.file.evidence
    assert kept is not None
    assert kept.code == "PC"
    assert codes(desk.prove(replace(PASSPORT, code="ZZ"))) == ["GAL-IDN-66"]


@pytest.mark.req("INS.18")
def test_a_document_that_is_over_or_lacks_its_companion_is_refused(desk: Desk) -> None:
    assert codes(desk.prove(replace(PASSPORT, expires=dt.date(2000, 1, 1)))) == ["GAL-IDN-68"]
    assert codes(desk.prove(replace(PASSPORT, code="AN"))) == ["GAL-IDN-67"]
    assert isinstance(desk.prove(replace(PASSPORT, code="AN", beside="CNI de la mère")), Done)
    assert desk.status is VALIDATED


@pytest.mark.req("S10")
def test_evidence_is_withdrawn_with_a_reason(desk: Desk) -> None:
    desk.accept()
    desk.prove()
    act = desk.identities.withdraw_evidence
    assert codes(act(desk.patient_id, desk.version, "  ", desk.actor)) == ["GAL-IDN-63"]
    assert isinstance(act(desk.patient_id, desk.version, "Faux passeport", desk.actor), Done)
    assert desk.status is RETRIEVED


@pytest.mark.req("S24")
def test_a_new_matricule_takes_the_place_of_the_old_one_which_is_kept(desk: Desk) -> None:
    desk.accept()
    desk.prove()
    assert isinstance(desk.accept(replace(FOUND, ins=OTHER_NIR)), Done)
    assert (desk.status, desk.file.identity.ins, desk.file.past) == (QUALIFIED, OTHER_NIR, (NIR,))


@pytest.mark.req("S22")
def test_a_datamatrix_proves_nothing(desk: Desk) -> None:
    outcome = desk.identities.scanned(desk.patient_id, desk.version, NIR, TRAITS, desk.actor)
    assert isinstance(outcome, Done)
    assert (desk.status, desk.file.identity.ins, desk.file.identity.presented) == (PROVISIONAL, None, NIR)


@pytest.mark.req("INS.17")
def test_two_who_edit_at_once_never_overwrite_one_another(desk: Desk) -> None:
    version = desk.version
    assert isinstance(desk.edit(used_name="DUPONT"), Done)
    late = desk.identities.edit(desk.patient_id, version, {"used_name": "DURAND"}, desk.actor)
    assert codes(late) == ["GAL-PAT-13"]
    assert desk.file.patient.used_name == "DUPONT"
    assert codes(desk.identities.edit(4711, 1, {"used_name": "X"}, desk.actor)) == ["GAL-PAT-14"]
    assert codes(desk.edit(matricule="1" * 15)) == ["GAL-IDN-62"]


@pytest.mark.req("INS.05")
def test_the_matricule_is_shown_with_its_nature_to_who_may_see_it(desk: Desk) -> None:
    assert visible(desk.file, may_see=True) == ("", "")
    desk.accept()
    assert visible(desk.file, may_see=True) == (NIR.matricule, "NIR")
    assert visible(desk.file, may_see=False) == ("", "")
    waiting = Ins("109076322088835", "1.2.250.1.213.1.4.9")
    desk.accept(replace(FOUND, ins=waiting))
    assert visible(desk.file, may_see=True) == (waiting.matricule, "NIA")


@pytest.mark.req("INS.02")
def test_what_the_site_shows_is_kept(desk: Desk) -> None:
    assert desk.identities.options() == IdentityOptions()
    chosen = IdentityOptions(on_screen=("used_name",), on_paper=("birth_place",))
    assert isinstance(desk.identities.set_options(chosen, desk.super_user), Done)
    assert desk.identities.options() == chosen
    wrong = desk.identities.set_options(IdentityOptions(on_paper=("matricule",)), desk.super_user)
    assert [one.code for one in wrong.findings] == ["GAL-IDN-65"]
