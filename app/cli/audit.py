"""galien audit: seal the registers, search and hand over the trace, check what was handed over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.kernel import french
from app.kernel.outcome import Refused
from app.kernel.text import NBSP, plural

if TYPE_CHECKING:
    import argparse

    from app.bootstrap import Services
    from app.cli.frame import CommandParser, Output
    from app.officine.trace.model import Entry, Query, SealMade

_MOST = 1_000


def _configure(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACTE")
    acts.add_parser("seal", help="sceller les registres maintenant, et copier les scellés")
    heads = acts.add_parser("heads", help="montrer les scellés, ou les copier ailleurs")
    heads.add_argument("--copy", metavar="DOSSIER", type=Path, help="y ajouter les scellés qui y manquent")
    heads.add_argument("--limit", metavar="N", type=int, default=20, help="combien, les derniers d’abord (20)")
    for name, said in (("search", "chercher dans la trace"), ("export", "exporter la trace avec sa preuve")):
        act = acts.add_parser(name, help=said)
        act.add_argument(
            "text", metavar="TEXTE", nargs="?", default="", help="action, personne, patient, numéro (« - »)"
        )
        act.add_argument("--since", metavar="AAAA-MM-JJ", type=_day, help="depuis ce jour")
        act.add_argument("--until", metavar="AAAA-MM-JJ", type=_day, help="jusqu’à ce jour")
        act.add_argument("--actor", metavar="N", type=int, help="de ce membre de l’équipe")
        act.add_argument("--patient", metavar="N", type=int, help="sur ce dossier de patient")
        act.add_argument("--action", metavar="CODE", default="", help="cette action (delivery.validate…)")
        act.add_argument("--station", metavar="POSTE", default="", help="depuis ce poste")
        if name == "search":
            act.add_argument("--limit", metavar="N", type=int, default=50, help=f"combien, {_MOST} au plus (50)")
            act.add_argument("--before", metavar="N", type=int, help="la page qui précède cette écriture")
        else:
            act.add_argument("--out", metavar="FICHIER", type=Path, required=True, help=".json, ou .csv et sa preuve")
    check = acts.add_parser("check", help="vérifier un export, sans la base qui l’a fait")
    check.add_argument("file", metavar="FICHIER", type=str, help="le JSON de l’export, ou la preuve de son CSV (« - »)")
    aside = acts.add_parser(
        "aside", help="base restaurée : mettre de côté les scellés de ce poste, prendre ceux de la base"
    )
    aside.add_argument("--yes", action="store_true", help="le faire vraiment")
    purge = acts.add_parser("purge-logs", help="effacer les journaux techniques au bout de leur durée")
    purge.add_argument("--yes", action="store_true", help="le faire vraiment ; sans quoi, les nommer seulement")


def _run(args: argparse.Namespace, out: Output) -> int:
    if args.act == "check":
        return _check(args, out)
    acts = {
        "seal": _seal,
        "heads": _heads,
        "search": _search,
        "export": _export,
        "aside": _aside,
        "purge-logs": _purge,
    }
    with frame.services(args) as services:
        return acts[args.act](services, args, out)


def _seal(services: Services, _args: argparse.Namespace, out: Output) -> int:
    from app.officine.trace.model import Reason  # noqa: PLC0415 -- with the services

    outcome = services.seals.make(services.system_actor, Reason.HAND)
    if isinstance(outcome, Refused):
        return _refused(outcome, out)
    out.findings(outcome.findings)
    out.result(_seal_json(outcome.value) | {"findings": [finding.as_json() for finding in outcome.findings]})
    out.line(_seal_line(outcome.value))
    return frame.DONE


def _heads(services: Services, args: argparse.Namespace, out: Output) -> int:
    made, state = services.seals.made(max(1, args.limit)), services.seals.state()
    findings = services.seals.copy_to(args.copy.absolute()) if args.copy else []
    out.findings(findings)
    out.result(
        {
            "seals": [_seal_json(one) for one in made],
            "count": state.count,
            "problem": state.problem,
            "uncovered": state.uncovered,
            "findings": [finding.as_json() for finding in findings],
        }
    )
    for one in made:
        out.line(_seal_line(one))
    if not made:
        out.line("Aucun scellé.")
    if state.problem:
        out.message("GAL-SCL-05", state.problem, "Lancez : galien verify.")
    return frame.REFUSED if state.problem or findings else frame.DONE


def _search(services: Services, args: argparse.Namespace, out: Output) -> int:
    outcome = services.trace.search(_query(args, limit=args.limit, before=args.before), services.system_actor)
    if isinstance(outcome, Refused):
        return _refused(outcome, out)
    page = outcome.value
    out.result({"entries": [_entry_json(one) for one in page.entries], "next_before": page.next_before})
    for one in page.entries:
        whom = f" — {one.patient_name}" if one.patient_name else ""
        number = f" n° {one.subject_id}" if one.subject_id else ""
        out.line(
            f"{one.seq:>8}  {french.moment(one.at)}  {one.station}  {one.actor_name} : {one.sentence}{number}{whom}"
        )
    if page.next_before is not None:
        out.line(f"La suite : --before {page.next_before}")
    return frame.DONE


def _export(services: Services, args: argparse.Namespace, out: Output) -> int:
    outcome = services.trace.export(_query(args), args.out.absolute(), services.system_actor)
    if isinstance(outcome, Refused):
        return _refused(outcome, out)
    made = outcome.value
    out.result({"file": made.file, "proof": made.proof, "entries": made.entries, "sealed": made.covered})
    out.line(f"{plural(made.entries, 'écriture')}, dont {made.covered} sous scellé{NBSP}: {made.file}")
    if made.proof != made.file:
        out.line(f"Preuve{NBSP}: {made.proof}")
    return frame.DONE


def _check(args: argparse.Namespace, out: Output) -> int:
    from app.officine.trace import export  # noqa: PLC0415 -- only this act reads an export

    checked = export.check(frame.file_bytes(args.file))
    out.result(
        {
            "ok": not checked.problem,
            "entries": checked.entries,
            "sealed": checked.covered,
            "keys": checked.fingerprints,
            "problem": checked.problem,
        }
    )
    if checked.problem:
        out.message("GAL-TRA-03", checked.problem, "Demandez un nouvel export à l’officine.")
        return frame.REFUSED
    out.line(f"Export intact{NBSP}: {plural(checked.entries, 'écriture')}, dont {checked.covered} sous scellé.")
    for fingerprint in checked.fingerprints:
        out.line(f"Clé du poste qui a scellé, à comparer avec celle que l’officine affiche{NBSP}: {fingerprint}")
    return frame.DONE


def _aside(services: Services, args: argparse.Namespace, out: Output) -> int:
    stamp = services.clock.now().astimezone(dt.UTC)
    place = services.folder.backups / f"scelles-remplaces-{stamp:%Y%m%d-%H%M%S}"
    if not args.yes:
        raise frame.UsageError("les scellés de ce poste seraient mis de côté : ajoutez --yes pour le faire")
    outcome = services.seals.put_aside(services.system_actor, place)
    if isinstance(outcome, Refused):
        return _refused(outcome, out)
    out.result({"place": place, "count": outcome.value.count})
    out.line(f"Scellés mis de côté : {place}. Le poste a ceux de la base : {outcome.value.count}.")
    return frame.DONE


def _purge(services: Services, args: argparse.Namespace, out: Output) -> int:
    from app.officine.trace.keeping import purge_logs  # noqa: PLC0415 -- with the services

    gone = purge_logs(services.db, services.folder.logs, services.system_actor, really=args.yes)
    out.result({"files": [file.name for file in gone], "removed": args.yes})
    done = "effacé" if args.yes else "à effacer (ajoutez --yes)"
    out.line(f"{plural(len(gone), 'fichier')} {done} : {', '.join(file.name for file in gone) or 'aucun n’est échu'}")
    return frame.DONE


def _query(args: argparse.Namespace, *, limit: int = _MOST, before: int | None = None) -> Query:
    from app.officine.trace.model import Query  # noqa: PLC0415 -- with the services

    return Query(
        first=args.since,
        last=args.until,
        actor_id=args.actor,
        patient_id=args.patient,
        action=args.action,
        station=args.station,
        text=frame.text_argument(args.text),
        limit=max(1, min(limit, _MOST)),
        before=before,
    )


def _refused(outcome: Refused, out: Output) -> int:
    out.findings(outcome.findings)
    out.result({"findings": [finding.as_json() for finding in outcome.findings]})
    return frame.REFUSED


def _seal_json(seal: SealMade) -> dict[str, Any]:
    return {
        "number": seal.number,
        "at": seal.at,
        "station": seal.station,
        "reason": seal.reason,
        "hash": seal.hash,
        "key": seal.fingerprint,
        "heads": seal.heads,
    }


def _seal_line(seal: SealMade) -> str:
    from app.officine.trace.model import Reason  # noqa: PLC0415 -- with the services

    why = Reason(seal.reason).label if seal.reason in set(Reason) else seal.reason
    moment = french.moment(seal.at)
    return f"Scellé {seal.number:>5}  {moment}  {seal.station}  {why:<12} {seal.hash[:16]}  clé {seal.fingerprint}"


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "station": entry.station,
        "actor_id": entry.actor_id,
        "actor": entry.actor_name,
        "action": entry.action,
        "sentence": entry.sentence,
        "subject": entry.subject,
        "subject_id": entry.subject_id,
        "patient_id": entry.patient_id,
        "patient": entry.patient_name,
        "details": dict(entry.details),
        "result": entry.result,
        "hash": entry.hash,
    }


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


COMMANDS = (
    frame.Command("audit", "Trace et scellés : sceller, chercher, exporter, vérifier un export.", _configure, _run),
)
