"""galien patients: which official list of places of birth is in force, and how does another enter?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import frame
from app.kernel.outcome import Refused

if TYPE_CHECKING:
    import argparse

_IMPORT_HELP = """\
Met en service les fichiers du Code officiel géographique de l’Insee, tous ou aucun.

Lus : v_commune_depuis_1943.csv (les noms et codes d’autrefois, avec leurs dates), v_commune_AAAA.csv (aussi les
arrondissements), v_pays_territoire_depuis_1943.csv, v_pays_AAAA.csv. Donnez-les ensemble, décompressés.

Chaque fichier est contrôlé avant : colonnes, codes, dates, doublons, nombre de lieux. Un fichier fautif ne change rien
(code de retour 3, chaque ligne avec sa raison). Les quelques lieux livrés avec Galien restent connus."""


def _configure(parser: frame.CommandParser) -> None:
    topics = parser.add_subparsers(dest="topic", required=True, metavar="SUJET")
    places = topics.add_parser("places", help="communes et pays de naissance (code officiel géographique)")
    acts = places.add_subparsers(dest="act", required=True, metavar="ACTE")
    importing = acts.add_parser("import", help="lire les fichiers de l’Insee", description=_IMPORT_HELP)
    importing.add_argument("files", nargs="+", metavar="FICHIER", help="fichiers CSV de l’Insee")
    importing.add_argument("--accept-fall", action="store_true", help="accepter une liste bien plus courte qu’avant")
    acts.add_parser("status", help="dire quelle liste est en service")


def _run(args: argparse.Namespace, out: frame.Output) -> int:
    with frame.services(args) as services:
        if args.act == "status":
            loaded = services.places.loaded()
        else:
            files = [(Path(file).name, frame.file_bytes(file)) for file in args.files]
            outcome = services.places.load(files, services.system_actor, accept_fall=args.accept_fall)
            if isinstance(outcome, Refused):
                out.findings(outcome.findings)
                out.result({"findings": [finding.as_json() for finding in outcome.findings]})
                return frame.REFUSED
            loaded = outcome.value
    out.result(loaded)
    if loaded is None:
        out.line("Aucune liste de l’Insee n’est chargée : seuls les lieux livrés avec Galien sont connus.")
        return frame.DONE
    communes, countries = loaded.counts.get("commune", 0), loaded.counts.get("country", 0)
    out.line(f"Communes : {communes} ; pays : {countries} (dernier import : {', '.join(loaded.files)}).")
    return frame.DONE


COMMANDS = (
    frame.Command("patients", "communes et pays de naissance : importer la liste de l’Insee", _configure, _run),
)
