"""Which fees does the ordonnance itself bear: HDR, HDA, HDE, HC, garde?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.money import Money, Rate, round_half_up
from app.kernel.outcome import Finding, Severity
from app.officine.billing.coverage import anniversary
from app.officine.billing.model import InvoiceLine, MedicineLine, PrescribedBy, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.officine.billing.coverage import Setting
    from app.officine.billing.model import CaseLine
    from app.officine.billing.tariffs import FeeRow

_FULL_COEFFICIENT = 1000


def ordonnance_fees(
    setting: Setting, priced: Sequence[InvoiceLine]
) -> tuple[tuple[InvoiceLine, ...], tuple[Finding, ...]]:
    """Return the fees of the ordonnance, and what is worth knowing about those left out.

    None without a prescription of another professional, without a claimed medicine, or on the
    campaign's bon de prise en charge. Source: convention nationale; each row names its own.
    """
    medicines = [line for line in priced if line.claimed and line.code.startswith("PH")]
    if not medicines or not _is_external(setting):
        return (), ()
    exempted = all(line.exempted for line in priced if line.claimed and line.code.startswith(("PH", "LPP")))
    apart = all(line.apart for line in medicines)
    case = setting.case
    rows = (row for row in setting.tariffs.ordonnance_fees() if row.code not in case.fees_billed)
    due = [row for row in rows if _is_due(row, setting, len(medicines) + case.medicines_billed)]
    lines = tuple(
        _fee(row, row.amount, setting, exempted=exempted, apart=apart) for row in due if row.amount is not None
    )
    findings = tuple(_not_confirmed(row) for row in due if row.amount is None)
    return lines, findings


def _is_external(setting: Setting) -> bool:
    return (
        setting.case.has_prescription
        and setting.case.prescribed_by is PrescribedBy.EXTERNAL
        and not setting.is_campaign
    )


def _is_due(row: FeeRow, setting: Setting, medicines: int) -> bool:
    case = setting.case
    if row.condition == "age":
        return _is_of_age(row, setting)
    if row.condition == "specific":
        return any(_is_specific(line) for line in case.lines)
    if row.condition == "complex":
        # An ordonnance delivered in part is not complex yet: the fee waits for the whole.
        return medicines >= row.lines_from and not case.partial
    if row.condition == "guard":
        return case.guard is not None and case.guard == row.guard
    return row.condition == "always"


def _is_specific(line: CaseLine) -> bool:
    """Return True for a specific medicine that is claimed: one sold beside the ordonnance calls for no fee."""
    return isinstance(line, MedicineLine) and line.specific and line.prescribed and line.is_reimbursable


def _is_of_age(row: FeeRow, setting: Setting) -> bool:
    """Return True below the lower age, or past the upper birthday, on the day of dispensation."""
    born = setting.case.beneficiary.birth_date
    if born is None:
        return False
    day = setting.case.date
    return day < anniversary(born, row.age_below) or day > anniversary(born, row.age_over)


def _fee(row: FeeRow, amount: Money, setting: Setting, *, exempted: bool, apart: bool) -> InvoiceLine:
    coverage = setting.coverage(
        row.rate or Rate(0), ald=exempted, medicine=None if exempted else _least_covered(setting)
    )
    zone = setting.tariffs.zone(setting.case.zone) if row.overseas else None
    why: tuple[Reason, ...] = (row.reason("honoraire", row.label),)
    if zone is not None:
        amount = Money(round_half_up(amount.cents * zone.fee, _FULL_COEFFICIENT))
        why = (*why, zone.reason("zone", f"Coefficient {zone.label}"))
    amo = amount.share(coverage.rate)
    return InvoiceLine(
        code=row.code,
        label=row.label,
        quantity=1,
        amount=amount,
        base=amount,
        rate=coverage.rate,
        amo=amo,
        tm=amount - amo,
        excess=Money(0),
        vat=setting.tariffs.vat_of("reimbursed_medicine"),
        claimed=True,
        exempted=coverage.exempted,
        because=(*why, *coverage.because),
        apart=apart,
    )


def _least_covered(setting: Setting) -> Rate | None:
    """Return the rate of the claimed medicine that an exemption leaves at its own, where there is one.

    The fee of an ordonnance follows the exemption where all its lines do. [design, to be confirmed by the caisse]
    """
    exemption = setting.exemption(ald=False)
    kept = () if exemption is None else exemption.keeps_rates
    rates = (line.rate for line in setting.case.lines if isinstance(line, MedicineLine) and line.prescribed)
    return next((rate for rate in sorted(rate for rate in rates if rate is not None) if rate in kept), None)


def _not_confirmed(row: FeeRow) -> Finding:
    return Finding(
        "GAL-FAC-20",
        Severity.INFO,
        f"{row.label} ({row.code}) : non facturé. {row.source}.",
        "Vérifiez le montant sur la liste officielle des honoraires.",
    )
