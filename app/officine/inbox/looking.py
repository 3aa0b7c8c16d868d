"""What does the screen show of a received document, and what does it compare it with before it is written?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.text import typographic
from app.officine.inbox import arrivals, rules
from app.officine.inbox.model import Arrival, Origin, Received, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Finding
    from app.officine.documents.shown import Shown
    from app.officine.inbox.model import Candidate, Match

_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def shown(document: Received, content: bytes, match: Match, versions: Sequence[Received], *, banner: str = "") -> Shown:
    """Return what the screen shows of a document, its patient compared with the file in which it is, or may be filed.

    Takes a tenth of a second for a PDF. Raises InputDefect for what can't be read.
    """
    from app.officine.documents.presenting import shown_of  # noqa: PLC0415 -- heavy: at the first document

    read = arrivals.reread(document, content)
    # What was found when it came, in its archive and among the others, is found in no later reading.
    said = {(one.code, one.text) for one in read.findings}
    others = tuple(
        one
        for one in document.findings
        if (one.code, one.text) not in said and not _is_of_pdf(one.code) and not _no_longer_stands(document, one)
    )
    beside = beside_of(document, match)
    return shown_of(
        replace(read, findings=(*read.findings, *others)),
        identity=() if beside is None else beside.traits,
        said="" if beside is None else rules.said(beside),
        tone="" if beside is None else rules.tone(beside),
        subtitle=subtitle(document, versions),
        banner=banner,
    )


def subtitle(document: Received, versions: Sequence[Received]) -> str:
    """Return where a document comes from and what became of it, on one line."""
    parts = []
    after = next((one for one in versions if one.id == document.replaced_by), None)
    if after is not None:
        parts.append(f"remplacé par {_version(after)} reçue le {french.moment(after.at)}")
    replaced = [one for one in versions if one.replaced_by == document.id]
    if replaced:
        parts.append(f"remplace {_version(replaced[0])}")
    if document.state is State.FILED:
        parts.append(f"classé dans le dossier de {document.patient_name}")
    if document.state is State.REFUSED:
        parts.append(f"refusé : {document.reason}")
    parts.append(f"reçu le {french.moment(document.at)}, {document.origin.label}")
    told = typographic(" · ".join(parts))
    return f"{told[0].upper()}{told[1:]}"


def draft_of(arrival: Arrival) -> Received:
    """Return an arrival as a document of the list, before it is one: to be compared with those that are."""
    return Received(
        id=0,
        at=_NEVER,
        origin=Origin.FILE,
        name="",
        sha256="",
        parcel="",
        operator_name="",
        state=State.WAITING,
        is_read=False,
        **{
            name: getattr(arrival, name)
            for name in (
                "part", "media_type", "body", "type_code", "type_label", "title", "author", "organization",
                "created_at", "performed_at", "document_id", "set_id", "version", "replaces", "acts", "care",
                "traits", "ins", "findings",
            )
        },
    )  # fmt: skip


def without_bytes(name: str, size: int) -> Arrival:
    """Return the arrival of a file that is too big to be taken in: told, and nothing else."""
    return Arrival(content=b"", part=f"{size}", title=rules.kept_name(name), findings=(rules.too_big(size),))


def beside_of(document: Received, match: Match) -> Candidate | None:
    """Return the file to compare a document with: the one in which it is, else the surest."""
    return next((one for one in match.candidates if one.is_current), None) if document.patient_id else match.best


def _version(document: Received) -> str:
    return f"la version {document.version}" if document.version is not None else "une autre version"


def _no_longer_stands(document: Received, finding: Finding) -> bool:
    """Return True for what is said of the results of a document that another has replaced."""
    return document.replaced_by is not None and finding.code in {rules.VERY_ABNORMAL, rules.ABNORMAL}


def _is_of_pdf(code: str) -> bool:
    """Return True for what the check of a PDF says each time that it is opened."""
    return code in {"GAL-DOC-66", "GAL-DOC-67", "GAL-DOC-68", "GAL-DOC-79"}
