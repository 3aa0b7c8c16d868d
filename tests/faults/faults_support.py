"""How often is each fault provoked, and how is a workstation killed hundreds of times in a minute?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]


def repeats(usual: int, full: int) -> int:
    """Return how often to provoke a fault: ``usual`` times, or as often as asked, at most ``full`` times."""
    asked = os.environ.get("GALIEN_FAULT_COUNT")
    return min(int(asked), full) if asked else usual


def wait_until_alone(engine: Engine) -> None:
    """Wait until the server has noticed that the workstation is dead: till then its last word may still count."""
    if engine.dialect.name != "postgresql":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        others = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        while connection.scalar(others):
            time.sleep(0.005)


class Nursery:
    """A process that has loaded everything, and bears one workstation after the other, to be killed."""

    def __init__(self, script: str) -> None:
        """Bear workstations that do what ``script`` does."""
        self._process = subprocess.Popen(
            [sys.executable, str(_HERE / script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env=os.environ | {"PYTHONPATH": str(_ROOT)},
        )

    def run(self, target: str, kill_after: float | None = None) -> list[str]:
        """Let a workstation work on ``target`` from the moment it is ready; return what it said.

        It is killed after so many seconds; by itself it ends where ``kill_after`` is None.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(target + "\n")
        self._process.stdin.flush()
        pid = int(self._line())
        assert self._line() == "ready"
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return list(iter(self._line, "over"))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")


def bear(work: Callable[[str], Iterator[str]]) -> None:
    """Be a nursery: for each line read, bear a workstation that does ``work`` and says what it yields."""
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _say(str(os.getpid()))
            for said in work(line.rstrip("\n")):
                _say(said)
            os._exit(0)
        os.waitpid(pid, 0)
        _say("over")


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())
