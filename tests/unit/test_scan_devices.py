"""Do the ways in (serial port, image, calibration) deliver exactly what the scanner read, and say what is wrong?"""

from __future__ import annotations

import os
import queue
import random
import struct
import sys
import threading
import zlib
from typing import TYPE_CHECKING

import pytest

from app.kernel.errors import EnvironmentFailure, FileUnusable, InputDefect
from app.officine.scan import calibration, layout
from app.officine.scan.image import read_image
from app.officine.scan.serial_reader import FrameSplitter, ScannerUnplugged, SerialReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GS = "\x1d"
BOX = f"01034009359558381727113010AB123{GS}215X7K2"
WAIT_S = 10.0


# --- Calibration ----------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SCAN-08")
def test_gap_is_twice_the_longest_pause_within_bounds() -> None:
    assert calibration.propose_gap([[4, 5, 6], [4, 4, 8]]) == (4.5, 8, 50, True)
    assert calibration.propose_gap([[40, 41, 45]]) == (41, 45, 90, True)
    assert calibration.propose_gap([[60, 120, 200]]) == (120, 200, 150, False)
    assert calibration.propose_gap([[], []]) is None


def test_a_good_scanner_needs_no_setting() -> None:
    assert calibration.diagnose(calibration.TEST_PAYLOAD + "\r") == calibration.Diagnosis(
        read=True, separators_kept=True
    )
    assert calibration.diagnose("]d1" + calibration.TEST_PAYLOAD).separators_kept


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (layout.US_ON_FR, "GAL-SCN-17"),
        (layout.FR_ON_US, "GAL-SCN-18"),
        (layout.CAPS_ON_FR, "GAL-SCN-19"),
        (layout.CAPS_ON_LETTERS, "GAL-SCN-19"),
        (layout.US_ON_FR_WITH_CAPS, "GAL-SCN-17"),
    ],
)
def test_keyboard_damage_is_named(damage: layout.Damage, code: str) -> None:
    diagnosis = calibration.diagnose(damage.apply(calibration.TEST_PAYLOAD))
    assert diagnosis.read
    assert diagnosis.separators_kept
    assert [finding.code for finding in diagnosis.findings] == [code]


@pytest.mark.parametrize(
    ("shown", "substitute", "kept", "codes"),
    [
        ("<GS>", "", True, []),
        ("{gs}", "", True, []),
        ("", "", False, ["GAL-SCN-52"]),
        ("~", "~", True, ["GAL-SCN-54"]),
        ("|", "|", True, ["GAL-SCN-54"]),
        ("X", "", False, ["GAL-SCN-53"]),
        (" ", "", False, ["GAL-SCN-53"]),
    ],
)
def test_fate_of_the_separator_is_named(shown: str, substitute: str, *, kept: bool, codes: list[str]) -> None:
    diagnosis = calibration.diagnose(calibration.TEST_PAYLOAD.replace(GS, shown))
    assert (diagnosis.gs_substitute, diagnosis.separators_kept) == (substitute, kept)
    assert [finding.code for finding in diagnosis.findings] == codes


@pytest.mark.parametrize("received", ["", BOX, calibration.TEST_PAYLOAD[:-1], "x" + calibration.TEST_PAYLOAD])
def test_another_code_is_not_taken_for_the_test_code(received: str) -> None:
    diagnosis = calibration.diagnose(received)
    assert not diagnosis.read
    assert [finding.code for finding in diagnosis.findings] == ["GAL-SCN-59"]


# --- Serial port ----------------------------------------------------------------------------------------------------


def test_frames_end_at_cr_lf_etx_or_silence() -> None:
    splitter = FrameSplitter()
    assert splitter.feed(b"\x02AB\x1d1\x03CD\r\nEF") == [f"AB{GS}1", "CD"]
    assert splitter.feed(b"G") == []
    assert splitter.flush() == ["EFG"]
    assert splitter.flush() == []
    assert splitter.feed("é\r".encode() + "é\r".encode("latin-1")) == ["é", "é"]


def test_endless_frame_is_delivered_once_and_too_long() -> None:
    splitter = FrameSplitter()
    assert splitter.feed(b"7" * 100_000) == []
    (frame,) = splitter.feed(b"\r")
    assert 4_296 < len(frame) < 5_000


class Line:
    """A pseudo-terminal, and what a reader of its other end reported."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        self.path = os.ttyname(self.slave)
        self.frames: queue.Queue[str] = queue.Queue()
        self.states: queue.Queue[EnvironmentFailure | None] = queue.Queue()


@pytest.fixture
def reading() -> Iterator[Callable[..., tuple[Line, SerialReader]]]:
    started: list[SerialReader] = []

    def start(**options: object) -> tuple[Line, SerialReader]:
        line = Line()
        reader = SerialReader(
            line.path, on_frame=line.frames.put, on_state=line.states.put, retry_s=0.02, **options  # type: ignore[arg-type]
        )  # fmt: skip
        started.append(reader)
        reader.start()
        return line, reader

    yield start
    for reader in started:
        reader.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.req("OFF-SCAN-09")
def test_serial_scans_arrive_whole(reading: Callable[..., tuple[Line, SerialReader]]) -> None:
    line, reader = reading()
    assert line.states.get(timeout=WAIT_S) is None
    os.write(line.master, BOX.encode() + b"\r\n" + b"3400935955838\r")
    assert line.frames.get(timeout=WAIT_S) == BOX
    assert line.frames.get(timeout=WAIT_S) == "3400935955838"
    os.write(line.master, b"3595583")
    assert line.frames.get(timeout=WAIT_S) == "3595583"
    reader.stop()
    os.close(line.master)
    os.close(line.slave)


class FakePort:
    """A port that gives one scan, then is unplugged."""

    in_waiting = 0

    def __init__(self, unplugged: threading.Event) -> None:
        self.unplugged = unplugged
        self.given = False

    def read(self, size: int, /) -> bytes:
        """Give the scan, then fail as pyserial does."""
        assert size >= 1
        if not self.given:
            self.given = True
            return b"3400935955838\r"
        self.unplugged.wait(WAIT_S)
        raise OSError("device reports readiness to read but returned no data")

    def close(self) -> None:
        """Give the port back."""
        self.unplugged.clear()


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.req("OFF-SCAN-09")
def test_unplugged_scanner_is_told_once_and_taken_back(reading: Callable[..., tuple[Line, SerialReader]]) -> None:
    unplugged = threading.Event()
    attempts = iter([None, OSError("no such port"), OSError("no such port"), None, None])

    def open_port(_name: str) -> FakePort:
        problem = next(attempts, None)
        if problem:
            raise problem
        return FakePort(unplugged)

    line, _reader = reading(open_port=open_port)
    assert line.states.get(timeout=WAIT_S) is None
    assert line.frames.get(timeout=WAIT_S) == "3400935955838"
    unplugged.set()
    failure = line.states.get(timeout=WAIT_S)
    assert isinstance(failure, ScannerUnplugged)
    assert failure.exit_code == 4
    assert line.states.get(timeout=WAIT_S) is None
    assert line.frames.get(timeout=WAIT_S) == "3400935955838"
    unplugged.set()


def test_absent_port_is_an_environment_failure() -> None:
    states: queue.Queue[EnvironmentFailure | None] = queue.Queue()
    reader = SerialReader("/dev/absent-scanner", on_frame=lambda _frame: None, on_state=states.put, retry_s=0.02)
    reader.stop()
    reader.start()
    reader.stop()
    assert states.empty()
    again = SerialReader("/dev/absent-scanner", on_frame=lambda _frame: None, on_state=states.put, retry_s=0.02)
    again.start()
    failure = states.get(timeout=WAIT_S)
    again.stop()
    assert isinstance(failure, ScannerUnplugged)
    assert "/dev/absent-scanner" in failure.text


# --- Images ---------------------------------------------------------------------------------------------------------


def symbol(kind: str, text: str | bytes, *, gs1: bool = False):  # noqa: ANN201 -- a picture of Pillow
    """Draw a symbol with the product's own reader library."""
    import zxingcpp  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    barcode = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), gs1=gs1, force_square=True)
    drawn = barcode.to_image(scale=4, add_quiet_zones=True)
    height, width = drawn.shape
    return Image.frombytes("L", (width, height), bytes(memoryview(drawn)))


@pytest.mark.req("OFF-SCAN-10")
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_box_in_an_image_keeps_its_separators(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"boîte {suffix}"
    symbol("DataMatrix", "(01)03400935955838(17)271130(10)AB123(21)5X7K2", gs1=True).convert("RGB").save(file)
    assert read_image(file) == ["]d2" + BOX]


def test_bare_code_and_empty_page(tmp_path: Path) -> None:
    from PIL import Image  # noqa: PLC0415

    bar, blank = tmp_path / "bar.png", tmp_path / "blank.png"
    symbol("EAN13", "3400935955838").save(bar)
    Image.new("L", (200, 200), 255).save(blank)
    assert read_image(bar) == ["]E03400935955838"]
    assert read_image(blank) == []


def test_symbol_that_is_no_utf_8_is_read_as_latin_1(tmp_path: Path) -> None:
    file = tmp_path / "latin.png"
    symbol("DataMatrix", "HÉLÈNE".encode("latin-1")).save(file)
    assert read_image(file) == ["]d1HÉLÈNE"]


def test_several_codes_are_all_read(tmp_path: Path) -> None:
    from PIL import Image  # noqa: PLC0415

    page = Image.new("L", (700, 400), 255)
    page.paste(symbol("EAN13", "3400935955838"), (10, 10))
    page.paste(symbol("DataMatrix", "(01)03400935955838(10)A", gs1=True), (450, 200))
    file = tmp_path / "page.png"
    page.save(file)
    assert sorted(read_image(file)) == ["]E03400935955838", "]d2010340093595583810A"]


def _bomb(width: int, height: int) -> bytes:
    """Return the head of a PNG that announces a huge picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


DEFECTIVE = {
    "text": b"not an image",
    "pdf": b"%PDF-1.4",
    "png-head": b"\x89PNG\r\n\x1a\n",
    "jpeg-head": b"\xff\xd8\xff\xe0",
    "noise": random.Random(7).randbytes(4_096),
    "bomb": _bomb(60_000, 60_000),
    "large": _bomb(9_000, 9_000),
    "truncated": _bomb(100, 100),
    "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
}


@pytest.mark.parametrize("content", DEFECTIVE.values(), ids=DEFECTIVE)
def test_what_is_no_sound_image_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "image.png"
    file.write_bytes(content)
    with pytest.raises(InputDefect) as refusal:
        read_image(file)
    assert refusal.value.exit_code == 3
    assert refusal.value.advice


def test_heavy_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "image.png"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(InputDefect, match="trop lourde"):
        read_image(file)


def test_absent_empty_or_folder_is_an_environment_failure(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    for path in (tmp_path / "absent.png", tmp_path / "empty.png", tmp_path, tmp_path / ("x" * 300)):
        with pytest.raises(FileUnusable) as failure:
            read_image(path)
        assert failure.value.exit_code == 4
