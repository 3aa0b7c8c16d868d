"""galien docs read: what does a received document say, and what could not be read of it?"""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from app.cli import frame
from app.kernel.errors import InputDefect
from app.kernel.files import free_name, write_whole
from app.kernel.outcome import Finding, Severity, is_refused
from app.kernel.text import plural

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from pathlib import Path

    from app.docs.reading.model import ReadDocument, ReadPatient

_HELP = """\
lire un document reçu : un fichier XML (CDA), ou une archive XDM (zip)

Sans --out, rien n’est écrit et « pdf » est vide. Avec --out, le PDF du document, ou sa copie
PDF, est écrit tel que reçu dans ce dossier, et nulle part ailleurs."""
_TRAITS = (
    "matricule", "oid", "birth_names", "first_name", "family_name", "sex", "birth_date", "birth_place", "used_name",
    "used_first_name",
)  # fmt: skip
_PLAIN = (
    "type", "title", "id", "set_id", "version", "created_at", "body", "type_label", "replaces", "status", "media_type",
    "language", "confidentiality",
)  # fmt: skip
_LISTS = ("medications", "allergies", "problems", "results", "vaccinations", "prescription")
_LABELS = {
    "medications": ("traitement", "traitements"),
    "allergies": ("allergie", "allergies"),
    "problems": ("problème ou antécédent", "problèmes ou antécédents"),
    "results": ("résultat de biologie", "résultats de biologie"),
    "vaccinations": ("vaccination", "vaccinations"),
    "prescription": ("ligne prescrite", "lignes prescrites"),
}


def configure(acts: Any) -> None:  # noqa: ANN401 -- argparse keeps the type of its sub-parsers to itself
    """Add the act to the sub-parsers of ``docs``."""
    read = acts.add_parser("read", help="lire un document reçu (CDA ou archive XDM)", description=_HELP)
    read.add_argument("file", metavar="FICHIER", help="le document, ou « - »")
    read.add_argument("--out", metavar="DOSSIER", help="où écrire le PDF que contient le document")
    read.set_defaults(run=run)


def run(args: argparse.Namespace, out: frame.Output) -> int:
    """Say what a document, or each of an archive, says; refused where it is hostile, damaged or of no one patient.

    Source: contract of ``docs read``; SC.DOC.07, OFF-MSS-20.
    """
    documents, findings = _read(args.file)
    folder = frame.folder_argument(args.out, "--out") if args.out is not None else None
    told = [_told(one, _extracted(one, folder)) for one in documents]
    first = told[0] if told else _nothing()
    result = first | {"findings": first["findings"] + [one.as_json() for one in findings]}
    out.result(result | {"documents": told} if len(told) > 1 else result)
    for one in documents:
        _summary(one, out)
    for shown in told:
        if shown["pdf"]:
            out.line(shown["pdf"], verbatim=True)
    every = [finding for one in documents for finding in one.findings] + findings
    out.findings(every)
    return frame.REFUSED if is_refused(every) or not documents else frame.DONE


def _read(file: str) -> tuple[list[ReadDocument], list[Finding]]:
    """Return what could be read of a file, and what is to be said of the file itself."""
    from app.docs.reading.archive import is_archive, read_archive  # noqa: PLC0415 -- spares --help the import
    from app.docs.reading.pdfs import checked  # noqa: PLC0415 -- the same
    from app.docs.reading.read import read  # noqa: PLC0415 -- the same

    try:
        content = frame.file_bytes(file)
        if is_archive(content):
            documents, findings = read_archive(content)
            return [checked(one) for one in documents], findings
        return [checked(read(content))], []
    except InputDefect as defect:
        return [], [Finding(defect.code, Severity.ERROR, defect.text, defect.advice)]


def _extracted(document: ReadDocument, folder: Path | None) -> Path | None:
    """Write the PDF of a document into the folder, under a name that nothing bears yet; None where there is none."""
    from app.docs.reading.pdfs import pdf_of  # noqa: PLC0415 -- spares --help the import

    content = pdf_of(document) if folder is not None else b""
    if folder is None or not content:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A name of ours: nothing that the document says goes into a path.
        with free_name(folder, "document", ".pdf") as name:
            file = folder / f"{name}.pdf"
            full = "Le disque est plein : le PDF n’a pas pu être écrit."
            return write_whole(file, content, full=full, refused=f"{file} ne peut pas être écrit.")
    except OSError as error:
        raise frame.from_os_error(error) from error


# --- The result -------------------------------------------------------------------------------------------------------


def _told(document: ReadDocument, pdf: Path | None) -> dict[str, Any]:
    """Return the document in the shape of the contract; what the document does not say is null."""
    told = {name: getattr(document, name) or None for name in _PLAIN}
    people = {"custodian": document.custodian, "legal_authenticator": document.legal_authenticator}
    return {
        **told,
        "patient": _patient(document.patient),
        "authors": _plain(document.authors),
        **_plain(people),
        "recipients": _plain(document.recipients),
        "acts": _plain(document.acts),
        "order_ids": list(document.order_ids),
        **{name: _plain(getattr(document, name)) for name in _LISTS},
        "sections": [one.title for one in document.sections],
        "attachments": [{"media_type": kind, "size": len(content)} for kind, content in document.attachments],
        "pdf": str(pdf) if pdf is not None else None,
        "findings": [one.as_json() for one in document.findings],
    }


def _nothing() -> dict[str, Any]:
    """Return the shape of the contract for a file of which nothing could be read."""
    empty: dict[str, Any] = dict.fromkeys(("type", "title", "id", "set_id", "version", "created_at", "body", "pdf"))
    nobody = dict.fromkeys((*_TRAITS, "status"))
    return empty | {"patient": nobody, "authors": [], **{name: [] for name in _LISTS}, "findings": []}


def _patient(patient: ReadPatient) -> dict[str, Any]:
    """Return the traits; the status is null: a document says what its author knew, it qualifies no identity here."""
    traits = {name: getattr(patient, name) or None for name in _TRAITS}
    ids = [{"root": root, "extension": extension} for root, extension in patient.local_ids]
    return traits | {
        "status": None,
        "local_ids": ids,
        "address": patient.address or None,
        "telecoms": list(patient.telecoms),
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any of the values that a document is read into
    """Return values as JSON has them, null for what the document does not say."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(held) for name, held in asdict(value).items()}
    if isinstance(value, dict):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return None if value == "" else value


def _summary(document: ReadDocument, out: frame.Output) -> None:
    patient = document.patient
    named = " ".join(filter(None, (patient.used_name or patient.family_name, patient.first_name)))
    writers = ", ".join(filter(None, (one.name or one.organization for one in document.authors)))
    out.line(f"{document.title or 'Document sans titre'} ({document.type or 'type inconnu'})")
    out.line(
        f"  Patient : {named or 'non identifié'}"
        + (f", né(e) le {_day(patient.birth_date)}" if patient.birth_date else "")
    )
    if writers:
        out.line(f"  Auteur : {writers}")
    if document.created_at:
        out.line(f"  Écrit le {_day(document.created_at.partition('T')[0])}")
    for line in _counts(document):
        out.line(f"  {line}")


def _counts(document: ReadDocument) -> Iterable[str]:
    for name in _LISTS:
        count = len(getattr(document, name))
        if count:
            yield plural(count, *_LABELS[name])


def _day(date: str) -> str:
    return "/".join(reversed(date.split("-")))
