"""What does a file of tarifs forfaitaires de responsabilité say, line by line?"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.errors import InputDefect
from app.kernel.identifiers import is_cip13
from app.kernel.money import ZERO, Money
from app.kernel.text import one_line
from app.officine.billing.references import TfrRow

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = ("cip13", "tarif", "debut", "fin", "source")
_MOST = Money(100_000_000)
_SOURCE_LIMIT = 200
_AS_OF = dt.date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was left out: its number in the file, from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class TfrFile:
    """The rows of a file, and the lines that were left out."""

    rows: tuple[TfrRow, ...]
    rejected: tuple[BadLine, ...]


def read_tfr(content: bytes) -> TfrFile:
    """Read a CSV file with ``;`` or ``,`` and a header: cip13, tarif, debut, and perhaps fin and source.

    ``tarif`` is the price in euros of a box, VAT included, without its dispensing fee; dates are 2026-03-01 or
    01/03/2026. Raises InputDefect for what is not such a file; a bad line is left out, and said.
    """
    lines = _decoded(content).splitlines()
    separator = ";" if lines and ";" in lines[0] else ","
    reader = csv.DictReader(lines, delimiter=separator, strict=False)
    names = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
    if not {"cip13", "tarif", "debut"} <= set(names):
        raise InputDefect(
            "Ce fichier n’est pas une liste de TFR : il manque les colonnes cip13, tarif et debut.",
            code="GAL-TFR-01",
            advice="Première ligne attendue : cip13;tarif;debut;fin;source.",
        )
    reader.fieldnames = names
    rows: list[TfrRow] = []
    rejected: list[BadLine] = []
    seen: set[tuple[str, dt.date]] = set()
    try:
        for line in reader:
            read = _row(line)
            if isinstance(read, TfrRow) and (read.code, read.valid_from) in seen:
                read = "deux tarifs pour le même produit à la même date"
            if isinstance(read, str):
                rejected.append(BadLine(reader.line_num, read))
                continue
            seen.add((read.code, read.valid_from))
            rows.append(read)
    except csv.Error as error:
        raise InputDefect("Ce fichier n’est pas un CSV lisible.", code="GAL-TFR-01") from error
    return TfrFile(tuple(rows), tuple(rejected))


def _decoded(content: bytes) -> str:
    """Return the text; the lists of the administration are in UTF-8 or in the Windows code page."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _row(line: Mapping[str, str | None]) -> TfrRow | str:
    """Return the row of a line, or why it is left out."""
    code = (line.get("cip13") or "").replace(" ", "").strip()
    if not is_cip13(code):
        return "le code CIP13 n’est pas valide"
    try:
        amount = Money.parse(line.get("tarif") or "")
    except ValueError:
        return "le tarif n’est pas un montant"
    if not ZERO < amount <= _MOST:
        return "le tarif n’est pas un prix possible"
    start, end_text = _date(line.get("debut") or ""), (line.get("fin") or "").strip()
    end = _date(end_text) if end_text else None
    if start is None or (end_text and end is None):
        return "une date n’existe pas"
    if end is not None and end < start:
        return "la fin précède le début"
    source = one_line(line.get("source") or "", _SOURCE_LIMIT) or "Liste des TFR chargée par l’officine"
    return TfrRow(start, end, source, code, amount)


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return french.parse_date(text, _AS_OF)
