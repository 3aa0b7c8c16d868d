"""Which states of the copies of identity papers are worth a picture?"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from app.kernel.outcome import Done
from app.officine.staff.model import Role
from app.ui.patients.paper_viewer import PaperViewer
from app.ui.patients.view import PatientsView
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.patients.papers_pane import PapersPane
    from app.ui.pictures import Stage


def title() -> bytes:
    """Return the photo of a card that no State gave."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 -- for pictures only

    desk = Image.new("RGB", (1_400, 900), "#8a8f96")
    card = Image.new("RGB", (1_160, 720), "#dfe9f1")
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, 1_160, 110), fill="#2f5f8f")
    pen.text((40, 30), "CARTE FICTIVE - DEMONSTRATION", fill="white", font=ImageFont.load_default(48))
    pen.rectangle((50, 160, 390, 600), fill="#b7c4cf")
    pen.ellipse((140, 220, 300, 400), fill="#8fa0ae")
    for place, text in enumerate(("ADRTROIS", "DOMINIQUE", "F  26/02/1997", "N0 000000000")):
        pen.text((440, 180 + 100 * place), text, fill="#223", font=ImageFont.load_default(54))
    desk.paste(card, (120, 90))
    target = io.BytesIO()
    desk.save(target, "JPEG", quality=90)
    return target.getvalue()


def _kept(stage: Stage, pose: Callable[[PapersPane], None], *, role: Role | None = None) -> None:
    """Show the copies of a patient for whom one is kept."""
    services, before = stage.services, stage.ui.operator
    view = stage.view("patients")
    assert isinstance(view, PatientsView)
    stage.act("patients.back")
    services.papers.set_enabled(services.system_actor, enabled=True)
    view.pane.field.setText("pat trois")
    view.pane.field.search_now()
    stage.settle()
    view.pane.list.point(0)
    patient = view.pane.list.current_record
    assert patient is not None
    if not services.papers.of(patient.id):
        assert before is not None
        services.papers.add(patient.id, None, title(), stage.ui.actor())
    if role is not None:
        stage.ui.set_operator(next(one for one in services.staff.members() if one.role is role))
    stage.act("patients.papers")
    stage.settle()
    pose(view.papers)
    stage.settle()
    if role is not None and before is not None:
        stage.ui.set_operator(before)


def _list(stage: Stage) -> None:
    _kept(stage, lambda _pane: None)


def _pin(stage: Stage) -> None:
    _kept(stage, lambda pane: pane.look_button.click())


def _refused(stage: Stage) -> None:
    """Show what is said of a PIN that is not the right one."""

    def try_it(pane: PapersPane) -> None:
        actor = stage.ui.actor()
        assert actor.staff_id is not None
        stage.services.staff_accounts.set_pin(actor.staff_id, stage.services.demo_pin, actor)
        pane.look_button.click()
        pane.pin.setText("135790")
        pane.pin.returnPressed.emit()

    _kept(stage, try_it)


def _reason(stage: Stage) -> None:
    _kept(stage, lambda pane: pane.destroy_button.click(), role=Role.HOLDER)


def _seen(stage: Stage) -> None:
    """Show a copy as it is read once the PIN was typed."""
    services, actor = stage.services, stage.ui.actor()

    def open_it(pane: PapersPane) -> None:
        paper = pane.list.current_record
        assert paper is not None
        assert actor.staff_id is not None
        services.staff_accounts.set_pin(actor.staff_id, services.demo_pin, actor)
        outcome = services.papers.look(paper.id, services.demo_pin, actor)
        assert isinstance(outcome, Done), outcome
        patient = services.patients.get(paper.patient_id)
        assert patient is not None
        PaperViewer(stage.ui, outcome.value, patient, stage.window).open()

    _kept(stage, open_it)


def _evidence(stage: Stage) -> None:
    _kept(stage, lambda _pane: None)
    stage.act("patients.identity")
    stage.act("patients.evidence")


def _settings(stage: Stage, *, on: bool) -> None:
    services, before = stage.services, stage.ui.operator
    services.papers.set_enabled(services.system_actor, enabled=on)
    stage.ui.set_operator(next(one for one in services.staff.members() if one.role is Role.HOLDER))
    stage.view("settings")
    stage.act("settings.papers")
    stage.settle()
    if before is not None:
        stage.ui.set_operator(before)


def _settings_on(stage: Stage) -> None:
    _settings(stage, on=True)


def _settings_off(stage: Stage) -> None:
    _settings(stage, on=False)


PICTURES = (
    Picture("patients-papers", _list),
    Picture("patients-papers-pin", _pin),
    Picture("patients-papers-refused", _refused),
    Picture("patients-papers-reason", _reason),
    Picture("patients-papers-seen", _seen),
    Picture("patients-papers-evidence", _evidence),
    Picture("settings-papers", _settings_on),
    Picture("settings-papers-off", _settings_off),
)
