"""Which kinds of documents does the officine take, and how is the list of them changed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from app.officine.patients.evidence import DEFAULT_TYPES, EvidenceType, Trust, check_types
from app.ui import theme
from app.ui.widgets.basics import Button, EmptyState, Text
from app.ui.widgets.fields import Field, TextField
from app.ui.widgets.findings import FindingList
from app.ui.widgets.flow import Flow
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEIGHT = 250
_ABOUT = (
    "Choisissez une pièce pour la changer, ou tapez un code nouveau pour en ajouter une. Seule une pièce de confiance "
    "haute valide une identité."
)


class EvidenceList(QWidget):
    """The list, and the kind that is typed; ``edited`` says that one of the two changed. Nothing is kept here."""

    edited = Signal()

    def __init__(self) -> None:
        """Begin with the list of origin."""
        super().__init__()
        columns: list[Column[EvidenceType]] = [
            Column("Pièce", lambda one: one.label, strong=True, second=_beside),
            Column("Code", lambda one: one.code, 9),
            Column("Confiance", lambda one: str(one.trust).capitalize(), 10),
        ]
        empty = EmptyState("card", "Aucune pièce", "Ajoutez-en une, ou revenez à la liste d’origine.")
        self.list: ListTable[EvidenceType] = ListTable("Pièces d’identité", columns, empty)
        self.list.setMinimumHeight(theme.current().pixels(_HEIGHT))
        self.code = TextField(limit=10)
        self.label = TextField(limit=120)
        self.beside = TextField(limit=120, placeholder="Rien")
        self.trust = QComboBox()
        for trust in Trust:
            self.trust.addItem(str(trust).capitalize(), trust)
        self.fields = QGridLayout()
        self.fields.setSpacing(theme.S)
        self.fields.setColumnStretch(0, 1)
        self.fields.setColumnStretch(1, 2)
        placed: tuple[tuple[str, QWidget], ...] = (
            ("&Code", self.code),
            ("&Nom de la pièce", self.label),
            ("Con&fiance", self.trust),
            ("À &accompagner de", self.beside),
        )
        for place, (title, editor) in enumerate(placed):
            self.fields.addWidget(Field(title, editor), place // 2, place % 2, alignment=Qt.AlignmentFlag.AlignBottom)
        self.findings = FindingList(refusal="Refusé")
        self.put = Button("&Mettre dans la liste", icon="check")
        self.drop = Button("&Retirer de la liste", icon="trash")
        self.reset = Button("Liste d’&origine", icon="back")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.S)
        column.addWidget(Text(_ABOUT, "muted", wrap=True))
        column.addWidget(self.list)
        column.addLayout(self.fields)
        column.addWidget(self.findings)
        column.addWidget(Flow([self.put, self.drop, self.reset]))
        self.set_types(DEFAULT_TYPES)
        self.list.pointed.connect(self._fill)
        self.list.chosen.connect(lambda _one: self.code.setFocus(Qt.FocusReason.TabFocusReason))
        self.put.clicked.connect(self.take_typed)
        self.drop.clicked.connect(self._drop)
        self.reset.clicked.connect(lambda: self._replace(DEFAULT_TYPES))
        for typed in (self.code, self.label, self.beside):
            typed.returnPressed.connect(self.take_typed)

    @property
    def types(self) -> tuple[EvidenceType, ...]:
        """The list as it stands."""
        return tuple(self.list.records)

    @property
    def typed(self) -> EvidenceType | None:
        """The kind in the fields; None where they are empty."""
        code, label = self.code.text().strip(), " ".join(self.label.text().split())
        if not (code or label):
            return None
        return EvidenceType(code, label, Trust(self.trust.currentData()), " ".join(self.beside.text().split()))

    def set_types(self, types: Iterable[EvidenceType]) -> None:
        """Show another list."""
        self.findings.set_findings(())
        self.list.set_records(tuple(types), keep=True)
        self._fill(self.list.current_record)

    def set_open(self, *, may: bool, why: str) -> None:
        """Let the list be changed, or grey what changes it with the reason."""
        for part in (self.code, self.label, self.trust, self.beside, self.put, self.drop, self.reset):
            part.setEnabled(may)
            part.setToolTip("" if may else why)

    def take_typed(self) -> bool:
        """Put the kind that is typed in the list, in place of that of its code; False where it can't be."""
        one = self.typed
        if one is None or one in self.types:
            return True
        findings = check_types((one,))
        self.findings.set_findings(findings)
        if findings:
            return False
        codes = [kind.code for kind in self.types]
        types = list(self.types)
        place = codes.index(one.code) if one.code in codes else len(types)
        types[place : place + 1] = [one]
        self._replace(types)
        self.list.point(place)
        return True

    def _drop(self) -> None:
        gone = self.list.current_record
        self._replace([one for one in self.types if one != gone])

    def _replace(self, types: Iterable[EvidenceType]) -> None:
        self.set_types(types)
        self.edited.emit()

    def _fill(self, one: EvidenceType | None) -> None:
        self.findings.set_findings(())
        self.code.setText("" if one is None else one.code)
        self.label.setText("" if one is None else one.label)
        self.beside.setText("" if one is None else one.beside)
        self.trust.setCurrentIndex(self.trust.findData(Trust.HIGH if one is None else one.trust))


def _beside(one: EvidenceType) -> str:
    return f"avec {one.beside}" if one.beside else ""
