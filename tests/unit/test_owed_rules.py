"""Who is served first, what is a telephone, and what may a short message say?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.kernel.clock import PARIS
from app.officine.dispensing import owing
from app.officine.dispensing import session as edit
from app.officine.dispensing.model import Box, CounterSession, DraftLine
from app.officine.owed import rules
from app.officine.owed.model import Promise, PromiseState

PROMISE = Promise(
    number=1,
    at=dt.datetime(2026, 11, 16, 18, 0, tzinfo=PARIS),
    delivery=1,
    rank=1,
    code="A",
    label="ALPHA 500 mg",
    quantity=2,
    handed=0,
    patient_id=1,
    customer="ESSAI Jeanne",
    phone="0612345678",
    state=PromiseState.OPEN,
    reason="",
    operator_name="",
)
SESSION = CounterSession(
    id="s",
    holder="h",
    station="p",
    lines=(DraftLine("L1", "A", "ALPHA", 3, None, None), DraftLine("L2", "A", "ALPHA", 1, None, None)),
)


def test_the_first_promised_is_the_first_served() -> None:
    later = replace(PROMISE, number=2, quantity=1)
    assert [one.ready for one in rules.with_turns([later, PROMISE], {"A": 2})] == [True, False]
    assert [one.ready for one in rules.with_turns([PROMISE, later], {"A": 3})] == [True, True]
    # One box is not enough for the first, and is kept for it.
    assert [one.ready for one in rules.with_turns([PROMISE, later], {"A": 1})] == [False, False]
    assert [one.ready for one in rules.with_turns([PROMISE], {"A": -4})] == [False]
    assert [one.ready for one in rules.with_turns([replace(PROMISE, handed=1)], {"A": 1})] == [True]


@pytest.mark.parametrize(
    ("typed", "phone", "name"),
    [
        ("Mme Dupuis 06 12 34 56 78", "06 12 34 56 78", "Mme Dupuis"),
        ("+33612345678 Dupuis", "+33612345678", "Dupuis"),
        ("Dupuis, 06.12.34.56.78", "06.12.34.56.78", "Dupuis"),
        ("Dupuis 12345", "", "Dupuis 12345"),
        ("", "", ""),
    ],
)
def test_a_customer_without_file_is_a_name_and_a_telephone(typed: str, phone: str, name: str) -> None:
    assert (rules.phone_in(typed), rules.name_in(typed)) == (phone, name)
    assert bool(rules.check_customer(typed)) is not bool(phone)


def test_a_telephone_alone_names_nobody() -> None:
    assert [finding.code for finding in rules.check_customer("0612345678")] == ["GAL-DU-03"]


@pytest.mark.req("OFF-SCOPE")
def test_the_message_names_no_product_and_no_person() -> None:
    text = rules.message([PROMISE], "Pharmacie du Test")
    assert "Pharmacie du Test" in text
    assert "2 boîtes" in text
    assert not {"ALPHA", "ESSAI", "Jeanne"} & set(text.replace(",", " ").split())


def test_a_promis_is_late_after_seven_days() -> None:
    assert not rules.is_old(PROMISE, dt.date(2026, 11, 22))
    assert rules.is_old(PROMISE, dt.date(2026, 11, 23))
    assert not rules.is_old(replace(PROMISE, state=PromiseState.HANDED), dt.date(2027, 1, 1))


@pytest.mark.parametrize(("on_hand", "owed"), [(9, 0), (4, 0), (3, 1), (1, 3), (0, 3), (-2, 3)])
def test_f8_proposes_what_lacks_once_the_other_lines_are_served(on_hand: int, owed: int) -> None:
    assert owing.propose(SESSION, SESSION.lines[0], on_hand).owed == owed


def test_a_scanned_box_is_never_promised() -> None:
    line = replace(SESSION.lines[0], boxes=(Box("L"), Box("L")))
    session = replace(SESSION, lines=(line,))
    assert owing.propose(session, line, 0).owed == 1
    kept, findings = owing.owe(session, "L1", 2)
    assert (kept, [finding.code for finding in findings]) == (session, ["GAL-DU-02"])


@pytest.mark.parametrize(
    ("line_id", "boxes", "code"), [("L1", 4, "GAL-DU-01"), ("L1", -1, "GAL-DU-01"), ("L9", 1, "GAL-CPT-05")]
)
def test_impossible_counts_change_nothing(line_id: str, boxes: int, code: str) -> None:
    kept, findings = owing.owe(SESSION, line_id, boxes)
    assert (kept, [finding.code for finding in findings]) == (SESSION, [code])


def test_units_of_an_opened_box_are_not_promised() -> None:
    session = replace(SESSION, lines=(replace(SESSION.lines[0], units=7),))
    assert [finding.code for finding in owing.owe(session, "L1", 1)[1]] == ["GAL-DU-09"]


def test_fewer_boxes_owe_fewer() -> None:
    session, _ = owing.owe(SESSION, "L1", 3)
    session, _ = edit.set_quantity(session, "L1", 2)
    assert (session.lines[0].owed, session.lines[0].leaving) == (2, 0)
    scanned = replace(SESSION, lines=(replace(SESSION.lines[0], boxes=(Box("L"),)),))
    scanned, _ = owing.owe(scanned, "L1", 2)
    scanned, _ = edit.set_quantity(scanned, "L1", 1)
    assert (scanned.lines[0].owed, len(scanned.lines[0].boxes)) == (0, 1)
