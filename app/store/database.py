"""How is the database read and written? Each act is one unit of work: wholly there or not at all."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from app.kernel.errors import DatabaseDamaged, EnvironmentFailure
from app.kernel.events import Changed
from app.store import audit, integrity, notify, schema
from app.store.engine import WRITE, connect_read_only, open_engine, sqlite_path
from app.store.failures import driver_errors, is_to_retry
from app.store.tables import OutboxRow, SequenceRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Engine, Table

    from app.kernel.clock import Clock
    from app.kernel.events import Publisher
    from app.store.audit import Actor

T = TypeVar("T")

_GATE_SECONDS = 600
_ATTEMPTS = 5
_SEQUENCE = cast("Table", SequenceRow.__table__)
_TAKE_NUMBERS = (
    update(_SEQUENCE)
    .where(_SEQUENCE.c.name == bindparam("series"))
    .values(value=_SEQUENCE.c.value + bindparam("count"))
    .returning(_SEQUENCE.c.value)
)


class UnitOfWork:
    """One act in the making: its session, and what goes with it in the same transaction."""

    def __init__(self, session: Session, actor: Actor, now: dt.datetime) -> None:
        """Hold the session of the act, who acts, and the one moment at which it is done (UTC)."""
        self.session = session
        self.actor = actor
        self.now = now
        self.topics: set[str] = set()
        self.events: list[audit.AuditEvent] = []

    def audit(
        self,
        action: str,
        subject: str,
        subject_id: str = "",
        *,
        patient_id: int | None = None,
        details: Mapping[str, Any] | None = None,
        result: str = "ok",
    ) -> None:
        """Trace what is done; the entry is chained when the act commits."""
        self.events.append(audit.AuditEvent(action, subject, subject_id, patient_id, details or {}, result))

    def changed(self, *topics: str) -> None:
        """Name what the act changes, for the screens that show it."""
        self.topics.update(topics)

    def enqueue(self, lane: str, kind: str, key: str, payload: Mapping[str, Any]) -> None:
        """Leave a remote write to the outbox; ``key`` stays the same on every try."""
        self.session.add(
            OutboxRow(
                lane=lane,
                kind=kind,
                idempotency_key=key,
                payload=dict(payload),
                state="waiting",
                attempts=0,
                claimed_by="",
                created_at=self.now,
                next_try_at=self.now,
                last_error="",
            )
        )
        self.changed("outbox")

    def take_numbers(self, series: str, count: int = 1) -> int:
        """Return the first of ``count`` numbers of a series without holes, given in this transaction."""
        last: int = self.session.connection().execute(_TAKE_NUMBERS, {"series": series, "count": count}).scalar_one()
        return last - count + 1


class Database:
    """The business database of one officine."""

    def __init__(self, engine: Engine, clock: Clock, publisher: Publisher) -> None:
        """Read and write through ``engine``; publish each committed change on ``publisher``."""
        self.engine = engine
        self.clock = clock
        self.publisher = publisher
        self.instance = uuid.uuid4().hex
        self.traced_writes = 0
        self._reading = threading.local()
        self._writer = engine.execution_options(**{WRITE: True})
        self._checked = threading.Event()
        self._checked.set()
        self._damage: EnvironmentFailure | None = None
        self._checker: threading.Thread | None = None
        self._witness: sqlite3.Connection | None = None

    @property
    def is_postgresql(self) -> bool:
        """True where several workstations share the database."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session to read with; nothing it does is kept.

        Readings within a reading, on the same thread, share its session: what is read together is of one moment.
        """
        shared: Session | None = getattr(self._reading, "session", None)
        if shared is not None:
            yield shared
            return
        with driver_errors(), Session(self.engine, expire_on_commit=False) as session:
            self._reading.session = session
            try:
                yield session
            finally:
                self._reading.session = None

    @contextmanager
    def write(self, actor: Actor) -> Iterator[UnitOfWork]:
        """Give a unit of work; commit it with its audit entries at the end, then publish.

        Any exception undoes the whole. Waits for the check made at start; raises DatabaseDamaged
        where it found damage, SchemaTooNew where another workstation has moved the database on,
        and the EnvironmentFailure that the driver's error means.
        """
        self._pass_gate()
        with driver_errors(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            schema.require_head(session.connection())
            work = UnitOfWork(session, actor, self.clock.now())
            yield work
            session.flush()
            audit.append(session, actor, work.now, work.events)
            notify.leave_trace(session, self.instance, work.topics)
        if work.topics:
            self.traced_writes += 1
            self.publisher.publish(Changed(frozenset(work.topics)))

    def perform(self, actor: Actor, act: Callable[[UnitOfWork], T]) -> T:
        """Return what ``act`` returns, done in one unit of work, and begun anew where the server undid it.

        Only PostgreSQL undoes an act to let another one pass (deadlock, serialization): ``act`` must have no effect
        but on the database. Raises as ``write`` does.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                with self.write(actor) as work:
                    return act(work)
            except EnvironmentFailure as failure:
                if not is_to_retry(failure.__cause__):
                    raise
        with self.write(actor) as work:
            return act(work)

    def check_in_background(self) -> None:
        """Begin the check of the whole database; reads go on, writes wait for its end."""
        self.hold_writes()
        self._checker = threading.Thread(target=self._check, name="database-check", daemon=True)
        self._checker.start()

    def hold_writes(self) -> None:
        """Make every write wait until ``allow_writes``."""
        self._checked.clear()

    def allow_writes(self, damage: EnvironmentFailure | None = None) -> None:
        """Let writes go on, or refuse them all where ``damage`` was found."""
        self._damage = damage
        self._checked.set()

    def wait_until_checked(self) -> None:
        """Wait for the check made at start; raise the EnvironmentFailure that it found."""
        self._pass_gate()

    @property
    def damage(self) -> EnvironmentFailure | None:
        """What the check found wrong; None while it runs and where all is well."""
        return self._damage

    def close(self) -> None:
        """Wait for the check, then close every connection."""
        if self._checker is not None:
            self._checker.join()
        self.engine.dispose()
        if self._witness is not None:
            self._witness.close()

    def _check(self) -> None:
        # Read-only: closing the last writing connection of a damaged file would still write to it.
        engine = open_engine(self.engine.url.render_as_string(hide_password=False), read_only=True)
        damage: EnvironmentFailure | None = DatabaseDamaged("Le contrôle de la base a échoué.", code="GAL-ENV-08")
        try:
            damage = integrity.quick_check(engine)
        except EnvironmentFailure:
            # Locked, or the server is away: the write that comes will say so itself.
            damage = None
        finally:
            self._witness = _witness(engine) if damage is not None else None
            engine.dispose()
            self.allow_writes(damage)

    def _pass_gate(self) -> None:
        if not self._checked.wait(_GATE_SECONDS):
            raise DatabaseDamaged("Le contrôle de la base n’est pas terminé.", code="GAL-ENV-08")
        if self._damage is not None:
            raise self._damage


def _witness(engine: Engine) -> sqlite3.Connection | None:
    """Return a read-only connection to a damaged SQLite file, to be closed after every other one.

    The last connection to close brings the journal into the file: this one can't.
    """
    path = sqlite_path(engine)
    if path is None:
        return None
    connection = connect_read_only(path)
    with suppress(sqlite3.Error):
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    return connection
