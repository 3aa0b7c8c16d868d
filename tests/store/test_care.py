"""Are the documents of the pharmacist written whole or not at all, replaced once, deleted with a reason, and traced?"""

from __future__ import annotations

import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from care_desk import (
    BOOSTRIX,
    DOCTOR,
    DOLIPRANE,
    ENTRETIEN,
    INSTALLATION,
    MATRICULE,
    VACCINE,
    CareDesk,
    FullDisk,
    codes,
    done,
    pdf_text,
)
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from app.docs.reading.read import read
from app.docs.validation import whole
from app.kernel.errors import EnvironmentFailure, FileUnusable, InputDefect
from app.kernel.outcome import Done, Refused, Severity, is_refused
from app.officine.care.checking import verify
from app.officine.care.model import (
    BilanPart,
    DocumentKind,
    DocumentState,
    EntretienPart,
    SectionPart,
    VaccinationPart,
)
from app.officine.care.site import DEFAULT
from app.officine.care.tables import CareDocumentRow
from app.officine.copies.service import verify as verify_copies
from app.officine.dispensing.tables import DeliveryLineRow, DeliveryRow
from app.officine.patients.model import IdentityStatus
from app.officine.scan.image import read_pages
from app.officine.scan.service import interpret
from app.officine.staff.model import Role
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from pathlib import Path

    from app.docs.validation.process import Validator
    from app.officine.care.model import CareDraft, WrittenDocument
    from app.store.database import Database

KINDS = list(DocumentKind)
OTHERS = [IdentityStatus.PROVISIONAL, IdentityStatus.RETRIEVED, IdentityStatus.VALIDATED]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> CareDesk:
    return CareDesk(database, tmp_path)


def subjects(desk: CareDesk, draft: CareDraft) -> dict[str, Severity]:
    """Return the fields of which something is to be said, with the gravest of it."""
    found: dict[str, Severity] = {}
    for finding in desk.care.check(draft, desk.holder):
        found[finding.subject] = max(found.get(finding.subject, finding.severity), finding.severity, key=_rank)
    return found


def _rank(severity: Severity) -> int:
    return severity.rank


# --- Writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.req("SC.DOC.01")
@pytest.mark.req("SC.DOC.02")
@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_written_with_its_octets_and_found_again(desk: CareDesk, kind: DocumentKind) -> None:
    assert desk.care.check(desk.draft(kind), desk.holder) == []
    document = desk.written(kind)
    assert (document.state, document.version, document.kind) == (DocumentState.VALID, 1, kind)
    assert document.is_judged
    assert [one.id for one in desk.care.of(desk.qualified, desk.holder)] == [document.id]
    assert desk.care.recent(desk.holder) == [desk.care.get(document.id, desk.holder)] == [document]
    cda = desk.cda(document)
    told = read(cda)
    assert (told.id, told.set_id) == (document.document_id, document.set_id)
    assert desk.judge.judged == [cda]
    assert told.findings == ()
    (trace,) = desk.traces("care.record")
    assert (trace.patient_id, trace.subject_id) == (desk.qualified, str(document.id))


@pytest.mark.req("SC.DOC.04")
def test_the_recipients_are_in_the_header_and_on_the_page(desk: CareDesk) -> None:
    document = desk.written(recipients=(DOCTOR, replace(DOCTOR, family_name="SUREAU", rpps="", mss="")))
    words = desk.pdf_text(document)
    cda = desk.cda(document).decode()
    for name in ("MÉLILOT", "SUREAU"):
        assert name in words
        assert f"<family>{name}</family>" in cda
    assert document.recipients[0] == DOCTOR


@pytest.mark.req("OFF-DOC-05")
def test_the_text_of_the_site_is_at_the_foot_of_the_documents_written_after_it(desk: CareDesk) -> None:
    assert desk.site.values().is_default
    before = desk.written()
    done(desk.site.set_rights_text("Vos droits : demandez-nous.", desk.holder))
    after = desk.written(to_patient=True)
    assert "Règlement (UE) 2016/679" in desk.pdf_text(before)
    assert "Vos droits : demandez-nous." in desk.pdf_text(after)
    done(desk.site.set_rights_text("", desk.holder))
    assert desk.site.values() == desk.site.values().__class__(DEFAULT, is_default=True)
    assert len(desk.traces("care.site")) == 2


@pytest.mark.parametrize("text", ["x" * 3001, "a\u202eb", "a\x00b"])
def test_a_text_of_the_site_that_no_page_can_bear_is_refused(desk: CareDesk, text: str) -> None:
    assert codes(desk.site.set_rights_text(text, desk.holder))
    assert desk.site.values().is_default


def test_only_the_titulaire_changes_the_text_of_the_site(desk: CareDesk) -> None:
    assert codes(desk.site.set_rights_text("Autre.", desk.member(Role.ASSISTANT, "89970001015"))) == {"GAL-PER-01"}


# --- The INS ----------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-DOC-03")
@pytest.mark.req("INS-32")
@pytest.mark.parametrize("kind", KINDS)
def test_a_qualified_identity_has_its_ins_in_the_cda_and_a_symbol_on_the_page(
    desk: CareDesk, kind: DocumentKind
) -> None:
    document = desk.written(kind)
    assert document.carries_ins
    assert f'extension="{MATRICULE}" root="1.2.250.1.213.1.4.10"' in desk.cda(document).decode()
    pdf = desk.care.write_pdf(document.id, desk.holder).read_bytes()
    assert MATRICULE[:13] in pdf_text(pdf)
    ((code,),) = read_pages(pdf)
    scan = interpret(code, today=desk.db.clock.now().date())
    assert (scan.fields["matricule"], scan.fields["family_name"]) == (MATRICULE, "PAT-TROIS")


@pytest.mark.req("INS-28")
@pytest.mark.parametrize("status", OTHERS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_other_identity_lets_anything_of_an_ins_out(
    desk: CareDesk, kind: DocumentKind, status: IdentityStatus
) -> None:
    patient_id = desk.file(status, "192061305512310", family_name="ESSAI")
    document = desk.written(kind, patient_id=patient_id)
    assert not document.carries_ins
    pdf = desk.care.write_pdf(document.id, desk.holder).read_bytes()
    cda, words = desk.cda(document).decode(), pdf_text(pdf)
    assert read_pages(pdf) == [[]]
    for secret in ("192061305512", "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.10", "INS à scanner", "Matricule"):
        assert secret not in words
        assert secret not in cda
    local = f"2.25.{int(INSTALLATION.replace('-', ''), 16)}.1"
    assert f'extension="{patient_id}" root="{local}"' in cda


@pytest.mark.req("INS-28")
def test_a_matricule_typed_among_the_words_is_refused_where_the_identity_is_not_qualified(desk: CareDesk) -> None:
    patient_id = desk.file(IdentityStatus.RETRIEVED, "192061305512310", family_name="ESSAI")
    part = EntretienPart("Asthme", (SectionPart("Note", "Vu : 1 92 06 13 055 123, sans clé."),))
    outcome = desk.care.record(desk.draft(patient_id=patient_id, part=part), desk.holder)
    assert codes(outcome) == {"GAL-DOC-31"}
    assert isinstance(outcome, Refused)
    (error,) = [one for one in outcome.findings if one.severity is Severity.ERROR]
    assert error.subject == "part.sections.0.text"
    assert "Texte (partie 1)" in error.text
    assert "content." not in error.text


@pytest.mark.req("OFF-SIM-01")
def test_with_real_data_no_document_goes_with_an_ins_of_tests(desk: CareDesk) -> None:
    assert codes(desk.service(production=True).record(desk.draft(), desk.holder)) == {"GAL-DOC-15"}


# --- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "subject", "severity"),
    [
        ({"lot": ""}, "part.lot", Severity.ERROR),
        ({"lot": "X" * 21}, "part.lot", Severity.ERROR),
        ({"expiry": dt.date(2026, 10, 31)}, "part.expiry", Severity.WARNING),
        ({"expiry": None}, "part.expiry", Severity.WARNING),
        ({"route": "IV"}, "part.route", Severity.ERROR),
        ({"route": ""}, "part.route", Severity.WARNING),
        ({"site": "NEZ"}, "part.site", Severity.ERROR),
        ({"site": ""}, "part.site", Severity.WARNING),
        ({"dose_number": 0}, "part.dose_number", Severity.ERROR),
        ({"dose_number": 100}, "part.dose_number", Severity.ERROR),
        ({"name": "", "cip13": ""}, "part.name", Severity.ERROR),
        ({"lot": "A\u202eB"}, "part.lot", Severity.ERROR),
        ({"lot": "A\x07B"}, "part.lot", Severity.ERROR),
        ({"reason": "voyage 𓀀"}, "part.reason", Severity.WARNING),
        ({"reason": "שלום"}, "part.reason", Severity.INFO),
        ({"manufacturer": "X" * 101}, "part.manufacturer", Severity.ERROR),
        ({"cip13": "3400936773874"}, "part.cip13", Severity.WARNING),
    ],
)
def test_each_fault_of_a_vaccination_points_at_its_field(
    desk: CareDesk, changes: dict[str, object], subject: str, severity: Severity
) -> None:
    draft = desk.draft(DocumentKind.VACCINATION, part=replace(VACCINE, **changes))
    assert subjects(desk, draft).get(subject) is severity


def test_a_field_that_is_refused_is_spoken_of_once(desk: CareDesk) -> None:
    nothing = desk.draft(DocumentKind.VACCINATION, part=VaccinationPart())
    said = [one.subject for one in desk.care.check(nothing, desk.holder)]
    assert said.count("part.lot") == said.count("part.name") == 1
    (code,) = [one for one in desk.care.check(nothing, desk.holder) if one.subject == "part.cip13"]
    assert "inconnu" not in code.text, "nothing was looked for in the catalogue"


def test_a_vaccine_that_is_drunk_has_no_place_of_injection(desk: CareDesk) -> None:
    draft = desk.draft(DocumentKind.VACCINATION, part=replace(VACCINE, route="PO", site=""))
    assert "part.site" not in subjects(desk, draft)


def test_what_is_said_of_the_act_the_recipients_and_the_parts_points_at_them(desk: CareDesk) -> None:
    later = desk.db.clock.now() + dt.timedelta(minutes=5)
    assert subjects(desk, desk.draft(performed_at=later)) == {"performed_at": Severity.ERROR}
    assert subjects(desk, desk.draft(recipients=())) == {"recipients": Severity.WARNING}
    assert subjects(desk, desk.draft(recipients=(), to_patient=True)) == {}
    wrong = (
        replace(DOCTOR, rpps="89970002006"),
        replace(DOCTOR, rpps="", mss="hugo"),
        replace(DOCTOR, family_name=" "),
    )
    assert {name for name, said in subjects(desk, desk.draft(recipients=wrong)).items() if said is Severity.ERROR} == {
        "recipients.0.rpps", "recipients.1.mss", "recipients.2.family_name",
    }  # fmt: skip
    empty = EntretienPart("Asthme", (SectionPart("Suite", " "),))
    assert subjects(desk, desk.draft(part=empty)) == {"part.sections": Severity.ERROR}
    half = EntretienPart("Asthme", (SectionPart("Suite", "Oui."), SectionPart("Vide", "")))
    assert subjects(desk, desk.draft(part=half)) == {"part.sections.1": Severity.WARNING}
    nothing = subjects(desk, desk.draft(DocumentKind.BILAN, part=BilanPart()))
    assert nothing == {"part.treatments": Severity.ERROR}


def test_an_unknown_file_and_a_kind_that_is_not_its_part_write_nothing(desk: CareDesk) -> None:
    assert codes(desk.care.record(desk.draft(patient_id=4711), desk.holder)) == {"GAL-SOI-01"}
    assert desk.care.kept(desk.holder) == []
    with pytest.raises(TypeError):
        desk.care.check(desk.draft(DocumentKind.BILAN, part=VACCINE), desk.holder)


@pytest.mark.req("SC.DOC.02")
def test_a_document_that_the_official_rules_refuse_is_not_recorded_and_its_draft_is_kept(desk: CareDesk) -> None:
    desk.judge.refuse()
    draft = desk.draft()
    assert codes(desk.care.record(draft, desk.holder)) == {"GAL-DOC-52"}
    assert desk.care.of(desk.qualified, desk.holder) == []
    assert desk.blobs.sizes() == {}
    (kept,) = desk.care.kept(desk.holder)
    assert kept.draft == draft
    assert [finding.code for finding in kept.findings] == ["GAL-DOC-52"]
    desk.judge.verdict = replace(desk.judge.verdict, findings=())
    done(desk.care.record(kept.draft, desk.holder))
    assert desk.care.kept(desk.holder) == []


def test_a_document_that_is_recorded_twice_is_one(desk: CareDesk) -> None:
    draft = desk.draft(DocumentKind.VACCINATION)
    first = done(desk.care.record(draft, desk.holder))
    assert done(desk.care.record(draft, desk.holder)) == first
    assert len(desk.traces("care.record")) == 1
    other = replace(draft, part=replace(VACCINE, site="RD"))
    assert done(desk.care.record(other, desk.holder)).id != first.id
    done(desk.care.delete(first.id, "Erreur", desk.holder))
    assert done(desk.care.record(draft, desk.holder)).id != first.id


def test_a_disk_that_is_full_leaves_no_row(desk: CareDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.care, "_blobs", FullDisk())
    with pytest.raises(EnvironmentFailure):
        desk.care.record(desk.draft(), desk.holder)
    assert desk.care.recent(desk.holder) == []


# --- Who writes -------------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-04")
def test_a_preparateur_writes_under_a_pharmacist_who_answers_for_it(desk: CareDesk) -> None:
    sophie = desk.member(Role.TECHNICIAN, "89970001031")
    draft = desk.draft(DocumentKind.VACCINATION)
    assert codes(desk.care.record(draft, sophie)) == {"GAL-SOI-03"}
    assert codes(desk.care.record(replace(draft, supervisor_id=sophie.staff_id), sophie)) == {"GAL-SOI-04"}
    document = done(desk.care.record(replace(draft, supervisor_id=desk.holder.staff_id), sophie))
    assert (document.author_name, document.supervisor_name) == (sophie.name, desk.holder.name)
    told = desk.cda(document).decode()
    author, authenticator = told.index("<author "), told.index("<legalAuthenticator>")
    assert author < told.index("889970001031") < authenticator < told.index("889970001007", authenticator)
    assert "Validé par" in desk.pdf_text(document)


def test_a_preparateur_without_rpps_is_told_who_notes_it(desk: CareDesk) -> None:
    karim = desk.member(Role.TECHNICIAN)
    found = desk.care.check(desk.draft(supervisor_id=desk.holder.staff_id), karim)
    assert [(one.code, one.subject) for one in found] == [("GAL-SOI-25", "author.rpps")]


def test_a_pharmacist_answers_for_his_own_document_whoever_was_named(desk: CareDesk) -> None:
    thomas = desk.member(Role.ASSISTANT, "89970001015")
    document = done(desk.care.record(desk.draft(supervisor_id=desk.holder.staff_id), thomas))
    assert (document.author_name, document.supervisor_name) == (thomas.name, "")


@pytest.mark.req("INS-04")
@pytest.mark.parametrize("role", [Role.STUDENT, Role.STOCK, Role.SUPPORT])
def test_no_one_else_writes_and_nothing_of_theirs_is_kept(desk: CareDesk, role: Role) -> None:
    member = desk.member(role)
    assert codes(desk.care.record(desk.draft(), member)) == {"GAL-PER-01"}
    with pytest.raises(InputDefect):
        desk.care.kept(member)


def test_galien_itself_signs_no_document(desk: CareDesk) -> None:
    from care_desk import GALIEN  # noqa: PLC0415 -- named here only

    assert codes(desk.care.record(desk.draft(), GALIEN)) == {"GAL-SOI-02"}


# --- Replacing --------------------------------------------------------------------------------------------------------


@pytest.mark.req("LGO.MSS.15")
@pytest.mark.parametrize("kind", KINDS)
def test_a_replacement_is_the_next_version_of_the_same_set(desk: CareDesk, kind: DocumentKind) -> None:
    first = desk.written(kind)
    draft = desk.care.again(first.id, desk.holder)
    assert (draft.part, draft.recipients, draft.replaces) == (desk.draft(kind).part, (DOCTOR,), first.id)
    assert codes(desk.care.record(draft, desk.holder)) == {"GAL-SOI-12"}
    second = done(desk.care.record(replace(draft, reason="Lot mal recopié"), desk.holder))
    assert (second.set_id, second.version, second.replaces) == (first.set_id, 2, first.id)
    assert second.document_id != first.document_id
    newest, oldest = desk.care.of(desk.qualified, desk.holder)
    assert (newest.state, oldest.state, oldest.replaced_by) == (
        DocumentState.VALID,
        DocumentState.REPLACED,
        second.id,
    )
    cda = desk.cda(second).decode()
    assert 'relatedDocument typeCode="RPLC"' in cda
    assert first.document_id in cda
    assert "Annule et remplace" in desk.pdf_text(second)
    (trace,) = desk.traces("care.replace")
    assert json.loads(trace.details)["reason"] == "Lot mal recopié"


def test_a_document_is_replaced_once_and_who_comes_second_is_told(desk: CareDesk) -> None:
    first = desk.written()
    draft = replace(desk.care.again(first.id, desk.holder), reason="Erreur")
    done(desk.care.record(draft, desk.holder))
    other = replace(draft, reason="Autre erreur")
    assert codes(desk.care.record(other, desk.holder)) == {"GAL-SOI-13"}
    with pytest.raises(InputDefect, match="déjà été remplacé"):
        desk.care.again(first.id, desk.holder)


def at_two_workstations(desk: CareDesk, *wanted: CareDraft) -> list[object]:
    """Record drafts by two programs at once, each document being made and judged before either is written."""
    barrier = threading.Barrier(len(wanted))

    class Slow:
        """A judge that waits for the other one."""

        def check(self, cda: bytes) -> object:
            barrier.wait(20)
            return desk.judge.check(cda)

    def record(draft: CareDraft) -> object:
        care = desk.service()
        care._judge = Slow()  # type: ignore[assignment]
        return care.record(draft, desk.holder)

    with ThreadPoolExecutor(len(wanted)) as hands:
        return list(hands.map(record, wanted, timeout=60))


def test_two_workstations_that_replace_at_the_same_moment_make_one_version(desk: CareDesk) -> None:
    first = desk.written()
    wanted = [replace(desk.care.again(first.id, desk.holder), reason=reason) for reason in ("Lot", "Dose")]
    outcomes = at_two_workstations(desk, *wanted)
    assert sorted(type(one).__name__ for one in outcomes) == ["Done", "Refused"]
    refused = next(one for one in outcomes if isinstance(one, Refused))
    assert codes(refused) == {"GAL-SOI-13"}
    assert [one.version for one in desk.care.of(desk.qualified, desk.holder)] == [2, 1]
    (kept,) = desk.care.kept(desk.holder)
    assert kept.draft == wanted[outcomes.index(refused)]


def test_two_workstations_that_record_one_draft_at_the_same_moment_write_it_once(desk: CareDesk) -> None:
    first, second = at_two_workstations(desk, desk.draft(), desk.draft())
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.value == second.value
    assert len(desk.care.of(desk.qualified, desk.holder)) == 1
    assert len(desk.traces("care.record")) == 1


def test_a_correction_that_is_recorded_twice_is_one_version_and_leaves_no_draft(desk: CareDesk) -> None:
    first = desk.written()
    draft = replace(desk.care.again(first.id, desk.holder), reason="Erreur")
    made = desk.care.record(draft, desk.holder)
    desk.care.keep(draft, desk.holder)
    again = desk.care.record(draft, desk.holder)
    assert isinstance(made, Done)
    assert isinstance(again, Done)
    assert made.value == again.value
    assert desk.care.kept(desk.holder) == []
    assert [one.version for one in desk.care.of(desk.qualified, desk.holder)] == [2, 1]


def test_a_replacement_stays_of_the_same_patient_and_of_the_same_nature(desk: CareDesk) -> None:
    first = desk.written()
    other = desk.file(IdentityStatus.PROVISIONAL, family_name="AUTRE")
    wrong = desk.draft(patient_id=other, replaces=first.id, reason="Erreur")
    assert codes(desk.care.record(wrong, desk.holder)) == {"GAL-SOI-14"}
    wrong = desk.draft(DocumentKind.BILAN, replaces=first.id, reason="Erreur")
    assert codes(desk.care.record(wrong, desk.holder)) == {"GAL-SOI-14"}
    assert codes(desk.care.record(desk.draft(replaces=4711, reason="Erreur"), desk.holder)) == {"GAL-SOI-11"}


# --- Deleting ---------------------------------------------------------------------------------------------------------


@pytest.mark.req("SC.MSS.16.LGO")
def test_a_deletion_has_a_reason_and_takes_no_octet_away(desk: CareDesk) -> None:
    document = desk.written()
    octets = desk.cda(document)
    assert codes(desk.care.delete(document.id, " ", desk.holder)) == {"GAL-SOI-15"}
    assert codes(desk.care.delete(document.id, "x" * 201, desk.holder)) == {"GAL-SOI-15"}
    deleted = done(desk.care.delete(document.id, "Mauvais patient", desk.holder))
    assert (deleted.state, deleted.deletion) == (DocumentState.DELETED, "Mauvais patient")
    assert desk.care.of(desk.qualified, desk.holder) == [deleted]
    assert desk.cda(deleted) == octets
    assert "SUPPRIMÉ" in desk.care.shown(document.id, desk.holder).subtitle
    assert codes(desk.care.delete(document.id, "Encore", desk.holder)) == {"GAL-SOI-13"}
    draft = desk.draft(replaces=document.id, reason="Erreur")
    assert codes(desk.care.record(draft, desk.holder)) == {"GAL-SOI-13"}
    (trace,) = desk.traces("care.delete")
    assert json.loads(trace.details) == {"reason": "Mauvais patient"}


def test_only_a_pharmacist_deletes(desk: CareDesk) -> None:
    document = desk.written()
    sophie = desk.member(Role.TECHNICIAN, "89970001031")
    assert codes(desk.care.delete(document.id, "Erreur", sophie)) == {"GAL-PER-01"}
    assert codes(desk.care.delete(4711, "Erreur", desk.holder)) == {"GAL-SOI-11"}


@pytest.mark.parametrize("table", ["care_document", "care_deletion"])
def test_what_was_written_is_changed_by_nobody(desk: CareDesk, table: str) -> None:
    document = desk.written()
    done(desk.care.delete(document.id, "Erreur", desk.holder))
    column = "title" if table == "care_document" else "reason"
    for statement in (f"UPDATE {table} SET {column} = ''", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"), desk.db.engine.begin() as connection:
            connection.execute(text(statement))


# --- Reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-04")
def test_each_reading_is_traced_and_a_paper_with_the_ins_twice(desk: CareDesk) -> None:
    document = desk.written()
    shown = desk.care.shown(document.id, desk.holder)
    assert shown.pages is not None
    assert shown.banner == "SIMULATION"
    desk.care.write_pdf(document.id, desk.holder)
    assert [len(desk.traces(action)) for action in ("care.read", "care.print", "ins.print")] == [1, 1, 1]
    opened = desk.traces("patient.open")
    assert [one.patient_id for one in opened] == [desk.qualified]
    desk.care.of(desk.qualified, desk.holder)
    assert len(desk.traces("patient.open")) == 1


@pytest.mark.req("INS-04")
def test_who_may_not_read_files_reads_no_document_and_the_attempt_is_traced(desk: CareDesk) -> None:
    document, paul = desk.written(), desk.member(Role.SUPPORT)
    with pytest.raises(InputDefect, match="rôle"):
        desk.care.of(desk.qualified, paul)
    assert desk.traces("patient.open")[-1].result == "refused"
    for reading in (desk.care.shown, desk.care.write_pdf, desk.care.get, desk.care.write_cda):
        with pytest.raises(InputDefect, match="rôle"):
            reading(document.id, paul)
    assert desk.traces("care.read") == []


def test_a_preview_shows_the_pages_and_writes_nothing(desk: CareDesk) -> None:
    shown = desk.care.preview(desk.draft(DocumentKind.VACCINATION), desk.holder)
    assert shown.pages is not None
    assert shown.pages.count == 1
    assert shown.has_text
    assert "Aperçu" in shown.subtitle
    with desk.db.read() as session:
        assert session.scalars(select(CareDocumentRow)).all() == []
    assert desk.blobs.sizes() == {}
    with pytest.raises(InputDefect, match="lot"):
        desk.care.preview(desk.draft(DocumentKind.VACCINATION, part=replace(VACCINE, lot="")), desk.holder)


def test_octets_that_are_missing_or_altered_are_named_and_never_shown(desk: CareDesk) -> None:
    document = desk.written()
    with desk.db.read() as session:
        row = session.get_one(CareDocumentRow, document.id)
        assert verify(session, desk.blobs).bad == ()
    desk.lose(row.pdf_sha256)
    desk.spoil(row.cda_sha256)
    with desk.db.read() as session:
        report = verify(session, desk.blobs)
    assert {(bad.id, bad.sha256, bad.damaged) for bad in report.bad} == {
        (document.id, row.pdf_sha256, False),
        (document.id, row.cda_sha256, True),
    }
    with pytest.raises(FileUnusable):
        desk.care.shown(document.id, desk.holder)
    assert desk.traces("care.read") == []


def test_the_octets_of_documents_are_no_orphans(desk: CareDesk) -> None:
    desk.written()
    desk.blobs.put(b"nobody's")
    with desk.db.read() as session:
        documents = verify(session, desk.blobs)
        assert (documents.kept, len(documents.hashes)) == (1, 2)
        assert verify_copies(session, desk.blobs, documents.hashes).orphans == 1


# --- Drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_is_set_down_as_it_is_and_found_by_its_operator_alone(desk: CareDesk) -> None:
    thomas = desk.member(Role.ASSISTANT, "89970001015")
    half = desk.draft(DocumentKind.VACCINATION, part=VaccinationPart(lot="A1"), supervisor_id=None)
    first = desk.care.keep(half, desk.holder)
    again = desk.care.keep(replace(half, part=VaccinationPart(lot="A2", expiry=dt.date(2027, 1, 31))), desk.holder)
    assert again.id == first.id
    other = desk.care.keep(desk.draft(), desk.holder)
    desk.care.keep(half, thomas)
    assert {one.id for one in desk.care.kept(desk.holder)} == {again.id, other.id}
    assert desk.care.kept(desk.holder, DocumentKind.VACCINATION, desk.qualified) == [again]
    desk.care.drop(again.id, thomas)
    assert len(desk.care.kept(desk.holder)) == 2
    desk.care.drop(again.id, desk.holder)
    assert desk.care.kept(desk.holder) == [other]
    with pytest.raises(InputDefect):
        desk.care.keep(desk.draft(patient_id=4711), desk.holder)


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_comes_back_as_it_was(desk: CareDesk, kind: DocumentKind) -> None:
    draft = desk.draft(kind, reason="é", to_patient=True, supervisor_id=desk.holder.staff_id)
    desk.care.keep(draft, desk.holder)
    assert desk.care.kept(desk.holder)[0].draft == draft


# --- Beginning --------------------------------------------------------------------------------------------------------


def deliver(desk: CareDesk, number: int, day: dt.date, lines: list[tuple[str, str, str]], state: str = "done") -> None:
    """Write a delivery of the doctor's ordonnance: codes, labels, posologies."""
    zero = dict.fromkeys(("amount", "amo", "amc", "patient_share", "excess", "reimbursed", "franchise"), _money())
    row = {
        "number": number, "session_id": str(number), "at": dt.datetime.combine(day, dt.time(9), dt.UTC), "day": day,
        "station": "1", "operator_id": None, "operator_name": "", "patient_id": desk.qualified, "patient_name": "",
        "prescriber_id": desk.doctor.id, "prescriber_name": "", "prescription_kind": "ordinary", "third_party": True,
        "state": state,
    }  # fmt: skip
    with desk.db.write(desk.holder) as work:
        work.session.execute(insert(DeliveryRow), [row | zero])
        work.session.execute(
            insert(DeliveryLineRow),
            [
                {"delivery_number": number, "rank": rank, "code": code, "label": label, "quantity": 1,
                 "unit_price": _money(), "forced_stock": False, "author_name": "", "note": "", "posology": posology}
                for rank, (code, label, posology) in enumerate(lines)
            ],
        )  # fmt: skip


def _money() -> object:
    from app.kernel.money import ZERO  # noqa: PLC0415 -- named here only

    return ZERO


def test_a_bilan_begins_with_what_was_received_in_a_year_each_medicine_once(desk: CareDesk) -> None:
    siblings = [one for one in desk.catalog.search("doliprane 1000", 20) if one.cis is not None]
    same = [one for one in siblings if one.cis == desk.catalog.by_code(DOLIPRANE).cis]  # type: ignore[union-attr]
    other_box = same[-1].code
    deliver(desk, 1, dt.date(2025, 10, 1), [("3400930162408", "TROP ANCIEN", "")])
    deliver(desk, 2, dt.date(2026, 9, 1), [(DOLIPRANE, "DOLIPRANE", "1 matin et soir")])
    deliver(desk, 3, dt.date(2026, 10, 1), [(other_box, "DOLIPRANE", ""), ("2500000000000", "SORTI DU MARCHÉ", "")])
    deliver(desk, 4, dt.date(2026, 10, 2), [("3400933323523", "REPRIS", "")], state="cancelled")
    draft = desk.care.begin(DocumentKind.BILAN, desk.qualified, desk.holder)
    assert isinstance(draft.part, BilanPart)
    first, second = draft.part.treatments
    assert first.name.startswith("DOLIPRANE 1000")
    assert first.frequency == "1 matin et soir"
    assert first.observation.replace("\xa0", " ") == "Délivré 2 fois, la dernière le 01/10/2026"
    assert second.name == "SORTI DU MARCHÉ"
    (recipient,) = draft.recipients
    assert (recipient.prescriber_id, recipient.rpps, recipient.mss) == (desk.doctor.id, DOCTOR.rpps, DOCTOR.mss)
    assert draft.performed_at == desk.db.clock.now().replace(second=0, microsecond=0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_history_begins_empty(desk: CareDesk, kind: DocumentKind) -> None:
    draft = desk.care.begin(kind, desk.qualified, desk.holder)
    assert (draft.kind, draft.recipients) == (kind, ())
    with pytest.raises(InputDefect):
        desk.care.begin(kind, 4711, desk.holder)


def test_the_choices_are_those_of_the_volet_in_french(desk: CareDesk) -> None:
    choices = desk.care.choices()
    assert {one.code: one.label for one in choices.routes}["IM"] == "Injection intramusculaire"
    assert {one.code: one.label for one in choices.sites}["LD"] == "Deltoïde gauche"
    assert [one.code for one in choices.acts] == ["IMMUNIZ", "INITIMMUNIZ", "BOOSTER"]
    themes = desk.care.themes()
    assert themes[-1].title == "Autre"
    assert all(theme.sections for theme in themes)
    assert len({theme.title for theme in themes}) == len(themes)


# --- The box ----------------------------------------------------------------------------------------------------------


def scanned(desk: CareDesk, code: str) -> object:
    draft = desk.draft(DocumentKind.VACCINATION, part=VaccinationPart(act="BOOSTER"))
    return desk.care.from_box(draft, code, desk.holder)


@pytest.mark.req("SC.ERGO.04")
def test_the_box_of_a_vaccine_fills_product_lot_expiry_route_dose_and_manufacturer(desk: CareDesk) -> None:
    outcome = scanned(desk, f"010{BOOSTRIX}1727123110AC39B012\x1d21SERIE1")
    assert isinstance(outcome, Done)
    part = outcome.value.part
    assert part.name.startswith("BOOSTRIXTETRA")
    assert (part.cip13, part.lot, part.expiry) == (BOOSTRIX, "AC39B012", dt.date(2027, 12, 31))
    assert (part.route, part.dose, part.manufacturer, part.atc) == ("IM", "0,5 mL", "GLAXOSMITHKLINE", "J07CA02")
    assert (part.act, part.site) == ("BOOSTER", "")


def test_a_cip_gives_the_product_and_leaves_the_lot_that_was_typed(desk: CareDesk) -> None:
    draft = desk.draft(DocumentKind.VACCINATION, part=VaccinationPart(lot="B2", route="SQ"))
    outcome = desk.care.from_box(draft, BOOSTRIX, desk.holder)
    assert isinstance(outcome, Done)
    assert (outcome.value.part.lot, outcome.value.part.route) == ("B2", "SQ")  # type: ignore[union-attr]


def test_the_box_of_another_vaccine_takes_nothing_of_the_first(desk: CareDesk) -> None:
    other = next(one for one in desk.catalog.search("prevenar 20", 5))
    draft = desk.draft(DocumentKind.VACCINATION)
    outcome = desk.care.from_box(draft, other.code, desk.holder)
    assert isinstance(outcome, Done)
    assert (outcome.value.part.cip13, outcome.value.part.lot) == (other.code, "")  # type: ignore[union-attr]


def test_a_medicine_that_is_no_vaccine_is_refused_and_named(desk: CareDesk) -> None:
    outcome = scanned(desk, DOLIPRANE)
    assert isinstance(outcome, Refused)
    assert outcome.findings[0].code == "GAL-SOI-16"
    assert "DOLIPRANE" in outcome.findings[0].text


def test_a_code_unknown_to_the_catalogue_gives_its_lot_and_asks_for_the_name(desk: CareDesk) -> None:
    outcome = scanned(desk, "01034009300000071727123110X1")
    assert isinstance(outcome, Done)
    assert (outcome.value.part.cip13, outcome.value.part.lot) == ("3400930000007", "X1")
    assert outcome.findings[-1].subject == "part.name"


@pytest.mark.parametrize("code", ["n’importe quoi", "", "0103400936773876", "GAL-S-CLAIRE4"])
def test_what_is_no_box_is_refused(desk: CareDesk, code: str) -> None:
    assert isinstance(scanned(desk, code), Refused)


def test_a_box_is_scanned_in_a_vaccination_only(desk: CareDesk) -> None:
    assert codes(desk.care.from_box(desk.draft(part=ENTRETIEN), BOOSTRIX, desk.holder)) == {"GAL-SOI-17"}


# --- Several files of one person --------------------------------------------------------------------------------------


def test_documents_follow_a_file_that_is_merged_into_another(desk: CareDesk) -> None:
    absorbed = desk.file(IdentityStatus.PROVISIONAL, family_name="ESSAI")
    document: WrittenDocument = desk.written(patient_id=absorbed)
    with desk.db.engine.begin() as connection:
        connection.execute(text(f"UPDATE patient SET merged_into = {desk.qualified} WHERE id = {absorbed}"))
    assert [one.id for one in desk.care.of(desk.qualified, desk.holder)] == [document.id]
    draft = desk.care.again(document.id, desk.holder)
    assert draft.patient_id == desk.qualified
    second = done(desk.care.record(replace(draft, reason="Dossiers fusionnés"), desk.holder))
    assert (second.patient_id, second.version, second.carries_ins) == (desk.qualified, 2, True)


def test_drafts_of_two_files_that_are_merged_stay_two(desk: CareDesk) -> None:
    absorbed = desk.file(IdentityStatus.PROVISIONAL, family_name="ESSAI")
    begun = desk.care.keep(desk.draft(patient_id=absorbed), desk.holder)
    other = desk.care.keep(desk.draft(), desk.holder)
    with desk.db.engine.begin() as connection:
        connection.execute(text(f"UPDATE patient SET merged_into = {desk.qualified} WHERE id = {absorbed}"))
    longer = replace(begun.draft, part=replace(begun.draft.part, theme="Anticoagulants oraux"))
    assert desk.care.keep(longer, desk.holder).id == begun.id
    assert {one.id for one in desk.care.kept(desk.holder, patient_id=desk.qualified)} == {begun.id, other.id}
    document = done(desk.care.record(longer, desk.holder))
    assert document.patient_id == desk.qualified
    assert [one.id for one in desk.care.kept(desk.holder)] == [other.id]


def test_the_audit_of_a_document_is_in_its_transaction(desk: CareDesk) -> None:
    desk.written()
    with desk.db.read() as session:
        last = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
    assert last is not None
    assert last.action == "care.record"


# --- The rules of the ANS ---------------------------------------------------------------------------------------------


@pytest.mark.req("SC.DOC.02")
@pytest.mark.req("SC.DOC.06.LGO")
def test_all_that_is_written_passes_the_rules_of_the_ans(
    sqlite_database: Database, tmp_path: Path, cda_validator: Validator
) -> None:
    """Each kind, of a qualified identity and of another, by a pharmacist and by a préparateur, first and replaced."""
    desk = CareDesk(sqlite_database, tmp_path)
    other = desk.file(IdentityStatus.PROVISIONAL, family_name="D'ESSAI", birth_names="", birth_place="99999")
    sophie = desk.member(Role.TECHNICIAN, "89970001031")
    for kind in KINDS:
        for patient_id in (desk.qualified, other):
            draft = desk.draft(kind, patient_id=patient_id, supervisor_id=desk.holder.staff_id, to_patient=True)
            first = done(desk.care.record(draft, sophie))
            again = replace(desk.care.again(first.id, desk.holder), reason="Erreur", recipients=())
            second = done(desk.care.record(again, desk.holder))
            for document in (first, second):
                found = whole.check(desk.cda(document), cda_validator)
                assert not is_refused(found), (kind, document.version, found)
