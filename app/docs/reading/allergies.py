"""Which allergies and intolerances does a document say, and does it say that there are none?

Sources: CI-SIS, entrée FR-Allergie-ou-hypersensibilite (1.2.250.1.213.1.1.3.41), IHE PCC 1.3.6.1.4.1.19376.1.5.3.1.4.6.
« Aucune » is no allergy, however it is coded: it is said, and never becomes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.reading import tree
from app.docs.reading.entries import (
    SEVERITY_TEMPLATES,
    comment,
    is_of_another,
    is_refuted,
    observed,
    related,
    says_none,
    status,
    value_label,
    within,
    wordy,
)
from app.docs.reading.model import Allergy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element


def allergies(section: Element, scope: Scope) -> Iterator[Allergy]:
    """Give the allergies of a section, one an agent."""
    for entry in tree.children(section, "entry"):
        for concern in within(entry, "act", "observation"):
            is_act = tree.name_of(concern) == "act"
            for observation in related(concern, "observation") if is_act else (concern,):
                yield from _allergy(observation, concern if is_act else None, scope)


def _allergy(observation: Element, concern: Element | None, scope: Scope) -> Iterator[Allergy]:
    if is_of_another(observation, scope):
        return
    value = tree.first(observation, "value")
    condition = value_label(observation, scope)
    agents = [
        code
        for participant in tree.children(observation, "participant")
        if tree.attribute(participant, "typeCode") in {"CSM", ""}
        for code in tree.every(participant, "participantRole", "playingEntity")
    ]
    named = [(agent, _agent(agent, scope)) for agent in agents]
    named = [(agent, name) for agent, name in named if name]
    codes = [tree.coded(one).code for one in (value, tree.first(observation, "code"))]
    if is_refuted(observation) or any(says_none(code, "") for code in codes) or _is_none(condition, named):
        scope.note_absence(observation, condition or scope.referred(tree.first(observation, "text")))
        return
    manifested = [value_label(one, scope) for one in related(observation, "observation", "MFST") if not is_refuted(one)]
    reaction = ", ".join(dict.fromkeys(filter(wordy, [condition if named else "", *manifested])))
    if not named and not condition:
        scope.warn("une allergie n’a ni agent ni nom lisibles.", observation)
        return
    for agent, name in named or [(None, condition)]:
        yield Allergy(
            agent=name,
            code=tree.coded(tree.first(agent, "code") if agent is not None else value),
            kind=scope.label(tree.first(observation, "code")),
            reaction=reaction,
            status=status(observation, concern, scope),
            date=_date(observation, scope),
            severity=value_label(observed(observation, SEVERITY_TEMPLATES, "SEV"), scope),
            comment=comment(observation, scope),
        )


def _agent(entity: Element, scope: Scope) -> str:
    """Return what an agent is called: by its code, its name, or the narrative; empty where it is the absence of one."""
    code, name = tree.first(entity, "code"), tree.first(entity, "name")
    label = scope.label(code) or tree.text(name) or tree.coded(code).code
    return "" if says_none(tree.coded(code).code, label) or not wordy(label) else label


def _is_none(condition: str, named: list[tuple[Element, str]]) -> bool:
    return not named and says_none("", condition)


def _date(observation: Element, scope: Scope) -> str:
    start, end = scope.period(tree.first(observation, "effectiveTime"))
    return start or end
