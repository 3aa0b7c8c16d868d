"""How many boxes the posology asks for: four weeks or thirty days, the days left of a stupéfiant, the great box."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.officine.dispensing import matching, proposals, rules
from app.officine.dispensing.model import PrescriptionDraft
from app.officine.prescriptions.directions import read_directions
from app.officine.prescriptions.model import PrescribedLine, PrescriptionKind
from tests.unit.test_dispensing_courses import HALF, WRITTEN, presented, supplied
from tests.unit.test_dispensing_rules import DETAIL, PATIENT, PLAIN, PRESCRIBER, situation


def of(size: int, typed: str, *, boxes: int = 1) -> rules.Situation:
    product = replace(PLAIN, presentation=f"plaquette de {size} comprimé(s)", group_id="9")
    line = PrescribedLine(line_id="P1", code=PLAIN.code, label=PLAIN.name)
    written = matching.directed(line, typed, product)
    prescription = PrescriptionDraft(
        1, "MÉLILOT Hugo", dt.date(2026, 11, 23), PrescriptionKind.ORDINARY, lines=(written,)
    )
    known = situation(
        product, prescription=prescription, patient=PATIENT, prescriber=PRESCRIBER, quantity=boxes,
        details={PLAIN.code: DETAIL},
    )  # fmt: skip
    lines = tuple(
        replace(one, prescribed_line="P1", posology=written.posology, days=written.days) for one in known.session.lines
    )
    return replace(known, session=replace(known.session, lines=lines))


def proposed(case: rules.Situation, *siblings: object) -> proposals.Proposal | None:
    return proposals.propose(case.session.lines[0], case, siblings)  # type: ignore[arg-type] # products


@pytest.mark.req("OFF-ORD-10")
@pytest.mark.parametrize(
    ("size", "typed", "boxes", "days"),
    [
        (28, "1 m 30 j r5", 1, 28),  # four weeks, as the box is made: no second box for two days
        (30, "1 m 30 j r5", 1, 30),
        (14, "1 m 3 mois", 2, 28),
        (30, "1 m 1 s 3 mois", 2, 30),
        (90, "1 m 3 mois", 1, 90),
        (10, "1 m 7 j", 1, 7),
        (12, "1 m 1 mi 1 s 7 j", 2, 7),
        (56, "1 m 1 s 6 mois", 1, 28),
    ],
)
def test_a_month_is_four_weeks_or_thirty_days_as_the_boxes_are_made(
    size: int, typed: str, boxes: int, days: int
) -> None:
    found = proposed(of(size, typed))
    assert found is not None
    assert (found.boxes, found.days) == (boxes, days)
    assert "R.5132-12" in found.why


@pytest.mark.req("OFF-ORD-10")
def test_a_great_box_of_the_same_speciality_is_told_for_three_months() -> None:
    great = replace(PLAIN, code="3", presentation="plaquette de 90 comprimé(s)")
    case = of(30, "1 m 30 j r5")
    two_months = replace(great, code="4", presentation="plaquette de 60 comprimé(s)")
    found = proposed(case, two_months, replace(great, cis="2"), great)
    assert found is not None
    assert found.great == "plaquette de 90 comprimé(s)"
    short = proposed(of(30, "1 m 30 j"), great)
    assert short is not None
    assert short.great == ""


def test_nothing_is_proposed_of_what_is_not_understood() -> None:
    assert proposed(of(30, "selon douleur 30 j")) is None
    assert proposed(of(30, "1 m")) is None
    assert proposed(of(1, "1 m 30 j")) is None


@pytest.mark.req("OFF-ORD-04", "OFF-ORD-10")
def test_a_stupefiant_is_proposed_for_the_days_that_are_left() -> None:
    day = WRITTEN + dt.timedelta(days=11)
    late = presented(day, supplied(WRITTEN), written=HALF, boxes=2)
    found = proposed(late)
    assert found is not None
    assert (found.boxes, found.days) == (1, 3)
    over = presented(WRITTEN + dt.timedelta(days=20), supplied(WRITTEN), written=HALF)
    assert proposed(over) is None


def test_the_proposal_is_taken_by_its_act_only() -> None:
    case = of(30, "1 m 1 s 3 mois")
    line = case.session.lines[0]
    found = proposed(case)
    assert found is not None
    assert proposals.differs(line, found)
    changed, findings = proposals.apply(case.session, line.line_id, found)
    assert not findings
    assert (changed.lines[0].quantity, changed.lines[0].days) == (2, 30)
    assert not proposals.differs(changed.lines[0], found)
    assert proposals.apply(case.session, "L9", found)[1]


@pytest.mark.req("OFF-ORD-01")
@pytest.mark.parametrize(
    ("typed", "at_once", "overlap", "not_renewable"),
    [
        ("1 m 14 j uf", True, False, False),
        ("1 m 14 j en une seule fois", True, False, False),
        ("1 m 14 j délivrance en une fois chev", True, True, False),
        ("chevauchement autorisé 1 m 14 j", False, True, False),
        ("1 m 14 j nr", False, False, True),
        ("1 m 14 j ne pas renouveler", False, False, True),
        ("1 fois par jour 14 j", False, False, False),
    ],
)
def test_the_mentions_of_the_prescriber_are_typed_with_the_posology(
    typed: str,
    at_once: bool,
    overlap: bool,
    not_renewable: bool,
) -> None:
    said = read_directions(typed)
    assert (said.at_once, said.overlap, said.not_renewable) == (at_once, overlap, not_renewable)
    assert said.days == 14
    assert said.a_day == 1


@pytest.mark.parametrize("typed", ["1 matin 14 j", "1 matin 14 j r2", "1 matin 14 j uf chev", "1 matin 14 j nr"])
def test_a_line_is_shown_as_it_was_typed(typed: str) -> None:
    line = PrescribedLine(line_id="P1", code=PLAIN.code, label=PLAIN.name)
    assert matching.typed_text(matching.directed(line, typed, None)) == typed
    fractioned = replace(line, posology="1 matin", days=7, total_days=14, renewals=1)
    assert matching.typed_text(fractioned) == "1 matin 14 j"
    again = matching.directed(fractioned, "1 matin 10 j", None)
    assert (again.days, again.total_days, again.renewals) == (10, None, 0)
