"""Where do technical traces go, and how are identifiers of people kept out of them?"""

from __future__ import annotations

import logging
import logging.handlers
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_IDENTIFIER = re.compile(r"\d{6}[0-9AB]\d{6}(?:\s?\d{2})?|\b\d{11}\b")
_MEGABYTE = 1_000_000


class Redaction(logging.Filter):
    """Masks what looks like a NIR, an INS or an RPPS in every message."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record's message; always let it through."""
        record.msg = masked(record.getMessage())
        record.args = None
        return True


def masked(text: str) -> str:
    """Return the text with each run of digits that could identify a person replaced."""
    return _IDENTIFIER.sub("[identifiant masqué]", text)


def start(folder: Path) -> None:
    """Write the log of this process to ``galien.log`` in the folder: 5 files of 1 MB at most."""
    handler = logging.handlers.RotatingFileHandler(
        folder / "galien.log", maxBytes=_MEGABYTE, backupCount=4, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(Redaction())
    logger = logging.getLogger("galien")
    for old in tuple(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
