"""Which documents prove an identity, and how far is each trusted?

The list and the trust are data of the site (RNIV EXI SI 10, EXI SI 23: set by the structure, none chosen beforehand);
these rows are the ones a new site begins with. Sources: RNIV v2.0 mode de validation (codes of FR Core), rules of 2024.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LABEL_LIMIT, _CODE_LIMIT = 120, 10


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


def check_types(types: Sequence[EvidenceType]) -> list[Finding]:
    """Return what is wrong with a list of kinds of documents that a site would choose."""
    found = []
    codes = [one.code for one in types]
    if not types or len(set(codes)) != len(codes):
        found.append(_error(69, "Il faut au moins une pièce, et chaque code une seule fois.", "Corrigez la liste."))
    for one in types:
        if not (0 < len(one.code) <= _CODE_LIMIT and one.code.isalnum()):
            found.append(_error(70, f"Le code « {one.code[:20]} » a de un à dix lettres ou chiffres.", "Corrigez-le."))
        if not (0 < len(one.label.strip()) <= _LABEL_LIMIT and one.label.isprintable()):
            found.append(_error(71, f"Le nom de la pièce « {one.code[:20]} » est vide ou trop long.", "Corrigez-le."))
        if len(one.beside) > _LABEL_LIMIT or not one.beside.isprintable():
            text = f"Ce qui accompagne la pièce « {one.code[:20]} » est trop long."
            found.append(_error(94, text, "Cent vingt caractères au plus."))
    return found


def rows_of(types: Iterable[EvidenceType]) -> list[dict[str, str]]:
    """Return kinds of documents as they are kept."""
    return [{"code": one.code, "label": one.label, "trust": str(one.trust), "beside": one.beside} for one in types]


def types_of(rows: Iterable[Mapping[str, Any]]) -> tuple[EvidenceType, ...]:
    """Return kinds of documents as they were kept."""
    return tuple(EvidenceType(one["code"], one["label"], Trust(one["trust"]), one["beside"]) for one in rows)


def _error(number: int, text: str, advice: str) -> Finding:
    return Finding(f"GAL-IDN-{number:02d}", Severity.ERROR, typographic(text), typographic(advice))
