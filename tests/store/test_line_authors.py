"""Of several operators at one counter each line bears its author, from the scan to the proof of the delivery."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, done, open_house
from sqlalchemy import select, text

from app.officine.dispensing import session as edit
from app.officine.dispensing.agreement import first_disagreement
from app.officine.dispensing.model import Author
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.store.database import Database


@pytest.mark.req("OFF-SSI-01")
def test_a_line_added_by_a_colleague_stays_theirs(database: Database, tmp_path: Path) -> None:
    house = open_house(database, tmp_path / "catalog")
    drafts = [MemberDraft(family_name=name, given_name="Essai", role=Role.ASSISTANT) for name in ("VALÉRIANE", "ORTIE")]
    claire, paul = done(Staff(database).add_all(drafts, CAMILLE))
    session = house.prescribed(AMOXICILLINE)
    product = house.catalog.by_code(DOLIPRANE)
    assert product is not None
    hers = Author(claire.id, claire.name)
    session = replace(session, lines=tuple(replace(line, author=hers) for line in session.lines))
    session, _ = edit.add_product(session, product, author=Author(paul.id, paul.name))
    done(house.counter.save(session))
    kept = house.counter.load(session.id)
    assert kept is not None
    assert [line.author.name for line in kept.lines] == [claire.name, paul.name]
    delivery = done(house.counter.validate(kept, actor_of(claire, "comptoir-1"), house.paid(kept)))
    read = house.counter.delivery(delivery.number)
    assert read is not None
    assert (read.operator_name, [line.author.id for line in read.lines]) == (claire.name, [claire.id, paul.id])
    with database.read() as reading:
        details = reading.scalars(select(AuditRow.details).where(AuditRow.action == "delivery.validate")).one()
        assert json.loads(details)["authors"] == [paul.id]
        assert first_disagreement(reading) is None


@pytest.mark.req("OFF-SSI-01")
def test_a_box_that_a_colleague_adds_to_a_line_bears_both_names(database: Database, tmp_path: Path) -> None:
    house = open_house(database, tmp_path / "catalog")
    drafts = [MemberDraft(family_name=name, given_name="Essai", role=Role.ASSISTANT) for name in ("VALÉRIANE", "ORTIE")]
    claire, paul = done(Staff(database).add_all(drafts, CAMILLE))
    hers, his = Author(claire.id, claire.name), Author(paul.id, paul.name)
    product = house.catalog.by_code(DOLIPRANE)
    assert product is not None
    first, _ = edit.add_product(house.sale(), product, author=hers)
    again, _ = edit.add_product(first, product, author=hers)
    assert edit.signed(first, again, hers).lines[0].others == (), "her own second box changes nothing"
    raised, _ = edit.add_product(first, product, author=his)
    session = edit.signed(first, raised, his)
    assert (session.lines[0].author, session.lines[0].others) == (hers, (his,))
    session, _ = edit.set_quantity(session, session.lines[0].line_id, 3)
    assert edit.signed(first, session, his).lines[0].others == (his,), "named once"
    done(house.counter.save(session))
    kept = house.counter.load(session.id)
    assert kept is not None
    assert kept.lines[0].others == (his,)
    delivery = done(house.counter.validate(kept, actor_of(claire, "comptoir-1"), house.paid(kept)))
    read = house.counter.delivery(delivery.number)
    assert read is not None
    assert read.lines[0].author.name == f"{claire.name}, {paul.name}"
    with database.read() as reading:
        details = reading.scalars(select(AuditRow.details).where(AuditRow.action == "delivery.validate")).one()
        assert json.loads(details)["changed_by"] == [[DOLIPRANE, paul.id]]
        assert first_disagreement(reading) is None


@pytest.mark.req("OFF-SSI-01")
def test_a_line_given_to_another_by_hand_is_told(sqlite_database: Database, tmp_path: Path) -> None:
    house = open_house(sqlite_database, tmp_path / "catalog")
    session = house.sale(DOLIPRANE)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    with sqlite_database.engine.begin() as connection:
        for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE delivery_line SET author_name = 'Autre'"))
    with sqlite_database.read() as reading:
        found = first_disagreement(reading)
    assert found is not None
    assert found["reason"] == "seal"
