"""Two files of one person are told from those of twins, of homonyms and of strangers, with the reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.officine.patients.identity import Ins
from app.officine.patients.likeness import Grade, Person, likeness, pairs

NIR = Ins("297022A02077878", "1.2.250.1.213.1.4.8")
OTHER = Ins("192061305512310", "1.2.250.1.213.1.4.8")
ONE = Person(
    id=1,
    family_name="MARTIN",
    first_name="JEANNE",
    birth_names="JEANNE ALICE",
    used_name="",
    used_first_name="",
    birth_date=dt.date(1981, 5, 1),
    sex="F",
    birth_place="63220",
)


@pytest.mark.req("OFF-SCOPE")
@pytest.mark.parametrize(
    ("change", "grade"),
    [
        ({}, Grade.SURE),
        ({"birth_place": "99999"}, Grade.PROBABLE),
        ({"sex": "I"}, Grade.PROBABLE),
        ({"sex": "M"}, Grade.POSSIBLE),
        ({"first_name": "JEANNE-ALICE", "birth_names": "JEANNE-ALICE"}, Grade.PROBABLE),
        ({"first_name": "ALICE", "birth_names": "ALICE", "used_first_name": "JEANNE"}, Grade.PROBABLE),
        ({"first_name": "JEANE", "birth_names": "JEANE"}, Grade.POSSIBLE),
        ({"first_name": "JAENNE", "birth_names": "JAENNE"}, Grade.POSSIBLE),
        ({"first_name": "ROSE", "birth_names": "ROSE"}, Grade.TWINS),
        ({"first_name": "PAUL", "birth_names": "PAUL", "sex": "M"}, Grade.TWINS),
        ({"first_name": "ROSE", "birth_names": "ROSE", "birth_place": "75111"}, None),
        ({"family_name": "MARTEN"}, Grade.PROBABLE),
        ({"family_name": "MARTINE"}, Grade.PROBABLE),
        ({"family_name": "MARITN"}, Grade.PROBABLE),
        ({"family_name": "MARTIN-DUPONT"}, Grade.PROBABLE),
        ({"family_name": "DUPONT", "used_name": "MARTIN"}, Grade.PROBABLE),
        ({"family_name": "DUPONT"}, None),
        ({"family_name": "JEANNE", "first_name": "MARTIN", "birth_names": "MARTIN"}, Grade.PROBABLE),
        ({"birth_date": dt.date(1982, 5, 1)}, Grade.POSSIBLE),
        ({"birth_date": dt.date(1981, 1, 5)}, Grade.POSSIBLE),
        ({"birth_date": dt.date(1982, 6, 1)}, None),
        ({"birth_date": dt.date(1982, 5, 1), "birth_place": "75111"}, None),
    ],
)
def test_the_grade_follows_from_what_differs(change: dict[str, object], grade: Grade | None) -> None:
    other = replace(ONE, id=2, **change)  # type: ignore[arg-type] # by name
    found = likeness(ONE, other)
    assert (None if found is None else found.grade) == grade
    assert likeness(other, ONE) == found
    if found is not None:
        assert (1, 2) in set(pairs([ONE, other])), "what is alike is met in the list"


@pytest.mark.req("OFF-SCOPE")
def test_the_ins_says_more_than_the_traits() -> None:
    stranger = replace(ONE, id=2, family_name="DUPONT", first_name="ROSE", birth_date=dt.date(1950, 1, 1))
    mine, theirs = replace(ONE, ins=NIR), replace(stranger, ins=OTHER, told=frozenset({NIR}))
    found = likeness(mine, theirs)
    assert found is not None
    assert found.grade is Grade.SURE
    assert set(pairs([mine, theirs])) == {(1, 2)}
    assert likeness(replace(ONE, ins=NIR), replace(stranger, ins=OTHER)) is None
    same_traits = likeness(replace(ONE, ins=NIR), replace(ONE, id=2, ins=OTHER))
    assert same_traits is not None
    assert same_traits.grade is Grade.POSSIBLE
    assert "deux matricules" in same_traits.reason


_NAMES = st.sampled_from(["MARTIN", "MARTEN", "MARTIN DUPONT", "LEA", "LEO", "JEANNE", "JEANNE-ALICE", "O'NEIL", ""])
_PEOPLE = st.builds(
    Person,
    id=st.just(1),
    family_name=_NAMES.filter(bool),
    first_name=_NAMES.filter(bool),
    birth_names=_NAMES,
    used_name=_NAMES,
    used_first_name=_NAMES,
    birth_date=st.sampled_from([dt.date(1981, 5, 1), dt.date(1981, 1, 5), dt.date(1982, 5, 1)]),
    sex=st.sampled_from(["F", "M", "I"]),
    birth_place=st.sampled_from(["", "99999", "63220", "75111"]),
)


@given(one=_PEOPLE, other=_PEOPLE)
def test_likeness_is_the_same_both_ways_and_each_pair_that_is_alike_is_proposed(one: Person, other: Person) -> None:
    other = replace(other, id=2)
    found = likeness(one, other)
    assert likeness(other, one) == found
    if found is not None:
        assert set(pairs([one, other])) == {(1, 2)}
