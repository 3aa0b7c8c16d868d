"""A file of recalls is read whatever its separator and encoding; each bad line is named, the others are kept."""

from __future__ import annotations

import datetime as dt

import pytest

from app.kernel.errors import InputDefect
from app.officine.recalls import csvfile
from app.officine.recalls.model import Level, RecallDraft, concerning, lot_key
from app.officine.recalls.rules import check_draft

DAY = dt.date(2026, 11, 23)
HEAD = "code;lots;motif;niveau;date;consigne;reference"
GOOD = "3400935955838;AB12|CD34;Défaut d’étanchéité;patient;20/11/2026;Retourner au grossiste;R-1"


def read(text: str, encoding: str = "utf-8") -> tuple[list[RecallDraft], list[tuple[int, str]]]:
    drafts, rejected = csvfile.read(text.encode(encoding), DAY)
    return drafts, [(row.line, row.reason) for row in rejected]


@pytest.mark.req("SC.DP.05")
def test_a_line_says_all_of_a_recall() -> None:
    (draft,), rejected = read(f"{HEAD}\n{GOOD}\n")
    assert draft == RecallDraft(
        code="3400935955838",
        lots=("AB12", "CD34"),
        reason="Défaut d’étanchéité",
        level=Level.PATIENT,
        day=dt.date(2026, 11, 20),
        instruction="Retourner au grossiste",
        reference="R-1",
    )
    assert rejected == []


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"\ufeff{HEAD}\r\n{GOOD}\r\n", "utf-8"),
        (f"{HEAD}\r{GOOD}", "cp1252"),
        (f"\n\n{HEAD}\n\n{GOOD}\n;;;;;;\n", "utf-8"),
        (f"{HEAD}\n{GOOD}".replace(";", "\t"), "utf-8"),
        (f"{HEAD}\n{GOOD}".replace(";", ","), "cp1252"),
        (f"CODE;Lots;MOTIF;Niveau;Date;Consigne;Référence\n{GOOD}", "utf-8"),
        (f"{HEAD}\n{GOOD}".replace("20/11/2026", "2026-11-20").replace("R-1", '"R-1"'), "utf-8"),
    ],
    ids=["BOM", "old Mac in cp1252", "blank lines", "tabulations", "commas in cp1252", "capitals", "ISO date, quotes"],
)
def test_encodings_separators_and_ends_of_lines_make_no_difference(text: str, encoding: str) -> None:
    drafts, rejected = read(text, encoding)
    assert drafts == read(f"{HEAD}\n{GOOD}")[0]
    assert rejected == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (GOOD.replace("3400935955838", "3400935955839"), "n’est pas un code à 13 chiffres"),
        (GOOD.replace("AB12|CD34", ""), "Aucun lot"),
        (GOOD.replace("AB12|CD34", " | "), "Aucun lot"),
        (GOOD.replace("AB12", "A" * 21), "n’est pas un lot"),
        (GOOD.replace("AB12|CD34", "---"), "n’est pas un lot"),
        (GOOD.replace("Défaut d’étanchéité", " "), "motif"),
        (GOOD.replace("patient", "mondial"), "niveau inconnu"),
        (GOOD.replace("20/11/2026", "31/02/2026"), "date"),
        (GOOD.replace("20/11/2026", "20/11/2027"), "à venir"),
        (GOOD.replace("20/11/2026", "2026"), "date"),
        (GOOD + ";x", "8 colonnes au lieu de 7"),
        ("3400935955838;AB12", "2 colonnes au lieu de 7"),
        (GOOD.replace("R-1", '"R-1'), "guillemets"),
        (GOOD.replace("R-1", "R" * 65), "référence"),
        (GOOD.replace("R-1", "R\x07"), ""),
        ("<html>", "1 colonne"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_are_kept(line: str, reason: str) -> None:
    drafts, rejected = read(f"{HEAD}\n{line}\n{GOOD}\n")
    if not reason:  # a control character becomes a space
        assert len(drafts) == 2
        return
    assert len(drafts) == 1
    assert rejected[0][0] == 2
    assert reason in rejected[0][1]


def test_all_lots_are_said_by_a_word_never_by_an_empty_cell() -> None:
    (draft,), _ = read(f"{HEAD}\n{GOOD.replace('AB12|CD34', 'Tous les lots')}")
    assert draft.all_lots
    assert draft.lots == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
        b"<!DOCTYPE html><html><body>404</body></html>",
        b"\xef\xbb\xbf<html>",
        b"PK\x03\x04\x00\x00",
        f"{HEAD}\n{GOOD}".encode("utf-16"),
        b"code;lots;motif\n1;2;3",
        b"code;code;lots;motif;date\n",
        GOOD.encode(),
        b"\x89PNG\r\n",
    ],
)
def test_what_is_no_list_of_recalls_is_refused_whole(content: bytes) -> None:
    with pytest.raises(InputDefect) as refused:
        csvfile.read(content, DAY)
    assert refused.value.code == "GAL-RAP-10"
    assert refused.value.advice


def test_octets_that_no_encoding_reads_cost_their_line_only() -> None:
    content = f"{HEAD}\n{GOOD}\n".encode("cp1252") + GOOD.encode("cp1252").replace(b"R-1", b"\x81")
    drafts, rejected = csvfile.read(content, DAY)
    assert len(drafts) == 1
    assert [(row.line, row.reason) for row in rejected] == [(3, "caractères illisibles")]


@pytest.mark.parametrize("lot", ["AB12", "ab12", " ab 12", "AB-12", "A.B/12"])
def test_a_lot_is_known_again_however_it_is_written(lot: str) -> None:
    assert lot_key(lot) == "AB12"


def test_a_code_without_key_or_a_day_to_come_is_no_recall() -> None:
    findings = check_draft(RecallDraft(code="3400935955838", lots=("A",), reason="x", day=DAY + dt.timedelta(1)), DAY)
    assert [finding.code for finding in findings] == ["GAL-RAP-04"]
    assert concerning((), "A") == ()
