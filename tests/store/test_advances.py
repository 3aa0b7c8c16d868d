"""A treatment leaves before its ordonnance: written once, billed once, and what was paid for it is followed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, ELIQUIS, SKENAN, House, box, done, open_house
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.money import ZERO, Money
from app.kernel.outcome import Done, Refused, Severity
from app.officine.advances.model import ClosingKind
from app.officine.advances.service import Advances
from app.officine.cash.model import Means, Payment, Period
from app.officine.dispensing import advancing, matching
from app.officine.dispensing import session as edit
from app.officine.dispensing.cash import first_bad
from app.officine.dispensing.model import TO_COME, DeliveryState, SaleKind
from app.officine.dispensing.reversal import Fate, ReversalKind
from app.officine.registers.model import NoteKind
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store.integrity import verify_audit

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.kernel.outcome import Outcome
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.store.database import Database

WHY = "Cabinet fermé jusqu’à lundi"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


@pytest.fixture
def advances(house: House) -> Advances:
    return Advances(house.db, Staff(house.db))


def codes(outcome: Outcome[object]) -> list[str]:
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings if finding.severity is Severity.ERROR]


def advance_of(house: House, *asked: str, why: str = WHY) -> CounterSession:
    session, _ = edit.set_patient(house.sale(*asked), house.patient.id, house.patient.display_name)
    return edit.set_terms(session, SaleKind.ADVANCE, why)[0]


def advanced(house: House, *asked: str, paid: int = 0) -> Delivery:
    deposit = (Payment(Means.CASH, Money(paid)),) if paid else ()
    return done(house.counter.validate(advance_of(house, *(asked or (AMOXICILLINE,))), CAMILLE, deposit))


def taking_up(house: House, advances: Advances, session: CounterSession) -> CounterSession:
    """Take the patient's avances up into a sale."""
    found = advances.waiting(house.patient.id)
    products = house.catalog.by_codes([one.code for one in found])
    return advancing.take_up(session, found, products)[0]


def regularised(house: House, advances: Advances, payments: tuple[Payment, ...] | None = None) -> Delivery:
    session = taking_up(house, advances, house.prescribed())
    return done(house.counter.validate(session, CAMILLE, house.paid(session) if payments is None else payments))


def on_hand(house: House, code: str = AMOXICILLINE) -> int:
    return house.stock.on_hand([code])[code]


def sound(house: House) -> bool:
    with house.db.read() as reading:
        return first_bad(reading) is None and verify_audit(reading).first_bad is None


@pytest.mark.req("OFF-AVA-01")
def test_an_avance_leaves_with_its_entry_in_the_ordonnancier_and_bills_nothing(
    house: House, advances: Advances
) -> None:
    delivery = advanced(house)
    assert (on_hand(house), delivery.totals.amount, delivery.payments) == (19, ZERO, ())
    assert house.counter.delivery(delivery.number) == delivery
    [entry] = house.counter.ordonnancier()
    assert (entry.number, entry.prescriber_name, entry.is_advance) == (1, TO_COME, True)
    assert (entry.prescription_date, entry.patient_name) == (dt.date(2026, 11, 23), "ESSAI Jeanne")
    assert house.counter.verify_ordonnancier().first_bad is None
    [advance] = advances.waiting(house.patient.id)
    assert (advance.number, advance.left, advance.reason, advance.ordonnancier) == (1, 1, WHY, 1)
    assert advance.unit_price == delivery.lines[0].unit_price > ZERO
    assert sound(house)


@pytest.mark.req("OFF-AVA-02")
def test_regularisation_bills_on_the_ordonnance_without_stock_nor_another_number(
    house: House, advances: Advances, clock: FixedClock
) -> None:
    price = advanced(house).lines[0].unit_price
    clock.advance(dt.timedelta(days=2))
    delivery = regularised(house, advances)
    plain = house.prescribed(AMOXICILLINE)
    assert delivery.totals == house.counter.quote(plain).totals
    assert delivery.totals.amo > ZERO
    assert (on_hand(house), delivery.ordonnancier, delivery.lines[0].unit_price) == (19, (), price)
    assert (delivery.lines[0].advance, delivery.prescriber_name) == (1, house.prescriber.display_name)
    assert [entry.number for entry in house.counter.ordonnancier()] == [1]
    registers = house.stock.registers
    assert registers is not None
    [note] = registers.notes("ordonnancier", [1]).get(1, [])
    assert note.kind is NoteKind.REMARK
    assert f"délivrance n°\u00a0{delivery.number}" in note.text
    assert advances.waiting() == []
    [closing] = advances.closings(1)
    assert (closing.kind, closing.document) == (ClosingKind.PRESCRIBED, delivery.number)
    assert sound(house)


@pytest.mark.req("OFF-AVA-02")
def test_an_avance_is_billed_once_even_from_two_counters(house: House, advances: Advances) -> None:
    advanced(house)
    first = taking_up(house, advances, house.prescribed())
    second = taking_up(house, advances, house.prescribed())
    done(house.counter.validate(first, CAMILLE, house.paid(first)))
    assert codes(house.counter.validate(second, CAMILLE, house.paid(first))) == ["GAL-AVA-06"]
    doubled = replace(first.lines[0], line_id="L9")
    twice = replace(first, id="other", lines=(first.lines[0], doubled))
    assert "GAL-AVA-06" in codes(house.counter.validate(twice, CAMILLE))


@pytest.mark.req("OFF-AVA-02")
def test_the_price_is_that_of_the_day_when_the_box_left(house: House, advances: Advances) -> None:
    advanced(house)
    session = taking_up(house, advances, house.prescribed())
    [advance] = advances.waiting()
    dearer = replace(advance, price=advance.price + Money(100), unit_price=advance.unit_price + Money(100))
    advances.by_numbers = lambda _numbers: {1: dearer}  # type: ignore[method-assign] # as if it had cost more that day
    house.counter._near = replace(house.counter._near, advances=advances)
    usual = house.counter.quote(house.prescribed(AMOXICILLINE)).totals.amount
    assert house.counter.quote(session).totals.amount == usual + Money(100)


@pytest.mark.req("OFF-AVA-03")
def test_a_deposit_is_kept_for_the_patient_deducted_and_the_rest_given_back(house: House, advances: Advances) -> None:
    advanced(house, paid=500)
    assert house.cash.account(house.patient.id).deposit == Money(500)
    session, _ = edit.set_prescription(taking_up(house, advances, house.prescribed()), house.prescribed().prescription)
    due = house.counter.quote(session).totals.patient
    part = (Payment(Means.DEPOSIT, due),) if due else ()
    done(house.counter.validate(session, CAMILLE, part))
    left = Money(500) - due
    assert house.cash.account(house.patient.id).deposit == left
    refused = house.cash.return_deposit(CAMILLE, house.patient.id, [Payment(Means.CASH, left + Money(1))])
    assert codes(refused) == ["GAL-CAI-07"]
    done(house.cash.return_deposit(CAMILLE, house.patient.id, [Payment(Means.CASH, left)]))
    assert house.cash.accounts() == []
    assert house.cash.drawer(CAMILLE.station).expected[Means.CASH] == Money(500) - left
    z = done(house.closings.close(CAMILLE, Period.DAY, dt.date(2026, 11, 23)))
    assert z.totals.sales == z.gross
    assert sound(house)


def test_an_avance_of_a_treatment_that_was_never_delivered_is_told(house: House) -> None:
    found = house.counter.check(advance_of(house, AMOXICILLINE))
    assert "GAL-AVA-10" in [one.code for one in found]
    known = house.prescribed(AMOXICILLINE)
    done(house.counter.validate(known, CAMILLE, house.paid(known)))
    assert "GAL-AVA-10" not in [one.code for one in house.counter.check(advance_of(house, AMOXICILLINE))]


@pytest.mark.req("OFF-AVA-01")
def test_what_an_avance_can_never_be_is_refused_and_nothing_is_written(house: House, advances: Advances) -> None:
    assert codes(house.counter.validate(advance_of(house, SKENAN), CAMILLE)) == ["GAL-AVA-04"]
    assert codes(house.counter.validate(advance_of(house, AMOXICILLINE, why=" \t"), CAMILLE)) == ["GAL-AVA-03"]
    nobody = edit.set_terms(house.sale(AMOXICILLINE), SaleKind.ADVANCE, WHY)[0]
    assert codes(house.counter.validate(nobody, CAMILLE)) == ["GAL-AVA-01"]
    written = edit.set_terms(house.prescribed(AMOXICILLINE), SaleKind.ADVANCE, WHY)[0]
    assert codes(house.counter.validate(written, CAMILLE)) == ["GAL-AVA-02"]
    negative = (Payment(Means.CASH, Money(-5)),)
    assert codes(house.counter.validate(advance_of(house, AMOXICILLINE), CAMILLE, negative)) == ["GAL-CAI-02"]
    deferred = (Payment(Means.DEFERRED, Money(5)),)
    assert codes(house.counter.validate(advance_of(house, AMOXICILLINE), CAMILLE, deferred)) == ["GAL-CAI-06"]
    assert (advances.waiting(), on_hand(house), house.counter.deliveries()) == ([], 20, [])


@pytest.mark.req("OFF-AVA-01")
def test_only_a_pharmacist_decides_on_an_avance(house: House, advances: Advances) -> None:
    staff = house.counter._near.staff
    preparer = done(staff.add(MemberDraft(family_name="PRÊLE", given_name="Noé", role=Role.TECHNICIAN), CAMILLE))
    pharmacist = done(staff.add(MemberDraft(family_name="SAUGE", given_name="Ana", role=Role.ASSISTANT), CAMILLE))
    refused = house.counter.validate(advance_of(house, AMOXICILLINE), actor_of(preparer, "comptoir-1"))
    assert codes(refused) == ["GAL-PER-01"]
    done(house.counter.validate(advance_of(house, AMOXICILLINE), actor_of(pharmacist, "comptoir-1")))
    # The ordonnance is there: anyone at the counter bills it.
    session = taking_up(house, advances, house.prescribed())
    done(house.counter.validate(session, actor_of(preparer, "comptoir-1"), house.paid(session)))


@pytest.mark.req("OFF-AVA-04")
def test_without_an_ordonnance_it_is_billed_to_the_patient_by_a_pharmacist(house: House, advances: Advances) -> None:
    advanced(house)
    session, _ = edit.set_patient(house.sale(), house.patient.id, house.patient.display_name)
    session = taking_up(house, advances, session)
    assert "GAL-AVA-12" in [one.code for one in house.counter.check(session)]
    delivery = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    assert (delivery.totals.amo, delivery.totals.patient) == (ZERO, delivery.totals.amount)
    assert delivery.totals.amount > ZERO
    assert advances.closings(1)[0].kind is ClosingKind.CHARGED


@pytest.mark.req("OFF-AVA-02")
def test_the_avance_of_one_patient_is_not_billed_to_another(house: House, advances: Advances) -> None:
    advanced(house)
    session = taking_up(house, advances, house.prescribed())
    stranger = replace(session, patient_id=None, prescription=None)
    assert "GAL-AVA-11" in codes(house.counter.validate(stranger, CAMILLE))
    unknown = replace(session, lines=(replace(session.lines[0], advance=99),))
    assert "GAL-AVA-05" in codes(house.counter.validate(unknown, CAMILLE))
    owed = replace(session, lines=(replace(session.lines[0], owed=1),))
    assert "GAL-AVA-13" in codes(house.counter.validate(owed, CAMILLE))


@pytest.mark.req("OFF-AVA-05")
def test_a_box_brought_back_is_set_aside_and_is_not_billed_any_more(house: House, advances: Advances) -> None:
    delivery = advanced(house)
    draft = house.reversals.proposal(delivery.number, ReversalKind.CREDIT)
    assert draft is not None
    assert draft.lines[0].fate is Fate.QUARANTINE
    session = taking_up(house, advances, house.prescribed())
    done(house.reversals.reverse(replace(draft, reason="Traitement arrêté"), CAMILLE))
    assert (advances.waiting(), on_hand(house)) == ([], 19)
    assert advances.closings(1)[0].kind is ClosingKind.RETURNED
    assert codes(house.counter.validate(session, CAMILLE, house.paid(session))) == ["GAL-AVA-06"]
    assert sound(house)


@pytest.mark.req("OFF-AVA-05")
def test_a_box_that_was_billed_is_not_brought_back_as_an_avance(house: House, advances: Advances) -> None:
    delivery = advanced(house)
    regularised(house, advances)
    draft = house.reversals.proposal(delivery.number, ReversalKind.CREDIT)
    assert draft is not None
    assert codes(house.reversals.reverse(replace(draft, reason="Retour"), CAMILLE)) == ["GAL-AVA-06"]


@pytest.mark.req("OFF-AVA-05")
def test_a_regularisation_taken_back_makes_the_avance_wait_again(house: House, advances: Advances) -> None:
    advanced(house)
    billed = regularised(house, advances)
    draft = house.reversals.proposal(billed.number, ReversalKind.CANCEL)
    assert draft is not None
    done(house.reversals.reverse(replace(draft, reason="Erreur d’ordonnance"), CAMILLE))
    assert (on_hand(house), [one.left for one in advances.waiting()]) == (19, [1])
    assert [one.kind for one in advances.closings(1)] == [ClosingKind.PRESCRIBED, ClosingKind.REOPENED]
    again = house.counter.delivery(regularised(house, advances).number)
    assert again is not None
    assert again.state is DeliveryState.DONE
    assert advances.waiting() == []


def test_a_scanned_box_does_not_join_the_line_of_an_avance(house: House, advances: Advances) -> None:
    advanced(house)
    session = taking_up(house, advances, house.prescribed())
    product = house.catalog.by_codes([AMOXICILLINE])[AMOXICILLINE]
    session, _ = matching.add_product(session, product, box=box("SN1"))
    assert [(line.advance, line.quantity, line.leaving) for line in session.lines] == [(1, 1, 0), (None, 1, 1)]
    delivery = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    assert (on_hand(house), delivery.ordonnancier) == (18, (2,))


def test_an_avance_taken_up_twice_into_a_sale_is_in_it_once(house: House, advances: Advances) -> None:
    advanced(house, AMOXICILLINE, ELIQUIS)
    session = taking_up(house, advances, house.prescribed())
    assert taking_up(house, advances, session) is session
    assert [line.advance for line in session.lines] == [1, 2]


def test_a_product_of_free_sale_is_no_avance(house: House) -> None:
    free = next(
        product for product in house.catalog.search("advil", 5) if product.rate is None and not product.list_class
    )
    assert "GAL-AVA-07" in codes(house.counter.validate(advance_of(house, free.code), CAMILLE))


@pytest.mark.req("OFF-AVA-06")
def test_the_days_after_which_an_avance_is_late_are_chosen_and_traced(house: House, advances: Advances) -> None:
    assert advances.late_days() == 7
    for wrong in (0, -1, 91):
        assert codes(advances.set_late_days(CAMILLE, wrong)) == ["GAL-AVA-09"]
    assert isinstance(advances.set_late_days(CAMILLE, 3), Done)
    assert advances.late_days() == 3


@pytest.mark.req("OFF-AVA-01")
@pytest.mark.parametrize("statement", ["UPDATE advance SET quantity = 9", "DELETE FROM advance_closing"])
def test_the_rows_of_avances_can_neither_be_changed_nor_removed(
    house: House, advances: Advances, statement: str
) -> None:
    advanced(house)
    regularised(house, advances)
    with pytest.raises(DBAPIError), house.db.engine.begin() as connection:
        connection.execute(text(statement))


def test_doliprane_is_reimbursed_and_may_be_advanced(house: House, advances: Advances) -> None:
    delivery = advanced(house, DOLIPRANE)
    assert (delivery.ordonnancier, [one.ordonnancier for one in advances.waiting()]) == ((), [None])
    assert regularised(house, advances).totals.amo > ZERO
