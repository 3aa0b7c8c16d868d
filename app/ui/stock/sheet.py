"""What is held of one product, what moved, and how is it corrected?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.stock.model import ReceiptLine
from app.ui import formats, theme
from app.ui.widgets.basics import ActButton, Button, EmptyState, Panel, Text, row
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import DateField, Field, NumberField, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLineEdit

    from app.kernel.outcome import Done
    from app.officine.catalog.model import Product
    from app.officine.stock.model import Movement, StockItem
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
            Column("Mouvement", lambda move: move.kind.label, width=10),
            Column("Boîtes", lambda move: signed(move.delta), 6, True, tone=_tone),
            Column("Reste", lambda move: str(move.balance_after), 6, True, strong=True, spare=True),
            Column("Motif, référence", _why),
        ]
        empty = EmptyState("stock", "Aucun mouvement", "Enregistrez une entrée avec F6, ou un comptage avec F9.")
        self.movements: ListTable[Movement] = ListTable("Mouvements", columns, empty)
        self.acts_line = Flow([ActButton(ui.acts, f"stock.{name}") for name in ("receive", "adjust", "set_aside")])
        self.receipt = _ReceiptForm(ui)
        self.count = _CountForm(ui)
        self.bottom = QStackedWidget()
        for page in (self.acts_line, self.receipt, self.count):
            self.bottom.addWidget(page)
        for form in (self.receipt, self.count):
            form.left.connect(self.close_forms)
            form.written.connect(self._written)
        head = QHBoxLayout()
        head.setSpacing(theme.XL)
        head.addWidget(self.quantity)
        head.addWidget(self.facts, 1)
        for part in (self.name, self.code):
            self.body.addWidget(part)
        self.body.addLayout(head)
        self.body.addWidget(self.movements, 1)
        self.body.addWidget(self.bottom)
        self.show_record(None)

    @property
    def form_open(self) -> bool:
        """True while an entry or a count is being typed."""
        return self.bottom.currentWidget() is not self.acts_line

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
        self.quantity.setText(plural(item.quantity, "boîte"))
        self.quantity.set_role("display" if item.quantity > 0 else "display-danger")
        limits = f"{item.minimum} à {item.maximum}" if item.maximum else "Non fixés"
        self.facts.set_pairs(
            [
                ("Emplacement", item.place or "Non renseigné"),
                ("Mini à maxi", limits),
                ("En quarantaine", plural(item.quarantined, "boîte") if item.quarantined else ""),
            ]
        )

    def receive(self) -> None:
        """Type an entry."""
        self._open(self.receipt)

    def adjust(self) -> None:
        """Type a count."""
        self._open(self.count)

    def save(self) -> None:
        """Write the form that is open."""
        form = self.bottom.currentWidget()
        if isinstance(form, _StockForm):
            form.save()

    def close_forms(self) -> None:
        """Put the forms away."""
        self.bottom.setCurrentWidget(self.acts_line)
        self._show_forms()

    def _open(self, form: _StockForm) -> None:
        if self.record is not None:
            self.bottom.setCurrentWidget(form)
            self._show_forms()
            form.begin(self.record.row)

    def _show_forms(self) -> None:
        # Where the letters are large, what is typed takes the room of what is only read.
        crowded = self.form_open and theme.current().zoom >= _CROWDED_FROM
        self.movements.setVisible(not crowded)
        if not self.isVisible():
            # The keys are those of the page shown.
            return
        for act_id in ("stock.save", "stock.back"):
            self._ui.acts.set_enabled(act_id, enabled=self.form_open)

    def _written(self, said: str) -> None:
        self._ui.say(said, "success")
        self.close_forms()
        self.changed.emit()


class _StockForm(QWidget):
    """What an entry and a count have in common."""

    left = Signal()
    written = Signal(str)

    def __init__(self, ui: Ui, title: str) -> None:
        super().__init__()
        self.ui = ui
        self.code = ""
        self.boxes = NumberField(0, _MOST)
        self.findings = FindingList()
        self.fields = QGridLayout()
        self.fields.setSpacing(theme.S)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(Text(title, "strong"))
        column.addLayout(self.fields)
        column.addWidget(self.findings)
        cancel = Button("Annuler", kind="ghost")
        cancel.clicked.connect(self.left)
        column.addLayout(row(cancel, 0, ActButton(ui.acts, "stock.save", kind="primary")))

    def begin(self, row_: StockRow) -> None:
        """Begin with the product of ``row_``."""
        self.code = row_.code
        self.findings.set_findings(())
        self.boxes.setFocus(Qt.FocusReason.OtherFocusReason)
        self.boxes.selectAll()

    def chain(self, *editors: QLineEdit) -> None:
        """Make Entrée go from the boxes to each editor in turn, and write from the last one."""
        steps = (self.boxes.lineEdit(), *editors)
        for editor, following in zip(steps, editors, strict=False):
            editor.returnPressed.connect(partial(following.setFocus, Qt.FocusReason.TabFocusReason))
        steps[-1].returnPressed.connect(self.save)

    def save(self) -> None:
        """Write what is typed."""
        raise NotImplementedError

    def show_outcome(self, outcome: Done[Any] | Refused, said: str) -> None:
        """Say why it is refused, or that it is done."""
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
        else:
            self.written.emit(said)


class _ReceiptForm(_StockForm):
    """An entry: boxes, lot, expiry, delivery note."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(ui, "Entrée en stock")
        self.lot = TextField(limit=20)
        self.expiry = DateField(lambda: today(ui.services.clock))
        self.reference = TextField(limit=40)
        for place, (label, editor) in enumerate(
            (
                ("&Boîtes", self.boxes),
                ("&Lot", self.lot),
                ("&Péremption", self.expiry),
                ("Bon de li&vraison", self.reference),
            )
        ):
            self.fields.addWidget(Field(label, editor), place // 2, place % 2, Qt.AlignmentFlag.AlignBottom)

        self.chain(self.lot, self.expiry, self.reference)

    def begin(self, row_: StockRow) -> None:
        """Begin with one box, and no lot."""
        self.boxes.setValue(1)
        for editor in (self.lot, self.expiry, self.reference):
            editor.clear()
        super().begin(row_)

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
        self.ui.tasks.run(
            lambda _progress: stock.receive(actor, [line], reference),
            done=lambda outcome: self.show_outcome(outcome, said),
            owner=self,
            key="write",
        )


class _CountForm(_StockForm):
    """A count: what is really there, and why it differs."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(ui, "Correction du stock")
        self.reason = TextField(limit=120, placeholder="Comptage, casse, périmé…")
        self.fields.addWidget(Field("&Boîtes comptées", self.boxes), 0, 0, Qt.AlignmentFlag.AlignBottom)
        self.fields.addWidget(Field("&Motif", self.reason), 0, 1, Qt.AlignmentFlag.AlignBottom)
        self.fields.setColumnStretch(1, 1)
        self.chain(self.reason)

    def begin(self, row_: StockRow) -> None:
        """Begin with what the computer believes."""
        self.boxes.setValue(max(0, row_.item.quantity))
        self.reason.clear()
        super().begin(row_)

    def save(self) -> None:
        """Bring the quantity to what was counted."""
        counted, reason = self.boxes.value(), self.reason.text().strip()
        stock, actor, code = self.ui.services.stock, self.ui.actor(), self.code
        self.ui.tasks.run(
            lambda _progress: stock.adjust(actor, code, counted, reason),
            done=lambda outcome: self.show_outcome(outcome, f"Stock porté à {plural(counted, 'boîte')}"),
            owner=self,
            key="write",
        )


def _why(move: Movement) -> str:
    # From the shelf to quarantine or back, the boxes of the line say it; else what came or left was never on the shelf.
    aside = f"quarantaine {signed(move.aside)}" if move.aside and move.delta + move.aside else ""
    return " · ".join(part for part in (aside, move.reason or move.reference) if part)


def _tone(move: Movement) -> str:
    return "success" if move.delta > 0 else "danger"
