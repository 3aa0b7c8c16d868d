"""« Facturer le délivré » : what is owed is billed on the day when it is handed over, by a delivery of its own."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from dispensing_house import _PATIENT as PATIENT
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, ELIQUIS, SKENAN, House, box, done, open_house

from app.docs.ticket import Pharmacy
from app.kernel.clock import FixedClock
from app.kernel.mode import Mode
from app.kernel.money import ZERO, Money, Rate
from app.kernel.outcome import Done, Refused
from app.officine.billing.model import InvoiceCase, MedicineLine
from app.officine.billing.pricing import price_invoice
from app.officine.billing.tariffs import installed_tariffs
from app.officine.cash.model import Means, Payment
from app.officine.dispensing import owing
from app.officine.dispensing import session as edit
from app.officine.dispensing.agreement import first_disagreement
from app.officine.dispensing.bearer import NO_ADDRESS, Bearer
from app.officine.dispensing.handing import Handing
from app.officine.dispensing.paper import ticket_of
from app.officine.dispensing.papers import labelled
from app.officine.dispensing.reversal import ReversalKind
from app.officine.dispensing.sheets import Source, invoice_of, vitale_of
from app.officine.dispensing.slips import Slips
from app.officine.owed.model import PromiseSettings, PromiseState
from app.officine.owed.service import Owed
from app.officine.patients.model import Coverage
from app.officine.prescriptions.model import PrescriptionKind
from app.officine.staff.service import Staff

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.officine.billing.model import Invoice
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.officine.owed.model import HandedOver
    from app.store.database import Database


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    opened = open_house(database, tmp_path / "catalogs")
    done(Owed(opened.db, opened.stock, Staff(opened.db)).choose(CAMILLE, PromiseSettings(7, bill_later=True)))
    return opened


@pytest.fixture
def owed(house: House) -> Owed:
    return Owed(house.db, house.stock, Staff(house.db))


def in_part(house: House, session: CounterSession, quantity: int, boxes: int, line_id: str = "L1") -> CounterSession:
    session, _ = edit.set_quantity(session, line_id, quantity)
    session, findings = owing.owe(session, line_id, boxes)
    assert not findings
    return session


def deliver(house: House, session: CounterSession) -> Delivery:
    return done(house.counter.validate(session, CAMILLE, house.paid(session)))


def pass_days(house: House, days: int) -> None:
    clock = house.db.clock
    assert isinstance(clock, FixedClock)
    clock.advance(dt.timedelta(days=days))


def price(house: House, number: int, quantity: int) -> Invoice:
    return done(house.counter.quote_handed(CAMILLE, number, quantity))


def hand(house: House, number: int, quantity: int, *serials: str, bearer: str = "") -> Outcome[HandedOver]:
    due = price(house, number, quantity).totals.patient
    paid = (Payment(Means.CARD, due),) if due else ()
    boxes = tuple(box(serial) for serial in serials)
    return house.counter.hand_over(CAMILLE, number, quantity, boxes, bearer=bearer, payments=paid)


def billed_by(house: House, handed: HandedOver) -> Delivery:
    assert handed.delivery is not None
    delivery = house.counter.delivery(handed.delivery)
    assert delivery is not None
    return delivery


def agrees(house: House) -> None:
    """All of ``galien verify``: chains, deliveries, till, stock."""
    with house.db.read() as session:
        assert first_disagreement(session) is None
    assert house.counter.verify_ordonnancier().first_bad is None
    assert house.stock.discrepancies() == []


def codes(outcome: Outcome[object]) -> list[str]:
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings]


@pytest.mark.req("OFF-SCOPE", "OFF-CPT-02")
def test_what_leaves_is_billed_and_the_rest_when_it_leaves_with_its_own_invoice_and_entry(
    house: House, owed: Owed
) -> None:
    whole = house.counter.quote(edit.set_quantity(house.prescribed(AMOXICILLINE), "L1", 3)[0])
    first = deliver(house, in_part(house, house.prescribed(AMOXICILLINE), 3, 1))
    (line,) = first.lines
    assert (line.quantity, line.owed, line.promised) == (2, 0, 1)
    assert house.counter.delivery(first.number) == first
    promise = owed.open_promises()[0]
    assert (promise.left, promise.billed) == (1, False)
    pass_days(house, 4)
    handed = done(hand(house, promise.number, 1, "SN9"))
    second = billed_by(house, handed)
    assert (handed.left, owed.open_promises(), owed.billed_since(first.number)) == (0, [], [second.number])
    entries = house.counter.ordonnancier()
    assert [(one.delivery, one.quantity, one.number) for one in entries] == [
        (first.number, 2, 1),
        (second.number, 1, 2),
    ]
    assert (entries[1].day - entries[0].day).days == 4
    assert entries[1].prescription_date == entries[0].prescription_date
    assert house.stock.on_hand([AMOXICILLINE]) == {AMOXICILLINE: 17}
    product = [one for one in whole.lines if one.line_id]
    assert Money.total(one.amount for one in (*first.invoice_lines, *second.invoice_lines) if one.line_id) == (
        Money.total(one.amount for one in product)
    )
    assert first.franchise_info + second.franchise_info == whole.franchise_info
    agrees(house)


@pytest.mark.req("OFF-FAC-04")
def test_the_fees_of_the_ordonnance_are_billed_once_by_the_first_invoice_that_has_a_box(house: House) -> None:
    def fees(delivery: Delivery) -> list[str]:
        return sorted(one.code for one in delivery.invoice_lines if not one.line_id)

    at_once = sorted(one.code for one in house.counter.quote(house.prescribed(AMOXICILLINE)).lines if not one.line_id)
    assert at_once
    part = deliver(house, in_part(house, house.prescribed(AMOXICILLINE), 2, 1))
    whole = deliver(house, in_part(house, house.prescribed(AMOXICILLINE), 2, 2))
    assert (fees(part), fees(whole)) == (at_once, [])
    assert fees(billed_by(house, done(hand(house, 1, 1)))) == []
    assert fees(billed_by(house, done(hand(house, 2, 1)))) == at_once
    assert fees(billed_by(house, done(hand(house, 2, 1)))) == []


@pytest.mark.req("OFF-FAC-04")
def test_a_complex_ordonnance_is_counted_over_all_its_invoices() -> None:
    """Five medicines from 2015 to 2019: the fee of 0,51 € waits for the last box, then counts those billed before."""
    price = Money(5_00)
    line = MedicineLine(
        code="3400936403116", label="A", quantity=1, price=price, unit_price=price, rate=Rate.percent(65), vat=Rate(210)
    )
    case = InvoiceCase(date=dt.date(2019, 6, 3), lines=(line,), has_prescription=True)

    def told(**more: object) -> list[str]:
        invoice = price_invoice(replace(case, **more), installed_tariffs())  # type: ignore[arg-type] # fields of the case
        return [one.code for one in invoice.lines if not one.line_id]

    assert "HC" not in told()
    assert "HC" in told(medicines_billed=4)
    assert "HC" not in told(medicines_billed=4, partial=True)
    assert "HC" not in told(medicines_billed=4, fees_billed=frozenset({"HC"}))


@pytest.mark.req("OFF-SCOPE")
def test_a_line_owed_whole_bills_nothing_and_its_papers_say_so(house: House, owed: Owed) -> None:
    session = in_part(house, house.prescribed(AMOXICILLINE, ELIQUIS), 2, 2)
    first = deliver(house, session)
    assert [(line.quantity, line.promised, line.ordonnancier) for line in first.lines] == [(0, 2, None), (1, 0, 1)]
    assert first.invoice_lines[0].amount == ZERO
    paper, block = invoice_of(Source(first, Pharmacy("P"))), vitale_of(Source(first, Pharmacy("P")))
    assert [line.quantity for line in paper.lines if line.label == first.lines[0].label] == [0]
    assert Money.total(line.amount for line in paper.lines) == first.totals.amount
    assert len(block.lines) == 2
    words = "2\u00a0boîtes promises, à facturer à la remise"
    assert words in block.lines[0].notes
    assert words in ticket_of(first, Pharmacy("P")).lines[0].notes
    assert [line.code for line, _asked in labelled(first, session)] == [ELIQUIS]
    assert [line.code for line in house.counter.history(house.patient.id)] == [ELIQUIS]
    second = billed_by(house, done(hand(house, 1, 2)))
    assert {line.code for line in house.counter.history(house.patient.id)} == {ELIQUIS, AMOXICILLINE}
    assert second.invoice_lines[0].quantity == 2
    assert owed.open_promises() == []
    agrees(house)


@pytest.mark.req("OFF-FAC-02")
def test_the_rights_are_those_of_the_day_of_the_hand_over(house: House) -> None:
    first = deliver(house, in_part(house, house.prescribed(AMOXICILLINE), 2, 1))
    assert first.totals.amc > ZERO
    pass_days(house, 3)
    patient = house.patient
    done(house.patients.update(patient.id, patient.version, replace(PATIENT, coverage=Coverage()), CAMILLE))
    invoice = price(house, 1, 1)
    assert (invoice.totals.amc, invoice.totals.patient > ZERO) == (ZERO, True)
    assert codes(house.counter.hand_over(CAMILLE, 1, 1)) == ["GAL-CPT-43"]
    second = billed_by(house, done(hand(house, 1, 1)))
    assert second.totals == invoice.totals
    agrees(house)


@pytest.mark.req("OFF-ORD-04")
def test_the_hand_over_is_no_other_execution_of_the_ordonnance(house: House) -> None:
    deliver(house, in_part(house, house.prescribed(AMOXICILLINE), 2, 1))
    before = house.prescriptions.kept(house.patient.id)
    done(hand(house, 1, 1))
    assert house.prescriptions.kept(house.patient.id) == before


@pytest.mark.req("OFF-REG-05")
def test_a_stupefiant_is_in_its_register_when_it_leaves_with_its_bearer(house: House) -> None:
    deliver(house, in_part(house, house.prescribed(SKENAN, kind=PrescriptionKind.SECURED), 2, 1))
    registers = house.stock.registers
    assert registers is not None
    before = len(registers.entries(code=SKENAN))
    assert codes(hand(house, 1, 1, bearer="DURAND Léa")) == [NO_ADDRESS]
    one = Bearer("DURAND Léa", "3 rue des Lilas, 75011 Paris", "CNI 12AB")
    handed = done(hand(house, 1, 1, bearer=one.text))
    entries = registers.entries(code=SKENAN)
    assert len(entries) == before + 1
    assert (entries[-1].bearer, entries[-1].ordonnancier, entries[-1].reference) == (
        one.text,
        handed.ordonnancier,
        str(handed.delivery),
    )
    agrees(house)


@pytest.mark.req("OFF-CPT-03")
def test_two_counters_handing_over_one_promis_bill_it_once(house: House, owed: Owed) -> None:
    deliver(house, in_part(house, house.prescribed(AMOXICILLINE), 3, 2))
    due = price(house, 1, 1).totals.patient
    paid = (Payment(Means.CARD, due),) if due else ()
    outcomes: list[object] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(house.counter.hand_over(CAMILLE, 1, 1, payments=paid)))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(outcome, Done) for outcome in outcomes) == 2
    assert (owed.open_promises(), len(house.counter.deliveries())) == ([], 3)
    assert house.stock.on_hand([AMOXICILLINE]) == {AMOXICILLINE: 17}
    agrees(house)


def test_bad_hand_overs_bill_nothing(house: House, owed: Owed) -> None:
    first = deliver(house, in_part(house, house.prescribed(AMOXICILLINE), 2, 1))
    handing = Handing(
        house.db,
        owed=owed,
        patients=house.patients,
        prescriptions=house.prescriptions,
        stock=house.stock,
        staff=Staff(house.db),
    )
    assert codes(handing.hand_over(CAMILLE, 1, 1)) == ["GAL-DU-17"]
    for quantity in (0, -1, 2, 9999):
        assert codes(house.counter.hand_over(CAMILLE, 1, quantity)) == ["GAL-DU-05"]
    assert codes(house.counter.hand_over(CAMILLE, 7, 1)) == ["GAL-DU-10"]
    yesterday = house.db.clock.now().date() - dt.timedelta(days=1)
    assert codes(house.counter.hand_over(CAMILLE, 1, 1, [box("S", expiry=yesterday)]))[0] == "GAL-DU-11"
    assert codes(house.counter.hand_over(CAMILLE, 1, 1, payments=[Payment(Means.CARD, Money(99_99))]))
    done(house.stock.adjust(CAMILLE, AMOXICILLINE, 0, "casse"))
    assert isinstance(hand(house, 1, 1), Refused)
    assert (len(house.counter.deliveries()), owed.open_promises()[0].left) == (1, 1)
    draft = house.reversals.proposal(first.number, ReversalKind.CANCEL)
    assert draft is not None
    done(house.reversals.reverse(replace(draft, reason="Erreur"), CAMILLE))
    assert [one.state for one in owed.of_delivery(first.number)] == [PromiseState.CANCELLED]
    # The box that had left is back: the one that was promised besides was no part of the delivery.
    assert house.stock.on_hand([AMOXICILLINE]) == {AMOXICILLINE: 1}
    assert codes(house.counter.hand_over(CAMILLE, 1, 1)) == ["GAL-DU-07"]
    agrees(house)


@pytest.mark.req("OFF-ANN-01")
def test_what_was_billed_at_the_hand_over_is_taken_back_on_its_own(house: House) -> None:
    first = deliver(house, in_part(house, house.prescribed(AMOXICILLINE), 3, 1))
    handed = done(hand(house, 1, 1))
    for number, boxes in ((handed.delivery, 1), (first.number, 2)):
        assert number is not None
        draft = house.reversals.proposal(number, ReversalKind.CREDIT)
        assert draft is not None
        assert [line.quantity for line in draft.lines] == [boxes]
        done(house.reversals.reverse(replace(draft, reason="Erreur"), CAMILLE))
    agrees(house)


def test_a_sale_without_a_patient_is_billed_at_its_hand_over_too(house: House, owed: Owed) -> None:
    session, _ = edit.set_label(house.sale(DOLIPRANE), "Mme Dupuis 0612345678")
    first = deliver(house, in_part(house, session, 1, 1))
    assert (first.totals.amount, first.payments) == (ZERO, ())
    second = billed_by(house, done(hand(house, 1, 1)))
    assert second.totals.patient == price_of(house, DOLIPRANE)
    assert owed.open_promises() == []
    agrees(house)


def price_of(house: House, code: str) -> Money:
    return house.counter.quote(house.sale(code)).totals.patient


@pytest.mark.req("OFF-SCOPE")
@pytest.mark.parametrize("later", [True, False])
def test_the_ticket_of_a_promis_says_that_it_is_to_be_paid(
    house: House, owed: Owed, tmp_path: Path, later: bool
) -> None:
    done(owed.choose(CAMILLE, PromiseSettings(7, bill_later=later)))
    deliver(house, in_part(house, house.prescribed(AMOXICILLINE), 2, 1))
    file = Slips(house.db, tmp_path, Mode.DEMO).write(owed.open_promises(), CAMILLE)
    document = pypdfium2.PdfDocument(file.read_bytes())
    words = document[0].get_textpage().get_text_range()
    document.close()
    assert ("À régler au retrait" in words) == later


@pytest.mark.req("OFF-SCOPE")
def test_promis_made_before_the_choice_stay_as_they_were_made(house: House, owed: Owed) -> None:
    done(owed.choose(CAMILLE, PromiseSettings(7)))
    before = deliver(house, in_part(house, house.prescribed(AMOXICILLINE), 2, 1))
    assert before.invoice_lines[0].quantity == 2
    done(owed.choose(CAMILLE, PromiseSettings(7, bill_later=True)))
    assert [one.billed for one in owed.open_promises()] == [True]
    assert codes(house.counter.hand_over(CAMILLE, 1, 1)) == ["GAL-DU-07"]
