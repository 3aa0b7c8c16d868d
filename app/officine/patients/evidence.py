"""Which documents prove an identity, and how far is each trusted?

The list and the trust are data of the site (RNIV EXI SI 10, EXI SI 23: set by the structure, none chosen beforehand);
these rows are the ones a new site begins with. Sources: RNIV v2.0 mode de validation (codes of FR Core), rules of 2024.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Trust(enum.StrEnum):
    """How far a document is trusted."""

    HIGH = "haut"
    MEDIUM = "moyen"
    LOW = "bas"


@dataclass(frozen=True, slots=True)
class EvidenceType:
    """A kind of document: its code, its name, its trust, and what it needs beside it to be trusted so."""

    code: str
    label: str
    trust: Trust
    beside: str = ""


_PARENT = "la pièce de confiance d’un parent ou du tuteur"
_VITALE = "la carte Vitale avec photo (résident d’EHPAD)"

DEFAULT_TYPES = (
    EvidenceType("PA", "Passeport", Trust.HIGH),
    EvidenceType("CN", "Carte nationale d’identité (France, UE, EEE, Suisse et assimilés)", Trust.HIGH),
    EvidenceType("CS", "Titre de séjour", Trust.HIGH),
    EvidenceType("eCN", "France Identité, identité électronique eIDAS", Trust.HIGH),
    EvidenceType("IN", "Identité numérique La Poste", Trust.HIGH),
    EvidenceType("AV", "Application carte Vitale", Trust.HIGH),
    EvidenceType("TDC", "Tiers de confiance sous contrat", Trust.HIGH),
    EvidenceType("CC", "Document de circulation pour étranger mineur", Trust.HIGH),
    EvidenceType("AN", "Extrait d’acte de naissance d’un mineur", Trust.HIGH, _PARENT),
    EvidenceType("LEP", "Livret de famille d’un mineur", Trust.HIGH, _PARENT),
    EvidenceType("ANCV", "Acte de naissance", Trust.HIGH, _VITALE),
    EvidenceType("LECV", "Livret de famille", Trust.HIGH, _VITALE),
)


def trust_of(code: str, types: tuple[EvidenceType, ...] = DEFAULT_TYPES) -> Trust:
    """Return the trust of a kind of document; a kind that the site does not know is of low trust."""
    return next((one.trust for one in types if one.code == code), Trust.LOW)
