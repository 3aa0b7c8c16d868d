"""What does the officine ask of the line to INSi, and how is it told that a call failed?"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Protocol

from app.kernel.errors import RemoteFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.kernel.outcome import Finding
    from app.officine.patients.insi_model import Answer, InsiMode, InsiSettings, Question


class FailureKind(enum.StrEnum):
    """What a failed call is due to."""

    SETTINGS = "settings"
    INPUT = "input"
    SERVICE = "service"
    NETWORK = "network"
    CERTIFICATE = "certificate"
    ANSWER = "answer"
    CANCELLED = "cancelled"
    CARD = "card"


class InsiFailed(RemoteFailure):
    """INSi did not answer, or refused.

    ``may_retry`` is True where the same call may succeed later; ``fault`` is the service’s own code
    (``siram_40/insi_111``), empty where it gave none.
    """

    def __init__(
        self,
        text: str,
        *,
        code: str,
        advice: str,
        kind: FailureKind,
        may_retry: bool = False,
        fault: str = "",
        severity: str = "",
        http_status: int = 0,
        raw_request: bytes = b"",
        raw_answer: bytes = b"",
    ) -> None:
        """Say what happened, and keep the exchange as far as it went."""
        super().__init__(text, code=code, advice=advice)
        self.kind = kind
        self.may_retry = may_retry
        self.fault = fault
        self.severity = severity
        self.http_status = http_status
        self.raw_request = raw_request
        self.raw_answer = raw_answer


class InsiLine(Protocol):
    """The line to INSi of this workstation."""

    @property
    def is_simulated(self) -> bool:
        """True where the answers are of a simulation."""
        ...

    def check(self, settings: InsiSettings, mode: InsiMode) -> Sequence[Finding]:
        """Return what is missing before a call may be made in ``mode``: address, certificate, card; nothing is sent."""
        ...

    def needs_code(self, mode: InsiMode) -> bool:
        """Return True where the holder’s code of the professional card is to be given with the next call."""
        ...

    def caller(self, mode: InsiMode) -> str:
        """Return who calls, as INSi is told; empty where it can’t be known yet."""
        ...

    def ask(
        self,
        question: Question,
        settings: InsiSettings,
        mode: InsiMode,
        code: bytearray | None,
        is_cancelled: Callable[[], bool],
    ) -> Answer:
        """Make one call; ``code`` is zeroed. Raises InsiFailed, or the EnvironmentFailure of the card."""
        ...

    def inject(self, content: bytes) -> None:
        """Let the next answer be this one, whole: in a simulation only. Raises InsiFailed elsewhere."""
        ...

    def forget(self) -> None:
        """Forget what the card of a professional signed: another person works here now."""
        ...

    def close(self) -> None:
        """Give up what is open."""
        ...
