"""Which boxes of a sale does the patient come back for? Pure: a line may leave only in part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural, typographic
from app.officine.dispensing import billing_later
from app.officine.owed import rules as owed_rules
from app.officine.owed.model import NewPromise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.officine.dispensing.model import CounterSession, Delivery, DraftLine
    from app.officine.dispensing.session import Edited
    from app.officine.patients.model import Patient


@dataclass(frozen=True, slots=True)
class Proposal:
    """What F8 proposes for a line: ``available`` boxes of it are in stock, ``owed`` would be promised."""

    quantity: int
    available: int
    owed: int

    @property
    def words(self) -> str:
        """The proposal as the screens say it: ``2 sur 3 disponibles : promettre 1``."""
        if self.available >= self.quantity:
            return typographic(f"{plural(self.quantity, 'boîte')} en stock : rien à promettre")
        there = "disponible" if self.available == 1 else "disponibles"
        return typographic(f"{self.available} sur {self.quantity} {there} : promettre {self.owed}")


def propose(session: CounterSession, line: DraftLine, on_hand: int) -> Proposal:
    """Return how many boxes of a line to promise: those that the stock lacks, never one that was scanned."""
    others = sum(one.leaving for one in session.lines if one.code == line.code and one.line_id != line.line_id)
    available = max(len(line.boxes), min(line.quantity, on_hand - others))
    return Proposal(line.quantity, available, line.quantity - available)


def owe(session: CounterSession, line_id: str, boxes: int) -> Edited:
    """Promise ``boxes`` of the boxes of a line; 0: all of them leave now. A scanned box is there: it leaves."""
    line = session.line(line_id)
    if line is None:
        return session, (_error("GAL-CPT-05", "Cette ligne n’est plus dans la vente.", line_id),)
    if not 0 <= boxes <= line.quantity:
        return session, (_error("GAL-DU-01", f"On promet de 0 à {plural(line.quantity, 'boîte')}.", line_id),)
    if boxes > line.quantity - len(line.boxes):
        scanned = plural(len(line.boxes), "boîte scannée", "boîtes scannées")
        return session, (_error("GAL-DU-02", f"{line.label} : {scanned}, qui partent maintenant.", line_id),)
    if line.units is not None and boxes:
        return session, (_error("GAL-DU-09", f"{line.label} : des unités d’une boîte ne se promettent pas.", line_id),)
    lines = tuple(replace(one, owed=boxes) if one.line_id == line_id else one for one in session.lines)
    return replace(session, lines=lines, revision=session.revision + 1), ()


def check(session: CounterSession, on_hand: Mapping[str, int], owed_boxes: Mapping[str, int]) -> list[Finding]:
    """Return what is wrong with what is promised, and which lines would take boxes promised to somebody else.

    ``owed_boxes`` are those owed to others, by product.
    """
    findings = []
    if any(line.owed for line in session.lines) and session.patient_id is None:
        findings += owed_rules.check_customer(session.label)
    for line in session.lines:
        held = on_hand.get(line.code, 0)
        # What waits for boxes that never came is kept from nobody.
        kept = min(owed_boxes.get(line.code, 0), max(held, 0))
        if not line.forced_stock and 0 < line.leaving <= held and line.leaving > held - kept:
            findings.append(owed_rules.kept_for_others(line.label, kept, line.line_id))
    return findings


def promises(session: CounterSession, done: Delivery, patient: Patient | None) -> list[NewPromise]:
    """Return what a delivery promises: its lines are those of the session, in the same order."""
    return [
        NewPromise(
            delivery=done.number,
            rank=line.rank,
            code=line.code,
            label=line.label,
            quantity=line.owed or line.promised,
            patient_id=done.patient_id,
            customer=done.patient_name or owed_rules.name_in(session.label),
            phone=patient.phone if patient is not None else owed_rules.phone_in(session.label),
            billed=not line.promised,
            kept=billing_later.kept(session, draft) if line.promised else "",
        )
        for line, draft in zip(done.lines, session.lines, strict=True)
        if line.owed or line.promised
    ]


def _error(code: str, text: str, line_id: str) -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), subject=line_id)
