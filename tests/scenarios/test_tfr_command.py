"""Is the official list of TFR loaded from the command line, and priced with from then on?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app import bootstrap
from app.cli import main

if TYPE_CHECKING:
    from pathlib import Path

CRESTOR = "3400939169460"
CASE = {
    "date": "2026-03-02",
    "patient": {"birth_date": "1981-05-01", "amc": "full"},
    "prescription": {"present": True, "prescriber": "external"},
    "lines": [{"cip13": CRESTOR, "quantity": 1, "substitution": {"refused": True}}],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tfr") / "data"
    bootstrap.create_demo(folder).close()
    return folder


def run(capsys: pytest.CaptureFixture[str], root: Path, *words: str) -> tuple[int, Any]:
    code = main(["billing", *words, "--json", "--data", str(root)])
    return code, json.loads(capsys.readouterr().out)


def price(capsys: pytest.CaptureFixture[str], root: Path, tmp_path: Path, **line: object) -> Any:  # noqa: ANN401
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE | {"lines": [CASE["lines"][0] | line]}), encoding="utf-8")  # type: ignore[index]
    code, result = run(capsys, root, "price", str(file))
    assert code == 0
    return result


@pytest.mark.req("OFF-TFR-01")
def test_a_list_is_loaded_and_is_the_base_of_the_prices(
    capsys: pytest.CaptureFixture[str], root: Path, tmp_path: Path
) -> None:
    assert price(capsys, root, tmp_path)["third_party"] is False
    file = tmp_path / "tfr.csv"
    file.write_text(f"cip13;tarif;debut;fin;source\n{CRESTOR};4,00;01/01/2026;;JO\nx;1;2026-01-01;;\n", "utf-8")
    code, report = run(capsys, root, "tfr", "import", str(file))
    assert (code, report["loaded"], [bad["line"] for bad in report["rejected"]]) == (0, 1, [3])
    after = price(capsys, root, tmp_path)
    assert (after["third_party"], after["lines"][0]["base"], after["totals"]["patient"]) == (True, 400, 234)
    assert price(capsys, root, tmp_path, tfr_cents=None)["third_party"] is False


@pytest.mark.parametrize("content", [b"", b"cip13;tarif;debut\n1;2;3\n", b"\xff\xfe\x00"])
def test_a_file_without_a_row_is_refused(
    capsys: pytest.CaptureFixture[str], root: Path, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    code, _ = run(capsys, root, "tfr", "import", str(file))
    assert code == 3


def test_a_file_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str], root: Path, tmp_path: Path) -> None:
    code, _ = run(capsys, root, "tfr", "import", str(tmp_path / "none.csv"))
    assert code == 4
