"""What does the technician see of the card readers: which are there, what they hold, and what a test of one gave?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderState:
    """A reader as it is now; ``card`` is empty without one, ``last_exchange`` when a card last answered there."""

    reader: str
    card: str = ""
    is_mute: bool = False
    last_exchange: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleState:
    """The module for professional cards: ``found`` with its path and version, else why not, and what to do."""

    found: bool
    path: str = ""
    description: str = ""
    version: str = ""
    code: str = ""
    text: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderTest:
    """What a test of a reader gave: facts in order (name, value), and what is wrong; ``took_ms`` how long it lasted."""

    reader: str
    facts: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    took_ms: int = 0

    @property
    def passed(self) -> bool:
        """True where the card answered as it should."""
        return bool(self.facts) and not self.findings


class ReaderBench(Protocol):
    """What tests the readers of this workstation; asks no code, writes nothing."""

    def readers(self) -> tuple[ReaderState, ...]:
        """Return the readers. Raises the EnvironmentFailure of their service."""
        ...

    def module(self) -> ModuleState:
        """Return the state of the module for professional cards."""
        ...

    def module_places(self) -> tuple[str, ...]:
        """Return where the module is looked for without setting."""
        ...

    def authorities(self) -> int:
        """Return how many authorities of certification are known here."""
        ...

    def test(self, reader: str) -> ReaderTest:
        """Read the card of a reader, as far as anyone may, and say what came of it; names and numbers are masked."""
        ...
