"""A patient is found by birth date and by the beginnings of any of their names, whatever is typed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.outcome import Done
from app.officine.patients.model import PatientDraft, Sex
from app.officine.patients.service import FictitiousFile, Patients
from app.officine.staff.service import Staff

if TYPE_CHECKING:
    from app.store.audit import Actor
    from app.store.database import Database

PEOPLE = (
    ("D'ÉTÉ--BRUN", "Léo", "Léo Marc-Antoine", "1985-01-17", "L’Hermine", "Loulou"),
    ("VERVEINE", "Jeanne", "Jeanne Rose", "1981-05-01", "", ""),
    ("VERVEINE", "Jeanne", "", "1981-05-01", "", ""),
    ("VERVEINETTE", "Jean", "", "1920-05-12", "", ""),
    ("THYM", "Rose", "", "2020-05-12", "VERVEINE", ""),
    ("MELISSE", "Ambre", "", "1981-05-30", "", ""),
)


def draft(person: tuple[str, ...]) -> PatientDraft:
    family, first, names, born, used, used_first = person
    return PatientDraft(
        family_name=family,
        first_name=first,
        birth_names=names,
        birth_date=dt.date.fromisoformat(born),
        sex=Sex.FEMALE,
        birth_place="63220",
        used_name=used,
        used_first_name=used_first,
    )


@pytest.fixture
def patients(database: Database, actor: Actor) -> Patients:
    service = Patients(database, Staff(database))
    outcome = service.load_fictitious([FictitiousFile(draft=draft(person)) for person in PEOPLE], actor)
    assert isinstance(outcome, Done)
    return service


def found(patients: Patients, typed: str) -> list[str]:
    return [f"{patient.family_name} {patient.first_name}" for patient in patients.search(typed)]


LEO = "D'ETE--BRUN LEO"


@pytest.mark.req("INS-17a")
@pytest.mark.parametrize(
    "typed",
    [
        "17/01/1985",
        "170185",
        "17 janvier 1985",
        "1985-01-17",
        "17/01/1985 ete",
        "17/01/1985 bru leo",
        "her 17/01/1985",
        "lou 17.01.1985",
        "ANT 17011985",
        "01/1985 lé",
        "1985 bru",
    ],
)
def test_found_by_birth_date_and_letters_of_any_name(patients: Patients, typed: str) -> None:
    assert found(patients, typed) == [LEO]


@pytest.mark.req("INS-17e")
@pytest.mark.parametrize(
    "typed",
    [
        "D'ETE--BRUN",
        "d’été-brun",
        "d ete brun",
        "DETE BRUN",
        "detebrun",
        "ete",
        "brun",
        "leo d'ete",
        "bru lé",
        "l'hermine",
        "lhermine",
        "hermine léo",
        "loulou",
        "marc-antoine",
        "marcantoine",
        "antoine brun hermine loulou",
    ],
)
def test_found_with_or_without_signs_and_accents_in_any_order(patients: Patients, typed: str) -> None:
    assert found(patients, typed) == [LEO]


def test_whole_names_come_before_longer_ones_and_homonyms_are_all_there(patients: Patients) -> None:
    names = found(patients, "verveine")
    assert names[-1] == "VERVEINETTE JEAN"
    assert sorted(names[:-1]) == ["THYM ROSE", "VERVEINE JEANNE", "VERVEINE JEANNE"]
    assert len(patients.search("verveine", limit=2)) == 2


def test_a_month_or_a_year_alone(patients: Patients) -> None:
    assert found(patients, "05/1981") == ["MELISSE AMBRE", "VERVEINE JEANNE", "VERVEINE JEANNE"]
    assert found(patients, "1981 mel") == ["MELISSE AMBRE"]


def test_two_digits_of_a_year_look_in_both_centuries(patients: Patients) -> None:
    assert found(patients, "12/05/20") == ["THYM ROSE", "VERVEINETTE JEAN"]


@pytest.mark.parametrize("typed", ["rose thym verveine", "verveine thym"])
def test_each_word_must_begin_a_name_of_the_same_patient(patients: Patients, typed: str) -> None:
    assert found(patients, typed) == ["THYM ROSE"]


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    "typed",
    [
        "%", "_", "'", "' OR 1=1 --", "ver%ine", "ver_eine", "🙂", "🙂 🙂", "\x00", "a" * 300, "é" * 300, "* NEAR *",
        '"verveine" OR thym zzz', "verveine; DROP TABLE patient", "{", "zzz", "verveine zzz", "31/02/1981", "99/99/99",
        "verveine " * 40 + "zzz", "SELECT", "\\", "\ud800",
    ],
)  # fmt: skip
def test_any_text_is_an_ordinary_query_that_finds_nobody(patients: Patients, typed: str) -> None:
    assert patients.search(typed) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(typed=st.text(max_size=80))
def test_no_text_makes_the_search_fail(patients: Patients, typed: str) -> None:
    assert len(patients.search(typed)) <= len(PEOPLE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    rank=st.integers(min_value=0, max_value=len(PEOPLE) - 1),
    picks=st.lists(st.tuples(st.sampled_from([0, 1, 4, 5]), st.integers(min_value=1, max_value=3)), max_size=3),
    dated=st.booleans(),
)
def test_whoever_is_known_is_found_by_any_three_letters_and_the_date(
    patients: Patients, rank: int, picks: list[tuple[int, int]], *, dated: bool
) -> None:
    person = PEOPLE[rank]
    letters = [person[field].replace("’", " ")[:length] for field, length in picks if person[field]]
    typed = " ".join([*letters, person[3]] if dated or not letters else letters)
    assert any(
        (patient.family_name, patient.birth_date.isoformat())
        == (person[0].replace("É", "E"), person[3])
        for patient in patients.search(typed)
    )  # fmt: skip
