"""A patient's file is accepted, warned of or refused for reasons that a person can act on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from app.kernel.outcome import Severity, is_refused
from app.officine.patients import rules
from app.officine.patients.model import Coverage, IdentityStatus, Patient, PatientDraft, Sex

TODAY = dt.date(2026, 11, 23)
DRAFT = PatientDraft(
    family_name="VERVEINE",
    first_name="JEANNE",
    birth_date=dt.date(1981, 5, 1),
    sex=Sex.FEMALE,
    birth_place="63220",
)


def patient(draft: PatientDraft = DRAFT, status: IdentityStatus = IdentityStatus.PROVISIONAL) -> Patient:
    shared = {name: getattr(draft, name) for name in PatientDraft.__dataclass_fields__}
    ins = ("275126322074974", "1.2.250.1.213.1.4.10") if status.holds_ins else (None, None)
    return Patient(
        **shared, id=7, status=status, attributes=frozenset(), matricule=ins[0], oid=ins[1], version=1
    )  # fmt: skip


def codes(draft: PatientDraft) -> set[str]:
    kept, findings = rules.normalized(draft)
    return {finding.code for finding in [*findings, *rules.check(kept, TODAY)]}


@pytest.mark.req("INS-05")
def test_the_five_traits_are_enough() -> None:
    assert codes(DRAFT) == set()


@pytest.mark.req("INS-05")
@pytest.mark.parametrize(
    ("change", "subject"),
    [
        ({"family_name": "  "}, "family_name"),
        ({"first_name": ""}, "first_name"),
        ({"birth_date": None}, "birth_date"),
        ({"sex": None}, "sex"),
    ],
)
def test_a_missing_trait_is_refused(change: dict[str, Any], subject: str) -> None:
    findings = rules.check(rules.normalized(replace(DRAFT, **change))[0], TODAY)
    assert [(finding.code, finding.subject) for finding in findings] == [("GAL-PAT-05", subject)]


def test_an_unknown_birth_place_is_only_a_warning() -> None:
    findings = rules.check(replace(DRAFT, birth_place=""), TODAY)
    assert [finding.code for finding in findings] == ["GAL-PAT-08"]
    assert not is_refused(findings)


@pytest.mark.parametrize("place", ["63220", "2A020", "2b020", "97610", "99352", "99999"])
def test_birth_places_of_the_official_code(place: str) -> None:
    assert "GAL-PAT-09" not in codes(replace(DRAFT, birth_place=place))


@pytest.mark.parametrize("place", ["6322", "632200", "2C020", "PARIS", "7505É", "63 22"])
def test_what_is_no_place_code_is_refused(place: str) -> None:
    assert "GAL-PAT-09" in codes(replace(DRAFT, birth_place=place))


@pytest.mark.req("INS-11")
@pytest.mark.parametrize("date", [dt.date(2026, 11, 24), dt.date(1880, 1, 1), dt.date(1, 1, 1)])
def test_a_birth_date_to_come_or_of_another_age_is_refused(date: dt.date) -> None:
    assert codes(replace(DRAFT, birth_date=date)) == {"GAL-PAT-06"}


def test_the_first_name_is_taken_from_the_list_when_it_is_not_given() -> None:
    kept, _ = rules.normalized(replace(DRAFT, first_name="", birth_names="Jeanne Rose"))
    assert (kept.first_name, kept.birth_names) == ("JEANNE", "JEANNE ROSE")


@pytest.mark.req("INS-08")
def test_used_names_are_never_filled_from_the_birth_names() -> None:
    kept, _ = rules.normalized(DRAFT)
    assert (kept.used_name, kept.used_first_name) == ("", "")


@pytest.mark.parametrize(
    "change",
    [
        {"phone": "appeler"},
        {"phone": "0" * 31},
        {"email": "jeanne"},
        {"email": "a@b.fr\r\nBcc: c@d.fr"},
        {"address_line": "1 rue\x00du Thym"},
        {"address_line": "x" * 300},
        {"city": "x" * 101},
        {"allergies": "x" * 2001},
        {"coverage": Coverage(exemption="other")},
        {"coverage": Coverage(amc="half")},
    ],
)
def test_contact_and_coverage_are_checked(change: dict[str, Any]) -> None:
    assert codes(replace(DRAFT, **change)) & {"GAL-PAT-10", "GAL-PAT-15"}


def test_free_text_of_allergies_may_hold_anything_printable() -> None:
    assert codes(replace(DRAFT, allergies="Pénicilline ; « arachide » 🥜\nœuf")) == set()


@pytest.mark.req("INS-17a")
def test_a_query_is_a_date_and_beginnings_in_any_order() -> None:
    query = rules.read_query("jea 01/05/1981 VERV", TODAY)
    assert [period.first for period in query.periods] == [dt.date(1981, 5, 1)]
    assert set(query.prefixes) == {"jea", "verv"}


@pytest.mark.req("INS-17d")
@pytest.mark.parametrize(("typed", "looked_up"), [
    ("275126322074974", "275126322074974"),
    ("2 75 12 63 220 749 74", "275126322074974"),
    ("297022a02077878", "297022A02077878"),
    ("275126322074975", ""),
    ("2751263220749", ""),
])  # fmt: skip
def test_a_matricule_is_looked_up_only_with_its_right_key(typed: str, looked_up: str) -> None:
    assert rules.read_query(typed, TODAY).matricule == looked_up


@pytest.mark.req("INS-17e")
def test_a_name_is_known_by_its_words_and_by_its_words_joined() -> None:
    kept, _ = rules.normalized(replace(DRAFT, family_name="D’Été--Brun", used_name="", first_name="Léo"))
    assert rules.search_words(kept) == {"d", "ete", "brun", "detebrun", "etebrun", "leo"}


def test_a_query_of_too_many_words_keeps_the_longest() -> None:
    query = rules.read_query(" ".join("abcdefghij"[:length] * length for length in range(1, 11)), TODAY)
    assert len(query.prefixes) <= rules.MAX_WORDS


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "'", "🙂", "\x00", "--", '"*"'])
def test_a_query_without_a_letter_asks_nothing(typed: str) -> None:
    assert rules.read_query(typed, TODAY).is_empty


@pytest.mark.req("INS-20")
@pytest.mark.parametrize("status", [IdentityStatus.QUALIFIED, IdentityStatus.RETRIEVED, IdentityStatus.VALIDATED])
def test_strict_traits_are_locked_once_the_identity_is_more_than_provisoire(status: IdentityStatus) -> None:
    known = patient(status=status)
    assert is_refused(rules.locked_traits(known, replace(DRAFT, family_name="AUTRE")))
    assert not rules.locked_traits(known, replace(DRAFT, used_name="AUTRE", phone="0102030405"))


def test_strict_traits_of_a_provisoire_identity_are_free() -> None:
    assert not rules.locked_traits(patient(), replace(DRAFT, family_name="AUTRE"))


def test_a_possible_duplicate_is_a_warning_that_names_the_file() -> None:
    typed = replace(DRAFT, family_name="THYM")
    findings = rules.duplicates(typed, [patient()])
    assert [(finding.severity, finding.subject) for finding in findings] == [(Severity.WARNING, "7")]
    assert "VERVEINE" in findings[0].text
    assert not rules.duplicates(replace(typed, first_name="ROSE"), [patient()])


@pytest.mark.parametrize(
    ("on", "age"), [(dt.date(1999, 4, 30), 17), (dt.date(1999, 5, 1), 18), (dt.date(1980, 1, 1), 0)]
)
def test_age_in_whole_years(on: dt.date, age: int) -> None:
    assert patient().age(on) == age
    assert patient().is_minor(on) is (age < 18)


def test_a_leap_day_child_is_one_year_older_on_the_first_of_march() -> None:
    born = patient(replace(DRAFT, birth_date=dt.date(2008, 2, 29)))
    assert (born.age(dt.date(2026, 2, 28)), born.age(dt.date(2026, 3, 1))) == (17, 18)


def test_the_display_name_is_the_one_by_which_the_patient_is_called() -> None:
    assert patient().display_name == "VERVEINE Jeanne"
    called = patient(replace(DRAFT, first_name="MARIE-L'OR", used_name="D'ARNICA"))
    assert called.display_name == "D'ARNICA Marie-L'Or"
    assert called.birth_name == "VERVEINE Marie-L'Or"
