"""Which key does what? The table of the keys on paper, to be kept beside the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.fonts import BOLD
from app.docs.sheet import A4, MM, SOFT, Column, Sheet
from app.docs.ticket import Pharmacy

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEY = 42 * MM


def shortcuts_pdf(officine: str, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> bytes:
    """Return the keys as an A4 PDF: for each screen its title, then a row a key with what it does."""
    sheet = Sheet(A4, "Touches de Galien", Pharmacy(officine or "Galien"))
    sheet.letterhead("Touches", ["Valables sur ce poste"])
    columns = (Column("Touche", _KEY, bold=True), Column("Acte", sheet.room - _KEY))
    for title, keys in groups:
        if not keys:
            continue
        sheet.need(28 * MM)
        sheet.paragraph(title, size=11.5, font=BOLD)
        sheet.space(0.8)
        sheet.table(columns, keys, size=8.6)
        sheet.space(4)
    sheet.paragraph("F1 : aide de l’écran. Ctrl+K : tous les actes. Les touches se changent dans Réglages, Clavier.",
                    size=8, grey=SOFT)  # fmt: skip
    return sheet.pdf()
