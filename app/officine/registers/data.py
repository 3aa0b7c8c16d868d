"""How long is each register kept, and which substances derive from blood? Dated tables of ours, with their sources."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.kernel.errors import FileUnusable
from app.officine.registers.model import DerivedSubstance, Retention

_FOLDER = Path(__file__).resolve().parents[3] / "resources" / "registers"


@dataclass(frozen=True, slots=True)
class DerivedTable:
    """The substances derived from human blood, when the table was checked last, and against what."""

    rows: tuple[DerivedSubstance, ...]
    checked_on: dt.date
    source: str


@cache
def retentions() -> tuple[Retention, ...]:
    """Return how long each register is kept. Raises FileUnusable where the table can't be read."""
    return tuple(Retention(**row) for row in _read("retention.json")["rows"])


def retention_of(register: str) -> Retention:
    """Return how long a register is kept; raises KeyError for an unknown one."""
    found = {row.register: row for row in retentions()}
    return found[register]


@cache
def derived_table() -> DerivedTable:
    """Return the substances derived from human blood. Raises FileUnusable where the table can't be read."""
    data = _read("derived.json")
    rows = tuple(DerivedSubstance(tuple(row["words"]), tuple(row["but"]), row["label"]) for row in data["rows"])
    return DerivedTable(rows, dt.date.fromisoformat(data["checked_on"]), data["source"])


def _read(name: str) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads((_FOLDER / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileUnusable(f"La table {name} des registres est illisible.") from error
    return data
