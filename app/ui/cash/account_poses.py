"""Which states of the avances and the accounts are worth a picture?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.money import Money
from app.officine.accounts.model import AccountKind
from app.officine.cash.model import Means, Payment
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import SaleKind
from app.ui.cash.poses import cash_view
from app.ui.counter.sale_poses import COLLEAGUE, FREE, HOME, hand_over_in_advance, open_account
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.accounts.model import CustomerAccount
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


def _accounts(*acts: str) -> Callable[[Stage], None]:
    def pose(stage: Stage) -> None:
        open_account(stage, AccountKind.OFFICINE, COLLEAGUE)
        account = open_account(stage, AccountKind.INSTITUTION, HOME)
        _sell_on(stage, account)
        services, actor = stage.services, stage.services.system_actor
        if not services.accounts.invoices(account.id):
            services.accounts.make_invoice(actor, account.id, today(services.clock))
            services.accounts.receive(actor, account.id, [Payment(Means.TRANSFER, Money(1_00))])
            _sell_on(stage, account)
        view = cash_view(stage, "accounts")
        view.accounts.pane.field.clear()
        view.accounts.pane.field.search_now()
        stage.settle()
        view.accounts.pane.list.point(0)
        stage.settle()
        for act_id in acts:
            stage.act(act_id)

    return pose


def _sell_on(stage: Stage, account: CustomerAccount) -> None:
    services, actor = stage.services, stage.services.system_actor
    session, _ = editing.add_product(services.counter.new_session(actor), services.catalog.search(FREE, 1)[0])
    session, _ = editing.set_terms(
        editing.force_stock(session, "L1")[0], SaleKind.ACCOUNT, "", (account.id, account.name)
    )
    due = services.counter.quote(session).totals.patient
    services.counter.validate(session, actor, [Payment(Means.ACCOUNT, due)])
    stage.settle()


def _no_account(stage: Stage) -> None:
    view = cash_view(stage, "accounts")
    view.accounts.pane.field.setText("xyzzy")
    view.accounts.pane.field.search_now()
    stage.settle()


PICTURES = (
    Picture("cash-advances", _advances()),
    Picture("cash-advance-back", _advances("cash.advance_back", "cash.save")),
    Picture("cash-advance-days", _advances("cash.advance_days")),
    Picture("cash-advances-nothing", _no_advance),
    Picture("cash-accounts", _accounts()),
    Picture("cash-account-pay", _accounts("cash.account_pay")),
    Picture("cash-account-invoice", _accounts("cash.account_invoice")),
    Picture("cash-account-refused", _accounts("cash.account_new", "cash.save")),
    Picture("cash-accounts-nothing", _no_account),
)
