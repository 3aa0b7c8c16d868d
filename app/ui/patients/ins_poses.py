"""What do the screens show once an INS datamatrix was scanned, and where a file has one?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.patients.view import PatientsView
from app.ui.pictures import Picture

if TYPE_CHECKING:
    from app.ui.pictures import Stage

_KNOWN = "IS010000000000000000000000S1275126322074974S21.2.250.1.213.1.4.10S3ZOE\x1dS4ADRUN\x1dS5FS631-12-1975S763220"
_UNKNOWN = (
    "IS010000000000000000000000S1192061305512310S21.2.250.1.213.1.4.10"
    "S3LOUIS NOE\x1dS4MILLEPERTUIS\x1dS5MS612-06-1992S713055"
)


def _scan(stage: Stage, room: str, text: str) -> None:
    view = stage.view(room)
    if isinstance(view, PatientsView):
        stage.act("patients.back")
    stage.ui.scanner.accept(text)
    stage.settle()


def _symbol(stage: Stage) -> None:
    _scan(stage, "patients", _KNOWN)


def _differs(stage: Stage) -> None:
    _scan(stage, "patients", _KNOWN.replace("31-12-1975", "30-12-1975"))


def _creates(stage: Stage) -> None:
    _scan(stage, "patients", _UNKNOWN)


def _differs_at_counter(stage: Stage) -> None:
    _scan(stage, "counter", _KNOWN.replace("31-12-1975", "30-12-1975"))


PICTURES = (
    Picture("patients-symbol", _symbol),
    Picture("patients-ins-differs", _differs),
    Picture("patients-ins-new", _creates),
    Picture("counter-ins-differs", _differs_at_counter),
)
