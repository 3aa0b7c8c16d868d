"""What is a box in quarantine, may it be set aside or leave it, and which serial does a returned box bear? Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural, typographic
from app.officine.recalls.rules import is_plain
from app.officine.stock.model import MovementKind
from app.officine.stock.rules import MAX_BOXES, REASON_LIMIT, REFERENCE_LIMIT

if TYPE_CHECKING:
    import datetime as dt

_TRACE_LIMIT = 20
NAME_LIMIT = 120


class Cause(enum.StrEnum):
    """Why boxes were set aside."""

    RECALL = "recall"
    RETURNED = "returned"
    EXPIRED = "expired"
    DAMAGED = "damaged"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The cause as the screens show it."""
        return _CAUSES[self]


_CAUSES = {
    Cause.RECALL: "Lot rappelé",
    Cause.RETURNED: "Retour patient",
    Cause.EXPIRED: "Périmé",
    Cause.DAMAGED: "Abîmé",
    Cause.OTHER: "Autre motif",
}


class Exit(enum.StrEnum):
    """What becomes of boxes that leave quarantine."""

    RETURNED = "returned"
    DESTROYED = "destroyed"
    RELEASED = "released"

    @property
    def label(self) -> str:
        """The exit as the screens show it."""
        return {"returned": "Rendu au fournisseur", "destroyed": "Détruit", "released": "Remis en vente"}[self]

    @property
    def movement(self) -> MovementKind:
        """The kind of the stock movement that writes it."""
        return {
            Exit.RETURNED: MovementKind.ASIDE_RETURNED,
            Exit.DESTROYED: MovementKind.ASIDE_DESTROYED,
            Exit.RELEASED: MovementKind.RELEASED,
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Boxes to set aside: one of its serial number, or several of one lot; ``recall_id`` where one calls them back."""

    code: str
    quantity: int = 1
    lot: str = ""
    expiry: dt.date | None = None
    serial: str = ""
    cause: Cause = Cause.OTHER
    reason: str = ""
    reference: str = ""
    recall_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Boxes set aside at once: ``left`` of ``quantity`` are still there."""

    id: int
    code: str
    quantity: int
    left: int
    lot: str
    expiry: dt.date | None
    serial: str
    cause: Cause
    reason: str
    reference: str
    recall_id: int | None
    author_name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Boxes that left quarantine: how, why, on which document, before which witness."""

    quantity: int
    exit: Exit
    reason: str
    document: str
    second_person: str
    author_name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftedBoxes:
    """What a movement between sale and quarantine says of the boxes."""

    code: str
    kind: MovementKind
    reason: str
    reference: str = ""
    lot: str = ""
    expiry: dt.date | None = None
    serial: str = ""


def check_aside(asked: Aside) -> list[Finding]:
    """Return what is wrong with boxes to set aside."""
    findings = []
    if not 1 <= asked.quantity <= MAX_BOXES or (asked.serial and asked.quantity != 1):
        findings.append(_error("GAL-QUA-01", f"Quantité impossible : {asked.quantity}.", "Comptez les boîtes."))
    if not _is_reason(asked.reason):
        text = f"Un motif de 1 à {REASON_LIMIT} caractères est demandé."
        findings.append(_error("GAL-QUA-02", text, "Indiquez pourquoi la boîte est écartée.", "reason"))
    if max(len(asked.lot), len(asked.serial)) > _TRACE_LIMIT or not (asked.lot + asked.serial).isprintable():
        text = f"Le lot et le numéro de série ont au plus {_TRACE_LIMIT} caractères imprimables."
        findings.append(_error("GAL-QUA-03", text, "Scannez la boîte de nouveau.", "lot"))
    return findings


def check_exit(
    held: Quarantined | None, quantity: int, leaving: Exit, *, reason: str, document: str, second_person: str
) -> list[Finding]:
    """Return what is wrong with boxes that are to leave quarantine."""
    if held is None or not held.left:
        return [_error("GAL-QUA-04", "Ces boîtes ne sont plus en quarantaine.", "Relisez la liste.")]
    findings = []
    if not 1 <= quantity <= held.left:
        text = f"{plural(held.left, 'boîte')} en quarantaine, {quantity} demandées."
        findings.append(_error("GAL-QUA-05", text, "Corrigez la quantité.", "quantity"))
    if not _is_reason(reason):
        text = f"Un motif de 1 à {REASON_LIMIT} caractères est demandé."
        findings.append(_error("GAL-QUA-02", text, "Indiquez pourquoi la boîte quitte la quarantaine.", "reason"))
    if leaving is Exit.RELEASED and held.cause is Cause.RETURNED:
        text = "Un médicament revenu d’un patient ne se revend pas (CSP L.4211-2)."
        findings.append(_error("GAL-QUA-06", text, "Détruisez-le.", "exit"))
    if len(document) > REFERENCE_LIMIT or not document.isprintable():
        text = f"La référence du document a au plus {REFERENCE_LIMIT} caractères imprimables."
        findings.append(_error("GAL-QUA-07", text, "Recopiez le numéro du bon.", "document"))
    if len(second_person) > NAME_LIMIT or not second_person.isprintable():
        text = f"Le nom du témoin a au plus {NAME_LIMIT} caractères imprimables."
        findings.append(_error("GAL-QUA-07", text, "Abrégez-le.", "second_person"))
    return findings


def _is_reason(text: str) -> bool:
    return bool(text.strip()) and len(text) <= REASON_LIMIT and is_plain(text)


def recalled_still(lots: str) -> Finding:
    """Return the finding that refuses to sell again boxes that a recall in force calls back."""
    text = f"Un rappel en vigueur porte encore sur ces boîtes ({lots})."
    return _error("GAL-QUA-08", text, "Levez d’abord le rappel, s’il a été retiré par son émetteur.", "exit")


def already_aside(serial: str) -> Finding:
    """Return the finding that refuses to set the same box aside twice."""
    text = f"La boîte de numéro de série {serial} est déjà en quarantaine."
    return _error("GAL-QUA-09", text, "Rangez-la avec les autres boîtes écartées.", "serial")


def too_few(code: str, asked: int, held: int) -> Finding:
    """Return the finding that refuses to set aside more boxes than the stock knows of."""
    text = f"Le stock tient {plural(max(0, held), 'boîte')} à la vente, {asked} seraient écartées."
    return _error("GAL-QUA-10", text, "Corrigez d’abord le stock (un stupéfiant : par son registre).", code)


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)
