"""What is in a validation kit of the ANS, and is everything there that the checks need?

The kit (« testContenuCDA ») is a third party's: Galien ships none of it. It is read whole into memory, so that what
is checked with is what was looked at, and so that the process that checks needs no file any more.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import stat
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.docs import safe_xml
from app.docs.validation.profiles import ALL_PROFILES
from app.kernel.errors import FileUnusable, InputDefect
from app.kernel.outcome import Finding, Severity
from app.kernel.system import reason
from app.kernel.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.docs.safe_xml import Element

DEFECT: Final = "GAL-DOC-94"
HOW_TO: Final = "Téléchargez le kit testContenuCDA de l’ANS, puis : galien docs kit install DOSSIER."
GET_ANOTHER: Final = "Téléchargez de nouveau le kit de validation CDA de l’ANS (testContenuCDA), puis recommencez."
SCHEMA: Final = "infrastructure/cda/CDA_extended.xsd"
PLACES: Final = {"infrastructure": ".xsd", "schematrons": ".sch", "jeuxDeValeurs": ".xml"}
"""The folders that are read, and the only files that matter in each: a published kit holds programs and reports too."""

LARGEST_FILE: Final = 64 * 2**20
LARGEST_KIT: Final = 256 * 2**20
MOST_FILES: Final = 5_000
_HEADER_FOLDER = re.compile(r"(?<=/)en-t[^/]{1,4}te(?=/)")
_REFERENCES = ("include", "import", "redefine")
_XS = "{http://www.w3.org/2001/XMLSchema}"
_SCH = "{http://purl.oclc.org/dsdl/schematron}"
_NAMED = 5


@dataclass(frozen=True)
class Kit:
    """The files of a kit: content by canonical path (``canonical``), relative to the kit, with slashes."""

    files: Mapping[str, bytes]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every path and content: two kits of one fingerprint check alike."""
        digest = hashlib.sha256()
        for path in sorted(self.files):
            content = self.files[path]
            digest.update(f"{path}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()

    def value_sets(self) -> dict[str, bytes]:
        """Return the files that hold value sets, by path."""
        return {path: content for path, content in self.files.items() if path.startswith("jeuxDeValeurs/")}

    def parse(self, path: str) -> Element:
        """Return the root of a file of the kit. Raises InputDefect where it is absent or no XML."""
        content = self.files.get(path)
        if content is None:
            raise _defect(f"il y manque « {path} »")
        try:
            return safe_xml.parse(content)
        except InputDefect as error:
            raise _defect(f"« {path} » est endommagé ({error.text})") from error


def canonical(path: str) -> str:
    """Return the path without accents: the header's folder is « en-tête », « en-tete », or what an unzip made of it."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", path) if not unicodedata.combining(sign))
    return _HEADER_FOLDER.sub("en-tete", plain)


def joined(base: str, reference: str) -> str:
    """Return the canonical path that a reference made in the file ``base`` names; empty where it leaves the kit."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(base), reference.strip()))
    return "" if path.startswith(("..", "/")) or "://" in reference else canonical(path)


def read_kit(folder: Path) -> Kit:
    """Return the kit in ``folder``, whether it is whole or not.

    Raises FileUnusable where there is no such folder or the system refuses to read it, InputDefect (GAL-DOC-94) for
    what no kit holds: a symbolic link, a device, a file or a whole out of proportion, two files of one name.
    """
    if not folder.is_dir():
        raise FileUnusable(f"« {folder} » n’est pas un dossier.", advice="Indiquez le dossier du kit décompressé.")
    files: dict[str, bytes] = {}
    total = 0
    try:
        for file in _files(folder):
            total += file.stat().st_size
            if total > LARGEST_KIT or len(files) >= MOST_FILES:
                raise _defect("il est bien plus gros qu’un kit de l’ANS")
            path = canonical(file.relative_to(folder).as_posix())
            if files.setdefault(path, content := file.read_bytes()) != content:
                raise _defect(f"« {path} » s’y trouve deux fois, avec deux contenus")
    except OSError as error:
        raise FileUnusable(f"Le kit ne peut pas être lu : {reason(error)}.") from error
    return Kit(files)


def defects(kit: Kit) -> list[Finding]:
    """Return what forbids checking with this kit: files that the schema and the rules need and that are absent.

    Value sets are no part of it, but for one at least: the ANS's own rules name some that its kit does not hold.
    Raises InputDefect as ``Kit.parse`` for a file that is no XML.
    """
    wanted = {SCHEMA, *ALL_PROFILES}
    missing: set[str] = set()
    seen: set[str] = set()
    while wanted:
        path = wanted.pop()
        seen.add(path)
        if path not in kit.files:
            missing.add(path)
            continue
        wanted |= set(_needed_by(kit, path)) - seen
    if not kit.value_sets():
        missing.add("jeuxDeValeurs/*.xml")
    return [] if not missing else [_finding(f"Le kit est incomplet : {_list(sorted(missing))}.")]


def usable(kit: Kit) -> Kit:
    """Return the kit. Raises InputDefect (GAL-DOC-94), naming what is missing, where it can't be checked with."""
    for finding in defects(kit):
        raise InputDefect(finding.text, code=finding.code, advice=finding.advice)
    return kit


def altered() -> InputDefect:
    """Return the refusal of an installed kit whose files are no longer those that were installed."""
    text = "Le kit de validation installé a été modifié ou endommagé depuis."
    return InputDefect(text, code=DEFECT, advice=HOW_TO)


def _files(folder: Path) -> Iterator[Path]:
    """Give the files that matter, in order, having looked at every entry beside them."""
    for place, suffix in PLACES.items():
        root = folder / place
        if root.is_symlink():
            raise _defect(f"« {place} » est un lien symbolique")
        for parent, folders, names in os.walk(root, followlinks=False, onerror=_raise):
            for name in sorted([*folders, *names]):
                entry = Path(parent, name)
                mode = entry.lstat().st_mode
                shown = entry.relative_to(folder).as_posix()
                if stat.S_ISLNK(mode):
                    raise _defect(f"« {shown} » est un lien symbolique")
                if stat.S_ISDIR(mode) or entry.suffix.lower() != suffix:
                    continue
                if not stat.S_ISREG(mode) or entry.stat().st_size > LARGEST_FILE:
                    raise _defect(f"« {shown} » n’est pas un fichier ordinaire, ou est trop gros")
                yield entry


def _raise(error: OSError) -> None:
    # A place that is not there is told as missing files, with their names.
    if not isinstance(error, FileNotFoundError):
        raise error


def _needed_by(kit: Kit, path: str) -> Iterator[str]:
    """Give the paths that a schema or a rule file includes."""
    root = kit.parse(path)
    if path.endswith(".sch"):
        references = [(element, "href") for element in root.iter(f"{_SCH}include")]
    else:
        references = [(element, "schemaLocation") for name in _REFERENCES for element in root.iter(_XS + name)]
    for element, attribute in references:
        reference = element.get(attribute) or ""
        found = joined(path, reference)
        if not found:
            raise _defect(f"« {path} » renvoie hors du kit")
        yield found


def _list(paths: list[str]) -> str:
    shown = ", ".join(f"« {path} »" for path in paths[:_NAMED])
    more = f" et {plural(len(paths) - _NAMED, 'autre')}" if len(paths) > _NAMED else ""
    return f"il y manque {shown}{more}"


def _defect(what: str) -> InputDefect:
    finding = _finding(f"Ce kit de validation ne peut pas servir : {what}.")
    return InputDefect(finding.text, code=finding.code, advice=finding.advice)


def _finding(text: str) -> Finding:
    return Finding(DEFECT, Severity.ERROR, text, GET_ANOTHER)
