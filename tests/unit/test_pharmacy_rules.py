"""Is what a pharmacy says of itself looked at as the head of its papers needs it?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.kernel.outcome import Severity, is_refused
from app.officine.pharmacy import rules
from app.officine.pharmacy.model import PharmacyFacts

WHOLE = PharmacyFacts(
    name="Pharmacie du Marché",
    finess="630000016",
    address_line="3 place du Marché",
    postal_code="63000",
    city="Clermont-Essai",
    phone="01 99 00 11 22",
)


def said(**changed: str) -> list[tuple[str, str]]:
    return [(one.code, one.subject) for one in rules.check(rules.tidy(replace(WHOLE, **changed)))]


def test_a_pharmacy_that_is_whole_has_nothing_to_be_said_of() -> None:
    assert said() == []
    assert said(phone="") == []
    assert said(phone="+33199001122") == []
    assert said(finess="2A0000014") == [], "the letter of Corsica takes part in no key of digits"


@pytest.mark.parametrize("name", ["name", "finess", "address_line", "postal_code", "city"])
def test_what_papers_must_bear_is_asked_for(name: str) -> None:
    assert said(**{name: "  "}) == [("GAL-OFF-10", name)]
    assert not replace(WHOLE, **{name: ""}).is_complete
    assert WHOLE.is_complete


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("name", "P" * 101, "GAL-OFF-11"),
        ("name", "Pharma\u202ecie", "GAL-OFF-12"),
        ("city", "Clermont\x07", "GAL-OFF-12"),
        ("finess", "63000001", "GAL-OFF-13"),
        ("finess", "63000001X", "GAL-OFF-13"),
        ("finess", "6300000160", "GAL-OFF-11"),
        ("postal_code", "6300", "GAL-OFF-14"),
        ("phone", "01 99", "GAL-OFF-15"),
        ("phone", "poste 12", "GAL-OFF-15"),
    ],
)
def test_each_defect_is_said_at_its_field(field: str, typed: str, code: str) -> None:
    assert said(**{field: typed}) == [(code, field)]


def test_a_doubtful_key_is_told_and_refuses_nothing() -> None:
    (finding,) = rules.check(replace(WHOLE, finess="630000017"))
    assert (finding.code, finding.severity) == ("GAL-OFF-16", Severity.WARNING)
    assert not is_refused([finding])


def test_what_is_typed_loosely_is_put_in_order() -> None:
    typed = replace(WHOLE, name="  Pharmacie   du Marché ", finess="63 000 001 6", phone="01.99-00 11/22")
    assert rules.tidy(typed) == WHOLE
    assert rules.tidy(replace(WHOLE, finess="2a0000014")).finess == "2A0000014"
