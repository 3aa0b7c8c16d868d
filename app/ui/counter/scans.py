"""What does a scan mean at the counter? One dispatcher for everything scannable."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.officine.dispensing import recalled
from app.officine.dispensing.model import Box
from app.officine.patients.identity import Ins, Traits
from app.officine.recalls.model import concerning
from app.officine.scan.model import ScanKind
from app.ui import formats

if TYPE_CHECKING:
    from app.kernel.actor import Actor
    from app.officine.catalog.model import Product
    from app.officine.owed.model import Promise
    from app.officine.patients.model import Patient, PatientDraft
    from app.officine.recalls.model import Recall
    from app.officine.scan.model import Scan
    from app.officine.staff.model import Member
    from app.ui.context import Services

_PRODUCT_FIELDS = {
    ScanKind.GS1: ("cip13", "gtin"),
    ScanKind.CIP13: ("cip13",),
    ScanKind.CIP7: ("cip7", "cip13"),
    ScanKind.EAN13: ("ean13",),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a scan turned out to be; exactly one of these is set, besides the findings.

    ``recalls`` are those that call the box back: it stays out of the sale. ``phone`` showed the code of its appli carte
    Vitale at ``shown_at``. ``is_doubtful``: the patient found is not taken before a person looked.
    """

    product: Product | None = None
    box: Box | None = None
    recalls: tuple[Recall, ...] = ()
    patients: tuple[Patient, ...] = ()
    draft: PatientDraft | None = None
    is_doubtful: bool = False
    member: Member | None = None
    promise: Promise | None = None
    phone: str = ""
    shown_at: dt.datetime | None = None
    prescription_number: str = ""
    findings: tuple[Finding, ...] = field(default_factory=tuple)


def read(services: Services, scan: Scan, actor: Actor | None = None) -> Meaning:
    """Find out what a scan is about, for who reads it; runs in the background."""
    if scan.kind is ScanKind.UNKNOWN or not scan.ok:
        return Meaning(findings=_defects(scan))
    if scan.kind in _PRODUCT_FIELDS:
        return _product(services, scan)
    if scan.kind is ScanKind.INS:
        return _patient(services, scan, actor)
    if scan.kind is ScanKind.STAFF:
        return _member(services, scan)
    if scan.kind is ScanKind.PROMISE:
        return _promise(services, scan, actor)
    return _phone(scan) if scan.kind is ScanKind.APCV else _eprescription(scan)


def _product(services: Services, scan: Scan) -> Meaning:
    codes = [scan.fields.get(name) for name in _PRODUCT_FIELDS[scan.kind]]
    product = next((found for code in codes if code and (found := services.catalog.by_code(code)) is not None), None)
    notes = tuple(finding for finding in scan.findings if finding.severity is not Severity.INFO)
    if product is None:
        code = next((code for code in codes if code), scan.raw)
        text = f"Le code {formats.code(code)} n’est ni dans la base des médicaments, ni dans les fiches de l’officine."
        advice = "Vérifiez la boîte, ou créez la fiche du produit. Rien n’a été ajouté à la vente."
        return Meaning(findings=(Finding("GAL-CPT-70", Severity.ERROR, text, advice),))
    expiry = scan.fields.get("expiry")
    box = None
    if scan.kind is ScanKind.GS1:
        box = Box(
            lot=scan.fields.get("lot") or "",
            expiry=dt.date.fromisoformat(expiry) if expiry else None,
            serial=scan.fields.get("serial") or "",
        )
    return _unless_recalled(services, Meaning(product=product, box=box, findings=notes), product)


def _unless_recalled(services: Services, meaning: Meaning, product: Product) -> Meaning:
    """Look the box up among those in quarantine, and its lot among the recalls, at the scan itself."""
    box = meaning.box or Box()
    if services.quarantine.serials([(product.code, box.serial)] if box.serial else []):
        return Meaning(findings=(recalled.in_quarantine(product.name, box, ""),))
    known = services.recalls.of([product.code]).get(product.code, ())
    if not known:
        return meaning
    struck = concerning(known, box.lot)
    if struck:
        return replace(meaning, recalls=struck)
    told = recalled.other_lot(product.name, known, "", loose=not box.lot)
    return replace(meaning, findings=(*meaning.findings, told))


def _patient(services: Services, scan: Scan, actor: Actor | None) -> Meaning:
    """Find the file that an INS datamatrix calls for; nobody known is proposed for creation."""
    sighting = services.ins_scans.look_up(*carried(scan), actor)
    return Meaning(
        patients=sighting.patients, draft=sighting.draft, findings=sighting.findings, is_doubtful=not sighting.is_sure
    )


def carried(scan: Scan) -> tuple[Ins, Traits]:
    """Return the INS and the traits that a datamatrix holds."""
    read = {name: value or "" for name, value in scan.fields.items()}
    names = ("family_name", "birth_names", "sex", "birth_date", "birth_place")
    traits = Traits(**{name: read.get(name, "") for name in names})
    return Ins(read.get("matricule", ""), read.get("oid", "")), traits


def _member(services: Services, scan: Scan) -> Meaning:
    member = services.staff.by_badge(scan.fields.get("badge") or "")
    if member is not None:
        return Meaning(member=member)
    text = "Ce badge n’est celui de personne dans l’équipe."
    return Meaning(findings=(Finding("GAL-CPT-71", Severity.ERROR, text, "F12\u00a0: choisissez votre nom."),))


def _promise(services: Services, scan: Scan, actor: Actor | None) -> Meaning:
    number = int(scan.fields.get("promise") or 0)
    found = next((one for one in services.owed.open_promises(actor) if one.number == number), None)
    if found is not None:
        return Meaning(promise=found)
    text = f"Promis n°\u00a0{number}\u00a0: il n’y a rien à remettre."
    return Meaning(findings=(Finding("GAL-DU-15", Severity.WARNING, text, "Remis, annulé, ou d’une autre officine."),))


def _phone(scan: Scan) -> Meaning:
    return Meaning(phone=scan.fields["phone"] or "", shown_at=dt.datetime.fromisoformat(scan.fields["shown_at"] or ""))


def _eprescription(scan: Scan) -> Meaning:
    return Meaning(prescription_number=scan.fields.get("number") or "", findings=(_no_eprescription(scan),))


def _no_eprescription(scan: Scan) -> Finding:
    number = scan.fields.get("number") or scan.raw
    text = f"Ordonnance numérique n°\u00a0{number}\u00a0: Galien ne sait pas encore l’interroger."
    advice = "Son numéro est noté sur la vente. Servez d’après le papier\u00a0: F4, prescripteur et date."
    return Finding("GAL-CPT-72", Severity.WARNING, text, advice)


def _defects(scan: Scan) -> tuple[Finding, ...]:
    if scan.findings:
        return scan.findings
    return (Finding("GAL-CPT-73", Severity.ERROR, "Ce code n’est pas reconnu.", "Scannez de nouveau, ou tapez-le."),)
