"""Which results does a report of biology give: value, unit, range, flag, previous value?

Sources: IHE LAB XD-LAB, Laboratory Observation (1.3.6.1.4.1.19376.1.3.1.6); CI-SIS, CR-BIO (1.2.250.1.213.1.1.3.80).
Values, units and bounds are given as they are written: nothing is converted, rounded or compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.docs.reading import tree
from app.docs.reading.entries import LOINC, WITHDRAWN, act_status, comment, is_of_another, is_refuted, related, wordy
from app.docs.reading.model import Result
from app.docs.reading.narrative import FLAGS
from app.docs.reading.sections import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.reading.scope import Scope
    from app.docs.reading.tree import Element

TEMPLATES: Final = ("1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80")
NORMAL: Final = "N"
_ABOUT = ("1.3.6.1.4.1.19376.1.5.3.1.4.", "1.2.250.1.213.1.1.3.48")
_STATES: Final = {"active": "provisoire", "new": "provisoire", "held": "suspendu", "suspended": "suspendu"}
NOT_GIVEN: Final = "non rendu"
NEGATED: Final = "nié"


def results(section: Element, scope: Scope) -> Iterator[Result]:
    """Give the results of a section of biology, without those of the sections within."""
    for entry in tree.children(section, "entry"):
        for observation in _observations(entry):
            read = _result(observation, section, scope)
            if read is not None:
                yield read


def _observations(holder: Element) -> Iterator[Element]:
    """Give the observations of an entry, also those within another; but neither a previous result nor a range."""
    for child in holder:
        name = tree.name_of(child)
        if name in {"referenceRange", "section"} or tree.attribute(child, "typeCode") == "REFR":
            continue
        if name == "observation" and not _is_no_result(child):
            yield child
        if len(child):
            yield from _observations(child)


def _is_no_result(observation: Element) -> bool:
    """Return True for an observation that says something about another one: of a template of IHE PCC, not of a result.

    One of an unknown template is read: a result too many is seen beside the narrative, one that is missing is not.
    """
    is_about = any(one.startswith(_ABOUT) for one in tree.templates(observation))
    return is_about and not tree.follows(observation, *TEMPLATES)


def _result(observation: Element, section: Element, scope: Scope) -> Result | None:
    if is_of_another(observation, scope):
        return None
    code = tree.first(observation, "code")
    values = tree.children(observation, "value")
    value, unit = _value(values[0] if values else None, scope)
    label = scope.label(code) or scope.referred(tree.first(observation, "text")) or tree.coded(code).code
    state = _state(observation)
    if not values and not label:
        return None
    if state in {NOT_GIVEN, NEGATED}:
        # A value that its author has withdrawn must not stand in a table of results.
        scope.warn(f"« {label[:80]} »{_withdrawn(value, unit)} {_WHY[state]}.", observation)
        value, unit = "", ""
    elif not value and not _organizes(observation):
        scope.warn(f"« {label[:80]} » n’a pas de valeur lisible.", observation)
    if len(values) > 1:
        scope.warn(f"« {label[:80]} » a plusieurs valeurs ; la première est reprise.", observation)
    low, high, words = _range(observation, unit, scope)
    isolate = _isolate(observation, scope)
    return Result(
        label=f"{label} ({isolate})" if isolate else label,
        loinc=tree.code_in(code, LOINC),
        value=value,
        unit=unit,
        low=low,
        high=high,
        flag="" if state in _WHY else _flag(observation),
        at=_at(observation, scope),
        previous=_previous(observation, scope),
        section=title_of(section),
        range_text=words,
        status=state,
        comment=comment(observation, scope),
        isolate=isolate,
    )


_WHY = {NOT_GIVEN: "n’a pas été rendu", NEGATED: "est nié par son auteur"}


def _withdrawn(value: str, unit: str) -> str:
    said = " ".join(filter(None, (value, unit)))
    return f" ({said[:80]})" if said else ""


def _state(observation: Element) -> str:
    """Return why a result can't be taken as final; empty where it can, or where nothing says it."""
    code = act_status(observation)
    if code in WITHDRAWN:
        return NOT_GIVEN
    return NEGATED if is_refuted(observation) else _STATES.get(code, "")


def _isolate(observation: Element, scope: Scope) -> str:
    """Return the microbe whose organizer holds the result (IHE LAB, Isolate Organizer): an antibiogram is of one."""
    for organizer in observation.iterancestors(f"{{{tree.HL7}}}organizer"):
        for entity in tree.every(organizer, "specimen", "specimenRole", "specimenPlayingEntity"):
            code = tree.first(entity, "code")
            name = scope.words(tree.first(code, "originalText")) or scope.label(code)
            if name and tree.attribute(entity, "classCode") == "MIC":
                return name
    return ""


def _organizes(observation: Element) -> bool:
    """Return True for an observation that says nothing but holds others."""
    return any(True for _ in related(observation, "observation", "COMP", "SUBJ"))


def _value(value: Element | None, scope: Scope) -> tuple[str, str]:
    """Return a value as it is written and its unit, whatever its type; both empty where it has none."""
    if value is None:
        return "", ""
    if tree.is_null(value):
        # A code of another system is a translation of one that is null (« OTH »).
        return scope.label(value), ""
    kind = tree.kind(value)
    if tree.first_of(value, "low", "high") is not None or (kind.startswith("IVL_") and value.get("value") is None):
        return _interval(value)
    if kind.startswith("RTO") or tree.first(value, "numerator") is not None:
        return _ratio(value)
    if value.get("value") is not None:
        return _written(value, kind, scope), tree.attribute(value, "unit")
    return _words(value, scope), ""


def _written(value: Element, kind: str, scope: Scope) -> str:
    """Return what an attribute ``value`` says: a number as it is, a boolean and a date in French."""
    said = tree.attribute(value, "value")
    if kind == "BL":
        return {"true": "Oui", "1": "Oui", "false": "Non", "0": "Non"}.get(said.lower(), "")
    return scope.date(value) if kind == "TS" else said


def _words(value: Element, scope: Scope) -> str:
    """Return what a code is called, or what a text says; a picture is only pointed at."""
    if value.get("code") is not None or tree.first(value, "originalText") is not None:
        return scope.label(value) or tree.coded(value).code
    return "Voir la pièce jointe" if tree.attribute(value, "representation").upper() == "B64" else scope.words(value)


def _interval(value: Element) -> tuple[str, str]:
    low, high = tree.first(value, "low"), tree.first(value, "high")
    bottom, top = _bound(low), _bound(high)
    unit = tree.attribute(low if bottom else high, "unit")
    if bottom and top:
        if tree.attribute(high, "unit") != unit:
            return f"{bottom} {unit} à {top} {tree.attribute(high, 'unit')}", ""
        return f"{bottom} à {top}", unit
    if bottom:
        return f"{'>' if tree.attribute(low, 'inclusive') == 'false' else '≥'} {bottom}", unit
    if top:
        return f"{'<' if tree.attribute(high, 'inclusive') == 'false' else '≤'} {top}", unit
    return "", ""


def _ratio(value: Element) -> tuple[str, str]:
    top, bottom = tree.first(value, "numerator"), tree.first(value, "denominator")
    parts = [" ".join(filter(None, (_bound(one), tree.attribute(one, "unit")))) for one in (top, bottom)]
    return ("/".join(parts), "") if all(parts) else ("", "")


def _bound(element: Element | None) -> str:
    return "" if element is None or tree.is_null(element) else tree.attribute(element, "value")


def _range(observation: Element, unit: str, scope: Scope) -> tuple[str, str, str]:
    """Return the low and the high bound of what is normal, in ``unit``, and the range in words where it is not that."""
    ranges = list(tree.every(observation, "referenceRange", "observationRange"))
    normal = [one for one in ranges if _flag(one) == NORMAL] or [one for one in ranges if not _flag(one)]
    if not normal:
        return "", "", ""
    if len(normal) > 1:
        return "", "", " ; ".join(filter(None, (_range_words(one, scope) for one in normal)))
    value = tree.first(normal[0], "value")
    low, high = tree.first(value, "low"), tree.first(value, "high")
    ends = [one for one in (low, high) if _bound(one)]
    units = {tree.attribute(one, "unit") for one in ends} - {""}
    if ends and units <= {unit}:
        return _bound(low), _bound(high), ""
    words = _range_words(normal[0], scope)
    # A value in words (« <1.0 mg/L ») has no unit to compare with: its bounds stay, their unit beside them.
    return (_bound(low), _bound(high), words) if ends and not unit and len(units) == 1 else ("", "", words)


def _range_words(element: Element, scope: Scope) -> str:
    """Return a range as words: those that it gives, or its bounds with their units."""
    value = tree.first(element, "value")
    said = scope.words(tree.first(element, "text"))
    bounds = " ".join(filter(None, _value(value, scope)))
    return said if wordy(said) else bounds


def _flag(element: Element) -> str:
    """Return the interpretation of a result, or of a range; several are separated by a comma."""
    codes = (tree.coded(one).code for one in tree.children(element, "interpretationCode"))
    return ",".join(dict.fromkeys(filter(None, codes)))


def _at(observation: Element, scope: Scope) -> str:
    time = tree.first(observation, "effectiveTime")
    if time is None or time.get("value") is not None:
        return scope.moment(time)
    return scope.moment(tree.first_of(time, "low", "center", "high"))


def _previous(observation: Element, scope: Scope) -> str:
    """Return the previous results, each with its unit and its date, in the order of the document."""
    said = []
    for one in related(observation, "observation", "REFR"):
        value, unit = _value(tree.first(one, "value"), scope)
        day = _at(one, scope).partition("T")[0]
        if value:
            said.append(
                " ".join(filter(None, (value, unit))) + (f" ({'/'.join(reversed(day.split('-')))})" if day else "")
            )
    return " ; ".join(said)


def abnormal(document: Element) -> dict[str, str]:
    """Return the anchors of the narrative at which abnormal results point, with their interpretation."""
    flags: dict[str, str] = {}
    for observation in tree.below(document, "observation"):
        flag = _flag(observation)
        # « Sensible » and the like are interpretations too, and nothing abnormal.
        if flag not in FLAGS:
            continue
        for path in (("text",), ("code", "originalText"), ("value", "originalText")):
            for reference in tree.every(observation, *path, "reference"):
                anchor = tree.attribute(reference, "value").removeprefix("#")
                if anchor:
                    flags[anchor] = flag
    return flags
