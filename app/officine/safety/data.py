"""How far back does a treatment go, which classes are never doubled, which families cause allergies? Dated tables."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.kernel.errors import FileUnusable

_FOLDER = Path(__file__).resolve().parents[3] / "resources" / "safety"


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of days or months that a check uses, and who says so."""

    value: int
    source: str
    dated: dt.date


@dataclass(frozen=True, slots=True)
class Doubles:
    """Classes of the thesaurus (folded) of which two in one treatment are a double: the reason, and the name to show.

    ``local_routes`` are the routes, folded, by which a product acts where it is put; ``atc_left_out`` the beginnings
    of ATC codes under which several products are usual.
    """

    classes: dict[str, str]
    shown: dict[str, str]
    local_routes: frozenset[str]
    atc_left_out: tuple[str, ...]
    source: str
    dated: dt.date


@cache
def duration(name: str) -> Duration:
    """Return a duration by its name; raises KeyError for an unknown one, FileUnusable without the table."""
    row = {row["name"]: row for row in _read("durations.json")["rows"]}[name]
    return Duration(int(row["value"]), row["source"], dt.date.fromisoformat(row["date"]))


@cache
def doubles() -> Doubles:
    """Return the classes that are not to be doubled. Raises FileUnusable where the table can't be read."""
    data = _read("doubles.json")
    return Doubles(
        classes={row["class"]: row["why"] for row in data["classes"]},
        shown={row["class"]: row["shown"] for row in data["classes"]},
        local_routes=frozenset(data["local_routes"]),
        atc_left_out=tuple(row["atc"] for row in data["atc_left_out"]),
        source=data["source"],
        dated=dt.date.fromisoformat(data["date"]),
    )


@cache
def families() -> dict[str, str]:
    """Return the families under which allergies are told: the word of ``names.json`` and the name to show."""
    return dict(_read("families.json")["families"])


def _read(name: str) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads((_FOLDER / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileUnusable(f"La table {name} des contrôles est illisible.") from error
    return data
