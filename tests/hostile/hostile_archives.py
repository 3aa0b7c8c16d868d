"""Archives whose names, sizes or contents are traps; each made here, octet by octet where a library would not."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Entry:
    """An entry as its two headers tell it; None follows from the content."""

    name: bytes
    content: bytes = b"<a/>"
    method: int = 8
    flags: int = 0
    mode: int = 0o100644
    size: int | None = None
    packed: int | None = None
    crc: int | None = None
    offset: int | None = None
    local_name: bytes | None = None


def archive(entries: Sequence[Entry], *, count: int | None = None, cut: int = 0) -> bytes:
    """Return an archive of entries, whatever they say."""
    body, table = bytearray(), bytearray()
    for entry in entries:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        octets = packer.compress(entry.content) + packer.flush() if entry.method == 8 else entry.content
        crc = zlib.crc32(entry.content) if entry.crc is None else entry.crc
        size = len(entry.content) if entry.size is None else entry.size
        packed = len(octets) if entry.packed is None else entry.packed
        offset = len(body) if entry.offset is None else entry.offset
        common = (entry.flags, entry.method, 0, 0x21, crc, packed, size)
        local = entry.name if entry.local_name is None else entry.local_name
        body += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, *common, len(local), 0) + local + octets
        table += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 0x314, 20, *common, len(entry.name), 0, 0, 0, 0, entry.mode << 16, offset
        )
        table += entry.name
    many = len(entries) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, many, many, len(table), len(body), 0)
    whole = bytes(body + table + end)
    return whole[: len(whole) - cut]


def zipped(files: dict[str, bytes], level: int = 9) -> bytes:
    """Return an ordinary archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return stream.getvalue()


_NAMES = (
    "../a.xml", "a/../../b.xml", "IHE_XDM/../../a.xml", "/etc/passwd", "//server/share/a.xml",
    "\\\\server\\share\\a.xml",
    "..\\a.xml", "IHE_XDM\\..\\..\\a.xml", "\\a.xml", "C:\\a.xml", "C:a.xml", "c:/windows/a.xml", "file.xml:stream",
    "a\x00.xml", "a.xml\x00.exe", "a\n.xml", "a\x1b[2J.xml", "..", "../", "a//b.xml", "", "/", "%\u202efdp.xml",
    "a\u200b.xml", "CON", "con.xml", "IHE_XDM/NUL", "aux.txt", "COM1", "lpt9.xml", "PRN .xml", "COM¹", "CONOUT$",
    "a.xml.", "a.xml ", "dir./a.xml", " a.xml", "a?.xml", "a*.xml", "a|b.xml", "a<b.xml", 'a".xml', "x" * 251,
    "d/" * 17 + "a.xml",
)  # fmt: skip


def escaping() -> dict[str, bytes]:
    """Return archives with one sound entry and one whose name leads out, hides or belongs to a system (H4)."""
    sound = Entry(b"IHE_XDM/SUBSET01/METADATA.XML")
    made = {f"name {name!r}": archive([sound, Entry(name.encode())]) for name in _NAMES}
    pairs = {
        "twice": (b"a.xml", b"a.xml"),
        "case": (b"DOC.XML", b"doc.xml"),
        "accent": ("é.xml".encode(), "e\u0301.xml".encode()),
        "separator": (b"a/b.xml", b"a\\b.xml"),
        "dot": (b"a.xml", b"./a.xml"),
        "file and folder": (b"a", b"a/b.xml"),
        "folder and file": (b"a/", b"a"),
    }
    made |= {name: archive([Entry(first), Entry(second)]) for name, (first, second) in pairs.items()}
    kinds = {"symlink": 0o120777, "device": 0o060644, "pipe": 0o010644, "socket": 0o140644}
    made |= {name: archive([Entry(b"a.xml", b"/etc/passwd", mode=mode)]) for name, mode in kinds.items()}
    made["two names"] = archive([Entry(b"a.xml", local_name=b"b.xml")])
    made["name not utf-8"] = archive([Entry(b"\xff.xml", flags=0x800)])
    return made


def bombs() -> dict[str, bytes]:
    """Return archives that weigh, nest, lie or hide (H5)."""
    zeros = bytes(20_000_000)
    sound = Entry(b"a.xml")
    many = archive([Entry(b"%d" % number, b"", method=0) for number in range(2001)])
    noise = bytes(range(256)) * 40
    return {
        "ratio": zipped({"a.xml": zeros}),
        "total": archive([Entry(b"%d.xml" % number, noise, size=30_000_000) for number in range(7)]),
        "says little": archive([Entry(b"a.xml", zeros, size=1000)]),
        "says much": archive([Entry(b"a.xml", size=90_000)]),
        "says 4 GB": archive([Entry(b"a.xml", size=0xFFFF_FFFE)]),
        "wrong crc": archive([Entry(b"a.xml", crc=1)]),
        "packed too long": archive([Entry(b"a.xml", packed=5000)]),
        "packed too short": archive([Entry(b"a.xml", noise, packed=20)]),
        "2001 entries": many,
        "says fewer entries": archive([sound, Entry(b"b.xml")], count=1),
        "says more entries": archive([sound], count=5),
        "zip in zip": zipped({"a.xml": b"<a/>", "b.zip": zipped({"c.xml": b"<a/>"})}),
        "zip under another name": zipped({"DOC00001.XML": zipped({"c.xml": b"<a/>"})}),
        "gzip inside": zipped({"a.xml": b"\x1f\x8b\x08" + bytes(60)}),
        "tar inside": zipped({"a.xml": bytes(257) + b"ustar\x0000" + bytes(300)}),
        "7z inside": zipped({"a.xml": b"7z\xbc\xaf\x27\x1c" + bytes(60)}),
        "enciphered": archive([Entry(b"a.xml", flags=1)]),
        "strongly enciphered": archive([Entry(b"a.xml", flags=0x41)]),
        "hidden headers": archive([Entry(b"a.xml", flags=0x2000)]),
        "unknown method": archive([Entry(b"a.xml", method=12)]),
        "same octets twice": archive([sound, Entry(b"a.xml", offset=0)]).replace(b"\x00" * 0, b""),
        "overlap": _overlapping(),
        "truncated": zipped({"a.xml": noise})[:-40],
        "cut at the end": archive([sound], cut=1),
        "no archive": b"<a/>",
        "empty": b"",
        "tail": archive([sound]) + b"x",
        "head": b"MZ" + archive([sound]),
        "several disks": archive([sound]).replace(b"PK\x05\x06\x00\x00", b"PK\x05\x06\x01\x00"),
        "no such place": archive([Entry(b"a.xml", offset=900)]),
        "other mark in the table": archive([sound]).replace(b"PK\x01\x02", b"PK\x01\x03"),
        "other checksum in the table": archive([sound]).replace(b"PK\x03\x04", b"PK\x03\x04", 1)[:14]
        + bytes(4)
        + archive([sound])[18:],
        "no deflate": archive([sound]).replace(b"a.xml\xb3", b"a.xml\xff", 1),
        "damaged octets": archive([Entry(b"a.xml", noise, method=0)]).replace(noise[:4], bytes(4), 1),
    }


def _overlapping() -> bytes:
    """Return an archive whose second entry lies inside the octets of the first (as 42 kB bombs of one kernel do)."""
    inner = archive([Entry(b"b.xml", b"x" * 500, method=0)])
    local = inner[: inner.index(b"PK\x01\x02")]
    outer = Entry(b"a.xml", local, method=0)
    header = 30 + len(outer.name)
    return archive([outer, Entry(b"b.xml", b"x" * 500, method=0, offset=header)])


def million() -> bytes:
    """Return an archive of a million entries."""
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0) + b"a"
    central = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    table = central * 1_000_000
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, len(table), len(local))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(local) + len(table), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0)
    return local + table + end64 + locator + end
