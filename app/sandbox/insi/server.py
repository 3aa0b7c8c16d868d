"""How does the simulated INSi answer, on two ports of this machine: one by mutual TLS, one by simple TLS and assertion?

It listens on loopback only, in threads of its own that end with it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import tempfile
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cryptography import x509
from cryptography.x509.oid import NameOID

from app.sandbox.insi import answers, people, requests, vouching
from app.sandbox.insi.behaviours import Cut, Delay, Drip, Fault, Script
from app.sandbox.insi.requests import Refusal, refused
from app.sandbox.pki import Pki

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from app.sandbox.insi.behaviours import Behaviour
    from app.sandbox.insi.requests import Received

AUTHORISATION = "GALIENTEST01"
"""The number of authorisation that the simulation admits."""
VERIFY_NAMESPACE = "http://www.cnamts.fr/INSiLot2/REQUnitaire"
PATH = "/lps"
_LARGEST = 200_000
_IDLE_S = 20
_ORGANISATIONS = frozenset({"INSI-MANU", "INSI-AUTO"})


class InsiServer:
    """The simulated INSi; ``calls`` are the requests understood, ``refusals`` why others were not."""

    def __init__(
        self,
        *,
        pki: Pki | None = None,
        card_authorities: Sequence[bytes] = (),
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        server_certificate: str = "good",
        oid: str = people.OID_NIR,
        verify_namespace: str = VERIFY_NAMESPACE,
    ) -> None:
        """Show a certificate of ``pki`` and trust its clients, and the cards of ``card_authorities`` (DER).

        ``oid`` is the authority said of every NIR; ``clock`` tells by what time requests are judged.
        """
        self.pki = pki or Pki()
        self.calls: list[Received] = []
        self.refusals: list[str] = []
        self._card_authorities = tuple(card_authorities)
        self._clock = clock
        self._oid = oid
        self._verify_namespace = verify_namespace
        self._people = people.read()
        self._next: deque[Behaviour] = deque()
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        mutual, simple = _contexts(self.pki, server_certificate)
        self._ports = (_Port(self, mutual, is_mutual=True), _Port(self, simple, is_mutual=False))
        self._threads: list[threading.Thread] = []

    @property
    def mutual_url(self) -> str:
        """Where a certificate of organisation is asked for."""
        return f"https://127.0.0.1:{self._ports[0].server_port}{PATH}"

    @property
    def simple_url(self) -> str:
        """Where an assertion is asked for."""
        return f"https://127.0.0.1:{self._ports[1].server_port}{PATH}"

    def next(self, *behaviours: Behaviour) -> None:
        """Behave so at the next calls, one each."""
        with self._lock:
            self._next.extend(behaviours)

    def __enter__(self) -> Self:
        """Begin to answer."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop answering, whatever is under way."""
        self.stop()

    def start(self) -> None:
        """Begin to answer; once only."""
        for port in self._ports:
            thread = threading.Thread(target=port.serve_forever, args=(0.05,), name="insi-sandbox", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Stop answering; every thread has ended when this returns."""
        self._over.set()
        for port in self._ports:
            if self._threads:
                port.shutdown()
            port.drop_lines()
            port.server_close()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    # --- For its ports ------------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> bool:
        """Wait; return False where the server ends meanwhile."""
        return not self._over.wait(seconds)

    def behaviour(self) -> Behaviour | None:
        """Return how to behave at this call, None for the ordinary way."""
        with self._lock:
            return self._next.popleft() if self._next else None

    def answer(self, raw: bytes, content_type: str, client: bytes | None, *, is_mutual: bool) -> tuple[int, bytes]:
        """Return the status and the body for a request; ``client`` is the certificate shown (DER)."""
        message_id = ""
        try:
            received = requests.read(raw, content_type, self._clock(), self._verify_namespace)
            message_id = received.message_id
            self._check(received, client, is_mutual=is_mutual)
            with self._lock:
                self.calls.append(received)
            return 200, self._found(received)
        except Refusal as refusal:
            with self._lock:
                self.refusals.append(refusal.fault.reason)
            return 500, answers.fault(refusal.fault, message_id)

    def _check(self, received: Received, client: bytes | None, *, is_mutual: bool) -> None:
        with self._lock:
            is_new = self._seen.isdisjoint(received.ids)
            self._seen.update(received.ids)
        if not is_new:
            raise refused("identifiant déjà reçu")
        if received.idam != AUTHORISATION:
            raise refused("Numéro d’autorisation du logiciel inconnu", subcode="siram_100", code="desir_550")
        caller = self._organisation(received, client) if is_mutual else self._professional(received)
        if received.caller != caller:
            raise refused("Emetteur autre que celui qui s’authentifie")

    def _organisation(self, received: Received, client: bytes | None) -> str:
        if received.assertion is not None:
            raise refused("en-tête Security non attendu en TLS mutuel")
        subject = x509.load_der_x509_certificate(client or b"").subject
        name = str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
        if name not in _ORGANISATIONS or received.operation == requests.CARD:
            raise refused("Niveau d’habilitation insuffisant", subcode="siram_100", code="desir_560")
        return str(subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)[0].value)

    def _professional(self, received: Received) -> str:
        if received.assertion is None:
            raise refused("assertion de la carte absente", subcode="siram_100")
        try:
            return vouching.holder_of(received.assertion, self._card_authorities, self._clock())
        except vouching.Doubtful as error:
            raise refused(f"assertion refusée : {error}", subcode="siram_100") from error

    def _found(self, received: Received) -> bytes:
        operation = received.operation
        if operation == requests.VERIFY:
            is_known = people.is_verified(self._people, received.matricule, received.traits)
            oids = {one.oid or self._oid for one in self._people if one.matricule == received.matricule}
            return answers.verified(is_known=is_known and received.oid in oids, operation=operation)
        if received.card is not None:
            return answers.found(people.by_card(self._people, received.card), self._oid, operation)
        return answers.found(people.by_traits(self._people, received.traits), self._oid, operation)


class _Port(ThreadingHTTPServer):
    """One port; the handshake of each line is done in its own thread."""

    def __init__(self, insi: InsiServer, context: ssl.SSLContext, *, is_mutual: bool) -> None:
        self.insi = insi
        self.is_mutual = is_mutual
        self._context = context
        self._lines: set[socket.socket] = set()
        self._workers: list[threading.Thread] = []
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        line, address = super().get_request()
        line.settimeout(_IDLE_S)
        private = self._context.wrap_socket(line, server_side=True, do_handshake_on_connect=False)
        with self._guard:
            self._lines.add(private)
        return private, address

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- as the library declares it
        """Serve a line in a thread of its own, which keeps no program from ending."""
        worker = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name="insi-line", daemon=True
        )
        self._workers = [*(one for one in self._workers if one.is_alive()), worker]
        worker.start()

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 -- as the library declares it
        with self._guard:
            self._lines.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- as the library declares it
        """Say nothing: a caller that goes away, or whose certificate is refused, is what this server is for."""

    def drop_lines(self) -> None:
        """End the lines that are still open, and wait for their threads."""
        with self._guard:
            for line in self._lines:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
        for worker in self._workers:
            worker.join()


class _Handler(BaseHTTPRequestHandler):
    """One line: one request, one answer."""

    protocol_version = "HTTP/1.1"
    server: _Port

    def handle(self) -> None:
        """Make the line private, then take the request; a certificate that is refused ends it."""
        try:
            self.connection.do_handshake()
        except OSError as error:
            self.server.insi.refusals.append(str(error))
            return
        self.close_connection = True
        self.handle_one_request()

    def do_POST(self) -> None:
        """Answer a question."""
        length = int(self.headers.get("Content-Length", "0"))
        if self.path != PATH or not 0 < length <= _LARGEST:
            self._write(404, "text/plain", b"")
            return
        raw, insi = self.rfile.read(length), self.server.insi
        behaviour = insi.behaviour()
        if isinstance(behaviour, Script):
            self._write(behaviour.status, behaviour.content_type, behaviour.body)
            return
        if isinstance(behaviour, Fault):
            self._write(500, "application/soap+xml; charset=utf-8", answers.fault(behaviour, ""))
            return
        if isinstance(behaviour, Delay) and not insi.wait(behaviour.seconds):
            return
        client = self.connection.getpeercert(binary_form=True)
        content_type = self.headers.get("Content-Type", "")
        status, body = insi.answer(raw, content_type, client, is_mutual=self.server.is_mutual)
        if isinstance(behaviour, Cut):
            self._cut(status, body, behaviour.after)
        elif isinstance(behaviour, Drip):
            self._drip(status, body, behaviour.seconds)
        else:
            self._write(status, "application/soap+xml; charset=utf-8", body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as the library declares it
        """Write nothing on the terminal."""

    def _write(self, status: int, content_type: str, body: bytes) -> None:
        self._head(status, content_type, len(body))
        self.wfile.write(body)

    def _head(self, status: int, content_type: str, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()

    def _cut(self, status: int, body: bytes, after: int | None) -> None:
        if after is not None:
            self._head(status, "application/soap+xml; charset=utf-8", len(body))
            self.wfile.write(body[:after])

    def _drip(self, status: int, body: bytes, seconds: float) -> None:
        self._head(status, "application/soap+xml; charset=utf-8", len(body))
        for place in range(len(body)):
            self.wfile.write(body[place : place + 1])
            if not self.server.insi.wait(seconds):
                return


def _contexts(pki: Pki, certificate: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return how the two ports are private: by mutual TLS, revocation included, and by simple TLS.

    Python reads keys and lists of revoked certificates from files only: they stay there for that moment.
    """
    mutual, simple = (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for _ in range(2))
    with tempfile.TemporaryDirectory(prefix="galien-") as folder:
        own, trusted = Path(folder, "own.pem"), Path(folder, "trusted.pem")
        own.write_bytes(pki.server(certificate).pem)
        trusted.write_bytes(pki.trusted_clients())
        for context in (mutual, simple):
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.load_cert_chain(own)
        mutual.verify_mode = ssl.CERT_REQUIRED
        mutual.load_verify_locations(trusted)
        mutual.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return mutual, simple
