"""Is a line of an ordonnance typed in one go read as the prescriber meant it, and never guessed?"""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.officine.prescriptions.directions import Directions, boxes_for, days_of, read_directions

CASES = [
    ("1 m 1 s 30 j r5", Directions("1 matin 1 soir", 30, 5, Fraction(2))),
    ("1m 1mi 1s 1c 7j", Directions("1 matin 1 midi 1 soir 1 coucher", 7, None, Fraction(4))),
    ("1-0-1 1 mois", Directions("1-0-1", 30, None, Fraction(2))),
    ("½ m 4 sem", Directions("½ matin", 28, None, Fraction(1, 2))),
    ("1 cp matin et soir pendant 3 mois à renouveler 2 fois", Directions("1 cp matin et soir", 90, 2, Fraction(2))),
    ("3 fois par jour 10 jours", Directions("3 fois par jour", 10, None, Fraction(3))),
    ("2/j", Directions("2/j", None, None, Fraction(2))),
    ("r2", Directions("", None, 2, None)),
    ("", Directions()),
    # Not understood: kept as it was written, nothing is reckoned from it.
    ("si besoin, 3 par jour au plus", Directions("si besoin, 3 par jour au plus", None, None, None)),
    ("1 comprimé un jour sur deux", Directions("1 comprimé un jour sur deux", None, None, None)),
    ("1 m pendant 2 repas", Directions("1 matin pendant 2 repas", None, None, None)),
]


@pytest.mark.req("OFF-ORD-01")
@pytest.mark.parametrize(("typed", "said"), CASES, ids=[typed or "nothing" for typed, _ in CASES])
def test_a_line_typed_in_one_go(typed: str, said: Directions) -> None:
    assert read_directions(typed) == said


@pytest.mark.req("OFF-ORD-01")
def test_boxes_last_as_long_as_asked() -> None:
    assert boxes_for(Fraction(2), 30, 60) == 1
    assert boxes_for(Fraction(2), 31, 60) == 2
    assert boxes_for(Fraction(1, 2), 30, 30) == 1
    assert days_of(1, Fraction(1), 90) == 90
    assert days_of(2, Fraction(3), 20) == 13


@pytest.mark.req("OFF-ORD-01")
@pytest.mark.parametrize("typed", ["r99999", "99999 j", "\x00\x07", "é" * 5_000, "1 m " * 400, "½½½", "0 m 0 s"])
def test_hostile_text_is_only_text(typed: str) -> None:
    said = read_directions(typed)
    assert len(said.posology) <= 400
    assert said.a_day is None or said.a_day > 0
