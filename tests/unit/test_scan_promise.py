"""Is the code of a promis' ticket read, and a wrong one refused?"""

from __future__ import annotations

import datetime as dt

import pytest

from app.officine.scan import promise
from app.officine.scan.model import ScanKind
from app.officine.scan.service import interpret

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize("number", [1, 42, 999_999_999])
def test_a_code_that_was_built_is_read(number: int) -> None:
    scan = interpret(promise.build(number), today=TODAY)
    assert (scan.kind, scan.fields, scan.ok) == (ScanKind.PROMISE, {"promise": str(number)}, True)


def test_one_wrong_digit_is_found() -> None:
    code = promise.build(123_456)
    for place in range(len(promise.PREFIX), len(code) - 1):
        wrong = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
        scan = interpret(wrong, today=TODAY)
        assert [finding.code for finding in scan.findings] == ["GAL-SCN-23"]


@pytest.mark.parametrize("number", [0, -1, 1_000_000_000])
def test_no_code_is_built_for_what_is_no_number_of_a_promis(number: int) -> None:
    with pytest.raises(ValueError, match="no code"):
        promise.build(number)


def test_two_tickets_glued_in_one_reading_are_no_promis() -> None:
    assert not interpret(promise.build(1) + promise.build(2), today=TODAY).ok
