"""Is an ordonnance kept with its lines, matched to the boxes, and renewed as often as it says?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, ELIQUIS, House, box, done, open_house

from app.officine.dispensing import matching, saved
from app.officine.dispensing import session as edit
from app.officine.prescriptions.model import PrescribedLine

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.officine.prescriptions.model import KeptPrescription
    from app.store.database import Database


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


def product(house: House, code: str) -> Product:
    found = house.catalog.by_code(code)
    assert found is not None
    return found


def today(house: House) -> dt.date:
    return house.db.clock.now().date()


def codes(house: House, session: CounterSession) -> set[str]:
    return {finding.code for finding in matching.check(session, today(house))}


def asked(house: House, code: str, line_id: str = "P1", typed: str = "") -> PrescribedLine:
    """Return a line of an ordonnance that asks for a product, typed in one go."""
    found = product(house, code)
    line = PrescribedLine(
        line_id=line_id, code=code, label=found.name, cis=found.cis or "", group_id=found.group_id or ""
    )
    return matching.directed(line, typed, found) if typed else line


def on_ordonnance(house: House, *lines: PrescribedLine) -> CounterSession:
    """Begin a sale on an ordonnance of these lines, with no box yet."""
    session, findings = matching.detail(house.prescribed(), lines, {})
    assert not findings
    return session


def deliver(house: House, session: CounterSession) -> Delivery:
    return done(house.counter.validate(session, CAMILLE, house.paid(session)))


def kept(house: House) -> KeptPrescription:
    (one,) = house.prescriptions.kept(house.patient.id)
    return one


@pytest.mark.req("OFF-ORD-02")
def test_ordonnance_then_boxes_each_box_answers_its_line(house: House) -> None:
    session = on_ordonnance(house, asked(house, ELIQUIS, "P1", "1 m 1 s 30 j r5"), asked(house, AMOXICILLINE, "P2"))
    assert [one.line.line_id for one in matching.awaited(session)] == ["P1", "P2"]
    assert codes(house, session) == {matching.NOT_DELIVERED}
    session, _ = matching.add_product(session, product(house, AMOXICILLINE), box=box("S1"))
    session, _ = matching.add_product(session, product(house, ELIQUIS), box=box("S2"))
    assert {line.code: line.prescribed_line for line in session.lines} == {AMOXICILLINE: "P2", ELIQUIS: "P1"}
    eliquis = next(line for line in session.lines if line.code == ELIQUIS)
    assert (eliquis.posology, eliquis.days) == ("1 matin 1 soir", 30)
    assert codes(house, session) == set()


@pytest.mark.req("OFF-ORD-02")
def test_boxes_then_ordonnance_give_the_same(house: House) -> None:
    products = {code: product(house, code) for code in (ELIQUIS, AMOXICILLINE)}
    session = house.prescribed(ELIQUIS, AMOXICILLINE)
    lines = (asked(house, AMOXICILLINE, "P1"), asked(house, ELIQUIS, "P2"))
    session, _ = matching.detail(session, lines, products)
    assert {line.code: line.prescribed_line for line in session.lines} == {AMOXICILLINE: "P1", ELIQUIS: "P2"}
    assert matching.awaited(session) == ()


@pytest.mark.req("OFF-ORD-02")
def test_a_generic_of_the_group_answers_and_another_product_stands_beside(house: House) -> None:
    prescribed = asked(house, AMOXICILLINE)
    assert prescribed.group_id
    siblings = [one for one in house.catalog.generic_siblings(AMOXICILLINE) if one.code != AMOXICILLINE]
    session = on_ordonnance(house, prescribed)
    session, _ = matching.add_product(session, product(house, DOLIPRANE))
    assert not session.lines[0].prescribed
    assert codes(house, session) == {matching.NOT_DELIVERED, matching.BESIDE}
    session, _ = matching.add_product(session, siblings[0])
    assert (session.lines[1].prescribed_line, session.lines[1].replaces) == ("P1", AMOXICILLINE)
    assert codes(house, session) == {matching.BESIDE}


@pytest.mark.req("OFF-ORD-02")
def test_two_lines_of_one_product_are_answered_one_by_one_and_undone_by_hand(house: House) -> None:
    session = on_ordonnance(house, asked(house, AMOXICILLINE, "P1"), asked(house, AMOXICILLINE, "P2"))
    session, _ = matching.add_product(session, product(house, AMOXICILLINE))
    assert session.lines[0].prescribed_line == "P1"
    assert [one.line.line_id for one in matching.awaited(session)] == ["P2"]
    session, _ = matching.attach(session, session.lines[0].line_id)
    assert (session.lines[0].prescribed, session.lines[0].prescribed_line) == (False, "")
    assert len(matching.awaited(session)) == 2


@pytest.mark.req("OFF-ORD-03")
def test_a_delivery_keeps_the_ordonnance_and_counts_each_renewal(house: House, clock: FixedClock) -> None:
    session = on_ordonnance(house, asked(house, ELIQUIS, "P1", "1 m 1 s 30 j r1"), asked(house, AMOXICILLINE, "P2"))
    for code in (ELIQUIS, AMOXICILLINE):
        session, _ = matching.add_product(session, product(house, code))
    first = deliver(house, session)
    assert [(line.posology, line.days, line.prescribed) for line in first.lines] == [
        ("1 matin 1 soir", 30, True),
        ("", None, True),
    ]
    one = kept(house)
    assert [(line.line.line_id, line.deliveries, line.left) for line in one.lines] == [("P1", 1, 1), ("P2", 1, 0)]
    assert one.lines[0].due_on(3) == today(house) + dt.timedelta(days=27)
    clock.advance(dt.timedelta(days=28))
    again, _ = edit.set_patient(house.sale(), house.patient.id, house.patient.display_name)
    again, _ = matching.take(again, one, {})
    assert [line.line.label for line in matching.awaited(again)] == [one.lines[0].line.label]
    again, _ = matching.add_product(again, product(house, ELIQUIS))
    assert codes(house, again) == set()
    deliver(house, again)
    assert [line.left for line in kept(house).lines] == [0, 0]
    assert house.prescriptions.renewable(house.patient.id, today(house)) == []


@pytest.mark.req("OFF-ORD-03")
def test_a_renewal_before_its_day_is_said(house: House, clock: FixedClock) -> None:
    session = on_ordonnance(house, asked(house, ELIQUIS, "P1", "1 m 1 s 30 j r1"))
    session, _ = matching.add_product(session, product(house, ELIQUIS))
    deliver(house, session)
    clock.advance(dt.timedelta(days=26))
    again, _ = matching.take(house.sale(ELIQUIS), kept(house), {ELIQUIS: product(house, ELIQUIS)})
    assert codes(house, again) == {matching.EARLY}


@pytest.mark.req("OFF-ORD-03")
def test_a_line_left_out_stays_to_be_delivered(house: House) -> None:
    session = on_ordonnance(house, asked(house, ELIQUIS, "P1"), asked(house, AMOXICILLINE, "P2"))
    session, _ = matching.add_product(session, product(house, ELIQUIS))
    deliver(house, session)
    assert [(line.deliveries, line.left) for line in kept(house).lines] == [(1, 0), (0, 1)]
    assert [line.line.line_id for line in kept(house).to_deliver] == ["P2"]


@pytest.mark.req("OFF-ORD-03")
def test_an_ordonnance_is_alive_for_a_year(house: House) -> None:
    deliver(house, house.prescribed(ELIQUIS))
    one = replace(kept(house), lines=tuple(replace(line, deliveries=0) for line in kept(house).lines))
    assert matching.take(house.sale(), one, {})[0].prescription is not None
    day = one.written_on
    from app.officine.prescriptions import rules  # noqa: PLC0415 -- one rule, asked here only

    assert rules.is_live(one, day + dt.timedelta(days=365))
    assert not rules.is_live(one, day + dt.timedelta(days=367))


@pytest.mark.req("OFF-ORD-01")
def test_boxes_for_a_month_at_most_or_what_one_box_lasts(house: House) -> None:
    for_three_months = asked(house, ELIQUIS, "P1", "1 m 1 s 3 mois")
    assert (for_three_months.quantity, for_three_months.days) == (1, 30)
    quarterly = asked(house, "3400930183076", "P1", "1 s 3 mois")
    assert (quarterly.quantity, quarterly.days) == (1, 90)


@pytest.mark.req("OFF-CPT-10")
def test_a_session_on_an_ordonnance_is_read_back_as_it_was_saved(house: House) -> None:
    line = replace(asked(house, ELIQUIS, "P1", "1 m 1 s 30 j r5"), due_on=dt.date(2026, 12, 24))
    session = on_ordonnance(house, line)
    session, _ = matching.add_product(session, product(house, ELIQUIS), box=box("S1"))
    read = saved.loads(
        saved.dumps(session),
        session_id=session.id,
        holder=session.holder,
        station=session.station,
        revision=session.revision,
        owner=session.owner,
    )
    assert read == session
