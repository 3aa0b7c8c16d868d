"""The technician seals, compares, searches and hands over the trace, with the exit codes promised."""

from __future__ import annotations

import datetime as dt
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from command_hands import alter, runner

from app.bootstrap import open_services
from app.jobs import DailySeal
from app.kernel.clock import FixedClock
from app.kernel.money import Money
from app.kernel.outcome import Done
from app.officine.cash.model import Period
from app.officine.trace.keeping import log_limit
from app.store.audit import Actor

if TYPE_CHECKING:
    from pathlib import Path

ACTOR = Actor(None, "Camille Durand", "comptoir-1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    services = open_services(tmp_path / "données")
    with services.db.write(ACTOR) as work:
        for number in range(5):
            work.audit("stock.edit", "stock", str(number), details={"lot": f"LOT{number}"})
    services.close()
    return tmp_path / "données"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 -- a function of the words of a command
    return runner(folder, capsys)


@pytest.mark.req("OFF-DB-07")
def test_seal_then_verify_says_what_is_not_covered(run: Any, folder: Path) -> None:  # noqa: ANN401
    assert run("verify")[1]["seals"] == "none"
    code, sealed, err = run("audit", "seal")
    assert (code, sealed["number"], err) == (0, 1, "")
    code, said, _err = run("verify")
    assert (code, said["seals"], said["seals_made"], said["uncovered"]) == (0, "ok", 1, {"audit": 1})
    code, said, _err = run("audit", "heads", "--copy", str(folder.parent / "copie"))
    assert (code, said["count"], said["seals"][0]["heads"]["audit"]) == (0, 1, sealed["heads"]["audit"])
    assert run("verify", "--seals", str(folder.parent / "copie"))[:1] == (0,)


@pytest.mark.req("OFF-DB-07")
def test_verify_names_what_only_the_seals_betray(run: Any, folder: Path) -> None:  # noqa: ANN401
    """The whole chain is reckoned anew: sound in itself, and unlike what was sealed."""
    run("audit", "seal")
    services = open_services(folder)
    with services.db.read() as session:
        from app.store.chain import entry_hash  # noqa: PLC0415 -- as a forger would
        from app.store.tables import AuditRow  # noqa: PLC0415 -- the same

        rows = [dict(row._mapping) for row in session.execute(AuditRow.__table__.select().order_by(AuditRow.seq))]
    services.close()
    victim = next(row["seq"] for row in rows if row["subject_id"] == "3")
    statements, digest = ["DROP TRIGGER audit_entry_no_update"], "0" * 64
    for row in rows:
        if row["seq"] == victim:
            row["actor_name"] = "Personne"
        row["prev_hash"] = digest
        digest = entry_hash(digest, {name: value for name, value in row.items() if "hash" not in name})
        statements.append(
            f"UPDATE audit_entry SET actor_name = '{row['actor_name']}', prev_hash = '{row['prev_hash']}', "
            f"hash = '{digest}' WHERE seq = {row['seq']}"
        )
    alter(folder, *statements, f"UPDATE chain_head SET hash = '{digest}' WHERE name = 'audit'")
    code, said, err = run("verify")
    assert (code, said["seals"]) == (3, "bad")
    assert (said["first_bad"]["seq"], said["first_bad"]["reason"]) == (victim, "altered")
    assert f"n° {victim}" in err
    assert run("audit", "seal")[0] == 3


@pytest.mark.req("OFF-DB-07")
def test_seals_that_are_gone_are_told(run: Any, folder: Path) -> None:  # noqa: ANN401
    run("audit", "seal")
    for file in (folder / "seals").iterdir():
        file.unlink()
    code, said, err = run("verify")
    assert (code, said["seals"]) == (3, "missing")
    assert "GAL-SCL-05" in err


def test_search_pages_and_export_checks(run: Any, folder: Path) -> None:  # noqa: ANN401
    run("audit", "seal")
    code, page, _err = run("audit", "search", "fiche de stock", "--limit", "2")
    assert (code, [one["subject_id"] for one in page["entries"]]) == (0, ["4", "3"])
    before = str(page["next_before"])
    assert run("audit", "search", "LOT1", "--before", before)[1]["entries"][0]["subject_id"] == "1"
    out = folder.parent / "trace.json"
    code, made, _err = run("audit", "export", "--action", "stock.edit", "--out", str(out))
    assert (code, made["entries"], made["sealed"]) == (0, 5, 5)
    code, checked, _err = run("audit", "check", str(out))
    assert (code, checked["ok"], checked["sealed"]) == (0, True, 5)
    out.write_text(out.read_text(encoding="utf-8").replace("LOT3", "LOT9"), encoding="utf-8")
    code, checked, err = run("audit", "check", str(out))
    assert (code, checked["ok"]) == (3, False)
    assert "GAL-TRA-03" in err


@pytest.mark.parametrize("words", [("search", "--since", "hier"), ("search", "--limit", "x"), ("export",), ("aside",)])
def test_a_wrong_command_line_is_told(run: Any, words: tuple[str, ...]) -> None:  # noqa: ANN401
    assert run("audit", *words)[0] == 2


@pytest.mark.req("OFF-DB-07")
def test_a_backup_brings_its_seals_along_and_a_restore_goes_back_to_them(run: Any, folder: Path) -> None:  # noqa: ANN401
    run("audit", "seal")
    code, made, _err = run("backup", str(folder.parent / "sauvegardes"))
    assert code == 0
    assert list((folder.parent / "sauvegardes" / "seals").glob("*.jsonl"))
    run("audit", "seal")
    assert run("verify")[1]["seals_made"] == 3
    assert run("restore", made["file"])[0] == 0
    code, said, _err = run("verify")
    assert (code, said["seals"], said["seals_made"]) == (0, "ok", 2)
    aside = list((folder / "backups").glob("scelles-remplaces-*"))
    assert len(aside) == 1
    assert len((next(aside[0].glob("*.jsonl"))).read_text(encoding="utf-8").splitlines()) == 3
    assert run("audit", "seal")[1]["number"] == 3
    assert run("verify")[1]["seals"] == "ok"


def test_a_base_put_back_by_hand_asks_for_the_seals_to_be_set_aside(run: Any, folder: Path) -> None:  # noqa: ANN401
    run("audit", "seal")
    before = (folder / "galien.sqlite").read_bytes()
    run("audit", "seal")
    (folder / "galien.sqlite").write_bytes(before)
    for rest in folder.glob("galien.sqlite-*"):
        rest.unlink()
    code, said, _err = run("verify")
    assert (code, said["seals"]) == (3, "bad")
    assert "restaurée" in said["seals_problem"]
    assert run("audit", "seal")[0] == 3
    assert run("audit", "aside", "--yes")[:2][1]["count"] == 1
    assert run("audit", "seal")[1]["number"] == 2
    assert run("verify")[1]["seals"] == "ok"


# --- Retention --------------------------------------------------------------------------------------------------------


def test_only_logs_past_their_time_are_erased_and_that_is_traced(run: Any, folder: Path) -> None:  # noqa: ANN401
    old, young = folder / "logs" / "galien.log.4", folder / "logs" / "crash-1.txt"
    for file, days in ((old, 400), (young, 300)):
        file.write_text("x", encoding="utf-8")
        at = (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).timestamp()
        os.utime(file, (at, at))
    assert run("audit", "purge-logs")[1] == {"files": ["galien.log.4"], "removed": False}
    assert old.exists()
    assert run("audit", "purge-logs", "--yes")[1]["removed"]
    assert (old.exists(), young.exists()) == (False, True)
    assert run("audit", "search", "--action", "trace.log_purge")[1]["entries"][0]["details"]["files"] == 1
    assert run("verify")[0] == 0


def test_a_year_before_the_29th_of_february_is_a_day_that_exists() -> None:
    assert log_limit(dt.datetime(2028, 2, 29, tzinfo=dt.UTC)) == dt.datetime(2027, 2, 28, tzinfo=dt.UTC)


# --- The daily seal ---------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-DB-07")
def test_an_open_window_seals_at_the_closing_of_the_till(folder: Path) -> None:
    services = open_services(folder, clock=FixedClock(dt.datetime.now(dt.UTC)))
    services.go_live()
    assert isinstance(services.cash.open_drawer(ACTOR, Money(15_000)), Done)
    assert isinstance(services.closings.close(ACTOR, Period.DAY), Done)
    services.close()
    lines = (next((folder / "seals").glob("*.jsonl"))).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["reason"] for line in lines] == ["closing"]


def test_a_day_that_began_unsealed_is_sealed_and_not_twice(folder: Path) -> None:
    services = open_services(folder)
    made: list[str] = []
    daily = DailySeal(services.publisher, lambda: not made, lambda reason, _is_wanted: made.append(reason))
    daily.look()
    daily.look()
    services.close()
    assert made == ["day"]
