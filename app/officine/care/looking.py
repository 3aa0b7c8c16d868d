"""What is to be said of a draft, and which document would it be? Looked at before a byte of it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.docs.clinical import Vaccine
from app.kernel.clock import today
from app.kernel.outcome import Severity, is_refused
from app.officine.care import building, making, rules, store
from app.officine.staff.model import Right
from app.store import facts, merged

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.docs.clinical import Document, Officine
    from app.kernel.actor import Actor
    from app.kernel.mode import Mode
    from app.kernel.outcome import Finding
    from app.officine.care.building import People
    from app.officine.care.model import CareDraft, WrittenDocument
    from app.officine.care.site import CareSite
    from app.officine.catalog.service import Catalog
    from app.officine.patients.identities import Identities
    from app.officine.patients.identity_model import IdentityFile
    from app.officine.patients.service import Patients
    from app.officine.staff.service import Staff
    from app.store.database import Database


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft looked at: what would be written, and what there is to say; no document where it could not be built."""

    draft: CareDraft
    findings: tuple[Finding, ...]
    known: IdentityFile | None = None
    people: People | None = None
    document: Document | None = None
    symbol: str = ""

    @property
    def is_refused(self) -> bool:
        """True where nothing may be written."""
        return self.document is None or is_refused(self.findings)


class Looking:
    """Looks at drafts, with all that the officine knows of their patient, their author and their product."""

    def __init__(
        self,
        db: Database,
        staff: Staff,
        *,
        patients: Patients,
        identities: Identities,
        catalog: Catalog,
        site: CareSite,
        mode: Mode,
        production: bool,
    ) -> None:
        """Mark what ``mode`` simulates; with real data (``production``) refuse every INS of tests."""
        self._db = db
        self._staff = staff
        self._patients = patients
        self._identities = identities
        self._catalog = catalog
        self._site = site
        self._mode = mode
        self._production = production

    def look(self, given: CareDraft, actor: Actor) -> Ready:
        """Return a draft with all that is to be said of it, and the document that it would be."""
        draft = rules.tidy(given)
        findings = self._staff.refusal(actor, Right.WRITE_CARE)
        if findings:
            return Ready(draft, tuple(findings))
        findings = rules.check(draft)
        people, said = self._people(draft, actor)
        findings += said
        patient = self._patients.current(draft.patient_id)
        known = None if patient is None else self._identities.of(patient.id)
        if known is None:
            return Ready(draft, (rules.no_patient(), *findings))
        draft = replace(draft, patient_id=known.patient.id)
        before, said = self._replaced(draft)
        findings += said
        if people is None or (draft.replaces is not None and before is None):
            return Ready(draft, tuple(findings), known)
        document = building.document(
            draft,
            known=known,
            people=people,
            place=self._officine(),
            named=building.key(before),
            now=self._db.clock.now(),
        )
        document = replace(document, footer=self._site.values().rights_text, banner=self._mode.banner)
        return self._standards(Ready(draft, tuple(findings), known, people, document))

    def _standards(self, ready: Ready) -> Ready:
        """Return the draft with what the standards say of its document, before a byte of it is written."""
        assert ready.document is not None
        assert ready.known is not None
        document, found = making.named(ready.document)
        if isinstance(document.content, Vaccine):
            vaccine, said = making.known(document.content, self._catalog)
            document, found = replace(document, content=vaccine), found + said
        watched = building.watched(document, ready.known)
        found += making.looked_at(watched, production=self._production)
        symbol, said = ("", []) if is_refused(found) else making.symbol(document, today(self._db.clock))
        # What the form refuses of a field it says once, in its own words.
        refused = {one.subject for one in ready.findings if one.severity is Severity.ERROR and one.subject}
        more = [one for one in building.said(found + said) if one.subject not in refused]
        findings = (*ready.findings, *more)
        return replace(ready, document=document, symbol=symbol, findings=findings)

    def _people(self, draft: CareDraft, actor: Actor) -> tuple[People | None, list[Finding]]:
        author = None if actor.staff_id is None else self._staff.get(actor.staff_id)
        supervisor = None if draft.supervisor_id is None else self._staff.get(draft.supervisor_id)
        found = rules.check_author(author, supervisor)
        if author is None or is_refused(found):
            return None, found
        return building.People(author, None if author.role.is_pharmacist else supervisor), found

    def _replaced(self, draft: CareDraft) -> tuple[WrittenDocument | None, list[Finding]]:
        """Return the document in whose place a draft comes, None for a new one, and why it may not."""
        if draft.replaces is None:
            return None, []
        with self._db.read() as session:
            return replaceable(session, draft, store.get(session, draft.replaces))

    def _officine(self) -> Officine:
        told = facts.read(self._db, "officine")
        installation = facts.read(self._db, "installation")
        return building.officine(told if isinstance(told, dict) else {}, str(installation or ""))


def replaceable(
    session: Session, draft: CareDraft, before: WrittenDocument | None
) -> tuple[WrittenDocument | None, list[Finding]]:
    """Return a document, and why a draft may not take its place."""
    files = frozenset(merged.everyone(session, draft.patient_id))
    return before, rules.check_replacement(draft, before, files)
