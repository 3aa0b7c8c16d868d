"""Which key does what? The table of the keys, on the terminal or as a PDF to print."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import frame
from app.cli.frame import Command
from app.kernel.errors import DatabaseReadOnly

if TYPE_CHECKING:
    import argparse

    from app.cli.frame import CommandParser, Output


def _configure(parser: CommandParser) -> None:
    parser.add_argument("file", metavar="PDF", type=Path, nargs="?", help="où écrire le tableau ; sans lui, l’affiche")


def _run(args: argparse.Namespace, out: Output) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.ui import cheat_sheet  # noqa: PLC0415 -- the screens, and Qt with them

    with frame.services(args) as services:
        found = cheat_sheet.groups(cheat_sheet.registry(services.settings.keys))
        if args.file is not None:
            written = services.prints.shortcuts(found)
            try:
                shutil.copyfile(written, args.file)
            except OSError as error:
                raise DatabaseReadOnly(
                    f"« {args.file.name} » ne peut pas être écrit.", advice="Indiquez un autre fichier."
                ) from error
    out.result({title: dict(keys) for title, keys in found})
    for line in cheat_sheet.said(found) if args.file is None else [str(args.file)]:
        out.line(line)
    return frame.DONE


COMMANDS = (Command("shortcuts", "Donne la table des touches de ce poste, ou l’écrit en PDF.", _configure, _run),)
