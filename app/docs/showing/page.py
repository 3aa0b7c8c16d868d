"""How does a whole document look: header, what its author signed, and beside it what was read of it?"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.docs.reading import pictures
from app.docs.showing import data, facts
from app.docs.showing.markup import between, image, joined, line_end, tag, words
from app.docs.showing.narrative import FILE, SCREEN, Pen
from app.docs.showing.style import style_sheet
from app.kernel.errors import InputDefect
from app.kernel.text import plural, typographic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.docs.reading.blocks import Picture
    from app.docs.reading.model import ReadDocument
    from app.docs.showing.data import Cell, Grid
    from app.docs.showing.facts import Pairs
    from app.docs.showing.markup import Markup

POLICY: Final = "default-src 'none'; img-src data:; style-src '{style}'; base-uri 'none'; form-action 'none'"
"""What the browser itself is told to refuse, were there a fault in what precedes it: all but our style sheet."""
LONGEST_TEXT: Final = 400_000
"""Characters of a text body that a screen lays out."""
CUT: Final = typographic(
    "La suite n’est pas montrée ici : ce document est trop long. Ouvrez le fichier d’origine pour le lire en entier."
)
READ: Final = "Données lues par Galien"
_READ_NOTE = "Extraites des données codées du document\u00a0; le texte qui précède est ce que l’auteur a signé."
_TONES = {"danger": "flag", "warning": "warning", "strong": "strong", "muted": "muted"}


@dataclass(frozen=True, slots=True)
class Fragment:
    """The inside of a page: ``html`` has no style; ``links`` are the addresses that it names by their rank.

    ``is_cut``: not the whole document is in it, and it says so.
    """

    html: str
    links: tuple[str, ...] = ()
    is_cut: bool = False


def body_html(
    document: ReadDocument,
    *,
    pages: Sequence[Picture] = (),
    header: bool = True,
    read: bool = True,
    links: bool = False,
    whole: bool = False,
) -> Fragment:
    """Return a document as a fragment of HTML: tags and classes of ``markup`` alone, every word escaped.

    ``pages`` are those of a PDF body, drawn by us. ``header`` and ``read`` put the header and what was read in it;
    ``links`` names addresses so that a screen can ask before one is opened. What a screen can't lay out is left out,
    and said, unless ``whole``. Requirement: SC.DOC.07.
    """
    pen = Pen(FILE if whole else SCREEN, with_links=links)
    parts: list[Markup] = []
    if header:
        parts.append(_header(document))
    parts += _content(document, pen, pages, whole=whole)
    is_cut = pen.is_full or (not whole and document.body == "text" and len(document.payload) > LONGEST_TEXT)
    if is_cut:
        parts.append(tag("p", words(CUT), kind="notice"))
    if read:
        parts += _read(data.grids(document))
    return Fragment(joined(parts), tuple(pen.links), is_cut)


def page_html(document: ReadDocument, *, dark: bool = False, pages: Sequence[Picture] = ()) -> str:
    """Return a document as a complete page for a file: inert, alone, whole, in our style.

    No script, no address, no style of the document; pictures are those that we wrote. Requirement: SC.DOC.07.
    """
    fragment = body_html(document, pages=pages, whole=True)
    sheet = style_sheet(dark=dark)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode("ascii")
    return (
        '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(style="sha256-" + digest)}">'
        f"<title>{words(document.title or facts.UNTITLED)}</title>"
        f"<style>{sheet}</style></head>"
        f"<body>\n{fragment.html}\n</body></html>\n"
    )


def _header(document: ReadDocument) -> Markup:
    return tag(
        "div",
        tag("h1", words(document.title or facts.UNTITLED), kind="title"),
        _pairs(facts.about(document)),
        tag("h2", words("Patient")),
        _pairs(facts.patient(document.patient)),
    )


def _pairs(pairs: Pairs) -> Markup:
    rows = (tag("tr", tag("td", words(label), kind="key"), tag("td", words(value))) for label, value in pairs)
    return tag("table", *rows, kind="facts") if pairs else words("")


def _content(document: ReadDocument, pen: Pen, pages: Sequence[Picture], *, whole: bool) -> Iterable[Markup]:
    """Return the body: sections, the pages of a PDF, a picture, a text."""
    if document.body == "pdf":
        said = f"Le corps de ce document est un PDF de {plural(len(pages), 'page')}." if pages else _PDF_APART
        return (tag("h2", words("Document")), tag("p", words(said), kind="muted"), *map(_page, pages))
    if document.body == "image":
        return (tag("h2", words("Document")), _picture(document.payload))
    if document.body == "text":
        return (tag("h2", words("Document")), _text(document.payload, whole=whole))
    return (pen.section(section) for section in document.sections if not pen.is_full)


_PDF_APART = "Le corps de ce document est un PDF, montré à part."


def _page(page: Picture) -> Markup:
    return tag("p", image(page))


def _picture(content: bytes) -> Markup:
    try:
        return tag("p", image(pictures.picture(content)))
    except InputDefect as defect:
        return tag("p", words(f"{defect.text} {defect.advice}"), kind="notice")


def _text(content: bytes, *, whole: bool) -> Markup:
    """Return a text as it was typed, line ends and spaces kept; what is no UTF-8 is read as Windows writes French."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    shown = text if whole else text[:LONGEST_TEXT]
    return tag("pre", words(shown.replace("\r\n", "\n").replace("\r", "\n")), kind="plain")


def _read(grids: Iterable[Grid]) -> list[Markup]:
    made = [_grid(grid) for grid in grids]
    if not made:
        return []
    return [tag("h2", words(READ)), tag("p", words(_READ_NOTE), kind="muted"), *made]


def _grid(grid: Grid) -> Markup:
    head = tag("thead", tag("tr", *(tag("th", words(name), align="left") for name in grid.columns)))
    rows = (tag("tr", *(tag("td", _cell(cell)) for cell in row)) for row in grid.rows)
    table = tag("table", head, tag("tbody", *rows), kind="data", wide=True)
    return joined((tag("h3", words(grid.title)), table))


def _cell(cell: Cell) -> Markup:
    """Return a cell of what was read; its tone is that of its first line, which the others explain."""
    first, *others = (words(line) for line in cell.text.split("\n"))
    kind = _TONES.get(cell.tone, "")
    return between(line_end(), (tag("span", first, kind=kind) if kind and first else first, *others))
