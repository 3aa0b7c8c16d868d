"""How is the copy of an identity paper kept, shown under a PIN, and destroyed for good?

Profile « Stockage des copies des titres d’identité » (INS.52), off until the titulaire chooses it. No plain byte is
ever written: a copy is enciphered in memory under a key of its own, that key under the key of the officine, and both
lie where no backup reaches (``app.store.erasable``). The check itself is elsewhere: a copy that goes changes no status.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kernel import french
from app.kernel.clock import PARIS, today
from app.kernel.errors import InputDefect
from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.secret import SealBroken
from app.officine.papers import rules, store
from app.officine.papers.model import End, Paper, Purge
from app.officine.secrets import sealing
from app.officine.secrets.sealing import KeyBox
from app.officine.staff.model import Right
from app.store import facts

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.docs.pdf_view import PageImage
    from app.docs.scanned import Scanned
    from app.kernel.outcome import Outcome
    from app.officine.papers.tables import PaperRow
    from app.officine.secrets.service import Vault
    from app.officine.staff.service import Staff
    from app.officine.staff.signing import SignIn
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork
    from app.store.erasable import Erasable

SUBJECT = "identity_paper"
_SWITCH, _PURGED = "identity.papers", "identity.papers.purged_on"
_PURGE_REASON = "Durée de conservation échue"
_LONGEST_SIDE = 1_800
"""Pixels along a page that is shown: a card is read at that size, and four pages hold in little memory."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A copy opened to be read: its pages, each marked for what it may be used. They are in memory only."""

    paper: Paper
    pages: tuple[PageImage, ...] = field(repr=False)


class Papers:
    """The copies of the identity papers."""

    def __init__(self, db: Database, staff: Staff, *, sign_in: SignIn, vault: Vault, place: Erasable) -> None:
        """Keep the rows in ``db`` and the bytes in ``place``, sealed by ``vault``; ``sign_in`` checks the PIN."""
        self._db = db
        self._staff = staff
        self._sign_in = sign_in
        self._vault = vault
        self._place = place

    # --- What the site chose ------------------------------------------------------------------------------------------

    @property
    def enabled(self) -> bool:
        """True where the officine keeps copies; off until it is chosen."""
        return facts.read(self._db, _SWITCH) is True

    def set_enabled(self, actor: Actor, *, enabled: bool) -> Outcome[bool]:
        """Choose whether copies are kept; those that are kept already stay until they are due."""
        findings = self._staff.refusal(actor, Right.MANAGE_IDENTITY)
        if findings:
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            facts.write(work, _SWITCH, enabled)
            work.audit(f"{SUBJECT}.switch", "fact", _SWITCH, details={"enabled": enabled})
            work.changed(SUBJECT)
        return Done(enabled)

    # --- Reading ------------------------------------------------------------------------------------------------------

    def of(self, patient_id: int, actor: Actor | None = None) -> list[Paper]:
        """Return the copies of a file that are not gone, in order: what they are, and none of their bytes.

        Raises InputDefect where ``actor`` may not read patients' files; None is Galien itself.
        """
        self._staff.require(actor, Right.READ_PATIENT)
        with self._db.read() as session:
            return self._papers(session, store.live(session, patient_id=patient_id))

    def every(self, actor: Actor | None = None) -> list[Paper]:
        """Return the copies of the whole officine that are not gone. Raises as ``of``, for who may not destroy them."""
        self._staff.require(actor, Right.DELETE_IDENTITY_COPY)
        with self._db.read() as session:
            return self._papers(session, store.live(session))

    def look(self, paper_id: int, pin: str, actor: Actor) -> Outcome[Seen]:
        """Return the pages of a copy, marked, after the PIN of who asks was typed again; traced, refused or not.

        Raises SecretsUnavailable while the key of the officine can't be reached, SealBroken for bytes that were
        altered or moved.
        """
        paper, refused = self._found(paper_id, actor, Right.VIEW_IDENTITY_COPY)
        refused = refused or self._confirmed(actor, pin)
        if refused or paper is None:
            return self._refuse("view", paper_id, paper, refused, actor)
        plain = self._opened(paper)
        if plain is None:
            return self._refuse("view", paper_id, paper, [rules.not_held()], actor)
        pages = self._drawn(plain, paper, actor)
        with self._db.write(actor) as work:
            work.audit("identity_paper.view", SUBJECT, str(paper_id), patient_id=paper.patient_id)
        return Done(Seen(paper, pages))

    # --- Keeping ------------------------------------------------------------------------------------------------------

    def add_file(self, path: Path, patient_id: int, actor: Actor) -> Outcome[Paper]:
        """Keep a copy out of a file, with the last check of the patient’s identity; the file itself is left there."""
        from app.docs import scanned  # noqa: PLC0415 -- heavy: at the first copy

        try:
            content = scanned.read(path, rules.LARGEST_FILE)
        except InputDefect as defect:
            too_heavy = defect.code == scanned.TOO_LARGE
            finding = rules.too_heavy() if too_heavy else _finding(defect)
            return self._refuse_add(patient_id, [*self._staff.refusal(actor, Right.EDIT_PATIENT), finding], actor)
        with self._db.read() as session:
            evidence_id = store.last_evidence(session, patient_id)
        return self.add(patient_id, evidence_id, content, actor)

    def add(self, patient_id: int, evidence_id: int | None, content: bytes, actor: Actor) -> Outcome[Paper]:
        """Keep the bytes of a picture or a PDF, enciphered; ``evidence_id`` is the check at which it was shown.

        Told by its content, decoded under limits, made free of what EXIF says. Refused, and nothing kept, where the
        officine keeps no copies. Raises SecretsUnavailable while nothing can be sealed.
        """
        findings = self._staff.refusal(actor, Right.EDIT_PATIENT) or self._check(patient_id, evidence_id)
        kept = findings[0] if findings else _prepared(content)
        if isinstance(kept, Finding):
            return self._refuse_add(patient_id, findings or [kept], actor)
        token, key = secrets.token_hex(16), sealing.new_key()
        about = rules.about(patient_id, evidence_id, token)
        sealed_key, sealed = self._vault.encrypt(key, about), KeyBox(key).encrypt(kept.content, about)
        draft = store.NewPaper(
            patient_id=patient_id,
            evidence_id=evidence_id,
            token=token,
            media_type=kept.media_type,
            size=len(kept.content),
            pages=kept.pages,
        )
        with self._db.write(actor) as work:
            paper_id = store.add(work, draft)
            self._place.put(work.session, token, sealed_key, sealed, work.now)
            details = {"evidence": evidence_id, "size": draft.size, "pages": draft.pages}
            work.audit("identity_paper.add", SUBJECT, str(paper_id), patient_id=patient_id, details=details)
            work.changed(SUBJECT, f"patient:{patient_id}")
        with self._db.read() as session:
            return Done(self._papers(session, store.live(session, paper_id=paper_id))[0])

    # --- Destroying ---------------------------------------------------------------------------------------------------

    def delete(self, paper_id: int, reason: str, actor: Actor) -> Outcome[None]:
        """Destroy a copy before its time, with the reason: the patient asked, or it was the wrong one."""
        paper, refused = self._found(paper_id, actor, Right.DELETE_IDENTITY_COPY)
        said = rules.reason_of(reason)
        refused = refused or ([] if said else [rules.no_reason()])
        if refused or paper is None:
            return self._refuse(End.DELETED, paper_id, paper, refused, actor)
        with self._db.write(actor) as work:
            if not self._end(work, [paper], End.DELETED, said):
                return Refused((rules.gone(),))
        self._place.erase([paper.token])
        return Done(None)

    def is_due(self) -> bool:
        """Return True where today’s purge is still to be made, and there is something that it could destroy."""
        if facts.read(self._db, _PURGED) == today(self._db.clock).isoformat():
            return False
        with self._db.read() as session:
            return bool(store.live(session)) or bool(self._place.held())

    def purge(self, actor: Actor, *, dry_run: bool = False) -> Outcome[Purge]:
        """Destroy the copies whose time has passed, and the bytes that no copy names; nothing with ``dry_run``.

        For good: keys first, then bytes; each copy leaves a line in the trace. The status of the identities stays.
        """
        findings = self._staff.refusal(actor, Right.DELETE_IDENTITY_COPY)
        if findings:
            return Refused(tuple(findings))
        due = [paper for paper in self.every() if paper.due_on <= today(self._db.clock)]
        strays = self._strays()
        if dry_run:
            return Done(Purge(tuple(due), len(strays)))
        with self._db.write(actor) as work:
            ended = self._end(work, due, End.PURGED, _PURGE_REASON)
            if strays:
                work.audit(f"{SUBJECT}.strays", SUBJECT, details={"count": len(strays)})
            facts.write(work, _PURGED, today(self._db.clock).isoformat())
        self._place.erase([*(paper.token for paper in ended), *strays])
        return Done(Purge(tuple(ended), len(strays)))

    def reseal(self) -> int:
        """Seal the keys of the copies under the newest key of the officine; return how many were under an older one.

        After a theft the titulaire renews the key of the officine: what the thief knew must open no copy either.
        Raises SecretsUnavailable while nothing can be sealed, and once all the others are done the SealBroken of a key
        that was altered.
        """
        newest, done = sealing.number_of(self._vault.encrypt(b"", SUBJECT)), 0
        broken: SealBroken | None = None
        for paper in self.every():
            before = self._place.sealed_key(paper.token)
            if before is None:
                continue
            try:
                if sealing.number_of(before) == newest:
                    continue
                key = self._vault.decrypt(before, _about(paper))
            except SealBroken as error:
                broken = error
                continue
            done += self._place.reseal(paper.token, before, self._vault.encrypt(key, _about(paper)))
        if broken is not None:
            raise broken
        return done

    # --- Inside -------------------------------------------------------------------------------------------------------

    def _papers(self, session: Session, rows: Sequence[tuple[PaperRow, str]]) -> list[Paper]:
        visits = store.last_visits(session, {row.patient_id for row, _label in rows})
        held = self._place.held() if rows else {}
        return [
            Paper(
                id=row.id,
                patient_id=row.patient_id,
                evidence_id=row.evidence_id,
                evidence=label,
                media_type=row.media_type,
                size=row.size,
                pages=row.pages,
                at=row.at,
                author_name=row.author_name,
                due_on=rules.due_on(row.at, visits.get(row.patient_id)),
                is_held=row.token in held,
                token=row.token,
            )
            for row, label in rows
        ]

    def _found(self, paper_id: int, actor: Actor, right: Right) -> tuple[Paper | None, list[Finding]]:
        """Return a copy that is not gone, and what forbids the act."""
        with self._db.read() as session:
            found = self._papers(session, store.live(session, paper_id=paper_id))
        findings = self._staff.refusal(actor, right)
        if not found:
            return None, findings or [rules.gone()]
        return found[0], findings

    def _confirmed(self, actor: Actor, pin: str) -> list[Finding]:
        if actor.staff_id is None:
            return [rules.nobody()]
        outcome = self._sign_in.confirm(actor.staff_id, pin)
        return list(outcome.findings) if isinstance(outcome, Refused) else []

    def _opened(self, paper: Paper) -> bytes | None:
        """Return the plain bytes of a copy, in memory; None where they are not held."""
        held = self._place.get(paper.token)
        if held is None:
            return None
        about, (sealed_key, sealed) = _about(paper), held
        return KeyBox(self._vault.decrypt(sealed_key, about)).decrypt(sealed, about)

    def _drawn(self, plain: bytes, paper: Paper, actor: Actor) -> tuple[PageImage, ...]:
        from app.docs import scanned, watermark  # noqa: PLC0415 -- heavy: at the first copy shown

        now = self._db.clock.now().astimezone(PARIS)
        shown = f"{actor.name}, {french.short_date(now.date())} {now:%H:%M}"
        pages = range(paper.pages)
        drawn = (scanned.render(plain, paper.media_type, page, longest=_LONGEST_SIDE) for page in pages)
        return tuple(watermark.marked(page, rules.MARK, shown) for page in drawn)

    def _check(self, patient_id: int, evidence_id: int | None) -> list[Finding]:
        if not self.enabled:
            return [rules.switched_off()]
        with self._db.read() as session:
            if not store.patient_exists(session, patient_id):
                return [rules.no_patient()]
            if evidence_id is not None and not store.evidence_is_of(session, evidence_id, patient_id):
                return [rules.other_evidence()]
        return []

    def _end(self, work: UnitOfWork, papers: Collection[Paper], why: End, reason: str) -> list[Paper]:
        """Write the end of the copies that nobody ended meanwhile, and return them."""
        ended = [paper for paper in papers if store.end(work, paper.id, why, reason)]
        for paper in ended:
            details = {"reason": reason}
            work.audit(f"identity_paper.{why}", SUBJECT, str(paper.id), patient_id=paper.patient_id, details=details)
            work.changed(SUBJECT, f"patient:{paper.patient_id}")
        return ended

    def _strays(self) -> list[str]:
        """Return the tokens that no copy names: of copies ended, or left by a machine that stopped."""
        held, latest = self._place.held(), self._db.clock.now() - rules.STRAY_AFTER
        with self._db.read() as session:
            named = {row.token for row, _label in store.live(session)}
            ended = store.ended_tokens(session, held)
        return [token for token, at in held.items() if token not in named and (token in ended or at <= latest)]

    def _refuse_add(self, patient_id: int, findings: Sequence[Finding], actor: Actor) -> Refused:
        return self._told("add", "", patient_id, findings, actor)

    def _refuse(
        self, act: str, paper_id: int, paper: Paper | None, findings: Sequence[Finding], actor: Actor
    ) -> Refused:
        return self._told(act, str(paper_id), None if paper is None else paper.patient_id, findings, actor)

    def _told(
        self, act: str, paper_id: str, patient_id: int | None, findings: Sequence[Finding], actor: Actor
    ) -> Refused:
        """Trace a refusal and return it."""
        assert is_refused(findings)
        with self._db.write(actor) as work:
            codes = [finding.code for finding in findings]
            details = {"codes": codes}
            work.audit(
                f"identity_paper.{act}", SUBJECT, paper_id, patient_id=patient_id, details=details, result="refused"
            )
        return Refused(tuple(findings))


def _about(paper: Paper) -> str:
    return rules.about(paper.patient_id, paper.evidence_id, paper.token)


def _prepared(content: bytes) -> Scanned | Finding:
    """Return what is to be kept of a file, or why it is not."""
    from app.docs import scanned  # noqa: PLC0415 -- heavy: at the first copy

    if len(content) > rules.LARGEST_FILE:
        return rules.too_heavy()
    try:
        kept = scanned.prepare(content)
    except InputDefect as defect:
        return _finding(defect)
    return rules.too_long(kept.pages) if kept.pages > rules.MOST_PAGES else kept


def _finding(defect: InputDefect) -> Finding:
    return Finding(defect.code, Severity.ERROR, defect.text, defect.advice)
