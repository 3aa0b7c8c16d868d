"""Is a card read within limits, its objects whole or refused, its kind known by its answer to reset?"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cards import apdu, cps, imitations, tlv, vitale
from app.cards.desk import CardDesk
from app.cards.failures import CardBusy, CardDefect, CardFailure, CardMute, CardReset, CardSays, CardSlow
from app.cards.kinds import CardKind, kind_of
from app.cards.pcsc import failure_of
from app.cards.transport import CardEvent, Happening
from app.cards.virtual import VirtualTransport
from app.cards.vitale import Identity
from app.cards.watcher import Watcher
from app.kernel.errors import EnvironmentFailure
from app.kernel.identifiers import nir_key

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.req("OFF-CARD-01")

NIR = "2850399999001" + nir_key("2850399999001")
CAMILLE = Identity("DURAND", "CAMILLE", "19850312", NIR, "FR")
READER = "Lecteur"


class Script:
    """A link that answers what it was told to, command after command."""

    atr = imitations.ATR_VITALE_2

    def __init__(self, *answers: str) -> None:
        self.answers = [bytes.fromhex(answer) for answer in answers]
        self.commands: list[str] = []

    def transmit(self, command: bytes) -> bytes:
        """Give the next answer; the last one again and again."""
        self.commands.append(command.hex().upper())
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        """Do nothing."""


def desk_with(card: imitations.ImitationCard, limit_s: float = 1.9) -> CardDesk:
    transport = VirtualTransport([READER])
    transport.insert(READER, card)
    return CardDesk(transport, limit_s=limit_s)


# --- Kinds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("atr", "kind"),
    [
        *((f"3B75130000{mark}09EA9000", CardKind.VITALE_2) for mark in "43 44 45 46 47 48 49 4B 4C".split()),  # noqa: SIM905 -- as the list is published
        ("3B751300004509FA9000", CardKind.VITALE_2),
        ("3F6525002209699000", CardKind.VITALE_1),
        ("3F6525002C09F99000", CardKind.VITALE_1),
        ("3F65250052096A9000", CardKind.VITALE_1),
        ("3F652500A4096A9000", CardKind.VITALE_1),
        ("3BAC00402A001225006480000310009000", CardKind.CPS_3),
        ("3B9B188001001225006480040100009044", CardKind.CPS_4),
        ("3B9B188001001225006480000401009044", CardKind.CPS_4),
        ("3BDC18FF00001225006480000401009000", CardKind.CPS_4),
        ("3BAC00402A001225006480820212009000", CardKind.CPS),
        ("3B6800000073C84013009000", CardKind.UNKNOWN),
        ("3B", CardKind.UNKNOWN),
        ("", CardKind.UNKNOWN),
    ],
)
def test_the_kind_is_known_by_the_answer_to_reset(atr: str, kind: CardKind) -> None:
    assert kind_of(bytes.fromhex(atr)) is kind


@given(st.binary(max_size=40))
def test_any_answer_to_reset_has_a_kind(atr: bytes) -> None:
    assert kind_of(atr) in CardKind


# --- TLV --------------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from([0x65, 0x80, 0x93, 0x7F21, 0x5F37]), st.binary(max_size=300)), max_size=8))
def test_what_is_written_is_read_back_and_padding_ends_it(objects: list[tuple[int, bytes]]) -> None:
    content = b"".join(tlv.encode(tag, value) for tag, value in objects)
    assert tlv.decode(content) == objects
    assert tlv.decode(content + b"\x00" * 20) == objects
    assert tlv.decode(content + b"\xff" * 20) == objects


@given(st.binary(max_size=60))
def test_any_content_is_read_or_refused_as_defective(content: bytes) -> None:
    try:
        assert sum(len(value) for _, value in tlv.decode(content)) <= len(content)
    except CardDefect as failure:
        assert failure.code == "GAL-CRT-10"  # noqa: PT017 -- either outcome is right


@pytest.mark.parametrize("content", ["65", "6505AABB", "6581", "65820001", "6584FFFFFFFF", "6580", "5F", "5F8181"])
def test_an_object_cut_short_is_refused_never_half_a_value(content: str) -> None:
    with pytest.raises(CardDefect, match="incomplet"):
        tlv.decode(bytes.fromhex(content))


# --- Exchanges --------------------------------------------------------------------------------------------------------


def test_more_and_wrong_length_are_followed() -> None:
    link = Script("6C05", "AABB6103", "CCDDEE9000")
    assert apdu.exchange(link, bytes.fromhex("00B0820000")) == (bytes.fromhex("AABBCCDDEE"), 0x9000)
    assert link.commands == ["00B0820000", "00B0820005", "00C0000003"]


@pytest.mark.parametrize(
    "answer", ["6110", "AA6110", "90", "", "AA" * 300 + "9000"], ids=["empty", "one", "cut", "none", "too long"]
)
def test_an_answer_that_never_ends_or_is_no_answer_is_refused(answer: str) -> None:
    link = Script(answer)
    with pytest.raises(CardDefect):
        apdu.exchange(link, bytes.fromhex("00B0820000"))
    assert len(link.commands) < 300


def test_a_file_without_end_is_left() -> None:
    link = Script("AA" * 256 + "9000")
    with pytest.raises(CardDefect, match="fin"):
        apdu.read_binary(link, 2)
    assert len(link.commands) < 80


def test_a_file_longer_than_one_block_is_read_whole() -> None:
    people = [Identity(f"DURAND-{chr(65 + rank)}", "LÉO", "20150704", NIR, "FR") for rank in range(18)]
    assert list(desk_with(imitations.vitale_card(people)).identities(READER)) == people


def test_a_refusal_carries_the_status_word_of_the_standard() -> None:
    with pytest.raises(CardSays) as refusal:
        apdu.expect(Script("6982"), bytes.fromhex("00B0000000"))
    assert refusal.value.status == 0x6982
    assert "6982" in refusal.value.text


# --- Vitale and CPS ---------------------------------------------------------------------------------------------------


def test_the_sequence_observed_on_a_vitale_is_the_one_that_is_sent() -> None:
    link = Script("9000", tlv.encode(0x65, tlv.encode(0x80, b"DURAND")).hex() + "9000", "9000", "00009000")
    vitale.read_identities(link)
    assert link.commands == [
        "00A40000023F00", "00B0820000", "00A404000BD250000002564954414C45", "00B0820000",
    ]  # fmt: skip


def test_lists_of_different_length_leave_every_number_out() -> None:
    people = [CAMILLE, Identity("DURAND", "LÉO", "20150704")]
    read = desk_with(imitations.vitale_card(people, [NIR])).identities(READER)
    assert [one.nir for one in read] == ["", ""]
    assert [one.first_name for one in read] == ["CAMILLE", "LÉO"]


@pytest.mark.parametrize("nir", ["285039999900100", "2850399999", "x" * 15, ""])
def test_a_number_with_a_wrong_key_is_no_number(nir: str) -> None:
    assert desk_with(imitations.vitale_card([CAMILLE], [nir])).identities(READER)[0].nir == ""


def test_latin_1_names_and_lunar_dates_are_kept_as_read() -> None:
    one = Identity("ÉLÉPHANT-ÏLE", "AÏCHA", "19850000", NIR, "FR")
    assert desk_with(imitations.vitale_card([one])).identities(READER) == (one,)


def test_what_can_not_be_shown_is_told_and_nothing_breaks() -> None:
    entry = tlv.encode(0x80, b"DUR\x85\x00ND  ") + tlv.encode(0x82, b"\xff\xfe")
    (read,) = vitale.joined([tlv.fields(entry)], [])
    assert read.family_name == "DUR\ufffd\ufffdND"
    assert read.first_name == ""


def test_a_card_without_beneficiary_names_nobody() -> None:
    assert desk_with(imitations.vitale_card([])).identities(READER) == ()


def test_a_number_never_shows_where_an_identity_is_written() -> None:
    assert NIR not in f"{CAMILLE!r} {CAMILLE}"


@pytest.mark.parametrize("atr", [imitations.ATR_CPS_3, imitations.ATR_CPS_4])
def test_a_cps_gives_its_serial_number_and_nothing_else_is_asked(atr: bytes) -> None:
    card = imitations.cps_card("80250000019900000042", atr)
    assert desk_with(card).serial(READER) == "80250000019900000042"
    assert card.commands == 3, "the file is selected, its length told, then read"
    assert cps.read_serial(Script("6A82")) == ""


# --- The desk ---------------------------------------------------------------------------------------------------------


class Fickle(VirtualTransport):
    """Readers whose card is held, reset or mute for the first tries."""

    def __init__(self, *failures: CardFailure) -> None:
        super().__init__([READER])
        self.failures = list(failures)

    def connect(self, reader: str) -> object:  # type: ignore[override]
        """Fail as told, then connect."""
        if self.failures:
            raise self.failures.pop(0)
        return super().connect(reader)


@pytest.mark.parametrize("kind", [CardBusy, CardMute, CardReset])
def test_what_passes_by_itself_is_tried_again(kind: type[CardFailure]) -> None:
    transport = Fickle(kind("."), kind("."))
    transport.insert(READER, imitations.vitale_card([CAMILLE]))
    assert CardDesk(transport).identities(READER) == (CAMILLE,)


class Blocking(imitations.ImitationCard):
    """A card that does not answer until it is let go."""

    def __init__(self) -> None:
        super().__init__(imitations.ATR_VITALE_2, imitations.Folder())
        self.go = threading.Event()

    def transmit(self, command: bytes) -> bytes:
        """Answer once let go."""
        self.go.wait(10)
        return super().transmit(command)


def test_a_driver_that_never_comes_back_holds_nobody_up() -> None:
    card = Blocking()
    desk = desk_with(card, limit_s=0.2)
    begun = time.monotonic()
    with pytest.raises(CardSlow, match="à temps"):
        desk.identities(READER)
    with pytest.raises(CardBusy, match="pas fini"):
        desk.identities(READER)
    assert time.monotonic() - begun < 2
    card.go.set()


def test_closing_lets_go_of_what_is_being_read() -> None:
    card = Blocking()
    desk = desk_with(card, limit_s=10)
    threading.Timer(0.1, desk.stop).start()
    with pytest.raises(CardSlow, match="interrompue"):
        desk.identities(READER)
    card.go.set()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0x8010000B, "autre logiciel"),
        (0x80100016, "retirée"),
        (0x80100069, "retirée"),
        (0x80100068, "réinitialisé"),
        (0x8010000C, "vide"),
        (0x80100009, "plus branché"),
        (0x80100066, "ne répond pas"),
        (0x8010001D, "PC/SC"),
        (0x8010001D - 2**32, "PC/SC"),
        (0x80100013, "PC/SC"),
        (0x8010FFFF, "8010FFFF"),
    ],
)
def test_each_code_of_pcsc_is_a_failure_of_the_environment_in_french(code: int, text: str) -> None:
    failure = failure_of(code)
    assert isinstance(failure, EnvironmentFailure)
    assert text in failure.text
    assert failure.code.startswith("GAL-CRT-")
    assert failure.advice


# --- The watch, by the states that PC/SC gives ------------------------------------------------------------------------


class Binding:
    """The states of the binding that the watch looks at."""

    SCARD_STATE_CHANGED, SCARD_STATE_PRESENT, SCARD_STATE_MUTE = 0x2, 0x20, 0x200


@pytest.fixture
def seen() -> tuple[list[CardEvent], Callable[[int, bytes], None]]:
    """What is told, and the way to show the watch a state."""
    told: list[CardEvent] = []
    watcher = Watcher(told.append)
    watcher._meet([READER])
    return told, lambda state, atr: watcher._see(Binding, READER, state, atr)


def told_of(told: list[CardEvent]) -> list[Happening]:
    return [event.happening for event in told[1:]]


def test_a_mute_card_is_told_once_and_its_leaving_too(
    seen: tuple[list[CardEvent], Callable[[int, bytes], None]],
) -> None:
    told, see = seen
    see(0x1_0220, b"")
    see(0x1_0222, b"")
    see(0x2_0010, b"")
    assert told_of(told) == [Happening.CARD_MUTE, Happening.CARD_REMOVED]


def test_a_card_swapped_for_one_with_the_same_answer_is_another_card(
    seen: tuple[list[CardEvent], Callable[[int, bytes], None]],
) -> None:
    told, see = seen
    see(0x1_0020, b"atr")
    see(0x1_0120, b"atr")
    assert told_of(told) == [Happening.CARD_INSERTED], "another program that uses the card is no event"
    see(0x3_0020, b"atr")
    assert told_of(told)[1:] == [Happening.CARD_REMOVED, Happening.CARD_INSERTED]


def test_a_reader_unplugged_with_its_card_takes_both_away() -> None:
    told: list[CardEvent] = []
    watcher = Watcher(told.append)
    watcher._meet([READER])
    watcher._see(Binding, READER, 0x1_0020, b"atr")
    watcher._meet([])
    assert told_of(told) == [Happening.CARD_INSERTED, Happening.CARD_REMOVED, Happening.READER_REMOVED]
