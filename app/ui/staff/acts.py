"""Which acts belong to the room of the team?"""

from __future__ import annotations

from typing import Final

from app.officine.staff.model import Right
from app.ui.shortcuts import Act

PAGES: Final = (("members", "Membres", "F2"), ("rights", "Droits", "F4"))
"""The pages of the room: id, title, key."""

_MANAGE: Final = Right.MANAGE_STAFF

ACTS = (
    *(Act(f"staff.{name}", title, key, ("équipe", "page"), room="staff") for name, title, key in PAGES),
    Act("staff.add", "Ajouter un membre", "Ctrl+N", ("embauche", "compte"), _MANAGE, "staff", "plus"),
    Act("staff.edit", "Modifier", "F6", ("nom", "rôle", "RPPS", "badge"), _MANAGE, "staff", "edit"),
    Act("staff.leave", "Fermer le compte", "Ctrl+D", ("départ", "désactiver"), _MANAGE, "staff", "close"),
    Act("staff.password", "Mot de passe", "F7", ("changer", "nouveau"), "", "staff", "keyboard"),
    Act("staff.pin", "Code PIN", "F8", ("changer", "choisir"), "", "staff", "lock"),
    Act("staff.totp", "Application de codes", "F9", ("TOTP", "second facteur", "QR"), "", "staff", "check"),
    Act("staff.card", "Lier la carte du lecteur", "Ctrl+L", ("CPS", "carte"), _MANAGE, "staff", "card"),
    Act("staff.card_out", "Délier une carte", "Ctrl+Shift+L", ("CPS", "perdue"), "", "staff", "minus"),
    Act("staff.reset", "Réinitialiser", "Ctrl+R", ("tout perdu", "oubli"), _MANAGE, "staff", "refresh"),
    Act("staff.unlock", "Débloquer", "Ctrl+U", ("échecs", "bloqué"), _MANAGE, "staff", "undo"),
    Act("staff.save", "Enregistrer", "F10", ("valider",), "", "staff", "save"),
    Act("staff.back", "Revenir à la fiche", "Esc", ("annuler",), "", "staff", "back"),
)
