"""How many boxes of a line does its posology ask for, for the period that may leave today? Pure: nothing is applied.

Four weeks or thirty days a delivery, by the size of the box, more where one box lasts longer (CSP R.5132-12); the days
that are left of a stupéfiant (CSP R.5132-30, R.5132-33); and the great box of three months where there is one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.kernel.text import plural, typographic
from app.officine.billing.products import pack_size
from app.officine.dispensing import courses
from app.officine.dispensing import session as editing
from app.officine.prescriptions.directions import boxes_for, days_of, month_days, read_directions
from app.officine.prescriptions.rules import prescribed_days

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import CounterSession, DraftLine
    from app.officine.dispensing.rules import Situation
    from app.officine.dispensing.session import Edited
    from app.officine.prescriptions.data import Rule

GREAT_DAYS = range(84, 93)
"""How long a great box lasts: three months of 28, 30 or 31 days."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """So many boxes, for so many days, and why; ``great`` is the name of a box of three months that would do."""

    boxes: int
    days: int
    why: str
    great: str = ""

    @property
    def words(self) -> str:
        """The proposal as the screen says it: ``1 boîte pour 7 jours``."""
        return f"{plural(self.boxes, 'boîte')} pour {plural(self.days, 'jour')}"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said of a line before it leaves: the quantity proposed, None where it can't be told, and the rules."""

    proposal: Proposal | None = None
    rules: tuple[Rule, ...] = ()


def propose(line: DraftLine, situation: Situation, siblings: Sequence[Product] = ()) -> Proposal | None:
    """Return what to deliver of a line; None without an understood posology, a length, or the size of the box."""
    product = situation.products.get(line.code)
    written = courses.written_line(line, situation.session)
    a_day = read_directions(line.posology).a_day
    size = 1 if product is None else pack_size(product.presentation)
    if product is None or written is None or a_day is None or size <= 1 or line.units is not None:
        return None
    detail = situation.details.get(line.code)
    total = prescribed_days(written)
    if courses.is_governed(line.list_class, detail):
        left = courses.left_of(line, situation)
        if left is None:
            return None
        days, fraction = left[0], courses.fraction_of(written, detail)
        wanted = courses.days_to_deliver(days, fraction, left[1], situation.today)
        if not wanted:
            return None
        why = f"{plural(wanted, 'jour')} à délivrer" + (f", par fraction de {fraction}" if fraction else "")
        return Proposal(boxes_for(a_day, wanted, size), wanted, f"{why} (CSP R.5132-30)")
    if total is None:
        return None
    month = max(month_days(a_day, size), days_of(1, a_day, size))
    wanted = min(written.days or total, month)
    boxes = min(boxes_for(a_day, wanted, size), editing.MAX_QUANTITY)
    why = f"{plural(wanted, 'jour')} sur {total} prescrits (CSP R.5132-12)"
    return Proposal(boxes, min(total, days_of(boxes, a_day, size)), why, _great(total, a_day, size, product, siblings))


def apply(session: CounterSession, line_id: str, proposal: Proposal) -> Edited:
    """Put the quantity proposed on a line, and how long it lasts; boxes scanned beyond it go."""
    edited, findings = editing.set_quantity(session, line_id, proposal.boxes)
    line = edited.line(line_id)
    if line is None or findings:
        return edited, findings
    lines = tuple(replace(one, days=proposal.days) if one.line_id == line_id else one for one in edited.lines)
    return replace(edited, lines=lines), findings


def differs(line: DraftLine, proposal: Proposal | None) -> bool:
    """Return True where the proposal would change the line."""
    return proposal is not None and (line.quantity, line.days) != (proposal.boxes, proposal.days)


def _great(total: int, a_day: Fraction, size: int, product: Product, siblings: Sequence[Product]) -> str:
    """Return the presentation of three months of the same speciality, for a treatment that is long enough."""
    if total < GREAT_DAYS.start or days_of(1, a_day, size) >= GREAT_DAYS.start:
        return ""
    found = (one for one in siblings if one.cis == product.cis and one.code != product.code)
    fitting = [one for one in found if days_of(1, a_day, pack_size(one.presentation)) in GREAT_DAYS]
    return typographic(f"{fitting[0].presentation}") if fitting else ""
