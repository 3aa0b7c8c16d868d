"""A damaged update is refused with its reason; the version in force stays, and the counter goes on."""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING

import pytest

from app.kernel.errors import FileUnusable
from app.kernel.outcome import Done, Refused
from app.officine.catalog.service import Catalog
from tests.catalog_files import CatalogFiles, cip13, presentation, speciality

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.store.audit import Actor
    from app.store.database import Database

REQUIRED = ["CIS_bdpm.txt", "CIS_CIP_bdpm.txt", "CIS_COMPO_bdpm.txt", "CIS_GENER_bdpm.txt", "CIS_CPD_bdpm.txt"]


def large() -> CatalogFiles:
    """A made-up set as wide as a national one must be to be judged as one."""
    files = CatalogFiles()
    for rank in range(1100):
        cis = f"61{rank:06d}"
        files.files["CIS_bdpm.txt"].append(speciality(cis, f"ÉLIXIR {rank} mg, comprimé"))
        files.files["CIS_CIP_bdpm.txt"].append(presentation(cis, f"31{rank:05d}"))
        files.files["CIS_COMPO_bdpm.txt"].append(f"{cis}\tcomprimé\t{rank}\tSUBSTANCE {rank}\t1 mg\tun comprimé\tSA\t1")
        files.files["CIS_CPD_bdpm.txt"].append(f"{cis}\tliste I")
        files.files["CIS_GENER_bdpm.txt"].append(f"{100 + rank}\tGROUPE {rank}\t{cis}\t1\t1")
    return files


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return large().write(tmp_path / "bdpm")


@pytest.fixture
def catalog(sqlite_database: Database, source: Path, actor: Actor, tmp_path: Path) -> Iterator[Catalog]:
    service = Catalog(sqlite_database, tmp_path / "catalogs")
    assert isinstance(service.import_folder(source, actor), Done)
    yield service
    service.close()


def refused(catalog: Catalog, source: Path, actor: Actor) -> str:
    """Import a damaged set; check that nothing changed, and return the reason."""
    before = catalog.version()
    outcome = catalog.import_folder(source, actor)
    assert isinstance(outcome, Refused)
    assert catalog.version() == before
    assert catalog.by_code(cip13("3000002")).name == "AMOXILAB 500 mg, gélule"
    assert catalog.search("elixir 500")
    assert not [path for path in catalog.folder.iterdir() if path.name.startswith(".")]
    return outcome.findings[0].text


@pytest.mark.req("OFF-CAT-05")
@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: b"", "est vide"),
        (lambda content: b" \r\n\r\n\t\r\n", "est vide"),
        (lambda content: bytes(range(256)) * 400, "binaire"),
        (lambda content: b"\x89PNG\r\n\x1a\n" + os.urandom(40_000), "."),
        (lambda content: b"PK\x03\x04" + content[:200], "."),
        (lambda content: b"<!DOCTYPE html><html><body>404</body></html>", "page web"),
        (lambda content: content[: len(content) // 2 - 9].rstrip(b"\r\n0123456789"), "."),
        (lambda content: b"\n".join(content.split(b"\n")[:300]) + b"\n", "."),
        (lambda content: content.replace(b"\t", b";"), "endommagé"),
        (lambda content: content.decode("cp1252", "replace").encode("utf-16"), "binaire"),
        (lambda content: content.decode("cp1252", "replace").encode("utf-16-le"), "binaire"),
        (lambda content: content.replace(b"\r\n", b"\r").replace(b"\n", b"\r"), "."),
        (lambda content: b"x" * 70_000_000, "dépasse"),
    ],
    ids=["empty", "blank", "binary", "image", "archive", "page", "cut", "short", "semicolons", "utf-16", "utf-16-le",
         "cr-only", "huge"],
)  # fmt: skip
def test_a_damaged_file_is_refused(
    catalog: Catalog, source: Path, actor: Actor, name: str, damage: Callable[[bytes], bytes], reason: str
) -> None:
    path = source / name
    path.write_bytes(damage(path.read_bytes()))
    assert reason in refused(catalog, source, actor)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_file_is_refused(catalog: Catalog, source: Path, actor: Actor, name: str) -> None:
    (source / name).unlink()
    assert f"«\u00a0{name}\u00a0» manque" in refused(catalog, source, actor)


@pytest.mark.parametrize("name", [*REQUIRED, "CIS_MITM.txt"])
def test_a_folder_in_place_of_a_file_is_refused(catalog: Catalog, source: Path, actor: Actor, name: str) -> None:
    (source / name).unlink()
    (source / name).mkdir()
    assert "est un dossier" in refused(catalog, source, actor)


def test_a_file_in_place_of_the_folder_can_be_mended(catalog: Catalog, source: Path, actor: Actor) -> None:
    with pytest.raises(FileUnusable):
        catalog.import_folder(source / "CIS_bdpm.txt", actor)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_can_be_mended(catalog: Catalog, source: Path, actor: Actor) -> None:
    (source / "CIS_bdpm.txt").chmod(0)
    with pytest.raises(FileUnusable, match="accès refusé"):
        catalog.import_folder(source, actor)
    (source / "CIS_bdpm.txt").chmod(stat.S_IRUSR)


@pytest.mark.parametrize("encoding", ["cp850", "mac-roman"])
@pytest.mark.parametrize("name", ["CIS_bdpm.txt", "CIS_CIP_bdpm.txt", "CIS_COMPO_bdpm.txt"])
def test_accents_of_another_encoding_are_refused(
    catalog: Catalog, source: Path, actor: Actor, name: str, encoding: str
) -> None:
    path = source / name
    text = path.read_bytes().decode("utf-8" if name == "CIS_CIP_bdpm.txt" else "cp1252")
    path.write_bytes(text.encode(encoding, "replace"))
    assert "encodage inattendu" in refused(catalog, source, actor)


def test_utf8_put_twice_is_refused(catalog: Catalog, source: Path, actor: Actor) -> None:
    path = source / "CIS_CIP_bdpm.txt"
    path.write_bytes(path.read_bytes().decode("cp1252", "replace").encode())
    assert "encodage inattendu" in refused(catalog, source, actor)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("CIS_bdpm.txt", "présentations sans spécialité"),
        ("CIS_CIP_bdpm.txt", "spécialités sans présentation"),
        ("CIS_COMPO_bdpm.txt", "spécialités sans substance"),
        ("CIS_CPD_bdpm.txt", "spécialités sans condition"),
    ],
)
def test_a_file_cut_at_the_end_of_a_line_is_refused_even_the_first_time(
    sqlite_database: Database, source: Path, actor: Actor, tmp_path: Path, name: str, reason: str
) -> None:
    catalog = Catalog(sqlite_database, tmp_path / "first")
    path = source / name
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:500]) + b"\n")
    outcome = catalog.import_folder(source, actor)
    assert isinstance(outcome, Refused)
    assert reason in outcome.findings[0].text
    assert catalog.version() is None
    assert catalog.search("elixir") == []


def test_a_file_cut_in_a_text_that_still_reads_is_refused_and_may_be_accepted(
    catalog: Catalog, source: Path, actor: Actor
) -> None:
    path = source / "CIS_CPD_bdpm.txt"
    path.write_bytes(path.read_bytes().removesuffix(b"ste I\r\n"))
    assert "sans fin de ligne" in refused(catalog, source, actor)
    assert isinstance(catalog.import_folder(source, actor, accept_fall=True), Done)


def test_prices_that_do_not_add_up_are_refused(catalog: Catalog, source: Path, actor: Actor) -> None:
    path = source / "CIS_CIP_bdpm.txt"
    path.write_bytes(path.read_bytes().replace(b"25,36", b"24,34"))
    assert "Les prix sont endommagés" in refused(catalog, source, actor)


def test_conditions_that_no_longer_name_the_lists_are_refused(catalog: Catalog, source: Path, actor: Actor) -> None:
    path = source / "CIS_CPD_bdpm.txt"
    path.write_bytes(path.read_bytes().replace(b"liste I\r", b"liste n\xb0 1\r"))
    assert "Les conditions de délivrance sont endommagées" in refused(catalog, source, actor)


def test_a_fall_is_refused_and_may_be_accepted(catalog: Catalog, source: Path, actor: Actor) -> None:
    path = source / "CIS_GENER_bdpm.txt"
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:900]) + b"\n")
    assert "n’a plus que 900\u00a0lignes" in refused(catalog, source, actor).replace(" lignes", "\u00a0lignes")
    assert isinstance(catalog.import_folder(source, actor, accept_fall=True), Done)


def test_some_broken_lines_are_rejected_and_the_rest_goes_into_force(
    catalog: Catalog, source: Path, actor: Actor
) -> None:
    path = source / "CIS_CIP_bdpm.txt"
    lines = path.read_bytes().split(b"\n")
    for rank in range(10, 50):
        lines[rank] = lines[rank].replace(b"\t34009", b"\t34008")
    path.write_bytes(b"\n".join(lines))
    outcome = catalog.import_folder(source, actor)
    assert isinstance(outcome, Done)
    assert [line.line for line in outcome.value.rejected] == list(range(11, 51))


def test_a_full_disk_leaves_the_version_in_force(
    catalog: Catalog, source: Path, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.kernel.errors import DiskFull  # noqa: PLC0415 -- only here
    from app.officine.catalog import snapshot  # noqa: PLC0415

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot, "_sync", full)
    before = catalog.version()
    (source / "CIS_MITM.txt").unlink()
    with pytest.raises(DiskFull):
        catalog.import_folder(source, actor)
    assert catalog.version() == before
    assert catalog.by_code(cip13("3000002")) is not None


def test_the_real_set_cut_in_half_is_refused(
    sqlite_database: Database, bdpm_dir: Path, actor: Actor, tmp_path: Path
) -> None:
    catalog = Catalog(sqlite_database, tmp_path / "catalogs")
    for name in REQUIRED:
        source = tmp_path / name
        shutil.copytree(bdpm_dir, source)
        path = source / name
        path.chmod(0o600)
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        assert isinstance(catalog.import_folder(source, actor), Refused), name
