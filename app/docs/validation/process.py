"""How are documents checked without the program carrying the processor of the rules, hanging or dying with it?

Saxon and a kit hold some 250 MB. They live in a process that is started at the first document, kept warm, ended when
it has had nothing to do for a while, and replaced where it hung or broke down: see ``worker`` for its side.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from app.docs.validation import frames
from app.kernel.errors import EnvironmentFailure, FileUnusable, InputDefect
from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP

if TYPE_CHECKING:
    from types import TracebackType

SLOW: Final = "GAL-DOC-97"
BROKEN: Final = "GAL-DOC-98"
_WORKER: Final = "app.docs.validation.worker"
_LIBRARY: Final = Path(__file__).resolve().parents[3]
_GRACE_S = 5.0
"""By how much the worker's own limit is later than ours: it is for a worker whose parent is gone."""
_PATIENCE_S = 5.0
_RESTED = 0
_Answers = queue.SimpleQueue[bytes | None]


class Validator:
    """Checks documents with the kit in a folder, one at a time; may be called from any thread.

    ``limit_s`` is what one document may take, the start of the process included; ``idle_s`` how long the process
    stays with nothing to do.
    """

    def __init__(
        self,
        kit_folder: Path,
        cache_folder: Path,
        *,
        fingerprint: str = "",
        limit_s: float = 60.0,
        idle_s: float = 600.0,
    ) -> None:
        """Check with the kit in ``kit_folder``; its compiled rules are kept in ``cache_folder``. Starts nothing.

        Where a ``fingerprint`` is given, a kit of another one is refused, however late the process is started.
        """
        self._arguments = [
            str(kit_folder.absolute()),
            str(cache_folder.absolute()),
            str(limit_s + _GRACE_S),
            str(idle_s),
            fingerprint,
        ]
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: _Answers = queue.SimpleQueue()
        self._closing = False

    def check(self, cda: bytes) -> list[Finding]:
        """Return what is wrong with a document (GAL-DOC-50…56, 90…93, 96, 97), in French; empty where nothing is.

        One that takes too long is ended, and told as not conforming. Raises InputDefect (GAL-DOC-94) for a defective
        kit, FileUnusable where the kit can't be read, EnvironmentFailure (GAL-DOC-98) where the process broke down.
        """
        with self._lock:
            return self._check(frames.DOCUMENT + cda)

    def prove(self) -> None:
        """Have every rule file of the kit compiled. Raises InputDefect (GAL-DOC-94) where one does not compile.

        Raises as ``check``, and EnvironmentFailure (GAL-DOC-98) where it takes longer than a document may.
        """
        with self._lock:
            for late in self._check(frames.PROVE):
                raise EnvironmentFailure(late.text, code=BROKEN, advice=_broken().advice)

    @property
    def pid(self) -> int | None:
        """The process that checks; None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def warm(self) -> None:
        """Have the process started and every rule compiled, without waiting: the first document is judged at once then.

        What stands in the way is told to who has a document judged.
        """
        threading.Thread(target=self._warm, name="validation warm-up", daemon=True).start()

    def close(self) -> None:
        """End the process, at once, even in the middle of a document: its check raises EnvironmentFailure."""
        self._closing = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._end()
            self._closing = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _warm(self) -> None:
        with contextlib.suppress(EnvironmentFailure, InputDefect):
            self.prove()

    def _check(self, order: bytes) -> list[Finding]:
        end = time.monotonic() + self._limit_s
        was_running = self.pid is not None
        try:
            told = self._asked(order, end)
            if told is None and was_running and self._exit_code() == _RESTED and not self._closing:
                # It went to rest just as it was asked: no fault of the document.
                self._end()
                told = self._asked(order, end)
        except queue.Empty:
            self._end()
            return [_too_slow(self._limit_s)]
        if told is None:
            code = self._exit_code()
            self._end()
            raise _broken(code)
        if "failure" in told:
            self._end()
            raise _unfit(told["failure"])
        return [Finding(**{**shape, "severity": Severity(shape["severity"])}) for shape in told["findings"]]

    def _asked(self, order: bytes, end: float) -> dict[str, Any] | None:
        """Return the answer to an order; None where the process ended before. Raises queue.Empty when late."""
        process = self._running()
        assert process.stdin is not None
        # On a thread: a worker that hangs while a large document is written would hold us too.
        threading.Thread(target=_send, args=(process.stdin, order), name="document", daemon=True).start()
        while True:
            answer = self._answers.get(timeout=max(0.0, end - time.monotonic()))
            if answer is None:
                return None
            told: dict[str, Any] = json.loads(answer)
            if "ready" not in told:
                return told

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            try:
                self._process = subprocess.Popen(  # noqa: S603 -- our own module
                    [sys.executable, "-P", "-m", _WORKER, *self._arguments],
                    bufsize=0,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, "PYTHONPATH": str(_LIBRARY)},
                    # Windows would open a black window for it.
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            except OSError as error:
                raise _broken() from error
            self._answers = queue.SimpleQueue()
            threading.Thread(
                target=_listen, args=(self._process.stdout, self._answers), name="validation", daemon=True
            ).start()
        return self._process

    def _exit_code(self) -> int | None:
        """Return the code with which the process ended, in a moment at most; None while it runs."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_PATIENCE_S)
        return None

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE_S)
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()


def _send(stream: IO[bytes], content: bytes) -> None:
    # A worker that is gone is seen by the end of its answers; a stream closed meanwhile is one that was ended.
    with contextlib.suppress(OSError, ValueError):
        frames.write(stream, content)


def _listen(stream: IO[bytes], answers: _Answers) -> None:
    """Hand over each answer, then the end: on a thread, as a pipe can't be waited for with a limit on every system."""
    with stream:
        while (answer := frames.read(stream)) is not None:
            answers.put(answer)
    answers.put(None)


def _too_slow(seconds: float) -> Finding:
    return Finding(
        SLOW,
        Severity.ERROR,
        f"Le contrôle de ce document n’a pas abouti en {seconds:g}{NBSP}s : il a été arrêté.",
        "Le document n’est pas déclaré conforme. S’il est très volumineux, demandez-en un plus léger à son auteur.",
    )


def _broken(exit_code: int | None = None) -> EnvironmentFailure:
    why = "" if exit_code is None else f" (code {exit_code})"
    return EnvironmentFailure(
        f"Le contrôle des documents s’est arrêté en cours de route{why}.",
        code=BROKEN,
        advice="Recommencez ; si cela se répète, voyez galien doctor. Le document n’a été ni changé ni envoyé.",
    )


def _unfit(failure: dict[str, Any]) -> FileUnusable | InputDefect:
    kind = InputDefect if failure["defect"] else FileUnusable
    return kind(failure["text"], code=failure["code"], advice=failure["advice"])
