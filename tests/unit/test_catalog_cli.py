"""The catalogue's commands print the shapes that are documented."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.cli import main
from tests.catalog_files import CatalogFiles, cip13

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str) -> tuple[int, Any, str]:
        code = main(["catalog", "--data", str(tmp_path / "data"), "--json", *words])
        captured = capsys.readouterr()
        return code, json.loads(captured.out) if captured.out else None, captured.err

    return call


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return CatalogFiles().write(tmp_path / "bdpm")


@pytest.mark.req("OFF-CAT-05")
def test_import_search_show_and_rollback(run: Run, source: Path) -> None:
    code, report, _ = run("import", str(source))
    assert code == 0
    counts = {key: report[key] for key in ("specialities", "presentations", "generic_groups", "rejected", "archived")}
    assert counts == {
        "specialities": 9, "presentations": 10, "generic_groups": 1, "rejected": [], "archived": 1,
    }  # fmt: skip
    assert report["source_date"] == "2026-05-18"
    code, found, _ = run("search", "amoxilab", "--limit", "1")
    assert code == 0
    assert {key: found[0][key] for key in ("cis", "cip13", "cip7", "name", "price_cents", "rate", "group", "list")} == {
        "cis": "60000002", "cip13": cip13("3000002"), "cip7": "3000002", "name": "AMOXILAB 500 mg, gélule",
        "price_cents": 255, "rate": 65, "group": "12", "list": "I",
    }  # fmt: skip
    code, shown, _ = run("show", cip13("3000004"))
    assert code == 0
    assert (shown["price_without_fee_cents"], shown["list"]) == (904, "stupefiant")
    assert shown["substances"][0]["name"] == "MORPHINE"
    assert "stupéfiants" in shown["conditions"]
    assert shown["availability"] == []
    code, status, _ = run("rollback")
    assert code == 0
    assert status["version"].startswith("demo-")


@pytest.mark.req("OFF-CAT-10")
@pytest.mark.parametrize("text", ["zzzzzz", "-zzzzzz", "--", '" zzzzzz *', "%", ""])
def test_nothing_found_is_an_empty_list(run: Run, text: str) -> None:
    assert run("search", *(["--"] if text == "--" else []), text)[:2] == (0, [])


def test_a_refusal_is_one_json_value_and_exit_3(run: Run, source: Path) -> None:
    (source / "CIS_bdpm.txt").write_bytes(b"")
    code, answer, message = run("import", str(source))
    assert code == 3
    assert answer["version"].startswith("demo-")
    assert answer["findings"][0]["code"] == "GAL-CAT-01"
    assert message.startswith("GAL-CAT-01")


def test_a_folder_that_is_not_there_is_exit_4(run: Run, tmp_path: Path) -> None:
    assert run("import", str(tmp_path / "nowhere"))[0] == 4


def test_an_unknown_code_is_exit_3(run: Run) -> None:
    assert run("show", "3400900000000")[0] == 3
