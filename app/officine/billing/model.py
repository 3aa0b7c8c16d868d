"""What is an invoice of the officine: the case that is priced, its lines, the shares of each payer?"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.kernel.money import ZERO, Money, Rate

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Finding

NO_RATE = Rate(0)


class Scheme(enum.StrEnum):
    """Health insurance scheme of the patient."""

    GENERAL = "general"
    ALSACE_MOSELLE = "alsace_moselle"


class Exemption(enum.StrEnum):
    """Why every line of the invoice is covered in full."""

    MATERNITY = "maternity"
    WORK_ACCIDENT = "at"
    VACCINE_CAMPAIGN = "vaccine_campaign"


class Zone(enum.StrEnum):
    """Where the officine is, for the overseas coefficients."""

    METROPOLE = "metropole"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    GUYANE = "guyane"
    REUNION = "reunion"
    MAYOTTE = "mayotte"


class Guard(enum.StrEnum):
    """Out-of-hours service during which the ordonnance is executed."""

    NIGHT = "night"
    DEEP_NIGHT = "deep_night"
    SUNDAY = "sunday"


class Package(enum.StrEnum):
    """Size of the box, which decides between HD and HG."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class PrescribedBy(enum.StrEnum):
    """Who wrote the prescription."""

    EXTERNAL = "external"
    PHARMACIST = "pharmacist"


class Justification(enum.StrEnum):
    """Why the prescriber excludes substitution (arrêté of 12/11/2019)."""

    NARROW_MARGIN = "MTE"
    CHILD = "EFG"
    CONTRAINDICATION = "CIF"


@dataclass(frozen=True, slots=True)
class Substitution:
    """What was decided about the generic: refused or not, and the mention that justifies it."""

    refused: bool = False
    justification: Justification | None = None

    @property
    def is_unjustified(self) -> bool:
        """True where the patient refuses and no valid mention stands: no third party."""
        return self.refused and self.justification is None


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """Who is covered, and how; a sale without a known patient has no birth date."""

    birth_date: dt.date | None = None
    scheme: Scheme = Scheme.GENERAL
    exemption: Exemption | None = None
    css: bool = False
    amc_full: bool = False


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """Boxes of one medicine, or of a product sold as one.

    ``unit_price`` is the public price of a box, fee included; ``price`` the same without its fee.
    ``rate`` None or zero: not reimbursed. ``generic_base`` and ``tfr`` are prices of a box without fee.
    """

    code: str
    label: str
    quantity: int
    price: Money
    unit_price: Money
    rate: Rate | None = None
    vat: Rate | None = None
    package: Package | None = None
    tfr: Money | None = None
    generic_base: Money | None = None
    specific: bool = False
    ald: bool = False
    prescribed: bool = True
    substitution: Substitution = field(default_factory=Substitution)
    line_id: str = ""
    source: str = "Prix saisi"

    @property
    def is_reimbursable(self) -> bool:
        """True where the Assurance Maladie covers a part of it."""
        return self.rate is not None and self.rate.hundredths > 0

    @property
    def fee(self) -> Money:
        """The dispensing fee inside the public price of a box."""
        return self.unit_price - self.price


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """Medical devices of the LPP: the price asked, and the tariff on which the AMO reckons."""

    lpp: str
    label: str
    quantity: int
    price: Money
    tariff: Money
    rate: Rate
    vat: Rate | None = None
    ald: bool = False
    prescribed: bool = True
    line_id: str = ""


@dataclass(frozen=True, slots=True)
class ActLine:
    """An act of the pharmacist: vaccination, TROD, entretien."""

    act: str
    variant: str
    label: str
    quantity: int
    ald: bool = False
    line_id: str = ""


CaseLine = MedicineLine | DeviceLine | ActLine


@dataclass(frozen=True, slots=True)
class InvoiceCase:
    """All that a price depends on, at the date of dispensation."""

    date: dt.date
    lines: tuple[CaseLine, ...]
    beneficiary: Beneficiary = field(default_factory=Beneficiary)
    zone: Zone = Zone.METROPOLE
    guard: Guard | None = None
    has_prescription: bool = False
    prescribed_by: PrescribedBy = PrescribedBy.EXTERNAL


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an amount is what it is: the rule or dated row, its source, and since when it holds."""

    rule: str
    text: str
    source: str = ""
    since: dt.date | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the reason as it is printed and stored."""
        since = None if self.since is None else self.since.isoformat()
        return {"rule": self.rule, "text": self.text, "source": self.source, "since": since}


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One priced line: ``amount = amo + tm + excess``; ``base`` is what the AMO reckons on."""

    code: str
    label: str
    quantity: int
    amount: Money
    base: Money
    rate: Rate
    amo: Money
    tm: Money
    excess: Money
    vat: Rate
    claimed: bool
    exempted: bool = False
    line_id: str = ""
    because: tuple[Reason, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the line in the shape that the commands print: cents and whole percents."""
        return {
            "code": self.code,
            "label": self.label,
            "quantity": self.quantity,
            "amount": self.amount.cents,
            "base": self.base.cents,
            "rate": self.rate.whole_percent,
            "amo": self.amo.cents,
            "tm": self.tm.cents,
            "excess": self.excess.cents,
            "vat_permille": self.vat.hundredths // 10,
            "because": [reason.as_json() for reason in self.because],
        }


@dataclass(frozen=True, slots=True)
class Totals:
    """What each payer bears: always ``amo + amc + patient = amount``."""

    amount: Money = ZERO
    amo: Money = ZERO
    amc: Money = ZERO
    patient: Money = ZERO
    excess: Money = ZERO
    reimbursed: Money = ZERO

    def as_json(self) -> dict[str, int]:
        """Return the totals in cents."""
        return {
            "amount": self.amount.cents,
            "amo": self.amo.cents,
            "amc": self.amc.cents,
            "patient": self.patient.cents,
            "excess": self.excess.cents,
            "reimbursed": self.reimbursed.cents,
        }


@dataclass(frozen=True, slots=True)
class VatShare:
    """What the lines of one VAT rate come to: with tax, without, and the tax."""

    rate: Rate
    amount: Money
    net: Money

    @property
    def tax(self) -> Money:
        """The tax inside the amount."""
        return self.amount - self.net


@dataclass(frozen=True, slots=True)
class Invoice:
    """A priced invoice. ``franchise_info`` is what the caisse will keep later: never claimed, never paid here."""

    lines: tuple[InvoiceLine, ...]
    totals: Totals
    third_party: bool
    franchise_info: Money
    vat: tuple[VatShare, ...]
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the invoice in the shape that the commands print."""
        return {
            "lines": [line.as_json() for line in self.lines],
            "totals": self.totals.as_json(),
            "third_party": self.third_party,
            "franchise_info": self.franchise_info.cents,
            "vat": [
                {"permille": share.rate.hundredths // 10, "amount": share.amount.cents, "tax": share.tax.cents}
                for share in self.vat
            ],
            "findings": [finding.as_json() for finding in self.findings],
        }
