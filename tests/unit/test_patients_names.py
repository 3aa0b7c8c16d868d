"""Names are kept as the national identity writes them, and what is converted is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.outcome import Severity
from app.officine.patients import names


@pytest.mark.req("INS-05")
@pytest.mark.parametrize(
    ("name", "family", "first"),
    [
        ("D'ETE--BRUN", True, False),
        ("DE VINCI", True, True),
        ("PAT-TROIS", True, True),
        ("D'AEION", True, True),
        ("BEN'ALI", True, True),
        ("'T HOEN", True, True),
        ("PIERRE-ALAIN", True, True),
        ("OLA CATARINA BELLA", True, True),
        ("JEAN--MARC", True, False),
        ("MARIE-", False, False),
        ("LOU'", True, False),
        ("-X", False, False),
        ("X  Y", False, False),
        ("D' X", False, False),
        ("A---B", False, False),
        ("été", False, False),
        ("TEST1", False, False),
        ("", False, False),
        ("A" * 100, True, True),
        ("A" * 101, False, False),
    ],
)
def test_the_character_profile_of_names(name: str, *, family: bool, first: bool) -> None:
    assert names.is_family_name(name) is family
    assert names.is_first_name(name) is first


@pytest.mark.req("INS-05")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("éléonore", "ELEONORE"),
        ("d’Été--Brun", "D'ETE--BRUN"),
        ("cœur", "COEUR"),
        ("Lætitia", "LAETITIA"),
        ("weiß", "WEISS"),
        ("Ångström", "ANGSTROM"),
        ("Søren", "SOREN"),
        ("Þór", "THOR"),
        ("Łukasz", "LUKASZ"),
        ("jean‑marc", "JEAN-MARC"),
        ("DE\u00a0VINCI", "DE VINCI"),
        ("e\u0301te\u0301", "ETE"),
        ("  martin ", "MARTIN"),
    ],
)
def test_lower_case_and_accents_are_converted_visibly(typed: str, kept: str) -> None:
    value, findings = names.convert("family_name", typed)
    assert value == kept
    if typed.strip() != kept:
        assert [finding.code for finding in findings] == ["GAL-PAT-01"]
        assert kept in findings[0].text
        assert findings[0].subject == "family_name"


def test_a_name_already_right_gives_nothing_to_say() -> None:
    assert names.convert("family_name", "MARTIN") == ("MARTIN", [])


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("Martin 🙂", "GAL-PAT-02", "🙂"),
        ("Martin2", "GAL-PAT-02", "le chiffre"),
        ("Mar\x00tin", "GAL-PAT-02", "U+0000"),
        ("Mar\ttin", "GAL-PAT-02", "U+0009"),
        ("Mar\u202etin", "GAL-PAT-02", "U+202E"),
        ("Martin_", "GAL-PAT-02", "_"),
        ("100%", "GAL-PAT-02", "1"),
        ("Мартин", "GAL-PAT-02", "М"),
        ("X  Y", "GAL-PAT-03", "X  Y"),
        ("-X", "GAL-PAT-03", "-X"),
        ("a" * 101, "GAL-PAT-04", "100"),
        ("a" * 300, "GAL-PAT-04", "100"),
        ("a" * 100_000, "GAL-PAT-04", "100"),
    ],
)
def test_what_no_name_may_hold_is_refused_with_its_reason(typed: str, code: str, said: str) -> None:
    findings = names.convert("family_name", typed)[1]
    assert [finding.code for finding in findings] == [code]
    assert findings[0].severity is Severity.ERROR
    assert said in findings[0].text


@given(st.text(max_size=400))
def test_any_text_is_either_refused_or_kept_in_the_profile(typed: str) -> None:
    value, findings = names.convert("family_name", typed)
    if not any(finding.severity is Severity.ERROR for finding in findings):
        assert value == "" or names.is_family_name(value)
        assert names.convert("family_name", value) == (value, [])


@pytest.mark.req("INS-06")
@pytest.mark.parametrize(
    ("first", "agrees"),
    [
        ("JEAN", True),
        ("JEAN CHRISTOPHE", True),
        ("JEAN-CHRISTOPHE", True),
        ("JEAN-CHRISTOPHE-PIERRE", True),
        ("JEAN CHRISTOPHE-PIERRE", True),
        ("CHRISTOPHE", False),
        ("PIERRE", False),
        ("JEANNE", False),
    ],
)
def test_the_first_name_begins_the_list(first: str, *, agrees: bool) -> None:
    assert names.first_name_agrees(first, "JEAN CHRISTOPHE PIERRE") is agrees
