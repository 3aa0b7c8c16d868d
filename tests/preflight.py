"""What does Apache Preflight, a validator that is not ours, say of these PDFs? One Java process judges them all."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from needs import missing

if TYPE_CHECKING:
    from collections.abc import Mapping

_JARS = Path("/usr/share/java")
_NAMES = ("pdfbox2", "preflight", "xmpbox", "fontbox2", "commons-logging", "javax.activation", "jaxb-api")
_CLASS = "org.apache.pdfbox.preflight.Validator_A1b"


def judged(files: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Return, for each file, what keeps it from being a valid PDF/A-1b: nothing where it is one."""
    jars = [_JARS / f"{name}.jar" for name in _NAMES]
    java = shutil.which("java")
    if java is None or not all(jar.exists() for jar in jars):
        missing("Preflight de PDFBox n’est pas installé : libpdfbox2-java et ses voisins, default-jre-headless")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, f"{name}.pdf").write_bytes(content)
        listed = Path(folder, "files.txt")
        listed.write_text("\n".join(f"{folder}/{name}.pdf" for name in files), "utf-8")
        # Serial collection and no second compiler: twice as fast on a machine of two processors.
        options = ["-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
        command = [str(java), *options, "-cp", ":".join(map(str, jars)), _CLASS, "xml", "group", str(listed)]
        subprocess.run(command, check=False, capture_output=True, timeout=300)
        root = ET.parse(f"{listed}.preflight.xml").getroot()
    return {one.get("name", "").removesuffix(".pdf"): _said(one) for one in root.iter("preflight")}


def _said(one: ET.Element) -> list[str]:
    if one.findtext("isValid") == "true":
        return []
    errors = [f"{error.findtext('code')} {error.findtext('details')}" for error in one.iter("error")]
    return errors or [ET.tostring(one, "unicode")]
