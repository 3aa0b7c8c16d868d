"""What is known of the copy of an identity paper, without any of its bytes?"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


class End(enum.StrEnum):
    """Why a copy is gone."""

    PURGED = "purge"
    DELETED = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One copy that is kept. ``size`` in octets.

    ``evidence`` names the document that was checked, empty for a copy that goes with no check. ``due_on`` is the day
    from which it is destroyed, as the visits known today make it. ``is_held`` False: its bytes are on no disk of the
    officine any more, since a restore.
    """

    id: int
    patient_id: int
    evidence_id: int | None
    evidence: str
    media_type: str
    size: int
    pages: int
    at: dt.datetime
    author_name: str
    due_on: dt.date
    is_held: bool
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Purge:
    """What a purge destroyed, or would have: the copies that were due, and the bytes that no copy names."""

    papers: tuple[Paper, ...]
    strays: int = 0
