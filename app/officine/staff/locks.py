"""When must a workstation be locked, and why? Pure: times in, reason out."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.officine.staff.session import StaffSession

IDLE_RANGE_MINUTES = (1, 60)
ABSOLUTE_RANGE_HOURS = (1, 14)


@dataclass(frozen=True, slots=True)
class LockPolicy:
    """When a workstation locks by itself; the officine sets it, a forced lock exists always (DSR annex SSI).

    ``idle_minutes``: without key, scan or card. ``absolute_hours``: after the full sign-in, whatever is done; a day
    on duty at most. ``on_card_removed``: as soon as the card that opened the session leaves the reader.
    ``on_system_lock``: as soon as the session of the computer is locked.
    """

    idle_minutes: int = 10
    absolute_hours: int = 12
    on_card_removed: bool = True
    on_system_lock: bool = True

    @property
    def idle(self) -> dt.timedelta:
        """The longest pause before the lock."""
        return dt.timedelta(minutes=_within(self.idle_minutes, IDLE_RANGE_MINUTES))

    @property
    def absolute(self) -> dt.timedelta:
        """How long a full sign-in is good for."""
        return dt.timedelta(hours=_within(self.absolute_hours, ABSOLUTE_RANGE_HOURS))


class LockReason(enum.StrEnum):
    """Why a workstation locks."""

    ASKED = "asked"
    IDLE = "idle"
    CARD_REMOVED = "card-removed"
    EXPIRED = "expired"
    CLOCK = "clock"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The reason as the lock screen says it."""
        return _LABELS[self]


_LABELS = {
    LockReason.ASKED: "Poste verrouillé à votre demande",
    LockReason.IDLE: "Poste verrouillé : personne n’y travaillait",
    LockReason.CARD_REMOVED: "Poste verrouillé : la carte a été retirée",
    LockReason.EXPIRED: "La durée de la session est écoulée : identifiez-vous à nouveau",
    LockReason.CLOCK: "L’horloge du poste a reculé : identifiez-vous à nouveau",
    LockReason.SYSTEM: "Poste verrouillé avec la session de l’ordinateur",
}


def due(
    policy: LockPolicy,
    session: StaffSession,
    now: dt.datetime,
    last_activity: dt.datetime,
    card_serial_present: str | None,
) -> LockReason | None:
    """Return why the workstation must lock now; None while it may stay open.

    The absolute end comes first: after it a PIN opens nothing. ``card_serial_present`` None: no card is in. A clock
    set back before the session's start would keep it open for ever: it ends the session.
    """
    if now >= session.expires_at:
        return LockReason.EXPIRED
    if now < session.opened_at:
        return LockReason.CLOCK
    if policy.on_card_removed and session.card_serial and session.card_serial != card_serial_present:
        return LockReason.CARD_REMOVED
    if now - last_activity >= policy.idle:
        return LockReason.IDLE
    return None


def idle_in(policy: LockPolicy, now: dt.datetime, last_activity: dt.datetime) -> dt.timedelta:
    """Return how long is left before the lock of inactivity, never below zero."""
    return max(dt.timedelta(0), last_activity + policy.idle - now)


def _within(value: int, limits: tuple[int, int]) -> int:
    return max(limits[0], min(value, limits[1]))
