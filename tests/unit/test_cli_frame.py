"""Does the command line keep its contract: exit codes, one JSON value, French messages, no stack trace?"""

from __future__ import annotations

import errno
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app import cli
from app.cli import frame
from app.kernel.errors import DiskFull, FileUnusable, InputDefect, RemoteFailure
from app.kernel.mode import Mode
from app.kernel.money import Money
from app.kernel.text import unbroken

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.cli.frame import Output

    Run = Callable[[object, Output], int]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Run], None]:
    """Put a command named ``trial`` in the table; it takes a text."""

    def register(run: Run, *, free_text: bool = False) -> None:
        def configure(parser: frame.CommandParser) -> None:
            parser.free_text = free_text
            parser.add_argument("text", nargs="?")
            parser.add_argument("--limit", type=int)

        trial = frame.Command("trial", "Essai.", configure, run)
        monkeypatch.setattr(cli, "command_named", lambda name: {"trial": trial}[name])

    return register


def printed(line: str) -> str:
    """Return a line as it is printed: its code, then French whose signs stay with their words."""
    code, colon, text = line.partition(" : ")
    return code + colon + unbroken(text)


def raising(error: Exception) -> Run:
    def run(args: object, out: Output) -> int:
        raise error

    return run


FAILURES = {
    "refused": (InputDefect("Le fichier est vide."), 3, "GAL-FIC-00 : Le fichier est vide."),
    "disk full": (DiskFull("Le disque est plein."), 4, "GAL-ENV-01 : Le disque est plein."),
    "remote": (RemoteFailure("Pas de réponse."), 5, "GAL-DIS-00 : Pas de réponse."),
    "no room for a write": (OSError(errno.ENOSPC, "No space left"), 4, "GAL-ENV-01 : Le disque est plein."),
    "absent file": (FileNotFoundError(errno.ENOENT, "x", "a.txt"), 4, "GAL-ENV-06 : « a.txt » : ce fichier"),
    "bug": (KeyError("MARTIN Jeanne"), 70, "GAL-BUG-00 : Galien a rencontré une erreur imprévue (KeyError)."),
}


@pytest.mark.req("OFF-CLI-01")
@pytest.mark.parametrize(("error", "code", "first"), FAILURES.values(), ids=FAILURES)
def test_each_failure_has_its_code_and_one_first_line(
    command: Callable[[Run], None],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    error: Exception,
    code: int,
    first: str,
) -> None:
    command(raising(error))
    assert cli.main(["trial", "--data", str(tmp_path)]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[0].startswith(printed(first))
    assert "Traceback" not in said.err


@pytest.mark.req("OFF-CLI-01")
@pytest.mark.parametrize(("error", "code", "first"), FAILURES.values(), ids=FAILURES)
def test_a_failure_under_json_is_one_value_with_its_finding(
    command: Callable[[Run], None],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    error: Exception,
    code: int,
    first: str,
) -> None:
    command(raising(error))
    assert cli.main(["trial", "--json", "--data", str(tmp_path)]) == code
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert first.startswith(finding["code"])
    assert finding["severity"] == "error"


def test_a_refusal_that_printed_its_result_prints_nothing_else(
    command: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def run(args: object, out: Output) -> int:
        out.line("pour une personne")
        out.result({"amount": Money(1234), "path": Path("/x")})
        return frame.REFUSED

    command(run)
    assert cli.main(["trial", "--json"]) == 3
    assert json.loads(capsys.readouterr().out) == {"amount": 1234, "path": "/x"}


def test_a_command_without_result_still_prints_one_value_under_json(
    command: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    command(lambda args, out: 0)
    assert cli.main(["trial", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) is None


@pytest.mark.req("OFF-CLI-02")
def test_a_crash_report_names_no_value(
    command: Callable[[Run], None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command(raising(ValueError("185057800608491 MARTIN Jeanne")))
    assert cli.main(["trial", "MARTIN", "--data", str(tmp_path)]) == 70
    (report,) = (tmp_path / "logs").glob("crash-*.txt")
    text = report.read_text(encoding="utf-8")
    assert "builtins.ValueError" in text
    assert "tests/unit/test_cli_frame.py" in text
    assert "MARTIN" not in text + capsys.readouterr().err
    assert "185057800608491" not in text


USAGES = {
    "unknown command": (["frobnicate"], "la commande « frobnicate » n’existe pas"),
    "missing argument": (["trial", "a", "b"], "arguments inconnus : …"),
    "wrong number": (["trial", "--limit", "dix"], "--limit : la valeur donnée ne convient pas"),
    "option without value": (["trial", "--limit"], "--limit attend une valeur"),
    "data without folder": (["trial", "--data"], "l’option --data attend une valeur"),
    "unknown mode": (["trial", "--mode", "x"], "« x » n’est pas un mode : demo, training, production"),
    "unknown option": (["trial", "--frob"], "arguments inconnus : --frob"),
}


@pytest.mark.parametrize(("words", "french"), USAGES.values(), ids=USAGES)
def test_a_wrong_command_line_is_told_in_french_with_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], french: str
) -> None:
    def configure(parser: frame.CommandParser) -> None:
        parser.add_argument("text", nargs="?")
        parser.add_argument("--limit", type=int)

    trial = frame.Command("trial", "Essai.", configure, lambda args, out: 0)
    genuine = cli.command_named
    monkeypatch.setattr(cli, "command_named", lambda name: trial if name == "trial" else genuine(name))
    assert cli.main(words) == 2
    assert capsys.readouterr().err.splitlines()[0] == printed(f"GAL-USE-01 : {french}")


def test_common_options_stand_anywhere_before_the_double_dash() -> None:
    common, rest = frame.split_common(["--data=/d", "trial", "--json", "x", "--mode", "production", "--", "--json"])
    assert (common.data, common.json, common.mode) == (Path("/d"), True, Mode.PRODUCTION)
    assert rest == ["trial", "x", "--", "--json"]


@pytest.mark.parametrize("text", ["-x", "--frob", "-12", "a b", "", "é", "'; DROP TABLE x; --"])
def test_free_text_may_be_anything(capsys: pytest.CaptureFixture[str], text: str) -> None:
    parser = frame.CommandParser(free_text=True)
    parser.add_argument("text")
    parser.add_argument("--limit", type=int)
    assert parser.parse_args([text, "--limit", "3"]).text == text


def test_a_text_or_a_file_may_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def give(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))

    give(b"IS01\xc3\xa9\n")
    assert frame.text_argument("-") == "IS01é"
    give(b'{"date": "2026-03-02"}')
    assert frame.json_argument("-") == {"date": "2026-03-02"}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000])
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "case.json"
    file.write_bytes(content)
    with pytest.raises(InputDefect):
        frame.json_argument(str(file))


def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="un dossier est à la place du fichier"):
        frame.json_argument(str(tmp_path))


def galien(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "app.cli", *words]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, **options)


def test_the_version_is_one_line() -> None:
    done = galien("--version")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert done.stdout.startswith("galien ")


def test_help_lists_each_command_that_is_there_and_explains_it() -> None:
    listed = json.loads(galien("help", "--json").stdout)["commands"]
    assert {"help", "doctor"} <= listed.keys()
    for name in listed:
        done = galien("help", name)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"Usage\u00a0: galien {name}")


def test_the_readme_names_each_command_that_is_there_and_no_other() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## The commands")[2].partition("Exit codes")[0]
    named = set(re.findall(r"`galien ([a-z]+)", table))
    listed = {name for name, topic in cli.TOPICS.items() if cli.is_there(topic)}
    assert listed <= named <= cli.TOPICS.keys()


def test_a_reader_that_goes_away_is_no_error_to_shout_about() -> None:
    command = f"'{sys.executable}' -P -m app.cli help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, encoding="utf-8", check=False)
    assert done.stderr == ""


def test_an_argument_that_is_no_text_is_refused_in_good_order() -> None:
    done = subprocess.run([sys.executable, "-P", "-m", "app.cli", b"\xff\xfe"], capture_output=True, check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_the_start_of_a_command_imports_nothing_heavy() -> None:
    code = "import sys, app.cli; app.cli.main(['help']); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, encoding="utf-8", check=True)
    loaded = {name.partition(".")[0].strip("[' ") for name in done.stderr.split(",")}
    assert not loaded & {"PySide6", "sqlalchemy", "alembic", "reportlab", "pypdfium2", "zxingcpp", "PIL", "psycopg"}
