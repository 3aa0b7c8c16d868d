"""A workstation that joins a copy to a sale, and dies at the point that it is told: no handler, no farewell."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from app.kernel import files
from app.kernel.clock import SystemClock
from app.kernel.events import Publisher
from app.officine.copies import store
from app.officine.copies.model import Source, Target
from app.officine.copies.service import Copies
from app.officine.staff.service import Staff
from app.store.audit import Actor
from app.store.blobs import open_blobs
from app.store.database import Database
from app.store.engine import open_engine

POINTS = {
    "half of the bytes are staged": (files, "_replace"),
    "the bytes are kept": (Database, "write"),
    "the row is being written": (store, "add"),
    "never": (store, "nothing"),
}


def main(url: str, folder: str, file: str, point: str) -> None:
    """Join ``file`` to the sale ``s`` of the database at ``url``."""

    def die(*_args: object, **_named: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    where, name = POINTS[point]
    setattr(where, name, die)
    database = Database(open_engine(url), SystemClock(), Publisher())
    copies = Copies(database, open_blobs(database.engine, Path(folder)), Staff(database))
    copies.add_file(Path(file), Target(session_id="s"), Source.FILE, Actor(None, "Camille Durand", "comptoir-1"))


if __name__ == "__main__":
    main(*sys.argv[1:])
