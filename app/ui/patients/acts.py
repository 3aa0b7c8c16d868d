"""Which acts belong to the room of the patients?"""

from __future__ import annotations

from app.officine.staff.model import Right
from app.ui.shortcuts import Act

ACTS = (
    Act("patients.search", "Chercher un patient", "F2", ("nom", "naissance"), room="patients", icon="search"),
    Act(
        "patients.create",
        "Nouveau patient",
        "Ctrl+N",
        ("créer", "dossier"),
        room="patients",
        icon="plus",
        right=Right.EDIT_PATIENT,
    ),
    Act(
        "patients.rights",
        "Droits et exonérations",
        "F6",
        ("ald", "css", "maternité", "accident", "couverture", "complémentaire"),
        room="patients",
        icon="list",
        right=Right.EDIT_PATIENT,
    ),
    Act(
        "patients.allergies",
        "Allergies du patient",
        "Ctrl+I",
        ("intolérances", "aucune allergie connue"),
        room="patients",
        icon="warning",
        right=Right.EDIT_PATIENT,
    ),
    Act(
        "patients.accesses",
        "Qui a ouvert ce dossier",
        "Ctrl+J",
        ("trace", "accès", "journal", "audit"),
        room="patients",
        icon="list",
        right=Right.READ_AUDIT,
    ),
    Act(
        "patients.identity",
        "Identité du patient",
        "F7",
        ("ins", "statut", "qualifier", "historique", "traits"),
        room="patients",
        icon="card",
    ),
    Act(
        "patients.evidence",
        "Contrôler une pièce d’identité",
        "F8",
        ("valider l’identité", "passeport", "carte d’identité", "preuve"),
        room="patients",
        icon="check",
        right=Right.EDIT_PATIENT,
    ),
    Act(
        "patients.traits",
        "Corriger les traits d’identité",
        "F4",
        ("nom", "prénom", "naissance", "modifier"),
        room="patients",
        icon="list",
        right=Right.EDIT_PATIENT,
    ),
    Act(
        "patients.mark",
        "Attribut de l’identité",
        "F9",
        ("douteuse", "fictive", "homonyme", "vigilance"),
        room="patients",
        icon="warning",
        right=Right.EDIT_PATIENT,
    ),
    Act("patients.save", "Enregistrer le dossier", "F10", ("créer", "valider"), room="patients", icon="check"),
    Act("patients.back", "Revenir à la liste", "Esc", ("annuler", "retour"), room="patients"),
)
