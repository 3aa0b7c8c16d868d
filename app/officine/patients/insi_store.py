"""How are the calls of INSi written in their journal, and read back?"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from app.officine.patients import insi
from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import InsiIdentity, PastIns
from app.officine.patients.insi_model import Call, CallResult, Decision, InsiMode, Operation
from app.officine.patients.insi_tables import InsiCallRow, InsiDecisionRow
from app.officine.patients.tables import PatientRow
from app.store import merged
from app.store.upsert import insert_or

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.officine.patients.insi_model import Question
    from app.store.database import UnitOfWork

_LIMITS = {"label": 200, "fault": 80, "severity": 20, "failure": 400, "caller": 120, "code": 10}
_TIQ = ("family_name", "birth_names", "first_name", "sex", "birth_date", "birth_place")
_LARGEST_EXCHANGE = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What a call came to, to be written: see ``Call``."""

    question: Question
    patient_id: int
    mode: InsiMode
    caller: str = ""
    code: str = ""
    label: str = ""
    fault: str = ""
    severity: str = ""
    failure: str = ""
    http_status: int = 0
    milliseconds: int = 0
    is_simulated: bool = False
    found: InsiIdentity | None = None
    exchange: bytes | None = None


def add(work: UnitOfWork, passed: Passed, station: str) -> int:
    """Write a call in the journal; return its number."""
    values = {name: getattr(passed, name)[:limit] for name, limit in _LIMITS.items()}
    row = values | {
        "at": work.now,
        "author_id": work.actor.staff_id,
        "author_name": work.actor.name,
        "station": station[:40],
        "patient_id": passed.patient_id,
        "operation": str(passed.question.operation),
        "mode": str(passed.mode),
        "message_id": passed.question.message_id,
        "sent": json.dumps(sent_of(passed.question), ensure_ascii=False),
        "http_status": passed.http_status,
        "milliseconds": passed.milliseconds,
        "is_simulated": passed.is_simulated,
        "found": "" if passed.found is None else json.dumps(_shape_of(passed.found), ensure_ascii=False),
        "exchange": passed.exchange,
    }
    number: int = work.session.execute(insert(InsiCallRow).values(row).returning(InsiCallRow.id)).scalar_one()
    return number


def decide(work: UnitOfWork, call_id: int, decision: Decision, reason: str) -> bool:
    """Write what was decided of the answer to a call; False where something was, and nothing is written."""
    row = {
        "call_id": call_id,
        "at": work.now,
        "author_name": work.actor.name,
        "decision": str(decision),
        "reason": reason[:200],
    }
    statement = insert_or(work.session, InsiDecisionRow).values(**row).on_conflict_do_nothing()
    return work.session.execute(statement.returning(InsiDecisionRow.call_id)).scalar_one_or_none() is not None


def is_decided(session: Session, call_id: int) -> bool:
    """Return True where something was decided of the answer to a call."""
    return session.get(InsiDecisionRow, call_id) is not None


def read(session: Session, call_id: int) -> Call | None:
    """Return a call; None for an unknown one."""
    found = session.execute(_calls().where(InsiCallRow.id == call_id)).first()
    return None if found is None else _call_of(*found)


def journal(
    session: Session,
    *,
    patient_id: int | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    result: CallResult | None = None,
    before: int | None = None,
    limit: int,
) -> list[Call]:
    """Return the calls, the latest first: of a file or of all, between two moments, before a call already read."""
    found = _calls().order_by(InsiCallRow.id.desc()).limit(limit)
    if patient_id is not None:
        found = found.where(InsiCallRow.patient_id.in_(merged.everyone(session, patient_id)))
    if since is not None:
        found = found.where(InsiCallRow.at >= since)
    if until is not None:
        found = found.where(InsiCallRow.at < until)
    if result is not None:
        found = found.where(*_came_to(result))
    if before is not None:
        found = found.where(InsiCallRow.id < before)
    return [_call_of(*row) for row in session.execute(found).all()]


def _came_to(result: CallResult) -> list[ColumnElement[bool]]:
    """Return the conditions that a call with this result meets (a failed one has no return code)."""
    if result is CallResult.FAILED:
        return [InsiCallRow.code == ""]
    if result is CallResult.UNDECIDED:
        is_search = InsiCallRow.operation != Operation.VERIFY
        return [InsiCallRow.found != "", InsiDecisionRow.call_id.is_(None), is_search]
    codes = {CallResult.FOUND: insi.FOUND, CallResult.NOBODY: insi.NOBODY, CallResult.SEVERAL: insi.SEVERAL}
    return [InsiCallRow.code == codes[result]]


def exchange(session: Session, call_id: int) -> bytes | None:
    """Return the sealed exchange of a call; None where none was kept."""
    return session.execute(select(InsiCallRow.exchange).where(InsiCallRow.id == call_id)).scalar_one_or_none()


def sent_of(question: Question) -> dict[str, str]:
    """Return what a question sends of the person, without what is empty; a card’s numbers are only said to be there."""
    values = {name: getattr(question, name) for name in _TIQ}
    if question.ins is not None:
        values |= {"matricule": question.ins.matricule, "oid": question.ins.oid}
    card = question.card
    if card is not None:
        values |= {
            "family_name": card.family_name,
            "birth_date": card.birth_date,
            "rank": str(card.rank),
            "card": " et ".join(
                word for number, word in ((card.individual, "individu"), (card.holder, "ouvrant droit")) if number
            ),
        }
    return {name: value for name, value in values.items() if value}


def packed(request: bytes, answer: bytes) -> bytes:
    """Return an exchange as it is sealed; a huge one is cut, which its first bytes say."""
    whole = json.dumps({"request": len(request), "answer": len(answer)}).encode() + b"\n" + request + answer
    return zlib.compress(whole[:_LARGEST_EXCHANGE], 6)


def unpacked(packed_exchange: bytes) -> tuple[bytes, bytes]:
    """Return the request and the answer of an exchange."""
    head, _, rest = zlib.decompress(packed_exchange).partition(b"\n")
    size = json.loads(head)["request"]
    return rest[:size], rest[size:]


def _calls() -> Any:  # noqa: ANN401 -- a select of four columns, whose type nobody would read
    return (
        select(InsiCallRow, InsiDecisionRow, PatientRow.family_name, PatientRow.first_name)
        .outerjoin(InsiDecisionRow, InsiDecisionRow.call_id == InsiCallRow.id)
        .outerjoin(PatientRow, PatientRow.id == InsiCallRow.patient_id)
    )


def _call_of(row: InsiCallRow, decided: InsiDecisionRow | None, family: str | None, first: str | None) -> Call:
    return Call(
        id=row.id,
        at=row.at,
        author=row.author_name,
        station=row.station,
        patient_id=row.patient_id,
        patient=f"{family or ''} {first or ''}".strip(),
        operation=Operation(row.operation),
        mode=InsiMode(row.mode),
        caller=row.caller,
        message_id=row.message_id,
        sent=tuple(json.loads(row.sent).items()),
        code=row.code,
        label=row.label,
        fault=row.fault,
        severity=row.severity,
        failure=row.failure,
        http_status=row.http_status,
        milliseconds=row.milliseconds,
        is_simulated=row.is_simulated,
        found=_found_of(json.loads(row.found)) if row.found else None,
        decision=None if decided is None else Decision(decided.decision),
        decided_at=None if decided is None else decided.at,
        decided_by="" if decided is None else decided.author_name,
        reason="" if decided is None else decided.reason,
    )


def _shape_of(found: InsiIdentity) -> dict[str, Any]:
    return {
        "matricule": found.ins.matricule,
        "oid": found.ins.oid,
        "traits": {name: getattr(found.traits, name) for name in _TIQ},
        "past": [[one.ins.matricule, one.ins.oid, one.start, one.end] for one in found.past],
    }


def _found_of(shape: Mapping[str, Any]) -> InsiIdentity:
    return InsiIdentity(
        ins=Ins(shape["matricule"], shape["oid"]),
        traits=Traits(**shape["traits"]),
        past=tuple(PastIns(ins=Ins(one[0], one[1]), start=one[2], end=one[3]) for one in shape["past"]),
    )
