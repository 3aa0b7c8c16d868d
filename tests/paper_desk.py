"""A desk that keeps copies of identity papers: a file, a team with PINs, a vault, and a place for the bytes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from key_places import TrialPlace
from sqlalchemy import select, text

from app.kernel.money import Money
from app.kernel.outcome import Done, Refused
from app.officine.dispensing.tables import DeliveryRow
from app.officine.papers.service import Papers
from app.officine.patients.identities import Identities
from app.officine.patients.identity_model import EvidenceDraft, Mode
from app.officine.patients.model import PatientDraft, Sex
from app.officine.patients.service import Patients
from app.officine.secrets.service import Vault
from app.officine.staff.accounts import Accounts
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.officine.staff.signing import SignIn
from app.officine.tables import prescriptions
from app.store.audit import Actor
from app.store.erasable import open_erasable
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.store.database import Database

T = TypeVar("T")
assert prescriptions  # a delivery names its prescriber: the metadata must be whole

GALIEN = Actor(None, "Galien", "comptoir-1")
PIN = "270461"
PASSPORT = EvidenceDraft(code="PA", mode=Mode.FACE_TO_FACE, coherent=True)
DRAFT = PatientDraft(
    family_name="ADRTROIS",
    first_name="DOMINIQUE",
    birth_date=dt.date(1997, 2, 26),
    sex=Sex.FEMALE,
    birth_place="2A020",
)


def done(outcome: Outcome[T]) -> T:
    assert isinstance(outcome, Done), outcome
    return outcome.value


def codes(outcome: Outcome[T]) -> list[str]:
    """Return the codes of a refusal."""
    assert isinstance(outcome, Refused), outcome
    return [finding.code for finding in outcome.findings]


@dataclass
class Desk:
    """The services over one database; ``restarted`` gives those of a program that starts on another."""

    db: Database
    folder: Path
    keys: TrialPlace
    patient_id: int = 0

    def __post_init__(self) -> None:
        """Build the services as a program that starts."""
        self.staff = Staff(self.db)
        self.vault = Vault(self.db, self.staff, self.keys, GALIEN)
        self.accounts = Accounts(self.db, self.staff, self.vault)
        self.sign_in = SignIn(self.db, self.staff, self.vault, station="comptoir-1", simulated=True)
        self.place = open_erasable(self.db.engine, self.folder)
        self.papers = Papers(self.db, self.staff, sign_in=self.sign_in, vault=self.vault, place=self.place)
        self.patients = Patients(self.db, self.staff)
        self.identities = Identities(self.db, self.staff, production=False)

    def member(self, role: Role) -> Actor:
        """Return a member of the team, who has a PIN."""
        draft = MemberDraft(family_name=f"ESSAI {role}", given_name="Zoé", role=role)
        actor = actor_of(done(self.staff.add(draft, GALIEN)), "comptoir-1")
        assert actor.staff_id is not None
        done(self.accounts.set_pin(actor.staff_id, PIN, actor))
        return actor

    def prove(self) -> int:
        """Check a passport; return the id of the check."""
        known = self.identities.of(self.patient_id)
        assert known is not None
        done(self.identities.prove(self.patient_id, known.patient.version, PASSPORT, GALIEN))
        with self.db.read() as session:
            return int(session.execute(text("SELECT max(id) FROM patient_evidence")).scalar_one())

    def deliver(self) -> None:
        """Write that the patient was served now."""
        now, nothing = self.db.clock.now(), Money(0)
        with self.db.write(GALIEN) as work:
            row = DeliveryRow(
                number=work.take_numbers("delivery"),
                session_id=f"{now:%Y%m%d%H%M}",
                at=now,
                day=now.date(),
                station="1",
                operator_name="",
                patient_id=self.patient_id,
                patient_name="",
                prescriber_name="",
                prescription_kind="",
                third_party=False,
                state="done",
                **dict.fromkeys(
                    ("amount", "amo", "amc", "patient_share", "excess", "reimbursed", "franchise"), nothing
                ),
            )
            work.session.add(row)

    def traces(self, action: str) -> list[AuditRow]:
        """Return what was traced of an act."""
        with self.db.read() as session:
            query = select(AuditRow).where(AuditRow.action == f"identity_paper.{action}")
            return list(session.scalars(query.order_by(AuditRow.seq)))

    def stored(self) -> bytes:
        """Return every byte that the officine holds: the base with its journal, what lies beside it, the tables."""
        if not self.db.is_postgresql:
            folder = self.folder.parent
            return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
        with self.db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("CHECKPOINT"))
            names = connection.execute(text("SELECT relname FROM pg_class WHERE relkind IN ('r', 't')")).scalars()
            read = text("SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class WHERE relname = :name")
            rows = [connection.execute(read, {"name": name}).scalar() for name in names.all()]
            return b"\n".join(bytes(row) for row in rows if row)


def open_desk(database: Database, folder: Path) -> Desk:
    """Return a desk with a new file, where copies are kept."""
    desk = Desk(database, folder, TrialPlace())
    desk.vault.prepare()
    desk.patient_id = done(desk.patients.create(DRAFT, GALIEN)).id
    done(desk.papers.set_enabled(GALIEN, enabled=True))
    return desk
