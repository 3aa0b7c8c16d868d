"""How is a record looked for: a field, the answers under it, found off the thread of the screens?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.fields import SearchField
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.ui.context import Ui

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a search: what to type, what shows before anything is typed, and when nothing is found."""

    name: str
    placeholder: str
    icon: str
    before: tuple[str, str]
    nothing: tuple[str, str]
    noun: str


class SearchPane(QWidget, Generic[R]):
    """A search field over the list of its answers; the arrows move in the list, Entrée chooses."""

    pointed = Signal(object)
    chosen = Signal(object)
    unanswered = Signal(str)
    lost = Signal(int)
    """The one that was pointed at (its ``id``) does not answer to the same search any more."""

    def __init__(
        self, ui: Ui, words: Wording, columns: Sequence[Column[R]], find: Callable[[str], Sequence[R]]
    ) -> None:
        """Answer each text typed with ``find``, which runs in the background."""
        super().__init__()
        self._ui, self._words, self._find = ui, words, find
        self._answered: str | None = None
        self._take_next = False
        self._wanted: tuple[str, int] | None = None
        self.field = SearchField(words.placeholder, words.name)
        self.empty = EmptyState(words.icon, *words.before)
        self.list: ListTable[R] = ListTable(f"{words.name}\u00a0: réponses", columns, self.empty)
        self.count = Text("", "caption")
        self.setFocusProxy(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.count)
        self.field.searched.connect(self.search)
        self.field.textChanged.connect(self._forget_enter)
        self.field.moved.connect(self.list.step)
        self.field.confirmed.connect(self._confirm)
        self.list.pointed.connect(self.pointed)
        self.list.chosen.connect(self.chosen)

    def search(self, text: str) -> None:
        """Look for ``text``; a later search makes this one stale."""
        wanted = text.strip()
        self._ui.tasks.run(
            lambda _progress: self._find(wanted),
            done=lambda found: self._show(wanted, found),
            owner=self,
            key="search",
            title="Recherche…",
        )

    def look_for(self, text: str, number: int) -> None:
        """Search ``text``, and point at the answer of that ``id`` alone: never at another one that answers as well."""
        self._wanted = text.strip(), number
        self.field.setText(text)
        self.field.search_now()

    def again(self) -> None:
        """Look for the same text again, and stay on the same line."""
        wanted = self.field.text().strip()
        self._ui.tasks.run(
            lambda _progress: self._find(wanted),
            done=lambda found: self._show(wanted, found, keep=True),
            owner=self,
            key="search",
        )

    def _show(self, wanted: str, found: Sequence[R], *, keep: bool = False) -> None:
        title, advice = self._words.nothing if wanted else self._words.before
        self.empty.say(title.replace("{}", wanted[:60]), advice)
        before = getattr(self.list.current_record, "id", None) if keep else None
        self.list.set_records(found, keep=keep)
        self._point(wanted, before)
        self._answered = wanted
        several = "s" if len(found) > 1 else ""
        self.count.setText(f"{len(found)} {self._words.noun}{several}" if found else "")
        if self._take_next and wanted == self.field.text().strip():
            self._confirm()

    def _point(self, wanted: str, before: int | None) -> None:
        """Point at whom was wanted, or was pointed at before; at nobody where they do not answer."""
        sought = self._wanted[1] if self._wanted is not None and self._wanted[0] == wanted else before
        if self._wanted is not None and self._wanted[0] == wanted:
            self._wanted = None
        if sought is None:
            return
        place = self.list.place_of(sought)
        if place is not None:
            self.list.point(place)
            return
        self.list.point_at_none()
        if sought == before:
            self.lost.emit(sought)

    def _forget_enter(self) -> None:
        self._take_next = False

    def _confirm(self) -> None:
        """Choose the answer pointed at; typed ahead of the answers, Entrée waits for those to what is typed."""
        wanted = self.field.text().strip()
        self._take_next = self._answered != wanted
        if self._take_next:
            self.field.search_now()
            return
        record = self.list.current_record
        if record is not None:
            self.chosen.emit(record)
        elif wanted:
            self.unanswered.emit(wanted)
