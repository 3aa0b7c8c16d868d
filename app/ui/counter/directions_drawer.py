"""What does the ordonnance ask for, line by line: posology, for how long, how many renewals?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from app.kernel.text import plural
from app.officine.dispensing import matching, mentioned
from app.officine.prescriptions.model import PrescribedLine
from app.ui import theme
from app.ui.counter.drawer import Drawer
from app.ui.widgets.basics import Button, Text, clear
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from app.officine.catalog.model import Product
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_WORDS = Wording(
    name="Ajouter une ligne prescrite",
    placeholder="Ajouter une ligne\u00a0: nom du produit…",
    icon="search",
    before=("", ""),
    nothing=("Aucun produit ne répond à «\u00a0{}\u00a0»", "Essayez moins de lettres."),
    noun="produit",
)
_FOUND = 30
_SHORTHAND = "m matin · mi midi · s soir · c coucher · j, sem, mois\u00a0: durée · r5\u00a0: cinq renouvellements"
_MENTIONS = "uf\u00a0: en une seule fois · chev\u00a0: chevauchement autorisé · nr\u00a0: ne pas renouveler"


class DirectionsDrawer(Drawer):
    """The lines of the ordonnance: each in one field, ``1 m 1 s 30 j r5``; Entrée goes to the next."""

    name = "directions"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Write the lines of the ordonnance of ``till``."""
        super().__init__(ui, till, "Lignes de l’ordonnance")
        self._lines: tuple[PrescribedLine, ...] = ()
        self._products: dict[str, Product] = {}
        self.fields: list[TextField] = []
        self.note = Text("", "strong", wrap=True)
        self.rows = QVBoxLayout()
        self.rows.setSpacing(theme.M)
        columns: list[Column[Product]] = [Column("Produit", lambda product: product.name, strong=True)]
        self.pane: SearchPane[Product] = SearchPane(ui, _WORDS, columns, self._find)
        self.pane.list.setFixedHeight(theme.current().pixels(120))
        self.pane.list.hide()
        self.pane.count.hide()
        self.pane.chosen.connect(self._add)
        self.pane.field.textChanged.connect(lambda typed: self.pane.list.setVisible(bool(typed.strip())))
        self.content.addWidget(self.note)
        self.content.addLayout(self.rows)
        self.content.addWidget(self.pane)
        self.content.addStretch(1)
        self.save_button = Button("Garder les lignes — Entrée", kind="primary", icon="check")
        self.save_button.clicked.connect(self._keep)
        self.foot.addWidget(Text(_SHORTHAND, "caption", wrap=True))
        self.foot.addWidget(Text(_MENTIONS, "caption", wrap=True))
        self.foot.addWidget(self.save_button)

    def opened(self) -> None:
        """Show the lines as they are, and begin with the first."""
        self._products |= self.till.picture.products
        session = self.till.session
        has_one = session.prescription is not None
        self.note.setText("" if has_one else "F4 d’abord\u00a0: prescripteur et date de l’ordonnance.")
        self.note.setVisible(not has_one)
        self.pane.setVisible(has_one)
        self.save_button.setVisible(has_one)
        self._draw(matching.written_lines(session, self._products))
        self.reveal(self.fields[0] if self.fields else self.pane.field if has_one else self)

    def confirm(self) -> None:
        """Keep the lines; from the search, add the product pointed at."""
        if self.pane.field.hasFocus() and self.pane.field.text().strip():
            return
        self._keep()

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        self._lines = ()
        self.pane.field.clear()

    def _find(self, typed: str) -> list[Product]:
        return self.ui.services.catalog.search(typed, _FOUND) if typed else []

    def _draw(self, lines: tuple[PrescribedLine, ...]) -> None:
        clear(self.rows)
        self._lines, self.fields = lines, []
        for line in lines:
            field = TextField(placeholder="1 m 1 s 30 j r5", name=f"Posologie et durée\u00a0: {line.label}")
            field.setText(matching.typed_text(line))
            labelled = Field(line.label, field, hint=_asked_words(line))
            self.fields.append(field)
            self.rows.addWidget(labelled)
        self.chain(*self.fields)

    def _add(self, product: Product) -> None:
        self._products[product.code] = product
        lines = self._typed()
        taken = {line.line_id for line in lines}
        line_id = next(name for name in (f"P{rank}" for rank in range(1, 1000)) if name not in taken)
        added = PrescribedLine(
            line_id=line_id,
            code=product.code,
            label=product.name,
            cis=product.cis or "",
            group_id=product.group_id or "",
        )
        self.pane.field.clear()
        self._draw((*lines, added))
        self.reveal(self.fields[-1])

    def _typed(self) -> tuple[PrescribedLine, ...]:
        return tuple(
            line if field.text().strip() == matching.typed_text(line) else self._directed(line, field.text())
            for line, field in zip(self._lines, self.fields, strict=True)
        )

    def _directed(self, line: PrescribedLine, typed: str) -> PrescribedLine:
        return mentioned.directed(line, typed, self._products.get(line.code), self.till.picture.details.get(line.code))

    def _keep(self) -> None:
        if self.till.session.prescription is None:
            return
        lines = self._typed()
        if lines != self.till.session.prescription.lines:
            self.till.do(matching.detail(self.till.session, lines, self._products | self.till.picture.products))
        self.closed.emit()


def _asked_words(line: PrescribedLine) -> str:
    """Return the boxes of a delivery, the fraction that it is, and what the prescriber wrote."""
    fraction = "" if line.total_days is None else f"par fraction de {plural(line.days or 0, 'jour')}"
    return " · ".join(word for word in (plural(line.quantity, "boîte"), fraction, line.mentions) if word)
