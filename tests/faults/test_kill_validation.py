"""kill -9 of the client in the middle of deliveries: nothing acknowledged is lost, nothing is half there."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.officine.cash.tables import CashRecordRow
from app.officine.dispensing.tables import OrdonnancierRow
from app.store.engine import open_engine, sqlite_url
from app.store.integrity import quick_check, verify_audit, verify_chain

if TYPE_CHECKING:
    from collections.abc import Iterator

KILLS = int(os.environ.get("GALIEN_FAULT_COUNT", "80"))
KILLS_A_BASE = 100
LONGEST_LIFE = 0.06
PATIENCE = 30.0
# Two hundred lives of a client, each with its start; the long suite asks for a thousand.
pytestmark = pytest.mark.timeout(1800)

NURSERY = Path(__file__).with_name("delivering_nursery.py")


@dataclass
class Nursery:
    """The process that forks the clients."""

    process: subprocess.Popen[str]

    def fork(self, act: str, folder: Path, acks: Path) -> int:
        """Start a client; return its process id."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(act, folder, acks, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())


@dataclass
class Officine:
    """One data folder that clients deliver from, and what was acknowledged so far."""

    nursery: Nursery
    folder: Path
    url: str
    waiting: str = ""
    acknowledged: dict[int, str] = field(default_factory=dict)
    checked: int = 0
    kills: int = 0

    @property
    def acks(self) -> Path:
        """Where clients write what was acknowledged."""
        return self.folder.with_suffix(".acks")

    def prepare(self) -> None:
        """Make the officine."""
        pid = self.nursery.fork("prepare", self.folder, self.acks)
        wait_until(lambda: not is_alive(pid))
        state, self.waiting = self.acks.read_text().split()
        assert state == "ready"

    def kill_a_client(self, life: float | None) -> None:
        """Start a client, kill it ``life`` seconds after its first delivery; None: before it may have made one."""
        self.acks.write_text("")
        pid = self.nursery.fork("deliver", self.folder, self.acks)
        if life is None:
            time.sleep(random.uniform(0, 0.2))
        else:
            wait_until(lambda: self.acks.stat().st_size > 0)
            time.sleep(life)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(pid))
        self.kills += 1
        said = (line.split() for line in self.acks.read_text().splitlines(keepends=True) if line.endswith("\n"))
        self.acknowledged |= {int(number): session for number, session in said}

    def check(self) -> None:
        """Compare all that the deliveries wrote since the last check, as one who opens the base anew."""
        engine = open_engine(self.url)
        try:
            with engine.connect() as connection:
                self._check(lambda query: connection.execute(text(query), {"since": self.checked}).all())
        finally:
            engine.dispose()

    def _check(self, ask: Any) -> None:  # noqa: ANN401 -- a query
        ((count, last),) = ask("SELECT count(*), coalesce(max(number), 0) FROM delivery")
        assert count == last, "holes in the numbers"
        assert ask("SELECT value FROM sequence WHERE name = 'delivery'") == [(last,)]
        held = dict(iter(ask("SELECT number, session_id FROM delivery WHERE number > :since")))
        lost = {number for number, session in self.acknowledged.items() if number > self.checked
                and held.get(number) != session}  # fmt: skip
        assert not lost, "acknowledged and lost"
        assert ask(_HALF_SESSIONS) == []
        assert ask(_HALF_INVOICES) == []
        assert ask(_HALF_REGISTER) == []
        assert ask(_HALF_STOCK) == []
        assert ask(_HALF_CASH) == []
        assert ask(_HALF_ORDONNANCES) == []
        assert ask(_STOCK_TOTALS) == []
        ((entries, highest, numbered),) = ask(_REGISTER_NUMBERS)
        assert entries == highest == numbered
        self._check_audit(ask, held)
        assert ask(f"SELECT state FROM counter_session WHERE id = '{self.waiting}'") == [("suspended",)]
        self.checked = last

    def _check_audit(self, ask: Any, held: dict[int, str]) -> None:  # noqa: ANN401 -- a query
        traced = {int(number): json.loads(details) for number, details in ask(_AUDIT) if int(number) > self.checked}
        assert traced.keys() == held.keys()
        lines: dict[int, list[list[Any]]] = {}
        for number, code, quantity in ask(_LINES):
            lines.setdefault(number, []).append([code, quantity])
        assert {number: details["lines"] for number, details in traced.items()} == lines
        assert {number: details["session"] for number, details in traced.items()} == held

    def check_whole(self) -> None:
        """Verify the structure of the base and both chains."""
        engine = open_engine(self.url)
        try:
            assert quick_check(engine) is None
            with Session(engine) as session:
                audit = verify_audit(session)
                ordonnancier = verify_chain(session, "ordonnancier", OrdonnancierRow.__table__)  # type: ignore[arg-type]
                cash = verify_chain(session, "cash", CashRecordRow.__table__)  # type: ignore[arg-type]
            assert (audit.first_bad, ordonnancier.first_bad, cash.first_bad) == (None, None, None)
            assert self.checked > 0
        finally:
            engine.dispose()


_HALF_SESSIONS = """
SELECT d.number FROM delivery d LEFT JOIN counter_session s ON s.id = d.session_id
WHERE d.number > :since AND (s.state IS NULL OR s.state <> 'done')
UNION ALL
SELECT 0 FROM counter_session s LEFT JOIN delivery d ON d.session_id = s.id WHERE s.state = 'done' AND d.number IS NULL
"""
_HALF_INVOICES = """
SELECT d.number FROM delivery d WHERE d.number > :since AND (
    d.amount <> (SELECT coalesce(sum(amount), -1) FROM invoice_line i WHERE i.delivery_number = d.number)
    OR d.patient_share <> (SELECT coalesce(sum(amount), 0) FROM payment p WHERE p.delivery_number = d.number))
"""
_HALF_REGISTER = """
SELECT l.delivery_number, l.rank FROM delivery_line l
LEFT JOIN ordonnancier_entry o ON o.number = l.ordonnancier
WHERE l.delivery_number > :since AND l.ordonnancier IS NOT NULL
  AND (o.number IS NULL OR o.code <> l.code OR o.quantity <> l.quantity OR o.delivery_number <> l.delivery_number)
"""
_HALF_STOCK = """
SELECT d.number FROM delivery d WHERE d.number > :since AND
    (SELECT coalesce(sum(quantity), 0) FROM delivery_line l WHERE l.delivery_number = d.number)
    <> (SELECT -coalesce(sum(delta), 0) FROM stock_movement m WHERE m.reference = CAST(d.number AS VARCHAR(20)))
"""
_HALF_CASH = """
SELECT d.number FROM delivery d WHERE d.number > :since AND (
    (SELECT count(*) FROM cash_record c WHERE c.delivery_number = d.number AND c.kind = 'sale') <> 1
    OR d.patient_share <> (SELECT coalesce(sum(amount), 0) FROM cash_record c
                           WHERE c.delivery_number = d.number AND c.kind = 'payment'))
"""
# Each delivery of these clients is made on an ordonnance of its own, all of whose lines leave.
_HALF_ORDONNANCES = """
SELECT d.number FROM delivery d WHERE d.number > :since AND
    (SELECT count(*) FROM prescription_line p WHERE p.last_delivery = d.number AND p.deliveries = 1)
    <> (SELECT count(*) FROM delivery_line l WHERE l.delivery_number = d.number)
UNION ALL
SELECT 0 FROM prescription p WHERE NOT EXISTS (
    SELECT 1 FROM prescription_line l WHERE l.prescription_id = p.id AND l.last_delivery IS NOT NULL)
"""
_STOCK_TOTALS = """
SELECT i.code FROM stock_item i
WHERE i.quantity <> (SELECT coalesce(sum(delta), 0) FROM stock_movement m WHERE m.code = i.code)
"""
_REGISTER_NUMBERS = """
SELECT (SELECT count(*) FROM ordonnancier_entry), (SELECT coalesce(max(number), 0) FROM ordonnancier_entry),
       (SELECT value FROM sequence WHERE name = 'ordonnancier')
"""
_AUDIT = "SELECT subject_id, details FROM audit_entry WHERE action = 'delivery.validate'"
_LINES = """
SELECT delivery_number, code, quantity FROM delivery_line WHERE delivery_number > :since ORDER BY delivery_number, rank
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: Any) -> None:  # noqa: ANN401 -- a question
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "a client did not come to life"
        time.sleep(0.001)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    if not hasattr(os, "fork"):
        pytest.skip("clients are forked: not on this system")
    with subprocess.Popen(
        [sys.executable, str(NURSERY)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Nursery(process)
        process.terminate()


def survive(officine: Officine, kills: int) -> None:
    """Kill so many clients, one in ten while it starts, and check after each."""
    dice = random.Random()
    officine.prepare()
    for _ in range(kills):
        officine.kill_a_client(None if dice.random() < 0.1 else dice.uniform(0, LONGEST_LIFE))
        officine.check()
    officine.check_whole()


@pytest.mark.req("OFF-DB-01")
def test_kill_9_during_validation_on_sqlite(
    nursery: Nursery, tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    kills = deliveries = 0
    while kills < KILLS:
        folder = tmp_path / f"base{kills}"
        officine = Officine(nursery, folder, sqlite_url(folder / "galien.sqlite"))
        survive(officine, min(KILLS_A_BASE, KILLS - kills))
        kills, deliveries = kills + officine.kills, deliveries + officine.checked
    record_property("kills", kills)
    record_property("deliveries", deliveries)


@pytest.mark.req("OFF-DB-01")
def test_kill_9_during_validation_on_postgresql(
    nursery: Nursery,
    tmp_path: Path,
    postgresql_cluster: Any,  # noqa: ANN401 -- a class of the conftest
    record_property: pytest.RecordProperty,
) -> None:
    from app import settings  # noqa: PLC0415 -- of this test only

    folder = tmp_path / "base"
    folder.mkdir()
    url = postgresql_cluster.create()
    settings.save(folder / "settings.json", settings.Settings(database_url=url))
    officine = Officine(nursery, folder, url)
    survive(officine, max(1, KILLS // 10))
    record_property("kills", officine.kills)
    record_property("deliveries", officine.checked)
