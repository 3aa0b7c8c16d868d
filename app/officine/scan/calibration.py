"""Which settings suit this scanner, from a few scans of a known code?

The settings screen prints ``TEST_PAYLOAD`` as a Data Matrix and asks for five scans of it: their pauses give the gap to
use, what arrives gives the keyboard damage and the fate of the separator.
"""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.scan import layout
from app.officine.scan.defects import Defect
from app.officine.scan.model import GS
from app.officine.scan.wedge import DEFAULT_GAP_MS, HIGHEST_GAP_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HEAD, _TAIL = "0123456789ABCXYZazqwm,;:!", "fin"
TEST_PAYLOAD = _HEAD + GS + _TAIL
SCANS_WANTED = 5

_KNOWN_RENDERINGS = frozenset({"<GS>", "{GS}", "␝", "^]", "\\U001D", "\\X1D"})
_AIM = re.compile(r"[^0-9A-Za-z][A-Za-z].")


class Timing(NamedTuple):
    """The pauses of the scans and the gap they ask for, in ms; ``reliable`` is False where a person types as fast."""

    median_ms: float
    longest_ms: int
    gap_ms: int
    reliable: bool


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the scanner does to the test code.

    ``read`` is True when what arrived is the test code at all; ``gs_substitute`` is the setting to use (empty: none);
    ``separators_kept`` tells that the separator arrives in some form; ``findings`` say what is wrong and what to do.
    """

    read: bool
    gs_substitute: str = ""
    separators_kept: bool = False
    findings: tuple[Finding, ...] = ()


def propose_gap(scans: Iterable[Sequence[int]]) -> Timing | None:
    """Return the gap to set, from the pauses (ms) between the keys of each scan; None without any pause.

    Twice the longest pause, so that a busy computer cuts no scan, within what the detector accepts.
    """
    pauses = [pause for scan in scans for pause in scan]
    if not pauses:
        return None
    longest = max(pauses)
    gap = min(max(2 * longest, DEFAULT_GAP_MS), HIGHEST_GAP_MS)
    median = statistics.median(pauses)
    return Timing(median, longest, gap, longest <= gap and median * 2 <= gap)


def diagnose(received: str) -> Diagnosis:
    """Say what the scanner does to ``TEST_PAYLOAD``, from the text that arrived."""
    received = received.strip("\r\n\t")
    plain = _separator_in(received, _HEAD, _TAIL)
    if plain is not None:
        return _diagnosis(plain, None)
    for damage in layout.DAMAGES:
        between = _separator_in(received, damage.apply(_HEAD), damage.apply(_TAIL))
        if between is not None:
            return _diagnosis(between, damage)
    text = "Ce qui est arrivé n’est pas le code d’essai."
    return Diagnosis(read=False, findings=(_finding(59, Severity.ERROR, text, "Scannez le code d’essai affiché."),))


def _separator_in(received: str, head: str, tail: str) -> str | None:
    """Return what stands where the separator should be; None when the rest is not the test code."""
    start = received.find(head)
    is_prefix = start == 0 or _AIM.fullmatch(received[: max(start, 0)])
    if not is_prefix or not received.endswith(tail):
        return None
    return received[start + len(head) : len(received) - len(tail)]


def _diagnosis(between: str, damage: layout.Damage | None) -> Diagnosis:
    findings = [] if damage is None else [_layout_finding(damage)]
    meant = between if damage is None else damage.undo(between)
    if not between:
        text = "La douchette ne transmet pas le séparateur (FNC1) : les lots et numéros de série ne seront pas sûrs."
        advice = (
            "Choisissez dans son manuel « FN1 substitution » ou « control characters », ou la liaison série (USB-COM)."
        )
        findings.append(_finding(52, Severity.WARNING, text, advice))
        return Diagnosis(read=True, findings=tuple(findings))
    if between == GS or meant.upper() in _KNOWN_RENDERINGS:
        return Diagnosis(read=True, separators_kept=True, findings=tuple(findings))
    if any(char.isalnum() or char == " " for char in between):
        text = f"Le séparateur (FNC1) arrive sous la forme « {between} », que rien ne distingue du contenu."
        findings.append(_finding(53, Severity.WARNING, text, "Choisissez un signe comme ~ ou | dans la douchette."))
        return Diagnosis(read=True, findings=tuple(findings))
    text = f"La douchette remplace le séparateur (FNC1) par « {between} »."
    findings.append(_finding(54, Severity.INFO, text, f"Réglez le séparateur de la douchette sur « {between} »."))
    return Diagnosis(read=True, gs_substitute=between, separators_kept=True, findings=tuple(findings))


def _layout_finding(damage: layout.Damage) -> Finding:
    found = damage.defect.found()
    text = {
        Defect.LAYOUT_US: "Douchette configurée en clavier américain, poste en clavier français.",
        Defect.LAYOUT_FR: "Douchette configurée en clavier français, poste en clavier américain.",
        Defect.CAPS_LOCK: "La touche Verr. Maj est active, ou la douchette l’inverse.",
    }[damage.defect]
    return Finding(found.code, Severity.WARNING, typographic(text), found.advice)


def _finding(number: int, severity: Severity, text: str, advice: str) -> Finding:
    return Finding(f"GAL-SCN-{number}", severity, typographic(text), typographic(advice))
