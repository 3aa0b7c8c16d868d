"""Which medicines derived from blood came and were delivered, with which lot, and which products are they?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.registers.data import derived_table
from app.officine.registers.model import DerivedKind
from app.ui import formats
from app.ui.registers.page import RegisterPage
from app.ui.widgets.basics import ActButton, EmptyState, Text, row
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.registers.model import DerivedEntry
    from app.ui.context import Services, Ui


class DerivedPage(RegisterPage):
    """The register of medicines derived from blood, and a pharmacist's word on a product."""

    register = "derives"

    def __init__(self, ui: Ui) -> None:
        """List the register."""
        super().__init__(ui)
        columns: list[Column[DerivedEntry]] = [
            Column("N°", lambda one: str(one.seq), 6, True, strong=True),
            Column("Date", lambda one: formats.date(one.day), 11, spare=True),
            Column(
                "Médicament",
                lambda one: one.label,
                second=lambda one: " · ".join(part for part in (one.kind.label, _note_of(one), one.reason) if part),
            ),
            Column("Lot", lambda one: one.lot, 14, strong=True),
            Column("Qté", lambda one: str(one.quantity), 4, True),
            Column("Patient", lambda one: one.patient_name, second=lambda one: one.patient_address),
            Column("Prescripteur", lambda one: one.prescriber_name, 18, spare=True),
        ]
        empty = EmptyState(
            "list",
            "Aucun médicament dérivé du sang reçu ni délivré",
            "Le lot de chaque boîte est exigé à la réception et au comptoir, et reste ici 40\u00a0ans.",
        )
        self.list: ListTable[DerivedEntry] = ListTable("Médicaments dérivés du sang", columns, empty)
        self.count = Text("", "caption")
        self.code = TextField(placeholder="Scannez une boîte, ou tapez son code", limit=20)
        self.said = Text("", "muted", wrap=True)
        self.findings = FindingList()
        checked = formats.date(derived_table().checked_on)
        about = (
            "Les produits sont reconnus par leurs substances (immunoglobulines, albumine, facteurs de coagulation…), "
            f"d’après une table de Galien vérifiée le {checked}\u00a0: une aide, à contrôler. Le pharmacien a le "
            "dernier mot, produit par produit."
        )
        self.setFocusProxy(self.list)
        self.column.addWidget(self.list, 1)
        self.column.addLayout(
            row(self.count, 0, ActButton(ui.acts, "registers.print"), ActButton(ui.acts, "registers.export"))
        )
        self.column.addWidget(Text("Quels produits\u202f?", "strong"))
        self.column.addWidget(Text(about, "muted", wrap=True))
        self.column.addWidget(Field("Code du &produit", self.code))
        self.column.addLayout(row(ActButton(ui.acts, "registers.flag"), self.said, 0))
        self.column.addWidget(self.findings)
        self.code.textChanged.connect(lambda _text: self._look())

    def read(self) -> None:
        """Read the register, the newest first."""
        registers, actor = self.ui.services.registers, self.ui.actor()
        self.ui.tasks.run(
            lambda _progress: registers.derived_entries(newest=True, actor=actor),
            done=self._show,
            owner=self,
            key="read",
        )

    def search(self) -> None:
        """Go to the code of a product."""
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)
        self.code.selectAll()

    def print_pages(self) -> None:
        """Write the pages of the whole register."""
        book, actor = self.ui.services.book, self.ui.actor()
        self.write(lambda: book.print_derived(actor=actor))

    def flag(self) -> None:
        """Say the contrary of what is known of the product typed."""
        services, actor, code = self.ui.services, self.ui.actor(), self.code.text().strip()
        if not code:
            self.search()
            self.ui.say("Scannez d’abord une boîte, ou tapez son code.", "warning")
            return
        self.ui.tasks.run(
            lambda _progress: services.registers.set_derived(
                actor, code, derived=not services.registers.is_derived(code)
            ),
            done=self._flagged,
            owner=self,
            key="write",
        )

    def _flagged(self, outcome: Outcome[bool]) -> None:
        self.findings.set_findings(outcome.findings if isinstance(outcome, Refused) else ())
        self._look()

    def _look(self) -> None:
        services, code = self.ui.services, self.code.text().strip()
        if not code:
            self.said.setText("")
            return
        self.ui.tasks.run(lambda _progress: _known(services, code), done=self.said.setText, owner=self, key="look")

    def _show(self, found: Sequence[DerivedEntry]) -> None:
        self.list.set_records(found)
        self.count.setText(plural(len(found), "écriture") if found else "")


def _known(services: Services, code: str) -> str:
    product = services.catalog.by_code(code)
    if product is None:
        return "Ce code n’est pas au catalogue."
    word = "dérivé du sang" if services.registers.is_derived(product.code) else "pas dérivé du sang"
    return f"{product.name}\u00a0: {word}."


def _note_of(entry: DerivedEntry) -> str:
    return f"bon {entry.reference}" if entry.kind is DerivedKind.RECEIPT else ""
