"""Are the metadata of a document those that its CDA says, as the CI-SIS writes them?"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from typing import Any

import clinical_people
import pytest

from app.docs import xds
from app.docs.clinical import Document, Kind, Officine, Professional, Subject
from app.docs.xds import Code
from app.kernel.clock import PARIS
from app.kernel.errors import InputDefect

WHEN = dt.datetime(2022, 11, 15, 10, 15, tzinfo=PARIS)
LOINC = "2.16.840.1.113883.6.1"


def example(**changed: Any) -> Document:  # noqa: ANN401 -- the fields of a document
    """Return the worked example of the dossier (DMP, 9)."""
    base = clinical_people.document(1, Kind.ENTRETIEN, "qualifiee")
    made = dataclasses.replace(
        base,
        key=dataclasses.replace(base.key, id="1.2.250.1.999.1.2.3.4.5", version=1, replaces=""),
        subject=Subject(
            family_name="NESSI",
            first_name="RUTH",
            birth_names="RUTH ISABELLE",
            sex="F",
            birth_date="1977-07-14",
            birth_place="63220",
            matricule="277076322082910",
            oid="1.2.250.1.213.1.4.10",
            status="qualifiee",
            local_id="000123",
        ),
        author=Professional("10001234565", "DURAND", "Anne"),
        authenticator=None,
        officine=Officine("750012346", "PHARMACIE DU CENTRE", oid="1.2.250.1.999.1.2"),
        performed_at=WHEN,
        created_at=WHEN + dt.timedelta(minutes=5),
    )
    return dataclasses.replace(made, **changed)


@pytest.mark.req("MSS/va1.01")
def test_the_worked_example_has_the_metadata_of_the_dossier() -> None:
    cda = clinical_people.cda(example())
    entry = xds.document_entry(cda)
    durand = "810001234565^DURAND^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    assert entry == xds.DocumentEntry(
        unique_id="1.2.250.1.999.1.2.3.4.5",
        patient_id="277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH",
        source_patient_id="000123^^^&1.2.250.1.999.1.2.1&ISO^PI",
        source_patient_info=("PID-5|NESSI^RUTH^^^^^L", "PID-7|19770714", "PID-8|F"),
        type=Code("78601-2", "CR d'entretien pharmaceutique", LOINC),
        class_=Code("10", "Compte rendu", "1.2.250.1.213.1.1.4.1"),
        format=Code("urn:ihe:iti:xds-sd:pdf:2008", "Document PDF", "1.3.6.1.4.1.19376.1.2.3"),
        facility=Code("SA33", "Pharmacie d'officine", "1.2.250.1.71.4.2.4"),
        practice=Code("AMBULATOIRE", "Ambulatoire", "1.2.250.1.213.1.1.4.9"),
        confidentiality=(Code("N", "Normal", "2.16.840.1.113883.5.25"),),
        authors=(
            xds.Author(
                durand,
                "PHARMACIE DU CENTRE^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1750012346",
                "",
                "G15_21/A^Pharmacien titulaire d'officine^1.2.250.1.213.1.1.4.5",
            ),
        ),
        legal_authenticator=durand,
        title="CR d’entretien pharmaceutique",
        creation_time="20221115092000",
        service_start="20221115091500",
        hash=hashlib.sha1(cda).hexdigest(),
        size=len(cda),
    )


@pytest.mark.parametrize(
    ("kind", "class_", "format_"),
    [
        (Kind.VACCINATION, "52", "urn:asip:ci-sis:vac-note:2021"),
        (Kind.ENTRETIEN, "10", "urn:ihe:iti:xds-sd:pdf:2008"),
        (Kind.BILAN, "11", "urn:ihe:iti:xds-sd:pdf:2008"),
    ],
)
def test_each_kind_has_its_class_and_format(kind: Kind, class_: str, format_: str) -> None:
    entry = xds.document_entry(clinical_people.cda(clinical_people.document(0, kind)))
    assert (entry.class_.code, entry.format.code) == (class_, format_)


@pytest.mark.parametrize("status", clinical_people.STATUSES)
def test_without_a_qualified_identity_the_patient_is_named_by_the_number_of_the_officine(status: str) -> None:
    entry = xds.document_entry(clinical_people.cda(clinical_people.document(1, Kind.BILAN, status)))
    assert entry.patient_id.endswith("^NH") == (status == "qualifiee")
    assert entry.source_patient_id.endswith("^PI")


def test_the_visibility_that_the_user_chose_comes_after_the_confidentiality() -> None:
    cda = clinical_people.cda(example())
    entry = xds.document_entry(cda, visibility=[xds.MASKED_FROM_PROFESSIONALS])
    assert [code.code for code in entry.confidentiality] == ["N", "MASQUE_PS"]


def test_a_replacement_names_what_it_replaces() -> None:
    written = example()
    key = dataclasses.replace(written.key, version=2, replaces="1.2.250.1.999.9")
    assert xds.document_entry(clinical_people.cda(example(key=key))).replaces == "1.2.250.1.999.9"


def test_signs_that_separate_values_are_escaped() -> None:
    author = Professional("10001234565", "A^B|C", "D&E~F\\G")
    entry = xds.document_entry(clinical_people.cda(example(author=author)))
    assert entry.authors[0].person.startswith("810001234565^A\\S\\B\\F\\C^D\\T\\E\\R\\F\\E\\G^^^")


def test_a_document_without_what_a_registry_requires_is_refused_with_what_is_missing() -> None:
    cda = clinical_people.cda(example()).replace(b'code="AMBULATOIRE"', b'code=""').replace(b"<title>", b"<title> ")
    with pytest.raises(InputDefect, match="cadre d’exercice") as failure:
        xds.document_entry(cda)
    assert failure.value.code == "GAL-DOC-69"
    unknown = clinical_people.cda(example()).replace(b'code="78601-2"', b'code="00000-0"')
    with pytest.raises(InputDefect, match="classe"):
        xds.document_entry(unknown)


_PERSON = re.compile(rb"<assignedPerson>.*?</assignedPerson>", re.DOTALL)


def test_software_may_be_the_author() -> None:
    device = b"<assignedAuthoringDevice><softwareName>Robot</softwareName></assignedAuthoringDevice>"
    cda = _PERSON.sub(device, clinical_people.cda(example()), count=1)
    author = xds.document_entry(cda.replace(b'"810001234565"', b'"1750012346/7"', 1)).authors[0]
    assert author.person == "1750012346/7^Robot^^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^EI"


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (rb"<author\b.*</author>", b""),
        (rb"<assignedAuthor\b.*</assignedAuthor>", b""),
        (rb"<assignedAuthor\b.*</assignedAuthor>", b"<assignedAuthor/>"),
    ],
)
def test_a_document_without_author_is_refused(gone: bytes, left: bytes) -> None:
    cda = re.sub(gone, left, clinical_people.cda(example()), flags=re.DOTALL)
    with pytest.raises(InputDefect, match="auteur"):
        xds.document_entry(cda)


def test_what_the_header_does_not_say_is_left_empty() -> None:
    cda = clinical_people.cda(example())
    organization = rb"<representedOrganization>\s*<id [^>]*>\s*(</id>)?"
    nameless = re.sub(organization, b"<representedOrganization>", cda, count=1)
    assert xds.document_entry(nameless).authors[0].institution == "PHARMACIE DU CENTRE"
    assert (
        xds.document_entry(re.sub(rb"<patient\b[^>]*>.*</patient>", b"", cda, flags=re.DOTALL)).source_patient_info
        == ()
    )


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("20221115101500+0100", "20221115091500"),
        ("20221231233000-0200", "20230101013000"),
        ("20220701101500.123+0200", "20220701081500"),
        ("20221115", "20221115"),
        ("20221115101500", "20221115101500"),
        ("99999999999999+0100", ""),
        ("hier", ""),
        ("", ""),
    ],
)
def test_moments_are_told_in_universal_time(moment: str, told: str) -> None:
    assert xds.utc(moment) == told


def test_a_set_is_sent_by_its_first_author_at_its_moment() -> None:
    entry = xds.document_entry(clinical_people.cda(example()))
    one = xds.submission_set([entry], unique_id="2.25.1", source_id="2.25.2", at=WHEN)
    assert one == xds.SubmissionSet(
        unique_id="2.25.1",
        source_id="2.25.2",
        submission_time="20221115091500",
        patient_id=entry.patient_id,
        content_type=Code("SA33", "Pharmacie d'officine", "1.2.250.1.71.4.2.4"),
        author=entry.authors[0],
        title="CR d’entretien pharmaceutique",
    )
    assert xds.submission_set([entry, entry], unique_id="1", source_id="2", at=WHEN).title == "2 documents"
