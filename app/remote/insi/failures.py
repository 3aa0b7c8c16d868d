"""In which ways does a call of INSi fail, and is it worth calling again?"""

from __future__ import annotations

import enum

from app.kernel.errors import RemoteFailure
from app.kernel.text import typographic


class FailureKind(enum.StrEnum):
    """What a failed call is due to, which says who can mend it."""

    SETTINGS = "settings"
    INPUT = "input"
    SERVICE = "service"
    NETWORK = "network"
    CERTIFICATE = "certificate"
    ANSWER = "answer"
    CANCELLED = "cancelled"
    CARD = "card"


class InsiFailure(RemoteFailure):
    """A call that gave no answer to read.

    ``subcode`` (``siram_40``), ``fault`` (``insi_111``) and ``severity`` are the service’s own words where it refused;
    ``may_retry`` is True where the same question may succeed later; ``request`` and ``answer`` are the exchange as far
    as it went, ``http_status`` 0 where none was read.
    """

    def __init__(
        self,
        text: str,
        *,
        code: str,
        advice: str,
        kind: FailureKind,
        may_retry: bool = False,
        subcode: str = "",
        fault: str = "",
        severity: str = "",
        request: bytes = b"",
        answer: bytes = b"",
        http_status: int = 0,
        message_id: str = "",
    ) -> None:
        """Say what happened and what to do, in French, and keep the exchange."""
        super().__init__(typographic(text), code=code, advice=typographic(advice))
        self.kind = kind
        self.may_retry = may_retry
        self.subcode = subcode
        self.fault = fault
        self.severity = severity
        self.request = request
        self.answer = answer
        self.http_status = http_status
        self.message_id = message_id
