"""How is the worklist of the identities opened among the patients, and gone on from to a file?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.officine.staff.model import Right
from app.ui.patients.identity_words import holds
from app.ui.patients.reviews import ReviewsPanel
from app.ui.widgets.basics import ActButton

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.officine.patients.model import Patient
    from app.ui.context import Ui
    from app.ui.patients.view import PatientsView

_TITLE = "À revoir"


class ReviewsDesk(QObject):
    """The worklist, built at its first use, and the file that it called for."""

    def __init__(self, ui: Ui, view: PatientsView) -> None:
        """Show the worklist on the right of ``view``."""
        super().__init__(view)
        self._ui, self._view = ui, view
        self._panel: ReviewsPanel | None = None
        self._wanted: int | None = None
        self.button = ActButton(ui.acts, "patients.reviews", text=_TITLE)
        ui.acts.bind("patients.reviews", self.open, view)
        ui.acts.bind("patients.settle", self._settle, view)

    @property
    def panel(self) -> ReviewsPanel:
        """The worklist itself."""
        if self._panel is None:
            self._panel = ReviewsPanel(self._ui)
            self._panel.wanted.connect(self._open_file)
            self._view.right.addWidget(self._panel)
        return self._panel

    @property
    def is_shown(self) -> bool:
        """True where the worklist is what the right shows."""
        return self._panel is not None and self._view.right.currentWidget() is self._panel

    def open(self) -> None:
        """Show the identities to look at again."""
        panel = self.panel
        self._view.show_part(panel)
        panel.begin()

    def refresh(self, change: Changed | None) -> None:
        """Read the worklist again where an identity changed, and say on the button how many there are."""
        if change is not None and not change.touches("identity"):
            return
        if self.is_shown:
            self.panel.read()
        if holds(self._ui, Right.READ_PATIENT):
            identities, actor = self._ui.services.identities, self._ui.actor()
            self._ui.tasks.run(
                lambda _progress: len(identities.worklist(actor)), done=self._count, owner=self, key="count"
            )

    def _count(self, reviews: int) -> None:
        self.button.setText(f"{_TITLE} ({reviews})" if reviews else _TITLE)

    def go_on(self, patient: Patient | None) -> None:
        """Show the identity of the file that was called for, once the list points at it among those of its traits."""
        if self._wanted is None or patient is None:
            return
        pane = self._view.pane
        if patient.id == self._wanted:
            self._wanted = None
            self._view.show_identity()
            return
        places = [place for place, one in enumerate(pane.list.records) if one.id == self._wanted]
        if places:
            QTimer.singleShot(0, self, lambda: pane.list.point(places[0]))

    def _open_file(self, patient: Patient) -> None:
        self._wanted = patient.id
        self._view.point_at(patient)

    def _settle(self) -> None:
        """Settle what is pointed at; from elsewhere the worklist is shown first."""
        if self.is_shown:
            self.panel.settle()
        else:
            self.open()
