"""Which vaccinations does a document say were done, or are to be done?

Sources: CI-SIS, VAC-NOTE and VAC 2021.01, entrée FR-Vaccination (1.2.250.1.213.1.1.3.45), and FR-Vaccin-recommande
(1.2.250.1.213.1.1.3.47); the volets of 2023 keep them, with the EDQM for the routes and the SNOMED CT for the sites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.docs.reading import tree
from app.docs.reading.entries import (
    WITHDRAWN,
    act_status,
    comment,
    is_of_another,
    is_refuted,
    observed,
    related,
    says_none,
    statements,
    value_label,
    wordy,
)
from app.docs.reading.header import full_name, whole_number
from app.docs.reading.medications import route
from app.docs.reading.model import Vaccination
from app.docs.reading.products import product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element

DONE: Final = ("1.2.250.1.213.1.1.3.45", "1.3.6.1.4.1.19376.1.5.3.1.4.12")
PLANNED: Final = ("1.2.250.1.213.1.1.3.47", "1.3.6.1.4.1.19376.1.5.3.1.4.12.2")
RANK: Final = ("1.2.250.1.213.1.1.3.82", "2.16.840.1.113883.10.20.1.46")
UNNAMED: Final = "Vaccin non précisé"


def vaccinations(section: Element, scope: Scope) -> Iterator[Vaccination]:
    """Give the vaccinations of a section, done or planned."""
    for statement in statements(section, "substanceAdministration"):
        read = _vaccination(statement, scope)
        if read is not None:
            yield read


def _vaccination(statement: Element, scope: Scope) -> Vaccination | None:
    if is_of_another(statement, scope):
        return None
    planned = tree.follows(statement, *PLANNED) or tree.attribute(statement, "moodCode") in {"INT", "PRP", "RQO"}
    given = product(statement, scope)
    told = scope.referred(tree.first(statement, "text"))
    if is_refuted(statement) or says_none("", given.name or told):
        scope.note_absence(statement, given.name or told)
        return None
    if act_status(statement) in WITHDRAWN:
        scope.say_not_done(statement, given.name or told)
        return None
    if planned and not given.name:
        # A note that recommends nothing still has an entry for it, which names no vaccine.
        scope.note_absence(statement, told)
        return None
    if not given.name:
        scope.warn("un vaccin n’a pas de nom lisible ; sa ligne est gardée.", statement)
    start, end = scope.period(_time(statement))
    return Vaccination(
        name=given.name or UNNAMED,
        date=start or end,
        lot=given.lot,
        cis=given.cis,
        cip13=given.cip13,
        dose_number=_rank(statement, scope),
        route=route(statement, scope),
        site=scope.label(tree.first(statement, "approachSiteCode"))
        or tree.coded(tree.first(statement, "approachSiteCode")).code,
        dose=_dose(statement),
        performer=_performer(statement),
        reaction=_reaction(statement, scope),
        planned=planned,
        comment=comment(statement, scope),
        manufacturer=tree.text(
            tree.first(statement, "consumable", "manufacturedProduct", "manufacturerOrganization", "name")
        ),
    )


def _time(statement: Element) -> Element | None:
    return next((one for one in tree.children(statement, "effectiveTime") if not tree.is_null(one)), None)


def _rank(statement: Element, scope: Scope) -> int | None:
    """Return the rank of the dose; None where the document does not say it, or says no number."""
    observation = observed(statement, RANK, "30973-2")
    value = tree.first(observation, "value")
    if observation is None or value is None or tree.is_null(value):
        return None
    rank = whole_number(tree.attribute(value, "value") or tree.text(value))
    if rank is None:
        scope.warn("le rang d’une vaccination n’est pas un nombre.", observation)
    return rank


def _dose(statement: Element) -> str:
    """Return the quantity given, both ends of one that is not known better."""
    quantity = tree.first(statement, "doseQuantity")
    if tree.is_null(quantity):
        return ""
    ends = [quantity, tree.first(quantity, "low"), tree.first(quantity, "high")]
    said = (_amount(one) for one in ends if not tree.is_null(one))
    return " à ".join(dict.fromkeys(filter(None, said)))


def _amount(end: Element) -> str:
    value, unit = tree.attribute(end, "value"), tree.attribute(end, "unit")
    return f"{value} {'' if unit == '1' else unit}".strip() if value else ""


def _performer(statement: Element) -> str:
    entity = tree.first(statement, "performer", "assignedEntity")
    named = full_name(tree.first(entity, "assignedPerson", "name"))
    return named or tree.text(tree.first(entity, "representedOrganization", "name"))


def _reaction(statement: Element, scope: Scope) -> str:
    seen = (value_label(one, scope) for one in related(statement, "observation", "CAUS") if not is_refuted(one))
    return ", ".join(dict.fromkeys(filter(wordy, seen)))
