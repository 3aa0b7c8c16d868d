"""galien docs make: from a case, one of our documents as CDA and as PDF, or what stands in its way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.docs.clinical import QUALIFIED, Kind, Vaccine
from app.kernel import text
from app.kernel.clock import SystemClock, today
from app.kernel.errors import InputDefect
from app.kernel.files import free_name, write_whole
from app.kernel.mode import Mode
from app.kernel.outcome import Finding, Severity, is_refused

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from app.docs.clinical import Document
    from app.settings import Settings

_NAMES = ("family_name", "first_name", "birth_names", "used_name", "used_first_name")
_TRAITS = ("matricule", "oid", "birth_names", "first_name", "family_name", "sex", "birth_date", "birth_place")


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
        files = _written(frame.folder_argument(args.out, "--out"), document, cda, pdf)
        for file in files.values():
            out.line(str(file), verbatim=True)
    out.findings(findings)
    told = {name: str(file) if file is not None else None for name, file in files.items()}
    out.result(told | {"findings": [one.as_json() for one in findings]})
    return frame.REFUSED if is_refused(findings) else frame.DONE


def _made(args: argparse.Namespace) -> tuple[bytes, bytes, Document | None, list[Finding]]:
    """Return the CDA and the PDF of the case, the document, and what there is to say; no octets where it is refused."""
    from app.docs.cda.case import read_case  # noqa: PLC0415 -- spares --help the import
    from app.docs.cda.check_document import check_document  # noqa: PLC0415 -- the same
    from app.docs.pdfa.unprintable import unprintable  # noqa: PLC0415 -- the same

    try:
        document, findings = read_case(Kind(args.kind), frame.json_argument(args.case))
    except InputDefect as defect:
        # What is said of a case has one shape, also where it is no JSON.
        return b"", b"", None, [Finding(defect.code, Severity.ERROR, defect.text, defect.advice)]
    if document is None:
        return b"", b"", None, findings
    settings = _settings(args)
    mode = args.mode or settings.mode
    document, said = _named(replace(document, banner=mode.banner))
    findings += said
    if isinstance(document.content, Vaccine):
        vaccine, said = _known(document.content, args, settings)
        document, findings = replace(document, content=vaccine), findings + said
    findings += check_document(document, production=mode is Mode.PRODUCTION)
    findings += unprintable(document)
    symbol, said = _symbol(document) if document.subject.has_ins and not is_refused(findings) else ("", [])
    findings += said
    if is_refused(findings):
        return b"", b"", document, findings
    cda, pdf = _octets(document, symbol)
    return cda, pdf, document, findings + _checked(cda)


def _named(document: Document) -> tuple[Document, list[Finding]]:
    """Return the document with the names of a qualified identity as the INS writes them, each conversion said.

    As when a patient's file is typed: É becomes E; what the INS does not admit is refused.
    """
    from app.officine.patients import names  # noqa: PLC0415 -- spares --help the import

    who = document.subject
    if who.status != QUALIFIED:
        return document, []
    kept = {name: names.convert(name, getattr(who, name)) for name in _NAMES}
    converted: dict[str, Any] = {name: value for name, (value, _) in kept.items()}
    findings = [finding for _, findings in kept.values() for finding in findings]
    return replace(document, subject=replace(who, **converted)), findings


def _octets(document: Document, symbol: str) -> tuple[bytes, bytes]:
    from app.docs.cda.write import write  # noqa: PLC0415 -- the same
    from app.docs.pdfa.faces import face  # noqa: PLC0415 -- heavy: at the first document written

    pdf = face(document, ins_text=symbol)
    return write(document, pdf), pdf


def _checked(cda: bytes) -> list[Finding]:
    from app.docs.cda.checks import check  # noqa: PLC0415 -- the same

    return check(cda)


def _settings(args: argparse.Namespace) -> Settings:
    from app.paths import DataFolder  # noqa: PLC0415 -- the same
    from app.settings import load  # noqa: PLC0415 -- the same

    return load(DataFolder(frame.data_root(args)).settings_file)


def _symbol(document: Document) -> tuple[str, list[Finding]]:
    """Return the message of the INS symbol that the page bears, and what forbids it."""
    from app.officine.scan import ins_symbol  # noqa: PLC0415 -- the same

    traits = {name: getattr(document.subject, name) for name in _TRAITS}
    message, findings = ins_symbol.message(traits, today(SystemClock()))
    return message, list(findings)


def _known(vaccine: Vaccine, args: argparse.Namespace, settings: Settings) -> tuple[Vaccine, list[Finding]]:
    """Return the vaccine with what the catalogue of the data folder knows of it; as it is without a catalogue."""
    from app.paths import DataFolder  # noqa: PLC0415 -- the same

    # Making a base only to find no catalogue in it would be slow, and would leave a folder that nobody asked for.
    has_base = bool(settings.database_url) or DataFolder(frame.data_root(args)).database_file.exists()
    if not vaccine.cip13 or not has_base:
        return vaccine, []
    with frame.services(args) as services:
        product = services.catalog.by_code(vaccine.cip13)
        detail = services.catalog.detail(vaccine.cip13) if product is not None else None
    if product is None or product.cis is None:
        return vaccine, []
    atc = vaccine.atc or (detail.atc if detail is not None else None) or ""
    found = replace(vaccine, name=vaccine.name or product.name, cis=product.cis, atc=atc, known=True)
    if set(text.words(found.name)) & set(text.words(product.name)):
        return found, []
    said = f"Le code {vaccine.cip13} est celui de « {product.name[:80]} », le cas dit « {vaccine.name[:80]} »."
    return found, [
        Finding("GAL-DOC-29", Severity.WARNING, text.typographic(said), "Vérifiez la boîte.", "vaccine.cip13")
    ]


def _written(folder: Path, document: Document, cda: bytes, pdf: bytes) -> dict[str, Path | None]:
    """Write both files under a name that nothing bears yet, or neither. Raises EnvironmentFailure."""
    from app.docs.cda.naming import stem  # noqa: PLC0415 -- the same

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with free_name(folder, stem(document), ".xml", ".pdf") as free:
            return _both({"cda": folder / f"{free}.xml", "pdf": folder / f"{free}.pdf"}, cda, pdf)
    except OSError as error:
        raise frame.from_os_error(error) from error


def _both(files: dict[str, Path], cda: bytes, pdf: bytes) -> dict[str, Path | None]:
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
