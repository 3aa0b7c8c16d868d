"""Is one client at a time open on a data folder, and is the folder free again when it is gone?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


def _client(root: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "--data", str(root)],
        cwd=_ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(file: Path) -> None:
    for _ in range(600):
        if file.exists():
            return
        time.sleep(0.05)
    pytest.fail(f"{file.name} never came")


@pytest.mark.req("OFF-CPT-08")
def test_a_second_client_is_sent_away_until_the_first_is_gone(tmp_path: Path) -> None:
    first = _client(tmp_path)
    try:
        _wait_for(tmp_path / "client.lock")
        second = _client(tmp_path)
        _, said = second.communicate(timeout=60)
        assert second.returncode == 4
        assert said.startswith("GAL-ENV-16")
    finally:
        first.send_signal(signal.SIGKILL)
        first.communicate()
    # Killed, it could not clean up: the next one takes over all the same.
    third = _client(tmp_path)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            third.communicate(timeout=3)
    finally:
        third.kill()
        third.communicate()
