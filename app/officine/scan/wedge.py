"""Which of the keys that arrive were typed by a person, and which by a scanner in keyboard mode?

A pure state machine: it is fed with key presses and their hardware time, and never asks what time it is. The keys reach
the focused field as they come, so that nobody's typing is ever delayed; once they prove to be a scan, the screen gives
the field back the content it had (see ``Began`` and ``Burst.typed``).
"""

from __future__ import annotations

import enum
import itertools
import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.officine.scan.dispatch import has_key
from app.officine.scan.model import GS

if TYPE_CHECKING:
    from collections.abc import Callable

STX, ETX = "\x02", "\x03"
DEFAULT_GAP_MS, LOWEST_GAP_MS, HIGHEST_GAP_MS = 50, 20, 150
DEFAULT_MIN_LENGTH = 6
LOWEST_SILENCE_MS = 100
FRAME_SILENCE_MS = 500
LATE_TERMINATOR_MS = 300
"""A scanner's Enter may lag behind its text; nobody presses Enter that soon after a scan."""

_DIGITS = tuple("0123456789")
_GS_KEYS = ("]", "$", GS)
"""Ctrl+] as a US layout gives it, the same key on a French layout, and as Qt gives its text."""


class Role(enum.StrEnum):
    """What a key does for the detector."""

    TEXT = "text"
    ENTER = "enter"
    TAB = "tab"
    MODIFIER = "modifier"
    F8 = "f8"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Key:
    """One key press: the event's own time in ms (not the time at which it is handled), its text and its role.

    ``repeat`` is True for the automatic repetition of a key that is held down.
    """

    at_ms: int
    text: str = ""
    role: Role = Role.TEXT
    ctrl: bool = False
    alt: bool = False
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Began:
    """This key may be the first of a scan: remember the focused field (content, cursor, selection), let the key go."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """This key belongs to a scanner's frame (separator, late Enter): do not deliver it."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A scan is complete: give the field back what was remembered at the last ``Began``, then insert ``typed``.

    ``text`` is what the scanner sent, separators as GS; ``keys`` counts its presses; ``terminator`` is ``enter``,
    ``tab``, ``etx`` or ``silence``. ``typed`` was typed by hand in the same breath, just before. When ``next_began``,
    the key just fed is not part of the scan: after the restoration treat it as ``Began``. Otherwise a key that
    completes a scan must not be delivered.
    """

    text: str
    started_at: int
    keys: int
    terminator: str
    typed: str = ""
    next_began: bool = False


WedgeEvent = Began | Withheld | Burst


class WedgeDetector:
    """Tells scans from typing; feed it with every key press of the application, once each or more."""

    def __init__(
        self,
        gap_ms: int = DEFAULT_GAP_MS,
        min_length: int = DEFAULT_MIN_LENGTH,
        *,
        has_key: Callable[[str], bool] = has_key,
    ) -> None:
        """Take keys closer than ``gap_ms`` (20 to 150) as one burst, a scan from ``min_length`` characters on.

        ``has_key`` settles the doubtful cases: fast typing is a scan only when it is a code with a right key.
        """
        self.gap_ms = min(max(gap_ms, LOWEST_GAP_MS), HIGHEST_GAP_MS)
        self.silence_ms = max(LOWEST_SILENCE_MS, self.gap_ms + 50)
        self.separators_seen = False
        """True once a scan has brought a separator: from then on, a scan without any has none to miss."""
        self._min_length = min_length
        self._has_key = has_key
        self._keys: list[Key] = []
        self._framed = False
        self._last: Key | None = None
        self._last_at = 0
        self._alt_digits = ""
        self._completed_at: int | None = None

    @property
    def pending(self) -> bool:
        """True while keys wait for a terminator or a silence: ``idle`` must be called after ``silence_ms``."""
        return bool(self._keys) or self._framed

    def feed(self, key: Key) -> WedgeEvent | None:
        """Take one key press; None means that it is ordinary typing, to be delivered."""
        if key == self._last:
            return Withheld() if self._is_separator(key) else None
        self._last = key
        if key.role is Role.MODIFIER:
            return None
        flushed = self._flush_before(key)
        self._last_at = key.at_ms
        event = self._take(key)
        if flushed:
            return flushed if isinstance(event, Withheld) else replace(flushed, next_began=True)
        return event

    def idle(self, now_ms: int) -> Burst | None:
        """Say what the silence up to ``now_ms`` (same clock as the keys) completes."""
        if not self.pending or now_ms - self._last_at < self._patience:
            return None
        return self._complete("silence", self._last_at)

    @property
    def _patience(self) -> int:
        return FRAME_SILENCE_MS if self._framed else self.silence_ms

    def _flush_before(self, key: Key) -> Burst | None:
        """Close what came before a key that is too late, or out of order, to be part of it.

        A scanner may pause in mid-code longer than between two keys; typing gets no such patience.
        """
        if not self.pending:
            return None
        allowed = self._patience if self._framed or self._is_fast(self._keys) else self.gap_ms
        if 0 <= key.at_ms - self._last_at <= allowed:
            return None
        return self._complete("silence", self._last_at)

    def _is_fast(self, keys: list[Key]) -> bool:
        return len(keys) >= self._min_length and _median_gap(keys) * 2 <= self.gap_ms

    def _take(self, key: Key) -> WedgeEvent | None:
        if key.role in (Role.ENTER, Role.TAB):
            return self._terminated(str(key.role), key.at_ms) or self._late(key)
        if key.text == ETX and self._framed:
            return self._terminated("etx", key.at_ms) or Withheld()
        if key.text == STX:
            self._keys, self._framed = [], True
            return Withheld()
        if self._is_separator(key):
            return self._separator(key)
        return self._typed(key)

    def _typed(self, key: Key) -> Began | None:
        """Add a character to the burst; anything else (arrow, shortcut, held key) is a person's, and ends it."""
        if key.role is not Role.TEXT or key.ctrl != key.alt or key.repeat or not key.text:
            self._abandon()
            return None
        self._keys.append(key)
        self._alt_digits = ""
        return Began(key.at_ms) if len(self._keys) == 1 else None

    def _is_separator(self, key: Key) -> bool:
        if key.text == GS or (key.ctrl and not key.alt and key.text in _GS_KEYS):
            return True
        return self.pending and (key.role is Role.F8 or _is_alt_digit(key))

    def _separator(self, key: Key) -> Withheld:
        """Keep a separator that comes in the middle of a burst: a control key, F8, or Alt+029 on the keypad."""
        if _is_alt_digit(key):
            self._alt_digits += key.text
        if self.pending and (not _is_alt_digit(key) or self._alt_digits.lstrip("0") == "29"):
            self._alt_digits = ""
            self._keys.append(Key(key.at_ms, GS))
        return Withheld()

    def _terminated(self, terminator: str, at_ms: int) -> Burst | None:
        return self._complete(terminator, at_ms) if self.pending else None

    def _late(self, key: Key) -> Withheld | None:
        """Keep from the screen the Enter that a scanner sends after its code was taken: it would press a button."""
        if self._completed_at is None or not 0 <= key.at_ms - self._completed_at <= LATE_TERMINATOR_MS:
            return None
        return Withheld()

    def _abandon(self) -> None:
        self._keys, self._framed, self._alt_digits = [], False, ""

    def _complete(self, terminator: str, at_ms: int) -> Burst | None:
        """Judge the keys held: a scan, or typing that has long been delivered."""
        keys, framed = self._keys, self._framed
        self._abandon()
        start = 0 if framed and terminator != "silence" else self._start_of_scan(keys)
        if start is None or not keys:
            return None
        text = _text(keys[start:])
        self._completed_at = at_ms
        self.separators_seen = self.separators_seen or GS in text
        return Burst(text, keys[start].at_ms, len(keys) - start, terminator, _text(keys[:start]))

    def _start_of_scan(self, keys: list[Key]) -> int | None:
        """Return the rank of the scan's first key, what comes before it being typed by hand; None for no scan."""
        for start in _possible_starts(keys, self._min_length):
            if self._has_key(_text(keys[start:])):
                return start
        return 0 if self._is_fast(keys) and len({key.text for key in keys}) > 1 else None


def _is_alt_digit(key: Key) -> bool:
    return key.alt and not key.ctrl and key.text in _DIGITS


def _text(keys: list[Key]) -> str:
    return "".join(key.text for key in keys)


def _gaps(keys: list[Key]) -> list[int]:
    return [after.at_ms - before.at_ms for before, after in itertools.pairwise(keys)]


def _median_gap(keys: list[Key]) -> float:
    return statistics.median(_gaps(keys)) if len(keys) > 1 else 0


def _possible_starts(keys: list[Key], min_length: int) -> list[int]:
    """Return where a scan may begin: at the first key, and after each pause that stands out from the others."""
    if len(keys) < min_length:
        return []
    usual = _median_gap(keys)
    pauses = [rank for rank, gap in enumerate(_gaps(keys), 1) if gap > 4 * usual and gap > 15]
    return [0, *(rank for rank in pauses if len(keys) - rank >= min_length)]
