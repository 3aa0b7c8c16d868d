"""What does a file of age limits, or of ATC codes, say, line by line?"""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import TYPE_CHECKING, TypeVar

from app.kernel import french
from app.kernel.errors import InputDefect
from app.kernel.text import fold, one_line, plural, typographic
from app.officine.safety.model import AgeLimit, AtcRow, BadRow
from app.officine.safety.names import installed_names

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

AGE_COLUMNS = ("cible", "age_min", "age_max", "gravite", "texte", "source", "date", "voie")
ATC_COLUMNS = ("cible", "atc", "source", "date")
WITH_REASON, NOTED = "motif", "info"

_LARGEST_OCTETS = 32 * 1024 * 1024
_MOST_ROWS = 200_000
_TEXT_LIMIT = 500
_SHORT_LIMIT = 200
_ROUTE_LIMIT = 60
_OLDEST_MONTHS = 130 * 12
_AS_OF = dt.date(2100, 1, 1)
_CIS = re.compile(r"\d{8}")
_CODE = re.compile(r"\d+")
_ATC = re.compile(r"[A-Z]\d{2}[A-Z]{2}\d{2}")
_AGE = re.compile(r"(\d{1,4}) ?(a|an|ans|m|mois)")

T = TypeVar("T")


class _Unusable(ValueError):
    """Why a line is left out."""


def read_ages(content: bytes) -> tuple[tuple[AgeLimit, ...], tuple[BadRow, ...]]:
    """Read the limits of a CSV file (see ``AGE_COLUMNS``), and the lines left out.

    ``cible`` is a CIS or the name of a substance; ages are « 12 ans » or « 3 mois », both included; ``gravite`` is
    « motif » (a reason is asked) or « info »; ``voie`` may be empty. Raises InputDefect for what is no such file.
    """
    return _read(content, AGE_COLUMNS[:-1], _limit, lambda row: (row.subject, row.route, row.serious))


def read_atc(content: bytes) -> tuple[tuple[AtcRow, ...], tuple[BadRow, ...]]:
    """Read the ATC codes (7 characters) of a CSV file (see ``ATC_COLUMNS``), and the lines left out."""
    return _read(content, ATC_COLUMNS, _atc, lambda row: row.subject)


def _read(
    content: bytes,
    columns: tuple[str, ...],
    read: Callable[[Mapping[str, str | None]], T],
    identity: Callable[[T], Hashable],
) -> tuple[tuple[T, ...], tuple[BadRow, ...]]:
    if len(content) > _LARGEST_OCTETS:
        raise _defect("Ce fichier est bien trop gros pour une telle table.", columns)
    lines = _decoded(content).splitlines()
    first = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter=";" if ";" in first else ",", strict=False)
    rows: dict[Hashable, T] = {}
    rejected: list[BadRow] = []
    try:
        names = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
        missing = [name for name in columns if name not in names]
        if missing or len(set(names)) < len(names):
            raise _defect(
                f"Ce fichier n’est pas la table attendue : il manque {', '.join(missing) or 'un nom'}.", columns
            )
        reader.fieldnames = names
        for line in reader:
            try:
                row = read(line)
            except _Unusable as why:
                rejected.append(BadRow(reader.line_num, typographic(str(why))))
                continue
            if rows.setdefault(identity(row), row) is not row:
                rejected.append(BadRow(reader.line_num, "la même cible est déjà dans le fichier"))
            if len(rows) > _MOST_ROWS:
                raise _defect(f"Ce fichier a plus de {plural(_MOST_ROWS, 'ligne')}.", columns)
    except csv.Error as error:
        raise _defect("Ce fichier n’est pas un CSV lisible.", columns) from error
    return tuple(rows.values()), tuple(rejected)


def _defect(text: str, columns: tuple[str, ...]) -> InputDefect:
    expected = AGE_COLUMNS if "age_min" in columns else columns
    return InputDefect(
        typographic(text),
        code="GAL-SEC-05",
        advice=f"Première ligne attendue : {';'.join(expected)}. La table en place reste en service.",
    )


def _decoded(content: bytes) -> str:
    """Return the text, in UTF-8 or in the Windows code page that spreadsheets write."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _limit(line: Mapping[str, str | None]) -> AgeLimit:
    first, last = _age(line, "age_min"), _age(line, "age_max", last=True)
    if first is None and last is None:
        raise _Unusable("ni âge minimal ni âge maximal")
    if first is not None and last is not None and last < first:
        raise _Unusable("l’âge maximal précède l’âge minimal")
    weight = fold(line.get("gravite") or "")
    if weight not in {WITH_REASON, NOTED}:
        raise _Unusable(f"la gravité est « {WITH_REASON} » ou « {NOTED} »")
    return AgeLimit(
        subject=_subject(line),
        first_months=first,
        last_months=last,
        serious=weight == WITH_REASON,
        text=_text(line, "texte", _TEXT_LIMIT),
        source=_text(line, "source", _SHORT_LIMIT),
        dated=_date(line),
        route=fold(line.get("voie") or "")[:_ROUTE_LIMIT],
    )


def _atc(line: Mapping[str, str | None]) -> AtcRow:
    atc = (line.get("atc") or "").strip().upper()
    if _ATC.fullmatch(atc) is None:
        raise _Unusable("le code ATC a sept caractères, comme N02BE01")
    return AtcRow(_subject(line), atc, _text(line, "source", _SHORT_LIMIT), _date(line))


def _subject(line: Mapping[str, str | None]) -> str:
    typed = _text(line, "cible", _SHORT_LIMIT)
    if _CODE.fullmatch(typed) is not None:
        if _CIS.fullmatch(typed) is None:
            raise _Unusable("un code CIS a huit chiffres")
        return typed
    key = installed_names().key(typed)
    if not any(letter.isalpha() for letter in key):
        raise _Unusable("la cible n’est ni un code CIS ni une substance")
    return key


def _age(line: Mapping[str, str | None], name: str, *, last: bool = False) -> int | None:
    typed = fold(line.get(name) or "")
    if not typed:
        return None
    match = _AGE.fullmatch(typed)
    if match is None:
        raise _Unusable("un âge s’écrit « 12 ans » ou « 3 mois »")
    count, is_years = int(match[1]), match[2].startswith("a")
    # « 75 ans » at most lasts until the eve of the 76th birthday.
    months = count * 12 + (11 if last else 0) if is_years else count
    if months > _OLDEST_MONTHS:
        raise _Unusable("cet âge est impossible")
    return months


def _text(line: Mapping[str, str | None], name: str, limit: int) -> str:
    found = line.get(name)
    text = one_line(found, limit).strip() if isinstance(found, str) else ""
    if not fold(text):
        raise _Unusable(f"« {name} » est vide")
    return text


def _date(line: Mapping[str, str | None]) -> dt.date:
    typed = (line.get("date") or "").strip()
    try:
        found: dt.date | None = dt.date.fromisoformat(typed)
    except ValueError:
        found = french.parse_date(typed, _AS_OF)
    if found is None or found.year < 1950:
        raise _Unusable("la date n’existe pas")
    return found
