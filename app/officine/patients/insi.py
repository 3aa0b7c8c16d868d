"""Which calls of the téléservice INSi does one search need, and what may be tried when they do not answer?

Pure. Sources: SEL-MP-043 as its public clients and the CNDA booklet apply it: one first name a call, in their order,
then the whole list; no wildcard, no exchange of name and first name; further first names, then the place of birth,
where several people answer.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.outcome import Finding, Severity, is_refused
from app.kernel.text import typographic
from app.officine.patients import names, transitions
from app.officine.patients.cards import own_sex
from app.officine.patients.identity import STRICT
from app.officine.patients.insi_model import CardKey, Likeness, Refinement, TraitLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.officine.patients.cards import Beneficiary
    from app.officine.patients.identity import Identity, Traits
    from app.officine.patients.identity_model import IdentityFile, InsiIdentity, PastIns

FOUND, NOBODY, SEVERAL = "00", "01", "02"
UNKNOWN_PLACE = "99999"
PERIOD_YEARS = 3
"""After how long an INS is to be verified again at the next visit (référentiel INS: three to five years)."""

PAST_LIMIT = 50
"""INSi gives ten changes at most; more than this is no answer of it."""

_SIGNS = re.compile(r"[-' ]+")
_PLACE_SENT = re.compile(r"\d{5}")


def first_names_to_try(traits: Traits) -> tuple[str, ...]:
    """Return the values of the first name to send, one a call: each first name in its order, then the whole list.

    The first of them is the first name of the file, even where it is made of several words.
    """
    whole = traits.birth_names or traits.first_name
    first = traits.first_name or whole.partition(" ")[0]
    rest = whole[len(first) :].split() if names.first_name_agrees(first, whole) else whole.split()
    return tuple(dict.fromkeys(name for name in (first, *rest, whole) if name))


def place_to_send(code: str) -> str:
    """Return the place of birth as INSi takes it: digits alone, and never the unknown one; empty otherwise.

    INSi admits no letter here, though its answers have some (2A020).
    """
    return code if _PLACE_SENT.fullmatch(code) and code != UNKNOWN_PLACE else ""


def refinements(traits: Traits, code: str, sent: Sequence[Refinement]) -> tuple[Refinement, ...]:
    """Return what may still be tried after an answer of ``code``, the likeliest first, for somebody to choose.

    Several people: all the first names together, then the place of birth besides. Nobody: a compound first name
    written the other way.
    """
    whole = traits.birth_names or traits.first_name
    place = place_to_send(traits.birth_place)
    if code == SEVERAL:
        wanted = [Refinement(whole), Refinement(traits.first_name, place), Refinement(whole, place)]
    elif code == NOBODY:
        wanted = [Refinement(other) for other in _written_otherwise(traits.first_name, whole)]
    else:
        wanted = []
    return tuple(one for one in dict.fromkeys(wanted) if one not in sent)


def compare(identity: Identity, found: InsiIdentity) -> tuple[TraitLine, ...]:
    """Return each strict trait of the file beside the one of INSi, and how far they are alike."""
    changed = set(transitions.differences(identity, found.traits))
    mine, theirs = identity.traits, found.traits
    lines = []
    for trait in STRICT:
        here, there = getattr(mine, trait), getattr(theirs, trait)
        if trait == "first_name":
            # INSi seldom gives it: the list is what the first name of the file is compared with.
            there = there or theirs.birth_names.partition(" ")[0]
        lines.append(TraitLine(trait, transitions.LABELS[trait], here, there, _likeness(trait, here, there, changed)))
    return tuple(lines)


def check_found(found: InsiIdentity, *, production: bool) -> list[Finding]:
    """Return what forbids to take an answer over (INS.15, INS.16, key, authority, environment)."""
    defects = transitions.check_answer(found.ins, found.traits, production=production)
    if len(found.past) > PAST_LIMIT or any(not _is_bounded(one) for one in found.past):
        text = "La réponse d’INSi a un historique de matricules anormal."
        defects.append(_error(39, text, "Elle ne peut pas être reprise ; les champs restent inchangés."))
    if not is_refused(defects):
        kept, said = transitions.normalized(found.traits)
        refused = [one for one in said if one.severity is Severity.ERROR]
        if refused or kept.birth_names != found.traits.birth_names or kept.family_name != found.traits.family_name:
            text = "La réponse d’INSi a un nom ou un prénom qui n’est pas écrit comme l’INS le veut."
            defects.append(_error(40, text, "Elle ne peut pas être reprise ; les champs restent inchangés."))
    return defects


def card_key(people: Sequence[Beneficiary], chosen: int) -> CardKey:
    """Return what INSi is told of one of the people of a Vitale.

    The number beside a name is the person’s own only where it tells the birth of that person; it is the insured one’s
    otherwise, and the rank then tells twins apart. The birth date goes as the card has it.
    """
    person = people[chosen]
    is_own = own_sex(person) is not None
    born_alike = [place for place, one in enumerate(people) if one.birth == person.birth]
    birth = person.birth
    return CardKey(
        individual=person.nir if is_own else "",
        holder=person.nir,
        family_name=person.draft.family_name,
        birth_date=f"{birth[:4]}-{birth[4:6]}-{birth[6:8]}" if len(birth) == 8 else "",
        rank=born_alike.index(chosen) + 1,
    )


def bounded(found: InsiIdentity) -> InsiIdentity:
    """Return an answer as the journal keeps it: the whole of it is in the exchange."""
    return replace(found, past=found.past[:PAST_LIMIT])


def told_by(code: str) -> list[Finding]:
    """Return what a return code without identity says (T3): the status stays."""
    return [] if code == FOUND else [transitions.no_answer(code)]


def verification_is_due(file: IdentityFile, now: dt.datetime) -> bool:
    """Return True where the INS of a file was neither taken over nor verified for three years."""
    seen = [moment for moment in (file.recovered_at, file.verified_at) if moment is not None]
    if file.identity.ins is None or not seen:
        return False
    return max(seen) < now - dt.timedelta(days=PERIOD_YEARS * 365)


def askable(identity: Identity) -> list[Finding]:
    """Return what forbids a call by traits: a forcing attribute (INS.28), a missing trait, a sex that INSi has not."""
    if identity.is_forced:
        text = "Identité douteuse ou fictive : le téléservice INSi ne peut pas être appelé."
        return [_error(41, text, "Levez d’abord cet attribut.")]
    traits = identity.traits
    missing = [trait for trait in ("family_name", "first_name", "sex", "birth_date") if not getattr(traits, trait)]
    if missing:
        text = f"Il manque un trait pour interroger INSi : {transitions.LABELS[missing[0]]}."
        return [_error(42, text, "Complétez les traits d’identité, puis recommencez.")]
    if traits.sex not in {"F", "M"}:
        text = "INSi ne connaît que les sexes féminin et masculin."
        return [_error(43, text, "Interrogez INSi par la carte Vitale, ou laissez l’identité sans INS.")]
    return []


def _likeness(trait: str, here: str, there: str, changed: set[str]) -> Likeness:
    if trait not in changed:
        if trait == "birth_names" and here != there:
            # A list that was not known beyond the first name is completed; one that begins otherwise differs.
            return Likeness.DIFFERENT if "first_name" in changed else Likeness.NEW
        return Likeness.SAME
    if not here:
        return Likeness.NEW
    is_name = trait in {"family_name", "first_name", "birth_names"}
    if is_name and _SIGNS.sub("", here) == _SIGNS.sub("", there):
        return Likeness.TYPOGRAPHIC
    return Likeness.DIFFERENT


def _is_bounded(past: PastIns) -> bool:
    """Return True for a past INS that is of the size of one; nothing more is asked of it (samples have odd dates)."""
    lengths = ((past.ins.matricule, 15), (past.ins.oid, 64), (past.start, 10), (past.end, 10))
    return all(len(value) <= limit for value, limit in lengths)


def _written_otherwise(first: str, whole: str) -> list[str]:
    """Return a compound first name with a hyphen where it has a space, and the other way round."""
    words = whole.split()
    found = []
    if "-" in first:
        found.append(first.replace("-", " "))
    if " " in first:
        found.append(first.replace(" ", "-"))
    elif len(words) > 1 and "-" not in first:
        found.append(f"{words[0]}-{words[1]}")
    return found


def _error(number: int, text: str, advice: str) -> Finding:
    return Finding(f"GAL-INS-{number}", Severity.ERROR, typographic(text), typographic(advice))
