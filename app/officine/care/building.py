"""How does a draft become a clinical document, and where does what is said of the document point in the draft?"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from app.docs.clinical import (
    ANY_ACT,
    Address,
    Bilan,
    Document,
    DocumentKey,
    Entretien,
    Kind,
    Officine,
    Professional,
    Recipient,
    Subject,
    TextSection,
    Treatment,
    Vaccine,
)
from app.officine.care import rules
from app.officine.care.model import BilanPart, EntretienPart, VaccinationPart
from app.officine.patients.model import IdentityStatus
from app.officine.staff.model import Role

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.outcome import Finding
    from app.officine.care.model import CareDraft, Part, WrittenDocument
    from app.officine.patients.identity_model import IdentityFile
    from app.officine.staff.model import Member

_PHARMACIST, _TECHNICIAN = "21", "39"
_SECTIONS: Final = {Role.HOLDER: "A", Role.ASSISTANT: "D"}
"""The sections of the Ordre: titulaires, and adjoints."""
_TRAITS: Final = frozenset(
    {
        "family_name", "first_name", "birth_names", "used_name", "used_first_name", "sex", "birth_date", "birth_place",
        "matricule", "oid", "local_id", "status", "phone", "patient",
    }
)  # fmt: skip
_OWN: Final = frozenset({"GAL-DOC-12", "GAL-DOC-20", "GAL-DOC-21", "GAL-DOC-23", "GAL-DOC-24"})
"""What the form says itself, on the very field: characters, people, recipients."""


@dataclass(frozen=True, slots=True)
class People:
    """Who writes a document and who answers for it: ``supervisor`` is None where the author is a pharmacist."""

    author: Member
    supervisor: Member | None = None


def document(
    draft: CareDraft,
    *,
    known: IdentityFile,
    people: People,
    place: Officine,
    named: DocumentKey,
    now: dt.datetime,
) -> Document:
    """Return the document that a draft is; its footer and its banner are the caller's to give."""
    return Document(
        key=named,
        kind=Kind(str(draft.kind)),
        subject=subject(known),
        author=professional(people.author),
        officine=place,
        performed_at=draft.performed_at,
        created_at=now,
        content=_content(draft.part),
        recipients=tuple(Recipient(one.family_name, one.given_name, one.rpps, one.mss) for one in draft.recipients),
        to_patient=draft.to_patient,
        authenticator=None if people.supervisor is None else professional(people.supervisor),
    )


def subject(known: IdentityFile) -> Subject:
    """Return the patient of a document: the INS is there for an identity qualifiée, and nowhere for any other."""
    patient, identity = known.patient, known.identity
    traits = {name: getattr(identity.traits, name) for name in identity.traits.__dataclass_fields__}
    has_ins = identity.status is IdentityStatus.QUALIFIED and identity.ins is not None
    ins = identity.ins if has_ins else None
    return Subject(
        **traits,
        matricule="" if ins is None else ins.matricule,
        oid="" if ins is None else ins.oid,
        status=str(identity.status),
        local_id=str(patient.id),
        address=Address(patient.address_line, patient.postal_code, patient.city),
        phone=patient.phone,
    )


def watched(document: Document, known: IdentityFile) -> Document:
    """Return the document with the INS of the file, whatever its status: to be looked at, never to be written.

    A matricule that someone typed among the words of a document is then recognised, be its identity not qualified.
    """
    ins = known.identity.ins
    if ins is None:
        return document
    return replace(document, subject=replace(document.subject, matricule=ins.matricule, oid=ins.oid))


def professional(member: Member) -> Professional:
    """Return a member of the team as a document names them: a pharmacist with the section of the Ordre."""
    profession = _PHARMACIST if member.role.is_pharmacist else _TECHNICIAN
    return Professional(member.rpps, member.family_name, member.given_name, profession, _SECTIONS.get(member.role, ""))


def officine(told: dict[str, Any], installation: str) -> Officine:
    """Return the pharmacy of a document: from what is known of it, and from the id of its installation.

    ``oid`` roots its own numbers: the one that it was given, else one made of the installation's (ITU-T X.667).
    """
    oid = told.get("oid") or ""
    if not oid and installation:
        oid = f"2.25.{uuid.UUID(installation).int}"
    return Officine(
        finess=told.get("finess", ""),
        name=told.get("name", ""),
        address=Address(told.get("address_line", ""), told.get("postal_code", ""), told.get("city", "")),
        phone=told.get("phone", ""),
        oid=oid,
    )


def key(before: WrittenDocument | None) -> DocumentKey:
    """Return the name of a new document, or of the next version of the one that it replaces."""
    from app.docs.cda import ids  # noqa: PLC0415 -- with the other codecs, at first use

    if before is None:
        return DocumentKey(ids.new_oid(), ids.new_oid())
    return DocumentKey(ids.new_oid(), before.set_id, before.version + 1, before.document_id)


def _content(part: Part) -> Vaccine | Entretien | Bilan:
    if isinstance(part, VaccinationPart):
        return Vaccine(
            name=part.name,
            cip13=part.cip13,
            atc=part.atc,
            lot=part.lot,
            expiry="" if part.expiry is None else part.expiry.isoformat(),
            dose_number=part.dose_number,
            route=part.route,
            site=part.site,
            dose=part.dose,
            manufacturer=part.manufacturer,
            reason=part.reason,
            act=part.act or ANY_ACT,
        )
    if isinstance(part, EntretienPart):
        return Entretien(part.theme, tuple(TextSection(one.title, one.text) for one in part.sections))
    assert isinstance(part, BilanPart)
    treatments = (
        Treatment(one.name, one.dose, one.frequency, one.indication, one.observation) for one in part.treatments
    )
    return Bilan(tuple(treatments), part.analysis, part.proposals, part.follow_up)


# --- From the document back to the draft ------------------------------------------------------------------------------


def said(found: list[Finding]) -> list[Finding]:
    """Return what is said of a document as said of its draft, without what the form says better."""
    return [_pointed(one) for one in found if one.code not in _OWN]


def _pointed(finding: Finding) -> Finding:
    path = field_of(finding.subject)
    # The documents name a place by its path, the form by the label of its field.
    text = finding.text.replace(f"« {finding.subject} »".replace(" ", "\u00a0"), f"« {rules.label(path)} »")
    return replace(finding, subject=path, text=text)


def field_of(path: str) -> str:
    """Return the path, in a draft, of a place of the document.

    ``content.sections[0].text`` is ``part.sections.0.text``; what is of the patient begins with ``patient.``, of the
    pharmacy with ``officine.``.
    """
    plain = re.sub(r"\[(\d+)\]", r".\1", path)
    head, _, rest = plain.partition(".")
    if head in {"vaccine", "content"}:
        return f"part.{rest}"
    if head in {"sections", "treatments", "theme", "analysis", "proposals", "follow_up"}:
        return f"part.{plain}"
    if head == "authenticator":
        return "supervisor_id"
    if head == "subject":
        return f"patient.{rest}"
    return f"patient.{plain}" if head in _TRAITS else plain
