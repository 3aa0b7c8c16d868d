"""What does an event do to an identity: creation, answer of INSi, evidence, attribute, edit, verification, scan?

Pure: each function takes an identity and returns what it becomes, with what there is to say; a refusal leaves it as it
was. Sources: RNIV and Guide d’implémentation INS (transitions of the four statuses); where a transition is the subject
of a conformity scenario, the scenario holds: a failed verification gives provisoire (INS.43), a strict trait edited by
the super-utilisateur lowers by one level (INS.32 to 36).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.kernel.identifiers import is_nir
from app.kernel.outcome import Finding, Severity, is_refused
from app.kernel.text import typographic
from app.officine.patients import dates, evidence, names
from app.officine.patients.identity import STRICT, TRAITS, USED, Identity, Ins, Traits
from app.officine.patients.model import Attribute, IdentityStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.officine.patients.evidence import EvidenceType

OID_NIR, OID_NIA = "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"
TEST_OIDS = frozenset({"1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"})
OIDS = frozenset({OID_NIR, OID_NIA}) | TEST_OIDS

LABELS = {
    "family_name": "nom de naissance",
    "birth_names": "prénoms de naissance",
    "first_name": "premier prénom de naissance",
    "sex": "sexe",
    "birth_date": "date de naissance",
    "birth_place": "lieu de naissance",
    "used_name": "nom utilisé",
    "used_first_name": "prénom utilisé",
}
_COG = re.compile(r"\d{5}|2[AB]\d{3}")
_ISO_DATE = re.compile(r"\d{4}-(\d{2})-(\d{2})")
_INCOHERENT = "GAL-IDN-31"
_MINIMUM = ("family_name", "first_name", "birth_date", "sex", "birth_place")


@dataclass(frozen=True, slots=True)
class Move:
    """What became of an identity: ``identity`` as it is now (unchanged when refused) and what there is to say."""

    identity: Identity
    findings: tuple[Finding, ...] = ()

    @property
    def accepted(self) -> bool:
        """True unless the event was refused."""
        return not is_refused(self.findings)


def create(traits: Traits, today: dt.date) -> tuple[Identity | None, tuple[Finding, ...]]:
    """Return a new identity, provisoire, with what was converted; None when it is refused.

    Five traits are needed and no other (RNIV; INS.11, INS.12): birth name, first of the first names, date and place of
    birth, sex. The first of the list of first names is taken where the first name is not given.
    """
    kept, findings = normalized(traits)
    for trait in _MINIMUM:
        if not getattr(kept, trait):
            findings.append(
                _error(1, f"Il manque : {LABELS[trait]}.", "Demandez ce trait ; le lieu inconnu est 99999.")
            )
    findings += [said for trait in _MINIMUM[2:] for said in _check_value(trait, getattr(kept, trait), today)]
    if not names.first_name_agrees(kept.first_name, kept.birth_names):
        findings.append(_incoherent_first_name(Severity.ERROR))
    if is_refused(findings):
        return None, tuple(findings)
    return Identity(traits=kept), tuple(findings)


def normalized(traits: Traits) -> tuple[Traits, list[Finding]]:
    """Return the traits as the INS writes them, and what was converted or is refused in the names."""
    findings: list[Finding] = []
    values: dict[str, str] = {}
    for trait in ("family_name", "birth_names", "first_name", "used_name", "used_first_name"):
        values[trait], said = names.convert(trait, getattr(traits, trait))
        findings += said
    values["first_name"] = values["first_name"] or values["birth_names"].partition(" ")[0]
    values["birth_names"] = values["birth_names"] or values["first_name"]
    values["sex"] = traits.sex.strip().upper()
    values["birth_date"] = traits.birth_date.strip()
    values["birth_place"] = traits.birth_place.strip().upper()
    return Traits(**values), findings


def differences(identity: Identity, answer: Traits) -> list[str]:
    """Return the strict traits in which an answer differs; a place of birth that INSi does not give differs in nothing.

    The first name agrees as long as it begins the list of first names (EXI ID 10); so does a list that was not known
    beyond the first name.
    """
    mine = identity.traits
    found = [trait for trait in ("family_name", "sex", "birth_date") if getattr(mine, trait) != getattr(answer, trait)]
    if not names.first_name_agrees(mine.first_name, answer.birth_names):
        found.append("first_name")
    elif mine.birth_names not in {answer.birth_names, mine.first_name}:
        found.append("birth_names")
    if answer.birth_place and mine.birth_place != answer.birth_place:
        found.append("birth_place")
    return found


def retrieve(
    identity: Identity,
    code: str,
    ins: Ins,
    answer: Traits,
    *,
    accept: bool,
    production: bool,
    told: Sequence[Ins] = (),
) -> Move:
    """Return what an answer of INSi does (T1 to T3).

    ``code`` is the return code: only ``00`` brings an identity; ``accept`` what the user decided, having seen the
    differences; ``told`` the INS that INSi says were in force before. Refused: an answer that asks to be refused
    (INS.15, INS.16: day or month 00, empty name, first names or sex), a matricule whose key is wrong, a test identity
    in production, and any call for a doubtful identity.
    """
    if identity.is_forced:
        return _refused(identity, 2, "Identité douteuse ou fictive : le téléservice INSi ne peut pas être appelé.",
                        "Levez d’abord cet attribut.")  # fmt: skip
    if code != "00":
        return Move(identity, (no_answer(code),))
    defects = check_answer(ins, answer, production=production)
    if is_refused(defects):
        return Move(identity, tuple(defects))
    changed = differences(identity, answer)
    said = defects + [_difference(identity, answer, trait) for trait in changed]
    if not accept:
        refusal = _error(3, "Les traits d’INSi n’ont pas été acceptés : rien n’a été repris.",
                         "Vérifiez les traits avec le patient, puis interrogez de nouveau.")  # fmt: skip
        return Move(identity, (*said, refusal))
    keeps_evidence = identity.evidence and not (changed and identity.status is IdentityStatus.QUALIFIED)
    if identity.evidence and not keeps_evidence:
        said.append(_warning(4, "Les traits ont changé : la pièce d’identité est à contrôler de nouveau."))
    past = ((identity.ins,) if identity.ins else ()) + identity.past + tuple(told)
    became = replace(
        identity,
        traits=_taken_over(identity.traits, answer),
        ins=ins,
        evidence=identity.evidence if keeps_evidence else "",
        past=tuple(one for one in dict.fromkeys(past) if one != ins),
        presented=None,
    )
    return Move(became, tuple(said))


def no_answer(code: str) -> Finding:
    """Return what a return code of INSi without identity says."""
    if code == "01":
        return _info(32, "INSi ne trouve personne avec ces traits.", "Vérifiez-les, ou ajoutez un prénom.")
    if code == "02":
        return _info(33, "INSi trouve plusieurs personnes.", "Précisez les prénoms ou le lieu de naissance.")
    return _warning(34, f"INSi n’a pas pu répondre (code {code}).", "Le statut ne change pas ; recommencez plus tard.")


def check_answer(ins: Ins, answer: Traits, *, production: bool) -> list[Finding]:
    """Return what forbids to take an answer of INSi over."""
    found = [
        _error(5, f"La réponse d’INSi n’a pas de valeur pour : {LABELS[trait]}.", "Les champs restent inchangés.")
        for trait in ("family_name", "birth_names", "sex")
        if not getattr(answer, trait).strip()
    ]
    parts = _ISO_DATE.fullmatch(answer.birth_date)
    if parts is None or "00" in parts.groups():
        text = "La réponse d’INSi a une date de naissance incomplète (jour ou mois à 00)."
        found.append(_error(6, text, "Elle ne peut pas être reprise ; les champs restent inchangés."))
    elif not _is_of_the_calendar(answer.birth_date):
        # The schema of INSi takes any digits: what no calendar has is shown, and never corrected.
        text = "La date de naissance donnée par INSi n’est pas une date du calendrier."
        found.append(_error(61, text, "Elle ne peut pas être reprise ; les champs restent inchangés."))
    if answer.sex.strip() and answer.sex not in {"F", "M"}:
        text = "La réponse d’INSi a un sexe inconnu."
        found.append(_error(35, text, "Elle ne peut pas être reprise ; les champs restent inchangés."))
    if answer.birth_place and _COG.fullmatch(answer.birth_place) is None:
        text = "La réponse d’INSi a un lieu de naissance qui n’est pas un code officiel géographique."
        found.append(_error(36, text, "Elle ne peut pas être reprise ; les champs restent inchangés."))
    return found + check_ins(ins, production=production)


def check_ins(ins: Ins, *, production: bool) -> list[Finding]:
    """Return what is wrong with a matricule and its authority."""
    if not is_nir(ins.matricule):
        return [_error(7, "Matricule INS faux : sa clé ne correspond pas.", "Il n’est pas enregistré.")]
    if ins.oid not in OIDS:
        return [_error(8, "L’autorité d’affectation (OID) du matricule est inconnue.", "Il n’est pas enregistré.")]
    if production and ins.oid in TEST_OIDS:
        return [_error(9, "Identité de test : refusée en production.", "Vérifiez l’adresse du téléservice.")]
    return []


def prove(
    identity: Identity, code: str, *, coherent: bool, types: tuple[EvidenceType, ...] = evidence.DEFAULT_TYPES
) -> Move:
    """Return what the check of a document does (T4 to T6); ``coherent`` says that its traits are those of the file."""
    if evidence.trust_of(code, types) is not evidence.Trust.HIGH:
        return Move(
            identity, (_info(10, "Cette pièce n’est pas de haut niveau de confiance : le statut ne change pas."),)
        )
    if identity.is_forced:
        return Move(identity, (_warning(11, "Identité douteuse ou fictive : la pièce ne change pas le statut."),))
    if coherent:
        return Move(replace(identity, evidence=code))
    text = "Les traits de la pièce ne sont pas ceux du dossier : l’identité n’est pas validée."
    refusal = _error(12, text, "Corrigez les traits d’après la pièce, puis contrôlez-la de nouveau.")
    if identity.status is IdentityStatus.QUALIFIED:
        lowered = _info(13, "L’identité était qualifiée : elle redevient provisoire, le matricule est invalidé.")
        return Move(
            _without_ins(replace(identity, evidence="")), (replace(refusal, severity=Severity.WARNING), lowered)
        )
    return Move(identity, (refusal,))


def withdraw_evidence(identity: Identity) -> Move:
    """Return the identity without its evidence (T10): récupérée where it holds the INS, else provisoire."""
    if not identity.evidence:
        return _refused(identity, 14, "Aucune pièce de confiance n’est enregistrée.", "Rien à invalider.")
    return Move(replace(identity, evidence=""))


def set_attribute(identity: Identity, attribute: Attribute) -> Move:
    """Return the identity with an attribute (T7): doubtful and fictitious force provisoire, and void INS and evidence.

    Doubtful and homonym may stand together; fictitious stands alone (EXI ID 26).
    """
    together = identity.attributes | {attribute}
    if Attribute.FICTITIOUS in together and len(together) > 1:
        return _refused(identity, 15, "« Fictive » ne se combine avec aucun autre attribut.", "Levez d’abord l’autre.")
    marked = replace(identity, attributes=together)
    return Move(_without_ins(replace(marked, evidence="")) if marked.is_forced else marked)


def unset_attribute(identity: Identity, attribute: Attribute) -> Move:
    """Return the identity without an attribute (T8): what it voided is to be done again."""
    if attribute not in identity.attributes:
        return _refused(identity, 16, "Cette identité ne porte pas cet attribut.", "Rien à lever.")
    return Move(replace(identity, attributes=identity.attributes - {attribute}))


def edit(identity: Identity, trait: str, value: str, *, is_super_user: bool, today: dt.date) -> Move:
    """Return the identity with one trait changed by hand (T11 to T13).

    The matricule, its OID and the status are nobody's to write. A strict trait is free while the identity is
    provisoire; beyond, only the super-utilisateur changes it, which voids the INS (qualifiée → validée, récupérée →
    provisoire) and, for an identity validée, the evidence. A first name that begins the list stays free.
    """
    if trait not in TRAITS:
        return _refused(
            identity, 17, "Ce champ ne se saisit pas à la main.", "Le matricule et le statut viennent d’INSi."
        )
    is_free = identity.status is IdentityStatus.PROVISIONAL
    kept, findings = _edited(identity.traits, trait, value, today, is_free=is_free)
    if is_refused(findings) or kept == identity.traits:
        return Move(identity, tuple(findings))
    became = replace(identity, traits=kept)
    if is_free or trait in USED or trait == "first_name":
        return Move(became, tuple(findings))
    if is_super_user:
        moved, said = _forced_edit(identity, became)
        return Move(moved, (*findings, said))
    text = f"{identity.status.label} : {LABELS[trait]} est verrouillé."
    return _refused(identity, 18, text, "Seul le super-utilisateur identité peut le modifier.")


def edit_all(identity: Identity, changes: Mapping[str, str], *, is_super_user: bool, today: dt.date) -> Move:
    """Return the identity with several traits changed in one act: it goes down by one level at most, as in ``edit``.

    What the traits become is judged together: a first name and its list may change at once.
    """
    is_free = identity.status is IdentityStatus.PROVISIONAL
    kept, findings = identity.traits, list[Finding]()
    for trait in sorted(changes, key=TRAITS.index):
        kept, said = _edited(kept, trait, changes[trait], today, is_free=is_free)
        findings += [one for one in said if one.subject != "first_name" or one.code != _INCOHERENT]
    named = {"first_name", "birth_names"} & set(changes)
    if named and not names.first_name_agrees(kept.first_name, kept.birth_names):
        is_list_alone = is_free and named == {"birth_names"}
        findings.append(_incoherent_first_name(Severity.WARNING if is_list_alone else Severity.ERROR))
    if is_refused(findings) or kept == identity.traits:
        return Move(identity, tuple(findings))
    became = replace(identity, traits=kept)
    strict = [one for one in STRICT if one != "first_name" and getattr(kept, one) != getattr(identity.traits, one)]
    if is_free or not strict:
        return Move(became, tuple(findings))
    if is_super_user:
        moved, told = _forced_edit(identity, became)
        return Move(moved, (*findings, told))
    text = f"{identity.status.label} : {LABELS[strict[0]]} est verrouillé."
    return _refused(identity, 18, text, "Seul le super-utilisateur identité peut le modifier.")


def verify(identity: Identity, *, ok: bool) -> Move:
    """Return what the verification of the INS in base does (T9, T14); a failure voids all and asks for review."""
    if identity.ins is None:
        return _refused(identity, 21, "Cette identité n’a pas d’INS à vérifier.", "Interrogez d’abord INSi.")
    if ok:
        return Move(identity)
    text = "INSi ne reconnaît plus cette identité : matricule invalidé, dossier à revoir."
    return Move(_without_ins(replace(identity, evidence="")), (_warning(22, text),))


def scan(identity: Identity, ins: Ins, read: Traits) -> Move:
    """Return what an INS datamatrix read on a paper does (T15): it proves nothing, and changes no status.

    The INS read is kept aside where the file has none; it is compared with the one of the file otherwise.
    """
    changed = differences(identity, read)
    if identity.ins is not None:
        if identity.ins != ins:
            return _refused(identity, 23, "Le code lu porte un autre matricule que ce dossier.", "Vérifiez le patient.")
        if changed:
            return _refused(
                identity, 24, f"Le code lu diffère du dossier : {_list(changed)}.", "Comparez avec le patient."
            )
        return Move(identity, (_info(25, "Le code lu est celui de ce dossier."),))
    said = (
        [_warning(24, f"Le code lu diffère du dossier : {_list(changed)}.", "Comparez avec le patient.")]
        if changed
        else []
    )
    said.append(_info(26, "Le matricule lu reste à confirmer par INSi : il n’est pas enregistré."))
    return Move(replace(identity, presented=ins), tuple(said))


def _edited(traits: Traits, trait: str, value: str, today: dt.date, *, is_free: bool) -> tuple[Traits, list[Finding]]:
    findings: list[Finding] = []
    value = value.strip()
    if trait in {"sex", "birth_date", "birth_place"}:
        value = value.upper()
        findings += _check_value(trait, value, today)
    else:
        value, findings = names.convert(trait, value)
    if not value and trait in STRICT:
        findings.append(_error(1, f"Il manque : {LABELS[trait]}.", "Un trait strict ne se vide pas."))
    kept = replace(traits, **{trait: value})
    if trait == "first_name" and traits.birth_names == traits.first_name and is_free:
        # The list was not known beyond the first name: it follows it.
        kept = replace(kept, birth_names=value)
    if trait in {"first_name", "birth_names"} and not names.first_name_agrees(kept.first_name, kept.birth_names):
        is_list_first = trait == "birth_names" and is_free
        findings.append(_incoherent_first_name(Severity.WARNING if is_list_first else Severity.ERROR))
    return kept, findings


def _forced_edit(before: Identity, after: Identity) -> tuple[Identity, Finding]:
    """Return what a strict trait changed by the super-utilisateur leaves of an identity that was not provisoire."""
    if before.status is IdentityStatus.VALIDATED:
        text = "La pièce contrôlée ne vaut plus pour ces traits : l’identité est provisoire."
        return replace(after, evidence=""), _warning(19, text)
    return _without_ins(after), _warning(20, "Trait strict modifié : le matricule INS est invalidé.")


def _check_value(trait: str, value: str, today: dt.date) -> list[Finding]:
    if trait == "sex" and value not in {"F", "M", "I"}:
        return [_error(27, "Le sexe est F, M ou I.", "Choisissez l’une des trois valeurs.")] if value else []
    if trait == "birth_place" and value and _COG.fullmatch(value) is None:
        return [
            _error(
                28, "Le lieu de naissance n’est pas un code officiel géographique.", "Cinq caractères ; 99999 inconnu."
            )
        ]
    if trait == "birth_date" and value:
        try:
            is_possible = dates.is_plausible(dt.date.fromisoformat(value), today)
        except ValueError:
            is_possible = False
        if not is_possible or _ISO_DATE.fullmatch(value) is None:
            return [_error(29, "Date de naissance impossible.", "Elle s’écrit AAAA-MM-JJ, sans jour ni mois à 00.")]
    return []


def _is_of_the_calendar(date: str) -> bool:
    try:
        dt.date.fromisoformat(date)
    except ValueError:
        return False
    return True


def _taken_over(mine: Traits, answer: Traits) -> Traits:
    """Return the traits of INSi; the first name typed stays where it begins the list, and is never overwritten."""
    return replace(
        mine,
        family_name=answer.family_name,
        birth_names=answer.birth_names,
        sex=answer.sex,
        birth_date=answer.birth_date,
        birth_place=answer.birth_place or mine.birth_place,
    )


def _without_ins(identity: Identity) -> Identity:
    past = identity.past if identity.ins is None else (identity.ins, *identity.past)
    return replace(identity, ins=None, past=past, presented=None)


def _difference(identity: Identity, answer: Traits, trait: str) -> Finding:
    if trait == "first_name":
        return _incoherent_first_name(Severity.WARNING)
    mine, theirs = getattr(identity.traits, trait), getattr(answer, trait)
    return _warning(30, f"{LABELS[trait].capitalize()} : « {mine} » au dossier, « {theirs} » chez INSi.")


def _incoherent_first_name(severity: Severity) -> Finding:
    text = "Le premier prénom ne commence pas la liste des prénoms de naissance."
    advice = "Vérifiez les prénoms sur la pièce d’identité."
    return Finding(_INCOHERENT, severity, typographic(text), typographic(advice), "first_name")


def _list(traits: Sequence[str]) -> str:
    return ", ".join(LABELS[trait] for trait in traits)


def _refused(identity: Identity, number: int, text: str, advice: str) -> Move:
    return Move(identity, (_error(number, text, advice),))


def _error(number: int, text: str, advice: str = "") -> Finding:
    return Finding(f"GAL-IDN-{number:02d}", Severity.ERROR, typographic(text), typographic(advice))


def _warning(number: int, text: str, advice: str = "") -> Finding:
    return Finding(f"GAL-IDN-{number:02d}", Severity.WARNING, typographic(text), typographic(advice))


def _info(number: int, text: str, advice: str = "") -> Finding:
    return Finding(f"GAL-IDN-{number:02d}", Severity.INFO, typographic(text), typographic(advice))
