"""How is a document received, matched with its patient, filed, refused, read, replaced?

The bytes are kept first, then the row that names them: whatever stops in between, no row is without its bytes. Whether
a document is filed is a person's act, always; one key is enough where the INS and the traits leave no doubt.
"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.kernel.errors import FileUnusable, InputDefect
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.officine.inbox import arrivals as opening
from app.officine.inbox import looking, rules, store
from app.officine.inbox.model import (
    Agreement,
    Event,
    InboxReport,
    Match,
    Origin,
    Page,
    Query,
    Receipt,
    Sort,
    State,
)
from app.officine.staff.model import Right
from app.store import merged
from app.store.audit import CHAIN, lock_head
from app.store.blobs import MISSING, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.kernel.outcome import Outcome
    from app.officine.documents.shown import Shown
    from app.officine.inbox.model import Arrival, Candidate, Happened, Received
    from app.officine.patients.service import Patients
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.blobs import Blobs
    from app.store.database import Database, UnitOfWork

SUBJECT = "received_document"
TOPIC = "received"
_MOST_FILES = 2_000
_SAME_READING = dt.timedelta(minutes=10)


class Inbox:
    """The documents that the officine received."""

    def __init__(
        self, db: Database, blobs: Blobs, staff: Staff, patients: Patients, *, production: bool, banner: str = ""
    ) -> None:
        """Keep the rows in ``db`` and the bytes in ``blobs``; ``banner`` is said over what is not real."""
        self._db = db
        self._blobs = blobs
        self._staff = staff
        self._patients = patients
        self._production = production
        self._banner = banner
        self._lock = threading.Lock()
        self._read: dict[tuple[Actor, int, int | None], dt.datetime] = {}

    # --- Receiving ----------------------------------------------------------------------------------------------------

    def receive(self, content: bytes, origin: Origin, actor: Actor, *, name: str = "") -> Outcome[Receipt]:
        """Take in a file: a CDA, an archive of several documents, a PDF; what can't be read is kept aside, with why.

        The same document twice is told, and not doubled. Raises the EnvironmentFailure that stood in the way; the
        bytes may then be there, named by nothing. Requirements: OFF-MSS-20, OFF-MSS-23.
        """
        findings = self._staff.refusal(actor, Right.FILE_DOCUMENTS)
        if findings:
            return Refused(tuple(findings))
        if len(content) > rules.LARGEST_FILE:
            return Done(self._take(looking.without_bytes(name, len(content)), origin, actor, name=name, parcel=""))
        parcel = self._blobs.put(content)
        found = opening.arrivals(content, name)
        receipt = Receipt()
        for arrival in found:
            receipt += self._take(arrival, origin, actor, name=name, parcel=parcel)
        return Done(receipt)

    def receive_file(self, path: Path, origin: Origin, actor: Actor) -> Outcome[Receipt]:
        """Take in a file of the disk, which is left where it is; its size is looked at before it is read."""
        findings = self._staff.refusal(actor, Right.FILE_DOCUMENTS)
        if findings:
            return Refused(tuple(findings))
        try:
            size = path.stat().st_size
            if size > rules.LARGEST_FILE:
                return Done(
                    self._take(looking.without_bytes(path.name, size), origin, actor, name=path.name, parcel="")
                )
            content = path.read_bytes()
        except OSError:
            return Done(Receipt(unreadable=(rules.not_read(path.name),)))
        return self.receive(content, origin, actor, name=path.name)

    def receive_all(
        self,
        paths: Sequence[Path],
        origin: Origin,
        actor: Actor,
        report: Callable[[int, int, str], None] = lambda _done, _total, _text: None,
    ) -> Outcome[Receipt]:
        """Take in several files one by one, and the files of the folders among them; raises as ``receive``."""
        findings = self._staff.refusal(actor, Right.FILE_DOCUMENTS)
        if findings:
            return Refused(tuple(findings))
        found = [file for path in paths for file in (_files_of(path) if path.is_dir() else [path])]
        if not found:
            return Refused((rules.empty_folder(),))
        files, left = found[:_MOST_FILES], len(found) - _MOST_FILES
        receipt = Receipt(unreadable=(rules.too_many(left, _MOST_FILES),) if left > 0 else ())
        for rank, file in enumerate(files):
            report(rank, len(files), file.name)
            outcome = self.receive_file(file, origin, actor)
            if isinstance(outcome, Refused):
                return outcome
            receipt += outcome.value
        return Done(receipt)

    def _take(self, arrival: Arrival, origin: Origin, actor: Actor, *, name: str, parcel: str) -> Receipt:
        """Write one arrival, or find that it is there already."""
        sha256 = self._blobs.put(arrival.content) if arrival.content else ""
        # Two defective documents of one archive are two, told apart by their octets.
        aside = f"{parcel or sha256_of(name.encode())}:{sha256}:{arrival.part}"[:300]
        identity = aside if arrival.is_aside else sha256
        with self._db.write(actor) as work:
            _alone(work)
            before = store.known(work.session, identity)
            if before is None:
                kept = replace(arrival, findings=(*arrival.findings, *_told_by_others(work.session, arrival)))
                made = store.add(
                    work.session,
                    kept,
                    at=work.now,
                    origin=origin,
                    name=rules.kept_name(name),
                    identity=identity,
                    sha256=sha256,
                    parcel=parcel,
                    words=_words(kept, name),
                    actor=actor,
                )
                # None: the same one was received at another workstation in this very moment.
                if made is not None:
                    self._written(work, made, kept)
            received = store.known(work.session, identity)
        document = self._got(received)
        if before is not None:
            return Receipt(known=(document,))
        return Receipt(aside=(document,)) if arrival.is_aside else Receipt(new=(document,))

    def _written(self, work: UnitOfWork, received_id: int, arrival: Arrival) -> None:
        is_aside = arrival.is_aside
        event = Event.ASIDE if is_aside else Event.RECEIVE
        store.happen(work.session, received_id, event, at=work.now, actor=work.actor)
        codes = [one.code for one in arrival.findings if one.severity is not Severity.INFO]
        details = {"type": arrival.type_code, "document": arrival.document_id, "codes": codes}
        work.audit(f"{SUBJECT}.aside" if is_aside else f"{SUBJECT}.receive", SUBJECT, str(received_id), details=details)
        work.changed(TOPIC)
        if not is_aside:
            _settle(work, received_id)

    # --- Reading the list ---------------------------------------------------------------------------------------------

    def page(self, query: Query, actor: Actor | None = None) -> Page:
        """Return the documents that answer. Raises InputDefect where ``actor`` may not read them; None is Galien."""
        self._staff.require(actor, Right.READ_DOCUMENTS)
        with self._db.read() as session:
            found, total = store.search(session, query)
            return Page(tuple(self._named(found)), total, store.unread(session), store.kinds(session))

    def get(self, document_id: int, actor: Actor | None = None) -> Received | None:
        """Return a document; None for an unknown one. Raises as ``page``."""
        self._staff.require(actor, Right.READ_DOCUMENTS)
        with self._db.read() as session:
            found = store.get(session, document_id)
            return None if found is None else self._named([found])[0]

    def of(self, patient_id: int, actor: Actor | None = None) -> list[Received]:
        """Return the documents filed in a patient’s file, by their date, the latest first. Raises as ``page``."""
        return list(self.page(Query(patient_id=patient_id, sort=Sort.DATED), actor).documents)

    def unread(self, actor: Actor | None = None) -> int:
        """Return how many documents nobody has read. Raises as ``page``."""
        self._staff.require(actor, Right.READ_DOCUMENTS)
        with self._db.read() as session:
            return store.unread(session)

    def versions(self, document_id: int, actor: Actor | None = None) -> list[Received]:
        """Return a document with its other versions, the last first. Raises as ``page``."""
        self._staff.require(actor, Right.READ_DOCUMENTS)
        with self._db.read() as session:
            return self._named(_family(session, document_id))

    def history(self, document_id: int, actor: Actor | None = None) -> list[Happened]:
        """Return what happened to a document, the latest first. Raises as ``page``."""
        self._staff.require(actor, Right.READ_DOCUMENTS)
        with self._db.read() as session:
            return store.history(session, document_id)

    # --- Whose it is --------------------------------------------------------------------------------------------------

    def match(self, document_id: int, actor: Actor | None = None) -> Match:
        """Return the files that a document may belong to, compared trait by trait, the surest first.

        Raises as ``page``. Requirements: OFF-MSS-21, OFF-MSS-22.
        """
        document = self.get(document_id, actor)
        if document is None or document.state is State.ASIDE:
            return Match(document_id)
        alike = self._patients.resembling(document.ins, document.traits, actor)
        if document.patient_id is not None and all(one.id != document.patient_id for one in alike):
            filed = self._patients.get(document.patient_id, actor)
            alike += [] if filed is None else [filed]
        may_see = actor is None or self._staff.may(actor, Right.SEE_INS)
        found = [
            rules.compare(
                document.traits,
                document.ins,
                one,
                may_see=may_see,
                production=self._production,
                current=document.patient_id,
            )
            for one in alike
        ]
        defects = [] if document.ins is None else rules.ins_defects(document.ins, production=self._production)
        return Match(document_id, rules.ranked(found), tuple(rules.weak_ins(one) for one in defects))

    def compare(self, document_id: int, patient_id: int, actor: Actor | None = None) -> Candidate | None:
        """Return one file beside a document; None where one of the two does not exist. Raises as ``page``."""
        document, patient = self.get(document_id, actor), self._patients.current(patient_id)
        if document is None or patient is None:
            return None
        may_see = actor is None or self._staff.may(actor, Right.SEE_INS)
        return rules.compare(
            document.traits,
            document.ins,
            patient,
            may_see=may_see,
            production=self._production,
            current=document.patient_id,
        )

    def look(self, document_id: int, actor: Actor) -> Outcome[Shown]:
        """Return a document to be shown to a person; the reading is traced before anything is shown (RNIV, INS-04).

        Within ten minutes, the same person at the same workstation makes the same reading. Refused for what can't be
        shown, with why. Raises FileUnusable where the bytes are missing or altered. Requirement: SC.DOC.07.
        """
        findings = self._staff.refusal(actor, Right.READ_DOCUMENTS)
        if findings:
            return Refused(tuple(findings))
        document = self.get(document_id)
        if document is None:
            return Refused((rules.unknown(),))
        if not document.sha256:
            return Refused(document.findings)
        self._trace_reading(document, actor)
        content = self._blobs.get(document.sha256)
        match = self.match(document_id, actor)
        try:
            shown = looking.shown(document, content, match, self.versions(document_id), banner=self._banner)
        except InputDefect as defect:
            found = Finding(defect.code, Severity.ERROR, defect.text, defect.advice)
            return Refused(document.findings or (found,))
        beside = looking.beside_of(document, match)
        if beside is not None:
            # What the file says stands beside what the document says: the file is read too.
            self._patients.open(beside.patient_id, actor, "documents", ins=beside.shows_ins)
        return Done(shown)

    def printed(self, document_id: int, actor: Actor) -> None:
        """Trace that a document goes on paper, and the matricule that it carries (INS.03), before it does.

        Raises InputDefect where the actor may not read it, and for an unknown document.
        """
        document = self.get(document_id, actor)
        if document is None:
            unknown = rules.unknown()
            raise InputDefect(unknown.text, code=unknown.code, advice=unknown.advice)
        patient_id = document.patient_id
        with self._db.write(actor) as work:
            work.audit(f"{SUBJECT}.print", SUBJECT, str(document_id), patient_id=patient_id)
            if document.ins is not None:
                work.audit("ins.print", SUBJECT, str(document_id), patient_id=patient_id)

    def _trace_reading(self, document: Received, actor: Actor) -> None:
        now = self._db.clock.now()
        # The same document in another file is another reading: its patient is to be told of it.
        reading = (actor, document.id, document.patient_id)
        with self._lock:
            self._read = {one: at for one, at in self._read.items() if dt.timedelta(0) <= now - at < _SAME_READING}
            if reading in self._read:
                return
        with self._db.write(actor) as work:
            work.audit(f"{SUBJECT}.read", SUBJECT, str(document.id), patient_id=document.patient_id)
        with self._lock:
            self._read[reading] = now

    # --- Acts ---------------------------------------------------------------------------------------------------------

    def mark_read(self, document_id: int, actor: Actor) -> Outcome[Received]:
        """Say that somebody has read a document; nothing happens where it was so already."""
        return self._mark(document_id, actor, is_read=True)

    def mark_unread(self, document_id: int, actor: Actor) -> Outcome[Received]:
        """Put a document back among those that somebody is to read."""
        return self._mark(document_id, actor, is_read=False)

    def _mark(self, document_id: int, actor: Actor, *, is_read: bool) -> Outcome[Received]:
        document, refused = self._found(document_id, actor, Right.READ_DOCUMENTS)
        if document is None:
            return refused
        with self._db.write(actor) as work:
            _alone(work)
            if store.mark(work.session, document_id, is_read=is_read):
                event = Event.READ if is_read else Event.UNREAD
                store.happen(work.session, document_id, event, at=work.now, actor=actor)
                if not is_read:
                    work.audit(f"{SUBJECT}.unread", SUBJECT, str(document_id), patient_id=document.patient_id)
                work.changed(TOPIC)
        return Done(self._got(document_id))

    def file(
        self, document_id: int, patient_id: int, actor: Actor, *, confirmed: bool = False, seen: Agreement | None = None
    ) -> Outcome[Received]:
        """File a document in a patient’s file; nothing of the file changes.

        Where the INS and the strict traits are not those of an identity qualifiée, it is refused until a person has
        compared the traits (``confirmed``); ``seen`` is the judgement that they saw, and it must still be the one that
        is found. Requirements: OFF-MSS-21, OFF-MSS-22.
        """
        document, refused = self._found(document_id, actor, Right.FILE_DOCUMENTS)
        if document is None:
            return refused
        candidate = self.compare(document_id, patient_id)
        is_stale = candidate is not None and seen is not None and candidate.agreement is not seen
        findings = rules.check_filing(document, candidate, confirmed=confirmed and not is_stale)
        if findings or candidate is None:
            return Refused(tuple(findings))
        patient_id = candidate.patient_id
        with self._db.write(actor) as work:
            _alone(work)
            values = {"state": str(State.FILED), "patient_id": patient_id}
            if not store.move(work.session, document_id, State.WAITING, **values):
                return self._meanwhile(document_id)
            store.happen(work.session, document_id, Event.FILE, at=work.now, actor=actor, patient_id=patient_id)
            details: dict[str, Any] = {"agreement": str(candidate.agreement), "differing": list(candidate.differing)}
            if candidate.agreement is not Agreement.SURE:
                details["confirmed"] = confirmed
            work.audit(f"{SUBJECT}.file", SUBJECT, str(document_id), patient_id=patient_id, details=details)
            _settle(work, document_id)
            work.changed(TOPIC, f"patient:{patient_id}")
        return Done(self._got(document_id))

    def unfile(self, document_id: int, reason: str, actor: Actor) -> Outcome[Received]:
        """Take a document out of the file in which it was filed, with the reason: it waits again."""
        document, refused = self._found(document_id, actor, Right.FILE_DOCUMENTS)
        if document is None:
            return refused
        findings = rules.check_reason(reason, "retiré du dossier")
        if document.state is not State.FILED:
            findings = [rules.not_filed()]
        if findings:
            return Refused(tuple(findings))
        said, patient_id = rules.reason_of(reason), document.patient_id
        with self._db.write(actor) as work:
            _alone(work)
            if not store.move(work.session, document_id, State.FILED, state=str(State.WAITING), patient_id=None):
                return self._meanwhile(document_id)
            store.happen(
                work.session, document_id, Event.UNFILE, at=work.now, actor=actor, patient_id=patient_id, reason=said
            )
            details = {"reason": said}
            work.audit(f"{SUBJECT}.unfile", SUBJECT, str(document_id), patient_id=patient_id, details=details)
            _settle(work, document_id)
            work.changed(TOPIC, f"patient:{patient_id}")
        return Done(self._got(document_id))

    def refuse(self, document_id: int, reason: str, actor: Actor) -> Outcome[Received]:
        """Refuse a document that waits or is aside, with the reason: it is kept, and taken up by nobody."""
        document, refused = self._found(document_id, actor, Right.FILE_DOCUMENTS)
        if document is None:
            return refused
        findings = rules.check_reason(reason, "refusé")
        if document.state not in {State.WAITING, State.ASIDE}:
            findings = [rules.moved(document)]
        if findings:
            return Refused(tuple(findings))
        said = rules.reason_of(reason)
        with self._db.write(actor) as work:
            _alone(work)
            if not store.move(work.session, document_id, document.state, state=str(State.REFUSED), reason=said):
                return self._meanwhile(document_id)
            store.mark(work.session, document_id, is_read=True)
            store.happen(work.session, document_id, Event.REFUSE, at=work.now, actor=actor, reason=said)
            work.audit(f"{SUBJECT}.refuse", SUBJECT, str(document_id), details={"reason": said})
            _settle(work, document_id)
            work.changed(TOPIC)
        return Done(self._got(document_id))

    def retake(self, document_id: int, actor: Actor) -> Outcome[Received]:
        """Take up again a document that was refused: it waits, or is aside, as before."""
        document, refused = self._found(document_id, actor, Right.FILE_DOCUMENTS)
        if document is None:
            return refused
        if document.state is not State.REFUSED:
            return Refused((rules.not_refused(),))
        state = State.ASIDE if document.part else State.WAITING
        with self._db.write(actor) as work:
            _alone(work)
            if not store.move(work.session, document_id, State.REFUSED, state=str(state), reason=""):
                return self._meanwhile(document_id)
            store.happen(work.session, document_id, Event.RETAKE, at=work.now, actor=actor)
            work.audit(f"{SUBJECT}.retake", SUBJECT, str(document_id))
            _settle(work, document_id)
            work.changed(TOPIC)
        return Done(self._got(document_id))

    # --- Within -------------------------------------------------------------------------------------------------------

    def _found(self, document_id: int, actor: Actor, right: Right) -> tuple[Received | None, Refused]:
        findings = self._staff.refusal(actor, right)
        document = None if is_refused(findings) else self.get(document_id)
        return document, Refused(tuple(findings) or (rules.unknown(),))

    def _meanwhile(self, document_id: int) -> Refused:
        return Refused((rules.moved(self._got(document_id)),))

    def _got(self, document_id: int | None) -> Received:
        found = None if document_id is None else self.get(document_id)
        assert found is not None
        return found

    def _named(self, documents: Sequence[Received]) -> list[Received]:
        filed = {one.patient_id for one in documents if one.patient_id is not None}
        names = self._patients.named(filed) if filed else {}
        return [
            replace(one, patient_name=names.get(one.patient_id, "")) if one.patient_id is not None else one
            for one in documents
        ]


def verify(session: Session, blobs: Blobs) -> InboxReport:
    """Return which received documents have lost their bytes: each is read and compared with its hash."""
    documents = store.every(session)
    wrong: dict[str, bool] = {}
    for sha256 in {one for _, _, own, parcel in documents for one in (own, parcel)} - {""}:
        try:
            blobs.get(sha256)
        except FileUnusable as failure:
            wrong[sha256] = failure.code != MISSING
    bad = [
        f"document reçu n° {number} {'endommagé' if wrong[next(iter(hit))] else 'manquant'}"
        for number, _, own, parcel in documents
        if (hit := {own, parcel} & wrong.keys())
    ]
    return InboxReport(len(documents), tuple(bad))


def hashes(session: Session) -> set[str]:
    """Return the names of all the bytes that received documents have: they are no orphans."""
    return store.hashes(session)


def _alone(work: UnitOfWork) -> None:
    """Let no other act go on until this one ends: which version is in force depends on what the others have written.

    The head of the audit chain is taken at the end of every act anyway; taken first, the server makes them wait.
    """
    lock_head(work.session, CHAIN)


def _settle(work: UnitOfWork, document_id: int) -> None:
    """Say anew which versions of a document are in force: one more has come, was refused, or was taken up again."""
    family = [
        one if one.patient_id is None else replace(one, patient_id=merged.head(work.session, one.patient_id))
        for one in _family(work.session, document_id)
    ]
    after_each = rules.in_force(family)
    for before in family:
        one, after = before.id, after_each[before.id]
        if before.replaced_by == after:
            continue
        event = Event.IN_FORCE if after is None else Event.REPLACED
        store.replace_by(work.session, one, after)
        store.happen(work.session, one, event, at=work.now, actor=work.actor, other_id=after)
        details = {} if after is None else {"other": after}
        work.audit(
            f"{SUBJECT}.in_force" if after is None else f"{SUBJECT}.replaced",
            SUBJECT,
            str(one),
            patient_id=before.patient_id,
            details=details,
        )
        if before.patient_id is not None:
            work.changed(f"patient:{before.patient_id}")


def _family(session: Session, document_id: int) -> list[Received]:
    document = store.get(session, document_id)
    if document is None:
        return []
    found = store.family(session, set_id=document.set_id, document_id=document.document_id, replaces=document.replaces)
    return found if any(one.id == document_id for one in found) else [document, *found]


def _told_by_others(session: Session, arrival: Arrival) -> list[Finding]:
    """Return what the documents that are there already say against one that arrives."""
    if arrival.is_aside:
        return []
    said = [rules.other_content()] if store.same_identifier(session, arrival.document_id) else []
    draft = looking.draft_of(arrival)
    others = store.family(session, set_id=arrival.set_id, document_id=arrival.document_id, replaces=arrival.replaces)
    claims = any(rules.supersedes(draft, one) and not rules.same_person(draft, one) for one in others)
    return [*said, rules.other_person()] if claims else said


def _words(arrival: Arrival, name: str) -> str:
    traits = arrival.traits
    kind = arrival.type_label or arrival.type_code or arrival.body
    return rules.search_text(
        traits.family_name, traits.used_name, traits.birth_names, traits.first_name, arrival.title, arrival.author,
        arrival.organization, kind, name,
    )  # fmt: skip


def _files_of(folder: Path) -> list[Path]:
    """Return what a folder holds to take in, in order, without following what leads out of it."""
    try:
        found = sorted(folder.rglob("*"))
    except OSError:
        return []
    return [one for one in found if one.suffix.lower() in opening.ENDINGS and one.is_file() and not one.is_symlink()]
