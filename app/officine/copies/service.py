"""How is a copy of the paper ordonnance joined, shown, and set aside?

The bytes are kept first, then the row that names them: whatever stops in between, no row is without its bytes.
"""

from __future__ import annotations

import datetime as dt
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.errors import FileUnusable, InputDefect
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import one_line
from app.officine.copies import rules, store
from app.officine.copies.model import Arrival, CopiesReport, PrescriptionCopy, Source, Target
from app.officine.registers.data import retention_of
from app.officine.staff.model import Right
from app.store.blobs import MISSING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.docs.pdf_view import PageImage
    from app.kernel.outcome import Outcome
    from app.officine.registers.model import Retention
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.blobs import Blobs
    from app.store.database import Database, UnitOfWork

SUBJECT = "prescription_copy"
ABANDONED = "Vente abandonnée"
RECENT = dt.timedelta(hours=12)
"""How old a file of the scanner's folder may be to be proposed: that of the day, not of last month."""


class Copies:
    """The scans and photos of the paper ordonnances."""

    def __init__(self, db: Database, blobs: Blobs, staff: Staff) -> None:
        """Keep the rows in ``db`` and the bytes in ``blobs``; ask ``staff`` for the rights."""
        self._db = db
        self.blobs = blobs
        self._staff = staff

    # --- Joining ------------------------------------------------------------------------------------------------

    def add_file(self, path: Path, target: Target, source: Source, actor: Actor) -> Outcome[PrescriptionCopy]:
        """Join a file to a sale or a delivery; its size is looked at before it is read."""
        from app.docs import scanned  # noqa: PLC0415 -- heavy: at the first copy

        try:
            content = scanned.read(path)
        except InputDefect as defect:
            return Refused((_finding(defect),))
        return self.add(content, target, source, actor, name=path.name)

    def add(
        self, content: bytes, target: Target, source: Source, actor: Actor, *, name: str = ""
    ) -> Outcome[PrescriptionCopy]:
        """Join the bytes of a picture or a PDF, made upright, light and free of what EXIF says.

        Refused, and nothing kept, where they are no picture or PDF that may be kept. The same bytes joined twice to
        the same sale are one copy. Raises the EnvironmentFailure that stood in the way.
        """
        from app.docs import scanned  # noqa: PLC0415 -- heavy: at the first copy

        findings = self._staff.refusal(actor, Right.DELIVER)
        if is_refused(findings):
            return Refused(tuple(findings))
        try:
            kept = scanned.prepare(content)
        except InputDefect as defect:
            return Refused((_finding(defect),))
        draft = PrescriptionCopy(
            id=0,
            at=self._db.clock.now(),
            sha256=self.blobs.put(kept.content),
            media_type=kept.media_type,
            size=len(kept.content),
            pages=kept.pages,
            source=source,
            name=rules.kept_name(name),
            operator_name=actor.name,
        )
        with self._db.write(actor) as work:
            return self._write(work, draft, target)

    def _write(self, work: UnitOfWork, draft: PrescriptionCopy, target: Target) -> Outcome[PrescriptionCopy]:
        number = target.delivery
        if number is None:
            # The sale may have been delivered while its copy was made ready.
            number = store.delivery_of_sale(work.session, target.session_id)
        elif not store.delivery_exists(work.session, number):
            return Refused((rules.no_delivery(number),))
        same = next((one for one in store.of(work.session, target) if one.sha256 == draft.sha256), None)
        if same is not None:
            return Done(same)
        copy_id = store.add(
            work.session,
            draft,
            session_id=target.session_id,
            station=work.actor.station,
            operator_id=work.actor.staff_id,
        )
        if number is not None:
            store.link(work.session, [copy_id], number, work.now)
        work.audit(
            f"{SUBJECT}.add",
            SUBJECT,
            str(copy_id),
            patient_id=_patient(work.session, replace(target, delivery=number)),
            details={"sha256": draft.sha256, "source": str(draft.source), "delivery": number},
        )
        work.changed(SUBJECT)
        return Done(replace(draft, id=copy_id, delivery=number))

    def bind(self, work: UnitOfWork, session_id: str, delivery: int, prescription_id: int | None) -> None:
        """Say, in the act of the delivery, that the copies of the sale are of it, and from which ordonnance it is."""
        store.link(work.session, store.waiting(work.session, session_id), delivery, work.now)
        if prescription_id is not None:
            store.tell_prescription(work.session, delivery, prescription_id)

    def leave(self, work: UnitOfWork, session_id: str) -> None:
        """Set aside, in the act, the copies of a sale that is given up."""
        left = store.waiting(work.session, session_id)
        store.set_aside(work.session, left, ABANDONED, work.actor.name, work.now)
        for copy_id in left:
            work.audit(f"{SUBJECT}.remove", SUBJECT, str(copy_id), details={"reason": ABANDONED})

    # --- Reading ------------------------------------------------------------------------------------------------

    def of(self, target: Target, actor: Actor | None = None) -> list[PrescriptionCopy]:
        """Return the copies of a sale or a delivery, and those of the ordonnance that it renews, the oldest first.

        Raises InputDefect where ``actor`` may not read ordonnances; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_COPY)
        with self._db.read() as session:
            return store.of(session, target)

    def count(self, target: Target) -> int:
        """Return how many there are."""
        with self._db.read() as session:
            return store.count(session, target)

    def thumbnail(self, copy: PrescriptionCopy, longest: int, actor: Actor | None = None) -> PageImage:
        """Return the first page, too small to be read. Raises as ``page``."""
        self._staff.require(actor, Right.READ_COPY)
        return self._render(copy, 0, longest)

    def look(self, copy: PrescriptionCopy, target: Target, actor: Actor) -> Outcome[PageImage]:
        """Return the first page of a copy, to be read; the reading is traced before anything is shown.

        Refused to who may not read ordonnances. Raises FileUnusable where the bytes are missing or altered.
        """
        findings = self._staff.refusal(actor, Right.READ_COPY)
        if is_refused(findings):
            return Refused(tuple(findings))
        page = self._render(copy, 0)
        with self._db.write(actor) as work:
            if store.get(work.session, copy.id) is None:
                return Refused((rules.gone(),))
            patient_id = _patient(work.session, replace(target, delivery=copy.delivery or target.delivery))
            work.audit(f"{SUBJECT}.read", SUBJECT, str(copy.id), patient_id=patient_id)
        return Done(page)

    def page(self, copy: PrescriptionCopy, page: int, actor: Actor | None = None) -> PageImage:
        """Return another page (from 0) of a copy that is being read.

        Raises FileUnusable where the bytes are missing or altered, InputDefect where there is no such page or
        ``actor`` may not read ordonnances; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_COPY)
        return self._render(copy, page)

    def _render(self, copy: PrescriptionCopy, page: int, longest: int | None = None) -> PageImage:
        from app.docs import scanned  # noqa: PLC0415 -- heavy: at the first copy

        content = self.blobs.get(copy.sha256)
        return scanned.render(content, copy.media_type, page, longest=longest or scanned.LONGEST_SIDE)

    # --- Setting aside ------------------------------------------------------------------------------------------

    def remove(self, copy_id: int, reason: str, target: Target, actor: Actor) -> Outcome[None]:
        """Set a copy aside, with the reason: it is shown no more, its bytes and its row stay.

        Before the delivery by whoever delivers; afterwards, it is a pharmacist's to do.
        """
        with self._db.read() as session:
            copy = store.get(session, copy_id)
        right = Right.DELIVER if copy is None or copy.delivery is None else Right.REMOVE_COPY
        findings = [*self._staff.refusal(actor, right), *rules.check_reason(reason)]
        if copy is None:
            findings.append(rules.gone())
        if is_refused(findings):
            return Refused(tuple(findings))
        said = one_line(reason, rules.REASON_LIMIT).strip()
        with self._db.write(actor) as work:
            found = store.get(work.session, copy_id)
            if found is None:
                return Refused((rules.gone(),))
            store.set_aside(work.session, [copy_id], said, actor.name, work.now)
            patient_id = _patient(work.session, replace(target, delivery=found.delivery or target.delivery))
            work.audit(f"{SUBJECT}.remove", SUBJECT, str(copy_id), patient_id=patient_id, details={"reason": said})
            work.changed(SUBJECT)
        return Done(None)

    # --- The folder of the scanner ------------------------------------------------------------------------------

    def arrived(self, folder: Path, taken: Collection[tuple[str, int]] = ()) -> Arrival | None:
        """Return the newest file that the scanner left in its folder, of the last hours; None where there is none.

        ``taken`` are the (path, stamp) of those joined already. A folder that can't be read holds nothing.
        """
        earliest = self._db.clock.now() - RECENT
        found = [one for one in _arrivals(folder) if (one.path, one.stamp) not in taken and one.at >= earliest]
        return max(found, key=lambda one: (one.stamp, one.name), default=None)

    # --- What the law asks --------------------------------------------------------------------------------------

    @property
    def retention(self) -> Retention:
        """How long the copies of ordonnances of stupéfiants are kept, with its source (CSP R.5132-35)."""
        return retention_of("copies")


def verify(session: Session, blobs: Blobs, others: Collection[str] = ()) -> CopiesReport:
    """Return what is wrong with the copies: each is read and compared with its hash; nothing is changed.

    ``others`` are the hashes of the bytes that are there for something else: no copy names them, and they are no
    orphans.
    """
    copies = store.every(session)
    wrong: dict[str, bool] = {}
    for sha256 in {copy.sha256 for copy in copies}:
        try:
            blobs.get(sha256)
        except FileUnusable as failure:
            wrong[sha256] = failure.code != MISSING
    bad = [replace(copy, damaged=wrong[copy.sha256]) for copy in copies if copy.sha256 in wrong]
    named = {copy.sha256 for copy in copies}
    return CopiesReport(
        kept=len(copies),
        bad=tuple(bad),
        orphans=len(blobs.sizes().keys() - named - set(others)),
    )


def _patient(session: Session, target: Target) -> int | None:
    return target.patient_id if target.delivery is None else store.patient_of(session, target.delivery)


def _arrivals(folder: Path) -> list[Arrival]:
    found = []
    try:
        for path in folder.iterdir():
            if path.suffix.lower() not in rules.ENDINGS:
                continue
            told = path.stat()
            if stat.S_ISREG(told.st_mode) and told.st_size:
                at = dt.datetime.fromtimestamp(told.st_mtime, dt.UTC)
                found.append(Arrival(str(path), path.name, at, told.st_size, told.st_mtime_ns))
    except OSError:
        # The share is away, or the scanner has just renamed its file: it is looked at again in a moment.
        return found
    return found


def _finding(defect: InputDefect) -> Finding:
    return Finding(defect.code, Severity.ERROR, defect.text, defect.advice)
