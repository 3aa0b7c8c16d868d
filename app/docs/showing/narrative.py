"""How is the narrative of a section written as HTML, word for word, within what a screen can lay out?"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.docs.reading.blocks import Break, List, Paragraph, Picture, Run
from app.docs.reading.narrative import WIDEST
from app.docs.showing.markup import between, image, joined, line_end, link, tag, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from app.docs.reading.blocks import Block, Cell, Inline, Row, Section, Table
    from app.docs.showing.markup import Markup

_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}\x00-\x1f\x7f-\x9f]{1,2000}", re.IGNORECASE)
_LETTERS_A_PIECE = 200
_MOST_COLUMNS = 40
_WIDE = 8
# Qt lays a table out twice for each cell of the one around it.
_COST_OF_DEPTH = 4
_HEADINGS = ("h2", "h3", "h4")
_SEPARATOR = " │ "
LINE_BY_LINE: Final = "Tableau trop grand pour être montré en colonnes\u00a0: le voici ligne par ligne."


@dataclass(frozen=True, slots=True)
class Room:
    """How much can be laid out: cells of tables in columns, and pieces (words written alike, line ends)."""

    cells: int
    pieces: int


SCREEN: Final = Room(cells=4_000, pieces=30_000)
"""What Qt lays out in about a second; a document of 200 kB has some hundreds of each."""
FILE: Final = Room(cells=100_000, pieces=1_000_000)
"""What a browser lays out of a file."""


@dataclass(slots=True)
class Pen:
    """Writes narratives, one after the other, within ``room``; keeps the addresses that it wrote as links."""

    room: Room
    with_links: bool = False
    links: list[str] = field(default_factory=list)
    cells: int = 0
    pieces: int = 0

    @property
    def is_full(self) -> bool:
        """True once there is no room for more: what follows is left out, and that is to be said."""
        return self.pieces > self.room.pieces

    def section(self, section: Section, depth: int = 0) -> Markup:
        """Return a section: its title, its narrative, the sections within."""
        heading = _HEADINGS[min(depth, len(_HEADINGS) - 1)]
        title = tag(heading, words(section.title)) if section.title else words("")
        self.pieces += 1
        inner = (self.section(within, depth + 1) for within in section.sections if not self.is_full)
        return tag("div", title, tag("div", *self.blocks(section.blocks), kind="section"), *inner)

    def blocks(self, blocks: Iterable[Block], depth: int = 0) -> Iterator[Markup]:
        """Return blocks, in order."""
        for block in blocks:
            if self.is_full:
                return
            if isinstance(block, Paragraph):
                yield self._paragraph(block)
            elif isinstance(block, List):
                yield self._list(block, depth)
            else:
                yield from self._table(block, depth + 1)

    def _paragraph(self, paragraph: Paragraph) -> Markup:
        caption = tag("b", self.inlines(paragraph.caption)) if paragraph.caption else words("")
        gap = line_end() if paragraph.caption and paragraph.inlines else words("")
        return tag("p", caption, gap, self.inlines(paragraph.inlines))

    def _list(self, found: List, depth: int) -> Markup:
        items: list[Markup] = []
        for item in found.items:
            if self.is_full:
                break
            caption = tag("b", self.inlines(item.caption), words(" ")) if item.caption else words("")
            items.append(tag("li", caption, self._inside(item.blocks, depth)))
        caption = tag("p", tag("b", self.inlines(found.caption))) if found.caption else words("")
        return joined((caption, tag("ol" if found.ordered else "ul", *items)))

    def _inside(self, blocks: Sequence[Block], depth: int) -> Markup:
        """Return what an item or a cell holds: a lone paragraph needs no element of its own."""
        if len(blocks) == 1 and isinstance(blocks[0], Paragraph) and not blocks[0].caption:
            return self.inlines(blocks[0].inlines)
        return joined(self.blocks(blocks, depth))

    def _table(self, table: Table, depth: int) -> Iterator[Markup]:
        width, rows = _grid(table)
        cost = width * len(rows) * _COST_OF_DEPTH ** (depth - 1)
        if table.caption:
            yield tag("p", tag("b", self.inlines(table.caption)))
        if width > _MOST_COLUMNS or self.cells + cost > self.room.cells:
            yield tag("p", words(LINE_BY_LINE), kind="notice")
            yield from self._lines(table)
            return
        self.cells += cost
        heads = [row for row in table.rows if row.part == "head"]
        if len(heads) == 1 and len(heads[0].cells) > _WIDE and all(cell.columns == 1 for cell in heads[0].cells):
            yield self._upright(table, heads[0], depth)
            return
        parts = (("thead", "head"), ("tbody", "body"), ("tfoot", "foot"))
        grouped = {name: [row for row in rows if row[0].part == part] for name, part in parts}
        yield tag("table", *(self._part(name, held, depth) for name, held in grouped.items() if held), kind="grid")

    def _upright(self, table: Table, head: Row, depth: int) -> Markup:
        """Return a table too wide for a page with its columns one under the other: the name of each, and what it says.

        The names are said again, as words of ours, for each row after the first.
        """
        made: list[Markup] = []
        seen = False
        for row in table.rows:
            if row is head or self.is_full:
                continue
            if len(row.cells) == len(head.cells):
                pairs = zip(head.cells, row.cells, strict=True)
                made += [
                    tag("tr", self._label(name, depth, ours=seen), self._cell(cell, 1, 1, depth))
                    for name, cell in pairs
                ]
                seen = True
            else:
                made.append(self._few(row.cells, depth))
        labels = () if seen else (self._few(head.cells, depth),)
        return tag("table", tag("tbody", *labels, *made), kind="grid")

    def _label(self, cell: Cell, depth: int, *, ours: bool) -> Markup:
        said = self._inside(cell.blocks, depth)
        return tag("th", tag("span", said, kind="ours") if ours and said else said, align="left")

    def _few(self, cells: Sequence[Cell], depth: int) -> Markup:
        """Return a row of another shape than the heading: its first cell names it, the others follow."""
        if len(cells) < 2:
            return tag("tr", *(self._cell(cell, 2, 1, depth) for cell in cells))
        first, *others = cells
        said = between(line_end(), (self._inside(cell.blocks, depth) for cell in others))
        return tag("tr", self._cell(first, 1, 1, depth), tag("td", said))

    def _part(self, name: str, rows: list[_Placed], depth: int) -> Markup:
        return tag(name, *(self._row(*placed, depth) for placed in rows if not self.is_full))

    def _row(self, row: Row, spans: list[tuple[int, int]], depth: int) -> Markup:
        cells = (self._cell(cell, *span, depth) for cell, span in zip(row.cells, spans, strict=True))
        return tag("tr", *cells)

    def _cell(self, cell: Cell, columns: int, rows: int, depth: int) -> Markup:
        name = "th" if cell.heading else "td"
        align = cell.align or ("left" if cell.heading else "")
        self.pieces += 1
        return tag(name, self._inside(cell.blocks, depth), columns=columns, rows=rows, align=align)

    def _lines(self, table: Table) -> Iterator[Markup]:
        """Return a table as lines, its cells one after the other."""
        separator = tag("span", words(_SEPARATOR), kind="ours")
        for row in table.rows:
            if self.is_full:
                return
            yield tag("p", between(separator, (joined(self._flat(cell.blocks)) for cell in row.cells)), kind="line")

    def _flat(self, blocks: Iterable[Block]) -> Iterator[Markup]:
        """Return the words of blocks without their structure."""
        for rank, block in enumerate(blocks):
            yield words(" " if rank else "")
            yield self.inlines(block.caption)
            yield words(" " if block.caption else "")
            if isinstance(block, Paragraph):
                yield self.inlines(block.inlines)
            elif isinstance(block, List):
                for item in block.items:
                    yield joined((self.inlines(item.caption), words(" "), *self._flat(item.blocks), words(" ")))
            else:
                yield from self._lines(block)

    def inlines(self, inlines: Iterable[Inline]) -> Markup:
        """Return words, line ends and pictures; those of one link together."""
        made: list[Markup] = []
        for address, group in itertools.groupby(inlines, lambda inline: inline.link if isinstance(inline, Run) else ""):
            held = list(group)
            inner = [piece for inline in held if (piece := self._inline(inline))]
            made += [self._linked(address, held, inner)] if address else inner
            if self.is_full:
                break
        return joined(made)

    def _inline(self, inline: Inline) -> Markup:
        self.pieces += 1
        if self.is_full:
            return words("")
        if isinstance(inline, Break):
            return line_end()
        if isinstance(inline, Picture):
            return image(inline)
        self.pieces += len(inline.text) // _LETTERS_A_PIECE
        return _run(inline)

    def _linked(self, address: str, held: list[Inline], inner: list[Markup]) -> Markup:
        """Return the words of a link, and its address where they are not it."""
        said = "".join(inline.text for inline in held if isinstance(inline, Run)).strip()
        shown = words("") if said == address.strip() else tag("span", words(f" [{address}]"), kind="ours")
        if self.with_links and _ADDRESS.fullmatch(address):
            self.links.append(address)
            return link(len(self.links) - 1, *inner, shown)
        return tag("span", *inner, shown, kind="link")


def _run(run: Run) -> Markup:
    made = words(run.text)
    for is_on, name in (
        (run.bold, "b"),
        (run.italic, "i"),
        (run.underline, "u"),
        (run.struck, "s"),
        (run.mark in {"sub", "sup"}, run.mark),
    ):
        made = tag(name, made) if is_on else made
    if run.mark == "note":
        made = tag("span", made, kind="note")
    if run.flagged:
        made = tag("span", made, kind="flag")
    return tag("span", made, kind="ours") if run.ours else made


_Placed = tuple["Row", list[tuple[int, int]]]


def _grid(table: Table) -> tuple[int, list[_Placed]]:
    """Return how many columns a table has, and each row with the spans of its cells, clamped to what there is."""
    width = 1
    running: list[tuple[int, int]] = []
    placed: list[_Placed] = []
    left = {part: sum(row.part == part for row in table.rows) for part in {row.part for row in table.rows}}
    for row in table.rows:
        spans = [(cell.columns, min(cell.rows, left[row.part])) for cell in row.cells]
        left[row.part] -= 1
        loose = len(spans) == 1 and spans[0][0] == WIDEST
        taken = sum(columns for columns, rows in running if rows > 0)
        width = max(width, taken + (1 if loose else sum(columns for columns, _ in spans)))
        if width > _MOST_COLUMNS:
            # No grid will be drawn: what would be placed in it need not be known.
            return width, [(row, [(1, 1)] * len(row.cells)) for row in table.rows]
        running = [(columns, rows - 1) for columns, rows in (*running, *spans) if rows > 1]
        placed.append((row, spans))
    return width, [(row, [(min(columns, width), rows) for columns, rows in spans]) for row, spans in placed]
