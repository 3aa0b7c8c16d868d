"""Is the patient allergic to what is delivered, as the file records it: a substance, a class, a family?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.outcome import Finding, Severity
from app.officine.safety.model import AllergyKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.officine.safety.model import Allergy, SafetyCase, Taken

RECORDED = "GAL-SEC-31"


def check(case: SafetyCase) -> Iterator[Finding]:
    """Return one finding for each product that answers a recorded allergy."""
    if case.recorded is None:
        return
    for line in case.lines:
        found = next((allergy for allergy in case.recorded.allergies if answers(allergy, line, case)), None)
        if found is not None:
            yield _finding(line, found)


def answers(allergy: Allergy, line: Taken, case: SafetyCase) -> bool:
    """Return True where one of the substances of a product is the one, or of the class or family, of the allergy."""
    if allergy.kind is AllergyKind.SUBSTANCE:
        return allergy.key in line.keys
    if allergy.kind is AllergyKind.CLASS:
        return any(allergy.key in case.classes.get(key, frozenset()) for key in line.keys)
    return bool(line.keys & case.allergens.get(allergy.key, frozenset()))


def _finding(line: Taken, allergy: Allergy) -> Finding:
    reaction = f" ({allergy.reaction})" if allergy.reaction else ""
    return Finding(
        RECORDED,
        Severity.WARNING,
        f"{line.short} : allergie au dossier, {allergy.label}{reaction}.",
        "Vérifiez avec le patient avant de délivrer. "
        f"Source : dossier du patient, noté le {french.short_date(allergy.noted_on)} par {allergy.author}.",
        line.line_id,
    )
