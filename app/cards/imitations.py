"""What does a card answer that imitates a Vitale or a CPS? For demonstrations and tests: fictitious people only.

Files and commands are those of ISO/IEC 7816-4, answered as a T=0 card does (``61xx``, ``6Cxx``). The layout of the
Vitale is the one observed by third parties; what is ours proves nothing about real cards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.cards import tlv, vitale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ATR_VITALE_2 = bytes.fromhex("3B751300004309EA9000")
ATR_VITALE_1 = bytes.fromhex("3F6525002C09699000")
ATR_CPS_3 = bytes.fromhex("3BAC00402A001225006480000310009000")
ATR_CPS_4 = bytes.fromhex("3B9B188001001225006480040100009044")
ATR_UNKNOWN = bytes.fromhex("3B6800000073C84013009000")

_OK = b"\x90\x00"
_NOT_FOUND, _FORBIDDEN, _NO_FILE, _CONDITIONS = b"\x6a\x82", b"\x69\x82", b"\x69\x86", b"\x69\x85"
_WRONG_LENGTH, _WRONG_PLACE, _NO_INSTRUCTION, _NO_CLASS = b"\x67\x00", b"\x6b\x00", b"\x6d\x00", b"\x6e\x00"
_LE_MOST = 256


@dataclass(slots=True)
class File:
    """An elementary file; ``short_id`` its SFI (0: none), ``forbidden`` never readable."""

    data: bytes
    short_id: int = 0
    forbidden: bool = False


@dataclass(slots=True)
class Folder:
    """A dedicated file: its name (AID), its files and folders by identifier."""

    name: bytes = b""
    files: dict[int, File] = field(default_factory=dict)
    folders: dict[int, Folder] = field(default_factory=dict)

    def every(self) -> Iterator[Folder]:
        """Give this folder and all below it."""
        yield self
        for folder in self.folders.values():
            yield from folder.every()


class ImitationCard:
    """A card of files: SELECT, READ BINARY, GET RESPONSE, and nothing else."""

    def __init__(self, atr: bytes, master: Folder) -> None:
        """Answer ``atr`` to a reset, and hold ``master`` as master file."""
        self.atr = atr
        self._master = master
        self.commands = 0
        self._folder: Folder = master
        self._file: File | None = None
        self._pending = b""

    def reset(self) -> None:
        """Forget what was selected."""
        self._folder, self._file, self._pending = self._master, None, b""

    def transmit(self, command: bytes) -> bytes:
        """Answer one short APDU."""
        self.commands += 1
        if len(command) < 4:
            return _WRONG_LENGTH
        if command[0] & 0xF0:
            return _NO_CLASS
        if command[1] == 0xC0:
            return self._get_response(command)
        self._pending = b""
        handle = {0xA4: self._select, 0xB0: self._read}.get(command[1])
        return _NO_INSTRUCTION if handle is None else handle(command)

    def _select(self, command: bytes) -> bytes:
        target = command[5 : 5 + command[4]] if len(command) > 5 else b""
        found = self._by_name(target) if command[2] == 0x04 else self._by_path(command[2], target)
        if found is None:
            return _NOT_FOUND
        if isinstance(found, Folder):
            self._folder, self._file = found, None
        else:
            self._file = found
        if command[3] & 0x0C == 0x0C:
            return _OK
        name = found.name if isinstance(found, Folder) else b""
        self._pending = tlv.encode(0x6F, tlv.encode(0x84, name) if name else tlv.encode(0x82, b"\x01"))
        return bytes([0x61, len(self._pending)])

    def _by_name(self, name: bytes) -> Folder | None:
        return next((one for one in self._master.every() if len(name) > 4 and one.name.startswith(name)), None)

    def _by_path(self, how: int, path: bytes) -> Folder | File | None:
        identifiers = [int.from_bytes(path[at : at + 2], "big") for at in range(0, len(path), 2)]
        found: Folder | File | None = self._master if how == 0x08 else self._folder
        for identifier in identifiers:
            if identifier == 0x3F00:
                found = self._master
            elif isinstance(found, Folder):
                found = found.folders.get(identifier) or found.files.get(identifier)
        return found

    def _read(self, command: bytes) -> bytes:
        place = command[2] << 8 | command[3]
        if command[2] & 0x80:
            short_id, place = command[2] & 0x1F, command[3]
            self._file = next((one for one in self._folder.files.values() if one.short_id == short_id), None)
            if self._file is None:
                return _NOT_FOUND
        if self._file is None:
            return _NO_FILE
        if self._file.forbidden:
            return _FORBIDDEN
        if place >= len(self._file.data):
            return _WRONG_PLACE
        rest = self._file.data[place : place + _LE_MOST]
        wanted = (command[4] or _LE_MOST) if len(command) == 5 else len(rest)
        if wanted > len(rest):
            return bytes([0x6C, len(rest) & 0xFF])
        return rest[:wanted] + _OK

    def _get_response(self, command: bytes) -> bytes:
        if not self._pending:
            return _CONDITIONS
        count = min((command[4] or _LE_MOST) if len(command) == 5 else _LE_MOST, len(self._pending))
        part, self._pending = self._pending[:count], self._pending[count:]
        return part + (bytes([0x61, min(len(self._pending), 0xFF)]) if self._pending else _OK)


def vitale_card(people: Sequence[vitale.Identity], nirs: Sequence[str] | None = None) -> ImitationCard:
    """Return a card that imitates a Vitale 2 with these people; ``nirs`` where they are not those of the people."""
    numbers = [person.nir for person in people] if nirs is None else nirs
    identities = b"".join(_person(person) for person in people)
    codes = b"".join(tlv.encode(0x65, tlv.encode(0x93, nir.encode("latin-1"))) for nir in numbers)
    application = Folder(
        vitale.APPLICATION,
        {0x2002: File(_padded(codes, 128), vitale.LIST_FILE), 0x2003: File(bytes(64), 3, forbidden=True)},
    )
    return ImitationCard(
        ATR_VITALE_2,
        Folder(
            bytes.fromhex("D2500000024D465F564954414C45"),
            {0x2F10: File(_padded(identities, 256), vitale.LIST_FILE)},
            {0x2000: application},
        ),
    )


def cps_card(serial: str, atr: bytes = ATR_CPS_3) -> ImitationCard:
    """Return a card that imitates a CPS as far as its serial number (20 hexadecimal digits)."""
    return ImitationCard(atr, Folder(files={0xD003: File(tlv.encode(0x5A, bytes.fromhex(serial)), 3)}))


def silent_card() -> ImitationCard:
    """Return a card that is mute."""
    return ImitationCard(b"", Folder())


def plain_card(atr: bytes) -> ImitationCard:
    """Return a card of a kind that holds nothing Galien reads."""
    return ImitationCard(atr, Folder())


def _person(person: vitale.Identity) -> bytes:
    pairs = ((0x80, person.family_name), (0x81, person.first_name), (0x82, person.birth), (0x90, person.country))
    return tlv.encode(0x65, b"".join(tlv.encode(tag, text.encode("latin-1", "replace")) for tag, text in pairs))


def _padded(content: bytes, least: int) -> bytes:
    """Return a file of a card: zeros after its last object."""
    return content.ljust(max(least, len(content) + 1), b"\x00")
