"""What is said of two files to be merged, of a merge, and of a pair that looks like one person?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Finding
    from app.officine.patients.identity import Identity
    from app.officine.patients.identity_model import IdentityFile
    from app.officine.patients.likeness import Likeness


class Part(enum.StrEnum):
    """What may be taken from either file: strict traits and INS are settled by rule, the rest by whoever merges."""

    USED_NAME = "used_name"
    USED_FIRST_NAME = "used_first_name"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    COVERAGE = "coverage"

    @property
    def label(self) -> str:
        """The part as the screens show it."""
        return {
            Part.USED_NAME: "Nom utilisé",
            Part.USED_FIRST_NAME: "Prénom utilisé",
            Part.PHONE: "Téléphone",
            Part.EMAIL: "Courriel",
            Part.ADDRESS: "Adresse",
            Part.COVERAGE: "Couverture",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeDraft:
    """A merge as it is asked for: which file is kept, which is absorbed, each as it was read.

    ``taken`` are the parts that come from the absorbed one.
    """

    keep: int
    keep_version: int
    absorb: int
    absorb_version: int
    taken: frozenset[Part] = frozenset()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What the identity of the kept file becomes; ``leads``: its strict traits are those of the absorbed one."""

    identity: Identity
    leads: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing compared: its label, what each file says, and which part of the choice it is (None: by rule)."""

    label: str
    keep: str
    absorb: str
    part: Part | None = None

    @property
    def differs(self) -> bool:
        """True where the two files do not say the same."""
        return self.keep != self.absorb


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two files side by side: why they look alike, what differs, what a merge makes of them and what follows.

    ``proposed`` are the parts that only the absorbed one says; ``follows`` what is found from the kept file afterwards
    (« 12 délivrances »); ``lines`` are those of the identity, then of the parts.
    """

    keep: IdentityFile
    absorb: IdentityFile
    likeness: Likeness | None
    lines: tuple[Line, ...]
    proposed: frozenset[Part]
    follows: tuple[str, ...]
    settled: Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merge that was made; ``undone_at`` None while it holds."""

    id: int
    kept_id: int
    kept_name: str
    absorbed_id: int
    absorbed_name: str
    at: dt.datetime
    by: str
    reason: str
    undone_at: dt.datetime | None = None
    undone_by: str = ""
    undone_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two files that look like one person’s, or like those of twins: their names as lists show them."""

    first_id: int
    second_id: int
    first: str
    second: str
    born: dt.date
    second_born: dt.date
    likeness: Likeness
