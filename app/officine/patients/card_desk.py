"""What do the screens ask of the cards: which readers are there, and whose file does this Vitale open?"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.clock import today
from app.kernel.outcome import Done, Refused
from app.officine.patients import cards, store
from app.officine.patients.cards import Beneficiary, CardNews, CardReading, News, ReadersState
from app.officine.patients.rules import PatientQuery

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from app.kernel.outcome import Outcome
    from app.officine.patients.cards import CardHappening, CardPerson, CardPort
    from app.officine.patients.model import Patient
    from app.store.database import Database

_CANDIDATES = 500
"""Files that may be one person's: those born on a day, or in a year for a date known in part."""


class PatientCards:
    """The cards of this workstation, as an aid to find a patient."""

    def __init__(
        self, db: Database, port: CardPort, *, production: bool, test_people: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Read by ``port`` and find in ``db``; in ``production``, refuse ``test_people`` and readers of simulation."""
        self._db = db
        self._port = port
        self._production = production
        self._test_people = frozenset(test_people)
        self._state = ReadersState()
        self._lock = threading.Lock()

    @property
    def state(self) -> ReadersState:
        """The readers as they are known now."""
        return self._state

    def start(self, tell: Callable[[News], None]) -> None:
        """Tell the news from now on, on a thread of the readers."""
        with self._lock:
            self._state = ReadersState()
        self._port.start(lambda happening: self._hear(happening, tell))

    def stop(self) -> None:
        """Tell nothing more, and give up what is being read."""
        self._port.stop()

    def vitale_reader(self) -> str | None:
        """Return the reader in which a Vitale is; None where there is none."""
        return next((reader for reader, kind in self._state.cards.items() if kind.startswith("vitale")), None)

    def read(self, reader: str) -> Outcome[CardReading]:
        """Read the Vitale in a reader, and find the files of the people it names.

        Refused for a card of tests or of a demonstration in production. Raises the EnvironmentFailure of the card.
        """
        if self._production and self._port.is_virtual(reader):
            return Refused((cards.refused_as_test(),))
        people = self._port.identities(reader)
        if self._production and any(cards.is_test_person(person, self._test_people) for person in people):
            return Refused((cards.refused_as_test(),))
        if not people:
            return Done(CardReading(reader, findings=(cards.without_beneficiary(),)))
        day = today(self._db.clock)
        with self._db.read() as session:
            found = tuple(_beneficiary(session, person, day) for person in people)
        return Done(CardReading(reader, found))

    def files_of(self, person: CardPerson) -> tuple[tuple[Patient, ...], tuple[Patient, ...]]:
        """Return the files of a person, however read, and where there is none those to be compared."""
        day = today(self._db.clock)
        with self._db.read() as session:
            found = _beneficiary(session, person, day)
        return found.matches, found.alike

    def names_test_people(self, people: Sequence[CardPerson]) -> bool:
        """Return True where one of the people is of the public test sets."""
        return any(cards.is_test_person(person, self._test_people) for person in people)

    def _hear(self, happening: CardHappening, tell: Callable[[News], None]) -> None:
        with self._lock:
            self._state, news = _after(self._state, happening, self._port.kind_of)
        tell(news)


def _after(state: ReadersState, happening: CardHappening, kind_of: Callable[[bytes], str]) -> tuple[ReadersState, News]:
    """Return the state after something happened, and how it is told."""
    name, reader = str(happening.happening), happening.reader
    if name in {"service-up", "service-down"}:
        return replace(state, service=name == "service-up"), News(CardNews.STATE)
    if name == "reader-added":
        return replace(state, readers=(*state.readers, reader)), News(CardNews.STATE, reader)
    others = {other: kind for other, kind in state.cards.items() if other != reader}
    if name == "reader-removed":
        left = tuple(other for other in state.readers if other != reader)
        return replace(state, readers=left, cards=others), News(CardNews.STATE, reader)
    if name == "card-removed":
        return replace(state, cards=others), News(CardNews.REMOVED, reader)
    if name == "card-mute":
        return replace(state, cards=others | {reader: "mute"}), News(CardNews.MUTE, reader)
    kind = str(kind_of(happening.atr))
    return replace(state, cards=others | {reader: kind}), News(CardNews.INSERTED, reader, kind)


def _beneficiary(session: Session, person: CardPerson, day: dt.date) -> Beneficiary:
    candidates = _candidates(session, person, day)
    matches = cards.matches(person, candidates, day)
    near = () if matches else cards.alike(person, candidates, day)
    draft = cards.draft_of(person, day)
    return Beneficiary(person.family_name, person.first_name, person.birth, draft, matches, near, person.nir)


def _candidates(session: Session, person: CardPerson, day: dt.date) -> list[Patient]:
    """Return the files that may be the person's: by the number, and by the birth date that the card may mean."""
    found: list[Patient] = []
    if person.nir:
        found += store.search(session, PatientQuery(matricule=person.nir), 2)
    period = cards.birth_period(person.birth, day)
    if period is not None:
        found += store.search(session, PatientQuery(periods=cards.periods_kept(period)), _CANDIDATES)
    return list({file.id: file for file in found}.values())
