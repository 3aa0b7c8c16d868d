"""What is left of an opened box, and why is it thrown away?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox

from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.ui import formats
from app.ui.widgets.act_form import ActForm
from app.ui.widgets.fields import TextField

if TYPE_CHECKING:
    from app.kernel.outcome import Outcome
    from app.officine.stock.model import OpenBox
    from app.ui.context import Ui
    from app.ui.stock.sheet import StockRecord


class DiscardForm(ActForm):
    """The opened box, the reason, and for a stupéfiant the witness and the document of its destruction."""

    def __init__(self, ui: Ui) -> None:
        """Discard with the services of ``ui``."""
        super().__init__(ui, "Jeter le reste d’une boîte ouverte", "stock.save")
        self.boxes = QComboBox()
        self.opened: tuple[OpenBox, ...] = ()
        self.reason = TextField(limit=200, placeholder="Périmé, abîmé, traitement terminé…")
        self.reference = TextField(limit=64, placeholder="Document de destruction")
        self.second = TextField(limit=120, placeholder="Nom et prénom")
        laid = self.lay(
            ("&Boîte ouverte", self.boxes),
            ("&Motif", self.reason),
            ("Ré&férence", self.reference),
            ("Pharmacien &témoin", self.second),
        )
        self.of_narcotics = (laid["Ré&férence"], laid["Pharmacien &témoin"])
        self.fields.setColumnStretch(1, 1)
        self.chain(self.boxes, self.reason, self.reference, self.second)

    def begin(self, record: StockRecord) -> None:
        """Begin with the opened boxes of a product, the first to expire first."""
        self.opened = record.opened
        self.boxes.clear()
        for box in self.opened:
            self.boxes.addItem(box_words(box))
        for editor in (self.reason, self.reference, self.second):
            editor.clear()
        for field in self.of_narcotics:
            field.setVisible(record.is_narcotic)
        self.focus(self.boxes)

    def save(self) -> None:
        """Take what is left of the box out of use."""
        place = self.boxes.currentIndex()
        if not 0 <= place < len(self.opened):
            return
        box, services, actor = self.opened[place], self.ui.services, self.ui.actor()
        reason, reference, second = (editor.text().strip() for editor in (self.reason, self.reference, self.second))

        def work() -> Outcome[OpenBox]:
            outcome = services.open_boxes.discard(actor, box, reason, reference=reference, second_person=second)
            if reference and not isinstance(outcome, Refused):
                services.book.print_destruction(reference)
            return outcome

        self.perform(work, f"{plural(box.remaining, 'unité jetée', 'unités jetées')}, trace au stock")


def box_words(box: OpenBox) -> str:
    """Return an opened box on one line: ``12 sur 30 · lot B441 · exp. 30/11/2027``."""
    parts = (
        f"{box.remaining} sur {box.size}",
        f"lot {box.lot}" if box.lot else "",
        f"exp. {formats.date(box.expiry)}" if box.expiry is not None else "",
    )
    return " · ".join(part for part in parts if part)
