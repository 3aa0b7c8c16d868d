"""Are the settings of a workstation kept whole, and a bad file refused without loss?"""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from app import logs, settings
from app.kernel.errors import DatabaseReadOnly, FileUnusable
from app.kernel.mode import Mode
from app.paths import DataFolder

if TYPE_CHECKING:
    from pathlib import Path


def test_settings_survive_the_disk(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    chosen = settings.Settings(mode=Mode.TRAINING, zoom_percent=150, keys={"counter.validate": "F10"})
    settings.save(file, chosen)
    assert settings.load(file) == chosen


def test_a_new_folder_is_a_demonstration(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "none.json").mode is Mode.DEMO


@pytest.mark.parametrize("text", ["", "{", "[]", '{"mode": "real"}', '{"zoom_percent": "150"}', "\x00\xff"])
def test_a_defective_file_is_named_and_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(FileUnusable) as caught:
        settings.load(file)
    assert caught.value.code == "GAL-ENV-15"
    assert file.read_text(encoding="latin-1") == text


def test_out_of_range_values_are_brought_back_and_unknown_ones_ignored(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"zoom_percent": 900, "scanner_gap_ms": 1, "later": True}), encoding="utf-8")
    read = settings.load(file)
    assert (read.zoom_percent, read.scanner_gap_ms) == (200, 20)


def test_settings_that_cannot_be_written_leave_the_old_ones(tmp_path: Path) -> None:
    with pytest.raises(DatabaseReadOnly):
        settings.save(tmp_path / "missing" / "settings.json", settings.Settings())


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("x", encoding="utf-8")
    with pytest.raises(FileUnusable):
        DataFolder(file).make()


@pytest.mark.req("OFF-SSI-05")
@pytest.mark.parametrize(
    "said", ["INS 275126322074974", "nir 297022A020778 78", "RPPS 10005173140", "clé:2751263220749"]
)
def test_no_identifier_reaches_the_log(tmp_path: Path, said: str) -> None:
    logs.start(tmp_path)
    logging.getLogger("galien.test").warning("appel %s", said)
    logging.getLogger("galien").handlers[0].flush()
    written = (tmp_path / "galien.log").read_text(encoding="utf-8")
    logs.start(tmp_path)
    assert "masqué" in written
    assert not any(part.isdigit() and len(part) > 8 for part in written.split())


def test_unknown_printing_choices_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"print_ticket": "sometimes", "printers": {"a4": 7, "ticket": "Epson"}}))
    read = settings.load(file)
    assert read.print_ticket == settings.TICKET_ON_DEMAND
    assert read.printers == {"ticket": "Epson"}


def test_changes_saved_at_once_by_two_threads_leave_a_whole_file(tmp_path: Path) -> None:
    """A change of printer and a change of theme are saved in the background, one right after the other."""
    file = tmp_path / "settings.json"
    long = settings.Settings(keys={f"act{rank}": "F1" for rank in range(2_000)})
    with ThreadPoolExecutor(8) as pool:
        for saved in [
            pool.submit(settings.save, file, long if rank % 2 else settings.Settings()) for rank in range(60)
        ]:
            saved.result()
    assert settings.load(file) in (long, settings.Settings())
