"""What is typed of a member: who they are, a password, a PIN, a first password in place of what was lost?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from app.kernel.clock import today
from app.kernel.outcome import Finding, Severity
from app.officine.staff.model import Member, MemberDraft, Role
from app.ui.lock_steps import NewSecret
from app.ui.widgets.act_form import ActForm
from app.ui.widgets.basics import Text
from app.ui.widgets.fields import DateField, Field, TextField
from app.ui.widgets.secret_field import SecretField

if TYPE_CHECKING:
    from app.ui.context import Ui

_NAME_LIMIT, _RPPS_LIMIT, _BADGE_LIMIT, _PIN_LIMIT = 60, 11, 26, 12
_SAVE = "staff.save"
_UNTIL = "Inscrit &jusqu’au"


class MemberForm(ActForm):
    """Who a member is: name, role, RPPS, badge, and whether they correct identities."""

    def __init__(self, ui: Ui) -> None:
        """Write with the staff service of ``ui``."""
        super().__init__(ui, "Membre de l’équipe", _SAVE)
        self.member: Member | None = None
        self.family, self.given = TextField(limit=_NAME_LIMIT), TextField(limit=_NAME_LIMIT)
        self.role = QComboBox()
        for role in Role:
            self.role.addItem(role.label, role)
        self.rpps, self.badge = TextField(limit=_RPPS_LIMIT), TextField(limit=_BADGE_LIMIT)
        self.super_user = QCheckBox("Super-utilisateur &identité")
        self.until = DateField(lambda: today(ui.services.clock))
        laid = self.lay(
            ("&Nom", self.family),
            ("&Prénom", self.given),
            ("&Rôle", self.role),
            ("RPP&S (11 chiffres)", self.rpps),
            ("&Badge (scannez-le)", self.badge),
            (_UNTIL, self.until),
        )
        self.until_field = laid[_UNTIL]
        self.role.currentIndexChanged.connect(lambda _place: self._ask_until())
        self._ask_until()
        self.fields.addWidget(self.super_user, 3, 0, 1, 2)
        self.fields.addWidget(
            Text("Il corrige les identités récupérées ou qualifiées.", "caption", wrap=True), 4, 0, 1, 2
        )
        editors: tuple[QLineEdit, ...] = (self.family, self.given, self.rpps, self.badge, self.until)
        self.chain(*editors)

    def begin(self, member: Member | None) -> None:
        """Begin with a member, or with nobody yet."""
        self.member = member
        self.findings.set_findings(())
        self.family.setText(member.family_name if member else "")
        self.given.setText(member.given_name if member else "")
        self.role.setCurrentIndex(list(Role).index(member.role if member else Role.TECHNICIAN))
        self.rpps.setText(member.rpps if member else "")
        self.badge.setText(member.badge if member else "")
        self.until.set_date(member.student_until if member else None)
        self.super_user.setChecked(member is not None and member.is_identity_super_user)
        self.family.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_badge(self, code: str) -> None:
        """Take the code of a badge that is scanned."""
        self.badge.setText(code)

    def _ask_until(self) -> None:
        """Ask until when for a student only: an enrolment is what lets one work here (CSP L.4241-10)."""
        self.until_field.setVisible(self.role.currentData() == Role.STUDENT)

    def save(self) -> None:
        """Add or change the member."""
        staff, actor, member = self.ui.services.staff, self.ui.actor(), self.member
        is_student = self.role.currentData() == Role.STUDENT
        if is_student and self.until.text().strip() and self.until.date is None:
            self.refuse([_no_date()])
            self.until.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        draft = MemberDraft(
            family_name=self.family.text().strip(),
            given_name=self.given.text().strip(),
            role=Role(self.role.currentData()),
            rpps=self.rpps.text().strip(),
            badge=self.badge.text().strip(),
            is_identity_super_user=self.super_user.isChecked(),
            student_until=self.until.date if is_student else None,
        )
        said = f"{draft.given_name} {draft.family_name}"
        if member is None:
            self.perform(lambda: staff.add(draft, actor), f"{said} est dans l’équipe")
        else:
            self.perform(lambda: staff.edit(member.id, draft, actor), f"{said}\u00a0: fiche enregistrée")


def _no_date() -> Finding:
    text = "La fin de l’inscription n’est pas une date."
    return Finding("GAL-PER-37", Severity.ERROR, text, "Recopiez-la du certificat\u00a0: jj/mm/aaaa.")


class PasswordForm(ActForm):
    """A new password: one’s own, with the present one; or, of somebody else, one to be changed at once.

    ``reset`` takes the PIN and the authenticator away as well: everything was lost.
    """

    def __init__(self, ui: Ui) -> None:
        """Write with the accounts of ``ui``."""
        super().__init__(ui, "Mot de passe", _SAVE)
        self.member: Member | None = None
        self.is_reset = False
        self.why = Text("", "muted", wrap=True)
        self.current = SecretField()
        self.current_field = Field("Mot de passe &actuel", self.current)
        self.secret = NewSecret(ui)
        self.fields.addWidget(self.why, 0, 0, 1, 2)
        self.fields.addWidget(self.current_field, 1, 0, 1, 2)
        self.fields.addWidget(self.secret, 2, 0, 1, 2)
        self.current.returnPressed.connect(lambda: self.secret.first.setFocus(Qt.FocusReason.TabFocusReason))
        self.secret.finished.connect(self.save)

    def begin(self, member: Member, *, has_password: bool, is_own: bool, is_reset: bool) -> None:
        """Begin for a member; ``is_own``: it is the operator."""
        self.member, self.is_reset = member, is_reset
        self.findings.set_findings(())
        self.forget()
        self.current_field.setVisible(is_own and has_password and not is_reset)
        if is_reset:
            said = (
                f"Tout ce qu’avait {member.name} est retiré\u00a0: code PIN, application de codes, sessions ouvertes. "
                "Donnez-lui ce mot de passe de vive voix\u202f; il le changera en s’identifiant. Ses cartes restent."
            )
        elif is_own:
            said = ""
        else:
            said = f"Donnez-le à {member.name} de vive voix\u00a0: il ne servira qu’une fois."
        self.why.setText(said)
        self.why.setVisible(bool(said))
        target = self.current if self.current_field.isVisibleTo(self) else self.secret.first
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Keep nothing of what was typed."""
        self.current.forget()
        self.secret.forget()

    def save(self) -> None:
        """Set the password."""
        member, accounts, actor = self.member, self.ui.services.staff_accounts, self.ui.actor()
        password = self.secret.take()
        if member is None or password is None:
            return
        current = self.current.take()
        if self.is_reset:
            self.perform(lambda: accounts.reset(member.id, password, actor), f"Compte de {member.name} réinitialisé")
        else:
            self.perform(lambda: accounts.set_password(member.id, password, actor, current), "Mot de passe changé")


class PinForm(ActForm):
    """One’s own PIN, typed twice, with the present password where there is one."""

    def __init__(self, ui: Ui) -> None:
        """Write with the accounts of ``ui``."""
        super().__init__(ui, "Code PIN", _SAVE)
        self.member: Member | None = None
        self.current = SecretField()
        self.pin, self.again = (SecretField(digits=True, limit=_PIN_LIMIT) for _ in range(2))
        self.current_field = Field("Mot de passe &actuel", self.current)
        self.pin_field = Field("Nouveau &code, 6 à 12 chiffres sans ordre", self.pin)
        self.again_field = Field("&Encore une fois", self.again)
        self.fields.addWidget(self.current_field, 0, 0, 1, 2)
        self.fields.addWidget(self.pin_field, 1, 0)
        self.fields.addWidget(self.again_field, 1, 1)
        self.chain(self.current, self.pin, self.again)

    def begin(self, member: Member, *, has_password: bool) -> None:
        """Begin for the operator."""
        self.member = member
        self.findings.set_findings(())
        self.forget()
        self.again_field.note()
        self.current_field.setVisible(has_password)
        target = self.current if has_password else self.pin
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Keep nothing of what was typed."""
        for field in (self.current, self.pin, self.again):
            field.forget()

    def save(self) -> None:
        """Set the PIN."""
        member, accounts, actor = self.member, self.ui.services.staff_accounts, self.ui.actor()
        if member is None:
            return
        if self.pin.text() != self.again.text():
            self.again.forget()
            self.again_field.note("Les deux ne sont pas les mêmes\u00a0: retapez le second.", "danger")
            self.again.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.again.forget()
        self.again_field.note()
        pin, current = self.pin.take(), self.current.take()
        self.perform(lambda: accounts.set_pin(member.id, pin, actor, current), "Code PIN changé")


class LeaveForm(ActForm):
    """The end of a member’s account; what they did stays in the trace."""

    def __init__(self, ui: Ui) -> None:
        """Write with the staff service of ``ui``."""
        super().__init__(ui, "Fermer le compte", _SAVE)
        self.member: Member | None = None
        self.why = Text("", wrap=True)
        self.fields.addWidget(self.why, 0, 0, 1, 2)

    def begin(self, member: Member) -> None:
        """Begin for a member."""
        self.member = member
        self.findings.set_findings(())
        self.why.setText(
            f"{member.name} ne pourra plus s’identifier. Ses actes, ses ventes et sa trace restent à son nom."
        )

    def save(self) -> None:
        """Close the account."""
        member, staff, actor = self.member, self.ui.services.staff, self.ui.actor()
        if member is not None:
            self.perform(lambda: staff.deactivate(member.id, actor), f"Compte de {member.name} fermé")
