"""Which tarifs forfaitaires de responsabilité does the officine know, and how are they loaded?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.clock import today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.officine.billing import store
from app.officine.billing.references import TfrRow, installed_references
from app.officine.billing.tfr_file import BadLine, read_tfr
from app.officine.staff.model import Right

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from app.kernel.outcome import Outcome
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database


_EMPTY_SECONDS = 15.0
"""How long a table without a row is believed to have none: most officines load no list, and each price asks."""


@dataclass(frozen=True, slots=True)
class TfrReport:
    """What a load did: rows written, products under TFR today, lines left out."""

    loaded: int
    in_force: int
    rejected: tuple[BadLine, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report in the shape that the commands print."""
        rejected = [{"line": bad.line, "reason": bad.reason} for bad in self.rejected]
        return {"loaded": self.loaded, "in_force": self.in_force, "rejected": rejected}


class Tfr:
    """The TFR: those that come with Galien, and over them those that the officine loads from the official list."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep them in ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff
        self._empty_since: float | None = None

    def load(self, content: bytes, actor: Actor) -> Outcome[TfrReport]:
        """Load a CSV file (see ``read_tfr``), over the rows of the same products and dates; a bad line is left out.

        Refused where no line can be read. Raises InputDefect for what is no such file.
        """
        findings = self._staff.refusal(actor, Right.MANAGE_CATALOG)
        read = read_tfr(content)
        if not read.rows:
            text = "Aucune ligne de ce fichier ne peut être lue."
            findings.append(Finding("GAL-TFR-02", Severity.ERROR, text, "Vérifiez les colonnes, puis recommencez."))
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            store.write_tfr(work.session, read.rows, work.now)
            in_force = store.tfr_count(work.session, today(self._db.clock))
            details = {"loaded": len(read.rows), "rejected": len(read.rejected)}
            work.audit("billing.tfr", "tfr", details=details)
            work.changed("tfr")
        self._empty_since = None
        return Done(TfrReport(len(read.rows), in_force, read.rejected), tuple(findings))

    def of(self, codes: Iterable[str], day: dt.date | None = None) -> dict[str, TfrRow]:
        """Return the TFR of each product that has one on the day (today)."""
        wanted = set(codes)
        when = day or today(self._db.clock)
        if self._empty_since is not None and time.monotonic() - self._empty_since > _EMPTY_SECONDS:
            self._empty_since = None
        ours = {row.code: row for row in installed_references().on(when).tfr if row.code in wanted}
        if self._empty_since is not None:
            return ours
        with self._db.read() as session:
            if not store.has_tfr(session):
                self._empty_since = time.monotonic()
                return ours
            return ours | store.tfr_of(session, wanted, when)
