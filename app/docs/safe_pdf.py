"""How is a PDF that somebody else wrote shown, so that nothing in it acts, reaches out or holds the program up?

In a process of its own for each document (``pdf_host``), by a PDFium without scripts: ended after three seconds on one
page, bounded in memory, and begun again for the next page. What is shown is a stripped copy; what is kept elsewhere is
the octets received. Gap: on Windows the memory of that process has no bound, only its time.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from app.docs import pdf_host
from app.docs.pdf_view import PageImage
from app.kernel.errors import EnvironmentFailure, InputDefect

if TYPE_CHECKING:
    from types import TracebackType
    from typing import IO

LARGEST: Final = 64_000_000
"""Octets of a document."""
SECONDS: Final = 3.0
"""For one order: a document opened, a page drawn or read."""

_START_S = 20.0
_PATIENCE_S = 2.0
_LARGEST_ANSWER = 200_000_000
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")
_SCRIPTED = frozenset({"V8", "XFA"})


@dataclass(frozen=True, slots=True)
class StrippedPdf:
    """A PDF that only shows itself; ``removed`` says in French what it no longer has, sorted."""

    content: bytes
    removed: tuple[str, ...] = ()


class PdfReader:
    """A received PDF, opened in its own process from ``with`` (or ``open``) to its end (or ``close``).

    Orders may come from several threads, and wait for each other; ``close`` waits for none. Raises InputDefect:
    GAL-DOC-66 unreadable or no such page, 67 too heavy for its time or memory, 68 enciphered; EnvironmentFailure where
    the process can't be begun.
    """

    def __init__(self, content: bytes, *, seconds: float = SECONDS) -> None:
        """Be ready to open ``content``; ``seconds`` bounds each order."""
        self._original, self._seconds = content, seconds
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._is_closed = False
        self.page_count = 0
        self.removed: tuple[str, ...] = ()
        """What was taken out of it, in French."""

    def __enter__(self) -> Self:
        """Open the document."""
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End its process."""
        self.close()

    def open(self) -> Self:
        """Open the document, and know how many pages it has and what was removed."""
        if len(self._original) > LARGEST:
            raise InputDefect(
                f"Ce document PDF est trop gros : {len(self._original) // 1_000_000} Mo.",
                code="GAL-DOC-67",
                advice="Demandez à l’auteur un document plus léger.",
            )
        try:
            with self._lock:
                self._open()
        except InputDefect:
            self.close()
            raise
        return self

    def close(self) -> None:
        """End the process at once, even in the middle of an order, which fails."""
        self._is_closed = True
        self._end()

    def page(self, number: int, *, dpi: float = 96) -> PageImage:
        """Return a page (from 0) as pixels at a resolution; one too large for it is drawn smaller."""
        told, blob = self._ask({"do": "page", "page": number, "dpi": dpi})
        width, height, stride = (_number(told, name) for name in ("width", "height", "stride"))
        if 3 * width > stride or stride * height != len(blob):
            raise _unreadable()
        return PageImage(width, height, stride, blob)

    def text(self, number: int) -> str:
        """Return the text of a page (from 0), as PDFium finds it."""
        return self._ask({"do": "text", "page": number})[1].decode("utf-8", "replace")

    def stripped(self) -> StrippedPdf:
        """Return the copy that is shown."""
        return StrippedPdf(self._ask({"do": "content"})[1], self.removed)

    def _open(self) -> None:
        self._process = _Process()
        told, _ = self._answered({"do": "open"}, self._original)
        self.page_count = _number(told, "pages")
        self.removed = tuple(str(label)[:80] for label in told["removed"])

    def _ask(self, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            if self._is_closed:
                raise _too_heavy()
            if self._process is None:
                # Ended by an earlier page: the others can still be seen.
                self._open()
            return self._answered(order, b"")

    def _answered(self, order: dict[str, Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
        assert self._process is not None
        answer = self._process.ask({**order, "seconds": self._seconds}, blob, self._seconds)
        if answer is None:
            self._end()
            raise _too_heavy()
        if "error" in answer[0]:
            make = _ERRORS.get(answer[0]["error"], _unreadable)
            raise make()
        return answer

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


def _number(told: dict[str, Any], name: str) -> int:
    """Return a size that the process tells, within bounds: its document may have taken the process over."""
    value = told.get(name)
    if isinstance(value, int) and 0 < value < 1 << 31:
        return value
    raise _unreadable()


def stripped(content: bytes) -> StrippedPdf:
    """Return a copy of a received PDF without actions, scripts, outside links, attached files and XFA.

    The original is left as it is. Raises InputDefect as ``PdfReader``.
    """
    with PdfReader(content) as reader:
        return reader.stripped()


def page(content: bytes, number: int = 0, *, dpi: float = 96) -> PageImage:
    """Return one page (from 0) of a received PDF; for several, a ``PdfReader`` is opened once. Raises as it does."""
    with PdfReader(content) as reader:
        return reader.page(number, dpi=dpi)


class _Process:
    """One ``pdf_host``: begun here, ended with its document or with this program."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 -- our own file
            [sys.executable, "-I", pdf_host.__file__],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # It needs none of what the environment may hold for others.
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            # Windows would open a black window for it.
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._answers: queue.SimpleQueue[tuple[dict[str, Any], bytes] | None] = queue.SimpleQueue()
        threading.Thread(
            target=_listen, args=(self._process.stdout, self._answers), name="pdf document", daemon=True
        ).start()
        self._is_ready = False

    def ask(self, order: dict[str, Any], blob: bytes, seconds: float) -> tuple[dict[str, Any], bytes] | None:
        """Give an order and return its answer; None where it is slow or has broken down."""
        if not self._is_ready:
            self._wait_ready()
        try:
            assert self._process.stdin is not None
            for part in (pdf_host.frame_of(order, blob), blob):
                left = memoryview(part)
                while left:
                    left = left[self._process.stdin.write(left) :]
            return self._answers.get(timeout=seconds)
        except (queue.Empty, OSError, ValueError):
            # ValueError where it was closed meanwhile.
            return None

    def end(self) -> None:
        """End the process at once."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE_S)
        assert self._process.stdin is not None
        self._process.stdin.close()

    def _wait_ready(self) -> None:
        with contextlib.suppress(queue.Empty):
            first = self._answers.get(timeout=_START_S)
            if first is not None and first[0].get("ready") and not _SCRIPTED.intersection(first[0]["build"]):
                self._is_ready = True
                return
        self.end()
        raise EnvironmentFailure(
            "Le programme qui affiche les documents reçus n’a pas pu démarrer.",
            advice="Redémarrez Galien ; si cela continue, lancez « galien doctor » et prévenez l’assistance.",
        )


def _listen(stream: IO[bytes], answers: queue.SimpleQueue[tuple[dict[str, Any], bytes] | None]) -> None:
    """Hand over each answer, then the end: on a thread, as a pipe can't be waited for with a limit on every system."""
    with stream:
        while True:
            frame = pdf_host.read_frame(stream, _LARGEST_ANSWER)
            answers.put(frame)
            if frame is None:
                return


def _unreadable() -> InputDefect:
    return InputDefect("Ce document PDF est illisible.", code="GAL-DOC-66", advice="Demandez-le de nouveau.")


def _too_heavy() -> InputDefect:
    return InputDefect(
        "Ce document PDF demande trop de temps ou de mémoire : son affichage a été arrêté.",
        code="GAL-DOC-67",
        advice="Demandez à l’auteur un document plus simple ; le fichier reçu est gardé tel quel.",
    )


def _enciphered() -> InputDefect:
    return InputDefect(
        "Ce document PDF est protégé par un mot de passe.",
        code="GAL-DOC-68",
        advice="Demandez à l’auteur un document sans mot de passe.",
    )


_ERRORS = {"password": _enciphered, "too-much": _too_heavy}
