"""How is one HTTPS call made that ends in time, at the first wish, and whatever the other side does?

One call is one connection: nothing is kept between two. The answer is read as it comes, up to a size; no redirection
is followed; nothing is unpacked. Under a simulation (``app.kernel.loopback``) only this machine is reached.
"""

from __future__ import annotations

import asyncio
import socket
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.errors import RemoteFailure
from app.kernel.loopback import is_loopback
from app.remote import tls
from app.remote.http_failures import HttpFailure, HttpReason

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence

_HTTPS = 443
_HEAR_S = 1.0
"""How long a server is given to say why it cut the line."""

_TICK_S = 0.05
"""How often a call looks whether it is still wanted."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer, whatever its status; ``content_type`` without its parameters, in lower case."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a call may last: until the line is open, then until the answer is whole (s); and its size (bytes)."""

    connect_s: float = 5.0
    read_s: float = 15.0
    largest: int = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Who is called: ``service`` as told to people, its ``address`` (https), the ends of names it may bear.

    ``is_mutual``: the context presents a certificate of ours.
    """

    service: str
    address: str
    context: ssl.SSLContext
    server_names: Sequence[str] = ()
    is_mutual: bool = False


def never() -> bool:
    """Return False: nobody cancels."""
    return False


def post(
    target: Target,
    content: bytes,
    headers: Mapping[str, str],
    *,
    limits: Limits,
    is_cancelled: Callable[[], bool] = never,
) -> HttpAnswer:
    """Send ``content`` and return the answer. Raises HttpFailure; waits in this thread, for as long as ``limits`` say.

    Only the system’s look-up of a name can’t be interrupted: given up, it ends by itself in a thread of its own.
    """
    call = _Call(target, content, headers, limits, is_cancelled)
    lookups = ThreadPoolExecutor(max_workers=1, thread_name_prefix="galien-lookup")
    loop = asyncio.new_event_loop()
    loop.set_default_executor(lookups)
    try:
        return loop.run_until_complete(call.run())
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        lookups.shutdown(wait=call.is_connected, cancel_futures=True)


class _Call:
    """One call, and how far it went."""

    def __init__(
        self,
        target: Target,
        content: bytes,
        headers: Mapping[str, str],
        limits: Limits,
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._target = target
        self._content = content
        # Nothing packed: a small answer can't become a large one.
        self._headers = {**headers, "Accept-Encoding": "identity"}
        self._limits = limits
        self._is_cancelled = is_cancelled
        self._host = urllib.parse.urlsplit(target.address).hostname or ""
        self._until = time.monotonic() + limits.connect_s
        self.is_connected = False
        self._status = 0
        self._body = bytearray()

    async def run(self) -> HttpAnswer:
        """Make the call, and watch it from outside."""
        task = asyncio.ensure_future(self._exchange())
        try:
            while not task.done():
                if self._is_cancelled():
                    raise self._failure(HttpReason.CANCELLED)
                if time.monotonic() > self._until:
                    raise self._slow()
                await asyncio.wait({task}, timeout=_TICK_S)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return task.result()

    async def _exchange(self) -> HttpAnswer:
        import httpx2  # noqa: PLC0415 -- loaded by the first call only

        try:
            return await self._send(httpx2)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ExceptionGroup) as error:
            failure = self._named(error)
            if isinstance(failure, HttpFailure) and failure.reason is HttpReason.CUT and not self._status:
                defect = await self._refusal() if self._target.is_mutual else None
                failure = failure if defect is None else self._failure(HttpReason.TLS, defect)
            raise failure from error

    async def _refusal(self) -> tls.TlsDefect | None:
        """Return why the server refuses our certificate, where that is why it cut the line; None where it does not.

        In TLS 1.3 it says so after the line is open, and what it says is lost where it goes while the request is still
        being sent. So the line is opened once more and nothing is sent: what it says can then be heard.
        """
        try:
            async with asyncio.timeout(_HEAR_S):
                port = urllib.parse.urlsplit(self._target.address).port or _HTTPS
                reader, writer = await asyncio.open_connection(self._host, port, ssl=self._target.context)
                try:
                    await reader.read(1)
                finally:
                    writer.transport.abort()
        except (OSError, TimeoutError) as error:
            return tls.defect_of(error)
        return None

    async def _send(self, httpx2: Any) -> HttpAnswer:  # noqa: ANN401 -- the library, loaded at first use
        # A proxy of the system is for what lies beyond this machine.
        around = not is_loopback(self._host)
        client = httpx2.AsyncClient(verify=self._target.context, timeout=None, trust_env=around)
        extensions = {"trace": self._watch}
        async with (
            client,
            client.stream(
                "POST", self._target.address, content=self._content, headers=self._headers, extensions=extensions
            ) as answer,
        ):
            self._status = answer.status_code
            async for block in answer.aiter_raw():
                self._body += block
                if len(self._body) > self._limits.largest:
                    raise self._failure(HttpReason.TOO_LARGE)
            if answer.headers.get("content-encoding", "identity").lower() != "identity":
                raise self._failure(HttpReason.NOT_HTTP)
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            return HttpAnswer(self._status, kind, bytes(self._body))

    async def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Hear that the line is open: the server’s name is checked before anything is sent, the time begins anew."""
        if not event.endswith("start_tls.complete"):
            return
        self.is_connected = True
        self._until = time.monotonic() + self._limits.read_s
        stream = info["return_value"]
        names = tls.names_of(stream.get_extra_info("ssl_object"))
        if not tls.is_admitted(names, self._target.server_names):
            await stream.aclose()
            raise self._failure(HttpReason.TLS, tls.TlsDefect.SERVER_FOREIGN)

    def _named(self, error: Exception) -> RemoteFailure:
        """Return the failure that an exception of the library stands for."""
        causes = list(tls.causes(error))
        known = next((cause for cause in causes if isinstance(cause, RemoteFailure)), None)
        if known is not None:
            return known
        defect = tls.defect_of(error)
        if defect is not None:
            return self._failure(HttpReason.TLS, defect)
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return self._failure(HttpReason.NO_NAME)
        if not self.is_connected:
            return self._failure(HttpReason.UNREACHABLE)
        is_gone = any(isinstance(cause, OSError | EOFError) or _is_broken(cause) for cause in causes)
        return self._failure(HttpReason.CUT if is_gone else HttpReason.NOT_HTTP)

    def _slow(self) -> HttpFailure:
        if self.is_connected:
            return self._failure(HttpReason.ANSWER_SLOW, seconds=self._limits.read_s)
        return self._failure(HttpReason.CONNECT_SLOW, seconds=self._limits.connect_s)

    def _failure(self, reason: HttpReason, defect: tls.TlsDefect | None = None, *, seconds: float = 0) -> HttpFailure:
        return HttpFailure(
            reason,
            service=self._target.service,
            host=self._host,
            seconds=seconds,
            tls=defect,
            status=self._status,
            body=bytes(self._body),
        )


def _is_broken(error: BaseException) -> bool:
    """Return True for a line that ended before the answer did, which the library has several words for."""
    words = str(error)
    return type(error).__name__ in {"ReadError", "WriteError", "BrokenResourceError"} or any(
        part in words for part in ("without sending complete", "disconnected without", "incomplete chunked")
    )
