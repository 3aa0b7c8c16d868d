"""A symbol of the INS is drawn for an identity qualifiée alone, and one that is scanned opens the file it calls for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.kernel.errors import InputDefect
from app.kernel.outcome import Done, Refused
from app.officine.patients.identities import Identities, IdentityOptions
from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import EvidenceDraft, InsiIdentity, Mode
from app.officine.patients.ins_scan import InsScans
from app.officine.patients.ins_symbols import InsSymbols
from app.officine.patients.model import Attribute, IdentityStatus, PatientDraft, Sex
from app.officine.patients.service import FictitiousFile, Patients
from app.officine.scan import ins_symbol
from app.officine.scan.image import read_pages
from app.officine.scan.service import interpret
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import Staff, actor_of
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.store.audit import Actor
    from app.store.database import Database

TODAY = dt.date(2026, 11, 23)
NIR, OTHER = Ins("297022A02077878", "1.2.250.1.213.1.4.8"), Ins("192061305512310", "1.2.250.1.213.1.4.8")
NIA = Ins("109076322088835", "1.2.250.1.213.1.4.9")
TEST = Ins("279035121518989", "1.2.250.1.213.1.4.10")
TRAITS = Traits(
    family_name="ADRTROIS",
    birth_names="DOMINIQUE ANNE",
    first_name="DOMINIQUE",
    sex="F",
    birth_date="1997-02-26",
    birth_place="2A020",
)
DRAFT = PatientDraft(
    family_name="ADRTROIS",
    first_name="DOMINIQUE",
    birth_date=dt.date(1997, 2, 26),
    sex=Sex.FEMALE,
    birth_place="2A020",
)
PASSPORT = EvidenceDraft(code="PA", mode=Mode.FACE_TO_FACE, coherent=True)


@dataclass
class Desk:
    """Who draws and scans, on real data."""

    db: Database
    patients: Patients
    identities: Identities
    symbols: InsSymbols
    scans: InsScans
    actor: Actor
    stranger: Actor
    titulaire: Actor

    def file(self, status: IdentityStatus = IdentityStatus.PROVISIONAL, ins: Ins = NIR) -> int:
        """Make a file of a status, by the ways that lead to it."""
        made = self.patients.create(DRAFT, self.actor, confirmed=True)
        assert isinstance(made, Done)
        patient_id = made.value.id
        if status.holds_ins:
            self.accept(patient_id, ins)
        if status in {IdentityStatus.VALIDATED, IdentityStatus.QUALIFIED}:
            assert isinstance(self.identities.prove(patient_id, self.version(patient_id), PASSPORT, self.actor), Done)
        return patient_id

    def accept(self, patient_id: int, ins: Ins) -> None:
        """Take an answer of INSi over."""
        found = InsiIdentity(ins=ins, traits=TRAITS)
        assert isinstance(
            self.identities.accept(patient_id, self.version(patient_id), found, "appel", self.actor), Done
        )

    def version(self, patient_id: int) -> int:
        """Return the version of a file."""
        found = self.identities.of(patient_id)
        assert found is not None
        return found.patient.version


@pytest.fixture
def desk(database: Database, actor: Actor, tmp_path: Path) -> Desk:
    staff = Staff(database)
    drafts = [
        MemberDraft(family_name="VALÉRIANE", given_name="Claire", role=Role.TECHNICIAN),
        MemberDraft(family_name="SUREAU", given_name="Noé", role=Role.SUPPORT),
        MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.HOLDER),
    ]
    added = staff.add_all(drafts, actor)
    assert isinstance(added, Done)
    members = [actor_of(member, "comptoir-1") for member in added.value]
    identities = Identities(database, staff, production=True)
    symbols = InsSymbols(database, staff, identities, ins_symbol.message, folder=tmp_path)
    scans = InsScans(database, staff, identities, production=True)
    return Desk(database, Patients(database, staff), identities, symbols, scans, *members)


def words(pdf: bytes) -> str:
    """Return the text of the first page of a PDF."""
    import pypdfium2  # noqa: PLC0415 -- heavy

    document = pypdfium2.PdfDocument(pdf)
    try:
        return str(document[0].get_textpage().get_text_bounded()).replace("\r\n", "\n").replace("\xa0", " ")
    finally:
        document.close()


# --- What is drawn ----------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-32a")
@pytest.mark.req("INS-32c")
@pytest.mark.req("OFF-INS-34")
@pytest.mark.parametrize("paper", ["sheet", "label"])
@pytest.mark.parametrize(("ins", "nature"), [(NIR, "NIR"), (NIA, "NIA")])
def test_the_paper_of_an_identity_qualifiee_bears_its_traits_its_matricule_and_its_symbol(
    desk: Desk, paper: str, ins: Ins, nature: str
) -> None:
    """C34: at least the four traits under unambiguous labels, matricule and nature, a symbol that is read back."""
    patient_id = desk.file(IdentityStatus.QUALIFIED, ins)
    write: Any = desk.symbols.write_sheet if paper == "sheet" else desk.symbols.write_label
    pdf = write(patient_id, desk.actor).read_bytes()
    said = words(pdf)
    labels = {
        "sheet": ("Nom de naissance", "1er prénom de naissance", "Date de naissance", "Sexe", f"INS ({nature})"),
        "label": ("N. Nais. ADRTROIS", "Pr. 1 DOMINIQUE", "DDN 26/02/1997", "S. F", f"INS ({nature})"),
    }
    for label in (*labels[paper], "ADRTROIS", "DOMINIQUE", "26/02/1997", ins.matricule[:13], "INS à scanner"):
        assert label in said, label
    ((code,),) = read_pages(pdf)
    scan = interpret(code, today=TODAY, production=True)
    assert scan.ok
    wanted = {
        name: getattr(TRAITS, name) for name in ("family_name", "birth_names", "sex", "birth_date", "birth_place")
    }
    assert scan.fields == wanted | {"matricule": ins.matricule, "oid": ins.oid}


@pytest.mark.req("OFF-INS-35")
@pytest.mark.req("INS-D16")
@pytest.mark.req("INS-28")
@pytest.mark.parametrize("status", [one for one in IdentityStatus if one is not IdentityStatus.QUALIFIED])
def test_the_paper_of_any_other_identity_bears_neither_matricule_nor_symbol(desk: Desk, status: IdentityStatus) -> None:
    """C35, D16: the traits are there, with the status."""
    patient_id = desk.file(status)
    refused = desk.symbols.for_patient(patient_id, desk.actor)
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.findings] == ["GAL-DMX-01"]
    for write in (desk.symbols.write_sheet, desk.symbols.write_label):
        pdf = write(patient_id, desk.actor).read_bytes()
        said = words(pdf)
        assert "ADRTROIS" in said
        assert NIR.matricule[:13] not in said
        assert "INS à scanner" not in said
        assert read_pages(pdf) == [[]]


@pytest.mark.req("INS-28")
def test_a_doubt_takes_the_symbol_away(desk: Desk) -> None:
    patient_id = desk.file(IdentityStatus.QUALIFIED)
    assert isinstance(desk.symbols.for_patient(patient_id, desk.actor), Done)
    desk.identities.set_attribute(patient_id, desk.version(patient_id), Attribute.DOUBTFUL, desk.actor)
    assert isinstance(desk.symbols.for_patient(patient_id, desk.actor), Refused)


@pytest.mark.req("OFF-INS-44")
def test_the_ins_of_a_test_is_never_drawn_with_real_data(desk: Desk, tmp_path: Path) -> None:
    """C44: even where such a file is in the base, restored from another."""
    file = FictitiousFile(
        draft=replace(DRAFT, birth_names="DOMINIQUE ANNE"),
        status=IdentityStatus.QUALIFIED,
        matricule=TEST.matricule,
        oid=TEST.oid,
    )
    made = desk.patients.load_fictitious([file], desk.actor)
    assert isinstance(made, Done)
    patient_id = made.value[0].id
    refused = desk.symbols.for_patient(patient_id, desk.actor)
    assert [one.code for one in refused.findings] == ["GAL-IDN-09"]
    with pytest.raises(InputDefect):
        desk.symbols.write_sheet(patient_id, desk.actor)
    assert not list(tmp_path.glob("identite*"))


@pytest.mark.req("INS-32b")
def test_the_other_traits_of_a_paper_are_those_that_the_site_chose(desk: Desk) -> None:
    patient_id = desk.file(IdentityStatus.QUALIFIED)
    assert "INSEE" not in words(desk.symbols.write_label(patient_id, desk.actor).read_bytes())
    chosen = desk.identities.set_options(IdentityOptions(on_paper=("birth_names", "birth_place")), desk.titulaire)
    assert isinstance(chosen, Done)
    said = words(desk.symbols.write_sheet(patient_id, desk.actor).read_bytes())
    assert "Prénom(s) de naissance" in said
    assert "DOMINIQUE ANNE" in said
    assert "2A020" in said


@pytest.mark.req("INS-04")
@pytest.mark.req("INS-04a")
def test_who_printed_whose_identity_is_traced_without_the_matricule(desk: Desk) -> None:
    patient_id = desk.file(IdentityStatus.QUALIFIED)
    desk.symbols.write_sheet(patient_id, desk.actor)
    with desk.db.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "print")).one()
        assert (row.patient_id, row.actor_name, row.subject_id) == (
            patient_id,
            desk.actor.name,
            f"identity:{patient_id}",
        )
        assert NIR.matricule not in row.details
        printed = session.scalars(select(AuditRow).where(AuditRow.action == "ins.print")).one()
        assert (printed.patient_id, printed.actor_name) == (patient_id, desk.actor.name)
        assert NIR.matricule not in printed.details
    other = desk.file(IdentityStatus.VALIDATED)
    desk.symbols.write_label(other, desk.actor)
    with desk.db.read() as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.action == "ins.print")).all()) == 1, "no INS on it"


def test_who_may_not_read_files_gets_no_paper_and_sees_no_symbol(desk: Desk) -> None:
    patient_id = desk.file(IdentityStatus.QUALIFIED)
    assert isinstance(desk.symbols.for_patient(patient_id, desk.stranger), Refused)
    with pytest.raises(InputDefect):
        desk.symbols.write_sheet(patient_id, desk.stranger)
    with pytest.raises(InputDefect):
        desk.scans.look_up(NIR, TRAITS, desk.stranger)
    assert isinstance(desk.symbols.for_patient(4711, desk.actor), Refused)
    with pytest.raises(InputDefect):
        desk.symbols.write_sheet(4711, desk.actor)


# --- What is scanned --------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-S22")
@pytest.mark.req("OFF-INS-36")
def test_a_code_of_nobody_known_fills_a_new_file_and_keeps_no_matricule(desk: Desk) -> None:
    """C36."""
    sighting = desk.scans.look_up(NIR, replace(TRAITS, first_name=""), desk.actor)
    assert (sighting.patients, sighting.is_sure) == ((), False)
    assert sighting.draft == replace(DRAFT, birth_names="DOMINIQUE ANNE")
    (finding,) = sighting.findings
    assert (finding.code, finding.severity) == ("GAL-DMX-02", "info")
    assert "INSi" in finding.advice
    assert sighting.draft is not None
    made = desk.patients.create(sighting.draft, desk.actor)
    assert isinstance(made, Done)
    assert (made.value.status, made.value.matricule) == (IdentityStatus.PROVISIONAL, None)


@pytest.mark.req("OFF-INS-36")
@pytest.mark.parametrize("status", [IdentityStatus.RETRIEVED, IdentityStatus.QUALIFIED])
def test_a_code_that_says_what_its_file_says_opens_it_and_changes_nothing(desk: Desk, status: IdentityStatus) -> None:
    patient_id = desk.file(status)
    version = desk.version(patient_id)
    sighting = desk.scans.look_up(NIR, TRAITS, desk.actor)
    assert ([one.id for one in sighting.patients], sighting.is_sure, sighting.draft) == ([patient_id], True, None)
    found = desk.identities.of(patient_id)
    assert found is not None
    assert (found.identity.status, found.patient.version) == (status, version)


@pytest.mark.req("OFF-INS-37")
@pytest.mark.parametrize(
    "read",
    [
        {"family_name": "ADRQUATRE"}, {"sex": "M"}, {"birth_date": "1997-02-27"}, {"birth_names": "ANNE DOMINIQUE"},
        {"birth_place": "75056"},
    ],
)  # fmt: skip
def test_a_code_with_other_traits_than_its_file_alerts(desk: Desk, read: dict[str, str]) -> None:
    """C37: the file is named, its traits are never written over."""
    patient_id = desk.file(IdentityStatus.QUALIFIED)
    sighting = desk.scans.look_up(NIR, replace(TRAITS, **read), desk.actor)
    assert ([one.id for one in sighting.patients], sighting.is_sure) == ([patient_id], False)
    assert [(one.code, one.severity) for one in sighting.findings] == [("GAL-IDN-24", "error")]
    ((trait, value),) = read.items()
    shown = "27/02/1997" if trait == "birth_date" else value
    assert f"{shown} sur le code" in sighting.findings[0].advice
    found = desk.identities.of(patient_id)
    assert found is not None
    assert (found.identity.traits, found.identity.ins) == (TRAITS, NIR)


@pytest.mark.req("INS-S22")
@pytest.mark.parametrize("status", [IdentityStatus.PROVISIONAL, IdentityStatus.VALIDATED])
def test_a_file_found_by_its_traits_keeps_the_ins_read_aside_until_insi_confirms(
    desk: Desk, status: IdentityStatus
) -> None:
    patient_id = desk.file(status)
    for _twice in range(2):
        sighting = desk.scans.look_up(NIR, TRAITS, desk.actor)
        assert ([one.id for one in sighting.patients], sighting.is_sure) == ([patient_id], True)
        assert [one.code for one in sighting.findings] == ["GAL-IDN-26"]
    found = desk.identities.of(patient_id)
    assert found is not None
    assert (found.identity.status, found.identity.ins, found.identity.presented) == (status, None, NIR)
    scans = [one for one in desk.identities.history(patient_id, desk.actor) if one.event == "scan"]
    assert len(scans) == 1, "a second scan of the same code says nothing new"


@pytest.mark.req("OFF-INS-37")
def test_the_traits_of_a_file_with_another_matricule_alert(desk: Desk) -> None:
    patient_id = desk.file(IdentityStatus.QUALIFIED)
    sighting = desk.scans.look_up(OTHER, TRAITS, desk.actor)
    assert ([one.id for one in sighting.patients], sighting.is_sure) == ([patient_id], False)
    assert [one.code for one in sighting.findings] == ["GAL-IDN-23"]


@pytest.mark.req("INS-S24")
def test_a_matricule_no_longer_in_force_names_its_file_and_says_so(desk: Desk) -> None:
    patient_id = desk.file(IdentityStatus.QUALIFIED)
    desk.accept(patient_id, OTHER)
    sighting = desk.scans.look_up(NIR, TRAITS, desk.actor)
    assert ([one.id for one in sighting.patients], sighting.is_sure) == ([patient_id], False)
    assert [one.code for one in sighting.findings] == ["GAL-DMX-04"]


def test_several_files_of_the_same_traits_are_left_to_a_person(desk: Desk) -> None:
    both = {desk.file(), desk.file()}
    sighting = desk.scans.look_up(NIR, TRAITS, desk.actor)
    assert ({one.id for one in sighting.patients}, sighting.is_sure) == (both, False)
    assert [one.code for one in sighting.findings] == ["GAL-DMX-03"]


@pytest.mark.req("OFF-INS-44")
@pytest.mark.parametrize(
    ("ins", "code"),
    [
        (TEST, "GAL-IDN-09"),
        (replace(NIR, matricule="297022A02077879"), "GAL-IDN-07"),
        (replace(NIR, oid="1.2"), "GAL-IDN-08"),
    ],
)
def test_a_code_that_holds_no_ins_of_real_data_calls_for_nobody(desk: Desk, ins: Ins, code: str) -> None:
    desk.file()
    sighting = desk.scans.look_up(ins, TRAITS, desk.actor)
    assert (sighting.patients, sighting.draft) == ((), None)
    assert [one.code for one in sighting.findings] == [code]


def test_a_code_without_a_date_calls_for_nobody_known(desk: Desk) -> None:
    desk.file()
    sighting = desk.scans.look_up(NIR, replace(TRAITS, birth_date="", sex="I"), desk.actor)
    assert sighting.patients == ()
    assert sighting.draft is not None
    assert (sighting.draft.birth_date, sighting.draft.sex) == (None, None)
