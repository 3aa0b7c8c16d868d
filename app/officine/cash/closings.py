"""Which periods are closed, and what does each come to? A closing is final."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.kernel.clock import today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.officine.cash import rules, store
from app.officine.cash.model import Entry, Period, RecordKind
from app.officine.cash.totals import as_json, merged
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.officine.cash.model import Closing, Totals
    from app.officine.cash.service import Cash
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

_SHORTER = {Period.MONTH: Period.DAY, Period.YEAR: Period.MONTH}


class Closings:
    """The closings of the till: each entry of the journal is in exactly one day, in one month, in one year."""

    def __init__(self, db: Database, cash: Cash, staff: Staff) -> None:
        """Close the journal of ``cash``; ask ``staff`` for the rights."""
        self._db = db
        self._cash = cash
        self._staff = staff

    # --- Reading ------------------------------------------------------------------------------------------------

    def closings(self, period: Period | None = None, limit: int = 400) -> list[Closing]:
        """Return the closings, newest first."""
        with self._db.read() as session:
            return store.closings(session, period, limit=limit)

    def closing(self, period: Period, day: dt.date) -> Closing | None:
        """Return the closing of the period that holds ``day``; None where it is not closed."""
        start = rules.start_of(period, day)
        with self._db.read() as session:
            found = store.closings(session, period, first=start, before=rules.following(period, start))
        return next(iter(found), None)

    def reading(self) -> Totals:
        """Return what the journal comes to since the last Z: an X, which changes nothing."""
        with self._db.read() as session:
            last = store.last_closing(session, Period.DAY)
            return store.sum_up(session, 1 if last is None else last.last_seq + 1, _END)

    def missing(self) -> list[dt.date]:
        """Return the days before today that were not closed, in order: they are closed in that order."""
        with self._db.read() as session:
            last = store.last_closing(session, Period.DAY)
            open_days = store.open_days(session, 0 if last is None else last.last_seq)
        return rules.missing_days(today(self._db.clock), last, open_days)

    def open_drawers(self) -> list[str]:
        """Return the workstations whose drawer was opened and not counted since."""
        with self._db.read() as session:
            return store.open_stations(session)

    # --- Closing ------------------------------------------------------------------------------------------------

    def close(self, actor: Actor, period: Period, day: dt.date | None = None) -> Outcome[Closing]:
        """Close the period that holds ``day`` (today); final.

        A day takes what was recorded since the last Z up to its end: what comes later that day goes to the next one.
        A month is closed once over, from its days; a year from its months (BOI-TVA-DECLA-30-10-30).
        """
        start = rules.start_of(period, day or today(self._db.clock))
        findings = self._staff.refusal(actor, Right.CLOSE_CASH)
        if is_refused(findings):
            return Refused(tuple(findings))
        if period is Period.DAY:
            return self._db.perform(actor, lambda work: self._close_day(work, start))
        return self._db.perform(actor, lambda work: self._close_longer(work, period, start))

    # --- Archiving ----------------------------------------------------------------------------------------------

    def archive(self, actor: Actor, period: Period, day: dt.date, path: Path) -> Outcome[str]:
        """Write the archive of the closed month or year that holds ``day`` to ``path``; return its SHA-256.

        Archiving is an entry of the journal itself. Raises the EnvironmentFailure that forbids writing the file.
        """
        start = rules.start_of(period, day)
        findings = self._staff.refusal(actor, Right.CLOSE_CASH)
        closing = self.closing(period, start)
        if closing is None and not findings:
            findings = [_not_closed(period, start)]
        if closing is None or is_refused(findings):
            return Refused(tuple(findings))
        digest = self._write_archive(closing, path)

        def act(work: UnitOfWork) -> None:
            details = {"period": str(period), "start": start, "sha256": digest}
            self._cash.append(work, [Entry(kind=RecordKind.ARCHIVE, details=details)])
            work.audit("cash.archive", "closing", f"{period} {start.isoformat()}", details={"sha256": digest})

        self._db.perform(actor, act)
        return Done(digest)

    def _write_archive(self, closing: Closing, path: Path) -> str:
        from app.officine.cash import archive  # noqa: PLC0415 -- needed once a month

        with self._db.read() as session:
            rows = [dict(row._mapping) for row in store.rows(session, closing.first_seq, closing.last_seq)]  # noqa: SLF001 -- SQLAlchemy's own name
            inside = [
                one
                for one in store.closings(session)
                if closing.first_seq <= one.first_seq and one.last_seq <= closing.last_seq
            ]
        known = facts.read(self._db, "officine") or {}
        about = {
            "pharmacy": known.get("name", "") or "Officine",
            "finess": known.get("finess", ""),
            "period": str(closing.period),
            "period_name": rules.named(closing.period, closing.start),
            "start": closing.start.isoformat(),
            "mode": closing.mode,
            "banner": "" if closing.mode == "production" else " — SIMULATION, SANS VALEUR",
            "first_seq": closing.first_seq,
            "last_seq": closing.last_seq,
            "prev_hash": rows[0]["prev_hash"],
            "last_hash": rows[-1]["hash"],
        }
        return archive.write(path, records=rows, closings=[closing_json(one) for one in reversed(inside)], about=about)

    def _close_day(self, work: UnitOfWork, day: dt.date) -> Outcome[Closing]:
        head = store.lock(work.session)
        last = store.last_closing(work.session, Period.DAY)
        after = 0 if last is None else last.last_seq
        findings = rules.check_day(day, today(self._db.clock), last, store.open_days(work.session, after))
        if findings:
            return Refused(tuple(findings))
        last_seq = store.last_of_day(work.session, after, day, head)
        totals = store.sum_up(work.session, after + 1, last_seq)
        closing = self._write(work, Period.DAY, day, (after + 1, last_seq), totals)
        return Done(closing, tuple(_left_open(store.open_stations(work.session))))

    def _close_longer(self, work: UnitOfWork, period: Period, start: dt.date) -> Outcome[Closing]:
        store.lock(work.session)
        last = store.last_closing(work.session, period)
        first = None if last is None else rules.following(period, last.start)
        parts = sorted(store.closings(work.session, _SHORTER[period], first=first), key=lambda part: part.number)
        last_day = store.last_closing(work.session, Period.DAY)
        open_days = store.open_days(work.session, 0 if last_day is None else last_day.last_seq)
        if last_day is not None:
            open_days = [day for day in open_days if day > last_day.start]
        if period is Period.YEAR:
            open_days += self._months_left(work, last_day)
        findings = rules.check_longer(
            period, start, today(self._db.clock), last=last, parts=parts, open_days=sorted(open_days)
        )
        if findings:
            return Refused(tuple(findings))
        inside = [part for part in parts if part.start < rules.following(period, start)]
        span = (inside[0].first_seq, inside[-1].last_seq)
        return Done(self._write(work, period, start, span, merged(part.totals for part in inside)))

    def _months_left(self, work: UnitOfWork, last_day: Closing | None) -> list[dt.date]:
        """Return the last day closed, where no month holds it yet: its year waits for that month."""
        month = store.last_closing(work.session, Period.MONTH)
        if last_day is None or (month is not None and month.last_seq >= last_day.last_seq):
            return []
        first = None if month is None else rules.following(Period.MONTH, month.start)
        return [part.start for part in store.closings(work.session, Period.DAY, first=first)]

    def _write(
        self, work: UnitOfWork, period: Period, start: dt.date, span: tuple[int, int], totals: Totals
    ) -> Closing:
        before = store.last_closing(work.session, period)
        number = 1 if before is None else before.number + 1
        gross, net = store.perpetual(work.session, span[1])
        details = {
            "period": str(period),
            "start": start,
            "number": number,
            "first_seq": span[0],
            "last_seq": span[1],
            "totals": as_json(totals),
            "gross": gross,
            "net": net,
        }
        seq = self._cash.append(work, [Entry(kind=RecordKind.CLOSING, details=details)])
        row = {name: details[name] for name in ("start", "number", "first_seq", "last_seq")}
        store.insert_closing(work.session, row | {"period": str(period), "seq": seq})
        work.audit("cash.close", "closing", f"{period} {start.isoformat()}", details={"number": number, "seq": seq})
        work.changed("closing")
        return store.closings(work.session, period, first=start, limit=1)[0]


_END = 2**62


def closing_json(closing: Closing) -> dict[str, Any]:
    """Return a closing as commands and archives give it: amounts in cents."""
    return {
        "period": str(closing.period),
        "start": closing.start.isoformat(),
        "number": closing.number,
        "first_seq": closing.first_seq,
        "last_seq": closing.last_seq,
        "totals": as_json(closing.totals),
        "gross": closing.gross.cents,
        "net": closing.net.cents,
        "seq": closing.seq,
        "hash": closing.hash,
        "at": closing.at,
        "operator": closing.operator_name,
        "station": closing.station,
        "mode": closing.mode,
    }


def _not_closed(period: Period, start: dt.date) -> Finding:
    text = f"{period.label} {rules.named(period, start)} : pas encore clôturé."
    return Finding("GAL-CAI-31", Severity.ERROR, text, "Clôturez d’abord la période, puis archivez-la.")


def _left_open(stations: Sequence[str]) -> list[Finding]:
    if not stations:
        return []
    text = f"Tiroir non compté : {', '.join(stations)}."
    return [Finding("GAL-CAI-25", Severity.WARNING, text, "Comptez-le : son écart ira dans la prochaine clôture.")]
