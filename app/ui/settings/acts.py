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
    ("promises", "Promis", "box"),
    ("identity", "Identité", "patients"),
    ("locking", "Verrouillage", "lock"),
    ("cards", "Cartes", "card"),
    ("vitale", "Vitale et appli", "card"),
    ("insi", "Téléservice INSi", "user"),
    ("secrets", "Clés et certificats", "lock"),
    ("papers", "Copies des titres", "copy"),
    ("about", "À propos", "about"),
)
_KEYS = 9
"""Pages that a digit opens; Ctrl+0 is the size of the display."""
ACTS = (
    *(
        Act(
            f"settings.{name}",
            f"Réglages\u00a0: {title[0].lower()}{title[1:]}",
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
    Act(
        "settings.keep_identity",
        "Enregistrer les réglages de l’identité",
        "F10",
        ("INS", "pièces", "confiance", "traits", "identitovigilance"),
        room="settings",
        icon="check",
    ),
    Act(
        "settings.switch_papers",
        "Garder ou non les copies des titres d’identité",
        "",
        ("passeport", "carte d’identité", "identitovigilance", "profil"),
        room="settings",
        icon="copy",
        right=Right.MANAGE_IDENTITY,
    ),
    Act("settings.keep_promises", "Garder le délai des promis", "", ("retard", "dû"), room="settings", icon="check"),
    Act(
        "settings.secret_rotate",
        "Changer la clé de ce poste",
        "",
        ("rotation", "trousseau"),
        room="settings",
        icon="refresh",
    ),
    Act(
        "settings.secret_transfer",
        "Code pour inscrire un autre poste",
        "",
        ("clé", "transfert", "inscription"),
        room="settings",
        icon="plus",
    ),
    Act(
        "settings.secret_recovery",
        "Nouveau code de secours",
        "",
        ("clé", "coffre", "perdue"),
        room="settings",
        icon="save",
    ),
    Act("settings.queue_retry", "Réessayer l’envoi", "", ("file",), room="settings", icon="refresh"),
    Act("settings.queue_cancel", "Abandonner l’envoi", "", ("file",), room="settings", icon="trash"),
    Act(
        "settings.test_card",
        "Essayer la lecture de la carte",
        "",
        ("lecteur", "CPS", "Vitale", "PC/SC"),
        room="settings",
        icon="card",
    ),
    Act(
        "settings.test_component",
        "Essayer la bibliothèque SESAM-Vitale",
        "",
        ("FSV", "droits", "fournitures", "ApCV"),
        room="settings",
        icon="check",
    ),
    Act(
        "settings.import_p12",
        "Importer un certificat (PKCS#12)",
        "",
        ("p12", "pfx", "cachet", "authentification"),
        room="settings",
        icon="folder",
        right=Right.MANAGE_SECRETS,
    ),
    Act(
        "settings.keep_insi",
        "Garder les réglages d’INSi",
        "",
        ("téléservice", "INS", "CL-ORG", "CPx", "adresse", "autorisation", "CNDA"),
        room="settings",
        icon="check",
        right=Right.MANAGE_IDENTITY,
    ),
    Act("settings.calibrate", "Mesurer la douchette", "", ("scanner", "calibrer"), room="settings", icon="scanner"),
)
