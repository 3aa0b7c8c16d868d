"""Whose professional card is in which reader of this workstation, and what does it sign once its code is right?

Presence is known by PC/SC, which tells each removal at once; everything else by the module. The two know a card by
different names: they are linked by the name of the reader, else because there is only one, else by its number, which
asks the card once more.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cards import certificates
from app.cards.cps_failures import (
    CardChanged,
    CertificateAbsent,
    ProfessionalCardAbsent,
    SeveralCards,
)
from app.cards.failures import CardFailure
from app.cards.professional import (
    KeyUse,
    certificate_for,
    check_code,
    same_card,
    same_reader,
    situations_of,
)
from app.cards.transport import Happening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cards.certificates import CertificateFacts
    from app.cards.desk import CardDesk
    from app.cards.professional import CardModule, CardObject, CardSituation, Token
    from app.cards.transport import CardEvent, Slot

_GONE = frozenset({Happening.CARD_REMOVED, Happening.READER_REMOVED, Happening.CARD_MUTE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalCard:
    """A card as read before any code; ``reader`` is that of PC/SC, empty where the two could not be linked."""

    token: Token
    reader: str
    facts: CertificateFacts
    certificate: CardObject
    objects: tuple[CardObject, ...]

    @property
    def serial(self) -> str:
        """The number of the card, as its module gives it."""
        return self.token.serial


class ProfessionalDesk:
    """The professional cards of one workstation. Its methods may be called from any thread; each takes its turn."""

    def __init__(self, module: CardModule, readers: CardDesk) -> None:
        """Reach the cards by ``module``, and know their presence by ``readers``."""
        self.module = module
        self._readers = readers
        self._lock = threading.RLock()
        self._read: dict[str, ProfessionalCard] = {}
        self._places: dict[str, str] = {}
        self._latest: list[str] = []
        self._unlocked: ProfessionalCard | None = None
        self._removals = 0
        self._seen: dict[str, int] = {}
        self._hears = False
        readers.listeners.append(self.hear)

    @property
    def is_simulated(self) -> bool:
        """True where the cards are fictitious."""
        return self.module.is_simulated

    @property
    def removals(self) -> int:
        """How many times a professional card, or whatever may be one, went since the start."""
        return self._removals

    def hear(self, event: CardEvent) -> None:
        """Follow the readers: what was read of a card that went is forgotten, and what it had opened is shut.

        Called on the thread of the watch, which nothing may hold up: the module is ended, and begins anew when asked.
        """
        self._hears = True
        if event.happening is Happening.CARD_INSERTED:
            self._latest = [*(one for one in self._latest if one != event.reader), event.reader]
            self._places.pop(event.reader, None)
        elif event.happening in _GONE:
            self._latest = [one for one in self._latest if one != event.reader]
        elif event.happening is Happening.SERVICE_DOWN:
            self._latest = []
        if _may_be_ours(event, self._readers):
            self._removals += 1
        unlocked = self._unlocked
        if unlocked is not None and not self.is_present(unlocked.serial):
            self._unlocked = None
            self.module.close()

    def serial_in(self, reader: str) -> str:
        """Return the number of the card that is, or was last, in a reader; empty where it was not read.

        Kept after the removal, so that the one who hears of it can tell which card went.
        """
        return self._places.get(reader, "")

    def is_present(self, serial: str) -> bool:
        """Return True while a card that was read is in its reader; asks neither card nor module.

        A card whose reader is not known is taken as there until some professional card goes; so is every card while
        nobody watches the readers.
        """
        if not self._hears:
            return True
        places = [reader for reader, held in tuple(self._places.items()) if held == serial]
        if not places:
            return self._seen.get(serial) == self._removals
        return any(reader in self._latest for reader in places)

    def cards(self) -> tuple[ProfessionalCard, ...]:
        """Return every professional card there is, the last one inserted first. Raises ProfessionalCardFailure.

        A card without authentication certificate is left out as long as another has one.
        """
        with self._lock:
            self._shut_if_gone()
            slots = self._slots()
            tokens = self.module.tokens()
            found, failure = [], None
            for token in tokens:
                try:
                    found.append(self._card(token, reader_of(token, slots, len(tokens), self._readers)))
                except CertificateAbsent as absent:
                    failure = absent
            if not found and failure is not None:
                raise failure
            return tuple(sorted(found, key=lambda card: -self._rank(card)))

    def card(self) -> ProfessionalCard:
        """Return the professional card: the only one, or the last one inserted.

        Raises ProfessionalCardAbsent, SeveralCards where nothing says which, or what stood in the way.
        """
        found = self.cards()
        if not found:
            raise ProfessionalCardAbsent("Aucune carte de professionnel n’est insérée.")
        if len(found) > 1 and self._rank(found[0]) == self._rank(found[1]):
            names = ", ".join(f"{card.facts.given_name} {card.facts.family_name}".strip() for card in found)
            raise SeveralCards(f"Plusieurs cartes de professionnel sont insérées : {names}.")
        return found[0]

    def unlock(
        self, serial: str, code: bytearray | None, *, last_try: bool = False
    ) -> tuple[ProfessionalCard, tuple[CardSituation, ...]]:
        """Present the code to the card of that number, once; return it and its situations. ``code`` is zeroed.

        ``last_try`` says that its holder confirmed the last one. The card stays unlocked until ``lock``, or until it
        is pulled. Raises ProfessionalCardFailure; a code that would waste a try is never presented.
        """
        try:
            with self._lock:
                card = self._present(serial)
                check_code(card.token, code, last_try=last_try)
                removals = self._removals
                # The keys of the reader take the code where it has some: ours, if any, is not sent beside it.
                objects = self.module.unlock(serial, None if card.token.has_pinpad else code)
                self._unlocked = card
                if removals != self._removals:
                    self._shut_if_gone()
                return card, situations_of(objects)
        finally:
            if code is not None:
                code[:] = bytes(len(code))

    def sign(self, data: bytes, use: KeyUse = KeyUse.AUTHENTICATION) -> tuple[bytes, bytes]:
        """Sign with a key of the card that is unlocked; return the signature (SHA256-RSA-PKCS) and the certificate.

        Raises CardChanged where the card went since it was unlocked, or the ProfessionalCardFailure of the module.
        """
        with self._lock:
            self._shut_if_gone()
            card = self._unlocked
            if card is None:
                raise CardChanged("La carte déverrouillée n’est plus dans le lecteur.")
            key = certificate_for(use, card.objects)
            return self.module.sign(card.serial, key, use, data), key.value

    def lock(self) -> None:
        """Shut what a code had opened: the module would keep the card unlocked for every program."""
        with self._lock:
            if self._unlocked is not None:
                self._unlocked = None
                self.module.lock()

    def close(self) -> None:
        """End the module, whatever it is doing."""
        self.module.close()

    def _card(self, token: Token, reader: str) -> ProfessionalCard:
        """Return a card, read once: its certificates do not change while it stays in its reader."""
        known = self._read.get(token.serial)
        objects = known.objects if known is not None else self.module.read(token.serial)
        certificate = certificate_for(KeyUse.AUTHENTICATION, objects)
        card = ProfessionalCard(
            token=token,
            reader=reader,
            facts=known.facts if known is not None else certificates.facts_of(certificate.value),
            certificate=certificate,
            objects=objects,
        )
        self._read[token.serial] = card
        self._seen[token.serial] = self._removals
        if reader:
            self._places[reader] = token.serial
        return card

    def _present(self, serial: str) -> ProfessionalCard:
        """Return the card of a number, as it is now. Raises CardChanged where it is another, or none."""
        found = next((card for card in self.cards() if card.serial == serial), None)
        if found is None:
            raise CardChanged("La carte affichée n’est plus dans le lecteur.")
        return found

    def _shut_if_gone(self) -> None:
        """Forget what was read once a card went, and shut the session of one that is not there any more."""
        self._read = {serial: card for serial, card in self._read.items() if self.is_present(serial)}
        if self._unlocked is not None and not self.is_present(self._unlocked.serial):
            self._unlocked = None
            # A session on a card that went is often beyond closing: with the module, it ends.
            self.module.close()

    def _slots(self) -> Sequence[Slot]:
        try:
            return [slot for slot in self._readers.slots() if slot.present]
        except CardFailure:
            return []

    def _rank(self, card: ProfessionalCard) -> int:
        return self._latest.index(card.reader) + 1 if card.reader in self._latest else 0


def _may_be_ours(event: CardEvent, readers: CardDesk) -> bool:
    """Return True where a professional card may have gone; a Vitale never stands for one."""
    if event.happening is Happening.CARD_REMOVED:
        return readers.kind_of(event.atr).is_cps
    return event.happening in _GONE or event.happening is Happening.SERVICE_DOWN


def reader_of(token: Token, slots: Sequence[Slot], count: int, readers: CardDesk) -> str:
    """Return the PC/SC reader in which a token is; empty where nothing links them.

    ``slots`` hold a card each; ``count`` is how many tokens the module sees.
    """
    named = next((slot.reader for slot in slots if same_reader(token.reader, slot.reader)), None)
    if named is not None:
        return named
    professional = [slot for slot in slots if readers.kind_of(slot.atr).is_cps]
    if len(professional) == 1 and count == 1:
        return professional[0].reader
    for slot in professional:
        try:
            if same_card(readers.serial(slot.reader), token.serial):
                return slot.reader
        except CardFailure:
            continue
    return ""
