"""Do our own checks find, in the bytes of a document, what the official rules let pass?"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest

from app.docs.cda.checks import check
from app.docs.clinical import DocumentKey, Kind
from tests import clinical_people as people
from tests.unit.test_cda_header import RUTH, written
from tests.unit.test_cda_vaccination import VACCINE

if TYPE_CHECKING:
    from collections.abc import Callable

NOTE = people.cda(written(Kind.VACCINATION, content=VACCINE))
REPORT = people.cda(written(Kind.BILAN, key=DocumentKey("2.25.1", "2.25.2", 2, "2.25.3")))
BARE = people.cda(people.document(2, Kind.BILAN, "recuperee"))


def without(pattern: str) -> Callable[[bytes], bytes]:
    return lambda cda: re.sub(pattern.encode(), b"", cda, count=1, flags=re.DOTALL)


def put(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda cda: cda.replace(old.encode(), new.encode(), 1)


def template(oid: str) -> Callable[[bytes], bytes]:
    return without(rf'<templateId root="{re.escape(oid)}"></templateId>')


PDF64 = base64.b64encode(people.PDF).decode()
MUTANTS = [
    ("GAL-DOC-33", NOTE, template("1.2.250.1.213.1.1.1.1")),
    ("GAL-DOC-33", NOTE, template("1.3.6.1.4.1.19376.1.5.3.1.1.18.1.2")),
    ("GAL-DOC-33", NOTE, template("1.2.250.1.213.1.1.2.147")),
    ("GAL-DOC-33", NOTE, template("1.2.250.1.213.1.1.3.45")),
    ("GAL-DOC-33", NOTE, template("1.2.250.1.213.1.1.3.43")),
    ("GAL-DOC-33", NOTE, template("1.2.250.1.213.1.1.3.82")),
    ("GAL-DOC-33", NOTE, template("1.2.250.1.213.1.1.3.32")),
    ("GAL-DOC-33", REPORT, template("1.3.6.1.4.1.19376.1.2.20")),
    ("GAL-DOC-34", NOTE, put('ID="vac-01"', 'ID="vac-02"')),
    ("GAL-DOC-34", NOTE, put('ID="vac-01-lot"', 'ID="vac-01"')),
    ("GAL-DOC-34", NOTE, put('value="#vac-01-motif"', 'value="vac-01-motif"')),
    ("GAL-DOC-34", NOTE, put("<lotNumberText>LOT-7", "<lotNumberText>LOT-8")),
    ("GAL-DOC-35", REPORT, put('<id root="2.25.1">', '<id extension="1" root="2.25.1">')),
    ("GAL-DOC-35", REPORT, put('<setId root="2.25.2">', '<setId root="4c419a73-7d22-4098-9b4e-007e3a47d863">')),
    ("GAL-DOC-35", REPORT, put('<id root="2.25.3">', f'<id root="2.25.{"3" * 59}">')),
    ("GAL-DOC-36", NOTE, put(RUTH.matricule, "277076322082911")),
    ("GAL-DOC-36", NOTE, put('<given qualifier="BR">RUTH</given>', "")),
    ("GAL-DOC-36", NOTE, put("<county>63220</county>", "<county></county>")),
    ("GAL-DOC-36", NOTE, put('<birthTime value="19770714">', '<birthTime nullFlavor="UNK">')),
    ("GAL-DOC-36", BARE, put("</title>", f" de {RUTH.matricule}</title>")),
    ("GAL-DOC-36", BARE, put("<patient ", f'<telecom value="mailto:{RUTH.matricule}@patient.mssante.fr"/><patient ')),
    ("GAL-DOC-36", BARE, put("<patientRole>", f'<patientRole><id root="{people.OID}" extension="1"></id>')),
    ("GAL-DOC-37", NOTE, lambda cda: re.sub(rb'(<effectiveTime value="\d{4})\d\d', rb"\g<1>13", cda, count=1)),
    ("GAL-DOC-37", NOTE, lambda cda: re.sub(rb'(<effectiveTime value="\d{8})[^"]*', rb"\1", cda, count=1)),
    ("GAL-DOC-37", REPORT, lambda cda: re.sub(rb'(<low value="\d{14})[^"]*', rb"\1", cda, count=1)),
    ("GAL-DOC-38", REPORT, put("application/pdf", "text/plain")),
    ("GAL-DOC-38", REPORT, put('representation="B64"', 'representation="TXT"')),
    ("GAL-DOC-38", REPORT, put(PDF64[:8], "AAAAAAAA")),
    ("GAL-DOC-38", REPORT, put(PDF64, PDF64[:-3])),
    ("GAL-DOC-38", REPORT, put("</nonXMLBody>", "</nonXMLBody><structuredBody></structuredBody>")),
    ("GAL-DOC-39", REPORT, put('<versionNumber value="2">', '<versionNumber value="1">')),
    ("GAL-DOC-39", REPORT, put('typeCode="RPLC"', 'typeCode="APND"')),
    ("GAL-DOC-39", REPORT, put('<id root="2.25.3">', '<id root="2.25.1">')),
    ("GAL-DOC-39", NOTE, without(r"<relatedDocument.*</relatedDocument>|<componentOf>.*</componentOf>")),
    ("GAL-DOC-39", NOTE, put('code="SA33"', 'code="SA07"')),
    ("GAL-DOC-39", NOTE, put('extension="810001234565"', 'extension="10001234565"')),
    ("GAL-DOC-39", NOTE, put('code="87273-9"', 'code="11369-6"')),
    ("GAL-DOC-39", NOTE, put("<family>MARTIN</family>", "<family></family>")),
    ("GAL-DOC-39", NOTE, without(r"<legalAuthenticator>.*</legalAuthenticator>")),
    ("GAL-DOC-39", NOTE, put("<ClinicalDocument ", '<ClinicalDocument xsi:schemaLocation="urn:hl7-org:v3 CDA.xsd" ')),
    ("GAL-DOC-39", NOTE, lambda cda: b"<?xml version='1.0'?>\n" + cda),
    ("GAL-DOC-39", NOTE, lambda _: b"<html/>"),
    ("GAL-DOC-52", NOTE, lambda cda: b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>" + cda),
    ("GAL-DOC-54", NOTE, lambda cda: cda[:-5]),
]  # fmt: skip


@pytest.mark.req("SC.DOC.02")
@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.parametrize("cda", [NOTE, REPORT, BARE])
def test_what_we_write_has_nothing_said_of_it(cda: bytes) -> None:
    assert check(cda) == []


@pytest.mark.req("SC.DOC.02")
@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.parametrize(("code", "cda", "change"), MUTANTS)
def test_each_fault_is_found(code: str, cda: bytes, change: Callable[[bytes], bytes]) -> None:
    changed = change(cda)
    assert changed != cda
    assert code in {one.code for one in check(changed)}


@pytest.mark.req("SC.DOC.02")
def test_every_document_of_the_generator_passes() -> None:
    wrong = {rank: found for rank in range(150) if (found := check(people.cda(people.document(rank))))}
    assert wrong == {}
