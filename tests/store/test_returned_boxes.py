"""A part of a delivery that comes back: which of its boxes, and what the stock and the registers say of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, House, box, done, open_house

from app.kernel.outcome import Refused
from app.officine.dispensing.reversal import Fate, ReturnedLine, ReversalDraft, ReversalKind
from app.officine.registers.model import DerivedKind

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.officine.dispensing.model import Box, Delivery
    from app.store.database import Database

SN1, SN2, SN3 = (box(f"SN{rank}", lot) for rank, lot in ((1, "B441"), (2, "B442"), (3, "B442")))


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


def sell(house: House, *boxes: Box, code: str = DOLIPRANE, quantity: int = 0) -> Outcome[Delivery]:
    """Deliver the boxes that were scanned, and others up to ``quantity``."""
    session = house.prescribed(code)
    line = replace(session.lines[0], boxes=boxes, quantity=quantity or len(boxes))
    session = replace(session, lines=(line,))
    return house.counter.validate(session, CAMILLE, house.paid(session))


def credit(house: House, number: int, quantity: int, *boxes: Box, fate: Fate = Fate.STOCK) -> Outcome[Any]:
    """Take back a part of a delivery."""
    draft = house.reversals.with_refunds(
        ReversalDraft(
            delivery=number,
            kind=ReversalKind.CREDIT,
            reason="Retour",
            lines=(ReturnedLine(1, quantity, fate, boxes=boxes),),
            refunds=(),
        )
    )
    return house.reversals.reverse(draft, CAMILLE)


def codes(outcome: Outcome[Any]) -> list[str]:
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings]


@pytest.mark.req("OFF-ANN-04")
def test_a_part_that_comes_back_says_which_boxes_where_they_are_told_apart(house: House) -> None:
    delivery = done(sell(house, SN1, SN2, SN3))
    refused = credit(house, delivery.number, 1)
    assert codes(refused) == ["GAL-ANN-09"]
    assert "SN1, SN2, SN3" in refused.findings[0].advice
    assert codes(credit(house, delivery.number, 2, SN1)) == ["GAL-ANN-09"]
    assert codes(credit(house, delivery.number, 1, box("SN9"))) == ["GAL-ANN-10"]
    assert codes(credit(house, delivery.number, 1, SN1, SN2)) == ["GAL-ANN-10"]
    back = done(credit(house, delivery.number, 1, SN2))
    assert back.lines[0].boxes == (SN2,)
    assert house.reversals.of_delivery(delivery.number) == [back]
    moved = house.stock.movements(DOLIPRANE)[0]
    assert (moved.delta, moved.lot, moved.serial, moved.expiry) == (1, "B442", "SN2", SN2.expiry)
    assert codes(credit(house, delivery.number, 1, SN2)) == ["GAL-ANN-10"]
    rest = done(credit(house, delivery.number, 2))
    assert (rest.whole, rest.lines[0].boxes) == (True, (SN1, SN3))


@pytest.mark.req("OFF-ANN-04")
def test_nobody_is_asked_where_boxes_were_not_scanned_or_nothing_tells_them_apart(house: House) -> None:
    partly = done(sell(house, SN1, quantity=2))
    assert done(credit(house, partly.number, 1)).lines[0].boxes == ()
    alike = done(sell(house, box("", "L7"), box("", "L7")))
    assert done(credit(house, alike.number, 1)).lines[0].boxes == (box("", "L7"),)


@pytest.mark.req("OFF-ANN-04")
def test_only_the_box_that_went_back_to_stock_is_sold_again(house: House) -> None:
    delivery = done(sell(house, SN1, SN2, SN3))
    done(credit(house, delivery.number, 1, SN1))
    done(credit(house, delivery.number, 1, SN2, fate=Fate.QUARANTINE))
    assert "GAL-CPT-16" in codes(sell(house, SN2))
    assert "GAL-CPT-16" in codes(sell(house, SN3))
    again = done(sell(house, SN1))
    assert again.lines[0].boxes == (SN1,)
    assert "GAL-CPT-16" in codes(sell(house, SN1))


@pytest.mark.req("OFF-REG-07")
def test_the_register_of_medicines_derived_from_blood_says_which_lot_came_back(house: House) -> None:
    registers = house.stock.registers
    assert registers is not None
    done(registers.set_derived(CAMILLE, AMOXICILLINE, derived=True))
    delivery = done(sell(house, SN1, SN2, SN3, code=AMOXICILLINE))
    done(credit(house, delivery.number, 1, SN3))
    done(credit(house, delivery.number, 2))
    entries = [(one.kind, one.lot, one.quantity) for one in registers.derived_entries()]
    assert entries == [
        (DerivedKind.DELIVERY, "B441", 1),
        (DerivedKind.DELIVERY, "B442", 2),
        (DerivedKind.CANCELLATION, "B442", -1),
        (DerivedKind.CANCELLATION, "B441", -1),
        (DerivedKind.CANCELLATION, "B442", -1),
    ]
