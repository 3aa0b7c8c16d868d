"""Is this production, training or a demonstration?"""

from __future__ import annotations

import enum


class Mode(enum.StrEnum):
    """What a data folder is for; it is chosen when the folder is made and never changes."""

    DEMO = "demo"
    TRAINING = "training"
    PRODUCTION = "production"

    @property
    def is_simulated(self) -> bool:
        """True where people, services and payments are fictitious."""
        return self is not Mode.PRODUCTION

    @property
    def banner(self) -> str:
        """The words of the frame and of the watermark; empty in production."""
        return {Mode.DEMO: "SIMULATION", Mode.TRAINING: "FORMATION"}.get(self, "")
