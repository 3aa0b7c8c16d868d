"""What Galien writes is for its owner alone; what leaves the workstation holds no password."""

from __future__ import annotations

import json
import os
import stat
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from app.bootstrap import open_services
from app.cli import doctor, probes_machine
from app.kernel.files import write_whole
from app.paths import DataFolder
from app.store import backup
from app.store.engine import open_engine, sqlite_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.bootstrap import Services
    from app.store.database import Database

NIR = "185057800604822"
ADDRESS = "postgresql+psycopg://galien:Motdepasse-Xy7@serveur/galien?sslmode=require"

pytestmark = pytest.mark.req("OFF-SECRET")
posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")


@pytest.fixture
def open_umask() -> Iterator[None]:
    """The umask of a careless account."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = open_services(tmp_path / "data")
    yield opened
    opened.close()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_what_may_name_a_patient_is_for_its_owner_alone(open_umask: None, services: Services, tmp_path: Path) -> None:
    made = services.back_up_into(tmp_path / "saves")
    written = write_whole(tmp_path / "ticket.pdf", b"x", full="", refused="")
    services.save_settings()
    files = (made.path, written, services.folder.settings_file, *services.folder.keys.iterdir())
    assert {file.name: mode_of(file) for file in files if mode_of(file) != 0o600} == {}
    folders = (services.folder.root, services.folder.prints, services.folder.keys, tmp_path / "saves")
    assert {folder.name: mode_of(folder) for folder in folders if mode_of(folder) != 0o700} == {}


@posix
def test_the_diagnosis_tells_a_data_folder_that_others_may_read(services: Services) -> None:
    root = services.folder.root
    assert probes_machine.data_folder(doctor.subject_of(DataFolder(root))).status == "ok"
    root.chmod(0o750)
    answer = probes_machine.data_folder(doctor.subject_of(DataFolder(root)))
    assert (answer.status, "chmod 700" in answer.advice) == ("warn", True)


@pytest.mark.parametrize("address", [ADDRESS, ADDRESS.replace(":Motdepasse-Xy7", "") + "&password=Motdepasse-Xy7"])
def test_a_backup_holds_the_settings_without_the_password_of_the_base(
    services: Services, tmp_path: Path, address: str
) -> None:
    services.settings.database_url = address
    made = services.back_up_into(tmp_path / "saves")
    with zipfile.ZipFile(made.path) as archive:
        kept = archive.read("settings.json")
    assert b"Motdepasse" not in kept
    assert json.loads(kept)["database_url"] == "postgresql+psycopg://galien@serveur/galien?sslmode=require"
    assert list(services.folder.root.glob(".settings-*")) == []


def test_settings_without_a_password_go_into_the_backup_as_they_are(services: Services, tmp_path: Path) -> None:
    made = services.back_up_into(tmp_path / "saves")
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read("settings.json") == services.folder.settings_file.read_bytes()
        assert not [name for name in archive.namelist() if "key" in name]


def test_the_copy_that_a_killed_backup_left_goes_with_the_next_one(sqlite_database: Database, tmp_path: Path) -> None:
    saves = tmp_path / "saves"
    for name, age in ((".galien-dead", 2 * 24 * 3600), (".galien-alive", 60)):
        (saves / name).mkdir(parents=True)
        (saves / name / "galien.sqlite").write_bytes(b"every patient")
        os.utime(saves / name, (time.time() - age,) * 2)
    backup.make(sqlite_database.engine, saves, now=sqlite_database.clock.now())
    assert [folder.name for folder in saves.glob(".galien-*")] == [".galien-alive"]


def test_an_error_of_the_base_does_not_carry_the_values_of_the_statement(sqlite_file: Path) -> None:
    engine = open_engine(sqlite_url(sqlite_file))
    insert = text("INSERT INTO fact (name, value) VALUES (:name, :value)")
    with engine.begin() as connection:
        connection.execute(insert, {"name": "x", "value": "1"})
        with pytest.raises(IntegrityError) as refused:
            connection.execute(insert, {"name": "x", "value": NIR})
        with pytest.raises(StatementError) as missing:
            connection.execute(insert, {"name": NIR})
    engine.dispose()
    assert NIR not in str(refused.value)
    assert NIR not in str(missing.value)
