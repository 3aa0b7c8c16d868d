"""What does the officine tell the patient of his rights, at the foot of each of its documents (OFF-DOC-05)?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.kernel.outcome import Done, Refused, is_refused
from app.officine.care import rules
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    from app.kernel.outcome import Finding, Outcome
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

_FACT: Final = "care.rights_text"
DEFAULT: Final = (
    "Ce document contient des données de santé, traitées par la pharmacie pour votre prise en charge et conservées "
    "dans votre dossier. Il n’est communiqué qu’à vous et aux destinataires qu’il nomme. Vous pouvez accéder à ces "
    "données, les faire rectifier ou effacer, limiter leur traitement ou vous y opposer en vous adressant à votre "
    "pharmacien, et adresser une réclamation à la CNIL (www.cnil.fr). Règlement (UE) 2016/679 et loi du 6 janvier 1978."
)
"""Galien's own text, which an officine may change: it says what the DSR asks, in the least room."""


@dataclass(frozen=True, slots=True)
class SiteTexts:
    """The texts of the officine: ``is_default`` where nobody has chosen another than Galien's own."""

    rights_text: str
    is_default: bool


class CareSite:
    """The texts of the officine that its documents bear, the same for every workstation."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep the texts in ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff

    def values(self) -> SiteTexts:
        """Return the texts in force."""
        chosen = facts.read(self._db, _FACT)
        if isinstance(chosen, str) and chosen:
            return SiteTexts(chosen, is_default=False)
        return SiteTexts(DEFAULT, is_default=True)

    def set_rights_text(self, text: str, actor: Actor) -> Outcome[SiteTexts]:
        """Change the text on the rights of the patient; an empty one brings Galien's own back. Traced.

        Documents that were written keep the text that they bear.
        """
        findings = [*self._staff.refusal(actor, Right.SET_CARE), *self.check_rights_text(text)]
        if is_refused(findings):
            return Refused(tuple(findings))
        kept = text.strip()
        with self._db.write(actor) as work:
            facts.write(work, _FACT, "" if kept == DEFAULT else kept)
            work.audit("care.site", "fact", _FACT, details={"text": kept})
            work.changed("care")
        return Done(self.values(), tuple(findings))

    def check_rights_text(self, text: str) -> list[Finding]:
        """Return what is wrong with a text: too long, invisible characters, characters that no page can show."""
        found = rules.check_rights_text(text.strip())
        return found or self._unprintable(text)

    @staticmethod
    def _unprintable(text: str) -> list[Finding]:
        from app.docs.pdfa import letters  # noqa: PLC0415 -- heavy: at the first text looked at

        gone = letters.missing(text)
        return [rules.unprintable_rights(gone)] if gone else []
