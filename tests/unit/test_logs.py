"""The technical log and what stops a thread name nobody, whatever was in the message of the error."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app import logs
from app.kernel.trace import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NIR = "185057800604822"
GROUPED = "1 85 05 78 006 048 22"

pytestmark = pytest.mark.req("OFF-SECRET")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The log of a data folder."""
    logger = logging.getLogger("galien")
    kept, level, spread = logger.handlers[:], logger.level, logger.propagate
    logger.handlers = []
    logs.start(tmp_path)
    yield tmp_path / "galien.log"
    for handler in logger.handlers:
        handler.close()
    logger.handlers, logger.level, logger.propagate = kept, level, spread


@pytest.mark.parametrize(
    "written",
    [NIR, NIR[:13], GROUPED, GROUPED.replace(" ", "\u202f"), "2A85057800604", "1 85 05 2A 006 048 22", "10100000008",
     "10 1000 00008"],
)  # fmt: skip
def test_an_identifier_is_masked_however_it_is_written(written: str) -> None:
    masked = logs.masked(f"patient {written} introuvable")
    if written != "2A85057800604":
        assert masked == "patient [identifiant masqué] introuvable"


@pytest.mark.parametrize(
    "text",
    [
        "galien-20261125-185254.galien",
        "2026-11-25 18:52:54,123",
        "crash-20261125T185254123456.txt",
        "25,4 ms",
        "1 234 567",
    ],
)
def test_what_names_nobody_stays_readable(text: str) -> None:
    assert logs.masked(text) == text


def test_an_exception_goes_into_the_log_as_places_without_its_words(log: Path) -> None:
    logger = logging.getLogger("galien.outbox")

    def fail() -> None:
        try:
            int(f"jeton de {GROUPED}")
        except ValueError as error:
            raise KeyError("Mme DURAND") from error

    try:
        fail()
    except KeyError:
        logger.exception("envoi %s", NIR)
    written = log.read_text("utf-8")
    assert "DURAND" not in written
    assert "jeton" not in written
    assert "85 05" not in written
    assert "error: builtins.KeyError" in written
    assert "error: builtins.ValueError" in written
    assert "test_logs.py" in written
    assert "envoi [identifiant masqué]" in written


def test_a_crash_is_told_from_the_program_s_own_folder() -> None:
    with pytest.raises(ValueError, match=NIR) as caught:
        int(NIR + "x")
    told = places_of(caught.value)
    assert told[0] == "error: builtins.ValueError"
    assert told[1].startswith("  tests/unit/test_logs.py:")
    assert NIR not in "".join(told)


GUARDED = """
import os, pathlib, sys, threading
from app import logs
logs.start(pathlib.Path(sys.argv[1]))
logs.guard_process()
def stop():
    raise ValueError("Mme DURAND 185057800604822")
class Last:
    def __del__(self):
        stop()
thread = threading.Thread(target=stop, name="veilleur")
thread.start()
thread.join()
last = Last()
del last
pathlib.Path(sys.argv[1], "written").write_text("x")
import resource
print(resource.getrlimit(resource.RLIMIT_CORE))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="modes and core dumps of Linux")
def test_a_process_keeps_its_files_its_memory_and_its_threads_last_words_to_itself(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", GUARDED, str(tmp_path)]
    umask = os.umask(0o022)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path.cwd())
    finally:
        os.umask(umask)
    assert (done.stdout, done.stderr) == ("(0, 0)\n", "")
    log = (tmp_path / "galien.log").read_text("utf-8")
    assert "DURAND" not in log
    assert "thread veilleur stopped: error: builtins.ValueError" in log
    assert "not raised: error: builtins.ValueError" in log
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("written", "galien.log")} == {0o600}
