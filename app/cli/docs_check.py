"""galien docs check, galien docs kit: is a clinical document conforming, and with which official kit is that judged?"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.kernel import french
from app.kernel.clock import SystemClock
from app.kernel.errors import InputDefect
from app.kernel.outcome import Finding, Refused, Severity, is_refused
from app.kernel.text import plural
from app.paths import DataFolder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from app.docs.validation.installing import Installed
    from app.docs.validation.process import Validator


def configure(acts: Any) -> None:  # noqa: ANN401 -- argparse keeps the type of its sub-parsers to itself
    """Add the acts ``check`` and ``kit`` to the sub-parsers of ``docs``."""
    check = acts.add_parser("check", help="contrôler un document avec le schéma et les règles de l’ANS")
    check.add_argument("file", metavar="FICHIER", help="document CDA, ou archive XDM ; « - » : entrée standard")
    check.add_argument("--kit", type=Path, metavar="DOSSIER", help="kit de l’ANS (sinon : celui qui est installé)")
    check.set_defaults(run=run)
    kit = acts.add_parser("kit", help="kit de validation de l’ANS : installer, dire lequel est en service")
    inner = kit.add_subparsers(dest="kit_act", required=True, metavar="ACTE")
    install = inner.add_parser("install", help="mettre en service le kit d’un dossier, entier ou pas du tout")
    install.add_argument("source", metavar="DOSSIER", type=Path, help="dossier du kit décompressé (testContenuCDA)")
    install.set_defaults(run=_install)
    inner.add_parser("status", help="dire quel kit est en service").set_defaults(run=_status)


def run(args: argparse.Namespace, out: frame.Output) -> int:
    """Check a document, or each document of an archive; refused where one does not conform.

    Source: contract of ``docs check``; SC.DOC.02, SC.DOC.06.LGO.
    """
    try:
        content = frame.file_bytes(args.file)
        with _validator(args) as validator:
            found = _found(content, validator)
    except InputDefect as defect:
        # The kit's, or a file too large: what is said of a document has one shape, also where there is nothing to say.
        found = [Finding(defect.code, Severity.ERROR, defect.text, defect.advice)]
    is_ok = not is_refused(found)
    out.findings(found)
    out.result({"ok": is_ok, "findings": [finding.as_json() for finding in found]})
    if is_ok:
        out.line("Document conforme." if not found else "Document conforme, avec des remarques.")
    return frame.DONE if is_ok else frame.REFUSED


@contextlib.contextmanager
def _validator(args: argparse.Namespace) -> Iterator[Validator]:
    """Give a validator on the kit asked for, or on the one in service."""
    from app.docs.validation import installing  # noqa: PLC0415 -- spares --help the import
    from app.docs.validation.process import Validator  # noqa: PLC0415 -- the same

    if args.kit is None:
        with installing.validator(DataFolder(frame.data_root(args)).cda_kit) as validator:
            yield validator
        return
    # Compiled rules of a kit that is only tried are not worth keeping: making them takes a tenth of a second.
    with tempfile.TemporaryDirectory(prefix="galien-") as cache, Validator(args.kit, Path(cache)) as validator:
        yield validator


def _found(content: bytes, validator: Validator) -> list[Finding]:
    from app.docs.validation import whole  # noqa: PLC0415 -- the same

    return whole.check_file(content, validator)


def _install(args: argparse.Namespace, out: frame.Output) -> int:
    from app.docs.validation import installing  # noqa: PLC0415 -- spares --help the import

    folder = DataFolder(frame.data_root(args))
    folder.make()
    outcome = installing.install(args.source, folder.cda_kit, SystemClock().now())
    if isinstance(outcome, Refused):
        out.findings(outcome.findings)
        out.result({"ok": False, "findings": [finding.as_json() for finding in outcome.findings]})
        return frame.REFUSED
    out.findings(outcome.findings)
    out.result(_shape(outcome.value) | {"findings": [finding.as_json() for finding in outcome.findings]})
    out.line(_line(outcome.value))
    return frame.DONE


def _status(args: argparse.Namespace, out: frame.Output) -> int:
    from app.docs.validation import installing  # noqa: PLC0415 -- spares --help the import

    installed, found = installing.examine(DataFolder(frame.data_root(args)).cda_kit)
    out.findings(found)
    out.result(_shape(installed) | {"findings": [finding.as_json() for finding in found]})
    if installed is not None:
        out.line(_line(installed))
    return frame.REFUSED if is_refused(found) else frame.DONE


def _shape(installed: Installed | None) -> dict[str, Any]:
    if installed is None:
        return {"ok": False, "fingerprint": None, "files": 0, "installed_at": None, "previous": None}
    return {
        "ok": True,
        "fingerprint": installed.fingerprint,
        "files": installed.files,
        "installed_at": installed.at,
        "previous": installed.previous or None,
    }


def _line(installed: Installed) -> str:
    since = french.moment(installed.at)
    return f"Kit en service : {installed.fingerprint[:16]}, {plural(installed.files, 'fichier')}, depuis le {since}."
