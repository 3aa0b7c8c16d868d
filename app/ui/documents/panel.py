"""What was read of a document, and whose it is beside the file: how is it told in a narrow panel?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from app.kernel.outcome import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.officine.inbox.shown import ComparedTrait, DataCell, DataTable, Shown

_SHORT = 26
_CLASSES = {"danger": "flag", "warning": "warning", "strong": "strong", "muted": "muted", "success": "success"}
_VERDICTS = {"danger": "flag", "warning": "notice", "success": "success"}
NOTHING_READ = "Aucune donnée codée à reprendre. Ce que dit le document se lit dans son texte."


def panel_html(shown: Shown) -> str:
    """Return the panel of a document: the identity, what was read, the whole header."""
    tables = "".join(_table(table) for table in shown.tables) or _paragraph(NOTHING_READ, "muted")
    return "".join(
        (
            _identity(shown) if shown.identity else _facts("Patient du document", shown.patient),
            _heading("Données lues"),
            tables,
            _notes(shown),
            _facts("En-tête", shown.facts),
        )
    )


def _notes(shown: Shown) -> str:
    """Return the findings that ask for nothing: the others stand above the document."""
    notes = [finding for finding in shown.findings if finding.severity is Severity.INFO]
    said = "".join(_paragraph(f"{note.text} {note.advice}".strip(), "") for note in notes)
    return f"{_heading('À savoir')}{said}" if said else ""


def _identity(shown: Shown) -> str:
    rows = "".join(_trait(trait) for trait in shown.identity)
    said = _paragraph(shown.identity_said, _VERDICTS.get(shown.identity_tone, "")) if shown.identity_said else ""
    head = '<tr><td></td><td class="key">Document</td><td class="key">Dossier</td></tr>'
    return f'{_heading("Identité")}{said}<table class="facts" width="100%">{head}{rows}</table>'


def _trait(trait: ComparedTrait) -> str:
    mark = {True: "= ", False: "≠ ", None: ""}[trait.same]
    differs = trait.same is False
    kind = ("flag" if trait.strict else "warning") if differs else ""
    shown = (_span(value or "—", kind) for value in (trait.document, f"{mark}{trait.file or '—'}"))
    return f'<tr><td class="key">{_text(trait.label)}</td><td>{next(shown)}</td><td>{next(shown)}</td></tr>'


def _facts(title: str, pairs: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f'<tr><td class="key">{_text(label)}</td><td>{_text(value)}</td></tr>' for label, value in pairs)
    return f'{_heading(title)}<table class="facts">{rows}</table>' if rows else ""


def _table(table: DataTable) -> str:
    rows = "".join(_row(table, row) for row in table.rows)
    return f'<h3>{_text(table.title)}</h3><table class="rows" width="100%">{rows}</table>'


def _row(table: DataTable, row: tuple[DataCell, ...]) -> str:
    """Return what names a row with its value at the right where it is short; below, the rest under its names."""
    first, *others = zip(table.columns, row, strict=True)
    said = [(name, cell) for name, cell in others if cell.text]
    beside = [cell for name, cell in said if name in table.aside and _is_short(cell)]
    told = [(name, cell) for name, cell in said if not (name in table.aside and _is_short(cell))]
    right = "<br>".join(_span(cell.text, _CLASSES.get(cell.tone, "")) for cell in beside)
    quiet = " · ".join(f"{name} {cell.text}" for name, cell in told if cell.tone == "muted")
    below = [f'<span class="muted">{_text(name)}</span> {_cell(cell)}' for name, cell in told if cell.tone != "muted"]
    below += [_span(quiet, "muted")] if quiet else []
    lines = f'<tr><td class="more" colspan="2">{"<br>".join(below)}</td></tr>' if below else ""
    named = _cell(first[1])
    head = f'<td>{named}</td><td align="right">{right}</td>' if right else f'<td colspan="2">{named}</td>'
    return f"<tr>{head}</tr>{lines}"


def _is_short(cell: DataCell) -> bool:
    return len(cell.text) <= _SHORT and "\n" not in cell.text and cell.tone != "muted"


def _cell(cell: DataCell) -> str:
    """Return a cell; its tone is that of its first line."""
    first, *others = cell.text.split("\n")
    return "<br>".join((_span(first, _CLASSES.get(cell.tone, "")), *map(_text, others)))


def _span(text: str, kind: str) -> str:
    return f'<span class="{kind}">{_text(text)}</span>' if kind else _text(text)


def _paragraph(text: str, kind: str) -> str:
    return f'<p class="{kind}">{_text(text)}</p>'


def _heading(text: str) -> str:
    return f"<h2>{_text(text)}</h2>"


def _text(text: str) -> str:
    return html.escape(text)
