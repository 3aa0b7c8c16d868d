"""Which states of the checks of safety are worth a picture: found, not checked, allergies, switched off?"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from app.officine.dispensing import session as editing
from app.ui.counter.allergies_drawer import AllergiesDrawer
from app.ui.counter.poses import counter_page
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.patients.model import Patient
    from app.ui.counter.page import TillPage
    from app.ui.pictures import Stage

_GS = "\x1d"
_SERIALS = itertools.count(980_100)
# Fictitious children of the demonstration.
_ELEVEN, _SILENT, _ALLERGIC, _WITHOUT = "nigelle testquatre", "anis tom", "tilleul leonie", "paquerette lilou"


def _child(stage: Stage, name: str) -> Patient:
    return stage.services.patients.search(name)[0]


def _sale(stage: Stage, patient: Patient | None, *queries: str) -> TillPage:
    page = counter_page(stage)
    if patient is not None:
        page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
        stage.settle()
    for query in queries:
        product = stage.services.catalog.search(query, 1)[0]
        stage.ui.scanner.accept(f"010{product.code}17281231{'10'}C1{_GS}21{next(_SERIALS)}")
        stage.settle()
    return page


def _found(stage: Stage) -> None:
    """A child, a codeine-like analgesic, two anti-inflammatories, an allergy in the file."""
    patient = _child(stage, _ELEVEN)
    services, actor = stage.services, stage.services.system_actor
    choice = services.safety.allergies.choices("ains")[0]
    services.safety.allergies.add(patient.id, choice, actor, reaction="urticaire")
    page = _sale(stage, patient, "ixprim", "advil 200")
    stage.act("counter.prescription")
    for _ in range(2):
        if page.drawer is not None:
            page.drawer.confirm()
    stage.settle()
    stage.act("counter.control")


def _unchecked(stage: Stage) -> None:
    """A sale of which little can be checked: nobody noted allergies, no class, no age."""
    _sale(stage, _child(stage, _SILENT), "advil 200")
    stage.act("counter.control")


def _editing(stage: Stage) -> None:
    patient = _child(stage, _ALLERGIC)
    services, actor = stage.services, stage.services.system_actor
    services.safety.allergies.add(
        patient.id, services.safety.allergies.choices("pénici")[0], actor, reaction="urticaire"
    )
    page = _sale(stage, patient, "doliprane 1000")
    stage.act("counter.allergies")
    drawer = page.drawer
    assert isinstance(drawer, AllergiesDrawer)
    drawer.editor.pane.field.setText("ibu")
    drawer.editor.pane.field.search_now()
    stage.settle()
    drawer.editor.pane.field.confirmed.emit()
    stage.settle()
    drawer.editor.reaction.setText("œdème")


def _none_known(stage: Stage) -> None:
    patient = _child(stage, _WITHOUT)
    stage.services.safety.allergies.state_none(patient.id, stage.services.system_actor)
    _sale(stage, patient, "doliprane 1000")
    stage.act("counter.allergies")


def _in_the_file(stage: Stage) -> None:
    view = stage.view("patients")
    view.pane.field.setText(_ALLERGIC)  # type: ignore[attr-defined] # the patients' screen
    view.pane.field.search_now()  # type: ignore[attr-defined]
    stage.settle()
    stage.act("patients.allergies")
    view.allergies.pane.field.setText("bêta")  # type: ignore[attr-defined]
    view.allergies.pane.field.search_now()  # type: ignore[attr-defined]


def _setting(stage: Stage, *, enabled: bool) -> None:
    stage.services.safety.switch.set(stage.services.system_actor, enabled=enabled)
    stage.act("room.settings")
    stage.act("settings.checks")


def _switched_off(stage: Stage) -> None:
    _setting(stage, enabled=False)


def _off_at_the_counter(stage: Stage) -> None:
    stage.services.safety.switch.set(stage.services.system_actor, enabled=False)
    _sale(stage, None, "doliprane 1000")
    stage.act("counter.control")


def _on_again(pose: Callable[[Stage], None]) -> Callable[[Stage], None]:
    """Begin with the checks made."""

    def pose_it(stage: Stage) -> None:
        stage.services.safety.switch.set(stage.services.system_actor, enabled=True)
        pose(stage)

    return pose_it


PICTURES = (
    Picture("counter-checks", _on_again(_found)),
    Picture("counter-unchecked", _on_again(_unchecked)),
    Picture("counter-allergies", _on_again(_editing)),
    Picture("counter-allergies-none", _on_again(_none_known)),
    Picture("patients-allergies", _on_again(_in_the_file)),
    Picture("settings-checks-off", _switched_off),
    Picture("counter-checks-off", _off_at_the_counter),
    Picture("settings-checks", lambda stage: _setting(stage, enabled=True)),
)
