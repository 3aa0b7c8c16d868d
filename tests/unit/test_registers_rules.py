"""How many units does a box hold, what derives from blood, what is a month, how long is a register kept?"""

from __future__ import annotations

import datetime as dt
import re

import pytest

from app.officine.registers import rules
from app.officine.registers.data import derived_table, retention_of, retentions
from app.officine.registers.model import EntryKind


@pytest.mark.req("OFF-REG-01")
@pytest.mark.parametrize(
    ("presentation", "units"),
    [
        ("plaquette(s) PVC-Aluminium de 14 gélule(s)", 14),
        ("plaquette(s) thermoformée(s) PVC PVDC aluminium de 14  gélule(s)", 14),
        ("28 plaquette(s) PVC PVDC aluminium avec fermeture de sécurité enfant de 1 comprimé(s)", 28),
        ("5 sachet(s) polytéréphtalate (PET) aluminium de 1 dispositif(s) avec système de récupération", 5),
        ("10 ampoule(s) en verre de 10 ml", 10),
        ("5 ampoules en verre de 1 mL", 5),
        ("70 récipient(s) unidose(s) en verre brun de 3,75 ml avec fermeture de sécurité enfant", 70),
        ("1 flacon(s) polyéthylène haute densité (PEHD) avec fermeture de sécurité enfant de 28 gélule(s)", 28),
        ("1 flacon(s) compte-gouttes en verre brun de 20 ml avec fermeture de sécurité enfant", None),
        ("28 plaquette(s) thermoformée(s) PVC PVDC aluminium pour délivrance à l'unité", None),
        ("1 flacon(s) brun de 180 ml + 1 dispositif de mesure gradué pour un dosage de 1,5 g à 4,5 g", None),
        ("10 flacon(s) en verre", None),
        ("", None),
    ],
)
def test_units_are_read_in_the_presentation_or_asked_for(presentation: str, units: int | None) -> None:
    assert rules.units_of(presentation).count == units


@pytest.mark.req("OFF-REG-07")
@pytest.mark.parametrize(
    ("substance", "derived"),
    [
        ("IMMUNOGLOBULINE HUMAINE NORMALE (PLASMATIQUE)", True),
        ("ALBUMINE HUMAINE", True),
        ("FACTEUR VIII DE COAGULATION HUMAIN ", True),
        ("FIBRINOGÈNE HUMAIN ", True),
        ("INHIBITEUR DE LA C1 ESTÉRASE HUMAIN ", True),
        ("IMMUNOGLOBULINE DE LAPIN ANTI-LYMPHOCYTE T HUMAIN ", False),
        ("IMMUNOGLOBULINE ÉQUINE ANTI-LYMPHOCYTE T HUMAIN ", False),
        ("AMOXICILLINE", False),
        ("INSULINE HUMAINE", False),
        ("ALBUMINE HUMAINE IODÉE [125 I] ", False),
    ],
)
def test_substances_derived_from_human_blood(substance: str, *, derived: bool) -> None:
    assert rules.is_derived([substance], derived_table().rows) is derived


@pytest.mark.req("OFF-REG-05")
def test_a_month_and_its_neighbours() -> None:
    assert rules.month_bounds("2026-12") == (dt.date(2026, 12, 1), dt.date(2027, 1, 1))
    assert rules.month_before("2026-01") == "2025-12"
    assert rules.month_after("2025-12") == "2026-01"
    assert rules.month_name("2026-08") == "août 2026"
    assert [rules.month_bounds(text) for text in ("2026-13", "2026-1", "", "0000-01", "9999-12")] == [None] * 5


@pytest.mark.req("OFF-REG-05")
def test_the_balance_is_the_sum_of_its_parts_whatever_the_order_of_the_entries() -> None:
    within = {
        ("A", EntryKind.RECEIPT): 28,
        ("A", EntryKind.DELIVERY): -14,
        ("A", EntryKind.THEFT): -7,
        ("A", EntryKind.RETURN): -7,
        ("A", EntryKind.INVENTORY): 1,
        ("A", EntryKind.CLOSING): 0,
    }
    (line, other) = rules.balance_lines({"A": "a", "B": "b"}, {"A": 10, "B": 3}, within)
    assert line.closing == 10 + sum(within.values())
    assert (line.exits, line.lost, line.adjusted) == (21, 7, 1)
    assert (other.opening, other.closing) == (3, 3)


@pytest.mark.req("OFF-REG-09")
def test_the_law_s_durations_are_in_the_table_with_their_sources() -> None:
    years = {one.register: one.years for one in retentions()}
    assert (years["ordonnancier"], years["stupefiants"], years["copies"], years["derives"]) == (10, 10, 3, 40)
    assert years["usage_professionnel"] == 10
    assert years["interventions"] == 10
    assert "Choix de Galien" in retention_of("interventions").source
    assert all(one.source for one in retentions())
    with pytest.raises(KeyError):
        retention_of("autre")


@pytest.mark.req("OFF-REG-06")
def test_an_article_that_no_source_of_ours_quotes_is_marked_as_to_be_verified() -> None:
    quoted = {"R.5132-10", "R.5132-35", "R.5121-186", "R.5121-195", "R.5125-45"}
    sources = [*(row.source for row in retentions()), derived_table().source]
    for source in sources:
        cited = set(re.findall(r"[LRD]\.\d[\d-]*\d", source))
        assert cited <= quoted or "à vérifier" in source, source
    assert {row.years for row in retentions() if row.register == "derives"} == {40}
