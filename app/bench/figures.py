"""How is a duration measured and set beside its floor?"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: its samples, and the median of the floor measured in the same run.

    ``unit`` is ``ms`` but for memory, whose values are megabytes (``MB``); ``floor`` says what the floor is.
    """

    name: str
    samples: Sequence[float]
    floor_value: float
    floor: str
    unit: str = "ms"

    @property
    def median(self) -> float:
        """The median of the samples."""
        return statistics.median(self.samples)

    @property
    def p95(self) -> float:
        """The 95th percentile of the samples; the greatest of a few."""
        ordered = sorted(self.samples)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]

    @property
    def ratio(self) -> float:
        """How many times the floor the median is."""
        return self.median / self.floor_value if self.floor_value else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the figure in the shape that ``galien bench`` prints."""
        return {
            "name": self.name,
            "p50_ms": round(self.median, 3),
            "p95_ms": round(self.p95, 3),
            "n": len(self.samples),
            "floor_ms": round(self.floor_value, 3),
            "ratio": round(self.ratio, 2),
            "floor": self.floor,
            "unit": self.unit,
        }


def sample(work: Callable[[int], object], times: int, *, warm_up: int = _WARM_UP) -> list[float]:
    """Return how long each of ``times`` calls took, in milliseconds, after some that do not count.

    ``work`` gets the rank of the call, negative while warming up.
    """
    for rank in range(-warm_up, 0):
        work(rank)
    taken = []
    for rank in range(times):
        start = time.perf_counter()
        work(rank)
        taken.append((time.perf_counter() - start) * 1000)
    return taken
