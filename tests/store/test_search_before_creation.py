"""Before a file is created, those who may already be the same person are found, by date of birth then by letters."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.kernel.outcome import Done, Refused
from app.officine.patients.model import IdentityStatus, PatientDraft, Sex
from app.officine.patients.service import FictitiousFile, Patients
from app.officine.staff.service import Staff

if TYPE_CHECKING:
    from app.officine.patients.model import Patient
    from app.store.audit import Actor
    from app.store.database import Database

MATRICULE = "297022A02077878"
BORN = dt.date(1985, 1, 17)
LEO = PatientDraft(
    family_name="D'ÉTÉ--BRUN",
    first_name="Léo",
    birth_names="Léo Marc-Antoine",
    birth_date=BORN,
    sex=Sex.MALE,
    birth_place="63113",
    used_name="L’Hermine",
    used_first_name="Loulou",
)
ANNA = replace(
    LEO, family_name="SAUGE", first_name="ANNA", birth_names="ANNA", sex=Sex.FEMALE, used_name="", used_first_name=""
)
YEAR_ONLY = replace(
    ANNA, family_name="THYM", first_name="ROSE", birth_names="", birth_date=dt.date(1985, 12, 31),
    birth_date_uncertain=True,
)  # fmt: skip
LATER = replace(ANNA, family_name="MELISSE", birth_date=dt.date(1985, 2, 3))
LAST_DAY = replace(ANNA, family_name="BASILIC", birth_date=dt.date(1985, 12, 31))


@pytest.fixture
def patients(database: Database, actor: Actor) -> Patients:
    service = Patients(database, Staff(database))
    known = FictitiousFile(
        draft=replace(ANNA, family_name="ADRTROIS", first_name="DOMINIQUE", birth_names="", birth_date=BORN),
        status=IdentityStatus.QUALIFIED,
        matricule=MATRICULE,
        oid="1.2.250.1.213.1.4.10",
    )
    files = [FictitiousFile(draft=one) for one in (LEO, ANNA, YEAR_ONLY, LATER, LAST_DAY)]
    assert isinstance(service.load_fictitious([*files, known], actor), Done)
    return service


def found(patients: Patients, born: str, letters: str = "") -> list[str]:
    outcome = patients.search_identity(born, letters)
    assert isinstance(outcome, Done), outcome
    return [patient.family_name for patient in outcome.value]


def codes(outcome: Done[list[Patient]] | Done[Patient] | Refused) -> list[str]:
    return [finding.code for finding in outcome.findings]


@pytest.mark.req("INS-17a")
@pytest.mark.parametrize("born", ["17/01/1985", "170185", "17 janvier 1985", "1985-01-17"])
def test_the_date_alone_gives_all_who_were_born_that_day(patients: Patients, born: str) -> None:
    """And the file of which only the year was known, kept under the last day of that year."""
    assert found(patients, born) == ["ADRTROIS", "D'ETE--BRUN", "SAUGE", "THYM"]


@pytest.mark.req("INS-17a")
def test_a_date_that_is_whole_in_the_file_is_not_taken_for_a_year(patients: Patients) -> None:
    assert "BASILIC" not in found(patients, "17/01/1985")
    assert found(patients, "31/12/1985") == ["BASILIC", "THYM"]


@pytest.mark.req("INS-17a")
def test_a_part_of_the_date_gives_all_of_the_month_or_of_the_year(patients: Patients) -> None:
    assert found(patients, "02/1985") == found(patients, "février 1985") == ["MELISSE"]
    assert found(patients, "1985") == ["ADRTROIS", "BASILIC", "D'ETE--BRUN", "MELISSE", "SAUGE", "THYM"]


@pytest.mark.req("INS-17b")
@pytest.mark.parametrize("letters", ["d'é", "ete", "bru", "her", "LHE", "l"])
def test_the_letters_begin_the_birth_name_or_the_used_name(patients: Patients, letters: str) -> None:
    assert found(patients, "17/01/1985", letters) == ["D'ETE--BRUN"]


@pytest.mark.req("INS-17c")
@pytest.mark.parametrize("letters", ["lé", "LEO", "mar", "ant", "lou"])
def test_the_letters_begin_the_first_name_one_of_the_list_or_the_used_one(patients: Patients, letters: str) -> None:
    assert found(patients, "1985", letters) == ["D'ETE--BRUN"]


@pytest.mark.req("INS-17e")
@pytest.mark.parametrize("letters", ["e-b", "e--b"])
def test_signs_and_accents_count_for_nothing(patients: Patients, actor: Actor, letters: str) -> None:
    """Typed and absent from the base, in the base and not typed, doubled, apostrophe, accent."""
    made = patients.create(replace(ANNA, family_name="E--BENE", first_name="ZOE", birth_names=""), actor)
    assert isinstance(made, Done)
    made = patients.create(replace(ANNA, family_name="EBENISTE", first_name="IRIS", birth_names=""), actor)
    assert isinstance(made, Done)
    assert found(patients, "17/01/1985", letters) == ["E--BENE", "EBENISTE"]
    assert found(patients, "17/01/1985", "ébé") == ["E--BENE", "EBENISTE"]
    assert found(patients, "17/01/1985", "e'b") == ["E--BENE", "EBENISTE"]
    assert found(patients, "17/01/1985", "det") == ["D'ETE--BRUN"]


@pytest.mark.req("INS-17d")
def test_a_matricule_is_looked_up_with_its_right_key_only(patients: Patients) -> None:
    assert found(patients, MATRICULE) == ["ADRTROIS"]
    assert found(patients, "2 97 02 2A 020 778 78") == ["ADRTROIS"]
    wrong, short = patients.search_identity(MATRICULE[:-1] + "9"), patients.search_identity(MATRICULE[:13])
    assert isinstance(wrong, Refused)
    assert isinstance(short, Refused)
    assert (codes(wrong), codes(short)) == (["GAL-PAT-33"], ["GAL-PAT-34"])


@pytest.mark.req("INS-17a")
@pytest.mark.parametrize(
    ("born", "letters", "code"),
    [
        ("", "", "GAL-PAT-31"),
        ("", "mar", "GAL-PAT-31"),
        ("sauge", "", "GAL-PAT-31"),
        ("17/01/1985 sauge", "", "GAL-PAT-31"),
        ("32/01/1985", "", "GAL-PAT-31"),
        ("17/13/1985", "", "GAL-PAT-31"),
        ("17/01/1985", "saug", "GAL-PAT-32"),
    ],
)
def test_without_a_date_or_with_too_many_letters_it_is_no_such_search(
    patients: Patients, born: str, letters: str, code: str
) -> None:
    outcome = patients.search_identity(born, letters)
    assert isinstance(outcome, Refused)
    assert codes(outcome) == [code]


@pytest.mark.req("INS-17a")
def test_where_too_many_answer_it_is_said(patients: Patients, actor: Actor) -> None:
    many = [
        FictitiousFile(draft=replace(ANNA, family_name=f"OSIER {chr(65 + n // 26)}{chr(65 + n % 26)}"))
        for n in range(101)
    ]
    assert isinstance(patients.load_fictitious(many, actor), Done)
    outcome = patients.search_identity("17/01/1985")
    assert isinstance(outcome, Done)
    assert len(outcome.value) == 100
    assert codes(outcome) == ["GAL-PAT-35"]
    assert found(patients, "17/01/1985", "thy") == ["THYM"]


@pytest.mark.req("INS-17a")
def test_a_creation_that_resembles_a_known_file_waits_to_be_confirmed(patients: Patients, actor: Actor) -> None:
    before = patients.count()
    refused = patients.create(ANNA, actor)
    assert isinstance(refused, Refused)
    assert {"GAL-PAT-11", "GAL-PAT-30"} <= set(codes(refused))
    assert patients.count() == before
    made = patients.create(ANNA, actor, confirmed=True)
    assert isinstance(made, Done)
    assert "GAL-PAT-11" in codes(made)
    assert patients.count() == before + 1


@pytest.mark.req("INS-17a")
def test_a_creation_that_resembles_nobody_waits_for_nothing(patients: Patients, actor: Actor) -> None:
    made = patients.create(replace(ANNA, family_name="ORIGAN", first_name="ZELIE", birth_names=""), actor)
    assert isinstance(made, Done)


@pytest.mark.req("INS-05a")
@pytest.mark.parametrize("trait", ["family_name", "first_name", "birth_date", "sex", "birth_place"])
def test_without_one_of_the_five_traits_nothing_is_created(patients: Patients, actor: Actor, trait: str) -> None:
    empty = None if trait in {"birth_date", "sex"} else ""
    before = patients.count()
    draft = replace(ANNA, family_name="ORIGAN", birth_names="")
    refused = patients.create(replace(draft, **{trait: empty}), actor, confirmed=True)  # type: ignore[arg-type]
    assert isinstance(refused, Refused)
    assert [one.subject for one in refused.findings if one.severity == "error"] == [trait]
    assert patients.count() == before


@pytest.mark.req("INS-05a")
@pytest.mark.req("INS-05b")
def test_the_five_traits_are_enough_and_the_place_may_be_unknown(patients: Patients, actor: Actor) -> None:
    draft = PatientDraft(
        family_name="ORIGAN", first_name="ZELIE", birth_date=BORN, sex=Sex.UNDETERMINED, birth_place="99999"
    )
    made = patients.create(draft, actor)
    assert isinstance(made, Done)
    assert (made.value.used_name, made.value.used_first_name, made.value.birth_place) == ("", "", "99999")
