"""Which stupéfiants are in the safe, what became of each unit, and does the count agree?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.registers import rules
from app.officine.registers.model import EntryKind
from app.ui import formats, theme
from app.ui.registers.page import RegisterPage
from app.ui.widgets.act_form import ActForm
from app.ui.widgets.basics import ActButton, EmptyState, Panel, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import NumberField, TextField
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Done
    from app.officine.registers.model import Entry, Holding
    from app.ui.context import Ui

_MOST = 9_999
_CROWDED_FROM = 125
_EXITS = (EntryKind.DESTRUCTION, EntryKind.LOSS, EntryKind.THEFT, EntryKind.RETURN)


@dataclass(frozen=True, slots=True)
class _Record:
    holding: Holding
    entries: tuple[Entry, ...]


class NarcoticsPage(RegisterPage):
    """The stupéfiants on the left, register against stock; the entries and the acts of one on the right."""

    register = "stupefiants"

    def __init__(self, ui: Ui) -> None:
        """Read and keep the register of the services of ``ui``."""
        super().__init__(ui)
        columns: list[Column[Holding]] = [
            Column("Stupéfiant", lambda one: one.narcotic.name, second=lambda one: one.narcotic.presentation),
            Column("Registre", lambda one: str(one.balance), 9, True, strong=True),
            Column("Stock", _stock, 7, True, spare=True),
            Column("Écart", _gap, 6, True, strong=True, tone=lambda one: "danger" if one.difference else ""),
        ]
        empty = EmptyState("lock", "Aucun stupéfiant", "La première réception (Stock, F6) ouvre le registre.")
        self.list: ListTable[Holding] = ListTable("Stupéfiants, registre et stock", columns, empty)
        self.sheet = _Sheet(ui)
        self.setFocusProxy(self.list)
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.list, 1)
        printing = [ActButton(ui.acts, f"registers.{name}") for name in ("print", "export")]
        left.addWidget(Flow([*printing, Text("En unités de prise", "caption")]))
        line = QHBoxLayout()
        line.setSpacing(theme.L)
        line.addLayout(left, 1)
        line.addWidget(self.sheet, 1)
        self.column.addLayout(line, 1)
        self.list.pointed.connect(self._point)
        self.list.chosen.connect(lambda _one: self.sheet.open_form(self.sheet.count))
        self.sheet.changed.connect(self.read)
        self.sheet.left.connect(lambda: self.list.setFocus(Qt.FocusReason.OtherFocusReason))

    def read(self) -> None:
        """Read what is held anew, and stay on the same product."""
        narcotics = self.ui.services.narcotics
        self.ui.tasks.run(
            lambda _progress: narcotics.holdings(),
            done=self._show,
            owner=self,
            key="read",
            title="Lecture du registre…",
        )

    def search(self) -> None:
        """Go to the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def print_pages(self) -> None:
        """Write the pages of the whole register."""
        book, actor = self.ui.services.book, self.ui.actor()
        self.write(lambda: book.print_narcotics(actor=actor))

    def point_at(self, code: str) -> bool:
        """Point at a product; False where it is no stupéfiant held."""
        place = next((rank for rank, one in enumerate(self.list.records) if one.narcotic.code == code), None)
        if place is not None:
            self.list.point(place)
        return place is not None

    def _show(self, found: Sequence[Holding]) -> None:
        self.list.set_records(found, keep=True)

    def _point(self, holding: Holding | None) -> None:
        if holding is None:
            self.sheet.show_record(None)
            return
        registers, actor = self.ui.services.registers, self.ui.actor()
        self.ui.tasks.run(
            lambda _progress: _Record(
                holding, tuple(registers.entries(code=holding.narcotic.code, limit=200, newest=True, actor=actor))
            ),
            done=self.sheet.show_record,
            owner=self,
            key="sheet",
        )


class _Sheet(Panel):
    """One stupéfiant: its balance, its entries, and what may be written."""

    changed = Signal()
    left = Signal()

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self._ui = ui
        self.record: _Record | None = None
        self.name = Text("", "heading", wrap=True, selectable=True)
        self.balance = Text("", "display")
        self.facts = Facts()
        columns: list[Column[Entry]] = [
            Column("N°", lambda one: str(one.seq), 5, True, spare=True),
            Column("Date", lambda one: formats.date(one.day), 11, spare=True),
            Column("Opération", lambda one: one.kind.label, second=_about),
            Column("Unités", lambda one: rules.signed(one.units), 7, True, tone=_tone),
            Column("Solde", lambda one: str(one.balance), 7, True, strong=True),
        ]
        empty = EmptyState("list", "Aucune écriture", "Le stock connu ouvrira le registre au premier mouvement.")
        self.entries: ListTable[Entry] = ListTable("Écritures du registre", columns, empty)
        names = ("count", "exit", "units")
        self.acts_line = Flow([ActButton(ui.acts, f"registers.{name}") for name in names])
        self.count, self.exit, self.units = _CountForm(ui), _ExitForm(ui), _UnitsForm(ui)
        self._bottom: tuple[QWidget, ...] = (self.acts_line, self.count, self.exit, self.units)
        self._shown: QWidget = self.acts_line
        for form in (self.count, self.exit, self.units):
            form.written.connect(self._written)
        head = QHBoxLayout()
        head.setSpacing(theme.XL)
        head.addWidget(self.balance)
        head.addWidget(self.facts, 1)
        self.body.addWidget(self.name)
        self.body.addLayout(head)
        self.body.addWidget(self.entries, 1)
        for page in self._bottom:
            self.body.addWidget(page)
        self.show_record(None)

    @property
    def form_open(self) -> bool:
        """True while something is being typed."""
        return self._shown is not self.acts_line

    def show_record(self, record: _Record | None) -> None:
        """Show a product, or nothing."""
        other = (
            self.record is None or record is None or record.holding.narcotic.code != self.record.holding.narcotic.code
        )
        self.record = record
        self.acts_line.setEnabled(record is not None)
        self.entries.set_records(record.entries if record else ())
        if other:
            self.close_forms()
        if record is None:
            self.name.setText("Aucun stupéfiant choisi")
            self.balance.setText("")
            self.facts.set_pairs(())
            return
        holding = record.holding
        units = holding.narcotic.units
        self.name.setText(holding.narcotic.name)
        self.balance.setText(plural(holding.balance, "unité"))
        self.balance.set_role("display-danger" if holding.difference else "display")
        known = "À indiquer (Ctrl+U)" if units.count is None else f"{plural(units.count, units.noun)} par boîte"
        self.facts.set_pairs(
            [
                ("Contenu", known + (", saisi par un pharmacien" if units.typed else "")),
                ("Stock", plural(holding.boxes, "boîte")),
                ("Écart", "Aucun" if not holding.difference else f"{rules.signed(holding.difference)} au stock"),
            ]
        )

    def open_form(self, form: _Form) -> None:
        """Type what ``form`` asks for."""
        if self.record is not None:
            self._shown = form
            self._show_acts()
            form.begin(self.record.holding)

    def save(self) -> None:
        """Write the form that is open."""
        if isinstance(self._shown, _Form):
            self._shown.save()

    def close_forms(self) -> None:
        """Put the forms away."""
        was_open = self.form_open
        self._shown = self.acts_line
        self._show_acts()
        if was_open:
            self.left.emit()

    def _show_acts(self) -> None:
        # Where the letters are large, what is typed takes the room of what is only read: the list names the product.
        for page in self._bottom:
            page.setVisible(page is self._shown)
        crowded = self.form_open and theme.current().zoom >= _CROWDED_FROM
        for part in (self.name, self.entries, self.facts, self.balance):
            part.setVisible(not crowded)
        for act_id in ("registers.save", "registers.back"):
            self._ui.acts.set_enabled(act_id, enabled=self.form_open)

    def _written(self, said: str) -> None:
        self._ui.say(said, "success")
        self.close_forms()
        self.changed.emit()


class _Form(ActForm):
    """What an inventory, an exit and the units of a box have in common: a product, and a number."""

    def __init__(self, ui: Ui, title: str) -> None:
        super().__init__(ui, title, "registers.save")
        self.code = ""
        self.number = NumberField(0, _MOST)

    def begin(self, holding: Holding) -> None:
        """Begin with a product."""
        self.code = holding.narcotic.code
        self.focus(self.number)


class _CountForm(_Form):
    """An inventory: boxes and loose units found, who was there, why it differs."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(ui, "Inventaire")
        self.loose = NumberField(0, _MOST)
        self.second = TextField(limit=120, placeholder="Nom et prénom")
        self.reason = TextField(limit=200, placeholder="Obligatoire s’il y a un écart")
        self.lay(
            ("&Boîtes comptées", self.number),
            ("Unités &hors boîte", self.loose),
            ("&Seconde personne", self.second),
            ("&Motif de l’écart", self.reason),
        )
        self.chain(self.number, self.loose, self.second, self.reason)

    def begin(self, holding: Holding) -> None:
        """Begin with nothing counted: the count is made without looking at what is expected."""
        self.number.setValue(0)
        self.loose.setValue(0)
        self.second.clear()
        self.reason.clear()
        super().begin(holding)

    def save(self) -> None:
        """Write the inventory."""
        narcotics, actor, code = self.ui.services.narcotics, self.ui.actor(), self.code
        boxes, loose = self.number.value(), self.loose.value()
        reason, second = self.reason.text().strip(), self.second.text().strip()
        self.ui.tasks.run(
            lambda _progress: narcotics.count(
                actor, {code: boxes}, loose={code: loose}, reason=reason, second_person=second
            ),
            done=self._told,
            owner=self,
            key="write",
        )

    def _told(self, outcome: Done[int] | Refused) -> None:
        differs = not isinstance(outcome, Refused) and outcome.value
        self.show_outcome(
            outcome, "Inventaire écrit\u00a0: écart porté au registre" if differs else "Inventaire conforme"
        )
        if isinstance(outcome, Refused) and any(finding.subject == "reason" for finding in outcome.findings):
            self.reason.setFocus(Qt.FocusReason.OtherFocusReason)


class _ExitForm(_Form):
    """A destruction, a loss, a theft, a return to the supplier."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(ui, "Sortie du registre")
        self.kind = QComboBox()
        for kind in _EXITS:
            self.kind.addItem(kind.label, str(kind))
        self.reference = TextField(limit=64, placeholder="Document de destruction, bon de retour")
        self.second = TextField(limit=120, placeholder="Obligatoire pour une destruction")
        self.reason = TextField(limit=200, placeholder="Périmés, casse, effraction…")
        self.lay(
            ("&Nature", self.kind),
            ("&Boîtes", self.number),
            ("&Référence", self.reference),
            ("&Pharmacien témoin", self.second),
            ("&Motif", self.reason),
        )
        self.chain(self.kind, self.number, self.reference, self.second, self.reason)

    def begin(self, holding: Holding) -> None:
        """Begin with one box to destroy."""
        self.kind.setCurrentIndex(0)
        self.number.setValue(1)
        for editor in (self.reference, self.second, self.reason):
            editor.clear()
        super().begin(holding)
        self.kind.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Write the exit, and the attestation of a destruction."""
        services, actor, code = self.ui.services, self.ui.actor(), self.code
        kind, boxes = EntryKind(str(self.kind.currentData())), self.number.value()
        reference = self.reference.text().strip()
        reason, second = self.reason.text().strip(), self.second.text().strip()

        def work() -> Done[int] | Refused:
            outcome = services.narcotics.take_out(
                actor, kind, {code: boxes}, reason=reason, second_person=second, reference=reference
            )
            if kind is EntryKind.DESTRUCTION and not isinstance(outcome, Refused):
                services.book.print_destruction(reference)
            return outcome

        told = f"{kind.label} de {plural(boxes, 'boîte')} au registre"
        if kind is EntryKind.DESTRUCTION:
            told += ", attestation dans le dossier des impressions"
        self.perform(work, told)


class _UnitsForm(_Form):
    """How many unités de prise a box holds."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(ui, "Unités de prise par boîte")
        self.lay(("&Unités dans une boîte", self.number))
        self.chain(self.number)

    def begin(self, holding: Holding) -> None:
        """Begin with what is known."""
        self.number.setValue(holding.narcotic.units.count or 0)
        super().begin(holding)

    def save(self) -> None:
        """Write the number, from now on."""
        registers, actor, code, count = self.ui.services.registers, self.ui.actor(), self.code, self.number.value()
        self.perform(lambda: registers.set_units(actor, code, count), f"{plural(count, 'unité')} par boîte")


def _stock(one: Holding) -> str:
    return "?" if one.stock_units is None else str(one.stock_units)


def _gap(one: Holding) -> str:
    return rules.signed(one.difference) if one.difference else ""


def _tone(one: Entry) -> str:
    return "success" if one.units > 0 else "danger" if one.units < 0 else "muted"


def _about(one: Entry) -> str:
    if one.kind is EntryKind.DELIVERY:
        bearer = f" · porteur\u00a0: {one.bearer}" if one.bearer else ""
        return f"{one.patient_name} · Dr {one.prescriber_name}{bearer}"
    if one.kind is EntryKind.CESSION:
        return f"{one.patient_name} · {one.reason}"
    stated = f"compté {one.stated}" if one.kind is EntryKind.INVENTORY else ""
    second = f"avec {one.second_person}" if one.second_person else ""
    return " · ".join(part for part in (stated, one.reason, one.reference, second) if part) or one.author_name
