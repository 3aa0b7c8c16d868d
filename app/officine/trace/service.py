"""Who did what, and who opened this file? Asked by whoever may read the trace, and handed over with its proof."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.kernel.outcome import Done, Refused
from app.officine.staff.model import Right
from app.officine.trace import export, rules, store
from app.officine.trace.actions import sentence
from app.officine.trace.model import Entry, Page
from app.store.seal_folder import SealFolder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Row

    from app.kernel.outcome import Finding, Outcome
    from app.officine.patients.service import Patients
    from app.officine.staff.service import Staff
    from app.officine.trace.model import Exported, Query
    from app.store.audit import Actor
    from app.store.database import Database

_NAMED_BY_TEXT = 20
_LIMIT = 1_000


class Trace:
    """The trace of what was done in the officine, for the titulaire."""

    def __init__(self, db: Database, staff: Staff, patients: Patients, *, folder: Path) -> None:
        """Read the trace of ``db``, and its seals in ``folder``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff
        self._patients = patients
        self._folder = SealFolder(folder)

    def search(self, query: Query, actor: Actor) -> Outcome[Page]:
        """Return the page of the traces that answer, the newest first."""
        query, findings = rules.cleaned(query), self._checked(query, actor)
        if findings:
            return Refused(tuple(findings))
        asked = replace(query, limit=max(1, min(query.limit, _LIMIT)))
        text = asked.text
        named = [patient.id for patient in self._patients.search(text, _NAMED_BY_TEXT)] if text else []
        with self._db.read() as session:
            rows = store.page(session, asked, named)
            shown = rows[: asked.limit]
            names = self._patients.named({row.patient_id for row in shown if row.patient_id is not None})
            entries = tuple(_entry(row, names) for row in shown)
        return Done(Page(entries, shown[-1].seq if len(rows) > asked.limit else None))

    def people(self, actor: Actor) -> list[tuple[int | None, str]]:
        """Return who ever acted, by name; nobody for who may not read the trace."""
        if not self._staff.may(actor, Right.READ_AUDIT):
            return []
        with self._db.read() as session:
            return store.people(session)

    def actions(self, actor: Actor) -> list[tuple[str, str]]:
        """Return the codes of what was ever done with their sentences, by sentence."""
        if not self._staff.may(actor, Right.READ_AUDIT):
            return []
        with self._db.read() as session:
            found = store.values(session, "action")
        return sorted(((code, sentence(code)) for code in found), key=lambda one: one[1])

    def export(self, query: Query, file: Path, actor: Actor) -> Outcome[Exported]:
        """Write what answers, oldest first, with the proof that others can check; traced.

        A name in ``.csv`` gives a table for a spreadsheet and its proof beside it (``.preuve.json``); any other one
        JSON that holds both. Raises the EnvironmentFailure that forbids writing.
        """
        query, findings = rules.cleaned(query), self._checked(query, actor)
        if findings:
            return Refused(tuple(findings))
        text = query.text
        named = [patient.id for patient in self._patients.search(text, _NAMED_BY_TEXT)] if text else []
        with self._db.read() as session:
            made = export.write(session, query, named, file, self._folder)
        with self._db.write(actor) as work:
            asked = {name: value for name, value in export.asked(query).items() if name != "text"}
            work.audit("trace.export", "trace", file.name[:64], details={"entries": made.entries, **asked})
        return Done(made)

    def _checked(self, query: Query, actor: Actor) -> list[Finding]:
        findings = self._staff.refusal(actor, Right.READ_AUDIT)
        if query.first is not None and query.last is not None and query.last < query.first:
            findings.append(rules.wrong_period())
        return findings


def _entry(row: Row[Any], names: Mapping[int, str]) -> Entry:
    unknown = "" if row.patient_id is None else f"dossier n° {row.patient_id}"
    return Entry(
        seq=row.seq,
        at=row.at,
        station=row.station,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        action=row.action,
        sentence=sentence(row.action),
        subject=row.subject,
        subject_id=row.subject_id,
        patient_id=row.patient_id,
        patient_name=names.get(row.patient_id, unknown),
        details=_decoded(row.details),
        result=row.result,
        hash=row.hash,
    )


def _decoded(details: str) -> Mapping[str, Any]:
    try:
        read = json.loads(details)
    except ValueError:
        return {"": details}
    return read if isinstance(read, dict) else {"": read}
