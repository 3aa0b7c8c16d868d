"""A receipt or a correction that can't be true is refused before anything is written."""

from __future__ import annotations

import pytest

from app.officine.stock import rules
from app.officine.stock.model import ReceiptLine, StockItem

CODE = "3400930000014"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (ReceiptLine(code=CODE, quantity=0), "GAL-STK-02"),
        (ReceiptLine(code=CODE, quantity=-1), "GAL-STK-02"),
        (ReceiptLine(code=CODE, quantity=3_400_930_000_014), "GAL-STK-02"),
        (ReceiptLine(code="", quantity=1), "GAL-STK-08"),
        (ReceiptLine(code="3400930000014'; --", quantity=1), "GAL-STK-08"),
        (ReceiptLine(code=CODE, quantity=1, lot="L" * 21), "GAL-STK-09"),
        (ReceiptLine(code=CODE, quantity=1, serial="S\x1d"), "GAL-STK-09"),
    ],
)
def test_an_impossible_line_is_refused(line: ReceiptLine, code: str) -> None:
    assert [finding.code for finding in rules.check_receipt([line], "BL-1")] == [code]


def test_an_empty_receipt_is_refused_and_an_ordinary_one_is_not() -> None:
    assert [finding.code for finding in rules.check_receipt([], "BL-1")] == ["GAL-STK-01"]
    assert rules.check_receipt([ReceiptLine(code=CODE, quantity=30, lot="A1")], "BL-1") == []


@pytest.mark.parametrize("reference", ["x" * 65, "BL\x00"])
def test_a_reference_that_can_t_be_kept_is_refused(reference: str) -> None:
    findings = rules.check_receipt([ReceiptLine(code=CODE, quantity=1)], reference)
    assert [finding.code for finding in findings] == ["GAL-STK-10"]


@pytest.mark.parametrize(
    ("counted", "reason", "codes"),
    [
        (3, "casse", []),
        (3, "  ", ["GAL-STK-03"]),
        (-1, "casse", ["GAL-STK-02"]),
        (3, "x" * 201, ["GAL-STK-04"]),
        (3, "casse\x00", ["GAL-STK-04"]),
    ],
)
def test_a_correction_needs_a_reason_and_a_possible_count(counted: int, reason: str, codes: list[str]) -> None:
    assert [finding.code for finding in rules.check_counts({CODE: counted}, reason)] == codes


@pytest.mark.parametrize(
    ("place", "minimum", "maximum", "codes"),
    [
        ("Tiroir B4", 2, 6, []),
        ("", 0, 0, []),
        ("Tiroir B4", 6, 2, ["GAL-STK-05"]),
        ("Tiroir B4", -1, 2, ["GAL-STK-05"]),
        ("x" * 41, 0, 0, ["GAL-STK-06"]),
    ],
)
def test_place_and_limits(place: str, minimum: int, maximum: int, codes: list[str]) -> None:
    item = StockItem(code=CODE, place=place, minimum=minimum, maximum=maximum)
    assert [finding.code for finding in rules.check_limits(item)] == codes


def test_an_item_is_low_under_its_minimum() -> None:
    assert StockItem(code=CODE, quantity=1, minimum=2).is_low
    assert not StockItem(code=CODE, quantity=2, minimum=2).is_low
