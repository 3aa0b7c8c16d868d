"""Fractions of a stupéfiant after the first, what a delay costs, and the period that an ordonnance covers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from app.kernel.outcome import Finding, Severity
from app.officine.catalog.model import ListClass
from app.officine.dispensing import courses, rules
from app.officine.dispensing.courses import Courses, Supplied
from app.officine.dispensing.model import PrescriptionDraft
from app.officine.prescriptions.model import KeptLine, PrescribedLine, PrescriptionKind
from tests.unit.test_dispensing_rules import DETAIL, PATIENT, PLAIN, PRESCRIBER, listed, situation

if TYPE_CHECKING:
    from app.officine.dispensing.rules import Situation

WRITTEN = dt.date(2026, 2, 1)
GELULES = replace(listed(ListClass.NARCOTIC), presentation="plaquette de 14 gélule(s)")
FOURTEEN = PrescribedLine(line_id="P1", code=PLAIN.code, label=PLAIN.name, posology="1 matin 1 soir", days=14)
HALF = replace(FOURTEEN, total_days=14, days=7, renewals=1)


def supplied(day: dt.date, days: int | None = 7, **known: Any) -> Supplied:  # noqa: ANN401 -- fields of the delivery
    fields: dict[str, Any] = {
        "delivery": day.toordinal(), "code": PLAIN.code, "label": PLAIN.name, "prescriber_id": PRESCRIBER.id,
        "prescriber_name": "MÉLILOT Hugo", "written_on": WRITTEN, "cis": "1", "total_days": 14,
    } | known  # fmt: skip
    return Supplied(day=day, days=days, **fields)


def presented(
    day: dt.date, *before: Supplied, written: PrescribedLine = HALF, boxes: int = 1, written_on: dt.date = WRITTEN
) -> Situation:
    prescription = PrescriptionDraft(
        1, "MÉLILOT Hugo", written_on, PrescriptionKind.SECURED, len(before), lines=(written,)
    )
    known = situation(
        GELULES, prescription=prescription, patient=PATIENT, prescriber=PRESCRIBER, quantity=boxes,
        details={PLAIN.code: replace(DETAIL, fraction_days=7)},
        courses=Courses(before, {PLAIN.code: frozenset({"morphine"})}),
    )  # fmt: skip
    lines = tuple(
        replace(line, prescribed_line="P1", days=written.days, posology=written.posology)
        for line in known.session.lines
    )
    return replace(known, today=day, session=replace(known.session, lines=lines))


def found(case: Situation) -> dict[str, Finding]:
    return {one.code: one for one in rules.check(case) if one.code.startswith(("GAL-ORD-2", "GAL-VAL"))}


def days_after(count: int) -> dt.date:
    return WRITTEN + dt.timedelta(days=count)


@pytest.mark.req("OFF-ORD-04")
def test_the_second_fraction_leaves_when_the_first_ends() -> None:
    case = presented(days_after(7), supplied(WRITTEN))
    assert set(found(case)) == {courses.FRACTION}
    assert "fraction n° 2 de 7\u00a0jours, la dernière" in found(case)[courses.FRACTION].text


@pytest.mark.req("OFF-ORD-04")
@pytest.mark.parametrize(("late", "left"), [(3, 7), (4, 3), (6, 1), (7, 0)])
def test_a_fraction_presented_late_loses_its_days_from_the_fourth(late: int, left: int) -> None:
    """R.5132-33: three days after the end of the fraction before, else what runs of the fraction."""
    case = presented(days_after(7 + late), supplied(WRITTEN))
    if not left:
        assert found(case)[courses.OVER].severity is Severity.ERROR
        return
    assert (courses.LATE in found(case)) == (late > 3)
    assert (courses.TOO_MUCH in found(case)) == (left < 7)
    assert f"de {left}\u00a0jour" in found(case)[courses.FRACTION].text


def test_the_next_fraction_does_not_leave_before_the_end_of_the_last() -> None:
    early = found(presented(days_after(5), supplied(WRITTEN)))
    assert early[courses.EARLY].severity is Severity.WARNING
    assert "08/02/2026" in early[courses.EARLY].text


def test_days_lost_by_the_first_fraction_are_lost_for_good() -> None:
    """Presented five days after its date, the first fraction gives two days; seven are left from the 8th on."""
    assert courses.remaining(14, WRITTEN, [supplied(days_after(5), 2)]) == (7, days_after(7))
    assert courses.remaining(28, WRITTEN, [supplied(days_after(2), 14)]) == (14, days_after(16))


@pytest.mark.req("OFF-ORD-04")
def test_nothing_is_left_once_all_the_days_were_delivered() -> None:
    case = presented(days_after(14), supplied(WRITTEN), supplied(days_after(7)))
    assert found(case)[courses.OVER].severity is Severity.ERROR


@pytest.mark.parametrize(
    ("written", "day", "ends"),
    [
        (dt.date(2028, 2, 23), dt.date(2028, 3, 1), 7),  # through a 29 February
        (dt.date(2026, 1, 25), dt.date(2026, 2, 1), 7),  # through the end of a month
        (dt.date(2026, 3, 23), dt.date(2026, 3, 30), 7),  # through the night of 23 hours
        (dt.date(2026, 10, 19), dt.date(2026, 10, 26), 7),  # through the night of 25 hours
    ],
)
def test_fractions_are_counted_in_days_of_the_calendar(written: dt.date, day: dt.date, ends: int) -> None:
    left, anchor = courses.remaining(14, written, [supplied(written, ends, written_on=written)])
    assert (left, anchor) == (7, day)


def test_two_boxes_are_too_many_for_one_fraction_unless_it_leaves_at_once() -> None:
    codes = {one.code for one in rules.check(presented(WRITTEN, boxes=2))}
    assert courses.TOO_MUCH in codes
    assert "GAL-ORD-04" not in codes, "the same thing is told once"
    assert found(presented(WRITTEN, written=replace(FOURTEEN, at_once=True), boxes=2)) == {}


@pytest.mark.req("OFF-ORD-05")
def test_another_ordonnance_of_the_same_prescriber_waits_for_the_end_of_the_period() -> None:
    """The whole of the ordonnance before covers, not its first fraction alone (R.5132-33)."""
    old = supplied(WRITTEN, total_days=14)
    case = presented(days_after(13), old, written=FOURTEEN, written_on=days_after(13))
    assert found(case)[courses.OVERLAP].severity is Severity.ERROR
    assert "15/02/2026" in found(case)[courses.OVERLAP].text
    allowed = presented(days_after(13), old, written=replace(FOURTEEN, overlap=True), written_on=days_after(13))
    assert courses.OVERLAP not in found(allowed)
    assert courses.OVERLAP not in found(presented(days_after(14), old, written=FOURTEEN, written_on=days_after(14)))


@pytest.mark.req("OFF-ORD-05")
def test_the_ordonnance_of_another_prescriber_is_told_and_another_substance_is_not() -> None:
    elsewhere = supplied(WRITTEN, prescriber_id=2, prescriber_name="AUTRE Jean", code="x", cis="2",
                         substances=frozenset({"morphine"}))  # fmt: skip
    case = presented(days_after(1), elsewhere, written=FOURTEEN, written_on=days_after(1))
    assert found(case)[courses.ELSEWHERE].severity is Severity.WARNING
    stranger = replace(elsewhere, substances=frozenset({"fentanyl"}))
    assert courses.ELSEWHERE not in found(presented(days_after(1), stranger, written_on=days_after(1)))


def test_a_renewal_of_a_stupefiant_is_told() -> None:
    assert courses.RENEWED in found(presented(WRITTEN, written=replace(FOURTEEN, renewals=2)))
    assert courses.RENEWED not in found(presented(WRITTEN, written=HALF))


def test_a_line_is_split_into_its_fractions_with_the_boxes_of_each() -> None:
    detail = replace(DETAIL, fraction_days=7)
    split = courses.fractioned(replace(FOURTEEN, days=17, quantity=3), detail, GELULES)
    assert (split.total_days, split.days, split.renewals, split.quantity) == (17, 7, 2, 1)
    assert courses.fractioned(split, detail, GELULES) == split
    assert courses.fractioned(replace(FOURTEEN, at_once=True), detail, GELULES).total_days is None
    assert courses.fractioned(replace(FOURTEEN, days=None), detail, GELULES).total_days is None
    assert courses.fractioned(FOURTEEN, DETAIL, GELULES) == FOURTEEN
    unknown = replace(FOURTEEN, posology="selon douleur", quantity=4)
    assert courses.fractioned(unknown, detail, GELULES).quantity == 2


def test_a_fraction_is_due_at_the_end_of_the_one_before_and_not_earlier() -> None:
    assert KeptLine(line=HALF, deliveries=1, last_on=WRITTEN).due_on(3) == days_after(7)
    assert KeptLine(line=FOURTEEN, deliveries=1, last_on=WRITTEN).due_on(3) == days_after(11)


def test_a_fraction_that_was_never_fetched_ends_with_its_ordonnance() -> None:
    kept = KeptLine(line=HALF, deliveries=1, last_on=WRITTEN)
    assert not kept.is_over(days_after(14))
    assert kept.is_over(days_after(15))
    assert not KeptLine(line=FOURTEEN, deliveries=1, last_on=WRITTEN).is_over(days_after(99))
