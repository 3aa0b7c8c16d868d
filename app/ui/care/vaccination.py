"""How is a note of vaccination typed: the box is scanned, the rest is chosen, nothing is typed twice?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.outcome import Refused, Severity
from app.officine.care.model import CareDraft, DocumentKind, VaccinationPart
from app.ui import formats
from app.ui.care import words
from app.ui.care.form import CareForm
from app.ui.widgets.basics import Panel, Text
from app.ui.widgets.fields import DateField, Field, TextField
from app.ui.widgets.lists import Column
from app.ui.widgets.search_pane import SearchPane, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.kernel.outcome import Finding, Outcome
    from app.officine.care.model import Choice, Part, VaccinationChoices
    from app.officine.catalog.model import Product
    from app.officine.scan.model import Scan

_LIMIT = 6
_LIST_HEIGHT = 190
_CIP, _LONGEST = 13, 300
_WORDS = Wording(
    name="Vaccin",
    placeholder="Scannez la boîte, ou tapez le nom ou le code CIP puis Entrée",
    icon="products",
    before=("Scannez la boîte du vaccin", "Le DataMatrix donne aussi le lot et la péremption."),
    nothing=("Aucun produit «\u00a0{}\u00a0»", "Entrée garde ce nom tel quel."),
    noun="produit",
)
_TEXTS = ("cip13", "name", "atc", "lot", "dose", "manufacturer", "reason")
_CHOICES = ("route", "site", "act")


class VaccinationForm(CareForm):
    """A vaccination: the box, then how it was given, and why."""

    kind: ClassVar[DocumentKind] = DocumentKind.VACCINATION

    def build(self) -> None:
        """Lay the box at the top, the act under it."""
        self._offered: VaccinationChoices | None = None
        self.texts: dict[str, TextField] = {
            name: TextField(limit=_CIP if name == "cip13" else _LONGEST) for name in _TEXTS
        }
        self.choices: dict[str, QComboBox] = {name: QComboBox() for name in _CHOICES}
        columns: list[Column[Product]] = [
            Column("Produit", lambda one: one.name, strong=True, second=lambda one: one.presentation)
        ]
        services = self.ui.services
        self.pane: SearchPane[Product] = SearchPane(
            self.ui, _WORDS, columns, lambda text: services.catalog.search(text, _LIMIT) if text else []
        )
        self.pane.list.setFixedHeight(self.ui.theme.pixels(_LIST_HEIGHT))
        self.pane.list.horizontalHeader().setMaximumHeight(0)
        self.pane.count.hide()
        self.pane.list.hide()
        self.box_said = Text("", "muted", wrap=True)
        self.box_said.hide()
        self.expiry = DateField(lambda: today(services.clock))
        self.dose_number = TextField(limit=2, placeholder="1, 2, 3…")
        self.texts["dose"].setPlaceholderText("0,5 mL")
        self.texts["cip13"].setPlaceholderText("13 chiffres")
        self.texts["reason"].setPlaceholderText("Campagne grippe, prescription du…")
        box = Panel("Vaccin")
        box.body.addWidget(self.pane)
        box.body.addWidget(self.box_said)
        box.body.addLayout(
            self._grid(
                (("name", "&Nom du vaccin", self.texts["name"], 6),),
                (
                    ("lot", "&Lot", self.texts["lot"], 2),
                    ("expiry", "&Péremption", self.expiry, 2),
                    ("cip13", "&Code CIP", self.texts["cip13"], 2),
                ),
                (
                    ("manufacturer", "&Fabricant", self.texts["manufacturer"], 4),
                    ("atc", "Code A&TC", self.texts["atc"], 2),
                ),
            )
        )
        given = Panel("Administration")
        given.body.addLayout(
            self._grid(
                (("route", "&Voie", self.choices["route"], 3), ("site", "&Site", self.choices["site"], 3)),
                (
                    ("dose", "Quantité a&dministrée", self.texts["dose"], 3),
                    ("dose_number", "Rang de la d&ose", self.dose_number, 3),
                ),
                (("act", "&Nature de l’acte", self.choices["act"], 6),),
                (("reason", "Mot&if", self.texts["reason"], 6),),
            )
        )
        column = QVBoxLayout(self.main)
        column.setContentsMargins(0, 0, 0, 0)
        for panel in (box, given):
            column.addWidget(panel)
        column.addStretch(1)
        self.chain(
            *(self.texts["name"], self.texts["lot"], self.expiry, self.texts["cip13"], self.texts["manufacturer"]),
            *(self.texts["atc"], self.choices["route"], self.choices["site"], self.texts["dose"], self.dose_number),
            *(self.choices["act"], self.texts["reason"], self.preview_button),
        )
        self.pane.field.textChanged.connect(lambda text: self.pane.list.setVisible(bool(text.strip())))
        self.pane.chosen.connect(lambda product: self.read_box(product.code))
        self.pane.unanswered.connect(self._take_name)

    @property
    def first(self) -> QWidget:
        """The box comes first."""
        return self.pane.field

    def fill(self, part: Part) -> None:
        """Write a vaccination into the fields."""
        assert isinstance(part, VaccinationPart)
        self._say_box((), "muted")
        for name, editor in self.texts.items():
            editor.setText(getattr(part, name))
            editor.setCursorPosition(0)
        self.expiry.set_date(part.expiry)
        self.dose_number.setText("" if part.dose_number is None else str(part.dose_number))
        self._choose(part)
        if self._offered is None:
            self._read_choices()

    @property
    def part(self) -> VaccinationPart:
        """The vaccination as typed."""
        number = self.dose_number.text().strip()
        typed = {name: editor.text().strip() for name, editor in self.texts.items()}
        return VaccinationPart(
            **typed,
            expiry=self.expiry.date,
            dose_number=int(number) if number.isascii() and number.isdigit() else None,
            **{name: self._code(name) for name in _CHOICES},
        )

    def typed_wrong(self) -> list[Finding]:
        """Refuse an expiry or a rank that is typed and is none."""
        wrong, number = [], self.dose_number.text().strip()
        if self.expiry.text().strip() and self.expiry.date is None:
            text = "La péremption ne se lit pas."
            wrong.append(words.refusal(62, text, "Tapez-la ainsi\u00a0: 31/12/2028.", "part.expiry"))
        if number and not (number.isascii() and number.isdigit() and int(number) > 0):
            text = "Le rang de la dose est un nombre."
            wrong.append(words.refusal(63, text, "Tapez 1 pour la première, ou laissez vide.", "part.dose_number"))
        return wrong

    def take_scan(self, scan: Scan) -> bool:
        """Read the box that was scanned."""
        self.read_box(scan.raw)
        return True

    def read_box(self, text: str) -> None:
        """Take over what the code of a box says."""
        if self.base is None:
            return
        care, draft, actor = self.ui.services.care, self.draft, self.ui.actor()
        self.pane.field.clear()
        self.ui.tasks.run(lambda _progress: care.from_box(draft, text, actor), done=self._boxed, owner=self, key="box")

    # --- Within -------------------------------------------------------------------------------------------------------

    def _boxed(self, outcome: Outcome[CareDraft]) -> None:
        findings = outcome.findings
        if isinstance(outcome, Refused):
            self._say_box(findings or (), "danger")
            self.go_to(self.pane.field)
            return
        part = outcome.value.part
        assert isinstance(part, VaccinationPart)
        self.fill(part)
        for name in ("name", "lot", "expiry", "cip13", "route", "dose"):
            self.changed(f"part.{name}")
        self._say_box([one for one in findings if one.severity is not Severity.INFO], "warning")
        if part.expiry is not None and part.expiry < today(self.ui.services.clock):
            gone = f"Vaccin périmé depuis le {formats.date(part.expiry)}\u00a0: ne l’injectez pas."
            self.box_said.setText(f"{gone} Mettez la boîte en quarantaine.")
            self.box_said.set_role("danger")
            self.box_said.show()
        elif not findings:
            has_lot = f"lot {part.lot}, péremption {formats.date(part.expiry)}" if part.lot else "lot à recopier"
            self.box_said.setText(f"Boîte lue\u00a0: {has_lot}.")
            self.box_said.set_role("success")
            self.box_said.show()
        empty = (
            (part.name, self.texts["name"]),
            (part.lot, self.texts["lot"]),
            (part.expiry, self.expiry),
            (part.route, self.choices["route"]),
        )
        self.go_to(next((editor for value, editor in empty if not value), self.choices["site"]))

    def _say_box(self, findings: Iterable[Finding], role: str) -> None:
        text = " ".join(f"{one.text} {one.advice}".strip() for one in findings)
        self.box_said.setText(text)
        self.box_said.set_role(role)
        self.box_said.setVisible(bool(text))

    def _take_name(self, text: str) -> None:
        """Keep what was typed as the name of a vaccine that the base does not know; a code goes to the reading."""
        typed = text.strip()
        if typed.isascii() and typed.isdigit():
            self.read_box(typed)
            return
        self.pane.field.clear()
        self.texts["name"].setText(typed)
        self.go_to(self.texts["lot"])

    def _read_choices(self) -> None:
        care = self.ui.services.care
        self.ui.tasks.run(
            lambda _progress: care.choices(), done=self._take_choices, owner=self, key="choices", title="Nomenclatures…"
        )

    def _take_choices(self, offered: VaccinationChoices) -> None:
        self._offered = offered
        wanted = {name: self._code(name) for name in _CHOICES}
        lists: dict[str, tuple[Choice, ...]] = {"route": offered.routes, "site": offered.sites, "act": offered.acts}
        for name, choices in lists.items():
            box = self.choices[name]
            box.blockSignals(True)
            box.clear()
            box.addItem("Non précisé", "")
            for choice in choices:
                box.addItem(choice.label, choice.code)
            box.blockSignals(False)
            self._set(name, wanted[name])

    def _choose(self, part: VaccinationPart) -> None:
        for name in _CHOICES:
            self._set(name, getattr(part, name))

    def _set(self, name: str, code: str) -> None:
        """Point at a choice; before the choices are read, or for one that is none of them, keep its code."""
        box = self.choices[name]
        box.blockSignals(True)
        if box.findData(code) < 0:
            box.addItem(code, code)
        box.setCurrentIndex(box.findData(code))
        box.blockSignals(False)

    def _code(self, name: str) -> str:
        code: str | None = self.choices[name].currentData()
        return code or ""

    def _grid(self, *lines: tuple[tuple[str, str, QWidget, int], ...]) -> QGridLayout:
        """Lay labelled fields out, six shares of the width a line."""
        grid = QGridLayout()
        grid.setSpacing(self.ui.theme.pixels(8))
        for place in range(6):
            grid.setColumnStretch(place, 1)
        for rank, line in enumerate(lines):
            at = 0
            for name, label, editor, span in line:
                field = self.places[f"part.{name}"] = Field(label, editor)
                grid.addWidget(field, rank, at, 1, span, Qt.AlignmentFlag.AlignTop)
                at += span
        return grid
