"""Are avances, sales on account and rétrocessions made and followed by keyboard on the real window?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt

from app.kernel.money import ZERO, Money
from app.kernel.outcome import Done
from app.officine.accounts.model import AccountDraft, AccountKind, CustomerAccount
from app.officine.cash.model import Means, RecordKind
from app.officine.dispensing.model import SaleKind
from app.ui.cash.view import CashView
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.owed_drawer import OwedDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.counter.sale_drawer import SaleDrawer
from app.ui.printing import print_desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.officine.advances.model import Advance
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import Delivery
    from app.ui.pictures import Stage

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
F = Qt.Key
LISTED = "amoxicilline"


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def waiting(hands: Hands) -> list[Advance]:
    return hands.aside(hands.services.advances.waiting)


def serve(hands: Hands) -> None:
    """Take the patient by their name."""
    hands.type("pat t")
    hands.press(ENTER)
    assert hands.page.till.session.patient_id is not None


def terms(hands: Hands) -> SaleDrawer:
    """Open the terms of the sale."""
    hands.press(F.Key_G, CTRL)
    assert isinstance(hands.page.drawer, SaleDrawer)
    return hands.page.drawer


def pay(hands: Hands) -> PaymentDrawer:
    """Come to the payment, past the warnings."""
    hands.press(F.Key_F10)
    if isinstance(hands.page.drawer, ControlDrawer):
        hands.press(ENTER)
    assert isinstance(hands.page.drawer, PaymentDrawer)
    return hands.page.drawer


def deliver(hands: Hands) -> Delivery:
    """Deliver, and return what was."""
    before = hands.page.till.last_delivery
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not before)
    return hands.last()


def advance(hands: Hands, product: Product, deposit: str = "") -> Delivery:
    """Hand one box over before its ordonnance."""
    serve(hands)
    hands.scan(box_frame(product, serial="AV1"))
    terms(hands)
    hands.press(F.Key_V, ALT)
    hands.type("Cabinet fermé")
    hands.press(ENTER)
    pay(hands)
    hands.type(deposit)
    return deliver(hands)


def till(hands: Hands) -> CashView:
    """Go to the room of the till by its key."""
    hands.press(F.Key_6, ALT)
    view = hands.stage.window.views["cash"]
    assert isinstance(view, CashView)
    return view


@pytest.mark.req("OFF-AVA-01")
def test_a_treatment_leaves_in_advance_then_is_billed_on_its_ordonnance(hands: Hands) -> None:
    product = hands.product(LISTED)
    before, entries = hands.stock(product), hands.aside(lambda: len(hands.services.counter.ordonnancier()))
    made = advance(hands, product, "10")
    assert (made.sale, made.totals.amount, len(made.ordonnancier)) == (SaleKind.ADVANCE, ZERO, 1)
    assert hands.stock(product) == before - 1
    patient = made.patient_id
    assert patient is not None
    assert hands.aside(lambda: hands.services.cash.account(patient)).deposit == Money(1000)
    serve(hands)
    assert hands.page.till.picture.advances == 1
    hands.press(F.Key_F8)
    owed_drawer = hands.page.drawer
    assert isinstance(owed_drawer, OwedDrawer)
    # Nothing is promised: the panel speaks of the avances alone, and of what its keys do to them.
    hands.wait(lambda: owed_drawer.title.text() == "Avances")
    assert "Entrée reprendre" in owed_drawer.keys.text()
    assert not owed_drawer.list.isVisible()
    hands.press(ENTER)
    assert [line.advance for line in hands.page.till.session.lines] == [1]
    hands.press(F.Key_F4)
    hands.press(ENTER)
    hands.press(ENTER)
    drawer = pay(hands)
    hands.wait(lambda: drawer.account.deposit == Money(1000))
    assert drawer.left == ZERO
    billed = deliver(hands)
    assert (billed.sale, billed.ordonnancier, billed.prescriber_name != "") == (SaleKind.ORDINARY, (), True)
    assert billed.totals.amo > ZERO
    assert hands.stock(product) == before - 1
    assert hands.aside(lambda: len(hands.services.counter.ordonnancier())) == entries + 1
    assert waiting(hands) == []
    assert all(one.method is Means.DEPOSIT for one in billed.payments)


@pytest.mark.req("OFF-AVA-01")
def test_an_avance_without_a_reason_is_refused_where_it_is_typed(hands: Hands) -> None:
    serve(hands)
    hands.scan(box_frame(hands.product(LISTED), serial="AV2"))
    drawer = terms(hands)
    hands.press(F.Key_V, ALT)
    hands.press(ENTER)
    assert hands.page.drawer is drawer
    assert "motif" in drawer.reason_field.note_label.text()
    hands.press(F.Key_Escape)
    assert hands.page.till.session.sale is SaleKind.ORDINARY


@pytest.mark.req("OFF-AVA-03")
def test_what_is_no_sum_is_no_acompte(hands: Hands) -> None:
    serve(hands)
    hands.scan(box_frame(hands.product(LISTED), serial="AV3"))
    terms(hands)
    hands.press(F.Key_V, ALT)
    hands.type("Cabinet fermé")
    hands.press(ENTER)
    drawer = pay(hands)
    for typed in ("0", "-5", "12,345"):
        drawer.given.clear()
        hands.type(typed)
        hands.press(ENTER)
        assert hands.page.drawer is drawer
        assert "Un acompte est une somme" in drawer.given_field.note_label.text()
    assert waiting(hands) == []


@pytest.mark.req("OFF-AVA-05")
def test_the_room_of_the_till_lists_avances_prepares_their_bill_and_takes_boxes_back(hands: Hands) -> None:
    patient = advance(hands, hands.product(LISTED), "5").patient_id
    assert patient is not None
    view = till(hands)
    hands.press(F.Key_6, CTRL)
    hands.wait(lambda: view.advances.record is not None)
    hands.press(F.Key_F, CTRL)
    held = hands.aside(hands.services.counter.open_sessions)
    assert [one.title for one in held if one.lines][-1:] == [waiting(hands)[0].patient_name]
    hands.press(F.Key_B, CTRL)
    hands.press(ENTER)
    assert [one.code for one in view.advances.returning.findings.findings] == ["GAL-ANN-03"]
    hands.type("Traitement arrêté")
    hands.press(ENTER)
    hands.wait(lambda: not waiting(hands))
    hands.press(F.Key_4, CTRL)
    hands.type("pat-trois")
    hands.wait(lambda: view.debts.row is not None and view.debts.row.patient_id == patient)
    hands.press(F.Key_R, CTRL)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.wait(lambda: hands.aside(lambda: hands.services.cash.account(patient)).deposit == ZERO)
    record = hands.aside(lambda: hands.services.cash.journal(limit=1))[0]
    assert (record.kind, record.means, record.amount) == (RecordKind.DEPOSIT, Means.DEPOSIT, Money(500))


# --- On account, and between officines --------------------------------------------------------------------------------


def open_account(hands: Hands, kind: AccountKind, name: str) -> CustomerAccount:
    """Open an account, as Galien itself."""
    draft = AccountDraft(kind=kind, name=name, address_line="4 rue du Parc", postal_code="75011", city="Paris")
    made = hands.aside(lambda: hands.services.accounts.add(hands.services.system_actor, draft))
    assert isinstance(made, Done)
    hands.stage.settle()
    return made.value


def owed(hands: Hands, account: CustomerAccount) -> Money:
    return hands.aside(lambda: hands.services.accounts.owed(account.id))


@pytest.mark.req("OFF-CTE-01")
def test_a_sale_goes_to_an_account_is_invoiced_and_paid_by_keyboard(hands: Hands) -> None:
    account = open_account(hands, AccountKind.INSTITUTION, "EHPAD Les Tilleuls")
    open_account(hands, AccountKind.COMPANY, "Société Zinnia")
    hands.scan(box_frame(hands.product("doliprane 1000"), serial="CT1"))
    drawer = terms(hands)
    hands.press(F.Key_M, ALT)
    hands.type("till")
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.session.account_id == account.id)
    assert hands.page.drawer is not drawer
    pay(hands)
    sold = deliver(hands)
    assert [one.method for one in sold.payments] == [Means.ACCOUNT]
    assert owed(hands, account) == sold.totals.patient
    view = till(hands)
    hands.press(F.Key_7, CTRL)
    hands.type("tilleuls")
    hands.wait(lambda: view.accounts.record is not None and view.accounts.record.summary.account.id == account.id)
    written: list[Path] = []
    print_desk(hands.stage.ui).open_file = lambda file: written.append(file) is None
    hands.press(F.Key_G, CTRL)
    hands.press(ENTER)
    hands.wait(lambda: len(written) == 1)
    hands.press(F.Key_F, CTRL | SHIFT)
    hands.wait(lambda: len(written) == 2)
    assert [file.name for file in written] == ["facture-compte-000001.pdf", "facture-compte-000001-duplicata-1.pdf"]
    hands.press(F.Key_L, CTRL)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.wait(lambda: owed(hands, account) == ZERO)
    assert hands.aside(hands.services.accounts.till_agrees)


@pytest.mark.req("OFF-CTE-01")
def test_a_sale_on_account_without_an_account_is_refused_where_it_is_chosen(hands: Hands) -> None:
    hands.scan(box_frame(hands.product("doliprane 1000"), serial="CT2"))
    drawer = terms(hands)
    hands.press(F.Key_M, ALT)
    drawer.keep.setFocus()
    hands.press(ENTER)
    assert hands.page.drawer is drawer
    assert "Choisissez le compte" in drawer.chosen.text()
    hands.press(F.Key_Escape)
    assert hands.page.till.session.sale is SaleKind.ORDINARY


@pytest.mark.req("OFF-CTE-04")
def test_an_account_is_opened_by_keyboard_and_refused_where_it_is_wrong(hands: Hands) -> None:
    view = till(hands)
    hands.press(F.Key_7, CTRL)
    hands.press(F.Key_I, CTRL)
    hands.press(F.Key_F10)
    assert [one.code for one in view.accounts.account_form.findings.findings] == ["GAL-CTE-10"]
    # Nothing is skipped: what kind of account, and how long it has to pay, are gone through too.
    for typed in ("Foyer Les Lilas", "", "2 rue Verte", "69003", "Lyon", "732 829 320 00074", "45"):
        hands.type(typed)
        hands.press(ENTER)
    hands.type("zzz")
    hands.press(ENTER)
    assert [one.code for one in view.accounts.account_form.findings.findings] == ["GAL-CTE-15"]
    view.accounts.account_form.ceiling.clear()
    hands.type("500")
    hands.press(ENTER)
    hands.wait(lambda: bool(hands.aside(hands.services.accounts.summaries)))
    [made] = hands.aside(hands.services.accounts.summaries)
    assert (made.account.name, made.account.siret, made.account.terms_days, made.account.ceiling) == (
        "Foyer Les Lilas",
        "73282932000074",
        45,
        Money(500_00),
    )


@pytest.mark.req("OFF-RET-01")
def test_boxes_are_given_up_to_a_colleague_by_keyboard(hands: Hands) -> None:
    account = open_account(hands, AccountKind.OFFICINE, "Pharmacie du Marché")
    product = hands.product(LISTED)
    before = hands.stock(product)
    hands.scan(box_frame(product, serial="RT1"))
    terms(hands)
    hands.press(F.Key_R, ALT)
    hands.type("march")
    hands.press(ENTER)
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.session.account_id == account.id)
    hands.wait(lambda: hands.page.till.is_fresh)
    hands.press(F.Key_V, ALT)
    hands.type("1,50")
    hands.press(ENTER)
    assert hands.page.till.session.lines[0].unit_price == Money(150)
    pay(hands)
    sold = deliver(hands)
    assert (sold.sale, sold.totals.amount, sold.ordonnancier) == (SaleKind.RETROCESSION, Money(150), ())
    assert (hands.stock(product), owed(hands, account)) == (before - 1, Money(150))
