"""Whose file is it, by what a Vitale names? The rules alone."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cards.trial_people import trial_people
from app.cards.vitale import Identity
from app.kernel.identifiers import nir_key
from app.officine.patients import cards
from app.officine.patients.model import Coverage, IdentityStatus, Patient, Sex
from app.sandbox import cards as sandbox

pytestmark = pytest.mark.req("OFF-CARD-02")

TODAY = dt.date(2026, 11, 23)


def nir(body: str) -> str:
    return body + nir_key(body)


def file(number: int = 1, **changes: object) -> Patient:
    base: dict[str, object] = {
        "id": number, "family_name": "TILLEUL", "first_name": "ROSE", "birth_names": "", "sex": Sex.FEMALE,
        "birth_date": dt.date(1988, 7, 2), "birth_date_uncertain": False, "birth_place": "", "used_name": "",
        "used_first_name": "", "phone": "", "email": "", "address_line": "", "postal_code": "", "city": "",
        "coverage": Coverage(), "allergies": "", "status": IdentityStatus.PROVISIONAL, "attributes": frozenset(),
        "matricule": None, "oid": None, "version": 1,
    }  # fmt: skip
    return Patient(**base | changes)  # type: ignore[arg-type]


ROSE = Identity("TILLEUL", "ROSE", "19880702", nir("2880799999001"))
ARTHUR = Identity("TILLEUL", "ARTHUR", "20231011", ROSE.nir)


@pytest.mark.parametrize(
    ("birth", "first", "last"),
    [
        ("19880702", (1988, 7, 2), (1988, 7, 2)),
        ("19850000", (1985, 1, 1), (1985, 12, 31)),
        ("19854200", (1985, 1, 1), (1985, 12, 31)),
        ("19851200", (1985, 12, 1), (1985, 12, 31)),
        ("19840200", (1984, 2, 1), (1984, 2, 29)),
    ],
)
def test_a_date_of_a_card_means_days(birth: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    period = cards.birth_period(birth, TODAY)
    assert period is not None
    assert (period.first, period.last) == (dt.date(*first), dt.date(*last))


@pytest.mark.parametrize(
    "birth", ["", "19880231", "198807", "xxxxxxxx", "18880101", "20990101", "00000000", "1988٠٧٠٢"]
)
def test_what_is_no_date_means_none(birth: str) -> None:
    assert cards.birth_period(birth, TODAY) is None


@given(st.text(max_size=10))
def test_any_text_is_a_date_or_none(birth: str) -> None:
    cards.birth_period(birth, TODAY)
    person = Identity("A", "B", birth, "")
    assert cards.matches(person, [file()], TODAY) == ()
    cards.draft_of(person, TODAY)


def test_the_number_of_the_insured_person_says_nothing_of_the_child() -> None:
    assert cards.own_sex(ROSE) is Sex.FEMALE
    assert cards.own_sex(ARTHUR) is None
    mother = file(1, matricule=ROSE.nir)
    son = file(2, first_name="ARTHUR", birth_date=dt.date(2023, 10, 11), sex=Sex.MALE)
    assert cards.matches(ARTHUR, [mother, son], TODAY) == (son,)


@pytest.mark.parametrize(
    ("body", "birth", "sex"),
    [
        ("2880799999001", "19880702", Sex.FEMALE),
        ("2880799999001", "19880000", None),
        ("2880799999001", "19880802", None),
        ("2880799999001", "19900702", None),
        ("1884299999001", "19884200", Sex.MALE),
        ("1882099999001", "19880000", Sex.MALE),
        ("8880799999001", "19880702", Sex.FEMALE),
        ("5880799999001", "19880702", None),
    ],
    ids=["own", "month unknown", "another month", "another year", "lunar", "pseudo month", "provisional", "no sex"],
)
def test_a_number_is_the_person_s_own_where_year_and_month_agree(body: str, birth: str, sex: Sex | None) -> None:
    assert cards.own_sex(Identity("A", "B", birth, nir(body))) is sex


def test_the_number_tells_homonyms_born_the_same_day_apart() -> None:
    qualified, other = file(1, matricule=ROSE.nir), file(2)
    assert cards.matches(ROSE, [other, qualified], TODAY) == (qualified,)
    assert cards.matches(ROSE, [file(3), other], TODAY) == (file(3), other)


@pytest.mark.parametrize(
    "known",
    [
        file(family_name="Tilleul"),
        file(family_name="MARTIN", used_name="TILLEUL"),
        file(first_name="ANNE", used_first_name="Rose"),
        file(first_name="ROSE", birth_names="ROSE EGLANTINE"),
        file(sex=Sex.UNDETERMINED),
        file(birth_date=dt.date(1988, 12, 31), birth_date_uncertain=True),
        file(birth_date=dt.date(1988, 7, 1), birth_date_uncertain=True),
    ],
    ids=["accents and case", "used name", "used first name", "birth names", "sex unknown", "by year", "by month"],
)
def test_the_same_person_is_found_by_traits(known: Patient) -> None:
    assert cards.matches(ROSE, [known], TODAY) == (known,)


@pytest.mark.parametrize(
    "known",
    [
        file(family_name="TILLEUL-ROSAT"),
        file(first_name="ROSETTE"),
        file(birth_date=dt.date(1988, 7, 3)),
        file(birth_date=dt.date(1988, 12, 31)),
        file(birth_date=dt.date(1987, 12, 31), birth_date_uncertain=True),
        file(sex=Sex.MALE),
    ],
    ids=["family", "first", "day", "31 December", "another year", "sex"],
)
def test_another_person_is_not_taken_for_them(known: Patient) -> None:
    assert cards.matches(ROSE, [known], TODAY) == ()


def test_who_shares_a_name_and_the_day_is_to_be_compared() -> None:
    near, far = file(1, first_name="ROSETTE"), file(2, first_name="ROSETTE", family_name="MARTIN")
    assert cards.alike(ROSE, [near, far], TODAY) == (near,)


def test_a_creation_begins_with_the_traits_and_without_the_number() -> None:
    draft = cards.draft_of(Identity("L’Été-Brun", "Aïcha Zoé", "19850000", nir("2850099999001")), TODAY)
    assert (draft.family_name, draft.first_name) == ("L'ETE-BRUN", "AICHA")
    assert (draft.birth_date, draft.birth_date_uncertain) == (dt.date(1985, 12, 31), True)
    assert draft.sex is Sex.FEMALE


def test_the_people_of_the_public_test_sets_are_known() -> None:
    known = trial_people()
    assert cards.is_test_person(Identity("DE VINCI", "LEONARDO", "20140201", ""), known)
    assert cards.is_test_person(Identity("D’AEION", "COEUR", "19870125", ""), known)
    assert not cards.is_test_person(ROSE, known)
    assert not cards.is_test_person(Identity("CORSE", "ANTHONY", "19800303", ""), known)


def test_the_numbers_of_the_demonstration_belong_to_nobody() -> None:
    numbers = {
        person.nir
        for card in sandbox.read().cards
        for person in card.people
        if person.nir and person.nir[5:10] != "99999"
    }
    assert numbers == {"279035121518989"}, "the published example of the ANS, and numbers of a place that is none"
