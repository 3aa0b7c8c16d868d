"""How do the tokens of a theme become the one style sheet of the program?"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PADDINGS = {
    "p2": 2,
    "p3": 3,
    "p4": 4,
    "p5": 5,
    "p6": 6,
    "p8": 8,
    "p10": 10,
    "p11": 11,
    "p12": 12,
    "control": 20,
    "bar": 10,
    "check": 16,
}

_SHEET = Template("""
QWidget { color: $text; font-size: ${body}pt; }
QMainWindow, QDialog, QWidget[ground="window"] { background: $window; }
QDialog { border: 1px solid $outline; }
QFrame[kind="panel"] { background: $surface; border: 1px solid $border; border-radius: 6px; }
QFrame[kind="plain"], QStackedWidget, QScrollArea, QScrollArea > QWidget > QWidget { background: transparent;
    border: none; }
QFrame[kind="pages"] { border: 2px solid transparent; border-radius: 6px; }
QFrame[kind="pages"]:focus { border: 2px solid $focus; }
QFrame[kind="divider"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[kind="header"] { background: $surface; border: none; border-bottom: 1px solid $border; }
QFrame[kind="simulation"] { background: $simulation; border: none; }
QFrame[kind="popup"] { background: $surface; border: 1px solid $outline; border-radius: 8px; }
QLabel { background: transparent; }
QLabel[role="caption"] { color: $muted; font-size: ${caption}pt; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading}pt; font-weight: 600; }
QLabel[role="title"] { font-size: ${title}pt; font-weight: 600; }
QLabel[role="display"] { font-size: ${display}pt; font-weight: 600; }
QLabel[role="display-danger"] { font-size: ${display}pt; font-weight: 600; color: $danger; }
QLabel[role="banner"] { color: $on_simulation; font-weight: 600; font-size: ${caption}pt;
    padding: ${p3}px; }
QLabel[role="keycap"] { color: $muted; background: $sunken; border: 1px solid $border; border-radius: 4px;
    padding: 0 ${p4}px; font-size: ${caption}pt; }
QLabel[role="danger"] { color: $danger; }
QLabel[role="warning"] { color: $warning; }
QLabel[role="success"] { color: $success; }
QFrame[tone="danger"] { background: $danger_soft; border: 1px solid $danger; border-radius: 6px; }
QFrame[tone="warning"] { background: $warning_soft; border: 1px solid $warning; border-radius: 6px; }
QFrame[tone="success"] { background: $success_soft; border: 1px solid $success; border-radius: 6px; }
QFrame[tone="info"] { background: $info_soft; border: 1px solid $info; border-radius: 6px; }
QLabel[chip] { border-radius: 4px; padding: 1px ${p6}px; font-size: ${caption}pt; font-weight: 600; }
QLabel[chip="neutral"] { background: $sunken; color: $muted; border: 1px solid $border; }
QLabel[chip="accent"] { background: $accent_soft; color: $accent_text; border: 1px solid $accent_soft; }
QLabel[chip="danger"] { background: $danger_soft; color: $danger; border: 1px solid $danger; }
QLabel[chip="warning"] { background: $warning_soft; color: $warning; border: 1px solid $warning; }
QLabel[chip="success"] { background: $success_soft; color: $success; border: 1px solid $success_soft; }
QLabel[chip="info"] { background: $info_soft; color: $info; border: 1px solid $info_soft; }

QLineEdit, QComboBox, QSpinBox, QDateEdit, QPlainTextEdit, QTextEdit, QKeySequenceEdit QLineEdit {
    background: $surface; color: $text; border: 1px solid $outline; border-radius: 4px; padding: ${p4}px ${p6}px;
    selection-background-color: $selection; selection-color: $on_selection; }
QLineEdit, QPlainTextEdit, QTextEdit { placeholder-text-color: $muted; }
QLineEdit, QComboBox, QSpinBox, QDateEdit { min-height: ${control}px; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus, QPlainTextEdit:focus, QTextEdit:focus {
    border: 2px solid $focus; padding: ${p3}px ${p5}px; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { background: $sunken; color: $muted;
    border-color: $border; }
QLineEdit[readOnly="true"] { background: $sunken; }
QLineEdit[invalid="true"] { border: 2px solid $danger; padding: ${p3}px ${p5}px; }
QLineEdit[invalid="true"]:focus { border: 2px solid $focus; }
QLineEdit[size="large"] { font-size: ${heading}pt; padding: ${p6}px ${p8}px; }
QLineEdit QToolButton { background: transparent; border: none; padding: 0; margin: 0; min-height: 0; }
QSpinBox QLineEdit { border: none; padding: 0 0 0 ${p6}px; min-height: 0; background: transparent; }
QSpinBox::up-button, QSpinBox::down-button { subcontrol-origin: border; width: ${control}px; border: none;
    background: transparent; }
QSpinBox::up-button { subcontrol-position: top right; }
QSpinBox::down-button { subcontrol-position: bottom right; }
QSpinBox::up-arrow { image: url($up); width: ${bar}px; height: ${bar}px; }
QSpinBox::down-arrow { image: url($chevron); width: ${bar}px; height: ${bar}px; }
QSpinBox { padding-right: ${control}px; max-height: ${control}px; }
QComboBox::drop-down { border: none; width: ${control}px; }
QComboBox::down-arrow { image: url($chevron); width: ${bar}px; height: ${bar}px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $outline; outline: none; }

QPushButton, QToolButton { background: $surface; color: $text; border: 1px solid $outline; border-radius: 4px;
    padding: ${p4}px ${p12}px; min-height: ${control}px; }
QPushButton:hover, QToolButton:hover { background: $sunken; border-color: $accent; }
QPushButton:pressed, QToolButton:pressed { background: $accent_soft; }
QPushButton:focus, QToolButton:focus { border: 2px solid $focus; padding: ${p3}px ${p11}px; }
QPushButton:disabled, QToolButton:disabled { color: $muted; background: $sunken; border-color: $border; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $focus; }
QPushButton[kind="primary"]:disabled { background: $sunken; color: $muted; border-color: $border; }
QPushButton[kind="danger"] { color: $danger; border-color: $danger; }
QPushButton[kind="danger"]:disabled { border-color: $border; }
QPushButton[kind="danger"]:focus { border-color: $focus; }
QPushButton[kind="ghost"], QToolButton[kind="ghost"] { background: transparent; border: 1px solid transparent; }
QPushButton[kind="ghost"]:hover, QToolButton[kind="ghost"]:hover { background: $accent_soft; }
QPushButton[kind="ghost"]:focus, QToolButton[kind="ghost"]:focus { border: 2px solid $focus; }
QPushButton[kind="room"] { background: transparent; color: $rail_text; border: none;
    border-left: 3px solid transparent;
    border-radius: 0; text-align: left; padding: ${p8}px ${p12}px; }
QPushButton[kind="room"]:hover { background: $rail_active; }
QPushButton[kind="room"]:checked { background: $rail_active; border-left: 3px solid $rail_mark; font-weight: 600; }
QPushButton[kind="room"]:focus { border: 2px solid $rail_mark; border-left: 3px solid $rail_mark;
    padding: ${p6}px ${p10}px; }
QPushButton[kind="tab"] { background: transparent; border: none; border-radius: 4px; text-align: left;
    padding: ${p6}px ${p12}px; }
QPushButton[kind="tab"]:hover { background: $sunken; }
QPushButton[kind="tab"]:checked { background: $accent_soft; color: $accent_text; font-weight: 600; }
QPushButton[kind="tab"]:focus { border: 2px solid $focus; padding: ${p4}px ${p10}px; }
QWidget[ground="rail"] { background: $rail; }
QWidget[ground="rail"] QLabel { color: $rail_text; }

QCheckBox, QRadioButton { spacing: 8px; background: transparent; padding: 2px; border: 2px solid transparent;
    border-radius: 4px; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $focus; }
QCheckBox::indicator, QRadioButton::indicator { width: ${check}px; height: ${check}px; border: 1px solid $outline;
    background: $surface; }
QCheckBox::indicator { border-radius: 3px; }
QRadioButton::indicator { border-radius: ${radio}px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($tick); }
QRadioButton::indicator:checked { background: $accent; border-color: $accent; image: url($dot); }
QCheckBox:disabled, QRadioButton:disabled { color: $muted; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: $sunken; border-color: $border; }
QCheckBox::indicator:checked:disabled, QRadioButton::indicator:checked:disabled { background: $outline;
    border-color: $outline; }

QAbstractItemView { background: $surface; alternate-background-color: $sunken; border: 1px solid $border; padding: 1px;
    outline: none; gridline-color: $border; border-radius: 4px;
    selection-background-color: $selection; selection-color: $on_selection; }
QAbstractItemView:focus { border: 2px solid $focus; padding: 0; }
QAbstractItemView::item { padding: 0 ${p6}px; border: none; }
QAbstractItemView::item:selected { background: $selection; color: $on_selection; }
QAbstractItemView::item:hover:!selected { background: $accent_soft; color: $text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $outline;
    padding: ${p4}px ${p8}px; font-size: ${caption}pt; font-weight: 600; }
QTableCornerButton::section { background: $surface; border: none; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $outline; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none;
    border: none;
    width: 0; height: 0; }
QStatusBar { background: $surface; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QProgressBar { background: $sunken; border: 1px solid $border; border-radius: 4px; text-align: center;
    min-height: ${check}px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QToolTip { background: $surface; color: $text; border: 1px solid $outline; padding: ${p4}px; }
QMenu { background: $surface; border: 1px solid $outline; padding: 4px; }
QMenu::item { padding: ${p4}px ${p12}px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $on_selection; }
QSplitter::handle { background: transparent; }
QTextBrowser { background: $surface; border: none; }
""")


def style_sheet(tokens: Mapping[str, str], points: Mapping[str, float], zoom: int, icons: Mapping[str, str]) -> str:
    """Return the style sheet of a theme: its colours, text sizes in points, zoom in percent, and drawn icons."""
    paddings = {name: str(round(value * zoom / 100)) for name, value in _PADDINGS.items()}
    sizes = {role: f"{size:g}" for role, size in points.items()}
    radio = {"radio": str(round(_PADDINGS["check"] * zoom / 200))}
    return _SHEET.substitute({**tokens, **paddings, **sizes, **radio, **icons})
