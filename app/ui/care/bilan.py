"""How is a bilan typed: the treatments in a table that is there already, then what is thought of them?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.officine.care.model import BilanPart, DocumentKind, TreatmentPart
from app.ui import theme
from app.ui.care.form import CareForm
from app.ui.care.writing import Writing
from app.ui.widgets.basics import ActButton, Panel, Text, clear
from app.ui.widgets.fields import Field, TextField

if TYPE_CHECKING:
    from app.kernel.outcome import Finding
    from app.officine.care.model import Part

_COLUMNS: Final = (
    ("name", "Médicament", 4),
    ("dose", "Dose", 2),
    ("frequency", "Prises", 3),
    ("indication", "Indication", 3),
    ("observation", "Observation", 3),
)
_TEXTS: Final = (
    ("analysis", "&Analyse", "Interactions, doublons, posologies, observance…"),
    ("proposals", "&Propositions au prescripteur", "Ce qui est proposé, et pourquoi"),
    ("follow_up", "&Suivi", "Ce qui est convenu avec le patient, prochain rendez-vous"),
)
_TONES: Final = {"error": "danger", "warning": "warning"}
_STACK_FROM = 130


class _Line(QWidget):
    """One treatment: five fields, and what is said of them under it."""

    def __init__(self, given: TreatmentPart) -> None:
        super().__init__()
        self.cells: dict[str, TextField] = {}
        cells = QHBoxLayout()
        cells.setSpacing(theme.XS)
        for name, label, stretch in _COLUMNS:
            cell = self.cells[name] = TextField(limit=2_000, name=label)
            cell.setText(getattr(given, name).replace("\n", " "))
            cell.setCursorPosition(0)
            cell.setToolTip(cell.text())
            cells.addWidget(cell, stretch)
        self.note = Text("", "warning", wrap=True)
        self.note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(cells)
        column.addWidget(self.note)

    @property
    def part(self) -> TreatmentPart:
        """The treatment as typed."""
        return TreatmentPart(**{name: cell.text().strip() for name, cell in self.cells.items()})


class BilanForm(CareForm):
    """A bilan: the treatments, what is thought of them, what is proposed, what comes next."""

    kind: ClassVar[DocumentKind] = DocumentKind.BILAN
    side_by_side: ClassVar[bool] = False

    def build(self) -> None:
        """Lay the table at the top, over the whole width; the three texts under it."""
        self.lines: list[_Line] = []
        self._held = QVBoxLayout()
        self._held.setSpacing(theme.XS)
        table = Panel("Traitements")
        table.head.addWidget(ActButton(self.ui.acts, "care.remove_line", kind="ghost", text="Ôter"))
        table.head.addWidget(ActButton(self.ui.acts, "care.add_line", kind="ghost", text="Ajouter"))
        heads = QHBoxLayout()
        heads.setSpacing(theme.XS)
        for _name, label, stretch in _COLUMNS:
            # As the cells under it: the shares of a column of titles are those of a column of fields.
            title = Text(label, "caption")
            title.setMinimumWidth(1)
            heads.addWidget(title, stretch)
        self.none = Text("Aucun traitement\u00a0: ajoutez une ligne (Ctrl+L).", "muted", wrap=True)
        self.table_note = Text("", "warning", wrap=True)
        self.table_note.hide()
        table.body.addLayout(heads)
        table.body.addWidget(self.none)
        table.body.addLayout(self._held)
        table.body.addWidget(self.table_note)
        written = Panel("Bilan")
        self.texts: dict[str, Writing] = {}
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.M)
        for name, label, placeholder in _TEXTS:
            text = self.texts[name] = Writing(least=4, placeholder=placeholder)
            self.places[f"part.{name}"] = Field(label, text)
        written.body.addLayout(self._grid)
        column = QVBoxLayout(self.main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.M)
        column.addWidget(table)
        column.addWidget(written)
        theme.current().changed.connect(self._share)
        self._share()

    @property
    def first(self) -> QWidget:
        """The table comes first; the analysis where it is filled already."""
        return self.lines[0].cells["name"] if self.lines else self.texts["analysis"]

    def fill(self, part: Part) -> None:
        """Write a bilan into the fields."""
        assert isinstance(part, BilanPart)
        clear(self._held)
        self.lines = []
        for treatment in part.treatments:
            self._add(treatment, len(self.lines))
        for name, text in self.texts.items():
            text.setPlainText(getattr(part, name))
        self._none()

    @property
    def part(self) -> BilanPart:
        """The bilan as typed; a line without a word is none."""
        treatments = tuple(one.part for one in self.lines if one.part != TreatmentPart())
        return BilanPart(treatments, **{name: text.text for name, text in self.texts.items()})

    def add_line(self) -> None:
        """Add a line after the one in which the focus is."""
        focused = self._focused()
        place = len(self.lines) if focused is None else self.lines.index(focused) + 1
        added = self._add(TreatmentPart(), place)
        self._none()
        self.go_to(added.cells["name"])
        self.changed("part.treatments")

    def remove_line(self) -> None:
        """Take away the line in which the focus is."""
        gone = self._focused()
        if gone is None:
            self.ui.say("Placez-vous d’abord dans la ligne à ôter.")
            return
        place = self.lines.index(gone)
        self.lines.remove(gone)
        self._held.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self._none()
        if self.lines:
            self.go_to(self.lines[min(place, len(self.lines) - 1)].cells["name"])
        else:
            self.go_to(self.texts["analysis"])
        self.changed("part.treatments")

    def say_part(self, found: dict[str, list[Finding]]) -> set[str]:
        """Show each finding under its line, what is about the whole table under it."""
        told = set()
        kept = [one for one in self.lines if one.part != TreatmentPart()]
        for one in self.lines:
            head = f"part.treatments.{kept.index(one)}" if one in kept else "—"
            own = [s for s in found if s == head or s.startswith(f"{head}.")]
            said = [finding for subject in own for finding in found[subject]]
            told.update(own)
            _say(one.note, said)
            for name, cell in one.cells.items():
                wrong = found.get(f"{head}.{name}", ())
                cell.set_wrong(wrong=any(finding.severity == "error" for finding in wrong))
        _say(self.table_note, found.get("part.treatments", []))
        return told | {"part.treatments"}

    def editor_of(self, subject: str) -> QWidget | None:
        """Return the cell of a finding."""
        parts = subject.split(".")
        if parts[:2] != ["part", "treatments"]:
            return None
        place = int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else 0
        if place >= len(self.lines):
            return self.texts["analysis"]
        name = parts[3] if len(parts) > 3 else "name"
        return self.lines[place].cells.get(name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move from line to line with the arrows, from cell to cell with Entrée."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        place, name = self._place(watched)
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            wanted = place + (1 if event.key() == Qt.Key.Key_Down else -1)
            if 0 <= wanted < len(self.lines):
                self.go_to(self.lines[wanted].cells[name])
            return True
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._next_cell(place, name)
            return True
        return False

    # --- Within -------------------------------------------------------------------------------------------------------

    def _next_cell(self, place: int, name: str) -> None:
        names = [column[0] for column in _COLUMNS]
        rank = names.index(name) + 1
        if rank < len(names):
            self.go_to(self.lines[place].cells[names[rank]])
        elif place + 1 < len(self.lines):
            self.go_to(self.lines[place + 1].cells[names[0]])
        elif self.lines[place].part != TreatmentPart():
            self.add_line()
        else:
            self.go_to(self.texts["analysis"])

    def _place(self, cell: QObject) -> tuple[int, str]:
        for place, line in enumerate(self.lines):
            for name, one in line.cells.items():
                if one is cell:
                    return place, name
        return 0, _COLUMNS[0][0]

    def _add(self, given: TreatmentPart, place: int) -> _Line:
        added = _Line(given)
        for name, cell in added.cells.items():
            cell.textChanged.connect(lambda _text, name=name: self._typed(added, name))
            cell.installEventFilter(self)
        self.lines.insert(place, added)
        self._held.insertWidget(place, added)
        return added

    def _typed(self, line: _Line, name: str) -> None:
        if line in self.lines:
            line.cells[name].setToolTip(line.cells[name].text())
            self.changed(f"part.treatments.{self.lines.index(line)}")

    def _none(self) -> None:
        self.none.setVisible(not self.lines)

    def _focused(self) -> _Line | None:
        focus = QApplication.focusWidget()
        return next((one for one in self.lines if focus is not None and one.isAncestorOf(focus)), None)

    def _share(self) -> None:
        """Put the three texts side by side, or under one another where letters are large."""
        stacked = theme.current().zoom >= _STACK_FROM
        for rank, (name, _label, _placeholder) in enumerate(_TEXTS):
            field = self.places[f"part.{name}"]
            self._grid.removeWidget(field)
            line, column = (rank, 0) if stacked else (0, rank)
            self._grid.addWidget(field, line, column, Qt.AlignmentFlag.AlignTop)
            self._grid.setColumnStretch(rank, 0 if stacked and rank else 1)


def _say(note: Text, findings: list[Finding]) -> None:
    note.setText(" ".join(f"{one.text} {one.advice}" for one in findings))
    note.set_role(_TONES.get(findings[0].severity, "caption") if findings else "caption")
    note.setVisible(bool(findings))
