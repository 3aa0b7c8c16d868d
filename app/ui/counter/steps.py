"""How far is the delivery: which steps are done, which one is next, which may be left out?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.officine.dispensing.model import SaleKind
from app.ui import theme
from app.ui.icons import pixmap

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent

    from app.ui.counter.till import Till
    from app.ui.shortcuts import Acts


class StepState(enum.Enum):
    """What is to be said of a step, in a word."""

    AHEAD = "à faire"
    NEXT = "à faire maintenant"
    OPTIONAL = "facultatif"
    DONE = "fait"
    ATTENTION = "à vérifier"
    BLOCKED = "bloquant"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the delivery, and the act that goes to it."""

    title: str
    act: str
    state: StepState


_LOOK = {
    StepState.AHEAD: ("circle", "muted"),
    StepState.NEXT: ("chevron", "accent_text"),
    StepState.OPTIONAL: ("minus", "muted"),
    StepState.DONE: ("check", "success"),
    StepState.ATTENTION: ("warning", "warning"),
    StepState.BLOCKED: ("error", "danger"),
}

_STRONG = {StepState.NEXT, StepState.ATTENTION, StepState.BLOCKED}
_SAID = {StepState.OPTIONAL, StepState.ATTENTION, StepState.BLOCKED}
_MARK = 16


def steps(till: Till) -> list[Step]:
    """Return the steps of the delivery with the state of each."""
    session = till.session
    advanced = session.sale is SaleKind.ADVANCE
    wanted = _needs_ordonnance(till) or advanced
    states = [
        ("Patient", "counter.patient", _known(session.patient_id is not None, wanted=wanted)),
        ("Ordonnance", "counter.prescription", _prescription(till, wanted=wanted and not advanced)),
        ("Lignes", "counter.product", StepState.DONE if session.lines else StepState.AHEAD),
        ("Contrôle", "counter.control", _control(till)),
        ("Facturation", "counter.pay", _invoiced(till)),
        ("Encaissement", "counter.pay", StepState.AHEAD),
        ("Impressions", "counter.prints", StepState.AHEAD),
    ]
    following = next((place for place, (_, _, state) in enumerate(states) if state is StepState.AHEAD), None)
    return [
        Step(title, act, StepState.NEXT if place == following else state)
        for place, (title, act, state) in enumerate(states)
    ]


def _needs_ordonnance(till: Till) -> bool:
    return till.session.prescription is not None or any(line.list_class is not None for line in till.session.lines)


def _known(there: bool, *, wanted: bool) -> StepState:  # noqa: FBT001 -- the state it answers with says which
    if there:
        return StepState.DONE
    return StepState.AHEAD if wanted else StepState.OPTIONAL


def _prescription(till: Till, *, wanted: bool) -> StepState:
    draft = till.session.prescription
    complete = draft is not None and draft.prescriber_id is not None and draft.written_on is not None
    if draft is not None and not complete:
        return StepState.ATTENTION
    return _known(complete, wanted=wanted)


def _control(till: Till) -> StepState:
    if not till.session.lines or not till.is_fresh:
        return StepState.AHEAD
    if till.blocked:
        return StepState.BLOCKED
    if till.open_findings:
        return StepState.ATTENTION
    return StepState.DONE


def _invoiced(till: Till) -> StepState:
    ready = till.session.lines and till.is_fresh and not till.open_findings
    return StepState.DONE if ready else StepState.AHEAD


@dataclass(slots=True)
class _Cell:
    """Where a step is drawn, and with what."""

    step: Step
    box: QRect
    note: str
    key: str


class StepsBar(QWidget):
    """The steps of the delivery, left to right; drawn, so that a change of state moves nothing else."""

    chosen = Signal(str)

    def __init__(self, acts: Acts) -> None:
        """Start with no step; ``acts`` gives the key of each."""
        super().__init__()
        self._acts = acts
        self._cells: list[_Cell] = []
        self.shown: list[Step] = []
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self._dress)
        acts.changed.connect(self._dress)

    def show_steps(self, found: list[Step]) -> None:
        """Show the steps as they are now."""
        if found == self.shown:
            return
        self.shown = found
        words = "\u202f; ".join(f"{step.title}\u00a0: {step.state.value}" for step in found)
        self.setAccessibleName(f"Étapes de la délivrance. {words}")
        self.setToolTip(words)
        self._arrange()
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for the height of a line."""
        return QSize(0, QFontMetrics(theme.current().font("strong")).height() + theme.S)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what is in brackets where room lacks, then the keys."""
        super().resizeEvent(event)
        self._arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the step under the mouse."""
        for cell in self._cells:
            if cell.box.contains(event.position().toPoint()):
                self.chosen.emit(cell.step.act)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw each step: its mark, its name, its state where it matters, its key."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for cell in self._cells:
            self._paint_cell(painter, cell)

    def _dress(self) -> None:
        self.updateGeometry()
        self._arrange()
        self.update()

    def _arrange(self) -> None:
        noted = [f"({step.state.value})" if step.state in _SAID else "" for step in self.shown]
        keys = [self._acts.key_text_of(step.act) if step.title != "Facturation" else "" for step in self.shown]
        none = [""] * len(self.shown)
        for notes, caps in ((noted, keys), (none, keys), (none, none)):
            self._cells = self._placed(notes, caps)
            if not self._cells or self._cells[-1].box.right() <= self.width():
                return

    def _placed(self, notes: list[str], keys: list[str]) -> list[_Cell]:
        left, cells = theme.XS, []
        for step, note, key in zip(self.shown, notes, keys, strict=True):
            width = self._width(step, note, key)
            cells.append(_Cell(step, QRect(left, 0, width, self.height()), note, key))
            left += width + theme.M
        return cells

    def _width(self, step: Step, note: str, key: str) -> int:
        worn = theme.current()
        small = QFontMetrics(worn.font("caption"))
        width = worn.pixels(_MARK) + theme.XS + QFontMetrics(_font(step)).horizontalAdvance(step.title)
        width += small.horizontalAdvance(note) + theme.XS if note else 0
        return width + (small.horizontalAdvance(key) + theme.XS + theme.S if key else 0)

    def _paint_cell(self, painter: QPainter, cell: _Cell) -> None:
        worn, step, box = theme.current(), cell.step, cell.box
        icon, color = _LOOK[step.state]
        size = worn.pixels(_MARK)
        mark = pixmap(icon, getattr(worn.tokens, color), size)
        painter.drawPixmap(box.left(), (box.height() - size) // 2, mark)
        left = box.left() + size + theme.XS
        left = self._write(painter, left, step.title, _font(step), "text" if step.state in _STRONG else "muted")
        if cell.note:
            left = self._write(painter, left + theme.XS, cell.note, worn.font("caption"), "muted")
        if cell.key:
            self._paint_key(painter, left + theme.XS, cell.key)

    def _write(self, painter: QPainter, left: int, text: str, font: QFont, ink: str) -> int:
        width = QFontMetrics(font).horizontalAdvance(text)
        painter.setFont(font)
        painter.setPen(theme.current().color(ink))
        painter.drawText(QRect(left, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        return left + width

    def _paint_key(self, painter: QPainter, left: int, key: str) -> None:
        worn = theme.current()
        metrics = QFontMetrics(worn.font("caption"))
        high = metrics.height() + 2
        cap = QRect(left, (self.height() - high) // 2, metrics.horizontalAdvance(key) + theme.S, high)
        painter.setFont(worn.font("caption"))
        painter.setPen(worn.color("border"))
        painter.setBrush(worn.color("sunken"))
        painter.drawRoundedRect(cap, 3, 3)
        painter.setPen(worn.color("muted"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)


def _font(step: Step) -> QFont:
    return theme.current().font("strong" if step.state in _STRONG else "caption")
