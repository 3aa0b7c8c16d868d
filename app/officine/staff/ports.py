"""What does sign-in ask of the professional card, without knowing readers and certificates?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.kernel.outcome import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderCard:
    """Whose professional card is in the reader, as read before any PIN.

    ``serial`` names the card; ``rpps`` is the national identifier of its certificate, empty for a card without one.
    ``tries_left`` is None where the card does not tell; ``pinpad``: the PIN is typed on the reader, never here.
    """

    serial: str
    rpps: str
    family_name: str
    given_name: str
    profession_code: str = ""
    profession_label: str = ""
    tries_left: int | None = None
    pinpad: bool = False
    is_test: bool = False

    @property
    def name(self) -> str:
        """The holder as the team says it."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One place of work that the card names: how its holder works there, and for which structure."""

    mode: str = ""
    structure_id: str = ""
    structure_name: str = ""
    sector: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardProof:
    """What a card gives once its PIN was right: the challenge signed, and the certificate of the key."""

    holder: HolderCard
    certificate_der: bytes
    signature: bytes
    situations: tuple[Situation, ...] = ()


class ProfessionalCards(Protocol):
    """The reader of professional cards of this workstation."""

    def holder(self) -> HolderCard | None:
        """Return whose card is in; None where there is none. Raises the EnvironmentFailure of the card."""
        ...

    def is_present(self, serial: str) -> bool:
        """Return True while the card of that number is in a reader; asks no card."""
        ...

    def prove(self, pin: bytearray, challenge: bytes) -> CardProof:
        """Return the challenge signed by the authentication key. Raises the EnvironmentFailure of the card."""
        ...

    def notices(self) -> list[Finding]:
        """Return what is to be said of the card that is in, once the workstation is open: soon over, say."""
        ...


class CardTrust(Protocol):
    """Judges what a card signed."""

    def check(self, proof: CardProof, challenge: bytes, *, production: bool) -> list[Finding]:
        """Return why the proof does not hold: signature, dates, chain, another holder; a test card in production."""
        ...
