"""How are the registers read with their cancellations, printed and exported?"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from app.kernel.errors import DatabaseReadOnly
from app.kernel.files import write_whole
from app.kernel.text import fold
from app.officine.dispensing import store
from app.officine.dispensing.model import RegisterEntry
from app.officine.registers.model import EntryKind, NoteKind
from app.store import facts, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from app.docs.register import Sheet
    from app.docs.ticket import Pharmacy
    from app.kernel.mode import Mode
    from app.officine.dispensing.service import Counter
    from app.officine.interventions.service import Interventions
    from app.officine.patients.ins_symbols import InsSymbols
    from app.officine.registers.model import Entry, MonthBalance
    from app.officine.registers.service import Registers
    from app.officine.stock.narcotics import Narcotics
    from app.store.audit import Actor
    from app.store.database import Database

REGISTERS = ("ordonnancier", "stupefiants", "derives", "interventions")
"""The registers that are printed and exported."""

_PAGE = 2_000
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class BookEntry:
    """An entry of the ordonnancier, and what became of its delivery: ``cancelled`` is the reason of its annulation.

    ``remark`` is what was noted beside it: the exceptional rule by which it was delivered, or
    later the ordonnance of an avance.
    """

    entry: RegisterEntry
    is_cancelled: bool = False
    cancelled: str = ""
    remark: str = ""


class Book:
    """The registers as they are consulted, printed and handed over."""

    def __init__(
        self,
        db: Database,
        *,
        counter: Counter,
        registers: Registers,
        narcotics: Narcotics,
        folder: Path,
        mode: Mode,
        interventions: Interventions,
        symbols: InsSymbols | None = None,
    ) -> None:
        """Read the services below; write pages into ``folder``, marked where ``mode`` simulates.

        ``symbols`` gives the identity of the patient to whom an extract is handed.
        """
        self._db = db
        self._counter = counter
        self._registers = registers
        self._narcotics = narcotics
        self._folder = folder
        self._mode = mode
        self._interventions = interventions
        self._symbols = symbols

    # --- The ordonnancier ---------------------------------------------------------------------------------------

    def ordonnancier(
        self,
        *,
        first: dt.date | None = None,
        last: dt.date | None = None,
        patient_id: int | None = None,
        text: str = "",
        limit: int | None = None,
        actor: Actor | None = None,
    ) -> list[BookEntry]:
        """Return the entries of a period, in order of number; a delivery that was cancelled keeps its number.

        ``text`` keeps those whose patient, medicine or prescriber holds every word; ``limit`` keeps the last ones.
        Raises InputDefect where ``actor`` may not read patients' files, as every page and export that names some;
        None is Galien itself.
        """
        words = fold(text).split()
        found: list[RegisterEntry] = []
        after = 0
        while True:
            page = self._counter.ordonnancier(
                first=first, last=last, patient_id=patient_id, after=after, limit=_PAGE, actor=actor
            )
            found += [entry for entry in page if _holds(entry, words)]
            if len(page) < _PAGE:
                break
            after = page[-1].number
        kept = found if limit is None else found[-limit:]
        return self._annotated(kept)

    def _annotated(self, entries: Sequence[RegisterEntry]) -> list[BookEntry]:
        if not entries:
            return []
        with self._db.read() as session:
            cancelled = store.cancelled_deliveries(session, {entry.delivery for entry in entries})
        notes = self._registers.notes("ordonnancier", [entry.number for entry in entries])
        told = []
        for entry in entries:
            said = [note.text for note in notes.get(entry.number, ()) if note.kind is NoteKind.CANCELLED]
            is_cancelled = bool(said) or entry.delivery in cancelled
            remarks = [note.text for note in notes.get(entry.number, ()) if note.kind is NoteKind.REMARK]
            reason = " ; ".join(said) or ("motif non écrit" if is_cancelled else "")
            told.append(BookEntry(entry, is_cancelled, reason, " ; ".join(remarks)))
        return told

    # --- Pages --------------------------------------------------------------------------------------------------

    def print_ordonnancier(
        self,
        *,
        first: dt.date | None = None,
        last: dt.date | None = None,
        patient_id: int | None = None,
        text: str = "",
        sort: str = "number",
        actor: Actor | None = None,
    ) -> Path:
        """Write the pages of the ordonnancier for a period, or the extract of one patient; return the file.

        Raises DiskFull, or DatabaseReadOnly where the folder can't be written.
        """
        from app.officine.dispensing import register_sheets as sheets  # noqa: PLC0415 -- heavy: at the first page printed

        if patient_id is not None and self._symbols is not None:
            return self.print_extract(patient_id, actor, first, last)
        entries = self.ordonnancier(first=first, last=last, patient_id=patient_id, text=text, actor=actor)
        period = sheets.period_of(first, last)
        if patient_id is not None and entries:
            period = f"Extrait : {entries[0].entry.patient_name} — {period}"
        elif text:
            period = f"Extrait « {text} » — {period}"
        sheet = sheets.ordonnancier_sheet(
            entries, period, self._pharmacy(), self._now(), sort=sort, banner=self._mode.banner
        )
        return self._write("ordonnancier", sheet)

    def print_extract(
        self, patient_id: int, actor: Actor | None, since: dt.date | None = None, until: dt.date | None = None
    ) -> Path:
        """Write the extract of the ordonnancier for one patient, traced; return the file.

        Its head names the patient by the traits of the Guide INS, under labels that can't be taken for others; that of
        an identity qualifiée alone has the matricule, its nature and the symbol (INS-28, INS-32). Raises InputDefect
        where ``actor`` may not read files and for an unknown one, DiskFull, DatabaseReadOnly.
        """
        from app.officine.dispensing import register_sheets as sheets  # noqa: PLC0415 -- heavy: at the first page printed

        assert self._symbols is not None
        with self._db.read() as session:
            person = merged.head(session, patient_id)
        known, block = self._symbols.identified(person, actor)
        entries = self.ordonnancier(first=since, last=until, patient_id=person, actor=actor)
        period = f"{known.patient.display_name} — {sheets.period_of(since, until)}"
        sheet = sheets.extract_sheet(
            entries, period, self._pharmacy(), self._now(), block=block, banner=self._mode.banner
        )
        file = self._write(f"ordonnancier-extrait-{person}", sheet)
        if actor is not None:
            self._symbols.trace_print(known, "ordonnancier", file.name, actor)
        return file

    def print_narcotics(
        self,
        *,
        code: str | None = None,
        first: dt.date | None = None,
        last: dt.date | None = None,
        actor: Actor | None = None,
    ) -> Path:
        """Write the pages of the register of stupéfiants, of all products or of one; return the file."""
        from app.officine.dispensing import register_sheets as sheets  # noqa: PLC0415 -- heavy: at the first page printed

        entries = self._registers.entries(code=code, first=first, last=last, limit=None, actor=actor)
        period = sheets.period_of(first, last)
        sheet = sheets.narcotics_sheet(entries, period, self._pharmacy(), self._now(), self._mode.banner)
        return self._write("stupefiants", sheet)

    def print_derived(
        self, *, first: dt.date | None = None, last: dt.date | None = None, actor: Actor | None = None
    ) -> Path:
        """Write the pages of the register of medicines derived from blood; return the file."""
        from app.officine.dispensing import register_sheets as sheets  # noqa: PLC0415 -- heavy: at the first page printed

        entries = self._registers.derived_entries(first=first, last=last, limit=None, actor=actor)
        period = sheets.period_of(first, last)
        sheet = sheets.derived_sheet(entries, period, self._pharmacy(), self._now(), self._mode.banner)
        return self._write("derives", sheet)

    def print_interventions(
        self, *, first: dt.date | None = None, last: dt.date | None = None, actor: Actor | None = None
    ) -> Path:
        """Write the pages of the interventions pharmaceutiques of a period; return the file."""
        from app.officine.dispensing.intervention_sheets import interventions_sheet  # noqa: PLC0415 -- heavy: at need
        from app.officine.dispensing.register_sheets import period_of  # noqa: PLC0415 -- the same

        found = self._interventions.interventions(first=first, last=last, actor=actor)[::-1]
        sheet = interventions_sheet(found, period_of(first, last), self._pharmacy(), self._now(), self._mode.banner)
        return self._write("interventions", sheet)

    def print_balance(self, month: str) -> Path | None:
        """Write the balance of a month; return the file, None for what is no month."""
        content = self.balance_pdf(month)
        return None if content is None else self._write_octets(f"balance-{month}", content)

    def balance_pdf(self, month: str) -> bytes | None:
        """Return the pages of the balance of a month (``2026-11``); None for what is no month."""
        from app.docs.register import register_pdf  # noqa: PLC0415 -- heavy: at the first page printed
        from app.officine.dispensing import register_sheets as sheets  # noqa: PLC0415 -- the same

        balance: MonthBalance | None = self._narcotics.balance(month)
        if balance is None:
            return None
        return register_pdf(sheets.balance_sheet(balance, self._pharmacy(), self._now(), self._mode.banner))

    def print_destruction(self, reference: str) -> Path | None:
        """Write the attestation of the destruction with that document; None where there is none."""
        from app.officine.dispensing import register_sheets as sheets  # noqa: PLC0415 -- heavy: at the first page printed

        entries: list[Entry] = [
            entry
            for entry in self._registers.entries(limit=None)
            if entry.kind is EntryKind.DESTRUCTION and entry.reference == reference
        ]
        if not entries:
            return None
        sheet = sheets.destruction_sheet(entries, self._pharmacy(), self._now(), self._mode.banner)
        return self._write("destruction", sheet)

    # --- Exports ------------------------------------------------------------------------------------------------

    def records(self, register: str, since: dt.date | None = None, actor: Actor | None = None) -> list[dict[str, Any]]:
        """Return the entries of a register since a day, as plain records: the columns of its export.

        Raises KeyError for an unknown register.
        """
        if register == "ordonnancier":
            return [
                _plain(asdict(one.entry)) | {"cancelled": one.is_cancelled, "cancelled_reason": one.cancelled}
                for one in self.ordonnancier(first=since, actor=actor)
            ]
        if register == "stupefiants":
            return [_plain(asdict(entry)) for entry in self._registers.entries(first=since, limit=None, actor=actor)]
        if register == "derives":
            derived = self._registers.derived_entries(first=since, limit=None, actor=actor)
            return [_plain(asdict(entry)) for entry in derived]
        if register == "interventions":
            found = self._interventions.interventions(first=since, actor=actor)
            return [_plain(asdict(one)) for one in reversed(found)]
        raise KeyError(register)

    def export(
        self,
        register: str,
        folder: Path,
        *,
        since: dt.date | None = None,
        as_json: bool = False,
        actor: Actor | None = None,
    ) -> Path:
        """Write the export of a register into ``folder``; return the file.

        CSV in UTF-8 with a byte order mark, ``;`` between cells, a first row of titles; or JSON. Raises DiskFull or
        DatabaseReadOnly where the folder can't be written. What ``actor`` takes out is traced before it is written.
        """
        records = self.records(register, since, actor)
        if actor is not None:
            with self._db.write(actor) as work:
                work.audit("register.export", "register", register, details={"entries": len(records)})
        if as_json:
            content = json.dumps({"register": register, "entries": records}, ensure_ascii=False, indent=1)
        else:
            content = _BOM + csv_text(columns_of(register), records)
        return _write_octets(
            folder / f"{register}.{'json' if as_json else 'csv'}", content.encode(), "L’export du registre"
        )

    # --- Files --------------------------------------------------------------------------------------------------

    def _write(self, name: str, sheet: Sheet) -> Path:
        from app.docs.register import register_pdf  # noqa: PLC0415 -- heavy: at the first page printed

        return self._write_octets(name, register_pdf(sheet))

    def _write_octets(self, name: str, content: bytes) -> Path:
        stamp = f"{self._now():%Y%m%d-%H%M%S}"
        return _write_octets(self._folder / f"{name}-{stamp}.pdf", content, "La page")

    def _now(self) -> dt.datetime:
        return self._db.clock.now()

    def _pharmacy(self) -> Pharmacy:
        from app.docs.ticket import Pharmacy  # noqa: PLC0415 -- heavy: at the first page printed

        known = facts.read(self._db, "officine") or {}
        town = f"{known.get('postal_code', '')} {known.get('city', '')}".strip()
        address = tuple(part for part in (known.get("address_line", ""), town) if part)
        return Pharmacy(known.get("name", ""), address, known.get("phone", ""), known.get("finess", ""))


def columns_of(register: str) -> tuple[str, ...]:
    """Return the columns of the export of a register, in order; they are described in the manual."""
    from app.officine.interventions.model import Intervention  # noqa: PLC0415 -- only an export asks for them
    from app.officine.registers.model import DerivedEntry, Entry  # noqa: PLC0415 -- the same

    shapes = {
        "ordonnancier": fields(RegisterEntry),
        "stupefiants": fields(Entry),
        "derives": fields(DerivedEntry),
        "interventions": fields(Intervention),
    }
    names = tuple(field.name for field in shapes[register])
    return (*names, "cancelled", "cancelled_reason") if register == "ordonnancier" else names


def csv_text(columns: Sequence[str], records: Iterable[dict[str, Any]]) -> str:
    """Return records as CSV; a cell that a spreadsheet would take for a formula is quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    for record in records:
        writer.writerow([_cell(record[name]) for name in columns])
    return out.getvalue()


def _cell(value: Any) -> Any:  # noqa: ANN401 -- a plain value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in record.items()}


def _holds(entry: RegisterEntry, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = fold(f"{entry.number} {entry.patient_name} {entry.label} {entry.prescriber_name} {entry.code}")
    return all(word in text for word in words)


def _write_octets(file: Path, content: bytes, what: str) -> Path:
    refused = f"Le dossier {file.parent} ne peut pas être modifié."
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseReadOnly(refused) from error
    full = f"Le disque est plein : {what[0].lower()}{what[1:]} n’a pas pu être écrit."
    return write_whole(file, content, full=full, refused=refused)
