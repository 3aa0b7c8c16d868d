"""Who are the people of the public test sets, whose cards are refused where the patients are real?

The mark of a test or demonstration card (the white and the green ones) is read by the GIE SESAM-Vitale's component
only: what is known without it are these identities.
"""

from __future__ import annotations

import json
from pathlib import Path

from app.kernel.text import fold

_FILE = Path(__file__).resolve().parents[2] / "resources" / "cards" / "test_people.json"


def trial_people() -> tuple[tuple[str, str], ...]:
    """Return the family name, folded, and the birth date (AAAAMMJJ) of each."""
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    return tuple((fold(name), birth) for name, birth in content["people"])
