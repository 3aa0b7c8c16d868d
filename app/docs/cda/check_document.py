"""What stands in the way of a document, before a byte of it is written?

An error forbids it: it would be false, refused by the DMP, or would let out an INS that is not qualified. A warning is
said and forbids nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING

from app.docs.cda import check_content, check_people, ids, said
from app.docs.cda.nir import holds_matricule, holds_nir
from app.kernel import french
from app.kernel.clock import paris_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.docs.clinical import Document
    from app.kernel.outcome import Finding

_BIRTH_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_OLDEST_YEARS = 130


def check_document(document: Document, *, production: bool = False) -> list[Finding]:
    """Return what forbids a document, and what is worth a look; nothing where all is well.

    With ``production`` an INS of tests is refused. Sources: Structuration minimale 1.9 and its INS annex, INS-28,
    SC.DOC.04, VAC-NOTE 2021.01.
    """
    return [
        *_forbidden_characters(document),
        *check_people.subject(document, production=production),
        *_birth_date(document),
        *_number_in_words(document),
        *check_people.signatories(document),
        *check_people.officine(document.officine),
        *check_people.recipients(document.recipients),
        *_moments(document),
        *_key(document),
        *check_content.content(document),
    ]


def texts(document: Document) -> Iterator[tuple[str, str]]:
    """Yield each text of a document that is not empty, with where it stands (``subject.family_name``)."""
    return _texts(document, "")


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if value:
            yield path, value
    elif isinstance(value, tuple):
        for rank, item in enumerate(value):
            yield from _texts(item, f"{path}[{rank}]")
    elif dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            yield from _texts(getattr(value, one.name), f"{path}.{one.name}".lstrip("."))


def _forbidden_characters(document: Document) -> Iterator[Finding]:
    for path, text in texts(document):
        if said.forbidden_in(text):
            yield said.error(
                12, f"« {path} » a un caractère qu’un document XML interdit.", "Effacez ce caractère invisible.", path
            )


def _birth_date(document: Document) -> Iterator[Finding]:
    text = document.subject.birth_date
    if not text:
        return
    day, act = _first_day(text), paris_date(document.performed_at)
    if day is None:
        yield _impossible_birth(f"Date de naissance impossible : « {text[:20]} ».")
    elif day > act:
        yield _impossible_birth(f"Le patient serait né après l’acte : {french.short_date(day)}.")
    elif act.year - day.year > _OLDEST_YEARS:
        yield said.warning(
            19, f"Le patient aurait plus de {_OLDEST_YEARS} ans.", "Vérifiez la date de naissance.", "birth_date"
        )
    elif len(text) < len("2026-03-02") or "-00" in text:
        yield said.warning(
            19, "La date de naissance est incomplète : seul ce qui en est connu est écrit.", "", "birth_date"
        )


def _first_day(text: str) -> dt.date | None:
    """Return the first day that a birth date, whole or not, may mean; None where it means none."""
    found = _BIRTH_DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    if day and not month:
        return None
    try:
        return dt.date(year, month or 1, day or 1)
    except ValueError:
        return None


def _impossible_birth(text: str) -> Finding:
    return said.error(19, text, "Corrigez-la (AAAA-MM-JJ) d’après la pièce d’identité.", "birth_date")


def _number_in_words(document: Document) -> Iterator[Finding]:
    """Find a matricule typed among the words of a document that must not hold one (INS-28)."""
    who = document.subject
    if who.has_ins:
        return
    kept = {"subject.matricule", "subject.oid"}
    for path, text in texts(document):
        if path not in kept and (holds_nir(text) or holds_matricule(text, who.matricule)):
            yield said.error(
                31,
                f"Un numéro de sécurité sociale ou un matricule INS est écrit dans « {path} », alors que l’identité"
                " n’est pas qualifiée.",
                "Effacez-le : il ne sort qu’avec une identité qualifiée.",
                path,
            )


def _moments(document: Document) -> Iterator[Finding]:
    if document.performed_at > document.created_at:
        yield said.error(
            25,
            f"L’acte serait à venir : {french.moment(document.performed_at)}.",
            "Corrigez la date et l’heure de l’acte.",
            "performed_at",
        )
    elif document.created_at.year - document.performed_at.year > _OLDEST_YEARS:
        yield said.error(25, "La date de l’acte est impossible.", "Corrigez-la.", "performed_at")


def _key(document: Document) -> Iterator[Finding]:
    key = document.key
    named = {"key.id": key.id, "key.set_id": key.set_id}
    if key.replaces:
        named["key.replaces"] = key.replaces
    if document.subject.local_id or not document.subject.has_ins:
        named["officine.oid"] = ids.patients_authority(document.officine.oid)
    for path, oid in named.items():
        if not ids.is_oid(oid):
            yield said.error(
                30, f"« {path} » n’est pas un OID de moins de 64 caractères.", "Donnez un OID, sans extension.", path
            )
    if (key.version > 1) != bool(key.replaces) or key.version < 1 or key.replaces == key.id:
        yield said.error(
            30,
            "La version ne va pas avec le document remplacé : la première ne remplace rien, les suivantes remplacent"
            " celle d’avant.",
            "Reprenez la correction depuis le document à remplacer.",
            "key.version",
        )
