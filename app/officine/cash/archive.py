"""What is in an archive of the till, and is it whole? A zip that anyone can read without Galien."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.errors import FileUnusable, InputDefect
from app.kernel.files import write_whole
from app.officine.cash.archive_text import README
from app.officine.cash.model import RecordKind
from app.officine.cash.totals import Tally, as_json
from app.store.chain import canonical, entry_hash, hashed_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

JOURNAL_JSON, JOURNAL_CSV = "journal.json", "journal.csv"
CLOSINGS_JSON, CLOSINGS_CSV = "clotures.json", "clotures.csv"
README_NAME, MANIFEST, SUMS = "LISEZMOI.txt", "manifest.json", "SHA256SUMS"
_FORMAT = 1
_MOST = 2_000_000_000
"""The most octets that a member may unpack to: more is no archive of a till."""


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What the verification of an archive found; ``bad`` is empty for a sound one, else one sentence a defect."""

    period: str
    start: str
    mode: str
    records: int
    closings: int
    bad: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the shape that the command prints."""
        return {
            "archive": "bad" if self.bad else "ok",
            "period": self.period,
            "start": self.start,
            "mode": self.mode,
            "records": self.records,
            "closings": self.closings,
            "bad": list(self.bad),
        }


def write(
    path: Path,
    *,
    records: Sequence[Mapping[str, Any]],
    closings: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any],
) -> str:
    """Write an archive to ``path`` and return its SHA-256; nothing partial is left.

    ``records`` are entries of the journal with all their columns, ``closings`` what they came to, ``about`` says of
    whom and of when. Raises DiskFull, or DatabaseReadOnly where the file can't be written.
    """
    plain = [json.loads(canonical(record)) for record in records]
    kept = [json.loads(canonical(closing)) for closing in closings]
    members = {
        README_NAME: README.format(**about).encode(),
        JOURNAL_JSON: _json_lines(plain),
        JOURNAL_CSV: _csv(plain),
        CLOSINGS_JSON: _json_lines(kept),
        CLOSINGS_CSV: _csv([_flat(closing) for closing in kept]),
    }
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    manifest = dict(about) | {"format": _FORMAT, "records": len(plain), "members": hashes}
    members[MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    hashes[MANIFEST] = hashlib.sha256(members[MANIFEST]).hexdigest()
    members[SUMS] = "".join(f"{digest}  {name}\n" for name, digest in hashes.items()).encode()
    content = _zipped(members)
    write_whole(
        path,
        content,
        full="Le disque est plein : l’archive n’a pas pu être écrite.",
        refused="L’archive ne peut pas être écrite à cet endroit.",
    )
    return hashlib.sha256(content).hexdigest()


def _zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a JSON array with one object a line."""
    return ("[\n" + ",\n".join(canonical(row) for row in rows) + "\n]\n").encode()


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the rows as a spreadsheet opens them in France: semicolons, UTF-8 with its mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object) -> str:
    """Return a value as a cell; a text that a spreadsheet would run as a formula is quoted."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in {"=", "+", "-", "@"} else text


def _flat(closing: Mapping[str, Any]) -> dict[str, Any]:
    """Return a closing on one line: its VAT, means and moves as JSON."""
    flat = {name: value for name, value in closing.items() if name != "totals"}
    for name, value in closing["totals"].items():
        flat[name] = canonical(value) if isinstance(value, dict) else value if name != "vat" else json.dumps(value)
    return flat


# --- Verifying --------------------------------------------------------------------------------------------------------


def verify(path: Path) -> ArchiveReport:
    """Read an archive and check it: the hash of each file, the chain, the sums, and that table and text agree.

    Raises FileUnusable for a file that can't be read, InputDefect for one that is no archive of a till.
    """
    members = _read(path)
    manifest = _parsed(members, MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise _no_archive()
    bad = [*_bad_members(members, manifest)]
    rows, closings = _rows(members, JOURNAL_JSON), _rows(members, CLOSINGS_JSON)
    if rows is None or closings is None:
        bad.append("Le journal ou les clôtures ne sont plus lisibles.")
        rows, closings = rows or [], closings or []
    else:
        bad += _bad_chain(rows, manifest)
        bad += _bad_sums(rows, closings)
        if members.get(JOURNAL_CSV) != _csv(rows):
            bad.append(f"{JOURNAL_CSV} n’est plus celui de {JOURNAL_JSON}.")
    return ArchiveReport(
        period=str(manifest.get("period", "")),
        start=str(manifest.get("start", "")),
        mode=str(manifest.get("mode", "")),
        records=len(rows),
        closings=len(closings),
        bad=tuple(bad),
    )


def _read(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > _MOST:
                raise _no_archive()
            return {item.filename: archive.read(item) for item in archive.infolist()}
    except OSError as error:
        raise FileUnusable("L’archive ne peut pas être lue.", advice="Vérifiez le chemin du fichier.") from error
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise _no_archive() from error
    except zlib.error as error:
        raise _no_archive() from error


def _parsed(members: Mapping[str, bytes], name: str) -> object:
    try:
        return json.loads(members.get(name, b""))
    except ValueError:
        return None


def _rows(members: Mapping[str, bytes], name: str) -> list[dict[str, Any]] | None:
    found = _parsed(members, name)
    if isinstance(found, list) and all(isinstance(row, dict) for row in found):
        return found
    return None


def _bad_members(members: Mapping[str, bytes], manifest: Mapping[str, Any]) -> list[str]:
    said = manifest.get("members")
    said = said if isinstance(said, dict) else {}
    wanted = (README_NAME, JOURNAL_JSON, JOURNAL_CSV, CLOSINGS_JSON, CLOSINGS_CSV)
    bad = [
        f"{name} a été modifié ou manque."
        for name in wanted
        if name not in members or hashlib.sha256(members[name]).hexdigest() != said.get(name)
    ]
    digest = hashlib.sha256(members[MANIFEST]).hexdigest()
    if f"{digest}  {MANIFEST}" not in members.get(SUMS, b"").decode(errors="replace").splitlines():
        bad.append(f"{MANIFEST} a été modifié.")
    return bad


def _bad_chain(rows: Sequence[Mapping[str, Any]], manifest: Mapping[str, Any]) -> list[str]:
    digest, seq = manifest.get("prev_hash"), manifest.get("first_seq")
    if len(rows) != manifest.get("records"):
        return ["Des écritures manquent au journal, ou y ont été ajoutées."]
    for row in rows:
        if row.get("seq") != seq or row.get("prev_hash") != digest:
            return [f"L’écriture n° {seq} manque ou n’est pas à sa place."]
        if entry_hash(str(digest), hashed_fields(row)) != row.get("hash"):
            return [f"L’écriture n° {seq} a été modifiée."]
        digest, seq = row["hash"], row["seq"] + 1
    return [] if digest == manifest.get("last_hash") else ["La fin du journal manque."]


def _bad_sums(rows: Sequence[Mapping[str, Any]], closings: Sequence[Mapping[str, Any]]) -> list[str]:
    bad = []
    for closing in closings:
        try:
            tally = Tally()
            for row in rows:
                if closing["first_seq"] <= row["seq"] <= closing["last_seq"]:
                    details = json.loads(row["details"])
                    tally.add(RecordKind(row["kind"]), row["means"], row["amount"], row["delivery_number"], details)
            agrees = as_json(tally.totals()) == closing["totals"]
        except (KeyError, TypeError, ValueError):
            agrees = False
        if not agrees:
            bad.append(f"La clôture n° {closing.get('number')} n’est pas la somme de ses écritures.")
    return bad


def _no_archive() -> InputDefect:
    return InputDefect("Ce fichier n’est pas une archive de caisse de Galien, ou il est endommagé.", code="GAL-CAI-30")
