"""Which tables of its own does the officine have for what no public base holds: limits of age, ATC codes?"""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from app.kernel.clock import today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import plural
from app.officine.safety import csvfile, store
from app.officine.safety.model import TableState
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy.orm import Session

    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.safety.model import AgeLimit, AtcRow, BadRow
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

AGES, ATC = "ages", "atc"

_FACT = "safety_tables"
_STATE_SECONDS = 5.0
_FALL_PERCENT = 10
_BAD_PERCENT = 10

T = TypeVar("T", "AgeLimit", "AtcRow")


@dataclass(frozen=True, slots=True)
class TableReport:
    """What an import did: the table as it is now, and the lines left out."""

    table: str
    state: TableState
    rejected: tuple[BadRow, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report in the shape that the commands print."""
        return {
            "table": self.table,
            **state_json(self.state),
            "rejected": [{"line": bad.line, "reason": bad.reason} for bad in self.rejected],
        }


class DatedTables:
    """The tables of one officine, loaded from files, in its database."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep them in ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff
        self._lock = threading.Lock()
        self._states: dict[str, TableState] | None = None
        self._asked = 0.0
        self._unsubscribe = db.publisher.subscribe(self._forget)

    def close(self) -> None:
        """Hear of no change any more."""
        self._unsubscribe()

    def states(self) -> dict[str, TableState]:
        """Return the tables that were loaded, by name; none that is empty."""
        with self._lock:
            if self._states is None or time.monotonic() - self._asked > _STATE_SECONDS:
                found = facts.read(self._db, _FACT) or {}
                self._states = {name: _state(value) for name, value in found.items()}
                self._asked = time.monotonic()
            return self._states

    def import_ages(self, content: bytes, actor: Actor, *, accept_fall: bool = False) -> Outcome[TableReport]:
        """Put the age limits of a CSV file in the place of those known; see ``csvfile.read_ages``.

        Refused, and the table in place kept, where more than a tenth of its lines can't be read, or a tenth of the
        rows would be lost, unless ``accept_fall``. Raises InputDefect for what is no such file.
        """
        rows, rejected = csvfile.read_ages(content)
        return self._import(AGES, rows, rejected, actor, store.write_ages, accept_fall=accept_fall)

    def import_atc(self, content: bytes, actor: Actor, *, accept_fall: bool = False) -> Outcome[TableReport]:
        """Put the ATC codes of a CSV file in the place of those known; as ``import_ages``."""
        rows, rejected = csvfile.read_atc(content)
        return self._import(ATC, rows, rejected, actor, store.write_atc, accept_fall=accept_fall)

    def ages_of(self, subjects: Collection[str]) -> dict[str, tuple[AgeLimit, ...]]:
        """Return the limits of each CIS and substance that has some."""
        if AGES not in self.states():
            return {}
        with self._db.read() as session:
            return store.ages_of(session, subjects)

    def atc_of(self, subjects: Collection[str]) -> dict[str, AtcRow]:
        """Return the ATC code of each CIS and substance that has one."""
        if ATC not in self.states():
            return {}
        with self._db.read() as session:
            return store.atc_of(session, subjects)

    def _import(
        self,
        name: str,
        rows: Sequence[T],
        rejected: tuple[BadRow, ...],
        actor: Actor,
        write: Callable[[Session, Sequence[T]], None],
        *,
        accept_fall: bool,
    ) -> Outcome[TableReport]:
        before: TableState | None = self.states().get(name)
        findings = [
            *self._staff.refusal(actor, Right.MANAGE_CATALOG),
            *_check(len(rows), rejected, before, accept_fall=accept_fall),
        ]
        if is_refused(findings):
            with self._db.write(actor) as work:
                reasons = [finding.text for finding in findings]
                work.audit("safety.table", "table", name, details={"reasons": reasons}, result="refused")
            return Refused(tuple(findings))
        state = TableState(len(rows), max(row.dated for row in rows), today(self._db.clock))
        with self._db.write(actor) as work:
            write(work.session, rows)
            known = facts.read(self._db, _FACT) or {}
            facts.write(work, _FACT, known | {name: state_json(state)})
            details = {"rows": state.rows, "dated": state.dated.isoformat(), "rejected": len(rejected)}
            work.audit("safety.table", "table", name, details=details)
        self._states = None
        return Done(TableReport(name, state, rejected))

    def _forget(self, change: Changed) -> None:
        if change.touches(f"fact:{_FACT}"):
            self._states = None


def state_json(state: TableState) -> dict[str, Any]:
    """Return the state of a table in the shape that the commands print and the database keeps."""
    return {"rows": state.rows, "dated": state.dated.isoformat(), "loaded_on": state.loaded_on.isoformat()}


def _state(value: dict[str, Any]) -> TableState:
    return TableState(
        int(value["rows"]), dt.date.fromisoformat(value["dated"]), dt.date.fromisoformat(value["loaded_on"])
    )


def _check(rows: int, rejected: Sequence[BadRow], before: TableState | None, *, accept_fall: bool) -> list[Finding]:
    advice = "Corrigez le fichier. La table en place reste en service."
    if not rows or len(rejected) * 100 > (rows + len(rejected)) * _BAD_PERCENT:
        first = f" ; la première, ligne {rejected[0].line} : {rejected[0].reason}" if rejected else ""
        read = plural(rows, "ligne lisible", "lignes lisibles")
        text = f"Fichier refusé : {read}, {len(rejected)} à corriger{first}."
        return [Finding("GAL-SEC-06", Severity.ERROR, text, advice)]
    if before is not None and not accept_fall and rows * 100 < before.rows * (100 - _FALL_PERCENT):
        text = f"Ce fichier a {plural(rows, 'ligne')}, la table en service {before.rows} : il semble tronqué."
        return [Finding("GAL-SEC-07", Severity.ERROR, text, "S’il est bien entier : ajoutez --accept-fall.")]
    return []
