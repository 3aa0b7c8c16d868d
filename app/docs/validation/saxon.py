"""How are the sheets of a kit run on a document, by a processor that can reach nothing else?

Saxon is told to follow no address at all: the document comes as text, the value sets as documents, the sheets as
text. Whatever a document names (a stylesheet, a schema, a picture, a file) is for it a mere string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.docs import safe_xml
from app.docs.validation.kit import DEFECT, GET_ANOTHER
from app.docs.validation.schematron import KIT_URI, SETS
from app.docs.validation.violations import Layer, Violation, short_path
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from app.docs.safe_xml import Element
    from app.docs.validation.kit import Kit

_NO_ADDRESS = ("http://saxon.sf.net/feature/allowedProtocols", "")
_WARNING_ROLES = frozenset({"warning", "warn", "info", "information"})


class Saxon:
    """The processor of one kit; holds its value sets and, once compiled, its sheets (some 230 MB in all)."""

    def __init__(self, kit: Kit) -> None:
        """Start it (0.1 s)."""
        from saxonche import PySaxonProcessor  # noqa: PLC0415 -- 100 MB: in the process that checks only

        self._processor: Any = PySaxonProcessor(license=False)
        self._processor.set_configuration_property(*_NO_ADDRESS)
        self._xslt = self._processor.new_xslt30_processor()
        self._sheets: dict[str, Any] = {}
        make = self._processor.make_string_value
        self._sets = self._processor.make_map(
            {make(KIT_URI + path): self.node(kit.parse(path)) for path in kit.value_sets()}
        )

    def node(self, document: Element) -> Any:  # noqa: ANN401 -- Saxon's own
        """Return a document as Saxon holds it."""
        from lxml import etree  # noqa: PLC0415 -- heavy: where documents are checked

        return self._processor.parse_xml(xml_text=etree.tostring(document, encoding="unicode", with_tail=False))

    def compile(self, path: str, text: str) -> None:
        """Make the sheet of the rule file ``path`` ready. Raises InputDefect (GAL-DOC-94) where it does not compile."""
        from saxonche import PySaxonApiError  # noqa: PLC0415 -- the same

        try:
            sheet = self._xslt.compile_stylesheet(stylesheet_text=text)
        except PySaxonApiError as error:
            what = " ".join(str(error).split())
            text = f"Le fichier de règles « {path} » du kit ne se compile pas : {what}"
            raise InputDefect(text, code=DEFECT, advice=GET_ANOTHER) from error
        sheet.set_parameter(SETS, self._sets)
        self._sheets[path] = sheet

    def is_compiled(self, path: str) -> bool:
        """Return True once ``compile`` has made the sheet of this rule file."""
        return path in self._sheets

    def run(self, path: str, node: Any) -> Element:  # noqa: ANN401 -- as ``node`` gives it
        """Return the report of a compiled sheet on a document.

        Raises ValueError, with Saxon's reason, for a document on which the rules can't be computed.
        """
        from saxonche import PySaxonApiError  # noqa: PLC0415 -- the same

        try:
            told = self._sheets[path].transform_to_string(xdm_node=node)
        except PySaxonApiError as error:
            raise ValueError(" ".join(str(error).split())) from error
        try:
            return safe_xml.parse(told.encode())
        except InputDefect as error:
            raise ValueError("trop de règles enfreintes à la fois pour les dire toutes") from error


def violations(report: Element, source: str) -> list[Violation]:
    """Return what a sheet reported, each thing once, ``source`` being the name of its rule file."""
    found = {
        Violation(
            Layer.RULES if item.tag == "f" else Layer.TOOL,
            source,
            item.get("pattern"),
            " ".join("".join(item.itertext()).split()),
            short_path(item.get("at")),
            item.tag == "f" and item.get("role").strip().lower() in _WARNING_ROLES,
        ): None
        for item in report
    }
    return list(found)
