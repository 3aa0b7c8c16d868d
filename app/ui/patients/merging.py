"""Are two files those of one person: compared side by side, merged, told apart, or given back?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from app.kernel.outcome import Done, Finding, Severity
from app.officine.patients.likeness import Grade
from app.officine.patients.merge_model import MergeDraft, Part
from app.ui import formats, theme
from app.ui.widgets.act_form import ActForm
from app.ui.widgets.basics import ActButton, EmptyState, Panel, Text, clear, row
from app.ui.widgets.fields import TextField
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.kernel.outcome import Outcome
    from app.officine.patients.merge_model import Comparison, Line, Merge, Pair
    from app.ui.context import Ui

_REASON = 200
_NOTHING = "—"
MERGE, TWINS, APART = "merge", "twins", "apart"
_DECISIONS = (
    ("Une seule personne\u00a0: fusionner", MERGE),
    ("Des jumeaux\u00a0: marquer homonymes", TWINS),
    ("Deux personnes distinctes", APART),
)
_GRADES = {
    Grade.SURE: "Certain",
    Grade.PROBABLE: "Probable",
    Grade.POSSIBLE: "Possible",
    Grade.TWINS: "Jumeaux",
}


class SideBySide(QWidget):
    """What two files say, line by line, what differs in the colour of a warning."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.M)
        self._grid.setVerticalSpacing(theme.XS)
        for column in range(1, 3):
            self._grid.setColumnStretch(column, 1)

    def set_lines(self, heads: tuple[str, str], lines: Iterable[Line]) -> None:
        """Show other lines under the names of both files; a line on which both say nothing is left out."""
        clear(self._grid)
        for column, head in enumerate(heads, start=1):
            self._grid.addWidget(Text(head, "strong", wrap=True), 0, column)
        for place, line in enumerate((one for one in lines if one.keep or one.absorb), start=1):
            self._grid.addWidget(Text(line.label, "caption", wrap=True), place, 0, Qt.AlignmentFlag.AlignTop)
            for column, said in ((1, line.keep), (2, line.absorb)):
                told = Text(said or _NOTHING, "warning" if line.differs else "body", wrap=True, selectable=True)
                self._grid.addWidget(told, place, column, Qt.AlignmentFlag.AlignTop)


class MergeForm(ActForm):
    """Two files compared: which is kept, from which file each part comes, what is decided, and why."""

    def __init__(self, ui: Ui) -> None:
        """Compare files with the services of ``ui``."""
        super().__init__(
            ui, "Comparer et fusionner", "patients.save", scrolls=True, save_text="Enregistrer la décision"
        )
        self.comparison: Comparison | None = None
        self.alike = Text("", "strong", wrap=True)
        self.sides = SideBySide()
        self.follows = Text("", "muted", wrap=True)
        assert self.area is not None
        inside = self.area.widget()
        typed = None if inside is None else inside.layout()
        assert isinstance(typed, QVBoxLayout)
        for place, part in enumerate((self.alike, self.sides, self.follows)):
            typed.insertWidget(place, part)
        self.kept = _choices()
        self.parts = {part: _choices() for part in Part}
        self.decision = _choices()
        self.reason = TextField(limit=_REASON, placeholder="Vu avec le patient, pièce en main…")
        self.placed = self.lay(
            ("Dossier &conservé", self.kept),
            None,
            *(place for part, box in self.parts.items() for place in ((_kept_label(part), box), None)),
            ("&Décision", self.decision),
            None,
            ("&Motif", self.reason),
            None,
        )
        self.kept.activated.connect(lambda _place: self._turn())
        self.decision.currentIndexChanged.connect(lambda _place: self._tell())
        self.chain(self.kept, *self.parts.values(), self.decision, self.reason)

    def compare(self, keep: int, absorb: int, shown: Callable[[], None] = lambda: None) -> None:
        """Read both files side by side, then call ``shown``."""
        merges, actor = self.ui.services.merges, self.ui.actor()

        def done(outcome: Outcome[Comparison]) -> None:
            if isinstance(outcome, Done):
                shown()
                self._begin(outcome.value)
            else:
                self.ui.say(outcome.findings[0].text, "warning")

        self.ui.tasks.run(lambda _progress: merges.compare(keep, absorb, actor), done=done, owner=self, key="compare")

    def parts_shown(self) -> list[QComboBox]:
        """Return the choices of the parts that differ, in order."""
        return [box for box in self.parts.values() if box.isVisibleTo(self)]

    def save(self) -> None:
        """Do what was decided, or say what is missing."""
        comparison, decided = self.comparison, self.decision.currentData()
        if comparison is None or decided is None:
            text = "Il manque la décision."
            self.refuse([Finding("GAL-FUS-21", Severity.ERROR, text, "Rien n’est choisi d’avance.")])
            return
        merges, actor, why = self.ui.services.merges, self.ui.actor(), self.reason.text().strip()
        keep, absorb = comparison.keep.patient, comparison.absorb.patient
        if decided == TWINS:
            self.perform(lambda: merges.mark_twins(keep.id, absorb.id, actor), "Jumeaux marqués homonymes")
        elif decided == APART:
            said = "Noté\u00a0: deux personnes distinctes"
            self.perform(lambda: merges.tell_apart(keep.id, absorb.id, why, actor), said)
        else:
            draft = MergeDraft(
                keep=keep.id,
                keep_version=keep.version,
                absorb=absorb.id,
                absorb_version=absorb.version,
                taken=frozenset(part for part, box in self.parts.items() if box.currentData()),
                reason=why,
            )
            self.perform(lambda: merges.merge(draft, actor), "Dossiers fusionnés")

    def _begin(self, comparison: Comparison) -> None:
        self.comparison = comparison
        keep, absorb = comparison.keep.patient, comparison.absorb.patient
        names = [f"n°\u00a0{one.id} {one.birth_name}" for one in (keep, absorb)]
        likeness = comparison.likeness
        self.alike.setText(
            "Rien ne dit que ces deux dossiers sont ceux d’une même personne."
            if likeness is None
            else f"{likeness.grade.label}\u00a0: {likeness.reason}."
        )
        self.sides.set_lines((f"Conservé\u00a0: {names[0]}", f"Absorbé\u00a0: {names[1]}"), comparison.lines)
        _fill(self.kept, [(names[0], False), (names[1], True)])
        by_part = {line.part: line for line in comparison.lines if line.part is not None}
        for part, box in self.parts.items():
            line = by_part[part]
            _fill(box, [(line.keep or _NOTHING, False), (line.absorb or _NOTHING, True)])
            box.setCurrentIndex(int(part in comparison.proposed))
        _fill(self.decision, [("Choisir…", None), *_DECISIONS])
        self.reason.clear()
        self.focus(self.kept)
        assert self.area is not None
        # What is compared is read first, wherever the first choice lies.
        bar = self.area.verticalScrollBar()
        QTimer.singleShot(0, bar, lambda: bar.setValue(0))
        self.findings.set_findings(comparison.settled.findings)

    def _turn(self) -> None:
        """Keep the other file."""
        if self.comparison is not None and self.kept.currentData():
            self.compare(self.comparison.absorb.patient.id, self.comparison.keep.patient.id)

    def _tell(self) -> None:
        """Say what follows from what is decided, before it is done."""
        comparison, decided = self.comparison, self.decision.currentData()
        if comparison is None:
            return
        status = comparison.settled.identity.status.label.lower()
        brought = ", ".join(comparison.follows) or "rien de délivré"
        lead = comparison.absorb if comparison.settled.leads else comparison.keep
        whose = f"les traits stricts du n°\u00a0{lead.patient.id}"
        becomes = f"Le dossier conservé aura une {status}, avec {whose}."
        said = {
            MERGE: f"{becomes} Il montrera aussi ce qui suit le dossier absorbé\u00a0: {brought}. Le dossier absorbé "
            "ne se trouvera plus\u00a0; la fusion s’annule par Ctrl+Maj+F7.",
            TWINS: "Les deux dossiers restent, marqués homonymes, et ne sont plus proposés comme doublon.",
            APART: "Les deux dossiers restent tels quels, et ne sont plus proposés comme doublon.",
        }
        self.follows.setText(said.get(decided, f"Suivrait le dossier absorbé\u00a0: {brought}."))
        merges = decided in {None, MERGE}
        shown = {"&Motif": decided != TWINS, "Dossier &conservé": merges}
        shown |= {_kept_label(line.part): merges and line.differs for line in comparison.lines if line.part is not None}
        for name, is_shown in shown.items():
            self.placed[name].setVisible(is_shown)


class UndoForm(ActForm):
    """The last merge of a file that still stands, and why it is undone."""

    def __init__(self, ui: Ui) -> None:
        """Undo merges with the services of ``ui``."""
        super().__init__(ui, "Séparer deux dossiers fusionnés", "patients.save", save_text="Séparer les deux dossiers")
        self.merge: Merge | None = None
        self.about = Text("", wrap=True)
        self.column.insertWidget(1, self.about)
        self.reason = TextField(limit=_REASON, placeholder="Deux personnes, confirmé par pièce…")
        self.lay(("&Motif de l’annulation", self.reason), None)
        self.chain(self.reason)

    def begin(self, patient_id: int, shown: Callable[[], None]) -> None:
        """Read the merges of a file, and call ``shown`` where there is one to undo."""
        merges, actor = self.ui.services.merges, self.ui.actor()

        def done(found: list[Merge]) -> None:
            self.merge = next((one for one in found if one.undone_at is None), None)
            if self.merge is None:
                self.ui.say("Ce dossier n’a absorbé aucun autre dossier.")
                return
            shown()
            self.about.setText(
                f"{_told(self.merge)} Les deux dossiers redeviennent ce qu’ils étaient\u00a0; ce qui a été fait depuis "
                "reste au dossier conservé."
            )
            self.reason.clear()
            self.focus(self.reason)

        self.ui.tasks.run(lambda _progress: merges.of(patient_id, actor), done=done, owner=self, key="merges")

    def save(self) -> None:
        """Undo it."""
        if self.merge is None:
            return
        merges, actor, number, why = self.ui.services.merges, self.ui.actor(), self.merge.id, self.reason.text()
        self.perform(lambda: merges.undo(number, why, actor), "Fusion annulée\u00a0: les deux dossiers sont rétablis")


class DuplicateList(Panel):
    """The pairs of files that look like one person’s; Entrée compares one."""

    def __init__(self, ui: Ui) -> None:
        """Look for them with the services of ``ui``."""
        super().__init__("Doublons probables")
        self._ui = ui
        columns: list[Column[Pair]] = [
            Column(
                "Dossiers",
                lambda pair: pair.first if pair.first == pair.second else f"{pair.first} / {pair.second}",
                strong=True,
                second=_why,
            ),
            Column("Né(e) le", lambda pair: formats.date(pair.born), width=11, spare=True),
            Column("", lambda pair: _GRADES[pair.likeness.grade], width=9, tone=_tone),
        ]
        self.empty = EmptyState("check", "Recherche…", "Les dossiers sont comparés entre eux.")
        self.list: ListTable[Pair] = ListTable("Doublons probables", columns, self.empty)
        self.body.addWidget(Text("Entrée compare les deux dossiers pointés.", "muted", wrap=True))
        self.body.addWidget(self.list, 1)
        self.about = Text("", "muted", wrap=True)
        self.body.addWidget(self.about)
        self.list.pointed.connect(lambda pair: self.about.setText("" if pair is None else _about(pair)))
        self.body.addLayout(row(ActButton(ui.acts, "patients.back", kind="ghost"), 0))

    def read(self) -> None:
        """Look for them anew."""
        merges, actor = self._ui.services.merges, self._ui.actor()
        self._ui.tasks.run(lambda _progress: merges.duplicates(actor), done=self._show, owner=self, key="duplicates")

    def _show(self, found: Sequence[Pair]) -> None:
        self.empty.say("Aucun doublon probable", "Aucune paire de dossiers ne se ressemble, ou toutes ont été revues.")
        self.list.set_records(found, keep=True)
        self.list.setFocus()


def _choices() -> QComboBox:
    box = QComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    return box


def _kept_label(part: Part) -> str:
    return f"{part.label} à garder"


def _fill(box: QComboBox, pairs: Iterable[tuple[str, object]]) -> None:
    box.clear()
    for text, value in pairs:
        box.addItem(text, value)
    box.setCurrentIndex(0)


def _told(merge: Merge) -> str:
    return (
        f"Le dossier n°\u00a0{merge.absorbed_id} ({merge.absorbed_name}) a été fusionné avec le "
        f"n°\u00a0{merge.kept_id} ({merge.kept_name}) le {formats.moment(merge.at)} par {merge.by}\u00a0: "
        f"«\u00a0{merge.reason}\u00a0»."
    )


def _why(pair: Pair) -> str:
    return f"n°\u00a0{pair.first_id} et n°\u00a0{pair.second_id}"


def _about(pair: Pair) -> str:
    """Return what a line has no room for: both files, with their dates, and why they look alike."""
    first, second = (
        f"n°\u00a0{number} {name}, {formats.date(born)}"
        for number, name, born in (
            (pair.first_id, pair.first, pair.born),
            (pair.second_id, pair.second, pair.second_born),
        )
    )
    return f"{first} et {second}\u00a0: {pair.likeness.reason}."


def _tone(pair: Pair) -> str:
    return "warning" if pair.likeness.grade is Grade.SURE else ""
