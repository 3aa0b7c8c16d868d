"""What is inside a backup file, and is it whole?

A ``.galien`` file is a zip: ``manifest.json`` (what it is, and the SHA-256 of each member), the database
(``galien.sqlite`` or ``galien.dump``), and what goes with it (``settings.json``, ``catalogs/….sqlite``,
``thesauri/….sqlite``, ``blobs.txt``).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from app.kernel.errors import DiskFull, InputDefect
from app.store.failures import file_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Report = Callable[[int, int, str], None]

SQLITE_MEMBER = "galien.sqlite"
POSTGRESQL_MEMBER = "galien.dump"

_MANIFEST = "manifest.json"
_MEMBER = re.compile(
    r"galien\.(?:sqlite|dump)|settings\.json|blobs\.txt|"
    r"(?:catalogs|thesauri)/[A-Za-z0-9][A-Za-z0-9_.-]{0,120}\.sqlite"
)
_FORMAT = 1
_MANIFEST_MAX = 1_000_000
_MEMBERS_MAX = 20
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: of which database, at which moment (ISO 8601, UTC), with which audit head.

    ``members`` gives the size in octets and the SHA-256 of each file.
    """

    engine: str
    schema: str
    created_at: str
    mode: str
    audit_seq: int
    audit_hash: str
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    format: int = _FORMAT


def write(path: Path, manifest: Manifest, members: Mapping[str, Path], report: Report) -> Manifest:
    """Write the members and their manifest to ``path``; return the manifest with its hashes."""
    described: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, (name, source) in enumerate(members.items()):
            report(number, len(members), "Écriture de la sauvegarde")
            with source.open("rb") as origin, archive.open(name, "w", force_zip64=True) as target:
                described[name] = _copied(origin, target)
        whole = dataclasses.replace(manifest, members=described)
        archive.writestr(_MANIFEST, json.dumps(dataclasses.asdict(whole), ensure_ascii=False, indent=1))
    return whole


def extract(path: Path, folder: Path, report: Report) -> Manifest:
    """Write the members into ``folder``, each checked, and return the manifest.

    Raises FileUnusable for a file that can't be read, DiskFull where there is no room, InputDefect for a file
    that is no backup, or a damaged one. Nothing is written outside ``folder``.
    """
    with file_errors():
        if not zipfile.is_zipfile(path):
            with path.open("rb"):
                raise _defect("Ce fichier n’est pas une sauvegarde de Galien, ou il est endommagé.")
        try:
            with zipfile.ZipFile(path) as archive:
                return _extract(archive, folder, report)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
            raise _defect("La sauvegarde est endommagée.") from error


def check(path: Path) -> None:
    """Read every member of the archive; raises InputDefect when one is not as it was written."""
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None:
            raise _defect("La sauvegarde est endommagée.")


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _extract(archive: zipfile.ZipFile, folder: Path, report: Report) -> Manifest:
    manifest = _manifest(archive)
    total = sum(described["size"] for described in manifest.members.values())
    if total > shutil.disk_usage(folder).free:
        raise DiskFull("Il n’y a pas assez de place pour restaurer cette sauvegarde.")
    for number, (name, described) in enumerate(manifest.members.items()):
        report(number, len(manifest.members), "Lecture de la sauvegarde")
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        with archive.open(name) as origin, target.open("xb") as written:
            if _copied(origin, written, described["size"]) != described:
                raise _defect(f"La sauvegarde est endommagée ({name}).")
            # It takes the place of the database by its name alone: its content must be on the disk by then.
            written.flush()
            os.fsync(written.fileno())
    return manifest


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if archive.getinfo(_MANIFEST).file_size > _MANIFEST_MAX:
        raise _defect("La sauvegarde est endommagée.")
    try:
        raw = json.loads(archive.read(_MANIFEST))
        if raw["format"] != _FORMAT:
            raise _defect("Cette sauvegarde vient d’une autre version de Galien.")
        names = [item.name for item in dataclasses.fields(Manifest)]
        manifest = Manifest(**{name: raw[name] for name in names})
        _check_members(manifest.members)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _defect("La sauvegarde est endommagée.") from error
    return manifest


def _check_members(members: dict[str, dict[str, Any]]) -> None:
    """Refuse the names and sizes that no backup of ours has; raises InputDefect."""
    good = 0 < len(members) <= _MEMBERS_MAX and all(
        _MEMBER.fullmatch(name) and type(described["size"]) is int and described["size"] >= 0
        for name, described in members.items()
    )
    if not good or len({SQLITE_MEMBER, POSTGRESQL_MEMBER} & members.keys()) != 1:
        raise _defect("La sauvegarde est endommagée, ou elle n’a pas été faite par Galien.")


def _copied(origin: IO[bytes], target: IO[bytes], limit: int | None = None) -> dict[str, Any]:
    """Copy at most a little over ``limit`` octets; return the size and the SHA-256 of what was copied."""
    digest, size = hashlib.sha256(), 0
    while chunk := origin.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if limit is not None and size > limit:
            break
        target.write(chunk)
    return {"size": size, "sha256": digest.hexdigest()}


def _defect(text: str) -> InputDefect:
    return InputDefect(text, code="GAL-SAV-01", advice="Choisissez une autre sauvegarde ; rien n’a été changé.")
