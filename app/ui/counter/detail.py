"""What is there to know of the line pointed at: list, group, stock and place, supply, conditions, findings?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.kernel.text import NBSP, plural
from app.officine.dispensing.model import SaleKind
from app.officine.dispensing.proposals import Advice, differs
from app.officine.dispensing.substitution import decided
from app.officine.dispensing.units import unit_count, units_words
from app.ui import formats, theme
from app.ui.counter.keybar import KeyBar
from app.ui.counter.omnibox import Hints
from app.ui.counter.pictures import ticket_pixmap
from app.ui.counter.substitution_drawer import substitution_words
from app.ui.products.sheet import chips
from app.ui.widgets.basics import ActButton, Chip, Panel, Text, row
from app.ui.widgets.facts import Facts, Sheet
from app.ui.widgets.fields import AmountField, Field
from app.ui.widgets.findings import FindingCard

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from app.kernel.outcome import Finding
    from app.officine.catalog.model import Product
    from app.officine.dispensing.model import Delivery, DraftLine
    from app.ui.counter.pictures import Ticket
    from app.ui.counter.reading import Picture
    from app.ui.counter.till import Till
    from app.ui.shortcuts import Acts

_SOON_MS = 20
_CROWDED_FROM = 130
_HINTS = [
    ("Scan", "ajoute la boîte, trouve le patient"),
    ("F2", "chercher ou créer un patient"),
    ("F4", "prescripteur et date de l’ordonnance"),
    ("+  −  3×", "quantité de la ligne"),
    ("F6", "remplacer par un générique"),
    ("F9", "contrôle avant de délivrer"),
    ("F10", "encaisser, puis Entrée"),
    ("F7", "mettre en attente ou reprendre"),
    ("F8", "promettre ce qui manque, ou le remettre"),
    ("Ctrl+K", "tous les actes"),
]


class LineDetail(Panel):
    """The line pointed at; while there is none, the last delivery and what the keys do."""

    price_typed = Signal(object)

    def __init__(self, till: Till, acts: Acts) -> None:
        """Show lines of ``till``, with the keys of the acts on one."""
        super().__init__(margin=theme.M)
        self._till, self._acts = till, acts
        self.setAccessibleName("Détail de la ligne")
        self.name = Text("", "heading", wrap=True, selectable=True)
        self.presentation = Text("", "muted", wrap=True)
        self.sheet = Sheet("Détail de la ligne")
        for part in (self.name, self.presentation):
            self.body.addWidget(part)
        self.body.addWidget(self.sheet, 1)
        self._drawn: object = ()
        self._line: DraftLine | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._draw)
        self.ticket: Ticket | None = None

    def show_ticket(self, ticket: Ticket) -> None:
        """Show the ticket of the last delivery, while there is no line."""
        self.ticket = ticket
        self._drawn = ()
        if not self._till.session.lines:
            self.show_line(None)

    def show_line(self, line: DraftLine | None) -> None:
        """Show a line, or what there is without one: once, when the screen has nothing more urgent to do."""
        self._line = line
        if self.isVisible():
            self._soon.start(_SOON_MS)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what was asked for while a side panel lay over."""
        super().showEvent(event)
        self._soon.start(0)

    def _draw(self) -> None:
        line = self._line
        picture = self._till.picture
        drawn = (line, picture if line is not None else None, self._till.last_delivery, self._till.session.sale)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self.sheet.begin()
        if line is None:
            self._show_nothing()
        else:
            self._show_line(line, picture)
        self.sheet.end()

    def _show_nothing(self) -> None:
        done = self._till.last_delivery
        self.name.setText("Prêt" if done is None else f"Délivrance n°{NBSP}{done.number} enregistrée")
        self.presentation.setText("Le prochain scan commence une vente." if done is None else _whose(done))
        self.presentation.show()
        if done is not None:
            self._show_done(done)
        self.sheet.column.addWidget(Hints(_HINTS))

    def _show_done(self, done: Delivery) -> None:
        payment = self._till.last_payment
        change = payment.change if payment is not None else None
        if change:
            self.sheet.column.addWidget(Text("À rendre", "caption"))
            self.sheet.column.addWidget(Text(formats.amount(change), "display"))
        pairs = [
            ("Montant", formats.amount(done.totals.amount)),
            ("Réglé", " + ".join(f"{formats.amount(one.amount)} · {one.method.label}" for one in done.payments)),
            ("Ordonnancier", ", ".join(f"n°{NBSP}{number}" for number in done.ordonnancier)),
            ("Lignes", plural(len(done.lines), "produit")),
        ]
        self.sheet.column.addWidget(Facts(pairs))
        if self.ticket is not None and self.ticket.number == done.number:
            self.sheet.text(f"Ticket enregistré · F11{NBSP}: revoir ou réimprimer", "caption")
            picture = QLabel()
            picture.setAccessibleName(f"Ticket de la délivrance n°{NBSP}{done.number}")
            picture.setPixmap(ticket_pixmap(self.ticket.picture, self.sheet.viewport().width() - theme.XXL))
            self.sheet.column.addWidget(picture)
        self.sheet.section("Au comptoir")

    def _show_line(self, line: DraftLine, picture: Picture) -> None:
        product, detail, item = (
            picture.products.get(line.code),
            picture.details.get(line.code),
            picture.items.get(line.code),
        )
        self.name.setText(line.label)
        self.presentation.setText(product.presentation if product is not None else "")
        # Where letters are large, what is to be done has the room of what the line says too.
        self.presentation.setVisible(theme.current().zoom < _CROWDED_FROM)
        if product is not None:
            # What is refunded stands on the line and below: the chips are for what is to be seen first.
            self._add_chips([one for one in chips(product, detail) if one[1] != "neutral"])
            self._add_keys(product)
            self._add_proposal(line, picture.advice.get(line.line_id))
        ceded = self._till.session.sale is SaleKind.RETROCESSION
        is_free = line.rate is None and product is not None and product.price is None
        if ceded or line.unit_price is None or is_free:
            self._ask_price(line, ceded=ceded)
        for finding in picture.about(line):
            self.sheet.column.addWidget(FindingCard(_without_name(finding, line.label)))
        held = "" if item is None else plural(item.quantity, "boîte")
        pairs = [
            ("Quantité proposée", _proposed_words(line, picture)),
            ("Promis", plural(line.owed, "boîte à remettre", "boîtes à remettre") if line.owed else ""),
            ("Stock", held),
            ("Emplacement", "" if item is None else item.place),
            ("Lot", line.lot),
            ("Péremption", formats.date(line.expiry) if line.expiry is not None else ""),
            ("N° de série", line.serial),
            ("Substitution", substitution_words(decided(self._till.session, line))),
            ("À l’unité", _units_words(line, product)),
            ("Remplace", formats.code(line.replaces) if line.replaces else ""),
            ("Prix", formats.amount(line.unit_price)),
            ("Remboursement", formats.rate(line.rate) if line.rate is not None else "Non remboursé"),
            ("Servi par" if line.others else "Ajouté par", line.signature.name),
            ("Code", formats.code(line.code)),
        ]
        self.sheet.column.addWidget(Facts(pairs))
        if detail is not None and detail.group_labels:
            self.sheet.section("Groupe générique")
            for label in detail.group_labels.values():
                self.sheet.text(label)
        advice = picture.advice.get(line.line_id, Advice())
        if advice.rules:
            self.sheet.section("Règles de l’ordonnance")
            for rule in advice.rules:
                self.sheet.text(f"•{NBSP}{rule.words}")
        if detail is not None and detail.conditions:
            self.sheet.section("Conditions de délivrance")
            for condition in detail.conditions:
                self.sheet.text(f"•{NBSP}{condition}")

    def _add_keys(self, product: Product) -> None:
        """Show the keys of what may be done with this product, and not with every one."""
        keys = []
        if product.group_id is not None:
            keys.append(("counter.substitution", "Substituer"))
        if unit_count(product) is not None:
            keys.append(("counter.units", "Unités"))
        if keys:
            self.sheet.column.addWidget(KeyBar(self._acts, (*keys, ("", ""))))

    def _add_proposal(self, line: DraftLine, advice: Advice | None) -> None:
        """Show the quantity that the posology asks for, with its key, where the line has another."""
        if advice is None or advice.proposal is None or not differs(line, advice.proposal):
            return
        said = Text(f"Proposé\u00a0: {advice.proposal.words}", "strong", wrap=True)
        button = ActButton(self._acts, "counter.propose", text="Prendre")
        line_of = QHBoxLayout()
        line_of.addWidget(said, 1)
        line_of.addWidget(button)
        self.sheet.column.addLayout(line_of)

    def _ask_price(self, line: DraftLine, *, ceded: bool) -> None:
        field = AmountField()
        if line.unit_price is not None:
            field.set_money(line.unit_price)
        field.returnPressed.connect(lambda: self.price_typed.emit(field.money) if field.money is not None else None)
        label = "Prix d’achat d’une boîte, &valeur TTC, puis Entrée" if ceded else "Prix de &vente, puis Entrée"
        self.sheet.column.addWidget(Field(label, field))

    def _add_chips(self, states: list[tuple[str, str]]) -> None:
        if not states:
            return
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.XS)
        for start in range(0, len(states), 2):
            column.addLayout(row(*(Chip(text, kind) for text, kind in states[start : start + 2]), 0))
        self.sheet.column.addWidget(block)


def _units_words(line: DraftLine, product: Product | None) -> str:
    size = unit_count(product)
    return "" if line.units is None or size is None else units_words(line.units, size)


def _without_name(finding: Finding, label: str) -> Finding:
    """Return a finding of the line without the name of its product, which stands above it."""
    name = f"{label}{NBSP}: "
    if not finding.text.startswith(name):
        return finding
    said = finding.text.removeprefix(name)
    return replace(finding, text=said[:1].upper() + said[1:])


def _whose(done: Delivery) -> str:
    return f"{done.patient_name or 'Vente sans patient'} · {formats.clock(done.at)}"


def _proposed_words(line: DraftLine, picture: Picture) -> str:
    """Return the quantity that the posology asks for, why, and the box of three months that there is."""
    advice = picture.advice.get(line.line_id)
    if advice is None or advice.proposal is None:
        return ""
    proposal = advice.proposal
    great = f" · grand conditionnement{NBSP}: {proposal.great}" if proposal.great else ""
    return f"{proposal.words}{NBSP}: {proposal.why}{great}"
