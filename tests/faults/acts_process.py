"""A workstation that writes acts without end, and says each one that it was told is durable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faults_support import bear

from app.kernel.clock import SystemClock
from app.kernel.events import Publisher
from app.store.audit import Actor
from app.store.database import Database
from app.store.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator


def acts(url: str) -> Iterator[str]:
    """Write acts in the database at ``url``: one number, one trace, one envelope each."""
    database = Database(open_engine(url), SystemClock(), Publisher())
    actor = Actor(None, "Camille Durand", "comptoir-1")
    _act(database, actor)
    yield "ready"
    while True:
        yield str(_act(database, actor))


def _act(database: Database, actor: Actor) -> int:
    with database.write(actor) as work:
        number = work.take_numbers("delivery")
        work.enqueue("dmp", "note", f"key-{number}", {"number": number})
        work.audit("delivery", "delivery", str(number))
        work.changed("delivery")
    return number


if __name__ == "__main__":
    bear(acts)
