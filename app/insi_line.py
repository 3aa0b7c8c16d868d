"""Over which line is INSi asked here: the certificate of the officine, the card of a professional, or a simulation?"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import __version__
from app.cards.failures import CardFailure
from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import InsiIdentity, PastIns
from app.officine.patients.insi_model import Answer, InsiMode
from app.officine.patients.insi_ports import FailureKind, InsiFailed
from app.remote.insi.failures import InsiFailure
from app.store import facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.cards.professional_desk import ProfessionalCard, ProfessionalDesk
    from app.cards.virtual_cps import VirtualAuthority
    from app.kernel.clock import Clock
    from app.officine.patients.insi_model import InsiSettings, Question
    from app.officine.secrets.certificates import Certificates
    from app.remote.insi.client import InsiClient
    from app.remote.insi.credentials import CardCredential, OrganisationCredential
    from app.remote.insi.model import InsRecord, Query, Reply
    from app.sandbox.insi.server import InsiServer
    from app.store.database import Database

USAGE = "authentification"
"""Under which usage the certificate of the officine was imported."""
_NAME = "GALIEN"
_TEST_OID = "1.2.250.1.213.1.4.10"
_BILLING = "000000000"
"""What a simulation takes for the billing number where none is set."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How a call goes out: where, with which authorities (PEM) and number of authorisation."""

    address: str
    authorities: bytes
    authorisation: str


class DemoInsi:
    """The simulated INSi of a demonstration: begun at the first call, on this machine only."""

    def __init__(self, authority: VirtualAuthority, clock: Clock) -> None:
        """Trust the professional cards of ``authority``, and judge their assertions by ``clock``."""
        self._authority = authority
        self._clock = clock
        self._lock = threading.Lock()
        self._server: InsiServer | None = None
        self._certificate: OrganisationCredential | None = None

    @property
    def server(self) -> InsiServer:
        """The server, begun where it is not yet."""
        from app.sandbox.insi.server import InsiServer  # noqa: PLC0415 -- only a demonstration that asks INSi

        with self._lock:
            if self._server is None:
                # The people of a demonstration have INS of tests: what INSi says of them must be the same.
                self._server = InsiServer(card_authorities=(self._authority.der,), oid=_TEST_OID, clock=self._clock.now)
                self._server.start()
            return self._server

    def way(self, mode: InsiMode) -> _Way:
        """Return how it is reached."""
        from app.sandbox.insi.server import AUTHORISATION  # noqa: PLC0415 -- the same

        server = self.server
        address = server.mutual_url if mode is InsiMode.ORGANISATION else server.simple_url
        return _Way(address, server.pki.authorities, AUTHORISATION)

    def certificate(self) -> OrganisationCredential:
        """Return the certificate of the fictitious officine."""
        from app.remote.insi.credentials import OrganisationCredential  # noqa: PLC0415 -- the same

        if self._certificate is None:
            pki = self.server.pki
            issued = pki.organisation()
            self._certificate = OrganisationCredential(
                certificate_der=issued.certificate, private_key_pkcs8=issued.key, chain=issued.chain
            )
        return self._certificate

    def inject(self, content: bytes) -> None:
        """Let the next answer be this one, as it is: the booklets of the CNDA play their cases so."""
        from app.sandbox.insi.behaviours import Script  # noqa: PLC0415 -- the same

        self.server.next(Script(content))

    def stop(self) -> None:
        """End the server."""
        with self._lock:
            if self._server is not None:
                self._server.stop()
                self._server = None


class InsiLine:
    """The line of one workstation (``patients.insi_ports.InsiLine``). Calls may come from any thread, one at a time."""

    def __init__(
        self, db: Database, certificates: Certificates, cards: ProfessionalDesk, demo: DemoInsi | None
    ) -> None:
        """Call with the certificate of the officine or the card that is in; ``demo`` answers where there is one."""
        self._db = db
        self._certificates = certificates
        self._cards = cards
        self._demo = demo
        self._calling = threading.Lock()
        self._client: tuple[tuple[object, ...], InsiClient] | None = None

    @property
    def is_simulated(self) -> bool:
        """True where the answers are of a simulation."""
        return self._demo is not None

    def check(self, settings: InsiSettings, mode: InsiMode) -> list[Finding]:
        """Return what is missing before a call may be made: address, authorisation, certificate or card."""
        if self._demo is None:
            address = settings.address if mode is InsiMode.ORGANISATION else settings.card_address
            if not address or not settings.authorisation:
                text = "INSi n’est pas encore réglé : il manque son adresse ou le numéro d’autorisation du logiciel."
                return [_error(60, text, "Complétez les réglages (page INSi).")]
        if mode is InsiMode.CARD:
            return self._check_card()
        if self._demo is None and all(one.usage != USAGE for one in self._certificates.all()):
            text = "Il manque le certificat de l’officine (CL-ORG) pour appeler INSi."
            return [_error(61, text, "Importez-le dans les réglages (page Clés et certificats).")]
        return []

    def needs_code(self, mode: InsiMode) -> bool:
        """Return True where a new assertion is to be signed, and the code is typed here. Asks the card."""
        if mode is not InsiMode.CARD:
            return False
        try:
            card = self._cards.card()
        except CardFailure:
            return False
        if card.token.has_pinpad:
            return False
        held = self._client
        return held is None or not held[1].is_vouched(self._insertion(card))

    def caller(self, mode: InsiMode) -> str:
        """Return who called last, as INSi was told; empty where nobody did."""
        held = self._client
        if held is None or held[1].mode != str(mode):
            return ""
        try:
            return held[1].caller
        except InsiFailure:
            return ""

    def ask(
        self,
        question: Question,
        settings: InsiSettings,
        mode: InsiMode,
        code: bytearray | None,
        is_cancelled: Callable[[], bool],
    ) -> Answer:
        """Make one call; ``code`` is zeroed. Raises InsiFailed, the EnvironmentFailure of the card."""
        with self._calling:
            try:
                client = self._client_for(settings, mode, code)
                return _answer_of(client.ask(_query_of(question), is_cancelled), mode)
            except InsiFailure as failure:
                raise _failed(failure) from failure
            finally:
                if code is not None:
                    code[:] = bytes(len(code))

    def inject(self, content: bytes) -> None:
        """Let the next answer be this one; only a simulation does. Raises InsiFailed elsewhere."""
        if self._demo is None:
            raise InsiFailed(
                "Une réponse d’essai n’est admise que dans une simulation.",
                code="GAL-INS-62",
                advice="Ouvrez un dossier de démonstration ou de formation.",
                kind=FailureKind.SETTINGS,
            )
        self._demo.inject(content)

    def forget(self) -> None:
        """Forget the assertion that the card of a professional signed."""
        held, self._client = self._client, None
        if held is not None:
            held[1].close()

    def close(self) -> None:
        """Forget the assertion, and end the simulation."""
        self.forget()
        if self._demo is not None:
            self._demo.stop()

    # --- Within -------------------------------------------------------------------------------------------------------

    def _check_card(self) -> list[Finding]:
        try:
            self._cards.card()
        except CardFailure as failure:
            return [Finding(failure.code, Severity.ERROR, failure.text, failure.advice)]
        return []

    def _client_for(self, settings: InsiSettings, mode: InsiMode, code: bytearray | None) -> InsiClient:
        """Return the client of the settings and of the certificate or card of now: kept while they stay the same."""
        from app.remote.insi.client import InsiClient  # noqa: PLC0415 -- only who asks INSi pays for it
        from app.remote.insi.model import Software  # noqa: PLC0415 -- the same

        way = self._way(settings, mode)
        credential = self._organisation() if mode is InsiMode.ORGANISATION else self._card(settings, code)
        about = (way, mode, settings, getattr(credential, "card_serial", ""), credential.certificate_der)
        held = self._client
        if held is not None and held[0] == about:
            return held[1].with_credential(credential)
        if held is not None:
            held[1].close()
        client = InsiClient(
            way.address,
            software=Software(
                idam=way.authorisation,
                version=__version__,
                instance=str(facts.read(self._db, "installation")),
                name=_NAME,
            ),
            credential=credential,
            authorities=way.authorities,
            clock=self._db.clock,
            verify_namespace=settings.verify_namespace,
        )
        self._client = about, client
        return client

    def _way(self, settings: InsiSettings, mode: InsiMode) -> _Way:
        if self._demo is not None:
            return self._demo.way(mode)
        address = settings.address if mode is InsiMode.ORGANISATION else settings.card_address
        return _Way(address, settings.authorities.encode("ascii"), settings.authorisation)

    def _organisation(self) -> OrganisationCredential:
        from app.remote.insi.credentials import OrganisationCredential  # noqa: PLC0415 -- the same

        if self._demo is not None:
            return self._demo.certificate()
        der, key = self._certificates.certificate_der(USAGE), self._certificates.private_key(USAGE)
        if der is None or key is None:
            raise InsiFailed(
                "Il manque le certificat de l’officine (CL-ORG) pour appeler INSi.",
                code="GAL-INS-61",
                advice="Importez-le dans les réglages (page Clés et certificats).",
                kind=FailureKind.CERTIFICATE,
            )
        return OrganisationCredential(certificate_der=der, private_key_pkcs8=key)

    def _card(self, settings: InsiSettings, code: bytearray | None) -> CardCredential:
        from app.remote.insi.credentials import CardCredential  # noqa: PLC0415 -- the same

        card = self._cards.card()
        billing = settings.billing_id or (_BILLING if self._demo is not None else "")
        return CardCredential(
            certificate_der=card.certificate.value,
            identifier=card.facts.national_id,
            card_serial=self._insertion(card),
            sign=lambda data: self._sign(card, code, data),
            is_present=lambda: self._cards.is_present(card.serial),
            billing_id=billing,
            sector=settings.sector,
        )

    def _insertion(self, card: ProfessionalCard) -> str:
        """Return what stands for this very insertion of a card: what it signed serves until it is pulled."""
        return f"{card.serial}/{self._cards.removals}"

    def _sign(self, card: ProfessionalCard, code: bytearray | None, data: bytes) -> bytes:
        self._cards.unlock(card.serial, code)
        try:
            return self._cards.sign(data)[0]
        finally:
            self._cards.lock()


def _query_of(question: Question) -> Query:
    from app.remote.insi.model import CardData, Operation, Query  # noqa: PLC0415 -- see InsiLine

    card = question.card
    return Query(
        operation=Operation(str(question.operation)),
        message_id=question.message_id,
        family_name=question.family_name,
        first_name=question.first_name,
        birth_names=question.birth_names,
        sex=question.sex,
        birth_date=question.birth_date,
        birth_place=question.birth_place,
        card=None
        if card is None
        else CardData(
            individual=card.individual,
            holder=card.holder,
            family_name=card.family_name,
            birth_date=card.birth_date,
            rank=card.rank,
        ),
        matricule=question.ins.matricule if question.ins else "",
        oid=question.ins.oid if question.ins else "",
    )


def _answer_of(reply: Reply, mode: InsiMode) -> Answer:
    found = None
    if reply.active is not None:
        found = InsiIdentity(
            ins=_ins(reply.active),
            traits=Traits(
                family_name=reply.family_name,
                birth_names=reply.birth_names,
                first_name=reply.first_name,
                sex=reply.sex,
                birth_date=reply.birth_date,
                birth_place=reply.birth_place,
            ),
            past=tuple(PastIns(ins=_ins(one), start=one.start, end=one.end) for one in reply.history),
        )
    return Answer(
        code=reply.code,
        label=reply.label,
        found=found,
        mode=mode,
        caller=reply.caller,
        http_status=reply.http_status,
        raw_request=reply.request,
        raw_answer=reply.answer,
    )


def _ins(record: InsRecord) -> Ins:
    return Ins(record.matricule, record.oid)


def _failed(failure: InsiFailure) -> InsiFailed:
    return InsiFailed(
        failure.text,
        code=failure.code,
        advice=failure.advice,
        kind=FailureKind(str(failure.kind)),
        may_retry=failure.may_retry,
        fault="/".join(word for word in (failure.subcode, failure.fault) if word),
        severity=failure.severity,
        http_status=failure.http_status,
        raw_request=failure.request,
        raw_answer=failure.answer,
    )


def _error(number: int, text: str, advice: str) -> Finding:
    return Finding(f"GAL-INS-{number}", Severity.ERROR, typographic(text), typographic(advice))
