"""How is a place of birth typed: by its name or by its code, chosen in a list, kept as a code with its name beside?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from app.officine.patients import cog_rules
from app.officine.patients.cog_model import UNKNOWN, Place
from app.ui import theme
from app.ui.widgets.fields import TextField

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QEvent as Event
    from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent

    from app.officine.patients.cog_model import PlaceName
    from app.ui.context import Ui

_SHOWN = 7
_LEAST = 2
"""Letters from which a name is looked for: one is the beginning of too many."""
_CODE = int(Qt.ItemDataRole.UserRole)
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_NOT_BY_KEY = frozenset(
    {
        Qt.FocusReason.MouseFocusReason,
        Qt.FocusReason.ActiveWindowFocusReason,
        Qt.FocusReason.PopupFocusReason,
    }
)
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


def place_told(code: str, name: PlaceName | None) -> str:
    """Return the place of a birth as sheets show it: ``63220 · Mazoires (63)``; the code alone until it is read."""
    if not code:
        return "Non renseigné"
    if name is None:
        return code
    return f"{code} · {name.text}" + ("" if name.holds else "\u00a0: code non valable à la date de naissance")


class PlaceField(TextField):
    """A place of birth; what is kept is its code of five characters.

    ``told`` says under the field what the code stands for, and in which role. Left by Entrée or by the tabulation, the
    place pointed at in the list is taken; Échap closes the list, and nothing is taken.
    """

    told = Signal(str, str)

    def __init__(self, ui: Ui, born: Callable[[], dt.date | None]) -> None:
        """Look places up with the services of ``ui``; ``born`` gives the date of birth typed so far."""
        super().__init__(placeholder="Commune, pays ou code", limit=100)
        self._ui, self._born = ui, born
        self.choices: QListWidget | None = None
        self.textEdited.connect(self._look_up)
        self.textChanged.connect(lambda _text: self.again())

    @property
    def code(self) -> str:
        """The code; what is typed where it is none, to be refused."""
        return self.text().strip().upper()

    @property
    def is_code(self) -> bool:
        """True where what is typed has the form of a code."""
        return bool(cog_rules.COMMUNE.fullmatch(self.code) or cog_rules.COUNTRY.fullmatch(self.code))

    @property
    def is_open(self) -> bool:
        """True while the list of the places is shown."""
        return self.choices is not None and self.choices.isVisible()

    def again(self) -> None:
        """Say what the code stands for, for the date of birth of now."""
        if not self.is_code:
            self.told.emit("", "caption")
            return
        code, born, places = self.code, self._born(), self._ui.services.places
        self._ui.tasks.run(
            lambda _progress: places.name(code, born), done=lambda name: self._tell(code, name), owner=self, key="name"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the list with the arrows, take with Entrée, close with Échap."""
        key = event.key()
        if key in _STEPS and not self.is_open:
            self._look_up(self.text(), always=True)
        elif key in _STEPS and self.choices is not None:
            row = self.choices.currentRow() + _STEPS[Qt.Key(key)]
            self.choices.setCurrentRow(max(0, min(row, self.choices.count() - 1)))
        elif key == Qt.Key.Key_Escape and self.is_open:
            self._close()
        else:
            if key in _ENTER:
                self._take()
            super().keyPressEvent(event)

    def event(self, event: Event) -> bool:
        """Keep Échap from the acts of the room while it closes the list."""
        is_escape = event.type() is QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape  # type: ignore[attr-defined]
        if is_escape and self.is_open:
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the place pointed at where the field is left by a key, not by the mouse nor for another window."""
        if event.reason() not in _NOT_BY_KEY:
            self._take()
        self._close()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Close the list with the field."""
        self._close()
        super().hideEvent(event)

    def _look_up(self, text: str, *, always: bool = False) -> None:
        """Look for what is typed; a whole code needs no list."""
        wanted = text.strip()
        if not always and (self.is_code or len(wanted) < _LEAST):
            self._close()
            return
        places, born = self._ui.services.places, self._born()
        self._ui.tasks.run(
            lambda _progress: places.search(wanted, born),
            done=lambda found: self._show(wanted, found, born),
            owner=self,
            key="search",
        )

    def _show(self, wanted: str, found: Sequence[Place], born: dt.date | None) -> None:
        if wanted != self.text().strip() or not self.hasFocus():
            return
        self._close()
        self.choices = self._made()
        for place in found:
            holds = "" if place.holds_on(born) else " (hors dates)"
            parts = (cog_rules.shown(place), place.code, cog_rules.validity(place) + holds)
            self._add(" · ".join(part for part in parts if part), place.code)
        self._add(f"Inconnu ({UNKNOWN})", UNKNOWN)
        self.choices.setCurrentRow(0)
        self._lay(self.choices)
        self.choices.show()
        self.choices.raise_()

    def _made(self) -> QListWidget:
        """Return an empty list over the window, which takes no focus."""
        made = QListWidget(self.window())
        made.setAccessibleName("Lieux de naissance")
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        made.itemClicked.connect(lambda _item: self._take())
        return made

    def _add(self, text: str, code: str) -> None:
        assert self.choices is not None
        item = QListWidgetItem(text)
        item.setData(_CODE, code)
        item.setToolTip(text)
        self.choices.addItem(item)

    def _lay(self, choices: QListWidget) -> None:
        """Put the list right under the field, or over it where the window ends."""
        window = self.window()
        under, gap = self.mapTo(window, QPoint(0, self.height())), theme.XS
        row = max(choices.sizeHintForRow(0), 1)
        height = min(choices.count(), _SHOWN) * row + 2 * choices.frameWidth()
        room_under = window.height() - under.y() - gap
        if height > room_under and under.y() - self.height() > room_under:
            top = max(0, under.y() - self.height() - gap - height)
            choices.setGeometry(under.x(), top, self.width(), min(height, under.y() - self.height() - gap))
        else:
            choices.setGeometry(under.x(), under.y() + gap, self.width(), min(height, room_under))

    def _take(self) -> None:
        """Take the place pointed at."""
        choices = self.choices
        if choices is None or not choices.isVisible():
            return
        item = choices.currentItem()
        self._close()
        if item is not None:
            self.setText(item.data(_CODE))

    def _close(self) -> None:
        if self.choices is not None:
            self.choices.hide()
            self.choices.deleteLater()
            self.choices = None

    def _tell(self, code: str, name: PlaceName) -> None:
        if code == self.code:
            is_sound = name.is_known and name.holds
            text = name.text if name.holds else f"{name.text}\u00a0: code non valable à la date de naissance"
            self.told.emit(text, "success" if is_sound else "warning")
