"""What does an invoice come to, and who bears which share?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.money import ZERO, Money, Rate
from app.kernel.outcome import Finding, Severity
from app.officine.billing.coverage import Setting, anniversary
from app.officine.billing.fees import ordonnance_fees
from app.officine.billing.lines import find_act, price_line
from app.officine.billing.model import ActLine, Invoice, Justification, MedicineLine, Totals, VatShare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.officine.billing.model import InvoiceCase, InvoiceLine
    from app.officine.billing.tariffs import Tariffs


def price_invoice(case: InvoiceCase, tariffs: Tariffs) -> Invoice:
    """Price a case with the rows in force on its date; pure, in cents.

    Each line is rounded once, half up; the share of the patient is a difference, so that
    ``amo + amc + patient = amount`` always. Raises LookupError for an act or a day that no row covers.
    """
    setting = Setting(case, tariffs.on(case.date))
    priced = [line for item in case.lines for line in price_line(item, setting)]
    fees, fee_findings = ordonnance_fees(setting, priced)
    lines = (*priced, *fees)
    third_party = any(line.claimed for line in lines) and not _loses_third_party(setting)
    return Invoice(
        lines=lines,
        totals=_totals(lines, setting, third_party=third_party),
        third_party=third_party,
        franchise_info=_franchise(setting),
        vat=vat_shares(lines),
        findings=(*_findings(setting), *fee_findings),
    )


def vat_shares(lines: Iterable[InvoiceLine]) -> tuple[VatShare, ...]:
    """Return what the lines come to by VAT rate, lowest rate first; the tax is reckoned line by line."""
    by_rate: dict[Rate, tuple[Money, Money]] = {}
    for line in lines:
        amount, net = by_rate.get(line.vat, (ZERO, ZERO))
        by_rate[line.vat] = (amount + line.amount, net + line.amount.without_vat(line.vat))
    return tuple(VatShare(rate, *by_rate[rate]) for rate in sorted(by_rate))


def _totals(lines: Sequence[InvoiceLine], setting: Setting, *, third_party: bool) -> Totals:
    amount = Money.total(line.amount for line in lines)
    excess = Money.total(line.excess for line in lines)
    amo = Money.total(line.amo for line in lines)
    if not third_party:
        return Totals(amount=amount, patient=amount, excess=excess, reimbursed=amo)
    beneficiary = setting.case.beneficiary
    is_complemented = beneficiary.amc_full or beneficiary.css
    amc = Money.total(line.tm for line in lines if line.claimed) if is_complemented else ZERO
    return Totals(amount=amount, amo=amo, amc=amc, patient=amount - amo - amc, excess=excess)


def _claimed_medicines(setting: Setting) -> list[MedicineLine]:
    if not setting.is_claimed:
        return []
    return [
        line
        for line in setting.case.lines
        if isinstance(line, MedicineLine) and line.is_reimbursable and line.prescribed
    ]


def _loses_third_party(setting: Setting) -> bool:
    """Return True where a generic is refused without a valid mention, on any line (CSS L.162-16-7)."""
    return any(_is_refusal(line) for line in _claimed_medicines(setting))


def _is_refusal(line: MedicineLine) -> bool:
    """Return True where a refusal has its price: not under TFR, nor at the price of the generics."""
    is_aligned = line.generic_base is not None and line.generic_base >= line.price
    return line.substitution.is_unjustified and line.tfr is None and not is_aligned


def _franchise(setting: Setting) -> Money:
    """Return the franchise médicale that the caisse will keep later: one a box, with its exceptions."""
    case, beneficiary = setting.case, setting.case.beneficiary
    row = next(iter(setting.tariffs.franchises), None)
    if row is None or beneficiary.css:
        return ZERO
    if beneficiary.birth_date is not None and case.date < anniversary(beneficiary.birth_date, row.adult_age):
        return ZERO
    return row.amount * sum(line.quantity for line in _claimed_medicines(setting) if _bears_franchise(line, setting))


def _bears_franchise(line: MedicineLine, setting: Setting) -> bool:
    exemptions = (setting.exemption(ald=line.ald), setting.exemption(ald=False))
    return all(exemption is None or exemption.keeps_franchise for exemption in exemptions)


def _findings(setting: Setting) -> list[Finding]:
    found = [finding for line in _claimed_medicines(setting) for finding in _line_findings(line, setting)]
    acts = (line for line in setting.case.lines if isinstance(line, ActLine))
    return found + [finding for act in acts for finding in _act_findings(act, setting)]


def _act_findings(act: ActLine, setting: Setting) -> list[Finding]:
    """Say which tariff was taken for a variant that no row names."""
    row = find_act(act, setting)
    if row is None or not act.variant or row.is_variant(act.variant):
        return []
    text = f"{row.code} : variante « {act.variant} » inconnue, facturé comme « {row.label} »."
    return [Finding("GAL-FAC-26", Severity.WARNING, text, subject=act.line_id or act.act)]


def _line_findings(line: MedicineLine, setting: Setting) -> list[Finding]:
    found: list[Finding] = []
    row = setting.tariffs.medicine_rate(line.rate) if line.rate else None
    if row is None:
        found.append(_warning("GAL-FAC-21", f"{line.label} : taux de remboursement inconnu.", line))
    elif row.legacy:
        found.append(_warning("GAL-FAC-22", f"{line.label} : ancien taux du catalogue, facturé au taux actuel.", line))
    if _is_refusal(line):
        found.append(
            _warning(
                "GAL-FAC-23",
                f"{line.label} : générique refusé sans mention valable, pas de tiers payant sur cette facture.",
                line,
            )
        )
        if line.generic_base is None:
            found.append(_warning("GAL-FAC-24", f"{line.label} : base du groupe générique inconnue.", line))
    if line.substitution.justification is Justification.CHILD and not _is_below_six(setting):
        found.append(_warning("GAL-FAC-25", f"{line.label} : la mention EFG ne vaut qu’avant 6 ans.", line))
    return found


def _is_below_six(setting: Setting) -> bool:
    born = setting.case.beneficiary.birth_date
    return born is not None and setting.case.date < anniversary(born, 6)


def _warning(code: str, text: str, line: MedicineLine) -> Finding:
    return Finding(code, Severity.WARNING, text, subject=line.line_id or line.code)
