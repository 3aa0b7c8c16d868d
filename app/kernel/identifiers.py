"""Is this identifier well formed: CIP, GTIN, NIR, INS, RPPS, FINESS?"""

from __future__ import annotations

import re

_DIGITS = re.compile(r"[0-9]+")
_NIR = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}")
_NIR_MODULUS = 97

CIP13_PREFIX = "34009"
ACL13_PREFIX = "3401"


def is_digits(text: str) -> bool:
    """Return True for one or more ASCII digits and nothing else."""
    return _DIGITS.fullmatch(text) is not None


def gs1_key(digits: str) -> str:
    """Return the GS1 check digit of the digits that precede it (EAN-8/13, GTIN-14).

    Source: GS1 General Specifications, 7.9.
    """
    total = sum(int(digit) * (3 if rank % 2 == 0 else 1) for rank, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def is_ean13(code: str) -> bool:
    """Return True for 13 digits whose key is right."""
    return len(code) == 13 and is_digits(code) and gs1_key(code[:12]) == code[12]


def is_gtin14(code: str) -> bool:
    """Return True for 14 digits whose key is right."""
    return len(code) == 14 and is_digits(code) and gs1_key(code[:13]) == code[13]


def is_cip13(code: str) -> bool:
    """Return True for a French medicine code: EAN-13 that begins with 34009."""
    return code.startswith(CIP13_PREFIX) and is_ean13(code)


def cip13_of_cip7(cip7: str) -> str:
    """Return the CIP13 of a CIP7 (7 digits): 34009, the CIP7 and the key.

    The seventh digit is no key in the newer ranges, so a CIP7 is never refused on it.
    """
    body = CIP13_PREFIX + cip7
    return body + gs1_key(body)


def cip7_of_cip13(cip13: str) -> str | None:
    """Return the CIP7 inside a CIP13; None for another code."""
    return cip13[5:12] if is_cip13(cip13) else None


def nir_key(body: str) -> str:
    """Return the two-digit key of the 13 characters of a NIR or NIA.

    The 2A and 2B of Corsica count as 19 and 18. Source: INSEE, validity of the NIR.
    """
    department = {"2A": "19", "2B": "18"}.get(body[5:7], body[5:7])
    return f"{_NIR_MODULUS - int(body[:5] + department + body[7:]) % _NIR_MODULUS:02d}"


def is_nir_form(code: str) -> bool:
    """Return True for 15 characters shaped as a NIR with key, whatever the key."""
    return _NIR.fullmatch(code) is not None


def is_nir(code: str) -> bool:
    """Return True for a NIR or NIA of 15 characters whose key is right."""
    return is_nir_form(code) and nir_key(code[:13]) == code[13:]


def is_luhn(code: str) -> bool:
    """Return True for digits whose Luhn key is right."""
    if not is_digits(code):
        return False
    doubled = (int(digit) * (2 if rank % 2 else 1) for rank, digit in enumerate(reversed(code)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_rpps(code: str) -> bool:
    """Return True for an RPPS number: 11 digits with a Luhn key."""
    return len(code) == 11 and is_luhn(code)
