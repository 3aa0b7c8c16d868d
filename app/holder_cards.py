"""How do sign-in and the settings reach the cards of this workstation? By ports of the staff, over the cards' desks."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.cards import certificates, revocation
from app.cards.cps_failures import LastTry, ProfessionalCardAbsent
from app.cards.desk import CardDesk
from app.cards.failures import CardFailure
from app.cards.pcsc import PcscTransport
from app.cards.pkcs11 import Pkcs11Module, places
from app.cards.professional_desk import ProfessionalDesk
from app.cards.virtual_cps import VirtualModule
from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural, typographic
from app.officine.staff.ports import CardProof, HolderCard, Situation
from app.officine.staff.readers import ModuleState, ReaderState, ReaderTest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from app.cards.professional import CardSituation
    from app.cards.professional_desk import ProfessionalCard
    from app.demo_cards import DemoCards
    from app.kernel.clock import Clock
    from app.kernel.mode import Mode
    from app.settings import Settings

_ANOTHER = "Insérez la carte de la personne qui s’identifie, puis recommencez."


class HolderCards:
    """The professional cards of this workstation, as sign-in knows them (``staff.ports.ProfessionalCards``)."""

    def __init__(self, desk: ProfessionalDesk, clock: Clock, lists: Revocation | None = None) -> None:
        """Reach the cards by ``desk``, judge their dates by ``clock``; ``lists`` say which were taken back."""
        self._desk = desk
        self._clock = clock
        self._lists = lists
        self._shown: HolderCard | None = None

    @property
    def is_simulated(self) -> bool:
        """True where the cards are fictitious."""
        return self._desk.is_simulated

    def holder(self) -> HolderCard | None:
        """Return whose card is in, the last one inserted where there are several; None without one.

        Raises CardFailure: module absent or broken, certificate absent, several cards and nothing that says which.
        """
        try:
            card = self._desk.card()
        except ProfessionalCardAbsent:
            self._shown = None
            return None
        self._shown = _holder(card)
        return self._shown

    def prove(self, pin: bytearray, challenge: bytes, *, last_try: bool = True) -> CardProof:
        """Return the challenge signed by the authentication key of the card that ``holder`` showed; ``pin`` is zeroed.

        Empty where the code is typed on the reader. ``last_try`` confirms the last one, and counts only where
        ``holder`` had told that it is the last: nobody spends it unknowingly. The card is shut again at once. Raises
        CardFailure.
        """
        shown = self._shown or self.holder()
        if shown is None:
            raise ProfessionalCardAbsent("Aucune carte de professionnel n’est insérée.")
        try:
            confirmed = last_try and shown.tries_left == 1
            card, situations = self._desk.unlock(shown.serial, pin, last_try=confirmed)
            try:
                signature, certificate = self._desk.sign(challenge)
            finally:
                self._desk.lock()
        except LastTry:
            # What is shown was read before another program spent a try: asked again, it is told.
            self._shown = None
            raise
        return CardProof(
            holder=_holder(card),
            certificate_der=certificate,
            signature=signature,
            situations=tuple(_situation(one) for one in situations),
        )

    def notices(self) -> list[Finding]:
        """Return what is to be said of the card that is shown: soon or already over, taken back, or not known to be.

        Nothing where no card can be read.
        """
        try:
            card = self._desk.card()
            found = certificates.validity(card.facts, self._clock.now())
            if self._lists is not None:
                found += self._lists.check(card.certificate.value, self._clock.now())
        except CardFailure:
            return []
        return found

    def serial_in(self, reader: str) -> str:
        """Return the number of the card that is, or was last, in a PC/SC reader; empty where it was not read."""
        return self._desk.serial_in(reader)

    def is_present(self, serial: str) -> bool:
        """Return True while the card of that number is in its reader; asks no card."""
        return self._desk.is_present(serial)

    def close(self) -> None:
        """End the module, whatever it is doing."""
        self._desk.close()


class Revocation:
    """What the authorities and the lists given to this workstation say of a certificate that was taken back."""

    def __init__(self, anchors: Callable[[], Sequence[bytes]], lists: Callable[[], Sequence[bytes]]) -> None:
        """Ask ``anchors`` and ``lists`` at each check."""
        self._anchors = anchors
        self._lists = lists

    def check(self, der: bytes, now: dt.datetime) -> list[Finding]:
        """Return what is to be said of a certificate (DER). Raises CardFailure where it can't be read."""
        return revocation.check(der, self._anchors(), self._lists(), now)


class HolderTrust:
    """Judges what a card signed (``staff.ports.CardTrust``)."""

    def __init__(self, anchors: Callable[[], Sequence[bytes]], clock: Clock, lists: Revocation | None = None) -> None:
        """Trust the authorities that ``anchors`` gives at each check; refuse what ``lists`` says was taken back."""
        self._anchors = anchors
        self._clock = clock
        self._lists = lists

    def check(self, proof: CardProof, challenge: bytes, *, production: bool) -> list[Finding]:
        """Return why a proof does not hold: signature, dates, chain, another holder, a test card in production."""
        try:
            facts = certificates.facts_of(proof.certificate_der)
            is_signed = certificates.signed_by(proof.certificate_der, challenge, proof.signature)
        except CardFailure as failure:
            return [Finding(failure.code, Severity.ERROR, failure.text, failure.advice)]
        if not is_signed:
            return [_refused("GAL-CPS-36", "La signature de la carte n’est pas valable.", _ANOTHER)]
        if facts.rpps != proof.holder.rpps:
            return [_refused("GAL-CPS-37", "Le certificat n’est pas celui du porteur affiché.", _ANOTHER)]
        if production and facts.is_test:
            return [refused_test_card()]
        now = self._clock.now()
        findings = [one for one in certificates.validity(facts, now) if one.severity is Severity.ERROR]
        findings = findings or certificates.chain(proof.certificate_der, self._anchors(), now)
        if findings or self._lists is None:
            return findings
        # A list that is absent or no longer in force is told once the workstation is open.
        told = self._lists.check(proof.certificate_der, now)
        return [one for one in told if one.severity is Severity.ERROR]


class CardBench:
    """Tests the readers of this workstation (``staff.readers.ReaderBench``)."""

    def __init__(
        self,
        desk: CardDesk,
        professional: ProfessionalDesk,
        clock: Clock,
        *,
        anchors: Callable[[], Sequence[bytes]],
        production: bool,
        lists: Revocation | None = None,
    ) -> None:
        """Test the readers of ``desk``, and the cards that ``professional`` reaches."""
        self._desk = desk
        self._professional = professional
        self._clock = clock
        self._anchors = anchors
        self._production = production
        self._lists = lists

    def readers(self) -> tuple[ReaderState, ...]:
        """Return the readers as they are now. Raises CardFailure where their service is stopped or absent."""
        return tuple(
            ReaderState(
                reader=slot.reader,
                card=self._desk.kind_of(slot.atr).label if slot.atr else "Carte muette" if slot.present else "",
                is_mute=slot.present and not slot.atr,
                last_exchange=self._desk.last_exchanges.get(slot.reader),
            )
            for slot in self._desk.slots()
        )

    def module(self) -> ModuleState:
        """Return the state of the module, which is loaded and asked."""
        try:
            facts = self._professional.module.about()
        except CardFailure as failure:
            return ModuleState(found=False, code=failure.code, text=failure.text, advice=failure.advice)
        return ModuleState(found=True, path=facts.path, description=facts.description, version=facts.version)

    def module_places(self) -> tuple[str, ...]:
        """Return where the module is looked for without setting."""
        return places()

    def authorities(self) -> int:
        """Return how many authorities of certification are known here."""
        return len(self._anchors())

    def test(self, reader: str) -> ReaderTest:
        """Read the card of a reader as far as anyone may; no code is asked, and no number of a person is told."""
        begun = time.monotonic()
        try:
            found = self._tested(reader)
        except CardFailure as failure:
            found = ReaderTest(
                reader=reader, findings=(Finding(failure.code, Severity.ERROR, failure.text, failure.advice),)
            )
        return replace(found, took_ms=round((time.monotonic() - begun) * 1000))

    def _tested(self, reader: str) -> ReaderTest:
        slot = next((one for one in self._desk.slots() if one.reader == reader), None)
        atr = slot.atr if slot is not None else b""
        kind = self._desk.kind_of(atr)
        facts = [("Carte", kind.label), ("Réponse (ATR)", atr.hex(" ").upper())]
        if not kind.is_cps:
            people = self._desk.identities(reader)
            told = plural(len(people), "bénéficiaire") if people else "aucun"
            return ReaderTest(reader=reader, facts=(*facts, ("Bénéficiaires lus", told)))
        facts.append(("N° de série", self._desk.serial(reader) or "non donné"))
        card = self._in(reader)
        tries = card.token.tries_left
        facts += [
            ("Porteur", f"{card.facts.given_name} {card.facts.family_name}".strip()),
            ("Profession", card.facts.profession_label or "non indiquée"),
            ("Certificat", f"émis par {card.facts.issuer or 'une autorité sans nom'}"),
            ("Essais restants", "non indiqués" if tries is None else str(tries)),
            ("Code tapé", "sur le lecteur" if card.token.has_pinpad else "à l’écran"),
        ]
        now = self._clock.now()
        findings = [*certificates.validity(card.facts, now)]
        findings += certificates.chain(card.certificate.value, self._anchors(), now)
        if self._lists is not None:
            findings += self._lists.check(card.certificate.value, now)
        if self._production and card.facts.is_test:
            findings.append(_refused("GAL-CPS-38", "C’est une carte de test.", "Elle n’ouvre pas une officine réelle."))
        return ReaderTest(reader=reader, facts=tuple(facts), findings=tuple(findings))

    def _in(self, reader: str) -> ProfessionalCard:
        found = self._professional.cards()
        card = next((one for one in found if one.reader == reader), None)
        if card is None:
            raise ProfessionalCardAbsent(
                "La Cryptolib CPS ne voit pas la carte de ce lecteur.",
                advice="Retirez la carte, insérez-la de nouveau, puis recommencez l’essai.",
            )
        return card


@dataclass(frozen=True, slots=True)
class CardParts:
    """What the house is given of the cards."""

    desk: CardDesk
    professional: ProfessionalDesk
    holders: HolderCards
    trust: HolderTrust
    bench: CardBench


def build_cards(settings: Settings, mode: Mode, clock: Clock, demo: DemoCards | None) -> CardParts:
    """Build the desks of the cards, over the readers of this workstation, or those of a simulation.

    No card of a real person is ever read into fictitious data, and the simulated authority is trusted by nothing else.
    """

    def anchors() -> Sequence[bytes]:
        return certificates.load_anchors(settings.card_authorities) if demo is None else (demo.authority.der,)

    def lists() -> Sequence[bytes]:
        return revocation.load_lists(settings.card_authorities)

    # The simulated authority takes nothing back.
    taken_back = Revocation(anchors, lists) if demo is None else None
    desk = CardDesk(PcscTransport() if demo is None else demo.transport, clock=clock)
    module = Pkcs11Module(lambda: settings.card_module) if demo is None else VirtualModule(demo.professional)
    professional = ProfessionalDesk(module, desk)
    return CardParts(
        desk,
        professional,
        HolderCards(professional, clock, taken_back),
        HolderTrust(anchors, clock, taken_back),
        CardBench(desk, professional, clock, anchors=anchors, production=not mode.is_simulated, lists=taken_back),
    )


def _holder(card: ProfessionalCard) -> HolderCard:
    return HolderCard(
        serial=card.serial,
        rpps=card.facts.rpps,
        family_name=card.facts.family_name,
        given_name=card.facts.given_name,
        profession_code=card.facts.profession_code,
        profession_label=card.facts.profession_label,
        tries_left=card.token.tries_left,
        pinpad=card.token.has_pinpad,
        is_test=card.facts.is_test,
    )


def _situation(one: CardSituation) -> Situation:
    return Situation(structure_id=one.structure_id, structure_name=one.structure_name, sector=one.sector)


def refused_test_card() -> Finding:
    """Return the finding that refuses a card of tests where the data are real."""
    text = "Cette carte de test n’ouvre pas une officine réelle."
    return _refused("GAL-CPS-38", text, "Insérez votre carte de professionnel.")


def _refused(code: str, text: str, advice: str) -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), advice)
