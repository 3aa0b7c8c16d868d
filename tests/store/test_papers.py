"""Is the copy of an identity paper kept enciphered, shown to few under a PIN, and gone for good after five years?"""

from __future__ import annotations

import datetime as dt
import json
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import copy_files
import pytest
from paper_desk import DRAFT, GALIEN, PIN, Desk, codes, done, open_desk
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.docs import scanned
from app.kernel.events import Publisher
from app.kernel.secret import SealBroken, SecretsUnavailable
from app.officine.care.tables import CareDocumentRow
from app.officine.papers import rules
from app.officine.patients.model import IdentityStatus
from app.officine.secrets import sealing
from app.officine.staff.model import Role
from app.store import backup, restore
from app.store.database import Database
from app.store.engine import open_engine
from app.store.erasable import FolderErasable, TableErasable

if TYPE_CHECKING:
    from app.kernel.clock import FixedClock

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
SECRET = "ADRTROIS-TITRE-0123456789"
TITLE = copy_files.pdf((SECRET, "verso"))
"""A PDF is kept to the octet: its text can be looked for wherever bytes lie."""

FIVE_YEARS = dt.date(2031, 11, 23) - NOW.date()
pytestmark = pytest.mark.req("INS-COPIE")


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return open_desk(database, tmp_path / "papers")


# --- Off until it is chosen -------------------------------------------------------------------------------------------


def test_copies_are_off_until_the_titulaire_chooses_them_and_the_choice_is_traced(
    database: Database, tmp_path: Path
) -> None:
    desk = open_desk(database, tmp_path / "papers")
    with database.write(GALIEN) as work:
        work.session.execute(text("DELETE FROM fact WHERE name = 'identity.papers'"))
    assert not desk.papers.enabled
    assert codes(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)) == ["GAL-TIT-01"]
    assert not desk.place.held()
    assert codes(desk.papers.set_enabled(desk.member(Role.ASSISTANT), enabled=True)) == ["GAL-PER-01"]
    assert done(desk.papers.set_enabled(desk.member(Role.HOLDER), enabled=True))
    assert desk.papers.enabled
    assert [json.loads(one.details) for one in desk.traces("switch")] == [{"enabled": True}, {"enabled": True}]


def test_switched_off_what_is_kept_can_still_be_seen_deleted_and_purged(desk: Desk) -> None:
    paper = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    done(desk.papers.set_enabled(GALIEN, enabled=False))
    assert codes(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)) == ["GAL-TIT-01"]
    assert desk.papers.of(desk.patient_id) == [paper]
    assert len(done(desk.papers.look(paper.id, PIN, desk.member(Role.ASSISTANT))).pages) == 2
    done(desk.papers.delete(paper.id, "Plus de copies", desk.member(Role.HOLDER)))
    assert desk.papers.of(desk.patient_id) == []


# --- Keeping ----------------------------------------------------------------------------------------------------------


@pytest.mark.req("C42")
def test_a_copy_is_kept_with_its_check_and_no_plain_byte_of_it_is_anywhere(desk: Desk) -> None:
    check = desk.prove()
    paper = done(desk.papers.add(desk.patient_id, check, TITLE, GALIEN))
    assert (paper.evidence, paper.evidence_id, paper.pages) == ("Passeport", check, 2)
    assert (paper.media_type, paper.size, paper.author_name) == ("application/pdf", len(TITLE), "Galien")
    assert paper.is_held
    assert paper.token not in repr(paper)
    stored = desk.stored()
    assert paper.token.encode() in stored
    assert SECRET.encode() not in stored
    assert b"%PDF" not in stored
    assert isinstance(desk.place, TableErasable if desk.db.is_postgresql else FolderErasable)
    (trace,) = desk.traces("add")
    assert (trace.patient_id, trace.result) == (desk.patient_id, "ok")


def test_the_same_title_twice_has_two_keys_two_nonces_and_two_ciphertexts(desk: Desk) -> None:
    one, two = (done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)) for _ in range(2))
    first, second = desk.place.get(one.token), desk.place.get(two.token)
    assert first is not None
    assert second is not None
    assert not {*first} & {*second}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", scanned.EMPTY),
        (b"\x7fELF", scanned.OTHER_KIND),
        (copy_files.jpeg()[:400], scanned.DAMAGED),
        (copy_files.bomb_png(), scanned.TOO_MANY_PIXELS),
        (copy_files.script_pdf(), scanned.ACTIVE),
        (copy_files.hidden_script_pdf(), scanned.ACTIVE),
        (copy_files.locked_pdf(), scanned.LOCKED),
        (copy_files.pdf(("1", "2", "3", "4", "5")), "GAL-TIT-04"),
        (b"%PDF-1.7\n" + bytes(rules.LARGEST_FILE), "GAL-TIT-03"),
    ],
)
def test_what_is_no_sound_title_is_refused_traced_and_leaves_nothing(desk: Desk, content: bytes, code: str) -> None:
    assert codes(desk.papers.add(desk.patient_id, None, content, GALIEN)) == [code]
    assert desk.papers.of(desk.patient_id) == []
    assert not desk.place.held()
    (trace,) = desk.traces("add")
    assert (trace.result, json.loads(trace.details)) == ("refused", {"codes": [code]})


def test_a_file_is_looked_at_before_it_is_read_and_stays_where_it_is(desk: Desk, tmp_path: Path) -> None:
    scans = tmp_path.parent / f"{tmp_path.name}-scans"
    scans.mkdir()
    huge, good = scans / "énorme.pdf", scans / "titre.exe"
    with huge.open("wb") as stream:
        stream.truncate(200_000_000)
    good.write_bytes(copy_files.photo())
    assert codes(desk.papers.add_file(huge, desk.patient_id, GALIEN)) == ["GAL-TIT-03"]
    assert codes(desk.papers.add_file(scans, desk.patient_id, GALIEN)) == [scanned.UNREADABLE]
    check = desk.prove()
    kept = done(desk.papers.add_file(good, desk.patient_id, GALIEN))
    assert (kept.media_type, kept.evidence_id) == ("image/jpeg", check)
    assert good.exists()


def test_a_copy_goes_with_a_file_that_exists_and_with_its_own_checks_only(desk: Desk) -> None:
    check = desk.prove()
    other = done(desk.patients.create(replace(DRAFT, first_name="CLAUDE"), GALIEN, confirmed=True)).id
    assert codes(desk.papers.add(other, check, TITLE, GALIEN)) == ["GAL-TIT-05"]
    assert codes(desk.papers.add(4711, None, TITLE, GALIEN)) == ["GAL-TIT-02"]


def test_without_the_key_of_the_workstation_nothing_is_kept_and_nothing_opens(desk: Desk) -> None:
    paper, reader = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)), desk.member(Role.ASSISTANT)
    cold = Desk(desk.db, desk.folder, desk.keys, desk.patient_id)
    desk.keys.is_locked = True
    with pytest.raises(SecretsUnavailable):
        cold.papers.add(desk.patient_id, None, TITLE, GALIEN)
    with pytest.raises(SecretsUnavailable):
        cold.papers.look(paper.id, PIN, reader)
    assert [one.id for one in cold.papers.of(desk.patient_id)] == [paper.id]


# --- Seeing -----------------------------------------------------------------------------------------------------------


@pytest.mark.req("C42")
@pytest.mark.parametrize("role", list(Role))
def test_only_pharmacists_see_a_copy_and_every_view_and_refusal_is_traced(desk: Desk, role: Role) -> None:
    paper, actor = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)), desk.member(role)
    outcome = desk.papers.look(paper.id, PIN, actor)
    (trace,) = desk.traces("view")
    assert (trace.actor_id, trace.patient_id, trace.subject_id) == (actor.staff_id, desk.patient_id, str(paper.id))
    if role.is_pharmacist:
        assert len(done(outcome).pages) == 2
        assert trace.result == "ok"
    else:
        assert codes(outcome) == ["GAL-PER-01"]
        assert (trace.result, json.loads(trace.details)) == ("refused", {"codes": ["GAL-PER-01"]})


def test_the_pin_is_asked_again_and_shuts_after_failures_as_at_sign_in(desk: Desk, clock: FixedClock) -> None:
    paper, actor = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)), desk.member(Role.HOLDER)
    assert codes(desk.papers.look(paper.id, "", actor)) == ["GAL-PER-32"]
    assert codes(desk.papers.look(paper.id, "999999", actor)) == ["GAL-PER-32"]
    clock.advance(dt.timedelta(minutes=1))
    done(desk.papers.look(paper.id, PIN, actor))
    for _ in range(4):
        assert codes(desk.papers.look(paper.id, "999999", actor)) == ["GAL-PER-32"]
        clock.advance(dt.timedelta(minutes=5))
    assert codes(desk.papers.look(paper.id, "999999", actor)) == ["GAL-PER-34"]
    clock.advance(dt.timedelta(minutes=30))
    assert codes(desk.papers.look(paper.id, PIN, actor)) == ["GAL-PER-34"]
    assert [one.result for one in desk.traces("view")].count("ok") == 1


def test_who_has_no_pin_and_galien_itself_see_nothing(desk: Desk) -> None:
    paper, actor = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)), desk.member(Role.HOLDER)
    with desk.db.write(GALIEN) as work:
        work.session.execute(text("UPDATE staff_account SET pin_hash = ''"))
    assert codes(desk.papers.look(paper.id, PIN, actor)) == ["GAL-PER-36"]
    assert codes(desk.papers.look(paper.id, PIN, GALIEN)) == ["GAL-TIT-09"]


def test_a_page_that_is_shown_is_marked_all_over(desk: Desk) -> None:
    paper = done(desk.papers.add(desk.patient_id, None, copy_files.png(), GALIEN))
    (page,) = done(desk.papers.look(paper.id, PIN, desk.member(Role.HOLDER))).pages
    held = desk.place.get(paper.token)
    assert held is not None
    assert page.width == 620
    reds = [
        sum(
            page.rgb[at] - page.rgb[at + 1] > 40
            for at in range(3 * page.width * top + 3 * left, 3 * page.width * top + 3 * left + 3 * 200, 3)
        )
        for top in range(120, page.height, 1)
        for left in (0, 210, 420)
    ]
    # In each of the nine parts of the page, some of the mark.
    third = len(reds) // 3
    assert all(sum(reds[row * third + side : (row + 1) * third : 3]) > 300 for row in range(3) for side in range(3))


def test_bytes_that_were_altered_or_moved_to_another_copy_do_not_open(desk: Desk) -> None:
    one, two = (done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)) for _ in range(2))
    reader, other = desk.member(Role.HOLDER), desk.place.get(two.token)
    assert other is not None
    desk.place.erase([one.token])
    with desk.db.write(GALIEN) as work:
        desk.place.put(work.session, one.token, other[0], other[1], work.now)
    with pytest.raises(SealBroken):
        desk.papers.look(one.id, PIN, reader)
    done(desk.papers.look(two.id, PIN, reader))


def test_after_the_key_of_the_officine_is_renewed_the_old_one_opens_no_copy(desk: Desk) -> None:
    paper, reader = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)), desk.member(Role.HOLDER)
    before, came = desk.place.sealed_key(paper.token), desk.place.held()
    assert desk.papers.reseal() == 0
    assert desk.place.sealed_key(paper.token) == before
    done(desk.vault.renew(GALIEN))
    assert desk.papers.reseal() == 1
    assert desk.papers.reseal() == 0
    after = desk.place.sealed_key(paper.token)
    assert before is not None
    assert after is not None
    assert sealing.number_of(after) > sealing.number_of(before)
    assert desk.place.held() == came
    assert len(done(desk.papers.look(paper.id, PIN, reader)).pages) == 2
    assert not desk.place.reseal(paper.token, before, before)
    assert not desk.place.reseal("0" * 32, before, before)


def test_one_altered_key_is_told_and_keeps_no_other_from_being_sealed_anew(desk: Desk) -> None:
    altered = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    other = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    before, whole = desk.place.sealed_key(altered.token), desk.place.sealed_key(other.token)
    assert before is not None
    assert whole is not None
    assert desk.place.reseal(altered.token, before, before[:-1] + bytes((before[-1] ^ 1,)))
    done(desk.vault.renew(GALIEN))
    with pytest.raises(SealBroken):
        desk.papers.reseal()
    after = desk.place.sealed_key(other.token)
    assert after is not None
    assert sealing.number_of(after) > sealing.number_of(whole)


# --- Destroying -------------------------------------------------------------------------------------------------------


def test_deleting_is_the_titulaire_s_with_a_reason_and_leaves_neither_key_nor_bytes(desk: Desk) -> None:
    paper = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    held = desk.place.get(paper.token)
    assert held is not None
    holder = desk.member(Role.HOLDER)
    assert codes(desk.papers.delete(paper.id, "Demande", desk.member(Role.ASSISTANT))) == ["GAL-PER-01"]
    assert codes(desk.papers.delete(paper.id, "  ", holder)) == ["GAL-TIT-08"]
    done(desk.papers.delete(paper.id, "Demande du patient", holder))
    assert codes(desk.papers.delete(paper.id, "Encore", holder)) == ["GAL-TIT-06"]
    assert codes(desk.papers.look(paper.id, PIN, holder)) == ["GAL-TIT-06"]
    assert desk.papers.of(desk.patient_id) == []
    assert not desk.place.held()
    stored = desk.stored()
    assert held[0] not in stored
    assert desk.db.is_postgresql or held[1][:64] not in stored
    refused = [json.loads(one.details)["codes"] for one in desk.traces("delete") if one.result == "refused"]
    assert refused == [["GAL-PER-01"], ["GAL-TIT-08"], ["GAL-TIT-06"]]
    (trace,) = [one for one in desk.traces("delete") if one.result == "ok"]
    assert (trace.actor_name, json.loads(trace.details)["reason"]) == (holder.name, "Demande du patient")


@pytest.mark.req("INS-COPIE", "C42", "S25")
def test_five_years_and_a_day_after_the_copy_it_is_gone_traced_and_the_status_stays(
    desk: Desk, clock: FixedClock
) -> None:
    check = desk.prove()
    paper = done(desk.papers.add(desk.patient_id, check, TITLE, GALIEN))
    held = desk.place.get(paper.token)
    assert held is not None
    assert held[0] in desk.stored()
    clock.advance(FIVE_YEARS - dt.timedelta(days=1))
    assert done(desk.papers.purge(GALIEN)).papers == ()
    clock.advance(dt.timedelta(days=2))
    assert desk.papers.is_due()
    assert [one.id for one in done(desk.papers.purge(GALIEN, dry_run=True)).papers] == [paper.id]
    assert desk.place.held()
    assert [one.id for one in done(desk.papers.purge(GALIEN)).papers] == [paper.id]
    assert not desk.papers.is_due()
    assert desk.papers.of(desk.patient_id) == []
    stored = desk.stored()
    assert held[0] not in stored
    assert desk.db.is_postgresql or held[1][:64] not in stored
    (trace,) = desk.traces("purge")
    assert (trace.patient_id, trace.actor_name) == (desk.patient_id, "Galien")
    file = desk.identities.of(desk.patient_id)
    assert file is not None
    assert file.identity.status is IdentityStatus.VALIDATED
    assert file.identity.evidence == "PA"


def test_a_visit_puts_the_end_off_and_opening_the_file_does_not(desk: Desk, clock: FixedClock) -> None:
    paper = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    assert paper.due_on == dt.date(2031, 11, 23)
    clock.advance(dt.timedelta(days=365))
    done(desk.patients.open(desk.patient_id, desk.member(Role.HOLDER)))
    assert desk.papers.of(desk.patient_id)[0].due_on == dt.date(2031, 11, 23)
    desk.deliver()
    assert desk.papers.of(desk.patient_id)[0].due_on == dt.date(2032, 11, 23)
    clock.advance(FIVE_YEARS - dt.timedelta(days=300))
    assert done(desk.papers.purge(GALIEN)).papers == ()


def test_a_vaccination_is_a_visit_on_the_day_when_it_was_done(desk: Desk, clock: FixedClock) -> None:
    done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    clock.advance(dt.timedelta(days=400))
    with desk.db.write(GALIEN) as work:
        work.session.add(
            CareDocumentRow(
                kind="vaccination", patient_id=desk.patient_id, patient_name="", title="", document_id="2.25.1",
                set_id="2.25.2", version=1, reason="", performed_at=work.now - dt.timedelta(days=35),
                created_at=work.now, author_id=1, author_name="", supervisor_name="", station="1", carries_ins=False,
                content={}, cda_sha256="", cda_size=0, pdf_sha256="", pdf_size=0, kit="",
            )
        )  # fmt: skip
    assert desk.papers.of(desk.patient_id)[0].due_on == dt.date(2032, 11, 23)


def test_a_visit_under_the_file_that_took_this_one_over_is_a_visit(desk: Desk, clock: FixedClock) -> None:
    paper = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    kept = done(desk.patients.create(replace(DRAFT, first_name="CLAUDE"), GALIEN, confirmed=True)).id
    clock.advance(dt.timedelta(days=365))
    absorbed, desk.patient_id = desk.patient_id, kept
    desk.deliver()
    assert desk.papers.of(absorbed)[0].due_on == dt.date(2031, 11, 23)
    with desk.db.write(GALIEN) as work:
        statement = text("UPDATE patient SET merged_into = :kept WHERE id = :absorbed")
        work.session.execute(statement, {"kept": kept, "absorbed": absorbed})
    for file in (absorbed, kept):
        (found,) = desk.papers.of(file)
        assert (found.id, found.due_on) == (paper.id, dt.date(2032, 11, 23))
    # Bound to the file under which it was kept, it still opens.
    done(desk.papers.look(paper.id, PIN, desk.member(Role.HOLDER)))


def test_a_copy_made_on_the_29th_of_february_ends_on_the_28th() -> None:
    assert rules.due_on(dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC), None) == dt.date(2033, 2, 28)


def test_the_day_is_that_of_paris() -> None:
    assert rules.due_on(dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC), None) == dt.date(2032, 1, 1)


def test_the_purge_takes_what_a_stopped_machine_left_and_not_what_is_being_written(
    desk: Desk, clock: FixedClock
) -> None:
    paper = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    with desk.db.write(GALIEN) as work:
        desk.place.put(work.session, "0" * 32, b"key", b"left by nobody", work.now)
    assert done(desk.papers.purge(GALIEN)).strays == 0
    clock.advance(dt.timedelta(days=1, minutes=1))
    assert done(desk.papers.purge(GALIEN)).strays == 1
    assert set(desk.place.held()) == {paper.token}
    assert len(desk.traces("strays")) == 1


def test_bytes_whose_end_was_written_before_a_stop_go_with_the_next_purge(desk: Desk) -> None:
    paper, erase = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)), desk.place.erase
    desk.place.erase = lambda tokens: None  # type: ignore[method-assign] # the machine stops here
    done(desk.papers.delete(paper.id, "Demande", desk.member(Role.HOLDER)))
    assert desk.place.held()
    desk.place.erase = erase  # type: ignore[method-assign]
    assert done(desk.papers.purge(GALIEN)).strays == 1
    assert not desk.place.held()


def test_two_workstations_that_purge_at_once_trace_each_copy_once(desk: Desk, clock: FixedClock) -> None:
    for _ in range(3):
        done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    clock.advance(FIVE_YEARS + dt.timedelta(days=1))
    start = threading.Barrier(2)

    def purge(_station: int) -> int:
        other = Desk(desk.db, desk.folder, desk.keys, desk.patient_id)
        start.wait()
        return len(done(other.papers.purge(GALIEN)).papers)

    with ThreadPoolExecutor(2) as stations:
        assert sum(stations.map(purge, range(2))) == 3
    assert len(desk.traces("purge")) == 3
    assert not desk.place.held()


def test_there_is_nothing_to_purge_every_day_where_nothing_is_kept(desk: Desk) -> None:
    assert not desk.papers.is_due()


@pytest.mark.parametrize("table", ["identity_paper", "identity_paper_end"])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET author_name = 'x'"])
def test_the_database_itself_refuses_to_forget_that_there_was_a_copy(desk: Desk, table: str, verb: str) -> None:
    paper = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    done(desk.papers.delete(paper.id, "Demande", desk.member(Role.HOLDER)))
    with pytest.raises(DBAPIError), desk.db.engine.begin() as connection:
        connection.execute(text(verb.format(table)))


# --- Backups ----------------------------------------------------------------------------------------------------------


def restored(desk: Desk, made: Path, root: Path, clock: FixedClock) -> Desk:
    """Put a backup in the place of the database, and start again on it."""
    url = desk.db.engine.url.render_as_string(hide_password=False)
    desk.db.close()
    if desk.db.is_postgresql:
        restore.restore_postgresql(made, root, url, mode=None, now=NOW)
    else:
        restore.restore_sqlite(made, root, Path(str(desk.db.engine.url.database)), mode=None, now=NOW)
    return Desk(Database(open_engine(url), clock, Publisher()), desk.folder, desk.keys, desk.patient_id)


def test_no_backup_holds_a_copy_nor_its_key(desk: Desk, tmp_path: Path) -> None:
    paper = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    held = desk.place.get(paper.token)
    assert held is not None
    made = backup.make(desk.db.engine, tmp_path / "usb", now=NOW)
    with zipfile.ZipFile(made.path) as archive:
        members = b"".join(archive.read(name) for name in archive.namelist())
    if not desk.db.is_postgresql:
        assert paper.token.encode() in members
    assert held[0] not in members
    assert held[1][:64] not in members


def test_a_copy_that_is_kept_outlives_a_restore_in_its_place(desk: Desk, tmp_path: Path, clock: FixedClock) -> None:
    paper, reader = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)), desk.member(Role.HOLDER)
    made = backup.make(desk.db.engine, tmp_path / "usb", now=NOW)
    after = restored(desk, made.path, tmp_path, clock)
    assert len(done(after.papers.look(paper.id, PIN, reader)).pages) == 2
    after.db.close()


def test_a_copy_that_was_destroyed_is_not_brought_back_by_an_old_backup(
    desk: Desk, tmp_path: Path, clock: FixedClock
) -> None:
    paper, reader = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)), desk.member(Role.HOLDER)
    held = desk.place.get(paper.token)
    assert held is not None
    made = backup.make(desk.db.engine, tmp_path / "usb", now=NOW)
    done(desk.papers.delete(paper.id, "Demande", reader))
    after = restored(desk, made.path, tmp_path, clock)
    # The old base says that it is there; nothing of it is.
    (ghost,) = after.papers.of(desk.patient_id)
    assert not ghost.is_held
    assert codes(after.papers.look(paper.id, PIN, reader)) == ["GAL-TIT-07"]
    assert held[0] not in after.stored()
    after.db.close()


def test_what_is_destroyed_after_a_restore_is_not_left_in_the_database_put_aside(
    desk: Desk, tmp_path: Path, clock: FixedClock
) -> None:
    paper, reader = done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN)), desk.member(Role.HOLDER)
    made = backup.make(desk.db.engine, tmp_path / "usb", now=NOW)
    after = restored(desk, made.path, tmp_path, clock)
    done(after.papers.delete(paper.id, "Demande", reader))
    assert not after.place.held()
    if after.db.is_postgresql:
        names = text("SELECT datname FROM pg_database WHERE datname LIKE :like")
        url = after.db.engine.url
        with after.db.engine.connect() as connection:
            aside = connection.execute(names, {"like": f"{url.database}\\_remplacee\\_%"}).scalars().all()
        after.db.close()
        assert aside
        for name in aside:
            engine = open_engine(url.set(database=name).render_as_string(hide_password=False))
            with engine.connect() as connection:
                count = text("SELECT (SELECT count(*) FROM erasable_key) + (SELECT count(*) FROM erasable)")
                assert connection.execute(count).scalar_one() == 0
            engine.dispose()


def test_a_copy_made_after_the_backup_is_destroyed_with_the_next_purge(
    desk: Desk, tmp_path: Path, clock: FixedClock
) -> None:
    made = backup.make(desk.db.engine, tmp_path / "usb", now=NOW)
    done(desk.papers.add(desk.patient_id, None, TITLE, GALIEN))
    after = restored(desk, made.path, tmp_path, clock)
    assert after.papers.of(desk.patient_id) == []
    clock.advance(dt.timedelta(days=2))
    assert done(after.papers.purge(GALIEN)).strays == 1
    assert not after.place.held()
    after.db.close()
