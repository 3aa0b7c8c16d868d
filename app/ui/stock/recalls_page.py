"""Which lots were recalled, which of their boxes are here, and who has read the notice?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Refused
from app.kernel.text import plural
from app.officine.recalls.csvfile import split_lots
from app.officine.recalls.model import Level, RecallDraft
from app.officine.stock.quarantined import Cause
from app.ui import formats, theme
from app.ui.stock.forms import Form, FormSheet
from app.ui.stock.quarantine_page import Wanted
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.fields import DateField, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.kernel.outcome import Outcome
    from app.officine.recalls.model import Recall
    from app.officine.stock.quarantine import RecallState
    from app.ui.context import Services, Ui

_SOURCES = (
    "Les rappels viennent d’un fichier importé ou de votre saisie\u00a0: DP-Rappels n’est pas encore relié. "
    "Un rappel qui n’est pas ici n’arrête aucune boîte."
)


@dataclass(frozen=True, slots=True)
class RecallRow:
    """A recall beside its boxes, with the name of its product."""

    state: RecallState
    name: str


def read_rows(services: Services) -> list[RecallRow]:
    """Return the recalls, the newest first; run in the background."""
    states = services.quarantine.recall_states(with_lifted=True)
    names = services.catalog.by_codes([state.recall.code for state in states])
    return [
        RecallRow(state, names[state.recall.code].name if state.recall.code in names else state.recall.code)
        for state in states
    ]


class RecallsPage(QWidget):
    """The recalls on the left; one notice, its boxes and who has read it on the right."""

    def __init__(self, ui: Ui) -> None:
        """Read and keep the recalls of the services of ``ui``."""
        super().__init__()
        self._ui = ui
        columns: list[Column[RecallRow]] = [
            Column("Produit", lambda row: row.name, second=lambda row: row.state.recall.lots_words),
            Column("Avis du", lambda row: formats.date(row.state.recall.day), 10, spare=True),
            Column("En vente", lambda row: str(row.state.on_hand), 6, True, strong=True, tone=_stock_tone),
            Column("Écartées", lambda row: str(row.state.quarantined or ""), 6, True, spare=True),
            Column("État", _state, 6, tone=_state_tone),
        ]
        empty = EmptyState("warning", "Aucun rappel enregistré", f"Ctrl+N en saisit un. {_SOURCES}")
        self.list: ListTable[RecallRow] = ListTable("Rappels de lots", columns, empty)
        self.sheet = RecallSheet(ui)
        self.setFocusProxy(self.list)
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.list, 1)
        left.addWidget(Text(_SOURCES, "caption", wrap=True))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.L)
        line.addLayout(left, 1)
        line.addWidget(self.sheet, 1)
        self.list.pointed.connect(self.sheet.show_row)
        self.sheet.changed.connect(self.read)
        self.sheet.left.connect(self.search)

    def read(self) -> None:
        """Read the recalls anew, and stay on the same line."""
        services = self._ui.services
        self._ui.tasks.run(
            lambda _progress: read_rows(services),
            done=self._show,
            owner=self,
            key="read",
        )

    def search(self) -> None:
        """Go to the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, found: Sequence[RecallRow]) -> None:
        self.list.set_records(found, keep=True)


class RecallSheet(FormSheet):
    """One recall."""

    def __init__(self, ui: Ui) -> None:
        """Keep the recalls of the services of ``ui``."""
        self.entry, self.lifting = RecallForm(ui), LiftForm(ui)
        acts = ("stock.recall_seen", "stock.set_aside", "stock.recall_new", "stock.recall_lift")
        super().__init__(ui, acts, (self.entry, self.lifting))
        self.row: RecallRow | None = None
        self.refused = FindingList()
        self.seen = Text("", "caption", wrap=True)
        for part in (self.refused, self.seen):
            self.more.addWidget(part)
        self.show_row(None)

    def show_row(self, row: RecallRow | None) -> None:
        """Show a recall, or nothing."""
        self.row = row
        self.refused.set_findings(())
        if self.form is self.lifting:
            self.close_forms()
        in_force = row is not None and not row.state.recall.lifted
        for act_id in ("stock.recall_seen", "stock.recall_lift"):
            self.ui.acts.set_enabled(act_id, enabled=in_force)
        if row is None:
            self.name.setText("Aucun rappel choisi")
            self.amount.setText("")
            self.facts.set_pairs(())
            self.seen.setText("")
            return
        self._show_facts(row.state, row.name)

    def _show_facts(self, state: RecallState, name: str) -> None:
        recall = state.recall
        self.name.setText(name)
        self.amount.setText(plural(state.on_hand, "boîte"))
        self.amount.set_role("display-danger" if state.on_hand > 0 and not recall.lifted else "display")
        lots = "" if recall.all_lots else _lots_words(state)
        self.facts.set_pairs(
            [
                ("Rappelés", recall.lots_words),
                ("Motif", recall.reason),
                ("Consigne", recall.instruction),
                ("Niveau", recall.level.label),
                ("Avis", f"du {formats.date(recall.day)}{', ' if recall.reference else ''}{recall.reference}"),
                ("Source", f"{recall.source.label}, {recall.author_name}, {formats.moment(recall.at)}"),
                ("En vente", f"{plural(state.on_hand, 'boîte')}{lots}"),
                ("Écartées", plural(state.quarantined, "boîte") if state.quarantined else ""),
                ("Levé", recall.lifted),
            ]
        )
        self.seen.setText(_seen_words(recall))

    def acknowledge(self) -> None:
        """Write that who serves has read the notice."""
        row, services, actor = self.row, self.ui.services, self.ui.actor()
        if row is None:
            return
        recall_id = row.state.recall.id
        self.ui.tasks.run(
            lambda _progress: services.recalls.acknowledge(actor, recall_id),
            done=self._acknowledged,
            owner=self,
            key="write",
        )

    def lift(self) -> None:
        """Type why the recall is no longer in force."""
        if self.row is not None and not self.row.state.recall.lifted:
            self.open_form(self.lifting)
            self.lifting.begin(self.row)

    def enter(self, code: str = "", lot: str = "") -> None:
        """Type a recall."""
        self.open_form(self.entry)
        self.entry.begin(code, lot)

    @property
    def wanted(self) -> Wanted:
        """What is to be set aside for the recall shown."""
        if self.row is None or self.row.state.recall.lifted:
            return Wanted()
        recall = self.row.state.recall
        return Wanted(
            code=recall.code,
            name=self.row.name,
            lot=recall.lots[0] if len(recall.lots) == 1 else "",
            cause=Cause.RECALL,
            reason=f"Rappel du {formats.date(recall.day)}\u00a0: {recall.reason}"[:200],
            recall_id=recall.id,
            reference=recall.reference,
        )

    def _acknowledged(self, outcome: Outcome[Recall]) -> None:
        if isinstance(outcome, Refused):
            self.refused.set_findings(outcome.findings)
            return
        self.ui.say("Rappel acquitté", "success")
        self.changed.emit()


class RecallForm(Form):
    """A recall as its notice says it."""

    alone = True

    def __init__(self, ui: Ui) -> None:
        """Enter recalls with the services of ``ui``."""
        super().__init__(ui, "Saisir un rappel")
        self.code = TextField(limit=20, placeholder="Scannez une boîte, ou tapez le CIP13")
        self.lots = TextField(limit=2_000, placeholder="AB12, AB13, ou «\u00a0tous\u00a0»")
        self.day = DateField(lambda: today(ui.services.clock))
        self.level = QComboBox()
        for level in Level:
            self.level.addItem(level.label.capitalize(), str(level))
        self.reason = TextField(limit=300, placeholder="Défaut de qualité…")
        self.instruction = TextField(limit=500, placeholder="Isoler, retourner au grossiste…")
        self.reference = TextField(limit=64)
        self.lay(
            ("&Code", self.code),
            ("&Lots rappelés", self.lots),
            ("&Date de l’avis", self.day),
            ("&Niveau", self.level),
            ("&Motif", self.reason),
            None,
            ("Consi&gne", self.instruction),
            None,
            ("&Référence de l’avis", self.reference),
        )
        self.chain(self.code, self.lots, self.day, self.level, self.reason, self.instruction, self.reference)

    def begin(self, code: str, lot: str) -> None:
        """Begin with what was scanned."""
        for editor in (self.reason, self.instruction, self.reference):
            editor.clear()
        self.level.setCurrentIndex(0)
        self.day.set_date(today(self.ui.services.clock))
        self.take(code, lot)

    def take(self, code: str, lot: str) -> None:
        """Take the code and the lot of a scanned box."""
        self.code.setText(code)
        self.lots.setText(lot)
        self.focus(self.lots if code else self.code)

    def save(self) -> None:
        """Put the recall in force."""
        services, actor = self.ui.services, self.ui.actor()
        lots, all_lots = split_lots(self.lots.text())
        draft = RecallDraft(
            code=self.code.text().replace(" ", ""),
            lots=lots,
            all_lots=all_lots,
            reason=self.reason.text().strip(),
            level=Level(str(self.level.currentData())),
            day=self.day.date,
            instruction=self.instruction.text().strip(),
            reference=self.reference.text().strip(),
        )
        self.perform(lambda: services.recalls.record(actor, draft), "Rappel en vigueur à tous les comptoirs")


class LiftForm(Form):
    """Why a recall is no longer in force."""

    def __init__(self, ui: Ui) -> None:
        """Lift recalls with the services of ``ui``."""
        super().__init__(ui, "Lever le rappel")
        self._row: RecallRow | None = None
        self.reason = TextField(limit=300, placeholder="Retiré par son émetteur, saisi par erreur…")
        self.lay(("&Motif", self.reason), None)
        self.chain(self.reason)

    def begin(self, row: RecallRow) -> None:
        """Begin with no reason."""
        self._row = row
        self.reason.clear()
        self.focus(self.reason)

    def save(self) -> None:
        """Lift it."""
        row, services, actor, reason = self._row, self.ui.services, self.ui.actor(), self.reason.text()
        if row is not None:
            recall_id = row.state.recall.id
            self.perform(lambda: services.recalls.lift(actor, recall_id, reason), "Rappel levé")


def _lots_words(state: RecallState) -> str:
    if state.on_hand <= 0:
        return ""
    if state.of_lots:
        return f", dont {state.of_lots} entrées sous ces lots\u00a0: vérifiez en rayon"
    return ", aucune entrée connue sous ces lots\u00a0: vérifiez en rayon"


def _state(row: RecallRow) -> str:
    if row.state.recall.lifted:
        return "levé"
    return "lu" if row.state.recall.seen else "à lire"


def _state_tone(row: RecallRow) -> str:
    return {"levé": "muted", "lu": "success"}.get(_state(row), "danger")


def _stock_tone(row: RecallRow) -> str:
    return "danger" if row.state.on_hand > 0 and not row.state.recall.lifted else "muted"


def _seen_words(recall: Recall) -> str:
    if not recall.seen:
        return "Personne ne l’a encore acquitté." if not recall.lifted else ""
    return "\n".join(f"Lu par {one.name} le {formats.moment(one.at)}" for one in recall.seen)
