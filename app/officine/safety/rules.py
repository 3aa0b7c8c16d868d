"""Do the products of a sale clash with one another, with the treatment under way, with what the patient can't bear?

An aid: what the thesaurus or the patient's file does not hold is not found; no finding replaces the pharmacist.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold
from app.officine.safety import ages, allergic, doubles, overlap, unchecked
from app.officine.safety.data import duration
from app.officine.safety.model import Coverage, Level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from app.officine.safety.model import Active, Constraint, Interaction, SafetyCase, Taken

_CODES = {
    Level.CONTRAINDICATED: "GAL-SEC-10",
    Level.ADVISED_AGAINST: "GAL-SEC-11",
    Level.PRECAUTION: "GAL-SEC-12",
    Level.NOTED: "GAL-SEC-13",
}
_WARNED = frozenset({Level.CONTRAINDICATED, Level.ADVISED_AGAINST})
_SEPARATORS = re.compile(r"[,;/\n()]+")
_SHORTEST_WORD = 4
_COUNTER_IONS = frozenset({"sodium"})


def check(case: SafetyCase) -> list[Finding]:
    """Return what there is to say of the safety of a sale; nothing where no check was asked for."""
    if case.coverage is Coverage.UNWIRED or not case.lines:
        return []
    if case.coverage is Coverage.OFF:
        return [_off()]
    clashes = _clashes(case)
    warned = {frozenset({clash.line.code, clash.other.code}) for clash in clashes if clash.constraint.level in _WARNED}
    recorded = list(allergic.check(case))
    return [
        *_check_coverage(case),
        *(_finding(clash, case.source) for clash in clashes),
        *_check_doubles(case),
        *doubles.check(case, warned),
        *recorded,
        *_check_allergies(case, {finding.subject for finding in recorded}),
        *ages.check(case),
        *overlap.check(case),
        *unchecked.check(case),
    ]


def treatment_days() -> int:
    """Return how far back a delivery is taken for the treatment under way: the longest that one delivery covers."""
    return duration("treatment_days").value


def allergies_of(text: str) -> tuple[str, ...]:
    """Return the things that a free text of allergies names, folded: « Pénicilline (2009), iode » gives two."""
    return tuple(dict.fromkeys(filter(None, map(fold, _SEPARATORS.split(text)))))


# --- Whether interactions are checked at all --------------------------------------------------------------------------


def _check_coverage(case: SafetyCase) -> Iterator[Finding]:
    if not any(line.actives for line in case.lines):
        return
    if case.coverage is Coverage.ABSENT:
        yield Finding(
            "GAL-SEC-40",
            Severity.INFO,
            "Interactions non contrôlées : aucun thésaurus n’est installé.",
            "Installez celui de l’ANSM : galien safety import DOSSIER.",
        )
    if case.coverage is Coverage.LOST:
        yield Finding(
            "GAL-SEC-42",
            Severity.WARNING,
            "Interactions non contrôlées : le thésaurus en service manque sur ce poste ou est endommagé.",
            "Importez-le de nouveau sur ce poste : galien safety import DOSSIER.",
        )


def _off() -> Finding:
    return Finding(
        "GAL-SEC-41",
        Severity.INFO,
        "Interactions, doublons, allergies, âges et chevauchements non contrôlés : l’aide à la délivrance est arrêtée.",
        "Le titulaire la remet en marche : Réglages, Aide à la délivrance.",
    )


# --- Interactions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Clash:
    """Two products of which two substances interact, at the level that applies."""

    line: Taken
    other: Taken
    pair: tuple[Active, Active]
    interaction: Interaction
    constraint: Constraint


def _clashes(case: SafetyCase) -> list[_Clash]:
    """Return one interaction for two substances, at the highest level that the thesaurus gives them."""
    by_ends: dict[tuple[str, str], list[Interaction]] = {}
    for interaction in case.interactions:
        ends = (fold(interaction.first), fold(interaction.second))
        for way in {ends, ends[::-1]}:
            by_ends.setdefault(way, []).append(interaction)
    told: dict[frozenset[str], _Clash] = {}
    for rank, line in enumerate(case.lines):
        for other in (*case.lines[:rank], *case.treatment):
            for pair in _pairs(line, other):
                clash = _clash(line, other, pair, case.classes, by_ends)
                key = frozenset(active.key for active in pair)
                if clash is not None and key not in told:
                    told[key] = clash
    return list(told.values())


def _pairs(line: Taken, other: Taken) -> Iterator[tuple[Active, Active]]:
    if line.code == other.code:
        return
    for one in line.actives:
        for two in other.actives:
            if one.key != two.key:
                yield one, two


def _clash(
    line: Taken,
    other: Taken,
    pair: tuple[Active, Active],
    classes: Mapping[str, frozenset[str]],
    by_ends: Mapping[tuple[str, str], list[Interaction]],
) -> _Clash | None:
    """Return the strictest interaction of two substances; of two as strict, the plainer, then the closer one."""
    keys = (pair[0].key, pair[1].key)
    firsts, seconds = ({key} | classes.get(key, frozenset()) for key in keys)
    found = [
        (
            constraint.level.rank,
            len(interaction.constraints) - 1,
            (first != keys[0]) + (second != keys[1]),
            number,
            interaction,
            constraint,
        )
        for first in sorted(firsts)
        for second in sorted(seconds)
        for number, interaction in enumerate(by_ends.get((first, second), ()))
        for constraint in [applying(interaction, keys, classes)]
    ]
    if not found:
        return None
    *_, interaction, constraint = min(found, key=lambda item: item[:4])
    return _Clash(line, other, pair, interaction, constraint)


def applying(
    interaction: Interaction, keys: tuple[str, str], classes: Mapping[str, frozenset[str]] | None = None
) -> Constraint:
    """Return the strictest level that two substances meet, by their names or by their ``classes``.

    A level kept for others (« entre l’oxybate de sodium et les opiacés ») gives way to the next, and is still told.
    """
    ranked = sorted(interaction.constraints, key=lambda constraint: constraint.level.rank)
    first, second = ({key} | (classes or {}).get(key, frozenset()) for key in keys)
    for constraint in ranked[:-1]:
        if constraint.is_for(first, second):
            return constraint
    return ranked[-1]


def _finding(clash: _Clash, source: str) -> Finding:
    level = clash.constraint.level
    one, two = clash.pair
    text = f"{level.label} : {one.name} ({_short(clash.line.label)}) et {two.name} ({_told(clash.other)})."
    return Finding(
        _CODES[level],
        Severity.WARNING if level in _WARNED else Severity.INFO,
        text,
        " ".join(filter(None, _explained(clash, source))),
        clash.line.line_id,
    )


def _explained(clash: _Clash, source: str) -> Iterator[str]:
    interaction = clash.interaction
    yield _sentence(interaction.mechanism)
    yield _sentence(clash.constraint.text)
    for constraint in interaction.constraints:
        if constraint is not clash.constraint:
            told = _sentence(constraint.text) or "selon le cas."
            yield f"{constraint.level.label} : {told}"
    yield f"Source : {interaction.first} / {interaction.second}, {source}."


def _sentence(text: str) -> str:
    text = " ".join(text.split()).removeprefix(":").strip()
    return text if not text or text.endswith((".", "!", "?")) else text + "."


def _told(other: Taken) -> str:
    if other.since is None:
        return _short(other.label)
    until = "" if other.until is None else f" pour aller jusqu’au {french.short_date(other.until)}"
    return f"{_short(other.label)}, délivré le {french.short_date(other.since)}{until}"


def _short(label: str) -> str:
    """Return the label of a product without its form: « DAKTARIN 2 %, gel buccal » gives « DAKTARIN 2 % »."""
    return label.split(", ", maxsplit=1)[0]


# --- The same substance twice -----------------------------------------------------------------------------------------


def _check_doubles(case: SafetyCase) -> Iterator[Finding]:
    """Two products of the sale are to be confirmed; with the treatment it may be a change of dose: it is told."""
    for rank, line in enumerate(case.lines):
        for other in case.lines[:rank]:
            both = _shared(line, other)
            if both:
                text = f"{both} deux fois : {_short(other.label)} et {_short(line.label)}."
                yield Finding("GAL-SEC-20", Severity.WARNING, text, "Vérifiez la dose totale par jour.", line.line_id)
        told: set[str] = set()
        for past in case.treatment:
            # A generic of the same group is the same treatment, renewed.
            renewed = line.group_id is not None and line.group_id == past.group_id
            both = "" if renewed else _shared(line, past)
            if both and both not in told:
                told.add(both)
                text = f"{_short(line.label)} : {both} est déjà dans le traitement ({_told(past)})."
                yield Finding("GAL-SEC-21", Severity.INFO, text, "Changement de dose, ou doublon ?", line.line_id)


def _shared(line: Taken, other: Taken) -> str:
    """Return the names of the substances that two products share; empty for none, or for the same product.

    Two salts of sodium share no substance: what remains of their names is the counter-ion.
    """
    if line.code == other.code:
        return ""
    keys = {active.key for active in other.actives} - _COUNTER_IONS
    return ", ".join(dict.fromkeys(active.name for active in line.actives if active.key in keys))


# --- Allergies --------------------------------------------------------------------------------------------------------


def _check_allergies(case: SafetyCase, told: Collection[str]) -> Iterator[Finding]:
    """Find the products that answer the free text; a line already ``told`` of a recorded allergy is not told twice."""
    named = allergies_of(case.allergies)
    for line in case.lines:
        if line.line_id in told:
            continue
        words = _words_of(line, case.idle_words)
        for allergy in named:
            if _answers(allergy, line, words, case):
                text = f"{line.label} : allergie notée au dossier, « {case.allergies.strip()} »."
                yield Finding(
                    "GAL-SEC-30", Severity.WARNING, text, "Vérifiez avec le patient avant de délivrer.", line.line_id
                )
                break


def _answers(allergy: str, line: Taken, words: frozenset[str], case: SafetyCase) -> bool:
    keys = {active.key for active in line.actives}
    # « AINS » is no plural.
    spoken = {form for word in allergy.split() for form in (word, _singular(word))}
    if any(keys & case.allergens.get(word, frozenset()) for word in spoken):
        return True
    return bool(words & spoken)


def _words_of(line: Taken, idle: frozenset[str]) -> frozenset[str]:
    texts = [_short(line.label), *(active.name for active in line.actives)]
    every = {word for text in texts for word in fold(text).split()}
    return frozenset(_singular(word) for word in every - idle if len(word) >= _SHORTEST_WORD and word.isalpha())


def _singular(word: str) -> str:
    return word.removesuffix("s")
