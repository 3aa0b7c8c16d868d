"""How is a validation kit put into service, whole or not at all, and which one is in service?

Each kit has a folder of its own, named by its fingerprint and never changed; one small file says which is in service.
Replacing that file is the swap: whatever stops an installation before it leaves the former kit in service.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from app.docs.validation import kit as kits
from app.docs.validation.process import Validator
from app.docs.validation.schema import absent_value_sets
from app.kernel.errors import DatabaseReadOnly, DiskFull, FileUnusable, InputDefect
from app.kernel.files import write_whole
from app.kernel.outcome import Done, Finding, Outcome, Refused, Severity, is_refused
from app.kernel.system import is_disk_full, reason
from app.kernel.text import plural

if TYPE_CHECKING:
    from pathlib import Path

    from app.docs.validation.kit import Kit

ABSENT: Final = "GAL-DOC-95"
PARTIAL: Final = "GAL-DOC-99"
_RECORD = "installed.json"
_FINGERPRINT = re.compile("[0-9a-f]{64}")
_CACHE = "cache"
_NAME_LENGTH = 16
_FULL = "Le disque est plein : le kit n’a pas été installé, le précédent reste en service."
_READ_ONLY = "Le dossier de données ne peut pas être modifié : le kit n’a pas été installé."


@dataclass(frozen=True, slots=True)
class Installed:
    """A kit in service: its fingerprint and that of the former one, how many files, since when (aware, UTC)."""

    fingerprint: str
    files: int
    at: dt.datetime
    previous: str = ""

    def folder(self, place: Path) -> Path:
        """Return where its files are, below the folder of the kits."""
        return place / self.fingerprint[:_NAME_LENGTH]


def install(source: Path, place: Path, now: dt.datetime) -> Outcome[Installed]:
    """Put the kit in the folder ``source`` into service, in ``place`` (the data folder's ``cda_kit``).

    Refused (GAL-DOC-94), with nothing changed, for a kit that is incomplete, holds what no kit holds, or whose rules
    do not all compile: they are, in a process of its own. Raises FileUnusable where ``source`` can't be read,
    DiskFull and DatabaseReadOnly for what they say, EnvironmentFailure as ``Validator.prove``.
    """
    try:
        kit = kits.read_kit(source)
        found = kits.defects(kit)
        if is_refused(found):
            return Refused(tuple(found))
        found = absence(kit)
        installed = _already(kit, place) or _installed(kit, place, now)
    except InputDefect as defect:
        return Refused((Finding(defect.code, Severity.ERROR, defect.text, defect.advice),))
    return Done(installed, tuple(found))


def in_service(place: Path) -> Installed | None:
    """Return which kit is in service; None where there is none. Raises InputDefect (GAL-DOC-94) for a lost record."""
    file = place / _RECORD
    try:
        told = json.loads(file.read_bytes())
        at = dt.datetime.fromisoformat(told["at"])
        if not _FINGERPRINT.fullmatch(told["fingerprint"]):
            raise kits.altered()
        return Installed(told["fingerprint"], int(told["files"]), at, str(told["previous"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileUnusable(f"« {file.name} » : {reason(error)}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise kits.altered() from error


def examine(place: Path) -> tuple[Installed | None, list[Finding]]:
    """Return which kit is in service, and what is to be said of it: none, altered since, without some value sets."""
    try:
        installed = in_service(place)
        if installed is None:
            return None, [Finding(ABSENT, Severity.WARNING, _NONE, kits.HOW_TO)]
        kit = _kept(installed, place)
    except InputDefect as defect:
        return None, [Finding(defect.code, Severity.ERROR, defect.text, defect.advice)]
    return installed, absence(kit)


def validator(place: Path) -> Validator:
    """Return a validator on the kit in service, whose files are verified first; it starts nothing yet.

    Raises FileUnusable (GAL-DOC-95) where none is installed, InputDefect (GAL-DOC-94) where it was altered since.
    """
    installed = _verified(place)
    return Validator(installed.folder(place), place / _CACHE, fingerprint=installed.fingerprint)


def folder_in_service(place: Path) -> Path:
    """Return where the kit in service is, its files verified. Raises as ``validator``."""
    return _verified(place).folder(place)


def absence(kit: Kit) -> list[Finding]:
    """Return a note of the value sets that the rules name and the kit lacks: no code is ever found in them."""
    absent = [path.rpartition("/")[2] for path in absent_value_sets(kit)]
    if not absent:
        return []
    text = f"{plural(len(absent), 'jeu de valeurs nommé', 'jeux de valeurs nommés')} par les règles et absent du kit"
    return [Finding(PARTIAL, Severity.INFO, f"{text} : {', '.join(absent)}. Aucun code n’y sera trouvé.")]


_NONE = "Aucun kit de validation CDA n’est installé sur ce poste."


@dataclass(frozen=True, slots=True)
class _Staged:
    """A kit written aside; gone at the end unless it was put in its place."""

    folder: Path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _already(kit: Kit, place: Path) -> Installed | None:
    """Return the kit in service where it is this very one, whole: it was proved when it was installed."""
    try:
        former = in_service(place)
    except InputDefect:
        return None
    if former is None or former.fingerprint != kit.fingerprint or not _is_whole(former.folder(place), kit):
        return None
    return former


def _installed(kit: Kit, place: Path, now: dt.datetime) -> Installed:
    with _staged(kit, place) as staged:
        with Validator(staged.folder, place / _CACHE) as trial:
            trial.prove()
        return _swap(kit, staged, place, now)


def _staged(kit: Kit, place: Path) -> _Staged:
    staged = _Staged(place / f"staging-{secrets.token_hex(4)}")
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, content in kit.files.items():
            file = staged.folder / path
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_bytes(content)
    except OSError as error:
        shutil.rmtree(staged.folder, ignore_errors=True)
        raise _refusal(error) from error
    return staged


def _swap(kit: Kit, staged: _Staged, place: Path, now: dt.datetime) -> Installed:
    try:
        former = in_service(place)
    except InputDefect:
        former = None
    previous = ""
    if former is not None:
        previous = former.previous if former.fingerprint == kit.fingerprint else former.fingerprint
    installed = Installed(kit.fingerprint, len(kit.files), now, previous)
    folder = installed.folder(place)
    if not _is_whole(folder, kit):
        try:
            if folder.exists():
                folder.rename(staged.folder.with_suffix(".damaged"))
            staged.folder.rename(folder)
        except OSError as error:
            raise _refusal(error) from error
    record = {"fingerprint": kit.fingerprint, "files": len(kit.files), "at": now.isoformat(), "previous": previous}
    write_whole(place / _RECORD, json.dumps(record).encode(), full=_FULL, refused=_READ_ONLY)
    _sweep(place, {folder.name, previous[:_NAME_LENGTH], _CACHE})
    return installed


def _is_whole(folder: Path, kit: Kit) -> bool:
    """Return True where a folder already holds this very kit: it may be the one in service, and is left alone then."""
    try:
        return kits.read_kit(folder).fingerprint == kit.fingerprint
    except (FileUnusable, InputDefect):
        return False


def _sweep(place: Path, kept: set[str]) -> None:
    """Remove what is of neither the kit in service nor the former one, and what a stopped installation left."""
    for folder in place.iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    for file in (place / _CACHE).glob("*.xsl"):
        if file.name[:_NAME_LENGTH] not in kept:
            file.unlink(missing_ok=True)


def _verified(place: Path) -> Installed:
    installed = in_service(place)
    if installed is None:
        raise FileUnusable(_NONE, code=ABSENT, advice=kits.HOW_TO)
    _kept(installed, place)
    return installed


def _kept(installed: Installed, place: Path) -> Kit:
    """Return the kit in service, if its files are those that were installed. Raises InputDefect where they are not."""
    try:
        kit = kits.read_kit(installed.folder(place))
    except FileUnusable as error:
        raise kits.altered() from error
    if kit.fingerprint != installed.fingerprint:
        raise kits.altered()
    return kit


def _refusal(error: OSError) -> DiskFull | DatabaseReadOnly:
    return DiskFull(_FULL) if is_disk_full(error) else DatabaseReadOnly(_READ_ONLY)
