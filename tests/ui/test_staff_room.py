"""Is the team managed by who may, are secrets one’s own, and is the table of rights shown the one that holds?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, wait
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.demo_people import PIN
from app.officine.staff.model import Right, Role
from app.officine.staff.rules import may
from app.officine.staff.service import actor_of
from app.ui.staff.view import StaffView

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.officine.staff.model import Member
    from app.ui.pictures import Stage

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """The titulaire in the room of the team."""
    made = Hands(stage, scan_keys)
    become(made, Role.HOLDER)
    stage.view("staff")
    return made


def become(hands: Hands, role: Role) -> Member:
    member = next(one for one in hands.services.staff.members() if one.role is role)
    hands.stage.ui.set_operator(member)
    hands.stage.settle()
    return member


def room(hands: Hands) -> StaffView:
    view = hands.stage.view("staff")
    assert isinstance(view, StaffView)
    return view


def words(view: StaffView) -> str:
    return " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


@pytest.mark.req("OFF-UI-20")
def test_a_member_is_added_by_keyboard_and_the_badge_is_scanned(hands: Hands) -> None:
    view = room(hands)
    before = len(view.list.records)
    hands.press(Qt.Key.Key_N, CONTROL)
    hands.type("Mélisse")
    hands.press(ENTER)
    hands.type("Jeanne")
    badge = next(one.badge for one in hands.services.staff.members() if one.badge)
    hands.scan(badge)
    assert view.sheet.member_form.badge.text() == badge
    hands.press(Qt.Key.Key_F10)
    assert [one.code for one in view.sheet.member_form.findings.findings] == ["GAL-PER-05"]
    view.sheet.member_form.badge.clear()
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: len(view.list.records) == before + 1)
    assert "Jeanne Mélisse" in [one.member.name for one in view.list.records]


@pytest.mark.req("OFF-UI-20")
def test_the_role_of_a_member_is_changed_and_the_last_titulaire_keeps_theirs(hands: Hands) -> None:
    view = room(hands)
    holder = hands.stage.ui.operator
    assert holder is not None
    view.list.point([one.member.id for one in view.list.records].index(holder.id))
    hands.press(Qt.Key.Key_F6)
    view.sheet.member_form.role.setCurrentIndex(list(Role).index(Role.STUDENT))
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: bool(view.sheet.member_form.findings.findings))
    assert hands.aside(lambda: hands.services.staff.get(holder.id)) == holder


@pytest.mark.req("OFF-UI-20")
def test_one_s_own_pin_is_chosen_twice_alike(hands: Hands) -> None:
    view = room(hands)
    holder = hands.stage.ui.operator
    assert holder is not None
    hands.press(Qt.Key.Key_F8)
    hands.type(PIN)
    hands.press(ENTER)
    hands.type("270462")
    hands.press(ENTER)
    assert "pas les mêmes" in words(view)
    hands.type(PIN)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: view.sheet.form is None)
    assert hands.aside(lambda: hands.services.staff_accounts.factors(holder.id)).pin


@pytest.mark.req("OFF-UI-20")
def test_a_pin_in_order_is_refused_with_its_reason(hands: Hands) -> None:
    view = room(hands)
    hands.press(Qt.Key.Key_F8)
    hands.type("123456")
    hands.press(ENTER)
    hands.type("123456")
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: bool(view.sheet.pin_form.findings.findings))
    assert view.sheet.pin_form.findings.findings[0].code == "GAL-PER-14"
    assert view.sheet.pin_form.pin.text() == ""


@pytest.mark.req("OFF-UI-20")
def test_the_pin_of_a_colleague_is_not_chosen_for_them(hands: Hands) -> None:
    view = room(hands)
    holder = hands.stage.ui.operator
    place = next(rank for rank, one in enumerate(view.list.records) if one.member != holder)
    view.list.point(place)
    hands.press(Qt.Key.Key_F8)
    assert view.sheet.form is None
    assert "soi-même" in hands.messages()


@pytest.mark.req("OFF-UI-20")
def test_who_does_not_manage_the_team_sees_only_themselves(hands: Hands) -> None:
    member = become(hands, Role.TECHNICIAN)
    view = room(hands)
    assert [one.member.id for one in view.list.records] == [member.id]
    shown = [button.text() for button in view.findChildren(QPushButton) if button.isVisible()]
    assert "Réinitialiser" not in shown
    assert "Ajouter un membre" not in shown
    hands.press(Qt.Key.Key_N, CONTROL)
    assert view.sheet.form is None


@pytest.mark.req("OFF-UI-20")
def test_what_is_typed_of_a_secret_is_forgotten_when_the_operator_changes_or_the_room_is_locked(hands: Hands) -> None:
    view = room(hands)
    hands.press(Qt.Key.Key_F8)
    hands.type("2704")
    become(hands, Role.TECHNICIAN)
    assert view.sheet.form is None
    assert view.sheet.pin_form.pin.text() == ""
    become(hands, Role.HOLDER)
    hands.press(Qt.Key.Key_F7)
    hands.type("lampe tilleul")
    hands.press(Qt.Key.Key_F12)
    assert hands.stage.window.locked
    assert view.sheet.password_form.secret.first.text() == ""


@pytest.mark.req("OFF-UI-20")
def test_the_table_of_rights_shown_is_the_one_that_services_ask(hands: Hands) -> None:
    view = room(hands)
    hands.press(Qt.Key.Key_F4)
    table = view.rights.list
    assert table.isVisible()
    assert table.records == list(Right)
    for right in Right:
        for place, role in enumerate(Role, start=1):
            said = table.records_model.columns[place].text(right)
            if right is not Right.IDENTITY_SUPER:
                assert (said == "oui") is may(role, right)


@pytest.mark.req("OFF-UI-20")
def test_the_end_of_a_students_enrolment_is_typed_on_the_sheet_and_stops_what_they_may_do(hands: Hands) -> None:
    """CSP L.4241-10: a student works here as long as the enrolment lasts."""
    view = room(hands)
    hands.press(Qt.Key.Key_N, CONTROL)
    form = view.sheet.member_form
    assert not form.until_field.isVisible(), "nobody else has such a date"
    form.family.setText("Sureau")
    form.given.setText("Noé")
    form.role.setCurrentIndex(list(Role).index(Role.STUDENT))
    assert form.until_field.isVisible()
    form.until.setFocus()
    hands.type("31022027")
    hands.press(ENTER)
    hands.stage.settle()
    assert "GAL-PER-37" in words(view), "a day that is none is refused"
    form.until.clear()
    form.until.setFocus()
    hands.type("22112026")
    hands.press(ENTER)
    hands.stage.settle()
    staff = hands.services.staff
    noe = next(one for one in staff.members() if one.family_name == "Sureau")
    assert noe.student_until == dt.date(2026, 11, 22)
    view.list.point(next(place for place, one in enumerate(view.list.records) if one.member.id == noe.id))
    hands.stage.settle()
    assert "échue depuis le 22/11/2026" in words(view)
    assert not staff.may(actor_of(noe, "poste"), Right.DELIVER)
    hands.stage.act("staff.edit")
    form.role.setCurrentIndex(list(Role).index(Role.TECHNICIAN))
    hands.stage.act("staff.save")
    hands.stage.settle()
    changed = staff.get(noe.id)
    assert changed is not None
    assert changed.student_until is None, "who is no student any more has no enrolment"
