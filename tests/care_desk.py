"""A desk at which the documents of the pharmacist are written: an officine, a team, files of each status, a judge."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import delete, select, update

from app.kernel.errors import EnvironmentFailure
from app.kernel.mode import Mode
from app.kernel.outcome import Done, Finding, Refused, Severity
from app.officine.care.kit import Verdict
from app.officine.care.model import (
    Addressee,
    BilanPart,
    CareDraft,
    DocumentKind,
    EntretienPart,
    SectionPart,
    TreatmentPart,
    VaccinationPart,
)
from app.officine.care.service import Care
from app.officine.care.site import CareSite
from app.officine.catalog.demo import load_demo_catalog
from app.officine.catalog.service import Catalog
from app.officine.patients.identities import Identities
from app.officine.patients.model import IdentityStatus, PatientDraft, Sex
from app.officine.patients.service import FictitiousFile, Patients
from app.officine.prescriptions.model import PrescriberDraft
from app.officine.prescriptions.service import Prescriptions
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store import facts
from app.store.audit import Actor
from app.store.blob_tables import BlobRow
from app.store.blobs import FolderBlobs, open_blobs
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.officine.care.model import WrittenDocument
    from app.store.database import Database

T = TypeVar("T")

GALIEN = Actor(None, "Galien", "comptoir-1")
INSTALLATION = "6f1c1f0e-5d1a-4a52-9f0a-0d2a7a5f3c11"
MATRICULE = "279035121518989"
BOOSTRIX, DOLIPRANE = "3400936773875", "3400935955838"
OFFICINE = {
    "name": "Pharmacie d’essai", "finess": "639999010", "address_line": "1 place du Caducée", "postal_code": "63999",
    "city": "Essai", "phone": "01 99 00 63 00",
}  # fmt: skip
DOCTOR = Addressee("MÉLILOT", "Hugo", "89970002005", "hugo.melilot@medecin.mssante.example")
VACCINE = VaccinationPart(
    cip13=BOOSTRIX,
    name="BOOSTRIXTETRA",
    lot="AC39B012",
    expiry=dt.date(2027, 12, 31),
    dose_number=2,
    route="IM",
    site="LD",
    dose="0,5 mL",
    manufacturer="GLAXOSMITHKLINE",
    reason="Rappel",
    act="BOOSTER",
)
ENTRETIEN = EntretienPart("Asthme", (SectionPart("Technique d’inhalation", "Correcte, revue avec le patient."),))
BILAN = BilanPart((TreatmentPart("METFORMINE 1000 mg", "1 comprimé", "matin et soir"),), "Rien.", "Rien.", "Un an.")
PARTS = {DocumentKind.VACCINATION: VACCINE, DocumentKind.ENTRETIEN: ENTRETIEN, DocumentKind.BILAN: BILAN}
_FILE = PatientDraft(
    family_name="PAT-TROIS",
    first_name="DOMINIQUE",
    birth_names="DOMINIQUE MARIE-LOUISE",
    birth_date=dt.date(1979, 3, 28),
    sex=Sex.FEMALE,
    birth_place="51215",
)


class TrialJudge:
    """Says of each document what the test wants said."""

    def __init__(self) -> None:
        self.verdict = Verdict((), "0" * 64)
        self.judged: list[bytes] = []
        self.is_warm = self.is_closed = False

    def refuse(self) -> None:
        """Find from now on that documents break a rule."""
        self.verdict = Verdict((Finding("GAL-DOC-52", Severity.ERROR, "Règle de l’ANS non respectée."),), "0" * 64)

    def check(self, cda: bytes) -> Verdict:
        """Return what was prepared, and remember what was judged."""
        self.judged.append(cda)
        return self.verdict

    def warm(self) -> None:
        """Remember it."""
        self.is_warm = True

    def close(self) -> None:
        """Remember it."""
        self.is_closed = True


def done(outcome: Outcome[T]) -> T:
    """Return what an act made; the test fails with the findings where it was refused."""
    assert isinstance(outcome, Done), outcome
    return outcome.value


def codes(outcome: Outcome[Any]) -> set[str]:
    """Return the codes for which an act was refused."""
    assert isinstance(outcome, Refused), outcome
    return {finding.code for finding in outcome.findings if finding.severity is Severity.ERROR}


@dataclass
class CareDesk:
    """The services over one database."""

    db: Database
    folder: Path
    judge: TrialJudge = field(default_factory=TrialJudge)

    def __post_init__(self) -> None:
        """Build the services, and note what is known of the officine."""
        self.staff = Staff(self.db)
        self.patients = Patients(self.db, self.staff)
        self.identities = Identities(self.db, self.staff, production=False)
        self.prescriptions = Prescriptions(self.db, self.staff)
        for place in ("catalogs", "prints"):
            (self.folder / place).mkdir()
        self.catalog = Catalog(self.db, self.folder / "catalogs")
        load_demo_catalog(self.catalog, GALIEN)
        self.blobs = open_blobs(self.db.engine, self.folder / "blobs")
        self.site = CareSite(self.db, self.staff)
        self.care = self.service()
        with self.db.write(GALIEN) as work:
            facts.write(work, "officine", OFFICINE)
            facts.write(work, "installation", INSTALLATION)
        self.holder = self.member(Role.HOLDER, "89970001007")
        self.qualified = self.file(IdentityStatus.QUALIFIED)
        self.doctor = done(
            self.prescriptions.add_prescriber(
                PrescriberDraft(family_name="MÉLILOT", given_name="Hugo", rpps=DOCTOR.rpps, mss=DOCTOR.mss), GALIEN
            )
        )

    def service(self, *, production: bool = False) -> Care:
        """Return the service, as a workstation has it."""
        return Care(
            self.db,
            self.staff,
            patients=self.patients,
            identities=self.identities,
            prescriptions=self.prescriptions,
            catalog=self.catalog,
            site=self.site,
            blobs=self.blobs,
            judge=self.judge,
            folder=self.folder / "prints",
            mode=Mode.PRODUCTION if production else Mode.DEMO,
            production=production,
        )

    def member(self, role: Role, rpps: str = "") -> Actor:
        """Return a new member of the team, at a workstation."""
        draft = MemberDraft(family_name=f"ESSAI {role}", given_name="Zoé", role=role, rpps=rpps)
        return actor_of(done(self.staff.add(draft, GALIEN)), "comptoir-1")

    def file(self, status: IdentityStatus, matricule: str = MATRICULE, **traits: Any) -> int:  # noqa: ANN401 -- traits
        """Make a file of a status; return its number."""
        has_ins = status.holds_ins
        one = FictitiousFile(
            draft=replace(_FILE, **traits),
            status=status,
            matricule=matricule if has_ins else None,
            oid="1.2.250.1.213.1.4.10" if has_ins else None,
        )
        return done(self.patients.load_fictitious([one], GALIEN))[0].id

    def draft(
        self,
        kind: DocumentKind = DocumentKind.ENTRETIEN,
        patient_id: int | None = None,
        **changes: Any,  # noqa: ANN401 -- fields of all kinds
    ) -> CareDraft:
        """Return a draft of which nothing is to be said."""
        performed_at = self.db.clock.now() - dt.timedelta(hours=1)
        known = CareDraft(kind, patient_id or self.qualified, performed_at, PARTS[kind], (DOCTOR,))
        return replace(known, **changes)

    def written(self, kind: DocumentKind = DocumentKind.ENTRETIEN, **changes: Any) -> WrittenDocument:  # noqa: ANN401 -- fields of all kinds
        """Write a document."""
        return done(self.care.record(self.draft(kind, **changes), self.holder))

    def cda(self, document: WrittenDocument) -> bytes:
        """Return the octets of the CDA of a document."""
        return self.care.write_cda(document.id, self.holder).read_bytes()

    def pdf_text(self, document: WrittenDocument) -> str:
        """Return what the pages of a document say, on one line with plain spaces."""
        return pdf_text(self.care.write_pdf(document.id, self.holder).read_bytes())

    def traces(self, action: str) -> list[AuditRow]:
        """Return what was traced of an act."""
        with self.db.read() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.seq)))

    def lose(self, sha256: str) -> None:
        """Take octets away behind the back of the program."""
        if isinstance(self.blobs, FolderBlobs):
            self.blobs.path_of(sha256).unlink()
            return
        with self.db.engine.begin() as connection:
            connection.execute(delete(BlobRow).where(BlobRow.sha256 == sha256))

    def spoil(self, sha256: str) -> None:
        """Alter octets behind the back of the program."""
        if isinstance(self.blobs, FolderBlobs):
            self.blobs.path_of(sha256).write_bytes(b"rot")
            return
        with self.db.engine.begin() as connection:
            connection.execute(update(BlobRow).where(BlobRow.sha256 == sha256).values(content=b"rot"))


class FullDisk:
    """A place for octets on a disk that is full."""

    def put(self, content: bytes) -> str:
        """Refuse."""
        del content
        raise EnvironmentFailure("Le disque est plein.", code="GAL-ENV-01")


def pdf_text(content: bytes) -> str:
    """Return the text of every page of a PDF, on one line with plain spaces."""
    import pypdfium2  # noqa: PLC0415 -- heavy

    document = pypdfium2.PdfDocument(content)
    try:
        words = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return " ".join(" ".join(words).replace("\xa0", " ").replace("\u202f", " ").split())
