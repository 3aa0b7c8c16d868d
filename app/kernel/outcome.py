"""What did a check find, and did an act succeed? Business refusals are values, never exceptions."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from app.kernel.text import unbroken

if TYPE_CHECKING:
    from collections.abc import Iterable


T = TypeVar("T")


class Severity(enum.StrEnum):
    """How serious a finding is, from a mere note to a refusal."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for a note, 2 for a refusal."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    ``code`` is ``GAL-XXX-nn``; ``text`` says in French what was found; ``advice`` what to do;
    ``subject`` names what it is about (a line id, a file, a field), for the screen to point at.
    """

    code: str
    severity: Severity
    text: str
    advice: str = ""
    subject: str = ""

    def __post_init__(self) -> None:
        """Keep the signs of French typography with their words, wherever the finding is shown."""
        object.__setattr__(self, "text", unbroken(self.text))
        object.__setattr__(self, "advice", unbroken(self.advice))

    def as_json(self) -> dict[str, Any]:
        """Return the finding in the shape that the commands print."""
        shape: dict[str, Any] = {"code": self.code, "severity": str(self.severity), "text": self.text}
        if self.advice:
            shape["advice"] = self.advice
        if self.subject:
            shape["subject"] = self.subject
        return shape


def is_refused(findings: Iterable[Finding]) -> bool:
    """Return True when one of the findings forbids the act."""
    return any(finding.severity is Severity.ERROR for finding in findings)


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The act was done; ``value`` is what it made, ``findings`` what is worth knowing."""

    value: T
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The act was refused, nothing was written; ``findings`` say why."""

    findings: tuple[Finding, ...]


Outcome = Done[T] | Refused
