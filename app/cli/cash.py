"""What does the till come to, and how is it archived for the tax authorities?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import frame
from app.cli.frame import Command
from app.kernel import french
from app.kernel.outcome import Refused
from app.kernel.text import plural

if TYPE_CHECKING:
    import argparse

    from app.cli.frame import CommandParser, Output


def _configure(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACTE", required=True)
    listing = acts.add_parser("z", help="montre les clôtures, la plus récente d’abord")
    listing.add_argument("--period", choices=("day", "month", "year"), help="seulement celles de cette période")
    listing.add_argument("--date", type=_date, metavar="AAAA-MM-JJ", help="seulement celles qui contiennent ce jour")
    archive = acts.add_parser("archive", help="archive un mois ou une année clôturés, lisible sans Galien")
    archive.add_argument("--year", type=int, required=True, metavar="AAAA", help="l’année")
    archive.add_argument("--month", type=int, choices=range(1, 13), metavar="MM", help="le mois ; sans lui, l’année")
    archive.add_argument("--out", type=Path, required=True, metavar="FICHIER", help="le fichier .zip à écrire")
    verify = acts.add_parser("verify-archive", help="vérifie une archive : empreintes, chaînage, sommes")
    verify.add_argument("file", type=Path, metavar="FICHIER", help="l’archive")


def _run(args: argparse.Namespace, out: Output) -> int:
    return {"z": _closings, "archive": _archive, "verify-archive": _verify}[args.act](args, out)


def _closings(args: argparse.Namespace, out: Output) -> int:
    from app.officine.cash import rules  # noqa: PLC0415 -- with the services
    from app.officine.cash.closings import closing_json  # noqa: PLC0415
    from app.officine.cash.model import Period  # noqa: PLC0415

    with frame.services(args) as services:
        found = services.closings.closings(Period(args.period) if args.period else None)
    if args.date is not None:
        found = [one for one in found if one.start <= args.date < rules.following(one.period, one.start)]
    out.result([closing_json(one) for one in found])
    for one in found:
        name = f"{one.period.label} {rules.named(one.period, one.start)}"
        amounts = f"{french.amount(one.totals.net):>14}  perpétuel {french.amount(one.gross)}"
        out.line(f"Z {one.number:>4}  {name:<24} {plural(one.totals.tickets, 'ticket'):>14} {amounts}")
    if not found:
        out.line("Aucune clôture.")
    return frame.DONE


def _archive(args: argparse.Namespace, out: Output) -> int:
    from app.officine.cash.model import Period  # noqa: PLC0415 -- with the services

    period = Period.YEAR if args.month is None else Period.MONTH
    if not dt.MINYEAR <= args.year < dt.MAXYEAR:
        raise frame.UsageError(f"l’année {args.year} n’existe pas")
    day = dt.date(args.year, args.month or 1, 1)
    with frame.services(args) as services:
        outcome = services.closings.archive(services.system_actor, period, day, args.out)
    if isinstance(outcome, Refused):
        out.findings(outcome.findings)
        out.result({"findings": [finding.as_json() for finding in outcome.findings]})
        return frame.REFUSED
    out.result({"file": str(args.out.absolute()), "sha256": outcome.value})
    out.line(f"Archive écrite : {args.out}\nSHA-256 {outcome.value}")
    return frame.DONE


def _verify(args: argparse.Namespace, out: Output) -> int:
    from app.officine.cash import archive  # noqa: PLC0415 -- only here

    report = archive.verify(args.file)
    out.result(report)
    for text in report.bad:
        out.message("GAL-CAI-32", text)
    if report.bad:
        return frame.REFUSED
    counted = f"{plural(report.records, 'écriture')}, {plural(report.closings, 'clôture')}"
    out.line(f"Archive saine : {counted}, mode {report.mode}.")
    return frame.DONE


def _date(value: str) -> dt.date:
    return dt.date.fromisoformat(value)


COMMANDS = (Command("cash", "Montre les clôtures de la caisse, archive, vérifie une archive.", _configure, _run),)
