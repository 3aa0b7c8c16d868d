"""How does the technician keep the data in a file, and bring them back from it?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import frame
from app.cli.frame import Command
from app.kernel import french
from app.kernel.text import plural

if TYPE_CHECKING:
    import argparse

    from app.cli.frame import CommandParser, Output
    from app.store.backup import Backup


def _configure_backup(parser: CommandParser) -> None:
    parser.add_argument("folder", metavar="DOSSIER", type=Path, help="où écrire la sauvegarde ; créé s’il manque")
    parser.add_argument(
        "--keep", metavar="N", type=int, default=0, help="ne garde que les N dernières, et une par mois"
    )


def _configure_restore(parser: CommandParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="la sauvegarde (.galien ; « - »)")


def _backup(args: argparse.Namespace, out: Output) -> int:
    from app.store import backup  # noqa: PLC0415 -- the database's library is heavy

    with frame.services(args) as services:
        made = services.back_up_into(args.folder.absolute())
    removed = backup.rotate(args.folder.absolute(), args.keep) if args.keep > 0 else []
    out.result(_told(made) | {"removed": [str(path) for path in removed]})
    if made.untraced is not None:
        out.message(made.untraced.code, f"La sauvegarde n’est pas tracée au journal : {made.untraced.text}",
                    "Le fichier est complet et relu ; corrigez la cause avant de continuer.")  # fmt: skip
    if made.carried.unreadable:
        lost = plural(len(made.carried.unreadable), "copie ou document illisible", "copies ou documents illisibles")
        out.message("GAL-COP-21", f"La sauvegarde n’emporte pas {lost}.", "Lancez : galien verify.")
    out.line(f"Sauvegarde faite et relue : {made.path} ({french.size_mb(made.size)})")
    return frame.DONE


def _told(made: Backup) -> dict[str, object]:
    return {
        "file": made.path,
        "size": made.size,
        "schema": made.manifest.schema,
        "audit_entries": made.manifest.audit_seq,
        "members": sorted(made.manifest.members),
        "traced": made.untraced is None,
        "copies": {
            "kept": made.carried.kept,
            "written": made.carried.written,
            "unreadable": list(made.carried.unreadable),
        },
    }


def _restore(args: argparse.Namespace, out: Output) -> int:
    from app import settings as settings_module  # noqa: PLC0415 -- only the commands that need it pay for it
    from app.paths import DataFolder  # noqa: PLC0415
    from app.store import restore  # noqa: PLC0415

    folder = DataFolder(frame.data_root(args))
    folder.make()
    settings = settings_module.load(folder.settings_file)
    mode = str(settings.mode) if folder.settings_file.exists() else None
    now = dt.datetime.now(dt.UTC)
    with frame.file_argument(args.file) as file:
        if settings.database_url:
            done = restore.restore_postgresql(file, folder.root, settings.database_url, mode=mode, now=now)
        else:
            done = restore.restore_sqlite(file, folder.root, folder.database_file, mode=mode, now=now)
    out.result(
        {
            "restored": None if str(args.file) == "-" else args.file.absolute(),
            "created_at": done.manifest.created_at,
            "replaced": done.aside,
            "audit_entries": done.manifest.audit_seq,
            "missing_copies": list(done.missing),
        }
    )
    if done.missing:
        lost = plural(len(done.missing), "copie ou document manque", "copies ou documents manquent")
        advice = "Remettez le dossier « blobs » à côté de la sauvegarde, puis recommencez."
        out.message("GAL-COP-20", f"{lost.capitalize()} : le dossier des sauvegardes ne les a pas.", advice)
    made = french.moment(dt.datetime.fromisoformat(done.manifest.created_at))
    out.line(f"Sauvegarde du {made} restaurée et contrôlée.")
    if done.aside:
        out.line(f"La base remplacée est gardée : {done.aside}")
    return frame.DONE


COMMANDS = (
    Command("backup", "Sauvegarde les données dans un fichier, puis le relit.", _configure_backup, _backup),
    Command("restore", "Remet une sauvegarde à la place des données.", _configure_restore, _restore),
)
