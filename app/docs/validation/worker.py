"""How is a document checked by a process of its own, which a document can neither hold up nor make reach anything?

Run as ``python -m app.docs.validation.worker KIT CACHE LIMIT IDLE FINGERPRINT``. It reads orders on standard input
(``frames``) and answers each on standard output with JSON in a frame, after a first one that says whether the kit can
serve. It ends when its parent does, when nobody has asked anything for IDLE seconds, and by force LIMIT seconds after a
document that it could not finish: a call inside Saxon can't be interrupted otherwise.

Once the kit is in memory it gives up the right to open anything (POSIX): no file to read or write, no connection.
"""

from __future__ import annotations

import codecs
import contextlib
import faulthandler
import json
import os
import queue
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from app.docs.validation import frames
from app.docs.validation.engine import Engine
from app.docs.validation.kit import altered, read_kit
from app.kernel.errors import EnvironmentFailure, GalienError, InputDefect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.validation.kit import Kit
    from app.kernel.outcome import Finding

RESTED: Final = 0
"""The exit code of a worker that ends in order: nobody asks it anything, or there is nobody left to ask."""

UNFIT: Final = 3
"""The exit code of a worker whose kit can't serve; it said why."""

_HEAVY: Final = 16_000_000
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "iso-8859-1", "iso-8859-15", "windows-1252")


def main(words: list[str]) -> int:
    """Serve until there is nothing left to do; return the exit code."""
    kit, cache, limit, idle, fingerprint = words
    answers = _answers()
    asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    # Read from the start, so that the end of the parent is seen whatever is under way.
    threading.Thread(target=_listen, args=(asked,), name="asked", daemon=True).start()
    with Path(os.devnull).open("wb") as nowhere:
        try:
            engine = Engine(_kit(Path(kit), fingerprint), Path(cache))
        except (EnvironmentFailure, InputDefect) as failure:
            frames.write(answers, _said(_failure_json(failure)))
            return UNFIT
        seal()
        frames.write(answers, _said({"ready": True}))
        for order in _orders(asked, float(idle)):
            with _dead_line(float(limit), nowhere):
                answer = _answer(engine, order)
            frames.write(answers, _said(answer))
            if len(order) > _HEAVY:
                # What such a document took is given back to the system by ending; the next one starts another.
                break
    return RESTED


def _kit(folder: Path, fingerprint: str) -> Kit:
    """Return the kit. Raises InputDefect where it is not the one that was meant, if one was."""
    kit = read_kit(folder)
    if fingerprint and kit.fingerprint != fingerprint:
        raise altered()
    return kit


def _answer(engine: Engine, order: bytes) -> dict[str, Any]:
    try:
        if order == frames.PROVE:
            engine.compile_all()
            return {"findings": []}
        findings = engine.check(order.removeprefix(frames.DOCUMENT))
    except InputDefect as failure:
        return _failure_json(failure)
    return {"findings": [_finding_json(finding) for finding in findings]}


def seal() -> None:
    """Give up opening files and connections, for good, and writing to files; where the system knows how (POSIX)."""
    for name in _ENCODINGS:
        # Python finds the module of an encoding in a file, at its first use.
        codecs.lookup(name)
    try:
        import resource  # noqa: PLC0415 -- Windows has none
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _orders(asked: queue.SimpleQueue[bytes], idle: float) -> Iterator[bytes]:
    while True:
        try:
            yield asked.get(timeout=idle)
        except queue.Empty:
            return


def _listen(asked: queue.SimpleQueue[bytes]) -> None:
    while (order := frames.read(sys.stdin.buffer)) is not None:
        asked.put(order)
    # The parent is gone, or wants no more: nothing here is worth ending in order.
    os._exit(RESTED)


@contextlib.contextmanager
def _dead_line(limit: float, nowhere: IO[bytes]) -> Iterator[None]:
    """End the process by force after ``limit`` seconds: on a thread that needs nothing of Python."""
    faulthandler.dump_traceback_later(limit, exit=True, file=nowhere)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _answers() -> IO[bytes]:
    """Return what answers are written to; whatever a library prints goes nowhere."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return answers


def _said(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def _finding_json(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "text": finding.text,
        "advice": finding.advice,
        "subject": finding.subject,
    }


def _failure_json(failure: GalienError) -> dict[str, Any]:
    is_defect = isinstance(failure, InputDefect)
    return {"failure": {"code": failure.code, "text": failure.text, "advice": failure.advice, "defect": is_defect}}


if __name__ == "__main__":
    # Not by way of the interpreter's own end: the thread that reads would still hold standard input.
    os._exit(main(sys.argv[1:]))
