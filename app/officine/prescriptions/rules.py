"""Is this prescriber acceptable as typed, under which words is one found, and is an ordonnance still alive?"""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from app.kernel import identifiers
from app.kernel.outcome import Finding, Severity
from app.kernel.text import name_words, typographic, words

if TYPE_CHECKING:
    import datetime as dt

    from app.officine.prescriptions.model import KeptPrescription, PrescribedLine, Prescriber, PrescriberDraft

LONGEST_DAYS = 366
TOLERANCE_DAYS = 3
"""How many days before the boxes run out a renewal falls due; chosen by the officine (CSP R.5132-14 sets no figure)."""

_FINESS = re.compile(r"[0-9][0-9AB][0-9]{7}")
_LIMITS = {
    "family_name": 100, "given_name": 100, "specialty": 100, "address_line": 100,
    "postal_code": 10, "city": 100, "phone": 30, "mss": 120,
}  # fmt: skip


def trimmed(draft: PrescriberDraft) -> PrescriberDraft:
    """Return the draft without spaces around its texts."""
    values: dict[str, Any] = {name: value.strip() for name, value in asdict(draft).items()}
    return replace(draft, **values)


def check_prescriber(draft: PrescriberDraft, same_rpps: Prescriber | None) -> list[Finding]:
    """Return what is wrong with a prescriber; ``same_rpps`` is who already has this RPPS number, if any."""
    findings = [
        _error(
            "GAL-PRE-02", f"Texte de plus de {limit} caractères, ou caractère invisible.", "Corrigez le texte.", field
        )
        for field, limit in _LIMITS.items()
        if len(getattr(draft, field)) > limit or not getattr(draft, field).isprintable()
    ]
    if not draft.family_name:
        findings.append(_error("GAL-PRE-01", "Le nom du prescripteur manque.", "Indiquez-le.", "family_name"))
    if draft.rpps and not identifiers.is_rpps(draft.rpps):
        text = "Le numéro RPPS n’est pas valide : 11 chiffres, le dernier est une clé."
        findings.append(_error("GAL-PRE-03", text, "Recopiez-le depuis l’ordonnance.", "rpps"))
    if draft.finess and _FINESS.fullmatch(draft.finess) is None:
        text = "Le numéro FINESS n’a pas neuf chiffres."
        findings.append(_error("GAL-PRE-04", text, "Recopiez-le depuis l’ordonnance.", "finess"))
    if same_rpps is not None:
        text = f"Ce numéro RPPS est déjà celui de {same_rpps.display_name}."
        findings.append(_error("GAL-PRE-05", text, "Choisissez ce prescripteur dans la liste.", str(same_rpps.id)))
    return findings


def prefixes(text: str) -> list[str]:
    """Return the folded words of a search, each once."""
    return list(dict.fromkeys(words(text)))[:8]


def search_words(prescriber: PrescriberDraft) -> set[str]:
    """Return the folded words under which a prescriber is found: names and RPPS number."""
    found = set(name_words(prescriber.family_name) | name_words(prescriber.given_name))
    return found | {prescriber.rpps} if prescriber.rpps else found


def prescribed_days(line: PrescribedLine) -> int | None:
    """Return how long the whole treatment of a line lasts, renewals included; None where its length was not said."""
    if line.total_days is not None:
        return line.total_days
    return None if line.days is None else line.days * (1 + line.renewals)


def is_live(kept: KeptPrescription, today: dt.date) -> bool:
    """Return True while something is left to deliver on an ordonnance of less than a year (CSP R.5132-21)."""
    left = [line for line in kept.to_deliver if not line.is_over(today)]
    return bool(left) and (today - kept.written_on).days <= LONGEST_DAYS


def _error(code: str, text: str, advice: str, subject: str) -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)
