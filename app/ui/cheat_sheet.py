"""Which keys are printed to be kept beside the screen? Those of the one registry, as this workstation has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.main_window import WINDOW_ACTS
from app.ui.rooms import ROOM_ACTS, ROOMS, TITLES
from app.ui.shortcuts import Acts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtCore import QObject

Groups = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def groups(acts: Acts) -> Groups:
    """Return the keys in force by screen, those of the whole window first: title, then key and act."""
    rooms = ["", *TITLES]
    found = []
    for room in rooms:
        keys = tuple(
            (acts.key_text_of(act.id), act.title) for act in acts.all() if act.room == room and acts.key_of(act.id)
        )
        if keys:
            found.append((TITLES.get(room, "Partout"), keys))
    return tuple(found)


def registry(keys: Mapping[str, str], parent: QObject | None = None) -> Acts:
    """Return the acts of the window without a window, under the keys that the user chose."""
    acts = Acts(parent, keys)
    acts.register(*WINDOW_ACTS, *(room.act for room in ROOMS), *ROOM_ACTS)
    return acts


def said(found: Groups) -> Sequence[str]:
    """Return the keys as lines of text."""
    return [line for title, keys in found for line in (title, *(f"  {key:<16} {act}" for key, act in keys))]
