"""How does a Schematron rule file become one XSLT 3.0 sheet that tells which checks a document breaks?

The ISO way walks the whole document once for each pattern. Here all rules of all patterns share one mode and the
document is walked once: each rule hands its node on (``xsl:next-match``) with the rank of its pattern, so that the
pattern's later rules leave it alone, as only the first one that matches may apply (ISO/IEC 19757-3, 5.4.11).

The sheet reads no file: ``document()`` in a rule becomes a function that looks in the value sets it is given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.docs.validation.kit import DEFECT, GET_ANOTHER
from app.docs.validation.schema import Check, Variable
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.docs.safe_xml import Element
    from app.docs.validation.schema import Pattern, Rule, Schema

COMPILER: Final = "1"
"""Changed with what ``compile_schema`` makes, so that no sheet of an earlier one is taken from a cache."""

KIT_URI: Final = "kit:/"
"""Where the paths of the kit begin, for rules that name value sets relative to themselves."""

SETS: Final = "{urn:galien:validation}sets"
"""The parameter of a sheet: a map from the address of each value set to its document."""

_XSL: Final = "http://www.w3.org/1999/XSL/Transform"
_OURS: Final = "urn:galien:validation"
_FIXED: Final = {
    "xsl": _XSL,
    "galien": _OURS,
    "map": "http://www.w3.org/2005/xpath-functions/map",
    "err": "http://www.w3.org/2005/xqt-errors",
    "xs": "http://www.w3.org/2001/XMLSchema",
}
_LITERAL = re.compile(r"""("[^"]*"|'[^']*')""")
_DOCUMENT = re.compile(r"(?<![\w.:$/@-])document(?=\s*\()")
_PREDICATE = re.compile(r"\[[^\[\]]*\]")


def compile_schema(schema: Schema) -> str:
    """Return the sheet of a rule file.

    Applied to a document, it gives ``<report>`` with one ``<f pattern= role= at=>message</f>`` for each broken check
    and one ``<e pattern= at=>reason</e>`` for each check that can't be computed on this document.
    Raises InputDefect (GAL-DOC-94) where the rules contradict themselves.
    """
    return _Sheet(schema).text()


class _Sheet:
    """The sheet of one rule file, while it is written."""

    def __init__(self, schema: Schema) -> None:
        from lxml import etree  # noqa: PLC0415 -- heavy: where documents are checked

        self._etree = etree
        self._schema = schema
        self._root = etree.Element(f"{{{_XSL}}}stylesheet", nsmap=dict(schema.namespaces) | _FIXED, version="3.0")
        self._root.set("exclude-result-prefixes", "#all")

    def text(self) -> str:
        self._frame()
        self._globals()
        # Counted down from the number of rules: the first rule of the first pattern comes first at a node.
        priority = sum(len(pattern.rules) for pattern in self._schema.patterns)
        for rank, pattern in enumerate(self._schema.patterns, 1):
            for rule in pattern.rules:
                self._rule(rank, pattern, rule, priority)
                priority -= 1
        written: str = self._etree.tostring(self._root, encoding="unicode")
        return written

    def _frame(self) -> None:
        self._add(self._root, "output", method="xml", indent="no")
        self._add(self._root, "param", name="galien:sets", select="map{}", **{"as": "map(xs:string, document-node())"})
        base = KIT_URI + self._schema.path
        function = self._add(self._root, "function", name="galien:document", **{"as": "document-node()*"})
        self._add(function, "param", name="named", **{"as": "item()*"})
        looked_up = f"for $one in $named return map:get($galien:sets, string(resolve-uri(string($one), '{base}')))"
        self._add(function, "sequence", select=looked_up)
        self._add(self._root, "mode", **{"name": "rules", "on-no-match": "deep-skip"})
        # The built-in rule for a document node goes down into it, where each node is met by itself.
        self._add(self._root, "template", match="/", mode="rules", priority="0")
        start = self._add(self._root, "template", match="/")
        report = self._etree.SubElement(start, "report")
        contexts = (rule.context for pattern in self._schema.patterns for rule in pattern.rules)
        each = self._add(report, "for-each", select=_walked(contexts))
        self._add(each, "apply-templates", select=".", mode="rules")

    def _globals(self) -> None:
        """Write the variables of the schema and of its patterns; those of a pattern are seen by every other (ISO C.3).

        The rule files of the ANS count on it: one pattern holds the names of the value sets for all.
        """
        known: dict[str, str] = {}
        declared = [*self._schema.variables, *(item for pattern in self._schema.patterns for item in pattern.variables)]
        for variable in declared:
            if known.setdefault(variable.name, variable.value) != variable.value:
                raise InputDefect(
                    f"Les règles de « {self._schema.path} » donnent deux valeurs à « {variable.name} ».",
                    code=DEFECT,
                    advice=GET_ANOTHER,
                )
        for name, value in known.items():
            self._add(self._root, "variable", name=name, select=_ours(value))

    def _rule(self, rank: int, pattern: Pattern, rule: Rule, priority: int) -> None:
        template = self._add(self._root, "template", match=_ours(rule.context), mode="rules", priority=str(priority))
        self._add(template, "param", name="galien:done", select="0", **{"as": "xs:integer"})
        free = self._add(template, "if", test=f"$galien:done ne {rank}")
        for item in rule.body:
            if isinstance(item, Variable):
                self._add(free, "variable", name=item.name, select=_ours(item.value))
            else:
                self._check(free, pattern, item)
        self._add(self._add(template, "next-match"), "with-param", name="galien:done", select=str(rank))

    def _check(self, parent: Element, pattern: Pattern, check: Check) -> None:
        tried = self._add(parent, "try")
        test = _ours(check.test)
        broken = self._add(tried, "if", test=f"not({test})" if check.is_assert else test)
        told = self._told(broken, "f", pattern.name, check.role)
        for part in check.message:
            if isinstance(part, str):
                self._add(told, "text").text = part
            else:
                self._add(told, "value-of", select=_ours(part.select))
        caught = self._add(tried, "catch")
        self._add(self._told(caught, "e", pattern.name, check.role), "value-of", select="$err:description")

    def _told(self, parent: Element, name: str, pattern: str, role: str) -> Element:
        element = self._etree.SubElement(parent, name, pattern=_plain(pattern), role=_plain(role))
        self._add(self._add(element, "attribute", name="at"), "sequence", select="path()")
        return element

    def _add(self, parent: Element, element: str, /, **attributes: str) -> Element:
        return self._etree.SubElement(parent, f"{{{_XSL}}}{element}", attrib=attributes)


def _ours(xpath: str) -> str:
    """Return an XPath whose calls of ``document()`` look in the kit; texts in it are left as they are."""
    parts = _LITERAL.split(xpath)
    parts[::2] = [_DOCUMENT.sub("galien:document", part) for part in parts[::2]]
    return "".join(parts)


def _walked(contexts: Iterable[str]) -> str:
    """Return the nodes that some rule may match: elements, and other kinds where a context names them."""
    steps = " ".join(_without_predicates(context) for context in contexts)
    kinds = ["/", "//*"]
    if "@" in steps or "attribute" in steps:
        kinds.append("//@*")
    if "(" in steps:
        kinds.append("//(text() | comment() | processing-instruction())")
    return " | ".join(kinds)


def _without_predicates(xpath: str) -> str:
    """Return an XPath without its texts and what stands in brackets."""
    left = _LITERAL.sub("", xpath)
    while left != (left := _PREDICATE.sub("", left)):
        pass
    return left


def _plain(text: str) -> str:
    """Return a text that an attribute of the sheet gives as it is."""
    return text.replace("{", "{{").replace("}", "}}")
