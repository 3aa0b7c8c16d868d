"""Which identities must be looked at again, since when, and why?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal

from app.kernel.clock import paris_date
from app.kernel.outcome import Refused
from app.ui import formats
from app.ui.widgets.basics import ActButton, EmptyState, Panel, Text
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.patients.identity_model import Review
    from app.officine.patients.model import Patient
    from app.ui.context import Ui


class ReviewsPanel(Panel):
    """The worklist of the identities, the oldest first; ``wanted`` gives the file to open."""

    wanted = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Read the worklist with the services of ``ui``."""
        super().__init__("Identités à revoir")
        self._ui = ui
        columns: list[Column[Review]] = [
            Column("Patient", lambda one: one.name, strong=True, second=lambda one: one.kind.label),
            Column("Depuis", lambda one: formats.date(paris_date(one.since)), 11),
        ]
        self.empty = EmptyState(
            "check", "Aucune identité à revoir", "Une vérification en échec, un doublon ou un code différent vient ici."
        )
        self.list: ListTable[Review] = ListTable("Identités à revoir", columns, self.empty)
        self.words = Text("", wrap=True)
        self.findings = FindingList(refusal="Refusé")
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self.words)
        self.body.addWidget(self.findings)
        self.body.addWidget(
            Text("Entrée ouvre l’identité du dossier. Une fois regardée, classez-la.", "caption", wrap=True)
        )
        keys = (ActButton(ui.acts, "patients.settle"), ActButton(ui.acts, "patients.back", kind="ghost", text="Retour"))
        self.body.addWidget(Flow(keys))
        self.list.pointed.connect(self._tell)
        self.list.chosen.connect(self._open)

    def begin(self) -> None:
        """Show the worklist as it is now, ready for the arrows."""
        self.findings.set_findings(())
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.read()

    def read(self) -> None:
        """Read the worklist again, and stay at the same place."""
        identities, actor = self._ui.services.identities, self._ui.actor()
        self._ui.tasks.run(lambda _progress: identities.worklist(actor), done=self._show, owner=self, key="worklist")

    def settle(self) -> None:
        """Take the identity pointed at off the worklist, or say why it is not."""
        review = self.list.current_record
        if review is None:
            self._ui.say("Aucune identité à classer.", "info")
            return
        identities, actor = self._ui.services.identities, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: identities.settle(review.id, actor),
            done=lambda outcome: self._settled(review, outcome),
            owner=self,
            key="settle",
        )

    def _settled(self, review: Review, outcome: Outcome[None]) -> None:
        self.findings.set_findings(outcome.findings)
        if not isinstance(outcome, Refused):
            self._ui.say(f"{review.name}\u00a0: {review.kind.label.lower()}, classé comme revu.", "success")
        self.read()

    def _show(self, reviews: Sequence[Review]) -> None:
        self.list.set_records(reviews, keep=True)
        self._tell(self.list.current_record)

    def _tell(self, review: Review | None) -> None:
        said = "" if review is None else f"Depuis le {formats.moment(review.since)}\u00a0: {review.words}"
        self.words.setText(said)
        self.words.setVisible(bool(said))

    def _open(self, review: Review) -> None:
        patients, actor = self._ui.services.patients, self._ui.actor()

        def found(patient: Patient | None) -> None:
            if patient is not None:
                self.wanted.emit(patient)

        self._ui.tasks.run(lambda _progress: patients.get(review.patient_id, actor), done=found, owner=self, key="open")
