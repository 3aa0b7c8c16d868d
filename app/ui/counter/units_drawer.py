"""How many units of a box leave, out of which box, and at which price?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.money import Money, round_half_up
from app.officine.dispensing import session as editing
from app.officine.dispensing.units import unit_count, units_words
from app.ui import formats
from app.ui.counter.line_drawer import LineDrawer
from app.ui.widgets.basics import Button, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import Field, TextField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.officine.stock.model import OpenBox
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_LIMIT = 3


class UnitsDrawer(LineDrawer):
    """The number of units; Entrée keeps it, 0 or nothing goes back to the whole box."""

    name = "units"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Split boxes of ``till``."""
        super().__init__(ui, till, "À l’unité")
        self._held: Sequence[OpenBox] = ()
        self.product = Text("", "strong", wrap=True)
        self.units = TextField(placeholder="vide ou 0\u00a0: boîte entière", limit=_LIMIT, name="Nombre d’unités")
        self.units_field = Field("Nombre d’&unités", self.units)
        self.price = Text("", "heading")
        self.facts = Facts()
        self.rule = Text(
            "Prix de la boîte × unités ÷ contenance, arrondi une fois. L’honoraire est dû pour la boîte ouverte\u00a0; "
            "les unités suivantes du même traitement n’en portent pas d’autre.",
            "caption",
            wrap=True,
        )
        for part in (self.product, self.units_field, self.price, self.facts, self.rule):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self.keep = Button("Délivrer ces unités — Entrée", kind="primary", icon="check")
        self.keep.clicked.connect(self.confirm)
        self.foot.addWidget(self.keep)
        self.units.textChanged.connect(lambda _text: self._draw())
        self.chain(self.units)

    @property
    def contents(self) -> int | None:
        """How many units a box of the line holds; None where it is not shared."""
        line = self.line
        return None if line is None else unit_count(self.till.picture.products.get(line.code))

    def opened(self) -> None:
        """Show the units of the line as they are, and read which boxes stand open."""
        line, services = self.line, self.ui.services
        self._held = ()
        self.units.setText("" if line is None or line.units is None else str(line.units))
        self.units_field.note()
        self._draw()
        self.reveal(self.units)
        if line is not None:
            code = line.code
            self.ui.tasks.run(
                lambda _progress: services.open_boxes.of([code]).get(code, []),
                done=self._show_held,
                owner=self,
                key="open boxes",
            )

    def confirm(self) -> None:
        """Keep the number of units; one that the box does not hold is refused where it is typed."""
        line, size, typed = self.line, self.contents, self.units.text().strip()
        if line is None:
            self.closed.emit()
            return
        if typed in {"", "0"}:
            if line.units is not None:
                self.till.do(editing.set_units(self.till.session, line.line_id, None))
            self.closed.emit()
            return
        if size is None:
            self.units_field.note("Cette boîte ne se partage pas à l’unité.", "danger")
            return
        if not (typed.isascii() and typed.isdigit()) or not 1 <= int(typed) <= size:
            self.units_field.note(f"De 1 à {size} unités.", "danger")
            self.reveal(self.units)
            return
        self.till.do(editing.set_units(self.till.session, line.line_id, int(typed)))
        self.closed.emit()

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        super().forget()
        self.units.clear()

    def _show_held(self, held: Sequence[OpenBox]) -> None:
        self._held = held
        self._draw()

    def _draw(self) -> None:
        line, size = self.line, self.contents
        self.product.setText("Aucune ligne\u00a0: choisissez d’abord un produit." if line is None else line.label)
        typed = self.units.text().strip()
        count = int(typed) if typed.isascii() and typed.isdigit() else 0
        fits = size is not None and 1 <= count <= size
        self.price.setText(units_words(count, size) if fits and size is not None else "")
        self.price.setVisible(fits)
        self.facts.set_pairs(self._pairs(size, count if fits else 0))

    def _pairs(self, size: int | None, count: int) -> list[tuple[str, str]]:
        line = self.line
        if line is None:
            return []
        product = self.till.picture.products.get(line.code)
        box = None if product is None else product.price_without_fee or product.price
        pairs = [("Contenance", f"{size} unités" if size is not None else "boîte non partageable")]
        if box is not None and size is not None and count:
            part = Money(round_half_up(box.cents * count, size))
            pairs.append(("Prix", f"{formats.amount(part)} hors honoraire"))
        pairs += [(f"Boîte ouverte {place}", _box_words(held)) for place, held in enumerate(self._held, start=1)] or [
            ("Boîtes ouvertes", "aucune\u00a0: une boîte du stock sera ouverte")
        ]
        return pairs


def _box_words(held: OpenBox) -> str:
    parts = (
        f"{held.remaining} sur {held.size}",
        f"lot {held.lot}" if held.lot else "",
        f"exp. {formats.date(held.expiry)}" if held.expiry is not None else "",
    )
    return ", ".join(part for part in parts if part)
