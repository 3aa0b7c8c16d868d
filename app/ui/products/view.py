"""Which product is it, at what price, on which conditions, and is it on the shelf?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.officine.scan.model import ScanKind
from app.ui import formats, theme
from app.ui.products.sheet import (
    ProductRecord,
    ProductRow,
    ProductSheet,
    list_text,
    quantity_text,
    quantity_tone,
)
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.officine.scan.model import Scan
    from app.ui.context import Services, Ui

_LIMIT = 100
_WORDS = Wording(
    name="Chercher un produit",
    placeholder="Nom, substance, CIP13, CIP7…",
    icon="products",
    before=("Cherchez un produit", "Tapez le début d’un nom ou d’une substance, un code, ou scannez une boîte."),
    nothing=(
        "Aucun produit ne répond à «\u00a0{}\u00a0»",
        "Essayez moins de lettres, la substance, ou scannez la boîte.",
    ),
    noun="produit",
)
_SOON_MS = 40
_CODES = {ScanKind.GS1: "cip13", ScanKind.CIP13: "cip13", ScanKind.CIP7: "cip13", ScanKind.EAN13: "ean13"}


def find_rows(services: Services, text: str, limit: int = _LIMIT) -> list[ProductRow]:
    """Return the products that answer ``text`` with the boxes on hand; run in the background."""
    products = services.catalog.search(text, limit) if text else []
    held = services.stock.on_hand([product.code for product in products]) if products else {}
    return [ProductRow(product, held.get(product.code)) for product in products]


def read_record(services: Services, row: ProductRow) -> ProductRecord:
    """Return all that is known of a product; run in the background."""
    code = row.product.code
    detail = services.catalog.detail(code)
    others = services.catalog.generic_siblings(code) if row.product.group_id else []
    held = services.stock.on_hand([other.code for other in others]) if others else {}
    siblings = tuple(ProductRow(other, held.get(other.code)) for other in others)
    return ProductRecord(row.product, detail, services.stock.item(code), siblings)


class ProductsView(QWidget):
    """The catalogue: search on the left, sheet of the product on the right."""

    room_title = "Produits"

    def __init__(self, ui: Ui) -> None:
        """Search the catalogue of the services of ``ui``."""
        super().__init__()
        self._ui = ui
        columns: list[Column[ProductRow]] = [
            Column("Produit", lambda row: row.product.name, second=lambda row: row.product.presentation),
            Column("Liste", lambda row: list_text(row.product), width=8, spare=True),
            Column("Taux", lambda row: formats.rate(row.product.rate), width=5, right=True, spare=True),
            Column("Prix", lambda row: formats.amount(row.product.price), width=8, right=True, strong=True),
            Column("Stock", lambda row: quantity_text(row.quantity), 6, True, tone=lambda r: quantity_tone(r.quantity)),
        ]
        self.pane: SearchPane[ProductRow] = SearchPane(ui, _WORDS, columns, lambda text: find_rows(ui.services, text))
        self.sheet = ProductSheet()
        self.setFocusProxy(self.pane)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.L, theme.L, theme.L, theme.L)
        line.setSpacing(theme.L)
        line.addWidget(self.pane, 5)
        line.addWidget(self.sheet, 3)
        self._pointed: ProductRow | None = None
        # Its answers show first: while one types, the sheet of each first answer is neither read nor laid out.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._open)
        self.pane.pointed.connect(self._point)
        ui.acts.bind("products.search", self._search, self)
        ui.acts.bind("products.copy_code", self._copy, self)

    def refresh(self, change: Changed | None) -> None:
        """Read the quantities and prices again when they changed."""
        if change is not None and (change.touches("stock") or change.touches("catalog")):
            self.pane.again()

    def take_scan(self, scan: Scan) -> bool:
        """Look for the product scanned; leave other codes to the counter."""
        code = scan.fields.get(_CODES.get(scan.kind, "")) or ""
        if not code:
            return False
        self.pane.field.setText(code)
        self.pane.field.search_now()
        return True

    def _search(self) -> None:
        self.pane.field.setFocus()
        self.pane.field.selectAll()

    def _copy(self) -> None:
        from PySide6.QtGui import QGuiApplication  # noqa: PLC0415 -- the clipboard is rarely asked for

        if self.sheet.record is not None:
            QGuiApplication.clipboard().setText(self.sheet.record.product.code)
            self._ui.say(f"Code {formats.code(self.sheet.record.product.code)} copié", "success")

    def _point(self, row: ProductRow | None) -> None:
        self._pointed = row
        self._soon.start()

    def _open(self) -> None:
        row = self._pointed
        if row is None:
            self.sheet.show_record(None)
            return
        services = self._ui.services
        self._ui.tasks.run(
            lambda _progress: read_record(services, row), done=self.sheet.show_record, owner=self, key="sheet"
        )
