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
    _act("card", "Lire la carte Vitale", "Ctrl+F2", ("bénéficiaire", "assuré", "carte à puce"), "card"),
    _act(
        "rights", "Lire les droits", "Ctrl+F3", ("FSV", "ALD", "CSS", "assurance maladie", "appli carte Vitale"), "card"
    ),
    _act("product", "Chercher un produit", "F3", ("médicament", "champ unique", "code"), "search"),
    _act("prescription", "Ordonnance", "F4", ("prescripteur", "renouvellement", "médecin"), "prescription"),
    _act("directions", "Posologies et durées", "Ctrl+L", ("lignes de l’ordonnance", "renouvellements"), "edit"),
    _act("attach", "Ordonnance ou hors ordonnance", "Ctrl+B", ("rattacher la ligne", "vente libre"), "prescription"),
    _act("copies", "Copies de l’ordonnance", "Ctrl+J", ("scan", "numériser", "photo", "joindre"), "scanner"),
    _act("history", "Historique", "F5", ("délivrances passées", "traitement"), "clock"),
    _act("allergies", "Allergies", "Ctrl+I", ("intolérances", "aucune allergie connue", "réaction"), "warning"),
    _act("substitution", "Substitution", "F6", ("générique", "équivalent", "biosimilaire", "TFR"), "refresh"),
    _act("units", "Délivrer à l’unité", "Alt+U", ("déconditionnement", "unités", "ouvrir une boîte"), "box"),
    _act("bearer", "Porteur", "Alt+O", ("qui emporte", "stupéfiant", "pièce d’identité"), "user"),
    _act("hold", "Mettre en attente / reprendre", "F7", ("suspendre", "attente"), "pause"),
    _act("owed", "Promis et dus", "F8", ("promettre", "dû", "remettre", "boîte manquante"), "box"),
    _act("sale", "Conditions de la vente", "Ctrl+G", ("avance", "en compte", "rétrocession", "genre de vente"), "edit"),
    _act("control", "Contrôle", "F9", ("alertes", "vérifier", "analyse"), "check"),
    _act("set_aside", "Mettre en quarantaine", "Shift+F9", ("écarter", "rappel", "lot rappelé", "périmé"), "lock"),
    _act("pay", "Encaisser", "F10", ("facturer", "payer", "règlement", "valider"), "euro", right=Right.DELIVER),
    _act("prints", "Impressions", "F11", ("imprimer", "imprimante", "ticket", "réimprimer", "duplicata"), "print"),
    _act("more", "Une boîte de plus", "+", ("quantité", "ajouter"), "plus"),
    _act("less", "Une boîte de moins", "-", ("quantité", "retirer"), "minus"),
    _act("quantity", "Changer la quantité", "*", ("multiplier", "nombre de boîtes"), "edit"),
    _act("propose", "Prendre la quantité proposée", "Alt+Q", ("posologie", "nombre de boîtes", "fraction"), "check"),
    _act("remove", "Retirer la ligne", "Del", ("supprimer", "effacer"), "trash"),
    _act("undo", "Annuler la dernière modification", "Ctrl+Z", ("défaire", "revenir"), "undo"),
    _act("redo", "Rétablir", "Ctrl+Y", ("refaire",), "redo"),
    _act("back", "Revenir d’un niveau", "Esc", ("fermer le volet", "échap"), "back"),
    _act("new", "Nouveau comptoir", "Ctrl+N", ("autre vente", "onglet", "facture simultanée"), "plus"),
    _act("abandon", "Abandonner la vente", "Ctrl+Shift+Del", ("vider", "annuler la vente"), "close"),
    _act("next", "Comptoir suivant", "Ctrl+Tab", ("onglet suivant",)),
    _act("why", "Pourquoi ce montant\u202f?", "Alt+P", ("explication", "tarif", "règle"), "info"),
    _act("print", "Imprimer", "Ctrl+P", ("ticket", "document"), "print"),
    _act("print_last", "Réimprimer le dernier", "Ctrl+Shift+P", ("duplicata", "copie"), "print"),
    _act("print_retry", "Réessayer l’impression", "Shift+F11", ("imprimante", "échec"), "refresh"),
    _act("print_ticket", "Imprimer le ticket de caisse", "Shift+F1", ("rouleau",), "print"),
    _act("print_vitale", "Imprimer le dos de l’ordonnance", "Shift+F2", ("ticket Vitale",), "print"),
    _act("print_labels", "Imprimer les étiquettes de posologie", "Shift+F3", ("étiquette",), "print"),
    _act("print_plan", "Imprimer le plan de posologie", "Shift+F4", ("plan de prise",), "print"),
    _act("print_invoice", "Imprimer la facture", "Shift+F5", ("subrogatoire", "duplicata"), "print"),
    _act("print_ticket_a5", "Imprimer le ticket A5", "Shift+F6", (), "print"),
    _act("print_pillbox", "Imprimer les étiquettes de pilulier", "Shift+F7", ("sachet", "moment"), "print"),
    _act("print_slip", "Imprimer le ticket du promis", "Shift+F8", ("promis", "dû"), "print"),
    _act("private", "Masquer / montrer les volets cliniques", "Ctrl+H", ("confidentialité", "cacher"), "lock"),
    *(_act(f"tab{number}", f"Comptoir {number}", f"Ctrl+{number}") for number in range(1, TABS + 1)),
)
