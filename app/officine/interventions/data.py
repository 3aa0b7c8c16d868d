"""How is an intervention pharmaceutique coded, and which reasons are usual? A dated table of ours, with its source."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path

from app.kernel.errors import FileUnusable
from app.officine.interventions.model import Coding, Reason

_FILE = Path(__file__).resolve().parents[3] / "resources" / "interventions" / "codes.json"


@cache
def coding() -> Coding:
    """Return the codes and the usual reasons. Raises FileUnusable where the table can't be read."""
    try:
        data = json.loads(_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileUnusable("La table des interventions pharmaceutiques est illisible.") from error
    return Coding(
        problems=data["problems"],
        kinds=data["kinds"],
        outcomes=data["outcomes"],
        reasons=tuple(Reason(**row) for row in data["reasons"]),
        checked_on=dt.date.fromisoformat(data["checked_on"]),
        source=data["source"],
        confidence=data["confidence"],
        legal=tuple(Reason(**row) for row in data["legal_reasons"]),
        reasons_of=data["reasons_of"],
    )
