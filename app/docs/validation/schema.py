"""What does a Schematron file of the kit ask, once its includes, abstract patterns and phase are resolved?

ISO/IEC 19757-3, what the rules of the CI-SIS use of it: include, ns, let, phase, abstract patterns (is-a, param),
abstract rules (extends), assert, report, value-of, name. What else would change the meaning of a rule is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs.validation.kit import DEFECT, GET_ANOTHER, joined
from app.docs.validation.profiles import ALL_PROFILES
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.docs.safe_xml import Element
    from app.docs.validation.kit import Kit

_SCH: Final = "{http://purl.oclc.org/dsdl/schematron}"
_XSL: Final = "http://www.w3.org/1999/XSL/Transform"
_DEEPEST = 20
_NO_PARAMETERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Value:
    """A part of a message that is computed on the document, by an XPath."""

    select: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A ``let``: a name and its XPath."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Check:
    """An assertion (broken where ``test`` is false) or a report (broken where it is true), and what it says then."""

    is_assert: bool
    test: str
    role: str
    message: tuple[str | Value, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """The checks made on each node that ``context`` matches, in order, with the variables between them."""

    context: str
    body: tuple[Variable | Check, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rules of which the first that matches a node is the only one applied to it."""

    name: str
    variables: tuple[Variable, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """A whole rule file: the prefixes of its XPaths, its variables and the patterns of its phase."""

    path: str
    namespaces: Mapping[str, str]
    variables: tuple[Variable, ...]
    patterns: tuple[Pattern, ...]


def read_schema(kit: Kit, path: str) -> Schema:
    """Return what the rule file at ``path`` asks. Raises InputDefect (GAL-DOC-94) for one that can't be understood."""
    root = _assembled(kit, path, _DEEPEST)
    for element in root.iter(f"{{{_XSL}}}*"):
        raise _defect(path, f"il contient du XSLT ({_local(element)}), que les règles de l’ANS n’emploient pas")
    reader = _Reader(path, root)
    return Schema(path, _namespaces(root), _variables(root, _NO_PARAMETERS), tuple(reader.patterns()))


def absent_value_sets(kit: Kit) -> list[str]:
    """Return the value sets that the rules name and the kit does not hold: they are empty for the rules."""
    named = set()
    for path in ALL_PROFILES:
        schema = read_schema(kit, path)
        declared = [*schema.variables, *(variable for pattern in schema.patterns for variable in pattern.variables)]
        for variable in declared:
            if re.fullmatch(r"""(["']).+\.xml\1""", variable.value.strip()):
                named.add(joined(path, variable.value.strip()[1:-1]))
    return sorted(path for path in named if path and path not in kit.files)


def _assembled(kit: Kit, path: str, depth: int) -> Element:
    """Return the root of a rule file in which each include is replaced by what it names."""
    if not depth:
        raise _defect(path, "ses inclusions ne finissent pas")
    root = kit.parse(path)
    for include in list(root.iter(f"{_SCH}include")):
        included = _assembled(kit, joined(path, include.get("href") or ""), depth - 1)
        included.tail = include.tail
        parent = include.getparent()
        assert parent is not None
        parent.replace(include, included)
    return root


def _namespaces(root: Element) -> dict[str, str]:
    """Return the prefixes declared for XPaths, and those that the files of the rules declare for themselves only."""
    found = {ns.get("prefix") or "": ns.get("uri") or "" for ns in root.iter(f"{_SCH}ns")}
    for element in root.iter():
        for prefix, uri in element.nsmap.items():
            if prefix and f"{{{uri}}}" != _SCH:
                found.setdefault(prefix, uri)
    return {prefix: uri for prefix, uri in found.items() if prefix}


class _Reader:
    """Reads the patterns of one assembled rule file."""

    def __init__(self, path: str, root: Element) -> None:
        self._path, self._root = path, root
        self._patterns = list(root.iter(f"{_SCH}pattern"))
        self._abstract = {element.get("id"): element for element in self._patterns if _is_abstract(element)}
        self._abstract_rules = {rule.get("id"): rule for rule in root.iter(f"{_SCH}rule") if _is_abstract(rule)}

    def patterns(self) -> Iterator[Pattern]:
        active = self._active()
        for rank, element in enumerate(self._patterns, 1):
            name = element.get("id") or element.get("is-a") or f"pattern-{rank}"
            if _is_abstract(element) or (active is not None and element.get("id") not in active):
                continue
            yield self._pattern(element, name)

    def _active(self) -> set[str | None] | None:
        """Return the patterns of the default phase; None where there is no phase: all of them."""
        chosen = self._root.get("defaultPhase")
        for phase in self._root.iter(f"{_SCH}phase"):
            if phase.get("id") == chosen:
                return {active.get("pattern") for active in phase.iter(f"{_SCH}active")}
        return None

    def _pattern(self, element: Element, name: str) -> Pattern:
        model = element.get("is-a")
        if model is None:
            return Pattern(name, _variables(element, _NO_PARAMETERS), self._rules(element, _NO_PARAMETERS))
        template = self._abstract.get(model)
        if template is None:
            raise _defect(self._path, f"le motif abstrait « {model} » n’y est pas")
        given = {item.get("name") or "": item.get("value") or "" for item in element.iter(f"{_SCH}param")}
        return Pattern(name, _variables(template, given), self._rules(template, given))

    def _rules(self, pattern: Element, given: Mapping[str, str]) -> tuple[Rule, ...]:
        return tuple(
            Rule(_bound(rule.get("context") or "", given), tuple(self._body(rule, given, _DEEPEST)))
            for rule in pattern.findall(f"{_SCH}rule")
            if not _is_abstract(rule)
        )

    def _body(self, rule: Element, given: Mapping[str, str], depth: int) -> Iterator[Variable | Check]:
        for element in rule:
            name = _local(element)
            if name == "let":
                yield _variable(element, given)
            elif name in {"assert", "report"}:
                role = element.get("role") or element.get("flag") or ""
                message = tuple(_message(element, given))
                yield Check(name == "assert", _bound(element.get("test") or "", given), role, message)
            elif name == "extends":
                extended = self._abstract_rules.get(element.get("rule"))
                if extended is None or not depth:
                    raise _defect(self._path, f"la règle abstraite « {element.get('rule')} » n’y est pas")
                yield from self._body(extended, given, depth - 1)


def _message(element: Element, given: Mapping[str, str]) -> Iterator[str | Value]:
    """Give the parts of a message: its texts, and what is computed."""
    yield element.text or ""
    for child in element:
        match _local(child):
            case "value-of":
                yield Value(_bound(child.get("select") or "", given))
            case "name":
                of = _bound(child.get("path") or "", given)
                yield Value(f"name({of})")
            case _:
                yield from _message(child, given)
        yield child.tail or ""


def _variables(element: Element, given: Mapping[str, str]) -> tuple[Variable, ...]:
    return tuple(_variable(item, given) for item in element.findall(f"{_SCH}let"))


def _variable(element: Element, given: Mapping[str, str]) -> Variable:
    return Variable(element.get("name") or "", _bound(element.get("value") or "", given))


def _bound(xpath: str, given: Mapping[str, str]) -> str:
    """Return an XPath of an abstract pattern with its parameters replaced by what they stand for."""
    if not given:
        return xpath
    names = "|".join(re.escape(name) for name in sorted(given, key=len, reverse=True))
    return re.sub(rf"\$({names})(?![\w.-])", lambda found: given[found[1]], xpath)


def _is_abstract(element: Element) -> bool:
    return bool(element.get("abstract") == "true")


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _defect(path: str, what: str) -> InputDefect:
    return InputDefect(f"Le fichier de règles « {path} » ne peut pas servir : {what}.", code=DEFECT, advice=GET_ANOTHER)
