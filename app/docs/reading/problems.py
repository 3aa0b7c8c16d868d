"""Which problems does a document say that the patient has, or had?

Sources: CI-SIS, entrée FR-Probleme (1.2.250.1.213.1.1.3.37), IHE PCC 1.3.6.1.4.1.19376.1.5.3.1.4.5. An act follows one
problem or several (volets of 2022 and after). What is negated or refuted is said, and is no problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.reading import tree
from app.docs.reading.entries import is_of_another, is_refuted, related, says_none, status, value_label, within, wordy
from app.docs.reading.model import Problem
from app.docs.reading.sections import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element


def problems(section: Element, scope: Scope) -> Iterator[Problem]:
    """Give the problems of a section, in its order."""
    for entry in tree.children(section, "entry"):
        for concern in within(entry, "act", "observation"):
            is_act = tree.name_of(concern) == "act"
            for observation in related(concern, "observation") if is_act else (concern,):
                read = _problem(observation, concern if is_act else None, section, scope)
                if read is not None:
                    yield read


def _problem(observation: Element, concern: Element | None, section: Element, scope: Scope) -> Problem | None:
    if is_of_another(observation, scope):
        return None
    value = tree.coded(tree.first(observation, "value"))
    label = value_label(observation, scope) or scope.referred(tree.first(observation, "text"))
    if not wordy(label):
        scope.warn("un problème n’a pas de nom lisible.", observation)
        return None
    if is_refuted(observation) or says_none(value.code, label):
        scope.note_absence(observation, label)
        return None
    start, end = scope.period(tree.first(observation, "effectiveTime"))
    followed = scope.period(tree.first(concern, "effectiveTime"))
    return Problem(
        label=label,
        code=value,
        start=start or followed[0],
        end=end or followed[1],
        status=status(observation, concern, scope),
        section=title_of(section),
    )
