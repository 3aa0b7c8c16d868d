"""What do the screens show while a file is created: who is known already, and where somebody may be born?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.patients.view import PatientsView
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.patients.form import PatientForm
    from app.ui.pictures import Stage

_MANY = "1979"


def _form(stage: Stage, born: str) -> PatientForm:
    view = stage.view("patients")
    assert isinstance(view, PatientsView)
    stage.act("patients.back")
    view.pane.field.clear()
    stage.act("patients.create")
    view.form.birth_date.setText(born)
    stage.settle()
    return view.form


def _known(stage: Stage) -> None:
    _form(stage, "28/03/1979")


def _narrowed(stage: Stage) -> None:
    known = _form(stage, _MANY).antecedents
    known.letters.show()
    known.letters.setText("pat")
    known.look(_MANY)
    stage.settle()


def _places(stage: Stage) -> None:
    form = _form(stage, "12/05/1960")
    form.birth_place.setFocus()
    form.birth_place.insert("lyon")
    form.birth_place.textEdited.emit("lyon")
    stage.settle()


PICTURES = (
    Picture("patients-known", _known),
    Picture("patients-known-letters", _narrowed),
    Picture("patients-places", _places),
)
