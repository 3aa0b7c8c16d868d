"""Which HTML is ever written of a received document? Only these tags and attributes, and every word escaped.

Safe by construction, not by cleaning: there is no way here to write a tag, a class or an address that is not named in
this file, and a text can only become Markup by ``words``. Qt's rich text and a browser are given the same.
"""

from __future__ import annotations

import base64
import html
import re
from typing import TYPE_CHECKING, Final, NewType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.docs.reading.blocks import Picture

Markup = NewType("Markup", str)
"""HTML that this module wrote."""

TAGS: Final = frozenset(
    {
        "a", "b", "br", "caption", "div", "h1", "h2", "h3", "h4", "i", "img", "li", "ol", "p", "pre", "s", "span",
        "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
    }
)  # fmt: skip
CLASSES: Final = frozenset(
    {
        "data", "facts", "flag", "grid", "key", "line", "link", "muted", "note", "notice", "ours", "plain", "section",
        "strong", "title", "type", "warning",
    }
)  # fmt: skip
ATTRIBUTES: Final = frozenset({"align", "alt", "class", "colspan", "height", "href", "rowspan", "src", "width"})
ALIGNS: Final = frozenset({"", "left", "center", "right"})
PICTURE_PREFIX: Final = "data:image/png;base64,"
LINK_PREFIX: Final = "lien:"
"""A link names an address by its rank among those of the document; nothing but the screen, asked to, knows it."""
WIDEST_PICTURE: Final = 640
_PNG = b"\x89PNG\r\n\x1a\n"

# Control characters say nothing and hide much; those that turn the direction of writing make « 10 mg » read « gm 01 ».
_HIDING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Return a text whose characters that would hide or turn others are each seen as �."""
    return _HIDING.sub("\ufffd", text)


def words(text: str) -> Markup:
    """Return a text of anybody's as HTML that says it and does nothing."""
    return Markup(html.escape(visible(text), quote=True))


def joined(parts: Iterable[Markup]) -> Markup:
    """Return pieces of HTML one after the other."""
    return Markup("".join(parts))


def between(separator: Markup, parts: Iterable[Markup]) -> Markup:
    """Return pieces of HTML with a separator between each two."""
    return Markup(separator.join(parts))


def tag(
    name: str, *inner: Markup, kind: str = "", columns: int = 1, rows: int = 1, align: str = "", wide: bool = False
) -> Markup:
    """Return an element around what is in it; ``kind`` is its class, ``wide`` makes a table as wide as the page.

    Raises ValueError for a tag, a class or an alignment that is not one of ours: our mistake, never a document's.
    """
    if name not in TAGS or align not in ALIGNS or (kind and kind not in CLASSES):
        raise ValueError(name, kind, align)
    said = f' class="{kind}"' if kind else ""
    said += f' colspan="{columns:d}"' if columns > 1 else ""
    said += f' rowspan="{rows:d}"' if rows > 1 else ""
    said += f' align="{align}"' if align else ""
    said += ' width="100%"' if wide else ""
    return Markup(f"<{name}{said}>{''.join(inner)}</{name}>")


def line_end() -> Markup:
    """Return a forced end of line."""
    return Markup("<br>")


def image(picture: Picture, *, widest: int = WIDEST_PICTURE) -> Markup:
    """Return a picture that we wrote, within the page. Raises ValueError for what is no PNG."""
    if not picture.png.startswith(_PNG):
        raise ValueError(len(picture.png))
    scale = min(1.0, widest / max(1, picture.width))
    width, height = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    source = PICTURE_PREFIX + base64.b64encode(picture.png).decode("ascii")
    return Markup(
        f'<img src="{source}" width="{width:d}" height="{height:d}" alt="{words(picture.caption or "Image")}">'
    )


def link(rank: int, *inner: Markup) -> Markup:
    """Return words that stand for an address of the document, named by its rank."""
    return Markup(f'<a class="link" href="{LINK_PREFIX}{rank:d}">{"".join(inner)}</a>')
