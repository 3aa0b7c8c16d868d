"""What holds of every invoice, whatever is in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import ZERO, Money, Rate
from app.officine.billing.model import (
    ActLine,
    Beneficiary,
    DeviceLine,
    Exemption,
    Guard,
    InvoiceCase,
    Justification,
    MedicineLine,
    OpenedBox,
    PrescribedBy,
    Rental,
    Scheme,
    Substitution,
    Zone,
)
from app.officine.billing.pricing import price_invoice
from app.officine.billing.tariffs import installed_tariffs

CENTS = st.integers(0, 500_000).map(Money)
QUANTITY = st.integers(1, 50)


OPENED = st.integers(1, 120).flatmap(
    lambda size: st.builds(OpenedBox, units=st.integers(1, size), size=st.just(size), opens=st.booleans())
)


@st.composite
def medicines(draw: st.DrawFn) -> MedicineLine:
    price = draw(CENTS)
    return MedicineLine(
        code=draw(st.text("0123456789", min_size=13, max_size=13)),
        label="x",
        quantity=draw(QUANTITY),
        price=price,
        unit_price=price + draw(st.sampled_from([ZERO, Money(102), Money(276)])),
        rate=draw(st.sampled_from([None, *map(Rate.percent, (15, 30, 35, 65, 100))])),
        tfr=draw(st.none() | CENTS),
        generic_base=draw(st.none() | CENTS),
        specific=draw(st.booleans()),
        ald=draw(st.booleans()),
        prescribed=draw(st.booleans()),
        substitution=Substitution(
            draw(st.booleans()), draw(st.none() | st.sampled_from(Justification)), draw(st.booleans())
        ),
        opened=draw(st.none() | OPENED),
    )


DEVICES = st.builds(
    DeviceLine, lpp=st.just("1234567"), label=st.just("y"), quantity=QUANTITY, price=CENTS, tariff=CENTS,
    rate=st.sampled_from([Rate.percent(60), Rate.percent(100)]), ald=st.booleans(), ceiling=st.none() | CENTS,
    rental=st.none() | st.builds(
        Rental, first=st.just(dt.date(2026, 1, 1)), last=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
        days=st.integers(1, 60),
    ),
)  # fmt: skip
ACTS = st.builds(
    ActLine, act=st.sampled_from(["RVA", "TROD", "EFE", "vaccination", "TAC"]), variant=st.just(""), label=st.just(""),
    quantity=st.integers(1, 2), ald=st.booleans(),
)  # fmt: skip
CASES = st.builds(
    InvoiceCase,
    date=st.dates(dt.date(2024, 7, 1), dt.date(2027, 1, 1)),
    lines=st.lists(medicines() | DEVICES | ACTS, min_size=1, max_size=8).map(tuple),
    beneficiary=st.builds(
        Beneficiary,
        birth_date=st.none() | st.dates(dt.date(1920, 1, 1), dt.date(2024, 6, 1)),
        scheme=st.sampled_from(Scheme),
        exemption=st.none() | st.sampled_from(Exemption),
        css=st.booleans(),
        amc_full=st.booleans(),
        exemption_from=st.none() | st.dates(dt.date(2024, 1, 1), dt.date(2027, 1, 1)),
        exemption_to=st.none() | st.dates(dt.date(2024, 1, 1), dt.date(2027, 1, 1)),
        amc_leaves=st.lists(st.sampled_from([Rate.percent(15), Rate.percent(30)]), max_size=2).map(tuple),
    ),
    zone=st.sampled_from(Zone),
    guard=st.none() | st.sampled_from(Guard),
    has_prescription=st.booleans(),
    prescribed_by=st.sampled_from(PrescribedBy),
    partial=st.booleans(),
)


@pytest.mark.req("OFF-FAC-02")
@given(CASES)
def test_shares_add_up_and_are_never_negative(case: InvoiceCase) -> None:
    invoice = price_invoice(case, installed_tariffs())
    totals = invoice.totals
    assert totals.amo + totals.amc + totals.patient == totals.amount
    assert totals.amount == Money.total(line.amount for line in invoice.lines)
    assert min(totals.amount, totals.amo, totals.amc, totals.patient, totals.excess, totals.reimbursed) >= ZERO
    for line in invoice.lines:
        assert line.amo + line.tm + line.excess == line.amount
        assert min(line.amo, line.tm, line.excess) >= ZERO


@pytest.mark.req("OFF-FAC-02")
@given(CASES)
def test_excess_is_never_claimed_from_the_amo(case: InvoiceCase) -> None:
    for line in price_invoice(case, installed_tariffs()).lines:
        assert line.amo <= line.base
        assert line.base <= line.amount
        assert line.claimed or not line.amo


@pytest.mark.req("OFF-FAC-02")
@given(CASES)
def test_franchise_is_information_only(case: InvoiceCase) -> None:
    invoice = price_invoice(case, installed_tariffs())
    without = [line for line in invoice.lines if line.claimed]
    assert invoice.franchise_info >= ZERO
    if invoice.third_party:
        assert invoice.totals.amo == Money.total(line.amo for line in without if not line.apart)
    assert all("FRANCHISE" not in line.code for line in invoice.lines)


@pytest.mark.req("OFF-FAC-02")
@given(CASES, st.randoms(use_true_random=False))
def test_order_of_lines_changes_nothing(case: InvoiceCase, random: object) -> None:
    shuffled = list(case.lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    mixed = replace(case, lines=tuple(shuffled))
    first, second = price_invoice(case, installed_tariffs()), price_invoice(mixed, installed_tariffs())
    assert first.totals == second.totals
    assert (first.third_party, first.franchise_info, first.vat) == (
        second.third_party,
        second.franchise_info,
        second.vat,
    )


@given(CASES)
def test_without_third_party_the_patient_pays_all(case: InvoiceCase) -> None:
    invoice = price_invoice(case, installed_tariffs())
    if not invoice.third_party:
        assert (invoice.totals.amo, invoice.totals.amc) == (ZERO, ZERO)
        assert invoice.totals.patient == invoice.totals.amount
    else:
        assert invoice.totals.reimbursed == Money.total(line.amo for line in invoice.lines if line.apart)


@pytest.mark.req("OFF-FAC-02")
@given(CASES, st.data())
def test_splitting_a_line_in_two_moves_a_cent_a_rounding_at_most(case: InvoiceCase, data: st.DataObject) -> None:
    """The box and its fee are rounded apart: two lines for one move each share by a cent a rounding, no more."""
    place = data.draw(st.integers(0, len(case.lines) - 1))
    line = case.lines[place]
    if line.quantity < 2:
        return
    first = data.draw(st.integers(1, line.quantity - 1))
    halves = (replace(line, quantity=first), replace(line, quantity=line.quantity - first))
    split = replace(case, lines=(*case.lines[:place], *halves, *case.lines[place + 1 :]))
    one, two = price_invoice(case, installed_tariffs()), price_invoice(split, installed_tariffs())
    if len({kind.code for kind in two.lines}) != len({kind.code for kind in one.lines}):
        return  # One line more may make the ordonnance a complex one, with a fee of its own.
    assert one.third_party == two.third_party
    assert one.franchise_info == two.franchise_info
    for name in ("amount", "amo", "amc", "patient", "excess", "reimbursed"):
        moved = getattr(one.totals, name).cents - getattr(two.totals, name).cents
        assert abs(moved) <= 2 * len(halves), name
    whole_boxes = not isinstance(line, MedicineLine) or line.opened is None
    assert not whole_boxes or one.totals.amount == two.totals.amount


@pytest.mark.req("OFF-FAC-04")
@given(medicines(), OPENED)
def test_units_of_a_box_never_cost_more_than_the_box(line: MedicineLine, opened: OpenedBox) -> None:
    case = InvoiceCase(dt.date(2026, 3, 2), (replace(line, opened=opened),), has_prescription=True)
    whole = replace(case, lines=(replace(line, opened=None),))
    some, all_of_it = price_invoice(case, installed_tariffs()), price_invoice(whole, installed_tariffs())
    assert some.totals.amount <= all_of_it.totals.amount
    if opened.units == opened.size and opened.opens:
        assert some.totals == all_of_it.totals
