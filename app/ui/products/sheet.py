"""What does the sheet of a product show: price, rate, list, group, substances, supply, stock?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.text import NBSP, plural
from app.ui import formats
from app.ui.widgets.basics import Chip, Panel, Text
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.officine.catalog.model import Availability, Product, ProductDetail
    from app.officine.stock.model import StockItem

_GROUP_PLACE = {0: "Princeps", 1: "Générique", 2: "Générique (complémentarité)", 4: "Substituable"}
_SIBLINGS = 12


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One answer of the search, with the boxes on hand (None: never held)."""

    product: Product
    quantity: int | None


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """All that the sheet shows; ``detail`` is None for a product of the officine’s own."""

    product: Product
    detail: ProductDetail | None
    item: StockItem
    siblings: tuple[ProductRow, ...]


def quantity_text(quantity: int | None) -> str:
    """Return the boxes on hand, or a dash for a product never held."""
    return formats.NOTHING if quantity is None else str(quantity)


def quantity_tone(quantity: int | None) -> str:
    """Return the token of the colour of a quantity."""
    return "muted" if quantity is None else "danger" if quantity <= 0 else ""


def list_text(product: Product) -> str:
    """Return the list of a product in a word, empty for none."""
    return product.list_class.label if product.list_class is not None else ""


def chips(product: Product, detail: ProductDetail | None) -> list[tuple[str, str]]:
    """Return the states worth a chip, each with its kind, the most serious first."""
    found: list[tuple[str, str]] = []
    if product.archived:
        found.append(("Archivé", "danger"))
    elif not product.marketed:
        found.append(("Non commercialisé", "danger"))
    if detail is not None:
        found += [(_supply(notice), "danger" if notice.is_missing else "warning") for notice in detail.availability]
        if detail.hospital_only:
            found.append(("Réservé à l’hôpital", "danger"))
        if detail.monitored:
            found.append(("▼ Surveillance renforcée", "warning"))
    if product.list_class is not None:
        found.append((product.list_class.label, "accent"))
    if detail is not None and detail.kind is not None:
        found.append((_GROUP_PLACE.get(detail.kind, "Groupe générique"), "info"))
    found.append((f"Remboursé à {formats.rate(product.rate)}" if product.rate else "Non remboursé", "neutral"))
    return found


class ProductSheet(Panel):
    """The sheet of the product pointed at."""

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self.name = Text("", "heading", wrap=True, selectable=True)
        self.presentation = Text("", "muted", wrap=True, selectable=True)
        self.sheet = Sheet("Fiche du produit")
        for part in (self.name, self.presentation):
            self.body.addWidget(part)
        self.body.addWidget(self.sheet, 1)
        self.record: ProductRecord | None = None
        self.show_record(None)

    def show_record(self, record: ProductRecord | None) -> None:
        """Show a product, or nothing."""
        self.record = record
        self.sheet.begin()
        if record is None:
            self.name.setText("Aucun produit choisi")
            self.presentation.setText("La fiche du produit pointé dans la liste s’affiche ici.")
            return
        product, detail = record.product, record.detail
        self.name.setText(product.name)
        self.presentation.setText(product.presentation or "Fiche de l’officine")
        self.sheet.column.addWidget(Flow(Chip(text, kind) for text, kind in chips(product, detail)))
        self.sheet.column.addWidget(Facts(_prices(product)))
        self._stock(record.item)
        if detail is not None:
            self._detail(detail)
        self._siblings(record.siblings)
        self.sheet.section("Codes")
        codes = [("Code", formats.code(product.code)), ("CIP7", product.cip7 or ""), ("CIS", product.cis or "")]
        self.sheet.column.addWidget(Facts(codes))
        self.sheet.end()

    def _stock(self, item: StockItem) -> None:
        self.sheet.section("Stock")
        limits = f"{item.minimum} à {item.maximum}" if item.maximum else ""
        pairs = [("En stock", plural(item.quantity, "boîte")), ("Emplacement", item.place), ("Mini à maxi", limits)]
        self.sheet.column.addWidget(Facts(pairs))

    def _detail(self, detail: ProductDetail) -> None:
        if detail.availability:
            self.sheet.section("Disponibilité (ANSM)")
            for notice in detail.availability:
                self.sheet.text(_supply_line(notice))
        if detail.conditions:
            self.sheet.section("Conditions de prescription et de délivrance")
            for condition in detail.conditions:
                self.sheet.text(f"•{NBSP}{condition}")
        self.sheet.section("Composition")
        pairs = [(_sentence(part.name), _dose(part.dosage, part.reference)) for part in detail.substances]
        self.sheet.column.addWidget(Facts(pairs))
        self.sheet.section("Spécialité")
        facts = [
            ("Forme", _sentence(detail.form)),
            ("Voie", ", ".join(detail.routes)),
            ("Laboratoire", detail.holder),
            ("ATC", detail.atc or ""),
            *(("Groupe", label) for label in detail.group_labels.values()),
        ]
        self.sheet.column.addWidget(Facts(facts))

    def _siblings(self, siblings: tuple[ProductRow, ...]) -> None:
        if not siblings:
            return
        self.sheet.section(f"Même groupe générique ({len(siblings)})")
        held_first = sorted(siblings, key=lambda other: not other.quantity)[:_SIBLINGS]
        for other in held_first:
            held = f"{other.quantity}{NBSP}en stock" if other.quantity else "pas en stock"
            self.sheet.text(f"{other.product.name} — {formats.amount(other.product.price)}, {held}")


def _prices(product: Product) -> list[tuple[str, str]]:
    return [
        ("Prix public", formats.amount(product.price) if product.price is not None else "Prix libre, non renseigné"),
        ("Sans honoraire", formats.amount(product.price_without_fee) if product.price_without_fee else ""),
        ("Honoraire", formats.amount(product.fee) if product.fee else ""),
        ("Remboursement", formats.rate(product.rate) if product.rate else "Non remboursé"),
        ("TVA", formats.rate(product.vat)),
    ]


def _supply(notice: Availability) -> str:
    return {1: "Rupture", 2: "Tension", 3: "Arrêt de commercialisation", 4: "Remise à disposition"}.get(
        notice.code, notice.label
    )


def _supply_line(notice: Availability) -> str:
    since = f", depuis le {formats.date(notice.since)}" if notice.since else ""
    until = f", retour prévu le {formats.date(notice.until)}" if notice.until else ""
    return f"{_supply(notice)}{since}{until}"


def _dose(dosage: str, reference: str) -> str:
    return f"{dosage} pour {reference}" if dosage and reference else dosage or formats.NOTHING


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].lower() if text.isupper() else text[:1].upper() + text[1:]
