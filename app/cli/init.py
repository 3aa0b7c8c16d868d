"""How is a data folder made, and what for?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import frame
from app.kernel.mode import Mode

if TYPE_CHECKING:
    import argparse

_SAID = {
    Mode.DEMO: "démonstration : personnes et services fictifs",
    Mode.TRAINING: "formation : base d’entraînement, sans service extérieur",
    Mode.PRODUCTION: "production",
}


def _configure(parser: frame.CommandParser) -> None:
    del parser


def _run(args: argparse.Namespace, out: frame.Output) -> int:
    from app import bootstrap  # noqa: PLC0415 -- heavy; only this command pays for it

    root = frame.data_root(args)
    mode = args.mode or Mode.DEMO
    bootstrap.create_folder(root, mode)
    bootstrap.open_services(root).close()
    out.line(f"Dossier de données prêt dans {root} ({_SAID[mode]}).")
    if mode is Mode.PRODUCTION:
        out.line("Ouvrez maintenant le compte du titulaire : galien staff first, ou au premier démarrage du poste.")
    out.result({"data": str(root.absolute()), "mode": str(mode)})
    return frame.DONE


COMMANDS = (
    frame.Command(
        "init",
        "Crée un dossier de données ; « --mode » dit pour quoi (démonstration sans lui), et ne change plus ensuite.",
        _configure,
        _run,
    ),
)
