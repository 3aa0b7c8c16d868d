"""Who is this, without any doubt? The identity of a patient in one band, in sight on every screen of theirs.

Source: Guide d’implémentation INS (INS.02: four traits always shown, under labels that cannot be taken for others).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.officine.patients.identities import IdentityOptions
from app.officine.patients.ins_symbols import LABELS
from app.officine.staff.model import Right
from app.ui import formats, theme
from app.ui.patients.identity_words import ATTRIBUTE_WORDS, STATUS_CHIPS, UNSENT, holds, ins_words
from app.ui.widgets.basics import Chip, Text, clear
from app.ui.widgets.flow import Flow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.kernel.events import Changed
    from app.officine.patients.model import Patient
    from app.ui.context import Ui

_USED = ("used_name", "used_first_name")


class _Value(Text):
    """What a trait is: on one line as long as there is room for it, never cut."""

    def sizeHint(self) -> QSize:
        """Ask for one line; Qt would fold a long text at once."""
        width = self.fontMetrics().horizontalAdvance(self.text()) + 2
        return QSize(width, self.heightForWidth(width))


class _Trait(QWidget):
    """A trait behind its label."""

    def __init__(self, label: str, value: str, whole: str) -> None:
        super().__init__()
        self.setToolTip(whole)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, theme.XS, 0)
        line.setSpacing(theme.XS)
        line.addWidget(Text(label, "caption"))
        line.addWidget(_Value(value, "strong", wrap=True), 1)


class IdentityBand(Flow):
    """Status, attributes and traits of a patient; goes on to the next line where room lacks, and cuts nothing.

    The used names stand there where they are known and the site shows them; the matricule where ``with_ins``, to who
    may see it.
    """

    def __init__(self, ui: Ui, *, with_ins: bool) -> None:
        """Start with nobody."""
        super().__init__((), theme.S)
        self._ui, self._with_ins = ui, with_ins
        self.options = IdentityOptions()
        self.patient: Patient | None = None
        self.words = ""
        self._drawn: object = None
        ui.broadcast.changed.connect(self._changed)
        ui.operator_changed.connect(self._draw)
        self._read()
        self.hide()

    @property
    def shows_ins(self) -> bool:
        """True where a matricule is in sight."""
        known = self.patient
        return self._with_ins and known is not None and bool(ins_words(known, may_see=holds(self._ui, Right.SEE_INS)))

    def show_patient(self, patient: Patient | None) -> None:
        """Show whose identity it is; nobody takes no room."""
        self.patient = patient
        self._draw()

    def show_file(self, patient_id: int | None) -> None:
        """Read whose identity it is, and show it; meanwhile nobody’s, rather than another one’s."""
        if self.patient is not None and self.patient.id != patient_id:
            self.show_patient(None)
        if patient_id is None or not holds(self._ui, Right.READ_PATIENT):
            self.show_patient(None)
            return
        patients, actor = self._ui.services.patients, self._ui.actor()
        self._ui.tasks.run(
            lambda _progress: patients.get(patient_id, actor), done=self.show_patient, owner=self, key="identity-file"
        )

    def _read(self) -> None:
        identities = self._ui.services.identities
        self._ui.tasks.run(
            lambda _progress: identities.options(), done=self._take_options, owner=self, key="identity-options"
        )

    def _take_options(self, options: IdentityOptions) -> None:
        self.options = options
        self._draw()

    def _changed(self, change: Changed) -> None:
        if change.touches("fact"):
            self._read()

    def _draw(self) -> None:
        patient = self.patient
        drawn = (patient, self.options.on_screen, self.shows_ins)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        layout = self.layout()
        assert layout is not None
        clear(layout)
        self.words = ""
        if patient is not None:
            told = [patient.status.label]
            layout.addWidget(Chip(patient.status.label, STATUS_CHIPS[patient.status]))
            for attribute in sorted(patient.attributes):
                layout.addWidget(Chip(*ATTRIBUTE_WORDS[attribute]))
                told.append(ATTRIBUTE_WORDS[attribute][0])
            for label, value, whole in self._traits(patient):
                layout.addWidget(_Trait(label, value, whole))
                told.append(f"{whole} {value}")
            if self.shows_ins and not patient.status.is_sent:
                layout.addWidget(Chip(UNSENT, "neutral"))
                told.append(UNSENT)
            self.words = ", ".join(told)
        self.setAccessibleName(self.words)
        self.setVisible(patient is not None)
        self.updateGeometry()

    def _traits(self, patient: Patient) -> Iterator[tuple[str, str, str]]:
        """Give the short label, the value and the long label of each trait shown."""
        uncertain = " (incertaine)" if patient.birth_date_uncertain else ""
        values = {
            "family_name": patient.family_name,
            "first_name": patient.first_name,
            "birth_date": f"{formats.date(patient.birth_date)}{uncertain}",
            "sex": patient.sex.value,
        }
        values |= {name: getattr(patient, name) for name in _USED if name in self.options.on_screen}
        for name, value in values.items():
            if value:
                whole, short = LABELS[name]
                yield short, value, whole
        if self.shows_ins:
            whole, value = ins_words(patient, may_see=True)[0]
            yield whole.replace("Matricule INS", "INS"), value, whole
