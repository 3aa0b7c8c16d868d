"""Which states of the counter are worth a picture?"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from app.officine.dispensing import owing
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import Payment, PaymentMethod
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.prescription_drawer import PrescriptionDrawer
from app.ui.counter.view import CounterView
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.counter.page import TillPage
    from app.ui.pictures import Stage

_GS = "\x1d"
# A box leaves once: each picture scans boxes of its own.
_SERIALS = itertools.count(900_100)
_FREE, _LISTED, _LISTED_TOO = "doliprane 1000", "ramipril", "levothyrox"
_PATIENT = "pat trois"
_CHRONIC = "adrtrois toussaint"


def counter_page(stage: Stage) -> TillPage:
    """Return the comptoir shown, empty, with the checks made."""
    stage.services.safety.switch.set(stage.services.system_actor, enabled=True)
    view = stage.view("counter")
    assert isinstance(view, CounterView)
    while len(view.all_pages) > 1:
        stage.act("counter.next")
        view._drop(view.all_pages[-1])  # noqa: SLF001 -- pictures begin with one comptoir
        stage.settle()
    page = view.page
    assert page is not None
    page.omnibox.reset()
    if page.drawer is not None:
        page.close_drawer()
    stage.act("counter.abandon")
    stage.window.toasts.clear()
    page.till.last_delivery = None
    page.detail.show_line(None)
    return page


def _add(stage: Stage, *queries: str) -> None:
    for place, query in enumerate(queries):
        serial = next(_SERIALS)
        product = stage.services.catalog.search(query, 1)[0]
        stage.ui.scanner.accept(f"010{product.code}17281231{'10'}B4{place}7K{_GS}21{serial}")
        stage.settle()


def _take_patient(stage: Stage, page: TillPage) -> None:
    patient = stage.services.patients.search(_PATIENT)[0]
    page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
    stage.settle()


def _type(stage: Stage, page: TillPage, text: str) -> None:
    page.omnibox.field.setText(text)
    page.omnibox.field.search_now()
    stage.settle()


def _empty(stage: Stage) -> None:
    counter_page(stage)


def _answers(stage: Stage) -> None:
    _type(stage, counter_page(stage), "mar")


def _nothing(stage: Stage) -> None:
    _type(stage, counter_page(stage), "xyzzyx")


def _free_sale(stage: Stage) -> None:
    counter_page(stage)
    _add(stage, _FREE)


def _blocked(stage: Stage) -> None:
    counter_page(stage)
    _add(stage, _FREE, _LISTED)


def _clashing(stage: Stage) -> None:
    """A contraindication and a precaution with an antivitamin K, as the demonstration's thesaurus knows them."""
    page = counter_page(stage)
    _take_patient(stage, page)
    _add(stage, "previscan", "daktarin", _FREE)
    stage.act("counter.prescription")
    drawer = page.drawer
    assert drawer is not None
    drawer.confirm()
    drawer.confirm()
    stage.settle()


def _running(stage: Stage) -> None:
    page = counter_page(stage)
    _take_patient(stage, page)
    _add(stage, _FREE, _LISTED, _LISTED_TOO)
    stage.act("counter.prescription")
    drawer = page.drawer
    assert drawer is not None
    drawer.confirm()
    drawer.confirm()
    stage.settle()
    page.table.point(1)
    stage.settle()


def _refused_scan(stage: Stage) -> None:
    _blocked(stage)
    stage.ui.scanner.accept("3400000000000")
    stage.settle()


def _new_patient(stage: Stage) -> None:
    page = counter_page(stage)
    stage.act("counter.patient")
    assert isinstance(page.drawer, PatientDrawer)
    page.drawer.begin("lefèvre anaïs")
    page.drawer.form.birth_date.setText("mai 1980")


def _renewable(stage: Stage) -> TillPage:
    page = counter_page(stage)
    patient = stage.services.patients.search(_CHRONIC)[0]
    page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
    stage.settle()
    stage.act("counter.prescription")
    return page


def _renewals(stage: Stage) -> None:
    _renewable(stage)


def _renewed(stage: Stage) -> None:
    page = _renewable(stage)
    assert page.drawer is not None
    page.drawer.pane.field.confirmed.emit()  # type: ignore[attr-defined] # the ordonnance's panel
    stage.settle()
    _add(stage, "eliquis 5", _FREE)
    page.table.point(0)
    stage.settle()


def _new_prescriber(stage: Stage) -> None:
    page = counter_page(stage)
    stage.act("counter.prescription")
    assert isinstance(page.drawer, PrescriptionDrawer)
    page.drawer.new_button.click()


def _payment(stage: Stage) -> None:
    page = counter_page(stage)
    _add(stage, _FREE, "advil")
    stage.act("counter.pay")
    if isinstance(page.drawer, PaymentDrawer):
        page.drawer.given.setText("20")


def _split(stage: Stage) -> None:
    page = counter_page(stage)
    _take_patient(stage, page)
    _add(stage, _FREE, "advil")
    stage.act("counter.pay")
    if isinstance(page.drawer, PaymentDrawer):
        page.drawer.given.setText("2")
        page.drawer._group.button(1).click()  # noqa: SLF001 -- as its key does
        page.drawer.given.setText("10")


def _paid(stage: Stage) -> None:
    page = counter_page(stage)
    _add(stage, _FREE)
    stage.act("counter.pay")
    stage.settle()
    assert page.drawer is not None
    page.drawer.confirm()
    if not isinstance(page.drawer, PaymentDrawer):
        stage.settle()
    if isinstance(page.drawer, PaymentDrawer):
        page.drawer.given.setText("5")
        page.drawer.confirm()
    stage.settle()


def _waiting(stage: Stage) -> None:
    _running(stage)
    stage.act("counter.hold")
    counter_page(stage)
    stage.act("counter.hold")


def _two_tills(stage: Stage) -> None:
    _running(stage)
    stage.act("counter.new")
    _add(stage, _FREE)


def _promised(stage: Stage) -> TillPage:
    """Point at a line of three boxes, of which the stock holds two."""
    page = counter_page(stage)
    _take_patient(stage, page)
    product = stage.services.catalog.search(_FREE, 1)[0]
    stage.services.stock.adjust(stage.services.system_actor, product.code, 2, "Inventaire")
    _add(stage, _FREE)
    page.set_quantity(3)
    stage.settle()
    return page


def _promising(stage: Stage) -> None:
    _promised(stage)
    stage.act("counter.owed")
    stage.settle()


def _owed(stage: Stage) -> None:
    """Leave one box owed, then list what is owed on an empty sale, the box having come in."""
    page = _promised(stage)
    line = page.current_line
    assert line is not None
    page.till.do(owing.owe(page.till.session, line.line_id, 1))
    stage.settle()
    services, actor = stage.services, stage.services.system_actor
    due = services.counter.quote(page.till.session).totals.patient
    paid = (Payment(PaymentMethod.CARD, due),) if due else ()
    services.counter.validate(page.till.session, actor, paid)
    services.stock.adjust(actor, line.code, 6, "Inventaire")
    page.till.start(services.counter.new_session(actor))
    stage.settle()
    counter_page(stage)
    stage.act("counter.owed")
    stage.settle()


def _handing(stage: Stage) -> None:
    _owed(stage)
    _add(stage, _FREE)


def _with(pose: Callable[[Stage], None], act: str) -> Callable[[Stage], None]:
    def both(stage: Stage) -> None:
        pose(stage)
        stage.act(act)

    return both


PICTURES = (
    Picture("counter-empty", _empty),
    Picture("counter-answers", _answers),
    Picture("counter-nothing", _nothing),
    Picture("counter-free-sale", _free_sale),
    Picture("counter-blocked", _blocked),
    Picture("counter-control", _with(_blocked, "counter.control")),
    Picture("counter-interactions", _with(_clashing, "counter.control")),
    Picture("counter-running", _running),
    Picture("counter-refused-scan", _refused_scan),
    Picture("counter-patient", _with(_blocked, "counter.patient")),
    Picture("counter-new-patient", _new_patient),
    Picture("counter-prescription", _with(_running, "counter.prescription")),
    Picture("counter-renewals", _renewals),
    Picture("counter-renewed", _renewed),
    Picture("counter-directions", _with(_renewed, "counter.directions")),
    Picture("counter-new-prescriber", _new_prescriber),
    Picture("counter-history", _with(_running, "counter.history")),
    Picture("counter-why", _with(_running, "counter.why")),
    Picture("counter-payment", _payment),
    Picture("counter-split", _split),
    Picture("counter-paid", _paid),
    Picture("counter-prints", _with(_paid, "counter.prints")),
    Picture("counter-waiting", _waiting),
    Picture("counter-promising", _promising),
    Picture("counter-owed", _owed),
    Picture("counter-handing", _handing),
    Picture("counter-two-tills", _two_tills),
)
