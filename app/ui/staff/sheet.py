"""What does the sheet of a member show, and which form stands at its foot?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.staff.model import Role
from app.officine.staff.rules import lapsed
from app.ui import formats, theme
from app.ui.lock_steps import TotpStep, as_finding
from app.ui.staff.forms import LeaveForm, MemberForm, PasswordForm, PinForm
from app.ui.widgets.basics import ActButton, Chip, EmptyState, Panel, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.scrolling import scrolling
from app.ui.widgets.stack import Stack

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.errors import GalienError
    from app.kernel.outcome import Outcome
    from app.officine.staff.model import Member
    from app.officine.staff.ports import HolderCard
    from app.officine.staff.session import Factors, SessionSummary
    from app.ui.context import Ui
    from app.ui.widgets.act_form import ActForm


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """What is known of a member: with what they sign in, and where they are at work."""

    member: Member
    factors: Factors
    sessions: tuple[SessionSummary, ...] = ()


class StaffSheet(QWidget):
    """A member: who, with what they sign in, what may be done; ``changed`` after each act."""

    changed = Signal()

    def __init__(self, ui: Ui) -> None:
        """Read and write with the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self.record: MemberRecord | None = None
        self.form: ActForm | TotpStep | None = None
        self.chip = Chip("", "neutral")
        self.name = Text("", "heading", wrap=True)
        self.facts, self.means = Facts(), Facts()
        self.findings = FindingList(refusal="Refusé")
        self.member_form, self.password_form = MemberForm(ui), PasswordForm(ui)
        self.pin_form, self.leave_form, self.totp = PinForm(ui), LeaveForm(ui), TotpStep(ui)
        self.password_button = ActButton(ui.acts, "staff.password")
        self.mine = [ActButton(ui.acts, f"staff.{name}") for name in ("pin", "totp")]
        self.own = Flow([self.password_button, *self.mine])
        self.managed = Flow(
            [ActButton(ui.acts, f"staff.{name}") for name in ("edit", "card", "card_out", "unlock", "reset", "leave")]
        )
        panel = Panel()
        panel.head.insertWidget(0, self.name, 1)
        panel.head.addWidget(self.chip)
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(theme.S)
        for part in (
            self.facts,
            Text("Pour s’identifier", "strong"),
            self.means,
            self.own,
            self.managed,
            self.findings,
        ):
            body.addWidget(part)
        body.addStretch(1)
        panel.body.addWidget(scrolling(inside), 1)
        self.forms = Stack()
        for form in (self.member_form, self.password_form, self.pin_form, self.leave_form):
            self.forms.addWidget(scrolling(form))
            form.written.connect(self._written)
        self.totp.foot.insertWidget(0, ActButton(ui.acts, "staff.back", kind="ghost", text="Annuler"))
        self.forms.addWidget(scrolling(self.totp))
        self.totp.confirmed.connect(lambda: self._written("Application de codes enregistrée"))
        foot = Panel()
        foot.body.addWidget(self.forms)
        self.foot = foot
        self.empty = EmptyState("user", "Personne de choisi", "Choisissez un membre de l’équipe, ou ajoutez-en un.")
        self.whole = panel
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.M)
        for shown in (self.empty, self.whole, foot):
            column.addWidget(shown, 1)
        self.show_record(None)
        self.close_forms()

    @property
    def form_open(self) -> bool:
        """True while something is typed."""
        return self.form is not None

    def show_record(self, record: MemberRecord | None) -> None:
        """Show a member; nothing for None."""
        if record is None or self.record is None or record.member.id != self.record.member.id:
            self.findings.set_findings(())
        self.record = record
        self._lay()
        if record is None:
            return
        member, factors = record.member, record.factors
        self.name.setText(member.name)
        word, kind = _state(record)
        self.chip.say(word, kind)
        self.facts.set_pairs(
            [
                ("Rôle", member.role.label),
                ("RPPS", member.rpps),
                ("Badge", member.badge),
                ("Inscription", _enrolment(member, today(self._ui.services.clock))),
                ("Identités", "super-utilisateur identité" if member.is_identity_super_user else ""),
                ("Au travail", " · ".join(_session(one) for one in record.sessions)),
            ]
        )
        self.means.set_pairs(
            [
                ("Mot de passe", _password(factors)),
                ("Application", "enregistrée" if factors.totp else "aucune"),
                ("Code PIN", _pin(factors)),
                ("Cartes", ", ".join(factors.cards) if factors.cards else "aucune"),
            ]
        )
        mine = self._is_own(member)
        self.own.setVisible(mine or self._manages)
        for button in self.mine:
            button.setVisible(mine)
        self.managed.setVisible(self._manages)

    # --- Acts -----------------------------------------------------------------------------------------------------

    def add(self) -> None:
        """Ask for a new member."""
        self._open(self.member_form)
        self.member_form.begin(None)

    def edit(self) -> None:
        """Ask for what changes of the member."""
        if self.record is not None:
            self._open(self.member_form)
            self.member_form.begin(self.record.member)

    def leave(self) -> None:
        """Ask whether the account is to be closed."""
        if self.record is not None:
            self._open(self.leave_form)
            self.leave_form.begin(self.record.member)

    def password(self, *, is_reset: bool = False) -> None:
        """Ask for a new password."""
        record = self.record
        if record is None:
            return
        self._open(self.password_form)
        self.password_form.begin(
            record.member,
            has_password=record.factors.password,
            is_own=self._is_own(record.member),
            is_reset=is_reset,
        )

    def pin(self) -> None:
        """Ask for a PIN: one’s own only."""
        record = self.record
        if record is None:
            return
        if not self._is_own(record.member):
            self._ui.say("Un code PIN se choisit soi-même, depuis sa propre session.", "warning")
            return
        self._open(self.pin_form)
        self.pin_form.begin(record.member, has_password=record.factors.password)

    def enrol(self) -> None:
        """Show the QR code of a new authenticator."""
        record = self.record
        if record is None:
            return
        if not self._is_own(record.member):
            self._ui.say("Une application de codes s’enregistre depuis sa propre session.", "warning")
            return
        self._open(self.totp)
        self.totp.begin(record.member.id, self._ui.actor())

    def bind_card(self) -> None:
        """Bind the card that is in the reader."""
        record, cards, accounts = self.record, self._ui.services.professional_cards, self._ui.services.staff_accounts
        if record is None:
            return
        if cards is None:
            self._ui.say("Ce poste n’a pas de lecteur de cartes professionnelles.", "warning")
            return
        actor, member = self._ui.actor(), record.member

        def work(_progress: object) -> tuple[HolderCard | None, Outcome[None] | None]:
            holder = cards.holder()
            return holder, None if holder is None else accounts.bind_card(member.id, holder, actor)

        def done(answer: tuple[HolderCard | None, Outcome[None] | None]) -> None:
            holder, outcome = answer
            if holder is None or outcome is None:
                self._ui.say("Mettez d’abord la carte dans le lecteur.", "warning")
            else:
                self._told(outcome, f"Carte de {holder.name} liée à {member.name}")

        self._ui.tasks.run(work, done=done, failed=self._failed, owner=self, key="write")

    def unbind_card(self) -> None:
        """Unbind the last card bound: lost, replaced or given back."""
        record = self.record
        if record is None or not record.factors.cards:
            self._ui.say("Aucune carte n’est liée à ce compte.", "warning")
            return
        accounts, actor, serial = self._ui.services.staff_accounts, self._ui.actor(), record.factors.cards[-1]
        self._ui.tasks.run(
            lambda _progress: accounts.unbind_card(record.member.id, serial, actor),
            done=lambda outcome: self._told(outcome, f"Carte {serial} déliée"),
            failed=self._failed,
            owner=self,
            key="write",
        )

    def unlock(self) -> None:
        """Open again what too many failures shut."""
        record = self.record
        if record is None:
            return
        accounts, actor = self._ui.services.staff_accounts, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: accounts.unlock(record.member.id, actor),
            done=lambda outcome: self._told(outcome, f"Compte de {record.member.name} débloqué"),
            failed=self._failed,
            owner=self,
            key="write",
        )

    def save(self) -> None:
        """Write the form that is open."""
        if isinstance(self.form, TotpStep):
            self.form.send()
        elif self.form is not None:
            self.form.save()

    def close_forms(self) -> None:
        """Go back to the sheet; what was typed of a secret is forgotten."""
        self.form = None
        self.password_form.forget()
        self.pin_form.forget()
        self.totp.forget()
        self._lay()
        self._tell_open()

    # --- Inside ---------------------------------------------------------------------------------------------------

    @property
    def _manages(self) -> bool:
        return self._ui.acts.allowed("staff.edit")

    def _is_own(self, member: Member) -> bool:
        operator = self._ui.operator
        return operator is not None and operator.id == member.id

    def _open(self, form: ActForm | TotpStep) -> None:
        self.close_forms()
        self.form = form
        places: list[QWidget] = [self.member_form, self.password_form, self.pin_form, self.leave_form, self.totp]
        self.forms.setCurrentIndex([one is form for one in places].index(True))
        self._lay()
        self._tell_open()

    def _lay(self) -> None:
        is_adding = self.form is self.member_form
        self.foot.setVisible(self.form is not None)
        self.whole.setVisible(self.record is not None and self.form is None)
        self.empty.setVisible(self.record is None and self.form is None and not is_adding)

    def _tell_open(self) -> None:
        for act_id in ("staff.save", "staff.back"):
            self._ui.acts.set_enabled(act_id, enabled=self.form_open)

    def _written(self, said: str) -> None:
        self._ui.say(said, "success")
        self.close_forms()
        self.changed.emit()

    def _told(self, outcome: Outcome[None], said: str) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        self.findings.set_findings(())
        self._ui.say(said, "success")
        self.changed.emit()

    def _failed(self, error: GalienError) -> None:
        self.findings.set_findings((as_finding(error),))


def state_words(factors: Factors) -> tuple[str, str]:
    """Return in what state an account is, in a word, and the tone of it."""
    if factors.is_locked:
        return "bloqué", "danger"
    if factors.pin_locked:
        return "PIN bloqué", "warning"
    if factors.must_change:
        return "à compléter", "warning"
    if factors.can_sign_in:
        return "complet", "success"
    if factors.password:
        return "à compléter", "warning"
    return ("PIN seul", "neutral") if factors.pin else ("sans accès", "neutral")


def _state(record: MemberRecord) -> tuple[str, str]:
    return state_words(record.factors)


def _enrolment(member: Member, day: dt.date) -> str:
    if member.role is not Role.STUDENT:
        return ""
    if member.student_until is None:
        return "non notée\u00a0: F6 «\u00a0Modifier\u00a0», d’après le certificat"
    if lapsed(member, day):
        return f"échue depuis le {formats.date(member.student_until)}\u00a0: aucun acte n’est permis"
    return f"jusqu’au {formats.date(member.student_until)}"


def _session(one: SessionSummary) -> str:
    return f"{one.station}, {one.means.label}, depuis {formats.clock(one.opened_at)}"


def _password(factors: Factors) -> str:
    if not factors.password:
        return "aucun"
    if factors.is_locked:
        return "bloqué après trop d’échecs"
    if factors.locked_until is not None:
        return f"en attente jusqu’à {formats.clock(factors.locked_until)} après des échecs"
    return "à changer à la prochaine identification" if factors.must_change else "choisi"


def _pin(factors: Factors) -> str:
    if not factors.pin:
        return "aucun"
    return "bloqué jusqu’à une identification complète" if factors.pin_locked else "choisi"


def means_words(factors: Factors) -> str:
    """Return with what a member signs in, in a few words."""
    words = [word for word, has in (("mot de passe", factors.password), ("codes", factors.totp)) if has]
    words += ["PIN"] if factors.pin else []
    words += [plural(len(factors.cards), "carte")] if factors.cards else []
    return ", ".join(words) or "rien encore"
