"""Over which line is INSi asked here: by the certificate of the officine, by a professional’s card, or in a simulation?"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding
from app.officine.patients.insi_model import InsiMode

if TYPE_CHECKING:
    from app.cards.professional_desk import ProfessionalDesk
    from app.cards.virtual_cps import VirtualAuthority
    from app.officine.patients.insi_model import InsiSettings
    from app.officine.secrets.certificates import Certificates
    from app.sandbox.insi.server import InsiServer
    from app.store.database import Database

USAGE = "authentification"
"""The certificate of the officine that INSi is asked with, as its usage was named at import."""
_NAME = "GALIEN"


class DemoInsi:
    """The simulated INSi of a demonstration: begun at the first call, on this machine only."""

    def __init__(self, authority: VirtualAuthority) -> None:
        """Trust the professional cards of ``authority``."""
        self._authority = authority
        self._lock = threading.Lock()
        self._server: InsiServer | None = None

    @property
    def server(self) -> InsiServer:
        """The server, begun where it is not yet."""
        from app.sandbox.insi.server import InsiServer  # noqa: PLC0415 -- only a demonstration that asks INSi

        with self._lock:
            if self._server is None:
                self._server = InsiServer(card_authorities=(self._authority.der,))
                self._server.start()
            return self._server

    def stop(self) -> None:
        """End the server."""
        with self._lock:
            if self._server is not None:
                self._server.stop()
                self._server = None


class InsiLine:
    """The line of one workstation (``patients.insi_ports.InsiLine``)."""

    def __init__(
        self, db: Database, certificates: Certificates, cards: ProfessionalDesk, demo: DemoInsi | None
    ) -> None:
        """Call with the certificate of the officine or the card that is in; ``demo`` answers where there is one."""
        self._db = db
        self._certificates = certificates
        self._cards = cards
        self._demo = demo

    @property
    def is_simulated(self) -> bool:
        """True where the answers are of a simulation."""
        return self._demo is not None

    def check(self, settings: InsiSettings, mode: InsiMode) -> list[Finding]:
        return []

    def needs_code(self, mode: InsiMode) -> bool:
        return False

    def caller(self, mode: InsiMode) -> str:
        return ""

    def close(self) -> None:
        pass


def defect_of_authorities(pem: str) -> str:
    return ""
