"""Which colours, sizes and fonts does every screen use, and can each text be read on its ground?"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from shiboken6 import isValid

from app.ui.resources import resource
from app.ui.style import style_sheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

_VEIL = 0.25
ZOOM_MIN, ZOOM_MAX, ZOOM_STEP = 80, 200, 10
THEMES = {"light": "Clair", "dark": "Sombre", "contrast": "Contraste élevé", "system": "Comme le système"}

# Spacing scale, in device-independent pixels: margins do not grow with the zoom, texts do.
XS, S, M, L, XL, XXL = 4, 8, 12, 16, 24, 32

# Type scale, in points at 100 %.
SIZES = {"caption": 10.0, "body": 10.5, "strong": 10.5, "heading": 12.0, "title": 16.0, "display": 24.0, "mono": 10.5}
_WEIGHTS = {
    "strong": QFont.Weight.DemiBold,
    "heading": QFont.Weight.DemiBold,
    "title": QFont.Weight.DemiBold,
    "display": QFont.Weight.DemiBold,
}
FAMILIES = ("Inter", "Segoe UI", "Noto Sans", "DejaVu Sans")
MONO_FAMILIES = ("JetBrains Mono", "Consolas", "Noto Sans Mono", "DejaVu Sans Mono")
_CONTROLS = ("tick", "chevron", "up", "dot")
_FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, by what they are for."""

    window: str
    surface: str
    sunken: str
    text: str
    muted: str
    border: str
    outline: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    accent_text: str
    selection: str
    on_selection: str
    focus: str
    danger: str
    on_danger: str
    danger_soft: str
    warning: str
    warning_soft: str
    success: str
    success_soft: str
    info: str
    info_soft: str
    rail: str
    rail_text: str
    rail_active: str
    rail_mark: str
    simulation: str
    on_simulation: str


LIGHT = Tokens(
    window="#EDF1F3", surface="#FFFFFF", sunken="#F5F8F9", text="#15212B", muted="#4A5965",
    border="#D3DCE2", outline="#73828D", accent="#0A6B62", accent_hover="#085A52", on_accent="#FFFFFF",
    accent_soft="#DCEFEC", accent_text="#0A5A53", selection="#CDE7E3", on_selection="#0E2421", focus="#1A5FD0",
    danger="#B42318", on_danger="#FFFFFF", danger_soft="#FDEBE9", warning="#824700", warning_soft="#FFF3DC",
    success="#17653A", success_soft="#E3F4E9", info="#1B579E", info_soft="#E7F0FB",
    rail="#11302F", rail_text="#D3E3E1", rail_active="#1E4A47", rail_mark="#6FD6C6",
    simulation="#C1121F", on_simulation="#FFFFFF",
)  # fmt: skip
DARK = Tokens(
    window="#0F1518", surface="#182126", sunken="#121A1E", text="#E6EDF0", muted="#A6B5BD",
    border="#2C3940", outline="#74868F", accent="#4CC2B2", accent_hover="#6AD3C4", on_accent="#04211D",
    accent_soft="#173F3B", accent_text="#8BDDD1", selection="#1F4D48", on_selection="#EEF9F7", focus="#86BBFF",
    danger="#FF938A", on_danger="#2B0705", danger_soft="#44201E", warning="#FFC477", warning_soft="#3D2D12",
    success="#82D9A0", success_soft="#173A25", info="#93C6FF", info_soft="#18324D",
    rail="#0A0F11", rail_text="#C5D3D6", rail_active="#1B3533", rail_mark="#4CC2B2",
    simulation="#C62828", on_simulation="#FFFFFF",
)  # fmt: skip
CONTRAST = Tokens(
    window="#000000", surface="#000000", sunken="#000000", text="#FFFFFF", muted="#E6E6E6",
    border="#9E9E9E", outline="#FFFFFF", accent="#7DF3FF", accent_hover="#C2FAFF", on_accent="#000000",
    accent_soft="#00323A", accent_text="#7DF3FF", selection="#7DF3FF", on_selection="#000000", focus="#FFFF00",
    danger="#FFA8A0", on_danger="#000000", danger_soft="#330000", warning="#FFD24A", warning_soft="#2E2200",
    success="#8CFFAF", success_soft="#002B12", info="#A8D4FF", info_soft="#001F3D",
    rail="#000000", rail_text="#FFFFFF", rail_active="#003C44", rail_mark="#FFFF00",
    simulation="#D00000", on_simulation="#FFFFFF",
)  # fmt: skip
_WORN: Theme | None = None
PALETTES = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}

# Every pair that a screen may draw: text on its ground (4.5:1), then parts and focus on their ground (3:1).
TEXT_PAIRS = (
    *((ink, ground) for ground in ("window", "surface", "sunken") for ink in ("text", "muted", "accent_text")),
    *((ink, ground) for ground in ("surface", "window") for ink in ("danger", "warning", "success", "info")),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("accent_text", "accent_soft"),
    ("text", "accent_soft"),
    ("on_selection", "selection"),
    ("on_danger", "danger"),
    *((kind, f"{kind}_soft") for kind in ("danger", "warning", "success", "info")),
    *(("text", f"{kind}_soft") for kind in ("danger", "warning", "success", "info")),
    ("rail_text", "rail"),
    ("rail_text", "rail_active"),
    ("on_simulation", "simulation"),
)
PART_PAIRS = (
    *((part, ground) for ground in ("window", "surface", "sunken") for part in ("outline", "focus")),
    ("rail_mark", "rail"),
    ("rail_mark", "rail_active"),
    ("simulation", "window"),
)


def luminance(color: str) -> float:
    """Return the relative luminance of ``#RRGGBB``. Source: WCAG 2.1, definition of relative luminance."""
    parts = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21. Source: WCAG 2.1, 1.4.3."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def current() -> Theme:
    """Return the theme that the application wears; raises RuntimeError before one is made."""
    if _WORN is None:
        msg = "no theme yet"
        raise RuntimeError(msg)
    return _WORN


def shade() -> QColor:
    """Return the veil drawn over a window while a dialog waits."""
    veil = QColor("#000000")
    veil.setAlphaF(_VEIL)
    return veil


def load_fonts() -> None:
    """Make the program's own fonts known to Qt; without them the system's fonts are used."""
    for name in _FONT_FILES:
        QFontDatabase.addApplicationFont(str(resource("fonts", name)))


class Theme(QObject):
    """The look in force: which tokens, at which zoom; tells when it changes."""

    changed = Signal()

    def __init__(self, app: QApplication, name: str = "light", zoom: int = 100) -> None:
        """Dress ``app`` in the theme ``name`` (a key of THEMES) at ``zoom`` percent."""
        global _WORN  # noqa: PLW0603 -- one application, one look; every widget asks for it
        super().__init__(app)
        _WORN = self
        self._app = app
        self.name = name
        self.zoom = zoom
        self._fonts: dict[str, QFont] = {}
        self._sheet = ""
        self._worn_by: list[QWidget] = []
        app.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._dress()

    @property
    def effective(self) -> str:
        """The theme drawn: a key of PALETTES, never ``system``."""
        if self.name in PALETTES:
            return self.name
        return "dark" if self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark else "light"

    @property
    def tokens(self) -> Tokens:
        """The colours in force."""
        return PALETTES[self.effective]

    def color(self, token: str) -> QColor:
        """Return the colour of a token by name."""
        return QColor(getattr(self.tokens, token))

    def points(self, role: str) -> float:
        """Return the size in points of a text role at the zoom in force."""
        return round(SIZES[role] * self.zoom / 100, 1)

    def pixels(self, size: int) -> int:
        """Return a length that goes with text (icon, key cap) at the zoom in force."""
        return round(size * self.zoom / 100)

    def font(self, role: str = "body") -> QFont:
        """Return the font of a text role, with digits of equal width."""
        known = self._fonts.get(role)
        if known is None:
            known = self._fonts[role] = self._font(role)
        # A copy: who asks may change it.
        return QFont(known)

    def _font(self, role: str) -> QFont:
        font = QFont(list(MONO_FAMILIES if role == "mono" else FAMILIES))
        font.setPointSizeF(self.points(role))
        font.setWeight(_WEIGHTS.get(role, QFont.Weight.Normal))
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def set_name(self, name: str) -> None:
        """Wear another theme."""
        if name != self.name:
            self.name = name
            self._dress()

    def set_zoom(self, percent: int) -> None:
        """Draw texts at ``percent`` of their size, from 80 to 200."""
        wanted = max(ZOOM_MIN, min(percent, ZOOM_MAX))
        if wanted != self.zoom:
            self.zoom = wanted
            self._dress()

    def dress(self, window: QWidget) -> None:
        """Make a window, with all that it holds and opens, wear the look in force and each later one.

        The sheet is not the whole application's: Qt dresses every part anew each time that something it stands in gets
        a parent, so that a screen is built three times faster before it stands in a window.
        """
        self._worn_by.append(window)
        window.setStyleSheet(self._sheet)

    def _follow_system(self) -> None:
        if self.name == "system":
            self._dress()

    def _dress(self) -> None:
        self._fonts.clear()
        self._app.setFont(self.font())
        self._app.setPalette(_qt_palette(self.tokens))
        sizes = {role: self.points(role) for role in SIZES}
        drawn = {name: resource("icons", "controls", f"{name}-{self.effective}.svg").as_posix() for name in _CONTROLS}
        self._sheet = style_sheet(dataclasses.asdict(self.tokens), sizes, self.zoom, drawn)
        self._worn_by = [window for window in self._worn_by if isValid(window)]
        for window in self._worn_by:
            # From one sheet to another Qt works ten times longer than from none.
            window.setStyleSheet("")
            window.setStyleSheet(self._sheet)
        self.changed.emit()


def _qt_palette(tokens: Tokens) -> QPalette:
    """Return what Qt itself draws with: menus, tooltips, and whatever the sheet does not name."""
    role = QPalette.ColorRole
    palette = QPalette()
    for name, color in (
        (role.Window, tokens.window), (role.WindowText, tokens.text), (role.Base, tokens.surface),
        (role.AlternateBase, tokens.sunken), (role.Text, tokens.text), (role.Button, tokens.surface),
        (role.ButtonText, tokens.text), (role.Highlight, tokens.selection), (role.Link, tokens.accent_text),
        (role.HighlightedText, tokens.on_selection), (role.ToolTipBase, tokens.surface),
        (role.ToolTipText, tokens.text), (role.PlaceholderText, tokens.muted),
    ):  # fmt: skip
        palette.setColor(name, QColor(color))
    for name in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(tokens.muted))
    return palette
