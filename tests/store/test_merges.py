"""Two files of one person are made one, read as one, and given back as they were; what must not be is refused."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, ELIQUIS, LEA, House, done, open_house
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.money import Money
from app.kernel.outcome import Done, Refused
from app.officine.advances.service import Advances
from app.officine.cash.model import Means, Payment
from app.officine.dispensing import owing
from app.officine.dispensing import session as edit
from app.officine.dispensing.handing import Handing
from app.officine.dispensing.model import SaleKind
from app.officine.owed.service import Owed
from app.officine.patients import merge_store
from app.officine.patients.identities import Identities
from app.officine.patients.identity import Ins
from app.officine.patients.identity_model import Event, EvidenceDraft, InsiIdentity, Mode, PastIns, ReviewKind
from app.officine.patients.likeness import Grade
from app.officine.patients.merge_model import MergeDraft, Part
from app.officine.patients.merges import Merges
from app.officine.patients.model import Attribute, Coverage, IdentityStatus, Patient, PatientDraft, Sex
from app.officine.safety.model import AllergyChoice, AllergyKind
from app.officine.safety.service import Safety
from app.officine.staff.service import Staff
from app.officine.stock.open_boxes import OpenBoxes
from app.officine.trace.model import Query
from app.officine.trace.service import Trace
from app.store import merged
from app.store.integrity import verify_audit

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.officine.patients.identity_model import IdentityFile
    from app.officine.patients.merge_model import Merge
    from app.store.audit import Actor
    from app.store.database import Database

QUALIFIED, RETRIEVED = IdentityStatus.QUALIFIED, IdentityStatus.RETRIEVED
PROVISIONAL, VALIDATED = IdentityStatus.PROVISIONAL, IdentityStatus.VALIDATED
NIR = Ins("297022A02077878", "1.2.250.1.213.1.4.8")
OTHER = Ins("192061305512310", "1.2.250.1.213.1.4.8")
PASSPORT = EvidenceDraft(code="PA", mode=Mode.FACE_TO_FACE, coherent=True)
PENICILLIN = AllergyChoice(AllergyKind.FAMILY, "penicilline", "Pénicillines")
WHY = "Même personne, vue au comptoir"
TWICE = PatientDraft(
    family_name="ESSAI",
    first_name="JEANNE",
    birth_date=dt.date(1981, 5, 1),
    sex=Sex.FEMALE,
    birth_place="99999",
    used_name="MODELE",
    phone="0600000000",
    allergies="Iode",
    coverage=Coverage(ald=True),
)


@dataclass
class Desk:
    """A house with two files of one person, and who merges them."""

    house: House
    merges: Merges
    identities: Identities
    keep: int
    absorb: int

    @property
    def db(self) -> Database:
        """The base."""
        return self.house.db

    def file(self, patient_id: int) -> IdentityFile:
        """A file as it is."""
        found = self.identities.of(patient_id)
        assert found is not None
        return found

    def draft(self, *taken: Part, reason: str = WHY) -> MergeDraft:
        """The merge of the two files as they are."""
        return MergeDraft(
            keep=self.keep,
            keep_version=self.file(self.keep).patient.version,
            absorb=self.absorb,
            absorb_version=self.file(self.absorb).patient.version,
            taken=frozenset(taken),
            reason=reason,
        )

    def merge(self, *taken: Part) -> Merge:
        """Merge them."""
        return done(self.merges.merge(self.draft(*taken), CAMILLE))

    def undo(self, merge: Merge) -> Outcome[Merge]:
        """Undo a merge."""
        return self.merges.undo(merge.id, "Deux personnes", CAMILLE)

    def qualify(self, patient_id: int, ins: Ins, *past: Ins, proven: bool = True) -> None:
        """Give a file an INS, with those that INSi tells of, and a document."""
        file = self.file(patient_id)
        told = tuple(PastIns(ins=one) for one in past)
        traits = replace(file.identity.traits, used_name="", used_first_name="")
        found = InsiIdentity(ins=ins, traits=traits, past=told)
        done(self.identities.accept(patient_id, file.patient.version, found, "appel", CAMILLE))
        if proven:
            self.prove(patient_id)

    def prove(self, patient_id: int) -> None:
        """Check a passport."""
        done(self.identities.prove(patient_id, self.file(patient_id).patient.version, PASSPORT, CAMILLE))

    def columns(self) -> list[dict[str, Any]]:
        """What the base holds of both files."""
        with self.db.read() as session:
            return [merge_store.values_of(session, one) for one in (self.keep, self.absorb)]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    house = open_house(database, tmp_path / "catalogs")
    twice = done(house.patients.create(TWICE, CAMILLE, confirmed=True))
    staff = Staff(database)
    identities = Identities(database, staff, production=True)
    return Desk(house, Merges(database, staff), identities, house.patient.id, twice.id)


def codes(outcome: Outcome[Any]) -> list[str]:
    return [one.code for one in outcome.findings]


def chained(desk: Desk) -> bool:
    with desk.db.read() as session:
        return verify_audit(session).first_bad is None


def sell_to(desk: Desk, patient_id: int, code: str = AMOXICILLINE, *, owed: int = 0) -> int:
    """Deliver two boxes on an ordonnance to one of the files."""
    house = desk.house
    house.patient = desk.file(patient_id).patient
    session, _ = edit.set_quantity(house.prescribed(code), "L1", 2)
    if owed:
        session, _ = owing.owe(session, "L1", owed)
    return done(house.counter.validate(session, CAMILLE, house.paid(session))).number


@pytest.mark.req("INS.17")
@pytest.mark.req("OFF-SCOPE")
def test_all_that_was_written_for_the_absorbed_file_is_read_with_the_kept_one_and_given_back(
    desk: Desk, tmp_path: Path
) -> None:
    house, staff = desk.house, Staff(desk.db)
    owed, advances = Owed(desk.db, house.stock, staff), Advances(desk.db, staff)
    trace = Trace(desk.db, staff, house.patients, folder=tmp_path)
    boxes, safety = OpenBoxes(desk.db, staff), Safety(desk.db, tmp_path / "thesauri")
    sell_to(desk, desk.keep, DOLIPRANE)
    number = sell_to(desk, desk.absorb, owed=1)
    house.cash.receive_deposit(CAMILLE, desk.keep, [Payment(Means.CASH, Money(5_00))])
    house.cash.receive_deposit(CAMILLE, desk.absorb, [Payment(Means.CASH, Money(7_00))])
    done(safety.allergies.add(desk.absorb, PENICILLIN, CAMILLE))
    done(safety.allergies.state_none(desk.keep, CAMILLE))
    advance = edit.set_patient(house.sale(ELIQUIS), desk.absorb, "ESSAI")[0]
    done(house.counter.validate(edit.set_terms(advance, SaleKind.ADVANCE, "Cabinet fermé")[0], CAMILLE, ()))
    with desk.db.write(CAMILLE) as work:
        boxes.open(work, code=DOLIPRANE, size=8, units=2, reference="1", patient_id=desk.absorb)

    def seen(patient_id: int) -> dict[str, Any]:
        recorded = safety.allergies.of(patient_id)
        traced = done(trace.search(Query(patient_id=patient_id), CAMILLE))
        return {
            "history": sorted({line.code for line in house.counter.history(patient_id)}),
            "register": [one.delivery for one in house.counter.ordonnancier(patient_id=patient_id)],
            "prescriptions": len(house.prescriptions.kept(patient_id)),
            "promises": [one.delivery for one in owed.of_patient(patient_id)],
            "promised": owed.promised_to(patient_id),
            "advances": [one.code for one in advances.waiting(patient_id)],
            "deposit": house.cash.account(patient_id).deposit,
            "allergies": ([one.label for one in recorded.allergies], recorded.none is not None),
            "boxes": [one.patient_id == patient_id for one in boxes.held(DOLIPRANE)],
            "traced": sum(one.action == "delivery.validate" for one in traced.entries),
        }

    before = {one: seen(one) for one in (desk.keep, desk.absorb)}
    assert before[desk.keep]["allergies"] == ([], True)
    assert before[desk.absorb]["promises"] == [number]
    comparison = done(desk.merges.compare(desk.keep, desk.absorb))
    assert comparison.follows == (
        "2\u00a0délivrances", "1\u00a0ordonnance", "1\u00a0promis en cours", "1\u00a0avance", "1\u00a0allergie notée",
    )  # fmt: skip
    made = desk.merge()
    after = seen(desk.keep)
    assert set(after["history"]) == {*before[desk.keep]["history"], *before[desk.absorb]["history"]}
    assert after["traced"] == 3
    assert after["promises"] == [number]
    assert after["promised"] == before[desk.absorb]["promised"]
    assert after["prescriptions"] == before[desk.keep]["prescriptions"] + before[desk.absorb]["prescriptions"]
    assert after["register"] == sorted(before[desk.keep]["register"] + before[desk.absorb]["register"])
    assert after["advances"] == [ELIQUIS]
    assert after["deposit"] == Money(12_00)
    assert after["allergies"] == ([PENICILLIN.label], False), "an allergy holds against « none known »"
    assert after["boxes"] == [True]
    assert [one.patient_id for one in house.cash.accounts()] == [desk.keep]
    assert chained(desk)
    done(desk.undo(made))
    assert {one: seen(one) for one in (desk.keep, desk.absorb)} == before
    assert chained(desk)
    safety.close()


@pytest.mark.req("INS.17")
def test_the_absorbed_file_is_found_and_written_no_more_and_says_where_it_lives_on(desk: Desk) -> None:
    house = desk.house
    assert len(house.patients.search("essai jeanne")) == 2
    held = edit.set_patient(house.sale(DOLIPRANE), desk.absorb, "ESSAI Jeanne")[0]
    made = desk.merge()
    assert [one.id for one in house.patients.search("essai jeanne")] == [desk.keep]
    assert [one.id for one in house.patients.search("01051981")] == [desk.keep]
    assert house.patients.count() == 1
    current = house.patients.current(desk.absorb)
    assert current is not None
    assert current.id == desk.keep
    gone = desk.file(desk.absorb).patient
    assert gone.merged_into == desk.keep
    refusals: tuple[Outcome[Any], ...] = (
        house.patients.update(gone.id, gone.version, replace(TWICE, phone="0611111111"), CAMILLE),
        house.patients.set_coverage(gone.id, gone.version, Coverage(), CAMILLE),
        house.patients.take_rights(gone, Coverage(css=True), "patient.rights", {}, CAMILLE),
        desk.identities.edit(gone.id, gone.version, {"used_name": "AUTRE"}, CAMILLE),
        desk.identities.prove(gone.id, gone.version, PASSPORT, CAMILLE),
        desk.identities.set_attribute(gone.id, gone.version, Attribute.DOUBTFUL, CAMILLE),
        house.counter.validate(held, CAMILLE, ()),
    )
    for refused in refusals:
        assert isinstance(refused, Refused)
        assert "GAL-IDN-80" in codes(refused)
        assert f"n°\u00a0{desk.keep}" in next(one.text for one in refused.findings if one.code == "GAL-IDN-80")
    done(desk.undo(made))
    assert len(house.patients.search("essai jeanne")) == 2
    assert isinstance(house.counter.validate(held, CAMILLE, house.paid(held)), Done)


def test_parts_are_chosen_and_no_allergy_is_lost(desk: Desk) -> None:
    desk.merge(Part.PHONE, Part.USED_NAME, Part.COVERAGE)
    kept = desk.file(desk.keep).patient
    assert (kept.phone, kept.used_name, kept.coverage) == ("0600000000", "MODELE", Coverage(ald=True))
    assert (kept.city, kept.allergies) == ("Paris", "Iode")


@pytest.mark.req("INS.17")
@pytest.mark.parametrize(
    ("mine", "theirs", "status", "ins"),
    [
        ("", "", PROVISIONAL, None),
        ("ins", "", RETRIEVED, NIR),
        ("", "ins", RETRIEVED, OTHER),
        ("proof", "ins", QUALIFIED, OTHER),
        ("ins", "proof", QUALIFIED, NIR),
        ("", "ins proof", QUALIFIED, OTHER),
        ("proof", "", VALIDATED, None),
        ("", "proof", VALIDATED, None),
        ("proof", "proof", VALIDATED, None),
    ],
)
def test_the_status_is_reckoned_from_both_and_each_has_its_own_back(
    desk: Desk, mine: str, theirs: str, status: IdentityStatus, ins: Ins | None
) -> None:
    for patient_id, worth, number in ((desk.keep, mine, NIR), (desk.absorb, theirs, OTHER)):
        if "ins" in worth:
            desk.qualify(patient_id, number, proven=False)
        if "proof" in worth:
            desk.prove(patient_id)
    before, files = desk.columns(), [desk.file(one) for one in (desk.keep, desk.absorb)]
    made = desk.merge()
    file = desk.file(desk.keep)
    assert (file.identity.status, file.patient.status, file.identity.ins) == (status, status, ins)
    gone = desk.file(desk.absorb)
    assert (gone.identity.status, gone.identity.ins, gone.identity.evidence) == (PROVISIONAL, None, "")
    done(desk.undo(made))
    assert desk.columns() == before
    back = [desk.file(one) for one in (desk.keep, desk.absorb)]
    assert [(one.identity, one.past, one.evidence) for one in back] == [
        (one.identity, one.past, one.evidence) for one in files
    ]


@pytest.mark.req("INS.17")
def test_two_ins_are_merged_only_where_insi_says_that_one_followed_the_other(desk: Desk) -> None:
    desk.qualify(desk.keep, NIR, proven=False)
    desk.qualify(desk.absorb, OTHER, proven=False)
    assert codes(desk.merges.merge(desk.draft(), CAMILLE)) == ["GAL-FUS-04"]
    desk.qualify(desk.absorb, OTHER, NIR, proven=False)
    before = desk.columns()
    made = desk.merge()
    file = desk.file(desk.keep)
    assert (file.identity.ins, file.past) == (OTHER, (NIR,))
    done(desk.undo(made))
    assert desk.columns() == before
    assert desk.file(desk.keep).past == ()


@pytest.mark.req("INS.17")
def test_two_qualified_identities_with_two_ins_are_a_collision_for_review(desk: Desk) -> None:
    desk.qualify(desk.keep, NIR)
    desk.qualify(desk.absorb, OTHER, NIR)
    before = desk.columns()
    assert codes(desk.merges.merge(desk.draft(), CAMILLE)) == ["GAL-FUS-03"]
    assert desk.columns() == before
    for one in (desk.keep, desk.absorb):
        assert [review.kind for review in desk.file(one).reviews] == [ReviewKind.COLLISION]


def test_who_holds_an_ins_that_insi_says_was_the_files_is_alike(desk: Desk) -> None:
    desk.qualify(desk.keep, NIR, OTHER, proven=False)
    draft = replace(TWICE, family_name="MUSCARI", first_name="ANNE", birth_date=dt.date(1951, 2, 3), used_name="")
    third = done(desk.house.patients.create(draft, CAMILLE))
    desk.qualify(third.id, OTHER, proven=False)
    for one, other in ((desk.keep, third.id), (third.id, desk.keep)):
        found = {(pair.first_id, pair.second_id): pair.likeness.grade for pair in desk.merges.alike(one)}
        assert found[one, other] is Grade.SURE


def test_a_debt_and_a_promise_of_the_absorbed_file_are_settled_with_the_kept_one(desk: Desk) -> None:
    house, staff = desk.house, Staff(desk.db)
    owed = Owed(desk.db, house.stock, staff)
    handing = Handing(
        desk.db,
        owed=owed,
        patients=house.patients,
        prescriptions=house.prescriptions,
        stock=house.stock,
        staff=staff,
        quarantine=house.quarantine,
    )
    sell_to(desk, desk.absorb, owed=1)
    free = edit.set_patient(house.sale(DOLIPRANE), desk.absorb, "ESSAI")[0]
    due = house.counter.quote(free).totals.patient
    done(house.counter.validate(free, CAMILLE, (Payment(Means.DEFERRED, due),)))
    desk.merge()
    assert house.cash.account(desk.keep).debt == due
    assert house.cash.account(desk.absorb).debt == due
    done(house.cash.settle(CAMILLE, desk.keep, [Payment(Means.CASH, due)]))
    assert house.cash.accounts() == []
    promise = owed.of_patient(desk.keep)[0]
    done(handing.hand_over(CAMILLE, promise.number, 1))
    entries = house.counter.ordonnancier(patient_id=desk.keep)
    assert [one.patient_id for one in entries] == [desk.absorb, desk.keep]
    assert owed.of_patient(desk.keep) == []


def test_what_makes_no_sense_is_refused(desk: Desk) -> None:
    assert codes(desk.merges.merge(desk.draft(reason=" "), CAMILLE)) == ["GAL-FUS-07"]
    assert codes(desk.merges.merge(replace(desk.draft(), absorb=desk.keep), CAMILLE)) == ["GAL-FUS-01"]
    assert codes(desk.merges.merge(replace(desk.draft(), absorb=999), CAMILLE)) == ["GAL-PAT-14"]
    assert codes(desk.merges.merge(replace(desk.draft(), absorb_version=7), CAMILLE)) == ["GAL-PAT-13"]
    assert codes(desk.merges.undo(12, WHY, CAMILLE)) == ["GAL-FUS-11"]
    done(desk.identities.set_attribute(desk.absorb, 1, Attribute.DOUBTFUL, CAMILLE))
    assert codes(desk.merges.merge(desk.draft(), CAMILLE)) == ["GAL-FUS-02"]
    assert isinstance(desk.merges.compare(desk.keep, 999), Refused)


def test_a_merge_under_another_is_undone_after_it(desk: Desk) -> None:
    third = done(desk.house.patients.create(replace(TWICE, first_name="JANE"), CAMILLE, confirmed=True))
    first = desk.merge()
    above = MergeDraft(
        keep=third.id,
        keep_version=third.version,
        absorb=desk.keep,
        absorb_version=desk.file(desk.keep).patient.version,
        reason=WHY,
    )
    second = done(desk.merges.merge(above, CAMILLE))
    with desk.db.read() as session:
        assert set(merged.everyone(session, desk.absorb)) == {third.id, desk.keep, desk.absorb}
        assert merged.heads(session) == {desk.keep: third.id, desk.absorb: third.id}
    assert codes(desk.undo(first)) == ["GAL-FUS-12"]
    done(desk.undo(second))
    done(desk.undo(first))
    assert codes(desk.undo(first)) == ["GAL-FUS-11"]
    with desk.db.read() as session:
        assert merged.heads(session) == {}


@pytest.mark.req("INS.26")
def test_a_merge_and_its_end_are_in_the_history_of_both_and_in_the_trace(desk: Desk) -> None:
    made = desk.merge()
    done(desk.undo(made))
    for one in (desk.keep, desk.absorb):
        told = [entry for entry in desk.identities.history(one) if entry.event in {Event.MERGE, Event.UNMERGE}]
        assert [entry.event for entry in told] == [Event.UNMERGE, Event.MERGE]
        assert told[1].details["reason"] == WHY
    kept = desk.merges.of(desk.absorb)
    assert [(one.kept_id, one.absorbed_id, one.reason, one.undone_reason) for one in kept] == [
        (desk.keep, desk.absorb, WHY, "Deux personnes")
    ]
    for table in ("patient_merge", "patient_merge_undone"):
        with pytest.raises(DBAPIError), desk.db.engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {table}"))


def test_what_was_done_since_stays_and_an_identity_changed_since_goes_on_without_the_ins(desk: Desk) -> None:
    desk.qualify(desk.absorb, OTHER, proven=False)
    made = desk.merge()
    desk.prove(desk.keep)
    assert desk.file(desk.keep).identity.status is QUALIFIED
    file = desk.file(desk.keep)
    done(desk.identities.edit(desk.keep, file.patient.version, {"used_name": "NEUVE"}, CAMILLE))
    outcome = desk.undo(made)
    assert isinstance(outcome, Done)
    assert codes(outcome) == ["GAL-FUS-14", "GAL-FUS-15"]
    kept, gone = desk.file(desk.keep), desk.file(desk.absorb)
    # The document was checked against the traits of the other person, which go back with them.
    assert (kept.identity.status, kept.identity.ins, kept.patient.used_name) == (PROVISIONAL, None, "NEUVE")
    assert kept.identity.evidence == ""
    assert (gone.identity.status, gone.identity.ins) == (RETRIEVED, OTHER)
    assert {one.kind for one in kept.reviews} == {ReviewKind.DIFFERENCE}


def test_an_ins_that_was_voided_since_is_not_given_back_and_stays_with_the_file_that_took_it(desk: Desk) -> None:
    desk.qualify(desk.absorb, OTHER, proven=False)
    made = desk.merge()
    file = desk.file(desk.keep)
    done(desk.identities.verified(desk.keep, file.patient.version, "appel", CAMILLE, ok=False))
    third = done(desk.house.patients.create(replace(TWICE, first_name="ROSE"), CAMILLE, confirmed=True))
    desk.qualify(third.id, OTHER, proven=False)
    assert codes(desk.undo(made)) == ["GAL-FUS-14"]
    assert desk.file(desk.absorb).identity.ins is None
    assert desk.file(desk.absorb).identity.status is PROVISIONAL
    assert desk.file(third.id).identity.ins == OTHER


def test_two_workstations_merge_at_once_and_one_of_them_is_told(desk: Desk) -> None:
    turned = MergeDraft(keep=desk.absorb, keep_version=1, absorb=desk.keep, absorb_version=1, reason=WHY)
    drafts = (desk.draft(), turned)
    found: list[Outcome[Merge]] = []
    start = threading.Barrier(2)

    def act(draft: MergeDraft, actor: Actor) -> None:
        start.wait()
        found.append(desk.merges.merge(draft, actor))

    threads = [threading.Thread(target=act, args=pair) for pair in zip(drafts, (CAMILLE, LEA), strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(isinstance(one, Done) for one in found) == [False, True]
    refused = next(one for one in found if isinstance(one, Refused))
    assert codes(refused)[0] in {"GAL-PAT-13", "GAL-IDN-80"}
    with desk.db.read() as session:
        assert len(merged.heads(session)) == 1


@pytest.mark.req("OFF-SCOPE")
def test_the_list_of_duplicates_leaves_out_what_was_told_apart_and_twins_that_are_marked(desk: Desk) -> None:
    twin = done(desk.house.patients.create(replace(TWICE, first_name="CAMILLE"), CAMILLE, confirmed=True))
    shown = {(one.first_id, one.second_id): one.likeness.grade for one in desk.merges.duplicates()}
    assert shown == {
        (desk.keep, desk.absorb): Grade.PROBABLE,
        (desk.keep, twin.id): Grade.TWINS,
        (desk.absorb, twin.id): Grade.TWINS,
    }
    assert [(one.first_id, one.second_id) for one in desk.merges.alike(desk.absorb)] == [
        (desk.absorb, desk.keep),
        (desk.absorb, twin.id),
    ]
    done(desk.merges.mark_twins(desk.keep, twin.id, CAMILLE, (1, 2)))
    file = desk.file(twin.id)
    assert (file.patient.attributes, file.twin_rank) == (frozenset({Attribute.HOMONYM}), 2)
    done(desk.merges.tell_apart(desk.absorb, twin.id, "Sœurs", CAMILLE))
    assert [(one.first_id, one.second_id) for one in desk.merges.duplicates()] == [(desk.keep, desk.absorb)]
    desk.merge()
    assert desk.merges.duplicates() == []


def test_what_is_to_review_of_the_absorbed_file_is_reviewed_on_the_kept_one(desk: Desk) -> None:
    desk.qualify(desk.absorb, OTHER, proven=False)
    version = desk.file(desk.absorb).patient.version
    done(desk.identities.verified(desk.absorb, version, "appel", CAMILLE, ok=False))
    desk.merge()
    assert [(one.patient_id, one.kind) for one in desk.identities.worklist()] == [(desk.keep, ReviewKind.VERIFICATION)]
    assert [one.kind for one in desk.file(desk.keep).reviews] == [ReviewKind.VERIFICATION]


_TEXT = st.sampled_from(["", "0600000000", "0611111111"])
_DRAFTS = st.builds(
    replace,
    st.just(TWICE),
    first_name=st.sampled_from(["JEANNE", "JEANNE-MARIE", "JANE"]),
    used_name=st.sampled_from(["", "MODELE", "AUTRE"]),
    birth_place=st.sampled_from(["99999", "75111"]),
    phone=_TEXT,
    city=st.sampled_from(["", "Paris", "Lyon"]),
    allergies=st.sampled_from(["", "Iode", "Iode\nLatex"]),
    coverage=st.builds(Coverage, css=st.booleans(), css_to=st.none(), amc=st.sampled_from([None, "full"])),
)
_WORTH = st.sampled_from(["", "ins", "proof", "ins proof"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drafts=st.tuples(_DRAFTS, _DRAFTS),
    worth=st.tuples(_WORTH, _WORTH),
    taken=st.frozensets(st.sampled_from(list(Part))),
)
def test_merging_then_undoing_leaves_both_files_byte_for_byte_as_they_were(
    desk: Desk, drafts: tuple[PatientDraft, PatientDraft], worth: tuple[str, str], taken: frozenset[Part]
) -> None:
    made: list[Patient] = [done(desk.house.patients.create(one, CAMILLE, confirmed=True)) for one in drafts]
    desk.keep, desk.absorb = (one.id for one in made)
    for patient_id, what in zip((desk.keep, desk.absorb), worth, strict=True):
        if "ins" in what and not (patient_id == desk.absorb and "ins" in worth[0]):
            _free(desk)
            desk.qualify(patient_id, NIR, proven=False)
        if "proof" in what:
            desk.prove(patient_id)
    before, words = desk.columns(), _words(desk)
    outcome = desk.merges.merge(desk.draft(*taken), CAMILLE)
    if isinstance(outcome, Refused):
        assert codes(outcome) == ["GAL-FUS-05"]
        assert desk.columns() == before
        return
    assert isinstance(desk.undo(outcome.value), Done)
    assert desk.columns() == before
    assert _words(desk) == words


def _words(desk: Desk) -> list[tuple[str, int]]:
    asked = text("SELECT word, patient_id FROM patient_word WHERE patient_id IN (:keep, :absorb) ORDER BY 1, 2")
    with desk.db.read() as session:
        return [tuple(row) for row in session.execute(asked, {"keep": desk.keep, "absorb": desk.absorb})]


def _free(desk: Desk) -> None:
    """Take the INS away from the file of an example of before."""
    with desk.db.read() as session:
        holder = session.execute(text("SELECT id FROM patient WHERE matricule = :m"), {"m": NIR.matricule}).scalar()
    if holder is not None:
        version = desk.file(holder).patient.version
        done(desk.identities.verified(holder, version, "appel", CAMILLE, ok=False))
