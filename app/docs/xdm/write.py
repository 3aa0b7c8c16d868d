"""How does a set of clinical documents become an archive that any software of the espace de confiance opens?

Layout and names: IHE ITI-32, volet Échange de documents de santé (dossier MSSanté 2.3). The same documents, sender and
moment give the same octets.
"""

from __future__ import annotations

import dataclasses
import html
import io
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import quote

from app import __version__
from app.docs.xdm import metadata
from app.docs.xds import document_entry, submission_set
from app.kernel.clock import PARIS
from app.kernel.errors import InputDefect

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.docs.xdm.model import Sender
    from app.docs.xds import Code, DocumentEntry

_SUBSET = "IHE_XDM/SUBSET01"
_MOST = 99_999
"""A file of a document has eight characters before its point: DOC and five digits."""


def write_xdm(
    cda_documents: Sequence[bytes],
    *,
    sender: Sender,
    unique_id: str,
    source_id: str,
    at: dt.datetime,
    title: str = "",
    visibility: Sequence[Code] = (),
    pdfs: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """Return the archive IHE_XDM.ZIP of one or several CDA of one patient, sent at a moment (aware).

    ``unique_id`` names the set (an OID never used before), ``source_id`` this installation; ``visibility`` is what the
    user adds to the confidentiality; ``pdfs`` are copies to put beside, by their name (``cda.naming.stem``, ECO.2.1.6):
    a message carries them as parts of its own, not here. Raises InputDefect: GAL-DOC-61 for two patients, 69 for no
    document, the same one twice or missing metadata. Sources: SC.DOC.05, ECO.2.1.1.
    """
    entries = [document_entry(cda, visibility=visibility) for cda in cda_documents]
    _check(entries)
    entries = [dataclasses.replace(entry, uri=f"DOC{number:05}.XML") for number, entry in enumerate(entries, 1)]
    submission = submission_set(entries, unique_id=unique_id, source_id=source_id, at=at, title=title)
    files = [(f"{_SUBSET}/METADATA.XML", metadata.metadata(submission, entries))]
    files += [(f"{_SUBSET}/{entry.uri}", cda) for entry, cda in zip(entries, cda_documents, strict=True)]
    files += list(pdfs)
    names = ["README.TXT", "INDEX.HTM", *(name for name, _ in files)]
    readme = ("README.TXT", _readme(sender, names, at).encode())
    index = ("INDEX.HTM", _index(sender, entries, [name for name, _ in pdfs]).encode())
    return _archive([readme, index, *files], at)


def _check(entries: Sequence[DocumentEntry]) -> None:
    if not 0 < len(entries) <= _MOST:
        raise InputDefect(
            "Une archive contient au moins un document.", code="GAL-DOC-69", advice="Choisissez un document à envoyer."
        )
    births = {entry.source_patient_info[1:] for entry in entries}
    if len({entry.patient_id for entry in entries}) > 1 or len(births) > 1:
        raise InputDefect(
            "Ces documents ne portent pas la même identité de patient : un envoi n’en concerne qu’une.",
            code="GAL-DOC-61",
            advice="Faites un envoi par patient.",
        )
    if len({entry.unique_id for entry in entries}) < len(entries):
        raise InputDefect(
            "Le même document est deux fois dans l’envoi.",
            code="GAL-DOC-69",
            advice="Choisissez chaque document une seule fois.",
        )


def _readme(sender: Sender, names: Sequence[str], at: dt.datetime) -> str:
    told = [
        "Documents de santé",
        "==================",
        "",
        "Émetteur",
        *(f"  {line}" for line in _sender_lines(sender)),
        "",
        "Logiciel",
        f"  Galien {__version__}",
        "",
        "Date",
        f"  {at.astimezone(PARIS):%d/%m/%Y %H:%M}",
        "",
        "Mode d’emploi",
        "  Ouvrez INDEX.HTM avec un navigateur pour voir la liste des documents.",
        "  Un logiciel de santé lit IHE_XDM/SUBSET01/METADATA.XML et range les documents dans le dossier du patient.",
        "",
        "Fichiers",
        *(f"  {name}" for name in names),
        "",
    ]
    return "\r\n".join(told)


def _index(sender: Sender, entries: Sequence[DocumentEntry], pdfs: Sequence[str]) -> str:
    """Return the page of the archive, in XHTML 1.0 Strict."""
    links = [(f"{_SUBSET}/{entry.uri}", entry.title) for entry in entries] + [(name, name) for name in pdfs]
    items = "\n".join(f'<li><a href="{html.escape(quote(path))}">{html.escape(name)}</a></li>' for path, name in links)
    lines = "\n".join(f"<p>{html.escape(line)}</p>" for line in _sender_lines(sender))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr" lang="fr">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
<title>Documents de santé</title>
</head>
<body>
<h1>Documents de santé</h1>
<h2>Émetteur</h2>
{lines}
<h2>Documents</h2>
<ul>
{items}
</ul>
<p><a href="README.TXT">README.TXT</a></p>
</body>
</html>
"""


def _sender_lines(sender: Sender) -> list[str]:
    return [line for line in (sender.organization, sender.person, sender.address, sender.phone) if line]


def _archive(files: Sequence[tuple[str, bytes]], at: dt.datetime) -> bytes:
    local = at.astimezone(PARIS)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in files:
            item = zipfile.ZipInfo(name, (max(local.year, 1980), *local.timetuple()[1:6]))
            item.compress_type, item.create_system, item.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            made.writestr(item, content, compresslevel=9)
    return stream.getvalue()
