"""Boxes set aside are counted apart, come and go by movements; a stupéfiant stays in its register until it leaves."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dispensing_house import CAMILLE, DOLIPRANE, SKENAN, House, box, done, open_house
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from app.kernel.outcome import Refused
from app.officine.catalog.model import ListClass
from app.officine.dispensing import session as edit
from app.officine.dispensing.reversal import Fate, ReturnedLine, ReversalDraft, ReversalKind
from app.officine.prescriptions.model import PrescriptionKind
from app.officine.recalls.model import RecallDraft
from app.officine.registers.model import EntryKind
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.officine.stock.model import MovementKind
from app.officine.stock.narcotics import Narcotics
from app.officine.stock.quarantine import BEYOND
from app.officine.stock.quarantine_tables import QuarantineEntryRow, QuarantineExitRow
from app.officine.stock.quarantined import Aside, Cause, Exit

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.dispensing.model import Box, Delivery
    from app.store.audit import Actor
    from app.store.database import Database

DAMAGED = Aside(code=DOLIPRANE, cause=Cause.DAMAGED, reason="Boîte écrasée")


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalog")


def counted(house: House, code: str = DOLIPRANE) -> tuple[int, int]:
    item = house.stock.item(code)
    return item.quantity, item.quarantined


def technician(house: House) -> Actor:
    added = done(
        Staff(house.db).add(MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.TECHNICIAN), CAMILLE)
    )
    return actor_of(added, "comptoir-2")


def sound(house: House) -> bool:
    return house.stock.discrepancies() == [] and house.quarantine.discrepancies() == []


@pytest.mark.req("OFF-STK-20")
def test_a_box_set_aside_is_no_longer_for_sale_and_keeps_all_that_is_known_of_it(house: House) -> None:
    expiry = dt.date(2027, 5, 31)
    actor = technician(house)
    asked = replace(DAMAGED, lot="LOT1", expiry=expiry, serial="S1", reference="R-1")
    entry = done(house.quarantine.set_aside(actor, asked))
    assert counted(house) == (19, 1)
    (listed,) = house.quarantine.present()
    assert listed == entry
    assert (entry.lot, entry.expiry, entry.serial, entry.left) == ("LOT1", expiry, "S1", 1)
    assert (entry.cause, entry.reason, entry.author_name) == (Cause.DAMAGED, "Boîte écrasée", actor.name)
    moved = house.stock.movements(DOLIPRANE)[0]
    assert (moved.kind, moved.delta, moved.aside, moved.balance_after) == (MovementKind.SET_ASIDE, -1, 1, 19)
    assert sound(house)


def test_the_same_box_twice_no_reason_or_too_many_boxes_are_refused(house: House) -> None:
    done(house.quarantine.set_aside(CAMILLE, replace(DAMAGED, serial="S1")))
    for asked in (
        replace(DAMAGED, serial="S1"),
        replace(DAMAGED, reason=" "),
        replace(DAMAGED, quantity=0),
        replace(DAMAGED, quantity=2, serial="S2"),
        replace(DAMAGED, quantity=20),
        replace(DAMAGED, lot="L" * 21),
    ):
        assert isinstance(house.quarantine.set_aside(CAMILLE, asked), Refused)
    assert counted(house) == (19, 1)


def test_a_box_in_hand_that_the_stock_did_not_know_is_set_aside_and_its_movement_says_so(house: House) -> None:
    done(house.stock.adjust(CAMILLE, DOLIPRANE, 0, "inventaire"))
    done(house.quarantine.set_aside(CAMILLE, replace(DAMAGED, serial="S1")))
    assert counted(house) == (0, 1)
    assert BEYOND in house.stock.movements(DOLIPRANE)[0].reason
    assert sound(house)


@pytest.mark.req("SC.DP.05")
def test_a_box_in_quarantine_does_not_leave_by_the_counter(house: House) -> None:
    done(house.quarantine.set_aside(CAMILLE, replace(DAMAGED, serial="S1", lot="LOT1")))
    product = house.catalog.by_code(DOLIPRANE)
    assert product is not None
    session, _ = edit.add_product(house.counter.new_session(CAMILLE), product, box=box("S1"))
    refused = house.counter.validate(session, CAMILLE, house.paid(session))
    assert isinstance(refused, Refused)
    assert [finding.code for finding in refused.findings if finding.code.startswith("GAL-SEC")] == ["GAL-SEC-52"]


@pytest.mark.parametrize("leaving", list(Exit))
def test_boxes_leave_quarantine_by_a_pharmacist_with_a_reason(house: House, leaving: Exit) -> None:
    entry = done(house.quarantine.set_aside(CAMILLE, replace(DAMAGED, quantity=3, lot="L1")))
    refused = house.quarantine.take_out(technician(house), entry.id, 1, leaving, reason="x", document="B-1")
    assert isinstance(refused, Refused)
    assert isinstance(house.quarantine.take_out(CAMILLE, entry.id, 1, leaving, reason=" "), Refused)
    assert isinstance(house.quarantine.take_out(CAMILLE, entry.id, 4, leaving, reason="x"), Refused)
    left = done(house.quarantine.take_out(CAMILLE, entry.id, 2, leaving, reason="Bon signé", document="B-1"))
    assert left.left == 1
    assert counted(house) == ((19, 1) if leaving is Exit.RELEASED else (17, 1))
    (gone,) = house.quarantine.exits(entry.id)
    assert (gone.quantity, gone.exit, gone.reason, gone.document) == (2, leaving, "Bon signé", "B-1")
    done(house.quarantine.take_out(CAMILLE, entry.id, 1, leaving, reason="Le reste"))
    assert house.quarantine.present() == []
    assert isinstance(house.quarantine.take_out(CAMILLE, entry.id, 1, leaving, reason="x"), Refused)
    assert sound(house)


@pytest.mark.req("SC.DP.05")
@pytest.mark.parametrize("lot", ["LOT1", ""])
def test_a_recalled_box_is_not_sold_again_while_the_recall_is_in_force(house: House, lot: str) -> None:
    draft = RecallDraft(code=DOLIPRANE, lots=("LOT1",), reason="Défaut", day=dt.date(2026, 11, 20))
    recall = done(house.recalls.record(CAMILLE, draft))
    asked = replace(DAMAGED, lot=lot, cause=Cause.RECALL, recall_id=recall.id)
    entry = done(house.quarantine.set_aside(CAMILLE, asked))
    (state,) = house.quarantine.recall_states()
    assert (state.on_hand, state.quarantined) == (19, 1)
    assert isinstance(house.quarantine.take_out(CAMILLE, entry.id, 1, Exit.RELEASED, reason="x"), Refused)
    done(house.recalls.lift(CAMILLE, recall.id, "Rappel retiré"))
    done(house.quarantine.take_out(CAMILLE, entry.id, 1, Exit.RELEASED, reason="Rappel retiré"))
    assert counted(house) == (20, 0)


@pytest.mark.parametrize("change", [update(QuarantineEntryRow).values(quantity=0), delete(QuarantineExitRow)])
def test_the_database_refuses_to_alter_what_was_set_aside(house: House, change: object) -> None:
    entry = done(house.quarantine.set_aside(CAMILLE, DAMAGED))
    done(house.quarantine.take_out(CAMILLE, entry.id, 1, Exit.DESTROYED, reason="x"))
    with pytest.raises(DBAPIError), house.db.write(CAMILLE) as work:
        work.session.execute(change)  # type: ignore[call-overload]


def test_a_count_that_is_not_that_of_the_list_is_named(house: House) -> None:
    done(house.quarantine.set_aside(CAMILLE, DAMAGED))
    with house.db.write(CAMILLE) as work:
        # The column alone: neither a movement nor an entry says it.
        work.session.execute(update(_items()).where(_items().code == DOLIPRANE).values(quarantined=5))
    assert house.quarantine.discrepancies() == [DOLIPRANE]
    assert [(one.code, one.quarantined, one.set_aside) for one in house.stock.discrepancies()] == [(DOLIPRANE, 5, 1)]


def _items() -> type:
    from app.officine.stock.tables import StockItemRow  # noqa: PLC0415 -- damage is done below the services

    return StockItemRow


# --- What an avoir sets aside -----------------------------------------------------------------------------------------


def deliver(house: House, *boxes: Box, extra: int = 0) -> Delivery:
    product = house.catalog.by_code(DOLIPRANE)
    assert product is not None
    session = house.counter.new_session(CAMILLE)
    for one in boxes:
        session, _ = edit.add_product(session, product, box=one)
    session, _ = edit.set_quantity(session, "L1", len(boxes) + extra)
    return done(house.counter.validate(session, CAMILLE, house.paid(session)))


def credit(house: House, delivery: Delivery, quantity: int, fate: Fate = Fate.QUARANTINE) -> None:
    line = ReturnedLine(1, quantity, fate)
    draft = ReversalDraft(
        delivery=delivery.number, kind=ReversalKind.CREDIT, reason="Erreur", lines=(line,), refunds=()
    )
    done(house.reversals.reverse(house.reversals.with_refunds(draft), CAMILLE))


@pytest.mark.req("OFF-STK-21")
def test_boxes_that_an_avoir_sets_aside_enter_quarantine_with_their_serials(house: House) -> None:
    delivery = deliver(house, box("S1", "LOT1"), box("S2", "LOT2"), extra=1)
    credit(house, delivery, 3)
    assert counted(house) == (17, 3)
    found = {(entry.serial, entry.lot, entry.left, entry.cause) for entry in house.quarantine.present()}
    assert found == {("S1", "LOT1", 1, Cause.RETURNED), ("S2", "LOT2", 1, Cause.RETURNED), ("", "", 1, Cause.RETURNED)}
    entry = house.quarantine.present()[0]
    assert isinstance(house.quarantine.take_out(CAMILLE, entry.id, 1, Exit.RELEASED, reason="intacte"), Refused)
    assert sound(house)


def test_of_a_part_of_a_line_only_the_lot_that_all_share_is_known(house: House) -> None:
    credit(house, deliver(house, box("S1", "LOT1"), box("S2", "LOT1")), 1)
    credit(house, deliver(house, box("S3", "LOT1"), box("S4", "LOT2")), 1)
    assert [(entry.serial, entry.lot) for entry in house.quarantine.present()] == [("", ""), ("", "LOT1")]


@pytest.mark.parametrize("fate", [Fate.STOCK, Fate.DESTROYED])
def test_other_fates_set_nothing_aside(house: House, fate: Fate) -> None:
    credit(house, deliver(house, box("S1")), 1, fate)
    assert counted(house) == (20 if fate is Fate.STOCK else 19, 0)
    assert house.quarantine.present() == []


# --- Stupéfiants ------------------------------------------------------------------------------------------------------


@pytest.fixture
def narcotics(house: House) -> Narcotics:
    registers = house.stock.registers
    assert registers is not None
    product = house.catalog.by_code(SKENAN)
    assert product is not None
    assert product.list_class is ListClass.NARCOTIC
    staff = Staff(house.db)
    return Narcotics(house.db, stock=house.stock, registers=registers, catalog=house.catalog, staff=staff)


def balanced(narcotics: Narcotics, house: House) -> tuple[int, int]:
    """Return the boxes that stock and quarantine hold, and the difference with the register."""
    holding = next(one for one in narcotics.holdings() if one.narcotic.code == SKENAN)
    assert holding.difference is not None
    assert sound(house)
    return holding.boxes, holding.difference


@pytest.mark.req("OFF-REG-03")
def test_a_stupefiant_in_quarantine_stays_in_the_balance_until_it_leaves(house: House, narcotics: Narcotics) -> None:
    asked = Aside(code=SKENAN, quantity=3, lot="L1", cause=Cause.DAMAGED, reason="Blisters percés")
    entry = done(house.quarantine.set_aside(CAMILLE, asked))
    assert balanced(narcotics, house) == (20, 0)
    assert counted(house, SKENAN) == (17, 3)
    # Destroyed: a witness and a document, and the register says it in the same act.
    out = house.quarantine.take_out
    assert isinstance(out(CAMILLE, entry.id, 1, Exit.DESTROYED, reason="x", document="D-1"), Refused)
    assert isinstance(out(CAMILLE, entry.id, 1, Exit.DESTROYED, reason="x", second_person="Léa Petit"), Refused)
    assert isinstance(out(CAMILLE, entry.id, 1, Exit.RETURNED, reason="x"), Refused)
    done(out(CAMILLE, entry.id, 1, Exit.DESTROYED, reason="Percés", document="D-1", second_person="Léa Petit"))
    done(out(CAMILLE, entry.id, 1, Exit.RETURNED, reason="Repris", document="B-7"))
    done(out(CAMILLE, entry.id, 1, Exit.RELEASED, reason="Intacte après contrôle"))
    assert balanced(narcotics, house) == (18, 0)
    registers = house.stock.registers
    assert registers is not None
    kinds = [(one.kind, one.boxes, one.second_person) for one in registers.entries(code=SKENAN)]
    assert (EntryKind.DESTRUCTION, -1, "Léa Petit") in kinds
    assert (EntryKind.RETURN, -1, "") in kinds
    month = narcotics.balance("2026-11")
    assert month is not None
    (line,) = month.lines
    assert line.closing == registers.balances([SKENAN])[SKENAN]


@pytest.mark.req("OFF-REG-03")
def test_an_inventory_counts_the_boxes_in_quarantine_too(house: House, narcotics: Narcotics) -> None:
    done(house.quarantine.set_aside(CAMILLE, Aside(code=SKENAN, quantity=2, reason="x")))
    assert done(narcotics.count(CAMILLE, {SKENAN: 20}, reason="", second_person="Léa Petit")) == 0
    assert done(narcotics.count(CAMILLE, {SKENAN: 19}, reason="une de moins", second_person="Léa Petit")) == 1
    assert counted(house, SKENAN) == (17, 2)
    assert balanced(narcotics, house) == (19, 0)


@pytest.mark.req("OFF-REG-03")
def test_a_stupefiant_that_an_avoir_sets_aside_is_in_the_register_again(house: House, narcotics: Narcotics) -> None:
    session = house.prescribed(SKENAN, kind=PrescriptionKind.SECURED)
    delivery = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    assert balanced(narcotics, house) == (19, 0)
    credit(house, delivery, 1)
    assert counted(house, SKENAN) == (19, 1)
    assert balanced(narcotics, house) == (20, 0)


def test_more_stupefiants_than_the_stock_holds_are_not_set_aside(house: House) -> None:
    for serial in ("", "S9"):
        quantity = 1 if serial else 21
        if serial:
            done(house.quarantine.set_aside(CAMILLE, Aside(code=SKENAN, quantity=20, reason="x")))
        asked = Aside(code=SKENAN, quantity=quantity, serial=serial, reason="x")
        assert isinstance(house.quarantine.set_aside(CAMILLE, asked), Refused)


# --- Whatever is done -------------------------------------------------------------------------------------------------

_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["aside", "box", "return", "destroy", "release", "sell", "receive"]),
        st.sampled_from([DOLIPRANE, SKENAN]),
        st.integers(min_value=1, max_value=14),
    ),
    max_size=10,
)
_LEAVING = {"return": Exit.RETURNED, "destroy": Exit.DESTROYED, "release": Exit.RELEASED}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(acts=_ACTS)
def test_whatever_is_done_nothing_is_negative_and_the_movements_add_up(
    house: House, narcotics: Narcotics, acts: list[tuple[str, str, int]]
) -> None:
    for rank, (act, code, quantity) in enumerate(acts):
        present = house.quarantine.present(code=code)
        before = sum(counted(house, code))
        if act == "aside":
            house.quarantine.set_aside(CAMILLE, Aside(code=code, quantity=quantity, reason="x"))
            assert sum(counted(house, code)) == before
        elif act == "box":
            serial = f"{act}{rank}-{house.db.clock.now():%f}-{len(house.stock.movements(code, 10_000))}"[:20]
            house.quarantine.set_aside(CAMILLE, Aside(code=code, serial=serial, reason="x"))
        elif act == "sell":
            with house.db.write(CAMILLE) as work:
                # A stupéfiant is sold with its register only.
                if code == DOLIPRANE:
                    house.stock.take(work, code=code, quantity=quantity, reference="D")
        elif act in _LEAVING and present:
            house.quarantine.take_out(
                CAMILLE, present[0].id, quantity, _LEAVING[act], reason="x", document="B", second_person="Léa Petit"
            )
        for one in (DOLIPRANE, SKENAN):
            assert min(counted(house, one)) >= 0
        assert balanced(narcotics, house)[1] == 0
