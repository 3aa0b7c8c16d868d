"""Is each act reached by one key, by the palette, and told by the help?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from ui_keys import press

from app.kernel.outcome import Severity
from app.officine.staff.model import Role
from app.ui.help_dialog import HelpDialog, page
from app.ui.palette import PaletteDialog, found, score
from app.ui.rooms import ROOMS
from app.ui.shortcuts import Act, Acts, key_text

if TYPE_CHECKING:
    from app.ui.pictures import Stage

PAY = Act("counter.pay", "Encaisser", "F10", ("facturer", "règlement"), room="counter")
SAVE = Act("stock.save", "Enregistrer", "F10", room="stock")
HELP = Act("app.help", "Aide", "F1")


def test_the_same_key_serves_two_rooms_but_never_a_room_and_the_whole_window() -> None:
    acts = Acts()
    acts.register(PAY, SAVE, HELP)
    with pytest.raises(ValueError, match="F1"):
        acts.register(Act("counter.help", "Autre aide", "F1", room="counter"))


@pytest.mark.req("OFF-UI-02")
def test_a_key_already_taken_is_refused_and_nothing_changes() -> None:
    acts = Acts()
    acts.register(PAY, HELP)
    refused = acts.choose_key("counter.pay", "F1")
    assert refused is not None
    assert refused.severity is Severity.ERROR
    assert "Aide" in refused.text
    assert acts.key_of("counter.pay") == "F10"


@pytest.mark.req("OFF-UI-02")
def test_a_key_chosen_replaces_the_default_and_is_kept() -> None:
    acts = Acts(keys={"counter.pay": "F6"})
    acts.register(PAY)
    assert acts.key_of("counter.pay") == "F6"
    assert acts.choose_key("counter.pay", "F10") is None
    assert acts.chosen == {}


@pytest.mark.parametrize(
    ("key", "text"),
    [("Ctrl+Shift+P", "Ctrl+Maj+P"), ("Esc", "Échap"), ("Ctrl++", "Ctrl++"), ("+", "+"), ("Del", "Suppr"), ("", "")],
)
def test_keys_are_named_as_on_a_french_keyboard(key: str, text: str) -> None:
    assert key_text(key) == text


def test_an_act_without_its_right_is_neither_offered_nor_done(lone_widgets: None) -> None:
    acts = Acts()
    acts.register(Act("x.secret", "Secret", "F5", right="deliver"))
    done = []
    widget = QWidget()
    acts.bind("x.secret", lambda: done.append(1), widget)
    acts.may = lambda right: right != "deliver"
    acts.trigger("x.secret")
    assert done == []
    assert acts.available() == []


@pytest.mark.parametrize(
    ("query", "expected"), [("encai", 3), ("FACTURER", 2), ("regl", 2), ("ecs", 1), ("xyz", 0), ("", 3)]
)
def test_the_palette_finds_by_title_synonym_or_letters_whatever_the_accents(query: str, expected: int) -> None:
    assert score(query, PAY) == expected


def test_the_palette_puts_titles_before_synonyms() -> None:
    other = Act("a", "Rechercher", synonyms=("encaisser",))
    assert found("encaisser", [other, PAY]) == [PAY, other]


@pytest.mark.req("OFF-UI-02")
def test_every_act_is_bound_and_reachable_by_the_palette(shared_stage: Stage) -> None:
    for room in ("counter", "patients", "products", "stock", "settings"):
        shared_stage.view(room)
    # The titulaire, whose role holds every right that an act asks for.
    members = shared_stage.services.staff.members()
    shared_stage.ui.set_operator(next(one for one in members if one.role is Role.HOLDER))
    acts = shared_stage.ui.acts
    unreachable = {act.id for act in acts.all()} - {act.id for act in acts.available()}
    assert not unreachable


@pytest.mark.req("OFF-UI-02")
def test_no_key_is_shared_where_both_acts_could_hear_it(shared_stage: Stage) -> None:
    acts = shared_stage.ui.acts
    shared = [(act.id, rival.id) for act in acts.all() if (rival := acts.rival(acts.key_of(act.id), act.room, act.id))]
    assert not shared


@pytest.mark.req("OFF-UI-02")
def test_f1_shows_the_page_of_the_screen_and_every_key(stage: Stage) -> None:
    stage.view("stock")
    press(stage.window, Qt.Key.Key_F1)
    stage.act("app.help")
    dialog = stage.window.findChild(HelpDialog)
    assert dialog is not None
    assert {act.id for act in dialog.keys.records} == {act.id for act in stage.ui.acts.all()}
    assert dialog.keys.records[0].room == "stock"
    assert "Stock" in dialog.text.toPlainText()
    stage.clear()


def test_the_palette_does_the_act_pointed_at_even_in_another_room(stage: Stage) -> None:
    stage.view("stock")
    stage.view("counter")
    stage.act("app.palette")
    palette = stage.window.findChild(PaletteDialog)
    assert palette is not None
    palette.field.setText("minimum")
    palette.field.search_now()
    press(palette.field, Qt.Key.Key_Return, "\r")
    stage.settle()
    assert stage.window.room == "stock"
    assert stage.view("stock").low.isChecked()  # type: ignore[attr-defined]


def test_the_most_recent_act_comes_first(stage: Stage) -> None:
    stage.act("room.stock")
    stage.act("room.patients")
    assert [act.id for act in stage.ui.acts.available()[:2]] == ["room.patients", "room.stock"]


@pytest.mark.req("OFF-UI-17")
def test_each_room_has_its_page_of_the_manual() -> None:
    titles = {room.id: room.title for room in ROOMS}
    assert {room_id: page(room_id).splitlines()[0].removeprefix("# ") for room_id in titles} == titles
