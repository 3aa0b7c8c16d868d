"""`galien billing price` answers with one JSON value, and says what is wrong with a case."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from app.cli import main

if TYPE_CHECKING:
    from pathlib import Path

LINE = {
    "cip13": "3400933857042", "quantity": 1, "ald": False, "substitution": {"refused": False, "justification": None},
    "label": "AMOXICILLINE", "price_without_fee_cents": 153, "unit_price_cents": 255, "rate": 65, "package": "monthly",
    "tfr_cents": None, "generic_base_cents": None, "specific": False,
}  # fmt: skip
CASE = {
    "date": "2026-03-02", "zone": "metropole", "guard": None,
    "patient": {"birth_date": "1981-05-01", "scheme": "general", "exemption": None, "css": False, "amc": "full"},
    "prescription": {"present": True, "prescriber": "external"},
    "lines": [LINE],
}  # fmt: skip


@pytest.fixture
def price(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    """Price a case given on standard input; return the exit code and the JSON value."""

    def run(case: object) -> tuple[int, Any]:
        content = case if isinstance(case, bytes) else json.dumps(case).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        code = main(["billing", "price", "-", "--json", "--data", str(tmp_path / "data")])
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.mark.req("OFF-FAC-01")
def test_priced_case_has_the_shape_that_is_documented(price: Any) -> None:  # noqa: ANN401
    code, result = price(CASE)
    assert code == 0
    line = result["lines"][0]
    shown = {key: line[key] for key in ("code", "quantity", "amount", "base", "rate", "amo", "tm", "excess")}
    assert shown == {"code": "PH7", "quantity": 1, "amount": 153, "base": 153, "rate": 65, "amo": 99, "tm": 54,
                     "excess": 0}  # fmt: skip
    assert result["totals"] == {"amount": 316, "amo": 205, "amc": 111, "patient": 0, "excess": 0, "reimbursed": 0}
    assert (result["third_party"], result["franchise_info"], result["findings"]) == (True, 100, [])


@pytest.mark.parametrize("case", [[], {}, {**CASE, "lines": []}, {**CASE, "zone": "lune"}, b"{", b"\xff\xfe"])
def test_defective_case_is_refused_with_its_findings(price: Any, case: object) -> None:  # noqa: ANN401
    code, result = price(case)
    assert code == 3
    assert {finding["severity"] for finding in result["findings"]} == {"error"}


@pytest.mark.req("OFF-FAC-01")
@pytest.mark.parametrize(
    ("case", "subject"),
    [
        ({**CASE, "zoen": "reunion"}, "zoen"),
        ({**CASE, "patient": {**CASE["patient"], "ald_from": "2026-01-01"}}, "patient.ald_from"),  # type: ignore[dict-item]
        ({**CASE, "prescription": {"present": True, "kind": "ald"}}, "prescription.kind"),
        ({**CASE, "lines": [{**LINE, "qty": 2}]}, "lines[0].qty"),
        ({**CASE, "lines": [{**LINE, "substitution": {"refuse": True}}]}, "lines[0].substitution.refuse"),
    ],
)
def test_a_key_that_no_case_has_is_refused_by_its_name(price: Any, case: object, subject: str) -> None:  # noqa: ANN401
    """Left aside without a word, a misspelt key would give a wrong amount."""
    code, result = price(case)
    assert code == 3
    assert [finding["subject"] for finding in result["findings"]] == [subject]
    assert "clé inconnue" in result["findings"][0]["text"]
