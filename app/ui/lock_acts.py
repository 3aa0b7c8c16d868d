"""Which acts are there while the workstation is locked?"""

from __future__ import annotations

from typing import Final

from app.ui.shortcuts import Act

ROOM: Final = "lock"
WAYS: Final = (
    ("pin", "Code PIN", "F2", "lock"),
    ("password", "Mot de passe", "F3", "keyboard"),
    ("card", "Carte CPS", "F4", "card"),
)
"""The ways to open: id, title, key, icon."""

ACTS = (
    *(
        Act(f"lock.{name}", title, key, ("s’identifier", "ouvrir le poste"), room=ROOM, icon=icon)
        for name, title, key, icon in WAYS
    ),
    Act("lock.back", "Revenir aux noms", "Esc", ("annuler", "verrou"), room=ROOM, icon="back"),
)
