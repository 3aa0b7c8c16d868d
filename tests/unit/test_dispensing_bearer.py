"""Who collects a stupéfiant: what is written of them, read back, and asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.kernel.outcome import Severity
from app.officine.catalog.model import ListClass
from app.officine.dispensing import bearer, rules
from app.officine.dispensing.bearer import Bearer, read_bearer, typed_bearer
from tests.unit.test_dispensing_rules import PATIENT, PRESCRIBER, listed, ordonnance, situation


@pytest.mark.parametrize(
    "one",
    [
        Bearer(),
        Bearer("TESTUN Amandine"),
        Bearer("TESTUN Amandine", "8 chemin du Houx, 63999 Saint-Galien"),
        Bearer("TESTUN Amandine", "8 chemin du Houx, 63999 Saint-Galien", "CNI 12AB"),
        Bearer("TESTUN Amandine", "", "connu"),
    ],
)
def test_a_bearer_is_read_back_as_written(one: Bearer) -> None:
    assert read_bearer(one.text) == one


def test_what_is_typed_holds_on_one_line_of_the_register() -> None:
    one = typed_bearer(" DURAND,\n Léa " + "x" * 200, "  3 rue\tdes Lilas ", "y" * 90)
    assert one.name.startswith("DURAND Léa x")
    assert "," not in one.name
    assert one.address == "3 rue des Lilas"
    assert len(one.text) <= 300
    assert read_bearer(one.text) == one


def found(list_class: ListClass, text: str, *, owed: int = 0) -> dict[str, Severity]:
    known = situation(listed(list_class), prescription=ordonnance(), patient=PATIENT, prescriber=PRESCRIBER)
    lines = tuple(replace(line, owed=owed) for line in known.session.lines)
    session = replace(known.session, bearer=text, lines=lines)
    findings = rules.check(replace(known, session=session))
    return {one.code: one.severity for one in findings if one.code.startswith("GAL-ORD-1")}


@pytest.mark.req("OFF-REG-05")
def test_a_stupefiant_leaves_with_a_bearer_who_has_a_name_and_an_address() -> None:
    """R.5132-35: name and address of the bearer where not the patient; the identity where unknown."""
    narcotic = ListClass.NARCOTIC
    assert found(narcotic, "") == {bearer.PATIENT_HIMSELF: Severity.INFO}
    assert found(narcotic, Bearer("", "", "CNI 1").text) == {bearer.NO_NAME: Severity.ERROR}
    assert found(narcotic, "DURAND Léa") == {bearer.NO_ADDRESS: Severity.ERROR}
    assert found(narcotic, "DURAND Léa, 3 rue des Lilas") == {bearer.NO_IDENTITY: Severity.WARNING}
    assert found(narcotic, Bearer("DURAND Léa", "3 rue des Lilas", "connu").text) == {}


def test_nothing_is_asked_where_no_stupefiant_leaves() -> None:
    assert found(ListClass.LIST_1, "DURAND Léa") == {}
    assert found(ListClass.NARCOTIC, "DURAND Léa", owed=1) == {}
