"""Is the journal of the till as it was written, and do its totals and its closings agree with it?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, select

from app.kernel.money import ZERO
from app.officine.cash import store
from app.officine.cash.model import Period, RecordKind
from app.officine.cash.tables import CashRecordRow
from app.officine.cash.totals import Tally, as_json, from_json, merged
from app.store.integrity import verify_chain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Table
    from sqlalchemy.orm import Session

_END = 2**62


def first_bad_record(session: Session) -> dict[str, Any] | None:
    """Return the first entry that is not as it was written, or does not add up; None for a sound journal.

    The result has the keys ``seq``, ``reason`` and ``text``, as that of a chain; ``reason`` is ``sum`` where the
    entries are chained but a perpetual total or a closing is not their sum.
    """
    bad = verify_chain(session, store.CHAIN, cast("Table", CashRecordRow.__table__)).first_bad
    return bad or _first_bad_sum(session)


def journal_payments(session: Session) -> tuple[int | None, dict[tuple[int, str], int]]:
    """Return the first delivery that the journal holds (None: none), and the cents paid by delivery and means."""
    row = CashRecordRow
    query = (
        select(row.delivery_number, row.means, func.sum(row.amount))
        .where(row.kind.in_((RecordKind.PAYMENT, RecordKind.CHANGE)), row.delivery_number.is_not(None))
        .group_by(row.delivery_number, row.means)
    )
    paid = {(number or 0, means): amount.cents for number, means, amount in session.execute(query)}
    return session.scalar(select(func.min(row.delivery_number)).where(row.kind == RecordKind.SALE)), paid


def _first_bad_sum(session: Session) -> dict[str, Any] | None:
    closings = list(store.closing_rows(session))
    days = sorted((row for row in closings if row.period == Period.DAY), key=lambda row: row.last_seq)
    broken = _first_gap(closings)
    if broken is not None:
        return broken
    ends = {row.last_seq: row for row in days}
    summed: dict[int, dict[str, Any]] = {}
    said: dict[int, dict[str, Any]] = {}
    tally, gross, net = Tally(), ZERO, ZERO
    for row in store.rows(session, 1, _END):
        details = json.loads(row.details)
        gross += row.amount if row.kind == RecordKind.SALE else ZERO
        net += row.amount if row.kind in {RecordKind.SALE, RecordKind.REVERSAL} else ZERO
        if (row.gross, row.net) != (gross, net):
            return _bad(row.seq, "Le grand total de l’écriture n° {seq} n’est pas la somme de celles qui précèdent.")
        tally.add(row.kind, row.means, row.amount.cents, row.delivery_number, details)
        if row.kind == RecordKind.CLOSING:
            said[row.seq] = details
        if row.seq in ends:
            summed[ends[row.seq].seq] = as_json(tally.totals()) | {"gross": gross.cents, "net": net.cents}
            tally = Tally()
    return _first_bad_closing(closings, summed, said)


def _first_bad_closing(
    closings: Sequence[Row[Any]], summed: dict[int, dict[str, Any]], said: dict[int, dict[str, Any]]
) -> dict[str, Any] | None:
    known = {row.seq for row in closings}
    stray = min((seq for seq in said if seq not in known), default=None)
    if stray is not None:
        return _bad(stray, "La clôture de l’écriture n° {seq} n’est plus dans la liste des clôtures.")
    for row in closings:
        kept = said.get(row.seq)
        if kept is None or any(kept[name] != getattr(row, name) for name in ("number", "first_seq", "last_seq")):
            return _bad(row.seq, "La clôture de l’écriture n° {seq} ne couvre plus les mêmes écritures.")
        if row.period != Period.DAY:
            summed[row.seq] = _sum_of(row, closings, summed)
        if kept["totals"] | {"gross": kept["gross"], "net": kept["net"]} != summed.get(row.seq):
            return _bad(row.seq, "La clôture de l’écriture n° {seq} n’est pas la somme de ses écritures.")
    return None


def _sum_of(longer: Row[Any], closings: Sequence[Row[Any]], summed: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Return what the days of a month or of a year come to."""
    days = [
        summed[row.seq]
        for row in closings
        if row.period == Period.DAY
        and longer.first_seq <= row.first_seq
        and row.last_seq <= longer.last_seq
        and row.seq in summed
    ]
    if not days:
        return {}
    return as_json(merged(from_json(day) for day in days)) | {name: days[-1][name] for name in ("gross", "net")}


def _first_gap(closings: Sequence[Row[Any]]) -> dict[str, Any] | None:
    """Return the first closing that does not begin where the one before ended: each entry is in exactly one."""
    for period in Period:
        end = 0
        for row in sorted((row for row in closings if row.period == period), key=lambda row: row.last_seq):
            if row.first_seq != end + 1:
                return _bad(row.seq, "La clôture de l’écriture n° {seq} ne suit pas celle qui précède.")
            end = row.last_seq
    return None


def _bad(seq: int, text: str) -> dict[str, Any]:
    return {"seq": seq, "reason": "sum", "text": text.format(seq=seq)}
