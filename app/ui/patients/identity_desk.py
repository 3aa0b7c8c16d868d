"""What goes together on the right of the patients: the identity page, and the forms that change it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.kernel.outcome import Refused
from app.ui.patients.identity_forms import EvidenceForm, MarkForm, TraitsForm
from app.ui.patients.identity_pane import IdentityPane
from app.ui.patients.withdraw_form import WithdrawForm
from app.ui.widgets.basics import Panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.kernel.outcome import Outcome
    from app.officine.patients.evidence import EvidenceType
    from app.officine.patients.identity_model import IdentityFile
    from app.ui.context import Ui

Form = EvidenceForm | TraitsForm | MarkForm | WithdrawForm


class IdentityDesk(QObject):
    """The identity page and its forms.

    ``written`` says what was done, ``refused`` why an act without a form was not; ``begun`` that a form has its file.
    """

    written = Signal(str)
    refused = Signal(object)
    begun = Signal()

    def __init__(self, ui: Ui) -> None:
        """Build them for the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self.pane = IdentityPane(ui)
        self.evidence, self.traits, self.mark = EvidenceForm(ui), TraitsForm(ui), MarkForm(ui)
        self.withdrawal = WithdrawForm(ui)
        self._panels: dict[Panel, Form] = {}
        for form in (self.evidence, self.traits, self.mark, self.withdrawal):
            panel = Panel()
            panel.body.addWidget(form, 1)
            form.written.connect(self.written)
            self._panels[panel] = form

    @property
    def parts(self) -> tuple[Panel, ...]:
        """What is to be laid out."""
        return (self.pane, *self._panels)

    def open_for(self, patient_id: int | None) -> None:
        """Show the identity of a file on the page."""
        self.pane.open_for(patient_id)

    def form_of(self, part: QWidget | None) -> Form | None:
        """Return the form that a part of the layout holds; None for another part."""
        return next((form for panel, form in self._panels.items() if panel is part), None)

    def panel_of(self, form: Form) -> Panel:
        """Return what is laid out for a form."""
        return next(panel for panel, one in self._panels.items() if one is form)

    def begin(self, form: Form, patient_id: int, show: Callable[[], None]) -> None:
        """Read the identity as it is now, then begin the form on it and ``show`` it."""
        identities, papers, actor = self._ui.services.identities, self._ui.services.papers, self._ui.actor()

        def read() -> tuple[IdentityFile | None, tuple[EvidenceType, ...], bool]:
            return identities.of(patient_id, actor), identities.evidence_types(), papers.enabled

        def done(found: tuple[IdentityFile | None, tuple[EvidenceType, ...], bool]) -> None:
            file, types, keeps_copies = found
            if file is None:
                return
            # Shown first: only what is seen takes the focus.
            show()
            if isinstance(form, EvidenceForm):
                form.begin(file, types, keeps_copies=keeps_copies)
            else:
                form.begin(file)
            self.begun.emit()

        self._ui.tasks.run(lambda _progress: read(), done=done, owner=self, key="begin")

    def validate(self, patient_id: int) -> None:
        """Validate an identity with the document that was checked, as it is now (INS.20)."""
        identities, actor = self._ui.services.identities, self._ui.actor()

        def act() -> Outcome[IdentityFile]:
            file = identities.of(patient_id, actor)
            return identities.validate(patient_id, 0 if file is None else file.patient.version, actor)

        def done(outcome: Outcome[IdentityFile]) -> None:
            if isinstance(outcome, Refused):
                self.refused.emit(outcome.findings)
            else:
                self.written.emit(outcome.value.identity.status.label)

        self._ui.tasks.run(lambda _progress: act(), done=done, owner=self, key="validate")
