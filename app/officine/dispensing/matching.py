"""Which box answers which line of the ordonnance? Pure: boxes may come before the ordonnance, or after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural
from app.officine.billing.model import Justification, Substitution
from app.officine.billing.products import pack_size
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import PrescriptionDraft
from app.officine.prescriptions.directions import boxes_for, days_of, month_days, read_directions
from app.officine.prescriptions.model import PrescribedLine
from app.officine.prescriptions.rules import TOLERANCE_DAYS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import Author, Box, CounterSession, DraftLine
    from app.officine.dispensing.session import Edited
    from app.officine.prescriptions.model import KeptPrescription

NOT_DELIVERED = "GAL-ORD-01"
BESIDE = "GAL-ORD-02"
EARLY = "GAL-ORD-03"
FEWER = "GAL-ORD-04"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A line of the ordonnance that no box answers yet."""

    line: PrescribedLine

    @property
    def words(self) -> str:
        """How many boxes are asked for, and how they are taken."""
        return " · ".join(part for part in (plural(self.line.quantity, "boîte"), self.line.posology) if part)


def awaited(session: CounterSession) -> tuple[Awaited, ...]:
    """Return the lines of the ordonnance that nothing in the sale answers, in their order."""
    if session.prescription is None:
        return ()
    answered = {line.prescribed_line for line in session.lines}
    return tuple(Awaited(line) for line in session.prescription.lines if line.line_id not in answered)


def line_for(session: CounterSession, product: Product) -> PrescribedLine | None:
    """Return the line of the ordonnance that a box answers best; None where none does.

    The same presentation first, then the same speciality, then the same generic group, whose substitution is natural
    (CSP L.5125-23).
    """
    waiting = [one.line for one in awaited(session)]
    for answers in (_same_presentation, _same_speciality, _same_group):
        found = next((line for line in waiting if answers(line, product)), None)
        if found is not None:
            return found
    return None


def link(session: CounterSession, products: Mapping[str, Product]) -> CounterSession:
    """Return the session with each line that answers none yet linked to the line of the ordonnance that it answers.

    With a detailed ordonnance, a line that answers nothing in it stands beside it; without one, all are of it.
    """
    if session.prescription is None or not session.prescription.lines:
        return session
    for line in session.lines:
        product = products.get(line.code)
        if line.prescribed_line or product is None:
            continue
        asked = line_for(session, product)
        session = _put(session, _beside(line) if asked is None else _answering(line, asked, product))
    return session


def add_product(
    session: CounterSession,
    product: Product,
    *,
    box: Box | None = None,
    quantity: int = 1,
    author: Author = editing.NOBODY,
) -> Edited:
    """Add boxes of a product as ``session.add_product`` does, and link its line to what it answers."""
    edited, findings = editing.add_product(session, product, box=box, quantity=quantity, author=author)
    return (edited if edited is session else link(edited, {product.code: product})), findings


def take(session: CounterSession, kept: KeptPrescription, products: Mapping[str, Product]) -> Edited:
    """Take up an ordonnance kept: what is left of it is asked for, and the boxes already scanned answer it."""
    # Of what leaves by fractions, the checks of the fractions say when the next one is due.
    lines = tuple(
        replace(one.line, due_on=None if one.line.total_days is not None else one.due_on(TOLERANCE_DAYS))
        for one in kept.to_deliver
    )
    draft = PrescriptionDraft(
        prescriber_id=kept.prescriber_id,
        prescriber_name=kept.prescriber_name,
        written_on=kept.written_on,
        kind=kept.kind,
        renewal=kept.deliveries,
        prescription_id=kept.id,
        lines=lines,
    )
    unlinked = replace(session, lines=tuple(replace(line, prescribed_line="") for line in session.lines))
    taken, _ = editing.set_prescription(unlinked, draft)
    return link(taken, products), ()


def detail(session: CounterSession, lines: tuple[PrescribedLine, ...], products: Mapping[str, Product]) -> Edited:
    """Write the lines of the ordonnance: those typed now take the place of those before."""
    if session.prescription is None:
        return session, (Finding("GAL-ORD-05", Severity.ERROR, "Indiquez d’abord le prescripteur et la date.", "F4."),)
    ids = {line.line_id for line in lines}
    freed = tuple(line if line.prescribed_line in ids else replace(line, prescribed_line="") for line in session.lines)
    changed, _ = editing.set_prescription(replace(session, lines=freed), replace(session.prescription, lines=lines))
    by_id = {line.line_id: line for line in lines}
    for line in changed.lines:
        product, asked = products.get(line.code), by_id.get(line.prescribed_line)
        if product is not None and asked is not None:
            changed = _put(changed, _answering(line, asked, product))
    return link(changed, products), ()


def attach(session: CounterSession, line_id: str) -> Edited:
    """Turn a line over: of the ordonnance, or beside it."""
    line = session.line(line_id)
    if line is None or session.prescription is None:
        return session, (
            Finding("GAL-ORD-05", Severity.ERROR, "Il n’y a pas d’ordonnance à laquelle rattacher la ligne.", "F4."),
        )
    if line.prescribed_line:
        return editing.set_prescribed(_put(session, _beside(line)), line_id, prescribed=False)
    return editing.set_prescribed(session, line_id, prescribed=not line.prescribed)


def written_lines(session: CounterSession, products: Mapping[str, Product]) -> tuple[PrescribedLine, ...]:
    """Return the ordonnance to keep: what was written, then each product prescribed beside it."""
    if session.prescription is None:
        return ()
    written = list(session.prescription.lines)
    taken = {line.line_id for line in written}
    for line in session.lines:
        if line.prescribed and not line.prescribed_line:
            line_id = next(name for name in map("P{}".format, range(1, 1000)) if name not in taken)
            taken.add(line_id)
            written.append(prescribed_line(line_id, line, products.get(line.code)))
    return tuple(written)


def prescribed_line(line_id: str, line: DraftLine, product: Product | None) -> PrescribedLine:
    """Return what an ordonnance asks for where a line of the sale says it."""
    return PrescribedLine(
        line_id=line_id,
        code=line.code,
        label=line.label,
        posology=line.posology,
        quantity=line.quantity,
        days=line.days,
        ald=line.ald,
        mention=line.substitution.justification or "",
        cis="" if product is None else product.cis or "",
        group_id="" if product is None else product.group_id or "",
    )


def directed(line: PrescribedLine, typed: str, product: Product | None) -> PrescribedLine:
    """Return a line with what was typed of it in one go: posology, duration, renewals.

    The boxes of each delivery are reckoned where the posology and the size of the box are known: for four
    weeks or thirty days, as boxes are made, or for what one box lasts where that is longer (CSP R.5132-12).
    """
    said = read_directions(typed)
    if line.total_days is not None:
        line = replace(line, days=line.total_days, renewals=0, total_days=None)
    changed = replace(
        line,
        at_once=said.at_once,
        overlap=said.overlap,
        not_renewable=said.not_renewable,
        posology=said.posology,
        days=said.days if said.days is not None else line.days,
        renewals=said.renewals if said.renewals is not None else line.renewals,
    )
    size = 1 if product is None else pack_size(product.presentation)
    if said.a_day is None or said.days is None or size <= 1:
        return changed
    wanted = min(said.days, max(month_days(said.a_day, size), days_of(1, said.a_day, size)))
    boxes = min(boxes_for(said.a_day, wanted, size), editing.MAX_QUANTITY)
    return replace(changed, quantity=boxes, days=min(said.days, days_of(boxes, said.a_day, size)))


def typed_text(line: PrescribedLine) -> str:
    """Return a line as it would be typed: ``1 matin 30 j r5``."""
    fractioned = line.total_days is not None
    days, renewals = (line.total_days, 0) if fractioned else (line.days, line.renewals)
    mentions = zip(("uf", "chev", "nr"), (line.at_once, line.overlap, line.not_renewable), strict=True)
    said = [word for word, written in mentions if written]
    parts = (line.posology, f"{days} j" if days else "", f"r{renewals}" if renewals else "", *said)
    return " ".join(part for part in parts if part)


def check(session: CounterSession, today: dt.date) -> Iterator[Finding]:
    """Return what the ordonnance asks for and the sale does not hold, and the other way round."""
    prescription = session.prescription
    if prescription is None or not prescription.lines:
        return
    missing = awaited(session)
    if missing:
        names = ", ".join(one.line.label for one in missing)
        text = f"Prescrit et pas dans la vente : {names}."
        advice = "Scannez les boîtes, ou continuez : ces lignes restent à délivrer."
        yield Finding(NOT_DELIVERED, Severity.WARNING, text, advice, "prescription")
    asked = {line.line_id: line for line in prescription.lines}
    for line in session.lines:
        answered = asked.get(line.prescribed_line)
        if answered is None:
            if not line.prescribed:
                yield Finding(BESIDE, Severity.INFO, f"{line.label} : hors ordonnance.", "", line.line_id)
            continue
        yield from _check_answer(line, answered, today)


def _check_answer(line: DraftLine, asked: PrescribedLine, today: dt.date) -> Iterator[Finding]:
    if asked.due_on is not None and today < asked.due_on:
        days = plural((asked.due_on - today).days, "jour")
        text = f"{line.label} : renouvellement {days} avant le terme du traitement délivré (CSP R.5132-14)."
        yield Finding(EARLY, Severity.WARNING, text, "Vérifiez qu’il reste au patient ce qu’il faut.", line.line_id)
    if line.quantity < asked.quantity:
        text = f"{line.label} : {plural(line.quantity, 'boîte')} pour {asked.quantity} prescrites."
        yield Finding(FEWER, Severity.INFO, text, "F8 : promettre le reste.", line.line_id)
    if line.quantity > asked.quantity:
        text = (
            f"{line.label} : {plural(line.quantity, 'boîte')} pour {plural(asked.quantity, 'prescrite', 'prescrites')}."
        )
        yield Finding(FEWER, Severity.WARNING, text, "Vérifiez la quantité.", line.line_id)


def _answering(line: DraftLine, asked: PrescribedLine, product: Product) -> DraftLine:
    """Return a line that answers a line of the ordonnance, with what was written there."""
    kept = asked.mention and product.code == asked.code
    substitution = Substitution(refused=True, justification=Justification(asked.mention)) if kept else line.substitution
    return replace(
        line,
        prescribed=True,
        prescribed_line=asked.line_id,
        posology=asked.posology or line.posology,
        days=asked.days or line.days,
        ald=asked.ald or line.ald,
        substitution=substitution,
        replaces=asked.code if asked.code != product.code and _same_group(asked, product) else line.replaces,
    )


def _beside(line: DraftLine) -> DraftLine:
    return replace(line, prescribed=False, prescribed_line="", posology="", days=None)


def _put(session: CounterSession, changed: DraftLine) -> CounterSession:
    lines = tuple(changed if line.line_id == changed.line_id else line for line in session.lines)
    return replace(session, lines=lines)


def _same_presentation(line: PrescribedLine, product: Product) -> bool:
    return line.code == product.code


def _same_speciality(line: PrescribedLine, product: Product) -> bool:
    return bool(line.cis) and line.cis == product.cis


def _same_group(line: PrescribedLine, product: Product) -> bool:
    return bool(line.group_id) and line.group_id == product.group_id
