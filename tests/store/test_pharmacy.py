"""Is the pharmacy known to every workstation once the titulaire said it, and to nobody before?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.kernel.outcome import Done, Refused
from app.officine.pharmacy.model import PharmacyFacts
from app.officine.pharmacy.service import PharmacySite, head_of
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store import facts
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from app.store.audit import Actor
    from app.store.database import Database

WHOLE = PharmacyFacts(
    name="Pharmacie du Marché",
    finess="630000016",
    address_line="3 place du Marché",
    postal_code="63000",
    city="Clermont-Essai",
    phone="01 99 00 11 22",
)


@pytest.fixture
def team(database: Database, actor: Actor) -> dict[Role, Actor]:
    """A titulaire and a préparateur, at a workstation."""
    staff = Staff(database)
    drafts = [
        MemberDraft(family_name="VALÉRIANE", given_name="Claire", role=Role.HOLDER),
        MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.TECHNICIAN),
    ]
    added = staff.add_all(drafts, actor)
    assert isinstance(added, Done)
    return {one.role: actor_of(one, "comptoir-1") for one in added.value}


@pytest.fixture
def site(database: Database) -> PharmacySite:
    """What the pharmacy says of itself."""
    return PharmacySite(database, Staff(database))


def traced(db: Database) -> list[dict[str, str]]:
    with db.read() as session:
        return list(session.scalars(select(AuditRow.details).where(AuditRow.action == "pharmacy.set")))


def test_what_the_titulaire_says_is_at_the_head_of_the_papers(
    database: Database, site: PharmacySite, team: dict[Role, Actor]
) -> None:
    assert site.values() == PharmacyFacts()
    assert head_of(database).address == ()
    typed = replace(WHOLE, finess="63 0000016", phone="0199001122")
    assert site.set(typed, team[Role.HOLDER]) == Done(WHOLE)
    assert site.values() == WHOLE
    head = head_of(database)
    assert (head.name, head.finess, head.phone) == ("Pharmacie du Marché", "630000016", "01 99 00 11 22")
    assert head.address == ("3 place du Marché", "63000 Clermont-Essai")


def test_a_change_is_traced_with_what_changed_and_what_did_not_change_is_not(
    database: Database, site: PharmacySite, team: dict[Role, Actor]
) -> None:
    holder = team[Role.HOLDER]
    site.set(WHOLE, holder)
    site.set(WHOLE, holder)
    assert len(traced(database)) == 1
    site.set(replace(WHOLE, city="Riom-Essai"), holder)
    assert "Riom-Essai" in str(traced(database)[1])
    assert "Marché" not in str(traced(database)[1])


def test_what_is_refused_changes_nothing(database: Database, site: PharmacySite, team: dict[Role, Actor]) -> None:
    site.set(WHOLE, team[Role.HOLDER])
    refused = site.set(replace(WHOLE, finess="12"), team[Role.HOLDER])
    assert isinstance(refused, Refused)
    assert [(one.code, one.subject) for one in refused.findings] == [("GAL-OFF-13", "finess")]
    barred = site.set(replace(WHOLE, city="Riom-Essai"), team[Role.TECHNICIAN])
    assert isinstance(barred, Refused)
    assert [one.code for one in barred.findings] == ["GAL-PER-01"]
    assert site.values() == WHOLE
    assert len(traced(database)) == 1


def test_what_else_is_known_of_it_stays(database: Database, site: PharmacySite, team: dict[Role, Actor]) -> None:
    with database.write(team[Role.HOLDER]) as work:
        facts.write(work, "officine", {"name": "Ancien nom", "oid": "2.25.1"})
    site.set(WHOLE, team[Role.HOLDER])
    assert facts.read(database, "officine")["oid"] == "2.25.1"
