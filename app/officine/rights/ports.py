"""What does the officine ask of the card's component (FSV) and of the phone's (ApCV)?

Both give groups: a number and its fields, as the public headers of the SSV interface number them. What they mean is
said by ``reading``, for a real component and for a simulation alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence


class FsvPort(Protocol):
    """The publisher's SESAM-Vitale component."""

    @property
    def is_simulated(self) -> bool:
        """True where cards and rights are fictitious."""
        ...

    @property
    def needs_code(self) -> bool:
        """True where the holder's code of the CPS is asked for with each reading."""
        ...

    def config(self) -> Sequence[tuple[int, tuple[str, ...]]]:
        """Return the versions and the readers (groups 60 to 64). Raises EnvironmentFailure."""
        ...

    def rights(self, code: bytearray, day: dt.date) -> Sequence[tuple[int, tuple[str, ...]]]:
        """Return the groups of the Vitale that is in (101 to 111), for a day. Raises EnvironmentFailure."""
        ...

    def close(self) -> None:
        """Give the component back."""
        ...


class Context(NamedTuple):
    """A context that the phone opened: its own name, when, and the groups of its rights."""

    name: str
    opened_at: dt.datetime
    groups: Sequence[tuple[int, tuple[str, ...]]]


class ApcvPort(Protocol):
    """The component of the appli carte Vitale."""

    @property
    def is_simulated(self) -> bool:
        """True where phones and rights are fictitious."""
        ...

    def context(self, phone: str, shown_at: dt.datetime, now: dt.datetime) -> Context:
        """Return the context of the QR that a ``phone`` showed. Raises EnvironmentFailure."""
        ...
