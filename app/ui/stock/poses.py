"""Which states of quarantine and recalls are worth a picture?"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING

from app.officine.stock.quarantined import Aside, Cause
from app.ui.counter.recall_poses import recalled
from app.ui.pictures import Picture
from app.ui.stock.view import StockView

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage

_SERIALS = itertools.count(920_100)


def _view(stage: Stage, page: str) -> StockView:
    view = stage.view("stock")
    assert isinstance(view, StockView)
    view.open_page(page)
    sheet = {"quarantine": view.quarantine.sheet, "recalls": view.recalls.sheet}[page]
    sheet.close_forms()
    stage.settle()
    return view


def _fill(stage: Stage) -> None:
    """Set boxes aside for each cause; they stay for the pictures that follow."""
    services, actor = stage.services, stage.services.system_actor
    draft = recalled(stage)
    if services.quarantine.present():
        return
    recall = services.recalls.of([draft.code])[draft.code][0]
    listed = [item.code for item in services.stock.items() if item.quantity > 2 and item.code != draft.code][:3]
    expiry = dt.date(2026, 10, 31)
    for asked in (
        Aside(code=listed[0], cause=Cause.EXPIRED, expiry=expiry, lot="K204", reason="Périmée depuis le 31/10/2026"),
        Aside(code=listed[1], quantity=2, cause=Cause.DAMAGED, lot="7C118", reason="Rupture de la chaîne du froid"),
        Aside(
            code=draft.code,
            cause=Cause.RECALL,
            lot="AB12",
            serial=str(next(_SERIALS)),
            expiry=dt.date(2028, 12, 31),
            reason=f"Rappel\u00a0: {draft.reason}",
            reference=draft.reference,
            recall_id=recall.id,
        ),
    ):
        services.quarantine.set_aside(actor, asked)


def _page(name: str, *acts: str) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        _fill(stage)
        _view(stage, name)
        for act in acts:
            stage.act(act)

    return pose


def _nothing_aside(stage: Stage) -> None:
    view = _view(stage, "quarantine")
    view.quarantine.list.set_records(())
    stage.settle()


def _no_recall(stage: Stage) -> None:
    view = _view(stage, "recalls")
    view.recalls.list.set_records(())
    stage.settle()


def _moved(stage: Stage) -> None:
    """The movements of a product of which a box was set aside."""
    _fill(stage)
    view = stage.view("stock")
    assert isinstance(view, StockView)
    view.open_page("shelf")
    view.pane.field.setText(recalled(stage).code)
    view.pane.field.search_now()
    stage.settle()


PICTURES = (
    Picture("stock-quarantine-empty", _nothing_aside),
    Picture("stock-recalls-empty", _no_recall),
    Picture("stock-quarantine", _page("quarantine")),
    Picture("stock-quarantine-aside", _page("quarantine", "stock.set_aside")),
    Picture("stock-quarantine-leave", _page("quarantine", "stock.leave")),
    Picture("stock-quarantine-refused", _page("quarantine", "stock.leave", "stock.save")),
    Picture("stock-recalls", _page("recalls")),
    Picture("stock-recalls-new", _page("recalls", "stock.recall_new")),
    Picture("stock-recalls-refused", _page("recalls", "stock.recall_new", "stock.save")),
    Picture("stock-recalls-lift", _page("recalls", "stock.recall_lift")),
    Picture("stock-recalls-seen", _page("recalls", "stock.recall_seen")),
    Picture("stock-moved-aside", _moved),
)
