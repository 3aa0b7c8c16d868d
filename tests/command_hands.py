"""How does a test run a command of the technician on a data folder, and alter its base behind Galien's back?"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from app import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def runner(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any, str]]:
    """Return what runs a command with ``--json`` on the folder: its exit code, its JSON and its messages."""

    def called(*words: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        code = cli.main([*words, "--data", str(folder), "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out), said.err

    return called


def alter(folder: Path, *statements: str) -> None:
    """Run SQL on the embedded base of the folder, each statement on its own."""
    with closing(sqlite3.connect(folder / "galien.sqlite", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
