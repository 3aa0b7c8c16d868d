"""Is a document read by keyboard, its findings and its identity in sight, and does nothing in it go anywhere?"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pypdfium2
import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow

from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Severity
from app.officine.documents.shown import ComparedTrait, DataCell, DataTable, Shown
from app.ui import theme as theme_module
from app.ui.documents import paper
from app.ui.documents.find_bar import places
from app.ui.documents.link_dialog import LinkDialog
from app.ui.documents.panel import panel_html
from app.ui.documents.viewer import LARGEST, SMALLEST, DocumentViewer
from app.ui.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.officine.documents.shown import PagePixels
    from app.ui.context import Ui
    from app.ui.theme import Theme

pytestmark = pytest.mark.req("SC.DOC.07")

_WARNING = Finding("GAL-DOC-99", Severity.WARNING, "Une partie est illisible.")
_NOTE = Finding("GAL-DOC-98", Severity.INFO, "Rien n’a été repris du reste.")
_RESULTS = DataTable(
    "Résultats",
    ("Analyse", "Résultat", "Interprétation", "Intervalle"),
    (
        (
            DataCell("Potassium", "strong"),
            DataCell("5,9 mmol/L", "danger"),
            DataCell("▲ haut", "danger"),
            DataCell("3,5 à 5", "muted"),
        ),
    ),
    ("Résultat", "Interprétation"),
)
_LETTER = Shown(
    "Lettre de liaison",
    summary=(("Auteur", "Dr Ada FICTIVE"),),
    facts=(("Confidentialité", "Normale"),),
    patient=(("Nom de naissance", "ESSAI"),),
    html='<div><h2>Suites</h2><p>Créatinine à contrôler. <a class="link" href="lien:0">Conseils</a></p></div>'
    + "<p>Ligne de lecture</p>" * 200,
    tables=(_RESULTS,),
    findings=(_WARNING, _NOTE),
    identity=(
        ComparedTrait("Nom de naissance", "ESSAI", "ESSAI", True),
        ComparedTrait("Sexe", "Féminin", "Masculin", False),
    ),
    identity_said="Identité différente.",
    identity_tone="danger",
    links=("https://exemple.test/conseils",),
)


@dataclass(frozen=True)
class _Pixels:
    width: int = 60
    height: int = 80
    stride: int = 180
    rgb: bytes = b"\xff" * (180 * 80)


@dataclass
class _Pages:
    """Three pages, of which the last can't be drawn."""

    count: int = 3
    asked: list[int] = field(default_factory=list)

    def page(self, number: int, dpi: float) -> PagePixels:
        """Return a page."""
        assert dpi > 0
        self.asked.append(number)
        if number == 2:
            raise InputDefect("Page trop lourde.", code="GAL-DOC-67")
        return _Pixels()


@pytest.fixture
def viewer(theme: Theme, qapp: QApplication) -> Iterator[DocumentViewer]:
    """A viewer in a window, on the letter."""
    tasks = Tasks()
    window = QMainWindow()
    theme.dress(window)
    made = DocumentViewer(cast("Ui", SimpleNamespace(tasks=tasks)))
    window.setCentralWidget(made)
    window.resize(1100, 700)
    window.show()
    window.activateWindow()
    made.show_document(_LETTER)
    qapp.processEvents()
    yield made
    tasks.shutdown()
    window.close()
    window.deleteLater()
    qapp.processEvents()


def _until(is_so: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not is_so() and time.monotonic() - began < 10:
        QApplication.processEvents()
        time.sleep(0.005)
    assert is_so()


def _press(viewer: DocumentViewer, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focused = viewer.window().focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)


def test_what_asks_for_attention_stands_above_and_what_does_not_beside(viewer: DocumentViewer) -> None:
    assert [finding.code for finding in viewer.findings.findings] == ["GAL-DOC-99"]
    assert "Rien n’a été repris du reste." in viewer.read.toPlainText()
    assert viewer.title.whole == "Lettre de liaison"


def test_the_panel_compares_the_traits_and_says_each_difference_in_a_sign(viewer: DocumentViewer) -> None:
    told = viewer.read.toPlainText()
    assert "ESSAI\n=\nESSAI" in told
    assert "Féminin\n≠\nMasculin" in told
    assert "Identité différente." in told


def test_without_a_file_the_panel_has_the_traits_of_the_document() -> None:
    told = panel_html(replace(_LETTER, identity=()))
    assert "Patient du document" in told
    assert "ESSAI" in told


def test_an_abnormal_result_is_said_in_words_in_the_panel(viewer: DocumentViewer) -> None:
    told = viewer.read.toPlainText()
    assert "5,9 mmol/L" in told
    assert "▲ haut" in told
    assert "Intervalle 3,5 à 5" in told


def test_a_value_that_is_markup_stays_text() -> None:
    told = panel_html(replace(_LETTER, patient=(("Nom", "<b>x</b>"),), identity=(), tables=()))
    assert "&lt;b&gt;x&lt;/b&gt;" in told
    assert "Aucune donnée codée" in told


def test_plus_and_minus_change_the_size_within_bounds_and_nought_gives_it_back(viewer: DocumentViewer) -> None:
    _press(viewer, Qt.Key.Key_Plus)
    assert viewer.percent == 120
    for _ in range(20):
        _press(viewer, Qt.Key.Key_Plus)
    assert viewer.percent == LARGEST
    for _ in range(30):
        _press(viewer, Qt.Key.Key_Minus)
    assert viewer.percent == SMALLEST
    _press(viewer, Qt.Key.Key_0)
    assert viewer.percent == 100


def test_arrows_and_page_keys_scroll(viewer: DocumentViewer) -> None:
    bar = viewer.text.verticalScrollBar()
    _press(viewer, Qt.Key.Key_PageDown)
    after = bar.value()
    assert after > 0
    _press(viewer, Qt.Key.Key_Down)
    assert bar.value() > after
    _press(viewer, Qt.Key.Key_PageUp)
    assert bar.value() < after


def test_words_are_found_whatever_their_accents_and_echap_closes_the_search_first(viewer: DocumentViewer) -> None:
    left: list[bool] = []
    viewer.left.connect(lambda: left.append(True))
    _press(viewer, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert viewer.find_bar.isVisible()
    QTest.keyClicks(viewer.find_bar.field, "creatinine")
    assert len(viewer.find_bar.found) == 1
    viewer.find_bar.field.setText("LIGNE de")
    assert len(viewer.find_bar.found) == 200
    QTest.keyClick(viewer.find_bar.field, Qt.Key.Key_Return)
    assert viewer.find_bar.at == 1
    QTest.keyClick(viewer.find_bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert viewer.find_bar.at == 0
    QTest.keyClick(viewer.find_bar.field, Qt.Key.Key_Escape)
    assert not viewer.find_bar.isVisible()
    assert not left
    _press(viewer, Qt.Key.Key_Escape)
    assert left


def test_a_search_that_finds_nothing_says_so(viewer: DocumentViewer) -> None:
    viewer.look_for()
    viewer.find_bar.field.setText("introuvable")
    assert viewer.find_bar.count.text() == "Rien de tel ici"


def test_places_are_counted_as_qt_counts_them() -> None:
    assert places("😀 été", "ETE") == [(3, 6)]
    assert places("a", " ") == []


def test_ctrl_p_asks_for_a_print_and_tab_goes_to_the_panel(viewer: DocumentViewer) -> None:
    asked: list[Shown] = []
    viewer.print_shown = lambda _ui, shown: asked.append(shown)
    _press(viewer, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert asked == [_LETTER]
    viewer.show_document(replace(_LETTER, html="<p>Sans renvoi</p>"))
    assert viewer.text.hasFocus()
    _press(viewer, Qt.Key.Key_Tab)
    assert viewer.read.hasFocus()
    _press(viewer, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert viewer.text.hasFocus()


def test_a_link_is_reached_by_tab_and_entree_only_shows_where_it_leads(viewer: DocumentViewer) -> None:
    _press(viewer, Qt.Key.Key_Tab)
    assert viewer.text.textCursor().selectedText() == "Conseils"
    _press(viewer, Qt.Key.Key_Return)
    dialog = _dialog()
    assert dialog is not None
    dialog.reject()


def _dialog() -> LinkDialog | None:
    return next(
        (top for top in QApplication.topLevelWidgets() if isinstance(top, LinkDialog) and top.isVisible()), None
    )


def test_a_link_opens_only_once_its_address_was_shown_and_agreed_to(viewer: DocumentViewer) -> None:
    opened: list[str] = []
    viewer.open_address = lambda address: bool(opened.append(address)) or True
    viewer.text.anchorClicked.emit(QUrl("lien:0"))
    dialog = _dialog()
    assert dialog is not None
    assert dialog.site.text() == "exemple.test"
    assert dialog.address.text() == "https://exemple.test/conseils"
    dialog.cancel.click()
    assert not opened
    viewer.text.anchorClicked.emit(QUrl("lien:0"))
    again = _dialog()
    assert again is not None
    again.open_button.click()
    assert opened == ["https://exemple.test/conseils"]


@pytest.mark.parametrize("address", ["lien:7", "lien:-1", "http://127.0.0.1/", "file:///etc/passwd", "javascript:1"])
def test_an_address_that_is_not_of_the_list_does_nothing(viewer: DocumentViewer, address: str) -> None:
    viewer.text.anchorClicked.emit(QUrl(address))
    assert _dialog() is None


def test_the_site_is_named_as_the_network_knows_it(theme: Theme) -> None:
    del theme
    dialog = LinkDialog("https://аmeli.fr/", None, lambda _address: True)
    assert dialog.site.text().startswith("xn--")
    dialog.deleteLater()


def test_entree_follows_no_link(viewer: DocumentViewer) -> None:
    _press(viewer, Qt.Key.Key_Return)
    assert _dialog() is None


def test_the_pages_of_a_pdf_are_turned_by_keys_and_one_that_can_not_be_drawn_says_so(viewer: DocumentViewer) -> None:
    pages = _Pages()
    viewer.show_document(replace(_LETTER, pages=pages, has_text=False, html=""))
    _until(lambda: not viewer.pdf.page.picture.isNull())
    assert viewer.pdf.hasFocus()
    assert viewer.where.text() == "Page\u00a01 sur 3"
    _press(viewer, Qt.Key.Key_PageDown)
    _until(lambda: viewer.pdf.number == 1 or viewer.pdf.area.verticalScrollBar().value() > 0)
    _press(viewer, Qt.Key.Key_End)
    _until(lambda: viewer.pdf.number == 2)
    assert [finding.code for finding in viewer.pdf.notice.findings] == ["GAL-DOC-67"]
    _press(viewer, Qt.Key.Key_Home)
    _until(lambda: viewer.pdf.number == 0)
    assert not viewer.pdf.notice.findings
    width = viewer.pdf.page.width()
    _press(viewer, Qt.Key.Key_Plus)
    assert viewer.pdf.page.width() > width


def test_the_pdf_copy_of_a_text_is_shown_on_demand(viewer: DocumentViewer) -> None:
    viewer.show_document(replace(_LETTER, pages=_Pages()))
    assert viewer.body.currentWidget() is viewer.text
    viewer.as_pages.click()
    assert viewer.body.currentWidget() is viewer.pdf
    viewer.as_text.click()
    assert viewer.body.currentWidget() is viewer.text


def test_another_theme_dresses_the_document_too(viewer: DocumentViewer, theme: Theme) -> None:
    for name in ("dark", "contrast", "light"):
        theme.set_name(name)
        drawn = viewer.text.grab().toImage()
        assert drawn.pixelColor(drawn.width() // 2, drawn.height() - 4).name().upper() == theme.tokens.surface
    assert theme_module.current() is theme


def _printed(shown: Shown) -> bytes:
    written: list[bytes] = []
    ui = SimpleNamespace()
    paper.print_shown(cast("Ui", ui), shown, put=lambda _ui, make, title: written.append(make()))
    return written[0]


def test_what_is_printed_is_the_whole_document_its_words_words(theme: Theme) -> None:
    del theme
    pdf = _printed(
        replace(_LETTER, paper=lambda: "<h1>Lettre</h1><p>Créatinine</p>" + "<p>a</p>" * 90, banner="SIMULATION")
    )
    assert pdf.startswith(b"%PDF-")
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 2
        said = document[0].get_textpage().get_text_range()
    assert "Créatinine" in said
    assert "SIMULATION" in said
    assert "Page" in said


def test_the_pages_of_a_pdf_are_printed_as_they_are_shown(theme: Theme) -> None:
    del theme
    pdf = _printed(replace(_LETTER, pages=_Pages(count=2), has_text=False))
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 2
