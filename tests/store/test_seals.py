"""The registers are sealed outside the database: what the seals hold, who signs them, where they are copied."""

from __future__ import annotations

import datetime as dt
import json
import stat
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dispensing_house import done
from seal_hands import AGENT, Sealed, open_triggers, sealing
from sqlalchemy import delete, text

from app.kernel.outcome import Done, Refused
from app.officine.secrets.sealing import KeyBox
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.officine.trace.model import Reason
from app.store import seals
from app.store.seal_folder import SealFolder
from app.store.seal_key import SealKey
from app.store.seal_tables import SealRow

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.store.database import Database


@pytest.fixture
def sealed(sqlite_database: Database, tmp_path: Path) -> Sealed:
    return sealing(sqlite_database, tmp_path / "données")


def act(database: Database, count: int = 3) -> None:
    for number in range(count):
        with database.write(AGENT) as work:
            work.audit("stock.edit", "stock", str(number))


@pytest.mark.req("OFF-DB-07")
def test_a_seal_says_where_each_register_stands_and_names_the_one_before(database: Database, tmp_path: Path) -> None:
    sealed = sealing(database, tmp_path / "données")
    act(database)
    first = done(sealed.seals.make(AGENT, Reason.DAY))
    act(database, 2)
    second = done(sealed.seals.make(AGENT, Reason.CLOSING))
    # The first seal itself is a trace, which the second one covers.
    assert (first.number, first.heads["audit"], second.number, second.heads["audit"]) == (1, 3, 2, 6)
    reading = sealed.folder.read()
    assert reading.problem == ""
    assert [seal.reason for seal in reading.seals] == ["day", "closing"]
    assert reading.seals[1].previous == first.hash
    assert set(first.heads) >= {"audit", "ordonnancier", "cash", "stupefiants", "derives", "interventions"}
    assert sealed.seals.verify().state == "ok"


def test_it_is_due_once_a_day(sealed: Sealed, clock: FixedClock) -> None:
    assert sealed.seals.is_due()
    done(sealed.seals.make(AGENT, Reason.DAY))
    assert not sealed.seals.is_due()
    clock.advance(dt.timedelta(hours=13))
    assert not sealed.seals.is_due()
    clock.advance(dt.timedelta(hours=2))
    assert sealed.seals.is_due()


@pytest.mark.req("OFF-DB-07")
def test_what_was_altered_is_never_sealed_over(sealed: Sealed) -> None:
    act(sealed.db)
    done(sealed.seals.make(AGENT, Reason.DAY))
    act(sealed.db)
    with sealed.db.engine.begin() as connection:
        open_triggers(connection)
        connection.execute(text("UPDATE audit_entry SET actor_name = 'Personne' WHERE seq = 6"))
    refused = sealed.seals.make(AGENT, Reason.DAY)
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == "GAL-SCL-02"
    assert "n° 6" in refused.findings[0].text
    assert len(sealed.folder.lines()) == 1


@pytest.mark.req("OFF-DB-07")
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_seal_changed_in_its_file_is_named(sealed: Sealed, number: int) -> None:
    for _ in range(3):
        act(sealed.db)
        done(sealed.seals.make(AGENT, Reason.DAY))
    file = next(sealed.folder.root.glob("*.jsonl"))
    lines = file.read_text(encoding="utf-8").splitlines()
    raw = json.loads(lines[number - 1])
    raw["chains"]["audit"]["seq"] -= 1
    lines[number - 1] = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = sealed.seals.verify()
    assert not report.is_good
    assert f"scellé n° {number}" in report.problem.replace("du scellé", "scellé")


def test_a_line_taken_out_of_the_file_is_named(sealed: Sealed) -> None:
    for _ in range(3):
        act(sealed.db)
        done(sealed.seals.make(AGENT, Reason.DAY))
    file = next(sealed.folder.root.glob("*.jsonl"))
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text(f"{lines[0]}\n{lines[2]}\n", encoding="utf-8")
    assert sealed.folder.read().problem == "Le scellé n° 2 manque."


@pytest.mark.req("OFF-DB-07")
def test_a_folder_that_lost_its_seals_is_told(sealed: Sealed) -> None:
    assert sealed.seals.verify().state == "none"
    act(sealed.db)
    done(sealed.seals.make(AGENT, Reason.DAY))
    for file in sealed.folder.root.iterdir():
        file.unlink()
    report = sealed.seals.verify()
    assert (report.state, report.is_good) == ("missing", False)
    assert "manquent" in report.problem


@pytest.mark.req("OFF-DB-07")
def test_even_the_list_of_the_base_taken_away_is_told_by_the_trace(sealed: Sealed) -> None:
    act(sealed.db)
    done(sealed.seals.make(AGENT, Reason.DAY))
    with sealed.db.engine.begin() as connection:
        open_triggers(connection)
        connection.execute(delete(SealRow))
        connection.execute(text("UPDATE chain_head SET seq = 0 WHERE name = 'seals'"))
    assert "ne figure plus dans la base" in sealed.seals.verify().problem
    for file in sealed.folder.root.iterdir():
        file.unlink()
    assert sealed.seals.verify().state == "missing"


def test_a_folder_cut_short_is_filled_from_the_base_and_still_compares(sealed: Sealed) -> None:
    for _ in range(3):
        act(sealed.db)
        done(sealed.seals.make(AGENT, Reason.DAY))
    file = next(sealed.folder.root.glob("*.jsonl"))
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text(f"{lines[0]}\n", encoding="utf-8")
    report = sealed.seals.verify()
    assert (report.state, report.late, report.seals) == ("ok", 2, 3)
    done(sealed.seals.make(AGENT, Reason.DAY))
    assert len(sealed.folder.lines()) == 4


def test_two_workstations_share_one_list_and_each_keeps_it_whole(database: Database, tmp_path: Path) -> None:
    one, other = sealing(database, tmp_path / "un"), sealing(database, tmp_path / "deux")
    act(database)
    done(one.seals.make(AGENT, Reason.DAY))
    act(database)
    second = done(other.seals.make(AGENT, Reason.DAY))
    assert second.number == 2
    assert len({seal.key for seal in other.folder.read().seals}) == 2
    assert other.folder.lines()[0] == one.folder.lines()[0]
    covered = other.folder.covered(other.folder.read().seals, "audit")
    assert len(covered) == second.heads["audit"] * seals.WITNESS
    done(one.seals.make(AGENT, Reason.DAY))
    assert one.folder.lines()[:2] == other.folder.lines()


# --- Copies -----------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-DB-07")
def test_the_copy_grows_with_the_seals_and_betrays_alone(sqlite_database: Database, tmp_path: Path) -> None:
    copy = tmp_path / "clé USB" / "scellés"
    sealed = sealing(sqlite_database, tmp_path / "données", copy)
    for _ in range(2):
        act(sealed.db)
        assert done(sealed.seals.make(AGENT, Reason.DAY))
    assert SealFolder(copy).lines() == sealed.folder.lines()
    assert SealFolder(copy).witnesses("audit") == sealed.folder.witnesses("audit")
    assert sealed.seals.state().copy_problem == ""


def test_a_copy_that_is_away_is_a_warning_and_the_seal_is_made(sqlite_database: Database, tmp_path: Path) -> None:
    blocked = tmp_path / "fichier"
    blocked.write_text("x")
    sealed = sealing(sqlite_database, tmp_path / "données", blocked / "scellés")
    act(sealed.db)
    made = sealed.seals.make(AGENT, Reason.DAY)
    assert isinstance(made, Done)
    assert [finding.code for finding in made.findings] == ["GAL-SCL-04"]
    assert len(sealed.folder.lines()) == 1
    assert "n’est pas là" in sealed.seals.state().copy_problem


def test_a_copy_of_another_base_is_left_alone(sqlite_database: Database, tmp_path: Path) -> None:
    copy = tmp_path / "copie"
    sealed = sealing(sqlite_database, tmp_path / "données", copy)
    act(sealed.db)
    copy.mkdir()
    (copy / "seals-2025-01.jsonl").write_text("autre chose\n", encoding="utf-8")
    made = sealed.seals.make(AGENT, Reason.DAY)
    assert isinstance(made, Done)
    assert "d’autres scellés" in made.findings[0].text
    assert [file.name for file in copy.iterdir()] == ["seals-2025-01.jsonl"]


# --- Key and rights ---------------------------------------------------------------------------------------------------


def test_the_key_lies_encrypted_where_the_workstation_keeps_secrets(tmp_path: Path) -> None:
    file, box = tmp_path / "seal.key", KeyBox(bytes(32))
    bare = SealKey(file, None)
    public, signature = bare.public, bare.sign("été")
    raw = file.read_bytes()
    assert len(raw) == 32
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = SealKey(file, box)
    assert kept.sign("été") == signature
    assert raw not in file.read_bytes()
    assert SealKey(file, box).public == public


def test_a_forged_signature_is_no_seal(sealed: Sealed, tmp_path: Path) -> None:
    act(sealed.db)
    done(sealed.seals.make(AGENT, Reason.DAY))
    seal = sealed.folder.read().seals[0]
    stranger = SealKey(tmp_path / "autre.key", None)
    forged = replace(seal, station="ailleurs")
    assert "signature" in seals.problem(replace(forged, signature=stranger.sign(forged.payload)), None)
    assert seals.problem(seal, None) == ""


@pytest.mark.parametrize(
    "line", ["", "null", "[]", "{}", '{"format":1}', "x" * 5_000, "[" * 5_000, '{"chains":{"a":[]},"format":1}']
)
def test_a_line_that_is_no_seal_is_refused(line: str) -> None:
    with pytest.raises(seals.NotASeal):
        seals.parse(line)


def test_bytes_at_random_never_pass_for_seals(sealed: Sealed, chance: random.Random) -> None:
    act(sealed.db)
    done(sealed.seals.make(AGENT, Reason.DAY))
    file = next(sealed.folder.root.glob("*.jsonl"))
    good = file.read_bytes()
    for _ in range(200):
        content = bytearray(good)
        content[chance.randrange(len(content) - 1)] ^= chance.randint(1, 255)
        file.write_bytes(bytes(content))
        assert not sealed.seals.verify().is_good


def test_who_may_not_read_the_trace_seals_nothing_by_hand(sealed: Sealed) -> None:
    staff = Staff(sealed.db)
    member = done(staff.add(MemberDraft(family_name="PETIT", given_name="Léa", role=Role.TECHNICIAN), AGENT))
    refused = sealed.seals.make(actor_of(member, "comptoir-1"), Reason.HAND)
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == "GAL-PER-01"
    assert sealed.folder.lines() == []
