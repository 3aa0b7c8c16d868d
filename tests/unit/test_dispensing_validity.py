"""How long a treatment may be delivered for: narcotics presented late, fractions, limits of a product, renewals."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.officine.catalog.model import ListClass, PrescriptionLimit
from app.officine.dispensing import courses, rules
from app.officine.dispensing.model import PrescriptionDraft
from app.officine.prescriptions.model import PrescribedLine, PrescriptionKind
from tests.unit.test_dispensing_rules import DETAIL, PATIENT, PLAIN, PRESCRIBER, TODAY, listed, situation

WRITTEN = dt.date(2026, 2, 1)


@pytest.mark.req("OFF-ORD-02")
@pytest.mark.parametrize(("day", "left"), [(1, 28), (4, 28), (5, 24), (6, 23), (28, 1)])
def test_narcotic_loses_the_days_of_the_delay_from_the_fourth_day(day: int, left: int) -> None:
    assert courses.days_to_deliver(28, None, WRITTEN, dt.date(2026, 2, day)) == left


def test_nothing_is_left_of_a_treatment_that_is_over() -> None:
    assert courses.days_to_deliver(14, None, WRITTEN, dt.date(2026, 3, 1)) == 0


@pytest.mark.req("OFF-ORD-02")
@pytest.mark.parametrize(
    ("left", "fraction", "day", "deliverable"),
    [(14, 7, 1, 7), (14, None, 1, 14), (28, 14, 4, 14), (28, 14, 5, 10), (14, 7, 11, 4), (10, 7, 9, 2), (14, 7, 15, 0)],
)
def test_narcotic_leaves_by_fractions_and_what_runs_of_one_is_left(
    left: int, fraction: int | None, day: int, deliverable: int
) -> None:
    """R.5132-33: late, only « la fraction de traitement restant à courir »; 1 February and 14 days end on the 15th."""
    assert courses.days_to_deliver(left, fraction, WRITTEN, dt.date(2026, 2, day)) == deliverable


def found(
    list_class: ListClass,
    written: PrescribedLine,
    *,
    renewal: int = 0,
    kept: int | None = None,
    leaves: int | None = None,
    limit: PrescriptionLimit | None = None,
    fraction: int | None = None,
) -> set[str]:
    """Return the codes of this module that the checks of the whole sale give."""
    prescription = PrescriptionDraft(1, "MÉLILOT Hugo", TODAY, PrescriptionKind.SECURED, renewal, kept, (written,))
    detail = replace(DETAIL, prescription_limit=limit, fraction_days=fraction)
    known = situation(
        listed(list_class), prescription=prescription, patient=PATIENT, prescriber=PRESCRIBER,
        details={PLAIN.code: detail},
    )  # fmt: skip
    lines = tuple(replace(line, prescribed_line="P1", days=leaves) for line in known.session.lines)
    findings = rules.check(replace(known, session=replace(known.session, lines=lines)))
    return {finding.code for finding in findings if finding.code.startswith("GAL-VAL")}


def line(days: int | None = None, renewals: int = 0) -> PrescribedLine:
    return PrescribedLine(line_id="P1", code=PLAIN.code, label=PLAIN.name, days=days, renewals=renewals)


def test_list_i_is_renewed_only_as_far_as_the_prescriber_says() -> None:
    assert found(ListClass.LIST_1, line(), renewal=1) == {"GAL-VAL-01"}
    assert found(ListClass.LIST_1, line(renewals=1), renewal=1) == set()
    assert found(ListClass.LIST_1, line(renewals=1), renewal=2) == {"GAL-VAL-01"}
    assert found(ListClass.LIST_2, line(), renewal=1) == set()


def test_line_that_lags_behind_the_others_of_a_kept_ordonnance_is_not_suspected() -> None:
    assert found(ListClass.LIST_1, line(renewals=1), renewal=2, kept=7) == set()


def test_prescription_longer_than_the_product_allows_is_told() -> None:
    four_weeks = PrescriptionLimit(4, "semaine")
    assert found(ListClass.LIST_1, line(28), limit=four_weeks) == set()
    assert found(ListClass.LIST_1, line(29), limit=four_weeks) == {"GAL-VAL-02"}
    assert found(ListClass.LIST_1, line(28, 1), limit=four_weeks) == {"GAL-VAL-02"}
    assert found(ListClass.LIST_1, line(None), limit=four_weeks) == set()
    assert found(ListClass.LIST_1, line(99), limit=PrescriptionLimit(1, "cure")) == set()


def test_seven_days_of_a_fourteen_day_narcotic_leave_at_a_time() -> None:
    assert found(ListClass.NARCOTIC, line(14), leaves=7, fraction=7) == set()
    assert found(ListClass.NARCOTIC, line(14), leaves=14, fraction=7) == {"GAL-VAL-03"}
    assert found(ListClass.NARCOTIC, line(14), leaves=14) == set()
