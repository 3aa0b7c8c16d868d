"""The journal of the till can only grow, and everything said of the till is its sum (CGI art. 286, I-3° bis)."""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, LEA, House, done, open_house
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.clock import paris_date
from app.kernel.money import ZERO, Money
from app.kernel.outcome import Done, Refused
from app.officine.cash.model import Count, Means, Payment, Period, RecordKind
from app.officine.dispensing import cash as till_check
from app.officine.dispensing import session as edit
from app.officine.dispensing.reversal import ReversalKind
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.kernel.outcome import Outcome
    from app.officine.cash.model import Closing
    from app.officine.dispensing.model import Delivery
    from app.store.audit import Actor
    from app.store.database import Database

DAY = dt.timedelta(days=1)
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


def codes(outcome: Outcome[Any]) -> list[str]:
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings]


def sell(house: House, *payments: Payment, actor: Actor = CAMILLE, boxes: int = 1) -> Delivery:
    """Sell boxes of Doliprane (2,18 €, fee included) to the patient."""
    session, _ = edit.set_patient(house.sale(DOLIPRANE, actor=actor), house.patient.id, house.patient.display_name)
    session, _ = edit.set_quantity(session, "L1", boxes)
    due = house.counter.quote(session).totals.patient
    return done(house.counter.validate(session, actor, payments or [Payment(Means.CASH, due)]))


def first_bad(house: House) -> dict[str, Any] | None:
    with house.db.read() as session:
        return till_check.first_bad(session)


def close(house: House, period: Period = Period.DAY, day: dt.date | None = None) -> Closing:
    return done(house.closings.close(CAMILLE, period, day))


# --- What a sale leaves -----------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CAI-01")
def test_a_sale_its_payments_and_the_change_are_entries_of_their_own(house: House) -> None:
    due = house.counter.quote(house.sale(DOLIPRANE)).totals.patient
    sell(house, Payment(Means.CARD, Money(100)), Payment(Means.CASH, due - Money(100), Money(2000)))
    told = [(one.kind, one.means, one.amount.cents) for one in reversed(house.cash.journal())]
    assert told == [
        (RecordKind.SALE, "", due.cents),
        (RecordKind.PAYMENT, "card", 100),
        (RecordKind.PAYMENT, "cash", 2000),
        (RecordKind.CHANGE, "cash", due.cents - 100 - 2000),
    ]
    assert house.cash.paid(1) == {Means.CASH: due - Money(100), Means.CARD: Money(100)}
    assert first_bad(house) is None


@pytest.mark.req("OFF-CAI-01")
def test_the_perpetual_totals_are_carried_by_each_entry_and_never_reset(house: House, clock: FixedClock) -> None:
    first = sell(house)
    close(house)
    clock.advance(DAY)
    second = sell(house, boxes=2)
    last = house.cash.journal(limit=1)[0]
    assert last.gross == last.net == first.totals.amount + second.totals.amount
    assert close(house).gross == last.gross


@pytest.mark.req("OFF-CAI-02")
@pytest.mark.parametrize("verb", ["UPDATE cash_record SET amount = 1", "DELETE FROM cash_record",
                                  "UPDATE cash_closing SET number = 9", "DELETE FROM cash_closing"])  # fmt: skip
def test_the_database_refuses_to_change_or_remove_an_entry(house: House, verb: str) -> None:
    sell(house)
    close(house)
    with pytest.raises(DBAPIError), house.db.engine.begin() as connection:
        connection.execute(text(verb))


_TAMPERED = {
    "at": "'2026-11-23 08:00:00.000000'", "day": "'2026-11-22'", "station": "'x'", "operator_id": "7",
    "operator_name": "'x'", "mode": "'x'", "kind": "'drawer'", "delivery_number": "99", "patient_id": "99",
    "means": "'cheque'", "amount": "1", "reason": "'x'", "details": "'[]'",
    "prev_hash": "'x'", "hash": "'x'",
}  # fmt: skip


@pytest.mark.req("OFF-CAI-02")
@pytest.mark.parametrize("column", _TAMPERED)
def test_a_field_changed_behind_galien_is_found_and_named(house: House, column: str) -> None:
    for _ in range(3):
        sell(house)
    disarm(house)
    with house.db.engine.begin() as connection:
        connection.execute(text(f"UPDATE cash_record SET {column} = {_TAMPERED[column]} WHERE seq = 4"))
    found = first_bad(house)
    assert found is not None
    assert found["seq"] == 4


@pytest.mark.req("OFF-CAI-02")
def test_an_entry_or_a_tail_removed_is_found(house: House) -> None:
    for _ in range(3):
        sell(house)
    disarm(house)
    with house.db.engine.begin() as connection:
        connection.execute(text("DELETE FROM cash_record WHERE seq = 6"))
    assert (first_bad(house) or {})["seq"] == 6


@pytest.mark.req("OFF-CAI-02")
def test_a_payment_unlike_the_journal_is_found(house: House) -> None:
    sell(house)
    sell(house)
    with house.db.engine.begin() as connection:
        another = "SELECT delivery_number, 2, at, 'card', 1 FROM payment WHERE delivery_number = 2"
        connection.execute(text(f"INSERT INTO payment (delivery_number, rank, at, method, amount) {another}"))
    assert (first_bad(house) or {})["delivery"] == 2


def disarm(house: House) -> None:
    """Take the guards of the journal away, as who holds the database can."""
    with house.db.engine.begin() as connection:
        if house.db.is_postgresql:
            connection.execute(text("DROP TRIGGER cash_record_append_only ON cash_record"))
        else:
            connection.execute(text("DROP TRIGGER cash_record_no_update"))
            connection.execute(text("DROP TRIGGER cash_record_no_delete"))


# --- Debts and acomptes -----------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CAI-03")
def test_a_deferred_payment_is_settled_later_in_several_payments(house: House) -> None:
    due = sell(house, *_all(house, Means.DEFERRED)).totals.patient
    assert house.cash.account(house.patient.id).debt == due
    settled = done(house.cash.settle(CAMILLE, house.patient.id, [Payment(Means.CARD, Money(100))]))
    assert settled.debt == due - Money(100)
    too_much = house.cash.settle(CAMILLE, house.patient.id, [Payment(Means.CASH, due)])
    assert codes(too_much) == ["GAL-CAI-05"]
    rest = Payment(Means.CASH, due - Money(100), Money(1000))
    assert done(house.cash.settle(CAMILLE, house.patient.id, [rest])).debt == ZERO
    assert house.cash.accounts() == []
    assert first_bad(house) is None


@pytest.mark.req("OFF-CAI-03")
def test_an_acompte_is_used_for_a_later_sale_and_never_twice(house: House) -> None:
    done(house.cash.receive_deposit(CAMILLE, house.patient.id, [Payment(Means.CASH, Money(300), Money(500))]))
    assert house.cash.account(house.patient.id).deposit == Money(300)
    due = sell(house, *_all(house, Means.DEPOSIT)).totals.patient
    assert house.cash.account(house.patient.id).deposit == Money(300) - due
    session, _ = edit.set_patient(house.sale(DOLIPRANE), house.patient.id, "ESSAI Jeanne")
    assert codes(house.counter.validate(session, CAMILLE, _all(house, Means.DEPOSIT))) == ["GAL-CAI-01"]
    assert house.stock.on_hand([DOLIPRANE]) == {DOLIPRANE: 19}


def test_an_acompte_or_a_debt_needs_a_known_patient(house: House) -> None:
    for means in (Means.DEPOSIT, Means.DEFERRED):
        assert codes(house.counter.validate(house.sale(DOLIPRANE), CAMILLE, _all(house, means))) == ["GAL-CPT-42"]


@pytest.mark.parametrize("amount", [0, -5])
def test_a_settlement_of_nothing_is_refused(house: House, amount: int) -> None:
    sell(house, *_all(house, Means.DEFERRED))
    assert codes(house.cash.settle(CAMILLE, house.patient.id, [Payment(Means.CASH, Money(amount))])) == ["GAL-CAI-02"]
    assert codes(house.cash.settle(CAMILLE, house.patient.id, [])) == ["GAL-CAI-02"]
    assert codes(house.cash.settle(CAMILLE, house.patient.id, [Payment(Means.DEFERRED, Money(1))])) == ["GAL-CAI-06"]


def _all(house: House, means: Means) -> list[Payment]:
    return [Payment(means, house.counter.quote(house.sale(DOLIPRANE)).totals.patient)]


# --- Drawers ----------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CAI-04")
def test_a_drawer_is_opened_moved_counted_and_taken_to_the_bank(house: House) -> None:
    done(house.cash.open_drawer(CAMILLE, Money(15000)))
    assert codes(house.cash.open_drawer(CAMILLE, Money(15000))) == ["GAL-CAI-15"]
    due = sell(house).totals.patient
    sell(house, *_all(house, Means.CHEQUE))
    sell(house, actor=LEA)
    assert codes(house.cash.move(CAMILLE, RecordKind.CASH_OUT, Money(1000), " ")) == ["GAL-CAI-11"]
    drawer = done(house.cash.move(CAMILLE, RecordKind.CASH_OUT, Money(1000), "Timbres"))
    assert drawer.expected == {Means.CASH: Money(14000) + due, Means.CARD: ZERO, Means.CHEQUE: due}
    short = Count(coins={Money(5000): 2, Money(2000): 1}, cheque=due, kept=Money(10000))
    assert codes(house.cash.count(CAMILLE, short)) == ["GAL-CAI-14"]
    explained = Count(coins={Money(5000): 2, Money(2000): 1}, cheque=due, kept=Money(10000),
                      reason="Erreur de rendu", reference="R-12")  # fmt: skip
    counted = done(house.cash.count(CAMILLE, explained))
    assert counted.details["difference"] == 12000 - 14000 - due.cents
    assert counted.details["coins"] == [[5000, 2], [2000, 1]]
    assert counted.details["banked"] == {"cash": 2000, "cheque": due.cents}
    after = house.cash.drawer("comptoir-1")
    assert (after.is_open, after.kept, set(after.expected.values())) == (False, Money(10000), {ZERO})
    assert house.cash.drawer("comptoir-2").expected[Means.CASH] == due


@pytest.mark.parametrize(
    ("count", "code"),
    [
        (Count(coins={Money(300): 1}), "GAL-CAI-12"),
        (Count(coins={Money(200): -1}), "GAL-CAI-12"),
        (Count(coins={}, card=Money(-1)), "GAL-CAI-12"),
        (Count(coins={Money(100): 1}, kept=Money(200)), "GAL-CAI-13"),
    ],
)
def test_an_impossible_count_is_refused(house: House, count: Count, code: str) -> None:
    assert code in codes(house.cash.count(CAMILLE, count))


def test_a_duplicata_is_counted(house: House) -> None:
    sell(house)
    assert [house.cash.reprint(CAMILLE, 1), house.cash.reprint(LEA, 1)] == [1, 2]


# --- Closings ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-CAI-05")
def test_a_z_says_what_the_day_came_to(house: House) -> None:
    done(house.cash.open_drawer(CAMILLE, Money(10000)))
    due = sell(house).totals.patient
    done(house.counter.validate(house.prescribed(AMOXICILLINE), CAMILLE))
    z = close(house)
    assert (z.number, z.start, z.first_seq, z.totals.tickets) == (1, MONDAY, 1, 2)
    assert (z.totals.first_ticket, z.totals.last_ticket) == (1, 2)
    assert dict(z.totals.means) == {"cash": due}
    assert z.totals.amo + z.totals.amc + z.totals.patient == z.totals.sales == z.gross
    assert sum(part.net.cents + part.tax.cents for part in z.totals.vat) == z.totals.sales.cents
    assert dict(z.totals.moves) == {"float": Money(10000)}
    assert house.closings.closing(Period.DAY, MONDAY) == z


@pytest.mark.req("OFF-CAI-05")
def test_a_day_is_closed_once_and_a_late_sale_goes_to_the_next(house: House, clock: FixedClock) -> None:
    sell(house)
    assert close(house).totals.tickets == 1
    late = sell(house)
    assert codes(house.closings.close(CAMILLE, Period.DAY)) == ["GAL-CAI-20"]
    assert codes(house.closings.close(CAMILLE, Period.DAY, MONDAY + DAY)) == ["GAL-CAI-21"]
    clock.advance(DAY)
    sell(house)
    z = close(house)
    assert (z.totals.tickets, z.totals.first_ticket) == (2, late.number)
    assert first_bad(house) is None


def test_a_student_may_not_close_the_till(house: House) -> None:
    staff = Staff(house.db)
    student = done(staff.add(MemberDraft(family_name="PETIT", given_name="Ana", role=Role.STUDENT), CAMILLE))
    sell(house)
    actor = actor_of(student, "comptoir-1")
    assert codes(house.closings.close(actor, Period.DAY)) == ["GAL-PER-01"]
    done(house.cash.open_drawer(actor, Money(5000)))


@pytest.mark.req("OFF-CAI-05")
def test_a_missing_day_is_told_and_closed_afterwards_in_order(house: House, clock: FixedClock) -> None:
    sell(house)
    clock.advance(DAY)
    sell(house, boxes=2)
    clock.advance(2 * DAY)
    sell(house)
    assert house.closings.missing() == [MONDAY, MONDAY + DAY]
    assert codes(house.closings.close(CAMILLE, Period.DAY)) == ["GAL-CAI-22"]
    assert [close(house, day=day).totals.tickets for day in house.closings.missing()] == [1, 1]
    assert house.closings.missing() == []
    assert close(house).totals.tickets == 1
    assert first_bad(house) is None


def test_a_day_without_anything_has_nothing_to_close(house: House) -> None:
    assert codes(house.closings.close(CAMILLE, Period.DAY)) == ["GAL-CAI-23"]


@pytest.mark.req("OFF-CAI-05")
def test_a_month_needs_its_days_and_a_year_its_months(house: House, clock: FixedClock) -> None:
    sell(house)
    close(house)
    clock.advance(3 * DAY)
    sell(house)
    assert codes(house.closings.close(CAMILLE, Period.MONTH)) == ["GAL-CAI-21"]
    clock.advance(8 * DAY)
    sell(house, boxes=3)
    november = dt.date(2026, 11, 30)
    assert codes(house.closings.close(CAMILLE, Period.MONTH, november)) == ["GAL-CAI-24"]
    for day in house.closings.missing():
        close(house, day=day)
    close(house)
    z = close(house, Period.MONTH, november)
    assert (z.start, z.totals.tickets, z.first_seq) == (dt.date(2026, 11, 1), 2, 1)
    assert codes(house.closings.close(CAMILLE, Period.MONTH, november)) == ["GAL-CAI-20"]
    assert codes(house.closings.close(CAMILLE, Period.YEAR, november)) == ["GAL-CAI-21"]
    clock.advance(30 * DAY)
    assert codes(house.closings.close(CAMILLE, Period.YEAR, november)) == ["GAL-CAI-24"]
    close(house, Period.MONTH, dt.date(2026, 12, 1))
    year = close(house, Period.YEAR, november)
    assert year.totals.tickets == 3
    assert year.gross == year.totals.sales
    assert first_bad(house) is None


@pytest.mark.req("OFF-CAI-05")
def test_each_sale_is_in_exactly_one_closing_while_two_tills_pay_and_a_third_closes(
    house: House, clock: FixedClock
) -> None:
    def serve(actor: Actor) -> None:
        for _ in range(8):
            sell(house, actor=actor)

    tills = [threading.Thread(target=serve, args=(actor,)) for actor in (CAMILLE, LEA)]
    for till in tills:
        till.start()
    while not house.closings.reading().tickets:
        time.sleep(0.002)
    done(house.closings.close(CAMILLE, Period.DAY))
    for till in tills:
        till.join()
    clock.advance(DAY)
    house.closings.close(CAMILLE, Period.DAY)
    closings = house.closings.closings(Period.DAY)
    assert sum(z.totals.tickets for z in closings) == 16
    assert first_bad(house) is None


# --- Any sequence of acts ---------------------------------------------------------------------------------------------


@dataclass
class AtRandom:
    """One act after the other, drawn by lot; ``sold`` is what the sales came to."""

    house: House
    clock: FixedClock
    chance: random.Random
    sold: Money = ZERO
    taken_back: Money = ZERO

    def act(self) -> None:
        """Do one of the acts."""
        acts = (
            self._sell,
            self._sell,
            self._split,
            self._owe,
            self._settle,
            self._deposit,
            self._refund,
            self._move,
            self._close,
            self._sleep,
        )
        self.chance.choice(acts)()

    def _sell(self) -> None:
        self._sold(Payment(Means.CASH, self._due, Money(1000)))

    def _split(self) -> None:
        part = Money(self.chance.randrange(1, self._due.cents))
        self._sold(Payment(Means.CARD, part), Payment(Means.CHEQUE, self._due - part))

    def _owe(self) -> None:
        self._sold(Payment(Means.DEFERRED, self._due))

    def _settle(self) -> None:
        paid = Payment(Means.CARD, Money(self.chance.randrange(0, 400)))
        self.house.cash.settle(CAMILLE, self.house.patient.id, [paid])

    def _deposit(self) -> None:
        done(self.house.cash.receive_deposit(CAMILLE, self.house.patient.id, [Payment(Means.CASH, Money(500))]))

    def _refund(self) -> None:
        sold = self.house.counter.deliveries(paris_date(self.clock.now()))
        if not sold:
            return
        asked = self.house.reversals.proposal(self.chance.choice(sold).number, ReversalKind.CREDIT)
        assert asked is not None
        outcome = self.house.reversals.reverse(replace(asked, reason="Retour"), CAMILLE)
        if isinstance(outcome, Done):
            self.taken_back += outcome.value.totals.amount

    def _move(self) -> None:
        done(self.house.cash.move(CAMILLE, RecordKind.CASH_IN, Money(self.chance.randrange(1, 900)), "Monnaie"))

    def _close(self) -> None:
        self.house.closings.close(CAMILLE, Period.DAY)

    def _sleep(self) -> None:
        self.clock.advance(DAY)
        for day in self.house.closings.missing():
            close(self.house, day=day)

    @property
    def _due(self) -> Money:
        return self.house.counter.quote(self.house.sale(DOLIPRANE)).totals.patient

    def _sold(self, *payments: Payment) -> None:
        if self.house.stock.on_hand([DOLIPRANE])[DOLIPRANE] > 1:
            self.sold += sell(self.house, *payments).totals.amount


@pytest.mark.req("OFF-CAI-05")
def test_sums_hold_for_any_sequence_of_acts(house: House, clock: FixedClock, chance: random.Random) -> None:
    at_random = AtRandom(house, clock, chance)
    for _ in range(60):
        at_random.act()
    records = list(reversed(house.cash.journal(limit=10_000)))
    gross = [record.gross for record in records]
    assert gross == sorted(gross)
    assert gross[-1] == at_random.sold
    assert at_random.taken_back > ZERO
    assert records[-1].net == at_random.sold - at_random.taken_back
    clock.advance(DAY)
    sell(house, *_all(house, Means.CASH))
    for day in [*house.closings.missing(), None]:
        close(house, day=day)
    closings = house.closings.closings(Period.DAY)
    assert Money.total(z.totals.sales for z in closings) == closings[0].gross
    owed = house.cash.account(house.patient.id)
    taken = Money.total(amount for z in closings for _means, amount in z.totals.means)
    assert taken == Money.total(z.totals.patient for z in closings)
    deferred = Money.total(amount for z in closings for means, amount in z.totals.means if means == "deferred")
    assert deferred == owed.debt
    assert first_bad(house) is None
