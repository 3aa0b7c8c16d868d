"""Who acts, and from which workstation?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, or the program, in whose name something is written.

    ``staff_id`` is None for Galien itself and for what comes from outside; ``station`` names the workstation.
    """

    staff_id: int | None
    name: str
    station: str
