"""Do two workstations act in the same instant, as they can where the server lets them?"""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import pytest

_PATIENCE_S = 1.0


def together(
    monkeypatch: pytest.MonkeyPatch, store: ModuleType, step: str, *acts: Callable[[], object]
) -> list[object]:
    """Do acts at once, each held at one step of a store until the others are there; return what they return.

    Where the acts let each other pass, all are there at that step; where they take their turns, the first goes on alone
    after a second.
    """
    barrier, whole = threading.Barrier(len(acts)), getattr(store, step)

    def held(*given: object, **named: object) -> object:
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(_PATIENCE_S)
        return whole(*given, **named)

    monkeypatch.setattr(store, step, held)
    with ThreadPoolExecutor(len(acts)) as hands:
        done = [hands.submit(act) for act in acts]
        return [one.result(60) for one in done]
