"""Is a recall as typed or read complete enough to stop the boxes that it calls back, and no others?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel import identifiers
from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP, NNBSP, one_line, typographic
from app.officine.recalls.model import lot_key

if TYPE_CHECKING:
    import datetime as dt

    from app.officine.recalls.model import RecallDraft

# GS1 General Specifications: a lot (AI 10) has at most 20 characters.
LOT_LIMIT = 20
MOST_LOTS = 500
REASON_LIMIT = 300
INSTRUCTION_LIMIT = 500
REFERENCE_LIMIT = 64


def check_draft(draft: RecallDraft, today: dt.date) -> list[Finding]:
    """Return what is wrong with a recall; ``subject`` names the field.

    Devices and cosmetics sold in officine are called back too: any code of 13 digits with its key will do.
    """
    findings = []
    if not draft.code.strip():
        text = "Le code du produit manque."
        findings.append(_error("GAL-RAP-01", text, "Scannez une boîte, ou recopiez le code de l’avis.", "code"))
    elif not identifiers.is_ean13(draft.code):
        text = (
            f"« {one_line(draft.code, 20)} » n’est pas un code à 13 chiffres (CIP13 ou EAN13, le dernier est une clé)."
        )
        findings.append(_error("GAL-RAP-01", text, "Scannez une boîte, ou recopiez le code de l’avis.", "code"))
    findings += _check_lots(draft)
    if not draft.reason.strip():
        text = "Le motif du rappel manque."
        findings.append(_error("GAL-RAP-03", text, "Recopiez-le de l’avis : il s’affiche au comptoir.", "reason"))
    if draft.day is None:
        findings.append(_error("GAL-RAP-04", "La date du rappel manque ou n’en est pas une.", "jj/mm/aaaa.", "day"))
    elif draft.day > today:
        findings.append(_error("GAL-RAP-04", "La date du rappel est à venir.", "Corrigez la date.", "day"))
    for value, limit, field, name in (
        (draft.reason, REASON_LIMIT, "reason", "Le motif"),
        (draft.instruction, INSTRUCTION_LIMIT, "instruction", "La consigne"),
        (draft.reference, REFERENCE_LIMIT, "reference", "La référence"),
    ):
        if len(value) > limit or not is_plain(value):
            text = f"{name} a au plus {limit} caractères imprimables."
            findings.append(_error("GAL-RAP-05", text, "Abrégez.", field))
    return findings


def _check_lots(draft: RecallDraft) -> list[Finding]:
    if draft.all_lots:
        return []
    if not draft.lots:
        text = "Aucun lot n’est indiqué."
        advice = "Recopiez les lots de l’avis, ou dites que tous les lots sont rappelés."
        return [_error("GAL-RAP-02", text, advice, "lots")]
    if len(draft.lots) > MOST_LOTS:
        return [_error("GAL-RAP-02", f"Plus de {MOST_LOTS} lots.", "Saisissez plusieurs rappels.", "lots")]
    bad = next((lot for lot in draft.lots if len(lot) > LOT_LIMIT or not lot.isprintable() or not lot_key(lot)), None)
    if bad is None:
        return []
    text = f"« {one_line(bad, 40)} » n’est pas un lot : de 1 à {LOT_LIMIT} caractères, dont une lettre ou un chiffre."
    return [_error("GAL-RAP-02", text, "Séparez les lots par une virgule, un point-virgule ou une barre.", "lots")]


def check_lifting(reason: str) -> list[Finding]:
    """Return what is wrong with the reason why a recall is lifted."""
    if reason.strip() and len(reason) <= REASON_LIMIT and is_plain(reason):
        return []
    text = f"Un motif de 1 à {REASON_LIMIT} caractères est demandé pour lever un rappel."
    return [_error("GAL-RAP-06", text, "Saisissez le motif : il reste dans la trace.", "reason")]


def is_plain(text: str) -> bool:
    """Return True for one line that prints: the no-break spaces of French typography do."""
    return text.replace(NBSP, " ").replace(NNBSP, " ").isprintable()


def none_loaded() -> Finding:
    """Return what is said where no recall is known: it holds of every sale until some are loaded."""
    return Finding(
        "GAL-SEC-53",
        Severity.INFO,
        "Aucun rappel de lot n’est chargé.",
        "Les boîtes ne sont comparées à aucun. Stock, Rappels ; ou galien safety recalls import FICHIER.",
    )


def unknown() -> Finding:
    """Return the finding that refuses an act on a recall that is not there, or no longer in force."""
    return _error("GAL-RAP-07", "Ce rappel n’est plus en vigueur.", "Relisez la liste des rappels.", "recall")


def _error(code: str, text: str, advice: str, subject: str) -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)
