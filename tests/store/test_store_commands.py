"""The technician keeps, brings back and verifies the data, and decides on the queue, with the exit codes promised."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import copy_files
import pytest
import received_files
from command_hands import alter, runner

from app import cli
from app.bootstrap import create_demo, open_services
from app.kernel.errors import DatabaseReadOnly
from app.kernel.outcome import Done
from app.officine.copies.model import Source, Target
from app.officine.inbox.model import Origin
from app.store import backup
from app.store.audit import Actor
from app.store.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Engine

ACTOR = Actor(None, "Camille Durand", "comptoir-1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a few acts and two writes in the queue."""
    services = open_services(tmp_path / "données")
    with services.db.write(ACTOR) as work:
        for number in range(5):
            work.audit("delivery", "delivery", str(number))
        work.enqueue("dmp", "note", "key-1", {"patient": 1})
        work.enqueue("mss", "message", "key-2", {"patient": 1})
    services.close()
    return tmp_path / "données"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 -- a function of the words of a command
    return runner(folder, capsys)


@pytest.mark.req("OFF-DB-07")
def test_verify_says_that_all_is_well(run: Any) -> None:  # noqa: ANN401
    code, said, err = run("verify")
    assert (code, err) == (0, "")
    assert (said["database"], said["first_bad"], said["ordonnancier"], said["cash"]) == ("ok", None, "ok", "ok")
    assert said["audit_entries"] >= 5


@pytest.mark.req("OFF-DB-07")
def test_verify_names_the_entry_that_was_altered(run: Any, folder: Path) -> None:  # noqa: ANN401
    alter(
        folder,
        "DROP TRIGGER audit_entry_no_update",
        "UPDATE audit_entry SET actor_name = 'Personne' WHERE subject_id = '3' AND action = 'delivery'",
    )
    code, said, err = run("verify")
    assert code == 3
    assert said["database"] == "ok"
    assert said["first_bad"]["reason"] == "altered"
    assert f"n° {said['first_bad']['seq']}" in err


def test_verify_sees_a_file_that_is_no_database(run: Any, folder: Path) -> None:  # noqa: ANN401
    (folder / "galien.sqlite").write_text("Bonjour " * 1_000)
    before = (folder / "galien.sqlite").read_bytes()
    code, said, err = run("verify")
    assert (code, said["database"]) == (3, "bad")
    assert "restore" in err
    assert (folder / "galien.sqlite").read_bytes() == before


def test_verify_sees_a_base_that_was_emptied(run: Any, folder: Path) -> None:  # noqa: ANN401
    (folder / "galien.sqlite").write_bytes(b"")
    code, said, err = run("verify")
    assert (code, said["database"], said["ordonnancier"]) == (3, "bad", "bad")
    assert "restore" in err


def test_verify_writes_nothing(run: Any, folder: Path) -> None:  # noqa: ANN401
    before = (folder / "galien.sqlite").read_bytes()
    run("verify")
    assert (folder / "galien.sqlite").read_bytes() == before


@pytest.mark.req("OFF-DB-10")
def test_what_was_backed_up_comes_back(run: Any, folder: Path, tmp_path: Path) -> None:  # noqa: ANN401
    code, made, _ = run("backup", str(tmp_path / "clé usb"))
    assert code == 0
    entries = run("verify")[1]["audit_entries"]
    (folder / "galien.sqlite").write_bytes(b"rot")
    code, done, _ = run("restore", made["file"])
    assert code == 0
    assert done["audit_entries"] == made["audit_entries"] == entries - 1
    code, said, _ = run("verify")
    assert (code, said["database"], said["audit_entries"]) == (0, "ok", entries - 1)


@pytest.mark.req("OFF-DB-10")
def test_a_backup_that_cannot_be_traced_is_a_backup_all_the_same(
    run: Any,  # noqa: ANN401
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The base takes no more writes once the file is made: that is when the file is needed most."""
    whole = backup.make

    def then_read_only(engine: Engine, *args: Any, **options: Any) -> backup.Backup:  # noqa: ANN401
        made = whole(engine, *args, **options)
        monkeypatch.setattr(Database, "write", refuse)
        return made

    def refuse(*_: object) -> None:
        raise DatabaseReadOnly("La base de données est en lecture seule.")

    monkeypatch.setattr(backup, "make", then_read_only)
    code, made, err = run("backup", str(tmp_path / "usb"))
    assert (code, made["traced"]) == (0, False)
    assert "n’est pas tracée" in err
    monkeypatch.undo()
    (folder / "galien.sqlite").write_bytes(b"rot")
    assert run("restore", made["file"])[0] == 0


@pytest.mark.req("OFF-DB-10")
def test_a_backup_is_restored_from_standard_input(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    made = run("backup", str(tmp_path / "usb"))[1]
    for content, expected in ((Path(made["file"]).read_bytes(), 0), (b"Bonjour", 3)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert run("restore", "-")[0] == expected
    assert run("verify")[1]["audit_entries"] == made["audit_entries"]


@pytest.mark.req("OFF-DB-11")
@pytest.mark.parametrize("content", [b"", b"Bonjour", b"PK\x05\x06" + bytes(18), bytes(10_000)])
def test_a_bad_file_is_refused_and_the_data_stay(run: Any, folder: Path, tmp_path: Path, content: bytes) -> None:  # noqa: ANN401
    file = tmp_path / "mauvaise.galien"
    file.write_bytes(content)
    before = (folder / "galien.sqlite").read_bytes()
    code, _, err = run("restore", str(file))
    assert code == 3
    assert err.startswith("GAL-SAV-01")
    assert (folder / "galien.sqlite").read_bytes() == before


@pytest.mark.parametrize("name", ["absente.galien", "."])
def test_a_file_that_can_not_be_read_is_the_environment_s_fault(run: Any, tmp_path: Path, name: str) -> None:  # noqa: ANN401
    code, _, err = run("restore", str(tmp_path / name))
    assert code == 4
    assert not re.search("No such|Is a", err), "the system’s own text is no French"


def test_backing_up_into_a_file_is_the_environment_s_fault(run: Any, tmp_path: Path) -> None:  # noqa: ANN401
    (tmp_path / "fichier").touch()
    code, _, err = run("backup", str(tmp_path / "fichier"))
    assert (code, "existe déjà" in err) == (4, True)


@pytest.mark.req("OFF-DB-08")
def test_the_queue_is_shown_without_what_it_carries(run: Any) -> None:  # noqa: ANN401
    code, items, _ = run("queue", "list")
    assert code == 0
    assert [(item["lane"], item["state"], item["key"]) for item in items] == [
        ("dmp", "waiting", "key-1"),
        ("mss", "waiting", "key-2"),
    ]
    assert "payload" not in items[0]
    assert run("queue", "list", "--state", "done")[1] == []


def test_a_write_is_cancelled_then_retried(run: Any) -> None:  # noqa: ANN401
    first = run("queue", "list")[1][0]["id"]
    assert run("queue", "cancel", str(first))[1]["state"] == "cancelled"
    assert run("queue", "cancel", str(first))[0] == 3
    assert run("queue", "retry", str(first))[1]["state"] == "waiting"
    assert run("queue", "retry", "999")[0] == 3


def test_commands_say_in_french_what_they_did(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["backup", str(tmp_path / "usb")], ["verify"], ["queue", "list"]):
        assert cli.main([*words, "--data", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "Sauvegarde faite et relue" in said
    assert "Base saine" in said
    assert "en attente" in said


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration, with deliveries, payments and a register."""
    root = tmp_path_factory.mktemp("demo")
    create_demo(root).close()
    return root


FIRST_SALE = "(SELECT min(id) FROM stock_movement WHERE kind = 'sale')"
LAST_ENTRY = "(SELECT max(seq) FROM ordonnancier_entry)"
TAMPERED = {
    "ordonnancier": (
        "UPDATE ordonnancier_entry SET quantity = quantity + 1 WHERE seq = 3",
        "UPDATE ordonnancier_entry SET patient_name = 'Personne' WHERE seq = 3",
        "DELETE FROM ordonnancier_entry WHERE seq = 3",
        f"DELETE FROM ordonnancier_entry WHERE seq = {LAST_ENTRY}",
    ),
    "deliveries": (
        f"UPDATE stock_movement SET delta = delta - 1 WHERE id = {FIRST_SALE}",
        "DELETE FROM stock_movement WHERE id = (SELECT max(id) FROM stock_movement WHERE kind = 'sale')",
    ),
    "cash": (
        "UPDATE payment SET amount = amount - 1 WHERE rowid = (SELECT min(rowid) FROM payment)",
        "UPDATE payment SET method = 'other' WHERE rowid = (SELECT max(rowid) FROM payment)",
        "DELETE FROM payment WHERE rowid = (SELECT min(rowid) FROM payment)",
        "INSERT INTO payment SELECT delivery_number, 99, at, method, amount, tendered FROM payment LIMIT 1",
    ),
}


@pytest.mark.req("OFF-DB-07")
@pytest.mark.parametrize(
    ("register", "statement"), [(name, statement) for name, edits in TAMPERED.items() for statement in edits]
)
def test_verify_names_the_register_that_was_altered(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], register: str, statement: str
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(demo, folder)
    assert cli.main(["verify", "--data", str(folder)]) == 0
    table = statement.split()[1 if statement.startswith("UPDATE") else 2]
    alter(folder, f"DROP TRIGGER {table}_no_update", f"DROP TRIGGER {table}_no_delete", statement)
    capsys.readouterr()
    assert cli.main(["verify", "--data", str(folder), "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["database"] == "ok"
    # A payment or an entry that is not what it was is also a delivery that no longer agrees with it.
    others = {"ordonnancier", "cash", "stupefiants", "derives", "annotations"} - {register}
    assert (said[register], {said[name] for name in others}) == ("bad", {"ok"})
    assert said["first_bad"]["register"] == register


@pytest.mark.req("OFF-DB-07")
def test_verify_sees_a_register_cut_short_together_with_its_head(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is left is a sound chain: only the audit still knows of the entry."""
    folder = tmp_path / "demo"
    shutil.copytree(demo, folder)
    end = "FROM ordonnancier_entry ORDER BY seq DESC LIMIT 1"
    alter(
        folder,
        "DROP TRIGGER ordonnancier_entry_no_delete",
        f"DELETE FROM ordonnancier_entry WHERE seq = {LAST_ENTRY}",
        f"UPDATE chain_head SET seq = (SELECT seq {end}), hash = (SELECT hash {end}) WHERE name = 'ordonnancier'",
        "UPDATE sequence SET value = value - 1 WHERE name = 'ordonnancier'",
    )
    assert cli.main(["verify", "--data", str(folder), "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert (said["ordonnancier"], said["cash"], said["first_bad"]["register"]) == ("bad", "ok", "ordonnancier")


@pytest.mark.req("OFF-DB-07", "OFF-ORD-22")
def test_copies_of_ordonnances_are_backed_up_verified_and_brought_back(run: Any, folder: Path, tmp_path: Path) -> None:  # noqa: ANN401
    services = open_services(folder)
    done = services.copies.add(copy_files.jpeg(), Target(session_id="s"), Source.FILE, ACTOR)
    assert isinstance(done, Done)
    services.close()
    assert run("verify")[1]["copies"] == "ok"
    made = run("backup", str(tmp_path / "usb"))[1]
    assert made["copies"] == {"kept": 1, "written": 1, "unreadable": []}
    kept = folder / "blobs" / done.value.sha256[:2] / done.value.sha256[2:]
    kept.write_bytes(b"rot")
    code, said, err = run("verify")
    assert (code, said["database"], said["copies"]) == (3, "ok", "bad")
    assert said["bad_copies"][0]["sha256"] == done.value.sha256
    assert err.startswith("GAL-COP-21")
    assert run("backup", str(tmp_path / "other"))[1]["copies"]["unreadable"] == [done.value.sha256]
    assert run("restore", made["file"])[1]["missing_copies"] == []
    assert run("verify")[:1] == (0,)


@pytest.mark.req("OFF-DB-07", "MSS/va1.25")
def test_received_documents_are_backed_up_verified_and_brought_back(run: Any, folder: Path, tmp_path: Path) -> None:  # noqa: ANN401
    services = open_services(folder)
    done = services.inbox.receive(received_files.report(), Origin.FILE, ACTOR, name="biologie.xml")
    assert isinstance(done, Done)
    services.close()
    said = run("verify")[1]
    assert (said["received"], said["copies"], said["orphan_copies"]) == ("ok", "ok", 0)
    made = run("backup", str(tmp_path / "usb"))[1]
    sha256 = done.value.new[0].sha256
    (folder / "blobs" / sha256[:2] / sha256[2:]).write_bytes(b"rot")
    code, said, err = run("verify")
    assert (code, said["database"], said["received"]) == (3, "ok", "bad")
    assert "Documents reçus à retrouver" in err
    assert run("restore", made["file"])[1]["missing_copies"] == []
    assert run("verify")[:1] == (0,)
