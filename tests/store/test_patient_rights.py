"""A right of a patient is billed on the days on which it holds, and the counter says where it does not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, House, done, open_house
from sqlalchemy import select

from app.kernel.outcome import Refused, Severity
from app.officine.patients.model import Coverage, Patient
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.billing.model import Invoice
    from app.store.database import Database

TODAY = dt.date(2026, 11, 23)
EVE, MORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


def cover(house: House, **rights: Any) -> Patient:  # noqa: ANN401 -- fields of a coverage
    """Write the rights of the patient of the house."""
    house.patient = done(
        house.patients.set_coverage(house.patient.id, house.patient.version, Coverage(**rights), CAMILLE)
    )
    return house.patient


def quote(house: House, *, ald: bool = False) -> tuple[Invoice, list[str]]:
    """Price a delivery of today, and say what the counter says of the rights."""
    session = house.prescribed(AMOXICILLINE)
    session = replace(session, lines=tuple(replace(line, ald=ald) for line in session.lines))
    said = [finding.code for finding in house.counter.check(session) if finding.code.startswith("GAL-DRT")]
    return house.counter.quote(session), said


def rate(invoice: Invoice) -> int:
    return invoice.lines[0].rate.hundredths // 100


@pytest.mark.req("OFF-FAC-01")
def test_an_ald_is_applied_from_its_first_day_to_its_last(house: House) -> None:
    for first, last, holds in (
        (None, None, True),
        (TODAY, None, True),
        (MORROW, None, False),
        (None, TODAY, True),
        (None, EVE, False),
        (TODAY, TODAY, True),
        (dt.date(2024, 2, 29), dt.date(2028, 2, 29), True),
    ):
        cover(house, ald=True, ald_from=first, ald_to=last)
        invoice, said = quote(house, ald=True)
        assert (rate(invoice), said) == ((100, []) if holds else (65, ["GAL-DRT-01"]))
        assert quote(house)[1] == []


@pytest.mark.req("OFF-FAC-01")
@pytest.mark.parametrize("exemption", ["maternity", "at"])
def test_an_exemption_out_of_its_dates_is_not_applied_and_is_said(house: House, exemption: str) -> None:
    cover(house, exemption=exemption, exemption_from=EVE, exemption_to=TODAY)
    assert (rate(quote(house)[0]), quote(house)[1]) == (100, [])
    cover(house, exemption=exemption, exemption_to=EVE)
    assert (rate(quote(house)[0]), quote(house)[1]) == (65, ["GAL-DRT-03"])
    cover(house, exemption=exemption, exemption_from=MORROW)
    assert (rate(quote(house)[0]), quote(house)[1]) == (65, ["GAL-DRT-03"])


@pytest.mark.req("OFF-FAC-01")
def test_a_css_that_is_over_leaves_its_share_to_the_patient(house: House) -> None:
    cover(house, css=True, css_to=TODAY)
    held, said = quote(house)
    assert (held.totals.patient.cents, said) == (0, [])
    cover(house, css=True, css_to=EVE)
    over, said = quote(house)
    assert over.totals.patient.cents > 0
    assert said == ["GAL-DRT-02"]


@pytest.mark.req("OFF-FAC-01")
def test_the_delivery_itself_is_billed_without_the_right_that_is_over(house: House) -> None:
    cover(house, ald=True, ald_to=EVE)
    session = house.prescribed(AMOXICILLINE)
    session = replace(session, lines=tuple(replace(line, ald=True) for line in session.lines))
    delivery = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    assert not delivery.invoice_lines[0].exempted
    assert delivery.totals.patient.cents > 0


@pytest.mark.req("OFF-FAC-02")
def test_the_rights_are_kept_traced_and_leave_the_rest_of_the_file_alone(house: House) -> None:
    before = house.patient
    rights = Coverage(exemption="at", exemption_from=EVE, exemption_to=MORROW, exemption_reference="AT du 12/10/2026",
                      css=True, css_to=MORROW, ald=True, ald_from=EVE, ald_to=MORROW)  # fmt: skip
    after = done(house.patients.set_coverage(before.id, before.version, rights, CAMILLE))
    assert house.patients.get(before.id) == after == replace(before, coverage=rights, version=before.version + 1)
    with house.db.read() as reading:
        entry = reading.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).one()
    assert (entry.action, entry.patient_id) == ("patient.update", before.id)
    late = house.patients.set_coverage(before.id, before.version, Coverage(), CAMILLE)
    assert isinstance(late, Refused)


SENSELESS: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"ald": True, "ald_from": TODAY, "ald_to": EVE}, "GAL-PAT-17", "ald_to"),
    ({"exemption": "maternity", "exemption_from": TODAY, "exemption_to": EVE}, "GAL-PAT-17", "exemption_to"),
    ({"ald_to": TODAY}, "GAL-PAT-16", "ald_to"),
    ({"css_to": TODAY}, "GAL-PAT-16", "css_to"),
    ({"exemption_from": TODAY}, "GAL-PAT-16", "exemption_to"),
    ({"ald": True, "ald_from": dt.date(1900, 1, 1)}, "GAL-PAT-18", "ald_from"),
    ({"css": True, "css_to": dt.date(9999, 12, 31)}, "GAL-PAT-18", "css_to"),
    ({"exemption": "at", "exemption_reference": "x" * 41}, "GAL-PAT-19", "exemption_reference"),
    ({"exemption": "at", "exemption_reference": "a\x07"}, "GAL-PAT-19", "exemption_reference"),
    ({"exemption": "voeu"}, "GAL-PAT-15", "coverage"),
)


@pytest.mark.req("OFF-FAC-02")
def test_dates_that_make_no_sense_are_refused_each_in_its_field(house: House) -> None:
    for rights, code, subject in SENSELESS:
        refused = house.patients.set_coverage(house.patient.id, house.patient.version, Coverage(**rights), CAMILLE)
        assert isinstance(refused, Refused), rights
        errors = [(one.code, one.subject) for one in refused.findings if one.severity is Severity.ERROR]
        assert errors == [(code, subject)]
    assert house.patients.get(house.patient.id) == house.patient
