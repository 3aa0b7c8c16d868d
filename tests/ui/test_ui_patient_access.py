"""Who opened a patient's file is traced, from where; who may not read files meets none, whatever is scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands
from PySide6.QtCore import Qt
from sqlalchemy import select

from app.kernel.outcome import Done
from app.officine.staff.model import Member, MemberDraft, Role
from app.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bootstrap import Services
    from app.ui.pictures import Stage


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def openings(services: Services) -> list[AuditRow]:
    """Return the traces of files opened, the oldest first."""
    with services.db.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == "patient.open").order_by(AuditRow.seq)))


def technician(services: Services) -> Member:
    draft = MemberDraft(family_name="SUREAU", given_name="Noé", role=Role.SUPPORT)
    added = services.staff.add(draft, services.system_actor)
    assert isinstance(added, Done)
    return added.value


@pytest.mark.req("INS-04")
def test_a_file_that_comes_to_the_counter_is_traced_once(hands: Hands) -> None:
    hands.type("pat t")
    hands.press(ENTER)
    hands.wait(lambda: len(openings(hands.services)) == 1)
    opened, operator, session = openings(hands.services)[0], hands.stage.ui.operator, hands.page.till.session
    assert operator is not None
    assert (opened.actor_id, opened.station) == (operator.id, hands.services.settings.station)
    assert (opened.patient_id, opened.details) == (session.patient_id, '{"room":"counter"}')
    hands.scan(hands.product("doliprane 1000").code)
    hands.wait(lambda: bool(hands.page.till.session.lines))
    hands.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    hands.press(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(openings(hands.services)) == 1


@pytest.mark.req("INS-04")
def test_a_file_looked_at_in_the_room_of_patients_is_traced(hands: Hands) -> None:
    hands.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    hands.type("pat t")
    hands.wait(lambda: bool(openings(hands.services)))
    assert [row.details for row in openings(hands.services)] == ['{"ins":true,"room":"patients"}']


@pytest.mark.req("INS-04")
@pytest.mark.req("INS-04a")
def test_a_colleague_who_comes_to_a_file_in_sight_is_traced_too(hands: Hands) -> None:
    hands.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    hands.type("pat t")
    hands.wait(lambda: len(openings(hands.services)) == 1)
    first = hands.stage.ui.operator
    members = hands.aside(hands.services.staff.members)
    other = next(one for one in members if one.role is Role.TECHNICIAN)
    hands.stage.ui.set_operator(other)
    hands.wait(lambda: len(openings(hands.services)) == 2)
    assert first is not None
    assert [row.actor_id for row in openings(hands.services)] == [first.id, other.id]
    assert openings(hands.services)[1].details == '{"ins":true,"room":"patients"}'


@pytest.mark.req("INS-04")
@pytest.mark.parametrize("key", [Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_6])
def test_the_technician_enters_no_room_with_patients(hands: Hands, key: Qt.Key) -> None:
    hands.stage.ui.set_operator(technician(hands.services))
    hands.stage.window.enter("settings")
    hands.press(key, Qt.KeyboardModifier.AltModifier)
    assert hands.stage.window.room == "settings"


@pytest.mark.req("INS-04")
def test_a_box_scanned_by_the_technician_goes_to_no_sale(hands: Hands) -> None:
    hands.stage.ui.set_operator(technician(hands.services))
    hands.stage.window.enter("counter")
    assert hands.stage.window.room == "settings"
    hands.scan(hands.product("doliprane 1000").code)
    hands.stage.settle()
    assert hands.stage.window.room == "settings"
    assert not hands.page.till.session.lines
