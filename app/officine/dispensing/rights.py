"""Which rights of the patient do not hold on the day of the delivery, and so are not billed? Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from app.officine.dispensing.model import DraftLine
    from app.officine.dispensing.rules import Situation

LABELS = {
    "maternity": "Assurance maternité",
    "at": "Accident du travail",
    "vaccine_campaign": "Campagne de vaccination",
    "invalidity": "Pension d’invalidité",
    "ame": "Aide médicale de l’État",
}
"""The exemptions as the counter names them."""


def is_lapsed_ald(line: DraftLine, situation: Situation) -> bool:
    """Return True for a line in relation with a long-term condition that is known, and not covered on the day.

    A condition that is not in the file at all is another matter: the pharmacist answers for it.
    """
    coverage = None if situation.patient is None else situation.patient.coverage
    return line.ald and coverage is not None and coverage.ald and not coverage.ald_on(situation.today)


def check(situation: Situation) -> list[Finding]:
    """Return a warning for each right that is in the file and does not hold today; lines by their ids."""
    return [] if situation.patient is None else list(_check(situation))


def _check(situation: Situation) -> Iterator[Finding]:
    assert situation.patient is not None
    coverage, day = situation.patient.coverage, situation.today
    for line in situation.session.lines:
        if is_lapsed_ald(line, situation):
            when = _when(coverage.ald_from, coverage.ald_to, day)
            yield _warning("GAL-DRT-01", f"{line.label} : ALD {when}, ligne facturée au taux ordinaire.", line.line_id)
    if situation.session.prescription is None:
        return
    if coverage.css and not coverage.css_on(day):
        when = _when(None, coverage.css_to, day)
        yield _warning("GAL-DRT-02", f"CSS {when} : elle n’est pas appliquée.", "patient")
    if coverage.exemption is not None and coverage.exemption_on(day) is None:
        when = _when(coverage.exemption_from, coverage.exemption_to, day)
        label = LABELS.get(coverage.exemption, coverage.exemption)
        yield _warning("GAL-DRT-03", f"{label} : exonération {when}, elle n’est pas appliquée.", "patient")


def _when(first: dt.date | None, last: dt.date | None, day: dt.date) -> str:
    """Say since when a right is over, or from when it will hold."""
    if first is not None and day < first:
        return f"à compter du {french.short_date(first)} seulement"
    return "" if last is None else f"échue le {french.short_date(last)}"


def _warning(code: str, text: str, subject: str) -> Finding:
    advice = typographic("Mettez les droits à jour : Patients (Alt+2), F6 « Droits ».")
    return Finding(code, Severity.WARNING, typographic(text), advice, subject)
