"""The trace is searched, read by page and handed over with a proof that somebody without Galien can check."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from dispensing_house import done
from seal_hands import sealing

from app.kernel.errors import InputDefect
from app.kernel.outcome import Refused
from app.officine.patients.model import PatientDraft, Sex
from app.officine.patients.service import Patients
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.officine.trace import export
from app.officine.trace.model import Query, Reason
from app.officine.trace.service import Trace
from app.store.audit import Actor

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.clock import FixedClock
    from app.officine.trace.model import Entry
    from app.store.database import Database

GALIEN = Actor(None, "Galien", "poste-9")
NASTY = ["", " ", "%", "_", "'", '"', "\0", "\ud800", "é" * 10_000, "-- ; DROP TABLE", "\u202e", "0", "💊", "a\tb"]


class Office:
    """A trace with a few acts of two people on two patients."""

    def __init__(self, database: Database, clock: FixedClock, root: Path) -> None:
        self.db, self.root = database, root
        self.staff = Staff(database)
        self.patients = Patients(database, self.staff)
        self.sealed = sealing(database, root)
        self.trace = Trace(database, self.staff, self.patients, folder=root / "seals")
        holder, helper = done(self.staff.add_all([
            MemberDraft(family_name="VALÉRIANE", given_name="Claire", role=Role.HOLDER),
            MemberDraft(family_name="PRÊLE", given_name="Sophie", role=Role.TECHNICIAN),
        ], GALIEN))  # fmt: skip
        self.holder, self.helper = actor_of(holder, "comptoir-1"), actor_of(helper, "comptoir-2")
        self.ids = [
            done(self.patients.create(self._draft(name), self.holder, confirmed=True)).id
            for name in ("MÉLISSE", "ANGÉLIQUE")
        ]
        for day in range(6):
            clock.advance(dt.timedelta(days=1))
            actor, patient = (self.holder, self.helper)[day % 2], self.ids[day % 2]
            with database.write(actor) as work:
                work.audit("patient.open", "patient", str(patient), patient_id=patient, details={"lot": f"LOT{day}"})

    def found(self, **asked: Any) -> tuple[Entry, ...]:  # noqa: ANN401 -- the fields of a query
        """Return what the holder finds."""
        return done(self.trace.search(Query(**asked), self.holder)).entries

    @staticmethod
    def _draft(name: str) -> PatientDraft:
        return PatientDraft(
            family_name=name, first_name="JEANNE", birth_date=dt.date(1981, 5, 1), sex=Sex.FEMALE, birth_place="99999"
        )


@pytest.fixture
def office(database: Database, clock: FixedClock, tmp_path: Path) -> Office:
    return Office(database, clock, tmp_path / "données")


@pytest.mark.req("OFF-SSI-04")
def test_who_opened_this_file_is_answered_the_newest_first(office: Office) -> None:
    found = office.found(patient_id=office.ids[1], action="patient.open")
    assert [one.actor_name for one in found] == ["Sophie PRÊLE"] * 3
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    assert {one.patient_name for one in found} == {"ANGELIQUE Jeanne"}
    assert {(one.sentence, one.station) for one in found} == {("Dossier patient ouvert", "comptoir-2")}


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"text": "dossier ouvert"}, 6),
        ({"text": "prêle"}, 3),
        ({"text": "mélisse"}, 4),
        ({"text": "LOT4"}, 1),
        ({"text": "xyzzy"}, 0),
        ({"station": "comptoir-2"}, 3),
        ({"action": "patient.create"}, 2),
        ({"first": dt.date(2026, 11, 24), "last": dt.date(2026, 11, 25)}, 2),
        ({"first": dt.date(2026, 11, 29)}, 1),
        ({"last": dt.date(2026, 11, 22)}, 0),
        ({"first": dt.date(2027, 1, 1)}, 0),
        ({"text": "dossier ouvert", "first": dt.date(2026, 11, 26), "station": "comptoir-1"}, 2),
    ],
)
def test_each_way_to_ask_is_answered(office: Office, asked: dict[str, Any], count: int) -> None:
    assert len(office.found(**asked)) == count


def test_days_are_those_of_paris(office: Office, clock: FixedClock) -> None:
    clock.advance(dt.timedelta(hours=14, minutes=30))  # 23:30 UTC on the 29th is already the 30th in Paris
    with office.db.write(office.holder) as work:
        work.audit("stock.edit", "stock", "1")
    assert [one.action for one in office.found(first=dt.date(2026, 11, 30))] == ["stock.edit"]
    assert office.found(last=dt.date(2026, 11, 29), action="stock.edit") == ()


def test_pages_follow_each_other_without_hole_nor_double(office: Office) -> None:
    whole = [one.seq for one in office.found()]
    paged: list[int] = []
    before = None
    while True:
        page = done(office.trace.search(Query(limit=3, before=before), office.holder))
        paged += [one.seq for one in page.entries]
        before = page.next_before
        if before is None:
            break
    assert paged == whole
    assert whole == sorted(whole, reverse=True)


@pytest.mark.parametrize("text", NASTY)
def test_any_text_is_a_legal_question(office: Office, text: str) -> None:
    assert done(office.trace.search(Query(text=text), office.holder)) is not None


@pytest.mark.req("OFF-SSI-02")
def test_only_pharmacists_read_the_trace(office: Office, tmp_path: Path) -> None:
    refused = office.trace.search(Query(), office.helper)
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == "GAL-PER-01"
    assert isinstance(office.trace.export(Query(), tmp_path / "x.json", office.helper), Refused)
    assert not (tmp_path / "x.json").exists()
    assert office.trace.people(office.helper) == office.trace.actions(office.helper) == []
    assert [name for _, name in office.trace.people(office.holder)] == ["Claire VALÉRIANE", "Sophie PRÊLE"]
    assert ("patient.open", "Dossier patient ouvert") in office.trace.actions(office.holder)


def test_a_period_that_ends_before_it_begins_is_refused(office: Office) -> None:
    refused = office.trace.search(Query(first=dt.date(2026, 2, 1), last=dt.date(2026, 1, 1)), office.holder)
    assert isinstance(refused, Refused)
    assert refused.findings[0].code == "GAL-TRA-01"


# --- Export -----------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SSI-04")
def test_an_export_is_traced_and_checked_without_the_base(office: Office, tmp_path: Path) -> None:
    done(office.sealed.seals.make(office.holder, Reason.HAND))
    file = tmp_path / "trace.json"
    made = done(office.trace.export(Query(patient_id=office.ids[0]), file, office.holder))
    assert (made.entries, made.covered, made.proof) == (4, 4, file)
    checked = export.check(file.read_bytes())
    assert (checked.problem, checked.entries, checked.covered) == ("", 4, 4)
    assert checked.fingerprints == (office.sealed.seals.state().last.fingerprint,)  # type: ignore[union-attr]
    trace = office.found(action="trace.export")[0]
    assert (trace.actor_name, trace.details["entries"]) == ("Claire VALÉRIANE", 4)


def test_a_table_for_a_spreadsheet_has_its_proof_beside_it(office: Office, tmp_path: Path) -> None:
    with office.db.write(Actor(None, "=cmd|' /C calc'!A0", "poste")) as work:
        work.audit("stock.edit", "stock", "1", details={"said": "l’« été »;\n2"})
    made = done(office.trace.export(Query(), tmp_path / "trace.csv", office.holder))
    assert made.proof.name == "trace.preuve.json"
    text = made.file.read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == made.entries + 1
    assert rows[-1][3].startswith("'=cmd")
    assert export.check(made.proof.read_bytes()).problem == ""


@pytest.mark.req("OFF-SSI-04")
def test_an_export_that_was_touched_is_found_out(office: Office, tmp_path: Path) -> None:
    """The text, the hashes reckoned anew, an entry taken out of a sealed span, a witness: each is seen."""
    done(office.sealed.seals.make(office.holder, Reason.HAND))
    made = done(office.trace.export(Query(), tmp_path / "trace.json", office.holder))
    proof = json.loads(made.file.read_bytes())

    def after(change: Any) -> str:  # noqa: ANN401 -- a function of the proof
        copy = json.loads(json.dumps(proof))
        change(copy)
        return export.check(json.dumps(copy).encode()).problem

    def rehash(copy: dict[str, Any]) -> None:
        import hashlib  # noqa: PLC0415 -- as a forger would

        place, entry = next(found for found in enumerate(copy["entries"]) if "LOT5" in found[1]["text"])
        del copy["entries"][place + 1 :]
        entry["text"] = entry["text"].replace("LOT5", "LOT9")
        entry["hash"] = hashlib.sha256((entry["prev_hash"] + entry["text"]).encode()).hexdigest()

    def retext(copy: dict[str, Any]) -> None:
        copy["entries"][2]["text"] = copy["entries"][2]["text"].replace("VALÉRIANE", "PRÊLE").replace("adjoint", "x")
        copy["entries"][2]["text"] += " "

    def unwitness(copy: dict[str, Any]) -> None:
        copy["witnesses"] = "A" + copy["witnesses"][1:] if copy["witnesses"][0] != "A" else "B" + copy["witnesses"][1:]

    assert after(lambda _copy: None) == ""
    assert "empreinte" in after(retext)
    assert "scellée" in after(rehash)
    assert "témoins" in after(unwitness)
    assert "Le témoin" in after(lambda copy: copy.update(witnesses=""))


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"entries":1}', b"[" * 5_000])
def test_what_is_no_export_is_refused(content: bytes) -> None:
    with pytest.raises(InputDefect):
        export.check(content)


def test_nothing_sealed_nothing_claimed(office: Office, tmp_path: Path) -> None:
    made = done(office.trace.export(Query(), tmp_path / "trace.json", office.holder))
    assert made.covered == 0
    assert export.check(made.file.read_bytes()).covered == 0
