"""Which boxes did the patient take before the ordonnance, and how do they enter the sale?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.text import NBSP, plural
from app.officine.advances import rules
from app.officine.dispensing import advancing
from app.ui import formats, theme
from app.ui.counter.letters import at_once
from app.ui.widgets.basics import Button, EmptyState, Text
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.actor import Actor
    from app.officine.advances.model import Advance
    from app.officine.catalog.model import Product
    from app.ui.context import Services, Ui
    from app.ui.counter.till import Till

_HEIGHT = 120


class AdvancesBlock(QWidget):
    """The avances of the patient, in F8: Entrée takes the one pointed at into the sale, Alt+A all of them."""

    taken = Signal()
    learned = Signal()

    def __init__(self, ui: Ui, till: Till) -> None:
        """Serve the patient of ``till``; nothing shows while nothing waits."""
        super().__init__()
        self._ui, self._till = ui, till
        self._late_days = rules.LATE_DAYS
        self._products: dict[str, Product] = {}
        self.title = Text("", "strong", wrap=True)
        empty = EmptyState("pause", "Aucune avance", "")
        columns: list[Column[Advance]] = [
            Column("Avance", lambda one: one.label, second=_second, strong=True),
            Column("Qté", lambda one: str(one.left), width=3, right=True),
            Column("Âge", self._age, width=6, right=True, tone=self._tone),
        ]
        self.list: ListTable[Advance] = ListTable("Avances à régulariser", columns, empty)
        self.list.setFixedHeight(theme.current().pixels(_HEIGHT))
        self.list.chosen.connect(lambda one: self.take([one]))
        self.button = Button("Régulariser les &avances", icon="check")
        self.button.clicked.connect(lambda: self.take(self.list.records))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.S)
        column.setSpacing(theme.S)
        for part in (self.title, self.list, self.button):
            column.addWidget(part)
        self.hide()

    def bind(self, scope: QWidget) -> None:
        """Take all of them by Alt+A from anywhere in ``scope``."""
        at_once(self.button, scope, lambda: self.take(self.list.records))

    def read(self) -> None:
        """Read the avances of the patient anew."""
        patient_id, services, actor = self._till.session.patient_id, self._ui.services, self._ui.actor()
        if patient_id is None:
            self._learn(((), {}, rules.LATE_DAYS))
            return
        self._ui.tasks.run(
            lambda _progress: _waiting(services, patient_id, actor), done=self._learn, owner=self, key="advances"
        )

    def take(self, advances: Sequence[Advance]) -> None:
        """Take avances up into the sale, to be billed."""
        if advances and self._till.do(advancing.take_up(self._till.session, advances, self._products)):
            count = plural(len(advances), "avance reprise", "avances reprises")
            there = self._till.session.prescription is not None
            self._ui.say(f"{count}. {'F10 facture.' if there else 'F4' + NBSP + ': ordonnance, puis F10.'}", "success")
            self.taken.emit()

    def _learn(self, known: tuple[Sequence[Advance], dict[str, Product], int]) -> None:
        found, self._products, self._late_days = known
        there = set(advancing.asked(self._till.session))
        waiting = [one for one in found if one.number not in there]
        boxes = plural(sum(one.left for one in waiting), "boîte")
        self.title.setText(f"Avances à régulariser{NBSP}: {boxes}")
        self.list.set_records(waiting, keep=True)
        self.setVisible(bool(waiting))
        self.learned.emit()
        if waiting and not self._till.session.lines:
            self.list.setFocus()

    def _age(self, one: Advance) -> str:
        return f"{rules.age_days(one, today(self._ui.services.clock))}{NBSP}j"

    def _tone(self, one: Advance) -> str:
        return "danger" if rules.is_late(one, today(self._ui.services.clock), self._late_days) else ""


def _waiting(services: Services, patient_id: int, actor: Actor) -> tuple[Sequence[Advance], dict[str, Product], int]:
    found = services.advances.waiting(patient_id, actor)
    return found, services.catalog.by_codes([one.code for one in found]), services.advances.late_days()


def _second(one: Advance) -> str:
    entry = f" · ordonnancier n°{NBSP}{one.ordonnancier}" if one.ordonnancier is not None else ""
    return f"n°{NBSP}{one.number} du {formats.date(one.at.date())} · {formats.amount(one.unit_price)}{entry}"
