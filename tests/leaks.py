"""Does a NIR, a PIN, a password or a token show up where it must not? The search, and the watch over a whole test run.

As a plugin it fails the test that printed or logged one, and the run that left one in a log or a temporary file.
"""

from __future__ import annotations

import base64
import io
import json
import re
import tempfile
import time
import urllib.parse
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.kernel.identifiers import nir_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_BODY = "2991299999917"
SEEDS: Mapping[str, str] = {
    "nir": f"{_BODY}{nir_key(_BODY)}",
    "pin": "48151623421",
    "password": "Leurre-Motdepasse-Zyx-7731",
    "passphrase": "cinq mots leurres jamais vus ailleurs",
    "token": "leurre.jeton-QX81-eyJhbGciOiJub25lIn0",
}
"""What the long run types, keeps and provokes; found nowhere else in the house."""

_RESOURCES = Path(__file__).parents[1] / "resources" / "demo"
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s.\-_/\u00a0\u202f\u2009]{1,2}(?=[\dAB])")
_OPENED_LATER = (".sqlite", ".sqlite-wal", ".sqlite-shm", ".galien")
_LARGEST = 20_000_000
_LOGS = ("galien.log*", "crash-*.txt", "incident-*.txt")


# --- The search -------------------------------------------------------------------------------------------------------


def found(data: bytes, seeds: Mapping[str, str] = SEEDS) -> set[str]:
    """Return the names of the seeds in ``data``: as text, UTF-16, base64, hexadecimal, escaped, or digits in groups."""
    hits = {name for name, value in seeds.items() if any(form in data for form in _forms(value))}
    # Without its zero bytes, UTF-16 reads as ASCII wherever it begins.
    for plain in (data, data.replace(b"\0", b"")):
        text = _BETWEEN_DIGITS.sub("", plain.decode("utf-8", "ignore"))
        hits |= {name for name, value in seeds.items() if value.isdigit() and value[:13] in text}
    return hits


@cache
def _forms(value: str) -> tuple[bytes, ...]:
    """Return every way in which a value may be written: by mistake, not by someone who hides it."""
    forms: set[bytes] = set()
    for plain in {value, value.upper(), value.lower()}:
        forms |= {plain.encode(), plain.encode("utf-16-le"), plain.encode("utf-16-be")}
        forms |= {urllib.parse.quote(plain).encode(), urllib.parse.quote_plus(plain).encode()}
        forms.add(json.dumps(plain).strip('"').encode())
    for raw in (value.encode(), value.encode("utf-16-le")):
        forms |= {raw.hex().encode(), raw.hex().upper().encode()}
        for shift in range(3):
            begun = base64.b64encode(bytes(shift) + raw)
            whole = begun[(0, 2, 3)[shift] : (shift + len(raw)) * 8 // 6]
            forms |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    return tuple(forms)


def in_files(folder: Path, seeds: Mapping[str, str] = SEEDS) -> set[tuple[str, str]]:
    """Return (place, seed) for each hit in the names and contents of a folder; databases and backups are left out.

    The text of a PDF is read as a person would: its streams are packed.
    """
    hits: set[tuple[str, str]] = set()
    for file in sorted(folder.rglob("*")):
        place = str(file.relative_to(folder))
        hits |= {(place, name) for name in found(place.encode(), seeds)}
        if file.is_file() and not file.name.endswith(_OPENED_LATER) and file.stat().st_size < _LARGEST:
            content = file.read_bytes()
            hits |= {(place, name) for name in found(content, seeds)}
            if content.startswith(b"%PDF"):
                hits |= {(place, name) for name in found(_pdf_text(content).encode(), seeds)}
    return hits


def _pdf_text(content: bytes) -> str:
    import pypdfium2  # noqa: PLC0415 -- only where there is a PDF

    document = pypdfium2.PdfDocument(io.BytesIO(content))
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


# --- The watch over a whole run ---------------------------------------------------------------------------------------


@cache
def watched() -> Mapping[str, str]:
    """Return what no test may let out: the seeds, and every NIR of the fictitious people, used all over the tests."""
    text = "".join((_RESOURCES / name).read_text("utf-8") for name in ("cards.json", "patients.json"))
    known = sorted(set(re.findall(r'"(\d{15})"', text)))
    return {**SEEDS, **{f"nir of the demonstration {number}": nir for number, nir in enumerate(known)}}


def said_by(report: pytest.TestReport) -> set[str]:
    """Return the seeds in what a test printed and logged."""
    return found("\n".join(content for _title, content in report.sections).encode("utf-8", "replace"), watched())


def left_behind(places: Iterable[Path]) -> list[str]:
    """Return one line for each seed in these files; nothing of the value."""
    lines: list[str] = []
    for file in places:
        try:
            hits = found(file.read_bytes(), watched()) | found(file.name.encode(), watched())
        except OSError:
            continue
        lines += [f"{file}: {name}" for name in sorted(hits)]
    return lines


def _left_by_this_process(config: pytest.Config) -> Iterator[Path]:
    """Give the logs of every data folder of the tests, and what Galien left in the temporary folder of the system."""
    factory: Any = getattr(config, "_tmp_path_factory", None)
    base = getattr(factory, "_basetemp", None)
    if base is not None:
        for pattern in _LOGS:
            yield from Path(base).rglob(pattern)
    since = config.stash[_BEGUN]
    for left in Path(tempfile.gettempdir()).glob("galien-*"):
        for file in [left] if left.is_file() else left.rglob("*"):
            if file.is_file() and not file.name.endswith(_OPENED_LATER) and file.stat().st_mtime >= since:
                yield file


_BEGUN = pytest.StashKey[float]()
_LEAKS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Note when the run begins."""
    config.stash[_BEGUN] = time.time()
    config.stash[_LEAKS] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Any:  # noqa: ANN401 -- a generator of pluggy
    """Fail the phase of a test that let a seed out."""
    report = yield
    hits = said_by(report)
    if hits and report.outcome != "failed":
        report.outcome = "failed"
        report.longrepr = f"printed or logged: {', '.join(sorted(hits))}"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search what this process left; a worker hands what it found to the process that reports."""
    config = session.config
    if getattr(config.option, "numprocesses", None):
        leaks: list[str] = []
    else:
        leaks = left_behind(_left_by_this_process(config))
    if hasattr(config, "workeroutput"):
        config.workeroutput["leaks"] = leaks
        return
    config.stash[_LEAKS] += leaks
    if config.stash[_LEAKS]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 -- a worker of pytest-xdist
    """Take what a worker found."""
    node.config.stash[_LEAKS] += getattr(node, "workeroutput", {}).get("leaks", [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401 -- pytest's own
    """Name each file with a leak, never the value."""
    for line in config.stash[_LEAKS]:
        terminalreporter.write_line(f"LEAK {line}", red=True)
