"""What was read of a document, and whose it is beside the file: how is it told in a narrow panel?"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from app.kernel.outcome import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.officine.documents.shown import ComparedTrait, DataCell, DataTable, Shown

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
    head = '<tr><td class="key" width="47%">Document</td><td></td><td class="key" width="47%">Dossier</td></tr>'
    return f'{_heading("Identité")}{said}<table class="facts" width="100%">{head}{rows}</table>'


def _trait(trait: ComparedTrait) -> str:
    """Return a trait under its label: a column for labels would leave no room for long names."""
    mark = {True: "=", False: "≠", None: ""}[trait.same]
    differs = trait.same is False
    kind = ("flag" if trait.strict else "warning") if differs else ""
    cells = "".join(f"<td>{_span(text, kind)}</td>" for text in (trait.document or "—", mark, trait.file or "—"))
    return f'<tr><td colspan="3">{_span(trait.label, "muted")}</td></tr><tr>{cells}</tr>'


def _facts(title: str, pairs: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f'<tr><td class="key">{_text(label)}</td><td>{_text(value)}</td></tr>' for label, value in pairs)
    return f'{_heading(title)}<table class="facts">{rows}</table>' if rows else ""


def _table(table: DataTable) -> str:
    # As paragraphs: Qt lays a table of some hundred rows out ten times slower.
    return f"<h3>{_text(table.title)}</h3>" + "".join(_row(table, row) for row in table.rows)


def _row(table: DataTable, row: tuple[DataCell, ...]) -> str:
    """Return what names a row, its short values below on one line, then the rest, each under its name."""
    first, *others = zip(table.columns, row, strict=True)
    said = [(name, cell) for name, cell in others if cell.text]
    short = [cell for name, cell in said if name in table.aside and _is_short(cell)]
    told = [(name, cell) for name, cell in said if not (name in table.aside and _is_short(cell))]
    values = " ".join(_span(cell.text, _CLASSES.get(cell.tone, "")) for cell in short)
    quiet = " · ".join(f"{name} {cell.text}" for name, cell in told if cell.tone == "muted")
    below = [f'<span class="muted">{_text(name)}</span> {_cell(cell)}' for name, cell in told if cell.tone != "muted"]
    lines = (_cell(first[1]), values, *below, _span(quiet, "muted") if quiet else "")
    return f'<p class="row">{"<br>".join(line for line in lines if line)}</p>'


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
