"""Does ``galien docs read`` say what a document says in the shape of its contract, whatever it is given?"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clinical_people
import pytest
from cda_samples import cda, header, sample, section, structured, unstructured

from app import cli
from app.docs.xdm.model import Sender
from app.docs.xdm.write import write_xdm

if TYPE_CHECKING:
    from collections.abc import Callable

    Reading = Callable[..., tuple[int, Any]]

SHAPE = {
    "type", "title", "id", "set_id", "version", "created_at", "patient", "authors", "body", "medications", "allergies",
    "problems", "results", "vaccinations", "prescription", "pdf", "findings",
}  # fmt: skip
TRAITS = {
    "matricule", "oid", "birth_names", "first_name", "family_name", "sex", "birth_date", "birth_place", "used_name",
    "used_first_name", "status",
}  # fmt: skip
KEYS = {
    "results": {"loinc", "label", "value", "unit", "low", "high", "flag"},
    "vaccinations": {"name", "date", "lot", "cip13", "dose_number"},
    "prescription": {
        "name",
        "cis",
        "cip13",
        "substances",
        "dose_text",
        "duration",
        "renewals",
        "ald",
        "non_substitutable",
    },
}


@pytest.fixture
def reading(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Reading:
    def run(content: bytes, *words: str) -> tuple[int, Any]:
        file = tmp_path / "recu"
        file.write_bytes(content)
        capsys.readouterr()
        code = cli.main(["docs", "read", str(file), "--json", *words])
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.mark.req("SC.DOC.07")
def test_a_sample_is_told_in_the_shape_of_the_contract(reading: Reading, tmp_path: Path) -> None:
    code, told = reading(sample("eP-MED-DM_PosoStruct_2022.01.xml"))
    assert code == 0
    assert set(told) >= SHAPE
    assert set(told["patient"]) >= TRAITS
    assert told["patient"]["matricule"] == "277076322082910"
    assert told["patient"]["used_first_name"] is None
    assert told["pdf"] is None
    assert all(set(one) >= KEYS["prescription"] for one in told["prescription"])
    assert [one["renewals"] for one in told["prescription"]] == [3, 0, 0]
    assert [one["ald"] for one in told["prescription"]] == [False, False, False]
    _code, told = reading(sample("CR-BIO_2021.01_Auto-Presentable.xml"))
    assert all(set(one) >= KEYS["results"] for one in told["results"])
    assert told["results"][3]["low"] is None
    _code, told = reading(sample("VAC_2021.01.xml"))
    assert all(set(one) >= KEYS["vaccinations"] for one in told["vaccinations"])
    assert [path.name for path in tmp_path.iterdir()] == ["recu"], "nothing is written where no folder is given"


@pytest.mark.req("SC.DOC.07")
def test_the_pdf_is_written_in_the_folder_given_and_nowhere_else(reading: Reading, tmp_path: Path) -> None:
    content = sample("CR-BIO_2021.01_CDA-R2-Niveau-1.xml")
    out = tmp_path / "a" / "b"
    names = []
    for _ in range(2):
        code, told = reading(content, "--out", str(out))
        assert code == 0
        assert Path(told["pdf"]).is_absolute()
        assert Path(told["pdf"]).parent == out
        assert Path(told["pdf"]).read_bytes().startswith(b"%PDF-1.5")
        names.append(told["pdf"])
    assert len(set(names)) == 2, "what is there already is never written over"
    _code, told = reading(sample("VSM_1.4.xml"), "--out", str(tmp_path / "c"))
    assert told["pdf"] is None
    assert not (tmp_path / "c").exists()


@pytest.mark.req("SC.DOC.07")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01",
        b"<a/>",
        b"<!DOCTYPE x [<!ENTITY e 'a'>]><x>&e;</x>",
        b"PK\x03\x04broken",
        b"PK\x05\x06" + b"\x00" * 18,
    ],
)
def test_what_can_not_be_read_gives_the_whole_shape_and_is_refused(reading: Reading, content: bytes) -> None:
    code, told = reading(content)
    assert code == 3
    assert set(told) >= SHAPE
    assert told["patient"]["matricule"] is None
    assert [one["severity"] for one in told["findings"]] == ["error"]
    assert told["findings"][0]["code"].startswith("GAL-DOC-")


@pytest.mark.req("SC.DOC.07")
def test_a_document_of_two_patients_is_refused_and_told(reading: Reading) -> None:
    twice = header().replace("<recordTarget>", "<recordTarget/><recordTarget>")
    code, told = reading(cda(twice, unstructured("text/plain", "QQ==")))
    assert code == 3
    assert told["patient"]["matricule"] is None
    assert told["title"] == "Essai"
    assert [one["code"] for one in told["findings"]] == ["GAL-DOC-72"]


@pytest.mark.req("SC.DOC.07")
def test_an_enciphered_pdf_and_one_that_acts_are_told(reading: Reading) -> None:
    import pikepdf  # noqa: PLC0415 -- heavy, for this case only

    made = pikepdf.new()
    made.add_blank_page()
    locked, acting = io.BytesIO(), io.BytesIO()
    made.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    made.save(acting)
    code, told = reading(cda(header(), unstructured("application/pdf", base64.b64encode(locked.getvalue()).decode())))
    assert code == 3
    assert [one["code"] for one in told["findings"]] == ["GAL-DOC-68"]
    code, told = reading(cda(header(), unstructured("application/pdf", base64.b64encode(acting.getvalue()).decode())))
    assert code == 0
    assert [(one["code"], one["severity"]) for one in told["findings"]] == [("GAL-DOC-79", "warning")]


@pytest.mark.req("SC.DOC.07")
def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    content = cda(header(kind="SYNTH"), structured(section("11450-4", "")))

    class Given:
        buffer = io.BytesIO(content)

    monkeypatch.setattr("sys.stdin", Given())
    assert cli.main(["docs", "read", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["patient"]["family_name"] == "ESSAI"


@pytest.mark.req("SC.DOC.07")
def test_a_person_reads_a_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "document.xml"
    file.write_bytes(sample("VSM_1.4.xml"))
    assert cli.main(["docs", "read", str(file)]) == 0
    said = capsys.readouterr().out.replace("\u00a0", " ")
    assert "Synthèse Médicale (SYNTH)" in said
    assert "Patient : DECOURCY RUTH, né(e) le 14/07/1977" in said
    assert "Auteur : Dr Stéphane MEDIONI" in said
    assert "2 traitements" in said
    assert "4 problèmes ou antécédents" in said


# --- Archives ---------------------------------------------------------------------------------------------------------


def _archive(count: int) -> bytes:
    first, *others = [clinical_people.document(turn, status="qualifiee") for turn in range(count)]
    same = [dataclasses.replace(one, subject=first.subject, officine=first.officine) for one in others]
    cdas = [clinical_people.cda(one) for one in (first, *same)]
    at = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
    return write_xdm(cdas, sender=Sender("PHARMACIE D’ESSAI"), unique_id="2.25.77", source_id="2.25.78", at=at)


@pytest.mark.req("OFF-MSS-20")
def test_an_archive_of_one_document_is_told_as_the_document_alone(reading: Reading, tmp_path: Path) -> None:
    archive = _archive(1)
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        name = next(one for one in held.namelist() if one.endswith("DOC00001.XML"))
        alone = held.read(name)
    code, told = reading(archive)
    assert (code, told) == reading(alone)
    assert "documents" not in told


@pytest.mark.req("OFF-MSS-20")
def test_an_archive_of_several_documents_tells_each(reading: Reading, tmp_path: Path) -> None:
    code, told = reading(_archive(3), "--out", str(tmp_path / "out"))
    assert len(told["documents"]) == 3
    assert {one["type"] for one in told["documents"]} == {"87273-9", "78601-2", "56445-0"}
    assert told["id"] == told["documents"][0]["id"]
    written = [one["pdf"] for one in told["documents"] if one["pdf"]]
    assert len(set(written)) == 2
    assert all(Path(one).parent == tmp_path / "out" for one in written)
    assert code == 0, told["findings"]


@pytest.mark.req("OFF-MSS-20")
def test_a_document_that_is_not_the_one_declared_is_not_read(reading: Reading) -> None:
    with zipfile.ZipFile(io.BytesIO(_archive(1))) as held:
        files = {name: held.read(name) for name in held.namelist()}
    altered = io.BytesIO()
    with zipfile.ZipFile(altered, "w") as made:
        for name, content in files.items():
            made.writestr(name, content.replace(b"NOTE", b"NOTA") + b"\n" if name.endswith("DOC00001.XML") else content)
    code, told = reading(altered.getvalue())
    assert code == 3
    assert told["type"] is None
    assert "GAL-DOC-63" in {one["code"] for one in told["findings"]}


@pytest.mark.req("OFF-MSS-20")
def test_a_pdf_that_an_archive_declares_is_told_but_is_of_no_patient(reading: Reading, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(_archive(1))) as held:
        files = {name: held.read(name) for name in held.namelist()}
    document = next(name for name in files if name.endswith("DOC00001.XML"))
    metadata = next(name for name in files if name.endswith("METADATA.XML"))
    digest = hashlib.sha1(files[document], usedforsecurity=False).hexdigest()
    pdf = clinical_people.PDF
    told = files[metadata].decode().replace(digest, hashlib.sha1(pdf, usedforsecurity=False).hexdigest())
    told = told.replace(f"Value>{len(files[document])}<", f"Value>{len(pdf)}<")
    told = re.sub(r'(mimeType=")[^"]*', r"\1application/pdf", told)
    files |= {document: pdf, metadata: told.encode()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        for name, content in files.items():
            written.writestr(name, content)
    code, told = reading(made.getvalue(), "--out", str(tmp_path / "out"))
    assert code == 3
    assert (told["body"], told["type"], told["patient"]["matricule"]) == ("pdf", "87273-9", None)
    assert Path(told["pdf"]).read_bytes() == pdf
    assert [one["code"] for one in told["findings"]] == ["GAL-DOC-71"]


def test_a_file_too_large_for_memory_is_refused_unread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as file:
        file.truncate(3_000_000_000)
    for words in (["read", str(huge)], ["render", str(huge), "--out", str(tmp_path / "out")], ["check", str(huge)]):
        assert cli.main(["docs", *words, "--json", "--data", str(tmp_path / "data")]) == 3
        told = json.loads(capsys.readouterr().out)
        assert [one["code"] for one in told["findings"]] == ["GAL-FIC-06"]
        assert told.keys() >= {"read": {"type", "patient"}, "render": {"html", "pages"}, "check": {"ok"}}[words[0]]
