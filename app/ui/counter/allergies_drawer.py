"""What is the patient of the sale allergic to, and what is to be noted in the file?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui import theme
from app.ui.counter.drawer import Drawer
from app.ui.patients.allergies import AllergyEditor

if TYPE_CHECKING:
    from app.officine.patients.model import Patient
    from app.ui.context import Ui
    from app.ui.counter.till import Till


class AllergiesDrawer(Drawer):
    """The allergies of the patient of the sale; what is noted is checked at once."""

    name = "allergies"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Edit the file of the patient of ``till``."""
        super().__init__(ui, till, "Allergies")
        self.editor = AllergyEditor(ui, narrow=True)
        self.content.addWidget(self.editor, 1)
        self.foot.addWidget(self.editor.foot)
        self.editor.wanted.connect(lambda part: self.area.ensureWidgetVisible(part, 0, theme.XS))
        self.editor.changed.connect(lambda _recorded: till.look())

    def opened(self) -> None:
        """Read the file anew."""
        patient_id, patients = self.till.session.patient_id, self.ui.services.patients
        self.editor.pane.field.setFocus()
        if patient_id is None:
            self._show(None)
            return
        self.ui.tasks.run(lambda _progress: patients.get(patient_id), done=self._show, owner=self, key="patient")

    def confirm(self) -> None:
        """Add what is chosen."""
        self.editor.confirm()

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        self.editor.clear()

    def _show(self, patient: Patient | None) -> None:
        self.editor.open_for(patient)
