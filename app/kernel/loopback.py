"""How is a simulation kept from reaching anything but this machine?"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

from app.kernel.errors import RemoteFailure

_LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
_WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo"})
_closed = False


def is_loopback(host: str | bytes | None) -> bool:
    """Return True for a name or address of this machine only; None is a wildcard of this machine."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name.lower() in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def close_network() -> None:
    """Refuse every connection and name look-up outside this machine, until the process ends.

    There is no way back, so that nothing done later in a simulation can reach a real service. Libraries
    that open sockets outside Python (libpq) are not covered: their addresses are checked when they are read.
    """
    global _closed  # noqa: PLW0603 -- an audit hook is of the process, and can't be taken away
    if not _closed:
        _closed = True
        sys.addaudithook(_refuse_remote)


def _refuse_remote(event: str, args: tuple[Any, ...]) -> None:
    if event not in _WATCHED:
        return
    host = args[0] if event == "socket.getaddrinfo" else _host_of(args[1])
    if not is_loopback(host):
        raise RemoteFailure(
            "Une simulation ne contacte aucun service extérieur.",
            code="GAL-DIS-01",
            advice="Utilisez un dossier de données de production pour les services réels.",
        )


def _host_of(address: object) -> str | None:
    """Return the host of an Internet address; None for the address of a local socket."""
    return str(address[0]) if isinstance(address, tuple) else None
