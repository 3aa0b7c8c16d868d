"""Which kind of code is this text as it stands, and what does it hold?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.kernel.identifiers import is_cip13, is_ean13, is_gtin14
from app.officine.scan import apcv, badge, eprescription, gs1, ins, linear, promise
from app.officine.scan.cleaning import GS1_CARRIERS, Frame, clean, first_frame, has_control
from app.officine.scan.defects import Defect
from app.officine.scan.model import Scan, ScanKind

if TYPE_CHECKING:
    import datetime as dt


# The formats of our own.
_OURS = {ScanKind.STAFF: badge.read, ScanKind.PROMISE: promise.read, ScanKind.APCV: apcv.read}

_LOOKS = {
    ScanKind.STAFF: badge.looks_badge,
    ScanKind.PROMISE: promise.looks_promise,
    ScanKind.APCV: apcv.looks_apcv,
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the reading depends on besides the text (see ``interpret``)."""

    today: dt.date
    gs_substitute: str = ""
    production: bool = False
    separators_kept: bool = False


def read(text: str, given: Circumstances) -> Scan:
    """Read the text as it stands, without undoing any keyboard damage. Never raises."""
    frame = clean(text, given.gs_substitute)
    alone = frame._replace(body=first_frame(frame.body))
    kind, length = _first_code(alone)
    if not frame.body:
        return Scan(kind, {}, (Defect.EMPTY.found(),))
    if alone.body != frame.body or length < len(frame.body):
        return Scan(kind, {}, (Defect.GLUED.found(),))
    if has_control(frame.body):
        return Scan(kind, {}, (Defect.CONTROL.found(),))
    return _content(kind, frame.body, given)


def has_key(text: str) -> bool:
    """Return True when the text is, or begins with, a code whose key no typing falls upon by chance."""
    body = clean(text).body
    return (
        is_ean13(body)
        or (body.startswith("01") and is_gtin14(body[2:16]))
        or ins.looks_ins(body)
        or (badge.looks_badge(body) and badge.read(body).ok)
        or (promise.looks_promise(body) and promise.read(body).ok)
        or (apcv.looks_apcv(body) and apcv.read(body).ok)
    )


def _first_code(frame: Frame) -> tuple[ScanKind, int]:
    """Return the kind of the code and how many characters it takes: fewer than there are when another one follows."""
    body = frame.body
    kind = ScanKind.GS1 if frame.aim in GS1_CARRIERS else _kind(body)
    is_bare = is_cip13(body[:13]) or (kind is ScanKind.UNKNOWN and is_ean13(body[:13]))
    if is_bare and _kind(body[13:]) is not ScanKind.UNKNOWN:
        return _kind(body[:13]), 13
    return kind, len(body)


def _kind(body: str) -> ScanKind:
    if gs1.looks_gs1(body):
        return ScanKind.GS1
    if ins.looks_ins(body):
        return ScanKind.INS
    if linear.looks_linear(body):
        return linear.read(body).kind
    ours = next((kind for kind, looks in _LOOKS.items() if looks(body)), None)
    if ours is not None:
        return ours
    return ScanKind.EPRESCRIPTION if eprescription.number_of(body) else ScanKind.UNKNOWN


def _content(kind: ScanKind, body: str, given: Circumstances) -> Scan:
    if kind is ScanKind.GS1:
        box = gs1.parse(body, given.today, separators_kept=given.separators_kept)
        return Scan(kind, box.as_fields(), box.findings)
    if kind is ScanKind.INS:
        identity = ins.decode(body, given.today, production=given.production)
        return Scan(kind, identity.traits, identity.findings)
    if kind in _OURS:
        return _OURS[kind](body)
    if kind is ScanKind.EPRESCRIPTION:
        return eprescription.read(eprescription.number_of(body) or body)
    if kind is ScanKind.UNKNOWN:
        return Scan(kind, {}, (Defect.UNKNOWN.found(),))
    return linear.read(body)
