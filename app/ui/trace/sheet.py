"""What does one trace say, in full?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui import formats
from app.ui.trace import seals, words
from app.ui.widgets.basics import Chip, Panel
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from app.officine.trace.model import Entry, SealState


class TraceSheet(Panel):
    """The trace pointed at, to be read."""

    def __init__(self) -> None:
        """Start with none."""
        super().__init__()
        self.sheet = Sheet("Détail de la trace")
        self.body.addWidget(self.sheet, 1)

    def show_entry(self, entry: Entry | None, state: SealState | None) -> None:
        """Show a trace, or none, then the state of the seals; None until that is read."""
        self.sheet.begin()
        if entry is None:
            self.sheet.text("Aucune trace choisie", "heading")
            self.sheet.text("Le détail de la trace pointée dans la liste s’affiche ici.", "muted")
            self._seals(state)
            return
        self.sheet.text(entry.sentence, "heading")
        self.sheet.text(f"{entry.actor_name}, le {formats.moment(entry.at)}", "muted")
        last = None if state is None else state.last
        covered = last is not None and entry.seq <= last.heads.get("audit", 0)
        chips = [Chip("Sous scellé" if covered else "Pas encore scellée", "success" if covered else "neutral")]
        if entry.result != "ok":
            chips.append(Chip(words.RESULTS.get(entry.result, entry.result), "danger"))
        self.sheet.column.addWidget(Flow(chips))
        self.sheet.column.addWidget(Facts(_facts(entry)))
        told = words.pairs(entry.details)
        self.sheet.section("Détails")
        if told:
            self.sheet.column.addWidget(Facts(told))
        else:
            self.sheet.text("Rien de plus n’a été écrit.", "muted")
        self.sheet.section("Empreinte")
        self.sheet.text(" ".join(entry.hash[place : place + 8] for place in range(0, 64, 8)), "caption")
        self._seals(state)

    def _seals(self, state: SealState | None) -> None:
        if state is not None:
            self.sheet.section("Scellés des registres")
            self.sheet.column.addWidget(Facts(seals.pairs(state)))
        self.sheet.end()


def _facts(entry: Entry) -> list[tuple[str, str]]:
    return [
        ("Écriture", f"N°\u00a0{entry.seq}"),
        ("Poste", entry.station),
        ("Objet", words.subject(entry.subject, entry.subject_id)),
        ("Patient", entry.patient_name),
        ("Code", entry.action),
    ]
