"""Which medicines does a document say that the patient takes, has stopped, or takes home from the hospital?

Sources: CI-SIS, entrée FR-Traitement (1.2.250.1.213.1.1.3.42), IHE PCC 1.3.6.1.4.1.19376.1.5.3.1.4.7; the section says
whether it is taken or was stopped, never its title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.docs.reading import tree
from app.docs.reading.entries import act_status, is_of_another, is_refuted, related, says_none, statements
from app.docs.reading.model import Medication
from app.docs.reading.posology import dose_text
from app.docs.reading.products import product
from app.docs.reading.sections import Holds, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element

CURRENT: Final = "en cours"
STOPPED: Final = "arrêté"
ADMINISTERED: Final = "administré"
DISCHARGE: Final = "à la sortie"
SUSPENDED: Final = "suspendu"
UNNAMED: Final = "Produit non précisé"

STATUS = {
    Holds.TREATMENTS: CURRENT,
    Holds.ADMINISTERED: ADMINISTERED,
    Holds.DISCHARGE: DISCHARGE,
}
_STATUSES = {"aborted": STOPPED, "cancelled": STOPPED, "suspended": SUSPENDED, "held": SUSPENDED}
"""What a line says of itself against its section: one that was stopped must not read as taken."""
ROUTES: Final = {
    "IM": "Voie intramusculaire", "SQ": "Voie sous-cutanée", "INDINJ": "Voie intradermique", "PO": "Voie orale",
    "NASINHLC": "Voie nasale", "IV": "Voie intraveineuse",
    "20053000": "Voie orale", "20035000": "Voie intramusculaire", "20066000": "Voie sous-cutanée",
    "20045000": "Voie intraveineuse", "20003000": "Voie cutanée", "20049000": "Voie nasale",
    "20051000": "Voie ophtalmique", "20001000": "Voie auriculaire", "20061000": "Voie rectale",
    "20072000": "Voie vaginale", "20067000": "Voie sublinguale", "20070000": "Voie transdermique",
    "20020000": "Voie inhalée",
}  # fmt: skip
"""What a route is called where the document gives its code alone: HL7 (volets of 2021), EDQM (newer ones)."""


def medications(section: Element, holds: Holds, scope: Scope, *, is_discharge: bool) -> Iterator[Medication]:
    """Give the medicines of a section of treatments; ``is_discharge`` for a letter at the end of a stay.

    In such a letter the section of what was administered (1.2.250.1.213.1.1.2.145) is that of what was stopped.
    """
    status = STOPPED if is_discharge and holds is Holds.ADMINISTERED else STATUS[holds]
    for statement in statements(section, "substanceAdministration"):
        read = _medication(statement, status, section, scope)
        if read is not None:
            yield read


def _medication(statement: Element, status: str, section: Element, scope: Scope) -> Medication | None:
    if is_of_another(statement, scope):
        return None
    taken = product(statement, scope)
    code = tree.attribute(tree.first(statement, "code"), "code")
    if is_refuted(statement) or says_none(code, "") or says_none("", taken.name):
        scope.note_absence(statement, taken.name or scope.referred(tree.first(statement, "text")))
        return None
    if not taken.name:
        scope.warn("un médicament n’a pas de nom lisible ; sa ligne est gardée.", statement)
    start, end = _period(statement, scope)
    return Medication(
        name=taken.name or UNNAMED,
        cis=taken.cis,
        cip13=taken.cip13,
        atc=taken.atc,
        dose_text=dose_text(statement, scope),
        route=route(statement, scope),
        start=start,
        end=end,
        indication=_indication(statement, scope),
        status=_STATUSES.get(act_status(statement), status),
        section=title_of(section),
    )


def _period(statement: Element, scope: Scope) -> tuple[str, str]:
    """Return the first and the last day of a treatment, as far as the document says them."""
    for time in tree.children(statement, "effectiveTime"):
        if tree.kind(time) == "IVL_TS" or (not tree.kind(time) and tree.first_of(time, "low", "high") is not None):
            return scope.period(time)
    return "", ""


def route(statement: Element, scope: Scope) -> str:
    """Return what the route of administration is called; its code where it has no known name."""
    code = tree.first(statement, "routeCode")
    if code is None:
        return ""
    value = tree.coded(code).code
    return scope.label(code) or ROUTES.get(value, value)


def _indication(statement: Element, scope: Scope) -> str:
    """Return why a medicine is taken (``RSON``), by the label of each reason."""
    reasons = [*related(statement, "act", "RSON"), *related(statement, "observation", "RSON")]
    labels = (
        scope.label(tree.first_of(one, "value", "code")) or scope.referred(tree.first(one, "text"))
        for one in reasons
        if not is_refuted(one)
    )
    return ", ".join(dict.fromkeys(filter(None, labels)))
