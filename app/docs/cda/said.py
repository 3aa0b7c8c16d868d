"""How is a finding on our documents said, and which characters may their text hold?"""

from __future__ import annotations

import re

from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 can't hold (2.2, Char): most control characters, lone surrogates, two noncharacters."""


def error(number: int, text: str, advice: str, subject: str = "") -> Finding:
    """Return what forbids the document, under ``GAL-DOC-nn``."""
    return _finding(number, Severity.ERROR, text, advice, subject)


def warning(number: int, text: str, advice: str = "", subject: str = "") -> Finding:
    """Return what is worth a look, and forbids nothing."""
    return _finding(number, Severity.WARNING, text, advice, subject)


def info(number: int, text: str, advice: str = "", subject: str = "") -> Finding:
    """Return what is worth knowing."""
    return _finding(number, Severity.INFO, text, advice, subject)


def _finding(number: int, severity: Severity, text: str, advice: str, subject: str) -> Finding:
    return Finding(f"GAL-DOC-{number}", severity, typographic(text), typographic(advice), subject)


def allowed(text: str) -> tuple[str, int]:
    """Return the text without what XML forbids, its line ends as line feeds, and how many characters went."""
    return _FORBIDDEN.subn("", text.replace("\r\n", "\n").replace("\r", "\n"))


def forbidden_in(text: str) -> bool:
    """Return True where the text holds a character that XML can't."""
    return _FORBIDDEN.search(text) is not None
