"""Which commands look after the recalls of lots: import a file, list?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.kernel.french import short_date
from app.kernel.outcome import Refused
from app.kernel.text import plural

if TYPE_CHECKING:
    import argparse

    from app.bootstrap import Services
    from app.cli.frame import Output
    from app.officine.recalls.model import Recall

_SHOWN = 20
"""How many rejected lines a reader is shown; --json lists them all."""

_IMPORT_HELP = """\
Lit un CSV de rappels et garde ceux qui sont nouveaux ; le même fichier lu deux fois ne change rien.

Première ligne : les noms des colonnes, dans n’importe quel ordre.
  code       CIP13 ou EAN13                    (obligatoire)
  lots       lots séparés par « | », ou « tous »  (obligatoire)
  motif      pourquoi                          (obligatoire)
  date       jj/mm/aaaa ou aaaa-mm-jj          (obligatoire)
  niveau     officine, patient, ou vide
  consigne   ce qu’il faut faire
  reference  référence de l’avis

Séparateur ; ou , ou tabulation. UTF-8 ou Windows-1252. Un rappel par ligne.
Une ligne fausse est nommée et laissée, les bonnes sont gardées : chacune protège par elle-même. Le code de retour est
alors 3. Un fichier qui n’est pas une liste de rappels est refusé en entier."""


def configure(acts: Any) -> None:  # noqa: ANN401 -- argparse's own type has no public name
    """Add the acts to those of « safety »."""
    parser = acts.add_parser("recalls", help="lire et lister les rappels de lots")
    inner = parser.add_subparsers(dest="recall_act", required=True, metavar="ACTE")
    importing = inner.add_parser("import", help="lire un fichier CSV de rappels", description=_IMPORT_HELP)
    importing.add_argument("source", metavar="FICHIER", help="fichier CSV, ou « - »")
    listing = inner.add_parser("list", help="lister les rappels, le plus récent d’abord")
    listing.add_argument("--all", action="store_true", help="aussi les rappels levés")


def run(services: Services, args: argparse.Namespace, out: Output) -> int:
    """Do the act asked for."""
    return _import(services, args.source, out) if args.recall_act == "import" else _list(services, args, out)


def _import(services: Services, source: str, out: Output) -> int:
    outcome = services.recalls.import_file(services.system_actor, frame.file_bytes(source))
    if isinstance(outcome, Refused):
        out.findings(outcome.findings)
        out.result({"findings": [finding.as_json() for finding in outcome.findings]})
        return frame.REFUSED
    report = outcome.value
    out.result(report)
    known = plural(report.known, "déjà connu", "déjà connus")
    out.line(f"{plural(report.added, 'rappel ajouté', 'rappels ajoutés')}, {known}.")
    if report.unknown_codes:
        shown = ", ".join(report.unknown_codes[:_SHOWN]) + (" …" if len(report.unknown_codes) > _SHOWN else "")
        out.line(f"Gardés, mais inconnus du catalogue en vigueur : {shown}.")
    if report.rejected:
        count = plural(len(report.rejected), "ligne rejetée", "lignes rejetées")
        out.message(
            "GAL-RAP-11", f"{count} : ces rappels ne sont pas en vigueur.", "Corrigez-les, puis relisez le fichier."
        )
        for row in report.rejected[:_SHOWN]:
            out.message("GAL-RAP-11", f"ligne {row.line} : {row.reason}")
        if len(report.rejected) > _SHOWN:
            out.line("  … (toutes avec --json)")
        return frame.REFUSED
    return frame.DONE


def _list(services: Services, args: argparse.Namespace, out: Output) -> int:
    states = services.quarantine.recall_states(with_lifted=args.all)
    names = services.catalog.by_codes([state.recall.code for state in states])
    out.result(
        {
            "recalls": [
                _json(state.recall)
                | {"on_hand": state.on_hand, "of_lots": state.of_lots, "quarantined": state.quarantined}
                for state in states
            ]
        }
    )
    if not states:
        out.line("Aucun rappel n’est enregistré : les boîtes rappelées ne sont pas reconnues.")
    for state in states:
        recall = state.recall
        name = names[recall.code].name if recall.code in names else "inconnu du catalogue"
        read = f"lu par {', '.join(one.name for one in recall.seen)}" if recall.seen else "non acquitté"
        out.line(f"{short_date(recall.day)}  {recall.code}  {name} : {recall.lots_words}")
        out.line(
            f"    {recall.reason} ; {recall.level.label} ; {recall.source.label}"
            f"{f' ({recall.reference})' if recall.reference else ''} ; {read}"
            f"{' ; LEVÉ : ' + recall.lifted if recall.lifted else ''}"
        )
        out.line(
            f"    {plural(state.on_hand, 'boîte')} à la vente, {plural(state.quarantined, 'boîte')} en quarantaine"
        )
    return frame.DONE


def _json(recall: Recall) -> dict[str, Any]:
    return {
        "id": recall.id,
        "code": recall.code,
        "lots": "all" if recall.all_lots else list(recall.lots),
        "reason": recall.reason,
        "level": str(recall.level),
        "date": recall.day.isoformat(),
        "instruction": recall.instruction,
        "source": str(recall.source),
        "reference": recall.reference,
        "seen": [{"by": one.name, "at": one.at.isoformat()} for one in recall.seen],
        "lifted": recall.lifted,
    }
