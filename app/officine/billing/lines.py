"""What does one line of the case come to: medicine and its fee, device, act?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.money import ZERO, Money, Rate, round_half_up
from app.kernel.text import plural
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
    from app.officine.billing.model import CaseLine, OpenedBox
    from app.officine.billing.tariffs import ActRow, MedicineRateRow

NOT_PRESCRIBED = Reason("sans_ordonnance", "Délivré sans ordonnance : rien n’est demandé à l’Assurance Maladie")
FREE_PRICE = Reason("non_remboursable", "Produit non remboursable : prix libre, à la charge du patient")


def price_line(line: CaseLine, setting: Setting) -> tuple[InvoiceLine, ...]:
    """Return the invoice lines of one line of the case; a fee is a line apart, rounded apart."""
    if isinstance(line, DeviceLine):
        return (_device(line, setting),)
    if isinstance(line, ActLine):
        return _act(line, setting)
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
        why = Reason("tfr", "Tarif forfaitaire de responsabilité du groupe générique", line.tfr_source)
        bases.append((line.tfr, (why,)))
    elif line.substitution.is_unjustified and line.generic_base is not None:
        why = Reason("tiers_payant_contre_generiques", "Base du générique le plus cher du groupe", "CSS, L.162-16")
        bases.append((line.generic_base, (why,)))
    return min(bases, key=lambda choice: choice[0])


def loses_third_party(line: MedicineLine) -> bool:
    """Return True where a refusal has its price: not under TFR, nor at the price of the generics (CSS L.162-16-7)."""
    is_aligned = line.generic_base is not None and line.generic_base >= line.price
    return line.substitution.is_unjustified and line.tfr is None and not is_aligned


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
    amount: Money,
    base: Money,
    rate: Rate,
    vat: Rate,
    claimed: bool,
    exempted: bool,
    line_id: str,
    because: tuple[Reason, ...],
    opened: OpenedBox | None = None,
    unit_price: Money | None = None,
    apart: bool = False,
    complemented: bool = True,
) -> InvoiceLine:
    amo = base.share(rate)
    return InvoiceLine(
        code=code,
        label=label,
        quantity=quantity,
        amount=amount,
        base=base,
        rate=rate,
        amo=amo,
        tm=base - amo,
        excess=amount - base,
        vat=vat,
        claimed=claimed,
        exempted=exempted,
        line_id=line_id,
        because=because,
        units=None if opened is None else opened.units * quantity,
        unit_price=None if opened is None else unit_price,
        fraction_of=None if opened is None else opened.size,
        apart=apart,
        complemented=complemented,
    )


def _whole(line: MedicineLine, box: Money) -> Money:
    """Return what the boxes, or their units, come to at this price of a box: rounded once, half up."""
    if line.opened is None:
        return box * line.quantity
    return Money(round_half_up(box.cents * line.opened.units * line.quantity, line.opened.size))


def _unit_price(line: MedicineLine, box: Money) -> Money | None:
    """Return the price of a unit of a box that is opened, as the invoice carries it."""
    return None if line.opened is None else Money(round_half_up(box.cents, line.opened.size))


def _opened_reasons(line: MedicineLine, box: Money) -> tuple[Reason, ...]:
    """Say how the units of an opened box were priced, and whether they bear a fee."""
    opened = line.opened
    if opened is None:
        return ()
    text = (
        f"{plural(opened.units, 'unité')} sur une boîte de {opened.size} : "
        f"{french.amount(box)} × {opened.units} / {opened.size}, arrondi une fois au centime"
    )
    fee = (
        "Honoraire dû pour la boîte ouverte, même si elle n’est pas vidée"
        if opened.opens
        else "Boîte déjà ouverte pour ce traitement : son honoraire a été facturé"
    )
    return Reason("deconditionnement", text), Reason("deconditionnement_honoraire", fee, "Porphyre, 2015")


def _substitution_reasons(line: MedicineLine, *, apart: bool) -> tuple[Reason, ...]:
    """Say which mention keeps the line as prescribed, or why it stands on an invoice of its own."""
    if line.substitution.justification is not None:
        text = f"Non substituable : mention {line.substitution.justification}"
        return (Reason("non_substituable", text, "Arrêté du 12/11/2019"),)
    if apart:
        return (Reason("facture_a_part", "Refus sans mention : facturé à part, hors tiers payant", "CSS, L.162-16-7"),)
    return ()


def _free(line: MedicineLine, setting: Setting) -> InvoiceLine:
    return _shares(
        code="PHN",
        label=line.label,
        quantity=line.quantity,
        amount=_whole(line, line.unit_price),
        base=ZERO,
        rate=NO_RATE,
        vat=line.vat if line.vat is not None else setting.tariffs.vat_of("medicine"),
        claimed=False,
        exempted=False,
        line_id=line.line_id,
        because=(
            Reason("prix", f"{french.amount(line.unit_price)} l’unité", line.source, line.priced_on),
            *_opened_reasons(line, line.unit_price),
            FREE_PRICE,
        ),
        opened=line.opened,
        unit_price=_unit_price(line, line.unit_price),
    )


def _medicine(line: MedicineLine, row: MedicineRateRow, setting: Setting) -> tuple[InvoiceLine, ...]:
    claimed = setting.is_claimed and line.prescribed
    coverage = setting.coverage(row.covered, ald=line.ald, medicine=row.rate)
    rate = coverage.rate if claimed else NO_RATE
    apart = claimed and line.substitution.apart and loses_third_party(line)
    complemented = row.covered not in setting.case.beneficiary.amc_leaves
    why = (row.reason("taux", row.label), *coverage.because) if claimed else (NOT_PRESCRIBED,)
    base, why_base = base_price(line) if claimed else (line.price, ())
    vat = line.vat if line.vat is not None else setting.tariffs.vat_of("reimbursed_medicine")
    price = Reason("prix", f"{french.amount(line.price)} hors honoraire", line.source, line.priced_on)
    box = _shares(
        code="PH" + row.suffix,
        label=line.label,
        quantity=line.quantity,
        amount=_whole(line, line.price),
        base=_whole(line, base),
        rate=rate,
        vat=vat,
        claimed=claimed,
        exempted=claimed and coverage.exempted,
        line_id=line.line_id,
        because=(price, *_opened_reasons(line, line.price), *_substitution_reasons(line, apart=apart), *why_base, *why),
        opened=line.opened,
        unit_price=_unit_price(line, line.price),
        apart=apart,
        complemented=complemented,
    )
    if not line.fee or not line.boxes:
        return (box,)
    prefix, label, why_fee = _box_fee(line, setting)
    fee = _shares(
        code=prefix + row.suffix,
        label=label,
        quantity=line.boxes,
        amount=line.fee * line.boxes,
        base=line.fee * line.boxes,
        rate=rate,
        vat=setting.tariffs.vat_of("reimbursed_medicine"),
        claimed=claimed,
        exempted=claimed and coverage.exempted,
        line_id=line.line_id,
        because=(why_fee, *why),
        apart=apart,
        complemented=complemented,
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
    asked, quantity, per = line.asked, line.quantity, "l’unité"
    why: tuple[Reason, ...] = ()
    if line.ceiling is not None:
        why = (Reason("prix_limite", f"Prix limite de vente {french.amount(line.ceiling)}", "LPP"),)
    if line.rental is not None:
        quantity, per = quantity * line.rental.periods, f"par période de {plural(line.rental.days, 'jour')}"
        text = f"Location du {french.short_date(line.rental.first)} au {french.short_date(line.rental.last)} : "
        why = (*why, Reason("location", text + plural(line.rental.periods, "période")))
    price = Reason("prix", f"{french.amount(asked)} {per} ; tarif LPP {french.amount(line.tariff)}")
    return _shares(
        code="LPP",
        label=line.label,
        quantity=quantity,
        amount=asked * quantity,
        base=(min(asked, line.tariff) if claimed else asked) * quantity,
        rate=coverage.rate if claimed else NO_RATE,
        vat=line.vat if line.vat is not None else setting.tariffs.vat_of("device"),
        claimed=claimed,
        exempted=claimed and coverage.exempted,
        line_id=line.line_id,
        because=(price, *why, *(coverage.because if claimed else (NOT_PRESCRIBED,))),
    )


def _act(line: ActLine, setting: Setting) -> tuple[InvoiceLine, ...]:
    """Return the line of an act; none where its amount is not confirmed: a finding says so."""
    row = find_act(line, setting)
    if row is None:
        raise LookupError(line.act)
    coverage = setting.coverage(row.rate, ald=line.ald, act=True)
    unit = row.amount if setting.case.zone is Zone.METROPOLE else row.overseas_amount
    if unit is None:
        return ()
    act = _shares(
        code=row.code,
        label=line.label or row.label,
        quantity=line.quantity,
        amount=unit * line.quantity,
        base=unit * line.quantity,
        rate=coverage.rate,
        vat=setting.tariffs.vat_of("act"),
        claimed=True,
        exempted=coverage.exempted,
        line_id=line.line_id,
        because=(row.reason("acte", row.label), *coverage.because),
    )
    return (act,)
