"""Which boxes are set aside, why, and how do they leave?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.kernel.clock import today
from app.kernel.text import plural
from app.officine.stock.quarantined import Aside, Cause, Exit
from app.ui import formats, theme
from app.ui.stock.forms import Form, FormSheet
from app.ui.widgets.basics import EmptyState, Text
from app.ui.widgets.fields import DateField, NumberField, TextField
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.officine.stock.quarantined import Left, Quarantined
    from app.ui.context import Services, Ui

_MOST = 9_999
_TYPED = (Cause.DAMAGED, Cause.EXPIRED, Cause.RECALL, Cause.OTHER)


@dataclass(frozen=True, slots=True)
class AsideRow:
    """Boxes in quarantine, with the name of their product and what left of them."""

    held: Quarantined
    name: str
    exits: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be set aside, as far as it is known when its form opens."""

    code: str = ""
    name: str = ""
    lot: str = ""
    serial: str = ""
    expiry_text: str = ""
    cause: Cause = Cause.DAMAGED
    reason: str = ""
    recall_id: int | None = None
    reference: str = ""


def read_rows(services: Services) -> list[AsideRow]:
    """Return what is in quarantine, the newest first; run in the background."""
    held = services.quarantine.present()
    names = services.catalog.by_codes([one.code for one in held])
    return [
        AsideRow(one, names[one.code].name if one.code in names else one.code, tuple(services.quarantine.exits(one.id)))
        for one in held
    ]


class QuarantinePage(QWidget):
    """The boxes set aside on the left; one entry, and its ways out, on the right."""

    def __init__(self, ui: Ui) -> None:
        """Read and keep the quarantine of the services of ``ui``."""
        super().__init__()
        self._ui = ui
        columns: list[Column[AsideRow]] = [
            Column("Produit", lambda row: row.name, second=_box_words),
            Column("Cause", lambda row: row.held.cause.label, 12),
            Column("Depuis", lambda row: formats.date(row.held.at), 10, spare=True),
            Column("Boîtes", lambda row: str(row.held.left), 6, True, strong=True),
        ]
        empty = EmptyState(
            "lock",
            "Aucune boîte en quarantaine",
            "F8 en écarte\u00a0: lot rappelé, périmé, abîmé. Les retours d’avoir y entrent d’eux-mêmes.",
        )
        self.list: ListTable[AsideRow] = ListTable("Boîtes en quarantaine", columns, empty)
        self.count = Text("", "caption")
        self.sheet = QuarantineSheet(ui)
        self.setFocusProxy(self.list)
        left = QVBoxLayout()
        left.setSpacing(theme.S)
        left.addWidget(self.list, 1)
        left.addWidget(self.count)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.L)
        line.addLayout(left, 1)
        line.addWidget(self.sheet, 1)
        self.list.pointed.connect(self.sheet.show_row)
        self.list.chosen.connect(lambda _row: self.sheet.leave())
        self.sheet.changed.connect(self.read)
        self.sheet.left.connect(self.search)

    def read(self) -> None:
        """Read what is set aside anew, and stay on the same line."""
        services = self._ui.services
        self._ui.tasks.run(lambda _progress: read_rows(services), done=self._show, owner=self, key="read")

    def search(self) -> None:
        """Go to the list."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, found: Sequence[AsideRow]) -> None:
        self.list.set_records(found, keep=True)
        boxes = sum(row.held.left for row in found)
        self.count.setText(f"{plural(boxes, 'boîte')}, hors du stock à la vente" if found else "")


class QuarantineSheet(FormSheet):
    """One entry of the quarantine."""

    def __init__(self, ui: Ui) -> None:
        """Keep the quarantine of the services of ``ui``."""
        self.aside, self.exit = AsideForm(ui), ExitForm(ui)
        super().__init__(ui, ("stock.leave", "stock.set_aside"), (self.aside, self.exit))
        self.row: AsideRow | None = None
        self.gone = Text("", "caption", wrap=True)
        self.more.addWidget(self.gone)
        self.show_row(None)

    def show_row(self, row: AsideRow | None) -> None:
        """Show an entry, or nothing."""
        self.row = row
        if self.form is self.exit:
            self.close_forms()
        self.ui.acts.set_enabled("stock.leave", enabled=row is not None)
        if row is None:
            self.name.setText("Aucune boîte choisie")
            self.amount.setText("")
            self.facts.set_pairs([("À savoir", "Une boîte écartée ne se vend plus, et reste comptée à part.")])
            self.gone.setText("")
            return
        held = row.held
        self.name.setText(row.name)
        self.amount.setText(plural(held.left, "boîte"))
        self.facts.set_pairs(
            [
                ("Cause", held.cause.label),
                ("Motif", held.reason),
                ("Lot", held.lot or "non relevé"),
                ("N° de série", held.serial),
                ("Péremption", formats.date(held.expiry) if held.expiry is not None else ""),
                ("Délivrance" if held.cause is Cause.RETURNED else "Référence", held.reference),
                ("Écarté", f"le {formats.moment(held.at)} par {held.author_name}"),
            ]
        )
        self.gone.setText("\n".join(_exit_words(one) for one in row.exits))

    def leave(self) -> None:
        """Type how boxes leave."""
        if self.row is not None:
            self.open_form(self.exit)
            self.exit.begin(self.row)

    def set_aside(self, wanted: Wanted) -> None:
        """Type which boxes are set aside."""
        self.open_form(self.aside)
        self.aside.begin(wanted)


class AsideForm(Form):
    """Which boxes, of which lot, and why."""

    alone = True

    def __init__(self, ui: Ui) -> None:
        """Set boxes aside with the services of ``ui``."""
        super().__init__(ui, "Mettre en quarantaine")
        self._wanted = Wanted()
        self.code = TextField(limit=20, placeholder="Scannez la boîte")
        self.boxes = NumberField(1, _MOST)
        self.lot = TextField(limit=20)
        self.expiry = DateField(lambda: today(ui.services.clock))
        self.cause = QComboBox()
        for cause in _TYPED:
            self.cause.addItem(cause.label, str(cause))
        self.reason = TextField(limit=200, placeholder="Ce qui s’est passé")
        self.lay(
            ("&Code", self.code),
            ("&Boîtes", self.boxes),
            ("&Lot", self.lot),
            ("&Péremption", self.expiry),
            ("C&ause", self.cause),
            ("&Motif", self.reason),
        )
        self.chain(self.code, self.boxes, self.lot, self.expiry, self.cause, self.reason)

    def begin(self, wanted: Wanted) -> None:
        """Begin with what is known."""
        self._wanted = wanted
        named = f"\u00a0: {wanted.name}" if wanted.name else ""
        self.title.setText(f"Mettre en quarantaine{named}")
        self.code.setText(wanted.code)
        self.boxes.setValue(1)
        self.lot.setText(wanted.lot)
        self.expiry.setText(wanted.expiry_text)
        self.cause.setCurrentIndex(_TYPED.index(wanted.cause))
        self.reason.setText(wanted.reason)
        self.focus(self.boxes if wanted.code else self.code)

    def save(self) -> None:
        """Set them aside."""
        services, actor, wanted = self.ui.services, self.ui.actor(), self._wanted
        cause, code, lot = Cause(str(self.cause.currentData())), self.code.text().strip(), self.lot.text().strip()
        same = code == wanted.code
        asked = Aside(
            code=code,
            quantity=self.boxes.value(),
            lot=lot,
            expiry=self.expiry.date,
            serial=wanted.serial if same and lot == wanted.lot and self.boxes.value() == 1 else "",
            cause=cause,
            reason=self.reason.text().strip(),
            reference=wanted.reference if same else "",
            recall_id=wanted.recall_id if same and cause is Cause.RECALL else None,
        )
        self.perform(
            lambda: services.quarantine.set_aside(actor, asked), f"{plural(asked.quantity, 'boîte')} en quarantaine"
        )


class ExitForm(Form):
    """How boxes leave: sent back, destroyed, or sold again."""

    def __init__(self, ui: Ui) -> None:
        """Take boxes out with the services of ``ui``."""
        super().__init__(ui, "Sortie de quarantaine")
        self._row: AsideRow | None = None
        self.kind = QComboBox()
        for kind in Exit:
            self.kind.addItem(kind.label, str(kind))
        self.boxes = NumberField(1, _MOST)
        self.document = TextField(limit=64, placeholder="Bon de retour, document de destruction")
        self.second = TextField(limit=120, placeholder="Stupéfiant détruit\u00a0: obligatoire")
        self.reason = TextField(limit=200, placeholder="Repris par le grossiste, contrôlé…")
        self.lay(
            ("&Sortie", self.kind),
            ("&Boîtes", self.boxes),
            ("&Document", self.document),
            ("Pharmacien &témoin", self.second),
            ("&Motif", self.reason),
            None,
        )
        self.chain(self.kind, self.boxes, self.document, self.second, self.reason)

    def begin(self, row: AsideRow) -> None:
        """Begin with all that is left."""
        self._row = row
        self.title.setText(f"Sortie de quarantaine\u00a0: {plural(row.held.left, 'boîte')}, {_box_words(row)}")
        self.kind.setCurrentIndex(list(Exit).index(Exit.DESTROYED) if row.held.cause is Cause.RETURNED else 0)
        self.boxes.setValue(row.held.left)
        for editor in (self.document, self.second, self.reason):
            editor.clear()
        self.focus(self.kind)

    def save(self) -> None:
        """Take them out."""
        row = self._row
        if row is None:
            return
        services, actor, entry = self.ui.services, self.ui.actor(), row.held.id
        kind, boxes = Exit(str(self.kind.currentData())), self.boxes.value()
        reason, document, second = (editor.text().strip() for editor in (self.reason, self.document, self.second))
        self.perform(
            lambda: services.quarantine.take_out(
                actor, entry, boxes, kind, reason=reason, document=document, second_person=second
            ),
            f"{kind.label}\u00a0: {plural(boxes, 'boîte')}",
        )


def _box_words(row: AsideRow) -> str:
    held = row.held
    parts = (
        f"lot {held.lot}" if held.lot else "lot non relevé",
        f"exp. {formats.date(held.expiry)}" if held.expiry is not None else "",
        f"série {held.serial}" if held.serial else "",
    )
    return " · ".join(part for part in parts if part)


def _exit_words(left: Left) -> str:
    told = f"{formats.date(left.at)}\u00a0: {left.exit.label.lower()}, {plural(left.quantity, 'boîte')}"
    return f"{told}, {left.reason}{f' ({left.document})' if left.document else ''}, par {left.author_name}"
