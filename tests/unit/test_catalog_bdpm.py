"""The files of the medicines database are read line by line: each line is kept, or rejected with its reason."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.errors import FileUnusable, InputDefect
from app.officine.catalog import bdpm
from tests.catalog_files import CatalogFiles, no_price, presentation, speciality

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.outcome import Finding
    from app.officine.catalog.rows import Medicines

TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def files() -> CatalogFiles:
    return CatalogFiles()


def read(files: CatalogFiles, tmp_path: Path) -> Medicines:
    return bdpm.read_folder(files.write(tmp_path / "bdpm"), TODAY)


def codes(findings: list[Finding], code: str) -> list[str]:
    return [finding.subject for finding in findings if finding.code == code]


def test_a_sound_set_is_read_whole(files: CatalogFiles, tmp_path: Path) -> None:
    medicines = read(files, tmp_path)
    assert len(medicines.specialities) == 9
    assert len(medicines.presentations) == 10
    assert medicines.rejected == []
    assert medicines.source_date == dt.date(2026, 5, 18)
    assert medicines.specialities[2].name == "CODINE ŒDÉME 20 mg, comprimé"
    assert medicines.presentations[2].price_without_fee == 146629


@pytest.mark.req("OFF-CAT-01")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_each_file_is_read_in_its_own_encoding(files: CatalogFiles, tmp_path: Path, encoding: str) -> None:
    folder = files.write(tmp_path / "bdpm")
    for name, lines in files.files.items():
        (folder / name).write_bytes("\r\n".join(lines).encode(encoding))
    medicines = bdpm.read_folder(folder, TODAY)
    assert medicines.rejected == []
    assert medicines.specialities[2].name == "CODINE ŒDÉME 20 mg, comprimé"
    assert medicines.conditions[3] == ("60000004", "stupéfiants")


@pytest.mark.req("OFF-CAT-03")
@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("CIS_bdpm.txt", "60000010\tSEUL", "2\u00a0colonnes au lieu de 12"),
        ("CIS_bdpm.txt", speciality("6000001X", "MAUVAIS"), "code CIS illisible"),
        ("CIS_bdpm.txt", speciality("60000010", " "), "dénomination vide"),
        ("CIS_bdpm.txt", speciality("60000001", "ENCORE"), "déjà lu à la ligne 1"),
        ("CIS_bdpm.txt", speciality("60000010", "A\x07B"), "caractère de contrôle"),
        ("CIS_CIP_bdpm.txt", no_price("60000001", "3000011").replace("34009", "34008"), "clé du code CIP13 fausse"),
        ("CIS_CIP_bdpm.txt", presentation("60000001", "3000011", prices=("1.00", "2,02", "1,02")), "montant illisible"),
        ("CIS_CIP_bdpm.txt", presentation("60000001", "3000011", rate="gratuit"), "taux illisible"),
        ("CIS_CIP_bdpm.txt", presentation("60000001", "3000011", declared="31/02/2020"), "date impossible"),
        ("CIS_CIP_bdpm.txt", presentation("60000001", "3000001"), "déjà lu à la ligne 1"),
        ("CIS_COMPO_bdpm.txt", "60000001\tx\t1\tA\t\t\tSA\tun", "numéro de liaison"),
        ("CIS_GENER_bdpm.txt", "12\tGROUPE\t60000001\t9\t1", "groupe générique illisible"),
        ("CIS_CPD_bdpm.txt", "60000001\t ", "condition vide"),
        ("CIS_CIP_Dispo_Spec.txt", "60000001\t\t7\tX\t\t\t\t", "code de disponibilité inconnu"),
        ("CIS_MITM.txt", "60000001\tÉÉ\tX\tY", "code ATC illisible"),
        ("CIS_bdpm.txt", speciality("60000010", "L" * 30000), "ligne de plus de"),
    ],
)
def test_a_broken_line_is_rejected_alone_with_its_number_and_reason(
    files: CatalogFiles, tmp_path: Path, file: str, line: str, reason: str
) -> None:
    files.files[file].insert(1, line)
    if "déjà" in reason:
        files.files[file].append(files.files[file].pop(1))
    medicines = read(files, tmp_path)
    (rejected,) = medicines.rejected
    assert rejected.file == file
    assert rejected.line == (len(files.files[file]) if "déjà" in reason else 2)
    assert reason in rejected.reason
    assert {row.cis for row in medicines.specialities} >= {f"6000000{n}" for n in range(1, 9)}


def test_an_octet_that_is_not_of_the_encoding_costs_its_line_only(files: CatalogFiles, tmp_path: Path) -> None:
    folder = files.write(tmp_path / "bdpm")
    path = folder / "CIS_CIP_bdpm.txt"
    lines = path.read_bytes().split(b"\n")
    lines[0] = lines[0].replace("é".encode(), b"\xe9", 1)
    path.write_bytes(b"\n".join(lines))
    medicines = bdpm.read_folder(folder, TODAY)
    assert [(line.file, line.line) for line in medicines.rejected] == [("CIS_CIP_bdpm.txt", 1)]
    assert medicines.presentations[0].label == "plaquette(s) PVC de 30 comprimé(s)"


@pytest.mark.req("OFF-CAT-03")
def test_what_is_odd_is_kept_and_said(files: CatalogFiles, tmp_path: Path) -> None:
    rows = files.files["CIS_CIP_bdpm.txt"]
    rows.append(presentation("60000001", "3000021", declared="29/11/2924"))
    rows.append(presentation("60000001", "3000022", declared="19/01/1910"))
    rows.append(presentation("60000001", "3000023", prices=("13,91", "1,02", "")))
    rows.append(presentation("60000001", "3000024", rate="35%"))
    files.files["CIS_CPD_bdpm.txt"].append("60000001\tliste I")
    medicines = read(files, tmp_path)
    assert medicines.rejected == []
    assert codes(medicines.findings, "GAL-CAT-24") == ["CIS_CIP_bdpm.txt:11", "CIS_CIP_bdpm.txt:12"]
    assert len(codes(medicines.findings, "GAL-CAT-22")) == 1
    assert len(codes(medicines.findings, "GAL-CAT-23")) == 1
    assert codes(medicines.findings, "GAL-CAT-25") == ["CIS_CPD_bdpm.txt"]
    assert len(codes(medicines.findings, "GAL-CAT-21")) == 1
    assert medicines.presentations[-4].declared_on is None
    assert medicines.presentations[-2].price is None
    assert medicines.presentations[-2].rate == 6500


def test_ghost_lines_and_a_last_line_without_end_are_no_fault(files: CatalogFiles, tmp_path: Path) -> None:
    folder = files.write(tmp_path / "bdpm")
    path = folder / "CIS_CPD_bdpm.txt"
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\r\r\n\r\n", 2).rstrip(b"\r\n"))
    assert bdpm.read_folder(folder, TODAY).rejected == []


def test_the_optional_files_may_be_absent(files: CatalogFiles, tmp_path: Path) -> None:
    del files.files["CIS_MITM.txt"], files.files["CIS_CIP_Dispo_Spec.txt"]
    medicines = read(files, tmp_path)
    assert codes(medicines.findings, "GAL-CAT-20") == ["CIS_CIP_Dispo_Spec.txt", "CIS_MITM.txt"]


def test_a_folder_that_is_not_there_can_be_mended_by_the_user(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="n’existe pas"):
        bdpm.read_folder(tmp_path / "nowhere", TODAY)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(file=st.sampled_from(sorted(CatalogFiles().files)), line=st.text(max_size=200))
def test_any_line_is_kept_or_rejected(tmp_path: Path, file: str, line: str) -> None:
    files = CatalogFiles()
    files.files[file].insert(1, line)
    folder = files.write(tmp_path / "bdpm")
    end = b"\n" if file == "CIS_CIP_bdpm.txt" else b"\r\n"
    (folder / file).write_bytes(end.join(text.encode("utf-8", "replace") for text in [*files.files[file], ""]))
    try:
        medicines = bdpm.read_folder(folder, TODAY)
    except InputDefect as refusal:
        told = refusal.text
        assert told
    else:
        assert all(rejected.file == file and rejected.reason for rejected in medicines.rejected)


@pytest.mark.req("OFF-CAT-01")
def test_the_real_database_is_read_whole(bdpm_dir: Path) -> None:
    medicines = bdpm.read_folder(bdpm_dir, TODAY)
    assert (len(medicines.specialities), len(medicines.presentations), len(medicines.groups)) == (15_848, 20_903, 1_659)
    assert medicines.rejected == []
    assert medicines.source_date == dt.date(2026, 5, 19)
    assert len(codes(medicines.findings, "GAL-CAT-21")) == 4
    assert len(codes(medicines.findings, "GAL-CAT-22")) == 3
    assert len(codes(medicines.findings, "GAL-CAT-23")) == 4
    assert "CIS_CIP_bdpm.txt:13322" in codes(medicines.findings, "GAL-CAT-24")
