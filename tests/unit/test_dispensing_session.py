"""A counter session is a value: each change gives another one, and none is lost."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import InputDefect
from app.kernel.money import Money, Rate
from app.officine.billing.model import Guard, Justification, Substitution
from app.officine.catalog.model import ListClass, Product
from app.officine.dispensing import saved
from app.officine.dispensing import session as edit
from app.officine.dispensing.model import Author, Box, CounterSession, DraftLine, PrescriptionDraft
from app.officine.dispensing.undo import SessionHistory
from app.officine.prescriptions.model import PrescriptionKind

EMPTY = CounterSession(id="s", holder="h", station="comptoir-1")
DOLIPRANE = Product(
    code="3400935955838", name="DOLIPRANE 1000 mg", presentation="", cis="60234100", cip7="3595583", price=Money(218),
    price_without_fee=Money(116), fee=Money(102), rate=Rate.percent(65), vat=Rate(210), list_class=None, group_id=None,
    marketed=True, archived=False,
)  # fmt: skip
CREAM = replace(DOLIPRANE, code="3401000000017", name="Crème", cis=None, price=None, rate=None)


@pytest.mark.req("OFF-CPT-05")
def test_same_box_scanned_twice_is_one_box() -> None:
    once, findings = edit.add_product(EMPTY, DOLIPRANE, box=Box("L1", None, "SN1"))
    assert not findings
    twice, findings = edit.add_product(once, DOLIPRANE, box=Box("L1", None, "SN1"))
    assert twice is once
    assert [finding.code for finding in findings] == ["GAL-CPT-01"]


def test_same_product_adds_to_its_line_or_makes_a_new_one() -> None:
    session, _ = edit.add_product(EMPTY, DOLIPRANE, box=Box("L1", dt.date(2027, 1, 31), "SN1"))
    session, _ = edit.add_product(session, DOLIPRANE, box=Box("L2", dt.date(2026, 12, 31), "SN2"))
    session, _ = edit.add_product(session, DOLIPRANE)
    (line,) = session.lines
    assert (line.quantity, line.lot, line.expiry, line.serial) == (3, "L2", dt.date(2026, 12, 31), "SN2")
    assert line.amount == Money(654)
    apart, _ = edit.add_product(session, DOLIPRANE, merge=False)
    assert [line.line_id for line in apart.lines] == ["L1", "L2"]


@pytest.mark.parametrize("quantity", [0, -1, 1000, 9999])
def test_impossible_quantity_changes_nothing(quantity: int) -> None:
    session, _ = edit.add_product(EMPTY, DOLIPRANE)
    same, findings = edit.set_quantity(session, "L1", quantity)
    assert same is session
    assert findings[0].code == "GAL-CPT-02"
    assert edit.add_product(EMPTY, DOLIPRANE, quantity=quantity)[0] is EMPTY


def test_regulated_price_is_not_typed_and_a_free_one_is_never_negative() -> None:
    session, _ = edit.add_product(EMPTY, DOLIPRANE)
    session, _ = edit.add_product(session, CREAM)
    assert edit.set_price(session, "L1", Money(1))[1][0].code == "GAL-CPT-03"
    assert edit.set_price(session, "L2", Money(-1))[1][0].code == "GAL-CPT-04"
    priced, findings = edit.set_price(session, "L2", Money(990))
    assert (priced.lines[1].unit_price, findings) == (Money(990), ())


def test_line_that_is_gone_is_said_gone() -> None:
    for act in (
        lambda: edit.set_quantity(EMPTY, "L9", 1),
        lambda: edit.remove_line(EMPTY, "L9"),
        lambda: edit.set_note(EMPTY, "L9", "x"),
        lambda: edit.set_price(EMPTY, "L9", Money(1)),
        lambda: edit.replace_product(EMPTY, "L9", DOLIPRANE),
    ):
        session, findings = act()
        assert (session is EMPTY, findings[0].code) == (True, "GAL-CPT-05")


def test_fewer_boxes_forget_those_scanned_last() -> None:
    session = EMPTY
    for serial in ("A", "B", "C"):
        session, _ = edit.add_product(session, DOLIPRANE, box=Box("L", None, serial))
    session, _ = edit.set_quantity(session, "L1", 2)
    assert [box.serial for box in session.lines[0].boxes] == ["A", "B"]
    assert not edit.add_product(session, DOLIPRANE, box=Box("L", None, "C"))[1]


def test_undo_and_redo_give_back_each_state_and_never_an_older_revision() -> None:
    one, _ = edit.add_product(EMPTY, DOLIPRANE)
    two, _ = edit.add_product(one, CREAM)
    history = SessionHistory(EMPTY).do(one).do(two)
    back = history.undo()
    assert back.present.lines == one.lines
    assert back.present.revision > two.revision
    assert back.redo().present.lines == two.lines
    assert back.undo().undo().present.lines == ()
    assert not back.undo().undo().can_undo
    added, _ = edit.add_product(back.present, CREAM)
    assert added.lines[-1].line_id == "L3"
    assert not back.do(added).can_redo
    assert history.do(two) is history


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
DATES = st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1))
LINES = st.builds(
    DraftLine,
    line_id=st.integers(1, 99).map(lambda rank: f"L{rank}"),
    code=st.text("0123456789", min_size=13, max_size=13),
    label=TEXT,
    quantity=st.integers(1, 999),
    unit_price=st.none() | st.integers(0, 10**6).map(Money),
    rate=st.none() | st.sampled_from([Rate.percent(65), Rate(0)]),
    list_class=st.none() | st.sampled_from(ListClass),
    boxes=st.lists(st.builds(Box, TEXT, st.none() | DATES, TEXT), max_size=3).map(tuple),
    author=st.builds(Author, st.none() | st.integers(1, 9), TEXT),
    note=TEXT,
    forced_stock=st.booleans(),
    prescribed=st.booleans(),
    ald=st.booleans(),
    substitution=st.builds(Substitution, st.booleans(), st.none() | st.sampled_from(Justification)),
)
SESSIONS = st.builds(
    CounterSession,
    id=st.just("s"),
    holder=st.just("h"),
    station=st.just("comptoir-1"),
    label=TEXT,
    revision=st.integers(0, 99),
    patient_id=st.none() | st.integers(1, 9),
    patient_name=TEXT,
    prescription=st.none()
    | st.builds(
        PrescriptionDraft,
        st.none() | st.integers(1, 9),
        TEXT,
        st.none() | DATES,
        st.sampled_from(PrescriptionKind),
        st.integers(0, 5),
    ),
    bearer=TEXT,
    guard=st.none() | st.sampled_from(Guard),
    lines=st.lists(LINES, max_size=4).map(tuple),
    next_line=st.integers(1, 99),
)


@pytest.mark.req("OFF-CPT-07")
@given(SESSIONS)
def test_saved_session_is_read_back_whole(session: CounterSession) -> None:
    text = saved.dumps(session)
    beside = {"holder": "h", "station": "comptoir-1", "revision": session.revision, "owner": session.owner}
    assert saved.loads(text, session_id="s", **beside) == session


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"v":1}', '{"v":2,"lines":[]}', "{"])
def test_damaged_or_later_session_is_said_so(text: str) -> None:
    with pytest.raises(InputDefect):
        saved.loads(text, session_id="s", holder="h", station="x", revision=0, owner=Author())


def test_format_of_a_saved_session_is_marked() -> None:
    assert json.loads(saved.dumps(EMPTY))["v"] == saved.FORMAT
