"""H7: does any PDF that acts, carries, weighs or lies do nothing more than be shown, refused or stopped in time?"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import hostile_pdfs
import pikepdf
import pytest
from hostile_traps import Listener
from pikepdf import Array, Dictionary, Name

from app.docs import pdf_host, safe_pdf
from app.kernel.errors import EnvironmentFailure, InputDefect

Record = Callable[[str, object], None]
_FORBIDDEN = (
    "/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/URI", "/EmbeddedFile", "/EF", "/XFA", "/GoToR", "/GoToE",
    "/SubmitForm", "/ImportData", "/RichMedia", "/Movie", "/Rendition", "/Ref", "/FFilter", "/Collection",
)  # fmt: skip
_SECONDS = safe_pdf.SECONDS if "GALIEN_FAULT_COUNT" in os.environ else 0.7
"""What a page is given: as little as shows that it is stopped, except in the long suite."""
_ANSWERS = {"", "GAL-DOC-66", "GAL-DOC-67"}
_PATIENCE = 3
"""How much slower than the reference machine the one of the tests may be."""
posix = pytest.mark.skipif(sys.platform == "win32", reason="setrlimit is POSIX only")


def forbidden_in(content: bytes) -> set[str]:
    """Return what a stripped PDF still has and should not, wherever it stands."""
    found = set()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for item in pdf.objects:
            for part in pdf_host._parts(item):
                found |= set(part.keys()) | {str(value) for _, value in part.items() if isinstance(value, Name)}
    return found.intersection(_FORBIDDEN)


@pytest.mark.req("SC.DOC.07")
def test_nothing_in_a_pdf_acts_or_reaches_out(tmp_path: Path, record_property: Record) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY-7F3A")
    with Listener() as listener:
        cases = hostile_pdfs.acting(listener.url, str(canary))
        slowest = 0.0
        for name, content in cases.items():
            kept = bytes(content)
            start = time.monotonic()
            with safe_pdf.PdfReader(content) as reader:
                image, words, stripped = reader.page(0), reader.text(0), reader.stripped()
            slowest = max(slowest, time.monotonic() - start)
            assert content == kept, name
            assert reader.removed, name
            assert forbidden_in(stripped.content) == set(), name
            for trace in (b"CANARY", b"canary", listener.url.encode(), b"MZ-attached", b"alert"):
                assert trace not in stripped.content, name
            assert "CANARY" not in words, name
            # The page itself is still there, unless its content was to be fetched elsewhere.
            assert (words.strip() == hostile_pdfs.WORDS) == (name != "carry-external-stream"), name
            assert (len(set(image.rgb)) > 1) == (name != "carry-external-stream"), name
        assert listener.calls == 0
    assert len(cases) >= 40
    assert slowest < safe_pdf.SECONDS * _PATIENCE
    record_property("files", len(cases))
    record_property("slowest_ms", round(slowest * 1000))


def test_what_only_leads_through_the_document_stays() -> None:
    pdf = hostile_pdfs.plain()
    go = Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]))
    hostile_pdfs._annotate(pdf, Name.Link, A=go)
    done = safe_pdf.stripped(hostile_pdfs.saved(pdf))
    assert done.removed == ()
    with pikepdf.open(io.BytesIO(done.content)) as shown:
        assert Name.GoTo == shown.pages[0].Annots[0].A.S


def test_a_filled_field_is_still_seen() -> None:
    pdf = hostile_pdfs.plain()
    look = pdf.make_stream(b"0 0 0 rg 0 0 100 100 re f", {"/Subtype": Name.Form, "/BBox": Array([0, 0, 100, 100])})
    field = Dictionary(FT=Name.Tx, T="a", V="x", F=4, AP=Dictionary(N=look))
    hostile_pdfs._annotate(pdf, Name.Widget, **{str(key)[1:]: value for key, value in field.items()})
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.pages[0].Annots[0]]))
    seen = safe_pdf.page(hostile_pdfs.saved(pdf), 0, dpi=72)
    assert seen.rgb[(seen.height - 10) * seen.stride + 30] < 50


@pytest.mark.parametrize("name", hostile_pdfs.HEAVY)
def test_what_weighs_too_much_is_stopped_in_time(name: str, record_property: Record) -> None:
    content = hostile_pdfs.HEAVY[name]()
    start = time.monotonic()
    code = ""
    try:
        with safe_pdf.PdfReader(content, seconds=_SECONDS) as reader:
            image = reader.page(0)
            assert image.width * image.height <= 10_100_000
    except InputDefect as failure:
        code = failure.code
    assert code in _ANSWERS
    spent = time.monotonic() - start
    record_property("ms", round(spent * 1000))
    record_property("code", code)
    assert spent < 2 * _SECONDS * _PATIENCE


def test_a_page_that_never_ends_is_stopped_and_the_others_are_seen(record_property: Record) -> None:
    with pikepdf.open(io.BytesIO(hostile_pdfs.slow())) as pdf:
        pdf.add_blank_page(page_size=(100, 100))
        content = hostile_pdfs.saved(pdf)
    with safe_pdf.PdfReader(content, seconds=_SECONDS) as reader:
        start = time.monotonic()
        with pytest.raises(InputDefect, match="trop de temps") as failure:
            reader.page(0)
        record_property("ms", round((time.monotonic() - start) * 1000))
        assert failure.value.code == "GAL-DOC-67"
        assert reader.page(1, dpi=72).width == 100


@pytest.mark.parametrize("name", hostile_pdfs.malformed())
def test_a_damaged_pdf_is_shown_as_far_as_it_goes_or_refused(name: str) -> None:
    told = ("", False)
    try:
        with safe_pdf.PdfReader(hostile_pdfs.malformed()[name]) as reader:
            for page in range(min(3, reader.page_count)):
                assert reader.page(page).rgb
            with pytest.raises(InputDefect):
                reader.page(reader.page_count)
    except InputDefect as failure:
        told = (failure.code, bool(failure.advice))
    assert told in {("", False), ("GAL-DOC-66", True), ("GAL-DOC-67", True)}


def test_an_enciphered_pdf_says_so() -> None:
    with pytest.raises(InputDefect, match="mot de passe") as failure:
        safe_pdf.stripped(hostile_pdfs.enciphered("user"))
    assert failure.value.code == "GAL-DOC-68"
    open_to_all = safe_pdf.stripped(hostile_pdfs.enciphered(""))
    assert open_to_all.removed == ("protection par mot de passe",)
    with pikepdf.open(io.BytesIO(open_to_all.content)) as pdf:
        assert not pdf.is_encrypted


def test_a_pdf_over_the_limit_is_not_opened() -> None:
    with pytest.raises(InputDefect, match="trop gros"):
        safe_pdf.stripped(bytes(safe_pdf.LARGEST + 1))


def test_pdfium_is_built_without_scripts() -> None:
    import pypdfium2  # noqa: PLC0415 -- heavy

    assert not safe_pdf._SCRIPTED.intersection(pypdfium2.PDFIUM_INFO.flags)


@pytest.mark.parametrize("lie", [{"width": -1}, {"height": 0}, {"stride": 10**9}, {"stride": "6"}, {"width": 3}])
def test_a_process_that_its_document_took_over_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, lie: dict[str, int]
) -> None:
    with safe_pdf.PdfReader(hostile_pdfs.saved(hostile_pdfs.plain())) as reader:
        told = {"width": 2, "height": 2, "stride": 6} | lie
        monkeypatch.setattr(safe_pdf._Process, "ask", lambda *_: (told, bytes(12)))
        with pytest.raises(InputDefect, match="illisible"):
            reader.page(0)


def test_a_document_that_is_closed_while_it_is_drawn_stays_closed() -> None:
    reader = safe_pdf.PdfReader(hostile_pdfs.slow(), seconds=20).open()
    start = time.monotonic()
    threading.Timer(0.2, reader.close).start()
    with pytest.raises(InputDefect):
        reader.page(0)
    with pytest.raises(InputDefect):
        reader.page(0)
    assert time.monotonic() - start < 2 * _PATIENCE


def test_a_reader_that_can_not_start_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf_host, "__file__", str(tmp_path / "absent.py"))
    with pytest.raises(EnvironmentFailure, match="pas pu démarrer"):
        safe_pdf.page(hostile_pdfs.saved(hostile_pdfs.plain()))


@posix
def test_the_process_of_a_document_can_open_nothing(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("x")
    tries = f"""
import os, resource, socket, sys
sys.path.insert(0, {str(Path(pdf_host.__file__).parent)!r})
import pdf_host
pdf_host._confine(2)
def fails(act):
    try:
        act()
    except (OSError, MemoryError):
        return True
print([fails(act) for act in (
    lambda: open({str(canary)!r}), lambda: open({str(canary)!r}, "w"), socket.socket, os.pipe, lambda: bytes(2 << 30),
    lambda: resource.setrlimit(resource.RLIMIT_CPU, (1, 2)) and None,
)])
"""
    done = subprocess.run([sys.executable, "-I", "-c", tries], capture_output=True, text=True, check=True, timeout=20)
    assert done.stdout.strip() == "[True, True, True, True, True, None]"


@posix
def test_the_process_of_a_document_ends_with_the_program(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(hostile_pdfs.slow())
    begun = f"""
import os, threading, time
from app.docs import safe_pdf
reader = safe_pdf.PdfReader(open({str(tmp_path / "a.pdf")!r}, "rb").read(), seconds=60).__enter__()
print(reader._process._process.pid, flush=True)
threading.Thread(target=reader.page, args=(0,), daemon=True).start()
time.sleep(0.3)
os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", begun], capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 9
    end = time.monotonic() + 5
    while _lives(int(done.stdout)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _lives(int(done.stdout))


def _lives(pid: int) -> bool:
    """Return True for a process that still runs: one that has ended may wait long for somebody to ask how."""
    state = Path(f"/proc/{pid}/stat")
    if state.exists():
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return sys.platform != "linux"
