"""Who is at this workstation, and how was it proved: full sign-in, fast switch, end?"""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from app.kernel.clock import PARIS
from app.kernel.outcome import Done, Finding, Refused, Severity
from app.kernel.text import typographic
from app.officine.staff import account_store as store
from app.officine.staff import credentials, hashing, totp
from app.officine.staff.accounts import about_totp
from app.officine.staff.credentials import Factor, Tries
from app.officine.staff.locks import LockPolicy
from app.officine.staff.service import actor_of
from app.officine.staff.session import Duty, EndWhy, Factors, Means, SessionSummary, StaffSession
from app.officine.staff.tables import StaffSessionRow
from app.store.audit import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.outcome import Outcome
    from app.kernel.secret import SecretBox
    from app.officine.staff.model import Member
    from app.officine.staff.ports import CardProof, CardTrust, HolderCard
    from app.officine.staff.service import Staff
    from app.store.database import Database, UnitOfWork

_CHALLENGE_BYTES = 32
_CHALLENGE_LIFE = dt.timedelta(minutes=2)
_TELL_EVERY = 50
"""Of tries refused unheard, the first is written, then every fiftieth: a machine that tries does not fill the disk."""
_TOUCH_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Opening:
    """A session about to be opened."""

    member: Member
    means: Means
    card_serial: str = ""
    under: StaffSession | None = None
    step: int | None = None
    rehashed: str = ""
    duties: tuple[Duty, ...] = ()


class SignIn:
    """Sign-in at one workstation."""

    def __init__(
        self,
        db: Database,
        staff: Staff,
        box: SecretBox,
        *,
        station: str,
        simulated: bool,
        policy: Callable[[], LockPolicy] = LockPolicy,
        trust: CardTrust | None = None,
    ) -> None:
        """Sign in at ``station``; ``policy`` tells how long for, ``trust`` judges cards, None where none can be.

        ``simulated``: fictitious data, where a name may be chosen without proof and cards of tests are welcome.
        """
        self._db = db
        self._staff = staff
        self._box = box
        self._station = station
        self._simulated = simulated
        self._policy = policy
        self._trust = trust
        self._lock = threading.Lock()
        self._challenge: tuple[bytes, dt.datetime] | None = None
        self._touched: dict[int, dt.datetime] = {}
        self._unheard: dict[tuple[int, Factor], int] = {}

    # --- Full sign-in -------------------------------------------------------------------------------------------------

    def by_password(
        self, member_id: int, password: str, code: str = "", card: HolderCard | None = None
    ) -> Outcome[StaffSession]:
        """Open the workstation by a password and a second factor: the code of the authenticator, or a card bound.

        Every wrong answer is told alike, and takes as long: nothing says which part was wrong, nor whether the person
        has an account. The try is counted before it is made, in the database: a restart gives no new ones. A password
        alone opens a session that may only complete the account (``duties``).
        """
        member = self._member(member_id)
        if member is None:
            hashing.matches("", credentials.normal(password))
            return Refused((_wrong(None),))
        may_try, tries = self._take(member_id, Factor.PASSWORD)
        if not may_try:
            return Refused((self._shut(tries, Factor.PASSWORD),))
        with self._db.read() as session:
            account = store.account(session, member_id)
            factors = store.factors(session, member_id, self._db.clock.now())
        kept = "" if account is None else account.password_hash
        if not hashing.matches(kept, credentials.normal(password)):
            return self._failed(member, Factor.PASSWORD, tries)
        opening = self._second_factor(member, factors, code, card)
        if opening is None:
            return self._failed(member, Factor.PASSWORD, tries)
        rehashed = hashing.hashed(credentials.normal(password)) if hashing.is_outdated(kept) else ""
        return self._open(replace(opening, rehashed=rehashed, duties=_duties(factors)), tries)

    def challenge(self) -> bytes:
        """Return what a card must sign to sign in: it serves once, for two minutes."""
        made = secrets.token_bytes(_CHALLENGE_BYTES)
        with self._lock:
            self._challenge = (made, self._db.clock.now())
        return made

    def by_card(self, card: HolderCard, proof: CardProof) -> Outcome[StaffSession]:
        """Open the workstation by a professional card, whose PIN the card itself checked.

        The proof signs the last ``challenge``; the card is bound to a member, or its RPPS is a member’s own.
        """
        findings = self._judged(card, proof)
        if findings:
            return Refused(tuple(findings))
        member = self._holder(card)
        if member is None:
            return self._card_refused(card)
        factors = self._factors(member.id)
        if factors.is_locked:
            return Refused((_shut_for_good(),))
        duties = (Duty.NEW_PASSWORD,) if factors.must_change else ()
        return self._open(_Opening(member, Means.CPS, card.serial, duties=duties), None)

    def demo(self, member_id: int) -> Outcome[StaffSession]:
        """Open the workstation of a demonstration by a name alone; refused with real data."""
        member = self._member(member_id)
        if not self._simulated or member is None:
            return Refused((_error("GAL-PER-42", "Un nom seul n’ouvre que la démonstration.", "Identifiez-vous."),))
        return self._open(_Opening(member, Means.DEMO), None)

    # --- Fast switch --------------------------------------------------------------------------------------------------

    def switch(self, member_id: int, pin: str, session: StaffSession) -> Outcome[StaffSession]:
        """Change who is at the workstation by a PIN, or open it again for the same person: the sale goes on.

        Only under a full sign-in made at this workstation and not over: a PIN alone never begins a day.
        """
        findings = self._under(session)
        if findings:
            return Refused(tuple(findings))
        member = self._member(member_id)
        if member is None:
            hashing.matches("", credentials.normal(pin))
            return Refused((_wrong_pin(None),))
        may_try, tries = self._take(member_id, Factor.PIN)
        if not may_try:
            return Refused((self._shut(tries, Factor.PIN),))
        with self._db.read() as reading:
            account = store.account(reading, member_id)
            factors = store.factors(reading, member_id, self._db.clock.now())
        kept = "" if account is None else account.pin_hash
        right = hashing.matches(kept, credentials.normal(pin)) and credentials.is_pin(pin)
        if not right:
            return self._failed(member, Factor.PIN, tries)
        if factors.is_locked or member.is_limited:
            return Refused((_shut_for_good() if factors.is_locked else _incomplete(),))
        return self._open(_Opening(member, Means.PIN, under=session), tries)

    def switch_by_card(self, card: HolderCard, session: StaffSession) -> Outcome[StaffSession]:
        """Change who is at the workstation by the presence of a card that is bound to a member.

        Only under a full sign-in, as ``switch``: the card is what one has, at a workstation that is open already.
        """
        findings = self._under(session)
        if findings:
            return Refused(tuple(findings))
        member = self._bound(card)
        if member is None:
            return self._card_refused(card)
        if self._factors(member.id).is_locked or member.is_limited:
            return Refused((_incomplete() if member.is_limited else _shut_for_good(),))
        return self._open(_Opening(member, Means.CARD, card.serial, session), None)

    def confirm(self, member_id: int, pin: str) -> Outcome[None]:
        """Ask again for the PIN of who is at work, before what must not be seen over an unguarded session.

        It opens nothing; the tries are those of ``switch``: counted before they are made, slower at each failure, shut
        in the end. Refused where the member has no PIN.
        """
        member = self._member(member_id)
        if member is None:
            hashing.matches("", credentials.normal(pin))
            return Refused((_wrong_pin(None),))
        factors = self._factors(member_id)
        if not factors.pin or factors.is_locked:
            return Refused((_shut_for_good() if factors.is_locked else _no_pin(),))
        may_try, tries = self._take(member_id, Factor.PIN)
        if not may_try:
            return Refused((self._shut(tries, Factor.PIN),))
        with self._db.read() as reading:
            account = store.account(reading, member_id)
        kept = "" if account is None else account.pin_hash
        if not (hashing.matches(kept, credentials.normal(pin)) and credentials.is_pin(pin)):
            return self._failed(member, Factor.PIN, tries)
        with self._db.write(actor_of(member, self._station)) as work:
            unheard = store.clear_tries(work.session, member_id, Factor.PIN)
            self._forget_unheard(member_id)
            details = {"failures": tries.failures - 1, "unheard": unheard}
            work.audit("session.confirm", "staff", str(member_id), details=details)
        return Done(None)

    # --- During and after ---------------------------------------------------------------------------------------------

    def touch(self, session: StaffSession) -> None:
        """Note that someone is at work, once a minute at most."""
        now = self._db.clock.now()
        last = self._touched.get(session.id)
        if last is not None and dt.timedelta(0) <= now - last < _TOUCH_EVERY:
            return
        self._touched[session.id] = now
        with self._db.write(actor_of(session.member, self._station)) as work:
            work.session.execute(
                update(StaffSessionRow).where(StaffSessionRow.id == session.id).values(last_seen_at=now)
            )

    def still_open(self, session: StaffSession) -> bool:
        """Return True while the session holds: neither ended nor over, its member still in the team."""
        member = self._member(session.member.id)
        with self._db.read() as reading:
            row = reading.get(StaffSessionRow, session.id)
        now = self._db.clock.now()
        return member is not None and row is not None and row.ended_at is None and row.opened_at <= now < row.expires_at

    def open_sessions(self) -> list[SessionSummary]:
        """Return the sessions open at every workstation, the last first."""
        with self._db.read() as session:
            rows = session.scalars(
                select(StaffSessionRow)
                .where(StaffSessionRow.ended_at.is_(None), StaffSessionRow.expires_at > self._db.clock.now())
                .order_by(StaffSessionRow.id.desc())
            )
            return [store.summary(row) for row in rows]

    def sign_out(self, session: StaffSession, why: EndWhy = EndWhy.SIGNED_OUT) -> None:
        """End a session: the workstation then asks for a full sign-in."""
        with self._db.write(actor_of(session.member, self._station)) as work:
            ended = store.end_sessions(work.session, work.now, str(why), StaffSessionRow.id == session.id)
            if ended:
                work.audit("session.end", "staff", str(session.member.id), details={"why": str(why)})
        self._touched.pop(session.id, None)

    # --- Inside -------------------------------------------------------------------------------------------------------

    @property
    def _galien(self) -> Actor:
        """Who writes while nobody is known to be there."""
        return Actor(None, "Galien", self._station)

    def _member(self, member_id: int) -> Member | None:
        member = self._staff.get(member_id)
        return member if member is not None and member.active else None

    def _factors(self, member_id: int) -> Factors:
        with self._db.read() as session:
            return store.factors(session, member_id, self._db.clock.now())

    def _take(self, member_id: int, factor: Factor) -> tuple[bool, Tries]:
        """Count a try before it is made; one that must wait costs a reading, and now and then a writing."""
        now, key = self._db.clock.now(), (member_id, factor)
        with self._db.read() as session:
            tries = store.tries_of(session, member_id, factor)
        if not credentials.must_wait(tries, factor, now):
            return self._db.perform(self._galien, lambda work: store.take_try(work, member_id, factor))
        with self._lock:
            waiting = self._unheard.get(key, 0) + 1
            told = waiting == 1 or waiting % _TELL_EVERY == 0
            self._unheard[key] = waiting
        if told:
            count = 1 if waiting == 1 else _TELL_EVERY
            self._db.perform(self._galien, lambda work: store.add_unheard(work.session, member_id, factor, count))
        return False, tries

    def _forget_unheard(self, member_id: int) -> None:
        with self._lock:
            for factor in Factor:
                self._unheard.pop((member_id, factor), None)

    def _second_factor(self, member: Member, factors: Factors, code: str, card: HolderCard | None) -> _Opening | None:
        """Return what the second factor opens; None where it is wrong, or missing though there is one."""
        if card is not None and card.serial in factors.cards:
            return _Opening(member, Means.PASSWORD_CARD, card.serial)
        if factors.totp:
            step = self._step(member.id, code)
            return None if step is None else _Opening(member, Means.PASSWORD_TOTP, step=step)
        return None if factors.cards else _Opening(member, Means.PASSWORD)

    def _step(self, member_id: int, code: str) -> int | None:
        with self._db.read() as session:
            account = store.account(session, member_id)
        if account is None or account.totp_sealed is None:
            return None
        secret = self._box.decrypt(account.totp_sealed, about_totp(member_id))
        return totp.matching_step(secret, code, self._db.clock.now(), account.totp_step)

    def _judged(self, card: HolderCard, proof: CardProof) -> list[Finding]:
        now = self._db.clock.now()
        with self._lock:
            issued, self._challenge = self._challenge, None
        if issued is None or not dt.timedelta(0) <= now - issued[1] <= _CHALLENGE_LIFE:
            return [_error("GAL-PER-43", "La demande faite à la carte n’est plus valable.", "Recommencez.")]
        if self._trust is None:
            text = "Ce poste ne sait pas vérifier une carte professionnelle."
            return [_error("GAL-PER-44", text, "Identifiez-vous par mot de passe ; voyez « galien doctor ».")]
        if proof.holder.serial != card.serial or proof.holder.rpps != card.rpps:
            return [_error("GAL-PER-45", "La carte a changé pendant l’identification.", "Recommencez.")]
        return self._trust.check(proof, issued[0], production=not self._simulated)

    def _bound(self, card: HolderCard) -> Member | None:
        with self._db.read() as session:
            owner = store.card_owner(session, card.serial)
        return None if owner is None else self._member(owner)

    def _holder(self, card: HolderCard) -> Member | None:
        """Return whose card it is: bound to a member, or of a member’s RPPS, which the card proves."""
        bound = self._bound(card)
        if bound is not None:
            return bound if not bound.rpps or not card.rpps or bound.rpps == card.rpps else None
        same = [member for member in self._staff.members() if card.rpps and member.rpps == card.rpps]
        return same[0] if len(same) == 1 else None

    def _under(self, session: StaffSession) -> list[Finding]:
        """Return why no switch is possible under this session."""
        now = self._db.clock.now()
        with self._db.read() as reading:
            row = reading.get(StaffSessionRow, session.id)
            root = row if row is None or row.root_id is None else reading.get(StaffSessionRow, row.root_id)
        if row is None or root is None or row.station != self._station or row.ended_at is not None:
            return [_not_open()]
        if not Means(root.means).is_full or (root.means == str(Means.DEMO) and not self._simulated):
            return [_not_open()]
        return [] if row.opened_at <= now < row.expires_at else [_over()]

    def _open(self, opening: _Opening, tries: Tries | None) -> Outcome[StaffSession]:
        """Write the session in the place of the one that was open at this workstation; a spent code opens nothing."""
        with self._db.write(actor_of(opening.member, self._station)) as work:
            session = self._written(work, opening, tries)
        if session is None:
            return self._failed(opening.member, Factor.PASSWORD, tries or Tries())
        return Done(session)

    def _written(self, work: UnitOfWork, opening: _Opening, tries: Tries | None) -> StaffSession | None:
        member = opening.member
        if opening.step is not None and not store.spend_code(work.session, member.id, opening.step):
            return None
        row = self._row(work, opening)
        if opening.rehashed:
            store.account_to_change(work.session, member.id).password_hash = opening.rehashed
        details: dict[str, object] = {"means": str(opening.means)}
        if tries is not None:
            cleared = (Factor.PIN,) if opening.under is not None else tuple(Factor)
            unheard = store.clear_tries(work.session, member.id, *cleared)
            self._forget_unheard(member.id)
            details |= {"failures": tries.failures - 1, "unheard": unheard}
        action = "session.open" if opening.under is None else "session.switch"
        work.audit(action, "staff", str(member.id), details=details)
        return StaffSession(
            id=row.id,
            member=member,
            station=self._station,
            means=opening.means,
            opened_at=row.opened_at,
            expires_at=row.expires_at,
            card_serial=opening.card_serial,
            duties=opening.duties,
        )

    def _row(self, work: UnitOfWork, opening: _Opening) -> StaffSessionRow:
        under = opening.under
        why = EndWhy.REPLACED if under is None else EndWhy.SWITCHED
        root = None
        if under is not None:
            before = work.session.get_one(StaffSessionRow, under.id)
            root = before.root_id or before.id
        store.end_sessions(work.session, work.now, str(why), StaffSessionRow.station == self._station)
        row = StaffSessionRow(
            staff_id=opening.member.id,
            station=self._station,
            means=str(opening.means),
            card_serial=opening.card_serial,
            root_id=root,
            opened_at=work.now,
            expires_at=work.now + self._policy().absolute if under is None else under.expires_at,
            last_seen_at=work.now,
            ended_why="",
        )
        work.session.add(row)
        work.session.flush()
        return row

    def _failed(self, member: Member, factor: Factor, tries: Tries) -> Refused:
        with self._db.write(self._galien) as work:
            details = {"factor": str(factor), "failures": tries.failures}
            work.audit("session.refused", "staff", str(member.id), details=details, result="refused")
            if credentials.is_shut(tries, factor):
                work.audit("staff.locked", "staff", str(member.id), details=details, result="refused")
                work.changed("staff")
        if credentials.is_shut(tries, factor):
            return Refused((self._shut(tries, factor),))
        return Refused((_wrong(tries) if factor is Factor.PASSWORD else _wrong_pin(tries),))

    def _card_refused(self, card: HolderCard) -> Refused:
        with self._db.write(self._galien) as work:
            work.audit("session.refused", "card", card.serial[:64], details={"factor": "card"}, result="refused")
        text = "Cette carte n’est celle de personne dans l’équipe."
        return Refused((_error("GAL-PER-46", text, "Le titulaire l’ajoute dans « Équipe »."),))

    def _shut(self, tries: Tries, factor: Factor) -> Finding:
        if credentials.is_shut(tries, factor):
            return _shut_for_good() if factor is Factor.PASSWORD else _pin_shut()
        until = credentials.locked_until(tries, self._db.clock.now())
        clock = "" if until is None else until.astimezone(PARIS).strftime("%H:%M:%S")
        text = f"Trop d’échecs : le prochain essai est possible à {clock}."
        return _error("GAL-PER-31", text, "Attendez, ou identifiez-vous par carte. Rien n’a été essayé.")


def _duties(factors: Factors) -> tuple[Duty, ...]:
    duties = [Duty.NEW_PASSWORD] if factors.must_change else []
    return (*duties, *([] if factors.totp or factors.cards else [Duty.SECOND_FACTOR]))


def _wrong(tries: Tries | None) -> Finding:
    left = _left(tries, Factor.PASSWORD)
    text = f"Le mot de passe ou le code n’est pas le bon.{left}"
    return _error("GAL-PER-30", text, "Retapez les deux ; un code à usage unique ne sert qu’une fois.")


def _wrong_pin(tries: Tries | None) -> Finding:
    text = f"Le code PIN n’est pas le bon.{_left(tries, Factor.PIN)}"
    return _error("GAL-PER-32", text, "Retapez-le, ou identifiez-vous par mot de passe ou par carte.")


def _left(tries: Tries | None, factor: Factor) -> str:
    if tries is None:
        return ""
    left = factor.limit - tries.failures
    return f" Il reste {left} essai{'s' if left > 1 else ''}."


def _shut_for_good() -> Finding:
    text = "Ce compte est bloqué après trop d’échecs."
    return _error(
        "GAL-PER-33", text, "Le titulaire le débloque dans « Équipe », ou le technicien : galien staff unlock."
    )


def _pin_shut() -> Finding:
    text = "Ce code PIN est bloqué après trop d’échecs."
    return _error("GAL-PER-34", text, "Identifiez-vous par mot de passe ou par carte : il servira à nouveau.")


def _no_pin() -> Finding:
    text = "Aucun code PIN n’est choisi pour ce compte : il le faut pour confirmer."
    return _error("GAL-PER-36", text, "Choisissez-le dans « Équipe », puis recommencez.")


def _incomplete() -> Finding:
    text = "Ce compte n’est pas complet : un code PIN ou une carte n’y suffit pas."
    return _error("GAL-PER-35", text, "Identifiez-vous d’abord par mot de passe.")


def _not_open() -> Finding:
    text = "Ce poste n’est pas ouvert : il faut une identification complète."
    return _error("GAL-PER-40", text, "Mot de passe et code, ou carte CPS.")


def _over() -> Finding:
    text = "La session de ce poste est terminée : il faut une identification complète."
    return _error("GAL-PER-41", text, "Mot de passe et code, ou carte CPS. La vente en cours est gardée.")


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), advice, subject)
