"""Is this receipt, or this correction of the stock, acceptable?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line, typographic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.officine.stock.model import ReceiptLine, StockItem

MAX_BOXES = 100_000
"""More boxes than this of one product is a typing error: a scanned code in the quantity field."""

REASON_LIMIT = 200
REFERENCE_LIMIT = 64
_PLACE_LIMIT = 40
# GS1 General Specifications: a lot (AI 10) and a serial number (AI 21) have at most 20 characters.
_TRACE_LIMIT = 20
_CODE = re.compile(r"[0-9A-Z]{1,20}")


def check_receipt(lines: Sequence[ReceiptLine], reference: str) -> list[Finding]:
    """Return what is wrong with a receipt; ``subject`` is the code of the product."""
    findings = [finding for line in lines for finding in _check_line(line)]
    if not lines:
        findings.append(_error("GAL-STK-01", "La réception ne contient aucune ligne.", "Scannez au moins une boîte."))
    if len(reference) > REFERENCE_LIMIT or not reference.isprintable():
        text = f"La référence a au plus {REFERENCE_LIMIT} caractères imprimables."
        findings.append(_error("GAL-STK-10", text, "Recopiez le numéro du bon de livraison.", "reference"))
    return findings


def _check_line(line: ReceiptLine) -> list[Finding]:
    findings = []
    if not 1 <= line.quantity <= MAX_BOXES:
        text = f"Quantité impossible : {line.quantity}."
        findings.append(_error("GAL-STK-02", text, "Indiquez de 1 à 100 000 boîtes.", line.code))
    findings += _check_code(line.code)
    if max(len(line.lot), len(line.serial)) > _TRACE_LIMIT or not (line.lot + line.serial).isprintable():
        text = f"Le lot et le numéro de série ont au plus {_TRACE_LIMIT} caractères imprimables."
        findings.append(_error("GAL-STK-09", text, "Scannez la boîte de nouveau.", line.code))
    return findings


def _check_code(code: str) -> list[Finding]:
    if _CODE.fullmatch(code):
        return []
    text = "Le code du produit n’est pas un code à barres."
    return [_error("GAL-STK-08", text, "Scannez la boîte.", one_line(code, 40))]


def check_counts(counts: Mapping[str, int], reason: str) -> list[Finding]:
    """Return what is wrong with counted quantities, and with the reason given for the correction."""
    findings = []
    if not reason.strip():
        findings.append(_error("GAL-STK-03", "Le motif de la correction manque.", "Indiquez le motif.", "reason"))
    if len(reason) > REASON_LIMIT or not reason.isprintable():
        text = f"Le motif a au plus {REASON_LIMIT} caractères imprimables."
        findings.append(_error("GAL-STK-04", text, "Abrégez le motif.", "reason"))
    findings += [
        _error("GAL-STK-02", f"Quantité impossible : {counted}.", "Indiquez de 0 à 100 000 boîtes.", code)
        for code, counted in counts.items()
        if not 0 <= counted <= MAX_BOXES
    ]
    return findings + [finding for code in counts for finding in _check_code(code)]


def check_limits(item: StockItem) -> list[Finding]:
    """Return what is wrong with the place and the order limits of a product, as typed."""
    place, minimum, maximum = item.place, item.minimum, item.maximum
    findings = _check_code(item.code)
    if not 0 <= minimum <= maximum <= MAX_BOXES:
        text = "Le minimum ne peut pas être négatif ni dépasser le maximum."
        findings.append(_error("GAL-STK-05", text, "Corrigez les deux seuils.", "minimum"))
    if len(place) > _PLACE_LIMIT or not place.isprintable():
        text = f"L’emplacement a au plus {_PLACE_LIMIT} caractères imprimables."
        findings.append(_error("GAL-STK-06", text, "Abrégez l’emplacement.", "place"))
    return findings


def edited_meanwhile(code: str) -> Finding:
    """Return the finding that refuses an edit made on an older state of the item."""
    text = "Cette fiche de stock a été modifiée entre-temps à un autre poste."
    return _error("GAL-STK-07", text, "Relisez la fiche, puis recommencez.", code)


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)
