"""Who is this prescriber that the officine does not know yet?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.outcome import Refused
from app.officine.prescriptions.model import Prescriber, PrescriberDraft
from app.ui import theme
from app.ui.widgets.basics import row
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList

if TYPE_CHECKING:
    from app.kernel.outcome import Outcome
    from app.ui.context import Ui


class PrescriberForm(QWidget):
    """What the register asks of a prescriber: name, RPPS number, specialty, address."""

    created = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Create through the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self.family_name = TextField(limit=100)
        self.given_name = TextField(limit=100)
        self.rpps = TextField(placeholder="11 chiffres", limit=11)
        self.specialty = TextField(limit=100)
        self.address = TextField(limit=100)
        self.postal_code = TextField(limit=10)
        self.city = TextField(limit=100)
        self.findings = FindingList()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(self.findings)
        for label, field in (
            ("&Nom", self.family_name),
            ("&Prénom", self.given_name),
            ("N° &RPPS", self.rpps),
            ("&Spécialité", self.specialty),
            ("&Adresse", self.address),
        ):
            column.addWidget(Field(label, field))
        column.addLayout(row(Field("&Code postal", self.postal_code), Field("&Ville", self.city), spacing=theme.M))
        column.addStretch(1)

    @property
    def fields(self) -> tuple[TextField, ...]:
        """The fields in the order of typing."""
        return (
            self.family_name,
            self.given_name,
            self.rpps,
            self.specialty,
            self.address,
            self.postal_code,
            self.city,
        )

    def begin(self, typed: str) -> None:
        """Begin with what was searched: a number, or a name."""
        digits = typed.replace(" ", "")
        if digits.isdigit():
            self.rpps.setText(digits)
        elif typed.strip():
            self.family_name.setText(typed.strip().upper())
        self.family_name.setFocus()

    def forget(self) -> None:
        """Forget what was typed."""
        for field in self.fields:
            field.clear()
        self.findings.set_findings(())

    def submit(self) -> None:
        """Create the prescriber typed, or say what is wrong."""
        draft = PrescriberDraft(
            family_name=self.family_name.text(),
            given_name=self.given_name.text(),
            rpps=self.rpps.text().strip(),
            specialty=self.specialty.text(),
            address_line=self.address.text(),
            postal_code=self.postal_code.text(),
            city=self.city.text(),
        )
        prescriptions, actor = self._ui.services.prescriptions, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: prescriptions.add_prescriber(draft, actor), done=self._created, owner=self, key="create"
        )

    def _created(self, outcome: Outcome[Prescriber]) -> None:
        if isinstance(outcome, Refused):
            self.findings.set_findings(outcome.findings)
            return
        self.forget()
        self._ui.say(f"Prescripteur créé\u00a0: {outcome.value.display_name}", "success")
        self.created.emit(outcome.value)
