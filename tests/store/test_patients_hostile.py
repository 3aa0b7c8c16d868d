"""Whatever is typed into a field is kept or refused with a reason; it never breaks the act, on either engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.kernel.outcome import Done
from app.officine.patients.model import PatientDraft, Sex
from app.officine.patients.service import Patients
from app.officine.prescriptions.model import PrescriberDraft
from app.officine.prescriptions.service import Prescriptions
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff

if TYPE_CHECKING:
    from app.store.audit import Actor
    from app.store.database import Database

PATIENT = PatientDraft(
    family_name="VERVEINE", first_name="ROSE", birth_date=dt.date(1981, 5, 1), sex=Sex.FEMALE, birth_place="63220"
)
PRESCRIBER = PrescriberDraft(family_name="MÉLILOT", given_name="Hugo")
MEMBER = MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.STUDENT)

_STRANGE = (
    "'", "%", "_", "; DROP TABLE patient --", "\x00", "🙂", "a" * 300, "É" * 101, "\u202e", "\ud800", "DE VINCI",
)  # fmt: skip
_TYPED = st.one_of(
    st.sampled_from(_STRANGE), st.text(max_size=40), st.text(alphabet="aÉ' -œ", min_size=1, max_size=12)
)  # fmt: skip
_HOSTILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


def one_strange_field(*fields: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda field, typed: {field: typed}, st.sampled_from(fields), _TYPED)


@pytest.mark.req("OFF-SCOPE-03")
@_HOSTILE
@given(
    change=one_strange_field(
        "family_name", "first_name", "birth_names", "used_name", "used_first_name", "birth_place", "phone", "email",
        "address_line", "postal_code", "city", "allergies",
    )
)  # fmt: skip
@example(change={"used_name": "D'Été--Brun"})
@example(change={"birth_date": dt.date.max})
@example(change={"birth_date": dt.date.min})
def test_any_patient_typed_is_kept_whole_or_refused(database: Database, actor: Actor, change: dict[str, Any]) -> None:
    patients = Patients(database, Staff(database))
    before = patients.count()
    outcome = patients.create(replace(PATIENT, **change), actor)
    if isinstance(outcome, Done):
        assert patients.get(outcome.value.id) == outcome.value
        assert outcome.value in patients.search(f"01/05/1981 {outcome.value.family_name}", limit=1000)
        assert patients.count() == before + 1
    else:
        assert all(finding.text for finding in outcome.findings)
        assert patients.count() == before


@pytest.mark.req("OFF-SCOPE-03")
@_HOSTILE
@given(change=one_strange_field("family_name", "given_name", "rpps", "specialty", "finess", "city", "phone", "mss"))
def test_any_prescriber_typed_is_kept_or_refused(database: Database, actor: Actor, change: dict[str, Any]) -> None:
    prescriptions = Prescriptions(database, Staff(database))
    outcome = prescriptions.add_prescriber(replace(PRESCRIBER, **change), actor)
    if isinstance(outcome, Done):
        assert prescriptions.get_prescriber(outcome.value.id) == outcome.value


@pytest.mark.req("OFF-SCOPE-03")
@_HOSTILE
@given(change=one_strange_field("family_name", "given_name", "rpps", "badge"))
def test_any_member_typed_is_kept_or_refused(database: Database, actor: Actor, change: dict[str, Any]) -> None:
    staff = Staff(database)
    outcome = staff.add(replace(MEMBER, **change), actor)
    if isinstance(outcome, Done):
        assert staff.get(outcome.value.id) == outcome.value
