"""A delivery is undone by an act of its own, whole or in part, and nothing of it is edited."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, ELIQUIS, LEA, SKENAN, House, box, done, open_house
from sqlalchemy import select

from app.kernel.money import ZERO, Money
from app.kernel.outcome import Done, Refused
from app.officine.billing.model import Totals
from app.officine.cash.model import Means, Payment, Period, RecordKind
from app.officine.dispensing import cash as till_check
from app.officine.dispensing import session as edit
from app.officine.dispensing.model import DeliveryState
from app.officine.dispensing.reversal import Fate, ReturnedLine, Reversal, ReversalDraft, ReversalKind
from app.officine.prescriptions.model import PrescriptionKind
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store.tables import AuditRow

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.kernel.outcome import Outcome
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.store.database import Database

CANCEL, CREDIT = ReversalKind.CANCEL, ReversalKind.CREDIT


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


def codes(outcome: Outcome[Any]) -> list[str]:
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings]


def deliver(house: House, session: CounterSession) -> Delivery:
    return done(house.counter.validate(session, CAMILLE, house.paid(session)))


def draft(house: House, number: int, kind: ReversalKind, *lines: ReturnedLine) -> ReversalDraft:
    proposed = house.reversals.proposal(number, kind)
    assert proposed is not None
    if lines:
        proposed = house.reversals.with_refunds(replace(proposed, lines=lines))
    return replace(proposed, reason="Erreur de produit")


def sound(house: House) -> bool:
    with house.db.read() as session:
        return till_check.first_bad(session) is None and not house.stock.discrepancies()


@pytest.mark.req("OFF-ANN-01")
def test_an_annulation_undoes_all_the_parts_of_a_delivery(house: House) -> None:
    sale = deliver(house, edit.set_quantity(house.sale(DOLIPRANE), "L1", 3)[0])
    undone = done(house.reversals.reverse(draft(house, sale.number, CANCEL), CAMILLE))
    assert (undone.number, undone.whole, undone.totals.amount) == (1, True, sale.totals.amount)
    assert house.stock.on_hand([DOLIPRANE]) == {DOLIPRANE: 20}
    assert house.counter.deliveries()[0].state is DeliveryState.CANCELLED
    after = house.counter.delivery(sale.number)
    assert after == replace(sale, state=DeliveryState.CANCELLED)
    kinds = [(one.kind, one.means, one.amount) for one in house.cash.journal(limit=2)]
    assert kinds == [
        (RecordKind.REFUND, "cash", -sale.totals.patient),
        (RecordKind.REVERSAL, "", -sale.totals.amount),
    ]
    assert house.reversals.of_delivery(sale.number) == [undone]
    with house.db.read() as reading:
        entry = reading.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).one()
    assert (entry.action, entry.subject_id) == ("delivery.cancel", "1")
    assert sound(house)


@pytest.mark.req("OFF-ANN-01")
def test_the_ordonnancier_keeps_its_entries_and_the_act_annotates_them(house: House) -> None:
    delivery = deliver(house, house.prescribed(AMOXICILLINE, ELIQUIS))
    entries = house.counter.ordonnancier()
    done(house.reversals.reverse(draft(house, delivery.number, CANCEL), CAMILLE))
    assert house.counter.ordonnancier() == entries
    assert house.counter.verify_ordonnancier().first_bad is None
    assert house.counter.history(house.patient.id) == []


@pytest.mark.req("OFF-ANN-02")
def test_the_second_annulation_is_refused_even_at_the_same_moment(house: House) -> None:
    sale = deliver(house, house.sale(DOLIPRANE))
    asked = draft(house, sale.number, CANCEL)
    outcomes: list[Outcome[Reversal]] = []
    tills = [
        threading.Thread(target=lambda actor=actor: outcomes.append(house.reversals.reverse(asked, actor)))
        for actor in (CAMILLE, LEA)
    ]
    for till in tills:
        till.start()
    for till in tills:
        till.join()
    assert sorted(type(outcome) is Done for outcome in outcomes) == [False, True]
    assert [codes(outcome) for outcome in outcomes if isinstance(outcome, Refused)] == [["GAL-ANN-02"]]
    assert house.stock.on_hand([DOLIPRANE]) == {DOLIPRANE: 20}


@pytest.mark.req("OFF-ANN-03")
def test_a_preparateur_is_refused_and_a_pharmacist_is_not(house: House) -> None:
    sale = deliver(house, house.sale(DOLIPRANE))
    staff = Staff(house.db)
    people = [
        done(staff.add(MemberDraft(family_name=name, given_name="Ana", role=role), CAMILLE))
        for name, role in (("PETIT", Role.TECHNICIAN), ("GRAND", Role.ASSISTANT))
    ]
    asked = draft(house, sale.number, CANCEL)
    assert codes(house.reversals.reverse(asked, actor_of(people[0], "comptoir-1"))) == ["GAL-PER-01"]
    done(house.reversals.reverse(asked, actor_of(people[1], "comptoir-1")))


@pytest.mark.req("OFF-ANN-02")
def test_a_sale_that_a_z_holds_is_not_cancelled_but_credited(house: House, clock: FixedClock) -> None:
    sale = deliver(house, house.sale(DOLIPRANE))
    done(house.closings.close(CAMILLE, Period.DAY))
    assert codes(house.reversals.reverse(draft(house, sale.number, CANCEL), CAMILLE)) == ["GAL-ANN-04"]
    clock.advance(dt.timedelta(days=1))
    assert codes(house.reversals.reverse(draft(house, sale.number, CANCEL), CAMILLE)) == ["GAL-ANN-04"]
    credit = done(house.reversals.reverse(draft(house, sale.number, CREDIT), CAMILLE))
    assert credit.whole
    assert house.counter.deliveries(dt.date(2026, 11, 23))[0].state is DeliveryState.CREDITED
    z = done(house.closings.close(CAMILLE, Period.DAY))
    assert (z.totals.sales, z.totals.net, z.gross, z.net) == (ZERO, -sale.totals.amount, sale.totals.amount, ZERO)
    assert sound(house)


@pytest.mark.req("OFF-ANN-04")
def test_avoirs_by_line_and_quantity_come_to_the_invoice_to_the_cent(house: House, chance: random.Random) -> None:
    session = house.prescribed(AMOXICILLINE, DOLIPRANE, ELIQUIS)
    session, _ = edit.set_quantity(session, "L1", 3)
    session, _ = edit.set_quantity(session, "L3", 2)
    sale = deliver(house, session)
    left = {line.rank: line.quantity for line in sale.lines}
    avoirs: list[Reversal] = []
    while any(left.values()):
        rank = chance.choice([rank for rank, boxes in left.items() if boxes])
        line = ReturnedLine(rank, 1, Fate.QUARANTINE)
        left[rank] -= 1
        avoirs.append(done(house.reversals.reverse(draft(house, sale.number, CREDIT, line), CAMILLE)))
    assert [one.whole for one in avoirs] == [False] * 5 + [True]
    for name in ("amount", "amo", "amc", "patient"):
        assert Money.total(getattr(one.totals, name) for one in avoirs) == getattr(sale.totals, name)
    for one in avoirs:
        assert one.totals.amo + one.totals.amc + one.totals.patient == one.totals.amount
        for _rank, negative in one.invoice:
            assert negative.amount == negative.amo + negative.tm + negative.excess
            assert negative.amount.cents <= 0
    assert -Money.total(line.amount for one in avoirs for _rank, line in one.invoice) == sale.totals.amount
    assert house.stock.on_hand([AMOXICILLINE]) == {AMOXICILLINE: 17}
    assert codes(house.reversals.reverse(draft(house, sale.number, CREDIT), CAMILLE)) == ["GAL-ANN-02"]
    assert sound(house)


@pytest.mark.req("OFF-ANN-05")
def test_a_narcotic_never_goes_back_to_stock_silently(house: House) -> None:
    sale = deliver(house, house.prescribed(SKENAN, kind=PrescriptionKind.SECURED))
    proposed = draft(house, sale.number, CANCEL)
    assert [line.fate for line in proposed.lines] == [Fate.QUARANTINE]
    back = ReturnedLine(1, 1, Fate.STOCK)
    assert codes(house.reversals.reverse(replace(proposed, lines=(back,)), CAMILLE)) == ["GAL-ANN-08"]
    said = replace(back, note="Boîte restée au coffre")
    done(house.reversals.reverse(replace(proposed, lines=(said,)), CAMILLE))
    assert "restée au coffre" in house.stock.movements(SKENAN)[0].reason


@pytest.mark.req("OFF-ANN-01")
def test_a_box_back_in_stock_can_be_delivered_again_and_a_destroyed_one_never(house: House) -> None:
    product = house.catalog.by_code(DOLIPRANE)
    assert product is not None

    def scanned() -> CounterSession:
        return edit.add_product(house.counter.new_session(CAMILLE), product, box=box("S1"))[0]

    sale = deliver(house, scanned())
    again = scanned()
    assert isinstance(house.counter.validate(again, CAMILLE, house.paid(again)), Refused)
    done(house.reversals.reverse(draft(house, sale.number, CANCEL), CAMILLE))
    sale = deliver(house, again)
    aside = draft(house, sale.number, CREDIT, ReturnedLine(1, 1, Fate.DESTROYED))
    done(house.reversals.reverse(aside, CAMILLE))
    assert isinstance(house.counter.validate(scanned(), CAMILLE, house.paid(again)), Refused)


@pytest.mark.req("OFF-ANN-06")
def test_what_was_deferred_lowers_the_debt_and_what_was_settled_is_paid_back(house: House) -> None:
    session, _ = edit.set_patient(house.sale(DOLIPRANE), house.patient.id, "ESSAI Jeanne")
    due = house.counter.quote(session).totals.patient
    sale = done(house.counter.validate(session, CAMILLE, [Payment(Means.DEFERRED, due)]))
    done(house.cash.settle(CAMILLE, house.patient.id, [Payment(Means.CARD, Money(100))]))
    asked = draft(house, sale.number, CREDIT)
    assert asked.refunds == (Payment(Means.DEFERRED, due - Money(100)), Payment(Means.CASH, Money(100)))
    too_much = replace(asked, refunds=(Payment(Means.DEFERRED, due),))
    assert codes(house.reversals.reverse(too_much, CAMILLE)) == ["GAL-CAI-04"]
    done(house.reversals.reverse(asked, CAMILLE))
    assert house.cash.account(house.patient.id).debt == ZERO


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": "  "}, "GAL-ANN-03"),
        ({"lines": ()}, "GAL-ANN-07"),
        ({"lines": (ReturnedLine(1, 0, Fate.STOCK),)}, "GAL-ANN-07"),
        ({"lines": (ReturnedLine(1, 9999, Fate.STOCK),)}, "GAL-ANN-07"),
        ({"lines": (ReturnedLine(7, 1, Fate.STOCK),)}, "GAL-ANN-07"),
        ({"lines": (ReturnedLine(1, 1, Fate.STOCK), ReturnedLine(1, 1, Fate.STOCK))}, "GAL-ANN-07"),
        ({"refunds": ()}, "GAL-CAI-03"),
        ({"refunds": (Payment(Means.CASH, Money(-5)),)}, "GAL-CAI-02"),
        ({"delivery": 99}, "GAL-ANN-01"),
    ],
)
def test_a_senseless_act_is_refused_and_changes_nothing(house: House, change: dict[str, Any], code: str) -> None:
    sale = deliver(house, edit.set_quantity(house.sale(DOLIPRANE), "L1", 2)[0])
    asked = replace(draft(house, sale.number, CREDIT), **change)
    assert code in codes(house.reversals.reverse(asked, CAMILLE))
    assert house.counter.delivery(sale.number) == sale
    assert house.reversals.of_delivery(sale.number) == []
    assert house.stock.on_hand([DOLIPRANE]) == {DOLIPRANE: 18}


def test_a_part_is_not_cancelled(house: House) -> None:
    sale = deliver(house, edit.set_quantity(house.sale(DOLIPRANE), "L1", 2)[0])
    part = draft(house, sale.number, CANCEL, ReturnedLine(1, 1, Fate.STOCK))
    assert codes(house.reversals.reverse(part, CAMILLE)) == ["GAL-ANN-06"]
    done(house.reversals.reverse(draft(house, sale.number, CREDIT, ReturnedLine(1, 1, Fate.STOCK)), CAMILLE))
    assert codes(house.reversals.reverse(draft(house, sale.number, CANCEL), CAMILLE)) == ["GAL-ANN-05"]
    assert isinstance(house.reversals.of_delivery(sale.number)[0].totals, Totals)
