"""What do the screens take? Run as a process of its own, which starts the real client and says what it measured.

Called as ``python -m app.bench.stage WHAT ROOT STARTED``: STARTED is when the parent started it (seconds since 1970).
The last line printed is one JSON object.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.ui import gauge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.bootstrap import Services
    from app.officine.patients.model import Patient
    from app.officine.scan.model import Scan
    from app.ui.app import Desktop

_TEXTS = ("amoxi", "paracet", "metfor", "bisopro", "omepra", "ramip", "atorva", "keto", "prednis", "losart")
_ROOMS = ("products", "patients", "stock", "counter")
_SCANS = 30
_LETTERS = "abcdefghilmnoprst"


def main(what: str, root: Path, started: float) -> None:
    """Measure ``what`` and print it as JSON."""
    told = gauge.empty_window(started) if what == "floor" else _client(what, root, started)
    print(json.dumps(told))  # noqa: T201 -- how the parent is told


def _client(what: str, root: Path, started: float) -> dict[str, list[float]]:
    from app import bootstrap  # noqa: PLC0415 -- the services load while the window is already there
    from app import settings as settings_module  # noqa: PLC0415 -- the same
    from app.paths import DataFolder  # noqa: PLC0415 -- the same
    from app.ui.app import Desktop, make_application  # noqa: PLC0415 -- the same
    from app.ui.collector import spare_what_stays  # noqa: PLC0415 -- the same

    opened: list[Services] = []

    def open_services() -> Services:
        opened.append(bootstrap.open_services(root))
        return opened[0]

    app = make_application(["galien"])
    settings = settings_module.load(DataFolder(root).settings_file)
    desktop = Desktop(app, settings, settings.mode, open_services)
    gauge.open_client(desktop)
    told = {"cold_start": [(time.time() - started) * 1000]}
    gauge.settle(desktop)
    spare_what_stays()
    if what != "cold":
        told[what] = _MEASURES[what](desktop, opened[0])
    told["rss_mb"] = [gauge.resident_mb()]
    desktop.window.close()
    desktop.close()
    return told


def _search_pixels(desktop: Desktop, services: Services) -> list[float]:
    del services
    return gauge.search_pixels(desktop, _TEXTS * 3)


def _scan_to_line(desktop: Desktop, services: Services) -> list[float]:
    return gauge.scan_to_line(desktop, _scans(services))


def _scans(services: Services) -> Iterator[Callable[[], Scan]]:
    """Return what reads the DataMatrix of each of thirty boxes, all different."""
    from app.bench.measures import listed_products  # noqa: PLC0415 -- with the services
    from app.kernel.clock import today  # noqa: PLC0415 -- the same
    from app.officine.scan.service import interpret  # noqa: PLC0415 -- the same
    from app.play import box_text  # noqa: PLC0415 -- the same

    day = today(services.clock)
    for rank, product in enumerate(listed_products(services, _SCANS)):
        text = box_text(product.code, f"MESURE{int(time.time())}{rank}", day + dt.timedelta(days=700))
        yield lambda text=text: interpret(text, today=day)  # type: ignore[misc]


def _ui_block(desktop: Desktop, services: Services) -> list[float]:
    """Return the longest stand-still while one types and changes rooms, and a catalogue is imported meanwhile."""
    source = next(services.folder.root.parent.glob("medicines-*"))

    def act() -> None:
        desktop.tasks.run(
            lambda _: services.catalog.import_folder(source, services.system_actor, isolated=True, accept_fall=True),
            done=lambda _: None,
            owner=desktop.window,
            title="import",
        )
        gauge.use_rooms(desktop, _ROOMS * 3, _TEXTS[:4])
        gauge.settle(desktop)

    return [gauge.longest_gap(act)]


def _is_alone(services: Services, patient: Patient) -> bool:
    """Return True where nobody else of that name was born that day: the card then takes the file at once."""
    day = f"{patient.birth_date:%d/%m/%Y}"
    return len(services.patients.search(f"{patient.family_name} {patient.first_name} {day}")) == 1


def _cards(desktop: Desktop, services: Services) -> list[float]:
    """Return the time from a reader's own event to the patient on the screen, for the cards of known patients."""
    from app.bench.measures import NAMES  # noqa: PLC0415 -- with the services
    from app.cards import imitations  # noqa: PLC0415 -- the same
    from app.cards.vitale import Identity  # noqa: PLC0415 -- the same

    assert services.demo_cards is not None, "the base to measure on is a demonstration"
    gauge.until(lambda: bool(services.cards.state.readers))
    transport, reader = services.demo_cards.transport, services.cards.state.readers[0]
    found = [one for name in (*NAMES, *_LETTERS) for one in services.patients.search(name, _SCANS)]
    known = {one.display_name: one for one in found if _is_alone(services, one)}
    trials = []
    for name, one in list(known.items())[:_SCANS]:
        person = Identity(one.family_name, one.first_name, one.birth_date.strftime("%Y%m%d"))
        card = imitations.vitale_card([person])
        trials.append((name, partial(transport.insert, reader, card), partial(transport.pull, reader)))
    return gauge.card_to_patient(desktop, trials)


_MEASURES = {"cards": _cards, "search_pixels": _search_pixels, "scan_to_line": _scan_to_line, "ui_block": _ui_block}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
