"""Which rate of VAT does a medicine bear on a day?"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.kernel.money import Rate

if TYPE_CHECKING:
    import datetime as dt

_DATA = Path(__file__).resolve().parents[3] / "resources" / "tariffs" / "vat.json"


@cache
def medicine_rate(day: dt.date, *, reduced: bool) -> Rate:
    """Return the rate of VAT of a medicine sold on ``day``.

    ``reduced`` is True for a medicine that is reimbursable, or admitted for public hospitals (« agréé aux
    collectivités »). Source: CGI articles 281 octies and 278 quater; the amounts are dated data.
    """
    kind = "reimbursed_medicine" if reduced else "medicine"
    rows = json.loads(_DATA.read_text(encoding="utf-8"))["rows"]
    held = [row for row in rows if row["kind"] == kind and _holds(row, day)]
    return Rate(int(held[-1]["permille"]) * 10)


def _holds(row: dict[str, str | None], day: dt.date) -> bool:
    until = row["valid_to"]
    since = row["valid_from"] or ""
    return since <= day.isoformat() and (until is None or day.isoformat() <= until)
