"""Which acts belong to the room of the products?"""

from __future__ import annotations

from app.ui.shortcuts import Act

ACTS = (
    Act("products.search", "Chercher un produit", "F3", ("médicament", "catalogue", "prix"), room="products"),
    Act("products.copy_code", "Copier le code du produit", "Ctrl+Shift+C", ("CIP", "presse-papiers"), room="products"),
)
