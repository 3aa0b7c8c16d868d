"""How are the coded statements of a section walked through, and what do they have in common?"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from app.docs.reading import tree
from app.docs.reading.scope import section_of
from app.kernel.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element

LOINC: Final = "2.16.840.1.113883.6.1"
STATUS: Final = "33999-4"
STATUS_TEMPLATES: Final = ("1.3.6.1.4.1.19376.1.5.3.1.4.1.1", "1.2.250.1.213.1.1.3.30")
SEVERITY_TEMPLATES: Final = ("1.3.6.1.4.1.19376.1.5.3.1.4.1", "1.2.250.1.213.1.1.3.29")
CERTAINTY: Final = "66455-7"
CERTAINTY_TEMPLATES: Final = ("1.2.250.1.213.1.1.3.171",)
COMMENT: Final = "48767-8"
COMMENT_TEMPLATE: Final = "1.3.6.1.4.1.19376.1.5.3.1.4.2"
REFUTED: Final = frozenset({"refuted", "entered-in-error", "723511001", "410516002", "410594000"})
"""Certainties (HL7 condition-ver-status, SNOMED CT) of what is not, or was written by mistake."""
NULLIFIED: Final = "nullified"
WITHDRAWN: Final = frozenset({"aborted", "cancelled", NULLIFIED})
"""Statuses (HL7 ActStatus) of what was not carried through, or was written by mistake."""

ABSENT: Final = frozenset(
    {
        "02276797",  # « Aucun », CIM-11 as the CI-SIS uses it
        "no-known-allergies", "no-known-medication-allergies", "no-known-food-allergies", "no-allergy-info",
        "no-known-problems", "no-problem-info", "no-known-medications", "no-medication-info",
        "no-known-immunizations", "no-immunization-info",
        "160244002", "160245001", "716186003", "409137002", "428607008", "182849000", "182904002", "787481004",
    }
)  # fmt: skip
"""Codes that say that there is nothing, or that nothing is known: CIM-11, HL7 absent-unknown (IPS), SNOMED CT."""

_NONE = re.compile(
    r"(?:aucune?|neant|ras|absence(?= *$)|sans (?:allergie|antecedent|traitement|objet)"
    # « Absence de rate », « Absence épileptique » are problems: what is absent must be of what is asked for.
    r"|(?:pas|jamais|absence) (?:connue? )?d(?:e|es)? ?(?:toute? )?"
    r"(?:allergies?|antecedents?|intolerances?|hypersensibilites?|traitements?|pathologies?|problemes?|vaccin(?:ation)?s?))\b"
)
_STATES = {
    "active": "Actif",
    "completed": "Terminé",
    "suspended": "Suspendu",
    "aborted": "Interrompu",
    "new": "Nouveau",
    "cancelled": "Annulé",
    "held": "En attente",
    "obsolete": "Obsolète",
}


def statements(section: Element, *names: str) -> Iterator[Element]:
    """Give the outermost statements of those names in the entries of a section, whatever holds them."""
    for entry in tree.children(section, "entry"):
        yield from within(entry, *names)


def within(holder: Element, *names: str) -> Iterator[Element]:
    """Give the outermost descendants of those names; what lies inside one of them belongs to it."""
    for child in holder:
        if tree.name_of(child) in names:
            yield child
        elif len(child):
            yield from within(child, *names)


def related(statement: Element, name: str, *kinds: str) -> Iterator[Element]:
    """Give what a statement is related to, of that name; of those ``typeCode`` where some are given."""
    for relation in tree.children(statement, "entryRelationship"):
        if not kinds or tree.attribute(relation, "typeCode") in kinds:
            yield from tree.children(relation, name)


def observed(statement: Element, templates: tuple[str, ...], *codes: str) -> Element | None:
    """Return the related observation that follows one of the templates, or else has one of the codes."""
    found = list(related(statement, "observation"))
    known = next((one for one in found if tree.follows(one, *templates)), None)
    if known is not None:
        return known
    return next((one for one in found if tree.attribute(tree.first(one, "code"), "code") in codes), None)


def status(statement: Element, concern: Element | None, scope: Scope) -> str:
    """Return the clinical status of a problem or an allergy: as observed, or else that of the act that follows it.

    A certainty other than « confirmed » goes with it: what is only suspected must not read as known.
    """
    seen = observed(statement, STATUS_TEMPLATES, STATUS)
    code = tree.attribute(tree.first(concern, "statusCode"), "code")
    certainty = observed(statement, CERTAINTY_TEMPLATES, CERTAINTY)
    is_sure = tree.attribute(tree.first(certainty, "value"), "code") == "confirmed"
    said = [value_label(seen, scope) or _STATES.get(code, code), "" if is_sure else value_label(certainty, scope)]
    return ", ".join(filter(None, said))


def comment(statement: Element, scope: Scope) -> str:
    """Return what the author adds to a statement in his own words (« échantillon hémolysé »); empty where nothing."""
    acts = (one for one in related(statement, "act") if _is_comment(one) and not is_refuted(one))
    return " ; ".join(dict.fromkeys(filter(wordy, (scope.words(tree.first(one, "text")) for one in acts))))


def _is_comment(act: Element) -> bool:
    return tree.follows(act, COMMENT_TEMPLATE) or tree.attribute(tree.first(act, "code"), "code") == COMMENT


def value_label(observation: Element | None, scope: Scope) -> str:
    """Return what the value of an observation is called, or says; its code where it has no name."""
    value = tree.first(observation, "value")
    return scope.label(value) or tree.text(value) or tree.coded(value).code


def is_refuted(statement: Element) -> bool:
    """Return True where a statement is negated, nullified or refuted, by itself or by what holds it."""
    certainty = observed(statement, CERTAINTY_TEMPLATES, CERTAINTY)
    if tree.attribute(tree.first(certainty, "value"), "code") in REFUTED:
        return True
    return any(tree.is_negated(one) or act_status(one) == NULLIFIED for one in (statement, *_holders(statement)))


def is_of_another(statement: Element, scope: Scope) -> bool:
    """Return True where a statement is about a relative, or an unborn child, which is said: it is not the patient's."""
    about = [statement, *_holders(statement), section_of(statement)]
    if all(tree.first(one, "subject", "relatedSubject") is None for one in about):
        return False
    scope.warn("une ligne concerne une autre personne que le patient ; rien n’en a été repris.", statement)
    return True


def _holders(statement: Element) -> Iterator[Element]:
    """Give what holds a statement within its section: an act that follows it, the relation by which it does."""
    return itertools.takewhile(lambda one: tree.name_of(one) != "section", statement.iterancestors())


def act_status(statement: Element) -> str:
    """Return the code of the status (HL7 ActStatus) of a statement; empty where it has none."""
    return tree.attribute(tree.first(statement, "statusCode"), "code").lower()


def says_none(code: str, label: str) -> bool:
    """Return True for a code or words that say that there is nothing: « Aucune », « Pas d’allergie connue »."""
    return code in ABSENT or _NONE.match(fold(label)) is not None


def wordy(text: str) -> str:
    """Return the words of a cell; empty for the dash that stands in it for nothing."""
    return text if fold(text) else ""
