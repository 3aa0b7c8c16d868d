"""The tables of the officine, the allergies of its patients and the switch of the checks, on both databases."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from at_once import together
from dispensing_house import CAMILLE, DOLIPRANE, House, done, open_house
from sqlalchemy import text

from app import bootstrap
from app.cli import main, probe, probes_data
from app.cli.doctor import subject_of
from app.kernel.clock import FixedClock
from app.kernel.outcome import Refused
from app.officine.dispensing import session as edit
from app.officine.patients.model import PatientDraft, Sex
from app.officine.safety import allergies as allergies_module
from app.officine.safety.demo import load_demo_ages, load_demo_thesaurus
from app.officine.safety.model import AllergyChoice, AllergyKind, PatientFacts, Taken
from app.officine.safety.rules import check
from app.officine.safety.service import Safety, actives
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.officine.stock.model import ReceiptLine
from app.paths import DataFolder
from app.store import restore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.officine.dispensing.model import CounterSession
    from app.officine.patients.model import Patient
    from app.store.audit import Actor
    from app.store.database import Database

ADVIL, IXPRIM = "3400932959358", "3400949003570"
AGES = "cible;age_min;age_max;gravite;texte;source;date\ntramadol;12 ans;;motif;Pas avant 12 ans;RCP;2024-05-01\n"
PENICILLIN = AllergyChoice(AllergyKind.FAMILY, "penicilline", "Pénicillines")


@pytest.fixture
def safety(database: Database, tmp_path: Path) -> Iterator[Safety]:
    service = Safety(database, tmp_path / "thesauri")
    yield service
    service.close()


@pytest.fixture
def house(database: Database, tmp_path: Path, safety: Safety) -> House:
    opened = open_house(database, tmp_path / "catalogs", safety)
    done(opened.stock.receive(CAMILLE, [ReceiptLine(code=code, quantity=20) for code in (ADVIL, IXPRIM)], "BL-2"))
    return opened


def child(house: House, born: dt.date = dt.date(2015, 1, 15), *, uncertain: bool = False) -> Patient:
    draft = PatientDraft(
        family_name="PETIT",
        first_name="PAUL",
        birth_date=born,
        sex=Sex.MALE,
        birth_date_uncertain=uncertain,
        birth_place="99999",
    )
    return done(house.patients.create(draft, CAMILLE))


def sale(house: House, patient: Patient, *codes: str) -> CounterSession:
    return edit.set_patient(house.sale(*codes), patient.id, patient.display_name)[0]


def codes(house: House, session: CounterSession) -> list[str]:
    return [item.code for item in house.counter.check(session) if item.code.startswith("GAL-SEC")]


def of_role(house: House, role: Role) -> Actor:
    member = done(Staff(house.db).add(MemberDraft(family_name="ESSAI", given_name=role.label, role=role), CAMILLE))
    return actor_of(member, "comptoir-1")


# --- Ages -------------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCOPE-03")
def test_the_age_is_checked_against_the_table_loaded_and_an_empty_one_is_said(house: House, safety: Safety) -> None:
    patient = child(house)
    session = sale(house, patient, IXPRIM)
    assert "GAL-SEC-48" in codes(house, session)
    assert "GAL-SEC-45" not in codes(house, session)
    assert [one.code for one in house.counter.examine(session).unloaded] == ["GAL-SEC-45", "GAL-SEC-53"]
    report = done(safety.tables.import_ages(AGES.encode(), CAMILLE))
    assert report.as_json() == {
        "table": "ages",
        "rows": 1,
        "dated": "2024-05-01",
        "loaded_on": "2026-11-23",
        "rejected": [],
    }
    assert "GAL-SEC-35" in codes(house, sale(house, patient, IXPRIM))
    grown = house.patient
    assert "GAL-SEC-35" not in codes(house, sale(house, grown, IXPRIM))
    assert "GAL-SEC-47" in codes(house, house.sale(IXPRIM))
    # A whole year may be meant: the child may be on either side of the limit.
    unsure = child(house, dt.date(2014, 12, 31), uncertain=True)
    told = {item.code: item.text for item in house.counter.check(sale(house, unsure, IXPRIM))}
    assert "GAL-SEC-35" not in told
    assert "incertaine" in told["GAL-SEC-47"]


@pytest.mark.req("OFF-SCOPE-03")
def test_a_worse_table_is_refused_and_the_one_in_service_stays(safety: Safety, database: Database) -> None:
    rows = [f"{60000000 + rank};12 ans;;motif;t;s;2024-05-01" for rank in range(100)]
    head = AGES.splitlines()[0]
    whole = "\n".join([head, *rows])
    assert done(safety.tables.import_ages(whole.encode(), CAMILLE)).state.rows == 100
    for bad, code in (
        ("\n".join([head, *rows[:80]]), "GAL-SEC-07"),
        (head, "GAL-SEC-06"),
        ("\n".join([head, *rows[:80], *["?;;;;;;"] * 20]), "GAL-SEC-06"),
    ):
        refused = safety.tables.import_ages(bad.encode(), CAMILLE)
        assert isinstance(refused, Refused)
        assert refused.findings[0].code == code
    assert safety.tables.states()["ages"].rows == 100
    assert set(safety.tables.ages_of({"60000099"})) == {"60000099"}
    assert done(safety.tables.import_ages("\n".join([head, *rows[:80]]).encode(), CAMILLE, accept_fall=True))
    assert safety.tables.ages_of({"60000099"}) == {}
    with database.read() as session:
        kinds = session.execute(text("SELECT count(*) FROM audit_entry WHERE action = 'safety.table'")).scalar_one()
    assert kinds == 5


@pytest.mark.req("OFF-SCOPE-03")
def test_who_may_not_change_the_base_loads_no_table(house: House, safety: Safety) -> None:
    refused = safety.tables.import_ages(AGES.encode(), of_role(house, Role.STUDENT))
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == "GAL-PER-01"
    assert safety.tables.states() == {}


@pytest.mark.req("OFF-SCOPE-03")
def test_atc_codes_make_doubles_that_the_thesaurus_does_not_know(house: House, safety: Safety) -> None:
    table = "cible;atc;source;date\ntramadol;N02AX02;x;2024-01-01\nibuprofene;M01AE01;Table;2024-05-01\n"
    other = "naproxene;M01AE02;Table;2024-05-01\n"
    done(safety.tables.import_atc((table + other).encode(), CAMILLE))
    lines = [
        Taken("A", "ADVIL", actives(["IBUPROFÈNE"]), "1", cis="60000001"),
        Taken("B", "APRANAX", actives(["NAPROXÈNE"]), "2", cis="60000002"),
    ]
    found = {item.code: item for item in check(safety.case(lines, []))}
    assert "classe ATC M01AE" in found["GAL-SEC-22"].text
    assert "Table, 01/05/2024" in found["GAL-SEC-22"].advice


@pytest.mark.req("OFF-SCOPE-03")
def test_another_workstation_sees_the_table_at_once(house: House, safety: Safety, tmp_path: Path) -> None:
    other = Safety(house.db, tmp_path / "elsewhere")
    assert other.tables.states() == {}
    done(safety.tables.import_ages(AGES.encode(), CAMILLE))
    assert other.tables.states()["ages"].rows == 1
    other.close()


@pytest.mark.req("OFF-SCOPE-03")
def test_the_demonstration_knows_a_few_ages(safety: Safety) -> None:
    load_demo_ages(safety, CAMILLE)
    assert safety.tables.states()["ages"].rows == 3


# --- Allergies --------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCOPE-03")
def test_an_allergy_is_recorded_checked_and_ended_but_never_lost(house: House, safety: Safety) -> None:
    patient, allergies = child(house), safety.allergies
    choice = AllergyChoice(AllergyKind.SUBSTANCE, "ibuprofene", "Ibuprofène")
    held = done(allergies.add(patient.id, choice, CAMILLE, reaction=" urticaire\n", noted_on=dt.date(2020, 2, 3)))
    assert [(one.label, one.reaction, one.noted_on, one.author) for one in held.allergies] == [
        ("Ibuprofène", "urticaire", dt.date(2020, 2, 3), "Camille Durand")
    ]
    assert "GAL-SEC-31" in codes(house, sale(house, patient, ADVIL))
    assert "GAL-SEC-31" not in codes(house, sale(house, patient, DOLIPRANE))
    assert "GAL-SEC-48" not in codes(house, sale(house, patient, DOLIPRANE))
    assert done(allergies.remove(patient.id, held.allergies[0].id, CAMILLE)).is_silent
    assert "GAL-SEC-48" in codes(house, sale(house, patient, ADVIL))
    with house.db.read() as session:
        kept = session.execute(text("SELECT label, ended_by FROM allergy")).all()
        told = session.execute(
            text("SELECT action FROM audit_entry WHERE action LIKE 'allergy%' ORDER BY seq")
        ).scalars()
        assert list(told) == ["allergy.add", "allergy.end"]
    assert [tuple(row) for row in kept] == [("Ibuprofène", "Camille Durand")]


@pytest.mark.req("OFF-SCOPE-03")
def test_none_known_is_said_dated_and_gives_way_to_an_allergy(house: House, safety: Safety) -> None:
    patient, allergies = child(house), safety.allergies
    assert allergies.of(patient.id).is_silent
    said = done(allergies.state_none(patient.id, CAMILLE))
    assert said.none is not None
    assert said.none.noted_on == dt.date(2026, 11, 23)
    assert not said.is_silent
    assert "GAL-SEC-48" not in codes(house, sale(house, patient, DOLIPRANE))
    held = done(allergies.add(patient.id, PENICILLIN, CAMILLE))
    assert (held.none, len(held.allergies)) == (None, 1)
    refused = allergies.state_none(patient.id, CAMILLE)
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == "GAL-ALG-04"


@pytest.mark.req("OFF-SCOPE-03")
def test_an_allergy_noted_twice_in_the_same_moment_is_noted_once(
    house: House, safety: Safety, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, allergies = child(house), safety.allergies
    twice = [lambda: allergies.add(patient.id, PENICILLIN, CAMILLE)] * 2
    outcomes = together(monkeypatch, allergies_module.store, "add_allergy", *twice)
    assert sorted(type(one).__name__ for one in outcomes) == ["Done", "Refused"]
    assert len(allergies.of(patient.id).allergies) == 1


@pytest.mark.req("OFF-SCOPE-03")
def test_a_wrong_allergy_is_refused(house: House, safety: Safety) -> None:
    patient, allergies = child(house), safety.allergies
    done(allergies.add(patient.id, PENICILLIN, CAMILLE))
    tomorrow = dt.date(2026, 11, 24)
    nothing = AllergyChoice(AllergyKind.SUBSTANCE, "", "")
    for outcome, code in (
        (allergies.add(patient.id, PENICILLIN, CAMILLE), "GAL-ALG-01"),
        (allergies.add(patient.id, replace(PENICILLIN, key="macrolide"), CAMILLE, noted_on=tomorrow), "GAL-ALG-02"),
        (allergies.add(patient.id, nothing, CAMILLE), "GAL-ALG-03"),
        (allergies.add(patient.id, PENICILLIN, of_role(house, Role.SUPPORT)), "GAL-PER-01"),
        (allergies.state_none(patient.id, CAMILLE, free_text="iode"), "GAL-ALG-04"),
    ):
        assert isinstance(outcome, Refused)
        assert code in [item.code for item in outcome.findings]
    assert len(allergies.of(patient.id).allergies) == 1


@pytest.mark.req("OFF-SCOPE-03")
def test_what_may_be_chosen_comes_from_the_families_the_catalogue_and_the_thesaurus(
    house: House, tmp_path: Path
) -> None:
    service = Safety(house.db, tmp_path / "thesauri", catalog=house.catalog)
    load_demo_thesaurus(service, CAMILLE)
    find = service.allergies.choices
    assert [choice.kind for choice in find("")] == [AllergyKind.FAMILY] * 10
    assert ("Pénicillines", "penicilline") in [(choice.label, choice.key) for choice in find("pénici")]
    assert ("Ibuprofène", "ibuprofene") in [(choice.label, choice.key) for choice in find("ibupro")]
    assert ("Ibuprofène", AllergyKind.SUBSTANCE) in [(choice.label, choice.kind) for choice in find("advil")]
    assert ("antivitamines K", AllergyKind.CLASS) in [(choice.label, choice.kind) for choice in find("antivit")]
    assert find("xyzzyx") == find("💊" * 40) == []
    service.close()


# --- The treatment under way ------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCOPE-03")
def test_what_was_delivered_for_thirty_days_is_told_until_its_last_week(house: House) -> None:
    first = house.prescribed(DOLIPRANE)
    line = replace(first.lines[0], days=30, posology="1 matin et soir")
    first = replace(first, lines=(line,))
    done(house.counter.validate(first, CAMILLE, house.paid(first)))
    again = house.prescribed(DOLIPRANE)
    told = {item.code: item.text for item in house.counter.check(again)}
    assert "jusqu’au 23/12/2026" in told["GAL-SEC-24"]
    clock = house.db.clock
    assert isinstance(clock, FixedClock)
    clock.advance(dt.timedelta(days=23))
    assert "GAL-SEC-24" not in codes(house, again)


# --- The switch -------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCOPE-03")
def test_only_the_titulaire_stops_the_checks_and_every_workstation_knows(
    house: House, safety: Safety, tmp_path: Path
) -> None:
    other = Safety(house.db, tmp_path / "elsewhere")
    for role in (Role.ASSISTANT, Role.TECHNICIAN, Role.SUPPORT):
        refused = safety.switch.set(of_role(house, role), enabled=False)
        assert isinstance(refused, Refused)
        assert refused.findings[0].code == "GAL-PER-01"
    assert other.enabled
    state = done(safety.switch.set(of_role(house, Role.HOLDER), enabled=False))
    assert (state.enabled, state.by) == (False, "Pharmacien titulaire ESSAI")
    assert not other.enabled
    assert codes(house, house.sale(ADVIL)) == ["GAL-SEC-41"]
    done(safety.switch.set(CAMILLE, enabled=False))
    done(safety.switch.set(CAMILLE, enabled=True))
    assert other.enabled
    with house.db.read() as session:
        rows = session.execute(
            text("SELECT details FROM audit_entry WHERE action = 'safety.switch' ORDER BY seq")
        ).scalars()
        changes = [json.loads(row) if isinstance(row, str) else row for row in rows]
    assert [(row["before"], row["after"]) for row in changes] == [(True, False), (False, True)]
    other.close()


# --- The source, the command, the backup ------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCOPE-03")
@pytest.mark.parametrize(("months", "is_told"), [(18, False), (19, True)])
def test_an_old_edition_says_that_newer_ones_exist(
    months: int, is_told: bool, sqlite_database: Database, tmp_path: Path
) -> None:
    clock = sqlite_database.clock
    assert isinstance(clock, FixedClock)
    # The demonstration's edition is of October 2020.
    clock.advance(dt.datetime(2020 + (9 + months) // 12, (9 + months) % 12 + 1, 15, tzinfo=dt.UTC) - clock.now())
    service = Safety(sqlite_database, tmp_path / "thesauri")
    load_demo_thesaurus(service, CAMILLE)
    case = service.case([Taken("A", "A", actives(["WARFARINE"]), "1")], [])
    assert (f"{months}\u00a0mois, des éditions plus récentes existent" in case.source) is is_told
    assert service.overview().is_old is is_told
    service.close()


@pytest.mark.req("OFF-SCOPE-03")
def test_the_commands_load_tables_and_tell_what_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data"), "--json"]
    file = tmp_path / "ages.csv"
    file.write_text(AGES)
    assert main(["safety", "ages", "import", str(file), "--accept-fall", *data]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 1
    (tmp_path / "atc.csv").write_text("<html>")
    assert main(["safety", "atc", "import", str(tmp_path / "atc.csv"), *data]) == 3
    refused = json.loads(capsys.readouterr().out)
    assert "GAL-SEC-05" in json.dumps(refused)
    (tmp_path / "atc.csv").write_text("cible;atc;source;date\n?;;;\n")
    assert main(["safety", "atc", "import", str(tmp_path / "atc.csv"), *data]) == 3
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == "GAL-SEC-06"
    assert main(["safety", "status", *data]) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["enabled"], status["tables"]["atc"], status["tables"]["ages"]["rows"]) == (True, None, 1)
    assert main(["safety", "status", "--data", str(tmp_path / "data")]) == 0
    assert "Classes ATC\u00a0: aucune table" in capsys.readouterr().out


@pytest.mark.req("OFF-SCOPE-03")
def test_the_thesaurus_goes_with_the_backup_and_comes_back(tmp_path: Path) -> None:
    services = bootstrap.create_demo(tmp_path / "data")
    made = services.back_up_into(tmp_path / "usb")
    version = services.safety.version()
    services.close()
    assert version is not None
    shutil.rmtree(tmp_path / "data" / "thesauri")
    answer = probes_data.safety(subject_of(DataFolder(tmp_path / "data")))
    assert answer.status == probe.FAIL
    fresh = tmp_path / "fresh"
    (fresh / "backups").mkdir(parents=True)
    restore.restore_sqlite(made.path, fresh, fresh / "galien.sqlite", mode=None, now=dt.datetime.now(dt.UTC))
    again = bootstrap.open_services(fresh)
    patient = again.patients.search("pat trois")[0]
    whose = PatientFacts(patient.id, patient.birth_date)
    case = again.safety.case([Taken("A", "A", actives(["WARFARINE"]), "1")], [], patient=whose)
    assert case.classes
    again.close()
    answer = probes_data.safety(subject_of(DataFolder(fresh)))
    assert (answer.status, "Thésaurus 2020-10" in answer.detail) == (probe.WARN, True)
