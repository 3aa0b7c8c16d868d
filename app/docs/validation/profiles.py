"""Which rule files of the kit apply to which document?

The order is the ANS's own: the header for every document, the body where it is structured, then the model that the
document claims by its templateId. A rule fires on the templateIds that it finds: leaving one out disables its checks,
which is why the writer checks its own (``app.docs.cda.checks``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.docs.safe_xml import Element

_HL7: Final = {"c": "urn:hl7-org:v3"}
HEADER: Final = ("schematrons/profils/CI-SIS_StructurationMinimale.sch", "schematrons/profils/IHE_XDS-SD.sch")
BODY: Final = (
    "schematrons/profils/IHE.sch",
    "schematrons/profils/CI-SIS_ModelesDeContenusCDA.sch",
    "schematrons/profils/CI-SIS_Modeles_ANS.sch",
)
MODELS: Final = {
    "1.2.250.1.213.1.1.1.46": "schematrons/CI-SIS_VAC-NOTE_2021.01.sch",
    "1.2.250.1.213.1.1.1.37": "schematrons/CI-SIS_VAC_2021.01.sch",
    "1.2.250.1.213.1.1.1.13": "schematrons/CI-SIS_VSM_1.4.sch",
    "1.2.250.1.213.1.1.1.29": "schematrons/CI-SIS_LDL-SES_2020.01.sch",
    "1.2.250.1.213.1.1.1.21": "schematrons/CI-SIS_LDL-EES_2020.01.sch",
    "1.2.250.1.213.1.1.1.39": "schematrons/CI-SIS_EP-MED-DM_2022.01.sch",
    "1.3.6.1.4.1.19376.1.3.3": "schematrons/CI-SIS_CR-BIO_2021.01.sch",
}
"""The rule file of each model, by the templateId of the document."""

ALL_PROFILES: Final = (*HEADER, *BODY, *MODELS.values())


def is_structured(document: Element) -> bool:
    """Return True for a document whose body is sections and entries (CDA level 3), False for a mere file (level 1)."""
    return document.find("c:component/c:structuredBody", _HL7) is not None


def profiles_of(document: Element) -> tuple[str, ...]:
    """Return the rule files that apply to a ClinicalDocument, in the order in which they are run.

    A level 1 document is judged on its header alone, whatever model it claims: the rules of a model are about its body.
    """
    if not is_structured(document):
        return HEADER
    claimed = {element.get("root") for element in document.findall("c:templateId", _HL7)}
    return (*HEADER, *BODY, *(file for template, file in MODELS.items() if template in claimed))
