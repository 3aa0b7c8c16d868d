"""Which commands look after the interactions thesaurus: import, status?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import frame, recalls
from app.kernel.outcome import Refused
from app.kernel.text import NBSP, plural

if TYPE_CHECKING:
    import argparse

    from app.bootstrap import Services
    from app.cli.frame import CommandParser, Output
    from app.officine.safety.model import ThesaurusVersion

_SHOWN = 20
"""How many rejected entries a reader is shown; --json lists them all."""


def _configure(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACTE")
    importing = acts.add_parser("import", help="lire le thésaurus des interactions de l’ANSM et le mettre en service")
    importing.add_argument(
        "source", metavar="DOSSIER", type=Path, help="dossier de « thesaurus….json » et « index_substances….json »"
    )
    importing.add_argument("--edition", metavar="AAAA-MM", help="édition, si le nom des fichiers ne la dit pas")
    importing.add_argument("--accept-fall", action="store_true", help="accepter un thésaurus bien plus court")
    acts.add_parser("status", help="dire quel thésaurus est en service")
    recalls.configure(acts)


def _run(args: argparse.Namespace, out: Output) -> int:
    with frame.services(args) as services:
        return _ACTS[args.act](services, args, out)


def _import(services: Services, args: argparse.Namespace, out: Output) -> int:
    outcome = services.safety.import_folder(
        args.source, services.system_actor, edition=args.edition, accept_fall=args.accept_fall
    )
    if isinstance(outcome, Refused):
        version = services.safety.version()
        out.findings(outcome.findings)
        out.result(
            {
                "version": version.version if version else None,
                "findings": [finding.as_json() for finding in outcome.findings],
            }
        )
        return frame.REFUSED
    report = outcome.value
    out.result(report.as_json())
    seconds = f"{report.seconds:.1f}".replace(".", ",")
    out.line(f"En service : {report.version.label}, en {seconds}{NBSP}s.")
    out.line(f"{plural(report.version.pairs, 'interaction')}, {plural(report.version.substances, 'substance')}.")
    out.line(f"{plural(len(report.rejected), 'entrée rejetée', 'entrées rejetées')}.")
    for item in report.rejected[:_SHOWN]:
        out.line(f"  {item.file}, entrée {item.entry} : {item.reason}")
    if len(report.rejected) > _SHOWN:
        out.line("  … (toutes avec --json)")
    return frame.DONE


def _status(services: Services, args: argparse.Namespace, out: Output) -> int:
    del args
    version, previous = services.safety.version(), services.safety.previous_version()
    out.result((_json(version) if version else {"version": None}) | {"previous": previous and previous.version})
    if version is None:
        out.line("Aucun thésaurus n’est en service : les interactions ne sont pas contrôlées.")
        return frame.DONE
    out.line(f"En service : {version.version} ({version.label}, {plural(version.pairs, 'interaction')}).")
    out.line(f"Précédent : {previous.version if previous else 'aucun'}.")
    return frame.DONE


def _json(version: ThesaurusVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "sha256": version.sha256,
        "source": version.source,
        "edition": version.edition,
        "pairs": version.pairs,
        "substances": version.substances,
    }


_ACTS = {"import": _import, "status": _status, "recalls": recalls.run}

COMMANDS = (
    frame.Command(
        "safety",
        "Thésaurus des interactions et rappels de lots, contrôlés au comptoir à chaque vente.",
        _configure,
        _run,
    ),
)
