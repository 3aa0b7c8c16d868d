"""Which acts belong to the room of the registers?"""

from __future__ import annotations

from typing import Final

from app.officine.staff.model import Right
from app.ui.shortcuts import Act

PAGES: Final = (
    ("ordonnancier", "Ordonnancier", "F2"),
    ("narcotics", "Stupéfiants", "F4"),
    ("balance", "Balance", "F5"),
    ("derived", "Dérivés du sang", "F6"),
    ("interventions", "Interventions", "Ctrl+I"),
    ("retention", "Conservation", "F7"),
)
"""The pages of the room: id, title, key."""

ACTS = (
    *(Act(f"registers.{name}", title, key, ("registre", "page"), room="registers") for name, title, key in PAGES),
    Act(
        "registers.trace",
        "Trace",
        "Ctrl+J",
        ("journal", "audit", "qui a fait quoi", "accès", "imputabilité"),
        room="registers",
        right=Right.READ_AUDIT,
    ),
    Act(
        "registers.older",
        "Plus anciennes",
        "Ctrl+L",
        ("suite", "page suivante", "trace"),
        room="registers",
        icon="clock",
        right=Right.READ_AUDIT,
    ),
    Act(
        "registers.everyone",
        "Tous les dossiers",
        "Ctrl+M",
        ("ne plus filtrer", "trace"),
        room="registers",
        icon="patients",
        right=Right.READ_AUDIT,
    ),
    Act(
        "registers.seal",
        "Sceller",
        "Ctrl+S",
        ("scellé", "empreinte", "trace"),
        room="registers",
        icon="lock",
        right=Right.READ_AUDIT,
    ),
    Act(
        "registers.check",
        "Comparer",
        "Ctrl+G",
        ("vérifier", "scellé", "intégrité", "trace"),
        room="registers",
        icon="check",
        right=Right.READ_AUDIT,
    ),
    Act(
        "registers.seal_copy",
        "Copie ailleurs…",
        "Ctrl+H",
        ("clé USB", "dossier", "scellé"),
        room="registers",
        icon="folder",
        right=Right.READ_AUDIT,
    ),
    Act("registers.search", "Chercher dans la page", "F3", ("filtrer", "patient", "médicament"), room="registers"),
    Act(
        "registers.exit",
        "Sortie",
        "F8",
        ("destruction", "perte", "vol", "casse", "retour fournisseur"),
        room="registers",
        icon="minus",
        right=Right.ANSWER_FOR_REGISTERS,
    ),
    Act(
        "registers.count",
        "Inventaire",
        "F9",
        ("comptage", "écart", "coffre"),
        room="registers",
        icon="edit",
        right=Right.KEEP_REGISTERS,
    ),
    Act(
        "registers.units",
        "Unités par boîte",
        "Ctrl+U",
        ("unités de prise",),
        room="registers",
        right=Right.KEEP_REGISTERS,
    ),
    Act(
        "registers.flag",
        "Dérivé du sang, oui ou non",
        "Ctrl+D",
        ("MDS", "immunoglobuline", "albumine"),
        room="registers",
        icon="edit",
        right=Right.ANSWER_FOR_REGISTERS,
    ),
    Act(
        "registers.close",
        "Arrêter la balance",
        "Ctrl+B",
        ("clôturer", "mois"),
        room="registers",
        icon="lock",
        right=Right.ANSWER_FOR_REGISTERS,
    ),
    Act(
        "registers.outcome",
        "Noter l’issue",
        "Ctrl+O",
        ("intervention pharmaceutique", "prescripteur", "acceptée", "refusée"),
        room="registers",
        icon="check",
        right=Right.DELIVER,
    ),
    Act("registers.save", "Enregistrer", "F10", ("valider",), room="registers", icon="check"),
    Act("registers.back", "Fermer la saisie", "Esc", ("annuler", "retour"), room="registers"),
    Act("registers.print", "Imprimer", "Ctrl+P", ("PDF", "page"), room="registers", icon="print"),
    Act("registers.extract", "Extrait du patient", "F11", ("imprimer", "un patient"), room="registers", icon="user"),
    Act("registers.export", "Exporter", "Ctrl+E", ("CSV", "tableur", "fichier"), room="registers", icon="save"),
)
