"""Which acts belong to the settings?"""

from __future__ import annotations

from app.officine.staff.model import Right
from app.ui.shortcuts import Act

PAGES = (
    ("appearance", "Apparence", "appearance"),
    ("scanner", "Douchette", "scanner"),
    ("keyboard", "Clavier", "keyboard"),
    ("printers", "Imprimantes", "print"),
    ("database", "Base de données", "database"),
    ("catalog", "Base des médicaments", "catalog"),
    ("queue", "File d’attente", "queue"),
    ("checks", "Aide à la délivrance", "check"),
    ("locking", "Verrouillage", "lock"),
    ("about", "À propos", "about"),
)
_KEYS = 9
"""Pages that a digit opens; Ctrl+0 is the size of the display."""
ACTS = (
    *(
        Act(
            f"settings.{name}",
            f"Réglages\u00a0: {title.lower()}",
            f"Ctrl+{place}" if place <= _KEYS else "",
            ("régler",),
            room="settings",
        )
        for place, (name, title, _icon) in enumerate(PAGES, start=1)
    ),
    Act("settings.back_up", "Sauvegarder maintenant", "", ("sauvegarde", "copie"), room="settings", icon="save"),
    Act(
        "settings.import",
        "Importer une base de médicaments…",
        "",
        ("BDPM", "mise à jour"),
        room="settings",
        icon="folder",
        right=Right.MANAGE_CATALOG,
    ),
    Act(
        "settings.rollback",
        "Revenir à la version précédente",
        "",
        ("BDPM", "annuler"),
        room="settings",
        icon="back",
        right=Right.MANAGE_CATALOG,
    ),
    Act(
        "settings.switch_checks",
        "Arrêter ou remettre l’aide à la délivrance",
        "",
        ("contrôles", "interactions", "alertes", "sécurité"),
        room="settings",
        icon="pause",
    ),
    Act("settings.queue_retry", "Réessayer l’envoi", "", ("file",), room="settings", icon="refresh"),
    Act("settings.queue_cancel", "Abandonner l’envoi", "", ("file",), room="settings", icon="trash"),
    Act("settings.calibrate", "Mesurer la douchette", "", ("scanner", "calibrer"), room="settings", icon="scanner"),
)
