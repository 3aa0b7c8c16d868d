"""How is it traced that a person opened a patient's file, without the screen waiting for it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Refused

if TYPE_CHECKING:
    from app.kernel.outcome import Outcome
    from app.officine.patients.model import Patient
    from app.ui.context import Ui


def trace(ui: Ui, patient_id: int, room: str, *, ins: bool = False) -> None:
    """Have the opening written with who is at the workstation now; a refusal or a failure to write is told.

    ``ins`` says that the matricule INS is in sight.
    """
    patients, actor = ui.services.patients, ui.actor()
    ui.tasks.run(
        lambda _progress: patients.open(patient_id, actor, room, ins=ins),
        done=lambda outcome: _told(ui, outcome),
        owner=ui,
    )


def _told(ui: Ui, outcome: Outcome[Patient]) -> None:
    if isinstance(outcome, Refused):
        ui.refuse(outcome.findings)
