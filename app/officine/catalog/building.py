"""How is a snapshot built without disturbing the one in service, nor the screen?"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
import uuid
from typing import TYPE_CHECKING, Protocol

from app.kernel.errors import DatabaseReadOnly, DiskFull, EnvironmentFailure, GalienError
from app.kernel.system import is_disk_full
from app.officine.catalog.snapshot import build_snapshot

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from app.officine.catalog.model import ImportReport

_STAGING = ".staging-"
_STALE_SECONDS = 3600
_TICK_SECONDS = 0.1
_POLITENESS = 10


class Progress(Protocol):
    """Who is told how far the import is, and may ask it to stop."""

    def report(self, done: int, total: int, text: str = "") -> None:
        """Say that ``done`` of ``total`` steps are made, and at what the work is."""
        ...

    def check(self) -> None:
        """Raise once the work was asked to stop."""
        ...


@contextlib.contextmanager
def staging_file(folder: Path) -> Iterator[Path]:
    """Give the path of a file to build in ``folder``, removed afterwards unless it was moved to its place.

    What an import that was killed left behind is removed too. Raises DiskFull or DatabaseReadOnly.
    """
    path = folder / f"{_STAGING}{uuid.uuid4().hex}.sqlite"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{_STAGING}*"):
            if time.time() - old.stat().st_mtime > _STALE_SECONDS:
                old.unlink(missing_ok=True)
        yield path
    except OSError as error:
        raise _disk_failure(error) from error
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def build_isolated(source: Path, target: Path, today: dt.date, progress: Progress | None) -> ImportReport:
    """Do ``build_snapshot`` in a process of its own: the screen keeps its frames while half a million values are read.

    Raises what ``build_snapshot`` raises, and what ``progress`` raises when the import is given up.
    """
    context = multiprocessing.get_context("spawn")
    answers, answer = context.Pipe(duplex=False)
    process = context.Process(target=_build, args=(answer, source, target, today), name="catalog-import", daemon=True)
    process.start()
    answer.close()
    try:
        return _await(answers, progress)
    finally:
        if process.is_alive():
            process.terminate()
        process.join()
        answers.close()


def _await(answers: Connection, progress: Progress | None) -> ImportReport:
    while not answers.poll(_TICK_SECONDS):
        if progress is not None:
            progress.check()
    try:
        answer: ImportReport | GalienError = answers.recv()
    except EOFError as error:
        raise EnvironmentFailure(
            "L’import du catalogue s’est arrêté avant la fin ; la version en place reste en service.",
            code="GAL-CAT-04",
            advice="Vérifiez la mémoire et la place du disque, puis recommencez.",
        ) from error
    if isinstance(answer, GalienError):
        raise answer
    return answer


def _build(answer: Connection, source: Path, target: Path, today: dt.date) -> None:
    if hasattr(os, "nice"):
        # The customer at the counter goes before: on two cores the screens would wait for this process.
        os.nice(_POLITENESS)
    try:
        answer.send(build_snapshot(source, target, today))
    except GalienError as error:
        answer.send(error)


def _disk_failure(error: OSError) -> EnvironmentFailure:
    if is_disk_full(error):
        return DiskFull("Le disque est plein : la nouvelle version du catalogue n’a pas pu être écrite.")
    return DatabaseReadOnly("Le dossier des catalogues ne peut pas être modifié.")
