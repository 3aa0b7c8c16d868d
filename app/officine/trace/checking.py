"""Are the registers what was sealed? Compares a database, which is only read, with the seals kept outside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.kernel import french
from app.kernel.text import plural
from app.officine.trace.chains import TABLES
from app.officine.trace.model import CHAIN_TITLES, SealReport
from app.store import seal_check, seals
from app.store.chain import HASHES
from app.store.failures import environment_failure
from app.store.integrity import verify_chain
from app.store.seal_check import Kept
from app.store.seal_tables import SealRow
from app.store.tables import AuditRow, ChainHeadRow, FactRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.store.seal_folder import Reading, SealFolder
    from app.store.seals import Seal

ACTION = "seal.make"
"""The action under which the trace keeps each seal."""


def compare(session: Session, folder: SealFolder, chains: tuple[str, ...] = (), *, walk: bool = True) -> SealReport:
    """Compare the registers of the database with the seals of ``folder``.

    ``walk`` False leaves out the walk of each chain entry by entry, where it was made just before. Raises FileUnusable
    where the folder can't be read.
    """
    known = gather(session, folder.read())
    if not known.seals:
        return _nothing_kept(session, known)
    bad = {}
    for chain in chains or tuple(TABLES):
        kept = Kept.of(chain, known.seals, folder.covered(known.seals, chain))
        found = first_bad(session, chain, kept, walk=walk)
        if found is not None:
            bad[chain] = found
    return SealReport(
        state="bad" if bad or known.problem else "ok",
        sealed_at=dt.datetime.fromisoformat(known.seals[-1].at),
        seals=len(known.seals),
        late=known.late,
        problem=known.problem,
        first_bad=next(iter(bad.values()), None),
        bad=bad,
        uncovered=uncovered(session, known.seals),
    )


def first_bad(session: Session, chain: str, kept: Kept, *, walk: bool = True) -> dict[str, Any] | None:
    """Return the first entry of a chain that is not what was written: by its own hashes, or by those sealed."""
    table = TABLES[chain]
    walked = verify_chain(session, chain, table).first_bad if walk else None
    sealed = seal_check.first_unlike(session, table, HASHES, kept)
    if walked is None or (sealed is not None and sealed["seq"] <= walked["seq"]):
        found = sealed
    elif walked["seq"] <= kept.witnessed:
        found = seal_check.named(session, table, HASHES, kept, walked["seq"])
    else:
        found = walked
    return None if found is None else _dated(session, chain, found)


def uncovered(session: Session, sealed_by: Sequence[Seal]) -> dict[str, int]:
    """Return how many entries of each chain come after the last seal; only the chains that have some."""
    sealed = {name: head.seq for name, head in sealed_by[-1].heads.items()} if sealed_by else {}
    left = {name: count - sealed.get(name, 0) for name, count in _counts(session).items()}
    return {name: count for name, count in left.items() if count > 0}


def not_covered_text(report: SealReport) -> str:
    """Say in French what the seals do not cover; empty where they cover everything."""
    if report.sealed_at is None or not report.uncovered:
        return ""
    told = ", ".join(
        f"{CHAIN_TITLES.get(name, name)} ({plural(count, 'écriture')})" for name, count in report.uncovered.items()
    )
    return f"Ce qui a été écrit depuis le {french.moment(report.sealed_at)} n’est pas couvert : {told}."


def _counts(session: Session) -> dict[str, int]:
    heads = session.execute(select(ChainHeadRow.name, ChainHeadRow.seq).where(ChainHeadRow.name.in_(TABLES)))
    found: Mapping[str, int] = {row.name: row.seq for row in heads}
    return {name: found.get(name, 0) for name in TABLES}


@dataclass(frozen=True, slots=True)
class Gathered:
    """The seals known: those of the folder, then ``late`` that only the database lists; ``problem`` (French)."""

    seals: tuple[Seal, ...]
    late: int = 0
    problem: str = ""


def gather(session: Session, reading: Reading) -> Gathered:
    """Bring the seals of the folder and those that the database lists together, and say how they disagree."""
    if reading.problem or reading.last is None:
        return Gathered(reading.seals, problem=reading.problem)
    installation = session.scalar(select(FactRow.value).where(FactRow.name == "installation"))
    if reading.last.installation != (installation or ""):
        return Gathered(reading.seals, problem="Les scellés de ce poste sont ceux d’une autre base.")
    listed = session.execute(select(SealRow.number, SealRow.line).order_by(SealRow.number)).all()
    lines = {row.number: row.line for row in listed}
    for seal in reading.seals:
        if lines.get(seal.number) != seal.line:
            said = "n’est pas celui que la base liste" if seal.number in lines else "ne figure plus dans la base"
            problem = f"Le scellé n° {seal.number} {said} : elle a été restaurée ou modifiée depuis."
            return Gathered(reading.seals, problem=problem)
    found, problem = list(reading.seals), ""
    for row in listed[len(found) :]:
        problem = _unlike(row.line, found)
        if problem:
            break
    late = len(found) - len(reading.seals)
    traced = _traced(session)
    if not problem and traced > len(found):
        problem = f"La base liste {plural(len(found), 'scellé')}, la trace en compte {traced}."
    return Gathered(tuple(found), late, problem)


def _unlike(line: str, found: list[Seal]) -> str:
    """Add the seal of a line to those found; return what is wrong with it, empty where nothing is."""
    try:
        seal = seals.parse(line)
    except ValueError:
        return "Un scellé que la base liste est illisible."
    problem = seals.problem(seal, found[-1] if found else None)
    if not problem:
        found.append(seal)
    return problem


def _nothing_kept(session: Session, known: Gathered) -> SealReport:
    listed = session.scalar(select(func.max(SealRow.number))) or 0
    made = max(listed, _traced(session))
    said = known.problem or (
        f"Les scellés de ce poste manquent : la base dit que {made} ont été faits." if made else ""
    )
    return SealReport(state="missing" if said else "none", problem=said, uncovered=uncovered(session, ()))


def _traced(session: Session) -> int:
    """Return how many seals the trace says were made."""
    return session.scalar(select(func.count()).where(AuditRow.action == ACTION)) or 0


def _dated(session: Session, chain: str, bad: dict[str, Any]) -> dict[str, Any]:
    """Add to a bad entry its register, and the moment that it bears where it still has one."""
    table = TABLES[chain]
    try:
        at = session.scalar(select(table.c.at).where(table.c.seq == bad["seq"]))
    except (DBAPIError, TypeError, ValueError) as error:
        if isinstance(error, DBAPIError) and environment_failure(error) is not None:
            raise
        at = None
    found = bad | {"register": chain}
    if isinstance(at, dt.datetime):
        found["at"] = at.isoformat()
        found["text"] = bad["text"].removesuffix(".") + f" (elle porte la date du {french.moment(at)})."
    return found
