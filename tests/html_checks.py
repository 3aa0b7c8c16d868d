"""What a browser would find in a page: its words, its tags, its attributes; told by Python's own parser of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_INLINE = frozenset({"a", "b", "i", "u", "s", "sub", "sup", "span"})
TAGS = _INLINE | {
    "html", "head", "meta", "title", "style", "body", "div", "h1", "h2", "h3", "h4", "p", "pre", "br", "ol", "ul", "li",
    "table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "img",
}  # fmt: skip
"""What may be in a page: written here again, so that a tag added in the program is noticed."""
_VOID = frozenset({"meta", "br", "img"})
_CLASS = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"[0-9]{1,4}")
_ATTRIBUTES = {
    ("html", "lang"): re.compile("fr"),
    ("table", "width"): re.compile("100%"),
    ("img", "src"): re.compile(r"data:image/png;base64,iVBORw0KGgo[A-Za-z0-9+/]*={0,2}"),
    ("img", "alt"): re.compile(r"[^<>]*"),
    ("img", "width"): _NUMBER,
    ("img", "height"): _NUMBER,
    ("th", "align"): re.compile("left|center|right"),
    ("td", "align"): re.compile("left|center|right"),
    **{(cell, span): _NUMBER for cell in ("th", "td") for span in ("colspan", "rowspan")},
}
_METAS = (
    {"charset": "utf-8"},
    {"http-equiv": "Content-Security-Policy"},
)


class Page(HTMLParser):
    """A page read: ``faults`` are what should not be in it, ``sections`` the words of each narrative."""

    def __init__(self, page: str, *, links: int = 0) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self._sections: list[str] = []
        self._text = ""
        self.style = ""
        self._open: list[tuple[str, str]] = []
        self._links = links
        self.feed(page)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag, _ in self._open]

    @property
    def words(self) -> list[str]:
        """All the words, in order."""
        return self._text.split()

    @property
    def sections(self) -> list[list[str]]:
        """The words of each narrative that says something, in order; those of the program left out."""
        return [words for text in self._sections if (words := text.split())]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check a tag and its attributes."""
        given = {name: value or "" for name, value in attrs}
        if tag not in TAGS or len(given) != len(attrs):
            self.faults.append(f"<{tag}> {attrs}")
        self.faults += [
            f"{tag} {name}={value[:60]}" for name, value in given.items() if not self._may(tag, name, value)
        ]
        if tag == "meta" and not any(meta.items() <= given.items() for meta in _METAS):
            self.faults.append(f"meta {given}")
        if tag not in _VOID:
            self._open.append((tag, given.get("class", "")))
        if given.get("class") == "section":
            self._sections.append("")
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last, or note that something else is."""
        if not self._open or self._open.pop()[0] != tag:
            self.faults.append(f"</{tag}> closes nothing")
        self._part(tag)

    def handle_data(self, data: str) -> None:
        """Keep words, those of the program apart."""
        if self._open and self._open[-1][0] == "style":
            self.style += data
            return
        self._text += data
        kinds = [kind for _, kind in self._open]
        if "section" in kinds and "notice" not in kinds:
            self._sections[-1] += " " if "ours" in kinds else data

    def _part(self, tag: str) -> None:
        """Words on both sides of an element that begins a line, a cell or an item are apart."""
        if tag not in _INLINE:
            self._text += " "
            if self._sections:
                self._sections[-1] += " "

    def handle_comment(self, data: str) -> None:
        """Note a comment: none is ever written."""
        self.faults.append(f"comment {data[:60]}")

    def handle_pi(self, data: str) -> None:
        """Note an instruction: none is ever written."""
        self.faults.append(f"instruction {data[:60]}")

    def _may(self, tag: str, name: str, value: str) -> bool:
        if name == "class":
            return _CLASS.fullmatch(value) is not None
        if tag == "meta":
            return name in {"charset", "http-equiv", "content"}
        if (tag, name) == ("a", "href"):
            rank = value.removeprefix("lien:")
            return value.startswith("lien:") and rank.isdigit() and int(rank) < self._links
        wanted = _ATTRIBUTES.get((tag, name))
        return wanted is not None and wanted.fullmatch(value) is not None
