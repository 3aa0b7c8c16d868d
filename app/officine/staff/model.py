"""Who works in the officine, and in which role?"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


class Role(enum.StrEnum):
    """What a member of the staff is."""

    HOLDER = "titulaire"
    ASSISTANT = "adjoint"
    TECHNICIAN = "preparateur"
    STUDENT = "etudiant"
    STOCK = "stock"
    SUPPORT = "technicien"

    @property
    def label(self) -> str:
        """The role as the screens show it."""
        return _ROLE_LABELS[self]

    @property
    def is_pharmacist(self) -> bool:
        """True for the holder and the assistants, who answer for a delivery (CSP L.4241-1)."""
        return self in {Role.HOLDER, Role.ASSISTANT}


_ROLE_LABELS = {
    Role.HOLDER: "Pharmacien titulaire",
    Role.ASSISTANT: "Pharmacien adjoint",
    Role.TECHNICIAN: "Préparateur",
    Role.STUDENT: "Étudiant en pharmacie",
    Role.STOCK: "Gestionnaire de stock",
    Role.SUPPORT: "Technicien informatique",
}


class Right(enum.StrEnum):
    """What may be asked of a service, and not by everyone."""

    DELIVER = "deliver"
    EDIT_PATIENT = "patient.edit"
    EDIT_PRESCRIBER = "prescriber.edit"
    RECEIVE_STOCK = "stock.receive"
    ADJUST_STOCK = "stock.adjust"
    MANAGE_STAFF = "staff.manage"
    MANAGE_CATALOG = "catalog.manage"
    READ_AUDIT = "audit.read"
    REVERSE_DELIVERY = "delivery.reverse"
    CLOSE_CASH = "cash.close"
    KEEP_REGISTERS = "registers.keep"
    ANSWER_FOR_REGISTERS = "registers.answer"
    SET_PROMISES = "promises.set"
    ADVANCE = "delivery.advance"
    CEDE = "delivery.cede"
    KEEP_ACCOUNTS = "accounts.keep"
    HANDLE_RECALLS = "recalls.handle"
    KEEP_RECALLS = "recalls.keep"
    ANSWER_FOR_RECALLS = "recalls.answer"
    READ_COPY = "copy.read"
    REMOVE_COPY = "copy.remove"
    SET_CHECKS = "checks.set"
    SET_CARDS = "cards.set"
    READ_PATIENT = "patient.read"
    READ_REGISTERS = "registers.read"
    IDENTITY_SUPER = "identity.super"
    MANAGE_SECRETS = "secrets.manage"
    SEE_INS = "ins.see"
    CALL_INSI = "insi.call"
    MANAGE_IDENTITY = "identity.manage"
    VIEW_IDENTITY_COPY = "identity_copy.view"
    DELETE_IDENTITY_COPY = "identity_copy.delete"
    WRITE_CARE = "care.write"
    DELETE_CARE = "care.delete"
    SET_CARE = "care.set"

    @property
    def label(self) -> str:
        """The act that the right allows, as the screens show it."""
        return _RIGHT_LABELS[self]


_RIGHT_LABELS = {
    Right.DELIVER: "délivrer et encaisser",
    Right.EDIT_PATIENT: "créer et modifier un patient",
    Right.EDIT_PRESCRIBER: "créer et modifier un prescripteur",
    Right.RECEIVE_STOCK: "recevoir une commande",
    Right.ADJUST_STOCK: "corriger le stock",
    Right.MANAGE_STAFF: "gérer l’équipe",
    Right.MANAGE_CATALOG: "mettre à jour la base des médicaments",
    Right.READ_AUDIT: "lire la trace des actions",
    Right.REVERSE_DELIVERY: "annuler une vente ou établir un avoir",
    Right.CLOSE_CASH: "clôturer et archiver la caisse",
    Right.KEEP_REGISTERS: "faire l’inventaire des stupéfiants",
    Right.ANSWER_FOR_REGISTERS: "arrêter, détruire ou déclarer aux registres",
    Right.SET_PROMISES: "régler les promis de l’officine",
    Right.ADVANCE: "avancer un traitement avant son ordonnance",
    Right.CEDE: "céder des boîtes à une autre officine",
    Right.KEEP_ACCOUNTS: "tenir les comptes clients et les facturer",
    Right.HANDLE_RECALLS: "acquitter un rappel, mettre des boîtes en quarantaine",
    Right.KEEP_RECALLS: "enregistrer un rappel de lot",
    Right.ANSWER_FOR_RECALLS: "passer outre un rappel, le lever, sortir des boîtes de quarantaine",
    Right.READ_COPY: "lire la copie d’une ordonnance",
    Right.REMOVE_COPY: "retirer la copie d’une ordonnance délivrée",
    Right.SET_CHECKS: "arrêter ou remettre en marche l’aide à la délivrance",
    Right.SET_CARDS: "choisir le module des cartes de professionnel",
    Right.READ_PATIENT: "ouvrir le dossier d’un patient",
    Right.READ_REGISTERS: "consulter les registres",
    Right.IDENTITY_SUPER: "corriger une identité récupérée ou qualifiée",
    Right.MANAGE_SECRETS: "gérer les clés et les certificats de l’officine",
    Right.SEE_INS: "voir le matricule INS",
    Right.CALL_INSI: "interroger le téléservice INSi",
    Right.MANAGE_IDENTITY: "régler l’identitovigilance, fusionner des dossiers",
    Right.VIEW_IDENTITY_COPY: "voir la copie d’un titre d’identité",
    Right.DELETE_IDENTITY_COPY: "détruire la copie d’un titre d’identité",
    Right.WRITE_CARE: "écrire une vaccination, un entretien ou un bilan",
    Right.DELETE_CARE: "supprimer un document de soins",
    Right.SET_CARE: "régler le texte des documents de soins",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDraft:
    """What is typed of a member of the staff; ``student_until`` counts for a student only (see ``Member``)."""

    family_name: str
    given_name: str
    role: Role
    rpps: str = ""
    badge: str = ""
    is_identity_super_user: bool = False
    student_until: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of the staff.

    ``rpps`` is empty for who has none; ``badge`` is the code printed on the staff badge, empty without one: it names
    its holder, and proves nothing. ``is_identity_super_user`` is the person whom the officine lets correct strict
    traits (RNIV, « super-utilisateur »), whatever the role. ``is_limited``: the account is not complete (a password
    given by someone else, or without second factor), and holds no right until it is. ``student_until`` is the last
    day of the enrolment that lets a student work here (CSP L.4241-10), None where it was not recorded.
    """

    id: int
    family_name: str
    given_name: str
    role: Role
    rpps: str
    badge: str
    active: bool
    is_identity_super_user: bool = False
    is_limited: bool = False
    student_until: dt.date | None = None

    @property
    def name(self) -> str:
        """The name as the team says it: ``Claire VALÉRIANE``."""
        return f"{self.given_name} {self.family_name}"
