"""Does `galien registers` hand over what is kept, and does `galien verify` name the first bad entry of each?"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from app import bootstrap
from app.cli import frame, main
from app.kernel.clock import FixedClock

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 11, 23, 9, 42, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration's folder, closed."""
    root = tmp_path_factory.mktemp("demo") / "data"
    bootstrap.create_demo(root, clock=FixedClock(NOW)).close()
    return root


@pytest.mark.req("OFF-REG-08")
@pytest.mark.parametrize("register", ["ordonnancier", "stupefiants", "derives"])
def test_a_register_is_exported(register: str, demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["registers", "export", register, "--out", str(tmp_path), "--data", str(demo)]
    assert main(words) == frame.DONE
    titles = (tmp_path / f"{register}.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert "label" in titles.split(";")
    capsys.readouterr()
    assert main([*words, "--since", "2026-11-01", "--json"]) == frame.DONE
    said = json.loads(capsys.readouterr().out)
    written = json.loads((tmp_path / f"{register}.json").read_text(encoding="utf-8"))
    assert said["entries"] == len(written["entries"])
    assert all(entry["day"] >= "2026-11-01" for entry in written["entries"])


@pytest.mark.req("OFF-REG-05")
def test_the_balance_of_a_month_is_written_as_a_pdf(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "balance.pdf"
    words = ["registers", "balance", "--month", "2026-10", "--out", str(file), "--data", str(demo), "--json"]
    assert main(words) == frame.DONE
    said = json.loads(capsys.readouterr().out)
    assert said["closed"] == "2026-11-23"
    assert said["differences"] == {}
    for line in said["lines"]:
        gone = line["exits"] + line["destroyed"] + line["lost"]
        assert line["closing"] == line["opening"] + line["entries"] - gone + line["adjusted"]
    document = pypdfium2.PdfDocument(file.read_bytes())
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "octobre 2026" in text
    assert "Pharmacie des Simples" in text


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["balance", "--month", "2026-13", "--out", "x.pdf"], frame.REFUSED),
        (["export", "autre", "--out", "x"], frame.USAGE),
        (["export", "derives", "--out", "x", "--since", "hier"], frame.USAGE),
        (["balance", "--month", "2026-10", "--out", "/nulle/part/x.pdf"], frame.ENVIRONMENT),
    ],
)
def test_what_can_t_be_done_is_said_and_leaves_no_file(
    words: list[str], code: int, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["registers", *words, "--data", str(demo)]) == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.req("OFF-REG-06")
def test_verify_names_the_first_bad_entry_of_the_register_of_stupefiants(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "data"
    shutil.copytree(demo, copy)
    assert main(["verify", "--data", str(copy), "--json"]) == frame.DONE
    said = json.loads(capsys.readouterr().out)
    assert {"database", "audit_entries", "first_bad", "ordonnancier", "cash"} <= said.keys()
    assert (said["stupefiants"], said["derives"], said["annotations"]) == ("ok", "ok", "ok")
    with sqlite3.connect(next(copy.glob("*.sqlite"))) as base:
        base.execute("DROP TRIGGER narcotic_entry_no_update")
        base.execute("UPDATE narcotic_entry SET balance = balance + 14 WHERE seq = 3")
    base.close()
    assert main(["verify", "--data", str(copy), "--json"]) == frame.REFUSED
    told = capsys.readouterr()
    said = json.loads(told.out)
    assert (said["stupefiants"], said["ordonnancier"]) == ("bad", "ok")
    assert (said["first_bad"]["register"], said["first_bad"]["seq"]) == ("stupefiants", 3)
    assert "le registre des stupéfiants" in told.err


@pytest.mark.req("OFF-REG-09")
def test_the_durations_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["registers", "retention", "--json"]) == frame.DONE
    told = {one["register"]: one["years"] for one in json.loads(capsys.readouterr().out)}
    assert (told["derives"], told["stupefiants"]) == (40, 10)
