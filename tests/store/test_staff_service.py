"""The team is read, badges are recognised, and rights follow the person at the counter."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.kernel.clock import today
from app.kernel.outcome import Done, Refused
from app.officine.staff.model import Member, MemberDraft, Right, Role
from app.officine.staff.service import Staff, actor_of
from app.store.audit import Actor

if TYPE_CHECKING:
    from app.kernel.clock import FixedClock
    from app.store.database import Database


@pytest.fixture
def staff(database: Database) -> Staff:
    return Staff(database)


def added(staff: Staff, actor: Actor, role: Role, badge: str = "") -> Member:
    draft = MemberDraft(family_name=f"ORTIE {role}", given_name="Paul", role=role, badge=badge)
    outcome = staff.add(draft, actor)
    assert isinstance(outcome, Done)
    return outcome.value


def test_a_member_is_found_by_badge(staff: Staff, actor: Actor) -> None:
    assert staff.members() == []
    member = added(staff, actor, Role.TECHNICIAN, "GAL-S-7PAUL")
    added(staff, actor, Role.STUDENT)
    assert staff.by_badge("GAL-S-7PAUL") == member
    assert staff.by_badge("GAL-S-7NOBODY") is None
    assert staff.by_badge("") is None
    assert len(staff.members()) == 2


def test_a_badge_belongs_to_one_person(staff: Staff, actor: Actor) -> None:
    added(staff, actor, Role.TECHNICIAN, "GAL-S-7PAUL")
    draft = MemberDraft(family_name="SAUGE", given_name="Rose", role=Role.STUDENT, badge="GAL-S-7PAUL")
    assert isinstance(staff.add(draft, actor), Refused)


@pytest.mark.req("INS-04")
def test_rights_follow_the_role_and_end_with_the_account(staff: Staff, actor: Actor) -> None:
    holder = actor_of(added(staff, actor, Role.HOLDER), "comptoir-1")
    member = added(staff, actor, Role.TECHNICIAN, "GAL-S-7PAUL")
    paul = actor_of(member, "comptoir-1")
    assert paul == Actor(member.id, "Paul ORTIE preparateur", "comptoir-1")
    assert staff.may(paul, Right.DELIVER)
    assert not staff.may(paul, Right.MANAGE_STAFF)
    assert isinstance(staff.deactivate(holder.staff_id or 0, paul), Refused)
    assert isinstance(staff.deactivate(member.id, holder), Done)
    assert not staff.may(paul, Right.DELIVER)
    assert staff.by_badge("GAL-S-7PAUL") is None
    assert staff.get(member.id) is not None


def test_nobody_has_no_right(staff: Staff) -> None:
    assert not staff.may(Actor(4711, "Inconnu", "comptoir-1"), Right.DELIVER)


def test_a_change_made_elsewhere_is_seen_once_announced(staff: Staff, database: Database, actor: Actor) -> None:
    assert staff.members() == []
    added(Staff(database), actor, Role.STUDENT)
    assert len(staff.members()) == 1


@pytest.mark.req("OFF-SSI-02")
def test_a_member_is_edited_by_who_manages_the_team_the_last_titulaire_stays_one(staff: Staff, actor: Actor) -> None:
    holder = added(staff, actor, Role.HOLDER)
    member = added(staff, actor, Role.STUDENT, "GAL-S-7PAUL")
    asked = MemberDraft(
        family_name="ORTIE", given_name="Paul", role=Role.TECHNICIAN, badge="GAL-S-7PAUL", is_identity_super_user=True
    )
    assert isinstance(staff.edit(member.id, asked, actor_of(member, "comptoir-1")), Refused)
    outcome = staff.edit(member.id, asked, actor_of(holder, "comptoir-1"))
    assert isinstance(outcome, Done)
    assert staff.get(member.id) == outcome.value
    assert staff.may(actor_of(member, "comptoir-1"), Right.IDENTITY_SUPER)
    demoted = MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.ASSISTANT)
    for refused in (staff.edit(holder.id, demoted, actor), staff.deactivate(holder.id, actor)):
        assert isinstance(refused, Refused)
        assert refused.findings[0].code == "GAL-PER-07"
    assert isinstance(staff.edit(4711, demoted, actor), Refused)
    taken = MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.HOLDER, badge="GAL-S-7PAUL")
    assert isinstance(staff.edit(holder.id, taken, actor), Refused)
    added(staff, actor, Role.HOLDER)
    assert isinstance(staff.edit(holder.id, demoted, actor), Done)


@pytest.mark.req("OFF-SSI-02")
def test_a_student_works_here_as_long_as_the_enrolment_recorded_lasts(
    staff: Staff, actor: Actor, clock: FixedClock
) -> None:
    """CSP L.4241-10: enrolled students only."""
    student, other = added(staff, actor, Role.STUDENT), added(staff, actor, Role.TECHNICIAN)
    lea = actor_of(student, "comptoir-1")
    assert staff.may(lea, Right.DELIVER)
    last = today(clock)
    assert isinstance(staff.set_student_until(student.id, last, lea), Refused)
    assert isinstance(staff.set_student_until(other.id, last, actor), Refused)
    assert isinstance(staff.set_student_until(student.id, last, actor), Done)
    assert staff.may(lea, Right.DELIVER)
    clock.advance(dt.timedelta(days=1))
    assert [finding.code for finding in staff.refusal(lea, Right.DELIVER)] == ["GAL-PER-09"]
    assert [finding.code for finding in staff.refusal(lea, Right.MANAGE_STAFF)] == ["GAL-PER-01"]
    assert isinstance(staff.set_student_until(student.id, last + dt.timedelta(days=365), actor), Done)
    assert staff.refusal(lea, Right.DELIVER) == []


def test_an_enrolment_belongs_to_a_student_only(staff: Staff, actor: Actor) -> None:
    """CSP L.4241-10: the last day that is typed counts for a student, and goes with the role."""
    last = dt.date(2027, 9, 30)
    draft = MemberDraft(family_name="SAUGE", given_name="Rose", role=Role.STUDENT, student_until=last)
    rose = staff.add(draft, actor)
    assert isinstance(rose, Done)
    assert rose.value.student_until == last
    other = staff.add(replace(draft, role=Role.TECHNICIAN), actor)
    assert isinstance(other, Done)
    assert other.value.student_until is None
    left = staff.edit(rose.value.id, replace(draft, role=Role.TECHNICIAN), actor)
    assert isinstance(left, Done)
    assert left.value.student_until is None
