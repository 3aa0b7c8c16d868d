"""How are prescribers found and written in the database?"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from app.officine.prescriptions import rules
from app.officine.prescriptions.model import Prescriber, PrescriberDraft
from app.officine.prescriptions.tables import PrescriberRow, PrescriberWordRow
from app.store.prefixes import WordTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

_WORDS = WordTable(PrescriberWordRow.word, PrescriberWordRow.prescriber_id)


def prescriber(session: Session, prescriber_id: int) -> Prescriber | None:
    """Return a prescriber; None when there is no such one."""
    row = session.get(PrescriberRow, prescriber_id)
    return None if row is None else _prescriber_of(row)


def by_rpps(session: Session, rpps: str) -> Prescriber | None:
    """Return the prescriber who has the RPPS number; None when nobody has."""
    row = session.scalars(select(PrescriberRow).where(PrescriberRow.rpps == rpps)).one_or_none()
    return None if row is None else _prescriber_of(row)


def search(session: Session, prefixes: Sequence[str], limit: int) -> list[Prescriber]:
    """Return up to ``limit`` prescribers with a word that begins with each prefix."""
    ids = _WORDS.search(session, prefixes, limit)
    rows = session.scalars(select(PrescriberRow).where(PrescriberRow.id.in_(ids)))
    found = {row.id: _prescriber_of(row) for row in rows}
    return [found[prescriber_id] for prescriber_id in ids]


def first_by_name(session: Session, limit: int) -> list[Prescriber]:
    """Return the first ``limit`` prescribers by name."""
    query = select(PrescriberRow).order_by(PrescriberRow.family_name, PrescriberRow.given_name, PrescriberRow.id)
    return [_prescriber_of(row) for row in session.scalars(query.limit(limit))]


def add_prescribers(session: Session, drafts: Sequence[PrescriberDraft]) -> list[Prescriber]:
    """Write new prescribers with their search words; return them, in order."""
    rows = [PrescriberRow(**asdict(draft) | {"rpps": draft.rpps or None}) for draft in drafts]
    session.add_all(rows)
    session.flush()
    made = [_prescriber_of(row) for row in rows]
    words = [{"word": word, "prescriber_id": one.id} for one in made for word in sorted(rules.search_words(one))]
    if words:
        session.execute(insert(PrescriberWordRow), words)
    return made


def _prescriber_of(row: PrescriberRow) -> Prescriber:
    return Prescriber(
        id=row.id,
        family_name=row.family_name,
        given_name=row.given_name,
        rpps=row.rpps or "",
        specialty=row.specialty,
        finess=row.finess,
        address_line=row.address_line,
        postal_code=row.postal_code,
        city=row.city,
        phone=row.phone,
        mss=row.mss,
    )
