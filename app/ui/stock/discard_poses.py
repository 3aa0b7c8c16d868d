"""Which states of the rest of an opened box are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.pictures import Picture
from app.ui.stock.view import StockView

if TYPE_CHECKING:
    from app.ui.pictures import Stage


def opened_box(stage: Stage) -> StockView:
    """Sell five units of a box, then say what becomes of its rest."""
    from app.officine.cash.model import Means, Payment  # noqa: PLC0415 -- only pictures make sales
    from app.officine.dispensing import session as editing  # noqa: PLC0415 -- the same
    from app.officine.dispensing.model import Box  # noqa: PLC0415 -- the same

    services, actor = stage.services, stage.ui.actor()
    product = services.catalog.search("doliprane 1000", 1)[0]
    session = services.counter.new_session(actor)
    session, _ = editing.add_product(session, product, box=Box("B441", None, f"SN{session.id[:8]}".upper()))
    session, _ = editing.set_units(session, "L1", 5)
    session, _ = editing.force_stock(session, "L1")
    due = services.counter.quote(session).totals.patient
    services.counter.validate(session, actor, [Payment(Means.CASH, due, due)])
    stage.settle()
    view = stage.view("stock")
    assert isinstance(view, StockView)
    stage.act("stock.back")
    view.pane.field.setText(product.code)
    view.pane.field.search_now()
    stage.settle()
    view.pane.list.point(0)
    stage.settle()
    stage.act("stock.discard")
    return view


def _discard(stage: Stage) -> None:
    form = opened_box(stage).sheet.thrown
    form.reason.setText("Traitement terminé")


def _refused(stage: Stage) -> None:
    opened_box(stage)
    stage.act("stock.save")


PICTURES = (Picture("stock-discard", _discard), Picture("stock-discard-refused", _refused))
