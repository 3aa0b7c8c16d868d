"""Which sections has a structured body, and what does each one hold?

A section is known by a template id of its own; by its LOINC code where it claims none that is known. Never by its
title nor its place.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from app.docs.reading import tree
from app.docs.reading.blocks import Section
from app.docs.reading.narrative import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.docs.reading.blocks import Picture
    from app.docs.reading.tree import Element

DEEPEST: Final = 20
"""Sections one in another that are followed; those of the samples are three deep."""


class Holds(enum.Enum):
    """What a section is about, of what is extracted."""

    PROBLEMS = "problems"
    HISTORY = "history"
    ALLERGIES = "allergies"
    TREATMENTS = "treatments"
    ADMINISTERED = "administered"
    DISCHARGE = "discharge"
    VACCINATIONS = "vaccinations"
    PLANNED_VACCINES = "planned vaccines"
    PRESCRIPTION = "prescription"
    DEVICES = "devices"
    LABORATORY = "laboratory"
    STATUS = "status"
    OTHER = "other"


_ANS = "1.2.250.1.213.1.1.2."
_PCC = "1.3.6.1.4.1.19376.1.5.3.1."
_CCD = "2.16.840.1.113883.10.20.1."

BY_TEMPLATE: Final = {
    **dict.fromkeys((_ANS + "132", _PCC + "3.6", _CCD + "11"), Holds.PROBLEMS),
    **dict.fromkeys((_ANS + "134", _PCC + "3.8"), Holds.HISTORY),
    **dict.fromkeys((_ANS + "137", _PCC + "3.13", _CCD + "2"), Holds.ALLERGIES),
    **dict.fromkeys((_ANS + "143", _PCC + "3.19", _CCD + "8"), Holds.TREATMENTS),
    **dict.fromkeys((_ANS + "145", _PCC + "3.21"), Holds.ADMINISTERED),
    **dict.fromkeys((_ANS + "146", _PCC + "3.22"), Holds.DISCHARGE),
    **dict.fromkeys((_ANS + "147", _PCC + "3.23", _CCD + "6"), Holds.VACCINATIONS),
    **dict.fromkeys((_ANS + "120", _PCC + "1.18.3.1"), Holds.PLANNED_VACCINES),
    **dict.fromkeys((_ANS + "171", "1.3.6.1.4.1.19376.1.9.1.2.1"), Holds.PRESCRIPTION),
    _ANS + "222": Holds.DEVICES,
    **dict.fromkeys(
        (_ANS + "70", _ANS + "71", "1.3.6.1.4.1.19376.1.3.3.2.1", "1.3.6.1.4.1.19376.1.3.3.2.2"), Holds.LABORATORY
    ),
    _ANS + "35": Holds.STATUS,
}
"""Sections of the CI-SIS, of IHE and of the CCD, by template; the ids are the same in the newer volets."""

BY_CODE: Final = {
    "11450-4": Holds.PROBLEMS,
    "11348-0": Holds.HISTORY,
    "48765-2": Holds.ALLERGIES,
    "10160-0": Holds.TREATMENTS,
    "18610-6": Holds.ADMINISTERED,
    "10183-2": Holds.DISCHARGE,
    "11369-6": Holds.VACCINATIONS,
    "57828-6": Holds.PRESCRIPTION,
    "46264-8": Holds.DEVICES,
    "33557-0": Holds.STATUS,
}


def holds(section: Element) -> Holds:
    """Return what a section is about, by its templates first, then by its LOINC code."""
    known = next((BY_TEMPLATE[one] for one in tree.templates(section) if one in BY_TEMPLATE), None)
    return known or BY_CODE.get(tree.attribute(tree.first(section, "code"), "code"), Holds.OTHER)


def every_section(document: Element) -> Iterator[Element]:
    """Give each section of a structured body, those within after the one that holds them, in their order."""
    body = tree.first(document, "component", "structuredBody")
    yield from tree.below(body, "section")


def title_of(section: Element) -> str:
    """Return the title of a section, or else what its code is called."""
    return tree.text(tree.first(section, "title")) or tree.attribute(tree.first(section, "code"), "displayName")


def told(document: Element, media: Mapping[str, Picture], flagged: Mapping[str, str]) -> tuple[Section, ...]:
    """Return the sections as they are to be read, with the words that their author signed.

    ``media`` gives the pictures by ID, ``flagged`` the anchors of abnormal results with their interpretation.
    """
    body = tree.first(document, "component", "structuredBody")
    return tuple(_told(one, media, flagged, 1) for one in tree.every(body, "component", "section"))


def _told(section: Element, media: Mapping[str, Picture], flagged: Mapping[str, str], depth: int) -> Section:
    text = tree.first(section, "text")
    # Deeper ones are rather told flat, within the last one that is followed, than left out.
    within = tree.every(section, "component", "section") if depth < DEEPEST else ()
    return Section(
        title=title_of(section),
        code=tree.attribute(tree.first(section, "code"), "code"),
        templates=tree.templates(section),
        blocks=blocks(text, media, flagged) if text is not None else (),
        sections=tuple(_told(one, media, flagged, depth + 1) for one in within),
    )
