"""Where do the pictures, fonts and manual pages of the program lie?"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "resources"


def resource(*parts: str) -> Path:
    """Return the path of a resource of the program."""
    return ROOT.joinpath(*parts)
