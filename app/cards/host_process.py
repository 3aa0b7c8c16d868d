"""How is somebody else's library asked something when it may hang or break down? In a process that is ended then.

A call inside a library can't be stopped, and one that hung would hold every later one: a thread would be lost with it.
Measured with SoftHSM2: 0.1 s to begin process and library, once; a few milliseconds a call afterwards.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from app.cards import module_host

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO

_PATIENCE_S = 2.0


class HostProcess:
    """The process of one library; begun at the first order, and again after it was ended or broke down."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        slow: Callable[[], Exception],
        died: Callable[[], Exception],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Run this Python with ``arguments``; ``slow`` and ``died`` make what an order raises where it fails."""
        self._arguments, self._environment = tuple(arguments), environment
        self._slow, self._died = slow, died
        self._lock = threading.Lock()
        self._closing = False
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def ask(self, order: dict[str, Any], seconds: float, secret: bytearray | None = None) -> dict[str, Any]:
        """Give an order and return its answer, within ``seconds``, the wait for an order under way included.

        ``secret`` follows it, and is zeroed here and there. Where it is slow or dead, its process is
        ended and what stands for that is raised.
        """
        end = time.monotonic() + seconds
        try:
            if not self._lock.acquire(timeout=seconds):
                raise self._slow()
            try:
                return self._ask(order, end, secret)
            finally:
                self._lock.release()
        finally:
            if secret is not None:
                secret[:] = bytes(len(secret))

    @property
    def is_running(self) -> bool:
        """True while the process lives."""
        process = self._process
        return process is not None and process.poll() is None

    def close(self) -> None:
        """End the process: at once, even in the middle of an order or of its start; the order fails."""
        # Said first: a process that is being started is not ours to end yet, and is ended by who starts it.
        self._closing = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._end()
            self._closing = False

    def _ask(self, order: dict[str, Any], end: float, secret: bytearray | None) -> dict[str, Any]:
        process = self._running()
        if self._closing:
            self._end()
            raise self._died()
        assert process.stdin is not None
        try:
            _write(process.stdin, module_host.frame_of({**order, "secret": len(secret or b"")}))
            # Apart, and from the caller's own bytes: a code is never part of a text.
            _write(process.stdin, secret or b"")
            answer = self._answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty as error:
            self._end()
            raise self._slow() from error
        except OSError as error:
            self._end()
            raise self._died() from error
        if answer is None:
            self._end()
            raise self._died()
        told: dict[str, Any] = json.loads(answer)
        return told

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(  # noqa: S603 -- our own file
                [sys.executable, "-P", *self._arguments],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=None if self._environment is None else dict(self._environment),
                # Windows would open a black window for it.
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            self._answers = queue.SimpleQueue()
            listener = threading.Thread(
                target=_listen, args=(self._process.stdout, self._answers), name="card library", daemon=True
            )
            listener.start()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        # One that waits for a driver is ended by the system when the driver answers; nobody waits for that here.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE_S)
        assert process.stdin is not None
        process.stdin.close()


def _listen(stream: IO[bytes], answers: queue.SimpleQueue[bytes | None]) -> None:
    """Hand over each answer, then the end: on a thread, as a pipe can't be waited for with a limit on every system."""
    with stream:
        while True:
            frame = module_host.read_frame(stream)
            answers.put(frame)
            if frame is None:
                return


def _write(stream: IO[bytes], content: bytes | bytearray) -> None:
    """Write everything, however little a pipe takes at a time."""
    left = memoryview(content)
    while left:
        left = left[stream.write(left) :]
