"""Which key does which act, and how is it changed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit

from app.ui.rooms import TITLES
from app.ui.settings.page import Page
from app.ui.widgets.basics import Button, EmptyState, Text
from app.ui.widgets.fields import Field
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.ui.context import Ui
    from app.ui.shortcuts import Act


class KeyboardPage(Page):
    """Every act and its key."""

    def __init__(self, ui: Ui) -> None:
        """Change the keys of the acts of ``ui``, and keep them."""
        super().__init__("Clavier", "Choisissez un acte, tapez sa nouvelle touche, enregistrez. Un doublon est refusé.")
        self._ui = ui
        columns: list[Column[Act]] = [
            Column("Acte", lambda act: act.title),
            Column(
                "Écran", lambda act: TITLES.get(act.room, "Partout"), width=14, tone=lambda _act: "muted", spare=True
            ),
            Column("Touche", lambda act: ui.acts.key_text_of(act.id) or "—", width=16, strong=True),
            Column(
                "",
                lambda act: "modifiée" if act.id in ui.acts.chosen else "",
                width=10,
                tone=lambda _a: "muted",
                spare=True,
            ),
        ]
        panel = self.panel("Actes", stretch=1)
        self.list: ListTable[Act] = ListTable("Actes et touches", columns, EmptyState("keyboard", "Aucun acte", ""))
        self.list.setMinimumHeight(240)
        self.key = QKeySequenceEdit()
        self.key.setMaximumSequenceLength(1)
        self.findings = FindingList()
        save = Button("Enregistrer la touche", kind="primary", icon="check")
        none = Button("Sans touche")
        default = Button("Touche d’origine")
        save.clicked.connect(self.choose)
        none.clicked.connect(lambda: self._choose(""))
        default.clicked.connect(self._default)
        panel.body.addWidget(self.list, 1)
        panel.body.addWidget(Field("Nouvelle &touche", self.key))
        panel.body.addWidget(Flow([save, none, default]))
        panel.body.addWidget(self.findings)
        self.column.addWidget(Text("Les touches choisies sont gardées pour ce poste.", "caption"))
        self.list.pointed.connect(self._point)
        self.shown()

    def shown(self) -> None:
        """Show the acts in the order of the rooms."""
        self.list.set_records(self._ui.acts.all(), keep=True)

    def choose(self) -> None:
        """Give the key typed to the act pointed at."""
        self._choose(self.key.keySequence().toString())

    def _point(self, act: Act | None) -> None:
        self.findings.set_findings(())
        self.key.setEnabled(act is not None)
        if act is not None:
            self.key.setKeySequence(QKeySequence(self._ui.acts.key_of(act.id)))

    def _default(self) -> None:
        act = self.list.current_record
        if act is not None:
            self._choose(act.key)

    def _choose(self, key: str) -> None:
        act = self.list.current_record
        if act is None:
            return
        refused = self._ui.acts.choose_key(act.id, key)
        if refused is not None:
            self.findings.set_findings([refused])
            return
        self._ui.settings.keys = self._ui.acts.chosen
        self._ui.keep_settings()
        self.shown()
        said = self._ui.acts.key_text_of(act.id) or "aucune touche"
        self._ui.say(f"«\u00a0{act.title}\u00a0»\u00a0: {said}", "success")
