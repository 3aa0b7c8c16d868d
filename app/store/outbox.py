"""Which remote writes are still to be made, and what became of each?"""

from __future__ import annotations

import datetime as dt
import enum
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from app.kernel.outcome import Done, Finding, Refused, Severity
from app.store.audit import Actor
from app.store.tables import OutboxRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.kernel.outcome import Outcome
    from app.store.database import Database, UnitOfWork

FIRST_DELAY = dt.timedelta(seconds=5)
LONGEST_DELAY = dt.timedelta(minutes=15)
LEASE = dt.timedelta(minutes=5)
"""How long a workstation may be silent on a write it has taken before another one takes it over."""


class State(enum.StrEnum):
    """Where a remote write stands; ``failed`` is for good: the service refused it, or it could not be made."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The state in French."""
        return _FRENCH[self]


_OPEN = (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One remote write; ``key`` is the same on every try, so that the service knows a repeated one."""

    id: int
    lane: str
    kind: str
    key: str
    payload: dict[str, Any]
    state: State
    attempts: int
    created_at: dt.datetime
    next_try_at: dt.datetime
    done_at: dt.datetime | None
    last_error: str


class Outbox:
    """The queue of remote writes of one database, seen from one workstation.

    A lane is one service; its writes go in the order in which they were left, one at a time over all workstations.
    """

    def __init__(self, db: Database, station: str = "") -> None:
        """Work on the outbox of ``db``; ``station`` signs what this workstation takes, unlike any other's."""
        self._db = db
        self._actor = Actor(None, "Galien", station or db.instance)

    def items(self, states: Collection[State] = tuple(State), limit: int = 2_000) -> list[OutboxItem]:
        """Return the writes in these states, oldest first."""
        with self._db.read() as session:
            rows = session.scalars(
                select(OutboxRow).where(OutboxRow.state.in_(states)).order_by(OutboxRow.id).limit(limit)
            )
            return [_item(row) for row in rows]

    def item(self, item_id: int) -> OutboxItem | None:
        """Return one write; None for an unknown number."""
        with self._db.read() as session:
            row = session.get(OutboxRow, item_id)
            return None if row is None else _item(row)

    def counts(self) -> dict[State, int]:
        """Return how many writes there are in each state."""
        with self._db.read() as session:
            found = session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state)).all()
            counted = {State(state): count for state, count in found}
        return {state: counted.get(state, 0) for state in State}

    def oldest_age(self) -> dt.timedelta | None:
        """Return the age of the oldest write still to be made; None when all are made."""
        with self._db.read() as session:
            oldest = session.scalar(select(func.min(OutboxRow.created_at)).where(OutboxRow.state.in_(_OPEN)))
        return None if oldest is None else self._db.clock.now() - oldest

    def lanes(self) -> list[str]:
        """Return the lanes where something is still to be made."""
        with self._db.read() as session:
            return list(session.scalars(select(OutboxRow.lane).where(OutboxRow.state.in_(_OPEN)).distinct()))

    def claim(self, lane: str, kinds: Collection[str]) -> OutboxItem | None:
        """Take the next write of the lane; None while it waits for its hour, or another workstation has it.

        ``kinds``: what the caller knows how to make; the lane stops before anything else. What a workstation
        took and then died with is taken over when its lease has run out.
        """
        now = self._db.clock.now()
        with self._db.read() as session:
            first = session.scalar(_first_open(lane))
            if first is None or first.kind not in kinds or not _is_due(first, now):
                return None
        with self._db.write(self._actor) as work:
            row = work.session.scalar(_first_open(lane).with_for_update())
            if row is None or row.kind not in kinds or not _is_due(row, now):
                return None
            row.state = State.RUNNING
            row.attempts += 1
            row.claimed_by = self._actor.station
            row.claimed_until = now + LEASE
            work.changed("outbox")
            return _item(row)

    def mark_done(self, item: OutboxItem) -> None:
        """Record that the service took the write."""
        self._settle(item, state=State.DONE, done_at=self._db.clock.now(), last_error="")

    def mark_failed(self, item: OutboxItem, error: str) -> None:
        """Record that the write is refused, for good; ``error`` says why, in French."""
        self._settle(item, state=State.FAILED, last_error=error)

    def put_back(self, item: OutboxItem, error: str, chance: float | None = None) -> None:
        """Let the write wait for its next try: the delay doubles each time, up to a cap, give or take a fifth.

        ``chance`` in [0, 1) replaces the drawing of lots.
        """
        drawn = random.random() if chance is None else chance  # noqa: S311 -- spreads tries, protects nothing
        due = self._db.clock.now() + backoff(item.attempts) * (0.8 + 0.4 * drawn)
        self._settle(item, state=State.WAITING, next_try_at=due, last_error=error)

    def recover(self) -> int:
        """Put back what this workstation had taken when it stopped short; return how many."""
        with self._db.write(self._actor) as work:
            recovered = work.session.execute(
                update(OutboxRow)
                .where(OutboxRow.state == State.RUNNING, OutboxRow.claimed_by == self._actor.station)
                .values(state=State.WAITING, next_try_at=work.now, claimed_until=None)
                .returning(OutboxRow.id)
            ).all()
            if recovered:
                work.changed("outbox")
            return len(recovered)

    def retry(self, item_id: int, actor: Actor) -> Outcome[OutboxItem]:
        """Try a write again now, at the user's word; refused for one that was made or is being made."""
        return self._decide(item_id, actor, State.WAITING, (State.WAITING, State.FAILED, State.CANCELLED))

    def cancel(self, item_id: int, actor: Actor) -> Outcome[OutboxItem]:
        """Give a write up, at the user's word; refused for one that was made or is being made."""
        return self._decide(item_id, actor, State.CANCELLED, (State.WAITING, State.FAILED))

    def _decide(self, item_id: int, actor: Actor, to: State, allowed: tuple[State, ...]) -> Outcome[OutboxItem]:
        with self._db.write(actor) as work:
            row = work.session.scalar(select(OutboxRow).where(OutboxRow.id == item_id).with_for_update())
            if row is None:
                return _refused("GAL-FIL-01", "Cet envoi n’existe pas.")
            if row.state not in allowed:
                return _refused("GAL-FIL-02", f"Cet envoi est {State(row.state).label} : il ne peut plus changer.")
            row.state = to
            row.next_try_at = work.now
            work.audit(f"outbox.{to}", "outbox", str(row.id), details={"kind": row.kind, "key": row.idempotency_key})
            work.changed("outbox")
            return Done(_item(row))

    def _settle(self, item: OutboxItem, **values: Any) -> None:  # noqa: ANN401 -- columns of the row
        with self._db.write(self._actor) as work:
            _settle(work, item, values)


def backoff(attempts: int) -> dt.timedelta:
    """Return the delay that follows so many tries: 5 s, 10 s, 20 s … 15 minutes."""
    doublings = min(max(attempts, 1) - 1, 16)
    return min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)


def _settle(work: UnitOfWork, item: OutboxItem, values: dict[str, Any]) -> None:
    # Only the holder settles: one whose lease ran out must not undo what its successor did.
    work.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == item.id, OutboxRow.state == State.RUNNING, OutboxRow.attempts == item.attempts)
        .values(claimed_until=None, **values)
    )
    work.changed("outbox")


def _first_open(lane: str) -> Any:  # noqa: ANN401 -- a statement
    return select(OutboxRow).where(OutboxRow.lane == lane, OutboxRow.state.in_(_OPEN)).order_by(OutboxRow.id).limit(1)


def _is_due(row: OutboxRow, now: dt.datetime) -> bool:
    if row.state == State.RUNNING:
        return row.claimed_until is None or row.claimed_until <= now
    return row.next_try_at <= now


def _item(row: OutboxRow) -> OutboxItem:
    return OutboxItem(
        id=row.id,
        lane=row.lane,
        kind=row.kind,
        key=row.idempotency_key,
        payload=row.payload,
        state=State(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        next_try_at=row.next_try_at,
        done_at=row.done_at,
        last_error=row.last_error,
    )


_FRENCH = {
    State.WAITING: "en attente",
    State.RUNNING: "en cours",
    State.DONE: "fait",
    State.FAILED: "refusé",
    State.CANCELLED: "annulé",
}


def _refused(code: str, text: str) -> Refused:
    return Refused((Finding(code, Severity.ERROR, text),))
