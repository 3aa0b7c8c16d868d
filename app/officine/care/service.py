"""How does a pharmacist write, find, replace and delete the clinical documents of a patient?

Check, build, judge, apply: nothing is kept of a document that the rules refuse but its draft, with what was said of it.
The octets are kept first, then the row that names them: whatever stops in between, no row is without its octets.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.docs.clinical import ANY_ACT
from app.kernel.clock import today
from app.kernel.errors import InputDefect
from app.kernel.files import write_whole
from app.kernel.outcome import Done, Refused, is_refused
from app.officine.care import boxes, making, rules, starting, store, themes, writing
from app.officine.care.looking import Looking
from app.officine.care.model import (
    BilanPart,
    CareDraft,
    Choice,
    DocumentKind,
    EntretienPart,
    VaccinationChoices,
    VaccinationPart,
)
from app.officine.care.writing import SUBJECT, TOPIC, Octets
from app.officine.scan.service import interpret
from app.officine.staff.model import Right
from app.store import merged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.docs.cda.codes import Coded
    from app.kernel.actor import Actor
    from app.kernel.mode import Mode
    from app.kernel.outcome import Finding, Outcome
    from app.officine.care.kit import Judge, Verdict
    from app.officine.care.looking import Ready
    from app.officine.care.model import EntretienTheme, KeptDraft, WrittenDocument
    from app.officine.care.site import CareSite
    from app.officine.catalog.service import Catalog
    from app.officine.documents.shown import Shown
    from app.officine.patients.identities import Identities
    from app.officine.patients.service import Patients
    from app.officine.prescriptions.service import Prescriptions
    from app.officine.staff.service import Staff
    from app.store.blobs import Blobs
    from app.store.database import Database

HISTORY: Final = dt.timedelta(days=365)
"""How far back a bilan looks for what the patient received."""


class Care:
    """The documents that the pharmacist writes, and their drafts."""

    def __init__(
        self,
        db: Database,
        staff: Staff,
        *,
        patients: Patients,
        identities: Identities,
        prescriptions: Prescriptions,
        catalog: Catalog,
        site: CareSite,
        blobs: Blobs,
        judge: Judge,
        folder: Path,
        mode: Mode,
        production: bool,
    ) -> None:
        """Keep the rows in ``db`` and the octets in ``blobs``; have documents judged by ``judge``.

        Papers are written into ``folder``; what ``mode`` simulates is marked on every document; with real data
        (``production``) no INS of tests is ever written.
        """
        self._db = db
        self._staff = staff
        self._patients = patients
        self._prescriptions = prescriptions
        self._catalog = catalog
        self._blobs = blobs
        self._judge = judge
        self._folder = folder
        self._banner = mode.banner
        self._looking = Looking(
            db,
            staff,
            patients=patients,
            identities=identities,
            catalog=catalog,
            site=site,
            mode=mode,
            production=production,
        )

    def warm(self) -> None:
        """Be ready to judge the first document, without waiting: for the room that opens."""
        self._judge.warm()

    def close(self) -> None:
        """End what judges the documents."""
        self._judge.close()

    # --- Beginning ----------------------------------------------------------------------------------------------------

    def choices(self) -> VaccinationChoices:
        """Return what may be chosen in a note of vaccination (VAC-NOTE, the version that the DSR asks for)."""
        from app.docs.cda.vaccination import PROFILE  # noqa: PLC0415 -- with the other codecs, at first use

        return VaccinationChoices(_choices(PROFILE.routes), _choices(PROFILE.sites), _choices(PROFILE.acts))

    def themes(self) -> tuple[EntretienTheme, ...]:
        """Return the themes of entretien, each with the sections that it opens with; the last is « Autre »."""
        return themes.THEMES

    def begin(self, kind: DocumentKind, patient_id: int, actor: Actor) -> CareDraft:
        """Return a draft prefilled for a patient: who prescribes for him; for a bilan, what he received in a year.

        What he received is read: traced as an opening of his file. Raises InputDefect where the actor may not write, or
        for an unknown file.
        """
        self._staff.require(actor, Right.WRITE_CARE)
        patient = self._patients.current(patient_id)
        if patient is None:
            raise _defect(rules.no_patient())
        self._opened(patient.id, actor)
        now = self._db.clock.now().replace(second=0, microsecond=0)
        with self._db.read() as session:
            lines = store.received(session, patient.id, today(self._db.clock) - HISTORY)
        prescriber_id = starting.usual_prescriber(lines, self._prescriptions.kept(patient.id, 1))
        prescriber = None if prescriber_id is None else self._prescriptions.get_prescriber(prescriber_id)
        recipients = () if prescriber is None else (starting.addressee(prescriber),)
        part: VaccinationPart | EntretienPart | BilanPart = EntretienPart()
        if kind is DocumentKind.VACCINATION:
            part = VaccinationPart(act=ANY_ACT)
        elif kind is DocumentKind.BILAN:
            products = self._catalog.by_codes({line.code for line in lines})
            part = BilanPart(starting.treatments(lines, products))
        return CareDraft(kind, patient.id, now, part, recipients)

    def from_box(self, draft: CareDraft, scan_text: str, actor: Actor) -> Outcome[CareDraft]:
        """Return the draft of a vaccination with what the box says: product, lot, expiry, route, dose, manufacturer.

        Refused, and nothing taken, for a code that is defective or of another kind, and for what is no vaccine
        (SC.ERGO.04).
        """
        findings = self._staff.refusal(actor, Right.WRITE_CARE)
        if findings:
            return Refused(tuple(findings))
        if not isinstance(draft.part, VaccinationPart):
            return Refused((boxes.not_a_vaccination(),))
        scan = interpret(scan_text, today=today(self._db.clock))
        if not scan.ok or scan.kind not in boxes.READ:
            return Refused(scan.findings if not scan.ok else (boxes.not_read(),))
        code = scan.fields.get("cip13") or scan.fields.get("gtin") or ""
        product = self._catalog.by_code(code) if code else None
        if product is None:
            part = replace(boxes.taken(draft.part, scan), cip13=code)
            return Done(replace(draft, part=part), (*scan.findings, boxes.unknown(code)))
        detail = self._catalog.detail(product.code)
        substances = () if detail is None else tuple(one.name for one in detail.substances)
        if not boxes.is_vaccine(product, (detail.atc if detail is not None else None) or "", substances):
            return Refused((boxes.not_a_vaccine(product),))
        return Done(replace(draft, part=boxes.filled(draft.part, scan, product, detail)), scan.findings)

    # --- Writing ------------------------------------------------------------------------------------------------------

    def check(self, draft: CareDraft, actor: Actor) -> list[Finding]:
        """Return what is to be said of a draft; the subject of a finding is the path of a field (``part.lot``)."""
        return list(self._looking.look(draft, actor).findings)

    def preview(self, draft: CareDraft, actor: Actor) -> Shown:
        """Return the document as it would be written, with its pages, nothing being written.

        Raises InputDefect, with the first of the reasons, where it could not be.
        """
        ready = self._looking.look(draft, actor)
        if ready.document is None or ready.is_refused:
            raise _defect(next(one for one in ready.findings if is_refused([one])))
        cda, pdf = making.octets(ready.document, ready.symbol)
        return self._shown(cda, pdf, "Aperçu : rien n’est encore enregistré")

    def record(self, draft: CareDraft, actor: Actor) -> Outcome[WrittenDocument]:
        """Write the document, in the place of another where the draft says so; traced.

        The same draft recorded twice by the same author is one document. Refused, it is not recorded: its draft is
        kept, and the findings say why, those of the rules of the ANS among them where their kit is installed. Raises
        the EnvironmentFailure that stood in the way.
        Sources: SC.DOC.01, SC.DOC.02, SC.DOC.04, SC.DOC.06.LGO, OFF-DOC-03, OFF-DOC-05.
        """
        ready = self._looking.look(draft, actor)
        if self._staff.refusal(actor, Right.WRITE_CARE):
            return Refused(ready.findings)
        made = self._made_by(ready, draft, actor)
        if made is not None:
            return Done(made)
        if ready.document is None or ready.is_refused:
            return self._refused(ready, draft, ready.findings, actor)
        cda, pdf = making.octets(ready.document, ready.symbol)
        verdict = self._judged(cda)
        findings = (*ready.findings, *verdict.findings)
        if is_refused(verdict.findings):
            return self._refused(ready, draft, findings, actor)
        octets = Octets(self._blobs.put(cda), len(cda), self._blobs.put(pdf), len(pdf), verdict.kit)
        outcome = self._db.perform(actor, lambda work: writing.written(work, ready, octets, draft))
        if isinstance(outcome, Refused):
            return self._refused(ready, draft, outcome.findings, actor)
        return Done(outcome.value, findings)

    def again(self, document_id: int, actor: Actor) -> CareDraft:
        """Return the draft of the document that is to take the place of another: the same contents.

        Raises InputDefect where the actor may not write, and for a document that is unknown, replaced or deleted.
        """
        self._staff.require(actor, Right.WRITE_CARE)
        with self._db.read() as session:
            document, draft = store.get(session, document_id), store.draft_of(session, document_id)
            if document is None or draft is None:
                raise _defect(rules.unknown())
            patient_id = merged.head(session, document.patient_id)
        for finding in rules.not_live(document):
            raise _defect(finding)
        return replace(draft, patient_id=patient_id, replaces=document_id, reason="")

    def delete(self, document_id: int, reason: str, actor: Actor) -> Outcome[WrittenDocument]:
        """Delete a document with a reason; its octets and its row stay, it is shown as deleted. Traced."""
        findings = [*self._staff.refusal(actor, Right.DELETE_CARE), *rules.check_deletion(reason)]
        if is_refused(findings):
            return Refused(tuple(findings))
        return self._db.perform(actor, lambda work: writing.deleted(work, document_id, rules.kept_reason(reason)))

    # --- Reading ------------------------------------------------------------------------------------------------------

    def of(self, patient_id: int, actor: Actor) -> list[WrittenDocument]:
        """Return the documents of a patient, newest first, those of files merged since among them.

        The reading is traced as any opening of the file. Raises InputDefect where the actor may not read it.
        """
        self._opened(patient_id, actor)
        with self._db.read() as session:
            return store.of(session, patient_id)

    def recent(self, actor: Actor, limit: int = 200) -> list[WrittenDocument]:
        """Return the newest documents of the officine. Raises InputDefect where the actor may not read files."""
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return store.recent(session, limit)

    def get(self, document_id: int, actor: Actor) -> WrittenDocument:
        """Return a document. Raises InputDefect for an unknown one, and as ``recent``."""
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            document = store.get(session, document_id)
        if document is None:
            raise _defect(rules.unknown())
        return document

    def shown(self, document_id: int, actor: Actor) -> Shown:
        """Return a document as a screen shows it, with its pages; traced before it is shown.

        Raises as ``get``, and FileUnusable where its octets are missing or altered.
        """
        document, cda, pdf = self._held(document_id, actor)
        shown = self._shown(cda, pdf, rules.told(document))
        self._opened(document.patient_id, actor, ins=document.carries_ins)
        self._trace("care.read", document, actor)
        return shown

    def write_pdf(self, document_id: int, actor: Actor) -> Path:
        """Write the PDF of a document for the printer, traced; return its file. Raises as ``shown``, and DiskFull.

        One that was replaced or deleted says so across each page: paper can't be taken back.
        """
        document, cda, pdf = self._held(document_id, actor)
        if not document.is_live:
            from app.docs.stamp import stamped  # noqa: PLC0415 -- heavy: where such a copy is asked for

            pdf = stamped(pdf, document.state.label.upper(), rules.told(document))
        file = self._file(document, cda, pdf, "pdf")
        self._trace("care.print", document, actor, paper=file.name)
        return file

    def write_cda(self, document_id: int, actor: Actor) -> Path:
        """Write the CDA of a document into a file, traced; return it. Raises as ``write_pdf``."""
        document, cda, _ = self._held(document_id, actor)
        file = self._file(document, cda, cda, "xml")
        self._trace("care.export", document, actor, paper=file.name)
        return file

    # --- Drafts -------------------------------------------------------------------------------------------------------

    def keep(self, draft: CareDraft, actor: Actor) -> KeptDraft:
        """Set a draft down, whatever it lacks; it takes the place of the operator's earlier one of this kind and file.

        It stays in the file in which it was begun, were that file merged since: two drafts never become one. Raises
        InputDefect where the actor may not write, or for an unknown file.
        """
        self._staff.require(actor, Right.WRITE_CARE)
        if self._patients.current(draft.patient_id) is None:
            raise _defect(rules.no_patient())
        return self._keep(draft, (), actor)

    def kept(self, actor: Actor, kind: DocumentKind | None = None, patient_id: int | None = None) -> list[KeptDraft]:
        """Return the drafts that the operator set down, newest first. Raises InputDefect where they may not write."""
        self._staff.require(actor, Right.WRITE_CARE)
        with self._db.read() as session:
            return store.kept_drafts(session, actor, kind, patient_id)

    def drop(self, draft_id: int, actor: Actor) -> None:
        """Forget a draft of the operator's own; nothing for one that is gone. Raises as ``kept``."""
        self._staff.require(actor, Right.WRITE_CARE)
        with self._db.write(actor) as work:
            if store.drop_draft(work.session, actor, draft_id):
                work.changed(f"{TOPIC}:draft")

    # --- Inside: what is written --------------------------------------------------------------------------------------

    def _made_by(self, ready: Ready, given: CareDraft, actor: Actor) -> WrittenDocument | None:
        """Return the document that this very draft has made already, what was set down of it being forgotten."""
        if ready.people is None:
            return None
        with self._db.read() as session:
            made = store.same(session, ready.draft, ready.people.author.id)
        if made is not None:
            with self._db.write(actor) as work:
                store.drop_draft_of(work.session, actor, given)
                work.changed(f"{TOPIC}:draft")
        return made

    def _judged(self, cda: bytes) -> Verdict:
        """Return what our own checks of the octets say, and those of the official kit where one is installed."""
        own = making.checked(cda)
        verdict = self._judge.check(cda)
        return replace(verdict, findings=tuple(dict.fromkeys((*own, *verdict.findings))))

    def _refused(self, ready: Ready, given: CareDraft, findings: tuple[Finding, ...], actor: Actor) -> Refused:
        """Return a refusal, the draft being kept with its reasons: nothing that was typed is lost."""
        if ready.known is not None:
            self._keep(replace(ready.draft, patient_id=given.patient_id), findings, actor)
        return Refused(findings)

    def _keep(self, draft: CareDraft, findings: tuple[Finding, ...], actor: Actor) -> KeptDraft:
        with self._db.write(actor) as work:
            kept = store.keep_draft(work, draft, findings)
            work.changed(f"{TOPIC}:draft")
        return kept

    # --- Inside: what is read -----------------------------------------------------------------------------------------

    def _opened(self, patient_id: int, actor: Actor, *, ins: bool = False) -> None:
        """Trace that a file is read. Raises InputDefect where the actor may not, or for an unknown one."""
        outcome = self._patients.open(patient_id, actor, "care", ins=ins)
        if isinstance(outcome, Refused):
            raise _defect(outcome.findings[0])

    def _held(self, document_id: int, actor: Actor) -> tuple[WrittenDocument, bytes, bytes]:
        document = self.get(document_id, actor)
        with self._db.read() as session:
            (held,) = store.octets(session, document_id)
        return document, self._blobs.get(held.cda), self._blobs.get(held.pdf)

    def _shown(self, cda: bytes, pdf: bytes, subtitle: str) -> Shown:
        from app.docs.reading.read import read  # noqa: PLC0415 -- heavy: at the first document shown
        from app.officine.documents.presenting import pages_of, shown_of  # noqa: PLC0415 -- the same

        shown = shown_of(read(cda), subtitle=subtitle, banner=self._banner)
        return shown if shown.pages is not None else replace(shown, pages=pages_of(pdf))

    def _file(self, document: WrittenDocument, cda: bytes, content: bytes, ending: str) -> Path:
        from app.docs.cda.naming import stem_of  # noqa: PLC0415 -- with the other codecs, at first use
        from app.docs.clinical import Kind  # noqa: PLC0415 -- the same
        from app.docs.reading.read import read  # noqa: PLC0415 -- the same

        who = read(cda).patient
        stem = stem_of(Kind(str(document.kind)), document.performed_at, who.family_name, who.first_name)
        return write_whole(
            self._folder / f"{stem}_{document.id}.{ending}",
            content,
            full="Le disque est plein : le document n’a pas pu être écrit.",
            refused="Le dossier des impressions ne peut pas être modifié.",
        )

    def _trace(self, action: str, document: WrittenDocument, actor: Actor, **details: str) -> None:
        patient_id = document.patient_id
        with self._db.write(actor) as work:
            work.audit(action, SUBJECT, str(document.id), patient_id=patient_id, details=details)
            if document.carries_ins and details:
                # A matricule on a paper is an access of its own (INS.03).
                work.audit("ins.print", "patient", str(patient_id), patient_id=patient_id, details=details)


def _choices(table: Mapping[str, Coded]) -> tuple[Choice, ...]:
    return tuple(Choice(code, f"{known.label[:1].upper()}{known.label[1:]}") for code, known in table.items())


def _defect(finding: Finding) -> InputDefect:
    return InputDefect(finding.text, code=finding.code, advice=finding.advice)
