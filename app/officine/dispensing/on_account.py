"""May this sale be put on an account, or these boxes be given up to another officine, and at which price? Pure.

A sale on account is an ordinary one whose share of the customer is invoiced later. A rétrocession gives boxes up to
another officine: no patient, no ordonnance, nothing claimed, and no entry in the ordonnancier, which holds what is
delivered on an ordonnance (CSP R.5132-10); its trace is the invoice. A stupéfiant is given up on an order form, and its
exit is written in its register with who acquires it (CSP R.5132-36).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.money import ZERO, Money
from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.accounts import rules as account_rules
from app.officine.accounts.model import AccountKind, EntryKind, NewEntry, SoldLine
from app.officine.billing.model import DeviceLine, MedicineLine
from app.officine.cash.model import Means
from app.officine.dispensing.model import SaleKind
from app.officine.registers.model import Who

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.officine.billing.model import CaseLine
    from app.officine.cash.model import Payment
    from app.officine.dispensing.model import CounterSession, Delivery, DraftLine
    from app.officine.dispensing.reversal import Reversal
    from app.officine.dispensing.rules import Situation

ON_ACCOUNT = frozenset({SaleKind.ACCOUNT, SaleKind.RETROCESSION})
"""The terms under which the customer pays by their account."""

CEDED = "Prix de cession, saisi"


def check(situation: Situation) -> list[Finding]:
    """Return what forbids the terms of the sale; subjects are line ids, or ``sale``."""
    session = situation.session
    if session.sale not in ON_ACCOUNT:
        return []
    findings = account_rules.check_charge(situation.account, ZERO, ZERO)
    if session.sale is SaleKind.RETROCESSION:
        findings += _check_ceded(situation)
    return findings


def check_payments(session: CounterSession, due: Money, payments: Sequence[Payment]) -> list[Finding]:
    """Return what is wrong with the means: on an account the whole share goes to it, elsewhere nothing does."""
    charged = Money.total(payment.amount for payment in payments if payment.method is Means.ACCOUNT)
    if session.sale in ON_ACCOUNT:
        if charged == due:
            return []
        text = f"Vente en compte : les {french.amount(due)} de la part du client vont au compte."
        return [_error("GAL-CTE-20", text, "Ctrl+G : vente ordinaire, pour encaisser autrement.", "sale")]
    if not charged:
        return []
    return [_error("GAL-CTE-21", "« En compte » demande un compte.", "Ctrl+G : choisissez le compte.", "sale")]


def check_refunds(left: Money | None, refunds: Sequence[Payment]) -> list[Finding]:
    """Return what is wrong with how a sale is paid back, of which ``left`` is on an account (None: on none)."""
    credited = Money.total(payment.amount for payment in refunds if payment.method is Means.ACCOUNT)
    if (left is None and credited) or credited > (left or ZERO):
        return [_error("GAL-CTE-22", "Ce compte n’a pas été débité d’autant.", "Rendez par un autre moyen.")]
    if left is not None and any(payment.method is not Means.ACCOUNT for payment in refunds):
        text = "Cette vente est en compte : l’avoir va au compte, rien ne se rend en caisse."
        return [_error("GAL-CTE-23", text, "Reprenez l’avoir : le moyen est « En compte ».")]
    return []


def priced(line: CaseLine, asked: DraftLine) -> CaseLine:
    """Return a line of a rétrocession to price: at what was typed, nothing reimbursed."""
    typed = asked.unit_price if asked.unit_price is not None else ZERO
    if isinstance(line, MedicineLine):
        return replace(
            line, price=typed, unit_price=typed, rate=None, generic_base=None, tfr=None, priced_on=None, source=CEDED
        )
    return replace(line, price=typed, tariff=typed) if isinstance(line, DeviceLine) else line


def charge_of(done: Delivery) -> NewEntry:
    """Return what a delivery puts on its account: the customer's share, and the VAT in it.

    Between officines the products are told; to who pays for somebody, only for whom it is (CSP L.1110-4).
    """
    ceded = done.sale is SaleKind.RETROCESSION
    return NewEntry(
        kind=EntryKind.SALE,
        amount=done.totals.patient,
        document=done.number,
        patient_name="" if done.patient_id is None else done.patient_name,
        vat=account_rules.share_vat(done.invoice_lines, done.totals, third_party=done.third_party),
        lines=tuple(SoldLine(line.label, line.quantity, line.amount) for line in done.invoice_lines) if ceded else (),
    )


def credit_of(done: Reversal, delivery: Delivery) -> NewEntry:
    """Return what an annulation or an avoir takes off the account of its delivery."""
    positive = [
        replace(line, amount=-line.amount, amo=-line.amo, tm=-line.tm, excess=-line.excess)
        for _rank, line in done.invoice
    ]
    vat = account_rules.share_vat(positive, done.totals, third_party=delivery.third_party)
    ceded = delivery.sale is SaleKind.RETROCESSION
    return NewEntry(
        kind=EntryKind.CREDIT,
        amount=-done.totals.patient,
        document=delivery.number,
        reference=f"{done.kind.label} {done.number}",
        patient_name="" if delivery.patient_id is None else delivery.patient_name,
        vat=tuple(replace(part, net=-part.net, tax=-part.tax) for part in vat),
        lines=tuple(SoldLine(line.label, line.quantity, line.amount) for _rank, line in done.invoice) if ceded else (),
    )


def acquirer(situation: Situation) -> Who:
    """Return who acquires stupéfiants that are given up, as their register names them."""
    account = situation.account
    assert account is not None
    return Who(patient_name=account.name, patient_address=", ".join(account.address))


def _check_ceded(situation: Situation) -> Iterator[Finding]:
    session, account = situation.session, situation.account
    if account is not None and account.kind is not AccountKind.OFFICINE:
        text = f"{account.name} n’est pas une officine : une rétrocession ne va qu’à une officine."
        yield _error("GAL-RET-01", text, "Ctrl+G : choisissez le compte d’une officine.", "sale")
    if session.patient_id is not None or session.prescription is not None:
        text = "Une rétrocession n’a ni patient ni ordonnance."
        yield _error("GAL-RET-02", text, "Retirez-les, ou revenez à une vente ordinaire (Ctrl+G).", "sale")
    if situation.narcotics and not session.sale_reason:
        text = "Un stupéfiant se cède sur bon de commande : son numéro manque (CSP R.5132-36)."
        yield _error("GAL-RET-03", text, "Ctrl+G : saisissez le numéro du bon.", "sale")
    for line in session.lines:
        product = situation.products.get(line.code)
        if line.owed or line.units is not None:
            text = f"{line.label} : une rétrocession porte sur des boîtes entières qui partent."
            yield _error("GAL-RET-05", text, "Ni promis ni unités : corrigez la ligne.", line.line_id)
        if product is not None and line.unit_price is not None and line.unit_price == product.price:
            text = f"{line.label} : {french.amount(line.unit_price)} est le prix public."
            advice = "Tapez le prix de cession TTC dans le volet de la ligne, ou confirmez."
            yield Finding("GAL-RET-04", Severity.WARNING, typographic(text), typographic(advice), line.line_id)


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)
