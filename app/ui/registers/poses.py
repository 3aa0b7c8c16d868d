"""Which states of the registers are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.pictures import Picture
from app.ui.registers.narcotics import NarcoticsPage
from app.ui.registers.ordonnancier import OrdonnancierPage
from app.ui.registers.view import RegistersView

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage


def _view(stage: Stage) -> RegistersView:
    view = stage.view("registers")
    assert isinstance(view, RegistersView)
    return view


def _page(name: str) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        view = _view(stage)
        stage.act(f"registers.{name}")
        page = view.page(name)
        if isinstance(page, OrdonnancierPage):
            page.field.clear()
        if isinstance(page, NarcoticsPage):
            page.sheet.close_forms()
        stage.settle()

    return pose


def _nothing(stage: Stage) -> None:
    _page("ordonnancier")(stage)
    page = _view(stage).page("ordonnancier")
    assert isinstance(page, OrdonnancierPage)
    page.field.setText("xyzzyx")
    page.field.search_now()
    stage.settle()


def _point(stage: Stage) -> NarcoticsPage:
    _page("narcotics")(stage)
    page = _view(stage).page("narcotics")
    assert isinstance(page, NarcoticsPage)
    page.point_at("3400936985155")
    stage.settle()
    return page


def _form(act: str) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        _point(stage)
        stage.act(act)

    return pose


def _missing_box(stage: Stage) -> None:
    page = _point(stage)
    stage.act("registers.count")
    form = page.sheet.count
    assert page.sheet.record is not None
    form.number.setValue(page.sheet.record.holding.boxes - 1)
    form.second.setText("Léa Petit")
    stage.act("registers.save")


def _pointed(stage: Stage) -> None:
    _point(stage)


def _refused_close(stage: Stage) -> None:
    _page("balance")(stage)
    stage.act("registers.close")


PICTURES = (
    Picture("registers-ordonnancier", _page("ordonnancier")),
    Picture("registers-nothing", _nothing),
    Picture("registers-narcotics", _pointed),
    Picture("registers-count", _form("registers.count")),
    Picture("registers-missing-box", _missing_box),
    Picture("registers-exit", _form("registers.exit")),
    Picture("registers-balance", _page("balance")),
    Picture("registers-balance-refused", _refused_close),
    Picture("registers-derived", _page("derived")),
    Picture("registers-retention", _page("retention")),
)
