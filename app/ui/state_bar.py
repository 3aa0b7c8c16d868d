"""In what state is the workstation: its database, its catalogue, what waits to be sent, what runs?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from app.kernel.text import plural
from app.ui import formats, theme
from app.ui.widgets.basics import Button, IconLabel, Text
from app.ui.widgets.card_words import card_words, holder_words

if TYPE_CHECKING:
    import datetime as dt

    from app.kernel.events import Changed
    from app.kernel.outcome import Finding
    from app.officine.catalog.model import CatalogVersion
    from app.ui.context import Services, Ui
    from app.ui.tasks import Tasks

_AGE_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class State:
    """What the bar shows."""

    engine: str
    catalog: CatalogVersion | None
    waiting: int
    age: dt.timedelta | None


def read_state(services: Services) -> State:
    """Return the state of the workstation; run in the background."""
    counts = services.outbox.counts()
    waiting = sum(count for state, count in counts.items() if state in {"waiting", "running", "failed"})
    engine = "PostgreSQL" if services.db.is_postgresql else "SQLite"
    return State(engine, services.catalog.version(), waiting, services.outbox.oldest_age())


class _Item(QFrame):
    """An icon and a few words."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.glyph = IconLabel(icon, "muted", 16)
        self.words = Text("", "caption")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.XS)
        line.addWidget(self.glyph)
        line.addWidget(self.words)

    def say(self, text: str, icon: str, color: str = "muted") -> None:
        self.words.setText(text)
        self.glyph.set_icon(icon, color)


class StateBar(QFrame):
    """The line at the bottom of the window."""

    def __init__(self, tasks: Tasks) -> None:
        """Show what ``tasks`` runs once it lasts; the rest once services are attached."""
        super().__init__()
        self._tasks = tasks
        self._ui: Ui | None = None
        self.setProperty("kind", "header")
        self._cards_were_up = False
        self.database = _Item("database")
        self.catalog = _Item("catalog")
        self.queue = _Item("queue")
        self.cards = _Item("card")
        self.cards.hide()
        self.work = Text("", "caption")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(theme.current().pixels(120))
        self.progress.setAccessibleName("Avancement")
        self.cancel = Button("Annuler", kind="ghost", icon="close")
        self.cancel.clicked.connect(self._cancel)
        self.station = Text("", "caption")
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.L, 2, theme.L, 2)
        line.setSpacing(theme.XL)
        for item in (self.database, self.catalog, self.queue, self.cards):
            line.addWidget(item)
        line.addStretch(1)
        for part in (self.work, self.progress, self.cancel, self.station):
            line.addWidget(part)
        self.database.say("Ouverture…", "database")
        tasks.busy.connect(self._show_work)
        self._show_work()
        self._clock = QTimer(self)
        self._clock.setInterval(_AGE_EVERY_MS)
        self._clock.timeout.connect(self.read)

    def attach(self, ui: Ui) -> None:
        """Show the state of the services of ``ui``, and follow it."""
        self._ui = ui
        self.station.setText(f"Poste {ui.settings.station}")
        ui.broadcast.changed.connect(self._changed)
        ui.cards.told.connect(lambda _news: self._show_cards())
        self.database.say("Contrôle de la base…", "clock")
        self._clock.start()
        self.read()
        ui.tasks.run(
            lambda _progress: ui.services.db.wait_until_checked(),
            done=lambda _none: self._checked(),
            failed=lambda error: self.database.say(error.text, "error", "danger"),
            owner=self,
            key="check",
        )

    def read(self) -> None:
        """Read the state anew."""
        if self._ui is not None:
            services = self._ui.services
            self._ui.tasks.run(lambda _progress: read_state(services), done=self._show, owner=self, key="state")

    def _show_cards(self) -> None:
        assert self._ui is not None
        state = self._ui.services.cards.state
        self._cards_were_up = self._cards_were_up or bool(state.service)
        words, color = card_words(state, lost=self._cards_were_up)
        self.cards.setVisible(bool(words))
        self.cards.say(words, "card", color)
        self.cards.setToolTip("")
        port = self._ui.services.professional_cards
        if port is not None and any(kind.startswith("cps") for kind in state.cards.values()):
            self._ui.tasks.run(
                lambda _progress: port.notices(),
                done=lambda told: self._tell_of_card(words, told),
                # A card that can't be read is told where one signs in.
                failed=lambda _error: None,
                owner=self,
                key="holder",
            )

    def _tell_of_card(self, words: str, told: list[Finding]) -> None:
        """Say that there is something to see of the professional card that is in, unless another state came since."""
        if self.cards.words.text() != words:
            return
        short, color = holder_words(told)
        if short:
            self.cards.say(f"{words}\u00a0: {short}", "card", color)
        self.cards.setToolTip("\n".join(f"{one.text} {one.advice}" for one in told))

    def _changed(self, change: Changed) -> None:
        if change.touches("outbox") or change.touches("catalog"):
            self.read()

    def _checked(self) -> None:
        assert self._ui is not None
        engine = "PostgreSQL" if self._ui.services.db.is_postgresql else "SQLite"
        self.database.say(f"Base {engine}\u00a0: contrôlée", "check", "success")

    def _show(self, state: State) -> None:
        if state.catalog is None:
            self.catalog.say("Aucune base de médicaments", "warning", "warning")
        else:
            count = plural(state.catalog.presentations, "présentation")
            self.catalog.say(f"Médicaments du {formats.date(state.catalog.source_date)}", "catalog")
            self.catalog.setToolTip(count)
        if not state.waiting:
            self.queue.say("Rien en attente d’envoi", "queue")
        elif state.age is not None:
            minutes = int(state.age.total_seconds() // 60)
            words = f"{plural(state.waiting, 'envoi')} en attente depuis {minutes}\u00a0min"
            self.queue.say(words, "queue", "warning" if minutes >= 15 else "muted")
        else:
            self.queue.say(f"{plural(state.waiting, 'envoi')} à revoir", "warning", "warning")

    def _show_work(self) -> None:
        shown = self._tasks.shown
        task = shown[0] if shown else None
        for part in (self.work, self.progress):
            part.setVisible(task is not None)
        self.cancel.setVisible(task is not None and task.can_cancel)
        if task is None:
            return
        done, total, text = task.steps
        self.work.setText(text or task.title)
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _cancel(self) -> None:
        for task in self._tasks.shown[:1]:
            task.cancel_by_hand()
        self._show_work()
