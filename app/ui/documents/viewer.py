"""How is one document read: its text or its pages at the left, what was read of it at the right, whose it is?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.kernel.outcome import Severity
from app.kernel.text import NBSP
from app.ui import theme
from app.ui.documents.find_bar import FindBar
from app.ui.documents.link_dialog import LinkDialog, open_in_browser
from app.ui.documents.panel import panel_html
from app.ui.documents.paper import print_shown
from app.ui.documents.pdf_pane import PdfPane
from app.ui.documents.rich import RichText
from app.ui.widgets.basics import Button, Chip, ElidedText, Panel, Text, row
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow, FlowLayout

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.documents.shown import Shown
    from app.ui.context import Ui

SMALLEST, LARGEST, STEP = 60, 300, 20
_PANEL = 400
_LINK = "lien:"


class DocumentViewer(QWidget):
    """One document, wholly by keyboard; ``left`` is emitted by Échap."""

    left = Signal()

    def __init__(self, ui: Ui) -> None:
        """Start empty; call ``show_document``."""
        super().__init__()
        self._ui = ui
        self.shown: Shown | None = None
        self.percent = 100
        self.is_compact = False
        self.open_address: Callable[[str], bool] = open_in_browser
        self.print_shown: Callable[[Ui, Shown], None] = print_shown
        self.title = ElidedText("", "title")
        self.subtitle = ElidedText("", "muted")
        self.banner = Chip("", "danger")
        self.findings = FindingList()
        self.text = RichText("Texte du document")
        self.pdf = PdfPane(ui.tasks)
        self.pdf.setAccessibleName("Pages du document")
        self.read = RichText("Données lues et identité")
        self.find_bar = FindBar(self.text)
        self.zoom = Text(f"100{NBSP}%", "muted")
        self.where = Text("", "muted")
        self.text.anchorClicked.connect(self._follow)
        self.pdf.turned.connect(self._say_where)
        self.find_bar.closed.connect(lambda: self.text.setFocus(Qt.FocusReason.OtherFocusReason))
        self._facts = QWidget()
        self._fact_line = FlowLayout(theme.L)
        self._facts.setLayout(self._fact_line)
        self.body = QStackedWidget()
        self.body.addWidget(self.text)
        self.body.addWidget(self.pdf)
        self._build()
        for pane in (self.text, self.read, self.pdf):
            pane.installEventFilter(self)
        theme.current().changed.connect(self._fit_panel)

    def set_compact(self, is_on: bool) -> None:  # noqa: FBT001 -- on or off
        """Show the document alone, beside a list that says the rest; or with its panel, where it has the window."""
        was, self.is_compact = self.is_compact, is_on
        if was and not is_on and self.shown is not None:
            self.read.show_fragment(panel_html(self.shown))
        self._side.setVisible(not is_on)
        self._facts.setVisible(not is_on and self.shown is not None and bool(self.shown.summary))
        self.back_button.setVisible(not is_on)
        for part in (self.find_button, self.smaller, self.zoom, self.larger):
            part.setVisible(not is_on)

    def show_document(self, shown: Shown, *, focus: bool = True) -> None:
        """Show a document from its beginning; ``focus`` False leaves the keyboard where it is."""
        self.shown = shown
        self.find_bar.hide()
        self.title.set_whole(shown.title)
        self.subtitle.set_whole(shown.subtitle)
        self.subtitle.setVisible(bool(shown.subtitle))
        self.banner.say(shown.banner, "danger")
        self.banner.setVisible(bool(shown.banner))
        self._say_facts(shown)
        self.findings.set_findings(one for one in shown.findings if one.severity is not Severity.INFO)
        self.text.show_fragment(shown.html)
        if not self.is_compact:
            self.read.show_fragment(panel_html(shown))
        is_pdf = shown.pages is not None
        has_both = is_pdf and shown.has_text
        self.as_text.setVisible(has_both)
        self.as_pages.setVisible(has_both)
        if shown.pages is not None:
            self.pdf.show_pages(shown.pages)
        self.show_pages(is_pdf and not has_both, focus=focus)

    def show_pages(self, is_on: bool, *, focus: bool = True) -> None:  # noqa: FBT001 -- of a button, pressed or not
        """Show the pages of the PDF, or the text."""
        pane = self.pdf if is_on else self.text
        pages = self.shown.pages if self.shown is not None else None
        self.body.setCurrentWidget(pane)
        self.as_pages.setChecked(is_on)
        self.as_text.setChecked(not is_on)
        for button in (self.before, self.after):
            button.setVisible(is_on and pages is not None and pages.count > 1)
        self.find_button.setEnabled(not is_on)
        self._say_where()
        if pane.percent != self.percent:
            self.magnify(self.percent)
        if focus:
            pane.setFocus(Qt.FocusReason.OtherFocusReason)

    def magnify(self, percent: int) -> None:
        """Show the document at a size, in percent."""
        self.percent = max(SMALLEST, min(LARGEST, percent))
        (self.pdf if self.body.currentWidget() is self.pdf else self.text).magnify(self.percent)
        self.zoom.setText(f"{self.percent}{NBSP}%")

    def look_for(self) -> None:
        """Ask which words to look for in the text."""
        if self.body.currentWidget() is self.text:
            self.find_bar.begin()

    def print_document(self) -> None:
        """Print the whole document: header, text, what was read; or the pages of its PDF."""
        if self.shown is not None:
            self.print_shown(self._ui, self.shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the viewer's own keys before the acts of the window do."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._act_of(event):
            event.accept()
            return True
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and (act := self._act_of(event)):
            act()
            return True
        return super().eventFilter(watched, event)

    def _act_of(self, event: QKeyEvent) -> Callable[[], object] | None:
        """Return what a key does here."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        key = Qt.Key(event.key())
        if control:
            return {Qt.Key.Key_F: self.look_for, Qt.Key.Key_P: self.print_document}.get(key)
        return {
            "+": lambda: self.magnify(self.percent + STEP),
            "-": lambda: self.magnify(self.percent - STEP),
            "0": lambda: self.magnify(100),
            "\x1b": self.left.emit,
        }.get(event.text() or ("\x1b" if key is Qt.Key.Key_Escape else ""))

    def _follow(self, url: QUrl) -> None:
        """Show the address that was clicked on; opened only if that is agreed to."""
        name = url.toString()
        rank = name.removeprefix(_LINK)
        links = self.shown.links if self.shown is not None else ()
        if name.startswith(_LINK) and rank.isdigit() and int(rank) < len(links):
            LinkDialog(links[int(rank)], self.window(), self.open_address).open()

    def _say_facts(self, shown: Shown) -> None:
        while (item := self._fact_line.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for label, value in shown.summary:
            self._fact_line.addWidget(_Fact(label, value))
        self._facts.setVisible(bool(shown.summary) and not self.is_compact)

    def _say_where(self) -> None:
        pages = self.shown.pages if self.shown is not None else None
        is_on = pages is not None and self.body.currentWidget() is self.pdf
        self.where.setText(f"Page{NBSP}{self.pdf.number + 1} sur {pages.count}" if is_on and pages is not None else "")
        self.before.setEnabled(self.pdf.number > 0)
        self.after.setEnabled(pages is not None and self.pdf.number + 1 < pages.count)

    def _build(self) -> None:
        self.as_text = _quiet("Texte", "", lambda: self.show_pages(False), kind="tab")
        self.as_pages = _quiet("PDF joint", "", lambda: self.show_pages(True), kind="tab")
        for button in (self.as_text, self.as_pages):
            button.setCheckable(True)
        self.before = _quiet("Précédente", "Page préc.", lambda: self.pdf.turn(-1))
        self.after = _quiet("Suivante", "Page suiv.", lambda: self.pdf.turn(1))
        self.find_button = _quiet("Rechercher", "Ctrl+F", self.look_for)
        self.smaller = _quiet("", "−", lambda: self.magnify(self.percent - STEP), icon="minus", name="Réduire")
        self.larger = _quiet("", "+", lambda: self.magnify(self.percent + STEP), icon="plus", name="Agrandir")
        self.print_button = _quiet("Imprimer", "Ctrl+P", self.print_document, icon="print")
        self.back_button = _quiet("Retour", "Échap", self.left.emit, icon="back")
        head = row(self.title, self.banner, spacing=theme.M)
        head.setStretch(0, 1)
        turns = (self.back_button, self.find_button, self.as_text, self.as_pages, self.before, self.where, self.after)
        tools = row(Flow(turns), self.smaller, self.zoom, self.larger, self.print_button)
        tools.setStretch(0, 1)
        reading, self._side = Panel(margin=0), Panel(margin=0)
        reading.body.addWidget(self.find_bar)
        reading.body.addWidget(self.body, 1)
        self._side.body.addWidget(self.read)
        middle = QHBoxLayout()
        middle.setSpacing(theme.M)
        middle.addWidget(reading, 1)
        middle.addWidget(self._side)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, theme.M)
        column.setSpacing(theme.S)
        column.addLayout(head)
        for part in (self.subtitle, self._facts, self.findings):
            column.addWidget(part)
        column.addLayout(middle, 1)
        column.addLayout(tools)
        self._fit_panel()

    def _fit_panel(self) -> None:
        # Never more than its share: at a high zoom the document keeps the larger part.
        self._side.setFixedWidth(min(theme.current().pixels(_PANEL), round(_PANEL * 1.15)))


class _Fact(QWidget):
    """A label and its value on one line."""

    def __init__(self, label: str, value: str) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.S)
        line.addWidget(Text(label, "caption"))
        line.addWidget(Text(value, selectable=True))


def _quiet(
    text: str, key: str, act: Callable[[], object], *, kind: str = "ghost", icon: str = "", name: str = ""
) -> Button:
    """Return a button that leaves the focus to the document."""
    button = Button(text, kind=kind, icon=icon, name=name)
    button.key = key
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(lambda _checked: act())
    return button
