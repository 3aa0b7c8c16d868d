"""How is INSi asked, once, and what comes back?

Source: SEL-MP-043: with the certificate of the organisation, mutual TLS and no security header; with the card of a
professional, simple TLS and an assertion that the card signed. A search by Vitale is by card only. Whether to call
again is for whoever asks.
"""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING, Self

from app.kernel.errors import RemoteFailure
from app.remote import http, soap, tls
from app.remote.http_failures import PASSING, HttpFailure, HttpReason
from app.remote.insi import answers, messages
from app.remote.insi.assertions import Assertions
from app.remote.insi.credentials import OrganisationCredential
from app.remote.insi.failures import FailureKind, InsiFailure
from app.remote.insi.model import Operation

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from app.kernel.clock import Clock
    from app.remote.insi.credentials import Card
    from app.remote.insi.model import Query, Reply, Software

SERVICE = "INSi"
_KINDS = {
    HttpReason.CANCELLED: FailureKind.CANCELLED,
    HttpReason.TLS: FailureKind.CERTIFICATE,
    HttpReason.TOO_LARGE: FailureKind.ANSWER,
    HttpReason.NOT_HTTP: FailureKind.ANSWER,
}
_SETTINGS = "Complétez les réglages d’INSi (ou faites-le faire par le titulaire)."


class InsiClient:
    """INSi, as one workstation reaches it with one credential; one ``ask`` is one HTTP call, in its own thread."""

    def __init__(
        self,
        address: str,
        *,
        software: Software,
        credential: OrganisationCredential | Card,
        authorities: bytes,
        clock: Clock,
        server_names: tuple[str, ...] = (),
        connect_s: float = 5.0,
        read_s: float = 15.0,
        verify_namespace: str = messages.VERIFY,
    ) -> None:
        """Call ``address``, whose certificate comes from ``authorities`` (PEM; empty: those of the system).

        ``server_names`` are the ends of the names that the server may bear; none: only the name called counts.
        Nothing is opened or read yet.
        """
        self._address = address
        self._software = software
        self._credential = credential
        self._authorities = authorities
        self._clock = clock
        self._server_names = server_names
        self._limits = http.Limits(connect_s=connect_s, read_s=read_s)
        self._verify_namespace = verify_namespace
        self._assertions = Assertions()
        self._context: ssl.SSLContext | None = None

    @property
    def mode(self) -> str:
        """How the officine is known to INSi: ``cl_org`` or ``cpx``."""
        return self._credential.mode if isinstance(self._credential, OrganisationCredential) else "cpx"

    @property
    def caller(self) -> str:
        """Who calls, as INSi is told. Raises InsiFailure for a certificate that does not say."""
        credential = self._credential
        return credential.caller if isinstance(credential, OrganisationCredential) else credential.identifier

    def with_credential(self, credential: OrganisationCredential | Card) -> Self:
        """Call with the same certificate or card, read anew, from now on; the assertion it signed still serves."""
        self._credential = credential
        return self

    def is_vouched(self, card_serial: str) -> bool:
        """Return True where the next call needs no new signature of that card."""
        return self._assertions.serves(card_serial, self._clock.now())

    def check(self) -> None:
        """Say whether a call can be made, by its settings and certificate. Raises InsiFailure; nothing is sent."""
        parts = urllib.parse.urlsplit(self._address)
        if parts.scheme != "https" or not parts.hostname:
            raise _settings("L’adresse d’INSi manque, ou n’est pas en https.")
        software = self._software
        if not all((software.idam, software.version, software.instance, software.name)):
            raise _settings("Il manque le numéro d’autorisation du logiciel pour appeler INSi.")
        if isinstance(self._credential, OrganisationCredential):
            self._credential.check(self._clock.now())

    def ask(self, query: Query, is_cancelled: Callable[[], bool] = http.never) -> Reply:
        """Ask once and return what INSi says. Raises InsiFailure; what the card itself raises goes through."""
        self.check()
        if query.operation is Operation.BY_CARD and self.mode != "cpx":
            raise _settings("La recherche par carte Vitale se fait avec la carte d’un professionnel (CPx).")
        if is_cancelled():
            raise self._wrapped(HttpFailure(HttpReason.CANCELLED, service=SERVICE), b"", query)
        asked = answers.Asked(
            operation=query.operation,
            message_id=query.message_id,
            request=self._request(query),
            mode=self.mode,
            caller=self.caller,
        )
        try:
            target = http.Target(
                service=SERVICE,
                address=self._address,
                context=self._line(),
                server_names=self._server_names,
                is_mutual=isinstance(self._credential, OrganisationCredential),
            )
            answer = http.post(
                target, asked.request, self._headers(query), limits=self._limits, is_cancelled=is_cancelled
            )
        except RemoteFailure as failure:
            raise self._wrapped(failure, asked.request, query) from failure
        return answers.read(answer, asked)

    def close(self) -> None:
        """Forget the assertion and the line; no connection and no thread lives between two calls."""
        self._assertions.drop()
        self._context = None

    def _request(self, query: Query) -> bytes:
        now, credential = self._clock.now(), self._credential
        assertion = None if isinstance(credential, OrganisationCredential) else self._assertions.of(credential, now)
        try:
            return messages.envelope(
                query,
                self._software,
                self.caller,
                now,
                assertion=assertion,
                verify_namespace=self._verify_namespace,
            )
        except ValueError as error:
            text = "Un trait d’identité a un caractère qui ne peut pas être envoyé à INSi."
            advice = "Corrigez les traits d’identité, puis recommencez."
            raise InsiFailure(text, code="GAL-DIS-52", advice=advice, kind=FailureKind.INPUT) from error

    def _line(self) -> ssl.SSLContext:
        if self._context is None:
            credential = self._credential
            if isinstance(credential, OrganisationCredential):
                self._context = tls.client_context(
                    self._authorities,
                    certificate=credential.certificate_der,
                    private_key=credential.private_key_pkcs8,
                    chain=credential.chain,
                )
            else:
                self._context = tls.client_context(self._authorities)
        return self._context

    def _headers(self, query: Query) -> dict[str, str]:
        action = messages.action_of(query.operation)
        return {
            "Content-Type": f'{soap.CONTENT_TYPE}; charset=utf-8; action="{action}"',
            "Accept": soap.CONTENT_TYPE,
            "User-Agent": f"{self._software.name}/{self._software.version}",
        }

    @staticmethod
    def _wrapped(failure: RemoteFailure, request: bytes, query: Query) -> InsiFailure:
        """Return a failure of the line as one of INSi."""
        told = failure if isinstance(failure, HttpFailure) else None
        kind = _kind_here(failure) if told is None else _KINDS.get(told.reason, FailureKind.NETWORK)
        return InsiFailure(
            failure.text,
            code=failure.code,
            advice=failure.advice,
            kind=kind,
            may_retry=told is not None and told.reason in PASSING,
            request=request,
            answer=b"" if told is None else told.body,
            http_status=0 if told is None else told.status,
            message_id=query.message_id,
        )


def _kind_here(failure: RemoteFailure) -> FailureKind:
    """Return what a failure met on this side is due to: certificates that can’t be read, or a closed network."""
    return {"GAL-DIS-47": FailureKind.CERTIFICATE, "GAL-DIS-58": FailureKind.SETTINGS}.get(
        failure.code, FailureKind.NETWORK
    )


def _settings(text: str) -> InsiFailure:
    return InsiFailure(text, code="GAL-DIS-57", advice=_SETTINGS, kind=FailureKind.SETTINGS)
