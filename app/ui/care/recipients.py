"""To whom does a document go: prescribers of the officine, others typed by name, RPPS or MSSanté, the patient?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QCheckBox, QGridLayout, QVBoxLayout, QWidget

from app.officine.care.model import Addressee
from app.ui import theme
from app.ui.care import words
from app.ui.widgets.basics import Button, Panel, Text, clear, row
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.outcome import Finding
    from app.officine.prescriptions.model import Prescriber
    from app.ui.context import Ui

_LIMIT = 6
_LIST_HEIGHT = 150
_TONES: Final = {"error": "danger", "warning": "warning"}
_WORDS = Wording(
    name="Ajouter un destinataire",
    placeholder="Nom, RPPS ou adresse MSSanté, puis Entrée",
    icon="user",
    before=("Tapez un nom ou un RPPS", "Les prescripteurs de l’officine répondent."),
    nothing=("Pas de prescripteur «\u00a0{}\u00a0»", "Entrée l’ajoute tel quel, à compléter."),
    noun="prescripteur",
)


class _Row(Panel):
    """One recipient: told on a line; its fields open where something is to be typed or mended."""

    changed = Signal()
    removed = Signal()

    def __init__(self, one: Addressee, *, is_open: bool) -> None:
        super().__init__(margin=theme.S)
        self.outer.removeItem(self.head)
        self.given = one
        self.family_name, self.given_name = TextField(limit=200), TextField(limit=200)
        self.rpps, self.mss = TextField(limit=20, placeholder="11 chiffres"), TextField(limit=254)
        self.mss.setPlaceholderText("prenom.nom@…mssante.fr")
        self.fields = {
            "family_name": Field("Nom", self.family_name),
            "given_name": Field("Prénom", self.given_name),
            "rpps": Field("RPPS", self.rpps),
            "mss": Field("MSSanté", self.mss),
        }
        self.told = Text("", "strong", wrap=True)
        self.ways = Text("", "caption", wrap=True)
        self.note = Text("", "warning", wrap=True)
        self.note.hide()
        self.edit = Button("", kind="ghost", icon="edit", name="Modifier le destinataire")
        self.out = Button("", kind="ghost", icon="close", name="Ôter le destinataire (Ctrl+Maj+L)")
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.told)
        names.addWidget(self.ways)
        head = row(self.edit, self.out)
        head.insertLayout(0, names, 1)
        self.body.addLayout(head)
        self.typed = QWidget()
        inside = QGridLayout(self.typed)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.S)
        for place, field in enumerate(self.fields.values()):
            inside.addWidget(field, place // 2, place % 2, Qt.AlignmentFlag.AlignTop)
            inside.setColumnStretch(place % 2, 1)
        self.body.addWidget(self.typed)
        self.body.addWidget(self.note)
        for name in self.fields:
            editor = getattr(self, name)
            editor.setText(getattr(one, name))
            editor.textEdited.connect(lambda _text: self._edited())
        for before, after in ((self.family_name, self.given_name), (self.given_name, self.rpps), (self.rpps, self.mss)):
            before.returnPressed.connect(partial(after.setFocus, Qt.FocusReason.TabFocusReason))
        self.edit.clicked.connect(lambda _checked=False: self.open_fields())
        self.out.clicked.connect(lambda _checked=False: self.removed.emit())
        self.typed.setVisible(is_open)
        self.edit.setVisible(not is_open)
        self._tell()

    @property
    def addressee(self) -> Addressee:
        """The recipient as typed; one whose name was changed is no prescriber of the list any more."""
        typed = {name: getattr(self, name).text().strip() for name in self.fields}
        same = typed["family_name"] == self.given.family_name and typed["rpps"] == self.given.rpps
        return replace(self.given, **typed, prescriber_id=self.given.prescriber_id if same else None)

    def open_fields(self, name: str = "family_name", *, focus: bool = True) -> None:
        """Let the recipient be typed."""
        self.typed.show()
        self.edit.hide()
        if focus:
            getattr(self, name).setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, findings: Iterable[tuple[str, Finding]]) -> None:
        """Show what is said of the recipient, each finding under its field; an empty name is the whole row."""
        for field in self.fields.values():
            field.note("")
        about = []
        for name, finding in findings:
            if name in self.fields:
                self.fields[name].note(f"{finding.text} {finding.advice}", _TONES.get(finding.severity, "caption"))
                self.open_fields(name, focus=False)
            else:
                about.append(f"{finding.text} {finding.advice}")
        self.note.setText(" ".join(about))
        self.note.setVisible(bool(about))

    def _edited(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        one = self.addressee
        self.told.setText(f"{one.family_name} {one.given_name}".strip() or "Nouveau destinataire")
        ways = " · ".join(part for part in (f"RPPS {one.rpps}" if one.rpps else "", one.mss) if part)
        self.ways.setText(ways or "Ni RPPS ni adresse MSSanté")
        self.out.setAccessibleName(f"Ôter {words.addressee(one)}")


class Recipients(QWidget):
    """The recipients of one document: those that are there, and a field that adds one."""

    changed = Signal()
    touched = Signal(str)

    def __init__(self, ui: Ui) -> None:
        """Look prescribers up with the services of ``ui``."""
        super().__init__()
        self._ui = ui
        self.rows: list[_Row] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.S)
        columns: list[Column[Prescriber]] = [
            Column("Prescripteur", lambda one: one.display_name, strong=True, second=_second)
        ]
        self.pane: SearchPane[Prescriber] = SearchPane(
            ui, _WORDS, columns, lambda text: ui.services.prescriptions.prescribers(text, _LIMIT) if text else []
        )
        self.pane.field.setProperty("size", "")
        self.pane.list.setFixedHeight(ui.theme.pixels(_LIST_HEIGHT))
        self.pane.list.horizontalHeader().setMaximumHeight(0)
        self.pane.count.hide()
        self.pane.list.hide()
        self.note = Text("", "warning", wrap=True)
        self.note.hide()
        self.patient = QCheckBox("Remis aussi au &patient")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addLayout(self._column)
        column.addWidget(self.pane)
        column.addWidget(self.note)
        column.addWidget(self.patient)
        self.pane.field.textChanged.connect(self._room)
        self.pane.chosen.connect(self._choose)
        self.pane.unanswered.connect(self.add_typed)
        self.patient.toggled.connect(lambda _on: self._changed("recipients"))

    @property
    def recipients(self) -> tuple[Addressee, ...]:
        """The recipients as they stand."""
        return tuple(one.addressee for one in self.rows)

    def begin(self, recipients: Iterable[Addressee], *, to_patient: bool) -> None:
        """Show the recipients of another draft."""
        clear(self._column)
        self.rows = []
        for one in recipients:
            self._add(one, is_open=False)
        self.patient.setChecked(to_patient)
        self.pane.field.clear()
        self.say({})

    def ask(self) -> None:
        """Ask who is to be added."""
        self.pane.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.pane.field.selectAll()

    def add_typed(self, text: str) -> None:
        """Add somebody whom the officine does not know, by what was typed: a number, an address or a name."""
        typed = text.strip()
        digits = "".join(typed.split())
        if digits.isascii() and digits.isdigit():
            one = Addressee("", rpps=digits)
        elif "@" in typed:
            one = Addressee("", mss=typed)
        else:
            family, _, given = typed.partition(" ")
            one = Addressee(family.upper(), given)
        added = self._add(one, is_open=True)
        self.pane.field.clear()
        added.open_fields("rpps" if one.family_name else "family_name")
        self._changed("recipients")

    def remove_focused(self) -> bool:
        """Take away the recipient in which the focus is; False where it is in none."""
        focus = QApplication.focusWidget()
        for one in self.rows:
            if focus is not None and one.isAncestorOf(focus):
                self._remove(one)
                return True
        return False

    def say(self, found: dict[str, list[Finding]]) -> None:
        """Show findings by their subjects: ``recipients``, ``recipients.0``, ``recipients.0.rpps``."""
        whole = found.get("recipients", [])
        self.note.setText(" ".join(f"{one.text} {one.advice}" for one in whole))
        self.note.setVisible(bool(whole))
        for place, shown in enumerate(self.rows):
            head = f"recipients.{place}"
            own = [
                (subject.removeprefix(head).lstrip("."), finding)
                for subject, findings in found.items()
                if subject == head or subject.startswith(f"{head}.")
                for finding in findings
            ]
            shown.say(own)

    def editor_of(self, subject: str) -> QWidget | None:
        """Return where a finding is mended."""
        parts = subject.split(".")
        if parts[0] != "recipients":
            return None
        if len(parts) < 2 or not parts[1].isdigit() or int(parts[1]) >= len(self.rows):
            return self.pane.field
        shown = self.rows[int(parts[1])]
        return getattr(shown, parts[2]) if len(parts) > 2 and parts[2] in shown.fields else shown.out

    def _choose(self, prescriber: Prescriber) -> None:
        one = Addressee(
            prescriber.family_name, prescriber.given_name, prescriber.rpps, prescriber.mss, prescriber_id=prescriber.id
        )
        self.pane.field.clear()
        self._add(one, is_open=False)
        self._changed("recipients")

    def _add(self, one: Addressee, *, is_open: bool) -> _Row:
        added = _Row(one, is_open=is_open)
        added.changed.connect(lambda: self._changed(f"recipients.{self.rows.index(added)}"))
        added.removed.connect(lambda: self._remove(added))
        self.rows.append(added)
        self._column.addWidget(added)
        return added

    def _remove(self, gone: _Row) -> None:
        self.rows.remove(gone)
        self._column.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self.ask()
        self._changed("recipients")

    def _room(self, text: str) -> None:
        self.pane.list.setVisible(bool(text.strip()))

    def _changed(self, subject: str) -> None:
        self.touched.emit(subject)
        self.changed.emit()


def _second(one: Prescriber) -> str:
    return ", ".join(part for part in (one.specialty, one.rpps and f"RPPS {one.rpps}", one.city) if part)
