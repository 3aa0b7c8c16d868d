"""Do the registers of stupéfiants and of medicines derived from blood say what happened, all of it, for ever?"""

from __future__ import annotations

import csv
import datetime as dt
import json
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, SKENAN, House, box, done, open_house
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel.mode import Mode
from app.kernel.outcome import Refused, is_refused
from app.officine.dispensing import register_sheets as sheets
from app.officine.dispensing import session as edit
from app.officine.dispensing.book import Book
from app.officine.interventions.service import Interventions
from app.officine.prescriptions.model import PrescriptionKind
from app.officine.registers.model import DerivedKind, EntryKind, Move, NoteKind
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.officine.stock.model import ReceiptLine
from app.officine.stock.narcotics import Narcotics
from app.officine.stock.open_boxes import OpenBoxes
from app.officine.stock.service import Stock
from app.store import audit, facts
from app.store.chain import entry_hash

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.dispensing.model import Delivery
    from app.officine.registers.service import Registers
    from app.store.database import Database

SAFE = 280  # 20 boxes of 14 gélules
BOTTLE = "3400936587281"  # ORAMORPH, a bottle of 20 ml: no number of doses in its presentation


@dataclass
class Keeping:
    """A house, and what keeps its registers."""

    house: House
    registers: Registers
    narcotics: Narcotics
    book: Book

    def deliver(self, quantity: int = 1, bearer: str = "") -> Delivery:
        """Deliver boxes of the stupéfiant on a secured ordonnance."""
        session = self.house.prescribed(SKENAN, kind=PrescriptionKind.SECURED)
        session, _ = edit.set_quantity(session, session.lines[0].line_id, quantity)
        session, _ = edit.set_bearer(session, bearer)
        return done(self.house.counter.validate(session, CAMILLE, self.house.paid(session)))


@pytest.fixture
def keeping(database: Database, tmp_path: Path) -> Keeping:
    """The registers of a small officine that holds 20 boxes of a stupéfiant."""
    house = open_house(database, tmp_path / "catalogs")
    registers = house.stock.registers
    assert registers is not None
    narcotics = Narcotics(
        database, stock=house.stock, registers=registers, catalog=house.catalog, staff=Staff(database)
    )
    book = Book(
        database,
        counter=house.counter,
        registers=registers,
        narcotics=narcotics,
        folder=tmp_path / "prints",
        mode=Mode.DEMO,
        interventions=Interventions(database, Staff(database)),
    )
    return Keeping(house, registers, narcotics, book)


def refused(outcome: object) -> set[str]:
    """Return the codes of a refusal."""
    assert isinstance(outcome, Refused)
    assert is_refused(outcome.findings)
    return {finding.code for finding in outcome.findings}


def later(keeping: Keeping, days: int) -> None:
    keeping.house.db.clock.advance(dt.timedelta(days=days))  # type: ignore[attr-defined] # the tests' clock


# --- What is written, and when ----------------------------------------------------------------------------------------


@pytest.mark.req("OFF-REG-01")
def test_a_receipt_enters_the_register_in_units_and_only_for_stupefiants(keeping: Keeping) -> None:
    (entry,) = keeping.registers.entries()
    assert (entry.kind, entry.code, entry.boxes, entry.units, entry.balance) == (
        EntryKind.RECEIPT,
        SKENAN,
        20,
        SAFE,
        SAFE,
    )
    assert entry.reference == "BL-1"


@pytest.mark.req("OFF-REG-01")
def test_a_delivery_writes_its_exit_with_patient_prescriber_bearer_and_number(keeping: Keeping) -> None:
    delivery = keeping.deliver(2, bearer="MARTIN Paul, 5 rue Haute, 75011 Paris, CNI 880692310285")
    entry = keeping.registers.entries()[-1]
    assert (entry.kind, entry.boxes, entry.units, entry.balance) == (EntryKind.DELIVERY, -2, -28, SAFE - 28)
    assert (entry.reference, entry.ordonnancier) == (str(delivery.number), delivery.ordonnancier[0])
    assert entry.patient_name == keeping.house.patient.display_name
    assert entry.patient_address == "3 rue des Lilas, 75011 Paris"
    assert entry.prescriber_name == keeping.house.prescriber.display_name
    assert entry.bearer.endswith("CNI 880692310285")
    assert entry.author_name == CAMILLE.name
    assert keeping.house.stock.on_hand([SKENAN]) == {SKENAN: 18}


@pytest.mark.req("OFF-REG-01")
def test_only_the_units_of_an_opened_box_leave_the_register(keeping: Keeping) -> None:
    session = keeping.house.prescribed(SKENAN, kind=PrescriptionKind.SECURED)
    session = replace(session, lines=(replace(session.lines[0], units=7),))
    done(keeping.house.counter.validate(session, CAMILLE, keeping.house.paid(session)))
    assert keeping.registers.balances() == {SKENAN: SAFE - 7}


@pytest.mark.req("OFF-REG-04")
def test_the_rest_of_an_opened_box_leaves_the_register_with_its_witness_or_not_at_all(keeping: Keeping) -> None:
    session = keeping.house.prescribed(SKENAN, kind=PrescriptionKind.SECURED)
    session = replace(session, lines=(replace(session.lines[0], units=7, boxes=(box("SN1", "B441"),)),))
    done(keeping.house.counter.validate(session, CAMILLE, keeping.house.paid(session)))
    opened = OpenBoxes(keeping.house.db, Staff(keeping.house.db), keeping.registers)
    (held,) = opened.held(SKENAN)
    assert refused(opened.discard(CAMILLE, held, "Traitement terminé")) == {"GAL-STU-06", "GAL-STU-08"}
    assert opened.held(SKENAN) == [held]
    done(opened.discard(CAMILLE, held, "Traitement terminé", reference="PV-3", second_person="Inès Moulin"))
    assert opened.held(SKENAN) == []
    assert keeping.registers.balances() == {SKENAN: SAFE - 14}
    entry = keeping.registers.entries(newest=True)[0]
    assert (entry.kind, entry.boxes, entry.units, entry.lot) == (EntryKind.DESTRUCTION, 0, -7, "B441")
    assert (entry.reference, entry.second_person, entry.reason) == ("PV-3", "Inès Moulin", "Traitement terminé")
    assert keeping.house.stock.on_hand([SKENAN]) == {SKENAN: 19}
    holding = next(one for one in keeping.narcotics.holdings() if one.narcotic.code == SKENAN)
    assert holding.difference == 0


@pytest.mark.req("OFF-REG-01")
def test_what_is_owed_leaves_the_register_when_it_leaves_not_before(keeping: Keeping) -> None:
    session = keeping.house.prescribed(SKENAN, kind=PrescriptionKind.SECURED)
    session = replace(session, lines=(replace(session.lines[0], quantity=2, owed=1),))
    done(keeping.house.counter.validate(session, CAMILLE, keeping.house.paid(session)))
    assert keeping.registers.balances() == {SKENAN: SAFE - 14}


@pytest.mark.req("OFF-REG-02")
def test_more_than_the_register_holds_never_leaves_even_forced(keeping: Keeping) -> None:
    session = keeping.house.prescribed(SKENAN, kind=PrescriptionKind.SECURED)
    line_id = session.lines[0].line_id
    session, _ = edit.set_quantity(session, line_id, 21)
    session, _ = edit.force_stock(session, line_id)
    assert "GAL-STU-03" in refused(keeping.house.counter.validate(session, CAMILLE, keeping.house.paid(session)))
    assert keeping.registers.balances() == {SKENAN: SAFE}


@pytest.mark.req("OFF-REG-02")
def test_the_register_itself_refuses_in_the_act_what_it_does_not_hold(keeping: Keeping) -> None:
    """Another counter may have taken the boxes since the check."""
    narcotic = keeping.registers.narcotics([SKENAN])[SKENAN]
    moves = [Move(kind=EntryKind.DELIVERY, narcotic=narcotic, boxes=-boxes) for boxes in (15, 6)]
    with keeping.house.db.write(CAMILLE) as work:
        finding = keeping.registers.record(work, moves)
    assert finding is not None
    assert finding.code == "GAL-STU-03"
    assert len(keeping.registers.entries()) == 1


@pytest.mark.req("OFF-REG-02")
def test_a_bare_correction_of_a_stupefiant_is_refused_with_the_way_to_do_it(keeping: Keeping) -> None:
    outcome = keeping.house.stock.adjust(CAMILLE, SKENAN, 19, "casse")
    assert refused(outcome) == {"GAL-STU-02"}
    assert isinstance(outcome, Refused)
    assert "Registres" in outcome.findings[0].advice
    assert keeping.house.stock.on_hand([SKENAN]) == {SKENAN: 20}
    done(keeping.house.stock.adjust(CAMILLE, DOLIPRANE, 19, "casse"))


@pytest.mark.req("OFF-REG-01")
def test_a_bottle_without_a_number_of_doses_asks_for_it_and_keeps_it(keeping: Keeping) -> None:
    line = ReceiptLine(code=BOTTLE, quantity=3)
    assert refused(keeping.house.stock.receive(CAMILLE, [line], "BL-2")) == {"GAL-STU-01"}
    assert keeping.house.stock.on_hand([BOTTLE]) == {}
    done(keeping.registers.set_units(CAMILLE, BOTTLE, 20))
    done(keeping.house.stock.receive(CAMILLE, [line], "BL-2"))
    assert keeping.registers.balances()[BOTTLE] == 60
    assert refused(keeping.registers.set_units(CAMILLE, BOTTLE, 25)) == {"GAL-STU-17"}
    assert refused(keeping.registers.set_units(CAMILLE, DOLIPRANE, 8)) == {"GAL-STU-12"}
    assert refused(keeping.registers.set_units(CAMILLE, BOTTLE, 0)) == {"GAL-STU-10"}


@pytest.mark.req("OFF-REG-01")
def test_boxes_put_back_return_to_the_register_with_their_delivery(keeping: Keeping) -> None:
    delivery = keeping.deliver(2)
    with keeping.house.db.write(CAMILLE) as work:
        keeping.house.stock.put_back(
            work, code=SKENAN, quantity=2, reference=str(delivery.number), reason="erreur de patient"
        )
    entry = keeping.registers.entries()[-1]
    assert (entry.kind, entry.units, entry.balance, entry.reason) == (
        EntryKind.CANCELLATION,
        28,
        SAFE,
        "erreur de patient",
    )


@pytest.mark.req("OFF-REG-01")
def test_stock_held_before_the_register_opens_it(keeping: Keeping, database: Database) -> None:
    """A database of an older Galien holds boxes of which the register knows nothing."""
    other = "3400934990007"
    done(Stock(database, Staff(database)).receive(CAMILLE, [ReceiptLine(code=other, quantity=3)], "BL-0"))
    done(keeping.house.stock.receive(CAMILLE, [ReceiptLine(code=other, quantity=1)], "BL-3"))
    opening, receipt = keeping.registers.entries(code=other)
    assert (opening.kind, opening.units, receipt.units, receipt.balance) == (EntryKind.OPENING, 42, 14, 56)


# --- Counts, destructions, losses -------------------------------------------------------------------------------------


@pytest.mark.req("OFF-REG-03")
def test_a_missing_box_needs_its_reason_and_leaves_a_trace(keeping: Keeping) -> None:
    """Scenario 13: one box missing at the inventory."""
    count = keeping.narcotics.count
    assert refused(count(CAMILLE, {SKENAN: 19}, reason="", second_person="Léa Petit")) == {"GAL-STU-18"}
    assert refused(count(CAMILLE, {SKENAN: 19}, reason="  ", second_person="Léa Petit")) == {"GAL-STU-18"}
    assert refused(count(CAMILLE, {SKENAN: 19}, reason="Casse", second_person="")) == {"GAL-STU-06"}
    assert len(keeping.registers.entries()) == 1
    assert done(count(CAMILLE, {SKENAN: 19}, reason="Boîte introuvable", second_person="Léa Petit")) == 1
    entry = keeping.registers.entries()[-1]
    assert (entry.kind, entry.boxes, entry.units, entry.balance, entry.stated) == (
        EntryKind.INVENTORY,
        -1,
        -14,
        SAFE - 14,
        SAFE - 14,
    )
    assert (entry.reason, entry.second_person) == ("Boîte introuvable", "Léa Petit")
    assert keeping.house.stock.on_hand([SKENAN]) == {SKENAN: 19}
    assert keeping.house.stock.discrepancies() == []


@pytest.mark.req("OFF-REG-03")
def test_a_count_that_agrees_is_written_all_the_same(keeping: Keeping) -> None:
    assert done(keeping.narcotics.count(CAMILLE, {SKENAN: 20}, reason="", second_person="Léa Petit")) == 0
    entry = keeping.registers.entries()[-1]
    assert (entry.kind, entry.units, entry.stated, entry.reason) == (EntryKind.INVENTORY, 0, SAFE, "Conforme")


@pytest.mark.req("OFF-REG-03")
def test_loose_units_of_an_opened_box_are_counted(keeping: Keeping) -> None:
    outcome = keeping.narcotics.count(
        CAMILLE, {SKENAN: 19}, loose={SKENAN: 7}, reason="Boîte entamée", second_person="Léa Petit"
    )
    assert done(outcome) == 1
    assert keeping.registers.balances() == {SKENAN: SAFE - 7}


@pytest.mark.req("OFF-REG-03")
@pytest.mark.parametrize(
    ("counts", "code"),
    [({}, "GAL-STU-11"), ({SKENAN: -1}, "GAL-STU-09"), ({DOLIPRANE: 3}, "GAL-STU-12"), ({"rien": 1}, "GAL-STU-12")],
)
def test_a_count_of_nothing_less_than_nothing_or_no_stupefiant_is_refused(
    counts: dict[str, int], code: str, keeping: Keeping
) -> None:
    assert code in refused(keeping.narcotics.count(CAMILLE, counts, reason="x", second_person="Léa Petit"))


@pytest.mark.req("OFF-REG-04")
def test_a_destruction_names_its_witness_and_its_document(keeping: Keeping) -> None:
    destroy = keeping.narcotics.take_out
    kind = EntryKind.DESTRUCTION
    assert refused(destroy(CAMILLE, kind, {SKENAN: 2}, reason="Périmés")) == {"GAL-STU-06", "GAL-STU-08"}
    assert refused(destroy(CAMILLE, kind, {SKENAN: 2}, reason="", second_person="Dr Roux", reference="D-1")) == {
        "GAL-STU-04"
    }
    done(destroy(CAMILLE, kind, {SKENAN: 2}, reason="Périmés", second_person="Dr Roux", reference="D-1"))
    entry = keeping.registers.entries()[-1]
    assert (entry.kind, entry.units, entry.reference, entry.second_person) == (kind, -28, "D-1", "Dr Roux")
    assert keeping.house.stock.on_hand([SKENAN]) == {SKENAN: 18}
    pages = pdf_text(keeping.book.print_destruction("D-1"))
    assert "Attestation de destruction" in pages[0]
    assert "Dr Roux" in pages[0]


@pytest.mark.req("OFF-REG-04")
def test_a_theft_says_that_it_is_to_be_declared(keeping: Keeping) -> None:
    outcome = keeping.narcotics.take_out(CAMILLE, EntryKind.THEFT, {SKENAN: 1}, reason="Effraction")
    done(outcome)
    assert any("R.5132-80" in finding.text for finding in outcome.findings)


@pytest.mark.req("OFF-REG-04")
def test_more_boxes_than_held_are_not_destroyed(keeping: Keeping) -> None:
    outcome = keeping.narcotics.take_out(CAMILLE, EntryKind.LOSS, {SKENAN: 21}, reason="Casse")
    assert refused(outcome) == {"GAL-STU-19"}
    assert keeping.house.stock.on_hand([SKENAN]) == {SKENAN: 20}
    assert keeping.registers.balances() == {SKENAN: SAFE}


@pytest.mark.req("OFF-REG-04")
def test_a_preparateur_counts_but_only_a_pharmacist_destroys_and_closes(keeping: Keeping, database: Database) -> None:
    staff = Staff(database)
    member = done(staff.add(MemberDraft(family_name="PETIT", given_name="Léa", role=Role.TECHNICIAN), CAMILLE))
    lea = actor_of(member, "comptoir-2")
    done(keeping.narcotics.count(lea, {SKENAN: 20}, reason="", second_person="Camille"))
    assert "GAL-PER-01" in refused(keeping.narcotics.take_out(lea, EntryKind.LOSS, {SKENAN: 1}, reason="Casse"))
    assert "GAL-PER-01" in refused(keeping.registers.close(lea, "2026-10"))


# --- The balance ------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-REG-05")
def test_a_month_balances_and_opens_the_next_one(keeping: Keeping) -> None:
    keeping.deliver(2)
    out = {"second_person": "Dr Roux", "reference": "D-1"}
    done(keeping.narcotics.take_out(CAMILLE, EntryKind.DESTRUCTION, {SKENAN: 1}, reason="Périmé", **out))
    done(keeping.narcotics.take_out(CAMILLE, EntryKind.LOSS, {SKENAN: 1}, reason="Casse"))
    done(keeping.narcotics.count(CAMILLE, {SKENAN: 15}, reason="Une boîte manque", second_person="Léa Petit"))
    november = keeping.narcotics.balance("2026-11")
    assert november is not None
    (line,) = november.lines
    assert (line.opening, line.entries, line.exits, line.destroyed, line.lost, line.adjusted) == (
        0,
        280,
        28,
        14,
        14,
        -14,
    )
    assert line.closing == 15 * 14
    holding = november.holdings[SKENAN]
    assert (holding.balance, holding.stock_units, holding.difference) == (210, 210, 0)
    assert not november.is_over
    later(keeping, 20)
    keeping.deliver(1)
    december = keeping.narcotics.balance("2026-12")
    assert december is not None
    assert (december.lines[0].opening, december.lines[0].closing) == (210, 196)


@pytest.mark.req("OFF-REG-05")
def test_a_closed_month_is_an_entry_and_never_closes_again(keeping: Keeping) -> None:
    assert refused(keeping.registers.close(CAMILLE, "2026-11")) == {"GAL-STU-15"}
    assert refused(keeping.registers.close(CAMILLE, "2026-13")) == {"GAL-STU-14"}
    later(keeping, 20)
    keeping.deliver(1)
    assert refused(keeping.registers.close(CAMILLE, "2026-09")) == {"GAL-STU-21"}
    (line,) = done(keeping.registers.close(CAMILLE, "2026-11"))
    assert line.closing == SAFE
    entry = keeping.registers.entries()[-1]
    assert (entry.kind, entry.month, entry.stated, entry.units, entry.balance) == (
        EntryKind.CLOSING,
        "2026-11",
        SAFE,
        0,
        SAFE - 14,
    )
    assert refused(keeping.registers.close(CAMILLE, "2026-11")) == {"GAL-STU-16"}
    balance = keeping.narcotics.balance("2026-11")
    assert balance is not None
    assert balance.closed == dt.date(2026, 12, 13)


@pytest.mark.req("OFF-REG-02")
def test_two_counters_on_the_last_boxes_never_break_the_balance(keeping: Keeping) -> None:
    done(keeping.narcotics.count(CAMILLE, {SKENAN: 3}, reason="Départ", second_person="Léa Petit"))
    outcomes: list[Any] = []
    sessions = []
    for _ in range(6):
        session = keeping.house.prescribed(SKENAN, kind=PrescriptionKind.SECURED)
        session, _found = edit.force_stock(session, session.lines[0].line_id)
        sessions.append(session)
    payments = keeping.house.paid(sessions[0])
    barrier = threading.Barrier(2)

    def serve(mine: list[Any]) -> None:
        barrier.wait()
        outcomes.extend(keeping.house.counter.validate(session, CAMILLE, payments) for session in mine)

    threads = [threading.Thread(target=serve, args=(sessions[rank::2],)) for rank in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(not isinstance(outcome, Refused) for outcome in outcomes) == 3
    entries = keeping.registers.entries()
    assert [entry.balance for entry in entries][-3:] == [28, 14, 0]
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert keeping.house.stock.on_hand([SKENAN]) == {SKENAN: 0}
    assert keeping.registers.verify("stupefiants").first_bad is None


# --- Nothing is changed, and it shows where it is ---------------------------------------------------------------------


@pytest.mark.req("OFF-REG-06")
@pytest.mark.parametrize(
    "table", ["narcotic_entry", "narcotic_units", "derived_entry", "derived_flag", "register_note"]
)
def test_the_database_itself_refuses_to_change_or_remove_an_entry(table: str, keeping: Keeping) -> None:
    fill_all(keeping)
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET code = 'x'" if table != "register_note" else
                      f"UPDATE {table} SET text = 'x'"):  # fmt: skip
        with pytest.raises(DBAPIError), keeping.house.db.engine.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.req("OFF-REG-06")
@pytest.mark.parametrize(
    ("chain", "table", "column"),
    [("stupefiants", "narcotic_entry", "reason"), ("derives", "derived_entry", "lot"),
     ("annotations", "register_note", "text")],
)  # fmt: skip
def test_an_entry_altered_under_the_trigger_is_named(chain: str, table: str, column: str, keeping: Keeping) -> None:
    fill_all(keeping)
    assert keeping.registers.verify(chain).first_bad is None
    assert keeping.registers.verify(chain).entries >= 1
    lift_guard(keeping.house.db, table)
    with keeping.house.db.engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = 'autre' WHERE seq = 1"))
    bad = keeping.registers.verify(chain).first_bad
    assert bad is not None
    assert (bad["seq"], bad["reason"]) == (1, "altered")


@pytest.mark.req("OFF-REG-06")
def test_the_hash_covers_the_balance(keeping: Keeping) -> None:
    entry = keeping.registers.entries()[0]
    row = {name: getattr(entry, name) for name in ("seq", "code", "balance")}
    assert entry_hash("0" * 64, row) != entry_hash("0" * 64, row | {"balance": 1})


def lift_guard(db: Database, table: str) -> None:
    """Remove the triggers of a table, as who wants to cheat would."""
    with db.engine.begin() as connection:
        if db.is_postgresql:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            connection.execute(text(f"DROP TRIGGER {table}_no_update"))


def fill_all(keeping: Keeping) -> None:
    """Write at least one row into every table of the registers."""
    done(keeping.registers.set_units(CAMILLE, BOTTLE, 20))
    done(keeping.registers.set_derived(CAMILLE, AMOXICILLINE, derived=True))
    deliver_derived(keeping)
    with keeping.house.db.write(CAMILLE) as work:
        keeping.registers.note(work, "ordonnancier", [1], NoteKind.REMARK, "Vérifié")


# --- Medicines derived from blood -------------------------------------------------------------------------------------


@pytest.mark.req("OFF-REG-07")
def test_what_is_received_of_a_medicine_derived_from_blood_is_in_its_register_by_lot(keeping: Keeping) -> None:
    done(keeping.registers.set_derived(CAMILLE, AMOXICILLINE, derived=True))
    lines = [ReceiptLine(code=AMOXICILLINE, quantity=2, lot=lot) for lot in ("A1", "A1", "B2")]
    done(keeping.house.stock.receive(CAMILLE, [*lines, ReceiptLine(code=DOLIPRANE, quantity=5)], "BL-77"))
    entries = keeping.registers.derived_entries()
    assert [(one.kind, one.code, one.lot, one.quantity, one.reference) for one in entries] == [
        (DerivedKind.RECEIPT, AMOXICILLINE, "A1", 4, "BL-77"),
        (DerivedKind.RECEIPT, AMOXICILLINE, "B2", 2, "BL-77"),
    ]
    assert entries[0].author_name == "Camille Durand"
    assert keeping.registers.verify("derives").first_bad is None


@pytest.mark.req("OFF-REG-07")
@pytest.mark.parametrize("lot", ["", "   "])
def test_a_receipt_without_its_lot_of_a_medicine_derived_from_blood_changes_nothing(keeping: Keeping, lot: str) -> None:
    done(keeping.registers.set_derived(CAMILLE, AMOXICILLINE, derived=True))
    before = keeping.house.stock.on_hand([AMOXICILLINE, DOLIPRANE])
    lines = [ReceiptLine(code=DOLIPRANE, quantity=5), ReceiptLine(code=AMOXICILLINE, quantity=2, lot=lot)]
    assert refused(keeping.house.stock.receive(CAMILLE, lines, "BL-78")) == {"GAL-MDS-04"}
    assert keeping.house.stock.on_hand([AMOXICILLINE, DOLIPRANE]) == before
    assert keeping.registers.derived_entries() == []


def deliver_derived(keeping: Keeping, *lots: str) -> Delivery:
    """Deliver one box a lot of a product that is flagged as derived from blood."""
    session = keeping.house.prescribed(AMOXICILLINE)
    line = session.lines[0]
    boxes = tuple(box(f"S{rank}", lot) for rank, lot in enumerate(lots or ("LOT7",)))
    session = replace(session, lines=(replace(line, boxes=boxes, quantity=len(boxes)),))
    return done(keeping.house.counter.validate(session, CAMILLE, keeping.house.paid(session)))


@pytest.mark.req("OFF-REG-07")
def test_a_medicine_derived_from_blood_leaves_with_its_lot_or_not_at_all(keeping: Keeping) -> None:
    done(keeping.registers.set_derived(CAMILLE, AMOXICILLINE, derived=True))
    session = keeping.house.prescribed(AMOXICILLINE)
    assert "GAL-MDS-01" in refused(keeping.house.counter.validate(session, CAMILLE, keeping.house.paid(session)))
    session, _ = edit.set_lot(session, session.lines[0].line_id, "P100542")
    delivery = done(keeping.house.counter.validate(session, CAMILLE, keeping.house.paid(session)))
    (entry,) = keeping.registers.derived_entries()
    assert (entry.code, entry.lot, entry.quantity, entry.reference) == (
        AMOXICILLINE,
        "P100542",
        1,
        str(delivery.number),
    )
    assert entry.patient_birth_date == keeping.house.patient.birth_date
    assert entry.prescriber_name == keeping.house.prescriber.display_name


@pytest.mark.req("OFF-REG-07")
def test_one_entry_a_lot_and_the_cancellation_takes_each_back_once(keeping: Keeping) -> None:
    done(keeping.registers.set_derived(CAMILLE, AMOXICILLINE, derived=True))
    delivery = deliver_derived(keeping, "A1", "A1", "B2")
    assert [(entry.lot, entry.quantity) for entry in keeping.registers.derived_entries()] == [("A1", 2), ("B2", 1)]
    for expected in (2, 0):
        with keeping.house.db.write(CAMILLE) as work:
            assert keeping.registers.cancel_derived(work, str(delivery.number), "erreur") == expected
    assert sum(entry.quantity for entry in keeping.registers.derived_entries()) == 0


@pytest.mark.req("OFF-REG-07")
def test_the_last_word_of_the_pharmacist_holds(keeping: Keeping) -> None:
    assert not keeping.registers.is_derived(AMOXICILLINE)
    for said in (True, False, True):
        done(keeping.registers.set_derived(CAMILLE, AMOXICILLINE, derived=said))
        assert keeping.registers.is_derived(AMOXICILLINE) is said
    assert refused(keeping.registers.set_derived(CAMILLE, "0000000000000", derived=True)) == {"GAL-MDS-03"}


# --- The ordonnancier, on paper and in files --------------------------------------------------------------------------


def pdf_text(file: Path | None) -> list[str]:
    """Return the text of each page of a PDF, read back."""
    assert file is not None
    document = pypdfium2.PdfDocument(file.read_bytes())
    try:
        return [document[number].get_textpage().get_text_range() for number in range(len(document))]
    finally:
        document.close()


@pytest.mark.req("OFF-REG-08")
def test_every_page_of_the_ordonnancier_bears_the_officine_and_its_number(keeping: Keeping) -> None:
    with keeping.house.db.write(CAMILLE) as work:
        facts.write(work, "officine", {"name": "Pharmacie des Lilas", "finess": "750000001", "address_line":
                                       "1 rue Haute", "postal_code": "75011", "city": "Paris"})  # fmt: skip
    for _ in range(18):
        session = keeping.house.prescribed(SKENAN, AMOXICILLINE, kind=PrescriptionKind.SECURED)
        done(keeping.house.counter.validate(session, CAMILLE, keeping.house.paid(session)))
    pages = pdf_text(keeping.book.print_ordonnancier())
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert "Pharmacie des Lilas" in page
        assert "1 rue Haute, 75011 Paris" in page
        assert "750000001" in page
        assert f"Page {number}/{len(pages)}" in page
        assert "SIMULATION" in page
    pages = pdf_text(keeping.book.print_balance("2026-11"))
    assert "Balance des stupéfiants" in pages[0]
    assert "Pharmacie des Lilas" in pages[0]


@pytest.mark.req("OFF-REG-08")
def test_a_cancelled_delivery_keeps_its_number_and_says_why(keeping: Keeping) -> None:
    delivery = keeping.deliver(1)
    with keeping.house.db.write(CAMILLE) as work:
        work.session.execute(text(f"UPDATE delivery SET state = 'cancelled' WHERE number = {delivery.number}"))
        keeping.registers.note(work, "ordonnancier", delivery.ordonnancier, NoteKind.CANCELLED, "Erreur de dosage")
    (one,) = keeping.book.ordonnancier()
    assert (one.entry.number, one.is_cancelled, one.cancelled) == (delivery.ordonnancier[0], True, "Erreur de dosage")
    assert "Erreur de dosage" in pdf_text(keeping.book.print_ordonnancier())[0].replace("\r\n", " ")


@pytest.mark.req("OFF-REG-08")
def test_the_ordonnancier_is_filtered_and_sorted_by_patient_medicine_and_date(keeping: Keeping) -> None:
    keeping.deliver(1)
    later(keeping, 1)
    session = keeping.house.prescribed(AMOXICILLINE)
    done(keeping.house.counter.validate(session, CAMILLE, keeping.house.paid(session)))
    book = keeping.book
    assert [one.entry.code for one in book.ordonnancier(text="amox")] == [AMOXICILLINE]
    assert book.ordonnancier(text="personne") == []
    assert [one.entry.code for one in book.ordonnancier(last=dt.date(2026, 11, 23))] == [SKENAN]
    assert [one.entry.code for one in sheets.ordered(book.ordonnancier(), "medicine")] == [AMOXICILLINE, SKENAN]
    assert len(book.ordonnancier(patient_id=keeping.house.patient.id)) == 2
    assert book.ordonnancier(patient_id=999) == []


@pytest.mark.req("OFF-REG-08")
def test_exports_are_whole_and_no_cell_is_a_formula(keeping: Keeping, tmp_path: Path) -> None:
    keeping.deliver(1, bearer="=HYPERLINK(1), 3 rue des Lilas")
    for register in ("ordonnancier", "stupefiants", "derives"):
        file = keeping.book.export(register, tmp_path / "out")
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
        assert len(rows) == 1 + len(keeping.book.records(register))
        data = json.loads(keeping.book.export(register, tmp_path / "out", as_json=True).read_text(encoding="utf-8"))
        assert data["register"] == register
    text_ = (tmp_path / "out" / "stupefiants.csv").read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK" in text_
    assert keeping.book.records("stupefiants", since=dt.date(2027, 1, 1)) == []
    with pytest.raises(KeyError):
        keeping.book.records("autre")


@pytest.mark.req("OFF-REG-06")
def test_the_heads_of_the_chains_are_there_after_migration(database: Database) -> None:
    with database.read() as session:
        for chain in ("stupefiants", "derives", "annotations"):
            assert audit.lock_head(session, chain).seq == 0
