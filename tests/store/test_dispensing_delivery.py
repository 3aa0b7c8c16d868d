"""A delivery is wholly there or not at all, and each of its parts agrees with the others."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

import pytest
from dispensing_house import (
    AMOXICILLINE,
    CAMILLE,
    DOLIPRANE,
    ELIQUIS,
    LEA,
    SKENAN,
    ZOLPIDEM,
    House,
    box,
    done,
    open_house,
)
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.docs.ticket import Pharmacy, ticket_pdf
from app.kernel.money import Money
from app.kernel.outcome import Done, Refused, Severity
from app.officine.catalog.model import ListClass
from app.officine.dispensing import rules, store
from app.officine.dispensing import session as edit
from app.officine.dispensing.model import Payment, PaymentMethod
from app.officine.dispensing.paper import ticket_of
from app.officine.dispensing.tables import DeliveryRow, OrdonnancierRow
from app.officine.prescriptions.model import PrescriptionKind
from app.store.integrity import verify_audit
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.kernel.outcome import Finding
    from app.officine.dispensing.model import CounterSession
    from app.store.database import Database

CREAM, DEVICE = "3401999900017", "3401999900239"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


def codes(findings: object) -> set[str]:
    return {finding.code for finding in findings if finding.severity is Severity.ERROR}  # type: ignore[attr-defined]


def count(house: House, table: type[DeliveryRow | OrdonnancierRow]) -> int:
    with house.db.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.mark.req("OFF-CPT-01")
def test_delivery_on_ordonnance_writes_all_its_parts(house: House) -> None:
    session = house.prescribed(AMOXICILLINE, DOLIPRANE)
    session, _ = edit.set_quantity(session, "L1", 2)
    delivery = done(house.counter.validate(session, CAMILLE))
    read = house.counter.delivery(delivery.number)
    assert read == delivery
    assert (delivery.number, delivery.patient_name, delivery.prescriber_name) == (1, "ESSAI Jeanne", "MÉLILOT Hugo")
    assert [(line.code, line.quantity, line.ordonnancier) for line in delivery.lines] == [
        (AMOXICILLINE, 2, 1),
        (DOLIPRANE, 1, None),
    ]
    assert delivery.totals.amount == Money(2 * 255 + 218 + 61)
    assert (delivery.totals.patient, delivery.third_party) == (Money(0), True)
    assert house.stock.on_hand([AMOXICILLINE, DOLIPRANE]) == {AMOXICILLINE: 18, DOLIPRANE: 19}
    assert house.stock.movements(AMOXICILLINE)[0].reference == "1"
    with house.db.read() as reading:
        entry = reading.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).one()
    assert (entry.action, entry.subject_id, entry.patient_id) == ("delivery.validate", "1", house.patient.id)


@pytest.mark.req("OFF-CPT-02")
def test_ordonnancier_holds_what_the_law_asks(house: House) -> None:
    done(house.counter.validate(house.prescribed(AMOXICILLINE, DOLIPRANE, ELIQUIS), CAMILLE))
    session, _ = edit.set_bearer(
        house.prescribed(SKENAN, kind=PrescriptionKind.SECURED), "MARTIN Paul, 5 rue Haute, 75011 Paris"
    )
    done(house.counter.validate(session, CAMILLE))
    entries = house.counter.ordonnancier()
    assert [(entry.number, entry.code) for entry in entries] == [(1, AMOXICILLINE), (2, ELIQUIS), (3, SKENAN)]
    last = entries[-1]
    assert last.list_class is ListClass.NARCOTIC
    assert (last.patient_name, last.patient_address) == ("ESSAI Jeanne", "3 rue des Lilas, 75011 Paris")
    assert (last.prescriber_name, last.prescriber_address) == ("MÉLILOT Hugo", "1 place du Marché, 75011 Paris")
    assert (last.specialty, last.bearer) == ("Médecine générale", "MARTIN Paul, 5 rue Haute, 75011 Paris")
    assert (last.day, last.quantity, last.delivery) == (dt.date(2026, 11, 23), 1, 2)


def test_ordonnancier_is_read_by_date_patient_and_medicine(house: House, clock: FixedClock) -> None:
    done(house.counter.validate(house.prescribed(AMOXICILLINE, ELIQUIS), CAMILLE))
    clock.advance(dt.timedelta(days=1))
    done(house.counter.validate(house.prescribed(ELIQUIS), CAMILLE))
    numbers = lambda **asked: [entry.number for entry in house.counter.ordonnancier(**asked)]  # noqa: E731
    assert numbers(first=dt.date(2026, 11, 24)) == [3]
    assert numbers(last=dt.date(2026, 11, 23)) == [1, 2]
    assert numbers(code=ELIQUIS) == [2, 3]
    assert numbers(patient_id=house.patient.id, after=1, limit=1) == [2]
    assert numbers(patient_id=house.patient.id + 1) == []


@pytest.mark.req("OFF-CPT-02")
def test_ordonnancier_refuses_change_and_shows_one_made_outside(house: House) -> None:
    for _ in range(3):
        done(house.counter.validate(house.prescribed(AMOXICILLINE), CAMILLE))
    report = house.counter.verify_ordonnancier()
    assert (report.entries, report.first_bad) == (3, None)
    with house.db.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("UPDATE ordonnancier_entry SET quantity = 9"))
    trigger = "ALTER TABLE ordonnancier_entry DISABLE TRIGGER USER"
    if not house.db.is_postgresql:
        trigger = "DROP TRIGGER ordonnancier_entry_no_update"
    with house.db.engine.begin() as connection:
        connection.execute(text(trigger))
        connection.execute(text("UPDATE ordonnancier_entry SET quantity = 9 WHERE seq = 2"))
    bad = house.counter.verify_ordonnancier().first_bad
    assert bad is not None
    assert (bad["seq"], bad["reason"]) == (2, "altered")


@pytest.mark.req("OFF-CPT-01")
def test_same_session_validated_twice_is_one_delivery(house: House) -> None:
    session = house.prescribed(AMOXICILLINE)
    first = done(house.counter.validate(session, CAMILLE))
    assert done(house.counter.validate(session, CAMILLE)) == first
    assert (count(house, DeliveryRow), count(house, OrdonnancierRow)) == (1, 1)
    assert house.stock.on_hand([AMOXICILLINE]) == {AMOXICILLINE: 19}
    assert house.counter.open_sessions() == []
    assert isinstance(house.counter.save(session), Refused)


@pytest.mark.req("OFF-CPT-01")
def test_two_windows_validating_one_session_at_once_make_one_delivery(house: House) -> None:
    session = house.prescribed(AMOXICILLINE)
    numbers: list[int] = []

    def validate() -> None:
        numbers.append(done(house.counter.validate(session, CAMILLE)).number)

    threads = [threading.Thread(target=validate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers == [1, 1, 1, 1]
    assert count(house, DeliveryRow) == 1


@pytest.mark.req("OFF-CPT-03")
def test_missing_boxes_leave_only_when_confirmed(house: House) -> None:
    session, _ = edit.set_quantity(house.sale(DOLIPRANE), "L1", 21)
    assert [finding.code for finding in house.counter.check(session)] == ["GAL-CPT-26"]
    refused = house.counter.validate(session, CAMILLE, house.paid(session))
    assert isinstance(refused, Refused)
    assert refused.findings[0].subject == "L1"
    assert (count(house, DeliveryRow), house.stock.on_hand([DOLIPRANE])) == (0, {DOLIPRANE: 20})
    session, _ = edit.force_stock(session, "L1")
    assert house.counter.check(session) == []
    delivery = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    assert (delivery.number, delivery.lines[0].forced_stock) == (1, True)
    assert house.stock.on_hand([DOLIPRANE]) == {DOLIPRANE: -1}


def test_refusal_inside_the_act_undoes_all_and_leaves_the_session_open(house: House) -> None:
    session = house.sale(AMOXICILLINE, DOLIPRANE)
    prescribed = house.prescribed(AMOXICILLINE, DOLIPRANE)
    prescribed, _ = edit.set_quantity(prescribed, "L2", 21)
    for held in (session, prescribed):
        done(house.counter.save(held))
    assert isinstance(house.counter.validate(prescribed, CAMILLE), Refused)
    assert house.stock.on_hand([AMOXICILLINE]) == {AMOXICILLINE: 20}
    assert {summary.id for summary in house.counter.open_sessions()} == {session.id, prescribed.id}
    assert done(house.counter.validate(house.prescribed(AMOXICILLINE), CAMILLE)).number == 1
    assert house.counter.ordonnancier()[0].number == 1


@pytest.mark.req("OFF-CPT-03")
def test_last_boxes_leave_once_where_many_counters_ask_at_the_same_time(house: House) -> None:
    sessions = [house.prescribed(*pair) for pair in ((AMOXICILLINE, DOLIPRANE), (DOLIPRANE, AMOXICILLINE)) * 6]
    outcomes: list[object] = []

    def ask(session: CounterSession) -> None:
        wanted, _ = edit.set_quantity(session, "L1", 3)
        wanted, _ = edit.set_quantity(wanted, "L2", 3)
        outcomes.append(house.counter.validate(wanted, CAMILLE, house.paid(wanted)))

    threads = [threading.Thread(target=ask, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.value.number for outcome in outcomes if isinstance(outcome, Done)) == [1, 2, 3, 4, 5, 6]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 6
    assert all("GAL-CPT-26" in codes(outcome.findings) for outcome in refused)
    assert house.stock.on_hand([AMOXICILLINE, DOLIPRANE]) == {AMOXICILLINE: 2, DOLIPRANE: 2}
    assert house.stock.discrepancies() == []
    report = house.counter.verify_ordonnancier()
    assert (report.entries, report.first_bad) == (6, None)


@pytest.mark.req("OFF-CPT-04")
def test_listed_medicine_without_ordonnance_is_refused_and_says_what_is_missing(house: House) -> None:
    refused = house.counter.validate(house.sale(AMOXICILLINE), CAMILLE)
    assert isinstance(refused, Refused)
    (finding,) = [finding for finding in refused.findings if finding.severity is Severity.ERROR]
    assert (finding.code, finding.subject) == ("GAL-CPT-20", "L1")
    assert "l’ordonnance et le patient" in finding.text


@pytest.mark.req("OFF-CPT-04")
@pytest.mark.parametrize("code", [SKENAN, ZOLPIDEM])
def test_narcotics_and_assimilated_ask_for_a_secured_ordonnance(house: House, code: str) -> None:
    assert "GAL-CPT-21" in codes(house.counter.check(house.prescribed(code)))
    assert not codes(house.counter.check(house.prescribed(code, kind=PrescriptionKind.SECURED)))


@pytest.mark.req("OFF-CPT-05")
def test_serial_number_leaves_once(house: House) -> None:
    product = house.catalog.by_code(DOLIPRANE)
    assert product is not None
    first, _ = edit.add_product(house.sale(), product, box=box("SN1"))
    delivery = done(house.counter.validate(first, CAMILLE, house.paid(first)))
    assert delivery.lines[0].boxes == (box("SN1"),)
    assert house.stock.movements(DOLIPRANE)[0].serial == "SN1"
    again, _ = edit.add_product(house.sale(), product, box=box("SN1"))
    assert codes(house.counter.check(again)) == {"GAL-CPT-16"}
    other, _ = edit.add_product(house.sale(), product, box=box("SN2"))
    assert not house.counter.check(other)


@pytest.mark.req("OFF-CPT-06")
def test_delivery_waits_for_the_first_save_of_its_own_session(house: House) -> None:
    """The autosave of a new sale is still being written when the sale is delivered: nobody has taken it over."""
    session = house.sale(DOLIPRANE)
    payments = house.paid(session)
    outcomes: list[object] = []
    delivering = threading.Thread(target=lambda: outcomes.append(house.counter.validate(session, CAMILLE, payments)))
    with house.db.write(CAMILLE) as work:
        assert store.write_session(work.session, session, work.now)
        delivering.start()
        delivering.join(0.3)
    delivering.join()
    assert isinstance(outcomes[0], Done)


@pytest.mark.req("OFF-CPT-05")
def test_serial_number_leaves_once_where_two_counters_ask_at_the_same_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = house.catalog.by_code(DOLIPRANE)
    assert product is not None
    both_checked = threading.Barrier(2, timeout=30)
    check_payments = rules.check_payments

    def meet(due: Money, payments: Sequence[Payment], *, patient_known: bool) -> list[Finding]:
        both_checked.wait()
        return check_payments(due, payments, patient_known=patient_known)

    monkeypatch.setattr(rules, "check_payments", meet)
    outcomes: list[object] = []

    def ask(session: CounterSession) -> None:
        outcomes.append(house.counter.validate(session, CAMILLE, house.paid(session)))

    sessions = [edit.add_product(house.sale(), product, box=box("SN1"))[0] for _ in range(2)]
    threads = [threading.Thread(target=ask, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert codes(refused.findings) == {"GAL-CPT-16"}
    assert count(house, DeliveryRow) == 1
    assert house.stock.on_hand([DOLIPRANE]) == {DOLIPRANE: 19}


@pytest.mark.req("OFF-CPT-06")
def test_payment_is_the_share_of_the_patient_to_the_cent(house: House) -> None:
    session = house.sale(DOLIPRANE)
    asked = [(), (Payment(PaymentMethod.CASH, Money(200)),), (Payment(PaymentMethod.CARD, Money(300)),),
             (Payment(PaymentMethod.DEFERRED, Money(218)),),
             (Payment(PaymentMethod.CASH, Money(218), Money(200)),)]  # fmt: skip
    expected = ["GAL-CPT-43", "GAL-CPT-43", "GAL-CPT-44", "GAL-CPT-42", "GAL-CPT-41"]
    for payments, code in zip(asked, expected, strict=True):
        refused = house.counter.validate(session, CAMILLE, payments)
        assert isinstance(refused, Refused)
        assert codes(refused.findings) == {code}
    paid = (Payment(PaymentMethod.CARD, Money(118)), Payment(PaymentMethod.CASH, Money(100), Money(500)))
    delivery = done(house.counter.validate(session, CAMILLE, paid))
    assert house.counter.delivery(delivery.number).payments == paid  # type: ignore[union-attr]
    assert paid[1].change == Money(400)


def test_numbers_have_no_holes_where_deliveries_are_refused_in_between(house: House) -> None:
    for rank in range(4):
        session = house.prescribed(AMOXICILLINE) if rank % 2 else house.sale(DOLIPRANE)
        short, _ = edit.set_quantity(session, "L1", 500)
        assert isinstance(house.counter.validate(short, CAMILLE, house.paid(short)), Refused)
        done(house.counter.validate(session, CAMILLE, house.paid(session)))
    assert [summary.number for summary in house.counter.deliveries()] == [4, 3, 2, 1]
    assert [entry.number for entry in house.counter.ordonnancier()] == [1, 2]
    with house.db.read() as reading:
        assert verify_audit(reading).first_bad is None


def test_history_of_a_patient_newest_first(house: House, clock: FixedClock) -> None:
    done(house.counter.validate(house.prescribed(AMOXICILLINE), CAMILLE))
    clock.advance(dt.timedelta(days=2))
    done(house.counter.validate(house.prescribed(DOLIPRANE, ELIQUIS), CAMILLE))
    found = house.counter.history(house.patient.id)
    assert [(line.delivery, line.code) for line in found] == [(2, DOLIPRANE), (2, ELIQUIS), (1, AMOXICILLINE)]
    assert house.counter.history(house.patient.id, limit=1) == found[:1]
    assert house.counter.deliveries(dt.date(2026, 11, 23))[0].number == 1


def test_delivered_products_rank_higher_in_the_search(house: House) -> None:
    session, _ = edit.set_quantity(house.sale(DOLIPRANE), "L1", 3)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    with house.db.read() as reading:
        used = reading.execute(text("SELECT count FROM product_use WHERE code = :code"), {"code": DOLIPRANE})
        assert used.scalar_one() == 3


@pytest.mark.req("OFF-CPT-07")
def test_session_outlives_its_window_and_is_resumed_elsewhere(house: House) -> None:
    session = house.prescribed(AMOXICILLINE)
    done(house.counter.save(session))
    late = edit.set_note(session, "L1", "à jeun")[0]
    done(house.counter.save(late))
    done(house.counter.save(session))
    assert house.counter.load(session.id) == late
    done(house.counter.suspend(late, CAMILLE, "Mme Essai"))
    (waiting,) = house.counter.open_sessions()
    assert (waiting.title, waiting.state, waiting.lines) == ("Mme Essai", "suspended", 1)
    resumed = done(house.counter.resume(session.id, LEA))
    assert (resumed.lines, resumed.patient_id, resumed.station) == (late.lines, house.patient.id, "comptoir-2")
    assert isinstance(house.counter.save(edit.set_note(late, "L1", "x")[0]), Refused)
    assert isinstance(house.counter.validate(late, CAMILLE), Refused)
    assert done(house.counter.validate(resumed, LEA)).number == 1
    assert isinstance(house.counter.resume(session.id, CAMILLE), Refused)


@pytest.mark.req("OFF-CPT-07")
def test_a_new_session_waits_for_no_write(house: House) -> None:
    house.db.hold_writes()
    session = house.counter.new_session(CAMILLE)
    house.db.allow_writes()
    assert house.counter.load(session.id) is None
    done(house.counter.save(session))
    assert house.counter.load(session.id) == session
    assert [summary.owner_name for summary in house.counter.open_sessions()] == [CAMILLE.name]


def test_label_of_a_session_in_waiting_is_one_line(house: House) -> None:
    session = house.counter.new_session(CAMILLE, "a\x00b" * 50)
    assert session.label == ("a b" * 50)[:80]
    assert done(house.counter.suspend(session, CAMILLE, "au\x00 téléphone")).label == "au  téléphone"


def test_abandoned_session_is_gone_and_traced(house: House) -> None:
    session = house.sale(DOLIPRANE)
    done(house.counter.abandon(session, CAMILLE))
    assert (house.counter.open_sessions(), house.counter.load(session.id)) == ([], None)
    assert isinstance(house.counter.validate(session, CAMILLE, house.paid(session)), Refused)


@pytest.mark.req("OFF-DOC-01")
def test_ticket_of_a_delivery_read_back_names_each_line_and_its_numbers(house: House) -> None:
    session, _ = edit.set_quantity(house.prescribed(AMOXICILLINE, DEVICE, CREAM), "L1", 2)
    session, _ = edit.force_stock(session, "L2")
    session, _ = edit.force_stock(session, "L3")
    number = done(house.counter.validate(session, CAMILLE, house.paid(session))).number
    delivery = house.counter.delivery(number)
    assert delivery is not None
    ticket = ticket_of(delivery, Pharmacy("Pharmacie"), "SIMULATION")
    assert [(line.quantity, line.amount) for line in ticket.lines] == [
        (2, Money(510)),
        (1, Money(2290)),
        (1, Money(1890)),
    ]
    assert ticket.lines[0].notes == ("dont honoraire HD7 2,04\xa0€", "N° d’ordonnancier 1")
    assert ticket.fees == (("Honoraire d’ordonnance (HDR)", Money(61)),)
    assert (ticket.operator, ticket.patient_share) == ("Camille", Money(1890))
    assert [share.rate.hundredths for share in ticket.vat] == [210, 550, 2000]
    assert sum(share.net.cents + share.tax.cents for share in ticket.vat) == ticket.amount.cents
    assert ticket_pdf(ticket).startswith(b"%PDF")
