"""Does every screen hold its texts, name its controls and keep its order, in each theme and at 150 %?"""

from __future__ import annotations

import itertools
import os
import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSpinBox,
    QTableView,
    QWidget,
)

from app.ui import pictures, theme
from app.ui.printing import print_desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.ui.pictures import Stage

PICTURES = pictures.pictures()
LOOKS = [("light", 100), ("light", 150), ("dark", 150), ("contrast", 150)]
"""A theme changes colours and no width."""

WHOLE = os.environ.get("GALIEN_WALK") == "all"
"""True where every picture is walked in every look, as ``galien selftest screens`` does."""


def shown_parts(stage: Stage) -> Iterator[QWidget]:
    """Give every visible part of the window, or of the dialog over it."""
    dialogs = stage.dialogs()
    root = dialogs[-1] if dialogs else stage.window
    yield from (part for part in root.findChildren(QWidget) if part.isVisible())


def too_wide(part: QWidget) -> str | None:
    """Return what is wrong with the room of a text; None when it is whole."""
    if getattr(part, "eliding", False):
        return None
    if isinstance(part, QLabel) and part.text():
        room = part.contentsRect().adjusted(part.margin(), 0, -part.margin(), 0)
        if not part.wordWrap():
            needed = part.sizeHint().width()
            return f"needs {needed}, has {part.width()}" if needed > part.width() + 1 else None
        words = re.split("(?<=[-/’' \n\u200b])", part.text())
        widest = max(part.fontMetrics().horizontalAdvance(word) for word in words)
        if widest > room.width() + 2 and not all(len(word) > 24 for word in words if word):
            return f"a word needs {widest}, has {room.width()}"
        needed = part.heightForWidth(part.width())
        return f"needs height {needed}, has {part.height()}" if needed > part.height() + 1 else None
    if isinstance(part, QPushButton | QCheckBox | QRadioButton) and part.text():
        needed = part.sizeHint().width()
        return f"needs {needed}, has {part.width()}" if needed > part.width() + 1 else None
    return None


def cut_by_window(part: QWidget, stage: Stage) -> str | None:
    """Return how much of a text lies outside of what holds it, sideways; None when nothing does."""
    if not isinstance(part, QLabel | QPushButton | QCheckBox | QRadioButton):
        return None
    holder: QWidget | None = part.parentWidget()
    while holder is not None and not holder.isWindow():
        left = part.mapTo(holder, QPoint(0, 0)).x()
        if not isinstance(holder.parentWidget(), QScrollArea) and left + part.width() > holder.width() + 1:
            return f"{left + part.width() - holder.width()} px outside of {type(holder).__name__}"
        if isinstance(holder.parentWidget(), QAbstractScrollArea) and left + part.width() > holder.width() + 1:
            return f"{left + part.width() - holder.width()} px outside of its viewport"
        holder = holder.parentWidget()
    return None


def cut_titles(part: QWidget) -> str | None:
    """Return the column titles that do not fit in their header."""
    if not isinstance(part, QTableView) or not part.horizontalHeader().isVisible():
        return None
    header: QHeaderView = part.horizontalHeader()
    metrics = theme.current().font("strong")
    metrics.setPointSizeF(theme.current().points("caption"))
    cut = []
    for place in range(part.model().columnCount()):
        title = str(part.model().headerData(place, Qt.Orientation.Horizontal) or "")
        if not part.isColumnHidden(place) and QFontMetrics(metrics).horizontalAdvance(title) > header.sectionSize(
            place
        ):
            cut.append(title)
    return ", ".join(cut) or None


def nameless(part: QWidget) -> str | None:
    """Return what is wrong where a control that takes the focus has no accessible name."""
    if part.focusPolicy() is Qt.FocusPolicy.NoFocus or part.objectName().startswith("qt_"):
        return None
    name = QAccessible.queryAccessibleInterface(part).text(QAccessible.Text.Name)
    return None if name else f"no accessible name, in {type(part.parentWidget()).__name__}"


def label_of(part: QWidget) -> str:
    """Return how a report names a part."""
    text = part.text() if isinstance(part, QLabel | QPushButton | QCheckBox | QRadioButton) else part.accessibleName()
    return f"{type(part).__name__} « {text} »"


def walked(look: tuple[str, int]) -> tuple[pictures.Picture, ...]:
    """Return the pictures to walk in a look: shared between the looks, three of four where letters are large."""
    return PICTURES if WHOLE else PICTURES[LOOKS.index(look) :: len(LOOKS)]


# Two hundred windows, each posed with real data.
@pytest.mark.timeout(900)
@pytest.mark.req("OFF-UI-11", "OFF-UI-12")
@pytest.mark.parametrize(("look", "zoom"), LOOKS)
def test_every_window_holds_its_texts_and_names_its_controls(
    look: str, zoom: int, shared_stage: Stage, no_watchdog: None
) -> None:
    """Every window, in three themes, at 100 and 150 %."""
    shared_stage.desktop.theme.set_name(look)
    shared_stage.desktop.theme.set_zoom(zoom)
    # Without a screen no other program opens a PDF.
    print_desk(shared_stage.ui).open_file = lambda _file: True
    faults = []
    for picture in walked((look, zoom)):
        picture.pose(shared_stage)
        shared_stage.settle()
        for part in shown_parts(shared_stage):
            found = (too_wide(part), cut_by_window(part, shared_stage), cut_titles(part), nameless(part))
            faults += [f"{picture.name}: {label_of(part)}: {fault}" for fault in found if fault]
        shared_stage.clear()
    assert not faults, "\n".join(dict.fromkeys(faults))


@pytest.mark.req("OFF-UI-12")
@pytest.mark.parametrize("room", ["patients-new", "stock-receive", "settings-scanner"])
def test_tab_goes_down_the_page_and_never_back(room: str, shared_stage: Stage) -> None:
    """Within a form, each next field lies to the right of the last one, or under it."""
    shared_stage.desktop.theme.set_name("light")
    shared_stage.desktop.theme.set_zoom(100)
    picture = next(picture for picture in PICTURES if picture.name == room)
    picture.pose(shared_stage)
    shared_stage.settle()
    fields = []
    part = shared_stage.window.nextInFocusChain()
    while part is not None and part is not shared_stage.window:
        is_field = isinstance(part, QLineEdit | QComboBox | QSpinBox) and not isinstance(part.parentWidget(), QSpinBox)
        if part.isVisible() and is_field and part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            fields.append(part)
        part = part.nextInFocusChain()
    rights = [field for field in fields if field.mapTo(shared_stage.window, QPoint(0, 0)).x() > 400]
    spots = [field.mapTo(shared_stage.window, QPoint(0, 0)) for field in rights]
    shared_stage.clear()
    assert len(spots) > 2
    for before, after in itertools.pairwise(spots):
        assert after.y() > before.y() + 8 or after.x() > before.x()
