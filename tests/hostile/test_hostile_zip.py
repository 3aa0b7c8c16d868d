"""H4, H5: is any archive that escapes, weighs or lies refused whole, soon, and is nothing ever written?"""

from __future__ import annotations

import os
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

import hostile_archives
import pytest
from hostile_archives import Entry, archive, zipped

from app.docs import safe_zip
from app.kernel.errors import InputDefect
from app.kernel.text import NBSP

if TYPE_CHECKING:
    from pathlib import Path

Record = Callable[[str, object], None]
_PATIENCE = 3
"""How much slower than the reference machine the one of the tests may be."""


def test_an_ordinary_archive_is_read_whole() -> None:
    files = {
        "README.TXT": b"a",
        "IHE_XDM/SUBSET01/METADATA.XML": b"<a/>" * 500,
        "IHE_XDM/été.xml": b"",
        "CONSOLE.XML": bytes(90_000),
    }
    assert safe_zip.read(zipped(files)) == files
    assert safe_zip.read(zipped(files, level=0)) == files
    with_folders = archive(
        [
            Entry(b"IHE_XDM/", b"", mode=0o040755),
            Entry(b"IHE_XDM\\a.xml", b"1", mode=0),
            Entry(b"./b.xml", b"2"),
            Entry(b"\x82t\x82.xml", b"3"),
        ]
    )
    assert safe_zip.read(with_folders) == {"IHE_XDM/a.xml": b"1", "b.xml": b"2", "été.xml": b"3"}
    assert safe_zip.read(archive([])) == {}


def test_an_archive_written_in_one_pass_is_read(tmp_path: Path) -> None:
    class Pipe:
        """A stream that can't be gone back in: sizes are written after the octets."""

        def __init__(self) -> None:
            self.content = b""

        def write(self, octets: bytes) -> int:
            self.content += octets
            return len(octets)

        def flush(self) -> None:
            """Nothing is held back."""

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:  # type: ignore[call-overload]
        made.writestr("a.xml", b"<a/>" * 100)
    assert safe_zip.read(pipe.content) == {"a.xml": b"<a/>" * 100}


def refused(content: bytes) -> tuple[str, float]:
    """Return the code of a refusal and how many seconds it took."""
    start = time.perf_counter()
    with pytest.raises(InputDefect) as failure:
        safe_zip.read(content)
    spent = time.perf_counter() - start
    assert failure.value.advice
    assert failure.value.text.replace(NBSP, " ").isprintable()
    return failure.value.code, spent


@pytest.mark.req("SC.DOC.07")
def test_no_name_leads_out_of_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    inner = tmp_path / "quarantine"
    inner.mkdir()
    monkeypatch.chdir(inner)
    before = sorted(tmp_path.rglob("*"))
    cases = hostile_archives.escaping()
    told = {name: refused(content) for name, content in cases.items()}
    assert {name: code for name, (code, _) in told.items() if code not in {"GAL-DOC-57", "GAL-DOC-59"}} == {}
    assert sorted(tmp_path.rglob("*")) == before
    for name in ("../a.xml", "a/../../b.xml", "..\\a.xml", "/etc/passwd", "\\a.xml"):
        with pytest.raises(InputDefect, match="mène hors"):
            safe_zip.read(cases[f"name {name!r}"])
    assert len(cases) >= 30
    record_property("archives", len(cases))
    record_property("slowest_ms", round(1000 * max(spent for _, spent in told.values())))


def test_no_archive_weighs_lies_or_hides(record_property: Record) -> None:
    cases = hostile_archives.bombs()
    tracemalloc.start()
    told = {name: refused(content) for name, content in cases.items()}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told["ratio"][0] == told["total"][0] == told["2001 entries"][0] == "GAL-DOC-58"
    assert told["enciphered"][0] == told["zip in zip"][0] == told["tar inside"][0] == "GAL-DOC-59"
    assert told["overlap"][0] == told["wrong crc"][0] == told["truncated"][0] == "GAL-DOC-57"
    slowest = max(spent for _, spent in told.values())
    assert slowest < _PATIENCE
    assert peak < 20_000_000
    record_property("archives", len(cases))
    record_property("slowest_ms", round(1000 * slowest))
    record_property("peak_kib", peak // 1024)


def test_a_million_entries_are_not_even_listed(record_property: Record) -> None:
    code, spent = refused(hostile_archives.million())
    assert code == "GAL-DOC-58"
    assert spent < 0.2 * _PATIENCE
    record_property("ms", round(1000 * spent))


def test_the_heaviest_archive_that_is_read_takes_a_second(record_property: Record) -> None:
    piece = os.urandom(512) + bytes(90_000)
    content = zipped({f"{number}.xml": piece * 217 for number in range(10)})
    start = time.perf_counter()
    files = safe_zip.read(content)
    spent = time.perf_counter() - start
    assert sum(map(len, files.values())) > 190_000_000
    assert spent < _PATIENCE
    record_property("ms", round(1000 * spent))
