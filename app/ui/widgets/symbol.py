"""How is an INS datamatrix shown on a screen, so that a reader takes it from there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.basics import Text

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_QUIET = 2
_MODULE = 3
_WHITE, _BLACK = "#FFFFFF", "#000000"
Modules = tuple[tuple[bool, ...], ...]


class SymbolSquare(QWidget):
    """The modules of a code, black on white in every theme, each of a whole number of pixels of the screen."""

    def __init__(self, name: str, module: int = _MODULE) -> None:
        """Show nothing yet; ``name`` is the accessible name, ``module`` the pixels of one module at 100 %."""
        super().__init__()
        self._module = module
        self._modules: Modules = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self._fit)
        self._fit()

    def show_modules(self, modules: Modules) -> None:
        """Show a code; nothing for none."""
        self._modules = modules
        self._fit()

    def sizeHint(self) -> QSize:
        """Ask for the room of the code with its quiet zone."""
        side = (len(self._modules) + 2 * _QUIET) * self._pixels if self._modules else 0
        return QSize(side, side)

    @property
    def _pixels(self) -> int:
        return max(2, theme.current().pixels(self._module))

    def _fit(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the modules: on the pixels of the screen, where half of one would blur what the reader looks at."""
        ratio = self.devicePixelRatioF()
        count = len(self._modules) + 2 * _QUIET
        step = int(self.width() * ratio) // count if self._modules else 0
        painter = QPainter(self)
        painter.scale(1 / ratio, 1 / ratio)
        painter.fillRect(0, 0, int(self.width() * ratio), int(self.height() * ratio), QColor(_WHITE))
        dark = QColor(_BLACK)
        for row, line in enumerate(self._modules):
            for column, is_dark in enumerate(line):
                if is_dark:
                    painter.fillRect((column + _QUIET) * step, (row + _QUIET) * step, step, step, dark)
        painter.end()


class Symbol(QWidget):
    """A code with what is written below it; hidden once there is none any more."""

    def __init__(self, name: str, module: int = _MODULE) -> None:
        """Show nothing yet; see ``SymbolSquare``."""
        super().__init__()
        self.square = SymbolSquare(name, module)
        self.caption = Text("", "caption")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self.square, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.caption)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_symbol(self, modules: Modules, caption: str) -> None:
        """Show a code and its caption."""
        self.square.show_modules(modules)
        self.caption.setText(caption)
        # One that is not laid out yet would come as a window of its own, and take the focus.
        if self.parentWidget() is not None:
            self.show()

    def clear(self) -> None:
        """Show no code."""
        self.square.show_modules(())
        self.caption.setText("")
        self.hide()
