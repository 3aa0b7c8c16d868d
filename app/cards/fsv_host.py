"""How is the publisher's SESAM-Vitale library called without its faults becoming ours? In this process of its own.

Started by ``fsv``, with the version wanted and the files of the library; orders and answers are those of
``module_host``. The code of the holder follows the order as bytes, and is zeroed once the library has had it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from app.cards.fsv_failures import FsvFailure, FsvSays
from app.cards.fsv_library import Library
from app.cards.module_host import serve_orders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.cards.fsv_library import Group


class Host:
    """The library, loaded at the first order."""

    def __init__(self, paths: Sequence[str], version: str) -> None:
        """Serve the library in the files of ``paths``; ``version`` is the only one wanted (empty: any)."""
        self._paths, self._version = tuple(paths), version
        self._library: Library | None = None

    def serve(self, order: dict[str, Any], secret: bytearray) -> dict[str, Any]:
        """Carry out an order; return its groups, or what stood in the way."""
        work: Callable[[dict[str, Any], bytearray], tuple[Group, ...]] = getattr(self, f"do_{order['do']}")
        try:
            return {"groups": work(order, secret)}
        except FsvSays as failure:
            return {"status": failure.status}
        except FsvFailure as failure:
            return {"failure": type(failure).__name__, "text": failure.text, "advice": failure.advice}

    def do_config(self, _order: dict[str, Any], _secret: bytearray) -> tuple[Group, ...]:
        """Read the versions and the readers."""
        return self._opened().config()

    def do_rights(self, order: dict[str, Any], secret: bytearray) -> tuple[Group, ...]:
        """Read what the Vitale says of rights on the day of the order."""
        professional, reader = order["resources"]
        return self._opened().rights((professional, reader), secret, order["day"])

    def do_close(self, _order: dict[str, Any], _secret: bytearray) -> tuple[Group, ...]:
        """Give the library back."""
        library, self._library = self._library, None
        if library is not None:
            library.close()
        return ()

    def _opened(self) -> Library:
        if self._library is None:
            self._library = Library(self._paths, self._version)
        return self._library


if __name__ == "__main__":
    serve_orders(Host(sys.argv[2:], sys.argv[1]).serve)
