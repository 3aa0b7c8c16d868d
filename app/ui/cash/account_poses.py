"""Which states of the avances and the accounts are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.money import Money
from app.ui.cash.poses import cash_view
from app.ui.counter.sale_poses import hand_over_in_advance
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage


def _no_advance(stage: Stage) -> None:
    view = cash_view(stage, "advances")
    view.advances.pane.field.setText("xyzzy")
    view.advances.pane.field.search_now()
    stage.settle()


def _advances(*acts: str) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        hand_over_in_advance(stage, Money(10_00))
        view = cash_view(stage, "advances")
        view.advances.pane.field.clear()
        view.advances.pane.field.search_now()
        stage.settle()
        view.advances.pane.list.point(0)
        stage.settle()
        for act_id in acts:
            stage.act(act_id)

    return pose


PICTURES = (
    Picture("cash-advances", _advances()),
    Picture("cash-advance-back", _advances("cash.advance_back", "cash.save")),
    Picture("cash-advance-days", _advances("cash.advance_days")),
    Picture("cash-advances-nothing", _no_advance),
)
