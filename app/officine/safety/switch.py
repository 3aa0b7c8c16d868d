"""Are the checks of safety made at all? A choice of the titulaire, for every workstation, kept in the audit."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.outcome import Done, Refused
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

_FACT = "safety_module"
_STATE_SECONDS = 5.0
"""How long the choice is believed before the database is asked again: another workstation may change it."""


@dataclass(frozen=True, slots=True)
class SwitchState:
    """Whether the checks are made, and who said so, when (UTC, ISO); both empty where nobody changed it."""

    enabled: bool
    by: str = ""
    at: str = ""


class Switch:
    """The choice, shared by the workstations; the checks are made until the titulaire says otherwise."""

    def __init__(self, db: Database, staff: Staff, *, default: bool = True) -> None:
        """Keep the choice in ``db``; ``default`` holds until it is made."""
        self._db = db
        self._staff = staff
        self._default = default
        self._lock = threading.Lock()
        self._state: SwitchState | None = None
        self._asked = 0.0
        self._unsubscribe = db.publisher.subscribe(self._forget)

    def close(self) -> None:
        """Hear of no change any more."""
        self._unsubscribe()

    @property
    def state(self) -> SwitchState:
        """The choice in force."""
        with self._lock:
            if self._state is None or time.monotonic() - self._asked > _STATE_SECONDS:
                self._state = self._read()
                self._asked = time.monotonic()
            return self._state

    def set(self, actor: Actor, *, enabled: bool) -> Outcome[SwitchState]:
        """Have the checks made, or not, on every workstation; each change is audited. Refused without the right."""
        findings = self._staff.refusal(actor, Right.SET_CHECKS)
        if findings:
            return Refused(tuple(findings))
        before = self._read()
        if before.enabled is enabled:
            return Done(before)
        with self._db.write(actor) as work:
            facts.write(work, _FACT, {"enabled": enabled, "by": actor.name, "at": work.now.isoformat()})
            details = {"before": before.enabled, "after": enabled}
            work.audit("safety.switch", "setting", _FACT, details=details)
        self._state = None
        return Done(self.state)

    def _read(self) -> SwitchState:
        found: dict[str, Any] = facts.read(self._db, _FACT) or {}
        return SwitchState(
            bool(found.get("enabled", self._default)), str(found.get("by", "")), str(found.get("at", ""))
        )

    def _forget(self, change: Changed) -> None:
        if change.touches(f"fact:{_FACT}"):
            self._state = None
