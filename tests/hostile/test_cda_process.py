"""Can a document, or a broken validation, hold up the program, take it down, or reach what is not its own?"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.docs.validation.process import BROKEN, SLOW, Validator
from app.kernel.errors import EnvironmentFailure
from app.kernel.outcome import Severity
from tests.clinical_people import cda, document

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from app.kernel.outcome import Finding

NOTE = cda(document(0))
LEVEL_1 = cda(document(1))
"""Judged on its header only: what costs the least where the judgment is not what is tried."""

pytestmark = pytest.mark.req("SC.DOC.02")

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")
_GONE_S = 20.0


@pytest.fixture
def validator(cda_kit: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Validator]:
    with Validator(cda_kit, tmp_path_factory.getbasetemp() / "cda-cache") as made:
        yield made


def is_gone(pid: int) -> bool:
    """Wait until a process is no more; True where it ended in time."""
    end = time.monotonic() + _GONE_S
    while time.monotonic() < end:
        state = Path(f"/proc/{pid}/stat")
        # One that nobody has waited for yet is ended all the same.
        if not state.exists() or state.read_text("ascii").rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def frozen(validator: Validator) -> int:
    """Stop the process that checks in the middle of its life: it answers nothing any more."""
    validator.check(LEVEL_1)
    pid = validator.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    return pid


@posix
def test_a_document_that_takes_too_long_is_told_and_its_process_is_ended(validator: Validator) -> None:
    pid = frozen(validator)
    validator._limit_s = 0.5
    (finding,) = validator.check(LEVEL_1)
    assert (finding.code, finding.severity) == (SLOW, Severity.ERROR)
    assert is_gone(pid)
    validator._limit_s = 60
    assert validator.check(LEVEL_1) == []


@posix
def test_a_process_that_breaks_down_is_told_and_replaced(validator: Validator) -> None:
    pid = frozen(validator)
    threading.Timer(0.3, os.kill, (pid, signal.SIGKILL)).start()
    with pytest.raises(EnvironmentFailure) as failure:
        validator.check(LEVEL_1)
    assert failure.value.code == BROKEN
    assert failure.value.advice
    assert validator.check(LEVEL_1) == []


@posix
def test_closing_ends_the_process_in_the_middle_of_a_document(validator: Validator) -> None:
    pid = frozen(validator)
    threading.Timer(0.3, validator.close).start()
    with pytest.raises(EnvironmentFailure):
        validator.check(LEVEL_1)
    assert is_gone(pid)


@posix
def test_a_process_with_nothing_to_do_rests_and_one_that_went_to_rest_as_it_was_asked_is_replaced(
    cda_kit: Path, tmp_path: Path
) -> None:
    with Validator(cda_kit, tmp_path, idle_s=0.2) as validator:
        assert validator.check(LEVEL_1) == []
        pid = validator.pid
        assert pid is None or is_gone(pid)
        process = validator._process
        assert process is not None
        assert process.wait(_GONE_S) == 0
        assert validator.check(LEVEL_1) == []
    with Validator(cda_kit, tmp_path) as validator:
        validator.check(LEVEL_1)
        process = validator._process
        assert process is not None
        assert process.stdin is not None
        # It reads the end of its orders and leaves in order, while the caller still believes it there.
        process.stdin.close()
        assert validator.check(LEVEL_1) == []


@posix
def test_the_process_dies_with_its_parent(cda_kit: Path, tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from app.docs.validation.process import Validator\n"
        f"v = Validator(Path({str(cda_kit)!r}), Path({str(tmp_path)!r})); v.check(b'<a/>')\n"
        "print(v.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-P", "-c", program]
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert is_gone(pid)


@posix
def test_the_process_can_open_nothing_and_carries_nothing_of_the_program(validator: Validator) -> None:
    validator.check(LEVEL_1)
    limits = Path(f"/proc/{validator.pid}/limits").read_text("ascii")
    for name in ("Max open files", "Max file size"):
        (line,) = [line for line in limits.splitlines() if line.startswith(name)]
        assert line.removeprefix(name).split()[:2] == ["0", "0"]
    program = (
        "import json, sys; from app.docs.validation import worker; import saxonche, lxml.etree\n"
        "known = sorted({name.split('.')[0] + '.' + (name.split('.') + [''])[1] for name in sys.modules})\n"
        "worker.seal()\n"
        "def refused(path, mode):\n"
        "    try: open(path, mode)\n"
        "    except OSError: return True\n"
        "print(json.dumps([known, refused('/etc/hostname', 'rb'), refused(sys.argv[1], 'wb')]))"
    )
    command = [sys.executable, "-P", "-c", program, "/tmp/never-written"]
    done = subprocess.run(
        command, capture_output=True, check=True, env=os.environ | {"PYTHONPATH": str(Path.cwd())}, timeout=60
    )
    known, cannot_read, cannot_write = json.loads(done.stdout)
    assert (cannot_read, cannot_write) == (True, True)
    assert [name for name in known if name.startswith("app.")] == ["app.", "app.docs", "app.kernel"]
    assert not {"PySide6", "sqlalchemy", "httpx2"} & {name.partition(".")[0] for name in known}


def codes(found: list[Finding]) -> set[str]:
    return {finding.code for finding in found}


def test_no_octets_at_all_bring_the_validation_down(cda_validator: Validator, chance: random.Random) -> None:
    good = LEVEL_1
    for _ in range(int(os.environ.get("GALIEN_FAULT_COUNT", "40")) // 4 or 1):
        octets = bytearray(good)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(octets))
            octets[at : at + chance.randint(0, 6)] = chance.randbytes(chance.randint(0, 6))
        cda_validator.check(bytes(octets))
    pid = cda_validator.pid
    assert cda_validator.check(good) == []
    assert cda_validator.pid == pid


@pytest.mark.parametrize("fragment", [b"<entry/>", b"<id wrong='1'/>", b"<observation><code/></observation>"])
def test_a_document_swollen_with_elements_is_refused_in_time(cda_validator: Validator, fragment: bytes) -> None:
    octets = NOTE.replace(b"<structuredBody>", b"<structuredBody>" + fragment * 5_000, 1)
    found = cda_validator.check(octets)
    assert codes(found) & {"GAL-DOC-90", "GAL-DOC-55"}
    assert len(found) <= 1_000


@posix
def test_a_large_file_is_carried_through_and_what_it_took_is_given_back(validator: Validator) -> None:
    pdf = b"%PDF-1.4\n" + bytes(13_000_000)
    octets = cda(document(1), pdf)
    assert base64.b64encode(pdf) in octets
    assert validator.check(octets) == []
    process = validator._process
    assert process is not None
    assert process.wait(_GONE_S) == 0
    assert validator.check(LEVEL_1) == []


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "http://127.0.0.1:9/x", "jar:file:///etc/x!/y", "\\\\server\\share", "../../x"]
)
def test_addresses_in_a_document_are_mere_words(cda_validator: Validator, address: str) -> None:
    """A schema, a stylesheet, an included file and a value set that a document names are never looked for."""
    written = NOTE
    head, _, rest = written.partition(b"<ClinicalDocument")
    named = (
        head
        + f'<?xml-stylesheet type="text/xsl" href="{address}"?>'.encode()
        + b"<ClinicalDocument"
        + f' xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:hl7-org:v3 {address}"'.encode()
        + f' xml:base="{address}"'.encode()
        + rest
    )
    found = cda_validator.check(named)
    assert codes(found) <= {"GAL-DOC-90"}
    included = rest.replace(
        b"<title>", f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}"/><title>'.encode(), 1
    )
    found = cda_validator.check(head + b"<ClinicalDocument" + included)
    assert "GAL-DOC-90" in codes(found)
    assert not any("root:" in finding.text for finding in found)
