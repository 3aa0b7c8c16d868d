"""How fast is it on this machine, beside what would be the least possible?"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import frame
from app.kernel.errors import EnvironmentFailure

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from app.bench.figures import Figure

_ON_SERVICES = ("search_service", "patient_search", "open_patient", "validate_sqlite", "receive_300", "operator_switch")
_ON_SCREENS = ("cold_start", "rss_mb", "search_pixels", "scan_to_line", "cards", "ui_block")
_APART = (
    "validate_postgresql",
    "catalog_import",
    "scan_image",
    "ins_symbol",
    "search_before_creation",
    "vaccination_note",
    "entretien_pdf",
    "cda_view",
)
_ON_KIT = ("cda_validation", "cda_validation_cold", "cda_validation_mb")
NAMES = (*_ON_SCREENS, *_ON_SERVICES, *_APART, *_ON_KIT)


def _configure(parser: frame.CommandParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NOM", help=f"mesures à faire (toutes sinon) : {', '.join(NAMES)}")
    parser.add_argument("--demo", action="store_true", help="mesurer sur la base de démonstration, au lieu de dix ans")
    parser.add_argument("--deliveries", type=int, default=600_000, help="délivrances de la base de dix ans (600 000)")
    parser.add_argument("--bdpm", type=Path, help="fichiers réels de la base publique, pour mesurer leur import")
    parser.add_argument("--kit", type=Path, help="kit CDA de l’ANS, pour mesurer le contrôle d’un document")
    parser.add_argument("--cache", type=Path, help="dossier où la base de dix ans est construite, une seule fois")


def _run(args: argparse.Namespace, out: frame.Output) -> int:
    unknown = [name for name in args.names if name not in NAMES]
    if unknown:
        raise frame.UsageError(f"« {unknown[0]} » n’est pas une mesure : {', '.join(NAMES)}")
    wanted = args.names or NAMES
    told = []
    for measure in _measures(args, wanted, out):
        try:
            figure = measure()
        except EnvironmentFailure as failure:
            out.message(failure.code, failure.text, failure.advice)
            continue
        _tell(figure, out)
        told.append(figure)
    out.result(told)
    return frame.DONE if len(told) == len(wanted) else frame.ENVIRONMENT


def _measures(args: argparse.Namespace, wanted: tuple[str, ...], out: frame.Output) -> list[Callable[[], Figure]]:
    """Return the measures asked for, each ready to be made, in the order in which they disturb one another least."""
    from app.bench import antecedents, base, documents, measures, papers, people, received, screens  # noqa: PLC0415 -- heavy; only this command pays for it
    from app.bench.ten_years import Volumes  # noqa: PLC0415 -- the same

    cache = args.cache or base.cache_folder()
    ready: dict[str, Callable[[], Figure]] = {
        "validate_postgresql": measures.validate_postgresql,
        "catalog_import": lambda: measures.catalog_import(args.bdpm or base.medicines(cache)),
        "scan_image": measures.scan_image,
        "ins_symbol": measures.ins_symbol_drawn,
        "entretien_pdf": papers.entretien_pdf,
        "search_before_creation": antecedents.search_before_creation,
        "vaccination_note": documents.vaccination_note,
        "cda_view": received.cda_view,
    }
    if any(name in _ON_KIT for name in wanted):
        ready |= _on_kit(args)
    if any(name in _ON_SERVICES + _ON_SCREENS for name in wanted):
        volumes = Volumes(deliveries=args.deliveries)
        root = base.demo_base(cache) if args.demo else base.ten_year_base(cache, volumes, out.line)
        on_services = {
            "search_service": measures.search_service,
            "patient_search": measures.patient_search,
            "open_patient": measures.open_patient,
            "validate_sqlite": measures.validate_sqlite,
            "receive_300": measures.receive_300,
            "operator_switch": people.operator_switch,
        }
        ready |= {name: _opened(root, measure) for name, measure in on_services.items()}
        ready |= {name: partial(screens.measure, root, name) for name in _ON_SCREENS}
    return [ready[name] for name in NAMES if name in wanted]


def _on_kit(args: argparse.Namespace) -> dict[str, Callable[[], Figure]]:
    """Return the measures made with the kit given, or with the one that is in service."""
    from app.bench import validation  # noqa: PLC0415 -- heavy; only this command pays for it
    from app.docs.validation import installing  # noqa: PLC0415 -- the same
    from app.paths import DataFolder  # noqa: PLC0415 -- the same

    def kit() -> Path:
        return args.kit or installing.folder_in_service(DataFolder(frame.data_root(args)).cda_kit)

    return {
        "cda_validation": lambda: validation.judgment(kit()),
        "cda_validation_cold": lambda: validation.first_judgment(kit()),
        "cda_validation_mb": lambda: validation.memory(kit()),
    }


def _opened(root: Path, measure: Callable[..., Figure]) -> Callable[[], Figure]:
    """Return the measure made on the services of the base, opened and checked before it begins."""

    def made() -> Figure:
        from app import bootstrap  # noqa: PLC0415 -- the same

        services = bootstrap.open_services(root)
        try:
            services.db.wait_until_checked()
            return measure(services)
        finally:
            services.close()

    return made


def _tell(figure: Figure, out: frame.Output) -> None:
    out.line(
        f"{figure.name:<22} p50 {figure.median:9.2f} {figure.unit}   p95 {figure.p95:9.2f} {figure.unit}   "
        f"× {figure.ratio:5.1f} — {figure.floor} ({figure.floor_value:.2f} {figure.unit})"
    )


COMMANDS = (
    frame.Command(
        "bench", "Mesure les temps de réponse, chacun à côté de sa référence prise au même moment.", _configure, _run
    ),
)
