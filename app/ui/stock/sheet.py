"""What is held of one product, what moved, and how is it corrected?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.stock.model import ReceiptLine
from app.ui import formats, theme
from app.ui.stock.discard_form import DiscardForm
from app.ui.widgets.act_form import ActForm
from app.ui.widgets.basics import ActButton, EmptyState, Panel, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import DateField, NumberField, TextField
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.kernel.outcome import Done
    from app.officine.catalog.model import Product
    from app.officine.stock.model import Movement, OpenBox, StockItem
    from app.ui.context import Ui

_MOST = 9999
_CROWDED_FROM = 125
_LOT_MISSING = "GAL-MDS-04"


@dataclass(frozen=True, slots=True)
class StockRow:
    """One line of the list: a product as known, and what is held of it."""

    code: str
    name: str
    item: StockItem
    product: Product | None = None


@dataclass(frozen=True, slots=True)
class StockRecord:
    """All that the sheet shows."""

    row: StockRow
    movements: tuple[Movement, ...]
    opened: tuple[OpenBox, ...] = ()
    is_narcotic: bool = False


def signed(delta: int) -> str:
    """Return a change of quantity with its sign: ``+3``, ``−1``; nothing for none."""
    if not delta:
        return ""
    return f"+{delta}" if delta > 0 else f"\u2212{-delta}"


class StockSheet(Panel):
    """The sheet of the product pointed at: quantity, movements, and the two acts that change it."""

    changed = Signal()

    def __init__(self, ui: Ui) -> None:
        """Correct the stock with the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self.record: StockRecord | None = None
        self.name = Text("", "heading", wrap=True, selectable=True)
        self.code = Text("", "caption", selectable=True)
        self.quantity = Text("", "display")
        self.facts = Facts()
        columns: list[Column[Movement]] = [
            Column("Quand", lambda move: formats.moment(move.at), width=15),
            Column("Mouvement", lambda move: move.kind.label, second=_why),
            Column("Boîtes", lambda move: signed(move.delta), 6, True, tone=_tone),
            Column("Reste", lambda move: str(move.balance_after), 6, True, strong=True, spare=True),
        ]
        empty = EmptyState("stock", "Aucun mouvement", "Enregistrez une entrée avec F6, ou un comptage avec F9.")
        self.movements: ListTable[Movement] = ListTable("Mouvements", columns, empty)
        acts = ("receive", "adjust", "set_aside", "discard")
        self.acts_line = Flow([ActButton(ui.acts, f"stock.{name}") for name in acts])
        self.receipt = _ReceiptForm(ui)
        self.count = _CountForm(ui)
        self.thrown = DiscardForm(ui)
        self._bottom: tuple[QWidget, ...] = (self.acts_line, self.receipt, self.count, self.thrown)
        self._shown: QWidget = self.acts_line
        for form in (self.receipt, self.count, self.thrown):
            form.written.connect(self._written)
        head = QHBoxLayout()
        head.setSpacing(theme.XL)
        head.addWidget(self.quantity)
        head.addWidget(self.facts, 1)
        for part in (self.name, self.code):
            self.body.addWidget(part)
        self.body.addLayout(head)
        self.body.addWidget(self.movements, 1)
        for page in self._bottom:
            self.body.addWidget(page)
        self.show_record(None)

    @property
    def form_open(self) -> bool:
        """True while an entry or a count is being typed."""
        return self._shown is not self.acts_line

    def show_record(self, record: StockRecord | None) -> None:
        """Show a product, or nothing."""
        other = self.record is None or record is None or record.row.code != self.record.row.code
        self.record = record
        self.acts_line.setEnabled(record is not None)
        self.movements.set_records(record.movements if record else ())
        if other:
            self.close_forms()
        if record is None:
            self.name.setText("Aucun produit choisi")
            self.code.setText("Le stock du produit pointé dans la liste s’affiche ici.")
            self.quantity.setText("")
            self.facts.set_pairs(())
            return
        item = record.row.item
        self.name.setText(record.row.name)
        self.code.setText(formats.code(record.row.code))
        self.quantity.setText(plural(item.quantity, "boîte").replace("-", "\u2212"))
        self.quantity.set_role("display" if item.quantity > 0 else "display-danger")
        limits = f"{item.minimum} à {item.maximum}" if item.maximum else "Non fixés"
        units = sum(box.remaining for box in record.opened)
        opened = f"{len(record.opened)}, {plural(units, 'unité')} en tout" if record.opened else ""
        self.facts.set_pairs(
            [
                ("Emplacement", item.place or "Non renseigné"),
                ("Mini à maxi", limits),
                ("Boîtes ouvertes", opened),
                ("En quarantaine", plural(item.quarantined, "boîte") if item.quarantined else ""),
            ]
        )

    def receive(self) -> None:
        """Type an entry."""
        self._open(self.receipt)

    def adjust(self) -> None:
        """Type a count."""
        self._open(self.count)

    def discard(self) -> None:
        """Say what becomes of the rest of an opened box."""
        if self.record is not None and not self.record.opened:
            self._ui.say("Aucune boîte de ce produit n’est ouverte.", "warning")
            return
        self._open(self.thrown)

    def save(self) -> None:
        """Write the form that is open."""
        if isinstance(self._shown, ActForm):
            self._shown.save()

    def close_forms(self) -> None:
        """Put the forms away."""
        self._shown = self.acts_line
        self._show_forms()

    def _open(self, form: _StockForm | DiscardForm) -> None:
        if self.record is not None:
            self._shown = form
            self._show_forms()
            form.begin(self.record)

    def _show_forms(self) -> None:
        # Where the letters are large, what is typed takes the room of what is only read.
        for page in self._bottom:
            page.setVisible(page is self._shown)
        crowded = self.form_open and theme.current().zoom >= _CROWDED_FROM
        self.movements.setVisible(not crowded)
        self.facts.setVisible(not crowded)
        if not self.isVisible():
            # The keys are those of the page shown.
            return
        for act_id in ("stock.save", "stock.back"):
            self._ui.acts.set_enabled(act_id, enabled=self.form_open)

    def _written(self, said: str) -> None:
        self._ui.say(said, "success")
        self.close_forms()
        self.changed.emit()


class _StockForm(ActForm):
    """What an entry and a count have in common: a product, and a number of boxes."""

    def __init__(self, ui: Ui, title: str) -> None:
        super().__init__(ui, title, "stock.save")
        self.code = ""
        self.boxes = NumberField(0, _MOST)

    def begin(self, record: StockRecord) -> None:
        """Begin with the product of ``record``."""
        self.code = record.row.code
        self.focus(self.boxes)


class _ReceiptForm(_StockForm):
    """An entry: boxes, lot, expiry, delivery note."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(ui, "Entrée en stock")
        self.lot = TextField(limit=20)
        self.expiry = DateField(lambda: today(ui.services.clock))
        self.reference = TextField(limit=40)
        self.lay(
            ("&Boîtes", self.boxes),
            ("&Lot", self.lot),
            ("&Péremption", self.expiry),
            ("Bon de li&vraison", self.reference),
        )
        self.chain(self.boxes, self.lot, self.expiry, self.reference)

    def begin(self, record: StockRecord) -> None:
        """Begin with one box, and no lot."""
        self.boxes.setValue(1)
        for editor in (self.lot, self.expiry, self.reference):
            editor.clear()
        super().begin(record)

    def show_outcome(self, outcome: Done[Any] | Refused, said: str) -> None:
        """Say why it is refused, or that it is done; go to the lot where it is what lacks."""
        super().show_outcome(outcome, said)
        if isinstance(outcome, Refused) and any(finding.code == _LOT_MISSING for finding in outcome.findings):
            self.lot.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Enter the boxes."""
        line = ReceiptLine(
            code=self.code, quantity=self.boxes.value(), lot=self.lot.text().strip(), expiry=self.expiry.date
        )
        reference = self.reference.text().strip() or "Entrée manuelle"
        stock, actor, said = self.ui.services.stock, self.ui.actor(), f"Entrée de {plural(line.quantity, 'boîte')}"
        self.perform(lambda: stock.receive(actor, [line], reference), said)


class _CountForm(_StockForm):
    """A count: what is really there, and why it differs."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(ui, "Correction du stock")
        self.reason = TextField(limit=120, placeholder="Comptage, casse, périmé…")
        self.lay(("&Boîtes comptées", self.boxes), ("&Motif", self.reason))
        self.fields.setColumnStretch(1, 1)
        self.chain(self.boxes, self.reason)

    def begin(self, record: StockRecord) -> None:
        """Begin with what the computer believes."""
        self.boxes.setValue(max(0, record.row.item.quantity))
        self.reason.clear()
        super().begin(record)

    def save(self) -> None:
        """Bring the quantity to what was counted."""
        counted, reason = self.boxes.value(), self.reason.text().strip()
        stock, actor, code = self.ui.services.stock, self.ui.actor(), self.code
        self.perform(lambda: stock.adjust(actor, code, counted, reason), f"Stock porté à {plural(counted, 'boîte')}")


def _why(move: Movement) -> str:
    # From the shelf to quarantine or back, the boxes of the line say it; else what came or left was never on the shelf.
    aside = f"quarantaine {signed(move.aside)}" if move.aside and move.delta + move.aside else ""
    return " · ".join(part for part in (aside, move.reason or move.reference) if part)


def _tone(move: Movement) -> str:
    return "success" if move.delta > 0 else "danger"
