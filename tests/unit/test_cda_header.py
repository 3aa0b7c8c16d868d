"""Does the header of our documents say what the structuration minimale and the INS annex ask, where they ask it?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.docs import safe_xml
from app.docs.cda.check_document import check_document
from app.docs.cda.checks import check
from app.docs.cda.ids import is_oid, new_oid
from app.docs.clinical import Address, Document, DocumentKey, Kind, Professional, Recipient, Subject
from app.kernel.outcome import is_refused
from tests import clinical_people as people

NS = {"c": "urn:hl7-org:v3"}
KINDS = list(Kind)
RUTH = Subject(
    family_name="NESSI", first_name="RUTH", birth_names="RUTH ISABELLE", sex="F", birth_date="1977-07-14",
    birth_place="63220", used_name="DECOURCY", used_first_name="ISA", matricule="277076322082910", oid=people.OID,
    status="qualifiee", local_id="000123", address=Address("28 bis av. de Breteuil", "75007", "PARIS"),
    phone="01 44 53 45 51",
)  # fmt: skip
ANNE = Professional("10001234565", "DURAND", "Anne", title="DR")
DOCTOR = Recipient("MARTIN", "Luc", "10001234565", "luc.martin@medecin.mssante.fr")


def written(kind: Kind, **changes: object) -> Document:
    place = replace(people.document(1).officine, finess="750012346", name="PHARMACIE DU CENTRE", oid="1.2.250.1.999.5")
    key = DocumentKey("2.25.1", "2.25.2")
    given: dict[str, Any] = {
        "key": key, "subject": RUTH, "author": ANNE, "authenticator": None, "officine": place, "recipients": (DOCTOR,),
        "to_patient": True,
    }  # fmt: skip
    return replace(people.document(0, kind), **given | changes)


def found(document: Document, path: str) -> list[str]:
    """Return what an XPath finds in the CDA of a document, each value as text."""
    root = safe_xml.parse(people.cda(document))
    result = root.xpath(path, namespaces=NS)
    return [str(one) if isinstance(one, str) else "".join(one.itertext()) for one in result]


@pytest.mark.req("SC.DOC.02")
@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.parametrize(
    ("kind", "templates", "code", "title"),
    [
        (
            Kind.VACCINATION,
            [
                "2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", "1.3.6.1.4.1.19376.1.5.3.1.1.18.1.2",
                "1.2.250.1.213.1.1.1.46",
            ],
            "87273-9",
            "Note de vaccination",
        ),
        (
            Kind.ENTRETIEN,
            ["2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", "1.3.6.1.4.1.19376.1.2.20"],
            "78601-2",
            "CR d’entretien pharmaceutique",
        ),
        (
            Kind.BILAN,
            ["2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", "1.3.6.1.4.1.19376.1.2.20"],
            "56445-0",
            "Bilan partagé de médication",
        ),
    ],
)  # fmt: skip
def test_each_kind_declares_its_templates_and_its_type(kind: Kind, templates: list[str], code: str, title: str) -> None:
    document = written(kind)
    assert found(document, "c:templateId/@root") == templates
    assert found(document, "c:templateId/@extension") == (["2021.01"] if kind is Kind.VACCINATION else [])
    assert found(document, "c:code/@code") == [code]
    assert found(document, "c:code/@codeSystem") == ["2.16.840.1.113883.6.1"]
    assert found(document, "c:documentationOf/c:serviceEvent/c:code/@code") == [code]
    assert found(document, "c:title") == [title]


@pytest.mark.req("SC.DOC.02")
def test_the_header_follows_the_order_of_the_schema() -> None:
    root = safe_xml.parse(people.cda(written(Kind.BILAN, key=DocumentKey("2.25.1", "2.25.2", 3, "2.25.4"))))
    order = list(dict.fromkeys(child.tag.partition("}")[2] for child in root))
    assert order == [
        "realmCode", "typeId", "templateId", "id", "code", "title", "effectiveTime", "confidentialityCode",
        "languageCode", "setId", "versionNumber", "recordTarget", "author", "custodian", "informationRecipient",
        "legalAuthenticator", "documentationOf", "relatedDocument", "componentOf", "component",
    ]  # fmt: skip


FIXED = {
    "c:realmCode/@code": "FR",
    "c:languageCode/@code": "fr-FR",
    "c:confidentialityCode/@code": "N",
    "c:id/@root": "2.25.1",
    "c:setId/@root": "2.25.2",
    "c:versionNumber/@value": "1",
    "c:author/c:assignedAuthor/c:id/@root": "1.2.250.1.71.4.2.1",
    "c:author/c:assignedAuthor/c:id/@extension": "810001234565",
    "c:author/c:assignedAuthor/c:code/@code": "G15_21/A",
    "c:author/c:assignedAuthor/c:code/@codeSystem": "1.2.250.1.213.1.1.4.5",
    "c:author/c:assignedAuthor/c:code/@displayName": "Pharmacien titulaire d'officine",
    "c:author/c:assignedAuthor/c:assignedPerson/c:name/c:family": "DURAND",
    "c:author/c:assignedAuthor/c:assignedPerson/c:name/c:prefix": "DR",
    "c:author/c:assignedAuthor/c:representedOrganization/c:id/@extension": "1750012346",
    "c:custodian/c:assignedCustodian/c:representedCustodianOrganization/c:id/@root": "1.2.250.1.71.4.2.2",
    "c:custodian/c:assignedCustodian/c:representedCustodianOrganization/c:id/@extension": "1750012346",
    "c:legalAuthenticator/c:signatureCode/@code": "S",
    "c:legalAuthenticator/c:assignedEntity/c:id/@extension": "810001234565",
    "c:documentationOf/c:serviceEvent/c:performer/@typeCode": "PRF",
    "c:documentationOf//c:standardIndustryClassCode/@code": "AMBULATOIRE",
    "c:documentationOf//c:standardIndustryClassCode/@codeSystem": "1.2.250.1.213.1.1.4.9",
    "c:componentOf//c:healthCareFacility/c:id/@extension": "1750012346",
    "c:componentOf//c:healthCareFacility/c:code/@code": "SA33",
    "c:componentOf//c:healthCareFacility/c:code/@codeSystem": "1.2.250.1.71.4.2.4",
    "c:componentOf/c:encompassingEncounter/c:code/@code": "AMB",
}


@pytest.mark.req("SC.DOC.02")
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_header_always_says(kind: Kind) -> None:
    root = safe_xml.parse(people.cda(written(kind)))
    said = {path: root.xpath(f"string({path})", namespaces=NS) for path in FIXED}
    assert said == FIXED
    assert all(is_oid(one) for one in root.xpath("c:id/@root | c:setId/@root", namespaces=NS))
    assert not root.xpath("c:id/@extension | c:setId/@extension", namespaces=NS)


@pytest.mark.req("SC.DOC.02")
@pytest.mark.req("OFF-DOC-03")
@pytest.mark.parametrize("kind", KINDS)
def test_a_qualified_identity_comes_with_its_ins_and_every_trait(kind: Kind) -> None:
    role = "c:recordTarget/c:patientRole/"
    document = written(kind)
    assert found(document, f"{role}c:id/@root") == [people.OID, "1.2.250.1.999.5.1"]
    assert found(document, f"{role}c:id/@extension") == ["277076322082910", "000123"]
    name = f"{role}c:patient/c:name/"
    assert found(document, f"{name}c:family[@qualifier='BR']") == ["NESSI"]
    assert found(document, f"{name}c:family[@qualifier='CL']") == ["DECOURCY"]
    assert found(document, f"{name}c:given[not(@qualifier)]") == ["RUTH ISABELLE"]
    assert found(document, f"{name}c:given[@qualifier='BR']") == ["RUTH"]
    assert found(document, f"{name}c:given[@qualifier='CL']") == ["ISA"]
    assert found(document, f"{role}c:patient/c:birthTime/@value") == ["19770714"]
    assert found(document, f"{role}c:patient/c:administrativeGenderCode/@code") == ["F"]
    assert found(document, f"{role}c:patient/c:birthplace/c:place/c:addr/c:county") == ["63220"]
    assert found(document, f"{role}c:addr/*") == ["28 bis", "av. de Breteuil", "75007", "PARIS"]
    assert found(document, f"{role}c:telecom/@value") == ["tel:0144534551"]


@pytest.mark.req("INS-28")
@pytest.mark.parametrize("status", ["provisoire", "recuperee", "validee", ""])
@pytest.mark.parametrize("kind", KINDS)
def test_no_other_identity_lets_its_ins_out(kind: Kind, status: str) -> None:
    document = written(kind, subject=replace(RUTH, status=status))
    cda = people.cda(document)
    assert RUTH.matricule[:13].encode() not in cda
    assert people.OID.encode() not in cda
    assert found(document, "c:recordTarget/c:patientRole/c:id/@root") == ["1.2.250.1.999.5.1"]
    assert found(document, "c:recordTarget/c:patientRole/c:patient/c:name/c:family[@qualifier='BR']") == ["NESSI"]
    assert not is_refused(check_document(document))
    assert check(cda) == []


@pytest.mark.req("SC.DOC.04")
@pytest.mark.parametrize("kind", KINDS)
def test_every_recipient_stands_in_the_header(kind: Kind) -> None:
    nurse = Recipient("LE GOFF", mss="", rpps="")
    document = written(kind, recipients=(DOCTOR, nurse))
    intended = "c:informationRecipient/c:intendedRecipient"
    assert found(document, f"{intended}/c:informationRecipient/c:name/c:family") == ["MARTIN", "LE GOFF", "DECOURCY"]
    assert found(document, f"{intended}[1]/c:id/@extension") == ["810001234565"]
    assert found(document, f"{intended}/c:telecom/@value") == ["mailto:luc.martin@medecin.mssante.fr"]
    assert found(replace(document, recipients=(), to_patient=False), "c:informationRecipient") == []


@pytest.mark.req("SC.DOC.04")
def test_a_recipient_whose_number_has_a_wrong_key_is_named_without_it() -> None:
    document = written(Kind.BILAN, recipients=(replace(DOCTOR, rpps="10001234567"),), to_patient=False)
    assert "GAL-DOC-23" in {one.code for one in check_document(document)}
    assert found(document, "c:informationRecipient//c:family") == ["MARTIN"]
    assert found(document, "c:informationRecipient//c:id") == []


@pytest.mark.req("SC.DOC.02")
def test_a_new_version_names_the_one_it_replaces() -> None:
    document = written(Kind.ENTRETIEN, key=DocumentKey(new_oid(), "2.25.2", 3, "2.25.77"))
    related = "c:relatedDocument[@typeCode='RPLC']/c:parentDocument"
    assert found(document, f"{related}/c:id/@root") == ["2.25.77"]
    assert found(document, f"{related}/c:setId/@root | c:setId/@root") == ["2.25.2", "2.25.2"]
    assert found(document, "c:versionNumber/@value") == ["3"]
    assert found(written(Kind.ENTRETIEN), "c:relatedDocument") == []


@pytest.mark.req("SC.DOC.02")
def test_a_preparateur_writes_and_a_pharmacist_answers() -> None:
    author = replace(ANNE, profession="39", section="", family_name="PREPA", title="")
    document = written(Kind.BILAN, author=author, authenticator=ANNE)
    assert found(document, "c:author/c:assignedAuthor/c:code/@code") == ["G15_39"]
    assert found(document, "c:author//c:family") == ["PREPA"]
    assert found(document, "c:legalAuthenticator//c:family") == ["DURAND"]
    assert found(document, "c:legalAuthenticator/c:assignedEntity/c:code/@code") == ["G15_21/A"]


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        (Address(), []),
        (Address("Lieu-dit Kergo"), ["Lieu-dit Kergo"]),
        (Address("12 rue du Bac\n2e étage", "75007", "PARIS"), ["12", "rue du Bac 2e étage", "75007", "PARIS"]),
        (Address(city="PARIS"), ["PARIS"]),
    ],
)
def test_an_address_is_in_parts_or_said_unknown(typed: Address, parts: list[str]) -> None:
    document = written(Kind.BILAN, subject=replace(RUTH, address=typed, phone="sur liste rouge"))
    role = "c:recordTarget/c:patientRole/"
    assert found(document, f"{role}c:addr/*") == parts
    assert found(document, f"{role}c:addr/@nullFlavor") == ([] if parts else ["NASK"])
    assert found(document, f"{role}c:telecom/@nullFlavor") == ["NASK"]


def test_moments_are_french_time_with_their_offset() -> None:
    document = written(Kind.VACCINATION, performed_at=people.NOW.replace(month=7, hour=22), created_at=people.NOW)
    assert found(document, "c:documentationOf//c:effectiveTime/c:low/@value") == ["20260727000000+0200"]
    assert found(document, "c:effectiveTime/@value") == ["20261126100000+0100"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_document_gives_the_same_bytes_and_names_no_schema(kind: Kind) -> None:
    first, second = people.cda(written(kind)), people.cda(written(kind))
    assert first == second
    assert b"schemaLocation" not in first
    assert b"<?" not in first
