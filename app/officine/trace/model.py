"""What is one trace, what is looked for, what is known of the seals, and how long is each kept?"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

CHAIN_TITLES = {
    "audit": "la trace",
    "ordonnancier": "l’ordonnancier",
    "cash": "la caisse",
    "stupefiants": "le registre des stupéfiants",
    "derives": "le registre des médicaments dérivés du sang",
    "annotations": "les annotations des registres",
    "interventions": "le registre des interventions pharmaceutiques",
}
"""The chains that are sealed, as sentences name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for; what is None or empty is not asked. ``before`` is the number that the page comes before.

    ``text`` answers to the words of an action, the name of who acted, a patient, the number of what was done, and to
    the details of the latest entries.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    actor_id: int | None = None
    patient_id: int | None = None
    action: str = ""
    station: str = ""
    text: str = ""
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One trace: who, when, from where, what, on whom, with which result. ``details`` is what was written, decoded."""

    seq: int
    at: dt.datetime
    station: str
    actor_id: int | None
    actor_name: str
    action: str
    sentence: str
    subject: str
    subject_id: str
    patient_id: int | None
    patient_name: str
    details: Mapping[str, Any]
    result: str
    hash: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of traces, the newest first; ``next_before`` asks for the following one, None at the end."""

    entries: tuple[Entry, ...]
    next_before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was handed over: the file, its proof (the same for JSON), how many entries, how many of them sealed."""

    file: Path
    proof: Path
    entries: int
    covered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the check of an export found: ``problem`` (French) is empty for a sound one; the keys that signed it."""

    entries: int
    covered: int
    fingerprints: tuple[str, ...]
    problem: str


class Reason(enum.StrEnum):
    """Why a seal was made."""

    DAY = "day"
    CLOSING = "closing"
    BACKUP = "backup"
    HAND = "hand"

    @property
    def label(self) -> str:
        """The reason as screens show it."""
        return {"day": "chaque jour", "closing": "clôture", "backup": "sauvegarde", "hand": "à la demande"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealMade:
    """One seal as screens and commands tell it; ``heads`` gives the last number sealed of each chain."""

    number: int
    at: dt.datetime
    station: str
    reason: str
    hash: str
    fingerprint: str
    heads: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealState:
    """What is known of the seals on this workstation.

    ``problem`` (French) is empty while all is well. ``uncovered`` counts, by chain, the entries written after the last
    seal: what is done to those is not betrayed by it.
    """

    last: SealMade | None
    count: int
    folder: Path
    copy: Path | None
    problem: str = ""
    copy_problem: str = ""
    uncovered: Mapping[str, int] = field(default_factory=dict)
    key_encrypted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SealReport:
    """What the comparison of the registers with their seals found.

    ``state`` is ``ok``, ``none`` (nothing was ever sealed), ``missing`` or ``bad``; ``late`` counts the seals that the
    folder lacks and that the database lists, each good; ``first_bad`` has the keys
    ``register``, ``seq``, ``reason``, ``text``, and where known ``at``, the moment that the entry bears.
    """

    state: str
    sealed_at: dt.datetime | None = None
    seals: int = 0
    late: int = 0
    problem: str = ""
    first_bad: Mapping[str, Any] | None = None
    bad: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    uncovered: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """True when nothing differs, and no seal is missing."""
        return self.state in {"ok", "none"}
