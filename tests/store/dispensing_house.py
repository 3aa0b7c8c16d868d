"""A small officine, opened on a database: real services, the demonstration's catalogue, one patient, one prescriber."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from app.kernel.outcome import Done
from app.officine.cash.closings import Closings
from app.officine.cash.service import Cash
from app.officine.catalog.demo import load_demo_catalog
from app.officine.catalog.service import Catalog
from app.officine.dispensing import session as edit
from app.officine.dispensing.model import Box, CounterSession, Payment, PaymentMethod, PrescriptionDraft
from app.officine.dispensing.reversals import Reversals
from app.officine.dispensing.service import Counter
from app.officine.patients.model import Coverage, Patient, PatientDraft, Sex
from app.officine.patients.service import Patients
from app.officine.prescriptions.model import Prescriber, PrescriberDraft, PrescriptionKind
from app.officine.prescriptions.service import Prescriptions
from app.officine.recalls.service import Recalls
from app.officine.registers.service import Registers
from app.officine.staff.service import Staff
from app.officine.stock.model import ReceiptLine
from app.officine.stock.quarantine import Quarantine
from app.officine.stock.service import Stock
from app.store.audit import Actor

if TYPE_CHECKING:
    from pathlib import Path

    from app.kernel.outcome import Outcome
    from app.officine.safety.service import Safety
    from app.store.database import Database

T = TypeVar("T")

AMOXICILLINE = "3400930162408"
DOLIPRANE = "3400935955838"
ELIQUIS = "3400926784102"
SKENAN = "3400933323523"
ZOLPIDEM = "3400936102712"

CAMILLE = Actor(None, "Camille Durand", "comptoir-1")
LEA = Actor(None, "Léa Petit", "comptoir-2")


def done(outcome: Outcome[T]) -> T:
    """Return what an act made; the test fails with the findings where it was refused."""
    assert isinstance(outcome, Done), outcome.findings
    return outcome.value


@dataclass
class House:
    """The services, and who is in them."""

    db: Database
    catalog: Catalog
    patients: Patients
    prescriptions: Prescriptions
    stock: Stock
    counter: Counter
    cash: Cash
    closings: Closings
    reversals: Reversals
    recalls: Recalls
    quarantine: Quarantine
    patient: Patient
    prescriber: Prescriber

    def sale(self, *codes: str, actor: Actor = CAMILLE) -> CounterSession:
        """Begin a sale without ordonnance of one box of each product."""
        session = self.counter.new_session(actor)
        for code in codes:
            product = self.catalog.by_code(code)
            assert product is not None
            session, findings = edit.add_product(session, product)
            assert not findings
        return session

    def prescribed(
        self,
        *codes: str,
        kind: PrescriptionKind = PrescriptionKind.ORDINARY,
        written_on: dt.date | None = None,
        renewal: int = 0,
    ) -> CounterSession:
        """Begin a delivery on an ordonnance of the prescriber for the patient, written today."""
        day = written_on or self.db.clock.now().date()
        session, _ = edit.set_patient(self.sale(*codes), self.patient.id, self.patient.display_name)
        draft = PrescriptionDraft(self.prescriber.id, self.prescriber.display_name, day, kind, renewal)
        return edit.set_prescription(session, draft)[0]

    def paid(self, session: CounterSession) -> tuple[Payment, ...]:
        """Return the payment in cash of what the patient owes."""
        due = self.counter.quote(session).totals.patient
        return (Payment(PaymentMethod.CASH, due),) if due else ()


def open_house(database: Database, folder: Path, safety: Safety | None = None) -> House:
    """Build the services on a database migrated to head, with 20 boxes of each product of the tests."""
    folder.mkdir(exist_ok=True)
    staff = Staff(database)
    catalog = Catalog(database, folder)
    load_demo_catalog(catalog, CAMILLE)
    patients, prescriptions = Patients(database, staff), Prescriptions(database, staff)
    stock = Stock(database, staff, Registers(database, catalog, staff))
    receipt = [ReceiptLine(code=code, quantity=20) for code in (AMOXICILLINE, DOLIPRANE, ELIQUIS, SKENAN, ZOLPIDEM)]
    done(stock.receive(CAMILLE, receipt, "BL-1"))
    cash = Cash(database, staff)
    recalls = Recalls(database, catalog, staff)
    quarantine = Quarantine(database, stock=stock, recalls=recalls, staff=staff)
    counter = Counter(
        database,
        catalog=catalog,
        patients=patients,
        prescriptions=prescriptions,
        stock=stock,
        staff=staff,
        cash=cash,
        safety=safety,
        recalls=recalls,
        quarantine=quarantine,
    )
    return House(
        db=database,
        catalog=catalog,
        patients=patients,
        prescriptions=prescriptions,
        stock=stock,
        counter=counter,
        cash=cash,
        closings=Closings(database, cash, staff),
        reversals=Reversals(database, cash=cash, stock=stock, staff=staff, quarantine=quarantine),
        recalls=recalls,
        quarantine=quarantine,
        patient=done(patients.create(_PATIENT, CAMILLE)),
        prescriber=done(prescriptions.add_prescriber(_PRESCRIBER, CAMILLE)),
    )


def box(serial: str, lot: str = "LOT1", expiry: dt.date = dt.date(2027, 11, 30)) -> Box:
    """Return a scanned box."""
    return Box(lot, expiry, serial)


_PATIENT = PatientDraft(
    family_name="ESSAI",
    first_name="JEANNE",
    birth_date=dt.date(1981, 5, 1),
    sex=Sex.FEMALE,
    address_line="3 rue des Lilas",
    postal_code="75011",
    city="Paris",
    coverage=Coverage(amc="full"),
    birth_place="99999",
)
_PRESCRIBER = PrescriberDraft(
    family_name="MÉLILOT",
    given_name="Hugo",
    rpps="10000000025",
    specialty="Médecine générale",
    address_line="1 place du Marché",
    postal_code="75011",
    city="Paris",
)
