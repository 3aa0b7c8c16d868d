"""How is one field of the medicines database read: an amount, a rate, a date, a code?"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from app.kernel.identifiers import CIP13_PREFIX
from app.kernel.text import typographic

OLDEST = dt.date(1941, 9, 11)
"""No speciality was declared before the law that created their visa: an older date is a typing error."""

_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})+,\d{2}|\d{1,7},\d{1,2}|\d{1,7}", re.ASCII)
_RATE = re.compile(r"(\d{1,3}) ?%", re.ASCII)
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)
_BREAK = re.compile(r"(?:<br */?>\s*)+", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,200}>")
_LOST_APOSTROPHE = re.compile(r"(?<=\w)¿(?=\w)")


# The same amounts, rates, dates and codes come back thousands of times: each is read once.


class FieldDefect(ValueError):
    """A field can't be read; the text says why, in French."""

    def __init__(self, text: str) -> None:
        super().__init__(typographic(text))


@lru_cache(maxsize=16384)
def cents(text: str) -> int | None:
    """Read ``24,34`` or ``1,466,29`` (the comma also parts the thousands) as cents; None for an empty field.

    Raises FieldDefect.
    """
    if not text:
        return None
    if _AMOUNT.fullmatch(text) is None:
        raise FieldDefect(f"montant illisible « {text[:30]} »")
    if "," not in text:
        return int(text) * 100
    euros, decimals = text.replace(" ", "").rsplit(",", 1)
    return int(euros.replace(",", "")) * 100 + int(decimals.ljust(2, "0"))


@lru_cache(maxsize=256)
def rate(text: str) -> int | None:
    """Read ``65%`` or ``65 %`` as hundredths of a percent; of several (``;``), the lowest; None when empty.

    Raises FieldDefect.
    """
    if not text.strip():
        return None
    rates = []
    for part in text.replace("\u00a0", " ").replace("\u202f", " ").split(";"):
        match = _RATE.fullmatch(part.strip())
        if match is None or int(match[1]) > 100:
            raise FieldDefect(f"taux illisible « {text[:30]} »")
        rates.append(int(match[1]) * 100)
    return min(rates)


@lru_cache(maxsize=16384)
def date(text: str) -> dt.date | None:
    """Read ``JJ/MM/AAAA``; None for an empty field. Raises FieldDefect for what is no date."""
    if not text:
        return None
    match = _DATE.fullmatch(text)
    if match is None:
        raise FieldDefect(f"date illisible « {text[:30]} »")
    try:
        return dt.date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError as error:
        raise FieldDefect(f"date impossible « {text} »") from error


@lru_cache(maxsize=32768)
def cis(text: str) -> str:
    """Return a code of speciality: 8 digits. Raises FieldDefect."""
    if len(text) == 8 and text.isascii() and text.isdigit():
        return text
    raise FieldDefect(f"code CIS illisible « {text[:30]} »")


def check_cip(cip13: str, cip7: str) -> None:
    """Check that a CIP13 has the right key and holds its CIP7, whose own last digit is no key. Raises FieldDefect."""
    if not (len(cip13) == 13 and cip13.isascii() and cip13.isdigit()):
        raise FieldDefect(f"code CIP13 illisible « {cip13[:30]} »")
    # The same key as identifiers.is_cip13, in the form that 20 000 lines ask for.
    if (sum(map(int, cip13[::2])) + 3 * sum(map(int, cip13[1::2]))) % 10:
        raise FieldDefect(f"clé du code CIP13 fausse « {cip13} »")
    if cip13[:12] != CIP13_PREFIX + cip7:
        raise FieldDefect(f"le code CIP13 « {cip13} » ne contient pas le CIP7 « {cip7[:30]} »")


def plain(html: str) -> str:
    """Return the text of a field that holds HTML, with the apostrophes lost by the source put back."""
    if not html:
        return ""
    text = _TAG.sub("", _BREAK.sub("\n", html))
    return _LOST_APOSTROPHE.sub("’", text).strip()
