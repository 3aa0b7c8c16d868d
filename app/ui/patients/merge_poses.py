"""What do the screens show where two files look like one person’s?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.kernel.outcome import Done
from app.officine.patients.merge_model import MergeDraft
from app.officine.patients.model import PatientDraft, Sex
from app.officine.staff.model import Role
from app.ui.counter.recall_poses import as_role
from app.ui.patients.view import PatientsView
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.officine.patients.model import Patient
    from app.ui.pictures import Stage

_ONE = PatientDraft(
    family_name="GENTIANE",
    first_name="ROSE",
    birth_date=dt.date(1988, 3, 14),
    sex=Sex.FEMALE,
    birth_place="63220",
    phone="06 00 00 00 01",
    address_line="3 rue des Essais",
    postal_code="63000",
    city="Clermont-Ferrand",
)
_TWO = PatientDraft(
    family_name="GENTIANE",
    first_name="ROSE",
    birth_date=dt.date(1988, 3, 14),
    sex=Sex.FEMALE,
    birth_place="99999",
    used_name="ARNICA",
    phone="06 00 00 00 02",
)
_TWIN = PatientDraft(
    family_name="GENTIANE", first_name="ALBANE", birth_date=dt.date(1988, 3, 14), sex=Sex.FEMALE, birth_place="63220"
)


def _made(stage: Stage, draft: PatientDraft) -> Patient:
    patients = stage.services.patients
    born = f"{draft.family_name} {draft.first_name}"
    known = next((one for one in patients.search(born) if one.birth_place == draft.birth_place), None)
    if known is not None:
        return known
    made = patients.create(draft, stage.services.system_actor, confirmed=True)
    assert isinstance(made, Done)
    return made.value


def _view(stage: Stage) -> PatientsView:
    view = stage.view("patients")
    assert isinstance(view, PatientsView)
    stage.act("patients.back")
    return view


def _nothing(stage: Stage) -> None:
    view = _view(stage)
    view.merges.list_duplicates()
    stage.settle()
    view.merges.duplicates.list.set_records([])


def _listed(stage: Stage) -> None:
    for draft in (_ONE, _TWO, _TWIN):
        _made(stage, draft)
    _view(stage)
    stage.act("patients.duplicates")


def _shown(stage: Stage) -> None:
    _compared(stage)


def _compared(stage: Stage) -> PatientsView:
    one, other = _made(stage, _ONE), _made(stage, _TWO)
    view = _view(stage)
    view.merges.compare(one.id, other.id)
    stage.settle()
    return view


def _decided(stage: Stage) -> None:
    form = _compared(stage).merges.merging
    form.decision.setCurrentIndex(1)
    form.reason.setText("Vue au comptoir, passeport en main")
    stage.settle()
    assert form.area is not None
    form.area.ensureWidgetVisible(form.decision)


def _refused(stage: Stage) -> None:
    _compared(stage).merges.merging.decision.setCurrentIndex(1)
    stage.act("patients.save")


def _twins(stage: Stage) -> None:
    one, other = _made(stage, _ONE), _made(stage, _TWIN)
    view = _view(stage)
    view.merges.compare(one.id, other.id)
    stage.settle()
    view.merges.merging.decision.setCurrentIndex(2)
    stage.settle()


def _undone(stage: Stage) -> None:
    one, other = _made(stage, _ONE), _made(stage, _TWO)
    draft = MergeDraft(
        keep=one.id,
        keep_version=one.version,
        absorb=other.id,
        absorb_version=other.version,
        reason="Vue au comptoir, passeport en main",
    )
    stage.services.merges.merge(draft, stage.services.system_actor)
    view = _view(stage)
    view.merges.undo(one.id)
    stage.settle()


PICTURES = (
    Picture("patients-duplicates-none", as_role(Role.HOLDER, _nothing)),
    Picture("patients-duplicates", as_role(Role.HOLDER, _listed)),
    Picture("patients-merge", as_role(Role.HOLDER, _shown)),
    Picture("patients-merge-decided", as_role(Role.HOLDER, _decided)),
    Picture("patients-merge-refused", as_role(Role.HOLDER, _refused)),
    Picture("patients-merge-twins", as_role(Role.HOLDER, _twins)),
    Picture("patients-merge-undo", as_role(Role.HOLDER, _undone)),
)
