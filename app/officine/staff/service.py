"""Who is at this counter, and may they do what they ask?"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from app.kernel.clock import today
from app.kernel.errors import InputDefect
from app.kernel.outcome import Done, Refused, is_refused
from app.officine.staff import rules
from app.officine.staff.model import Member, MemberDraft, Right, Role
from app.officine.staff.tables import StaffAccountRow, StaffCardRow, StaffRow
from app.store.audit import Actor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.kernel.events import Changed
    from app.kernel.outcome import Finding, Outcome
    from app.store.database import Database, UnitOfWork

_LIMITED = select(StaffAccountRow.staff_id).where(
    StaffAccountRow.password_hash != "",
    or_(
        StaffAccountRow.must_change,
        StaffAccountRow.totp_sealed.is_(None)
        & ~select(StaffCardRow).where(StaffCardRow.staff_id == StaffAccountRow.staff_id).exists(),
    ),
)
"""Members whose account is not complete: a password that someone else chose, or nothing beside it."""


class Staff:
    """The team of the officine and its rights."""

    def __init__(self, db: Database) -> None:
        """Read the team from ``db``; it is kept in memory until it changes."""
        self._db = db
        self._lock = threading.Lock()
        self._members: dict[int, Member] | None = None
        db.publisher.subscribe(self._forget)

    def members(self) -> list[Member]:
        """Return the active members, by name."""
        active = (member for member in self._team().values() if member.active)
        return sorted(active, key=lambda member: (member.family_name, member.given_name))

    def get(self, member_id: int) -> Member | None:
        """Return a member, active or not; None when there is no such one."""
        return self._team().get(member_id)

    def by_badge(self, code: str) -> Member | None:
        """Return the active member who holds the badge; None for a badge of nobody."""
        return next((member for member in self.members() if code and member.badge == code), None)

    def may(self, actor: Actor, right: Right) -> bool:
        """Return True when the actor holds the right.

        An actor without ``staff_id`` is Galien itself or a technician's command, which hold every right.
        """
        if actor.staff_id is None:
            return True
        member = self.get(actor.staff_id)
        return (
            member is not None and rules.member_may(member, right) and not rules.lapsed(member, today(self._db.clock))
        )

    def refusal(self, actor: Actor, right: Right) -> list[Finding]:
        """Return the finding that refuses the act to this actor, or nothing."""
        if self.may(actor, right):
            return []
        member = None if actor.staff_id is None else self.get(actor.staff_id)
        if member is not None and member.is_limited:
            return [rules.limited()]
        if member is not None and rules.member_may(member, right):
            return [rules.enrolment_over(member)]
        return [rules.refusal(right)]

    def require(self, actor: Actor | None, right: Right) -> None:
        """Raise InputDefect where the actor lacks the right: for what returns what it reads, and no outcome.

        The screens ask for the right before; this is what stops whatever did not. None is Galien itself, which reads
        to check, to print or to answer for what was asked with a right.
        """
        if actor is None:
            return
        for finding in self.refusal(actor, right):
            raise InputDefect(finding.text, code=finding.code, advice=finding.advice)

    def check(self, draft: MemberDraft) -> list[Finding]:
        """Return what is wrong with a member as typed."""
        return rules.check_member(draft, self._team().values())

    def add(self, draft: MemberDraft, actor: Actor) -> Outcome[Member]:
        """Add a member to the team."""
        added = self.add_all([draft], actor)
        return added if isinstance(added, Refused) else Done(added.value[0], added.findings)

    def add_all(self, drafts: Sequence[MemberDraft], actor: Actor) -> Outcome[list[Member]]:
        """Add several members, all or none."""
        findings = self.refusal(actor, Right.MANAGE_STAFF)
        findings += [finding for draft in drafts for finding in self.check(draft)]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            rows = [row_of(draft) for draft in drafts]
            work.session.add_all(rows)
            work.session.flush()
            for row in rows:
                work.audit("staff.add", "staff", str(row.id), details={"role": row.role})
                if row.student_until is not None:
                    _audit_enrolment(work, row.id, row.student_until)
            work.changed("staff")
        return Done([member_of(row) for row in rows], tuple(findings))

    def edit(self, member_id: int, draft: MemberDraft, actor: Actor) -> Outcome[Member]:
        """Write over a member what is typed: name, role, RPPS, badge, named for the identities or not."""
        known = self.get(member_id)
        findings = self.refusal(actor, Right.MANAGE_STAFF)
        if known is None or findings:
            return Refused(tuple(findings or [rules.unknown()]))
        findings += rules.check_member(draft, [one for one in self._team().values() if one.id != member_id])
        if draft.role is not Role.HOLDER:
            findings += rules.last_holder(known, self._team().values())
        if is_refused(findings):
            return Refused(tuple(findings))
        until = _enrolment(draft)
        with self._db.write(actor) as work:
            row = work.session.get_one(StaffRow, member_id)
            before = (row.role, row.is_identity_super_user)
            row.family_name, row.given_name, row.role = draft.family_name, draft.given_name, str(draft.role)
            row.rpps, row.badge = draft.rpps, draft.badge or None
            row.is_identity_super_user = draft.is_identity_super_user
            if row.student_until != until:
                row.student_until = until
                _audit_enrolment(work, member_id, until)
            work.session.flush()
            details = {"before": list(before), "after": [row.role, row.is_identity_super_user]}
            work.audit("staff.edit", "staff", str(member_id), details=details)
            work.changed("staff")
            edited = member_of(row, is_limited=known.is_limited)
        return Done(edited, tuple(findings))

    def set_student_until(self, member_id: int, until: dt.date | None, actor: Actor) -> Outcome[None]:
        """Record the last day of a student’s enrolment, as read on the certificate; None where it is not known."""
        findings = self.refusal(actor, Right.MANAGE_STAFF)
        member = self.get(member_id)
        if member is None or member.role is not Role.STUDENT:
            findings.append(rules.no_student())
        if findings:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            work.session.execute(update(StaffRow).where(StaffRow.id == member_id).values(student_until=until))
            _audit_enrolment(work, member_id, until)
            work.changed("staff")
        return Done(None)

    def deactivate(self, member_id: int, actor: Actor) -> Outcome[None]:
        """Close the account of a member who leaves; the trace of what they did stays."""
        known = self.get(member_id)
        findings = self.refusal(actor, Right.MANAGE_STAFF)
        findings += [] if known is None else rules.last_holder(known, self._team().values())
        if findings:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            work.session.execute(update(StaffRow).where(StaffRow.id == member_id).values(active=False))
            work.audit("staff.deactivate", "staff", str(member_id))
            work.changed("staff")
        return Done(None)

    def _team(self) -> dict[int, Member]:
        with self._lock:
            if self._members is None:
                with self._db.read() as session:
                    limited = frozenset(session.scalars(_LIMITED))
                    rows = session.scalars(select(StaffRow))
                    self._members = {row.id: member_of(row, is_limited=row.id in limited) for row in rows}
            return self._members

    def _forget(self, change: Changed) -> None:
        if change.touches("staff"):
            with self._lock:
                self._members = None


def actor_of(member: Member, station: str) -> Actor:
    """Return the actor that a member is at a workstation."""
    return Actor(member.id, member.name, station)


def _enrolment(draft: MemberDraft) -> dt.date | None:
    """Return until when the enrolment lets a student work here; of another role there is none."""
    return draft.student_until if draft.role is Role.STUDENT else None


def _audit_enrolment(work: UnitOfWork, member_id: int, until: dt.date | None) -> None:
    day = "" if until is None else until.isoformat()
    work.audit("staff.certificate", "staff", str(member_id), details={"until": day})


def row_of(draft: MemberDraft) -> StaffRow:
    """Return the row of a new member."""
    return StaffRow(
        family_name=draft.family_name,
        given_name=draft.given_name,
        role=str(draft.role),
        rpps=draft.rpps,
        badge=draft.badge or None,
        active=True,
        is_identity_super_user=draft.is_identity_super_user,
        student_until=_enrolment(draft),
    )


def member_of(row: StaffRow, *, is_limited: bool = False) -> Member:
    """Return the member that a row holds."""
    return Member(
        id=row.id,
        family_name=row.family_name,
        given_name=row.given_name,
        role=Role(row.role),
        rpps=row.rpps,
        badge=row.badge or "",
        active=row.active,
        is_identity_super_user=row.is_identity_super_user,
        is_limited=is_limited,
        student_until=row.student_until,
    )
