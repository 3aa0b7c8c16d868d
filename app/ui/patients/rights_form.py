"""What do the insurances of a patient take, and from which day to which?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QScrollArea, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Finding, Refused, Severity
from app.officine.billing.model import Exemption
from app.officine.billing.tariffs import installed_tariffs
from app.officine.patients.model import Coverage, Scheme
from app.ui import theme
from app.ui.patients.sheet import EXEMPTIONS
from app.ui.widgets.act_form import ways_out
from app.ui.widgets.basics import Panel, Text
from app.ui.widgets.fields import DateField, Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Tall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.outcome import Outcome
    from app.officine.patients.model import Patient
    from app.ui.context import Ui

_SCHEMES = {Scheme.GENERAL: "Régime général", Scheme.ALSACE_MOSELLE: "Alsace-Moselle"}
_CONTRACTS = {
    None: "Aucune en tiers payant",
    "full": "Tout le ticket modérateur",
    "full_but_15": "Sauf médicaments à 15\u00a0%",
    "full_but_15_30": "Sauf médicaments à 15 et 30\u00a0%",
}
_DATES = {
    "ald_from": "ALD &depuis le",
    "ald_to": "ALD jusq&u’au",
    "css_to": "CSS &jusqu’au",
    "exemption_from": "Exonération depuis &le",
    "exemption_to": "Exonération jus&qu’au",
}


class RightsForm(Panel):
    """The coverage of a file: scheme, contract, ALD, CSS, exemption, each with the days on which it holds."""

    written = Signal(object)

    def __init__(self, ui: Ui) -> None:
        """Write the rights with the services of ``ui``."""
        super().__init__("Droits et exonérations")
        self._ui = ui
        self.patient: Patient | None = None
        self.name = Text("", "strong", wrap=True)
        self.scheme, self.contract, self.exemption = QComboBox(), QComboBox(), QComboBox()
        for scheme, label in _SCHEMES.items():
            self.scheme.addItem(label, scheme)
        for contract, label in _CONTRACTS.items():
            self.contract.addItem(label, contract)
        self.exemption.addItem("Aucune", None)
        for exemption, label in EXEMPTIONS.items():
            self.exemption.addItem(label, exemption)
        for choice in (self.scheme, self.contract, self.exemption):
            # A long choice is cut where the letters are large, rather than the whole form.
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.setMinimumContentsLength(6)
        self.ald, self.css = QCheckBox("&ALD exonérante"), QCheckBox("&CSS")
        self.dates = {name: DateField(lambda: today(ui.services.clock)) for name in _DATES}
        self.reference = TextField(limit=40, placeholder="Numéro ou date de l’accident")
        self.findings = FindingList()
        self.fields: dict[str, Field] = {}
        about = "Hors de ses dates un droit n’est pas facturé, et le comptoir le dit\u202f; sans date, il tient."
        self.body.addWidget(self.name)
        self.body.addWidget(Text(about, "muted", wrap=True))
        self.body.addWidget(self._grid(), 1)
        self.body.addWidget(self.findings)
        self.body.addLayout(ways_out(ui.acts, "patients.save"))
        self.exemption.currentIndexChanged.connect(lambda _place: self._show_proof())

    def begin(self, patient: Patient) -> None:
        """Begin with what is in the file."""
        coverage = patient.coverage
        self.patient = patient
        self.name.setText(patient.display_name)
        for box, value in (
            (self.scheme, coverage.scheme),
            (self.contract, coverage.amc),
            (self.exemption, coverage.exemption),
        ):
            box.setCurrentIndex(max(0, box.findData(value)))
        self.ald.setChecked(coverage.ald)
        self.css.setChecked(coverage.css)
        for name, editor in self.dates.items():
            editor.set_date(getattr(coverage, name))
        self.reference.setText(coverage.exemption_reference)
        self._show(())
        self.scheme.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def coverage(self) -> Coverage:
        """What is typed."""
        return Coverage(
            scheme=self.scheme.currentData(),
            exemption=self.exemption.currentData(),
            css=self.css.isChecked(),
            amc=self.contract.currentData(),
            ald=self.ald.isChecked(),
            exemption_reference=self.reference.text().strip(),
            **{name: editor.date for name, editor in self.dates.items()},
        )

    def save(self) -> None:
        """Write the rights, or show what stands in the way."""
        if self.patient is None:
            return
        unread = [name for name, editor in self.dates.items() if editor.text().strip() and editor.date is None]
        if unread:
            self._show(
                Finding("GAL-PAT-18", Severity.ERROR, "Ce n’est pas une date.", "Tapez jj/mm/aaaa.", name)
                for name in unread
            )
            return
        patients, actor, patient, coverage = self._ui.services.patients, self._ui.actor(), self.patient, self.coverage
        self._ui.tasks.run(
            lambda _progress: patients.set_coverage(patient.id, patient.version, coverage, actor),
            done=self._saved,
            owner=self,
            key="rights",
        )

    def _saved(self, outcome: Outcome[Patient]) -> None:
        if isinstance(outcome, Refused):
            # What is said of the other fields of the file is said where they are typed.
            self._show(finding for finding in outcome.findings if finding.severity is Severity.ERROR)
            return
        self._ui.say(f"Droits de {outcome.value.display_name} enregistrés", "success")
        self.written.emit(outcome.value)

    def _show(self, findings: Iterable[Finding]) -> None:
        """Show each finding under its field; what has no field goes to the list."""
        told = list(findings)
        for field in self.fields.values():
            field.note("")
        self._show_proof()
        for finding in told:
            if finding.subject in self.fields:
                self.fields[finding.subject].note(finding.text, "danger")
        self.findings.set_findings(finding for finding in told if finding.subject not in self.fields)
        wrong = next((finding.subject for finding in told if finding.subject in self.fields), None)
        if wrong is not None:
            self.fields[wrong].editor.setFocus(Qt.FocusReason.OtherFocusReason)
            self.area.ensureWidgetVisible(self.fields[wrong])

    def _show_proof(self) -> None:
        """Say under which nature or proof the invoice claims the exemption."""
        chosen = self.exemption.currentData()
        known = installed_tariffs().on(today(self._ui.services.clock))
        rule = None if chosen is None else known.exemption(Exemption(chosen))
        self.fields["exemption"].note("" if rule is None else rule.source)

    def _grid(self) -> QWidget:
        inside = Tall()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, theme.S, 0)
        grid.setHorizontalSpacing(theme.L)
        grid.setVerticalSpacing(theme.M)
        labelled: dict[str, tuple[str, QWidget]] = {
            "scheme": ("&Régime", self.scheme),
            "amc": ("Complé&mentaire", self.contract),
            **{name: (label, self.dates[name]) for name, label in _DATES.items()},
            "exemption": ("&Exonération", self.exemption),
            "exemption_reference": ("Acc&ident du travail", self.reference),
        }
        for name, (label, editor) in labelled.items():
            self.fields[name] = Field(label, editor)
        places: tuple[tuple[QWidget, ...], ...] = (
            (self.fields["scheme"], self.fields["amc"]),
            (self.ald, self.css),
            (self.fields["ald_from"], self.fields["css_to"]),
            (self.fields["ald_to"],),
            (self.fields["exemption"], self.fields["exemption_reference"]),
            (self.fields["exemption_from"], self.fields["exemption_to"]),
        )
        for line, widgets in enumerate(places):
            for column, widget in enumerate(widgets):
                grid.addWidget(widget, line, column, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(places), 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        self.area = area
        return area
