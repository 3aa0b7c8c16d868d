"""What do the readers of a document share: its anchors, and what they could not read?

What can't be read is said once, with its section and its line; a document made to drown its reader in findings gets
MOST of them and their number.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from app.docs.reading import moments, tree
from app.kernel.outcome import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.reading.tree import Element

MOST = 200
"""As many findings are kept of one document."""
MOST_ALIKE = 20
"""Places that bear the same anchor; of more, none is meant."""
WIDEST = 40
"""Cells of a row that are read."""


class Scope:
    """The document that is being read, and what was found in it."""

    def __init__(self, document: Element) -> None:
        """Read the anchors of ``document`` (a ClinicalDocument) once."""
        self.findings: list[Finding] = []
        self.left_out = 0
        self._anchors: dict[str, list[Element]] = {}
        self._texts: dict[Element, str] = {}
        for element in document.iterdescendants():
            anchor = element.get("ID") if isinstance(element.tag, str) else None
            if anchor:
                same = self._anchors.setdefault(anchor, [])
                if len(same) <= MOST_ALIKE:
                    same.append(element)

    def say(self, code: str, severity: Severity, text: str, advice: str = "", at: Element | None = None) -> None:
        """Keep a finding; ``at`` is the element that it is about, whose section and line it names."""
        if len(self.findings) >= MOST:
            self.left_out += 1
            return
        subject = f"ligne {tree.line(at)}" if at is not None and tree.line(at) else ""
        self.findings.append(Finding(code, severity, text, advice, subject))

    def warn(self, text: str, at: Element) -> None:
        """Say that a part of the document could not be read, where it is, and that its text tells more."""
        self.say(
            "GAL-DOC-80",
            Severity.WARNING,
            f"{where(at)} : {text}",
            "Lisez cette partie dans le texte du document, ou demandez-le corrigé à son auteur.",
            at,
        )

    def note_absence(self, at: Element, label: str) -> None:
        """Say that a statement says that something is not: it is read, and nothing was made of it."""
        narrative = tree.first(section_of(at), "text") if len(self.findings) < MOST else None
        told = tree.text(narrative)
        label = label or (told if len(told) <= 80 else "")
        self.say(
            "GAL-DOC-83",
            Severity.INFO,
            f"{where(at)} : le document dit « {label[:80] or 'aucun'} » ; rien n’en a été repris.",
            "",
            at,
        )

    def say_not_done(self, at: Element, label: str) -> None:
        """Say that a statement was cancelled or given up before its end: nothing was made of it."""
        self.say(
            "GAL-DOC-83",
            Severity.WARNING,
            f"{where(at)} : « {label[:80] or 'sans nom'} » est annulé ou interrompu ; rien n’en a été repris.",
            "Lisez cette partie dans le texte du document.",
            at,
        )

    def referred(self, element: Element | None) -> str:
        """Return the words of the narrative that an element refers to (``reference/@value``); empty where none.

        The anchor is looked for in the section of the element first. One that two places of the document bear, none
        of them in the section, names nothing: the words of another line must not be taken for those of this one.
        """
        target = self._target(element)
        if target is None:
            return ""
        # A document can point at the same long text from each of its entries.
        if target not in self._texts:
            self._texts[target] = tree.text(target)
        return self._texts[target]

    def _target(self, element: Element | None) -> Element | None:
        reference = tree.first(element, "reference")
        anchor = (reference.get("value") or "").strip().removeprefix("#") if reference is not None else ""
        found = self._anchors.get(anchor, ()) if anchor else ()
        if 1 < len(found) <= MOST_ALIKE:
            section = section_of(element)
            found = [one for one in found if section is not None and section_of(one) is section]
        return found[0] if len(found) == 1 else None

    def row(self, element: Element | None) -> list[tuple[str, str]]:
        """Return the cells of the row that holds what an element refers to, each under its heading; empty where none.

        The headings are those of the last row of ``thead``, or of the first row where it is made of headings; spans
        are counted.
        """
        target = self._target(element)
        row = next(target.iterancestors(f"{{{tree.HL7}}}tr"), None) if target is not None else None
        table = next(row.iterancestors(f"{{{tree.HL7}}}table"), None) if row is not None else None
        head = _head(table)
        if row is None or head is None or head is row:
            return []
        headings = {place: tree.text(cell) for place, cell in _placed(head)}
        return [(headings.get(place, ""), tree.text(cell)) for place, cell in _placed(row)]

    def words(self, element: Element | None) -> str:
        """Return the words of an ED or ST: its own, or those of the narrative that it refers to."""
        return tree.text(element) or self.referred(element)

    def label(self, element: Element | None) -> str:
        """Return what a coded element is called: by itself, in the narrative, by a translation; empty where nothing."""
        if element is None:
            return ""
        return (
            tree.attribute(element, "displayName")
            or self.words(tree.first(element, "originalText"))
            or next(
                filter(None, (tree.attribute(one, "displayName") for one in tree.every(element, "translation"))), ""
            )
        )

    def date(self, element: Element | None) -> str:
        """Return the date of a TS; empty where it has none, or an impossible one, which is said."""
        return self._time(element, day_only=True)

    def moment(self, element: Element | None) -> str:
        """Return the moment of a TS as ISO 8601; empty where it has none, or an impossible one, which is said."""
        return self._time(element, day_only=False)

    def period(self, element: Element | None) -> tuple[str, str]:
        """Return the two ends of an IVL_TS as dates; a lone ``value`` or ``center`` is both of them."""
        if element is None:
            return "", ""
        if not len(element):
            day = self.date(element)
            return day, day
        return self.date(tree.first(element, "low")), self.date(tree.first(element, "high"))

    def _time(self, element: Element | None, *, day_only: bool) -> str:
        stamp = "" if element is None or tree.is_null(element) else tree.attribute(element, "value")
        if not stamp:
            return ""
        read = (moments.date if day_only else moments.moment)(stamp)
        if read is None and element is not None:
            self.say(
                "GAL-DOC-74",
                Severity.WARNING,
                f"{where(element)} : « {stamp[:40]} » n’est pas une date.",
                "La date n’a pas été reprise ; lisez-la dans le texte du document.",
                element,
            )
        return read or ""

    def closed(self) -> tuple[Finding, ...]:
        """Return what was found, with the number of the findings left out."""
        if self.left_out:
            text = f"{self.left_out} autres anomalies n’ont pas été détaillées."
            self.findings.append(Finding("GAL-DOC-84", Severity.WARNING, text, "Ne vous fiez qu’au texte du document."))
            self.left_out = 0
        return tuple(self.findings)


def _head(table: Element | None) -> Element | None:
    """Return the row of a table that says what its columns are; None where there is none."""
    heads = list(tree.every(table, "thead", "tr"))
    if heads:
        return heads[-1]
    row = tree.first(table, "tr") if tree.first(table, "tbody") is None else tree.first(table, "tbody", "tr")
    return row if row is not None and len(row) and all(tree.name_of(cell) == "th" for cell in row) else None


def _placed(row: Element) -> Iterator[tuple[int, Element]]:
    """Give each cell of a row with its column."""
    place = 0
    for cell in itertools.islice(row, WIDEST):
        if tree.name_of(cell) in {"td", "th"}:
            yield place, cell
            span = tree.attribute(cell, "colspan")
            place += int(span) if re.fullmatch("[1-9][0-9]?", span) else 1


def section_of(element: Element | None) -> Element | None:
    """Return the section that holds the element; None in the header."""
    if element is None:
        return None
    if tree.name_of(element) == "section":
        return element
    return next(element.iterancestors(f"{{{tree.HL7}}}section"), None)


def where(element: Element) -> str:
    """Return in French the place of the document that an element is in: its section and its line."""
    section, line = section_of(element), tree.line(element)
    at = f", ligne {line}" if line else ""
    if section is None:
        return f"En-tête{at}"
    title = tree.text(tree.first(section, "title")) or tree.attribute(tree.first(section, "code"), "displayName")
    return f"Section « {title[:80] or 'sans titre'} »{at}"
