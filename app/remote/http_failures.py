"""Why did a remote service give no answer to an HTTP call, and what can be done about it?"""

from __future__ import annotations

import enum

from app.kernel.errors import RemoteFailure
from app.kernel.text import typographic
from app.remote.tls import TlsDefect


class HttpReason(enum.StrEnum):
    """What stopped a call."""

    NO_NAME = "no_name"
    UNREACHABLE = "unreachable"
    CONNECT_SLOW = "connect_slow"
    ANSWER_SLOW = "answer_slow"
    CUT = "cut"
    TOO_LARGE = "too_large"
    NOT_HTTP = "not_http"
    CANCELLED = "cancelled"
    TLS = "tls"


PASSING = frozenset(
    {HttpReason.NO_NAME, HttpReason.UNREACHABLE, HttpReason.CONNECT_SLOW, HttpReason.ANSWER_SLOW, HttpReason.CUT}
)
"""What may be over the next time."""

_VOWELS = "AEIOUYÉaeiouyé"
_NETWORK = "Vérifiez la connexion à Internet de ce poste ; le comptoir continue sans ce service."
_LATER = "Recommencez plus tard ; le comptoir continue sans ce service."
_VENDOR = "Prévenez votre éditeur avec ce code."
_ADDRESS = "Vérifiez l’adresse du service dans les réglages, et qu’aucun équipement du réseau ne s’interpose."
_RENEW = "Demandez un nouveau certificat à l’ANS, puis enregistrez-le dans les réglages."

_SAID: dict[HttpReason, tuple[str, str, str]] = {
    HttpReason.UNREACHABLE: ("30", "{service} n’est pas joignable : la connexion est refusée ou coupée.", _NETWORK),
    HttpReason.NO_NAME: ("31", "Le nom du serveur {of_service} ne se résout pas : {host}.", _NETWORK),
    HttpReason.CONNECT_SLOW: ("32", "{service} n’est pas joignable : pas de connexion en {seconds} s.", _NETWORK),
    HttpReason.ANSWER_SLOW: ("33", "{service} n’a pas fini de répondre en {seconds} s.", _LATER),
    HttpReason.CUT: (
        "34",
        "{service} a coupé la connexion pendant l’échange.",
        "Recommencez. Si cela dure, vérifiez le certificat de l’officine : un serveur le refuse parfois ainsi.",
    ),
    HttpReason.TOO_LARGE: ("35", "{service} envoie une réponse trop longue : elle n’est pas lue.", _VENDOR),
    HttpReason.CANCELLED: ("36", "L’appel à {service} a été annulé.", "Rien n’a été repris."),
    HttpReason.NOT_HTTP: ("37", "Ce qui répond à l’adresse {of_service} n’est pas ce service.", _ADDRESS),
}
_TLS_SAID: dict[TlsDefect, tuple[str, str, str]] = {
    TlsDefect.UNKNOWN_AUTHORITY: (
        "38",
        "Le certificat du serveur {of_service} vient d’une autorité inconnue : rien ne lui a été envoyé.",
        "Vérifiez les autorités de confiance dans les réglages, et qu’aucun équipement du réseau ne s’interpose.",
    ),
    TlsDefect.SERVER_EXPIRED: (
        "39",
        "Le certificat du serveur {of_service} a expiré : rien ne lui a été envoyé.",
        "Vérifiez la date de ce poste ; si elle est juste, recommencez plus tard.",
    ),
    TlsDefect.SERVER_EARLY: (
        "39",
        "Le certificat du serveur {of_service} n’est pas encore valable : rien ne lui a été envoyé.",
        "Vérifiez la date et l’heure de ce poste.",
    ),
    TlsDefect.SERVER_NAME: (
        "40",
        "Le certificat du serveur {of_service} n’est pas au nom de {host} : rien ne lui a été envoyé.",
        _ADDRESS,
    ),
    TlsDefect.SERVER_FOREIGN: (
        "59",
        "Le serveur appelé n’est pas l’un de ceux {of_service} : rien ne lui a été envoyé.",
        _ADDRESS,
    ),
    TlsDefect.SERVER_OTHER: (
        "41",
        "Le certificat du serveur {of_service} est refusé : rien ne lui a été envoyé.",
        _ADDRESS,
    ),
    TlsDefect.PROTOCOL: (
        "41",
        "La connexion chiffrée avec {service} n’a pas pu s’établir (TLS 1.2 au moins est demandé).",
        _ADDRESS,
    ),
    TlsDefect.CLIENT_EXPIRED: ("42", "{service} refuse le certificat de l’officine : il a expiré.", _RENEW),
    TlsDefect.CLIENT_REVOKED: ("45", "{service} refuse le certificat de l’officine : il est révoqué.", _RENEW),
    TlsDefect.CLIENT_UNKNOWN: (
        "46",
        "{service} refuse le certificat de l’officine : il ne reconnaît pas l’autorité qui l’a délivré.",
        "Vérifiez que ce certificat est de l’IGC-Santé, et du même environnement que l’adresse (essai ou production).",
    ),
    TlsDefect.CLIENT_MISSING: (
        "46",
        "{service} demande le certificat de l’officine.",
        "Enregistrez le certificat dans les réglages, ou corrigez l’adresse du service.",
    ),
    TlsDefect.CLIENT_REFUSED: (
        "46",
        "{service} refuse le certificat de l’officine.",
        "Vérifiez ce certificat dans les réglages ; s’il est bon, demandez à l’ANS s’il est révoqué.",
    ),
}


class HttpFailure(RemoteFailure):
    """A call that got no whole answer; ``status`` and ``body`` are what was read of it."""

    def __init__(
        self,
        reason: HttpReason,
        *,
        service: str,
        host: str = "",
        seconds: float = 0,
        tls: TlsDefect | None = None,
        status: int = 0,
        body: bytes = b"",
    ) -> None:
        """Say in French what stopped the call of ``service`` at ``host``; ``tls`` goes with ``HttpReason.TLS``."""
        number, text, advice = _TLS_SAID[tls] if tls is not None else _SAID[reason]
        of_service = f"d’{service}" if service[:1] in _VOWELS else f"de {service}"
        said = text.format(service=service, of_service=of_service, host=host, seconds=f"{seconds:g}")
        super().__init__(typographic(said), code=f"GAL-DIS-{number}", advice=typographic(advice))
        self.reason = reason
        self.tls = tls
        self.status = status
        self.body = body
