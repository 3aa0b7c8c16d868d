"""Who is at this workstation? Asked and proved while everything else is hidden."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.kernel.outcome import Done, Finding, Refused, Severity
from app.officine.patients.cards import CardNews
from app.officine.staff.locks import LockReason
from app.officine.staff.model import Role
from app.officine.staff.service import actor_of
from app.officine.staff.session import Duty, Factors
from app.ui import formats, theme
from app.ui.lock_acts import WAYS
from app.ui.lock_steps import FirstStep, PasswordStep, Step, TotpStep, as_finding
from app.ui.lock_ways import CardWay, PasswordWay, PinWay, Way
from app.ui.widgets.basics import ActButton, Chip, EmptyState, IconLabel, Panel, Text
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable
from app.ui.widgets.scrolling import scrolling
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.errors import GalienError
    from app.kernel.outcome import Outcome
    from app.officine.patients.cards import News
    from app.officine.scan.model import Scan
    from app.officine.staff.model import Member
    from app.officine.staff.ports import HolderCard, ProfessionalCards
    from app.officine.staff.session import StaffSession
    from app.ui.context import Services, Ui

_WIDTH, _HEIGHT = 940, 540
_PROMPT = "Choisissez votre nom (↑ ↓, ou sa première lettre), ou scannez votre badge."
_NAME_ONLY = "Scannez votre badge, ou choisissez votre nom\u00a0: ↑ ↓ puis Entrée."
_REASONS: Final = {
    LockReason.ASKED: "À votre demande, à {}.",
    LockReason.IDLE: "Personne n’y travaillait\u00a0: verrouillé à {}.",
    LockReason.CARD_REMOVED: "La carte a été retirée à {}.",
    LockReason.EXPIRED: "La durée de la session s’est achevée à {}\u00a0: identifiez-vous à nouveau.",
    LockReason.CLOCK: "L’horloge du poste a reculé (il est {})\u00a0: identifiez-vous à nouveau.",
    LockReason.SYSTEM: "La session de l’ordinateur a été verrouillée à {}.",
}
_START = "Identifiez-vous pour ouvrir ce poste."
_KEPT = "Les ventes en cours sont gardées."


@dataclass(frozen=True, slots=True)
class Team:
    """Who may open the workstation, with what; ``is_new``: nobody has anything to sign in with."""

    members: tuple[Member, ...] = ()
    factors: dict[int, Factors] = field(default_factory=dict)
    is_new: bool = False

    @property
    def has_nothing(self) -> bool:
        """True while no member has any factor: in a simulation a name opens."""
        return not any(one.password or one.pin or one.totp or one.cards for one in self.factors.values())


def read_team(services: Services) -> Team:
    """Return who may open the workstation; run in the background."""
    members = tuple(services.staff.members())
    factors = {member.id: services.staff_accounts.factors(member.id) for member in members}
    return Team(members, factors, services.staff_accounts.needs_first())


class LockView(QWidget):
    """The lock screen: who, and the proof; the first account; what an account still lacks."""

    unlocked = Signal()

    def __init__(self, ui: Ui) -> None:
        """Ask the accounts of ``ui`` who may open."""
        super().__init__()
        self._ui = ui
        self.team = Team()
        self.card: HolderCard | None = None
        self._busy = False
        self._is_asked = self._is_badge = False
        self._current = ""
        self._wanted: int | None = None
        self._limited: StaffSession | None = None
        self.setAccessibleName("Poste verrouillé")
        self.reason = Text("", "muted", wrap=True)
        self.prompt = Text(_PROMPT, "muted", wrap=True)
        self.gate, self.steps = self._gate(), Stack()
        self.first, self.password_step, self.totp_step = FirstStep(ui), PasswordStep(ui), TotpStep(ui)
        for step in (self.first, self.password_step, self.totp_step):
            self.steps.addWidget(scrolling(step))
        self.stack = Stack()
        self.stack.addWidget(self.gate)
        self.stack.addWidget(self.steps)
        panel = Panel()
        panel.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._panel = panel
        head = QHBoxLayout()
        head.setSpacing(theme.M)
        head.addWidget(IconLabel("lock", "accent_text", 28))
        words = QVBoxLayout()
        words.setSpacing(2)
        self.title = Text("Poste verrouillé", "title")
        words.addWidget(self.title)
        words.addWidget(self.reason)
        head.addLayout(words, 1)
        panel.body.addLayout(head)
        panel.body.addWidget(self.stack, 1)
        self.demo = _DemoStrip()
        panel.body.addWidget(self.demo)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(panel, 12, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        for name, _title, _key, _icon in WAYS:
            ui.acts.bind(f"lock.{name}", partial(self.choose_way, name), self)
        ui.acts.bind("lock.back", self._back, self)
        self.first.opened.connect(self._first_opened)
        self.password_step.changed.connect(lambda: self._next_duty(Duty.SECOND_FACTOR))
        self.totp_step.confirmed.connect(self._complete)
        ui.broadcast.changed.connect(lambda change: self._read() if change.touches("staff") and ui.is_locked else None)
        theme.current().changed.connect(self._measure)
        self._measure()

    # --- What the window asks -----------------------------------------------------------------------------------

    def ask(self, reason: LockReason | None = LockReason.ASKED, member: Member | None = None) -> None:
        """Lock for ``reason``; ``member`` is who is expected, the operator otherwise."""
        now = formats.clock(self._ui.services.clock.now())
        self.reason.setText(_START if reason is None else f"{_REASONS[reason]} {_KEPT}".format(now))
        expected = member or self._ui.operator
        self._wanted = expected.id if expected is not None else None
        self._is_badge = member is not None
        self._forget()
        self._is_asked = True
        self._read()
        self._read_card()

    def take_scan(self, scan: Scan) -> None:
        """Point at the holder of a badge, who must still prove it."""
        code = scan.fields.get("badge") or ""
        self._ui.tasks.run(
            lambda _progress: self._ui.services.staff.by_badge(code), done=self._badge, owner=self, key="badge"
        )

    def take_card(self, news: News) -> None:
        """Follow the professional card: put in, it opens or asks for its PIN; pulled, its PIN is forgotten."""
        if news.is_cps:
            self._read_card(inserted=True)
        elif news.news is CardNews.REMOVED and self.card is not None:
            self._read_card()

    def choose_way(self, name: str) -> None:
        """Ask for another proof: ``pin``, ``password`` or ``card``."""
        if self._is_name_only or self.stack.currentWidget() is not self.gate:
            return
        self._show_way(name)

    # --- Parts --------------------------------------------------------------------------------------------------

    def _gate(self) -> QWidget:
        """Return the page that asks who, and for the proof."""
        columns: list[Column[Member]] = [
            Column("Équipe", lambda member: member.name, second=lambda member: member.role.label, strong=True)
        ]
        empty = EmptyState("user", "Personne", "L’équipe est vide.")
        self.list: ListTable[Member] = ListTable("Équipe", columns, empty)
        self.list.pointed.connect(self._point)
        self.list.chosen.connect(self._chosen)
        self.list.clicked.connect(lambda _index: self._clicked())
        self.who = Text("", "heading", wrap=True)
        self.role = Text("", "muted", wrap=True)
        self.pin, self.password, self.by_card = PinWay(), PasswordWay(), CardWay()
        self.ways: dict[str, Way] = {"pin": self.pin, "password": self.password, "card": self.by_card}
        self.tabs = {name: ActButton(self._ui.acts, f"lock.{name}", kind="tab") for name, *_rest in WAYS}
        for tab in self.tabs.values():
            tab.setCheckable(True)
            tab.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.way_stack = Stack()
        for way in self.ways.values():
            self.way_stack.addWidget(scrolling(way))
        for field_of in (self.pin.pin, self.password.password, self.by_card.pin):
            field_of.moved.connect(self.list.step)
        self.pin.pin.lettered.connect(self._letter)
        self.pin.sent.connect(self._by_pin)
        self.password.sent.connect(self._by_password)
        self.by_card.sent.connect(self._by_card)
        self.right = QWidget()
        right = QVBoxLayout(self.right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(theme.S)
        right.addWidget(self.who)
        right.addWidget(self.role)
        right.addWidget(Flow(list(self.tabs.values()), theme.XS))
        right.addWidget(self.way_stack, 1)
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.list, 1)
        left.addWidget(self.prompt)
        page = QWidget()
        line = QHBoxLayout(page)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.XL)
        line.addLayout(left, 5)
        line.addWidget(self.right, 8)
        return page

    @property
    def _is_name_only(self) -> bool:
        """True in a simulation where nobody has anything to sign in with: a name opens."""
        return self.team.has_nothing and self._ui.services.mode.is_simulated

    @property
    def _chosen_member(self) -> Member | None:
        return self.list.current_record

    @property
    def _factors(self) -> Factors:
        member = self._chosen_member
        return Factors() if member is None else self.team.factors.get(member.id, Factors())

    # --- Reading ------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        services = self._ui.services
        self._ui.tasks.run(
            lambda _progress: read_team(services), done=self._show, failed=self._fail, owner=self, key="team"
        )

    def _show(self, team: Team) -> None:
        self.team = team
        simulated = self._ui.services.mode.is_simulated
        self.demo.fit(team, self._ui.services, is_simulated=simulated)
        if team.is_new and not simulated:
            holders = [member for member in team.members if member.role is Role.HOLDER]
            self._show_step(self.first, "Bienvenue dans Galien")
            self.first.begin(holders[0] if len(holders) == 1 else None)
            return
        if self.stack.currentWidget() is self.steps:
            # A change of the team, while one completes an account: the step stays.
            return
        if self._is_asked or [member.id for member in team.members] != [one.id for one in self.list.records]:
            self._is_asked = False
            self._show_gate()
        else:
            # What is being typed, and why the last try was refused, stay.
            self._fit()

    def _show_gate(self) -> None:
        team = self.team
        self.title.setText("Poste verrouillé")
        self.reason.show()
        self.stack.setCurrentWidget(self.gate)
        self.right.setVisible(not self._is_name_only)
        self.list.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._is_name_only else Qt.FocusPolicy.NoFocus)
        self._prompt()
        ids = [member.id for member in team.members]
        place = ids.index(self._wanted) if self._wanted in ids else 0
        self.list.set_records(team.members)
        if team.members:
            self.list.point(place)
        if self._is_name_only:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            if self._is_badge and self._chosen_member is not None:
                self._chosen(self._chosen_member)
        self._is_badge = False

    def _read_card(self, *, inserted: bool = False) -> None:
        """Read whose card is in; one that is just put in, at a workstation that is open, is enough to go on."""
        cards, session = self._ui.services.professional_cards, self._ui.session
        if cards is None:
            self._show_card(None)
            return
        sign_in = self._ui.services.sign_in

        def work(_progress: object) -> tuple[HolderCard | None, Outcome[StaffSession] | None]:
            holder = cards.holder()
            if holder is None or session is None or not inserted:
                return holder, None
            return holder, sign_in.switch_by_card(holder, session)

        def done(read: tuple[HolderCard | None, Outcome[StaffSession] | None]) -> None:
            self._carded(*read, inserted=inserted)

        def failed(error: GalienError) -> None:
            self._show_card(None)
            if inserted:
                self._show_way("card")
                self.by_card.refuse((as_finding(error),))

        self._ui.tasks.run(work, done=done, failed=failed, owner=self, key="card")

    def _carded(self, holder: HolderCard | None, outcome: Outcome[StaffSession] | None, *, inserted: bool) -> None:
        if isinstance(outcome, Done):
            self._opened(outcome)
            return
        pulled = holder is None and self.card is not None
        self._show_card(holder)
        if pulled and self.stack.currentWidget() is self.gate:
            self.by_card.refuse((_pulled(),))
        elif inserted and holder is not None and self.stack.currentWidget() is self.gate:
            self._point_at_holder(holder)
            self._show_way("card")

    def _show_card(self, card: HolderCard | None) -> None:
        self.card = card
        self.by_card.fit(card, is_possible=self._ui.services.professional_cards is not None)
        self._fit()

    def _point_at_holder(self, card: HolderCard) -> None:
        for place, member in enumerate(self.list.records):
            factors = self.team.factors.get(member.id, Factors())
            if card.serial in factors.cards or (card.rpps and card.rpps == member.rpps):
                self.list.point(place)
                return

    # --- Choosing -----------------------------------------------------------------------------------------------

    def _point(self, member: Member | None) -> None:
        """Ask the member pointed at for the proof that they most likely give."""
        self.who.setText(member.name if member is not None else "")
        self.role.setText(member.role.label if member is not None else "")
        if self._is_name_only or self.stack.currentWidget() is not self.gate:
            return
        for way in self.ways.values():
            way.forget()
            way.refuse(())
        self._show_way(self._usual_way())

    def _usual_way(self) -> str:
        factors = self._factors
        if self._ui.session is not None and factors.pin and not factors.pin_locked:
            return "pin"
        if factors.password or not factors.cards:
            return "password"
        return "card"

    def _show_way(self, name: str) -> None:
        for other, tab in self.tabs.items():
            tab.setChecked(other == name)
        self.way_stack.setCurrentIndex(list(self.ways).index(name))
        self._fit()
        self.ways[name].begin()

    def _fit(self) -> None:
        member = self._chosen_member
        if member is None:
            return
        simulated = self._ui.services.mode.is_simulated
        self.pin.fit(member, self._factors, is_open=self._ui.session is not None)
        self.password.fit(self._factors, self.card, is_simulated=simulated)

    def _letter(self, letter: str) -> None:
        """Point at the next member whose name begins with a letter typed where digits are expected."""
        members, current = self.list.records, self.list.currentIndex().row()
        wanted = letter.casefold()
        for step in range(1, len(members) + 1):
            place = (current + step) % len(members)
            names = (members[place].given_name, members[place].family_name)
            if any(name.casefold().startswith(wanted) for name in names):
                self.list.point(place)
                return

    def _badge(self, member: Member | None) -> None:
        if self.stack.currentWidget() is not self.gate:
            return
        if member is None:
            self.prompt.setText("Ce code n’est le badge de personne ici. Choisissez votre nom.")
            self.prompt.set_role("danger")
            return
        ids = [one.id for one in self.list.records]
        if member.id in ids:
            self.list.point(ids.index(member.id))
        self._prompt()
        if self._is_name_only:
            self._chosen(member)

    def _prompt(self) -> None:
        self.prompt.setText(_NAME_ONLY if self._is_name_only else _PROMPT)
        self.prompt.set_role("muted")

    def _clicked(self) -> None:
        member = self._chosen_member
        if self._is_name_only and member is not None:
            self._chosen(member)

    def _chosen(self, member: Member) -> None:
        """Open by a name alone, in a simulation."""
        if self._is_name_only:
            sign_in = self._ui.services.sign_in
            self._send(lambda: sign_in.demo(member.id), self.password)

    # --- Proving ------------------------------------------------------------------------------------------------

    def _by_pin(self) -> None:
        member, session, sign_in = self._chosen_member, self._ui.session, self._ui.services.sign_in
        if member is None or session is None or self._busy or not self.pin.pin.text():
            return
        pin = self.pin.pin.take()
        self._send(lambda: sign_in.switch(member.id, pin, session), self.pin)

    def _by_password(self) -> None:
        member, sign_in, card = self._chosen_member, self._ui.services.sign_in, self.card
        if member is None or self._busy:
            return
        code, password = self.password.code.text().strip(), self.password.password.take()
        self.password.code.clear()
        if not password:
            if self._ui.services.mode.is_simulated and not self._factors.password:
                self._send(lambda: sign_in.demo(member.id), self.password)
            return
        self._current = password
        self._send(lambda: sign_in.by_password(member.id, password, code, card), self.password)

    def _by_card(self) -> None:
        card, cards, sign_in = self.card, self._ui.services.professional_cards, self._ui.services.sign_in
        if card is None or cards is None or self._busy:
            return
        typed = bytearray(self.by_card.pin.take().encode())
        if card.pinpad:
            self.by_card.ask_on_reader()
        elif not typed:
            return
        port: ProfessionalCards = cards

        def prove() -> Outcome[StaffSession]:
            try:
                proof = port.prove(typed, sign_in.challenge())
            finally:
                typed[:] = bytes(len(typed))
            outcome = sign_in.by_card(card, proof)
            return Done(outcome.value, tuple(port.notices())) if isinstance(outcome, Done) else outcome

        self._send(prove, self.by_card)

    def _send(self, prove: Callable[[], Outcome[StaffSession]], way: Way) -> None:
        """Try once: a second Entrée while the answer is awaited is no second try."""
        self._busy = True
        way.refuse(())

        def done(outcome: Outcome[StaffSession]) -> None:
            self._busy = False
            if isinstance(outcome, Refused):
                self._refused(outcome.findings, way)
            else:
                self._opened(outcome)

        def failed(error: GalienError) -> None:
            self._busy = False
            self._refused((as_finding(error),), way)

        self._ui.tasks.run(lambda _progress: prove(), done=done, failed=failed, owner=self)

    def _refused(self, findings: tuple[Finding, ...], way: Way) -> None:
        self._current = ""
        if way is self.by_card:
            # The card knows how many tries are left: it is asked again before the next one.
            self.by_card.forget()
            self._read_card()
        way.refuse(findings)
        way.begin()
        self._read()

    def _opened(self, outcome: Done[StaffSession]) -> None:
        session = outcome.value
        if session.duties:
            self._limited = session
            # It took the place of the session that was open here: no PIN opens under that one any more.
            self._ui.set_session(None)
            self._next_duty(session.duties[0])
            return
        self._forget()
        before = self._ui.operator
        self._ui.set_session(session)
        self.unlocked.emit()
        for finding in outcome.findings:
            kind = "info" if finding.severity is Severity.INFO else "warning"
            self._ui.say(f"{finding.text} {finding.advice}", kind)
        if before is not None and before.id != session.member.id:
            self._ui.say(f"Bonjour {session.member.given_name}. C’est vous qui servez.", "success")

    # --- Accounts that are not complete ---------------------------------------------------------------------------

    def _first_opened(self, member: Member) -> None:
        self._show_step(self.totp_step, "Bienvenue dans Galien")
        self.totp_step.begin(member.id, actor_of(member, self._ui.settings.station))
        self._wanted = member.id

    def _next_duty(self, duty: Duty) -> None:
        session = self._limited
        if session is None or duty not in session.duties:
            self._complete()
            return
        actor = actor_of(session.member, self._ui.settings.station)
        if duty is Duty.NEW_PASSWORD:
            self._show_step(self.password_step, f"Bonjour {session.member.given_name}")
            self.password_step.begin(session.member.id, actor, self._current)
        else:
            self._show_step(self.totp_step, f"Bonjour {session.member.given_name}")
            self.totp_step.begin(session.member.id, actor)
        self._current = ""

    def _complete(self) -> None:
        """Ask for a sign-in with what was just set."""
        if self._limited is not None:
            self._wanted = self._limited.member.id
        self._limited = None
        self.stack.setCurrentWidget(self.gate)
        self._is_asked = True
        self._read()
        self.reason.setText("Votre compte est prêt. Identifiez-vous avec ce que vous venez de choisir.")

    def _back(self) -> None:
        """Leave a step for the names: a colleague may be in a hurry. The first account has no way round."""
        if self.stack.currentWidget() is self.steps and not self.first.isVisible():
            self.reason.setText(_KEPT)
            self._forget()
            self._is_asked = True
            self._read()

    def _show_step(self, step: Step, title: str) -> None:
        self.title.setText(title)
        self.reason.hide()
        steps = (self.first, self.password_step, self.totp_step)
        self.steps.setCurrentIndex([one is step for one in steps].index(True))
        self.stack.setCurrentWidget(self.steps)

    # --- Inside -------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        """Keep nothing of what was typed."""
        self._current = ""
        self._limited = None
        for way in self.ways.values():
            way.forget()
            way.refuse(())
        self.first.secret.forget()
        self.password_step.secret.forget()
        self.totp_step.forget()
        self.stack.setCurrentWidget(self.gate)

    def _fail(self, error: GalienError) -> None:
        self.prompt.setText(f"{error.text} {error.advice} ({error.code})")
        self.prompt.set_role("danger")

    def _measure(self) -> None:
        worn = theme.current()
        self._panel.setFixedWidth(worn.pixels(_WIDTH) if worn.zoom <= 130 else round(_WIDTH * 1.3))
        self._panel.setMinimumHeight(min(worn.pixels(_HEIGHT), round(_HEIGHT * 1.2)))


class _DemoStrip(QFrame):
    """Says, in a simulation, with what one signs in: fictitious, and marked as such."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("tone", "info")
        self.words = Text("", wrap=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.M, theme.S, theme.M, theme.S)
        line.setSpacing(theme.M)
        line.addWidget(Chip("DÉMO", "danger"), alignment=Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.words, 1)

    def fit(self, team: Team, services: Services, *, is_simulated: bool) -> None:
        """Show what opens the demonstration; nothing with real data."""
        self.setVisible(is_simulated)
        if not is_simulated:
            return
        pin = services.demo_pin
        if team.has_nothing:
            self.words.setText("Personne n’a de code dans cette démonstration\u00a0: un nom suffit.")
        elif pin and any(factors.pin for factors in team.factors.values()):
            self.words.setText(
                f"Code PIN de démonstration, le même pour tous\u00a0: {pin}. Ctrl+F12 met une carte dans le lecteur."
            )
        else:
            self.words.setText("Comptes fictifs. Ctrl+F12 met une carte dans le lecteur.")


def _pulled() -> Finding:
    return Finding(
        "GAL-LOC-01",
        Severity.WARNING,
        "La carte a été retirée\u00a0: aucun code n’a été essayé.",
        "Remettez-la dans le lecteur, ou identifiez-vous par mot de passe (F3).",
    )
