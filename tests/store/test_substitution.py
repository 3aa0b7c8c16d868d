"""Substitution, TFR and opened boxes: what the counter proposes, what a delivery keeps, what the stock says after."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dispensing_house import _PATIENT as PATIENT
from dispensing_house import CAMILLE, LEA, ZOLPIDEM, House, box, done, open_house
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.errors import InputDefect
from app.kernel.money import ZERO, Money
from app.kernel.outcome import Refused, Severity
from app.officine.billing.model import Justification, Substitution
from app.officine.billing.service import Tfr
from app.officine.dispensing import saved
from app.officine.dispensing import session as edit
from app.officine.dispensing.equivalents import Substitutions
from app.officine.dispensing.substitution import substitute
from app.officine.patients.model import Coverage
from app.officine.prescriptions.model import PrescribedLine
from app.officine.staff.service import Staff
from app.officine.stock.model import MovementKind, ReceiptLine
from app.officine.stock.open_boxes import OpenBoxes

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.dispensing.model import CounterSession
    from app.officine.dispensing.substitution import Equivalents
    from app.store.database import Database

LAMICTAL, LAMOTRIGINE = "3400930225035", "3400937627795"
CRESTOR, CRESTOR_90, ROSUVASTATINE = "3400939169460", "3400939169699", "3400930053812"
XANAX, ALPRAZOLAM = "3400932644490", "3400936429116"
HUMIRA = "HUMIRA"
CREAM = "3401999900017"
ALL = (LAMICTAL, LAMOTRIGINE, CRESTOR, ROSUVASTATINE, XANAX, ALPRAZOLAM)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    opened = open_house(database, tmp_path / "catalogs")
    done(opened.stock.receive(CAMILLE, [ReceiptLine(code=code, quantity=5) for code in ALL], "BL-2"))
    return opened


@pytest.fixture
def open_boxes(house: House) -> OpenBoxes:
    return OpenBoxes(house.db, Staff(house.db))


@pytest.fixture
def tfr(house: House) -> Tfr:
    return Tfr(house.db, Staff(house.db))


def equivalents(house: House, code: str) -> Equivalents:
    tfr = Tfr(house.db, Staff(house.db))
    found = Substitutions(house.db, catalog=house.catalog, stock=house.stock, tfr=tfr).of(code)
    assert found is not None
    return found


def offer_of(found: Equivalents, code: str) -> int:
    return next(place for place, offer in enumerate(found.offers) if offer.product.code == code)


def line(session: CounterSession, place: int = 0) -> str:
    return session.lines[place].line_id


def set_substitution(session: CounterSession, substitution: Substitution) -> CounterSession:
    return edit.set_substitution(session, line(session), substitution)[0]


def codes(findings: object) -> set[str]:
    return {finding.code for finding in findings}  # type: ignore[attr-defined]


# --- What F6 shows ----------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SUB-01")
def test_generics_of_the_same_size_are_offered_with_difference_stock_and_place(house: House) -> None:
    held = house.stock.item(ROSUVASTATINE)
    done(house.stock.edit(CAMILLE, replace(held, place="T12")))
    found = equivalents(house, CRESTOR)
    first = found.offers[0]
    assert found.is_princeps
    assert (first.product.code, first.quantity, first.place) == (ROSUVASTATINE, 5, "T12")
    assert first.difference == Money(441 - 634)
    assert {offer.kind_label for offer in found.offers} == {"Générique"}
    assert CRESTOR_90 not in {offer.product.code for offer in found.offers}
    assert [product.code for product in found.others] == [CRESTOR_90]
    assert [offer.quantity > 0 for offer in found.offers] == sorted(
        (offer.quantity > 0 for offer in found.offers), reverse=True
    )


@pytest.mark.req("OFF-SUB-02")
def test_a_princeps_dearer_than_the_dearest_generic_may_not_take_its_place(house: House) -> None:
    found = equivalents(house, ROSUVASTATINE)
    princeps = found.offers[offer_of(found, CRESTOR)]
    assert princeps.dearer
    session = house.sale(ROSUVASTATINE)
    kept, findings = substitute(session, line(session), princeps)
    assert kept is session
    assert codes(findings) == {"GAL-SUB-02"}
    aligned = equivalents(house, ALPRAZOLAM)
    assert not aligned.offers[offer_of(aligned, XANAX)].dearer


@pytest.mark.req("OFF-SUB-03")
def test_biosimilars_are_a_rule_of_their_own(house: House) -> None:
    humira = house.catalog.search(HUMIRA, 1)[0]
    found = equivalents(house, humira.code)
    assert found.biosimilar is not None
    assert found.biosimilar.reference == "HUMIRA"
    assert found.group == ""
    assert {product.name.split()[0] for product in found.others} == {"AMGEVITA", "HYRIMOZ"}
    amgevita = equivalents(house, house.catalog.search("amgevita", 1)[0].code)
    assert [(offer.product.name.split()[0], offer.kind_label) for offer in amgevita.offers] == [
        ("HYRIMOZ", "Biosimilaire")
    ]
    assert equivalents(house, CRESTOR).biosimilar is None
    insulin = equivalents(house, house.catalog.search("lantus", 1)[0].code)
    assert insulin.biosimilar is None
    assert insulin.offers == ()


def test_a_product_of_the_officine_has_no_equivalent(house: House) -> None:
    tfr = Tfr(house.db, Staff(house.db))
    assert Substitutions(house.db, catalog=house.catalog, stock=house.stock, tfr=tfr).of(CREAM) is None
    assert Substitutions(house.db, catalog=house.catalog, stock=house.stock, tfr=tfr).of("nothing") is None


# --- What a delivery keeps --------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SUB-04")
def test_a_substitution_is_kept_with_the_product_asked_for_and_what_it_answers(house: House) -> None:
    session = house.prescribed(CRESTOR)
    session = replace(session, lines=(replace(session.lines[0], prescribed_line="P1", boxes=(box("S1"),)),))
    found = equivalents(house, CRESTOR)
    session, findings = substitute(session, line(session), found.offers[0])
    assert not findings
    assert (session.lines[0].prescribed_line, session.lines[0].boxes) == ("P1", ())
    delivery = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    read = house.counter.delivery(delivery.number)
    assert read is not None
    assert (read.lines[0].code, read.lines[0].replaces) == (ROSUVASTATINE, CRESTOR)
    assert [row.code for row in read.invoice_lines][:2] == ["PH7", "HD7"]
    assert read.invoice_lines[0].amount == Money(441)


def test_going_back_to_the_product_asked_for_is_no_substitution(house: House) -> None:
    session = house.sale(XANAX)
    there = equivalents(house, XANAX)
    session, _ = substitute(session, line(session), there.offers[offer_of(there, ALPRAZOLAM)])
    back = equivalents(house, ALPRAZOLAM)
    session, _ = substitute(session, line(session), back.offers[offer_of(back, XANAX)])
    assert (session.lines[0].code, session.lines[0].replaces) == (XANAX, "")


@pytest.mark.req("OFF-SUB-05")
def test_a_refusal_costs_the_third_party_and_set_apart_only_that_of_its_line(house: House) -> None:
    session = set_substitution(house.prescribed(CRESTOR, ALPRAZOLAM), Substitution(refused=True))
    whole = house.counter.quote(session)
    assert not whole.third_party
    assert whole.totals.patient == whole.totals.amount
    assert whole.lines[0].base == Money(441)
    session = set_substitution(session, Substitution(refused=True, apart=True))
    split = house.counter.quote(session)
    assert split.third_party
    assert split.totals.patient == Money(634 + 102)
    delivery = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    read = house.counter.delivery(delivery.number)
    assert read is not None
    assert read.lines[0].refused
    assert [row.apart for row in read.invoice_lines] == [True, True, False, False, False]
    assert read.totals.reimbursed == split.totals.reimbursed == Money(287 + 66)


@pytest.mark.req("OFF-SUB-06")
def test_the_mention_of_the_ordonnance_keeps_the_third_party_and_is_recorded(house: House) -> None:
    session = house.prescribed(LAMICTAL)
    assert session.prescription is not None
    written = PrescribedLine(line_id="P1", code=LAMICTAL, label="Lamictal", mention="MTE")
    prescription = replace(session.prescription, lines=(written,))
    lines = (replace(session.lines[0], prescribed_line="P1", substitution=Substitution(refused=True)),)
    session = replace(session, prescription=prescription, lines=lines)
    invoice = house.counter.quote(session)
    assert invoice.third_party
    assert invoice.lines[0].amount == Money(1187)
    assert "GAL-SUB-03" not in codes(house.counter.check(session))
    delivery = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    read = house.counter.delivery(delivery.number)
    assert read is not None
    assert read.lines[0].mention == "MTE"


@pytest.mark.req("OFF-SUB-06")
def test_mte_stands_only_for_the_substances_of_the_list(house: House) -> None:
    session = set_substitution(house.prescribed(CRESTOR), Substitution(justification=Justification.NARROW_MARGIN))
    assert "GAL-SUB-03" in codes(house.counter.check(session))
    listed = set_substitution(house.prescribed(LAMICTAL), Substitution(justification=Justification.NARROW_MARGIN))
    assert "GAL-SUB-03" not in codes(house.counter.check(listed))


@pytest.mark.req("OFF-SUB-06")
def test_substituting_what_the_prescriber_excluded_is_said(house: House) -> None:
    session = house.prescribed(LAMICTAL)
    found = equivalents(house, LAMICTAL)
    session, _ = substitute(session, line(session), found.offers[0])
    session = set_substitution(session, Substitution(justification=Justification.NARROW_MARGIN))
    assert "GAL-SUB-04" in codes(house.counter.check(session))


def test_a_sale_in_waiting_keeps_what_was_decided(house: House) -> None:
    session = set_substitution(house.prescribed(CRESTOR), Substitution(refused=True, apart=True))
    session, _ = edit.set_units(session, line(session), 6)
    done(house.counter.save(session))
    assert house.counter.load(session.id) == session
    old = saved.dumps(session).replace("[true,null,true]", "[true,null]").replace(',"replaces":""', "")
    read = saved.loads(old, session_id=session.id, holder="", station="", revision=1, owner=session.owner)
    assert read.lines[0].substitution == Substitution(refused=True)


# --- TFR --------------------------------------------------------------------------------------------------------------


LIST = "cip13;tarif;debut;fin;source\n{}\n"


@pytest.mark.req("OFF-TFR-01")
def test_a_loaded_tfr_is_the_base_and_keeps_the_third_party(house: House, tfr: Tfr) -> None:
    day = house.db.clock.now().date()
    report = done(tfr.load(LIST.format(f"{CRESTOR};4,00;{day};;JO du jour").encode(), CAMILLE))
    assert (report.loaded, report.in_force, report.rejected) == (1, 1, ())
    invoice = house.counter.quote(set_substitution(house.prescribed(CRESTOR), Substitution(refused=True)))
    assert invoice.third_party
    assert (invoice.lines[0].base, invoice.lines[0].excess) == (Money(400), Money(234))
    assert invoice.totals.patient == Money(234)
    assert any(reason.source == "JO du jour" for reason in invoice.lines[0].because)
    assert equivalents(house, CRESTOR).tfr is not None


@pytest.mark.req("OFF-TFR-01")
def test_tfr_are_dated_and_a_list_loaded_again_replaces_its_rows(house: House, tfr: Tfr) -> None:
    past, later = "2020-01-01;2020-12-31", "2031-01-01;"
    done(tfr.load(LIST.format(f"{CRESTOR};3,00;{past};\n{CRESTOR};2,00;{later};").encode(), CAMILLE))
    assert tfr.of([CRESTOR]) == {}
    assert tfr.of([CRESTOR], dt.date(2020, 6, 1))[CRESTOR].amount == Money(300)
    done(tfr.load(LIST.format(f"{CRESTOR};3,10;{past};").encode("cp1252"), CAMILLE))
    assert tfr.of([CRESTOR], dt.date(2020, 6, 1))[CRESTOR].amount == Money(310)


@pytest.mark.req("OFF-TFR-01")
@pytest.mark.parametrize(
    "bad",
    ["3400939169461;4,00;2026-01-01;;", f"{CRESTOR};gratuit;2026-01-01;;", f"{CRESTOR};-1;2026-01-01;;",
     f"{CRESTOR};0;2026-01-01;;", f"{CRESTOR};4;2026-13-01;;", f"{CRESTOR};4;2026-02-01;2026-01-01;", CRESTOR, ";;;;"],
)  # fmt: skip
def test_a_bad_line_is_left_out_and_said(tfr: Tfr, bad: str) -> None:
    report = done(tfr.load(LIST.format(f"{bad}\n{XANAX};1,00;2026-01-01;;").encode(), CAMILLE))
    assert (report.loaded, [line.line for line in report.rejected]) == (1, [2])
    refused = tfr.load(LIST.format(bad).encode(), CAMILLE)
    assert isinstance(refused, Refused)
    assert codes(refused.findings) == {"GAL-TFR-02"}


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"un;deux\n1;2\n", b"<xml/>", b"cip13\n"])
def test_what_is_no_list_of_tfr_is_refused(tfr: Tfr, content: bytes) -> None:
    with pytest.raises(InputDefect):
        tfr.load(content, CAMILLE)


# --- Units of a box ---------------------------------------------------------------------------------------------------


def six(house: House, *, serial: str = "", patient: bool = True) -> CounterSession:
    session = house.prescribed(ALPRAZOLAM) if patient else house.sale(ALPRAZOLAM)
    if serial:
        session = replace(session, lines=(replace(session.lines[0], boxes=(box(serial, "LOT9"),)),))
    session, findings = edit.set_units(session, line(session), 6)
    assert not findings
    return session


@pytest.mark.req("OFF-UNI-01")
def test_six_units_of_a_box_of_thirty_open_it_and_the_next_six_come_out_of_it(
    house: House, open_boxes: OpenBoxes
) -> None:
    session = six(house, serial="SER1")
    first = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    assert house.stock.on_hand([ALPRAZOLAM]) == {ALPRAZOLAM: 4}
    (held,) = open_boxes.of([ALPRAZOLAM])[ALPRAZOLAM]
    assert (held.remaining, held.size, held.lot, held.expiry) == (24, 30, "LOT9", box("SER1").expiry)
    assert [row.code for row in first.invoice_lines] == ["PH7", "HD7", "HDR"]
    assert first.invoice_lines[0].amount == Money(25)
    read = house.counter.delivery(first.number)
    assert read is not None
    assert (read.lines[0].units, read.invoice_lines[0].units, read.invoice_lines[0].unit_price) == (6, 6, Money(4))
    assert "6\u00a0unités sur une boîte de 30" in read.lines[0].label

    again = six(house)
    assert "GAL-UNI-06" in codes(house.counter.check(again))
    second = done(house.counter.validate(again, CAMILLE, house.paid(again)))
    assert house.stock.on_hand([ALPRAZOLAM]) == {ALPRAZOLAM: 4}
    assert open_boxes.of([ALPRAZOLAM])[ALPRAZOLAM][0].remaining == 18
    assert [row.code for row in second.invoice_lines] == ["PH7", "HDR"]


@pytest.mark.req("OFF-UNI-01")
def test_the_opened_box_scanned_again_gives_its_units_and_is_no_box_delivered_twice(
    house: House, open_boxes: OpenBoxes
) -> None:
    session = six(house, serial="SER1")
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    again = six(house, serial="SER1")
    done(house.counter.validate(again, CAMILLE, house.paid(again)))
    assert open_boxes.of([ALPRAZOLAM])[ALPRAZOLAM][0].remaining == 18
    whole, _ = edit.set_units(six(house, serial="SER1"), "L1", None)
    assert "GAL-CPT-16" in codes(house.counter.check(whole))


@pytest.mark.req("OFF-UNI-01")
def test_units_of_an_open_box_ask_for_no_box_of_the_stock(house: House) -> None:
    done(house.stock.adjust(CAMILLE, ALPRAZOLAM, 1, "Inventaire"))
    session = six(house)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    assert house.stock.on_hand([ALPRAZOLAM]) == {ALPRAZOLAM: 0}
    again = six(house)
    assert "GAL-CPT-26" not in codes(house.counter.check(again))
    done(house.stock.adjust(CAMILLE, ALPRAZOLAM, 1, "Inventaire"))
    product = house.catalog.by_code(ALPRAZOLAM)
    assert product is not None
    beside, _ = edit.add_product(again, product)
    assert "GAL-CPT-26" not in codes(house.counter.check(beside))
    done(house.stock.adjust(CAMILLE, ALPRAZOLAM, 0, "Inventaire"))
    done(house.counter.validate(again, CAMILLE, house.paid(again)))
    whole, _ = edit.set_units(again, line(again), None)
    assert "GAL-CPT-26" in codes(house.counter.check(whole))


@pytest.mark.req("OFF-UNI-01")
def test_another_treatment_pays_the_fee_of_the_box_it_takes_from(house: House, open_boxes: OpenBoxes) -> None:
    session = six(house)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    (held,) = open_boxes.of([ALPRAZOLAM])[ALPRAZOLAM]
    with house.db.write(CAMILLE) as work:
        work.session.execute(text("UPDATE open_box SET patient_id = NULL"))
    other = six(house)
    assert [row.code for row in house.counter.quote(other).lines] == ["PH7", "HD7", "HDR"]
    assert held.patient_id == house.patient.id


@pytest.mark.req("OFF-UNI-01")
def test_a_box_with_too_few_units_left_is_not_chosen(house: House, open_boxes: OpenBoxes) -> None:
    for _ in range(6):
        session = six(house)
        done(house.counter.validate(session, CAMILLE, house.paid(session)))
    assert house.stock.on_hand([ALPRAZOLAM]) == {ALPRAZOLAM: 3}
    assert [held.remaining for held in open_boxes.of([ALPRAZOLAM])[ALPRAZOLAM]] == [24]


@pytest.mark.req("OFF-UNI-02")
def test_two_counters_never_give_the_same_units(house: House, open_boxes: OpenBoxes) -> None:
    session = six(house)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    (held,) = open_boxes.of([ALPRAZOLAM])[ALPRAZOLAM]
    with house.db.write(LEA) as work:
        assert open_boxes.take(work, held, 20, "x")
        assert not open_boxes.take(work, held, 20, "y")
    assert open_boxes.of([ALPRAZOLAM])[ALPRAZOLAM][0].remaining == 4


@pytest.mark.req("OFF-UNI-02")
@pytest.mark.parametrize(("code", "units", "finding"), [(ALPRAZOLAM, 31, "GAL-UNI-02"), (CREAM, 2, "GAL-UNI-01")])
def test_units_that_make_no_sense_forbid_the_delivery(house: House, code: str, units: int, finding: str) -> None:
    session = house.prescribed(code)
    session, _ = edit.set_units(session, line(session), units)
    refused = house.counter.validate(session, CAMILLE, house.paid(session))
    assert isinstance(refused, Refused)
    assert finding in {one.code for one in refused.findings if one.severity is Severity.ERROR}


@pytest.mark.parametrize("units", [0, -3, 1000])
def test_a_number_of_units_out_of_bounds_changes_nothing(house: House, units: int) -> None:
    session = house.sale(ALPRAZOLAM)
    kept, findings = edit.set_units(session, line(session), units)
    assert kept is session
    assert codes(findings) == {"GAL-UNI-02"}


def test_a_line_by_the_unit_keeps_one_box_and_a_scan_makes_another_line(house: House) -> None:
    session = six(house)
    kept, findings = edit.set_quantity(session, line(session), 2)
    assert kept is session
    assert codes(findings) == {"GAL-UNI-03"}
    product = house.catalog.by_code(ALPRAZOLAM)
    assert product is not None
    session, _ = edit.add_product(session, product)
    assert [(one.quantity, one.units) for one in session.lines] == [(1, 6), (1, None)]


@pytest.mark.req("OFF-UNI-02")
def test_what_is_left_of_an_opened_box_is_discarded_with_a_reason(house: House, open_boxes: OpenBoxes) -> None:
    session = six(house)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    (held,) = open_boxes.of([ALPRAZOLAM])[ALPRAZOLAM]
    assert isinstance(open_boxes.discard(CAMILLE, held, "  "), Refused)
    assert done(open_boxes.discard(CAMILLE, held, "Périmé")).remaining == 0
    assert open_boxes.of([ALPRAZOLAM]) == {}
    assert isinstance(open_boxes.discard(CAMILLE, held, "Périmé"), Refused)
    moved = house.stock.movements(ALPRAZOLAM)[0]
    assert (moved.kind, moved.delta, moved.balance_after) == (MovementKind.DESTRUCTION, 0, 4)
    assert moved.reason == "24 unités sur 30 d’une boîte ouverte : Périmé"
    assert house.stock.discrepancies() == []


@pytest.mark.req("OFF-UNI-02")
def test_the_database_itself_keeps_the_movements_of_opened_boxes(house: House) -> None:
    session = six(house)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    with pytest.raises(DBAPIError, match="append-only"), house.db.write(CAMILLE) as work:
        work.session.execute(text("DELETE FROM open_box_movement"))


@pytest.mark.req("OFF-FAC-07")
def test_a_contract_that_leaves_the_low_rate_leaves_it_to_the_patient(house: House) -> None:
    contract = Coverage(amc="full_but_15")
    patient = done(house.patients.create(replace(PATIENT, coverage=contract), CAMILLE, confirmed=True))
    session, _ = edit.set_patient(house.prescribed(ZOLPIDEM, ALPRAZOLAM), patient.id, patient.display_name)
    totals = house.counter.quote(session).totals
    assert totals.patient == Money(109 - 16 + 102 - 15)


def test_prices_of_an_old_catalogue_are_said_once(house: House) -> None:
    invoice = house.counter.quote(house.prescribed(CRESTOR, ALPRAZOLAM))
    assert [finding.code for finding in invoice.findings].count("GAL-FAC-28") <= 1
    assert invoice.totals.patient == ZERO
