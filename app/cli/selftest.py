"""Does Galien survive faults, hostile files and long use? Runs the long suites in full."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from app.cli import frame
from app.kernel import text
from app.kernel.errors import FileUnusable

if TYPE_CHECKING:
    import argparse

_CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Suite:
    """A long suite: its folder or file below ``tests``, its French name and how many times each fault is provoked."""

    folder: str
    label: str
    count: int


SUITES = {
    "faults": Suite("faults", "pannes : coupures, disque plein, bases endommagées", 1_000),
    "hostile": Suite("hostile", "fichiers, textes et codes hostiles", 20_000),
    "tamper": Suite("store/test_seal_tamper.py", "registres altérés par SQL, comparés avec leurs scellés", 1_000),
    "symbols": Suite("unit/test_ins_round_trip.py", "codes INS imprimés, flous, tournés, photographiés, en PDF", 200),
    "documents": Suite("unit/test_cda_documents.py", "documents cliniques de toutes formes, devant les règles", 500),
    "cards": Suite(
        "cards/test_pcsc.py::test_insertions_lose_nothing_and_leave_no_trace",
        "cartes : insertions dans deux lecteurs, mémoire et événements",
        3_000,
    ),
    "pdfa": Suite("unit/test_docs_pdfa_archive.py", "documents imprimés (PDF/A-1b), jugés par Apache Preflight", 500),
    "screens": Suite("ui/test_ui_walk.py", "écrans : chaque état, dans chaque thème, à 100 et 150 %", 1),
}


def _configure(parser: frame.CommandParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NOM", help=f"suites à passer ({', '.join(SUITES)}) ; toutes sinon")


def _run(args: argparse.Namespace, out: frame.Output) -> int:
    unknown = [name for name in args.names if name not in SUITES]
    if unknown:
        raise frame.UsageError(f"« {unknown[0]} » n’est pas une suite : {', '.join(SUITES)}")
    if not (_CHECKOUT / "tests").is_dir():
        raise FileUnusable(
            "Les essais ne sont pas livrés avec cette installation.",
            advice="Lancez cette commande depuis une copie complète du projet.",
        )
    figures = [_pass_suite(name, SUITES[name], out) for name in args.names or SUITES]
    out.result(figures)
    return frame.DONE if all(figure["ok"] for figure in figures) else frame.REFUSED


def _pass_suite(name: str, suite: Suite, out: frame.Output) -> dict[str, Any]:
    """Run a suite in full; return its figures."""
    out.line(text.typographic(suite.label))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        start = time.monotonic()
        done = subprocess.run(  # noqa: S603 -- our own interpreter and suites
            [sys.executable, "-m", "pytest", "-q", "--timeout=0", f"--junit-xml={report}", f"tests/{suite.folder}"],
            cwd=_CHECKOUT,
            env=os.environ | {"GALIEN_FAULT_COUNT": str(suite.count), "GALIEN_WALK": "all"},
            stdout=subprocess.DEVNULL if out.as_json else None,
            check=False,
        )
        figures = _figures(report) if report.exists() else {"cases": 0, "failed": 0, "skipped": 0}
    return {"name": name, "ok": done.returncode == 0, "seconds": round(time.monotonic() - start, 1), **figures}


def _figures(report: Path) -> dict[str, Any]:
    """Return what a JUnit report counts, and the properties that its cases recorded."""
    suite = next(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314 -- written by our own run
    recorded = {
        f"{case.get('name')}.{item.get('name')}": item.get("value")
        for case in suite.iter("testcase")
        for item in case.iter("property")
    }
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return {
        "cases": int(suite.get("tests", 0)),
        "failed": failed,
        "skipped": int(suite.get("skipped", 0)),
        "recorded": recorded,
    }


COMMANDS = (
    frame.Command("selftest", "Passe les essais longs : pannes, fichiers hostiles, endurance.", _configure, _run),
)
