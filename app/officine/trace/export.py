"""How is the trace handed over so that somebody without Galien can check it?

The proof holds, for each entry, the exact text that is hashed; the seals; and the witnesses of the spans of the
entries handed over. An entry is the one that was sealed when SHA-256 of ``prev_hash`` followed by ``text`` is its
``hash``, when its place in the witnesses begins with eight octets of that hash, when SHA-256 of the span is what the
seal says, and when the signature of the seal is that of the workstation's public key.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.kernel.clock import PARIS
from app.kernel.errors import InputDefect
from app.kernel.files import write_whole
from app.kernel.text import spreadsheet_cell
from app.officine.trace import store
from app.officine.trace.actions import sentence
from app.officine.trace.model import Checked, Exported
from app.store import audit, seals
from app.store.chain import canonical, hashed_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from app.officine.trace.model import Query
    from app.store.seal_folder import SealFolder
    from app.store.seals import Seal

_FORMAT = "galien-trace-1"
_PAGE = 1_000
_FULL = "Le disque est plein : la trace n’a pas été exportée."
_REFUSED = "Ce fichier ne peut pas être écrit."
_TITLES = (
    "N°", "Date et heure", "Poste", "Qui", "Action", "Code", "Objet", "Numéro", "Patient n°", "Détails", "Résultat",
    "Empreinte",
)  # fmt: skip


def write(session: Session, query: Query, patients: Sequence[int], file: Path, folder: SealFolder) -> Exported:
    """Write the entries that answer to ``file``, oldest first, with their proof; return what was written."""
    rows = sorted(_all(session, query, patients), key=lambda row: row.seq)
    proof = {"format": _FORMAT, "asked": asked(query), "entries": [_entry(row) for row in rows]}
    proof |= _proof(folder, [row.seq for row in rows])
    covered = sum(1 for row in rows if row.seq <= proof["sealed_until"])
    as_table = file.suffix.lower() == ".csv"
    beside = file.with_suffix(".preuve.json") if as_table else file
    text = json.dumps(proof, ensure_ascii=False, indent=1)
    write_whole(beside, text.encode(), full=_FULL, refused=_REFUSED)
    if as_table:
        write_whole(file, _table(rows), full=_FULL, refused=_REFUSED)
    return Exported(file=file, proof=beside, entries=len(rows), covered=covered)


def asked(query: Query) -> dict[str, Any]:
    """Return what was asked, as the proof and the trace keep it; only what was."""
    found = {
        "first": query.first.isoformat() if query.first else "",
        "last": query.last.isoformat() if query.last else "",
        "actor_id": query.actor_id,
        "patient_id": query.patient_id,
        "action": query.action,
        "station": query.station,
        "text": query.text.strip(),
    }
    return {name: value for name, value in found.items() if value not in {None, ""}}


def check(content: bytes) -> Checked:
    """Check an export as a third party would, with what it holds and nothing else.

    Raises InputDefect for what is no export of the trace.
    """
    try:
        proof = json.loads(content)
        entries, sealed = list(proof["entries"]), [seals.parse(line) for line in proof["seals"]]
        witnesses = base64.b64decode(proof["witnesses"], validate=True)
        first = int(proof["witnesses_from"])
        bad = _first_bad(entries) or _bad_seal(sealed) or _unlike_witness(entries, sealed, witnesses, first)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputDefect(
            "Ce fichier n’est pas un export de la trace.",
            code="GAL-TRA-02",
            advice="Donnez le fichier JSON, ou la preuve « .preuve.json » d’un export CSV.",
        ) from error
    head = sealed[-1].heads.get(audit.CHAIN) if sealed else None
    until = 0 if head is None else head.seq
    return Checked(
        entries=len(entries),
        covered=sum(1 for entry in entries if entry["seq"] <= until),
        fingerprints=tuple(dict.fromkeys(seals.fingerprint(seal.key) for seal in sealed)),
        problem=bad,
    )


def _all(session: Session, query: Query, patients: Sequence[int]) -> Iterator[Row[Any]]:
    step = replace(query, limit=_PAGE)
    while True:
        rows = store.page(session, step, patients)
        yield from rows[:_PAGE]
        if len(rows) <= _PAGE:
            return
        step = replace(step, before=rows[_PAGE - 1].seq)


def _entry(row: Row[Any]) -> dict[str, Any]:
    fields = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's own name
    return {
        "seq": row.seq,
        "sentence": sentence(row.action),
        "text": canonical(hashed_fields(fields)),
        "prev_hash": row.prev_hash,
        "hash": row.hash,
    }


def _proof(folder: SealFolder, numbers: Sequence[int]) -> dict[str, Any]:
    """Return the seals, and the witnesses of the spans that hold the entries."""
    sealed = folder.read().seals
    kept = folder.covered(sealed, audit.CHAIN)
    until = len(kept) // seals.WITNESS
    spans = [head for seal in sealed if (head := seal.heads.get(audit.CHAIN)) is not None]
    inside = [number for number in numbers if number <= until]
    first = max((head.first for head in spans if inside and head.first <= inside[0]), default=1)
    last = min((head.seq for head in spans if inside and head.seq >= inside[-1]), default=0)
    return {
        "seals": [seal.line for seal in sealed],
        "witnesses_from": first,
        "witnesses": base64.b64encode(kept[(first - 1) * seals.WITNESS : last * seals.WITNESS]).decode(),
        "sealed_until": until,
    }


def _table(rows: Sequence[Row[Any]]) -> bytes:
    told = io.StringIO()
    writer = csv.writer(told, delimiter=";", lineterminator="\r\n")
    writer.writerow(_TITLES)
    for row in rows:
        writer.writerow([spreadsheet_cell(str(value)) for value in (
            row.seq, row.at.astimezone(PARIS).isoformat(sep=" ", timespec="seconds"), row.station, row.actor_name,
            sentence(row.action), row.action, row.subject, row.subject_id, row.patient_id or "", row.details,
            row.result, row.hash,
        )])  # fmt: skip
    return b"\xef\xbb\xbf" + told.getvalue().encode("utf-8", "backslashreplace")


def _first_bad(entries: Sequence[dict[str, Any]]) -> str:
    before: dict[str, Any] | None = None
    for entry in entries:
        fields = json.loads(entry["text"])
        if (
            fields["seq"] != entry["seq"]
            or hashlib.sha256((entry["prev_hash"] + entry["text"]).encode()).hexdigest() != entry["hash"]
        ):
            return f"L’écriture n° {entry['seq']} n’est pas celle de son empreinte."
        if before is not None and before["seq"] + 1 == entry["seq"] and before["hash"] != entry["prev_hash"]:
            return f"L’écriture n° {entry['seq']} ne suit pas celle qui la précède."
        before = entry
    return ""


def _bad_seal(sealed: Sequence[Seal]) -> str:
    before: Seal | None = None
    for seal in sealed:
        said = seals.problem(seal, before)
        if said:
            return said
        before = seal
    return ""


def _unlike_witness(entries: Sequence[dict[str, Any]], sealed: Sequence[Seal], witnesses: bytes, first: int) -> str:
    """Say which entry is not the sealed one: by the witnesses, whose spans the seals vouch for."""
    until = first - 1 + len(witnesses) // seals.WITNESS
    for seal in sealed:
        head = seal.heads.get(audit.CHAIN)
        if head is None or head.first < first or head.seq > until or head.seq < head.first:
            continue
        span = witnesses[(head.first - first) * seals.WITNESS : (head.seq - first + 1) * seals.WITNESS]
        if hashlib.sha256(span).hexdigest() != head.witness:
            return f"Les témoins des écritures n° {head.first} à {head.seq} ne sont pas ceux du scellé."
    for entry in entries:
        place = (entry["seq"] - first) * seals.WITNESS
        if first <= entry["seq"] <= until:
            kept = witnesses[place : place + seals.HASH_OCTETS].hex()
            if not entry["hash"].startswith(kept):
                return f"L’écriture n° {entry['seq']} n’est pas celle qui a été scellée."
    head = next((seal.heads[audit.CHAIN] for seal in reversed(sealed) if audit.CHAIN in seal.heads), None)
    lost = next((one["seq"] for one in entries if head is not None and until < one["seq"] <= head.seq), None)
    return "" if lost is None else f"Le témoin de l’écriture n° {lost} manque."
