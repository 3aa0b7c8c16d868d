"""What does each screen look like? One picture a screen and state, with fictitious data."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import frame
from app.cli.frame import Command

if TYPE_CHECKING:
    from app.cli.frame import CommandParser, Output

_DAY = dt.datetime(2026, 11, 23, 9, 42, tzinfo=dt.UTC)
"""Every picture is of the same moment, so that two drawings can be compared."""


def _configure(parser: CommandParser) -> None:
    parser.add_argument("folder", metavar="DOSSIER", type=Path, help="où écrire les images ; créé s’il manque")
    parser.add_argument("--screen", metavar="NOM", default="", help="seulement les écrans dont le nom commence ainsi")
    parser.add_argument("--theme", choices=("light", "dark", "contrast"), default="light", help="thème")
    parser.add_argument("--zoom", metavar="POUR_CENT", type=int, default=100, help="taille, de 80 à 200")
    parser.add_argument("--size", metavar="LxH", type=_size, help="fenêtre en pixels : 1366x768, 3840x2160…")


def _size(text: str) -> tuple[int, int]:
    """Read ``1366x768``. Raises ArgumentTypeError for what is no size of a screen."""
    match = re.fullmatch(r"(\d{3,4})[x×](\d{3,4})", text.strip().lower())
    if match is None or int(match[1]) < 960 or int(match[2]) < 600:
        raise argparse.ArgumentTypeError(f"« {text} » n’est pas une taille : 960x600 au moins, 9999x9999 au plus")
    return int(match[1]), int(match[2])


def _run(args: argparse.Namespace, out: Output) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app import bootstrap  # noqa: PLC0415 -- heavy; only the commands that need the database pay for it
    from app.kernel.clock import FixedClock  # noqa: PLC0415
    from app.ui import pictures  # noqa: PLC0415 -- the screens, and Qt with them

    if args.screen and not any(name.startswith(args.screen) for name in pictures.names()):
        raise frame.UsageError(f"aucun écran ne s’appelle « {args.screen} » : {', '.join(pictures.names())}")
    drawn: list[str] = []
    with tempfile.TemporaryDirectory(prefix="galien-") as root:
        services = bootstrap.create_demo(Path(root), clock=FixedClock(_DAY))
        services.settings.station = "Comptoir 1"
        try:
            for file in pictures.draw_all(
                services, args.folder.absolute(), theme=args.theme, zoom=args.zoom, only=args.screen, size=args.size
            ):
                drawn.append(str(file))
                out.line(file.name)
        finally:
            services.close()
    out.result(drawn)
    return frame.DONE


COMMANDS = (Command("screenshots", "Dessine chaque écran dans un fichier PNG.", _configure, _run),)
