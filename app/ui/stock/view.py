"""What is on the shelves, what moved, and what is under its minimum?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.officine.scan.model import ScanKind
from app.ui import formats, theme
from app.ui.stock.sheet import StockRecord, StockRow, StockSheet
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.officine.scan.model import Scan
    from app.officine.stock.model import StockItem
    from app.ui.context import Services, Ui

_LIMIT = 200
_WORDS = Wording(
    name="Chercher dans le stock",
    placeholder="Nom ou code d’un produit, ou scannez une boîte",
    icon="stock",
    before=("Le stock est vide", "Cherchez un produit, puis enregistrez une entrée avec F6."),
    nothing=("Aucun produit ne répond à «\u00a0{}\u00a0»", "Essayez moins de lettres, ou scannez la boîte."),
    noun="article",
)


def find_rows(services: Services, text: str, *, low_only: bool) -> list[StockRow]:
    """Return what is held: of the products that answer ``text``, or of all; run in the background."""
    if text:
        products = services.catalog.search(text, _LIMIT)
        rows = [StockRow(one.code, one.name, services.stock.item(one.code), one) for one in products]
    else:
        rows = _held(services)
    return [row for row in rows if row.item.is_low] if low_only else rows


def read_record(services: Services, row: StockRow) -> StockRecord:
    """Return all that the sheet shows of a product; run in the background."""
    return StockRecord(
        row,
        tuple(services.stock.movements(row.code)),
        tuple(services.open_boxes.held(row.code)),
        bool(services.registers.narcotics([row.code])),
    )


def _held(services: Services) -> list[StockRow]:
    items: list[StockItem] = services.stock.items(limit=_LIMIT)
    known = services.catalog.by_codes([item.code for item in items])
    rows = []
    for item in items:
        product = known.get(item.code)
        rows.append(StockRow(item.code, product.name if product else item.code, item, product))
    return sorted(rows, key=lambda row: row.name)


class StockView(QWidget):
    """The stock: what is held on the left, movements and corrections of a product on the right."""

    room_title = "Stock"

    def __init__(self, ui: Ui) -> None:
        """Read and correct the stock of the services of ``ui``."""
        super().__init__()
        self._ui = ui
        columns: list[Column[StockRow]] = [
            Column("Produit", lambda row: row.name, second=_presentation),
            Column("Place", lambda row: row.item.place, width=10, tone=lambda _row: "muted", spare=True),
            Column("Mini", lambda row: str(row.item.minimum or ""), 5, True, tone=lambda _row: "muted", spare=True),
            Column("Stock", lambda row: str(row.item.quantity), 6, True, strong=True, tone=_tone),
        ]
        self.low = QCheckBox("Sous le &minimum seulement")
        self.pane: SearchPane[StockRow] = SearchPane(
            ui, _WORDS, columns, lambda text: find_rows(ui.services, text, low_only=self._low_only)
        )
        self._low_only = False
        self.sheet = StockSheet(ui)
        self.setFocusProxy(self.pane)
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.pane, 1)
        left.addWidget(self.low)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        line.setSpacing(theme.L)
        line.addLayout(left, 1)
        line.addWidget(self.sheet, 1)
        self.pane.pointed.connect(self._open)
        self.pane.chosen.connect(lambda _row: self.sheet.receive())
        self.sheet.changed.connect(self.pane.again)
        self.low.toggled.connect(self._filter)
        for act_id, handler in (
            ("stock.search", self._search),
            ("stock.receive", self.sheet.receive),
            ("stock.adjust", self.sheet.adjust),
            ("stock.discard", self.sheet.discard),
            ("stock.save", self.sheet.save),
            ("stock.back", self._back),
            ("stock.low", self.low.toggle),
        ):
            ui.acts.bind(act_id, handler, self)
        self.sheet.close_forms()

    def refresh(self, change: Changed | None) -> None:
        """Read the quantities again when the room is entered, and when they changed."""
        if change is None or change.touches("stock") or change.touches("catalog"):
            self.pane.again()

    def take_scan(self, scan: Scan) -> bool:
        """Show the product scanned; leave other codes to the counter."""
        code = scan.fields.get("cip13") or (scan.fields.get("ean13") if scan.kind is ScanKind.EAN13 else None)
        if not code:
            return False
        self.pane.field.setText(code)
        self.pane.field.search_now()
        return True

    def _search(self) -> None:
        self.sheet.close_forms()
        self.pane.field.setFocus()
        self.pane.field.selectAll()

    def _back(self) -> None:
        self.sheet.close_forms()
        self.pane.field.setFocus()

    def _filter(self, on: bool) -> None:  # noqa: FBT001 -- a signal of Qt
        self._low_only = on
        self.pane.again()

    def _open(self, row: StockRow | None) -> None:
        if row is None:
            self.sheet.show_record(None)
            return
        services = self._ui.services
        self._ui.tasks.run(
            lambda _progress: read_record(services, row),
            done=self.sheet.show_record,
            owner=self,
            key="sheet",
        )


def _presentation(row: StockRow) -> str:
    return row.product.presentation if row.product is not None and row.product.presentation else formats.code(row.code)


def _tone(row: StockRow) -> str:
    if row.item.quantity <= 0:
        return "danger"
    return "warning" if row.item.is_low else ""
