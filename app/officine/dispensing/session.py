"""How does a counter session change? Pure: each function returns the new session and what it found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line
from app.officine.billing.model import Substitution
from app.officine.dispensing.model import Author, Box, CounterSession, DraftLine, SaleKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.money import Money
    from app.officine.billing.model import Guard
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import PrescriptionDraft

MAX_QUANTITY = 999
LABEL_LIMIT = 80
TERMS_LIMIT = 200
_LOT_LIMIT = 20
NOBODY = Author()

Edited = tuple[CounterSession, tuple[Finding, ...]]


def add_product(
    session: CounterSession,
    product: Product,
    *,
    box: Box | None = None,
    quantity: int = 1,
    author: Author = NOBODY,
    merge: bool = True,
) -> Edited:
    """Add boxes of a product: to its line where there is one and ``merge`` holds, else as a new line.

    A box whose serial number is in the session already is refused: one box, one scan.
    """
    if box is not None and box.serial and _holds_box(session, product.code, box.serial):
        return session, (_error("GAL-CPT-01", f"Cette boîte de {product.name} est déjà dans la vente."),)
    held = _holding(session, product.code) if merge else None
    scanned = () if box is None else (box,)
    if held is not None:
        total = held.quantity + quantity
        if not 1 <= total <= MAX_QUANTITY:
            return session, (_bad_quantity(held.line_id),)
        return _with_line(session, replace(held, quantity=total, boxes=(*held.boxes, *scanned)))
    if not 1 <= quantity <= MAX_QUANTITY:
        return session, (_bad_quantity(""),)
    line = DraftLine(
        line_id=f"L{session.next_line}",
        code=product.code,
        label=product.name,
        quantity=quantity,
        unit_price=product.price,
        rate=product.rate,
        list_class=product.list_class,
        boxes=scanned,
        author=author,
    )
    return _edited(session, lines=(*session.lines, line), next_line=session.next_line + 1), ()


def signed(before: CounterSession, after: CounterSession, author: Author) -> CounterSession:
    """Return ``after`` with ``author`` on each line that they changed, of those that somebody else had added.

    Several operators may serve at one counter: each answers for what they put on a line.
    """
    known = {line.line_id: line for line in before.lines}
    lines = tuple(
        replace(line, others=(*line.others, author))
        if author.name
        and line.line_id in known
        and author not in {line.author, *line.others}
        and _served(known[line.line_id]) != _served(line)
        else line
        for line in after.lines
    )
    return after if lines == after.lines else replace(after, lines=lines)


def _served(line: DraftLine) -> tuple[object, ...]:
    """Return what somebody answers for on a line."""
    return (
        line.code, line.quantity, line.boxes, line.owed, line.units, line.unit_price, line.posology, line.days,
        line.substitution, line.forced_stock,
    )  # fmt: skip


def replace_product(session: CounterSession, line_id: str, product: Product) -> Edited:
    """Put another product in the place of a line's, as a substitution does; its scanned boxes go.

    What it answers on the ordonnance stays, and the product first asked for is kept in mind; a refusal ends.
    """
    line = session.line(line_id)
    if line is None:
        return session, (_no_line(line_id),)
    changed = replace(
        line,
        code=product.code,
        label=product.name,
        unit_price=product.price,
        rate=product.rate,
        list_class=product.list_class,
        boxes=(),
        forced_stock=False,
        substitution=Substitution(),
        units=None,
        replaces="" if product.code == line.replaces else line.replaces or line.code,
        owed=0,
    )
    return _with_line(session, changed)


def set_quantity(session: CounterSession, line_id: str, quantity: int) -> Edited:
    """Set how many boxes leave; the boxes scanned last go first where there are fewer."""
    line = session.line(line_id)
    if line is None:
        return session, (_no_line(line_id),)
    if not 1 <= quantity <= MAX_QUANTITY:
        return session, (_bad_quantity(line_id),)
    if line.units is not None and quantity != 1:
        return session, (
            _error("GAL-UNI-03", f"{line.label} : ligne à l’unité. Alt+U change le nombre d’unités.", line_id),
        )
    boxes = line.boxes[:quantity]
    return _with_line(
        session, replace(line, quantity=quantity, boxes=boxes, owed=min(line.owed, quantity - len(boxes)))
    )


def set_units(session: CounterSession, line_id: str, units: int | None) -> Edited:
    """Say how many units of one opened box leave; None for whole boxes. Which number makes sense, the checks say."""
    line = session.line(line_id)
    if line is None:
        return session, (_no_line(line_id),)
    if units is None:
        return _with_line(session, replace(line, units=None))
    if not 1 <= units <= MAX_QUANTITY:
        return session, (_error("GAL-UNI-02", f"De 1 à {MAX_QUANTITY} unités.", line_id),)
    return _with_line(session, replace(line, quantity=1, boxes=line.boxes[:1], units=units))


def set_lot(session: CounterSession, line_id: str, lot: str) -> Edited:
    """Give a typed lot to the boxes of a line whose lot no scan gave."""
    line = session.line(line_id)
    if line is None:
        return session, (_no_line(line_id),)
    typed = one_line(lot, _LOT_LIMIT).strip()
    if not typed or typed != lot.strip():
        return session, (_error("GAL-CPT-06", f"Un lot a de 1 à {_LOT_LIMIT} caractères.", line_id),)
    known = tuple(box if box.lot else replace(box, lot=typed) for box in line.boxes)
    loose = (Box(lot=typed),) * (line.quantity - len(known))
    return _with_line(session, replace(line, boxes=(*known, *loose)))


def remove_line(session: CounterSession, line_id: str) -> Edited:
    """Take a line out."""
    if session.line(line_id) is None:
        return session, (_no_line(line_id),)
    return _edited(session, lines=tuple(line for line in session.lines if line.line_id != line_id)), ()


def set_price(session: CounterSession, line_id: str, price: Money) -> Edited:
    """Give its price to a product of free price; a regulated price is changed by hand between officines only."""
    line = session.line(line_id)
    if line is None:
        return session, (_no_line(line_id),)
    if line.rate is not None and session.sale is not SaleKind.RETROCESSION:
        return session, (_error("GAL-CPT-03", f"{line.label} : prix réglementé, il ne se change pas.", line_id),)
    if price.cents < 0:
        return session, (_error("GAL-CPT-04", "Un prix n’est jamais négatif.", line_id),)
    return _with_line(session, replace(line, unit_price=price))


def force_stock(session: CounterSession, line_id: str, *, forced: bool = True) -> Edited:
    """Confirm that boxes which the stock does not hold do leave."""
    return _change_line(session, line_id, forced_stock=forced)


def set_note(session: CounterSession, line_id: str, note: str) -> Edited:
    """Write a note on a line."""
    return _change_line(session, line_id, note=one_line(note))


def set_ald(session: CounterSession, line_id: str, *, ald: bool) -> Edited:
    """Say whether a line is in relation with the ALD."""
    return _change_line(session, line_id, ald=ald)


def set_prescribed(session: CounterSession, line_id: str, *, prescribed: bool) -> Edited:
    """Say whether the ordonnance asks for a line."""
    return _change_line(session, line_id, prescribed=prescribed)


def set_substitution(session: CounterSession, line_id: str, substitution: Substitution) -> Edited:
    """Record what was decided about the generic."""
    return _change_line(session, line_id, substitution=substitution)


def set_patient(session: CounterSession, patient_id: int | None, name: str = "") -> Edited:
    """Say for whom it is; None for an unknown customer."""
    return _edited(session, patient_id=patient_id, patient_name=name), ()


def set_prescription(session: CounterSession, prescription: PrescriptionDraft | None) -> Edited:
    """Say which ordonnance it is delivered on; None for a vente libre."""
    return _edited(session, prescription=prescription), ()


def set_bearer(session: CounterSession, bearer: str) -> Edited:
    """Say who collects, with their address, where it is not the patient."""
    return _edited(session, bearer=one_line(bearer)), ()


def set_guard(session: CounterSession, guard: Guard | None) -> Edited:
    """Say whether it is delivered out of hours."""
    return _edited(session, guard=guard), ()


def set_terms(
    session: CounterSession, sale: SaleKind, reason: str = "", account: tuple[int | None, str] = (None, "")
) -> Edited:
    """Say under which terms the products leave, why where that is asked for, and which ``account`` (id, name) pays."""
    said = one_line(reason, TERMS_LIMIT).strip()
    return _edited(session, sale=sale, sale_reason=said, account_id=account[0], account_name=account[1]), ()


def set_label(session: CounterSession, label: str) -> Edited:
    """Name the session, to know it again in the list of those in waiting."""
    return _edited(session, label=one_line(label, LABEL_LIMIT)), ()


def serials(session: CounterSession) -> Iterable[tuple[str, str]]:
    """Return the product code and the serial number of every scanned box that has one."""
    return ((line.code, box.serial) for line in session.lines for box in line.boxes if box.serial)


def _holds_box(session: CounterSession, code: str, serial: str) -> bool:
    return (code, serial) in serials(session)


def _holding(session: CounterSession, code: str) -> DraftLine | None:
    """Return the line that takes another box of a product: boxes that left in advance have a line of their own."""
    lines = (line for line in session.lines if line.code == code and line.units is None and line.advance is None)
    return next(lines, None)


def _edited(session: CounterSession, **changes: Any) -> CounterSession:  # noqa: ANN401 -- fields of the session
    return replace(session, revision=session.revision + 1, **changes)


def _with_line(session: CounterSession, changed: DraftLine) -> Edited:
    lines = tuple(changed if line.line_id == changed.line_id else line for line in session.lines)
    return _edited(session, lines=lines), ()


def _change_line(session: CounterSession, line_id: str, **changes: Any) -> Edited:  # noqa: ANN401 -- fields of the line
    line = session.line(line_id)
    return (session, (_no_line(line_id),)) if line is None else _with_line(session, replace(line, **changes))


def _error(code: str, text: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, text, subject=subject)


def _bad_quantity(line_id: str) -> Finding:
    return _error("GAL-CPT-02", f"La quantité va de 1 à {MAX_QUANTITY} boîtes.", line_id)


def _no_line(line_id: str) -> Finding:
    return _error("GAL-CPT-05", "Cette ligne n’est plus dans la vente.", line_id)
