"""Is a clinical document judged as the ANS judges it, and is what is wrong with it told, and nothing else?"""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from app.docs import safe_xml
from app.docs.clinical import Kind
from app.docs.validation.profiles import HEADER, profiles_of
from app.kernel.outcome import Severity
from tests.clinical_people import cda, document

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.docs.safe_xml import Element
    from app.docs.validation.process import Validator
    from app.kernel.outcome import Finding

    Breakage = Callable[[Element], None]

pytestmark = [pytest.mark.req("SC.DOC.02"), pytest.mark.req("SC.DOC.06.LGO")]

_NS = {"c": safe_xml.HL7}
_C = f"{{{safe_xml.HL7}}}"
SCHEMA, RULES, PAYLOAD, DOCTYPE, MALFORMED = "GAL-DOC-90", "GAL-DOC-91", "GAL-DOC-93", "GAL-DOC-52", "GAL-DOC-54"
NOTE, PRESCRIPTION, SYNTHESIS = "VAC-NOTE_2021.01", "eP-MED-DM_PosoStruct_2022.01", "VSM_1.4"
LABORATORY, LEVEL_1 = "CR-BIO_2021.01_Auto-Presentable", "CR-BIO_2021.01_CDA-R2-Niveau-1"


# --- Hands that break a document -------------------------------------------------------------------------------------


def _one(root: Element, path: str) -> Element:
    found = root.xpath(path, namespaces=_NS)
    assert found, path
    return found[0]


def without(path: str) -> Breakage:
    def broken(root: Element) -> None:
        element = _one(root, path)
        element.getparent().remove(element)

    return broken


def with_value(path: str, attribute: str, value: str | None) -> Breakage:
    def broken(root: Element) -> None:
        element = _one(root, path)
        if value is None:
            del element.attrib[attribute]
        else:
            element.set(attribute, value)

    return broken


def with_text(path: str, text: str) -> Breakage:
    def broken(root: Element) -> None:
        _one(root, path).text = text

    return broken


def title_before_code(root: Element) -> None:
    _one(root, "c:code").addprevious(_one(root, "c:title"))


def appended_to_another(root: Element) -> None:
    related = etree.fromstring(
        f'<relatedDocument xmlns="{safe_xml.HL7}" typeCode="APND"><parentDocument><id root="2.25.1"/>'
        "</parentDocument></relatedDocument>"
    )
    _one(root, "c:componentOf").addprevious(related)


def broken(sample: bytes, breakage: Breakage) -> bytes:
    root = safe_xml.clinical_document(safe_xml.parse(sample))
    breakage(root)
    octets: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return octets


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


# --- The samples of the ANS ------------------------------------------------------------------------------------------


def test_the_samples_of_the_ans_obey_its_own_rules(cda_validator: Validator, cda_samples: dict[str, bytes]) -> None:
    assert len(cda_samples) == 7
    found = {name: cda_validator.check(sample) for name, sample in cda_samples.items()}
    assert not any(found.values()), found


_REJECTED: list[tuple[str, str, Breakage, str, str]] = [
    ("no realmCode", NOTE, without("c:realmCode"), RULES, "realmCode"),
    ("language fr", NOTE, with_value("c:languageCode", "code", "fr"), RULES, "languageCode"),
    ("type unknown", LEVEL_1, with_value("c:code", "code", "99999-9"), RULES, "99999-9"),
    ("no legalAuthenticator", NOTE, without("c:legalAuthenticator"), RULES, "legalAuthenticator"),
    ("family unqualified", NOTE, with_value("//c:patient/c:name/c:family", "qualifier", None), RULES, "qualifier"),
    ("facility SA99", NOTE, with_value("//c:healthCareFacility/c:code", "code", "SA99"), RULES, "SA99"),
    ("no componentOf", NOTE, without("c:componentOf"), RULES, "componentOf"),
    ("base64 cut", LEVEL_1, with_text("//c:nonXMLBody/c:text", "JVBER*"), PAYLOAD, "base64"),
    ("text for a PDF", LEVEL_1, with_text("//c:nonXMLBody/c:text", "Qm9uam91cg=="), PAYLOAD, "application/pdf"),
    ("title before code", NOTE, title_before_code, SCHEMA, "mal placé"),
    ("wrong code of model", NOTE, with_value("c:code", "code", "11369-6"), RULES, "87273-9"),
    ("act unknown", NOTE, with_value("//c:substanceAdministration/c:code", "code", "ZZZ"), RULES, "ZZZ"),
    ("no text of entry", NOTE, without("//c:substanceAdministration/c:text"), RULES, "substanceAdministration"),
    ("site unknown", NOTE, with_value("//c:approachSiteCode", "code", "ZZ"), RULES, "approachSiteCode"),
    ("wrong prescription", PRESCRIPTION, with_value("c:code", "code", "11369-6"), RULES, "57833-6"),
    ("section missing", SYNTHESIS, without("//c:structuredBody/c:component"), RULES, "Pathologies"),
    ("INS without sex", NOTE, without("//c:administrativeGenderCode"), RULES, "INS"),
    ("month 13", NOTE, with_value("c:effectiveTime", "value", "20211301"), RULES, "20211301"),
    ("RPPS without extension", NOTE, with_value("c:author/c:assignedAuthor/c:id", "extension", None), RULES, "author"),
    ("appended", LABORATORY, appended_to_another, RULES, "relatedDocument"),
]


@pytest.mark.parametrize(
    ("name", "breakage", "code", "said"), [case[1:] for case in _REJECTED], ids=[c[0] for c in _REJECTED]
)
def test_what_breaks_a_document_is_told_by_the_layer_that_knows_it(
    cda_validator: Validator, cda_samples: dict[str, bytes], name: str, breakage: Breakage, code: str, said: str
) -> None:
    found = cda_validator.check(broken(cda_samples[name], breakage))
    assert codes(found) == {code}
    assert any(said in finding.text for finding in found), found
    assert all(finding.severity is Severity.ERROR and finding.subject.startswith("/Clin") for finding in found)


def test_a_document_type_and_malformed_xml_are_refused_before_any_rule(
    cda_validator: Validator, cda_samples: dict[str, bytes]
) -> None:
    typed = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + cda_samples[NOTE].partition(b"?>")[2].lstrip()
    assert codes(cda_validator.check(typed)) == {DOCTYPE}
    assert codes(cda_validator.check(cda_samples[NOTE][:-20])) == {MALFORMED}


@pytest.mark.parametrize(
    ("name", "breakage"),
    [(NOTE, without("//c:routeCode")), (LABORATORY, without("//c:observation/c:templateId"))],
    ids=["no route", "no template"],
)
def test_the_official_rules_are_silent_where_they_are_known_to_be(
    cda_validator: Validator, cda_samples: dict[str, bytes], name: str, breakage: Breakage
) -> None:
    assert cda_validator.check(broken(cda_samples[name], breakage)) == []


def test_a_signed_or_auto_presentable_document_is_judged_as_the_document_in_it(
    cda_validator: Validator, cda_samples: dict[str, bytes]
) -> None:
    signed = (
        b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object>'
        + broken(cda_samples[NOTE], without("c:componentOf")).partition(b"?>")[2]
        + b"</ds:Object></ds:Signature>"
    )
    found = cda_validator.check(signed)
    assert [finding.subject for finding in found] == ["/ClinicalDocument[1]"]
    assert "componentOf" in found[0].text


def test_a_level_1_document_is_judged_on_its_header_whatever_model_it_claims(cda_samples: dict[str, bytes]) -> None:
    root = safe_xml.parse(cda_samples[LEVEL_1])
    claim = copy.deepcopy(root.find(f"{_C}templateId"))
    claim.set("root", "1.2.250.1.213.1.1.1.46")
    root.find(f"{_C}templateId").addnext(claim)
    assert profiles_of(root) == HEADER


def test_a_finding_is_french_gives_the_rule_its_own_words_and_says_where(
    cda_validator: Validator, cda_samples: dict[str, bytes]
) -> None:
    octets = broken(cda_samples[NOTE], with_value("//c:approachSiteCode", "code", "ZZ"))
    (finding,) = cda_validator.check(octets)
    assert finding.text.startswith("Règle non respectée (CI-SIS_StructurationMinimale, JDV_substanceAdministration_")
    assert "doit faire partie du jeu de valeurs" in finding.text
    assert finding.subject.endswith("/substanceAdministration[1]/approachSiteCode[1]")
    assert finding.advice
    (misplaced,) = cda_validator.check(broken(cda_samples[NOTE], title_before_code))
    assert misplaced.text == (
        "Schéma CDA_extended.xsd\u00a0: élément «\u00a0title\u00a0» mal placé\u202f; est attendu ici\u00a0: code "
        "[/ClinicalDocument[1]/title[1]]."
    )


# --- Documents of ours -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_our_own_documents_obey(cda_validator: Validator, kind: Kind) -> None:
    for rank in range(6):
        assert cda_validator.check(cda(document(rank, kind))) == []


_PRODUCT = (
    "/ClinicalDocument[1]/component[1]/structuredBody[1]/component[1]/section[1]/entry[1]/substanceAdministration[1]"
    "/consumable[1]/manufacturedProduct[1]"
)


@pytest.mark.parametrize(
    ("breakage", "code", "where"),
    [
        (with_value("c:confidentialityCode", "code", "XX"), RULES, ["/ClinicalDocument[1]/confidentialityCode[1]"]),
        (without("c:author"), SCHEMA, ["/ClinicalDocument[1]/custodian[1]"]),
        (with_value("//c:manufacturedProduct", "moodCode", "EVN"), SCHEMA, [_PRODUCT]),
    ],
    ids=["confidentiality", "author", "attribute"],
)
def test_one_fault_put_into_a_document_of_ours_is_found_where_it_is(
    cda_validator: Validator, breakage: Breakage, code: str, where: list[str]
) -> None:
    found = cda_validator.check(broken(cda(document(0, Kind.VACCINATION)), breakage))
    assert [finding.subject for finding in found if finding.code == code] == where


def test_what_is_true_of_a_document_is_told_the_same_whatever_was_judged_before(
    cda_validator: Validator, cda_samples: dict[str, bytes]
) -> None:
    """A warm process keeps nothing of one document for the next."""
    lots = [broken(cda_samples[case[1]], case[2]) for case in _REJECTED[:6]] + [cda_samples[SYNTHESIS]]
    first = [cda_validator.check(octets) for octets in lots]
    order = list(range(len(lots)))
    random.Random(6).shuffle(order)
    again = {rank: cda_validator.check(lots[rank]) for rank in order}
    assert [again[rank] for rank in range(len(lots))] == first
