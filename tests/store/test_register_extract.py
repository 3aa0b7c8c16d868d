"""Does the extract of the ordonnancier name its patient by the traits of the INS, and let a qualified INS alone out?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from care_desk import MATRICULE, pdf_text
from dispensing_house import AMOXICILLINE, CAMILLE, DOLIPRANE, House, done, open_house
from sqlalchemy import select

from app.kernel.errors import InputDefect
from app.kernel.mode import Mode
from app.officine.dispensing.book import Book
from app.officine.interventions.service import Interventions
from app.officine.patients.identities import Identities
from app.officine.patients.ins_symbols import InsSymbols
from app.officine.patients.model import IdentityStatus, PatientDraft, Sex
from app.officine.patients.service import FictitiousFile
from app.officine.registers.service import Registers
from app.officine.scan import ins_symbol
from app.officine.scan.image import read_pages
from app.officine.scan.service import interpret
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.officine.stock.narcotics import Narcotics
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.store.database import Database

_FILE = PatientDraft(
    family_name="PAT-TROIS",
    first_name="DOMINIQUE",
    birth_names="DOMINIQUE MARIE-LOUISE",
    birth_date=dt.date(1979, 3, 28),
    sex=Sex.FEMALE,
    birth_place="51215",
)
TRAITS = ("Nom de naissance PAT-TROIS", "1er prénom de naissance DOMINIQUE", "Date de naissance 28/03/1979", "Sexe F")


class Keeping:
    """A house that hands extracts of its ordonnancier out."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.db = database
        self.house: House = open_house(database, folder / "catalogs")
        staff, house = Staff(database), self.house
        self.staff = staff
        registers = Registers(database, house.catalog, staff)
        identities = Identities(database, staff, production=False)
        self.book = Book(
            database,
            counter=house.counter,
            registers=registers,
            narcotics=Narcotics(database, stock=house.stock, registers=registers, catalog=house.catalog, staff=staff),
            folder=folder / "prints",
            mode=Mode.DEMO,
            interventions=Interventions(database, staff),
            symbols=InsSymbols(
                database, staff, identities, ins_symbol.message, folder=folder / "prints", production=False
            ),
        )

    def serve(self, status: IdentityStatus) -> int:
        """Deliver a listed medicine and another to a new file of a status; return its number."""
        has_ins = status.holds_ins
        file = FictitiousFile(
            draft=_FILE,
            status=status,
            matricule=MATRICULE if has_ins else None,
            oid="1.2.250.1.213.1.4.10" if has_ins else None,
        )
        self.house.patient = done(self.house.patients.load_fictitious([file], CAMILLE))[0]
        session = self.house.prescribed(AMOXICILLINE, DOLIPRANE)
        done(self.house.counter.validate(session, CAMILLE, self.house.paid(session)))
        return self.house.patient.id

    def traces(self) -> list[str]:
        """Return what was printed of patients, as it is traced."""
        with self.db.read() as session:
            query = select(AuditRow.action).where(AuditRow.action.in_(("print", "ins.print"))).order_by(AuditRow.seq)
            return list(session.scalars(query))


@pytest.fixture
def keeping(database: Database, tmp_path: Path) -> Keeping:
    return Keeping(database, tmp_path)


@pytest.mark.req("INS-32")
def test_a_qualified_identity_has_its_matricule_its_nature_and_its_symbol(keeping: Keeping) -> None:
    patient_id = keeping.serve(IdentityStatus.QUALIFIED)
    content = keeping.book.print_extract(patient_id, CAMILLE).read_bytes()
    words = pdf_text(content)
    for said in (*TRAITS, "Matricule INS (NIR) 2790351215189 89", "INS à scanner", "AMOXICILLINE", "1 écriture"):
        assert said in words, words
    assert "DOLIPRANE" not in words
    ((code,),) = read_pages(content)
    assert interpret(code, today=dt.date(2026, 11, 23)).fields["matricule"] == MATRICULE
    assert keeping.traces() == ["print", "ins.print"]


@pytest.mark.req("INS-28")
@pytest.mark.parametrize("status", [one for one in IdentityStatus if one is not IdentityStatus.QUALIFIED])
def test_any_other_identity_has_its_traits_alone(keeping: Keeping, status: IdentityStatus) -> None:
    patient_id = keeping.serve(status)
    content = keeping.book.print_extract(patient_id, CAMILLE).read_bytes()
    words = pdf_text(content)
    assert all(said in words for said in TRAITS), words
    for secret in (MATRICULE[:13], "Matricule", "INS à scanner"):
        assert secret not in words
    assert read_pages(content) == [[]]
    assert keeping.traces() == ["print"]


@pytest.mark.req("INS-32")
def test_the_screen_s_own_print_of_one_patient_is_the_same_extract(keeping: Keeping) -> None:
    patient_id = keeping.serve(IdentityStatus.QUALIFIED)
    words = pdf_text(keeping.book.print_ordonnancier(patient_id=patient_id, actor=CAMILLE).read_bytes())
    assert "Extrait de l’ordonnancier" in words
    assert "Matricule INS (NIR)" in words
    assert "Matricule" not in pdf_text(keeping.book.print_ordonnancier(actor=CAMILLE).read_bytes())


def test_an_extract_begins_where_it_is_asked_and_may_be_empty(keeping: Keeping) -> None:
    patient_id = keeping.serve(IdentityStatus.PROVISIONAL)
    words = pdf_text(keeping.book.print_extract(patient_id, CAMILLE, dt.date(2030, 1, 1)).read_bytes())
    assert "Aucune écriture" in words
    assert TRAITS[0] in words


@pytest.mark.req("INS-04")
def test_who_may_not_read_files_gets_no_extract(keeping: Keeping) -> None:
    patient_id = keeping.serve(IdentityStatus.QUALIFIED)
    added = done(keeping.staff.add(MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.SUPPORT), CAMILLE))
    with pytest.raises(InputDefect, match="rôle"):
        keeping.book.print_extract(patient_id, actor_of(added, "comptoir-1"))
    with pytest.raises(InputDefect):
        keeping.book.print_extract(4711, CAMILLE)
    assert keeping.traces() == []
