"""Each change of quantity is a movement kept for ever, and the quantity is their sum."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from app.kernel.outcome import Done, Refused
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.officine.stock.model import MovementKind, ReceiptLine, StockItem
from app.officine.stock.service import FORCED, Stock
from app.officine.stock.tables import StockItemRow, StockMovementRow

if TYPE_CHECKING:
    from app.store.audit import Actor
    from app.store.database import Database

A, B, C = "3400930000014", "3400930000021", "3400930000038"


@pytest.fixture
def stock(database: Database, actor: Actor) -> Stock:
    service = Stock(database, Staff(database))
    received = service.receive(actor, [ReceiptLine(code=A, quantity=10), ReceiptLine(code=B, quantity=2)], "BL-1")
    assert isinstance(received, Done)
    return service


def take(stock: Stock, database: Database, actor: Actor, code: str, quantity: int, *, forced: bool = False) -> bool:
    with database.write(actor) as work:
        return stock.take(
            work, code=code, quantity=quantity, reference="D-1", lot="L1", serial="S1", forced=forced
        )  # fmt: skip


@pytest.mark.req("OFF-SCOPE-03")
def test_boxes_taken_leave_a_movement_that_says_everything(stock: Stock, database: Database, actor: Actor) -> None:
    expiry = dt.date(2027, 5, 31)
    with database.write(actor) as work:
        assert stock.take(work, code=A, quantity=3, reference="D-7", lot="L1", expiry=expiry, serial="S1")
    assert stock.item(A).quantity == 7
    newest = stock.movements(A)[0]
    assert (newest.delta, newest.balance_after, newest.kind) == (-3, 7, MovementKind.SALE)
    assert (newest.reference, newest.lot, newest.expiry, newest.serial) == ("D-7", "L1", expiry, "S1")
    assert (newest.actor_name, newest.reason, newest.at) == (actor.name, "", database.clock.now())


def test_too_few_boxes_take_nothing(stock: Stock, database: Database, actor: Actor) -> None:
    assert not take(stock, database, actor, B, 3)
    assert not take(stock, database, actor, C, 1)
    assert stock.on_hand([A, B, C]) == {A: 10, B: 2}
    assert len(stock.movements(B)) == 1


def test_forced_takes_what_the_computer_does_not_know_of(stock: Stock, database: Database, actor: Actor) -> None:
    assert take(stock, database, actor, B, 3, forced=True)
    assert take(stock, database, actor, C, 1, forced=True)
    assert stock.on_hand([B, C]) == {B: -1, C: -1}
    assert stock.movements(B)[0].reason == FORCED
    assert take(stock, database, actor, A, 1, forced=True)
    assert stock.movements(A)[0].reason == ""


def test_an_act_that_fails_takes_nothing(stock: Stock, database: Database, actor: Actor) -> None:
    def take_then_fail() -> None:
        with database.write(actor) as work:
            stock.take(work, code=A, quantity=3, reference="D-1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        take_then_fail()
    assert stock.item(A).quantity == 10
    assert len(stock.movements(A)) == 1


def test_boxes_put_back(stock: Stock, database: Database, actor: Actor) -> None:
    take(stock, database, actor, A, 3)
    with database.write(actor) as work:
        stock.put_back(work, code=A, quantity=2, reference="D-1", reason="annulation")
    assert stock.item(A).quantity == 9
    assert (stock.movements(A)[0].kind, stock.movements(A)[0].delta) == (MovementKind.PUT_BACK, 2)


@pytest.mark.parametrize("quantity", [0, -1])
def test_boxes_are_taken_and_put_back_by_one_at_least(
    stock: Stock, database: Database, actor: Actor, quantity: int
) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        take(stock, database, actor, A, quantity)
    with pytest.raises(ValueError, match="at least 1"), database.write(actor) as work:
        stock.put_back(work, code=A, quantity=quantity, reference="D-1")


def test_a_receipt_of_many_lines_is_one_act(stock: Stock, database: Database, actor: Actor) -> None:
    lines = [ReceiptLine(code=f"{3400931000000 + rank}", quantity=rank % 5 + 1, lot="L1") for rank in range(300)]
    lines += [ReceiptLine(code=A, quantity=1, lot="L2"), ReceiptLine(code=A, quantity=4, lot="L3")]
    outcome = stock.receive(actor, lines, "BL-2")
    assert isinstance(outcome, Done)
    assert (outcome.value.lines, outcome.value.boxes) == (302, 905)
    assert stock.item(A).quantity == 15
    assert [(movement.lot, movement.balance_after) for movement in stock.movements(A)[:2]] == [("L3", 15), ("L2", 11)]
    assert stock.discrepancies() == []


def test_a_receipt_with_one_impossible_line_enters_nothing(stock: Stock, actor: Actor) -> None:
    lines = [ReceiptLine(code=A, quantity=1), ReceiptLine(code=B, quantity=0)]
    assert isinstance(stock.receive(actor, lines, "BL-2"), Refused)
    assert stock.on_hand([A, B]) == {A: 10, B: 2}


def test_a_correction_brings_to_what_was_counted_with_its_reason(stock: Stock, actor: Actor) -> None:
    outcome = stock.adjust(actor, A, 8, " casse ")
    assert isinstance(outcome, Done)
    assert outcome.value.quantity == 8
    newest = stock.movements(A)[0]
    assert (newest.delta, newest.reason, newest.kind) == (-2, "casse", MovementKind.ADJUSTMENT)
    assert isinstance(stock.adjust(actor, A, 8, ""), Refused)


def test_counting_what_is_right_moves_nothing(stock: Stock, actor: Actor) -> None:
    outcome = stock.adjust_many(actor, {A: 10, B: 5, C: 1}, "inventaire")
    assert isinstance(outcome, Done)
    assert outcome.value == 2
    assert stock.on_hand([A, B, C]) == {A: 10, B: 5, C: 1}
    assert len(stock.movements(A)) == 1
    assert stock.discrepancies() == []


@pytest.mark.req("INS-04")
def test_a_student_corrects_no_stock(database: Database, stock: Stock, actor: Actor) -> None:
    staff = Staff(database)
    added = staff.add(MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.STUDENT), actor)
    assert isinstance(added, Done)
    student = actor_of(added.value, "comptoir-2")
    refused = Stock(database, staff).adjust(student, A, 8, "casse")
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == "GAL-PER-01"
    assert stock.item(A).quantity == 10


@pytest.mark.req("OFF-DB-02")
def test_place_and_limits_edited_at_two_workstations(stock: Stock, actor: Actor) -> None:
    seen = stock.item(A)
    edited = StockItem(code=A, place="Tiroir B4", minimum=2, maximum=6, version=seen.version)
    first = stock.edit(actor, edited)
    assert isinstance(first, Done)
    assert (first.value.quantity, first.value.place) == (10, "Tiroir B4")
    second = stock.edit(actor, StockItem(code=A, place="Tiroir C1", version=seen.version))
    assert isinstance(second, Refused)
    assert stock.item(A).place == "Tiroir B4"


def test_movements_page_after_page(stock: Stock, database: Database, actor: Actor) -> None:
    for _ in range(9):
        take(stock, database, actor, A, 1)
    everything = stock.movements(A)
    first = stock.movements(A, limit=4)
    second = stock.movements(A, limit=4, before=first[-1].id)
    third = stock.movements(A, limit=4, before=second[-1].id)
    assert [*first, *second, *third] == everything
    assert [movement.balance_after for movement in everything] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]


def test_items_of_several_products_and_of_one_never_held(stock: Stock) -> None:
    assert stock.items_of([B, C, A]) == {B: stock.item(B), C: StockItem(code=C), A: stock.item(A)}
    assert stock.items_of([]) == {}


def test_many_items_change_place_at_once(stock: Stock, actor: Actor) -> None:
    moved = stock.relocate(actor, [StockItem(code=code, place="Rayon 2", minimum=1, maximum=3) for code in (A, C)])
    assert isinstance(moved, Done)
    assert [(item.code, item.quantity, item.place) for item in stock.items()] == [
        (A, 10, "Rayon 2"),
        (B, 2, ""),
        (C, 0, "Rayon 2"),
    ]
    assert isinstance(stock.relocate(actor, [StockItem(code=A, place="x" * 41)]), Refused)


def test_items_page_after_page(stock: Stock) -> None:
    assert [item.code for item in stock.items(limit=1)] == [A]
    assert [item.code for item in stock.items(after=A)] == [B]


@pytest.mark.req("OFF-DB-01")
@pytest.mark.parametrize("change", [update(StockMovementRow).values(delta=0), delete(StockMovementRow)])
def test_the_database_refuses_to_alter_a_movement(
    stock: Stock, database: Database, actor: Actor, change: object
) -> None:
    with pytest.raises(DBAPIError), database.write(actor) as work:
        work.session.execute(change)  # type: ignore[call-overload]
    assert len(stock.movements(A)) == 1


def test_a_quantity_that_is_not_the_sum_of_its_movements_is_named(
    stock: Stock, database: Database, actor: Actor
) -> None:
    with database.write(actor) as work:
        work.session.execute(update(StockItemRow).where(StockItemRow.code == B).values(quantity=99))
    assert [(one.code, one.quantity, one.moved) for one in stock.discrepancies()] == [(B, 99, 2)]


_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["take", "force", "put_back", "receive", "adjust"]),
        st.sampled_from([A, B, C]),
        st.integers(min_value=1, max_value=12),
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(acts=_ACTS)
def test_whatever_is_done_the_quantity_is_the_sum_of_the_movements(
    stock: Stock, database: Database, actor: Actor, acts: list[tuple[str, str, int]]
) -> None:
    for act, code, quantity in acts:
        held = stock.item(code).quantity
        if act in {"take", "force"}:
            taken = take(stock, database, actor, code, quantity, forced=act == "force")
            assert taken == (act == "force" or held >= quantity)
            held -= quantity if taken else 0
        elif act == "put_back":
            with database.write(actor) as work:
                stock.put_back(work, code=code, quantity=quantity, reference="D-1")
            held += quantity
        elif act == "receive":
            stock.receive(actor, [ReceiptLine(code=code, quantity=quantity)], "BL")
            held += quantity
        else:
            stock.adjust(actor, code, quantity, "inventaire")
            held = quantity
        assert stock.item(code).quantity == held
    assert stock.discrepancies() == []
