"""Does the launcher set up what is missing, once and whole, and say exactly what it can't do itself?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import galien

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-cards.lock")
TOOLS = ("cat", "cmp", "cp", "dirname", "id", "readlink", "sh", "uname")

pytestmark = [
    pytest.mark.req("OFF-SETUP-01"),
    pytest.mark.skipif(os.name == "nt", reason="the shell script is for Linux"),
]


# --- The locks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_exact_versions_with_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|@ |--(?!hash=)\w|\b[\w-]+\.(?:com|org|io|net|dev|fr)\b", text)
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9][a-z0-9.-]*==\S+", entry), entry
        assert "--hash=sha256:" in entry


def test_the_lock_covers_what_the_project_asks_for() -> None:
    locked = set(
        re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[\[<>=!]", line)[0].lower() for line in project["dependencies"]}
    assert asked <= locked


def test_qt_stays_below_the_release_that_aborts() -> None:
    (version,) = re.findall(r"^pyside6-essentials==(\d+)\.(\d+)", (ROOT / LOCKS[0]).read_text("utf-8"), re.MULTILINE)
    assert tuple(map(int, version)) < (6, 12)


# --- The shell script -------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a folder with a space and accents, its environment a stand-in that prints its arguments."""
    root = tmp_path / "Pharmacie de l’été"
    (root / ".venv/bin").mkdir(parents=True)
    for name in ("galien", "galien.py", "requirements.lock"):
        shutil.copy(ROOT / name, root)
    script(root / ".venv/bin/python", 'printf "program"; printf "[%s]" "$@"; echo "$QT_QPA_PLATFORM"')
    stamped(root)
    return root


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of programs for PATH: what any Debian has, a Python that prints what it is asked, no apt."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def stamped(root: Path) -> None:
    content = (root / "galien.py").read_bytes() + (root / "requirements.lock").read_bytes()
    (root / ".venv/galien-installed").write_bytes(content)


def launch(root: Path, tools: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {"PATH": str(tools), "HOME": "/nowhere", **environment}
    command = [str(root / "galien"), *words]
    return subprocess.run(command, env=plain, cwd="/", capture_output=True, encoding="utf-8", check=False)


def test_a_machine_that_is_ready_runs_the_program_at_once(checkout: Path, tools: Path) -> None:
    done = launch(checkout, tools, "scan", "a b", "-")
    assert done.stdout == "program[-P][-m][app.cli][scan][a b][-]offscreen\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_it_is_found_through_a_link(checkout: Path, tools: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/galien").symlink_to(checkout / "galien")
    assert launch(tmp_path / "elsewhere", tools, "help").stdout.startswith("program")


NOT_READY: dict[str, Callable[[Path], object]] = {
    "new lock": lambda root: (root / "requirements.lock").write_text("other==1\n", encoding="utf-8"),
    "no stamp": lambda root: (root / ".venv/galien-installed").unlink(),
    "cut stamp": lambda root: os.truncate(root / ".venv/galien-installed", 100),
    "Python gone": lambda root: (root / ".venv/bin/python").unlink(),
}


@pytest.mark.parametrize("spoil", NOT_READY.values(), ids=NOT_READY)
def test_what_is_not_whole_goes_through_the_set_up(
    checkout: Path, tools: Path, spoil: Callable[[Path], object]
) -> None:
    script(tools / "python3", 'case "$1" in -c) exit 0 ;; esac; echo "set-up"; printf "[%s]" "$@"')
    spoil(checkout)
    done = launch(checkout, tools, "help")
    assert done.stdout == f"set-up\n[{checkout}/galien.py][help]"


@pytest.mark.parametrize(("words", "goes_through"), [((), True), (("demo",), True), (("scan", "x"), False)])
def test_a_first_window_on_a_display_has_its_libraries_checked(
    checkout: Path, tools: Path, words: tuple[str, ...], goes_through: bool
) -> None:
    script(tools / "python3", 'case "$1" in -c) exit 0 ;; esac; echo "set-up"')
    assert launch(checkout, tools, *words, DISPLAY=":1").stdout.startswith("set-up") is goes_through
    (checkout / ".venv/galien-display").touch()
    assert launch(checkout, tools, *words, DISPLAY=":1").stdout.startswith("program")


def test_without_python_nor_apt_it_prints_the_line_to_run(checkout: Path, tools: Path) -> None:
    (checkout / ".venv/galien-installed").unlink()
    script(tools / "python3.13", "exit 1")
    done = launch(checkout, tools, "scan", "--json", "-")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("GAL-MEP-01 : Python 3.11 ou plus récent n’a pas été trouvé.\n")
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends python3 python3-venv" in done.stderr


# --- The set-up itself ------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the set-up to work in; what it would run is recorded in ``runs`` beside."""
    venv = tmp_path / ".venv"
    for name in ("INSTALLED", "TESTS_INSTALLED", "DISPLAY_READY", "UNFINISHED"):
        monkeypatch.setattr(galien, name, venv / getattr(galien, name).name)
    monkeypatch.setattr(galien, "ROOT", tmp_path)
    monkeypatch.setattr(galien, "VENV", venv)
    monkeypatch.setattr(galien, "PYTHON", venv / "bin/python")
    monkeypatch.setattr(galien, "LOG", tmp_path / "setup.log")
    monkeypatch.setattr(galien, "LOCK", tmp_path / "setup.lock")
    monkeypatch.setattr(galien.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(galien, "require_libraries", lambda needed: None)
    monkeypatch.setattr(galien, "try_cards", lambda: None)
    monkeypatch.setattr(galien, "write_entry_point", lambda: None)
    return tmp_path


def pretend(monkeypatch: pytest.MonkeyPatch, *, fails: str = "") -> list[str]:
    """Replace the programs that the set-up runs; those whose command holds ``fails`` fail. Return what was run."""
    runs: list[str] = []

    def logged(command: Sequence[str]) -> int:
        line = " ".join(command)
        runs.append(line)
        galien.LOG.write_text("ERROR: no route to the index\n", encoding="utf-8")
        if " -m venv " in line:
            galien.PYTHON.parent.mkdir(parents=True)
            script(galien.PYTHON, "exit 0")
        return 1 if fails and fails in line else 0

    monkeypatch.setattr(galien, "_logged", logged)
    return runs


def test_a_bare_checkout_is_set_up_and_then_left_alone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = pretend(monkeypatch)
    galien.set_up(opens_window=False)
    assert [" -m venv " in runs[0], "--require-hashes -r" in runs[1], len(runs)] == [True, True, 2]
    assert galien.is_installed()
    galien.set_up(opens_window=False)
    assert len(runs) == 2


def test_a_download_that_fails_leaves_no_stamp_and_says_where_it_stands(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = pretend(monkeypatch, fails="--require-hashes")
    with pytest.raises(galien.SetupFailure) as caught:
        galien.set_up(opens_window=False)
    assert (caught.value.code, sum("--require-hashes" in run for run in runs)) == ("GAL-MEP-03", 3)
    assert "no route to the index" in caught.value.advice
    assert not galien.is_installed()


def test_an_interrupted_set_up_begins_again_from_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, fails="--require-hashes")
    with pytest.raises(galien.SetupFailure):
        galien.set_up(opens_window=False)
    half_made = galien.VENV / "half-made"
    half_made.touch()
    pretend(monkeypatch)
    galien.set_up(opens_window=False)
    assert galien.is_installed()
    assert not half_made.exists()


def test_a_new_lock_is_installed_over_a_whole_environment(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    galien.set_up(opens_window=False)
    galien.INSTALLED.write_bytes(b"an older lock")
    runs = pretend(monkeypatch)
    galien.set_up(opens_window=False)
    assert ["--require-hashes" in run for run in runs] == [True]


def test_a_second_launcher_waits_for_the_first(place: Path) -> None:
    code = "import sys, fcntl; f = open(sys.argv[1], 'a+b'); fcntl.flock(f, 2); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(galien.LOCK)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        said: list[str] = []

        def say(text: str) -> None:
            said.append(text)
            first.kill()  # the lock of a launcher that dies is free again

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(galien, "say", say)
            with galien.alone():
                assert first.wait(timeout=10) != 0
        assert said == ["Une autre installation est en cours ; attente…"]


def test_a_checkout_that_can_not_be_written_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(galien, "LOCK", place / "absent" / "lock")
    with pytest.raises(galien.SetupFailure, match="n’est pas modifiable"), galien.alone():
        pass


def test_a_full_disk_is_told_before_anything_is_begun(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = pretend(monkeypatch)
    usage = shutil.disk_usage(place)._replace(free=1_000_000)
    monkeypatch.setattr(galien.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(galien.SetupFailure, match="il reste 1 Mo sur le disque"):
        galien.set_up(opens_window=False)
    assert runs == []


def test_a_missing_library_is_installed_or_its_line_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {"libc.so.6": "libc6", "libabsente.so.9": "libabsente9", "libabsente-x.so.9": "libabsente9"}
    asked: list[list[str]] = []
    monkeypatch.setattr(galien, "install_system", lambda packages: asked.append(packages) or True)
    galien.require_libraries(needed)
    assert asked == [["libabsente9"]]
    monkeypatch.setattr(galien, "install_system", lambda packages: False)
    with pytest.raises(galien.SetupFailure) as caught:
        galien.require_libraries(needed)
    assert "sudo apt-get install -y --no-install-recommends libabsente9\n" in caught.value.advice


def test_packages_renamed_in_2024_are_asked_for_by_their_new_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script(tmp_path / "apt-cache", 'case "$2" in libglib2.0-0t64) echo "Package: $2" ;; *) exit 100 ;; esac')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert [galien.present_name(name) for name in ("libglib2.0-0", "libgl1")] == ["libglib2.0-0t64", "libgl1"]


def test_a_failure_is_one_french_line_then_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*, opens_window: bool) -> None:
        raise galien.SetupFailure("GAL-MEP-03", "les composants n’ont pas pu être installés.", "Vérifiez la connexion.")

    monkeypatch.setattr(galien, "set_up", fail)
    assert galien.main(["catalog", "search", "x", "--json"]) == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "GAL-MEP-03 : les composants n’ont pas pu être installés.\nVérifiez la connexion.\n"


@pytest.mark.parametrize("has_cards", [False, True])
def test_the_tests_bring_the_card_service_then_build_its_library(
    has_cards: bool, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []
    (place / ".venv").mkdir()
    monkeypatch.setattr(galien, "TESTS_INSTALLED", galien.TEST_LOCK)
    monkeypatch.setattr(galien, "DISPLAY_LIBRARIES", {})
    monkeypatch.setattr(galien, "_test_programs", lambda: iter([("pcscd", False), ("xvfb", True)]))
    monkeypatch.setattr(galien, "install_system", lambda packages: done.append(list(packages)) or True)
    monkeypatch.setattr(galien, "_has_cards", lambda: has_cards)
    monkeypatch.setattr(galien, "try_cards", lambda: done.append("library"))
    galien.set_up_tests()
    assert done == ([["pcscd"]] if has_cards else [["pcscd"], "library"])


def test_what_judges_the_pdfs_is_among_the_packages_of_the_tests() -> None:
    named = {name for name, _ in galien._test_programs()}
    assert {"default-jre-headless", "libpdfbox2-java", "libfontbox2-java", "libjaxb-api-java"} <= named


def test_what_the_card_tests_need_is_among_the_packages_of_the_tests() -> None:
    assert {"pcscd", "vsmartcard-vpcd", "gcc", "libpcsclite-dev"} <= {name for name, _ in galien._test_programs()}
