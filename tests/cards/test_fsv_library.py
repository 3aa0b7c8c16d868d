"""Is the publisher's SESAM-Vitale library loaded, called as its headers say, and each of its failures told?

The library of these tests is a double of ours, compiled here with the public names: it proves our side of the calls.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import os
import shutil
import struct
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from needs import missing

from app import settings
from app.cards import fsv_failures, fsv_library
from app.cards.fsv import FsvDesk
from app.cards.fsv_failures import (
    FsvAbsent,
    FsvBusy,
    FsvDefect,
    FsvDied,
    FsvFailure,
    FsvSays,
    FsvSlow,
    FsvUnfit,
    failure_of,
)
from app.cards.fsv_library import FUNCTIONS, target_of
from app.fsv_bench import FsvBench
from app.kernel.mode import Mode
from app.officine.rights.component import Component
from app.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.req("OFF-CARD-04")

SOURCE = Path(__file__).with_name("fsv_double.c")
RESOURCES = ("CPS", "Log_SV")
DAY = dt.date(2026, 11, 25)
CODE = bytearray(b"4821")
ROSE = (
    "g 101;0;0123456789;20291231;;;;0;2880799999001;13;01;349;0000;10;",
    "g 104;TILLEUL;TILLEUL;ROSE;;;;;;2880799999001;13;20260101;19880702;1;0;00;;;",
    "g 105;20260101;20261231",
    "g 106;20260101;20261231;1;0",
)


class Double:
    """The library compiled for the tests, and what it is to answer."""

    def __init__(self, build: Callable[..., Path], folder: Path) -> None:
        self.build = build
        self._orders, self._told = folder / "orders", folder / "told"
        os.environ["FSV_DOUBLE"], os.environ["FSV_DOUBLE_TOLD"] = str(self._orders), str(self._told)
        self.answer()

    def answer(self, *orders: str) -> None:
        """Answer so from now on."""
        self._orders.write_text("\n".join(orders) + "\n", "latin-1")

    @property
    def told(self) -> list[str]:
        """What was asked of the library, in order."""
        return self._told.read_text("latin-1").splitlines() if self._told.exists() else []

    @property
    def path(self) -> str:
        """The whole library."""
        return str(self.build())


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compile the double, without some functions."""
    folder = tmp_path_factory.mktemp("fsv")
    compiler = shutil.which("cc") or missing("no C compiler is installed")

    def made(*without: str) -> Path:
        target = folder / f"libssv{''.join(without)}.so"
        if not target.exists():
            options = [f"-DWITHOUT_{name}" for name in without]
            subprocess.run([str(compiler), "-shared", "-fPIC", "-O1", *options, "-o", target, SOURCE], check=True)
        return target

    return made


@pytest.fixture
def double(build: Callable[..., Path], tmp_path: Path) -> Iterator[Double]:
    made = Double(build, tmp_path)
    yield made
    del os.environ["FSV_DOUBLE"], os.environ["FSV_DOUBLE_TOLD"]


@pytest.fixture
def open_desk() -> Iterator[Callable[..., FsvDesk]]:
    """Open desks on files; all are closed after the test."""
    opened: list[FsvDesk] = []

    def made(*paths: str, **given: Any) -> FsvDesk:  # noqa: ANN401 -- as the desk's own
        opened.append(FsvDesk(paths, resources=RESOURCES, **given))
        return opened[-1]

    yield made
    for one in opened:
        one.close()


@pytest.fixture
def desk(double: Double) -> Iterator[FsvDesk]:
    made = FsvDesk([double.path], resources=RESOURCES)
    yield made
    made.close()


def test_the_rights_are_read_by_groups_as_the_headers_say(desk: FsvDesk, double: Double) -> None:
    double.answer(*ROSE)
    groups = desk.rights(CODE, DAY)
    assert [group.number for group in groups] == [101, 104, 105, 106]
    assert groups[0].fields[7:13] == ("2880799999001", "13", "01", "349", "0000", "10")
    assert groups[1].fields[2] == "ROSE"
    assert groups[3].fields == ("20260101", "20261231", "1", "0")
    desk.close()
    assert [line.rstrip() for line in double.told[:2]] == ["init", "rights CPS Log_SV 4821 20261125"]
    assert double.told[2].startswith("free "), "the session is given back"
    assert double.told[-1].startswith("term"), "the library is given back"


def test_the_library_is_opened_once_and_each_session_given_back(desk: FsvDesk, double: Double) -> None:
    double.answer(*ROSE)
    desk.rights(CODE, DAY)
    double.answer("rights F011")
    with pytest.raises(FsvSays):
        desk.rights(CODE, DAY)
    words = [line.split()[0] for line in double.told]
    assert words == ["init", "rights", "free", "rights", "free"]


def test_names_in_latin_1_and_unknown_groups_of_later_versions_are_kept(desk: FsvDesk, double: Double) -> None:
    double.answer(ROSE[0], "g 104;GENÊT;GENÊT;AÏ\x90CHA;;;;;;;;;20010200;1;0;;;;", "g 212;quelque chose;de neuf")
    assert [group.fields[:3] for group in desk.rights(CODE, DAY)[1:]] == [("GENÊT", "GENÊT", "AÏ\ufffdCHA"), ()]


def test_fields_that_an_older_version_has_not_are_empty(desk: FsvDesk, double: Double) -> None:
    double.answer("g 106;20260101;20261231")
    assert desk.rights(CODE, DAY)[0].fields == ("20260101", "20261231", "", "")


def test_the_versions_are_read(desk: FsvDesk, double: Double) -> None:
    double.answer("g 60;4.03;3.10;2.0", "g 61;CONSTRUCTEUR;BI-FENTE;0001;1;2;3;4;20261125120000;AB")
    assert desk.config()[0].fields == ("4.03", "3.10", "2.0")


def test_no_library_configured_is_told_with_what_to_do(open_desk: Callable[..., FsvDesk]) -> None:
    with pytest.raises(FsvAbsent, match="Aucune bibliothèque") as failure:
        open_desk().rights(CODE, DAY)
    assert failure.value.code == "GAL-FSV-01"
    assert "fsv_library" in failure.value.advice


def test_a_file_that_is_not_there_is_named(open_desk: Callable[..., FsvDesk]) -> None:
    with pytest.raises(FsvAbsent, match=r"/nulle/part/libssv\.so"):
        open_desk("/nulle/part/libssv.so").config()


def test_each_missing_function_is_named_and_one_of_another_file_is_taken(
    double: Double, open_desk: Callable[..., FsvDesk]
) -> None:
    cut = str(double.build("SIS_LireDroitsVitale", "SGD_LireChamp"))
    with pytest.raises(FsvUnfit) as failure:
        open_desk(cut).config()
    named = [name for name in FUNCTIONS if name in failure.value.text]
    assert named == ["SIS_LireDroitsVitale", "SGD_LireChamp"]
    both = [ctypes.CDLL(cut), ctypes.CDLL(str(double.build("SSV_InitLIB")))]
    assert set(fsv_library.functions_of(both)) == set(FUNCTIONS)


def test_a_library_of_another_processor_or_system_is_told_from_a_broken_one(
    double: Double, tmp_path: Path, open_desk: Callable[..., FsvDesk]
) -> None:
    whole = Path(double.path).read_bytes()
    other = tmp_path / "libautre.so"
    other.write_bytes(whole[:4] + b"\x01" + whole[5:18] + struct.pack("<H", 0x03) + whole[20:])
    with pytest.raises(FsvUnfit, match=r"faite pour Linux x86, et Galien tourne en Linux"):
        open_desk(str(other)).config()
    text = tmp_path / "libtexte.so"
    text.write_text("ceci n'est pas une bibliothèque")
    with pytest.raises(FsvUnfit, match="n’est pas une bibliothèque"):
        open_desk(str(text)).config()
    cut = tmp_path / "libcoupee.so"
    cut.write_bytes(whole[:2000])
    with pytest.raises(FsvUnfit, match="incomplet"):
        open_desk(str(cut)).config()


@pytest.mark.parametrize(
    ("head", "target"),
    [
        (b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0\x64\x86", "Windows x86_64"),
        (b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0\x4c\x01", "Windows x86"),
        (b"MZ" + bytes(58) + struct.pack("<I", 64) + b"NE\0\0\x4c\x01", ""),
        (b"\xcf\xfa\xed\xfe" + struct.pack("<I", 0x0100000C), "macOS arm64"),
        (b"\xca\xfe\xba\xbe" + struct.pack(">II", 1, 0x0100000C), "macOS arm64"),
        (b"\x7fELF\x02\x01" + bytes(12) + struct.pack("<H", 0xB7), "Linux arm64"),
        (b"\x7fELF", ""),
        (b"MZ", ""),
        (b"", ""),
    ],
)
def test_the_head_of_a_file_says_what_it_is_made_for(head: bytes, target: str) -> None:
    assert target_of(head) == target


def test_another_version_than_the_one_wanted_is_refused_and_both_named(
    double: Double, open_desk: Callable[..., FsvDesk]
) -> None:
    double.answer("g 60;4.03;3.10;2.0")
    with pytest.raises(FsvUnfit, match=r"«.4\.03.», et non «.1\.40\.14.»"):
        open_desk(double.path, version="1.40.14").rights(CODE, DAY)
    assert not any(line.startswith("rights") for line in double.told), "no code was presented"
    wanted = open_desk(double.path, version="4.03")
    assert wanted.config()[0].number == 60


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("F001", "GAL-FSV-10", "carte CPS est absente"),
        ("F003", "GAL-FSV-11", "code porteur"),
        ("FF21", "GAL-FSV-11", "code porteur"),
        ("F004", "GAL-FSV-12", "n’est pas valide"),
        ("F011", "GAL-FSV-13", "Vitale est absente"),
        ("F015", "GAL-FSV-13", "retirée"),
        ("F014", "GAL-FSV-14", "ne communique pas"),
        ("F026", "GAL-FSV-15", "carte de test"),
        ("0400", "GAL-FSV-16", "ne répond pas"),
        ("0800", "GAL-FSV-17", "autre logiciel"),
        ("8001", "GAL-FSV-18", "galss.ini"),
        ("F612", "GAL-FSV-18", "n°\u00a02 est inaccessible"),
        ("F100", "GAL-FSV-16", "désynchronisés"),
        ("ABCD", "GAL-FSV-20", "ABCD"),
    ],
)
def test_each_return_code_is_told_in_french_with_its_number(
    status: str, code: str, words: str, desk: FsvDesk, double: Double
) -> None:
    double.answer(f"rights {status}", *ROSE)
    with pytest.raises(FsvSays) as failure:
        desk.rights(CODE, DAY)
    assert failure.value.code == code
    assert words in failure.value.text
    assert status in failure.value.text
    assert failure.value.advice
    assert double.told.count("rights CPS Log_SV 4821 20261125") == 1, "it is never asked again by itself"


def test_every_return_code_has_a_sentence() -> None:
    for status in range(1, 0x10000):
        failure = failure_of(status)
        assert failure.code.startswith("GAL-FSV-")
        assert f"{status:04X}" in failure.text
    assert fsv_failures.LAST_GROUP == 0xF80B


@pytest.mark.parametrize(
    ("orders", "kind"),
    [
        (("endless", *ROSE), FsvDefect),
        (("g 101;" + "x" * 3_000,), FsvSays),
        (("field F802", *ROSE), FsvSays),
        (("init F611", *ROSE), FsvSays),
        (tuple("g 105;20260101;20261231" for _ in range(450)), FsvDefect),
    ],
    ids=["endless", "long field", "field refused", "opening refused", "too many groups"],
)
def test_an_answer_that_can_not_be_whole_leaves_nothing(
    orders: tuple[str, ...], kind: type[FsvFailure], desk: FsvDesk, double: Double
) -> None:
    double.answer(*orders)
    with pytest.raises(kind):
        desk.rights(CODE, DAY)
    double.answer(*ROSE)
    assert len(desk.rights(CODE, DAY)) == 4, "the next reading begins anew"


def test_a_call_that_does_not_come_back_is_ended_and_the_next_one_works(
    double: Double, open_desk: Callable[..., FsvDesk]
) -> None:
    double.answer("hang 30", *ROSE)
    desk = open_desk(double.path, limit_s=1.0)
    begun = time.monotonic()
    with pytest.raises(FsvSlow, match="à temps"):
        desk.rights(CODE, DAY)
    assert time.monotonic() - begun < 2
    double.answer(*ROSE)
    assert len(desk.rights(CODE, DAY)) == 4, "another process was begun"
    desk.close()


def test_a_library_that_breaks_down_does_not_take_the_program_with_it(desk: FsvDesk, double: Double) -> None:
    for _ in range(3):
        double.answer("crash", *ROSE)
        with pytest.raises(FsvDied, match="elle-même") as failure:
            desk.rights(CODE, DAY)
        assert failure.value.code == "GAL-FSV-07"
        double.answer(*ROSE)
        assert len(desk.rights(CODE, DAY)) == 4


def test_the_library_is_given_back_and_its_process_ended(double: Double, open_desk: Callable[..., FsvDesk]) -> None:
    double.answer(*ROSE)
    desk = open_desk(double.path)
    desk.rights(CODE, DAY)
    process = desk._process._process
    assert process is not None
    desk.close()
    assert double.told[-1].split()[0] == "term"
    assert process.poll() is not None


def test_two_who_ask_at_once_never_meet_in_the_library(desk: FsvDesk, double: Double) -> None:
    double.answer("hang 1", *ROSE)
    ended: list[object] = []

    def ask() -> None:
        try:
            ended.append(len(desk.rights(CODE, DAY)))
        except FsvBusy as busy:
            ended.append(busy.code)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(ended, key=str) == [4, "GAL-FSV-03"]


def test_the_code_of_the_cps_reaches_no_failure_and_an_empty_one_breaks_nothing(desk: FsvDesk, double: Double) -> None:
    double.answer("rights F003")
    with pytest.raises(FsvSays) as failure:
        desk.rights(CODE, DAY)
    assert "4821" not in f"{failure.value!r} {failure.value.text} {failure.value.advice}"
    with pytest.raises(FsvSays):
        desk.rights(bytearray(), DAY)
    assert bytearray(b"4821") == CODE, "what the caller holds is the caller's to wipe"


# --- The technician's test --------------------------------------------------------------------------------------------


def galien(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "app.cli", "cards", *words, "--data", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_tells_the_versions_and_never_asks_for_a_card(double: Double, tmp_path: Path) -> None:
    double.answer("g 60;4.03;3.10;2.0", "g 61;CONSTRUCTEUR;BI-FENTE;0001;;;;;20261125120000;AB", "rights F011")
    folder = tmp_path / "data"
    folder.mkdir()
    settings.save(folder / "settings.json", Settings(mode=Mode.PRODUCTION, fsv_library=double.path))
    done = galien(folder, "fsv")
    assert done.returncode == 0, done.stderr
    assert "4.03 · 3.10 · 2.0" in done.stdout
    assert "BI-FENTE" in done.stdout
    assert not any(line.startswith("rights") for line in double.told)


def test_the_command_says_what_is_missing_as_a_failure_of_the_workstation(tmp_path: Path) -> None:
    done = galien(tmp_path, "fsv")
    assert done.returncode == 4
    assert "GAL-FSV-01" in done.stderr


def test_a_trial_tells_the_versions_or_what_is_missing_by_its_name(double: Double, tmp_path: Path) -> None:
    double.answer("g 60;0403;1.40;")
    table = tmp_path / "codes.json"
    table.write_text('{"source": "essai", "rows": [{"ald": "01", "situation": "0000", "label": "ALD"}]}', "utf-8")
    chosen = Component(fsv_library=double.path, fsv_meanings=str(table))
    found = FsvBench().test(chosen)
    assert ("Versions", "0403 · 1.40") in found.facts
    assert ("Codes couverture", "1\u00a0code, essai") in found.facts
    assert found.findings == ()
    other = FsvBench().test(replace(chosen, fsv_version="9999", fsv_meanings=str(tmp_path)))
    assert [one.code for one in other.findings] == ["GAL-FSV-02", "GAL-FSV-45"]
    assert "9999" in other.findings[0].text
    absent = FsvBench().test(replace(chosen, fsv_library=f"{double.path};{tmp_path / 'parti.so'}"))
    assert "parti.so" in absent.findings[0].text
    assert double.path not in absent.findings[0].text, "only what is missing is named"
