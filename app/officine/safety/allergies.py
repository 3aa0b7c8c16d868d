"""What is a patient allergic to, who noted it and when?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.outcome import Done, Finding, Refused, Severity
from app.kernel.text import fold, one_line
from app.officine.safety import store
from app.officine.safety.data import families
from app.officine.safety.model import AllergyChoice, AllergyKind, Recorded
from app.officine.safety.names import installed_names
from app.officine.staff.model import Right
from app.store.audit import CHAIN, lock_head

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from app.kernel.outcome import Outcome
    from app.officine.catalog.service import Catalog
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

_LIMIT = 200
_SEARCHED = 40
_NONE = AllergyChoice(AllergyKind.NONE, "", "Aucune allergie connue")


class Allergies:
    """The allergies of the patients, each chosen from what the checks know, beside the free text of the file."""

    def __init__(
        self, db: Database, staff: Staff, catalog: Catalog | None, classes: Callable[[], Iterable[str]]
    ) -> None:
        """Keep them in ``db``; offer the substances of ``catalog`` and the ``classes`` of the thesaurus in service."""
        self._db = db
        self._staff = staff
        self._catalog = catalog
        self._classes = classes

    def of(self, patient_id: int, actor: Actor | None = None) -> Recorded:
        """Return what the file of a patient says; nothing is « non renseigné », told apart from « aucune connue ».

        Raises InputDefect where ``actor`` may not read patients' files; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return store.recorded(session, patient_id)

    def choices(self, text: str, limit: int = 12) -> list[AllergyChoice]:
        """Return what may be chosen for a typed text: families first, then substances, then classes of the thesaurus.

        Each word typed, folded, begins a word of the name. Nothing typed gives the families.
        """
        words = fold(text).split()
        if text.strip() and not words:
            return []
        found = [AllergyChoice(AllergyKind.FAMILY, key, label) for key, label in families().items()]
        found = [choice for choice in found if _answers(words, f"{choice.label} {choice.key}")]
        if words:
            found += self._substances(text, words)
            found += [
                AllergyChoice(AllergyKind.CLASS, fold(name), name)
                for name in self._classes()
                if _answers(words, name) and not fold(name).startswith("autres ")
            ]
        return found[:limit]

    def add(
        self,
        patient_id: int,
        choice: AllergyChoice,
        actor: Actor,
        *,
        reaction: str = "",
        noted_on: dt.date | None = None,
    ) -> Outcome[Recorded]:
        """Record an allergy, noted today unless said otherwise; « aucune allergie connue » ends with it.

        Refused for one that is recorded already, and for a date to come.
        """
        day = noted_on or today(self._db.clock)
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT)
        if day > today(self._db.clock):
            findings.append(Finding("GAL-ALG-02", Severity.ERROR, "Cette date est à venir.", "Corrigez la date."))
        if choice.kind is AllergyKind.NONE or not choice.key:
            findings.append(Finding("GAL-ALG-03", Severity.ERROR, "Aucune allergie n’est choisie.", "Choisissez-la."))
        if findings:
            return Refused(tuple(findings))

        def act(work: UnitOfWork) -> Outcome[None]:
            held = _held(work, patient_id)
            if any((one.kind, one.key) == (choice.kind, choice.key) for one in held.allergies):
                text = f"« {choice.label} » est déjà au dossier."
                advice = "Retirez-la d’abord pour la noter autrement."
                return Refused((Finding("GAL-ALG-01", Severity.ERROR, text, advice),))
            if held.none is not None:
                store.end_allergies(work, patient_id, [held.none.id])
            kept = one_line(reaction, _LIMIT).strip()
            made = store.add_allergy(work, patient_id, choice, reaction=kept, noted_on=day)
            details = {"allergy": made.id, "kind": str(choice.kind), "key": choice.key}
            work.audit("allergy.add", "patient", str(patient_id), patient_id=patient_id, details=details)
            work.changed(f"patient:{patient_id}")
            return Done(None)

        return self._told(patient_id, self._db.perform(actor, act))

    def remove(self, patient_id: int, allergy_id: int, actor: Actor) -> Outcome[Recorded]:
        """End an allergy, or the statement of none, that no longer holds; what was known stays in the database."""
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT)
        if findings:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            if store.end_allergies(work, patient_id, [allergy_id]):
                details = {"allergy": allergy_id}
                work.audit("allergy.end", "patient", str(patient_id), patient_id=patient_id, details=details)
                work.changed(f"patient:{patient_id}")
        return Done(self.of(patient_id))

    def state_none(self, patient_id: int, actor: Actor, free_text: str = "") -> Outcome[Recorded]:
        """Record, dated today, that the patient knows of no allergy; said again, it is dated anew.

        Refused while an allergy is recorded, or noted in the free text of the file.
        """
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT)
        if findings:
            return Refused(tuple(findings))

        def act(work: UnitOfWork) -> Outcome[None]:
            held = _held(work, patient_id)
            if held.allergies or free_text.strip():
                text = "Le dossier porte une allergie : il ne peut pas dire « aucune allergie connue »."
                advice = "Retirez-la d’abord, si elle n’en est pas une."
                return Refused((Finding("GAL-ALG-04", Severity.ERROR, text, advice),))
            if held.none is not None:
                store.end_allergies(work, patient_id, [held.none.id])
            store.add_allergy(work, patient_id, _NONE, reaction="", noted_on=today(self._db.clock))
            work.audit("allergy.none", "patient", str(patient_id), patient_id=patient_id)
            work.changed(f"patient:{patient_id}")
            return Done(None)

        return self._told(patient_id, self._db.perform(actor, act))

    def _told(self, patient_id: int, outcome: Outcome[None]) -> Outcome[Recorded]:
        return outcome if isinstance(outcome, Refused) else Done(self.of(patient_id))

    def _substances(self, text: str, words: list[str]) -> list[AllergyChoice]:
        """Return the substances whose name answers, and those of the products that do."""
        if self._catalog is None:
            return []
        codes = [product.code for product in self._catalog.search(text, _SEARCHED)]
        key_of = installed_names().key
        named: dict[str, str] = {}
        for names in self._catalog.substances(codes).values():
            for name in names:
                named.setdefault(key_of(name), name)
        ranked = sorted(named.items(), key=lambda item: (not _answers(words, item[1]), fold(item[1])))
        return [AllergyChoice(AllergyKind.SUBSTANCE, key, name.capitalize()) for key, name in ranked]


def _held(work: UnitOfWork, patient_id: int) -> Recorded:
    """Return what the file says, no other act going on until this one ends: a key pressed twice is one allergy."""
    lock_head(work.session, CHAIN)
    return store.recorded(work.session, patient_id)


def _answers(words: list[str], name: str) -> bool:
    known = fold(name).split()
    return all(any(one.startswith(word) for one in known) for word in words)
