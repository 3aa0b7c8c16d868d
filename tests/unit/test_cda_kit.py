"""Is a validation kit put into service whole or not at all, and told from a defective one?"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from app.cli import main
from app.cli.probe import FAIL, OK, WARN, Subject
from app.cli.probes_data import cda_kit as kit_probe
from app.docs.validation import installing
from app.docs.validation import kit as kits
from app.docs.validation.process import Validator
from app.docs.validation.sheets import sheet
from app.kernel.errors import DiskFull, FileUnusable, InputDefect
from app.kernel.outcome import Done, Refused
from app.paths import DataFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.docs.validation.installing import Installed

pytestmark = pytest.mark.req("SC.DOC.02")

NOW = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
_NOTE = "schematrons/CI-SIS_VAC-NOTE_2021.01.sch"


@pytest.fixture
def source(cda_kit: Path, tmp_path: Path) -> Path:
    """A copy of the official kit, to be changed."""
    return _copied(cda_kit, tmp_path / "kit")


@pytest.fixture(scope="module")
def damaged_source(cda_kit: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the official kit, damaged by each test for a while: four hundred files are not copied for each."""
    return _copied(cda_kit, tmp_path_factory.mktemp("damaged") / "kit")


def _copied(kit: Path, folder: Path) -> Path:
    for place in kits.PLACES:
        shutil.copytree(kit / place, folder / place)
    return folder


@pytest.fixture(scope="module")
def installed_once(cda_kit: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The official kit in service; never changed."""
    place = tmp_path_factory.mktemp("installed") / "cda-kit"
    install(cda_kit, place)
    return place


@pytest.fixture
def place(installed_once: Path, tmp_path: Path) -> Path:
    """The official kit in service, in a place of the test's own."""
    return shutil.copytree(installed_once, tmp_path / "data" / "cda-kit")


def another(source: Path) -> None:
    """Make a kit another one, as good."""
    file = source / "jeuxDeValeurs" / "TRE_R95-UsagerTitre.xml"
    file.write_bytes(file.read_bytes() + b"\n")


def install(source: Path, place: Path) -> Installed:
    outcome = installing.install(source, place, NOW)
    assert isinstance(outcome, Done), outcome
    return outcome.value


def refusal(source: Path, place: Path) -> str:
    outcome = installing.install(source, place, NOW)
    assert isinstance(outcome, Refused)
    (finding,) = outcome.findings
    assert finding.code == "GAL-DOC-94"
    assert finding.advice
    return finding.text


# --- What a kit is ---------------------------------------------------------------------------------------------------


def test_the_official_kit_is_whole_and_its_gaps_are_known(cda_kit: Path) -> None:
    kit = kits.read_kit(cda_kit)
    assert kits.defects(kit) == []
    (note,) = installing.absence(kit)
    assert (note.code, note.severity) == ("GAL-DOC-99", "info")
    assert "TRE_R96-AutreProfDomSanitaire.xml" in note.text


def test_the_header_s_folder_may_have_its_accent_or_what_an_unzip_made_of_it(source: Path) -> None:
    renamed = kits.read_kit(source)
    folder = source / "schematrons" / "include" / "en-tete"
    for name in ("en-tête", "en-te\u0302te", "en-tÃªte", "en-t\udc88te"):
        folder = folder.rename(folder.with_name(name))
        accented = kits.read_kit(source)
        assert kits.defects(accented) == []
        assert accented.fingerprint == renamed.fingerprint


@pytest.mark.parametrize(
    "lost",
    [
        "infrastructure/cda/CDA_extended.xsd",
        "infrastructure/cda/voc.xsd",
        "schematrons/profils/IHE_XDS-SD.sch",
        "schematrons/include/en-tete/author_fr.sch",
        _NOTE,
    ],
)
def test_what_is_missing_is_named(cda_kit: Path, lost: str) -> None:
    files = dict(kits.read_kit(cda_kit).files)
    del files[lost]
    (finding,) = kits.defects(kits.Kit(files))
    assert f"«\u00a0{lost}\u00a0»" in finding.text


def test_a_folder_without_any_value_set_is_no_kit(cda_kit: Path) -> None:
    kit = kits.read_kit(cda_kit)
    rest = {path: content for path, content in kit.files.items() if path not in kit.value_sets()}
    (finding,) = kits.defects(kits.Kit(rest))
    assert "jeuxDeValeurs" in finding.text


def test_a_fingerprint_tells_every_change(source: Path) -> None:
    first = kits.read_kit(source).fingerprint
    (source / "README.txt").write_text("beside", "utf-8")
    assert kits.read_kit(source).fingerprint == first
    another(source)
    assert kits.read_kit(source).fingerprint != first


# --- Installation ----------------------------------------------------------------------------------------------------


def in_service(place: Path) -> Installed:
    installed, _ = installing.examine(place)
    assert installed is not None
    return installed


def test_a_kit_is_installed_examined_and_replaced_the_former_one_kept(source: Path, place: Path) -> None:
    first = in_service(place)
    assert (first.files, first.at, first.previous) == (394, NOW, "")
    another(source)
    second = install(source, place)
    assert second.previous == first.fingerprint != second.fingerprint
    again = install(source, place)
    assert (again.fingerprint, again.previous) == (second.fingerprint, first.fingerprint)
    assert installing.examine(place)[0] == again
    assert {folder.name for folder in place.iterdir() if folder.is_dir()} == {
        first.fingerprint[:16], second.fingerprint[:16], "cache",
    }  # fmt: skip


@contextlib.contextmanager
def _changed(file: Path, old: str, new: str) -> Iterator[None]:
    """Change a file of a kit for a while."""
    before = file.read_bytes()
    assert old.encode() in before
    file.write_bytes(before.replace(old.encode(), new.encode(), 1))
    yield
    file.write_bytes(before)


@contextlib.contextmanager
def _aside(entry: Path, then: Callable[[Path], object] = lambda entry: None) -> Iterator[None]:
    """Take something of a kit away for a while, ``then`` put what it makes in its place."""
    kept = entry.rename(entry.parent.parent / f"{entry.name}.kept")
    then(entry)
    yield
    entry.unlink(missing_ok=True)
    kept.rename(entry)


def _link_to_kept(entry: Path) -> None:
    entry.symlink_to(entry.parent.parent / f"{entry.name}.kept")


def _large(entry: Path) -> None:
    with entry.open("wb") as file:
        file.truncate(kits.LARGEST_FILE + 1)


_DAMAGE: dict[str, Callable[[Path], contextlib.AbstractContextManager[None]]] = {
    "missing": lambda kit: _aside(kit / "infrastructure/cda/voc.xsd"),
    "link": lambda kit: _aside(kit / _NOTE, _link_to_kept),
    "folder": lambda kit: _aside(kit / "jeuxDeValeurs", _link_to_kept),
    "pipe": lambda kit: _aside(kit / _NOTE, os.mkfifo),
    "large": lambda kit: _aside(kit / _NOTE, _large),
    "malformed": lambda kit: _changed(kit / _NOTE, "</schema>", "</schem"),
    "entity": lambda kit: _changed(kit / _NOTE, "<schema", "<!DOCTYPE schema [<!ENTITY a 'b'>]><schema"),
    "xpath": lambda kit: _changed(kit / _NOTE, 'test="', 'test="(('),
    "outside": lambda kit: _changed(kit / _NOTE, 'href="abstract/', 'href="../../abstract/'),
    "schema": lambda kit: _changed(kit / "infrastructure/cda/datatypes.xsd", 'type="', 'type="no'),
}


@pytest.mark.parametrize("damage", _DAMAGE)
def test_a_defective_kit_is_refused_and_the_one_in_service_stays(
    damaged_source: Path, installed_once: Path, damage: str
) -> None:
    before = in_service(installed_once)
    with _DAMAGE[damage](damaged_source):
        assert refusal(damaged_source, installed_once)
    assert in_service(installed_once) == before
    assert not list(installed_once.glob("staging-*"))


def test_a_kit_altered_after_its_installation_is_not_judged_with_and_is_mended_by_another(
    cda_kit: Path, place: Path, tmp_path: Path
) -> None:
    installed = in_service(place)
    file = installed.folder(place) / _NOTE
    file.write_bytes(b"<schema xmlns='http://purl.oclc.org/dsdl/schematron'/>")
    with pytest.raises(InputDefect) as altered:
        installing.validator(place)
    assert altered.value.code == "GAL-DOC-94"
    assert installing.examine(place)[0] is None
    # A process that begins later than the verification is held to it too.
    late = Validator(installed.folder(place), tmp_path, fingerprint=installed.fingerprint)
    with late, pytest.raises(InputDefect) as refused:
        late.check(b"<a/>")
    assert refused.value.code == "GAL-DOC-94"
    install(cda_kit, place)
    installing.validator(place).close()
    (place / "installed.json").write_text("{", "utf-8")
    with pytest.raises(InputDefect):
        installing.validator(place)


def test_a_place_that_cannot_be_written_changes_nothing(cda_kit: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileUnusable):
        installing.install(cda_kit, tmp_path / "file" / "cda-kit", NOW)


def test_a_full_disk_changes_nothing(source: Path, installed_once: Path, small_disk: Path) -> None:
    # 4 MB hold one kit, not two.
    place = shutil.copytree(installed_once, small_disk / "cda-kit", ignore=shutil.ignore_patterns("cache"))
    first = in_service(place)
    another(source)
    with pytest.raises(DiskFull):
        installing.install(source, place, NOW)
    assert installing.examine(place)[0] == first
    assert not list(place.glob("staging-*"))


def test_a_kept_sheet_that_was_altered_is_compiled_again(cda_kit: Path, tmp_path: Path) -> None:
    kit = kits.read_kit(cda_kit)
    made = sheet(kit, _NOTE, tmp_path)
    (file,) = tmp_path.iterdir()
    assert sheet(kit, _NOTE, tmp_path) == made
    file.write_bytes(file.read_bytes().replace(b"not(", b"(", 1))
    assert sheet(kit, _NOTE, tmp_path) == made
    file.write_bytes(b"")
    assert sheet(kit, _NOTE, tmp_path / "nowhere" / "deeper") == made


# --- Commands --------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    def call(*words: str) -> tuple[int, Any]:
        code = main(["docs", "--data", str(tmp_path / "data"), "--json", *words])
        return code, json.loads(capsys.readouterr().out)

    return call


def test_the_commands_install_a_kit_and_judge_with_it(
    run: Callable[..., tuple[int, Any]], cda_kit: Path, installed_once: Path, tmp_path: Path
) -> None:
    note = cda_kit / "ExemplesCDA" / "CR-BIO_2021.01_CDA-R2-Niveau-1.xml"
    code, told = run("check", str(note))
    assert (code, [finding["code"] for finding in told["findings"]]) == (4, ["GAL-DOC-95"])
    assert "galien docs kit install" in told["findings"][0]["advice"]
    assert run("kit", "status")[1]["ok"] is False
    code, told = run("kit", "install", str(tmp_path))
    assert (code, told["ok"], told["findings"][0]["code"]) == (3, False, "GAL-DOC-94")
    shutil.copytree(installed_once, tmp_path / "data" / "cda-kit", dirs_exist_ok=True)
    code, told = run("kit", "install", str(cda_kit))
    assert (code, told["ok"], told["files"]) == (0, True, 394)
    assert run("kit", "status")[1]["fingerprint"] == told["fingerprint"]
    code, told = run("check", str(note))
    assert (code, told["ok"], {one["severity"] for one in told["findings"]}) == (0, True, {"warning"})
    broken = tmp_path / "broken.xml"
    broken.write_bytes(note.read_bytes().replace(b'code="fr-FR"', b'code="fr"'))
    code, told = run("check", str(broken), "--kit", str(cda_kit))
    assert (code, told["ok"]) == (3, False)
    errors = [(one["code"], one["subject"]) for one in told["findings"] if one["severity"] == "error"]
    assert errors == [("GAL-DOC-91", "/ClinicalDocument[1]")]
    code, told = run("check", str(broken), "--kit", str(tmp_path))
    assert (code, told["ok"], told["findings"][0]["code"]) == (3, False, "GAL-DOC-94")
    assert run("check", str(broken), "--kit", str(tmp_path / "nowhere"))[0] == 4
    assert run("check", str(tmp_path / "nowhere"))[0] == 4


def test_the_diagnosis_tells_whether_documents_can_be_judged_here(place: Path, tmp_path: Path) -> None:
    answer = kit_probe(Subject(DataFolder(tmp_path / "new"), None))
    assert (answer.status, "galien docs kit install" in answer.advice) == (WARN, True)
    folder = DataFolder(place.parent)
    installed = in_service(place)
    assert kit_probe(Subject(folder, None)).status == OK
    (installed.folder(folder.cda_kit) / _NOTE).unlink()
    assert kit_probe(Subject(folder, None)).status == FAIL


def test_a_kit_that_is_nowhere_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable):
        installing.install(tmp_path / "nowhere", tmp_path / "cda-kit", NOW)
