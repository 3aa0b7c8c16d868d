"""What is being served at one comptoir, and is it saved?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.kernel.outcome import Refused, Severity
from app.officine.dispensing import acknowledging
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import Author
from app.officine.dispensing.undo import SessionHistory
from app.ui import patient_access
from app.ui.counter.reading import Picture, deliver, look

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.kernel.errors import GalienError
    from app.kernel.outcome import Finding, Outcome
    from app.officine.dispensing.model import Acknowledgement, CounterSession, Delivery, Payment
    from app.officine.dispensing.session import Edited
    from app.ui.context import Ui

SAVE_AFTER_MS = 200
_RETRY_MS = 5_000
_LOOK_AFTER_MS = 15


class Till(QObject):
    """One comptoir: its session with undo, what is known of it, and its copy in the database."""

    changed = Signal()
    seen = Signal()
    told = Signal(object)
    kept = Signal()
    gone = Signal()
    delivered = Signal(object)
    refused = Signal(object)

    def __init__(self, ui: Ui, session: CounterSession, parent: QObject | None = None) -> None:
        """Serve ``session``."""
        super().__init__(parent)
        self._ui = ui
        self.history = SessionHistory(session)
        self.picture = Picture()
        self.last_delivery: Delivery | None = None
        self.last_payment: Payment | None = None
        self.validating = False
        self.failure: GalienError | None = None
        self._saved = session.revision
        self._traced_patient: int | None = None
        self._saving = False
        self._after_save: list[Callable[[], None]] = []
        self._after_look: list[Callable[[], None]] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._save)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.look)

    @property
    def session(self) -> CounterSession:
        """The session as it is."""
        return self.history.present

    @property
    def author(self) -> Author:
        """Who adds lines now."""
        operator = self._ui.operator
        return Author() if operator is None else Author(operator.id, operator.name)

    # --- Changes ------------------------------------------------------------------------------------------------

    def do(self, edited: Edited) -> bool:
        """Make a change; tell what was found, and return False where nothing changed."""
        session, findings = edited
        for finding in findings:
            self.told.emit(finding)
        if session is self.session or self.validating:
            return False
        self._show(self.history.do(editing.signed(self.session, session, self.author)))
        return True

    def undo(self) -> bool:
        """Take the last change back."""
        return self._step(self.history.undo())

    def redo(self) -> bool:
        """Make again what was undone."""
        return self._step(self.history.redo())

    def start(self, session: CounterSession) -> None:
        """Serve another session, from its beginning."""
        self.history = SessionHistory(session)
        self.validating = False
        self.failure = None
        self._saved = session.revision
        self._after_look = []
        self._trace_patient()
        self.look()
        self.changed.emit()

    def _step(self, history: SessionHistory) -> bool:
        if history is self.history or self.validating:
            return False
        self._show(history)
        return True

    def _show(self, history: SessionHistory) -> None:
        if self.is_fresh and acknowledging.only_answers(self.session, history.present):
            # What is found does not depend on what was answered.
            self.picture = replace(self.picture, revision=history.present.revision)
        self.history = history
        self._trace_patient()
        if not self._pause.isActive():
            self._pause.start(SAVE_AFTER_MS)
        self.changed.emit()
        # The line is drawn first: what is known of it would share the processor with the drawing.
        self._soon.start(_LOOK_AFTER_MS)

    def _trace_patient(self) -> None:
        """Trace the file that comes to the counter: once for each sale and patient."""
        patient_id = self.session.patient_id
        if patient_id is not None and patient_id != self._traced_patient:
            patient_access.trace(self._ui, patient_id, "counter")
        self._traced_patient = patient_id

    # --- What is known ------------------------------------------------------------------------------------------

    @property
    def is_fresh(self) -> bool:
        """True where what is shown was read for the session as it is."""
        return (self.picture.session_id, self.picture.revision) == (self.session.id, self.session.revision)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """What stands in the way: errors, and warnings that nobody answered."""
        return acknowledging.open_findings(self.session, self.picture.findings)

    @property
    def blocked(self) -> bool:
        """True where an error forbids the delivery."""
        return any(finding.severity is Severity.ERROR for finding in self.picture.findings)

    def answer(self, finding: Finding) -> Acknowledgement | None:
        """Return what was answered to a finding; None while nothing was."""
        return acknowledging.answer(self.session, finding)

    def is_answered(self, finding: Finding) -> bool:
        """Return True where a finding does not stand in the way."""
        return acknowledging.is_answered(self.session, finding)

    def see(self, chosen: Sequence[Finding], findings: Sequence[Finding]) -> None:
        """Note that those ``chosen`` of the ``findings`` were seen; what asks for a reason is left as it is."""
        self.do(acknowledging.see(self.session, chosen, findings, self.author))
        self.seen.emit()

    def justify(self, finding: Finding, findings: Sequence[Finding], reason: str, reason_id: str = "") -> bool:
        """Pass one of the ``findings`` with a reason; return False where that is no reason."""
        done = self.do(
            acknowledging.justify(self.session, finding, findings, self.author, reason=reason, reason_id=reason_id)
        )
        self.seen.emit()
        return done

    def look(self) -> None:
        """Read what is known of the session as it is."""
        self._soon.stop()
        session, services, actor = self.session, self._ui.services, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: look(services, session, actor),
            done=self._looked,
            owner=self,
            key="look",
            failed=self._blind,
        )

    def when_fresh(self, then: Callable[[], None]) -> None:
        """Call ``then`` once what is shown is of the session as it is: at once where it is."""
        if self.is_fresh:
            then()
        else:
            self._after_look.append(then)

    def _looked(self, picture: Picture) -> None:
        if picture.session_id != self.session.id:
            # Of the sale before, which ended while it was read.
            return
        self.picture = picture
        self.failure = None
        self.seen.emit()
        if self.is_fresh:
            waiting, self._after_look = self._after_look, []
            for then in waiting:
                then()

    def _blind(self, error: GalienError) -> None:
        self.failure = error
        self._after_look = []
        self.seen.emit()

    # --- Saving -------------------------------------------------------------------------------------------------

    @property
    def is_saved(self) -> bool:
        """True where the database holds the session as it is."""
        return self._saved >= self.session.revision and not self._saving

    def save_now(self, then: Callable[[], None] | None = None) -> None:
        """Save without waiting, then call ``then`` once the session as it is was written."""
        if then is not None:
            self._after_save.append(then)
        self._pause.stop()
        if not self._saving:
            self._save()

    def save_blocking(self) -> None:
        """Save on this very thread: for the moment when the window closes."""
        self._pause.stop()
        if self._saved < self.session.revision:
            self._ui.services.counter.save(self.session)
            self._saved = self.session.revision

    def _save(self) -> None:
        session = self.session
        if self._saving:
            return
        if self._saved >= session.revision:
            self._call_saved()
            return
        self._saving = True
        counter = self._ui.services.counter
        self._ui.tasks.run(
            lambda _progress: counter.save(session),
            done=lambda outcome: self._written(session, outcome),
            failed=self._unwritten,
            owner=self,
        )

    def _written(self, session: CounterSession, outcome: Outcome[CounterSession]) -> None:
        self._saving = False
        if session.id != self.session.id:
            return
        if isinstance(outcome, Refused):
            self._after_save = []
            if self.validating:
                # The delivery under way ended the session before this save reached it: its own answer says the rest.
                return
            for finding in outcome.findings:
                self.told.emit(finding)
            self.gone.emit()
            return
        self._saved = max(self._saved, session.revision)
        if self._saved < self.session.revision:
            self._save()
            return
        self._call_saved()

    def _call_saved(self) -> None:
        self.kept.emit()
        waiting, self._after_save = self._after_save, []
        for then in waiting:
            then()

    def _unwritten(self, error: GalienError) -> None:
        self._saving = False
        self._after_save = []
        self._pause.start(_RETRY_MS)
        self.refused.emit(error)

    # --- The delivery -------------------------------------------------------------------------------------------

    def validate(self, payments: Sequence[Payment]) -> None:
        """Deliver the session as it is: it is saved first, and stays as it is where that fails."""
        if self.validating:
            return
        self.validating = True
        self.last_payment = max(payments, key=lambda payment: payment.change, default=None)
        session, actor, services = self.session, self._ui.actor(), self._ui.services
        self._pause.stop()
        self._ui.tasks.run(
            lambda _progress: deliver(services, session, actor, payments),
            done=self._validated,
            failed=self._invalid,
            owner=self,
            title="Délivrance…",
        )

    def _validated(self, answer: tuple[Outcome[Delivery], CounterSession | None]) -> None:
        outcome, following = answer
        self.validating = False
        if isinstance(outcome, Refused):
            self._pause.start(SAVE_AFTER_MS)
            self.refused.emit(outcome)
            return
        self.last_delivery = outcome.value
        if following is not None:
            self.start(following)
        self.delivered.emit(outcome.value)
        if following is None:
            self.gone.emit()

    def _invalid(self, error: GalienError) -> None:
        self.validating = False
        self._pause.start(SAVE_AFTER_MS)
        self.refused.emit(error)
