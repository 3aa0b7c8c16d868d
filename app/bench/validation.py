"""How long does a clinical document wait for its judgment, beside Saxon run bare on the same compiled rules?

The document is a note de vaccination of ours: of what is written at the counter, the one with the most rules.
"""

from __future__ import annotations

import datetime as dt
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.bench.figures import Figure, sample
from app.docs import safe_xml
from app.docs.cda.case import read_case
from app.docs.cda.write import write
from app.docs.clinical import Kind
from app.docs.validation import kit as kits
from app.docs.validation.process import Validator
from app.docs.validation.profiles import profiles_of
from app.docs.validation.saxon import Saxon
from app.docs.validation.sheets import sheet
from app.kernel.errors import EnvironmentFailure

if TYPE_CHECKING:
    from collections.abc import Callable

_STARTS = 5
_MOMENT = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
_CASE = {
    "patient": {
        "matricule": "297022A02077878", "oid": "1.2.250.1.213.1.4.10", "birth_names": "DOMINIQUE MARIE-LOUISE",
        "first_name": "DOMINIQUE", "family_name": "ADRTROIS", "sex": "F", "birth_date": "1997-02-26",
        "birth_place": "2A020", "status": "qualifiee",
    },
    "author": {
        "rpps": "10000000016", "family_name": "DURAND", "given_name": "Camille", "profession": "21", "section": "A",
    },
    "officine": {"finess": "750000018", "name": "PHARMACIE DE MESURE", "phone": "0144534551"},
    "performed_at": "2026-11-26T10:00:00+01:00",
    "vaccine": {
        "name": "Vaccin d’essai", "lot": "A1B2", "expiry": "2029-05-31", "dose_number": 1, "route": "IM", "site": "LA",
        "dose": "0.5 mL",
    },
}  # fmt: skip
_BARE_RUN = """
import sys
from saxonche import PySaxonProcessor
saxon = PySaxonProcessor(license=False)
note, xslt = saxon.parse_xml(xml_file_name=sys.argv[1]), saxon.new_xslt30_processor()
for sheet in sys.argv[2:]:
    xslt.compile_stylesheet(stylesheet_file=sheet).transform_to_string(xdm_node=note)
"""
_BARE_MEMORY = """
from saxonche import PySaxonProcessor
import lxml.etree
saxon = PySaxonProcessor(license=False)
print(open("/proc/self/status").read().partition("VmRSS:")[2].split()[0])
"""


def judgment(kit: Path, times: int = 100) -> Figure:
    """A document judged by the warm process: schema, rules, the pipe both ways, and the French of what is found."""
    document = _note()
    with tempfile.TemporaryDirectory() as cache, Validator(kit, Path(cache)) as validator:
        taken = sample(lambda _: validator.check(document), times, warm_up=10)
    floor = sample(_bare(kit, document), times, warm_up=10)
    return Figure("cda_validation", taken, statistics.median(floor), "Saxon nu, mêmes règles compilées")


def first_judgment(kit: Path) -> Figure:
    """The first document of a process: its start, the kit read, its rules compiled."""
    document = _note()

    def one(_: int) -> None:
        with tempfile.TemporaryDirectory() as cache, Validator(kit, Path(cache)) as validator:
            validator.check(document)

    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "note.xml"
        note.write_bytes(document)
        read = kits.read_kit(kit)
        sheets: list[Path] = []
        for path in profiles_of(safe_xml.parse(document)):
            sheets.append(Path(folder) / f"{len(sheets)}.xsl")
            sheets[-1].write_text(sheet(read, path, None), "utf-8")
        floor = sample(lambda _: _python(_BARE_RUN, note, *sheets), _STARTS, warm_up=1)
    taken = sample(one, _STARTS, warm_up=1)
    return Figure("cda_validation_cold", taken, statistics.median(floor), "Saxon nu, un processus, mêmes règles")


def memory(kit: Path) -> Figure:
    """What the process that judges holds, once warm; Linux only. Raises EnvironmentFailure elsewhere."""
    status = Path("/proc/self/status")
    if not status.exists():
        raise EnvironmentFailure("La mémoire d’un processus ne se mesure ici que sous Linux.")
    document = _note()
    with tempfile.TemporaryDirectory() as cache, Validator(kit, Path(cache)) as validator:
        validator.prove()
        held = []
        for _ in range(20):
            validator.check(document)
            held.append(_megabytes((status.parent.parent / str(validator.pid) / "status").read_text("ascii")))
    floor = int(_python(_BARE_MEMORY)) / 1024
    return Figure("cda_validation_mb", held, floor, "Python, lxml et Saxon chargés, sans kit", unit="MB")


def _note() -> bytes:
    document, findings = read_case(Kind.VACCINATION, _CASE, now=_MOMENT)
    assert document is not None, findings
    return write(document)


def _bare(kit: Path, document: bytes) -> Callable[[int], object]:
    """Return a call of the rules of a document by the processor alone: parsed, transformed, nothing said."""
    root = safe_xml.parse(document)
    read = kits.read_kit(kit)
    processor = Saxon(read)
    profiles = profiles_of(root)
    for path in profiles:
        processor.compile(path, sheet(read, path, None))

    def once(_: int) -> None:
        node = processor.node(root)
        for path in profiles:
            processor.run(path, node)

    return once


def _python(program: str, *files: Path) -> str:
    command = [sys.executable, "-P", "-c", program, *map(str, files)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)  # noqa: S603 -- our own program
    return done.stdout.decode("ascii")


def _megabytes(status: str) -> float:
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
