"""What does the header of a document say, label by label?

The labels of the traits are those that cannot be taken for others (RNIV; Guide d’implémentation INS, INS.02).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.docs.showing import wording
from app.kernel.text import plural

if TYPE_CHECKING:
    from app.docs.reading.model import ReadDocument, ReadPatient

UNTITLED = "Document sans titre"
BODIES = {"pdf": "PDF", "text": "Texte", "image": "Image", "structured": "Structuré"}

Pairs = tuple[tuple[str, str], ...]


def about(document: ReadDocument) -> Pairs:
    """Return what the document is, from whom and for whom; empty values are left out."""
    version = "" if document.version is None else str(document.version)
    pairs = (
        ("Type", type_of(document)),
        ("Créé le", wording.date(document.created_at)),
        ("Acte réalisé", _performed(document)),
        ("Version", version),
        ("État", wording.status(document.status)),
        ("Remplace", document.replaces),
        *(("Auteur", _dated(wording.person(author), author.at)) for author in document.authors),
        ("Responsable", wording.person(document.legal_authenticator)),
        ("Structure", wording.organization(document.custodian)),
        *(("Destinataire", wording.person(recipient)) for recipient in document.recipients),
        ("Actes", ", ".join(filter(None, map(wording.coded, document.acts)))),
        ("Prise en charge", document.care),
        ("Prescription n°", ", ".join(document.order_ids)),
        ("Confidentialité", wording.CONFIDENTIALITY.get(document.confidentiality, document.confidentiality)),
        ("Contenu", BODIES.get(document.body, document.body)),
        ("Pièces jointes", _attached(document)),
        ("Identifiant", document.id),
    )
    return _said(pairs)


def summary(document: ReadDocument) -> Pairs:
    """Return the little that tells one document from another, short: type, date, author, place, number."""
    author = document.authors[0] if document.authors else document.legal_authenticator
    others = f" et {plural(len(document.authors) - 1, 'autre')}" if len(document.authors) > 1 else ""
    place = document.custodian.organization or document.custodian.name or author.organization
    return _said(
        (
            ("Type", type_of(document)),
            ("Créé le", wording.date(document.created_at)),
            ("Auteur", f"{author.name}{others}" if author.name else ""),
            ("Structure", place if place != author.name else ""),
            ("Version", "" if document.version in {None, 1} else str(document.version)),
            ("Prescription n°", ", ".join(document.order_ids)),
        )
    )


def type_of(document: ReadDocument) -> str:
    """Return the type of a document in words; empty where its title says it already."""
    return "" if document.type_label.casefold() == document.title.casefold() else document.type_label


def patient(found: ReadPatient) -> Pairs:
    """Return the traits of the patient that the document gives; empty values are left out."""
    return _said(
        (
            ("Nom de naissance", found.family_name),
            ("Prénom(s) de naissance", found.birth_names),
            ("1er prénom de naissance", found.first_name if found.first_name != found.birth_names else ""),
            ("Nom utilisé", found.used_name),
            ("Prénom utilisé", found.used_first_name),
            ("Sexe", wording.SEXES.get(found.sex, found.sex)),
            ("Date de naissance", wording.date(found.birth_date)),
            ("Code lieu naissance", found.birth_place),
            ("Matricule INS", wording.ins(found.matricule, found.oid)),
            *(("Identifiant local", value) for _system, value in found.local_ids),
            ("Adresse", found.address),
            ("Contact", ", ".join(found.telecoms)),
        )
    )


def _said(pairs: tuple[tuple[str, str], ...]) -> Pairs:
    return tuple((label, value) for label, value in pairs if value)


def _dated(said: str, at: str) -> str:
    return f"{said}, le {wording.date(at)}" if said and at else said


def _performed(document: ReadDocument) -> str:
    start, end = document.performed
    return wording.period(start, end) if end else wording.date(start)


def _attached(document: ReadDocument) -> str:
    return plural(len(document.attachments), "fichier") if document.attachments else ""
