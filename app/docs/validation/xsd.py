"""Does a document obey the schema of CDA, as the ANS extends it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.docs.validation.kit import DEFECT, GET_ANOTHER, SCHEMA, canonical
from app.docs.validation.violations import Layer, Violation, short_path
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.docs.safe_xml import Element
    from app.docs.validation.kit import Kit

_MOST: Final = 200
"""How many violations of one document are kept: a wrong namespace makes one of each element."""


class CdaSchema:
    """``CDA_extended.xsd`` of a kit, loaded once (0.07 s); it reads no file afterwards."""

    def __init__(self, kit: Kit) -> None:
        """Load it. Raises InputDefect (GAL-DOC-94) where it is no schema."""
        from lxml import etree  # noqa: PLC0415 -- heavy: where documents are checked

        # Not the parser of documents, which follows no reference: the schema is many files, all of them in the kit.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        parser.resolvers.add(_resolver(kit.files))
        try:
            self._schema = etree.XMLSchema(etree.fromstring(kit.files[SCHEMA], parser, base_url=f"kit:/{SCHEMA}"))
        except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
            text = f"Le schéma « {SCHEMA} » du kit ne peut pas servir : {error}."
            raise InputDefect(text, code=DEFECT, advice=GET_ANOTHER) from error

    def violations(self, document: Element) -> list[Violation]:
        """Return what a document breaks, at most two hundred; empty where it obeys."""
        tree = document.getroottree()
        if self._schema.validate(tree):
            return []
        return [_violation(entry, document) for entry in list(self._schema.error_log)[:_MOST]]


def _violation(entry: Any, document: Element) -> Violation:  # noqa: ANN401 -- lxml's own
    message = " ".join(entry.message.split())
    return Violation(Layer.SCHEMA, "CDA_extended.xsd", entry.type_name, message, _place(entry, document))


def _place(entry: Any, document: Element) -> str:  # noqa: ANN401 -- lxml's own
    """Return the XPath of the element that an entry is about; its line where it can't be found again."""
    from lxml import etree  # noqa: PLC0415 -- heavy: where documents are checked

    prefixes = {prefix: uri for prefix, uri in document.nsmap.items() if prefix}
    try:
        found = document.xpath(entry.path or "", namespaces=prefixes)
    except etree.XPathError:
        found = []
    return _path(found[0]) if found else f"ligne {entry.line}"


def _path(element: Element) -> str:
    """Return the XPath of an element as the rules give theirs: each step with its rank among its namesakes."""
    rank = 1 + sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    parent = element.getparent()
    above = "" if parent is None else _path(parent)
    return f"{above}/{short_path(element.tag)}[{rank}]"


def _resolver(files: Mapping[str, bytes]) -> Any:  # noqa: ANN401 -- a class of lxml, made once lxml is loaded
    from lxml import etree  # noqa: PLC0415 -- heavy: where documents are checked

    class FromKit(etree.Resolver):  # type: ignore[misc]
        def resolve(self, system_url: str, public_id: str, context: object) -> object:
            del public_id
            content = files.get(canonical(system_url.removeprefix("kit:/")))
            return self.resolve_string(content or b"", context, base_url=system_url)

    return FromKit()
