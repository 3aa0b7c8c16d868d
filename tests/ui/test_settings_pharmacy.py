"""Is the pharmacy typed by the titulaire, refused field by field, and shown on the window at once?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import Hands
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.officine.staff.model import Role
from app.ui.settings.pharmacy import PharmacyPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.ui.pictures import Stage

ALT = Qt.KeyboardModifier.AltModifier


def words(part: QWidget) -> str:
    said = " ".join(label.text() for label in part.findChildren(QLabel) if label.isVisibleTo(part))
    return said.replace("\u00a0", " ").replace("\u202f", " ")


def opened(stage: Stage, role: Role) -> PharmacyPage:
    """Open the page before somebody of a role."""
    stage.ui.set_operator(next(one for one in stage.services.staff.members() if one.role is role))
    view = stage.view("settings")
    stage.act("settings.pharmacy")
    found = view.page("pharmacy")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(found, PharmacyPage)
    return found


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """The titulaire at the window."""
    return Hands(stage, scan_keys)


def test_the_pharmacy_is_typed_and_the_window_bears_its_name_at_once(hands: Hands) -> None:
    page = opened(hands.stage, Role.HOLDER)
    assert page.editors["finess"].text() == "639999010"
    assert "n’est pas encore renseignée" not in words(page)
    hands.press(Qt.Key.Key_N, ALT)
    assert hands.focus is page.editors["name"]
    page.editors["name"].selectAll()
    hands.type("Pharmacie du Marché (fictive)")
    assert "Changements non enregistrés." in words(page)
    hands.press(Qt.Key.Key_Return)
    assert hands.services.pharmacy_name == "Pharmacie du Marché (fictive)"
    hands.wait(lambda: "Pharmacie du Marché (fictive)" in words(hands.stage.window.centralWidget()))
    assert "Changements non enregistrés." not in words(page)


def test_a_defect_is_said_under_its_field_which_has_the_focus(hands: Hands) -> None:
    page = opened(hands.stage, Role.HOLDER)
    hands.press(Qt.Key.Key_F, ALT)
    page.editors["finess"].selectAll()
    hands.type("6399")
    hands.press(Qt.Key.Key_Return)
    assert "n’a pas neuf chiffres" in words(page.fields["finess"])
    assert hands.focus is page.editors["finess"]
    assert page.findings.isHidden() or "FINESS" not in words(page.findings)
    hands.type("1")
    assert "n’a pas neuf chiffres" not in words(page.fields["finess"])
    assert hands.services.pharmacy_site.values().finess == "639999010"


def test_who_may_not_change_it_reads_it(hands: Hands) -> None:
    page = opened(hands.stage, Role.ASSISTANT)
    assert all(editor.isReadOnly() for editor in page.editors.values())
    assert not page.keep_button.isEnabled()
    page.editors["city"].setText("Ailleurs")
    page.keep()
    hands.stage.settle()
    assert hands.services.pharmacy_site.values().city == "Saint-Galien-les-Simples"
    assert "pharmacien titulaire" in words(page)
