"""Are the SESAM-Vitale library and the locks chosen by who may, and does a certificate come in on the screen?"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import p12_files
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from ui_keys import press, type_text

from app.officine.staff.model import Role
from app.officine.trace.model import Query
from app.ui.settings.locking import LockingPage
from app.ui.settings.secrets import SecretsPage
from app.ui.settings.vitale import VitalePage
from app.ui.widgets.basics import Text

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from app.officine.staff.model import Member
    from app.ui.pictures import Stage

PASSWORD = "trois mots de passe"


def member(stage: Stage, role: Role) -> Member:
    return next(one for one in stage.services.staff.members() if one.role is role)


def words(part: QWidget) -> str:
    return " · ".join(text.text() for text in part.findChildren(Text)).replace("\u00a0", " ")


def kept(stage: Stage) -> dict[str, object]:
    read: dict[str, object] = json.loads(stage.services.folder.settings_file.read_text(encoding="utf-8"))
    return read


def done(stage: Stage, action: str) -> list[str]:
    actor = stage.services.system_actor
    return [one.actor_name for one in stage.services.trace.search(Query(action=action), actor).value.entries]  # type: ignore[union-attr]


@pytest.fixture
def page(stage: Stage) -> VitalePage:
    """The page of the Vitale, before the titulaire."""
    stage.ui.set_operator(member(stage, Role.HOLDER))
    view = stage.view("settings")
    stage.act("settings.vitale")
    found = view.page("vitale")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(found, VitalePage)
    return found


@pytest.mark.req("OFF-CARD-04")
def test_a_trial_without_library_names_what_is_missing_and_writes_nothing(page: VitalePage, stage: Stage) -> None:
    before = kept(stage)
    page.library.setText("/opt/absente/libssv.so ; /opt/absente/libsgd.so")
    page.meanings.setText("/opt/absente/codes.json")
    stage.act("settings.test_component")
    stage.settle()
    assert page.tried.isVisible()
    said = words(page.missing)
    assert "GAL-FSV-01" in said
    assert "/opt/absente/libssv.so" in said
    assert "/opt/absente/libsgd.so" in said
    assert "codes.json" in said
    assert kept(stage) == before


@pytest.mark.req("OFF-CARD-04")
def test_what_is_chosen_is_kept_and_traced_for_the_next_start(page: VitalePage, stage: Stage) -> None:
    page.library.setText("/opt/ssv/libssv.so")
    page.context.setValue(45)
    page.save.click()
    stage.settle()
    assert kept(stage)["fsv_library"] == "/opt/ssv/libssv.so"
    assert kept(stage)["apcv_context_minutes"] == 45
    assert member(stage, Role.HOLDER).name in done(stage, "cards.set")


@pytest.mark.req("OFF-CARD-04")
@pytest.mark.parametrize("act", ["test", "keep"])
def test_who_may_not_choose_the_library_loads_none_and_keeps_nothing(
    page: VitalePage, stage: Stage, act: str, tmp_path: Path
) -> None:
    before = kept(stage)
    stage.ui.set_operator(member(stage, Role.TECHNICIAN))
    page.library.setText(str(tmp_path))
    getattr(page, act)()
    stage.settle()
    assert "GAL-PER-01" in words(page.findings)
    assert not page.tried.isVisible()
    assert kept(stage) == before


@pytest.mark.req("OFF-CARD-04")
def test_a_path_that_can_not_be_one_is_refused(page: VitalePage, stage: Stage) -> None:
    before = kept(stage)
    page.library.setText("libssv\u0007.so")
    page.keep()
    stage.settle()
    assert "GAL-FSV-46" in words(page.findings)
    assert kept(stage) == before


@pytest.fixture
def locking(stage: Stage) -> LockingPage:
    """The page of the locks."""
    view = stage.view("settings")
    stage.act("settings.locking")
    found = view.page("locking")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(found, LockingPage)
    return found


@pytest.mark.req("OFF-UI-20")
def test_the_locks_are_set_by_who_manages_the_team_and_traced(locking: LockingPage, stage: Stage) -> None:
    stage.ui.set_operator(member(stage, Role.HOLDER))
    locking.idle.setValue(4)
    locking.system.setChecked(False)
    locking.keep()
    stage.settle()
    assert (kept(stage)["lock_idle_minutes"], kept(stage)["lock_on_system_lock"]) == (4, False)
    assert stage.services.lock_settings.policy().idle_minutes == 4
    assert done(stage, "locks.set") == [member(stage, Role.HOLDER).name]


@pytest.mark.req("OFF-UI-20")
def test_the_service_refuses_the_locks_to_who_does_not_manage_the_team(locking: LockingPage, stage: Stage) -> None:
    before = kept(stage)
    stage.ui.set_operator(member(stage, Role.TECHNICIAN))
    locking.idle.setValue(60)
    locking.keep()
    stage.settle()
    assert "GAL-PER-01" in words(locking.findings)
    assert kept(stage) == before


@pytest.fixture
def secrets(stage: Stage) -> SecretsPage:
    """The page of the certificates, with the form of the file open."""
    stage.ui.set_operator(member(stage, Role.HOLDER))
    view = stage.view("settings")
    stage.act("settings.import_p12")
    found = view.page("secrets")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(found, SecretsPage)
    assert found.p12.isVisible()
    return found


def a_file(stage: Stage, folder: Path) -> Path:
    key = p12_files.new_key()
    face = p12_files.certificate(key, stage.services.clock.now() - dt.timedelta(days=1), 200)
    file = folder / "officine.p12"
    file.write_bytes(p12_files.p12(PASSWORD, key, face))
    return file


@pytest.mark.req("OFF-SECRET")
def test_a_certificate_comes_in_by_its_file_and_password(secrets: SecretsPage, stage: Stage, tmp_path: Path) -> None:
    form = secrets.p12
    form.take_file(str(a_file(stage, tmp_path)))
    assert form.password.echoMode() is QLineEdit.EchoMode.Password
    type_text(form.password, PASSWORD)
    press(form.password, Qt.Key.Key_Return)
    stage.settle()
    assert not form.isVisible()
    shown = words(secrets.certificates)
    assert "authentification" in shown
    assert "PHARMACIE DE L’ESSAI" in shown
    assert stage.services.certificates.private_key("authentification") is not None
    assert form.password.text() == "", "the password is kept nowhere"


@pytest.mark.req("OFF-SECRET")
def test_a_wrong_password_is_named_and_the_file_stays_chosen(
    secrets: SecretsPage, stage: Stage, tmp_path: Path
) -> None:
    form = secrets.p12
    form.take_file(str(a_file(stage, tmp_path)))
    type_text(form.password, "autre chose")
    form.save()
    stage.settle()
    assert "GAL-CLE-21" in words(form.findings)
    assert form.isVisible()
    assert form.password.text() == ""
    type_text(form.password, PASSWORD)
    form.save()
    stage.settle()
    assert not form.isVisible()


@pytest.mark.req("OFF-SECRET")
def test_a_file_that_went_and_no_file_at_all_are_told(secrets: SecretsPage, stage: Stage, tmp_path: Path) -> None:
    form = secrets.p12
    form.save()
    assert "GAL-CLE-25" in words(form.findings)
    form.take_file(str(tmp_path / "parti.p12"))
    form.save()
    stage.settle()
    assert "parti.p12" in words(form.findings)


@pytest.mark.req("OFF-SECRET")
def test_the_lock_empties_the_form(secrets: SecretsPage, stage: Stage) -> None:
    type_text(secrets.p12.password, "tapé et laissé")
    stage.act("app.lock")
    assert secrets.p12.password.text() == ""
    assert not secrets.p12.isVisibleTo(secrets)
