"""Which files are one person’s, since some were merged into another?

A merge rewrites no row: registers and journals are chained, and what was written for a file stays with it. Whoever
reads by patient reads for ``everyone``; whoever shows or writes does so for ``head``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, bindparam, column, select, table

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

_FILE = table("patient", column("id", BigInteger), column("merged_into", BigInteger))


def _below() -> Select[tuple[int]]:
    found = select(_FILE.c.id).where(_FILE.c.merged_into == bindparam("kept", type_=BigInteger)).cte(recursive=True)
    return select(found.union(select(_FILE.c.id).where(_FILE.c.merged_into == found.c.id)).c.id)


# Built once: each sale asks.
_BELOW = _below()
_ABOVE = select(_FILE.c.merged_into).where(_FILE.c.id == bindparam("file", type_=BigInteger))
_HEADS = select(_FILE.c.id, _FILE.c.merged_into).where(_FILE.c.merged_into.is_not(None))


def whole(session: Session, patient_id: int) -> list[int]:
    """Return the number of a file with those of the files that it absorbed, directly or through another."""
    return [patient_id, *session.execute(_BELOW, {"kept": patient_id}).scalars()]


def head(session: Session, patient_id: int) -> int:
    """Return the file in which a file lives on: itself where it was not merged into another."""
    above = session.execute(_ABOVE, {"file": patient_id}).scalar_one_or_none()
    return patient_id if above is None else head(session, above)


def everyone(session: Session, patient_id: int) -> list[int]:
    """Return the numbers of all the files of a person, whichever of them is asked for; the one that lives on first."""
    return whole(session, head(session, patient_id))


def heads(session: Session) -> dict[int, int]:
    """Return, by each absorbed file, the one in which it lives on: for lists of many patients."""
    above: dict[int, int] = {row.id: row.merged_into for row in session.execute(_HEADS)}
    found = dict(above)
    for absorbed, kept in above.items():
        last = kept
        while last in above:
            last = above[last]
        found[absorbed] = last
    return found
