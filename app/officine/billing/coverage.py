"""At which rate is a line covered: exemption, régime local, or the rate of its own?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.money import Rate
from app.officine.billing.model import Exemption, PrescribedBy, Reason, Scheme

if TYPE_CHECKING:
    from app.officine.billing.model import InvoiceCase
    from app.officine.billing.tariffs import ExemptionRow, Tariffs

FULL = Rate.percent(100)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The rate applied to a line, whether an exemption gave it, and why."""

    rate: Rate
    exempted: bool
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all the lines of an invoice share: the case, and the rows in force on its day."""

    case: InvoiceCase
    tariffs: Tariffs

    @property
    def is_claimed(self) -> bool:
        """True where the products are prescribed, by whoever it be: else nothing is claimed for them."""
        case = self.case
        by_pharmacist = case.prescribed_by is PrescribedBy.PHARMACIST
        return case.has_prescription or by_pharmacist or self.is_campaign

    @property
    def is_campaign(self) -> bool:
        """True for a vaccine given on the campaign's bon de prise en charge."""
        return self.beneficiary_exemption is Exemption.VACCINE_CAMPAIGN

    @property
    def beneficiary_exemption(self) -> Exemption | None:
        """The exemption of the beneficiary, on the day of the dispensation."""
        return self.case.beneficiary.exemption_on(self.case.date)

    def exemption(self, *, ald: bool, act: bool = False) -> ExemptionRow | None:
        """Return the exemption that covers a line in full; None where it keeps its own rate."""
        if ald:
            return self.tariffs.exemption("ald")
        name = self.beneficiary_exemption
        row = None if name is None else self.tariffs.exemption(name)
        return None if row is not None and act and not row.covers_acts else row

    def coverage(self, rate: Rate, *, ald: bool, act: bool = False, medicine: Rate | None = None) -> Coverage:
        """Return how a line of this rate is covered; ``medicine`` is the rate of the medicine that it belongs to."""
        exemption = self.exemption(ald=ald, act=act)
        if exemption is not None and medicine is not None and medicine in exemption.not_covered:
            why = exemption.reason(
                "exoneration", f"{exemption.label} : taux de {french.rate(medicine)} non pris en charge"
            )
            return Coverage(Rate(0), exempted=False, because=(why,))
        if exemption is not None and (medicine is None or medicine not in exemption.keeps_rates):
            return Coverage(FULL, exempted=True, because=(exemption.reason("exoneration", exemption.label),))
        if self.case.beneficiary.scheme is Scheme.ALSACE_MOSELLE:
            local = self.tariffs.local_rate(rate)
            if local is not None:
                why = local.reason("regime_local", "Régime local d’Alsace-Moselle")
                return Coverage(local.covered, exempted=False, because=(why,))
        return Coverage(rate, exempted=False, because=())


def anniversary(birth_date: dt.date, years: int) -> dt.date:
    """Return the birthday on which a person reaches an age; 1 March for 29 February in a common year.

    The last day of the calendar where the birthday lies beyond it.
    """
    if birth_date.year + years > dt.MAXYEAR:
        return dt.date.max
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return dt.date(birth_date.year + years, 3, 1)
