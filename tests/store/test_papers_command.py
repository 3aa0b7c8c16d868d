"""Does `galien papers` list and destroy copies, and does an open Galien destroy them each day by itself?"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import stat
from typing import TYPE_CHECKING

import copy_files
import pytest

from app import bootstrap
from app.cli import frame, main
from app.demo_people import PIN, give_pins
from app.kernel.clock import FixedClock
from app.kernel.outcome import Done
from app.officine.staff.model import Role
from app.officine.staff.service import actor_of

if TYPE_CHECKING:
    from pathlib import Path

    from app.bootstrap import Services
    from app.officine.papers.model import Paper

NOW = dt.datetime.now(dt.UTC)
SECRET = "ADRTROIS-TITRE-0123456789"
LONG = dt.timedelta(days=5 * 366 + 1)
pytestmark = pytest.mark.req("INS-COPIE")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration's folder, closed; never changed."""
    root = tmp_path_factory.mktemp("demo") / "data"
    bootstrap.create_demo(root, clock=FixedClock(NOW)).close()
    return root


@pytest.fixture
def root(demo: Path, tmp_path: Path) -> Path:
    """A demonstration of the test's own."""
    return shutil.copytree(demo, tmp_path / "data")


def opened(root: Path, clock: FixedClock | None = None) -> Services:
    return bootstrap.open_services(root, clock=clock or FixedClock(NOW))


def keep(services: Services) -> Paper:
    actor = services.system_actor
    services.papers.set_enabled(actor, enabled=True)
    patient = services.patients.search("pat t")[0]
    outcome = services.papers.add(patient.id, None, copy_files.pdf((SECRET,)), actor)
    assert isinstance(outcome, Done)
    return outcome.value


@pytest.fixture
def kept(root: Path) -> Paper:
    """A copy in the folder, made by a Galien that is closed."""
    services = opened(root)
    paper = keep(services)
    services.close()
    return paper


def test_the_technician_lists_copies_without_a_name_and_sees_what_would_be_destroyed(
    root: Path, kept: Paper, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["papers", "list", "--json", "--data", str(root)]) == frame.DONE
    said = json.loads(capsys.readouterr().out)
    assert said["enabled"] is True
    assert [one["id"] for one in said["papers"]] == [kept.id]
    assert set(said["papers"][0]) == {"id", "patient", "copied_at", "due_on", "pages", "size", "held"}
    assert main(["papers", "purge", "--dry-run", "--data", str(root)]) == frame.DONE
    assert "0 copie à détruire" in capsys.readouterr().out.replace("\u00a0", " ")


def test_scenario_51_a_copy_is_encrypted_on_disk_and_gone_after_five_years_and_a_day(root: Path, kept: Paper) -> None:
    def stored() -> bytes:
        return b"\n".join(file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file())

    assert kept.token.encode() in stored()
    assert SECRET.encode() not in stored()
    files = sorted((root / "papers").iterdir())
    assert [file.suffix for file in files] == [".bin", ".key"]
    key, content = files[1].read_bytes(), files[0].read_bytes()
    if os.name == "posix":
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE((root / "papers").stat().st_mode) == 0o700
    clock = FixedClock(NOW)
    services = opened(root, clock)
    patient = services.patients.get(kept.patient_id)
    # The demonstration delivered to this patient: the copy ends five years after the later of both.
    clock.advance(LONG)
    services.go_live()
    assert services._daily_purge is not None
    services._daily_purge.look()
    assert services.papers.of(kept.patient_id) == []
    assert services.patients.get(kept.patient_id) == patient
    assert list((root / "papers").iterdir()) == []
    made = services.back_up_into(root / "elsewhere")
    assert made.untraced is None
    services.close()
    assert key not in stored()
    assert content[:64] not in stored()


def test_a_backup_of_an_open_galien_holds_no_copy(root: Path, tmp_path: Path) -> None:
    services = opened(root)
    keep(services)
    services.back_up_into(tmp_path / "usb")
    contents = [file.read_bytes() for file in (root / "papers").iterdir()]
    services.close()
    saved = [file for file in (tmp_path / "usb").rglob("*") if file.is_file()]
    assert saved
    assert not any(content[:48] in file.read_bytes() for content in contents for file in saved)
    assert not [file for file in saved if "papers" in file.parts]


def test_the_trace_says_who_saw_a_copy_and_nothing_of_it_reaches_the_technical_log(root: Path) -> None:
    services = opened(root)
    paper = keep(services)
    give_pins(services)
    adjoint = next(one for one in services.staff.members() if one.role is Role.ASSISTANT)
    outcome = services.papers.look(paper.id, PIN, actor_of(adjoint, services.settings.station))
    assert isinstance(outcome, Done)
    assert SECRET not in repr(outcome)
    assert paper.token not in repr(outcome)
    services.close()
    logs = b"".join(file.read_bytes() for file in (root / "logs").rglob("*") if file.is_file())
    assert paper.token.encode() not in logs
    assert SECRET.encode() not in logs
