"""Which small parts is every screen made of: texts, icons, buttons, chips, panels?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from app.ui import theme
from app.ui.icons import icon as draw_icon
from app.ui.icons import pixmap

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent
    from PySide6.QtWidgets import QLayout

    from app.ui.shortcuts import Acts

_BADGE: Final = 0.85
"""Of the size of a caption: the letters of a number over an icon."""

CHIPS: Final = ("neutral", "accent", "info", "success", "warning", "danger")


def clear(layout: QLayout) -> None:
    """Remove and delete every widget of a layout, and of the layouts inside it."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and draw the widget anew."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class Text(QLabel):
    """A text in one of the roles of the type scale."""

    def __init__(self, text: str = "", role: str = "body", *, wrap: bool = False, selectable: bool = False) -> None:
        """Show ``text`` as plain text; ``role`` is one of the style sheet’s."""
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setWordWrap(wrap)
        self.setText(text)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def set_role(self, role: str) -> None:
        """Change the role of the text."""
        restyle(self, "role", role)


class ElidedText(Text):
    """A text that gives way: cut with … where room lacks, whole in its tooltip."""

    eliding = True

    def __init__(self, text: str = "", role: str = "body") -> None:
        """Show ``text`` on one line."""
        self._whole = ""
        super().__init__("", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.set_whole(text)

    @property
    def whole(self) -> str:
        """The text, uncut."""
        return self._whole

    def set_whole(self, text: str) -> None:
        """Show another text."""
        self._whole = text
        self.setAccessibleName(text)
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text to the new width."""
        super().resizeEvent(event)
        self._cut()

    def changeEvent(self, event: QEvent) -> None:
        """Cut the text again when the font changes."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._cut()

    def minimumSizeHint(self) -> QSize:
        """Leave room for a few letters only."""
        return QSize(theme.XXL, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """Ask for the room of the whole text."""
        width = self.fontMetrics().horizontalAdvance(self._whole)
        return QSize(width + 2, super().sizeHint().height())

    def _cut(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width(), 1))
        if shown != self.text():
            self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class IconLabel(QLabel):
    """An icon in a colour of the theme, that follows theme and zoom."""

    def __init__(self, name: str, color: str = "muted", size: int = 20) -> None:
        """Draw the icon ``name`` in the colour ``color`` (a token), ``size`` pixels wide at 100 %."""
        super().__init__()
        self._name, self._token, self._size = name, color, size
        theme.current().changed.connect(self._draw)
        self._draw()

    def set_icon(self, name: str, token: str) -> None:
        """Draw another icon, or in another colour."""
        self._name, self._token = name, token
        self._draw()

    def _draw(self) -> None:
        worn = theme.current()
        size = worn.pixels(self._size)
        self.setPixmap(pixmap(self._name, getattr(worn.tokens, self._token), size))
        self.setFixedSize(size, size)


class Chip(QLabel):
    """A short state said in a word and a colour: never by the colour alone."""

    def __init__(self, text: str = "", kind: str = "neutral") -> None:
        """Show ``text``; ``kind`` is one of CHIPS."""
        super().__init__(text)
        self.setProperty("chip", kind)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)

    def say(self, text: str, kind: str) -> None:
        """Show another state."""
        self.setText(text)
        restyle(self, "chip", kind)


class KeyCap(QLabel):
    """A key, drawn as the cap of the keyboard."""

    def __init__(self, key: str) -> None:
        """Show the key as the user reads it (``Ctrl+K``, ``Échap``)."""
        super().__init__(key)
        self.setProperty("role", "keycap")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)


class Button(QPushButton):
    """A button that no Enter of a scanner can press: Space, its key or the mouse do."""

    def __init__(self, text: str, *, kind: str = "secondary", icon: str = "", name: str = "") -> None:
        """Show ``text``; ``kind``: primary, secondary, ghost, danger, room or tab; ``name``: accessible name."""
        super().__init__(text)
        self.key = ""
        self.badge = ""
        self.setAutoDefault(False)
        self.setProperty("kind", kind)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icon_name = icon
        if name or text:
            self.setAccessibleName(name or text.replace("&", ""))
        if name and not text:
            self.setToolTip(name)
        theme.current().changed.connect(self._dress)
        self.toggled.connect(lambda _on: self._dress())
        self._dress()

    @property
    def ink(self) -> str:
        """The colour of the text, ``#RRGGBB``."""
        tokens = theme.current().tokens
        kind = str(self.property("kind"))
        if not self.isEnabled():
            return tokens.muted
        if kind == "tab" and self.isChecked():
            return tokens.accent_text
        inks = {"primary": tokens.on_accent, "danger": tokens.danger, "room": tokens.rail_text}
        return inks.get(kind, tokens.text)

    @property
    def is_bold(self) -> bool:
        """True for what stands out: the next act to do, the room or page shown."""
        return self.property("kind") == "primary" or self.isChecked()

    def setText(self, text: str) -> None:
        """Show and name another text."""
        super().setText(text)
        if text:
            self.setAccessibleName(text.replace("&", ""))

    def set_icon(self, name: str) -> None:
        """Draw another icon."""
        self._icon_name = name
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew when the button is greyed or lit."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange:
            self._dress()

    def sizeHint(self) -> QSize:
        """Make room for the icon, the title in its boldest form and the key."""
        width = 2 * theme.M
        if self.text():
            bold = QFontMetrics(theme.current().font("strong"))
            width += bold.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        if not self.icon().isNull():
            width += self.iconSize().width() + (theme.S if self.text() else 0)
        return QSize(width + self._key_width() + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Never cut the title."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the button, its icon and title, then its key at the right."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text, option.icon = "", QIcon()
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        content = self.rect().adjusted(theme.M, 0, -theme.M, 0)
        left = str(self.property("kind")) in {"room", "tab"} or bool(self.key)
        if not left:
            spare = max(0, content.width() - (self.sizeHint().width() - 2 * theme.M - 2))
            content.adjust(spare // 2, 0, -(spare // 2), 0)
        if not self.icon().isNull():
            size = self.iconSize()
            spot = QRect(content.left(), (self.height() - size.height()) // 2, size.width(), size.height())
            self.icon().paint(painter, spot)
            content.setLeft(spot.right() + theme.S)
            if self.badge:
                self._draw_badge(painter, spot)
        painter.setPen(QColor(self.ink))
        painter.setFont(theme.current().font("strong" if self.is_bold else "body"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
        side = Qt.AlignmentFlag.AlignLeft if left or not self.icon().isNull() else Qt.AlignmentFlag.AlignHCenter
        painter.drawText(content, int(flags | side), self.text())
        if self.key:
            self._draw_key(painter, content)

    def say_badge(self, text: str, told: str) -> None:
        """Show a short number over the icon, which takes no room; ``told`` says it in words. Empty for none."""
        self.badge = text
        self.setAccessibleDescription(told)
        self.update()

    def _draw_badge(self, painter: QStylePainter, icon: QRect) -> None:
        worn = theme.current()
        font = worn.font("caption")
        font.setPointSizeF(font.pointSizeF() * _BADGE)
        font.setBold(True)
        metrics = QFontMetrics(font)
        height = metrics.height()
        width = max(height, metrics.horizontalAdvance(self.badge) + theme.S)
        pill = QRect(icon.right() + theme.S - width, icon.top() - height // 3, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(worn.color("danger"))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(worn.color("on_danger"))
        painter.setFont(font)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self.badge)

    def _draw_key(self, painter: QPainter, content: QRect) -> None:
        font = theme.current().font("caption")
        painter.setFont(font)
        width = QFontMetrics(font).horizontalAdvance(self.key) + theme.S
        height = QFontMetrics(font).height() + 2
        cap = QRect(content.right() - width, (self.height() - height) // 2, width, height)
        ink = QColor(self.ink)
        faint = QColor(ink)
        faint.setAlphaF(0.4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(faint)
        painter.drawRoundedRect(cap, 3, 3)
        painter.setPen(ink)
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self.key)

    def _key_width(self) -> int:
        if not self.key:
            return 0
        return QFontMetrics(theme.current().font("caption")).horizontalAdvance(self.key) + theme.S + theme.L

    def _dress(self) -> None:
        if self._icon_name:
            size = theme.current().pixels(18)
            self.setIcon(draw_icon(self._icon_name, self.ink, size))
            self.setIconSize(QSize(size, size))
        self.updateGeometry()


class ActButton(Button):
    """The button of an act: its title, and the key that does the same."""

    def __init__(self, acts: Acts, act_id: str, *, kind: str = "secondary", text: str = "") -> None:
        """Show and do the act ``act_id``; ``text`` replaces its title where room is short."""
        act = acts.get(act_id)
        super().__init__(text or act.title, kind=kind, icon=act.icon)
        self._acts, self._act_id = acts, act_id
        self.clicked.connect(lambda: acts.trigger(act_id))
        acts.changed.connect(self._read_key)
        acts.enabled.connect(self._read_enabled)
        self._read_key()
        self._read_enabled(act_id)

    def _read_enabled(self, act_id: str) -> None:
        if act_id == self._act_id:
            self.setEnabled(self._acts.is_enabled(act_id))

    def _read_key(self) -> None:
        self.key = self._acts.key_text_of(self._act_id)
        self.setToolTip(f"{self._acts.get(self._act_id).title} ({self.key})" if self.key else "")
        self.updateGeometry()
        self.update()


class Divider(QFrame):
    """A thin line between two parts."""

    def __init__(self) -> None:
        """Draw it in the border colour."""
        super().__init__()
        self.setProperty("kind", "divider")


class Panel(QFrame):
    """A surface with an optional heading; its ``body`` layout takes the content."""

    def __init__(self, title: str = "", *, margin: int = theme.L) -> None:
        """Draw the surface; ``title`` is its heading."""
        super().__init__()
        self.setProperty("kind", "panel")
        self.outer = QVBoxLayout(self)
        self.outer.setContentsMargins(margin, margin, margin, margin)
        self.outer.setSpacing(theme.M)
        self.head = QHBoxLayout()
        self.head.setSpacing(theme.S)
        self.title = Text(title, "heading")
        if not title:
            self.title.hide()
        self.head.addWidget(self.title)
        self.head.addStretch()
        self.outer.addLayout(self.head)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.S)
        self.outer.addLayout(self.body, 1)


class EmptyState(QWidget):
    """What a list or a room shows when it has nothing: why, and what to do next."""

    def __init__(self, icon: str, title: str, advice: str) -> None:
        """Show the icon, what is not there, and what to do."""
        super().__init__()
        self.title = Text(title, "heading", wrap=True)
        self.advice = Text(advice, "muted", wrap=True)
        self._icon = IconLabel(icon, "muted", 40)
        self._column = column = QVBoxLayout(self)
        column.setSpacing(theme.S)
        column.addStretch(2)
        column.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignHCenter)
        for text in (self.title, self.advice):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(text)
        column.addStretch(3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the room of the icon to the words where both don't hold."""
        super().resizeEvent(event)
        self._fit()

    def say(self, title: str, advice: str) -> None:
        """Show another text."""
        self.title.setText(title)
        self.advice.setText(advice)
        self._fit()

    def _fit(self) -> None:
        margins = self._column.contentsMargins()
        width = self.width() - margins.left() - margins.right()
        words = sum(text.heightForWidth(width) for text in (self.title, self.advice))
        gaps = self._column.spacing() * (self._column.count() - 1)
        needed = words + self._icon.sizeHint().height() + gaps + margins.top() + margins.bottom()
        self._icon.setVisible(needed <= self.height())


def row(*items: QWidget | int, spacing: int = theme.S) -> QHBoxLayout:
    """Return a horizontal layout of widgets; 0 stands for a stretch."""
    layout = QHBoxLayout()
    layout.setSpacing(spacing)
    for item in items:
        if isinstance(item, int):
            layout.addStretch(1)
        else:
            layout.addWidget(item)
    return layout
