"""When does a document that was checked validate an identity by itself, and which one may a person validate it with?

Pure. Sources: Guide d’implémentation INS (INS.20: manual validation; INS.21: the automatism can be switched off).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.patients import evidence, transitions
from app.officine.patients.evidence import Trust
from app.officine.patients.identity import STRICT
from app.officine.patients.identity_model import Event
from app.officine.patients.model import Attribute

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from app.officine.patients.evidence import EvidenceType
    from app.officine.patients.identity import Identity
    from app.officine.patients.identity_model import EvidenceRecord, HistoryEntry
    from app.officine.patients.transitions import Move

_FORCING = {str(Attribute.DOUBTFUL), str(Attribute.FICTITIOUS)}


def held_back(identity: Identity, move: Move) -> Move:
    """Return the check of a document where the site wants a person to validate: the status never rises by itself.

    A document that lowers it, or takes the place of another one, does what it does.
    """
    if not move.accepted or identity.evidence or not move.identity.evidence:
        return move
    text = "La pièce est notée ; l’identité reste à valider."
    advice = "Faites « Valider l’identité », sur la page Identité."
    said = Finding("GAL-IDN-90", Severity.INFO, typographic(text), typographic(advice))
    return transitions.Move(identity, (*move.findings, said))


def standing(
    history: Iterable[HistoryEntry],
    checked: Sequence[EvidenceRecord],
    types: tuple[EvidenceType, ...],
    today: dt.date,
) -> EvidenceRecord | None:
    """Return the document that an identity may be validated with; None where there is none.

    ``history`` and ``checked`` are those of the file, the latest first; a check and its event bear the same code and
    moment. It is the last one of high trust, then and now, coherent and not over; nothing since then made it void: a
    withdrawal, a strict trait changed, a doubt, a failed verification, another document of high trust whose traits
    differ.
    """
    left = list(checked)
    for entry in history:
        if _voids(entry):
            return None
        record = _checked_in(entry, left)
        if record is None:
            continue
        left.remove(record)
        if record.trust is Trust.HIGH:
            return record if _holds(record, types, today) else None
    return None


def validate(identity: Identity, record: EvidenceRecord | None) -> Move:
    """Return the identity validated by a person with a document that was checked (INS.20)."""
    if identity.is_forced:
        return _refused(identity, 91, "Identité douteuse ou fictive : elle ne se valide pas.", "Levez cet attribut.")
    if identity.evidence:
        return _refused(identity, 92, "Cette identité est déjà validée par une pièce.", "Rien à faire.")
    if record is None:
        text = "Aucune pièce de haut niveau de confiance, conforme et en cours de validité, n’est notée."
        return _refused(identity, 93, text, "Contrôlez une pièce d’identité avec F8.")
    return transitions.Move(replace(identity, evidence=record.code))


def _checked_in(entry: HistoryEntry, records: Iterable[EvidenceRecord]) -> EvidenceRecord | None:
    """Return the document whose check is an event; None for another event."""
    if entry.event is not Event.EVIDENCE:
        return None
    code = entry.details.get("code")
    return next((one for one in records if (one.code, one.at) == (code, entry.at)), None)


def _holds(record: EvidenceRecord, types: tuple[EvidenceType, ...], today: dt.date) -> bool:
    is_trusted = evidence.trust_of(record.code, types) is Trust.HIGH
    return is_trusted and record.coherent and (record.expires is None or record.expires >= today)


def _voids(entry: HistoryEntry) -> bool:
    """Return True for an event after which a document checked before says nothing of the identity any more."""
    details = entry.details
    if entry.event is Event.MARK:
        return details.get("attribute") in _FORCING
    if entry.event is Event.EDIT:
        return not set(STRICT).isdisjoint(details.get("changed", {}))
    if entry.event is Event.RECOVER:
        return bool(details.get("differs"))
    if entry.event in {Event.MERGE, Event.UNMERGE}:
        return True
    if entry.event is Event.VERIFY:
        return not details.get("ok", True)
    return entry.event is Event.EVIDENCE_WITHDRAWN


def _refused(identity: Identity, number: int, text: str, advice: str) -> Move:
    finding = Finding(f"GAL-IDN-{number:02d}", Severity.ERROR, typographic(text), typographic(advice))
    return transitions.Move(identity, (finding,))
