"""Which interactions thesaurus is in service, and what does it say of a sale?"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.clock import today
from app.kernel.errors import EnvironmentFailure, InputDefect
from app.kernel.outcome import Done, Finding, Refused, Severity
from app.officine.catalog.building import staging_file
from app.officine.catalog.snapshot import sha256_of
from app.officine.safety import ages, store
from app.officine.safety.allergies import Allergies
from app.officine.safety.data import duration
from app.officine.safety.dated import AGES, ATC, DatedTables
from app.officine.safety.model import (
    Active,
    Coverage,
    SafetyCase,
    ThesaurusReport,
    ThesaurusVersion,
    months_between,
)
from app.officine.safety.names import installed_names
from app.officine.safety.snapshot import SnapshotReader, damaged, write_snapshot
from app.officine.safety.source import defect, read_folder
from app.officine.safety.switch import Switch
from app.officine.staff.model import Right
from app.officine.staff.service import Staff
from app.store import facts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.catalog.service import Catalog
    from app.officine.safety.model import PatientFacts, TableState, Taken, Thesaurus
    from app.officine.safety.switch import SwitchState
    from app.store.audit import Actor
    from app.store.database import Database

_FACT = "thesaurus"
_VERSION_SECONDS = 5.0
"""How long the version in service is believed before the database is asked again: another program may change it."""

_FALL_PERCENT = 10


@dataclass(frozen=True, slots=True)
class SafetyOverview:
    """Whether the checks are made, on which thesaurus, how old (``is_old``: newer ones exist), and which tables."""

    switch: SwitchState
    version: ThesaurusVersion | None
    age_months: int | None
    is_old: bool
    tables: Mapping[str, TableState]


class Safety:
    """The thesaurus of one officine: read-only files, of which the database says which one is in service."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        staff: Staff | None = None,
        catalog: Catalog | None = None,
        *,
        enabled: bool = True,
    ) -> None:
        """Read the business database ``db`` and the files in ``folder``; ask ``staff`` (that of ``db``) for the rights.

        ``catalog`` gives the substances that an allergy is chosen from. ``enabled``: whether the checks are made as
        long as the titulaire did not say.
        """
        self._db = db
        self.folder = folder
        staff = staff or Staff(db)
        self._staff = staff
        self.switch = Switch(db, staff, default=enabled)
        self.tables = DatedTables(db, staff)
        self.allergies = Allergies(db, staff, catalog, self.classes)
        self._lock = threading.RLock()
        self._version: ThesaurusVersion | None = None
        self._reader: SnapshotReader | None = None
        self._left: list[SnapshotReader] = []
        self._asked = -_VERSION_SECONDS
        self._unsubscribe = db.publisher.subscribe(self._forget)

    def close(self) -> None:
        """Close the file; the service is not used afterwards."""
        self._unsubscribe()
        self.switch.close()
        self.tables.close()
        for reader in (self._reader, *self._left):
            if reader is not None:
                reader.close()
        self._reader = None
        self._left.clear()

    @property
    def enabled(self) -> bool:
        """True where the checks are made."""
        return self.switch.state.enabled

    def classes(self) -> list[str]:
        """Return the classes of the thesaurus in service; none without one."""
        try:
            reader = self._current()
            return [] if reader is None else reader.classes()
        except EnvironmentFailure:
            return []

    def edition_age(self) -> int | None:
        """Return the age in whole months of the thesaurus in service; None without one."""
        version = self.version()
        return None if version is None else months_between(version.edition, today(self._db.clock))

    def overview(self) -> SafetyOverview:
        """Return whether the checks are made, and on which data."""
        age = self.edition_age()
        return SafetyOverview(
            switch=self.switch.state,
            version=self.version(),
            age_months=age,
            is_old=age is not None and is_old(age),
            tables=self.tables.states(),
        )

    # --- Versions ------------------------------------------------------------------------------------------------

    def version(self) -> ThesaurusVersion | None:
        """Return the version in service; None before the first import."""
        return _read_version((facts.read(self._db, _FACT) or {}).get("in_force"))

    def previous_version(self) -> ThesaurusVersion | None:
        """Return the version that was in service before, whose file is kept; None for none."""
        return _read_version((facts.read(self._db, _FACT) or {}).get("previous"))

    def import_folder(
        self, source: Path, actor: Actor, *, edition: str | None = None, accept_fall: bool = False
    ) -> Outcome[ThesaurusReport]:
        """Read the thesaurus in ``source`` and put it in service, or refuse it and change nothing.

        ``accept_fall`` takes one that lost a tenth of its interactions. Raises FileUnusable when ``source`` can't be
        read, DiskFull.
        """
        denied = self._staff.refusal(actor, Right.MANAGE_CATALOG)
        if denied:
            return Refused(tuple(denied))
        try:
            started = time.perf_counter()
            thesaurus = read_folder(source, edition)
            if not accept_fall:
                self._refuse_fall(thesaurus)
        except InputDefect as failure:
            found = Finding(failure.code, Severity.ERROR, failure.text, failure.advice)
            with self._db.write(actor) as work:
                work.audit("safety.import", "thesaurus", details={"reasons": [found.text]}, result="refused")
            return Refused((found,))
        version = self.install(thesaurus, actor, prefix="ansm")
        return Done(ThesaurusReport(version, thesaurus.rejected, time.perf_counter() - started))

    def install(self, thesaurus: Thesaurus, actor: Actor, prefix: str) -> ThesaurusVersion:
        """Write a thesaurus as a file, put it in service, and keep the one that it replaces.

        Raises DiskFull or DatabaseReadOnly where nothing can be written, InputDefect where the actor may not; the one
        in service stays.
        """
        self._staff.require(actor, Right.MANAGE_CATALOG)
        name = f"{prefix}-{thesaurus.edition}-{thesaurus.digest[:8]}"
        path = self.folder / f"{name}.sqlite"
        with staging_file(self.folder) as staging:
            write_snapshot(thesaurus, staging)
            made = _described(name, staging)
            if (made.pairs, made.substances) != (len(thesaurus.interactions), len(thesaurus.classes)):
                raise defect("Le thésaurus écrit n’est pas conforme à ce qui a été lu ; il est écarté.")
            before = self.version()
            if made == before and path.is_file() and sha256_of(path) == made.sha256:
                return made
            staging.replace(path)
        kept = self.previous_version() if before is not None and before.version == name else before
        with self._db.write(actor) as work:
            facts.write(work, _FACT, {"in_force": _as_fact(made), "previous": _as_fact(kept) if kept else None})
            if self._db.is_postgresql:
                wanted = {made.sha256, *([kept.sha256] if kept else [])}
                store.carry(work, made.sha256, path.read_bytes(), wanted)
            work.audit("safety.import", "thesaurus", name[:64], details={"sha256": made.sha256, "pairs": made.pairs})
        self._prune({made.version, kept.version if kept else ""})
        return made

    # --- A sale --------------------------------------------------------------------------------------------------

    def case(
        self,
        lines: Sequence[Taken],
        treatment: Sequence[Taken],
        allergies: str = "",
        *,
        patient: PatientFacts | None = None,
    ) -> SafetyCase:
        """Return what the rules look at for a sale: products, treatment under way, allergies, and what is known.

        ``patient`` is who it is for, as far as the file tells; None for a sale without a patient.
        """
        names = installed_names()
        if not self.enabled:
            return SafetyCase(Coverage.OFF, tuple(lines))
        day = today(self._db.clock)
        coverage, source = Coverage.READY, ""
        classes: dict[str, frozenset[str]] = {}
        interactions: tuple[Any, ...] = ()
        try:
            reader = self._current()
            if reader is None or self._version is None:
                coverage = Coverage.ABSENT
            else:
                source = _told_source(self._version, day)
                keys = {active.key for taken in (*lines, *treatment) for active in taken.actives}
                classes = reader.classes_of(keys)
                interactions = reader.interactions(keys.union(*classes.values()))
        except EnvironmentFailure:
            # A sale never fails for want of its thesaurus: the finding says that nothing was checked.
            coverage, classes = Coverage.LOST, {}
        subjects = {active.key for taken in (*lines, *treatment) for active in taken.actives}
        subjects |= {taken.cis for taken in (*lines, *treatment) if taken.cis is not None}
        states = self.tables.states()
        return SafetyCase(
            coverage=coverage,
            lines=tuple(lines),
            treatment=tuple(treatment),
            allergies=allergies,
            source=source,
            classes=classes,
            interactions=interactions,
            allergens=names.allergens,
            idle_words=names.idle,
            today=day,
            person=None if patient is None else ages.person(patient.birth_date, day, uncertain=patient.uncertain),
            recorded=None if patient is None else self.allergies.of(patient.id),
            ages=self.tables.ages_of(subjects),
            age_table=states.get(AGES),
            atc=self.tables.atc_of(subjects),
            atc_table=states.get(ATC),
            asked=True,
        )

    # --- Inside --------------------------------------------------------------------------------------------------

    def _refuse_fall(self, thesaurus: Thesaurus) -> None:
        before = self.version()
        if before is not None and len(thesaurus.interactions) * 100 < before.pairs * (100 - _FALL_PERCENT):
            raise InputDefect(
                f"Ce thésaurus a {len(thesaurus.interactions)} interactions, celui en service {before.pairs} : "
                "il semble tronqué.",
                code="GAL-SEC-04",
                advice="S’il est bien entier : galien safety import DOSSIER --accept-fall.",
            )

    def _current(self) -> SnapshotReader | None:
        """Return the reader of the thesaurus in service; None before the first import."""
        if time.monotonic() - self._asked < _VERSION_SECONDS:
            return self._reader
        with self._lock:
            version = self.version()
            if version != self._version or (version is not None and self._reader is None):
                self._switch(version)
            self._asked = time.monotonic()
            return self._reader

    def _switch(self, version: ThesaurusVersion | None) -> None:
        reader = None
        if version is not None:
            reader = SnapshotReader(self._fetched(version))
            # Two versions of SQLite write the same set differently: what counts is that the file is whole.
            if not reader.is_sound():
                reader.close()
                raise damaged()
        # Checks may still be reading the one before: it is closed with the service. Switches are rare.
        if self._reader is not None:
            self._left.append(self._reader)
        self._reader, self._version = reader, version

    def _fetched(self, version: ThesaurusVersion) -> Path:
        """Return the file of a version, taken from the shared database where it is not here. Raises as damaged."""
        path = self.folder / f"{version.version}.sqlite"
        if path.is_file():
            return path
        with self._db.read() as session:
            content = store.carried(session, version.sha256)
        if content is None or hashlib.sha256(content).hexdigest() != version.sha256:
            raise damaged()
        with staging_file(self.folder) as staging:
            staging.write_bytes(content)
            staging.replace(path)
        return path

    def _prune(self, kept: set[str]) -> None:
        """Remove the files of versions that are neither in service nor kept."""
        for path in self.folder.glob("*.sqlite"):
            if path.stem not in kept and not path.name.startswith("."):
                # Another program may still read it (Windows refuses then): the next import removes it.
                with contextlib.suppress(OSError):
                    path.unlink()

    def _forget(self, change: Changed) -> None:
        if change.touches(f"fact:{_FACT}"):
            self._asked = -_VERSION_SECONDS


def actives(names: Iterable[str]) -> tuple[Active, ...]:
    """Return the substances of a product, by their names in the catalogue."""
    key_of = installed_names().key
    return tuple(Active(name, key_of(name)) for name in names)


def is_old(months: int) -> bool:
    """Return True for an edition of such an age, in months, that newer ones surely exist."""
    return months > duration("old_edition_months").value


def _told_source(version: ThesaurusVersion, day: dt.date) -> str:
    """Return the source that findings quote; an old edition says that newer ones exist."""
    months = months_between(version.edition, day)
    return (
        f"{version.label} ({months}\u00a0mois, des éditions plus récentes existent)"
        if is_old(months)
        else version.label
    )


def _described(name: str, file: Path) -> ThesaurusVersion:
    reader = SnapshotReader(file)
    try:
        meta = reader.meta()
    finally:
        reader.close()
    return ThesaurusVersion(
        version=name,
        sha256=sha256_of(file),
        source=meta["source"],
        edition=meta["edition"],
        pairs=int(meta["pairs"]),
        substances=int(meta["substances"]),
    )


def _as_fact(version: ThesaurusVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in ThesaurusVersion.__slots__}


def _read_version(value: Any) -> ThesaurusVersion | None:  # noqa: ANN401 -- a JSON value
    return None if not value else ThesaurusVersion(**value)
