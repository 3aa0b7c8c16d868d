"""Are papers printed by keys, without ever standing in the way of the sale? And are the clinical panels hidden?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from ui_keys import wait_for

from app.officine.dispensing.papers import PaperKind, PrinterUse
from app.settings import load
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.prints_drawer import PrintsDrawer
from app.ui.printing import PrintFailure, QtPrinters, paint, print_desk
from app.ui.settings.printers import PrintersPage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.ui.counter.pictures import Pixels
    from app.ui.pictures import Stage
    from app.ui.printing import PrintDesk

FREE = "doliprane 1000"
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class FakePrinters:
    """Printers that keep what they were sent, or fail while ``broken``."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, int, int]] = []
        self.broken = False

    def names(self) -> list[str]:
        """Return the two of them."""
        return ["Epson TM", "Brother QL"]

    def send(self, printer: str, page: Callable[[int, float], Pixels], count: int) -> None:
        """Keep what was sent, or fail."""
        if self.broken:
            raise PrintFailure(f"L’imprimante « {printer} » ne répond pas.")
        self.sent.append((printer, count, page(0, 100).width))


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    found = Hands(stage, scan_keys)
    found.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    return found


@pytest.fixture
def printers(hands: Hands) -> FakePrinters:
    fake = FakePrinters()
    print_desk(hands.stage.ui).printers = fake
    hands.services.settings.printers = {"ticket": "Epson TM", "label": "Brother QL", "a4": "Epson TM"}
    return fake


@pytest.fixture
def opened(hands: Hands) -> list[Path]:
    """The PDF files given to another program."""
    files: list[Path] = []

    def keep(file: Path) -> bool:
        files.append(file)
        return True

    print_desk(hands.stage.ui).open_file = keep
    return files


def desk(hands: Hands) -> PrintDesk:
    return print_desk(hands.stage.ui)


def sell(hands: Hands) -> None:
    before = hands.deliveries()
    hands.scan(box_frame(hands.product(FREE), serial=f"PR{before}"))
    hands.press(Qt.Key.Key_F10)
    while not isinstance(hands.page.drawer, PaymentDrawer):
        hands.press(ENTER)
    hands.type("50")
    hands.press(ENTER)
    wait_for(lambda: hands.deliveries() == before + 1, hands.stage.app)
    hands.stage.settle()


@pytest.mark.req("OFF-IMP-01")
def test_ticket_is_printed_by_itself_where_the_settings_want_it(hands: Hands, printers: FakePrinters) -> None:
    hands.services.settings.print_ticket = "always"
    sell(hands)
    assert [(name, count) for name, count, _ in printers.sent] == [("Epson TM", 1)]
    hands.services.settings.print_ticket = "on_demand"
    sell(hands)
    assert len(printers.sent) == 1


@pytest.mark.req("OFF-IMP-02")
def test_ctrl_p_prints_and_ctrl_shift_p_prints_again_marked(hands: Hands, printers: FakePrinters) -> None:
    sell(hands)
    number = hands.last().number
    hands.press(Qt.Key.Key_P, CONTROL)
    assert len(printers.sent) == 1
    hands.press(Qt.Key.Key_P, CONTROL | SHIFT)
    assert len(printers.sent) == 2
    assert "DUPLICATA" in hands.messages()
    offers = hands.aside(lambda: hands.services.prints.offers(number))
    assert {offer.kind: offer.printed for offer in offers}[PaperKind.TICKET] == 2


@pytest.mark.req("OFF-IMP-02")
def test_of_two_copies_asked_at_once_the_second_is_a_duplicata(hands: Hands, printers: FakePrinters) -> None:
    sell(hands)
    assert "Ticket\u00a0: Ctrl+P" in hands.messages()
    hands.hit(Qt.Key.Key_P, CONTROL)
    hands.hit(Qt.Key.Key_P, CONTROL)
    hands.stage.settle()
    assert len(printers.sent) == 2
    assert (hands.services.folder.prints / f"ticket-{hands.last().number:07d}-duplicata-1.pdf").exists()


@pytest.mark.req("OFF-IMP-03")
def test_a_printer_that_fails_undoes_nothing_and_is_tried_again(hands: Hands, printers: FakePrinters) -> None:
    hands.services.settings.print_ticket = "always"
    printers.broken = True
    done = hands.deliveries()
    sell(hands)
    assert hands.deliveries() == done + 1
    assert "GAL-IMP-01" in hands.messages()
    assert "Le PDF est gardé" in hands.messages()
    number = hands.last().number
    assert (hands.services.folder.prints / f"ticket-{number:07d}.pdf").exists()
    hands.press(Qt.Key.Key_F11)
    drawer = hands.page.drawer
    assert isinstance(drawer, PrintsDrawer)
    assert drawer.retry_button.isVisible()
    assert [finding.code for finding in drawer.failure.findings] == ["GAL-IMP-01"]
    printers.broken = False
    hands.press(Qt.Key.Key_F11, SHIFT)
    assert len(printers.sent) == 1
    assert "DUPLICATA" not in hands.messages(), "what never came out is no first copy"
    assert not drawer.retry_button.isVisible()


@pytest.mark.req("OFF-IMP-04")
def test_without_a_printer_the_pdf_is_opened_on_demand_only(hands: Hands, opened: list[Path]) -> None:
    hands.services.settings.print_ticket = "always"
    sell(hands)
    assert not opened
    hands.press(Qt.Key.Key_P, CONTROL)
    assert [file.name for file in opened] == [f"ticket-{hands.last().number:07d}.pdf"]


@pytest.mark.req("OFF-IMP-05")
def test_the_panel_prints_each_paper_by_its_key(hands: Hands, printers: FakePrinters) -> None:
    sell(hands)
    hands.press(Qt.Key.Key_F11)
    drawer = hands.page.drawer
    assert isinstance(drawer, PrintsDrawer)
    assert [offer.kind for offer in drawer.papers.records][:2] == [PaperKind.TICKET, PaperKind.INVOICE]
    assert not drawer.picture.pixmap().isNull()
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    assert desk(hands).last is not None
    assert desk(hands).last.kind is PaperKind.INVOICE
    hands.press(Qt.Key.Key_F1, SHIFT)
    assert desk(hands).last.kind is PaperKind.TICKET
    assert len(printers.sent) == 2
    hands.press(Qt.Key.Key_F3, SHIFT)
    assert "ne donne pas" in hands.messages()
    assert len(printers.sent) == 2


@pytest.mark.req("OFF-IMP-05")
@pytest.mark.parametrize("typed", ["999999", "abc"])
def test_a_wrong_number_prints_nothing(hands: Hands, printers: FakePrinters, typed: str) -> None:
    sell(hands)
    hands.press(Qt.Key.Key_F11)
    drawer = hands.page.drawer
    assert isinstance(drawer, PrintsDrawer)
    drawer.number.setFocus()
    hands.type(typed)
    hands.press(ENTER)
    assert hands.messages()
    assert not printers.sent


@pytest.mark.req("OFF-IMP-05")
def test_an_earlier_delivery_is_found_by_its_number(hands: Hands, printers: FakePrinters) -> None:
    sell(hands)
    first = hands.last().number
    sell(hands)
    hands.press(Qt.Key.Key_F11)
    drawer = hands.page.drawer
    assert isinstance(drawer, PrintsDrawer)
    drawer.number.setFocus()
    hands.type(str(first))
    hands.press(ENTER)
    hands.press(ENTER)
    assert desk(hands).last is not None
    assert desk(hands).last.number == first
    assert len(printers.sent) == 1


@pytest.mark.req("OFF-IMP-02")
def test_nothing_sold_nothing_to_print(hands: Hands, printers: FakePrinters) -> None:
    hands.page.till.last_delivery = None
    hands.press(Qt.Key.Key_P, CONTROL)
    assert not printers.sent
    assert "Rien à imprimer" in hands.messages()


@pytest.mark.req("OFF-IMP-06")
def test_the_pages_are_painted_at_their_size(hands: Hands, tmp_path: Path) -> None:
    sell(hands)
    prints, number = hands.services.prints, hands.last().number
    paper = hands.aside(lambda: prints.write(number, PaperKind.INVOICE))
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setResolution(150)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    hands.aside(lambda: paint(printer, lambda page, dpi: prints.picture(paper.file, page, dpi), paper.pages))
    image = hands.aside(lambda: prints.picture(tmp_path / "out.pdf", 0, 72))
    assert (image.width, image.height) == pytest.approx((595, 842), abs=3)
    assert min(image.rgb) < 80, "ink on the page"


@pytest.mark.req("OFF-IMP-03")
def test_a_printer_that_is_gone_says_so() -> None:
    with pytest.raises(PrintFailure, match="n’est plus là"):
        QtPrinters().send("Imprimante disparue", lambda _page, _dpi: None, 1)  # type: ignore[arg-type,return-value]


@pytest.mark.req("OFF-CPT-20")
def test_one_key_hides_the_clinical_panels_and_loses_nothing(hands: Hands) -> None:
    hands.scan(box_frame(hands.product(FREE)))
    hands.press(Qt.Key.Key_H, CONTROL)
    page = hands.page
    assert page.shield.is_covered
    assert not page.band.isVisible()
    assert not page.detail.isVisible()
    hands.scan(box_frame(hands.product("advil"), serial="SN77"))
    assert len(page.till.session.lines) == 2
    assert page.shield.is_covered
    for key in (Qt.Key.Key_F5, Qt.Key.Key_F9):
        hands.press(key)
        assert page.drawer is not None
        assert not page.drawer.isVisible()
    hands.press(Qt.Key.Key_F2)
    assert page.drawer is not None
    assert page.drawer.isVisible()
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_H, CONTROL)
    assert page.detail.isVisible()
    assert page.band.isVisible()
    assert len(page.till.session.lines) == 2


@pytest.mark.req("OFF-IMP-07")
def test_settings_keep_a_printer_for_each_use(hands: Hands, printers: FakePrinters, opened: list[Path]) -> None:
    hands.services.settings.printers = {"a4": "Imprimante éteinte"}
    hands.stage.act("room.settings")
    hands.stage.act("settings.printers")
    page = hands.stage.window.views["settings"].page("printers")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(page, PrintersPage)
    assert page.choices[PrinterUse.A4].currentText() == "Imprimante éteinte (absente)"
    choice = page.choices[PrinterUse.TICKET]
    assert [choice.itemText(place) for place in range(choice.count())] == ["PDF seulement", *printers.names()]
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    page.ticket.setCurrentIndex(0)
    page.ticket.activated.emit(0)
    page.labels.setChecked(True)
    hands.stage.settle()
    kept = load(hands.services.folder.settings_file)
    assert kept.printers == {"a4": "Imprimante éteinte", "ticket": "Epson TM"}
    assert (kept.print_ticket, kept.print_labels) == ("always", True)
    desk(hands).try_printer("ticket")
    hands.stage.settle()
    assert [name for name, _, _ in printers.sent] == ["Epson TM"]
    desk(hands).try_printer("label")
    hands.stage.settle()
    assert [file.name for file in opened] == ["page-test-label.pdf"]
