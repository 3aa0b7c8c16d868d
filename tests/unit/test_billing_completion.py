"""Opened boxes, devices, exemptions, contracts, acts and refusals: what the price of each must be, to the cent."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from app.kernel.money import ZERO, Money, Rate
from app.officine.billing.case import read_case
from app.officine.billing.pricing import price_invoice
from app.officine.billing.tariffs import installed_tariffs

if TYPE_CHECKING:
    from app.officine.billing.model import Invoice

DAY = dt.date(2026, 3, 2)
EMPTY: Any = SimpleNamespace(by_code=lambda _: None, detail=lambda _: None, generic_siblings=lambda _: [])
BOX = {"cip13": "3400930000001", "label": "BOÎTE DE 30", "price_without_fee_cents": 1000, "unit_price_cents": 1102,
       "rate": 65, "box_units": 30}  # fmt: skip
LOW = {"cip13": "3400930000002", "label": "À 15 %", "price_without_fee_cents": 400, "unit_price_cents": 502, "rate": 15}
MID = {"cip13": "3400930000003", "label": "À 30 %", "price_without_fee_cents": 400, "unit_price_cents": 502, "rate": 30}


def case(*lines: dict[str, Any], patient: dict[str, Any] | None = None, **keys: object) -> dict[str, Any]:
    return {
        "date": DAY.isoformat(),
        "patient": {"birth_date": "1981-03-01", **(patient or {})},
        "prescription": {"present": True, "prescriber": "external"},
        "lines": [{"quantity": 1, **line} for line in lines],
        **keys,
    }


def refused(data: dict[str, Any]) -> list[str]:
    read, findings = read_case(data, EMPTY, installed_tariffs(), DAY)
    assert read is None
    return [finding.subject for finding in findings]


def priced(data: dict[str, Any]) -> Invoice:
    read, findings = read_case(data, EMPTY, installed_tariffs(), DAY)
    assert read is not None, findings
    return price_invoice(read, installed_tariffs())


def amounts(invoice: Invoice) -> dict[str, int]:
    return {line.code: line.amount.cents for line in invoice.lines}


def codes(invoice: Invoice) -> set[str]:
    return {finding.code for finding in invoice.findings}


@pytest.mark.req("OFF-FAC-04")
def test_six_units_of_a_box_of_thirty_are_a_fifth_of_its_price_and_bear_the_fee_of_the_box() -> None:
    invoice = priced(case({**BOX, "units": 6}))
    assert amounts(invoice) == {"PH7": 200, "HD7": 102, "HDR": 61}
    box = invoice.lines[0]
    assert (box.units, box.unit_price, box.fraction_of) == (6, Money(33), 30)
    assert invoice.as_json()["lines"][0]["units"] == 6
    assert invoice.franchise_info == Money(100)


@pytest.mark.req("OFF-FAC-04")
def test_units_of_a_box_opened_before_for_the_treatment_bear_no_fee_and_no_franchise() -> None:
    invoice = priced(case({**BOX, "units": 6, "opens_box": False}))
    assert amounts(invoice) == {"PH7": 200, "HDR": 61}
    assert invoice.franchise_info == ZERO


@pytest.mark.req("OFF-FAC-04")
def test_all_the_units_of_a_box_cost_the_box() -> None:
    odd = {**BOX, "price_without_fee_cents": 115, "unit_price_cents": 217}
    assert amounts(priced(case({**odd, "units": 30})))["PH7"] == 115
    assert amounts(priced(case({**odd, "units": 7})))["PH7"] == 27


def test_a_line_of_whole_boxes_says_nothing_of_units() -> None:
    assert "units" not in priced(case(BOX)).as_json()["lines"][0]


@pytest.mark.parametrize("units", [0, -1, 31, "six", 10**9])
def test_units_that_a_box_can_not_hold_are_refused(units: object) -> None:
    assert refused(case({**BOX, "units": units})) == ["lines[0].units"]


@pytest.mark.req("OFF-FAC-05")
def test_a_device_is_never_billed_above_its_ceiling() -> None:
    device = {"lpp": "1234567", "price_cents": 9000, "tariff_cents": 5000, "ceiling_cents": 8000, "rate": 60}
    invoice = priced(case(device))
    line = invoice.lines[0]
    assert (line.amount, line.base, line.amo, line.excess) == (Money(8000), Money(5000), Money(3000), Money(3000))
    assert line.vat == Rate(550)
    assert "GAL-FAC-29" in codes(invoice)


@pytest.mark.req("OFF-FAC-05")
@pytest.mark.parametrize(("last", "periods"), [("2026-03-08", 1), ("2026-03-09", 2), ("2026-03-29", 4)])
def test_a_rental_is_due_for_each_period_begun(last: str, periods: int) -> None:
    device = {"lpp": "1234567", "price_cents": 1260, "tariff_cents": 1260, "rate": 100,
              "rental": {"from": "2026-03-02", "to": last, "period_days": 7}}  # fmt: skip
    line = priced(case(device)).lines[0]
    assert (line.quantity, line.amount, line.amo) == (periods, Money(1260 * periods), Money(1260 * periods))
    assert any(reason.rule == "location" for reason in line.because)


def test_a_rental_that_ends_before_it_begins_is_refused() -> None:
    rental = {"from": "2026-03-02", "to": "2026-03-01", "period_days": 7}
    assert refused(case({"lpp": "1", "price_cents": 1, "rate": 60, "rental": rental})) == ["lines[0].rental"]


@pytest.mark.req("OFF-FAC-06")
def test_invalidity_covers_in_full_but_the_medicines_at_low_rates() -> None:
    invoice = priced(case(BOX, LOW, MID, patient={"exemption": "invalidity"}))
    assert {line.code: line.rate.whole_percent for line in invoice.lines} == {
        "PH7": 100, "HD7": 100, "PH2": 15, "HD2": 15, "PH4": 30, "HD4": 30, "HDR": 65,
    }  # fmt: skip
    alone = priced(case(BOX, patient={"exemption": "invalidity"}))
    assert {line.rate.whole_percent for line in alone.lines} == {100}


@pytest.mark.req("OFF-FAC-06")
def test_ame_covers_in_full_without_franchise_and_not_the_low_rate() -> None:
    invoice = priced(case(BOX, LOW, patient={"exemption": "ame"}))
    assert {line.code: line.rate.whole_percent for line in invoice.lines} == {
        "PH7": 100, "HD7": 100, "PH2": 0, "HD2": 0, "HDR": 100,
    }  # fmt: skip
    assert invoice.franchise_info == ZERO


@pytest.mark.req("OFF-FAC-06")
@pytest.mark.parametrize(
    ("first", "last", "covered"),
    [("2026-03-02", "2026-03-02", True), ("2026-03-03", "2026-06-01", False), ("2025-10-01", "2026-03-01", False),
     (None, "2026-03-02", True), ("2026-01-01", None, True)],
)  # fmt: skip
def test_maternity_holds_between_its_dates_only(first: str | None, last: str | None, *, covered: bool) -> None:
    patient = {"exemption": "maternity", "exemption_from": first, "exemption_to": last}
    invoice = priced(case(BOX, patient=patient))
    assert (invoice.totals.patient == ZERO) is covered
    assert ("GAL-FAC-27" in codes(invoice)) is not covered


@pytest.mark.req("OFF-FAC-07")
def test_contracts_leave_the_low_rates_to_the_patient() -> None:
    lines = (BOX, LOW, MID)
    full = priced(case(*lines, patient={"amc": "full"})).totals
    without_15 = priced(case(*lines, patient={"amc": "full", "amc_leaves": [15]})).totals
    without_both = priced(case(*lines, patient={"amc": "full", "amc_leaves": [15, 30]})).totals
    assert full.patient == ZERO
    assert without_15.patient == Money(340 + 87)
    assert without_both.patient == Money(340 + 87 + 280 + 71)
    css = priced(case(*lines, patient={"css": True, "amc_leaves": [15, 30]})).totals
    assert css.patient == ZERO


@pytest.mark.parametrize("rates", [15, ["15"], [True], [101]])
def test_a_contract_that_makes_no_sense_is_refused(rates: object) -> None:
    assert refused(case(BOX, patient={"amc_leaves": rates})) == ["patient.amc_leaves"]


@pytest.mark.req("OFF-SUB-05")
def test_a_refused_line_set_apart_leaves_third_party_to_the_others() -> None:
    substitution = {"refused": True, "apart": True}
    princeps = {**MID, "generic_base_cents": 300, "substitution": substitution}
    invoice = priced(case(BOX, princeps, patient={"amc": "full"}))
    assert invoice.third_party
    others = priced(case(BOX, patient={"amc": "full"})).totals
    assert (invoice.totals.amo, invoice.totals.amc) == (others.amo, others.amc)
    assert invoice.totals.patient == Money(502)
    assert invoice.totals.reimbursed == Money(90 + 31)
    assert [line.code for line in invoice.lines if line.apart] == ["PH4", "HD4"]
    whole = priced(case(BOX, {**princeps, "substitution": {"refused": True}}, patient={"amc": "full"}))
    assert not whole.third_party
    alone = priced(case(princeps))
    assert (alone.third_party, alone.totals.patient) == (False, alone.totals.amount)


@pytest.mark.req("OFF-FAC-08")
def test_an_accompaniment_is_billed_alone_and_an_unknown_amount_not_at_all() -> None:
    together = priced(case(BOX, {"act": "EFE"}))
    assert "GAL-FAC-30" in codes(together)
    assert "GAL-FAC-30" not in codes(priced(case({"act": "EFE"})))
    bilan = priced(case({"act": "bilan_partage_medication"}))
    assert (bilan.lines, bilan.totals.amount) == ((), ZERO)
    assert "GAL-FAC-20" in codes(bilan)


@pytest.mark.req("OFF-FAC-01")
def test_the_injection_of_the_flu_vaccine_is_free_with_an_ald_in_relation() -> None:
    patient = {"birth_date": "1950-06-01", "exemption": "vaccine_campaign"}
    prescription = {"present": True, "prescriber": "pharmacist"}
    invoice = priced(case({"act": "VGP", "ald": True}, patient=patient, prescription=prescription))
    assert (invoice.totals.amo, invoice.totals.patient) == (Money(750), ZERO)


@pytest.mark.req("OFF-SUB-06")
def test_a_mention_is_said_on_the_line_of_the_invoice() -> None:
    line = priced(case({**BOX, "substitution": {"refused": True, "justification": "CIF"}})).lines[0]
    assert "CIF" in " ".join(reason.text for reason in line.because if reason.rule == "non_substituable")


@pytest.mark.req("OFF-FAC-08")
def test_a_partial_delivery_is_no_complex_one() -> None:
    five = [{**BOX, "cip13": f"340093000000{place}"} for place in range(5)]
    day = {"date": "2019-06-03"}
    assert "HC" in amounts(priced({**case(*five), **day}))
    partial = {"present": True, "prescriber": "external", "partial": True}
    assert "HC" not in amounts(priced({**case(*five), **day, "prescription": partial}))
