"""How are the registers sealed outside the database, copied to a place of the titulaire's choice, and compared?"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import threading
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from app.kernel.clock import paris_date
from app.kernel.errors import EnvironmentFailure
from app.kernel.outcome import Done, Refused
from app.officine.cash.model import Witness
from app.officine.staff.model import Right
from app.officine.trace import checking, rules
from app.officine.trace.chains import TABLES
from app.officine.trace.model import Reason, SealMade, SealState
from app.store import audit, facts, seals
from app.store.chain import GENESIS, HASHES
from app.store.register import BrokenChain, Register
from app.store.seal_folder import SealFolder
from app.store.seal_tables import SealRow
from app.store.seals import Head, Seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.kernel.outcome import Finding, Outcome
    from app.officine.cash.model import Closing
    from app.officine.staff.service import Staff
    from app.officine.trace.model import SealReport
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork
    from app.store.seal_folder import Reading
    from app.store.seal_key import SealKey

_CASH, _TRACE = "cash", "audit"
_SPAN = 200_000
"""The most entries of one chain that one seal takes: a first seal over years of registers is made of several."""


class Seals:
    """The seals of the registers, on this workstation."""

    def __init__(
        self, db: Database, staff: Staff, *, folder: Path, key: SealKey, copy: Callable[[], Path | None]
    ) -> None:
        """Seal the registers of ``db`` into ``folder``, signed with ``key``; ``copy`` says where a copy is wanted."""
        self._db = db
        self._staff = staff
        self._folder = SealFolder(folder)
        self._key = key
        self._copy = copy
        self._sealing = threading.Lock()

    # --- Sealing ------------------------------------------------------------------------------------------------

    def make(self, actor: Actor, reason: Reason, *, is_wanted: Callable[[], bool] = lambda: True) -> Outcome[SealMade]:
        """Seal the registers as they stand; the seal is in the folder when this returns.

        Years of registers are sealed in several steps: ``is_wanted`` False leaves the steps to come to another time.
        Refused where the registers, or the seals before, are no longer what they were: what was altered is never
        sealed over. A finding tells the copy that could not be made. Raises the EnvironmentFailure that forbids it.
        """
        findings = self._staff.refusal(actor, Right.READ_AUDIT) if reason is Reason.HAND else []
        if findings:
            return Refused(tuple(findings))
        with self._sealing:
            refused = self._follow_base()
            if refused:
                return Refused(tuple(refused))
            while True:
                outcome, is_whole = self._make_one(actor, reason)
                if isinstance(outcome, Refused) or is_whole or not is_wanted():
                    break
            if isinstance(outcome, Refused):
                return outcome
            return Done(_told(outcome.value), tuple(self._carry()))

    def is_due(self) -> bool:
        """Return True where nothing was sealed yet today, by any workstation."""
        with self._db.read() as session:
            last = session.scalars(select(SealRow.at).order_by(SealRow.number.desc()).limit(1)).first()
        return last is None or paris_date(last) < paris_date(self._db.clock.now())

    # --- Looking ------------------------------------------------------------------------------------------------

    def state(self) -> SealState:
        """Return what is known of the seals, without reading the registers."""
        reading = self._folder.read()
        with self._db.read() as session:
            known = checking.gather(session, reading)
            left = checking.uncovered(session, known.seals)
        copy = self._copy()
        return SealState(
            last=None if reading.last is None else _told(reading.last),
            count=len(reading.seals),
            folder=self._folder.root,
            copy=copy,
            problem=known.problem,
            copy_problem=self._copy_problem(reading, copy),
            uncovered=left,
            key_encrypted=self._key.is_encrypted,
        )

    def made(self, limit: int = 400) -> list[SealMade]:
        """Return the seals of this workstation's folder, the newest first."""
        return [_told(seal) for seal in reversed(self._folder.read().seals[-limit:])]

    def witness(self, closing: Closing) -> Witness | None:
        """Return the first seal over a closing of the till, else the last one made before it; None without any.

        The same closing keeps the same seal, however late it is printed, once there is one over it.
        """
        with self._db.read() as session:
            after = session.scalars(select(SealRow.line).where(SealRow.at >= closing.at).order_by(SealRow.number))
            over = next((seal for seal in _readable(after) if _last(seal, _CASH) >= closing.seq), None)
            if over is not None:
                return _witness(over, covers=True)
            before = next(_readable(session.scalars(select(SealRow.line).order_by(SealRow.number.desc()))), None)
        return None if before is None else _witness(before, covers=False)

    def verify(self) -> SealReport:
        """Compare every register, entry by entry, with the seals."""
        with self._db.read() as session:
            return checking.compare(session, self._folder)

    # --- Copies -------------------------------------------------------------------------------------------------

    def copy_to(self, folder: Path) -> list[Finding]:
        """Add the seals that the folder lacks; return the finding that tells what is wrong, or nothing."""
        try:
            said = self._folder.copy_to(folder)
        except EnvironmentFailure as failure:
            said = failure.text
        return [rules.copy_failed(str(folder), said)] if said else []

    def put_aside(self, actor: Actor, place: Path) -> Outcome[SealState]:
        """Set the seals of this workstation aside into ``place``, and take those that the database lists.

        For a workstation whose shared database was restored: traced, and nothing is destroyed.
        """
        findings = self._staff.refusal(actor, Right.READ_AUDIT)
        if findings:
            return Refused(tuple(findings))
        with self._sealing:
            with self._db.read() as session:
                lines = list(session.scalars(select(SealRow.line).order_by(SealRow.number)))
            self._folder.go_back(lines, place)
        with self._db.write(actor) as work:
            work.audit("seal.aside", "seal", "", details={"place": place.name})
        return Done(self.state())

    # --- Parts --------------------------------------------------------------------------------------------------

    def _follow_base(self) -> list[Finding]:
        """Bring into the folder the seals that other workstations made; return what stands against it."""
        reading = self._folder.read()
        if reading.problem:
            return [rules.seals_unsound(reading.problem)]
        with self._db.read() as session:
            lines = session.scalars(select(SealRow.line).order_by(SealRow.number)).all()
            mine = [seal.line for seal in reading.seals]
            if lines[: len(mine)] != mine:
                return [rules.seals_unsound(checking.gather(session, reading).problem)]
            added: list[Seal] = []
            for line in lines[len(mine) :]:
                seal = _parsed(line)
                before = added[-1] if added else reading.last
                said = "Un scellé de la base est illisible." if seal is None else seals.problem(seal, before)
                if seal is None or said:
                    return [rules.seals_unsound(said)]
                self._witness(session, seal)
                added.append(seal)
        self._folder.append(added)
        return []

    def _witness(self, session: Session, seal: Seal) -> None:
        """Write the witnesses of another workstation's seal, as the entries are now; left out where they differ."""
        for chain, head in seal.heads.items():
            if chain not in TABLES or head.seq < head.first:
                continue
            has = len(self._folder.witnesses(chain)) // seals.WITNESS
            if has >= head.seq:
                continue
            try:
                register = Register(session, chain, TABLES[chain], HASHES)
                span = b"".join(
                    seals.witness_of(said, content)
                    for _, said, content in islice(
                        register.follow(head.first - 1, _hash_at(session, chain, head.first - 1)),
                        head.seq - head.first + 1,
                    )
                )
            except BrokenChain:
                continue
            if has >= head.first - 1 and hashlib.sha256(span).hexdigest() == head.witness:
                self._folder.write_witnesses(chain, head.first, span)

    def _make_one(self, actor: Actor, reason: Reason) -> tuple[Outcome[Seal], bool]:
        """Make one seal; True beside it when nothing is left to seal."""
        last = self._folder.read().last
        before: Mapping[str, Head] = {} if last is None else last.heads
        heads: dict[str, Head] = {}
        spans: dict[str, tuple[int, bytes]] = {}
        is_whole = True
        with self._db.read() as session:
            for chain in TABLES:
                head = before.get(chain) or Head(0, GENESIS, 1, _EMPTY)
                try:
                    heads[chain], span = _next_head(session, chain, head)
                except BrokenChain as broken:
                    return Refused((rules.register_unsound(chain, broken.bad["text"]),)), True
                if span:
                    spans[chain] = (heads[chain].first, span)
                is_whole = is_whole and len(span) < _SPAN * seals.WITNESS
        now = self._db.clock.now()
        seal = Seal(
            number=last.number + 1 if last else 1,
            at=now.astimezone(dt.UTC).isoformat(timespec="seconds"),
            station=actor.station,
            reason=str(reason),
            installation=str(facts.read(self._db, "installation") or ""),
            heads=heads,
            previous=last.hash if last else GENESIS,
            key=self._key.public,
        )
        seal = replace(seal, signature=self._key.sign(seal.payload))
        # First the witnesses, which nothing vouches for yet; then the database, which may refuse; then the seal.
        for chain, (first, span) in spans.items():
            self._folder.write_witnesses(chain, first, span)
        if not self._db.perform(actor, lambda work: _insert(work, seal)):
            return Refused((rules.sealed_meanwhile(),)), True
        self._folder.append([seal])
        return Done(seal), is_whole

    def _carry(self) -> list[Finding]:
        folder = self._copy()
        return [] if folder is None else self.copy_to(folder)

    def _copy_problem(self, reading: Reading, copy: Path | None) -> str:
        if copy is None:
            return ""
        if not copy.is_dir():
            return "Le dossier de copie n’est pas là : branchez son support."
        try:
            behind = len(reading.seals) - len(SealFolder(copy).lines())
        except EnvironmentFailure as failure:
            return failure.text
        return "" if behind <= 0 else f"La copie a {behind} scellé{'s' if behind > 1 else ''} de retard."


_EMPTY = hashlib.sha256().hexdigest()


def _next_head(session: Session, chain: str, before: Head) -> tuple[Head, bytes]:
    """Return where a chain stands now, and the witnesses of its entries since ``before``.

    Raises BrokenChain where an entry since then, or the last one sealed, is not what was written.
    """
    if before.seq and _hash_at(session, chain, before.seq) != before.hash:
        raise BrokenChain({"text": f"L’écriture n° {before.seq} n’est plus celle qui a été scellée."})
    register = Register(session, chain, TABLES[chain], HASHES)
    seq, digest, parts = before.seq, before.hash, []
    for number, said, content in islice(register.follow(seq, digest), _SPAN):
        seq, digest = number, said
        parts.append(seals.witness_of(said, content))
    span = b"".join(parts)
    return Head(seq, digest, before.seq + 1, hashlib.sha256(span).hexdigest()), span


def _hash_at(session: Session, chain: str, seq: int) -> str:
    table = TABLES[chain]
    found = session.scalar(select(table.c.hash).where(table.c.seq == seq)) if seq else GENESIS
    return str(found or "")


def _insert(work: UnitOfWork, seal: Seal) -> bool:
    """Write the seal into the list that the workstations share; False where another one sealed meanwhile."""
    head = audit.lock_head(work.session, seals.CHAIN)
    if (head.seq, head.hash) != (seal.number - 1, seal.previous):
        return False
    row: dict[str, Any] = {"number": seal.number, "at": work.now, "line": seal.line, "hash": seal.hash}
    work.session.execute(insert(SealRow), [row])
    audit.advance_head(work.session, seals.CHAIN, seal.number, seal.hash)
    work.audit(checking.ACTION, "seal", str(seal.number), details={"hash": seal.hash, "reason": seal.reason})
    work.changed("seal")
    return True


def _parsed(line: str) -> Seal | None:
    try:
        return seals.parse(line)
    except ValueError:
        return None


def _readable(lines: Iterable[str]) -> Iterator[Seal]:
    """Give the seals of lines; one that was altered is told by the checks of the seals, and stops no paper."""
    for line in lines:
        with contextlib.suppress(seals.NotASeal):
            yield seals.parse(line)


def _last(seal: Seal, chain: str) -> int:
    """Return the number of the last entry of a chain under a seal; 0 where it has none."""
    head = seal.heads.get(chain)
    return 0 if head is None else head.seq


def _witness(seal: Seal, *, covers: bool) -> Witness:
    at = dt.datetime.fromisoformat(seal.at)
    return Witness(seal.number, at, seal.hash, _last(seal, _TRACE), covers)


def _told(seal: Seal) -> SealMade:
    return SealMade(
        number=seal.number,
        at=dt.datetime.fromisoformat(seal.at),
        station=seal.station,
        reason=seal.reason,
        hash=seal.hash,
        fingerprint=seals.fingerprint(seal.key),
        heads={name: head.seq for name, head in seal.heads.items()},
    )
