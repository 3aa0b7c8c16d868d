"""Which states of the prints and of the hidden panels are worth a picture?"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from app.officine.dispensing import session as editing
from app.officine.dispensing.papers import PaperKind
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.poses import counter_page
from app.ui.counter.prints_drawer import PrintsDrawer
from app.ui.pictures import Picture
from app.ui.printing import PrintFailure, Wish, print_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.counter.page import TillPage
    from app.ui.counter.pictures import Pixels
    from app.ui.pictures import Stage

_GS = "\x1d"
_SERIALS = itertools.count(970_100)
_TAKEN = ("ramipril", "levothyrox", "doliprane 1000")
_POSOLOGIES = ("1 gélule le matin", "1 comprimé le matin à jeun", "1 comprimé si douleur, 4 par jour au plus")


class _Broken:
    """A printer that is switched off."""

    def names(self) -> list[str]:
        return ["Étiquettes du comptoir"]

    def send(self, printer: str, page: Callable[[int, float], Pixels], count: int) -> None:  # noqa: ARG002 -- the port's
        raise PrintFailure(f"L’imprimante «\u00a0{printer}\u00a0» ne répond pas.")


def _prescribed(stage: Stage) -> TillPage:
    page = counter_page(stage)
    patient = stage.services.patients.search("pat trois")[0]
    page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
    for query in _TAKEN:
        product = stage.services.catalog.search(query, 1)[0]
        stage.ui.scanner.accept(f"010{product.code}17281231{'10'}P1{_GS}21{next(_SERIALS)}")
        stage.settle()
    stage.act("counter.prescription")
    for _ in range(2):
        if page.drawer is not None:
            page.drawer.confirm()
    stage.settle()
    session = page.till.session
    lines = tuple(replace(line, posology=text, days=28) for line, text in zip(session.lines, _POSOLOGIES, strict=False))
    page.till.do((replace(session, lines=lines, revision=session.revision + 1), ()))
    stage.settle()
    return page


def _delivered(stage: Stage) -> TillPage:
    page = _prescribed(stage)
    stage.act("counter.pay")
    if isinstance(page.drawer, ControlDrawer):
        page.drawer.confirm()
        stage.settle()
    if isinstance(page.drawer, PaymentDrawer):
        page.drawer.confirm()
    stage.settle()
    return page


def _shown(stage: Stage, kind: PaperKind) -> PrintsDrawer:
    page = _delivered(stage)
    stage.act("counter.prints")
    drawer = page.drawer
    assert isinstance(drawer, PrintsDrawer)
    kinds = [offer.kind for offer in drawer.papers.records]
    if kind in kinds:
        drawer.papers.point(kinds.index(kind))
    stage.settle()
    return drawer


def _labels(stage: Stage) -> None:
    _shown(stage, PaperKind.LABELS)


def _plan(stage: Stage) -> None:
    _shown(stage, PaperKind.PLAN)


def _pillbox(stage: Stage) -> None:
    _shown(stage, PaperKind.PILLBOX)


def _failed(stage: Stage) -> None:
    drawer = _shown(stage, PaperKind.LABELS)
    desk = print_desk(stage.ui)
    kept, chosen = desk.printers, stage.services.settings.printers
    desk.printers = _Broken()
    stage.services.settings.printers = {"label": "Étiquettes du comptoir"}
    wish = drawer.wish
    desk.print(wish if wish is not None else Wish(1))
    stage.settle()
    desk.printers, stage.services.settings.printers = kept, chosen


def _private(stage: Stage) -> None:
    page = _prescribed(stage)
    if not page.shield.private:
        stage.act("counter.private")


def _shown_again(pose: Callable[[Stage], None]) -> Callable[[Stage], None]:
    """Begin with the clinical panels in sight, and nothing failed."""

    def pose_it(stage: Stage) -> None:
        page = counter_page(stage)
        if page.shield.private:
            stage.act("counter.private")
        print_desk(stage.ui).failed = None
        pose(stage)

    return pose_it


PICTURES = (
    Picture("counter-prints-labels", _shown_again(_labels)),
    Picture("counter-prints-plan", _shown_again(_plan)),
    Picture("counter-prints-pillbox", _shown_again(_pillbox)),
    Picture("counter-prints-failed", _shown_again(_failed)),
    Picture("counter-private", _shown_again(_private)),
    Picture("counter-shown-again", _shown_again(lambda _stage: None)),
)
