"""By which identifiers do the metadata of documents name their parts in ebRIM? IHE ITI TF-3 4.2.5 and 4.3."""

from __future__ import annotations

import uuid
from typing import Final

LCM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
RIM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"

STABLE_DOCUMENT: Final = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
PACKAGE: Final = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:RegistryPackage"
HAS_MEMBER: Final = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
REPLACES: Final = "urn:ihe:iti:2007:AssociationType:RPLC"
SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"
"""The format of the entry that signs a set: no clinical document."""

SET_NODE: Final = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
SET_AUTHOR: Final = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
SET_CONTENT_TYPE: Final = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
SET_PATIENT_ID: Final = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
SET_SOURCE_ID: Final = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
SET_UNIQUE_ID: Final = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"

AUTHOR: Final = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
PATIENT_ID: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
UNIQUE_ID: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
CONFIDENTIALITY: Final = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
EVENT: Final = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
CODES: Final = {
    "class_": "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a",
    "type": "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",
    "format": "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
    "facility": "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
    "practice": "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead",
}
"""The codes that a document has once, by their field of ``DocumentEntry``."""
SLOTS: Final = {
    "creation_time": "creationTime",
    "hash": "hash",
    "language": "languageCode",
    "legal_authenticator": "legalAuthenticator",
    "service_start": "serviceStartTime",
    "service_stop": "serviceStopTime",
    "source_patient_id": "sourcePatientId",
    "uri": "URI",
}
"""The slots of one value, by their field of ``DocumentEntry``; ``size`` and ``sourcePatientInfo`` besides."""
AUTHOR_SLOTS: Final = {
    "institution": "authorInstitution",
    "person": "authorPerson",
    "role": "authorRole",
    "specialty": "authorSpecialty",
}


def entry_uuid(unique_id: str) -> str:
    """Return the identifier of the entry of a document in its set, always the same for the same document.

    So that an archive can say which entry of an earlier one it replaces, by the identifier that the CDA gives.
    """
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, unique_id)}"
