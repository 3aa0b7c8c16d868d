"""The technician keeps keys and certificates from the command line, where no value is an argument and none is shown."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

import keyring
import p12_files
import pytest
from key_places import TrialKeyring

from app import bootstrap, cli
from app.kernel.mode import Mode
from app.keys import passphrase as passphrase_module
from app.keys import system

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., tuple[int, Any, str]]

WORDS = "cinq mots tirés au hasard"
PASSWORD = "mot-de-passe-du-p12"

pytestmark = pytest.mark.req("OFF-SECRET")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[TrialKeyring]:
    """The keyring of this machine."""
    monkeypatch.setitem(system.ACCEPTED, TrialKeyring.__module__, "trousseau d’essai")
    monkeypatch.setattr(passphrase_module, "_N", 2**10)
    before, made = keyring.get_keyring(), TrialKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The data folder of a real officine, not opened yet."""
    bootstrap.create_folder(tmp_path / "officine", Mode.PRODUCTION)
    return tmp_path / "officine"


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``galien secrets`` with these words, and these lines on standard input."""

    def called(*words: str, typed: str = "", folder: Path = root) -> tuple[int, Any, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        capsys.readouterr()
        code = cli.main(["secrets", *words, "--data", str(folder), "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out), said.err

    return called


@pytest.fixture
def p12(tmp_path: Path) -> Path:
    key = p12_files.new_key()
    face = p12_files.certificate(key, dt.datetime.now(dt.UTC) - p12_files.DAY, 400)
    file = tmp_path / "officine.p12"
    file.write_bytes(p12_files.p12(PASSWORD, key, face))
    return file


def test_a_workstation_with_a_keyring_has_its_key_from_the_first_opening(ring: TrialKeyring, run: Run) -> None:
    code, told, _ = run("state")
    assert code == 0
    assert (told["place"], told["clear"], told["failure"]) == ("trousseau d’essai", False, None)
    assert [one["ours"] for one in told["stations"]] == [True]
    assert len(ring.kept) == 1
    (key_id,) = (one["id"] for one in told["stations"])
    assert run("rotate")[0] == 0
    assert run("state")[1]["stations"][0]["id"] != key_id


def test_a_headless_server_works_without_secrets_until_a_passphrase_is_chosen(run: Run, root: Path) -> None:
    code, told, said = run("state")
    assert (code, told["failure"]) == (4, "GAL-CLE-04")
    assert not (root / "keys").exists()
    code, told, said = run("begin")
    assert code == 4
    assert said.startswith("GAL-CLE-03")
    assert "phrase de passe" in said


def test_a_passphrase_is_asked_at_each_command_and_written_nowhere(ring: TrialKeyring, run: Run, root: Path) -> None:
    ring.is_locked = True
    assert run("begin", "--passphrase", typed="trop courte\n")[0] == 4
    code, told, _ = run("begin", "--passphrase", typed=WORDS + "\n")
    assert (code, told["failure"]) == (0, None)
    assert run("state", typed=WORDS + "\n")[1]["failure"] is None
    assert run("state", typed="cinq mots tirés au hasarD\n")[1]["failure"] == "GAL-CLE-14"
    written = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
    assert WORDS.encode() not in written


def test_a_key_that_is_in_the_keyring_is_not_left_for_a_passphrase_by_mistake(ring: TrialKeyring, run: Run) -> None:
    run("state")
    code, told, _ = run("begin", "--passphrase", typed=WORDS + "\n")
    assert (code, told["findings"][0]["code"]) == (3, "GAL-CLE-17")
    assert run("state")[1]["failure"] is None


def test_a_simulation_takes_no_passphrase(run: Run, tmp_path: Path) -> None:
    bootstrap.create_folder(tmp_path / "demo", Mode.DEMO)
    code, told, _ = run("begin", "--passphrase", typed=WORDS + "\n", folder=tmp_path / "demo")
    assert (code, told["findings"][0]["code"]) == (3, "GAL-CLE-16")
    code, told, _ = run("state", folder=tmp_path / "demo")
    assert (code, told["clear"]) == (0, True)


def test_a_p12_comes_in_with_its_password_on_standard_input(
    ring: TrialKeyring, run: Run, p12: Path, root: Path
) -> None:
    code, told, said = run("import-p12", str(p12), "authentification", typed=PASSWORD + "\n")
    assert (code, told["usage"]) == (0, "authentification")
    assert PASSWORD not in said + json.dumps(told)
    assert run("certificates")[1][0]["sha256"] == told["sha256"]
    code, told, _ = run("import-p12", str(p12), "authentification", typed="un autre\n")
    assert (code, told["findings"][0]["code"]) == (3, "GAL-CLE-21")
    assert run("import-p12", str(root / "absent.p12"), "cachet", typed="x\n")[0] == 4


@pytest.mark.parametrize(
    "words",
    [["import-p12", "f.p12", "cachet", PASSWORD], ["import-p12", "f.p12", "cachet", "--password", PASSWORD],
     ["import-p12", "f.p12", "cachet", f"--password={PASSWORD}"], ["enrol", PASSWORD], [PASSWORD]],
)  # fmt: skip
def test_a_secret_given_as_an_argument_is_refused_and_not_repeated(run: Run, words: list[str]) -> None:
    code, told, said = run(*words)
    assert code == 2
    assert PASSWORD not in said + json.dumps(told)


def test_a_restored_backup_opens_nothing_until_the_code_of_the_safe_is_typed(
    ring: TrialKeyring, run: Run, root: Path, p12: Path, tmp_path: Path
) -> None:
    run("import-p12", str(p12), "cachet", typed=PASSWORD + "\n")
    recovery = run("recovery")[1]["code"]
    key = next(iter(ring.kept.values()))
    cli.main(["backup", str(tmp_path / "saves"), "--data", str(root)])
    (file,) = (tmp_path / "saves").glob("*.galien")
    assert key.encode() not in file.read_bytes()
    rebuilt = tmp_path / "rebuilt"
    ring.kept.clear()
    assert cli.main(["restore", str(file), "--data", str(rebuilt)]) == 0
    code, told, said = run("state", folder=rebuilt)
    assert (code, told["failure"], told["unreadable"]) == (4, "GAL-CLE-05", ["certificate:cachet"])
    assert "enrol" in said
    assert run("enrol", typed="0000\n", folder=rebuilt)[0] == 3
    assert run("enrol", typed=recovery + "\n", folder=rebuilt)[0] == 0
    assert run("state", folder=rebuilt)[1]["unreadable"] == []


def test_a_key_lost_for_good_is_abandoned_on_purpose_only(ring: TrialKeyring, run: Run, root: Path) -> None:
    run("state")
    ring.kept.clear()
    assert run("renew")[0] == 4
    assert run("renew", "--abandon")[0] == 0
    assert run("state")[1]["failure"] is None


def test_the_diagnosis_tells_how_the_secrets_stand(
    ring: TrialKeyring, run: Run, root: Path, p12: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told() -> dict[str, str]:
        capsys.readouterr()
        cli.main(["doctor", "--data", str(root), "--json"])
        probes = json.loads(capsys.readouterr().out)["probes"]
        return next(probe for probe in probes if probe["name"] == "secrets")

    run("state")
    assert told()["status"] == "ok"
    run("import-p12", str(p12), "cachet", typed=PASSWORD + "\n")
    assert (told()["status"], "code de secours" in told()["detail"]) == ("warn", True)
    run("recovery")
    assert told()["status"] == "ok"
    ring.is_locked = True
    assert (told()["status"], "verrouillé" in told()["detail"]) == ("warn", True)
    ring.is_locked = False
    ring.kept.clear()
    assert told()["status"] == "fail"
    shutil.rmtree(root)
