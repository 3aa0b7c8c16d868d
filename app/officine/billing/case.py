"""What does a case written in JSON ask to price, and what is wrong with it?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from app.kernel.money import ZERO, Money, Rate
from app.kernel.outcome import Finding, Severity
from app.kernel.text import one_line
from app.officine.billing import lines, products
from app.officine.billing.coverage import Setting
from app.officine.billing.model import (
    ActLine,
    Beneficiary,
    CaseLine,
    DeviceLine,
    Exemption,
    Guard,
    InvoiceCase,
    Justification,
    MedicineLine,
    OpenedBox,
    Package,
    PrescribedBy,
    Rental,
    Scheme,
    Substitution,
    Zone,
)

if TYPE_CHECKING:
    import enum

    from app.officine.billing.products import BoxPrice, Products
    from app.officine.billing.references import TfrRow
    from app.officine.billing.tariffs import Tariffs
    from app.officine.catalog.model import Product

MAX_QUANTITY = 9_999
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_CENTS = 100_000_000
_FULL = 100
_LONGEST_PERIOD = 366
_LONGEST_KEY = 40

_CASE = ("date", "zone", "guard", "patient", "prescription", "lines")
_PATIENT = ("birth_date", "scheme", "exemption", "exemption_from", "exemption_to", "css", "amc", "amc_leaves")
_PRESCRIPTION = ("present", "prescriber", "partial")
_SUBSTITUTION = ("refused", "justification", "apart")
_RENTAL = ("from", "to", "period_days")
_LINE = (
    "cip13", "lpp", "act", "variant", "label", "quantity", "ald", "prescribed", "substitution", "rate", "vat_permille",
    "price_without_fee_cents", "unit_price_cents", "package", "tfr_cents", "generic_base_cents", "specific",
    "units", "box_units", "opens_box", "price_cents", "tariff_cents", "ceiling_cents", "rental",
)  # fmt: skip
"""The keys that a case may have; those of a line serve the three kinds of lines."""

TfrOf = Callable[[str, dt.date], "TfrRow | None"]
"""Gives the TFR of a product on a day."""

E = TypeVar("E", bound="enum.StrEnum")


@dataclass(slots=True)
class _Part:
    """One object of the case: reads its keys, and notes what is wrong with them."""

    content: dict[str, Any]
    where: str
    findings: list[Finding] = field(default_factory=list)

    def wrong(self, text: str, key: str = "") -> None:
        """Note a defect of a key, or of the whole."""
        subject = f"{self.where}.{key}".strip(".")
        self.findings.append(Finding("GAL-FAC-01", Severity.ERROR, f"{subject} : {text}", subject=subject))

    def gives(self, key: str) -> bool:
        """Return True when the case gives the key a value."""
        return self.content.get(key) is not None

    def has(self, key: str) -> bool:
        """Return True when the case says something of the key, be it null."""
        return key in self.content

    def only(self, keys: Collection[str]) -> _Part:
        """Note each key that is not one of these: a misspelt one would be priced as if it said nothing."""
        for key in self.content:
            if key not in keys:
                self.wrong(f"clé inconnue ; clés connues : {', '.join(sorted(keys))}", one_line(str(key), _LONGEST_KEY))
        return self

    def part(self, key: str) -> _Part:
        """Return the object under a key; an empty one where it is absent."""
        value = self.content.get(key)
        if value is not None and not isinstance(value, dict):
            self.wrong("un objet est attendu", key)
            value = None
        return _Part(value or {}, f"{self.where}.{key}".strip("."), self.findings)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return a boolean."""
        value = self.content.get(key, default)
        if isinstance(value, bool):
            return value
        self.wrong("true ou false est attendu", key)
        return default

    def text(self, key: str) -> str:
        """Return a text on one line; empty where it is absent."""
        value = self.content.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong("un texte est attendu", key)
            return ""
        return one_line(value).strip()

    def integer(self, key: str, low: int, high: int) -> int | None:
        """Return an integer within bounds; None where it is null or absent."""
        value = self.content.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.wrong(f"un entier de {low} à {high} est attendu", key)
            return None
        return value

    def money(self, key: str) -> Money | None:
        """Return an amount of cents, zero or more."""
        cents = self.integer(key, 0, _MAX_CENTS)
        return None if cents is None else Money(cents)

    def percent(self, key: str) -> Rate | None:
        """Return a rate of whole percents."""
        value = self.integer(key, 0, 100)
        return None if value is None else Rate.percent(value)

    def percents(self, key: str) -> tuple[Rate, ...]:
        """Return a list of rates of whole percents; none where it is null or absent."""
        values = self.content.get(key)
        if values is None:
            return ()
        if isinstance(values, list) and all(type(value) is int and 0 <= value <= _FULL for value in values):
            return tuple(map(Rate.percent, values))
        self.wrong("une liste de taux de 0 à 100 est attendue", key)
        return ()

    def vat(self) -> Rate | None:
        """Return the VAT rate that the case gives, in thousandths."""
        value = self.integer("vat_permille", 0, 1000)
        return None if value is None else Rate(value * 10)

    def choice(self, key: str, kind: type[E]) -> E | None:
        """Return one of the words that a key allows; None where it is null or absent."""
        value = self.content.get(key)
        if value is None:
            return None
        try:
            return kind(value)
        except ValueError:
            self.wrong(f"une de ces valeurs est attendue : {', '.join(kind)}", key)
            return None

    def date(self, key: str) -> dt.date | None:
        """Return a date written YYYY-MM-DD."""
        value = self.content.get(key)
        if value is None:
            return None
        try:
            if isinstance(value, str) and _DATE.fullmatch(value):
                return dt.date.fromisoformat(value)
        except ValueError:
            pass
        self.wrong("une date AAAA-MM-JJ est attendue", key)
        return None


def read_case(
    data: object, catalog: Products, tariffs: Tariffs, today: dt.date, tfr: TfrOf | None = None
) -> tuple[InvoiceCase | None, tuple[Finding, ...]]:
    """Read a case; return it, or None with the findings that say what is wrong with it.

    A key that a line does not give is filled from the catalogue, its TFR from ``tfr``. ``today`` stands for an absent
    date.
    """
    if not isinstance(data, dict):
        return None, (Finding("GAL-FAC-01", Severity.ERROR, "Le cas à tarifer n’est pas un objet JSON."),)
    root = _Part(data, "").only(_CASE)
    day = root.date("date") or today
    if day < tariffs.since:
        root.wrong(f"aucun tarif n’est connu avant le {tariffs.since.isoformat()}", "date")
    prescription = root.part("prescription").only(_PRESCRIPTION)
    case = InvoiceCase(
        date=day,
        lines=(),
        beneficiary=_beneficiary(root.part("patient").only(_PATIENT), day),
        zone=root.choice("zone", Zone) or Zone.METROPOLE,
        guard=root.choice("guard", Guard),
        has_prescription=prescription.flag("present"),
        prescribed_by=prescription.choice("prescriber", PrescribedBy) or PrescribedBy.EXTERNAL,
        partial=prescription.flag("partial"),
    )
    items = data.get("lines")
    if not isinstance(items, list) or not items:
        root.wrong("au moins une ligne est attendue", "lines")
        return None, tuple(root.findings)
    reader = _LineReader(case, catalog, tariffs.on(day), tfr)
    read = [reader.line(item, f"lines[{rank}]", root.findings) for rank, item in enumerate(items)]
    if root.findings:
        return None, tuple(root.findings)
    return replace(case, lines=tuple(line for line in read if line is not None)), ()


def _beneficiary(part: _Part, day: dt.date) -> Beneficiary:
    born = part.date("birth_date")
    if born is not None and born > day:
        part.wrong("le patient naît après la délivrance", "birth_date")
    amc = part.content.get("amc")
    if amc not in (None, "full"):
        part.wrong("null ou full est attendu", "amc")
    return Beneficiary(
        birth_date=born,
        scheme=part.choice("scheme", Scheme) or Scheme.GENERAL,
        exemption=part.choice("exemption", Exemption),
        css=part.flag("css"),
        amc_full=amc == "full",
        exemption_from=part.date("exemption_from"),
        exemption_to=part.date("exemption_to"),
        amc_leaves=part.percents("amc_leaves"),
    )


@dataclass(frozen=True, slots=True)
class _LineReader:
    """Reads the lines of a case, with what the catalogue and the tariffs of the day say."""

    case: InvoiceCase
    catalog: Products
    tariffs: Tariffs
    tfr: TfrOf | None

    def line(self, item: object, where: str, findings: list[Finding]) -> CaseLine | None:
        """Return one line; None, and findings, where it is defective."""
        if not isinstance(item, dict):
            _Part({}, where, findings).wrong("un objet est attendu")
            return None
        part = _Part(item, where, findings).only(_LINE)
        quantity = part.integer("quantity", 1, MAX_QUANTITY) or 1
        if part.gives("lpp"):
            return self._device(part, quantity)
        if part.gives("act"):
            return self._act(part, quantity)
        if part.gives("cip13"):
            return self._medicine(part, quantity)
        part.wrong("un code est attendu : cip13, lpp ou act")
        return None

    def _medicine(self, part: _Part, quantity: int) -> CaseLine | None:
        code = part.text("cip13")
        product = self._product(part, code)
        if product is not None and product.is_reimbursed and not product.is_medicine:
            return _card_device(part, product, quantity)
        rate = part.percent("rate") if part.has("rate") else product.rate if product else None
        if rate is not None and rate.hundredths and self.tariffs.medicine_rate(rate) is None:
            part.wrong("aucun code de prestation n’a ce taux", "rate")
        package = part.choice("package", Package)
        box = self._box_price(part, product, rate, package)
        if box is None:
            return None
        substitution = _substitution(part.part("substitution").only(_SUBSTITUTION))
        base = part.money("generic_base_cents")
        # Null is an answer: the group has no base, and none is looked for.
        if not part.has("generic_base_cents") and substitution.is_unjustified and product is not None:
            base = products.generic_base(product, self.catalog, self.case.zone, self.tariffs)
            if product.group_id is None:
                substitution = Substitution()
        row = None
        if self.tfr is not None and product is not None and product.group_id is not None and not part.has("tfr_cents"):
            row = self.tfr(product.code, self.case.date)
        return MedicineLine(
            code=code,
            label=part.text("label") or (product.name if product else code),
            quantity=quantity,
            price=box.price,
            unit_price=box.unit_price,
            rate=rate,
            vat=part.vat(),
            package=package,
            tfr=part.money("tfr_cents") if row is None else row.amount,
            tfr_source="" if row is None else row.source,
            generic_base=base,
            specific=part.flag("specific"),
            ald=part.flag("ald"),
            prescribed=part.flag("prescribed", default=True),
            substitution=substitution,
            source="Prix saisi" if _gives_price(part) else products.CATALOG_SOURCE,
            opened=self._opened(part, product),
        )

    def _opened(self, part: _Part, product: Product | None) -> OpenedBox | None:
        """Return the units that leave of an opened box; its size is the case's, else the one its label says."""
        units = part.integer("units", 1, MAX_QUANTITY)
        if units is None:
            return None
        known = 0 if product is None else products.pack_size(product.presentation)
        size = part.integer("box_units", 1, MAX_QUANTITY) or known
        if size < units:
            part.wrong("une boîte ne contient pas autant d’unités : donnez box_units", "units")
            return None
        return OpenedBox(units, size, opens=part.flag("opens_box", default=True))

    def _product(self, part: _Part, code: str) -> Product | None:
        """Return the product where the case leaves something to the catalogue."""
        if part.has("rate") and _gives_price(part) and part.has("label"):
            return None
        product = self.catalog.by_code(code) if code else None
        if product is None and not (part.has("rate") and _gives_price(part)):
            part.wrong("produit inconnu du catalogue : donnez son prix et son taux", "cip13")
        return product

    def _box_price(
        self, part: _Part, product: Product | None, rate: Rate | None, package: Package | None
    ) -> BoxPrice | None:
        price, unit = part.money("price_without_fee_cents"), part.money("unit_price_cents")
        if price is None and unit is None:
            known = products.box_price(product, self.case.zone, self.tariffs) if product else None
            if known is None and not part.findings:
                part.wrong("prix inconnu : donnez unit_price_cents", "unit_price_cents")
            return known
        fee = self._fee(rate, package, product)
        if price is None:
            price = unit - fee if unit is not None else ZERO
        if unit is None:
            unit = price + fee
        if price.cents < 0 or unit < price:
            part.wrong("le prix public est au-dessous du prix hors honoraire", "unit_price_cents")
            return None
        return products.BoxPrice(price, unit)

    def _fee(self, rate: Rate | None, package: Package | None, product: Product | None) -> Money:
        """Return the fee inside a public price that the case does not split: the catalogue's, else the tariff's."""
        if rate is None or not rate.hundredths:
            return ZERO
        if package is None and product is not None and product.fee is not None:
            return product.fee
        row = self.tariffs.box_fee(package or Package.MONTHLY)
        return row.amount if row is not None and row.amount is not None else ZERO

    def _device(self, part: _Part, quantity: int) -> DeviceLine | None:
        code = part.text("lpp")
        price, tariff = part.money("price_cents"), part.money("tariff_cents")
        rate = part.percent("rate")
        if price is None or rate is None:
            part.wrong("un dispositif donne price_cents et rate")
            return None
        return DeviceLine(
            lpp=code,
            ceiling=part.money("ceiling_cents"),
            rental=_rental(part.part("rental").only(_RENTAL)) if part.gives("rental") else None,
            label=part.text("label") or f"Dispositif médical {code}",
            quantity=quantity,
            price=price,
            tariff=price if tariff is None else tariff,
            rate=rate,
            vat=part.vat(),
            ald=part.flag("ald"),
            prescribed=part.flag("prescribed", default=True),
        )

    def _act(self, part: _Part, quantity: int) -> ActLine | None:
        line = ActLine(
            act=part.text("act"),
            variant=part.text("variant"),
            label=part.text("label"),
            quantity=quantity,
            ald=part.flag("ald"),
        )
        if lines.find_act(line, Setting(self.case, self.tariffs)) is None:
            known = ", ".join(dict.fromkeys(row.code for row in self.tariffs.acts))
            part.wrong(f"acte inconnu à cette date ; actes connus : {known}", "act")
            return None
        return line


def _card_device(part: _Part, product: Product, quantity: int) -> DeviceLine | None:
    """Return a reimbursable device that the officine keeps as a product card."""
    price = part.money("unit_price_cents") or product.price
    rate = part.percent("rate") or product.rate
    if price is None or rate is None:
        part.wrong("prix inconnu : donnez unit_price_cents", "unit_price_cents")
        return None
    return DeviceLine(
        lpp=product.code,
        label=part.text("label") or product.name,
        quantity=quantity,
        price=price,
        tariff=price,
        rate=rate,
        vat=part.vat() or product.vat,
        ald=part.flag("ald"),
        prescribed=part.flag("prescribed", default=True),
    )


def _gives_price(part: _Part) -> bool:
    return part.gives("unit_price_cents") or part.gives("price_without_fee_cents")


def _substitution(part: _Part) -> Substitution:
    return Substitution(
        refused=part.flag("refused"),
        justification=part.choice("justification", Justification),
        apart=part.flag("apart"),
    )


def _rental(part: _Part) -> Rental | None:
    first, last = part.date("from"), part.date("to")
    days = part.integer("period_days", 1, _LONGEST_PERIOD)
    if first is None or last is None or days is None or last < first:
        part.wrong("une location donne from, to (pas avant from) et period_days")
        return None
    return Rental(first, last, days)
