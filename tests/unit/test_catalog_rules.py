"""The conditions of a medicine say on which list it is, and how it may be prescribed and supplied."""

from __future__ import annotations

import datetime as dt

import pytest

from app.officine.catalog import rules, vat
from app.officine.catalog.model import ListClass, PrescriptionLimit

SECURED = "prescription en toutes lettres sur ordonnance sécurisée"


@pytest.mark.req("OFF-CAT-04")
@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (["liste I"], ListClass.LIST_1),
        (["liste II"], ListClass.LIST_2),
        (["liste I", "stupéfiants", SECURED], ListClass.NARCOTIC),
        (["liste I", SECURED], ListClass.ASSIMILATED),
        (["prescription sur ordonnance sécurisée", "liste I"], ListClass.ASSIMILATED),
        ([SECURED], None),
        (["liste II", SECURED], ListClass.LIST_2),
        (["liste I", "liste II"], ListClass.LIST_1),
        ([], None),
    ],
)
def test_the_strictest_list_is_kept(conditions: list[str], expected: ListClass | None) -> None:
    assert rules.list_class(conditions) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("réservé à l'usage HOSPITALIER", True),
        ("réservé à l’usage HOSPITALIER", True),
        ("délivrance réservée aux pharmacies à usage intérieur", True),
        ("prescription hospitalière", False),
    ],
)
def test_a_hospital_medicine_is_known_whatever_the_apostrophe(text: str, expected: bool) -> None:
    assert rules.is_hospital_only([text]) is expected


def test_the_shortest_limit_of_prescription_counts() -> None:
    found = rules.prescription_limit(["prescription limitée à 12 semaines", "prescription limitée à 4 semaines"])
    assert found == PrescriptionLimit(4, "semaine")
    assert rules.prescription_limit(["liste I"]) is None
    assert rules.prescription_limit(["prescription limitée à 7 jours ou 28 jours"]) == PrescriptionLimit(7, "jour")


def test_a_fractioned_supply_has_its_days() -> None:
    assert rules.fraction_days(["délivrance fractionnée de 14 jours"]) == 14
    assert rules.fraction_days(["stupéfiants"]) is None


@pytest.mark.parametrize("day", [dt.date(2020, 1, 1), dt.date(2026, 11, 23)])
def test_a_reimbursable_medicine_bears_the_reduced_rate(day: dt.date) -> None:
    assert vat.medicine_rate(day, reduced=True).hundredths == 210
    assert vat.medicine_rate(day, reduced=False).hundredths == 1000
