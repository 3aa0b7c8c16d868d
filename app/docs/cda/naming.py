"""Under which name is a document kept or attached?

Source: ECO.2.1.6 (référentiel MSSanté n° 2): date of the act, type of document, NOM, prénom, joined by underscores.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.docs.cda import codes
from app.kernel.clock import paris_date

if TYPE_CHECKING:
    import datetime as dt

    from app.docs.clinical import Document, Kind

_NAME_OCTETS = 80
"""Of each name: with the date, the type and an extension, a file has fewer than 255 octets everywhere."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f<>:\"/\\|?*_\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def stem(document: Document) -> str:
    """Return the name of a document's file, without its extension: safe on every system, whatever the names hold."""
    who = document.subject
    return stem_of(document.kind, document.performed_at, who.family_name, who.first_name)


def stem_of(kind: Kind, performed_at: dt.datetime, family_name: str, first_name: str) -> str:
    """Return the same from what a document says, once it is written."""
    parts = (codes.TITLES[kind], family_name, first_name)
    return "_".join([f"{paris_date(performed_at):%Y%m%d}", *(_safe(part) for part in parts)])


def _safe(name: str) -> str:
    words = " ".join(_UNSAFE.sub(" ", name).split())
    cut = words.encode()[:_NAME_OCTETS].decode(errors="ignore")
    return cut.strip(". ") or "X"
