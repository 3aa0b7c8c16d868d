"""Which states of the promis are worth a picture: late ones on the tab and the band, a stupéfiant that is collected?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.clock import FixedClock, today
from app.kernel.outcome import Done
from app.officine.dispensing import matching, owing
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import Payment, PaymentMethod, PrescriptionDraft
from app.officine.prescriptions.model import PrescribedLine, PrescriptionKind
from app.ui.counter.owed_drawer import OwedDrawer
from app.ui.counter.poses import counter_page
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.counter.page import TillPage
    from app.ui.pictures import Stage

_NARCOTIC, _PATIENT = "3400938050813", "adrtrois"


def _pass(stage: Stage, days: int) -> None:
    """Let days go by, and sign in as one does each morning."""
    clock, ui = stage.services.clock, stage.ui
    if not isinstance(clock, FixedClock):
        return
    clock.advance(dt.timedelta(days=days))
    session = None if ui.operator is None else stage.services.sign_in.demo(ui.operator.id)
    if isinstance(session, Done):
        ui.set_session(session.value)


def _patient(stage: Stage) -> TillPage:
    page = counter_page(stage)
    patient = stage.services.patients.search(_PATIENT)[0]
    page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
    stage.settle()
    return page


def _promise(stage: Stage) -> TillPage:
    """Promise one box of a stupéfiant to the patient, and begin another sale for the same."""
    page, services = _patient(stage), stage.services
    prescriber = services.prescriptions.prescribers("melilot")[0]
    product = services.catalog.by_code(_NARCOTIC)
    assert product is not None
    draft = PrescriptionDraft(prescriber.id, prescriber.display_name, today(services.clock), PrescriptionKind.SECURED)
    page.till.do(editing.set_prescription(page.till.session, draft))
    line = PrescribedLine(line_id="P1", code=product.code, label=product.name, cis=product.cis or "")
    page.till.do(matching.detail(page.till.session, (matching.directed(line, "1 m 7 j", product),), {}))
    page.add(product)
    stage.settle()
    session, _ = owing.owe(page.till.session, page.till.session.lines[0].line_id, 1)
    due = services.counter.quote(session).totals.patient
    paid = (Payment(PaymentMethod.CARD, due),) if due else ()
    services.counter.validate(session, services.system_actor, paid)
    page.till.start(services.counter.new_session(services.system_actor))
    return _patient(stage)


def _late(stage: Stage) -> None:
    """Nine days go by: the tab and the band say it, the list too."""
    _promise(stage)
    _pass(stage, 9)
    page = _patient(stage)
    page.till.look()
    stage.settle()
    stage.act("counter.owed")
    stage.settle()
    _pass(stage, -9)


def _collected(stage: Stage) -> None:
    page = _promise(stage)
    stage.act("counter.owed")
    stage.settle()
    drawer = page.drawer
    assert isinstance(drawer, OwedDrawer)
    drawer.take(next(one for one in drawer.list.records if one.number in drawer.known.narcotics))
    stage.act("counter.bearer")
    drawer.bearer.who.setText("TESTUN Amandine")
    drawer.bearer.address.setText("8 chemin du Houx, 63999 Saint-Galien")
    stage.settle()
    drawer.confirm()
    stage.settle()


def _billed(stage: Stage) -> None:
    """Where the delivery bills what leaves only: the price of the day, and how it is paid."""
    services, actor = stage.services, stage.services.system_actor
    before = services.owed.settings()
    services.owed.choose(actor, replace(before, bill_later=True))
    page = _promise(stage)
    services.owed.choose(actor, before)
    stage.act("counter.owed")
    stage.settle()
    drawer = page.drawer
    assert isinstance(drawer, OwedDrawer)
    drawer.take(next(one for one in drawer.list.records if not one.billed))
    stage.settle()


PICTURES = (
    Picture("counter-owed-late", _late),
    Picture("counter-owed-bearer", _collected),
    Picture("counter-owed-billed", _billed),
)
