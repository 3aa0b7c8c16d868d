"""galien docs: write, read, show and check a clinical document."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING

from app.cli import frame

if TYPE_CHECKING:
    import argparse

ACTS = ("make", "read", "render", "check")
"""Each act has its module, ``app.cli.docs_ACT``: ``configure(subparsers)`` and ``run(args, out)``."""


def _configure(parser: frame.CommandParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACTE")
    for act in ACTS:
        if importlib.util.find_spec(f"app.cli.docs_{act}") is not None:
            importlib.import_module(f"app.cli.docs_{act}").configure(acts)


def _run(args: argparse.Namespace, out: frame.Output) -> int:
    code: int = args.run(args, out)
    return code


COMMANDS = (frame.Command("docs", "Documents cliniques : écrire, lire, montrer, contrôler.", _configure, _run),)
