"""Does the lock ask for a proof, hide everything, waste no try, and give the counter back as it was?"""

from __future__ import annotations

import base64
import datetime as dt
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame, wait
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from ui_keys import press, type_text

from app import bootstrap
from app.demo_people import PIN, give_pins
from app.kernel.clock import FixedClock
from app.kernel.errors import EnvironmentFailure
from app.kernel.outcome import Finding, Severity
from app.officine.patients.cards import CardNews, News
from app.officine.staff import totp
from app.officine.staff.locks import LockReason
from app.officine.staff.ports import CardProof, HolderCard
from app.officine.staff.session import Means
from app.ui.failures import FailureDialog
from app.ui.lock import LockView
from app.ui.pictures import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.bootstrap import Services
    from app.officine.staff.model import Member

READER = "Lecteur simulé 1"
NOW = dt.datetime(2026, 11, 23, 9, 42, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def template_with_pins(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration whose members have a PIN, each a fifth of a second to hash: made once, opened by no test."""
    root = tmp_path_factory.mktemp("pins") / "data"
    shutil.copytree(demo_template, root)
    opened = bootstrap.open_services(root, clock=FixedClock(NOW))
    give_pins(opened)
    opened.close()
    return root


@pytest.fixture
def services(template_with_pins: Path, tmp_path: Path) -> Iterator[Services]:
    """The services of such a demonstration, of the test's own."""
    root = tmp_path / "data"
    shutil.copytree(template_with_pins, root)
    opened = bootstrap.open_services(root, clock=FixedClock(NOW))
    yield opened
    opened.close()


@pytest.fixture
def hands(services: Services, qapp: QApplication, scan_keys: Callable[..., None]) -> Iterator[Hands]:
    """The window of a demonstration whose members have a PIN, at the counter."""
    stage = Stage(services, "light", 100)
    yield Hands(stage, scan_keys)
    stage.close()


def lock_of(hands: Hands) -> LockView:
    view = hands.stage.window.lock_view
    assert isinstance(view, LockView)
    return view


def locked(hands: Hands) -> LockView:
    """Press F12 and wait for the question."""
    hands.press(Qt.Key.Key_F12)
    assert hands.stage.window.locked
    return lock_of(hands)


def other(hands: Hands) -> Member:
    """Return a colleague of who is at the counter."""
    operator = hands.stage.ui.operator
    return next(one for one in hands.services.staff.members() if one != operator and one.role.is_pharmacist)


def choose(hands: Hands, member: Member) -> None:
    """Go to a name with the arrows."""
    view = lock_of(hands)
    for _ in view.list.records:
        if view.list.current_record is not None and view.list.current_record.id == member.id:
            return
        hands.press(Qt.Key.Key_Down)
    view.list.point([one.id for one in view.list.records].index(member.id))


def words(view: LockView) -> str:
    return " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


# --- PIN --------------------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-UI-20")
def test_f12_a_name_and_a_pin_change_who_serves_and_the_basket_stays(hands: Hands) -> None:
    product = hands.product("doliprane")
    hands.scan(box_frame(product))
    lines = len(hands.page.till.session.lines)
    assert lines == 1
    member = other(hands)
    locked(hands)
    assert not hands.page.isVisible()
    choose(hands, member)
    hands.type(PIN)
    hands.press(ENTER)
    wait(hands, lambda: not hands.stage.window.locked)
    assert hands.stage.ui.operator == member
    assert hands.stage.ui.session is not None
    assert hands.stage.ui.session.means is Means.PIN
    assert len(hands.page.till.session.lines) == lines
    assert member.name in hands.stage.window.operator.text()
    assert "PIN" in hands.stage.window.operator.toolTip()
    hands.scan(box_frame(hands.product("ibuprofene"), serial="SN0002"))
    assert len(hands.page.till.session.lines) == 2


@pytest.mark.req("OFF-UI-20")
def test_the_row_of_digits_of_a_french_keyboard_types_a_pin_and_a_letter_goes_to_a_name(hands: Hands) -> None:
    member = other(hands)
    view = locked(hands)
    type_text(view.pin.pin, member.given_name[0].lower())
    hands.stage.settle()
    assert view.list.current_record is not None
    assert member.given_name[0] in {view.list.current_record.given_name[0], view.list.current_record.family_name[0]}
    choose(hands, member)
    hands.type("é_à'-&")  # 2 8 0 4 6 1
    assert view.pin.pin.text() == "280461"
    view.pin.pin.forget()
    hands.type("éèà'-&")  # 2 7 0 4 6 1
    assert view.pin.pin.text() == PIN
    hands.press(ENTER)
    wait(hands, lambda: not hands.stage.window.locked)
    assert hands.stage.ui.operator == member


@pytest.mark.req("OFF-UI-20")
def test_a_wrong_pin_stays_locked_says_so_and_two_enters_are_one_try(hands: Hands) -> None:
    view = locked(hands)
    hands.type("918273")
    hands.hit(ENTER)
    hands.hit(ENTER)
    wait(hands, lambda: bool(view.pin.findings.findings))
    assert hands.stage.window.locked
    assert codes(view.pin.findings.findings) == ["GAL-PER-32"]
    assert "4 essais" in view.pin.findings.findings[0].text
    assert view.pin.pin.text() == ""
    assert view.pin.pin.hasFocus()


@pytest.mark.req("OFF-UI-20")
def test_after_too_many_failures_the_pin_is_no_longer_asked_for(hands: Hands) -> None:
    member = other(hands)
    session = hands.stage.ui.session
    assert session is not None

    def fail() -> None:
        hands.services.clock.advance(dt.timedelta(minutes=30))  # type: ignore[attr-defined] # the tests' clock
        hands.services.sign_in.switch(member.id, "918273", session)

    for _ in range(5):
        hands.aside(fail)
    view = locked(hands)
    choose(hands, member)
    hands.press(Qt.Key.Key_F2)
    assert not view.pin.field.isVisible()
    assert "bloqué" in words(view)


@pytest.mark.req("OFF-UI-20")
def test_after_the_end_of_the_session_no_pin_is_asked_for(hands: Hands) -> None:
    hands.services.clock.advance(dt.timedelta(hours=13))  # type: ignore[attr-defined] # the tests' clock
    hands.stage.window.watch.look()
    hands.stage.settle()
    view = lock_of(hands)
    assert hands.stage.window.locked
    assert "session" in view.reason.text()
    hands.press(Qt.Key.Key_F2)
    assert not view.pin.field.isVisible()
    assert hands.aside(hands.services.sign_in.open_sessions) == []


# --- What must not leak -----------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-UI-20")
def test_a_secret_field_gives_nothing_to_the_clipboard_to_undo_or_to_an_input_method(hands: Hands) -> None:
    view = locked(hands)
    field = view.pin.pin
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("ailleurs")
    hands.type("2704")
    field.selectAll()
    for key in (Qt.Key.Key_C, Qt.Key.Key_X, Qt.Key.Key_Z):
        hands.press(key, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == "ailleurs"
    assert field.text() == "2704"
    field.forget()
    hands.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""
    # Not an object of ours: the clipboard outlives Python, which would end the process at its exit.
    clipboard.setText("135791")
    hands.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert not field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


@pytest.mark.req("OFF-UI-20")
def test_a_scan_on_the_lock_never_lands_in_the_pin(hands: Hands) -> None:
    view = locked(hands)
    hands.type("27")
    hands.scan("3400930000014")
    assert view.pin.pin.text() == "27"
    assert hands.stage.window.locked
    hands.scan(box_frame(hands.product("doliprane")))
    assert view.pin.pin.text() == "27"
    assert len(hands.page.till.session.lines) == 0


@pytest.mark.req("OFF-UI-20")
def test_a_badge_names_who_must_still_prove_it(hands: Hands) -> None:
    member = next(one for one in hands.services.staff.members() if one.badge and one != hands.stage.ui.operator)
    view = locked(hands)
    hands.scan(member.badge)
    assert hands.stage.window.locked
    assert view.list.current_record == member
    hands.type(PIN)
    hands.press(ENTER)
    wait(hands, lambda: not hands.stage.window.locked)
    assert hands.stage.ui.operator == member


@pytest.mark.req("OFF-UI-20")
def test_a_badge_at_the_counter_asks_its_holder_to_prove_it(hands: Hands) -> None:
    before = hands.stage.ui.operator
    member = next(one for one in hands.services.staff.members() if one.badge and one != before)
    hands.scan(member.badge)
    wait(hands, lambda: hands.stage.window.locked)
    assert hands.stage.ui.operator == before
    assert lock_of(hands).list.current_record == member


@pytest.mark.req("OFF-UI-20")
def test_messages_and_failures_wait_for_the_unlock(hands: Hands) -> None:
    window = hands.stage.window
    window.say("Vente de M. Lavande validée", "success")
    locked(hands)
    assert window.toasts.shown == ()
    window.say("Ticket de M. Lavande imprimé", "success")
    hands.stage.desktop.show_failure(EnvironmentFailure("Imprimante de M. Lavande absente"))
    hands.stage.settle()
    assert window.toasts.shown == ()
    assert not [one for one in hands.stage.dialogs() if isinstance(one, FailureDialog)]
    assert "Lavande" not in words(lock_of(hands)) + window.windowTitle()
    hands.type(PIN)
    hands.press(ENTER)
    wait(hands, lambda: not window.locked)
    assert [toast.text for toast in window.toasts.shown] == ["Ticket de M. Lavande imprimé"]
    assert [one for one in hands.stage.dialogs() if isinstance(one, FailureDialog)]
    hands.stage.clear()


@pytest.mark.req("OFF-UI-20")
def test_a_dialog_is_put_away_by_the_lock_and_comes_back(hands: Hands) -> None:
    hands.stage.act("app.help")
    assert hands.stage.dialogs()
    hands.stage.window.lock(LockReason.IDLE)
    hands.stage.settle()
    assert not hands.stage.dialogs()
    hands.type(PIN)
    hands.press(ENTER)
    wait(hands, lambda: not hands.stage.window.locked)
    assert hands.stage.dialogs()
    hands.stage.clear()


@pytest.mark.req("OFF-UI-20")
def test_capitals_are_pointed_out_in_a_password(hands: Hands) -> None:
    view = locked(hands)
    hands.press(Qt.Key.Key_F3)
    assert view.password.password.hasFocus()
    press(view.password.password, Qt.Key.Key_A, "A")
    assert "Verr. Maj" in view.password.field.note_label.text()
    press(view.password.password, Qt.Key.Key_A, "A", Qt.KeyboardModifier.ShiftModifier)
    assert not view.password.field.note_label.isVisible()


# --- Password and authenticator ---------------------------------------------------------------------------------------

PASSWORD = "lampe tilleul orage quai"
"""A password that the rules take."""


@pytest.mark.req("OFF-UI-20")
def test_a_password_that_someone_else_gave_is_changed_then_a_second_factor_is_enrolled(hands: Hands) -> None:
    services, member = hands.services, other(hands)
    given = "bateau citron violon neige"
    hands.aside(lambda: services.staff_accounts.reset(member.id, given, services.system_actor))
    view = locked(hands)
    choose(hands, member)
    hands.press(Qt.Key.Key_F3)
    hands.type(given)
    hands.press(ENTER)
    wait(hands, view.password_step.isVisible)
    assert hands.stage.window.locked
    hands.type(PASSWORD)
    assert "rien d’évident" in view.password_step.secret.first_field.note_label.text()
    hands.press(ENTER)
    hands.type(PASSWORD)
    hands.press(ENTER)
    wait(hands, lambda: view.totp_step.isVisible() and bool(view.totp_step.key.text()))
    secret = secret_of(view)
    hands.type("000000")
    hands.press(ENTER)
    wait(hands, lambda: bool(view.totp_step.findings.findings))
    hands.type(code_now(services, secret))
    hands.press(ENTER)
    wait(hands, view.gate.isVisible)
    assert view.totp_step.key.text() == ""
    assert hands.stage.window.locked
    hands.services.clock.advance(dt.timedelta(seconds=60))  # type: ignore[attr-defined] # a code serves once
    wait(hands, view.password.code_field.isVisible)
    hands.type(PASSWORD)
    hands.press(ENTER)
    assert view.password.code.hasFocus()
    hands.type(code_now(services, secret))
    hands.press(ENTER)
    wait(hands, lambda: not hands.stage.window.locked)
    assert hands.stage.ui.operator is not None
    assert hands.stage.ui.operator.id == member.id
    assert hands.stage.ui.session is not None
    assert hands.stage.ui.session.means is Means.PASSWORD_TOTP


@pytest.mark.req("OFF-UI-20")
def test_two_passwords_that_differ_are_told_before_anything_is_sent(hands: Hands) -> None:
    view = locked(hands)
    view._show_step(view.first, "Bienvenue")
    view.first.begin(None)
    hands.type("Valériane")
    hands.press(ENTER)
    hands.type("Claire")
    hands.press(ENTER)
    hands.press(ENTER)
    hands.type(PASSWORD)
    hands.press(ENTER)
    hands.type(PASSWORD + "s")
    hands.press(ENTER)
    assert "pas les mêmes" in view.first.secret.again_field.note_label.text()
    assert view.first.secret.first.text() == PASSWORD
    assert view.first.secret.again.text() == ""


def secret_of(view: LockView) -> bytes:
    text = view.totp_step.key.text().replace(" ", "")
    return base64.b32decode(text + "=" * (-len(text) % 8))


def code_now(services: Services, secret: bytes) -> str:
    return totp.code_at(secret, totp.step_of(services.clock.now()))


# --- Card -------------------------------------------------------------------------------------------------------------


@dataclass
class Cards:
    """A reader of professional cards for the tests: one card, its PIN, its tries."""

    card: HolderCard | None = None
    pin: bytes = b"2468"
    asked: int = 0
    kept: bytearray | None = None
    told: tuple[Finding, ...] = ()

    def holder(self) -> HolderCard | None:
        """Return the card that is in."""
        return self.card

    def notices(self) -> list[Finding]:
        """Return what is to be said of the card."""
        return list(self.told)

    def close(self) -> None:
        """Give nothing back."""

    def is_present(self, serial: str) -> bool:
        """Return True for the card that is in."""
        return self.card is not None and self.card.serial == serial

    def prove(self, pin: bytearray, challenge: bytes) -> CardProof:
        """Return the challenge as its own signature, for the right PIN."""
        self.asked += 1
        self.kept = pin
        assert self.card is not None
        if bytes(pin) != self.pin and not self.card.pinpad:
            left = (self.card.tries_left or 1) - 1
            self.card = replace(self.card, tries_left=left)
            raise EnvironmentFailure(f"Code faux : il reste {left} essais.", code="GAL-CPS-10")
        return CardProof(holder=self.card, certificate_der=b"", signature=challenge)


class Trusting:
    """Takes every proof: what a certificate is worth is tested elsewhere."""

    def check(self, proof: CardProof, challenge: bytes, *, production: bool) -> list[Finding]:  # noqa: ARG002
        """Find nothing wrong."""
        assert proof.signature == challenge
        return []


@pytest.fixture
def cards(hands: Hands) -> Cards:
    """Readers in which no card is yet."""
    made = Cards()
    hands.services.professional_cards = made
    hands.services.sign_in._trust = Trusting()
    return made


def card_of(member: Member, *, tries: int | None = 3, pinpad: bool = False) -> HolderCard:
    return HolderCard(
        serial="899001",
        rpps=member.rpps,
        family_name=member.family_name,
        given_name=member.given_name,
        profession_label="Pharmacien",
        tries_left=tries,
        pinpad=pinpad,
    )


def insert(hands: Hands, cards: Cards, card: HolderCard) -> None:
    cards.card = card
    hands.stage.ui.cards.tell(News(CardNews.INSERTED, READER, "cps3"))
    hands.stage.settle()


def pull(hands: Hands, cards: Cards) -> None:
    cards.card = None
    hands.stage.ui.cards.tell(News(CardNews.REMOVED, READER))
    hands.stage.settle()


@pytest.mark.req("OFF-UI-20")
def test_a_card_put_in_asks_its_holder_for_its_pin_which_is_wiped(hands: Hands, cards: Cards) -> None:
    member = next(one for one in hands.services.staff.members() if one.rpps)
    view = locked(hands)
    insert(hands, cards, card_of(member))
    cards.told = (Finding("GAL-CPS-30", Severity.WARNING, "Le certificat expire dans 12 j.", "Renouvelez-la."),)
    assert view.list.current_record == member
    assert view.by_card.pin.hasFocus()
    assert view.by_card.chip.text() == "3\u00a0essais"
    hands.type("2468")
    hands.press(ENTER)
    wait(hands, lambda: not hands.stage.window.locked)
    assert hands.stage.ui.session is not None
    assert hands.stage.ui.session.means is Means.CPS
    assert cards.kept == bytearray(4)
    assert "expire dans 12 j. Renouvelez-la." in hands.messages()


@pytest.mark.req("OFF-UI-20")
def test_the_line_at_the_bottom_says_that_the_card_that_is_in_needs_a_look(hands: Hands, cards: Cards) -> None:
    member = next(one for one in hands.services.staff.members() if one.rpps)
    bar = hands.stage.window.state_bar
    readers = hands.services.cards
    readers._state = replace(readers.state, service=True, readers=(READER,), cards={READER: "cps4"})
    cards.card = card_of(member)
    for severity, words in (
        (Severity.INFO, "à renouveler"),
        (Severity.WARNING, "à vérifier"),
        (Severity.ERROR, "refusée"),
    ):
        cards.told = (Finding("GAL-CPS-30", severity, "Le certificat expire dans 12 j.", "Renouvelez-la."),)
        bar._show_cards()
        hands.stage.settle()
        assert bar.cards.words.text() == f"Carte CPS\u00a0: {words}"
        assert "expire dans 12 j. Renouvelez-la." in bar.cards.toolTip()
    cards.told = ()
    bar._show_cards()
    hands.stage.settle()
    assert bar.cards.words.text() == "Carte CPS"
    assert bar.cards.toolTip() == ""


@pytest.mark.req("OFF-UI-20")
def test_the_last_try_of_a_card_needs_a_yes(hands: Hands, cards: Cards) -> None:
    member = next(one for one in hands.services.staff.members() if one.rpps)
    view = locked(hands)
    insert(hands, cards, card_of(member, tries=2))
    hands.type("1111")
    hands.press(ENTER)
    wait(hands, view.by_card.sure.isVisible)
    assert codes(view.by_card.findings.findings) == ["GAL-CPS-10", "GAL-LOC-02"]
    assert cards.asked == 1
    hands.type("2468")
    hands.press(ENTER)
    assert cards.asked == 1
    assert view.by_card.sure.hasFocus()
    hands.press(Qt.Key.Key_Space)
    view.by_card.pin.setFocus()
    hands.press(ENTER)
    wait(hands, lambda: not hands.stage.window.locked)
    assert cards.asked == 2


@pytest.mark.req("OFF-UI-20")
def test_a_card_pulled_while_its_pin_is_typed_tries_nothing(hands: Hands, cards: Cards) -> None:
    member = next(one for one in hands.services.staff.members() if one.rpps)
    view = locked(hands)
    insert(hands, cards, card_of(member))
    hands.type("24")
    pull(hands, cards)
    assert cards.asked == 0
    assert view.by_card.pin.text() == ""
    assert codes(view.by_card.findings.findings) == ["GAL-LOC-01"]
    assert "Mettez votre carte" in words(view)


@pytest.mark.req("OFF-UI-20")
def test_a_pinpad_takes_the_pin_itself(hands: Hands, cards: Cards) -> None:
    member = next(one for one in hands.services.staff.members() if one.rpps)
    view = locked(hands)
    insert(hands, cards, card_of(member, pinpad=True))
    assert not view.by_card.field.isVisible()
    assert "sur le lecteur" in words(view)
    assert view.by_card.open.hasFocus()
    hands.press(Qt.Key.Key_Space)
    wait(hands, lambda: not hands.stage.window.locked)
    assert cards.kept == bytearray()


@pytest.mark.req("OFF-UI-20")
def test_a_card_of_nobody_here_opens_nothing_and_says_so(hands: Hands, cards: Cards) -> None:
    stranger = replace(other(hands), family_name="Inconnu", rpps="")
    view = locked(hands)
    insert(hands, cards, card_of(stranger))
    hands.type("2468")
    hands.press(ENTER)
    wait(hands, lambda: bool(view.by_card.findings.findings))
    assert hands.stage.window.locked
    assert "GAL-PER-46" in codes(view.by_card.findings.findings)


@pytest.mark.req("OFF-UI-20")
def test_a_blocked_card_asks_for_no_pin(hands: Hands, cards: Cards) -> None:
    view = locked(hands)
    insert(hands, cards, card_of(other(hands), tries=0))
    assert not view.by_card.field.isVisible()
    assert not view.by_card.open.isVisible()
    assert "bloqué" in words(view)


@pytest.mark.req("OFF-UI-20")
def test_a_card_bound_to_a_colleague_switches_at_once_and_locks_when_it_is_pulled(hands: Hands, cards: Cards) -> None:
    member, services = other(hands), hands.services
    card = card_of(member)
    hands.aside(lambda: services.staff_accounts.bind_card(member.id, card, services.system_actor))
    locked(hands)
    insert(hands, cards, card)
    wait(hands, lambda: not hands.stage.window.locked)
    assert hands.stage.ui.operator == member
    assert "carte" in hands.stage.window.operator.toolTip()
    pull(hands, cards)
    assert hands.stage.window.locked
    assert "carte a été retirée" in lock_of(hands).reason.text()


@pytest.mark.req("OFF-UI-20")
def test_the_window_of_the_keys_never_takes_the_room_behind_the_lock(hands: Hands) -> None:
    hands.stage.view("patients")
    locked(hands)
    QTest.keyClick(hands.stage.window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    hands.stage.settle()
    assert hands.stage.window.room == "patients"
    assert hands.stage.window.locked


@pytest.mark.req("OFF-UI-20")
def test_what_is_typed_at_the_lock_never_lands_in_the_counter_behind_it(hands: Hands) -> None:
    field = hands.page.omnibox.field
    view = locked(hands)
    shown = hands.focus
    # An answer that comes late gives the focus to the counter, as it would without the lock.
    field.setFocus()
    assert hands.focus is shown
    assert view.isAncestorOf(hands.focus)
    hands.type("1234")
    assert field.text() == ""


@pytest.mark.req("OFF-UI-01")
def test_a_search_behind_a_hidden_counter_ends(hands: Hands) -> None:
    field = hands.page.omnibox.field
    field.setText("zzzz")
    hands.stage.settle()
    locked(hands)
    field.confirmed.emit()
    hands.stage.settle()
    assert hands.stage.desktop.tasks.idle
