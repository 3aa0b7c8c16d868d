"""Which acts on the lines are in sight? Each button gives up its words, never its key, where room lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.basics import ActButton

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QResizeEvent

    from app.ui.shortcuts import Acts


class _KeyButton(ActButton):
    """The button of an act, narrow once it has given up its words."""

    def sizeHint(self) -> QSize:
        """Make room for what is drawn."""
        whole = super().sizeHint()
        return whole if self.text() else QSize(whole.width() - theme.M, whole.height())


class KeyBar(QWidget):
    """A row of acts; when it is narrow they shrink to icon and key, then the spare ones go."""

    def __init__(
        self,
        acts: Acts,
        buttons: Iterable[tuple[str, str]],
        spare: Iterable[str] = (),
        *,
        plain: Iterable[str] = (),
    ) -> None:
        """Show acts by id, each under a short text; an empty id leaves a gap; ``spare`` may go.

        The words of those that are ``plain`` by their icon go first, then those of the last act, and so on.
        """
        super().__init__()
        self._buttons: dict[str, tuple[_KeyButton, str]] = {}
        self._spare, self._plain = tuple(spare), tuple(plain)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.XS)
        for act_id, text in buttons:
            if not act_id:
                line.addStretch(1)
                continue
            button = _KeyButton(acts, act_id, kind="ghost", text=text)
            button.setAccessibleName(acts.get(act_id).title)
            self._buttons[act_id] = (button, text)
            line.addWidget(button)
        theme.current().changed.connect(self._fit)

    def minimumSizeHint(self) -> QSize:
        """Ask for no width: the row takes what is left."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shrink or grow the buttons."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for button, text in self._buttons.values():
            button.setText(text)
            button.show()
        for act_id in (*self._plain, *(name for name in reversed(self._buttons) if name not in self._plain)):
            if self._fits():
                return
            self._buttons[act_id][0].setText("")
        for act_id in self._spare:
            if self._fits():
                return
            self._buttons[act_id][0].hide()

    def _fits(self) -> bool:
        shown = (button for button, _ in self._buttons.values() if not button.isHidden())
        return sum(button.sizeHint().width() + theme.XS for button in shown) <= self.width()
