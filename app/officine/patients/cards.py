"""Whose card was put in, and which file is theirs? What a card reader is asked, and how what it read is matched.

A Vitale is an aid to find a file, and opens no right: rights come from the component of the GIE SESAM-Vitale alone. Its
NIR is no INS, and may be that of the insured person for a child: it is compared, never kept.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from app.kernel.identifiers import is_digits
from app.kernel.outcome import Finding, Severity
from app.kernel.text import fold, typographic
from app.officine.patients import names
from app.officine.patients.dates import Period, is_plausible
from app.officine.patients.model import Patient, PatientDraft, Sex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

AID = "Lu sur la carte Vitale, aide à la recherche, n’ouvre aucun droit."
"""What stands beside everything that comes from a Vitale."""

_LUNAR_MONTHS = range(20, 100)


# --- The port ---------------------------------------------------------------------------------------------------------


class CardPerson(Protocol):
    """A person named on a card, as read: ``birth`` is AAAAMMJJ and need not be a date; ``nir`` may be empty."""

    @property
    def family_name(self) -> str:
        """The name."""
        ...

    @property
    def first_name(self) -> str:
        """The first name, or several."""
        ...

    @property
    def birth(self) -> str:
        """AAAAMMJJ."""
        ...

    @property
    def nir(self) -> str:
        """Fifteen characters with a right key; empty where none goes surely with the person."""
        ...


class CardSlot(Protocol):
    """A reader, with the answer to reset of its card (empty: none, or mute)."""

    @property
    def reader(self) -> str:
        """Its name."""
        ...

    @property
    def present(self) -> bool:
        """True where a card is in it."""
        ...

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        ...


class CardHappening(Protocol):
    """Something that happened: ``happening`` is one of the words of the readers (``card-inserted``…)."""

    @property
    def happening(self) -> str:
        """What happened."""
        ...

    @property
    def reader(self) -> str:
        """Where; empty for the service itself."""
        ...

    @property
    def atr(self) -> bytes:
        """The answer to reset of the card."""
        ...


class CardPort(Protocol):
    """The card readers of the workstation, as the officine asks for them."""

    @property
    def is_simulated(self) -> bool:
        """True where cards and people are fictitious."""
        ...

    def start(self, tell: Callable[[CardHappening], None]) -> None:
        """Tell what happens, on a thread of the readers, beginning with what is there."""
        ...

    def stop(self) -> None:
        """Tell nothing more, and give up what is being read."""
        ...

    def slots(self) -> Sequence[CardSlot]:
        """Return the readers. Raises EnvironmentFailure where there is no service."""
        ...

    def kind_of(self, atr: bytes) -> str:
        """Return the kind of a card: ``vitale1``, ``vitale2``, ``cps``, ``cps3``, ``cps4``, ``unknown``."""
        ...

    def is_virtual(self, reader: str) -> bool:
        """Return True for a reader that is a program."""
        ...

    def identities(self, reader: str) -> Sequence[CardPerson]:
        """Return the people named on the Vitale in a reader. Raises EnvironmentFailure."""
        ...


# --- What is shown ----------------------------------------------------------------------------------------------------


class CardNews(enum.Enum):
    """What the screens are told of the readers."""

    STATE = "state"
    INSERTED = "inserted"
    REMOVED = "removed"
    MUTE = "mute"


@dataclass(frozen=True, slots=True)
class News:
    """One piece of news; ``kind`` is the kind of the card that was inserted."""

    news: CardNews
    reader: str = ""
    kind: str = ""

    @property
    def is_vitale(self) -> bool:
        """True where a Vitale was inserted."""
        return self.news is CardNews.INSERTED and self.kind.startswith("vitale")

    @property
    def is_mute(self) -> bool:
        """True where a card that says nothing was inserted."""
        return self.news is CardNews.MUTE

    @property
    def is_cps(self) -> bool:
        """True where the card of a health professional was inserted."""
        return self.news is CardNews.INSERTED and self.kind.startswith("cps")


@dataclass(frozen=True, slots=True)
class ReadersState:
    """The readers as they are known: ``service`` None before anything is; ``cards`` the kind of each card by reader."""

    service: bool | None = None
    readers: tuple[str, ...] = ()
    cards: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """A person named on the card, and the files that may be theirs.

    ``matches`` are those of the same person by the rules; ``alike`` those to be compared before a file is created.
    """

    family_name: str
    first_name: str
    birth: str
    draft: PatientDraft
    matches: tuple[Patient, ...] = ()
    alike: tuple[Patient, ...] = ()
    nir: str = field(default="", repr=False)
    """The number beside the name: for INSi alone, and never kept."""


@dataclass(frozen=True, slots=True)
class CardReading:
    """What a Vitale gave: its beneficiaries, in the card's order."""

    reader: str
    beneficiaries: tuple[Beneficiary, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def only_match(self) -> Patient | None:
        """The file, where the card names one person and exactly one file is theirs."""
        if len(self.beneficiaries) != 1 or len(self.beneficiaries[0].matches) != 1:
            return None
        return self.beneficiaries[0].matches[0]


# --- Rules ------------------------------------------------------------------------------------------------------------


def birth_period(birth: str, today: dt.date) -> Period | None:
    """Return the days that a birth date of a card may mean; None for what means none.

    ``00`` for the day, or a month of 20 and more, are dates of other calendars or unknown ones: the month or the year
    is what they say (norm of the NIR; « dates lunaires »).
    """
    if len(birth) != 8 or not is_digits(birth):
        return None
    year, month, day = int(birth[:4]), int(birth[4:6]), int(birth[6:])
    try:
        if month in _LUNAR_MONTHS or month == 0:
            period = Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
        elif day == 0:
            following = dt.date(year + month // 12, month % 12 + 1, 1)
            period = Period(dt.date(year, month, 1), following - dt.timedelta(days=1))
        else:
            period = Period(dt.date(year, month, day), dt.date(year, month, day))
    except ValueError:
        return None
    return period if is_plausible(period.first, today) else None


def periods_kept(period: Period) -> tuple[Period, ...]:
    """Return the days under which a file born in ``period`` may be kept: these, then those a rule completed to.

    A file known by its month has its first day, one known by its year the 31 December (RNIV EXI PP 19).
    """
    month, year = period.first.replace(day=1), dt.date(period.first.year, 12, 31)
    return period, Period(month, month), Period(year, year)


def own_sex(person: CardPerson | Beneficiary) -> Sex | None:
    """Return the sex that the NIR tells, where it is the person's own; None where it may be another's.

    The year and month of birth stand in a NIR: a child's card bears the insured person's.
    """
    nir, birth = person.nir, person.birth
    if len(nir) != 15 or len(birth) != 8 or nir[1:3] != birth[2:4]:
        return None
    is_ordinary = nir[3:5].isdigit() and 1 <= int(nir[3:5]) <= 12
    if is_ordinary and nir[3:5] != birth[4:6]:
        return None
    # 1 and 2 for good, 3 and 4, 7 and 8 while a number is provisional.
    return {"1": Sex.MALE, "3": Sex.MALE, "7": Sex.MALE, "2": Sex.FEMALE, "4": Sex.FEMALE, "8": Sex.FEMALE}.get(nir[0])


def draft_of(person: CardPerson, today: dt.date) -> PatientDraft:
    """Return what a creation begins with: the traits that the card tells, and no NIR.

    A birth date known in part is completed by the rule, as uncertain (RNIV EXI PP 19).
    """
    period = birth_period(person.birth, today)
    date = None if period is None else _completed(period)
    return PatientDraft(
        family_name=names.converted(person.family_name),
        first_name=_first_of(names.converted(person.first_name)),
        birth_date=date,
        birth_date_uncertain=period is not None and period.first != period.last,
        sex=own_sex(person),
    )


def matches(person: CardPerson, known: Iterable[Patient], today: dt.date) -> tuple[Patient, ...]:
    """Return the files of this very person: by the NIR where it is their own and a file's matricule, else by traits.

    By traits: the same family name (of birth or used), the same first name, a birth date that the card's may mean, and
    no other sex than the one the NIR tells.
    """
    files = list(known)
    own = own_sex(person)
    by_number = [file for file in files if own is not None and file.matricule == person.nir]
    if by_number:
        return tuple(by_number)
    period = birth_period(person.birth, today)
    if period is None:
        return ()
    return tuple(file for file in files if _same_traits(person, file, period, own))


def alike(person: CardPerson, known: Iterable[Patient], today: dt.date) -> tuple[Patient, ...]:
    """Return the files born on a day that the card's date may mean, with the same family name or first name."""
    period = birth_period(person.birth, today)
    if period is None:
        return ()
    return tuple(
        file
        for file in known
        if _born(file, period)
        and (_families(file) & {fold(person.family_name)} or _firsts(file) & {fold(_first_of(person.first_name))})
    )


def refused_as_test() -> Finding:
    """Return the finding that refuses a card of tests or of a demonstration where the patients are real."""
    text = "Cette carte est une carte d’essai ou de démonstration : elle n’est pas admise ici."
    return Finding("GAL-CRT-20", Severity.ERROR, typographic(text), typographic("Retirez-la : rien n’en a été retenu."))


def without_beneficiary() -> Finding:
    """Return the finding for a Vitale that names nobody."""
    return Finding("GAL-CRT-21", Severity.WARNING, "Carte sans bénéficiaire.", "Cherchez le patient par son nom.")


def is_test_person(person: CardPerson, test_people: Iterable[tuple[str, str]]) -> bool:
    """Return True for an identity of the public test sets: ``test_people`` are names, folded, and birth dates."""
    return (fold(person.family_name), person.birth) in set(test_people)


def _same_traits(person: CardPerson, file: Patient, period: Period, own: Sex | None) -> bool:
    if not _born(file, period) or fold(person.family_name) not in _families(file):
        return False
    if own is not None and file.sex not in {own, Sex.UNDETERMINED}:
        return False
    return bool(_firsts(file) & {fold(person.first_name), fold(_first_of(person.first_name))})


def _born(file: Patient, period: Period) -> bool:
    """Return True where both dates may be the same: a file's uncertain one stands for its month or its year."""
    kept = periods_kept(period)
    certain, completed = kept[:1], kept[1:]
    allowed = (*certain, *completed) if file.birth_date_uncertain else certain
    return any(one.first <= file.birth_date <= one.last for one in allowed)


def _families(file: Patient) -> set[str]:
    return {fold(file.family_name), fold(file.used_name)} - {""}


def _firsts(file: Patient) -> set[str]:
    return {fold(file.first_name), fold(file.used_first_name), fold(file.birth_names)} - {""}


def _first_of(first_name: str) -> str:
    return first_name.partition(" ")[0]


def _completed(period: Period) -> dt.date:
    return period.first if period.first.month == period.last.month else period.last
