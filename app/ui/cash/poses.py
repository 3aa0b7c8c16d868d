"""Which states of the till are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.cash.model import Means, Payment
from app.ui.cash.view import CashView
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.ui.pictures import Stage


def cash_view(stage: Stage, page: str) -> CashView:
    """Enter the till at a page, its forms closed."""
    view = stage.view("cash")
    assert isinstance(view, CashView)
    for one in view.pages.values():
        one.close_form()
    stage.act(f"cash.{page}")
    return view


def _sell(stage: Stage) -> None:
    """Sell one box for cash, for the lists to have something of today."""
    from app.officine.dispensing import session as editing  # noqa: PLC0415 -- only pictures make sales

    services, actor = stage.services, stage.ui.actor()
    product = services.catalog.search("doliprane 1000", 1)[0]
    session, _ = editing.add_product(services.counter.new_session(actor), product, quantity=2)
    session, _ = editing.force_stock(session, "L1")
    due = services.counter.quote(session).totals.patient
    services.counter.validate(session, actor, [Payment(Means.CASH, due, due)])
    stage.settle()


def _page(name: str, *acts: str) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        cash_view(stage, name)
        for act_id in acts:
            stage.act(act_id)

    return pose


def _sold(*acts: str) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        _sell(stage)
        view = cash_view(stage, "sales")
        view.sales.list.point(0)
        stage.settle()
        for act_id in acts:
            stage.act(act_id)

    return pose


def _named(stage: Stage) -> None:
    """Take back one of two boxes that were scanned."""
    from app.officine.dispensing import session as editing  # noqa: PLC0415 -- only pictures make sales
    from app.officine.dispensing.model import Box  # noqa: PLC0415 -- the same

    services, actor = stage.services, stage.ui.actor()
    product = services.catalog.search("doliprane 1000", 1)[0]
    session = services.counter.new_session(actor)
    for lot, serial in (("B441", f"SN{session.id[:6]}"), ("B442", f"SN{session.id[6:12]}")):
        session, _ = editing.add_product(session, product, box=Box(lot, None, serial.upper()))
    session, _ = editing.force_stock(session, "L1")
    due = services.counter.quote(session).totals.patient
    services.counter.validate(session, actor, [Payment(Means.CASH, due, due)])
    stage.settle()
    view = cash_view(stage, "sales")
    view.sales.list.point(0)
    stage.settle()
    stage.act("cash.credit")
    view.sales.reversing.rows[0][1].setValue(1)
    view.sales.reversing.reason.setText("Retour du client")
    stage.act("cash.save")


def _opened(stage: Stage) -> None:
    view = cash_view(stage, "drawer")
    if view.drawer.drawer is not None and not view.drawer.drawer.is_open:
        stage.act("cash.float")
        view.drawer.opening.amount.setText("150")
        stage.act("cash.save")


def _counted(stage: Stage) -> None:
    view = cash_view(stage, "drawer")
    stage.act("cash.count")
    for value, number in zip(view.drawer.counting.coins.values(), (0, 0, 0, 2, 1, 2), strict=False):
        value.setValue(number)
    stage.act("cash.save")


def _nobody(stage: Stage) -> None:
    view = cash_view(stage, "debts")
    view.debts.pane.field.setText("xyzzy")
    view.debts.pane.field.search_now()
    stage.settle()


def _debts(*acts: str) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        view = cash_view(stage, "debts")
        view.debts.pane.field.clear()
        view.debts.pane.field.search_now()
        stage.settle()
        view.debts.pane.list.point(0)
        stage.settle()
        for act_id in acts:
            stage.act(act_id)

    return pose


PICTURES = (
    Picture("cash-sales-empty", _page("sales")),
    Picture("cash-sales", _sold()),
    Picture("cash-cancel", _sold("cash.cancel")),
    Picture("cash-credit", _sold("cash.credit", "cash.save")),
    Picture("cash-credit-boxes", _named),
    Picture("cash-drawer", _page("drawer")),
    Picture("cash-drawer-open", _opened),
    Picture("cash-out", _page("drawer", "cash.out", "cash.save")),
    Picture("cash-count", _counted),
    Picture("cash-closings", _page("closings")),
    Picture("cash-closed-twice", _page("closings", "cash.z", "cash.z")),
    Picture("cash-debts", _debts()),
    Picture("cash-settle", _debts("cash.settle")),
    Picture("cash-nobody", _nobody),
    Picture("cash-journal", _page("journal")),
)
