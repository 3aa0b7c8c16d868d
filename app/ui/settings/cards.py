"""Do the card readers of this workstation work, and with which module are professional cards read?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app.kernel.outcome import Finding, Refused, Severity
from app.kernel.text import plural
from app.ui import formats, theme
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, Button, EmptyState, Text
from app.ui.widgets.facts import Facts
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.kernel.errors import GalienError
    from app.kernel.outcome import Outcome
    from app.officine.staff.readers import ModuleState, ReaderState, ReaderTest
    from app.ui.context import Ui

_LIST_HEIGHT = 132


class CardsPage(Page):
    """The readers with what each holds, a test of one, and the module for professional cards."""

    def __init__(self, ui: Ui) -> None:
        """Show and test the readers of the workstation of ``ui``."""
        super().__init__(
            "Cartes",
            "Lecteurs de cartes de ce poste, et module des cartes de professionnel. Aucun code n’est demandé ici, et "
            "rien n’est gardé de ce qui est lu. Le comptoir fonctionne sans lecteur.",
        )
        self._ui = ui
        self._bench = ui.services.card_bench
        readers = self.panel("Lecteurs")
        columns: list[Column[ReaderState]] = [
            Column("Lecteur", lambda one: one.reader, strong=True),
            Column("Carte", lambda one: one.card or "aucune", width=22, tone=_tone),
            Column("Dernier échange", lambda one: formats.moment(one.last_exchange), width=17, spare=True),
        ]
        empty = EmptyState("card", "Aucun lecteur de cartes", "Branchez un lecteur PC/SC\u00a0: il paraît de lui-même.")
        self.list: ListTable[ReaderState] = ListTable("Lecteurs de cartes", columns, empty)
        self._measure_list()
        theme.current().changed.connect(self._measure_list)
        self.list.chosen.connect(lambda _reader: self.test())
        self.list.pointed.connect(self._point)
        self.trouble = FindingList()
        readers.body.addWidget(self.list)
        readers.body.addWidget(self.trouble)
        hint = Text("↑ ↓ choisir un lecteur · Entrée essayer la lecture", "caption")
        readers.body.addWidget(Flow([ActButton(ui.acts, "settings.test_card", kind="primary"), hint]))
        self.tested = self.panel("Dernier essai")
        self.result = Text("", "strong", wrap=True)
        self.facts = Facts()
        self.findings = FindingList()
        for part in (self.result, self.facts, self.findings):
            self.tested.body.addWidget(part)
        self.tested.hide()
        self._lay_module()
        self.end()
        ui.cards.told.connect(self._told)

    def shown(self) -> None:
        """Read the readers and the module."""
        self._read_readers()
        self._ui.tasks.run(
            lambda _progress: (self._bench.module(), self._bench.authorities()),
            done=lambda told: self._show_module(*told),
            owner=self,
            key="module",
        )

    def test(self) -> None:
        """Read the card of the reader pointed at, as far as anyone may."""
        state = self.list.current_record
        if state is not None:
            self._ui.tasks.run(
                lambda _progress: self._bench.test(state.reader),
                done=self._show_test,
                owner=self,
                key="test",
                title="Lecture de la carte…",
            )

    def choose_module(self) -> None:
        """Ask for the file of the module."""
        dialog = QFileDialog(self, "Module PKCS#11 de la Cryptolib CPS")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        if dialog.exec():
            self.keep_module(dialog.selectedFiles()[0])

    def keep_module(self, path: str) -> None:
        """Use another module from now on; empty for the usual places."""
        settings, actor = self._ui.services.card_settings, self._ui.actor()
        self._keep(lambda: settings.set_module(path, actor))

    def choose_authorities(self) -> None:
        """Ask for the folder of the certificates of authorities."""
        dialog = QFileDialog(self, "Certificats de l’IGC-Santé")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if dialog.exec():
            self.keep_authorities(dialog.selectedFiles()[0])

    def keep_authorities(self, folder: str) -> None:
        """Trust the authorities of another folder from now on."""
        settings, actor = self._ui.services.card_settings, self._ui.actor()
        self._keep(lambda: settings.set_authorities(folder, actor))

    def _keep(self, act: Callable[[], Outcome[None]]) -> None:
        self._ui.tasks.run(lambda _progress: act(), done=self._kept, owner=self, key="keep")

    def _kept(self, outcome: Outcome[None]) -> None:
        if isinstance(outcome, Refused):
            self._ui.refuse(outcome.findings)
        else:
            self.shown()

    def _lay_module(self) -> None:
        panel = self.panel("Cartes de professionnel (CPS)")
        self.module = Facts()
        self.absent = FindingList()
        choose = Button("Choisir le &module…", icon="folder")
        choose.clicked.connect(self.choose_module)
        self.usual = Button("Chemins &habituels", kind="ghost")
        self.usual.clicked.connect(lambda _checked: self.keep_module(""))
        authorities = Button("Dossier des &autorités…", icon="folder")
        authorities.clicked.connect(self.choose_authorities)
        panel.body.addWidget(self.module)
        panel.body.addWidget(self.absent)
        panel.body.addWidget(Flow([choose, self.usual, authorities]))
        self.places = Text("", "muted", wrap=True)
        panel.body.addWidget(self.places)

    def _read_readers(self) -> None:
        self._ui.tasks.run(
            lambda _progress: self._bench.readers(),
            done=self._show_readers,
            failed=self._without_readers,
            owner=self,
            key="readers",
        )

    def _told(self, _news: object) -> None:
        if self.isVisible():
            self._read_readers()

    def _measure_list(self) -> None:
        # A workstation has one reader or two: the list leaves the page to what a test says.
        self.list.setFixedHeight(theme.current().pixels(_LIST_HEIGHT))

    def _show_readers(self, readers: tuple[ReaderState, ...]) -> None:
        self.trouble.set_findings(())
        self.list.show()
        self.list.set_records(readers, keep=True)
        self._point(self.list.current_record)

    def _without_readers(self, error: GalienError) -> None:
        self.list.set_records(())
        self.list.hide()
        self.trouble.set_findings([Finding(error.code, Severity.WARNING, error.text, error.advice)])
        self._point(None)

    def _point(self, state: ReaderState | None) -> None:
        self._ui.acts.set_enabled("settings.test_card", enabled=state is not None and bool(state.card))

    def _show_test(self, test: ReaderTest) -> None:
        self.tested.show()
        lasted = f"{test.took_ms}\u00a0ms"
        self.result.setText(
            f"{test.reader}\u00a0: la carte a répondu en {lasted}."
            if test.facts
            else f"{test.reader}\u00a0: la carte n’a pas pu être lue ({lasted})."
        )
        self.facts.set_pairs(test.facts)
        self.facts.setVisible(bool(test.facts))
        self.findings.set_findings(test.findings)
        self._read_readers()

    def _show_module(self, state: ModuleState, authorities: int) -> None:
        chosen = self._ui.settings.card_module
        known = plural(authorities, "certificat") if authorities else "aucune\u00a0: aucune carte ne peut être vérifiée"
        self.module.set_pairs(
            [
                ("Module", f"{state.description} {state.version}" if state.found else "absent"),
                ("Fichier", state.path),
                ("Chemin réglé", chosen),
                ("Autorités", known),
                ("Dossier", self._ui.settings.card_authorities),
            ]
        )
        self.absent.set_findings(
            () if state.found else [Finding(state.code, Severity.WARNING, state.text, state.advice)]
        )
        self.usual.setEnabled(bool(chosen))
        places = ", ".join(self._bench.module_places())
        self.places.setText(f"Sans chemin réglé, la Cryptolib CPS est cherchée ici\u00a0: {places}.")
        # The finding names them already where the module is nowhere, and a simulation has none.
        self.places.setVisible(bool(state.path))


def _tone(state: ReaderState) -> str:
    if not state.card:
        return "muted"
    return "warning" if state.is_mute else "success"
