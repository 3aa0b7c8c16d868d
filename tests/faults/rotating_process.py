"""A workstation that changes its key, and dies at the point that it is told: no handler, no farewell."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from app.kernel.clock import SystemClock
from app.kernel.events import Publisher
from app.keys import files
from app.keys.clear import ClearKeys
from app.officine.secrets import store
from app.officine.secrets.service import Vault
from app.officine.staff.service import Staff
from app.store import audit
from app.store.audit import Actor
from app.store.database import Database
from app.store.engine import open_engine

POINTS = {
    "half of the key file is there": (files.os, "fsync"),
    "the key file is there, the base knows it not": (store, "add_keys"),
    "the base is about to commit": (audit, "append"),
    "the base knows the new key, the old one is still there": (ClearKeys, "forget"),
    "never": (store, "nothing"),
}
"""The first forgetting is of what an earlier rotation may have left: the one after the commit is the second."""


def vault_of(database: Database, keys: Path) -> Vault:
    """Return the vault of this workstation, its key in the folder ``keys``."""
    return Vault(database, Staff(database), ClearKeys(keys), Actor(None, "Galien", "comptoir-1"))


def main(url: str, keys: str, point: str, act: str) -> None:
    """Rotate the key of the workstation, or renew that of the officine (``act``)."""
    calls = 1 if point.startswith("the base knows") and act == "rotate" else 0
    where, name = POINTS[point]
    usual = getattr(where, name, None)

    def die(*args: object, **named: object) -> object:
        nonlocal calls
        if calls and usual is not None:
            calls -= 1
            return usual(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    setattr(where, name, die)
    vault = vault_of(Database(open_engine(url), SystemClock(), Publisher()), Path(keys))
    getattr(vault, act)(Actor(None, "Camille Durand", "comptoir-1"))


if __name__ == "__main__":
    main(*sys.argv[1:])
