"""What waits to be sent, for how long, why, and what may be done about it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.outcome import Refused
from app.ui import formats
from app.ui.settings.page import Page
from app.ui.widgets.basics import ActButton, EmptyState, Text
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from app.kernel.events import Changed
    from app.kernel.outcome import Outcome
    from app.ui.context import QueueItem, Ui

STATES = {
    "waiting": "En attente",
    "running": "En cours",
    "done": "Envoyé",
    "failed": "Refusé",
    "cancelled": "Abandonné",
}
_TONES = {"failed": "danger", "done": "success", "waiting": "warning"}


class QueuePage(Page):
    """The queue of writes for remote services, each with its age and its last error."""

    def __init__(self, ui: Ui) -> None:
        """Show the queue of ``ui``."""
        super().__init__(
            "File d’attente des envois",
            "Un service injoignable ne bloque jamais le comptoir\u00a0: chaque envoi attend ici et repart de lui-même.",
        )
        self._ui = ui
        columns: list[Column[QueueItem]] = [
            Column("Service", lambda item: item.lane, width=14),
            Column("Envoi", lambda item: item.kind),
            Column(
                "État", lambda item: STATES.get(item.state, item.state), 11, tone=lambda i: _TONES.get(i.state, "muted")
            ),
            Column("Depuis", lambda item: formats.since(item.created_at, ui.services.clock.now()), width=9),
            Column("Essais", lambda item: str(item.attempts), width=7, right=True, spare=True),
            Column("Prochain essai", lambda item: formats.moment(item.next_try_at), width=16, spare=True),
        ]
        panel = self.panel("Envois", stretch=1)
        empty = EmptyState(
            "check", "Rien à envoyer", "Les envois aux services distants paraîtront ici, avec leur état."
        )
        self.list: ListTable[QueueItem] = ListTable("Envois", columns, empty)
        self.list.setMinimumHeight(260)
        self.error = Text("", wrap=True, selectable=True)
        self.findings = FindingList()
        panel.body.addWidget(self.list, 1)
        panel.body.addWidget(self.error)
        retry = ActButton(ui.acts, "settings.queue_retry")
        cancel = ActButton(ui.acts, "settings.queue_cancel", kind="danger")
        panel.body.addWidget(Flow([retry, cancel]))
        panel.body.addWidget(self.findings)
        self.list.pointed.connect(self._point)
        ui.broadcast.changed.connect(self._changed)
        self._point(None)

    def shown(self) -> None:
        """Read the queue."""
        outbox = self._ui.services.outbox
        self._ui.tasks.run(
            lambda _progress: list(reversed(outbox.items())),
            done=lambda items: self.list.set_records(items, keep=True),
            owner=self,
            key="items",
        )

    def _changed(self, change: Changed) -> None:
        if change.touches("outbox") and self.isVisible():
            self.shown()

    def _point(self, item: QueueItem | None) -> None:
        self.error.setText(item.last_error if item is not None else "")
        self.error.setVisible(bool(self.error.text()))
        self._ui.acts.set_enabled(
            "settings.queue_retry", enabled=item is not None and item.state in {"waiting", "failed", "cancelled"}
        )
        self._ui.acts.set_enabled(
            "settings.queue_cancel", enabled=item is not None and item.state in {"waiting", "failed"}
        )

    def retry(self) -> None:
        """Try the write pointed at again now."""
        item = self.list.current_record
        if item is not None:
            outbox, actor = self._ui.services.outbox, self._ui.actor()
            self._ui.tasks.run(
                lambda _progress: outbox.retry(item.id, actor), done=self._done, owner=self, key="decide"
            )

    def give_up(self) -> None:
        """Give the write pointed at up."""
        item = self.list.current_record
        if item is not None:
            outbox, actor = self._ui.services.outbox, self._ui.actor()
            self._ui.tasks.run(
                lambda _progress: outbox.cancel(item.id, actor), done=self._done, owner=self, key="decide"
            )

    def _done(self, outcome: Outcome[object]) -> None:
        self.findings.set_findings(outcome.findings if isinstance(outcome, Refused) else ())
        self.shown()
