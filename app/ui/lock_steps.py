"""What must be set before one can work: the first titulaire, a password of one’s own, a second factor?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.outcome import Finding, Refused, Severity
from app.officine.staff.model import MemberDraft, Role
from app.ui import theme
from app.ui.widgets.basics import Button, Text, row
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.qr import QrLabel, modules_of
from app.ui.widgets.secret_field import SecretField

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.actor import Actor
    from app.kernel.errors import GalienError
    from app.kernel.outcome import Outcome
    from app.officine.staff.model import Member
    from app.officine.staff.session import TotpEnrolment
    from app.ui.context import Ui
    from app.ui.widgets.qr import Modules

CAPS = "La touche Verr. Maj semble enfoncée."
_ADVICE = "12 caractères au moins\u00a0: quatre ou cinq mots sans lien font un bon mot de passe."
_FIT = "Assez long, et rien d’évident. Galien ne sait pas s’il a déjà servi ailleurs\u00a0: prenez-en un nouveau."
_CODE_LIMIT = 6


def as_finding(error: GalienError) -> Finding:
    """Return the finding that says a failure."""
    return Finding(error.code, Severity.ERROR, error.text, error.advice)


class NewSecret(QWidget):
    """A password typed twice, judged as it is typed."""

    finished = Signal()

    def __init__(self, ui: Ui) -> None:
        """Ask the accounts of ``ui`` what they think of it."""
        super().__init__()
        self._ui = ui
        self.draft: Callable[[], MemberDraft | None] = lambda: None
        self.first, self.again = SecretField(), SecretField()
        self.first_field = Field("&Mot de passe", self.first, hint=_ADVICE)
        self.again_field = Field("&Encore une fois", self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self.first_field)
        column.addWidget(self.again_field)
        self.first.textChanged.connect(lambda _text: self._judge())
        self.again.textChanged.connect(lambda _text: self.again_field.note())
        self.first.capitals.connect(lambda on: self.again_field.note(CAPS if on else "", "warning"))
        self.first.returnPressed.connect(lambda: self.again.setFocus(Qt.FocusReason.TabFocusReason))
        self.again.returnPressed.connect(self.finished)

    def take(self) -> str | None:
        """Return the password, both fields emptied; None where they differ, which is said."""
        if self.first.text() != self.again.text():
            self.again.forget()
            self.again_field.note("Les deux ne sont pas les mêmes\u00a0: retapez le second.", "danger")
            self.again.setFocus(Qt.FocusReason.OtherFocusReason)
            return None
        self.again.forget()
        typed = self.first.take()
        self.first_field.note()
        return typed

    def forget(self) -> None:
        """Empty both fields."""
        self.first.forget()
        self.again.forget()
        self.first_field.note()

    def _judge(self) -> None:
        password, draft = self.first.text(), self.draft()
        if not password:
            self.first_field.note()
            return
        accounts = self._ui.services.staff_accounts
        self._ui.tasks.run(
            lambda _progress: accounts.check_password(password, draft),
            done=self._judged,
            failed=lambda _error: None,
            owner=self,
            key="judge",
        )

    def _judged(self, findings: list[Finding]) -> None:
        if not self.first.text():
            return
        if findings:
            self.first_field.note(findings[0].text, "warning")
        else:
            self.first_field.note(_FIT, "success")


class Step(QWidget):
    """One step: why it is asked, its fields, why it was refused, one button."""

    def __init__(self, ui: Ui, title: str, why: str, button: str) -> None:
        """Begin with what the step is for; ``button`` does it."""
        super().__init__()
        self.ui = ui
        self.busy = False
        self.findings = FindingList(refusal="Refusé")
        self.title = Text(title, "heading", wrap=True)
        self.why = Text(why, "muted", wrap=True)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.S)
        self.go = Button(button, kind="primary", icon="check")
        self.go.key = "Entrée"
        self.go.clicked.connect(lambda _checked=False: self.send())
        self.foot = row(0, self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.M)
        column.addWidget(self.title)
        column.addWidget(self.why)
        column.addLayout(self.body)
        column.addWidget(self.findings)
        column.addLayout(self.foot)
        column.addStretch(1)

    def send(self) -> None:
        """Do the step."""
        raise NotImplementedError

    def refuse(self, findings: tuple[Finding, ...]) -> None:
        """Say why it was refused."""
        self.busy = False
        self.findings.set_findings(findings)

    def fail(self, error: GalienError) -> None:
        """Say what stood in the way."""
        self.refuse((as_finding(error),))


class FirstStep(Step):
    """The first titulaire: who, and a password of their own; there is none to begin with."""

    opened = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Ask for the first account."""
        super().__init__(
            ui,
            "Première ouverture\u00a0: le compte du titulaire",
            "Personne n’a encore de compte, et aucun mot de passe n’existe d’avance. Le titulaire ouvre le premier "
            "compte ici\u202f; il ajoutera ensuite son équipe.",
            "Ouvrir le compte",
        )
        self.family, self.given, self.rpps = TextField(limit=60), TextField(limit=60), TextField(limit=11)
        self.secret = NewSecret(ui)
        self.secret.draft = self.draft
        self.fields = {
            "family_name": Field("&Nom", self.family),
            "given_name": Field("&Prénom", self.given),
            "rpps": Field("&RPPS (11 chiffres)", self.rpps, hint="Imprimé sur la carte CPS\u202f; il peut attendre."),
        }
        grid = QGridLayout()
        grid.setSpacing(theme.S)
        grid.addWidget(self.fields["family_name"], 0, 0)
        grid.addWidget(self.fields["given_name"], 0, 1)
        grid.addWidget(self.fields["rpps"], 1, 0, 1, 2)
        self.body.addLayout(grid)
        self.body.addWidget(self.secret)
        editors = (self.family, self.given, self.rpps, self.secret.first)
        for editor, following in pairwise(editors):
            editor.returnPressed.connect(lambda after=following: after.setFocus(Qt.FocusReason.TabFocusReason))
        self.secret.finished.connect(self.send)

    def begin(self, known: Member | None) -> None:
        """Begin with the titulaire who is in the team already, if any."""
        if known is not None and not self.family.text():
            self.family.setText(known.family_name)
            self.given.setText(known.given_name)
            self.rpps.setText(known.rpps)
        target = self.secret.first if self.family.text() else self.family
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def draft(self) -> MemberDraft:
        """Return what is typed of the titulaire."""
        return MemberDraft(
            family_name=self.family.text().strip(),
            given_name=self.given.text().strip(),
            role=Role.HOLDER,
            rpps=self.rpps.text().strip(),
        )

    def send(self) -> None:
        """Open the account."""
        if self.busy:
            return
        password = self.secret.take()
        if password is None:
            return
        self.busy = True
        draft, ui = self.draft(), self.ui
        ui.tasks.run(
            lambda _progress: ui.services.staff_accounts.open_first(draft, password, ui.settings.station),
            done=self._opened,
            failed=self.fail,
            owner=self,
            title="Ouverture du compte…",
        )

    def _opened(self, outcome: Outcome[Member]) -> None:
        self.busy = False
        wrong = outcome.findings if isinstance(outcome, Refused) else ()
        self.refuse(tuple(finding for finding in wrong if finding.subject not in self.fields))
        for name, field in self.fields.items():
            said = next((finding for finding in wrong if finding.subject == name), None)
            field.note(f"{said.text} {said.advice}" if said else "", "danger")
        if not isinstance(outcome, Refused):
            self.opened.emit(outcome.value)


class PasswordStep(Step):
    """A password of one’s own, in place of the one that somebody else gave."""

    changed = Signal()

    def __init__(self, ui: Ui) -> None:
        """Ask for the new one."""
        super().__init__(
            ui,
            "Choisissez votre mot de passe",
            "Celui que vous venez de taper vous a été donné par une autre personne\u00a0: il ne sert qu’une fois.",
            "Changer le mot de passe",
        )
        self._member_id, self._actor, self._current = 0, ui.services.system_actor, ""
        self.secret = NewSecret(ui)
        self.body.addWidget(self.secret)
        self.secret.finished.connect(self.send)

    def begin(self, member_id: int, actor: Actor, current: str) -> None:
        """Begin for a member, who has just typed ``current``."""
        self._member_id, self._actor, self._current = member_id, actor, current
        self.findings.set_findings(())
        self.secret.forget()
        self.secret.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def send(self) -> None:
        """Change the password."""
        if self.busy:
            return
        password = self.secret.take()
        if password is None:
            return
        self.busy = True
        accounts, member_id, actor, current = (
            self.ui.services.staff_accounts,
            self._member_id,
            self._actor,
            self._current,
        )
        self.ui.tasks.run(
            lambda _progress: accounts.set_password(member_id, password, actor, current),
            done=self._changed,
            failed=self.fail,
            owner=self,
        )

    def _changed(self, outcome: Outcome[None]) -> None:
        if isinstance(outcome, Refused):
            self.refuse(outcome.findings)
            self.secret.first.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.busy = False
        self._current = ""
        self.changed.emit()


class TotpStep(Step):
    """An authenticator application: its QR code, and a code that it shows."""

    confirmed = Signal()

    def __init__(self, ui: Ui) -> None:
        """Ask for nothing before ``begin``."""
        super().__init__(
            ui,
            "Enregistrez votre second facteur",
            "Avec une application de codes à usage unique (téléphone ou coffre de mots de passe), lisez ce code ou "
            "tapez la clé\u202f; puis tapez le code à 6 chiffres qu’elle affiche. La clé ne sera plus montrée.",
            "Confirmer",
        )
        self._member_id, self._actor = 0, ui.services.system_actor
        self.qr = QrLabel("QR code de l’application de codes", 200)
        self.key = Text("", "mono", wrap=True)
        self.key.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.code = TextField(limit=_CODE_LIMIT, large=True)
        side = QVBoxLayout()
        side.setSpacing(theme.S)
        side.addWidget(Text("Clé, à taper si le code ne peut pas être lu\u00a0:", "caption", wrap=True))
        side.addWidget(self.key)
        side.addWidget(Field("&Code affiché par l’application", self.code))
        side.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(theme.L)
        line.addWidget(self.qr, alignment=Qt.AlignmentFlag.AlignTop)
        line.addLayout(side, 1)
        self.body.addLayout(line)
        self.code.returnPressed.connect(self.send)

    def begin(self, member_id: int, actor: Actor) -> None:
        """Ask for a new secret, and draw it."""
        self._member_id, self._actor = member_id, actor
        self.forget()
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)
        accounts = self.ui.services.staff_accounts

        def work(_progress: object) -> tuple[Outcome[TotpEnrolment], Modules]:
            outcome = accounts.begin_totp(member_id, actor)
            return outcome, () if isinstance(outcome, Refused) else modules_of(outcome.value.uri)

        self.ui.tasks.run(work, done=self._show, failed=self.fail, owner=self, key="enrol")

    def forget(self) -> None:
        """Show no secret any more."""
        self.findings.set_findings(())
        self.qr.show_modules(())
        self.key.setText("")
        self.code.clear()

    def send(self) -> None:
        """Put the new secret in force with the code typed."""
        if self.busy or not self.code.text():
            return
        self.busy = True
        code = self.code.text().strip()
        self.code.clear()
        accounts, member_id, actor = self.ui.services.staff_accounts, self._member_id, self._actor
        self.ui.tasks.run(
            lambda _progress: accounts.confirm_totp(member_id, code, actor),
            done=self._confirmed,
            failed=self.fail,
            owner=self,
        )

    def _show(self, shown: tuple[Outcome[TotpEnrolment], Modules]) -> None:
        outcome, modules = shown
        if isinstance(outcome, Refused):
            self.refuse(outcome.findings)
            return
        secret = outcome.value.secret_base32
        self.qr.show_modules(modules)
        self.key.setText(" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)))

    def _confirmed(self, outcome: Outcome[None]) -> None:
        if isinstance(outcome, Refused):
            self.refuse(outcome.findings)
            self.code.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.busy = False
        self.forget()
        self.confirmed.emit()
