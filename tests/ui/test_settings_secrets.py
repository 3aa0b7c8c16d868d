"""The keys and certificates on the screen: what stands, what is shown once, what opens a workstation again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from key_places import TrialPlace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from ui_keys import type_text, wait_for

from app.kernel.outcome import Done
from app.keys import passphrase as passphrase_module
from app.keys.passphrase import Passphrase, PassphraseKeys
from app.officine.secrets.service import Vault
from app.officine.staff.model import Role
from app.ui.passphrase import PassphraseDialog, ask_or_tell
from app.ui.settings.secrets import SecretsPage

if TYPE_CHECKING:
    from pathlib import Path

    from app.officine.staff.model import Member
    from app.ui.pictures import Stage

WORDS = "cinq mots tirés au hasard"

pytestmark = pytest.mark.req("OFF-SECRET")


def open_page(stage: Stage) -> SecretsPage:
    stage.view("settings")
    stage.act("settings.secrets")
    page = stage.view("settings").page("secrets")  # type: ignore[attr-defined]
    assert isinstance(page, SecretsPage)
    return page


def a_member(stage: Stage, role: Role) -> Member:
    return next(one for one in stage.services.staff.members() if one.role is role)


def on_another_machine(stage: Stage) -> TrialPlace:
    """Let the window open the same base from a machine that never held a key."""
    services, place = stage.services, TrialPlace()
    services.vault = Vault(services.db, services.staff, place, services.system_actor)
    return place


def test_a_demonstration_says_that_its_key_lies_in_clear(stage: Stage) -> None:
    page = open_page(stage)
    assert page.chip.text() == "En clair, simulation"
    assert not page.enrol_field.isVisible()
    assert not page.open_button.isVisible()


def test_a_code_is_shown_once_to_the_titulaire_and_goes_when_the_screen_is_locked(stage: Stage) -> None:
    page = open_page(stage)
    stage.ui.set_operator(a_member(stage, Role.HOLDER))
    stage.act("settings.secret_transfer")
    code = page.transfer.text()
    assert len(code) == 34
    stage.act("settings.secret_recovery")
    assert page.transfer.text() == ""
    assert len(page.recovery.text()) == 34
    assert page.recovery_chip.text().startswith("Donné le")
    stage.act("app.lock")
    assert page.recovery.text() == ""
    stage.clear()
    assert not open_page(stage).recovery.isVisible()


def test_who_is_no_titulaire_gets_no_code(stage: Stage) -> None:
    page = open_page(stage)
    stage.ui.set_operator(a_member(stage, Role.TECHNICIAN))
    for act in ("secret_transfer", "secret_recovery", "secret_rotate"):
        stage.act(f"settings.{act}")
        assert [finding.code for finding in page.refusals.findings] == ["GAL-PER-01"]
        page.refusals.set_findings(())
    assert (page.transfer.text(), page.recovery.text()) == ("", "")


def test_a_machine_without_its_key_is_told_so_and_joins_by_the_code_typed(stage: Stage) -> None:
    services = stage.services
    services.vault.put("token:mss", b"jeton")
    outcome = services.vault.transfer_code(services.system_actor)
    assert isinstance(outcome, Done)
    place = on_another_machine(stage)
    page = open_page(stage)
    assert page.chip.text() == "Fermée"
    assert [finding.code for finding in page.findings.findings] == ["GAL-CLE-05"]
    page.code.setFocus()
    type_text(page.code, "0000-0000")
    QTest.keyClick(page.code, Qt.Key.Key_Return)
    stage.settle()
    assert [finding.code for finding in page.refusals.findings] == ["GAL-CLE-10"]
    type_text(page.code, outcome.value)
    QTest.keyClick(page.code, Qt.Key.Key_Return)
    stage.settle()
    wait_for(lambda: page.chip.text() == "Ouverte", stage.app)
    assert (page.code.text(), len(place.kept)) == ("", 1)
    assert page.refusals.findings == ()
    assert services.vault.get("token:mss") == b"jeton"


@pytest.fixture
def locked_away(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A window whose key lies under a passphrase that nobody gave yet."""
    monkeypatch.setattr(passphrase_module, "_N", 2**10)
    services = stage.services
    first = Passphrase(None)
    first.give(WORDS)
    code = services.vault.transfer_code(services.system_actor)
    assert isinstance(code, Done)
    keys = tmp_path / "under-words"
    enrolled = Vault(services.db, services.staff, PassphraseKeys(keys, first), services.system_actor)
    assert isinstance(enrolled.enrol(code.value, services.system_actor), Done)
    services.passphrase = Passphrase(None)
    services.vault = Vault(
        services.db, services.staff, PassphraseKeys(keys, services.passphrase), services.system_actor
    )
    return stage


def test_the_passphrase_is_asked_unseen_at_the_opening_and_a_wrong_one_is_told(locked_away: Stage) -> None:
    stage = locked_away
    ask_or_tell(stage.ui, stage.window)
    stage.settle()
    (dialog,) = stage.dialogs()
    assert isinstance(dialog, PassphraseDialog)
    assert dialog.field.echoMode() is QLineEdit.EchoMode.Password
    assert "hasard" not in dialog.windowTitle()
    type_text(dialog.field, "cinq mots tirés au hasarD")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    wait_for(lambda: bool(dialog.findings.findings), stage.app)
    assert dialog.findings.findings[0].code == "GAL-CLE-14"
    assert dialog.field.text() == ""
    type_text(dialog.field, WORDS)
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    wait_for(lambda: not stage.dialogs(), stage.app)
    assert stage.services.vault.state().failure is None


def test_the_counter_works_where_nobody_gives_the_passphrase_and_the_page_asks_again(locked_away: Stage) -> None:
    stage = locked_away
    ask_or_tell(stage.ui, stage.window)
    stage.settle()
    QTest.keyClick(stage.dialogs()[0], Qt.Key.Key_Escape)
    wait_for(lambda: not stage.dialogs(), stage.app)
    page = open_page(stage)
    assert page.chip.text() == "Fermée"
    assert page.open_button.isVisible()
    page.open_button.click()
    stage.settle()
    (dialog,) = stage.dialogs()
    assert isinstance(dialog, PassphraseDialog)
    type_text(dialog.field, WORDS)
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    wait_for(lambda: page.chip.text() == "Ouverte", stage.app)


def test_secrets_that_stay_closed_are_told_once_at_the_opening(stage: Stage) -> None:
    stage.services.vault.put("token:mss", b"jeton")
    on_another_machine(stage)
    ask_or_tell(stage.ui, stage.window)
    stage.settle()
    assert any("clé de ce poste" in toast.text for toast in stage.window.toasts._shown)


def test_no_field_of_the_settings_holds_a_secret(stage: Stage) -> None:
    names = {field.name for field in dataclasses.fields(stage.services.settings)}
    assert not {name for name in names if "password" in name or name.endswith(("secret", "token", "passphrase"))}
