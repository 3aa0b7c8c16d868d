"""The technician opens the first account, sees the accounts and lets in again who lost everything, without a screen."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app import cli
from app.bootstrap import create_demo, open_services
from app.kernel.mode import Mode
from app.kernel.outcome import Done
from app.officine.staff.session import Duty
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "cheval agrafe pile orage"
OTHER = "violon brique tempête sel"


class Stdin(io.TextIOWrapper):
    """Standard input that is no terminal."""

    def __init__(self, raw: bytes) -> None:
        """Hold what is read."""
        super().__init__(io.BytesIO(raw), encoding="utf-8")


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """Run a command with ``--json`` on a folder; return its exit code, its JSON and its messages."""

    def called(*words: str, said: str | bytes = "", folder: str = "données") -> tuple[int, Any, str]:
        capsys.readouterr()
        monkeypatch.setattr("sys.stdin", Stdin(said if isinstance(said, bytes) else said.encode()))
        code = cli.main([*words, "--data", str(tmp_path / folder), "--json"])
        told = capsys.readouterr()
        return code, json.loads(told.out), told.err

    return called


@pytest.mark.req("OFF-SSI-01")
def test_the_first_titulaire_is_opened_on_a_production_folder_and_once_only(run: Any, tmp_path: Path) -> None:  # noqa: ANN401
    assert run("init", "--mode", "production")[0] == 0
    assert run("staff", "list")[:2] == (0, [])
    typed = f"VALÉRIANE\nClaire\n\n{PASSWORD}\n"
    code, said, _ = run("staff", "first", said=typed)
    assert code == 0
    assert run("staff", "first", said=typed)[0] == 3
    code, members, _ = run("staff", "list")
    assert [(one["id"], one["role"], one["password"], one["limited"]) for one in members] == [
        (said["id"], "titulaire", True, True)
    ]
    services = open_services(tmp_path / "données")
    opened = services.sign_in.by_password(said["id"], PASSWORD)
    services.close()
    assert isinstance(opened, Done)
    assert opened.value.duties == (Duty.SECOND_FACTOR,)


@pytest.mark.parametrize(
    "typed",
    [
        b"",
        b"\n\n\n\n",
        "VALÉRIANE\nClaire\n\nmotdepasse2026\n".encode(),
        "VALÉRIANE\nClaire\n12345678901\ncheval agrafe pile orage\n".encode(),
        "VALÉRIANE\nClaire\n\ncheval\0agrafe pile orage\n".encode(),
        b"VAL\xc9RIANE\nClaire\n\ncheval agrafe pile orage\n",
        b"V" * 10_000 + b"\nClaire\n\ncheval agrafe pile orage\n",
    ],
)
def test_what_is_no_account_opens_none(run: Any, typed: bytes) -> None:  # noqa: ANN401
    code, said, _ = run("staff", "first", said=typed)
    assert code == 3
    assert said["findings"][0]["code"].startswith("GAL-PER-")
    assert run("staff", "list")[:2] == (0, [])


@pytest.mark.req("OFF-SSI-01")
def test_who_lost_everything_is_let_in_by_the_machine_and_the_trace_says_whose_session_it_was(
    run: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    said = run("staff", "first", said=f"VALÉRIANE\nClaire\n\n{PASSWORD}\n")[1]
    assert run("staff", "reset", "4711", said=OTHER)[0] == 3
    assert run("staff", "reset", str(said["id"]), said="azerty\n")[0] == 3
    assert run("staff", "reset", str(said["id"]), said=OTHER + "\n")[0] == 0
    assert run("staff", "unlock", str(said["id"]))[0] == 0
    services = open_services(tmp_path / "données")
    opened = services.sign_in.by_password(said["id"], OTHER)
    with services.db.read() as session:
        rows = list(session.scalars(select(AuditRow).where(AuditRow.action == "staff.reset")))
        told = " ".join(session.scalars(select(AuditRow.details)))
    services.close()
    assert isinstance(opened, Done)
    assert opened.value.duties == (Duty.NEW_PASSWORD, Duty.SECOND_FACTOR)
    assert [row.actor_name.split(" (")[0] for row in rows] == ["Technicien"]
    assert OTHER not in told


def test_the_enrolment_of_a_student_is_noted_by_its_day(run: Any, tmp_path: Path) -> None:  # noqa: ANN401
    create_demo(tmp_path / "démo", mode=Mode.DEMO).close()
    members = run("staff", "list", folder="démo")[1]
    student = next(one["id"] for one in members if one["role"] == "etudiant")
    holder = next(one["id"] for one in members if one["role"] == "titulaire")
    assert run("staff", "certificate", str(student), "2027-09-30", folder="démo")[:2] == (
        0,
        {"id": student, "until": "2027-09-30"},
    )
    listed = run("staff", "list", folder="démo")[1]
    assert [one["student_until"] for one in listed if one["id"] == student] == ["2027-09-30"]
    assert run("staff", "certificate", str(holder), "2027-09-30", folder="démo")[0] == 3
    assert cli.main(["staff", "certificate", str(student), "30/09/2027", "--json"]) == 2


def test_a_password_is_no_argument(run: Any, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401
    assert cli.main(["staff", "reset", "1", PASSWORD, "--json"]) == 2
    assert cli.main(["staff", "first", "--password", PASSWORD, "--json"]) == 2


def test_the_team_of_the_demonstration_is_listed(run: Any, tmp_path: Path) -> None:  # noqa: ANN401
    create_demo(tmp_path / "démo", mode=Mode.DEMO).close()
    code, members, _ = run("staff", "list", folder="démo")
    assert code == 0
    assert {"titulaire", "preparateur"} <= {one["role"] for one in members}
