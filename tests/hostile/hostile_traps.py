"""What notices that a file from outside reached the network: a listener on loopback that nobody should call."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Listener:
    """A server that counts its callers and says nothing."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.05)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self.calls = 0

    @property
    def url(self) -> str:
        """Where it would be called."""
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._server.close()

    def _listen(self) -> None:
        """Take calls until the end, and those that were waiting then."""
        while True:
            is_last = self._stopping.is_set()
            with contextlib.suppress(TimeoutError):
                while True:
                    self._server.accept()[0].close()
                    self.calls += 1
            if is_last:
                return
