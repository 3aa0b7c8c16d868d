"""A titulaire opens the first account; factors are set, proved, lost and given anew; failures shut, and are counted."""

from __future__ import annotations

import datetime as dt
import random
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import pytest
from sqlalchemy import select, text

from app.kernel.outcome import Done, Finding, Refused, Severity
from app.officine.secrets.sealing import KeyBox
from app.officine.staff import account_store, hashing, totp
from app.officine.staff.accounts import Accounts, about_totp
from app.officine.staff.locks import LockPolicy
from app.officine.staff.model import Member, MemberDraft, Right, Role
from app.officine.staff.ports import CardProof, HolderCard
from app.officine.staff.service import Staff, actor_of
from app.officine.staff.session import Duty, EndWhy, Means, StaffSession
from app.officine.staff.signing import SignIn
from app.store.audit import Actor
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.kernel.clock import FixedClock
    from app.kernel.outcome import Outcome
    from app.store.database import Database

T = TypeVar("T")

PASSWORD = "cheval agrafe pile orage"
OTHER = "violon brique tempête sel"
PIN = "139427"
STATION = "comptoir-1"
GALIEN = Actor(None, "Galien", STATION)
CLAIRE = MemberDraft(family_name="VALÉRIANE", given_name="Claire", role=Role.HOLDER, rpps="10000000017")
CARD = HolderCard(serial="80250000001234", rpps="10000000017", family_name="VALÉRIANE", given_name="Claire")


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The cost of a hash is proved on its own; here there are hundreds. No other test meets the cheap ones."""
    monkeypatch.setattr(hashing, "MEMORY_KIB", 64)
    monkeypatch.setattr(hashing, "TIME_COST", 1)
    hashing._hasher.cache_clear()
    hashing._nobody.cache_clear()
    yield
    hashing._hasher.cache_clear()
    hashing._nobody.cache_clear()


def done(outcome: Outcome[T]) -> T:
    assert isinstance(outcome, Done), outcome.findings
    return outcome.value


def code_of(outcome: Outcome[T]) -> str:
    """Return the code of a refusal."""
    assert isinstance(outcome, Refused), outcome
    return outcome.findings[0].code


class Trust:
    """A judge of cards that takes the signature for what it says: the challenge itself."""

    def check(self, proof: CardProof, challenge: bytes, *, production: bool) -> list[Finding]:
        """Return a refusal unless the challenge was signed; and for a card of tests in production."""
        right = proof.signature == challenge and not (production and proof.holder.is_test)
        return [] if right else [Finding("GAL-CPS-99", Severity.ERROR, "Signature refusée.")]


@dataclass
class Desk:
    """The accounts and the sign-in of one workstation."""

    db: Database
    clock: FixedClock
    station: str = STATION
    simulated: bool = False
    box: KeyBox = field(default_factory=lambda: KeyBox(bytes(32)))

    def __post_init__(self) -> None:
        """Build the services as a workstation that starts."""
        self.staff = Staff(self.db)
        self.accounts = Accounts(self.db, self.staff, self.box)
        self.sign_in = SignIn(
            self.db,
            self.staff,
            self.box,
            station=self.station,
            simulated=self.simulated,
            policy=lambda: LockPolicy(absolute_hours=12),
            trust=Trust(),
        )

    def restarted(self) -> Desk:
        """Return the same workstation after a restart."""
        return replace(self)

    def enrol(self, member: Member, password: str = PASSWORD) -> bytes:
        """Give a member a password of their own and an authenticator; return its secret."""
        actor = actor_of(member, self.station)
        if not self.accounts.factors(member.id).password:
            done(self.accounts.set_password(member.id, password, actor))
        done(self.accounts.begin_totp(member.id, actor))
        with self.db.read() as session:
            sealed = session.execute(
                text("SELECT totp_pending FROM staff_account WHERE staff_id = :id"), {"id": member.id}
            ).scalar_one()
        secret = self.box.decrypt(bytes(sealed), about_totp(member.id))
        done(self.accounts.confirm_totp(member.id, self.code(secret), actor))
        self.clock.advance(dt.timedelta(seconds=60))
        return secret

    def code(self, secret: bytes) -> str:
        """Return what the authenticator shows now."""
        return totp.code_at(secret, totp.step_of(self.clock.now()))

    def signed_in(self, member: Member, secret: bytes, password: str = PASSWORD) -> StaffSession:
        """Return the session of a full sign-in."""
        opened = done(self.sign_in.by_password(member.id, password, self.code(secret)))
        self.clock.advance(dt.timedelta(seconds=60))
        return opened

    def trail(self, *actions: str) -> list[AuditRow]:
        """Return the entries of the audit with these actions."""
        with self.db.read() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action.in_(actions)).order_by(AuditRow.seq)))


@pytest.fixture
def desk(database: Database, clock: FixedClock) -> Desk:
    return Desk(database, clock)


@pytest.fixture
def claire(desk: Desk) -> Member:
    """The titulaire, whose account was just opened."""
    return done(desk.accounts.open_first(CLAIRE, PASSWORD))


def colleague(desk: Desk, role: Role = Role.TECHNICIAN, name: str = "ORTIE") -> Member:
    return done(desk.staff.add(MemberDraft(family_name=name, given_name="Paul", role=role), GALIEN))


# --- The first titulaire ----------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SSI-01")
def test_the_first_titulaire_chooses_the_password_and_no_other_account_is_opened_that_way(desk: Desk) -> None:
    assert desk.accounts.needs_first()
    assert code_of(desk.accounts.open_first(replace(CLAIRE, role=Role.ASSISTANT), PASSWORD)) == "GAL-PER-20"
    assert code_of(desk.accounts.open_first(CLAIRE, "Valériane Claire 1")) == "GAL-PER-12"
    assert desk.staff.members() == []
    member = done(desk.accounts.open_first(CLAIRE, PASSWORD))
    assert not desk.accounts.needs_first()
    assert code_of(desk.accounts.open_first(replace(CLAIRE, given_name="Zoé"), OTHER)) == "GAL-PER-21"
    assert [one.id for one in desk.staff.members()] == [member.id]
    assert [row.action for row in desk.trail("staff.first")] == ["staff.first"]


def test_a_titulaire_known_before_there_were_accounts_is_the_one_meant(desk: Desk) -> None:
    known = done(desk.staff.add(CLAIRE, GALIEN))
    assert done(desk.accounts.open_first(CLAIRE, PASSWORD)).id == known.id
    assert len(desk.staff.members()) == 1


@pytest.mark.req("OFF-SSI-01")
def test_a_password_alone_opens_nothing_but_the_account_itself(desk: Desk, claire: Member) -> None:
    session = done(desk.sign_in.by_password(claire.id, PASSWORD))
    assert (session.means, session.duties) == (Means.PASSWORD, (Duty.SECOND_FACTOR,))
    actor = actor_of(claire, STATION)
    refused = desk.staff.refusal(actor, Right.DELIVER)
    assert [finding.code for finding in refused] == ["GAL-PER-06"]
    secret = desk.enrol(claire)
    assert desk.staff.may(actor, Right.DELIVER)
    opened = desk.signed_in(claire, secret)
    assert (opened.means, opened.duties) == (Means.PASSWORD_TOTP, ())
    assert opened.expires_at - opened.opened_at == dt.timedelta(hours=12)


def test_two_workstations_that_begin_at_once_open_one_account(database: Database, clock: FixedClock) -> None:
    desks = [Desk(database, clock, station) for station in ("comptoir-1", "comptoir-2")]
    drafts = [CLAIRE, replace(CLAIRE, given_name="Zoé", rpps="")]
    outcomes: list[Outcome[Member]] = []
    threads = [
        threading.Thread(target=lambda d=one, m=draft: outcomes.append(d.accounts.open_first(m, PASSWORD)))
        for one, draft in zip(desks, drafts, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Done", "Refused"]
    assert len(Staff(database).members()) == 1


# --- Full sign-in -----------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SSI-01")
def test_a_code_is_never_accepted_twice(desk: Desk, claire: Member) -> None:
    secret = desk.enrol(claire)
    code = desk.code(secret)
    done(desk.sign_in.by_password(claire.id, PASSWORD, code))
    assert code_of(desk.sign_in.by_password(claire.id, PASSWORD, code)) == "GAL-PER-30"
    assert code_of(desk.restarted().sign_in.by_password(claire.id, PASSWORD, code)) == "GAL-PER-30"


def test_a_code_spent_by_two_at_once_opens_one_session(database: Database, clock: FixedClock) -> None:
    desk = Desk(database, clock)
    member = done(desk.accounts.open_first(CLAIRE, PASSWORD))
    secret = desk.enrol(member)
    code, other = desk.code(secret), Desk(database, clock, "comptoir-2")
    outcomes: list[Outcome[StaffSession]] = []
    threads = [
        threading.Thread(target=lambda d=one: outcomes.append(d.sign_in.by_password(member.id, PASSWORD, code)))
        for one in (desk, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Done", "Refused"]


def test_a_step_spent_is_spent_whoever_read_the_account_before(desk: Desk, claire: Member) -> None:
    """Between the reading of a sign-in and its writing, another one may have taken the same code."""
    with desk.db.write(GALIEN) as work:
        account_store.account_to_change(work.session, claire.id)
        spent = [account_store.spend_code(work.session, claire.id, step) for step in (10, 10, 9, 11, 10)]
    assert spent == [True, False, False, True, False]


def test_wrong_password_wrong_code_and_nobody_are_told_alike(desk: Desk, claire: Member) -> None:
    secret = desk.enrol(claire)
    wrong = ["000000", "", "１２３４５６", "\0" * 6, "9" * 10_000, "\ud800"]
    assert desk.code(secret) not in wrong
    codes = {code_of(desk.sign_in.by_password(claire.id, PASSWORD, wrong[0]))}
    codes |= {code_of(desk.sign_in.by_password(claire.id, "x" * 10_000, desk.code(secret)))}
    codes |= {code_of(desk.sign_in.by_password(4711, PASSWORD, "000000"))}
    assert codes == {"GAL-PER-30"}
    for code in wrong[1:]:
        desk.clock.advance(dt.timedelta(hours=1))
        assert code_of(desk.sign_in.by_password(claire.id, "\ud800\0", code)) == "GAL-PER-30"


def test_a_card_bound_is_a_second_factor_and_another_one_is_not(desk: Desk, claire: Member) -> None:
    done(desk.accounts.bind_card(claire.id, CARD, GALIEN))
    stranger = replace(CARD, serial="80250000009999")
    assert code_of(desk.sign_in.by_password(claire.id, PASSWORD, card=stranger)) == "GAL-PER-30"
    opened = done(desk.sign_in.by_password(claire.id, PASSWORD, card=CARD))
    assert (opened.means, opened.card_serial) == (Means.PASSWORD_CARD, CARD.serial)


def test_who_left_opens_nothing(desk: Desk, claire: Member) -> None:
    secret = desk.enrol(claire)
    opened = desk.signed_in(claire, secret)
    assert code_of(desk.staff.deactivate(claire.id, GALIEN)) == "GAL-PER-07"
    colleague(desk, Role.HOLDER)
    done(desk.staff.deactivate(claire.id, GALIEN))
    assert not desk.sign_in.still_open(opened)
    assert code_of(desk.sign_in.by_password(claire.id, PASSWORD, desk.code(secret))) == "GAL-PER-30"


def test_a_hash_of_yesterday_is_made_anew_at_the_next_sign_in(
    desk: Desk, claire: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = desk.enrol(claire)
    monkeypatch.setattr(hashing, "TIME_COST", 2)
    hashing._hasher.cache_clear()
    desk.signed_in(claire, secret)
    with desk.db.read() as session:
        kept = session.execute(text("SELECT password_hash FROM staff_account")).scalar_one()
    assert "t=2" in kept
    desk.signed_in(claire, secret)


# --- Brute force ------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-SSI-01")
def test_ten_thousand_tries_are_ten_and_are_traced(desk: Desk, claire: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """H16: 10⁴ tries, one a second, by a workstation that is restarted now and then."""
    secret = desk.enrol(claire)
    heard: list[str] = []
    monkeypatch.setattr(hashing, "matches", lambda kept, secret: heard.append(kept) or False)
    chance = random.Random(16)
    for rank in range(10_000 if not desk.db.is_postgresql else 1_000):
        desk.clock.advance(dt.timedelta(seconds=chance.choice((1, 1, 1, 900))))
        if rank % 100 == 0:
            desk = desk.restarted()
        assert isinstance(desk.sign_in.by_password(claire.id, f"essai {rank}", f"{rank:06}"), Refused)
    assert len(heard) == 10
    monkeypatch.undo()
    assert desk.accounts.factors(claire.id).is_locked
    assert code_of(desk.sign_in.by_password(claire.id, PASSWORD, desk.code(secret))) == "GAL-PER-33"
    assert len(desk.trail("session.refused")) == 10
    assert len(desk.trail("staff.locked")) == 1
    done(desk.accounts.unlock(claire.id, GALIEN))
    assert '"unheard":' in desk.trail("staff.unlock")[0].details
    hashing._hasher.cache_clear()


def test_waits_are_told_with_their_end_and_pass_by_themselves(desk: Desk, claire: Member) -> None:
    secret = desk.enrol(claire)
    for _ in range(3):
        assert code_of(desk.sign_in.by_password(claire.id, "faux", "")) == "GAL-PER-30"
    refused = desk.sign_in.by_password(claire.id, PASSWORD, desk.code(secret))
    assert code_of(refused) == "GAL-PER-31"
    assert "10:01:05" in refused.findings[0].text  # type: ignore[union-attr]
    assert desk.accounts.factors(claire.id).locked_until == desk.clock.now() + dt.timedelta(seconds=5)
    desk.clock.advance(dt.timedelta(seconds=5))
    desk.signed_in(claire, secret)
    assert desk.accounts.factors(claire.id).locked_until is None


def test_tries_made_at_once_are_all_counted(database: Database, clock: FixedClock) -> None:
    desk = Desk(database, clock)
    member = done(desk.accounts.open_first(CLAIRE, PASSWORD))
    desks = [Desk(database, clock, f"comptoir-{rank}") for rank in range(6)]
    threads = [threading.Thread(target=one.sign_in.by_password, args=(member.id, "faux")) for one in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.read() as session:
        failures, unheard = session.execute(text("SELECT failures, unheard FROM staff_try")).one()
    assert (failures, failures + unheard) == (3, 6)


def test_only_the_titulaire_unlocks(desk: Desk, claire: Member) -> None:
    desk.enrol(claire)
    paul = colleague(desk)
    actor = actor_of(paul, STATION)
    assert code_of(desk.accounts.unlock(claire.id, actor)) == "GAL-PER-01"
    assert code_of(desk.accounts.reset(claire.id, OTHER, actor)) == "GAL-PER-01"
    assert code_of(desk.accounts.set_password(claire.id, OTHER, actor)) == "GAL-PER-01"
    assert code_of(desk.accounts.begin_totp(claire.id, actor)) == "GAL-PER-01"
    assert code_of(desk.accounts.bind_card(paul.id, CARD, actor)) == "GAL-PER-01"


# --- Factors ----------------------------------------------------------------------------------------------------------


def test_one_s_own_password_changes_with_the_present_one(desk: Desk, claire: Member) -> None:
    desk.enrol(claire)
    actor = actor_of(claire, STATION)
    assert code_of(desk.accounts.set_password(claire.id, OTHER, actor)) == "GAL-PER-15"
    assert code_of(desk.accounts.set_password(claire.id, OTHER, actor, OTHER)) == "GAL-PER-15"
    assert code_of(desk.accounts.set_password(claire.id, PASSWORD, actor, PASSWORD)) == "GAL-PER-16"
    done(desk.accounts.set_password(claire.id, OTHER, actor, PASSWORD))
    assert code_of(desk.accounts.set_pin(claire.id, PIN, actor)) == "GAL-PER-15"
    done(desk.accounts.set_pin(claire.id, PIN, actor, OTHER))
    assert desk.accounts.factors(claire.id).pin


@pytest.mark.req("OFF-SSI-01")
def test_a_password_given_by_the_titulaire_must_be_changed_first(desk: Desk, claire: Member) -> None:
    desk.enrol(claire)
    paul = colleague(desk)
    done(desk.accounts.set_password(paul.id, OTHER, actor_of(claire, STATION)))
    session = done(desk.sign_in.by_password(paul.id, OTHER))
    assert session.duties == (Duty.NEW_PASSWORD, Duty.SECOND_FACTOR)
    actor = actor_of(paul, STATION)
    assert not desk.staff.may(actor, Right.DELIVER)
    done(desk.accounts.set_password(paul.id, PASSWORD, actor, OTHER))
    secret = desk.enrol(paul)
    assert desk.staff.may(actor, Right.DELIVER)
    assert desk.signed_in(paul, secret).duties == ()


def test_a_password_given_anew_limits_even_who_has_a_second_factor(desk: Desk, claire: Member) -> None:
    desk.enrol(claire)
    paul = colleague(desk)
    secret = desk.enrol(paul)
    actor = actor_of(paul, STATION)
    assert desk.staff.may(actor, Right.DELIVER)
    done(desk.accounts.set_password(paul.id, OTHER, actor_of(claire, STATION)))
    assert not desk.staff.may(actor, Right.DELIVER)
    opened = desk.signed_in(paul, secret, OTHER)
    assert opened.duties == (Duty.NEW_PASSWORD,)
    done(desk.accounts.set_password(paul.id, PASSWORD, actor, OTHER))
    assert desk.staff.may(actor, Right.DELIVER)


def test_a_titulaire_who_lost_everything_is_let_in_by_the_machine_and_it_is_traced(desk: Desk, claire: Member) -> None:
    secret = desk.enrol(claire)
    opened = desk.signed_in(claire, secret)
    done(desk.accounts.reset(claire.id, OTHER, GALIEN))
    assert not desk.sign_in.still_open(opened)
    assert code_of(desk.sign_in.by_password(claire.id, PASSWORD, desk.code(secret))) == "GAL-PER-30"
    assert done(desk.sign_in.by_password(claire.id, OTHER)).duties == (Duty.NEW_PASSWORD, Duty.SECOND_FACTOR)
    assert [(row.actor_name, row.subject_id) for row in desk.trail("staff.reset")] == [("Galien", str(claire.id))]


def test_a_new_authenticator_serves_once_it_gave_a_code_and_the_old_one_until_then(desk: Desk, claire: Member) -> None:
    secret = desk.enrol(claire)
    actor = actor_of(claire, STATION)
    done(desk.accounts.begin_totp(claire.id, actor))
    desk.signed_in(claire, secret)
    assert code_of(desk.accounts.confirm_totp(claire.id, desk.code(secret), actor)) == "GAL-PER-25"
    new = desk.enrol(claire)
    assert code_of(desk.sign_in.by_password(claire.id, PASSWORD, desk.code(secret))) == "GAL-PER-30"
    desk.signed_in(claire, new)
    assert code_of(desk.accounts.confirm_totp(claire.id, desk.code(new), actor)) == "GAL-PER-24"


def test_an_enrolment_begun_again_meanwhile_is_not_the_one_confirmed(
    desk: Desk, claire: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = actor_of(claire, STATION)
    done(desk.accounts.begin_totp(claire.id, actor))

    def begun_again(*_: object) -> int:
        done(desk.accounts.begin_totp(claire.id, actor))
        return 1

    monkeypatch.setattr(totp, "matching_step", begun_again)
    assert code_of(desk.accounts.confirm_totp(claire.id, "123456", actor)) == "GAL-PER-24"
    assert not desk.accounts.factors(claire.id).totp


def test_the_secret_of_an_authenticator_lies_sealed_and_for_one_person(desk: Desk, claire: Member) -> None:
    secret = desk.enrol(claire)
    paul = colleague(desk)
    desk.enrol(paul)
    with desk.db.write(GALIEN) as work:
        sealed = work.session.execute(
            text("SELECT totp_sealed FROM staff_account WHERE staff_id = :id"), {"id": claire.id}
        ).scalar_one()
        assert secret not in bytes(sealed)
        move = text("UPDATE staff_account SET totp_sealed = :sealed WHERE staff_id = :id")
        work.session.execute(move, {"sealed": sealed, "id": paul.id})
    with pytest.raises(Exception, match="ne s’ouvre pas"):
        desk.sign_in.by_password(paul.id, PASSWORD, desk.code(secret))


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (replace(CARD, serial=""), "GAL-PER-26"),
        (replace(CARD, serial="9" * 10_000), "GAL-PER-26"),
        (replace(CARD, serial="80\x0025"), "GAL-PER-26"),
        (replace(CARD, rpps="10000000025"), "GAL-PER-27"),
    ],
)
def test_a_card_that_is_not_theirs_is_not_bound(
    sqlite_database: Database, clock: FixedClock, card: HolderCard, code: str
) -> None:
    desk = Desk(sqlite_database, clock)
    member = done(desk.accounts.open_first(CLAIRE, PASSWORD))
    assert code_of(desk.accounts.bind_card(member.id, card, GALIEN)) == code


def test_a_card_is_of_one_person(desk: Desk, claire: Member) -> None:
    paul = colleague(desk)
    done(desk.accounts.bind_card(claire.id, CARD, GALIEN))
    done(desk.accounts.bind_card(claire.id, CARD, GALIEN))
    assert code_of(desk.accounts.bind_card(paul.id, CARD, GALIEN)) == "GAL-PER-28"
    assert desk.accounts.factors(claire.id).cards == (CARD.serial,)
    done(desk.accounts.unbind_card(claire.id, CARD.serial, GALIEN))
    assert code_of(desk.accounts.unbind_card(claire.id, CARD.serial, GALIEN)) == "GAL-PER-29"
    done(desk.accounts.bind_card(paul.id, CARD, GALIEN))


# --- Cards ------------------------------------------------------------------------------------------------------------


def proof_of(card: HolderCard, challenge: bytes) -> CardProof:
    return CardProof(holder=card, certificate_der=b"", signature=challenge)


@pytest.mark.req("OFF-SSI-01")
def test_a_professional_card_signs_its_holder_in_and_its_challenge_serves_once(desk: Desk, claire: Member) -> None:
    proof = proof_of(CARD, desk.sign_in.challenge())
    opened = done(desk.sign_in.by_card(CARD, proof))
    assert (opened.member.id, opened.means, opened.card_serial) == (claire.id, Means.CPS, CARD.serial)
    assert code_of(desk.sign_in.by_card(CARD, proof)) == "GAL-PER-43"
    late = proof_of(CARD, desk.sign_in.challenge())
    desk.clock.advance(dt.timedelta(minutes=3))
    assert code_of(desk.sign_in.by_card(CARD, late)) == "GAL-PER-43"
    desk.sign_in.challenge()
    assert code_of(desk.sign_in.by_card(CARD, proof_of(CARD, b"x"))) == "GAL-CPS-99"


def test_a_card_of_nobody_here_opens_nothing_and_is_traced(desk: Desk, claire: Member) -> None:
    stranger = replace(CARD, serial="80250000005555", rpps="10000000025")
    assert code_of(desk.sign_in.by_card(stranger, proof_of(stranger, desk.sign_in.challenge()))) == "GAL-PER-46"
    assert code_of(desk.sign_in.by_card(stranger, proof_of(CARD, desk.sign_in.challenge()))) == "GAL-PER-45"
    assert [row.subject_id for row in desk.trail("session.refused")] == [stranger.serial]


def test_a_card_without_rpps_is_nobody_s_until_it_is_bound(desk: Desk) -> None:
    """An empty RPPS on both sides is no identity."""
    paul = colleague(desk)
    cpe = HolderCard(serial="80250000007777", rpps="", family_name="ORTIE", given_name="Paul")
    assert code_of(desk.sign_in.by_card(cpe, proof_of(cpe, desk.sign_in.challenge()))) == "GAL-PER-46"
    done(desk.accounts.bind_card(paul.id, cpe, GALIEN))
    assert done(desk.sign_in.by_card(cpe, proof_of(cpe, desk.sign_in.challenge()))).member.id == paul.id


# --- Switch -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(desk: Desk, claire: Member) -> StaffSession:
    """The workstation, opened by the titulaire, who has a PIN."""
    session = desk.signed_in(claire, desk.enrol(claire))
    done(desk.accounts.set_pin(claire.id, PIN, actor_of(claire, STATION), PASSWORD))
    return session


def with_pin(desk: Desk, name: str = "ORTIE") -> Member:
    """A préparateur with a PIN and no password: a switch is all they do."""
    paul = colleague(desk, name=name)
    done(desk.accounts.set_pin(paul.id, "728193", actor_of(paul, STATION)))
    return paul


@pytest.mark.req("OFF-SSI-01")
def test_a_pin_changes_the_operator_of_an_open_workstation_until_its_end(desk: Desk, opened: StaffSession) -> None:
    paul = with_pin(desk)
    desk.clock.advance(dt.timedelta(hours=3))
    switched = done(desk.sign_in.switch(paul.id, "728193", opened))
    assert (switched.member.id, switched.means, switched.expires_at) == (paul.id, Means.PIN, opened.expires_at)
    assert not desk.sign_in.still_open(opened)
    assert code_of(desk.sign_in.switch(paul.id, "728193", opened)) == "GAL-PER-40"
    back = done(desk.sign_in.switch(opened.member.id, PIN, switched))
    assert back.expires_at == opened.expires_at
    assert [one.id for one in desk.sign_in.open_sessions()] == [back.id]
    desk.clock.advance(dt.timedelta(hours=9))
    assert code_of(desk.sign_in.switch(paul.id, "728193", back)) == "GAL-PER-41"
    assert not desk.sign_in.still_open(back)
    assert [row.action for row in desk.trail("session.open", "session.switch")] == [
        "session.open",
        "session.switch",
        "session.switch",
    ]


def test_a_pin_never_begins_a_day_and_opens_no_other_workstation(desk: Desk, opened: StaffSession) -> None:
    other = Desk(desk.db, desk.clock, "comptoir-2")
    assert code_of(other.sign_in.switch(opened.member.id, PIN, opened)) == "GAL-PER-40"
    forged = replace(opened, id=4711)
    assert code_of(desk.sign_in.switch(opened.member.id, PIN, forged)) == "GAL-PER-40"
    desk.sign_in.sign_out(opened)
    assert code_of(desk.sign_in.switch(opened.member.id, PIN, opened)) == "GAL-PER-40"
    assert [row.details for row in desk.trail("session.end")] == ['{"why":"signed-out"}']


def test_a_password_alone_is_no_ground_for_a_switch(desk: Desk, claire: Member) -> None:
    paul = with_pin(desk)
    limited = done(desk.sign_in.by_password(claire.id, PASSWORD))
    assert code_of(desk.sign_in.switch(paul.id, "728193", limited)) == "GAL-PER-40"


@pytest.mark.req("OFF-SSI-01")
def test_five_wrong_pins_shut_the_pin_and_a_full_sign_in_opens_it(
    desk: Desk, claire: Member, opened: StaffSession
) -> None:
    secret = desk.enrol(claire)
    for _ in range(4):
        assert code_of(desk.sign_in.switch(claire.id, "000000", opened)) == "GAL-PER-32"
        desk.clock.advance(dt.timedelta(minutes=10))
    assert code_of(desk.sign_in.switch(claire.id, "１３９４２７", opened)) == "GAL-PER-34"
    assert code_of(desk.sign_in.switch(claire.id, PIN, opened)) == "GAL-PER-34"
    assert desk.accounts.factors(claire.id).pin_locked
    again = desk.signed_in(claire, secret)
    assert not desk.accounts.factors(claire.id).pin_locked
    done(desk.sign_in.switch(claire.id, PIN, again))


def test_a_right_pin_forgives_no_wrong_password(desk: Desk, opened: StaffSession) -> None:
    for _ in range(3):
        assert code_of(desk.sign_in.by_password(opened.member.id, "faux")) == "GAL-PER-30"
    done(desk.sign_in.switch(opened.member.id, PIN, opened))
    assert code_of(desk.sign_in.by_password(opened.member.id, PASSWORD)) == "GAL-PER-31"


def test_a_pin_is_one_s_own(desk: Desk, opened: StaffSession) -> None:
    paul = colleague(desk)
    assert code_of(desk.accounts.set_pin(paul.id, "728193", actor_of(opened.member, STATION))) == "GAL-PER-23"
    assert code_of(desk.sign_in.switch(paul.id, "", opened)) == "GAL-PER-32"


def test_the_card_of_a_member_changes_the_operator_of_an_open_workstation(desk: Desk, opened: StaffSession) -> None:
    paul = colleague(desk)
    cpe = HolderCard(serial="80250000007777", rpps="", family_name="ORTIE", given_name="Paul")
    assert code_of(desk.sign_in.switch_by_card(cpe, opened)) == "GAL-PER-46"
    done(desk.accounts.bind_card(paul.id, cpe, GALIEN))
    switched = done(desk.sign_in.switch_by_card(cpe, opened))
    assert (switched.member.id, switched.means, switched.card_serial) == (paul.id, Means.CARD, cpe.serial)


def test_a_name_alone_opens_the_demonstration_only(desk: Desk, claire: Member) -> None:
    assert code_of(desk.sign_in.demo(claire.id)) == "GAL-PER-42"
    demo = Desk(desk.db, desk.clock, simulated=True)
    paul = with_pin(demo)
    session = done(demo.sign_in.demo(claire.id))
    assert session.is_simulated
    done(demo.sign_in.switch(paul.id, "728193", session))
    real = replace(demo, simulated=False)
    again = done(demo.sign_in.demo(claire.id))
    assert code_of(real.sign_in.switch(paul.id, "728193", again)) == "GAL-PER-40"


def test_presence_is_noted_once_a_minute(desk: Desk, opened: StaffSession) -> None:
    desk.sign_in.touch(opened)
    first = desk.sign_in.open_sessions()[0].last_seen_at
    desk.clock.advance(dt.timedelta(seconds=30))
    desk.sign_in.touch(opened)
    assert desk.sign_in.open_sessions()[0].last_seen_at == first
    desk.clock.advance(dt.timedelta(seconds=31))
    desk.sign_in.touch(opened)
    assert desk.sign_in.open_sessions()[0].last_seen_at > first


@pytest.mark.parametrize("why", list(EndWhy))
def test_an_end_is_written_once(sqlite_database: Database, clock: FixedClock, why: EndWhy) -> None:
    desk = Desk(sqlite_database, clock, simulated=True)
    member = done(desk.accounts.open_first(CLAIRE, PASSWORD))
    session = done(desk.sign_in.demo(member.id))
    desk.sign_in.sign_out(session, why)
    desk.sign_in.sign_out(session, EndWhy.SIGNED_OUT)
    assert [row.details for row in desk.trail("session.end")] == [f'{{"why":"{why}"}}']


def test_no_secret_is_in_the_trail(desk: Desk, opened: StaffSession) -> None:
    with desk.db.read() as session:
        told = " ".join(session.scalars(select(AuditRow.details)))
    assert not any(secret in told for secret in (PASSWORD, PIN, "argon2"))
