"""What the thesaurus, the treatment and the allergies say of a sale is told at its own level, with its source."""

from __future__ import annotations

import datetime as dt

import pytest

from app.kernel.outcome import Severity
from app.officine.safety.model import Constraint, Coverage, Interaction, Level, SafetyCase, Taken
from app.officine.safety.names import installed_names
from app.officine.safety.rules import applying, check
from app.officine.safety.service import actives
from app.officine.safety.source import levels_of

SOURCE = "thésaurus ANSM, octobre 2020"


def taken(code: str, *substances: str, line: str = "", group: str | None = None, label: str = "") -> Taken:
    since = None if line else dt.date(2026, 10, 12)
    return Taken(code, label or f"PRODUIT {code}", actives(substances), line, since, group)


def case(
    *lines: Taken, past: tuple[Taken, ...] = (), found: tuple[Interaction, ...] = (), **more: object
) -> SafetyCase:
    names = installed_names()
    values: dict[str, object] = {
        "coverage": Coverage.READY,
        "source": SOURCE,
        "interactions": found,
        "allergens": names.allergens,
        "idle_words": names.idle,
    }
    return SafetyCase(lines=lines, treatment=past, **(values | more))  # type: ignore[arg-type]


def between(first: str, second: str, level: Level, text: str = "") -> Interaction:
    return Interaction(first, second, (Constraint(level, text),), "Le mécanisme.")


WARFARINE, MICONAZOLE = taken("A", "WARFARINE SODIQUE", line="1"), taken("B", "MICONAZOLE", line="2")


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("level", "code", "severity"),
    [
        (Level.CONTRAINDICATED, "GAL-SEC-10", Severity.WARNING),
        (Level.ADVISED_AGAINST, "GAL-SEC-11", Severity.WARNING),
        (Level.PRECAUTION, "GAL-SEC-12", Severity.INFO),
        (Level.NOTED, "GAL-SEC-13", Severity.INFO),
    ],
)
def test_each_level_is_told_with_its_mechanism_its_conduct_and_its_dated_source(
    level: Level, code: str, severity: Severity
) -> None:
    found = check(case(WARFARINE, MICONAZOLE, found=(between("WARFARINE", "MICONAZOLE", level, "La conduite"),)))
    assert [(item.code, item.severity, item.subject) for item in found] == [(code, severity, "2")]
    assert "WARFARINE SODIQUE" in found[0].text
    assert found[0].advice == f"Le mécanisme. La conduite. Source\u00a0: WARFARINE / MICONAZOLE, {SOURCE}."


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize("ends", [("Warfarine", "Miconazole"), ("Miconazole", "Warfarine")])
def test_an_interaction_is_found_in_both_directions(ends: tuple[str, str]) -> None:
    found = (between(*ends, Level.CONTRAINDICATED),)
    assert [item.code for item in check(case(WARFARINE, MICONAZOLE, found=found))] == ["GAL-SEC-10"]
    assert [item.code for item in check(case(MICONAZOLE, WARFARINE, found=found))] == ["GAL-SEC-10"]


@pytest.mark.req("OFF-SCOPE-03")
def test_a_substance_interacts_by_its_classes_and_the_strictest_level_is_told_once() -> None:
    found = (
        between("ANTICOAGULANTS ORAUX", "MICONAZOLE", Level.NOTED),
        between("ANTIVITAMINES K", "MICONAZOLE", Level.CONTRAINDICATED),
    )
    classes = {"warfarine": frozenset({"antivitamines k", "anticoagulants oraux"})}
    assert [item.code for item in check(case(WARFARINE, MICONAZOLE, found=found, classes=classes))] == ["GAL-SEC-10"]
    assert not check(case(WARFARINE, MICONAZOLE, found=found))


@pytest.mark.req("OFF-SCOPE-03")
def test_the_treatment_under_way_counts_but_not_against_itself() -> None:
    found = (between("WARFARINE", "MICONAZOLE", Level.CONTRAINDICATED),)
    past = (taken("P", "FLUINDIONE"), taken("A", "WARFARINE"))
    told = check(case(MICONAZOLE, past=past, found=found))
    assert [item.code for item in told] == ["GAL-SEC-10"]
    assert "délivré le 12/10/2026" in told[0].text
    assert not check(case(taken("Z", "AMOXICILLINE", line="1"), past=(*past, taken("B", "MICONAZOLE")), found=found))


@pytest.mark.req("OFF-SCOPE-03")
def test_a_product_of_two_substances_does_not_clash_with_itself() -> None:
    found = (between("TRAMADOL", "PARACETAMOL", Level.NOTED),)
    both = taken("A", "TRAMADOL", "PARACÉTAMOL", line="1")
    assert not check(case(both, past=(taken("A", "TRAMADOL", "PARACÉTAMOL"),), found=found))


@pytest.mark.req("OFF-SCOPE-03")
def test_a_level_kept_for_other_substances_gives_way_and_is_still_told() -> None:
    sedatives = Interaction(
        "MÉDICAMENTS SÉDATIFS",
        "AUTRES MÉDICAMENTS SÉDATIFS",
        (
            Constraint(Level.CONTRAINDICATED, "entre l'oxybate de sodium et les opiacés", ("oxybate de sodium",)),
            Constraint(Level.NOTED, "pour tous les autres"),
        ),
    )
    assert applying(sedatives, ("morphine", "zolpidem")).level is Level.NOTED
    assert applying(sedatives, ("morphine", "oxybate de sodium")).level is Level.CONTRAINDICATED
    both = frozenset({"medicaments sedatifs", "autres medicaments sedatifs"})
    lines = taken("A", "SULFATE DE MORPHINE", line="1"), taken("B", "TARTRATE DE ZOLPIDEM", line="2")
    told = check(case(*lines, found=(sedatives,), classes={"morphine": both, "zolpidem": both}))
    assert [item.code for item in told] == ["GAL-SEC-13"]
    assert "Contre-indication : entre l'oxybate" in told[0].advice.replace("\u00a0", " ")


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("CONTRE-INDICATION", (Level.CONTRAINDICATED,)),
        ("Association DECONSEILLEE", (Level.ADVISED_AGAINST,)),
        ("Précaution d’emploi", (Level.PRECAUTION,)),
        ("Il convient de prendre en compte", (Level.NOTED,)),
        ("CI - ASDEC", (Level.CONTRAINDICATED, Level.ADVISED_AGAINST)),
        ("CONTRE-INDICATION\nPrécaution d'emploi", (Level.CONTRAINDICATED, Level.PRECAUTION)),
        ("ASDEC - APEC", (Level.ADVISED_AGAINST, Level.NOTED)),
    ],
)
def test_combined_levels_are_split(text: str, levels: tuple[Level, ...]) -> None:
    assert levels_of(text) == levels


@pytest.mark.parametrize("text", ["", "Niveau 4", "CI - on verra", "-"])
def test_an_unknown_level_is_no_level(text: str) -> None:
    with pytest.raises(ValueError, match="niveau inconnu"):
        levels_of(text)


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("SULFATE DE MORPHINE", "morphine"),
        ("WARFARINE SODIQUE", "warfarine"),
        ("OXYCODONE (CHLORHYDRATE D')", "oxycodone"),
        ("SODIUM (VALPROATE DE)", "acide valproique"),
        ("DL-LYSINE (ACÉTYLSALICYLATE DE)", "acide acetylsalicylique"),
        ("BÉSILATE D'AMLODIPINE", "amlodipine"),
        ("Paracétamol", "paracetamol"),
        ("sulfate", "sulfate"),
    ],
)
def test_a_salt_is_known_by_its_substance(name: str, key: str) -> None:
    assert installed_names().key(name) == key


@pytest.mark.req("OFF-SCOPE-03")
def test_one_substance_in_two_products_is_to_be_confirmed() -> None:
    one, two = taken("A", "PARACÉTAMOL", line="1"), taken("B", "PARACÉTAMOL", "CODÉINE", line="2")
    assert [(item.code, item.severity) for item in check(case(one, two))] == [("GAL-SEC-20", Severity.WARNING)]
    assert not check(case(one, taken("A", "PARACÉTAMOL", line="2")))


@pytest.mark.req("OFF-SCOPE-03")
def test_a_substance_of_the_treatment_is_told_unless_it_is_the_same_treatment_renewed() -> None:
    line = taken("A", "RAMIPRIL", line="1", group="G1")
    past = taken("B", "RAMIPRIL", group="G2")
    assert [(item.code, item.severity) for item in check(case(line, past=(past,)))] == [("GAL-SEC-21", Severity.INFO)]
    assert not check(case(line, past=(taken("B", "RAMIPRIL", group="G1"), taken("A", "RAMIPRIL"))))


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("allergies", "substance", "told"),
    [
        ("Pénicilline (urticaire, 2009)", "AMOXICILLINE TRIHYDRATÉE", True),
        ("pénicillines", "AMOXICILLINE", True),
        ("Aspirine", "ACIDE ACÉTYLSALICYLIQUE", True),
        ("Iode ; fruits à coque", "POVIDONE IODÉE", True),
        ("AMOXICILLINE", "AMOXICILLINE", True),
        ("Pénicilline", "AZITHROMYCINE", False),
        ("acide", "ACIDE FOLIQUE", False),
        ("sodium", "SODIUM (ALGINATE DE)", False),
        ("", "AMOXICILLINE", False),
        (" ;;(), ", "AMOXICILLINE", False),
        ("💊" * 50, "AMOXICILLINE", False),
    ],
)
def test_a_recorded_allergy_is_told_by_its_words(allergies: str, substance: str, told: bool) -> None:
    found = check(case(taken("A", substance, line="1", label="BOÎTE"), allergies=allergies))
    assert [item.code for item in found] == ["GAL-SEC-30"] * told


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("coverage", "codes"),
    [
        (Coverage.ABSENT, ["GAL-SEC-40"]),
        (Coverage.OFF, ["GAL-SEC-41"]),
        (Coverage.LOST, ["GAL-SEC-42"]),
        (Coverage.UNWIRED, []),
        (Coverage.READY, []),
    ],
)
def test_what_is_not_checked_is_said_once(coverage: Coverage, codes: list[str]) -> None:
    assert [item.code for item in check(case(WARFARINE, MICONAZOLE, coverage=coverage))] == codes
    assert not check(case(taken("C", line="1"), coverage=Coverage.ABSENT))


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("ACÉTYLSALICYLIQUE (ACIDE)", "ACIDE ACÉTYLSALICYLIQUE"),
        ("NIFLUMIQUE (ACIDE)", "ACIDE NIFLUMIQUE"),
        ("ALENDRONIQUE (ACIDE)", "ACIDE ALENDRONIQUE"),
        ("SODIUM (OXYBATE DE)", "OXYBATE DE SODIUM"),
    ],
)
def test_both_ways_in_which_the_catalogue_writes_a_substance_are_one(written: str, known: str) -> None:
    names = installed_names()
    assert names.key(written) == names.key(known)
    found = (between(names.key(known), "CLOPIDOGREL", Level.ADVISED_AGAINST),)
    lines = (taken("A", written, line="1"), taken("B", "CLOPIDOGREL", line="2"))
    assert [item.code for item in check(case(*lines, found=found))] == ["GAL-SEC-11"]


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("allergy", "substance"),
    [
        ("AINS", "IBUPROFÈNE"),
        ("anti-inflammatoires", "KÉTOPROFÈNE"),
        ("bêta-lactamines", "AMOXICILLINE"),
        ("aspirine", "ACÉTYLSALICYLIQUE (ACIDE)"),
    ],
)
def test_an_allergy_is_known_by_the_words_of_the_trade(allergy: str, substance: str) -> None:
    found = check(case(taken("A", substance, line="1"), allergies=allergy))
    assert [item.code for item in found] == ["GAL-SEC-30"]
    assert check(case(taken("A", "PARACÉTAMOL", line="1"), allergies=allergy)) == []


@pytest.mark.req("OFF-SCOPE-03")
def test_two_salts_of_sodium_are_no_double_and_two_of_potassium_are() -> None:
    sodium = (taken("A", "CHLORURE DE SODIUM", line="1"), taken("B", "CITRATE DE SODIUM", line="2"))
    assert check(case(*sodium)) == []
    potassium = (taken("A", "CHLORURE DE POTASSIUM", line="1"), taken("B", "CITRATE DE POTASSIUM", line="2"))
    assert [item.code for item in check(case(*potassium))] == ["GAL-SEC-20"]
