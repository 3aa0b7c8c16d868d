"""A patient's file is created, traced, changed without overwriting anyone, and never half."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.kernel.outcome import Done, Refused, Severity
from app.officine.patients.model import Attribute, Coverage, IdentityStatus, Patient, PatientDraft, Scheme, Sex
from app.officine.patients.service import FictitiousFile, Patients
from app.officine.patients.tables import PatientRow
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from app.store.audit import Actor
    from app.store.database import Database

DRAFT = PatientDraft(
    family_name="Verveine",
    first_name="Jeanne",
    birth_date=dt.date(1981, 5, 1),
    sex=Sex.FEMALE,
    birth_place="63220",
    used_name="D'Arnica",
    phone="01 99 00 12 34",
    coverage=Coverage(scheme=Scheme.ALSACE_MOSELLE, exemption="maternity", amc="full", ald=True),
    allergies="pénicilline",
)
TEST_OID = "1.2.250.1.213.1.4.10"


@pytest.fixture
def patients(database: Database) -> Patients:
    return Patients(database, Staff(database))


def created(patients: Patients, actor: Actor, draft: PatientDraft = DRAFT) -> Patient:
    outcome = patients.create(draft, actor)
    assert isinstance(outcome, Done)
    return outcome.value


def audit_entries(database: Database) -> list[AuditRow]:
    with database.read() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.seq)))


@pytest.mark.req("INS-05")
def test_a_created_file_is_read_back_as_it_was_kept(patients: Patients, actor: Actor) -> None:
    outcome = patients.create(DRAFT, actor)
    assert isinstance(outcome, Done)
    assert {finding.code for finding in outcome.findings} == {"GAL-PAT-01"}
    read = patients.get(outcome.value.id)
    assert read == outcome.value
    assert (read.family_name, read.first_name, read.used_name) == ("VERVEINE", "JEANNE", "D'ARNICA")
    assert (read.status, read.matricule, read.oid) == (IdentityStatus.PROVISIONAL, None, None)
    assert read.coverage == DRAFT.coverage
    assert patients.count() == 1


@pytest.mark.req("OFF-DB-01")
def test_the_creation_and_its_audit_entry_are_one(patients: Patients, database: Database, actor: Actor) -> None:
    patient = created(patients, actor)
    entries = audit_entries(database)
    assert [(entry.action, entry.patient_id, entry.actor_name) for entry in entries] == [
        ("patient.create", patient.id, "Camille Durand")
    ]


def test_a_refused_draft_leaves_nothing(patients: Patients, database: Database, actor: Actor) -> None:
    outcome = patients.create(replace(DRAFT, family_name="x" * 300), actor)
    assert isinstance(outcome, Refused)
    assert patients.count() == 0
    assert audit_entries(database) == []


@pytest.mark.req("INS-05")
def test_a_possible_duplicate_is_said_and_does_not_forbid(patients: Patients, actor: Actor) -> None:
    first = created(patients, actor)
    again = replace(DRAFT, family_name="D'ARNICA", first_name="ROSE", used_name="")
    findings = [finding for finding in patients.check(again) if finding.severity is Severity.WARNING]
    assert [(finding.code, finding.subject) for finding in findings] == [("GAL-PAT-11", str(first.id))]
    assert isinstance(patients.create(again, actor, confirmed=True), Done)
    assert patients.count() == 2


def test_a_change_is_kept_traced_and_found(patients: Patients, database: Database, actor: Actor) -> None:
    patient = created(patients, actor)
    outcome = patients.update(patient.id, patient.version, replace(DRAFT, used_name="SAUGE"), actor)
    assert isinstance(outcome, Done)
    assert outcome.value.used_name == "SAUGE"
    assert outcome.value.version == patient.version + 1
    assert [found.id for found in patients.search("sauge")] == [patient.id]
    assert patients.search("arnica") == []
    entry = audit_entries(database)[-1]
    assert entry.action == "patient.update"
    assert json.loads(entry.details) == {"used_name": ["D'ARNICA", "SAUGE"]}


@pytest.mark.req("OFF-DB-02")
def test_a_file_edited_at_two_workstations_is_never_overwritten(patients: Patients, actor: Actor) -> None:
    patient = created(patients, actor)
    first = patients.update(patient.id, patient.version, replace(DRAFT, phone="01 99 00 00 01"), actor)
    second = patients.update(patient.id, patient.version, replace(DRAFT, phone="01 99 00 00 02"), actor)
    assert isinstance(first, Done)
    assert isinstance(second, Refused)
    assert "GAL-PAT-13" in {finding.code for finding in second.findings}
    read = patients.get(patient.id)
    assert read is not None
    assert read.phone == "01 99 00 00 01"


def test_a_file_that_does_not_exist_is_refused(patients: Patients, actor: Actor) -> None:
    assert patients.get(4711) is None
    outcome = patients.update(4711, 1, DRAFT, actor)
    assert isinstance(outcome, Refused)
    assert [finding.code for finding in outcome.findings] == ["GAL-PAT-14"]


@pytest.mark.req("INS-04")
def test_who_has_not_the_right_creates_nobody(database: Database, actor: Actor) -> None:
    staff = Staff(database)
    added = staff.add(MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.STOCK), actor)
    assert isinstance(added, Done)
    outcome = Patients(database, staff).create(DRAFT, actor_of(added.value, "réserve"))
    assert isinstance(outcome, Refused)
    assert outcome.findings[0].code == "GAL-PER-01"


@pytest.mark.req("INS-20")
def test_the_strict_traits_of_a_qualified_identity_are_locked(patients: Patients, actor: Actor) -> None:
    file = FictitiousFile(
        draft=DRAFT,
        status=IdentityStatus.QUALIFIED,
        attributes=frozenset({Attribute.HOMONYM}),
        matricule="279035121518989",
        oid=TEST_OID,
    )
    outcome = patients.load_fictitious([file], actor)
    assert isinstance(outcome, Done)
    patient = outcome.value[0]
    assert patient.attributes == {Attribute.HOMONYM}
    assert patients.search("279035121518989") == [patient]
    refused = patients.update(patient.id, 1, replace(DRAFT, family_name="AUTRE"), actor)
    assert isinstance(refused, Refused)
    assert isinstance(patients.update(patient.id, 1, replace(DRAFT, phone=""), actor), Done)


@pytest.mark.req("INS-05")
def test_the_database_itself_refuses_a_matricule_without_its_status(
    patients: Patients, database: Database, actor: Actor
) -> None:
    patient = created(patients, actor)
    statement = update(PatientRow).where(PatientRow.id == patient.id).values(matricule="279035121518989", oid=TEST_OID)
    with pytest.raises(IntegrityError), database.write(actor) as work:
        work.session.execute(statement)


@pytest.mark.req("INS-05")
def test_two_files_never_hold_the_same_ins(patients: Patients, actor: Actor) -> None:
    file = FictitiousFile(
        draft=DRAFT, status=IdentityStatus.QUALIFIED, matricule="279035121518989", oid=TEST_OID
    )  # fmt: skip
    other = replace(file, draft=replace(DRAFT, family_name="AUTRE"))
    with pytest.raises(IntegrityError):
        patients.load_fictitious([file, other], actor)
    assert patients.count() == 0
