"""Does ``galien docs make`` write a CDA and its PDF that go together, or nothing, and say why?"""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest

from app import cli
from app.cli import docs_make
from app.docs import safe_xml
from app.docs.cda.checks import check
from app.docs.clinical import Kind
from app.kernel.errors import DiskFull
from app.kernel.mode import Mode
from tests import clinical_people as people
from tests.catalog_files import CatalogFiles, cip13
from tests.unit.test_cda_case import changed

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., tuple[int, Any]]

NS = {"c": "urn:hl7-org:v3"}


@pytest.fixture
def make(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Make:
    def run(kind: str, case: object, *words: str) -> tuple[int, Any]:
        file = tmp_path / "case.json"
        file.write_text(json.dumps(case), "utf-8")
        capsys.readouterr()
        asked = ["docs", "make", kind, "--case", str(file), "--out", str(tmp_path / "out"), *words]
        code = cli.main([*asked, "--json", "--data", str(tmp_path / "data")])
        return code, json.loads(capsys.readouterr().out)

    return run


def case_of(kind: Kind, status: str = "qualifiee", rank: int = 0) -> dict[str, Any]:
    return people.as_case(people.document(rank, kind, status))


@pytest.mark.req("SC.DOC.01")
@pytest.mark.req("SC.DOC.02")
@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.parametrize("kind", list(Kind))
def test_a_case_becomes_two_files(make: Make, kind: Kind) -> None:
    code, told = make(kind.value, case_of(kind))
    assert code == 0
    cda, pdf = Path(told["cda"]), Path(told["pdf"])
    assert cda.is_absolute()
    assert pdf.is_absolute()
    assert sorted(cda.parent.iterdir()) == sorted([cda, pdf])
    assert pdf.read_bytes().startswith(b"%PDF-1.4")
    assert check(cda.read_bytes()) == []
    body = safe_xml.parse(cda.read_bytes()).findtext("c:component/c:nonXMLBody/c:text", namespaces=NS)
    assert body is None if kind is Kind.VACCINATION else base64.b64decode(body) == pdf.read_bytes()


def words_of(pdf: Path) -> str:
    """Return all that a PDF says, without spaces."""
    with pypdfium2.PdfDocument(pdf) as opened:
        said = [page.get_textpage().get_text_bounded() for page in opened]
    return "".join("".join(said).split())


@pytest.mark.req("OFF-DOC-03")
@pytest.mark.parametrize("kind", list(Kind))
def test_the_ins_of_a_qualified_identity_is_in_both_files(make: Make, kind: Kind) -> None:
    case = case_of(kind)
    _, told = make(kind.value, case)
    assert case["patient"]["matricule"].encode() in Path(told["cda"]).read_bytes()
    assert case["patient"]["matricule"] in words_of(Path(told["pdf"]))


@pytest.mark.req("INS-28")
@pytest.mark.parametrize("status", ["provisoire", "recuperee", "validee"])
def test_the_ins_of_another_identity_is_in_neither_file(make: Make, status: str) -> None:
    case = case_of(Kind.VACCINATION, status)
    code, told = make("vaccination", case)
    assert code == 0
    matricule = case["patient"]["matricule"][:13]
    assert matricule.encode() not in Path(told["cda"]).read_bytes()
    assert matricule not in words_of(Path(told["pdf"]))
    assert "GAL-DOC-31" in {one["code"] for one in told["findings"]}


@pytest.mark.req("SC.DOC.01")
@pytest.mark.parametrize(
    ("kind", "path", "value", "code"),
    [
        (Kind.VACCINATION, "performed_at", "2990-01-01T10:00:00+01:00", "GAL-DOC-25"),
        (Kind.VACCINATION, "author.rpps", "10001234567", "GAL-DOC-20"),
        (Kind.VACCINATION, "vaccine.expiry", "2027-02-30", "GAL-DOC-28"),
        (Kind.VACCINATION, "patient.family_name", "N" * 101, "GAL-DOC-17"),
        (Kind.VACCINATION, "patient.birth_place", "", "GAL-DOC-14"),
        (Kind.BILAN, "recipients", [{"given_name": "Luc"}], "GAL-DOC-23"),
        (Kind.ENTRETIEN, "sections", [{"title": "Observance", "text": ""}], "GAL-DOC-26"),
        (Kind.ENTRETIEN, "sections", "rien", "GAL-DOC-10"),
        (Kind.ENTRETIEN, "officine", {}, "GAL-DOC-22"),
    ],
)
def test_what_is_refused_leaves_no_file(
    make: Make, tmp_path: Path, kind: Kind, path: str, value: object, code: str
) -> None:
    exit_code, told = make(kind.value, changed(case_of(kind), path, value))
    assert exit_code == 3
    assert (told["cda"], told["pdf"]) == (None, None)
    assert code in {one["code"] for one in told["findings"] if one["severity"] == "error"}
    assert not (tmp_path / "out").exists()


@pytest.mark.req("OFF-DOC-03")
def test_the_names_of_a_qualified_identity_are_those_of_the_ins(make: Make) -> None:
    case = changed(case_of(Kind.BILAN), "patient.family_name", "Lefèvre–Œuvré")
    code, told = make("bilan", case)
    assert code == 0
    assert ("GAL-PAT-01", "family_name") in {(one["code"], one.get("subject")) for one in told["findings"]}
    root = safe_xml.parse(Path(told["cda"]).read_bytes())
    assert root.xpath("string(//c:patient/c:name/c:family[@qualifier='BR'])", namespaces=NS) == "LEFEVRE-OEUVRE"
    assert make("bilan", changed(case, "patient.family_name", "R2D2"))[0] == 3


def test_production_refuses_an_identity_of_the_tests(make: Make, tmp_path: Path) -> None:
    code, told = make("bilan", case_of(Kind.BILAN), "--mode", Mode.PRODUCTION.value)
    assert code == 3
    assert "GAL-DOC-15" in {one["code"] for one in told["findings"]}
    assert not (tmp_path / "out").exists()


def test_what_the_page_can_not_draw_is_said(make: Make) -> None:
    code, told = make("entretien", changed(case_of(Kind.ENTRETIEN), "theme", "Asthme \U0001f4a8"))
    assert code == 0
    assert "GAL-DOC-40" in {one["code"] for one in told["findings"]}


def test_what_is_no_json_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "case.json"
    file.write_bytes(b"{")
    code = cli.main(["docs", "make", "bilan", "--case", str(file), "--out", str(tmp_path / "out"), "--json"])
    assert code == 3
    assert json.loads(capsys.readouterr().out)["findings"]


@pytest.mark.req("SC.DOC.01")
def test_files_are_named_by_act_type_and_patient_and_none_is_overwritten(make: Make) -> None:
    case = case_of(Kind.ENTRETIEN, "validee") | {"performed_at": "2026-03-02T10:00:00+01:00"}
    case["patient"] |= {"family_name": "../O’B/RIEN:\u202e*", "first_name": "Zoé."}
    names = [Path(make("entretien", case)[1]["pdf"]).name for _ in range(2)]
    assert names == [f"20260302_CR d’entretien pharmaceutique_O’B RIEN_Zoé{end}.pdf" for end in ("", "_2")]


@pytest.mark.req("SC.DOC.06.LGO")
def test_a_product_of_the_catalogue_is_coded(make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = CatalogFiles().write(tmp_path / "bdpm")
    assert cli.main(["catalog", "import", str(source), "--json", "--data", str(tmp_path / "data")]) == 0
    case = changed(changed(case_of(Kind.VACCINATION), "vaccine.cip13", cip13("3000001")), "vaccine.atc", "")
    _, told = make("vaccination", changed(case, "vaccine.name", "Amoxival 500"))
    root = safe_xml.parse(Path(told["cda"]).read_bytes())
    assert root.xpath("//c:manufacturedMaterial/c:code/@code", namespaces=NS) == ["60000001"]
    assert root.xpath("//c:manufacturedMaterial/c:code/c:translation/@code", namespaces=NS) == [
        cip13("3000001"), "J01CA04",
    ]  # fmt: skip
    assert "GAL-DOC-29" not in {one["code"] for one in told["findings"]}
    _, told = make("vaccination", changed(case, "vaccine.name", "VACCIN TOUT AUTRE"))
    assert ("GAL-DOC-29", "warning") in {(one["code"], one["severity"]) for one in told["findings"]}


@pytest.mark.parametrize("written", [0, 1])
def test_a_full_disk_leaves_neither_file(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    calls = []

    def full(file: Path, content: bytes, **words: str) -> Path:
        calls.append(file)
        if len(calls) > written:
            raise DiskFull(words["full"])
        file.write_bytes(content)
        return file

    monkeypatch.setattr(docs_make, "write_whole", full)
    code, told = make("bilan", case_of(Kind.BILAN))
    assert code == 4
    assert told["findings"][0]["code"] == "GAL-ENV-01"
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_environment_failure(make: Make, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    assert make("bilan", case_of(Kind.BILAN))[0] == 4


@pytest.mark.req("SC.DOC.01")
def test_documents_of_one_name_made_at_once_do_not_take_each_other_s_place(tmp_path: Path) -> None:
    document = people.document(0, Kind.BILAN, "qualifiee")
    start = threading.Barrier(12)

    def made(number: int) -> dict[str, Path | None]:
        start.wait()
        return docs_make._written(tmp_path, document, b"cda %d" % number, b"pdf %d" % number)

    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(made, range(12)))
    for number, files in enumerate(told):
        assert {name: file.read_bytes() for name, file in files.items() if file is not None} == {
            "cda": b"cda %d" % number,
            "pdf": b"pdf %d" % number,
        }
    assert len(list(tmp_path.iterdir())) == 24


@pytest.mark.parametrize("content", [b"", b'{"a":', "{é}".encode("latin-1"), b"[" * 100_000])
def test_what_is_no_json_is_told_in_the_shape_of_a_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    case = tmp_path / "case.json"
    case.write_bytes(content)
    code = cli.main(["docs", "make", "bilan", "--case", str(case), "--out", str(tmp_path / "out"), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == 3
    assert (told["cda"], told["pdf"], [one["code"] for one in told["findings"]]) == (None, None, ["GAL-FIC-01"])
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_name_is_not_the_folder_where_one_happens_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case.json"
    case.write_text(json.dumps(case_of(Kind.BILAN)), "utf-8")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for words in (["make", "bilan", "--case", str(case)], ["read", str(case)], ["render", str(case)]):
        assert cli.main(["docs", *words, "--out", "", "--data", str(tmp_path / "data")]) == 2
        assert "GAL-USE-01" in capsys.readouterr().err
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("dose", ["-1", "- 0.5 mL", "−1 dose"])
def test_a_negative_dose_is_refused(make: Make, dose: str) -> None:
    case = case_of(Kind.VACCINATION)
    code, told = make("vaccination", changed(case, "vaccine.dose", dose))
    assert code == 3
    assert "GAL-DOC-27" in [one["code"] for one in told["findings"] if one["severity"] == "error"]
