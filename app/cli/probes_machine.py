"""Is this machine fit for Galien: Python, Qt, disk, memory, clock, printer, scanner, cards?"""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app import __version__
from app.cli.probe import FAIL, OK, WARN, Answer
from app.kernel import french
from app.kernel.text import NBSP, plural

if TYPE_CHECKING:
    from app.cli.probe import Subject

_LIBRARIES = ("PySide6-Essentials", "SQLAlchemy", "alembic", "psycopg", "zxing-cpp", "reportlab", "pypdfium2")
_LOW_DISK, _NO_DISK = 2_000_000_000, 200_000_000
_LOW_MEMORY_KB = 500_000
_BUILT = dt.date(2026, 11, 1)
"""No clock that is right shows an earlier day than the one on which this version was written."""
_QT_CHECK = (
    "from app.ui.app import drops_references, make_application; "
    "application = make_application([]); raise SystemExit(3 if drops_references() else 0)"
)


def versions(subject: Subject) -> Answer:
    """Which versions run here?"""
    del subject
    found = [f"Galien {__version__}", f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    found += [f"{name} {metadata.version(name)}" for name in _LIBRARIES]
    return Answer(OK, ", ".join([*found, f"{platform.system()} {platform.release()}"]))


def qt(subject: Subject) -> Answer:
    """Does a window open? Asked in a process of its own: Qt without its libraries aborts."""
    del subject
    environment = dict(os.environ)
    if sys.platform == "linux" and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-P", "-c", _QT_CHECK]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=10, check=False)  # noqa: S603
    version = metadata.version("PySide6-Essentials")
    if done.returncode == 0:
        return Answer(OK, f"Qt {version} ouvre une fenêtre ({environment.get('QT_QPA_PLATFORM') or 'écran'}).")
    if done.returncode == 3:
        return Answer(FAIL, f"PySide6 {version} ne convient pas à ce Python.", "Relancez ./galien, qui le remplacera.")
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode < 0 or ".so" in said:
        advice = "Relancez ./galien\u00a0: il installe les bibliothèques d’affichage."
        return Answer(FAIL, f"Qt {version} ne peut pas ouvrir de fenêtre.", advice)
    kind = said.strip().splitlines()[-1].partition(":")[0] if said.strip() else f"code {done.returncode}"
    return Answer(FAIL, f"L’interface ne se charge pas ({kind}).", "Relancez ./galien, ou installez Galien à nouveau.")


def data_folder(subject: Subject) -> Answer:
    """Can the data folder be written, and is there room?"""
    root = subject.folder.root
    if not root.exists():
        return Answer(WARN, f"Le dossier de données {root} n’existe pas encore.", "Il sera créé au premier démarrage.")
    with tempfile.TemporaryFile(dir=root) as trial:
        trial.write(b"Galien")
    if os.name == "posix" and root.stat().st_mode & 0o077:
        advice = f"Fermez-le\u00a0: chmod 700 «\u00a0{root}\u00a0»."
        return Answer(WARN, f"{root} peut être lu par d’autres comptes de cette machine.", advice)
    free = shutil.disk_usage(root).free
    status = FAIL if free < _NO_DISK else WARN if free < _LOW_DISK else OK
    advice = "" if status == OK else "Libérez de la place sur ce disque."
    return Answer(status, f"{root}, modifiable, {french.size_mb(free)} libres.", advice)


def memory(subject: Subject) -> Answer:
    """Is there memory left?"""
    del subject
    table = Path("/proc/meminfo")
    if not table.exists():
        return Answer(OK, f"{plural(os.cpu_count() or 1, 'processeur')}\u202f; mémoire non mesurée sur ce système.")
    facts = dict(line.split(":", 1) for line in table.read_text("ascii").splitlines())
    free, total = (int(facts[name].split()[0]) for name in ("MemAvailable", "MemTotal"))
    status = WARN if free < _LOW_MEMORY_KB else OK
    advice = "Fermez d’autres programmes." if status == WARN else ""
    detail = f"{french.size_mb(free * 1024)} libres sur {french.size_mb(total * 1024)}"
    return Answer(status, f"{detail}, {plural(os.cpu_count() or 1, 'processeur')}.", advice)


def clock(subject: Subject) -> Answer:
    """Is the clock plausible: not before this version, not before what was already written?"""
    now = dt.datetime.now(dt.UTC)
    shown = french.moment(now)
    advice = "Réglez l’heure du poste\u00a0: elle date les délivrances et le journal."
    if now.date() < _BUILT:
        return Answer(FAIL, f"L’horloge indique le {shown}.", advice)
    file = subject.folder.database_file
    if file.exists() and file.stat().st_mtime > now.timestamp() + 300:
        return Answer(FAIL, f"L’horloge indique le {shown}, avant la dernière écriture de la base.", advice)
    paris = now.astimezone(ZoneInfo("Europe/Paris"))
    return Answer(OK, f"{shown} à Paris (UTC{paris:%z}).")


def printer(subject: Subject) -> Answer:
    """Is there a printer?"""
    del subject
    kept = "Les tickets et documents sont gardés en PDF dans le dossier de données."
    if sys.platform == "win32":
        return Answer(OK, "Imprimantes gérées par Windows.")
    lpstat = shutil.which("lpstat")
    if lpstat is None:
        return Answer(WARN, "Aucun service d’impression sur ce poste.", kept)
    found = subprocess.run([lpstat, "-e"], capture_output=True, timeout=5, check=False)  # noqa: S603 -- CUPS's own
    names = found.stdout.decode("utf-8", "replace").split()
    if not names:
        return Answer(WARN, "Aucune imprimante déclarée.", kept)
    return Answer(OK, f"{plural(len(names), 'imprimante')}.")


def scanner(subject: Subject) -> Answer:
    """How is the barcode scanner set, and is its port there?"""
    if subject.settings is None:
        return Answer(WARN, "Réglages illisibles.", "Voyez la ligne «\u00a0réglages\u00a0».")
    gap, port = subject.settings.scanner_gap_ms, subject.settings.scanner_port
    detail = f"Lecteur en mode clavier, {gap}{NBSP}ms entre deux caractères au plus"
    if not port:
        return Answer(OK, f"{detail}.")
    if sys.platform != "win32" and not Path(port).exists():
        return Answer(FAIL, f"Le port du lecteur, {port}, est absent.", "Branchez le lecteur ou changez le réglage.")
    return Answer(OK, f"{detail}\u202f; lecteur série sur {port}.")


def cards(subject: Subject) -> Answer:
    """Can smart cards be read here?"""
    del subject
    from app.cards.failures import CardFailure, CardLibraryAbsent  # noqa: PLC0415 -- only this probe needs the cards
    from app.cards.kinds import kind_of  # noqa: PLC0415 -- the same
    from app.cards.pcsc import PcscTransport  # noqa: PLC0415 -- the same

    without = "Le comptoir fonctionne sans carte\u202f; les patients se cherchent par leur nom."
    try:
        slots = PcscTransport().slots()
    except CardLibraryAbsent:
        return Answer(WARN, "Bibliothèque de lecture de cartes absente.", without)
    except CardFailure as failure:
        return Answer(WARN, "Service PC/SC (pcscd) arrêté ou absent.", f"{failure.advice} {without}")
    if not slots:
        return Answer(WARN, "Service PC/SC présent, aucun lecteur de cartes branché.", "Branchez un lecteur PC/SC.")
    held = [kind_of(slot.atr).label if slot.atr else "carte muette" for slot in slots if slot.present]
    cards = ", ".join(held) if held else "aucune carte insérée"
    return Answer(OK, f"{plural(len(slots), 'lecteur de cartes', 'lecteurs de cartes')}\u202f; {cards}.")


def professional_cards(subject: Subject) -> Answer:
    """Is the module for professional cards there, and which version is it?"""
    from app.cards.failures import CardFailure  # noqa: PLC0415 -- only this probe needs the cards
    from app.cards.pkcs11 import Pkcs11Module  # noqa: PLC0415 -- the same

    chosen = subject.settings.card_module if subject.settings else ""
    module = Pkcs11Module(lambda: chosen)
    try:
        facts = module.about()
    except CardFailure as failure:
        return Answer(WARN, failure.text, failure.advice)
    finally:
        module.close()
    return Answer(OK, f"{facts.description} {facts.version} ({facts.maker}, PKCS#11 {facts.standard}), {facts.path}.")
