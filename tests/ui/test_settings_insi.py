"""Is the way to INSi chosen by who may, on the screen, and is the certificate of the officine told from none?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import p12_files
import pytest
from counter_hands import Hands
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.kernel.outcome import Done
from app.officine.patients.insi_model import InsiMode, InsiSettings
from app.officine.staff.model import Role
from app.officine.staff.service import actor_of
from app.officine.trace.model import Query
from app.ui.settings.insi import InsiPage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from app.officine.staff.model import Member
    from app.ui.pictures import Stage

ALT = Qt.KeyboardModifier.AltModifier


def member(stage: Stage, role: Role) -> Member:
    return next(one for one in stage.services.staff.members() if one.role is role)


def words(part: QWidget) -> str:
    said = " ".join(label.text() for label in part.findChildren(QLabel) if label.isVisibleTo(part))
    return said.replace("\u00a0", " ")


def opened(stage: Stage, role: Role) -> InsiPage:
    """Open the page before somebody of a role."""
    stage.ui.set_operator(member(stage, role))
    view = stage.view("settings")
    stage.act("settings.insi")
    found = view.page("insi")  # type: ignore[attr-defined] # the settings' screen
    assert isinstance(found, InsiPage)
    return found


@pytest.fixture
def hands(stage: Stage, scan_keys: Callable[..., None]) -> Hands:
    """The titulaire at the window."""
    return Hands(stage, scan_keys)


@pytest.mark.req("OFF-INS-61")
def test_the_way_to_insi_is_typed_kept_for_the_officine_and_traced(hands: Hands) -> None:
    stage = hands.stage
    page = opened(stage, Role.HOLDER)
    assert not page.right.isVisibleTo(page)
    hands.press(Qt.Key.Key_P, ALT)
    hands.wait(page.modes[InsiMode.CARD].isChecked)
    hands.press(Qt.Key.Key_X, ALT)
    assert hands.focus is page.card_address
    hands.type("https://insi.example.fr/lps")
    hands.press(Qt.Key.Key_Tab)
    assert hands.focus is page.authorisation
    hands.type("TEST-0001")
    stage.act("settings.keep_insi")
    wanted = InsiSettings(mode=InsiMode.CARD, card_address="https://insi.example.fr/lps", authorisation="TEST-0001")
    assert stage.services.insi_site.settings() == wanted
    assert "Réglages d’INSi gardés" in hands.messages()
    found = stage.services.trace.search(Query(action="insi.settings"), stage.ui.actor())
    assert isinstance(found, Done)
    assert [one.actor_name for one in found.value.entries] == [member(stage, Role.HOLDER).name]


@pytest.mark.req("OFF-INS-CNDA")
def test_an_answer_of_the_cnda_is_played_from_a_file_in_a_simulation(hands: Hands, tmp_path: Path) -> None:
    stage = hands.stage
    page = opened(stage, Role.HOLDER)
    file = tmp_path / "REP_CR01.xml"
    file.write_text(
        '<S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope"><S:Body>'
        '<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"><CR><CodeCR>01</CodeCR><LibelleCR>Joue</LibelleCR></CR>'
        "</RESULTAT></S:Body></S:Envelope>",
        "utf-8",
    )
    page.play(file)
    hands.wait(lambda: "La prochaine réponse d’INSi sera ce fichier" in hands.messages())
    actor = stage.ui.actor()
    (amandine,) = hands.aside(lambda: stage.services.patients.search("bourrache"))
    answers = [hands.aside(lambda: stage.services.insi.search(amandine.id, actor)) for _ in range(2)]
    assert all(isinstance(one, Done) for one in answers)
    assert [one.value.code for one in answers if isinstance(one, Done)] == ["01", "00"], "once, then INSi again"
    page.play(tmp_path / "absent.xml")
    hands.wait(lambda: any("ne peut pas être lu" in said for said in hands.messages()) or stage.app.activeModalWidget())


@pytest.mark.req("OFF-INS-61")
def test_what_can_not_be_right_is_said_under_its_field_and_nothing_is_kept(hands: Hands) -> None:
    stage = hands.stage
    page = opened(stage, Role.HOLDER)
    page.address.setText("http://insi.example.fr")
    page.authorities.setPlainText("-----BEGIN PRIVATE KEY-----")
    stage.act("settings.keep_insi")
    assert [one.code for one in page.findings.findings] == ["GAL-INS-51", "GAL-INS-56"]
    assert "https://" in page.fields["address"].note_label.text()
    assert "clé privée" in page.fields["authorities"].note_label.text()
    assert hands.focus is page.address
    assert stage.services.insi_site.settings() == InsiSettings()
    page.address.setText("https://insi.example.fr")
    page.authorities.clear()
    stage.act("settings.keep_insi")
    assert page.findings.findings == ()
    assert page.fields["authorities"].note_label.text().startswith("Certificats PEM")


@pytest.mark.req("OFF-SSI-02")
def test_who_may_not_reads_only_and_is_told_why(hands: Hands) -> None:
    stage = hands.stage
    page = opened(stage, Role.ASSISTANT)
    assert page.right.isVisibleTo(page)
    assert not page.address.isEnabled()
    assert not page.modes[InsiMode.CARD].isEnabled()
    assert not stage.ui.acts.is_enabled("settings.keep_insi")
    page.address.setText("https://ailleurs.example.fr")
    page.keep()
    stage.settle()
    assert [one.code for one in page.findings.findings] == ["GAL-PER-01"]
    assert stage.services.insi_site.settings() == InsiSettings()
    again = opened(stage, Role.HOLDER)
    assert again.address.isEnabled()
    assert again.address.text() == ""


def test_the_certificate_of_the_officine_is_absent_then_present_with_its_name_and_end(hands: Hands) -> None:
    stage = hands.stage
    page = opened(stage, Role.HOLDER)
    assert page.chip.text() == "Absent"
    assert [one.code for one in page.told.findings] == ["GAL-INS-68"]
    now, key = stage.services.clock.now(), p12_files.new_key()
    file = p12_files.p12("trois mots", key, p12_files.certificate(key, now - dt.timedelta(days=1), 20))
    holder = actor_of(member(stage, Role.HOLDER), "comptoir-1")
    taken = hands.aside(lambda: stage.services.certificates.import_p12(file, "trois mots", "authentification", holder))
    assert isinstance(taken, Done)
    stage.act("settings.insi")
    assert page.chip.text() == "À vérifier"
    said = words(page.certificate)
    assert "PHARMACIE DE L’ESSAI" in said
    assert "12/12/2026" in said
    assert {one.code for one in page.told.findings} == {"GAL-CLE-27", "GAL-INS-67"}
