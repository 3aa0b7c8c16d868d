"""What is an identity worth, and which strict traits does it hold? The status is computed, never chosen.

Sources: RNIV (EXI SI 07: four exclusive statuses; EXI SI 09: attributes), Guide d’implémentation INS (EXI ID 10 to 29).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from app.officine.patients.model import Attribute, IdentityStatus

FORCING = frozenset({Attribute.DOUBTFUL, Attribute.FICTITIOUS})
"""What forces an identity back to provisoire, and forbids to ask INSi (EXI ID 24)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The traits of the civil status (strict) and the used names, as the INS writes them.

    ``birth_names`` is the list of first names, one space between two; ``birth_date`` is ``YYYY-MM-DD`` (INSi knows
    dates that no calendar has); ``birth_place`` the COG code, empty where not known. Used names are complementary.
    """

    family_name: str = ""
    birth_names: str = ""
    first_name: str = ""
    sex: str = ""
    birth_date: str = ""
    birth_place: str = ""
    used_name: str = ""
    used_first_name: str = ""


STRICT = ("family_name", "birth_names", "first_name", "sex", "birth_date", "birth_place")
USED = ("used_name", "used_first_name")
TRAITS = tuple(one.name for one in fields(Traits))


@dataclass(frozen=True, slots=True)
class Ins:
    """A matricule (15 characters, key included) and the authority that gave it: one never goes without the other."""

    matricule: str
    oid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An identity as it stands.

    ``ins`` is there where an answer of INSi was accepted and still holds; ``evidence`` is the code of the document of
    high trust that the traits were checked against, empty without one; ``past`` the INS that are no longer in force,
    the latest first; ``presented`` an INS read on a document, kept aside until INSi confirms it.
    """

    traits: Traits
    ins: Ins | None = None
    evidence: str = ""
    attributes: frozenset[Attribute] = frozenset()
    past: tuple[Ins, ...] = ()
    presented: Ins | None = field(default=None, compare=False)

    @property
    def is_forced(self) -> bool:
        """True where an attribute forces the status back to provisoire."""
        return bool(self.attributes & FORCING)

    @property
    def status(self) -> IdentityStatus:
        """The status: a function of the answer of INSi, of the evidence and of the attributes."""
        return status_of(has_ins=self.ins is not None, is_checked=bool(self.evidence), is_forced=self.is_forced)


def status_of(*, has_ins: bool, is_checked: bool, is_forced: bool) -> IdentityStatus:
    """Return the status for an answer of INSi accepted, a document of high trust checked, a forcing attribute."""
    if is_forced:
        return IdentityStatus.PROVISIONAL
    if has_ins:
        return IdentityStatus.QUALIFIED if is_checked else IdentityStatus.RETRIEVED
    return IdentityStatus.VALIDATED if is_checked else IdentityStatus.PROVISIONAL
