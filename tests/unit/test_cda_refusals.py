"""Is each fault of a document said before it is written, and only what is false, unsafe or unsendable refused?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from app.docs.cda.check_document import check_document
from app.docs.clinical import Bilan, DocumentKey, Entretien, Kind, Recipient, TextSection, Treatment, Vaccine
from app.kernel.outcome import Severity
from tests import clinical_people as people
from tests.unit.test_cda_header import ANNE, DOCTOR, RUTH, written
from tests.unit.test_cda_vaccination import VACCINE

if TYPE_CHECKING:
    from app.docs.clinical import Document

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
PATIENT = replace(RUTH, status="validee")


def said(document: Document, **judged: bool) -> set[tuple[str, Severity, str]]:
    return {(one.code, one.severity, one.subject) for one in check_document(document, **judged)}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_document_that_is_right_has_nothing_said_of_it(kind: Kind) -> None:
    contents = {
        Kind.VACCINATION: VACCINE,
        Kind.ENTRETIEN: Entretien("AVK", (TextSection("Observance", "Bonne."),)),
        Kind.BILAN: Bilan((Treatment("METFORMINE"),), "Rien.", "Rien.", "Dans un an."),
    }
    assert check_document(written(kind, content=contents[kind])) == []


def test_no_document_of_the_generator_is_refused() -> None:
    refused = [rank for rank in range(300) for one in check_document(people.document(rank)) if one.severity is ERROR]
    assert refused == []


@pytest.mark.req("OFF-DOC-03")
@pytest.mark.parametrize(
    ("changes", "code", "severity", "subject"),
    [
        ({"matricule": ""}, "GAL-DOC-14", ERROR, "patient"),
        ({"oid": ""}, "GAL-DOC-14", ERROR, "patient"),
        ({"birth_names": ""}, "GAL-DOC-14", ERROR, "patient"),
        ({"birth_date": ""}, "GAL-DOC-14", ERROR, "patient"),
        ({"birth_place": ""}, "GAL-DOC-14", ERROR, "patient"),
        ({"sex": ""}, "GAL-DOC-14", ERROR, "patient"),
        ({"sex": "I"}, "GAL-DOC-14", ERROR, "patient"),
        ({"matricule": "277076322082911"}, "GAL-DOC-15", ERROR, "matricule"),
        ({"matricule": "2770763220829"}, "GAL-DOC-15", ERROR, "matricule"),
        ({"oid": "1.2.250.1.213.1.4.7"}, "GAL-DOC-15", ERROR, "oid"),
        ({"family_name": "Nessié"}, "GAL-DOC-18", ERROR, "family_name"),
        ({"birth_names": "RUTH, ISA"}, "GAL-DOC-18", ERROR, "birth_names"),
        ({"used_name": "Nessié"}, "GAL-DOC-18", WARNING, "used_name"),
        ({"first_name": "ISABELLE"}, "GAL-DOC-18", WARNING, "first_name"),
        ({"family_name": "N" * 101}, "GAL-DOC-17", ERROR, "family_name"),
        ({"birth_names": "RUTH " + "N" * 100}, "GAL-DOC-17", ERROR, "birth_names"),
        ({"used_name": "N" * 101}, "GAL-DOC-17", ERROR, "used_name"),
        ({"family_name": ""}, "GAL-DOC-16", ERROR, "family_name"),
        ({"first_name": " "}, "GAL-DOC-16", ERROR, "first_name"),
        ({"birth_place": "PARIS"}, "GAL-DOC-16", ERROR, "birth_place"),
        ({"sex": "X"}, "GAL-DOC-16", ERROR, "sex"),
        ({"birth_date": "1977-02-30"}, "GAL-DOC-19", ERROR, "birth_date"),
        ({"birth_date": "14/07/1977"}, "GAL-DOC-19", ERROR, "birth_date"),
        ({"birth_date": "2030-01-01"}, "GAL-DOC-19", ERROR, "birth_date"),
        ({"birth_date": "1977-00-14"}, "GAL-DOC-19", ERROR, "birth_date"),
        ({"birth_date": "1850-01-01"}, "GAL-DOC-19", WARNING, "birth_date"),
        ({"birth_date": "1977-00-00"}, "GAL-DOC-19", WARNING, "birth_date"),
        ({"phone": "liste rouge"}, "GAL-DOC-32", WARNING, "phone"),
        ({"used_name": "A\x00B"}, "GAL-DOC-12", ERROR, "subject.used_name"),
        ({"used_name": "A\ud800"}, "GAL-DOC-12", ERROR, "subject.used_name"),
    ],
)  # fmt: skip
def test_a_qualified_identity_is_whole_or_nothing_is_written(
    changes: dict[str, Any], code: str, severity: Severity, subject: str
) -> None:
    assert (code, severity, subject) in said(written(Kind.VACCINATION, subject=replace(RUTH, **changes)))


@pytest.mark.req("OFF-DOC-03")
def test_a_test_identity_is_refused_in_production_only() -> None:
    document = written(Kind.BILAN)
    assert ("GAL-DOC-15", ERROR, "oid") in said(document, production=True)
    assert "GAL-DOC-15" not in {code for code, _, _ in said(document)}


@pytest.mark.req("INS-28")
@pytest.mark.parametrize("status", ["provisoire", "recuperee", "validee"])
def test_an_identity_that_is_not_qualified_passes_without_its_ins(status: str) -> None:
    document = written(Kind.VACCINATION, subject=replace(RUTH, status=status), content=VACCINE)
    assert said(document) == {("GAL-DOC-31", INFO, "status")}
    sparse = replace(document, subject=replace(document.subject, birth_date="", sex="", birth_names="", birth_place=""))
    assert {("GAL-DOC-16", WARNING, "birth_date"), ("GAL-DOC-16", WARNING, "sex")} <= said(sparse)
    assert ERROR not in {severity for _, severity, _ in said(sparse)}


@pytest.mark.req("INS-28")
@pytest.mark.parametrize(
    "words",
    [
        f"NIR {RUTH.matricule}", "2 77 07 63 220 829 10", "2-77-07-63-220-829-10", "n°277076322082910.",
        "sans clé 2770763220829", "autre personne : 1 60 01 2B 020 777 13",
    ],
)  # fmt: skip
def test_a_matricule_typed_among_the_words_is_refused(words: str) -> None:
    document = written(Kind.VACCINATION, subject=PATIENT, content=replace(VACCINE, reason=words))
    assert ("GAL-DOC-31", ERROR, "content.reason") in said(document)
    assert ERROR not in {severity for _, severity, _ in said(replace(document, subject=RUTH))}


@pytest.mark.req("INS-28")
def test_a_local_number_that_is_the_matricule_is_refused() -> None:
    document = written(Kind.BILAN, subject=replace(PATIENT, local_id=RUTH.matricule))
    assert ("GAL-DOC-31", ERROR, "subject.local_id") in said(document)
    assert ("GAL-DOC-14", ERROR, "local_id") in said(replace(document, subject=replace(PATIENT, local_id="")))


@pytest.mark.parametrize(
    ("changes", "code", "severity", "subject"),
    [
        ({"author": replace(ANNE, rpps="10001234567")}, "GAL-DOC-20", ERROR, "author.rpps"),
        ({"author": replace(ANNE, rpps="123")}, "GAL-DOC-20", ERROR, "author.rpps"),
        ({"author": replace(ANNE, family_name="")}, "GAL-DOC-20", ERROR, "author.family_name"),
        ({"author": replace(ANNE, profession="10")}, "GAL-DOC-21", ERROR, "author.profession"),
        ({"author": replace(ANNE, section="ZZ")}, "GAL-DOC-21", ERROR, "author.profession"),
        ({"author": replace(ANNE, profession="39", section="")}, "GAL-DOC-21", ERROR, "authenticator"),
        ({"author": replace(ANNE, title="ROI")}, "GAL-DOC-21", WARNING, "author.title"),
        ({"authenticator": replace(ANNE, rpps="")}, "GAL-DOC-20", ERROR, "authenticator.rpps"),
        ({"recipients": (Recipient("", "Luc"),)}, "GAL-DOC-23", ERROR, "recipients[0]"),
        ({"recipients": (DOCTOR, replace(DOCTOR, rpps="1"))}, "GAL-DOC-23", WARNING, "recipients[1]"),
        ({"recipients": (DOCTOR, DOCTOR)}, "GAL-DOC-23", WARNING, "recipients[1]"),
        ({"recipients": (replace(DOCTOR, mss="luc.martin"),)}, "GAL-DOC-24", ERROR, "recipients[0]"),
        ({"recipients": (replace(DOCTOR, mss="a@b.fr, c@d.fr"),)}, "GAL-DOC-24", ERROR, "recipients[0]"),
        ({"created_at": people.NOW - dt.timedelta(days=9_000)}, "GAL-DOC-25", ERROR, "performed_at"),
        ({"key": DocumentKey("1.2.x", "2.25.2")}, "GAL-DOC-30", ERROR, "key.id"),
        ({"key": DocumentKey("2.25.1", "2.25." + "9" * 60)}, "GAL-DOC-30", ERROR, "key.set_id"),
        ({"key": DocumentKey("2.25.1", "2.25.2", 2)}, "GAL-DOC-30", ERROR, "key.version"),
        ({"key": DocumentKey("2.25.1", "2.25.2", 1, "2.25.3")}, "GAL-DOC-30", ERROR, "key.version"),
        ({"key": DocumentKey("2.25.1", "2.25.2", 2, "2.25.1")}, "GAL-DOC-30", ERROR, "key.version"),
        ({"key": DocumentKey("2.25.1", "2.25.2", 0)}, "GAL-DOC-30", ERROR, "key.version"),
    ],
)  # fmt: skip
@pytest.mark.req("SC.DOC.04")
def test_who_signs_who_receives_and_when(changes: dict[str, Any], code: str, severity: Severity, subject: str) -> None:
    assert (code, severity, subject) in said(written(Kind.ENTRETIEN, **changes))


@pytest.mark.parametrize(
    ("changes", "severity", "subject"),
    [
        ({"finess": "75001234"}, ERROR, "officine.finess"),
        ({"finess": "F50012346"}, ERROR, "officine.finess"),
        ({"finess": "750012347"}, WARNING, "officine.finess"),
        ({"name": ""}, ERROR, "officine.name"),
    ],
)  # fmt: skip
def test_the_officine(changes: dict[str, Any], severity: Severity, subject: str) -> None:
    document = written(Kind.BILAN)
    assert ("GAL-DOC-22", severity, subject) in said(replace(document, officine=replace(document.officine, **changes)))


@pytest.mark.parametrize("finess", ["2A0000014", "0B0216675"])
def test_a_finess_with_a_letter_passes(finess: str) -> None:
    document = written(Kind.BILAN)
    found = said(replace(document, officine=replace(document.officine, finess=finess)))
    assert "GAL-DOC-22" not in {code for code, _, _ in found}


@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.parametrize(
    ("changes", "code", "severity"),
    [
        ({"name": ""}, "GAL-DOC-26", ERROR), ({"route": "XX"}, "GAL-DOC-27", ERROR),
        ({"site": "NEZ"}, "GAL-DOC-27", ERROR),
        ({"act": ""}, "GAL-DOC-27", ERROR), ({"dose_number": 0}, "GAL-DOC-27", ERROR),
        ({"dose_number": 40}, "GAL-DOC-27", WARNING),
        ({"dose_number": 100}, "GAL-DOC-27", ERROR), ({"dose": "0 mL"}, "GAL-DOC-27", ERROR),
        ({"dose": "une goutte"}, "GAL-DOC-27", INFO), ({"lot": ""}, "GAL-DOC-28", WARNING),
        ({"lot": "L" * 21}, "GAL-DOC-28", ERROR), ({"expiry": "2027-02-30"}, "GAL-DOC-28", ERROR),
        ({"expiry": "31/05/2027"}, "GAL-DOC-28", ERROR), ({"expiry": "9999-13"}, "GAL-DOC-28", ERROR),
        ({"expiry": "2001-05-31"}, "GAL-DOC-28", WARNING), ({"expiry": "2099-05-31"}, "GAL-DOC-28", WARNING),
        ({"cip13": "3400935166907"}, "GAL-DOC-29", WARNING), ({"known": False}, "GAL-DOC-29", INFO),
        ({"cis": "123"}, "GAL-DOC-29", ERROR), ({"atc": "J07 B"}, "GAL-DOC-29", ERROR),
    ],
)  # fmt: skip
def test_a_vaccine(changes: dict[str, Any], code: str, severity: Severity) -> None:
    found = said(written(Kind.VACCINATION, content=replace(VACCINE, **changes)))
    assert (code, severity) in {(one, level) for one, level, _ in found}


def test_a_vaccine_is_good_to_the_last_day_of_its_month() -> None:
    document = written(Kind.VACCINATION, content=replace(VACCINE, expiry="2026-02"), created_at=people.NOW)
    last = dt.datetime(2026, 2, 28, 12, tzinfo=dt.UTC)
    assert said(replace(document, performed_at=last)) == set()
    late = said(replace(document, performed_at=last + dt.timedelta(days=1)))
    assert ("GAL-DOC-28", WARNING, "vaccine.expiry") in late


@pytest.mark.req("SC.DOC.01")
@pytest.mark.parametrize(
    ("kind", "content", "severity", "subject"),
    [
        (Kind.ENTRETIEN, Entretien("AVK"), ERROR, "sections"),
        (Kind.ENTRETIEN, Entretien("AVK", (TextSection("Observance", " \n"),)), ERROR, "sections"),
        (Kind.ENTRETIEN, Entretien("AVK", (TextSection("A", "x"), TextSection("B", ""))), WARNING, "sections[1]"),
        (Kind.ENTRETIEN, Entretien("", (TextSection("A", "x"),)), WARNING, "theme"),
        (Kind.BILAN, Bilan(), ERROR, "treatments"),
        (Kind.BILAN, Bilan((Treatment(""),)), ERROR, "treatments[0]"),
        (Kind.BILAN, Bilan(analysis="x"), WARNING, "treatments"),
        (Kind.BILAN, Bilan((Treatment("x"),), "x"), WARNING, "proposals"),
    ],
)  # fmt: skip
def test_what_says_nothing(kind: Kind, content: Entretien | Bilan, severity: Severity, subject: str) -> None:
    assert ("GAL-DOC-26", severity, subject) in said(written(kind, content=content))


def test_a_content_of_another_kind_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError):
        check_document(written(Kind.BILAN, content=Vaccine("x")))
