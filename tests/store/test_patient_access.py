"""Each access to a patient's file is traced with who, when, from where and whose; who may not read is refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.kernel.errors import InputDefect
from app.kernel.outcome import Done, Refused
from app.officine.patients.model import Patient, PatientDraft, Sex
from app.officine.patients.service import Patients
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store.audit import Actor
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from app.kernel.clock import FixedClock
    from app.store.database import Database

GALIEN = Actor(None, "Galien", "comptoir-1")
DRAFT = PatientDraft(
    family_name="ESSAI", first_name="JEANNE", birth_date=dt.date(1981, 5, 1), sex=Sex.FEMALE, birth_place="99999"
)


@pytest.fixture
def patients(database: Database) -> Patients:
    return Patients(database, Staff(database))


@pytest.fixture
def jeanne(patients: Patients) -> Patient:
    outcome = patients.create(DRAFT, GALIEN)
    assert isinstance(outcome, Done)
    return outcome.value


def member(database: Database, role: Role, station: str = "comptoir-1") -> Actor:
    """Return a member of a role at a workstation."""
    outcome = Staff(database).add(MemberDraft(family_name="ORTIE", given_name="Paul", role=role), GALIEN)
    assert isinstance(outcome, Done)
    return actor_of(outcome.value, station)


def traces(database: Database) -> list[tuple[str, str, str, int | None, str]]:
    with database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "patient.open").order_by(AuditRow.seq))
        return [(row.actor_name, row.station, row.result, row.patient_id, row.details) for row in rows]


@pytest.mark.req("INS-04")
def test_an_access_is_traced_with_who_from_where_and_whose(
    patients: Patients, jeanne: Patient, database: Database
) -> None:
    paul = member(database, Role.TECHNICIAN)
    outcome = patients.open(jeanne.id, paul, "counter")
    assert isinstance(outcome, Done)
    assert outcome.value == jeanne
    assert traces(database) == [("Paul ORTIE", "comptoir-1", "ok", jeanne.id, '{"room":"counter"}')]


@pytest.mark.req("INS-04")
def test_a_file_shown_again_at_once_is_the_same_access_and_later_another(
    patients: Patients, jeanne: Patient, database: Database, clock: FixedClock
) -> None:
    paul = member(database, Role.TECHNICIAN)
    for minutes, expected in ((0, 1), (5, 1), (6, 2), (9, 2)):
        clock.advance(dt.timedelta(minutes=minutes))
        patients.open(jeanne.id, paul, "patients")
        assert len(traces(database)) == expected
    patients.open(jeanne.id, Actor(paul.staff_id, paul.name, "comptoir-2"), "patients")
    patients.open(jeanne.id, member(database, Role.STUDENT), "patients")
    assert len(traces(database)) == 4
    clock.advance(dt.timedelta(days=-1))
    patients.open(jeanne.id, paul, "patients")
    assert len(traces(database)) == 5


@pytest.mark.req("INS-04")
@pytest.mark.parametrize("role", [Role.SUPPORT, Role.STOCK])
def test_who_may_not_read_files_is_refused_and_the_try_is_traced(
    patients: Patients, jeanne: Patient, database: Database, role: Role
) -> None:
    actor = member(database, role)
    assert isinstance(patients.open(jeanne.id, actor, "patients"), Refused)
    assert [trace[2] for trace in traces(database)] == ["refused"]
    for read in (lambda: patients.get(jeanne.id, actor), lambda: patients.search("essai", actor=actor)):
        with pytest.raises(InputDefect, match="ouvrir le dossier"):
            read()
    assert patients.get(jeanne.id) == jeanne


def test_a_file_that_is_not_there_leaves_no_trace(patients: Patients, database: Database) -> None:
    paul = member(database, Role.TECHNICIAN)
    assert isinstance(patients.open(4711, paul), Refused)
    assert traces(database) == []
