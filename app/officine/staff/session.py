"""Who works at a workstation, since when, until when, and how was it proved?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from app.officine.staff.model import Member


class Means(enum.StrEnum):
    """How a member proved who they are."""

    CPS = "cps"
    PASSWORD_TOTP = "password+totp"  # noqa: S105 -- the name of a means
    PASSWORD_CARD = "password+card"  # noqa: S105 -- the same
    PASSWORD = "password"  # noqa: S105 -- the same
    PIN = "pin"
    CARD = "card"
    DEMO = "demo"

    @property
    def label(self) -> str:
        """The means as the screens show it."""
        return _MEANS_LABELS[self]

    @property
    def is_full(self) -> bool:
        """True for what opens a workstation: two factors, or the simulation of a demonstration."""
        return self in {Means.CPS, Means.PASSWORD_TOTP, Means.PASSWORD_CARD, Means.DEMO}


_MEANS_LABELS = {
    Means.CPS: "carte CPS",
    Means.PASSWORD_TOTP: "mot de passe et code à usage unique",
    Means.PASSWORD_CARD: "mot de passe et carte",
    Means.PASSWORD: "mot de passe seul",
    Means.PIN: "code PIN",
    Means.CARD: "carte",
    Means.DEMO: "démonstration (simulé)",
}


class EndWhy(enum.StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed-out"
    SWITCHED = "switched"
    EXPIRED = "expired"
    REPLACED = "replaced"
    CLOSED = "closed"


class Duty(enum.StrEnum):
    """What a member must do before anything else."""

    NEW_PASSWORD = "new-password"  # noqa: S105 -- the name of a duty
    SECOND_FACTOR = "second-factor"

    @property
    def label(self) -> str:
        """The duty as the screens say it."""
        return {"new-password": "choisir votre mot de passe", "second-factor": "enregistrer votre second facteur"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """One member at work at one workstation.

    ``expires_at`` is the absolute end, set by the full sign-in and kept by every switch after it. ``card_serial``
    names the card whose removal locks, empty where none was used. ``duties`` are what the member must do first.
    """

    id: int
    member: Member
    station: str
    means: Means
    opened_at: dt.datetime
    expires_at: dt.datetime
    card_serial: str = ""
    duties: tuple[Duty, ...] = ()

    @property
    def is_simulated(self) -> bool:
        """True where nothing was proved: a demonstration."""
        return self.means is Means.DEMO


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """A session as the room of the team lists it."""

    id: int
    member_id: int
    station: str
    means: Means
    opened_at: dt.datetime
    expires_at: dt.datetime
    last_seen_at: dt.datetime
    ended_at: dt.datetime | None
    ended_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What a member may sign in with, and what stands in the way.

    ``locked_until`` is the end of a delay that passes by itself; ``is_locked``: too many failures, the titulaire
    unlocks; ``pin_locked``: the PIN serves again after a full sign-in.
    """

    password: bool = False
    pin: bool = False
    totp: bool = False
    cards: tuple[str, ...] = ()
    locked_until: dt.datetime | None = None
    is_locked: bool = False
    pin_locked: bool = False
    must_change: bool = False

    @property
    def can_sign_in(self) -> bool:
        """True where a full sign-in is possible."""
        return bool(self.cards) or (self.password and self.totp)


@dataclass(frozen=True, slots=True)
class TotpEnrolment:
    """What an authenticator application needs: the secret in base 32, and the address that its QR code holds.

    Neither is shown again: a lost one is replaced. Source: RFC 6238; Google Authenticator key URI format.
    """

    secret_base32: str
    uri: str

    def __repr__(self) -> str:
        """Say nothing of the secret: a value may be shown in a trace."""
        return "TotpEnrolment(…)"
