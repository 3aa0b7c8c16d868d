"""What does the law set to the life of an ordonnance, on a given day? Dated tables of ours, with their articles."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.kernel.errors import FileUnusable
from app.kernel.text import typographic

_FOLDER = Path(__file__).resolve().parents[3] / "resources" / "prescriptions"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule from a day on: a number of ``unit`` (mois, jour; empty where it sets none), its article and its text."""

    key: str
    value: int
    unit: str
    valid_from: dt.date
    valid_to: dt.date | None
    article: str
    text: str

    @property
    def words(self) -> str:
        """The text of the rule with its article, as the screen shows it."""
        return f"{self.text.rstrip('.')} ({self.article})."


@dataclass(frozen=True, slots=True)
class ExceptionTable:
    """The medicines that ask for an ordonnance d'exception, by CIS; ``source`` is empty where none was loaded."""

    cis: frozenset[str]
    source: str
    checked_on: dt.date


@cache
def rules() -> tuple[Rule, ...]:
    """Return all the rows. Raises FileUnusable where the table can't be read."""
    return tuple(_rule(row) for row in _read("rules.json")["rows"])


def rule_on(key: str, day: dt.date) -> Rule:
    """Return the rule in force on a day; before its first row, that first row. Raises KeyError for an unknown key."""
    rows = sorted((row for row in rules() if row.key == key), key=lambda row: row.valid_from)
    if not rows:
        raise KeyError(key)
    held = [row for row in rows if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)]
    return held[-1] if held else rows[0]


@cache
def exception_table() -> ExceptionTable:
    """Return the médicaments d'exception. Raises FileUnusable where the table can't be read."""
    data = _read("exception.json")
    cis = frozenset(str(row["cis"]) for row in data["rows"])
    return ExceptionTable(cis, data["source"], dt.date.fromisoformat(data["checked_on"]))


def _rule(row: dict[str, Any]) -> Rule:
    until = row["valid_to"]
    return Rule(
        key=row["key"],
        value=row["value"],
        unit=row["unit"],
        valid_from=dt.date.fromisoformat(row["valid_from"]),
        valid_to=None if until is None else dt.date.fromisoformat(until),
        article=row["article"],
        text=typographic(row["text"]),
    )


def _read(name: str) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads((_FOLDER / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileUnusable(f"La table {name} des ordonnances est illisible.") from error
    return data
