"""What does one call of INSi say, in full: what was sent, what came back, what was decided?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit

from app.kernel.text import NBSP
from app.officine.staff.model import Right
from app.ui import formats, theme
from app.ui.patients.identity_words import holds
from app.ui.trace import insi_words as words
from app.ui.widgets.basics import Button, Chip, Panel, Text, row
from app.ui.widgets.dialog import Dialog
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.fields import Field
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.officine.patients.insi_model import Call
    from app.ui.context import Ui

_LEAST = (640, 400)
_SHARE = 0.92
"""How much of the window an exchange takes: its lines are long and many."""
_INDENT, _DEEPEST = "  ", 20
_OPENS = re.compile(r"<[^/?!>][^>]*(?<!/)>")
"""A line that only begins an element."""


class InsiSheet(Panel):
    """The call pointed at, to be read."""

    def __init__(self, ui: Ui) -> None:
        """Show the calls to who is at the workstation of ``ui``."""
        super().__init__()
        self._ui = ui
        self.call: Call | None = None
        self.sheet = Sheet("Détail de l’appel")
        # Taller than the window where letters are large: the arrows go through it.
        self.sheet.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.body.addWidget(self.sheet, 1)

    def show_call(self, call: Call | None) -> None:
        """Show a call, or none."""
        self.call = call
        self.sheet.begin()
        if call is None:
            self.sheet.text("Aucun appel choisi", "heading")
            self.sheet.text("Le détail de l’appel pointé dans la liste s’affiche ici.", "muted")
            self.sheet.end()
            return
        self.sheet.text(call.operation.label, "heading")
        self.sheet.text(f"{call.author} · {call.station} · {formats.moment(call.at)}", "muted")
        self.sheet.column.addWidget(Flow(_chips(call)))
        self.sheet.column.addWidget(Facts(words.facts(call)))
        may_see = holds(self._ui, Right.SEE_INS)
        if not call.ok:
            self._section("Échec de l’appel", words.failure(call))
        self._section("Traits envoyés", words.sent(call, may_see=may_see))
        if call.found is not None:
            self._section("Traits reçus", words.received(call, may_see=may_see))
        decided = words.decided(call)
        if decided:
            self._section("Décision", decided)
        elif words.is_open(call):
            self.sheet.section("Décision")
            self.sheet.text("Personne n’a encore dit si cette identité est reprise.", "muted")
        self.sheet.end()

    def _section(self, title: str, pairs: list[tuple[str, str]]) -> None:
        self.sheet.section(title)
        self.sheet.column.addWidget(Facts(pairs))


class ExchangeDialog(Dialog):
    """The request and the answer of a call, as they went over the line; gone with the lock."""

    def __init__(self, ui: Ui, parent: QWidget | None, call: Call, exchange: tuple[bytes, bytes]) -> None:
        """Show both sides of ``exchange``; nothing of them can be changed."""
        super().__init__(f"Échange de l’appel n°{NBSP}{call.id}", parent)
        ui.locked.connect(self.reject)
        worn = theme.current()
        self.setMinimumSize(worn.pixels(_LEAST[0]), worn.pixels(_LEAST[1]))
        if parent is not None:
            self.resize(parent.size() * _SHARE)
        self.request, self.answer = (_reader(laid_out(side)) for side in exchange)
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        grid.setSpacing(theme.M)
        simulated = f" · {words.SIMULATED}" if call.is_simulated else ""
        grid.addWidget(Text(f"{call.operation.label}{simulated}", "heading", wrap=True), 0, 0, 1, 2)
        note = f"Tels qu’échangés le {formats.moment(call.at)}. Cette lecture est inscrite à la trace."
        grid.addWidget(Text(note, "muted", wrap=True), 1, 0, 1, 2)
        grid.addWidget(Field("&Demande envoyée", self.request), 2, 0)
        grid.addWidget(Field("&Réponse reçue", self.answer), 2, 1)
        grid.setRowStretch(2, 1)
        close = Button("Fermer (Échap)", kind="primary")
        close.clicked.connect(self.accept)
        grid.addLayout(row(0, close), 3, 0, 1, 2)
        self.answer.setFocus(Qt.FocusReason.OtherFocusReason)


def _chips(call: Call) -> list[Chip]:
    said, kind = words.answer(call)
    chips = [Chip(said, kind)]
    if call.is_simulated:
        chips.append(Chip(words.SIMULATED, "danger"))
    if call.decision is not None:
        chips.append(Chip(*words.DECISIONS[call.decision]))
    elif words.is_open(call):
        chips.append(Chip("À décider", "info"))
    return chips


def _reader(text: str) -> QPlainTextEdit:
    shown = QPlainTextEdit(text)
    shown.setFont(theme.current().font("mono"))
    shown.setReadOnly(True)
    shown.setTabChangesFocus(True)
    return shown


def laid_out(side: bytes) -> str:
    """Return one side of an exchange, an element a line, indented: never parsed, whatever it holds."""
    if not side:
        return "Rien."
    lines, depth = [], 0
    for line in side.decode("utf-8", "backslashreplace").replace("><", ">\n<").split("\n"):
        closes = line.startswith("</")
        depth -= closes
        lines.append(_INDENT * max(0, min(depth, _DEEPEST)) + line)
        depth += not closes and _OPENS.fullmatch(line) is not None
    return "\n".join(lines)
