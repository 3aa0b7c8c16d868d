"""Age, class, recorded allergies, overlap, and what could not be checked: each told once, with its source."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.kernel.errors import InputDefect
from app.kernel.outcome import Severity
from app.kernel.text import fold
from app.officine.safety import ages, unchecked
from app.officine.safety.csvfile import read_ages, read_atc
from app.officine.safety.data import doubles, duration, families
from app.officine.safety.model import (
    AgeLimit,
    Allergy,
    AllergyKind,
    AtcRow,
    Constraint,
    Coverage,
    Interaction,
    Level,
    Person,
    Recorded,
    SafetyCase,
    TableState,
    Taken,
)
from app.officine.safety.names import installed_names
from app.officine.safety.rules import check
from app.officine.safety.service import actives
from app.officine.safety.source import read_folder

TODAY = dt.date(2026, 11, 23)
DAY = dt.date(2020, 1, 1)
LOADED = TableState(1, DAY, DAY)
GROWN_UP = Person(480, 480)
NOBODY_SAID = Recorded()
NONE_KNOWN = Recorded((), Allergy(1, AllergyKind.NONE, "", "Aucune", "", DAY, "Camille Durand"))


def taken(code: str, *substances: str, line: str = "", **more: object) -> Taken:
    values: dict[str, object] = {"cis": f"6000000{code[-1]}"} | more
    since = None if line else dt.date(2026, 10, 12)
    return Taken(code, f"PRODUIT {code}, comprimé", actives(substances), line, since, **values)  # type: ignore[arg-type]


def case(*lines: Taken, past: tuple[Taken, ...] = (), **more: object) -> SafetyCase:
    names = installed_names()
    values: dict[str, object] = {
        "coverage": Coverage.READY,
        "source": "thésaurus ANSM, octobre 2020",
        "allergens": names.allergens,
        "idle_words": names.idle,
        "today": TODAY,
        "person": GROWN_UP,
        "recorded": NONE_KNOWN,
        "age_table": LOADED,
        "atc_table": LOADED,
    }
    return SafetyCase(lines=lines, treatment=past, **(values | more))  # type: ignore[arg-type]


def codes(of: SafetyCase) -> list[str]:
    return [finding.code for finding in check(of)]


# --- Ages -------------------------------------------------------------------------------------------------------------


def limit(subject: str = "codeine", first: int | None = 144, last: int | None = None, **more: object) -> AgeLimit:
    values: dict[str, object] = {"serious": True, "text": "Contre-indiqué", "source": "RCP", "dated": DAY}
    return AgeLimit(subject, first, last, **(values | more))  # type: ignore[arg-type]


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("born", "on", "months"),
    [
        (dt.date(2014, 11, 23), TODAY, 144),
        (dt.date(2014, 11, 24), TODAY, 143),
        (dt.date(2026, 10, 31), dt.date(2026, 11, 30), 1),
        (dt.date(2024, 2, 29), dt.date(2026, 2, 28), 24),
        (dt.date(2024, 2, 29), dt.date(2026, 2, 27), 23),
        (TODAY, TODAY, 0),
        (TODAY + dt.timedelta(days=1), TODAY, None),
        (dt.date(1870, 1, 1), TODAY, None),
    ],
)
def test_the_age_is_that_of_the_day_of_the_delivery(born: dt.date, on: dt.date, months: int | None) -> None:
    assert ages.person(born, on) == Person(months, months)


@pytest.mark.req("OFF-SCOPE-03")
def test_a_birth_date_completed_by_the_rule_gives_two_ages() -> None:
    assert ages.person(dt.date(2014, 12, 31), TODAY, uncertain=True) == Person(142, 154)
    assert ages.person(dt.date(2014, 11, 1), TODAY, uncertain=True) == Person(143, 144)


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("months", "own", "expected"),
    [
        (143, limit(), ["GAL-SEC-35"]),
        (144, limit(), []),
        (143, limit(serious=False), ["GAL-SEC-36"]),
        (911, limit(first=None, last=911), []),
        (912, limit(first=None, last=911), ["GAL-SEC-35"]),
        (143, limit("60000001", route="orale"), ["GAL-SEC-35"]),
        (143, limit("60000001", route="rectale"), ["GAL-SEC-47"]),
        (143, limit("tramadol"), ["GAL-SEC-47"]),
    ],
)
def test_outside_of_its_limits_a_product_is_told_with_the_rule_and_its_source(
    months: int, own: AgeLimit, expected: list[str]
) -> None:
    line = taken("1", "PHOSPHATE DE CODÉINE", line="1", routes=("orale",))
    known = {"codeine": frozenset({"morphiniques"})}
    found = check(case(line, person=Person(months, months), ages={own.subject: (own,)}, classes=known, asked=True))
    assert [finding.code for finding in found] == expected
    if expected in (["GAL-SEC-35"], ["GAL-SEC-36"]):
        assert "Source\u00a0: RCP, 01/01/2020." in found[0].advice
        assert found[0].severity is (Severity.WARNING if own.serious else Severity.INFO)


@pytest.mark.req("OFF-SCOPE-03")
def test_the_limits_of_a_product_hold_before_those_of_its_substances_and_the_strictest_is_told() -> None:
    line = taken("1", "CODÉINE", line="1")
    known = {"codeine": frozenset({"morphiniques"})}
    both = {"codeine": (limit(),), "60000001": (limit("60000001", first=None, last=1200),)}
    assert codes(case(line, person=Person(143, 143), ages=both, classes=known)) == []
    two = {"codeine": (limit(serious=False, first=216), limit())}
    assert codes(case(line, person=Person(143, 143), ages=two, classes=known)) == ["GAL-SEC-35"]


@pytest.mark.req("OFF-SCOPE-03")
def test_an_uncertain_birth_date_accuses_only_where_both_ages_are_outside() -> None:
    line, known = taken("1", "CODÉINE", line="1"), {"codeine": frozenset({"morphiniques"})}
    own = {"codeine": (limit(),)}
    assert codes(case(line, person=Person(120, 132), ages=own, classes=known)) == ["GAL-SEC-35"]
    assert codes(case(line, person=Person(140, 150), ages=own, classes=known, asked=True)) == ["GAL-SEC-47"]
    assert codes(case(line, person=Person(144, 155), ages=own, classes=known)) == []


# --- Two of one class -------------------------------------------------------------------------------------------------

AINS = "anti inflammatoires non steroidiens"
NSAIDS = {"ibuprofene": frozenset({AINS}), "ketoprofene": frozenset({AINS})}


@pytest.mark.req("OFF-SCOPE-03")
def test_two_products_of_one_class_are_told_in_the_sale_and_with_the_treatment() -> None:
    one, two = taken("1", "IBUPROFÈNE", line="1"), taken("2", "KÉTOPROFÈNE", line="2")
    found = check(case(one, two, classes=NSAIDS))
    assert [(item.code, item.severity, item.subject) for item in found] == [("GAL-SEC-22", Severity.WARNING, "2")]
    assert "AINS" in found[0].text
    assert "thésaurus ANSM, octobre 2020" in found[0].advice
    with_past = check(case(two, past=(replace(one, line_id="", since=DAY),), classes=NSAIDS))
    assert [(item.code, item.severity) for item in with_past] == [("GAL-SEC-23", Severity.INFO)]
    assert "délivré le 01/01/2020" in with_past[0].text


@pytest.mark.req("OFF-SCOPE-03")
def test_what_is_told_already_is_no_double_of_class_too() -> None:
    one, two = taken("1", "IBUPROFÈNE", line="1"), taken("2", "KÉTOPROFÈNE", line="2")
    clash = Interaction(AINS, AINS, (Constraint(Level.ADVISED_AGAINST),))
    assert codes(case(one, two, classes=NSAIDS, interactions=(clash,))) == ["GAL-SEC-11"]
    same = taken("2", "IBUPROFÈNE", line="2")
    assert codes(case(one, same, classes=NSAIDS)) == ["GAL-SEC-20"]
    renewed = taken("3", "KÉTOPROFÈNE", group_id="G")
    assert codes(case(replace(two, group_id="G"), past=(renewed,), classes=NSAIDS)) == []


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("routes", "expected"), [(("cutanée",), []), ((), ["GAL-SEC-22"]), (("orale",), ["GAL-SEC-22"])]
)
def test_a_gel_beside_a_tablet_is_no_double(routes: tuple[str, ...], expected: list[str]) -> None:
    one, two = taken("1", "IBUPROFÈNE", line="1"), taken("2", "KÉTOPROFÈNE", line="2", routes=routes)
    assert codes(case(one, two, classes=NSAIDS)) == expected


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        ("C09AA05", "C09AA02", True),
        ("C09AA05", "C09CA01", False),
        ("N06AX11", "N06AX16", False),
        ("A10AB04", "A10AB05", False),
        ("J07BB02", "J07BB01", False),
    ],
)
def test_one_atc_subgroup_of_level_4_is_one_class(mine: str, theirs: str, told: bool) -> None:
    one, two = taken("1", "A", line="1", atc=mine), taken("2", "B", line="2")
    rows = {"60000002": AtcRow("60000002", theirs, "Notre table", DAY)}
    assert ("GAL-SEC-22" in codes(case(one, two, atc=rows))) is told
    by_substance = {"b": AtcRow("b", theirs, "Notre table", DAY)}
    assert ("GAL-SEC-22" in codes(case(one, two, atc=by_substance))) is told
    mixed = taken("2", "B", "C", line="2")
    assert "GAL-SEC-22" not in codes(case(one, mixed, atc=by_substance))


def test_every_class_of_our_table_is_one_of_the_thesaurus(ansm_dir: Path) -> None:
    known = {fold(name) for own in read_folder(ansm_dir).classes.values() for name in own}
    assert set(doubles().classes) <= known
    assert set(families()) <= set(installed_names().allergens)
    assert all(own <= known for own in installed_names().classes.values())


# --- Allergies --------------------------------------------------------------------------------------------------------


def allergy(kind: AllergyKind, key: str, reaction: str = "") -> Recorded:
    return Recorded((Allergy(7, kind, key, key.capitalize(), reaction, DAY, "Camille Durand"),))


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("recorded", "told"),
    [
        (allergy(AllergyKind.SUBSTANCE, "amoxicilline"), True),
        (allergy(AllergyKind.SUBSTANCE, "cefixime"), False),
        (allergy(AllergyKind.FAMILY, "penicilline"), True),
        (allergy(AllergyKind.FAMILY, "macrolide"), False),
        (allergy(AllergyKind.CLASS, "antibiotiques"), True),
        (allergy(AllergyKind.CLASS, "statines"), False),
        (NONE_KNOWN, False),
    ],
)
def test_a_recorded_allergy_is_matched_exactly(recorded: Recorded, told: bool) -> None:
    line = taken("1", "AMOXICILLINE TRIHYDRATÉE", line="1")
    known = {"amoxicilline": frozenset({"antibiotiques"})}
    assert (codes(case(line, recorded=recorded, classes=known, ages={"60000001": (limit("60000001"),)}))) == (
        ["GAL-SEC-31"] if told else []
    )


@pytest.mark.req("OFF-SCOPE-03")
def test_a_recorded_allergy_says_its_reaction_its_date_and_who_noted_it_and_is_not_told_twice() -> None:
    line, known = taken("1", "AMOXICILLINE", line="1"), {"amoxicilline": frozenset[str]()}
    own = allergy(AllergyKind.SUBSTANCE, "amoxicilline", "urticaire")
    found = check(case(line, recorded=own, classes=known, allergies="Pénicilline", age_table=None))
    assert [item.code for item in found] == ["GAL-SEC-31"]
    assert "(urticaire)" in found[0].text
    assert "noté le 01/01/2020 par Camille Durand" in found[0].advice


# --- Days left --------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(("left", "told"), [(7, False), (8, True), (-3, False), (None, False)])
def test_a_treatment_renewed_too_early_says_until_when_it_lasts(left: int | None, told: bool) -> None:
    until = None if left is None else TODAY + dt.timedelta(days=left)
    line, known = taken("1", "RAMIPRIL", line="1", group_id="G"), {"ramipril": frozenset[str]()}
    for past in (taken("1", "RAMIPRIL", until=until), taken("2", "RAMIPRIL", until=until, group_id="G")):
        found = check(case(line, past=(past,), classes=known, ages={"ramipril": (limit("ramipril", 0),)}))
        assert [item.code for item in found] == ["GAL-SEC-24"] * told
        assert all("jusqu’au 01/12/2026" in item.text and item.severity is Severity.INFO for item in found)
    assert duration("early_renewal_days").source


# --- What could not be checked ----------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCOPE-03")
def test_each_reason_for_which_nothing_was_checked_is_told_once_with_its_products() -> None:
    lines = [taken(str(number), "INCONNUE", line=str(number)) for number in range(1, 9)]
    found = check(case(*lines, taken("9", line="9"), asked=True))
    told = {item.code: item for item in found if item.severity is Severity.INFO}
    assert len(told) == len([item for item in found if item.severity is Severity.INFO])
    assert "PRODUIT 9." in told["GAL-SEC-43"].text
    assert "PRODUIT 1 (INCONNUE)" in told["GAL-SEC-44"].text
    assert "et 2 autres" in told["GAL-SEC-44"].text
    assert all(not item.subject for item in told.values())


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"person": None, "recorded": None}, "GAL-SEC-47"),
        ({"person": Person(None, None)}, "GAL-SEC-47"),
        ({"recorded": NOBODY_SAID}, "GAL-SEC-48"),
    ],
)
def test_an_empty_table_or_a_silent_file_is_said(more: dict[str, object], code: str) -> None:
    line = taken("1", "RAMIPRIL", line="1")
    values = {"classes": {"ramipril": frozenset[str]()}, "ages": {"ramipril": (limit("ramipril", 0),)}, "asked": True}
    assert codes(case(line, **values)) == []
    assert codes(case(line, **(values | more))) == [code]
    assert codes(case(replace(line, cis=None), **(values | more))) == []


@pytest.mark.req("OFF-SCOPE-03")
def test_a_table_that_was_never_loaded_is_no_finding_of_each_sale() -> None:
    line = taken("1", "RAMIPRIL", line="1")
    values = {"classes": {"ramipril": frozenset[str]()}, "ages": {"ramipril": (limit("ramipril", 0),)}, "asked": True}
    assert codes(case(line, **values, age_table=None, atc_table=None)) == []
    both = unchecked.missing_tables(ages=False, atc=False)
    assert both is not None
    assert both.code == "GAL-SEC-45"
    assert "limites d’âge et classes ATC" in both.text
    one = unchecked.missing_tables(ages=True, atc=False)
    assert one is not None
    assert "âge" not in one.text
    assert unchecked.missing_tables(ages=True, atc=True) is None


@pytest.mark.req("OFF-SCOPE-03")
def test_a_free_text_of_allergies_is_no_silent_file() -> None:
    line = taken("1", "RAMIPRIL", line="1")
    values = {"classes": {"ramipril": frozenset[str]()}, "ages": {"ramipril": (limit("ramipril", 0),)}, "asked": True}
    assert codes(case(line, recorded=NOBODY_SAID, allergies="aucune", **values)) == []


# --- The files --------------------------------------------------------------------------------------------------------

HEAD = "cible;age_min;age_max;gravite;texte;source;date;voie\n"


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ","])
def test_a_file_of_ages_is_read_as_spreadsheets_write_it(encoding: str, separator: str) -> None:
    text = (
        HEAD
        + "Codéine;12 ans;;motif;Contre-indiqué;ANSM;2013-06-28;orale\n60000001;3 mois;75 ans;info;Âge;RCP;1/2/2024;\n"
    )
    rows, bad = read_ages(text.replace(";", separator).encode(encoding))
    assert bad == ()
    assert rows == (
        limit(source="ANSM", dated=dt.date(2013, 6, 28), route="orale"),
        limit("60000001", 3, 911, serious=False, text="Âge", dated=dt.date(2024, 2, 1)),
    )


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("codéine;;;motif;t;s;2020-01-01;", "ni âge"),
        ("codéine;douze;;motif;t;s;2020-01-01;", "un âge s’écrit"),
        ("codéine;12 ans;3 ans;motif;t;s;2020-01-01;", "précède"),
        ("codéine;900 ans;;motif;t;s;2020-01-01;", "impossible"),
        ("codéine;12 ans;;grave;t;s;2020-01-01;", "gravité"),
        ("codéine;12 ans;;motif;;s;2020-01-01;", "« texte »"),
        ("codéine;12 ans;;motif;t;s;2020-13-01;", "la date"),
        ("codéine;12 ans;;motif;t;s;;", "la date"),
        ("123;12 ans;;motif;t;s;2020-01-01;", "huit chiffres"),
        (";12 ans;;motif;t;s;2020-01-01;", "« cible »"),
        ("codéine", "ni âge"),
        ("codéine;-3 ans;;motif;t;s;2020-01-01;", ""),
    ],
)
def test_a_bad_line_is_left_out_with_its_number_and_its_reason(line: str, reason: str) -> None:
    rows, bad = read_ages((HEAD + line + "\nramipril;18 ans;;info;t;s;2020-01-01;\n").encode())
    if reason:
        assert [(item.line, reason in item.reason.replace("\u00a0", " ")) for item in bad] == [(2, True)]
        assert len(rows) == 1


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!DOCTYPE html><html><body>Erreur 404</body></html>",
        b'{"cible": 1}',
        bytes(range(256)) * 40,
        b"cible;atc\n1;2\n",
        HEAD.replace("source", "cible").encode(),
        (HEAD + '"' + "x" * 400_000).encode(),
    ],
    ids=["empty", "html", "json", "binary", "columns", "twice", "field"],
)
def test_what_is_no_such_table_is_refused(content: bytes) -> None:
    with pytest.raises(InputDefect) as refused:
        read_ages(content)
    assert refused.value.code == "GAL-SEC-05"


@pytest.mark.req("OFF-SCOPE-03")
def test_atc_codes_are_read_and_checked() -> None:
    lines = ("60000001;c09aa05;BDPM;2026-05-25", "ramipril;C09;x;2026-05-25", "60000001;C09AA05;x;2026-05-25")
    rows, bad = read_atc("\n".join(("cible;atc;source;date", *lines)).encode())
    assert rows == (AtcRow("60000001", "C09AA05", "BDPM", dt.date(2026, 5, 25)),)
    assert [item.line for item in bad] == [3, 4]


def test_every_table_of_ours_has_a_date_and_a_source() -> None:
    folder = Path(__file__).resolve().parents[2] / "resources" / "safety"
    for name in ("doubles.json", "families.json"):
        data = json.loads((folder / name).read_text(encoding="utf-8"))
        assert dt.date.fromisoformat(data["date"])
        assert data["source"]
    for row in json.loads((folder / "durations.json").read_text(encoding="utf-8"))["rows"]:
        assert dt.date.fromisoformat(row["date"])
        assert row["source"]
