"""How does a product of the catalogue become a line to price, at its price in this zone?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.kernel.money import Money, round_half_up
from app.kernel.text import fold

if TYPE_CHECKING:
    from app.officine.billing.model import Zone
    from app.officine.billing.tariffs import Tariffs
    from app.officine.catalog.model import Product, ProductDetail

_NUMBERS = re.compile(r"^(\d+) |\bde (\d+)\b")
_DECIMAL = re.compile(r"(\d),(\d)")
_FULL_COEFFICIENT = 1000
_GENERIC = 1

CATALOG_SOURCE = "Base de données publique des médicaments"


class Products(Protocol):
    """Where products are found: the catalogue."""

    def by_code(self, code: str) -> Product | None:
        """Return the product of a code; None for an unknown one."""
        ...

    def detail(self, code: str) -> ProductDetail | None:
        """Return all that is known of a product."""
        ...

    def generic_siblings(self, code: str) -> list[Product]:
        """Return the other products of the same generic group."""
        ...


@dataclass(frozen=True, slots=True)
class BoxPrice:
    """The price of a box: ``price`` without its fee, ``unit_price`` with it."""

    price: Money
    unit_price: Money


def box_price(product: Product, zone: Zone, tariffs: Tariffs) -> BoxPrice | None:
    """Return the regulated or recorded price of a box; None where it is free and not known.

    The catalogue holds the prices of metropolitan France: a regulated one is multiplied by the coefficient
    of the zone, where one is known (arrêté of 07/02/2008).
    """
    if product.price is None:
        return None
    price = product.price if product.price_without_fee is None else product.price_without_fee
    fee = product.price - price
    row = tariffs.zone(zone)
    if row is not None and row.price is not None and product.is_medicine and product.is_reimbursed:
        price = Money(round_half_up(price.cents * row.price, _FULL_COEFFICIENT))
    return BoxPrice(price, price + fee)


def generic_base(product: Product, products: Products, zone: Zone, tariffs: Tariffs) -> Money | None:
    """Return the price without fee, in the zone, of the dearest generic of the group in the same size of box.

    None where the product is in no group, or no generic of that size has a price. Source: CSS L.162-16-7.
    """
    if product.group_id is None:
        return None
    size = pack_size(product.presentation)
    boxes = [
        box_price(sibling, zone, tariffs)
        for sibling in products.generic_siblings(product.code)
        if pack_size(sibling.presentation) == size and _is_generic(sibling, products)
    ]
    return max((box.price for box in boxes if box is not None), default=None)


def pack_size(presentation: str) -> int:
    """Return how many units a box holds, as its label says: 30 for « 3 plaquettes de 10 »; 1 where it says nothing."""
    size = 1
    # 0,5 ml and 0,8 ml are two sizes: their digits are kept together.
    for match in _NUMBERS.finditer(fold(_DECIMAL.sub(r"\1\2", presentation))):
        size *= int(match[1] or match[2])
    return size


def _is_generic(product: Product, products: Products) -> bool:
    detail = products.detail(product.code)
    return detail is not None and detail.kind == _GENERIC
