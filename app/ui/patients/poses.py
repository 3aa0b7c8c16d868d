"""Which states of the room of the patients are worth a picture, beyond its lists?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.patients.view import PatientsView
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.pictures import Stage


def rights(stage: Stage) -> PatientsView:
    """Open the rights of the first patient found."""
    view = stage.view("patients")
    assert isinstance(view, PatientsView)
    stage.act("patients.back")
    view.pane.field.setText("pat trois")
    view.pane.field.search_now()
    stage.settle()
    view.pane.list.point(0)
    stage.settle()
    stage.act("patients.rights")
    return view


def _typed(stage: Stage) -> None:
    form = rights(stage).rights
    form.ald.setChecked(True)
    form.dates["ald_from"].setText("01/03/2024")
    form.dates["ald_to"].setText("28/02/2027")
    form.css.setChecked(True)
    form.dates["css_to"].setText("31/10/2026")
    form.exemption.setCurrentIndex(form.exemption.findData("at"))
    form.reference.setText("Accident du 12/10/2026")


def _refused(stage: Stage) -> None:
    form = rights(stage).rights
    form.ald.setChecked(True)
    form.dates["ald_from"].setText("01/03/2026")
    form.dates["ald_to"].setText("01/02/2026")
    stage.act("patients.save")


def identity(stage: Stage, who: str = "pat trois") -> PatientsView:
    """Open the identity of the first patient found."""
    view = stage.view("patients")
    assert isinstance(view, PatientsView)
    stage.act("patients.back")
    view.pane.field.setText(who)
    view.pane.field.search_now()
    stage.settle()
    view.pane.list.point(0)
    stage.settle()
    stage.act("patients.identity")
    return view


def _identity(stage: Stage) -> None:
    identity(stage)


def _evidence(stage: Stage) -> None:
    form = identity(stage).identity.evidence
    stage.act("patients.evidence")
    form.kind.setCurrentIndex(9)
    form.mode.setCurrentIndex(1)
    stage.act("patients.save")


def _traits(stage: Stage) -> None:
    identity(stage)
    stage.act("patients.traits")


def _mark(stage: Stage) -> None:
    form = identity(stage).identity.mark
    stage.act("patients.mark")
    form.attribute.setCurrentIndex(2)
    stage.settle()


PICTURES = (
    Picture("patients-identity", _identity),
    Picture("patients-evidence", _evidence),
    Picture("patients-traits", _traits),
    Picture("patients-mark", _mark),
    Picture("patients-rights", _typed),
    Picture("patients-rights-refused", _refused),
)
