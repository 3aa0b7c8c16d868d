"""How is the trace searched by page, over years, without reading more than is shown?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.kernel.clock import PARIS
from app.officine.trace.actions import codes_answering
from app.store import merged
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session

    from app.officine.trace.model import Query

DETAILS_WINDOW = 20_000
"""How many of the latest entries are looked into, word for word, for a text."""

_LEAST_TEXT = 3
_BATCH = 2_000


def page(session: Session, query: Query, patients: Sequence[int] = ()) -> list[Row[Any]]:
    """Return the newest entries that answer, one more than ``query.limit`` where there are more.

    ``patients`` are those that the text names. Each way to answer a text is asked of its own index, and the answers are
    merged: none has to be sorted whole.
    """
    base = _asked(session, query)
    if base is None:
        return []
    wanted = query.limit + 1
    if not query.text.strip():
        return _newest(session, base, wanted)
    found: dict[int, Row[Any]] = {}
    for one in _ways(session, base, query, patients):
        for row in _newest(session, one, wanted):
            found[row.seq] = row
    return [found[seq] for seq in sorted(found, reverse=True)[:wanted]]


def people(session: Session) -> list[tuple[int | None, str]]:
    """Return who ever acted: identifier and name, by name; found by hops over the index, not by reading it."""
    row = AuditRow
    found: list[tuple[int | None, str]] = []
    number = session.scalar(select(func.min(row.actor_id)))
    while number is not None:
        # The name that they bear now, where it changed.
        newest = select(row.actor_name).where(row.actor_id == number).order_by(row.seq.desc()).limit(1)
        found.append((number, session.scalar(newest) or ""))
        number = session.scalar(select(func.min(row.actor_id)).where(row.actor_id > number))
    return sorted(found, key=lambda one: one[1])


def values(session: Session, name: str) -> list[str]:
    """Return the different values of an indexed column (``action``, ``station``), sorted, by hops over its index."""
    column = getattr(AuditRow, name)
    found: list[str] = []
    while True:
        query = select(func.min(column))
        value = session.scalar(query.where(column > found[-1]) if found else query)
        if value is None:
            return found
        found.append(value)


def entries(session: Session, first: int, last: int) -> Iterator[Row[Any]]:
    """Give whole entries by number, in order, streamed."""
    query = select(*_COLUMNS).where(AuditRow.seq >= first, AuditRow.seq <= last).order_by(AuditRow.seq)
    options = {"stream_results": True, "max_row_buffer": _BATCH}
    yield from session.execute(query, execution_options=options)


def bounds(session: Session, first: dt.date | None, last: dt.date | None) -> tuple[int, int]:
    """Return the numbers of the first and the last entry of a period of days in France; (1, 0) for an empty one."""
    row = AuditRow
    start = session.execute(
        select(row.seq).where(row.at >= _midnight(first)).order_by(row.at, row.seq).limit(1)
        if first is not None
        else select(func.min(row.seq))
    ).scalar()
    end = session.execute(
        select(row.seq).where(row.at < _midnight(last + dt.timedelta(days=1))).order_by(row.at.desc(), row.seq.desc())
        .limit(1)
        if last is not None and last < dt.date.max
        else select(func.max(row.seq))
    ).scalar()  # fmt: skip
    return (1, 0) if start is None or end is None else (start, end)


_COLUMNS = tuple(AuditRow.__table__.columns)


def _asked(session: Session, query: Query) -> Select[Any] | None:
    """Return the entries that answer all but the text; None where the period holds nothing."""
    row = AuditRow
    asked = select(*_COLUMNS)
    if query.first is not None or query.last is not None:
        first, last = bounds(session, query.first, query.last)
        if last < first:
            return None
        asked = asked.where(row.seq >= first, row.seq <= last)
    if query.before is not None:
        asked = asked.where(row.seq < query.before)
    if query.actor_id is not None:
        asked = asked.where(row.actor_id == query.actor_id)
    if query.patient_id is not None:
        asked = asked.where(row.patient_id.in_(merged.everyone(session, query.patient_id)))
    for name, said in ((row.action, query.action), (row.station, query.station)):
        if said:
            asked = asked.where(name == said)
    return asked


def _ways(session: Session, base: Select[Any], query: Query, patients: Sequence[int]) -> Iterator[Select[Any]]:
    row, text = AuditRow, query.text.strip()
    for code in codes_answering(text):
        yield base.where(row.action == code)
    lowered = text.casefold()
    for actor_id, name in people(session):
        if lowered in name.casefold():
            yield base.where(row.actor_id == actor_id)
    for patient_id in patients:
        yield base.where(row.patient_id == patient_id)
    yield base.where(row.subject_id == text[:64], row.subject.in_(_subjects(session)))
    newest = session.scalar(select(func.max(row.seq))) or 0
    top = min(newest + 1, query.before or newest + 1)
    if len(text) >= _LEAST_TEXT:
        yield base.where(row.seq >= top - DETAILS_WINDOW, row.details.contains(text, autoescape=True))


def _subjects(session: Session) -> Iterable[str]:
    return values(session, "subject")


def _newest(session: Session, query: Select[Any], limit: int) -> list[Row[Any]]:
    return list(session.execute(query.order_by(AuditRow.seq.desc()).limit(limit)))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), PARIS)
