"""What does a CASE.json say that a document is to be made of?

Source of the shape: the contract of ``galien docs make``, and what this module adds to it: ``patient.local_id``,
``officine.oid``, ``vaccine.act``, ``authenticator``, ``to_patient``, ``footer``, and ``replaces`` (``id``, ``set_id``,
``version`` of the document that this one corrects).
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from app.docs.cda import ids, said
from app.docs.cda.case_part import Part
from app.docs.clinical import (
    ANY_ACT,
    QUALIFIED,
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
from app.kernel.clock import PARIS, SystemClock
from app.kernel.outcome import Finding, is_refused

if TYPE_CHECKING:
    from collections.abc import Callable

STATUSES = ("provisoire", "recuperee", "validee", QUALIFIED)

_PHARMACIST = "21"
_ONE_TEXT_ADDRESS = re.compile(r"(?:(.*?)[,;]?\s+)?([0-9]{5})\s+(\D.*)")


def read_case(kind: Kind, mapping: object, *, now: dt.datetime | None = None) -> tuple[Document | None, list[Finding]]:
    """Return the document that a case describes, and what there is to say of it; None where it is no case.

    ``mapping`` is what the JSON file holds, whatever it is; ``now`` the moment of the document (the present). Whether
    what it says is right is another question: ``check_document``.
    """
    findings: list[Finding] = []
    case = Part(mapping, "", findings)
    if not isinstance(mapping, dict):
        case.wrong("", "un objet est attendu")
        return None, findings[:1]
    officine = _officine(case.part("officine"))
    authenticator = _professional(case.part("authenticator")) if case.has("authenticator") else None
    performed_at = _moment(case, "performed_at")
    subject = _subject(case.part("patient"))
    author = _professional(case.part("author"))
    recipients = tuple(_recipient(part) for part in case.parts("recipients"))
    key = _key(case)
    content = _CONTENTS[kind](case)
    to_patient, footer = case.flag("to_patient"), case.words("footer")
    case.finish()
    if is_refused(findings) or performed_at is None:
        return None, findings
    document = Document(
        key=key,
        kind=kind,
        subject=subject,
        author=author,
        officine=officine,
        performed_at=performed_at,
        created_at=now or SystemClock().now(),
        content=content,
        recipients=recipients,
        to_patient=to_patient,
        authenticator=authenticator,
        footer=footer,
    )
    return document, findings


def _subject(part: Part) -> Subject:
    birth_names = part.text("birth_names")
    subject = Subject(
        family_name=part.text("family_name"),
        first_name=part.text("first_name") or birth_names.partition(" ")[0],
        birth_names=birth_names,
        sex=part.text("sex").upper(),
        birth_date=part.text("birth_date"),
        birth_place=part.text("birth_place").upper(),
        used_name=part.text("used_name"),
        used_first_name=part.text("used_first_name"),
        matricule="".join(part.text("matricule").split()).upper(),
        oid=part.text("oid"),
        status=_status(part),
        local_id=part.text("local_id"),
        address=_address(part),
        phone=part.text("phone"),
    )
    part.finish()
    if subject.has_ins or subject.local_id:
        return subject
    # Without the INS the header still asks for an identifier: a number that nobody else has, under the officine's OID.
    return replace(subject, local_id=str(secrets.randbelow(10**12)))


def _status(part: Part) -> str:
    status = part.text("status")
    if status and status not in STATUSES:
        part.wrong("status", f"l’une de ces valeurs est attendue ({', '.join(STATUSES)})")
    return status


def _address(part: Part) -> Address:
    """Return an address given in its parts, or as one text."""
    if part.is_text("address"):
        text = part.text("address")
        found = _ONE_TEXT_ADDRESS.fullmatch(text)
        return Address(found[1] or "", found[2], found[3]) if found is not None else Address(line=text)
    given = part.part("address")
    address = Address(given.text("line"), given.text("postal_code"), given.text("city"))
    given.finish()
    return address


def _professional(part: Part) -> Professional:
    person = Professional(
        rpps=part.text("rpps").replace(" ", ""),
        family_name=part.text("family_name"),
        given_name=part.text("given_name"),
        profession=part.text("profession") or _PHARMACIST,
        section=part.text("section").upper(),
        title=part.text("title").upper(),
    )
    part.finish()
    return person


def _officine(part: Part) -> Officine:
    officine = Officine(
        finess=part.text("finess").replace(" ", "").upper(),
        name=part.text("name"),
        address=_address(part),
        phone=part.text("phone"),
        oid=part.text("oid") or ids.new_oid(),
    )
    part.finish()
    return officine


def _recipient(part: Part) -> Recipient:
    recipient = Recipient(
        family_name=part.text("family_name"),
        given_name=part.text("given_name"),
        rpps=part.text("rpps").replace(" ", ""),
        mss=part.text("mss"),
    )
    part.finish()
    return recipient


def _key(case: Part) -> DocumentKey:
    """Return the name of the document: a new one, or the next version of the one that it replaces."""
    if not case.has("replaces"):
        return DocumentKey(ids.new_oid(), ids.new_oid())
    part = case.part("replaces")
    replaced, set_id, version = part.text("id"), part.text("set_id"), part.number("version")
    part.finish()
    for name, value in (("id", replaced), ("set_id", set_id), ("version", version)):
        if not value:
            part.wrong(name, "cette donnée du document remplacé manque")
    return DocumentKey(ids.new_oid(), set_id, (version or 0) + 1, replaced)


def _moment(case: Part, key: str) -> dt.datetime | None:
    """Return a moment with its offset; without one it is French time, without an hour midnight, and both are said."""
    text = case.text(key)
    try:
        at = dt.datetime.fromisoformat(text)
        if at.tzinfo is None:
            at = at.replace(tzinfo=PARIS)
        at.astimezone(PARIS).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        case.wrong(key, "une date et une heure sont attendues (2026-03-02T10:30:00+01:00)")
        return None
    if len(text) <= len("2026-03-02"):
        case.findings.append(said.info(13, "L’heure de l’acte n’est pas donnée : minuit est écrit.", "", key))
    return at


def _vaccine(case: Part) -> Vaccine:
    part = case.part("vaccine")
    vaccine = Vaccine(
        name=part.text("name"),
        cip13="".join(part.text("cip13").split()),
        cis=part.text("cis"),
        atc=part.text("atc").upper(),
        lot=part.text("lot"),
        expiry=part.text("expiry"),
        dose_number=part.number("dose_number"),
        route=part.text("route").upper(),
        site=part.text("site").upper(),
        dose=part.words("dose"),
        manufacturer=part.text("manufacturer"),
        reason=case.words("reason"),
        act=part.text("act").upper() or ANY_ACT,
    )
    part.finish()
    return vaccine


def _entretien(case: Part) -> Entretien:
    theme, sections = case.text("theme"), []
    for part in case.parts("sections"):
        sections.append(TextSection(part.text("title"), part.words("text")))
        part.finish()
    return Entretien(theme, tuple(sections))


def _bilan(case: Part) -> Bilan:
    treatments = []
    for part in case.parts("treatments"):
        names = ("name", "dose", "frequency", "indication", "observation")
        treatments.append(Treatment(**{name: part.words(name) for name in names}))
        part.finish()
    return Bilan(tuple(treatments), case.words("analysis"), case.words("proposals"), case.words("follow_up"))


_CONTENTS: dict[Kind, Callable[[Part], Vaccine | Entretien | Bilan]] = {
    Kind.VACCINATION: _vaccine,
    Kind.ENTRETIEN: _entretien,
    Kind.BILAN: _bilan,
}
