"""What was sold today, and how is a sale cancelled, credited or printed again?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel

from app.kernel.text import NBSP, plural
from app.officine.dispensing.returned import boxes_left, must_be_named, named
from app.officine.dispensing.reversal import Fate, ReturnedLine, ReversalKind, is_narcotic
from app.ui import formats, theme
from app.ui.cash.page import CashForm, CashPage
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.facts import Sheet
from app.ui.widgets.fields import Field, NumberField, TextField
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.officine.dispensing.model import Box, Delivery, DeliverySummary
    from app.officine.dispensing.reversal import Reversal, ReversalDraft
    from app.ui.context import Services, Ui

_PAST = {ReversalKind.CANCEL: "Vente annulée", ReversalKind.CREDIT: "Avoir établi"}


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """All that the sheet shows of a sale."""

    delivery: Delivery
    reversals: tuple[Reversal, ...]


def read_sale(services: Services, number: int) -> SaleRecord | None:
    """Return a sale with what was taken back of it; run in the background."""
    delivery = services.counter.delivery(number)
    return None if delivery is None else SaleRecord(delivery, tuple(services.reversals.of_delivery(number)))


class SalesPage(CashPage):
    """The sales of the day on the left; the one pointed at on the right, and the acts that undo it."""

    def __init__(self, ui: Ui) -> None:
        """List the sales of the day."""
        super().__init__(ui, "Vente", ("cash.cancel", "cash.credit", "cash.reprint"))
        empty = EmptyState("list", "Aucune vente aujourd’hui", "Les ventes encaissées au comptoir s’affichent ici.")
        columns: list[Column[DeliverySummary]] = [
            Column("N°", lambda sale: str(sale.number), 5, True),
            Column("Heure", lambda sale: formats.clock(sale.at), 5, spare=True),
            Column("Client", lambda sale: sale.patient_name or "Sans patient", strong=True, second=_by),
            Column("Total", lambda sale: formats.amount(sale.amount), 8, True, spare=True),
            Column("Réglé", lambda sale: formats.amount(sale.patient_share), 8, True),
            Column("État", lambda sale: sale.state.label, 7, tone=lambda _sale: "danger"),
        ]
        self.list: ListTable[DeliverySummary] = ListTable("Ventes du jour", columns, empty)
        self.left.addWidget(self.list, 1)
        self.record: SaleRecord | None = None
        self.facts = Sheet("Vente choisie")
        self.content.addWidget(self.facts, 1)
        self.reversing = ReversalForm(ui)
        self.add_form(self.reversing)
        self.forms_changed.connect(self._make_room)
        self.list.pointed.connect(self._point)
        self._show(None)

    def shown(self) -> None:
        """Read the sales of the day anew."""
        counter, actor = self.ui.services.counter, self.ui.actor()
        self.ui.tasks.run(lambda _progress: counter.deliveries(actor=actor), done=self._listed, owner=self, key="sales")

    def focus_list(self) -> None:
        """Put the focus on the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_room(self) -> None:
        """Leave the sheet to the act: it names the sale and its lines itself."""
        self.facts.setVisible(self.form is None)

    def cancel(self) -> None:
        """Cancel the sale pointed at."""
        self._begin(ReversalKind.CANCEL)

    def credit(self) -> None:
        """Credit the sale pointed at, whole or in part."""
        self._begin(ReversalKind.CREDIT)

    def reprint(self) -> None:
        """Write the ticket of the sale pointed at again, marked and counted as a duplicata."""
        if self.record is None:
            return
        services, actor, delivery = self.ui.services, self.ui.actor(), self.record.delivery

        def act() -> tuple[int, str]:
            number = services.cash.reprint(actor, delivery.number)
            return number, str(services.tickets.write(delivery, duplicata=number))

        self.ui.tasks.run(lambda _progress: act(), done=self._reprinted, owner=self, key="reprint")

    def _reprinted(self, made: tuple[int, str]) -> None:
        self.ui.say(f"Duplicata n°{NBSP}{made[0]} enregistré{NBSP}: {made[1]}", "success")

    def _begin(self, kind: ReversalKind) -> None:
        if self.record is None:
            return
        reversals, number = self.ui.services.reversals, self.record.delivery.number
        self.ui.tasks.run(
            lambda _progress: reversals.proposal(number, kind), done=self._proposed, owner=self, key="proposal"
        )

    def _proposed(self, draft: ReversalDraft | None) -> None:
        if draft is not None and self.record is not None:
            self.reversing.set_draft(draft, self.record)
            self.open_form(self.reversing)

    def _listed(self, sales: list[DeliverySummary]) -> None:
        self.list.set_records(sales, keep=True)
        if self.list.current_record is None:
            self._show(None)
        else:
            self._point(self.list.current_record)

    def _point(self, sale: DeliverySummary | None) -> None:
        if sale is None:
            self._show(None)
            return
        services, number = self.ui.services, sale.number
        self.ui.tasks.run(lambda _progress: read_sale(services, number), done=self._show, owner=self, key="sale")

    def _show(self, record: SaleRecord | None) -> None:
        other = record is None or self.record is None or record.delivery.number != self.record.delivery.number
        self.record = record
        if other and self.form is not None:
            self.close_form()
        self.acts_line.setEnabled(record is not None)
        self.identity.show_file(None if record is None else record.delivery.patient_id)
        self.facts.begin()
        if record is None:
            self.facts.text("La vente pointée dans la liste s’affiche ici.", "muted")
        else:
            self._write(record)
        self.facts.end()

    def _write(self, record: SaleRecord) -> None:
        sale = record.delivery
        state = f" — {sale.state.label}" if sale.state.label else ""
        self.facts.text(f"N°{NBSP}{sale.number} · {formats.moment(sale.at)} · {sale.operator_name}{state}", "strong")
        self.facts.text(sale.patient_name or "Vente sans patient")
        for line in sale.lines:
            owed = f" · {plural(line.promised, 'boîte promise', 'boîtes promises')}" if line.promised else ""
            other = line.author.name not in {"", sale.operator_name}
            by = f" · ajouté par {line.author.name}" if other else ""
            self.facts.text(f"{line.quantity}{NBSP}× {line.label}{owed}{by}")
        paid = " + ".join(f"{formats.amount(one.amount)} {one.method.label.lower()}" for one in sale.payments)
        totals = sale.totals
        self.facts.text(f"Total {formats.amount(totals.amount)} · part du client {formats.amount(totals.patient)}")
        self.facts.text(f"Réglé{NBSP}: {paid or 'rien à payer'}", "muted")
        for one in record.reversals:
            self.facts.section(f"{one.kind.label} n°{NBSP}{one.number} du {formats.moment(one.at)}")
            self.facts.text(f"{formats.amount(one.totals.amount)} · {one.author_name} · {one.reason}")


class ReversalForm(CashForm):
    """What comes back, where it goes, why, and what is paid back."""

    def __init__(self, ui: Ui) -> None:
        """Begin without a sale."""
        super().__init__(ui, "")
        self.draft: ReversalDraft | None = None
        self.rows: list[tuple[int, NumberField, QComboBox]] = []
        self.lines = QGridLayout()
        self.lines.setSpacing(theme.S)
        self.reason = TextField(limit=200, placeholder="Erreur de produit, retour du client…")
        self.note = TextField(limit=200, placeholder="Exigée si un stupéfiant revient en stock")
        self.note_field = Field("E&xplication", self.note)
        self.refunds = Text("", "strong", wrap=True)
        self.boxes = TextField(limit=200, placeholder="Scannez, ou tapez")
        self.boxes_field = Field("&Boîtes reprises", self.boxes)
        self.out: dict[int, tuple[Box, ...]] = {}
        self.column.insertLayout(1, self.lines)
        reasons = QHBoxLayout()
        reasons.addWidget(Field("&Motif", self.reason), 1)
        reasons.addWidget(self.note_field, 1)
        self.column.insertLayout(3, reasons)
        reasons.addWidget(self.boxes_field, 1)
        self.column.insertWidget(4, self.refunds)
        self.chain(self.reason, self.note, self.boxes)

    def set_draft(self, draft: ReversalDraft, record: SaleRecord) -> None:
        """Propose all that is left of the sale."""
        delivery = record.delivery
        self.draft = draft
        self.out = boxes_left(delivery, record.reversals)
        self.title.setText(f"{draft.kind.label} de la vente n°{NBSP}{delivery.number}")
        while (item := self.lines.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = []
        sold = {line.rank: line for line in delivery.lines}
        for place, line in enumerate(draft.lines):
            label = QLabel(sold[line.rank].label)
            label.setWordWrap(True)
            boxes = NumberField(0, line.quantity, name=f"Boîtes reprises{NBSP}: {sold[line.rank].label}")
            boxes.setValue(line.quantity)
            boxes.setEnabled(draft.kind is ReversalKind.CREDIT)
            fate = QComboBox()
            fate.setAccessibleName(f"Destination{NBSP}: {sold[line.rank].label}")
            for one in Fate:
                fate.addItem(one.label, one)
            fate.setCurrentIndex(list(Fate).index(line.fate))
            boxes.valueChanged.connect(lambda _value: self._reckon())
            for column, part in enumerate((label, boxes, fate)):
                self.lines.addWidget(part, place, column)
            self.rows.append((line.rank, boxes, fate))
        self.lines.setColumnStretch(0, 1)
        self.note_field.setVisible(any(is_narcotic(line) for line in delivery.lines))
        self.boxes.clear()
        self._show_boxes()
        self._show_refunds(draft)

    @property
    def asks_boxes(self) -> bool:
        """True while somebody must say which boxes come back."""
        return not self.boxes_field.isHidden()

    def take_box(self, word: str) -> None:
        """Note a box that was scanned while the form is open, once."""
        if word and word not in self.boxes.text().split():
            self.boxes.setText(f"{self.boxes.text()} {word}".strip())

    def begin(self) -> None:
        """Begin with the reason."""
        super().begin()
        self.reason.clear()
        self.note.clear()
        self.focus(self.reason)

    def save(self) -> None:
        """Cancel or credit."""
        draft = self._typed()
        if draft is None:
            return
        reversals, actor = self.ui.services.reversals, self.ui.actor()
        asked = replace(draft, reason=self.reason.text())
        self.perform(lambda: reversals.reverse(reversals.with_refunds(asked), actor), _PAST[draft.kind])

    def _typed(self) -> ReversalDraft | None:
        if self.draft is None:
            return None
        note = self.note.text().strip()
        lines = tuple(
            ReturnedLine(rank, boxes.value(), Fate(fate.currentData()), note)
            for rank, boxes, fate in self.rows
            if boxes.value()
        )
        return replace(self.draft, lines=named(lines, self.out, self.boxes.text()))

    def _show_boxes(self) -> None:
        """Ask which boxes come back only where the ones sold are told apart, and not all of them come back."""
        asked = [
            (ReturnedLine(rank, boxes.value(), Fate.STOCK), self.out.get(rank, ()), boxes.maximum())
            for rank, boxes, _fate in self.rows
            if boxes.value()
        ]
        wanted = [out for line, out, count in asked if must_be_named(line, out, count)]
        self.boxes_field.setVisible(bool(wanted))

    def _reckon(self) -> None:
        self._show_boxes()
        draft, reversals = self._typed(), self.ui.services.reversals
        if draft is not None:
            self.ui.tasks.run(
                lambda _progress: reversals.with_refunds(draft), done=self._show_refunds, owner=self, key="refunds"
            )

    def _show_refunds(self, draft: ReversalDraft) -> None:
        paid = " + ".join(f"{formats.amount(one.amount)} {one.method.label.lower()}" for one in draft.refunds)
        boxes = plural(sum(line.quantity for line in draft.lines), "boîte")
        self.refunds.setText(f"{boxes} · à rendre{NBSP}: {paid or 'rien'}")


def _by(sale: DeliverySummary) -> str:
    return sale.operator_name
