"""Which place of birth is meant by a code or by a name, and how does the official list enter?"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import typographic
from app.officine.patients import cog_files, cog_rules, cog_store
from app.officine.patients.cog_model import LoadedPlaces, Place, PlaceKind
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from app.kernel.outcome import Outcome
    from app.officine.patients.cog_model import PlaceName
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

_OURS = Path(__file__).resolve().parents[3] / "resources" / "patients" / "places.json"
_FACT = "places.loaded"
_MOST_FALL = 0.9
"""A list that lost more than a tenth of its places is likely to be cut short."""
_READ = 200


class Places:
    """Communes and countries: those that Galien comes with, and the official list once it was imported.

    Where the official list knows a code, it is right; the codes that it lacks stay those of Galien, whatever is loaded.
    """

    def __init__(self, db: Database, staff: Staff) -> None:
        """Keep the official list in ``db``; ask ``staff`` who may load it."""
        self._db = db
        self._staff = staff

    def search(self, text: str, born: dt.date | None = None, limit: int = 30) -> list[Place]:
        """Return the places whose name or code begins as typed, those that hold on the day of the birth first."""
        begun, asked = cog_rules.code_begun(text), cog_rules.place_words(text)
        if not (begun or asked):
            return []
        with self._db.read() as session:
            found = (
                cog_store.by_code_begun(session, begun, _READ)
                if begun
                else cog_store.by_words(session, list(dict.fromkeys(asked)), _READ)
            )
            ours = [place for place in _ours() if cog_rules.is_like(place, text)]
            official = {place.code for place in cog_store.of_codes(session, {place.code for place in ours})}
        found += [place for place in ours if place.code not in official]
        return cog_rules.ranked(found, "" if begun else text, born)[:limit]

    def name(self, code: str, born: dt.date | None = None) -> PlaceName:
        """Return a code in words for a birth on that day."""
        return self.names([(code, born)])[code, born]

    def names(self, births: Collection[tuple[str, dt.date | None]]) -> dict[tuple[str, dt.date | None], PlaceName]:
        """Return the codes of several births in words, in one reading."""
        codes = {code for code, _ in births}
        with self._db.read() as session:
            known = cog_store.of_codes(session, codes)
        official = {place.code for place in known}
        known += [place for place in _ours() if place.code in codes - official]
        by_code: dict[str, list[Place]] = {}
        for place in known:
            by_code.setdefault(place.code, []).append(place)
        return {(code, born): cog_rules.name_of(code, by_code.get(code, ()), born) for code, born in births}

    def check(self, code: str, born: dt.date | None) -> list[Finding]:
        """Return a warning where the table does not know a code, or not on the day of the birth."""
        return cog_rules.check(code, self.name(code, born))

    def loaded(self) -> LoadedPlaces | None:
        """Return what the last import put in force; None before the first."""
        known = facts.read(self._db, _FACT)
        return None if known is None else LoadedPlaces(dict(known["counts"]), tuple(known["files"]))

    def load(
        self, files: Sequence[tuple[str, bytes]], actor: Actor, *, accept_fall: bool = False
    ) -> Outcome[LoadedPlaces]:
        """Put files of the Insee in force, all or none: ``files`` are names and contents.

        The places of each kind read take the place of those imported before. Refused, each line with its reason: a file
        that is none of these, a line that can't be read, a list much shorter than the one in force unless
        ``accept_fall``.
        """
        findings = list(self._staff.refusal(actor, Right.MANAGE_IDENTITY))
        if is_refused(findings):
            return Refused(tuple(findings))
        read = [cog_files.read(name, content) for name, content in files]
        findings += [finding for file in read for finding in file.findings]
        if is_refused(findings):
            return Refused(tuple(findings))
        by_kind = {kind: cog_files.combined([file for file in read if file.kind is kind]) for kind in PlaceKind}
        kinds = [kind for kind, places in by_kind.items() if places]
        with self._db.write(actor) as work:
            before = cog_store.counts(work.session)
            falls = [kind for kind in kinds if len(by_kind[kind]) < before.get(kind, 0) * _MOST_FALL]
            if falls and not accept_fall:
                return Refused(tuple(_fall(kind, before[kind], len(by_kind[kind])) for kind in falls))
            cog_store.replace(work, kinds, [place for kind in kinds for place in by_kind[kind]])
            loaded = LoadedPlaces(cog_store.counts(work.session), tuple(name for name, _ in files))
            told = {"counts": loaded.counts, "files": list(loaded.files)}
            facts.write(work, _FACT, told)
            work.audit("places.load", "fact", _FACT, details=told | {"before": before})
            work.changed("places")
        return Done(loaded, tuple(findings))


@cache
def _ours() -> tuple[Place, ...]:
    """Return the places that Galien comes with."""
    listed = json.loads(_OURS.read_text("utf-8"))["places"]
    return tuple(
        Place(code, label, PlaceKind.COUNTRY if code.startswith("99") else PlaceKind.COMMUNE, _day(begun), _day(ended))
        for code, label, begun, ended in listed
    )


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _fall(kind: PlaceKind, before: int, now: int) -> Finding:
    text = f"La liste a {now} {kind.label}, celle en service {before} : elle semble tronquée."
    advice = "Rien n’a été changé ; si c’est voulu, ajoutez --accept-fall."
    return Finding("GAL-PAT-44", Severity.ERROR, typographic(text), typographic(advice))
