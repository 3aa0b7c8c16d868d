"""What does the publisher's SESAM-Vitale library say of a card, without holding anybody up?

It is called in a process of its own, one call at a time: it is not re-entrant, may wait for a reader, and a call inside
it can't be stopped. A call that does not come back is ended with the process, as one that breaks it is; the next one
begins another.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import app
from app.cards import fsv_failures
from app.cards.fsv_failures import FsvBusy, FsvDied, FsvFailure, FsvSlow, failure_of
from app.cards.fsv_library import Group, present
from app.cards.host_process import HostProcess

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

_END_S = 1.0
_HOST = "app.cards.fsv_host"
LIMIT_S = 20.0
"""How long a reading may take: with its reader, the library reads two cards and speaks to the person's keypad."""


class FsvDesk:
    """The SESAM-Vitale library of one workstation, loaded at its first use."""

    is_simulated = False
    needs_code = True
    """The library asks for the holder's code of the CPS with each reading."""

    def __init__(
        self,
        paths: Sequence[str],
        *,
        resources: tuple[str, str],
        version: str = "",
        limit_s: float = LIMIT_S,
    ) -> None:
        """Use the files of ``paths``; ``resources`` are the names of galss.ini: the CPS's slot, the reader."""
        self._paths, self._resources, self._limit_s = tuple(paths), resources, limit_s
        place = Path(app.__file__).parent.parent
        self._process = HostProcess(
            ["-m", _HOST, version, *paths],
            slow=_slow,
            died=_died,
            environment={**os.environ, "PYTHONPATH": str(place)},
        )
        self._under_way = threading.Lock()

    def config(self) -> tuple[Group, ...]:
        """Return the versions and the readers (groups 60 to 64). Raises FsvFailure."""
        return self._call({"do": "config"})

    def rights(self, code: bytearray, day: dt.date) -> tuple[Group, ...]:
        """Return the groups of the Vitale that is in (101 to 111), for a day. Raises FsvFailure.

        Where the time is over before the library is open, the code is not presented: no try of it is wasted.
        """
        return self._call({"do": "rights", "resources": self._resources, "day": f"{day:%Y%m%d}"}, bytearray(code))

    def close(self) -> None:
        """Give the library back, unless a call still holds it; then end its process."""
        try:
            if self._process.is_running:
                self._call({"do": "close"}, limit_s=_END_S)
        except FsvFailure:
            # It is ended all the same: what held it is no longer of use.
            pass
        finally:
            self._process.close()

    def _call(self, order: dict[str, Any], secret: bytearray | None = None, limit_s: float = 0.0) -> tuple[Group, ...]:
        """Give an order and return its groups. Raises FsvFailure; FsvBusy where a call before has not ended."""
        try:
            present(self._paths)
            if not self._under_way.acquire(blocking=False):
                raise FsvBusy("La bibliothèque SESAM-Vitale n’a pas fini l’appel précédent.")
            try:
                told = self._process.ask(order, limit_s or self._limit_s, secret)
            finally:
                self._under_way.release()
        finally:
            if secret is not None:
                secret[:] = bytes(len(secret))
        if "status" in told:
            raise failure_of(told["status"])
        if "failure" in told:
            kind: type[FsvFailure] = getattr(fsv_failures, told["failure"])
            raise kind(told["text"], advice=told["advice"])
        return tuple(Group(number, tuple(values)) for number, values in told["groups"])


def _slow() -> FsvSlow:
    return FsvSlow("La bibliothèque SESAM-Vitale n’a pas répondu à temps.")


def _died() -> FsvDied:
    return FsvDied("La bibliothèque SESAM-Vitale s’est arrêtée d’elle-même.")
