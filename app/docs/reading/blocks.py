"""Of what is the narrative of a document made, once nothing in it can run or fetch?

The narrative block (HL7 CDA R2, 4.3.5) as plain values: what the author signed, in order, word for word. Neither a
link, a style, nor an identifier of the document survives but those named here.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Run:
    """Words written alike. ``mark`` is ``sub``, ``sup``, ``note`` or empty; ``ids``: what references name."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    mark: str = ""
    flagged: bool = False
    """Abnormal, by the coded entry that points at it or by the style that its author gave it."""
    link: str = ""
    """An address that the document gives; shown as text, never followed by itself."""
    ids: tuple[str, ...] = ()
    struck: bool = False
    """The author says that these words no longer hold (``revised="delete"``): kept, and shown struck through."""
    ours: bool = False
    """Words that the document does not have and we add: which result is high, that a picture is missing."""


@dataclass(frozen=True, slots=True)
class Break:
    """A forced end of line within a paragraph or a cell."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the document itself (observationMedia), decoded and written anew by us as a PNG."""

    png: bytes
    width: int
    height: int
    caption: str = ""


Inline = Run | Break | Picture


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or loose words of a section."""

    inlines: tuple[Inline, ...]
    caption: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list: its caption, then blocks."""

    blocks: tuple[Block, ...]
    caption: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class List:
    """A list, numbered or not."""

    items: tuple[Item, ...]
    ordered: bool = False
    caption: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    blocks: tuple[Block, ...]
    heading: bool = False
    columns: int = 1
    rows: int = 1
    align: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; ``part`` is ``head``, ``body`` or ``foot``."""

    cells: tuple[Cell, ...]
    part: str = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """A table."""

    rows: tuple[Row, ...]
    caption: tuple[Inline, ...] = ()


Block = Paragraph | List | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a structured body: its LOINC code, template ids, title, narrative and the sections within."""

    title: str
    code: str = ""
    templates: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = field(default=())
