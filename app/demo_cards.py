"""Which card of the demonstration is in which reader, and what happens when one puts it in or pulls it out?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cards import imitations
from app.cards.virtual import VirtualTransport
from app.cards.virtual_cps import VirtualAuthority, VirtualCps
from app.cards.vitale import Identity
from app.kernel.clock import SystemClock
from app.officine.scan import apcv
from app.sandbox import cards as sandbox
from app.sandbox import rights

if TYPE_CHECKING:
    from app.cards.virtual import Card
    from app.kernel.clock import Clock
    from app.sandbox.cards import FictitiousCard


_CPS_ATRS = {"cps3": imitations.ATR_CPS_3, "cps4": imitations.ATR_CPS_4}
_OFFICINE = ("1639999010", "PHARMACIE DE DÉMONSTRATION")


@dataclass(frozen=True, slots=True)
class DemoCard:
    """A card of the demonstration; ``reader`` is where it is, empty while it is out."""

    key: str
    title: str
    about: str
    reader: str


class DemoCards:
    """The virtual readers of a simulation and the cards beside them."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Lay the cards beside empty readers; the phones show their codes by ``clock``."""
        self._set, self._phones, self._clock = sandbox.read(), rights.phones(), clock or SystemClock()
        self.transport = VirtualTransport(self._set.readers)
        self._places: dict[str, str] = {}
        self.authority = VirtualAuthority()
        self._professional = {one.key: made for one in self._set.cards if (made := _cps(one, self.authority))}

    def professional(self) -> dict[str, VirtualCps]:
        """Return the professional cards that are in a reader, by the reader."""
        places = dict(self._places)
        return {reader: self._professional[key] for reader, key in places.items() if key in self._professional}

    def cards(self) -> list[DemoCard]:
        """Return the cards, each with the reader in which it is, then the phones, which go into none."""
        where = {key: reader for reader, key in self._places.items()}
        laid = [DemoCard(one.key, one.title, one.about, where.get(one.key, "")) for one in self._set.cards]
        return laid + [DemoCard(_phone_key(one.number), one.title, one.about, "") for one in self._phones]

    def code(self, key: str) -> str:
        """Return what a phone shows, to be scanned; empty for a card."""
        phone = next((one for one in self._phones if _phone_key(one.number) == key), None)
        return "" if phone is None else apcv.build(phone.number, self._clock.now() - phone.shown_ago)

    def vitale_in(self) -> str:
        """Return the key of the Vitale that is in a reader; empty where there is none."""
        vitales = {one.key for one in self._set.cards if one.kind.startswith("vitale")}
        return next((key for key in self._places.values() if key in vitales), "")

    def toggle(self, key: str) -> bool:
        """Put a card in, in the first empty reader or in place of the first card; pull it where it is in.

        Return True where it is in now.
        """
        for reader, held in self._places.items():
            if held == key:
                del self._places[reader]
                self.transport.pull(reader)
                return False
        readers = self._set.readers
        reader = next((one for one in readers if one not in self._places), readers[0])
        self._places[reader] = key
        self.transport.insert(reader, _made(next(one for one in self._set.cards if one.key == key)))
        return True


def _phone_key(number: int) -> str:
    return f"phone{number}"


def _made(card: FictitiousCard) -> Card:
    if card.kind == "vitale2":
        people = [Identity(one.family_name, one.first_name, one.birth, one.nir, "FR") for one in card.people]
        return imitations.vitale_card(people, card.nirs)
    if card.kind in _CPS_ATRS:
        return imitations.cps_card(card.serial, _CPS_ATRS[card.kind])
    if card.kind == "mute":
        return imitations.silent_card()
    atrs = {"vitale1": imitations.ATR_VITALE_1}
    return imitations.plain_card(atrs.get(card.kind, imitations.ATR_UNKNOWN))


def _cps(card: FictitiousCard, authority: VirtualAuthority) -> VirtualCps | None:
    """Return the professional card that a fictitious one is; None where it is of another kind."""
    holder = card.holder
    if holder is None:
        return None
    return VirtualCps(
        serial=card.serial,
        family_name=holder.family_name,
        given_name=holder.given_name,
        rpps=holder.rpps,
        title="Pharmacien",
        code=holder.code,
        structure_id=_OFFICINE[0],
        structure_name=_OFFICINE[1],
        authority=authority,
        tries=holder.tries,
    )
