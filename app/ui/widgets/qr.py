"""How is a QR code drawn, without any service outside?"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QLabel

from app.ui import theme

_MARGIN = 4
_LARGEST = 200
_WHITE, _BLACK = 0xFFFFFFFF, 0xFF000000
Modules = tuple[tuple[bool, ...], ...]


def modules_of(text: str) -> Modules:
    """Return the dark and light modules of the QR code of ``text``; run in the background, the encoder is heavy."""
    import zxingcpp  # noqa: PLC0415 -- heavy: only the enrolment of an authenticator draws a QR code
    from PIL import Image  # noqa: PLC0415 -- the same

    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    # One pixel a module, black 0 and white 255; PIL reads the image that the encoder gives.
    drawn = Image.fromarray(barcode.to_image(scale=1, add_quiet_zones=False))
    return tuple(
        tuple(drawn.getpixel((column, row)) == 0 for column in range(drawn.width)) for row in range(drawn.height)
    )


class QrLabel(QLabel):
    """A QR code, black on white in every theme: a phone reads no other."""

    def __init__(self, name: str, size: int = 200) -> None:
        """Draw nothing yet; ``name`` is the accessible name, ``size`` the width in pixels at 100 %."""
        super().__init__()
        self._size = size
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._modules: Modules = ()
        theme.current().changed.connect(self._draw)
        self._draw()

    def show_modules(self, modules: Modules) -> None:
        """Draw a code; nothing for none."""
        self._modules = modules
        self._draw()

    def _draw(self) -> None:
        size = min(theme.current().pixels(self._size), _LARGEST)
        self.setFixedSize(size, size)
        if not self._modules:
            blank = QPixmap(size, size)
            blank.fill(QColor("#FFFFFF"))
            self.setPixmap(blank)
            return
        side = len(self._modules) + 2 * _MARGIN
        image = QImage(QSize(side, side), QImage.Format.Format_RGB32)
        image.fill(_WHITE)
        for row, line in enumerate(self._modules):
            for column, dark in enumerate(line):
                if dark:
                    image.setPixel(column + _MARGIN, row + _MARGIN, _BLACK)
        # A whole number of pixels a module: half a pixel blurs what the phone looks at.
        scaled = image.scaledToWidth(side * max(1, size // side))
        self.setPixmap(QPixmap.fromImage(scaled))
