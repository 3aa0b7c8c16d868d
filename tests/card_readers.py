"""A real pcscd with two virtual slots, started by the tests themselves, and the cards put into them.

Needs the packages pcscd and vsmartcard-vpcd. The slots listen on every interface, so that the service runs in a network
namespace of its own where the system allows one, and there with a socket of its own: another service on this machine,
or what one left behind, is not in the way. Elsewhere it runs as the machine's only one.
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from needs import missing

from app.cards.pcsc import PcscTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLACE = Path("/run/pcscd")
"""Where the service of this machine has its socket."""
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PORTS = (35963, 35964)
READERS = ("Virtual PCD 00 00", "Virtual PCD 00 01")
_POWER_OFF, _POWER_ON, _RESET, _GET_ATR = 0, 1, 2, 4
_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_QUICK = getattr(socket, "TCP_QUICKACK", None)


def _may_isolate() -> bool:
    command = shutil.which("unshare")
    if command is None:
        return False
    return subprocess.run([command, "--net", "--mount", "--", "true"], capture_output=True, check=False).returncode == 0


ISOLATED = _may_isolate()
FOLDER = Path(tempfile.mkdtemp(prefix="galien-pcsc-")) if ISOLATED else PLACE
SOCKET = FOLDER / "pcscd.comm"
if ISOLATED:
    # Read once by the library of the readers, at its first use in a process: for the whole run, and what it starts.
    os.environ["PCSCLITE_CSOCK_NAME"] = str(SOCKET)
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


class Card(Protocol):
    """What is put into a slot."""

    @property
    def atr(self) -> bytes:
        """The answer to reset; empty: no card at all for this driver."""
        ...

    def reset(self) -> None:
        """Begin anew."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """Answer one command."""
        ...


class Service:
    """The PC/SC service, which a test may kill and start again."""

    def __init__(self, folder: Path) -> None:
        """Keep the configuration in ``folder``."""
        self._folder = folder
        self._folder.mkdir()
        (folder / "vpcd").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH {DRIVER}\nCHANNELID 0x8C7B\n', "ascii"
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        """True while the service runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the service, and wait until it answers."""
        command = ["pcscd", "-f", "-c", str(self._folder)]
        if ISOLATED:
            within = f'mkdir -p {PLACE} && mount --bind "$0" {PLACE} && exec "$@"'
            command = ["unshare", "--net", "--mount", "--", "sh", "-c", within, str(FOLDER), *command]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: SOCKET.exists() or not self.runs, 10)
        assert self.runs, "pcscd did not start"
        if ISOLATED:
            self._inside(_loopback_up)
        wait_until(self._listens, 10)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the service: in good order, or at once."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(10)
        if how is signal.SIGKILL:
            SOCKET.unlink(missing_ok=True)
            SOCKET.with_name("pcscd.pid").unlink(missing_ok=True)

    def connect(self, port: int) -> socket.socket:
        """Return a connection to a slot, made where the service lives."""
        return self._inside(lambda: socket.create_connection(("127.0.0.1", port), timeout=5))

    def _listens(self) -> bool:
        """Return True once both slots take a card; the trial leaves no card behind."""
        table = Path(f"/proc/{self._process.pid}/net/tcp" if self._process else "/nowhere").read_text("ascii")
        return all(f":{port:04X} 00000000:0000 0A" in table for port in PORTS)

    def _inside(self, work: Callable[[], object]) -> object:
        """Do something in the network of the service, on a thread that is thrown away."""
        if not ISOLATED:
            return work()
        answers: list[object] = []

        def enter() -> None:
            assert self._process is not None
            with Path(f"/proc/{self._process.pid}/ns/net").open("rb") as space:
                assert ctypes.CDLL(None, use_errno=True).setns(space.fileno(), _CLONE_NEWNET) == 0
            answers.append(work())

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join(10)
        assert answers, "nothing can be done in the network of pcscd"
        return answers[0]


class Slot:
    """A virtual slot: a card is inserted by connecting to it, and pulled by leaving."""

    def __init__(self, service: Service, port: int) -> None:
        """Use the slot of ``service`` that listens on ``port``."""
        self._service, self._port = service, port
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self.drop_after: int | None = None
        self.delay_s = 0.0

    def insert(self, card: Card) -> None:
        """Put a card in."""
        self.pull()
        self._socket = self._service.connect(self._port)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._serve, args=(self._socket, card), daemon=True)
        self._thread.start()

    def pull(self) -> None:
        """Pull the card out; nothing where there is none."""
        taken, self._socket = self._socket, None
        if taken is not None:
            _hang_up(taken)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)
            self._thread = None
        self.drop_after, self.delay_s = None, 0.0

    def _serve(self, link: socket.socket, card: Card) -> None:
        while True:
            head = _receive(link, 2)
            message = None if head is None else _receive(link, struct.unpack(">H", head)[0])
            if message is None:
                return
            if len(message) > 1:
                if self.drop_after is not None:
                    self.drop_after -= 1
                    if self.drop_after < 0:
                        _hang_up(link)
                        return
                if self.delay_s:
                    time.sleep(self.delay_s)
                _send(link, card.transmit(message))
            elif message[0] == _GET_ATR:
                _send(link, card.atr)
            elif message[0] in {_POWER_OFF, _POWER_ON, _RESET}:
                card.reset()


def wait_until(condition: Callable[[], bool], seconds: float = 5) -> float:
    """Wait until something holds; return how long that took. Fails after ``seconds``."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "it never came to the state expected"
        time.sleep(0.005)
    return time.monotonic() - begun


@pytest.fixture(scope="session")
def pcsc_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The PC/SC service with two virtual slots."""
    if sys.platform != "linux" or shutil.which("pcscd") is None or not DRIVER.exists():
        missing("pcscd or vsmartcard-vpcd is not installed")
    pytest.importorskip("smartcard") if os.environ.get("CI") != "true" else __import__("smartcard")
    if _is_served():
        missing(f"another pcscd serves {SOCKET}")
    service = Service(tmp_path_factory.mktemp("pcsc") / "readers")
    service.start()
    yield service
    if service.runs:
        service.stop()


@pytest.fixture
def pcscd(pcsc_service: Service) -> Service:
    """The service, running: started again where the test before left it dead."""
    if not pcsc_service.runs:
        pcsc_service.start()
    return pcsc_service


@pytest.fixture
def slots(pcscd: Service) -> Iterator[tuple[Slot, Slot]]:
    """Two empty slots."""
    pair = Slot(pcscd, PORTS[0]), Slot(pcscd, PORTS[1])
    # The service looks at its slots now and then: the card of the test before may still be there for it.
    wait_until(lambda: not any(slot.present for slot in PcscTransport().slots()), 10)
    yield pair
    for slot in pair:
        slot.pull()


def _is_served() -> bool:
    """Return True where a service answers; the socket of one that was killed is taken away."""
    with socket.socket(socket.AF_UNIX) as trial:
        try:
            trial.connect(str(SOCKET))
        except ConnectionRefusedError:
            with suppress(OSError):
                SOCKET.unlink()
            return False
        except OSError:
            return False
    return True


def _loopback_up() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, _SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))
    return True


def _receive(link: socket.socket, count: int) -> bytes | None:
    got = b""
    while len(got) < count:
        try:
            if _QUICK is not None:
                # The driver sends length and body apart: without this, 40 ms more for each command.
                link.setsockopt(socket.IPPROTO_TCP, _QUICK, 1)
            part = link.recv(count - len(got))
        except OSError:
            return None
        if not part:
            return None
        got += part
    return got


def _send(link: socket.socket, data: bytes) -> None:
    try:
        link.sendall(struct.pack(">H", len(data)) + data)
    except OSError:
        return


def _hang_up(link: socket.socket) -> None:
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
    finally:
        link.close()
