"""May a treatment leave before its ordonnance, and how is it billed once the ordonnance comes? Pure.

A medicine of liste I or II is delivered on its prescription (CSP R.5132-6): handing it over before is a decision that
the pharmacist takes and answers for, with a reason, for a treatment that goes on. Nothing is billed until the
ordonnance comes; the ordonnancier has its entry when the boxes leave (CSP R.5132-10: the date of the delivery), with no
other number when they are billed, only a note beside it. Stupéfiants and what is treated as such never leave so
(CSP R.5132-5, R.5132-29: ordonnance sécurisée).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.clock import paris_date
from app.kernel.money import ZERO
from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP, typographic
from app.officine.advances import rules as advance_rules
from app.officine.advances.model import NewAdvance
from app.officine.billing.model import ActLine, DeviceLine, MedicineLine, Reason, Totals
from app.officine.billing.pricing import vat_shares
from app.officine.catalog.model import ListClass
from app.officine.dispensing.model import DraftLine, SaleKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.kernel.money import Money
    from app.officine.advances.model import Advance
    from app.officine.billing.model import CaseLine, Invoice, InvoiceCase
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.officine.dispensing.rules import Situation
    from app.officine.dispensing.session import Edited

_NEVER = frozenset({ListClass.NARCOTIC, ListClass.ASSIMILATED})
_UNBILLED = Reason("avance", "Avance : rien n’est facturé avant l’ordonnance.")


def check(situation: Situation) -> list[Finding]:
    """Return what forbids the avance, or the billing of the avances that the sale takes up; subjects are line ids."""
    made = _check_made(situation) if situation.session.sale is SaleKind.ADVANCE else ()
    return [*made, *_check_taken_up(situation)]


def needs_no_ordonnance(line: DraftLine, situation: Situation) -> bool:
    """Return True for a line whose ordonnance is to come, that is billed without one as it left before, or is ceded."""
    session = situation.session
    special = session.sale in {SaleKind.ADVANCE, SaleKind.RETROCESSION}
    return special or (line.advance is not None and is_charged(line, session))


def is_charged(line: DraftLine, session: CounterSession) -> bool:
    """Return True where boxes that left in advance are billed to the patient, no ordonnance having come for them."""
    return line.advance is not None and (session.prescription is None or not line.prescribed)


def asked(session: CounterSession, *, charged: bool | None = None) -> dict[int, int]:
    """Return how many boxes of each avance the sale bills: all, or those charged to the patient or not."""
    boxes = Counter[int]()
    for line in session.lines:
        if line.advance is not None and charged in {None, is_charged(line, session)}:
            boxes[line.advance] += line.quantity
    return dict(boxes)


def take_up(session: CounterSession, advances: Sequence[Advance], products: Mapping[str, Product]) -> Edited:
    """Put what is left of avances into the sale, one line each; those already in it are let be."""
    there = set(asked(session))
    lines, following = list(session.lines), session.next_line
    for advance in advances:
        product = products.get(advance.code)
        if advance.number in there or product is None or not advance.left:
            continue
        lines.append(
            DraftLine(
                line_id=f"L{following}",
                code=advance.code,
                label=advance.label,
                quantity=advance.left,
                unit_price=advance.unit_price,
                rate=product.rate,
                list_class=product.list_class,
                note=_said(advance),
                advance=advance.number,
            )
        )
        following += 1
    if len(lines) == len(session.lines):
        return session, ()
    return replace(session, lines=tuple(lines), next_line=following, revision=session.revision + 1), ()


def priced(line: MedicineLine, advance: Advance) -> MedicineLine:
    """Return a line to price at what its boxes cost on the day when they left."""
    day = paris_date(advance.at)
    source = f"Prix du jour de l’avance n°{NBSP}{advance.number}"
    return replace(line, price=advance.price, unit_price=advance.unit_price, source=source, priced_on=day)


def unbilled(invoice: Invoice) -> Invoice:
    """Return the invoice of an avance: its products, for nothing."""
    first = {line.line_id: line for line in reversed(invoice.lines) if line.line_id}
    lines = tuple(
        replace(line, amount=ZERO, base=ZERO, amo=ZERO, tm=ZERO, excess=ZERO, claimed=False, because=(_UNBILLED,))
        for line in invoice.lines
        if first.get(line.line_id) is line
    )
    return replace(
        invoice,
        lines=lines,
        totals=Totals(),
        third_party=False,
        franchise_info=ZERO,
        vat=vat_shares(lines),
        findings=(),
    )


def made_by(done: Delivery, case: InvoiceCase, reason: str) -> list[NewAdvance]:
    """Return the avances that a delivery makes; none for another sale."""
    if done.sale is not SaleKind.ADVANCE or done.patient_id is None:
        return []
    prices = {line.line_id: line for line in case.lines if not isinstance(line, ActLine)}
    return [
        NewAdvance(
            delivery=done.number,
            rank=line.rank,
            code=line.code,
            label=line.label,
            quantity=line.quantity,
            patient_id=done.patient_id,
            patient_name=done.patient_name,
            price=_box_price(prices[priced_as]),
            unit_price=line.unit_price,
            reason=reason,
            ordonnancier=line.ordonnancier,
        )
        for line, priced_as in zip(done.lines, prices, strict=True)
    ]


def note_beside(done: Delivery) -> str:
    """Return what is written beside the entries of the ordonnancier once the ordonnance is there."""
    written = "" if done.prescription_date is None else f" du {french.short_date(done.prescription_date)}"
    who = f", {done.prescriber_name}" if done.prescriber_name else ""
    return typographic(f"Avance régularisée : ordonnance{written}{who}, délivrance n°{NBSP}{done.number}")


def _box_price(line: CaseLine) -> Money:
    assert isinstance(line, MedicineLine | DeviceLine)
    return line.price


def _said(advance: Advance) -> str:
    entry = "" if advance.ordonnancier is None else f", ordonnancier n°{NBSP}{advance.ordonnancier}"
    return f"Avance n°{NBSP}{advance.number} du {french.short_date(paris_date(advance.at))}{entry}"


# --- An avance that is being made -------------------------------------------------------------------------------------


def _check_made(situation: Situation) -> Iterator[Finding]:
    session = situation.session
    if situation.patient is None:
        yield _error("GAL-AVA-01", "Une avance demande un patient connu.", "F2 : patient.", "sale")
    if session.prescription is not None:
        advice = "Ctrl+G : vente ordinaire, ou retirez l’ordonnance (F4)."
        yield _error("GAL-AVA-02", "Une ordonnance est là : ce n’est plus une avance.", advice, "sale")
    if not session.sale_reason:
        yield _error("GAL-AVA-03", "Une avance demande un motif.", "Ctrl+G : écrivez pourquoi elle est faite.", "sale")
    for line in session.lines:
        product = situation.products.get(line.code)
        if product is not None:
            yield from _check_line_made(line, product, situation)


def _check_line_made(line: DraftLine, product: Product, situation: Situation) -> Iterator[Finding]:
    if product.list_class in _NEVER:
        text = f"{line.label} : un stupéfiant ou assimilé ne s’avance jamais (CSP R.5132-5)."
        yield _error("GAL-AVA-04", text, "Retirez la ligne : l’ordonnance sécurisée est exigée.", line.line_id)
    elif product.list_class is None and product.rate is None:
        text = f"{line.label} : ni liste ni remboursement, aucune ordonnance n’est à attendre."
        yield _error("GAL-AVA-07", text, "Vendez-le à part : Ctrl+N.", line.line_id)
    elif not situation.past & {line.code, product.group_id or line.code}:
        text = f"{line.label} : aucune délivrance de ce traitement n’est connue pour ce patient."
        yield _warning("GAL-AVA-10", text, "Vérifiez le traitement en cours (F5) avant d’avancer.", line.line_id)
    if line.owed or line.units is not None:
        yield _whole(line)


# --- Avances that a sale bills ----------------------------------------------------------------------------------------


def _check_taken_up(situation: Situation) -> Iterator[Finding]:
    session = situation.session
    counts = asked(session)
    for line in session.lines:
        if line.advance is None:
            continue
        advance = situation.advances.get(line.advance)
        if session.sale in {SaleKind.ADVANCE, SaleKind.RETROCESSION}:
            text = f"{line.label} : une avance se régularise dans une vente ordinaire."
            yield _error("GAL-AVA-08", text, "Ctrl+G : vente ordinaire.", line.line_id)
        yield from advance_rules.check_left(advance, counts.pop(line.advance, 1), line.line_id)
        if advance is not None and (advance.code, advance.patient_id) != (line.code, session.patient_id):
            text = f"{line.label} : l’avance n°{NBSP}{advance.number} est celle de {advance.patient_name}"
            yield _error(
                "GAL-AVA-11", f"{text} ({advance.label}).", "Retirez la ligne, reprenez l’avance par F8.", line.line_id
            )
        if line.owed or line.units is not None:
            yield _whole(line)
        if is_charged(line, session):
            text = f"{line.label} : avance facturée sans ordonnance, tout est à la charge du patient."
            yield _warning("GAL-AVA-12", text, "F4 si l’ordonnance est là ; sinon un pharmacien valide.", line.line_id)


def _whole(line: DraftLine) -> Finding:
    text = f"{line.label} : une avance porte sur des boîtes entières qui partent."
    return _error("GAL-AVA-13", text, "Ni promis ni unités : corrigez la ligne.", line.line_id)


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)


def _warning(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.WARNING, typographic(text), typographic(advice), subject)
