"""How is a patient found, created and changed?"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.clock import today
from app.kernel.outcome import Done, Refused, is_refused
from app.officine.patients import antecedents, identity_store, rules, store
from app.officine.patients.cog import Places
from app.officine.patients.identity import TRAITS
from app.officine.patients.identity_model import Event
from app.officine.patients.model import Attribute, IdentityStatus
from app.officine.staff.model import Right
from app.store import merged

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from app.kernel.outcome import Finding, Outcome
    from app.officine.patients.identity import Ins, Traits
    from app.officine.patients.model import Coverage, Patient, PatientDraft
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

_ANTECEDENTS = 100
"""How many files a search before creation shows: a year alone is shared by many."""
_SAME_ACCESS = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class FictitiousFile:
    """A whole file of a person who does not exist, with the status that a demonstration needs."""

    draft: PatientDraft
    status: IdentityStatus = IdentityStatus.PROVISIONAL
    attributes: frozenset[Attribute] = frozenset()
    matricule: str | None = None
    oid: str | None = None


class Patients:
    """The patients' files."""

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep the files in ``db``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff
        self._places = Places(db, staff)
        self._lock = threading.Lock()
        self._opened: dict[tuple[Actor, int, bool], dt.datetime] = {}

    def search(self, text: str, limit: int = 30, actor: Actor | None = None) -> list[Patient]:
        """Return the patients found by birth date in any typed form, letters of any name, or both, in any order.

        Whole names come before longer ones; born the same day, by name. Any text is legal; one without a letter
        or a date finds nobody. A matricule finds its owner only with its right key. Raises InputDefect where
        ``actor`` may not read patients' files; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        query = rules.read_query(text, today(self._db.clock))
        if query.is_empty:
            return []
        with self._db.read() as session:
            return store.search(session, query, limit)

    def search_identity(self, born: str, letters: str = "", actor: Actor | None = None) -> Outcome[list[Patient]]:
        """Return the files that a person may already have, before one more is created (RNIV, INS.07 to INS.10).

        ``born`` is the date of birth, whole or in part, then ``letters`` at most three of any name; a matricule, with
        its right key only. A file whose date was completed by the rule answers to the days that it may stand for.
        A warning tells where more files answer than are shown. Raises as ``search``.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        query, findings = antecedents.read_search(born, letters, today(self._db.clock))
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.read() as session:
            found = store.search(session, query, _ANTECEDENTS + 1)
        if len(found) > _ANTECEDENTS:
            return Done(found[:_ANTECEDENTS], (antecedents.truncated(_ANTECEDENTS),))
        return Done(found)

    def resembling(self, ins: Ins | None, traits: Traits, actor: Actor | None = None) -> list[Patient]:
        """Return the files that may be of the person whom a document names: to be compared, never to be taken.

        Those that hold its INS, those born the same day who share a name, those of the same names born another day.
        Raises as ``search``.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            found = {patient.id: patient for patient in store.resembling(session, ins, traits)}
        return list(found.values())

    def get(self, patient_id: int, actor: Actor | None = None) -> Patient | None:
        """Return a patient's file; None when there is no such one. Raises as ``search``."""
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return store.get(session, patient_id)

    def current(self, patient_id: int) -> Patient | None:
        """Return the file in which a file lives on: itself, or the one that absorbed it; None for an unknown one."""
        with self._db.read() as session:
            return store.get(session, merged.head(session, patient_id))

    def open(self, patient_id: int, actor: Actor, where: str = "", *, ins: bool = False) -> Outcome[Patient]:
        """Return a patient's file to be shown to a person, traced: who, when, from where, whose (DSR, INS-04).

        Refused to who may not read files. Shown again to the same person at the same workstation within ten minutes,
        it is the same access. ``where`` is the room that shows it; ``ins`` says that its matricule INS is in sight: the
        first time that it is, within an access or not, is an access of its own.
        """
        details = {"room": where} | ({"ins": True} if ins else {})
        findings = self._staff.refusal(actor, Right.READ_PATIENT)
        if findings:
            self._trace_opening(patient_id, actor, details, "refused")
            return Refused(tuple(findings))
        patient = self.get(patient_id)
        if patient is None:
            return Refused((rules.unknown(patient_id),))
        if self._is_new_access(patient_id, actor, ins=ins):
            self._trace_opening(patient_id, actor, details, "ok")
        return Done(patient)

    def _is_new_access(self, patient_id: int, actor: Actor, *, ins: bool) -> bool:
        now = self._db.clock.now()
        with self._lock:
            # Kept short: what is older is a new access anyway.
            self._opened = {one: at for one, at in self._opened.items() if dt.timedelta(0) <= now - at < _SAME_ACCESS}
            # Who saw the matricule saw the rest of the file too.
            covering = {(actor, patient_id, True), (actor, patient_id, ins)}
            if not covering.isdisjoint(self._opened):
                return False
            self._opened[actor, patient_id, ins] = now
            return True

    def _trace_opening(self, patient_id: int, actor: Actor, details: dict[str, Any], result: str) -> None:
        with self._db.write(actor) as work:
            work.audit(
                "patient.open", "patient", str(patient_id), patient_id=patient_id, details=details, result=result
            )

    def named(self, patient_ids: Collection[int]) -> dict[int, str]:
        """Return the names of patients as lists show them, by file, in one reading; unknown files are left out."""
        with self._db.read() as session:
            return {patient.id: patient.display_name for patient in store.get_all(session, patient_ids)}

    def count(self) -> int:
        """Return how many files there are."""
        with self._db.read() as session:
            return store.count(session)

    def check(self, draft: PatientDraft) -> list[Finding]:
        """Return what there is to say of a draft before it is created: conversions, refusals, possible duplicates."""
        return self._checked(draft, creation=True)[1]

    def create(self, draft: PatientDraft, actor: Actor, *, confirmed: bool = False) -> Outcome[Patient]:
        """Create a file of provisoire status; the findings name the conversions and the possible duplicates.

        Whatever was searched before, those born the same day who share a name are looked for once more: where there
        are some, nothing is created until it is ``confirmed`` that this is another person (RNIV, INS.07).
        """
        kept, findings = self._checked(draft, creation=True)
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT) + findings
        if not confirmed and any(finding.code == rules.DUPLICATE for finding in findings):
            findings.append(antecedents.to_confirm())
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            patient = store.add(work.session, [store.new_row(kept, work.now)])[0]
            self._note(work, patient, Event.CREATE, {})
            details = {"status": str(patient.status), "alerts": [finding.code for finding in findings]}
            work.audit("patient.create", "patient", str(patient.id), patient_id=patient.id, details=details)
            work.changed(f"patient:{patient.id}")
        return Done(patient, tuple(findings))

    def update(self, patient_id: int, version: int, draft: PatientDraft, actor: Actor) -> Outcome[Patient]:
        """Write a draft over the file read at ``version``.

        Refused where the file was edited meanwhile, and where strict traits of an identity that is not
        provisoire would change.
        """
        kept, findings = rules.normalized(draft)
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT) + findings
        findings += rules.check(kept, today(self._db.clock))
        before = self.get(patient_id)
        if before is None:
            return Refused((rules.unknown(patient_id),))
        findings += rules.merged(before)
        findings += rules.locked_traits(before, kept)
        if before.version != version:
            findings.append(rules.edited_meanwhile())
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            after = store.change(work.session, before, kept, work.now)
            if after is None:
                return Refused((rules.edited_meanwhile(),))
            details = rules.changes(before, kept)
            traits = {name: old for name, (old, _new) in details.items() if name in TRAITS}
            if traits:
                self._note(work, after, Event.EDIT, {"changed": traits})
            work.audit("patient.update", "patient", str(patient_id), patient_id=patient_id, details=details)
            work.changed(f"patient:{patient_id}")
        return Done(after, tuple(findings))

    def set_coverage(self, patient_id: int, version: int, coverage: Coverage, actor: Actor) -> Outcome[Patient]:
        """Write what the insurances take over the file read at ``version``; the rest of the file stays as it is."""
        known = self.get(patient_id)
        if known is None:
            return Refused((rules.unknown(patient_id),))
        return self.update(patient_id, version, rules.draft_of(known, coverage), actor)

    def take_rights(
        self, read_from: Patient, coverage: Coverage, action: str, details: dict[str, Any], actor: Actor
    ) -> Outcome[Patient]:
        """Write what a card said of the insurances over the file it was compared with; ``details`` trace the reading.

        The reading is traced even where it changes nothing: the file is then known to be right on that day.
        """
        kept, findings = rules.normalized(rules.draft_of(read_from, coverage))
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT) + findings
        findings += rules.check(kept, today(self._db.clock))
        if is_refused(findings):
            return Refused(tuple(findings))
        patient_id = read_from.id
        with self._db.write(actor) as work:
            after = store.get(work.session, patient_id)
            if after is None or not rules.is_writable(after, read_from.version):
                return Refused(tuple(rules.unwritable(after or read_from)))
            if coverage != read_from.coverage:
                after = store.change(work.session, read_from, kept, work.now)
                if after is None:
                    return Refused((rules.edited_meanwhile(),))
                changed = rules.changes(read_from, kept)
                work.audit("patient.update", "patient", str(patient_id), patient_id=patient_id, details=changed)
            work.audit(action, "patient", str(patient_id), patient_id=patient_id, details=details)
            work.changed(f"patient:{patient_id}")
        return Done(after)

    def load_fictitious(self, files: Sequence[FictitiousFile], actor: Actor) -> Outcome[list[Patient]]:
        """Write the files of people who do not exist, all or none, each with its status: for simulations only.

        A real INS enters a file by INSi alone, never by this way.
        """
        checked = [self._checked(file.draft) for file in files]
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT)
        findings += [finding for _, found in checked for finding in found]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            rows = [_fictitious_row(file, kept, work.now) for file, (kept, _) in zip(files, checked, strict=True)]
            patients = store.add(work.session, rows)
            work.audit("patient.load_fictitious", "patient", details={"files": len(patients)})
            work.changed("patient")
        return Done(patients, tuple(findings))

    @staticmethod
    def _note(work: UnitOfWork, patient: Patient, event: Event, details: dict[str, Any]) -> None:
        """Write in the history of an identity what was typed of it (INS.17)."""
        before = None if event is Event.CREATE else patient.status
        identity_store.add_event(work, patient.id, event, before=before, after=patient.status, details=details)

    def _checked(self, draft: PatientDraft, *, creation: bool = False) -> tuple[PatientDraft, list[Finding]]:
        kept, findings = rules.normalized(draft)
        findings += rules.check(kept, today(self._db.clock), creation=creation)
        if creation and kept.birth_place and not is_refused(findings):
            findings += self._places.check(kept.birth_place, kept.birth_date)
        if kept.birth_date is not None:
            with self._db.read() as session:
                findings += rules.duplicates(kept, store.born_on(session, kept.birth_date))
        return kept, findings


def _fictitious_row(file: FictitiousFile, kept: PatientDraft, now: dt.datetime) -> dict[str, Any]:
    return store.new_row(kept, now) | {
        "status": str(file.status),
        "is_homonym": Attribute.HOMONYM in file.attributes,
        "is_doubtful": Attribute.DOUBTFUL in file.attributes,
        "is_fictitious": Attribute.FICTITIOUS in file.attributes,
        "matricule": file.matricule,
        "oid": file.oid,
        "evidence_code": "CN" if file.status in {IdentityStatus.VALIDATED, IdentityStatus.QUALIFIED} else "",
        "recovered_at": now if file.matricule else None,
    }
