"""How long may the copy of an identity paper be kept, and what is refused?

Sources: RNIV (fiche pratique « copies de pièces d’identité »): enciphered where digital, shown to few, destroyed after
five years; INS.52 of the conformity list: five years after the last activity of the patient.
"""

from __future__ import annotations

import calendar
import datetime as dt

from app.kernel.clock import paris_date
from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line, typographic

RETENTION_YEARS = 5
LARGEST_FILE = 5_000_000
MOST_PAGES = 4
"""Two sides of a card, or the few pages of a residence permit or of a family book that name the person."""

REASON_LIMIT = 200
STRAY_AFTER = dt.timedelta(days=1)
"""Bytes that no copy names after that long were left by a machine that stopped, not by an act under way."""

MARK = "Copie – usage identitovigilance"


def about(patient_id: int, evidence_id: int | None, token: str) -> str:
    """Return what the bytes and their key are bound to: moved to another file, or another check, they don't open."""
    return f"identity-paper:{patient_id}:{evidence_id or 0}:{token}"


def due_on(copied_at: dt.datetime, last_visit: dt.datetime | None) -> dt.date:
    """Return the day from which a copy is destroyed: five years after it was made, or after the last visit."""
    last = copied_at if last_visit is None else max(copied_at, last_visit)
    day = paris_date(last)
    year = day.year + RETENTION_YEARS
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def reason_of(typed: str) -> str:
    """Return the reason for which a copy is destroyed, as it is kept; empty where none was given."""
    return one_line(typed, REASON_LIMIT).strip()


def switched_off() -> Finding:
    """Return the refusal of a copy where the officine keeps none."""
    text = "L’officine ne garde pas de copie des titres d’identité."
    return _error(1, text, "Notez le contrôle sans copie (F8) ; le titulaire règle la conservation dans Réglages.")


def no_patient() -> Finding:
    """Return the refusal of a copy for a file that does not exist."""
    return _error(2, "Ce dossier n’existe pas.", "Choisissez le patient dans la liste.")


def too_heavy() -> Finding:
    """Return the refusal of a file over the limit."""
    text = f"La copie d’un titre ne dépasse pas {LARGEST_FILE // 1_000_000} Mo."
    return _error(3, text, "Numérisez-le en 200 ou 300 points par pouce, en PDF ou JPEG.")


def too_long(pages: int) -> Finding:
    """Return the refusal of what has too many pages to be an identity paper."""
    text = f"Ce PDF a {pages} pages : une copie de titre en a {MOST_PAGES} au plus."
    return _error(4, text, "Joignez seulement les pages qui nomment la personne.")


def other_evidence() -> Finding:
    """Return the refusal of a copy joined to the check of another file."""
    return _error(5, "Ce contrôle n’est pas de ce dossier.", "Rouvrez l’identité du patient.")


def gone() -> Finding:
    """Return the refusal of an act on a copy that was destroyed."""
    return _error(6, "Cette copie a été détruite.", "Relisez la liste.")


def not_held() -> Finding:
    """Return the refusal of a copy whose bytes a restore did not bring back."""
    text = "Cette copie n’est plus gardée : aucune sauvegarde ne la rapporte, c’est voulu."
    return _error(7, text, "Le contrôle de la pièce reste noté ; copiez le titre de nouveau s’il le faut.")


def no_reason() -> Finding:
    """Return the refusal of a deletion without its reason."""
    return _error(8, "Dites pourquoi la copie est détruite.", "Tapez le motif, puis F10.", "reason")


def nobody() -> Finding:
    """Return the refusal to show a copy to a program: a person confirms by a PIN."""
    return _error(
        9, "Une copie de titre ne se montre qu’à une personne identifiée.", "Ouvrez Galien et identifiez-vous."
    )


def _error(number: int, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(f"GAL-TIT-{number:02d}", Severity.ERROR, typographic(text), typographic(advice), subject)
