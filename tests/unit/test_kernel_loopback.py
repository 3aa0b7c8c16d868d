"""Can a simulation reach anything but this machine?"""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.kernel.loopback import is_loopback

_PROBE = """
import socket
from app.kernel.errors import RemoteFailure
from app.kernel.loopback import close_network
close_network()
close_network()
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
refused = 0
for attempt in (
    lambda: socket.create_connection(("192.0.2.1", 443), timeout=1),
    lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 443)),
    lambda: socket.getaddrinfo("annuaire.example", 443),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
):
    try:
        attempt()
    except RemoteFailure as failure:
        refused += failure.code == "GAL-DIS-01"
print(refused)
"""


@pytest.mark.req("OFF-SIM-01")
def test_a_simulation_talks_to_this_machine_only() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", _PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "4"


@pytest.mark.parametrize("host", [None, "", "localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", b"127.0.0.1"])
def test_this_machine(host: str | bytes | None) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "0.0.0.0", "::", "127.0.0.1.example", "example", "10.0.0.1", "fe80::1%lo"]
)
def test_anything_else(host: str) -> None:
    assert not is_loopback(host)
