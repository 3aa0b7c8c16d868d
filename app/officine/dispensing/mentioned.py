"""What the prescriber wrote answers a finding: how does it go onto the line of the ordonnance? Pure.

« Délivrance en une seule fois » is no reason to pass over the fraction: written, it lifts it (CSP R.5132-30). Noted
where it belongs, the line says so for this delivery and for the next, as if it had been typed by Ctrl+L.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity
from app.officine.dispensing import courses, matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.officine.catalog.model import Product, ProductDetail
    from app.officine.dispensing.model import CounterSession
    from app.officine.dispensing.session import Edited
    from app.officine.interventions.model import Reason
    from app.officine.prescriptions.model import PrescribedLine

_WORDS = {"at_once": "uf", "overlap": "chev"}
"""How each mention is typed on a line of the ordonnance."""


def note(
    session: CounterSession,
    finding: Finding,
    reason: Reason,
    products: Mapping[str, Product],
    details: Mapping[str, ProductDetail],
) -> Edited:
    """Write the mention that a reason names on the line of the ordonnance that the finding is about.

    Refused where the line answers none: there is nothing to write it on.
    """
    line = session.line(finding.subject)
    asked = None if line is None else courses.written_line(line, session)
    if line is None or asked is None or session.prescription is None:
        text = "Cette ligne n’est pas rattachée à l’ordonnance : la mention ne peut pas y être notée."
        return session, (
            Finding("GAL-ORD-14", Severity.ERROR, text, "Ctrl+L : lignes de l’ordonnance.", finding.subject),
        )
    typed = f"{matching.typed_text(asked)} {_WORDS[reason.mention]}"
    noted = directed(asked, typed, products.get(line.code), details.get(line.code))
    lines = tuple(noted if one.line_id == asked.line_id else one for one in session.prescription.lines)
    return matching.detail(session, lines, products)


def directed(line: PrescribedLine, typed: str, product: Product | None, detail: ProductDetail | None) -> PrescribedLine:
    """Return a line of the ordonnance with what was typed of it, split into its fractions where it leaves by them."""
    said = matching.directed(line, typed, product)
    governed = product is not None and courses.is_governed(product.list_class, detail)
    return courses.fractioned(said, detail, product) if governed else said
