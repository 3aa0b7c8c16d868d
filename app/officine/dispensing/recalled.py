"""Does a recall call back a box of the sale, may it leave all the same, and who answered for it?

A box whose lot is called back does not leave. A pharmacist alone may pass over it, with a reason kept in the journal.
Where another lot of the product, or a box whose lot nobody read, is in the sale, the risk is told and the delivery
goes on (SC.DP.05).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.dispensing.model import Acknowledgement, Box
from app.officine.dispensing.session import remove_line
from app.officine.recalls.model import concerning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.officine.dispensing.model import Author, CounterSession, DraftLine
    from app.officine.dispensing.session import Edited
    from app.officine.recalls.model import Recall

RECALLED = "GAL-SEC-50"
OTHER_LOT = "GAL-SEC-51"
ASIDE = "GAL-SEC-52"
REASON_LIMIT = 300


@dataclass(frozen=True, slots=True)
class RecallCase:
    """What the check looks at: recalls in force by product, and whether who delivers may pass over one.

    ``aside`` are those of the boxes (code, serial) that are in quarantine. ``loaded`` False: no recall is known at all.
    """

    recalls: Mapping[str, Sequence[Recall]] = field(default_factory=dict)
    may_force: bool = False
    aside: frozenset[tuple[str, str]] = frozenset()
    loaded: bool = True


def check(session: CounterSession, case: RecallCase) -> Iterator[Finding]:
    """Return what recalls have to say of the sale; subjects are line ids."""
    for line in session.lines:
        for box in line.boxes:
            if (line.code, box.serial) in case.aside:
                yield in_quarantine(line.label, box, line.line_id)
        recalls = case.recalls.get(line.code, ())
        if not recalls or not line.leaving:
            continue
        struck = recalled_boxes(line, recalls)
        severity = Severity.WARNING if case.may_force else Severity.ERROR
        for lot, recall in struck.items():
            yield blocked(line.label, lot, recall, severity, line.line_id)
        if any(not recall.all_lots for recall in recalls) and _has_others(line, struck):
            loose = line.leaving > sum(1 for box in line.boxes if box.lot)
            yield other_lot(line.label, recalls, line.line_id, loose=loose)


def recalled_boxes(line: DraftLine, recalls: Sequence[Recall]) -> dict[str, Recall]:
    """Return the lots of a line (empty: not known) that are called back, each with the newest recall of it."""
    lots = [box.lot for box in line.boxes] + ([""] if line.leaving > len(line.boxes) else [])
    return {lot: found[0] for lot in dict.fromkeys(lots) if (found := concerning(recalls, lot))}


def force(
    session: CounterSession, line_id: str, recalls: Sequence[Recall], reason: str, author: Author
) -> CounterSession:
    """Return the session with the word of a pharmacist on each recalled lot of a line: why it leaves all the same."""
    line = session.line(line_id)
    if line is None:
        return session
    kept = session.acknowledged
    for lot, recall in recalled_boxes(line, recalls).items():
        told = blocked(line.label, lot, recall, Severity.WARNING, line_id)
        word = Acknowledgement(RECALLED, line_id, told.text, reason.strip()[:REASON_LIMIT], author)
        kept = (*(one for one in kept if (one.code, one.subject, one.text) != (RECALLED, line_id, told.text)), word)
    return replace(session, acknowledged=kept, revision=session.revision + 1)


def without_box(session: CounterSession, line_id: str, box: Box) -> Edited:
    """Take one box out of a line, set aside: the line with its last one."""
    line = session.line(line_id)
    if line is None or line.quantity <= 1:
        return remove_line(session, line_id)
    boxes = list(line.boxes)
    if box in boxes:
        boxes.remove(box)
    fewer = replace(line, quantity=line.quantity - 1, boxes=tuple(boxes), owed=min(line.owed, line.quantity - 1))
    lines = tuple(fewer if one.line_id == line_id else one for one in session.lines)
    return replace(session, lines=lines, revision=session.revision + 1), ()


def passed_over(session: CounterSession, case: RecallCase, delivery: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return, for the journal, the number of each recall whose lot leaves all the same, with what leaves and why."""
    for line, lot, recall in _struck(session, case):
        details = {
            "delivery": delivery,
            "code": line.code,
            "lot": lot,
            "serials": [box.serial for box in line.boxes if box.lot == lot and box.serial],
            "reason": _reason(session, line, lot, recall),
        }
        yield str(recall.id), details


def check_handed(
    label: str, code: str, boxes: Sequence[Box], quantity: int, recalls: Sequence[Recall]
) -> list[Finding]:
    """Return a refusal for each recalled box of a promis that is handed over: another one is taken, whoever serves."""
    lots = [box.lot for box in boxes] + ([""] if quantity > len(boxes) else [])
    return [
        blocked(label, lot, found[0], Severity.ERROR, code)
        for lot in dict.fromkeys(lots)
        if (found := concerning(recalls, lot))
    ]


# --- What is said -----------------------------------------------------------------------------------------------------


def blocked(label: str, lot: str, recall: Recall, severity: Severity, subject: str) -> Finding:
    """Return the finding on a box of a recalled lot: why, and what the notice asks to do."""
    which = f"lot {lot} rappelé" if lot and not recall.all_lots else "produit rappelé, tous les lots"
    text = f"{label} : {which} ({recall.reason.rstrip('. ')})."
    asked = f"Consigne : {recall.instruction.rstrip('. ')}. " if recall.instruction else ""
    who = "" if severity is Severity.WARNING else " Seul un pharmacien peut passer outre, avec un motif."
    return Finding(
        RECALLED, severity, typographic(text), typographic(f"{asked}Maj+F9 : mettre en quarantaine.{who}"), subject
    )


def other_lot(label: str, recalls: Sequence[Recall], subject: str, *, loose: bool) -> Finding:
    """Return the warning that a lot of the product was called back, where the box may leave.

    ``loose``: the lot of a box is not known.
    """
    lots = ", ".join(dict.fromkeys(recall.lots_words for recall in recalls if not recall.all_lots))
    text = f"{label} : un lot de ce produit a été rappelé ({lots})."
    advice = (
        "Lot non lu : scannez la boîte, ou tapez « lot » et son numéro." if loose else "Le lot scanné n’est pas visé."
    )
    return Finding(OTHER_LOT, Severity.WARNING, typographic(text), typographic(advice), subject)


def in_quarantine(label: str, box: Box, subject: str) -> Finding:
    """Return the refusal of a box that was set aside."""
    text = f"{label} : la boîte de numéro de série {box.serial} est en quarantaine."
    return Finding(ASIDE, Severity.ERROR, typographic(text), "Rangez-la avec les boîtes écartées.", subject)


def _has_others(line: DraftLine, struck: Mapping[str, Recall]) -> bool:
    """Return True where the line has a box that no recall strikes for certain."""
    lots = {box.lot for box in line.boxes} | ({""} if line.leaving > len(line.boxes) else set())
    return bool(lots - set(struck))


def _struck(session: CounterSession, case: RecallCase) -> Iterator[tuple[DraftLine, str, Recall]]:
    for line in session.lines:
        recalls = case.recalls.get(line.code, ())
        if recalls and line.leaving:
            for lot, recall in recalled_boxes(line, recalls).items():
                yield line, lot, recall


def _reason(session: CounterSession, line: DraftLine, lot: str, recall: Recall) -> str:
    """Return why a pharmacist lets a recalled lot leave; empty where nobody said it."""
    told = blocked(line.label, lot, recall, Severity.WARNING, line.line_id).text
    words = (
        one.reason.strip()
        for one in session.acknowledged
        if one.code == RECALLED and one.subject == line.line_id and one.text == told
    )
    return next((word for word in words if word), "")
