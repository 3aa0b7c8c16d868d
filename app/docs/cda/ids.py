"""What names a document and its parts? OIDs without extension, since the DMP takes no other."""

from __future__ import annotations

import re
import uuid

LONGEST = 63
"""XDS: an OID has fewer than 64 characters."""

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")


def new_oid() -> str:
    """Return an OID that nobody has used: 2.25 and a random UUID as a number (ITU-T X.667)."""
    return f"2.25.{uuid.uuid4().int}"


def part_oid(document: str, part: str) -> str:
    """Return the OID of a part of a document, always the same for the same two: what is written twice is equal."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, f'{document}#{part}').int}"


def patients_authority(officine: str) -> str:
    """Return the OID under which an officine numbers its patients, one arc below its own."""
    return f"{officine}.1"


def is_oid(text: str) -> bool:
    """Return True for an OID that XDS takes: numbers joined by points, fewer than 64 characters."""
    return len(text) <= LONGEST and _OID.fullmatch(text) is not None
