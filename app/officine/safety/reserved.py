"""For whom does the thesaurus keep a level: which substances, which classes, or only between which two sides?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.text import fold
from app.officine.safety.names import installed_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BULLET = re.compile(r"(?:^|\s)[-–—]\s")
_BRACKETED = re.compile(r"\([^)]*\)?")
_EXCEPTED = re.compile(r"\((?:sauf|hors|à l’exception|en dehors)\b[^)]*\)?", re.IGNORECASE)
_OTHERS = "autres "

Pair = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a text may name: the folded substances, and the classes under each of the ways in which they are written."""

    substances: frozenset[str]
    classes: Mapping[str, frozenset[str]]


def vocabulary(substances: Iterable[str], classes: Iterable[str]) -> Vocabulary:
    """Return the words of a thesaurus: its substances and its classes, as it writes them.

    A class is also known without its brackets (« macrolides (sauf spiramycine) » by « macrolides »), and by the
    short names of the dated table (« IEC »). « autres aminosides » names what is left, and no class.
    """
    written: dict[str, set[str]] = {}
    for name in classes:
        folded = fold(name)
        if folded.startswith(_OTHERS):
            continue
        for form in {folded, fold(_BRACKETED.sub(" ", name))} - {""}:
            written.setdefault(form, set()).add(folded)
    known = set().union(*written.values())
    for short, own in installed_names().classes.items():
        there = own & known
        if there:
            written.setdefault(short, set()).update(there)
    return Vocabulary(frozenset(map(fold, substances)), {form: frozenset(own) for form, own in written.items()})


def reserved(text: str, ends: tuple[str, str], known: Vocabulary) -> tuple[tuple[str, ...], tuple[Pair, ...]]:
    """Return the names and the pairs for which a text keeps its level (see ``Constraint``); both empty: it is for all.

    ``ends`` are the two sides of the interaction: the class that is one of them is what the text speaks of, and
    keeps the level for nobody.
    """
    own = {form for end in ends for form in _forms(end)}
    names: set[str] = set()
    pairs: list[Pair] = []
    for part in _BULLET.split(_EXCEPTED.sub(" ", text)):
        folded = f" {fold(part)} "
        _, between, sides = folded.partition(" entre ")
        first, _, second = sides.partition(" et ")
        one, two = _named(first, own, known), _named(second, own, known)
        if between and one and two:
            pairs.append((one, two))
        else:
            names.update(_named(folded, own, known))
    return tuple(sorted(names)), tuple(pairs)


def _named(folded: str, own: set[str], known: Vocabulary) -> tuple[str, ...]:
    text = f" {folded} "
    found = {name for name in known.substances if f" {name} " in text}
    for form, classes in known.classes.items():
        if form not in own and f" {form} " in text:
            found |= classes - own
    return tuple(sorted(found))


def _forms(end: str) -> set[str]:
    forms = {fold(end), fold(_BRACKETED.sub(" ", end))}
    return forms | {form.removeprefix(_OTHERS) for form in forms}
