"""How do the screens tell of a document of the pharmacist: its state, its people, what is done and what is not yet?"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from app.kernel.clock import PARIS
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP, plural
from app.officine.care.model import DocumentKind, DocumentState
from app.ui import formats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.officine.care.model import Addressee, WrittenDocument

SHORT: Final = {
    DocumentKind.VACCINATION: "Vaccination",
    DocumentKind.ENTRETIEN: "Entretien",
    DocumentKind.BILAN: "Bilan de médication",
}
"""The kinds where room is short."""
STATE_CHIPS: Final = {
    DocumentState.VALID: "success",
    DocumentState.REPLACED: "neutral",
    DocumentState.DELETED: "danger",
}
NOTHING_SENT: Final = (
    "Rien n’est envoyé\u00a0: l’envoi au DMP et par MSSanté n’est pas encore construit dans cette version."
)
TO_HAND: Final = "Imprimez le document (Ctrl+P) pour le remettre."
_TIME: Final = re.compile(r"(\d{1,2})\s*[:hH.]?\s*(\d{2})?")


def parse_time(text: str) -> dt.time | None:
    """Return a time as typed in France (``14:05``, ``14h``, ``1405``); None for what is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    return dt.time(hours, minutes) if hours < 24 and minutes < 60 else None


def at(day: dt.date, hour: dt.time) -> dt.datetime:
    """Return the aware moment of a day and an hour in Paris, in UTC."""
    return dt.datetime.combine(day, hour, PARIS).astimezone(dt.UTC)


def addressee(one: Addressee) -> str:
    """Return a recipient on one line, with how the document may reach them."""
    # An address may go on to the next line after its sign: it is longer than a narrow sheet.
    ways = [f"RPPS{NBSP}{one.rpps}" if one.rpps else "", one.mss.replace("@", "@\u200b")]
    told = ", ".join(way for way in ways if way)
    name = f"{one.family_name} {one.given_name}".strip()
    return f"{name} ({told})" if told else name


def names(recipients: Iterable[Addressee]) -> str:
    """Return the family names of the recipients; a dash for none."""
    return ", ".join(one.family_name for one in recipients) or formats.NOTHING


def done(document: WrittenDocument) -> list[tuple[str, str]]:
    """Return what was done of a document that was just written or is read again, each with the role of its text."""
    said = [
        ("Enregistré\u00a0: document CDA et PDF gardés dans le dossier du patient, inscrits à la trace.", "success"),
        ("Conforme aux règles du kit de l’ANS installé.", "success")
        if document.is_judged
        else ("Contrôlé par Galien seul\u00a0: le kit de l’ANS n’était pas installé.", "muted"),
        (
            "Matricule INS et DataMatrix portés par le document."
            if document.carries_ins
            else "Traits seuls, sans matricule ni DataMatrix\u00a0: l’identité n’était pas qualifiée.",
            "body",
        ),
    ]
    return [*said, (f"{NOTHING_SENT} {TO_HAND}" if document.is_live else NOTHING_SENT, "muted")]


def counted(findings: Iterable[Finding]) -> str:
    """Return how many findings stand in the way, and how many are to be looked at; empty for none."""
    ranked = [one.severity for one in findings]
    errors, warnings = ranked.count(Severity.ERROR), ranked.count(Severity.WARNING)
    told = [
        plural(errors, "point bloquant", "points bloquants") if errors else "",
        plural(warnings, "point à vérifier", "points à vérifier") if warnings else "",
    ]
    return ", ".join(part for part in told if part)


def draft_stands(kind: DocumentKind) -> InputDefect:
    """Return why another document of a kind is not begun: what is typed of the one before would be lost."""
    return InputDefect(
        f"Un autre brouillon attend pour ce patient : {kind.label.lower()}.",
        code="GAL-SOI-64",
        advice="Reprenez-le pour le valider, ou abandonnez-le (F8), puis recommencez.",
    )


def refusal(number: int, text: str, advice: str, subject: str = "") -> Finding:
    """Return a refusal of the screens themselves, before any service is asked."""
    return Finding(f"GAL-SOI-{number}", Severity.ERROR, text, advice, subject)
