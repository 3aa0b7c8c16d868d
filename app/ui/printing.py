"""How does a paper reach a printer? In the background, never in the way of the sale, its PDF always kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QRectF, QSizeF, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage, QPageLayout, QPageSize, QPainter

from app.kernel.errors import EnvironmentFailure, GalienError
from app.kernel.text import NBSP
from app.officine.dispensing.papers import PaperKind
from app.settings import TICKET_ALWAYS, TICKET_ON_DEMAND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtPrintSupport import QPrinter

    from app.kernel.actor import Actor
    from app.officine.dispensing.model import Delivery, DeliverySummary
    from app.officine.dispensing.papers import Printed
    from app.ui.context import Services, Ui
    from app.ui.counter.pictures import Pixels
    from app.ui.tasks import Task

_MM_PER_INCH = 25.4
_MOST_DPI = 600
# Named here and not where a paper is drawn: PySide6 makes a type where it is first named, and papers are drawn off the
# thread of the screens.
_RGB, _MILLIMETRES, _UPRIGHT = QImage.Format.Format_RGB888, QPageSize.Unit.Millimeter, QPageLayout.Orientation.Portrait
KEPT = "Le PDF est gardé."


class PrintFailure(EnvironmentFailure):
    """The printer is gone, refuses, or stopped in the middle."""

    code = "GAL-IMP-01"
    advice = "Vérifiez qu’elle est allumée et a du papier, puis réessayez (F11)."


class Printers(Protocol):
    """The printers of a workstation."""

    def names(self) -> list[str]:
        """Return the names of the printers, in order."""
        ...

    def send(self, printer: str, page: Callable[[int, float], Pixels], count: int) -> None:
        """Print ``count`` pages; ``page(number, dpi)`` draws one at a resolution. Raises PrintFailure."""
        ...


class QtPrinters:
    """The printers that the operating system knows."""

    def __init__(self) -> None:
        """Load what prints, on the thread of the screens: PySide6 makes a type where it is first named."""
        from PySide6.QtPrintSupport import QPrinter, QPrinterInfo  # noqa: PLC0415 -- loaded with the first paper

        self._printer, self._info, self._sharp = QPrinter, QPrinterInfo, QPrinter.PrinterMode.HighResolution

    def names(self) -> list[str]:
        """Return the names of the printers, in order."""
        return sorted(self._info.availablePrinterNames())

    def send(self, printer: str, page: Callable[[int, float], Pixels], count: int) -> None:
        """Print pages on a printer. Raises PrintFailure where it is gone or does not take them."""
        known = self._info.printerInfo(printer)
        if known.isNull():
            raise PrintFailure(f"L’imprimante «{NBSP}{printer}{NBSP}» n’est plus là.")
        paint(self._printer(known, self._sharp), page, count)


def paint(printer: QPrinter, page: Callable[[int, float], Pixels], count: int) -> None:
    """Draw pages on a printer at its resolution, each on paper of its own size. Raises PrintFailure."""
    dpi = min(printer.resolution(), _MOST_DPI)
    painter = QPainter()
    for number in range(count):
        pixels = page(number, dpi)
        size = QSizeF(pixels.width / dpi * _MM_PER_INCH, pixels.height / dpi * _MM_PER_INCH)
        printer.setPageSize(QPageSize(size, _MILLIMETRES))
        printer.setPageOrientation(_UPRIGHT)
        printer.setFullPage(True)
        begun = painter.begin(printer) if number == 0 else printer.newPage()
        if not begun:
            if painter.isActive():
                painter.end()
            raise PrintFailure(f"L’imprimante «{NBSP}{printer.printerName() or 'sans nom'}{NBSP}» ne répond pas.")
        image = QImage(pixels.rgb, pixels.width, pixels.height, pixels.stride, _RGB)
        scale = printer.resolution() / dpi
        painter.drawImage(QRectF(0, 0, pixels.width * scale, pixels.height * scale), image)
    if painter.isActive() and not painter.end():
        raise PrintFailure("L’imprimante s’est arrêtée avant la fin.")


@dataclass(frozen=True, slots=True)
class Wish:
    """One paper asked for: of which delivery, and on which size of labels."""

    number: int
    kind: PaperKind = PaperKind.TICKET
    label_size: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a wish: its paper, and the printer that took it; empty where there is a PDF only."""

    wish: Wish
    paper: Printed
    printer: str


class PrintDesk(QObject):
    """The prints of one window: what is asked, what failed and may be tried again, what was printed last."""

    changed = Signal()
    printed = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Print with the settings of ``ui``."""
        super().__init__(ui)
        self._ui = ui
        self.printers: Printers = QtPrinters()
        self.open_file: Callable[[Path], bool] = _open
        self.last: Wish | None = None
        self.failed: tuple[Wish, GalienError] | None = None
        self._queue: list[Wish] = []
        self._task: Task | None = None

    @property
    def hint(self) -> str:
        """What is said after a delivery whose ticket is printed on demand; empty where it is not."""
        if self._ui.settings.print_ticket != TICKET_ON_DEMAND:
            return ""
        return f" Ticket{NBSP}: {self._ui.acts.key_text_of('counter.print')}."

    def print(self, wish: Wish) -> None:
        """Print a paper in the background; where no printer is chosen its PDF is opened, to be printed from there."""
        self.last = wish
        self._run([wish])

    def retry(self) -> None:
        """Try again what failed."""
        if self.failed is None:
            self._ui.say("Aucune impression n’a échoué.")
            return
        self.print(self.failed[0])

    def print_last(self) -> None:
        """Print again what was printed last; the ticket of the last delivery where nothing was."""
        if self.last is not None:
            self.print(self.last)
            return
        counter = self._ui.services.counter
        self._ui.tasks.run(
            lambda _progress: counter.deliveries(limit=1), done=self._print_newest, owner=self, key="newest"
        )

    def after_delivery(self, delivery: Delivery) -> None:
        """Print what the settings want after each delivery, where a printer is chosen for it."""
        settings = self._ui.settings
        wishes = []
        if settings.print_ticket == TICKET_ALWAYS:
            wishes.append(Wish(delivery.number))
        if settings.print_labels and delivery.prescription_date is not None:
            wishes.append(Wish(delivery.number, PaperKind.LABELS, settings.label_size))
        self.last = Wish(delivery.number)
        wishes = [wish for wish in wishes if settings.printers.get(wish.kind.use)]
        if wishes:
            self._run(wishes)

    def try_printer(self, use: str) -> None:
        """Print the page that tries the printer of a use; its PDF is opened where none is chosen."""
        prints = self._ui.services.prints
        self.print_pages(lambda: prints.test_page(use), use, "Page de test")

    def print_pages(self, write: Callable[[], Path], use: str, title: str) -> None:
        """Print what ``write`` writes on the printer of a use, every page; its PDF is opened where none is chosen."""
        services, name, port = self._ui.services, self._ui.settings.printers.get(use, ""), self.printers

        def work(_progress: object) -> Path:
            file = write()
            if name:
                count = services.prints.page_count(file)
                port.send(name, lambda page, dpi: services.prints.picture(file, page, dpi), count)
            return file

        def done(file: Path) -> None:
            if name:
                self._ui.say(f"{title}{NBSP}: envoyé à «{NBSP}{name}{NBSP}».", "success")
            else:
                self._show_file(file)

        def failed(error: GalienError) -> None:
            self._ui.say(f"Impression échouée ({title}){NBSP}: {error.text} {error.advice} ({error.code})", "danger")

        self._ui.tasks.run(work, done=done, failed=failed, owner=self, title=f"{title}…", key=f"pages-{use}")

    def _print_newest(self, found: list[DeliverySummary]) -> None:
        number = found[0].number if found else 0
        if number:
            self.print(Wish(number))
        else:
            self._ui.say("Rien n’a encore été imprimé aujourd’hui.")

    def _run(self, wishes: list[Wish]) -> None:
        self._queue += wishes
        self._next()

    def _next(self) -> None:
        """Print what comes next, one paper at a time: of two copies asked at once, the second is the duplicata."""
        # A job that is over is busy no more, even one that a bug ended and whose answer comes to nobody here.
        if not self._queue or (self._task is not None and self._task.job is not None and not self._task.job.is_over):
            return
        wish = self._queue.pop(0)
        services, port, actor = self._ui.services, self.printers, self._ui.actor()
        name = self._ui.settings.printers.get(wish.kind.use, "")
        self._task = self._ui.tasks.run(
            lambda _progress: _send(services, port, wish, name, actor),
            done=self._done,
            failed=lambda error: self._failed(wish, error),
            owner=self,
            title=f"Impression{NBSP}: {wish.kind.label}…",
        )

    def _done(self, sent: Sent) -> None:
        if self.failed is not None and self.failed[0] == sent.wish:
            self.failed = None
        copy = f" (DUPLICATA n°{NBSP}{sent.paper.copy})" if sent.paper.copy and sent.wish.kind.is_marked else ""
        if sent.printer:
            self._ui.say(f"{sent.wish.kind.label}{copy}{NBSP}: envoyé à «{NBSP}{sent.printer}{NBSP}».", "success")
        else:
            self._show_file(sent.paper.file)
        self.printed.emit(sent)
        self.changed.emit()
        self._next()

    def _failed(self, wish: Wish, error: GalienError) -> None:
        self.failed = (wish, error)
        self._ui.say(
            f"Impression échouée ({wish.kind.label}){NBSP}: {error.text} {error.advice} {KEPT} ({error.code})", "danger"
        )
        self.changed.emit()
        self._next()

    def _show_file(self, file: Path) -> None:
        # Another program would show it over the lock.
        self._ui.when_open(lambda: self._open_shown(file))

    def _open_shown(self, file: Path) -> None:
        if not self.open_file(file):
            self._ui.say(f"Aucun programme de ce poste n’ouvre les PDF. Le document est ici{NBSP}: {file}", "warning")


def print_desk(ui: Ui) -> PrintDesk:
    """Return the print desk of a window, made at its first use."""
    desk = ui.findChild(PrintDesk)
    return desk if isinstance(desk, PrintDesk) else PrintDesk(ui)


def _send(services: Services, port: Printers, wish: Wish, printer: str, actor: Actor) -> Sent:
    prints = services.prints
    paper = prints.write(wish.number, wish.kind, label_size=wish.label_size)
    if printer:
        port.send(printer, lambda page, dpi: prints.picture(paper.file, page, dpi), paper.pages)
    # Counted once it left: a sheet that never came out does not make the next one a duplicata.
    prints.record(paper, actor, printer)
    return Sent(wish, paper, printer)


def _open(file: Path) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
