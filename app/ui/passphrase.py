"""How is the passphrase of this workstation asked, where its system has no keyring?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from app.kernel.outcome import Finding, Severity
from app.ui import theme
from app.ui.widgets.basics import Button, Text
from app.ui.widgets.dialog import Dialog
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.officine.secrets.model import VaultState
    from app.ui.context import Ui

_LIMIT = 200


class PassphraseDialog(Dialog):
    """Asks the passphrase; the counter works without it, and so does Échap."""

    def __init__(self, ui: Ui, parent: QWidget | None, *, opened: Callable[[], None] | None = None) -> None:
        """Give what is typed to the services of ``ui``; ``opened`` is called once the key opens."""
        super().__init__("Phrase de passe du poste", parent)
        self._ui = ui
        self._opened = opened
        self.setMinimumWidth(theme.current().pixels(440))
        self.field = TextField(limit=_LIMIT)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.findings = FindingList()
        later = Button("Plus tard (Échap)")
        later.clicked.connect(self.reject)
        self.open_button = Button("Ouvrir (Entrée)", kind="primary", icon="lock")
        self.open_button.setDefault(True)
        self.open_button.clicked.connect(self.give)
        buttons = QHBoxLayout()
        buttons.addWidget(later)
        buttons.addStretch(1)
        buttons.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.XL, theme.XL, theme.XL, theme.L)
        column.setSpacing(theme.L)
        column.addWidget(Text("Ouvrir les secrets de ce poste", "heading"))
        column.addWidget(
            Text(
                "Sans sa phrase de passe, le comptoir fonctionne\u202f; ce qui a besoin d’un secret reste fermé.",
                wrap=True,
            )
        )
        column.addWidget(Field("&Phrase de passe", self.field))
        column.addWidget(self.findings)
        column.addLayout(buttons)
        self.field.setFocus()

    def give(self) -> None:
        """Try what was typed."""
        passphrase, typed = self._ui.services.passphrase, self.field.text()
        self.field.clear()
        if passphrase is None or not typed:
            return
        self.open_button.setEnabled(False)

        def tried(_progress: object) -> VaultState:
            passphrase.give(typed)
            return self._ui.services.vault.state()

        self._ui.tasks.run(tried, done=self._answered, owner=self, key="passphrase")

    def _answered(self, state: VaultState) -> None:
        self.open_button.setEnabled(True)
        failure = state.failure
        if failure is not None:
            self.findings.set_findings((Finding(failure.code, Severity.ERROR, failure.text, failure.advice),))
            self.field.setFocus()
            return
        self._ui.say("Secrets de ce poste ouverts", "success")
        if self._opened is not None:
            self._opened()
        self.accept()


def ask_or_tell(ui: Ui, window: QWidget) -> None:
    """At the opening of a real officine, ask the passphrase that is to be given, or say why the secrets stay closed."""
    passphrase = ui.services.passphrase
    if passphrase is not None and passphrase.is_to_ask:
        PassphraseDialog(ui, window).open()
        return

    def told(state: VaultState) -> None:
        if state.failure is not None and state.secrets:
            ui.say(f"{state.failure.text} {state.failure.advice}", "warning")

    ui.tasks.run(lambda _progress: ui.services.vault.state(), done=told, owner=window, key="secrets")
