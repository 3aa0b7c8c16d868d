"""Who collects the boxes of a promis: which fields ask for it?"""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.officine.dispensing.bearer import (
    ADDRESS_LIMIT,
    IDENTITY_LIMIT,
    NAME_LIMIT,
    NO_ADDRESS,
    NO_NAME,
    Bearer,
    typed_bearer,
)
from app.ui import theme
from app.ui.widgets.basics import Text
from app.ui.widgets.fields import Field, TextField

_NARCOTIC = (
    "Stupéfiant\u00a0: le registre garde qui l’emporte (CSP R.5132-35). Vide\u00a0: le patient lui-même\u202f; "
    "une autre personne\u00a0: Alt+O."
)
_OTHER = "Vide\u00a0: le patient lui-même."


class BearerFields(QWidget):
    """Name, address and identity of the bearer; empty, the patient collects."""

    def __init__(self) -> None:
        """Start hidden, with nobody."""
        super().__init__()
        self.why = Text("", "caption", wrap=True)
        self.who = TextField(limit=NAME_LIMIT, placeholder="NOM Prénom")
        self.address = TextField(limit=ADDRESS_LIMIT, placeholder="Rue, code postal, ville")
        self.identity = TextField(limit=IDENTITY_LIMIT, placeholder="CNI 12AB34567, passeport…, ou «\u00a0connu\u00a0»")
        self.who_field = Field("Po&rteur", self.who)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        column.addWidget(self.why)
        column.addWidget(self.who_field)
        self.address_field = Field("A&dresse du porteur", self.address)
        self.identity_field = Field("Pièce d’&identité", self.identity)
        column.addWidget(self.address_field)
        column.addWidget(self.identity_field)
        self.hide()

    @property
    def fields(self) -> tuple[TextField, ...]:
        """The fields, in the order of the typing."""
        return self.who, self.address, self.identity

    @property
    def bearer(self) -> Bearer:
        """Who was typed."""
        return typed_bearer(self.who.text(), self.address.text(), self.identity.text())

    def begin(self, *, narcotic: bool) -> None:
        """Ask for nobody yet; of a stupéfiant the fields show at once."""
        for field in self.fields:
            field.clear()
        self._be_quiet()
        self.why.setText(_NARCOTIC if narcotic else _OTHER)
        self.setVisible(narcotic)

    def tell(self, code: str) -> TextField:
        """Say beside its field what lacks of the bearer, by the code of the finding; return that field."""
        self._be_quiet()
        if code == NO_NAME:
            self.who_field.note("Le nom du porteur manque.", "danger")
            return self.who
        if code == NO_ADDRESS:
            self.address_field.note("Le registre demande l’adresse du porteur.", "danger")
            return self.address
        self.identity_field.note(
            "Porteur inconnu de l’officine\u00a0: notez sa pièce. Connu\u00a0: Entrée de nouveau.", "warning"
        )
        return self.identity

    def _be_quiet(self) -> None:
        for field in (self.who_field, self.address_field, self.identity_field):
            field.note()
