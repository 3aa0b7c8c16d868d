"""How is an entretien typed: a theme gives its parts, each part takes a few lines?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QVBoxLayout, QWidget

from app.officine.care.model import DocumentKind, EntretienPart, SectionPart
from app.ui import theme
from app.ui.care.form import CareForm
from app.ui.care.writing import Writing
from app.ui.widgets.basics import ActButton, Panel, Text, clear, row
from app.ui.widgets.fields import Field, TextField

if TYPE_CHECKING:
    from app.kernel.outcome import Finding
    from app.officine.care.model import EntretienTheme, Part

_TONES = {"error": "danger", "warning": "warning"}


class _Section(QWidget):
    """One part: its title, and what was said."""

    def __init__(self, given: SectionPart) -> None:
        super().__init__()
        self.title = TextField(limit=300, placeholder="Titre de la partie", name="Titre de la partie")
        self.text = Writing(name=f"Texte\u00a0: {given.title}")
        self.note = Text("", "warning", wrap=True)
        self.note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.XS)
        column.setSpacing(theme.XS)
        for part in (self.title, self.text, self.note):
            column.addWidget(part)
        self.title.setText(given.title)
        self.text.setPlainText(given.text)
        self.title.returnPressed.connect(partial(self.text.setFocus, Qt.FocusReason.TabFocusReason))

    @property
    def part(self) -> SectionPart:
        """The part as typed."""
        return SectionPart(self.title.text().strip(), self.text.text)


class EntretienForm(CareForm):
    """An entretien: its theme, then its parts."""

    kind: ClassVar[DocumentKind] = DocumentKind.ENTRETIEN

    def build(self) -> None:
        """Lay the theme at the top, the parts under it."""
        self.sections: list[_Section] = []
        self._themes: tuple[EntretienTheme, ...] = ()
        self.model = QComboBox()
        self.theme = TextField(limit=300, placeholder="Ce dont on a parlé")
        self.places["part.model"] = Field("&Modèle", self.model)
        self.places["part.theme"] = Field("&Thème de l’entretien", self.theme)
        self._held = QVBoxLayout()
        self._held.setSpacing(theme.S)
        about = Panel("Entretien")
        about.body.addLayout(row(self.places["part.model"], self.places["part.theme"]))
        parts = Panel("Parties")
        parts.head.addWidget(ActButton(self.ui.acts, "care.remove_line", kind="ghost", text="Ôter"))
        parts.head.addWidget(ActButton(self.ui.acts, "care.add_line", kind="ghost", text="Ajouter"))
        self.none = Text("Choisissez un modèle, ou ajoutez une partie.", "muted", wrap=True)
        parts.body.addWidget(self.none)
        parts.body.addLayout(self._held)
        column = QVBoxLayout(self.main)
        column.setContentsMargins(0, 0, 0, 0)
        for panel in (about, parts):
            column.addWidget(panel)
        column.addStretch(1)
        self.model.activated.connect(self._take_model)
        self.chain(self.model, self.theme)
        self.theme.returnPressed.connect(self._go_to_text)

    @property
    def first(self) -> QWidget:
        """The model comes first; the first empty part where a theme is known."""
        return self.theme if self.theme.text() else self.model

    def fill(self, part: Part) -> None:
        """Write an entretien into the fields."""
        assert isinstance(part, EntretienPart)
        self.theme.setText(part.theme)
        self._show(part.sections)
        if self._themes:
            self._point()
        else:
            care = self.ui.services.care
            self.ui.tasks.run(
                lambda _progress: care.themes(), done=self._take_themes, owner=self, key="themes", title="Modèles…"
            )

    @property
    def part(self) -> EntretienPart:
        """The entretien as typed; a part with neither title nor text is none."""
        return EntretienPart(
            self.theme.text().strip(), tuple(one.part for one in self.sections if one.part != SectionPart())
        )

    def add_line(self) -> None:
        """Add a part after the one in which the focus is."""
        focused = self._focused()
        place = len(self.sections) if focused is None else self.sections.index(focused) + 1
        added = self._add(SectionPart(), place)
        self._none()
        self.go_to(added.title)
        self.changed("part.sections")

    def remove_line(self) -> None:
        """Take away the part in which the focus is."""
        gone = self._focused()
        if gone is None:
            self.ui.say("Placez-vous d’abord dans la partie à ôter.")
            return
        place = self.sections.index(gone)
        self.sections.remove(gone)
        self._held.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self._none()
        self.go_to(self.sections[min(place, len(self.sections) - 1)].text if self.sections else self.theme)
        self.changed("part.sections")

    def say_part(self, found: dict[str, list[Finding]]) -> set[str]:
        """Show each finding under its part."""
        told = set()
        kept = [one for one in self.sections if one.part != SectionPart()]
        for one in self.sections:
            head = f"part.sections.{kept.index(one)}" if one in kept else "—"
            own = [s for s in found if s == head or s.startswith(f"{head}.")]
            said = [finding for subject in own for finding in found[subject]]
            told.update(own)
            one.note.setText(" ".join(f"{finding.text} {finding.advice}" for finding in said))
            one.note.set_role(_TONES.get(said[0].severity, "caption") if said else "caption")
            one.note.setVisible(bool(said))
        return told

    def editor_of(self, subject: str) -> QWidget | None:
        """Return the text of a part."""
        parts = subject.split(".")
        if parts[:2] != ["part", "sections"]:
            return None
        place = int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else 0
        return self.sections[place].text if place < len(self.sections) else self.model

    # --- Within -------------------------------------------------------------------------------------------------------

    def _take_themes(self, themes: tuple[EntretienTheme, ...]) -> None:
        self._themes = themes
        self.model.clear()
        self.model.addItem("Choisir…", None)
        for one in themes:
            self.model.addItem(one.title, one)
        self._point()

    def _point(self) -> None:
        self.model.setCurrentIndex(max(0, self.model.findText(self.theme.text())))

    def _take_model(self, _place: int) -> None:
        """Take the parts of a model; those in which something was written stay."""
        chosen: EntretienTheme | None = self.model.currentData()
        if chosen is None:
            return
        self.theme.setText(chosen.title)
        written = [one.part for one in self.sections if one.text.text.strip()]
        titles = {one.title for one in written}
        fresh = [SectionPart(title) for title in chosen.sections if title not in titles]
        self._show((*written, *fresh))
        self.changed("part.theme")

    def _show(self, sections: tuple[SectionPart, ...]) -> None:
        clear(self._held)
        self.sections = []
        for given in sections:
            self._add(given, len(self.sections))
        self._none()

    def _add(self, given: SectionPart, place: int) -> _Section:
        added = _Section(given)
        added.title.textChanged.connect(lambda _text: self._typed(added))
        added.text.textChanged.connect(lambda: self._typed(added))
        self.sections.insert(place, added)
        self._held.insertWidget(place, added)
        return added

    def _typed(self, section: _Section) -> None:
        if section in self.sections:
            self.changed(f"part.sections.{self.sections.index(section)}")

    def _none(self) -> None:
        self.none.setVisible(not self.sections)

    def _focused(self) -> _Section | None:
        focus = QApplication.focusWidget()
        return next((one for one in self.sections if focus is not None and one.isAncestorOf(focus)), None)

    def _go_to_text(self) -> None:
        if self.sections:
            empty = (one for one in self.sections if not one.text.text.strip())
            self.go_to(next(empty, self.sections[0]).text)
