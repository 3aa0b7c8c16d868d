"""Is what arrives kept, told, matched and filed by a person alone; and is what can't be read kept aside, with why?"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import clinical_people
import pytest
import received_files as files
from at_once import together
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.docs import safe_xml
from app.docs.clinical import Kind
from app.kernel.errors import FileUnusable, InputDefect
from app.kernel.outcome import Done, Refused
from app.officine.copies.service import verify as verify_copies
from app.officine.inbox import rules
from app.officine.inbox import service as inbox_service
from app.officine.inbox.model import Agreement, Event, Origin, Query, Sort, State
from app.officine.inbox.service import Inbox
from app.officine.patients.model import IdentityStatus, PatientDraft, Sex
from app.officine.patients.service import FictitiousFile, Patients
from app.officine.staff.model import MemberDraft, Right, Role
from app.officine.staff.service import Staff, actor_of
from app.sandbox.documents import Measure
from app.store import backup
from app.store.blobs import FolderBlobs, open_blobs
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.officine.inbox.model import Receipt, Received
    from app.officine.patients.model import Patient
    from app.officine.staff.model import Member
    from app.store.audit import Actor
    from app.store.blobs import Blobs
    from app.store.database import Database

CAMILLE_DRAFT = MemberDraft(family_name="DURAND", given_name="Camille", role=Role.HOLDER)


@dataclass
class Desk:
    """An officine with two patients, who receives documents."""

    db: Database
    staff: Staff
    patients: Patients
    blobs: Blobs
    inbox: Inbox
    actor: Actor
    qualified: Patient
    homonym: Patient

    def receive(self, content: bytes, name: str = "recu.xml") -> Receipt:
        """Receive a file."""
        outcome = self.inbox.receive(content, Origin.FILE, self.actor, name=name)
        assert isinstance(outcome, Done), outcome
        return outcome.value

    def one(self, content: bytes, name: str = "recu.xml") -> Received:
        """Receive a file that holds one sound document."""
        (document,) = self.receive(content, name).new
        return document

    def aside(self, content: bytes, name: str = "recu.xml") -> Received:
        """Receive a file of which one document is kept aside."""
        (document,) = self.receive(content, name).aside
        return document

    def traces(self, action: str) -> list[AuditRow]:
        """Return what was traced of an act."""
        with self.db.read() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.seq)))


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    staff, blobs = Staff(database), open_blobs(database.engine, tmp_path / "blobs")
    patients = Patients(database, staff)
    root = actor_of(_member(staff, CAMILLE_DRAFT), "comptoir-1")
    draft = PatientDraft(
        family_name="PAT-TROIS",
        first_name="DOMINIQUE",
        birth_names="DOMINIQUE MARIE-LOUISE",
        birth_date=dt.date(1979, 3, 28),
        sex=Sex.FEMALE,
        birth_place="51215",
    )
    other = PatientDraft(
        family_name="PAT-TROIS",
        first_name="DOMINIQUE",
        birth_date=dt.date(1979, 3, 28),
        sex=Sex.FEMALE,
        birth_place="63999",
    )
    whole = FictitiousFile(draft=draft, status=IdentityStatus.QUALIFIED, matricule=files.INS, oid=files.OID)
    made = patients.load_fictitious([whole, FictitiousFile(draft=other)], root)
    assert isinstance(made, Done)
    inbox = Inbox(database, blobs, staff, patients, production=False, banner="SIMULATION")
    return Desk(database, staff, patients, blobs, inbox, root, *made.value)


def _member(staff: Staff, draft: MemberDraft) -> Member:
    from app.store.audit import Actor  # noqa: PLC0415

    outcome = staff.add(draft, Actor(None, "Galien", "comptoir-1"))
    assert isinstance(outcome, Done)
    return outcome.value


def codes(outcome: Outcome[object]) -> list[str]:
    assert isinstance(outcome, Refused)
    return [one.code for one in outcome.findings]


def documents_of_one() -> list[bytes]:
    """Return three documents of one patient, as our own software writes them."""
    made = [clinical_people.document(0, kind, "qualifiee") for kind in (Kind.ENTRETIEN, Kind.BILAN, Kind.VACCINATION)]
    keys = [
        dataclasses.replace(one.key, id=f"2.25.{rank}", set_id=f"2.25.9{rank}", replaces="")
        for rank, one in enumerate(made, 5)
    ]
    return [
        clinical_people.cda(dataclasses.replace(one, key=key, subject=made[0].subject))
        for one, key in zip(made, keys, strict=True)
    ]


def said(document: Received) -> list[str]:
    return [one.code for one in document.findings]


# --- Receiving --------------------------------------------------------------------------------------------------------


@pytest.mark.req("MSS/va1.25")
def test_a_document_is_received_with_what_its_header_says(desk: Desk) -> None:
    document = desk.one(files.report())
    assert (document.kind, document.title) == ("CR d’examens biologiques", "Compte rendu d’examens biologiques")
    assert (document.author, document.organization) == ("Dr Ada ESSAI", "Laboratoire d’essai")
    assert (document.set_id, document.version) == ("2.25.2026112300901.1", 1)
    assert document.care == "Ambulatoire, Laboratoire d’essai"
    assert document.acts == "CR d’examens biologiques"
    assert document.created_at.startswith("2026-11-20T08:30")
    assert document.traits.family_name == "PAT-TROIS"
    assert document.ins is not None
    assert document.ins.matricule == files.INS
    assert (document.state, document.is_read, document.at) == (State.WAITING, False, desk.db.clock.now())
    assert desk.blobs.get(document.sha256) == files.report()
    assert [one.subject_id for one in desk.traces("received_document.receive")] == [str(document.id)]


@pytest.mark.req("MSS/va1.25")
def test_the_same_document_twice_is_told_and_not_doubled(desk: Desk) -> None:
    first = desk.one(files.report())
    again = desk.receive(files.report(), "copie.xml")
    assert (again.new, [one.id for one in again.known]) == ((), [first.id])
    assert desk.inbox.page(Query()).total == 1


@pytest.mark.req("MSS/va1.25")
def test_an_archive_brings_each_of_its_documents(desk: Desk) -> None:
    cdas = documents_of_one()
    receipt = desk.receive(files.archive(*cdas), "IHE_XDM.zip")
    assert len(receipt.new) == len(cdas)
    assert len({one.parcel for one in receipt.new}) == 1
    assert all(desk.blobs.get(one.sha256) in cdas for one in receipt.new)
    # One of them alone, later, is known.
    assert desk.receive(cdas[0]).new == ()


def test_a_pdf_names_nobody_and_is_filed_by_who_has_read_it(desk: Desk) -> None:
    document = desk.one(files.plain_pdf(), "courrier du CHU.pdf")
    assert (document.title, document.written_name, document.ins) == ("courrier du CHU", "", None)
    assert desk.inbox.match(document.id).candidates == ()
    refused = desk.inbox.file(document.id, desk.qualified.id, desk.actor)
    assert codes(refused) == [rules.TO_COMPARE]
    assert "aucun trait" in refused.findings[0].text  # type: ignore[union-attr]
    assert isinstance(desk.inbox.file(document.id, desk.qualified.id, desk.actor, confirmed=True), Done)


# --- What can't be read -----------------------------------------------------------------------------------------------


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (files.two_patients(), "deux.xml", "GAL-DOC-72"),
        (files.enciphered_pdf(), "secret.pdf", "GAL-DOC-68"),
        (files.latin_1(declared=False), "latin.xml", "GAL-DOC-54"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "entites.xml", "GAL-DOC-52"),
        (b"<?xml version='1.0'?><notes/>", "autre.xml", "GAL-DOC-56"),
        (b"", "vide.xml", "GAL-DOC-50"),
        (b"PK\x03\x04 not a zip", "abime.zip", "GAL-DOC-57"),
        (b"\x00\x01\x02binary", "inconnu.bin", "GAL-REC-13"),
        (b"%PDF-1.7 broken", "abime.pdf", "GAL-DOC-66"),
    ],
)
def test_what_can_not_be_read_is_kept_aside_with_why(desk: Desk, content: bytes, name: str, code: str) -> None:
    document = desk.aside(content, name)
    assert document.state is State.ASIDE
    assert code in said(document)
    assert document.name == name
    assert desk.blobs.get(document.parcel) == content
    # Twice is once here too.
    assert [one.id for one in desk.receive(content, name).known] == [document.id]
    refused = desk.inbox.file(document.id, desk.qualified.id, desk.actor, confirmed=True)
    assert codes(refused) == ["GAL-REC-03"]
    (trace,) = desk.traces("received_document.aside")
    assert trace.subject_id == str(document.id)


@pytest.mark.req("SC.DOC.07")
def test_an_archive_of_two_patients_is_kept_aside_whole(desk: Desk) -> None:
    mine, other = (clinical_people.cda(clinical_people.document(one, Kind.ENTRETIEN, "qualifiee")) for one in (0, 1))
    content = _repacked(files.archive(mine), {"DOC00002.XML": other}, declared=other)
    document = desk.aside(content, "IHE_XDM.zip")
    assert "GAL-DOC-61" in said(document)


@pytest.mark.req("MSS/va1.25")
def test_a_document_altered_in_its_archive_is_aside_and_may_come_again_sound(desk: Desk) -> None:
    cdas = documents_of_one()[:2]
    sound = files.archive(*cdas)
    altered = _repacked(sound, {"DOC00002.XML": cdas[1].replace(b"</title>", b"!</title>", 1)})
    receipt = desk.receive(altered, "IHE_XDM.zip")
    assert (len(receipt.new), len(receipt.aside)) == (1, 1)
    assert "GAL-DOC-63" in said(receipt.aside[0])
    again = desk.receive(sound, "IHE_XDM.zip")
    assert (len(again.new), len(again.known)) == (1, 1)


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize("content", [files.latin_1(declared=True), files.with_bom()])
def test_another_encoding_that_is_declared_or_a_byte_order_mark_is_no_defect(desk: Desk, content: bytes) -> None:
    document = desk.one(content)
    shown = desk.inbox.look(document.id, desk.actor)
    assert isinstance(shown, Done)
    assert "Évolution" in shown.value.html


@pytest.mark.req("SC.DOC.07")
def test_a_document_of_an_unknown_template_is_read_as_text_and_says_so(desk: Desk) -> None:
    document = desk.one(files.unknown_template())
    assert said(document) == ["GAL-DOC-75"]
    shown = desk.inbox.look(document.id, desk.actor)
    assert isinstance(shown, Done)
    assert "À lire" in shown.value.html


@pytest.mark.req("SC.DOC.07")
def test_a_document_too_big_to_be_read_is_kept_and_a_file_too_big_to_be_kept_is_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe_xml, "LARGEST", 1_000)
    monkeypatch.setattr(safe_xml.parse, "__kwdefaults__", {"largest": 1_000})
    assert "GAL-DOC-51" in said(desk.aside(files.report()))
    monkeypatch.setattr(rules, "LARGEST_FILE", 2_000)
    file = tmp_path / "enorme.xml"
    file.write_bytes(files.report(text="x" * 3_000))
    outcome = desk.inbox.receive_file(file, Origin.FILE, desk.actor)
    assert isinstance(outcome, Done)
    (document,) = outcome.value.aside
    assert said(document) == [rules.TOO_BIG]
    assert (document.sha256, document.parcel) == ("", "")
    assert codes(desk.inbox.look(document.id, desk.actor)) == [rules.TOO_BIG]
    assert file.exists()


def test_a_file_that_the_disk_does_not_give_is_told_and_the_others_are_received(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(files.report())
    (tmp_path / "notes.txt").write_text("rien")
    (tmp_path / "sous").mkdir()
    (tmp_path / "sous" / "b.pdf").write_bytes(files.plain_pdf())
    outcome = desk.inbox.receive_all([tmp_path, tmp_path / "absent.xml"], Origin.FOLDER, desk.actor)
    assert isinstance(outcome, Done)
    assert {one.name for one in outcome.value.new} == {"a.xml", "b.pdf"}
    assert [one.code for one in outcome.value.unreadable] == ["GAL-REC-12"]
    (tmp_path / "vide").mkdir()
    assert codes(desk.inbox.receive_all([tmp_path / "vide"], Origin.FOLDER, desk.actor)) == ["GAL-REC-15"]


def test_files_left_out_of_a_folder_that_holds_too_many_are_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_service, "_MOST_FILES", 1)
    for name in ("a.xml", "b.xml"):
        (tmp_path / name).write_bytes(files.report(text=name))
    outcome = desk.inbox.receive_all([tmp_path], Origin.FOLDER, desk.actor)
    assert isinstance(outcome, Done)
    assert ([one.name for one in outcome.value.new], [one.code for one in outcome.value.unreadable]) == (
        ["a.xml"],
        ["GAL-REC-16"],
    )


@pytest.mark.req("SC.DOC.07")
def test_active_content_is_neutralised_and_said(desk: Desk) -> None:
    document = desk.one(files.scripted())
    assert "GAL-DOC-79" in said(document)
    shown = desk.inbox.look(document.id, desk.actor)
    assert isinstance(shown, Done)
    assert [one.code for one in shown.value.findings].count("GAL-DOC-79") == 1


# --- Whose it is ------------------------------------------------------------------------------------------------------


@pytest.mark.req("MSS/va1.28")
def test_the_same_ins_and_traits_of_a_qualified_identity_are_filed_in_one_act(desk: Desk) -> None:
    document = desk.one(files.report())
    match = desk.inbox.match(document.id, desk.actor)
    assert match.sure is not None
    assert (match.sure.patient_id, match.sure.agreement) == (desk.qualified.id, Agreement.SURE)
    assert all(one.same is not False for one in match.sure.traits)
    # The homonym, born the same day, is another person: her place of birth tells it.
    assert [one.patient_id for one in match.candidates] == [desk.qualified.id, desk.homonym.id]
    assert match.candidates[1].differing == ("Prénom(s) de naissance", "Code lieu naissance") or match.candidates[
        1
    ].differing == ("Code lieu naissance",)
    outcome = desk.inbox.file(document.id, desk.qualified.id, desk.actor)
    assert isinstance(outcome, Done)
    assert (outcome.value.state, outcome.value.patient_name) == (State.FILED, desk.qualified.display_name)
    assert [one.id for one in desk.inbox.of(desk.qualified.id)] == [document.id]
    (trace,) = desk.traces("received_document.file")
    assert trace.patient_id == desk.qualified.id
    assert desk.patients.get(desk.qualified.id) == desk.qualified


@pytest.mark.req("MSS/va1.28")
@pytest.mark.parametrize(
    ("changes", "agreement", "label"),
    [
        ({"first_name": "DANIELLE", "birth_names": "DANIELLE"}, Agreement.CONFLICT, "1er prénom de naissance"),
        ({"birth_date": "1979-03-29"}, Agreement.CONFLICT, "Date de naissance"),
        ({"sex": "M"}, Agreement.CONFLICT, "Sexe"),
        ({"birth_place": "51454"}, Agreement.CONFLICT, "Code lieu naissance"),
        ({"family_name": "PAT TROIX"}, Agreement.CONFLICT, "Nom de naissance"),
        ({"matricule": "180032B02040123"}, Agreement.OTHER_INS, "Matricule INS"),
        ({"matricule": "", "oid": ""}, Agreement.TRAITS, ""),
        ({"matricule": "", "oid": "", "sex": "M"}, Agreement.DIFFERS, "Sexe"),
        ({"matricule": "279035121518900"}, Agreement.TRAITS, ""),
    ],
)
def test_any_difference_needs_a_person_who_compares(
    desk: Desk, changes: dict[str, str], agreement: Agreement, label: str
) -> None:
    document = desk.one(files.report(files.of(**changes)))
    candidate = desk.inbox.compare(document.id, desk.qualified.id, desk.actor)
    assert candidate is not None
    assert candidate.agreement is agreement
    assert label in candidate.differing if label else candidate.differing == ()
    assert desk.inbox.match(document.id).sure is None
    assert codes(desk.inbox.file(document.id, desk.qualified.id, desk.actor)) == [rules.TO_COMPARE]
    outcome = desk.inbox.file(document.id, desk.qualified.id, desk.actor, confirmed=True)
    assert isinstance(outcome, Done)
    (trace,) = desk.traces("received_document.file")
    assert str(agreement) in trace.details


@pytest.mark.req("MSS/va1.28")
def test_accents_and_signs_are_no_difference_and_an_ins_of_test_proves_nothing_in_production(desk: Desk) -> None:
    document = desk.one(files.report(files.of(first_name="Dominique", birth_names="Dominique Marie Louise")))
    candidate = desk.inbox.compare(document.id, desk.qualified.id)
    assert candidate is not None
    assert "1er prénom de naissance" not in candidate.differing
    live = Inbox(desk.db, desk.blobs, desk.staff, desk.patients, production=True)
    sound = desk.one(files.report(number=902))
    assert live.match(sound.id).sure is None
    assert [one.code for one in live.match(sound.id).findings] == ["GAL-REC-14"]


@pytest.mark.req("MSS/va1.28")
@pytest.mark.parametrize(
    "changes",
    [
        {"family_name": "AUTRE", "birth_date": "1950-01-01", "sex": "M"},
        {"family_name": "AUTRE", "birth_date": "1950-01-01", "sex": "M", "matricule": "", "oid": ""},
        {"birth_date": "1950-01-01", "matricule": "180032B02040123"},
    ],
)
def test_a_document_of_surely_another_person_is_confirmed_into_no_file(desk: Desk, changes: dict[str, str]) -> None:
    document = desk.one(files.report(files.of(**changes)))
    outcome = desk.inbox.file(document.id, desk.qualified.id, desk.actor, confirmed=True)
    assert codes(outcome) == ["GAL-REC-19"]
    assert desk.inbox.get(document.id).state is State.WAITING  # type: ignore[union-attr]


def test_one_mistyped_trait_is_no_other_person(desk: Desk) -> None:
    changes = {"birth_date": "1950-01-01", "sex": "M", "matricule": "", "oid": ""}
    document = desk.one(files.report(files.of(**changes)))
    candidate = desk.inbox.compare(document.id, desk.qualified.id)
    assert candidate is not None
    assert (rules.is_another(candidate), rules.tone(candidate)) == (False, "danger")
    assert isinstance(desk.inbox.file(document.id, desk.qualified.id, desk.actor, confirmed=True), Done)


def test_the_matricule_is_hidden_from_who_may_not_see_it_but_not_whether_it_agrees(desk: Desk) -> None:
    document = desk.one(files.report())
    stock = actor_of(_member(desk.staff, MemberDraft(family_name="B", given_name="Luc", role=Role.STOCK)), "1")
    with pytest.raises(InputDefect):
        desk.inbox.match(document.id, stock)
    hidden = rules.compare(document.traits, document.ins, desk.qualified, may_see=False, production=False)
    ins = next(one for one in hidden.traits if one.label == "Matricule INS")
    assert (ins.document, ins.file, ins.same) == ("non affiché", "non affiché", True)


# --- Results of biology -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measures", "codes_said", "named"),
    [
        ([("Sodium", "140", "135", "145", "")], [], ""),
        ([("Sodium", "140", "135", "145", "N")], [], ""),
        ([("Potassium", "6.9", "3.5", "5.1", "HH")], [rules.VERY_ABNORMAL], "1\u00a0résultat très anormal"),
        ([("Potassium", "5.4", "3.5", "5.1", "H")], [rules.ABNORMAL], "Potassium"),
        ([("Potassium", "5.4", "3.5", "5.1", "")], [rules.ABNORMAL], "Potassium"),
        ([("Germe", "1", "", "", "R")], [], ""),
        (
            [(f"Analyse {rank}", "1", "", "", "LL") for rank in range(5)] + [("Sodium", "1", "", "", "L")],
            [rules.VERY_ABNORMAL, rules.ABNORMAL],
            "Analyse 2 et 2\u00a0autres",
        ),
    ],
)
def test_results_out_of_their_range_are_said_before_the_document_is_opened(
    desk: Desk, measures: list[tuple[str, str, str, str, str]], codes_said: list[str], named: str
) -> None:
    made = [
        Measure(name, "2951-2", value, unit="mmol/L", low=low, high=high, flag=flag)
        for name, value, low, high, flag in measures
    ]
    document = desk.one(files.biology(*made))
    told = [one for one in document.findings if one.code in {rules.VERY_ABNORMAL, rules.ABNORMAL}]
    assert [one.code for one in told] == codes_said
    assert named in (told[0].text if told else "")


def test_the_results_of_a_document_that_was_replaced_alarm_nobody_any_more(desk: Desk) -> None:
    alarming = Measure("Potassium", "2823-3", "6.9", unit="mmol/L", low="3.5", high="5.1", flag="HH")
    first = desk.one(files.biology(alarming))

    def alarms() -> list[str]:
        looked = desk.inbox.look(first.id, desk.actor)
        assert isinstance(looked, Done)
        return [one.code for one in looked.value.findings if one.code == rules.VERY_ABNORMAL]

    assert alarms() == [rules.VERY_ABNORMAL]
    desk.one(files.report(number=912, version=2, replaces=911))
    assert desk.inbox.get(first.id).replaced_by is not None  # type: ignore[union-attr]
    assert alarms() == []


# --- Acts -------------------------------------------------------------------------------------------------------------


@pytest.mark.req("MSS/va1.25")
def test_a_document_is_taken_out_of_a_file_or_refused_with_a_reason_and_taken_up_again(desk: Desk) -> None:
    document = desk.one(files.report())
    inbox, actor = desk.inbox, desk.actor
    inbox.file(document.id, desk.qualified.id, actor)
    assert codes(inbox.refuse(document.id, "Erreur", actor)) == ["GAL-REC-04"]
    assert codes(inbox.unfile(document.id, "  ", actor)) == ["GAL-REC-01"]
    out = inbox.unfile(document.id, "Mauvais dossier", actor)
    assert isinstance(out, Done)
    assert (out.value.state, out.value.patient_id) == (State.WAITING, None)
    assert inbox.of(desk.qualified.id) == []
    assert codes(inbox.refuse(document.id, "", actor)) == ["GAL-REC-01"]
    refused = inbox.refuse(document.id, "Patient inconnu ici", actor)
    assert isinstance(refused, Done)
    assert (refused.value.state, refused.value.reason) == (State.REFUSED, "Patient inconnu ici")
    assert codes(inbox.file(document.id, desk.qualified.id, actor)) == ["GAL-REC-04"]
    again = inbox.retake(document.id, actor)
    assert isinstance(again, Done)
    assert again.value.state is State.WAITING
    assert [one.event for one in inbox.history(document.id)] == [
        Event.RETAKE, Event.REFUSE, Event.UNFILE, Event.FILE, Event.RECEIVE,
    ]  # fmt: skip
    for act in ("file", "unfile", "refuse", "retake"):
        assert len(desk.traces(f"received_document.{act}")) == 1


def test_two_persons_who_decide_at_once_decide_once(desk: Desk) -> None:
    document = desk.one(files.report())
    assert isinstance(desk.inbox.file(document.id, desk.qualified.id, desk.actor), Done)
    outcome = desk.inbox.file(document.id, desk.homonym.id, desk.actor, confirmed=True)
    assert codes(outcome) == ["GAL-REC-04"]
    assert isinstance(outcome, Refused)
    assert desk.qualified.display_name in outcome.findings[0].text


def test_two_workstations_that_file_at_the_same_moment_file_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    document = desk.one(files.report())
    outcomes = together(
        monkeypatch,
        inbox_service.store,
        "move",
        lambda: desk.inbox.file(document.id, desk.qualified.id, desk.actor),
        lambda: desk.inbox.file(document.id, desk.homonym.id, desk.actor, confirmed=True),
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Done", "Refused"]
    (filed,) = [one.value for one in outcomes if isinstance(one, Done)]
    assert desk.inbox.get(document.id) == filed
    (trace,) = desk.traces("received_document.file")
    assert trace.patient_id == filed.patient_id


@pytest.mark.req("MSS/va1.27")
def test_two_versions_received_at_the_same_moment_replace_each_other_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = (files.report(), files.report(number=907, version=2, replaces=901))
    together(
        monkeypatch,
        inbox_service.store,
        "add",
        *(lambda content=content: desk.receive(content) for content in versions),
    )
    first, second = sorted(desk.inbox.page(Query()).documents, key=lambda one: one.version or 0)
    assert (first.replaced_by, second.replaced_by) == (second.id, None)


@pytest.mark.req("SC.ERGO.01")
def test_read_and_unread_are_shared_and_a_reading_is_traced_before_it_is_shown(desk: Desk) -> None:
    document = desk.one(files.report())
    assert desk.inbox.unread() == 1
    assert isinstance(desk.inbox.look(document.id, desk.actor), Done)
    assert isinstance(desk.inbox.look(document.id, desk.actor), Done)
    (trace,) = desk.traces("received_document.read")
    assert (trace.subject_id, trace.patient_id, trace.actor_id) == (str(document.id), None, desk.actor.staff_id)
    desk.inbox.mark_read(document.id, desk.actor)
    assert (desk.inbox.unread(), desk.inbox.page(Query(unread=True)).documents) == (0, ())
    marked = desk.inbox.mark_unread(document.id, desk.actor)
    assert isinstance(marked, Done)
    assert (marked.value.is_read, desk.inbox.unread()) == (False, 1)


def test_a_document_that_was_filed_since_is_a_reading_of_its_patient_s_file(desk: Desk) -> None:
    document = desk.one(files.report())
    desk.inbox.look(document.id, desk.actor)
    desk.inbox.file(document.id, desk.qualified.id, desk.actor)
    for _ in range(2):
        desk.inbox.look(document.id, desk.actor)
    assert [one.patient_id for one in desk.traces("received_document.read")] == [None, desk.qualified.id]


def test_a_file_whose_traits_stand_beside_those_of_a_document_is_read_too(desk: Desk) -> None:
    document, nameless = desk.one(files.report()), desk.one(files.plain_pdf(), "a.pdf")
    for one in (nameless, document):
        assert isinstance(desk.inbox.look(one.id, desk.actor), Done)
    (opened,) = desk.traces("patient.open")
    assert opened.patient_id == desk.qualified.id
    assert opened.details == '{"ins":true,"room":"documents"}'


def test_a_document_put_on_paper_is_traced_with_its_matricule(desk: Desk) -> None:
    named, nameless = desk.one(files.report()), desk.one(files.plain_pdf(), "a.pdf")
    desk.inbox.file(named.id, desk.qualified.id, desk.actor)
    for one in (named, nameless):
        desk.inbox.printed(one.id, desk.actor)
    printed = [(one.subject_id, one.patient_id) for one in desk.traces("received_document.print")]
    assert printed == [(str(named.id), desk.qualified.id), (str(nameless.id), None)]
    assert [one.subject_id for one in desk.traces("ins.print")] == [str(named.id)]
    stock = actor_of(_member(desk.staff, MemberDraft(family_name="B", given_name="Luc", role=Role.STOCK)), "1")
    for number, actor in ((named.id, stock), (4711, desk.actor)):
        with pytest.raises(InputDefect):
            desk.inbox.printed(number, actor)
    assert len(desk.traces("received_document.print")) == 2


def test_who_may_not_read_or_file_is_refused(desk: Desk) -> None:
    document = desk.one(files.report())
    student = actor_of(_member(desk.staff, MemberDraft(family_name="A", given_name="Léo", role=Role.STUDENT)), "1")
    stock = actor_of(_member(desk.staff, MemberDraft(family_name="B", given_name="Luc", role=Role.STOCK)), "1")
    assert isinstance(desk.inbox.look(document.id, student), Done)
    assert codes(desk.inbox.file(document.id, desk.qualified.id, student)) == ["GAL-PER-01"]
    assert codes(desk.inbox.receive(files.report(number=903), Origin.FILE, student)) == ["GAL-PER-01"]
    assert codes(desk.inbox.look(document.id, stock)) == ["GAL-PER-01"]
    with pytest.raises(InputDefect):
        desk.inbox.page(Query(), stock)
    assert not desk.staff.may(student, Right.FILE_DOCUMENTS)


# --- Versions ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("MSS/va1.27")
def test_a_higher_version_replaces_the_one_before_and_both_are_kept(desk: Desk) -> None:
    first = desk.one(files.report())
    desk.inbox.file(first.id, desk.qualified.id, desk.actor)
    second = desk.one(files.report(number=907, version=2, replaces=901, text="Corrigé."))
    before = desk.inbox.get(first.id)
    assert before is not None
    assert (before.replaced_by, before.state) == (second.id, State.FILED)
    assert [one.id for one in desk.inbox.versions(first.id)] == [second.id, first.id]
    looked = [desk.inbox.look(one, desk.actor) for one in (first.id, second.id)]
    assert all(isinstance(one, Done) for one in looked)
    assert "Remplacé par la version 2" in looked[0].value.subtitle  # type: ignore[union-attr]
    assert [one.id for one in desk.inbox.page(Query(replaced=True)).documents] == [first.id]
    # Refused, it replaces nothing; taken up again, it does.
    desk.inbox.refuse(second.id, "Erreur d’envoi", desk.actor)
    assert desk.inbox.get(first.id).replaced_by is None  # type: ignore[union-attr]
    desk.inbox.retake(second.id, desk.actor)
    assert desk.inbox.get(first.id).replaced_by == second.id  # type: ignore[union-attr]


@pytest.mark.req("MSS/va1.27")
def test_versions_that_come_in_disorder_end_as_in_order(desk: Desk) -> None:
    second = desk.one(files.report(number=907, version=2, replaces=901))
    first = desk.one(files.report())
    found = desk.inbox.get(first.id)
    assert found is not None
    assert found.replaced_by == second.id


@pytest.mark.req("MSS/va1.27")
def test_a_document_replaces_none_of_another_person(desk: Desk) -> None:
    first = desk.one(files.report())
    stranger = files.of(family_name="AUTRE", matricule="", oid="", birth_date="1950-01-01")
    other = desk.one(files.report(stranger, number=907, version=2, replaces=901))
    assert "GAL-REC-10" in said(other)
    assert desk.inbox.get(first.id).replaced_by is None  # type: ignore[union-attr]


def test_two_defective_documents_of_one_archive_are_both_kept_aside(desk: Desk) -> None:
    content = files.archive(*(files.sealed(one, rank) for rank, one in enumerate(documents_of_one()[:2])))
    receipt = desk.receive(content, "lot.zip")
    assert (len(receipt.aside), len(receipt.known)) == (2, 0)
    again = desk.receive(content, "lot.zip")
    assert (len(again.aside), len(again.known)) == (0, 2), "and told once"


def test_a_twin_replaces_nothing_of_the_other_twin(desk: Desk) -> None:
    none = {"matricule": "", "oid": ""}
    first = desk.one(files.report(files.of(**none)))
    twin = files.of(first_name="PAUL", birth_names="PAUL", sex="M", **none)
    desk.one(files.report(twin, number=907, version=2, replaces=901))
    assert desk.inbox.get(first.id).replaced_by is None  # type: ignore[union-attr]


def test_versions_that_a_person_has_filed_in_two_files_do_not_replace_each_other(desk: Desk) -> None:
    first, second = desk.one(files.report()), desk.one(files.report(number=907, version=2, replaces=901))
    assert desk.inbox.get(first.id).replaced_by == second.id  # type: ignore[union-attr]
    for one, patient in ((first, desk.qualified), (second, desk.homonym)):
        assert isinstance(desk.inbox.file(one.id, patient.id, desk.actor, confirmed=True), Done)
    assert desk.inbox.get(first.id).replaced_by is None  # type: ignore[union-attr]
    assert isinstance(desk.inbox.unfile(second.id, "Mauvais dossier", desk.actor), Done)
    assert desk.inbox.get(first.id).replaced_by == second.id  # type: ignore[union-attr]


def test_what_was_confirmed_must_be_what_is_found(desk: Desk) -> None:
    document = desk.one(files.report(files.of(birth_date="1997-02-27")))
    refused = desk.inbox.file(document.id, desk.qualified.id, desk.actor, confirmed=True, seen=Agreement.SURE)
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.findings] == ["GAL-REC-05"]
    assert desk.inbox.get(document.id).state is State.WAITING  # type: ignore[union-attr]


def test_a_first_name_of_the_document_that_is_not_the_file_s_is_seen(desk: Desk) -> None:
    document = desk.one(files.report(files.of(first_name="ANNE")))
    candidate = desk.inbox.compare(document.id, desk.qualified.id)
    assert candidate is not None
    assert candidate.agreement is not Agreement.SURE
    assert any("prénom" in one.lower() for one in candidate.differing)


def test_the_same_identifier_with_another_content_is_said(desk: Desk) -> None:
    desk.one(files.report())
    assert "GAL-REC-09" in said(desk.one(files.report(text="Autre chose.")))


# --- The list ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("SC.ERGO.01")
def test_the_list_is_newest_first_sorted_and_filtered(desk: Desk) -> None:
    late = desk.one(files.report(files.of(family_name="ZEBRE", matricule="", oid=""), number=910))
    early = desk.one(files.plain_pdf(), "a.pdf")
    aside = desk.aside(b"<a/>", "x.xml")
    inbox = desk.inbox
    assert [one.id for one in inbox.page(Query()).documents] == [aside.id, early.id, late.id]
    assert inbox.page(Query(sort=Sort.PATIENT)).documents[0].id == late.id
    assert inbox.page(Query(sort=Sort.DATED)).documents[0].id == late.id
    assert [one.kind for one in inbox.page(Query(sort=Sort.TYPE)).documents] == [
        "CR d’examens biologiques", "Fichier", "PDF",
    ]  # fmt: skip
    assert [one.id for one in inbox.page(Query(text="zebr biolog")).documents] == [late.id]
    assert inbox.page(Query(text="100%_")).documents == ()
    assert [one.id for one in inbox.page(Query(states=frozenset({State.ASIDE}))).documents] == [aside.id]
    assert [one.id for one in inbox.page(Query(kind="PDF")).documents] == [early.id]
    assert inbox.page(Query(since=desk.db.clock.now() + dt.timedelta(seconds=1))).documents == ()
    page = inbox.page(Query(limit=1))
    assert (len(page.documents), page.total, page.unread) == (1, 3, 3)
    assert page.kinds == ("CR d’examens biologiques", "Fichier", "PDF")
    inbox.mark_read(late.id, desk.actor)
    inbox.file(late.id, desk.homonym.id, desk.actor, confirmed=True)
    assert late.id not in {one.id for one in inbox.page(Query(todo=True)).documents}
    assert late.id in {one.id for one in inbox.page(Query(todo=True, keep=late.id)).documents}


# --- The bytes --------------------------------------------------------------------------------------------------------


def test_bytes_that_are_lost_or_altered_are_found_and_none_is_an_orphan(desk: Desk) -> None:
    document = desk.one(files.report())
    with desk.db.read() as session:
        assert inbox_service.verify(session, desk.blobs).bad == ()
        held = inbox_service.hashes(session)
        assert verify_copies(session, desk.blobs, held).orphans == 0
        assert verify_copies(session, desk.blobs).orphans == 1
    if isinstance(desk.blobs, FolderBlobs):
        desk.blobs.path_of(document.sha256).write_bytes(b"rot")
    else:
        with desk.db.engine.begin() as connection:
            connection.execute(text("UPDATE blob SET content = 'rot'"))
    with desk.db.read() as session:
        (bad,) = inbox_service.verify(session, desk.blobs).bad
    assert "endommagé" in bad
    with pytest.raises(FileUnusable):
        desk.inbox.look(document.id, desk.actor)


@pytest.mark.req("OFF-DB-10")
def test_a_backup_carries_the_documents_and_the_archives_in_which_they_came(desk: Desk, tmp_path: Path) -> None:
    cdas = documents_of_one()[:2]
    receipt = desk.receive(files.archive(*cdas), "IHE_XDM.zip")
    made = backup.make(desk.db.engine, tmp_path / "usb", now=desk.db.clock.now(), blobs=desk.blobs)
    assert (made.carried.kept, made.carried.unreadable) == (3, ())
    beside = FolderBlobs(tmp_path / "usb" / "blobs")
    assert [beside.get(one.sha256) for one in receipt.new] == cdas
    assert beside.get(receipt.new[0].parcel) == files.archive(*cdas)


def test_what_arrived_and_what_happened_are_never_rewritten(desk: Desk) -> None:
    desk.one(files.report())
    for table in ("received_document", "received_event"):
        with pytest.raises(DBAPIError), desk.db.engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {table}"))


def _repacked(content: bytes, changed: dict[str, bytes], *, declared: bytes | None = None) -> bytes:
    """Return an archive with files put in the place of others; ``declared`` adds a document to the metadata."""
    packed = zipfile.ZipFile(io.BytesIO(content))
    held = {name: packed.read(name) for name in packed.namelist()}
    for name, new in changed.items():
        held[f"IHE_XDM/SUBSET01/{name}"] = new
    if declared is not None:
        other = zipfile.ZipFile(io.BytesIO(files.archive(declared)))
        held |= {
            f"IHE_XDM/SUBSET02/{one.rpartition('/')[2]}": other.read(one) for one in other.namelist() if "SUBSET" in one
        }
        del held["IHE_XDM/SUBSET01/DOC00002.XML"]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, new in held.items():
            made.writestr(name, new)
    return stream.getvalue()
