"""What does an invoice come to, and who bears which share?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.money import ZERO, Money, Rate
from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural
from app.officine.billing.coverage import Setting, anniversary
from app.officine.billing.fees import ordonnance_fees
from app.officine.billing.lines import find_act, loses_third_party, price_line
from app.officine.billing.model import ActLine, DeviceLine, Invoice, Justification, MedicineLine, Totals, VatShare

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
    told = (*priced, *fees)
    third_party = any(line.claimed and not line.apart for line in told) and not _loses_third_party(setting)
    lines = tuple(replace(line, complemented=third_party and _is_complemented(line, setting)) for line in told)
    return Invoice(
        lines=lines,
        totals=_totals(lines, third_party=third_party),
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


def _totals(lines: Sequence[InvoiceLine], *, third_party: bool) -> Totals:
    amount = Money.total(line.amount for line in lines)
    excess = Money.total(line.excess for line in lines)
    if not third_party:
        amo = Money.total(line.amo for line in lines)
        return Totals(amount=amount, patient=amount, excess=excess, reimbursed=amo)
    amo = Money.total(line.amo for line in lines if not line.apart)
    amc = Money.total(line.tm for line in lines if line.complemented)
    later = Money.total(line.amo for line in lines if line.apart)
    return Totals(amount=amount, amo=amo, amc=amc, patient=amount - amo - amc, excess=excess, reimbursed=later)


def _is_complemented(line: InvoiceLine, setting: Setting) -> bool:
    """Return True where the AMC takes the share left: all claimed for CSS, what its contract covers for another."""
    beneficiary = setting.case.beneficiary
    if not line.claimed or line.apart:
        return False
    return beneficiary.css or (beneficiary.amc_full and line.complemented)


def _claimed_medicines(setting: Setting) -> list[MedicineLine]:
    if not setting.is_claimed:
        return []
    return [
        line
        for line in setting.case.lines
        if isinstance(line, MedicineLine) and line.is_reimbursable and line.prescribed
    ]


def _loses_third_party(setting: Setting) -> bool:
    """Return True where a generic is refused without a valid mention on a line that is not apart (CSS L.162-16-7)."""
    return any(loses_third_party(line) and not line.substitution.apart for line in _claimed_medicines(setting))


def _franchise(setting: Setting) -> Money:
    """Return the franchise médicale that the caisse will keep later: one a box, with its exceptions."""
    case, beneficiary = setting.case, setting.case.beneficiary
    row = next(iter(setting.tariffs.franchises), None)
    if row is None or beneficiary.css:
        return ZERO
    if beneficiary.birth_date is not None and case.date < anniversary(beneficiary.birth_date, row.adult_age):
        return ZERO
    return row.amount * sum(line.boxes for line in _claimed_medicines(setting) if _bears_franchise(line, setting))


def _bears_franchise(line: MedicineLine, setting: Setting) -> bool:
    exemptions = (setting.exemption(ald=line.ald), setting.exemption(ald=False))
    return all(exemption is None or exemption.keeps_franchise for exemption in exemptions)


def _findings(setting: Setting) -> list[Finding]:
    found = [finding for line in _claimed_medicines(setting) for finding in _line_findings(line, setting)]
    devices = (line for line in setting.case.lines if isinstance(line, DeviceLine))
    acts = (line for line in setting.case.lines if isinstance(line, ActLine))
    found += [finding for device in devices for finding in _device_findings(device)]
    found += [finding for act in acts for finding in _act_findings(act, setting)]
    return found + _case_findings(setting)


def _case_findings(setting: Setting) -> list[Finding]:
    """Say what holds of the whole invoice: an exemption out of its dates, prices that are old."""
    beneficiary, day = setting.case.beneficiary, setting.case.date
    found: list[Finding] = []
    exempted = None if beneficiary.exemption is None else setting.tariffs.exemption(beneficiary.exemption)
    if exempted is not None and beneficiary.exemption_on(day) is None:
        text = f"{exempted.label} : exonération hors de ses dates, non appliquée."
        found.append(Finding("GAL-FAC-27", Severity.WARNING, text, "Vérifiez les droits.", "patient"))
    medicines = (line for line in setting.case.lines if isinstance(line, MedicineLine))
    days = [line.priced_on for line in medicines if line.priced_on is not None and line.is_reimbursable]
    limit = setting.tariffs.price_age_days
    if days and limit and (day - min(days)).days > limit:
        text = f"Prix du {french.short_date(min(days))}, vieux de plus de {plural(limit, 'jour')}."
        advice = "Mettez à jour la base des médicaments : Réglages, ou « galien catalog import »."
        found.append(Finding("GAL-FAC-28", Severity.INFO, text, advice))
    return found


def _device_findings(device: DeviceLine) -> list[Finding]:
    """Say that a device was asked above the price at which it may be sold."""
    if device.ceiling is None or device.price <= device.ceiling:
        return []
    text = f"{device.label} : prix ramené au prix limite de vente, {french.amount(device.ceiling)}."
    return [Finding("GAL-FAC-29", Severity.WARNING, text, subject=device.line_id or device.lpp)]


def _act_findings(act: ActLine, setting: Setting) -> list[Finding]:
    """Say which tariff was taken for a variant that no row names, and what keeps an act from being billed so."""
    row = find_act(act, setting)
    if row is None:
        return []
    subject = act.line_id or act.act
    found: list[Finding] = []
    if act.variant and not row.is_variant(act.variant):
        text = f"{row.code} : variante « {act.variant} » inconnue, facturé comme « {row.label} »."
        found.append(Finding("GAL-FAC-26", Severity.WARNING, text, subject=subject))
    if row.amount is None:
        text = f"{row.label} ({row.code}) : non facturé. {row.source}."
        found.append(Finding("GAL-FAC-20", Severity.INFO, text, "Vérifiez le montant auprès de la caisse.", subject))
    if row.alone and len(setting.case.lines) > 1:
        text = f"{row.label} ({row.code}) : se facture seul, sans médicament ni dispositif."
        found.append(Finding("GAL-FAC-30", Severity.WARNING, text, "Faites-en une facture à part.", subject))
    return found


def _line_findings(line: MedicineLine, setting: Setting) -> list[Finding]:
    found: list[Finding] = []
    row = setting.tariffs.medicine_rate(line.rate) if line.rate else None
    if row is None:
        found.append(_warning("GAL-FAC-21", f"{line.label} : taux de remboursement inconnu.", line))
    elif row.legacy:
        found.append(_warning("GAL-FAC-22", f"{line.label} : ancien taux du catalogue, facturé au taux actuel.", line))
    if loses_third_party(line):
        whole = (
            "la ligne est facturée à part, hors tiers payant"
            if line.substitution.apart
            else ("pas de tiers payant sur cette facture")
        )
        found.append(_warning("GAL-FAC-23", f"{line.label} : générique refusé sans mention valable, {whole}.", line))
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
