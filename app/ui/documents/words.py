"""In which words does the room of the documents say where a document stands, and what an import brought?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from app.kernel import french
from app.kernel.clock import paris_date
from app.kernel.text import NBSP, plural
from app.officine.inbox import rules
from app.officine.inbox.model import Agreement, State
from app.ui import formats

if TYPE_CHECKING:
    from app.officine.inbox.model import Candidate, Receipt, Received

UNREAD: Final = "●"
TONES: Final = {
    State.WAITING: "accent_text",
    State.FILED: "success",
    State.REFUSED: "muted",
    State.ASIDE: "danger",
}
CHIPS: Final = {State.WAITING: "accent", State.FILED: "success", State.REFUSED: "neutral", State.ASIDE: "danger"}
AGREEMENTS: Final = {
    Agreement.SURE: "INS et traits identiques",
    Agreement.SAME_INS: "INS identique, non qualifiée",
    Agreement.TRAITS: "Traits identiques, sans INS",
    Agreement.CONFLICT: "Même INS, traits différents",
    Agreement.OTHER_INS: "INS différente",
    Agreement.DIFFERS: "Traits différents",
}


def state(document: Received) -> str:
    """Return where a document stands; one that was replaced says it first."""
    return "Remplacé" if document.replaced_by is not None else document.state.label


def state_tone(document: Received) -> str:
    """Return the token of the colour of where a document stands."""
    return "muted" if document.replaced_by is not None else TONES[document.state]


def title(document: Received) -> str:
    """Return the title of a document in a list; a dot before one that is unread, besides the bold."""
    named = document.title or document.name or "Document sans titre"
    return named if document.is_read else f"{UNREAD}{NBSP}{named}"


def under_title(document: Received) -> str:
    """Return what is out of the ordinary in a document, when and by whom it was written, or why it is aside."""
    if document.state is State.ASIDE and document.findings:
        return document.findings[0].text
    day = dated(document)
    parts = (results(document), "" if day == formats.NOTHING else day, document.author, document.organization)
    return " · ".join(part for part in parts if part) or document.origin.label


def results(document: Received) -> str:
    """Return a mark for results of biology that are out of their range; none for values that no longer stand."""
    codes = {one.code for one in document.findings} if document.replaced_by is None else set()
    if rules.VERY_ABNORMAL in codes:
        return "▲▲ Très anormal"
    return "▲ Hors normes" if rules.ABNORMAL in codes else ""


def title_tone(document: Received) -> str:
    """Return the token of the colour of a title: a result that is very abnormal is seen before it is opened."""
    codes = {one.code for one in document.findings} if document.replaced_by is None else set()
    return "danger" if rules.VERY_ABNORMAL in codes else ""


def patient(document: Received) -> str:
    """Return the patient: the file in which it is, or whom it names."""
    return document.patient_name or document.written_name or "Non identifié"


def under_patient(document: Received) -> str:
    """Return when the patient was born, as the document says it."""
    born = _day(document.traits.birth_date)
    return f"{formats.born(document.traits.sex)} le {born}" if born else ""


def dated(document: Received) -> str:
    """Return the day of the act or of the document, as far as it says it."""
    return _day((document.performed_at or document.created_at).partition("T")[0]) or formats.NOTHING


def document_line(document: Received) -> str:
    """Return a document on one line, for the sheet of its patient."""
    replaced = " (remplacé)" if document.replaced_by is not None else ""
    author = f", {document.author}" if document.author else ""
    return f"{document.title or document.name}{author}{replaced}"


def came(document: Received) -> str:
    """Return when a document was received."""
    return formats.moment(document.at)


def came_on(document: Received) -> str:
    """Return the day on which a document was received."""
    return formats.date(paris_date(document.at))


def born(candidate: Candidate) -> str:
    """Return the name and the birth of a file."""
    return f"{formats.born(candidate.sex)} le {formats.date(candidate.birth_date)} · {candidate.status.label.lower()}"


def receipt(found: Receipt) -> tuple[str, str]:
    """Return what an import brought, in one sentence, and its tone."""
    parts = []
    if found.new:
        parts.append(f"{plural(len(found.new), 'document')} {'reçu' if len(found.new) < 2 else 'reçus'}")
    if found.known:
        one = found.known[0]
        told = f"déjà reçu le {formats.moment(one.at)}" if len(found.known) == 1 else "déjà reçus"
        parts.append(f"{plural(len(found.known), 'document')} {told}")
    if found.aside:
        parts.append(f"{plural(len(found.aside), 'document')} mis de côté")
    if found.unreadable:
        parts.append(f"{plural(len(found.unreadable), 'fichier')} illisible{'s' if len(found.unreadable) > 1 else ''}")
    tone = "warning" if found.aside or found.unreadable else "success" if found.new else "info"
    return "\u202f; ".join(parts) or "Rien n’a été reçu", tone


def _day(value: str) -> str:
    try:
        return french.short_date(dt.date.fromisoformat(value))
    except ValueError:
        return "/".join(reversed(value.split("-")))
