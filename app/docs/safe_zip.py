"""What does an archive that somebody else made hold, when its names, sizes and contents may all be traps?

It is read in memory: nothing is ever written under a name that it gives. Sizes are counted while inflating, entries may
not overlap, what the two headers of an entry say must agree, and one doubtful entry refuses the whole archive: half of
a set of documents is no set. The format is APPNOTE.TXT of PKWARE, without zip64 (no archive of documents needs it).
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from app.kernel.errors import InputDefect

LARGEST_TOTAL: Final = 200_000_000
MOST_ENTRIES: Final = 2_000
HIGHEST_RATIO: Final = 200
"""Octets, entries and times inflated: anchors H5."""

_SMALL = 100_000
"""Below it the ratio is not looked at: a page of the same word passes it."""
_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_CIPHERED = 0x2041
_HAS_DESCRIPTOR = 0x08
_IS_UTF8 = 0x800
_STORED, _DEFLATED = 0, 8
_LONGEST_NAME, _DEEPEST = 250, 16
_ODD = re.compile('[\x00-\x1f\x7f-\x9f<>:"|?*\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]')
"""What no name may have: control signs, what Windows forbids or takes for a drive, what turns text round."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:[ .].*)?$", re.IGNORECASE)
_ARCHIVES = (
    b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"MSCF",
    b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_TAR_AT = 257


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry as the central directory tells it."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int

    @property
    def is_folder(self) -> bool:
        return self.raw_name.endswith((b"/", b"\\"))


def read(
    content: bytes,
    *,
    largest_total: int = LARGEST_TOTAL,
    most_entries: int = MOST_ENTRIES,
    highest_ratio: int = HIGHEST_RATIO,
) -> dict[str, bytes]:
    """Return the files of an archive by their name, whose parts are separated by ``/``; folders are left out.

    Raises InputDefect, and then nothing of it is given: GAL-DOC-57 damaged or no archive, 58 over the limits, 59 what
    no archive of documents has (names that lead out or collide, links, ciphers, archives in the archive).
    """
    entries = _entries(content, most_entries)
    if sum(entry.size for entry in entries) > largest_total:
        raise _over(f"son contenu dépasse {largest_total // 1_000_000} Mo")
    names = _names(entries)
    places = _places(content, entries)
    files = {}
    for entry, name, place in zip(entries, names, places, strict=True):
        if entry.size > _SMALL and entry.size > highest_ratio * entry.packed:
            raise _over(f"« {name} » est compressé plus de {highest_ratio} fois")
        inflated = _inflated(content, entry, place, name)
        if entry.is_folder:
            continue
        if inflated.startswith(_ARCHIVES) or inflated[_TAR_AT : _TAR_AT + 5] == b"ustar":
            raise _forbidden(f"« {name} » est lui-même une archive")
        files[name] = inflated
    return files


def _entries(content: bytes, most: int) -> list[_Entry]:
    """Return the entries of the central directory, which must be where and as large as the end of the archive says."""
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - _END.size - 0xFFFF))
    if at < 0 or len(content) < at + _END.size:
        raise _damaged("ce n’est pas une archive ZIP entière")
    _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(content, at)
    if count > most:
        raise _over(f"elle a plus de {most} entrées")
    if disk or first_disk or here != count or at + _END.size + comment != len(content) or start + size != at:
        raise _damaged("sa table est incohérente")
    found, position = [], start
    for _ in range(count):
        if position + _CENTRAL.size > at:
            raise _damaged("sa table est incohérente")
        (mark, _, _, flags, method, _, _, crc, packed, full, name, extra, note, disk, _, mode, offset) = (
            _CENTRAL.unpack_from(content, position)
        )
        raw_name = content[position + _CENTRAL.size : position + _CENTRAL.size + name]
        position += _CENTRAL.size + name + extra + note
        if mark != b"PK\x01\x02" or disk or position > at:
            raise _damaged("sa table est incohérente")
        found.append(_Entry(raw_name, flags, method, crc, packed, full, mode >> 16, offset))
    if position != at:
        raise _damaged("sa table est incohérente")
    return found


def _names(entries: list[_Entry]) -> list[str]:
    """Return the name of each entry; refuses those that two systems would not keep apart, or not read alike."""
    names: list[str] = []
    taken: dict[str, bool] = {}
    for entry in entries:
        name = _name(entry)
        key = unicodedata.normalize("NFKC", name).casefold()
        if key in taken and not (entry.is_folder and taken[key]):
            raise _forbidden(f"deux entrées s’appellent « {name} »")
        taken[key] = entry.is_folder
        names.append(name)
    for key in taken:
        parts = key.split("/")
        if any(taken.get("/".join(parts[:depth])) is False for depth in range(1, len(parts))):
            raise _forbidden(f"« {key[:80]} » est dans un fichier")
    return names


def _name(entry: _Entry) -> str:
    """Return the name of an entry by its parts; raises InputDefect for one that leads out or that a system reserves."""
    try:
        told = entry.raw_name.decode("utf-8")
    except UnicodeDecodeError as error:
        if entry.flags & _IS_UTF8:
            raise _forbidden("un nom est illisible") from error
        told = entry.raw_name.decode("cp437")
    shown = _ODD.sub("?", told)[:80]
    path = told.replace("\\", "/")
    parts = [part for part in path.rstrip("/").split("/") if part != "."]
    if path.startswith("/") or ".." in parts or not all(parts) or not parts:
        raise _forbidden(f"le nom « {shown} » mène hors de l’archive")
    if _ODD.search(path) or len(path) > _LONGEST_NAME or len(parts) > _DEEPEST:
        raise _forbidden(f"le nom « {shown} » n’est pas permis")
    if any(_RESERVED.match(part) or part != part.strip(" ").rstrip(".") for part in parts):
        raise _forbidden(f"le nom « {shown} » est réservé par Windows")
    if entry.mode and not (stat.S_ISREG(entry.mode) or stat.S_ISDIR(entry.mode) or not stat.S_IFMT(entry.mode)):
        raise _forbidden(f"« {shown} » est un lien")
    return "/".join(parts)


def _places(content: bytes, entries: list[_Entry]) -> list[int]:
    """Return where the octets of each entry begin; refuses entries that overlap or whose two headers disagree."""
    places, spans = [], []
    for entry in entries:
        if entry.flags & _CIPHERED:
            raise _forbidden("elle est protégée par un mot de passe")
        if entry.method not in {_STORED, _DEFLATED}:
            raise _damaged("sa méthode de compression n’est pas connue")
        if entry.offset + _LOCAL.size > len(content):
            raise _damaged("une entrée est tronquée")
        mark, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack_from(content, entry.offset)
        begin = entry.offset + _LOCAL.size + name + extra
        raw_name = content[entry.offset + _LOCAL.size : entry.offset + _LOCAL.size + name]
        if mark != b"PK\x03\x04" or raw_name != entry.raw_name or method != entry.method or flags & _CIPHERED:
            raise _damaged("ses deux tables se contredisent")
        # Written after the octets, they are not known yet in the first of the headers.
        unknown = (0, 0xFFFF_FFFF) if flags & _HAS_DESCRIPTOR else ()
        pairs = ((crc, entry.crc), (packed, entry.packed), (size, entry.size))
        if any(here != there and here not in unknown for here, there in pairs):
            raise _damaged("ses deux tables se contredisent")
        places.append(begin)
        spans.append((entry.offset, begin + entry.packed))
    spans.sort()
    if any(end > start for (_, end), (start, _) in pairwise([*spans, (len(content), 0)])):
        raise _damaged("des entrées se chevauchent")
    return places


def _inflated(content: bytes, entry: _Entry, begin: int, name: str) -> bytes:
    """Return the octets of an entry, which must have the size and the checksum that it says."""
    packed = content[begin : begin + entry.packed]
    if entry.method == _DEFLATED:
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            # One octet more than it says is enough to know that it lies.
            inflated = inflating.decompress(packed, entry.size + 1)
        except zlib.error as error:
            raise _damaged(f"« {name} » est illisible") from error
        is_whole = inflating.eof and not inflating.unused_data
    else:
        inflated, is_whole = packed, True
    if not is_whole or len(inflated) != entry.size or zlib.crc32(inflated) != entry.crc:
        raise _damaged(f"« {name} » n’a pas la taille ou le contrôle annoncés")
    return inflated


def _damaged(what: str) -> InputDefect:
    return InputDefect(
        f"Cette archive ne peut pas être lue : {what}.",
        code="GAL-DOC-57",
        advice="Demandez à l’expéditeur de l’envoyer de nouveau.",
    )


def _over(what: str) -> InputDefect:
    return InputDefect(
        f"Cette archive dépasse les limites : {what}.",
        code="GAL-DOC-58",
        advice="Aucun envoi de documents n’est ainsi. Prévenez l’expéditeur.",
    )


def _forbidden(what: str) -> InputDefect:
    return InputDefect(
        f"Cette archive est refusée : {what}.",
        code="GAL-DOC-59",
        advice="Prévenez l’expéditeur ; n’ouvrez pas ce fichier ailleurs.",
    )
