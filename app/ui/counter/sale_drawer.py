"""Under which terms do the products leave: sold, advanced, put on an account, given up to another officine?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from app.kernel.text import NBSP, fold
from app.officine.accounts.model import AccountKind
from app.officine.dispensing import session as editing
from app.officine.dispensing.model import SaleKind
from app.ui import formats, theme
from app.ui.counter.drawer import Drawer
from app.ui.counter.letters import at_once
from app.ui.widgets.basics import Button, Text
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from app.kernel.actor import Actor
    from app.officine.accounts.model import AccountSummary
    from app.ui.context import Services, Ui
    from app.ui.counter.till import Till

_KINDS = (
    (SaleKind.ORDINARY, "&Ordinaire"),
    (SaleKind.ADVANCE, "A&vance"),
    (SaleKind.ACCOUNT, "En co&mpte"),
    (SaleKind.RETROCESSION, "&Rétrocession"),
)
_RULES = {
    SaleKind.ORDINARY: "Les produits sont facturés et payés maintenant, sur l’ordonnance s’il y en a une.",
    SaleKind.ADVANCE: (
        "Un traitement connu part avant son ordonnance, sur décision d’un pharmacien. Rien n’est facturé\u202f; un "
        "acompte peut être reçu. Les boîtes sont inscrites à l’ordonnancier, et attendent l’ordonnance dans F8. "
        "Jamais de stupéfiant ni d’assimilé."
    ),
    SaleKind.ACCOUNT: "La part du client va à un compte, facturé plus tard. Les assureurs paient la leur.",
    SaleKind.RETROCESSION: (
        "Des boîtes vont à une autre officine, au prix de cession saisi sur chaque ligne. Ni patient ni "
        "ordonnancier\u202f; un stupéfiant demande le numéro du bon de commande."
    ),
}
_WORDS = Wording(
    name="Chercher un compte",
    placeholder="Nom du compte",
    icon="user",
    before=("Aucun compte", "Alt+6, Comptes\u00a0: ouvrez-en un."),
    nothing=("Aucun compte ne répond à «\u00a0{}\u00a0»", "Alt+6, Comptes\u00a0: ouvrez-le."),
    noun="compte",
)
_LIST_HEIGHT = 128


class SaleDrawer(Drawer):
    """The terms of the sale, one letter each; Entrée keeps them."""

    name = "sale"

    def __init__(self, ui: Ui, till: Till) -> None:
        """Choose the terms of the sale of ``till``."""
        super().__init__(ui, till, "Conditions de la vente")
        self.account: tuple[int | None, str] = (None, "")
        self.rule = Text("", wrap=True)
        self.chosen = Text("", "strong", wrap=True)
        columns: list[Column[AccountSummary]] = [
            Column("Compte", lambda one: one.account.name, strong=True, second=_second),
            Column("Dû", lambda one: formats.amount(one.balance.total), 9, True),
        ]
        self.pane: SearchPane[AccountSummary] = SearchPane(ui, _WORDS, columns, self._find)
        self.pane.list.setFixedHeight(theme.current().pixels(_LIST_HEIGHT))
        self.pane.count.hide()
        self.pane.chosen.connect(self._take)
        self.reason = TextField(limit=editing.TERMS_LIMIT, placeholder="Cabinet fermé, médecin prévenu…")
        self.reason_field = Field("Moti&f de l’avance", self.reason)
        self.order = TextField(limit=40, placeholder="vide\u00a0: aucun stupéfiant")
        self.order_field = Field("N° du &bon de commande", self.order)
        for part in (self._kinds(), self.rule, self.chosen, self.pane, self.reason_field, self.order_field):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self.keep = Button("Garder — Entrée", kind="primary", icon="check")
        self.keep.clicked.connect(self.confirm)
        self.foot.addWidget(self.keep)
        self.chain(self.reason)
        self.chain(self.order)

    @property
    def kind(self) -> SaleKind:
        """The terms chosen."""
        return _KINDS[max(self._group.checkedId(), 0)][0]

    @property
    def on_account(self) -> bool:
        """True where an account pays."""
        return self.kind in {SaleKind.ACCOUNT, SaleKind.RETROCESSION}

    def opened(self) -> None:
        """Show the terms as they are."""
        session = self.till.session
        self._group.button([kind for kind, _ in _KINDS].index(session.sale)).setChecked(True)
        self.account = (session.account_id, session.account_name)
        self.reason.setText(session.sale_reason if session.sale is SaleKind.ADVANCE else "")
        self.order.setText(session.sale_reason if session.sale is SaleKind.RETROCESSION else "")
        self._show()

    def confirm(self) -> None:
        """Keep the terms; what they lack is asked for where it is typed."""
        if self.kind is SaleKind.ADVANCE and not self.reason.text().strip():
            self.reason_field.note("Une avance demande un motif.", "danger")
            self.reveal(self.reason)
            return
        if self.on_account and self.account[0] is None:
            self.chosen.setText("Choisissez le compte qui paie\u00a0: ↑ ↓, puis Entrée.")
            self.chosen.set_role("danger")
            self.chosen.show()
            self.reveal(self.pane.field)
            return
        reason = {SaleKind.ADVANCE: self.reason.text(), SaleKind.RETROCESSION: self.order.text()}.get(self.kind, "")
        account = self.account if self.on_account else (None, "")
        session = self.till.session
        kept = (session.sale, session.sale_reason, session.account_id)
        if (self.kind, reason.strip(), account[0]) != kept:
            self.till.do(editing.set_terms(session, self.kind, reason, account))
            named = f" · {account[1]}" if account[1] else ""
            self.ui.say(f"Cette vente{NBSP}: {self.kind.label.lower()}{named}.")
        self.closed.emit()

    def forget(self) -> None:
        """Forget what was typed: another sale begins."""
        self.account = (None, "")
        for field in (self.reason, self.order, self.pane.field):
            field.clear()

    def _kinds(self) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.S)
        self._group = QButtonGroup(self)
        for place, (kind, label) in enumerate(_KINDS):
            button = Button(label, kind="tab")
            button.setCheckable(True)
            button.setAccessibleName(kind.label)
            button.clicked.connect(partial(self._choose, place))
            at_once(button, self, partial(self._choose, place))
            self._group.addButton(button, place)
            grid.addWidget(button, place // 2, place % 2)
        return page

    def _choose(self, place: int) -> None:
        self._group.button(place).setChecked(True)
        self.account = (None, "")
        self._show()

    def _find(self, typed: str) -> list[AccountSummary]:
        return find_accounts(self.ui.services, typed, self.ui.actor(), officines=self.kind is SaleKind.RETROCESSION)

    def _take(self, one: AccountSummary) -> None:
        """Pay by an account: then go on to the order form, or keep the terms."""
        self.account = (one.account.id, one.account.name)
        self._name()
        if self.kind is SaleKind.RETROCESSION:
            self.reveal(self.order)
        else:
            self.confirm()

    def _name(self) -> None:
        self.chosen.setText(f"Compte{NBSP}: {self.account[1]}" if self.account[0] is not None else "")
        self.chosen.set_role("strong")
        self.chosen.setVisible(self.on_account and self.account[0] is not None)

    def _show(self) -> None:
        self.rule.setText(_RULES[self.kind])
        self.reason_field.note()
        self.reason_field.setVisible(self.kind is SaleKind.ADVANCE)
        self.pane.setVisible(self.on_account)
        self.order_field.setVisible(self.kind is SaleKind.RETROCESSION)
        self._name()
        if self.on_account:
            self.pane.again()
            self.reveal(self.pane.field)
        elif self.kind is SaleKind.ADVANCE:
            self.reveal(self.reason)
        else:
            self.keep.setFocus()


def find_accounts(services: Services, typed: str, actor: Actor, *, officines: bool) -> list[AccountSummary]:
    """Return the open accounts whose name holds what is typed: of officines, or of all others; in the background."""
    words = fold(typed).split()
    return [
        one
        for one in services.accounts.summaries(actor)
        if one.account.active
        and (one.account.kind is AccountKind.OFFICINE) == officines
        and all(word in fold(one.account.name) for word in words)
    ]


def _second(one: AccountSummary) -> str:
    ceiling = one.account.ceiling
    most = f" · plafond {formats.amount(ceiling)}" if ceiling is not None else ""
    return f"{one.account.kind.label}{most}"
