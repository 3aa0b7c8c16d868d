"""galien docs make: from a case, one of our documents as CDA and as PDF, or what stands in its way."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.docs.clinical import Kind, Vaccine
from app.kernel.clock import SystemClock, today
from app.kernel.files import write_whole
from app.kernel.mode import Mode
from app.kernel.outcome import Finding, is_refused

if TYPE_CHECKING:
    import argparse

    from app.docs.clinical import Document
    from app.settings import Settings


def configure(acts: Any) -> None:  # noqa: ANN401 -- argparse keeps the type of its sub-parsers to itself
    """Add the act to the sub-parsers of ``docs``."""
    make = acts.add_parser("make", help="écrire une note de vaccination, un entretien ou un bilan (CDA et PDF)")
    make.add_argument(
        "kind", choices=[kind.value for kind in Kind], metavar="TYPE", help="vaccination, entretien, bilan"
    )
    make.add_argument("--case", required=True, metavar="CASE.json", help="ce que dit le document, ou « - »")
    make.add_argument("--out", required=True, metavar="DOSSIER", help="où écrire les deux fichiers")
    make.set_defaults(run=run)


def run(args: argparse.Namespace, out: frame.Output) -> int:
    """Write the two files of a case and say where; refused, nothing is written and the findings say why.

    Source: contract of ``docs make``; SC.DOC.01, SC.DOC.02, SC.DOC.06.LGO, OFF-DOC-03.
    """
    cda, pdf, document, findings = _made(args)
    files: dict[str, Path | None] = {"cda": None, "pdf": None}
    if document is not None and not is_refused(findings):
        files = _written(Path(args.out).absolute(), document, cda, pdf)
        for file in files.values():
            out.line(str(file), verbatim=True)
    out.findings(findings)
    told = {name: str(file) if file is not None else None for name, file in files.items()}
    out.result(told | {"findings": [one.as_json() for one in findings]})
    return frame.REFUSED if is_refused(findings) else frame.DONE


def _made(args: argparse.Namespace) -> tuple[bytes, bytes, Document | None, list[Finding]]:
    """Return the CDA and the PDF of the case, the document, and what there is to say; no octets where it is refused."""
    from app.docs.cda.case import read_case  # noqa: PLC0415 -- spares --help the import
    from app.officine.care import making  # noqa: PLC0415 -- the same

    document, findings = read_case(Kind(args.kind), frame.json_argument(args.case))
    if document is None:
        return b"", b"", None, findings
    settings = _settings(args)
    mode = args.mode or settings.mode
    document, said = making.named(replace(document, banner=mode.banner))
    findings += said
    if isinstance(document.content, Vaccine):
        vaccine, said = _known(document.content, args, settings)
        document, findings = replace(document, content=vaccine), findings + said
    findings += making.looked_at(document, production=mode is Mode.PRODUCTION)
    symbol, said = ("", []) if is_refused(findings) else making.symbol(document, today(SystemClock()))
    findings += said
    if is_refused(findings):
        return b"", b"", document, findings
    cda, pdf = making.octets(document, symbol)
    return cda, pdf, document, findings + making.checked(cda)


def _settings(args: argparse.Namespace) -> Settings:
    from app.paths import DataFolder  # noqa: PLC0415 -- the same
    from app.settings import load  # noqa: PLC0415 -- the same

    return load(DataFolder(frame.data_root(args)).settings_file)


def _known(vaccine: Vaccine, args: argparse.Namespace, settings: Settings) -> tuple[Vaccine, list[Finding]]:
    """Return the vaccine with what the catalogue of the data folder knows of it; as it is without a catalogue."""
    from app.officine.care import making  # noqa: PLC0415 -- the same
    from app.paths import DataFolder  # noqa: PLC0415 -- the same

    # Making a base only to find no catalogue in it would be slow, and would leave a folder that nobody asked for.
    has_base = bool(settings.database_url) or DataFolder(frame.data_root(args)).database_file.exists()
    if not vaccine.cip13 or not has_base:
        return vaccine, []
    with frame.services(args) as services:
        return making.known(vaccine, services.catalog)


def _written(folder: Path, document: Document, cda: bytes, pdf: bytes) -> dict[str, Path | None]:
    """Write both files under a name that nothing bears yet, or neither. Raises EnvironmentFailure."""
    from app.docs.cda.naming import stem  # noqa: PLC0415 -- the same

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise frame.from_os_error(error) from error
    name = stem(document)
    names = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(2)))
    free = next(name for name in names if not any((folder / f"{name}{end}").exists() for end in (".xml", ".pdf")))
    files = {"cda": folder / f"{free}.xml", "pdf": folder / f"{free}.pdf"}
    both = False
    try:
        _write(files["pdf"], pdf)
        _write(files["cda"], cda)
        both = True
    finally:
        if not both:
            files["pdf"].unlink(missing_ok=True)
    return dict(files)


def _write(file: Path, content: bytes) -> None:
    full = "Le disque est plein : le document n’a pas pu être écrit."
    write_whole(file, content, full=full, refused=f"{file} ne peut pas être écrit.")
