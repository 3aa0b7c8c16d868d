"""Which rule does a document break, where, and how is that said in French?"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from app.kernel.outcome import Finding, Severity


class Layer(enum.StrEnum):
    """What a document is held against, one after the other."""

    SCHEMA = "xsd"
    RULES = "rules"
    PAYLOAD = "payload"
    TOOL = "tool"
    """Not the document: a rule that can't be computed on it, or a check that did not come to its end."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that a document breaks.

    ``source`` is the file of the schema or of the rules, ``rule`` the name that it gives, ``message`` its own words on
    one line, ``place`` the XPath of the node (or its line); ``is_warning`` where the rules say that it is no error.
    """

    layer: Layer
    source: str
    rule: str
    message: str
    place: str = ""
    is_warning: bool = False


_CODES = {
    Layer.SCHEMA: "GAL-DOC-90",
    Layer.RULES: "GAL-DOC-91",
    Layer.PAYLOAD: "GAL-DOC-93",
    Layer.TOOL: "GAL-DOC-96",
}
_WARNED = "GAL-DOC-92"
_ADVICE = {
    Layer.SCHEMA: "Le document ne serait pas accepté par le DMP : son logiciel producteur est à corriger.",
    Layer.RULES: "Corrigez ce que la règle demande avant d’envoyer le document.",
    Layer.PAYLOAD: "Le fichier joint ne pourrait pas être ouvert par son destinataire.",
    Layer.TOOL: "Le document n’est pas déclaré conforme : cette règle n’a pas pu être vérifiée.",
}
_QUALIFIED = re.compile(r"Q?\{[^}]*\}")
_AT = r"Element '(.+?)'"
_EXPECTED = r"Expected is (?:one of )?\( (.+?) \)\."
_OF_TYPE = r"is not a valid value of the (?:atomic|union|local atomic|list) type '?(.+?)'?\."
_SCHEMA_FRENCH = (
    (rf"{_AT}: This element is not expected\. {_EXPECTED}", r"élément « \1 » mal placé ; est attendu ici : \2"),
    (rf"{_AT}: This element is not expected\.", r"élément « \1 » mal placé ou en trop"),
    (rf"{_AT}: Missing child element\(s\)\. {_EXPECTED}", r"« \1 » est incomplet ; il y manque : \2"),
    (
        rf"{_AT}, attribute '(.+?)': The attribute '.+?' is not allowed\.",
        r"l’attribut « \2 » n’est pas permis dans « \1 »",
    ),
    (rf"{_AT}: The attribute '(.+?)' is required but missing\.", r"l’attribut « \2 » manque dans « \1 »"),
    (
        rf"{_AT}, attribute '(.+?)': '(.*)' {_OF_TYPE}",
        r"« \3 » n’est pas une valeur permise de l’attribut « \2 » de « \1 » (type \4)",
    ),
    (
        rf"{_AT}, attribute '(.+?)': \[.+\] The value '(.*)' (?:is not|does not|has) .+\.",
        r"« \3 » n’est pas une valeur permise de l’attribut « \2 » de « \1 »",
    ),
    (
        rf"{_AT}: Character content other than whitespace is not allowed .*",
        r"« \1 » ne peut pas contenir de texte",
    ),
    (rf"{_AT}: Character content is not allowed, .*", r"« \1 » ne peut pas contenir de texte"),
    (rf"{_AT}: The type definition is abstract\.", r"le type de « \1 » n’est pas précisé (xsi:type)"),
    (
        rf"{_AT}: No matching global declaration available for the validation root\.",
        r"« \1 » n’est pas la racine d’un document CDA",
    ),
)
"""The usual sentences of libxml2, and the same in French."""


def finding_of(violation: Violation) -> Finding:
    """Return what a violation is told as: its text in French, the rule's own words in it, and where.

    ``subject`` is the XPath of the node, for who looks for it in the document.
    """
    severity = Severity.WARNING if violation.is_warning else Severity.ERROR
    advice = "" if violation.is_warning else _ADVICE[violation.layer]
    code = _WARNED if violation.is_warning else _CODES[violation.layer]
    return Finding(code, severity, _text(violation), advice, violation.place)


def short_path(xpath: str) -> str:
    """Return an XPath without the namespaces of its steps: ``/ClinicalDocument[1]/author[1]``."""
    return _QUALIFIED.sub("", xpath)


def _text(violation: Violation) -> str:
    where = f" [{violation.place}]" if violation.place else ""
    match violation.layer:
        case Layer.SCHEMA:
            return f"Schéma {violation.source} : {_schema_french(violation.message)}{where}."
        case Layer.RULES:
            kind = "Avertissement" if violation.is_warning else "Règle non respectée"
            return f"{kind} ({violation.source}, {violation.rule}) : {violation.message.rstrip('.')}{where}."
        case Layer.TOOL:
            return f"Règle impossible à vérifier ({violation.source}, {violation.rule}) : {violation.message}{where}."
        case _:
            return f"{violation.message.rstrip('.')}{where}."


def _schema_french(message: str) -> str:
    """Return what the schema's processor said, in French where it is one of its usual sentences."""
    for pattern, french in _SCHEMA_FRENCH:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return _QUALIFIED.sub("", found.expand(french))
    return _QUALIFIED.sub("", message).rstrip(".")
