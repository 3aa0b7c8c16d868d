"""Which products may take the place of one, at which price, and where are they in the officine?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.money import ZERO
from app.officine.billing.model import Zone
from app.officine.billing.products import box_price, generic_base, pack_size
from app.officine.billing.references import installed_references
from app.officine.billing.tariffs import installed_tariffs
from app.officine.dispensing.substitution import PRINCEPS, Equivalents, Offer, ranked, substances

if TYPE_CHECKING:
    from app.officine.billing.references import BiosimilarRow
    from app.officine.billing.service import Tfr
    from app.officine.billing.tariffs import Tariffs
    from app.officine.catalog.model import Product, ProductDetail
    from app.officine.catalog.service import Catalog
    from app.officine.stock.service import Stock
    from app.store.database import Database

_BRANDS = 20


class Substitutions:
    """What F6 shows: the group of a product, with prices, stock and places."""

    def __init__(self, db: Database, *, catalog: Catalog, stock: Stock, tfr: Tfr, zone: Zone = Zone.METROPOLE) -> None:
        """Read from the services below, at the prices of ``zone``."""
        self._db = db
        self._catalog = catalog
        self._stock = stock
        self._tfr = tfr
        self._zone = zone

    def of(self, code: str) -> Equivalents | None:
        """Return what is known of the substitution of a product; None for one that is no medicine."""
        detail = self._catalog.detail(code)
        if detail is None or not detail.product.is_medicine:
            return None
        day = today(self._db.clock)
        lists, tariffs = installed_references().on(day), installed_tariffs().on(day)
        product, names = detail.product, substances(detail)
        biosimilar = lists.biosimilar(names)
        size = pack_size(product.presentation)
        generic = biosimilar is None
        group = self._catalog.generic_siblings(code) if generic else self._brands(detail, biosimilar)
        alike = [member for member in group if pack_size(member.presentation) == size]
        members = [(member, self._kind(member) if generic else None) for member in alike]
        dearest = generic_base(product, self._catalog, self._zone, tariffs)
        return Equivalents(
            product=product,
            kind=detail.kind,
            group=next(iter(detail.group_labels.values()), ""),
            offers=self._offers(product, members, tariffs, biosimilar),
            others=tuple(member for member in group if member not in alike),
            dearest_generic=dearest,
            tfr=self._tfr.of([code], day).get(code),
            named_under_tfr=lists.named_under_tfr(names),
            narrow_margin=lists.narrow_margin(names),
            biosimilar=biosimilar,
        )

    def _offers(
        self,
        product: Product,
        members: list[tuple[Product, int | None]],
        tariffs: Tariffs,
        group: BiosimilarRow | None,
    ) -> tuple[Offer, ...]:
        """Return the members with their prices; none may cost more than the dearest copy (CSS L.162-16)."""
        present = box_price(product, self._zone, tariffs)
        items = self._stock.items_of([member.code for member, _ in members])
        boxes = {member.code: box_price(member, self._zone, tariffs) for member, _ in members}
        everyone = [*members, (product, self._kind(product) if group is None else None)]
        copies = [boxes.get(member.code, present) for member, kind in everyone if not _is_original(member, kind, group)]
        dearest = max((box.price for box in copies if box is not None), default=None)
        found = []
        for member, kind in members:
            box = boxes[member.code]
            if box is None:
                continue
            found.append(
                Offer(
                    product=member,
                    kind=kind,
                    price=box.unit_price,
                    difference=box.unit_price - present.unit_price if present is not None else ZERO,
                    quantity=items[member.code].quantity,
                    place=items[member.code].place,
                    dearer=dearest is not None and box.price > dearest,
                )
            )
        return ranked(found)

    def _kind(self, product: Product) -> int | None:
        detail = self._catalog.detail(product.code)
        return None if detail is None else detail.kind

    def _brands(self, detail: ProductDetail, group: BiosimilarRow | None) -> list[Product]:
        """Return the marketed products of a biosimilar group of the same substance and dosage."""
        dosage = _strengths(detail)
        found: dict[str, Product] = {}
        if group is None:
            return []
        for brand in (group.reference, *group.members):
            for product in self._catalog.search(brand, _BRANDS):
                other = self._catalog.detail(product.code)
                if other is None or not product.is_medicine or not product.marketed:
                    continue
                if _strengths(other) == dosage:
                    found[product.code] = product
        found.pop(detail.product.code, None)
        return list(found.values())


def _is_original(product: Product, kind: int | None, group: BiosimilarRow | None) -> bool:
    """Return True for the princeps of a generic group, or the reference of a biosimilar one."""
    return kind in {None, PRINCEPS} if group is None else product.name.upper().startswith(group.reference)


def _strengths(detail: ProductDetail) -> set[tuple[str, str]]:
    return {(substance.name, substance.dosage) for substance in detail.substances}
