"""How long until something is seen? Starts the client in a process of its own, beside an empty window."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app import bootstrap
from app.bench.figures import Figure
from app.kernel.errors import EnvironmentFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

_STARTS = 5
_STAGE = {"cold_start": "cold", "rss_mb": "cold"}
_FLOORS = {
    "cold_start": ("cold_start", "processus qui montre une fenêtre Qt vide"),
    "rss_mb": ("rss_mb", "mémoire de ce processus"),
    "search_pixels": ("repaint", "un tableau vide repeint"),
    "cards": ("repaint", "un tableau vide repeint"),
    "scan_to_line": ("repaint", "un tableau vide repeint"),
    "ui_block": ("ui_block", "plus long arrêt d’une fenêtre vide"),
}
_CHECKOUT = Path(__file__).resolve().parents[2]
_LIMIT_S = 300


def measure(root: Path, name: str) -> Figure:
    """Return a measure of the screens on the data folder ``root``. Raises EnvironmentFailure without Qt's libraries."""
    _forget_sales(root)
    times = _STARTS if name in _STAGE else 1
    samples: list[float] = []
    for _ in range(times):
        samples += _staged(_STAGE.get(name, name), root)[name]
    key, label = _FLOORS[name]
    floor = statistics.median(value for _ in range(times) for value in _staged("floor", root)[key])
    return Figure(name, samples, floor, label, unit="MB" if name == "rss_mb" else "ms")


def _forget_sales(root: Path) -> None:
    """Give up the sales that an earlier measure left open: each begins on an empty counter."""
    services = bootstrap.open_services(root)
    try:
        for sale in services.counter.open_sessions():
            left = services.counter.load(sale.id)
            if left is not None:
                services.counter.abandon(left, services.system_actor)
    finally:
        services.close()


def _staged(what: str, root: Path) -> Mapping[str, list[float]]:
    """Run the client once and return what it measured."""
    environment = os.environ | {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    started = time.time()
    done = subprocess.run(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-m", "app.bench.stage", what, str(root), repr(started)],
        cwd=_CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        said = (done.stderr.strip().splitlines() or ["sans message"])[-1]
        raise EnvironmentFailure(f"Le poste graphique n’a pas pu être mesuré : {said}", code="GAL-ENV-13")
    figures: Mapping[str, list[float]] = json.loads(lines[-1])
    return figures
