"""Who collects, where it is not the patient?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.officine.dispensing import session as editing
from app.officine.dispensing.bearer import ADDRESS_LIMIT, IDENTITY_LIMIT, NAME_LIMIT, read_bearer, typed_bearer
from app.ui.counter.drawer import Drawer
from app.ui.widgets.basics import Button, Text
from app.ui.widgets.fields import Field, TextField

if TYPE_CHECKING:
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_WHY = (
    "Sans porteur, le médicament est remis au patient lui-même. Pour un stupéfiant, le registre garde le nom et "
    "l’adresse de la personne qui l’emporte, et la référence de sa pièce d’identité si l’officine ne la connaît pas "
    "(CSP R.5132-35)."
)


class BearerDrawer(Drawer):
    """The bearer: name, address, identity; Entrée goes from one to the next, then keeps them."""

    name = "bearer"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Say who collects what ``till`` delivers."""
        super().__init__(ui, till, "Porteur")
        self.who = TextField(limit=NAME_LIMIT, placeholder="NOM Prénom")
        self.address = TextField(limit=ADDRESS_LIMIT, placeholder="Rue, code postal, ville")
        self.identity = TextField(limit=IDENTITY_LIMIT, placeholder="CNI 12AB34567, passeport…, ou «\u00a0connu\u00a0»")
        self.who_field = Field("&Nom du porteur", self.who)
        self.content.addWidget(Text(_WHY, "caption", wrap=True))
        self.content.addWidget(self.who_field)
        self.content.addWidget(Field("&Adresse", self.address))
        hint = "Référence de la pièce montrée\u202f; «\u00a0connu\u00a0» si l’officine connaît la personne"
        self.content.addWidget(Field("Pièce d’&identité", self.identity, hint=hint))
        self.content.addStretch(1)
        self.himself = Button("Le patient lui-&même", kind="ghost")
        self.himself.clicked.connect(self._take_out)
        self.save_button = Button("Garder le porteur — Entrée", kind="primary", icon="check")
        self.save_button.clicked.connect(self.confirm)
        self.foot.addWidget(self.himself)
        self.foot.addWidget(self.save_button)
        self.chain(self.who, self.address, self.identity)

    def opened(self) -> None:
        """Show the bearer as it is, and begin with the name."""
        known = read_bearer(self.till.session.bearer)
        for field, text in ((self.who, known.name), (self.address, known.address), (self.identity, known.identity)):
            field.setText(text)
            field.setCursorPosition(0)
        self.who_field.note()
        self.himself.setVisible(bool(known.text))
        self.reveal(self.who)

    def confirm(self) -> None:
        """Keep who was typed; nothing typed at all is the patient."""
        bearer = typed_bearer(self.who.text(), self.address.text(), self.identity.text())
        if bearer.text and not bearer.name:
            self.who_field.note("Le nom du porteur manque.", "danger")
            self.reveal(self.who)
            return
        self._keep(bearer.text)

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        for field in (self.who, self.address, self.identity):
            field.clear()

    def _take_out(self) -> None:
        self._keep("")

    def _keep(self, text: str) -> None:
        if text != self.till.session.bearer:
            self.till.do(editing.set_bearer(self.till.session, text))
        self.closed.emit()
