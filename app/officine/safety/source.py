"""What do the files of the interactions thesaurus of the ANSM say, and is the set whole?"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from app.kernel.errors import FileUnusable, InputDefect
from app.kernel.text import fold, one_line, typographic
from app.officine.safety.model import Constraint, Interaction, Level, Rejected, Thesaurus
from app.officine.safety.reserved import reserved, vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.safety.reserved import Vocabulary

SOURCE = "thésaurus ANSM"
PAIRS = "thesaurus"
SUBSTANCES = "index_substances"
FEWEST_PAIRS = 1000
FEWEST_SUBSTANCES = 500
"""A whole thesaurus has some 3 000 pairs and 1 000 substances: far fewer is a set that was cut."""

_LARGEST_OCTETS = 64 * 1024 * 1024
_LONGEST_TEXT = 20_000
_REJECTED_PERCENT = 1
_UNKNOWN_PERCENT = 5
_EDITION = re.compile(r"(20\d\d)[_-](0[1-9]|1[0-2])")
_COMBINED = re.compile(r"\s*(?:\n|/|;|\+|\s[-–—]\s|\s(?:et|ou|puis)\s)\s*", re.IGNORECASE)
_LEVELS = {
    "contre indication": Level.CONTRAINDICATED,
    "ci": Level.CONTRAINDICATED,
    "association deconseillee": Level.ADVISED_AGAINST,
    "asdec": Level.ADVISED_AGAINST,
    "precaution d emploi": Level.PRECAUTION,
    "pe": Level.PRECAUTION,
    "a prendre en compte": Level.NOTED,
    "il convient de prendre en compte": Level.NOTED,
    "apec": Level.NOTED,
}


class _Unusable(ValueError):
    """Why an entry is left out."""


def read_folder(folder: Path, edition: str | None = None) -> Thesaurus:
    """Read the thesaurus in ``folder``; its edition (``2020-10``) is given, or written in the names of the files.

    Raises FileUnusable when the folder can't be read, InputDefect when the set is damaged or its edition unknown.
    """
    if not folder.is_dir():
        raise FileUnusable(
            typographic(f"Le dossier « {folder.name} » n’existe pas ou n’est pas un dossier."),
            advice="Indiquez le dossier qui contient les fichiers du thésaurus des interactions.",
        )
    files = [_newest(folder, PAIRS), _newest(folder, SUBSTANCES)]
    contents = [_octets(file) for file in files]
    pairs, substances = (_list_in(file, content) for file, content in zip(files, contents, strict=True))
    rejected: list[Rejected] = []
    classes = _classes(substances, files[1].name, rejected)
    known = vocabulary(classes, {name for own in classes.values() for name in own})
    interactions = _interactions(pairs, files[0].name, known, rejected)
    thesaurus = Thesaurus(
        SOURCE,
        _edition(edition, files),
        hashlib.sha256(b"".join(contents)).hexdigest(),
        interactions,
        classes,
        tuple(rejected),
    )
    _check(thesaurus, len(pairs) + len(substances))
    return thesaurus


def levels_of(text: str) -> tuple[Level, ...]:
    """Return the levels that one mention names: « CI - ASDEC » names two. Raises ValueError for an unknown one."""
    whole = _LEVELS.get(fold(text))
    if whole is not None:
        return (whole,)
    parts = [fold(part) for part in _COMBINED.split(text)]
    if not parts or not all(part in _LEVELS for part in parts):
        raise _Unusable(f"niveau inconnu « {one_line(text, 60)} »")
    return tuple(dict.fromkeys(_LEVELS[part] for part in parts))


def defect(text: str) -> InputDefect:
    """Return the refusal of a damaged set."""
    return InputDefect(
        typographic(text),
        code="GAL-SEC-01",
        advice="Reprenez les fichiers à leur source. Le thésaurus en place reste en service.",
    )


def _newest(folder: Path, stem: str) -> Path:
    found = sorted(folder.glob(f"{stem}*.json"))
    if not found:
        raise defect(f"Il manque le fichier « {stem}….json » du thésaurus.")
    return found[-1]


def _octets(file: Path) -> bytes:
    if not file.is_file():
        raise defect(f"« {file.name} » n’est pas un fichier.")
    try:
        if file.stat().st_size > _LARGEST_OCTETS:
            raise defect(f"Le fichier « {file.name} » est bien trop gros pour un thésaurus.")
        return file.read_bytes()
    except OSError as error:
        raise FileUnusable(typographic(f"Le fichier « {file.name} » ne peut pas être lu.")) from error


def _list_in(file: Path, content: bytes) -> list[Any]:
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise defect(f"Le fichier « {file.name} » est tronqué ou n’est pas du JSON.") from error
    if not isinstance(value, list):
        raise defect(f"Le fichier « {file.name} » n’est pas une liste.")
    return value


def _edition(given: str | None, files: list[Path]) -> str:
    if given is not None:
        match = _EDITION.fullmatch(given)
        if match is None:
            raise InputDefect("L’édition s’écrit AAAA-MM, comme 2020-10.", code="GAL-SEC-03")
        return f"{match[1]}-{match[2]}"
    found = {f"{match[1]}-{match[2]}" for match in map(_EDITION.search, (file.stem for file in files)) if match}
    if len(found) != 1:
        raise InputDefect(
            "L’édition du thésaurus ne se lit pas dans le nom de ses fichiers.",
            code="GAL-SEC-03",
            advice="Indiquez-la : galien safety import DOSSIER --edition AAAA-MM.",
        )
    return found.pop()


def _classes(entries: list[Any], file: str, rejected: list[Rejected]) -> dict[str, tuple[str, ...]]:
    classes: dict[str, tuple[str, ...]] = {}
    for number, entry in enumerate(entries, 1):
        try:
            name = _text(entry, "substance", required=True)
            own = tuple(_clean(value, "drug_classes") for value in _list_of(entry, "drug_classes"))
        except _Unusable as why:
            rejected.append(Rejected(file, number, typographic(str(why))))
            continue
        classes[name] = tuple(dict.fromkeys((*classes.get(name, ()), *own)))
    return classes


def _interactions(
    entries: list[Any], file: str, known: Vocabulary, rejected: list[Rejected]
) -> tuple[Interaction, ...]:
    found: list[Interaction] = []
    for number, entry in enumerate(entries, 1):
        try:
            found.append(_interaction(entry, known))
        except _Unusable as why:
            rejected.append(Rejected(file, number, typographic(str(why))))
    return tuple(found)


def _interaction(entry: Any, known: Vocabulary) -> Interaction:  # noqa: ANN401 -- a JSON value
    first, second = (_text(entry, name, required=True) for name in ("main_drug", "plus_drug"))
    constraints: list[Constraint] = []
    for item in _list_of(entry, "severity_levels"):
        text = _text(item, "info")
        names, pairs = reserved(text, (first, second), known)
        constraints += [
            Constraint(level, text, names, pairs) for level in levels_of(_text(item, "level", required=True))
        ]
    if not constraints:
        raise _Unusable("aucun niveau")
    return Interaction(first, second, tuple(constraints), _text(entry, "interaction_mechanism"))


def _text(entry: Any, name: str, *, required: bool = False) -> str:  # noqa: ANN401 -- a JSON value
    if not isinstance(entry, dict):
        raise _Unusable("ce n’est pas un objet")
    text = _clean(entry.get(name), name)
    if required and not fold(text):
        raise _Unusable(f"« {name} » est vide")
    return text


def _list_of(entry: dict[str, Any], name: str) -> list[Any]:
    value = entry.get(name)
    if not isinstance(value, list):
        raise _Unusable(f"« {name} » n’est pas une liste")
    return value


def _clean(value: Any, name: str) -> str:  # noqa: ANN401 -- a JSON value
    if not isinstance(value, str):
        raise _Unusable(f"« {name} » n’est pas un texte")
    if len(value) > _LONGEST_TEXT:
        raise _Unusable(f"« {name} » est trop long")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _Unusable(f"« {name} » contient un caractère invalide") from None
    return one_line(value, _LONGEST_TEXT).strip() if name != "level" else value.replace("\x00", "").strip()


def _check(thesaurus: Thesaurus, entries: int) -> None:
    """Refuse a set that was cut, spoiled, or made of two files that do not go together."""
    if len(thesaurus.interactions) < FEWEST_PAIRS or len(thesaurus.classes) < FEWEST_SUBSTANCES:
        raise defect(
            f"Thésaurus tronqué ou endommagé : {len(thesaurus.interactions)} interactions lisibles "
            f"et {len(thesaurus.classes)} substances."
        )
    if len(thesaurus.rejected) * 100 > entries * _REJECTED_PERCENT:
        first = thesaurus.rejected[0]
        raise defect(
            f"Thésaurus endommagé : {len(thesaurus.rejected)} entrées illisibles ; "
            f"la première, {first.file} nº {first.entry} : {first.reason}."
        )
    known = set(map(fold, thesaurus.classes))
    known |= {fold(name) for own in thesaurus.classes.values() for name in own}
    ends = {fold(end) for item in thesaurus.interactions for end in (item.first, item.second)}
    if len(ends - known) * 100 > len(ends) * _UNKNOWN_PERCENT:
        raise defect("Les deux fichiers du thésaurus ne vont pas ensemble : trop de noms sont inconnus de l’index.")
