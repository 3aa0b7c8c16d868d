"""Is a medicines base that has lost too many lines refused?"""

from __future__ import annotations

import pytest

from app.officine.catalog.plausible import falls


@pytest.mark.req("OFF-CAT-04")
@pytest.mark.parametrize(
    ("file", "before", "after", "refused"),
    [
        ("CIS_bdpm.txt", 1000, 900, False),
        ("CIS_bdpm.txt", 1000, 899, True),
        ("CIS_CPD_bdpm.txt", 1000, 980, False),
        ("CIS_CPD_bdpm.txt", 1000, 979, True),
        ("CIS_CPD_bdpm.txt", 1000, 1500, False),
    ],
)
def test_a_file_may_lose_few_lines_and_the_conditions_fewer(
    file: str, before: int, after: int, *, refused: bool
) -> None:
    old = {"source": "base", "format": "1", f"lines:{file}": str(before)}
    new = {"source": "base", "format": "1", f"lines:{file}": str(after)}
    assert bool(falls(old, new)) is refused


def test_versions_of_different_sources_are_not_compared() -> None:
    assert falls({"source": "a", "lines:x": "1000"}, {"source": "b", "lines:x": "1"}) == ()
