"""What does the officine tell the patient of his rights, at the foot of each of its documents?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.kernel.actor import Actor
    from app.kernel.outcome import Finding, Outcome


@dataclass(frozen=True, slots=True)
class SiteTexts:
    """The texts of the officine: ``is_default`` where nobody has chosen another than Galien's own."""

    rights_text: str
    is_default: bool


class CareSite:
    """The texts of the officine that its documents bear."""

    def values(self) -> SiteTexts:
        """Return the texts in force."""
        raise NotImplementedError

    def set_rights_text(self, text: str, actor: Actor) -> Outcome[SiteTexts]:
        """Change the text on the rights of the patient; an empty one brings Galien's own back."""
        raise NotImplementedError

    def check_rights_text(self, text: str) -> list[Finding]:
        """Return what is wrong with a text."""
        raise NotImplementedError
