"""What is prescribed, line by line: medicines and devices?

Sources: CI-SIS, eP-MED-DM 2022.01: entrées FR-Traitement-prescrit (1.2.250.1.213.1.1.3.83) and FR-Dispositif-medical
(1.2.250.1.213.1.1.3.20); IHE Pharmacy PRE. A flag that the document does not say is None, never False.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from app.docs.reading import tree
from app.docs.reading.entries import WITHDRAWN, act_status, is_refuted, observed, related, statements, wordy
from app.docs.reading.header import whole_number
from app.docs.reading.medications import UNNAMED, route
from app.docs.reading.model import PrescribedLine
from app.docs.reading.posology import dose_text, duration, time_span
from app.docs.reading.products import product
from app.docs.reading.scope import where
from app.kernel.outcome import Severity
from app.kernel.text import NBSP, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element

TEMPLATES: Final = ("1.2.250.1.213.1.1.3.83", "1.3.6.1.4.1.19376.1.9.1.3.2")
EMDN: Final = "1.2.250.1.213.2.68"
LPP: Final = "1.2.250.1.215.200.2.1"
NOT_TO_TAKE: Final = "NE PAS DÉLIVRER, inscrit pour ne pas être pris"
CANCELLED: Final = "NE PAS DÉLIVRER, ligne annulée ou interrompue"
NOT_SUBSTITUTABLE: Final = "N"
"""HL7 ActSubstanceAdminSubstitutionCode: no substitution; ``G`` is a generic one."""

_FLAGS: Final = {
    "ald": ("1.2.250.1.213.1.1.3.48.13", "MED-574"),
    "work_accident": ("1.2.250.1.213.1.1.3.48.14", "GEN-180"),
    "prevention": ("1.2.250.1.213.1.1.3.48.224", "GEN-295"),
    "non_refundable": ("1.2.250.1.213.1.1.3.48.215", "GEN-181"),
    "off_label": ("1.2.250.1.213.1.1.3.48.12", "GEN-179"),
}
_SUBSTITUTION: Final = ("1.2.250.1.213.1.1.3.87", "1.3.6.1.4.1.19376.1.9.1.3.9.1")
_QUANTITY: Final = ("1.2.250.1.213.1.1.3.86", "1.3.6.1.4.1.19376.1.9.1.3.8")
_INSTRUCTIONS: Final = (
    ("1.2.250.1.213.1.1.3.33", "1.3.6.1.4.1.19376.1.5.3.1.4.3"),
    ("1.2.250.1.213.1.1.3.34", "1.3.6.1.4.1.19376.1.5.3.1.4.3.1"),
)
_PACKAGES = {
    "30009000": ("boîte", "boîtes"),
    "30067000": ("tube", "tubes"),
}
"""EDQM, Packaging: the two that the volet shows; of any other the document gives the code."""
_REASONS: Final = (
    ("MTE", ("mte", "marge therapeutique")),
    ("EFG", ("efg", "enfant", "forme galenique")),
    ("CIF", ("cif", "contre indication formelle")),
)
"""Reasons that make « non substituable » count (arrêté du 12 novembre 2019), by the words of their author."""


def medicines(section: Element, scope: Scope) -> Iterator[PrescribedLine]:
    """Give the prescribed medicines of a section, in its order; none is ever left out."""
    for statement in statements(section, "substanceAdministration"):
        yield _medicine(statement, scope)


def devices(section: Element, scope: Scope) -> Iterator[PrescribedLine]:
    """Give the prescribed devices of a section; what is worn already (``EVN``) is no prescription."""
    # The quantity of a medicine is a supply too, within the medicine: the outermost statement is what counts.
    for supply in statements(section, "supply", "substanceAdministration"):
        if tree.name_of(supply) == "supply" and tree.attribute(supply, "moodCode") != "EVN":
            yield _device(supply, scope)


def _medicine(statement: Element, scope: Scope) -> PrescribedLine:
    prescribed = product(statement, scope)
    if not prescribed.name:
        scope.warn("un médicament prescrit n’a pas de nom lisible ; sa ligne est gardée.", statement)
    against = _against(statement, prescribed.name, scope)
    refused, reason = _substitution(statement, scope)
    start, end = _period(statement, scope)
    return PrescribedLine(
        name=prescribed.name or UNNAMED,
        cis=prescribed.cis,
        cip13=prescribed.cip13,
        virtual=prescribed.virtual,
        atc=prescribed.atc,
        substances=prescribed.substances,
        dose_text=_said(against, dose_text(statement, scope)),
        route=route(statement, scope),
        duration=_duration(statement, scope),
        quantity=_quantity(statement),
        renewals=_renewals(statement, scope),
        **_flags(statement, scope),
        non_substitutable=refused,
        non_substitutable_reason=reason,
        instructions=_instructions(statement, scope),
        start=start,
        end=end,
    )


def _device(supply: Element, scope: Scope) -> PrescribedLine:
    code = next(tree.every(supply, "participant", "participantRole", "playingDevice", "code"), None)
    translations = [code, *tree.every(code, "translation")]
    label = next((tree.attribute(one, "displayName") for one in translations
                  if tree.attribute(one, "codeSystem") == LPP), "")  # fmt: skip
    name = label or scope.referred(tree.first(supply, "text")) or scope.label(code)
    if not name:
        scope.warn("un dispositif prescrit n’a pas de nom lisible ; sa ligne est gardée.", supply)
    start, end = _period(supply, scope)
    count = tree.attribute(tree.first(supply, "quantity"), "value")
    return PrescribedLine(
        name=name or UNNAMED,
        lpp=tree.code_in(code, LPP),
        emdn=tree.code_in(code, EMDN),
        duration=time_span(tree.first(supply, "expectedUseTime", "width")) or _duration(supply, scope),
        quantity=count,
        renewals=_renewals(supply, scope),
        **_flags(supply, scope),
        instructions=_said(_against(supply, name, scope), _instructions(supply, scope)),
        start=start,
        end=end,
    )


def _against(statement: Element, name: str, scope: Scope) -> str:
    """Return why a line must not be delivered as it stands, which is said; empty where nothing is against it."""
    if is_refuted(statement):
        against, said = NOT_TO_TAKE, "est inscrit pour ne pas être pris"
    elif act_status(statement) in WITHDRAWN:
        against, said = CANCELLED, "est annulé ou interrompu"
    else:
        return ""
    scope.say(
        "GAL-DOC-83",
        Severity.WARNING,
        f"{where(statement)} : « {name[:80]} » {said}.",
        "Lisez la ligne dans le texte du document avant de délivrer.",
        statement,
    )
    return against


def _said(against: str, words: str) -> str:
    """Return what is said of a line, after what is against it: it must not be read one without the other."""
    return f"{against}{NBSP}: {words}" if against and words else against or words


def _interval(statement: Element) -> Element | None:
    """Return the period of a line: an IVL_TS, by its type or by its bounds."""
    for time in tree.children(statement, "effectiveTime"):
        bounds = tree.first_of(time, "low", "high", "width") is not None
        if tree.kind(time) == "IVL_TS" or (not tree.kind(time) and bounds):
            return time
    return None


def _period(statement: Element, scope: Scope) -> tuple[str, str]:
    return scope.period(_interval(statement))


def _duration(statement: Element, scope: Scope) -> str:
    return duration(_interval(statement), scope)


def _renewals(statement: Element, scope: Scope) -> int | None:
    """Return how many times the line may be renewed; None where it is not said, or not limited, which is said."""
    number = tree.first(statement, "repeatNumber")
    if number is None:
        return None
    end = number if number.get("value") is not None else tree.first(number, "high")
    count = whole_number(tree.attribute(end, "value")) if end is not None and not tree.is_null(end) else None
    if count is None:
        scope.warn("le nombre de renouvellements n’est pas donné.", statement)
    return count


def _flags(statement: Element, scope: Scope) -> dict[str, Any]:
    return {name: _flag(statement, template, code, scope) for name, (template, code) in _FLAGS.items()}


def _flag(statement: Element, template: str, code: str, scope: Scope) -> bool | None:
    observation = observed(statement, (template,), code)
    if observation is None:
        return None
    value = tree.first(observation, "value")
    said = {"true": True, "1": True, "false": False, "0": False}.get(tree.attribute(value, "value").lower())
    if said is None or tree.is_null(value):
        label = tree.attribute(tree.first(observation, "code"), "displayName") or code
        scope.warn(f"« {label[:80]} » ne dit ni oui ni non.", observation)
        return None
    # The denial of the whole line is said elsewhere: it does not turn its flags round.
    return said is not (tree.is_negated(observation) or tree.is_negated(observation.getparent()))


def _substitution(statement: Element, scope: Scope) -> tuple[bool | None, str]:
    """Return whether substitution is refused, and why: ``MTE``, ``EFG``, ``CIF``, or else the words of the author."""
    act = next((one for one in related(statement, "act") if tree.follows(one, *_SUBSTITUTION)), None)
    code = tree.first(act, "code")
    if act is None or not tree.coded(code).code:
        return None, ""
    if tree.coded(code).code != NOT_SUBSTITUTABLE:
        return False, ""
    words = scope.words(tree.first(code, "originalText")) or scope.referred(tree.first(act, "text"))
    return True, _reason(words)


def _reason(words: str) -> str:
    said = fold(words)
    found = [code for code, marks in _REASONS if any(re.search(rf"\b{mark}", said) for mark in marks)]
    return found[0] if len(found) == 1 else words if wordy(words) else ""


def _quantity(statement: Element) -> str:
    """Return how much is to be delivered: ``2 boîtes``; the code of a package that has no name here."""
    supply = next((one for one in related(statement, "supply") if tree.follows(one, *_QUANTITY)), None)
    quantity = tree.first(supply, "quantity")
    value, unit = tree.attribute(quantity, "value"), tree.attribute(quantity, "unit")
    if quantity is None or tree.is_null(quantity) or not value:
        return ""
    many = re.fullmatch(r"[0-9.]+", value) is not None and value.rstrip("0.") not in {"", "1", "0"}
    package = _PACKAGES.get(unit, (unit, unit))[many]
    return f"{value} {package}".strip() if unit != "1" else value


def _instructions(statement: Element, scope: Scope) -> str:
    """Return what the patient and the dispenser are told, and what must be so before the medicine is taken."""
    acts = list(related(statement, "act"))
    said = [
        scope.words(tree.first(act, "text")) for roots in _INSTRUCTIONS for act in acts if tree.follows(act, *roots)
    ]
    said += [scope.words(one) for one in tree.every(statement, "precondition", "criterion", "text")]
    return " ; ".join(dict.fromkeys(filter(wordy, said)))
