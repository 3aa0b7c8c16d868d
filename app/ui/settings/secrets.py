"""Does this workstation open the secrets of the officine, who else does, and until when do its certificates hold?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from app.kernel.outcome import Finding, Refused, Severity
from app.kernel.text import NBSP, plural
from app.ui import formats
from app.ui.passphrase import PassphraseDialog
from app.ui.settings.import_p12 import P12Form
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Button, Chip, Text, row
from app.ui.widgets.facts import Facts
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.actor import Actor
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.officine.secrets.model import Certificate, VaultState
    from app.ui.context import Ui

T = TypeVar("T")

_PURPOSE = (
    "Jetons, codes et certificats sont chiffrés dans la base. La clé de ce poste, elle, n’est ni dans la base ni dans "
    "les sauvegardes."
)
_RECOVERY = (
    "Si tous les postes perdent leur clé (vol, incendie, réinstallation), une sauvegarde n’ouvre plus ces secrets. "
    "Le code de secours les rouvre\u00a0: gardez-le au coffre, hors de l’officine."
)
_ONCE = "Notez-le maintenant\u00a0: il ne sera plus montré."
_CODE_LENGTH = 60


class SecretsPage(Page):
    """The keys of the officine and its certificates."""

    def __init__(self, ui: Ui) -> None:
        """Show and keep the keys of ``ui``."""
        super().__init__("Clés et certificats", _PURPOSE)
        self._ui = ui
        self._build_key()
        self._build_certificates()
        self._build_stations()
        self._build_recovery()
        self.end()
        ui.broadcast.changed.connect(self._changed)
        ui.locked.connect(self._hide_codes)
        ui.locked.connect(self.p12.close_form)

    def _build_key(self) -> None:
        panel = self.panel("Clé de ce poste")
        self.chip = Chip("…", "neutral")
        panel.head.addWidget(self.chip)
        self.facts = Facts()
        self.findings = FindingList()
        self.open_button = Button("Donner la phrase de passe…", kind="primary", icon="lock")
        self.open_button.clicked.connect(self.give_passphrase)
        self.open_button.hide()
        self.rotate_button = ActButton(self._ui.acts, "settings.secret_rotate")
        panel.body.addWidget(self.facts)
        panel.body.addWidget(self.findings)
        panel.body.addLayout(row(self.open_button, self.rotate_button, 0))

    def _build_stations(self) -> None:
        panel = self.panel("Postes inscrits")
        self.stations = Facts()
        self.transfer = Text("", "heading", wrap=True, selectable=True)
        self.transfer_note = Text(f"À taper sur l’autre poste dans les 30{NBSP}minutes. {_ONCE}", "caption", wrap=True)
        self.code = TextField(limit=_CODE_LENGTH)
        self.code.returnPressed.connect(self.enrol)
        self.enrol_button = Button("Inscrire ce poste", icon="plus")
        self.enrol_button.clicked.connect(self.enrol)
        self.enrol_field = Field("Code reçu d’un autre poste, ou code de secours", self.code)
        self.refusals = FindingList()
        panel.body.addWidget(self.stations)
        self.transfer_button = ActButton(self._ui.acts, "settings.secret_transfer")
        panel.body.addLayout(row(self.transfer_button, 0))
        panel.body.addWidget(self.transfer)
        panel.body.addWidget(self.transfer_note)
        panel.body.addWidget(self.enrol_field)
        panel.body.addLayout(row(self.enrol_button, 0))
        panel.body.addWidget(self.refusals)

    def _build_recovery(self) -> None:
        panel = self.panel("Code de secours")
        self.recovery_chip = Chip("…", "neutral")
        panel.head.addWidget(self.recovery_chip)
        self.recovery = Text("", "heading", wrap=True, selectable=True)
        self.recovery_note = Text(f"L’ancien code n’ouvre plus rien. {_ONCE}", "caption", wrap=True)
        panel.body.addWidget(Text(_RECOVERY, wrap=True))
        self.recovery_button = ActButton(self._ui.acts, "settings.secret_recovery")
        panel.body.addLayout(row(self.recovery_button, 0))
        panel.body.addWidget(self.recovery)
        panel.body.addWidget(self.recovery_note)
        self._hide_codes()

    def _build_certificates(self) -> None:
        panel = self.panel("Certificats")
        self.certificates = Facts()
        self.none = Text("Aucun certificat sur cette base.", "muted")
        self.ending = FindingList()
        panel.body.addWidget(self.certificates)
        panel.body.addWidget(self.none)
        panel.body.addWidget(self.ending)
        self.p12 = P12Form(self._ui)
        self.p12.hide()
        self.p12_button = ActButton(self._ui.acts, "settings.import_p12")
        panel.body.addWidget(self.p12)
        panel.body.addLayout(row(self.p12_button, 0))
        self.p12.closed.connect(self.p12_button.show)

    # --- Reading ------------------------------------------------------------------------------------------------------

    def shown(self) -> None:
        """Read how the secrets stand; a code that was shown is hidden."""
        self._hide_codes()
        self.p12.close_form()
        self.refusals.set_findings(())
        self._read()

    def _read(self) -> None:
        vault, certificates = self._ui.services.vault, self._ui.services.certificates
        self._ui.tasks.run(
            lambda _progress: (vault.state(), certificates.all(), certificates.ending()),
            done=lambda read: self._show(*read),
            owner=self,
            key="secrets",
        )

    def _show(self, state: VaultState, certificates: list[Certificate], ending: list[Finding]) -> None:
        mine = next((one for one in state.stations if one.is_ours), None)
        unreadable = plural(len(state.unreadable), "illisible ici", "illisibles ici")
        self.facts.set_pairs(
            [
                ("Place", state.place[:1].upper() + state.place[1:]),
                ("Depuis", "" if mine is None else formats.moment(mine.since)),
                ("Secrets gardés", f"{len(state.secrets)}{f', dont {unreadable}' if state.unreadable else ''}"),
            ]
        )
        failure = state.failure
        if failure is not None:
            self.chip.say("Fermée", "danger")
        elif state.is_clear:
            self.chip.say("En clair, simulation", "warning")
        else:
            self.chip.say("Ouverte", "success")
        told = () if failure is None else (Finding(failure.code, Severity.ERROR, failure.text, failure.advice),)
        self.findings.set_findings(told)
        passphrase = self._ui.services.passphrase
        self.open_button.setVisible(failure is not None and passphrase is not None)
        for button in (self.rotate_button, self.transfer_button, self.recovery_button):
            button.setVisible(failure is None)
        for part in (self.enrol_field, self.enrol_button):
            part.setVisible(failure is not None)
        self.stations.set_pairs(
            (one.station, f"depuis le {formats.moment(one.since)}{' (ce poste)' if one.is_ours else ''}")
            for one in state.stations
        )
        since = state.recovery_since
        self.recovery_chip.say(
            "Aucun" if since is None else f"Donné le {formats.moment(since)}", "warning" if since is None else "success"
        )
        self.certificates.set_pairs(
            (one.usage, f"jusqu’au {formats.moment(one.not_after)}, {one.subject}") for one in certificates
        )
        self.certificates.setVisible(bool(certificates))
        self.none.setVisible(not certificates)
        self.ending.set_findings(ending)

    def _changed(self, change: Changed) -> None:
        if (change.touches("secret") or change.touches("certificate")) and self.isVisible():
            self._read()

    # --- Acting -------------------------------------------------------------------------------------------------------

    def rotate(self) -> None:
        """Give this workstation a new key."""
        self._act(self._ui.services.vault.rotate, lambda _none: self._ui.say("Ce poste a une nouvelle clé", "success"))

    def give_transfer(self) -> None:
        """Show a code for another workstation."""
        self._act(self._ui.services.vault.transfer_code, lambda code: self._reveal(self.transfer, code))

    def give_recovery(self) -> None:
        """Show a new recovery code."""
        self._act(self._ui.services.vault.recovery_code, lambda code: self._reveal(self.recovery, code))

    def import_p12(self) -> None:
        """Ask for a file of certificate and key, what it is for and its password."""
        self.p12_button.hide()
        self.p12.open_form()
        self.ensureWidgetVisible(self.p12)

    def enrol(self) -> None:
        """Let this workstation join by the code typed."""
        typed = self.code.text()
        self.code.clear()
        vault = self._ui.services.vault
        self._act(lambda actor: vault.enrol(typed, actor), lambda _none: self._ui.say("Poste inscrit", "success"))

    def give_passphrase(self) -> None:
        """Ask the passphrase of this workstation."""
        PassphraseDialog(self._ui, self.window(), opened=self._read).open()

    def _act(self, act: Callable[[Actor], Outcome[T]], said: Callable[[T], None]) -> None:
        actor = self._ui.actor()

        def done(outcome: Outcome[T]) -> None:
            if isinstance(outcome, Refused):
                self.refusals.set_findings(outcome.findings)
                return
            self.refusals.set_findings(())
            said(outcome.value)

        self._ui.tasks.run(lambda _progress: act(actor), done=done, owner=self, key="act")

    def _reveal(self, where: Text, code: str) -> None:
        self._hide_codes()
        where.setText(code)
        where.show()
        (self.transfer_note if where is self.transfer else self.recovery_note).show()

    def _hide_codes(self) -> None:
        """Take the codes off the screen: they are shown once, to whoever asked."""
        for part in (self.transfer, self.recovery):
            part.setText("")
            part.hide()
        self.transfer_note.hide()
        self.recovery_note.hide()
