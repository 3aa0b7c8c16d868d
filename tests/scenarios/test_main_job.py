"""Does the main job go from one end to the other, and can every value be read back?"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import bootstrap
from app.play import STEPS

_ROOT = Path(__file__).resolve().parents[2]


def galien(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False, encoding="utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], str]:
    """A demonstration played once: its folder, its result, and all that it printed."""
    root = tmp_path_factory.mktemp("dossier à l’essai") / "données"
    done = galien("demo", "--headless", "--data", str(root))
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("RESULT ")
    return root, json.loads(last.removeprefix("RESULT ")), done.stdout


@pytest.mark.req("OFF-SCOPE-01")
def test_every_step_is_told_done_or_absent(demo: tuple[Path, dict[str, Any], str]) -> None:
    _, result, _ = demo
    assert [step["name"] for step in result["steps"]] == list(STEPS)
    done = {step["name"] for step in result["steps"] if step["status"] == "done"}
    assert done == {
        "patient_card", "scan", "checks", "price", "delivery", "ordonnancier", "stock", "vaccination_note", "bilan",
    }  # fmt: skip
    assert {step["status"] for step in result["steps"]} == {"done", "absent"}


@pytest.mark.req("OFF-SCOPE-03")
def test_the_registers_agree_with_what_was_told(demo: tuple[Path, dict[str, Any], str]) -> None:
    root, result, _ = demo
    services = bootstrap.open_services(root)
    try:
        delivery = services.counter.delivery(result["delivery"])
        assert delivery is not None
        totals = delivery.totals
        told = [result[name] for name in ("amount", "amo", "amc", "patient")]
        assert [totals.amount.cents, totals.amo.cents, totals.amc.cents, totals.patient.cents] == told
        assert result["amo"] + result["amc"] + result["patient"] == result["amount"]
        entries = [entry for entry in services.counter.ordonnancier(limit=10_000) if entry.delivery == delivery.number]
        assert [entry.number for entry in entries] == result["ordonnancier"]
        assert services.stock.discrepancies() == []
    finally:
        services.close()
    verified = galien("verify", "--json", "--data", str(root))
    assert (verified.returncode, json.loads(verified.stdout)["ordonnancier"]) == (0, "ok")


@pytest.mark.req("OFF-SIM-02")
def test_what_is_printed_is_marked_as_simulated(demo: tuple[Path, dict[str, Any], str]) -> None:
    import pypdfium2  # noqa: PLC0415 -- heavy: only this test reads a PDF

    _, result, printed = demo
    assert printed.startswith("SIMULATION")
    document = pypdfium2.PdfDocument(result["ticket"])
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "SIMULATION" in text
    assert f"Ticket n° {result['delivery']}" in text.replace("\u00a0", " ")


@pytest.mark.req("SC.DOC.02")
@pytest.mark.req("SC.DOC.06.LGO")
def test_the_documents_are_read_back_with_the_command(demo: tuple[Path, dict[str, Any], str]) -> None:
    _, result, _ = demo
    read = [json.loads(galien("docs", "read", path, "--json").stdout) for path in result["documents"]]
    note, bilan = read
    assert (note["body"], bilan["body"]) == ("structured", "pdf")
    (vaccine,) = note["vaccinations"]
    assert (vaccine["cip13"], vaccine["lot"]) == ("3400936773875", "DEMO")
    assert "matricule" not in {name for name, value in note["patient"].items() if value}
    assert bilan["patient"]["matricule"] == "279035121518989"
    assert not any(finding["severity"] == "error" for one in read for finding in one["findings"])


@pytest.mark.req("OFF-DB-07")
def test_the_octets_of_the_documents_are_verified_backed_up_and_brought_back(
    demo: tuple[Path, dict[str, Any], str], tmp_path: Path
) -> None:
    root = Path(shutil.copytree(demo[0], tmp_path / "demo"))
    told = json.loads(galien("verify", "--json", "--data", str(root)).stdout)
    assert (told["documents"], told["bad_documents"], told["orphan_copies"]) == ("ok", [], 0)
    made = json.loads(galien("backup", str(tmp_path / "usb"), "--json", "--data", str(root)).stdout)
    octets = sorted(file for file in (root / "blobs").glob("??/*") if file.is_file())
    assert made["copies"] == {"kept": len(octets), "written": len(octets), "unreadable": []}
    lost, spoilt, *others = _octets_of_care(root)
    assert len(others) == 2
    lost.unlink()
    spoilt.write_bytes(b"rot")
    verified = galien("verify", "--json", "--data", str(root))
    told = json.loads(verified.stdout)
    assert (verified.returncode, told["database"], told["documents"], told["copies"]) == (3, "ok", "bad", "ok")
    assert {bad["sha256"]: bad["damaged"] for bad in told["bad_documents"]} == {
        lost.parent.name + lost.name: False,
        spoilt.parent.name + spoilt.name: True,
    }
    assert "document n° " in verified.stderr.replace("\u00a0", " ")
    assert galien("restore", made["file"], "--data", str(root)).returncode == 0
    assert galien("verify", "--data", str(root)).returncode == 0


def _octets_of_care(root: Path) -> list[Path]:
    """Return the files of the two documents that the pharmacist wrote; those received are kept beside them."""
    with contextlib.closing(sqlite3.connect(root / "galien.sqlite")) as base:
        found = base.execute("SELECT cda_sha256, pdf_sha256 FROM care_document ORDER BY id").fetchall()
    return [root / "blobs" / name[:2] / name[2:] for pair in found for name in pair]


def test_a_second_play_delivers_again(demo: tuple[Path, dict[str, Any], str]) -> None:
    root, result, _ = demo
    again = galien("demo", "--headless", "--data", str(root), "--json")
    told = json.loads(again.stdout)
    assert told["delivery"] == result["delivery"] + 1
    assert told["ordonnancier"][0] > result["ordonnancier"][-1]


@pytest.mark.req("OFF-SIM-01")
def test_the_mode_of_a_folder_is_chosen_once(tmp_path: Path) -> None:
    root = tmp_path / "production"
    made = galien("init", "--mode", "production", "--data", str(root), "--json")
    assert (made.returncode, json.loads(made.stdout)["mode"]) == (0, "production")
    again = galien("init", "--data", str(root))
    assert (again.returncode, again.stderr.startswith("GAL-FIC-02")) == (3, True)
    refused = galien("demo", "--headless", "--data", str(root))
    assert refused.returncode == 3
    services = bootstrap.open_services(root)
    try:
        assert (services.mode.banner, services.staff.members(), services.catalog.version()) == ("", [], None)
    finally:
        services.close()


@pytest.mark.req("OFF-SIM-01")
def test_a_workstation_never_opens_the_base_of_another_mode(tmp_path: Path) -> None:
    assert galien("init", "--mode", "production", "--data", str(tmp_path)).returncode == 0
    settings = tmp_path / "settings.json"
    settings.write_text(settings.read_text(encoding="utf-8").replace("production", "demo"), encoding="utf-8")
    refused = galien("catalog", "search", "doliprane", "--data", str(tmp_path), "--json")
    assert (refused.returncode, refused.stderr.startswith("GAL-FIC-04")) == (3, True)


@pytest.mark.req("OFF-SIM-01")
@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://galien@db.officine.example/galien",
        "postgresql+psycopg://galien@/galien?host=192.0.2.7",
        "postgresql+psycopg://galien@localhost/galien?hostaddr=192.0.2.7",
    ],
)
def test_a_simulation_uses_no_distant_database(tmp_path: Path, url: str) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"mode": "demo", "database_url": url}), encoding="utf-8")
    refused = galien("catalog", "search", "x", "--data", str(tmp_path))
    assert (refused.returncode, refused.stderr.startswith("GAL-FIC-03")) == (3, True)
