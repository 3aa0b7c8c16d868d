"""How is Galien shown to one who has nothing yet? Fictitious data, then the client or the main job played."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import frame

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


def _configure(parser: frame.CommandParser) -> None:
    parser.add_argument(
        "--headless",
        action="store_true",
        help="joue une délivrance de bout en bout sans écran et dit ce qui a été fait (d’office sans écran)",
    )


def _run(args: argparse.Namespace, out: frame.Output) -> int:
    with _folder(args) as root:
        if args.headless or not _has_display():
            return _play(root, out)
        return _show(root, out)


@contextlib.contextmanager
def _folder(args: argparse.Namespace) -> Iterator[Path]:
    """Give the folder asked for, which is kept; else one that is thrown away."""
    if args.data is not None:
        yield args.data
        return
    with tempfile.TemporaryDirectory(prefix="galien-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _play(root: Path, out: frame.Output) -> int:
    from app import bootstrap, play  # noqa: PLC0415 -- heavy; only this command pays for it

    services = bootstrap.create_demo(root)
    try:
        out.line(f"SIMULATION — données fictives dans {root}")
        played = play.play(services, out.line)
    finally:
        services.close()
    out.result(played)
    if not out.as_json:
        out.line("RESULT " + json.dumps(played.as_json(), ensure_ascii=False), verbatim=True)
    return frame.DONE


def _show(root: Path, out: frame.Output) -> int:
    from app import __main__ as desktop  # noqa: PLC0415 -- the same
    from app import bootstrap  # noqa: PLC0415 -- the same

    bootstrap.create_demo(root).close()
    code = desktop.run(root)
    out.has_result = True
    return code


def _has_display() -> bool:
    """Return True where a window can be seen."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


COMMANDS = (
    frame.Command(
        "demo",
        "Données fictives, puis le poste graphique ; sans écran, une délivrance de bout en bout.",
        _configure,
        _run,
    ),
)
