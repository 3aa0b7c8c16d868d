"""Which commands look after what the checks know: the thesaurus, the tables of ages and of ATC codes, their state?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import frame, recalls
from app.kernel import french
from app.kernel.outcome import Refused
from app.kernel.text import NBSP, plural
from app.officine.safety import csvfile
from app.officine.safety.dated import AGES, ATC, state_json

if TYPE_CHECKING:
    import argparse

    from app.bootstrap import Services
    from app.cli.frame import CommandParser, Output
    from app.officine.safety.model import TableState, ThesaurusVersion

_TABLES = {AGES: "Limites d’âge", ATC: "Classes ATC"}
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
    for name, words, columns in (
        ("ages", "les limites d’âge", csvfile.AGE_COLUMNS),
        ("atc", "les codes ATC", csvfile.ATC_COLUMNS),
    ):
        table = acts.add_parser(name, help=f"charger {words} de l’officine")
        loading = table.add_subparsers(dest="table_act", required=True, metavar="import")
        load = loading.add_parser("import", help=f"remplacer la table par un CSV : {';'.join(columns)}")
        load.add_argument("file", metavar="FICHIER.csv", help="le fichier, ou « - » pour l’entrée standard")
        load.add_argument("--accept-fall", action="store_true", help="accepter une table bien plus courte")
    acts.add_parser("status", help="dire ce qui est contrôlé, et sur quelles données")
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


def _import_table(services: Services, args: argparse.Namespace, out: Output) -> int:
    tables = services.safety.tables
    load = tables.import_ages if args.act == AGES else tables.import_atc
    outcome = load(frame.file_bytes(args.file), services.system_actor, accept_fall=args.accept_fall)
    if isinstance(outcome, Refused):
        out.findings(outcome.findings)
        out.result({"table": args.act, "findings": [finding.as_json() for finding in outcome.findings]})
        return frame.REFUSED
    report = outcome.value
    out.result(report.as_json())
    for bad in report.rejected[:_SHOWN]:
        out.line(f"Ligne {bad.line} laissée de côté : {bad.reason}.")
    if len(report.rejected) > _SHOWN:
        out.line("  … (toutes avec --json)")
    out.line(f"En service : {_table_words(args.act, report.state)}.")
    return frame.DONE


def _status(services: Services, args: argparse.Namespace, out: Output) -> int:
    del args
    safety = services.safety
    version, previous = safety.version(), safety.previous_version()
    states = safety.tables.states()
    out.result(
        (_json(version) if version else {"version": None})
        | {"previous": previous and previous.version}
        | {
            "enabled": safety.enabled,
            "age_months": safety.edition_age(),
            "tables": {name: state_json(states[name]) if name in states else None for name in (AGES, ATC)},
        }
    )
    if not safety.enabled:
        out.line("L’aide à la délivrance est arrêtée : rien n’est contrôlé au comptoir.")
    if version is None:
        out.line("Aucun thésaurus n’est en service : les interactions ne sont pas contrôlées.")
    else:
        age = plural(safety.edition_age() or 0, "mois", "mois")
        out.line(f"En service : {version.version} ({version.label}, {plural(version.pairs, 'interaction')}, {age}).")
        out.line(f"Précédent : {previous.version if previous else 'aucun'}.")
    for name in (AGES, ATC):
        out.line(f"{_TABLES[name]} : {_table_words(name, states.get(name))}.")
    return frame.DONE


def _table_words(name: str, state: TableState | None) -> str:
    if state is None:
        return f"aucune table, non contrôlé (galien safety {name} import FICHIER)"
    rows, loaded = plural(state.rows, "ligne"), french.short_date(state.loaded_on)
    return f"{rows}, la plus récente du {french.short_date(state.dated)}, chargées le {loaded}"


def _json(version: ThesaurusVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "sha256": version.sha256,
        "source": version.source,
        "edition": version.edition,
        "pairs": version.pairs,
        "substances": version.substances,
    }


_ACTS = {"import": _import, AGES: _import_table, ATC: _import_table, "status": _status, "recalls": recalls.run}

COMMANDS = (
    frame.Command(
        "safety",
        "Ce que le comptoir contrôle à chaque vente : interactions, limites d’âge, classes, rappels de lots.",
        _configure,
        _run,
    ),
)
