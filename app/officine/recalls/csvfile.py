"""Which recalls does a CSV file hold, whatever its separator and encoding, and which of its lines can't be kept?

Columns, named in the first line, in any order: ``code`` (CIP13), ``lots`` (separated by ``|``, or the word ``tous``),
``motif``, ``niveau`` (``officine``, ``patient`` or empty), ``date`` (``jj/mm/aaaa`` or ``aaaa-mm-jj``), ``consigne``,
``reference``. Separator ``;`` ``,`` or tabulation; UTF-8 (with or without mark) or Windows-1252; one line a recall.

A file that is something else is refused whole. Of a file of recalls, each good line is kept and each bad one named:
a recall protects by itself, and one misprint must not let the boxes of all the others leave.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import TYPE_CHECKING

from app.kernel.errors import InputDefect
from app.kernel.text import fold, one_line, typographic
from app.officine.recalls import rules
from app.officine.recalls.model import Level, RecallDraft, RejectedRow

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_OCTETS = 64_000_000
_NEEDED = ("code", "lots", "motif", "date")
_KNOWN = frozenset((*_NEEDED, "niveau", "consigne", "reference"))
_ALL = frozenset({"tous", "tous les lots"})
_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})")
_MOST_CELL = 10_000
_UNREAD = "\ufffd"


def read(content: bytes, today: dt.date) -> tuple[list[RecallDraft], list[RejectedRow]]:
    """Return the recalls of a file and its rejected lines. Raises InputDefect for what is no file of recalls."""
    lines = _decoded(content).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise _defect("Le fichier est vide.")
    separator = max(";,\t", key=lines[first].count)
    header = [fold(cell) for cell in _cells(lines[first], separator) or ()]
    missing = [name for name in _NEEDED if name not in header]
    if missing or len(set(header) & _KNOWN) < len([cell for cell in header if cell in _KNOWN]):
        what = f"il manque la colonne « {missing[0]} »" if missing else "une colonne y est deux fois"
        raise _defect(f"La première ligne ne nomme pas les colonnes attendues : {what}.")
    drafts, rejected = [], []
    for number, line in enumerate(lines[first + 1 :], start=first + 2):
        if not line.strip(f" {separator}\t"):
            continue
        found = _row(_cells(line, separator), header, today) if _UNREAD not in line else "caractères illisibles"
        if isinstance(found, str):
            rejected.append(RejectedRow(number, typographic(found)))
        else:
            drafts.append(found)
    return drafts, rejected


def split_lots(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the lots that a text lists, each once, and whether it says all of them."""
    if fold(text) in _ALL:
        return (), True
    return tuple(dict.fromkeys(lot for part in re.split(r"[|;,]", text) if (lot := part.strip()))), False


def _row(cells: list[str] | None, header: list[str], today: dt.date) -> RecallDraft | str:
    """Return the recall of a line, or why there is none."""
    if cells is None:
        return "guillemets mal fermés"
    if len(cells) != len(header):
        return f"{len(cells)} colonnes au lieu de {len(header)}"
    values = {name: one_line(cell.strip(), _MOST_CELL) for name, cell in zip(header, cells, strict=True)}
    level = fold(values.get("niveau", ""))
    if level not in set(Level):
        return f"niveau inconnu : « {one_line(level, 40)} »"
    draft = _draft(values, Level(level))
    findings = rules.check_draft(draft, today)
    return findings[0].text if findings else draft


def _draft(values: Mapping[str, str], level: Level) -> RecallDraft:
    lots, all_lots = split_lots(values["lots"])
    return RecallDraft(
        code=values["code"].replace(" ", ""),
        lots=lots,
        all_lots=all_lots,
        reason=values["motif"],
        level=level,
        day=_day(values["date"]),
        instruction=values.get("consigne", ""),
        reference=values.get("reference", ""),
    )


def _day(text: str) -> dt.date | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _cells(line: str, separator: str) -> list[str] | None:
    """Return the cells of one line; None where its quotes are not closed."""
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def _decoded(content: bytes) -> str:
    if len(content) > MAX_OCTETS:
        raise _defect(f"Le fichier dépasse {MAX_OCTETS // 1_000_000} Mo.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content:
        raise _defect("Le fichier est binaire, ou en UTF-16.")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise _defect("Le fichier est une page web, pas une liste de rappels.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The few octets that Windows-1252 leaves empty become a sign by which their line is rejected.
        return content.decode("cp1252", "replace")


def _defect(text: str) -> InputDefect:
    return InputDefect(
        typographic(text),
        code="GAL-RAP-10",
        advice="Attendu : CSV en UTF-8 ou Windows-1252, colonnes code, lots, motif, niveau, date, consigne, reference. "
        "Rien n’a été changé.",
    )
