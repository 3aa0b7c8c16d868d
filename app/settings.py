"""What may be chosen on this workstation, and where is it kept?"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_type_hints

from app.kernel.errors import DatabaseReadOnly, DiskFull, FileUnusable
from app.kernel.mode import Mode
from app.kernel.system import is_disk_full

if TYPE_CHECKING:
    from pathlib import Path

ZOOM_RANGE = (80, 200)
GAP_RANGE_MS = (20, 150)
_SAVING = threading.Lock()
SYSTEM_KEYRING, PASSPHRASE = "system", "passphrase"
TICKET_ALWAYS, TICKET_ON_DEMAND, TICKET_NEVER = "always", "on_demand", "never"


@dataclass(slots=True)
class Settings:
    """The settings of one workstation, with their defaults.

    ``database_url`` None means the embedded SQLite database; ``scanner_gap_ms`` is the longest pause, in
    milliseconds, between two characters of one scan; ``scanner_separators_kept`` that the scanner is known to transmit
    the separators of GS1; ``catalog_download`` lets Galien fetch the medicines database from ``catalog_url``;
    ``keys`` maps the id of an act to the key chosen for it; ``printers`` a use (ticket, label, a4, a5) to the printer
    chosen for it, none meaning a PDF only. ``print_ticket`` says whether a ticket is printed after each delivery
    (``always``, ``on_demand``, ``never``), ``print_labels`` whether the labels of what was prescribed are.
    ``scan_folder`` is where the scanner of documents leaves its files, empty for none. ``lock_…`` say when the
    workstation locks by itself. ``secret_place`` is where the key of this workstation lies outside a simulation
    (``system``: its keyring, ``passphrase``: a file under a passphrase); ``secret_passphrase_file`` hands that
    passphrase over, empty for one that is asked. ``seal_copy`` is where the seals of the registers are copied, outside
    this machine's data folder, empty for none.
    ``fsv_library`` names the files
    of the publisher's SESAM-Vitale library (several: separated by ``;``), ``fsv_version`` the only version wanted
    (empty: any), ``fsv_ps_resource`` and ``fsv_reader_resource`` the names of galss.ini, ``fsv_meanings`` the table of
    the codes couverture; ``apcv_code_minutes`` and ``apcv_context_minutes`` how long a code of the appli carte Vitale
    and what it opened may be used: no public text gives them.
    """

    mode: Mode = Mode.DEMO
    station: str = field(default_factory=lambda: platform.node()[:40] or "Poste 1")
    database_url: str | None = None
    theme: str = "light"
    zoom_percent: int = 100
    scanner_gap_ms: int = 50
    scanner_min_length: int = 6
    scanner_gs_substitute: str = ""
    scanner_separators_kept: bool = False
    scanner_port: str = ""
    catalog_download: bool = False
    catalog_url: str = "https://base-donnees-publique.medicaments.gouv.fr/download/file"
    keys: dict[str, str] = field(default_factory=dict)
    sounds: bool = True
    printers: dict[str, str] = field(default_factory=dict)
    print_ticket: str = TICKET_ON_DEMAND
    print_labels: bool = False
    label_size: str = "roll-62x29"
    scan_folder: str = ""
    card_module: str = ""
    card_authorities: str = ""
    lock_idle_minutes: int = 10
    lock_absolute_hours: int = 12
    lock_on_card_removed: bool = True
    lock_on_system_lock: bool = True
    secret_place: str = SYSTEM_KEYRING
    secret_passphrase_file: str = ""
    seal_copy: str = ""
    fsv_library: str = ""
    fsv_version: str = ""
    fsv_ps_resource: str = "CPS"
    fsv_reader_resource: str = "Log_SV"
    fsv_meanings: str = ""
    apcv_code_minutes: int = 3
    apcv_context_minutes: int = 60


def load(file: Path) -> Settings:
    """Read the settings of a data folder; the defaults where the file does not exist.

    Raises FileUnusable when the file is no settings file: it is left as it is, for the technician to mend.
    """
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return _checked(raw)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise FileUnusable(
            f"Le fichier de réglages « {file.name} » est illisible.",
            code="GAL-ENV-15",
            advice="Corrigez-le, ou renommez-le : Galien repartira des réglages d’origine.",
        ) from error


def save(file: Path, settings: Settings) -> None:
    """Write the settings; the file holds the old ones or the new ones, never a part.

    Raises DiskFull, or DatabaseReadOnly when the folder can't be written.
    """
    staged = file.with_suffix(".new")
    try:
        # Two changes made at once are saved one after the other: the last text written is the last one read.
        with _SAVING:
            # For its owner alone: the address of a shared database may hold its password.
            staged.touch(mode=0o600)
            with staged.open("w", encoding="utf-8") as stream:
                stream.write(json.dumps(dataclasses.asdict(settings), ensure_ascii=False, indent=2))
                stream.flush()
                os.fsync(stream.fileno())
            staged.replace(file)
    except OSError as error:
        if is_disk_full(error):
            raise DiskFull("Le disque est plein : les réglages n’ont pas été enregistrés.") from error
        raise DatabaseReadOnly("Les réglages ne peuvent pas être enregistrés.") from error


def _checked(raw: dict[str, Any]) -> Settings:
    """Return the settings read, each of its own type and within its range; unknown names are left out."""
    hints = get_type_hints(Settings)
    settings = Settings()
    for name in {item.name for item in dataclasses.fields(Settings)} & raw.keys():
        value = raw[name]
        if name == "mode":
            value = Mode(value)
        elif not isinstance(value, _plain_type(hints[name])):
            raise TypeError(name)
        setattr(settings, name, value)
    settings.zoom_percent = _within(settings.zoom_percent, ZOOM_RANGE)
    settings.scanner_gap_ms = _within(settings.scanner_gap_ms, GAP_RANGE_MS)
    if settings.print_ticket not in {TICKET_ALWAYS, TICKET_ON_DEMAND, TICKET_NEVER}:
        settings.print_ticket = TICKET_ON_DEMAND
    if settings.secret_place not in {SYSTEM_KEYRING, PASSPHRASE}:
        # Never taken for the other one: a key would be made where nobody looks for it.
        raise ValueError("secret_place")
    settings.printers = {use: name for use, name in settings.printers.items() if isinstance(name, str)}
    return settings


def _plain_type(hint: Any) -> Any:  # noqa: ANN401 -- a type hint, whatever it is
    return dict if hint == dict[str, str] else hint


def _within(value: int, limits: tuple[int, int]) -> int:
    return max(limits[0], min(value, limits[1]))
