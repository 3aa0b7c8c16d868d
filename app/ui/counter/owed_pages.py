"""What do the three pages of the promis show: a promise to make, those that are open, one that is handed over?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.kernel.outcome import Finding, Severity
from app.kernel.text import NBSP, plural
from app.officine.owed import rules
from app.ui import formats, theme
from app.ui.counter.bearer_fields import BearerFields
from app.ui.widgets.basics import ActButton, Button, Divider, EmptyState, Text
from app.ui.widgets.fields import Field, SearchField, TextField
from app.ui.widgets.lists import Column, ListTable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from app.kernel.money import Money
    from app.officine.dispensing.model import Box
    from app.officine.owed.model import Promise
    from app.ui.shortcuts import Acts


@dataclass(frozen=True, slots=True)
class Known:
    """What is owed, as it was read: the promis, the name of the officine, the day, and what each is worth.

    ``narcotics`` are the numbers of those that are of a stupéfiant; from ``late_days`` on a promis is late.
    """

    promises: tuple[Promise, ...] = ()
    officine: str = ""
    day: dt.date | None = None
    values: Mapping[int, Money] = field(default_factory=dict)
    narcotics: frozenset[int] = frozenset()
    late_days: int = rules.OLD_DAYS


@dataclass(slots=True)
class Hand:
    """A hand-over being prepared: the promis, and the boxes scanned for it."""

    promise: Promise
    boxes: list[Box] = field(default_factory=list)


class _Page(QWidget):
    """One page of the drawer: its parts, one under the other."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.S)

    def _lay(self, *parts: QWidget) -> None:
        for part in parts:
            self.column.addWidget(part)


class PromisingPage(_Page):
    """How many boxes of the line are promised, and to whom where the sale has no patient."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.line_name = Text("", "heading", wrap=True)
        self.proposal = Text("", wrap=True)
        self.boxes = TextField(limit=3)
        self.customer = TextField(placeholder="Mme Dupuis 06 12 34 56 78", limit=80)
        self.customer_field = Field(
            "&Nom et téléphone", self.customer, hint="Vente sans patient\u00a0: qui revient\u202f?"
        )
        boxes = Field("&Boîtes à promettre", self.boxes, hint="0\u00a0: tout part maintenant")
        self._lay(self.line_name, self.proposal, boxes, self.customer_field, Divider())


class ListingPage(_Page):
    """The promis that are open, of the patient or of everybody."""

    def __init__(self, acts: Acts) -> None:
        """Begin empty."""
        super().__init__()
        self._known = Known()
        self.whose = Text("", "strong", wrap=True)
        self.search = SearchField("Nom, produit, n° de promis…", "Chercher un promis")
        empty = EmptyState("pause", "Rien n’est dû", "Un promis s’ouvre depuis la ligne\u00a0: F8.")
        columns: list[Column[Promise]] = [
            Column("Promis", lambda one: one.label, second=self._second, strong=True),
            Column("Dû", lambda one: str(one.left), width=3, right=True),
            Column("Âge", self._age, width=9, tone=self._age_tone, second=lambda one: one.label_of_state),
        ]
        self.list: ListTable[Promise] = ListTable("Promis à remettre", columns, empty)
        self.list.setMinimumHeight(theme.current().pixels(190))
        slip = ActButton(acts, "counter.print_slip", text="Ticket du promis")
        self._lay(self.whose, self.search, self.list, slip)

    def show_promises(self, known: Known, shown: list[Promise], named: str) -> None:
        """Show some of what is known; ``named`` says whose they are."""
        self._known = known
        self.whose.setText(f"{named}\u00a0: {plural(len(shown), 'promis', 'promis')}")
        self.list.set_records(shown, keep=True)

    def _second(self, one: Promise) -> str:
        worth = self._known.values.get(one.number)
        amount = f" · {formats.amount(worth)}" if worth is not None else ""
        later = "" if one.billed else " · à facturer"
        return f"n°{NBSP}{one.number}{amount}{later} · {one.customer}"

    def _age(self, one: Promise) -> str:
        days = 0 if self._known.day is None else rules.age_days(one, self._known.day)
        return f"{days}{NBSP}j" if days else "ce jour"

    def _age_tone(self, one: Promise) -> str:
        day = self._known.day
        return "danger" if day is not None and rules.is_old(one, day, self._known.late_days) else ""


class HandingPage(_Page):
    """The promis that is handed over: its boxes, who collects them, what may be written to the customer."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.promised = Text("", "heading", wrap=True)
        self.about = Text("", wrap=True)
        self.scanned = Text("", "strong", wrap=True)
        self.quantity = TextField(limit=3)
        self.bearer = BearerFields()
        self.message = ""
        self.sms = Text("", "muted", wrap=True, selectable=True)
        self.sms_title = Text("SMS proposé\u00a0: rien n’est envoyé", "caption", wrap=True)
        self.copy = Button("&Copier le SMS", kind="ghost", icon="copy")
        self.reason = TextField(limit=rules.REASON_LIMIT, placeholder="Rupture, le patient n’en veut plus…")
        self.reason_field = Field("Mo&tif de l’annulation", self.reason, hint="Ce qui a été payé se rend par un avoir.")
        self.cancel = Button("Annuler le &promis", kind="ghost", icon="close")
        self._lay(self.promised, self.about, self.scanned, Field("Boîtes à re&mettre", self.quantity), self.bearer)
        self._lay(Divider(), self.sms_title, self.sms, self.copy, self.cancel, self.reason_field)

    def show_hand(self, hand: Hand, known: Known) -> None:
        """Show what is handed over, the boxes scanned so far, and the message where all is ready."""
        promise = hand.promise
        self.promised.setText(promise.label)
        paid = f"délivrance n°{NBSP}{promise.delivery} du {formats.date(promise.at.date())}"
        paid += ", déjà facturé" if promise.billed else ", à facturer à la remise"
        worth = known.values.get(promise.number)
        amount = f" ({formats.amount(worth)})" if worth is not None else ""
        self.about.setText(
            f"Promis n°{NBSP}{promise.number} · {promise.customer} · {promise.label_of_state.lower()} · "
            f"{plural(promise.left, 'boîte due', 'boîtes dues')}{amount} · {paid}"
        )
        lots = ", ".join(box.lot or "sans lot" for box in hand.boxes)
        count = plural(len(hand.boxes), "boîte scannée", "boîtes scannées")
        self.scanned.setText(f"{count}\u00a0: lot {lots}" if hand.boxes else "Scannez la boîte, puis Entrée.")
        same = [one for one in known.promises if one.ready and _same_customer(one, promise)]
        for part in (self.sms_title, self.sms, self.copy):
            part.setVisible(bool(same) and bool(promise.phone))
        to = f"Au {promise.phone}\u00a0: " if promise.phone else ""
        self.message = rules.message(same, known.officine)
        self.sms.setText(f"{to}{self.message}")


def count_typed(typed: TextField) -> int | None:
    """Return the number of boxes that a field holds; None where it is no number."""
    text = typed.text().strip()
    return int(text) if text.isascii() and text.isdigit() else None


def not_a_number(subject: str) -> Finding:
    """Refuse what is no number of boxes."""
    return Finding("GAL-DU-01", Severity.ERROR, "Le nombre de boîtes est un nombre entier.", subject=subject)


def _same_customer(one: Promise, other: Promise) -> bool:
    return (one.patient_id, one.customer) == (other.patient_id, other.customer)
