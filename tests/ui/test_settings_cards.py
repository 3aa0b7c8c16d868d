"""Does the page of the cards tell the technician what each reader holds, what a test gave, and where the module is?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from ui_keys import press

from app.officine.staff.model import Role

if TYPE_CHECKING:
    from typing import Any

    from app.officine.staff.model import Member
    from app.ui.pictures import Stage

pytestmark = pytest.mark.req("OFF-CARD-12")


@pytest.fixture
def page(stage: Stage) -> Any:  # noqa: ANN401 -- each page has its own type
    """The page, with empty readers."""
    view = stage.view("settings")
    stage.act("settings.cards")
    found = view.stack.currentWidget()  # type: ignore[attr-defined] # the settings' screen
    assert found is view.page("cards")  # type: ignore[attr-defined]
    return found


def put(stage: Stage, key: str) -> None:
    cards = stage.services.demo_cards
    assert cards is not None
    cards.toggle(key)
    stage.settle()


def member(stage: Stage, role: Role) -> Member:
    return next(one for one in stage.services.staff.members() if one.role is role)


def facts(page: Any) -> str:  # noqa: ANN401 -- the page of the cards
    from app.ui.widgets.basics import Text  # noqa: PLC0415 -- the screens are built by then

    return " · ".join(text.text() for text in page.facts.findChildren(Text))


def test_a_card_put_in_is_seen_without_asking(page: Any, stage: Stage) -> None:  # noqa: ANN401
    assert [one.card for one in page.list.records] == ["", ""]
    assert not stage.ui.acts.is_enabled("settings.test_card"), "there is nothing to read"
    put(stage, "cps")
    assert [one.card for one in page.list.records] == ["Carte CPS (CPS3)", ""]
    assert stage.ui.acts.is_enabled("settings.test_card")


def test_a_test_by_the_keyboard_names_the_holder_and_asks_no_code(page: Any, stage: Stage) -> None:  # noqa: ANN401
    put(stage, "cps_thomas")
    page.list.setFocus()
    press(page.list, Qt.Key.Key_Return)
    stage.settle()
    told = facts(page)
    assert "THOMAS GENTIANE" in told
    assert "80250000019900000059" in told
    assert "a répondu" in page.result.text()
    assert page.list.records[0].last_exchange is not None
    assert not page.findings.findings


def test_a_test_of_a_vitale_names_nobody(page: Any, stage: Stage) -> None:  # noqa: ANN401
    put(stage, "tilleul")
    page.test()
    stage.settle()
    told = facts(page)
    assert "4\u00a0bénéficiaires" in told
    assert "TILLEUL" not in told


def test_a_card_that_can_not_be_read_says_why(page: Any, stage: Stage) -> None:  # noqa: ANN401
    put(stage, "mute")
    page.test()
    stage.settle()
    assert [one.code for one in page.findings.findings] == ["GAL-CRT-08"]
    assert not page.facts.isVisible()


def test_the_path_of_the_module_is_kept_and_given_up(page: Any, stage: Stage) -> None:  # noqa: ANN401
    def kept() -> str:
        stage.settle()
        file = stage.services.folder.root / "settings.json"
        return str(json.loads(file.read_text(encoding="utf-8"))["card_module"])

    stage.ui.set_operator(member(stage, Role.HOLDER))
    page.keep_module("/opt/autre/libcps3_pkcs11_lux.so")
    assert kept() == "/opt/autre/libcps3_pkcs11_lux.so"
    assert page.usual.isEnabled()
    page.usual.click()
    stage.settle()
    assert not kept()
    assert not page.usual.isEnabled()


def test_who_may_not_choose_the_authorities_changes_nothing(page: Any, stage: Stage) -> None:  # noqa: ANN401
    """Whose card opens the workstation is the titulaire's to say: a technician chooses the module, and no more."""
    stage.ui.set_operator(member(stage, Role.SUPPORT))
    page.keep_authorities("/tmp/autorites")
    stage.settle()
    assert stage.services.settings.card_authorities == ""
    stage.ui.set_operator(member(stage, Role.TECHNICIAN))
    page.keep_module("/tmp/module.so")
    stage.settle()
    assert stage.services.settings.card_module == ""
    stage.ui.set_operator(member(stage, Role.HOLDER))
    page.keep_authorities("/tmp/autorites")
    stage.settle()
    assert stage.services.settings.card_authorities == "/tmp/autorites"
