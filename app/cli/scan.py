"""What is this code? The technician's way to the scan dispatcher."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.frame import DONE, REFUSED, Command, UsageError, data_root, file_argument, text_argument
from app.kernel.clock import SystemClock, today
from app.kernel.mode import Mode
from app.officine.scan.model import Scan, ScanKind
from app.officine.scan.service import interpret

if TYPE_CHECKING:
    import argparse

    from app.cli.frame import CommandParser, Output
    from app.settings import Settings

_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})")
_FIELD_NAMES = {
    "gtin": "GTIN", "cip13": "CIP13", "cip7": "CIP7", "ean13": "EAN13", "lot": "Lot", "expiry": "Péremption",
    "serial": "Numéro de série", "matricule": "Matricule INS", "oid": "OID", "birth_names": "Prénoms de naissance",
    "family_name": "Nom de naissance", "sex": "Sexe", "birth_date": "Date de naissance",
    "birth_place": "Lieu de naissance", "number": "Numéro d’ordonnance", "badge": "Badge", "promise": "Promis",
}  # fmt: skip


def configure(parser: CommandParser) -> None:
    """Add the command's own arguments."""
    parser.free_text = True
    parser.add_argument("text", nargs="?", metavar="TEXTE", help=r"texte lu (« \x1d » pour le séparateur ; « - »)")
    parser.add_argument(
        "--image", metavar="FICHIER", help="image PNG, JPEG ou PDF à lire à la place d’un texte (« - »)"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    """Print what the text or the image holds; 3 when the code is defective."""
    if (args.text is None) == (args.image is None):
        raise UsageError("la commande attend un texte ou une image (--image), l’un ou l’autre")
    settings = _settings(args)
    if args.image is None:
        scans = [_interpreted(_unescaped(text_argument(args.text)), settings, separators_kept=False)]
    else:
        scans = _in_image(Path(args.image), settings)
    first, others = scans[0], scans[1:]
    out.result(first.as_json() | ({"others": [scan.as_json() for scan in others]} if others else {}))
    for scan in scans:
        _show(scan, out)
    return DONE if first.ok else REFUSED


def _in_image(path: Path, settings: Settings) -> list[Scan]:
    """Return the codes of the image, a box or an identity first."""
    from app.officine.scan.image import read_image  # noqa: PLC0415 -- a heavy library behind it

    with file_argument(path) as file:
        texts = read_image(file) or [""]
    scans = [_interpreted(text, settings, separators_kept=True) for text in texts]
    return sorted(scans, key=lambda scan: scan.kind not in (ScanKind.GS1, ScanKind.INS))


def _interpreted(text: str, settings: Settings, *, separators_kept: bool) -> Scan:
    return interpret(
        text,
        today=today(SystemClock()),
        gs_substitute=settings.scanner_gs_substitute,
        production=settings.mode is Mode.PRODUCTION,
        separators_kept=separators_kept,
    )


def _settings(args: argparse.Namespace) -> Settings:
    """Return the workstation's settings, in the mode asked for; a data folder is read, never made."""
    from app.paths import DataFolder  # noqa: PLC0415 -- spares --help the import
    from app.settings import load  # noqa: PLC0415

    settings = load(DataFolder(data_root(args)).settings_file)
    settings.mode = args.mode or settings.mode
    return settings


def _unescaped(text: str) -> str:
    r"""Return the text with ``\x1d`` and ``\u001d`` turned into the characters they stand for."""
    return _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text)


def _show(scan: Scan, out: Output) -> None:
    out.line(f"Type : {scan.kind}")
    for name, value in scan.fields.items():
        out.line(f"{_FIELD_NAMES[name]} : {value if value is not None else '—'}")
    out.findings(scan.findings)


COMMANDS = (Command("scan", "Lit un code : boîte, identité INS, ordonnance, badge.", configure, run),)
