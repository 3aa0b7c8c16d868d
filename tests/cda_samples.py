"""Documents for tests: the official samples of the kit, and small ones made here, of people who do not exist."""

from __future__ import annotations

import os
from pathlib import Path

from needs import missing

SAMPLES = (
    ("CR-BIO_2021.01_Auto-Presentable.xml", "11502-2", "Compte rendu d'examens biologiques"),
    ("CR-BIO_2021.01_CDA-R2-Niveau-1.xml", "11502-2", "Compte rendu d'examens biologiques"),
    ("LDL-SES_2020.01.xml", "11490-0", "Lettre de liaison à la sortie de l'établissement de santé"),
    ("VAC-NOTE_2021.01.xml", "87273-9", "NOTE DE VACCINATION"),
    ("VAC_2021.01.xml", "11369-6", "HISTORIQUE DE VACCINATIONS"),
    ("VSM_1.4.xml", "SYNTH", "Synthèse Médicale"),
    ("eP-MED-DM_PosoStruct_2022.01.xml", "57833-6", "Prescription de médicaments et/ou de dispositifs médicaux"),
)
"""The seven samples: file, type, title."""

_FAMILY = '<family qualifier="BR">ESSAI</family>'
_GIVEN = '<given qualifier="BR">CAMILLE</given><given>CAMILLE</given>'


def sample(name: str) -> bytes:
    """Return the octets of an official sample."""
    path = Path(os.environ.get("GALIEN_KIT", ""), "ExemplesCDA", name)
    if not path.is_file():
        missing(f"{path} is absent: GALIEN_KIT names the kit of the ANS")
    return path.read_bytes()


def header(*, family: str = _FAMILY, given: str = _GIVEN, kind: str = "11490-0") -> str:
    """Return the header of a document of a fictitious patient."""
    return f"""<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="1.2.250.1.213.1.1.1.1"/><id root="2.25.123456789"/>
<code code="{kind}" codeSystem="2.16.840.1.113883.6.1" displayName="Document"/><title>Essai</title>
<effectiveTime value="20260115103000+0100"/><confidentialityCode code="N"/><languageCode code="fr-FR"/>
<setId root="2.25.987654321"/><versionNumber value="1"/>
<recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="190017505699924"/>
<patient><name>{family}{given}</name><administrativeGenderCode code="M"/><birthTime value="19900101"/>
<birthplace><place><addr><county>75056</county></addr></place></birthplace></patient></patientRole></recordTarget>
"""


def unstructured(media_type: str, written: str) -> str:
    """Return an unstructured body of base64."""
    text = f'<text mediaType="{media_type}" representation="B64">{written}</text>'
    return f"<component><nonXMLBody>{text}</nonXMLBody></component>"


def structured(*sections: str) -> str:
    """Return a structured body of these sections."""
    parts = "".join(f"<component>{one}</component>" for one in sections)
    return f"<component><structuredBody>{parts}</structuredBody></component>"


def section(code: str, narrative: str, *entries: str, template: str = "", title: str = "Section") -> str:
    """Return a section with its narrative and entries."""
    claimed = f'<templateId root="{template}"/>' if template else ""
    held = "".join(f"<entry>{one}</entry>" for one in entries)
    return (
        f'<section>{claimed}<code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>'
        f"<title>{title}</title><text>{narrative}</text>{held}</section>"
    )


def cda(head: str = "", body: str = "") -> bytes:
    """Return the octets of a document."""
    spaces = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return f'<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument {spaces}>{head}{body}</ClinicalDocument>'.encode()
