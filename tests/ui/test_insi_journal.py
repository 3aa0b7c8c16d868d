"""Does the journal say who asked INSi for whom, when, how and what came back, to who may read it?"""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

import pytest
from counter_hands import Hands
from insi_line import NIR, Line
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.kernel.clock import FixedClock
from app.kernel.errors import InputDefect
from app.kernel.outcome import Done, Refused
from app.officine.patients.identity import Ins, Traits
from app.officine.patients.identity_model import InsiIdentity, PastIns
from app.officine.patients.insi_model import Decision, InsiSettings, Operation
from app.officine.patients.insi_ports import FailureKind, InsiFailed
from app.officine.patients.model import PatientDraft, Sex
from app.officine.staff.model import MemberDraft, Role
from app.officine.staff.service import actor_of
from app.officine.trace.model import Query
from app.ui.registers.view import RegistersView
from app.ui.trace import insi_page, insi_sheet, insi_words
from app.ui.trace.insi_page import InsiCallsPage
from app.ui.trace.insi_sheet import ExchangeDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.officine.patients.insi_model import Lookup
    from app.officine.staff.model import Member
    from app.store.audit import Actor
    from app.ui.pictures import Stage

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
BOTH = CONTROL | Qt.KeyboardModifier.ShiftModifier
ROSE = InsiIdentity(
    ins=Ins("288026322012496", NIR),
    traits=Traits(family_name="ZINNIA", birth_names="ROSE ANNE", sex="F", birth_date="1988-02-14", birth_place="63220"),
    past=(PastIns(ins=Ins("888026322012388", "1.2.250.1.213.1.4.9"), start="2012-05-02", end="2016-09-30"),),
)
"""Somebody fictitious, who had a waiting matricule before."""
DOWN = InsiFailed(
    "Le téléservice INSi est indisponible.",
    code="GAL-DIS-40",
    advice="Continuez sans lui.",
    kind=FailureKind.SERVICE,
    fault="siram_40/insi_111",
    severity="fatale",
    http_status=500,
)


class Team:
    """An officine whose members ask INSi, each at a workstation."""

    def __init__(self, stage: Stage) -> None:
        """Join somebody of each role."""
        self.services, self.line = stage.services, Line(is_simulated=True)
        self.desk = self.services.insi
        self.desk._line = self.line
        drafts = [
            MemberDraft(family_name="ORTIE", given_name="Paul", role=Role.TECHNICIAN),
            MemberDraft(family_name="LIERRE", given_name="Luc", role=Role.STOCK),
            MemberDraft(family_name="VALÉRIANE", given_name="Rose", role=Role.HOLDER),
        ]
        added = self.services.staff.add_all(drafts, self.services.system_actor)
        assert isinstance(added, Done)
        self.paul, self.luc, self.holder = added.value
        self.rose = self.create("ZINNIA")

    def create(self, family_name: str) -> int:
        """Make a file; return its number."""
        draft = PatientDraft(
            family_name=family_name,
            first_name="ROSE",
            birth_date=dt.date(1988, 2, 14),
            sex=Sex.FEMALE,
            birth_place="63220",
        )
        made = self.services.patients.create(draft, self.as_one(self.paul), confirmed=True)
        assert isinstance(made, Done)
        return made.value.id

    @staticmethod
    def as_one(member: Member, station: str = "comptoir-2") -> Actor:
        """Return a member at a workstation."""
        return actor_of(member, station)

    def ask(self, who: Actor, answer: InsiIdentity | str, patient_id: int | None = None) -> Lookup:
        """Ask by the traits of a file, once."""
        self.line.answers["ROSE"] = [answer]
        outcome = self.desk.search(patient_id or self.rose, who)
        assert isinstance(outcome, Done)
        return outcome.value

    def pass_minutes(self, minutes: int) -> None:
        """Let time go by."""
        clock = self.services.clock
        assert isinstance(clock, FixedClock)
        clock.advance(dt.timedelta(minutes=minutes))


@pytest.fixture
def team(stage: Stage) -> Team:
    """The team of the demonstration, and three more."""
    return Team(stage)


@pytest.fixture
def hands(stage: Stage, team: Team, scan_keys: Callable[..., None]) -> Hands:
    """A pharmacist at the window."""
    return Hands(stage, scan_keys)


def opened(hands: Hands) -> InsiCallsPage:
    """Open the journal by Alt+5 and Ctrl+Shift+J."""
    hands.press(Qt.Key.Key_5, ALT)
    hands.press(Qt.Key.Key_J, BOTH)
    return page_of(hands.stage)


def page_of(stage: Stage) -> InsiCallsPage:
    view = stage.window.views["registers"]
    assert isinstance(view, RegistersView)
    page = view.current
    assert isinstance(page, InsiCallsPage)
    return page


def words(widget: QWidget) -> str:
    said = " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))
    return said.replace("\u00a0", " ").replace("\u202f", " ")


def row(page: InsiCallsPage, place: int) -> list[str]:
    """Return what a row of the list shows, both lines of each cell."""
    told = []
    for column in page.list.records_model.columns:
        call = page.list.records[place]
        told += [column.text(call), *([column.second(call)] if column.second else [])]
    return [one.replace("\u00a0", " ") for one in told]


# --- Scenario 52 ------------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-04", "INS-04b", "INS-37", "INS-39")
def test_two_users_ask_insi_and_the_journal_says_who_when_where_and_what_came_back(hands: Hands, team: Team) -> None:
    pharmacist = hands.stage.ui.operator
    assert pharmacist is not None
    lookup = team.ask(team.as_one(team.paul), ROSE)
    assert isinstance(team.desk.accept(lookup.call_id, lookup.version, team.as_one(team.paul), confirmed=True), Done)
    team.pass_minutes(3)
    team.ask(team.as_one(pharmacist, "comptoir-1"), "02", team.create("CAPUCINE"))
    page = opened(hands)
    assert len(page.list.records) == 2
    second, first = row(page, 0), row(page, 1)
    assert second[2:] == [
        pharmacist.name,
        "comptoir-1",
        "CAPUCINE ROSE",
        "Recherche par traits",
        "02 plusieurs identités",
        second[7],
        "—",
    ]
    assert first[2:7] == ["Paul ORTIE", "comptoir-2", "ZINNIA ROSE", "Recherche par traits", "00 identité trouvée"]
    assert first[8] == "Reprise"
    assert (first[0], first[1], second[1]) == ("23/11/2026", "10:42:00", "10:45:00")
    assert first[7].startswith("SIMULÉ · CL-ORG · ")
    assert page.count.text().replace("\u00a0", " ") == "2 appels"


@pytest.mark.req("INS-04", "INS-04b", "INS-04c")
def test_an_unauthorised_profile_opens_no_patient_and_asks_nothing_and_the_refusal_is_kept(
    hands: Hands, team: Team
) -> None:
    stage, luc = hands.stage, team.as_one(team.luc)
    refused = team.services.patients.open(team.rose, luc)
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.findings] == ["GAL-PER-01"]
    with pytest.raises(InputDefect) as failure:
        team.desk.search(team.rose, luc)
    assert failure.value.code == "GAL-PER-01"
    assert team.line.asked == []
    stage.ui.set_operator(team.luc)
    hands.press(Qt.Key.Key_2, ALT)
    assert stage.window.room != "patients"
    stage.ui.set_operator(team.holder)
    assert opened(hands).list.records == []


@pytest.mark.req("INS-48")
def test_a_verification_is_in_the_journal_with_ok_or_ko(hands: Hands, team: Team) -> None:
    paul = team.as_one(team.paul)
    site = team.services.insi_site
    assert isinstance(site.set(InsiSettings(verifies=True), team.as_one(team.holder)), Done)
    lookup = team.ask(paul, ROSE)
    assert isinstance(team.desk.accept(lookup.call_id, lookup.version, paul, confirmed=True), Done)
    for answer in ("00", "01"):
        team.line.answers["ROSE"] = [answer]
        assert isinstance(team.desk.verify(team.rose, paul), Done)
    page = opened(hands)
    assert [row(page, place)[6] for place in range(3)] == [
        "01 KO, INS non reconnue",
        "00 OK, INS reconnue",
        "00 identité trouvée",
    ]
    assert page.list.records[0].operation is Operation.VERIFY
    said = words(page.sheet)
    assert "Vérification de l’INS" in said
    assert "2 88 02 63 220 124" in said, "the INS that was verified"


# --- The detail -------------------------------------------------------------------------------------------------------


@pytest.mark.req("INS-37", "INS-39")
def test_the_detail_has_the_traits_the_ins_its_history_and_the_decision(hands: Hands, team: Team) -> None:
    lookup = team.ask(team.as_one(team.paul), ROSE)
    assert isinstance(team.desk.refuse(lookup.call_id, "La patiente dit Rosie", team.as_one(team.paul)), Done)
    page = opened(hands)
    said = words(page.sheet)
    call = page.list.records[0]
    assert call.message_id in said.replace("\n", "")
    for told in (
        "Recherche par traits", "SIMULÉ", "certificat de l’officine (CL-ORG)", "10B0000001", "00 OK", "Traits envoyés",
        "Traits reçus", "14/02/1988", "Féminin", "ROSE ANNE", "Matricule INS (NIR) 2 88 02 63 220 124",
        "1.2.250.1.213.1.4.8", "8 88 02 63 220 123 88 (NIA), du 02/05/2012 au 30/09/2016", "La patiente dit Rosie",
        "Refusée",
    ):  # fmt: skip
        assert told in said, told


@pytest.mark.req("INS-37")
def test_a_call_without_answer_says_why_in_words(hands: Hands, team: Team) -> None:
    team.line.answers["ROSE"] = [DOWN]
    with pytest.raises(InsiFailed):
        team.desk.search(team.rose, team.as_one(team.paul))
    page = opened(hands)
    assert row(page, 0)[6] == "Échec siram_40/insi_111"
    said = words(page.sheet)
    for told in ("Échec de l’appel", "Le téléservice INSi est indisponible.", "siram_40/insi_111", "fatale", "500"):
        assert told in said
    assert "1 appel, dont 1 en échec" in page.count.text().replace("\u00a0", " ")


@pytest.mark.req("INS-04")
def test_the_matricule_is_only_for_who_may_see_an_ins(hands: Hands, team: Team) -> None:
    team.ask(team.as_one(team.paul), ROSE)
    call = opened(hands).list.records[0]
    hidden = dict(insi_words.received(call, may_see=False))
    assert hidden["Matricule INS"] == "masqué à votre rôle"
    assert not any("88026322" in value.replace("\u202f", "") for value in hidden.values())
    assert "OID" not in hidden


@pytest.mark.req("INS-04")
def test_an_identity_that_is_looked_at_is_an_access_to_its_file(hands: Hands, team: Team) -> None:
    team.ask(team.as_one(team.paul), ROSE)
    opened(hands)
    actor, trace = hands.stage.ui.actor(), team.services.trace

    def accesses() -> list[str]:
        found = trace.search(Query(action="patient.open", patient_id=team.rose), actor)
        assert isinstance(found, Done)
        return [one.actor_name for one in found.value.entries]

    assert accesses() == []
    hands.wait(lambda: hands.aside(accesses) == [actor.name])


# --- What may be done -------------------------------------------------------------------------------------------------


@pytest.mark.req("OFF-INS-REC07")
def test_the_exchange_is_shown_at_will_traced_and_gone_with_the_lock(hands: Hands, team: Team) -> None:
    stage = hands.stage
    team.ask(team.as_one(team.paul), ROSE)
    page = opened(hands)
    actor, trace = stage.ui.actor(), team.services.trace

    def traced() -> int:
        found = hands.aside(lambda: trace.search(Query(action="insi.exchange"), actor))
        assert isinstance(found, Done)
        return len(found.value.entries)

    assert traced() == 0
    hands.press(Qt.Key.Key_E, BOTH)
    (dialog,) = stage.dialogs()
    assert isinstance(dialog, ExchangeDialog)
    assert dialog.request.toPlainText() == "<request>ADRUN</request>"
    assert dialog.answer.toPlainText() == "<answer>275126322074974</answer>"
    assert dialog.request.isReadOnly()
    assert traced() == 1
    hands.press(Qt.Key.Key_Escape)
    assert stage.dialogs() == []
    stage.window.activateWindow()
    page.list.setFocus()
    stage.settle()
    hands.press(Qt.Key.Key_E, BOTH)
    assert len(stage.dialogs()) == 1
    stage.act("app.lock")
    stage.window.unlock()
    stage.settle()
    assert stage.dialogs() == [], "it does not come back with the next operator"


def test_an_exchange_is_shown_an_element_a_line_and_never_parsed() -> None:
    shown = insi_sheet.laid_out(b"<?xml version='1.0'?><A><B x='1'><C>ZOE</C><D/></B></A>")
    assert shown == "<?xml version='1.0'?>\n<A>\n  <B x='1'>\n    <C>ZOE</C>\n    <D/>\n  </B>\n</A>"
    assert insi_sheet.laid_out(b"") == "Rien."
    assert insi_sheet.laid_out(b"\xff<A>" + b"<B>" * 100).startswith("\\xff<A>")
    assert insi_sheet.laid_out(b"</A></A><A>") == "</A>\n</A>\n<A>"


@pytest.mark.req("OFF-INS-C41")
def test_the_journal_is_exported_as_it_is_shown(hands: Hands, team: Team) -> None:
    team.ask(team.as_one(team.paul), ROSE)
    team.ask(team.as_one(team.paul), "02", team.create("CAPUCINE"))
    page = opened(hands)
    hands.press(Qt.Key.Key_E, CONTROL)
    (file,) = team.services.folder.prints.glob("insi-*.csv")
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [one["Code retour"] for one in rows] == ["00", "02"]
    assert rows[0]["Matricule"] == ROSE.ins.matricule
    assert "2 appels exportés" in hands.messages().replace("\u00a0", " ")
    file.unlink()
    page.show_calls_of(team.services.patients.get(team.rose))
    hands.stage.settle()
    hands.press(Qt.Key.Key_E, CONTROL)
    (file,) = team.services.folder.prints.glob("insi-*.csv")
    assert [one["Code retour"] for one in csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";")] == [
        "00"
    ]


@pytest.mark.req("INS-04b")
def test_the_calls_of_one_file_are_asked_from_the_patient(hands: Hands, team: Team) -> None:
    team.ask(team.as_one(team.paul), ROSE)
    team.ask(team.as_one(team.paul), "02", team.create("CAPUCINE"))
    hands.press(Qt.Key.Key_2, ALT)
    hands.type("zinnia")
    hands.stage.settle()
    hands.press(Qt.Key.Key_J, BOTH)
    page = page_of(hands.stage)
    assert [one.patient for one in page.list.records] == ["ZINNIA ROSE"]
    assert "Pour le dossier de" in words(page)
    hands.press(Qt.Key.Key_M, CONTROL)
    assert len(page.list.records) == 2
    assert hands.focus is page.list


@pytest.mark.req("INS-04b")
def test_the_calls_are_looked_for_by_their_answer(hands: Hands, team: Team) -> None:
    paul = team.as_one(team.paul)
    lookup = team.ask(paul, ROSE)
    team.ask(paul, "02", team.create("CAPUCINE"))
    team.ask(paul, "01", team.create("BRUYERE"))
    team.line.answers["ROSE"] = [DOWN]
    with pytest.raises(InsiFailed):
        team.desk.search(team.rose, paul)
    page = opened(hands)
    page.last.setFocus()
    hands.press(Qt.Key.Key_Tab)
    assert hands.focus is page.result

    def following() -> list[str]:
        page.result.setFocus()
        hands.press(Qt.Key.Key_Down)
        return [one.code for one in page.list.records]

    assert [following() for _ in range(4)] == [["00"], ["01"], ["02"], [""]]
    assert "en échec" in page.count.text()
    hands.press(Qt.Key.Key_E, CONTROL)
    (file,) = team.services.folder.prints.glob("insi-*.csv")
    told = csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";")
    assert [one["Code retour"] for one in told] == [""], "what is shown is what is handed over"
    assert following() == ["00"], "nobody has decided yet"
    assert isinstance(team.desk.accept(lookup.call_id, lookup.version, paul, confirmed=True), Done)
    page.read()
    hands.stage.settle()
    assert page.list.records == []
    assert "Aucun appel ne répond" in words(page)
    page.result.setFocus()
    hands.press(Qt.Key.Key_Home)
    assert len(page.list.records) == 4


def test_the_period_is_typed_and_one_that_ends_before_it_begins_is_told(hands: Hands, team: Team) -> None:
    team.ask(team.as_one(team.paul), ROSE)
    hands.days_pass(1)
    team.ask(team.as_one(team.paul), "02", team.create("CAPUCINE"))
    page = opened(hands)
    hands.press(Qt.Key.Key_F3)
    assert hands.focus is page.first
    hands.type("241126")
    hands.press(Qt.Key.Key_Tab)
    assert [one.code for one in page.list.records] == ["02"]
    assert hands.focus is page.last
    page.last.setText("231126")
    hands.press(Qt.Key.Key_Tab)
    assert [one.code for one in page.findings.findings] == ["GAL-INS-69"]
    page.first.setFocus()
    page.first.setText("231126")
    hands.press(Qt.Key.Key_Tab)
    assert page.findings.findings == ()
    assert [one.code for one in page.list.records] == ["00"]


def test_older_calls_are_added_and_a_new_one_leaves_the_eye_where_it_is(
    hands: Hands, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insi_page, "_PAGE", 2)
    for _turn in range(3):
        team.ask(team.as_one(team.paul), "02")
    page = opened(hands)
    assert len(page.list.records) == 2
    assert "et de plus anciens" in page.count.text()
    hands.press(Qt.Key.Key_L, CONTROL)
    assert len(page.list.records) == 3
    looked_at = page.list.current_record
    assert looked_at is not None
    assert looked_at.id == page.list.records[2].id
    hands.aside(lambda: team.ask(team.as_one(team.paul), ROSE))
    hands.wait(lambda: page.list.records[0].found is not None)
    assert len(page.list.records) == 4
    assert page.list.current_record is not None
    assert page.list.current_record.id == looked_at.id
    assert "et de plus anciens" not in page.count.text()


def test_nothing_was_asked_yet_and_the_page_says_so(hands: Hands) -> None:
    page = opened(hands)
    assert page.list.records == []
    assert "Aucun appel d’INSi" in words(page)
    assert not hands.stage.ui.acts.is_enabled("registers.exchange")


@pytest.mark.req("OFF-SSI-02")
def test_who_may_not_read_the_trace_sees_no_call(hands: Hands, team: Team) -> None:
    team.ask(team.as_one(team.paul), ROSE)
    stage = hands.stage
    stage.ui.set_operator(team.paul)
    hands.press(Qt.Key.Key_5, ALT)
    hands.press(Qt.Key.Key_J, BOTH)
    view = stage.window.views["registers"]
    assert isinstance(view, RegistersView)
    assert not isinstance(view.current, InsiCallsPage)
    view.tabs["insi"].click()
    stage.settle()
    page = page_of(stage)
    assert page.list.records == []
    assert [one.code for one in page.findings.findings] == ["GAL-PER-01"]
    assert "ne vous est pas ouvert" in words(page)


def test_an_answer_that_waits_for_a_decision_is_seen(hands: Hands, team: Team) -> None:
    team.ask(team.as_one(team.paul), ROSE)
    page = opened(hands)
    assert row(page, 0)[-1] == "À décider"
    assert page.list.records[0].decision is not Decision.ACCEPTED
    assert "Personne n’a encore dit" in words(page.sheet)
