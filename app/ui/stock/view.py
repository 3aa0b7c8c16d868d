"""What is on the shelves, what moved, and what is under its minimum?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.officine.scan.model import ScanKind
from app.officine.stock.quarantined import Cause
from app.ui import formats, theme
from app.ui.stock.acts import PAGES
from app.ui.stock.quarantine_page import QuarantinePage, Wanted
from app.ui.stock.recalls_page import RecallSheet, RecallsPage
from app.ui.stock.sheet import StockRecord, StockRow, StockSheet
from app.ui.widgets.basics import Button
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.events import Changed
    from app.officine.scan.model import Scan
    from app.officine.stock.model import StockItem
    from app.ui.context import Services, Ui
    from app.ui.stock.forms import FormSheet

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
        self.shelf, self.quarantine, self.recalls = QWidget(), QuarantinePage(ui), RecallsPage(ui)
        self.stack = Stack()
        for page in (self.shelf, self.quarantine, self.recalls):
            self.stack.addWidget(page)
        self.tabs = page_tabs(ui, self.open_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.L, theme.M, theme.L, theme.L)
        column.setSpacing(theme.M)
        column.addWidget(Flow(list(self.tabs.values())))
        column.addWidget(self.stack, 1)
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.pane, 1)
        left.addWidget(self.low)
        line = QHBoxLayout(self.shelf)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.L)
        line.addLayout(left, 1)
        line.addWidget(self.sheet, 1)
        self.pane.pointed.connect(self._open)
        self.pane.chosen.connect(lambda _row: self.sheet.receive())
        self.sheet.changed.connect(self.pane.again)
        self.low.toggled.connect(self._filter)
        for act_id, handler in (
            ("stock.search", self._search),
            ("stock.receive", lambda: self._on_shelf(self.sheet.receive)),
            ("stock.adjust", lambda: self._on_shelf(self.sheet.adjust)),
            ("stock.discard", lambda: self._on_shelf(self.sheet.discard)),
            ("stock.save", self._save),
            ("stock.back", self._back),
            ("stock.low", lambda: self._on_shelf(self.low.toggle)),
            ("stock.leave", self._leave),
            ("stock.set_aside", self._set_aside),
            ("stock.recall_seen", lambda: self._on_recalls(RecallSheet.acknowledge)),
            ("stock.recall_new", lambda: self._on_recalls(RecallSheet.enter)),
            ("stock.recall_lift", lambda: self._on_recalls(RecallSheet.lift)),
        ):
            ui.acts.bind(act_id, handler, self)
        for name, _title, _key in PAGES:
            ui.acts.bind(f"stock.{name}", partial(self.open_page, name), self)
        self.sheet.close_forms()
        self.open_page("shelf", focus=False)

    # --- Pages --------------------------------------------------------------------------------------------------

    def open_page(self, name: str, *, focus: bool = True) -> None:
        """Show a page by name, as it is now."""
        for other, tab in self.tabs.items():
            tab.setChecked(other == name)
        page = {"shelf": self.shelf, "quarantine": self.quarantine, "recalls": self.recalls}[name]
        self.stack.setCurrentWidget(page)
        proxy = self.pane if page is self.shelf else page
        self.setFocusProxy(proxy)
        if isinstance(page, QuarantinePage | RecallsPage):
            page.read()
        self._tell_open()
        if focus:
            proxy.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def _sheet(self) -> StockSheet | FormSheet:
        """The sheet of the page shown."""
        page = self.stack.currentWidget()
        return page.sheet if isinstance(page, QuarantinePage | RecallsPage) else self.sheet

    def _tell_open(self) -> None:
        """Light the keys of a form where the page shown has one open."""
        for act_id in ("stock.save", "stock.back"):
            self._ui.acts.set_enabled(act_id, enabled=self._sheet.form_open)

    def _save(self) -> None:
        self._sheet.save()

    def _on_shelf(self, act: Callable[[], object]) -> None:
        if self.stack.currentWidget() is not self.shelf:
            self.open_page("shelf")
        act()

    def _on_recalls(self, act: Callable[[RecallSheet], object]) -> None:
        if self.stack.currentWidget() is not self.recalls:
            self.open_page("recalls")
        act(self.recalls.sheet)

    def _leave(self) -> None:
        if self.stack.currentWidget() is not self.quarantine:
            # The boxes are looked at before they leave.
            self.open_page("quarantine")
            return
        self.quarantine.sheet.leave()

    def _set_aside(self) -> None:
        """Set aside boxes of what is pointed at: a product on the shelf, a recall, or nothing known yet."""
        page, record = self.stack.currentWidget(), self.sheet.record
        wanted = Wanted()
        if page is self.recalls:
            wanted = self.recalls.sheet.wanted
        elif page is self.shelf and record is not None:
            wanted = Wanted(code=record.row.code, name=record.row.name)
        if page is not self.quarantine:
            self.open_page("quarantine")
        self.quarantine.sheet.set_aside(wanted)

    # --- What the window asks -----------------------------------------------------------------------------------

    def refresh(self, change: Changed | None) -> None:
        """Read what is shown again when the room is entered, and when it changed."""
        self._tell_open()
        if change is None or change.touches("stock") or change.touches("catalog"):
            self.pane.again()
        page = self.stack.currentWidget()
        if isinstance(page, QuarantinePage | RecallsPage) and (
            change is None or any(change.touches(topic) for topic in ("recall", "quarantine", "stock"))
        ):
            page.read()

    def take_scan(self, scan: Scan) -> bool:
        """Show the product scanned, set its box aside, or take it into a recall; leave other codes to the counter."""
        code = scan.fields.get("cip13") or (scan.fields.get("ean13") if scan.kind is ScanKind.EAN13 else None)
        if not code:
            return False
        lot, page = scan.fields.get("lot") or "", self.stack.currentWidget()
        if page is self.recalls:
            entry = self.recalls.sheet.entry
            if self.recalls.sheet.form is entry:
                entry.take(code, lot)
            else:
                self.recalls.sheet.enter(code, lot)
            return True
        if page is self.quarantine:
            self._ui.tasks.run(
                lambda _progress: wanted_of(self._ui.services, scan, code),
                done=self.quarantine.sheet.set_aside,
                owner=self,
                key="scan",
            )
            return True
        self.pane.field.setText(code)
        self.pane.field.search_now()
        return True

    def _search(self) -> None:
        page = self.stack.currentWidget()
        if isinstance(page, QuarantinePage | RecallsPage):
            page.search()
            return
        self.sheet.close_forms()
        self.pane.field.setFocus()
        self.pane.field.selectAll()

    def _back(self) -> None:
        self._sheet.close_forms()
        if self._sheet is self.sheet:
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


def page_tabs(ui: Ui, open_page: Callable[[str], object]) -> dict[str, Button]:
    """Return the buttons of the pages, each with its key."""
    tabs = {}
    for name, title, _key in PAGES:
        tab = Button(title, kind="tab")
        tab.setCheckable(True)
        tab.key = ui.acts.key_text_of(f"stock.{name}")
        tab.clicked.connect(lambda *_checked, page=name: open_page(page))
        tabs[name] = tab
    return tabs


def wanted_of(services: Services, scan: Scan, code: str) -> Wanted:
    """Return what is to be set aside of a scanned box, with the recall that calls it back; run in the background."""
    product = services.catalog.by_code(code)
    lot, expiry = scan.fields.get("lot") or "", scan.fields.get("expiry")
    date = dt.date.fromisoformat(expiry) if expiry else None
    recalls = services.recalls.hits(code, lot)
    expired = date is not None and date < today(services.clock)
    wanted = Wanted(
        code=code,
        name="" if product is None else product.name,
        lot=lot,
        serial=scan.fields.get("serial") or "",
        expiry_text="" if date is None else formats.date(date),
        cause=Cause.EXPIRED if expired else Cause.DAMAGED,
        reason=f"Périmée depuis le {formats.date(date)}" if expired else "",
    )
    if not recalls:
        return wanted
    recall = recalls[0]
    return replace(
        wanted,
        cause=Cause.RECALL,
        reason=f"Rappel du {formats.date(recall.day)}\u00a0: {recall.reason}"[:200],
        recall_id=recall.id,
        reference=recall.reference,
    )


def _presentation(row: StockRow) -> str:
    return row.product.presentation if row.product is not None and row.product.presentation else formats.code(row.code)


def _tone(row: StockRow) -> str:
    if row.item.quantity <= 0:
        return "danger"
    return "warning" if row.item.is_low else ""
