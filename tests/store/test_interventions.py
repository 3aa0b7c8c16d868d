"""A delivery that passes a serious alert is written with its reason, and without one it is not made."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from dispensing_house import CAMILLE, DOLIPRANE, LEA, House, box, done, open_house
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.cli.verify import examine
from app.kernel.mode import Mode
from app.kernel.outcome import Refused
from app.officine.dispensing import acknowledging
from app.officine.dispensing import session as edit
from app.officine.dispensing.book import Book
from app.officine.dispensing.model import Acknowledgement, Author, SessionState
from app.officine.dispensing.reversal import ReversalKind
from app.officine.interventions.model import Undoing
from app.officine.interventions.service import Interventions
from app.officine.safety.demo import load_demo_thesaurus
from app.officine.safety.service import Safety
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff
from app.officine.stock.model import ReceiptLine
from app.officine.stock.narcotics import Narcotics
from app.store.audit import Actor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.store.database import Database

COUMADINE, DAKTARIN = "3400935693099", "3400932680689"
AUTHOR = Author(None, "Camille Durand")


@pytest.fixture
def safety(database: Database, tmp_path: Path) -> Iterator[Safety]:
    service = Safety(database, tmp_path / "thesauri")
    load_demo_thesaurus(service, CAMILLE)
    yield service
    service.close()


@pytest.fixture
def house(database: Database, tmp_path: Path, safety: Safety) -> House:
    opened = open_house(database, tmp_path / "catalogs", safety)
    receipt = [ReceiptLine(code=code, quantity=20) for code in (COUMADINE, DAKTARIN)]
    done(opened.stock.receive(CAMILLE, receipt, "BL-2"))
    return opened


@pytest.fixture
def interventions(house: House) -> Interventions:
    return Interventions(house.db, Staff(house.db))


def justified(
    house: House, session: CounterSession, reason: str = "Prises espacées", reason_id: str = "spaced"
) -> CounterSession:
    findings = house.counter.check(session)
    for finding in acknowledging.unjustified(session, findings):
        session, refused = acknowledging.justify(session, finding, findings, AUTHOR, reason=reason, reason_id=reason_id)
        assert not refused
    return session


def deliver(house: House, session: CounterSession) -> Outcome[Delivery]:
    return house.counter.validate(session, CAMILLE, house.paid(session))


def refused(outcome: Outcome[str]) -> list[str]:
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings]


def codes(outcome: Outcome[Delivery]) -> list[str]:
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings]


@pytest.mark.req("OFF-IP-02")
def test_a_contraindication_passed_without_a_reason_delivers_nothing(
    house: House, interventions: Interventions
) -> None:
    session = house.prescribed(COUMADINE, DAKTARIN)
    assert "GAL-CPT-50" in codes(deliver(house, session))
    clash = next(one for one in house.counter.check(session) if one.code == "GAL-SEC-10")
    bare = Acknowledgement(clash.code, clash.subject, clash.text, author=AUTHOR)
    seen, _ = acknowledging.see(session, [clash], [clash], AUTHOR)
    assert seen is session
    assert "GAL-CPT-50" in codes(deliver(house, _with(session, bare)))
    assert house.counter.deliveries() == []
    assert house.stock.on_hand([DAKTARIN]) == {DAKTARIN: 20}
    assert interventions.interventions() == []


def _with(session: CounterSession, answer: Acknowledgement) -> CounterSession:
    return replace(session, acknowledged=(answer,), revision=session.revision + 1)


@pytest.mark.req("OFF-IP-02")
def test_the_check_is_made_anew_by_who_delivers(house: House) -> None:
    """Nothing clashed when the sale was looked at; another counter delivered since what clashes with it."""
    session = house.prescribed(DAKTARIN)
    assert not acknowledging.unjustified(session, house.counter.check(session))
    payments = house.paid(session)
    other = house.prescribed(COUMADINE)
    done(house.counter.validate(other, LEA, house.paid(other)))
    assert "GAL-CPT-50" in codes(house.counter.validate(session, CAMILLE, payments))
    done(deliver(house, justified(house, session)))


@pytest.mark.req("OFF-IP-03")
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ReversalKind.CANCEL, "Délivrance annulée — Annulation n°"),
        (ReversalKind.CREDIT, "Délivrance reprise par un avoir — Avoir n°"),
    ],
)
def test_a_delivery_taken_back_is_told_beside_its_interventions_which_stay(
    house: House, interventions: Interventions, kind: ReversalKind, words: str
) -> None:
    session = justified(house, house.prescribed(COUMADINE, DAKTARIN))
    delivery = done(deliver(house, session))
    (before,) = interventions.interventions()
    part = house.reversals.proposal(delivery.number, ReversalKind.CREDIT)
    assert part is not None
    first = house.reversals.with_refunds(replace(part, lines=part.lines[:1], reason="Boîte rendue"))
    if kind is ReversalKind.CREDIT:
        done(house.reversals.reverse(first, CAMILLE))
        assert interventions.interventions() == [before]
    whole = house.reversals.proposal(delivery.number, kind)
    assert whole is not None
    done(house.reversals.reverse(replace(whole, reason="Erreur de produit"), CAMILLE))
    (after,) = interventions.interventions()
    assert after.undone_words.startswith(words)
    assert after.undone_words.endswith("Erreur de produit")
    assert replace(after, undone="", undone_why="") == before
    done(interventions.complete(CAMILLE, before.seq, "accepted"))
    (completed,) = interventions.interventions()
    assert (completed.outcome, completed.undone_words) == ("accepted", after.undone_words)
    assert interventions.verify().first_bad is None
    assert "GAL-IP-01" in refused(interventions.complete(CAMILLE, before.seq, str(Undoing.CANCELLED)))


@pytest.mark.req("OFF-IP-03")
def test_the_intervention_is_written_with_the_delivery(house: House, interventions: Interventions) -> None:
    delivery = done(deliver(house, justified(house, house.prescribed(COUMADINE, DAKTARIN))))
    (one,) = interventions.interventions(patient_id=house.patient.id)
    assert (one.seq, one.delivery, one.day, one.patient_name) == (
        1, delivery.number, dt.date(2026, 11, 23), house.patient.display_name,
    )  # fmt: skip
    assert (one.code, one.finding, one.problem, one.kind, one.outcome) == (
        DAKTARIN, "GAL-SEC-10", "6.4", "6", "not_asked",
    )  # fmt: skip
    assert one.text.startswith("Contre-indication")
    assert "octobre 2020" in one.source
    assert (one.reason, one.author_name) == ("Prises espacées", "Camille Durand")
    assert interventions.verify().entries == 1
    assert interventions.verify().first_bad is None
    with house.db.read() as session:
        traced = session.scalars(text("SELECT action FROM audit_entry WHERE subject = 'delivery' ORDER BY seq")).all()
    assert traced[-2:] == ["intervention.record", "delivery.validate"]


@pytest.mark.req("OFF-IP-03")
def test_the_trace_of_a_delivery_says_who_saw_what_was_only_to_be_seen(house: House) -> None:
    product = house.catalog.by_code(DOLIPRANE)
    assert product is not None
    session = house.sale()
    session, _ = edit.add_product(session, product, box=box("SN1", expiry=dt.date(2026, 12, 1)))
    findings = house.counter.check(session)
    session, _ = acknowledging.see(session, findings, findings, Author(7, "Léa Petit"))
    done(deliver(house, session))
    with house.db.read() as reading:
        details = reading.scalar(text("SELECT details FROM audit_entry WHERE action = 'delivery.validate'"))
    assert json.loads(details)["seen"] == [["GAL-CPT-15", 7]]


@pytest.mark.req("OFF-IP-03")
def test_a_reason_typed_freely_is_kept_as_typed_and_its_outcome_is_still_to_be_said(
    house: House, interventions: Interventions
) -> None:
    session = justified(house, house.prescribed(COUMADINE, DAKTARIN), "Gel posé hors bouche, Dr Mélilot joint", "")
    done(deliver(house, session))
    (one,) = interventions.interventions()
    assert (one.reason, one.kind, one.outcome) == ("Gel posé hors bouche, Dr Mélilot joint", "", "unknown")


@pytest.mark.req("OFF-IP-03")
def test_who_delivers_answers_for_a_reason_given_before_anybody_came_to_the_counter(
    house: House, interventions: Interventions
) -> None:
    session = justified(house, house.prescribed(COUMADINE, DAKTARIN))
    nobody = tuple(replace(one, author=Author()) for one in session.acknowledged)
    done(house.counter.validate(replace(session, acknowledged=nobody), LEA, house.paid(session)))
    assert [one.author_name for one in interventions.interventions()] == ["Léa Petit"]


@pytest.mark.req("OFF-IP-03")
def test_a_sale_refused_for_its_payment_writes_no_intervention(house: House, interventions: Interventions) -> None:
    session = justified(house, house.sale(COUMADINE, DAKTARIN, DOLIPRANE))
    assert isinstance(house.counter.validate(session, CAMILLE), Refused)
    assert interventions.interventions() == []


@pytest.mark.req("OFF-IP-02")
def test_an_answer_goes_with_the_sale_to_another_workstation(house: House) -> None:
    session = justified(house, house.prescribed(COUMADINE, DAKTARIN))
    done(house.counter.suspend(session, CAMILLE))
    assert [one.state for one in house.counter.open_sessions()] == [SessionState.SUSPENDED]
    resumed = done(house.counter.resume(session.id, LEA))
    assert resumed.acknowledged == session.acknowledged
    done(house.counter.validate(resumed, LEA, house.paid(resumed)))


@pytest.mark.req("OFF-IP-02")
def test_the_answer_of_a_line_taken_out_answers_nothing_of_the_line_put_back(house: House) -> None:
    session = justified(house, house.prescribed(COUMADINE, DAKTARIN))
    line = next(line for line in session.lines if line.code == DAKTARIN)
    session, _ = edit.remove_line(session, line.line_id)
    product = house.catalog.by_code(DAKTARIN)
    assert product is not None
    session, _ = edit.add_product(session, product)
    assert "GAL-CPT-50" in codes(deliver(house, session))


@pytest.mark.req("OFF-IP-04")
def test_the_outcome_is_said_later_and_nothing_is_rewritten(house: House, interventions: Interventions) -> None:
    done(deliver(house, justified(house, house.prescribed(COUMADINE, DAKTARIN), "Médecin absent, à rappeler", "")))
    done(interventions.complete(LEA, 1, "maintained"))
    done(interventions.complete(CAMILLE, 1, "accepted"))
    (one,) = interventions.interventions()
    assert (one.outcome, one.outcome_by, one.author_name) == ("accepted", "Camille Durand", "Camille Durand")
    assert one.reason == "Médecin absent, à rappeler"
    assert interventions.verify().entries == 3
    assert interventions.verify().first_bad is None


@pytest.mark.req("OFF-IP-04")
@pytest.mark.parametrize(
    ("seq", "outcome", "code"),
    [
        (1, "unknown", "GAL-IP-01"),
        (1, "peut-être", "GAL-IP-01"),
        (9, "accepted", "GAL-IP-02"),
        (2, "accepted", "GAL-IP-02"),
    ],
)
def test_an_outcome_that_means_nothing_is_refused(
    house: House, interventions: Interventions, seq: int, outcome: str, code: str
) -> None:
    done(deliver(house, justified(house, house.prescribed(COUMADINE, DAKTARIN))))
    done(interventions.complete(LEA, 1, "maintained"))
    refused = interventions.complete(LEA, seq, outcome)
    assert isinstance(refused, Refused)
    assert [finding.code for finding in refused.findings] == [code]
    assert interventions.verify().entries == 2


@pytest.mark.req("OFF-IP-04")
def test_who_may_not_deliver_completes_nothing(house: House, interventions: Interventions) -> None:
    done(deliver(house, justified(house, house.prescribed(COUMADINE, DAKTARIN))))
    staff = Staff(house.db)
    keeper = done(staff.add(MemberDraft(family_name="STOCK", given_name="Ève", role=Role.STOCK), CAMILLE))
    refused = interventions.complete(Actor(keeper.id, keeper.name, "reserve"), 1, "accepted")
    assert isinstance(refused, Refused)
    assert interventions.verify().entries == 1


@pytest.mark.req("OFF-IP-03")
@pytest.mark.parametrize(
    "statement", ["UPDATE intervention_entry SET reason = 'autre'", "DELETE FROM intervention_entry"]
)
def test_the_database_itself_refuses_to_change_an_intervention(house: House, statement: str) -> None:
    done(deliver(house, justified(house, house.prescribed(COUMADINE, DAKTARIN))))
    with pytest.raises(DBAPIError, match="append-only"), house.db.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.req("OFF-IP-03")
def test_an_intervention_altered_under_the_trigger_is_named(house: House, interventions: Interventions) -> None:
    done(deliver(house, justified(house, house.prescribed(COUMADINE, DAKTARIN))))
    lift = (
        "ALTER TABLE intervention_entry DISABLE TRIGGER USER"
        if house.db.is_postgresql
        else "DROP TRIGGER intervention_entry_no_update"
    )
    with house.db.engine.begin() as connection:
        connection.execute(text(lift))
        connection.execute(text("UPDATE intervention_entry SET reason = 'autre'"))
    bad = interventions.verify().first_bad
    assert bad is not None
    assert (bad["seq"], bad["reason"]) == (1, "altered")
    report = examine(house.db.engine)
    assert not report.is_good
    assert {name for name, state in report.registers.items() if state != "ok"} == {"interventions"}
    assert report.first_bad is not None
    assert report.first_bad["register"] == "interventions"


@pytest.mark.req("OFF-IP-04")
def test_the_interventions_are_exported_and_printed_as_the_other_registers_are(
    house: House, interventions: Interventions, tmp_path: Path
) -> None:
    done(deliver(house, justified(house, house.prescribed(COUMADINE, DAKTARIN), "=vu avec le Dr Mélilot", "")))
    registers = house.stock.registers
    assert registers is not None
    book = Book(
        house.db,
        counter=house.counter,
        registers=registers,
        narcotics=Narcotics(
            house.db, stock=house.stock, registers=registers, catalog=house.catalog, staff=Staff(house.db)
        ),
        folder=tmp_path,
        mode=Mode.DEMO,
        interventions=interventions,
    )
    lines = book.export("interventions", tmp_path).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].split(";")[:4] == ["seq", "at", "day", "delivery"]
    cells = dict(zip(lines[0].split(";"), lines[1].split(";"), strict=True))
    assert (cells["finding"], cells["reason"], cells["outcome"]) == ("GAL-SEC-10", "'=vu avec le Dr Mélilot", "unknown")
    assert book.records("interventions", since=dt.date(2026, 11, 24)) == []
    document = pypdfium2.PdfDocument(book.print_interventions().read_bytes())
    printed = document[0].get_textpage().get_text_range()
    document.close()
    for words in ("Interventions pharmaceutiques", "vu avec le Dr", "6.4", "octobre 2020", "Camille Durand"):
        assert words in printed
    empty = pypdfium2.PdfDocument(book.print_interventions(first=dt.date(2026, 11, 24)).read_bytes())
    assert "Aucune intervention" in empty[0].get_textpage().get_text_range()
    empty.close()
