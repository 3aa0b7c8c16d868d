"""A line leaves in part: what is promised is billed once, leaves once, and is in the register when it leaves."""

from __future__ import annotations

import datetime as dt
import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, LEA, SKENAN, House, box, done, open_house
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.kernel.clock import FixedClock
from app.kernel.mode import Mode
from app.kernel.outcome import Done, Refused
from app.officine.dispensing import owing
from app.officine.dispensing import session as edit
from app.officine.dispensing.agreement import first_disagreement
from app.officine.dispensing.bearer import NO_ADDRESS, Bearer
from app.officine.dispensing.handing import Handing
from app.officine.dispensing.model import Box
from app.officine.dispensing.reversal import Fate, ReversalKind
from app.officine.dispensing.slips import Slips
from app.officine.owed.model import Promised, PromiseSettings, PromiseState
from app.officine.owed.service import Owed
from app.officine.prescriptions.model import PrescriptionKind
from app.officine.scan.promise import build, read
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.officine.stock.model import ReceiptLine
from app.officine.stock.quarantined import Aside, Cause
from app.store.audit import Actor
from app.store.integrity import verify_audit
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.officine.dispensing.reversal import Reversal
    from app.store.database import Database


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalogs")


@pytest.fixture
def owed(house: House) -> Owed:
    return Owed(house.db, house.stock, Staff(house.db))


@pytest.fixture
def handing(house: House, owed: Owed) -> Handing:
    return Handing(
        house.db,
        owed=owed,
        patients=house.patients,
        prescriptions=house.prescriptions,
        stock=house.stock,
        staff=Staff(house.db),
        quarantine=house.quarantine,
    )


def codes(outcome: Outcome[object]) -> list[str]:
    """Return why an act was refused."""
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings]


def in_part(house: House, code: str, quantity: int, boxes: int, *, listed: bool = True) -> CounterSession:
    """Begin a delivery of ``quantity`` boxes of which ``boxes`` are promised."""
    session = house.prescribed(code) if listed else house.sale(code)
    session, _ = edit.set_quantity(session, "L1", quantity)
    session, findings = owing.owe(session, "L1", boxes)
    assert not findings
    return session


def deliver_in_part(house: House, code: str = AMOXICILLINE, quantity: int = 3, boxes: int = 1) -> Delivery:
    """Deliver ``quantity`` boxes of which ``boxes`` are promised."""
    session = in_part(house, code, quantity, boxes)
    return done(house.counter.validate(session, CAMILLE, house.paid(session)))


def count_on_hand(house: House, code: str = AMOXICILLINE) -> int:
    return house.stock.on_hand([code])[code]


@pytest.mark.req("OFF-SCOPE")
def test_what_is_promised_is_billed_and_does_not_leave(house: House, owed: Owed) -> None:
    delivery = deliver_in_part(house)
    assert count_on_hand(house) == 18
    assert delivery.invoice_lines[0].quantity == 3
    assert (delivery.lines[0].quantity, delivery.lines[0].owed) == (3, 1)
    assert house.counter.delivery(delivery.number) == delivery
    promise = owed.of_patient(house.patient.id)[0]
    assert (promise.number, promise.delivery, promise.left, promise.state) == (1, 1, 1, PromiseState.OPEN)
    assert promise.customer == "ESSAI Jeanne"


@pytest.mark.req("OFF-CPT-02")
def test_ordonnancier_has_one_entry_a_hand_over_of_what_really_left(house: House, handing: Handing) -> None:
    deliver_in_part(house, quantity=4, boxes=2)
    first = done(handing.hand_over(LEA, 1, 1, bearer="MARTIN Paul"))
    last = done(handing.hand_over(LEA, 1, 1))
    assert (first.ordonnancier, first.left, last.ordonnancier, last.left) == (2, 1, 3, 0)
    entries = house.counter.ordonnancier()
    assert [(entry.number, entry.quantity, entry.operator_name) for entry in entries] == [
        (1, 2, "Camille Durand"),
        (2, 1, "Léa Petit"),
        (3, 1, "Léa Petit"),
    ]
    assert entries[1].bearer == "MARTIN Paul"
    assert {(entry.delivery, entry.prescriber_name, entry.prescription_date) for entry in entries} == {
        (1, "MÉLILOT Hugo", entries[0].prescription_date)
    }
    assert house.counter.verify_ordonnancier().first_bad is None


@pytest.mark.req("OFF-REG-05")
def test_who_collects_a_stupefiant_is_in_both_registers_and_with_the_hand_over(
    house: House, owed: Owed, handing: Handing
) -> None:
    """CSP R.5132-35: the bearer of the day of the hand-over, with an address; the journal keeps no name."""
    session = house.prescribed(SKENAN, kind=PrescriptionKind.SECURED)
    session, _ = edit.set_quantity(session, "L1", 3)
    session, _ = owing.owe(session, "L1", 2)
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    assert handing.narcotics(owed.open_promises()) == {1}
    assert codes(handing.hand_over(CAMILLE, 1, 1, bearer="DURAND Léa")) == [NO_ADDRESS]
    assert codes(handing.hand_over(CAMILLE, 1, 1, bearer=Bearer("", "3 rue des Lilas", "CNI 1").text)) == [NO_ADDRESS]
    assert (owed.hand_overs(1), len(house.counter.ordonnancier())) == ([], 1)
    one = Bearer("DURAND Léa", "3 rue des Lilas, 75011 Paris", "CNI 12AB")
    handed = done(handing.hand_over(CAMILLE, 1, 1, bearer=one.text))
    assert (handed.bearer, [known.bearer for known in owed.hand_overs(1)]) == (one.text, [one.text])
    assert house.counter.ordonnancier()[-1].bearer == one.text
    registers = house.stock.registers
    assert registers is not None
    assert registers.entries(code=SKENAN)[-1].bearer == one.text
    with house.db.read() as reading:
        details = reading.scalars(select(AuditRow.details).where(AuditRow.action == "promise.hand")).one()
    assert (json.loads(details)["bearer"], "DURAND" in details) == (True, False)
    assert done(handing.hand_over(CAMILLE, 1, 1)).bearer == ""
    assert registers.entries(code=SKENAN)[-1].bearer == ""


@pytest.mark.req("OFF-SCOPE")
def test_what_is_owed_to_a_patient_is_told_with_its_age_and_late_as_the_holder_chose(house: House, owed: Owed) -> None:
    assert owed.promised_to(house.patient.id) is None
    deliver_in_part(house, quantity=3, boxes=2)
    assert owed.promised_to(house.patient.id) == Promised(2, 0, late=False)
    clock = house.db.clock
    assert isinstance(clock, FixedClock)
    clock.advance(dt.timedelta(days=6))
    deliver_in_part(house, quantity=2, boxes=1)
    assert owed.promised_to(house.patient.id) == Promised(3, 6, late=False)
    draft = MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.TECHNICIAN)
    technician = actor_of(done(Staff(house.db).add(draft, CAMILLE)), "comptoir-2")
    assert codes(owed.choose(technician, PromiseSettings(5))) == ["GAL-PER-01"]
    for days in (0, -1, 366):
        assert codes(owed.choose(CAMILLE, PromiseSettings(days))) == ["GAL-DU-16"]
    assert done(owed.choose(CAMILLE, PromiseSettings(6))) == owed.settings()
    assert owed.promised_to(house.patient.id) == Promised(3, 6, late=True)
    assert isinstance(owed.cancel(CAMILLE, 1, "rupture"), Done)
    assert owed.promised_to(house.patient.id) == Promised(1, 0, late=False)


@pytest.mark.req("OFF-CPT-02")
def test_a_line_promised_whole_is_not_in_the_ordonnancier_before_it_leaves(house: House, handing: Handing) -> None:
    delivery = deliver_in_part(house, quantity=2, boxes=2)
    assert (delivery.ordonnancier, house.counter.ordonnancier(), count_on_hand(house)) == ((), [], 20)
    handed = done(handing.hand_over(CAMILLE, 1, 2))
    assert (handed.ordonnancier, count_on_hand(house)) == (1, 18)


@pytest.mark.req("OFF-SCOPE")
def test_handing_over_bills_nothing_and_traces_the_lot(house: House, owed: Owed, handing: Handing) -> None:
    before = deliver_in_part(house)
    done(handing.hand_over(CAMILLE, 1, 1, [box("SN9", "LOT9")]))
    after = house.counter.delivery(before.number)
    assert after is not None
    assert (after.totals, after.invoice_lines, after.payments) == (
        before.totals,
        before.invoice_lines,
        before.payments,
    )
    assert len(house.counter.deliveries()) == 1
    assert after.lines[0].boxes == (box("SN9", "LOT9"),)
    moved = house.stock.movements(AMOXICILLINE)[0]
    assert (moved.delta, moved.lot, moved.serial, moved.reference) == (-1, "LOT9", "SN9", "1")
    assert (owed.open_promises(), [one.quantity for one in owed.hand_overs(1)]) == ([], [1])
    with house.db.read() as reading:
        assert verify_audit(reading).first_bad is None


def test_a_box_leaves_once(house: House, handing: Handing) -> None:
    deliver_in_part(house, quantity=3, boxes=2)
    session, _ = edit.add_product(
        house.prescribed(), house.catalog.by_codes([AMOXICILLINE])[AMOXICILLINE], box=box("SN1")
    )
    done(house.counter.validate(session, CAMILLE))
    before = count_on_hand(house)
    assert codes(handing.hand_over(CAMILLE, 1, 1, [box("SN1")])) == ["GAL-DU-12"]
    assert codes(handing.hand_over(CAMILLE, 1, 2, [box("SN2"), box("SN2")])) == ["GAL-DU-12"]
    assert count_on_hand(house) == before
    done(handing.hand_over(CAMILLE, 1, 1, [box("SN3")]))
    again, _ = edit.add_product(
        house.prescribed(), house.catalog.by_codes([AMOXICILLINE])[AMOXICILLINE], box=box("SN3")
    )
    assert isinstance(house.counter.validate(again, CAMILLE), Refused)


def test_bad_hand_overs_are_refused_and_write_nothing(
    house: House, owed: Owed, handing: Handing, clock: object
) -> None:
    deliver_in_part(house)
    assert codes(handing.hand_over(CAMILLE, 7, 1)) == ["GAL-DU-10"]
    for quantity in (0, -1, 2, 9999):
        assert codes(handing.hand_over(CAMILLE, 1, quantity)) == ["GAL-DU-05"]
    yesterday: dt.date = house.db.clock.now().date().replace(day=1)
    assert codes(handing.hand_over(CAMILLE, 1, 1, [box("S", expiry=yesterday)])) == ["GAL-DU-11"]
    done(house.stock.adjust(CAMILLE, AMOXICILLINE, 0, "casse"))
    assert codes(handing.hand_over(CAMILLE, 1, 1)) == ["GAL-DU-08"]
    assert codes(handing.hand_over(Actor(99, "Personne", "comptoir-1"), 1, 1)) == ["GAL-PER-01"]
    assert (owed.open_promises()[0].left, len(house.counter.ordonnancier()), owed.hand_overs(1)) == (1, 1, [])


@pytest.mark.req("OFF-CPT-03")
def test_two_counters_releasing_one_promis_hand_it_over_once(house: House, owed: Owed, handing: Handing) -> None:
    deliver_in_part(house, quantity=3, boxes=2)
    outcomes: list[object] = []
    threads = [threading.Thread(target=lambda: outcomes.append(handing.hand_over(CAMILLE, 1, 1))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(outcome, Done) for outcome in outcomes) == 2
    assert (count_on_hand(house), owed.open_promises()) == (17, [])
    assert [entry.number for entry in house.counter.ordonnancier()] == [1, 2, 3]


@pytest.mark.req("OFF-CPT-03")
def test_two_counters_promising_beside_the_last_box_deliver_it_once(house: House, owed: Owed) -> None:
    done(house.stock.adjust(CAMILLE, AMOXICILLINE, 1, "inventaire"))
    sessions = [in_part(house, AMOXICILLINE, 2, 1) for _ in range(4)]
    outcomes: list[object] = []
    threads = [
        threading.Thread(target=lambda one=one: outcomes.append(house.counter.validate(one, CAMILLE)))  # type: ignore[misc]
        for one in sessions
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(outcome, Done) for outcome in outcomes) == 1
    assert (count_on_hand(house), [promise.left for promise in owed.open_promises()]) == (0, [1])


@pytest.mark.req("OFF-SCOPE")
def test_boxes_received_make_ready_those_promised_first(house: House, owed: Owed) -> None:
    done(house.stock.adjust(CAMILLE, AMOXICILLINE, 0, "inventaire"))
    for quantity in (2, 1):
        deliver_in_part(house, quantity=quantity, boxes=quantity)
    assert [promise.label_of_state for promise in owed.open_promises()] == ["En attente", "En attente"]
    done(house.stock.receive(CAMILLE, [ReceiptLine(code=AMOXICILLINE, quantity=1)], "BL-2"))
    assert [promise.ready for promise in owed.open_promises()] == [False, False]
    done(house.stock.receive(CAMILLE, [ReceiptLine(code=AMOXICILLINE, quantity=1)], "BL-3"))
    assert [promise.ready for promise in owed.open_promises()] == [True, False]


def test_a_box_promised_to_another_is_said_before_it_is_sold(house: House) -> None:
    deliver_in_part(house, quantity=2, boxes=2)
    done(house.stock.adjust(CAMILLE, AMOXICILLINE, 2, "inventaire"))
    session = house.prescribed(AMOXICILLINE)
    assert "GAL-DU-04" in [finding.code for finding in house.counter.check(session)]
    done(house.stock.adjust(CAMILLE, AMOXICILLINE, 3, "inventaire"))
    assert "GAL-DU-04" not in [finding.code for finding in house.counter.check(session)]


def test_an_unknown_customer_is_named_with_a_telephone(house: House, owed: Owed) -> None:
    session = in_part(house, DOLIPRANE, 3, 1, listed=False)
    assert "GAL-DU-03" in codes(house.counter.validate(session, CAMILLE, house.paid(session)))
    session, _ = edit.set_label(session, "Mme Dupuis")
    assert "GAL-DU-03" in codes(house.counter.validate(session, CAMILLE, house.paid(session)))
    session, _ = edit.set_label(session, "Mme Dupuis 06 12 34 56 78")
    done(house.counter.validate(session, CAMILLE, house.paid(session)))
    promise = owed.open_promises()[0]
    assert (promise.patient_id, promise.customer, promise.phone) == (None, "Mme Dupuis", "06 12 34 56 78")


def test_a_cancelled_promis_leaves_nothing_to_hand_over(house: House, owed: Owed, handing: Handing) -> None:
    deliver_in_part(house)
    assert codes(owed.cancel(CAMILLE, 1, "  ")) == ["GAL-DU-06"]
    assert codes(owed.cancel(CAMILLE, 5, "rupture")) == ["GAL-DU-10"]
    cancelled = done(owed.cancel(CAMILLE, 1, "rupture fabricant"))
    assert (cancelled.state, cancelled.reason, cancelled.left) == (PromiseState.CANCELLED, "rupture fabricant", 0)
    assert codes(owed.cancel(CAMILLE, 1, "encore")) == ["GAL-DU-07"]
    assert codes(handing.hand_over(CAMILLE, 1, 1)) == ["GAL-DU-07"]
    assert count_on_hand(house) == 18


def test_a_refused_delivery_promises_nothing(house: House, owed: Owed) -> None:
    session = in_part(house, AMOXICILLINE, 30, 2)
    assert isinstance(house.counter.validate(session, CAMILLE), Refused)
    assert owed.open_promises() == []
    deliver_in_part(house)
    assert owed.open_promises()[0].number == 1


def test_the_hand_overs_are_append_only(house: House, handing: Handing) -> None:
    deliver_in_part(house)
    done(handing.hand_over(CAMILLE, 1, 1))
    with house.db.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("UPDATE promise_hand_over SET quantity = 9"))


def test_a_promise_survives_the_saving_of_the_sale(house: House) -> None:
    session = in_part(house, AMOXICILLINE, 3, 1)
    done(house.counter.save(session))
    assert house.counter.load(session.id) == replace(session)


@pytest.mark.req("OFF-CPT-03")
def test_two_counters_handing_over_two_of_three_boxes_never_hand_over_four(
    house: House, owed: Owed, handing: Handing
) -> None:
    """Both saw three boxes owed; the second one to write is refused, whole."""
    deliver_in_part(house, quantity=3, boxes=3)
    with house.db.write(CAMILLE) as work:
        assert (owed.hand(work, 1, 2), owed.hand(work, 1, 2)) == (1, None)
    assert owed.open_promises()[0].left == 1
    assert codes(handing.hand_over(CAMILLE, 1, 2)) == ["GAL-DU-05"]


@pytest.mark.req("OFF-CPT-01")
def test_a_delivery_that_is_cancelled_says_which_boxes_never_left(house: House, owed: Owed, handing: Handing) -> None:
    deliver_in_part(house, quantity=4, boxes=3)
    done(handing.hand_over(CAMILLE, 1, 1))
    with house.db.write(CAMILLE) as work:
        assert owed.never_left(work, 1) == ({1: 2}, {})
        owed.cancel_of_delivery(work, 1, "annulation")
        assert owed.never_left(work, 1) == ({}, {1: 2})
        assert owed.never_left(work, 2) == ({}, {})
    assert (owed.open_promises(), [one.reason for one in owed.of_delivery(1)]) == ([], ["annulation"])
    assert codes(handing.hand_over(CAMILLE, 1, 1)) == ["GAL-DU-07"]


def credit(house: House, delivery: Delivery, quantity: int, fate: Fate = Fate.STOCK) -> Outcome[Reversal]:
    draft = house.reversals.proposal(delivery.number, ReversalKind.CREDIT)
    assert draft is not None
    asked = replace(draft, reason="N’en veut plus", lines=(replace(draft.lines[0], quantity=quantity, fate=fate),))
    return house.reversals.reverse(house.reversals.with_refunds(asked), CAMILLE)


@pytest.mark.req("OFF-CPT-01")
@pytest.mark.parametrize("fate", [Fate.STOCK, Fate.QUARANTINE])
def test_an_avoir_moves_only_the_boxes_that_left(house: House, owed: Owed, handing: Handing, fate: Fate) -> None:
    """Three boxes, two of them promised: what is still promised is given up first, and nothing moves for it."""
    delivery = deliver_in_part(house, quantity=3, boxes=2)
    assert count_on_hand(house) == 19
    assert codes(credit(house, delivery, 2, fate)) == ["GAL-ANN-11"]
    assert count_on_hand(house) == 19
    done(owed.cancel(CAMILLE, 1, "N’en veut plus"))
    done(credit(house, delivery, 2, fate))
    assert (count_on_hand(house), codes(handing.hand_over(CAMILLE, 1, 1))) == (19, ["GAL-DU-07"])
    last = done(credit(house, delivery, 1, fate))
    assert (last.whole, count_on_hand(house)) == (True, 20 if fate is Fate.STOCK else 19)
    held = house.quarantine.present()
    assert [entry.left for entry in held] == ([] if fate is Fate.STOCK else [1])
    with house.db.read() as reading:
        assert first_disagreement(reading) is None


@pytest.mark.req("OFF-CPT-01")
def test_a_box_in_quarantine_is_not_handed_over(house: House, owed: Owed, handing: Handing) -> None:
    deliver_in_part(house, quantity=3, boxes=2)
    aside = Aside(code=AMOXICILLINE, cause=Cause.DAMAGED, lot="L1", serial="Q1", reason="Écrasée")
    done(house.quarantine.set_aside(CAMILLE, aside))
    before = count_on_hand(house)
    assert codes(handing.hand_over(CAMILLE, 1, 1, (Box("L1", None, "Q1"),))) == ["GAL-SEC-52"]
    assert (count_on_hand(house), owed.open_promises()[0].left) == (before, 2)


@pytest.mark.req("OFF-SCOPE")
def test_the_ticket_of_a_promis_can_be_scanned_and_its_copy_is_marked(house: House, owed: Owed, tmp_path: Path) -> None:
    session = in_part(house, AMOXICILLINE, 3, 1)
    session, _ = edit.add_product(session, house.catalog.by_codes([DOLIPRANE])[DOLIPRANE])
    session, _ = edit.set_quantity(session, "L2", 2)
    session, _ = owing.owe(session, "L2", 2)
    delivery = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    (tmp_path / "prints").mkdir()
    slips = Slips(house.db, tmp_path / "prints", Mode.PRODUCTION)
    promises = owed.open_promises()
    assert slips.values(promises) == {1: delivery.lines[0].unit_price, 2: delivery.lines[1].unit_price * 2}
    first = words_of(slips.write(promises, CAMILLE))
    assert "Promis 1, 2" in first
    assert "ESSAI Jeanne" in first
    assert build(1) in first
    assert read(build(1)).fields["promise"] == "1"
    assert "DUPLICATA" not in first
    assert "DUPLICATA" in words_of(slips.write(promises, CAMILLE))


def words_of(file: Path) -> str:
    """Return the text of a PDF."""
    import pypdfium2  # noqa: PLC0415 -- heavy: where papers are read

    pages = pypdfium2.PdfDocument(file.read_bytes())
    return "\n".join(page.get_textpage().get_text_range() for page in pages)
