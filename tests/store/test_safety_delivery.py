"""The thesaurus is put in service whole or not at all, and speaks at the counter on the delivery that it concerns."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dispensing_house import CAMILLE, DOLIPRANE, ZOLPIDEM, House, done, open_house
from sqlalchemy import text

from app.cli import main
from app.kernel.errors import FileUnusable
from app.kernel.outcome import Done, Refused
from app.kernel.text import fold
from app.officine.dispensing import acknowledging
from app.officine.dispensing import session as edit
from app.officine.dispensing.model import Author
from app.officine.patients.model import PatientDraft, Sex
from app.officine.safety.demo import demo_thesaurus, load_demo_thesaurus
from app.officine.safety.model import Taken
from app.officine.safety.rules import check
from app.officine.safety.service import Safety, actives
from app.officine.safety.source import read_folder
from app.officine.stock.model import ReceiptLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.officine.dispensing.model import CounterSession
    from app.store.audit import Actor
    from app.store.database import Database

AUTHOR = Author(None, "Camille Durand")
COUMADINE, DAKTARIN, ADVIL = "3400935693099", "3400932680689", "3400932959358"


@pytest.fixture
def safety(database: Database, tmp_path: Path) -> Iterator[Safety]:
    service = Safety(database, tmp_path / "thesauri")
    yield service
    service.close()


@pytest.fixture
def house(database: Database, tmp_path: Path, safety: Safety) -> House:
    opened = open_house(database, tmp_path / "catalogs", safety)
    receipt = [ReceiptLine(code=code, quantity=20) for code in (COUMADINE, DAKTARIN, ADVIL)]
    done(opened.stock.receive(CAMILLE, receipt, "BL-2"))
    return opened


UNCHECKED = {f"GAL-SEC-{number}" for number in range(43, 50)}
"""What could not be checked, told beside the findings themselves."""


def told(house: House, session: CounterSession) -> list[str]:
    codes = [item.code for item in house.counter.check(session) if item.code.startswith("GAL-SEC")]
    return [code for code in codes if code not in UNCHECKED]


def justified(house: House, session: CounterSession) -> CounterSession:
    """Give a reason to every finding that asks for one."""
    findings = house.counter.check(session)
    for finding in acknowledging.unjustified(session, findings):
        session, refused = acknowledging.justify(session, finding, findings, AUTHOR, reason="Traitement connu")
        assert not refused
    return session


# --- At the counter ---------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCOPE-03")
def test_an_interaction_with_what_was_delivered_is_told_and_does_not_forbid(house: House, safety: Safety) -> None:
    load_demo_thesaurus(safety, CAMILLE)
    first = house.prescribed(COUMADINE)
    assert not told(house, first)
    done(house.counter.validate(first, CAMILLE, house.paid(first)))
    second = house.prescribed(DAKTARIN)
    found = [item for item in house.counter.check(second) if item.code == "GAL-SEC-10"]
    assert len(found) == 1
    assert "délivré le 23/11/2026" in found[0].text
    assert "octobre 2020" in found[0].advice
    second = justified(house, second)
    outcome = house.counter.validate(second, CAMILLE, house.paid(second))
    assert isinstance(outcome, Done)
    assert "GAL-SEC-10" in [item.code for item in outcome.findings]


@pytest.mark.req("OFF-SCOPE-03")
def test_without_a_thesaurus_the_counter_says_that_nothing_is_checked(house: House) -> None:
    assert told(house, house.sale(COUMADINE, DAKTARIN)) == ["GAL-SEC-40"]


@pytest.mark.req("OFF-SCOPE-03")
def test_switched_off_the_counter_says_so_and_checks_nothing(database: Database, house: House, tmp_path: Path) -> None:
    safety = Safety(database, tmp_path / "thesauri", enabled=False)
    load_demo_thesaurus(safety, CAMILLE)
    off = open_house_again(house, database, safety)
    assert told(off, off.sale(COUMADINE, DAKTARIN)) == ["GAL-SEC-41"]


def open_house_again(house: House, database: Database, safety: Safety) -> House:
    from app.officine.dispensing.service import Counter  # noqa: PLC0415 -- only here
    from app.officine.staff.service import Staff  # noqa: PLC0415 -- the same

    counter = Counter(
        database,
        catalog=house.catalog,
        patients=house.patients,
        prescriptions=house.prescriptions,
        stock=house.stock,
        staff=Staff(database),
        safety=safety,
    )
    return replace(house, counter=counter)


@pytest.mark.req("OFF-SCOPE-03")
def test_a_thesaurus_that_is_lost_or_damaged_stops_no_sale(house: House, safety: Safety) -> None:
    load_demo_thesaurus(safety, CAMILLE)
    file = next(safety.folder.glob("demo-*.sqlite"))
    file.write_bytes(file.read_bytes()[:5000])
    assert told(house, house.sale(COUMADINE, DAKTARIN)) == ["GAL-SEC-42"]
    file.unlink()
    safety.close()
    fresh = open_house_again(house, house.db, Safety(house.db, safety.folder))
    # A shared database carries the file, and gives it back.
    expected = "GAL-SEC-10" if house.db.is_postgresql else "GAL-SEC-42"
    assert told(fresh, fresh.sale(COUMADINE, DAKTARIN)) == [expected]
    again = Safety(house.db, safety.folder)
    load_demo_thesaurus(again, CAMILLE)
    mended = open_house_again(house, house.db, again)
    assert told(mended, mended.sale(COUMADINE, DAKTARIN)) == ["GAL-SEC-10"]


@pytest.mark.req("OFF-SCOPE-03")
def test_another_workstation_takes_the_thesaurus_from_the_shared_database(
    house: House, safety: Safety, tmp_path: Path
) -> None:
    if not house.db.is_postgresql:
        pytest.skip("several workstations share PostgreSQL only")
    load_demo_thesaurus(safety, CAMILLE)
    other = Safety(house.db, tmp_path / "elsewhere")
    there = open_house_again(house, house.db, other)
    assert told(there, there.sale(COUMADINE, DAKTARIN)) == ["GAL-SEC-10"]
    assert [file.read_bytes() for file in other.folder.glob("*.sqlite")] == [
        file.read_bytes() for file in safety.folder.glob("*.sqlite")
    ]
    with house.db.write(CAMILLE) as work:
        work.session.execute(text("UPDATE thesaurus_blob SET content = 'x'"))
    third = open_house_again(house, house.db, Safety(house.db, tmp_path / "third"))
    assert told(third, third.sale(COUMADINE, DAKTARIN)) == ["GAL-SEC-42"]


@pytest.mark.req("OFF-SCOPE-03")
def test_an_allergy_of_the_file_is_told(house: House, safety: Safety) -> None:
    load_demo_thesaurus(safety, CAMILLE)
    draft = PatientDraft(
        family_name="ALLERGIQUE",
        first_name="PAUL",
        birth_date=house.patient.birth_date,
        sex=Sex.MALE,
        allergies="Paracétamol",
        birth_place="99999",
    )
    patient = done(house.patients.create(draft, CAMILLE))
    session, _ = edit.set_patient(house.sale(DOLIPRANE, ZOLPIDEM), patient.id, patient.display_name)
    assert told(house, session) == ["GAL-SEC-30"]


# --- The import -------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCOPE-03")
def test_the_published_thesaurus_is_imported_and_answers(ansm_dir: Path, safety: Safety, actor: Actor) -> None:
    load_demo_thesaurus(safety, actor)
    before = safety.version()
    report = done(safety.import_folder(ansm_dir, actor)).as_json()
    assert (report["edition"], report["pairs"], report["substances"]) == ("2020-10", 3139, 1084)
    assert report["rejected"] == []
    assert safety.previous_version() == before
    case = safety.case([Taken("A", "A", actives(["WARFARINE SODIQUE"])), Taken("B", "B", actives(["MICONAZOLE"]))], [])
    assert {"antivitamines k", "miconazole"} <= {fold(item.first) for item in case.interactions}
    assert [item.code for item in check(case) if item.code not in UNCHECKED] == ["GAL-SEC-10"]
    assert safety.version() == done(safety.import_folder(ansm_dir, actor)).version
    assert safety.previous_version() == before


@pytest.mark.req("OFF-SCOPE-03")
def test_the_demonstration_says_what_the_thesaurus_says(ansm_dir: Path) -> None:
    known: dict[frozenset[str], set[str]] = {}
    real = read_folder(ansm_dir)
    for item in real.interactions:
        levels = known.setdefault(frozenset({fold(item.first), fold(item.second)}), set())
        levels |= {str(own.level) for own in item.constraints}
    for item in demo_thesaurus().interactions:
        ends = frozenset({fold(item.first), fold(item.second)})
        assert str(item.constraints[0].level) in known.get(ends, set()), item
    classes = {fold(name): set(map(fold, own)) for name, own in real.classes.items()}
    for name, own in demo_thesaurus().classes.items():
        assert set(map(fold, own)) <= classes[fold(name)], name


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _few(file: Path) -> None:
    file.write_text(json.dumps(json.loads(file.read_text())[:50]))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut": _cut,
    "empty": lambda file: file.write_bytes(b""),
    "binary": lambda file: file.write_bytes(bytes(range(256)) * 400),
    "a folder": _folder,
    "gone": lambda file: file.unlink(),
    "an object": lambda file: file.write_text('{"a": 1}'),
    "numbers": lambda file: file.write_text(json.dumps([1, None, "x"] * 1000)),
    "null entries": lambda file: file.write_text(
        json.dumps(
            [{"main_drug": None, "plus_drug": 3, "severity_levels": "x", "substance": [], "drug_classes": {}}] * 2000
        )
    ),
    "deep": lambda file: file.write_text("[" * 200_000),
    "few": _few,
    "unknown level": lambda file: file.write_text(
        file.read_text().replace("CONTRE-INDICATION", "NIVEAU 9").replace('"drug_classes": [', '"drug_classes": [7,')
    ),
}


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", ["thesaurus_2020_10.json", "index_substances_2020_10.json"])
def test_a_damaged_set_is_refused_and_the_one_in_service_stays(
    damage: str, file: str, ansm_dir: Path, sqlite_database: Database, tmp_path: Path, actor: Actor
) -> None:
    source = tmp_path / "source"
    source.mkdir(mode=0o700)
    for original in ansm_dir.glob("*.json"):
        shutil.copyfile(original, source / original.name)
    safety = Safety(sqlite_database, tmp_path / "thesauri")
    load_demo_thesaurus(safety, actor)
    before, files = safety.version(), sorted(safety.folder.iterdir())
    DAMAGES[damage](source / file)
    outcome = safety.import_folder(source, actor)
    assert isinstance(outcome, Refused)
    assert outcome.findings[0].code == "GAL-SEC-01"
    assert outcome.findings[0].advice
    assert (safety.version(), sorted(safety.folder.iterdir())) == (before, files)
    safety.close()


def test_a_few_bad_entries_are_left_out_each_with_its_reason(
    ansm_dir: Path, sqlite_database: Database, tmp_path: Path, actor: Actor
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for original in ansm_dir.glob("*.json"):
        shutil.copyfile(original, source / original.name)
    file = source / "thesaurus_2020_10.json"
    entries = json.loads(file.read_text())
    entries[3]["severity_levels"][0]["level"] = "Niveau 9"
    entries[4]["plus_drug"] = "\ud800"
    file.write_text(json.dumps(entries))
    safety = Safety(sqlite_database, tmp_path / "thesauri")
    report = done(safety.import_folder(source, actor))
    assert [(item.entry, item.reason.split()[0]) for item in report.rejected] == [
        (4, "niveau"),
        (5, "«"),
    ]
    assert report.version.pairs == len(entries) - 2
    # Cut since: refused beside the one in service.
    file.write_text(json.dumps(entries[:1500]))
    outcome = safety.import_folder(source, actor)
    assert isinstance(outcome, Refused)
    assert outcome.findings[0].code in {"GAL-SEC-01", "GAL-SEC-04"}
    with pytest.raises(FileUnusable):
        safety.import_folder(tmp_path / "absent", actor)
    safety.close()


@pytest.mark.req("OFF-SCOPE-03")
def test_the_command_imports_refuses_and_says_which_is_in_service(
    ansm_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path / "data"), "--json"]
    assert main(["safety", "import", str(ansm_dir), *data]) == 0
    made = json.loads(capsys.readouterr().out)
    assert {"version", "edition", "pairs", "substances", "rejected", "seconds"} == set(made)
    (tmp_path / "empty").mkdir()
    assert main(["safety", "import", str(tmp_path / "empty"), *data]) == 3
    assert json.loads(capsys.readouterr().out)["version"] == made["version"]
    assert main(["safety", "import", str(ansm_dir), "--edition", "2020-13", *data]) == 3
    capsys.readouterr()
    assert main(["safety", "status", *data]) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["version"], status["previous"][:5]) == (made["version"], "demo-")
