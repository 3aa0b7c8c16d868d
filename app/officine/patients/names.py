"""Is this name written as the national identity wants it, and how is what was typed converted?

Source: INS character profile (Référentiel INS, SEL-MP-043): capitals A to Z, space, apostrophe and hyphen only.
"""

from __future__ import annotations

import re
import unicodedata

from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line, typographic

NAME_LIMIT = 100

_FAMILY_NAME = re.compile(r"'?[A-Z]+(?:(?:--|[-' ])[A-Z]+)*'?")
_FIRST_NAME = re.compile(r"'?[A-Z]+(?:[-' ][A-Z]+)*")

_SIGNS = str.maketrans(
    {
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-",
        "\u00a0": " ", "\u202f": " ", "\u2009": " ",
        "œ": "OE", "Œ": "OE", "æ": "AE", "Æ": "AE", "ß": "SS", "ẞ": "SS",
        "ø": "O", "Ø": "O", "þ": "TH", "Þ": "TH", "đ": "D", "Đ": "D", "ð": "D", "Ð": "D", "ł": "L", "Ł": "L",
        "ı": "I",
    }
)  # fmt: skip
_NOT_ADMITTED = re.compile(r"[^A-Z' -]")

_LABELS = {
    "family_name": "Nom de naissance",
    "first_name": "Premier prénom de naissance",
    "birth_names": "Prénoms de naissance",
    "used_name": "Nom utilisé",
    "used_first_name": "Prénom utilisé",
}


def is_family_name(name: str) -> bool:
    """Return True for a family name as the INS writes it (a double hyphen joins two family names)."""
    return len(name) <= NAME_LIMIT and _FAMILY_NAME.fullmatch(name) is not None


def is_first_name(name: str) -> bool:
    """Return True for a first name as the INS writes it."""
    return len(name) <= NAME_LIMIT and _FIRST_NAME.fullmatch(name) is not None


def converted(name: str) -> str:
    """Return the name in capitals without accents or ligatures, with the plain apostrophe and hyphen.

    What the profile does not admit (digits, symbols) is left where it is, to be refused.
    """
    letters = unicodedata.normalize("NFD", name.translate(_SIGNS).strip().upper().translate(_SIGNS))
    return "".join(char for char in letters if not unicodedata.combining(char))


def convert(field: str, typed: str) -> tuple[str, list[Finding]]:
    """Return the value to keep of a name field, and what there is to say: a conversion, or a refusal.

    ``field`` is one of family_name, first_name, birth_names, used_name, used_first_name. An empty name passes:
    whether it may be empty is another question.
    """
    label = _LABELS[field]
    if len(typed) > NAME_LIMIT * 3:
        return typed, [_too_long(field, label)]
    value = converted(typed)
    if not value:
        return "", []
    refusals = _refusals(field, label, value)
    if refusals:
        return value, refusals
    return value, _conversion(field, label, typed, value)


def first_name_agrees(first_name: str, birth_names: str) -> bool:
    """Return True when the first name begins the list of birth names (EXI ID 10).

    Hyphens and apostrophes count as spaces; an empty list agrees with any first name.
    """
    first, names = (re.sub(r"[-']", " ", name) for name in (first_name, birth_names))
    return not names or names == first or names.startswith(first + " ")


def _refusals(field: str, label: str, value: str) -> list[Finding]:
    if len(value) > NAME_LIMIT:
        return [_too_long(field, label)]
    bad = _NOT_ADMITTED.search(value)
    if bad is not None:
        text = f"{label} : {_spoken(bad[0])} n’est pas admis."
        return [
            _error("GAL-PAT-02", text, "Seuls les lettres, l’espace, l’apostrophe et le trait d’union le sont.", field)
        ]
    if not _form(field).fullmatch(value):
        text = f"{label} : espace, apostrophe ou trait d’union mal placé dans « {value} »."
        return [_error("GAL-PAT-03", text, _placing_advice(field), field)]
    return []


def _form(field: str) -> re.Pattern[str]:
    return _FAMILY_NAME if field in {"family_name", "used_name"} else _FIRST_NAME


def _placing_advice(field: str) -> str:
    if field in {"family_name", "used_name"}:
        return "Un seul signe entre deux mots ; le double trait d’union sépare deux noms de famille."
    return "Un seul signe entre deux mots ; un prénom ne finit ni par un trait d’union ni par une apostrophe."


def _conversion(field: str, label: str, typed: str, value: str) -> list[Finding]:
    if typed.strip() == value:
        return []
    text = f"{label} : « {one_line(typed.strip())} » est enregistré « {value} »."
    return [Finding("GAL-PAT-01", Severity.INFO, typographic(text), "", field)]


def _spoken(char: str) -> str:
    if char.isdigit():
        return f"le chiffre « {char} »"
    if not char.isprintable():
        return f"un caractère invisible (U+{ord(char):04X})"
    return f"le caractère « {char} »"


def _too_long(field: str, label: str) -> Finding:
    text = f"{label} : plus de {NAME_LIMIT} caractères."
    return _error("GAL-PAT-04", text, f"Le nom a au plus {NAME_LIMIT} caractères.", field)


def _error(code: str, text: str, advice: str, field: str) -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), field)
