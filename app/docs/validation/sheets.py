"""Where are the compiled rules of a kit kept, so that they are compiled once?"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from app.docs.validation.schema import read_schema
from app.docs.validation.schematron import COMPILER, compile_schema
from app.kernel.errors import EnvironmentFailure
from app.kernel.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from app.docs.validation.kit import Kit

_SUM_LENGTH = 64


def sheet(kit: Kit, path: str, cache: Path | None) -> str:
    """Return the XSLT sheet of the rule file at ``path``: from the cache, or compiled and put there.

    A kept sheet goes by the kit's fingerprint and begins with its own checksum: one that was cut or altered is made
    again. A cache that can't be written is no obstacle. Raises InputDefect as ``compile_schema``.
    """
    file = None if cache is None else cache / _name(kit, path)
    kept = None if file is None else _kept(file)
    if kept is not None:
        return kept
    text = compile_schema(read_schema(kit, path))
    if file is not None:
        _keep(file, text)
    return text


def _name(kit: Kit, path: str) -> str:
    return f"{kit.fingerprint[:16]}-{COMPILER}-{PurePosixPath(path).stem}.xsl"


def _kept(file: Path) -> str | None:
    try:
        content = file.read_bytes()
    except OSError:
        return None
    told, text = content[:_SUM_LENGTH], content[_SUM_LENGTH:]
    return text.decode() if told == _sum(text) else None


def _keep(file: Path, text: str) -> None:
    content = text.encode()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, _sum(content) + content, full="", refused="")
    except (EnvironmentFailure, OSError):
        return


def _sum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
