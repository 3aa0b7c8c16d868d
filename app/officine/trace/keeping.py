"""What may be erased at the end of its time, and what never is?

The chained registers are not cut: the trace proves the deliveries, which are kept longer than a journal. Only the
technical logs, which no chain holds and which name nobody, are erased at the end of their own duration.
Were a register to be shortened one day, its export with the proof and the last seal before the cut would stand for what
is gone: the seals are never erased, and a chain begins again from a sealed hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.registers.data import retention_of
from app.store.failures import file_errors

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from app.store.audit import Actor
    from app.store.database import Database

LOGS = "journal_technique"


def log_limit(now: dt.datetime) -> dt.datetime | None:
    """Return the moment before which technical logs are past their time; None where no duration is known."""
    months = retention_of(LOGS).months
    if months is None:
        return None
    years, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=years, month=month + 1, day=min(now.day, 28))


def purge_logs(db: Database, folder: Path, actor: Actor, *, really: bool) -> list[Path]:
    """Return the technical logs and crash reports that are past their time; erase them, traced, where ``really``.

    Raises the EnvironmentFailure that forbids it.
    """
    limit = log_limit(db.clock.now())
    if limit is None:
        return []
    with file_errors():
        files = [file for file in sorted(folder.iterdir()) if file.is_file() and not file.is_symlink()]
        due = [file for file in files if file.stat().st_mtime < limit.timestamp()]
        if due and really:
            with db.write(actor) as work:
                work.audit("trace.log_purge", "logs", "", details={"files": len(due), "before": limit.date()})
            for file in due:
                file.unlink(missing_ok=True)
    return due
