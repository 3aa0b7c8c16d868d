"""What does the box of a vaccine say of the vaccination: product, lot, expiry, route, dose, manufacturer? Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, typographic
from app.officine.scan.model import ScanKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.officine.care.model import VaccinationPart
    from app.officine.catalog.model import Product, ProductDetail
    from app.officine.scan.model import Scan

READ: Final = frozenset({ScanKind.GS1, ScanKind.CIP13, ScanKind.CIP7})
"""The codes that a box of medicine bears."""
_VACCINES: Final = "J07"
_ROUTES: Final = (
    ("intramusculaire", "IM"),
    ("sous-cutanée", "SQ"),
    ("intradermique", "INDINJ"),
    ("nasale", "NASINHLC"),
    ("orale", "PO"),
)
"""The routes of the public base and those of a note of vaccination, the one to propose first of all."""
_DOSE: Final = re.compile(r"\bde (\d+(?:,\d+)?) ?ml\b", re.IGNORECASE)


def is_vaccine(product: Product, atc: str, substances: Iterable[str]) -> bool:
    """Return True for a vaccine: by its ATC code, else by its name or its substances.

    The public base gives the ATC of some medicines only; a few vaccines do not call themselves so.
    """
    if atc:
        return atc.startswith(_VACCINES)
    words = fold(f"{product.name} {' '.join(substances)}").split()
    return any(word.startswith(("vaccin", "anatoxine")) for word in words)


def filled(part: VaccinationPart, scan: Scan, product: Product, detail: ProductDetail | None) -> VaccinationPart:
    """Return the part with what the box and the catalogue say; lot and expiry only where the code holds them.

    What was chosen already (route, dose) is left; the number of the dose is the patient's own.
    """
    is_other = bool(part.cip13) and part.cip13 != product.code
    before = replace(part, lot="", expiry=None, route="", dose="") if is_other else part
    routes = detail.routes if detail is not None else ()
    return replace(
        taken(before, scan),
        cip13=product.code,
        name=product.name,
        atc=(detail.atc if detail is not None else None) or "",
        manufacturer=detail.holder if detail is not None else "",
        route=before.route or route_of(routes),
        dose=before.dose or dose_of(product.presentation),
    )


def taken(part: VaccinationPart, scan: Scan) -> VaccinationPart:
    """Return the part with the lot and the expiry of a code, where it holds them."""
    lot, expiry = scan.fields.get("lot"), scan.fields.get("expiry")
    return replace(part, lot=lot or part.lot, expiry=dt.date.fromisoformat(expiry) if expiry else part.expiry)


def route_of(routes: Iterable[str]) -> str:
    """Return the code of the first route that a note of vaccination has; empty for none."""
    known = set(routes)
    return next((code for name, code in _ROUTES if name in known), "")


def dose_of(presentation: str) -> str:
    """Return the dose that a presentation says (``0,5 mL``); empty where a box holds several or does not say."""
    found = _DOSE.search(presentation)
    return "" if found is None or "multidose" in fold(presentation) else f"{found[1]} mL"


def not_read() -> Finding:
    """Return what is said of a code that no box of medicine bears."""
    text = "Ce code n’est pas celui d’une boîte de médicament."
    return _error(17, text, "Scannez le DataMatrix de la boîte du vaccin.")


def not_a_vaccine(product: Product) -> Finding:
    """Return what is said of a medicine that is no vaccine."""
    text = f"« {product.name[:80]} » n’est pas un vaccin : rien n’a été repris."
    return _error(16, text, "Scannez la boîte du vaccin.")


def unknown(code: str) -> Finding:
    """Return what is said of a code that the catalogue does not have: lot and expiry are taken all the same."""
    text = f"Le code {code} est inconnu de la base des médicaments : le lot et la péremption sont repris."
    return Finding("GAL-SOI-18", Severity.WARNING, typographic(text), "Tapez le nom du vaccin.", "part.name")


def not_a_vaccination() -> Finding:
    """Return what is said where a box is scanned for another document."""
    text = "Une boîte ne se scanne que dans une note de vaccination."
    return _error(17, text, "Ouvrez une note de vaccination.")


def _error(number: int, text: str, advice: str) -> Finding:
    return Finding(f"GAL-SOI-{number:02d}", Severity.ERROR, typographic(text), typographic(advice), "scan")
