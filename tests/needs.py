"""What does a test do on a machine without what it needs?"""

from __future__ import annotations

import os

import pytest


def missing(reason: str) -> None:
    """Skip the test with its reason; under CI, where everything must be there, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
