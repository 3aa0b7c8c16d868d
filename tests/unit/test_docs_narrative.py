"""Does a narrative block keep every word of its author, and lose what it would do?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from lxml import etree

from app.docs.reading import pictures
from app.docs.reading.blocks import Break, Cell, List, Paragraph, Picture, Run, Table
from app.docs.reading.narrative import DEEPEST, WIDEST, blocks
from app.docs.reading.pictures import picture
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from app.docs.reading.blocks import Block, Inline

pytestmark = pytest.mark.req("SC.DOC.07")

_NS = "urn:hl7-org:v3"


def _read(inner: str, flagged: Collection[str] = (), media: dict[str, Picture] | None = None) -> tuple[Block, ...]:
    return blocks(etree.fromstring(f'<text xmlns="{_NS}">{inner}</text>'), media or {}, flagged)


def _said(inlines: Iterable[Inline], *, ours: bool = False) -> Iterator[str]:
    for inline in inlines:
        if isinstance(inline, Run) and inline.ours is ours:
            yield from inline.text.split()


def _words(found: Iterable[Block], *, ours: bool = False) -> Iterator[str]:
    for block in found:
        yield from _said(block.caption, ours=ours)
        if isinstance(block, Paragraph):
            yield from _said(block.inlines, ours=ours)
        elif isinstance(block, List):
            for item in block.items:
                yield from _said(item.caption, ours=ours)
                yield from _words(item.blocks, ours=ours)
        else:
            for row in block.rows:
                for cell in row.cells:
                    yield from _words(cell.blocks, ours=ours)


def _paragraph(found: tuple[Block, ...]) -> Paragraph:
    (only,) = found
    assert isinstance(only, Paragraph)
    return only


def _table(found: tuple[Block, ...]) -> Table:
    (only,) = found
    assert isinstance(only, Table)
    return only


def _texts(cells: Iterable[Cell]) -> list[str]:
    return [" ".join(_words(cell.blocks)) for cell in cells]


def test_a_table_keeps_its_parts_its_spans_and_the_order_in_which_it_is_read() -> None:
    table = _table(
        _read(
            '<table><caption>Bilan</caption><thead><tr><th colspan="2">Analyse</th></tr></thead>'
            '<tfoot><tr><td>Fin</td></tr></tfoot><tbody><tr align="right"><td rowspan="3">Fer</td>'
            '<td align="left">12</td></tr></tbody></table>'
        )
    )
    assert list(_said(table.caption)) == ["Bilan"]
    assert [row.part for row in table.rows] == ["head", "body", "foot"]
    head, body, _foot = table.rows
    assert (head.cells[0].heading, head.cells[0].columns) == (True, 2)
    assert [(cell.rows, cell.align) for cell in body.cells] == [(3, "right"), (1, "left")]


def test_lists_items_and_captions() -> None:
    found = _read('<list listType="ordered"><caption>À faire</caption><item><caption>1</caption>Un</item></list>')
    (listed,) = found
    assert isinstance(listed, List)
    assert listed.ordered
    assert list(_words(found)) == ["À", "faire", "1", "Un"]


def test_styles_marks_and_revisions_are_what_their_author_gave() -> None:
    paragraph = _paragraph(
        _read(
            '<paragraph><content styleCode="Bold">B</content> <content styleCode="BoldItalics">BI</content> '
            '<content styleCode="Underline">U</content> H<sub>2</sub>O<br/>'
            '<content revised="delete">5 mg</content></paragraph>'
        )
    )
    runs = {run.text.strip(): run for run in paragraph.inlines if isinstance(run, Run)}
    assert runs["B"].bold
    assert not runs["B"].italic
    assert runs["BI"].bold
    assert runs["BI"].italic
    assert runs["U"].underline
    assert runs["2"].mark == "sub"
    assert runs["5 mg"].struck
    assert Break() in paragraph.inlines


def test_words_that_an_abnormal_entry_points_at_are_flagged_and_it_is_said_how() -> None:
    found = _read(
        '<table><tr><td>Glycémie</td><td><content ID="r1">2,1</content></td></tr>'
        '<tr ID="r2"><td>Fer</td><td>3</td></tr><tr><td ID="n">1</td></tr></table>',
        {"r1": "HH", "r2": "L"},
    )
    runs = [run for row in _table(found).rows for cell in row.cells for run in _runs(cell)]
    assert [run.text for run in runs if run.flagged and not run.ours] == ["2,1", "Fer", "3"]
    assert list(_words(found, ours=True)) == ["▲▲", "très", "haut", "▼", "bas"]


def _runs(cell: Cell) -> list[Run]:
    return [run for block in cell.blocks for run in cast("Paragraph", block).inlines if isinstance(run, Run)]


def test_a_link_is_words_and_an_address_that_nothing_follows() -> None:
    paragraph = _paragraph(_read('Voir <linkHtml href="https://exemple.test/a">le site</linkHtml>.'))
    assert [(run.text, run.link) for run in paragraph.inlines if isinstance(run, Run)] == [
        ("Voir ", ""),
        ("le site", "https://exemple.test/a"),
        (".", ""),
    ]


def test_a_note_stands_in_its_place_with_a_number_that_its_sign_repeats() -> None:
    found = _read('<paragraph>Dose<footnote ID="f1">à jeun</footnote> puis 2<footnoteRef IDREF="f1"/></paragraph>')
    assert list(_words(found)) == ["Dose", "à", "jeun", "puis", "2"]
    assert list(_words(found, ours=True)) == ["(1)", "(1)"]


def test_a_picture_is_shown_and_a_missing_one_is_said() -> None:
    shown = Picture(b"", 1, 1)
    found = _read(
        '<renderMultiMedia referencedObject="a b"><caption>Code</caption></renderMultiMedia>', (), {"a": shown}
    )
    assert shown in _paragraph(found).inlines
    assert list(_words(found)) == ["Code"]
    assert "absente" in " ".join(_words(found, ours=True))


def test_no_break_spaces_of_the_author_stay() -> None:
    assert [
        run.text for run in _paragraph(_read(" 1\u00a0000\u202fmg \n  par jour ")).inlines if isinstance(run, Run)
    ] == ["1\u00a0000\u202fmg par jour"]


def test_a_span_is_clamped() -> None:
    spans = [
        cell.columns
        for cell in _table(
            _read(
                '<table><tr><td colspan="999999999999">a</td><td colspan="-4">b</td><td colspan="x">c</td></tr></table>'
            )
        )
        .rows[0]
        .cells
    ]
    assert spans == [WIDEST, 1, 1]


def test_deeper_than_what_is_read_the_words_stay() -> None:
    deep = DEEPEST * 6
    found = _read("<content>a " * deep + "fin" + "</content> b" * deep)
    assert Counter(_words(found)) == Counter({"a": deep, "b": deep, "fin": 1})


_NAMES = (
    "content", "paragraph", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "list", "item", "caption", "br",
    "sub", "sup", "footnote", "linkHtml", "renderMultiMedia", "col", "script", "iframe", "p", "foreign",
)  # fmt: skip
_TEXTS = st.sampled_from(["", " ", "un", " deux ", "trois quatre", "\n5\t", "\u00a0", "<&>"])


def _tree(children: st.SearchStrategy[etree._Element]) -> st.SearchStrategy[etree._Element]:
    return st.builds(_grown, st.sampled_from(_NAMES), _TEXTS, st.lists(st.tuples(children, _TEXTS), max_size=4))


def _grown(name: str, text: str, children: list[tuple[etree._Element, str]]) -> etree._Element:
    element = etree.Element(f"{{{_NS}}}{name}")
    element.text = text
    for child, tail in children:
        child.tail = tail
        element.append(child)
    return element


@settings(max_examples=150, deadline=None)
@given(_tree(st.recursive(st.builds(_grown, st.sampled_from(_NAMES), _TEXTS, st.just([])), _tree, max_leaves=25)))
def test_whatever_stands_in_whatever_every_word_is_kept_once(root: etree._Element) -> None:
    written = Counter(word for text in root.itertext() for word in text.split())
    assert Counter(_words(blocks(root, {}))) == written


def test_a_picture_is_written_anew_without_what_it_carried() -> None:
    from PIL import Image, PngImagePlugin  # noqa: PLC0415 -- heavy

    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>secret</script>")
    shown = picture(_png(Image.new("RGB", (8, 4), "red"), pnginfo=info))
    assert (shown.width, shown.height) == (8, 4)
    assert b"secret" not in shown.png


def _png(image: object, **options: object) -> bytes:
    import io  # noqa: PLC0415

    written = io.BytesIO()
    image.save(written, "PNG", **options)  # type: ignore[attr-defined] # Pillow's
    return written.getvalue()


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n broken", b"GIF89a", b"%PDF-1.4"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(InputDefect) as refused:
        picture(content)
    assert refused.value.code == pictures.UNREADABLE


def test_a_bomb_of_pixels_is_refused_before_it_is_decoded() -> None:
    from PIL import Image  # noqa: PLC0415 -- heavy

    with pytest.raises(InputDefect) as refused:
        picture(_png(Image.new("1", (20_000, 20_000))))
    assert refused.value.code == pictures.TOO_LARGE


def test_a_picture_that_lies_elsewhere_is_said_and_never_fetched() -> None:
    root = etree.fromstring(
        f'<section xmlns="{_NS}"><observationMedia ID="a"><value mediaType="image/png">'
        '<reference value="http://127.0.0.1:9/x.png"/></value></observationMedia></section>'
    )
    found, findings = pictures.media(root)
    assert not found
    assert [finding.subject for finding in findings] == ["a"]


def test_what_is_drawn_on_nothing_is_shown_on_white() -> None:
    import io  # noqa: PLC0415

    from PIL import Image  # noqa: PLC0415 -- heavy

    clear = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    clear.putpixel((0, 0), (0, 0, 0, 255))
    shown = Image.open(io.BytesIO(picture(_png(clear)).png))
    assert [shown.getpixel((x, 0)) for x in (0, 1)] == [(0, 0, 0), (255, 255, 255)]
