"""In which words and colours is an answer of INSi shown beside the file?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.kernel.text import plural
from app.officine.patients.insi_model import Likeness
from app.officine.patients.model import IdentityStatus
from app.officine.patients.transitions import OID_NIA
from app.ui import formats

if TYPE_CHECKING:
    from app.officine.patients.identity_model import InsiIdentity
    from app.officine.patients.insi_model import Lookup, Refinement, TraitLine

LABELS = {
    "family_name": "Nom de naissance",
    "birth_names": "Prénom(s) de naissance",
    "first_name": "1er prénom de naissance",
    "sex": "Sexe",
    "birth_date": "Date de naissance",
    "birth_place": "Code lieu naissance",
}
SIGNS = {
    Likeness.SAME: ("check", "success", "identique"),
    Likeness.NEW: ("info", "info", "complété"),
    Likeness.TYPOGRAPHIC: ("warning", "warning", "écart typographique"),
    Likeness.DIFFERENT: ("error", "danger", "différent"),
}
"""The icon, the colour and the word of each likeness: never a colour alone."""
_RETURNED = {
    "00": "INSi a trouvé une identité",
    "01": "INSi ne trouve personne",
    "02": "INSi trouve plusieurs personnes",
}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def value(line: TraitLine, text: str) -> str:
    """Return a trait of a comparison as the screens write it."""
    return trait(line.trait, text)


def trait(name: str, text: str) -> str:
    """Return a trait as the screens write it; a date that is of no calendar keeps its figures."""
    if name == "birth_date":
        found = _ISO.fullmatch(text)
        return f"{found[3]}/{found[2]}/{found[1]}" if found else text or formats.NOTHING
    if name == "sex":
        return {"F": "Féminin", "M": "Masculin", "I": "Indéterminé"}.get(text, text or formats.NOTHING)
    return text or formats.NOTHING


def nature(oid: str) -> str:
    """Return the nature of a matricule: NIR or NIA."""
    return "NIA" if oid == OID_NIA else "NIR"


def ins_pairs(found: InsiIdentity, *, may_see: bool) -> list[tuple[str, str]]:
    """Return the INS of an answer with its nature, its authority and those that were in force before."""
    if not may_see:
        return [("Matricule INS", "masqué à votre rôle")]
    past = []
    for one in found.past:
        dates = " ".join(
            f"{word} {date}" for word, date in (("du", _french(one.start)), ("au", _french(one.end))) if date
        )
        past.append(f"{formats.nir(one.ins.matricule)} ({nature(one.ins.oid)}){f', {dates}' if dates else ''}")
    return [
        (f"Matricule INS ({nature(found.ins.oid)})", formats.nir(found.ins.matricule)),
        ("OID", found.ins.oid),
        ("Matricules antérieurs", "\n".join(past)),
    ]


def summary(lookup: Lookup) -> str:
    """Return what a search came to, in one line."""
    said = {
        "00": "INSi a trouvé une identité",
        "01": "INSi ne trouve personne",
        "02": "INSi trouve plusieurs personnes",
    }
    text = said.get(lookup.code, f"INSi a répondu le code {lookup.code[:10]}")
    sent = " · ".join(dict.fromkeys(one.first_name for one in lookup.sent))
    with_names = f" avec {sent}" if sent else ""
    return f"{text} ({plural(lookup.calls, 'appel')}{with_names})."


def refinement(one: Refinement) -> str:
    """Return what a further call would be made with."""
    place = f", né(e) à {one.birth_place}" if one.birth_place else ""
    return f"Préciser\u00a0: {one.first_name}{place}"


def confirmation(status: IdentityStatus) -> str:
    """Return what whoever takes over traits that differ says to have done."""
    if status is IdentityStatus.VALIDATED:
        return "La pièce contrôlée porte bien les traits d’INSi"
    return "Traits vérifiés avec le patient"


def asked_for(name: str) -> str:
    """Return whose identity is asked for."""
    return f"Identité INS de {name}"


def _french(date: str) -> str:
    found = _ISO.fullmatch(date)
    return f"{found[3]}/{found[2]}/{found[1]}" if found else date
