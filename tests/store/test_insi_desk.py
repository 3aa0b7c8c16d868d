"""INSi is asked as the field asks it, every call is in the journal, and nothing enters a file but what was accepted."""

from __future__ import annotations

import csv
import datetime as dt
import threading
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from insi_line import ZOE, Line
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.errors import InputDefect
from app.kernel.outcome import Done, Finding, Refused, Severity
from app.kernel.secret import SecretsUnavailable
from app.officine.patients.identities import Identities
from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import EvidenceDraft, InsiIdentity, Mode, PastIns, ReviewKind
from app.officine.patients.insi_desk import InsiDesk
from app.officine.patients.insi_journal import InsiJournal
from app.officine.patients.insi_model import (
    CardKey,
    Decision,
    InsiMode,
    InsiSettings,
    Likeness,
    Lookup,
    Operation,
    Refinement,
)
from app.officine.patients.insi_ports import FailureKind, InsiFailed
from app.officine.patients.insi_site import InsiSite
from app.officine.patients.model import Attribute, IdentityStatus, PatientDraft, Sex
from app.officine.patients.service import Patients
from app.officine.secrets.sealing import KeyBox
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.kernel.outcome import Outcome
    from app.officine.patients.identity_model import IdentityFile
    from app.store.audit import Actor
    from app.store.database import Database

PROVISIONAL, RETRIEVED = IdentityStatus.PROVISIONAL, IdentityStatus.RETRIEVED
VALIDATED, QUALIFIED = IdentityStatus.VALIDATED, IdentityStatus.QUALIFIED
NIR = "1.2.250.1.213.1.4.8"
BELLA = InsiIdentity(
    ins=Ins("236066322083656", NIR),
    traits=Traits(
        family_name="TCHITCHI", birth_names="CATARINA BELLA", sex="F", birth_date="1936-06-21", birth_place="63220"
    ),
)
DOWN = InsiFailed(
    "Le téléservice INSi est indisponible.",
    code="GAL-DIS-40",
    advice="Continuez sans lui.",
    kind=FailureKind.SERVICE,
    may_retry=True,
    fault="siram_40/insi_111",
    severity="fatale",
    http_status=500,
    raw_request=b"<request/>",
    raw_answer=b"<fault/>",
)
DRAFT = PatientDraft(
    family_name="ADRUN", first_name="ZOE", birth_date=dt.date(1975, 12, 31), sex=Sex.FEMALE, birth_place="63220"
)


class NoBox:
    """A machine whose key can't be reached."""

    def encrypt(self, plain: bytes, about: str) -> bytes:
        """Never."""
        del plain, about
        raise SecretsUnavailable("Pas de clé.")

    def decrypt(self, sealed: bytes, about: str) -> bytes:
        """Never."""
        del sealed, about
        raise SecretsUnavailable("Pas de clé.")


@dataclass
class Desk:
    """A file, who works on it, and INSi."""

    db: Database
    staff: Staff
    patients: Patients
    identities: Identities
    site: InsiSite
    line: Line
    insi: InsiDesk
    journal: InsiJournal
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
    def status(self) -> IdentityStatus:
        """Its status."""
        return self.file.identity.status

    def look(self, **how: object) -> Lookup:
        """Ask by traits."""
        outcome = self.insi.search(self.patient_id, self.actor, **how)  # type: ignore[arg-type] # by name
        assert isinstance(outcome, Done), outcome
        return outcome.value

    def accept(self, lookup: Lookup, *, confirmed: bool = False) -> Outcome[IdentityFile]:
        """Take an answer over."""
        return self.insi.accept(lookup.call_id, lookup.version, self.actor, confirmed=confirmed)

    def create(self, draft: PatientDraft) -> int:
        """Make a file."""
        made = self.patients.create(draft, self.actor, confirmed=True)
        assert isinstance(made, Done)
        return made.value.id

    def prove(self) -> None:
        """Check a passport."""
        draft = EvidenceDraft(code="PA", mode=Mode.FACE_TO_FACE, coherent=True)
        assert isinstance(self.identities.prove(self.patient_id, self.file.patient.version, draft, self.actor), Done)


def _desk(database: Database, actor: Actor, draft: PatientDraft = DRAFT, box: object = None) -> Desk:
    staff = Staff(database)
    drafts = [
        MemberDraft(family_name="VALÉRIANE", given_name="Claire", role=Role.HOLDER),
        MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.TECHNICIAN),
    ]
    added = staff.add_all(drafts, actor)
    assert isinstance(added, Done)
    claire, paul = (actor_of(member, "comptoir-1") for member in added.value)
    identities, patients = Identities(database, staff, production=True), Patients(database, staff)
    site, line = InsiSite(database, staff, defect_of=lambda _pem: ""), Line()
    safe = KeyBox(bytes(32), 1) if box is None else box
    insi = InsiDesk(
        database,
        staff,
        identities=identities,
        site=site,
        line=line,
        box=safe,  # type: ignore[arg-type] # a stand-in
        production=True,
        waits=(0.0, 0.0),
    )
    journal = InsiJournal(database, staff, safe)  # type: ignore[arg-type] # a stand-in
    desk = Desk(database, staff, patients, identities, site, line, insi, journal, paul, claire, 0)
    desk.patient_id = desk.create(draft)
    return desk


@pytest.fixture
def desk(database: Database, actor: Actor) -> Desk:
    """The file of Zoé Adrun, provisoire, and INSi who knows her."""
    made = _desk(database, actor)
    made.line.answers["ZOE"] = [ZOE]
    return made


def codes(outcome: Outcome[object]) -> list[str]:
    return [one.code for one in outcome.findings]


# --- Found ------------------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-20b", "INS-37", "INS-39")
def test_an_answer_that_is_accepted_gives_recuperee_with_its_line_in_the_journal(desk: Desk) -> None:
    lookup = desk.look()
    assert (lookup.code, lookup.calls, lookup.may_accept) == ("00", 1, True)
    assert {line.likeness for line in lookup.lines} == {Likeness.SAME}
    assert desk.status is PROVISIONAL, "nothing is stored before it is accepted"
    assert desk.file.identity.ins is None
    assert isinstance(desk.accept(lookup), Done)
    assert desk.status is RETRIEVED
    assert desk.file.identity.ins == ZOE.ins
    assert desk.file.recovered_at is not None
    (call,) = desk.journal.calls(desk.holder)
    assert (call.code, call.operation, call.mode) == ("00", Operation.BY_TRAITS, InsiMode.ORGANISATION)
    assert (call.author, call.station, call.patient, call.caller) == (
        "Paul ORTIE",
        "comptoir-1",
        "ADRUN ZOE",
        "10B0000001",
    )
    assert call.found == ZOE
    assert (call.decision, call.decided_by) == (Decision.ACCEPTED, "Paul ORTIE")
    assert dict(call.sent) == {"family_name": "ADRUN", "first_name": "ZOE", "sex": "F", "birth_date": "1975-12-31"}


@pytest.mark.req("INS-20d", "INS-05")
def test_document_first_then_insi_gives_qualifiee(desk: Desk) -> None:
    desk.prove()
    assert desk.status is VALIDATED
    assert isinstance(desk.accept(desk.look()), Done)
    assert desk.status is QUALIFIED


def test_an_answer_is_decided_of_once(desk: Desk) -> None:
    lookup = desk.look()
    assert isinstance(desk.accept(lookup), Done)
    again = desk.insi.accept(lookup.call_id, desk.file.patient.version, desk.actor)
    assert codes(again) == ["GAL-INS-44"]
    assert codes(desk.insi.refuse(lookup.call_id, "trop tard", desk.actor)) == ["GAL-INS-44"]


def test_an_answer_is_not_taken_into_a_file_that_was_edited_meanwhile(desk: Desk) -> None:
    lookup = desk.look()
    desk.identities.edit(desk.patient_id, desk.file.patient.version, {"used_name": "ROSAT"}, desk.actor)
    assert isinstance(desk.accept(lookup), Refused)
    assert desk.status is PROVISIONAL
    assert desk.journal.calls(desk.holder)[0].decision is None, "the decision goes with the act, or not at all"


@pytest.mark.req("INS-06a", "INS-06b")
def test_traits_that_differ_are_shown_and_must_be_confirmed_and_the_first_name_is_not_overwritten(
    database: Database, actor: Actor
) -> None:
    mine = replace(DRAFT, family_name="ADR-UN", first_name="ZOÉ ANNE", birth_place="75056")
    desk = _desk(database, actor, mine)
    theirs = replace(ZOE, traits=replace(ZOE.traits, birth_names="ZOE MARIE"))
    desk.line.answers["ZOE ANNE"] = [theirs]
    lookup = desk.look()
    told = {line.trait: line.likeness for line in lookup.lines}
    assert told == {
        "family_name": Likeness.TYPOGRAPHIC,
        "first_name": Likeness.DIFFERENT,
        "birth_names": Likeness.DIFFERENT,
        "sex": Likeness.SAME,
        "birth_date": Likeness.SAME,
        "birth_place": Likeness.DIFFERENT,
    }
    assert "GAL-IDN-31" in [one.code for one in lookup.findings]
    assert codes(desk.accept(lookup)) == ["GAL-INS-45"]
    assert isinstance(desk.accept(lookup, confirmed=True), Done)
    patient = desk.file.patient
    assert (patient.family_name, patient.birth_names, patient.birth_place) == ("ADRUN", "ZOE MARIE", "63220")
    assert patient.first_name == "ZOE ANNE", "INSi gives a list: the first name typed stays (INS.14)"


def test_a_refused_answer_needs_a_reason_and_leaves_the_file_to_be_reviewed(desk: Desk) -> None:
    lookup = desk.look()
    assert codes(desk.insi.refuse(lookup.call_id, " ", desk.actor)) == ["GAL-INS-47"]
    assert isinstance(desk.insi.refuse(lookup.call_id, "la patiente dit Zoélie", desk.actor), Done)
    assert desk.status is PROVISIONAL
    (call,) = desk.journal.calls(desk.holder)
    assert (call.decision, call.reason) == (Decision.REFUSED, "la patiente dit Zoélie")
    assert [one.kind for one in desk.identities.worklist()] == [ReviewKind.DIFFERENCE]


# --- The strategy -----------------------------------------------------------------------------------------------------


def _by_list(database: Database, actor: Actor, family: str, names: str, born: dt.date, sex: Sex) -> Desk:
    draft = replace(
        DRAFT, family_name=family, first_name=names.split(maxsplit=1)[0], birth_names=names, birth_date=born, sex=sex
    )
    return _desk(database, actor, draft)


@pytest.mark.req("OFF-INS-C16")
def test_each_first_name_is_tried_alone_in_its_order(database: Database, actor: Actor) -> None:
    desk = _by_list(database, actor, "TCHITCHI", "OLA CATARINA BELLA", dt.date(1936, 6, 21), Sex.FEMALE)
    desk.line.answers["CATARINA"] = [BELLA]
    lookup = desk.look()
    assert [one.first_name for one in desk.line.asked] == ["OLA", "CATARINA"]
    assert (lookup.code, lookup.calls, lookup.found) == ("00", 2, BELLA)
    assert len({one.message_id for one in desk.line.asked}) == 2
    assert all(str(uuid.UUID(one.message_id)) == one.message_id for one in desk.line.asked)
    assert [call.code for call in desk.journal.calls(desk.holder)] == ["00", "01"]


@pytest.mark.req("OFF-INS-C15")
def test_nobody_is_said_after_the_whole_list(database: Database, actor: Actor) -> None:
    desk = _by_list(database, actor, "HOUILLES", "PIERRE PAUL JACQUES", dt.date(1993, 1, 27), Sex.MALE)
    lookup = desk.look()
    assert [one.first_name for one in desk.line.asked] == ["PIERRE", "PAUL", "JACQUES", "PIERRE PAUL JACQUES"]
    assert (lookup.code, lookup.calls, lookup.may_accept) == ("01", 4, False)
    assert [one.code for one in lookup.findings] == ["GAL-IDN-32"]
    assert desk.status is PROVISIONAL


@pytest.mark.req("OFF-INS-C17")
def test_several_people_are_told_apart_by_more_names_then_by_the_place(database: Database, actor: Actor) -> None:
    desk = _by_list(database, actor, "DE VINCI", "LEONARDO SER PIERO", dt.date(2014, 2, 1), Sex.MALE)
    desk.line.answers |= {"LEONARDO": ["02"], "LEONARDO SER PIERO": ["02"]}
    lookup = desk.look()
    assert (lookup.code, lookup.calls) == ("02", 1), "several people: no other first name is tried by itself"
    wanted = (
        Refinement("LEONARDO SER PIERO"),
        Refinement("LEONARDO", "63220"),
        Refinement("LEONARDO SER PIERO", "63220"),
    )
    assert lookup.refinements == wanted
    desk.look(refinement=wanted[1])
    assert (desk.line.asked[-1].first_name, desk.line.asked[-1].birth_place) == ("LEONARDO", "63220")


@pytest.mark.req("OFF-INS-N01")
def test_a_corsican_place_is_never_sent(database: Database, actor: Actor) -> None:
    desk = _desk(database, actor, replace(DRAFT, birth_place="2A020"))
    desk.line.answers["ZOE"] = ["02"]
    lookup = desk.look()
    assert all(not one.birth_place for one in lookup.refinements)
    desk.look(refinement=Refinement("ZOE", "2A020"))
    assert desk.line.asked[-1].birth_place == ""


def test_a_compound_first_name_is_proposed_the_other_way_when_nobody_is_found(database: Database, actor: Actor) -> None:
    desk = _desk(database, actor, replace(DRAFT, first_name="MARIE LAURE", birth_names="MARIE LAURE JEANNE"))
    lookup = desk.look()
    assert [one.first_name for one in desk.line.asked] == ["MARIE LAURE", "JEANNE", "MARIE LAURE JEANNE"]
    assert lookup.refinements == (Refinement("MARIE-LAURE"),)


# --- What may not be taken over ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"birth_date": "1975-00-31"}, "GAL-IDN-06"),
        ({"birth_date": "1975-12-00"}, "GAL-IDN-06"),
        ({"birth_date": "1975-02-30"}, "GAL-IDN-61"),
        ({"family_name": ""}, "GAL-IDN-05"),
        ({"birth_names": " "}, "GAL-IDN-05"),
        ({"sex": ""}, "GAL-IDN-05"),
        ({"family_name": "ADRUN2"}, "GAL-INS-40"),
        ({"sex": "X"}, "GAL-IDN-35"),
        ({"sex": "FEM"}, "GAL-IDN-35"),
        ({"birth_place": "PARIS 15EME"}, "GAL-IDN-36"),
        ({"birth_names": "Zoé"}, "GAL-INS-40"),
    ],
)
@pytest.mark.req("INS-11", "INS-12")
def test_an_answer_with_a_defect_changes_nothing_and_is_in_the_journal(
    desk: Desk, changed: dict[str, str], code: str
) -> None:
    before = desk.file
    desk.line.answers["ZOE"] = [replace(ZOE, traits=replace(ZOE.traits, **changed))]
    lookup = desk.look()
    assert code in [one.code for one in lookup.findings]
    assert not lookup.may_accept
    assert isinstance(desk.accept(lookup, confirmed=True), Refused)
    assert desk.file == before
    (call,) = desk.journal.calls(desk.holder)
    assert (call.code, call.decision) == ("00", Decision.UNFIT)
    assert code in call.reason


@pytest.mark.parametrize(
    ("ins", "code"),
    [
        (Ins("181036322045660", NIR), "GAL-IDN-07"),
        (Ins("275126322074974", "1.2.3.4"), "GAL-IDN-08"),
        (Ins("275126322074974", "1.2.250.1.213.1.4.10"), "GAL-IDN-09"),
    ],
)
@pytest.mark.req("OFF-INS-C21", "OFF-INS-C44")
def test_a_wrong_key_an_unknown_authority_and_a_test_identity_are_refused(desk: Desk, ins: Ins, code: str) -> None:
    desk.line.answers["ZOE"] = [replace(ZOE, ins=ins)]
    lookup = desk.look()
    assert code in [one.code for one in lookup.findings]
    assert isinstance(desk.accept(lookup, confirmed=True), Refused)
    assert desk.file.identity.ins is None


def test_a_history_without_end_is_refused_and_the_journal_keeps_its_beginning(desk: Desk) -> None:
    past = tuple(PastIns(ins=Ins(f"{number:015d}", NIR)) for number in range(9_000))
    desk.line.answers["ZOE"] = [replace(ZOE, past=past)]
    lookup = desk.look()
    assert "GAL-INS-39" in [one.code for one in lookup.findings]
    assert desk.file.insi_history == ()
    (call,) = desk.journal.calls(desk.holder)
    assert call.found is not None
    assert len(call.found.past) == 50


# --- Past INS and collisions ------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-INS-C19", "OFF-INS-S24")
def test_the_history_of_insi_is_kept_as_received_and_found_again(desk: Desk) -> None:
    told = (
        PastIns(ins=Ins("209076322083439", NIR), start="2009-07-14", end="2010-01-01"),
        PastIns(ins=Ins("209066322012355", NIR)),
        PastIns(ins=ZOE.ins),
    )
    desk.line.answers["ZOE"] = [replace(ZOE, past=told)]
    assert isinstance(desk.accept(desk.look()), Done)
    assert desk.file.insi_history == told
    assert set(desk.file.past) == {told[0].ins, told[1].ins}, "the one in force is no past one"
    assert isinstance(desk.accept(desk.look()), Done)
    assert desk.file.insi_history == told, "told again, it is kept once"
    newer = replace(ZOE, ins=Ins("192061305512310", NIR), past=(PastIns(ins=ZOE.ins),))
    desk.line.answers["ZOE"] = [newer]
    assert isinstance(desk.accept(desk.look()), Done)
    assert desk.file.identity.ins == newer.ins
    assert desk.file.past[0] == ZOE.ins


@pytest.mark.req("OFF-INS-C29", "OFF-INS-S21")
def test_an_ins_of_another_file_is_told_and_refused(desk: Desk) -> None:
    assert isinstance(desk.accept(desk.look()), Done)
    first = desk.patient_id
    desk.patient_id = desk.create(replace(DRAFT, birth_place="99999"))
    lookup = desk.look()
    assert ("GAL-IDN-60", str(first)) in [(one.code, one.subject) for one in lookup.findings]
    assert codes(desk.accept(lookup, confirmed=True)) == ["GAL-IDN-60"]
    assert desk.status is PROVISIONAL
    assert {one.patient_id for one in desk.identities.worklist()} == {first, desk.patient_id}


@pytest.mark.req("OFF-INS-S21")
def test_two_workstations_that_take_one_ins_at_once_leave_it_in_one_file(desk: Desk) -> None:
    files = [desk.patient_id, desk.create(replace(DRAFT, birth_place="99999"))]
    lookups = []
    for patient_id in files:
        desk.patient_id = patient_id
        lookups.append(desk.look())
    gate = threading.Barrier(2)
    outcomes: list[Outcome[IdentityFile]] = []

    def take(lookup: Lookup) -> None:
        gate.wait()
        outcomes.append(desk.insi.accept(lookup.call_id, lookup.version, desk.actor, confirmed=True))

    threads = [threading.Thread(target=take, args=(lookup,)) for lookup in lookups]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(one, Done) for one in outcomes) == [False, True]
    refused = next(one for one in outcomes if isinstance(one, Refused))
    assert [one.code for one in refused.findings] == ["GAL-IDN-60"]
    with desk.db.read() as session:
        holders = session.execute(text("SELECT count(*) FROM patient WHERE matricule IS NOT NULL")).scalar_one()
    assert holders == 1


# --- When INSi does not answer ----------------------------------------------------------------------------------------


@pytest.mark.req("OFF-INS-N04", "OFF-INS-C32")
def test_a_service_that_is_down_is_asked_three_times_then_the_file_is_to_be_called_again(desk: Desk) -> None:
    desk.line.answers["ZOE"] = [DOWN]
    with pytest.raises(InsiFailed):
        desk.look()
    assert len({one.message_id for one in desk.line.asked}) == 3
    calls = desk.journal.calls(desk.holder)
    assert [(call.fault, call.severity, call.ok) for call in calls] == [("siram_40/insi_111", "fatale", False)] * 3
    assert [one.kind for one in desk.identities.worklist()] == [ReviewKind.CALL_AGAIN]
    assert desk.status is PROVISIONAL
    desk.line.answers["ZOE"] = [ZOE]
    desk.look()
    assert desk.identities.worklist() == [], "an answer settles it"


def test_a_service_that_comes_back_answers_the_same_search(desk: Desk) -> None:
    desk.line.answers["ZOE"] = [DOWN, ZOE]
    assert desk.look().found == ZOE
    assert [call.ok for call in desk.journal.calls(desk.holder)] == [True, False]


@pytest.mark.req("OFF-INS-N03")
@pytest.mark.parametrize(
    "kind", [FailureKind.SETTINGS, FailureKind.INPUT, FailureKind.CERTIFICATE, FailureKind.CANCELLED]
)
def test_what_no_new_try_can_mend_is_asked_once(desk: Desk, kind: FailureKind) -> None:
    desk.line.answers["ZOE"] = [
        InsiFailed("Refusé.", code="GAL-DIS-41", advice="", kind=kind, fault="siram_100/desir_550")
    ]
    with pytest.raises(InsiFailed):
        desk.look()
    assert len(desk.line.asked) == 1
    assert desk.identities.worklist() == []


def test_nobody_waits_for_the_next_try_once_it_is_cancelled(desk: Desk) -> None:
    desk.insi._waits = (60.0, 60.0)
    desk.line.answers["ZOE"] = [
        DOWN,
        InsiFailed("Abandonné.", code="GAL-DIS-42", advice="", kind=FailureKind.CANCELLED),
    ]
    with pytest.raises(InsiFailed) as raised:
        desk.look(is_cancelled=lambda: len(desk.line.asked) > 0)
    assert raised.value.kind is FailureKind.CANCELLED


def test_other_work_goes_on_while_insi_is_asked(desk: Desk) -> None:
    """A call lasts: no transaction may be open around it."""
    written: list[bool] = []

    def write() -> None:
        done = desk.identities.set_options(desk.identities.options(), desk.holder)
        written.append(isinstance(done, Done))

    desk.line.meanwhile = write
    desk.look()
    assert written == [True]


# --- Who may, and what is missing -------------------------------------------------------------------------------------


@pytest.mark.req("INS-25b", "OFF-INS-N10", "OFF-INS-S11")
@pytest.mark.parametrize("attribute", [Attribute.DOUBTFUL, Attribute.FICTITIOUS])
def test_a_doubtful_or_fictitious_identity_is_never_asked_for(desk: Desk, attribute: Attribute) -> None:
    desk.identities.set_attribute(desk.patient_id, desk.file.patient.version, attribute, desk.actor)
    assert codes(desk.insi.search(desk.patient_id, desk.actor)) == ["GAL-INS-41"]
    assert codes(desk.insi.by_card(desk.patient_id, CardKey(holder="275126322074974"), desk.actor)) == ["GAL-INS-41"]
    assert desk.line.asked == []
    assert desk.journal.calls(desk.holder) == []


@pytest.mark.req("INS-04d")
def test_who_has_not_the_right_asks_nothing_and_reads_no_journal(desk: Desk) -> None:
    added = desk.staff.add_all([MemberDraft(family_name="GENET", given_name="Luc", role=Role.STOCK)], desk.holder)
    assert isinstance(added, Done)
    luc = actor_of(added.value[0], "reserve")
    with pytest.raises(InputDefect):
        desk.insi.search(desk.patient_id, luc)
    assert desk.line.asked == []
    with pytest.raises(InputDefect):
        desk.journal.calls(luc)


def test_a_sex_that_insi_has_not_is_told_before_any_call(database: Database, actor: Actor) -> None:
    desk = _desk(database, actor, replace(DRAFT, sex=Sex.UNDETERMINED))
    assert codes(desk.insi.search(desk.patient_id, desk.actor)) == ["GAL-INS-43"]


def test_what_the_line_misses_is_told_before_any_call(desk: Desk) -> None:
    desk.line.missing = (Finding("GAL-INS-60", Severity.ERROR, "Pas de certificat."),)
    assert codes(desk.insi.search(desk.patient_id, desk.actor)) == ["GAL-INS-60"]
    assert desk.line.asked == []


@pytest.mark.req("OFF-INS-C13")
def test_what_a_card_signed_for_one_person_serves_no_other(desk: Desk) -> None:
    desk.look()
    desk.look()
    assert desk.line.forgotten == 0
    desk.insi.blocked(desk.file, desk.holder)
    assert desk.line.forgotten == 1


# --- By card, verification --------------------------------------------------------------------------------------------


@pytest.mark.req("INS-TLS3", "OFF-INS-C14")
def test_a_search_by_card_is_by_the_card_of_the_professional_and_keeps_no_number_of_it(desk: Desk) -> None:
    desk.line.answers[""] = [ZOE]
    card = CardKey(individual="275126322074974", holder="255079935200188", birth_date="1975-12-31", family_name="ADRUN")
    outcome = desk.insi.by_card(desk.patient_id, card, desk.actor)
    assert isinstance(outcome, Done)
    assert desk.line.modes == [InsiMode.CARD]
    (call,) = desk.journal.calls(desk.holder)
    assert dict(call.sent) == {
        "family_name": "ADRUN",
        "birth_date": "1975-12-31",
        "rank": "1",
        "card": "individu et ouvrant droit",
    }
    assert isinstance(desk.accept(outcome.value), Done)
    assert desk.status is RETRIEVED


def _verifying(desk: Desk) -> None:
    assert isinstance(desk.site.set(InsiSettings(verifies=True), desk.holder), Done)
    assert isinstance(desk.accept(desk.look()), Done)
    desk.prove()
    assert desk.status is QUALIFIED


@pytest.mark.req("INS-48", "INS-49")
def test_a_failed_verification_gives_provisoire_voids_the_ins_and_is_to_be_reviewed(desk: Desk) -> None:
    _verifying(desk)
    desk.line.answers["ZOE"] = ["01"]
    assert isinstance(desk.insi.verify(desk.patient_id, desk.actor), Done)
    assert (desk.status, desk.file.identity.ins, desk.file.past) == (PROVISIONAL, None, (ZOE.ins,))
    assert [one.kind for one in desk.identities.worklist()] == [ReviewKind.VERIFICATION]
    call = desk.journal.calls(desk.holder)[0]
    assert (call.operation, call.code) == (Operation.VERIFY, "01")
    assert dict(call.sent)["matricule"] == ZOE.ins.matricule


@pytest.mark.req("INS-48")
def test_a_verification_that_holds_is_dated_and_an_unknown_code_changes_nothing(desk: Desk) -> None:
    _verifying(desk)
    desk.line.answers["ZOE"] = ["00"]
    assert isinstance(desk.insi.verify(desk.patient_id, desk.actor), Done)
    assert desk.file.verified_at is not None
    before = desk.file
    desk.line.answers["ZOE"] = ["17"]
    assert codes(desk.insi.verify(desk.patient_id, desk.actor)) == ["GAL-INS-46"]
    assert desk.file == before


@pytest.mark.req("INS-49")
def test_an_edit_during_the_call_does_not_save_an_ins_that_insi_knows_no_more(desk: Desk) -> None:
    _verifying(desk)
    desk.line.answers["ZOE"] = ["01"]

    def edit() -> None:
        desk.identities.edit(desk.patient_id, desk.file.patient.version, {"used_name": "ROSAT"}, desk.actor)

    desk.line.meanwhile = edit
    assert isinstance(desk.insi.verify(desk.patient_id, desk.actor), Done)
    assert (desk.status, desk.file.identity.ins, desk.file.patient.used_name) == (PROVISIONAL, None, "ROSAT")


@pytest.mark.req("INS-20d")
def test_a_document_checked_on_other_traits_validates_nothing_after_insi(desk: Desk) -> None:
    desk.prove()
    assert isinstance(desk.accept(desk.look()), Done)
    assert desk.status is QUALIFIED
    other = replace(ZOE, traits=replace(ZOE.traits, family_name="ADRDEUX"))
    desk.line.answers["ZOE"] = [other]
    assert isinstance(desk.accept(desk.look(), confirmed=True), Done)
    assert desk.status is RETRIEVED
    assert isinstance(desk.identities.validate(desk.patient_id, desk.file.patient.version, desk.actor), Refused)
    assert desk.status is RETRIEVED


def test_the_code_of_the_card_is_wiped_even_where_nothing_is_asked(desk: Desk) -> None:
    desk.line.missing = (Finding("GAL-INS-60", Severity.ERROR, "Pas d’adresse."),)
    code = bytearray(b"1234")
    assert isinstance(desk.insi.search(desk.patient_id, desk.actor, code=code), Refused)
    assert code == bytes(4)


def test_a_date_that_was_uncertain_is_certain_once_it_is_of_insi(database: Database, actor: Actor) -> None:
    desk = _desk(database, actor, replace(DRAFT, birth_date_uncertain=True))
    desk.line.answers["ZOE"] = [ZOE]
    assert isinstance(desk.accept(desk.look()), Done)
    assert not desk.file.patient.birth_date_uncertain


def test_the_verification_is_off_until_the_officine_opens_it(desk: Desk) -> None:
    assert isinstance(desk.accept(desk.look()), Done)
    assert codes(desk.insi.verify(desk.patient_id, desk.actor)) == ["GAL-INS-49"]


# --- The journal ------------------------------------------------------------------------------------------------------


def test_the_journal_can_not_be_rewritten(desk: Desk) -> None:
    lookup = desk.look()
    desk.accept(lookup)
    for statement in ("UPDATE insi_call SET code = '01'", "DELETE FROM insi_call", "DELETE FROM insi_decision"):
        with pytest.raises(DBAPIError), desk.db.engine.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.req("OFF-INS-REC07")
def test_the_exchange_is_kept_sealed_and_opened_by_who_may(desk: Desk) -> None:
    desk.look()
    (call,) = desk.journal.calls(desk.holder)
    with desk.db.read() as session:
        kept = session.execute(text("SELECT exchange FROM insi_call")).scalar_one()
    assert b"ADRUN" not in bytes(kept)
    assert b"275126322074974" not in bytes(kept)
    assert desk.journal.exchange(call.id, desk.holder) == (
        b"<request>ADRUN</request>",
        b"<answer>275126322074974</answer>",
    )
    with pytest.raises(InputDefect):
        desk.journal.exchange(call.id, desk.actor)


def test_without_a_key_a_call_is_made_and_its_exchange_is_not_kept(database: Database, actor: Actor) -> None:
    desk = _desk(database, actor, box=NoBox())
    desk.line.answers["ZOE"] = [ZOE]
    desk.look()
    (call,) = desk.journal.calls(desk.holder)
    assert call.found == ZOE
    assert desk.journal.exchange(call.id, desk.holder) is None


@pytest.mark.req("OFF-INS-C41")
def test_the_journal_is_handed_over_as_a_table(desk: Desk, tmp_path: Path) -> None:
    desk.line.answers["ZOE"] = [DOWN, ZOE]
    desk.accept(desk.look())
    file = tmp_path / "insi.csv"
    assert desk.journal.export(file, dt.datetime(2020, 1, 1, tzinfo=dt.UTC), desk.holder) == 2
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [row["Code retour"] for row in rows] == ["", "00"]
    assert rows[0]["Faute"] == "siram_40/insi_111"
    assert (rows[1]["Matricule"], rows[1]["Décision"]) == (ZOE.ins.matricule, "Reprise au dossier")
    assert rows[1]["Traits reçus"].startswith("family_name=ADRUN, birth_names=ZOE")


@pytest.mark.req("INS-37")
def test_the_journal_is_read_and_handed_over_by_period_and_by_file(
    desk: Desk, clock: FixedClock, tmp_path: Path
) -> None:
    desk.look()
    first = clock.now()
    clock.advance(dt.timedelta(hours=1))
    desk.patient_id = desk.create(replace(DRAFT, family_name="HOUILLES", first_name="PAULE"))
    desk.look()
    second = clock.now()

    def codes_of(**asked: object) -> list[str]:
        return [call.code for call in desk.journal.calls(desk.holder, **asked)]  # type: ignore[arg-type] # by name

    assert codes_of() == ["01", "00"]
    assert codes_of(since=second) == ["01"], "the first moment is counted in"
    assert codes_of(until=second) == ["00"], "the last one is not"
    assert codes_of(since=first, until=first) == []
    assert codes_of(patient_id=desk.patient_id) == ["01"]
    file = tmp_path / "insi.csv"
    assert desk.journal.export(file, None, desk.holder) == 2
    assert desk.journal.export(file, None, desk.holder, until=second) == 1
    assert desk.journal.export(file, None, desk.holder, patient_id=desk.patient_id) == 1
    (row,) = csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";")
    assert (row["Code retour"], row["Patient n°"]) == ("01", str(desk.patient_id))


# --- The settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"address": "http://insi.example"}, "GAL-INS-51"),
        ({"card_address": "https://127.0.0.1/lps"}, "GAL-INS-51"),
        ({"authorisation": "un numéro"}, "GAL-INS-52"),
        ({"billing_id": "63A"}, "GAL-INS-53"),
        ({"sector": "officine"}, "GAL-INS-54"),
        ({"verify_namespace": "REQUnitaire"}, "GAL-INS-55"),
    ],
)
def test_settings_that_can_not_be_right_are_refused(desk: Desk, changed: dict[str, str], code: str) -> None:
    assert codes(desk.site.set(replace(InsiSettings(), **changed), desk.holder)) == [code]
    assert desk.site.settings() == InsiSettings()


@pytest.mark.req("OFF-INS-61")
def test_the_mode_is_chosen_for_the_officine_and_said_in_the_journal(desk: Desk) -> None:
    wanted = InsiSettings(mode=InsiMode.CARD, address="https://insi.example:443/lps", authorisation="TEST-1")
    assert isinstance(desk.site.set(wanted, desk.actor), Refused), "a préparateur sets nothing"
    assert isinstance(desk.site.set(wanted, desk.holder), Done)
    assert desk.site.settings() == wanted
    desk.look()
    assert desk.journal.calls(desk.holder)[0].mode is InsiMode.CARD
