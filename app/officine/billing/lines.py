"""What does one line of the case come to: medicine and its fee, device, act?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.money import ZERO, Money, Rate
from app.officine.billing.model import (
    NO_RATE,
    ActLine,
    DeviceLine,
    InvoiceLine,
    MedicineLine,
    Package,
    PrescribedBy,
    Reason,
    Zone,
)

if TYPE_CHECKING:
    from app.officine.billing.coverage import Setting
    from app.officine.billing.model import CaseLine
    from app.officine.billing.tariffs import ActRow, MedicineRateRow

NOT_PRESCRIBED = Reason("sans_ordonnance", "Délivré sans ordonnance : rien n’est demandé à l’Assurance Maladie")
FREE_PRICE = Reason("non_remboursable", "Produit non remboursable : prix libre, à la charge du patient")


def price_line(line: CaseLine, setting: Setting) -> tuple[InvoiceLine, ...]:
    """Return the invoice lines of one line of the case; a fee is a line apart, rounded apart."""
    if isinstance(line, DeviceLine):
        return (_device(line, setting),)
    if isinstance(line, ActLine):
        return (_act(line, setting),)
    row = setting.tariffs.medicine_rate(line.rate) if line.is_reimbursable and line.rate else None
    return _medicine(line, row, setting) if row else (_free(line, setting),)


def find_act(line: ActLine, setting: Setting) -> ActRow | None:
    """Return the tariff row of an act: by the name of its variant, else by what the case shows."""
    rows = [row for row in setting.tariffs.acts if row.is_named(line.act)]
    named = [row for row in rows if line.variant and row.is_variant(line.variant)]
    fitting = [row for row in rows if row.when in _circumstances(setting)]
    return next(iter(named or fitting or rows), None)


def base_price(line: MedicineLine) -> tuple[Money, tuple[Reason, ...]]:
    """Return the price of a box on which the AMO reckons, and why it is below the price asked."""
    bases: list[tuple[Money, tuple[Reason, ...]]] = [(line.price, ())]
    if line.tfr is not None:
        bases.append((line.tfr, (Reason("tfr", "Tarif forfaitaire de responsabilité du groupe générique"),)))
    elif line.substitution.is_unjustified and line.generic_base is not None:
        why = Reason("tiers_payant_contre_generiques", "Base du générique le plus cher du groupe", "CSS, L.162-16")
        bases.append((line.generic_base, (why,)))
    return min(bases, key=lambda choice: choice[0])


def _circumstances(setting: Setting) -> tuple[str, ...]:
    case = setting.case
    has_medicine = any(isinstance(line, MedicineLine) for line in case.lines)
    by_pharmacist = case.prescribed_by is PrescribedBy.PHARMACIST
    antibiotic = by_pharmacist and has_medicine
    if setting.is_campaign:
        return ("campaign",)
    return ("pharmacist" if by_pharmacist else "external", "with_medicine" if antibiotic else "alone")


def _shares(
    *,
    code: str,
    label: str,
    quantity: int,
    unit: Money,
    base: Money,
    rate: Rate,
    vat: Rate,
    claimed: bool,
    exempted: bool,
    line_id: str,
    because: tuple[Reason, ...],
) -> InvoiceLine:
    amount, line_base = unit * quantity, base * quantity
    amo = line_base.share(rate)
    return InvoiceLine(
        code=code,
        label=label,
        quantity=quantity,
        amount=amount,
        base=line_base,
        rate=rate,
        amo=amo,
        tm=line_base - amo,
        excess=amount - line_base,
        vat=vat,
        claimed=claimed,
        exempted=exempted,
        line_id=line_id,
        because=because,
    )


def _free(line: MedicineLine, setting: Setting) -> InvoiceLine:
    return _shares(
        code="PHN",
        label=line.label,
        quantity=line.quantity,
        unit=line.unit_price,
        base=ZERO,
        rate=NO_RATE,
        vat=line.vat if line.vat is not None else setting.tariffs.vat_of("medicine"),
        claimed=False,
        exempted=False,
        line_id=line.line_id,
        because=(Reason("prix", f"{french.amount(line.unit_price)} l’unité", line.source), FREE_PRICE),
    )


def _medicine(line: MedicineLine, row: MedicineRateRow, setting: Setting) -> tuple[InvoiceLine, ...]:
    claimed = setting.is_claimed and line.prescribed
    coverage = setting.coverage(row.covered, ald=line.ald)
    rate = coverage.rate if claimed else NO_RATE
    why = (row.reason("taux", row.label), *coverage.because) if claimed else (NOT_PRESCRIBED,)
    base, why_base = base_price(line) if claimed else (line.price, ())
    vat = line.vat if line.vat is not None else setting.tariffs.vat_of("reimbursed_medicine")
    price = Reason("prix", f"{french.amount(line.price)} hors honoraire", line.source)
    box = _shares(
        code="PH" + row.suffix,
        label=line.label,
        quantity=line.quantity,
        unit=line.price,
        base=base,
        rate=rate,
        vat=vat,
        claimed=claimed,
        exempted=claimed and coverage.exempted,
        line_id=line.line_id,
        because=(price, *why_base, *why),
    )
    if not line.fee:
        return (box,)
    prefix, label, why_fee = _box_fee(line, setting)
    fee = _shares(
        code=prefix + row.suffix,
        label=label,
        quantity=line.quantity,
        unit=line.fee,
        base=line.fee,
        rate=rate,
        vat=setting.tariffs.vat_of("reimbursed_medicine"),
        claimed=claimed,
        exempted=claimed and coverage.exempted,
        line_id=line.line_id,
        because=(why_fee, *why),
    )
    return box, fee


def _box_fee(line: MedicineLine, setting: Setting) -> tuple[str, str, Reason]:
    """Return the code, the label and the reason of the fee of a box: HG for a quarterly one."""
    quarterly = setting.tariffs.box_fee(Package.QUARTERLY)
    package = line.package
    if package is None:
        is_large = quarterly is not None and quarterly.amount == line.fee
        package = Package.QUARTERLY if is_large else Package.MONTHLY
    row = setting.tariffs.box_fee(package)
    text = f"{french.amount(line.fee)} par boîte"
    if row is None:
        return ("HG" if package is Package.QUARTERLY else "HD"), "Honoraire de dispensation", Reason("honoraire", text)
    return row.code, row.label, row.reason("honoraire", text)


def _device(line: DeviceLine, setting: Setting) -> InvoiceLine:
    claimed = setting.is_claimed and line.prescribed
    coverage = setting.coverage(line.rate, ald=line.ald)
    price = Reason("prix", f"{french.amount(line.price)} l’unité ; tarif LPP {french.amount(line.tariff)}")
    return _shares(
        code="LPP",
        label=line.label,
        quantity=line.quantity,
        unit=line.price,
        base=min(line.price, line.tariff) if claimed else line.price,
        rate=coverage.rate if claimed else NO_RATE,
        vat=line.vat if line.vat is not None else setting.tariffs.vat_of("device"),
        claimed=claimed,
        exempted=claimed and coverage.exempted,
        line_id=line.line_id,
        because=(price, *(coverage.because if claimed else (NOT_PRESCRIBED,))),
    )


def _act(line: ActLine, setting: Setting) -> InvoiceLine:
    row = find_act(line, setting)
    if row is None:
        raise LookupError(line.act)
    coverage = setting.coverage(row.rate, ald=line.ald, act=True)
    unit = row.amount if setting.case.zone is Zone.METROPOLE else row.overseas_amount
    return _shares(
        code=row.code,
        label=line.label or row.label,
        quantity=line.quantity,
        unit=unit,
        base=unit,
        rate=coverage.rate,
        vat=setting.tariffs.vat_of("act"),
        claimed=True,
        exempted=coverage.exempted,
        line_id=line.line_id,
        because=(row.reason("acte", row.label), *coverage.because),
    )
