"""Which papers may a delivery be printed on, for which printer, and which of them does it call for? Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.posology import read_posology

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.dispensing.model import CounterSession, Delivery, DeliveryLine, DraftLine


class PrinterUse(enum.StrEnum):
    """What a printer of the workstation is for."""

    TICKET = "ticket"
    LABEL = "label"
    A4 = "a4"
    A5 = "a5"

    @property
    def label(self) -> str:
        """The use as the settings show it."""
        return {
            "ticket": "Tickets (rouleau de 80 mm)",
            "label": "Étiquettes",
            "a4": "Documents A4",
            "a5": "Tickets A5",
        }[self]


class PaperKind(enum.StrEnum):
    """A paper that a delivery may give."""

    TICKET = "ticket"
    TICKET_A5 = "ticket_a5"
    VITALE = "vitale"
    LABELS = "labels"
    PLAN = "plan"
    PILLBOX = "pillbox"
    INVOICE = "invoice"

    @property
    def label(self) -> str:
        """The paper as the screens show it."""
        return {
            "ticket": "Ticket de caisse",
            "ticket_a5": "Ticket A5",
            "vitale": "Dos d’ordonnance",
            "labels": "Étiquettes",
            "plan": "Plan de posologie",
            "pillbox": "Étiquettes de pilulier",
            "invoice": "Facture",
        }[self]

    @property
    def use(self) -> PrinterUse:
        """The printer that it goes to."""
        return {
            PaperKind.TICKET: PrinterUse.TICKET,
            PaperKind.TICKET_A5: PrinterUse.A5,
            PaperKind.VITALE: PrinterUse.TICKET,
            PaperKind.LABELS: PrinterUse.LABEL,
            PaperKind.PLAN: PrinterUse.A4,
            PaperKind.PILLBOX: PrinterUse.LABEL,
            PaperKind.INVOICE: PrinterUse.A4,
        }[self]

    @property
    def is_receipt(self) -> bool:
        """True for what proves a payment: printed again, it is an event of the till."""
        return self in {PaperKind.TICKET, PaperKind.TICKET_A5}

    @property
    def is_marked(self) -> bool:
        """True where a second copy says DUPLICATA; a label is stuck on a box, and proves nothing."""
        return not self.is_label

    @property
    def is_label(self) -> bool:
        """True for what is stuck on a box, or on the compartments of a pilulier."""
        return self in {PaperKind.LABELS, PaperKind.PILLBOX}


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper that a delivery can be printed on, and how often it was."""

    kind: PaperKind
    printed: int = 0


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper written as a PDF. ``copy`` counts those printed before it: from 1 on it says DUPLICATA."""

    kind: PaperKind
    number: int
    file: Path
    pages: int
    copy: int
    patient_id: int | None = None


def kinds_of(delivery: Delivery, draft: CounterSession | None) -> tuple[PaperKind, ...]:
    """Return the papers that a delivery gives: labels, plan and the back of an ordonnance need an ordonnance."""
    found = [PaperKind.TICKET]
    if delivery.prescription_date is not None:
        found.append(PaperKind.VITALE)
    if labelled(delivery, draft):
        found += [PaperKind.LABELS, PaperKind.PLAN]
    if any(read_posology(asked.posology).is_understood for _line, asked in labelled(delivery, draft)):
        found.append(PaperKind.PILLBOX)
    return (*found, PaperKind.INVOICE, PaperKind.TICKET_A5)


def labelled(delivery: Delivery, draft: CounterSession | None) -> tuple[tuple[DeliveryLine, DraftLine], ...]:
    """Return the lines that have a label, with what was prescribed: those prescribed, and those of opened boxes."""
    if draft is None:
        return ()
    return tuple(
        (line, asked)
        for line, asked in paired(delivery, draft)
        # What is promised whole has its label when it leaves.
        if line.quantity
        if asked.posology or asked.units is not None or (draft.prescription is not None and asked.prescribed)
    )


def paired(delivery: Delivery, draft: CounterSession) -> tuple[tuple[DeliveryLine, DraftLine], ...]:
    """Return each line delivered with the line of the session that it was, both in their order."""
    left = list(draft.lines)
    found = []
    for line in delivery.lines:
        asked = next((one for one in left if one.code == line.code), None)
        if asked is not None:
            left.remove(asked)
            found.append((line, asked))
    return tuple(found)
