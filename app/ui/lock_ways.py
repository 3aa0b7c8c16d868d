"""How is it proved who one is: a PIN, a password with a second factor, or a professional card?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.kernel.outcome import Finding, Severity
from app.kernel.text import plural
from app.ui import theme
from app.ui.widgets.basics import Button, Chip, Text, row
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.secret_field import SecretField

if TYPE_CHECKING:
    from app.officine.staff.model import Member
    from app.officine.staff.ports import HolderCard
    from app.officine.staff.session import Factors

_PIN_LIMIT = 12
_CODE_LIMIT = 6
_CARD_PIN_LIMIT = 8
_LAST = "GAL-LOC-02"
CAPS = "La touche Verr. Maj semble enfoncée."


class Way(QWidget):
    """One way: what is typed, a button, and why it was refused. ``sent`` asks for the opening."""

    sent = Signal()

    def __init__(self) -> None:
        """Begin without a field."""
        super().__init__()
        self.said = Text("", "muted", wrap=True)
        self.findings = FindingList(refusal="Refusé")
        self.open = Button("Ouvrir", kind="primary", icon="check")
        self.open.key = "Entrée"
        self.open.clicked.connect(lambda _checked=False: self.sent.emit())
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.M)

    def end(self) -> None:
        """Put what is said, the findings and the button under the fields."""
        for part in (self.said, self.findings):
            self.column.addWidget(part)
        self.column.addLayout(row(0, self.open))
        self.column.addStretch(1)

    def say(self, text: str) -> None:
        """Say something quietly under the fields."""
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def refuse(self, findings: tuple[Finding, ...]) -> None:
        """Say why it was refused."""
        self.findings.set_findings(findings)

    def forget(self) -> None:
        """Empty the fields."""

    def begin(self) -> None:
        """Take the focus."""


class PinWay(Way):
    """The PIN of a member, at a workstation that is open already."""

    def __init__(self) -> None:
        """Ask for digits."""
        super().__init__()
        self.pin = SecretField(digits=True, limit=_PIN_LIMIT, large=True)
        self.field = Field("Code PIN", self.pin)
        self.column.addWidget(self.field)
        self.end()
        self.pin.returnPressed.connect(self.sent)

    def forget(self) -> None:
        """Empty the field."""
        self.pin.forget()

    def begin(self) -> None:
        """Take the focus."""
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def fit(self, member: Member, factors: Factors, *, is_open: bool) -> None:
        """Ask for the PIN of ``member``, or say why none would open; ``is_open``: a full sign-in is under way."""
        why = _no_pin(member, factors, is_open=is_open)
        self.field.setVisible(not why)
        self.open.setVisible(not why)
        self.say(why)


class PasswordWay(Way):
    """A password, and the code of the authenticator or a card that is bound to the member."""

    def __init__(self) -> None:
        """Ask for both."""
        super().__init__()
        self.password = SecretField(large=True)
        self.code = TextField(limit=_CODE_LIMIT)
        self.field = Field("&Mot de passe", self.password)
        self.code_field = Field("&Code de l’application (6 chiffres)", self.code)
        self.column.addWidget(self.field)
        self.column.addWidget(self.code_field)
        self.end()
        self.password.capitals.connect(self._capitals)
        self.password.returnPressed.connect(self._next)
        self.code.returnPressed.connect(self.sent)

    def forget(self) -> None:
        """Empty the fields."""
        self.password.forget()
        self.code.clear()

    def begin(self) -> None:
        """Take the focus."""
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def fit(self, factors: Factors, card: HolderCard | None, *, is_simulated: bool) -> None:
        """Ask for what the member has: the code, or nothing more where a card of theirs is in the reader."""
        has_card = card is not None and card.serial in factors.cards
        self.code_field.setVisible(factors.totp and not has_card)
        if has_card:
            self.say("Votre carte est dans le lecteur\u00a0: elle sert de second facteur.")
        elif factors.cards and not factors.totp:
            self.say("Mettez votre carte dans le lecteur\u00a0: elle sert de second facteur.")
        elif not factors.password and is_simulated:
            self.say("Démonstration\u00a0: laissez vide et tapez Entrée pour entrer sans mot de passe.")
        else:
            self.say("")

    def _next(self) -> None:
        if self.code_field.isVisible() and not self.code.text():
            self.code.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.sent.emit()

    def _capitals(self, on: bool) -> None:  # noqa: FBT001 -- a signal of Qt
        self.field.note(CAPS if on else "", "warning")


class CardWay(Way):
    """A professional card and its PIN, which the card itself checks."""

    def __init__(self) -> None:
        """Wait for a card."""
        super().__init__()
        self.card: HolderCard | None = None
        self.holder = Text("", "strong", wrap=True)
        self.chip = Chip("", "neutral")
        self.pin = SecretField(digits=True, limit=_CARD_PIN_LIMIT, large=True)
        self.field = Field("Code de la carte CPS", self.pin)
        self.sure = QCheckBox("Je suis &sûr de mon code\u00a0: c’est le dernier essai")
        head = row(self.holder, self.chip)
        head.setStretch(0, 1)
        self.column.addLayout(head)
        self.column.addWidget(self.field)
        self.column.addWidget(self.sure)
        self.end()
        self.pin.returnPressed.connect(self._try)
        self.sure.toggled.connect(lambda _on: self._allow())
        self.fit(None, is_possible=True)

    @property
    def is_last(self) -> bool:
        """True where one wrong PIN more blocks the card."""
        return self.card is not None and self.card.tries_left == 1

    def forget(self) -> None:
        """Empty the field; the last try is to be confirmed again."""
        self.pin.forget()
        self.sure.setChecked(False)

    def begin(self) -> None:
        """Take the focus."""
        target = self.pin if self.field.isVisible() else self.open
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def fit(self, card: HolderCard | None, *, is_possible: bool) -> None:
        """Show the card in the reader, what its PIN may still be tried, and ask for it where it is typed here."""
        kept = tuple(finding for finding in self.findings.findings if finding.code != _LAST)
        if card is None or self.card is None or card.serial != self.card.serial:
            self.forget()
            kept = ()
        self.card = card
        tries = None if card is None else card.tries_left
        is_blocked = tries == 0
        self.holder.setText(_holder(card) if card is not None else "")
        self.holder.setVisible(card is not None)
        self.chip.setVisible(tries is not None)
        if tries is not None:
            words = "Carte bloquée" if is_blocked else f"{plural(tries, 'essai')}"
            self.chip.say(words, "danger" if tries <= 1 else "neutral")
        usable = card is not None and not is_blocked
        self.field.setVisible(usable and card is not None and not card.pinpad)
        self.sure.setVisible(usable and self.is_last)
        self.open.setVisible(usable)
        self.open.setText("Demander le code au lecteur" if card is not None and card.pinpad else "Ouvrir")
        self.say(_what_next(card, is_possible=is_possible))
        # Why the last code was refused stays beside what is left to try.
        self.refuse((*kept, _last_try()) if usable and self.is_last else kept)
        self._allow()

    def ask_on_reader(self) -> None:
        """Say that the PIN is being typed on the reader."""
        self.say("Tapez votre code sur le lecteur, puis validez.")

    def _try(self) -> None:
        if self.open.isEnabled():
            self.sent.emit()
        else:
            self.sure.setFocus(Qt.FocusReason.TabFocusReason)

    def _allow(self) -> None:
        self.open.setEnabled(not self.is_last or self.sure.isChecked())


def _holder(card: HolderCard) -> str:
    about = f", {card.profession_label}" if card.profession_label else ""
    test = " (carte de test)" if card.is_test else ""
    return f"{card.name}{about}{test}"


def _what_next(card: HolderCard | None, *, is_possible: bool) -> str:
    if not is_possible:
        return "Ce poste n’a pas de lecteur de cartes professionnelles. Identifiez-vous par mot de passe (F3)."
    if card is None:
        return "Mettez votre carte CPS dans le lecteur."
    if card.tries_left == 0:
        return "Trop de codes faux ont bloqué cette carte. Débloquez-la avec son code de secours, ou passez par F3."
    if card.pinpad:
        return "Le code se tape sur le lecteur, jamais à ce clavier."
    return ""


def _last_try() -> Finding:
    return Finding(
        _LAST,
        Severity.WARNING,
        "Il reste un seul essai avant le blocage de la carte.",
        "Vérifiez votre code avant de le taper\u202f; en cas de doute, identifiez-vous par mot de passe (F3).",
    )


def _no_pin(member: Member, factors: Factors, *, is_open: bool) -> str:
    """Return why no PIN would open now; empty where one may."""
    if not is_open:
        return (
            "Le code PIN ne suffit pas encore\u00a0: ce poste s’ouvre d’abord par mot de passe (F3) ou carte CPS (F4)."
        )
    if not factors.pin:
        return f"{member.given_name} n’a pas de code PIN. Passez par F3 ou F4, puis choisissez-en un dans Équipe."
    if factors.pin_locked:
        return "Ce code PIN est bloqué après trop d’échecs. Passez par F3 ou F4\u00a0: il servira à nouveau ensuite."
    return ""
