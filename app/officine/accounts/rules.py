"""May this account be charged, what does it owe by age, and what does its invoice come to? Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.identifiers import is_luhn
from app.kernel.money import ZERO, Money, Rate
from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.accounts.model import Balance, EntryKind
from app.officine.cash.model import VatPart

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from app.officine.accounts.model import AccountDraft, AccountEntry, CustomerAccount
    from app.officine.billing.model import InvoiceLine, Totals

NAME_LIMIT = 120
MOST_DAYS = 60
"""The longest delay to pay that may be agreed on between professionals (Code de commerce, L.441-10)."""

MOST = Money(1_000_000_00)
_CITY = re.compile(r"\d{5}")
_AGES = (30, 60, 90)


def check_draft(draft: AccountDraft) -> list[Finding]:
    """Return what is wrong with an account as typed; subjects are its fields."""
    findings = []
    for field, title, value, least in (
        ("name", "Nom", draft.name, 1),
        ("address_line", "Adresse", draft.address_line, 0),
        ("city", "Ville", draft.city, 0),
    ):
        if not least <= len(value.strip()) <= NAME_LIMIT or not value.isprintable():
            missing = len(value.strip()) < least
            text = f"{title} : à saisir." if missing else f"{title} : {NAME_LIMIT} caractères imprimables au plus."
            findings.append(_error("GAL-CTE-10", text, "Corrigez ce champ.", field))
    if draft.kind.is_professional and not (draft.address_line.strip() and draft.city.strip()):
        text = "Adresse exigée sur la facture (C. com. L.441-9)."
        findings.append(_error("GAL-CTE-11", text, "Saisissez l’adresse.", "address_line"))
    if draft.postal_code and _CITY.fullmatch(draft.postal_code) is None:
        findings.append(_error("GAL-CTE-12", "Un code postal a 5 chiffres.", "Corrigez-le.", "postal_code"))
    if draft.siret and not (len(draft.siret) == 14 and is_luhn(draft.siret)):
        text = "Le SIRET n’est pas valide : 14 chiffres, le dernier est une clé."
        findings.append(_error("GAL-CTE-13", text, "Recopiez-le, ou laissez le champ vide.", "siret"))
    if not 0 <= draft.terms_days <= MOST_DAYS:
        text = f"Le délai de paiement va de 0 à {MOST_DAYS} jours (C. com. L.441-10)."
        findings.append(_error("GAL-CTE-14", text, "Corrigez le délai.", "terms_days"))
    if draft.ceiling is not None and not ZERO < draft.ceiling <= MOST:
        text = f"Le plafond est supérieur à zéro, et va jusqu’à {french.amount(MOST)}."
        findings.append(_error("GAL-CTE-15", text, "Corrigez-le, ou laissez le champ vide.", "ceiling"))
    return findings


def check_charge(account: CustomerAccount | None, owed: Money, amount: Money) -> list[Finding]:
    """Return why ``amount`` can't be put on an account that owes ``owed``."""
    if account is None or not account.active:
        return [
            _error(
                "GAL-CTE-01",
                "Le compte à débiter n’est pas choisi, ou il est fermé.",
                "Ctrl+G : choisissez-le.",
                "sale",
            )
        ]
    if account.ceiling is not None and owed + amount > account.ceiling:
        text = (
            f"{account.name} : {french.amount(owed + amount)} dus, pour un plafond de {french.amount(account.ceiling)}."
        )
        return [
            _error("GAL-CTE-02", text, "Faites régler le compte, relevez son plafond, ou encaissez la vente.", "sale")
        ]
    return []


def check_payment(account: CustomerAccount | None, owed: Money, amount: Money) -> list[Finding]:
    """Return why ``amount`` can't be received on an account that owes ``owed``."""
    if account is None:
        return [_error("GAL-CTE-03", "Ce compte n’existe pas.", "Relisez la liste.")]
    if amount > owed:
        text = f"{account.name} doit {french.amount(owed)}, le règlement est de {french.amount(amount)}."
        return [_error("GAL-CTE-04", text, "Réduisez le règlement.", "amount")]
    return []


def check_invoice(entries: Sequence[AccountEntry], last_day: dt.date, today: dt.date) -> list[Finding]:
    """Return why no invoice can be made of ``entries`` up to ``last_day``."""
    if last_day > today:
        return [
            _error("GAL-CTE-05", "La période n’est pas commencée.", "Choisissez un jour passé, ou aujourd’hui.", "day")
        ]
    if not entries:
        text = f"Rien à facturer jusqu’au {french.short_date(last_day)} : tout est déjà sur une facture."
        return [_error("GAL-CTE-06", text, "Choisissez un autre compte, ou un autre jour.", "day")]
    return []


def balance(entries: Iterable[AccountEntry], today: dt.date) -> Balance:
    """Return what an account owes by age: payments and avoirs settle what is oldest first."""
    owed: list[list[int | dt.date]] = []
    paid = 0
    for entry in sorted(entries, key=lambda one: one.seq):
        if entry.amount > ZERO:
            owed.append([entry.amount.cents, entry.day])
        else:
            paid -= entry.amount.cents
    ages = [0, 0, 0, 0]
    for cents, day in owed:
        assert isinstance(cents, int)
        settled = min(cents, paid)
        paid -= settled
        age = (today - day).days  # type: ignore[operator] # the second of the pair is the day
        ages[sum(age > limit for limit in _AGES)] += cents - settled
    recent, over_30, over_60, over_90 = map(Money, ages)
    return Balance(recent=recent, over_30=over_30, over_60=over_60, over_90=over_90, credit=Money(paid))


def owed_by(entries: Iterable[AccountEntry]) -> Money:
    """Return what an account owes in all."""
    return Money.total(entry.amount for entry in entries)


def to_invoice(entries: Iterable[AccountEntry], last_day: dt.date) -> list[AccountEntry]:
    """Return the sales and avoirs that no invoice holds yet, up to a day."""
    return [
        entry
        for entry in entries
        if entry.kind is not EntryKind.PAYMENT and entry.invoice is None and entry.day <= last_day
    ]


def summed(entries: Iterable[AccountEntry]) -> tuple[VatPart, ...]:
    """Return what entries come to by rate of VAT."""
    net, tax = Counter[int](), Counter[int]()
    for entry in entries:
        for part in entry.vat:
            net[part.rate.hundredths] += part.net.cents
            tax[part.rate.hundredths] += part.tax.cents
    return tuple(VatPart(Rate(rate), Money(net[rate]), Money(tax[rate])) for rate in sorted(net))


def share_vat(lines: Iterable[InvoiceLine], totals: Totals, *, third_party: bool) -> tuple[VatPart, ...]:
    """Return the VAT in the patient's share of an invoice, by rate; the parts come to the share to the cent.

    Each line bears what neither the AMO nor the AMC pays of it. Where a contract leaves lines out, the share is spread
    over the rates in proportion.
    """
    kept = list(lines)
    exact, rough = Counter[int](), Counter[int]()
    for line in kept:
        amo = line.amo if third_party and not line.apart else ZERO
        amc = line.tm if totals.amc and line.claimed and not line.apart else ZERO
        exact[line.vat.hundredths] += (line.amount - amo - amc).cents
        rough[line.vat.hundredths] += line.amount.cents
    shares = exact if sum(exact.values()) == totals.patient.cents else _spread(totals.patient.cents, rough)
    parts = []
    for rate, cents in sorted(shares.items()):
        net = Money(cents).without_vat(Rate(rate))
        parts.append(VatPart(Rate(rate), net, Money(cents) - net))
    return tuple(parts)


def _spread(cents: int, weights: Counter[int]) -> Counter[int]:
    whole = sum(weights.values())
    spread, left = Counter[int](), cents
    for rate in sorted(weights):
        spread[rate] = cents * weights[rate] // whole if whole else 0
        left -= spread[rate]
    if weights:
        spread[max(weights)] += left
    return spread


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)
