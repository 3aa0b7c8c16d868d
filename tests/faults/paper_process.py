"""A workstation that keeps, or destroys, the copy of an identity paper, and dies at the point that it is told."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from paper_desk import GALIEN, Desk, TrialPlace, done

from app.kernel import files
from app.kernel.clock import SystemClock
from app.kernel.events import Publisher
from app.officine.papers import store
from app.store import audit, erasable
from app.store.database import Database
from app.store.engine import open_engine

POINTS = {
    "nothing is written": (store, "add"),
    "half of the bytes are staged": (files, "_replace"),
    "the bytes are there and not their key": (erasable, "_settle"),
    "the row and the bytes are there, not the trace": (audit, "append"),
    "never": (store, "nothing"),
}
ENDS = {
    "the end is being written": (audit, "append"),
    "the end is written and the bytes are there": (erasable.FolderErasable, "erase"),
    "the same on the server": (erasable.TableErasable, "erase"),
    "never": (store, "nothing"),
}


def main(url: str, folder: str, key: str, patient: str, what: str, point: str) -> None:
    """Keep ``what`` (a file) for the patient, or destroy the copy of that number, in the database at ``url``."""

    def die(*_args: object, **_named: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    place = TrialPlace()
    name, _, value = key.partition("=")
    place.kept[name] = bytes.fromhex(value)
    desk = Desk(Database(open_engine(url), SystemClock(), Publisher()), Path(folder), place)
    keeps = Path(what).is_file()
    where, attribute = (POINTS if keeps else ENDS)[point]
    setattr(where, attribute, die)
    if keeps:
        done(desk.papers.add(int(patient), None, Path(what).read_bytes(), GALIEN))
    else:
        done(desk.papers.delete(int(what), "Demande", GALIEN))


if __name__ == "__main__":
    main(*sys.argv[1:])
