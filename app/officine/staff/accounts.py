"""With what does each member sign in, and who may change it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from app.kernel.outcome import Done, Finding, Refused, Severity, is_refused
from app.kernel.text import one_line, typographic
from app.officine.staff import account_store as store
from app.officine.staff import credentials, hashing, rules, totp
from app.officine.staff.credentials import Factor
from app.officine.staff.model import Member, MemberDraft, Right, Role
from app.officine.staff.service import member_of, row_of
from app.officine.staff.session import EndWhy, Factors, TotpEnrolment
from app.officine.staff.tables import StaffCardRow, StaffRow, StaffSessionRow
from app.store import facts
from app.store.audit import CHAIN, Actor, lock_head

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.outcome import Outcome
    from app.kernel.secret import SecretBox
    from app.officine.staff.ports import HolderCard
    from app.officine.staff.service import Staff
    from app.store.database import Database, UnitOfWork

_SERIAL_LIMIT = 40


class Accounts:
    """The factors of the members: passwords, PINs, authenticators and cards."""

    def __init__(self, db: Database, staff: Staff, box: SecretBox) -> None:
        """Keep the accounts in ``db``, secrets of authenticators sealed by ``box``; ask ``staff`` for the rights."""
        self._db = db
        self._staff = staff
        self._box = box

    def needs_first(self) -> bool:
        """Return True while nobody has anything to sign in with: the first titulaire is to be opened."""
        with self._db.read() as session:
            return not store.any_account(session)

    def check_first(self) -> list[Finding]:
        """Return why the first account can't be opened: there is one."""
        return [] if self.needs_first() else [_not_first()]

    def factors(self, member_id: int) -> Factors:
        """Return what a member may sign in with, and what stands in the way."""
        with self._db.read() as session:
            return store.factors(session, member_id, self._db.clock.now())

    def check_password(self, password: str, draft: MemberDraft | None = None) -> list[Finding]:
        """Return why a password would be refused; ``draft`` is who it is for, where not of the team yet."""
        return credentials.check_password(password, self._names(draft))

    def open_first(self, draft: MemberDraft, password: str, station: str = "") -> Outcome[Member]:
        """Open the account of the first titulaire, with the password of their choice: no account exists before.

        Refused as soon as anyone has a factor. A titulaire of this name already in the team is the one meant.
        The account is complete once an authenticator or a card is bound to it.
        """
        findings = [] if draft.role is Role.HOLDER else [_first_is_holder()]
        known = self._known(draft)
        findings += [] if known is not None else self._staff.check(draft)
        findings += self.check_password(password, draft)
        if is_refused(findings):
            return Refused(tuple(findings))
        kept = hashing.hashed(credentials.normal(password))
        with self._db.write(Actor(None, "Galien", station)) as work:
            # Two workstations that begin at once: the second waits here, then finds the first one's.
            lock_head(work.session, CHAIN)
            if store.any_account(work.session):
                return Refused((_not_first(),))
            row = row_of(draft) if known is None else work.session.get_one(StaffRow, known.id)
            work.session.add(row)
            work.session.flush()
            account = store.account_to_change(work.session, row.id)
            account.password_hash, account.password_at, account.must_change = kept, work.now, False
            work.audit("staff.first", "staff", str(row.id), details={"role": row.role})
            work.changed("staff")
            member = member_of(row, is_limited=True)
        return Done(member)

    def set_password(self, member_id: int, password: str, actor: Actor, current: str = "") -> Outcome[None]:
        """Set a password: a member’s own, with the present one; or, by the titulaire, one to be changed at once."""
        findings = self._allowed(member_id, actor) + self.check_password(password)
        if is_refused(findings):
            return Refused(tuple(findings))
        findings += self._confirmed(member_id, actor, current)
        if is_refused(findings):
            return Refused(tuple(findings))
        if self._is_same(member_id, password):
            return Refused((_same_password(),))
        kept = hashing.hashed(credentials.normal(password))
        own = actor.staff_id == member_id
        with self._db.write(actor) as work:
            account = store.account_to_change(work.session, member_id)
            account.password_hash, account.password_at, account.must_change = kept, work.now, not own
            if not own:
                _end_sessions(work, member_id)
            _trace(work, "staff.password", member_id, own=own)
        return Done(None)

    def set_pin(self, member_id: int, pin: str, actor: Actor, current: str = "") -> Outcome[None]:
        """Set the PIN of a member: only the member chooses it, with the present password where there is one."""
        if actor.staff_id != member_id:
            return Refused((_own_pin(),))
        findings = self._allowed(member_id, actor) + credentials.check_pin(pin)
        if is_refused(findings):
            return Refused(tuple(findings))
        findings += self._confirmed(member_id, actor, current)
        if is_refused(findings):
            return Refused(tuple(findings))
        kept = hashing.hashed(credentials.normal(pin))
        with self._db.write(actor) as work:
            store.account_to_change(work.session, member_id).pin_hash = kept
            store.clear_tries(work.session, member_id, Factor.PIN)
            _trace(work, "staff.pin", member_id, own=True)
        return Done(None)

    def begin_totp(self, member_id: int, actor: Actor) -> Outcome[TotpEnrolment]:
        """Make a new secret for an authenticator application; it is in force once ``confirm_totp`` had a code of it.

        Raises SecretsUnavailable where this workstation can’t seal it.
        """
        findings = self._allowed(member_id, actor)
        member = self._staff.get(member_id)
        if member is None or is_refused(findings):
            return Refused(tuple(findings))
        secret = totp.new_secret()
        sealed = self._box.encrypt(secret, about_totp(member_id))
        with self._db.write(actor) as work:
            store.account_to_change(work.session, member_id).totp_pending = sealed
            _trace(work, "staff.totp-begin", member_id, own=actor.staff_id == member_id)
        return Done(totp.enrolment(secret, member.name, self._officine()))

    def confirm_totp(self, member_id: int, code: str, actor: Actor) -> Outcome[None]:
        """Put the new secret in force with a code that the application shows now; that code serves no more."""
        findings = self._allowed(member_id, actor)
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.read() as session:
            account = store.account(session, member_id)
            pending = None if account is None else account.totp_pending
        if pending is None:
            return Refused((_no_enrolment(),))
        secret = self._box.decrypt(pending, about_totp(member_id))
        step = totp.matching_step(secret, code, self._db.clock.now(), None)
        if step is None:
            return Refused((_wrong_code(),))
        with self._db.write(actor) as work:
            account = store.account_to_change(work.session, member_id)
            if account.totp_pending != pending:
                return Refused((_no_enrolment(),))
            account.totp_sealed, account.totp_pending, account.totp_step = pending, None, step
            _trace(work, "staff.totp", member_id, own=actor.staff_id == member_id)
        return Done(None)

    def bind_card(self, member_id: int, card: HolderCard, actor: Actor) -> Outcome[None]:
        """Bind a card to a member: theirs by its RPPS where both have one; a card is of one person.

        Only who manages the team binds: a card left in a reader must not become a colleague’s.
        """
        findings = self._staff.refusal(actor, Right.MANAGE_STAFF) + self._existing(member_id)
        findings += _check_card(card, self._staff.get(member_id))
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            owner = store.card_owner(work.session, card.serial)
            if owner is not None:
                return Done(None) if owner == member_id else Refused((_card_of_another(),))
            name = one_line(card.name, 120)
            work.session.add(StaffCardRow(serial=card.serial, staff_id=member_id, holder_name=name, bound_at=work.now))
            _trace(work, "staff.card", member_id, serial=card.serial)
        return Done(None)

    def unbind_card(self, member_id: int, serial: str, actor: Actor) -> Outcome[None]:
        """Unbind a card of a member: lost, replaced, or given back."""
        findings = self._allowed(member_id, actor)
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            where = (StaffCardRow.staff_id == member_id, StaffCardRow.serial == serial)
            if work.session.execute(delete(StaffCardRow).where(*where).returning(StaffCardRow.serial)).first() is None:
                return Refused((_no_card(),))
            _trace(work, "staff.card-unbind", member_id, serial=serial)
        return Done(None)

    def reset(self, member_id: int, password: str, actor: Actor) -> Outcome[None]:
        """Give a member who lost everything a password to be changed at once; PIN and authenticator are taken away.

        By the titulaire; where it is the titulaire who lost everything, by the technician on the machine itself. The
        cards stay: their PIN was never here. Sessions of the member end.
        """
        findings = self._staff.refusal(actor, Right.MANAGE_STAFF) + self._existing(member_id)
        findings += self.check_password(password)
        if is_refused(findings):
            return Refused(tuple(findings))
        kept = hashing.hashed(credentials.normal(password))
        with self._db.write(actor) as work:
            account = store.account_to_change(work.session, member_id)
            account.password_hash, account.password_at, account.must_change = kept, work.now, True
            account.pin_hash, account.totp_sealed, account.totp_pending, account.totp_step = "", None, None, None
            unheard = store.clear_tries(work.session, member_id, *Factor)
            _end_sessions(work, member_id)
            _trace(work, "staff.reset", member_id, unheard=unheard)
        return Done(None)

    def unlock(self, member_id: int, actor: Actor) -> Outcome[None]:
        """Open again what too many failures shut; by the titulaire, after having asked who was trying."""
        findings = self._staff.refusal(actor, Right.MANAGE_STAFF) + self._existing(member_id)
        if is_refused(findings):
            return Refused(tuple(findings))
        with self._db.write(actor) as work:
            unheard = store.clear_tries(work.session, member_id, *Factor)
            _trace(work, "staff.unlock", member_id, unheard=unheard)
        return Done(None)

    def _allowed(self, member_id: int, actor: Actor) -> list[Finding]:
        """Return why the actor may not touch the factors of a member: one’s own are always one’s own."""
        if actor.staff_id == member_id:
            return self._existing(member_id)
        return self._staff.refusal(actor, Right.MANAGE_STAFF) + self._existing(member_id)

    def _existing(self, member_id: int) -> list[Finding]:
        member = self._staff.get(member_id)
        return [] if member is not None and member.active else [rules.unknown()]

    def _confirmed(self, member_id: int, actor: Actor, current: str) -> list[Finding]:
        """Return why the present password does not confirm that it is the member who acts."""
        if actor.staff_id != member_id:
            return []
        with self._db.read() as session:
            account = store.account(session, member_id)
            kept = "" if account is None else account.password_hash
        if not kept:
            return []
        with self._db.write(actor) as work:
            may_try, _ = store.take_try(work, member_id, Factor.PASSWORD)
        if not may_try or not hashing.matches(kept, credentials.normal(current)):
            return [_wrong_current()]
        with self._db.write(actor) as work:
            store.clear_tries(work.session, member_id, Factor.PASSWORD)
        return []

    def _is_same(self, member_id: int, password: str) -> bool:
        with self._db.read() as session:
            account = store.account(session, member_id)
        kept = "" if account is None else account.password_hash
        return bool(kept) and hashing.matches(kept, credentials.normal(password))

    def _known(self, draft: MemberDraft) -> Member | None:
        """Return the titulaire of this name who is in the team already, as an installation before accounts had one."""
        same = (
            member
            for member in self._staff.members()
            if member.role is Role.HOLDER
            and (member.family_name, member.given_name) == (draft.family_name, draft.given_name)
        )
        return next(same, None)

    def _names(self, draft: MemberDraft | None) -> Iterable[str]:
        people = [name for member in self._staff.members() for name in (member.family_name, member.given_name)]
        return [*people, *((draft.family_name, draft.given_name) if draft else ()), self._officine()]

    def _officine(self) -> str:
        known = facts.read(self._db, "officine")
        return str(known.get("name", "")) if isinstance(known, dict) else ""


def about_totp(member_id: int) -> str:
    """Return what the sealed secret of a member’s authenticator is bound to."""
    return f"totp:{member_id}"


def _end_sessions(work: UnitOfWork, member_id: int) -> None:
    store.end_sessions(work.session, work.now, str(EndWhy.CLOSED), StaffSessionRow.staff_id == member_id)


def _trace(work: UnitOfWork, action: str, member_id: int, **details: object) -> None:
    work.audit(action, "staff", str(member_id), details=details)
    work.changed("staff")


def _check_card(card: HolderCard, member: Member | None) -> list[Finding]:
    if not card.serial or len(card.serial) > _SERIAL_LIMIT or not card.serial.isprintable():
        return [_error("GAL-PER-26", "Cette carte n’a pas de numéro lisible.", "Essayez une autre carte.")]
    if member is not None and member.rpps and card.rpps and member.rpps != card.rpps:
        text = "Cette carte est celle d’une autre personne : son numéro RPPS n’est pas celui du membre."
        return [_error("GAL-PER-27", text, "Vérifiez le RPPS du membre et la carte.")]
    return []


def _first_is_holder() -> Finding:
    return _error("GAL-PER-20", "Le premier compte est celui du titulaire.", "Choisissez le rôle de titulaire.")


def _not_first() -> Finding:
    text = "Un compte existe déjà dans cette officine."
    return _error("GAL-PER-21", text, "Identifiez-vous, ou faites ouvrir votre compte par le titulaire.")


def _own_pin() -> Finding:
    return _error("GAL-PER-23", "Un code PIN se choisit soi-même.", "La personne le pose depuis sa propre session.")


def _no_enrolment() -> Finding:
    text = "Aucun nouveau code à usage unique n’est en attente."
    return _error("GAL-PER-24", text, "Recommencez l’enregistrement : le QR code précédent ne sert plus.")


def _wrong_code() -> Finding:
    text = "Ce code à usage unique n’est pas le bon."
    return _error("GAL-PER-25", text, "Vérifiez l’heure du téléphone et du poste, puis tapez le code affiché.", "code")


def _card_of_another() -> Finding:
    text = "Cette carte est déjà celle d’une autre personne de l’équipe."
    return _error("GAL-PER-28", text, "Retirez-la d’abord de son compte.")


def _no_card() -> Finding:
    return _error("GAL-PER-29", "Cette carte n’est pas liée à ce compte.", "Rien n’a changé.")


def _wrong_current() -> Finding:
    text = "Le mot de passe actuel n’est pas le bon."
    return _error("GAL-PER-15", text, "Retapez-le ; après plusieurs échecs, il faut attendre.", "current")


def _same_password() -> Finding:
    return _error("GAL-PER-16", "Le nouveau mot de passe est celui d’avant.", "Choisissez-en un autre.", "password")


def _error(code: str, text: str, advice: str, subject: str = "") -> Finding:
    return Finding(code, Severity.ERROR, typographic(text), advice, subject)
