"""Which lines does a file of the medicines database hold, whatever its encoding and its line ends?"""

from __future__ import annotations

import errno
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.errors import FileUnusable, InputDefect
from app.kernel.text import typographic
from app.officine.catalog.model import Rejected

if TYPE_CHECKING:
    from pathlib import Path

MAX_OCTETS = 64_000_000
"""Largest file read: more than ten times the largest of the real set."""

MAX_LINE = 20_000
"""Longest line read, in characters: ten times the longest of the real set."""

_UNREADABLE = "caractères illisibles dans l’encodage du fichier"
_CONTROL = "caractère de contrôle dans la ligne"
_TOO_LONG = f"ligne de plus de {MAX_LINE} caractères"
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r") | {127})
_CONTROL_CHARACTERS = frozenset(_CONTROLS.decode("ascii"))

_FOREIGN_MARKS = {"cp1252": (b"\x82", b"\x8e"), "utf-8": ("Ã©".encode(),)}
"""The octets of « é » in CP850 and Mac Roman, which CP1252 hardly uses; and of a « é » put twice into UTF-8."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """The lines of one file: number (from 1) and text of each that is not empty, and those that can't be read.

    ``ends_open`` is True where the last line, of number ``last``, has no end; ``digest`` is SHA-256 of the octets.
    """

    name: str
    lines: list[tuple[int, str]]
    rejected: list[Rejected]
    ends_open: bool
    last: int
    digest: bytes


def read_text_file(path: Path) -> TextFile:
    """Read a file of the set in UTF-8 or, failing that, CP1252.

    Raises FileUnusable where the system refuses to read it, InputDefect where it is missing, a folder, empty,
    too large, binary, or in another encoding.
    """
    content = _read_octets(path)
    text, unreadable = _decode(path.name, content)
    raw = text.replace("\r", "").split("\n")
    rejected = dict.fromkeys(unreadable, _UNREADABLE)
    if len(content.translate(None, _CONTROLS)) < len(content):
        rejected |= {number: _CONTROL for number, line in enumerate(raw, 1) if not _is_plain(line)}
    if len(max(raw, key=len)) > MAX_LINE:
        rejected |= {number: _TOO_LONG for number, line in enumerate(raw, 1) if len(line) > MAX_LINE}
    lines = [(number, line) for number, line in enumerate(raw, 1) if line and not line.isspace()]
    if rejected:
        lines = [(number, line) for number, line in lines if number not in rejected]
    if not lines:
        raise defect(f"Le fichier « {path.name} » ne contient aucune ligne lisible.")
    return TextFile(
        name=path.name,
        lines=lines,
        rejected=[Rejected(path.name, number, reason) for number, reason in sorted(rejected.items())],
        ends_open=not content.endswith(b"\n"),
        last=len(raw),
        digest=hashlib.sha256(content).digest(),
    )


def defect(text: str) -> InputDefect:
    """Return the refusal of a damaged set."""
    return InputDefect(
        typographic(text),
        code="GAL-CAT-01",
        advice="Reprenez les fichiers sur le site officiel. La version en place reste en service.",
    )


def _read_octets(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise defect(f"« {path.name} » est un dossier ; un fichier est attendu.")
        if path.stat().st_size > MAX_OCTETS:
            raise defect(f"Le fichier « {path.name} » dépasse {MAX_OCTETS // 1_000_000} Mo.")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise defect(f"Le fichier « {path.name} » manque dans le dossier.") from error
    except OSError as error:
        reason = "accès refusé" if error.errno in {errno.EACCES, errno.EPERM} else "lecture impossible"
        raise FileUnusable(
            typographic(f"Le fichier « {path.name} » ne peut pas être lu : {reason}."),
            advice="Vérifiez les droits du fichier et le support, puis recommencez.",
        ) from error
    if not content.strip():
        raise defect(f"Le fichier « {path.name} » est vide.")
    return content


def _decode(name: str, content: bytes) -> tuple[str, frozenset[int]]:
    """Return the text, and the numbers of the lines that the file's own encoding can't read."""
    if content.count(b"\x00") > max(5, content.count(b"\n") // 50):
        raise defect(f"Le fichier « {name} » est un fichier binaire, ou dans un encodage inattendu.")
    if content.lstrip()[:1] == b"<":
        raise defect(f"Le fichier « {name} » est une page web, pas un fichier de la base des médicaments.")
    content = content.removeprefix(b"\xef\xbb\xbf")
    encoding = "utf-8"
    try:
        text, unreadable = content.decode(encoding), frozenset[int]()
    except UnicodeDecodeError:
        encoding = "utf-8" if _is_mostly_utf8(content) else "cp1252"
        text, unreadable = _decode_lines(content, encoding)
    limit = max(5, content.count(b"\n") // 50)
    if any(content.count(mark) > limit for mark in _FOREIGN_MARKS[encoding]):
        raise defect(f"Le fichier « {name} » est dans un encodage inattendu : ses accents seraient faux.")
    return text, unreadable


def _is_mostly_utf8(content: bytes) -> bool:
    """Return True for UTF-8 with a few damaged octets: most of its accents still read as UTF-8."""
    return content.count(b"\xc3") * 2 > sum(content.count(octet) for octet in (b"\xe9", b"\xe8", b"\xe0", b"\xc9"))


def _decode_lines(content: bytes, encoding: str) -> tuple[str, frozenset[int]]:
    try:
        return content.decode(encoding), frozenset()
    except UnicodeDecodeError:
        lines = content.split(b"\n")
    bad = frozenset(number for number, line in enumerate(lines, 1) if not _reads(line, encoding))
    return content.decode(encoding, "replace"), bad


def _is_plain(line: str) -> bool:
    return _CONTROL_CHARACTERS.isdisjoint(line)


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
