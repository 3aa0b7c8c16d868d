"""When does a workstation lock by itself? Chosen by who manages the team, and traced."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from app.kernel.outcome import Done, Finding, Refused, Severity
from app.kernel.text import typographic
from app.officine.staff.locks import ABSOLUTE_RANGE_HOURS, IDLE_RANGE_MINUTES
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.kernel.outcome import Outcome
    from app.officine.staff.locks import LockPolicy
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database


class LockSettings:
    """The locks of a workstation: inactivity, length of a session, card removed, lock of the computer."""

    def __init__(
        self,
        db: Database,
        staff: Staff,
        policy: Callable[[], LockPolicy],
        keep: Callable[[Mapping[str, str | int]], None],
    ) -> None:
        """Read what is in force by ``policy``; write by ``keep`` (values by the names of the settings)."""
        self._db, self._staff, self._policy, self._keep = db, staff, policy, keep

    def policy(self) -> LockPolicy:
        """Return the rules in force."""
        return self._policy()

    def set(self, policy: LockPolicy, actor: Actor) -> Outcome[None]:
        """Lock by other rules from now on; refused where a time is out of its range: a lock always exists."""
        findings = self._staff.refusal(actor, Right.MANAGE_STAFF) or check(policy)
        if findings:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            details = {"before": asdict(self._policy()), "after": asdict(policy)}
            work.audit("locks.set", "setting", "lock", details=details)
            self._keep({f"lock_{name}": value for name, value in asdict(policy).items()})
        return Done(None)


def check(policy: LockPolicy) -> list[Finding]:
    """Return why rules can't be those of a workstation: a time out of its range."""
    findings = []
    for value, (least, most), what, unit in (
        (policy.idle_minutes, IDLE_RANGE_MINUTES, "L’inactivité avant verrouillage va", "minutes"),
        (policy.absolute_hours, ABSOLUTE_RANGE_HOURS, "Une identification complète vaut", "heures"),
    ):
        if not least <= value <= most:
            text = f"{what} de {least} à {most} {unit}."
            findings.append(Finding("GAL-PER-36", Severity.ERROR, typographic(text), "Corrigez la durée."))
    return findings
