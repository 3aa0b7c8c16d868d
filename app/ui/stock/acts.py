"""Which acts belong to the room of the stock?"""

from __future__ import annotations

from app.officine.staff.model import Right
from app.ui.shortcuts import Act

ACTS = (
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
        "stock.discard",
        "Jeter un reste",
        "F8",
        ("déconditionnement", "boîte ouverte", "détruire", "unités"),
        room="stock",
        icon="trash",
        right=Right.ADJUST_STOCK,
    ),
    Act("stock.save", "Enregistrer", "F10", ("valider",), room="stock", icon="check"),
    Act("stock.back", "Fermer la saisie", "Esc", ("annuler", "retour"), room="stock"),
    Act("stock.low", "Montrer ce qui est sous le minimum", "Ctrl+M", ("manquants", "commander"), room="stock"),
)
