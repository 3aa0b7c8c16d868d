"""Which states of the rules of the ordonnance are worth a picture?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.officine.dispensing import courses, matching
from app.officine.dispensing import session as editing
from app.officine.dispensing.bearer import Bearer
from app.officine.dispensing.model import Payment, PaymentMethod, PrescriptionDraft
from app.officine.prescriptions.model import PrescribedLine, PrescriptionKind
from app.ui.counter.poses import counter_page
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.counter.page import TillPage
    from app.ui.pictures import Stage

_NARCOTIC, _RESTRICTED = "3400938050813", "isotretinoine"
_PATIENT, _ON_THE_PILL = "pat trois", "bourrache"
_BEARER = Bearer("TESTUN Amandine", "8 chemin du Houx, 63999 Saint-Galien-les-Simples", "CNI 12AB34567")


def _page(stage: Stage, query: str) -> TillPage:
    page = counter_page(stage)
    patient = stage.services.patients.search(query)[0]
    page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
    return page


def _prescribed(stage: Stage, page: TillPage, code: str, typed: str, *, days_ago: int = 0) -> None:
    """Put one box on a secured ordonnance of some days ago, its line typed in one go."""
    services = stage.services
    prescriber = services.prescriptions.prescribers("melilot")[0]
    product, detail = services.catalog.by_code(code), services.catalog.detail(code)
    assert product is not None
    draft = PrescriptionDraft(
        prescriber.id,
        prescriber.display_name,
        today(services.clock) - dt.timedelta(days=days_ago),
        PrescriptionKind.SECURED,
    )
    page.till.do(editing.set_prescription(page.till.session, draft))
    line = PrescribedLine(line_id="P1", code=code, label=product.name, cis=product.cis or "")
    written = courses.fractioned(matching.directed(line, typed, product), detail, product)
    page.till.do(matching.detail(page.till.session, (written,), {code: product}))
    page.add(product)
    stage.settle()


def _fraction(stage: Stage) -> TillPage:
    page = _page(stage, _PATIENT)
    _prescribed(stage, page, _NARCOTIC, "1 m 14 j")
    page.set_quantity(2)
    page.till.do(editing.set_bearer(page.till.session, _BEARER.text))
    stage.settle()
    page.table.point(0)
    stage.settle()
    return page


def _bearer(stage: Stage) -> None:
    _fraction(stage)
    stage.act("counter.bearer")


def _directions(stage: Stage) -> None:
    _fraction(stage)
    stage.act("counter.directions")


def _control(stage: Stage) -> None:
    _fraction(stage)
    stage.act("counter.control")


def _overlap(stage: Stage) -> None:
    """Seven days of fourteen leave on an ordonnance of the day before; another one comes today."""
    page = _page(stage, _PATIENT)
    services, actor = stage.services, stage.services.system_actor
    _prescribed(stage, page, _NARCOTIC, "1 m 14 j", days_ago=1)
    due = services.counter.quote(page.till.session).totals.patient
    services.counter.validate(page.till.session, actor, (Payment(PaymentMethod.CARD, due),) if due else ())
    page.till.start(services.counter.new_session(actor))
    stage.settle()
    page = _page(stage, _PATIENT)
    _prescribed(stage, page, _NARCOTIC, "1 m 14 j")
    stage.act("counter.control")


def _restricted(stage: Stage) -> None:
    page = _page(stage, _PATIENT)
    page.add(stage.services.catalog.search(_RESTRICTED, 1)[0])
    stage.settle()
    stage.act("counter.prescription")
    drawer = page.drawer
    assert drawer is not None
    drawer.confirm()
    drawer.confirm()
    stage.settle()
    stage.act("counter.control")


def _beyond(stage: Stage) -> TillPage:
    page = _page(stage, _ON_THE_PILL)
    stage.settle()
    stage.act("counter.prescription")
    return page


def _offered(stage: Stage) -> None:
    _beyond(stage)


def _beyond_taken(stage: Stage) -> None:
    page = _beyond(stage)
    drawer = page.drawer
    assert drawer is not None
    drawer.beyond.take()  # type: ignore[attr-defined] # the ordonnance's panel
    stage.settle()
    page.add(stage.services.catalog.search("ludeal", 1)[0])
    stage.settle()
    stage.act("counter.control")


def _pointed(stage: Stage) -> None:
    _fraction(stage)


PICTURES = (
    Picture("counter-fraction", _pointed),
    Picture("counter-fraction-control", _control),
    Picture("counter-fraction-typed", _directions),
    Picture("counter-bearer", _bearer),
    Picture("counter-overlap", _overlap),
    Picture("counter-restricted", _restricted),
    Picture("counter-beyond", _offered),
    Picture("counter-beyond-taken", _beyond_taken),
)
