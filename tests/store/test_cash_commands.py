"""The technician reads the closings, archives a month, checks the archive, and learns when the till was altered."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from app import cli
from app.bootstrap import create_demo
from app.kernel.clock import FixedClock

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.clock import Clock


@pytest.fixture
def folder(tmp_path: Path, clock: Clock) -> Path:
    """The demonstration, with months of closed days."""
    assert isinstance(clock, FixedClock)
    create_demo(tmp_path / "data", clock=clock).close()
    return tmp_path / "data"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 -- a function of the words of a command
    """Run a command with ``--json`` on the folder; return its exit code, its JSON and its messages."""

    def called(*words: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        code = cli.main([*words, "--data", str(folder), "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else None, said.err

    return called


@pytest.mark.req("OFF-CAI-06")
def test_closings_are_read_and_a_month_is_archived_and_checked(run: Any, tmp_path: Path) -> None:  # noqa: ANN401
    code, months, _ = run("cash", "z", "--period", "month")
    assert (code, len(months) > 1) == (0, True)
    year, month, _day = months[0]["start"].split("-")
    _, days, _ = run("cash", "z", "--period", "day", "--date", months[0]["start"])
    assert len(days) <= 1
    file = tmp_path / "mois.zip"
    code, made, _ = run("cash", "archive", "--year", year, "--month", str(int(month)), "--out", str(file))
    assert (code, made["file"]) == (0, str(file))
    code, report, _ = run("cash", "verify-archive", str(file))
    assert (code, report["archive"], report["mode"]) == (0, "ok", "demo")
    assert report["closings"] > 1
    assert run("verify")[0] == 0
    code, refused, err = run("cash", "archive", "--year", "2019", "--out", str(tmp_path / "no.zip"))
    assert (code, refused["findings"][0]["code"]) == (3, "GAL-CAI-31")
    assert "GAL-CAI-31" in err
    assert not (tmp_path / "no.zip").exists()


def test_a_damaged_archive_and_a_wrong_year_are_told(run: Any, tmp_path: Path) -> None:  # noqa: ANN401
    (tmp_path / "x.zip").write_bytes(b"PK")
    code, _, err = run("cash", "verify-archive", str(tmp_path / "x.zip"))
    assert (code, "GAL-CAI-30" in err) == (3, True)
    assert run("cash", "archive", "--year", "0", "--out", str(tmp_path / "y.zip"))[0] == 2
    assert run("cash", "archive", "--year", "2026", "--month", "13", "--out", str(tmp_path / "y.zip"))[0] == 2


@pytest.mark.req("OFF-CAI-02")
def test_verify_names_the_first_bad_entry_of_the_till(run: Any, folder: Path) -> None:  # noqa: ANN401
    with closing(sqlite3.connect(folder / "galien.sqlite", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER cash_record_no_update")
        connection.execute("UPDATE cash_record SET amount = amount - 100 WHERE seq = 9")
    code, said, err = run("verify")
    assert (code, said["cash"], said["ordonnancier"]) == (3, "bad", "ok")
    assert (said["first_bad"]["seq"], said["first_bad"]["register"]) == (9, "cash")
    assert "la caisse" in err
