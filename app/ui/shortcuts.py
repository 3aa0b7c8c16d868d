"""Which acts are there, and by which key is each reached? One registry feeds keys, palette, help and tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from shiboken6 import isValid

from app.kernel.outcome import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QWidget

_NAMES = {
    "Return": "Entrée", "Enter": "Entrée", "Esc": "Échap", "Del": "Suppr", "Ins": "Inser", "Shift": "Maj",
    "Backspace": "Retour arr.", "PgUp": "Page préc.", "PgDown": "Page suiv.", "Up": "↑", "Down": "↓",
    "Left": "←", "Right": "→", "Space": "Espace", "Home": "Début", "End": "Fin", "Meta": "Win",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """Something that the user may do; ``key`` in Qt's portable form, ``room`` empty for the whole window."""

    id: str
    title: str
    key: str = ""
    synonyms: tuple[str, ...] = ()
    right: str = ""
    room: str = ""
    icon: str = ""


@dataclass(slots=True)
class _Binding:
    action: QAction
    widget: QWidget


def key_text(key: str) -> str:
    """Return a key in French, as the cap of the keyboard has it: ``Ctrl+Shift+P`` is ``Ctrl+Maj+P``."""
    if not key:
        return ""
    parts = key.removesuffix("++").split("+") + (["+"] if key.endswith("++") else [])
    return "+".join(_NAMES.get(part, part) for part in parts) if key != "+" else "+"


class Acts(QObject):
    """The registry of acts of one window, and what each is bound to."""

    changed = Signal()
    triggered = Signal(str)
    enabled = Signal(str)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None, keys: Mapping[str, str] | None = None) -> None:
        """Start empty; ``keys`` holds the keys that the user chose, by act."""
        super().__init__(parent)
        self._acts: dict[str, Act] = {}
        self._chosen: dict[str, str] = dict(keys or {})
        self._bindings: dict[str, list[_Binding]] = {}
        self._recent: list[str] = []
        self.may: Callable[[str], bool] = lambda _right: True
        self.enter_room: Callable[[str], None] = lambda _room: None
        self.room: Callable[[], str] = str

    def register(self, *acts: Act) -> None:
        """Add acts; raises ValueError for an id taken, or a default key taken in the same room."""
        for act in acts:
            rival = self.rival(act.key, act.room)
            if act.id in self._acts or rival is not None:
                msg = f"act {act.id}: id or key {act.key} already taken"
                raise ValueError(msg)
            self._acts[act.id] = act
        self.changed.emit()

    def bind(self, act_id: str, handler: Callable[[], object], widget: QWidget) -> QAction:
        """Do ``handler`` when the act's key is pressed while ``widget`` is visible; return the Qt action.

        An act may be bound to several widgets (one a tab); the visible one acts.
        """
        act = self._acts[act_id]
        action = QAction(act.title, widget)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setShortcut(QKeySequence(self.key_of(act_id)))
        action.setAutoRepeat(False)
        action.triggered.connect(lambda: self._perform(act_id, handler))
        widget.addAction(action)
        self._bindings.setdefault(act_id, []).append(_Binding(action, widget))
        return action

    def get(self, act_id: str) -> Act:
        """Return an act by id; raises KeyError."""
        return self._acts[act_id]

    def all(self) -> list[Act]:
        """Return every act, in the order of registration."""
        return list(self._acts.values())

    def key_of(self, act_id: str) -> str:
        """Return the key in force for an act, portable form; empty for none."""
        return self._chosen.get(act_id, self._acts[act_id].key)

    def key_text_of(self, act_id: str) -> str:
        """Return the key in force for an act as shown to the user."""
        return key_text(self.key_of(act_id))

    @property
    def chosen(self) -> dict[str, str]:
        """The keys that differ from the defaults, by act: what settings keep."""
        return dict(self._chosen)

    def rival(self, key: str, room: str, but: str = "") -> Act | None:
        """Return the act that already has ``key`` where ``room`` would use it."""
        if not key:
            return None
        wanted = QKeySequence(key)
        for act in self._acts.values():
            near = not room or not act.room or act.room == room
            if act.id != but and near and QKeySequence(self.key_of(act.id)) == wanted:
                return act
        return None

    def choose_key(self, act_id: str, key: str) -> Finding | None:
        """Give another key to an act (empty: none); a key already taken is refused by a finding."""
        act = self._acts[act_id]
        rival = self.rival(key, act.room, but=act_id)
        if rival is not None:
            return Finding(
                "GAL-IHM-01",
                Severity.ERROR,
                f"{key_text(key)} est déjà la touche de «\u00a0{rival.title}\u00a0».",
                "Choisissez une autre touche, ou changez d’abord celle de cet acte.",
                subject=act_id,
            )
        if key == act.key:
            self._chosen.pop(act_id, None)
        else:
            self._chosen[act_id] = key
        for binding in self._live(act_id):
            binding.action.setShortcut(QKeySequence(key))
        self.changed.emit()
        return None

    def allowed(self, act_id: str) -> bool:
        """Return True when the person logged in may do the act."""
        right = self._acts[act_id].right
        return not right or self.may(right)

    def available(self) -> list[Act]:
        """Return the acts that are bound and allowed: most recent first, then this room's, then the others."""
        here = self.room()
        bound = [act for act in self._acts.values() if self._live(act.id) and self.allowed(act.id)]
        rank = {act_id: place for place, act_id in enumerate(self._recent)}
        return sorted(bound, key=lambda act: (rank.get(act.id, len(rank)), act.room != here, bool(act.room)))

    def trigger(self, act_id: str) -> bool:
        """Do an act by id, going to its room first; return False when it can't be done now."""
        act = self._acts[act_id]
        if act.room and act.room != self.room():
            self.enter_room(act.room)
        candidates = self._live(act_id)
        shown = [binding for binding in candidates if binding.widget.isVisible()] or candidates
        if not shown or not shown[0].action.isEnabled():
            return False
        shown[0].action.trigger()
        return True

    def is_enabled(self, act_id: str) -> bool:
        """Return True unless the act is bound, and greyed everywhere."""
        bound = self._live(act_id)
        return not bound or any(binding.action.isEnabled() for binding in bound)

    def set_enabled(self, act_id: str, *, enabled: bool, widget: QWidget | None = None) -> None:
        """Allow or grey an act, everywhere or where it is bound to ``widget``."""
        before = self.is_enabled(act_id)
        for binding in self._live(act_id):
            if widget is None or binding.widget is widget:
                binding.action.setEnabled(enabled)
        if self.is_enabled(act_id) is not before:
            self.enabled.emit(act_id)

    def _live(self, act_id: str) -> list[_Binding]:
        kept = [item for item in self._bindings.get(act_id, []) if isValid(item.action) and isValid(item.widget)]
        self._bindings[act_id] = kept
        return kept

    def _perform(self, act_id: str, handler: Callable[[], object]) -> None:
        if not self.allowed(act_id):
            self.refused.emit(act_id)
            return
        if act_id in self._recent:
            self._recent.remove(act_id)
        self._recent.insert(0, act_id)
        self.triggered.emit(act_id)
        handler()
