"""How is a ticket written, and what does it look like?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.dispensing.model import Delivery
    from app.ui.context import Services

_DPI = 160


class Pixels(Protocol):
    """Rows of 8-bit red, green and blue; ``stride`` octets a row."""

    @property
    def width(self) -> int:
        """Width in pixels."""
        ...

    @property
    def height(self) -> int:
        """Height in pixels."""
        ...

    @property
    def stride(self) -> int:
        """Octets a row."""
        ...

    @property
    def rgb(self) -> bytes:
        """The rows."""
        ...


@dataclass(frozen=True, slots=True)
class Ticket:
    """The ticket of a delivery: its file, and its picture."""

    number: int
    file: Path
    picture: Pixels


def print_ticket(services: Services, delivery: Delivery) -> Ticket:
    """Write the ticket of a delivery to the folder of prints, and return it; runs in the background."""
    file = services.tickets.write(delivery)
    return Ticket(delivery.number, file, services.tickets.picture(file, _DPI))


def ticket_pixmap(pixels: Pixels, width: int) -> QPixmap:
    """Return a picture ``width`` pixels wide at most."""
    image = QImage(pixels.rgb, pixels.width, pixels.height, pixels.stride, QImage.Format.Format_RGB888)
    drawn = QPixmap.fromImage(image)
    if drawn.width() <= width:
        return drawn
    return drawn.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
