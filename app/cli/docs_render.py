"""galien docs render: a received document as a safe page of HTML, and one picture a page."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.cli import frame
from app.kernel.errors import InputDefect
from app.kernel.files import write_whole
from app.kernel.outcome import Finding, Severity, is_refused
from app.kernel.text import plural

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from app.docs.reading.model import ReadDocument

DPI: Final = 110
MOST_PAGES: Final = 200
CUT: Final = "GAL-DOC-87"


def configure(acts: Any) -> None:  # noqa: ANN401 -- argparse keeps the type of its sub-parsers to itself
    """Add the act to the sub-parsers of ``docs``."""
    render = acts.add_parser("render", help="montrer un document reçu : document.html (inerte) et une image par page")
    render.add_argument("file", metavar="FICHIER", help="document CDA ou archive XDM, ou « - »")
    render.add_argument("--out", required=True, metavar="DOSSIER", help="où écrire ; créé s’il manque")
    render.set_defaults(run=run)


def run(args: argparse.Namespace, out: frame.Output) -> int:
    """Write ``document.html`` and ``page-1.png``, ``page-2.png``…; what can't be read is refused, nothing written.

    The second document of an archive goes into ``document-2`` of the folder, and so on. Nothing of a document names a
    file. Source: contract of ``docs render``; SC.DOC.07.
    """
    # Pages are drawn where there is no screen too.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    root = frame.folder_argument(args.out, "--out")
    documents, findings = _read(args.file)
    told = []
    for rank, document in enumerate(documents, start=1):
        told.append(_render(document, root if rank == 1 else root / f"document-{rank}", out))
        findings += told[-1].findings
    out.findings(findings)
    shapes = [one.as_json() for one in told]
    first = shapes[0] if shapes else {"html": None, "pages": []}
    result = first | {"findings": [one.as_json() for one in findings]}
    out.result(result | {"documents": shapes} if len(shapes) > 1 else result)
    return frame.REFUSED if is_refused(findings) or not documents else frame.DONE


@dataclass(frozen=True, slots=True)
class _Rendered:
    """The files of a document, and what was found in it."""

    html: Path
    pages: tuple[Path, ...]
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the files in the shape of the contract."""
        return {"html": str(self.html), "pages": [str(page) for page in self.pages]}


def _read(file: str) -> tuple[list[ReadDocument], list[Finding]]:
    """Return the documents of a file, and what is to be said of the file itself."""
    from app.docs.reading.archive import is_archive, read_archive  # noqa: PLC0415 -- spares --help the import
    from app.docs.reading.pdfs import checked  # noqa: PLC0415 -- the same
    from app.docs.reading.read import read  # noqa: PLC0415 -- the same

    try:
        content = frame.file_bytes(file)
        documents, findings = read_archive(content) if is_archive(content) else ([read(content)], [])
        return [checked(document) for document in documents], findings
    except InputDefect as defect:
        return [], [Finding(defect.code, Severity.ERROR, defect.text, defect.advice)]


def _render(document: ReadDocument, folder: Path, out: frame.Output) -> _Rendered:
    _make(folder)
    findings = list(document.findings)
    pages: list[Path] = []
    for png in _pages(document, findings):
        pages.append(_write(folder / f"page-{len(pages) + 1}.png", png))
    html = _write(folder / "document.html", _html(document, pages))
    for file in (html, *pages):
        out.line(str(file), verbatim=True)
    return _Rendered(html, tuple(pages), tuple(findings))


def _pages(document: ReadDocument, findings: list[Finding]) -> Iterator[bytes]:
    """Give each page as a PNG: those of a PDF body, else those on which we lay the document out."""
    if document.body == "pdf":
        yield from _pdf_pages(document.payload, findings)
        return
    from app.docs.showing.page import body_html  # noqa: PLC0415 -- the same
    from app.ui.documents.pages import PaperDocument  # noqa: PLC0415 -- Qt, at the first page

    fragment = body_html(document)
    paper = PaperDocument(fragment.html, document.title)
    if fragment.is_cut or paper.whole_count > paper.count:
        findings.append(_cut(paper.whole_count))
    for number in range(paper.count):
        yield paper.page(number, DPI).png


def _pdf_pages(content: bytes, findings: list[Finding]) -> Iterator[bytes]:
    from app.docs.safe_pdf import PdfReader  # noqa: PLC0415 -- the same
    from app.ui.documents.pages import pixels_png  # noqa: PLC0415 -- the same

    try:
        with PdfReader(content) as reader:
            if reader.page_count > MOST_PAGES:
                findings.append(_cut(reader.page_count))
            for number in range(min(MOST_PAGES, reader.page_count)):
                yield pixels_png(reader.page(number, dpi=DPI))
    except InputDefect as defect:
        # The header can be read all the same. A PDF that can't be opened at all was said when it was read.
        if defect.code not in {finding.code for finding in findings}:
            findings.append(Finding(defect.code, Severity.ERROR, defect.text, defect.advice))


def _html(document: ReadDocument, pages: list[Path]) -> bytes:
    from app.docs.reading.pictures import picture  # noqa: PLC0415 -- the same
    from app.docs.showing.page import page_html  # noqa: PLC0415 -- the same

    drawn = [picture(page.read_bytes()) for page in pages] if document.body == "pdf" else []
    return page_html(document, pages=drawn).encode()


def _cut(count: int) -> Finding:
    text = f"Ce document est trop long ({plural(count, 'page')}) : seul son début est dessiné."
    return Finding(CUT, Severity.WARNING, text, "document.html le porte en entier, sauf les pages d’un PDF.")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise frame.from_os_error(error) from error


def _write(file: Path, content: bytes) -> Path:
    return write_whole(
        file,
        content,
        full="Le disque est plein : les pages ne sont pas toutes écrites.",
        refused=f"« {file.name} » n’a pas pu être écrit dans ce dossier.",
    )
