"""Are real readers read through whatever people, programs and services do to them? On a real pcscd, virtual cards."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import psutil
import pytest
from card_readers import READERS, wait_until

from app.cards import imitations, pcsc
from app.cards.desk import CardDesk
from app.cards.failures import (
    CardAbsent,
    CardBusy,
    CardDefect,
    CardFailure,
    CardRemoved,
    CardReset,
    CardServiceAbsent,
    CardSlow,
    CardUnknown,
    ReaderAbsent,
)
from app.cards.pcsc import PcscTransport
from app.cards.transport import CardEvent, Happening
from app.cards.vitale import Identity
from app.kernel.identifiers import nir_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from card_readers import Service, Slot

pytestmark = pytest.mark.req("OFF-CARD-01")

_NIR = "2880799999001" + nir_key("2880799999001")
FAMILY = (
    Identity("TILLEUL", "ROSE", "19880702", _NIR, "FR"),
    Identity("TILLEUL", "ARTHUR", "20231011", _NIR, "FR"),
)
SERIAL = "80250000019900000042"
INSERTIONS = int(os.environ.get("GALIEN_FAULT_COUNT", "30"))
"""How many cards are put in, two at a time, by the long test: 3 000 in ``galien selftest cards``."""
FAR_SERVICE = 8.0
"""pcscd looks at a virtual slot every 400 ms; on a machine that works it may take some more."""


class Heard:
    """What a watch told, with when."""

    def __init__(self) -> None:
        self.events: list[CardEvent] = []

    def __call__(self, event: CardEvent) -> None:
        """Note an event."""
        self.events.append(event)

    def count(self, happening: Happening, reader: str = "") -> int:
        """Return how often it happened, anywhere or in one reader."""
        return sum(event.happening is happening and reader in {"", event.reader} for event in tuple(self.events))

    def wait(self, happening: Happening, reader: str = "", times: int = 1) -> float:
        """Wait until it happened so often; return how long that took."""
        return wait_until(lambda: self.count(happening, reader) >= times, FAR_SERVICE)


@pytest.fixture
def desk(pcscd: Service) -> Iterator[CardDesk]:
    """The desk on the service's readers, not watching."""
    made = CardDesk(PcscTransport())
    yield made
    made.stop()


@pytest.fixture
def heard(desk: CardDesk) -> Heard:
    """What is heard from the moment when both readers are known."""
    told = Heard()
    desk.start(told)
    wait_until(lambda: told.count(Happening.READER_ADDED) == 2, FAR_SERVICE)
    return told


def test_the_readers_are_listed_with_their_cards(desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard) -> None:
    slots[1].insert(imitations.cps_card(SERIAL))
    heard.wait(Happening.CARD_INSERTED, READERS[1])
    empty, full = desk.slots()
    assert (empty.reader, empty.present, full.reader, full.present) == (READERS[0], False, READERS[1], True)
    assert desk.kind_of(full.atr) == "cps3"
    with pytest.raises(CardAbsent, match="vide"):
        desk.identities(READERS[0])
    with pytest.raises(ReaderAbsent):
        desk.identities("Un autre lecteur")


def test_a_vitale_inserted_is_told_and_read(desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard) -> None:
    slots[0].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[0])
    begun = time.monotonic()
    assert desk.identities(READERS[0]) == FAMILY
    assert time.monotonic() - begun < 1
    slots[0].pull()
    heard.wait(Happening.CARD_REMOVED, READERS[0])


def test_two_cards_at_once_are_read_without_cross_talk(desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard) -> None:
    slots[0].insert(imitations.vitale_card(FAMILY))
    slots[1].insert(imitations.cps_card(SERIAL))
    for reader in READERS:
        heard.wait(Happening.CARD_INSERTED, reader)
    slots[0].delay_s = slots[1].delay_s = 0.02
    read: dict[str, object] = {}
    threads = [
        threading.Thread(target=lambda: read.__setitem__("vitale", desk.identities(READERS[0]))),
        threading.Thread(target=lambda: read.__setitem__("cps", desk.serial(READERS[1]))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert read == {"vitale": FAMILY, "cps": SERIAL}


def test_a_card_pulled_in_mid_reading_leaves_nothing_and_a_clean_reader(
    desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard
) -> None:
    slots[0].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[0])
    slots[0].drop_after = 1
    begun = time.monotonic()
    with pytest.raises(CardRemoved, match="retirée pendant la lecture") as failure:
        desk.identities(READERS[0])
    assert time.monotonic() - begun < 2
    assert failure.value.code == "GAL-CRT-05"
    heard.wait(Happening.CARD_REMOVED, READERS[0])
    slots[0].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[0], times=2)
    assert desk.identities(READERS[0]) == FAMILY


def test_a_card_reset_by_another_program_is_read_again(desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard) -> None:
    slots[0].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[0])
    scard = pcsc.library()
    ours = PcscTransport().connect(READERS[0])
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, other, _ = scard.SCardConnect(context, READERS[0], scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0)
    scard.SCardDisconnect(other, scard.SCARD_RESET_CARD)
    with pytest.raises(CardReset, match="réinitialisé"):
        ours.transmit(bytes.fromhex("00A40000023F00"))
    ours.close()
    scard.SCardReleaseContext(context)
    assert desk.identities(READERS[0]) == FAMILY


def test_a_card_held_by_another_program_is_told_then_taken_up(
    desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard
) -> None:
    slots[0].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[0])
    scard = pcsc.library()
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    code, other, _ = scard.SCardConnect(context, READERS[0], scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0)
    assert code == 0
    begun = time.monotonic()
    with pytest.raises(CardBusy, match="autre logiciel"):
        desk.identities(READERS[0])
    assert 0.9 < time.monotonic() - begun < 3, "it is tried again before it is told"
    scard.SCardDisconnect(other, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)
    assert desk.identities(READERS[0]) == FAMILY


def test_a_card_in_the_middle_of_another_program_s_transaction_is_waited_for_and_left_in_time(
    desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard
) -> None:
    slots[0].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[0])
    scard = pcsc.library()
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, other, _ = scard.SCardConnect(context, READERS[0], scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0)
    assert scard.SCardBeginTransaction(other) == 0
    begun = time.monotonic()
    with pytest.raises(CardSlow) as failure:
        desk.identities(READERS[0])
    assert time.monotonic() - begun < 3
    assert "autre logiciel" in failure.value.advice
    scard.SCardEndTransaction(other, scard.SCARD_LEAVE_CARD)
    scard.SCardDisconnect(other, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)
    wait_until(lambda: not any(thread.name.startswith("card ") for thread in threading.enumerate()))
    assert desk.identities(READERS[0]) == FAMILY


def test_two_programs_that_read_the_same_card_never_mix_what_they_select(
    desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard
) -> None:
    slots[0].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[0])
    desks = [CardDesk(PcscTransport(), limit_s=20) for _ in range(2)]
    read: list[object] = []
    threads = [
        threading.Thread(target=lambda one=one: read.extend(one.identities(READERS[0]) for _ in range(10)))
        for one in desks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert read == [FAMILY] * 20


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["in good order", "killed"])
def test_a_service_that_goes_and_comes_back_is_taken_up_with_the_same_card(
    desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard, pcscd: Service, how: signal.Signals
) -> None:
    slots[0].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[0])
    pcscd.stop(how)
    heard.wait(Happening.SERVICE_DOWN)
    assert heard.count(Happening.CARD_REMOVED, READERS[0]) == 1
    with pytest.raises(CardServiceAbsent, match="PC/SC"):
        desk.identities(READERS[0])
    slots[0].pull()
    pcscd.start()
    heard.wait(Happening.SERVICE_UP, times=2)
    slots[0].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[0], times=2)
    assert desk.identities(READERS[0]) == FAMILY


@pytest.mark.parametrize(
    ("card", "refusal"),
    [
        (imitations.plain_card(imitations.ATR_UNKNOWN), "n’est pas une carte Vitale"),
        (imitations.plain_card(imitations.ATR_VITALE_1), "Vitale 1"),
        (imitations.plain_card(bytes.fromhex("3B80800101")), "n’est pas une carte Vitale"),
        (imitations.plain_card(imitations.ATR_VITALE_2), "n’a pas les listes"),
    ],
    ids=["unknown", "Vitale 1", "T=1", "empty"],
)
def test_a_card_that_holds_no_identity_is_told_in_french(
    card: imitations.ImitationCard, refusal: str, desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard
) -> None:
    slots[0].insert(card)
    heard.wait(Happening.CARD_INSERTED, READERS[0])
    with pytest.raises(CardUnknown, match=refusal):
        desk.identities(READERS[0])


class Thief:
    """A card that answers what no card does."""

    def __init__(self, answer: bytes, delay_s: float = 0.0) -> None:
        self.atr = imitations.ATR_VITALE_2
        self._answer, self._delay_s = answer, delay_s

    def reset(self) -> None:
        """Do nothing."""

    def transmit(self, _command: bytes) -> bytes:
        """Answer always the same, in its own time."""
        time.sleep(self._delay_s)
        return self._answer


@pytest.mark.parametrize(
    ("thief", "kind"),
    [
        (Thief(b"\x61\x10"), CardDefect),
        (Thief(b"x" * 16 + b"\x61\x10"), CardDefect),
        (Thief(b"\x6c\x10"), CardUnknown),
        (Thief(b"x" * 65_000 + b"\x90\x00"), CardFailure),
        (Thief(b"\x90\x00", delay_s=0.7), CardSlow),
        (Thief(b"\x90\x00", delay_s=4.0), CardSlow),
        (Thief(b"\x90"), CardFailure),
        (Thief(b"\x65\x84\xff\xff\xff\xff" + b"\x90\x00"), CardDefect),
    ],
    ids=["endless", "endless with data", "endless 6C", "64 kB", "slow", "dead", "one octet", "lying length"],
)
def test_a_hostile_card_is_left_within_two_seconds(
    thief: Thief, kind: type[CardFailure], desk: CardDesk, slots: tuple[Slot, Slot], heard: Heard
) -> None:
    slots[0].insert(thief)
    heard.wait(Happening.CARD_INSERTED, READERS[0])
    begun = time.monotonic()
    with pytest.raises(kind):
        desk.identities(READERS[0])
    assert time.monotonic() - begun < 2.5
    slots[1].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[1])
    assert desk.identities(READERS[1]) == FAMILY, "the other reader is free"


def test_closing_with_a_card_in_and_a_reading_under_way_is_at_once(slots: tuple[Slot, Slot], pcscd: Service) -> None:
    desk, heard = CardDesk(PcscTransport()), Heard()
    desk.start(heard)
    slots[0].insert(imitations.vitale_card(FAMILY))
    heard.wait(Happening.CARD_INSERTED, READERS[0])
    slots[0].delay_s = 0.3
    ended: list[CardFailure] = []

    def read() -> None:
        try:
            desk.identities(READERS[0])
        except CardFailure as failure:
            ended.append(failure)

    reader = threading.Thread(target=read)
    reader.start()
    wait_until(lambda: any(thread.name.startswith("card ") for thread in threading.enumerate()))
    begun = time.monotonic()
    desk.stop()
    reader.join(1)
    assert not reader.is_alive()
    assert time.monotonic() - begun < 1
    assert [failure.code for failure in ended] == ["GAL-CRT-12"]
    wait_until(lambda: not any(thread.name.startswith("card") for thread in threading.enumerate()), 2)


class Tally(Heard):
    """What a watch told, counted only: it takes no memory of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._told: Counter[Happening] = Counter()

    def __call__(self, event: CardEvent) -> None:
        """Count an event."""
        self._told[event.happening] += 1

    def count(self, happening: Happening, _reader: str = "") -> int:
        """Return how often it happened."""
        return self._told[happening]


def slope(values: list[int]) -> float:
    """Return by how much values rise from one to the next, by the line that is nearest to them all."""
    middle, mean = (len(values) - 1) / 2, sum(values) / len(values)
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    return sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread


@pytest.mark.timeout(180 if INSERTIONS <= 60 else 0)
def test_insertions_lose_nothing_and_leave_no_trace(
    desk: CardDesk, slots: tuple[Slot, Slot], record_property: Callable[[str, object], None]
) -> None:
    told, process = Tally(), psutil.Process()
    desk.start(told)
    wait_until(lambda: told.count(Happening.READER_ADDED) == 2, FAR_SERVICE)
    memory: list[int] = []
    leftovers: list[tuple[int, int]] = []
    turns = INSERTIONS // 2
    for turn in range(1, turns + 1):
        for slot in slots:
            slot.insert(imitations.vitale_card(FAMILY))
        told.wait(Happening.CARD_INSERTED, times=2 * turn)
        assert [desk.identities(reader) for reader in READERS] == [FAMILY, FAMILY]
        for slot in slots:
            slot.pull()
        told.wait(Happening.CARD_REMOVED, times=2 * turn)
        if turn > turns // 3 and turn % max(1, turns // 30) == 0:
            memory.append(process.memory_info().rss)
            leftovers.append((threading.active_count(), process.num_fds()))
    assert (told.count(Happening.CARD_INSERTED), told.count(Happening.CARD_REMOVED)) == (2 * turns, 2 * turns)
    rise = slope(memory) * (len(memory) - 1)
    record_property("insertions", 2 * turns)
    record_property("rss_first_kib", memory[0] // 1024)
    record_property("rss_last_kib", memory[-1] // 1024)
    record_property("rss_rise_kib", round(rise / 1024))
    assert rise < 4_000_000, "the memory grows with the insertions"
    assert leftovers[-1] <= leftovers[0], "threads or handles are left behind"
