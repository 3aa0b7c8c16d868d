"""galien registers: hand over the registers, print the balance of the stupéfiants."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import frame
from app.kernel.errors import InputDefect
from app.kernel.files import write_whole
from app.kernel.text import NBSP, plural

if TYPE_CHECKING:
    import argparse

    from app.bootstrap import Services
    from app.cli.frame import CommandParser, Output

_REGISTERS = ("ordonnancier", "stupefiants", "derives", "interventions")


def _configure(parser: CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACTE")
    export = acts.add_parser("export", help="écrire un registre dans un fichier CSV (UTF-8, « ; ») ou JSON")
    export.add_argument("register", metavar="REGISTRE", choices=_REGISTERS, help=", ".join(_REGISTERS))
    export.add_argument("--out", metavar="DOSSIER", type=Path, required=True, help="où écrire ; créé s’il manque")
    export.add_argument("--since", metavar="AAAA-MM-JJ", default="", help="seulement depuis ce jour")
    balance = acts.add_parser("balance", help="écrire la balance mensuelle des stupéfiants en PDF")
    balance.add_argument("--month", metavar="AAAA-MM", required=True, help="le mois")
    balance.add_argument("--out", metavar="FICHIER.pdf", type=Path, required=True, help="le fichier à écrire")
    acts.add_parser("retention", help="dire combien de temps chaque registre est conservé")


def _run(args: argparse.Namespace, out: Output) -> int:
    if args.act == "retention":
        return _retention(out)
    with frame.services(args) as services:
        return {"export": _export, "balance": _balance}[args.act](services, args, out)


def _export(services: Services, args: argparse.Namespace, out: Output) -> int:
    since = _day(args.since) if args.since else None
    actor = services.system_actor
    file = services.book.export(args.register, args.out, since=since, as_json=out.as_json, actor=actor)
    entries = len(services.book.records(args.register, since))
    out.result({"register": args.register, "file": str(file.absolute()), "entries": entries})
    out.line(f"{plural(entries, 'écriture')}{NBSP}: {file}")
    return frame.DONE


def _balance(services: Services, args: argparse.Namespace, out: Output) -> int:
    content = services.book.balance_pdf(args.month)
    balance = services.narcotics.balance(args.month)
    if content is None or balance is None:
        raise InputDefect("Ce n’est pas un mois.", code="GAL-STU-14", advice="Écrivez-le ainsi : 2026-11.")
    write_whole(
        args.out,
        content,
        full="Le disque est plein : la balance n’a pas pu être écrite.",
        refused=f"{args.out} ne peut pas être écrit.",
    )
    gaps = {code: held.difference for code, held in balance.holdings.items() if held.difference}
    out.result(
        {
            "month": balance.month,
            "file": str(args.out.absolute()),
            "closed": None if balance.closed is None else balance.closed.isoformat(),
            "lines": [
                {
                    "code": line.code,
                    "label": line.label,
                    "opening": line.opening,
                    "entries": line.entries,
                    "exits": line.exits,
                    "destroyed": line.destroyed,
                    "lost": line.lost,
                    "adjusted": line.adjusted,
                    "closing": line.closing,
                }
                for line in balance.lines
            ],
            "differences": gaps,
        }
    )
    out.line(f"{plural(len(balance.lines), 'médicament')}{NBSP}: {args.out}")
    if gaps:
        out.line(f"Le stock diffère du registre pour {plural(len(gaps), 'médicament')}.")
    return frame.DONE


def _retention(out: Output) -> int:
    from app.officine.registers.data import retentions  # noqa: PLC0415 -- only this act reads the table

    out.result(
        [
            {
                "register": one.register,
                "years": one.years,
                "months": one.months,
                "source": one.source,
                "confidence": one.confidence,
            }
            for one in retentions()
        ]
    )
    for one in retentions():
        out.line(f"{one.duration:>6}  {one.title} ({one.source})")
    return frame.DONE


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise frame.UsageError(f"« {text} » n’est pas un jour : écrivez-le ainsi : 2026-11-25") from error


COMMANDS = (frame.Command("registers", "Registres : les exporter, imprimer la balance.", _configure, _run),)
