"""Does the patient still have days of what is delivered again?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural
from app.officine.safety.data import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.officine.safety.model import SafetyCase, Taken

EARLY = "GAL-SEC-24"


def check(case: SafetyCase) -> Iterator[Finding]:
    """Return, for each product delivered again well before it runs out, until when the patient has some."""
    if case.today is None:
        return
    early = duration("early_renewal_days")
    told: set[str] = set()
    for line in case.lines:
        lasting = [past.until for past in case.treatment if past.until is not None and is_same(line, past)]
        until = max(lasting, default=None)
        if until is None or line.code in told or (until - case.today).days <= early.value:
            continue
        told.add(line.code)
        left = plural((until - case.today).days, "jour")
        yield Finding(
            EARLY,
            Severity.INFO,
            f"{line.short} : encore {left} de traitement, jusqu’au {french.short_date(until)}.",
            f"Délivré d’après la durée saisie. Signalé au-delà de {plural(early.value, 'jour')} d’avance : "
            f"{early.source}.",
            line.line_id,
        )


def is_same(line: Taken, past: Taken) -> bool:
    """Return True for the same treatment: the product itself, or one of its generic group."""
    return line.code == past.code or (line.group_id is not None and line.group_id == past.group_id)
