"""Which commands are there, and what does one of them take?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import __version__, cli
from app.cli import frame

if TYPE_CHECKING:
    import argparse


def _configure(parser: frame.CommandParser) -> None:
    parser.add_argument("command", nargs="?", metavar="COMMANDE", help="la commande dont l’aide est demandée")


def _run(args: argparse.Namespace, out: frame.Output) -> int:
    if args.command:
        text = cli.parser_of(cli.command_named(args.command)).format_help()
        out.line(text.rstrip())
        out.result({"command": args.command, "help": text})
        return frame.DONE
    topics = {name: topic.summary for name, topic in cli.TOPICS.items() if cli.is_there(topic)}
    width = max(len(name) for name in topics)
    out.line(f"Galien {__version__}, logiciel de gestion d’officine.")
    out.line("\nUsage : galien [COMMANDE] [OPTIONS]\n\nSans commande, le poste graphique s’ouvre.\n\ncommandes :")
    for name, summary in topics.items():
        out.line(f"  {name:<{width}}  {summary}")
    out.line(f"\n{frame.COMMON_OPTIONS}")
    out.result({"version": __version__, "commands": topics})
    return frame.DONE


COMMANDS = (frame.Command("help", "Liste les commandes, ou explique l’une d’elles.", _configure, _run),)
