"""galien billing: what does this invoice come to, and which TFR are known?"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from app.cli import frame
from app.kernel import french
from app.kernel.clock import SystemClock, today
from app.kernel.money import Money
from app.kernel.outcome import Refused
from app.kernel.text import plural

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from app.bootstrap import Services
    from app.officine.billing.model import Invoice
    from app.officine.billing.references import TfrRow
    from app.officine.catalog.model import Product, ProductDetail
    from app.officine.catalog.service import Catalog


class _LazyCatalog:
    """The catalogue of the data folder, opened only when a case leaves something to it."""

    def __init__(self, args: argparse.Namespace, closing: contextlib.ExitStack) -> None:
        self._args = args
        self._closing = closing
        self._opened: Services | None = None

    def by_code(self, code: str) -> Product | None:
        return self._catalog().by_code(code)

    def detail(self, code: str) -> ProductDetail | None:
        return self._catalog().detail(code)

    def generic_siblings(self, code: str) -> list[Product]:
        return self._catalog().generic_siblings(code)

    def tfr(self, code: str, day: dt.date) -> TfrRow | None:
        return self._services().tfr.of([code], day).get(code)

    def _catalog(self) -> Catalog:
        return self._services().catalog

    def _services(self) -> Services:
        if self._opened is None:
            self._opened = self._closing.enter_context(frame.services(self._args))
        return self._opened


def _configure(parser: frame.CommandParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTE")
    price = actions.add_parser("price", help="tarifer un cas écrit en JSON")
    price.add_argument("case", metavar="CAS.json", help="le cas à tarifer, ou « - » pour l’entrée standard")
    tfr = actions.add_parser("tfr", help="tarifs forfaitaires de responsabilité")
    acts = tfr.add_subparsers(dest="act", required=True, metavar="import")
    importing = acts.add_parser("import", help="charger la liste officielle (CSV : cip13;tarif;debut;fin;source)")
    importing.add_argument("file", metavar="LISTE.csv", help="la liste, ou « - » pour l’entrée standard")


def _run(args: argparse.Namespace, out: frame.Output) -> int:
    return _import_tfr(args, out) if args.action == "tfr" else _price(args, out)


def _import_tfr(args: argparse.Namespace, out: frame.Output) -> int:
    content = frame.file_bytes(args.file)
    with frame.services(args) as services:
        outcome = services.tfr.load(content, services.system_actor)
    if isinstance(outcome, Refused):
        out.findings(outcome.findings)
        out.result({"findings": [finding.as_json() for finding in outcome.findings]})
        return frame.REFUSED
    report = outcome.value
    for bad in report.rejected:
        out.line(f"Ligne {bad.line} laissée de côté : {bad.reason}.")
    out.line(f"{plural(report.loaded, 'tarif')} chargé(s), {plural(report.in_force, 'produit')} sous TFR aujourd’hui.")
    out.result(report)
    return frame.DONE


def _price(args: argparse.Namespace, out: frame.Output) -> int:
    from app.officine.billing.case import read_case  # noqa: PLC0415 -- only this command prices
    from app.officine.billing.pricing import price_invoice  # noqa: PLC0415
    from app.officine.billing.tariffs import installed_tariffs  # noqa: PLC0415

    data = frame.json_argument(args.case)
    tariffs = installed_tariffs()
    with contextlib.ExitStack() as closing:
        lazy = _LazyCatalog(args, closing)
        case, findings = read_case(data, lazy, tariffs, today(SystemClock()), lazy.tfr)
    if case is None:
        out.findings(findings)
        out.result({"findings": [finding.as_json() for finding in findings]})
        return frame.REFUSED
    invoice = price_invoice(case, tariffs)
    _tell(invoice, out)
    out.result(invoice)
    return frame.DONE


def _tell(invoice: Invoice, out: frame.Output) -> None:
    for line in invoice.lines:
        amounts = f"{french.amount(line.amount)} à {french.rate(line.rate)} : AMO {french.amount(line.amo)}"
        out.line(f"{line.code:<6} {line.quantity} × {line.label} — {amounts}")
    totals = invoice.totals
    out.line(f"Total {french.amount(totals.amount)} : AMO {french.amount(totals.amo)}, AMC {french.amount(totals.amc)}")
    out.line(f"À payer : {french.amount(totals.patient)}")
    if totals.reimbursed != Money(0):
        out.line(f"Sans tiers payant ; remboursé ensuite : {french.amount(totals.reimbursed)}")
    out.findings(invoice.findings)


COMMANDS = (frame.Command("billing", "tarifer une facture", _configure, _run),)
