"""Does the page of a received document say what its author signed, and mark what is abnormal?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cda_samples import SAMPLES, sample
from html_checks import Page
from lxml import etree

from app.bench.received import SIZE, report
from app.docs.reading.blocks import Cell, Paragraph, Picture, Row, Run, Section, Table
from app.docs.reading.model import Allergy, PrescribedLine, ReadDocument, ReadPatient, ReadPerson, Result
from app.docs.reading.read import read
from app.docs.showing import data, facts, wording
from app.docs.showing.markup import tag, visible
from app.docs.showing.narrative import LINE_BY_LINE, SCREEN
from app.docs.showing.page import CUT, READ, body_html, page_html

if TYPE_CHECKING:
    from app.docs.reading.blocks import Block

pytestmark = pytest.mark.req("SC.DOC.07")

_INLINE = frozenset({"content", "sub", "sup", "linkHtml"})
_NARRATIVE = "//*[local-name() = 'section']/*[local-name() = 'text']"
_BARE = ReadDocument("11490-0", "Lettre", "2.25.1", body="structured")


def _of(*blocks: Block) -> ReadDocument:
    return replace(_BARE, sections=(Section("Bilan", blocks=blocks),))


def _told(element: etree._Element) -> str:
    """Return the words of a narrative; those on both sides of what begins a line or a cell are apart."""
    if not isinstance(element.tag, str):
        return ""
    apart = "" if etree.QName(element).localname in _INLINE else " "
    return f"{apart}{element.text or ''}{''.join(_told(child) + (child.tail or '') for child in element)}{apart}"


def _cells(*texts: str, heading: bool = False) -> tuple[Cell, ...]:
    return tuple(Cell((Paragraph((Run(text),)),) if text else (), heading) for text in texts)


@pytest.mark.parametrize("name", [name for name, _, _ in SAMPLES])
def test_every_word_of_every_section_of_the_official_samples_is_shown_once(name: str) -> None:
    content = sample(name)
    narratives = etree.fromstring(content).xpath(_NARRATIVE)
    written = [words for narrative in narratives if (words := _told(narrative).split())]
    page = Page(page_html(read(content)))
    assert not page.faults
    assert [Counter(words) for words in page.sections] == [Counter(words) for words in written]


@pytest.mark.parametrize("name", [name for name, _, _ in SAMPLES])
def test_the_screen_is_given_the_same_words(name: str) -> None:
    document = read(sample(name))
    assert Page(body_html(document).html).sections == Page(page_html(document)).sections
    assert not body_html(document).is_cut


def test_an_auto_presentable_document_is_shown_by_us_and_its_stylesheet_is_not() -> None:
    page = page_html(read(sample("CR-BIO_2021.01_Auto-Presentable.xml")))
    assert "Cholestérol" in page
    assert "xsl:" not in page
    assert "BILAN LIPIDIQUE" in page


def test_the_file_tells_the_browser_to_refuse_whatever_is_not_ours() -> None:
    page = page_html(_BARE)
    assert "default-src 'none'" in page
    assert "url(" not in Page(page).style


def test_the_header_names_the_traits_as_the_guide_ins_has_them() -> None:
    patient = ReadPatient(
        family_name="ESSAI", birth_names="CAMILLE ANNE", first_name="CAMILLE", used_name="PREUVE", sex="F",
        birth_date="1990-01-01", birth_place="75056", matricule="290017505699953", oid="1.2.250.1.213.1.4.10",
    )  # fmt: skip
    assert facts.patient(patient) == (
        ("Nom de naissance", "ESSAI"),
        ("Prénom(s) de naissance", "CAMILLE ANNE"),
        ("1er prénom de naissance", "CAMILLE"),
        ("Nom utilisé", "PREUVE"),
        ("Sexe", "Féminin"),
        ("Date de naissance", "01/01/1990"),
        ("Code lieu naissance", "75056"),
        ("Matricule INS", "2\u00a090\u00a001\u00a075\u00a0056\u00a0999\u00a053 (de test)"),
    )


def test_a_header_says_who_wrote_it_for_whom_and_leaves_out_what_is_not_known() -> None:
    document = replace(
        _BARE,
        version=2,
        created_at="2026-01-15T10:30:00+01:00",
        authors=(ReadPerson(name="Dr Ada FICTIVE", rpps="10000000001", at="2026-01-15"),),
        recipients=(ReadPerson(name="Pharmacie des Essais"),),
    )
    said = dict(facts.about(document))
    assert said["Créé le"] == "15/01/2026 10:30"
    assert said["Auteur"] == "Dr Ada FICTIVE, RPPS\u00a010000000001, le 15/01/2026"
    assert said["Destinataire"] == "Pharmacie des Essais"
    assert "Remplace" not in said


@pytest.mark.parametrize(
    ("value", "said"),
    [("2021", "2021"), ("2021-12", "12/2021"), ("2021-12-01", "01/12/2021"), ("vers 1980", "vers 1980"), ("", "")],
)
def test_a_date_is_said_as_far_as_it_is_known(value: str, said: str) -> None:
    assert wording.date(value) == said


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (Result("Fer", value="5", flag="L"), "▼ bas"),
        (Result("Fer", value="50", flag="HH"), "▲▲ très haut"),
        (Result("Fer", value="12", flag="N"), ""),
        (Result("Fer", value="65", low="4", high="60"), data.OUTSIDE_HIGH),
        (Result("Fer", value="3,9", low="4", high="60"), data.OUTSIDE_LOW),
        (Result("Fer", value="60", low="4", high="60"), ""),
        (Result("Fer", value="négatif", low="4"), ""),
        (Result("Fer", value="65", high="60", flag="N"), ""),
    ],
)
def test_an_abnormal_result_is_said_in_words_and_in_colour(result: Result, said: str) -> None:
    assert data.flag(result) == said
    shown = body_html(replace(_BARE, results=(result,))).html
    assert (f'<span class="flag">{said}</span>' in shown) is bool(said)


def test_what_was_read_stands_after_what_was_signed() -> None:
    document = replace(
        _of(Paragraph((Run("Fièvre"),))),
        allergies=(Allergy("Pénicilline"),),
        prescription=(PrescribedLine("DOLIPRANE 500 mg", renewals=0, non_substitutable=True, ald=False),),
    )
    words = Page(body_html(document).html).words
    assert words.index("Fièvre") < words.index(READ.split()[0])
    assert [grid.title for grid in data.grids(document)] == ["Prescription", "Allergies et intolérances"]
    mentions = data.grids(document)[0].rows[0][-1].text
    assert mentions.split("\n") == ["Non substituable", "Non renouvelable", "Hors ALD"]


def test_a_prescription_that_does_not_say_is_not_made_to_say() -> None:
    (grid,) = data.grids(replace(_BARE, prescription=(PrescribedLine("DOLIPRANE 500 mg"),)))
    assert [cell.text for cell in grid.rows[0]] == ["DOLIPRANE 500 mg"]


def test_a_table_too_wide_for_a_page_is_turned_and_keeps_its_words_once() -> None:
    names = [f"colonne{rank}" for rank in range(12)]
    rows = [[f"v{row}-{rank}" for rank in range(12)] for row in range(2)]
    table = Table(
        (
            Row(_cells(*names, heading=True), "head"),
            *(Row(_cells(*row)) for row in rows),
            Row((*_cells("Instruction"), *_cells("à jeun"))),
        )
    )
    page = Page(body_html(_of(table)).html)
    assert not page.faults
    assert Counter(page.sections[0]) == Counter([*names, *rows[0], *rows[1], "Instruction", "à", "jeun"])


def test_a_table_too_large_for_a_screen_is_given_line_by_line_and_whole() -> None:
    rows = tuple(Row(_cells(f"a{rank}", f"b{rank}")) for rank in range(SCREEN.cells))
    page = Page(body_html(_of(Table(rows))).html)
    assert LINE_BY_LINE.split()[0] in page.words
    assert page.sections[0] == [word for rank in range(SCREEN.cells) for word in (f"a{rank}", f"b{rank}")]


def test_a_document_too_long_for_a_screen_says_that_it_is_cut_and_the_file_is_whole() -> None:
    document = _of(*(Paragraph((Run(f"mot{rank}"),)) for rank in range(2 * SCREEN.pieces)))
    shown = body_html(document)
    assert shown.is_cut
    assert CUT in shown.html
    assert len(Page(page_html(document)).sections[0]) == 2 * SCREEN.pieces


def test_spans_are_clamped_to_the_table_that_there_is() -> None:
    wide = Cell((Paragraph((Run("a"),)),), columns=100, rows=100)
    html = body_html(_of(Table((Row((wide,)), Row(_cells("b")))))).html
    assert LINE_BY_LINE in html
    modest = Cell((Paragraph((Run("a"),)),), columns=2, rows=100)
    assert '<td colspan="2" rowspan="2">' in body_html(_of(Table((Row((modest,)), Row(_cells("b")))))).html


def test_a_text_body_is_shown_as_it_was_typed() -> None:
    typed = "Bonjour,\r\n  <b>à jeun</b> & 2 > 1"
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        page = body_html(replace(_BARE, body="text", payload=typed.encode(encoding))).html
        assert '<pre class="plain">Bonjour,\n  &lt;b&gt;à jeun&lt;/b&gt; &amp; 2 &gt; 1</pre>' in page


def test_an_image_body_is_written_anew_and_a_damaged_one_is_said(tiny_png: bytes) -> None:
    assert 'src="data:image/png;base64,' in body_html(replace(_BARE, body="image", payload=tiny_png)).html
    damaged = body_html(replace(_BARE, body="image", payload=b"<svg onload=alert(1)>")).html
    assert "illisible" in damaged
    assert "svg" not in damaged


@pytest.fixture
def tiny_png() -> bytes:
    """A picture of one colour."""
    import io  # noqa: PLC0415

    from PIL import Image  # noqa: PLC0415 -- heavy

    written = io.BytesIO()
    Image.new("RGB", (4, 4), "green").save(written, "PNG")
    return written.getvalue()


def test_the_pages_of_a_pdf_body_are_in_the_file(tiny_png: bytes) -> None:
    document = replace(_BARE, body="pdf", payload=b"%PDF-1.4")
    shown = page_html(document, pages=(Picture(tiny_png, 4, 4), Picture(tiny_png, 4, 4)))
    assert shown.count("<img ") == 2
    assert "2\u00a0pages" in shown


def test_no_other_tag_can_be_written() -> None:
    for name, options in (("script", {}), ("p", {"kind": "x onclick"}), ("td", {"align": 'left" onclick="'})):
        with pytest.raises(ValueError, match=name):
            tag(name, **options)  # type: ignore[arg-type] # each is a text


def test_characters_that_hide_or_turn_others_are_seen() -> None:
    assert visible("a\u202eb\x00c\x1bd") == "a\ufffdb\ufffdc\ufffdd"
    assert visible("é\u00a0ألف\n") == "é\u00a0ألف\n"


def test_a_page_for_dark_eyes_differs_by_its_style_alone() -> None:
    light, dark = Page(page_html(_BARE)), Page(page_html(_BARE, dark=True))
    assert light.style != dark.style
    assert light.words == dark.words


def test_the_document_of_the_bench_is_as_large_as_it_says_and_is_read_whole() -> None:
    content = report()
    assert SIZE <= len(content) < SIZE * 1.1
    document = read(content)
    assert len(document.results) == len(Page(body_html(document, read=False).html).sections) * 12
    assert not document.findings


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0.5 mL", "0,5 mL"), ("0.25 mL à 0.5 mL", "0,25 mL à 0,5 mL"), ("140", "140"), ("< 0.01", "< 0,01"),
        ("1.2.250.1", "1.2.250.1"), ("v1.2", "v1.2"), ("", ""), ("12,5", "12,5"),
    ],
)  # fmt: skip
def test_a_quantity_has_the_comma_of_the_french(written: str, said: str) -> None:
    assert wording.decimal(written) == said
