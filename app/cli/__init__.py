"""Which command was asked for, and with which exit code does it end?"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import __version__
from app.cli import frame
from app.kernel.errors import Bug, GalienError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Topic:
    """The module in which a command is written, and its one line in the list of commands."""

    module: str
    summary: str


# One line a command. Only the module of the command asked for is imported.
TOPICS: dict[str, Topic] = {
    "demo": Topic("app.cli.demo", "données fictives et démonstration du travail au comptoir"),
    "init": Topic("app.cli.init", "créer un dossier de données : démonstration, formation ou production"),
    "screenshots": Topic("app.cli.screenshots", "image de chaque écran, avec les données fictives"),
    "shortcuts": Topic("app.cli.shortcuts", "table des touches de ce poste, à l’écran ou en PDF"),
    "bench": Topic("app.cli.bench", "mesures de performance, chacune avec sa référence"),
    "doctor": Topic("app.cli.doctor", "diagnostic du poste"),
    "selftest": Topic("app.cli.selftest", "essais longs : pannes, fichiers hostiles, endurance"),
    "catalog": Topic("app.cli.catalog", "base des médicaments : importer, chercher, montrer, revenir en arrière"),
    "safety": Topic(
        "app.cli.safety", "thésaurus des interactions, rappels de lots : importer, dire ce qui est en service"
    ),
    "scan": Topic("app.cli.scan", "lire un code (boîte, INS, ordonnance, badge)"),
    "cards": Topic("app.cli.cards", "lecteurs de cartes : lister, lire une carte Vitale ou CPS"),
    "cash": Topic("app.cli.cash", "caisse : clôtures (Z) et archives"),
    "billing": Topic("app.cli.billing", "tarifer une facture"),
    "ins": Topic("app.cli.ins", "contrôler, dessiner, rejouer une identité INS"),
    "docs": Topic("app.cli.docs", "documents cliniques : écrire, lire, montrer, contrôler"),
    "papers": Topic("app.cli.papers", "copies des titres d’identité : lister, détruire celles qui sont échues"),
    "patients": Topic("app.cli.patients", "communes et pays de naissance : importer la liste de l’Insee"),
    "backup": Topic("app.cli.backup", "sauvegarder les données"),
    "restore": Topic("app.cli.backup", "restaurer une sauvegarde"),
    "verify": Topic("app.cli.verify", "vérifier la base et ses registres"),
    "registers": Topic("app.cli.registers", "registres : exporter, balance des stupéfiants, durées"),
    "staff": Topic("app.cli.staff", "équipe : premier titulaire, comptes, accès perdu, déblocage"),
    "secrets": Topic(
        "app.cli.secrets", "clés et certificats de l’officine : état, codes, renouvellement, import PKCS#12"
    ),
    "audit": Topic("app.cli.audit", "trace et scellés : sceller, chercher, exporter, vérifier un export"),
    "queue": Topic("app.cli.queue", "file d’attente des envois"),
    "help": Topic("app.cli.help", "cette liste, ou l’aide d’une commande"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; without a command, open the desktop client.

    Nothing but French messages ever reaches the terminal: an unexpected error leaves a crash report.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if argv is None:
        from app.logs import guard_process  # noqa: PLC0415 -- where a process begins, not where a test calls

        guard_process()
    _speak_utf8()
    out = frame.Output(as_json="--json" in words)
    try:
        code = _run(words, out)
        if code in (frame.DONE, frame.REFUSED) and out.as_json and not out.has_result:
            out.result(None)
        sys.stdout.flush()
    except GalienError as error:
        return _told(out, error)
    except BrokenPipeError:
        return _reader_gone()
    except KeyboardInterrupt:
        out.message("GAL-USE-02", "Interrompu.")
        return frame.INTERRUPTED
    except OSError as error:
        return _told(out, frame.from_os_error(error))
    except Exception as error:  # noqa: BLE001 -- the command line's entry: a bug becomes a crash report and a message
        return _told(out, _bug(error, words))
    return code


def command_named(name: str) -> frame.Command:
    """Return a command, its module imported. Raises UsageError when there is none of that name."""
    if name in TOPICS and is_there(TOPICS[name]):
        for command in importlib.import_module(TOPICS[name].module).COMMANDS:
            if command.name == name:
                found: frame.Command = command
                return found
    raise frame.UsageError(f"la commande « {frame.shown_word(name)} » n’existe pas")


def is_there(topic: Topic) -> bool:
    """Return True when the topic's module is part of this version of Galien."""
    return importlib.util.find_spec(topic.module) is not None


def parser_of(command: frame.Command) -> frame.CommandParser:
    """Return the parser of a command, with its own arguments."""
    parser = frame.CommandParser(prog=f"galien {command.name}", description=command.help)
    command.configure(parser)
    return parser


def _run(words: Sequence[str], out: frame.Output) -> int:
    common, rest = frame.split_common(words)
    out.as_json = common.json
    if not rest:
        return _desktop(common)
    if rest[0] in ("--version", "-V"):
        print(f"galien {__version__}")
        out.has_result = True
        return frame.DONE
    if rest[0] in ("--help", "-h"):
        rest = ["help"]
    command = command_named(rest[0])
    try:
        args = parser_of(command).parse_args(rest[1:], namespace=common)
    except SystemExit:  # argparse has printed the help that was asked for
        out.has_result = True
        return frame.DONE
    return command.run(args, out)


def _desktop(common: argparse.Namespace) -> int:
    from app.__main__ import run  # noqa: PLC0415 -- Qt: only the desktop client pays for it

    return run(frame.data_root(common), common.mode)


def _told(out: frame.Output, error: GalienError) -> int:
    with contextlib.suppress(BrokenPipeError):
        out.failure(error)
    return error.exit_code


def _reader_gone() -> int:
    """Leave quietly when the reader of our output has gone; Python must not flush into the void at its end."""
    with open(os.devnull, "w", encoding="utf-8") as void:  # noqa: PTH123 -- a device, not a path of ours
        os.dup2(void.fileno(), sys.stdout.fileno())
    return frame.ENVIRONMENT


def _bug(error: Exception, words: Sequence[str]) -> Bug:
    from app.cli import crash  # noqa: PLC0415 -- only on the worst path

    file = crash.report(error, words)
    where = f" Le rapport est dans {file}." if file else ""
    return Bug(
        f"Galien a rencontré une erreur imprévue ({type(error).__name__}).",
        advice=f"Rien n’est enregistré à moitié. Recommencez ; si cela se répète, transmettez le rapport.{where}",
    )


def _speak_utf8() -> None:
    """Write UTF-8 whatever the locale; what is no text (a broken file name) is escaped, never fatal."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
