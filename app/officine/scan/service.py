"""What is this code, whatever the scanner, the camera or the keyboard sent?

The text is read as it stands; when it makes no sense, each known keyboard damage is undone in turn, and a repair is
taken only when the repaired code has a check key and the key is right.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from app.officine.scan import layout
from app.officine.scan.defects import Defect
from app.officine.scan.dispatch import Circumstances, read
from app.officine.scan.model import Scan, ScanKind

if TYPE_CHECKING:
    import datetime as dt

LONGEST = 4296
"""What the largest QR code can hold; no symbol transmits more."""

_OURS = {ScanKind.STAFF, ScanKind.PROMISE, ScanKind.APCV}
_KEYED = frozenset({ScanKind.GS1, ScanKind.CIP13, ScanKind.EAN13, ScanKind.INS, *_OURS})
_AS_PRINTED = re.compile(r"[0-9A-Z./-]*")


def interpret(
    text: str,
    *,
    today: dt.date,
    gs_substitute: str = "",
    production: bool = False,
    separators_kept: bool = False,
) -> Scan:
    """Say what a scanned text is, with its fields and its defects. Pure, never raises; refusals are findings.

    ``gs_substitute`` is what the scanner was set to send for FNC1; ``separators_kept`` is True when the channel is
    known to transmit FNC1 (image, serial port, scanner that has shown it); ``production`` refuses test identities.
    """
    if len(text) > LONGEST:
        return Scan(ScanKind.UNKNOWN, {}, (Defect.TOO_LONG.found(count=len(text)),), text)
    given = Circumstances(today, gs_substitute, production, separators_kept)
    scan = read(text, given)
    if scan.kind is ScanKind.UNKNOWN:
        scan = _repaired(text, given) or scan
    return replace(scan, raw=text)


def _repaired(text: str, given: Circumstances) -> Scan | None:
    """Return what the text was before a keyboard damage; None when no known damage explains it."""
    found = [_told(read(damage.undo(text), given), damage.defect) for damage in layout.DAMAGES]
    keyed = [scan for scan in found if scan.kind in _KEYED]
    sound = [scan for scan in keyed if scan.ok]
    if sound:
        return sound[0] if _is_certain(sound) else _damaged(sound[0])
    if keyed:
        return keyed[0]
    guesses = [scan for scan in found if scan.kind is not ScanKind.UNKNOWN]
    if not layout.looks_damaged(text):
        return None
    return Scan(guesses[0].kind if guesses else ScanKind.UNKNOWN, {}, (Defect.LAYOUT_DAMAGE.found(),))


def _told(scan: Scan, defect: Defect) -> Scan:
    return replace(scan, findings=(*scan.findings, defect.found()))


def _is_certain(sound: list[Scan]) -> bool:
    """Return True when the first repair can be taken although another one is possible.

    Caps Lock and a US layout change digits alike, letters and signs differently. Makers print lots of capitals, digits
    and a few signs: a repair that looks so wins over those that do not. Two that do are a doubt, and a lot is never
    guessed.
    """
    first, *others = sound
    rivals = [scan for scan in others if scan.fields != first.fields]
    return not rivals or (_is_as_printed(first) and not any(_is_as_printed(scan) for scan in rivals))


def _is_as_printed(scan: Scan) -> bool:
    return all(_AS_PRINTED.fullmatch(scan.fields.get(name) or "") for name in ("lot", "serial"))


def _damaged(scan: Scan) -> Scan:
    """Keep what the key protects; withdraw the lot and the serial."""
    fields = scan.fields | {"lot": None, "serial": None}
    return Scan(scan.kind, fields, (Defect.LAYOUT_DAMAGE.found(),))
