"""What may be taken, given back, counted and closed? Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.kernel import french
from app.kernel.money import ZERO, Money
from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line
from app.officine.cash.model import DENOMINATIONS, Entry, Means, Payment, Period, RecordKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.officine.cash.model import Account, Closing, Count, Sale

DEFAULT_THRESHOLD = Money(200)
"""The difference of a count above which a reason is asked, while the officine has set none (fact ``cash``)."""

MOST = Money(100_000_00)
"""The most that one movement of a drawer may be: more is a typing error."""

REASON_LIMIT = 300


# --- Sales ------------------------------------------------------------------------------------------------------------


def sale_entries(sale: Sale) -> list[Entry]:
    """Return the entries of a sale: the sale itself, each payment as it was handed over, and what was given back."""
    common: dict[str, Any] = {"delivery": sale.number, "patient_id": sale.patient_id}
    entries = [Entry(kind=RecordKind.SALE, amount=sale.amount, details=shares(sale), **common)]
    for payment in sale.payments:
        handed = payment.amount if payment.tendered is None else payment.tendered
        entries.append(Entry(kind=RecordKind.PAYMENT, means=payment.method, amount=handed, **common))
        if payment.change:
            entries.append(Entry(kind=RecordKind.CHANGE, means=payment.method, amount=-payment.change, **common))
    return entries


def reversal_entries(taken_back: Sale, reversal: int, reason: str) -> list[Entry]:
    """Return the entries of an annulation or an avoir; its payments are what is paid back."""
    common: dict[str, Any] = {"delivery": taken_back.number, "patient_id": taken_back.patient_id, "reason": reason}
    details = shares(taken_back) | {"reversal": reversal}
    entries = [Entry(kind=RecordKind.REVERSAL, amount=-taken_back.amount, details=details, **common)]
    entries += [
        Entry(kind=RecordKind.REFUND, means=payment.method, amount=-payment.amount, **common)
        for payment in taken_back.payments
    ]
    return entries


def shares(sale: Sale) -> dict[str, Any]:
    """Return who bears a sale and its VAT, in cents and hundredths of a percent."""
    return {
        "amo": sale.amo.cents,
        "amc": sale.amc.cents,
        "patient": sale.patient.cents,
        "vat": [[part.rate.hundredths, part.net.cents, part.tax.cents] for part in sale.vat],
    }


def check_deposit(available: Money, payments: Sequence[Payment]) -> list[Finding]:
    """Return what is wrong with the use of an acompte of which ``available`` is left."""
    used = Money.total(payment.amount for payment in payments if payment.method is Means.DEPOSIT)
    if used <= available:
        return []
    text = f"L’acompte disponible est de {french.amount(available)}, il en est demandé {french.amount(used)}."
    return [_error("GAL-CAI-01", text, "Réglez la différence par un autre moyen.")]


def check_refund(account: Account, due: Money, refunds: Sequence[Payment]) -> list[Finding]:
    """Return what is wrong with how ``due`` is paid back to a patient who owes ``account``."""
    findings = [_error("GAL-CAI-02", "Un montant est supérieur à zéro.") for one in refunds if one.amount <= ZERO]
    total = Money.total(one.amount for one in refunds)
    if total != due:
        text = f"Les remboursements font {french.amount(total)}, il faut rendre {french.amount(due)}."
        findings.append(_error("GAL-CAI-03", text, "Corrigez les montants."))
    deferred = Money.total(one.amount for one in refunds if one.method is Means.DEFERRED)
    if deferred > account.debt:
        text = f"Le patient ne doit que {french.amount(account.debt)}."
        findings.append(_error("GAL-CAI-04", text, "Rendez le reste par un autre moyen."))
    return findings


# --- Settlements and acomptes -----------------------------------------------------------------------------------------


def check_settlement(account: Account, payments: Sequence[Payment]) -> list[Finding]:
    """Return what is wrong with the settlement of a debt: above zero, by something else than a debt, never too much."""
    findings = _check_money(payments, allowed={Means.CASH, Means.CARD, Means.CHEQUE, Means.DEPOSIT})
    total = Money.total(payment.amount for payment in payments)
    if total > account.debt:
        text = f"Le patient doit {french.amount(account.debt)}, le règlement est de {french.amount(total)}."
        findings.append(_error("GAL-CAI-05", text, "Réduisez le règlement, ou encaissez un acompte."))
    return findings + check_deposit(account.deposit, payments)


def settlement_entries(patient_id: int, payments: Sequence[Payment]) -> list[Entry]:
    """Return the entries of a settlement: what came in, and the debt that goes down by as much."""
    return _balanced(RecordKind.SETTLEMENT, patient_id, payments, Means.DEFERRED)


def check_acompte(payments: Sequence[Payment]) -> list[Finding]:
    """Return what is wrong with an acompte."""
    return _check_money(payments, allowed={Means.CASH, Means.CARD, Means.CHEQUE})


def deposit_entries(patient_id: int, payments: Sequence[Payment]) -> list[Entry]:
    """Return the entries of an acompte: what came in, and what the officine holds for the patient."""
    return _balanced(RecordKind.DEPOSIT, patient_id, payments, Means.DEPOSIT)


def check_account_payment(payments: Sequence[Payment]) -> list[Finding]:
    """Return what is wrong with what is received on the account of a customer who is invoiced."""
    return _check_money(payments, allowed={Means.CASH, Means.CARD, Means.CHEQUE, Means.TRANSFER})


def account_entries(account_id: int, payments: Sequence[Payment]) -> list[Entry]:
    """Return the entries of what is received on an account: what came in, and the debt that goes down by as much."""
    details = {"account": account_id}
    entries = [replace(one, details=details) for one in _received(RecordKind.SETTLEMENT, None, payments)]
    total = Money.total(payment.amount for payment in payments)
    return [*entries, Entry(kind=RecordKind.SETTLEMENT, means=Means.ACCOUNT, amount=-total, details=details)]


def check_returned(account: Account, payments: Sequence[Payment]) -> list[Finding]:
    """Return what is wrong with giving back an acompte: above zero, by money, no more than is left of it."""
    findings = check_acompte(payments)
    total = Money.total(payment.amount for payment in payments)
    if total > account.deposit:
        text = f"L’acompte disponible est de {french.amount(account.deposit)}, il en est rendu {french.amount(total)}."
        findings.append(_error("GAL-CAI-07", text, "Réduisez ce qui est rendu."))
    return findings


def return_entries(patient_id: int, payments: Sequence[Payment]) -> list[Entry]:
    """Return the entries of an acompte given back: what goes out, and what the officine no longer holds."""
    given = [Payment(payment.method, -payment.amount) for payment in payments]
    return _balanced(RecordKind.DEPOSIT, patient_id, given, Means.DEPOSIT)


def _balanced(kind: RecordKind, patient_id: int, payments: Sequence[Payment], against: Means) -> list[Entry]:
    total = Money.total(payment.amount for payment in payments)
    entries = _received(kind, patient_id, payments)
    return [*entries, Entry(kind=kind, means=against, amount=-total, patient_id=patient_id)]


def _received(kind: RecordKind, patient_id: int | None, payments: Sequence[Payment]) -> list[Entry]:
    entries = []
    for payment in payments:
        handed = payment.amount if payment.tendered is None else payment.tendered
        entries.append(Entry(kind=kind, means=payment.method, amount=handed, patient_id=patient_id))
        if payment.change:
            change = Entry(kind=RecordKind.CHANGE, means=payment.method, amount=-payment.change, patient_id=patient_id)
            entries.append(change)
    return entries


def _check_money(payments: Sequence[Payment], allowed: set[Means]) -> list[Finding]:
    if not payments:
        return [_error("GAL-CAI-02", "Un montant est supérieur à zéro.", "Saisissez le montant reçu.")]
    findings = []
    for payment in payments:
        if payment.amount <= ZERO:
            findings.append(_error("GAL-CAI-02", "Un montant est supérieur à zéro.", "Saisissez le montant reçu."))
        if payment.change < ZERO:
            findings.append(_error("GAL-CPT-41", "La somme remise ne couvre pas le règlement."))
        if payment.method not in allowed:
            text = f"« {payment.method.label} » ne convient pas pour ce règlement."
            findings.append(_error("GAL-CAI-06", text, "Choisissez un autre moyen."))
    return findings


# --- Drawers ----------------------------------------------------------------------------------------------------------


def check_move(kind: RecordKind, amount: Money, reason: str) -> list[Finding]:
    """Return what is wrong with a movement of the drawer: an amount in range, and a reason but for the float."""
    findings = []
    if not ZERO <= amount <= MOST or (kind is not RecordKind.FLOAT and not amount):
        text = f"Le montant va jusqu’à {french.amount(MOST)}, et n’est pas nul."
        findings.append(_error("GAL-CAI-10", text, "Corrigez le montant.", "amount"))
    if kind is not RecordKind.FLOAT:
        findings += check_reason(reason)
    return findings


def check_reason(reason: str) -> list[Finding]:
    """Return the finding that asks for a reason, where there is none."""
    if one_line(reason, REASON_LIMIT).strip():
        return []
    return [_error("GAL-CAI-11", "Un motif est demandé.", "Saisissez le motif.", "reason")]


def check_count(expected: Mapping[Means, Money], count: Count, threshold: Money) -> list[Finding]:
    """Return what is wrong with a count: coins that exist, nothing below zero, and a reason for a difference."""
    findings = []
    if any(value not in DENOMINATIONS or number < 0 for value, number in count.coins.items()):
        findings.append(_error("GAL-CAI-12", "Une pièce ou un billet compté n’existe pas.", "Recomptez.", "coins"))
    if min(count.card, count.cheque, count.kept) < ZERO:
        findings.append(_error("GAL-CAI-12", "Un montant compté est inférieur à zéro.", "Recomptez.", "coins"))
    if count.kept > count.cash:
        text = f"Le fond laissé ({french.amount(count.kept)}) dépasse les espèces comptées."
        findings.append(_error("GAL-CAI-13", text, "Corrigez le fond laissé dans le tiroir.", "kept"))
    largest = max((abs(gap.cents) for gap in differences(expected, count).values()), default=0)
    if largest > threshold.cents and not count.reason.strip():
        text = f"Un écart de plus de {french.amount(threshold)} demande un motif."
        findings.append(_error("GAL-CAI-14", text, "Recomptez, ou saisissez le motif de l’écart.", "reason"))
    return findings


def differences(expected: Mapping[Means, Money], count: Count) -> dict[Means, Money]:
    """Return by how much the count is above what was expected, by means."""
    return {means: counted - expected.get(means, ZERO) for means, counted in count.counted.items()}


def count_entries(expected: Mapping[Means, Money], count: Count) -> list[Entry]:
    """Return the entries of a count: what goes to the bank, then the count itself, which ends the drawer’s session."""
    gaps = differences(expected, count)
    banked = {Means.CASH: count.cash - count.kept, Means.CHEQUE: count.cheque}
    entries = [
        Entry(kind=RecordKind.BANK, means=means, amount=-amount, details={"reference": count.reference})
        for means, amount in banked.items()
        if amount
    ]
    details = {
        "expected": {str(means): amount.cents for means, amount in expected.items()},
        "counted": {str(means): amount.cents for means, amount in count.counted.items()},
        "coins": [[value.cents, count.coins[value]] for value in DENOMINATIONS if count.coins.get(value)],
        "kept": count.kept.cents,
        "banked": {str(means): amount.cents for means, amount in banked.items()},
        "reference": count.reference,
        "difference": sum(gap.cents for gap in gaps.values()),
    }
    return [*entries, Entry(kind=RecordKind.COUNT, reason=count.reason, details=details)]


# --- Closings ---------------------------------------------------------------------------------------------------------


def start_of(period: Period, day: dt.date) -> dt.date:
    """Return the first day of the period that holds ``day``."""
    return {Period.DAY: day, Period.MONTH: day.replace(day=1), Period.YEAR: day.replace(month=1, day=1)}[period]


def following(period: Period, start: dt.date) -> dt.date:
    """Return the first day after a period."""
    if period is Period.DAY:
        return start + dt.timedelta(days=1)
    if period is Period.MONTH:
        return (start + dt.timedelta(days=31)).replace(day=1)
    return start.replace(year=start.year + 1)


def named(period: Period, start: dt.date) -> str:
    """Return the name of a period: ``23/11/2026``, ``novembre 2026``, ``2026``."""
    if period is Period.DAY:
        return french.short_date(start)
    if period is Period.MONTH:
        return french.long_date(start).split(" ", 1)[1]
    return str(start.year)


def check_day(day: dt.date, today: dt.date, last: Closing | None, open_days: Sequence[dt.date]) -> list[Finding]:
    """Return what forbids closing a day: it is closed, yet to come, an earlier one is open, or nothing happened."""
    name = french.short_date(day)
    if last is not None and day <= last.start:
        text = f"La journée du {name} est déjà clôturée, ou une journée suivante l’est."
        return [_error("GAL-CAI-20", text, "Une clôture est définitive : ce qui suit va dans la prochaine.")]
    if day > today:
        return [_error("GAL-CAI-21", f"La journée du {name} n’a pas commencé.", "Clôturez la journée en cours.")]
    earlier = missing_days(day, last, open_days)
    if earlier:
        text = f"La journée du {french.short_date(earlier[0])} n’est pas clôturée."
        return [_error("GAL-CAI-22", text, "Clôturez les journées dans l’ordre, celle-ci d’abord.")]
    if not open_days or min(open_days) > day:
        return [_error("GAL-CAI-23", f"Rien n’a été enregistré depuis la dernière clôture, le {name} compris.")]
    return []


def missing_days(today: dt.date, last: Closing | None, open_days: Sequence[dt.date]) -> list[dt.date]:
    """Return the days before ``today`` on which something was recorded and that were not closed, in order."""
    after = dt.date.min if last is None else last.start
    return [day for day in open_days if after < day < today]


def check_longer(
    period: Period,
    start: dt.date,
    today: dt.date,
    *,
    last: Closing | None,
    parts: Sequence[Closing],
    open_days: Sequence[dt.date],
) -> list[Finding]:
    """Return what forbids closing a month or a year of which ``parts``, the shorter periods closed, are left to close.

    ``parts`` are all those that no closing of ``period`` holds, in order; ``open_days`` those that no Z holds.
    """
    name, end = named(period, start), following(period, start)
    if last is not None and start <= last.start:
        text = f"{period.label} {name} : déjà clôturé."
        return [_error("GAL-CAI-20", text, "Une clôture est définitive.")]
    if today < end:
        text = f"{period.label} {name} : la période n’est pas terminée."
        return [_error("GAL-CAI-21", text, f"Clôturez-la à partir du {french.short_date(end)}.")]
    if parts and start_of(period, parts[0].start) < start:
        text = f"{period.label} {named(period, start_of(period, parts[0].start))} : à clôturer d’abord."
        return [_error("GAL-CAI-22", text, "Clôturez les périodes dans l’ordre.")]
    left = [day for day in open_days if day < end and (not parts or day > parts[-1].start)]
    if left:
        text = f"La journée du {french.short_date(left[0])} n’est pas clôturée."
        return [_error("GAL-CAI-24", text, "Clôturez d’abord ses journées, puis ses mois.")]
    if not any(start <= part.start < end for part in parts):
        return [_error("GAL-CAI-23", f"{period.label} {name} : rien à clôturer.")]
    return []


def _error(code: str, text: str, advice: str = "", subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, text, advice, subject)
