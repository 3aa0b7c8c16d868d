"""What can be done at the counter, and by which key?"""

from __future__ import annotations

from typing import Final

from app.officine.staff.model import Right
from app.ui.shortcuts import Act

ROOM: Final = "counter"
TABS: Final = 9


def _act(name: str, title: str, key: str, synonyms: tuple[str, ...] = (), icon: str = "", *, right: str = "") -> Act:
    return Act(f"counter.{name}", title, key, synonyms, right=right, room=ROOM, icon=icon)


ACTS: Final = (
    _act("patient", "Patient", "F2", ("chercher un patient", "créer un patient", "identité"), "patients"),
    _act("product", "Chercher un produit", "F3", ("médicament", "champ unique", "code"), "search"),
    _act("prescription", "Ordonnance", "F4", ("prescripteur", "renouvellement", "médecin"), "prescription"),
    _act("history", "Historique", "F5", ("délivrances passées", "traitement"), "clock"),
    _act("hold", "Mettre en attente / reprendre", "F7", ("suspendre", "attente"), "pause"),
    _act("owed", "Promis et dus", "F8", ("promettre", "dû", "remettre", "boîte manquante"), "box"),
    _act("control", "Contrôle", "F9", ("alertes", "vérifier", "analyse"), "check"),
    _act("pay", "Encaisser", "F10", ("facturer", "payer", "règlement", "valider"), "euro", right=Right.DELIVER),
    _act("prints", "Impressions", "F11", ("imprimer", "imprimante", "ticket", "réimprimer", "duplicata"), "print"),
    _act("more", "Une boîte de plus", "+", ("quantité", "ajouter"), "plus"),
    _act("less", "Une boîte de moins", "-", ("quantité", "retirer"), "minus"),
    _act("quantity", "Changer la quantité", "*", ("multiplier", "nombre de boîtes"), "edit"),
    _act("remove", "Retirer la ligne", "Del", ("supprimer", "effacer"), "trash"),
    _act("undo", "Annuler la dernière modification", "Ctrl+Z", ("défaire", "revenir"), "undo"),
    _act("redo", "Rétablir", "Ctrl+Y", ("refaire",), "redo"),
    _act("back", "Revenir d’un niveau", "Esc", ("fermer le volet", "échap"), "back"),
    _act("new", "Nouveau comptoir", "Ctrl+N", ("autre vente", "onglet", "facture simultanée"), "plus"),
    _act("abandon", "Abandonner la vente", "Ctrl+Shift+Del", ("vider", "annuler la vente"), "close"),
    _act("next", "Comptoir suivant", "Ctrl+Tab", ("onglet suivant",)),
    _act("why", "Pourquoi ce montant\u202f?", "Alt+P", ("explication", "tarif", "règle"), "info"),
    *(_act(f"tab{number}", f"Comptoir {number}", f"Ctrl+{number}") for number in range(1, TABS + 1)),
)
