"""Which of the boxes of a line come back, where they are told apart by their serial number or their lot? Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.officine.dispensing.model import Box, Delivery
    from app.officine.dispensing.reversal import ReturnedLine, Reversal


def boxes_left(delivery: Delivery, before: Iterable[Reversal]) -> dict[int, tuple[Box, ...]]:
    """Return the scanned boxes of each line that no act before took back, by rank, in their order."""
    back: dict[int, Counter[Box]] = {}
    for reversal in before:
        for line in reversal.lines:
            back.setdefault(line.rank, Counter()).update(line.boxes)
    left: dict[int, tuple[Box, ...]] = {}
    for sold in delivery.lines:
        gone, kept = back.get(sold.rank, Counter()), []
        for box in sold.boxes:
            if gone[box] > 0:
                gone[box] -= 1
            else:
                kept.append(box)
        left[sold.rank] = tuple(kept)
    return left


def must_be_named(line: ReturnedLine, left: Sequence[Box], count: int) -> bool:
    """Return True where somebody must say which boxes come back.

    ``left`` are the scanned boxes among the ``count`` of the line that are still out. All of them, or boxes that
    nothing tells apart, need no word; nor do boxes of which some were never scanned.
    """
    return line.quantity < count == len(left) and len(set(left)) > 1


def named(lines: Sequence[ReturnedLine], left: Mapping[int, Sequence[Box]], text: str) -> tuple[ReturnedLine, ...]:
    """Return the lines with the boxes that ``text`` names: serial numbers, or lots, in any order.

    A word takes the first box that it fits and that is not taken yet; one that fits none changes nothing.
    """
    free = {line.rank: list(left.get(line.rank, ())) for line in lines}
    taken: dict[int, list[Box]] = {line.rank: [] for line in lines}
    for word in text.replace(",", " ").replace(";", " ").upper().split():
        for rank, boxes in free.items():
            box = next((one for one in boxes if word in {one.serial.upper(), one.lot.upper()}), None)
            if box is not None:
                boxes.remove(box)
                taken[rank].append(box)
                break
    return tuple(replace(line, boxes=tuple(taken[line.rank])) for line in lines)


def completed(
    lines: Iterable[ReturnedLine], left: Mapping[int, Sequence[Box]], counts: Mapping[int, int]
) -> tuple[ReturnedLine, ...]:
    """Return the lines with the boxes that need no word: all those still out, or any of boxes that are alike."""
    done = []
    for line in lines:
        boxes = left.get(line.rank, ())
        is_plain = (
            not line.boxes
            and len(boxes) == counts.get(line.rank, 0)
            and not must_be_named(line, boxes, counts[line.rank])
        )
        done.append(replace(line, boxes=tuple(boxes[: line.quantity])) if is_plain else line)
    return tuple(done)


def check_boxes(
    lines: Iterable[ReturnedLine], delivery: Delivery, left: Mapping[int, Sequence[Box]], counts: Mapping[int, int]
) -> list[Finding]:
    """Return what is wrong with the boxes named: one that was not sold or came back already, too few or too many."""
    labels = {line.rank: line.label for line in delivery.lines}
    findings = []
    for line in lines:
        boxes, subject = left.get(line.rank, ()), str(line.rank)
        if Counter(line.boxes) - Counter(boxes) or len(line.boxes) > line.quantity:
            label = labels.get(line.rank, "Cette ligne")
            text = f"{label} : une boîte désignée n’est pas de cette vente, ou est déjà revenue."
            findings.append(_error("GAL-ANN-10", text, "Scannez la boîte qui revient.", subject))
        elif must_be_named(line, boxes, counts.get(line.rank, 0)) and len(line.boxes) < line.quantity:
            known = ", ".join(box.serial or box.lot for box in boxes)
            which = "quelle boîte revient" if line.quantity == 1 else f"quelles boîtes reviennent ({line.quantity})"
            text = f"{labels[line.rank].split(',')[0]} : dites {which}."
            findings.append(_error("GAL-ANN-09", text, f"Scannez, ou tapez : {known}.", subject))
    return findings


def _error(code: str, text: str, advice: str, subject: str) -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)
