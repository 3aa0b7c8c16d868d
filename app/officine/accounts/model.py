"""What is the account of a customer: who they are, what they owe and since when, which invoices they received?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.money import ZERO, Money

if TYPE_CHECKING:
    import datetime as dt

    from app.officine.cash.model import VatPart


class AccountKind(enum.StrEnum):
    """Who holds an account."""

    PERSON = "person"
    INSTITUTION = "institution"
    COMPANY = "company"
    OFFICINE = "officine"

    @property
    def label(self) -> str:
        """The kind as the screens show it."""
        return {
            "person": "Particulier",
            "institution": "Établissement",
            "company": "Entreprise",
            "officine": "Officine",
        }[self]

    @property
    def is_professional(self) -> bool:
        """True for those whose invoices bear the mentions that the Code de commerce asks for (L.441-9, L.441-10)."""
        return self is not AccountKind.PERSON


class EntryKind(enum.StrEnum):
    """What changed what an account owes."""

    SALE = "sale"
    CREDIT = "credit"
    PAYMENT = "payment"

    @property
    def label(self) -> str:
        """The kind as the screens show it."""
        return {"sale": "Délivrance", "credit": "Avoir", "payment": "Règlement"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDraft:
    """What is typed of an account: ``terms_days`` to pay an invoice, ``ceiling`` None for none."""

    kind: AccountKind
    name: str
    address_line: str = ""
    postal_code: str = ""
    city: str = ""
    siret: str = ""
    terms_days: int = 30
    ceiling: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAccount(AccountDraft):
    """An account; ``version`` counts the edits."""

    id: int
    active: bool = True
    version: int = 0

    @property
    def address(self) -> tuple[str, ...]:
        """The address, line by line."""
        return tuple(part for part in (self.address_line, f"{self.postal_code} {self.city}".strip()) if part)


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One product of a sale between officines, as its invoice shows it."""

    label: str
    quantity: int
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What a sale, an avoir or a payment makes of an account: ``amount`` is above zero where the debt grows.

    ``document`` is the number of the delivery; ``reference`` that of the avoir, or the means of a payment.
    ``lines`` is empty but for a sale between officines: nobody else is told which products a person received.
    """

    kind: EntryKind
    amount: Money
    document: int = 0
    reference: str = ""
    patient_name: str = ""
    vat: tuple[VatPart, ...] = ()
    lines: tuple[SoldLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEntry(NewEntry):
    """One entry of an account, kept for ever; ``invoice`` is the invoice that holds it, None while none does."""

    seq: int
    account_id: int
    at: dt.datetime
    day: dt.date
    operator_name: str
    invoice: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an account owes, by age in days; ``credit`` is what was paid or credited beyond what is owed."""

    recent: Money = ZERO
    over_30: Money = ZERO
    over_60: Money = ZERO
    over_90: Money = ZERO
    credit: Money = ZERO

    @property
    def total(self) -> Money:
        """What is owed in all, below zero where the officine owes."""
        return self.recent + self.over_30 + self.over_60 + self.over_90 - self.credit


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """An account as the list shows it."""

    account: CustomerAccount
    balance: Balance
    to_invoice: Money = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInvoice:
    """A facture récapitulative: what was taken from ``first_day`` to ``last_day``; nothing changes it.

    ``customer`` is the name, then the address, as they were on that day.
    """

    number: int
    account_id: int
    kind: AccountKind
    at: dt.datetime
    first_day: dt.date
    last_day: dt.date
    due_on: dt.date
    customer: tuple[str, ...]
    siret: str
    amount: Money
    vat: tuple[VatPart, ...]
    entries: tuple[AccountEntry, ...]
    operator_name: str
