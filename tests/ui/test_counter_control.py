"""Is what was found passed by keyboard: one screen, ranked, a reason for the serious ones only, and kept?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, box_frame
from PySide6.QtCore import Qt
from ui_keys import type_text, wait_for

from app.kernel.clock import today
from app.kernel.outcome import Done
from app.officine.dispensing import acknowledging
from app.officine.interventions.model import Level
from app.officine.interventions.rules import level_of
from app.officine.recalls.model import Level as RecallLevel
from app.officine.recalls.model import RecallDraft
from app.ui.counter import control_drawer
from app.ui.counter.control_drawer import ControlDrawer
from app.ui.counter.lists_drawers import HistoryDrawer
from app.ui.counter.payment_drawer import PaymentDrawer
from app.ui.registers.interventions import InterventionsPage
from app.ui.registers.view import RegistersView

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.actor import Actor
    from app.officine.dispensing.looking import Examined
    from app.officine.dispensing.model import CounterSession
    from app.officine.interventions.model import Intervention
    from app.ui.pictures import Stage

ANTICOAGULANT, GEL, FREE, DOUBLE = "previscan", "daktarin", "doliprane 1000", "ixprim"
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    return Hands(stage, scan_keys)


def serve(hands: Hands, *queries: str) -> None:
    """Patient, boxes, ordonnance: by keyboard and scanner."""
    hands.type("pat t")
    hands.press(ENTER)
    for place, query in enumerate(queries):
        hands.scan(box_frame(hands.product(query), serial=f"C{place}"))
    hands.press(Qt.Key.Key_F4)
    hands.press(ENTER)
    hands.press(ENTER)


def control(hands: Hands) -> ControlDrawer:
    drawer = hands.page.drawer
    assert isinstance(drawer, ControlDrawer)
    return drawer


def ask(hands: Hands) -> ControlDrawer:
    """F10, and read what the step Contrôle shows."""
    hands.press(Qt.Key.Key_F10)
    drawer = control(hands)
    hands.wait(lambda: not drawer.is_unread)
    return drawer


def levels(drawer: ControlDrawer) -> dict[Level, list[str]]:
    found: dict[Level, list[str]] = {}
    for finding in drawer.findings:
        found.setdefault(level_of(finding), []).append(finding.code)
    return found


def kept(hands: Hands) -> list[Intervention]:
    return hands.aside(hands.services.interventions.interventions)


@pytest.mark.req("OFF-IP-01", "OFF-IP-03")
def test_one_screen_three_levels_and_a_reason_for_the_serious_one_only(hands: Hands) -> None:
    """Scenario 42, by keyboard and scanner: a double, a contraindication and a precaution."""
    done = hands.deliveries()
    serve(hands, ANTICOAGULANT, GEL, FREE, DOUBLE)
    hands.keys = 0
    drawer = ask(hands)
    found = levels(drawer)
    assert found[Level.REASON] == ["GAL-SEC-10"]
    assert found[Level.SEEN] == ["GAL-SEC-20"]
    assert "GAL-SEC-12" in found[Level.INFORMATION]
    assert drawer.picker is not None
    assert hands.focus is drawer.picker.field
    hands.type("5")
    assert drawer.picker is None
    assert hands.focus is drawer.go
    hands.press(ENTER)
    assert isinstance(hands.page.drawer, PaymentDrawer)
    hands.press(ENTER)
    hands.wait_delivered(done + 1)
    assert hands.keys == 4
    delivery = hands.last()
    (one,) = kept(hands)
    assert (one.delivery, one.patient_name, one.finding) == (delivery.number, delivery.patient_name, "GAL-SEC-10")
    assert (one.reason, one.problem, one.kind) == ("Prises espacées, modalités adaptées", "6.4", "6")
    assert one.author_name == delivery.operator_name
    assert hands.page.till.session.acknowledged == ()


@pytest.mark.req("OFF-SCOPE-03")
def test_what_was_never_loaded_is_one_quiet_line_and_no_finding_of_the_sale(hands: Hands) -> None:
    serve(hands, ANTICOAGULANT, GEL)
    drawer = ask(hands)
    assert "Aucun rappel de lot n’est chargé." in drawer.unloaded.text()
    assert not {"GAL-SEC-45", "GAL-SEC-53"} & {finding.code for finding in drawer.findings}
    day, code = today(hands.services.clock), hands.product(FREE).code
    recall = RecallDraft(code=code, lots=("Z9",), reason="Essai", level=RecallLevel.PATIENT, day=day)
    recalls, actor = hands.services.recalls, hands.services.system_actor
    assert isinstance(hands.aside(lambda: recalls.record(actor, recall)), Done)
    hands.wait(lambda: "rappel" not in drawer.unloaded.text())


@pytest.mark.req("OFF-IP-02")
def test_entree_passes_no_alert_that_asks_for_a_reason(hands: Hands) -> None:
    done = hands.deliveries()
    serve(hands, ANTICOAGULANT, GEL)
    drawer = ask(hands)
    hands.press(ENTER)
    assert control(hands) is drawer
    assert hands.page.till.session.acknowledged == ()
    hands.press(Qt.Key.Key_F10)
    assert isinstance(hands.page.drawer, ControlDrawer)
    assert hands.deliveries() == done


@pytest.mark.req("OFF-IP-02")
def test_a_reason_is_written_where_no_usual_one_fits(hands: Hands) -> None:
    serve(hands, ANTICOAGULANT, GEL)
    drawer = ask(hands)
    hands.type("20")
    hands.press(ENTER)
    assert drawer.picker is not None
    assert hands.notices() == ["GAL-CPT-51"]
    drawer.picker.field.clear()
    assert not drawer.go.isEnabled()
    hands.type("Gel arrêté ce soir, Dr Mélilot joint")
    assert drawer.go.isEnabled()
    hands.press(ENTER)
    assert drawer.picker is None
    (given,) = (one for one in hands.page.till.session.acknowledged if one.reason)
    assert (given.reason, given.reason_id) == ("Gel arrêté ce soir, Dr Mélilot joint", "")
    assert given.author == hands.page.till.author


@pytest.mark.req("OFF-IP-02")
def test_each_digit_answers_one_alert_and_the_cursor_goes_to_the_next(hands: Hands) -> None:
    """A contraindication, then an association déconseillée; ↓ and ↑ go from one to the other."""
    serve(hands, ANTICOAGULANT, GEL, "advil")
    drawer = ask(hands)
    first = drawer.current
    assert first is not None
    assert first.code == "GAL-SEC-10"
    hands.press(Qt.Key.Key_Down)
    second = drawer.current
    assert second is not None
    assert second.code == "GAL-SEC-11"
    hands.press(Qt.Key.Key_Up)
    assert drawer.current == first
    hands.type("1")
    assert drawer.current == second
    assert drawer.picker is not None
    assert hands.focus is drawer.picker.field
    hands.type("2")
    assert drawer.picker is None
    assert [one.reason_id for one in hands.page.till.session.acknowledged] == ["maintained", "known"]


@pytest.mark.req("OFF-IP-02")
def test_a_reason_is_taken_back_by_ctrl_z_and_given_again(hands: Hands) -> None:
    """Also from the field of the next one, while nothing is written in it."""
    serve(hands, ANTICOAGULANT, GEL, "advil")
    drawer = ask(hands)
    hands.type("3")
    assert drawer.picker is not None
    assert hands.focus is drawer.picker.field
    hands.press(Qt.Key.Key_Z, CTRL)
    assert hands.page.till.session.acknowledged == ()
    hands.press(Qt.Key.Key_Y, CTRL)
    assert [one.reason_id for one in hands.page.till.session.acknowledged] == ["dose"]
    hands.type("1")
    assert drawer.picker is None
    hands.press(Qt.Key.Key_Z, CTRL)
    assert drawer.picker is not None


@pytest.mark.req("OFF-IP-02")
def test_a_reason_given_by_mistake_is_changed_or_left_by_echap(hands: Hands) -> None:
    serve(hands, ANTICOAGULANT, GEL)
    drawer = ask(hands)
    hands.type("3")
    given = hands.page.till.session.acknowledged
    (finding,) = (one for one in drawer.findings if one.code == "GAL-SEC-10")
    drawer.point(finding)
    assert drawer.picker is not None
    hands.press(Qt.Key.Key_Escape)
    assert control(hands) is drawer
    assert drawer.picker is None
    assert hands.page.till.session.acknowledged == given
    drawer.point(finding)
    hands.type("1")
    assert [one.reason_id for one in hands.page.till.session.acknowledged] == ["maintained"]
    hands.press(ENTER)
    assert isinstance(hands.page.drawer, PaymentDrawer)


@pytest.mark.req("OFF-IP-02")
def test_an_alert_that_comes_meanwhile_does_not_take_the_place_of_the_one_being_answered(hands: Hands) -> None:
    """Words half written for an association déconseillée, and a line put back brings a contraindication before it."""
    serve(hands, ANTICOAGULANT, GEL, "advil")
    hands.page.table.point(1)
    hands.page.remove()
    hands.stage.settle()
    drawer = ask(hands)
    assert drawer.picker is not None
    assert drawer.current is not None
    assert drawer.current.code == "GAL-SEC-11"
    hands.type("Dr Mélilot joint")
    hands.page.till.undo()
    hands.wait(lambda: [finding.code for finding in drawer.findings[:2]] == ["GAL-SEC-10", "GAL-SEC-11"])
    assert drawer.current.code == "GAL-SEC-11"
    assert drawer.picker.field.text() == "Dr Mélilot joint"
    hands.press(ENTER)
    (given,) = (one for one in hands.page.till.session.acknowledged if one.reason)
    assert given.code == "GAL-SEC-11"
    assert drawer.current.code == "GAL-SEC-10"


@pytest.mark.req("OFF-IP-02")
def test_a_box_scanned_while_a_reason_is_asked_for_is_no_reason(hands: Hands) -> None:
    """The code begins with a digit that is one of the reasons; the box joins the sale, the field stays empty."""
    serve(hands, ANTICOAGULANT, GEL)
    drawer = ask(hands)
    assert drawer.picker is not None
    product = hands.product(FREE)
    assert product.code.startswith("3")
    hands.scan(product.code)
    hands.wait(lambda: any(line.code == product.code for line in hands.page.till.session.lines))
    assert hands.page.till.session.acknowledged == ()
    hands.wait(lambda: drawer.picker is not None)
    assert drawer.picker.field.text() == ""


@pytest.mark.req("OFF-IP-02")
def test_a_sum_typed_for_the_payment_is_no_reason(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10, and « 2 » at once, before what came in its place was read."""
    serve(hands, ANTICOAGULANT, GEL)
    # However slow the machine is, the key comes within the moment.
    monkeypatch.setattr(control_drawer, "_READING_S", 3600.0)
    hands.hit(Qt.Key.Key_F10)
    wait_for(lambda: isinstance(hands.page.drawer, ControlDrawer), hands.stage.app)
    drawer = control(hands)
    type_text(hands.focus, "2")
    hands.stage.settle()
    assert hands.page.till.session.acknowledged == ()
    assert drawer.picker is not None
    assert drawer.picker.field.text() == ""


@pytest.mark.req("OFF-IP-02")
def test_an_answer_given_here_is_there_on_another_workstation(hands: Hands) -> None:
    """Answered, put in waiting, resumed: the reason is not asked for again."""
    serve(hands, ANTICOAGULANT, GEL)
    ask(hands)
    hands.type("2")
    given = hands.page.till.session.acknowledged
    assert given
    hands.press(Qt.Key.Key_F7)
    hands.wait(lambda: hands.page.till.session.is_empty)
    hands.press(Qt.Key.Key_F7)
    hands.press(ENTER)
    hands.wait(lambda: not hands.page.till.session.is_empty)
    assert hands.page.till.session.acknowledged == given
    hands.wait(lambda: hands.page.till.is_fresh)
    assert not acknowledging.unjustified(hands.page.till.session, hands.page.till.picture.findings)


@pytest.mark.req("OFF-IP-02")
def test_a_clash_that_only_the_delivery_sees_asks_for_its_reason_there(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen found nothing; the service checks anew, refuses, and the reason is asked for in the step Contrôle."""
    done = hands.deliveries()
    serve(hands, ANTICOAGULANT, GEL)
    counter, examine = hands.services.counter, hands.services.counter.examine

    def without(session: CounterSession, actor: Actor | None = None) -> Examined:
        seen = examine(session, actor)
        return replace(seen, findings=[one for one in seen.findings if one.code != "GAL-SEC-10"])

    with monkeypatch.context() as blind:
        blind.setattr(counter, "examine", without)
        hands.page.till.look()
        hands.stage.settle()
        hands.press(Qt.Key.Key_F10)
        if isinstance(hands.page.drawer, ControlDrawer):
            hands.press(ENTER)
        assert isinstance(hands.page.drawer, PaymentDrawer)
    hands.press(ENTER)
    hands.wait(lambda: isinstance(hands.page.drawer, ControlDrawer))
    drawer = control(hands)
    hands.wait(lambda: not drawer.is_unread)
    assert hands.deliveries() == done
    assert acknowledging.UNJUSTIFIED not in [finding.code for finding in drawer.findings]
    assert drawer.picker is not None
    hands.type("1")
    hands.press(ENTER)
    assert isinstance(hands.page.drawer, PaymentDrawer)
    hands.press(ENTER)
    hands.wait_delivered(done + 1)
    assert [one.finding for one in kept(hands)] == ["GAL-SEC-10"]


@pytest.mark.req("OFF-IP-04")
def test_an_intervention_is_found_with_the_patient_and_in_the_registers_where_its_outcome_is_noted(
    hands: Hands,
) -> None:
    done = hands.deliveries()
    serve(hands, ANTICOAGULANT, GEL)
    ask(hands)
    hands.type("Médecin absent, à rappeler")
    hands.press(ENTER)
    hands.press(ENTER)
    hands.press(ENTER)
    hands.wait_delivered(done + 1)
    hands.type("pat t")
    hands.press(ENTER)
    hands.press(Qt.Key.Key_F5)
    history = hands.page.drawer
    assert isinstance(history, HistoryDrawer)
    hands.wait(lambda: len(history.interventions.shown) == 1)
    assert history.interventions.shown[0].reason == "Médecin absent, à rappeler"
    hands.press(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    hands.press(Qt.Key.Key_I, CTRL)
    view = hands.stage.view("registers")
    assert isinstance(view, RegistersView)
    page = view.page("interventions")
    assert isinstance(page, InterventionsPage)
    assert [one.outcome for one in page.list.records] == ["unknown"]
    hands.type("absent")
    hands.press(Qt.Key.Key_O, CTRL)
    hands.wait(lambda: [one.outcome for one in page.list.records] == ["accepted"])
    assert page.list.records[0].outcome_by == hands.page.till.author.name
    hands.type(" xyzzyx")
    hands.wait(lambda: page.list.records == [])
