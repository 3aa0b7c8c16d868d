"""What goes together on the right of the patients to merge files: comparison, undoing, list of duplicates?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.ui.patients.merging import DuplicateList, MergeForm, UndoForm
from app.ui.widgets.basics import Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from app.officine.patients.merge_model import Pair
    from app.officine.patients.model import Patient
    from app.ui.context import Ui


class MergeDesk(QObject):
    """The comparison of two files, the undoing of a merge and the list of duplicates.

    ``wanted`` asks for a part to be shown; ``written`` says what was done.
    """

    wanted = Signal(object)
    written = Signal(str)

    def __init__(self, ui: Ui) -> None:
        """Build them for the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self._first: Patient | None = None
        self.merging, self.undoing, self.duplicates = MergeForm(ui), UndoForm(ui), DuplicateList(ui)
        self._panels: dict[Panel, MergeForm | UndoForm] = {}
        for form in (self.merging, self.undoing):
            panel = Panel()
            panel.body.addWidget(form, 1)
            form.written.connect(self._said)
            self._panels[panel] = form
        self.duplicates.list.chosen.connect(self._compare_pair)

    @property
    def parts(self) -> tuple[Panel, ...]:
        """What is to be laid out."""
        return (self.duplicates, *self._panels)

    def form_of(self, part: QWidget | None) -> MergeForm | UndoForm | None:
        """Return the form that a part of the layout holds; None for another part."""
        return next((form for panel, form in self._panels.items() if panel is part), None)

    def compare(self, keep: int, absorb: int) -> None:
        """Compare two files, the first to be kept unless turned."""
        self.merging.compare(keep, absorb, lambda: self._show(self.merging))

    def pick(self, patient: Patient) -> None:
        """Compare the file pointed at: with the one taken before, else with the only one that is alike.

        Where none or several are, it is taken as the first of two, and the other is to be pointed at.
        """
        first = self._first
        if first is not None and first.id != patient.id:
            self.forget()
            self.compare(first.id, patient.id)
            return
        self._first = patient
        merges, actor = self._ui.services.merges, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: merges.alike(patient.id, actor),
            done=lambda found: self._picked(patient, found),
            owner=self,
            key="alike",
        )

    def forget(self) -> None:
        """Begin anew: no file was taken as the first of two."""
        self._first = None

    def _picked(self, patient: Patient, alike: Sequence[Pair]) -> None:
        if len(alike) == 1:
            pair = alike[0]
            self.compare(patient.id, pair.second_id if pair.first_id == patient.id else pair.first_id)
            return
        said = f"{len(alike)} dossiers ressemblent à celui-ci" if alike else "aucun dossier ne ressemble à celui-ci"
        self._ui.say(f"{patient.birth_name}\u00a0: {said}. Pointez l’autre dossier, puis Ctrl+F7 pour les comparer.")

    def undo(self, patient_id: int) -> None:
        """Offer to undo the last merge of a file."""
        self.undoing.begin(patient_id, lambda: self._show(self.undoing))

    def list_duplicates(self) -> None:
        """Show the pairs that look like one person’s."""
        self.wanted.emit(self.duplicates)
        self.duplicates.read()

    def _said(self, said: str) -> None:
        self.forget()
        self.written.emit(said)

    def _compare_pair(self, pair: Pair) -> None:
        self.compare(pair.first_id, pair.second_id)

    def _show(self, form: MergeForm | UndoForm) -> None:
        self.wanted.emit(next(panel for panel, one in self._panels.items() if one is form))
