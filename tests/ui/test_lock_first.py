"""Does a real officine begin with an account of the titulaire’s own, by keyboard, without any default password?"""

from __future__ import annotations

import base64
import datetime as dt
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, wait
from PySide6.QtCore import Qt

from app import bootstrap
from app import settings as settings_module
from app.demo_people import give_pins
from app.kernel.clock import FixedClock
from app.kernel.errors import Bug
from app.kernel.mode import Mode
from app.officine.staff import totp
from app.officine.staff.session import Means
from app.paths import DataFolder
from app.ui.lock import LockView
from app.ui.pictures import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

NOW = dt.datetime(2026, 11, 23, 9, 42, tzinfo=dt.UTC)
PASSWORD = "lampe tilleul orage quai"


@pytest.fixture
def hands(tmp_path: Path, qapp: QApplication, scan_keys: Callable[..., None]) -> Iterator[Hands]:
    """The first window of a new folder for production, whose key is opened by a passphrase."""
    phrase = tmp_path / "phrase"
    phrase.write_text("quai neige bateau violon citron\n", encoding="utf-8")
    phrase.chmod(0o600)
    root = tmp_path / "real"
    bootstrap.create_folder(root, Mode.PRODUCTION)
    file = DataFolder(root).settings_file
    settings = settings_module.load(file)
    settings.secret_place, settings.secret_passphrase_file = settings_module.PASSPHRASE, str(phrase)
    settings_module.save(file, settings)
    services = bootstrap.open_services(root, clock=FixedClock(NOW))
    stage = Stage(services, "light", 100)
    yield Hands(stage, scan_keys)
    stage.close()
    services.close()


def typed_first(hands: Hands, rpps: str, password: str) -> None:
    """Go through the form by keyboard: each Entrée goes to the next field."""
    for text in ("VALÉRIANE", "Claire", rpps, password, password):
        hands.type(text)
        hands.press(ENTER)


@pytest.mark.req("OFF-UI-20")
def test_the_first_titulaire_opens_an_account_then_signs_in_with_two_factors(hands: Hands) -> None:
    window, services = hands.stage.window, hands.services
    view = window.lock_view
    assert isinstance(view, LockView)
    assert window.locked
    assert view.first.isVisible()
    hands.press(Qt.Key.Key_Escape)
    assert view.first.isVisible()
    typed_first(hands, "12345678901", PASSWORD)
    wait(hands, lambda: "RPPS" in view.first.fields["rpps"].note_label.text() and not view.first.busy)
    assert hands.aside(services.staff_accounts.needs_first)
    view.first.rpps.clear()
    view.first.secret.first.setFocus()
    for _ in range(2):
        hands.type(PASSWORD)
        hands.press(ENTER)
    wait(hands, lambda: view.totp_step.isVisible() and bool(view.totp_step.key.text()))
    text = view.totp_step.key.text().replace(" ", "")
    secret = base64.b32decode(text + "=" * (-len(text) % 8))
    hands.type(totp.code_at(secret, totp.step_of(services.clock.now())))
    hands.press(ENTER)
    wait(hands, lambda: view.gate.isVisible() and view.password.code_field.isVisible())
    assert window.locked
    services.clock.advance(dt.timedelta(seconds=60))  # type: ignore[attr-defined] # a code serves once
    hands.type(PASSWORD)
    hands.press(ENTER)
    hands.type(totp.code_at(secret, totp.step_of(services.clock.now())))
    hands.press(ENTER)
    wait(hands, lambda: not window.locked)
    assert hands.stage.ui.session is not None
    assert hands.stage.ui.session.means is Means.PASSWORD_TOTP
    assert "titulaire" in window.operator.toolTip()


@pytest.mark.req("OFF-UI-20")
def test_an_obvious_password_is_told_as_it_is_typed_and_refused(hands: Hands) -> None:
    view = hands.stage.window.lock_view
    typed_first(hands, "", "motdepasse2026")
    wait(hands, lambda: bool(view.first.findings.findings))
    assert [one.code for one in view.first.findings.findings] == ["GAL-PER-12"]
    assert hands.aside(hands.services.staff_accounts.needs_first)
    assert hands.stage.window.locked


@pytest.mark.req("OFF-UI-21")
def test_no_code_of_the_demonstration_enters_a_real_officine(hands: Hands) -> None:
    with pytest.raises(Bug):
        give_pins(hands.services)
    assert hands.services.demo_pin == ""
    assert not hands.stage.window.lock_view.demo.isVisible()
