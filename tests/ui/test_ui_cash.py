"""Is the till kept by keyboard: split payments, drawer, count, closings, debts, annulation and avoir?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.kernel import french
from app.kernel.money import ZERO, Money
from app.officine.cash.model import Means, Period, RecordKind
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import DeliveryState
from app.ui.cash.view import CashView
from app.ui.counter.payment_drawer import PaymentDrawer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.cash.model import Closing, Record
    from app.ui.cash.closings import ClosingsPage
    from app.ui.cash.page import CashForm
    from app.ui.pictures import Stage

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
F = Qt.Key


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def till(hands: Hands) -> CashView:
    """Go to the room of the till by its key."""
    hands.press(F.Key_6, ALT)
    view = hands.stage.window.views["cash"]
    assert isinstance(view, CashView)
    return view


def paying(hands: Hands, *queries: str, patient: bool = False) -> PaymentDrawer:
    """Scan a box of each product and come to the payment."""
    if patient:
        found = hands.aside(lambda: hands.services.patients.search("pat trois")[0])
        hands.page.till.do(editing.set_patient(hands.page.till.session, found.id, found.display_name))
    for place, query in enumerate(queries):
        hands.scan(box_frame(hands.product(query), serial=f"CA{place}"))
    hands.press(F.Key_F10)
    drawer = hands.page.drawer
    assert isinstance(drawer, PaymentDrawer)
    return drawer


def journal(hands: Hands, limit: int = 10) -> list[Record]:
    return hands.aside(lambda: hands.services.cash.journal(limit=limit))


def closings(hands: Hands) -> list[Closing]:
    return hands.aside(lambda: hands.services.closings.closings(Period.DAY))


def sound(hands: Hands) -> bool:
    from app.officine.dispensing import cash as till_check  # noqa: PLC0415 -- with the database of the test

    def read() -> bool:
        with hands.services.db.read() as session:
            return till_check.first_bad(session) is None

    return hands.aside(read)


@pytest.mark.req("OFF-CAI-08")
def test_scenario_2_two_products_paid_in_cash_with_change(hands: Hands) -> None:
    """Vente libre of two products: scan, scan, F10, the sum, Entrée; the ticket carries the VAT."""
    doliprane, advil = hands.product("doliprane 1000"), hands.product("advil")
    before = hands.stock(doliprane), hands.stock(advil)
    drawer = paying(hands, "doliprane 1000", "advil")
    due = drawer.share
    hands.type("20")
    assert drawer.change.text() == french.amount(Money(2000) - due)
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    assert (hands.stock(doliprane), hands.stock(advil)) == (before[0] - 1, before[1] - 1)
    change, payment, sale = journal(hands, 3)
    assert (sale.kind, payment.amount, change.amount) == (RecordKind.SALE, Money(2000), due - Money(2000))
    assert sale.details["vat"]
    assert sale.mode == "demo"


@pytest.mark.req("OFF-CAI-08")
def test_a_payment_is_split_over_several_means_by_keyboard(hands: Hands) -> None:
    drawer = paying(hands, "doliprane 1000", "advil")
    due = drawer.share
    hands.type("1")
    hands.press(F.Key_C, ALT)
    assert (drawer.left, drawer.parts[0].method) == (due - Money(100), Means.CARD)
    hands.type("2")
    hands.press(F.Key_H, ALT)
    assert drawer.due.text() == french.amount(due - Money(300))
    hands.type("10")
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    paid = [(one.method, one.amount, one.tendered) for one in hands.last().payments]
    assert paid == [
        (Means.CARD, Money(100), None),
        (Means.CHEQUE, Money(200), None),
        (Means.CASH, due - Money(300), Money(1000)),
    ]


def test_a_part_is_taken_back_and_too_much_by_card_is_refused(hands: Hands) -> None:
    drawer = paying(hands, "doliprane 1000")
    hands.type("1")
    hands.press(F.Key_C, ALT)
    hands.press(F.Key_R, ALT)
    assert drawer.parts == ()
    hands.type("50")
    hands.press(F.Key_C, ALT)
    hands.press(ENTER)
    assert hands.page.drawer is drawer
    assert hands.page.till.last_delivery is None
    assert "Plus que ce qui reste" in drawer.given_field.note_label.text()


@pytest.mark.req("OFF-CAI-03")
def test_a_debt_is_shown_at_the_next_payment_and_settled_in_the_room_of_the_till(hands: Hands) -> None:
    paying(hands, "advil", patient=True)
    hands.press(F.Key_D, ALT)
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    debt = hands.last().totals.patient
    drawer = paying(hands, "doliprane 1000", patient=True)
    hands.wait(lambda: drawer.account.debt == debt)
    assert "doit déjà" in drawer.owed.text()
    hands.press(F.Key_Escape)
    view = till(hands)
    hands.press(F.Key_4, CTRL)
    hands.type("pat-trois")
    hands.press(F.Key_F8)
    hands.type("1")
    hands.press(ENTER)
    hands.press(ENTER)
    patient = hands.last().patient_id
    assert patient is not None
    assert hands.aside(lambda: hands.services.cash.account(patient)).debt == debt - Money(100)
    hands.press(F.Key_D, CTRL)
    hands.type("5")
    hands.press(ENTER)
    hands.press(ENTER)
    assert hands.aside(lambda: hands.services.cash.account(patient)).deposit == Money(500)
    assert view.page is view.debts
    assert sound(hands)


@pytest.mark.req("OFF-CAI-09")
def test_scenario_43_the_till_is_counted_closed_and_nothing_can_be_removed(hands: Hands) -> None:
    paying(hands, "doliprane 1000", "advil")
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    cash = hands.last().totals.patient
    view = till(hands)
    station = hands.services.settings.station
    hands.press(F.Key_2, CTRL)
    hands.press(F.Key_S, CTRL)
    hands.type("10")
    hands.press(ENTER)
    hands.type("Timbres")
    hands.press(ENTER)
    expected = hands.aside(lambda: hands.services.cash.drawer(station)).expected[Means.CASH]
    assert expected == Money(15000 - 1000) + cash
    hands.press(F.Key_F4)
    for _ in range(3):
        hands.press(ENTER)
    hands.type("2")
    hands.press(F.Key_F10)
    form = view.drawer.counting
    assert refusals(form) == ["GAL-CAI-13", "GAL-CAI-14"]
    form.kept.setFocus()
    form.kept.selectAll()
    hands.type("100")
    hands.press(ENTER)
    hands.type("R-17")
    hands.press(ENTER)
    hands.type("Erreur de rendu")
    hands.press(ENTER)
    count = next(one for one in journal(hands) if one.kind is RecordKind.COUNT)
    assert count.details["difference"] == 10000 - expected.cents
    assert (count.details["kept"], count.reason) == (10000, "Erreur de rendu")
    before = closings(hands)[0]
    hands.press(F.Key_F7)
    z = closings(hands)[0]
    assert (z.number, z.first_seq, z.gross) == (before.number + 1, before.last_seq + 1, before.gross + z.totals.sales)
    assert z.totals.difference == Money(count.details["difference"])
    hands.press(F.Key_F7)
    assert refusals(view.closings) == ["GAL-CAI-20"]
    assert closings(hands)[0] == z
    hands.press(F.Key_5, CTRL)
    records = view.journal.list.records
    hands.press(F.Key_Delete)
    assert journal(hands, len(records)) == list(records)
    assert sound(hands)


@pytest.mark.req("OFF-ANN-01")
def test_a_sale_is_cancelled_by_keyboard_and_shown_so(hands: Hands) -> None:
    product = hands.product("doliprane 1000")
    before = hands.stock(product)
    paying(hands, "doliprane 1000")
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    view = till(hands)
    hands.press(F.Key_F6)
    hands.press(ENTER)
    assert refusals(view.sales.reversing) == ["GAL-ANN-03"]
    hands.type("Erreur de produit")
    hands.press(ENTER)
    hands.wait(lambda: hands.last().state is DeliveryState.CANCELLED)
    assert hands.stock(product) == before
    assert view.sales.list.records[0].state.label == "annulée"
    assert journal(hands, 1)[0].kind is RecordKind.REFUND
    hands.press(F.Key_F6)
    hands.wait(lambda: view.sales.form is not None)
    hands.type("Encore")
    hands.press(ENTER)
    assert refusals(view.sales.reversing) == ["GAL-ANN-02"]


@pytest.mark.req("OFF-ANN-04")
def test_an_avoir_takes_back_one_box_of_two(hands: Hands) -> None:
    paying(hands, "doliprane 1000")
    hands.press(F.Key_Escape)
    hands.page.till.do(editing.set_quantity(hands.page.till.session, "L1", 2))
    hands.press(F.Key_F10)
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    sale = hands.last()
    view = till(hands)
    hands.press(F.Key_F9)
    view.sales.reversing.rows[0][1].setValue(1)
    hands.stage.settle()
    hands.type("Retour du client")
    hands.press(ENTER)
    [credit] = hands.aside(lambda: hands.services.reversals.of_delivery(sale.number))
    assert (credit.lines[0].quantity, credit.whole) == (1, False)
    assert ZERO < credit.totals.amount < sale.totals.amount


@pytest.mark.req("OFF-ANN-04")
def test_an_avoir_of_one_scanned_box_of_two_asks_which_and_takes_its_scan(hands: Hands) -> None:
    product = hands.product("doliprane 1000")
    paying(hands, "doliprane 1000", "doliprane 1000")
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    sale = hands.last()
    view = till(hands)
    hands.press(F.Key_F9)
    form = view.sales.reversing
    hands.wait(lambda: view.sales.form is form)
    assert not form.asks_boxes
    form.rows[0][1].setValue(1)
    hands.wait(lambda: form.asks_boxes)
    hands.type("Retour du client")
    hands.press(ENTER)
    assert form.boxes.hasFocus()
    hands.press(ENTER)
    hands.wait(lambda: refusals(form) == ["GAL-ANN-09"])
    for _ in range(2):
        hands.scan(box_frame(product, serial="CA1"))
        hands.wait(lambda: form.boxes.text() == "CA1")
    assert form.reason.text() == "Retour du client"
    hands.press(F.Key_F10)
    hands.wait(lambda: view.sales.form is None)
    [made] = hands.aside(lambda: hands.services.reversals.of_delivery(sale.number))
    assert [box.serial for box in made.lines[0].boxes] == ["CA1"]


def test_a_duplicata_is_numbered_and_written_apart(hands: Hands) -> None:
    paying(hands, "doliprane 1000")
    hands.press(ENTER)
    hands.wait(lambda: hands.page.till.last_delivery is not None)
    till(hands)
    hands.press(F.Key_F11)
    hands.wait(lambda: journal(hands, 1)[0].kind is RecordKind.REPRINT)
    hands.wait(lambda: "Duplicata n°\u00a01" in hands.messages())
    assert list(hands.services.folder.prints.glob("*-duplicata-1.pdf"))


def test_an_empty_till_says_so_and_its_keys_do_no_harm(hands: Hands) -> None:
    view = till(hands)
    assert view.sales.list.records == []
    for key in (F.Key_F6, F.Key_F9, F.Key_F11, F.Key_F10, F.Key_Escape):
        QTest.keyClick(hands.focus, key)
        hands.stage.settle()
    assert view.sales.form is None


def refusals(shown: CashForm | ClosingsPage) -> list[str]:
    """Return the codes of the refusals shown."""
    return [finding.code for finding in shown.findings.findings]
