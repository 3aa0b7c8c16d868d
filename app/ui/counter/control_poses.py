"""Which states of the step Contrôle, and of the interventions that it leaves, are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.dispensing import acknowledging
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import Payment, PaymentMethod
from app.officine.interventions.data import coding
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.poses import counter_page
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.counter.page import TillPage
    from app.ui.pictures import Stage

_CLASHING = ("previscan", "daktarin", "doliprane 1000", "ixprim")
_PATIENT = "pat trois"


def _sale(stage: Stage) -> TillPage:
    """Return the comptoir with a contraindication, a double and two precautions, on an ordonnance."""
    page = counter_page(stage)
    services = stage.services
    patient = services.patients.search(_PATIENT)[0]
    page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
    for query in _CLASHING:
        page.add(services.catalog.search(query, 1)[0])
    stage.settle()
    stage.act("counter.prescription")
    drawer = page.drawer
    assert drawer is not None
    drawer.confirm()
    drawer.confirm()
    stage.settle()
    return page


def _control(stage: Stage) -> ControlDrawer:
    page = _sale(stage)
    stage.act("counter.control")
    assert isinstance(page.drawer, ControlDrawer)
    return page.drawer


def _levels(stage: Stage) -> None:
    _control(stage)


def _answer(stage: Stage, drawer: ControlDrawer, text: str, reason_id: str) -> None:
    finding = drawer.current
    assert finding is not None
    drawer.till.justify(finding, drawer.findings, text, reason_id)
    stage.settle()


def _written(stage: Stage) -> None:
    drawer = _control(stage)
    assert drawer.picker is not None
    drawer.picker.field.setText("Gel arrêté, Dr Mélilot prévenu")


def _answered(stage: Stage) -> None:
    drawer = _control(stage)
    reason = coding().reasons[1]
    _answer(stage, drawer, reason.text, reason.id)
    drawer.till.see(drawer.findings, drawer.findings)
    stage.settle()
    drawer.area.verticalScrollBar().setValue(0)


def _delivered(stage: Stage) -> TillPage:
    """Deliver the sale of the clash with a reason, and begin another one for the same patient."""
    page = _sale(stage)
    services, actor = stage.services, stage.ui.actor()
    session, author = page.till.session, page.till.author
    findings = services.counter.check(session)
    reasons = coding().reasons
    for place, finding in enumerate(acknowledging.unjustified(session, findings)):
        reason = reasons[place]
        session, _ = acknowledging.justify(session, finding, findings, author, reason=reason.text, reason_id=reason.id)
    for line in session.lines:
        session, _ = editing.force_stock(session, line.line_id)
    due = services.counter.quote(session).totals.patient
    services.counter.validate(session, actor, (Payment(PaymentMethod.CARD, due),) if due else ())
    patient_id, name = session.patient_id, session.patient_name
    page.till.start(services.counter.new_session(actor))
    stage.settle()
    page.till.do(editing.set_patient(page.till.session, patient_id, name))
    stage.settle()
    return page


def _history(stage: Stage) -> None:
    _delivered(stage)
    stage.act("counter.history")


def _register(stage: Stage) -> None:
    _delivered(stage)
    stage.view("registers")
    stage.act("registers.interventions")
    stage.settle()


PICTURES = (
    Picture("counter-control-levels", _levels),
    Picture("counter-control-written", _written),
    Picture("counter-control-answered", _answered),
    Picture("counter-history-interventions", _history),
    Picture("registers-interventions", _register),
)
