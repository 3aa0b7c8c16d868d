"""With which component are rights read at this workstation, and does it answer? Chosen by few, and traced.

What a publisher's library may do when it is loaded nobody can know: who tries one holds the right to choose it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

from app.kernel.outcome import Done, Finding, Refused, Severity
from app.kernel.text import typographic
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.kernel.outcome import Outcome
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

CODE_RANGE_MINUTES = (1, 60)
CONTEXT_RANGE_MINUTES = (1, 720)
_LONGEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """What is chosen at one workstation; a field is named as its setting (``settings.Settings`` tells each).

    ``fsv_library`` holds the files of the library, separated by ``;``; all texts may be empty.
    """

    fsv_library: str = ""
    fsv_version: str = ""
    fsv_ps_resource: str = ""
    fsv_reader_resource: str = ""
    fsv_meanings: str = ""
    apcv_code_minutes: int = 3
    apcv_context_minutes: int = 60


@dataclass(frozen=True, slots=True)
class ComponentTest:
    """What a trial found: facts in order (name, value), and what is missing or wrong, each by its name."""

    facts: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()


class ComponentBench(Protocol):
    """What loads a component to see whether it answers; asks for no card and no code."""

    def test(self, chosen: Component) -> ComponentTest:
        """Load what is chosen, and say what it answered or what is missing."""
        ...


class ComponentSettings:
    """The settings of a workstation that decide how rights are read from cards and phones."""

    def __init__(
        self, db: Database, staff: Staff, *, keep: Callable[[Mapping[str, str | int]], None], bench: ComponentBench
    ) -> None:
        """Write the settings by ``keep`` (values by name), and try them by ``bench``."""
        self._db, self._staff, self._keep, self._bench = db, staff, keep, bench

    def test(self, chosen: Component, actor: Actor) -> Outcome[ComponentTest]:
        """Try what is chosen, kept or not; nothing is written. Refused without the right, or where it can't be."""
        findings = self._staff.refusal(actor, Right.SET_CARDS) or check(chosen)
        return Refused(tuple(findings)) if findings else Done(self._bench.test(chosen))

    def set(self, chosen: Component, actor: Actor) -> Outcome[None]:
        """Use what is chosen from the next start of Galien on."""
        findings = self._staff.refusal(actor, Right.SET_CARDS) or check(chosen)
        if findings:
            return Refused(tuple(findings))
        values = asdict(chosen)
        with self._db.write(actor) as work:
            work.audit("cards.set", "setting", "fsv", details={"after": values})
            self._keep(values)
        return Done(None)


def check(chosen: Component) -> list[Finding]:
    """Return why a choice can't be one: a text that is no path nor name, a time out of its range."""
    texts = [value for value in asdict(chosen).values() if isinstance(value, str)]
    findings = []
    if any(len(text) > _LONGEST or not text.isprintable() for text in texts):
        text = f"Un chemin ou un nom a au plus {_LONGEST} caractères, tous imprimables."
        findings.append(_error("GAL-FSV-46", text, "Choisissez le fichier par le bouton, ou retapez-le."))
    for minutes, (least, most), what in (
        (chosen.apcv_code_minutes, CODE_RANGE_MINUTES, "Le QR de l’appli carte Vitale"),
        (chosen.apcv_context_minutes, CONTEXT_RANGE_MINUTES, "Ce que l’appli carte Vitale a ouvert"),
    ):
        if not least <= minutes <= most:
            text = f"{what} sert de {least} à {most} minutes."
            findings.append(_error("GAL-FSV-47", text, "Corrigez la durée."))
    return findings


def _error(code: str, text: str, advice: str) -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice))
