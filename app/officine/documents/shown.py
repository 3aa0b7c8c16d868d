"""What does the screen show of one document: plain values, once nothing in it can run or fetch?

Made by a service, drawn by ``app.ui.documents.viewer``; the two share nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.outcome import Finding


@dataclass(frozen=True, slots=True)
class DataCell:
    """A cell of what was read: ``tone`` is empty, ``muted``, ``strong``, ``warning`` or ``danger``.

    The words say by themselves what the tone says: « ▲ haut », never a colour alone.
    """

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class DataTable:
    """What was read of one kind: a title, the names of the columns, the rows; each row has a cell a column.

    ``aside`` names the columns whose values are understood without their name: a date, a result.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[DataCell, ...], ...]
    aside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedTrait:
    """A trait as the document gives it and as the file has it; ``same`` is None where one of the two has none.

    ``strict``: one of the traits that the Guide INS says must agree; a difference in another is worth knowing only.
    """

    label: str
    document: str
    file: str
    same: bool | None
    strict: bool = True


class PagePixels(Protocol):
    """A page as rows of 8-bit red, green and blue; ``stride`` octets a row."""

    @property
    def width(self) -> int:
        """Pixels a row."""

    @property
    def height(self) -> int:
        """Rows."""

    @property
    def stride(self) -> int:
        """Octets a row."""

    @property
    def rgb(self) -> bytes:
        """The rows."""


class Pages(Protocol):
    """The pages of a PDF body, drawn when they are asked for, off the screen's thread."""

    @property
    def count(self) -> int:
        """How many pages there are."""

    def page(self, number: int, dpi: float) -> PagePixels:
        """Return a page (from 0). Raises InputDefect for one that can't be drawn."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One document on the screen.

    ``html`` is the fragment of ``app.docs.showing.page.body_html``: tags, classes and escaped words alone, no colour
    (the screen gives it those of the theme in force). ``links`` are the addresses that it names by their rank
    (``lien:0``); none is opened before its address was shown and agreed to. ``pages`` is set for a PDF body, shown in
    its place, and for the PDF copy of a structured document (``has_text``), shown on demand.
    """

    title: str
    subtitle: str = ""
    """Where it comes from, what became of it: a line of the service’s own, under the title."""
    summary: tuple[tuple[str, str], ...] = ()
    """The little that tells it from another, short: type, date, author."""
    facts: tuple[tuple[str, str], ...] = ()
    """The whole header."""
    patient: tuple[tuple[str, str], ...] = ()
    """The traits that the document gives, under the labels of the Guide INS."""
    html: str = ""
    tables: tuple[DataTable, ...] = ()
    pages: Pages | None = None
    has_text: bool = True
    findings: tuple[Finding, ...] = ()
    identity: tuple[ComparedTrait, ...] = ()
    identity_said: str = ""
    """One sentence that judges the comparison: « Les cinq traits concordent », « Identité différente »…"""
    identity_tone: str = ""
    """``success``, ``warning`` or ``danger``."""
    links: tuple[str, ...] = ()
    banner: str = ""
    """« SIMULATION » and the like, for what is not real."""
    paper: Callable[[], str] | None = None
    """Makes the whole document for paper, as another fragment; None where its pages are all that there is."""
