"""Does the diagnosis always end, in time, with every probe answered and nobody named?"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app import bootstrap, cli
from app.cli import doctor, probe, probes_data, probes_machine
from app.paths import DataFolder

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.req("OFF-CLI-03")


@pytest.fixture
def folder(sqlite_file: Path, tmp_path: Path) -> Path:
    """A data folder with a database migrated to head and nothing in it."""
    root = tmp_path / "data"
    DataFolder(root).make()
    sqlite_file.rename(root / "galien.sqlite")
    return root


def subject(root: Path) -> probe.Subject:
    return doctor.subject_of(DataFolder(root))


def run(capsys: pytest.CaptureFixture[str], root: Path) -> tuple[int, dict[str, object], dict[str, dict[str, str]]]:
    code = cli.main(["doctor", "--json", "--data", str(root)])
    told = json.loads(capsys.readouterr().out)
    return code, told, {line["name"]: line for line in told["probes"]}


def answering(answer: probe.Answer | Exception, delay: float = 0.0) -> Callable[[probe.Subject], probe.Answer]:
    def ask(subject: probe.Subject) -> probe.Answer:
        time.sleep(delay)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


def test_a_sound_folder_has_no_defect(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, told, lines = run(capsys, folder)
    assert {name: line for name, line in lines.items() if line["status"] == "fail"} == {}
    assert (code, told["ok"]) == (0, True)
    assert lines.keys() == doctor.PROBES.keys() == doctor.LABELS.keys()
    assert lines["database"]["status"] == lines["registers"]["status"] == "ok"
    assert "Qt 6" in lines["qt"]["detail"]


def test_a_folder_that_is_not_there_yet_is_not_made(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, lines = run(capsys, tmp_path / "later")
    assert code == 0
    assert lines["data_folder"]["status"] == "warn"
    assert not (tmp_path / "later").exists()


def test_a_damaged_database_is_a_defect_with_its_advice(folder: Path) -> None:
    file = folder / "galien.sqlite"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    file.write_bytes(content)
    answers = probe.run_all({"database": probes_data.database}, subject(folder), 10)
    assert answers["database"].status == "fail"
    assert "galien restore" in answers["database"].advice


def test_a_database_lost_from_a_folder_that_served_is_a_defect(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bootstrap.open_services(tmp_path / "data").close()
    (tmp_path / "data" / "galien.sqlite").unlink()
    code, told, lines = run(capsys, tmp_path / "data")
    assert (code, told["ok"], lines["database"]["status"]) == (3, False, "fail")
    assert "galien restore" in lines["database"]["advice"]


@pytest.mark.parametrize("content", [None, b"", b"pourri"], ids=["removed", "emptied", "rotten"])
def test_a_catalogue_whose_file_is_damaged_is_a_defect(tmp_path: Path, content: bytes | None) -> None:
    bootstrap.open_services(tmp_path / "data").close()
    whole = probes_data.catalog(subject(tmp_path / "data"))
    (file,) = (tmp_path / "data" / "catalogs").iterdir()
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    damaged = probes_data.catalog(subject(tmp_path / "data"))
    assert whole.status != "fail"
    assert (damaged.status, "galien catalog import" in damaged.advice) == ("fail", True)


def test_a_newer_schema_is_a_defect(folder: Path) -> None:
    with sqlite3.connect(folder / "galien.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    answers = probe.run_all({"database": probes_data.database}, subject(folder), 10)
    assert answers["database"].status == "fail"
    assert "à jour" in answers["database"].advice


def test_unreadable_settings_are_told_and_stop_no_other_probe(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "settings.json").write_text("{", encoding="utf-8")
    code, told, lines = run(capsys, folder)
    assert (code, told["ok"]) == (3, False)
    assert lines["settings"]["status"] == "fail"
    assert lines["database"]["status"] == "ok"


def test_a_probe_that_fails_or_hangs_is_an_answer_like_another(folder: Path) -> None:
    probes = {
        "good": answering(probe.Answer("ok", "Bien.")),
        "broken": answering(ZeroDivisionError("185057800608491")),
        "hung": answering(probe.Answer("ok", "Trop tard."), delay=5),
    }
    answers = probe.run_all(probes, subject(folder), seconds=0.3)
    assert [answer.status for answer in answers.values()] == ["ok", "fail", "warn"]
    assert "185057800608491" not in answers["broken"].detail
    assert "Pas de réponse" in answers["hung"].detail


def test_no_answer_names_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/jmartin"))
    shown = probe.Answer("ok", "/home/jmartin/Galien, INS 185057800608491").as_json()
    assert shown["detail"] == "~/Galien, INS [identifiant masqué]"


def test_a_clock_before_the_last_write_is_a_defect(folder: Path) -> None:
    later = time.time() + 3600
    os.utime(folder / "galien.sqlite", (later, later))
    assert probes_machine.clock(subject(folder)).status == "fail"


def test_a_folder_without_backup_is_told(folder: Path) -> None:
    assert probes_data.last_backup(subject(folder)).status == "warn"


def test_a_server_that_does_not_answer_is_a_defect(folder: Path) -> None:
    url = f"postgresql+psycopg://galien:secret@/galien?host={folder}&port=1"
    (folder / "settings.json").write_text(json.dumps({"database_url": url}), encoding="utf-8")
    answers = probe.run_all({"postgresql": probes_data.postgresql}, subject(folder), 10)
    assert answers["postgresql"].status == "fail"
    assert "secret" not in answers["postgresql"].detail
