"""Are the rules of the ordonnance kept by the database: fractions, periods covered, supplies beyond, their traces?"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, ELIQUIS, SKENAN, House, box, done, open_house
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.kernel.mode import Mode
from app.kernel.outcome import Finding, Refused, Severity
from app.officine.dispensing import bearer, courses, exceptional, matching, mentioned
from app.officine.dispensing import session as edit
from app.officine.dispensing.book import Book
from app.officine.dispensing.papers import PaperKind
from app.officine.dispensing.prints import Prints
from app.officine.dispensing.reversal import ReversalKind
from app.officine.interventions.data import coding
from app.officine.interventions.service import Interventions
from app.officine.prescriptions.model import ExtraSupply, PrescribedLine, PrescriptionKind
from app.officine.stock.model import ReceiptLine
from app.officine.stock.narcotics import Narcotics
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.store.database import Database

METHADONE = "3400938050813"  # 7 gélules, « délivrance fractionnée de 7 jours »
PILL = "3400931824091"  # MINIDRIL, three months of 21 comprimés


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    opened = open_house(database, tmp_path / "catalogs")
    receipt = [ReceiptLine(code=code, quantity=10) for code in (METHADONE, PILL)]
    done(opened.stock.receive(CAMILLE, receipt, "BL-2"))
    return opened


def on_ordonnance(
    house: House, code: str, typed: str, *, kind: PrescriptionKind = PrescriptionKind.ORDINARY, serial: str = ""
) -> CounterSession:
    """Begin a delivery of one box on a new ordonnance of today, its line typed in one go."""
    product = house.catalog.by_code(code)
    assert product is not None
    line = PrescribedLine(line_id="P1", code=code, label=product.name, cis=product.cis or "")
    written = matching.directed(line, typed, product)
    day = house.db.clock.now().date()
    session, _ = matching.detail(house.prescribed(kind=kind, written_on=day), (written,), {})
    return matching.add_product(session, product, box=box(serial) if serial else None)[0]


def again(house: House, code: str) -> CounterSession:
    """Take the last ordonnance up again, and one box."""
    product = house.catalog.by_code(code)
    assert product is not None
    (kept, *_) = house.prescriptions.kept(house.patient.id)
    session, _ = edit.set_patient(house.sale(), house.patient.id, house.patient.display_name)
    session, _ = matching.take(session, kept, {})
    return matching.add_product(session, product)[0]


def deliver(house: House, session: CounterSession) -> Delivery:
    return done(house.counter.validate(session, CAMILLE, house.paid(session)))


def refused(house: House, session: CounterSession) -> set[str]:
    outcome = house.counter.validate(session, CAMILLE, house.paid(session))
    assert isinstance(outcome, Refused)
    return {finding.code for finding in outcome.findings if finding.severity == "error"}


def narcotic(house: House, typed: str = "1 m 14 j") -> CounterSession:
    return on_ordonnance(house, METHADONE, typed, kind=PrescriptionKind.SECURED)


def left(house: House) -> int:
    (kept, *_) = house.prescriptions.kept(house.patient.id)
    return kept.lines[0].left


@pytest.mark.req("OFF-ORD-04")
def test_the_second_fraction_is_awaited_and_the_third_never_comes(house: House, clock: FixedClock) -> None:
    first = deliver(house, narcotic(house))
    assert first.lines[0].days == 7
    assert left(house) == 1
    clock.advance(dt.timedelta(days=7))
    second = again(house, METHADONE)
    (asked,) = second.prescription.lines if second.prescription is not None else ()
    assert (asked.days, asked.total_days, asked.quantity) == (7, 14, 1)
    deliver(house, second)
    assert left(house) == 0


@pytest.mark.req("OFF-ORD-04")
def test_what_leaves_at_once_is_no_fraction(house: House) -> None:
    session = narcotic(house, "1 m 14 j uf")
    session, _ = edit.set_quantity(session, session.lines[0].line_id, 2)
    assert courses.TOO_MUCH not in {one.code for one in house.counter.check(session)}
    delivery = deliver(house, session)
    assert delivery.lines[0].days == 14
    (kept, *_) = house.prescriptions.kept(house.patient.id)
    assert (kept.lines[0].line.at_once, kept.lines[0].left) == (True, 0)


@pytest.mark.req("OFF-ORD-04", "OFF-IP-02")
def test_the_reason_en_une_seule_fois_is_the_mention_of_the_line(house: House) -> None:
    """Chosen in the step Contrôle, it is written on the ordonnance: what Ctrl+L shows and what was said agree."""
    session = narcotic(house, "1 m 14 j")
    session, _ = edit.set_quantity(session, session.lines[0].line_id, 2)
    seen = house.counter.examine(session)
    (finding,) = [one for one in seen.findings if one.code == courses.TOO_MUCH]
    reason = coding().reasons_for(finding.code)[0]
    products, details = dict(seen.situation.products), dict(seen.situation.details)
    noted, refused_for = mentioned.note(session, finding, reason, products, details)
    assert not refused_for
    assert noted.prescription is not None
    (asked,) = noted.prescription.lines
    assert (asked.at_once, asked.total_days, asked.days) == (True, None, 14)
    assert matching.typed_text(asked) == "1 matin 14 j uf"
    assert courses.TOO_MUCH not in {one.code for one in house.counter.check(noted)}
    delivery = deliver(house, noted)
    assert delivery.lines[0].days == 14
    (kept, *_) = house.prescriptions.kept(house.patient.id)
    assert (kept.lines[0].line.at_once, kept.lines[0].left) == (True, 0)


def test_a_mention_has_no_place_on_a_line_beside_the_ordonnance(house: House) -> None:
    session = house.sale(SKENAN)
    finding = Finding(courses.TOO_MUCH, Severity.WARNING, "14 jours pour 7", subject="L1")
    for subject in ("L1", "L9"):
        same, told = mentioned.note(
            session, replace(finding, subject=subject), coding().reasons_for(finding.code)[0], {}, {}
        )
        assert same is session
        assert [one.code for one in told] == ["GAL-ORD-14"]


@pytest.mark.req("OFF-ORD-05")
def test_the_period_covered_refuses_a_new_ordonnance_until_the_delivery_is_taken_back(
    house: House, clock: FixedClock
) -> None:
    delivery = deliver(house, narcotic(house))
    clock.advance(dt.timedelta(days=1))
    assert refused(house, narcotic(house)) == {courses.OVERLAP}
    draft = house.reversals.proposal(delivery.number, ReversalKind.CREDIT)
    assert draft is not None
    draft = house.reversals.with_refunds(draft)
    done(house.reversals.reverse(replace(draft, reason="Erreur de patient"), CAMILLE))
    deliver(house, narcotic(house))


@pytest.mark.req("OFF-ORD-05")
def test_the_mention_of_the_prescriber_allows_the_overlap_and_is_kept(house: House, clock: FixedClock) -> None:
    deliver(house, narcotic(house))
    clock.advance(dt.timedelta(days=1))
    deliver(house, narcotic(house, "1 m 14 j chev"))
    assert any(one.line.overlap for kept in house.prescriptions.kept(house.patient.id) for one in kept.lines)


@pytest.mark.req("OFF-REG-05")
def test_the_bearer_goes_into_both_registers_and_the_journal_keeps_no_name(house: House) -> None:
    session = on_ordonnance(house, SKENAN, "1 m 1 s 7 j", kind=PrescriptionKind.SECURED)
    session, _ = edit.set_bearer(session, "DURAND Léa")
    assert refused(house, session) == {bearer.NO_ADDRESS}
    one = bearer.Bearer("DURAND Léa", "3 rue des Lilas, 75011 Paris", "CNI 12AB")
    session, _ = edit.set_bearer(session, one.text)
    delivery = deliver(house, session)
    assert house.counter.ordonnancier()[-1].bearer == one.text
    registers = house.stock.registers
    assert registers is not None
    assert registers.entries(code=SKENAN)[-1].bearer == one.text
    with house.db.read() as reading:
        query = select(AuditRow.details).where(
            AuditRow.action == "delivery.validate", AuditRow.subject_id == str(delivery.number)
        )
        details = reading.execute(query).scalar_one()
    assert json.loads(details)["bearer"] is True
    assert "DURAND" not in str(details)


@pytest.mark.req("OFF-ORD-01")
def test_no_renewal_of_what_the_prescriber_forbids(house: House) -> None:
    session = on_ordonnance(house, AMOXICILLINE, "1 m 1 s 6 j nr")
    prescription = session.prescription
    assert prescription is not None
    session, _ = edit.set_prescription(session, replace(prescription, renewal=1))
    assert "GAL-VAL-04" in refused(house, session)


# --- Beyond the ordonnance --------------------------------------------------------------------------------------------


def expired(house: House, clock: FixedClock) -> None:
    """Deliver three months of ELIQUIS, and wait for their end."""
    deliver(house, on_ordonnance(house, ELIQUIS, "1 m 1 s 30 j r2"))
    for _ in range(2):
        clock.advance(dt.timedelta(days=30))
        deliver(house, again(house, ELIQUIS))
    clock.advance(dt.timedelta(days=31))


def beyond(house: House, code: str = ELIQUIS) -> CounterSession:
    (offer,) = house.counter.beyond(house.patient.id)
    product = house.catalog.by_code(code)
    assert product is not None
    session, _ = edit.set_patient(house.sale(), house.patient.id, house.patient.display_name)
    session, _ = exceptional.take(session, offer, {})
    return matching.add_product(session, product)[0]


@pytest.mark.req("OFF-ORD-06")
def test_three_extra_months_leave_one_by_one_and_no_fourth(house: House, clock: FixedClock) -> None:
    expired(house, clock)
    assert house.prescriptions.renewable(house.patient.id, house.db.clock.now().date()) == []
    for rank in range(3):
        (offer,) = house.counter.beyond(house.patient.id)
        assert offer.words == f"1 mois, le n°\u00a0{rank + 1} de 3"
        deliver(house, beyond(house))
        clock.advance(dt.timedelta(days=30))
    assert house.counter.beyond(house.patient.id) == ()


@pytest.mark.req("OFF-ORD-06")
def test_an_extra_month_taken_back_may_leave_again(house: House, clock: FixedClock) -> None:
    expired(house, clock)
    delivery = deliver(house, beyond(house))
    draft = house.reversals.proposal(delivery.number, ReversalKind.CANCEL)
    assert draft is not None
    draft = house.reversals.with_refunds(draft)
    done(house.reversals.reverse(replace(draft, reason="Rendu"), CAMILLE))
    clock.advance(dt.timedelta(days=30))
    (offer,) = house.counter.beyond(house.patient.id)
    assert offer.made == ()


@pytest.mark.req("OFF-ORD-06")
def test_what_left_beyond_is_written_everywhere_and_for_ever(house: House, clock: FixedClock, tmp_path: Path) -> None:
    expired(house, clock)
    delivery = deliver(house, beyond(house))
    with house.db.read() as reading:
        details = reading.execute(
            select(AuditRow.details).where(
                AuditRow.action == "delivery.validate", AuditRow.subject_id == str(delivery.number)
            )
        ).scalar_one()
    assert json.loads(details)["supply"] == ExtraSupply.CONTINUITY
    registers = house.stock.registers
    assert registers is not None
    narcotics = Narcotics(
        house.db, stock=house.stock, registers=registers, catalog=house.catalog, staff=house.counter._near.staff
    )
    book = Book(
        house.db,
        counter=house.counter,
        registers=registers,
        narcotics=narcotics,
        folder=tmp_path,
        mode=Mode.PRODUCTION,
        interventions=Interventions(house.db, house.counter._near.staff),
    )
    assert book.ordonnancier()[-1].remark == "Dispensation supplémentaire exceptionnelle"
    assert "supplémentaire" in words_of(book.print_ordonnancier())
    prints = Prints(house.db, tmp_path, Mode.PRODUCTION, patients=house.patients, prescriptions=house.prescriptions)
    paper = prints.write(delivery.number, PaperKind.VITALE)
    assert "1 boîte, dispensation supplémentaire exceptionnelle" in words_of(paper.file)
    with pytest.raises(DBAPIError), house.db.write(CAMILLE) as work:
        work.session.execute(text("UPDATE exceptional_supply SET days = 1"))
    with pytest.raises(DBAPIError), house.db.write(CAMILLE) as work:
        work.session.execute(text("DELETE FROM exceptional_supply"))


@pytest.mark.req("OFF-ORD-07")
def test_a_pill_leaves_for_three_months_then_three_months_more(house: House, clock: FixedClock) -> None:
    deliver(house, on_ordonnance(house, PILL, "1 m 90 j"))
    clock.advance(dt.timedelta(days=85))
    for _ in range(2):
        (offer,) = house.counter.beyond(house.patient.id)
        assert offer.kind is ExtraSupply.CONTRACEPTIVE
        deliver(house, beyond(house, PILL))
        clock.advance(dt.timedelta(days=85))
    assert house.counter.beyond(house.patient.id) == ()


@pytest.mark.req("OFF-ORD-06")
def test_a_narcotic_is_never_offered_beyond(house: House, clock: FixedClock) -> None:
    deliver(house, narcotic(house))
    clock.advance(dt.timedelta(days=20))
    assert house.counter.beyond(house.patient.id) == ()


def words_of(file: Path) -> str:
    document = pypdfium2.PdfDocument(file)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    finally:
        document.close()
