"""What does a document break, of everything that a kit asks of it? Runs in the process that calls it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from app.docs import safe_xml
from app.docs.validation import payload, saxon
from app.docs.validation.kit import usable
from app.docs.validation.profiles import ALL_PROFILES, profiles_of
from app.docs.validation.sheets import sheet
from app.docs.validation.violations import Layer, Violation, finding_of
from app.docs.validation.xsd import CdaSchema
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity

if TYPE_CHECKING:
    from pathlib import Path

    from app.docs.safe_xml import Element
    from app.docs.validation.kit import Kit


class Engine:
    """A kit made ready: schema, value sets and rules in memory; after its making it reads and writes no file.

    The rules of a model are compiled at the first document that needs them (0.4 s for all).
    """

    def __init__(self, kit: Kit, cache: Path | None = None) -> None:
        """Make a kit ready, its sheets kept in ``cache``. Raises InputDefect (GAL-DOC-94) for one that is defective."""
        self._schema = CdaSchema(usable(kit))
        self._sheets = {path: sheet(kit, path, cache) for path in ALL_PROFILES}
        self._saxon = saxon.Saxon(kit)

    def compile(self, path: str) -> None:
        """Compile a rule file, if that is not done. Raises InputDefect (GAL-DOC-94) for one that does not compile."""
        if not self._saxon.is_compiled(path):
            self._saxon.compile(path, self._sheets[path])

    def compile_all(self) -> None:
        """Compile every rule file. Raises InputDefect (GAL-DOC-94) for one that does not compile."""
        for path in ALL_PROFILES:
            self.compile(path)

    def check(self, cda: bytes) -> list[Finding]:
        """Return what is wrong with a document, in French; empty where nothing is.

        Never raises for a document; raises InputDefect (GAL-DOC-94) for a rule file that does not compile.
        """
        try:
            document = safe_xml.clinical_document(safe_xml.parse(cda))
        except InputDefect as defect:
            return [Finding(defect.code, Severity.ERROR, defect.text, defect.advice)]
        return [finding_of(violation) for violation in self.violations(document)]

    def violations(self, document: Element) -> list[Violation]:
        """Return what a ClinicalDocument breaks: of the schema, of the rules that apply to it, and in its file."""
        found = [*self._schema.violations(document), *payload.violations(document)]
        node = self._saxon.node(document)
        for path in profiles_of(document):
            found += self._rules(path, node)
        return found

    def _rules(self, path: str, node: object) -> list[Violation]:
        name = PurePosixPath(path).stem
        self.compile(path)
        try:
            return saxon.violations(self._saxon.run(path, node), name)
        except ValueError as error:
            return [Violation(Layer.TOOL, name, "", str(error))]
