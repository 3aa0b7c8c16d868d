"""How does a workstation open the secrets of the officine, and how is another one let in?

Three things are kept apart: the key of this workstation, in its KeyPlace (system keyring) and nowhere else; the keys of
the officine, in the database, sealed under the key of each workstation; the secrets, in the database, sealed under the
newest key of the officine. A backup holds the last two, never the first: alone, it opens nothing.
"""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING

from app.kernel.errors import GalienError
from app.kernel.outcome import Done, Refused
from app.kernel.secret import SecretsUnavailable
from app.officine.secrets import ring, rules, sealing, store
from app.officine.secrets.model import Opener, StationKey, VaultState
from app.officine.secrets.ring import Ring
from app.officine.secrets.sealing import KeyBox
from app.officine.staff.model import Right

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.secrets.ports import KeyPlace
    from app.officine.staff.service import Staff
    from app.store.audit import Actor
    from app.store.database import Database, UnitOfWork

SUBJECT = "secret"
_CODES = (Opener.TRANSFER, Opener.RECOVERY)


class Vault:
    """The secrets of the officine as this workstation opens them: a SecretBox and a SecretStore.

    The acts on the keys raise SecretsUnavailable where the place of this workstation's key can't be reached.
    """

    def __init__(self, db: Database, staff: Staff, place: KeyPlace, actor: Actor) -> None:
        """Keep secrets in ``db``, under a key in ``place``; ``actor`` is Galien itself on this workstation."""
        self._db = db
        self._staff = staff
        self._place = place
        self._actor = actor
        self._lock = threading.Lock()
        self._ring = Ring()
        db.publisher.subscribe(self._forget)

    # --- What the other rooms ask ------------------------------------------------------------------------------------

    def encrypt(self, plain: bytes, about: str) -> bytes:
        """Seal a value under the newest key of the officine; see SecretBox."""
        with self._db.read() as session:
            number = store.newest(session)
        return self._box(number).encrypt(plain, about)

    def decrypt(self, sealed: bytes, about: str) -> bytes:
        """Open a value, under whichever key of the officine sealed it; see SecretBox."""
        return self._box(sealing.number_of(sealed)).decrypt(sealed, about)

    def put(self, name: str, value: bytes) -> None:
        """Keep a named secret; see SecretStore. Raises ValueError for a name that is none of ours."""
        if not rules.is_name(name):
            raise ValueError("not a name of a secret")
        # Opened before the write: a keyring that asks its user holds no lock of the database meanwhile.
        self.require()
        with self._db.write(self._actor) as work:
            self.put_in(work, name, value)

    def require(self) -> None:
        """Raise SecretsUnavailable where a secret could be neither sealed nor opened now."""
        self._need()

    def put_in(self, work: UnitOfWork, name: str, value: bytes) -> None:
        """Keep a named secret in an act's own unit of work."""
        number = store.newest(work.session)
        kept = store.secret(work.session, name)
        version = 1 if kept is None else kept.version + 1
        sealed = self._box(number).encrypt(value, _about(name, version))
        store.put_secret(work.session, name, version, sealed, work.now)
        work.audit("secret.put", SUBJECT, name[:64], details={"version": version, "key": number})
        work.changed(SUBJECT)

    def get(self, name: str) -> bytes | None:
        """Return a named secret; see SecretStore."""
        with self._db.read() as session:
            row = store.secret(session, name)
        return None if row is None else self.decrypt(row.sealed, _about(name, row.version))

    def delete(self, name: str) -> bool:
        """Forget a named secret; see SecretStore."""
        with self._db.write(self._actor) as work:
            if not store.remove_secret(work.session, name):
                return False
            work.audit("secret.delete", SUBJECT, name[:64])
            work.changed(SUBJECT)
        return True

    def list(self) -> Sequence[str]:
        """Return the names of the secrets kept; see SecretStore."""
        with self._db.read() as session:
            return [row.name for row in store.secrets(session)]

    # --- The keys ----------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the first key of the officine where the database has none. Raises SecretsUnavailable."""
        with self._db.read() as session:
            if store.newest(session):
                return
        with self._db.write(self._actor) as work:
            number = work.take_numbers(store.SERIES)
            # Another workstation may have been first, while this one waited for the number.
            if store.newest(work.session):
                return
            self._join(work, {number: sealing.new_key()}, ring.new_id())
            work.audit("secret.begin", SUBJECT, details={"key": number})

    def state(self) -> VaultState:
        """Return how the secrets of this workstation stand; what stands in the way is told, never raised."""
        with self._db.read() as session:
            stations = store.keys(session, Opener.STATION)
            recovery = store.keys(session, Opener.RECOVERY)
            kept = store.secrets(session)
            number = store.newest(session)
        failure: GalienError | None = None
        opened = Ring()
        try:
            opened = ring.open_with_place(stations, self._place, self._actor.station)
            _require(opened, number)
        except GalienError as error:
            failure = error
        known = {row.key_id: row for row in stations}
        return VaultState(
            place=self._place.label,
            is_clear=self._place.is_clear,
            failure=failure,
            stations=tuple(
                StationKey(id=key, station=row.station, since=row.created_at, is_ours=key == opened.opened_by)
                for key, row in sorted(known.items(), key=lambda item: (item[1].station, item[0]))
            ),
            recovery_since=recovery[0].created_at if recovery else None,
            secrets=tuple(row.name for row in kept),
            unreadable=tuple(row.name for row in kept if not opened.opens(row.sealed, _about(row.name, row.version))),
        )

    def rotate(self, actor: Actor) -> Outcome[None]:
        """Give this workstation a new key; the old one opens nothing more.

        The new key is in its place before the database names it, and the old one leaves it after: whenever the machine
        stops, one of them opens. What such a stop leaves behind goes with the next rotation.
        """
        findings = self._staff.refusal(actor, Right.MANAGE_SECRETS)
        if findings:
            return Refused(tuple(findings))
        mine = self._need()
        old = _id_of(mine)
        self._place.forget(ring.previous_id(old))
        with self._db.write(actor) as work:
            store.remove_keys(work.session, [old])
            self._join(work, mine.held, ring.next_id(old))
            work.audit("secret.rotate", SUBJECT, old)
            work.changed(SUBJECT)
        self._place.forget(old)
        return Done(None)

    def renew(self, actor: Actor, *, abandon: bool = False) -> Outcome[None]:
        """Give the officine a new key, and seal every named secret under it; the other workstations must join again.

        For the day after a theft; or, with ``abandon``, for a workstation whose key is lost for good: the secrets that
        it can't open stay as they are, in case a code or another workstation opens them. The codes given before
        open nothing new, and are removed where the key is at hand.
        """
        findings = self._staff.refusal(actor, Right.MANAGE_SECRETS)
        if findings:
            return Refused(tuple(findings))
        mine = self._opened() if abandon else self._need()
        old = mine.opened_by
        with self._db.write(actor) as work:
            number = work.take_numbers(store.SERIES)
            fresh = {**mine.held, number: sealing.new_key()}
            if old is not None:
                store.remove_keys(work.session, [old])
                for opener in _CODES:
                    store.remove_codes(work.session, opener)
            self._join(work, fresh, ring.new_id() if old is None else ring.next_id(old))
            box = KeyBox(fresh[number], number)
            for row in store.secrets(work.session):
                value = mine.value(row.sealed, _about(row.name, row.version))
                if value is not None:
                    version = row.version + 1
                    sealed = box.encrypt(value, _about(row.name, version))
                    store.put_secret(work.session, row.name, version, sealed, work.now)
            work.audit("secret.renew", SUBJECT, details={"key": number, "abandoned": old is None})
            work.changed(SUBJECT)
        if old is not None:
            self._place.forget(old)
        return Done(None)

    # --- Other workstations ------------------------------------------------------------------------------------------

    def transfer_code(self, actor: Actor) -> Outcome[str]:
        """Return a code, to be shown once, that lets one workstation join within 30 minutes."""
        return self._code(actor, Opener.TRANSFER)

    def recovery_code(self, actor: Actor) -> Outcome[str]:
        """Return a code, to be shown once and kept in a safe, that opens the secrets when every key is lost.

        It takes the place of the one before, which opens nothing more.
        """
        return self._code(actor, Opener.RECOVERY)

    def enrol(self, typed: str, actor: Actor) -> Outcome[None]:
        """Let this workstation join, by a transfer code, which serves once, or by the recovery code.

        Nobody need hold a right: whoever has the code was given it.
        """
        code = rules.plain_code(typed)
        if code is None:
            return Refused((rules.code_refused(),))
        mine = self._opened()
        with self._db.write(actor) as work:
            store.remove_codes(work.session, Opener.TRANSFER, expired_at=work.now)
            rows = store.keys(work.session, *_CODES)
            given = ring.open_with_code(rows, code)
            by = {row.key_id: row.opener for row in rows}.get(given.opened_by or "", "")
            # Removed before anything is given: two workstations can't both have it.
            if not by or (by == Opener.TRANSFER and not store.remove_keys(work.session, [_id_of(given)])):
                return Refused((rules.code_refused(),))
            if mine.opened_by is not None:
                store.remove_keys(work.session, [mine.opened_by])
            self._join(work, {**mine.held, **given.held}, ring.new_id())
            work.audit("secret.enrol", SUBJECT, self._actor.station[:64], details={"by": by})
            work.changed(SUBJECT)
        if mine.opened_by is not None:
            self._place.forget(mine.opened_by)
        return Done(None)

    def revoke(self, key_id: str, actor: Actor) -> Outcome[None]:
        """Take its key away from another workstation; ``renew`` then makes what it knew useless."""
        findings = self._staff.refusal(actor, Right.MANAGE_SECRETS)
        if findings:
            return Refused(tuple(findings))
        mine = self._need()
        with self._db.write(actor) as work:
            known = {row.key_id: row.station for row in store.keys(work.session, Opener.STATION)}
            if key_id not in known or key_id == mine.opened_by:
                return Refused((rules.station_unknown(),))
            store.remove_keys(work.session, [key_id])
            work.audit("secret.revoke", SUBJECT, key_id, details={"station": known[key_id]})
            work.changed(SUBJECT)
        return Done(None)

    # --- Inside ------------------------------------------------------------------------------------------------------

    def _code(self, actor: Actor, opener: Opener) -> Outcome[str]:
        findings = self._staff.refusal(actor, Right.MANAGE_SECRETS)
        if findings:
            return Refused(tuple(findings))
        mine, code, key_id = self._need(), rules.new_code(), secrets.token_hex(6)
        key = sealing.key_of_code(code.replace("-", ""), key_id)
        with self._db.write(actor) as work:
            store.remove_codes(work.session, opener, expired_at=work.now)
            until = work.now + rules.TRANSFER_LASTS if opener is Opener.TRANSFER else None
            rows = ring.sealed_rows(
                mine.held, key_id, key, opener=opener, station=actor.station, now=work.now, until=until
            )
            store.add_keys(work.session, rows)
            work.audit(f"secret.{opener}_code", SUBJECT, key_id)
            work.changed(SUBJECT)
        return Done(code)

    def _join(self, work: UnitOfWork, held: Mapping[int, bytes], key_id: str) -> None:
        """Make a key for this workstation, in its place first, then in the act's unit of work."""
        key = sealing.new_key()
        self._place.keep(key_id, key)
        station = self._actor.station
        rows = ring.sealed_rows(held, key_id, key, opener=Opener.STATION, station=station, now=work.now)
        store.add_keys(work.session, rows)

    def _opened(self) -> Ring:
        with self._db.read() as session:
            rows = store.keys(session, Opener.STATION)
        return ring.open_with_place(rows, self._place, self._actor.station)

    def _need(self) -> Ring:
        """Return the ring of this workstation with the newest key of the officine, as the database has it now."""
        with self._db.read() as session:
            number = store.newest(session)
        opened = self._opened()
        _require(opened, number)
        return opened

    def _box(self, number: int) -> KeyBox:
        with self._lock:
            opened = self._ring
        if number not in opened.held:
            opened = self._opened()
            _require(opened, number)
            with self._lock:
                self._ring = opened
        return KeyBox(opened.held[number], number)

    def _forget(self, change: Changed) -> None:
        if change.touches(SUBJECT):
            with self._lock:
                self._ring = Ring()


def _require(opened: Ring, number: int) -> None:
    """Raise SecretsUnavailable unless the ring has the key of this number."""
    if not number:
        raise SecretsUnavailable(
            "Les secrets de ce dossier n’ont pas encore de clé.",
            code="GAL-CLE-04",
            advice="Lancez : galien secrets begin",
        )
    if opened.opened_by is None:
        raise SecretsUnavailable(
            "La clé de ce poste n’est pas à sa place : poste nouveau, réinstallé, ou base restaurée d’ailleurs.",
            code="GAL-CLE-05",
            advice="Inscrivez-le par un code : galien secrets enrol. Les secrets chiffrés sont intacts dans la base.",
        )
    if number not in opened.held:
        raise SecretsUnavailable(
            "La clé de l’officine a été renouvelée sur un autre poste.",
            code="GAL-CLE-06",
            advice="Inscrivez ce poste à nouveau par un code de transfert : galien secrets enrol.",
        )


def _id_of(opened: Ring) -> str:
    assert opened.opened_by is not None
    return opened.opened_by


def _about(name: str, version: int) -> str:
    return f"secret:{name}:{version}"
