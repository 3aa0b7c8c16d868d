"""What was delivered of listed medicines: found by date, patient or medicine, printed, exported?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from app.kernel.clock import today
from app.kernel.text import plural
from app.ui import formats, theme
from app.ui.registers.page import RegisterPage
from app.ui.widgets.basics import ActButton, EmptyState, Text, row
from app.ui.widgets.fields import DateField, Field, SearchField
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.officine.dispensing.book import BookEntry
    from app.ui.context import Ui

_LIMIT = 1_000
_SORTS: Final = (("number", "Numéro"), ("patient", "Patient"), ("medicine", "Médicament"), ("date", "Date"))


class OrdonnancierPage(RegisterPage):
    """The ordonnancier: filters above, entries below, the newest last."""

    register = "ordonnancier"

    def __init__(self, ui: Ui) -> None:
        """List the register."""
        super().__init__(ui)
        self.field = SearchField("Patient, médicament, prescripteur ou numéro", "Chercher dans l’ordonnancier")
        self.first = DateField(lambda: today(ui.services.clock))
        self.last = DateField(lambda: today(ui.services.clock))
        self.sort = QComboBox()
        for key, title in _SORTS:
            self.sort.addItem(title, key)
        columns: list[Column[BookEntry]] = [
            Column("N°", lambda one: str(one.entry.number), 6, True, strong=True),
            Column("Date", lambda one: formats.date(one.entry.day), 11),
            Column("Médicament", lambda one: one.entry.label, second=_about),
            Column("Patient", lambda one: one.entry.patient_name, second=lambda one: one.entry.patient_address),
            Column("Prescripteur", lambda one: one.entry.prescriber_name, second=_prescriber),
            Column("Qté", lambda one: str(one.entry.quantity), 4, True),
            Column("Délivré par", lambda one: one.entry.operator_name, 16, spare=True, tone=lambda _one: "muted"),
        ]
        self.empty = EmptyState(
            "list", "L’ordonnancier est vide", "Chaque médicament listé délivré au comptoir y prend un numéro."
        )
        self.list: ListTable[BookEntry] = ListTable("Écritures de l’ordonnancier", columns, self.empty)
        self.count = Text("", "caption")
        filters = QHBoxLayout()
        filters.setSpacing(theme.S)
        filters.addWidget(Field("&Chercher", self.field), 3)
        for label, editor in (("&Du", self.first), ("&Au", self.last)):
            filters.addWidget(Field(label, editor), 1)
        filters.addWidget(Field("&Trier les pages par", self.sort), 1)
        self.setFocusProxy(self.field)
        buttons = [ActButton(ui.acts, f"registers.{name}") for name in ("print", "extract", "export")]
        self.column.addLayout(filters)
        self.column.addWidget(self.list, 1)
        self.column.addLayout(row(self.count, 0, *buttons))
        self.field.searched.connect(lambda _text: self.read())
        self.field.moved.connect(self.list.step)
        for editor in (self.first, self.last):
            editor.editingFinished.connect(self.read)

    def read(self) -> None:
        """Read the entries that the filters keep: the last thousand."""
        book, actor = self.ui.services.book, self.ui.actor()
        first, last, text = self.first.date, self.last.date, self.field.text()
        self.ui.tasks.run(
            lambda _progress: book.ordonnancier(first=first, last=last, text=text, limit=_LIMIT, actor=actor),
            done=self._show,
            owner=self,
            key="read",
            title="Lecture de l’ordonnancier…",
        )

    def search(self) -> None:
        """Go to the field."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def print_pages(self) -> None:
        """Write the pages of what the filters keep, in the order chosen."""
        book, sort, actor = self.ui.services.book, str(self.sort.currentData()), self.ui.actor()
        first, last, text = self.first.date, self.last.date, self.field.text().strip()
        self.write(lambda: book.print_ordonnancier(first=first, last=last, text=text, sort=sort, actor=actor))

    def extract(self) -> None:
        """Write the extract of the patient of the entry pointed at."""
        one = self.list.current_record
        if one is None or one.entry.patient_id is None:
            self.ui.say("Pointez d’abord une écriture du patient.", "warning")
            return
        book, patient_id, actor = self.ui.services.book, one.entry.patient_id, self.ui.actor()
        first, last = self.first.date, self.last.date
        self.write(lambda: book.print_ordonnancier(first=first, last=last, patient_id=patient_id, actor=actor))

    def _show(self, found: Sequence[BookEntry]) -> None:
        if self.field.text().strip() or self.first.date or self.last.date:
            self.empty.say("Aucune écriture ne répond", "Essayez moins de lettres, ou d’autres dates.")
        self.list.set_records(found)
        if found:
            self.list.point(len(found) - 1)
        most = "les 1\u202f000 dernières écritures, précisez pour les autres" if len(found) == _LIMIT else ""
        self.count.setText(most or (plural(len(found), "écriture") if found else ""))


def _about(one: BookEntry) -> str:
    if one.is_cancelled:
        return f"ANNULÉE\u00a0: {one.cancelled}"
    return f"{one.entry.list_class.label} · délivrance n°\u00a0{one.entry.delivery}"


def _prescriber(one: BookEntry) -> str:
    if one.entry.is_advance:
        return "Aucune ordonnance ce jour"
    return f"Ordonnance du {formats.date(one.entry.prescription_date)}"
