"""Can this patient be created or changed as typed, and is the same person already known?"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from app.kernel import french, identifiers
from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP, fold, name_words, typographic, words
from app.officine.patients import dates, names
from app.officine.patients.model import IdentityStatus, Patient, PatientDraft

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from app.officine.patients.dates import Period
    from app.officine.patients.model import Coverage

STRICT_TRAITS = ("family_name", "first_name", "birth_names", "birth_date", "sex", "birth_place")

DUPLICATE = "GAL-PAT-11"
"""The code of a file that resembles the one to create."""
ALLERGIES_LIMIT = 2000
MAX_WORDS = 8
"""A search with more words than this is cut to the longest ones: no name has more."""

_COG = re.compile(r"\d{5}|2[AB]\d{3}")
_PHONE = re.compile(r"[0-9+() .-]{0,30}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LIMITS = {"address_line": 100, "postal_code": 10, "city": 100, "email": 120}
_LABELS = {"address_line": "Adresse", "postal_code": "Code postal", "city": "Ville", "email": "Courriel"}
_CONTRACTS = frozenset({None, "full", "full_but_15", "full_but_15_30"})
_REFERENCE_LIMIT = 40
_YEARS_AHEAD = 100
_EXEMPTIONS = frozenset({None, "maternity", "at", "vaccine_campaign", "invalidity", "ame"})


@dataclass(frozen=True, slots=True)
class PatientQuery:
    """What a search asks: born in one of the periods, with a word that begins with each prefix, or this INS.

    ``completed`` are dates that count where the file holds them as uncertain.
    """

    periods: tuple[Period, ...] = ()
    prefixes: tuple[str, ...] = ()
    matricule: str = ""
    completed: tuple[dt.date, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing usable was typed."""
        return not (self.periods or self.prefixes or self.matricule)


def read_query(text: str, today: dt.date) -> PatientQuery:
    """Return what a search as typed asks; any text is legal (RNIV: birth date, letters of any name, any order).

    A matricule is looked up only with its right key.
    """
    code = re.sub(r"[\s\u00a0\u202f]", "", text).upper()
    if identifiers.is_nir(code):
        return PatientQuery(matricule=code)
    periods, rest = dates.take_dates(text, today)
    distinct = sorted(set(words(rest)), key=lambda word: (-len(word), word))
    # A prefix of another prefix asks nothing more.
    useful = [word for rank, word in enumerate(distinct) if not any(o.startswith(word) for o in distinct[:rank])]
    return PatientQuery(periods, tuple(useful[:MAX_WORDS]))


def search_words(patient: Patient | PatientDraft) -> set[str]:
    """Return the folded words under which a patient is found: birth and used names alike."""
    every = (
        patient.family_name,
        patient.used_name,
        patient.first_name,
        patient.used_first_name,
        patient.birth_names,
    )
    return {word for name in every for word in name_words(name)}


def normalized(draft: PatientDraft) -> tuple[PatientDraft, list[Finding]]:
    """Return the draft as it would be kept, and what was converted or is refused in the names."""
    findings: list[Finding] = []
    values: dict[str, Any] = {}
    for field in ("family_name", "birth_names", "first_name", "used_name", "used_first_name"):
        values[field], said = names.convert(field, getattr(draft, field))
        findings += said
    values["first_name"] = values["first_name"] or values["birth_names"].partition(" ")[0]
    for field in ("phone", "email", "address_line", "postal_code", "city", "allergies"):
        values[field] = getattr(draft, field).strip()
    values["birth_place"] = draft.birth_place.strip().upper()
    return replace(draft, **values), findings


def check(draft: PatientDraft, today: dt.date, *, creation: bool = False) -> list[Finding]:
    """Return what is wrong with a normalized draft: missing traits, impossible date, place, contact.

    A file of before may lack its place of birth; a ``creation`` may not.
    """
    return [
        *_check_traits(draft, today),
        *_check_place(draft.birth_place, creation=creation),
        *_check_contact(draft),
        *_check_rights(draft, today),
    ]


def duplicates(draft: PatientDraft, born_same_day: Iterable[Patient]) -> list[Finding]:
    """Return a warning for each known patient, born the same day, who shares the family name or a first name."""
    return [_duplicate(known) for known in born_same_day if _is_alike(draft, known)]


def locked_traits(patient: Patient, draft: PatientDraft) -> list[Finding]:
    """Return a refusal when strict traits would change on an identity that is not provisoire (RNIV).

    The first name stays free as long as it agrees with the list of birth names.
    """
    if patient.status is IdentityStatus.PROVISIONAL:
        return []
    changed = [trait for trait in STRICT_TRAITS if getattr(patient, trait) != getattr(draft, trait)]
    if not changed or (changed == ["first_name"] and names.first_name_agrees(draft.first_name, patient.birth_names)):
        return []
    text = f"{patient.status.label} : les traits stricts sont verrouillés."
    return [_error("GAL-PAT-12", text, "Seul le super-utilisateur identité peut les modifier.", changed[0])]


def edited_meanwhile() -> Finding:
    """Return the finding that refuses an edit made on an older state of the file."""
    text = "Ce dossier a été modifié entre-temps à un autre poste ; rien n’a été écrasé."
    return _error("GAL-PAT-13", text, "Relisez le dossier, puis recommencez.", "version")


def merged(patient: Patient) -> list[Finding]:
    """Return a refusal where the file was merged into another: it is read, and written no more."""
    if patient.merged_into is None:
        return []
    kept = f"le dossier n°{NBSP}{patient.merged_into}"
    text = f"Le dossier n°{NBSP}{patient.id} de {patient.display_name} a été fusionné avec {kept}."
    advice = "Cherchez de nouveau le patient : son dossier conservé s’ouvre."
    return [_error("GAL-IDN-80", text, advice, str(patient.merged_into))]


def is_writable(patient: Patient, version: int) -> bool:
    """Return True for a file that lives, and is as it was read at ``version``."""
    return patient.merged_into is None and patient.version == version


def unwritable(patient: Patient) -> list[Finding]:
    """Return why a file that is not writable is not: merged into another, else edited meanwhile."""
    return merged(patient) or [edited_meanwhile()]


def unknown(patient_id: int) -> Finding:
    """Return the finding for a file that does not exist."""
    return _error("GAL-PAT-14", "Ce dossier patient n’existe pas.", "Cherchez le patient de nouveau.", str(patient_id))


def draft_of(patient: Patient, coverage: Coverage) -> PatientDraft:
    """Return a file as it would be typed again, with another coverage."""
    kept = {one.name: getattr(patient, one.name) for one in fields(PatientDraft)}
    return PatientDraft(**kept | {"coverage": coverage})


def changes(before: Patient, after: PatientDraft) -> dict[str, list[str]]:
    """Return the fields that change, each with its value before and after, for the audit trail."""
    pairs = {f.name: (getattr(before, f.name), getattr(after, f.name)) for f in fields(after)}
    return {name: [str(old), str(new)] for name, (old, new) in pairs.items() if old != new}


def _check_traits(draft: PatientDraft, today: dt.date) -> list[Finding]:
    findings = []
    if not draft.family_name:
        findings.append(_missing("family_name", "le nom de naissance"))
    if not draft.first_name:
        findings.append(_missing("first_name", "le premier prénom de naissance"))
    if draft.sex is None:
        findings.append(_missing("sex", "le sexe"))
    if draft.birth_date is None:
        findings.append(_missing("birth_date", "la date de naissance"))
    elif not dates.is_plausible(draft.birth_date, today):
        text = f"Date de naissance impossible : {french.short_date(draft.birth_date)}."
        findings.append(_error("GAL-PAT-06", text, "Elle n’est ni à venir ni de plus de 130 ans.", "birth_date"))
    if not names.first_name_agrees(draft.first_name, draft.birth_names):
        text = "Le premier prénom ne commence pas la liste des prénoms de naissance."
        findings.append(_warning("GAL-PAT-07", text, "Vérifiez les prénoms sur la pièce d’identité.", "first_name"))
    return findings


def _check_place(place: str, *, creation: bool) -> list[Finding]:
    if not place and creation:
        # One of the five traits that no identity is created without (RNIV; INS.11).
        text = "Il manque le lieu de naissance : c’est l’un des cinq traits d’une identité."
        return [_error("GAL-PAT-20", text, "Demandez-le ; s’il est inconnu, tapez 99999.", "birth_place")]
    if not place:
        text = "Le lieu de naissance manque : l’identité restera provisoire."
        return [_warning("GAL-PAT-08", text, "Demandez-le, ou indiquez 99999 s’il est inconnu.", "birth_place")]
    if _COG.fullmatch(place) is None:
        text = "Le code du lieu de naissance n’est pas un code officiel géographique."
        advice = "Cinq chiffres (2A ou 2B en tête pour la Corse), 99 et le code du pays pour l’étranger."
        return [_error("GAL-PAT-09", text, advice, "birth_place")]
    return []


def _check_contact(draft: PatientDraft) -> list[Finding]:
    findings = [
        _error("GAL-PAT-10", f"{_LABELS[field]} : plus de {limit} caractères, ou caractère invisible.", "", field)
        for field, limit in _LIMITS.items()
        if len(getattr(draft, field)) > limit or not getattr(draft, field).isprintable()
    ]
    if _PHONE.fullmatch(draft.phone) is None:
        text = "Le numéro de téléphone n’a que des chiffres, espaces et signes + ( ) . -, trente au plus."
        findings.append(_error("GAL-PAT-10", text, "Corrigez le numéro.", "phone"))
    if draft.email and _EMAIL.fullmatch(draft.email) is None:
        findings.append(_error("GAL-PAT-10", "L’adresse de courriel n’est pas complète.", "", "email"))
    if len(draft.allergies) > ALLERGIES_LIMIT or not draft.allergies.replace("\n", " ").isprintable():
        text = f"Allergies : plus de {ALLERGIES_LIMIT} caractères, ou caractère invisible."
        findings.append(_error("GAL-PAT-10", text, "Abrégez le texte.", "allergies"))
    if draft.coverage.exemption not in _EXEMPTIONS or draft.coverage.amc not in _CONTRACTS:
        findings.append(
            _error("GAL-PAT-15", "La couverture n’est pas connue.", "Choisissez-la dans la liste.", "coverage")
        )
    return findings


def _check_rights(draft: PatientDraft, today: dt.date) -> list[Finding]:
    """Return what is wrong with the dates of the rights: reversed, before the birth, or of no right."""
    coverage = draft.coverage
    findings = []
    for name, label, held, first, last in (
        ("exemption", "l’exonération", coverage.exemption is not None, coverage.exemption_from, coverage.exemption_to),
        ("ald", "l’ALD", coverage.ald, coverage.ald_from, coverage.ald_to),
        ("css", "la CSS", coverage.css, None, coverage.css_to),
    ):
        if not held and (first is not None or last is not None):
            text = f"Des dates sont données pour {label}, qui n’est pas cochée ni choisie."
            findings.append(_error("GAL-PAT-16", text, "Choisissez-la, ou effacez ses dates.", f"{name}_to"))
        elif first is not None and last is not None and last < first:
            text = f"La fin de {label} précède son début."
            findings.append(_error("GAL-PAT-17", text, "Corrigez les deux dates.", f"{name}_to"))
        for field, day in (("from", first), ("to", last)):
            if day is not None and not _is_plausible(day, draft.birth_date, today):
                text = f"Date impossible pour {label} : {french.short_date(day)}."
                advice = "Elle va de la naissance à cent ans d’ici."
                findings.append(_error("GAL-PAT-18", text, advice, f"{name}_{field}"))
    if len(coverage.exemption_reference) > _REFERENCE_LIMIT or not coverage.exemption_reference.isprintable():
        text = f"La référence de l’accident a au plus {_REFERENCE_LIMIT} caractères imprimables."
        findings.append(_error("GAL-PAT-19", text, "Abrégez-la.", "exemption_reference"))
    return findings


def _is_plausible(day: dt.date, born: dt.date | None, today: dt.date) -> bool:
    """Return True for a day that is not before the birth, nor past all that an insurance ever grants."""
    return (born is None or born <= day) and day.year <= today.year + _YEARS_AHEAD


def _is_alike(draft: PatientDraft, known: Patient) -> bool:
    family = {fold(draft.family_name), fold(draft.used_name)} - {""}
    known_family = {fold(known.family_name), fold(known.used_name)} - {""}
    first = {fold(draft.first_name), fold(draft.used_first_name)} - {""}
    known_first = {fold(known.first_name), fold(known.used_first_name)} - {""}
    return bool(family & known_family or first & known_first)


def _duplicate(known: Patient) -> Finding:
    text = f"Un dossier ressemble : {known.birth_name}, {french.short_date(known.birth_date)}, {known.sex.label}."
    return _warning(DUPLICATE, text, "Ouvrez ce dossier et comparez avant de créer.", str(known.id))


def _missing(field: str, what: str) -> Finding:
    return _error("GAL-PAT-05", f"Il manque {what}.", "Complétez les traits d’identité.", field)


def _error(code: str, text: str, advice: str, subject: str) -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), typographic(advice), subject)


def _warning(code: str, text: str, advice: str, subject: str) -> Finding:
    return Finding(code, Severity.WARNING, typographic(text), typographic(advice), subject)
