"""Who asked INSi for what, when, how, and what came back? The journal, read and handed over (INS-04b, INS-37 to 48)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from app.kernel.clock import PARIS
from app.kernel.files import write_whole
from app.kernel.text import spreadsheet_cell
from app.officine.patients import insi_store
from app.officine.patients.insi_desk import about_exchange
from app.officine.staff.model import Right

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from app.kernel.secret import SecretBox
    from app.officine.patients.insi_model import Call, CallResult
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database

_PAGE = 500
_TITLES = (
    "Date et heure", "Opérateur", "Poste", "Patient n°", "Opération", "Mode", "Émetteur", "MessageID", "Code retour",
    "Libellé", "Faute", "Message", "Durée (ms)", "Traits envoyés", "Matricule", "OID", "Traits reçus", "Historique",
    "Décision", "Décidé par", "Motif", "Simulation",
)  # fmt: skip


class InsiJournal:
    """The journal of the calls of INSi."""

    def __init__(self, db: Database, staff: Staff, box: SecretBox) -> None:
        """Read from ``db``; open the exchanges with ``box``."""
        self._db = db
        self._staff = staff
        self._box = box

    def calls(
        self,
        actor: Actor | None,
        *,
        patient_id: int | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        result: CallResult | None = None,
        before: int | None = None,
        limit: int = _PAGE,
    ) -> list[Call]:
        """Return the calls, the latest first, of a file or of all, with any result or with one.

        ``before`` a call goes on with a former reading.

        ``since`` is counted in, ``until`` is not. Raises InputDefect where ``actor`` may not read the trace.
        """
        self._staff.require(actor, Right.READ_AUDIT)
        with self._db.read() as session:
            return insi_store.journal(
                session, patient_id=patient_id, since=since, until=until, result=result, before=before, limit=limit
            )

    def exchange(self, call_id: int, actor: Actor) -> tuple[bytes, bytes] | None:
        """Return the request and the answer of a call as they went over the line, traced; None where not kept.

        Raises InputDefect without the rights to read the trace and to see an INS, SecretsUnavailable, SealBroken.
        """
        self._staff.require(actor, Right.READ_AUDIT)
        self._staff.require(actor, Right.SEE_INS)
        with self._db.read() as session:
            call, sealed = insi_store.read(session, call_id), insi_store.exchange(session, call_id)
        if call is None or sealed is None:
            return None
        opened = insi_store.unpacked(self._box.decrypt(sealed, about_exchange(call.message_id)))
        with self._db.write(actor) as work:
            patient_id = call.patient_id
            work.audit("insi.exchange", "insi_call", str(call_id), patient_id=patient_id)
        return opened

    def export(
        self,
        file: Path,
        since: dt.datetime | None,
        actor: Actor,
        *,
        until: dt.datetime | None = None,
        patient_id: int | None = None,
        result: CallResult | None = None,
    ) -> int:
        """Write the calls asked for as in ``calls`` to a CSV file, oldest first; return how many. Traced.

        The numbers of the patients are only there for who may see an INS. Raises InputDefect without the right to read
        the trace, the EnvironmentFailure of the disk.
        """
        self._staff.require(actor, Right.READ_AUDIT)
        may_see = not self._staff.refusal(actor, Right.SEE_INS)
        calls: list[Call] = []
        with self._db.read() as session:
            before: int | None = None
            while page := insi_store.journal(
                session, patient_id=patient_id, since=since, until=until, result=result, before=before, limit=_PAGE
            ):
                calls += page
                before = page[-1].id
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow(_TITLES)
        writer.writerows([spreadsheet_cell(value) for value in _row(call, may_see=may_see)] for call in reversed(calls))
        write_whole(
            file,
            stream.getvalue().encode("utf-8-sig"),
            full="Le disque est plein : le journal n’a pas été exporté.",
            refused="Ce fichier ne peut pas être écrit.",
        )
        with self._db.write(actor) as work:
            details = {"calls": len(calls), "file": file.name}
            work.audit("insi.export", "insi_call", patient_id=patient_id, details=details)
        return len(calls)


def _row(call: Call, *, may_see: bool) -> list[str]:
    found = call.found
    hidden = {"matricule"} if not may_see else set()
    return [
        call.at.astimezone(PARIS).strftime("%d/%m/%Y %H:%M:%S"),
        call.author,
        call.station,
        str(call.patient_id or ""),
        call.operation.label,
        call.mode.label,
        call.caller,
        call.message_id,
        call.code,
        call.label,
        call.fault,
        call.failure,
        str(call.milliseconds),
        ", ".join(f"{name}={value}" for name, value in call.sent if name not in hidden),
        found.ins.matricule if found and may_see else "",
        found.ins.oid if found else "",
        _traits(call) if found else "",
        _past(call) if found and may_see else "",
        call.decision.label if call.decision else "",
        call.decided_by,
        call.reason,
        "oui" if call.is_simulated else "",
    ]


def _traits(call: Call) -> str:
    assert call.found is not None
    names = ("family_name", "birth_names", "first_name", "sex", "birth_date", "birth_place")
    values = ((name, getattr(call.found.traits, name)) for name in names)
    return ", ".join(f"{name}={value}" for name, value in values if value)


def _past(call: Call) -> str:
    assert call.found is not None
    told = []
    for one in call.found.past:
        dates = f" ({one.start or '?'} à {one.end or '?'})" if one.start or one.end else ""
        told.append(f"{one.ins.matricule}{dates}")
    return ", ".join(told)
