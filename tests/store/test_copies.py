"""Is the copy of a paper ordonnance kept outside the rows, with its delivery, read under a trace, and never lost?"""

from __future__ import annotations

import datetime as dt
import json
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import copy_files
import pytest
from dispensing_house import AMOXICILLINE, CAMILLE, SKENAN, House, done, open_house
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from app.kernel.errors import FileUnusable
from app.kernel.outcome import Refused, Severity
from app.officine.copies.model import Source, Target
from app.officine.copies.rules import MISSING_COPY, kept_until
from app.officine.copies.service import Copies, verify
from app.officine.dispensing import matching
from app.officine.dispensing import session as edit
from app.officine.dispensing.copies import target_of
from app.officine.dispensing.service import Counter
from app.officine.prescriptions.model import PrescriptionKind
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store import backup, restore
from app.store import blobs as blob_store
from app.store.blob_tables import BlobRow
from app.store.blobs import FolderBlobs, TableBlobs, open_blobs
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from app.kernel.outcome import Outcome
    from app.officine.copies.model import PrescriptionCopy
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.store.audit import Actor
    from app.store.database import Database

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


class Desk:
    """A house whose counter joins copies."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.house: House = open_house(database, folder / "catalogs")
        self.db = database
        self.staff = Staff(database)
        self.folder = folder / "blobs"
        self.blobs = open_blobs(database.engine, self.folder)
        self.copies = Copies(database, self.blobs, self.staff)
        house = self.house
        house.counter = Counter(
            database,
            catalog=house.catalog,
            patients=house.patients,
            prescriptions=house.prescriptions,
            stock=house.stock,
            staff=self.staff,
            cash=house.cash,
            copies=self.copies,
        )

    def join(self, target: Target, content: bytes | None = None, actor: Actor = CAMILLE) -> PrescriptionCopy:
        """Join a file to a sale or a delivery."""
        content = copy_files.jpeg() if content is None else content
        return done(self.copies.add(content, target, Source.FILE, actor, name="ordonnance.jpg"))

    def deliver(self, session: CounterSession) -> Delivery:
        """Deliver, paid in cash."""
        return done(self.house.counter.validate(session, CAMILLE, self.house.paid(session)))

    def member(self, role: Role) -> Actor:
        """Return a new member of the team, at a workstation."""
        return actor_of(
            done(self.staff.add(MemberDraft(family_name="TEST", given_name="Zoé", role=role), CAMILLE)), "1"
        )

    def spoil(self, sha256: str) -> None:
        """Alter the bytes behind the back of the program."""
        if isinstance(self.blobs, FolderBlobs):
            self.blobs.path_of(sha256).write_bytes(b"rot")
            return
        with self.db.engine.begin() as connection:
            connection.execute(update(BlobRow).where(BlobRow.sha256 == sha256).values(content=b"rot"))

    def lose(self, sha256: str) -> None:
        """Take the bytes away behind the back of the program."""
        if isinstance(self.blobs, FolderBlobs):
            self.blobs.path_of(sha256).unlink()
            return
        with self.db.engine.begin() as connection:
            connection.execute(delete(BlobRow).where(BlobRow.sha256 == sha256))

    def traces(self, action: str) -> list[AuditRow]:
        """Return what was traced of an act."""
        with self.db.read() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.seq)))


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)


def codes(outcome: Outcome[object]) -> list[str]:
    assert isinstance(outcome, Refused)
    return [finding.code for finding in outcome.findings]


# --- The bytes --------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-ORD-22")
def test_bytes_lie_under_their_hash_once_and_come_back_whole(desk: Desk) -> None:
    name = desk.blobs.put(b"une ordonnance")
    assert desk.blobs.put(b"une ordonnance") == name == blob_store.sha256_of(b"une ordonnance")
    assert desk.blobs.get(name) == b"une ordonnance"
    assert desk.blobs.sizes() == {name: 14}
    if isinstance(desk.blobs, FolderBlobs):
        assert desk.blobs.path_of(name) == desk.folder / name[:2] / name[2:]
        assert [path.name for path in desk.folder.rglob("*") if path.is_file()] == [name[2:]]
    else:
        assert not desk.folder.exists()


@pytest.mark.req("OFF-ORD-22")
def test_altered_or_missing_bytes_are_named_failures_and_joining_them_again_mends_them(desk: Desk) -> None:
    name = desk.blobs.put(b"une ordonnance")
    for harm, code in ((desk.spoil, blob_store.DAMAGED), (desk.lose, blob_store.MISSING)):
        harm(name)
        with pytest.raises(FileUnusable) as caught:
            desk.blobs.get(name)
        assert caught.value.code == code
        assert desk.blobs.put(b"une ordonnance") == name
        assert desk.blobs.get(name) == b"une ordonnance"


@pytest.mark.parametrize("name", ["", "x" * 64, "../../galien.sqlite", "A" * 64])
def test_a_name_that_is_no_hash_reads_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileUnusable):
        FolderBlobs(tmp_path).get(name)


def test_what_lies_in_the_folder_by_accident_is_no_copy(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    kept = blobs.put(b"1")
    (tmp_path / kept[:2] / f"{kept[2:]}.0badcafe.new").write_bytes(b"half")
    (tmp_path / "desktop.ini").write_bytes(b"")
    assert blobs.sizes() == {kept: 1}


# --- A sale and its delivery ------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-ORD-23")
def test_a_copy_joined_during_the_sale_goes_with_the_delivery_and_with_its_renewals(desk: Desk) -> None:
    house = desk.house
    product = house.catalog.by_code(AMOXICILLINE)
    assert product is not None
    line = matching.directed(
        matching.PrescribedLine(line_id="P1", code=AMOXICILLINE, label=product.name), "1 m 1 s 8 j r2", product
    )
    session, _ = matching.detail(house.prescribed(), (line,), {})
    session, _ = matching.add_product(session, product)
    joined = desk.join(target_of(session))
    assert desk.copies.of(target_of(session)) == [joined]
    first = desk.deliver(session)
    (kept,) = desk.copies.of(Target(delivery=first.number))
    assert (kept.id, kept.delivery) == (joined.id, first.number)
    (ordonnance,) = house.prescriptions.kept(house.patient.id)
    again, _ = edit.set_patient(house.counter.new_session(CAMILLE), house.patient.id, house.patient.display_name)
    again, _ = matching.take(again, ordonnance, {})
    assert [one.id for one in desk.copies.of(target_of(again))] == [joined.id]
    again, _ = matching.add_product(again, product)
    second = desk.deliver(again)
    assert [one.id for one in desk.copies.of(Target(delivery=second.number))] == [joined.id]


@pytest.mark.req("OFF-ORD-23")
def test_a_copy_is_joined_afterwards_to_a_delivery_that_exists(desk: Desk) -> None:
    number = desk.deliver(desk.house.prescribed(AMOXICILLINE)).number
    copy = desk.join(Target(delivery=number), copy_files.pdf(("recto", "verso")))
    assert (copy.pages, copy.media_type, copy.name) == (2, "application/pdf", "ordonnance.jpg")
    assert desk.copies.of(Target(delivery=number)) == [copy]
    refused = desk.copies.add(copy_files.jpeg(), Target(delivery=999), Source.FILE, CAMILLE)
    assert codes(refused) == ["GAL-COP-12"]
    assert len(desk.copies.of(Target(delivery=number))) == 1


@pytest.mark.req("OFF-ORD-23")
def test_a_copy_made_ready_while_the_sale_was_delivered_is_of_the_delivery(desk: Desk) -> None:
    session = desk.house.prescribed(AMOXICILLINE)
    target = target_of(session)
    number = desk.deliver(session).number
    assert desk.join(target).delivery == number
    assert [one.delivery for one in desk.copies.of(Target(delivery=number))] == [number]


def test_the_same_file_joined_twice_is_one_copy(desk: Desk) -> None:
    target = target_of(desk.house.prescribed(AMOXICILLINE))
    assert desk.join(target).id == desk.join(target).id
    assert desk.copies.count(target) == 1
    other = desk.join(target_of(desk.house.prescribed(AMOXICILLINE)))
    assert desk.copies.count(target) == 1
    assert desk.blobs.sizes().keys() == {other.sha256}


def test_the_copies_of_a_sale_given_up_are_set_aside(desk: Desk) -> None:
    session = desk.house.prescribed(AMOXICILLINE)
    done(desk.house.counter.save(session))
    desk.join(target_of(session))
    done(desk.house.counter.abandon(session, CAMILLE))
    assert not desk.copies.of(target_of(session))
    assert json.loads(desk.traces("prescription_copy.remove")[0].details)["reason"] == "Vente abandonnée"


@pytest.mark.req("OFF-ORD-24")
def test_the_copy_that_the_law_asks_for_is_missed_without_stopping_the_delivery(desk: Desk) -> None:
    session = desk.house.prescribed(SKENAN, kind=PrescriptionKind.SECURED)
    (found,) = [one for one in desk.house.counter.check(session) if one.code == MISSING_COPY]
    assert found.severity is Severity.INFO
    assert "3 ans" in found.text
    assert "R.5132-35" in found.text
    assert MISSING_COPY not in [one.code for one in desk.house.counter.check(desk.house.prescribed(AMOXICILLINE))]
    desk.join(target_of(session))
    assert MISSING_COPY not in [one.code for one in desk.house.counter.check(session)]
    session = desk.house.prescribed(SKENAN, kind=PrescriptionKind.SECURED)
    desk.deliver(edit.set_bearer(session, "MARTIN Paul, 5 rue Haute, 75011 Paris")[0])


@pytest.mark.req("OFF-ORD-24")
def test_a_copy_of_a_narcotic_is_kept_three_years(desk: Desk) -> None:
    assert desk.copies.retention.years == 3
    assert kept_until(dt.date(2026, 11, 23), 3) == dt.date(2029, 11, 23)
    assert kept_until(dt.date(2028, 2, 29), 3) == dt.date(2031, 2, 28)


# --- Who reads, who sets aside ----------------------------------------------------------------------------------------


@pytest.mark.req("OFF-ORD-25")
def test_reading_a_copy_is_traced_with_its_patient_and_refused_to_who_does_not_serve(desk: Desk) -> None:
    session = desk.house.prescribed(AMOXICILLINE)
    copy = desk.join(target_of(session))
    number = desk.deliver(session).number
    (copy,) = desk.copies.of(Target(delivery=number))
    technician = desk.member(Role.SUPPORT)
    assert codes(desk.copies.look(copy, Target(delivery=number), technician)) == ["GAL-PER-01"]
    assert not desk.traces("prescription_copy.read")
    page = done(desk.copies.look(copy, Target(delivery=number), CAMILLE))
    assert (page.width, page.height) == (620, 877)
    (trace,) = desk.traces("prescription_copy.read")
    assert (trace.actor_name, trace.subject_id) == ("Camille Durand", str(copy.id))
    assert trace.patient_id == desk.house.patient.id


def test_a_damaged_copy_is_not_shown_and_no_reading_is_traced(desk: Desk) -> None:
    copy = desk.join(Target(session_id="s"))
    desk.spoil(copy.sha256)
    with pytest.raises(FileUnusable):
        desk.copies.look(copy, Target(session_id="s"), CAMILLE)
    with pytest.raises(FileUnusable):
        desk.copies.thumbnail(copy, 96)
    assert not desk.traces("prescription_copy.read")


@pytest.mark.req("OFF-ORD-25")
def test_a_copy_set_aside_is_shown_no_more_and_neither_row_nor_bytes_go(desk: Desk) -> None:
    session = desk.house.prescribed(AMOXICILLINE)
    copy = desk.join(target_of(session))
    number = desk.deliver(session).number
    target = Target(delivery=number)
    assert codes(desk.copies.remove(copy.id, "Autre patient", target, desk.member(Role.TECHNICIAN))) == ["GAL-PER-01"]
    assert codes(desk.copies.remove(copy.id, "  ", target, CAMILLE)) == ["GAL-COP-10"]
    assert desk.copies.count(target) == 1
    done(desk.copies.remove(copy.id, "Autre patient", target, CAMILLE))
    assert desk.copies.count(target) == 0
    assert codes(desk.copies.remove(copy.id, "Encore", target, CAMILLE)) == ["GAL-COP-11"]
    assert codes(desk.copies.look(copy, target, CAMILLE)) == ["GAL-COP-11"]
    assert desk.blobs.get(copy.sha256)
    with desk.db.read() as reading:
        row = reading.execute(text("SELECT reason, operator_name FROM prescription_copy_removal")).one()
        assert tuple(row) == ("Autre patient", "Camille Durand")
        assert reading.execute(text("SELECT count(*) FROM prescription_copy")).scalar_one() == 1


def test_before_the_delivery_who_serves_may_set_a_copy_aside(desk: Desk) -> None:
    copy = desk.join(Target(session_id="s"))
    done(desk.copies.remove(copy.id, "Mauvaise page", Target(session_id="s"), desk.member(Role.TECHNICIAN)))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM prescription_copy",
        "UPDATE prescription_copy SET sha256 = 'x'",
        "DELETE FROM prescription_copy_delivery",
        "DELETE FROM prescription_copy_removal",
        "UPDATE prescription_delivery SET prescription_id = 1",
    ],
)
def test_the_database_itself_refuses_to_forget_a_copy(desk: Desk, statement: str) -> None:
    session = desk.house.prescribed(AMOXICILLINE)
    copy = desk.join(target_of(session))
    desk.deliver(session)
    done(desk.copies.remove(copy.id, "essai", target_of(session), CAMILLE))
    with pytest.raises(DBAPIError), desk.db.engine.begin() as connection:
        connection.execute(text(statement))


# --- Files ------------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-ORD-21")
def test_what_can_not_be_kept_leaves_neither_row_nor_bytes(desk: Desk, tmp_path: Path) -> None:
    target = Target(session_id="s")
    huge = tmp_path / "énorme.jpg"
    with huge.open("wb") as stream:
        stream.truncate(200_000_000)
    (tmp_path / "dossier.pdf").mkdir()
    (tmp_path / "vide.pdf").write_bytes(b"")
    (tmp_path / "script.pdf").write_bytes(copy_files.script_pdf())
    expected = {
        "énorme.jpg": "GAL-COP-02",
        "dossier.pdf": "GAL-COP-09",
        "absent.jpg": "GAL-COP-09",
        "nul\0.jpg": "GAL-COP-09",
        "vide.pdf": "GAL-COP-01",
        "script.pdf": "GAL-COP-07",
    }
    for name, code in expected.items():
        assert codes(desk.copies.add_file(tmp_path / name, target, Source.FILE, CAMILLE)) == [code]
    assert not desk.copies.of(target)
    assert not desk.blobs.sizes()


def test_the_content_decides_and_the_name_is_kept_as_it_was_given(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "ordonnance de Mme Lefèvre, n° 2 — « scan ».exe"
    file.write_bytes(copy_files.png())
    copy = done(desk.copies.add_file(file, Target(session_id="s"), Source.DROP, CAMILLE))
    assert (copy.media_type, copy.name, copy.source) == ("image/jpeg", file.name, Source.DROP)


def test_the_newest_file_of_the_scanner_is_proposed_until_it_is_joined(desk: Desk, tmp_path: Path) -> None:
    folder, now = tmp_path / "scans", desk.db.clock.now().timestamp()
    assert desk.copies.arrived(folder) is None
    folder.mkdir()
    ages = {"hier.pdf": 86_400, "vieux.jpg": 3_600, "neuf.JPG": 60, "texte.txt": 1, "vide.pdf": 1}
    for name, age in ages.items():
        (folder / name).write_bytes(b"" if name == "vide.pdf" else copy_files.jpeg())
        os.utime(folder / name, (now - age, now - age))
    newest = desk.copies.arrived(folder)
    assert newest is not None
    assert newest.name == "neuf.JPG"
    following = desk.copies.arrived(folder, {(newest.path, newest.stamp)})
    assert following is not None
    assert following.name == "vieux.jpg"
    assert desk.copies.arrived(folder, {(one.path, one.stamp) for one in (newest, following)}) is None


# --- Verification -----------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-DB-07", "OFF-ORD-22")
def test_verification_names_the_delivery_of_each_bad_copy_and_counts_what_no_copy_names(desk: Desk) -> None:
    session = desk.house.prescribed(AMOXICILLINE)
    damaged = desk.join(target_of(session))
    number = desk.deliver(session).number
    missing = desk.join(Target(session_id="s"), copy_files.pdf())
    desk.join(Target(session_id="s"), copy_files.png())
    with desk.db.read() as reading:
        assert verify(reading, desk.blobs).bad == ()
    desk.blobs.put(b"nobody's")
    desk.spoil(damaged.sha256)
    desk.lose(missing.sha256)
    with desk.db.read() as reading:
        report = verify(reading, desk.blobs)
    assert (report.kept, report.orphans) == (3, 1)
    assert [(one.id, one.damaged, one.delivery) for one in report.bad] == [
        (damaged.id, True, number),
        (missing.id, False, None),
    ]
    assert report.bad[0].prescription_id is not None
    assert f"délivrance n° {number}" in report.bad[0].text


def test_the_shared_bytes_are_in_the_shared_database(desk: Desk) -> None:
    assert isinstance(desk.blobs, TableBlobs if desk.db.is_postgresql else FolderBlobs)


# --- Backup -----------------------------------------------------------------------------------------------------------


def restored(made: Path, desk: Desk, root: Path) -> tuple[str, ...]:
    """Put a backup in the place of the database of the desk, closed; return the copies that did not come back."""
    url = desk.db.engine.url.render_as_string(hide_password=False)
    desk.db.close()
    root.mkdir(exist_ok=True)
    if desk.db.is_postgresql:
        return restore.restore_postgresql(made, root, url, mode=None, now=NOW).missing
    path = Path(str(desk.db.engine.url.database))
    return restore.restore_sqlite(made, root, path, mode=None, now=NOW).missing


@pytest.mark.req("OFF-DB-10", "OFF-ORD-22")
def test_a_backup_carries_the_copies_once_and_a_restore_puts_them_back(desk: Desk, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    first = desk.join(Target(session_id="s"))
    made = backup.make(desk.db.engine, usb, now=NOW, blobs=desk.blobs)
    assert (made.carried.kept, made.carried.written) == (1, 1)
    second = desk.join(Target(session_id="s"), copy_files.pdf())
    made = backup.make(desk.db.engine, usb, now=NOW, blobs=desk.blobs)
    assert (made.carried.kept, made.carried.written) == (2, 1)
    assert FolderBlobs(usb / "blobs").sizes() == desk.blobs.sizes()
    # The bytes are beside the backup, not once more in each.
    with zipfile.ZipFile(made.path) as archive:
        assert first.sha256 in archive.read("blobs.txt").decode()
        assert "blobs" not in {name.split("/")[0] for name in archive.namelist()}
    root = tmp_path / "new"
    assert restored(made.path, desk, root) == ()
    blobs = open_blobs(desk.db.engine, root / "blobs")
    assert {blobs.get(one.sha256) for one in (first, second)}
    with desk.db.read() as reading:
        assert verify(reading, blobs).bad == ()


def test_a_backup_is_made_though_a_copy_is_damaged_and_says_so(desk: Desk, tmp_path: Path) -> None:
    spoilt = desk.join(Target(session_id="s"))
    desk.join(Target(session_id="s"), copy_files.pdf())
    desk.spoil(spoilt.sha256)
    made = backup.make(desk.db.engine, tmp_path / "usb", now=NOW, blobs=desk.blobs)
    assert made.carried.unreadable == (spoilt.sha256,)
    assert made.carried.written == 1
    assert restored(made.path, desk, tmp_path / "new") == (spoilt.sha256,)


def test_a_restore_from_the_file_alone_says_which_copies_are_missing(desk: Desk, tmp_path: Path) -> None:
    copy = desk.join(Target(session_id="s"))
    made = backup.make(desk.db.engine, tmp_path / "usb", now=NOW, blobs=desk.blobs)
    alone = tmp_path / "elsewhere" / made.path.name
    alone.parent.mkdir()
    made.path.rename(alone)
    # The shared database that is replaced still has them; a new data folder has none.
    assert restored(alone, desk, tmp_path / "new") == (() if desk.db.is_postgresql else (copy.sha256,))


def test_a_restore_mends_the_copy_that_was_damaged_in_place(desk: Desk, tmp_path: Path) -> None:
    copy = desk.join(Target(session_id="s"))
    made = backup.make(desk.db.engine, tmp_path / "usb", now=NOW, blobs=desk.blobs)
    desk.spoil(copy.sha256)
    root = tmp_path
    assert restored(made.path, desk, root) == ()
    assert open_blobs(desk.db.engine, root / "blobs").get(copy.sha256)
