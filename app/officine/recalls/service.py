"""Which recalls are in force, how do they enter, and who has read them?"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.officine.recalls import csvfile, rules, store
from app.officine.recalls.model import ImportReport, Source, concerning
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.outcome import Outcome
    from app.officine.catalog.service import Catalog
    from app.officine.recalls.model import Recall, RecallDraft
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

_LISTED = 500


class Recalls:
    """The recalls of lots known to this officine: typed, or read from a file. DP-Rappels is not connected."""

    def __init__(self, db: Database, catalog: Catalog, staff: Staff) -> None:
        """Keep them in ``db``; ask ``catalog`` which products are known, and ``staff`` for the rights."""
        self._db = db
        self._catalog = catalog
        self._staff = staff

    # --- Reading ------------------------------------------------------------------------------------------------

    def of(self, codes: Iterable[str]) -> dict[str, tuple[Recall, ...]]:
        """Return the recalls in force of each product that has one, the newest first."""
        with self._db.read() as session:
            return store.in_force(session, codes)

    def hits(self, code: str, lot: str) -> tuple[Recall, ...]:
        """Return the recalls in force that call back a box of ``lot`` (empty: not known) of a product."""
        return concerning(self.of([code]).get(code, ()), lot)

    def newest(self, limit: int = _LISTED, *, with_lifted: bool = False) -> list[Recall]:
        """Return the last recalls with who has read them, the newest first; also those lifted where asked."""
        with self._db.read() as session:
            return store.newest(session, limit, with_lifted=with_lifted)

    def get(self, recall_id: int) -> Recall | None:
        """Return a recall, in force or not; None for an unknown one."""
        with self._db.read() as session:
            return store.read(session, recall_id)

    def is_empty(self) -> bool:
        """Return True where no recall was ever entered nor loaded: no box is then compared with any."""
        with self._db.read() as session:
            return store.is_empty(session)

    def unseen(self) -> int:
        """Return how many recalls in force nobody has said that they had read."""
        with self._db.read() as session:
            return store.unseen(session)

    # --- Acts ---------------------------------------------------------------------------------------------------

    def record(self, actor: Actor, draft: RecallDraft) -> Outcome[Recall]:
        """Enter a recall by hand; in force at once, at every counter. The same notice twice is refused."""
        findings = [*self._staff.refusal(actor, Right.KEEP_RECALLS), *rules.check_draft(draft, today(self._db.clock))]
        if is_refused(findings):
            return Refused(tuple(findings))
        digest = store.digest_of(draft)
        with self._db.write(actor) as work:
            in_force = store.in_force(work.session, [draft.code]).get(draft.code, ())
            if any(store.digest_of(recall) == digest for recall in in_force):
                return Refused((_already(),))
            if store.digests(work.session, [digest]):
                # The same notice, in force again after it was lifted, is another recall.
                digest = uuid.uuid4().hex
            store.add(work, [(draft, digest)], Source.MANUAL)
            added = store.by_digest(work.session, digest)
            assert added is not None
            work.audit("recall.record", "recall", str(added.id), details={"code": added.code, "lots": list(added.lots)})
            work.changed("recall")
        return Done(added, tuple(findings))

    def import_file(self, actor: Actor, content: bytes) -> Outcome[ImportReport]:
        """Read a CSV file of recalls (columns: see ``csvfile``) and keep those that are new, in one act.

        Each bad line is named and left out. A recall of a code that the catalogue does not know is kept, and told.
        Raises InputDefect for what is no file of recalls.
        """
        findings = self._staff.refusal(actor, Right.KEEP_RECALLS)
        if findings:
            return Refused(tuple(findings))
        drafts, rejected = csvfile.read(content, today(self._db.clock))
        fresh = {store.digest_of(draft): draft for draft in drafts}
        with self._db.write(actor) as work:
            known = store.digests(work.session, fresh)
            added = [(draft, digest) for digest, draft in fresh.items() if digest not in known]
            store.add(work, added, Source.IMPORT)
            if added:
                details = {"added": len(added), "known": len(known), "rejected": len(rejected)}
                work.audit("recall.import", "recall", details=details)
                work.changed("recall")
        codes = dict.fromkeys(draft.code for draft in drafts)
        catalogued = self._catalog.by_codes(codes)
        report = ImportReport(
            added=len(added),
            known=len(drafts) - len(added),
            rejected=tuple(rejected),
            unknown_codes=tuple(code for code in codes if code not in catalogued),
        )
        return Done(report)

    def acknowledge(self, actor: Actor, recall_id: int) -> Outcome[Recall]:
        """Write that the actor has read a recall; a second time by the same one changes nothing."""
        findings = self._staff.refusal(actor, Right.HANDLE_RECALLS)
        recall = self.get(recall_id)
        if recall is None or recall.lifted:
            findings.append(rules.unknown())
        if is_refused(findings) or recall is None:
            return Refused(tuple(findings))
        if any(one.name == actor.name for one in recall.seen):
            return Done(recall)
        with self._db.write(actor) as work:
            store.note(work, recall_id, store.SEEN)
            work.audit("recall.acknowledge", "recall", str(recall_id))
            work.changed("recall")
            read = store.read(work.session, recall_id)
        assert read is not None
        return Done(read)

    def lift(self, actor: Actor, recall_id: int, reason: str) -> Outcome[Recall]:
        """Put a recall out of force (withdrawn by its issuer, entered by mistake); the reason is mandatory."""
        findings = [*self._staff.refusal(actor, Right.ANSWER_FOR_RECALLS), *rules.check_lifting(reason)]
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            found = store.read(work.session, recall_id)
            if found is None or found.lifted:
                return Refused((rules.unknown(),))
            store.note(work, recall_id, store.LIFTED, reason.strip())
            work.audit("recall.lift", "recall", str(recall_id), details={"reason": reason.strip()})
            work.changed("recall")
            read = store.read(work.session, recall_id)
        assert read is not None
        return Done(read, tuple(findings))


def _already() -> Finding:
    return Finding(
        "GAL-RAP-08", Severity.ERROR, "Ce rappel est déjà enregistré.", "Il est en vigueur : voyez la liste.", "code"
    )
