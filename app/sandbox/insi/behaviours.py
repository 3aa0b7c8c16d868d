"""How may the simulated INSi be told to behave at its next call?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """It refuses. ``is_receiver``: for a reason of its own; ``has_attributes``: which of the two shapes of detail."""

    subcode: str
    code: str
    reason: str
    severity: str = "erreur"
    is_receiver: bool = False
    has_attributes: bool = True


@dataclass(frozen=True, slots=True)
class Delay:
    """It answers as it would, after some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Drip:
    """It answers as it would, a byte at a time, each after some seconds."""

    seconds: float = 0.05


@dataclass(frozen=True, slots=True)
class Cut:
    """It announces its whole answer, and goes after some bytes of it; None: before anything."""

    after: int | None = 40


@dataclass(frozen=True, slots=True)
class Script:
    """It answers these bytes."""

    body: bytes
    status: int = 200
    content_type: str = "application/soap+xml; charset=utf-8"


Behaviour: TypeAlias = Fault | Delay | Drip | Cut | Script

HTML = Script(b"<!DOCTYPE html><html><body>Portail du r&eacute;seau</body></html>", content_type="text/html")
UNAVAILABLE = Fault(
    subcode="siram_40",
    code="insi_111",
    severity="fatale",
    reason="Les téléservices sont momentanément indisponibles (simulation)",
    is_receiver=True,
)
