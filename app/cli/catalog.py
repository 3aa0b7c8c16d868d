"""Which commands look after the medicines database: import, rollback, search, show, status?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.kernel import french
from app.kernel.errors import InputDefect
from app.kernel.outcome import Refused
from app.kernel.text import NBSP, plural

if TYPE_CHECKING:
    import argparse

    from app.bootstrap import Services
    from app.cli.frame import CommandParser, Output
    from app.officine.catalog.model import CatalogVersion, Product, ProductDetail
    from app.officine.catalog.service import Catalog

_SHOWN = 20
"""How many rejected lines a reader is shown; --json lists them all."""


def _configure(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACTE")
    importing = acts.add_parser("import", help="lire les fichiers de la base publique et les mettre en service")
    importing.add_argument("source", metavar="DOSSIER", type=Path, help="dossier des fichiers téléchargés")
    importing.add_argument(
        "--accept-fall",
        action="store_true",
        help="accepter une base qui semble tronquée",
    )
    updating = acts.add_parser("update", help="télécharger la base publique et la mettre en service, si permis")
    updating.add_argument("--accept-fall", action="store_true", help="accepter une base qui semble tronquée")
    acts.add_parser("rollback", help="remettre en service la version précédente")
    search = acts.add_parser("search", help="chercher par mots ou par code", free_text=True)
    search.add_argument("text", metavar="TEXTE", nargs="+", help="ce qu’on taperait au comptoir")
    search.add_argument("--limit", type=int, default=50, metavar="N", help="au plus N produits (50)")
    show = acts.add_parser("show", help="montrer tout ce qui est su d’un produit", free_text=True)
    show.add_argument("code", metavar="CODE", help="CIP13, CIP7, GTIN ou code ACL")
    acts.add_parser("status", help="dire quelle version est en service")


def _run(args: argparse.Namespace, out: Output) -> int:
    with frame.services(args) as services:
        return _ACTS[args.act](services, args, out)


COMMANDS = (frame.Command("catalog", "Base des médicaments.", _configure, _run),)


def _import(services: Services, args: argparse.Namespace, out: Output) -> int:
    outcome = services.catalog.import_folder(args.source, services.system_actor, accept_fall=args.accept_fall)
    if isinstance(outcome, Refused):
        return _refused(services.catalog, outcome, out)
    report = outcome.value.as_json()
    out.result(report)
    groups = plural(report["generic_groups"], "groupe générique", "groupes génériques")
    seconds = f"{outcome.value.seconds:.1f}".replace(".", ",")
    out.line(f"Version {report['version']} en service, en {seconds}{NBSP}s.")
    out.line(
        f"{plural(report['specialities'], 'spécialité')}, {plural(report['presentations'], 'présentation')} "
        f"(dont {report['archived']} sans spécialité), {groups}."
    )
    rejected = report["rejected"]
    out.line(f"{plural(len(rejected), 'ligne rejetée', 'lignes rejetées')}.")
    for line in rejected[:_SHOWN]:
        out.line(f"  {line['file']}, ligne {line['line']} : {line['reason']}")
    if len(rejected) > _SHOWN:
        out.line("  … (toutes avec --json)")
    for finding in report["findings"]:
        out.line(f"  {finding['code']} {finding['text']}")
    return frame.DONE


def _update(services: Services, args: argparse.Namespace, out: Output) -> int:
    import tempfile  # noqa: PLC0415 -- only where something is fetched

    from app.remote import bdpm  # noqa: PLC0415 -- the same

    if not services.settings.catalog_download:
        raise InputDefect(
            "Le téléchargement de la base des médicaments n’est pas permis sur ce poste.",
            code="GAL-CAT-20",
            advice="Mettez « catalog_download » à vrai dans settings.json, ou importez un dossier.",
        )
    with tempfile.TemporaryDirectory(prefix="galien-bdpm-") as folder:
        args.source = Path(folder)
        bdpm.fetch(services.settings.catalog_url, args.source, lambda name: out.line(f"Téléchargement : {name}"))
        return _import(services, args, out)


def _rollback(services: Services, args: argparse.Namespace, out: Output) -> int:
    outcome = services.catalog.rollback(services.system_actor)
    if isinstance(outcome, Refused):
        return _refused(services.catalog, outcome, out)
    return _status(services, args, out)


def _refused(catalog: Catalog, refused: Refused, out: Output) -> int:
    version = catalog.version()
    out.findings(refused.findings)
    out.result(
        {
            "version": version.version if version else None,
            "findings": [finding.as_json() for finding in refused.findings],
        }
    )
    return frame.REFUSED


def _search(services: Services, args: argparse.Namespace, out: Output) -> int:
    found = services.catalog.search(frame.text_argument(" ".join(args.text)), args.limit)
    out.result([product_json(product) for product in found])
    for product in found:
        out.line(product_line(product))
    if not found:
        out.line("Aucun produit.")
    return frame.DONE


def _show(services: Services, args: argparse.Namespace, out: Output) -> int:
    catalog = services.catalog
    product = catalog.by_code(frame.text_argument(args.code))
    if product is None:
        raise InputDefect(
            "Ce code n’est pas au catalogue.",
            code="GAL-CAT-06",
            advice="Cherchez le produit par son nom : galien catalog search TEXTE.",
        )
    detail = catalog.detail(product.code)
    siblings = catalog.generic_siblings(product.code)
    out.result(detail_json(product, detail, siblings))
    out.line(product_line(product))
    for substance in detail.substances if detail else ():
        out.line(f"  {substance.name} {substance.dosage}")
    for text in detail.conditions if detail else ():
        out.line(f"  {text}")
    for state in detail.availability if detail else ():
        since = f" depuis le {french.short_date(state.since)}" if state.since else ""
        out.line(f"  {state.label}{since}")
    if siblings:
        out.line(f"  {plural(len(siblings), 'autre présentation', 'autres présentations')} du même groupe générique.")
    return frame.DONE


def _status(services: Services, args: argparse.Namespace, out: Output) -> int:
    del args
    version, previous = services.catalog.version(), services.catalog.previous_version()
    out.result((version_json(version) if version else {"version": None}) | {"previous": previous and previous.version})
    if version is None:
        out.line("Aucune version du catalogue n’est en service.")
        return frame.DONE
    out.line(f"En service : {version.version} ({version.source}, {french.short_date(version.source_date)}).")
    out.line(f"Précédente : {previous.version if previous else 'aucune'}.")
    return frame.DONE


def product_json(product: Product) -> dict[str, Any]:
    """Return a product in the shape that ``catalog search`` prints."""
    return {
        "code": product.code,
        "cis": product.cis,
        "cip13": product.code if product.is_medicine else None,
        "cip7": product.cip7,
        "name": product.name,
        "presentation": product.presentation,
        "price_cents": product.price.cents if product.price is not None else None,
        "rate": product.rate.whole_percent if product.rate is not None else None,
        "group": product.group_id,
        "list": str(product.list_class) if product.list_class is not None else None,
        "marketed": product.marketed,
        "archived": product.archived,
    }


def detail_json(product: Product, detail: ProductDetail | None, siblings: list[Product]) -> dict[str, Any]:
    """Return a product in the shape that ``catalog show`` prints."""
    net, fee = product.price_without_fee, product.fee
    shape = product_json(product) | {
        "price_without_fee_cents": net.cents if net is not None else None,
        "fee_cents": fee.cents if fee is not None else None,
        "vat_permille": product.vat.hundredths // 10,
        "substances": [],
        "availability": [],
        "conditions": [],
        "siblings": [sibling.code for sibling in siblings],
    }
    if detail is None:
        return shape
    return shape | {
        "form": detail.form,
        "routes": list(detail.routes),
        "holder": detail.holder,
        "atc": detail.atc,
        "substances": [
            {"name": row.name, "dosage": row.dosage, "reference": row.reference} for row in detail.substances
        ],
        "availability": [
            {"code": row.code, "label": row.label, "since": row.since, "until": row.until}
            for row in detail.availability
        ],
        "conditions": list(detail.conditions),
        "groups": detail.group_labels,
        "hospital_only": detail.hospital_only,
        "monitored": detail.monitored,
        "indications": detail.indications,
    }


def version_json(version: CatalogVersion) -> dict[str, Any]:
    """Return a version in the shape that ``catalog status`` prints."""
    return {
        "version": version.version,
        "sha256": version.sha256,
        "source": version.source,
        "source_date": version.source_date.isoformat(),
        "specialities": version.specialities,
        "presentations": version.presentations,
        "generic_groups": version.generic_groups,
    }


def product_line(product: Product) -> str:
    """Return a product on one line, for a reader."""
    parts = [product.code, product.name, product.presentation]
    if product.price is not None:
        parts.append(french.amount(product.price))
    if product.rate is not None:
        parts.append(french.rate(product.rate))
    if product.list_class is not None:
        parts.append(product.list_class.label)
    return " · ".join(part for part in parts if part)


_ACTS = {
    "import": _import,
    "update": _update,
    "rollback": _rollback,
    "search": _search,
    "show": _show,
    "status": _status,
}
