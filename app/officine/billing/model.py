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
    """Why the lines of the invoice are covered in full, but for the rates that its row leaves out."""

    MATERNITY = "maternity"
    WORK_ACCIDENT = "at"
    VACCINE_CAMPAIGN = "vaccine_campaign"
    INVALIDITY = "invalidity"
    AME = "ame"


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
    """What was decided about the generic: refused or not, and the mention that justifies it.

    ``apart``: the refused line goes on an invoice of its own, without third party, so that the others keep theirs.
    """

    refused: bool = False
    justification: Justification | None = None
    apart: bool = False

    @property
    def is_unjustified(self) -> bool:
        """True where the patient refuses and no valid mention stands: no third party."""
        return self.refused and self.justification is None


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """Who is covered, and how; a sale without a known patient has no birth date.

    The exemption holds from ``exemption_from`` to ``exemption_to``, both included, where they are known (maternity:
    from the sixth month to twelve days after the birth). ``amc_leaves`` are the rates of medicines that the contract
    of the complementary insurer leaves to the patient (« hors 15 % », « hors 30 % »).
    """

    birth_date: dt.date | None = None
    scheme: Scheme = Scheme.GENERAL
    exemption: Exemption | None = None
    css: bool = False
    amc_full: bool = False
    exemption_from: dt.date | None = None
    exemption_to: dt.date | None = None
    amc_leaves: tuple[Rate, ...] = ()

    def exemption_on(self, day: dt.date) -> Exemption | None:
        """Return the exemption that holds on a day; None outside of its dates."""
        begun = self.exemption_from is None or self.exemption_from <= day
        ended = self.exemption_to is not None and self.exemption_to < day
        return self.exemption if begun and not ended else None


@dataclass(frozen=True, slots=True)
class OpenedBox:
    """Units given out of a box instead of the whole of it (déconditionnement).

    ``units`` leave of a box of ``size``; ``opens``: the box is opened for them, and its fee is due; False for
    units that a box opened before, for the same treatment, still held.
    """

    units: int
    size: int
    opens: bool = True


@dataclass(frozen=True, slots=True)
class Rental:
    """How long a device is let: from a day to another, both included, by periods of ``days`` (a week: 7)."""

    first: dt.date
    last: dt.date
    days: int

    @property
    def periods(self) -> int:
        """How many periods were begun: each one that is begun is due."""
        return -(-((self.last - self.first).days + 1) // self.days)


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """Boxes of one medicine, or of a product sold as one.

    ``unit_price`` is the public price of a box, fee included; ``price`` the same without its fee.
    ``rate`` None or zero: not reimbursed. ``generic_base`` and ``tfr`` are prices of a box without fee.
    ``opened`` None: whole boxes; else each of the ``quantity`` boxes gives these units only. ``priced_on`` is the day
    of the price, where it is known.
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
    opened: OpenedBox | None = None
    priced_on: dt.date | None = None
    tfr_source: str = ""

    @property
    def is_reimbursable(self) -> bool:
        """True where the Assurance Maladie covers a part of it."""
        return self.rate is not None and self.rate.hundredths > 0

    @property
    def fee(self) -> Money:
        """The dispensing fee inside the public price of a box."""
        return self.unit_price - self.price

    @property
    def boxes(self) -> int:
        """How many boxes are begun: each bears a fee, and a franchise."""
        return 0 if self.opened is not None and not self.opened.opens else self.quantity


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """Medical devices of the LPP: the price asked, and the tariff on which the AMO reckons.

    ``ceiling`` is the prix limite de vente, above which none may be sold. With ``rental``, price, tariff and ceiling
    are those of one period.
    """

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
    ceiling: Money | None = None
    rental: Rental | None = None

    @property
    def asked(self) -> Money:
        """The price that may be asked: never above the ceiling."""
        return self.price if self.ceiling is None else min(self.price, self.ceiling)


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
    """All that a price depends on, at the date of dispensation.

    ``partial``: a part of the ordonnance is still owed, which makes the fee of a complex one wait. ``fees_billed`` are
    the codes of its fees that other invoices bear already, ``medicines_billed`` how many of its medicines they hold.
    """

    date: dt.date
    lines: tuple[CaseLine, ...]
    beneficiary: Beneficiary = field(default_factory=Beneficiary)
    zone: Zone = Zone.METROPOLE
    guard: Guard | None = None
    has_prescription: bool = False
    prescribed_by: PrescribedBy = PrescribedBy.EXTERNAL
    partial: bool = False
    fees_billed: frozenset[str] = frozenset()
    medicines_billed: int = 0


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
    """One priced line: ``amount = amo + tm + excess``; ``base`` is what the AMO reckons on.

    ``units`` and ``unit_price`` are those of a box that was opened, else None; ``fraction_of`` its size. ``apart``:
    on an invoice of its own, without third party. ``complemented``: the AMC bears its ``tm``.
    """

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
    units: int | None = None
    unit_price: Money | None = None
    fraction_of: int | None = None
    apart: bool = False
    complemented: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return the line in the shape that the commands print: cents and whole percents."""
        more: dict[str, Any] = {}
        if self.units is not None and self.unit_price is not None:
            more = {"units": self.units, "unit_price": self.unit_price.cents, "fraction_of": self.fraction_of}
        if self.apart:
            more["apart"] = True
        return more | {
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
    """What each payer bears: always ``amo + amc + patient = amount``.

    ``reimbursed`` is what the caisse pays back later on what was left without third party.
    """

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
