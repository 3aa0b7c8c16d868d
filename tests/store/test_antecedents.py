"""Before a file is created, whoever may already be known is found: by birth date first, then three letters at most."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.kernel.errors import InputDefect
from app.kernel.outcome import Done, Refused
from app.officine.patients.model import Attribute, IdentityStatus, PatientDraft, Sex
from app.officine.patients.service import FictitiousFile, Patients
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of

if TYPE_CHECKING:
    from app.store.audit import Actor
    from app.store.database import Database

LEO = PatientDraft(
    family_name="D'ÉTÉ--BRUN",
    first_name="Léo",
    birth_names="Léo Marc-Antoine",
    birth_date=dt.date(1985, 1, 17),
    sex=Sex.MALE,
    birth_place="63220",
    used_name="L’Hermine",
    used_first_name="Loulou",
)
ZOE = replace(LEO, family_name="ADRUN", first_name="Zoé", birth_names="", used_name="", used_first_name="")
YVONNE = replace(
    ZOE, family_name="THYM", first_name="Yvonne", birth_date=dt.date(1985, 12, 31), birth_date_uncertain=True
)
FICTIVE = replace(ZOE, family_name="X", first_name="Inconnue")


@pytest.fixture
def patients(database: Database, actor: Actor) -> Patients:
    service = Patients(database, Staff(database))
    files = [
        FictitiousFile(draft=LEO),
        FictitiousFile(
            draft=ZOE, status=IdentityStatus.QUALIFIED, matricule="275126322074974", oid="1.2.250.1.213.1.4.8"
        ),
        FictitiousFile(draft=YVONNE),
        FictitiousFile(draft=FICTIVE, attributes=frozenset({Attribute.FICTITIOUS})),
    ]
    assert isinstance(service.load_fictitious(files, actor), Done)
    return service


def found(patients: Patients, typed: str) -> list[str]:
    outcome = patients.antecedents(typed)
    assert isinstance(outcome, Done), outcome
    return [patient.first_name for patient in outcome.value]


def refused(patients: Patients, typed: str) -> str:
    outcome = patients.antecedents(typed)
    assert isinstance(outcome, Refused), outcome
    return outcome.findings[0].code


@pytest.mark.req("INS-17a", "SC.INS.06.LGO")
@pytest.mark.parametrize("typed", ["17/01/1985", "170185", "1985-01-17", "17 janvier 1985"])
def test_a_birth_date_alone_gives_everyone_born_that_day(patients: Patients, typed: str) -> None:
    assert found(patients, typed) == ["ZOE", "LEO", "YVONNE", "INCONNUE"]


def test_a_file_known_by_its_year_answers_to_every_day_of_it(patients: Patients) -> None:
    assert "YVONNE" in found(patients, "03/08/1985")
    assert found(patients, "03/08/1984") == []


def test_a_date_known_in_part_finds_the_whole_of_it(patients: Patients) -> None:
    assert "LEO" in found(patients, "01/1985")
    assert "LEO" in found(patients, "1985")
    assert found(patients, "02/1985") == ["YVONNE"]


@pytest.mark.req("INS-17b", "INS-17c")
@pytest.mark.parametrize("letters", ["ete", "bru", "her", "leo", "mar", "ant", "lou"])
def test_three_letters_of_any_name_of_birth_or_of_use(patients: Patients, letters: str) -> None:
    assert found(patients, f"17/01/1985 {letters}") == ["LEO"]


@pytest.mark.parametrize("misspelt", ["brune", "brunet", "BRUNSWICK", "leonard"])
def test_more_than_three_letters_ask_no_more_than_three(patients: Patients, misspelt: str) -> None:
    """A name misspelt after its beginning is still found."""
    assert found(patients, f"17/01/1985 {misspelt}") == ["LEO"]


@pytest.mark.req("INS-17e")
@pytest.mark.parametrize("typed", ["d'é", "d’ete", "ETE", "bru", "d-ete", "d--ete", "marc-a", "marca"])
def test_signs_and_accents_count_for_nothing(patients: Patients, typed: str) -> None:
    assert found(patients, f"170185 {typed}") == ["LEO"]


def test_without_a_date_the_search_says_what_it_needs(patients: Patients) -> None:
    assert refused(patients, "brun leo") == "GAL-PAT-30"
    assert refused(patients, "") == "GAL-PAT-30"


@pytest.mark.req("INS-17d")
@pytest.mark.parametrize("typed", ["275126322074974", "2 75 12 63 220 749 74"])
def test_a_matricule_with_its_key_is_looked_up(patients: Patients, typed: str) -> None:
    assert found(patients, typed) == ["ZOE"]


@pytest.mark.req("INS-17d")
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("275126322074975", "GAL-PAT-32"),
        ("2751263220749", "GAL-PAT-31"),
        ("27512632207497", "GAL-PAT-31"),
        ("2751263220749740", "GAL-PAT-31"),
        ("297022A0207787", "GAL-PAT-31"),
        ("297022A02077879", "GAL-PAT-32"),
    ],
)
def test_a_matricule_without_its_key_or_with_a_wrong_one_is_refused(patients: Patients, typed: str, code: str) -> None:
    assert refused(patients, typed) == code


def test_who_may_not_read_files_finds_nobody(patients: Patients, database: Database, actor: Actor) -> None:
    staff = Staff(database)
    added = staff.add_all([MemberDraft(family_name="GENET", given_name="Luc", role=Role.STOCK)], actor)
    assert isinstance(added, Done)
    with pytest.raises(InputDefect):
        patients.antecedents("17/01/1985", actor_of(added.value[0], "reserve"))


@pytest.mark.parametrize(
    "typed", ["%", "17/01/1985 %", "17/01/1985 _", "17/01/1985 '; --", "\x00 17/01/1985", "é" * 500]
)
def test_any_text_is_legal(patients: Patients, typed: str) -> None:
    patients.antecedents(typed)
