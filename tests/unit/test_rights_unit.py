"""Are the code of a phone and the table of the codes couverture read, and refused where they are none?"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from app.kernel.errors import FileUnusable
from app.officine.rights import meanings
from app.officine.rights.model import Entitled, Insured, Meaning, Medium, Person, Reading
from app.officine.scan import apcv
from app.officine.scan.model import ScanKind
from app.officine.scan.service import interpret
from app.sandbox import rights as sandbox

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.req("OFF-CARD-04")

SHOWN = dt.datetime(2026, 11, 25, 9, 30, 15, tzinfo=dt.UTC)
TODAY = SHOWN.date()


def test_the_code_of_a_phone_is_read_with_its_moment() -> None:
    scan = interpret(apcv.build(7, SHOWN), today=TODAY)
    assert scan.ok
    assert scan.kind is ScanKind.APCV
    assert scan.fields == {"phone": "07", "shown_at": "2026-11-25T09:30:15+00:00"}


def test_a_digit_misread_is_refused() -> None:
    code = apcv.build(7, SHOWN)
    wrong = code[:9] + str((int(code[9]) + 1) % 10) + code[10:]
    scan = interpret(wrong, today=TODAY)
    assert [finding.code for finding in scan.findings] == ["GAL-SCN-24"]


def test_a_code_typed_by_a_scanner_of_another_layout_is_restored() -> None:
    azerty = str.maketrans("0123456789-AQ", "à&é\"'(-è_ç)QA")
    scan = interpret(apcv.build(1, SHOWN).translate(azerty), today=TODAY)
    assert (scan.kind, scan.ok, scan.fields["phone"]) == (ScanKind.APCV, True, "01")


def table(folder: Path, content: object) -> Path:
    file = folder / "codes.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return file


def test_the_table_of_the_publisher_is_read(tmp_path: Path) -> None:
    rows = [
        {"ald": "1", "situation": "0", "label": "ALD", "opens": "ald"},
        {"ald": "0", "situation": "0", "label": "—"},
    ]
    read = meanings.load(table(tmp_path, {"source": "Éditeur, 11/2026", "rows": rows}))
    assert read.source == "Éditeur, 11/2026"
    assert read.rows == {("1", "0"): Meaning("ALD", ald=True), ("0", "0"): Meaning("—")}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("pas du JSON", "pas la table attendue"),
        ([], "pas la table attendue"),
        ({"source": "x"}, "pas la table attendue"),
        ({"source": "x", "rows": [{"ald": "1", "situation": "0", "label": "y"}, {"ald": "1"}]}, "ligne 2"),
        ({"source": "x", "rows": [{"ald": "1", "situation": "0", "label": "y", "opens": "tout"}]}, "ligne 1"),
        ({"source": "x", "rows": ["a"]}, "ligne 1"),
        (" " * 1_000_001, "trop long"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_bad_line(content: object, told: str, tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match=told) as failure:
        meanings.load(table(tmp_path, content))
    assert failure.value.code == "GAL-FSV-45"
    with pytest.raises(FileUnusable):
        meanings.load(tmp_path / "absente.json")


def test_no_number_shows_where_a_reading_is_written() -> None:
    nir = "288079999900113"
    insured = Insured("0", "987654321", None, nir, "01", "349", "0000")
    read = Reading(
        medium=Medium.VITALE,
        read_at=SHOWN,
        is_simulated=True,
        insured=insured,
        people=(Person(Entitled("A", "B", "19880702", nir)),),
    )
    assert nir not in f"{read!r} {read}"
    assert "987654321" not in f"{read!r}"


def test_each_phone_of_the_demonstration_stands_for_a_card_that_has_rights() -> None:
    for phone in sandbox.phones():
        groups = sandbox.groups_of(phone.card, TODAY)
        assert groups[0][0] == 101
        assert groups[0][1][9:12] == ("01", "349", "0000"), "the affiliation of the cards of tests"
    assert sandbox.groups_of("vitale1", TODAY) == ()
    assert sandbox.groups_of("amandine", dt.date(2028, 2, 29))
