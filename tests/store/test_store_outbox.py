"""Each remote write is made once, in its order, however often the service or the workstation fails."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

import pytest

from app.jobs import OutboxDrain, Rejected
from app.kernel.errors import RemoteFailure
from app.kernel.outcome import Done, Refused
from app.store.outbox import LEASE, LONGEST_DELAY, Outbox, OutboxItem, State, backoff

if TYPE_CHECKING:
    from app.kernel.clock import FixedClock
    from app.store.audit import Actor
    from app.store.database import Database


def _leave(database: Database, actor: Actor, *keys: str, lane: str = "dmp") -> None:
    with database.write(actor) as work:
        for key in keys:
            work.enqueue(lane, "note", key, {"key": key})


class Service:
    """A remote service that remembers what it took, and can be made to fail."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.failure: Exception | None = None

    def take(self, item: OutboxItem) -> None:
        """Take a write, or fail."""
        if self.failure is not None:
            raise self.failure
        self.taken.append(item.key)


@pytest.mark.req("OFF-DB-08")
def test_writes_are_made_in_the_order_in_which_they_were_left(database: Database, actor: Actor) -> None:
    _leave(database, actor, "a", "b", "c")
    service, outbox = Service(), Outbox(database, "comptoir-1")
    assert OutboxDrain(outbox, {"note": service.take}).drain_lane("dmp") == 3
    assert service.taken == ["a", "b", "c"]
    assert outbox.counts()[State.DONE] == 3
    assert OutboxDrain(outbox, {"note": service.take}).drain_lane("dmp") == 0


@pytest.mark.req("OFF-DB-08")
def test_a_service_down_for_a_day_gets_everything_once_and_in_order(
    database: Database, actor: Actor, clock: FixedClock
) -> None:
    _leave(database, actor, "a", "b", "c")
    service, outbox = Service(), Outbox(database, "comptoir-1")
    drain = OutboxDrain(outbox, {"note": service.take})
    service.failure = RemoteFailure("Le DMP ne répond pas.")
    tries = 0
    for _ in range(24 * 60):
        drain.drain_lane("dmp")
        clock.advance(dt.timedelta(minutes=1))
    first = outbox.items()[0]
    tries = first.attempts
    assert first.state is State.WAITING
    assert first.last_error == "Le DMP ne répond pas."
    assert 24 * 60 / 19 < tries < 24 * 60 / 11, "the delay grows up to a quarter of an hour, give or take a fifth"
    assert [item.attempts for item in outbox.items()[1:]] == [0, 0]
    assert outbox.oldest_age() == dt.timedelta(days=1)
    service.failure = None
    clock.advance(LONGEST_DELAY * 1.2)
    drain.drain_lane("dmp")
    assert service.taken == ["a", "b", "c"]
    assert outbox.oldest_age() is None


def test_the_delay_doubles_up_to_a_cap_and_is_spread() -> None:
    assert [backoff(attempts).total_seconds() for attempts in (1, 2, 3, 4)] == [5, 10, 20, 40]
    assert backoff(50) == LONGEST_DELAY


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 4.0), (0.5, 5.0), (1.0, 6.0)])
def test_the_next_try_is_spread_by_a_fifth(
    database: Database, actor: Actor, clock: FixedClock, chance: float, seconds: float
) -> None:
    _leave(database, actor, "a")
    outbox = Outbox(database, "comptoir-1")
    item = outbox.claim("dmp", {"note"})
    assert item is not None
    outbox.put_back(item, "délai dépassé", chance)
    assert outbox.items()[0].next_try_at - clock.now() == dt.timedelta(seconds=seconds)


def test_a_dead_service_does_not_delay_another(database: Database, actor: Actor) -> None:
    _leave(database, actor, "a", "b")
    _leave(database, actor, "m", lane="mss")
    hanging, let_go = threading.Event(), threading.Event()
    made: list[str] = []

    def take(item: OutboxItem) -> None:
        if item.lane == "dmp":
            hanging.set()
            let_go.wait(30)
            raise RemoteFailure("délai dépassé")
        assert hanging.wait(30)
        made.append(item.key)
        let_go.set()

    drain = OutboxDrain(Outbox(database, "comptoir-1"), {"note": take})
    drain.start(database.publisher)
    assert let_go.wait(30)
    drain.stop()
    assert made == ["m"]


def test_a_write_left_while_the_drain_runs_is_made_at_once(database: Database, actor: Actor) -> None:
    made = threading.Event()
    drain = OutboxDrain(Outbox(database, "comptoir-1"), {"note": lambda item: made.set()})
    drain.start(database.publisher)
    _leave(database, actor, "a")
    assert made.wait(4), "well before the next round"
    drain.stop()


@pytest.mark.req("OFF-DB-08")
def test_a_write_refused_by_the_service_is_set_aside_and_the_lane_goes_on(database: Database, actor: Actor) -> None:
    _leave(database, actor, "bad", "good")
    outbox = Outbox(database, "comptoir-1")

    def take(item: OutboxItem) -> None:
        if item.key == "bad":
            raise Rejected("Document refusé.")

    OutboxDrain(outbox, {"note": take}).drain_lane("dmp")
    assert [(item.key, item.state, item.last_error) for item in outbox.items()] == [
        ("bad", State.FAILED, "Document refusé."),
        ("good", State.DONE, ""),
    ]


def test_a_bug_in_one_write_does_not_stop_the_others(database: Database, actor: Actor) -> None:
    _leave(database, actor, "bug", "good")
    outbox = Outbox(database, "comptoir-1")

    def take(item: OutboxItem) -> None:
        if item.key == "bug":
            raise ZeroDivisionError

    OutboxDrain(outbox, {"note": take}).drain_lane("dmp")
    assert [item.state for item in outbox.items()] == [State.FAILED, State.DONE]


def test_a_kind_that_nobody_makes_stays_in_the_queue(database: Database, actor: Actor) -> None:
    _leave(database, actor, "a")
    outbox = Outbox(database, "comptoir-1")
    assert OutboxDrain(outbox, {}).drain_lane("dmp") == 0
    assert outbox.items()[0].state is State.WAITING


@pytest.mark.req("OFF-DB-08")
def test_what_a_crash_left_half_made_is_made_again_under_the_same_key(database: Database, actor: Actor) -> None:
    _leave(database, actor, "a")
    taken = Outbox(database, "comptoir-1").claim("dmp", {"note"})
    assert taken is not None
    # The workstation dies here, and starts again.
    service, outbox = Service(), Outbox(database, "comptoir-1")
    drain = OutboxDrain(outbox, {"note": service.take})
    assert drain.drain_lane("dmp") == 0
    assert outbox.recover() == 1
    assert drain.drain_lane("dmp") == 1
    assert service.taken == [taken.key]


def test_what_another_workstation_makes_is_left_to_it_until_its_lease_runs_out(
    database: Database, actor: Actor, clock: FixedClock
) -> None:
    _leave(database, actor, "a", "b")
    first, second = Outbox(database, "comptoir-1"), Outbox(database, "comptoir-2")
    mine = first.claim("dmp", {"note"})
    assert mine is not None
    assert second.claim("dmp", {"note"}) is None
    assert second.recover() == 0
    clock.advance(LEASE)
    theirs = second.claim("dmp", {"note"})
    assert theirs is not None
    assert theirs.key == "a"
    first.put_back(mine, "trop tard")
    assert second.items()[0].state is State.RUNNING, "the late one does not undo what its successor does"
    second.mark_done(theirs)
    assert second.items()[0].state is State.DONE


def test_the_user_retries_and_cancels_and_both_are_traced(database: Database, actor: Actor) -> None:
    _leave(database, actor, "a")
    outbox = Outbox(database, "comptoir-1")
    item = outbox.claim("dmp", {"note"})
    assert item is not None
    assert isinstance(outbox.cancel(item.id, actor), Refused), "it is being made"
    outbox.mark_failed(item, "refusé")
    retried = outbox.retry(item.id, actor)
    assert isinstance(retried, Done)
    assert (retried.value.state, retried.value.key) == (State.WAITING, "a")
    assert isinstance(outbox.cancel(item.id, actor), Done)
    assert outbox.items(states=(State.CANCELLED,))[0].id == item.id
    assert isinstance(outbox.retry(999, actor), Refused)
    with database.read() as session:
        from app.store.integrity import verify_audit  # noqa: PLC0415

        assert verify_audit(session).entries == 2


def test_two_thousand_writes_survive_a_restart(database: Database, actor: Actor) -> None:
    _leave(database, actor, *(f"key-{number:04d}" for number in range(2_000)))
    database.engine.dispose()
    outbox = Outbox(database, "comptoir-1")
    assert outbox.counts()[State.WAITING] == 2_000
    assert [item.key for item in outbox.items(limit=3)] == ["key-0000", "key-0001", "key-0002"]
