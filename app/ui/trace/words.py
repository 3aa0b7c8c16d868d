"""In which words are the details of a trace shown?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.kernel.money import Money
from app.officine.care.model import DocumentKind
from app.officine.dispensing.model import PaymentMethod
from app.officine.patients.insi_model import Decision, InsiMode, Operation
from app.officine.staff.session import Means
from app.officine.trace.model import Reason
from app.ui import formats
from app.ui.documents.words import AGREEMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

_LABELS = {
    "amount": "Montant",
    "amo": "Part AMO",
    "amc": "Part AMC",
    "patient": "Part patient",
    "lines": "Lignes",
    "payments": "Paiements",
    "ordonnancier": "Ordonnancier n°",
    "reason": "Motif",
    "reasons": "Motifs",
    "reference": "Référence",
    "boxes": "Boîtes",
    "units": "Unités",
    "quantity": "Quantité",
    "lots": "Lots",
    "kind": "Nature",
    "role": "Rôle",
    "factor": "Moyen",
    "means": "Identifié par",
    "room": "Écran",
    "ins": "Matricule INS affiché",
    "paper": "Document",
    "why": "Pourquoi",
    "hash": "Empreinte",
    "sha256": "Empreinte",
    "size": "Taille (octets)",
    "entries": "Écritures",
    "number": "Numéro",
    "copy": "Duplicata",
    "printer": "Imprimante",
    "place": "Place",
    "outcome": "Issue",
    "difference": "Écart",
    "mode": "Mode",
    "first": "Depuis",
    "last": "Jusqu’à",
    "products": "Produits",
    "presentations": "Présentations",
    "delivery": "Délivrance n°",
    "files": "Fichiers",
    "before": "Avant le",
    "forced": "Stock forcé",
    "scanned": "Boîtes scannées",
    "seal": "Sceau de la vente",
    "late_days": "Jours de retard",
    "code": "Code",
    "operation": "Opération",
    "fault": "Faute",
    "decision": "Décision",
    "call": "Appel",
    "calls": "Appels",
    "file": "Fichier",
    "findings": "Constats",
    "codes": "Refus",
    "evidence": "Contrôle n°",
    "pages": "Pages",
    "enabled": "En marche",
    "version": "Version",
    "source": "Source",
    "key": "Clé",
    "mentions": "Mentions",
    "tariffs": "Tarifs",
    "session": "Vente",
    "delivered_on": "Délivré le",
    "agreement": "Comparaison",
    "differing": "Traits différents",
    "confirmed": "Traits comparés",
    "origin": "Venu par",
    "type": "Type",
    "document": "Identifiant",
    "other": "Autre document n°",
    "prescriber": "Prescripteur",
    "prescribed_on": "Prescrit le",
    "replaces": "Remplace le n°",
    "text": "Texte",
}
RESULTS = {"ok": "Fait", "refused": "Refusé", "failed": "Échec"}
"""What came of an action."""
_LONG = 24
_CENTS = frozenset({"amount", "amo", "amc", "patient", "difference"})
_PERIODS = {"day": "du jour", "month": "du mois", "year": "de l’année"}
_WORDS = {
    "kind": {str(kind): kind.label for kind in DocumentKind},
    "means": {str(means): means.label for means in Means},
    "reason": {str(reason): reason.label for reason in Reason},
    "operation": {str(operation): operation.label for operation in Operation},
    "decision": {str(decision): decision.label for decision in Decision},
    "mode": {str(mode): mode.label for mode in InsiMode},
    "agreement": {str(agreement): told for agreement, told in AGREEMENTS.items()},
    "room": {"counter": "comptoir", "patients": "patients", "registers": "registres", "care": "soins"},
}
"""What stands in a detail under a name of ours, and how it is said."""
_SUBJECTS = {
    "delivery": "Délivrance",
    "patient": "Dossier patient",
    "prescriber": "Prescripteur",
    "prescription_copy": "Copie d’ordonnance",
    "identity_paper": "Copie d’un titre d’identité",
    "received_document": "Document reçu",
    "staff": "Membre de l’équipe",
    "card": "Carte",
    "session": "Vente",
    "promise": "Promis",
    "stock": "Produit",
    "product": "Produit",
    "receipt": "Réception",
    "recall": "Rappel",
    "quarantine": "Quarantaine",
    "stupefiants": "Stupéfiants",
    "drawer": "Caisse du poste",
    "closing": "Clôture",
    "account": "Compte client",
    "account_invoice": "Facture de compte",
    "intervention": "Intervention",
    "catalog_version": "Base des médicaments",
    "thesaurus": "Thésaurus",
    "print": "Document",
    "database": "Base",
    "seal": "Scellé",
    "outbox": "Envoi",
    "trace": "Fichier",
    "insi_call": "Appel INSi",
    "care_document": "Document de soins",
}


def pairs(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the details as pairs of a label and a value; those without a label of ours keep their own name."""
    return [(_LABELS.get(name, name), _value(name, value)) for name, value in sorted(details.items())]


def subject(kind: str, number: str) -> str:
    """Return what a trace is about: ``Délivrance n° 12``."""
    named = _SUBJECTS.get(kind, kind)
    if kind == "closing":
        period, _, day = number.partition(" ")
        return f"{named} {_PERIODS.get(period, period)} {day}".strip()
    return f"{named} n°\u00a0{number}" if number.isdecimal() else f"{named} {_broken(number)}".strip()


def _value(name: str, value: Any) -> str:  # noqa: ANN401 -- a JSON value
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, str) and value in _WORDS.get(name, {}):
        return _WORDS[name][value]
    if name in _CENTS and isinstance(value, int):
        return formats.amount(Money(value))
    if isinstance(value, list):
        return ", ".join(_listed(name, one) for one in value) or "aucun"
    if isinstance(value, dict):
        return ", ".join(f"{key}\u00a0: {_value('', one)}" for key, one in value.items()) or "aucun"
    return _broken(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _listed(name: str, value: Any) -> str:  # noqa: ANN401 -- a JSON value
    if name == "payments":
        return _payment(value)
    return " × ".join(_value("", part) for part in value) if isinstance(value, list) else _value("", value)


def _broken(text: str) -> str:
    """Return a text whose long words, hashes mostly, are cut every eight signs: they go to the next line."""
    return " ".join(
        word if len(word) <= _LONG else " ".join(word[place : place + 8] for place in range(0, len(word), 8))
        for word in text.split(" ")
    )


def _payment(value: Any) -> str:  # noqa: ANN401 -- a JSON value
    """Return a payment, kept as its means and its cents."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], int) and value[0] in set(PaymentMethod):
        return f"{PaymentMethod(value[0]).label} {formats.amount(Money(value[1]))}"
    return _value("", value)
