"""Worked invoices, to the cent, tariff year 2026."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from app.kernel.money import Money
from app.kernel.outcome import Severity
from app.officine.billing.case import read_case
from app.officine.billing.pricing import price_invoice
from app.officine.billing.tariffs import installed_tariffs

if TYPE_CHECKING:
    from app.officine.billing.model import Invoice

DAY = dt.date(2026, 3, 2)
ADULT = "1981-03-01"
AMOXICILLINE = {
    "cip13": "3400933857042",
    "label": "AMOXICILLINE BIOGARAN 500 mg, gélule",
    "price_without_fee_cents": 153,
    "unit_price_cents": 255,
    "rate": 65,
}
DOLIPRANE = {"cip13": "3400935955838", "label": "DOLIPRANE 1000 mg", "price_without_fee_cents": 116,
             "unit_price_cents": 218, "rate": 65}  # fmt: skip
ATORVASTATINE = {"cip13": "3400930183076", "label": "ATORVASTATINE BIOGARAN 20 mg", "price_without_fee_cents": 904,
                 "unit_price_cents": 1180, "rate": 65, "package": "quarterly"}  # fmt: skip
ELIQUIS = {"cip13": "3400926784102", "label": "ELIQUIS 5 mg", "price_without_fee_cents": 5895,
           "unit_price_cents": 5997, "rate": 65}  # fmt: skip
OZEMPIC = {"cip13": "3400930322154", "label": "OZEMPIC 0,5 mg", "price_without_fee_cents": 7658,
           "unit_price_cents": 7760, "rate": 30}  # fmt: skip
VAXIGRIP = {"cip13": "3400930306000", "label": "VAXIGRIP", "price_without_fee_cents": 1175,
            "unit_price_cents": 1277, "rate": 65}  # fmt: skip


EMPTY: Any = SimpleNamespace(by_code=lambda _: None, detail=lambda _: None, generic_siblings=lambda _: [])
"""A catalogue that knows nothing: the cases say all."""


def case(*lines: dict[str, Any], patient: dict[str, Any] | None = None, **keys: object) -> dict[str, Any]:
    return {
        "date": DAY.isoformat(),
        "patient": {"birth_date": ADULT, **(patient or {})},
        "prescription": {"present": True, "prescriber": "external"},
        "lines": [{"quantity": 1, **line} for line in lines],
        **keys,
    }


def priced(data: dict[str, Any]) -> Invoice:
    read, findings = read_case(data, EMPTY, installed_tariffs(), DAY)
    assert read is not None, findings
    return price_invoice(read, installed_tariffs())


def rows(invoice: Invoice) -> list[tuple[Any, ...]]:
    return [
        (line.code, line.amount.cents, line.rate.whole_percent, line.amo.cents, line.tm.cents) for line in invoice.lines
    ]


def shares(invoice: Invoice) -> tuple[int, ...]:
    totals = invoice.totals
    return tuple(value.cents for value in (totals.amount, totals.amo, totals.amc, totals.patient))


@pytest.mark.req("OFF-FAC-01")
def test_adult_with_amo_only_pays_the_share_left() -> None:
    invoice = priced(case(AMOXICILLINE))
    assert rows(invoice) == [("PH7", 153, 65, 99, 54), ("HD7", 102, 65, 66, 36), ("HDR", 61, 65, 40, 21)]
    assert shares(invoice) == (316, 205, 0, 111)
    assert invoice.franchise_info == Money(100)


@pytest.mark.req("OFF-FAC-01")
def test_full_complementary_insurance_takes_the_share_left() -> None:
    assert shares(priced(case(AMOXICILLINE, patient={"amc": "full"}))) == (316, 205, 111, 0)


@pytest.mark.req("OFF-FAC-01")
def test_without_ordonnance_nothing_is_claimed_and_no_ordonnance_fee_is_due() -> None:
    invoice = priced(case(DOLIPRANE, patient={"amc": "full"}, prescription={"present": False}))
    assert [line.code for line in invoice.lines] == ["PH7", "HD7"]
    assert shares(invoice) == (218, 0, 0, 218)
    assert (invoice.third_party, invoice.totals.reimbursed, invoice.franchise_info) == (False, Money(0), Money(0))


@pytest.mark.req("OFF-FAC-01")
def test_quarterly_box_and_age_fee_past_seventy() -> None:
    invoice = priced(case(ATORVASTATINE, patient={"birth_date": "1954-01-15", "amc": "full"}))
    assert rows(invoice) == [
        ("PH7", 904, 65, 588, 316),
        ("HG7", 276, 65, 179, 97),
        ("HDR", 61, 65, 40, 21),
        ("HDA", 168, 65, 109, 59),
    ]
    assert shares(invoice) == (1409, 916, 493, 0)


@pytest.mark.req("OFF-FAC-01")
def test_ald_in_relation_is_covered_in_full_fees_included_and_bears_the_franchise() -> None:
    invoice = priced(case({**ELIQUIS, "ald": True}, patient={"birth_date": "1954-01-15"}))
    assert [line.code for line in invoice.lines] == ["PH7", "HD7", "HDR", "HDA"]
    assert {line.rate.whole_percent for line in invoice.lines} == {100}
    assert shares(invoice) == (6226, 6226, 0, 0)
    assert invoice.franchise_info == Money(100)


@pytest.mark.req("OFF-FAC-01")
def test_regime_local_raises_the_rates() -> None:
    invoice = priced(case({**AMOXICILLINE, "quantity": 2}, OZEMPIC, patient={"scheme": "alsace_moselle"}))
    assert rows(invoice) == [
        ("PH7", 306, 90, 275, 31),
        ("HD7", 204, 90, 184, 20),
        ("PH4", 7658, 80, 6126, 1532),
        ("HD4", 102, 80, 82, 20),
        ("HDR", 61, 90, 55, 6),
    ]
    assert shares(invoice) == (8331, 6722, 0, 1609)


@pytest.mark.req("OFF-FAC-01")
def test_flu_vaccine_of_the_campaign_and_its_injection() -> None:
    invoice = priced(
        case(
            VAXIGRIP,
            {"act": "VGP"},
            patient={"birth_date": "1950-06-01", "exemption": "vaccine_campaign"},
            prescription={"present": True, "prescriber": "pharmacist"},
        )
    )
    assert rows(invoice) == [("PH7", 1175, 100, 1175, 0), ("HD7", 102, 100, 102, 0), ("VGP", 750, 70, 525, 225)]
    assert shares(invoice) == (2027, 1802, 0, 225)


@pytest.mark.req("OFF-FAC-01")
@pytest.mark.parametrize("variant", ["with_antibiotic", "spontaneous", None])
def test_trod_angine_of_a_spontaneous_patient_with_its_antibiotic(variant: str | None) -> None:
    invoice = priced(
        case(
            {"act": "TROD", "variant": variant},
            {**AMOXICILLINE, "quantity": 2},
            patient={"amc": "full"},
            prescription={"present": True, "prescriber": "pharmacist"},
        )
    )
    assert rows(invoice) == [("TRD", 1500, 70, 1050, 450), ("PH7", 306, 65, 199, 107), ("HD7", 204, 65, 133, 71)]
    assert shares(invoice) == (2010, 1382, 628, 0)


@pytest.mark.parametrize(
    ("prescriber", "variant", "amount", "told"),
    [
        ("external", None, 750, []),
        ("pharmacist", None, 960, []),
        ("external", "prescription_injection", 960, []),
        ("external", "covid", 790, []),
        ("external", "tétanos", 750, ["GAL-FAC-26"]),
    ],
)
def test_act_is_priced_by_its_variant_else_by_who_prescribed(
    prescriber: str, variant: str | None, amount: int, told: list[str]
) -> None:
    invoice = priced(
        case({"act": "vaccination", "variant": variant}, prescription={"present": True, "prescriber": prescriber})
    )
    assert [line.amount.cents for line in invoice.lines] == [amount]
    assert [finding.code for finding in invoice.findings] == told


def test_vat_is_reckoned_line_by_line() -> None:
    (share,) = priced(case(AMOXICILLINE)).vat
    assert (share.rate.hundredths, share.amount, share.net, share.tax) == (210, Money(316), Money(310), Money(6))


def test_generic_refused_without_mention_loses_the_third_party() -> None:
    line = {**AMOXICILLINE, "price_without_fee_cents": 634, "unit_price_cents": 736, "generic_base_cents": 441}
    refused = priced(case({**line, "substitution": {"refused": True, "justification": None}}))
    box = refused.lines[0]
    assert (box.amount, box.base, box.amo, box.tm, box.excess) == tuple(map(Money, (634, 441, 287, 154, 193)))
    assert not refused.third_party
    assert shares(refused) == (797, 0, 0, 797)
    assert refused.totals.reimbursed == Money(287 + 66 + 40)
    justified = priced(case({**line, "substitution": {"refused": True, "justification": "MTE"}}))
    assert justified.third_party
    assert justified.lines[0].base == Money(634)


def test_refusal_at_the_price_of_the_generics_keeps_the_third_party() -> None:
    refusal = {"refused": True, "justification": None}
    assert priced(case({**AMOXICILLINE, "generic_base_cents": 153, "substitution": refusal})).third_party
    assert not priced(case({**AMOXICILLINE, "generic_base_cents": 152, "substitution": refusal})).third_party
    assert not priced(case({**AMOXICILLINE, "substitution": refusal})).third_party


def test_group_under_tfr_keeps_the_third_party_and_leaves_the_excess_to_the_patient() -> None:
    invoice = priced(
        case({**AMOXICILLINE, "tfr_cents": 120, "substitution": {"refused": True}}, patient={"amc": "full"})
    )
    assert invoice.third_party
    assert invoice.totals.excess == Money(33)
    assert invoice.totals.patient == Money(33)


def test_device_above_its_tariff() -> None:
    device = {"lpp": "1234567", "label": "Attelle", "price_cents": 5000, "tariff_cents": 3049, "rate": 60}
    invoice = priced(case(device, patient={"amc": "full"}))
    assert [line.code for line in invoice.lines] == ["LPP"]
    assert shares(invoice) == (5000, 1829, 1220, 1951)


def test_css_pays_the_share_left_and_no_franchise() -> None:
    invoice = priced(case(AMOXICILLINE, patient={"css": True}))
    assert shares(invoice) == (316, 205, 111, 0)
    assert invoice.franchise_info == Money(0)


@pytest.mark.parametrize("exemption", ["maternity", "at"])
def test_exemption_covers_every_line(exemption: str) -> None:
    invoice = priced(case(AMOXICILLINE, {"act": "EFE"}, patient={"exemption": exemption}))
    assert {line.rate.whole_percent for line in invoice.lines} == {100}
    assert invoice.totals.patient == Money(0)
    assert invoice.franchise_info == Money(0 if exemption == "maternity" else 100)


def test_specific_medicine_and_guard_add_their_fees() -> None:
    invoice = priced(case({**AMOXICILLINE, "specific": True}, guard="night"))
    fees = {line.code: line.amount.cents for line in invoice.lines}
    assert (fees["HDE"], fees["GARDE"]) == (357, 1000)


def test_specific_medicine_sold_beside_the_ordonnance_adds_no_fee() -> None:
    invoice = priced(case(AMOXICILLINE, {**ELIQUIS, "specific": True, "prescribed": False}))
    assert "HDE" not in [line.code for line in invoice.lines]


def test_maternity_exempts_from_the_franchise_also_what_the_ald_covers() -> None:
    assert priced(case({**AMOXICILLINE, "ald": True}, patient={"exemption": "maternity"})).franchise_info == Money(0)


def test_codes_that_are_null_are_not_given() -> None:
    assert priced(case({**AMOXICILLINE, "lpp": None, "act": None})).lines[0].code == "PH7"


def test_ages_at_the_end_of_the_calendar_are_reckoned() -> None:
    invoice = priced(case(AMOXICILLINE, patient={"birth_date": "9998-03-01"}, date="9999-12-30"))
    assert "HDA" in [line.code for line in invoice.lines]


@pytest.mark.parametrize(("zone", "hdr"), [("reunion", 77), ("martinique", 81), ("guadeloupe", 81), ("guyane", 82),
                                           ("mayotte", 83), ("metropole", 61)])  # fmt: skip
def test_ordonnance_fee_overseas(zone: str, hdr: int) -> None:
    assert priced(case(AMOXICILLINE, zone=zone)).lines[-1].amount == Money(hdr)


@pytest.mark.parametrize(("day", "expected"), [("2025-01-07", 51), ("2025-01-08", 61), ("2018-06-01", None)])
def test_fee_follows_the_date_of_dispensation(day: str, expected: int | None) -> None:
    invoice = priced(case(AMOXICILLINE, date=day))
    found = [line.amount.cents for line in invoice.lines if line.code == "HDR"]
    assert found == ([] if expected is None else [expected])


@pytest.mark.parametrize(("born", "due"), [("1956-03-02", False), ("1956-03-01", True), ("2023-03-02", False),
                                           ("2023-03-03", True), (None, False)])  # fmt: skip
def test_age_fee_at_its_bounds(born: str | None, *, due: bool) -> None:
    invoice = priced(case(AMOXICILLINE, patient={"birth_date": born}))
    assert any(line.code == "HDA" for line in invoice.lines) is due


def test_complex_ordonnance_fee_is_left_out_and_says_so() -> None:
    five = [{**AMOXICILLINE, "cip13": f"340093385704{rank}"} for rank in range(5)]
    invoice = priced(case(*five))
    assert "HC" not in [line.code for line in invoice.lines]
    assert [finding.code for finding in invoice.findings] == ["GAL-FAC-20"]
    assert "HC" in [line.code for line in priced(case(*five, date="2019-06-01")).lines]


def test_every_amount_says_why() -> None:
    for line in priced(case(AMOXICILLINE, patient={"scheme": "alsace_moselle"})).lines:
        assert line.because
        assert any(reason.since is not None and reason.source for reason in line.because)


@pytest.mark.parametrize(
    ("change", "subject"),
    [
        ({"zone": "corse"}, "zone"),
        ({"date": "2026-13-01"}, "date"),
        ({"date": "20260302"}, "date"),
        ({"date": "2026-W10-1"}, "date"),
        ({"date": "1999-01-01"}, "date"),
        ({"lines": []}, "lines"),
        ({"lines": [{"cip13": "3400933857042", "quantity": 0}]}, "lines[0].quantity"),
        ({"lines": [{"cip13": "3400933857042", "quantity": 1}]}, "lines[0].cip13"),
        ({"lines": [{**AMOXICILLINE, "quantity": 1, "rate": 55}]}, "lines[0].rate"),
        ({"lines": [{**AMOXICILLINE, "quantity": 1, "unit_price_cents": -5}]}, "lines[0].unit_price_cents"),
        ({"lines": [{**AMOXICILLINE, "quantity": 1, "unit_price_cents": 2.55}]}, "lines[0].unit_price_cents"),
        ({"lines": [{**AMOXICILLINE, "quantity": 1, "unit_price_cents": 100}]}, "lines[0].unit_price_cents"),
        ({"lines": [{"act": "DANSE", "quantity": 1}]}, "lines[0].act"),
        ({"lines": ["x"]}, "lines[0]"),
        ({"patient": {"amc": "half"}}, "patient.amc"),
        ({"patient": []}, "patient"),
        ({"patient": {"birth_date": "2030-01-01"}}, "patient.birth_date"),
        ({"lines": [{**AMOXICILLINE, "quantity": 1, "substitution": {"refused": True, "justification": "XX"}}]},
         "lines[0].substitution.justification"),
    ],
)  # fmt: skip
def test_defective_case_is_refused_and_says_where(change: dict[str, Any], subject: str) -> None:
    read, findings = read_case({**case(AMOXICILLINE), **change}, EMPTY, installed_tariffs(), DAY)
    assert read is None
    assert subject in [finding.subject for finding in findings]
    assert {finding.severity for finding in findings} == {Severity.ERROR}


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_what_is_no_object_is_refused(data: object) -> None:
    assert read_case(data, EMPTY, installed_tariffs(), DAY)[0] is None
