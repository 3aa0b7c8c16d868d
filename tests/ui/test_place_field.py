"""Is a place of birth found by its name by keyboard, kept as a code, and told in words wherever it is shown?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from counter_hands import ENTER, Hands, wait
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.kernel.outcome import Done
from app.officine.patients.model import PatientDraft, Sex
from app.ui.counter.patient_drawer import PatientDrawer
from app.ui.patients.view import PatientsView

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.ui.patients.form import PatientForm
    from app.ui.patients.place_field import PlaceField
    from app.ui.pictures import Stage

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """A person in the room of the patients."""
    stage.view("patients")
    return Hands(stage, scan_keys)


def view_of(hands: Hands) -> PatientsView:
    view = hands.stage.window.views["patients"]
    assert isinstance(view, PatientsView)
    return view


def form_of(hands: Hands, born: str = "22/05/1980") -> PatientForm:
    """Open a new file, its date of birth typed, the keys at the place of birth."""
    hands.press(Qt.Key.Key_N, CONTROL)
    form = view_of(hands).form
    form.birth_date.setText(born)
    form.birth_place.setFocus()
    hands.stage.settle()
    return form


def offered(field: PlaceField) -> list[str]:
    choices = field.choices
    return [] if choices is None else [choices.item(row).text() for row in range(choices.count())]


def note(form: PatientForm) -> str:
    return form.fields["birth_place"].note_label.text()


def words(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


@pytest.mark.req("INS-01a")
def test_a_name_begun_offers_places_and_entree_keeps_the_code(hands: Hands) -> None:
    form = form_of(hands)
    hands.type("clermont")
    wait(hands, lambda: form.birth_place.is_open)
    assert offered(form.birth_place) == ["Clermont-Ferrand\u00a0(63) · 63113", "Inconnu (99999)"]
    hands.press(ENTER)
    assert form.birth_place.text() == "63113"
    assert not form.birth_place.is_open
    assert note(form) == "Clermont-Ferrand\u00a0(63)"
    assert form.draft.birth_place == "63113"


@pytest.mark.req("INS-01a")
def test_the_arrows_point_and_the_tabulation_takes(hands: Hands) -> None:
    form = form_of(hands)
    hands.type("evry")
    wait(hands, lambda: form.birth_place.is_open)
    assert [text.split(" · ")[0] for text in offered(form.birth_place)] == [
        "Évry\u00a0(91)",
        "Évry-Courcouronnes\u00a0(91)",
        "Inconnu (99999)",
    ], "the one that held on the day of the birth comes first"
    assert "hors dates" in offered(form.birth_place)[1]
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Tab)
    assert form.birth_place.text() == "99999"
    assert note(form) == "Lieu inconnu"


@pytest.mark.req("INS-01a")
def test_escape_closes_the_list_and_takes_nothing(hands: Hands) -> None:
    form = form_of(hands)
    hands.type("lyon")
    wait(hands, lambda: form.birth_place.is_open)
    hands.press(Qt.Key.Key_Escape)
    assert not form.birth_place.is_open
    assert view_of(hands).right.currentWidget() is form, "the form stays"
    assert form.birth_place.text() == "lyon"
    hands.press(Qt.Key.Key_F10)
    assert "code officiel" in note(form), "a name that was not chosen is no place"


@pytest.mark.req("INS-01a")
def test_a_code_is_told_for_the_date_of_birth_and_an_unknown_one_is_kept(hands: Hands) -> None:
    form = form_of(hands)
    form.birth_place.setText("01154")
    hands.stage.settle()
    assert note(form) == "Étrez\u00a0(01)"
    form.birth_date.setText("22/05/2020")
    hands.stage.settle()
    assert "non valable" in note(form)
    form.birth_place.setText("63999")
    hands.stage.settle()
    assert "inconnue de la table" in note(form)
    form.editors["family_name"].setText("Zinnia")
    form.editors["first_name"].setText("Rose")
    form.sex.setCurrentIndex(1)
    hands.press(Qt.Key.Key_F10)
    wait(hands, lambda: len(hands.aside(lambda: hands.services.patients.search("zinnia"))) == 1)
    (made,) = hands.aside(lambda: hands.services.patients.search("zinnia"))
    assert made.birth_place == "63999"
    wait(hands, lambda: "63999 · Commune inconnue de la table" in words(view_of(hands).sheet))


@pytest.mark.req("INS-01a")
def test_another_window_or_the_mouse_takes_nothing(hands: Hands) -> None:
    form = form_of(hands)
    for reason in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.MouseFocusReason):
        form.birth_place.setFocus()
        form.birth_place.clear()
        hands.stage.settle()
        form.birth_place.insert("lyon")
        form.birth_place.textEdited.emit("lyon")
        wait(hands, lambda: form.birth_place.is_open)
        form.editors["phone"].setFocus(reason)
        hands.stage.settle()
        assert form.birth_place.text() == "lyon"
        assert not form.birth_place.is_open


@pytest.mark.req("INS-01a")
def test_the_down_key_alone_offers_the_unknown_place(hands: Hands) -> None:
    form = form_of(hands)
    hands.press(Qt.Key.Key_Down)
    wait(hands, lambda: form.birth_place.is_open)
    assert offered(form.birth_place) == ["Inconnu (99999)"]
    hands.press(ENTER)
    assert form.birth_place.text() == "99999"


@pytest.mark.req("INS-01a")
def test_sheet_and_identity_tell_the_place_in_words(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F2)
    hands.type("adrun")
    view = view_of(hands)
    wait(hands, lambda: "63220 · Mazoires\u00a0(63)" in words(view.sheet))
    hands.press(Qt.Key.Key_F7)
    wait(hands, lambda: "63220 · Mazoires\u00a0(63)" in words(view.identity.pane))


@pytest.mark.req("INS-01a")
def test_the_place_is_corrected_by_its_name(hands: Hands) -> None:
    hands.press(Qt.Key.Key_F2)
    hands.type("houilles")
    hands.stage.settle()
    hands.press(Qt.Key.Key_F4)
    form = view_of(hands).identity.traits
    wait(hands, form.editors["family_name"].hasFocus)
    place: PlaceField = form.editors["birth_place"]  # type: ignore[assignment]
    place.setFocus()
    place.clear()
    hands.type("lens")
    wait(hands, lambda: place.is_open)
    hands.press(ENTER)
    assert place.text() == "62498"
    assert form.places["birth_place"].note_label.text() == "Lens\u00a0(62)"
    hands.press(Qt.Key.Key_F10)
    (found,) = hands.aside(lambda: hands.services.patients.search("houilles"))
    wait(hands, lambda: hands.aside(lambda: hands.services.patients.get(found.id)).birth_place == "62498")  # type: ignore[union-attr]


@pytest.mark.req("INS-17a", "INS-17b", "INS-17c")
def test_where_many_were_born_then_three_letters_narrow_the_list(hands: Hands) -> None:
    for number, (family, used) in enumerate((("ARGOUSIER", ""), ("SAUGE", "D’ARGENT"), ("THYM", ""), ("OSIER", ""))):
        draft = PatientDraft(
            family_name=family,
            used_name=used,
            first_name="ROSE",
            birth_date=dt.date(1958, 3, 4 + number),
            sex=Sex.FEMALE,
            birth_place="63220",
        )
        made = hands.aside(lambda draft=draft: hands.services.patients.create(draft, hands.stage.ui.actor()))  # type: ignore[misc]
        assert isinstance(made, Done)
    known = form_of(hands, "1958").antecedents
    wait(hands, lambda: len(known.found) >= 4)
    assert known.letters.isVisible()
    known.letters.setFocus()
    hands.type("d'a")
    wait(hands, lambda: [one.family_name for one in known.found] == ["SAUGE"])
    hands.type("rg")
    wait(hands, lambda: "Trois lettres" in known.said.text())
    hands.press(Qt.Key.Key_Backspace)
    wait(hands, lambda: [one.family_name for one in known.found] == ["SAUGE"])
    known.letters.clear()
    hands.type("arg")
    wait(hands, lambda: [one.family_name for one in known.found] == ["ARGOUSIER", "SAUGE"])
    hands.press(Qt.Key.Key_Down)
    hands.press(ENTER)
    wait(hands, lambda: view_of(hands).right.currentWidget() is view_of(hands).sheet)


@pytest.mark.req("INS-17a")
def test_what_was_searched_by_name_and_date_at_the_counter_is_not_typed_again(hands: Hands) -> None:
    hands.stage.view("counter")
    hands.press(Qt.Key.Key_F2)
    hands.type("zzyzx émile 28/03/1979")
    hands.press(ENTER)
    drawer = hands.page.drawer
    assert isinstance(drawer, PatientDrawer)
    wait(hands, lambda: drawer.is_creating)
    form = drawer.form
    assert (form.family_name.text(), form.first_name.text()) == ("zzyzx", "émile")
    assert form.birth_date.text() == "28/03/1979"
    wait(hands, lambda: len(form.antecedents.found) == 2)
    form.birth_place.setFocus()
    hands.type("marseille")
    wait(hands, lambda: form.birth_place.is_open)
    hands.press(ENTER)
    assert form.birth_place.text() == "13055"
    assert form.address.hasFocus(), "Entrée takes the place and goes on"
