"""Does a printer print what it is asked, at its size and within its edges? A page that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.fonts import BOLD
from app.docs.sheet import A4, A5, MM, Sheet
from app.kernel import french

if TYPE_CHECKING:
    import datetime as dt

    from app.docs.ticket import Pharmacy

_SIZES = {"ticket": (80 * MM, 70 * MM), "label": (62 * MM, 29 * MM), "a4": A4, "a5": A5}


def trial_pdf(use: str, pharmacy: Pharmacy, at: dt.datetime) -> bytes:
    """Return a page of the size of a use: a frame 3 mm from the edges, a rule of 5 cm, accents."""
    size = _SIZES.get(use, A4)
    sheet = Sheet(size, "Page de test", pharmacy, margin=min(14 * MM, size[0] / 12))
    sheet.box(3 * MM, 3 * MM, size[0] - 6 * MM, size[1] - 6 * MM, line=0.3)
    small = size[1] < 40 * MM
    sheet.paragraph("Page de test Galien", size=9 if small else 13, font=BOLD)
    sheet.paragraph(f"{pharmacy.name} — {french.moment(at)}", size=6 if small else 9)
    sheet.paragraph("àâäçéèêëîïôöùûüÿœæ ÀÂÇÉÈÊÎÔÙŒ € « » ½", size=6 if small else 9)
    sheet.space(1)
    length = 50 * MM
    sheet.box(sheet.margin, sheet.y, length, 1.2, fill=0.0)
    sheet.space(1.5)
    sheet.paragraph("Cette barre mesure 5 cm.", size=6 if small else 9)
    return sheet.pdf()
