"""Does the technician's command judge matricules, draw symbols that are read back, and play identities?"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cli import main
from app.kernel.identifiers import nir_key
from app.officine.scan import ins, ins_symbol
from app.officine.scan.image import read_image
from app.officine.scan.service import interpret
from tests.unit.test_ins_identity import ANSWER, CREATE, GS, INSI, PASSPORT, TODAY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

    Galien = Callable[..., tuple[int, Any]]

QUALIFIED = ANSWER | {"status": "qualifiee"}


@pytest.fixture
def galien(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Galien:
    def run(*words: str) -> tuple[int, Any]:
        code = main(["ins", *words, "--json", "--data", str(tmp_path / "data")])
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.mark.req("INS-17")
@pytest.mark.parametrize(
    ("matricule", "is_valid"),
    [
        ("275126322074974", True), ("297022A02077878", True), ("160012B02077713", True), ("109076322088835", True),
        ("285067505608097", True), ("285067505607901", True), ("255079935200188", True), ("205129761100341", True),
        ("180429913901727", True), ("285067505608000", False), ("181036322045660", False), ("281036322045610", False),
        ("297022A02077879", False), ("297021A02077878", False), ("29702 2A 020 778 78", True),
        ("27512632207497", False), ("2751263220749740", False), ("297022a02077878", True), ("297022O02077878", False),
        ("192061305512310", True), ("192061305512409", True), ("", False), ("２75126322074974", False),
    ],
)  # fmt: skip
def test_a_matricule_is_judged_by_its_form_and_its_key(galien: Galien, matricule: str, is_valid: bool) -> None:
    code, result = galien("check", matricule)
    assert (code, result["valid"]) == ((0, True) if is_valid else (3, False))
    assert is_valid or result["findings"]


@pytest.mark.req("OFF-INS-44")
def test_the_authority_is_judged_beside_it(galien: Galien) -> None:
    test_oid = ("check", "279035121518989", "--oid", "1.2.250.1.213.1.4.10")
    assert galien(*test_oid)[0] == 0
    assert galien(*test_oid, "--mode", "production")[0] == 3
    assert galien("check", "279035121518989", "--oid", "1.2.3")[0] == 3
    assert galien("check", "109076322088835", "--oid", "1.2.250.1.213.1.4.9", "--mode", "production")[0] == 0


@pytest.mark.req("INS-32")
def test_the_symbol_of_a_qualified_identity_is_read_back(galien: Galien, tmp_path: Path) -> None:
    file, drawn = tmp_path / "traits.json", tmp_path / "ins.png"
    file.write_text(json.dumps(QUALIFIED), encoding="utf-8")
    code, result = galien("encode", str(file), "--out", str(drawn))
    assert (code, result["file"], result["findings"]) == (0, str(drawn), [])
    read = interpret(read_image(drawn)[0], today=TODAY, separators_kept=True)
    assert read.ok
    assert read.fields == {name: ANSWER[name] for name in ins.FIELDS}


@pytest.mark.req("INS-28")
@pytest.mark.parametrize(
    "changed",
    [
        {"status": "recuperee"}, {"status": "validee"}, {"status": "provisoire"}, {"status": ""}, {"sex": "I"},
        {"matricule": "109076322083488"}, {"matricule": ""}, {"oid": "1.2.3"}, {"birth_names": ""},
        {"birth_date": "14/07/2009"}, {"birth_date": "2009-02-30"}, {"family_name": "A" * 101}, {"family_name": "Été"},
        {"birth_place": "2C001"}, {"family_name": "S1 X"},
    ],
)  # fmt: skip
def test_nothing_is_drawn_of_another(galien: Galien, tmp_path: Path, changed: dict[str, str]) -> None:
    file, drawn = tmp_path / "traits.json", tmp_path / "ins.png"
    file.write_text(json.dumps(QUALIFIED | changed), encoding="utf-8")
    code, result = galien("encode", str(file), "--out", str(drawn))
    assert (code, result["file"]) == (3, None)
    assert [finding for finding in result["findings"] if finding["severity"] == "error"]
    assert not drawn.exists()


def test_a_symbol_that_cannot_be_written_is_an_environment_failure(galien: Galien, tmp_path: Path) -> None:
    file = tmp_path / "traits.json"
    file.write_text(json.dumps(QUALIFIED), encoding="utf-8")
    assert galien("encode", str(file), "--out", str(tmp_path / "absent" / "ins.png"))[0] == 4


@pytest.mark.req("INS-20")
def test_events_are_played_one_result_each(galien: Galien, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [CREATE, INSI, PASSPORT, {"edit": {"trait": "family_name", "value": "X", "by": "user"}}]
    text = io.TextIOWrapper(io.BytesIO(json.dumps(events).encode()))
    monkeypatch.setattr("sys.stdin", text)
    code, result = galien("replay", "-")
    assert code == 0
    assert [(one["event"], one["accepted"], one["status"], one["ins"]) for one in result] == [
        ("create", True, "provisoire", False),
        ("insi", True, "recuperee", True),
        ("evidence", True, "qualifiee", True),
        ("edit", False, "qualifiee", True),
    ]


@pytest.mark.parametrize("events", [{}, [1], [{"birth": {}}], "x", [{"create": 3}]])
def test_a_file_that_is_no_list_of_events_is_told(galien: Galien, tmp_path: Path, events: object) -> None:
    file = tmp_path / "events.json"
    file.write_text(json.dumps(events), encoding="utf-8")
    code, result = galien("replay", str(file))
    assert code == 3
    assert result["findings"][0]["code"] == "GAL-FIC-01"


_WORD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=16)
_NAME = st.lists(_WORD, min_size=1, max_size=6).map("-".join).map(lambda name: name[:100].rstrip("-"))
_NAMES = st.lists(_WORD, min_size=1, max_size=6).map(" ".join).map(lambda name: name[:100].rstrip())


@pytest.mark.req("INS-32")
@settings(max_examples=60, deadline=None)
@given(
    family_name=st.one_of(_NAME, st.just("A" * 100)),
    birth_names=st.one_of(_NAMES, st.just("B" * 100)),
    oid=st.sampled_from(sorted(ins.OIDS)),
    place=st.sampled_from(["", "63220", "2A020", "99255"]),
    body=st.from_regex(r"[12][0-9]{4}[0-9]{8}", fullmatch=True),
    date=st.dates(min_value=TODAY.replace(year=1900), max_value=TODAY),
)
def test_whatever_is_written_is_read_alike_with_or_without_its_separators(
    family_name: str, birth_names: str, oid: str, place: str, body: str, date: dt.date
) -> None:
    traits = {
        "matricule": body + nir_key(body),
        "oid": oid,
        "birth_names": birth_names,
        "family_name": family_name,
        "sex": "F",
        "birth_date": date.isoformat(),
        "birth_place": place,
    }
    text, findings = ins_symbol.message(traits, TODAY)
    assert not [one for one in findings if one.severity == "error"]
    wanted = traits | {"birth_place": place or None}
    assert ins.decode(text, TODAY).traits == wanted
    assert ins.decode(text.replace(GS, ""), TODAY).traits == wanted
    closed = sum(len(value) < longest for value, longest in ((oid, 20), (birth_names, 100), (family_name, 100)))
    assert text.count(GS) == closed
    assert len(text) == 26 + sum(2 + len(value) for value in traits.values() if value) + closed
