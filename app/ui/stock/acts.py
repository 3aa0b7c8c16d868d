"""Which acts belong to the room of the stock?"""

from __future__ import annotations

from typing import Final

from app.officine.staff.model import Right
from app.ui.shortcuts import Act

PAGES: Final = (("shelf", "En rayon", "F2"), ("quarantine", "Quarantaine", "F4"), ("recalls", "Rappels", "F5"))
"""The pages of the room: id, title, key."""

ACTS = (
    *(Act(f"stock.{name}", title, key, ("stock", "page"), room="stock") for name, title, key in PAGES),
    Act("stock.search", "Chercher un produit en stock", "F3", ("article", "quantité"), room="stock"),
    Act(
        "stock.receive",
        "Entrée",
        "F6",
        ("réception", "livraison", "recevoir"),
        room="stock",
        icon="plus",
        right=Right.RECEIVE_STOCK,
    ),
    Act(
        "stock.adjust",
        "Corriger",
        "F9",
        ("comptage", "inventaire", "casse", "périmé"),
        room="stock",
        icon="edit",
        right=Right.ADJUST_STOCK,
    ),
    Act(
        "stock.leave",
        "Sortie de quarantaine",
        "F7",
        ("rendre", "détruire", "remettre en vente"),
        room="stock",
        icon="minus",
        right=Right.ANSWER_FOR_RECALLS,
    ),
    Act(
        "stock.set_aside",
        "Mettre en quarantaine",
        "F8",
        ("écarter", "lot rappelé", "périmé", "abîmé"),
        room="stock",
        icon="lock",
        right=Right.HANDLE_RECALLS,
    ),
    Act(
        "stock.recall_seen",
        "Acquitter",
        "F11",
        ("rappel lu", "avis", "alerte"),
        room="stock",
        icon="check",
        right=Right.HANDLE_RECALLS,
    ),
    Act(
        "stock.recall_new",
        "Saisir un rappel",
        "Ctrl+N",
        ("retrait de lot", "alerte", "ANSM"),
        room="stock",
        icon="plus",
        right=Right.KEEP_RECALLS,
    ),
    Act(
        "stock.recall_lift",
        "Lever le rappel",
        "Ctrl+D",
        ("annuler", "erreur"),
        room="stock",
        icon="close",
        right=Right.ANSWER_FOR_RECALLS,
    ),
    Act(
        "stock.discard",
        "Jeter un reste",
        "Ctrl+J",
        ("déconditionnement", "boîte ouverte", "détruire", "unités"),
        room="stock",
        icon="trash",
        right=Right.ADJUST_STOCK,
    ),
    Act("stock.save", "Enregistrer", "F10", ("valider",), room="stock", icon="check"),
    Act("stock.back", "Fermer la saisie", "Esc", ("annuler", "retour"), room="stock"),
    Act("stock.low", "Montrer ce qui est sous le minimum", "Ctrl+M", ("manquants", "commander"), room="stock"),
)
