"""What is taken back of a delivery by an annulation or an avoir? Pure: values, checks and amounts."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.kernel.money import ZERO, Money, round_half_up
from app.kernel.outcome import Finding, Severity
from app.officine.billing.model import InvoiceLine, Totals
from app.officine.billing.pricing import vat_shares
from app.officine.cash.model import Means, Payment, Sale, VatPart
from app.officine.catalog.model import ListClass
from app.officine.dispensing.model import Box, DeliveryState

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from app.officine.cash.model import Account
    from app.officine.dispensing.model import Box, Delivery, DeliveryLine


class ReversalKind(enum.StrEnum):
    """An annulation undoes a sale of the day that no Z holds; an avoir takes back, later, all or a part of it."""

    CANCEL = "cancel"
    CREDIT = "credit"

    @property
    def label(self) -> str:
        """The act as the screens show it."""
        return {"cancel": "Annulation", "credit": "Avoir"}[self]


class Fate(enum.StrEnum):
    """Where boxes go that come back: a medicine that left the officine is not sold again (CSP L.4211-2)."""

    STOCK = "stock"
    QUARANTINE = "quarantine"
    DESTROYED = "destroyed"

    @property
    def label(self) -> str:
        """The fate as the screens show it."""
        return {"stock": "Remise en stock", "quarantine": "Quarantaine", "destroyed": "Détruit"}[self]


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """Boxes of the line ``rank`` of a delivery that come back; ``note`` says why a stupéfiant goes back to stock.

    ``boxes`` are those among them whose code was scanned when they left; ``unleft`` how many of them were promised and
    never left: they are paid back, and nothing moves.
    """

    rank: int
    quantity: int
    fate: Fate
    note: str = ""
    boxes: tuple[Box, ...] = ()
    unleft: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalDraft:
    """What is asked: which act, why, which boxes, and how the patient is paid back."""

    delivery: int
    kind: ReversalKind
    reason: str
    lines: tuple[ReturnedLine, ...]
    refunds: tuple[Payment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """An annulation or an avoir done; ``invoice`` pairs each negative line with the rank of its original."""

    number: int
    delivery: int
    kind: ReversalKind
    whole: bool
    at: dt.datetime
    author_name: str
    reason: str
    totals: Totals
    lines: tuple[ReturnedLine, ...]
    invoice: tuple[tuple[int, InvoiceLine], ...] = ()


def whole_return(delivery: Delivery, returned: Mapping[int, int], kind: ReversalKind) -> tuple[ReturnedLine, ...]:
    """Return all that is left to take back; ``returned`` counts the boxes taken back before, by rank.

    What is cancelled at once never left the counter and goes back to stock; a stupéfiant waits for a decision.
    """
    lines = []
    for line in delivery.lines:
        left = line.quantity - returned.get(line.rank, 0)
        if left > 0:
            lines.append(ReturnedLine(line.rank, left, proposed_fate(line, kind)))
    return tuple(lines)


def proposed_fate(line: DeliveryLine, kind: ReversalKind) -> Fate:
    """Return where the boxes of a line go unless someone decides otherwise."""
    if kind is ReversalKind.CANCEL and not is_narcotic(line):
        return Fate.STOCK
    return Fate.QUARANTINE


def is_narcotic(line: DeliveryLine) -> bool:
    """Return True for a stupéfiant and for what is treated as one."""
    return line.list_class in {ListClass.NARCOTIC, ListClass.ASSIMILATED}


# --- Checks -----------------------------------------------------------------------------------------------------------


def check(
    draft: ReversalDraft, delivery: Delivery, returned: Mapping[int, int], *, same_day: bool, closed: bool
) -> list[Finding]:
    """Return what forbids the act; ``closed``: a Z holds the sale."""
    if delivery.state is not DeliveryState.DONE:
        text = f"La délivrance n° {delivery.number} est déjà {delivery.state.label or 'en avoir'}."
        return [_error("GAL-ANN-02", text, "Rien n’a été changé.")]
    findings = []
    if not draft.reason.strip():
        findings.append(_error("GAL-ANN-03", "Un motif est demandé.", "Saisissez le motif.", "reason"))
    if draft.kind is ReversalKind.CANCEL:
        findings += _check_cancel(draft, delivery, returned, same_day=same_day, closed=closed)
    return findings + check_lines(draft.lines, delivery, returned)


def _check_cancel(
    draft: ReversalDraft, delivery: Delivery, returned: Mapping[int, int], *, same_day: bool, closed: bool
) -> list[Finding]:
    if not same_day or closed:
        text = f"La délivrance n° {delivery.number} n’est plus annulable : sa journée est passée ou clôturée."
        return [_error("GAL-ANN-04", text, "Établissez un avoir.")]
    if returned:
        text = f"Un avoir porte déjà sur la délivrance n° {delivery.number}."
        return [_error("GAL-ANN-05", text, "Établissez un avoir sur ce qui reste.")]
    if not is_whole(draft.lines, delivery, returned):
        return [_error("GAL-ANN-06", "Une annulation porte sur toute la délivrance.", "Établissez un avoir partiel.")]
    return []


def check_lines(lines: Sequence[ReturnedLine], delivery: Delivery, returned: Mapping[int, int]) -> list[Finding]:
    """Return what is wrong with the boxes that come back."""
    known = {line.rank: line for line in delivery.lines}
    findings = []
    if not lines:
        findings.append(_error("GAL-ANN-07", "Aucune ligne n’est reprise.", "Indiquez ce qui revient."))
    if len({line.rank for line in lines}) < len(lines):
        findings.append(_error("GAL-ANN-07", "Une ligne est reprise deux fois.", "Corrigez les quantités."))
    for line in lines:
        sold = known.get(line.rank)
        left = 0 if sold is None else sold.quantity - returned.get(line.rank, 0)
        if sold is None or not 1 <= line.quantity <= left:
            label = "Cette ligne" if sold is None else sold.label
            text = f"{label} : {left} boîte(s) au plus peuvent être reprises."
            findings.append(_error("GAL-ANN-07", text, "Corrigez la quantité.", str(line.rank)))
        elif is_narcotic(sold) and line.fate is Fate.STOCK and not line.note.strip():
            text = f"{sold.label} : un stupéfiant ne revient pas en stock sans explication."
            advice = "Choisissez la quarantaine ou la destruction, ou écrivez pourquoi il revient en stock."
            findings.append(_error("GAL-ANN-08", text, advice, str(line.rank)))
    return findings


def check_promised(
    lines: Iterable[ReturnedLine], delivery: Delivery, counts: Mapping[int, int], owed: Mapping[int, int]
) -> list[Finding]:
    """Return a refusal for each line of which boxes would come back that are still promised.

    ``counts`` are the boxes of each line that no act took back, ``owed`` those of them that a promis still owes.
    """
    labels = {line.rank: line.label for line in delivery.lines}
    return [
        _error(
            "GAL-ANN-11",
            f"{labels[line.rank]} : {owed[line.rank]} boîte(s) promises ne sont pas parties.",
            "Annulez d’abord le promis (F8), puis reprenez ce qui en a été payé.",
            str(line.rank),
        )
        for line in lines
        if line.rank in owed and line.quantity > counts.get(line.rank, 0) - owed[line.rank]
    ]


def with_unleft(
    lines: Iterable[ReturnedLine], never_left: Mapping[int, int], before: Iterable[Reversal]
) -> tuple[ReturnedLine, ...]:
    """Return the lines, each saying how many of its boxes never left: those that no act before took back come first."""
    told: dict[int, int] = {}
    for reversal in before:
        for line in reversal.lines:
            told[line.rank] = told.get(line.rank, 0) + line.unleft
    return tuple(
        replace(line, unleft=max(0, min(line.quantity, never_left.get(line.rank, 0) - told.get(line.rank, 0))))
        for line in lines
    )


def is_whole(lines: Iterable[ReturnedLine], delivery: Delivery, returned: Mapping[int, int]) -> bool:
    """Return True where nothing of the delivery is left once these boxes are back."""
    back = dict(returned)
    for line in lines:
        back[line.rank] = back.get(line.rank, 0) + line.quantity
    return all(back.get(line.rank, 0) == line.quantity for line in delivery.lines)


# --- Amounts ----------------------------------------------------------------------------------------------------------


def reversed_invoice(
    delivery: Delivery, lines: Sequence[ReturnedLine], before: Sequence[Reversal]
) -> tuple[tuple[int, InvoiceLine], ...]:
    """Return the negative lines of the invoice, each with the rank of its original.

    The amounts of a line follow its boxes, reckoned on all that is back so far: the last box takes what is left, so
    that all the avoirs of a delivery come to its invoice to the cent. Fees of the whole ordonnance come back with
    the last box.
    """
    returned = returned_boxes(before)
    whole = is_whole(lines, delivery, returned)
    asked = {line.rank: line.quantity for line in lines}
    taken: dict[int, list[InvoiceLine]] = {}
    for reversal in before:
        for rank, line in reversal.invoice:
            taken.setdefault(rank, []).append(line)
    ranks = _line_ranks(delivery)
    found = []
    for place, line in enumerate(delivery.invoice_lines, start=1):
        sold_as = ranks.get(line.line_id)
        if sold_as is None and whole:
            found.append((place, _part(line, 1, 1, taken.get(place, []))))
        elif sold_as is not None and sold_as in asked:
            back, sold = returned.get(sold_as, 0) + asked[sold_as], delivery.lines[sold_as - 1].quantity
            found.append((place, _part(line, back, sold, taken.get(place, []))))
    return tuple(found)


def _line_ranks(delivery: Delivery) -> dict[str, int]:
    ids = dict.fromkeys(line.line_id for line in delivery.invoice_lines if line.line_id)
    return {line_id: line.rank for line_id, line in zip(ids, delivery.lines, strict=False)}


def _part(line: InvoiceLine, back: int, sold: int, taken: Sequence[InvoiceLine]) -> InvoiceLine:
    """Return the negative of ``back`` boxes among ``sold`` of a line, less what is taken back already."""

    def share(name: str) -> Money:
        total: Money = getattr(line, name)
        already = Money.total(getattr(one, name) for one in taken)
        return -Money(round_half_up(total.cents * back, sold)) - already

    amount, amo, excess = share("amount"), share("amo"), share("excess")
    boxes = round_half_up(line.quantity * back, sold) + sum(one.quantity for one in taken)
    return replace(
        line,
        quantity=-boxes,
        amount=amount,
        base=share("base"),
        amo=amo,
        excess=excess,
        tm=amount - amo - excess,
        because=(),
    )


def reversed_totals(delivery: Delivery, invoice: Iterable[tuple[int, InvoiceLine]], *, whole: bool,
                    before: Sequence[Reversal]) -> Totals:  # fmt: skip
    """Return what each payer gets back, above zero: always ``amo + amc + patient = amount``.

    The last avoir gives back what is left of the shares.
    """
    if whole:
        return _rest(delivery.totals, before)
    lines = [line for _rank, line in invoice]
    amount = -Money.total(line.amount for line in lines)
    excess = -Money.total(line.excess for line in lines)
    if not delivery.third_party:
        reimbursed = -Money.total(line.amo for line in lines)
        return Totals(amount=amount, patient=amount, excess=excess, reimbursed=reimbursed)
    amo = -Money.total(line.amo for line in lines)
    amc = -Money.total(line.tm for line in lines if line.claimed and line.complemented) if delivery.totals.amc else ZERO
    return Totals(amount=amount, amo=amo, amc=amc, patient=amount - amo - amc, excess=excess)


def _rest(totals: Totals, before: Sequence[Reversal]) -> Totals:
    def rest(name: str) -> Money:
        total: Money = getattr(totals, name)
        return total - Money.total(getattr(reversal.totals, name) for reversal in before)

    return Totals(**{name: rest(name) for name in ("amount", "amo", "amc", "patient", "excess", "reimbursed")})


def returned_boxes(before: Iterable[Reversal]) -> dict[int, int]:
    """Return how many boxes were taken back, by rank of the line."""
    back: dict[int, int] = {}
    for reversal in before:
        for line in reversal.lines:
            back[line.rank] = back.get(line.rank, 0) + line.quantity
    return back


def till_sale(delivery: Delivery, totals: Totals, invoice: Iterable[tuple[int, InvoiceLine]],
              refunds: tuple[Payment, ...]) -> Sale:  # fmt: skip
    """Return what is taken back as the till records it."""
    positive = [replace(line, amount=-line.amount) for _rank, line in invoice]
    return Sale(
        number=delivery.number,
        patient_id=delivery.patient_id,
        amount=totals.amount,
        amo=totals.amo,
        amc=totals.amc,
        patient=totals.patient,
        vat=tuple(VatPart(share.rate, share.net, share.tax) for share in vat_shares(positive)),
        payments=refunds,
    )


def proposed_refunds(due: Money, paid: Mapping[Means, Money], account: Account) -> tuple[Payment, ...]:
    """Return how to pay back ``due``: the debt first, as far as it stands, then by the means of the payment.

    What is left (a debt settled meanwhile) is paid back in cash.
    """
    left, refunds = due, []
    for means in (Means.ACCOUNT, Means.DEFERRED, Means.DEPOSIT, Means.CARD, Means.CHEQUE):
        most = paid.get(means, ZERO)
        if means is Means.DEFERRED:
            most = min(most, account.debt)
        part = min(left, most)
        if part > ZERO:
            refunds.append(Payment(means, part))
            left -= part
    if left > ZERO:
        refunds.append(Payment(Means.CASH, left))
    return tuple(refunds)


def _error(code: str, text: str, advice: str = "", subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, text, advice, subject)
