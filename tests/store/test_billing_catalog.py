"""What the catalogue adds to a price: the base of a generic group, the size of a box, the overseas coefficient."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from dispensing_house import CAMILLE, House, done, open_house

from app.kernel.money import Money
from app.officine.billing.case import read_case
from app.officine.billing.model import Justification, MedicineLine, Substitution, Zone
from app.officine.billing.pricing import price_invoice
from app.officine.billing.products import box_price, generic_base, pack_size
from app.officine.billing.tariffs import installed_tariffs
from app.officine.dispensing import session as edit

if TYPE_CHECKING:
    from pathlib import Path

    from app.store.database import Database

CRESTOR, CRESTOR_90, DOLIPRANE, BRACE = "3400939169460", "3400939169699", "3400935955838", "3401999900239"
ATORVASTATINE_90 = "3400930183076"


@pytest.fixture
def house(sqlite_database: Database, tmp_path: Path) -> House:
    return open_house(sqlite_database, tmp_path / "catalogs")


@pytest.mark.parametrize(
    ("presentation", "size"),
    [
        ("plaquette(s) PVC aluminium de 30 comprimé(s)", 30),
        ("plaquette(s) thermoformée(s) PVC-Aluminium de 30  comprimé(s)", 30),
        ("12 plaquette(s) polyamide aluminium PVC-Aluminium de 1 comprimé(s)", 12),
        ("3 flacon(s) en verre de 10 ml", 30),
        ("1 seringue(s) préremplie(s) en verre de 0,5 ml", 5),
        ("", 1),
    ],
)
def test_size_of_a_box_is_read_from_its_label(presentation: str, size: int) -> None:
    assert pack_size(presentation) == size


@pytest.mark.req("OFF-FAC-03")
def test_base_of_a_refused_generic_is_the_dearest_of_the_same_size(house: House) -> None:
    crestor, other, alone = (house.catalog.by_code(code) for code in (CRESTOR, CRESTOR_90, DOLIPRANE))
    assert crestor is not None
    assert other is not None
    assert alone is not None
    tariffs = installed_tariffs().on(dt.date(2026, 3, 2))
    for product, zone, base in (
        (crestor, Zone.METROPOLE, Money(441)),
        (crestor, Zone.REUNION, Money(557)),  # 4,41 x 1,264
        (other, Zone.METROPOLE, None),
        (alone, Zone.METROPOLE, None),
    ):
        assert generic_base(product, house.catalog, zone, tariffs) == base


@pytest.mark.req("OFF-FAC-03")
def test_refusal_at_the_counter_is_paid_in_full_and_reimbursed_on_the_base(house: House) -> None:
    session = house.prescribed(CRESTOR)
    refused, _ = edit.set_substitution(session, "L1", Substitution(refused=True))
    invoice = house.counter.quote(refused)
    assert (invoice.third_party, invoice.totals.patient, invoice.totals.amo) == (False, invoice.totals.amount, Money(0))
    assert (invoice.lines[0].amount, invoice.lines[0].base) == (Money(634), Money(441))
    assert invoice.totals.reimbursed == Money(287 + 66 + 40)
    mention = Substitution(refused=True, justification=Justification.NARROW_MARGIN)
    assert house.counter.quote(edit.set_substitution(session, "L1", mention)[0]).third_party
    refused, _ = edit.force_stock(refused, "L1")
    assert done(house.counter.validate(refused, CAMILLE, house.paid(refused))).third_party is False


def test_regulated_price_is_that_of_the_zone(house: House) -> None:
    doliprane = house.catalog.by_code(DOLIPRANE)
    assert doliprane is not None
    tariffs = installed_tariffs().on(dt.date(2026, 3, 2))
    for zone, price in ((Zone.METROPOLE, 116), (Zone.REUNION, 147), (Zone.MAYOTTE, 116)):
        box = box_price(doliprane, zone, tariffs)
        assert box is not None
        assert (box.price, box.unit_price) == (Money(price), Money(price + 102))


def test_what_a_case_leaves_out_comes_from_the_catalogue(house: House) -> None:
    lines = [{"cip13": DOLIPRANE, "quantity": 2}, {"cip13": BRACE, "quantity": 1}]
    data = {"date": "2026-03-02", "prescription": {"present": True}, "lines": lines}
    case, findings = read_case(data, house.catalog, installed_tariffs(), dt.date(2026, 3, 2))
    assert case is not None, findings
    invoice = price_invoice(case, installed_tariffs())
    assert [(line.code, line.amount.cents) for line in invoice.lines] == [
        ("PH7", 232),
        ("HD7", 204),
        ("LPP", 2290),
        ("HDR", 61),
    ]


@pytest.mark.req("OFF-FAC-01")
def test_a_base_of_the_group_that_is_null_is_none_and_one_left_out_is_the_catalogue_s(house: House) -> None:
    line = {"cip13": CRESTOR, "quantity": 1, "substitution": {"refused": True}}
    for given, base in (({}, True), ({"generic_base_cents": None}, False)):
        data = {"date": "2026-03-02", "prescription": {"present": True}, "lines": [line | given]}
        case, findings = read_case(data, house.catalog, installed_tariffs(), dt.date(2026, 3, 2))
        assert case is not None, findings
        priced = case.lines[0]
        assert isinstance(priced, MedicineLine)
        assert (priced.generic_base is not None) is base


@pytest.mark.parametrize("known", [{"unit_price_cents": 1180}, {"price_without_fee_cents": 904}])
def test_fee_that_a_case_does_not_split_is_that_of_the_catalogue(house: House, known: dict[str, int]) -> None:
    lines = [{"cip13": ATORVASTATINE_90, "quantity": 1, **known}]
    data = {"date": "2026-03-02", "prescription": {"present": True}, "lines": lines}
    case, findings = read_case(data, house.catalog, installed_tariffs(), dt.date(2026, 3, 2))
    assert case is not None, findings
    invoice = price_invoice(case, installed_tariffs())
    assert [(line.code, line.amount.cents) for line in invoice.lines] == [("PH7", 904), ("HG7", 276), ("HDR", 61)]
