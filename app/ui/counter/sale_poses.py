"""Which states of the terms of a sale are worth a picture?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.money import Money
from app.kernel.outcome import Done
from app.officine.accounts.model import AccountDraft, AccountKind, CustomerAccount
from app.officine.cash.model import Means, Payment
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import SaleKind
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.poses import counter_page
from app.ui.counter.sale_drawer import SaleDrawer
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.officine.dispensing.model import CounterSession
    from app.ui.counter.page import TillPage
    from app.ui.pictures import Stage

PATIENT, LISTED, FREE = "pat trois", "ramipril", "doliprane 1000"
HOME, COLLEAGUE = "EHPAD Les Tilleuls (fictif)", "Pharmacie du Marché (fictive)"
WHY = "Cabinet fermé, le médecin envoie l’ordonnance lundi"


def advance_session(stage: Stage) -> CounterSession:
    """Return a sale of one box of a listed medicine, to be handed over before its ordonnance."""
    services = stage.services
    patient, product = services.patients.search(PATIENT)[0], services.catalog.search(LISTED, 1)[0]
    session, _ = editing.set_patient(services.counter.new_session(stage.ui.actor()), patient.id, patient.display_name)
    session, _ = editing.add_product(session, product)
    return editing.set_terms(editing.force_stock(session, "L1")[0], SaleKind.ADVANCE, WHY)[0]


def hand_over_in_advance(stage: Stage, deposit: Money | None = None) -> None:
    """Hand one box over before its ordonnance, as Galien itself."""
    paid = (Payment(Means.CASH, deposit),) if deposit is not None else ()
    stage.services.counter.validate(advance_session(stage), stage.services.system_actor, paid)
    stage.settle()


def _serve(stage: Stage) -> TillPage:
    page = counter_page(stage)
    asked, now = advance_session(stage), page.till.session
    served = replace(asked, id=now.id, holder=now.holder, station=now.station, owner=now.owner)
    page.till.do((replace(served, revision=now.revision + 1), ()))
    stage.settle()
    return page


def _terms(stage: Stage) -> None:
    page = _serve(stage)
    stage.act("counter.sale")
    assert isinstance(page.drawer, SaleDrawer)


def _refused(stage: Stage) -> None:
    _terms(stage)
    drawer = counter_drawer(stage)
    drawer.reason.clear()
    drawer.confirm()


def counter_drawer(stage: Stage) -> SaleDrawer:
    """Return the panel of the terms, open."""
    view = stage.view("counter")
    drawer = view.page.drawer  # type: ignore[attr-defined] # the counter's screen
    assert isinstance(drawer, SaleDrawer)
    return drawer


def _paying(stage: Stage) -> None:
    page = _serve(stage)
    page.till.see(page.till.picture.findings, page.till.picture.findings)
    stage.settle()
    page.open(PaymentDrawer.name)
    stage.settle()
    assert isinstance(page.drawer, PaymentDrawer)
    page.drawer.given.setText("10")


def _waiting(stage: Stage) -> None:
    hand_over_in_advance(stage)
    page = counter_page(stage)
    patient = stage.services.patients.search(PATIENT)[0]
    page.till.do(editing.set_patient(page.till.session, patient.id, patient.display_name))
    stage.settle()
    stage.act("counter.owed")


def _taken_up(stage: Stage) -> None:
    _waiting(stage)
    page = stage.view("counter").page  # type: ignore[attr-defined] # the counter's screen
    page.drawer.advances.take(page.drawer.advances.list.records)
    stage.settle()


def open_account(stage: Stage, kind: AccountKind, name: str) -> CustomerAccount:
    """Return the account of that name, opened where it is not."""
    accounts, actor = stage.services.accounts, stage.services.system_actor
    known = next((one.account for one in accounts.summaries() if one.account.name == name), None)
    if known is not None:
        return known
    draft = AccountDraft(
        kind=kind,
        name=name,
        address_line="4 rue du Parc",
        postal_code="75011",
        city="Paris",
        siret="73282932000074",
        ceiling=Money(1_500_00) if kind is AccountKind.INSTITUTION else None,
    )
    made = accounts.add(actor, draft)
    assert isinstance(made, Done)
    return made.value


def _choosing(stage: Stage) -> None:
    open_account(stage, AccountKind.INSTITUTION, HOME)
    page = counter_page(stage)
    add_box(stage, page)
    stage.act("counter.sale")
    choose(stage, 2)


def _charging(stage: Stage) -> None:
    _choosing(stage)
    counter_drawer(stage).pane.field.confirmed.emit()
    stage.settle()
    page = stage.view("counter").page  # type: ignore[attr-defined] # the counter's screen
    page.till.acknowledge(page.till.picture.findings)
    page.open(PaymentDrawer.name)


def _ceding(stage: Stage) -> None:
    account = open_account(stage, AccountKind.OFFICINE, COLLEAGUE)
    page = counter_page(stage)
    add_box(stage, page)
    session = page.till.session
    page.till.do(editing.set_terms(session, SaleKind.RETROCESSION, "", (account.id, account.name)))
    stage.settle()
    page.table.point(0)


def add_box(stage: Stage, page: TillPage) -> None:
    """Put a box of free sale into the sale."""
    page.add(stage.services.catalog.search(FREE, 1)[0])
    stage.settle()


def choose(stage: Stage, place: int) -> None:
    """Choose terms as their letter does."""
    drawer = counter_drawer(stage)
    drawer._choose(place)  # noqa: SLF001 -- as its key does
    stage.settle()


PICTURES = (
    Picture("sale-terms-advance", _terms),
    Picture("sale-terms-refused", _refused),
    Picture("sale-advance-payment", _paying),
    Picture("sale-advances-waiting", _waiting),
    Picture("sale-advances-taken-up", _taken_up),
    Picture("sale-terms-account", _choosing),
    Picture("sale-account-payment", _charging),
    Picture("sale-retrocession", _ceding),
)
