"""Where do technical traces go, and how are identifiers of people and secrets kept out of them?"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from typing import TYPE_CHECKING

from app.kernel.trace import places_of

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_SPACE = r"[ \u00a0\u202f\u2009]?"
_IDENTIFIER = re.compile(
    # A NIR or an INS of 13 or 15 signs (the seventh may be the letter of Corsica), then a RPPS; grouped or not.
    rf"(?:\d{_SPACE}){{6}}[0-9AB]{_SPACE}(?:\d{_SPACE}){{5}}\d(?:{_SPACE}\d{{2}})?|(?<!\d)(?:\d{_SPACE}){{10}}\d(?!\d)"
)
_MEGABYTE = 1_000_000
_OURS_ALONE = 0o077
_PR_SET_DUMPABLE = 4
_LOGGER = logging.getLogger("galien.process")


class Redaction(logging.Filter):
    """Masks what looks like a NIR, an INS or an RPPS in every message."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record's message; always let it through."""
        record.msg = masked(record.getMessage())
        record.args = None
        return True


class _Discreet(logging.Formatter):
    """Writes an exception as its kinds and places: what it says may be a value."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, masked; the text that another handler made of the exception is not used."""
        own = logging.makeLogRecord(record.__dict__)
        own.exc_text = None
        return masked(super().format(own))

    def formatException(  # noqa: N802 -- the name that logging calls
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return the kinds and the places of an exception."""
        return "\n".join(places_of(ei[1]))


def masked(text: str) -> str:
    """Return the text with each run of digits that could identify a person replaced."""
    return _IDENTIFIER.sub("[identifiant masqué]", text)


def start(folder: Path) -> None:
    """Write the log of this process to ``galien.log`` in the folder: 5 files of 1 MB at most."""
    import logging.handlers  # noqa: PLC0415 -- what a process begins with does not need it

    handler = logging.handlers.RotatingFileHandler(
        folder / "galien.log", maxBytes=_MEGABYTE, backupCount=4, encoding="utf-8", delay=True
    )
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(Redaction())
    logger = logging.getLogger("galien")
    for old in tuple(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def guard_process() -> None:
    """Keep what this process holds from others: its new files, its memory when it dies, what its threads would print.

    To be called once, where a process begins: it changes the whole of it.
    """
    os.umask(_OURS_ALONE)
    _leave_no_core()
    threading.excepthook = _thread_stopped
    sys.unraisablehook = _not_raised


def _leave_no_core() -> None:
    """Let no dump of the memory be written, nor be handed to the collector of the system (core(5), prctl(2))."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 -- absent on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 -- only this call needs it

        # A collector behind a pipe ignores the limit; a process that is not « dumpable » it never hears of.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _thread_stopped(stopped: threading.ExceptHookArgs) -> None:
    """Log what stopped a thread, in place of Python's own printing, which shows the message."""
    name = stopped.thread.name if stopped.thread is not None else ""
    _LOGGER.error("thread %s stopped: %s", name, " | ".join(places_of(stopped.exc_value)))


def _not_raised(hidden: sys.UnraisableHookArgs) -> None:
    """Log an exception that nothing could catch."""
    _LOGGER.error("not raised: %s", " | ".join(places_of(hidden.exc_value)))
