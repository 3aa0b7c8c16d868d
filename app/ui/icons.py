"""Which picture goes with an act, in the colours of the theme?"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.ui.resources import resource

_INK = b"#000000"
_SHARPNESS = 2


def icon(name: str, color: str, size: int = 18) -> QIcon:
    """Return the icon of the file ``resources/icons/<name>.svg`` drawn in ``color`` (``#RRGGBB``)."""
    return QIcon(pixmap(name, color, size))


@lru_cache(maxsize=512)
def pixmap(name: str, color: str, size: int) -> QPixmap:
    """Return the icon ``name`` drawn in ``color``, ``size`` device-independent pixels wide, sharp at twice that."""
    source = _svg(name).replace(_INK, color.encode("ascii"))
    drawn = QPixmap(QSize(size, size) * _SHARPNESS)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(source)).render(painter)
    painter.end()
    drawn.setDevicePixelRatio(_SHARPNESS)
    return drawn


@lru_cache(maxsize=128)
def _svg(name: str) -> bytes:
    return resource("icons", f"{name}.svg").read_bytes()
