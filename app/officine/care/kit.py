"""By which official rules is a document judged before it is written: those of the kit that is installed, if one is."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.kernel.errors import EnvironmentFailure, InputDefect
from app.officine.care import rules

if TYPE_CHECKING:
    from pathlib import Path

    from app.docs.validation.process import Validator
    from app.kernel.outcome import Finding


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a document; ``kit`` is the fingerprint of the kit, empty where none judged it."""

    findings: tuple[Finding, ...] = ()
    kit: str = ""


class Judge(Protocol):
    """Judges documents by the rules of the ANS."""

    def check(self, cda: bytes) -> Verdict:
        """Return what is wrong with a document; that it could not be judged is a finding, and refuses nothing."""
        ...

    def warm(self) -> None:
        """Be ready for the first document, without waiting."""
        ...

    def close(self) -> None:
        """End what was begun."""
        ...


class InstalledKit:
    """Judges by the kit in service of a data folder, looked for at each document: it may be installed meanwhile."""

    def __init__(self, place: Path) -> None:
        """Look for kits in ``place``; nothing is read yet."""
        self._place = place
        self._lock = threading.Lock()
        self._validator: Validator | None = None
        self._fingerprint = ""
        self._warming: threading.Thread | None = None

    def check(self, cda: bytes) -> Verdict:
        """As ``Judge.check``."""
        from app.docs.validation import whole  # noqa: PLC0415 -- heavy: at the first document judged

        try:
            validator = self._opened()
            if validator is None:
                return Verdict((rules.not_judged(),))
            return Verdict(tuple(whole.check(cda, validator)), self._fingerprint)
        except (EnvironmentFailure, InputDefect) as failure:
            return Verdict((rules.judge_failed(failure.text),))

    def warm(self) -> None:
        """As ``Judge.warm``: the kit is verified and its rules are compiled beside."""
        self._warming = threading.Thread(target=self._warm, name="kit warm-up", daemon=True)
        self._warming.start()

    def close(self) -> None:
        """As ``Judge.close``; what is being warmed is waited for, or its process would be begun after the end."""
        warming, self._warming = self._warming, None
        if warming is not None:
            warming.join()
        with self._lock:
            validator, self._validator, self._fingerprint = self._validator, None, ""
        if validator is not None:
            validator.close()

    def _warm(self) -> None:
        # What stands in the way is told to who has a document judged.
        with contextlib.suppress(EnvironmentFailure, InputDefect):
            validator = self._opened()
            if validator is not None:
                validator.warm()

    def _opened(self) -> Validator | None:
        """Return a validator on the kit in service; None where there is none."""
        from app.docs.validation import installing  # noqa: PLC0415 -- heavy: at the first document judged

        with self._lock:
            installed = installing.in_service(self._place)
            found = "" if installed is None else installed.fingerprint
            if found != self._fingerprint and self._validator is not None:
                self._validator.close()
                self._validator = None
            if installed is not None and self._validator is None:
                self._validator = installing.validator(self._place)
            self._fingerprint = found
            return self._validator
