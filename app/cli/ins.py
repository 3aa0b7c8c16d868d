"""galien ins: is this matricule sound, how is an identity written as a symbol, what do events make of it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.kernel.clock import SystemClock, today
from app.kernel.errors import InputDefect
from app.kernel.files import write_whole
from app.kernel.mode import Mode
from app.kernel.outcome import Finding, Severity, is_refused
from app.officine.patients import transitions
from app.officine.patients.identity import Ins, Traits
from app.officine.patients.model import IdentityStatus
from app.officine.patients.replay import EventDefect, Replay
from app.officine.scan import ins, ins_symbol
from app.officine.scan.model import ScanKind
from app.officine.scan.service import interpret

if TYPE_CHECKING:
    import argparse
    import datetime as dt


def _configure(parser: frame.CommandParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTE")
    check = actions.add_parser("check", help="contrôler un matricule INS (15 caractères, clé comprise)")
    check.add_argument("matricule", metavar="MATRICULE", help="le matricule, ou « - » pour l’entrée standard")
    check.add_argument("--oid", metavar="OID", help="l’autorité d’affectation, contrôlée elle aussi")
    encode = actions.add_parser("encode", help="dessiner le DataMatrix d’une identité qualifiée")
    encode.add_argument("traits", metavar="TRAITS.json", help="les traits, ou « - » pour l’entrée standard")
    encode.add_argument("--out", required=True, metavar="FICHIER.png", help="l’image à écrire")
    replay = actions.add_parser("replay", help="jouer des événements d’identité, sans réseau ni écriture")
    replay.add_argument("events", metavar="EVENEMENTS.json", help="la liste, ou « - » pour l’entrée standard")


def _run(args: argparse.Namespace, out: frame.Output) -> int:
    return {"check": _check, "encode": _encode, "replay": _replay}[args.action](args, out)


def _check(args: argparse.Namespace, out: frame.Output) -> int:
    code = "".join(frame.text_argument(args.matricule).split()).upper()
    found = ins.matricule_defects(code)
    if args.oid is not None and not is_refused(found):
        found += transitions.check_ins(Ins(code, args.oid), production=_is_production(args))
    is_valid = not is_refused(found)
    out.line("Matricule valide." if is_valid else "Matricule refusé.")
    out.findings(found)
    out.result({"valid": is_valid, "findings": [one.as_json() for one in found]})
    return frame.DONE if is_valid else frame.REFUSED


def _encode(args: argparse.Namespace, out: frame.Output) -> int:
    given = _object(frame.json_argument(args.traits))
    findings = _encodable(given, production=_is_production(args))
    text = ""
    if not is_refused(findings):
        text, said = ins_symbol.message(given, today(SystemClock()))
        findings += said
    file = Path(args.out).absolute()
    if text:
        write_whole(
            file,
            ins_symbol.png(text),
            full="Le disque est plein : l’image n’a pas pu être écrite.",
            refused=f"{file} ne peut pas être écrit.",
        )
        out.line(f"DataMatrix INS : {file}")
    out.findings(findings)
    out.result({"file": str(file) if text else None, "findings": [one.as_json() for one in findings]})
    return frame.DONE if text else frame.REFUSED


def _encodable(given: dict[str, str], *, production: bool) -> list[Finding]:
    """Return what forbids the symbol: an identity that is not qualifiée, or an INS that is none."""
    if given.get("status") != IdentityStatus.QUALIFIED:
        text = "Seule une identité qualifiée porte le DataMatrix INS."
        return [
            Finding("GAL-IDN-43", Severity.ERROR, text, "Qualifiez-la : INSi, puis une pièce de confiance.", "status")
        ]
    code = "".join(given.get("matricule", "").split()).upper()
    given["matricule"] = code
    return transitions.check_ins(Ins(code, given.get("oid", "")), production=production)


def _replay(args: argparse.Namespace, out: frame.Output) -> int:
    events = frame.json_argument(args.events)
    if not isinstance(events, list):
        raise _defect("le fichier doit être une liste d’événements")
    day, production = today(SystemClock()), _is_production(args)
    played = Replay(day, lambda text: _read_code(text, day, production=production), production)
    results = []
    for rank, event in enumerate(events, 1):
        try:
            results.append(played.play(event))
        except EventDefect as error:
            raise _defect(f"événement {rank} : {error}") from error
        came = results[-1]
        out.line(f"{rank}. {came['event']} : {'accepté' if came['accepted'] else 'refusé'} ; statut {came['status']}")
    out.result(results)
    return frame.DONE


def _read_code(text: str, day: dt.date, *, production: bool) -> tuple[Ins, Traits, tuple[Finding, ...]]:
    read = interpret(text, today=day, production=production)
    findings = read.findings
    if read.kind is not ScanKind.INS:
        findings += (
            Finding("GAL-IDN-44", Severity.ERROR, "Ce code n’est pas un DataMatrix INS.", "Scannez-le de nouveau."),
        )
        return Ins("", ""), Traits(), findings
    fields = {name: value or "" for name, value in read.fields.items()}
    traits = Traits(
        **{name: fields[name] for name in ("family_name", "birth_names", "sex", "birth_date", "birth_place")}
    )
    return Ins(fields["matricule"], fields["oid"]), traits, findings


def _object(given: Any) -> dict[str, str]:  # noqa: ANN401 -- JSON is anything
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise _defect("les traits sont un objet dont toutes les valeurs sont des textes")
    return given


def _defect(text: str) -> InputDefect:
    return InputDefect(f"Fichier illisible : {text}.", code="GAL-FIC-01", advice="Corrigez le fichier.")


def _is_production(args: argparse.Namespace) -> bool:
    from app.paths import DataFolder  # noqa: PLC0415 -- spares --help the import
    from app.settings import load  # noqa: PLC0415

    mode: Mode = args.mode or load(DataFolder(frame.data_root(args)).settings_file).mode
    return mode is Mode.PRODUCTION


COMMANDS = (frame.Command("ins", "contrôler, dessiner, rejouer une identité INS", _configure, _run),)
