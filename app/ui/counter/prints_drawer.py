"""What can be printed of the last delivery, or of another one of the day, and what does it look like?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel

from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP
from app.officine.dispensing.papers import Offer, PaperKind
from app.ui import formats, theme
from app.ui.counter.drawer import Drawer
from app.ui.counter.pictures import ticket_pixmap
from app.ui.printing import KEPT, Wish, print_desk
from app.ui.widgets.basics import ActButton, Button, EmptyState, Text
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.errors import GalienError
    from app.officine.dispensing.model import DeliverySummary
    from app.ui.context import Services, Ui
    from app.ui.counter.pictures import Pixels
    from app.ui.counter.till import Till

_DPI = 110
PRINT_ACTS = {kind: f"counter.print_{kind}" for kind in PaperKind}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the drawer reads at once: the deliveries of the day, and the one to begin with."""

    deliveries: list[DeliverySummary]
    sizes: tuple[tuple[str, str], ...]


class PrintsDrawer(Drawer):
    """The deliveries of the day, the papers of the one pointed at, and the picture of each.

    ↑ ↓ choose the paper, Entrée prints it; each paper has its own key besides, which works without the panel too. A
    delivery is chosen in the list or by its number, of whatever day.
    """

    name = "prints"

    def __init__(self, ui: Ui, till: Till) -> None:
        """List the deliveries of the day."""
        super().__init__(ui, till, "Impressions")
        self.desk = print_desk(ui)
        worn = theme.current()
        columns: list[Column[DeliverySummary]] = [
            Column("N°", lambda done: str(done.number), width=4, right=True),
            Column("Patient", _whose, strong=True),
            Column("Réglé", lambda done: formats.amount(done.patient_share), width=7, right=True),
        ]
        empty = EmptyState("print", "Aucune délivrance aujourd’hui", "Chaque délivrance donne ses papiers ici.")
        self.list: ListTable[DeliverySummary] = ListTable("Délivrances du jour", columns, empty)
        self.list.setMinimumHeight(worn.pixels(120))
        self.list.setMaximumHeight(worn.pixels(200))
        papers: list[Column[Offer]] = [
            Column("Papier", lambda offer: offer.kind.label, strong=True),
            Column("Fait", _said, width=3, right=True, tone=lambda _offer: "muted", spare=True),
            Column("Touche", lambda offer: ui.acts.key_text_of(PRINT_ACTS[offer.kind]), width=7, right=True),
        ]
        self.papers: ListTable[Offer] = ListTable(
            "Papiers de la délivrance", papers, EmptyState("print", "Aucun papier", "Choisissez une délivrance.")
        )
        self.papers.setMinimumHeight(worn.pixels(204))
        self.papers.setMaximumHeight(worn.pixels(210))
        self.label_size = QComboBox()
        self.label_size.setAccessibleName("Format des étiquettes")
        self.size_field = Field("Format des é&tiquettes", self.label_size)
        self.number = TextField(placeholder="N° de délivrance, puis Entrée", limit=9, name="Numéro de délivrance")
        self.failure = FindingList(refusal="Échec")
        self.whose = Text("", "muted", wrap=True)
        self.picture = QLabel()
        self.picture.setAccessibleName("Aperçu")
        self.where = Text("", "caption", wrap=True, selectable=True)
        for part in (
            self.failure, self.whose, self.papers, self.size_field, self.picture, self.where,
            Text("Autre délivrance", "caption"), self.number, self.list,
        ):  # fmt: skip
            self.content.addWidget(part)
        self.content.addStretch(1)
        self.file: Path | None = None
        self._number = 0
        self.retry_button = ActButton(ui.acts, "counter.print_retry", text="Réessayer")
        self.open_button = Button("Imprimer — Entrée", kind="primary", icon="print")
        self.open_button.clicked.connect(self.confirm)
        self.foot.addWidget(self.retry_button)
        self.foot.addWidget(self.open_button)
        self.list.pointed.connect(self._point)
        self.papers.pointed.connect(self._preview)
        self.list.chosen.connect(lambda _done: self.papers.setFocus())
        self.papers.chosen.connect(lambda _offer: self.confirm())
        self.label_size.currentIndexChanged.connect(lambda _place: self._preview(self.papers.current_record))
        self.desk.changed.connect(self._again)
        self._show_failure()

    def opened(self) -> None:
        """Read the deliveries of the day anew."""
        services = self.ui.services
        self.papers.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_failure()
        self.ui.tasks.run(lambda _progress: _known(services), done=self._show, owner=self, key="deliveries")

    def confirm(self) -> None:
        """Print the paper pointed at; from the field of the number, go to the delivery that it names."""
        if self.number.hasFocus():
            self._go_to_number()
            return
        offer = self.papers.current_record
        if offer is not None and self._number:
            self.desk.print(Wish(self._number, offer.kind, self._size))

    def print_kind(self, kind: PaperKind) -> None:
        """Print a paper of the delivery shown; nothing where it does not give it."""
        kinds = [offer.kind for offer in self.papers.records]
        if kind in kinds:
            self.papers.point(kinds.index(kind))
            self.confirm()
        else:
            self.ui.say(f"Cette délivrance ne donne pas «{NBSP}{kind.label}{NBSP}».", "warning")

    @property
    def wish(self) -> Wish | None:
        """The paper pointed at; None where there is none."""
        offer = self.papers.current_record
        return None if offer is None or not self._number else Wish(self._number, offer.kind, self._size)

    @property
    def _size(self) -> str:
        return str(self.label_size.currentData() or self.ui.settings.label_size)

    def _show(self, known: _Known) -> None:
        if not self.label_size.count():
            for size_id, title in known.sizes:
                self.label_size.addItem(title, size_id)
            self.label_size.setCurrentIndex(max(0, self.label_size.findData(self.ui.settings.label_size)))
        self.list.set_records(known.deliveries, keep=True)
        self._point(self.list.current_record)

    def _point(self, done: DeliverySummary | None) -> None:
        self._show_number(0 if done is None else done.number, "" if done is None else done.patient_name)

    def _show_number(self, number: int, patient: str = "") -> None:
        if number != self._number or patient:
            self.whose.setText(f"Délivrance n°{NBSP}{number} · {patient or 'Sans patient'}" if number else "")
        self._number = number
        self.open_button.setEnabled(bool(number))
        if not number:
            self.papers.set_records([])
            return
        services = self.ui.services
        self.ui.tasks.run(
            lambda _progress: services.prints.offers(number), done=self._show_offers, owner=self, key="offers"
        )

    def _show_offers(self, offers: tuple[Offer, ...]) -> None:
        self.papers.set_records(list(offers), keep=True)
        if not offers:
            self.ui.say(f"Aucune délivrance ne porte le n°{NBSP}{self._number}.", "warning")
            self._number = 0
            self.open_button.setEnabled(False)

    def _go_to_number(self) -> None:
        typed = self.number.text().strip()
        if not (typed.isascii() and typed.isdigit()):
            self.ui.say("Tapez le numéro de la délivrance, en chiffres.", "warning")
            return
        self.number.clear()
        self.papers.setFocus(Qt.FocusReason.OtherFocusReason)
        self.area.ensureVisible(0, 0)
        numbers = [done.number for done in self.list.records]
        if int(typed) in numbers:
            self.list.point(numbers.index(int(typed)))
        else:
            self._show_number(int(typed))

    def _preview(self, offer: Offer | None) -> None:
        self.size_field.setVisible(offer is not None and offer.kind.is_label)
        if offer is None or not self._number:
            return
        services, wish = self.ui.services, Wish(self._number, offer.kind, self._size)
        dpi = theme.current().pixels(_DPI)
        self.ui.tasks.run(
            lambda _progress: _picture(services, wish, dpi), done=self._show_picture, owner=self, key="preview"
        )

    def _show_picture(self, found: tuple[Path, Pixels]) -> None:
        self.file, pixels = found
        self.where.setText(str(self.file))
        self.picture.setPixmap(ticket_pixmap(pixels, self.area.viewport().width() - theme.XXL))

    def _again(self) -> None:
        """Show what was printed, or failed."""
        self._show_failure()
        if self.isVisible() and self._number:
            self._show_number(self._number)

    def _show_failure(self) -> None:
        failed = self.desk.failed
        self.retry_button.setVisible(failed is not None)
        self.failure.set_findings(() if failed is None else (_as_finding(*failed),))


def _whose(done: DeliverySummary) -> str:
    """Return for whom it was, and what became of it where it was taken back."""
    name = done.patient_name or "Sans patient"
    return f"{name} ({done.state.label})" if done.state.label else name


def _known(services: Services) -> _Known:
    return _Known(services.counter.deliveries(), services.prints.label_sizes())


def _picture(services: Services, wish: Wish, dpi: float) -> tuple[Path, Pixels]:
    paper = services.prints.write(wish.number, wish.kind, label_size=wish.label_size)
    return paper.file, services.prints.picture(paper.file, 0, dpi)


def _as_finding(wish: Wish, error: GalienError) -> Finding:
    text = f"{wish.kind.label}, n°{NBSP}{wish.number}{NBSP}: {error.text}"
    return Finding(error.code, Severity.ERROR, text, f"{error.advice} {KEPT}".strip())


def _said(offer: Offer) -> str:
    return f"{offer.printed}×" if offer.printed else ""
