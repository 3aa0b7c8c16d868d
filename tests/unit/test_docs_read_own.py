"""Is what Galien writes read back as it was written?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import clinical_people
import pytest

from app.docs.cda.vaccination import PROFILE
from app.docs.clinical import Document, Kind, Vaccine
from app.docs.reading.read import read
from app.docs.reading.tree import clean
from app.kernel.clock import PARIS

if TYPE_CHECKING:
    from app.docs.reading.model import ReadDocument

COUNT = 90


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Document, ReadDocument]]:
    written = list(clinical_people.documents(COUNT))
    return [(one, read(clinical_people.cda(one))) for one in written]


@pytest.mark.req("SC.DOC.07")
def test_the_header_is_read_back(pairs: list[tuple[Document, ReadDocument]]) -> None:
    for written, told in pairs:
        assert not told.findings, told.findings
        key = written.key
        assert (told.id, told.set_id, told.version) == (key.id, key.set_id, key.version)
        assert told.replaces == key.replaces
        created = written.created_at.astimezone(PARIS).isoformat(timespec="seconds")
        assert told.created_at == created
        assert [one.rpps for one in told.authors] == [written.author.rpps]
        assert {told.custodian.organization_id, told.authors[0].organization_id} == {written.officine.finess}
        assert told.custodian.organization == clean(written.officine.name)
        assert told.legal_authenticator.rpps == (written.authenticator or written.author).rpps
        named = [one for one in told.recipients if one.name]
        assert len(named) == len(written.recipients) + written.to_patient


@pytest.mark.req("SC.DOC.07")
def test_the_patient_is_read_back(pairs: list[tuple[Document, ReadDocument]]) -> None:
    for written, told in pairs:
        patient, subject = told.patient, written.subject
        assert patient.family_name == clean(subject.family_name)
        assert patient.first_name == clean(subject.first_name)
        assert patient.birth_names == clean(subject.birth_names or subject.first_name)
        assert (patient.used_name, patient.used_first_name) == (subject.used_name, subject.used_first_name)
        assert patient.sex == (subject.sex if subject.sex in {"F", "M"} else "U")
        assert patient.birth_date == subject.birth_date
        assert patient.birth_place == subject.birth_place
        ins = (subject.matricule, subject.oid) if subject.has_ins else ("", "")
        assert (patient.matricule, patient.oid) == ins
        assert [number for _root, number in patient.local_ids] == ([subject.local_id] if subject.local_id else [])


@pytest.mark.req("SC.DOC.07")
def test_the_vaccination_is_read_back(pairs: list[tuple[Document, ReadDocument]]) -> None:
    seen = 0
    for written, told in pairs:
        vaccine = written.content
        if not isinstance(vaccine, Vaccine):
            continue
        seen += 1
        assert told.body == "structured"
        (one,) = told.vaccinations
        assert one.name == clean(vaccine.name)
        assert one.date == written.performed_at.astimezone(PARIS).date().isoformat()
        assert (one.lot, one.dose_number) == (clean(vaccine.lot), vaccine.dose_number)
        assert one.cis == (vaccine.cis if vaccine.known else "")
        assert one.cip13 in ({vaccine.cip13} if vaccine.known and vaccine.cis else {vaccine.cip13, ""})
        assert one.route == (PROFILE.routes[vaccine.route].label if vaccine.route else "")
        assert one.site == (PROFILE.sites[vaccine.site].label if vaccine.site else "")
        assert one.manufacturer == clean(vaccine.manufacturer)
        assert one.performer.endswith(written.author.family_name)
        assert not one.planned
    assert seen == COUNT // 3


@pytest.mark.req("SC.DOC.07")
def test_the_pdf_of_an_unstructured_document_is_given_as_it_is(pairs: list[tuple[Document, ReadDocument]]) -> None:
    for written, told in pairs:
        if written.kind is not Kind.VACCINATION:
            assert (told.body, told.media_type) == ("pdf", "application/pdf")
            assert told.payload == clinical_people.PDF
