"""How many minutes does each suite take, of those that two processes have together in half an hour?

A failure is told where it happens, and a run that is stopped by the clock still says what it saw.
"""

from __future__ import annotations

import signal
import threading
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

MINUTES = {"unit": 3, "cards": 4, "store": 10, "scenarios": 2, "ui": 20, "faults": 4, "hostile": 2, "perf": 1}
"""What each folder of tests may take; the rest of twice thirty is for the set-up, static checks and slow machines."""

_spent: defaultdict[str, float] = defaultdict(float)


class _Teller:
    """Writes a failure at once: the table of failures at the end is lost where the run does not come to its end."""

    def __init__(self, reporter: TerminalReporter) -> None:
        self._reporter = reporter

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._reporter.ensure_newline()
            self._reporter.section(f"{report.nodeid} ({report.when})", sep="_", red=True)
            self._reporter.write_line(report.longreprtext)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Watch over the run itself; the processes that it is shared with have no voice."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if hasattr(config, "workerinput") or reporter is None:
        return
    config.pluginmanager.register(_Teller(reporter), "teller")
    if threading.current_thread() is threading.main_thread():
        # What the clock sends: the run ends as by Ctrl+C, with its summary.
        signal.signal(signal.SIGTERM, signal.default_int_handler)


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
