"""Who may do what? One table of rights, asked by every service."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from app.kernel import french, identifiers
from app.kernel.outcome import Finding, Severity
from app.kernel.text import typographic
from app.officine.staff.model import Right, Role

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from app.officine.staff.model import Member, MemberDraft

_COUNTER = frozenset({Role.HOLDER, Role.ASSISTANT, Role.TECHNICIAN, Role.STUDENT})
_PHARMACISTS = frozenset({Role.HOLDER, Role.ASSISTANT})

ALLOWED: Mapping[Right, frozenset[Role]] = {
    Right.DELIVER: _COUNTER,
    Right.EDIT_PATIENT: _COUNTER,
    Right.EDIT_PRESCRIBER: _COUNTER,
    Right.RECEIVE_STOCK: _COUNTER | {Role.STOCK},
    Right.ADJUST_STOCK: _PHARMACISTS | {Role.TECHNICIAN, Role.STOCK},
    Right.MANAGE_STAFF: frozenset({Role.HOLDER}),
    Right.MANAGE_CATALOG: _PHARMACISTS | {Role.SUPPORT},
    Right.READ_AUDIT: _PHARMACISTS,
    Right.REVERSE_DELIVERY: _PHARMACISTS,
    Right.CLOSE_CASH: _PHARMACISTS | {Role.TECHNICIAN},
    Right.KEEP_REGISTERS: _PHARMACISTS | {Role.TECHNICIAN, Role.STOCK},
    Right.ANSWER_FOR_REGISTERS: _PHARMACISTS,
    Right.SET_PROMISES: frozenset({Role.HOLDER}),
    Right.ADVANCE: _PHARMACISTS,
    Right.CEDE: _PHARMACISTS,
    Right.KEEP_ACCOUNTS: _PHARMACISTS | {Role.TECHNICIAN},
    Right.HANDLE_RECALLS: _COUNTER | {Role.STOCK},
    Right.KEEP_RECALLS: _PHARMACISTS | {Role.TECHNICIAN, Role.STOCK},
    Right.ANSWER_FOR_RECALLS: _PHARMACISTS,
    Right.READ_COPY: _COUNTER,
    Right.REMOVE_COPY: _PHARMACISTS,
    Right.SET_CHECKS: frozenset({Role.HOLDER}),
    Right.SET_CARDS: frozenset({Role.HOLDER, Role.SUPPORT}),
    Right.READ_PATIENT: _COUNTER,
    Right.READ_REGISTERS: _COUNTER | {Role.STOCK},
    # Of no role: the officine names a person (``Member.is_identity_super_user``).
    Right.IDENTITY_SUPER: frozenset(),
    Right.MANAGE_SECRETS: frozenset({Role.HOLDER}),
    Right.SEE_INS: _COUNTER,
    Right.CALL_INSI: _COUNTER,
    # Of the titulaire, and of whom the officine names.
    Right.MANAGE_IDENTITY: frozenset({Role.HOLDER}),
    Right.VIEW_IDENTITY_COPY: _PHARMACISTS,
    Right.DELETE_IDENTITY_COPY: frozenset({Role.HOLDER}),
    # A préparateur writes under the responsibility of a pharmacist, whom the document names.
    Right.WRITE_CARE: _PHARMACISTS | {Role.TECHNICIAN},
    Right.DELETE_CARE: _PHARMACISTS,
    Right.SET_CARE: frozenset({Role.HOLDER}),
}
"""The roles that hold each right."""

_BADGE = re.compile(r"GAL-S-[0-9A-Z]{4,20}")
_NAME_LIMIT = 60


def may(role: Role, right: Right) -> bool:
    """Return True when the role holds the right."""
    return role in ALLOWED[right]


def member_may(member: Member, right: Right) -> bool:
    """Return True when the member holds the right now: by the role, or named for it; one who left holds none."""
    if not member.active or member.is_limited:
        return False
    if right is Right.IDENTITY_SUPER:
        return member.is_identity_super_user
    if right is Right.MANAGE_IDENTITY and member.is_identity_super_user:
        return True
    return may(member.role, right)


def lapsed(member: Member, today: dt.date) -> bool:
    """Return True for a student whose recorded enrolment is over: it is what lets them work here (CSP L.4241-10)."""
    return member.role is Role.STUDENT and member.student_until is not None and today > member.student_until


def enrolment_over(member: Member) -> Finding:
    """Return the finding that refuses an act to a student whose enrolment is over."""
    assert member.student_until is not None
    text = f"L’inscription de cet étudiant est échue depuis le {french.short_date(member.student_until)}."
    return _error("GAL-PER-09", text, "Le titulaire note le nouveau certificat : Équipe (Alt+0), F6 « Modifier ».")


def limited() -> Finding:
    """Return the finding that refuses an act to who must complete the account first."""
    text = (
        "Votre compte n’est pas complet : il faut d’abord choisir votre mot de passe et enregistrer un second facteur."
    )
    return _error("GAL-PER-06", text, "Identifiez-vous avec votre mot de passe (F12) et suivez les deux étapes.")


def refusal(right: Right) -> Finding:
    """Return the finding that refuses an act to who lacks the right."""
    text = f"Votre rôle ne permet pas cette action : {right.label}."
    return _error("GAL-PER-01", text, "Demandez à une personne habilitée de s’identifier à ce poste (F12).")


def last_holder(member: Member, team: Iterable[Member]) -> list[Finding]:
    """Return why a member must stay titulaire: without one nobody could open an account again."""
    if member.role is not Role.HOLDER or not member.active:
        return []
    if any(one.role is Role.HOLDER and one.active and one.id != member.id for one in team):
        return []
    text = "C’est le seul titulaire de l’équipe : plus personne ne pourrait gérer les comptes."
    return [_error("GAL-PER-07", text, "Ajoutez d’abord l’autre titulaire.")]


def no_student() -> Finding:
    """Return the finding for an enrolment asked of somebody who is no student."""
    return _error("GAL-PER-19", "Cette personne n’est pas un étudiant de l’équipe.", "Choisissez-la dans la liste.")


def unknown() -> Finding:
    """Return the finding for somebody who is not in the team."""
    return _error("GAL-PER-22", "Cette personne n’est pas dans l’équipe.", "Choisissez-la dans la liste.")


def check_member(draft: MemberDraft, others: Iterable[Member]) -> list[Finding]:
    """Return what is wrong with a member as typed; ``others`` are the members already known."""
    findings = []
    for field, value in (("family_name", draft.family_name), ("given_name", draft.given_name)):
        if not value.strip() or len(value) > _NAME_LIMIT or not value.isprintable():
            text = f"Le nom et le prénom ont de 1 à {_NAME_LIMIT} caractères imprimables."
            findings.append(_error("GAL-PER-02", text, "Corrigez le nom.", field))
        elif not _is_latin(value):
            text = "Le nom contient une lettre d’un autre alphabet : deux personnes se liraient de même."
            findings.append(_error("GAL-PER-08", text, "Retapez le nom au clavier.", field))
    if draft.rpps and not identifiers.is_rpps(draft.rpps):
        text = "Le numéro RPPS n’est pas valide : 11 chiffres, le dernier est une clé."
        findings.append(_error("GAL-PER-03", text, "Recopiez-le depuis la carte CPS.", "rpps"))
    findings += _check_badge(draft.badge, others)
    return findings


def _is_latin(name: str) -> bool:
    """Return True where every letter is Latin, as civil status writes names in France: none passes for another's."""
    return all(unicodedata.name(letter, "").startswith("LATIN") for letter in name if letter.isalpha())


def _check_badge(badge: str, others: Iterable[Member]) -> list[Finding]:
    if not badge:
        return []
    if _BADGE.fullmatch(badge) is None:
        text = "Le code du badge n’a pas la forme GAL-S- suivie de 4 à 20 lettres ou chiffres."
        return [_error("GAL-PER-04", text, "Scannez le badge.", "badge")]
    if any(other.badge == badge for other in others):
        text = "Ce badge est déjà celui d’une autre personne."
        return [_error("GAL-PER-05", text, "Prenez un autre badge.", "badge")]
    return []


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), advice, subject)
