"""A place of birth is told by its code, as it was on the day of the birth; the official list enters whole or not."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.cli import frame, main
from app.kernel.outcome import Done, Refused
from app.kernel.text import NBSP
from app.officine.patients import cog_files
from app.officine.patients.cog import Places
from app.officine.patients.identities import Identities
from app.officine.patients.model import PatientDraft, Sex
from app.officine.patients.service import Patients
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.patients.cog_model import LoadedPlaces
    from app.store.audit import Actor
    from app.store.database import Database

DATED = """\
COM,TNCC,NCC,NCCENR,LIBELLE,DATE_DEBUT,DATE_FIN
63220,0,MAZOIRES,Mazoires,Mazoires d’essai,1943-01-01,
01004,1,AMBERIEU,Ambérieu,Ambérieu,1943-01-01,1955-03-31
01004,1,AMBERIEU EN BUGEY,Ambérieu-en-Bugey,Ambérieu-en-Bugey,1955-03-31,
88888,0,SAINT ESSAI,Saint-Essai,Saint-Essai,1943-01-01,2016-01-01
88889,1,ESSAI D UN JOUR,Essai d’un jour,Essai d’un jour,1960-01-01,1960-01-01
"""
YEAR = """\
TYPECOM,COM,REG,DEP,NCC,NCCENR,LIBELLE,COMPARENT
COM,63220,84,63,MAZOIRES,Mazoires,Mazoires sans date,
COM,88900,44,88,NOUVELLE,Nouvelle,L'Isle-Neuve-d’Essai,
COMD,88900,44,88,ANCIENNE,Ancienne,Ancienne,88900
COMD,88901,44,88,DELEGUEE,Déléguée,Déléguée d’Essai,88900
ARM,75111,11,75,PARIS 11,Paris 11,Paris 11e Arrondissement,75056
"""
COUNTRIES = """\
COG,CRPAY,LIBCOG,LIBENR,DATE_DEBUT,DATE_FIN
99352,,Algérie,République algérienne,1962-07-05,
99115,,Tchécoslovaquie,République tchécoslovaque,1943-01-01,1993-01-01
XXXXX,,Territoire sans code,Territoire,1943-01-01,
"""
BORN = dt.date(1980, 5, 12)
DRAFT = PatientDraft(family_name="SAUGE", first_name="ANNA", birth_date=BORN, sex=Sex.FEMALE, birth_place="63220")


@pytest.fixture
def places(database: Database) -> Places:
    return Places(database, Staff(database))


def load(places: Places, actor: Actor, **files: str | bytes) -> LoadedPlaces:
    outcome = places.load(contents(files), actor)
    assert isinstance(outcome, Done), outcome
    return outcome.value


def contents(files: dict[str, str | bytes]) -> list[tuple[str, bytes]]:
    return [(name, text.encode() if isinstance(text, str) else text) for name, text in files.items()]


def labels(places: Places, text: str, born: dt.date | None = None) -> list[str]:
    return [place.label for place in places.search(text, born)]


# --- A code in words --------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-01a")
@pytest.mark.parametrize(
    ("code", "born", "text", "is_known", "holds"),
    [
        ("63220", BORN, f"Mazoires{NBSP}(63)", True, True),
        ("99999", BORN, "Lieu inconnu", True, True),
        ("99352", dt.date(1940, 1, 1), "Algérie", True, True),
        ("99115", dt.date(1999, 1, 1), "Tchécoslovaquie", True, False),
        ("2A004", BORN, f"Ajaccio{NBSP}(2A)", True, True),
        ("2A004", dt.date(1960, 1, 1), f"Ajaccio{NBSP}(2A)", True, False),
        ("20004", dt.date(1960, 1, 1), f"Ajaccio{NBSP}(20)", True, True),
        ("20999", dt.date(1960, 1, 1), "Commune inconnue de la table (Corse)", False, True),
        ("20999", BORN, "Commune inconnue de la table (Corse)", False, False),
        ("91352", dt.date(1955, 1, 1), "Algérie avant 1962 (Alger)", True, True),
        ("92050", dt.date(1955, 1, 1), "Algérie avant 1962 (Oran)", True, True),
        ("92050", BORN, f"Nanterre{NBSP}(92)", True, True),
        ("91228", BORN, f"Évry{NBSP}(91)", True, True),
        ("91228", dt.date(2020, 1, 1), f"Évry-Courcouronnes{NBSP}(91)", True, True),
        ("91228", None, f"Évry-Courcouronnes{NBSP}(91)", True, True),
        ("01154", BORN, f"Étrez{NBSP}(01)", True, True),
        ("01154", dt.date(2019, 1, 1), f"Étrez{NBSP}(01)", True, False),
        ("97411", BORN, f"Saint-Denis{NBSP}(974)", True, True),
        ("97499", BORN, "Commune inconnue de la table (La Réunion)", False, True),
        ("63999", BORN, "Commune inconnue de la table (département 63)", False, True),
        ("99998", BORN, "Pays étranger, code inconnu de la table", False, True),
    ],
)
def test_a_code_is_told_as_it_was_on_the_day_of_the_birth(
    places: Places, code: str, born: dt.date | None, text: str, is_known: bool, holds: bool
) -> None:
    name = places.name(code, born)
    assert (name.text, name.is_known, name.holds) == (text, is_known, holds)


@pytest.mark.req("INS-01a")
def test_places_are_found_by_the_beginning_of_their_name_or_of_their_code(places: Places) -> None:
    assert labels(places, "clermont f") == ["Clermont-Ferrand"]
    assert labels(places, "st etienne") == ["Saint-Étienne"]
    assert labels(places, "paris")[0] == "Paris"
    assert labels(places, "6932") == []
    assert labels(places, "6938")[:2] == ["Lyon 1er Arrondissement", "Lyon 2e Arrondissement"]
    assert labels(places, "lyon")[:3] == ["Lyon", "Lyon 1er Arrondissement", "Lyon 2e Arrondissement"]
    assert labels(places, "alger")[0] == "Algérie"
    assert labels(places, "evry", dt.date(1990, 1, 1))[0] == "Évry"
    assert labels(places, "2a0") == ["Ajaccio"]
    assert labels(places, "") == labels(places, "zzz") == []


# --- The official list ------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-01a")
def test_the_official_list_is_right_where_it_knows_and_ours_stays_beside(places: Places, actor: Actor) -> None:
    loaded = load(places, actor, dated=DATED, year=YEAR, pays=COUNTRIES)
    assert loaded.counts == {"commune": 7, "country": 2}
    assert places.name("63220", BORN).text == f"Mazoires d’essai{NBSP}(63)"
    assert places.name("01004", dt.date(1950, 1, 1)).text == f"Ambérieu{NBSP}(01)"
    assert places.name("01004", dt.date(1955, 3, 31)).text == f"Ambérieu-en-Bugey{NBSP}(01)"
    assert places.name("88888", dt.date(2016, 1, 1)).holds is False
    assert places.name("88888", dt.date(2015, 12, 31)).holds is True
    assert places.name("88889", BORN).is_known is False, "a name that began and ended on one day never held"
    assert places.name("88900", BORN).text == f"L'Isle-Neuve-d’Essai{NBSP}(88)"
    assert places.name("63113", BORN).text == f"Clermont-Ferrand{NBSP}(63)"
    assert labels(places, "isle neu") == ["L'Isle-Neuve-d’Essai"]
    assert labels(places, "mazo") == ["Mazoires d’essai"]
    assert labels(places, "st essai", BORN) == ["Saint-Essai"]


@pytest.mark.req("INS-01a")
def test_an_import_replaces_the_kinds_that_it_has_and_is_traced(
    places: Places, database: Database, actor: Actor
) -> None:
    load(places, actor, dated=DATED, pays=COUNTRIES)
    again = load(places, actor, dated=DATED.replace("Saint-Essai,1943", "Saint-Renommé,1943"))
    assert again.counts == {"commune": 4, "country": 2}
    assert labels(places, "saint renomme") == ["Saint-Renommé"]
    assert labels(places, "saint essai") == []
    loaded = places.loaded()
    assert loaded is not None
    assert loaded.files == ("dated",)
    with database.read() as session:
        told = [json.loads(row.details) for row in session.scalars(select(AuditRow)) if row.action == "places.load"]
    assert [one["before"] for one in told] == [{}, {"commune": 4, "country": 2}]


@pytest.mark.req("INS-01a")
def test_files_of_other_encodings_and_separators_are_read(places: Places, actor: Actor) -> None:
    load(places, actor, old=DATED.replace(",", ";").encode("cp1252"))
    assert places.name("01004", BORN).text == f"Ambérieu-en-Bugey{NBSP}(01)"
    load(places, actor, marked="\ufeff".encode() + DATED.replace("\n", "\r\n").encode())
    assert places.name("63220", BORN).text == f"Mazoires d’essai{NBSP}(63)"


@pytest.mark.req("INS-01a")
@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "est vide"),
        (b"\x50\x4b\x03\x04\x00", "archive"),
        (b"a,b\n1,2\n", "colonnes COM et LIBELLE"),
        (b"MOD,DATE_EFF,TYPECOM_AV,COM_AV\n", "mouvements"),
        (b"COM,LIBELLE\n", "aucun lieu"),
        (DATED.replace("88888,0", "8888X,0").encode(), "ligne 5"),
        (DATED.replace("88888,0", "99352,0").encode(), "n’est pas un code"),
        (DATED.replace("Mazoires d’essai", "").encode(), "ligne 2"),
        (DATED.replace("1943-01-01,2016", "1943-31-01,2016").encode(), "date illisible"),
        (DATED.replace("1943-01-01,2016", "2043-01-01,2016").encode(), "précède son début"),
        ((DATED + DATED.splitlines()[1] + "\n").encode(), "ligne 7"),
        (DATED.replace("Saint-Essai,1943", "Saint,Essai,1943").encode(), "8 colonnes au lieu de 7"),
        (DATED.replace("Saint-Essai,1943", '"Saint-Essai,1943').encode(), "guillemets"),
        (DATED.encode()[:-30] + b"\x81\x8d\xff\xfe\n", "illisibles"),
    ],
)
def test_a_defective_file_changes_nothing_and_says_why(places: Places, actor: Actor, file: bytes, said: str) -> None:
    load(places, actor, dated=DATED)
    refused = places.load([("pays.csv", COUNTRIES.encode()), ("faux.csv", file)], actor)
    assert isinstance(refused, Refused)
    assert said in " ".join(finding.text for finding in refused.findings)
    assert all(finding.text.startswith("faux.csv") for finding in refused.findings)
    assert places.loaded() is not None
    assert places.name("99352", BORN).text == "Algérie"
    assert labels(places, "mazo") == ["Mazoires d’essai"]


@given(st.binary(max_size=400) | st.text(alphabet="COM,LIBEXG;\t\n\"'0129AB-é\u2028", max_size=200).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_file_is_read_or_refused_with_its_reason(content: bytes) -> None:
    for file in (content, b"COM,LIBELLE,DATE_DEBUT,DATE_FIN\n" + content, b"COG;LIBCOG\n" + content):
        read = cog_files.read("f.csv", file)
        assert bool(read.places) or bool(read.findings)
        assert all(finding.text.startswith("f.csv") for finding in read.findings)


@pytest.mark.req("INS-01a")
def test_a_list_cut_short_is_refused_unless_it_is_wanted(places: Places, actor: Actor) -> None:
    load(places, actor, dated=DATED)
    short = "\n".join(DATED.splitlines()[:2])
    refused = places.load([("v.csv", short.encode())], actor)
    assert isinstance(refused, Refused)
    assert [finding.code for finding in refused.findings] == ["GAL-PAT-44"]
    assert labels(places, "saint essai") == ["Saint-Essai"]
    assert isinstance(places.load([("v.csv", short.encode())], actor, accept_fall=True), Done)
    assert labels(places, "saint essai") == []


@pytest.mark.req("INS-01a")
def test_who_has_not_the_right_loads_nothing(places: Places, database: Database, actor: Actor) -> None:
    added = Staff(database).add(MemberDraft(family_name="HOUX", given_name="Max", role=Role.STUDENT), actor)
    assert isinstance(added, Done)
    assert isinstance(places.load([("v.csv", DATED.encode())], actor_of(added.value, "comptoir-2")), Refused)
    assert places.loaded() is None


@pytest.mark.req("INS-01a")
def test_the_command_reads_files_and_tells_what_is_in_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, data = tmp_path / "v_commune_depuis_1943.csv", ["--data", str(tmp_path / "data"), "--mode", "demo"]
    file.write_text(DATED, "utf-8")
    assert main(["patients", "places", "status", *data]) == frame.DONE
    assert main(["patients", "places", "import", str(file), *data]) == frame.DONE
    assert main(["patients", "places", "status", *data]) == frame.DONE
    said = capsys.readouterr().out
    assert "Aucune liste" in said
    assert "Communes : 4" in said.replace(NBSP, " ")
    file.write_text("x", "utf-8")
    assert main(["patients", "places", "import", str(file), *data]) == frame.REFUSED


# --- In the files of the patients -------------------------------------------------------------------------------------


@pytest.mark.req("INS-01a")
@pytest.mark.parametrize(
    ("code", "born", "said"),
    [
        ("63220", BORN, set()),
        ("99999", BORN, set()),
        ("63999", BORN, {"GAL-PAT-40"}),
        ("01154", dt.date(2020, 1, 1), {"GAL-PAT-41"}),
    ],
)
def test_a_code_unknown_or_of_another_time_is_kept_with_a_warning(
    database: Database, actor: Actor, code: str, born: dt.date, said: set[str]
) -> None:
    made = Patients(database, Staff(database)).create(replace(DRAFT, birth_place=code, birth_date=born), actor)
    assert isinstance(made, Done)
    assert made.value.birth_place == code
    assert {finding.code for finding in made.findings} == said


@pytest.mark.req("INS-01a")
def test_a_place_corrected_to_an_unknown_code_is_kept_with_a_warning(database: Database, actor: Actor) -> None:
    staff = Staff(database)
    made = Patients(database, staff).create(DRAFT, actor)
    assert isinstance(made, Done)
    identities = Identities(database, staff, production=False)
    edited = identities.edit(made.value.id, made.value.version, {"birth_place": "63999"}, actor)
    assert isinstance(edited, Done)
    assert [finding.code for finding in edited.findings] == ["GAL-PAT-40"]
