"""Does any card at all, honest, damaged or hostile, leave a clean state, a French sentence and no half of a person?"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cards import imitations, tlv, vitale
from app.cards.desk import CardDesk
from app.cards.failures import CardDefect, CardFailure, CardUnknown, ReaderAbsent
from app.cards.kinds import CardKind, kind_of
from app.cards.virtual import VirtualTransport
from app.cards.vitale import Identity
from app.kernel.identifiers import nir_key
from app.kernel.outcome import Done
from app.officine.patients.card_desk import PatientCards
from app.officine.patients.model import Coverage
from app.officine.rights import reading, rules
from app.officine.rights.model import Meanings

if TYPE_CHECKING:
    from app.store.database import Database

pytestmark = pytest.mark.req("OFF-CARD-05")

READER = "Lecteur"
NIR = "2880799999001" + nir_key("2880799999001")
ROSE = Identity("TILLEUL", "ROSE", "19880702", NIR, "FR")
TODAY = dt.date(2026, 11, 25)
LEFT_S = 2.0
"""After how long whoever put a card in is told, whatever it does."""


class Altered(imitations.ImitationCard):
    """A Vitale whose answers are altered on their way, from the one of a given rank on."""

    def __init__(self, change: str, rank: int, octets: bytes) -> None:
        whole = imitations.vitale_card([ROSE])
        super().__init__(whole.atr, whole._master)
        self._change, self._rank, self._octets = change, rank, octets

    def transmit(self, command: bytes) -> bytes:
        """Answer, cut, lengthened, changed or replaced."""
        answer = super().transmit(command)
        if self.commands <= self._rank:
            return answer
        if self._change == "cut":
            return answer[: len(self._octets) % (len(answer) + 1)]
        if self._change == "longer":
            return answer[:-2] + self._octets + answer[-2:]
        if self._change == "status":
            return answer[:-2] + self._octets[:2].ljust(2, b"\x00")
        return self._octets


def read(card: object) -> tuple[Identity, ...] | CardFailure:
    """Return what a card names, or why it can't be read, within the time."""
    transport = VirtualTransport([READER])
    transport.insert(READER, card)  # type: ignore[arg-type]
    begun = time.monotonic()
    try:
        return CardDesk(transport, limit_s=1.0).identities(READER)
    except CardFailure as failure:
        return failure
    finally:
        assert time.monotonic() - begun < LEFT_S


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["cut", "longer", "status", "other"]), st.integers(0, 6), st.binary(min_size=1, max_size=300))
def test_an_answer_altered_anywhere_gives_people_or_a_sentence(change: str, rank: int, octets: bytes) -> None:
    found = read(Altered(change, rank, octets))
    if isinstance(found, CardFailure):
        assert found.code.startswith("GAL-CRT-")
        assert found.text.endswith(".")
        assert found.advice
    else:
        assert all(person.nir in {"", NIR} for person in found), "a number is whole, with its key, or is none"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_content_of_the_two_lists_gives_people_or_a_sentence(people: bytes, numbers: bytes) -> None:
    card = imitations.vitale_card([])
    card._master.files[0x2F10].data = people or b"\x00"
    card._master.folders[0x2000].files[0x2002].data = numbers or b"\x00"
    found = read(card)
    assert isinstance(found, CardFailure | tuple)


@settings(max_examples=300, deadline=None)
@given(st.text("0123456789AB ", min_size=13, max_size=16))
def test_a_number_without_its_right_key_is_no_number(number: str) -> None:
    found = read(imitations.vitale_card([ROSE], [number]))
    assert isinstance(found, tuple)
    assert found[0].nir in {"", number.strip()}
    assert not found[0].nir or found[0].nir[13:] == nir_key(found[0].nir[:13])


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=33))
def test_any_answer_to_reset_is_a_kind_and_an_unknown_one_is_told(atr: bytes) -> None:
    if atr and kind_of(atr) is CardKind.UNKNOWN:
        found = read(imitations.plain_card(atr))
        assert isinstance(found, CardUnknown)
        assert "n’est pas une carte Vitale" in found.text


@pytest.mark.parametrize("atr", ["3F65250022 09 69 9000", "3F652500 2C 09 F9 9000", "3F652500 52 09 6A 9000"])
def test_a_vitale_1_is_recognised_and_its_limits_told(atr: str) -> None:
    found = read(imitations.plain_card(bytes.fromhex(atr)))
    assert isinstance(found, CardUnknown)
    assert "Vitale 1" in found.text


class Endless:
    """A card that answers what no card ends."""

    atr = imitations.ATR_VITALE_2

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def reset(self) -> None:
        """Do nothing."""

    def transmit(self, _command: bytes) -> bytes:
        """Answer always the same."""
        return self._answer


@pytest.mark.parametrize(
    "answer",
    [
        b"\x61\xff",
        b"\x00" * 256 + b"\x61\x00",
        b"\x41" * 256 + b"\x90\x00",
        b"\x41" * 65_534 + b"\x90\x00",
        b"",
        b"\x6c\x00",
        b"\x65\x82\xff\xff" + b"\x41" * 200 + b"\x90\x00",
        b"\x65\x80" * 100 + b"\x90\x00",
    ],
    ids=["61FF", "61 with data", "endless file", "64 kB", "nothing", "6C for ever", "lying length", "no length"],
)
def test_a_card_without_end_or_measure_is_a_defect(answer: bytes) -> None:
    assert isinstance(read(Endless(answer)), CardDefect | CardUnknown)


class Unplugging(imitations.ImitationCard):
    """A card whose reader is unplugged in the middle of an exchange."""

    def __init__(self, transport: VirtualTransport) -> None:
        whole = imitations.vitale_card([ROSE])
        super().__init__(whole.atr, whole._master)
        self._transport = transport

    def transmit(self, command: bytes) -> bytes:
        """Answer twice, then lose the reader."""
        answer = super().transmit(command)
        if self.commands == 2:
            del self._transport._cards[READER]
        return answer


def test_a_reader_unplugged_in_mid_exchange_leaves_nothing_and_is_taken_up_again() -> None:
    transport = VirtualTransport([READER])
    transport.insert(READER, Unplugging(transport))
    desk = CardDesk(transport)
    begun = time.monotonic()
    with pytest.raises(ReaderAbsent):
        desk.identities(READER)
    assert time.monotonic() - begun < LEFT_S
    transport._cards[READER] = None
    transport.insert(READER, imitations.vitale_card([ROSE]))
    assert desk.identities(READER) == (ROSE,)


NAMES = {
    "UTF-8": "GENÊT".encode(),
    "Latin-1": "GENÊT".encode("latin-1"),
    "UTF-16": "GENÊT".encode("utf-16-le"),
    "Windows-1252": b"C\x9cUR",
    "control": b"TIL\x1b[31mLEUL\x07",
    "zeros": b"TIL\x00LEUL\x00\x00",
    "direction": "TIL\u202eLEUL".encode(),
    "all octets": bytes(range(256)),
    "long": b"A" * 7_000,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("birth", ["19851300", "19854299", "19850000", "19850431", "00000000", "ABCDEFGH", ""])
def test_any_name_and_any_date_come_as_far_as_the_files(name: bytes, birth: str, sqlite_database: Database) -> None:
    entry = tlv.encode(0x65, tlv.encode(0x80, name) + tlv.encode(0x81, name) + tlv.encode(0x82, birth.encode()))
    card = imitations.vitale_card([])
    card._master.files[0x2F10].data = entry + b"\x00"
    transport = VirtualTransport([READER])
    transport.insert(READER, card)
    outcome = PatientCards(sqlite_database, CardDesk(transport), production=False).read(READER)
    assert isinstance(outcome, Done)
    (person,) = outcome.value.beneficiaries
    assert person.family_name.isprintable()
    assert person.birth == birth
    assert person.matches == ()
    assert person.draft.birth_date is None or person.draft.birth_date.year == 1985


@pytest.mark.parametrize("count", [0, 1, 3, 19])
def test_lists_of_different_length_give_the_people_without_their_numbers(count: int) -> None:
    people = [ROSE, Identity("TILLEUL", "ARTHUR", "20231011", NIR, "FR")]
    found = read(imitations.vitale_card(people, [NIR] * count))
    assert isinstance(found, tuple)
    assert [one.nir for one in found] == ["", ""]


def test_a_file_of_a_thousand_objects_is_left_or_read_whole() -> None:
    content = b"".join(tlv.encode(0x65, tlv.encode(0x80, b"X%d" % rank)) for rank in range(1_000))
    assert len(vitale.joined([tlv.fields(value) for _, value in tlv.decode(content)], [])) == 1_000


FIELDS = st.lists(st.text(max_size=20) | st.sampled_from(["20261231", "00", "0", NIR[:13], "01", "D0"]), max_size=20)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([40, 101, 102, 104, 105, 106, 107, 108, 109, 111, 300]), FIELDS), max_size=30)
)
def test_any_groups_of_a_component_are_read_or_refused_and_never_more_than_said(
    groups: list[tuple[int, list[str]]],
) -> None:
    insured, people, findings = reading.read((number, tuple(fields)) for number, fields in groups)
    assert insured is not None or any(finding.severity == "error" for finding in findings)
    for one in people:
        if insured is None:
            continue
        compared = rules.compare(insured, one, Coverage(), TODAY, Meanings())
        assert not compared.coverage.ald, "without a table no code opens anything"
        assert compared.coverage.exemption is None
