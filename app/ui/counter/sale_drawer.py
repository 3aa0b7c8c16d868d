"""Under which terms do the products leave: sold, or handed over before the ordonnance?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from app.kernel.text import NBSP
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import SaleKind
from app.ui import theme
from app.ui.counter.drawer import Drawer
from app.ui.counter.letters import at_once
from app.ui.widgets.basics import Button, Text
from app.ui.widgets.fields import Field, TextField

if TYPE_CHECKING:
    from app.ui.context import Ui
    from app.ui.counter.till import Till

_KINDS = (
    (SaleKind.ORDINARY, "Vente &ordinaire"),
    (SaleKind.ADVANCE, "A&vance"),
)
_RULES = {
    SaleKind.ORDINARY: "Les produits sont facturés et payés maintenant, sur l’ordonnance s’il y en a une.",
    SaleKind.ADVANCE: (
        "Un traitement connu part avant son ordonnance, sur décision d’un pharmacien. Rien n’est facturé\u202f; un "
        "acompte peut être reçu. Les boîtes sont inscrites à l’ordonnancier, et attendent l’ordonnance dans F8. Jamais "
        "de stupéfiant ni d’assimilé."
    ),
}


class SaleDrawer(Drawer):
    """The terms of the sale, one letter each; Entrée keeps them."""

    name = "sale"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Choose the terms of the sale of ``till``."""
        super().__init__(ui, till, "Conditions de la vente")
        self.rule = Text("", wrap=True)
        self.reason = TextField(limit=editing.TERMS_LIMIT, placeholder="Cabinet fermé, médecin prévenu…")
        self.reason_field = Field("&Motif de l’avance", self.reason)
        self.kinds = self._kinds()
        for part in (self.kinds, self.rule, self.reason_field):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self.keep = Button("Garder — Entrée", kind="primary", icon="check")
        self.keep.clicked.connect(self.confirm)
        self.foot.addWidget(self.keep)
        self.chain(self.reason)

    @property
    def kind(self) -> SaleKind:
        """The terms chosen."""
        return _KINDS[max(self._group.checkedId(), 0)][0]

    def opened(self) -> None:
        """Show the terms as they are."""
        session = self.till.session
        self._group.button([kind for kind, _ in _KINDS].index(session.sale)).setChecked(True)
        self.reason.setText(session.sale_reason)
        self._show()

    def confirm(self) -> None:
        """Keep the terms; an avance without a reason is refused where it is typed."""
        if self.kind is SaleKind.ADVANCE and not self.reason.text().strip():
            self.reason_field.note("Une avance demande un motif.", "danger")
            self.reveal(self.reason)
            return
        reason = self.reason.text() if self.kind is SaleKind.ADVANCE else ""
        session = self.till.session
        if (self.kind, reason) != (session.sale, session.sale_reason):
            self.till.do(editing.set_terms(session, self.kind, reason))
            self.ui.say(f"Cette vente{NBSP}: {self.kind.label.lower()}.")
        self.closed.emit()

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        self.reason.clear()

    def _kinds(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        self._group = QButtonGroup(self)
        for place, (kind, label) in enumerate(_KINDS):
            button = Button(label, kind="tab")
            button.setCheckable(True)
            button.setAccessibleName(kind.label)
            button.clicked.connect(partial(self._choose, place))
            at_once(button, self, partial(self._choose, place))
            self._group.addButton(button, place)
            column.addWidget(button)
        return page

    def _choose(self, place: int) -> None:
        self._group.button(place).setChecked(True)
        self._show()

    def _show(self) -> None:
        is_advance = self.kind is SaleKind.ADVANCE
        self.rule.setText(_RULES[self.kind])
        self.reason_field.setVisible(is_advance)
        self.reason_field.note()
        if is_advance:
            self.reveal(self.reason)
        else:
            self.keep.setFocus()
