"""How many minutes does each suite take, of those that two processes have together in half an hour?"""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest
    from _pytest.terminal import TerminalReporter

MINUTES = {"unit": 3, "cards": 3, "store": 10, "scenarios": 2, "ui": 20, "faults": 4, "hostile": 2, "perf": 1}
"""What each folder of tests may take; the rest of twice thirty is for the set-up, static checks and slow machines."""

_spent: defaultdict[str, float] = defaultdict(float)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add the time of one phase of a test to its suite."""
    parts = PurePosixPath(report.nodeid.partition("::")[0]).parts
    suite = parts[1] if len(parts) > 2 else "unit"
    _spent[suite] += report.duration


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the table, before pytest's own last line."""
    terminalreporter.section("minutes per suite")
    for suite, seconds in sorted(_spent.items()):
        budget = MINUTES.get(suite, 1)
        over = "  OVER ITS BUDGET" if seconds > budget * 60 else ""
        terminalreporter.write_line(f"{suite:<10} {seconds / 60:5.1f} of {budget} min{over}")
