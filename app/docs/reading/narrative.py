"""What does the narrative block of a section say, as plain values, word for word?

HL7 CDA R2, 4.3.5. Elements are known by their local name; what the standard does not know keeps its words and loses
what it would do. Nothing of an attribute survives but the few read here, each checked or clamped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from app.docs.reading.blocks import Break, Cell, Item, List, Paragraph, Picture, Row, Run, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.etree import _Element as Element

    from app.docs.reading.blocks import Block, Inline

DEEPEST: Final = 32
"""Elements one in another whose structure is kept; the words of those deeper are, without it."""
DEEPEST_TABLE: Final = 3
"""A table in a table in a table: what lies deeper is read as paragraphs, no screen shows it as a grid."""
WIDEST: Final = 100
"""The largest ``colspan`` and ``rowspan`` believed."""

FLAGS: Final = {
    "H": "▲ haut",
    "HH": "▲▲ très haut",
    "HU": "▲▲ très haut",
    ">": "▲ haut",
    "L": "▼ bas",
    "LL": "▼▼ très bas",
    "LU": "▼▼ très bas",
    "<": "▼ bas",
    "A": "◆ anormal",
    "AA": "◆◆ très anormal",
}
"""What is said of an interpretation (HL7 v3 ObservationInterpretation) beside its value; « N » says nothing."""

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_ALIGNS = frozenset({"left", "center", "right"})
_MARKS = {"sub": "sub", "sup": "sup", "footnote": "note"}
_STYLING = frozenset({*_MARKS, "b", "strong", "i", "em", "linkHtml", "a", "del", "s", "strike"})
_LINES = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "text", "section"})
_TABLE_PARTS = {"thead": "head", "tbody": "body", "tfoot": "foot"}
_PART_ORDER = ("head", "body", "foot")
_ABNORMAL_STYLES = ("abnormal", "anormal", "critical", "critique", "highlight", "alert")


@dataclass(frozen=True, slots=True)
class _Style:
    """What the words at hand inherit of the elements around them."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    mark: str = ""
    flagged: bool = False
    link: str = ""
    ids: tuple[str, ...] = ()
    struck: bool = False

    def run(self, text: str, *, ours: bool = False) -> Run:
        """Return words in this style."""
        return Run(
            text,
            self.bold,
            self.italic,
            self.underline,
            self.mark,
            self.flagged,
            self.link,
            self.ids,
            self.struck,
            ours=ours,
        )


@dataclass(slots=True)
class _Flow:
    """Blocks being read, and the words of the paragraph at hand."""

    blocks: list[Block] = field(default_factory=list)
    inlines: list[Inline] = field(default_factory=list)
    caption: tuple[Inline, ...] = ()

    def end_paragraph(self) -> None:
        """Close the paragraph at hand, if it says something."""
        inlines, caption = _tidy(self.inlines), self.caption
        self.inlines, self.caption = [], ()
        if inlines or caption:
            self.blocks.append(Paragraph(inlines, caption))


@dataclass(slots=True)
class _Reader:
    """What a narrative refers to, and how deep in it the reading is."""

    media: Mapping[str, Picture]
    flags: Mapping[str, str]
    notes: Mapping[str, int]
    depth: int = 0
    tables: int = 0


def blocks(text_element: Element, media: Mapping[str, Picture], flagged_ids: Collection[str] = ()) -> tuple[Block, ...]:
    """Return what a narrative block (``section/text``) says, in its order.

    ``media`` gives the pictures of the document by the ID of their ``observationMedia``. ``flagged_ids`` are the IDs of
    what abnormal coded entries point at; as a mapping, each gives its interpretation (``H``, ``L``…). Every word of the
    block is in the value, once; words of ours are marked so.
    """
    flags = flagged_ids if isinstance(flagged_ids, Mapping) else dict.fromkeys(flagged_ids, "A")
    notes = {_value(note, "ID"): rank for rank, note in enumerate(_named(text_element, "footnote"), 1)}
    flow = _Flow()
    _children(_Reader(media, flags, notes), text_element, _Style(), flow)
    flow.end_paragraph()
    return tuple(flow.blocks)


def _named(element: Element, name: str) -> Iterator[Element]:
    return (inner for inner in element.iter("{*}" + name))


def _name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _value(element: Element, name: str) -> str:
    return str(element.get(name) or "").strip()


def _children(reader: _Reader, element: Element, style: _Style, flow: _Flow) -> None:
    """Read the words and the elements inside an element, in order."""
    _words(element.text, style, flow)
    for child in element:
        _element(reader, child, style, flow)
        _words(child.tail, style, flow)


def _words(text: str | None, style: _Style, flow: _Flow) -> None:
    # White space before anything else says nothing, and most of a narrative's text is that.
    if text and (flow.inlines or not _SPACES.fullmatch(text)):
        flow.inlines.append(style.run(text))


def _element(reader: _Reader, element: Element, around: _Style, flow: _Flow) -> None:
    name = _name(element)
    if not name:
        # A comment or a processing instruction: no word of the author's, and its tail is read by who called.
        return
    if reader.depth >= DEEPEST:
        _words(" ".join(_all_words(element)), around, flow)
        return
    reader.depth += 1
    _known(reader, element, name, _styled(reader, element, name, around), flow)
    reader.depth -= 1


def _known(reader: _Reader, element: Element, name: str, style: _Style, flow: _Flow) -> None:
    """Read an element by its name; one that the standard does not have is words."""
    if name == "br":
        flow.inlines.append(Break())
        _children(reader, element, style, flow)
    elif name == "table" and reader.tables < DEEPEST_TABLE:
        flow.end_paragraph()
        reader.tables += 1
        flow.blocks.append(_table(reader, element, style))
        reader.tables -= 1
    elif name in {"list", "ul", "ol"}:
        flow.end_paragraph()
        flow.blocks.append(_list(reader, element, style))
    elif name == "paragraph":
        _paragraph(reader, element, style, flow)
    elif name == "renderMultiMedia":
        _pictures(reader, element, style, flow)
    elif name in {"footnote", "footnoteRef"}:
        _footnote(reader, element, style, flow)
    elif name in _LINES or name in _TABLE_PARTS or name in {"table", "tr", "th", "td", "item", "li", "caption"}:
        flow.end_paragraph()
        _children(reader, element, style, flow)
        _say_flag(reader, element, style, flow)
        flow.end_paragraph()
    else:
        _inline(reader, element, style, flow)


def _inline(reader: _Reader, element: Element, style: _Style, flow: _Flow) -> None:
    before = len(flow.inlines), len(flow.blocks)
    _children(reader, element, style, flow)
    if style.link and before == (len(flow.inlines), len(flow.blocks)):
        # A link without a word: its address is all that there is to see.
        flow.inlines.append(style.run(""))
    _say_flag(reader, element, style, flow)


def _all_words(element: Element) -> Iterator[str]:
    for text in element.itertext():
        yield from text.split()


def _styled(reader: _Reader, element: Element, name: str, around: _Style) -> _Style:
    """Return the style of what is in an element: that of what is around it, where it says nothing of its own."""
    if not element.attrib and name not in _STYLING:
        return around
    codes = _value(element, "styleCode").lower().split()
    known = _value(element, "ID")
    return _Style(
        bold=around.bold or _has(codes, "bold") or name in {"b", "strong"},
        italic=around.italic or _has(codes, "italic") or "emphasis" in codes or name in {"i", "em"},
        underline=around.underline or _has(codes, "underline"),
        mark=_MARKS.get(name, around.mark),
        flagged=around.flagged or known in reader.flags or any(_has(codes, style) for style in _ABNORMAL_STYLES),
        link=_value(element, "href") if name in {"linkHtml", "a"} else around.link,
        ids=(*around.ids, known) if known else around.ids,
        struck=around.struck or _value(element, "revised") == "delete" or name in {"del", "s", "strike"},
    )


def _has(codes: list[str], style: str) -> bool:
    return any(style in code for code in codes)


def _say_flag(reader: _Reader, element: Element, style: _Style, flow: _Flow) -> None:
    """Say in words, after the words that a coded entry points at, how abnormal it is."""
    flag = FLAGS.get(reader.flags.get(_value(element, "ID"), ""))
    if flag:
        flow.inlines.append(replace(style, mark="", link="", struck=False).run(f" {flag}", ours=True))


def _paragraph(reader: _Reader, element: Element, style: _Style, flow: _Flow) -> None:
    flow.end_paragraph()
    caption = _caption(reader, element, style)
    _words(element.text, style, flow)
    flow.caption = caption
    for child in element:
        if _name(child) != "caption":
            _element(reader, child, style, flow)
        _words(child.tail, style, flow)
    _say_flag(reader, element, style, flow)
    flow.end_paragraph()


def _caption(reader: _Reader, element: Element, style: _Style) -> tuple[Inline, ...]:
    """Return what the captions of an element say, on one line each."""
    said: list[Inline] = []
    for child in element:
        if _name(child) == "caption":
            said += [Break()] if said else []
            said += _inlines(reader, child, _styled(reader, child, "caption", style))
    return tuple(said)


def _inlines(reader: _Reader, element: Element, style: _Style) -> tuple[Inline, ...]:
    """Return what is in an element where no block may stand: those that do lose their structure."""
    flow = _Flow()
    _children(reader, element, style, flow)
    flow.end_paragraph()
    if not flow.blocks:
        return ()
    first = flow.blocks[0]
    if len(flow.blocks) == 1 and isinstance(first, Paragraph) and not first.caption:
        return first.inlines
    return (style.run(" ".join(_all_words(element))),)


def _list(reader: _Reader, element: Element, style: _Style) -> List:
    items: list[Item] = []

    def loose(text: str | None) -> None:
        # The standard has no words between items; those that are there are read as an item.
        if text and (said := _tidy([style.run(text)])):
            items.append(Item((Paragraph(said),)))

    loose(element.text)
    for child in element:
        name = _name(child)
        if name in {"item", "li"}:
            items.append(_item(reader, child, _styled(reader, child, name, style)))
        elif name and name != "caption":
            flow = _Flow()
            _element(reader, child, style, flow)
            flow.end_paragraph()
            items.append(Item(tuple(flow.blocks)))
        loose(child.tail)
    ordered = _value(element, "listType").lower() == "ordered" or _name(element) == "ol"
    return List(tuple(items), ordered, _caption(reader, element, style))


def _item(reader: _Reader, element: Element, style: _Style) -> Item:
    caption = _caption(reader, element, style)
    return Item(_contents(reader, element, style), caption)


def _contents(reader: _Reader, element: Element, style: _Style) -> tuple[Block, ...]:
    """Return the blocks of an item or a cell, without its captions."""
    flow = _Flow()
    _words(element.text, style, flow)
    for child in element:
        if _name(child) != "caption":
            _element(reader, child, style, flow)
        _words(child.tail, style, flow)
    _say_flag(reader, element, style, flow)
    flow.end_paragraph()
    return tuple(flow.blocks)


def _table(reader: _Reader, element: Element, style: _Style) -> Table:
    rows: dict[str, list[Row]] = {part: [] for part in _PART_ORDER}
    _rows(reader, element, style, "body", rows)
    return Table(tuple(row for part in _PART_ORDER for row in rows[part]), _caption(reader, element, style))


def _rows(reader: _Reader, element: Element, style: _Style, part: str, rows: dict[str, list[Row]]) -> None:
    """Read the rows of a table or of a part of one; words that stand outside any cell make a row of their own."""

    def loose(made: tuple[Block, ...]) -> None:
        if made:
            rows[part].append(Row((Cell(made, columns=WIDEST),), part))

    loose(_text_blocks(element.text, style))
    for child in element:
        name = _name(child)
        if name in _TABLE_PARTS:
            _rows(reader, child, _styled(reader, child, name, style), _TABLE_PARTS[name], rows)
        elif name == "tr":
            rows[part].append(_row(reader, child, _styled(reader, child, name, style), part))
        elif name in {"th", "td"}:
            rows[part].append(Row((_cell(reader, child, name, style, ""),), part))
        elif name and (name != "caption" or _name(element) != "table"):
            flow = _Flow()
            _element(reader, child, style, flow)
            flow.end_paragraph()
            loose(tuple(flow.blocks))
        loose(_text_blocks(child.tail, style))


def _text_blocks(text: str | None, style: _Style) -> tuple[Block, ...]:
    said = _tidy([style.run(text)]) if text else ()
    return (Paragraph(said),) if said else ()


def _row(reader: _Reader, element: Element, style: _Style, part: str) -> Row:
    cells: list[Cell] = []
    align = _value(element, "align").lower()

    def loose(made: tuple[Block, ...]) -> None:
        if made:
            cells.append(Cell(made))

    loose(_text_blocks(element.text, style))
    for child in element:
        name = _name(child)
        if name in {"th", "td"}:
            cells.append(_cell(reader, child, name, style, align))
        elif name:
            flow = _Flow()
            _element(reader, child, style, flow)
            flow.end_paragraph()
            loose(tuple(flow.blocks))
        loose(_text_blocks(child.tail, style))
    return Row(_flagged_row(reader, element, style, cells), part)


def _flagged_row(reader: _Reader, element: Element, style: _Style, cells: list[Cell]) -> tuple[Cell, ...]:
    """Return the cells of a row; where a coded entry points at it, the last one that says something says the flag."""
    flow = _Flow()
    _say_flag(reader, element, style, flow)
    said = [rank for rank, cell in enumerate(cells) if cell.blocks]
    if flow.inlines and said:
        flow.end_paragraph()
        cells[said[-1]] = replace(cells[said[-1]], blocks=(*cells[said[-1]].blocks, *flow.blocks))
    return tuple(cells)


def _cell(reader: _Reader, element: Element, name: str, around: _Style, row_align: str) -> Cell:
    style = _styled(reader, element, name, around)
    align = _value(element, "align").lower() or row_align
    made = _contents(reader, element, style)
    caption = _caption(reader, element, style)
    return Cell(
        ((Paragraph(caption), *made) if caption else made),
        heading=name == "th",
        columns=_span(element, "colspan"),
        rows=_span(element, "rowspan"),
        align=align if align in _ALIGNS else "",
    )


def _span(element: Element, name: str) -> int:
    text = _value(element, name)
    # No more digits are read than can matter: int() of a very long number is slow, and refused.
    return max(1, min(WIDEST, int(text[:9]))) if text.isascii() and text.isdigit() else 1


def _pictures(reader: _Reader, element: Element, style: _Style, flow: _Flow) -> None:
    """Read the pictures that are shown here, then what is said of them."""
    for name in _value(element, "referencedObject").split() or [""]:
        shown = reader.media.get(name)
        missing = style.run("[image absente ou illisible]", ours=True)
        flow.inlines.append(missing if shown is None else shown)
    caption = _inlines(reader, element, style)
    if caption:
        flow.inlines += [Break(), *caption]


def _footnote(reader: _Reader, element: Element, style: _Style, flow: _Flow) -> None:
    """Read a note in its place, or the sign that sends to one; its number is ours."""
    is_sign = _name(element) == "footnoteRef"
    number = reader.notes.get(_value(element, "IDREF" if is_sign else "ID"))
    if number is not None:
        flow.inlines.append(replace(style, mark="sup").run(f"({number})", ours=True))
        flow.inlines += [] if is_sign else [style.run(" ")]
    _children(reader, element, style, flow)


def _tidy(inlines: list[Inline]) -> tuple[Inline, ...]:
    """Return the inlines with white space as a reader of XML sees it: one space between words, none at the ends."""
    tidy: list[Inline] = []
    for inline in inlines:
        after_space = not tidy or _ends_open(tidy[-1])
        if not isinstance(inline, Run):
            if tidy or not isinstance(inline, Break):
                tidy.append(inline)
            continue
        text = _SPACES.sub(" ", inline.text)
        text = text.lstrip(" ") if after_space else text
        if text or inline.link:
            tidy.append(inline if text == inline.text else replace(inline, text=text))
    return _without_tail(tidy)


def _ends_open(inline: Inline) -> bool:
    return isinstance(inline, Break) or (isinstance(inline, Run) and inline.text.endswith(" "))


def _without_tail(tidy: list[Inline]) -> tuple[Inline, ...]:
    while tidy:
        last = tidy[-1]
        if isinstance(last, Run) and (last.text.strip(" ") or last.link):
            tidy[-1] = replace(last, text=last.text.rstrip(" ")) if last.text.endswith(" ") else last
            break
        if isinstance(last, Picture):
            break
        tidy.pop()
    return tuple(tidy)
