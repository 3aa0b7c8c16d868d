"""Which states of substitution and of unit dispensing are worth a picture?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.outcome import Refused
from app.officine.billing.model import Justification, Substitution
from app.officine.dispensing import session as editing
from app.ui.counter.poses import counter_page
from app.ui.counter.units_drawer import UnitsDrawer
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.counter.page import TillPage
    from app.ui.pictures import Stage

_PRINCEPS, _NARROW, _BIOSIMILAR, _UNIT, _ALONE = "crestor 10", "lamictal", "amgevita", "xanax", "toujeo"
_OTHER = "omeprazole biogaran"
_PATIENT = "pat trois"


def _sale(stage: Stage, *queries: str) -> TillPage:
    """Return the comptoir with an ordonnance of the patient for these products, the first one pointed at."""
    page = counter_page(stage)
    patient = stage.services.patients.search(_PATIENT)[0]
    page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
    for query in queries:
        page.add(stage.services.catalog.search(query, 1)[0])
    stage.settle()
    stage.act("counter.prescription")
    drawer = page.drawer
    assert drawer is not None
    drawer.confirm()
    drawer.confirm()
    stage.settle()
    page.table.point(0)
    stage.settle()
    return page


def _open(stage: Stage, *queries: str) -> TillPage:
    page = _sale(stage, *queries)
    stage.act("counter.substitution")
    return page


def _decide(stage: Stage, page: TillPage, substitution: Substitution) -> None:
    line = page.till.session.lines[0]
    page.till.do(editing.set_substitution(page.till.session, line.line_id, substitution))
    stage.settle()


def _generics(stage: Stage) -> None:
    _open(stage, _PRINCEPS, _OTHER)


def _refused(stage: Stage) -> None:
    page = _open(stage, _PRINCEPS, _OTHER)
    _decide(stage, page, Substitution(refused=True))


def _apart(stage: Stage) -> None:
    page = _open(stage, _PRINCEPS, _OTHER)
    _decide(stage, page, Substitution(refused=True, apart=True))


def _mention(stage: Stage) -> None:
    page = _open(stage, _NARROW)
    _decide(stage, page, Substitution(justification=Justification.NARROW_MARGIN))


def _tfr(stage: Stage) -> None:
    product = stage.services.catalog.search(_PRINCEPS, 1)[0]
    content = f"cip13;tarif;debut;fin;source\n{product.code};4,10;2026-01-01;;Liste fictive de démonstration\n"
    loaded = stage.services.tfr.load(content.encode(), stage.services.system_actor)
    assert not isinstance(loaded, Refused)
    try:
        _open(stage, _PRINCEPS)
    finally:
        # The pictures that follow show the product as it is without: the row ends before they are drawn.
        ended = content.replace("2026-01-01;;", "2026-01-01;2026-01-02;")
        stage.services.tfr.load(ended.encode(), stage.services.system_actor)


def _why(stage: Stage) -> None:
    page = _sale(stage, _PRINCEPS, _UNIT)
    _decide(stage, page, Substitution(refused=True))
    _split(stage, page, 1, 6)
    stage.act("counter.why")


def _biosimilar(stage: Stage) -> None:
    _open(stage, _BIOSIMILAR)


def _no_group(stage: Stage) -> None:
    _open(stage, _ALONE)


def _split(stage: Stage, page: TillPage, place: int, units: int) -> None:
    line = page.till.session.lines[place]
    page.till.do(editing.set_units(page.till.session, line.line_id, units))
    stage.settle()


def _units(stage: Stage) -> None:
    page = _sale(stage, _UNIT)
    stage.act("counter.units")
    assert isinstance(page.drawer, UnitsDrawer)
    page.drawer.units.setText("6")


def _units_line(stage: Stage) -> None:
    page = _sale(stage, _UNIT, _OTHER)
    session = page.till.session
    written = replace(session.lines[0], posology="1 le soir au coucher")
    page.till.do((replace(session, lines=(written, *session.lines[1:]), revision=session.revision + 1), ()))
    _split(stage, page, 0, 6)


PICTURES = (
    Picture("counter-substitution", _generics),
    Picture("counter-substitution-refused", _refused),
    Picture("counter-substitution-apart", _apart),
    Picture("counter-substitution-mention", _mention),
    Picture("counter-substitution-tfr", _tfr),
    Picture("counter-substitution-biosimilar", _biosimilar),
    Picture("counter-substitution-none", _no_group),
    Picture("counter-units", _units),
    Picture("counter-units-line", _units_line),
    Picture("counter-why-refused", _why),
)
