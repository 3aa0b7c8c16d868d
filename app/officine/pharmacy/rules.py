"""Is what a pharmacy says of itself fit for the head of its papers?

Sources: R.5132-10 and the ordonnancier (name and address on registers and labels); CI-SIS, structuration minimale
(FINESS of the establishment, its address, its telephone).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, replace
from typing import Final

from app.kernel.identifiers import is_digits, is_luhn
from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.pharmacy.model import PharmacyFacts

_LIMITS: Final = {"name": 100, "finess": 9, "address_line": 100, "postal_code": 5, "city": 60, "phone": 20}
_LABELS: Final = {
    "name": "Le nom de la pharmacie",
    "finess": "Le numéro FINESS",
    "address_line": "L’adresse",
    "postal_code": "Le code postal",
    "city": "La commune",
    "phone": "Le téléphone",
}
_FINESS: Final = re.compile(r"[0-9][0-9AB][0-9]{7}")
_POSTAL_CODE: Final = re.compile(r"[0-9]{5}")
_PHONE: Final = re.compile(r"0[1-9][0-9]{8}|\+[0-9]{8,14}")


def tidy(typed: PharmacyFacts) -> PharmacyFacts:
    """Return what was typed without spaces around or doubled; numbers without any, a telephone two digits by two."""
    tidied = {one.name: " ".join(str(getattr(typed, one.name)).split()) for one in fields(typed)}
    finess = tidied["finess"].replace(" ", "").upper()
    phone = re.sub(r"[ .\-/]", "", tidied["phone"])
    if re.fullmatch(r"0[0-9]{9}", phone):
        phone = " ".join(phone[place : place + 2] for place in range(0, 10, 2))
    postal_code = tidied["postal_code"].replace(" ", "")
    return replace(PharmacyFacts(**tidied), finess=finess, phone=phone, postal_code=postal_code)


def check(facts: PharmacyFacts) -> list[Finding]:
    """Return what is wrong with a pharmacy that was tidied; the subject of a finding is the name of its field."""
    found = [_said(10, f"{_LABELS[name]} manque.", "", name) for name in _missing(facts)]
    for name, most in _LIMITS.items():
        value = getattr(facts, name)
        if len(value) > most:
            found.append(_said(11, f"{_LABELS[name]} a plus de {most} caractères.", "Abrégez.", name))
        elif any(unicodedata.category(letter).startswith("C") for letter in value):
            found.append(_said(12, f"{_LABELS[name]} a un caractère invisible.", "Retapez ce champ.", name))
    if facts.finess and len(facts.finess) <= _LIMITS["finess"]:
        found += _of_finess(facts.finess)
    if facts.postal_code and not _POSTAL_CODE.fullmatch(facts.postal_code):
        found.append(_said(14, "Le code postal n’a pas cinq chiffres.", "", "postal_code"))
    if facts.phone and not _PHONE.fullmatch(facts.phone.replace(" ", "")):
        advice = "Dix chiffres, ou l’indicatif du pays précédé de « + »."
        found.append(_said(15, "Le téléphone n’est pas un numéro.", advice, "phone"))
    return found


def _missing(facts: PharmacyFacts) -> list[str]:
    return [name for name in _LIMITS if name != "phone" and not getattr(facts, name)]


def _of_finess(number: str) -> list[Finding]:
    if not _FINESS.fullmatch(number):
        return [_said(13, "Le numéro FINESS n’a pas neuf chiffres.", "Recopiez celui de l’établissement.", "finess")]
    if is_digits(number) and not is_luhn(number):
        text, advice = "Le numéro FINESS a une clé fausse.", "Comparez-le avec l’arrêté de licence ou la carte CPS."
        return [_said(16, text, advice, "finess", Severity.WARNING)]
    return []


def _said(number: int, text: str, advice: str, subject: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(f"GAL-OFF-{number}", severity, typographic(text), typographic(advice), subject)
