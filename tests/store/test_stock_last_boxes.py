"""When several counters sell the last boxes at once, each box is sold once."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.officine.staff.service import Staff
from app.officine.stock.model import ReceiptLine
from app.officine.stock.service import Stock

if TYPE_CHECKING:
    from app.store.audit import Actor
    from app.store.database import Database

CODES = ("3400930000014", "3400930000021", "3400930000038")
BOXES = 40

_COUNTER = """
import sys
from app.kernel.clock import SystemClock
from app.kernel.events import Publisher
from app.officine.staff.service import Staff
from app.officine.stock.service import Stock
from app.store.audit import Actor
from app.store.database import Database
from app.store.engine import open_engine

url, codes, attempts = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3])
db = Database(open_engine(url), SystemClock(), Publisher())
stock, sold = Stock(db, Staff(db)), 0
for attempt in range(attempts):
    with db.write(Actor(None, "robot", "comptoir")) as work:
        sold += stock.take(work, code=codes[attempt % len(codes)], quantity=1, reference=f"D-{attempt}")
print(sold)
"""


@pytest.fixture
def stock(database: Database, actor: Actor) -> Stock:
    service = Stock(database, Staff(database))
    service.receive(actor, [ReceiptLine(code=code, quantity=BOXES) for code in CODES], "BL-1")
    return service


def assert_all_sold_once(stock: Stock, sold: int) -> None:
    assert sold == BOXES * len(CODES)
    assert stock.on_hand(CODES) == dict.fromkeys(CODES, 0)
    assert stock.discrepancies() == []
    for code in CODES:
        balances = [movement.balance_after for movement in stock.movements(code, limit=1000)]
        assert balances == list(range(BOXES + 1))


@pytest.mark.req("OFF-DB-03")
def test_eight_counters_of_one_program(stock: Stock, database: Database, actor: Actor) -> None:
    sold = [0] * 8

    def sell(counter: int) -> None:
        # Each delivery takes all three products, in order of code, as a delivery does.
        for attempt in range(BOXES):
            with database.write(actor) as work:
                for code in CODES:
                    sold[counter] += stock.take(work, code=code, quantity=1, reference=f"D-{counter}-{attempt}")

    threads = [threading.Thread(target=sell, args=(counter,)) for counter in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_all_sold_once(stock, sum(sold))


@pytest.mark.req("OFF-DB-03")
def test_two_programs_on_the_same_database(stock: Stock, database_url: str) -> None:
    command = [sys.executable, "-c", _COUNTER, database_url, ",".join(CODES), str(BOXES * len(CODES))]
    root = Path(__file__).parents[2]
    programs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) for _ in range(2)]
    answers = [program.communicate(timeout=60)[0] for program in programs]
    assert [program.returncode for program in programs] == [0, 0]
    assert_all_sold_once(stock, sum(int(answer) for answer in answers))
