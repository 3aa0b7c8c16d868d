"""What should be in the drawer of this workstation, and what was counted in it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.kernel.money import ZERO, Money
from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP
from app.officine.cash.model import DENOMINATIONS, Count, Means, RecordKind
from app.ui import formats
from app.ui.cash.page import CashForm, CashPage
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.fields import AmountField, Field, NumberField, TextField
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.officine.cash.model import Drawer, Record
    from app.ui.context import Ui

_MOST = 9999


class DrawerPage(CashPage):
    """The movements of the drawer on the left, what it should hold on the right, and the acts on it."""

    def __init__(self, ui: Ui) -> None:
        """Show the drawer of the workstation of ``ui``."""
        super().__init__(ui, "Tiroir de ce poste", ("cash.float", "cash.in", "cash.out", "cash.open", "cash.count"))
        empty = EmptyState("euro", "Aucun mouvement", "F2 déclare le fond de caisse de ce poste.")
        columns: list[Column[Record]] = [
            Column("Heure", lambda move: formats.clock(move.at), 6),
            Column("Mouvement", lambda move: move.kind.label, strong=True, second=_about),
            Column("Montant", lambda move: formats.amount(move.amount) if move.means else "", 10, True),
        ]
        self.list: ListTable[Record] = ListTable("Mouvements du tiroir", columns, empty)
        self.left.addWidget(self.list, 1)
        self.drawer: Drawer | None = None
        self.cash = Text("", "display")
        self.state = Text("", "muted", wrap=True)
        self.facts = Facts()
        self.body = Sheet("Tiroir")
        for part in (Text("Espèces attendues (lecture X)", "caption"), self.cash, self.state, self.facts):
            self.body.column.addWidget(part)
        self.body.end()
        self.content.addWidget(self.body, 1)
        self.opening = MoveForm(ui, RecordKind.FLOAT)
        self.entering = MoveForm(ui, RecordKind.CASH_IN)
        self.leaving = MoveForm(ui, RecordKind.CASH_OUT)
        self.unlocking = MoveForm(ui, RecordKind.DRAWER)
        self.counting = CountForm(ui)
        self.forms_changed.connect(self._make_room)
        for form in (self.opening, self.entering, self.leaving, self.unlocking, self.counting):
            self.add_form(form)

    def shown(self) -> None:
        """Read the drawer anew."""
        cash, station = self.ui.services.cash, self.ui.settings.station
        self.ui.tasks.run(lambda _progress: cash.drawer(station), done=self._show, owner=self, key="drawer")

    def focus_list(self) -> None:
        """Put the focus on the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def declare_float(self) -> None:
        """Type the float; what was left at the last count is proposed."""
        kept = self.drawer.kept if self.drawer is not None else None
        self.opening.proposed = kept
        self.open_form(self.opening)

    def enter(self) -> None:
        """Type an entry of cash."""
        self.open_form(self.entering)

    def take_out(self) -> None:
        """Type cash that is taken out."""
        self.open_form(self.leaving)

    def unlock(self) -> None:
        """Type why the drawer is opened without a sale."""
        self.open_form(self.unlocking)

    def count(self) -> None:
        """Count the drawer."""
        if self.drawer is not None:
            self.counting.drawer = self.drawer
            self.open_form(self.counting)

    def _make_room(self) -> None:
        """Leave the whole page to the count."""
        for part in (self.body, self.side):
            part.setVisible(self.form is not self.counting)

    def _show(self, drawer: Drawer) -> None:
        self.drawer = drawer
        self.list.set_records(list(reversed(drawer.moves)))
        self.cash.setText(formats.amount(drawer.expected[Means.CASH]))
        opened = f"Ouvert à {formats.clock(drawer.opened_at)} par {drawer.opened_by}" if drawer.opened_at else ""
        self.state.setText(opened or f"Fond de caisse non déclaré{NBSP}: F2. Les ventes restent possibles.")
        self.state.set_role("muted" if opened else "warning")
        self.facts.set_pairs(
            [
                ("Poste", drawer.station),
                ("Fond", formats.amount(drawer.opening)),
                ("Cartes", formats.amount(drawer.expected[Means.CARD])),
                ("Chèques", formats.amount(drawer.expected[Means.CHEQUE])),
            ]
        )


class MoveForm(CashForm):
    """A float, cash put in or taken out, or an opening without a sale."""

    def __init__(self, ui: Ui, kind: RecordKind) -> None:
        """Write movements of one ``kind``."""
        super().__init__(ui, kind.label)
        self.kind = kind
        self.proposed: Money | None = None
        self.amount = AmountField()
        self.reason = TextField(limit=200, placeholder="Monnaie, timbres, erreur…")
        editors: list[TextField] = []
        if kind is not RecordKind.DRAWER:
            self.fields.addWidget(Field("Mon&tant", self.amount), 0, 0, Qt.AlignmentFlag.AlignBottom)
            editors.append(self.amount)
        if kind is not RecordKind.FLOAT:
            self.fields.addWidget(Field("&Motif", self.reason), 0, 1, Qt.AlignmentFlag.AlignBottom)
            editors.append(self.reason)
        self.first = editors[0]
        self.chain(*editors)

    def begin(self) -> None:
        """Begin with what is proposed, or with nothing."""
        super().begin()
        self.reason.clear()
        self.amount.clear()
        if self.proposed is not None:
            self.amount.set_money(self.proposed)
        self.focus(self.first)

    def save(self) -> None:
        """Write the movement."""
        cash, actor, reason = self.ui.services.cash, self.ui.actor(), self.reason.text()
        if self.kind is RecordKind.DRAWER:
            self.perform(lambda: cash.open_without_sale(actor, reason), "Ouverture enregistrée")
            return
        amount = self.amount.money
        if amount is None:
            self.refuse([_not_an_amount()])
        elif self.kind is RecordKind.FLOAT:
            self.perform(lambda: cash.open_drawer(actor, amount), f"Fond de caisse{NBSP}: {formats.amount(amount)}")
        else:
            said = f"{self.kind.label}{NBSP}: {formats.amount(amount)}"
            self.perform(lambda: cash.move(actor, self.kind, amount, reason), said)


class CountForm(CashForm):
    """The notes and coins, the cards, the cheques, what stays, and why it differs."""

    def __init__(self, ui: Ui) -> None:
        """Count by the values of the euro."""
        super().__init__(ui, "Comptage du tiroir", scrolls=True)
        self.drawer: Drawer | None = None
        self.coins: dict[Money, NumberField] = {}
        for place, value in enumerate(DENOMINATIONS):
            name = _value_name(value)
            boxes = NumberField(0, _MOST)
            boxes.valueChanged.connect(lambda _number: self._reckon())
            self.coins[value] = boxes
            self.fields.addWidget(Field(name, boxes), place // 5, place % 5, Qt.AlignmentFlag.AlignBottom)
        self.card, self.cheque, self.kept = AmountField(), AmountField(), AmountField()
        self.reference = TextField(limit=60)
        self.reason = TextField(limit=200)
        for place, (label, editor) in enumerate(
            (
                ("&Cartes", self.card),
                ("C&hèques", self.cheque),
                ("Fond &laissé", self.kept),
                ("Re&mise n°", self.reference),
                ("Motif d’&écart", self.reason),
            )
        ):
            self.fields.addWidget(Field(label, editor), 3, place, Qt.AlignmentFlag.AlignBottom)
        self.gap = Text("", "strong", wrap=True)
        self.column.insertWidget(1, self.gap)
        for field in (self.card, self.cheque, self.kept):
            field.textChanged.connect(lambda _text: self._reckon())
        self.chain(*self.coins.values(), self.card, self.cheque, self.kept, self.reference, self.reason)

    def begin(self) -> None:
        """Begin with the notes at nothing, the cards and cheques as expected."""
        super().begin()
        assert self.drawer is not None
        for field in self.coins.values():
            field.setValue(0)
        self.card.set_money(self.drawer.expected[Means.CARD])
        self.cheque.set_money(self.drawer.expected[Means.CHEQUE])
        self.kept.set_money(self.drawer.opening)
        self.reference.clear()
        self.reason.clear()
        self._reckon()
        self.focus(next(iter(self.coins.values())))

    @property
    def typed(self) -> Count | None:
        """The count; None where an amount is none."""
        amounts = [field.money if field.text().strip() else ZERO for field in (self.card, self.cheque, self.kept)]
        card, cheque, kept = amounts
        if card is None or cheque is None or kept is None:
            return None
        coins = {value: field.value() for value, field in self.coins.items() if field.value()}
        return Count(
            coins=coins,
            card=card,
            cheque=cheque,
            kept=kept,
            reference=self.reference.text().strip(),
            reason=self.reason.text().strip(),
        )

    def save(self) -> None:
        """Write the count."""
        count = self.typed
        if count is None:
            self.refuse([_not_an_amount()])
            return
        cash, actor = self.ui.services.cash, self.ui.actor()
        self.perform(lambda: cash.count(actor, count), "Comptage enregistré")

    def _reckon(self) -> None:
        count, drawer = self.typed, self.drawer
        if count is None or drawer is None:
            self.gap.setText("")
            return
        gap = count.cash - drawer.expected[Means.CASH]
        sign = "+" if gap > ZERO else ""
        banked = count.cash - count.kept
        too_much = "fond laissé supérieur au compté"
        parts = (
            f"Attendu {formats.amount(drawer.expected[Means.CASH])}",
            f"compté {formats.amount(count.cash)}",
            f"écart {sign}{formats.amount(gap)}",
            too_much if banked < ZERO else f"à remettre en banque {formats.amount(banked)}",
        )
        self.gap.setText(" · ".join(parts))
        self.gap.set_role("success" if not gap else "warning")


def _about(move: Record) -> str:
    return " · ".join(part for part in (move.reason, move.operator_name) if part)


def _value_name(value: Money) -> str:
    """Return the name of a note or a coin: ``50 €``, ``20 c``."""
    euros, cents = divmod(value.cents, 100)
    return f"{euros}{NBSP}€" if euros else f"{cents}{NBSP}c"


def _not_an_amount() -> Finding:
    return Finding("GAL-CAI-10", Severity.ERROR, "Ce n’est pas un montant.", "Tapez par exemple 12,50.")
