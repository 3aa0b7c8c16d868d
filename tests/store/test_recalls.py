"""A recalled lot does not leave; another lot does, with a warning; what was done about a recall is kept for ever."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from dispensing_house import CAMILLE, DOLIPRANE, House, box, done, open_house
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from app.cli import frame, main
from app.kernel.outcome import Refused, Severity
from app.officine.dispensing import acknowledging, owing, recalled
from app.officine.dispensing import session as edit
from app.officine.dispensing.handing import Handing
from app.officine.dispensing.model import Author, CounterSession
from app.officine.owed.service import Owed
from app.officine.recalls.model import Level, Recall, RecallDraft
from app.officine.recalls.tables import RecallEventRow, RecallRow
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.officine.dispensing.model import Box
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

RECALL = RecallDraft(
    code=DOLIPRANE,
    lots=("LOT 1",),
    reason="Défaut d’étanchéité",
    level=Level.PATIENT,
    day=dt.date(2026, 11, 20),
    instruction="Retourner au grossiste",
    reference="R-1",
)
HEAD = "code;lots;motif;niveau;date;consigne;reference"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return open_house(database, tmp_path / "catalog")


def member(house: House, role: Role) -> Actor:
    added = done(Staff(house.db).add(MemberDraft(family_name="ORTIE", given_name="Paul", role=role), CAMILLE))
    return actor_of(added, "comptoir-2")


def scanned(house: House, *boxes: Box) -> CounterSession:
    session = house.counter.new_session(CAMILLE)
    product = house.catalog.by_code(DOLIPRANE)
    assert product is not None
    for one in boxes:
        session, findings = edit.add_product(session, product, box=one)
        assert not findings
    return session


def told(house: House, session: CounterSession, actor: Actor) -> list[tuple[str, Severity]]:
    found = house.counter.check(session, actor)
    return [(one.code, one.severity) for one in found if one.code.startswith("GAL-SEC-5")]


@pytest.mark.req("SC.DP.05")
def test_a_recalled_lot_stops_whoever_is_no_pharmacist(house: House) -> None:
    done(house.recalls.record(CAMILLE, RECALL))
    technician = member(house, Role.TECHNICIAN)
    session = scanned(house, box("S1", "LOT1"))
    assert told(house, session, technician) == [(recalled.RECALLED, Severity.ERROR)]
    (finding,) = [one for one in house.counter.check(session, technician) if one.code == recalled.RECALLED]
    assert "Défaut d’étanchéité" in finding.text
    assert "Retourner au grossiste" in finding.advice
    forced = recalled.force(session, "L1", house.recalls.of([DOLIPRANE])[DOLIPRANE], "demande", Author(None, "P"))
    assert isinstance(house.counter.validate(forced, technician, house.paid(forced)), Refused)
    assert house.stock.item(DOLIPRANE).quantity == 20


@pytest.mark.req("SC.DP.05")
def test_a_pharmacist_passes_over_it_with_a_reason_that_the_journal_keeps(house: House) -> None:
    recall = done(house.recalls.record(CAMILLE, RECALL))
    pharmacist = member(house, Role.ASSISTANT)
    session = scanned(house, box("S1", "LOT1"))
    assert told(house, session, pharmacist) == [(recalled.RECALLED, Severity.WARNING)]
    refused = house.counter.validate(session, pharmacist, house.paid(session))
    assert isinstance(refused, Refused)
    assert acknowledging.UNJUSTIFIED in {finding.code for finding in refused.findings}
    word = "aucun autre antalgique, avis du fabricant"
    forced = recalled.force(session, "L1", [recall], word, Author(pharmacist.staff_id, pharmacist.name))
    assert forced.acknowledged[0].reason == word
    delivery = done(house.counter.validate(forced, pharmacist, house.paid(forced)))
    with house.db.read() as reading:
        row = reading.scalars(select(AuditRow).where(AuditRow.action == "recall.force")).one()
    assert (row.subject_id, row.actor_name) == (str(recall.id), pharmacist.name)
    details = json.loads(row.details)
    assert (details["reason"], details["delivery"], details["serials"]) == (word, delivery.number, ["S1"])


@pytest.mark.req("SC.DP.05")
def test_a_recall_that_comes_after_the_check_stops_the_delivery_all_the_same(house: House) -> None:
    technician = member(house, Role.TECHNICIAN)
    session = scanned(house, box("S1", "LOT1"))
    assert told(house, session, technician) == []
    done(house.recalls.record(CAMILLE, RECALL))
    refused = house.counter.validate(session, technician, house.paid(session))
    assert isinstance(refused, Refused)
    assert house.counter.deliveries() == []


@pytest.mark.req("SC.DP.05")
@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.HOLDER])
def test_a_recall_that_comes_while_the_delivery_is_being_written_stops_it(
    house: House, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another workstation enters it between the check and the act: nothing of the delivery is written."""
    actor = member(house, role)
    session = scanned(house, box("S1", "LOT1"))
    payments = house.paid(session)
    perform = house.db.perform

    def recalled_first(by: Actor, act: Callable[[UnitOfWork], object]) -> object:
        monkeypatch.undo()
        done(house.recalls.record(CAMILLE, RECALL))
        return perform(by, act)

    monkeypatch.setattr(house.db, "perform", recalled_first)
    refused = house.counter.validate(session, actor, payments)
    assert isinstance(refused, Refused)
    assert [finding.subject for finding in refused.findings] == ["L1"]
    assert "rappelé" in refused.findings[0].text
    assert (house.counter.deliveries(), house.stock.on_hand([DOLIPRANE])) == ([], {DOLIPRANE: 20})


@pytest.mark.req("SC.DP.05")
@pytest.mark.parametrize("boxes", [(box("S1", "LOT2"),), (box("S1", ""),), ()])
def test_another_lot_or_one_that_nobody_read_leaves_with_a_warning(house: House, boxes: tuple[Box, ...]) -> None:
    done(house.recalls.record(CAMILLE, RECALL))
    technician = member(house, Role.TECHNICIAN)
    session = scanned(house, *boxes) if boxes else house.sale(DOLIPRANE)
    assert told(house, session, technician) == [(recalled.OTHER_LOT, Severity.WARNING)]
    (finding,) = [one for one in house.counter.check(session, technician) if one.code == recalled.OTHER_LOT]
    assert ("Lot non lu" in finding.advice) == (not boxes or not boxes[0].lot)
    done(house.counter.validate(session, technician, house.paid(session)))


@pytest.mark.req("OFF-SCOPE-03")
def test_that_no_recall_is_loaded_is_told_until_one_is(house: House) -> None:
    def unloaded() -> list[str]:
        return [one.text for one in house.counter.examine(house.sale(DOLIPRANE)).unloaded]

    assert unloaded() == ["Aucun rappel de lot n’est chargé."]
    assert house.counter.examine(house.sale()).unloaded == ()
    recall = done(house.recalls.record(CAMILLE, RECALL))
    assert unloaded() == []
    done(house.recalls.lift(CAMILLE, recall.id, "Erreur de saisie"))
    assert unloaded() == []


@pytest.mark.req("SC.DP.05")
def test_a_lot_typed_on_the_line_is_checked_too(house: House) -> None:
    done(house.recalls.record(CAMILLE, RECALL))
    technician = member(house, Role.TECHNICIAN)
    session, _ = edit.set_lot(house.sale(DOLIPRANE), "L1", "lot1")
    assert told(house, session, technician) == [(recalled.RECALLED, Severity.ERROR)]


def test_where_all_lots_are_recalled_no_lot_is_asked_for(house: House) -> None:
    done(house.recalls.record(CAMILLE, replace(RECALL, lots=(), all_lots=True)))
    technician = member(house, Role.TECHNICIAN)
    assert told(house, house.sale(DOLIPRANE), technician) == [(recalled.RECALLED, Severity.ERROR)]


def test_one_recalled_box_among_others_is_told_beside_the_others(house: House) -> None:
    done(house.recalls.record(CAMILLE, RECALL))
    session = scanned(house, box("S1", "LOT2"), box("S2", "LOT1"))
    assert told(house, session, member(house, Role.STUDENT)) == [
        (recalled.RECALLED, Severity.ERROR),
        (recalled.OTHER_LOT, Severity.WARNING),
    ]


def test_nobody_known_passes_over_a_recall(house: House) -> None:
    done(house.recalls.record(CAMILLE, RECALL))
    findings = house.counter.check(scanned(house, box("S1", "LOT1")))
    assert [one.severity for one in findings if one.code == recalled.RECALLED] == [Severity.ERROR]


@pytest.mark.req("SC.DP.05")
def test_a_recalled_box_is_not_handed_over_on_a_promis(house: House) -> None:
    owed = Owed(house.db, house.stock, Staff(house.db))
    handing = Handing(
        house.db,
        owed=owed,
        patients=house.patients,
        prescriptions=house.prescriptions,
        stock=house.stock,
        staff=Staff(house.db),
        recalls=house.recalls,
    )
    session, _ = edit.set_patient(house.sale(DOLIPRANE), house.patient.id, house.patient.display_name)
    session = owing.owe(session, "L1", 1)[0]
    delivery = done(house.counter.validate(session, CAMILLE, house.paid(session)))
    done(house.recalls.record(CAMILLE, RECALL))
    (promise,) = owed.open_promises()
    refused = handing.hand_over(CAMILLE, promise.number, 1, [box("S1", "LOT1")])
    assert isinstance(refused, Refused)
    assert [finding.code for finding in refused.findings] == [recalled.RECALLED]
    handed = done(handing.hand_over(CAMILLE, promise.number, 1, [box("S2", "LOT2")]))
    assert (handed.promise, delivery.number) == (promise.number, promise.delivery)


# --- What was done about it -------------------------------------------------------------------------------------------


def test_who_has_read_it_is_kept_once(house: House) -> None:
    recall = done(house.recalls.record(CAMILLE, RECALL))
    assert house.recalls.unseen() == 1
    technician = member(house, Role.TECHNICIAN)
    done(house.recalls.acknowledge(technician, recall.id))
    done(house.recalls.acknowledge(CAMILLE, recall.id))
    read = done(house.recalls.acknowledge(technician, recall.id))
    assert [one.name for one in read.seen] == [technician.name, CAMILLE.name]
    assert house.recalls.unseen() == 0


def test_a_recall_is_lifted_by_a_pharmacist_with_a_reason_and_stops_nothing_then(house: House) -> None:
    recall = done(house.recalls.record(CAMILLE, RECALL))
    technician = member(house, Role.TECHNICIAN)
    assert isinstance(house.recalls.lift(technician, recall.id, "erreur"), Refused)
    assert isinstance(house.recalls.lift(CAMILLE, recall.id, " "), Refused)
    done(house.recalls.lift(CAMILLE, recall.id, "saisi par erreur"))
    assert house.recalls.of([DOLIPRANE]) == {}
    assert isinstance(house.recalls.acknowledge(CAMILLE, recall.id), Refused)
    assert isinstance(house.recalls.lift(CAMILLE, recall.id, "encore"), Refused)
    (kept,) = house.recalls.newest(with_lifted=True)
    assert kept.lifted == "saisi par erreur"
    assert house.recalls.newest() == []
    # The same notice may come into force again.
    again: Recall = done(house.recalls.record(CAMILLE, RECALL))
    assert house.recalls.of([DOLIPRANE])[DOLIPRANE][0].id == again.id
    assert isinstance(house.recalls.record(CAMILLE, RECALL), Refused)


@pytest.mark.parametrize("change", [update(RecallRow).values(code="0"), delete(RecallRow), delete(RecallEventRow)])
def test_the_database_refuses_to_alter_a_recall(house: House, change: object) -> None:
    recall = done(house.recalls.record(CAMILLE, RECALL))
    done(house.recalls.acknowledge(CAMILLE, recall.id))
    with pytest.raises(DBAPIError), house.db.write(CAMILLE) as work:
        work.session.execute(change)  # type: ignore[call-overload]


# --- Files ------------------------------------------------------------------------------------------------------------


def line(code: str = DOLIPRANE, lots: str = "LOT1", reference: str = "R-1") -> str:
    return f"{code};{lots};Défaut;patient;20/11/2026;Retourner;{reference}"


def test_the_same_file_twice_changes_nothing(house: House) -> None:
    content = "\n".join([HEAD, line(), line(lots="B|A", reference="R-2"), line()]).encode()
    first = done(house.recalls.import_file(CAMILLE, content))
    assert (first.added, first.known, first.rejected) == (2, 1, ())
    reordered = content.replace(b"B|A", b"a | b")
    second = done(house.recalls.import_file(CAMILLE, reordered))
    assert (second.added, second.known) == (0, 3)
    assert len(house.recalls.newest()) == 2


def test_a_code_that_the_catalogue_does_not_know_is_kept_and_told(house: House) -> None:
    report = done(house.recalls.import_file(CAMILLE, f"{HEAD}\n{line('3400999999991')}\n{line('340099')}".encode()))
    assert (report.added, report.unknown_codes) == (1, ("3400999999991",))
    assert [row.line for row in report.rejected] == [3]
    assert house.recalls.hits("3400999999991", "lot1")


def test_a_hundred_thousand_lines_are_read_and_kept(house: House) -> None:
    rows = [line(lots=f"L{number}", reference=f"R{number}") for number in range(100_000)]
    report = done(house.recalls.import_file(CAMILLE, "\n".join([HEAD, *rows, "x"]).encode()))
    assert (report.added, [row.line for row in report.rejected]) == (100_000, [100_002])
    assert house.recalls.hits(DOLIPRANE, "L99999")


@pytest.mark.req("INS-04")
def test_a_student_enters_no_recall(house: House) -> None:
    student = member(house, Role.STUDENT)
    assert isinstance(house.recalls.record(student, RECALL), Refused)
    assert isinstance(house.recalls.import_file(student, f"{HEAD}\n{line()}".encode()), Refused)
    assert house.recalls.newest() == []


def test_the_commands_import_and_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, file = tmp_path / "data", tmp_path / "rappels.csv"
    file.write_text(f"{HEAD}\n{line()}\nfaux", encoding="cp1252")
    assert main(["init", "--mode", "demo", "--data", str(data)]) == frame.DONE
    capsys.readouterr()
    assert main(["safety", "recalls", "import", str(file), "--data", str(data), "--json"]) == frame.REFUSED
    said = json.loads(capsys.readouterr().out)
    assert (said["added"], [row["line"] for row in said["rejected"]]) == (1, [3])
    file.write_text(f"{HEAD}\n{line()}", encoding="utf-8")
    assert main(["safety", "recalls", "import", str(file), "--data", str(data)]) == frame.DONE
    assert main(["safety", "recalls", "list", "--data", str(data)]) == frame.DONE
    out = capsys.readouterr().out
    assert DOLIPRANE in out
    assert "non acquitté" in out
    assert main(["safety", "recalls", "list", "--data", str(data), "--json"]) == frame.DONE
    (listed,) = json.loads(capsys.readouterr().out)["recalls"]
    assert (listed["code"], listed["lots"], listed["source"]) == (DOLIPRANE, ["LOT1"], "import")
    file.write_text("<html></html>", encoding="utf-8")
    assert main(["safety", "recalls", "import", str(file), "--data", str(data)]) == frame.REFUSED
