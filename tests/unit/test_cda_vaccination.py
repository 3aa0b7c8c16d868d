"""Does the note de vaccination tell the same thing to the person who reads it and to the program that computes?"""

from __future__ import annotations

import base64
from dataclasses import replace
from types import MappingProxyType

import pytest

from app.docs import safe_xml
from app.docs.cda.checks import check
from app.docs.cda.codes import Coded
from app.docs.cda.tree import canonical
from app.docs.cda.vaccination import PROFILE, note, quantity
from app.docs.cda.write import write
from app.docs.clinical import Kind, Vaccine
from tests import clinical_people as people
from tests.unit.test_cda_header import found, written

VACCINE = Vaccine(
    name="ENGERIX B 20 microgrammes/1 mL", cip13="3400935166906", cis="62279329", atc="J07BC01", lot="LOT-7",
    expiry="2027-05-31", dose_number=2, route="IM", site="LD", dose="0,5 ml", manufacturer="LABO & Cie",
    reason="Voyage\n<départ> en mai", known=True, act="BOOSTER",
)  # fmt: skip
NOTE = written(Kind.VACCINATION, content=VACCINE)
ENTRY = "//c:substanceAdministration"

EXPECTED = {
    "@classCode": ["SBADM"],
    "@moodCode": ["EVN"],
    "@negationInd": ["false"],
    "c:templateId/@root": [
        "2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.12", "1.2.250.1.213.1.1.3.45",
    ],
    "c:code/@code": ["BOOSTER"],
    "c:code/@codeSystem": ["2.16.840.1.113883.5.4"],
    "c:text/c:reference/@value": ["#vac-01"],
    "c:statusCode/@code": ["completed"],
    "c:routeCode/@code": ["IM"],
    "c:routeCode/@codeSystem": ["2.16.840.1.113883.5.112"],
    "c:approachSiteCode/@code": ["LD"],
    "c:approachSiteCode/@codeSystem": ["2.16.840.1.113883.5.1052"],
    "c:doseQuantity/@value": ["0.5"],
    "c:doseQuantity/@unit": ["mL"],
    "c:consumable/c:manufacturedProduct/c:templateId/@root": [
        "2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43",
    ],
    "c:consumable//c:manufacturedMaterial/c:code/@code": ["62279329"],
    "c:consumable//c:manufacturedMaterial/c:code/@codeSystem": ["1.2.250.1.213.2.3.1"],
    "c:consumable//c:translation/@code": ["3400935166906", "J07BC01"],
    "c:consumable//c:translation/@codeSystem": ["1.2.250.1.213.2.3.2", "2.16.840.1.113883.6.73"],
    "c:consumable//c:lotNumberText": ["LOT-7"],
    "c:consumable//c:manufacturerOrganization/c:name": ["LABO & Cie"],
    "c:performer/c:assignedEntity/c:id/@extension": ["810001234565"],
    "c:author/c:assignedAuthor/c:id/@extension": ["810001234565"],
    "c:entryRelationship/c:observation/c:code/@code": ["30973-2"],
    "c:entryRelationship/c:observation/c:value/@value": ["2"],
    "c:entryRelationship/c:act/c:code/@code": ["48767-8"],
    "c:entryRelationship/c:act/c:text/c:reference/@value": ["#vac-01-motif"],
}  # fmt: skip


@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.parametrize("path", EXPECTED)
def test_the_entry_is_coded_as_the_volet_says(path: str) -> None:
    assert found(NOTE, f"{ENTRY}/{path}") == EXPECTED[path]


@pytest.mark.req("SC.DOC.06.LGO")
def test_the_section_is_that_of_vaccinations() -> None:
    assert found(NOTE, "//c:section/c:templateId/@root") == [
        "2.16.840.1.113883.10.20.1.6", "1.3.6.1.4.1.19376.1.5.3.1.3.23", "1.2.250.1.213.1.1.2.147",
    ]  # fmt: skip
    assert found(NOTE, "//c:section/c:code/@code") == ["11369-6"]


@pytest.mark.req("SC.DOC.06.LGO")
def test_the_table_says_all_that_was_typed() -> None:
    titles, cells = found(NOTE, "//c:text/c:table//c:th"), found(NOTE, "//c:text/c:table//c:td")
    told = dict(zip(titles, cells, strict=True))
    assert told["Vaccin"] == VACCINE.name
    assert told["Lot"] == "LOT-7"
    assert told["Péremption"] == "31/05/2027"
    assert told["Fabricant"] == "LABO & Cie"
    assert told["Rang"] == "2"
    assert told["Voie"] == "Injection intramusculaire"
    assert told["Région d’administration"] == "deltoïde gauche"
    assert told["Dose"] == "0,5 ml"
    assert told["Motif"] == "Voyage<départ> en mai"
    assert told["Vaccinateur"] == "Anne DURAND"
    assert found(NOTE, "//c:td/c:content[@ID='vac-01-motif']/c:br/following-sibling::text()") == ["<départ> en mai"]


@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.parametrize("rank", range(0, 90, 3))
def test_every_reference_leads_to_words(rank: int) -> None:
    root = safe_xml.parse(people.cda(people.document(rank, Kind.VACCINATION)))
    anchors = {one.get("ID"): "".join(one.itertext()) for one in root.iter() if one.get("ID")}
    references = [one.get("value").removeprefix("#") for one in root.iter("{urn:hl7-org:v3}reference")]
    assert references
    assert all(anchors.get(name, "").strip() for name in references)


@pytest.mark.req("SC.DOC.06.LGO")
@pytest.mark.parametrize(
    "vaccine", [Vaccine("Vaccin d’essai"), replace(VACCINE, known=False), replace(VACCINE, cis="")]
)
def test_an_unknown_product_is_written_with_its_words(vaccine: Vaccine) -> None:
    document = replace(NOTE, content=vaccine)
    material = f"{ENTRY}/c:consumable//c:manufacturedMaterial/c:code"
    assert found(document, f"{material}/@nullFlavor") == ["UNK"]
    assert found(document, f"{material}/@code") == []
    assert found(document, f"{material}/c:originalText/c:reference/@value") == ["#vac-01"]
    assert found(document, "//c:content[@ID='vac-01']") == [vaccine.name]
    # What was read on the box is not lost, whatever the catalogue knows.
    assert (
        found(document, f"{material}/c:translation[@codeSystemName='CIP']/@code")
        == [vaccine.cip13][: bool(vaccine.cip13)]
    )
    assert check(write(document)) == []


@pytest.mark.req("SC.DOC.06.LGO")
def test_what_is_not_said_is_not_coded() -> None:
    document = replace(NOTE, content=Vaccine("Vaccin d’essai"))
    names = "routeCode approachSiteCode doseQuantity lotNumberText entryRelationship manufacturerOrganization"
    for absent in names.split():
        assert found(document, f"{ENTRY}//c:{absent}") == []
    assert found(document, "//c:th") == ["Date", "Vaccin", "Nature", "Vaccinateur"]


@pytest.mark.req("SC.DOC.06.LGO")
def test_another_version_of_the_volet_is_another_table() -> None:
    route = Coded("20035000", "Voie intramusculaire", "0.4.0.127.0.16.1.1.2.1", "EDQM")
    later = replace(
        PROFILE,
        version="2023.01",
        document=(*PROFILE.document[:1], ("1.2.250.1.213.1.1.1.46", "2023.01")),
        routes=MappingProxyType({"IM": route}),
    )
    root = safe_xml.parse(canonical(note(NOTE, later)))
    ns = {"c": "urn:hl7-org:v3"}
    assert root.xpath("//c:routeCode/@code", namespaces=ns) == ["20035000"]
    assert root.xpath("//c:routeCode/@codeSystem", namespaces=ns) == ["0.4.0.127.0.16.1.1.2.1"]
    assert root.xpath("c:templateId/@extension", namespaces=ns) == ["2023.01"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0.5 mL", ("0.5", "mL")), ("0,50ml", ("0.5", "mL")), ("1 dose", ("1", "")), ("1", ("1", "")),
        ("20 µg", ("20", "ug")), ("10 UI", ("10", "[iU]")), ("100 mL", ("100", "mL")), ("une dose", None), ("", None),
        ("1/2 mL", None), ("0.5 gouttes", None), ("-1 mL", None),
    ],
)  # fmt: skip
def test_a_dose_is_a_quantity_or_words_only(typed: str, read: tuple[str, str] | None) -> None:
    assert quantity(typed) == read


@pytest.mark.req("SC.DOC.02")
@pytest.mark.parametrize("kind", [Kind.ENTRETIEN, Kind.BILAN])
def test_a_document_of_level_1_carries_its_pdf_and_nothing_else(kind: Kind) -> None:
    document = written(kind)
    body = "c:component/c:nonXMLBody/c:text"
    assert found(document, f"{body}/@mediaType") == ["application/pdf"]
    assert found(document, f"{body}/@representation") == ["B64"]
    assert base64.b64decode(found(document, body)[0]) == people.PDF
    assert found(document, "c:component/*/*") == found(document, body)
    with pytest.raises(ValueError, match="PDF"):
        write(document)
