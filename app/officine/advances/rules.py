"""May these boxes be billed, or brought back, and since when do they wait? Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.clock import paris_date
from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP, plural, typographic

if TYPE_CHECKING:
    import datetime as dt

    from app.officine.advances.model import Advance

LATE_DAYS = 7
"""An avance that waits for longer is shown as late, where the officine has chosen no other number of days.

A habit of the trade: no text gives a number.
"""

MOST_DAYS = 90
REASON_LIMIT = 200


def check_days(days: int) -> list[Finding]:
    """Return what is wrong with the number of days after which an avance is late."""
    if 1 <= days <= MOST_DAYS:
        return []
    return [_error("GAL-AVA-09", f"De 1 à {MOST_DAYS} jours.", "Corrigez le délai.", "days")]


def age_days(advance: Advance, today: dt.date) -> int:
    """Return for how many days an avance has been waiting."""
    return (today - paris_date(advance.at)).days


def is_late(advance: Advance, today: dt.date, days: int) -> bool:
    """Return True where an avance waits for longer than ``days``."""
    return advance.left > 0 and age_days(advance, today) > days


def check_left(advance: Advance | None, quantity: int, subject: str = "") -> list[Finding]:
    """Return why ``quantity`` boxes of an avance can't be billed or brought back."""
    if advance is None:
        return [_error("GAL-AVA-05", "Cette avance n’existe pas.", "Relisez la liste (F8).", subject)]
    if not 1 <= quantity <= advance.left:
        text = f"{advance.label} : {plural(advance.left, 'boîte')} de l’avance n°{NBSP}{advance.number} à régulariser"
        return [_error("GAL-AVA-06", f"{text}, pas {quantity}.", "Une boîte se facture une fois.", subject)]
    return []


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)
