"""Does the SESAM-Vitale component that is chosen answer, and what is missing of it? Loads it, asks, gives it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.cards.apcv import NO_APCV
from app.cards.fsv import FsvDesk
from app.cards.fsv_failures import FsvFailure
from app.kernel.errors import FileUnusable
from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP, plural, typographic
from app.officine.rights import meanings
from app.officine.rights.component import Component, ComponentTest

if TYPE_CHECKING:
    from app.kernel.errors import GalienError

CONFIG_TITLES = {60: "Versions", 61: "Lecteur", 62: "Composant SSV", 63: "GALSS", 64: "Composant SESAM-Vitale"}
"""The groups of the configuration, as they are told."""
LIMIT_S = 8.0
"""Nobody speaks to a card: a library that takes longer to tell its versions hangs."""


def files_of(library: str) -> tuple[str, ...]:
    """Return the files that the setting of the library names."""
    return tuple(path.strip() for path in library.split(";") if path.strip())


class FsvBench:
    """Tries a component (``rights.component.ComponentBench``)."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        """Wait ``limit_s`` seconds at most for the library."""
        self._limit_s = limit_s

    def test(self, chosen: Component) -> ComponentTest:
        """Load the library and the table of the codes, each told by its own facts or by what stands in the way."""
        facts: list[tuple[str, str]] = []
        findings: list[Finding] = []
        try:
            facts += self._versions(chosen)
        except FsvFailure as failure:
            findings.append(_told(failure))
        if chosen.fsv_meanings:
            try:
                table = meanings.load(Path(chosen.fsv_meanings))
                facts.append(("Codes couverture", f"{plural(len(table.rows), 'code')}, {table.source}"))
            except FileUnusable as failure:
                findings.append(_told(failure, Severity.WARNING))
        else:
            facts.append(("Codes couverture", "aucune table\u00a0: les codes sont montrés tels quels"))
        facts.append(("Appli carte Vitale", typographic(NO_APCV)))
        return ComponentTest(tuple(facts), tuple(findings))

    def _versions(self, chosen: Component) -> list[tuple[str, str]]:
        resources = (chosen.fsv_ps_resource, chosen.fsv_reader_resource)
        desk = FsvDesk(
            files_of(chosen.fsv_library), resources=resources, version=chosen.fsv_version, limit_s=self._limit_s
        )
        try:
            groups = desk.config()
        finally:
            desk.close()
        return [
            (
                CONFIG_TITLES.get(group.number, f"Groupe{NBSP}{group.number}"),
                " · ".join(field for field in group.fields if field) or "rien",
            )
            for group in groups
        ]


def _told(failure: GalienError, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(failure.code, severity, failure.text, failure.advice)
