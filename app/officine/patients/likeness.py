"""Why may two files be those of one person, or those of twins?

Pure. Twins (one name, one date, one place, two first names) are two people: they are told apart from duplicates. The
number of the insured is not kept in a file, and compares nothing. Sources: RNIV (recherche d’antériorité, doublons,
homonymes), Guide d’implémentation INS.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Generic, TypeVar

from app.officine.patients.names import first_name_agrees

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from app.officine.patients.identity import Ins
    from app.officine.patients.identity_model import IdentityFile

T = TypeVar("T")

UNKNOWN_PLACES = frozenset({"", "99999"})
_LEAST_SLIP = 4
"""Letters that a name has at least for one slip to be told from another name: LEA is not LEO."""
_APART = str.maketrans("", "", " '-")
_WORDS = str.maketrans("'-", "  ")


class Grade(enum.IntEnum):
    """How sure it is that two files are one person’s; twins are none."""

    TWINS = 0
    POSSIBLE = 1
    PROBABLE = 2
    SURE = 3

    @property
    def label(self) -> str:
        """The grade as the screens show it."""
        return {
            Grade.TWINS: "Jumeaux probables",
            Grade.POSSIBLE: "Doublon possible",
            Grade.PROBABLE: "Doublon probable",
            Grade.SURE: "Doublon certain",
        }[self]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two files are, and in what (French, one clause)."""

    grade: Grade
    reason: str


# Not frozen: a hundred thousand are made at once, and freezing doubles the time.
@dataclass(slots=True)
class Person:
    """What is compared of a file; ``told`` are the INS that INSi said were in force before."""

    id: int
    family_name: str
    first_name: str
    birth_names: str
    used_name: str
    used_first_name: str
    birth_date: dt.date
    sex: str
    birth_place: str
    ins: Ins | None = None
    told: frozenset[Ins] = frozenset()
    is_homonym: bool = False

    @property
    def families(self) -> set[str]:
        """The letters of the birth name and of the used name."""
        return {_letters(self.family_name), _letters(self.used_name)} - {""}

    @property
    def firsts(self) -> set[str]:
        """The letters of the first name and of the used first name."""
        return {_letters(self.first_name), _letters(self.used_first_name)} - {""}


def person_of(file: IdentityFile) -> Person:
    """Return what is compared of a file."""
    patient = file.patient
    return Person(
        id=patient.id,
        family_name=patient.family_name,
        first_name=patient.first_name,
        birth_names=patient.birth_names,
        used_name=patient.used_name,
        used_first_name=patient.used_first_name,
        birth_date=patient.birth_date,
        sex=str(patient.sex),
        birth_place=patient.birth_place,
        ins=file.identity.ins,
        told=frozenset(one.ins for one in file.insi_history),
    )


def likeness(one: Person, other: Person) -> Likeness | None:
    """Return why two files may be one person’s, or those of twins; None where nothing says so."""
    by_ins = _by_ins(one, other)
    if by_ins is not None:
        return by_ins
    found = _by_traits(one, other)
    if found is not None and found.grade is not Grade.TWINS and one.ins is not None and other.ins is not None:
        # Two numbers in force are two people, or a collision that only INSi settles.
        return Likeness(Grade.POSSIBLE, f"{found.reason}, mais deux matricules INS")
    return found


def pairs(people: Sequence[Person]) -> Iterator[tuple[int, int]]:
    """Give the pairs worth comparing, each once, lower number first: only people who share a key are paired.

    The keys: a day of birth with any of the names (of birth, used, first: they may have been exchanged); both names
    with a day of one other digit; an INS in force or told by INSi.
    """
    days, namesakes = _Shared[int](), _Shared[Person]()
    for person in people:
        day, family, first = person.birth_date, _letters(person.family_name), _letters(person.first_name)
        days.put((day, family), person.id)
        if first != family:
            days.put((day, first), person.id)
        namesakes.put((family, first), person)
        for key in _other_keys(person, {family, first, ""}):
            days.put(key, person.id)
    for ones in namesakes.groups():
        for person in ones:
            for slip in _slips(person):
                days.put(slip, person.id)
    seen: set[tuple[int, int]] = set()
    for ids in days.groups():
        seen.update((min(pair), max(pair)) for pair in combinations(ids, 2))
    yield from sorted(seen)


class _Shared(Generic[T]):
    """What shares a key; most keys are of one alone, for which no list is made."""

    def __init__(self) -> None:
        """Start empty."""
        self._first: dict[object, T] = {}
        self._more: dict[object, list[T]] = {}

    def put(self, key: object, one: T) -> None:
        """Put one under a key."""
        first = self._first.setdefault(key, one)
        if first is not one:
            self._more.setdefault(key, [first]).append(one)

    def groups(self) -> Iterable[list[T]]:
        """Return those that share a key with another."""
        return self._more.values()


def _other_keys(person: Person, known: set[str]) -> Iterator[object]:
    if person.used_name or person.used_first_name:
        for name in {_letters(person.used_name), _letters(person.used_first_name)} - known:
            yield person.birth_date, name
    if person.ins is not None:
        yield person.ins
    yield from person.told - {person.ins}


def _slips(person: Person) -> Iterator[tuple[str, str, str]]:
    """Give a key for each digit of the birth date that may be another, and for a day and a month exchanged."""
    family, first, day = _letters(person.family_name), _letters(person.first_name), person.birth_date.isoformat()
    for place, digit in enumerate(day):
        if digit.isdigit():
            yield family, first, f"{day[:place]}?{day[place + 1 :]}"
    yield family, first, f"{day[:4]}{min(day[5:7], day[8:])}{max(day[5:7], day[8:])}"


def _by_ins(one: Person, other: Person) -> Likeness | None:
    if one.ins is not None and one.ins == other.ins:
        return Likeness(Grade.SURE, "même matricule INS")
    if one.ins in other.told or other.ins in one.told:
        return Likeness(Grade.SURE, "l’INS de l’un est un ancien INS de l’autre, d’après INSi")
    return None


def _by_traits(one: Person, other: Person) -> Likeness | None:
    if one.birth_date != other.birth_date:
        return _by_date_slip(one, other)
    family, other_family = _letters(one.family_name), _letters(other.family_name)
    first, other_first = _letters(one.first_name), _letters(other.first_name)
    if (family, first) == (other_first, other_family) and family != first:
        return Likeness(Grade.PROBABLE, "nom et prénom échangés, même date de naissance")
    if family == other_family:
        return _of_one_family(one, other)
    if one.firsts & other.firsts and _same_sex(one, other):
        return _by_other_name(one, other)
    return None


def _of_one_family(one: Person, other: Person) -> Likeness | None:
    first, other_first = _letters(one.first_name), _letters(other.first_name)
    found: Likeness | None = None
    if _first_names_agree(one, other):
        if not _same_sex(one, other):
            found = Likeness(Grade.POSSIBLE, "mêmes nom, prénom et date de naissance, sexe différent")
        elif first != other_first:
            found = Likeness(Grade.PROBABLE, "mêmes nom, date de naissance et sexe, prénoms qui se recoupent")
        elif one.birth_place == other.birth_place and one.birth_place not in UNKNOWN_PLACES and one.sex == other.sex:
            found = Likeness(Grade.SURE, "mêmes traits stricts")
        else:
            found = Likeness(Grade.PROBABLE, "mêmes nom, prénom, date de naissance et sexe")
    elif _same_sex(one, other) and _is_slip(first, other_first):
        found = Likeness(Grade.POSSIBLE, "mêmes nom, date de naissance et sexe, une lettre du prénom")
    elif _places_agree(one, other):
        found = Likeness(Grade.TWINS, "mêmes nom, date et lieu de naissance, prénoms différents")
    return found


def _by_other_name(one: Person, other: Person) -> Likeness | None:
    """Compare two files of one day, one sex and one first name, whose birth names differ."""
    if one.families & other.families:
        return Likeness(Grade.PROBABLE, "nom utilisé de l’un et nom de l’autre, mêmes prénom, date et sexe")
    words, other_words = (set(name.translate(_WORDS).split()) for name in (one.family_name, other.family_name))
    if words <= other_words or other_words <= words:
        return Likeness(Grade.PROBABLE, "nom composé de l’un dans le nom de l’autre, mêmes prénom, date et sexe")
    if _is_slip(_letters(one.family_name), _letters(other.family_name)):
        return Likeness(Grade.PROBABLE, "une lettre du nom, mêmes prénom, date et sexe")
    return None


def _by_date_slip(one: Person, other: Person) -> Likeness | None:
    alike = (
        _letters(one.family_name) == _letters(other.family_name)
        and _letters(one.first_name) == _letters(other.first_name)
        and _same_sex(one, other)
        and _places_agree(one, other)
    )
    if not alike:
        return None
    mine, theirs = one.birth_date, other.birth_date
    if sum(a != b for a, b in zip(mine.isoformat(), theirs.isoformat(), strict=True)) == 1:
        return Likeness(Grade.POSSIBLE, "mêmes nom, prénom et sexe, un chiffre de la date de naissance")
    if (mine.year, mine.month, mine.day) == (theirs.year, theirs.day, theirs.month):
        return Likeness(Grade.POSSIBLE, "mêmes nom, prénom et sexe, jour et mois de naissance échangés")
    return None


def _first_names_agree(one: Person, other: Person) -> bool:
    """Return True where a first name is the other, begins its list, or is the used one of the other."""
    return bool(
        one.firsts & other.firsts
        or first_name_agrees(one.first_name, other.birth_names or other.first_name)
        or first_name_agrees(other.first_name, one.birth_names or one.first_name)
    )


def _same_sex(one: Person, other: Person) -> bool:
    return one.sex == other.sex or "I" in {one.sex, other.sex}


def _places_agree(one: Person, other: Person) -> bool:
    return one.birth_place == other.birth_place or bool({one.birth_place, other.birth_place} & UNKNOWN_PLACES)


def _letters(name: str) -> str:
    return name.translate(_APART)


def _is_slip(one: str, other: str) -> bool:
    """Return True where one letter put, left out or changed, or two neighbours exchanged, part two names."""
    short, long = sorted((one, other), key=len)
    if len(short) < _LEAST_SLIP or len(long) - len(short) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    exchanged = short[start : start + 2] == long[start : start + 2][::-1] and short[start + 2 :] == long[start + 2 :]
    return short[start + 1 :] == long[start + 1 :] or exchanged
