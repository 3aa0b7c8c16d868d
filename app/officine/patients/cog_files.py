"""Which places does a file of the Insee hold, whatever its year, and which of its lines can't be read?

Read: ``v_commune_depuis_1943.csv`` (COM, LIBELLE, DATE_DEBUT, DATE_FIN), ``v_commune_AAAA.csv`` (TYPECOM, COM,
LIBELLE: also the arrondissements), ``v_pays_territoire_depuis_1943.csv`` and ``v_pays_AAAA.csv`` (COG, LIBCOG).
Separator , ; or tabulation; UTF-8 or Windows-1252. A name ends the day before the next one begins.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line, typographic
from app.officine.patients import cog_rules
from app.officine.patients.cog_model import Place, PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAX_OCTETS = 64_000_000
_MOST_LABEL = 200
_MOST_TOLD = 20
"""So many lines are named of a file that is refused: the first ones tell what is wrong with it."""
_UNREAD = "\ufffd"
_NO_CODE = "XXXXX"
"""What the Insee writes for a territory that has no code of its own."""
_MOVEMENTS = "COM_AV"
_BORROWED = frozenset({"COMA", "COMD"})
"""Former communes that may share the code of the one that they joined: its name is then the one kept."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file holds; ``findings`` refuse it whole."""

    kind: PlaceKind
    places: tuple[Place, ...]
    findings: tuple[Finding, ...]

    @property
    def is_dated(self) -> bool:
        """True where the file tells since when names hold."""
        return any(place.valid_from is not None for place in self.places)


def read(name: str, content: bytes) -> ReadFile:
    """Return the places of a file, or why it is refused, each line with its reason."""
    text, reason = _decoded(content)
    lines = text.splitlines()
    if reason or not lines:
        return _refused(name, reason or "le fichier est vide")
    separator = max(",;\t", key=lines[0].count)
    header = [cell.strip().strip('"').upper() for cell in lines[0].split(separator)]
    columns = set(header)
    if _MOVEMENTS in columns:
        return _refused(name, "c’est la liste des mouvements ; donnez v_commune_depuis_1943.csv, qui a les dates")
    if {"COM", "LIBELLE"} <= columns:
        return _read(name, lines, separator, header, PlaceKind.COMMUNE)
    if {"COG", "LIBCOG"} <= columns:
        return _read(name, lines, separator, header, PlaceKind.COUNTRY)
    return _refused(name, "il manque les colonnes COM et LIBELLE (communes), ou COG et LIBCOG (pays)")


def combined(files: Sequence[ReadFile]) -> list[Place]:
    """Return the places of several files: those with dates first, then the codes that only an undated file knows."""
    places: list[Place] = []
    for file in sorted(files, key=lambda one: not one.is_dated):
        codes = {place.code for place in places}
        places += [place for place in file.places if place.code not in codes]
    return places


def _read(name: str, lines: list[str], separator: str, header: list[str], kind: PlaceKind) -> ReadFile:
    kept: dict[tuple[str, dt.date | None], Place] = {}
    lent: list[Place] = []
    findings = []
    for number, values in _rows(lines, separator, header):
        if isinstance(values, str):
            findings.append(_line(name, number, values))
            continue
        place = _place(values, kind)
        if isinstance(place, str):
            findings += [_line(name, number, place)] if place else []
        elif values.get("TYPECOM", "") in _BORROWED:
            lent.append(place)
        elif (place.code, place.valid_from) not in kept:
            kept[place.code, place.valid_from] = place
        elif values.get("ACTUAL", "1") == "1":
            findings.append(_line(name, number, f"le code {place.code} y est déjà, à la même date"))
    owned = {code for code, _ in kept}
    for place in lent:
        if place.code not in owned:
            kept.setdefault((place.code, place.valid_from), place)
    if not kept and not findings:
        return _refused(name, "aucun lieu n’y est lu")
    return ReadFile(kind, tuple(kept.values()), _told(name, findings))


def _rows(lines: list[str], separator: str, header: list[str]) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Return each line with its values by column, or why it can't be read."""
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        try:
            cells = next(csv.reader([line], delimiter=separator, strict=True), [])
        except csv.Error:
            yield number, "guillemets mal fermés"
            continue
        if _UNREAD in line:
            yield number, "caractères illisibles"
        elif len(cells) != len(header):
            yield number, f"{len(cells)} colonnes au lieu de {len(header)}"
        else:
            yield number, {key: value.strip() for key, value in zip_longest(header, cells, fillvalue="")}


def _place(values: Mapping[str, str], kind: PlaceKind) -> Place | str:
    """Return the place of a line; why there is none, empty where the line is rightly passed over."""
    code = values["COM" if kind is PlaceKind.COMMUNE else "COG"].upper()
    label = values["LIBELLE" if kind is PlaceKind.COMMUNE else "LIBCOG"]
    form = cog_rules.COMMUNE if kind is PlaceKind.COMMUNE else cog_rules.COUNTRY
    if code == _NO_CODE:
        return ""
    if form.fullmatch(code) is None:
        return f"« {one_line(code, 20)} » n’est pas un code"
    if not 0 < len(label) <= _MOST_LABEL or not label.isprintable():
        return f"le nom du lieu {code} est vide, trop long ou illisible"
    return _dated(Place(code, label, kind), _day(values.get("DATE_DEBUT", "")), _day(values.get("DATE_FIN", "")))


def _dated(place: Place, begun: dt.date | str | None, ended: dt.date | str | None) -> Place | str:
    """Return a place with its dates; as ``_place``. A name that began and ended on one day never held."""
    if isinstance(begun, str) or isinstance(ended, str):
        return f"date illisible pour le lieu {place.code} (attendu : AAAA-MM-JJ)"
    if begun is not None and ended is not None and ended <= begun:
        return f"la fin du lieu {place.code} précède son début" if ended < begun else ""
    return replace(place, valid_from=begun, valid_to=None if ended is None else ended - dt.timedelta(days=1))


def _day(text: str) -> dt.date | str | None:
    """Return a date, None for none, the text itself where it is not one."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text


def _decoded(content: bytes) -> tuple[str, str]:
    """Return the text of a file, and why it can't be one."""
    if len(content) > MAX_OCTETS:
        return "", f"il dépasse {MAX_OCTETS // 1_000_000} Mo"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        return "", "il est binaire, ou en UTF-16 (une archive ? décompressez-la d’abord)"
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), ""


def _told(name: str, findings: list[Finding]) -> tuple[Finding, ...]:
    if len(findings) <= _MOST_TOLD:
        return tuple(findings)
    more = f"{name} : encore {len(findings) - _MOST_TOLD} lignes fausses."
    return (*findings[:_MOST_TOLD], _error(43, more, "Rien n’a été changé."))


def _refused(name: str, reason: str) -> ReadFile:
    finding = _error(42, f"{name} est refusé : {reason}.", "Rien n’a été changé.")
    return ReadFile(PlaceKind.COMMUNE, (), (finding,))


def _line(name: str, number: int, reason: str) -> Finding:
    return _error(43, f"{name}, ligne {number} : {reason}.", "")


def _error(number: int, text: str, advice: str) -> Finding:
    return Finding(f"GAL-PAT-{number}", Severity.ERROR, typographic(text), typographic(advice))
