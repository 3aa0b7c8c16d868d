"""How are units of a box dispensed: out of which box, how many may leave, and what is to be said? Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, plural
from app.officine.billing.model import OpenedBox
from app.officine.billing.products import pack_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import CounterSession, DraftLine
    from app.officine.dispensing.rules import Situation
    from app.officine.stock.model import OpenBox

# What is counted one by one: a bottle or a cartridge is not opened to be shared.
_COUNTED = re.compile(
    r"\b(comprime|gelule|capsule|sachet|suppositoire|dragee|pastille|lyophilisat|gomme|ovule|film|ampoule|dispositif)"
)


def unit_count(product: Product | None) -> int | None:
    """Return how many units a box holds, as its label says; None for a box that is not shared unit by unit."""
    if product is None or not _COUNTED.search(fold(product.presentation)):
        return None
    size = pack_size(product.presentation)
    return size if size > 1 else None


def units_words(units: int, size: int) -> str:
    """Return what leaves of a box: ``6 unités sur une boîte de 30``."""
    return f"{plural(units, 'unité')} sur une boîte de {size}"


def choose_boxes(session: CounterSession, held: Mapping[str, Sequence[OpenBox]]) -> dict[str, OpenBox]:
    """Return, by line, the opened box that gives its units; a line that opens a box of its own is absent.

    A box that was scanned is the one that gives, where it stands open; else one opened for the same patient comes
    first, then the first to expire. A box never gives more than it holds, whatever the number of lines.
    """
    chosen: dict[str, OpenBox] = {}
    left: dict[int, int] = {}
    for line in session.lines:
        if line.units is None:
            continue
        fitting = [box for box in held.get(line.code, ()) if left.get(box.id, box.remaining) >= line.units]
        if line.boxes:
            fitting = [box for box in fitting if box.serial and box.serial == line.serial]
        fitting.sort(key=lambda box: not _is_for(box, session.patient_id))
        if fitting:
            box = chosen[line.line_id] = fitting[0]
            left[box.id] = left.get(box.id, box.remaining) - line.units
    return chosen


def opened_box(line: DraftLine, situation: Situation) -> OpenedBox | None:
    """Return the units of a line as billing prices them; None for whole boxes, and for units that make no sense.

    Units out of a box that the same treatment opened bear no fee: its own was billed with the first of them.
    """
    size = unit_count(situation.products.get(line.code))
    if line.units is None or size is None or not 1 <= line.units <= size:
        return None
    box = situation.open_boxes.get(line.line_id)
    same = box is not None and _is_for(box, situation.session.patient_id)
    return OpenedBox(line.units, size, opens=not same)


def label_of(line: DraftLine, product: Product | None) -> str:
    """Return the name of what leaves: with the units, where a box is opened."""
    size = unit_count(product)
    return line.label if line.units is None or size is None else f"{line.label} ({units_words(line.units, size)})"


def check_units(situation: Situation) -> list[Finding]:
    """Return what there is to say of the lines that leave unit by unit."""
    return [
        finding
        for line in situation.session.lines
        if line.units is not None
        for finding in _check_line(line, line.units, situation)
    ]


def _check_line(line: DraftLine, units: int, situation: Situation) -> Iterator[Finding]:
    size = unit_count(situation.products.get(line.code))
    if size is None:
        text = f"{line.label} : sa boîte ne se partage pas à l’unité."
        yield Finding("GAL-UNI-01", Severity.ERROR, text, "Délivrez la boîte entière : Alt+U, puis 0.", line.line_id)
        return
    if not 1 <= units <= size:
        text = f"{line.label} : {plural(units, 'unité')}, pour une boîte de {size}."
        yield Finding("GAL-UNI-02", Severity.ERROR, text, "Corrigez le nombre d’unités : Alt+U.", line.line_id)
        return
    box = situation.open_boxes.get(line.line_id)
    if box is None:
        text = f"{line.label} : une boîte de {size} est ouverte, il en restera {size - units}."
        advice = "" if line.lot else "Scannez la boîte ouverte : son lot et sa date suivent les unités."
        yield Finding("GAL-UNI-05", Severity.INFO, text, advice, line.line_id)
    else:
        traced = f"lot {box.lot}, " if box.lot else ""
        expiry = f"exp. {french.short_date(box.expiry)}, " if box.expiry is not None else ""
        left = box.remaining - units
        text = f"{line.label} : pris dans la boîte déjà ouverte ({traced}{expiry}il en restera {left})."
        yield Finding("GAL-UNI-06", Severity.INFO, text, "", line.line_id)


def _is_for(box: OpenBox, patient_id: int | None) -> bool:
    return patient_id is not None and box.patient_id == patient_id
