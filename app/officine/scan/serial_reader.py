"""How does a scanner on a serial port (USB-COM) deliver whole frames, and what happens when it is unplugged?"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol

from app.kernel.errors import EnvironmentFailure
from app.officine.scan.service import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger("galien.scan")

_TERMINATORS = b"\r\n\x03"
BAUD = 9600
SILENCE_S = 0.05
RETRY_S = 1.0


class ScannerUnplugged(EnvironmentFailure):
    """The serial port of the scanner is absent, taken by another program, or has just gone."""

    code = "GAL-ENV-20"
    advice = "Rebranchez la douchette : elle est reprise d’elle-même. Vérifiez le port dans Réglages, Douchette."


class Port(Protocol):
    """What the reader needs of an open serial port."""

    @property
    def in_waiting(self) -> int:
        """How many octets have arrived."""
        ...

    def read(self, size: int, /) -> bytes:
        """Return what arrives before the silence ends: at most ``size`` octets, empty after a silence."""
        ...

    def close(self) -> None:
        """Give the port back."""
        ...


class FrameSplitter:
    """Cuts the octets of a port into frames at CR, LF or ETX, or when told that silence fell."""

    def __init__(self) -> None:
        """Begin with nothing pending."""
        self._pending = b""

    def feed(self, octets: bytes) -> list[str]:
        """Return the frames completed by these octets, without terminators; over-long ones stay over-long."""
        frames = []
        for octet in octets:
            if octet in _TERMINATORS:
                frames += self.flush()
            elif len(self._pending) <= LONGEST:
                self._pending += bytes([octet])
        return frames

    def flush(self) -> list[str]:
        """Return what is pending as a frame: silence is a terminator too."""
        pending, self._pending = self._pending.lstrip(b"\x02"), b""
        return [_decoded(pending)] if pending else []


class SerialReader:
    """Listens to a serial scanner in its own thread, and takes it back when it is plugged in again.

    ``on_frame`` gets each frame; ``on_state`` gets a ``ScannerUnplugged`` when the port goes, None when it is back.
    Both are called in the reader's thread.
    """

    def __init__(
        self,
        port: str,
        *,
        on_frame: Callable[[str], None],
        on_state: Callable[[EnvironmentFailure | None], None],
        open_port: Callable[[str], Port] | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        """Name the port (``COM3``, ``/dev/ttyACM0``); ``open_port`` is for tests."""
        self._port = port
        self._on_frame = on_frame
        self._on_state = on_state
        self._open = open_port or _open_serial
        self._retry_s = retry_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"scanner {port}", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Stop listening and give the port back."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        told = False
        while not self._stopping.is_set():
            try:
                port = self._open(self._port)
            except (OSError, ValueError) as error:
                told = self._tell_absent(error, told=told)
                self._stopping.wait(self._retry_s)
                continue
            self._on_state(None)
            told = False
            try:
                self._listen(port)
            except OSError as error:
                told = self._tell_absent(error, told=False)
            finally:
                port.close()

    def _listen(self, port: Port) -> None:
        """Read until told to stop. Raises OSError (pyserial's own derive from it) when the port goes."""
        splitter = FrameSplitter()
        while not self._stopping.is_set():
            octets = port.read(max(1, port.in_waiting))
            for frame in splitter.feed(octets) if octets else splitter.flush():
                self._on_frame(frame)

    def _tell_absent(self, error: Exception, *, told: bool) -> bool:
        """Say once that the scanner is gone; the system's own words go to the log."""
        if not told:
            _log.warning("serial scanner %s: %s", self._port, error)
            self._on_state(ScannerUnplugged(f"La douchette du port {self._port} ne répond plus."))
        return True


def _decoded(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _open_serial(port: str) -> Port:
    import serial  # type: ignore[import-untyped] # noqa: PLC0415 -- only workstations with a serial scanner need it

    opened: Port = serial.Serial(port, BAUD, timeout=SILENCE_S, exclusive=True)
    return opened
