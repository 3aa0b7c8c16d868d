"""How is a change of the session undone, and done again?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.officine.dispensing.model import CounterSession

_DEPTH = 200


@dataclass(frozen=True, slots=True)
class SessionHistory:
    """The session as it is, as it was before each change, and as it was before each undo."""

    present: CounterSession
    past: tuple[CounterSession, ...] = ()
    future: tuple[CounterSession, ...] = ()

    def do(self, changed: CounterSession) -> SessionHistory:
        """Return the history with one more change; what was undone is forgotten. The same session is no change."""
        if changed is self.present:
            return self
        return SessionHistory(changed, (*self.past, self.present)[-_DEPTH:])

    def undo(self) -> SessionHistory:
        """Return the history one change back; the same where there is none."""
        if not self.past:
            return self
        return SessionHistory(self._as_next(self.past[-1]), self.past[:-1], (*self.future, self.present))

    def redo(self) -> SessionHistory:
        """Return the history one undo forward; the same where there is none."""
        if not self.future:
            return self
        return SessionHistory(self._as_next(self.future[-1]), (*self.past, self.present), self.future[:-1])

    @property
    def can_undo(self) -> bool:
        """True where a change can be undone."""
        return bool(self.past)

    @property
    def can_redo(self) -> bool:
        """True where an undo can be undone."""
        return bool(self.future)

    def _as_next(self, session: CounterSession) -> CounterSession:
        # Revisions only grow: what is saved last is what is seen last. Line ids are never given twice.
        return replace(
            session,
            revision=self.present.revision + 1,
            holder=self.present.holder,
            next_line=max(session.next_line, self.present.next_line),
        )
