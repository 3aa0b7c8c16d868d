"""What was printed of a delivery, what may be, and where is it? Every copy after the first says that it is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.kernel.errors import FileUnusable, InputDefect
from app.kernel.files import write_whole
from app.officine.dispensing import exceptional, saved, store
from app.officine.dispensing.model import Author
from app.officine.dispensing.papers import Offer, PaperKind, Printed, kinds_of
from app.officine.dispensing.tables import CounterSessionRow
from app.officine.pharmacy.service import head_of
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.docs.pdf_view import PageImage
    from app.docs.ticket import Pharmacy
    from app.kernel.mode import Mode
    from app.officine.cash.service import Cash
    from app.officine.dispensing.model import CounterSession, Delivery
    from app.officine.dispensing.sheets import Source
    from app.officine.patients.service import Patients
    from app.officine.prescriptions.service import Prescriptions
    from app.store.audit import Actor
    from app.store.database import Database

SUBJECT = "print"


class Prints:
    """The papers of this workstation: written as PDF files, and counted once they are printed."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        mode: Mode,
        *,
        patients: Patients,
        prescriptions: Prescriptions,
        cash: Cash | None = None,
    ) -> None:
        """Write into ``folder``; what ``mode`` simulates is marked on every paper.

        A ticket printed again is an event of the till (CGI art. 286): ``cash`` writes it, where there is one.
        """
        self._db = db
        self._folder = folder
        self._mode = mode
        self._patients = patients
        self._prescriptions = prescriptions
        self._cash = cash

    def offers(self, number: int) -> tuple[Offer, ...]:
        """Return the papers that a delivery gives, each with how often it was printed; none for an unknown number."""
        with self._db.read() as session:
            delivery = store.read_delivery(session, number)
            if delivery is None:
                return ()
            kinds = kinds_of(delivery, _draft(session, delivery.session_id))
            return tuple(Offer(kind, _copies(session, kind, number)) for kind in kinds)

    def write(self, number: int, kind: PaperKind, *, label_size: str = "", mentions: tuple[str, ...] = ()) -> Printed:
        """Write a paper of a delivery and return it; marked DUPLICATA where it was printed before.

        Raises InputDefect for an unknown delivery or a paper that it does not give, DiskFull, DatabaseReadOnly.
        """
        from app.docs.pdf_view import page_count  # noqa: PLC0415 -- heavy: at the first paper printed

        with self._db.read() as session:
            delivery = store.read_delivery(session, number)
            draft = None if delivery is None else _draft(session, delivery.session_id)
            copy = _copies(session, kind, number)
        if delivery is None or kind not in kinds_of(delivery, draft):
            raise InputDefect(
                f"La délivrance n° {number} ne donne pas « {kind.label} ».",
                code="GAL-IMP-10",
                advice="Choisissez-en une autre dans la liste (F11).",
            )
        duplicate = copy > 0 and kind.is_marked
        content = self._content(delivery, draft, kind, label_size, mentions, copy=copy if duplicate else 0)
        suffix = f"-duplicata-{copy}" if duplicate else ""
        file = self._folder / f"{kind.replace('_', '-')}-{number:07d}{suffix}.pdf"
        _keep(file, content)
        return Printed(kind, number, file, page_count(content), copy, delivery.patient_id)

    def record(self, paper: Printed, actor: Actor, printer: str = "") -> None:
        """Trace that a paper was printed: the next copy of it is a duplicata. ``printer`` is empty for a PDF file."""
        with self._db.write(actor) as work:
            work.audit(
                "print.duplicate" if paper.copy else "print",
                SUBJECT,
                f"{paper.kind}:{paper.number}",
                patient_id=paper.patient_id,
                details={"copy": paper.copy, "printer": printer},
            )
            if paper.copy and paper.kind.is_receipt and self._cash is not None:
                self._cash.record_reprint(work, paper.number)

    def picture(self, file: Path, page: int, dpi: float) -> PageImage:
        """Return what a page of a written paper looks like. Raises FileUnusable or InputDefect for another file."""
        from app.docs.pdf_view import render_page  # noqa: PLC0415 -- heavy: at the first paper shown

        return render_page(_read(file), page, dpi=dpi)

    def page_count(self, file: Path) -> int:
        """Return how many pages a written paper has. Raises FileUnusable or InputDefect for another file."""
        from app.docs.pdf_view import page_count  # noqa: PLC0415 -- heavy: at the first paper printed

        return page_count(_read(file))

    def test_page(self, use: str) -> Path:
        """Write a page that tries a printer of a use (``ticket``, ``label``, ``a4``, ``a5``), and return its file."""
        from app.docs import trial  # noqa: PLC0415 -- heavy: when a printer is tried

        file = self._folder / f"page-test-{use}.pdf"
        _keep(file, trial.trial_pdf(use, self.pharmacy(), self._db.clock.now()))
        return file

    def shortcuts(self, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> Path:
        """Write the table of keys (title of a screen, then key and act), and return its file."""
        from app.docs.shortcuts import shortcuts_pdf  # noqa: PLC0415 -- heavy: when the table is printed

        file = self._folder / "touches.pdf"
        _keep(file, shortcuts_pdf(self.pharmacy().name, groups))
        return file

    def label_sizes(self) -> tuple[tuple[str, str], ...]:
        """Return the id and the title of each size of labels."""
        from app.docs.labels import SIZES  # noqa: PLC0415 -- with the other papers

        return tuple((size.id, size.title) for size in SIZES)

    def pharmacy(self) -> Pharmacy:
        """Return who prints."""
        return head_of(self._db)

    def _content(
        self,
        delivery: Delivery,
        draft: CounterSession | None,
        kind: PaperKind,
        label_size: str,
        mentions: tuple[str, ...],
        *,
        copy: int,
    ) -> bytes:
        from app.officine.dispensing.sheets import Source  # noqa: PLC0415 -- heavy: at the first paper printed

        patient_id, prescriber_id = delivery.patient_id, delivery.prescriber_id
        source = Source(
            delivery=delivery,
            pharmacy=self.pharmacy(),
            draft=draft,
            patient=None if patient_id is None else self._patients.current(patient_id),
            prescriber=None if prescriber_id is None else self._prescriptions.get_prescriber(prescriber_id),
            banner=self._mode.banner,
            copy=copy,
        )
        return _drawn(source, kind, label_size, mentions + exceptional.mentions(draft, delivery))


def _drawn(source: Source, kind: PaperKind, label_size: str, mentions: tuple[str, ...]) -> bytes:
    from app.docs import invoice, labels, plan, ticket, ticket_a5, vitale  # noqa: PLC0415 -- heavy, as above
    from app.officine.dispensing import sheets  # noqa: PLC0415 -- the same
    from app.officine.dispensing.paper import ticket_of  # noqa: PLC0415 -- the same

    if kind in {PaperKind.TICKET, PaperKind.TICKET_A5}:
        said = ticket_of(source.delivery, source.pharmacy, source.banner, duplicata=source.copy)
        return ticket.ticket_pdf(said) if kind is PaperKind.TICKET else ticket_a5.ticket_a5_pdf(said)
    if kind is PaperKind.VITALE:
        return vitale.vitale_pdf(sheets.vitale_of(source, mentions))
    if kind is PaperKind.LABELS:
        return labels.labels_pdf(sheets.labels_of(source), labels.size_of(label_size))
    if kind is PaperKind.PILLBOX:
        return labels.labels_pdf(sheets.pillbox_of(source), labels.size_of(label_size))
    if kind is PaperKind.PLAN:
        return plan.plan_pdf(sheets.plan_of(source))
    return invoice.invoice_pdf(sheets.invoice_of(source))


def _draft(session: Session, session_id: str) -> CounterSession | None:
    """Return the session that a delivery was, as it was last saved; None where it is not kept."""
    row = session.get(CounterSessionRow, session_id)
    if row is None:
        return None
    return saved.loads(
        row.payload,
        session_id=row.id,
        holder=row.holder,
        station=row.station,
        revision=row.revision,
        owner=Author(row.owner_id, row.owner_name),
    )


def _copies(session: Session, kind: PaperKind, number: int) -> int:
    traced = select(func.count()).where(AuditRow.subject == SUBJECT, AuditRow.subject_id == f"{kind}:{number}")
    return session.execute(traced).scalar_one()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileUnusable("Ce document n’est plus dans le dossier des impressions.") from error


def _keep(file: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    write_whole(
        file,
        content,
        full="Le disque est plein : l’impression n’a pas pu être écrite.",
        refused="Le dossier des impressions ne peut pas être modifié.",
    )
