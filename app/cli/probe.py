"""What does one probe of the diagnosis answer, and how are all of them run without one stopping the others?"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.kernel.errors import GalienError
from app.logs import masked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.paths import DataFolder
    from app.settings import Settings

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe found: ``status``, what it saw (``detail``) and what to do (``advice``), in French."""

    status: str
    detail: str
    advice: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the shape that the command prints, without identifiers of people."""
        return {"status": self.status, "detail": _discreet(self.detail), "advice": _discreet(self.advice)}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is examined: a data folder and the settings in it (None when they can't be read)."""

    folder: DataFolder
    settings: Settings | None

    @property
    def database_url(self) -> str | None:
        """The address of the PostgreSQL database; None for the embedded one."""
        return self.settings.database_url if self.settings else None


@dataclass(slots=True)
class _Answers:
    """The answers as they come, from every thread."""

    given: dict[str, Answer] = field(default_factory=dict)

    def ask(self, name: str, probe: Callable[[Subject], Answer], subject: Subject) -> None:
        """Keep the probe's answer; its own failure is one."""
        try:
            self.given[name] = probe(subject)
        except GalienError as error:
            self.given[name] = Answer(FAIL, error.text, error.advice)
        except Exception as error:  # noqa: BLE001 -- a diagnosis never stops at a probe that fails
            self.given[name] = Answer(FAIL, f"La vérification elle-même a échoué ({type(error).__name__}).")


def run_all(probes: Mapping[str, Callable[[Subject], Answer]], subject: Subject, seconds: float) -> dict[str, Answer]:
    """Run the probes side by side, ``seconds`` at most; one that has not answered by then is told as such."""
    answers = _Answers()
    end = time.monotonic() + seconds
    threads = [
        threading.Thread(target=answers.ask, args=(name, probe, subject), name=f"probe-{name}", daemon=True)
        for name, probe in probes.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    late = Answer(WARN, f"Pas de réponse en {seconds:.0f}\u00a0s.", "Recommencez quand le poste est moins chargé.")
    given = dict(answers.given)
    return {name: given.get(name, late) for name in probes}


def _discreet(text: str) -> str:
    """Return the text without what could name a person: identifiers, and the name in the path of the home folder."""
    return masked(text.replace(str(Path.home()), "~") if Path.home() != Path("/") else text)
