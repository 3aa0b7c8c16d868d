"""Is a hostile document shown with our rendering only: our tags, our style, no script, nothing fetched (H3)?"""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

import pytest
from hostile_cdas import documents
from hostile_traps import Listener
from html_checks import Page

from app.cli import main
from app.docs.reading.read import read
from app.docs.showing.page import body_html, page_html
from app.ui.app import make_application
from app.ui.documents.pages import PaperDocument
from app.ui.documents.rich import RichText
from app.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.req("SC.DOC.07")

_NAMES = tuple(documents("http://127.0.0.1:9"))


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """A server that nobody should call; it must have had no caller at the end."""
    with Listener() as listening:
        yield listening
    assert listening.calls == 0


def test_there_are_as_many_attempts_as_the_list_asks_for() -> None:
    assert len(_NAMES) >= 40


@pytest.mark.parametrize("name", _NAMES)
def test_a_hostile_document_is_shown_and_does_nothing(name: str, listener: Listener) -> None:
    document = read(documents(listener.url)[name])
    page = Page(page_html(document))
    assert not page.faults
    assert "url(" not in page.style
    assert "@import" not in page.style
    shown = body_html(document, links=True)
    assert not Page(shown.html, links=len(shown.links)).faults
    assert all(address.startswith(("http://", "https://")) for address in shown.links)
    paper = PaperDocument(shown.html, document.title)
    paper.page(0, 48)
    assert paper.refused == []


@pytest.mark.parametrize("name", ["remote image", "style element", "link to the network", "picture elsewhere"])
def test_the_screen_fetches_nothing_of_it(name: str, listener: Listener) -> None:
    app = make_application([])
    Theme(app)
    pane = RichText("Document")
    pane.show_fragment(body_html(read(documents(listener.url)[name]), links=True).html)
    pane.show()
    app.processEvents()
    assert pane.safe.refused == []
    pane.close()


def test_even_a_page_that_is_not_ours_gets_nothing_from_the_screen(listener: Listener, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG\r\n\x1a\n")
    asked = (f"{listener.url}/a.png", secret.as_uri(), "data:text/html,x", "qrc:/x.png")
    paper = PaperDocument("".join(f'<img src="{address}">' for address in asked), "")
    paper.page(0, 48)
    assert set(paper.refused) == set(asked)


@pytest.mark.parametrize(
    ("name", "said"),
    [("script", "fetch"), ("iframe", "cadre"), ("svg", "dessin"), ("template", "caché"), ("caption", "titre")],
)
def test_the_words_of_what_is_disarmed_stay_to_be_read(name: str, said: str) -> None:
    assert said in " ".join(Page(page_html(read(documents("http://127.0.0.1:9")[name]))).words)


def test_a_direction_that_is_turned_is_seen() -> None:
    shown = body_html(read(documents("")["direction turned"])).html
    assert "\ufffdgm 01\ufffd" in shown
    assert "\u202e" not in shown


def test_a_link_says_where_it_leads_beside_what_it_claims() -> None:
    shown = body_html(read(documents("https://ailleurs.test")["link with our text"]), links=True)
    assert "[https://ailleurs.test/]" in shown.html
    assert shown.links == ("https://ailleurs.test/",)


@pytest.mark.parametrize(("name", "count"), [("long table", 10_000), ("wide table", 5_000), ("spans", 500)])
def test_a_giant_table_is_said_and_its_words_are_in_the_file(name: str, count: int) -> None:
    document = read(documents("")[name])
    assert "ligne par ligne" in body_html(document).html
    assert len(Page(page_html(document)).sections[0]) == count


def test_the_listener_would_notice_a_call() -> None:
    with Listener() as listening, pytest.raises(OSError, match=r"."):
        urllib.request.urlopen(listening.url, timeout=5)
    assert listening.calls == 1


def test_the_checks_would_notice_what_is_not_ours() -> None:
    for fault in (
        "<script>x</script>",
        '<p onclick="x">x</p>',
        '<img src="http://x/a.png">',
        '<a href="javascript:x">x</a>',
        '<td style="x">x</td>',
        "<p>x",
        "<!-- x -->",
    ):
        assert Page(fault).faults


def test_the_command_writes_nothing_outside_its_folder(tmp_path: Path, listener: Listener) -> None:
    source, out = tmp_path / "in" / "a.xml", tmp_path / "out"
    source.parent.mkdir()
    source.write_bytes(documents(listener.url)["script"])
    assert main(["docs", "render", str(source), "--out", str(out)]) == 0
    assert sorted(file.name for file in out.iterdir()) == ["document.html", "page-1.png"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in", "out"]


def test_the_command_refuses_what_it_can_not_read_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "a.xml", tmp_path / "out"
    source.write_bytes(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')
    assert main(["docs", "render", str(source), "--out", str(out), "--json"]) == 3
    assert not out.exists()
    assert "GAL-DOC-52" in capsys.readouterr().err


def test_a_file_that_stands_in_the_way_is_replaced_not_followed(tmp_path: Path) -> None:
    source, out, elsewhere = tmp_path / "a.xml", tmp_path / "out", tmp_path / "precious"
    source.write_bytes(documents("")["script"])
    elsewhere.write_text("à garder")
    out.mkdir()
    (out / "document.html").symlink_to(elsewhere)
    assert main(["docs", "render", str(source), "--out", str(out)]) == 0
    assert elsewhere.read_text() == "à garder"
