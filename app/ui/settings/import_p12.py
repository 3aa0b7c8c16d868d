"""Which file of certificate and key comes in, for which use, under which password?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QWidget

from app.kernel.errors import FileUnusable
from app.kernel.outcome import Finding, Refused, Severity
from app.ui import formats, theme
from app.ui.widgets.basics import Button, Text, row
from app.ui.widgets.fields import Field
from app.ui.widgets.findings import FindingList
from app.ui.widgets.secret_field import SecretField

if TYPE_CHECKING:
    from app.kernel.errors import GalienError
    from app.kernel.outcome import Outcome
    from app.officine.secrets.model import Certificate
    from app.ui.context import Ui

USAGES = (("authentification", "Authentification de l’officine"), ("cachet", "Cachet de l’officine"))
"""What the certificates of a structure serve for (IGC-Santé, CL-ORG: one to authenticate, one to seal)."""
_LARGEST = 1_000_000


class P12Form(QWidget):
    """A file, what it is for, its password: neither file nor password is kept. ``closed`` when it goes away."""

    closed = Signal()

    def __init__(self, ui: Ui) -> None:
        """Write with the certificates of ``ui``."""
        super().__init__()
        self._ui = ui
        self._file: Path | None = None
        self.name = Text("Aucun fichier choisi", "muted", wrap=True)
        choose = Button("Choisir le &fichier…", icon="folder")
        choose.clicked.connect(self.choose)
        self.usage = QComboBox()
        for usage, label in USAGES:
            self.usage.addItem(label, usage)
        self.password = SecretField()
        self.password.returnPressed.connect(self.save)
        self.findings = FindingList(refusal="Non importé")
        self.save_button = Button("&Importer", kind="primary", icon="check")
        self.save_button.clicked.connect(lambda _checked=False: self.save())
        back = Button("Annuler", kind="ghost")
        back.clicked.connect(lambda _checked=False: self.close_form())
        chosen = row(choose, self.name)
        chosen.setStretch(1, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, theme.S, 0, 0)
        grid.setSpacing(theme.S)
        grid.addLayout(chosen, 0, 0, 1, 2)
        grid.addWidget(Field("&Usage", self.usage), 1, 0)
        grid.addWidget(Field("&Mot de passe du fichier", self.password), 1, 1)
        grid.addWidget(self.findings, 2, 0, 1, 2)
        grid.addLayout(row(back, 0, self.save_button), 3, 0, 1, 2)

    def open_form(self) -> None:
        """Begin without a file."""
        self._forget()
        self.show()
        self.password.setFocus()

    def close_form(self) -> None:
        """Go away; nothing typed is kept."""
        self._forget()
        self.hide()
        self.closed.emit()

    def choose(self) -> None:
        """Ask for the file."""
        dialog = QFileDialog(self, "Certificat et clé (PKCS#12)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["PKCS#12 (*.p12 *.pfx)", "Tous les fichiers (*)"])
        if dialog.exec():
            self.take_file(dialog.selectedFiles()[0])

    def take_file(self, path: str) -> None:
        """Import that file once its password is typed."""
        self._file = Path(path)
        self.name.setText(self._file.name)
        self.findings.set_findings(())
        self.password.setFocus()

    def save(self) -> None:
        """Take the certificate and the key of the file."""
        password, file = self.password.take(), self._file
        if file is None:
            text, advice = "Aucun fichier n’est choisi.", "Choisissez le fichier .p12 ou .pfx remis par l’ANS."
            self.findings.set_findings([Finding("GAL-CLE-25", Severity.ERROR, text, advice)])
            return
        certificates, actor = self._ui.services.certificates, self._ui.actor()
        usage = str(self.usage.currentData())
        self._ui.tasks.run(
            lambda _progress: certificates.import_p12(content_of(file), password, usage, actor),
            done=self._imported,
            failed=self._failed,
            owner=self,
            key="p12",
        )

    def _imported(self, outcome: Outcome[Certificate]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            self.password.setFocus()
            return
        face = outcome.value
        self.close_form()
        self._ui.say(f"Certificat importé\u00a0: {face.subject}, jusqu’au {formats.moment(face.not_after)}", "success")

    def _failed(self, error: GalienError) -> None:
        self.findings.set_findings([Finding(error.code, Severity.ERROR, error.text, error.advice)])

    def _forget(self) -> None:
        self._file = None
        self.name.setText("Aucun fichier choisi")
        self.password.forget()
        self.findings.set_findings(())


def content_of(file: Path, largest: int = _LARGEST) -> bytes:
    """Return what a file holds; the service refuses one that is too long. Raises FileUnusable."""
    try:
        with file.open("rb") as stream:
            return stream.read(largest + 1)
    except OSError as error:
        raise FileUnusable(
            f"Le fichier «\u00a0{file.name}\u00a0» ne peut pas être lu.",
            advice="Choisissez-le de nouveau, sur ce poste.",
        ) from error
