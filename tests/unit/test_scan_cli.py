"""Does ``galien scan`` print the shape of its contract, with the right exit code?"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from app.cli import main

if TYPE_CHECKING:
    from pathlib import Path

BOX = r"01034009359558381727113010AB123\x1d215X7K2"
INS_TEST = (
    r"IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10S3DOMINIQUE MARIE-LOUISE\x1dS4PAT-TROIS\x1d"
    r"S5FS628-03-1979S751215"
)


@pytest.fixture
def galien(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:  # noqa: ANN401 -- a function
    def run(*words: str) -> tuple[int, Any, str]:
        code = main([*words, "--data", str(tmp_path / "data")])
        out, err = capsys.readouterr()
        return code, json.loads(out) if "--json" in words else out, err

    return run


@pytest.mark.req("OFF-SCAN-11")
def test_box_as_json(galien: Any) -> None:  # noqa: ANN401
    assert galien("scan", BOX, "--json") == (
        0,
        {
            "kind": "gs1",
            "fields": {
                "gtin": "03400935955838",
                "cip13": "3400935955838",
                "lot": "AB123",
                "expiry": "2027-11-30",
                "serial": "5X7K2",
            },
            "findings": [],
        },
        "",
    )


def test_defective_code_keeps_its_kind_and_exits_3(galien: Any) -> None:  # noqa: ANN401
    code, result, err = galien("scan", "3400935955839", "--json")
    assert (code, result["kind"]) == (3, "cip13")
    assert result["findings"][0]["severity"] == "error"
    assert err.startswith("GAL-SCN-05 : ")


def test_text_from_standard_input(galien: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    stdin = io.TextIOWrapper(io.BytesIO(INS_TEST.replace(r"\x1d", "\x1d").encode() + b"\n"))
    monkeypatch.setattr("sys.stdin", stdin)
    code, result, _ = galien("scan", "-", "--json")
    assert (code, result["fields"]["birth_date"]) == (0, "1979-03-28")


def test_production_refuses_a_test_identity(galien: Any) -> None:  # noqa: ANN401
    assert galien("scan", INS_TEST, "--json")[0] == 0
    code, result, _ = galien("scan", INS_TEST, "--json", "--mode", "production")
    assert (code, result["kind"]) == (3, "ins")
    assert [finding["code"] for finding in result["findings"]] == ["GAL-SCN-39"]


def test_for_a_human_reader(galien: Any) -> None:  # noqa: ANN401
    code, out, _ = galien("scan", "5901234123457")
    assert code == 0
    assert "EAN13\u00a0: 5901234123457" in out


def test_exactly_one_of_text_and_image(galien: Any) -> None:  # noqa: ANN401
    assert galien("scan", "--json")[0] == 2
    assert galien("scan", BOX, "--image", "x.png", "--json")[0] == 2


def test_image_with_several_codes_gives_the_box_first(galien: Any, tmp_path: Path) -> None:  # noqa: ANN401
    import zxingcpp  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    page = Image.new("L", (700, 400), 255)
    for text, kind, gs1, place in (
        ("3401597391224", "EAN13", False, (10, 10)),
        ("(01)03400935955838(17)271130(10)AB21456", "DataMatrix", True, (450, 200)),
    ):
        drawn = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), gs1=gs1).to_image(scale=4)
        page.paste(Image.frombytes("L", drawn.shape[::-1], bytes(memoryview(drawn))), place)
    file = tmp_path / "page.png"
    page.save(file)
    code, result, _ = galien("scan", "--image", str(file), "--json")
    assert (code, result["kind"], result["fields"]["lot"]) == (0, "gs1", "AB21456")
    assert [other["kind"] for other in result["others"]] == ["ean13"]


def test_image_from_standard_input(galien: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    import zxingcpp  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    drawn = zxingcpp.create_barcode("3401597391224", zxingcpp.BarcodeFormat.EAN13).to_image(scale=4)
    picture = io.BytesIO()
    Image.frombytes("L", drawn.shape[::-1], bytes(memoryview(drawn))).save(picture, "PNG")
    for content, expected in ((picture.getvalue(), 0), (picture.getvalue()[:60], 3), (b"", 4)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert galien("scan", "--image", "-", "--json")[0] == expected


def test_image_without_a_code_and_unusable_images(galien: Any, tmp_path: Path) -> None:  # noqa: ANN401
    from PIL import Image  # noqa: PLC0415

    blank, text = tmp_path / "blank.png", tmp_path / "text.png"
    Image.new("L", (50, 50), 255).save(blank)
    text.write_text("no image", encoding="utf-8")
    code, result, _ = galien("scan", "--image", str(blank), "--json")
    assert (code, result["kind"], result["findings"][0]["code"]) == (3, "unknown", "GAL-SCN-01")
    assert galien("scan", "--image", str(text), "--json")[0] == 3
    assert galien("scan", "--image", str(tmp_path / "absent.png"), "--json")[0] == 4
    assert galien("scan", "--image", str(tmp_path), "--json")[0] == 4
