"""Which copies must be kept, how long, and what is asked to set one aside?"""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line, typographic

if TYPE_CHECKING:
    import datetime as dt

NAME_LIMIT = 120
REASON_LIMIT = 200
MISSING_COPY = "GAL-COP-30"
ENDINGS = frozenset({".pdf", ".jpg", ".jpeg", ".png"})
"""The names under which a scanner leaves what may be kept; the content decides."""


def kept_name(name: str) -> str:
    """Return the name of a file as it is kept: its last part, on one line."""
    return one_line(name.replace("\\", "/").rsplit("/", 1)[-1], NAME_LIMIT).strip()


def check_reason(reason: str) -> list[Finding]:
    """Return what is wrong with the reason for which a copy is set aside."""
    if one_line(reason, REASON_LIMIT).strip():
        return []
    return [_error("GAL-COP-10", "Dites pourquoi la copie est retirée.", "Tapez le motif, puis Entrée.", "reason")]


def gone() -> Finding:
    """Return the refusal of an act on a copy that is not there, or set aside by somebody else."""
    return _error("GAL-COP-11", "Cette copie n’est plus jointe.", "Rouvrez la liste.")


def no_delivery(number: int) -> Finding:
    """Return the refusal to join a copy to a delivery that does not exist."""
    return _error("GAL-COP-12", f"Aucune délivrance ne porte le n° {number}.", "Vérifiez le numéro.")


def missing_copy(years: int, source: str, key: str) -> Finding:
    """Return what is said where a copy must be kept and none is joined: it forbids nothing."""
    text = f"Stupéfiant ou assimilé : aucune copie de l’ordonnance n’est jointe. Elle se garde {years} ans ({source})."
    return Finding(MISSING_COPY, Severity.INFO, typographic(text), f"Joignez-la ({key}), même après la délivrance.")


def kept_until(day: dt.date, years: int) -> dt.date:
    """Return the last day on which a copy of a delivery of ``day`` must be kept."""
    year = day.year + years
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), advice, subject)
